//! The search for balanced groups that a user would write: exchanges with people drawn by chance.

use peergrade::GroupId;

use super::tutorial::Tutorial;

/// Starts from groups by chance and goes through the people, so many times: each is exchanged with
/// the first of a few others that makes the groups more even.
pub(crate) fn swaps<const D: usize>(
    rows: &[[f64; D]],
    size: usize,
    sweeps: usize,
    partners: usize,
    random: &mut Tutorial,
) -> Vec<GroupId> {
    let (n, rows) = (rows.len(), standardised(rows));
    let groups = n / size;
    let mut group_of: Vec<usize> = (0..n).map(|i| i % groups).collect();
    random.shuffle(&mut group_of);
    let (mut sums, mut counts) = (vec![[0.0; D]; groups], vec![0.0; groups]);
    for (row, &group) in rows.iter().zip(&group_of) {
        counts[group] += 1.0;
        (0..D).for_each(|f| sums[group][f] += row[f]);
    }
    for i in (0..sweeps).flat_map(|_| 0..n) {
        for _ in 0..partners {
            let j = random.below(n);
            let (a, b) = (group_of[i], group_of[j]);
            let change = |f: usize| {
                let v = rows[j][f] - rows[i][f];
                v * (2.0 * sums[a][f] + v) / counts[a] + v * (v - 2.0 * sums[b][f]) / counts[b]
            };
            if a != b && (0..D).map(change).sum::<f64>() < -1e-12 {
                for f in 0..D {
                    let v = rows[j][f] - rows[i][f];
                    sums[a][f] += v;
                    sums[b][f] -= v;
                }
                group_of.swap(i, j);
                break;
            }
        }
    }
    group_of.into_iter().map(|group| GroupId::new(u32::try_from(group).unwrap())).collect()
}

/// Columns of mean 0 and variance 1.
fn standardised<const D: usize>(rows: &[[f64; D]]) -> Vec<[f64; D]> {
    let n = rows.len() as f64;
    let mut rows = rows.to_vec();
    for f in 0..D {
        let mean = rows.iter().map(|row| row[f]).sum::<f64>() / n;
        let variance = rows.iter().map(|row| (row[f] - mean) * (row[f] - mean)).sum::<f64>() / n;
        let sd = if variance > 0.0 { variance.sqrt() } else { 1.0 };
        for row in &mut rows {
            row[f] = (row[f] - mean) / sd;
        }
    }
    rows
}
