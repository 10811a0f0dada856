//! Metrics against independent libraries (`tests/oracles/metrics.py`) and on a million rows.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may fail

use peergrade::metrics::{self, MetricError};
use serde_json::Value;

type Columns = fn(&[f64], &[f64]) -> Result<f64, MetricError>;

/// One entry of the reference file.
struct Case<'a>(&'a str, &'a Value);

impl Case<'_> {
    fn numbers(&self, key: &str) -> Vec<f64> {
        let array = self.1[key].as_array().unwrap();
        array.iter().map(|x| x.as_f64().unwrap()).collect()
    }

    fn levels(&self, key: &str) -> Vec<u32> {
        let level = |x: &Value| u32::try_from(x.as_u64().unwrap()).unwrap();
        self.1[key].as_array().unwrap().iter().map(level).collect()
    }

    fn flags(&self, key: &str) -> Vec<bool> {
        self.1[key].as_array().unwrap().iter().map(|x| x.as_bool().unwrap()).collect()
    }

    fn groups(&self, key: &str) -> Vec<Vec<f64>> {
        let group = |x: &Value| x.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
        self.1[key].as_array().unwrap().iter().map(group).collect()
    }

    /// Equal to the reference up to 1e-9, of values above 1 relative.
    fn holds(&self, key: &str, value: f64) {
        let expected = self.1[key].as_f64().expect(key);
        near(value, expected, &format!("{} {key}", self.0));
    }
}

fn near(value: f64, expected: f64, what: &str) {
    let tolerance = 1e-9 * if expected.abs() > 1.0 { expected.abs() } else { 1.0 };
    assert!((value - expected).abs() <= tolerance, "{what}: {value}, but {expected}");
}

/// Every case of an area of the reference file.
fn each(area: &str, check: impl Fn(&Case<'_>)) {
    let text = include_str!("oracles/metrics.json");
    let all: Value = serde_json::from_str(text).unwrap();
    let cases = all[area].as_array().unwrap();
    assert!(!cases.is_empty());
    for (i, case) in cases.iter().enumerate() {
        check(&Case(&format!("{area} {i}"), case));
    }
}

#[test]
fn accuracy_and_order() {
    const METRICS: [(&str, Columns); 8] = [
        ("rmse", metrics::rmse),
        ("mae", metrics::mae),
        ("bias", metrics::bias),
        ("pearson", metrics::pearson),
        ("spearman", metrics::spearman),
        ("kendall_tau_b", metrics::kendall_tau_b),
        ("affine_rmse", metrics::affine_rmse),
        ("pairwise_accuracy", metrics::pairwise_accuracy),
    ];
    each("order_and_accuracy", |case| {
        let (estimate, truth) = (case.numbers("estimate"), case.numbers("truth"));
        for (name, metric) in METRICS {
            case.holds(name, metric(&estimate, &truth).unwrap());
        }
        case.holds("tail_mae_0.1", metrics::tail_mae(&estimate, &truth, 0.1).unwrap());
        let paired = metrics::paired_difference(&estimate, &truth).unwrap();
        case.holds("paired_mean", paired.mean());
        case.holds("paired_std_error", paired.std_error());
        case.holds("paired_t", paired.mean() / paired.std_error());
    });
    each("tops", |case| {
        let share = case.1["share"].as_f64().unwrap();
        let (estimate, truth) = (case.numbers("estimate"), case.numbers("truth"));
        case.holds("top_share", metrics::top_share(&estimate, &truth, share).unwrap());
    });
}

#[test]
fn agreement() {
    each("categories", |case| {
        let (a, b) = (case.levels("a"), case.levels("b"));
        case.holds("exact_agreement", metrics::exact_agreement(&a, &b).unwrap());
        case.holds("cohen_kappa", metrics::cohen_kappa(&a, &b).unwrap());
        let kappa = metrics::quadratic_weighted_kappa(&a, &b).unwrap();
        case.holds("quadratic_weighted_kappa", kappa);
    });
    each("tables", |case| {
        let table = case.groups("table");
        let (one, two) =
            (metrics::icc_one_way(&table).unwrap(), metrics::icc_two_way(&table).unwrap());
        case.holds("icc_1_1", one.single());
        case.holds("icc_1_k", one.average().unwrap());
        case.holds("icc_2_1", two.single().unwrap());
        case.holds("icc_2_k", two.average().unwrap());
        case.holds("f", one.between() / one.within());
        case.holds("alpha", metrics::krippendorff_alpha(&table).unwrap());
    });
    each("unbalanced", |case| {
        let groups = case.groups("groups");
        let icc = metrics::icc_one_way(&groups).unwrap();
        case.holds("k0", icc.k0());
        case.holds("icc_1_1", icc.single());
        case.holds("icc_1_k", icc.average().unwrap());
        case.holds("alpha", metrics::krippendorff_alpha(&groups).unwrap());
    });
}

#[test]
fn predictions() {
    each("predictions", |case| {
        let (mean, sd) = (case.numbers("mean"), case.numbers("sd"));
        let truth = case.numbers("truth");
        case.holds("crps", metrics::gaussian_crps(&mean, &sd, &truth).unwrap());
        case.holds("log_score", metrics::gaussian_log_score(&mean, &sd, &truth).unwrap());
        let pit = metrics::gaussian_pit(&mean, &sd, &truth).unwrap();
        for (ours, expected) in pit.iter().zip(case.numbers("pit")) {
            near(*ours, expected, "pit");
        }
        let counts: Vec<u32> = metrics::pit_histogram(&pit, 10)
            .unwrap()
            .into_iter()
            .map(|count| u32::try_from(count).unwrap())
            .collect();
        assert_eq!(counts, case.levels("histogram_10"));
        for level in case.groups("coverage") {
            let share = metrics::gaussian_coverage(&mean, &sd, &truth, level[0]).unwrap();
            near(share, level[1], "coverage");
        }
    });
}

#[test]
fn detection() {
    each("detection", |case| {
        let (score, accuracy) = (case.numbers("score"), case.numbers("accuracy"));
        let active = case.flags("active");
        case.holds("auc", metrics::auc(&score, &active).unwrap());
        case.holds("binary_auc", metrics::binary_auc(&score, &accuracy).unwrap());
        case.holds("quinary_auc", metrics::quinary_auc(&score, &accuracy).unwrap());
        let probability = case.numbers("probability");
        case.holds("brier_score", metrics::brier_score(&probability, &active).unwrap());
    });
}

/// Each answer is known from the way the columns are made, so a metric that took a wrong turn on
/// many rows, or was quadratic, would show.
#[test]
fn a_million_rows() {
    const N: u32 = 1_000_000;
    let rows = || 0..N;
    let truth: Vec<f64> = rows().map(|i| f64::from(i * 387 % N)).collect();
    let estimate: Vec<f64> = truth.iter().map(|t| 2.0 * t + 3.0).collect();
    for metric in [metrics::pearson, metrics::spearman, metrics::pairwise_accuracy] {
        near(metric(&estimate, &truth).unwrap(), 1.0, "on a line");
    }
    assert!(metrics::affine_rmse(&estimate, &truth).unwrap() < 1e-6);
    near(metrics::top_share(&estimate, &truth, 0.1).unwrap(), 1.0, "top");
    near(metrics::tail_mae(&truth, &vec![0.0; truth.len()], 0.1).unwrap(), 949_999.5, "tail");
    near(metrics::quinary_auc(&estimate, &truth).unwrap(), 1.0, "quinary");
    let late: Vec<bool> = truth.iter().map(|&t| t >= 250_000.0).collect();
    near(metrics::auc(&estimate, &late).unwrap(), 1.0, "auc");

    let levels = metrics::levels(&truth, &[250_000.0, 500_000.0]).unwrap();
    near(metrics::quadratic_weighted_kappa(&levels, &levels).unwrap(), 1.0, "kappa");
    near(metrics::cohen_kappa(&levels, &levels).unwrap(), 1.0, "kappa");
    let subgroups = metrics::subgroup_errors(&estimate, &truth, &levels).unwrap();
    // The mean of t + 3 in the lowest quarter and in the upper half.
    near(subgroups.bias_gap().unwrap(), 749_999.5 - 124_999.5, "gap");

    // Pairs (x, x + 1) with x from 0 to 99: within 1/2.
    let pairs: Vec<[f64; 2]> = rows().map(|i| f64::from(i % 100)).map(|x| [x, x + 1.0]).collect();
    let icc = metrics::icc_one_way(&pairs).unwrap();
    near(icc.within(), 0.5, "within");
    near(icc.between(), 2.0 * 833.25 * f64::from(N) / f64::from(N - 1), "between");
    let alpha = 1.0 - 1.0 / (2.0 * (833.25 + 0.25) * f64::from(2 * N) / f64::from(2 * N - 1));
    near(metrics::krippendorff_alpha(&pairs).unwrap(), alpha, "alpha");

    let sd = vec![1.0; truth.len()];
    near(metrics::gaussian_crps(&truth, &sd, &truth).unwrap(), 0.233_694_977_255_1, "crps");
    let draws = [&truth, &estimate].map(|x| x.iter().map(|&x| Some(x)).collect::<Vec<_>>());
    let luck = metrics::luck_of_the_draw(&draws).unwrap();
    // Half the mean of (t + 3)^2.
    let n = f64::from(N);
    let mean_square = (n - 1.0) * (2.0 * n - 1.0) / 6.0 + 3.0 * (n - 1.0) + 9.0;
    near(luck.variance(), mean_square / 2.0, "luck");
}
