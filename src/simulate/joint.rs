//! The joint distribution of two peers' levels on one criterion.

mod factor;

use thiserror::Error;

use crate::math;
use factor::{Channel, total};

/// How the levels that two random peers give one work on one criterion go together, and reports
/// that go together so.
///
/// The table `P(i,j)` is the probability that, of two peers who assessed the same work, one gave
/// level i and the other level j. To simulate it ([`RubricNoise`](super::RubricNoise)), works have
/// true levels and a peer reports a level by a channel, independently of the others:
///
/// ```text
/// P'(i,j) = sum_t prior(t) N(t,i) N(t,j)          what two reports follow
/// N = M^1/2,  M(i,j) = P(i,j) / margin(i),  prior = margin
/// ```
///
/// This root gives P' = P wherever it exists and is not negative, as it does for 73 % of the 1,944
/// criteria published with Shnayder and Parkes, "Practical Peer Prediction for Peer Assessment",
/// HCOMP 2016 (joint distributions of two random peers in MOOCs). Of the other 527 tables 487 have
/// a negative eigenvalue, so that no independent reports follow them. For those tables the search
/// starts from the root without what is negative and goes on towards the least squared error over
/// all channels and priors with as many true levels as levels (a symmetric non-negative
/// factorisation); [`misfit`](Self::misfit) and [`achieved`](Self::achieved) say how near it comes:
/// over all criteria the largest error of a cell is below 0.0093 for 95 in 100, and that of the
/// correlation below 0.0077.
///
/// The true level is a class of works that peers see alike: the table cannot tell what a level
/// ought to mean. Its channel is noisy: the mean of ever more reports of a work goes to
/// [`expected_report`](Self::expected_report), not to the true level itself.
///
/// O(levels^3) time, O(levels^2) space.
///
/// When not to use it: for reviewers who differ, as the table is of two random ones; for criteria
/// that depend on each other.
///
/// ```
/// use peergrade::simulate::JointTable;
///
/// // Two levels: both peers low 0.3, both high 0.4, one of each 0.3.
/// let table = JointTable::new(2, &[0.3, 0.15, 0.15, 0.4])?;
/// assert!((table.margin()[1] - 0.55).abs() < 1e-15);
/// assert!((table.given().agreement() - 0.7).abs() < 1e-15);
/// assert!(table.misfit() < 1e-15);
/// # Ok::<(), peergrade::simulate::JointError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct JointTable {
    cells: Vec<f64>,
    margin: Vec<f64>,
    channel: Channel,
    achieved: Vec<f64>,
    /// Running sums of the prior.
    levels: Vec<f64>,
    /// Running sums of the rows of the channel.
    reports: Vec<f64>,
}

/// How two random peers agree: what a table says in three numbers.
///
/// ```
/// use peergrade::simulate::JointTable;
///
/// let peers = JointTable::new(2, &[0.4, 0.1, 0.1, 0.4])?.given();
/// assert!((peers.agreement() - 0.8).abs() < 1e-15);
/// assert!((peers.kappa().unwrap() - 0.6).abs() < 1e-15);
/// assert!((peers.correlation().unwrap() - 0.6).abs() < 1e-15);
/// # Ok::<(), peergrade::simulate::JointError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeerAgreement {
    agreement: f64,
    kappa: Option<f64>,
    correlation: Option<f64>,
}

impl PeerAgreement {
    /// The probability that two peers give the same level.
    #[must_use]
    pub fn agreement(&self) -> f64 {
        self.agreement
    }

    /// Cohen's kappa, `(agreement - chance) / (1 - chance)` with `chance = sum_i margin(i)^2`: up to
    /// 1, 0 for peers who agree no more than strangers. `None` where all give one level.
    ///
    /// Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
    /// Measurement 20, 1960.
    #[must_use]
    pub fn kappa(&self) -> Option<f64> {
        self.kappa
    }

    /// The correlation of two peers' levels, counted 0, 1, ...: the reliability of one review.
    /// `None` where all give one level.
    #[must_use]
    pub fn correlation(&self) -> Option<f64> {
        self.correlation
    }

    fn of(n: usize, cells: &[f64]) -> Self {
        let margin: Vec<f64> = cells.chunks_exact(n).map(total).collect();
        let over = |value: &dyn Fn(usize) -> f64| (0..n).fold(0.0, |sum, i| sum + value(i));
        let mean = over(&|i| i as f64 * margin[i]);
        let apart = |i: usize| i as f64 - mean;
        let agreement = over(&|i| cells[i * n + i]);
        let chance = over(&|i| margin[i] * margin[i]);
        let variance = over(&|i| margin[i] * (apart(i) * apart(i)));
        let covariance = over(&|i| over(&|j| cells[i * n + j] * (apart(i) * apart(j))));
        let varied = margin.iter().filter(|&&share| share > 0.0).count() > 1;
        Self {
            agreement: math::min(agreement, 1.0),
            // A share of 1e-20 beside another is nothing in a sum.
            kappa: (varied && chance < 1.0).then(|| (agreement - chance) / (1.0 - chance)),
            correlation: (varied && variance > 0.0)
                .then(|| math::clamp(covariance / variance, -1.0, 1.0)),
        }
    }
}

/// Why numbers make no [`JointTable`].
///
/// ```
/// use peergrade::simulate::JointTable;
///
/// let error = JointTable::new(2, &[0.5, 0.25, 0.0, 0.25]).unwrap_err();
/// assert_eq!(error.to_string(), "cell (0, 1) is 0.25 and (1, 0) is 0, but peers have no order");
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum JointError {
    /// Too few levels or too many.
    #[error("{levels} levels, but there must be from 2 to {MAX_LEVELS}")]
    Levels {
        /// How many.
        levels: usize,
    },
    /// Not a square of that many levels.
    #[error("{cells} cells, but {levels} levels need {}", .levels * .levels)]
    Cells {
        /// How many cells.
        cells: usize,
        /// How many levels.
        levels: usize,
    },
    /// A cell that is no probability.
    #[error("cell ({row}, {column}) is {value}, but must be from 0 to 1")]
    Cell {
        /// The level of one peer.
        row: usize,
        /// The level of the other.
        column: usize,
        /// The value.
        value: f64,
    },
    /// Two mirrored cells differ by more than 0.001.
    #[error(
        "cell ({row}, {column}) is {value} and ({column}, {row}) is {mirrored}, but peers have no order"
    )]
    Asymmetric {
        /// The level of one peer.
        row: usize,
        /// The level of the other.
        column: usize,
        /// The value.
        value: f64,
        /// The value of the mirrored cell.
        mirrored: f64,
    },
    /// Probabilities, of cells or of levels, that do not sum to 1 within 0.001.
    #[error("the probabilities sum to {sum}, but must sum to 1 within {TOLERANCE}")]
    Sum {
        /// The sum.
        sum: f64,
    },
    /// The share of a level is no probability.
    #[error("the share of level {level} is {value}, but must be from 0 to 1")]
    Share {
        /// The level.
        level: usize,
        /// The value.
        value: f64,
    },
    /// A latent correlation that reports cannot have.
    #[error("the correlation is {value}, but must be from 0 to 1")]
    Correlation {
        /// The value.
        value: f64,
    },
}

/// The most levels of a table.
const MAX_LEVELS: usize = 64;

/// What rounding to three digits may do to a sum and to mirrored cells.
const TOLERANCE: f64 = 1e-3;

impl JointTable {
    /// The table of so many levels, from 2 to 64, with these cells, row by row.
    ///
    /// Cells are probabilities, mirrored cells are equal and all sum to 1. What rounding to three
    /// digits does to that is allowed and put right: mirrored cells become their mean and the sum 1.
    ///
    /// # Errors
    ///
    /// [`JointError`] where they are not.
    pub fn new(levels: usize, cells: &[f64]) -> Result<Self, JointError> {
        check_levels(levels)?;
        if cells.len() != levels * levels {
            return Err(JointError::Cells { cells: cells.len(), levels });
        }
        let at = |i: usize| (i / levels, i % levels, cells[i]);
        for (row, column, value) in (0..cells.len()).map(at) {
            if !(0.0..=1.0).contains(&value) {
                return Err(JointError::Cell { row, column, value });
            }
            let mirrored = cells[column * levels + row];
            if column < row && (value - mirrored).abs() > TOLERANCE {
                let (row, column, value, mirrored) = (column, row, mirrored, value);
                return Err(JointError::Asymmetric { row, column, value, mirrored });
            }
        }
        let sum = check_sum(cells)?;
        let mean = |i: usize| f64::midpoint(cells[i], cells[i % levels * levels + i / levels]);
        Ok(Self::from_cells(levels, (0..cells.len()).map(|i| mean(i) / sum).collect()))
    }

    /// The table of peers who see one normal quality with normal noise and give levels by common
    /// thresholds, at which the levels have these shares.
    ///
    /// ```text
    /// x = sqrt(r) q + sqrt(1 - r) e,   q, e ~ N(0, 1),   e fresh for every peer
    /// report i  where  Phi(x) is between the sums of the shares below i and up to i
    /// ```
    ///
    /// `correlation` is r, from 0 to 1, that of x: two peers' levels, being coarser, correlate less.
    /// Above 1 - 1e-8 it is taken as 1. A share may be 0.
    ///
    /// The trapezoidal rule over q in steps of 0.4 of the width of the noise, which for functions as
    /// smooth is right to rounding; O(levels^2 / sqrt(1 - r)) time besides.
    ///
    /// # Errors
    ///
    /// [`JointError`] where there are fewer than 2 shares or more than 64, one is no probability or
    /// they do not sum to 1 within 0.001, or the correlation is not from 0 to 1.
    ///
    /// ```
    /// use peergrade::simulate::JointTable;
    ///
    /// // Cut at the median, normal peers agree with probability 1/2 + asin(r) / pi.
    /// let table = JointTable::probit(&[0.5, 0.5], 0.5)?;
    /// assert!((table.given().agreement() - 2.0 / 3.0).abs() < 1e-14);
    /// # Ok::<(), peergrade::simulate::JointError>(())
    /// ```
    pub fn probit(shares: &[f64], correlation: f64) -> Result<Self, JointError> {
        let n = shares.len();
        check_levels(n)?;
        let wrong = |&(_, value): &(usize, f64)| !(0.0..=1.0).contains(&value);
        if let Some((level, value)) = shares.iter().copied().enumerate().find(wrong) {
            return Err(JointError::Share { level, value });
        }
        let sum = check_sum(shares)?;
        if !(0.0..=1.0).contains(&correlation) {
            return Err(JointError::Correlation { value: correlation });
        }
        let shares: Vec<f64> = shares.iter().map(|share| share / sum).collect();
        Ok(Self::from_cells(n, probit_cells(&shares, correlation)))
    }

    fn from_cells(n: usize, cells: Vec<f64>) -> Self {
        let margin: Vec<f64> = cells.chunks_exact(n).map(total).collect();
        let channel = factor::channel(n, &cells, &margin);
        let achieved = factor::table(n, &channel);
        let levels = running(&channel.prior);
        let reports = channel.rows.chunks_exact(n).flat_map(running).collect();
        Self { cells, margin, channel, achieved, levels, reports }
    }

    /// How many levels there are.
    #[must_use]
    pub fn levels(&self) -> usize {
        self.margin.len()
    }

    /// The table, row by row: symmetric, summing to 1.
    #[must_use]
    pub fn cells(&self) -> &[f64] {
        &self.cells
    }

    /// The share of each level in one peer's reports.
    #[must_use]
    pub fn margin(&self) -> &[f64] {
        &self.margin
    }

    /// The share of each true level: the margin, up to rounding, wherever the root of the table is
    /// not negative.
    #[must_use]
    pub fn prior(&self) -> &[f64] {
        &self.channel.prior
    }

    /// The probability of each report (column) by true level (row), row by row; each row sums to 1.
    #[must_use]
    pub fn channel(&self) -> &[f64] {
        &self.channel.rows
    }

    /// The mean of the reports, counted 0, 1, ..., of a work of each true level.
    #[must_use]
    pub fn expected_report(&self) -> Vec<f64> {
        let mean = |row: &[f64]| (0..).zip(row).fold(0.0, |sum, (i, p)| sum + f64::from(i) * p);
        self.channel.rows.chunks_exact(self.levels()).map(mean).collect()
    }

    /// How two peers of the table agree.
    #[must_use]
    pub fn given(&self) -> PeerAgreement {
        PeerAgreement::of(self.levels(), &self.cells)
    }

    /// How two simulated peers agree.
    #[must_use]
    pub fn achieved(&self) -> PeerAgreement {
        PeerAgreement::of(self.levels(), &self.achieved)
    }

    /// The table of two simulated peers, row by row.
    #[must_use]
    pub fn achieved_cells(&self) -> &[f64] {
        &self.achieved
    }

    /// The largest difference of a cell between the table and that of two simulated peers.
    #[must_use]
    pub fn misfit(&self) -> f64 {
        let cells = self.cells.iter().zip(&self.achieved);
        cells.fold(0.0, |largest, (a, b)| math::max(largest, (a - b).abs()))
    }

    /// The true level of a uniform on [0, 1). O(log levels).
    pub(crate) fn draw_level(&self, u: f64) -> usize {
        draw(&self.levels, u)
    }

    /// The report of a work of true level `t`, of a uniform on [0, 1). O(log levels).
    pub(crate) fn draw_report(&self, t: usize, u: f64) -> usize {
        let n = self.levels();
        draw(&self.reports[t * n..(t + 1) * n], u)
    }
}

fn check_levels(levels: usize) -> Result<(), JointError> {
    if (2..=MAX_LEVELS).contains(&levels) { Ok(()) } else { Err(JointError::Levels { levels }) }
}

fn check_sum(probabilities: &[f64]) -> Result<f64, JointError> {
    let sum = total(probabilities);
    if (sum - 1.0).abs() <= TOLERANCE { Ok(sum) } else { Err(JointError::Sum { sum }) }
}

/// Sums up to each probability, 1 from the last that is not zero: so none is drawn that is zero.
fn running(probabilities: &[f64]) -> Vec<f64> {
    let last = probabilities.iter().rposition(|&p| p > 0.0).unwrap_or(0);
    let mut sum = 0.0;
    let up_to = |(i, p): (usize, &f64)| {
        sum += p;
        if i < last { math::min(sum, 1.0) } else { 1.0 }
    };
    probabilities.iter().enumerate().map(up_to).collect()
}

fn draw(running: &[f64], u: f64) -> usize {
    running.partition_point(|&sum| sum <= u)
}

/// The farthest quality that counts, in standard deviations.
const FAR: f64 = 9.0;

/// Below this width of the noise, beside a quality of 1, peers are alike.
const SHARP: f64 = 1e-4;

/// The table of [`JointTable::probit`].
fn probit_cells(shares: &[f64], correlation: f64) -> Vec<f64> {
    let n = shares.len();
    let (common, own) = (math::sqrt(correlation), math::sqrt(1.0 - correlation));
    let mut cells = vec![0.0; n * n];
    if own <= SHARP * common {
        (0..n).for_each(|i| cells[i * n + i] = shares[i]);
        return cells;
    }
    let thresholds: Vec<f64> = running(shares).iter().map(|&sum| quantile(sum)).collect();
    let step = 0.4 * if own < common { own / common } else { 1.0 };
    // At most 225,000 either way.
    #[allow(clippy::cast_possible_truncation)]
    let steps = (FAR / step) as i32;
    let mut weights = 0.0;
    for k in -steps..=steps {
        let q = f64::from(k) * step;
        let weight = math::exp(-0.5 * q * q);
        weights += weight;
        let mut below = 0.0;
        let row = thresholds.iter().map(|&threshold| {
            let up_to = math::normal_cdf((threshold - common * q) / own);
            up_to - core::mem::replace(&mut below, up_to)
        });
        let row: Vec<f64> = row.collect();
        for i in 0..n {
            for j in 0..n {
                cells[i * n + j] += weight * (row[i] * row[j]);
            }
        }
    }
    cells.iter().map(|cell| cell / weights).collect()
}

/// The standard normal quantile, infinite at 0 and 1.
fn quantile(p: f64) -> f64 {
    if p <= 0.0 {
        f64::NEG_INFINITY
    } else if p >= 1.0 {
        f64::INFINITY
    } else {
        math::normal_quantile(p)
    }
}

#[cfg(test)]
mod tests;
