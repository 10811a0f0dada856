//! What grade each submission deserves: one trait, one file per method, one list.
//!
//! | name | method | standard errors | source |
//! |---|---|---|---|
//! | `mean` | [`Mean`] | no | Moodle, Peergrade, Sakai |
//! | `median` | [`Median`] | no | Coursera, CrowdGrader, openHPI |
//! | `trimmed-mean` | [`TrimmedMean`] | no | Tukey 1962 |
//! | `shrunk-mean` | [`ShrunkMean`], the default | yes | James and Stein 1961, Morris 1983 |
//! | `hamer` | [`Hamer`] | no | Hamer, Ma and Kwong 2005 |
//! | `expertiza-hamer` | [`Hamer::expertiza`] | no | Expertiza |
//! | `ora2-median` | [`Ora2::median`]: rounds up | no | Open edX ORA2 |
//! | `ora2-mean` | [`Ora2::mean`]: rounds up | no | Open edX ORA2 |
//! | `pg1-gibbs` | [`Pg1Gibbs`], for small courses | yes | Piech and others 2013 |
//! | `pg2` | [`Pg2`], the same with [`Pg2::term`] for several assignments | yes | Piech and others 2013 |
//! | `pg3` | [`Pg3`], for small courses | yes | Piech and others 2013 |
//! | `pg4` | [`Pg4`], for small courses | yes | Mi and Yeung 2015 |
//! | `pg5` | [`Pg5`], for small courses | yes | Mi and Yeung 2015 |
//! | `peer-rank` | [`PeerRank`] | no | Walsh 2014 |
//! | `rank-with-ta` | [`RankWithTa`] | no | Namanloo, Thorpe and Salehi-Abari 2021 |
//! | `blup` | [`Blup`] | yes | Henderson 1975, Patterson and Thompson 1971 |
//! | `moodle` | [`Moodle`]; with exemplars [`Calibrated`] | no | Moodle Workshop |
//! | `crowdgrader` | [`CrowdGrader`] | no | CrowdGrader since 2016 |
//! | `peergrade` | [`Peergrade`] | no | Peergrade |
//! | `mfrm` | [`ManyFacetRasch`], for rubrics with few levels | yes | Linacre 1989 |
//! | `vancouver` | [`Vancouver`] | yes | de Alfaro and Shavlovsky 2013, CrowdGrader |
//! | `vancouver-debias` | [`Vancouver::debias`] | yes | the same |
//! | `vancouver-simple` | [`SimplifiedVancouver`] | yes | Hartline, Downey and others |
//! | `crh` | [`Crh`] | no | Li, Li, Gao, Zhao, Fan and Han 2014 |
//! | `catd` | [`Catd`] | no | Li and others 2015 |
//! | `gtm` | [`Gtm`] | no | Zhao and Han 2012 |
//! | `sword` | [`Sword`] | no | after Cho and Schunn 2007 |
//! | `competence` | [`CompetenceWeights`] | no | Calibrated Peer Review |
//! | `posterior` | [`Posterior`] | yes | Piech and others 2013, by expectation propagation, with manners |
//! | `pg1-vb` | [`Pg1Vb`] | yes | Piech and others 2013, by variational Bayes |
//! | `pg1-em` | [`Pg1Em`] | yes | Piech and others 2013 |
//! | `burrell-em` | [`BurrellEm`] | no | Burrell and Schoenebeck 2023 |
//! | `calibration-with-confidence` | [`CalibrationWithConfidence`] | no | MacKay, Kenna, Low and Parker 2017 |
//! | `weighted-mean` | [`WeightedMean`] | no | Moodle Workshop |
//! | `weighted-median` | [`WeightedMedian`] | no | Edgeworth 1888 |
//! | `winsorised-mean` | [`WinsorisedMean`] | no | Dixon 1960 |
//! | `huber` | [`Huber`] | no | Huber 1964 |
//!
//! A new method is one file here, one line in [`METHODS`] and one row above; every law, bench and
//! program takes it from that list.
//!
//! All of them leave out self-reviews, give a submission without reviews no grade, and let the
//! grades of staff and the known grades of exemplars stand.

mod blup;
mod burrell;
mod by_rank;
mod calibration_with_confidence;
mod catd;
mod combination;
mod competence;
mod crh;
mod crossed;
mod crowdgrader;
#[cfg(test)]
mod fixtures;
mod gather;
mod gibbs;
mod gtm;
mod hamer;
mod huber;
mod list;
mod mean;
mod median;
mod mfrm;
mod moments;
mod moodle;
mod ora2;
mod own_grades;
mod peer_rank;
mod peergrade;
mod pg1;
mod policy;
mod posterior;
mod rank_with_ta;
mod ranks;
mod ratings;
mod residuals;
mod review_grades;
mod rounds;
mod shrunk_mean;
mod sword;
mod trimmed_mean;
mod trusted;
mod vancouver;
mod vancouver_simple;
mod weighted;
mod winsorised_mean;

use core::fmt;

use thiserror::Error;

pub use blup::{Blup, Components};
pub use burrell::{BurrellEm, ReviewerWeights};
pub use calibration_with_confidence::CalibrationWithConfidence;
pub use catd::Catd;
pub use competence::CompetenceWeights;
pub use crh::Crh;
pub use crowdgrader::{CrowdGrader, CrowdGrades};
pub use gibbs::{Pg1Gibbs, Pg2, Pg3, Pg4, Pg5};
pub use gtm::Gtm;
pub use hamer::Hamer;
pub use huber::Huber;
pub use list::{METHODS, Method, by_name, default_method};
pub use mean::Mean;
pub use median::Median;
pub use mfrm::ManyFacetRasch;
pub use moodle::{BestAssessment, Calibrated, Moodle, Strictness};
pub use ora2::{Ora2, Ora2Counted, Ora2Log, Ora2Rule};
pub use peer_rank::PeerRank;
pub use peergrade::{Peergrade, PeergradeFeedback, PeergradeScores, Reaction};
pub use pg1::{Pg1Em, Pg1Vb};
pub use policy::{GradingPolicy, SelfReviews, StaffGrades};
pub use posterior::{LiveError, LivePosterior, Posterior, ReviewerHistory};
pub use rank_with_ta::RankWithTa;
pub use review_grades::ReviewGrades;
pub use shrunk_mean::ShrunkMean;
pub use sword::Sword;
pub use trimmed_mean::TrimmedMean;
pub use trusted::Trusted;
pub use vancouver::Vancouver;
pub use vancouver_simple::SimplifiedVancouver;
pub use weighted::{WeightedMean, WeightedMedian};
pub use winsorised_mean::WinsorisedMean;

use crate::chunks;
use crate::error::ScoreError;
use crate::gradebook::{Column, Gradebook, GradebookError, MISSING};
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::reviews::Reviews;

/// A method that turns reviews into grades.
///
/// Object-safe and open: a method of your own ends with [`Gradebook::builder`] and can stand
/// wherever one of these does.
///
/// ```
/// use peergrade::aggregate::{AggregateError, Aggregator};
/// use peergrade::{Column, Gradebook, Reviews, SubmissionId};
///
/// /// The best score counts.
/// #[derive(Debug)]
/// struct Highest;
///
/// impl Aggregator for Highest {
///     fn name(&self) -> &str {
///         "highest"
///     }
///
///     fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
///         let mut book = Gradebook::builder(reviews, self.name());
///         for criterion in 0..reviews.rubric().criteria().len() {
///             let submissions = 0..reviews.graph().submissions() as u32;
///             book = book.criterion(Column::new(submissions.map(|s| {
///                 let scores = reviews.scores_of(SubmissionId::new(s), criterion);
///                 scores.iter().copied().max_by(f64::total_cmp)
///             }))?);
///         }
///         Ok(book.build()?)
///     }
/// }
/// ```
pub trait Aggregator: fmt::Debug + Send + Sync {
    /// The name by which programs call the method.
    fn name(&self) -> &str;

    /// The grades of these reviews.
    ///
    /// # Errors
    ///
    /// [`AggregateError`] where the method cannot work with what it was given.
    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError>;
}

/// Why a method gives no grades.
///
/// ```
/// use peergrade::aggregate::{AggregateError, TrimmedMean};
///
/// let error = TrimmedMean::new(0.5).unwrap_err();
/// assert!(matches!(error, AggregateError::Setting { value: 0.5, .. }));
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum AggregateError {
    /// A setting that the method cannot use.
    #[error("{method}: {setting} is {value}, {needed}")]
    Setting {
        /// The method.
        method: &'static str,
        /// The setting.
        setting: &'static str,
        /// Its value.
        value: f64,
        /// What it must be.
        needed: &'static str,
    },
    /// A policy that needs standard errors, and a method that has none.
    #[error("{method} has no standard errors, which staff grades of known precision need")]
    NoStdErrors {
        /// The method.
        method: String,
    },
    /// More ratings than there are ids: reviews times criteria.
    #[error(transparent)]
    Graph(#[from] crate::error::GraphError),
    /// A review that is not there.
    #[error("{method}: reviewer {reviewer} has no review of submission {submission}")]
    NoReview {
        /// The method.
        method: &'static str,
        /// The submission.
        submission: SubmissionId,
        /// The reviewer.
        reviewer: PersonId,
    },
    /// A submission that is not there, or not of the kind that is needed.
    #[error("{method}: submission {submission} is not one of {needed}")]
    Submission {
        /// The method.
        method: &'static str,
        /// The submission.
        submission: SubmissionId,
        /// Of which it should be one.
        needed: &'static str,
    },
    /// A score that its scale does not have, or of a criterion that is not there.
    #[error("{method}: submission {submission}, criterion {criterion}: {error}")]
    Score {
        /// The method.
        method: &'static str,
        /// The submission.
        submission: SubmissionId,
        /// The position of the criterion.
        criterion: usize,
        /// What is wrong with the score.
        error: ScoreError,
    },
    /// A history of other people.
    #[error("posterior: the history is of {history} people, the cohort has {cohort}")]
    History {
        /// How many people the history is of.
        history: usize,
        /// How many people the cohort has.
        cohort: usize,
    },
    /// The method wrote a gradebook that is none.
    #[error(transparent)]
    Gradebook(#[from] GradebookError),
}

/// One grade per submission from its scores on one criterion; missing without scores.
fn by_scores(
    reviews: &Reviews,
    criterion: usize,
    grade: impl Fn(&mut Vec<f64>, &[f64]) -> f64 + Sync,
) -> Column {
    let scores = |i: usize| reviews.scores_of(SubmissionId::new(to_u32(i)), criterion);
    let chunks = chunks::map(reviews.graph().submissions(), |range| {
        let mut scratch = Vec::new();
        let grades = range.map(|i| match scores(i) {
            [] => MISSING,
            scores => grade(&mut scratch, scores),
        });
        grades.collect::<Vec<f64>>()
    });
    Column::from_raw(chunks.concat())
}
