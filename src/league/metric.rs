//! The one list of what the league measures.

use super::detection::{auc, tau};
use super::evidence::Evidence;
use crate::metrics::{
    MetricError, affine_rmse, bias, coverage, gaussian_crps, gaussian_log_score, kendall_tau_b,
    mae, mean_width, pairwise_accuracy, pearson, rmse, tail_mae, top_share,
};

/// Something that the league measures of the grades of a course.
///
/// ```
/// use peergrade::league::{Better, METRICS};
///
/// let rmse = METRICS.iter().find(|metric| metric.name() == "rmse").unwrap();
/// assert_eq!(rmse.better(), Better::Lower);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    name: &'static str,
    summary: &'static str,
    better: Better,
    /// Decimals in the text table; `None` for a metric that it leaves out.
    decimals: Option<usize>,
    measure: fn(&Evidence<'_>) -> Option<f64>,
}

/// Which values of a metric are the better ones.
///
/// ```
/// use peergrade::league::Better;
///
/// assert!(Better::Near(0.9).is_better(0.88, 0.95));
/// assert!(!Better::Higher.is_better(0.88, 0.95));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Better {
    /// The lower.
    Lower,
    /// The higher.
    Higher,
    /// The nearer to this one.
    Near(f64),
}

impl Better {
    /// Whether the first value is better than the second.
    #[must_use]
    pub fn is_better(self, a: f64, b: f64) -> bool {
        match self {
            Self::Lower => a < b,
            Self::Higher => a > b,
            Self::Near(target) => (a - target).abs() < (b - target).abs(),
        }
    }
}

impl Metric {
    /// The name by which programs call the metric, and its field in their output.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it is, in a line.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.summary
    }

    /// Which of its values are the better ones.
    #[must_use]
    pub fn better(&self) -> Better {
        self.better
    }

    pub(super) fn decimals(&self) -> Option<usize> {
        self.decimals
    }

    pub(super) fn measure(&self, evidence: &Evidence<'_>) -> Option<f64> {
        (self.measure)(evidence)
    }
}

const fn metric(
    name: &'static str,
    better: Better,
    decimals: Option<usize>,
    measure: fn(&Evidence<'_>) -> Option<f64>,
    summary: &'static str,
) -> Metric {
    Metric { name, summary, better, decimals, measure }
}

use Better::{Higher, Lower, Near};

/// Everything that the league measures. A new metric is one line here: rows, the text table, the
/// program `league` and the gate take it from this list.
///
/// ```
/// use peergrade::league::METRICS;
///
/// assert!(METRICS.iter().any(|metric| metric.name() == "auc"));
/// ```
#[rustfmt::skip] // one metric, one line
pub const METRICS: &[Metric] = &[
    metric("rmse", Lower, Some(3), |e| rmse(&e.estimate, &e.truth).ok(), "root mean squared error, in points"),
    metric("mae", Lower, Some(3), |e| mae(&e.estimate, &e.truth).ok(), "mean absolute error, in points"),
    metric("bias", Near(0.0), None, |e| bias(&e.estimate, &e.truth).ok(), "mean of grade - truth, in points"),
    metric("affine_rmse", Lower, None, |e| affine_rmse(&e.estimate, &e.truth).ok(), "rmse after the best straight line, in points"),
    metric("tail_mae", Lower, None, |e| tail_mae(&e.estimate, &e.truth, 0.1).ok(), "mean absolute error of the worst tenth, in points"),
    metric("honest_rmse", Lower, None, honest_rmse, "rmse over the works of honest authors, under attack, in points"),
    metric("pearson", Higher, Some(3), |e| pearson(&e.estimate, &e.truth).ok(), "correlation with the truth"),
    metric("tau_b", Higher, Some(3), |e| kendall_tau_b(&e.estimate, &e.truth).ok(), "rank correlation with the truth"),
    metric("pairs", Higher, None, |e| pairwise_accuracy(&e.estimate, &e.truth).ok(), "share of pairs of works in the right order"),
    metric("top_tenth", Higher, None, |e| top_share(&e.estimate, &e.truth, 0.1).ok(), "share of the best tenth that is found"),
    metric("coverage50", Near(0.5), None, |e| covered(e, 0.5), "share of truths in the 50 % interval"),
    metric("coverage80", Near(0.8), None, |e| covered(e, 0.8), "share of truths in the 80 % interval"),
    metric("coverage90", Near(0.9), Some(3), |e| covered(e, 0.9), "share of truths in the 90 % interval"),
    metric("coverage95", Near(0.95), None, |e| covered(e, 0.95), "share of truths in the 95 % interval"),
    metric("width90", Lower, Some(2), |e| mean_width(&e.intervals(0.9).0).ok(), "mean width of the 90 % interval, in points"),
    metric("crps", Lower, None, |e| normal(e, gaussian_crps), "continuous ranked probability score of the grade, in points"),
    metric("log_score", Higher, None, |e| normal(e, gaussian_log_score), "mean log density of the truth"),
    metric("held_out_rmse", Lower, Some(3), |e| Some(e.held_out()?.rmse()), "rmse of the prediction of hidden ratings, in points"),
    metric("held_out_log", Higher, None, |e| Some(e.held_out()?.log_score()), "mean log density of hidden ratings"),
    metric("auc", Higher, Some(3), auc, "probability that a bad reviewer is ranked below a good one"),
    metric("reviewer_tau", Higher, None, tau, "rank correlation of what is said of reviewers with the accuracy of their reviews"),
];

fn covered(evidence: &Evidence<'_>, level: f64) -> Option<f64> {
    let (intervals, truth) = evidence.intervals(level);
    coverage(&intervals, &truth).ok()
}

fn honest_rmse(evidence: &Evidence<'_>) -> Option<f64> {
    let (estimate, truth) = evidence.of_the_honest()?;
    rmse(&estimate, &truth).ok()
}

type Score = fn(&[f64], &[f64], &[f64]) -> Result<f64, MetricError>;

/// A score of grade and standard error as a normal law; `None` where a standard error is 0.
fn normal(evidence: &Evidence<'_>, score: Score) -> Option<f64> {
    let (mean, sd, truth) = evidence.predictions();
    score(&mean, &sd, &truth).ok()
}
