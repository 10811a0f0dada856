//! Rankings, ranks and the metrics that compare columns.

use peergrade::metrics::{
    auc, bias, coverage, kendall_tau_b, mae, mean_width, pairwise_accuracy, pearson, rmse, spearman,
};
use peergrade::simulate::RankingLaw;
use peergrade::{Assigner, PersonId, Rankings, SubmissionId};

use super::bytes::Bytes;
use super::{course, finite};

/// Rankings.
pub fn rankings(data: &[u8]) {
    let bytes = &mut Bytes::new(data);
    match bytes.below(3) {
        0 => built(bytes),
        1 => simulated(bytes),
        _ => metrics(bytes),
    }
}

fn built(bytes: &mut Bytes<'_>) {
    let (people, works) = (bytes.count(6), bytes.count(8));
    let Ok(mut rows) = Rankings::builder(people, works) else { return };
    let mut given: Vec<(PersonId, Vec<Vec<SubmissionId>>)> = Vec::new();
    for _ in 0..bytes.below(12) {
        let reviewer = bytes.person(people.min(256));
        let tiers: Vec<Vec<SubmissionId>> = (0..bytes.below(4))
            .map(|_| (0..bytes.below(4)).map(|_| bytes.submission(works.min(256))).collect())
            .collect();
        let slices: Vec<&[SubmissionId]> = tiers.iter().map(Vec::as_slice).collect();
        if rows.add_tiers(reviewer, &slices).is_ok() {
            given.push((reviewer, tiers));
        }
    }
    let rankings = rows.build();
    assert_eq!(rankings.len(), given.len());
    let mut other = Rankings::builder(people, works).unwrap();
    for (reviewer, tiers) in given.iter().rev() {
        let slices: Vec<&[SubmissionId]> = tiers.iter().map(Vec::as_slice).collect();
        other.add_tiers(*reviewer, &slices).unwrap();
    }
    assert_eq!(other.build(), rankings, "in any order");
    for ranking in rankings.iter() {
        let tiers: Vec<&[SubmissionId]> = ranking.tiers().collect();
        assert_eq!(tiers.concat(), ranking.submissions());
        assert_eq!(ranking.has_ties(), tiers.iter().any(|tier| tier.len() > 1));
    }
}

fn simulated(bytes: &mut Bytes<'_>) {
    let cohort = course::cohort(bytes);
    let Ok(plan) = Assigner::new(bytes.below(4)).best_effort(true).assign(&cohort, bytes.seed())
    else {
        return;
    };
    let law = match bytes.below(5) {
        0 => RankingLaw::thurstone(bytes.float()),
        1 => RankingLaw::plackett_luce(bytes.float()),
        2 => RankingLaw::mallows(bytes.float()),
        3 => RankingLaw::mallows_of_all(bytes.float()),
        _ => RankingLaw::insertion(bytes.float()),
    };
    let law = match bytes.below(6) {
        0 => law.spread(bytes.float()),
        1 => law.ability(bytes.float()).careless(bytes.float()),
        2 => law.adversarial(bytes.float()).no_show(bytes.float()),
        3 => law.ties(bytes.float()),
        4 => law.qualities((0..cohort.submissions()).map(|_| bytes.float()).collect::<Vec<_>>()),
        _ => law,
    };
    let Ok(course) = law.simulate(&cohort, &plan, bytes.seed()) else { return };
    for ranking in course.rankings().iter() {
        let reviewer = ranking.reviewer();
        assert!(ranking.submissions().iter().all(|s| plan.graph().contains(*s, reviewer)));
    }
    assert_eq!(law.simulate(&cohort, &plan, bytes.seed()).map(|_| ()), Ok(()));
}

fn metrics(bytes: &mut Bytes<'_>) {
    let n = bytes.below(9);
    let column = |bytes: &mut Bytes<'_>| (0..n).map(|_| bytes.float()).collect::<Vec<f64>>();
    let (a, mut b) = (column(bytes), column(bytes));
    if bytes.rarely(8) {
        b.pop();
    }
    for metric in [rmse, mae, bias, pearson, kendall_tau_b, pairwise_accuracy, spearman] {
        finite(metric(&a, &b).ok());
    }
    for metric in [pearson, kendall_tau_b, spearman] {
        let one = metric(&a, &b).unwrap_or(0.0);
        assert!(one.abs() <= 1.0 + 1e-12, "{one}");
        let other = metric(&b, &a).unwrap_or(0.0);
        assert!((one - other).abs() <= 1e-12, "{one} and {other} the other way round");
    }
    let ends: Vec<(f64, f64)> = a.iter().copied().zip(b.iter().copied()).collect();
    finite(coverage(&ends, &b).ok());
    finite(mean_width(&ends).ok());
    let positive: Vec<bool> = b.iter().map(|_| bytes.flag()).collect();
    finite(auc(&a, &positive).ok());
}
