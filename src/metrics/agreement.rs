//! How far ratings of the same thing agree, and how many of them a grade needs.

use super::components::VarianceComponents;
use super::differences::{Unit, finite, square};
use super::error::MetricError;
use super::ratings::Ratings;
use crate::{chunks, math};

/// Intraclass correlation where every group has its own raters: one-way random effects.
///
/// Made by [`icc_one_way`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneWayIcc {
    /// Mean squares, in squared units: they cannot vanish both.
    between: f64,
    within: f64,
    k0: f64,
    unit: Unit,
}

impl OneWayIcc {
    /// ICC(1,1): the reliability of one rating, in `[-1 / (k0 - 1), 1]`. The share of the variance
    /// of a rating that is due to what is rated.
    #[must_use]
    pub fn single(&self) -> f64 {
        (self.between - self.within) / (self.between + (self.k0 - 1.0) * self.within)
    }

    /// ICC(1,k): the reliability of the mean of a group, up to 1; below 0 where groups are closer to
    /// one another than chance would have them. `None` where their means do not differ at all.
    #[must_use]
    pub fn average(&self) -> Option<f64> {
        ratio(self.between - self.within, self.between)
    }

    /// The size of a group that counts, between the smallest and the mean: the mean where all groups
    /// are equal.
    #[must_use]
    pub fn k0(&self) -> f64 {
        self.k0
    }

    /// The mean square between groups, in squared points.
    #[must_use]
    pub fn between(&self) -> f64 {
        self.unit.square(self.between)
    }

    /// The mean square within groups, in squared points.
    #[must_use]
    pub fn within(&self) -> f64 {
        self.unit.square(self.within)
    }

    /// Variances of truth, `max(0, (MSB - MSW) / k0)`, and of noise, `MSW`, which holds the bias of
    /// the raters too: a one-way design cannot tell them apart.
    #[must_use]
    pub fn components(&self) -> VarianceComponents {
        let truth = math::max((self.between - self.within) / self.k0, 0.0);
        VarianceComponents::estimated([truth, 0.0, self.within].map(|x| self.unit.square(x)))
    }
}

/// The intraclass correlation of ratings in groups, one group for each thing rated.
///
/// ```text
/// ICC(1,1) = (MSB - MSW) / (MSB + (k0 - 1) MSW)       ICC(1,k) = (MSB - MSW) / MSB
///
/// MSB = sum_u k_u (mean_u - mean)^2 / (n - 1)         between the n groups
/// MSW = sum_u sum_j (x_uj - mean_u)^2 / (N - n)       within, of N ratings
/// k0  = (N - sum_u k_u^2 / N) / (n - 1)
/// ```
///
/// Groups may differ in size; empty ones are left out. For reviews, a group is what
/// [`Reviews::scores_of`](crate::Reviews::scores_of) gives: collect the slices, no score is copied.
/// It takes raters as drawn anew for every group, so their bias counts as noise; where all rated
/// everything, [`icc_two_way`] separates it. Depends on how different the things are: a course where
/// all are good has a low ICC with the same raters.
///
/// O(N) time, O(n) space. Shrout and Fleiss, "Intraclass correlations: uses in assessing rater
/// reliability", Psychological Bulletin 86, 1979; k0 for unequal groups is from Snedecor and
/// Cochran, "Statistical Methods", 1967.
///
/// # Errors
///
/// [`MetricError`] if a rating is not finite, there are fewer than 2 groups with a rating, no group
/// has 2, all ratings are equal, or a mean square is beyond `f64::MAX`.
///
/// ```
/// use peergrade::metrics::icc_one_way;
///
/// let icc = icc_one_way(&[vec![3.0, 4.0], vec![5.0, 5.0, 6.0], vec![1.0, 2.0, 2.0], vec![4.0, 6.0]])?;
/// assert!((icc.single() - 0.8221153846).abs() < 1e-10);
/// assert!((icc.average().unwrap() - 0.9193548387).abs() < 1e-10);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn icc_one_way<G: AsRef<[f64]> + Sync>(groups: &[G]) -> Result<OneWayIcc, MetricError> {
    let ratings = Ratings::new(groups, 1)?;
    let (groups, n, total) = (&ratings.groups, ratings.groups.len(), ratings.total);
    if n == total {
        return Err(MetricError::TooFewGroups { n: 0, min: 1, ratings: 2 });
    }
    let [between, within] =
        ratings.sums(|group, mean| [group.count as f64 * square(group.mean - mean), group.squares]);
    let sizes = chunks::sum(n, |u| square(groups[u].count as f64));
    let (between, within) = (between / (n - 1) as f64, within / (total - n) as f64);
    for mean_square in [between, within] {
        finite(ratings.unit.square(mean_square), "mean square")?;
    }
    let k0 = (total as f64 - sizes / total as f64) / (n - 1) as f64;
    Ok(OneWayIcc { between, within, k0, unit: ratings.unit })
}

/// Intraclass correlation where the same raters rated everything: two-way random effects, absolute
/// agreement.
///
/// Made by [`icc_two_way`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoWayIcc {
    /// Mean squares, in squared units: they cannot all vanish.
    rows: f64,
    columns: f64,
    residual: f64,
    n: f64,
    k: f64,
    unit: Unit,
}

impl TwoWayIcc {
    /// ICC(2,1): the reliability of one rating, by a rater drawn at random. `None` where it is 0 / 0,
    /// which takes a table of 2 by 2.
    #[must_use]
    pub fn single(&self) -> Option<f64> {
        let Self { rows, columns, residual, n, k, .. } = *self;
        let noise = (k - 1.0 - k / n) * residual + k / n * columns;
        ratio(rows - residual, rows + noise)
    }

    /// ICC(2,k): the reliability of the mean of all raters, up to 1. `None` where its denominator is
    /// not above 0, as where the rows do not differ.
    #[must_use]
    pub fn average(&self) -> Option<f64> {
        let Self { rows, columns, residual, n, .. } = *self;
        ratio(rows - residual, rows + (columns - residual) / n)
    }

    /// The mean square between rows, in squared points.
    #[must_use]
    pub fn rows(&self) -> f64 {
        self.unit.square(self.rows)
    }

    /// The mean square between columns, the raters, in squared points.
    #[must_use]
    pub fn columns(&self) -> f64 {
        self.unit.square(self.columns)
    }

    /// The mean square of what is left, in squared points.
    #[must_use]
    pub fn residual(&self) -> f64 {
        self.unit.square(self.residual)
    }

    /// Variances of truth, `max(0, (MSR - MSE) / k)`, of the bias of raters,
    /// `max(0, (MSC - MSE) / n)`, and of noise, `MSE`.
    #[must_use]
    pub fn components(&self) -> VarianceComponents {
        let Self { rows, columns, residual, n, k, .. } = *self;
        let truth = math::max((rows - residual) / k, 0.0);
        let bias = math::max((columns - residual) / n, 0.0);
        VarianceComponents::estimated([truth, bias, residual].map(|x| self.unit.square(x)))
    }
}

/// The intraclass correlation of a complete table: one row for each thing, one column for each
/// rater.
///
/// ```text
/// ICC(2,1) = (MSR - MSE) / (MSR + (k - 1) MSE + k (MSC - MSE) / n)
/// ICC(2,k) = (MSR - MSE) / (MSR + (MSC - MSE) / n)
///
/// MSR = k sum_i (mean of row i - mean)^2 / (n - 1)
/// MSC = n sum_j (mean of column j - mean)^2 / (k - 1)
/// MSE = sum_ij (x_ij - row i - column j + mean)^2 / ((n - 1)(k - 1))
/// ```
///
/// A rater's bias counts against agreement, but is known as such. For exemplars or a panel that all
/// rated; a peer course is sparse: use [`icc_one_way`], or fit a model and ask its
/// [`VarianceComponents`]. O(n k) time, O(n + k) space. Shrout and Fleiss, "Intraclass correlations:
/// uses in assessing rater reliability", Psychological Bulletin 86, 1979.
///
/// # Errors
///
/// [`MetricError`] if a rating is not finite, there are fewer than 2 rows, the first has fewer than
/// 2 ratings, another has more or fewer than it, all ratings are equal, or a mean square is beyond
/// `f64::MAX`.
///
/// ```
/// use peergrade::metrics::icc_two_way;
///
/// let icc = icc_two_way(&[[9.0, 2.0, 5.0, 8.0], [6.0, 1.0, 3.0, 2.0], [8.0, 4.0, 6.0, 8.0]])?;
/// // The second rater is harsh: a part of the noise is bias.
/// assert!(icc.components().bias() > icc.components().noise());
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn icc_two_way<G: AsRef<[f64]> + Sync>(rows: &[G]) -> Result<TwoWayIcc, MetricError> {
    let k = rows.first().map_or(0, |row| row.as_ref().len());
    let table = Ratings::new(rows, 2)?;
    let ragged = |row: &G| row.as_ref().len() != k;
    if let Some(index) = rows.iter().position(ragged) {
        let len = rows[index].as_ref().len();
        return Err(MetricError::Ragged { index, len, expected: k });
    }
    let (n, width, mean) = (rows.len() as f64, k as f64, table.mean);
    let value = |i: usize, j: usize| table.unit.difference((rows[i].as_ref()[j], table.origin));
    let of_column = |j: usize| chunks::sum(rows.len(), |i| value(i, j)) / n;
    let columns: Vec<f64> = (0..k).map(of_column).collect();
    let residuals = |i: usize| {
        let row = table.groups[i].mean - mean;
        (0..k).fold(0.0, |sum, j| sum + square(value(i, j) - row - columns[j]))
    };
    let between_rows = chunks::sum(rows.len(), |i| square(table.groups[i].mean - mean));
    let between_columns = chunks::sum(k, |j| square(columns[j] - mean));
    let icc = TwoWayIcc {
        rows: width * between_rows / (n - 1.0),
        columns: n * between_columns / (width - 1.0),
        residual: chunks::sum(rows.len(), residuals) / ((n - 1.0) * (width - 1.0)),
        n,
        k: width,
        unit: table.unit,
    };
    for mean_square in [icc.rows(), icc.columns(), icc.residual()] {
        finite(mean_square, "mean square")?;
    }
    Ok(icc)
}

/// The alpha of Krippendorff for ratings on an interval scale: agreement beyond chance.
///
/// ```text
/// alpha = 1 - D_o / D_e
///
/// D_o = (1/N) sum_u 2 (m_u sum x^2 - (sum x)^2) / (m_u - 1)       within units
/// D_e = 2 (N sum x^2 - (sum x)^2) / (N (N - 1))                   over all ratings
/// ```
///
/// Units with fewer than 2 ratings are left out, and N counts what remains. Up to 1, which is full
/// agreement; 0 is chance, and below is worse. Units may differ in size, raters may miss any, which
/// suits peer reviews; for their shape see [`icc_one_way`], to which it is close. Differences count
/// by their square, so points should be equally far apart.
///
/// O(N) time, O(n) space. Hayes and Krippendorff, "Answering the call for a standard reliability
/// measure for coding data", Communication Methods and Measures 1, 2007.
///
/// # Errors
///
/// [`MetricError`] if a rating is not finite, fewer than 2 units have 2 ratings, or all ratings in
/// such units are equal.
///
/// ```
/// use peergrade::metrics::krippendorff_alpha;
///
/// let alpha = krippendorff_alpha(&[vec![1.0, 1.0], vec![3.0, 4.0, 4.0], vec![2.0]])?;
/// assert!((alpha - (1.0 - 0.2 / 2.3)).abs() < 1e-15);
/// # Ok::<(), peergrade::metrics::MetricError>(())
/// ```
pub fn krippendorff_alpha<G: AsRef<[f64]> + Sync>(units: &[G]) -> Result<f64, MetricError> {
    let ratings = Ratings::new(units, 2)?;
    // From deviations, which keep the digits of a small variance around a large mean.
    let [within, total] = ratings.sums(|unit, mean| {
        let m = unit.count as f64;
        [unit.squares * m / (m - 1.0), unit.squares + m * square(unit.mean - mean)]
    });
    let n = ratings.total as f64;
    Ok(1.0 - (within / n) / (total / (n - 1.0)))
}

/// A ratio that means something.
fn ratio(numerator: f64, denominator: f64) -> Option<f64> {
    let ratio = numerator / denominator;
    (denominator > 0.0 && ratio.is_finite()).then_some(ratio)
}

#[cfg(test)]
mod tests {
    use super::super::Side;
    use super::*;
    use proptest::prelude::*;

    /// The table of Shrout and Fleiss.
    const TABLE: [[f64; 4]; 6] = [
        [9.0, 2.0, 5.0, 8.0],
        [6.0, 1.0, 3.0, 2.0],
        [8.0, 4.0, 6.0, 8.0],
        [7.0, 1.0, 2.0, 6.0],
        [10.0, 5.0, 6.0, 9.0],
        [6.0, 2.0, 4.0, 7.0],
    ];

    fn near(value: f64, expected: f64) {
        assert!((value - expected).abs() < 5e-11, "{value} {expected}");
    }

    #[test]
    fn published_intraclass_correlations() {
        let one = icc_one_way(&TABLE).unwrap();
        near(one.single(), 0.165_741_768_4);
        near(one.average().unwrap(), 0.442_797_133_7);
        near(one.k0(), 4.0);
        let two = icc_two_way(&TABLE).unwrap();
        near(two.single().unwrap(), 0.289_763_779_5);
        near(two.average().unwrap(), 0.620_050_547_6);
        // The mean squares printed in the paper: 11.24, 6.26, 32.49, 1.02.
        for (value, printed) in [
            (one.between(), 11.24),
            (one.within(), 6.26),
            (two.rows(), 11.24),
            (two.columns(), 32.49),
            (two.residual(), 1.02),
        ] {
            assert!((value - printed).abs() < 0.005, "{value} {printed}");
        }
    }

    #[test]
    fn unequal_groups_by_hand() {
        let groups: [&[f64]; 6] =
            [&[3.0, 4.0], &[], &[5.0, 5.0, 6.0], &[1.0, 2.0, 2.0], &[4.0, 6.0], &[]];
        let icc = icc_one_way(&groups).unwrap();
        near(icc.k0(), 2.466_666_666_7);
        near(icc.single(), 0.822_115_384_6);
        near(icc.average().unwrap(), 0.919_354_838_7);
        // Within: 1/2 + 2/3 + 2/3 + 2 over 10 - 4.
        near(icc.within(), 23.0 / 36.0);
        let parts = icc.components();
        near(parts.noise(), icc.within());
        near(parts.truth(), (icc.between() - icc.within()) / icc.k0());
        near(parts.generalizability(1).unwrap(), icc.single());
    }

    #[test]
    fn published_alpha() {
        const X: f64 = f64::NAN;
        let a = [X, X, X, X, X, 3.0, 4.0, 1.0, 2.0, 1.0, 1.0, 3.0, 3.0, X, 3.0];
        let b = [1.0, X, 2.0, 1.0, 3.0, 3.0, 4.0, 3.0, X, X, X, X, X, X, X];
        let c = [X, X, 2.0, 1.0, 3.0, 4.0, 4.0, X, 2.0, 1.0, 1.0, 3.0, 3.0, X, 4.0];
        let unit = |u: usize| [a[u], b[u], c[u]].into_iter().filter(|x| !x.is_nan()).collect();
        let units: Vec<Vec<f64>> = (0..15).map(unit).collect();
        near(krippendorff_alpha(&units).unwrap(), 0.810_844_892_8);
        // 12 of the 15 units count, with 26 ratings: the others change no bit.
        let counted: Vec<_> = units.iter().filter(|unit| unit.len() > 1).collect();
        assert_eq!(counted.iter().map(|unit| unit.len()).sum::<usize>(), 26);
        let counted: Vec<&[f64]> = counted.into_iter().map(Vec::as_slice).collect();
        assert_eq!(krippendorff_alpha(&counted), krippendorff_alpha(&units));
    }

    #[test]
    fn limits() {
        // Full agreement, and none beyond the groups.
        let same = [[1.0, 1.0], [2.0, 2.0], [7.0, 7.0]];
        assert_eq!(icc_one_way(&same).unwrap().single().to_bits(), 1.0_f64.to_bits());
        assert_eq!(icc_one_way(&same).unwrap().average(), Some(1.0));
        assert_eq!(icc_two_way(&same).unwrap().single(), Some(1.0));
        assert_eq!(krippendorff_alpha(&same), Ok(1.0));
        let opposed = [[1.0, 2.0], [2.0, 1.0], [1.0, 2.0]];
        let icc = icc_one_way(&opposed).unwrap();
        assert_eq!((icc.single().to_bits(), icc.average()), ((-1.0_f64).to_bits(), None));
        assert!(icc.components().truth() <= 0.0);
        assert_eq!(icc_two_way(&[[0.0, 1.0], [1.0, 0.0]]).unwrap().single(), None);
        assert_eq!(icc_two_way(&[[0.0, 1.0], [1.0, 0.0]]).unwrap().average(), None);
        // Tiny and huge ratings, a small variance around a large mean.
        for (scale, shift) in [(1e-300, 0.0), (5e-324, 0.0), (1e150, 0.0), (1.0, 1e15)] {
            let moved = TABLE.map(|row| row.map(|x| x * scale + shift));
            near(icc_one_way(&moved).unwrap().single(), 0.165_741_768_4);
            near(icc_two_way(&moved).unwrap().single().unwrap(), 0.289_763_779_5);
            let alpha = krippendorff_alpha(&TABLE).unwrap();
            near(krippendorff_alpha(&moved).unwrap(), alpha);
        }
        let huge = TABLE.map(|row| row.map(|x| x * 1e300));
        let overflow = MetricError::Overflow { metric: "mean square" };
        assert_eq!(icc_one_way(&huge), Err(overflow.clone()));
        assert_eq!(icc_two_way(&huge), Err(overflow));
        near(krippendorff_alpha(&huge).unwrap(), krippendorff_alpha(&TABLE).unwrap());
        let both = [[f64::MAX, f64::MAX], [f64::MIN, f64::MIN]];
        assert_eq!(krippendorff_alpha(&both), Ok(1.0));
    }

    #[test]
    fn broken_groups_are_named() {
        type Groups<'a> = [&'a [f64]];
        let all: [fn(&Groups<'_>) -> Option<MetricError>; 3] = [
            |groups| icc_one_way(groups).err(),
            |groups| icc_two_way(groups).err(),
            |groups| krippendorff_alpha(groups).err(),
        ];
        for (metric, ratings) in all.into_iter().zip([1, 2, 2]) {
            for few in [&[] as &Groups<'_>, &[&[1.0, 2.0]], &[&[1.0, 2.0], &[]]] {
                let n = few.iter().filter(|group| group.len() >= ratings).count();
                assert_eq!(metric(few), Some(MetricError::TooFewGroups { n, min: 2, ratings }));
            }
            let constant = MetricError::Constant { side: Side::Rating };
            assert_eq!(metric(&[&[0.0, -0.0], &[0.0, 0.0]]), Some(constant));
            for bad in [f64::NAN, f64::INFINITY] {
                let error = metric(&[&[1.0, 2.0], &[bad, 1.0]]).unwrap().to_string();
                assert_eq!(error, format!("rating in row 1 is {bad}, which is not finite"));
            }
        }
        let error = icc_one_way(&[[1.0], [2.0]]).unwrap_err();
        assert_eq!(error, MetricError::TooFewGroups { n: 0, min: 1, ratings: 2 });
        let ragged: [&[f64]; 3] = [&[1.0, 2.0], &[1.0, 3.0], &[1.0]];
        let error = icc_two_way(&ragged).unwrap_err().to_string();
        assert_eq!(error, "row 2 of the table has 1 values, but row 0 has 2");
    }

    proptest! {
        /// The definition of alpha, pair by pair; a table has the same mean square of rows either
        /// way; the order of groups and ratings, and a power of two as unit, change nothing.
        #[test]
        fn laws(
            groups in prop::collection::vec(prop::collection::vec(-9.0..9.0, 0..6), 2..20),
            table in prop::collection::vec(prop::collection::vec(-9.0..9.0, 4), 2..9),
        ) {
            let groups: Vec<Vec<f64>> = groups;
            if let Ok(alpha) = krippendorff_alpha(&groups) {
                let units: Vec<_> = groups.iter().filter(|unit| unit.len() > 1).collect();
                let pairs = |x: &[f64]| -> f64 {
                    x.iter().flat_map(|a| x.iter().map(move |b| square(a - b))).sum()
                };
                let all: Vec<f64> = units.iter().flat_map(|unit| unit.iter().copied()).collect();
                let n = all.len() as f64;
                let within = units.iter().map(|unit| pairs(unit) / (unit.len() as f64 - 1.0));
                let observed = within.sum::<f64>() / n;
                let expected = pairs(&all) / (n * (n - 1.0));
                prop_assert!((alpha - (1.0 - observed / expected)).abs() < 1e-11);
                let doubled: Vec<Vec<f64>> =
                    groups.iter().map(|x| x.iter().map(|x| -2.0 * x).collect()).collect();
                prop_assert_eq!(krippendorff_alpha(&doubled), Ok(alpha));
                let one = icc_one_way(&groups)?.single();
                prop_assert_eq!(icc_one_way(&doubled)?.single().to_bits(), one.to_bits());
                let turned: Vec<Vec<f64>> =
                    groups.iter().rev().map(|x| x.iter().rev().copied().collect()).collect();
                prop_assert!((icc_one_way(&turned)?.single() - one).abs() < 1e-9);
            }
            let (one, two) = (icc_one_way(&table)?, icc_two_way(&table)?);
            prop_assert!((one.between() - two.rows()).abs() <= 1e-12 * one.between());
            // Within rows lie the columns and the residual.
            let n = table.len() as f64;
            let within = 3.0 * two.columns() + (n - 1.0) * 3.0 * two.residual();
            prop_assert!((within - n * 3.0 * one.within()).abs() < 1e-9);
            prop_assert!(two.single().is_none_or(|icc| icc <= 1.0));
        }
    }
}
