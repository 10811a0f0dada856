//! What each behaviour does, against what the honest would have said.

use super::*;

fn agents() -> Simulation {
    Simulation::new(BurrellSchoenebeck::default())
}

/// A course of agents in which all behave so, and the honest one.
fn with_and_without(behaviour: Behaviour) -> (Simulated, Simulated) {
    let run = |simulation: &Simulation| course(simulation, 500, 4, 1);
    (run(&agents().behaviour(behaviour, 1.0)), run(&agents()))
}

fn reports(behaviour: Behaviour) -> (Vec<f64>, Vec<f64>) {
    let (changed, honest) = with_and_without(behaviour);
    (honest.reviews().column(0).to_vec(), changed.reviews().column(0).to_vec())
}

#[test]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // scores are 0 to 10
fn rules_do_what_they_say() {
    type Rule = fn(f64) -> f64;
    let rules: [(Behaviour, Rule); 8] = [
        (Behaviour::Honest, |x| x),
        (Behaviour::Merge, |x| {
            [0.0, 3.0, 3.0, 3.0, 6.0, 6.0, 6.0, 7.0, 7.0, 7.0, 10.0][x as usize]
        }),
        (Behaviour::Prior, |_| 7.0),
        (Behaviour::ALL_MAX, |_| 10.0),
        (Behaviour::ALL_80, |_| 8.0),
        (Behaviour::Hedge, |x| [4, 4, 4, 5, 6, 6, 6, 7, 8, 8, 8][x as usize].into()),
        (Behaviour::Low { by: 0.4 }, |x| math::max(x - 4.0, 0.0)),
        (Behaviour::StraightLine, |x| x),
    ];
    for (behaviour, rule) in rules {
        let (seen, reported) = reports(behaviour);
        let expected: Vec<f64> = seen.into_iter().map(rule).collect();
        assert_eq!(reported, expected, "{behaviour:?}");
    }
    // 11 equally likely grades: mean 5, variance 10; excess kurtosis -1.2 (n^2 + 1) / (n^2 - 1).
    has_moments("random", &reports(Behaviour::Random).1, 5.0, 10.0, -1.22);
    let (seen, reported) = reports(Behaviour::Noise { sd: 0.1 });
    let added: Vec<f64> = seen.iter().zip(&reported).map(|(x, z)| z - x).collect();
    let (mean, variance) = mean_and_variance(&added);
    // Less than 1 + 1/12 since some are cut at 10.
    assert!(mean.abs() < 0.2 && (0.7..1.1).contains(&variance), "{mean} {variance}");
    let spam = Simulation::new(wide()).behaviour(Behaviour::Around { at: 0.75, sd: 0.1 }, 1.0);
    let spam = course(&spam, 2000, 2, 1);
    has_moments("around", spam.reviews().column(0), 5000.0, 4e6, 0.0);
}

#[test]
fn uniform_reports_cover_the_scale_and_its_levels() {
    let careless = |scale: Scale| {
        let law = Simulation::new(Gaussian::pg1().scale(scale)).behaviour(Behaviour::Random, 1.0);
        course(&law, 3000, 3, 1)
    };
    let scores = careless(Scale::PERCENT);
    has_moments("numbers", scores.reviews().column(0), 50.0, 1e4 / 12.0, -1.2);
    let scores = careless(Scale::with_step(1.0, 5.0, 1.0).unwrap());
    has_moments("levels", scores.reviews().column(0), 3.0, 2.0, -1.3);
}

#[test]
fn fix_bias_moves_against_the_own_bias_by_one_amount_for_each_person() {
    let (changed, honest) = with_and_without(Behaviour::FixBias { sd: 0.1 });
    let bias = honest.truth().bias().unwrap();
    let graph = honest.reviews().graph();
    let mut moved = 0;
    let scores = honest.reviews().column(0).iter().zip(changed.reviews().column(0));
    for ((i, (_, reviewer)), (x, z)) in graph.iter().enumerate().zip(scores) {
        assert!((z - x) * bias[reviewer.index()] <= 0.0, "review {i}");
        moved += u32::from((z - x).abs() > 0.5);
    }
    assert!(moved > 500, "{moved}");
    // Without a bias there is nothing to fix; without a scale that cuts, the amount is one.
    let fix = |law: Gaussian| Simulation::new(law).behaviour(Behaviour::FixBias { sd: 0.001 }, 1.0);
    let none = wide().bias_sd(0.0);
    let same = [fix(none), Simulation::new(none)].map(|s| course(&s, 50, 4, 1).into_parts().0);
    assert_eq!(same[0].column(0), same[1].column(0));
    let both = [fix(wide()), Simulation::new(wide())].map(|s| course(&s, 50, 4, 1));
    let amount =
        |review: usize| both[0].reviews().column(0)[review] - both[1].reviews().column(0)[review];
    for person in (0..50).map(PersonId::new) {
        let reviews = both[0].reviews().graph().reviews_by(person);
        let amounts: Vec<f64> = reviews.iter().map(|review| amount(review.index())).collect();
        assert!(amounts.iter().all(|a| (a - amounts[0]).abs() < 1e-9 && *a != 0.0), "{amounts:?}");
    }
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
        let simulation =
            agents().behaviour(Behaviour::Prior, shares.0).behaviour(Behaviour::Hedge, shares.1);
        let truth = simulation.simulate(&individuals(100), &graph, Seed::new(1)).unwrap();
        let roles: Vec<Behaviour> =
            (0..100).map(|i| truth.truth().behaviour(PersonId::new(i))).collect();
        let count = |wanted| roles.iter().filter(|&&role| role == wanted).count();
        assert_eq!((count(Behaviour::Prior), count(Behaviour::Hedge)), counts);
        assert!(roles[80..].iter().all(|&role| role == Behaviour::Honest));
    }
}

/// Calls `check` with a reviewer, their honest reports and what they said, in the order of works.
fn by_reviewer(behaviour: Behaviour, check: impl Fn(PersonId, &[f64], &[f64])) {
    let (changed, honest) = with_and_without(behaviour);
    for person in (0..500).map(PersonId::new) {
        let of = |course: &Simulated| -> Vec<f64> {
            let reviews = course.reviews().graph().reviews_by(person);
            reviews.iter().map(|review| course.reviews().column(0)[review.index()]).collect()
        };
        check(person, &of(&honest), &of(&changed));
    }
}

#[test]
fn an_anchor_repeats_the_first_report_and_a_copy_the_one_before() {
    by_reviewer(Behaviour::Anchor, |_, seen, said| assert_eq!(said, [seen[0]; 4]));
    by_reviewer(Behaviour::Copy { probability: 1.0 }, |_, seen, said| {
        assert_eq!(said, [seen[0]; 4]);
    });
    by_reviewer(Behaviour::Copy { probability: 0.0 }, |_, seen, said| assert_eq!(said, seen));
    let repeated = core::cell::Cell::new(0);
    by_reviewer(Behaviour::Copy { probability: 0.5 }, |_, seen, said| {
        let same = |a: f64, b: f64| a.to_bits() == b.to_bits();
        assert!(same(said[0], seen[0]));
        for i in 1..4 {
            assert!(same(said[i], seen[i]) || same(said[i], said[i - 1]), "{seen:?} {said:?}");
            repeated.set(repeated.get() + i32::from(!same(said[i], seen[i])));
        }
    });
    // Half of 1500 copy; a fifth of the copies looks honest, since the levels are few.
    assert!((450..750).contains(&repeated.get()), "{repeated:?}");
}

#[test]
fn rings_of_reviewers_give_one_another_the_maximum() {
    let size = 4;
    // Everybody reviews everybody else.
    let n = 12;
    let pairs = (0..n).flat_map(|s| (0..n).filter(move |&r| r != s).map(move |r| (s, r)));
    let pairs: Vec<_> = pairs.map(|(s, r)| (SubmissionId::new(s), PersonId::new(r))).collect();
    let graph = ReviewGraph::from_pairs(n as usize, n as usize, &pairs).unwrap();
    let run = |simulation: &Simulation| {
        simulation.simulate(&individuals(n), &graph, Seed::new(1)).unwrap()
    };
    let law = || Simulation::new(wide());
    let honest = run(&law());
    let ring = run(&law().behaviour(Behaviour::Ring { size }, 1.0));
    let given = |r: u32| -> Vec<u32> {
        let got_max = |s: &u32| {
            *s != r && score_of(&ring, (SubmissionId::new(*s), PersonId::new(r))) == Some(1e4)
        };
        (0..n).filter(got_max).collect()
    };
    for r in 0..n {
        let friends = given(r);
        assert_eq!(friends.len(), 3);
        // The relation is mutual and closed.
        for &friend in &friends {
            let mut theirs = given(friend);
            theirs.push(friend);
            theirs.sort_unstable();
            let mut ours = friends.clone();
            ours.push(r);
            ours.sort_unstable();
            assert_eq!(theirs, ours);
        }
        for s in (0..n).filter(|s| *s != r && !friends.contains(s)) {
            let pair = (SubmissionId::new(s), PersonId::new(r));
            assert_eq!(score_of(&ring, pair), score_of(&honest, pair));
        }
    }
    // Accounts of one person see what the first of them sees.
    let sybils = run(&law().behaviour(Behaviour::Sybil { accounts: size }, 1.0));
    for s in 0..n {
        let mut scores = sybils.reviews().scores_of(SubmissionId::new(s), 0).to_vec();
        scores.sort_by(f64::total_cmp);
        scores.dedup();
        assert_eq!(scores.len(), 3, "{s}");
    }
    let friends = run(&law().behaviour(Behaviour::Friends { probability: 0.5 }, 1.0));
    let gave_max =
        |s: u32, r: u32| score_of(&friends, (SubmissionId::new(s), PersonId::new(r))) == Some(1e4);
    let mut count = 0;
    for s in 0..n {
        for r in 0..s {
            assert_eq!(gave_max(s, r), gave_max(r, s));
            count += u32::from(gave_max(s, r));
        }
    }
    // Of 66 pairs.
    assert!((18..48).contains(&count), "{count}");
}

#[test]
fn who_reciprocates_gives_what_the_author_gave() {
    // 0 and 1 review one another, 2 is reviewed by 0 and reviews nobody.
    let ids = [(0, 1), (1, 0), (2, 0)].map(|(s, r)| (SubmissionId::new(s), PersonId::new(r)));
    let graph = ReviewGraph::from_pairs(3, 3, &ids).unwrap();
    let run = |simulation: &Simulation| {
        let course = simulation.simulate(&individuals(3), &graph, Seed::new(1)).unwrap();
        ids.map(|pair| score_of(&course, pair))
    };
    let law = || Simulation::new(wide());
    let tit = law().person(PersonId::new(0), Behaviour::Reciprocity);
    let honest = run(&law());
    assert_eq!(run(&tit), [honest[0], honest[0], honest[2]]);
    let generous = tit.clone().person(PersonId::new(1), Behaviour::ALL_MAX);
    assert_eq!(run(&generous), [Some(1e4), Some(1e4), honest[2]]);
    // Both begin honestly.
    let both = tit.clone().person(PersonId::new(1), Behaviour::Reciprocity);
    assert_eq!(run(&both), [honest[1], honest[0], honest[2]]);
    let gone = tit.person(PersonId::new(1), Behaviour::DropOut);
    assert_eq!(run(&gone), [None, honest[1], honest[2]]);
}

#[test]
fn language_models_are_precise_alike_and_drawn_to_the_mean() {
    let model = Behaviour::LanguageModel { sd: 0.0005, correlation: 0.8 };
    let made = course(&Simulation::new(wide()).behaviour(model, 1.0), 20_000, 2, 1);
    let centre = |s: usize| f64::midpoint(70.0, made.truth().grades()[s]);
    let scores = made.reviews().column(0);
    let errors: Vec<f64> = (0..40_000).map(|i| scores[i] - centre(i / 2)).collect();
    has_moments("errors", &errors, 0.0, 100.0, 0.4);
    let (first, second): (Vec<f64>, Vec<f64>) = errors.chunks(2).map(|e| (e[0], e[1])).unzip();
    let correlation = crate::metrics::pearson(&first, &second).unwrap();
    assert!((correlation - 0.8).abs() < 0.015, "{correlation}");
}

#[test]
fn prejudice_meets_the_marked_subgroup_alone() {
    let simulation = Simulation::new(wide()).subgroup(0.4);
    let [honest, biased] =
        [simulation.clone(), simulation.behaviour(Behaviour::Subgroup { by: 0.01 }, 1.0)]
            .map(|simulation| course(&simulation, 500, 4, 1));
    let marked = honest.truth().subgroup().unwrap();
    assert_eq!(honest.truth().subgroup(), biased.truth().subgroup());
    let share = marked.iter().filter(|&&marked| marked).count();
    assert!((150..250).contains(&share), "{share}");
    for (s, r) in honest.reviews().graph().iter() {
        let [a, b] = [&honest, &biased].map(|course| score_of(course, (s, r)).unwrap());
        let less = if marked[s.index()] { 200.0 } else { 0.0 };
        assert!((a - b - less).abs() < 1e-9);
    }
}

#[test]
fn a_straight_line_is_the_mean_of_all_criteria() {
    let law = wide().criteria(3);
    let [honest, straight] =
        [Simulation::new(law), Simulation::new(law).behaviour(Behaviour::StraightLine, 1.0)]
            .map(|simulation| course(&simulation, 50, 4, 1).into_parts().0);
    for review in 0..200 {
        let mean = (0..3).map(|c| honest.column(c)[review]).sum::<f64>() / 3.0;
        assert!((0..3).all(|c| (straight.column(c)[review] - mean).abs() < 1e-9));
    }
}

#[test]
fn who_drops_out_or_is_late_is_missing_and_changes_nothing_else() {
    let run = |simulation: Simulation| course(&simulation, 500, 4, 1);
    let honest = run(agents());
    let mixed = run(agents()
        .behaviour(Behaviour::DropOut, 0.2)
        .behaviour(Behaviour::Late { probability: 0.5 }, 0.4));
    assert_eq!(mixed.truth().grades(), honest.truth().grades());
    let mut late = [0, 0];
    for (s, r) in honest.reviews().graph().iter() {
        let there = score_of(&mixed, (s, r));
        match mixed.truth().behaviour(r) {
            Behaviour::DropOut => assert_eq!(there, None),
            Behaviour::Late { .. } => late[usize::from(there.is_some())] += 1,
            _ => assert!(there.is_some()),
        }
        if there.is_some() {
            assert_eq!(there, score_of(&honest, (s, r)));
        }
        assert!(!mixed.truth().is_hostile(r));
    }
    // Of 800, each with probability a half.
    assert_eq!(late[0] + late[1], 800);
    assert!((340..460).contains(&late[0]), "{late:?}");
}
