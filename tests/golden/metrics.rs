//! Metrics of long columns.

use peergrade::metrics::{
    Subgroup, affine_rmse, binary_auc, gaussian_coverage, gaussian_crps, gaussian_log_score,
    gaussian_pit, icc_one_way, icc_two_way, krippendorff_alpha, levels, luck_of_the_draw,
    paired_difference, pairwise_accuracy, quinary_auc, spearman, subgroup_errors, tail_mae,
    top_share,
};

use super::case::{Area, Case};

pub(crate) const AREA: Area = Area::new("metrics", include_str!("metrics.txt"), cases);

fn column(modulus: u32) -> Vec<f64> {
    (0..50_000).map(|i| f64::from(i * 7919 % modulus).sqrt()).collect()
}

fn cases() -> Vec<Case> {
    let (e, t) = (column(10_007), column(10_009));
    let (e, t) = (&e[..], &t[..]);
    let columns =
        [affine_rmse(e, t), pairwise_accuracy(e, t), spearman(e, t), top_share(e, t, 0.1)]
            .map(Result::unwrap);
    let sd: Vec<f64> = t.iter().map(|t| 0.5 + t).collect();
    let scores = [gaussian_crps, gaussian_log_score].map(|score| score(e, &sd, t).unwrap());
    let coverage = [0.5, 0.8, 0.95].map(|level| gaussian_coverage(e, &sd, t, level).unwrap());
    let groups: Vec<&[f64]> = e.chunk_by(|a, b| a < b).collect();
    let icc = icc_one_way(&groups).unwrap();
    let table: Vec<&[f64]> = e.chunks_exact(5).collect();
    let two = icc_two_way(&table).unwrap();
    let alpha = krippendorff_alpha(&groups).unwrap();
    let labels = levels(t, &[30.0, 60.0, 90.0]).unwrap();
    let subgroups = subgroup_errors(e, t, &labels).unwrap();
    let draws = [e, t].map(|x| x.iter().map(|&x| Some(x)).collect::<Vec<_>>());
    let luck = luck_of_the_draw(&draws).unwrap();
    let paired = paired_difference(e, t).unwrap();
    let areas = [binary_auc, quinary_auc].map(|area| area(e, t).unwrap());
    let of_group = |group: &Subgroup| [group.bias(), group.rmse()];
    let between = [icc.single(), icc.between(), icc.within(), icc.k0()];
    let squares = [two.rows(), two.columns(), two.residual(), two.single().unwrap()];
    let of_luck = [luck.variance(), luck.sd(), luck.worst().1];
    let of_pairs = [paired.mean(), paired.std_error(), tail_mae(e, t, 0.1).unwrap()];
    vec![
        Case::floats("columns", columns),
        Case::floats("pairs", of_pairs),
        Case::floats("scores", scores),
        Case::floats("coverage", coverage),
        Case::floats("pit", gaussian_pit(e, &sd, t).unwrap()),
        Case::floats("one-way", between),
        Case::floats("two-way", squares),
        Case::floats("alpha", [alpha]),
        Case::floats("subgroups", subgroups.subgroups().iter().flat_map(of_group)),
        Case::floats("luck", of_luck),
        Case::floats("areas", areas),
    ]
}
