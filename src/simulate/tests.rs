//! Both laws against theory and their promises.

mod figures;

use super::*;
use crate::id::PersonId;
use crate::math;

/// Four standard errors: a correct law exceeds them once in 16,000 tests.
const CRITICAL: f64 = 4.0;

/// A random circulant: k distinct offsets on a random ring, so that everybody gives and gets k.
fn ring(n: u32, k: usize, seed: u64) -> ReviewGraph {
    let mut stream = Seed::new(seed).stream(Phase::Plan, 0);
    let mut order: Vec<u32> = (0..n).collect();
    stream.shuffle(&mut order);
    let mut offsets: Vec<u32> = (1..n).collect();
    stream.shuffle(&mut offsets);
    let at = |i: u32| order[(i % n) as usize];
    let pair = |i: u32, by: u32| (SubmissionId::new(at(i + by)), PersonId::new(at(i)));
    let pairs: Vec<_> =
        (0..n).flat_map(|i| offsets[..k].iter().map(move |&by| pair(i, by))).collect();
    ReviewGraph::from_pairs(n as usize, n as usize, &pairs).unwrap()
}

fn individuals(n: u32) -> Cohort {
    Cohort::individuals(n as usize).unwrap()
}

/// PG1 on a scale that cuts nothing.
fn wide() -> Pg1 {
    Pg1::default().scale(Scale::new(-1e4, 1e4).unwrap())
}

fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0))
}

/// Whether a sample has this mean and variance; `excess` is the kurtosis of the law above 3.
fn has_moments(what: &str, values: &[f64], mean: f64, variance: f64, excess: f64) {
    let n = values.len() as f64;
    let (m, v) = mean_and_variance(values);
    assert!((m - mean).abs() < CRITICAL * math::sqrt(variance / n), "{what}: mean {m}");
    let spread = variance * math::sqrt((2.0 + excess) / n);
    assert!((v - variance).abs() < CRITICAL * spread, "{what}: variance {v}");
}

/// Scores minus truth minus bias, by review.
fn residuals(course: &Simulated) -> Vec<f64> {
    let (graph, truth) = (course.reviews().graph(), course.truth());
    let bias = truth.bias().unwrap();
    let reviews = graph.iter().zip(course.reviews().column(0));
    reviews.map(|((s, r), z)| z - truth.grades()[s.index()] - bias[r.index()]).collect()
}

#[test]
fn pg1_has_the_moments_of_its_law() {
    let (n, graph) = (20_000, ring(20_000, 2, 1));
    let gamma = wide().simulate(&individuals(n), &graph, Seed::new(2)).unwrap();
    has_moments("grades", gamma.truth().grades(), 70.0, 144.0, 0.0);
    has_moments("biases", gamma.truth().bias().unwrap(), 0.0, 64.0, 0.0);
    has_moments("precisions", gamma.truth().precision().unwrap(), 0.02, 2e-4, 3.0);
    let precision = gamma.truth().precision().unwrap();
    let reviewers = graph.iter().map(|(_, reviewer)| math::sqrt(precision[reviewer.index()]));
    let standard: Vec<f64> = reviewers.zip(residuals(&gamma)).map(|(root, e)| root * e).collect();
    has_moments("noise in its own unit", &standard, 0.0, 1.0, 0.0);

    let law = wide().noise(Noise::Equal { sd: 10.0 }).bias_sd(0.0);
    let equal = law.simulate(&individuals(n), &graph, Seed::new(2)).unwrap();
    has_moments("noise", &residuals(&equal), 0.0, 100.0, 0.0);
    assert!(equal.truth().bias().unwrap().iter().all(|&bias| bias == 0.0));
    assert!(equal.truth().precision().unwrap().iter().all(|&p| (p - 0.01).abs() < 1e-15));
}

#[test]
fn agents_have_the_moments_of_their_law() {
    let (n, graph) = (20_000, ring(20_000, 2, 1));
    let law = BurrellSchoenebeck::default();
    let honest = law.simulate(&individuals(n), &graph, Seed::new(2)).unwrap();
    has_moments("grades", honest.truth().grades(), 7.0, 2.1, -0.12);
    has_moments("biases", honest.truth().bias().unwrap(), 0.0, 1.0, 0.0);
    has_moments("effort", honest.truth().effort().unwrap(), 2.0, 1.0 / 3.0, -1.2);
    // One look of an unbiased reviewer is Binomial(10, t/10), so E (x - t)^2 = E t (1 - t/10) =
    // 7 - 51.1/10.
    let law = BurrellSchoenebeck::default().bias_sd(0.0).effort(Effort::Binary { active: 0.0 });
    let one_look = law.simulate(&individuals(n), &graph, Seed::new(3)).unwrap();
    let squares: Vec<f64> = residuals(&one_look).iter().map(|e| e * e).collect();
    let (mean, variance) = mean_and_variance(&squares);
    // The two reviews of one work share its truth: count works, not reviews.
    let standard_error = math::sqrt(variance / f64::from(n));
    assert!((mean - 1.89).abs() < CRITICAL * standard_error, "{mean}");
    let active = law.effort(Effort::Binary { active: 0.3 });
    let course = active.simulate(&individuals(n), &graph, Seed::new(3)).unwrap();
    has_moments("active", course.truth().effort().unwrap(), 1.6, 0.84, 1.0 / 0.21 - 6.0);
}

fn reports(strategy: Strategy, bias_sd: f64) -> (Simulated, Vec<f64>, Vec<f64>) {
    let law = BurrellSchoenebeck::default().bias_sd(bias_sd);
    let run = |law: &BurrellSchoenebeck| {
        law.simulate(&individuals(500), &ring(500, 4, 1), Seed::new(1)).unwrap()
    };
    let seen = run(&law).reviews().column(0).to_vec();
    let course = run(&law.strategy(strategy, 1.0));
    let reported = course.reviews().column(0).to_vec();
    (course, seen, reported)
}

#[test]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // scores are 0 to 10
fn strategies_do_what_they_say() {
    type Rule = fn(f64) -> f64;
    let rules: [(Strategy, Rule); 7] = [
        (Strategy::Truth, |x| x),
        (Strategy::Merge, |x| [0.0, 3.0, 3.0, 3.0, 6.0, 6.0, 6.0, 7.0, 7.0, 7.0, 10.0][x as usize]),
        (Strategy::Prior, |_| 7.0),
        (Strategy::All10, |_| 10.0),
        (Strategy::Hedge, |x| [4, 4, 4, 5, 6, 6, 6, 7, 8, 8, 8][x as usize].into()),
        (Strategy::All8, |_| 8.0),
        (Strategy::Low, |x| math::max(x - 4.0, 0.0)),
    ];
    for (strategy, rule) in rules {
        let (_, seen, reported) = reports(strategy, 1.0);
        let expected: Vec<f64> = seen.into_iter().map(rule).collect();
        assert_eq!(reported, expected, "{strategy:?}");
    }
    // 11 equally likely grades: mean 5, variance 10; excess kurtosis -1.2 (n^2 + 1) / (n^2 - 1).
    has_moments("random", &reports(Strategy::Random, 1.0).2, 5.0, 10.0, -1.22);
    let (_, seen, reported) = reports(Strategy::Noise, 1.0);
    let added: Vec<f64> = seen.iter().zip(&reported).map(|(x, z)| z - x).collect();
    let (mean, variance) = mean_and_variance(&added);
    // Less than 1 + 1/12 since some are cut at 10.
    assert!(mean.abs() < 0.2 && (0.7..1.1).contains(&variance), "{mean} {variance}");
}

#[test]
fn fix_bias_moves_against_the_own_bias_by_one_amount_for_each_person() {
    let (course, seen, reported) = reports(Strategy::FixBias, 1.0);
    let bias = course.truth().bias().unwrap();
    let graph = course.reviews().graph();
    let mut moved = 0;
    for ((i, (_, reviewer)), (x, z)) in graph.iter().enumerate().zip(seen.iter().zip(&reported)) {
        assert!((z - x) * bias[reviewer.index()] <= 0.0, "review {i}");
        moved += u32::from((z - x).abs() > 0.5);
    }
    assert!(moved > 500, "{moved}");
    let (_, seen, reported) = reports(Strategy::FixBias, 0.0);
    assert_eq!(seen, reported);
}

#[test]
fn attackers_are_exactly_so_many_of_those_who_review() {
    // 100 people, of whom the last 20 have nothing to review.
    let pairs: Vec<_> =
        (0..80).map(|i| (SubmissionId::new((i + 1) % 80), PersonId::new(i))).collect();
    let graph = ReviewGraph::from_pairs(100, 100, &pairs).unwrap();
    for (shares, counts) in [
        ((0.29, 0.0), (23, 0)),
        ((0.3, 0.7), (24, 56)),
        ((0.1, 0.2), (8, 16)),
        ((1.0, 0.0), (80, 0)),
    ] {
        let law = BurrellSchoenebeck::default()
            .strategy(Strategy::Low, shares.0)
            .strategy(Strategy::Hedge, shares.1);
        let course = law.simulate(&individuals(100), &graph, Seed::new(1)).unwrap();
        let strategies = course.truth().strategies().unwrap();
        let count = |wanted| strategies.iter().filter(|&&s| s == wanted).count();
        assert_eq!((count(Strategy::Low), count(Strategy::Hedge)), counts);
        assert!(strategies[80..].iter().all(|&s| s == Strategy::Truth));
    }
}

/// A person and a submission more at the end, with reviews of their own.
fn longer(graph: &ReviewGraph) -> ReviewGraph {
    let (people, submissions) = (graph.people(), graph.submissions());
    let new = |i: usize| (SubmissionId::new(to_u32(i)), PersonId::new(to_u32(people)));
    let mut pairs: Vec<_> = graph.iter().chain([new(0), new(7)]).collect();
    pairs.push((SubmissionId::new(to_u32(submissions)), PersonId::new(3)));
    ReviewGraph::from_pairs(people + 1, submissions + 1, &pairs).unwrap()
}

fn score_of(course: &Simulated, (submission, reviewer): (SubmissionId, PersonId)) -> Option<f64> {
    let reviewers = course.reviews().graph().reviewers_of(submission);
    let found = reviewers.binary_search(&reviewer).ok()?;
    Some(course.reviews().scores_of(submission, 0)[found])
}

#[test]
fn what_is_added_at_the_end_changes_no_draw_of_the_others() {
    let short = ring(50, 3, 1);
    let pg1 = Pg1::default().careless(0.2).no_show(0.1);
    let agents = BurrellSchoenebeck::default().no_show(0.1);
    let run = |graph: &ReviewGraph| {
        let cohort = individuals(to_u32(graph.people()));
        let seed = Seed::new(5);
        [pg1.simulate(&cohort, graph, seed), agents.simulate(&cohort, graph, seed)]
            .map(Result::unwrap)
    };
    for (short_course, long_course) in run(&short).iter().zip(&run(&longer(&short))) {
        let (a, b) = (short_course.truth(), long_course.truth());
        assert_eq!(a.grades(), &b.grades()[..50]);
        assert_eq!(a.no_shows(), &b.no_shows()[..50]);
        assert_eq!(a.bias(), b.bias().map(|bias| &bias[..50]));
        assert_eq!(a.precision(), b.precision().map(|precision| &precision[..50]));
        assert_eq!(a.effort(), b.effort().map(|effort| &effort[..50]));
        for pair in short.iter() {
            assert_eq!(score_of(short_course, pair), score_of(long_course, pair));
        }
    }
}

#[test]
fn a_setting_changes_only_what_it_is_about() {
    let graph = ring(200, 3, 1);
    let run = |law: Pg1| law.simulate(&individuals(200), &graph, Seed::new(1)).unwrap();
    let plain = run(Pg1::default());
    let changed = run(Pg1::default().no_show(0.2).careless(0.3));
    assert_eq!(plain.truth().precision(), changed.truth().precision());
    let (gone, careless) = (changed.truth().no_shows(), changed.truth().careless().unwrap());
    let mut counts = [0; 3];
    for pair in graph.iter() {
        let reviewer = pair.1.index();
        let (before, after) = (score_of(&plain, pair), score_of(&changed, pair));
        let kind = if gone[reviewer] {
            0
        } else if careless[reviewer] {
            1
        } else {
            2
        };
        counts[kind] += 1;
        match kind {
            0 => assert_eq!(after, None),
            1 => assert_ne!(after, before),
            _ => assert_eq!(after, before),
        }
    }
    // Of 600 reviews 0.2, 0.24 and 0.56, in clusters of three.
    assert!(counts.iter().all(|&count| count > 60), "{counts:?}");
}

#[test]
fn careless_scores_are_uniform_over_the_scale_and_its_levels() {
    let careless = |scale: Scale| {
        let law = Pg1::default().careless(1.0).scale(scale);
        law.simulate(&individuals(3000), &ring(3000, 3, 1), Seed::new(1)).unwrap()
    };
    let scores = careless(Scale::PERCENT);
    has_moments("numbers", scores.reviews().column(0), 50.0, 1e4 / 12.0, -1.2);
    let scores = careless(Scale::with_step(1.0, 5.0, 1.0).unwrap());
    has_moments("levels", scores.reviews().column(0), 3.0, 2.0, -1.3);
}

#[test]
fn no_setting_panics_or_gives_a_score_off_the_scale() {
    let odd = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MAX,
        -1.0,
        -0.0,
        0.0,
        5e-324,
        1e-300,
        1e-3,
        0.5,
        1.0,
        1e100,
        1e101,
    ];
    let (cohort, graph) = (individuals(4), ring(4, 2, 1));
    let seed = Seed::new(1);
    let mut accepted = 0;
    for a in odd {
        for b in odd {
            let laws = [
                Pg1::default().grades(a, b),
                Pg1::default().bias_sd(a).no_show(b),
                Pg1::default().noise(Noise::Gamma { shape: a, rate: b }),
                Pg1::default().noise(Noise::Equal { sd: a }).careless(b),
            ];
            let agents = [
                BurrellSchoenebeck::default()
                    .strategy(Strategy::Low, a)
                    .strategy(Strategy::Random, b),
                BurrellSchoenebeck::default().bias_sd(a).effort(Effort::Binary { active: b }),
                BurrellSchoenebeck::default()
                    .strategy(Strategy::FixBias, 1.0)
                    .bias_sd(a)
                    .no_show(b),
            ];
            let courses = laws.map(|law| law.simulate(&cohort, &graph, seed)).into_iter();
            for course in courses.chain(agents.map(|law| law.simulate(&cohort, &graph, seed))) {
                let Ok(course) = course else { continue };
                accepted += 1;
                let truth = course.truth();
                let columns =
                    [Some(truth.grades()), truth.bias(), truth.precision(), truth.effort()];
                assert!(columns.into_iter().flatten().flatten().all(|x| x.is_finite()), "{a} {b}");
            }
        }
    }
    assert!(accepted > 200, "{accepted}");
}

#[test]
fn what_cannot_be_is_named() {
    let (cohort, graph, seed) = (individuals(4), ring(4, 2, 1), Seed::new(1));
    let error = |law: Pg1| law.simulate(&cohort, &graph, seed).unwrap_err().to_string();
    assert_eq!(error(Pg1::default().bias_sd(-1.0)), "bias_sd is -1, but must be from 0 to 1e100");
    assert_eq!(
        error(Pg1::default().noise(Noise::Gamma { shape: 2.0, rate: 0.0 })),
        "the rate of the precisions is 0, but must be above 0, up to 1e100"
    );
    let law =
        BurrellSchoenebeck::default().strategy(Strategy::Low, 0.6).strategy(Strategy::Prior, 0.6);
    assert_eq!(law.simulate(&cohort, &graph, seed), Err(SimulateError::Shares { sum: 1.2 }));
    let other = Pg1::default().simulate(&individuals(5), &graph, seed);
    assert!(matches!(other, Err(SimulateError::Reviews(ReviewsError::OtherCohort { .. }))));
    // Whether or not the one who reviews their own work shows up.
    let own = ReviewGraph::from_pairs(1, 1, &[(SubmissionId::new(0), PersonId::new(0))]).unwrap();
    for law in [Pg1::default(), Pg1::default().no_show(1.0)] {
        let own = law.simulate(&individuals(1), &own, seed);
        assert!(matches!(own, Err(SimulateError::Reviews(ReviewsError::SelfReview { .. }))));
    }
}

#[test]
fn values_are_pinned() {
    let (cohort, graph, seed) = (individuals(5), ring(5, 2, 1), Seed::new(42));
    let pg1 = Pg1::default().simulate(&cohort, &graph, seed).unwrap();
    let law = BurrellSchoenebeck::default().strategy(Strategy::Noise, 0.5);
    let agents = law.simulate(&cohort, &graph, seed).unwrap();
    let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(
        bits(&pg1.reviews().column(0)[..3]),
        [4_635_042_002_497_542_699, 4_634_433_607_289_687_292, 4_636_154_924_507_754_858]
    );
    assert_eq!(
        bits(&pg1.truth().precision().unwrap()[..2]),
        [4_578_035_868_282_409_138, 4_568_134_218_701_706_943]
    );
    assert_eq!(agents.reviews().column(0), [4.0, 8.0, 7.0, 8.0, 7.0, 6.0, 9.0, 8.0, 2.0, 3.0]);
}
