use super::*;
use crate::assign::rules::Rules;
use crate::assign::{Assigner, regular};
use crate::cohort::Cohort;
use crate::seed::Seed;

/// Straight from the definition, for each two submissions.
fn by_definition(draft: &Draft<'_>, wanted: Wanted) -> Vec<Repeated> {
    let cohort = draft.rules.cohort();
    let ids = || (0..to_u32(cohort.submissions())).map(SubmissionId::new);
    let has = |reviewer, submission| draft.held(reviewer).contains(&submission);
    let short = |reviewer| draft.held(reviewer).len() <= wanted.longest;
    let mut all = Vec::new();
    for a in ids() {
        for b in ids().filter(|&b| a < b) {
            let both = |r: &PersonId| short(*r) && has(*r, a) && has(*r, b);
            let review = |x, y| cohort.authors_of(x).iter().any(|&author| has(author, y));
            let is_cycle = wanted.cycles && draft.rules.people().filter(both).count() > 1;
            let is_mutual = wanted.mutual && review(a, b) && review(b, a);
            if is_cycle || is_mutual {
                all.push(Repeated { ends: [a, b], is_cycle, is_mutual });
            }
        }
    }
    all
}

fn cohorts() -> [Cohort; 2] {
    let mut teams = Cohort::builder(30).unwrap();
    for size_from in [(3, 0), (1, 3), (4, 4), (2, 8), (5, 10), (5, 15), (5, 20), (5, 25)] {
        let (size, from) = size_from;
        let members: Vec<_> = (from..from + size).map(PersonId::new).collect();
        teams.submission(&members).unwrap();
    }
    // Somebody with two works, and one with many reviews.
    teams.submission(&[PersonId::new(0), PersonId::new(29)]).unwrap();
    for _ in 0..15 {
        teams.submission(&[]).unwrap();
    }
    teams.quota(PersonId::new(7), 12).unwrap();
    [Cohort::individuals(25).unwrap(), teams.build()]
}

#[test]
fn ties_are_those_of_the_definition_in_batches_of_any_width() {
    let mut seen = [0; 2];
    for cohort in cohorts() {
        for seed in 0..20 {
            let assigner = Assigner::new(4);
            let rules = Rules::new(&assigner, &cohort).unwrap();
            let mut draft = Draft::new(&rules);
            regular::fill(&mut draft, Seed::new(seed));
            if !regular::repair(&mut draft, Seed::new(seed)).is_empty() {
                continue;
            }
            for (mutual, cycles, longest) in
                [(true, true, 40), (true, true, 10), (true, false, 40), (false, true, 40)]
            {
                let wanted = Wanted { mutual, cycles, longest };
                let expected = by_definition(&draft, wanted);
                seen[0] += expected.iter().filter(|tie| tie.is_cycle).count();
                seen[1] += expected.iter().filter(|tie| tie.is_mutual).count();
                for width in [1, 7, 25, 100] {
                    let mut found = by_batches(&draft, wanted, width);
                    for tie in &mut found {
                        tie.ends.sort_unstable();
                    }
                    found.sort_unstable_by_key(|tie| tie.ends);
                    assert_eq!(found, expected);
                }
                assert_eq!(repeated(&draft, wanted).len(), expected.len());
            }
        }
    }
    assert!(seen.iter().all(|&seen| seen > 100), "{seen:?}");
}
