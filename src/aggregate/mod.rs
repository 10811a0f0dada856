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
//! | `peer-rank` | [`PeerRank`] | no | Walsh 2014 |
//! | `rank-with-ta` | [`RankWithTa`] | no | Namanloo, Thorpe and Salehi-Abari 2021 |
//! | `vancouver` | [`Vancouver`] | yes | de Alfaro and Shavlovsky 2013, CrowdGrader |
//! | `vancouver-debias` | [`Vancouver::debias`] | yes | the same |
//! | `vancouver-simple` | [`SimplifiedVancouver`] | yes | Hartline, Downey and others |
//! | `crh` | [`Crh`] | no | Li, Li, Gao, Zhao, Fan and Han 2014 |
//! | `catd` | [`Catd`] | no | Li and others 2015 |
//! | `gtm` | [`Gtm`] | no | Zhao and Han 2012 |
//! | `weighted-mean` | [`WeightedMean`] | no | Moodle Workshop |
//! | `weighted-median` | [`WeightedMedian`] | no | Edgeworth 1888 |
//! | `winsorised-mean` | [`WinsorisedMean`] | no | Dixon 1960 |
//! | `huber` | [`Huber`] | no | Huber 1964 |
//! | `sword` | [`Sword`] | no | after Cho and Schunn 2007 |
//! | `competence` | [`CompetenceWeights`] | no | Calibrated Peer Review |
//!
//! A new method is one file here, one line in [`METHODS`] and one row above; every law, bench and
//! program takes it from that list.
//!
//! All of them leave out self-reviews, give a submission without reviews no grade, and let the
//! grades of staff and the known grades of exemplars stand.

mod by_rank;
mod catd;
mod combination;
mod competence;
mod crh;
#[cfg(test)]
mod fixtures;
mod gtm;
mod hamer;
mod huber;
mod mean;
mod median;
mod moments;
mod own_grades;
mod peer_rank;
mod rank_with_ta;
mod ranks;
mod ratings;
mod residuals;
mod rounds;
mod shrunk_mean;
mod sword;
mod trimmed_mean;
mod vancouver;
mod vancouver_simple;
mod weighted;
mod winsorised_mean;

use core::fmt;

use thiserror::Error;

pub use catd::Catd;
pub use competence::CompetenceWeights;
pub use crh::Crh;
pub use gtm::Gtm;
pub use hamer::Hamer;
pub use huber::Huber;
pub use mean::Mean;
pub use median::Median;
pub use peer_rank::PeerRank;
pub use rank_with_ta::RankWithTa;
pub use shrunk_mean::ShrunkMean;
pub use sword::Sword;
pub use trimmed_mean::TrimmedMean;
pub use vancouver::Vancouver;
pub use vancouver_simple::SimplifiedVancouver;
pub use weighted::{WeightedMean, WeightedMedian};
pub use winsorised_mean::WinsorisedMean;

use crate::chunks;
use crate::gradebook::{Column, Gradebook, GradebookError, MISSING};
use crate::id::{SubmissionId, to_u32};
use crate::reviews::Reviews;
use crate::seed::Seed;

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
    /// More ratings than there are ids: reviews times criteria.
    #[error(transparent)]
    Graph(#[from] crate::error::GraphError),
    /// The method wrote a gradebook that is none.
    #[error(transparent)]
    Gradebook(#[from] GradebookError),
}

/// An entry of [`METHODS`].
///
/// ```
/// use peergrade::aggregate::METHODS;
///
/// for method in METHODS {
///     assert_eq!(method.name(), method.aggregator().name());
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Method {
    name: &'static str,
    summary: &'static str,
    make: fn(Seed) -> Box<dyn Aggregator>,
}

impl Method {
    /// The name by which programs call the method.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it does, in a line.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.summary
    }

    /// The method with its default settings. One that draws has seed 1.
    #[must_use]
    pub fn aggregator(&self) -> Box<dyn Aggregator> {
        self.with_seed(Seed::new(1))
    }

    /// The method with its default settings and this seed; most methods draw nothing.
    #[must_use]
    pub fn with_seed(&self, seed: Seed) -> Box<dyn Aggregator> {
        (self.make)(seed)
    }
}

/// Every method of this crate, with default settings.
///
/// ```
/// use peergrade::aggregate::METHODS;
///
/// assert!(METHODS.iter().any(|method| method.name() == "median"));
/// ```
pub const METHODS: &[Method] = &[
    Method { name: "mean", summary: "the mean of the scores", make: |_| Box::new(Mean) },
    Method { name: "median", summary: "the middle score", make: |_| Box::new(Median) },
    Method {
        name: "trimmed-mean",
        summary: "the mean without the highest and lowest fifth of the scores",
        make: |_| Box::new(TrimmedMean::default()),
    },
    Method {
        name: "shrunk-mean",
        summary: "the mean, drawn to the mean of the course as far as reviewers disagree",
        make: |_| Box::new(ShrunkMean),
    },
    Method {
        name: "hamer",
        summary: "reviewers weighted by closeness to the grades (Hamer, Ma and Kwong 2005)",
        make: |_| Box::new(Hamer::default()),
    },
    Method {
        name: "expertiza-hamer",
        summary: "Hamer's weights as Expertiza computes them",
        make: |_| Box::new(Hamer::expertiza()),
    },
    Method {
        name: "peer-rank",
        summary: "reviewers weighted by the grades of their own works (Walsh 2014)",
        make: |_| Box::new(PeerRank::default()),
    },
    Method {
        name: "rank-with-ta",
        summary: "PeerRank with rewards for reviewing and the grades of staff in it",
        make: |_| Box::new(RankWithTa::default()),
    },
    Method {
        name: "vancouver",
        summary: "messages between works and reviewers (de Alfaro and Shavlovsky 2013)",
        make: |_| Box::new(Vancouver::default()),
    },
    Method {
        name: "vancouver-debias",
        summary: "the same, with reviewers' biases taken off",
        make: |_| Box::new(Vancouver::default().debias(true)),
    },
    Method {
        name: "vancouver-simple",
        summary: "the same without messages: one weight a reviewer",
        make: |_| Box::new(SimplifiedVancouver::default()),
    },
    Method {
        name: "crh",
        summary: "truth discovery with logarithmic weights (Li and others 2014)",
        make: |_| Box::new(Crh::default()),
    },
    Method {
        name: "catd",
        summary: "truth discovery that doubts who gives few reviews (Li and others 2015)",
        make: |_| Box::new(Catd::default()),
    },
    Method {
        name: "gtm",
        summary: "the Gaussian truth model (Zhao and Han 2012)",
        make: |_| Box::new(Gtm::default()),
    },
    Method {
        name: "weighted-mean",
        summary: "the mean by weights of reviewers that somebody gives; else the mean",
        make: |_| Box::new(WeightedMean::default()),
    },
    Method {
        name: "weighted-median",
        summary: "the median by weights of reviewers that somebody gives; else the median",
        make: |_| Box::new(WeightedMedian::default()),
    },
    Method {
        name: "winsorised-mean",
        summary: "the mean with the highest and lowest fifth moved to the next scores",
        make: |_| Box::new(WinsorisedMean::default()),
    },
    Method {
        name: "huber",
        summary: "the mean of scores of which those far off count less (Huber 1964)",
        make: |_| Box::new(Huber::default()),
    },
    Method {
        name: "sword",
        summary: "reviewers weighted by difference, consistency and spread, after SWoRD",
        make: |_| Box::new(Sword),
    },
    Method {
        name: "competence",
        summary: "reviewers weighted by an index earned on exemplars, after CPR",
        make: |_| Box::new(CompetenceWeights::default()),
    },
];

/// The method of this name; `None` where there is none.
///
/// ```
/// use peergrade::aggregate::by_name;
///
/// assert_eq!(by_name("mean").unwrap().name(), "mean");
/// assert!(by_name("oracle").is_none());
/// ```
#[must_use]
pub fn by_name(name: &str) -> Option<Box<dyn Aggregator>> {
    METHODS.iter().find(|method| method.name == name).map(Method::aggregator)
}

/// The method that the crate recommends where nothing more is known of a course:
/// [`ShrunkMean`].
///
/// ```
/// assert_eq!(peergrade::aggregate::default_method().name(), "shrunk-mean");
/// ```
#[must_use]
pub fn default_method() -> Box<dyn Aggregator> {
    Box::new(ShrunkMean)
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
