//! PG2: biases that drift from one assignment to the next.

use super::chain::Course;
use super::pg1::{self, Reliabilities};
use super::{Chains, plain, setters};
use crate::aggregate::ratings::Ratings;
use crate::aggregate::{AggregateError, Aggregator};
use crate::gradebook::Gradebook;
use crate::reviews::Reviews;

/// The bias of a reviewer drifts from one assignment to the next (PG2), by Gibbs draws.
///
/// ```text
/// as PG1 for each assignment T, with   b_v^1 ~ N(0, vb),  b_v^T ~ N(b_v^(T-1), w)
///
/// b_v^T ~ N(y/B, 1/B) given its neighbours:
/// B = 1/w [1/vb for T = 1] + 1/w [unless T is the last] + k t_v
/// y = b_v^(T-1)/w + b_v^(T+1)/w + t_v sum over v's reviews in T of (z - s_u)
/// w = (2 w0 + sum of squared steps) / chi-square of the number of steps + 2
/// ```
///
/// The precision of a reviewer is the same throughout. [`Pg2::term`] takes the assignments of a
/// term at once, so that later ones tell of earlier ones too. One assignment alone has no drift
/// and is PG1: then [`aggregate`](Aggregator::aggregate) is that of
/// [`Pg1Gibbs`](super::Pg1Gibbs), where chains, parameters and averages are described. On each
/// assignment and criterion ratings have mean 0 and variance 1 within works, and biases count in that
/// unit.
///
/// Model: Piech, Huang, Chen, Do, Ng and Koller, "Tuned Models of Peer Assessment in MOOCs", EDM
/// 2013. O((reviews x criteria + people x assignments) x sweeps) time, O(reviews x criteria + people x assignments) space.
///
/// When not to use it: for a single assignment, and for large courses.
///
/// ```
/// use peergrade::aggregate::Pg2;
/// use peergrade::simulate::{Gaussian, Simulation};
/// use peergrade::{Assigner, Cohort, Seed};
///
/// let cohort = Cohort::individuals(30)?;
/// let plan = Assigner::new(4).assign(&cohort, Seed::new(1))?;
/// let week = |n| Simulation::new(Gaussian::pg2()).simulate(&cohort, &plan, Seed::new(n));
/// let term = [week(2)?.reviews().clone(), week(3)?.reviews().clone()];
/// let books = Pg2::default().term(&term)?;
/// assert_eq!(books.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pg2 {
    chains: Chains,
}

impl Default for Pg2 {
    fn default() -> Self {
        Self { chains: Chains::new(150, 45) }
    }
}

impl Pg2 {
    setters!(150, 45);

    /// The grades of the assignments of a term, in their order: a person has one id throughout.
    ///
    /// # Errors
    ///
    /// [`AggregateError`] as for a single assignment.
    pub fn term(&self, assignments: &[Reviews]) -> Result<Vec<Gradebook>, AggregateError> {
        self.chains.check("pg2")?;
        let ratings = assignments.iter().map(Ratings::by_spread);
        let ratings = ratings.collect::<Result<Vec<_>, _>>()?;
        let Some(course) = Course::new(&ratings) else {
            let books = ratings.iter().map(|ratings| Ok(plain(ratings, "pg2").build()?));
            return books.collect();
        };
        let outcome = self.chains.run(&course, &course.state(0), &Reliabilities { learn: true });
        let books = self.chains.books(&course, &outcome, ("pg2", false));
        books.into_iter().map(|book| Ok(book.build()?)).collect()
    }
}

impl Aggregator for Pg2 {
    fn name(&self) -> &'static str {
        "pg2"
    }

    fn aggregate(&self, reviews: &Reviews) -> Result<Gradebook, AggregateError> {
        self.chains.check("pg2")?;
        pg1::aggregate(self.chains, reviews, "pg2")
    }
}
