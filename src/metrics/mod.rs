//! How good are the grades, the order and the intervals, where the truth is known: staff grades, a
//! simulation, a benchmark.
//!
//! | metric | formula | range | best | source |
//! |---|---|---|---|---|
//! | [`rmse`] | `sqrt(mean((e - t)^2))` | `[0, inf)`, points | 0 | Piech et al., EDM 2013 |
//! | [`mae`] | <code>mean(&#124;e - t&#124;)</code> | `[0, inf)`, points | 0 | Willmott and Matsuura, Climate Research 2005 |
//! | [`bias`] | `mean(e - t)` | `(-inf, inf)`, points | 0 | Walther and Moore, Ecography 2005 |
//! | [`pearson`] | `cov(e, t) / (sd(e) sd(t))` | `[-1, 1]` | 1 | Pearson, Proc. R. Soc. London 1895 |
//! | [`kendall_tau_b`] | `(C - D) / sqrt((n0 - n1)(n0 - n2))` | `[-1, 1]` | 1 | Kendall, Biometrika 1945; Knight, JASA 1966 |
//! | [`coverage`] | `share(low <= t <= high)` | `[0, 1]` | the nominal level | Gneiting et al., JRSS B 2007 |
//! | [`mean_width`] | `mean(high - low)` | `[0, inf)`, points | small at the same coverage | Gneiting et al., JRSS B 2007 |
//!
//! Row `i` of one slice belongs to row `i` of the other; keep only the submissions that have both.
//! Points are the unit of the slices. No function panics or returns NaN or infinity: what has no
//! finite answer is a [`MetricError`]. Magnitudes from the smallest to the largest `f64` are safe,
//! since everything is scaled by a power of two before it is squared or summed. The same slices
//! give the same bits on every platform and any number of threads; the same rows in another order
//! may change the last bits of a mean, but none of [`kendall_tau_b`] and [`coverage`], which count.
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
mod differences;
mod error;
mod gaussian;
mod interval;
mod rank;
mod ratings;
mod top;

pub use accuracy::{
    PairedDifference, affine_rmse, bias, mae, paired_difference, pearson, rmse, tail_mae,
};
pub use agreement::{OneWayIcc, TwoWayIcc, icc_one_way, icc_two_way, krippendorff_alpha};
pub use category::{
    adjacent_agreement, cohen_kappa, exact_agreement, levels, quadratic_weighted_kappa,
};
pub use components::VarianceComponents;
pub use error::{MetricError, Side};
pub use gaussian::{
    gaussian_coverage, gaussian_crps, gaussian_log_score, gaussian_pit, pit_histogram,
};
pub use interval::{coverage, mean_width};
pub use rank::{kendall_tau_b, pairwise_accuracy, spearman};
pub use top::top_share;

#[cfg(test)]
mod tests {
    use super::*;

    type Metric = fn(&[f64], &[f64]) -> Result<f64, MetricError>;

    const METRICS: [(Metric, usize); 5] =
        [(rmse, 1), (mae, 1), (bias, 1), (pearson, 2), (kendall_tau_b, 2)];

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
        for metric in [pearson, kendall_tau_b] {
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
        assert_eq!(values.map(f64::to_bits), pinned, "{values:?}");
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
