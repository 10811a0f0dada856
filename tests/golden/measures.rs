//! Every metric at each size.

use peergrade::metrics::{
    VarianceComponents, adjacent_agreement, affine_rmse, auc, bias, binary_auc, breakdown_share,
    brier_score, checking_payments, cohen_kappa, coverage, damage, exact_agreement, flip_rate,
    gaussian_crps, gaussian_log_score, gaussian_pit, graded_by_deadline, icc_one_way,
    kendall_tau_b, krippendorff_alpha, largest_change, levels, load_range, mae, mean_wait,
    mean_width, pairwise_accuracy, pearson, pit_histogram, quadratic_weighted_kappa, quinary_auc,
    rank_gain, rmse, spearman, spot_check_equivalence, subgroup_errors, tail_mae, top_share,
    unreviewed_share,
};

use super::case::{Area, Case};
use super::sizes;

pub(crate) const AREA: Area = Area::new("measures", include_str!("measures.txt"), cases);

fn cases() -> Vec<Case> {
    let components = VarianceComponents::new(60.0, 20.0, 100.0).unwrap();
    let of = |k| components.generalizability(k).unwrap();
    let mut all = vec![Case::floats("generalizability", (1..100).map(of))];
    let mut nth = 0_usize;
    sizes(|n, _, name| {
        // Columns that differ with the seed.
        nth += 1;
        let column = |step: usize| -> Vec<f64> {
            (0..n).map(|i| ((i * step + nth) % 1009) as f64 / 10.09).collect()
        };
        let (e, t) = (column(7919), column(7927));
        all.push(Case::floats(format!("pairs {name}"), pairs(&e, &t)));
        all.push(Case::floats(format!("levels {name}"), by_level(&e, &t)));
        all.push(Case::floats(format!("operations {name}"), operations(&e, &t)));
        let sd: Vec<f64> = t.iter().map(|t| 1.0 + t / 10.0).collect();
        let pit = gaussian_pit(&e, &sd, &t).unwrap();
        let bins = pit_histogram(&pit, 7).unwrap().into_iter().map(|count| count as f64);
        let scores = [gaussian_crps, gaussian_log_score].map(|score| score(&e, &sd, &t).unwrap());
        all.push(Case::floats(format!("densities {name}"), scores.into_iter().chain(bins)));
    });
    all
}

fn pairs(e: &[f64], t: &[f64]) -> Vec<f64> {
    let all = [
        rmse(e, t),
        mae(e, t),
        bias(e, t),
        pearson(e, t),
        affine_rmse(e, t),
        kendall_tau_b(e, t),
        pairwise_accuracy(e, t),
        spearman(e, t),
        top_share(e, t, 0.2),
        tail_mae(e, t, 0.2),
        binary_auc(e, t),
        quinary_auc(e, t),
    ];
    all.map(Result::unwrap).into()
}

fn by_level(e: &[f64], t: &[f64]) -> Vec<f64> {
    let [a, b] = [e, t].map(|x| levels(x, &[30.0, 60.0]).unwrap());
    let kappas = [
        exact_agreement(&a, &b),
        adjacent_agreement(&a, &b, 1),
        cohen_kappa(&a, &b),
        quadratic_weighted_kappa(&a, &b),
    ];
    let groups: Vec<&[f64]> = e.chunks(3).collect();
    let icc = icc_one_way(&groups).unwrap();
    let subgroups = subgroup_errors(e, t, &a).unwrap();
    let gaps = [subgroups.bias_gap(), subgroups.rmse_gap()].map(|gap| gap.unwrap_or(-1.0));
    let others = [icc.single(), krippendorff_alpha(&groups).unwrap()];
    let flips = flip_rate(e, t, &[50.0]).unwrap();
    kappas.map(Result::unwrap).into_iter().chain(gaps).chain(others).chain([flips]).collect()
}

fn operations(e: &[f64], t: &[f64]) -> Vec<f64> {
    let intervals: Vec<(f64, f64)> = e.iter().map(|&e| (e - 9.0, e + 20.0)).collect();
    let ends: Vec<Option<f64>> = e.iter().zip(t).map(|(e, t)| (e > t).then_some(e + t)).collect();
    let flags: Vec<bool> = e.iter().enumerate().map(|(i, _)| i % 3 > 0).collect();
    let shares: Vec<f64> = e.iter().map(|e| e / 101.0).collect();
    let counts: Vec<usize> = (0..e.len()).map(|i| i * i % 5).collect();
    let reviewer: Vec<u32> = (0..e.len()).map(|i| u32::try_from(i % 3).unwrap()).collect();
    let curve = [(0.0, 0.0), (0.1, 2.0), (0.3, 5.0), (0.5, 11.0)];
    let numbers = [
        coverage(&intervals, t),
        mean_width(&intervals),
        auc(e, &flags),
        brier_score(&shares, &flags),
        graded_by_deadline(&ends, &flags, 90.0),
        mean_wait(&vec![0.0; e.len()], &ends, 500.0),
        unreviewed_share(&counts),
        load_range(&counts).map(|range| range as f64),
        damage(e, t, &shares, &flags),
        largest_change(e, t).map(|(_, change)| change),
        rank_gain(e, t, 1).map(|gain| gain as f64),
        breakdown_share(&curve, 3.0).map(|share| share.unwrap_or(-1.0)),
        spot_check_equivalence(&curve, 4.0).map(|share| share.unwrap_or(-1.0)),
    ];
    let payments = checking_payments(&reviewer, e, t, &flags, 3).unwrap();
    numbers.map(Result::unwrap).into_iter().chain(payments).collect()
}
