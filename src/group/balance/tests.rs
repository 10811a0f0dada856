#![allow(clippy::float_cmp, clippy::disallowed_methods)] // plain oracles

use proptest::prelude::*;

use super::*;

/// A table of rows whose columns have mean 0.
fn table(rows: &[Vec<i32>], signs: &[f32]) -> Table {
    let mut table = Table::new(rows.len(), signs.to_vec());
    for (f, _) in signs.iter().enumerate() {
        let sum: i32 = rows.iter().map(|row| row[f]).sum();
        // Whole numbers, exact in single precision.
        table.fill(f, |i| f64::from(rows[i][f] * i32::try_from(rows.len()).unwrap() - sum));
    }
    table
}

fn run(table: &Table, rules: &Rules, objective: Objective, sizes: &[usize], passes: usize) -> Run {
    let starts = core::iter::once(0)
        .chain(sizes.iter().scan(0, |sum, &size| {
            *sum += to_u32(size);
            Some(*sum)
        }))
        .collect();
    let budget = Budget { passes };
    let engine = Engine { table, rules, cells: &[], objective, budget };
    engine.run(starts, (0..to_u32(sizes.iter().sum())).collect(), Seed::new(7))
}

/// `|D_g|^2 / n_g` of the people of one side.
fn part(table: &Table, side: &[u32]) -> f64 {
    let sum = |f: usize| side.iter().map(|&p| f64::from(table.row(p)[f])).sum::<f64>();
    let squares = (0..table.dims()).map(|f| f64::from(table.signs()[f]) * sum(f) * sum(f));
    squares.sum::<f64>() / side.len() as f64
}

/// The sides of all divisions of `n` people that put `first` of them on the left.
fn divisions(n: usize, first: usize) -> impl Iterator<Item = [Vec<u32>; 2]> {
    let masks = (0..1_u32 << n).filter(move |mask| mask.count_ones() as usize == first);
    masks.map(move |mask| {
        let (left, right) = (0..to_u32(n)).partition(|i| mask >> i & 1 == 1);
        [left, right]
    })
}

fn sides(run: &Run) -> [Vec<u32>; 2] {
    let (left, right) =
        (0..to_u32(run.groups.len())).partition(|&i| run.groups[i as usize].index() == 0);
    [left, right]
}

fn rows(n: core::ops::Range<usize>) -> impl Strategy<Value = Vec<Vec<i32>>> {
    prop::collection::vec(prop::collection::vec(-50..50_i32, 3), n)
}

proptest! {
    /// Two groups of up to 6: the first pass finds the best of all divisions, whatever counts.
    #[test]
    fn a_split_is_the_best_of_all_divisions(rows in rows(2..13), minus in any::<bool>(), worst in any::<bool>()) {
        let sizes = [rows.len().div_ceil(2), rows.len() / 2];
        let table = table(&rows, &[1.0, 1.0, if minus && !worst { -1.0 } else { 1.0 }]);
        let objective = if worst { Objective::WorstGroup } else { Objective::Sum };
        let value = |sides: &[Vec<u32>; 2]| {
            let (a, b) = (part(&table, &sides[0]), part(&table, &sides[1]));
            if worst { a.max(b) } else { a + b }
        };
        let best = divisions(rows.len(), sizes[0]).map(|s| value(&s)).fold(f64::INFINITY, f64::min);
        let run = run(&table, &Rules::default(), objective, &sizes, 1);
        let scale = (0..rows.len()).map(|p| part(&table, &[to_u32(p)]).abs()).sum::<f64>();
        prop_assert!((value(&sides(&run)) - best).abs() <= 3e-6 * scale, "{best}");
        prop_assert_eq!(run.violations, 0);
    }

    /// Two groups with one person of every class each: the first pass finds the best of all divisions
    /// that keep it so, and that break least.
    #[test]
    fn trades_are_the_best_of_all_divisions(
        rows in (1..8_usize).prop_flat_map(|m| rows(2 * m..2 * m + 1)),
        shift in 0..8_u32,
        labels in prop::option::of(prop::collection::vec(0..9_u32, 14)),
    ) {
        let m = rows.len() / 2;
        let table = table(&rows, &[1.0, 1.0, 1.0]);
        // The classes of the second group in another order than those of the first.
        let size = to_u32(m);
        let class = |p: u32| if p < size { p } else { (p - size + shift) % size };
        let classes: Vec<u32> = (0..2 * size).map(class).collect();
        let labels: Vec<_> = labels.into_iter().map(|l| l[..2 * m].to_vec()).collect();
        let rules = Rules { classes: Some(classes), labels, ..Rules::default() };
        let one_each = |side: &[u32]| (0..size).all(|c| side.iter().any(|&p| class(p) == c));
        let mut scratch = Vec::new();
        let mut value = |sides: &[Vec<u32>; 2]| {
            let hard = sides.iter().map(|side| rules.cost(side, &mut scratch).hard).sum::<u32>();
            (hard, part(&table, &sides[0]) + part(&table, &sides[1]))
        };
        let kept = divisions(2 * m, m).filter(|sides| one_each(&sides[0]));
        let less = |a: &(u32, f64), b: &(u32, f64)| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1));
        let best = kept.map(|sides| value(&sides)).min_by(less).unwrap();
        let run = run(&table, &rules, Objective::Sum, &[m, m], 1);
        let found = sides(&run);
        prop_assert!(one_each(&found[0]) && one_each(&found[1]));
        let (hard, value) = value(&found);
        let scale = (0..rows.len()).map(|p| part(&table, &[to_u32(p)]).abs()).sum::<f64>();
        prop_assert_eq!(hard, best.0);
        prop_assert!((value - best.1).abs() <= 3e-6 * scale, "{value} {best:?}");
    }

    /// Rules first, then the objective: the best of all divisions that break least.
    #[test]
    fn rules_come_before_the_objective(
        rows in rows(4..11),
        codes in prop::collection::vec(0..3_u32, 11),
        labels in prop::collection::vec(0..4_u32, 11),
        enemies in prop::collection::vec((0..11_u32, 0..11_u32), 0..4),
        soft in prop::option::of(1.0..1e5_f64),
    ) {
        let n = rows.len();
        let sizes = [n.div_ceil(2), n / 2];
        let table = table(&rows, &[1.0; 3]);
        let mut pairs: Vec<(u32, u32)> = enemies
            .into_iter()
            .filter(|(a, b)| a != b && (*a.max(b) as usize) < n)
            .flat_map(|(a, b)| [(a, b), (b, a)])
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        let even = Even::new(&codes[..n], |_| 0, vec![(0, to_u32(sizes[0])), (0, to_u32(sizes[1]))]);
        let rules = Rules {
            labels: vec![labels[..n].to_vec()],
            apart: Some(Csr::group(n, pairs.len(), |i| pairs[i].0 as usize, |i| pairs[i].1)),
            counts: vec![
                Count::Even(even),
                Count::NoSolo { codes: codes[..n].to_vec(), min: 2, weight: soft },
            ],
            ..Rules::default()
        };
        let breaks = |side: &[u32]| {
            let count = |of: &[u32], v: u32| side.iter().filter(|&&p| of[p as usize] == v).count();
            let mut hard = (0..4).map(|v| count(&labels, v).saturating_sub(1)).sum::<usize>();
            hard += pairs.iter().filter(|(a, b)| a < b && side.contains(a) && side.contains(b)).count();
            let mut alone = 0;
            for v in 0..3 {
                let share = codes[..n].iter().filter(|&&c| c == v).count() * side.len();
                let (lo, hi, here) = (share / n, share.div_ceil(n), count(&codes, v));
                hard += lo.saturating_sub(here) + here.saturating_sub(hi);
                alone += usize::from(here == 1);
            }
            match soft {
                Some(weight) => (hard, weight * alone as f64),
                None => (hard + alone, 0.0),
            }
        };
        let value = |sides: &[Vec<u32>; 2]| {
            let parts = sides.iter().map(|side| (breaks(side), part(&table, side)));
            parts.fold((0, 0.0), |sum, ((hard, soft), part)| (sum.0 + hard, sum.1 + soft + part))
        };
        let best = divisions(n, sizes[0])
            .map(|s| value(&s))
            .min_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)))
            .unwrap();
        let run = run(&table, &rules, Objective::Sum, &sizes, 2);
        let found = value(&sides(&run));
        let scale = (0..n).map(|p| part(&table, &[to_u32(p)])).sum::<f64>();
        prop_assert_eq!((found.0, run.violations), (best.0, best.0 as u64));
        prop_assert!((found.1 - best.1).abs() <= 3e-6 * scale, "{found:?} {best:?}");
    }

    /// People who move with others, only for their like, or not at all.
    #[test]
    fn moves_keep_blocks_classes_and_fixed_people(
        rows in rows(6..11),
        classes in prop::collection::vec(0..2_u32, 11),
        kind in 0..3,
    ) {
        let n = rows.len();
        let sizes = [n.div_ceil(2), n / 2];
        let table = table(&rows, &[1.0; 3]);
        let at_start = |p: usize| p < sizes[0];
        // Two pairs, one in either group, and nobody else.
        let block = |p: usize| match p {
            0 | 1 => 0,
            p if p + 2 >= n => 1,
            _ => NONE,
        };
        let fixed: Vec<bool> = classes[..n].iter().map(|&c| c == 0).collect();
        let rules = match kind {
            0 => Rules {
                blocks: Some((0..n).map(block).collect()),
                block_sizes: vec![2; 2],
                ..Rules::default()
            },
            1 => Rules { classes: Some(classes[..n].to_vec()), ..Rules::default() },
            _ => Rules { fixed: Some(fixed.clone()), ..Rules::default() },
        };
        let allowed = |sides: &[Vec<u32>; 2]| {
            let left = |p: usize| sides[0].contains(&to_u32(p));
            let ones = |side: &dyn Fn(usize) -> bool| (0..n).filter(|&p| side(p) && classes[p] == 1).count();
            match kind {
                0 => left(0) == left(1) && left(n - 1) == left(n - 2),
                1 => ones(&left) == ones(&at_start),
                _ => (0..n).all(|p| !fixed[p] || left(p) == at_start(p)),
            }
        };
        let value = |sides: &[Vec<u32>; 2]| part(&table, &sides[0]) + part(&table, &sides[1]);
        let best = divisions(n, sizes[0])
            .filter(allowed)
            .map(|s| value(&s))
            .fold(f64::INFINITY, f64::min);
        let found = sides(&run(&table, &rules, Objective::Sum, &sizes, 4));
        let scale = (0..n).map(|p| part(&table, &[to_u32(p)])).sum::<f64>();
        prop_assert!(allowed(&found));
        prop_assert!((value(&found) - best).abs() <= 3e-6 * scale, "{} {best}", value(&found));
    }

    /// Any sizes: people stay in, sizes too, the objective never rises and is that of the groups.
    #[test]
    fn passes_never_make_it_worse(
        sizes in prop::collection::vec(1..40_usize, 1..8),
        large in 60..90_usize,
        seed in 0..1000_i32,
    ) {
        let mut sizes = sizes;
        sizes[0] = large;
        let n: usize = sizes.iter().sum();
        let rows: Vec<Vec<i32>> = (0..n)
            .map(|i| (1..4).map(|f| (i32::try_from(i).unwrap() * 7919 * f + seed) % 101).collect())
            .collect();
        let table = table(&rows, &[1.0; 3]);
        let run = run(&table, &Rules::default(), Objective::Sum, &sizes, 12);
        let mut members = vec![Vec::new(); sizes.len()];
        for (person, group) in run.groups.iter().enumerate() {
            members[group.index()].push(to_u32(person));
        }
        prop_assert!(members.iter().map(Vec::len).eq(sizes));
        prop_assert!(run.values.is_sorted_by(|before, after| after <= before));
        let value: f64 = members.iter().map(|side| part(&table, side)).sum();
        let scale = (0..n).map(|p| part(&table, &[to_u32(p)])).sum::<f64>();
        prop_assert!((run.values.last().unwrap() - value).abs() <= 1e-9 * scale);
    }

    #[test]
    fn pairs_are_disjoint_and_of_one_cell(groups in 1..600_usize, cells in 1..4_u32, opposite in any::<bool>()) {
        let rows: Vec<Vec<i32>> =
            (0..2 * groups).map(|i| vec![i32::try_from(i * 31 % 97).unwrap(), i32::try_from(i * 17 % 89).unwrap()]).collect();
        let starts = (0..=to_u32(groups)).map(|g| 2 * g).collect();
        let state = State::new(&table(&rows, &[1.0, -1.0]), starts, (0..to_u32(2 * groups)).collect());
        let cell = |g: usize| to_u32(g) % cells;
        let of = Csr::group(cells as usize, groups, |g| cell(g) as usize, to_u32);
        let mut stream = Seed::new(1).stream(Phase::Balance, 0);
        let pairs = pairing::pairs(&state, &of, opposite, &mut stream);
        let mut met: Vec<u32> = pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
        prop_assert!(pairs.iter().all(|&(a, b)| cell(a as usize) == cell(b as usize)));
        met.sort_unstable();
        prop_assert!(met.is_sorted_by(|a, b| a < b));
        let expected: usize = (0..cells as usize).map(|c| of.row(c).len() / 2).sum();
        prop_assert_eq!(pairs.len(), expected);
    }
}

/// Opposite groups leave less that no split of theirs can change than groups by chance.
#[test]
fn opposites_nearly_cancel() {
    let rows: Vec<Vec<i32>> =
        (0..4000_i32).map(|i| (1..4).map(|f| i * 7919 * f % 101).collect()).collect();
    let table = table(&rows, &[1.0; 3]);
    let state = State::new(&table, (0..=1000).map(|g| 4 * g).collect(), (0..4000).collect());
    let cells = Csr::group(1, 1000, |_| 0, to_u32);
    let left = |opposite: bool| {
        let mut stream = Seed::new(1).stream(Phase::Balance, 0);
        let pairs = pairing::pairs(&state, &cells, opposite, &mut stream);
        let both = |&(a, b): &(u32, u32)| {
            let sums = state.sum(a as usize).iter().zip(state.sum(b as usize));
            sums.map(|(x, y)| (x + y) * (x + y)).sum::<f64>()
        };
        pairs.iter().map(both).sum::<f64>()
    };
    assert!(left(true) < 0.6 * left(false), "{} {}", left(true), left(false));
}

#[test]
fn perfect_groups_settle() {
    let rows = vec![vec![1]; 12];
    let perfect = run(&table(&rows, &[1.0]), &Rules::default(), Objective::Sum, &[4; 3], 100);
    assert!(perfect.settled);
    assert_eq!((perfect.values.len(), perfect.values[0]), (QUIET + 1, 0.0));
    let nothing = Table::new(12, Vec::new());
    let bare = run(&nothing, &Rules::default(), Objective::Sum, &[4; 3], 3);
    assert_eq!(bare.values, [0.0; 4]);
}
