//! The list from which every law, bench and program takes its methods.

use super::{
    Aggregator, Blup, BurrellEm, CalibrationWithConfidence, Catd, CompetenceWeights, Crh,
    CrowdGrader, Gtm, Hamer, Huber, ManyFacetRasch, Mean, Median, Moodle, Ora2, PeerRank,
    Peergrade, Pg1Em, Pg1Gibbs, Pg1Vb, Pg2, Pg3, Pg4, Pg5, Posterior, RankWithTa, ShrunkMean,
    SimplifiedVancouver, Sword, TrimmedMean, Vancouver, WeightedMean, WeightedMedian,
    WinsorisedMean,
};
use crate::seed::Seed;

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
    make: Make,
}

#[derive(Debug, Clone, Copy)]
enum Make {
    Fixed(fn() -> Box<dyn Aggregator>),
    Drawing(fn(Seed) -> Box<dyn Aggregator>),
}

const fn fixed(
    name: &'static str,
    summary: &'static str,
    make: fn() -> Box<dyn Aggregator>,
) -> Method {
    Method { name, summary, make: Make::Fixed(make) }
}

const fn drawing(
    name: &'static str,
    summary: &'static str,
    make: fn(Seed) -> Box<dyn Aggregator>,
) -> Method {
    Method { name, summary, make: Make::Drawing(make) }
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

    /// Whether it draws: then another seed gives another result, and it takes hundreds of passes over
    /// the reviews.
    #[must_use]
    pub fn draws(&self) -> bool {
        matches!(self.make, Make::Drawing(_))
    }

    /// The method with its default settings. One that draws has seed 1.
    #[must_use]
    pub fn aggregator(&self) -> Box<dyn Aggregator> {
        self.with_seed(Seed::new(1))
    }

    /// The method with its default settings and this seed, which matters to those that draw.
    ///
    /// ```
    /// use peergrade::Seed;
    /// use peergrade::aggregate::METHODS;
    ///
    /// let methods: Vec<_> = METHODS.iter().map(|m| m.with_seed(Seed::new(7))).collect();
    /// assert_eq!(methods.len(), METHODS.len());
    /// ```
    #[must_use]
    pub fn with_seed(&self, seed: Seed) -> Box<dyn Aggregator> {
        match self.make {
            Make::Fixed(make) => make(),
            Make::Drawing(make) => make(seed),
        }
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
    fixed("mean", "the mean of the scores", || Box::new(Mean)),
    fixed("median", "the middle score", || Box::new(Median)),
    fixed("trimmed-mean", "the mean without the highest and lowest fifth of the scores", || {
        Box::new(TrimmedMean::default())
    }),
    fixed(
        "shrunk-mean",
        "the mean, drawn to the mean of the course as far as reviewers disagree",
        || Box::new(ShrunkMean),
    ),
    fixed(
        "hamer",
        "reviewers weighted by closeness to the grades (Hamer, Ma and Kwong 2005)",
        || Box::new(Hamer::default()),
    ),
    fixed("expertiza-hamer", "Hamer's weights as Expertiza computes them", || {
        Box::new(Hamer::expertiza())
    }),
    fixed(
        "ora2-median",
        "the median, rounded up to whole points in every criterion (Open edX)",
        || Box::new(Ora2::median()),
    ),
    fixed(
        "ora2-mean",
        "the mean, rounded up to whole points in every criterion (Open edX)",
        || Box::new(Ora2::mean()),
    ),
    drawing(
        "pg1-gibbs",
        "reviewers with bias and precision, by draws (Piech and others 2013)",
        |seed| Box::new(Pg1Gibbs::default().seed(seed)),
    ),
    drawing("pg2", "the same with biases that drift over the assignments of a term", |seed| {
        Box::new(Pg2::default().seed(seed))
    }),
    drawing("pg3", "precision linear in the own grade, by draws (Piech and others 2013)", |seed| {
        Box::new(Pg3::default().seed(seed))
    }),
    drawing("pg4", "precision drawn by the own grade, by draws (Mi and Yeung 2015)", |seed| {
        Box::new(Pg4::default().seed(seed))
    }),
    drawing("pg5", "reliability around the own grade, by draws (Mi and Yeung 2015)", |seed| {
        Box::new(Pg5::default().seed(seed))
    }),
    fixed("peer-rank", "reviewers weighted by the grades of their own works (Walsh 2014)", || {
        Box::new(PeerRank::default())
    }),
    fixed(
        "rank-with-ta",
        "PeerRank with rewards for reviewing and the grades of staff in it",
        || Box::new(RankWithTa::default()),
    ),
    fixed(
        "blup",
        "grades without the biases of reviewers, drawn to the mean (crossed random effects)",
        || Box::new(Blup::default()),
    ),
    fixed(
        "posterior",
        "grades from what is known of each reviewer: bias, precision, manner; with intervals",
        || Box::new(Posterior::default()),
    ),
    fixed(
        "moodle",
        "the mean to five decimals of a percent, weighted if asked (Moodle Workshop)",
        || Box::new(Moodle::default()),
    ),
    fixed("crowdgrader", "the median of every row, as CrowdGrader computes it", || {
        Box::new(CrowdGrader::default())
    }),
    fixed("peergrade", "the mean of criteria and peers, as Peergrade computes it", || {
        Box::new(Peergrade::default())
    }),
    fixed(
        "mfrm",
        "levels by quality, severity and thresholds (many-facet Rasch, Linacre 1989)",
        || Box::new(ManyFacetRasch::default()),
    ),
    fixed(
        "vancouver",
        "messages between works and reviewers (de Alfaro and Shavlovsky 2013)",
        || Box::new(Vancouver::default()),
    ),
    fixed("vancouver-debias", "the same, with reviewers' biases taken off", || {
        Box::new(Vancouver::default().debias(true))
    }),
    fixed("vancouver-simple", "the same without messages: one weight a reviewer", || {
        Box::new(SimplifiedVancouver::default())
    }),
    fixed("crh", "truth discovery with logarithmic weights (Li and others 2014)", || {
        Box::new(Crh::default())
    }),
    fixed("catd", "truth discovery that doubts who gives few reviews (Li and others 2015)", || {
        Box::new(Catd::default())
    }),
    fixed("gtm", "the Gaussian truth model (Zhao and Han 2012)", || Box::new(Gtm::default())),
    fixed("sword", "reviewers weighted by difference, consistency and spread, after SWoRD", || {
        Box::new(Sword)
    }),
    fixed("competence", "reviewers weighted by an index earned on exemplars, after CPR", || {
        Box::new(CompetenceWeights::default())
    }),
    fixed(
        "pg1-vb",
        "reviewers with biases and precisions, by variational Bayes with learned priors",
        || Box::new(Pg1Vb::default()),
    ),
    fixed(
        "pg1-em",
        "reviewers with biases and precisions, by point estimates (Piech and others 2013)",
        || Box::new(Pg1Em::default()),
    ),
    fixed(
        "burrell-em",
        "biases and precisions under a known prior (Burrell and Schoenebeck 2023)",
        || Box::new(BurrellEm::default()),
    ),
    fixed(
        "calibration-with-confidence",
        "grades without the biases of reviewers, by least squares (MacKay et al. 2017)",
        || Box::new(CalibrationWithConfidence::default()),
    ),
    fixed(
        "weighted-mean",
        "the mean by weights of reviewers that somebody gives; else the mean",
        || Box::new(WeightedMean::default()),
    ),
    fixed(
        "weighted-median",
        "the median by weights of reviewers that somebody gives; else the median",
        || Box::new(WeightedMedian::default()),
    ),
    fixed(
        "winsorised-mean",
        "the mean with the highest and lowest fifth moved to the next scores",
        || Box::new(WinsorisedMean::default()),
    ),
    fixed("huber", "the mean of scores of which those far off count less (Huber 1964)", || {
        Box::new(Huber::default())
    }),
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
/// [`Posterior`].
///
/// ```
/// assert_eq!(peergrade::aggregate::default_method().name(), "posterior");
/// ```
#[must_use]
pub fn default_method() -> Box<dyn Aggregator> {
    Box::new(Posterior::default())
}
