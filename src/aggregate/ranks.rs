//! Means of the scores at some ranks: what the median and the trimmed mean have in common.

use core::ops::Range;

use super::{AggregateError, by_scores};
use crate::gradebook::{Gradebook, GradebookBuilder};
use crate::id::{SubmissionId, to_u32};
use crate::math::mean;
use crate::reviews::Reviews;

/// The gradebook of a method whose grade is the mean of the scores at `ranks(k)`, at least one, of
/// k sorted scores, criterion by criterion.
pub(super) fn mean_of_ranks(
    method: &str,
    reviews: &Reviews,
    ranks: impl Fn(usize) -> Range<usize> + Sync,
) -> Result<Gradebook, AggregateError> {
    Ok(book_of_ranks(method, reviews, ranks).build()?)
}

/// [`mean_of_ranks`], to be gone on with.
pub(super) fn book_of_ranks<'a>(
    method: &str,
    reviews: &'a Reviews,
    ranks: impl Fn(usize) -> Range<usize> + Sync,
) -> GradebookBuilder<'a> {
    let mut book = Gradebook::builder(reviews, method);
    let mut shares = Vec::new();
    for criterion in 0..reviews.rubric().criteria().len() {
        book = book.criterion(by_scores(reviews, criterion, |sorted, scores| {
            sorted.clear();
            sorted.extend_from_slice(scores);
            sorted.sort_unstable_by(f64::total_cmp);
            mean(&sorted[ranks(scores.len())])
        }));
        shares.push(shares_of_ranks(reviews, criterion, &ranks));
    }
    book.shares(shares)
}

/// The positions of the one or two middle ones of k sorted scores.
pub(super) fn middle(k: usize) -> Range<usize> {
    (k - 1) / 2..k / 2 + 1
}

/// The shares of the reviews of one criterion.
fn shares_of_ranks(
    reviews: &Reviews,
    criterion: usize,
    ranks: impl Fn(usize) -> Range<usize>,
) -> Vec<f64> {
    let graph = reviews.graph();
    let mut shares = vec![0.0; graph.reviews()];
    let mut order = Vec::new();
    for i in 0..graph.submissions() {
        let range = graph.reviews_of(SubmissionId::new(to_u32(i)));
        if !range.is_empty() {
            let scores = &reviews.column(criterion)[range.clone()];
            share_within(&mut order, scores, &mut shares[range], ranks(scores.len()));
        }
    }
    shares
}

/// Gives the reviews at these ranks equal shares; of equal scores the earlier reviewer is lower.
fn share_within(order: &mut Vec<u32>, scores: &[f64], shares: &mut [f64], ranks: Range<usize>) {
    order.clear();
    order.extend(0..to_u32(scores.len()));
    order.sort_unstable_by(|&a, &b| {
        scores[a as usize].total_cmp(&scores[b as usize]).then(a.cmp(&b))
    });
    let share = 1.0 / ranks.len() as f64;
    for &i in &order[ranks] {
        shares[i as usize] = share;
    }
}
