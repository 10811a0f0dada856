//! From ratings to a gradebook.

use super::Posterior;
use super::found::Found;
use super::history::{ReviewerHistory, unit};
use super::law::{Law, Options};
use super::levels::Levels;
use super::live::LivePosterior;
use super::monotone::Monotone;
use super::real::Real;
use super::search::Search;
use super::state::State;
use super::trust::Above;
use crate::aggregate::combination::{Variances, by_person, with_reviewers};
use crate::aggregate::crossed::known::Known;
use crate::aggregate::moments::Moments;
use crate::aggregate::pg1::{no_spread, too_little};
use crate::aggregate::ratings::Ratings;
use crate::aggregate::{AggregateError, Aggregator};
use crate::chunks;
use crate::gradebook::{Fit, Gradebook, GradebookBuilder, Warning};
use crate::math;
use crate::reviews::Reviews;

/// People beyond whom effort is not tried unless asked for.
const MOST_FOR_EFFORT: usize = 1 << 14;

/// A state that sweeps have settled.
#[derive(Debug)]
pub(super) struct Fitted<'r, 'a, F> {
    pub(super) state: State<'r, 'a, F>,
    fit: Fit,
    moments: Moments,
    /// How far reviewers are above staff, where that is asked for.
    pub(super) above: Option<Above>,
}

impl Posterior {
    /// The state of all reviews before the first sweep, with the moments of the ratings and how coarse
    /// they are.
    pub(super) fn start<'r, 'a, F: Real>(
        ratings: &'r Ratings<'a>,
    ) -> (State<'r, 'a, F>, Moments, Levels) {
        let by_reviewer = ratings.by_reviewer();
        let moments = Moments::of(ratings, &by_reviewer);
        let levels = Levels::of(ratings, moments.total);
        let law = Law::start(&moments, levels.floor());
        (State::new(ratings, &by_reviewer, &law, Options::default()), moments, levels)
    }

    pub(super) fn live_by<'a, F: Real>(
        self,
        reviews: &'a Reviews,
        ratings: &Ratings<'_>,
    ) -> LivePosterior<'a> {
        let (mut state, _, _) = Self::start::<F>(ratings);
        if too_little(ratings).is_none() {
            let search =
                Search { rounds: self.rounds, manners: self.manners, looks: false, kinds: false };
            search.fit(&mut state);
        }
        LivePosterior::new(reviews, &state)
    }

    /// The settled state of these ratings, by all that is known beforehand.
    pub(super) fn fitted<'r, 'a, F: Real>(
        &self,
        ratings: &'r Ratings<'a>,
        history: &ReviewerHistory,
    ) -> Result<Fitted<'r, 'a, F>, AggregateError> {
        let (mut state, moments, levels) = Self::start::<F>(ratings);
        let small = ratings.people() <= MOST_FOR_EFFORT;
        let looks = self.effort.unwrap_or(self.manners && small && !levels.are_few());
        if self.bins && !self.monotone {
            state = state.with_bins();
        }
        let coupled = self.author_coupling && !state.options.bins;
        if coupled {
            state = state.coupled();
        }
        let kinds = self.mixture.unwrap_or(!levels.are_coarse());
        let looks = looks && !self.monotone && !coupled;
        let search = Search { rounds: self.rounds, manners: self.manners, looks, kinds };
        let fit = search.fit_with(&mut state, history.told(unit(ratings)));
        let mut fitted = Fitted { state, fit, moments, above: None };
        let known = Known::new(ratings, self.trusted);
        if !known.is_empty() {
            let found = fitted.state.clone().into_found(None);
            let moved = found.moved.clone();
            let book = self.book_of(ratings, found, fitted.fit.clone(), None).build()?;
            let sd = self.trusted.sd().unwrap_or(0.0);
            let above = fitted.above.insert(Above::of(&book, ratings, sd, moved));
            fitted.state.know(&known, above);
            fitted.fit = search.go_on(&mut fitted.state, &fitted.fit);
        }
        Ok(fitted)
    }

    /// Grades, standard errors and reviewers; and the history after these reviews where it is asked for.
    pub(super) fn book<F: Real>(
        &self,
        ratings: &Ratings<'_>,
        history: &ReviewerHistory,
        next: bool,
    ) -> Result<(Gradebook, ReviewerHistory), AggregateError> {
        let Fitted { state, fit, moments, above } = self.fitted::<F>(ratings, history)?;
        let after =
            if next { state.history(history, unit(ratings)) } else { ReviewerHistory::default() };
        let common = above.as_ref().and_then(|above| above.common);
        let found = Found::of(state, above);
        let (book, common) = if self.monotone {
            let Monotone { combination, grades, variances } =
                Monotone::of(self, ratings, history, &found)?;
            let found = Found { combination, variances, ..found };
            (self.book_of(ratings, found, fit, Some(&grades)), None)
        } else {
            (self.book_of(ratings, found, fit, None), common)
        };
        let book = if no_spread(&moments) { book.warning(Warning::NoSpread) } else { book };
        let book = book.build()?;
        Ok(match common.filter(|common| common.points != 0.0) {
            Some(common) => (book.with_offset(common.points, common.sd), after),
            None => (book, after),
        })
    }

    /// A gradebook of what was found, or of these grades.
    fn book_of<'a>(
        &self,
        ratings: &Ratings<'a>,
        found: Found,
        fit: Fit,
        grades: Option<&[f64]>,
    ) -> GradebookBuilder<'a> {
        let Found { combination, variances, reviewers, centre, .. } = found;
        // One criterion has no other to share the biases with.
        let bias = (ratings.axes().len() > 1)
            .then(|| chunks::column(reviewers.len(), |v| reviewers[v].bias_variance));
        let variances = Variances { item: &variances, bias: bias.as_deref() };
        let book = combination.book_with_errors_by(ratings, self.name(), &variances, grades);
        let book = book.fit(fit);
        let book = with_reviewers(ratings, book, |v| reviewers[v].bias, |v| reviewers[v].precision);
        let centre = math::clamp(ratings.zero() + ratings.points(centre), -f64::MAX, f64::MAX);
        book.slopes(centre, by_person(ratings, |v| reviewers[v].slope))
    }
}
