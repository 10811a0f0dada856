//! Laws of rankings against closed forms, published figures and their promises.

use super::*;
use crate::assign::Assigner;
use crate::id::PersonId;
use crate::math;
use crate::metrics::kendall_tau_b;

/// Four standard errors: a correct law exceeds them once in 16,000 tests.
const CRITICAL: f64 = 4.0;

fn individuals(n: usize) -> Cohort {
    Cohort::individuals(n).unwrap()
}

/// `people` people who all rank the first `items` submissions, which others wrote.
fn same_bundle(people: usize, items: u32) -> (Cohort, ReviewGraph) {
    let mut builder = Cohort::builder(people).unwrap();
    for _ in 0..items {
        builder.submission(&[]).unwrap();
    }
    let person = |p: usize| PersonId::new(to_u32(p));
    let pairs: Vec<_> = (0..people)
        .flat_map(|p| (0..items).map(move |s| (SubmissionId::new(s), person(p))))
        .collect();
    (builder.build(), ReviewGraph::from_pairs(people, items as usize, &pairs).unwrap())
}

/// A course in which everybody reviews k, at random.
fn course(law: &RankingLaw, n: usize, k: usize, seed: u64) -> SimulatedRankings {
    let (cohort, seed) = (individuals(n), Seed::new(seed));
    let plan = Assigner::new(k).assign(&cohort, seed.derive("plan")).unwrap();
    law.simulate(&cohort, &plan, seed).unwrap()
}

/// The share of a graph's rankings that are this order.
fn share(rankings: &Rankings, order: &[u32]) -> f64 {
    let same =
        |items: &[SubmissionId]| items.iter().map(|item| item.get()).eq(order.iter().copied());
    let count = rankings.iter().filter(|ranking| same(ranking.submissions())).count();
    count as f64 / rankings.len() as f64
}

fn is_share(found: f64, p: f64, draws: usize) {
    let spread = math::sqrt(p * (1.0 - p) / draws as f64);
    assert!((found - p).abs() < CRITICAL * spread, "{found} is not {p}");
}

#[test]
fn plackett_luce_ranks_with_the_probabilities_of_its_stages() {
    let (people, qualities, c) = (40_000, [0.5, -0.2, 0.1], 1.5);
    let (cohort, graph) = same_bundle(people, 3);
    let law = RankingLaw::plackett_luce(c).qualities(qualities);
    let course = law.simulate(&cohort, &graph, Seed::new(1)).unwrap();
    let worth = qualities.map(|q| math::exp(c * q));
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0_u32]] {
        let [a, b, c] = order.map(|item| worth[item as usize]);
        is_share(share(course.rankings(), &order), a / (a + b + c) * (b / (b + c)), people);
    }
}

#[test]
fn thurstone_confuses_a_pair_as_the_normal_law_says() {
    let (people, sd) = (40_000, 0.7);
    let (cohort, graph) = same_bundle(people, 2);
    let ranked = |law: RankingLaw| {
        let law = law.qualities([0.0, 0.6]);
        law.simulate(&cohort, &graph, Seed::new(1)).unwrap()
    };
    let right = math::normal_cdf(0.6 / (sd * math::sqrt(2.0)));
    let first = |law: RankingLaw| share(ranked(law).rankings(), &[1, 0]);
    is_share(first(RankingLaw::thurstone(sd)), right, people);
    is_share(first(RankingLaw::thurstone(sd).careless(1.0)), 0.5, people);
    is_share(first(RankingLaw::thurstone(sd).adversarial(1.0)), 1.0 - right, people);
    let mixed = RankingLaw::thurstone(sd).careless(0.3).adversarial(0.2);
    is_share(first(mixed), 0.3 * 0.5 + 0.2 * (1.0 - right) + 0.5 * right, people);
    // Mallows of two: phi / (1 + phi).
    for law in [RankingLaw::mallows(0.4), RankingLaw::mallows_of_all(0.4)] {
        is_share(first(law.clone()), 1.0 / 1.4, people);
        is_share(first(law.clone().careless(1.0)), 0.5, people);
        is_share(first(law.adversarial(1.0)), 0.4 / 1.4, people);
    }
    // The mean of 1 / (1 + phi) over phi from 0 to 1/2.
    is_share(first(RankingLaw::insertion(0.5)), 2.0 * math::ln(1.5), people);
}

#[test]
fn reviewers_are_as_noisy_as_their_law_says() {
    let law = RankingLaw::thurstone(0.5).spread(0.8);
    let logs: Vec<f64> =
        course(&law, 20_000, 2, 1).truth().noise().iter().map(|&sd| math::ln(sd / 0.5)).collect();
    let n = logs.len() as f64;
    let mean = logs.iter().sum::<f64>() / n;
    let variance = logs.iter().map(|x| x * x).sum::<f64>() / n;
    assert!(mean.abs() < CRITICAL * 0.8 / math::sqrt(n), "{mean}");
    assert!((variance - 0.64).abs() < CRITICAL * 0.64 * math::sqrt(2.0 / n), "{variance}");

    let linked = course(&RankingLaw::thurstone(0.7).ability(0.5), 50, 2, 1);
    for (sd, q) in linked.truth().noise().iter().zip(linked.truth().qualities()) {
        assert!((sd - 0.7 * math::exp(-0.5 * q)).abs() < 1e-12);
    }
    let phi = course(&RankingLaw::insertion(0.5), 1000, 2, 1);
    let largest = phi.truth().noise().iter().fold(0.0, |a, &b| math::max(a, b));
    assert!(largest > 0.49 && largest < 0.5);
}

/// Every law without noise gives the true order, and turned round its reverse.
#[test]
fn perfect_reviewers_rank_by_the_truth() {
    for law in [
        RankingLaw::thurstone(0.0),
        RankingLaw::plackett_luce(1e6),
        RankingLaw::mallows(0.0),
        RankingLaw::mallows_of_all(0.0),
        RankingLaw::insertion(0.0),
    ] {
        for (law, better) in [(law.clone(), true), (law.adversarial(1.0), false)] {
            let course = course(&law, 200, 5, 1);
            let q = course.truth().qualities();
            for ranking in course.rankings().iter() {
                let items = ranking.submissions();
                assert_eq!(items.len(), 5);
                assert!(items.windows(2).all(|w| (q[w[0].index()] > q[w[1].index()]) == better));
            }
        }
    }
}

#[test]
fn ties_are_what_rounds_to_the_same() {
    let (cohort, graph) = same_bundle(1, 5);
    let law = RankingLaw::thurstone(0.0).qualities([0.2, 1.1, -0.2, 0.9, -0.3]).ties(0.5);
    let course = law.simulate(&cohort, &graph, Seed::new(1)).unwrap();
    let ranking = course.rankings().get(0).unwrap();
    let tiers: Vec<Vec<u32>> =
        ranking.tiers().map(|tier| tier.iter().map(|item| item.get()).collect()).collect();
    assert_eq!(tiers, [vec![1, 3], vec![0, 2], vec![4]]);
    // The simulator and the builder agree on the canonical form.
    let mut rows = Rankings::builder(1, 5).unwrap();
    let tiers: Vec<&[SubmissionId]> = ranking.tiers().collect();
    rows.add_tiers(PersonId::new(0), &tiers).unwrap();
    assert_eq!(rows.build(), *course.rankings());
}

/// Exposure-normalised Borda; everything is ranked k times by rankings of k.
fn borda(rankings: &Rankings) -> Vec<f64> {
    let mut scores = vec![0.0; rankings.submissions()];
    for ranking in rankings.iter() {
        for (below, item) in ranking.submissions().iter().rev().enumerate() {
            scores[item.index()] += below as f64;
        }
    }
    scores
}

/// Kendall's tau with ties broken at random, in expectation.
fn tau_a(course: &SimulatedRankings) -> f64 {
    let scores = borda(course.rankings());
    let mut sorted = scores.clone();
    sorted.sort_by(f64::total_cmp);
    let pairs = |n: usize| (n * (n - 1) / 2) as f64;
    let tied: f64 =
        sorted.chunk_by(|a, b| a.total_cmp(b).is_eq()).map(|run| pairs(run.len())).sum();
    let all = pairs(scores.len());
    kendall_tau_b(&scores, course.truth().qualities()).unwrap() * math::sqrt((all - tied) / all)
}

/// Mean and variance of tau over courses of other seeds.
fn taus(law: &RankingLaw, (n, k): (usize, usize), runs: u64) -> (f64, f64) {
    let taus: Vec<f64> = (0..runs).map(|seed| tau_a(&course(law, n, k, seed))).collect();
    let mean = taus.iter().sum::<f64>() / runs as f64;
    let squares = taus.iter().map(|tau| (tau - mean) * (tau - mean)).sum::<f64>();
    (mean, squares / (runs - 1) as f64)
}

/// Pairs in the right order by Borda with perfect graders and many papers: a paper with a share x of
/// papers below it has Binomial(k (k - 1), x) points. The middle of `cells` equal parts each way.
fn borda_law(k: u32) -> f64 {
    let (n, cells) = (k * (k - 1), 500);
    let law = |c: i32| {
        let x = (f64::from(c) + 0.5) / f64::from(cells);
        let mut mass = vec![libm::pow(1.0 - x, f64::from(n))];
        for s in 0..n {
            let odds = f64::from(n - s) / f64::from(s + 1) * x / (1.0 - x);
            mass.push(mass[s as usize] * odds);
        }
        mass
    };
    let laws: Vec<Vec<f64>> = (0..cells).map(law).collect();
    let right = |high: &[f64], low: &[f64]| {
        let mut below = 0.0;
        let win = |(h, l): (&f64, &f64)| {
            let win = h * (below + 0.5 * l);
            below += l;
            win
        };
        high.iter().zip(low).map(win).sum::<f64>()
    };
    let pairs = (0..laws.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
    let sum: f64 = pairs.map(|(i, j)| right(&laws[i], &laws[j])).sum();
    // Within a cell, half of whose pairs count, one in two is right.
    let cells = f64::from(cells);
    (sum + cells / 4.0) / (cells * cells / 2.0)
}

/// The table of Borda with perfect graders, by integration and by simulation.
#[test]
fn perfect_graders_follow_the_exact_law_of_borda() {
    for (k, percent) in [(2, 220.0 / 3.0), (3, 82.95), (5, 90.27), (8, 94.12), (10, 95.35)] {
        let exact = 100.0 * borda_law(k);
        assert!((exact - percent).abs() < 0.01, "k = {k}: {exact}");
    }
    for (k, percent) in [(3, 82.95), (5, 90.27), (10, 95.35)] {
        let (tau, variance) = taus(&RankingLaw::thurstone(0.0), (10_000, k), 6);
        let (found, error) = (50.0 + 50.0 * tau, 50.0 * math::sqrt(variance / 6.0));
        // The table is rounded to 0.01.
        assert!((found - percent).abs() < 3.0 * error + 0.005, "k = {k}: {found} +- {error}");
    }
}

/// Published tau of Borda, n = 1000, of three runs each and of six others.
#[test]
fn borda_on_the_laws_is_as_right_as_measured_elsewhere() {
    let thurstone = RankingLaw::thurstone;
    for (name, law, k, three, six) in [
        ("perfect", thurstone(0.0), 5, 0.807, Some(0.885 - 0.077)),
        ("thur.5", thurstone(0.5), 5, 0.744, Some(0.786 - 0.037)),
        ("thur1", thurstone(1.0), 5, 0.631, Some(0.647 - 0.008)),
        ("pl2", RankingLaw::plackett_luce(2.0), 5, 0.720, None),
        ("hetero", thurstone(0.5).spread(0.8), 5, 0.712, Some(0.748 - 0.031)),
        ("spam20", thurstone(0.5).careless(0.2), 5, 0.662, Some(0.677 - 0.023)),
        ("corr", thurstone(0.7).ability(0.5), 5, 0.687, Some(0.714 - 0.021)),
        ("rim", RankingLaw::insertion(0.5), 6, 0.770, None),
    ] {
        let runs = 10;
        let (tau, variance) = taus(&law, (1000, k), runs);
        let check = |measured: f64, of: f64| {
            let error = math::sqrt(variance * (1.0 / runs as f64 + 1.0 / of));
            let fine = (tau - measured).abs() < 3.0 * error + 0.001;
            assert!(fine, "{name}: {tau} is not {measured} within 3 x {error}");
        };
        check(three, 3.0);
        if let Some(six) = six {
            check(six, 6.0);
        }
    }
}

/// A person, a submission and reviews more at the end.
#[test]
fn what_is_added_at_the_end_changes_no_ranking_of_the_others() {
    let (short, long) = (individuals(50), individuals(51));
    let plan = Assigner::new(4).assign(&short, Seed::new(1)).unwrap();
    let mut pairs: Vec<_> = plan.graph().iter().collect();
    pairs.extend([
        (SubmissionId::new(50), PersonId::new(0)),
        (SubmissionId::new(7), PersonId::new(50)),
    ]);
    let graph = ReviewGraph::from_pairs(51, 51, &pairs).unwrap();
    for law in [
        RankingLaw::thurstone(0.5).spread(0.8).careless(0.2).no_show(0.1),
        RankingLaw::plackett_luce(2.0).adversarial(0.2),
        RankingLaw::mallows(0.7),
        RankingLaw::insertion(0.5),
    ] {
        let seed = Seed::new(3);
        let a = law.simulate(&short, &plan, seed).unwrap();
        let b = law.simulate(&long, &graph, seed).unwrap();
        assert_eq!(a.truth().noise(), &b.truth().noise()[..50]);
        assert_eq!(a.truth().careless(), &b.truth().careless()[..50]);
        let others = |course: &SimulatedRankings| -> Vec<(PersonId, Vec<SubmissionId>)> {
            let rankings = course.rankings().iter();
            let of = rankings.filter(|r| (1..50).contains(&r.reviewer().index()));
            of.map(|r| (r.reviewer(), r.submissions().to_vec())).collect()
        };
        assert_eq!(others(&a), others(&b));
    }
}

#[test]
fn a_setting_changes_only_what_it_is_about() {
    let run = |law: RankingLaw| course(&law, 300, 4, 1);
    let plain = run(RankingLaw::thurstone(0.5));
    let changed = run(RankingLaw::thurstone(0.5).careless(0.3).no_show(0.2));
    assert_eq!(plain.truth().qualities(), changed.truth().qualities());
    assert_eq!(plain.truth().noise(), changed.truth().noise());
    let (gone, careless) = (changed.truth().no_shows(), changed.truth().careless());
    let of = |i: usize| {
        changed.rankings().iter().find(|r| r.reviewer().index() == i).map(|r| r.submissions())
    };
    let mut moved = 0;
    for before in plain.rankings().iter() {
        let i = before.reviewer().index();
        let after = of(i);
        assert_eq!(after.is_none(), gone[i]);
        if let Some(after) = after {
            moved += usize::from(after != before.submissions());
            assert!(careless[i] || after == before.submissions());
        }
    }
    assert!((20..120).contains(&moved), "{moved}");
}

#[test]
fn what_cannot_be_is_named() {
    let (cohort, graph) = same_bundle(2, 3);
    let error = |law: RankingLaw| law.simulate(&cohort, &graph, Seed::new(1)).unwrap_err();
    for (law, message) in [
        (RankingLaw::thurstone(-1.0), "the noise is -1, but must be from 0 to 1e100"),
        (RankingLaw::plackett_luce(f64::NAN), "the scale is NaN, but must be from 0 to 1e100"),
        (RankingLaw::mallows(1.5), "the dispersion is 1.5, but must be from 0 to 1"),
        (RankingLaw::insertion(-0.1), "the largest dispersion is -0.1, but must be from 0 to 1"),
        (RankingLaw::thurstone(1.0).spread(101.0), "spread is 101, but must be from 0 to 100"),
        (
            RankingLaw::thurstone(1.0).ability(f64::NAN),
            "ability is NaN, but must be from -100 to 100",
        ),
        (RankingLaw::thurstone(1.0).ties(0.0), "ties is 0, but must be from 1e-100 to 1e100"),
        (
            RankingLaw::mallows(0.5).ties(0.5),
            "ties is 0.5, but must be left out of a law of orders",
        ),
        (
            RankingLaw::mallows(0.5).spread(0.5),
            "spread is 0.5, but must be left out of a law of orders",
        ),
        (RankingLaw::thurstone(1.0).no_show(2.0), "no_show is 2, but must be from 0 to 1"),
        (RankingLaw::thurstone(1.0).qualities([1.0]), "1 qualities for 3 submissions"),
    ] {
        assert_eq!(error(law).to_string(), message);
    }
    let shares = error(RankingLaw::thurstone(1.0).careless(0.6).adversarial(0.6));
    assert_eq!(shares, SimulateError::Shares { sum: 1.2 }.into());
    let other = RankingLaw::thurstone(1.0).simulate(&individuals(3), &graph, Seed::new(1));
    assert!(matches!(other, Err(RankingLawError::Simulate(SimulateError::Reviews(_)))));
}

#[test]
fn no_setting_panics_and_every_ranking_is_one() {
    let (cohort, graph) = same_bundle(3, 4);
    let odd = [f64::NAN, f64::INFINITY, -1.0, -0.0, 0.0, 5e-324, 1e-100, 0.5, 1.0, 100.0, 1e100];
    let mut accepted = 0;
    for a in odd {
        for b in odd {
            for law in [
                RankingLaw::thurstone(a).spread(b).ability(b),
                RankingLaw::thurstone(a).ties(b).careless(0.5),
                RankingLaw::plackett_luce(a).ties(b).qualities([b, -b, a, 0.0]),
                RankingLaw::mallows(a).careless(b),
                RankingLaw::mallows_of_all(a).adversarial(b),
                RankingLaw::insertion(a).qualities([b; 4]),
            ] {
                let Ok(course) = law.simulate(&cohort, &graph, Seed::new(1)) else { continue };
                accepted += 1;
                assert!(course.truth().noise().iter().all(|noise| noise.is_finite()));
                for ranking in course.rankings().iter() {
                    let mut items: Vec<u32> =
                        ranking.submissions().iter().map(|s| s.get()).collect();
                    items.sort_unstable();
                    assert_eq!(items, [0, 1, 2, 3]);
                    assert_eq!(ranking.tiers().map(<[_]>::len).sum::<usize>(), 4);
                }
            }
        }
    }
    assert!(accepted > 150, "{accepted}");
}
