//! How good are the grades, the order and the intervals, where the truth is known: staff grades, a
//! simulation, a benchmark. And what needs no truth: agreement of raters, luck, changes, waiting.
//!
//! | metric | formula | range | best | source |
//! |---|---|---|---|---|
//! | [`rmse`] | `sqrt(mean((e - t)^2))` | `[0, inf)`, points | 0 | Piech et al., EDM 2013 |
//! | [`mae`] | <code>mean(&#124;e - t&#124;)</code> | `[0, inf)`, points | 0 | Willmott and Matsuura, Climate Research 2005 |
//! | [`bias`] | `mean(e - t)` | `(-inf, inf)`, points | 0 | Walther and Moore, Ecography 2005 |
//! | [`pearson`] | `cov(e, t) / (sd(e) sd(t))` | `[-1, 1]` | 1 | Pearson, Proc. R. Soc. London 1895 |
//! | [`kendall_tau_b`] | `(C - D) / sqrt((n0 - n1)(n0 - n2))` | `[-1, 1]` | 1 | Kendall, Biometrika 1945; Knight, JASA 1966 |
//! | [`affine_rmse`] | `sd(t) sqrt(1 - r^2)` | `[0, sd(t)]`, points | 0 | Pearson, 1895 |
//! | [`tail_mae`] | mean of the largest <code>&#124;e - t&#124;</code> | `[0, inf)`, points | 0 | Acerbi and Tasche, J. Banking and Finance 2002 |
//! | [`paired_difference`] | `mean(a - b)`, `sd(a - b) / sqrt(n)` | points | | Student, Biometrika 1908 |
//! | [`spearman`] | `pearson(rank(e), rank(t))` | `[-1, 1]` | 1 | Spearman, Am. J. Psychology 1904 |
//! | [`pairwise_accuracy`] | `(right + tied / 2) / pairs` | `[0, 1]` | 1 | Somers, Am. Sociol. Rev. 1962 |
//! | [`top_share`] | <code>&#124;top(e) and top(t)&#124; / k</code> | `[0, 1]` | 1 | Manning et al., 2008 |
//! | [`exact_agreement`], [`adjacent_agreement`] | <code>share(&#124;a - b&#124; <= w)</code> | `[0, 1]` | 1 | Cohen, 1960; Williamson et al., 2012 |
//! | [`cohen_kappa`] | `(p - chance) / (1 - chance)` | `[-1, 1]` | 1 | Cohen, EPM 1960 |
//! | [`quadratic_weighted_kappa`] | `1 - sum(w O) / sum(w E)` | `[-1, 1]` | 1 | Cohen, Psych. Bulletin 1968 |
//! | [`icc_one_way`] | `(MSB - MSW) / (MSB + (k0 - 1) MSW)` | `[-1, 1]` | 1 | Shrout and Fleiss, Psych. Bulletin 1979 |
//! | [`icc_two_way`] | `(MSR - MSE) / (MSR + ...)` | up to 1 | 1 | Shrout and Fleiss, Psych. Bulletin 1979 |
//! | [`krippendorff_alpha`] | `1 - D_o / D_e` | up to 1 | 1 | Hayes and Krippendorff, CMM 2007 |
//! | [`VarianceComponents`] | `truth / (truth + (bias + noise) / k)` | `[0, 1]` | 1 | Cronbach et al., 1963 |
//! | [`coverage`] | `share(low <= t <= high)` | `[0, 1]` | the nominal level | Gneiting et al., JRSS B 2007 |
//! | [`mean_width`] | `mean(high - low)` | `[0, inf)`, points | small at the same coverage | Gneiting et al., JRSS B 2007 |
//! | [`gaussian_coverage`] | <code>share(&#124;t - m&#124; <= z sd)</code> | `[0, 1]` | the level | Gneiting et al., JRSS B 2007 |
//! | [`gaussian_crps`] | `mean(sd (z (2 Phi - 1) + 2 phi - 1 / sqrt(pi)))` | `[0, inf)`, points | 0 | Gneiting and Raftery, JASA 2007 |
//! | [`gaussian_log_score`] | `mean(ln density)` | nats | large | Good, JRSS B 1952 |
//! | [`gaussian_pit`], [`pit_histogram`] | `Phi((t - m) / sd)` | `[0, 1]` | flat | Dawid, JRSS A 1984; Diebold et al., IER 1998 |
//! | [`brier_score`] | `mean((p - o)^2)` | `[0, 1]` | 0 | Brier, Monthly Weather Review 1950 |
//! | [`auc`] | `(above + tied / 2) / (P N)` | `[0, 1]` | 1 | Hanley and `McNeil`, Radiology 1982 |
//! | [`binary_auc`], [`quinary_auc`] | [`auc`] of halves, of quintiles | `[0, 1]` | 1 | Burrell and Schoenebeck, EC 2023 |
//! | [`spot_check_equivalence`] | share of checks that is as good | `[0, 1]` | 1 | Xu et al., 2024 |
//! | [`checking_payments`] | `-mean((score - t)^2)` | `(-inf, 0]` | 0 | Xu et al., 2024 |
//! | [`damage`] | `rmse(attacked) - rmse(clean)` | points | 0 | defined here |
//! | [`breakdown_share`] | share of attackers at a damage | `[0, 1]` | 1 | after Hampel, Ann. Math. Stat. 1971 |
//! | [`largest_change`] | <code>max &#124;after - before&#124;</code> | points | 0 | after Hampel, JASA 1974 |
//! | [`rank_gain`] | `rank(before) - rank(after)` | `(-n, n)` | at most 0 | Burrell and Schoenebeck, EC 2023 |
//! | [`subgroup_errors`] | [`bias`] and [`rmse`] by subgroup, gaps | points | 0 | Cleary, J. Educ. Measurement 1968 |
//! | [`luck_of_the_draw`] | variance of a grade over plans | squared points | 0 | Fisher, 1925 |
//! | [`flip_rate`] | `share(level(before) != level(after))` | `[0, 1]` | 0 | Livingston and Lewis, J. Educ. Measurement 1995 |
//! | [`graded_by_deadline`], [`unreviewed_share`] | shares of submissions | `[0, 1]` | 1, 0 | defined here |
//! | [`mean_wait`] | `mean(min(end, until) - start)` | `[0, inf)`, time | 0 | Irwin, J. Hygiene 1949 |
//! | [`load_range`] | `max - min` | `0..` | 0 or 1 | defined here |
//!
//! Row `i` of one slice belongs to row `i` of the other; keep only the submissions that have both.
//! Points are the unit of the slices. No function panics or returns NaN or infinity: what has no
//! finite answer is a [`MetricError`]. Magnitudes from the smallest to the largest `f64` are safe,
//! since points are scaled by a power of two before they are squared or summed. The same slices
//! give the same bits on every platform and any number of threads; the same rows in another order
//! may change the last bits of a mean, but none of those which count, as [`kendall_tau_b`].
//!
//! ```
//! use peergrade::metrics;
//!
//! let (estimate, truth) = ([6.0, 7.5, 9.0], [5.0, 8.0, 10.0]);
//! assert_eq!(metrics::rmse(&estimate, &truth)?, 0.75_f64.sqrt());
//! assert_eq!(metrics::kendall_tau_b(&estimate, &truth)?, 1.0);
//! # Ok::<(), metrics::MetricError>(())
//! ```

mod accuracy;
mod agreement;
mod category;
mod components;
mod curve;
mod detection;
mod differences;
mod error;
mod fairness;
mod gaussian;
mod interval;
mod operations;
mod rank;
mod ratings;
mod robustness;
mod top;

pub use accuracy::{
    PairedDifference, affine_rmse, bias, mae, paired_difference, pearson, rmse, tail_mae,
};
pub use agreement::{OneWayIcc, TwoWayIcc, icc_one_way, icc_two_way, krippendorff_alpha};
pub use category::{
    adjacent_agreement, cohen_kappa, exact_agreement, levels, quadratic_weighted_kappa,
};
pub use components::VarianceComponents;
pub use detection::{
    auc, binary_auc, brier_score, checking_payments, quinary_auc, spot_check_equivalence,
};
pub use error::{MetricError, Side};
pub use fairness::{Luck, Subgroup, SubgroupErrors, flip_rate, luck_of_the_draw, subgroup_errors};
pub use gaussian::{
    gaussian_coverage, gaussian_crps, gaussian_log_score, gaussian_pit, pit_histogram,
};
pub use interval::{coverage, mean_width};
pub use operations::{graded_by_deadline, load_range, mean_wait, unreviewed_share};
pub use rank::{kendall_tau_b, pairwise_accuracy, spearman};
pub use robustness::{breakdown_share, damage, largest_change, rank_gain};
pub use top::top_share;

#[cfg(test)]
mod tests {
    use super::*;

    type Metric = fn(&[f64], &[f64]) -> Result<f64, MetricError>;

    const METRICS: [(Metric, usize); 9] = [
        (rmse, 1),
        (mae, 1),
        (bias, 1),
        (pearson, 2),
        (kendall_tau_b, 2),
        (affine_rmse, 3),
        (pairwise_accuracy, 2),
        (spearman, 2),
        (|e, t| top_share(e, t, 0.1), 1),
    ];

    #[test]
    fn every_metric_of_two_columns_refuses_what_it_cannot_answer() {
        for (metric, min) in METRICS {
            for (estimates, truths) in [(3, 2), (0, 1), (1, 0)] {
                assert_eq!(
                    metric(&vec![1.0; estimates], &vec![1.0; truths]),
                    Err(MetricError::LengthMismatch {
                        first: (Side::Estimate, estimates),
                        second: (Side::Truth, truths)
                    })
                );
            }
            for n in 0..min {
                assert_eq!(
                    metric(&vec![1.0; n], &vec![1.0; n]),
                    Err(MetricError::TooFew { n, min })
                );
            }
            let fine = [1.0, 2.0, 3.0];
            assert!(metric(&fine, &fine).is_ok());
            for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                let broken = [1.0, bad, bad];
                for (side, result) in [
                    (Side::Estimate, metric(&broken, &fine)),
                    (Side::Truth, metric(&fine, &broken)),
                    (Side::Estimate, metric(&broken, &broken)),
                ] {
                    let Err(MetricError::NotFinite { side: s, index, value }) = result else {
                        panic!("{result:?}");
                    };
                    assert_eq!((s, index, value.to_bits()), (side, 1, bad.to_bits()));
                }
            }
        }
    }

    #[test]
    fn correlations_refuse_a_constant_column_and_name_it() {
        for metric in [pearson, kendall_tau_b, spearman] {
            for constant in [[0.1; 3], [0.0, -0.0, 0.0], [f64::MAX; 3]] {
                let vary = [1.0, 2.0, 3.0];
                for (e, t, side) in [
                    (constant, vary, Side::Estimate),
                    (vary, constant, Side::Truth),
                    (constant, constant, Side::Estimate),
                ] {
                    assert_eq!(metric(&e, &t), Err(MetricError::Constant { side }));
                }
            }
        }
    }

    #[test]
    fn long_columns_keep_their_bits() {
        let column = |step: u32, modulus: u32| -> Vec<f64> {
            let value = |i: u32| crate::math::sqrt(f64::from(i * step % modulus));
            (0..50_000).map(value).collect()
        };
        let (e, t) = (column(7919, 10_007), column(7919, 10_009));
        let intervals: Vec<_> = e.iter().map(|&e| (e - 9.0, e + 0.3)).collect();
        let values = METRICS.map(|(metric, _)| metric(&e, &t).unwrap());
        let width = mean_width(&intervals).unwrap();
        let pinned = [
            4_629_913_696_533_451_487,
            4_628_271_735_799_267_633,
            13_796_255_226_104_023_265,
            13_800_196_241_488_166_805,
            13_798_091_629_948_939_852,
        ];
        assert_eq!(values[..5].iter().map(|x| x.to_bits()).collect::<Vec<_>>(), pinned);
        assert_eq!(width.to_bits(), 4_621_425_052_621_576_583, "{width}");
    }

    #[test]
    fn messages_name_the_values() {
        let side = Side::Truth;
        let (index, low, high) = (4, 2.5, 1.0);
        for (error, message) in [
            (MetricError::TooFew { n: 1, min: 2 }, "1 rows, but the metric needs at least 2"),
            (
                MetricError::NotFinite { side, index, value: f64::NAN },
                "truth in row 4 is NaN, which is not finite",
            ),
            (
                MetricError::Reversed { index, low, high },
                "the interval in row 4 is reversed: low 2.5 is above high 1",
            ),
            (MetricError::Constant { side }, "every truth is equal, so the metric is undefined"),
            (MetricError::Overflow { metric: "rmse" }, "the rmse is too large for an f64"),
        ] {
            assert_eq!(error.to_string(), message);
        }
    }
}
