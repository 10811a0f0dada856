//! The criteria by which work is judged.

use crate::error::RubricError;
use crate::scale::Scale;

/// One criterion of a [`Rubric`]: a name, a scale and a weight.
///
/// ```
/// use peergrade::{Criterion, Scale};
///
/// let style = Criterion::new("style", Scale::with_step(0.0, 3.0, 1.0)?).with_weight(0.5);
/// assert_eq!(style.name(), "style");
/// # Ok::<(), peergrade::ScaleError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Criterion {
    name: String,
    scale: Scale,
    weight: f64,
}

impl Criterion {
    /// A criterion of weight 1.
    #[must_use]
    pub fn new(name: impl Into<String>, scale: Scale) -> Self {
        Self { name: name.into(), scale, weight: 1.0 }
    }

    /// Sets what one point of this criterion is worth in the total. 0 makes it feedback only.
    /// Checked by [`Rubric::new`].
    #[must_use]
    pub fn with_weight(mut self, weight: f64) -> Self {
        self.weight = weight;
        self
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its scale.
    #[must_use]
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// What one point of it is worth in the total.
    #[must_use]
    pub fn weight(&self) -> f64 {
        self.weight
    }
}

/// The criteria of a review, each with a scale and a weight.
///
/// The total is the weighted **sum** of the criteria, as teachers add up points; give weights that
/// sum to one for a weighted mean.
///
/// ```
/// use peergrade::{Criterion, Rubric, Scale};
///
/// let rubric = Rubric::new([
///     Criterion::new("code", Scale::new(0.0, 5.0)?).with_weight(2.0),
///     Criterion::new("style", Scale::new(0.0, 3.0)?),
/// ])?;
/// assert_eq!(rubric.total(&[4.0, 1.0]), 9.0);
/// assert_eq!(rubric.scale().max(), 13.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Vec<Criterion>", into = "Vec<Criterion>"))]
pub struct Rubric {
    criteria: Vec<Criterion>,
    scale: Scale,
}

impl Rubric {
    /// The most criteria of one rubric.
    pub const MAX_CRITERIA: usize = 1000;

    /// A rubric of these criteria, in this order.
    ///
    /// # Errors
    ///
    /// [`RubricError`] where there is no criterion or more than [`Self::MAX_CRITERIA`], two have
    /// one name, a weight is negative or not finite, all are zero, or the total overflows.
    ///
    /// ```
    /// use peergrade::{Rubric, RubricError};
    ///
    /// assert_eq!(Rubric::new([]), Err(RubricError::Empty));
    /// ```
    pub fn new(criteria: impl IntoIterator<Item = Criterion>) -> Result<Self, RubricError> {
        let limit = Self::MAX_CRITERIA;
        let criteria: Vec<Criterion> = criteria.into_iter().take(limit + 1).collect();
        if criteria.is_empty() {
            return Err(RubricError::Empty);
        }
        if criteria.len() > limit {
            return Err(RubricError::TooMany { limit });
        }
        for (i, criterion) in criteria.iter().enumerate() {
            let Criterion { name, weight, .. } = criterion;
            if !weight.is_finite() || *weight < 0.0 {
                return Err(RubricError::Weight { criterion: name.clone(), weight: *weight });
            }
            if criteria[..i].iter().any(|earlier| earlier.name == *name) {
                return Err(RubricError::DuplicateName { criterion: name.clone() });
            }
        }
        if criteria.iter().all(|criterion| criterion.weight == 0.0) {
            return Err(RubricError::NoWeight);
        }
        let scale = total_scale(&criteria)?;
        Ok(Self { criteria, scale })
    }

    /// The rubric of a single score of weight 1, named "score".
    ///
    /// ```
    /// use peergrade::{Rubric, Scale};
    ///
    /// let scale = Scale::new(0.0, 10.0)?;
    /// assert_eq!(Rubric::single(scale).scale(), scale);
    /// # Ok::<(), peergrade::ScaleError>(())
    /// ```
    #[must_use]
    pub fn single(scale: Scale) -> Self {
        Self { criteria: vec![Criterion::new("score", scale)], scale }
    }

    /// The criteria, in order.
    #[must_use]
    pub fn criteria(&self) -> &[Criterion] {
        &self.criteria
    }

    /// The scale of the total. It has a step only where a single criterion of weight 1 has one.
    #[must_use]
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// The total of one score per criterion: their weighted sum, from the first to the last.
    ///
    /// # Panics
    ///
    /// Never; scores beyond the criteria are ignored.
    #[must_use]
    pub fn total(&self, scores: &[f64]) -> f64 {
        let terms = self.criteria.iter().zip(scores);
        terms.fold(0.0, |sum, (criterion, score)| sum + criterion.weight * score)
    }

    /// The same rubric with scores between two levels allowed.
    pub(crate) fn without_steps(mut self) -> Self {
        for criterion in &mut self.criteria {
            criterion.scale = criterion.scale.without_step();
        }
        self.scale = self.scale.without_step();
        self
    }

    /// Whether the total is the one score itself.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(&self.criteria[..], [only] if only.weight.to_bits() == 1.0_f64.to_bits())
    }
}

fn total_scale(criteria: &[Criterion]) -> Result<Scale, RubricError> {
    if let [only] = criteria
        && only.weight.to_bits() == 1.0_f64.to_bits()
    {
        return Ok(only.scale);
    }
    let total = |bound: fn(&Scale) -> f64| {
        criteria.iter().fold(0.0, |sum, criterion| sum + criterion.weight * bound(&criterion.scale))
    };
    Scale::new(total(Scale::min), total(Scale::max)).map_err(RubricError::Total)
}

impl From<Rubric> for Vec<Criterion> {
    fn from(rubric: Rubric) -> Self {
        rubric.criteria
    }
}

impl TryFrom<Vec<Criterion>> for Rubric {
    type Error = RubricError;

    fn try_from(criteria: Vec<Criterion>) -> Result<Self, RubricError> {
        Self::new(criteria)
    }
}
