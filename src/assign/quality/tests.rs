use proptest::prelude::*;

use super::*;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math;
use crate::seed::{Phase, Seed};

type Pairs = Vec<(usize, usize)>;

/// A graph of (submission, reviewer).
fn graph(people: usize, submissions: usize, pairs: &[(usize, usize)]) -> ReviewGraph {
    let id = |&(s, r): &(usize, usize)| (SubmissionId::new(to_u32(s)), PersonId::new(to_u32(r)));
    let pairs: Vec<_> = pairs.iter().map(id).collect();
    ReviewGraph::from_pairs(people, submissions, &pairs).unwrap()
}

fn circulant(n: usize, shifts: &[usize]) -> Pairs {
    (0..n).flat_map(|r| shifts.iter().map(move |shift| ((r + shift) % n, r))).collect()
}

fn ring(n: usize, k: usize) -> ReviewGraph {
    graph(n, n, &circulant(n, &(1..=k).collect::<Vec<_>>()))
}

/// k random permutations, entries of which are swapped until nobody reviews a work twice or their
/// own.
fn random(n: usize, k: usize, seed: u64) -> ReviewGraph {
    let mut stream = Seed::new(seed).stream(Phase::Plan, 0);
    let mut works: Vec<Vec<usize>> = vec![Vec::new(); n];
    for _ in 0..k {
        let mut order: Vec<usize> = (0..n).collect();
        stream.shuffle(&mut order);
        let bad = |r: usize, s: usize| r == s || works[r].contains(&s);
        for r in 0..n {
            while bad(r, order[r]) {
                let other = stream.bounded(to_u32(n)) as usize;
                if other != r && !bad(r, order[other]) && !bad(other, order[r]) {
                    order.swap(r, other);
                }
            }
        }
        for (r, s) in order.into_iter().enumerate() {
            works[r].push(s);
        }
    }
    let pairs: Pairs =
        works.iter().enumerate().flat_map(|(r, of)| of.iter().map(move |&s| (s, r))).collect();
    graph(n, n, &pairs)
}

fn plane(order: usize) -> ReviewGraph {
    let (n, differences) = match order {
        2 => (7, vec![0, 1, 3]),
        3 => (13, vec![0, 1, 3, 9]),
        _ => (21, vec![3, 6, 7, 12, 14]),
    };
    graph(n, n, &circulant(n, &differences))
}

/// The inflation with a free choice between the exact and the estimated path.
fn inflated(graph: &ReviewGraph, lambda: f64, exact_up_to: usize) -> Inflation {
    Design::new(graph, &Components::of(graph)).unwrap().inflation(lambda, exact_up_to).unwrap()
}

fn value(graph: &ReviewGraph, lambda: f64) -> f64 {
    inflated(graph, lambda, usize::MAX).value().unwrap()
}

fn sigma2(graph: &ReviewGraph) -> f64 {
    mixing(graph).unwrap().sigma2()
}

#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}

/// The squares of the singular values, in descending order, by Jacobi's rotations: nothing in
/// common with what is tested but the graph.
fn squared_singular_values(graph: &ReviewGraph) -> Vec<f64> {
    let n = graph.submissions();
    let load = |s: usize| graph.reviews_of(SubmissionId::new(to_u32(s))).len() as f64;
    let mut a = vec![vec![0.0; n]; n];
    for p in (0..graph.people()).map(|p| PersonId::new(to_u32(p))) {
        let works = graph.submissions_of(p);
        for (i, j) in works.iter().flat_map(|i| works.iter().map(|j| (i.index(), j.index()))) {
            a[i][j] += 1.0 / (works.len() as f64 * math::sqrt(load(i) * load(j)));
        }
    }
    for _ in 0..30 {
        for (p, q) in (0..n).flat_map(|p| (p + 1..n).map(move |q| (p, q))) {
            if a[p][q].abs() < 1e-17 {
                continue;
            }
            let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
            let sign = if theta < 0.0 { -1.0 } else { 1.0 };
            let t = sign / (theta.abs() + math::sqrt(theta * theta + 1.0));
            let c = 1.0 / math::sqrt(t * t + 1.0);
            let s = t * c;
            for row in &mut a {
                (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
            }
            // p < q
            let (above, below) = a.split_at_mut(q);
            for (x, y) in above[p].iter_mut().zip(&mut below[0]) {
                (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
            }
        }
    }
    let mut values: Vec<f64> = (0..n).map(|i| a[i][i]).collect();
    values.sort_by(|x, y| y.total_cmp(x));
    values
}

/// The mean of 1 / (1 - z s^2) over all but the first.
fn by_singular_values(squares: &[f64], z: f64) -> f64 {
    let sum = squares[1..].iter().fold(0.0, |sum, square| sum + 1.0 / (1.0 - z * square));
    sum / (squares.len() - 1) as f64
}

fn ring_squares(n: usize, k: usize) -> Vec<f64> {
    let sine = |x: usize| libm::sin(core::f64::consts::PI * x as f64 / n as f64);
    let ratio = |j: usize| sine(k * j) / (k as f64 * sine(j));
    let mut squares: Vec<f64> = (1..n).map(|j| ratio(j) * ratio(j)).collect();
    squares.push(1.0);
    squares.sort_by(|x, y| y.total_cmp(x));
    squares
}

#[test]
fn the_ring_has_its_closed_forms() {
    for (n, k) in [(11, 2), (60, 3), (100, 5), (300, 5)] {
        let (ring, squares) = (ring(n, k), ring_squares(n, k));
        near(sigma2(&ring), math::sqrt(squares[1]), 1e-10);
        assert!(mixing(&ring).unwrap().converged());
        for (lambda, z) in [(0.0, 1.0), (1.0, k as f64 / (k as f64 + 1.0))] {
            let expected = by_singular_values(&squares, z);
            near(value(&ring, lambda) / expected, 1.0, 1e-9);
        }
        let k = k as u64;
        assert_eq!(Counts::of(&ring).four_cycles(), n as u64 * k * (k - 1) * (k - 2) / 6);
    }
    near(value(&ring(100, 5), 0.0), 4.895, 0.0005);
    for n in [5, 50, 301] {
        near(value(&ring(n, 2), 0.0), (n as f64 + 1.0) / 3.0, 1e-8);
    }
}

#[test]
fn the_published_ring_of_a_thousand() {
    let ring = ring(1000, 5);
    near(value(&ring, 0.0), 42.392, 0.0005);
    near(value(&ring, 1.0), 1.532, 0.0005);
    let found = mixing(&ring).unwrap();
    near(found.worst_contrast().unwrap(), 12_666.0, 1.0);
    assert!(found.converged());
    assert_eq!(Counts::of(&ring).four_cycles(), 10_000);
}

#[test]
fn a_large_ring_is_reported_as_not_converged() {
    let ring = ring(20_000, 5);
    let found = mixing(&ring).unwrap();
    assert!(!found.converged() && found.sigma2() > 0.99 && found.sigma2() < 1.0);
    let found = inflation(&ring, 0.0).unwrap();
    assert!(!found.converged() && !found.is_exact() && found.value().unwrap() > 2.0);
}

#[test]
fn random_plans_reach_the_optimum() {
    for (k, limit) in [(3, 0.943), (5, 0.8)] {
        let plan = random(1000, k, 7);
        let found = inflation(&plan, 0.0).unwrap();
        assert!(found.converged() && !found.is_exact(), "{found:?}");
        near(found.efficiency().unwrap(), 1.0, 0.01);
        assert!(sigma2(&plan) < 1.02 * limit && sigma2(&plan) > 0.97 * limit, "{}", sigma2(&plan));
    }
}

#[test]
fn block_designs_meet_the_bounds() {
    for order in [2, 3, 4] {
        let (n, k) = ((order * order + order + 1) as f64, order as f64 + 1.0);
        let plane = plane(order);
        assert_eq!(Counts::of(&plane).four_cycles(), 0);
        near(sigma2(&plane), math::sqrt(order as f64) / k, 1e-12);
        for lambda in [0.0, 0.5] {
            let t = (n - k) / (k * (n - 1.0));
            near(value(&plane, lambda), 1.0 / (1.0 - k / (k + lambda) * t), 1e-12);
        }
    }
    // Everybody reviews everything: severity cancels.
    let all: Pairs = (0..5).flat_map(|s| (0..9).map(move |r| (s, r))).collect();
    let all = graph(9, 5, &all);
    near(value(&all, 0.0), 1.0, 1e-12);
    assert!(sigma2(&all) < 1e-6);
    assert_eq!(Counts::of(&all).four_cycles(), 36 * 10);
}

#[test]
fn the_trace_and_the_singular_values_agree() {
    for (n, k) in [(20, 2), (30, 3), (60, 5)] {
        let plan = random(n, k, 3);
        let squares = squared_singular_values(&plan);
        near(sigma2(&plan), math::sqrt(squares[1]), 1e-8);
        if Counts::of(&plan).components() == 1 {
            near(value(&plan, 0.0) / by_singular_values(&squares, 1.0), 1.0, 1e-9);
        }
        let z = k as f64 / (k as f64 + 0.3);
        near(value(&plan, 0.3), by_singular_values(&squares, z), 1e-9);
    }
}

/// A plan of unequal loads with people and submissions on whom nothing hangs.
fn uneven(n: usize) -> ReviewGraph {
    let mut stream = Seed::new(5).stream(Phase::Plan, 1);
    let mut pairs: Pairs = Vec::new();
    for r in 1..n {
        for s in 0..n - 1 {
            let chance = if r % 3 == 0 { 9.0 } else { 3.0 } / n as f64;
            if stream.bernoulli(chance) {
                pairs.push((s, r));
            }
        }
        if pairs.last().is_none_or(|&(_, last)| last != r) {
            pairs.push((r - 1, r));
        }
    }
    graph(n, n, &pairs)
}

#[test]
fn the_estimate_agrees_with_the_exact_value() {
    for (name, plan) in [("random", random(400, 5, 1)), ("uneven", uneven(400))] {
        for lambda in [0.0, 1e-9, 0.5, 4.0] {
            let exact = inflated(&plan, lambda, usize::MAX);
            let estimate = inflated(&plan, lambda, 0);
            assert!(exact.is_exact() && !estimate.is_exact());
            assert!(exact.standard_error() <= 0.0 && estimate.standard_error() > 0.0);
            let of = |inflation: Inflation| match inflation.value() {
                Some(value) if inflation.lambda() > 1e-6 => value,
                _ => inflation.within().unwrap(),
            };
            let gap = (of(estimate) - of(exact)).abs();
            assert!(
                gap < 4.0 * estimate.standard_error() && gap < 0.02 * of(exact),
                "{name}, lambda {lambda}: {exact:?} {estimate:?}"
            );
        }
    }
}

/// tr L^+ - 1' L^+ 1 / n straight from the definition, with the inverse by Gauss and Jordan.
fn by_definition(graph: &ReviewGraph, lambda: f64) -> f64 {
    let n = graph.submissions();
    let load = |s: usize| graph.reviews_of(SubmissionId::new(to_u32(s))).len() as f64;
    let mut a: Vec<Vec<f64>> =
        (0..n).map(|i| (0..2 * n).map(|j| if j == i + n { 1.0 } else { 0.0 }).collect()).collect();
    for (i, row) in a.iter_mut().enumerate() {
        row[i] += load(i);
    }
    for p in (0..graph.people()).map(|p| PersonId::new(to_u32(p))) {
        let works = graph.submissions_of(p);
        for (i, j) in works.iter().flat_map(|i| works.iter().map(|j| (i.index(), j.index()))) {
            a[i][j] -= 1.0 / (works.len() as f64 + lambda);
        }
    }
    for i in 0..n {
        let pivot = a[i].clone();
        for (j, row) in a.iter_mut().enumerate() {
            let factor = if i == j { (row[i] - 1.0) / pivot[i] } else { row[i] / pivot[i] };
            for (x, y) in row.iter_mut().zip(&pivot) {
                *x -= factor * y;
            }
        }
    }
    let trace = (0..n).fold(0.0, |sum, i| sum + a[i][i + n]);
    let all = (0..n).fold(0.0, |sum, i| sum + a[i][n..].iter().sum::<f64>());
    let unit = (0..n).fold(0.0, |sum, i| sum + 1.0 / load(i)) / n as f64;
    (trace - all / n as f64) / (n - 1) as f64 / unit
}

#[test]
fn any_graph_has_the_inflation_of_the_definition() {
    // Unequal loads in one component, and in three of unequal sizes.
    let one = graph(4, 4, &[(0, 0), (0, 1), (1, 1), (1, 2), (1, 3), (2, 3), (3, 3), (2, 0)]);
    let three = graph(5, 6, &[(0, 0), (1, 0), (1, 1), (2, 1), (3, 2), (4, 2), (4, 3), (5, 4)]);
    for (plan, parts) in [(&one, 1), (&three, 3)] {
        assert_eq!(Counts::of(plan).components(), parts);
        for lambda in [0.001, 0.5, 3.0, 1e6] {
            let expected = by_definition(plan, lambda);
            near(value(plan, lambda) / expected, 1.0, 1e-9);
            near(inflated(plan, lambda, 0).value().unwrap() / expected, 1.0, 0.3);
        }
    }
    near(value(&one, 0.0), by_definition(&one, 1e-9), 1e-6);
    near(value(&one, 1e-200), value(&one, 0.0), 1e-12);
    near(value(&three, 1e-9) * 1e-9, value(&three, 1e-12) * 1e-12, 1e-6);
    near(value(&three, 1e300), 1.0, 1e-12);
    assert_eq!(inflated(&three, f64::MIN_POSITIVE / 4.0, 500).value(), None);
}

#[test]
fn components_are_counted_and_only_compared_within() {
    // Two rings of 20 and 10, a person and a submission apart.
    let mut pairs = circulant(20, &[1, 2, 3]);
    pairs.extend(circulant(10, &[1, 2, 3]).into_iter().map(|(s, r)| (s + 21, r + 22)));
    let apart = graph(33, 32, &pairs);
    let quality = Quality::of(&apart);
    assert_eq!(quality.counts().components(), 2);
    assert_eq!(quality.counts().received().without(), 2);
    assert_eq!(quality.counts().given().without(), 3);
    let found = quality.inflation().unwrap();
    assert_eq!((found.value(), found.converged()), (None, true));
    let [a, b] = [20, 10].map(|n| value(&ring(n, 3), 0.0));
    near(found.within().unwrap(), (19.0 * a + 9.0 * b) / 28.0, 1e-12);
    assert_eq!(quality.efficiency(), Some(0.0));
    let found = quality.mixing().unwrap();
    assert_eq!((found.worst_contrast(), found.converged()), (None, true));
    near(found.sigma2(), 1.0, 0.0);
    assert!(inflation(&apart, 0.1).unwrap().value().unwrap() > 3.0);
}

#[test]
fn the_smallest_graphs() {
    for (people, submissions) in [(0, 0), (3, 0), (0, 3), (2, 2)] {
        let quality = Quality::of(&graph(people, submissions, &[]));
        assert_eq!((quality.mixing(), quality.inflation()), (None, None));
        assert_eq!(quality.counts().given().without(), people);
        assert_eq!((quality.counts().components(), quality.efficiency()), (0, None));
    }
    let edge = Quality::of(&graph(2, 2, &[(1, 0)]));
    assert_eq!((edge.counts().components(), edge.inflation()), (1, None));
    // One reviewer of two works: each grade is one score, and their difference has no bias.
    let fork = Quality::of(&graph(1, 2, &[(0, 0), (1, 0)]));
    near(fork.inflation().unwrap().value().unwrap(), 1.0, 1e-14);
    assert!(fork.mixing().unwrap().sigma2() < 1e-6);
    assert_eq!(fork.efficiency(), None);
    // Two people of one work each: nothing can be compared with anything.
    let strangers = Quality::of(&graph(2, 2, &[(0, 0), (1, 1)]));
    let found = strangers.inflation().unwrap();
    assert_eq!((found.value(), found.within(), found.efficiency()), (None, None, None));
    for lambda in [-1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(inflation(&ring(9, 3), lambda), None);
    }
}

#[test]
fn teams_are_mutual_once() {
    let [a, b, c, d] = [0, 1, 2, 3].map(PersonId::new);
    let mut cohort = Cohort::builder(4).unwrap();
    cohort.submission(&[a, b]).unwrap();
    cohort.submission(&[c]).unwrap();
    cohort.submission(&[c, d]).unwrap();
    let cohort = cohort.build();
    // c reviews the work of a and b, a both works of c, and a person even their own.
    let plan = graph(4, 3, &[(0, 2), (1, 0), (2, 0), (0, 0)]);
    assert_eq!(Counts::measure(&plan, &cohort).mutual_pairs(), Some(1));
    // A cohort smaller than the graph has no authors for the rest.
    let few = Cohort::individuals(1).unwrap();
    assert_eq!(Counts::measure(&plan, &few).mutual_pairs(), Some(0));
}

#[test]
fn hubs_on_both_sides_are_no_burden() {
    // Person 0 reviews everything, everybody reviews work 0, and their own.
    let n = 10_000;
    let mut pairs: Pairs = (0..n).map(|s| (s, 0)).collect();
    pairs.extend((1..n).flat_map(|r| [(0, r), (r, r)]));
    assert_eq!(Counts::of(&graph(n, n, &pairs)).four_cycles(), n as u64 - 1);
}

fn small() -> impl Strategy<Value = (usize, usize, Pairs)> {
    (1..9_usize, 1..9_usize).prop_flat_map(|(people, works)| {
        let pairs = prop::collection::btree_set((0..works, 0..people), 0..40);
        (Just(people), Just(works), pairs.prop_map(|set| set.into_iter().collect()))
    })
}

proptest! {
    #[test]
    fn counts_are_those_of_brute_force((people, works, pairs) in small()) {
        let plan = graph(people, works, &pairs);
        let has = |s, r| pairs.contains(&(s, r));
        let two = |n: usize| (0..n).flat_map(|a| (0..a).map(move |b| (a, b)));
        let cycle = |(q, r), (s, t)| has(s, q) && has(t, q) && has(s, r) && has(t, r);
        let cycles = two(people).flat_map(|p| two(works).map(move |w| (p, w)));
        let cycles = cycles.filter(|&(p, w)| cycle(p, w)).count();
        let mutual = two(people.min(works)).filter(|&(a, b)| has(a, b) && has(b, a)).count();
        let cohort = Cohort::individuals(works).unwrap();
        let counts = Counts::measure(&plan, &cohort);
        prop_assert_eq!(counts.four_cycles(), cycles as u64);
        prop_assert_eq!(counts.mutual_pairs(), Some(mutual as u64));
        // Paint each submission with the least one in reach.
        let mut colour: Vec<usize> = (0..works).collect();
        for _ in 0..works {
            for &(s, r) in &pairs {
                for t in (0..works).filter(|&t| has(t, r)) {
                    colour[t] = colour[t].min(colour[s]);
                    colour[s] = colour[s].min(colour[t]);
                }
            }
        }
        let reviewed = |s: usize| (0..people).any(|r| has(s, r));
        let roots = (0..works).filter(|&s| colour[s] == s && reviewed(s)).count();
        prop_assert_eq!(counts.components(), roots);
        prop_assert_eq!(counts.given().with() + counts.given().without(), people);
        prop_assert_eq!(counts.received().with() + counts.received().without(), works);
    }

    #[test]
    fn no_measure_is_out_of_range((people, works, pairs) in small(), lambda in 0.0..9.0_f64) {
        let plan = graph(people, works, &pairs);
        let quality = Quality::of(&plan);
        for found in [quality.inflation(), inflation(&plan, lambda)].into_iter().flatten() {
            prop_assert!(found.converged() && found.is_exact());
            for value in found.value().into_iter().chain(found.within()) {
                prop_assert!(value > 1.0 - 1e-9 && value.is_finite(), "{value}");
            }
            prop_assert!(found.efficiency().is_none_or(|eta| eta >= 0.0 && eta.is_finite()));
        }
        if let Some(found) = quality.mixing() {
            prop_assert!(found.converged() && (0.0..=1.0).contains(&found.sigma2()));
            let squares = squared_singular_values_of_reviewed(&plan);
            prop_assert!((found.sigma2() * found.sigma2() - squares[1]).abs() < 1e-9);
        }
    }

    #[test]
    fn names_change_nothing((people, works, pairs) in small()) {
        let plan = Quality::of(&graph(people, works, &pairs));
        let named: Pairs = pairs.iter().map(|&(s, r)| (works - 1 - s, people - 1 - r)).collect();
        let other = Quality::of(&graph(people, works, &named));
        prop_assert_eq!(plan.counts(), other.counts());
        let values = [plan, other].map(|q| q.inflation().and_then(|found| found.within()));
        if let [Some(a), Some(b)] = values {
            prop_assert!((a - b).abs() < 1e-9 * a);
        }
    }
}

fn squared_singular_values_of_reviewed(plan: &ReviewGraph) -> Vec<f64> {
    let mut pairs: Pairs = Vec::new();
    let (mut next, mut last) = (0, None);
    for (s, r) in plan.iter() {
        if last.is_some_and(|last| last != s) {
            next += 1;
        }
        last = Some(s);
        pairs.push((next, r.index()));
    }
    squared_singular_values(&graph(plan.people(), next + 1, &pairs))
}

/// Bits of one graph, the same on every platform, with and without the feature `rayon`.
#[test]
fn the_bits_are_pinned() {
    let plan = random(10_000, 5, 42);
    let quality = Quality::of(&plan);
    let found = [
        quality.mixing().unwrap().sigma2().to_bits(),
        quality.inflation().unwrap().value().unwrap().to_bits(),
        inflation(&plan, 1.0).unwrap().value().unwrap().to_bits(),
        value(&ring(60, 3), 0.25).to_bits(),
    ];
    assert_eq!(
        found,
        [
            0x3fe9_932f_47ab_7901,
            0x3ff5_55ee_1c4a_a2d5,
            0x3ff3_f400_a147_6ba1,
            0x4003_a26e_c78c_96de
        ],
        "{found:x?}"
    );
}
