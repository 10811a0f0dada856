//! Sizes and constraints of review plans.

use peergrade::assign::{Change, ChangeError, Rule, Violation};
use peergrade::{
    AssignError, Assigner, Cohort, GraphError, PersonId, ReviewPlan, Seed, SubmissionId,
};

use super::{Outcome, Row, alone, holds, pair, person, same, says, work};

fn assign(cohort: &Cohort, assigner: &Assigner) -> Result<ReviewPlan, AssignError> {
    assigner.assign(cohort, Seed::new(1))
}

/// A plan that keeps its promises and has this many reviews.
fn planned(cohort: &Cohort, assigner: &Assigner, reviews: usize) -> Outcome {
    let plan = assign(cohort, assigner).map_err(|error| error.to_string())?;
    plan.verify(cohort, assigner).map_err(|error| error.to_string())?;
    same(plan.graph().reviews(), reviews)
}

/// A proof of impossibility with these words, which holds when checked anew.
fn impossible(cohort: &Cohort, assigner: &Assigner, words: &str) -> Outcome {
    match assign(cohort, assigner) {
        Err(AssignError::Impossible(shortage)) => {
            same(shortage.verify(cohort, assigner), Ok(true))?;
            holds(shortage.supply() < shortage.demand(), "supply meets demand")?;
            same(shortage.to_string().as_str(), words)
        }
        other => Err(format!("{other:?}, not impossible")),
    }
}

fn refused(cohort: &Cohort, assigner: &Assigner, error: AssignError) -> Outcome {
    same(assign(cohort, assigner), Err(error))
}

fn all_pairs(people: u32) -> Vec<(SubmissionId, PersonId)> {
    (0..people).flat_map(|s| (0..people).map(move |r| pair(s, r))).collect()
}

/// Five people; submission 0 may be reviewed by all others but these.
fn bars(reviewers: &[u32]) -> Assigner {
    Assigner::new(2).forbid(reviewers.iter().map(|&r| pair(0, r)))
}

/// Three learners and two exemplars.
fn with_exemplars() -> Cohort {
    let mut cohort = Cohort::builder(3).unwrap();
    for author in 0..3 {
        cohort.submission(&[person(author)]).unwrap();
    }
    cohort.submission(&[]).unwrap();
    cohort.submission(&[]).unwrap();
    cohort.build()
}

pub(super) const ROWS: &[Row] = &[
    ("plan for nobody", || planned(&alone(0), &Assigner::new(5), 0)),
    ("plan of no reviews", || planned(&alone(3), &Assigner::new(0), 0)),
    ("plan for one, no reviews", || planned(&alone(1), &Assigner::new(0), 0)),
    ("plan for one, one review", || {
        impossible(
            &alone(1),
            &Assigner::new(1),
            "impossible: 1 reviewer (0) is to give 1 review, but submissions can take 0 at \
             most: the rule is no review of one's own work (1 pair); \
            what helps: ask 1 review less of them, or ask for a best effort",
        )
    }),
    ("plan for two, one review", || planned(&alone(2), &Assigner::new(1), 2)),
    ("plan where k is n - 1", || planned(&alone(6), &Assigner::new(5), 30)),
    ("plan where k is n", || {
        impossible(
            &alone(6),
            &Assigner::new(6),
            "impossible: 1 reviewer (0) is to give 6 reviews, but submissions can take 5 at \
             most: the rule is no review of one's own work (1 pair); \
            what helps: ask 1 review less of them, or ask for a best effort",
        )
    }),
    ("plan where k is the largest number", || {
        impossible(
            &alone(3),
            &Assigner::new(usize::MAX),
            "impossible: 1 reviewer (0) is to give 18446744073709551615 reviews, but \
             submissions can take 2 at most: the rule is no review of one's own work (1 pair); \
            what helps: ask 18446744073709551613 reviews less of them, or ask for a best effort",
        )
    }),
    ("plan of more reviews than ids", || {
        let limit = u32::MAX as usize - 1;
        let error = AssignError::TooManyReviews { limit };
        refused(&alone(70_000), &Assigner::new(69_999), error)
    }),
    ("people without works", || {
        let cohort = Cohort::builder(2).unwrap().build();
        planned(&cohort, &Assigner::new(0), 0)?;
        impossible(
            &cohort,
            &Assigner::new(1),
            "impossible: 1 reviewer (0) is to give 1 review, but submissions can take 0 at \
             most: the rule is no review without a submission; \
            what helps: ask 1 review less of them, or ask for a best effort",
        )
    }),
    ("quota 0 of everybody", || {
        let mut cohort = Cohort::builder(2).unwrap();
        for author in 0..2 {
            cohort.submission(&[person(author)]).unwrap();
            cohort.quota(person(author), 0).unwrap();
        }
        planned(&cohort.build(), &Assigner::new(1), 0)
    }),
    ("quota u32::MAX", || {
        let mut cohort = Cohort::builder(2).unwrap();
        cohort.submission(&[person(0)]).unwrap();
        cohort.quota(person(1), u32::MAX).unwrap();
        impossible(
            &cohort.build(),
            &Assigner::new(0),
            "impossible: 1 reviewer (1) is to give 4294967295 reviews, but submissions can \
             take 1 at most: the rule is no second review of one work by one person; \
            what helps: ask 4294967294 reviews less of them, or ask for a best effort",
        )
    }),
    ("nobody but staff", || {
        let mut cohort = Cohort::builder(1).unwrap();
        cohort.submission(&[]).unwrap();
        cohort.staff(person(0)).unwrap().quota(person(0), 9).unwrap();
        planned(&cohort.build(), &Assigner::new(1), 0)
    }),
    ("one team of all", || {
        let mut cohort = Cohort::builder(3).unwrap();
        cohort.submission(&[person(0), person(1), person(2)]).unwrap();
        impossible(
            &cohort.build(),
            &Assigner::new(1),
            "impossible: 1 reviewer (0) is to give 1 review, but submissions can take 0 at \
             most: the rule is no review of one's own team's work (1 pair); \
            what helps: ask 1 review less of them, or ask for a best effort",
        )
    }),
    ("all conflict with all", || {
        impossible(
            &alone(3),
            &Assigner::new(1).forbid(all_pairs(3)),
            "impossible: 1 reviewer (0) is to give 1 review, but submissions can take 0 at \
             most: the rule is no review of one's own work (1 pair), and forbidden pairs (2 \
             pairs); \
            what helps: ask 1 review less of them, or lift the rule: forbidden pairs (then 2), or ask for a best effort",
        )
    }),
    ("one conflicts with all", || {
        impossible(
            &alone(4),
            &bars(&[1, 2, 3]),
            "impossible: 1 submission (0) is to receive 2 reviews, but reviewers can give 0 at \
             most: the rule is no review of one's own work (1 pair), and forbidden pairs (3 pairs); \
            what helps: ask 2 reviews less of them, or lift the rule: forbidden pairs (then 3), or let the numbers received differ by more than one, or ask for a best effort",
        )
    }),
    ("forbidden pairs at Hall's bound", || planned(&alone(5), &bars(&[1, 2]), 10)),
    ("forbidden pairs past Hall's bound", || {
        impossible(
            &alone(5),
            &bars(&[1, 2, 3]),
            "impossible: 1 submission (0) is to receive 2 reviews, but reviewers can give 1 at \
             most: the rule is no review of one's own work (1 pair), and forbidden pairs (3 pairs); \
            what helps: ask 1 review less of them, or lift the rule: forbidden pairs (then 4), or let the numbers received differ by more than one, or ask for a best effort",
        )
    }),
    ("forbidden pair of a stranger", || {
        let error = GraphError::UnknownReviewer { row: 1, reviewer: person(3), people: 3 };
        let assigner = Assigner::new(1).forbid([pair(0, 1), pair(0, 3)]);
        refused(&alone(3), &assigner, AssignError::Pair { kind: "forbidden", error })?;
        says(
            assign(&alone(3), &assigner),
            "forbidden pairs: row 1: reviewer 3 is not one of 3 people",
        )
    }),
    ("kept pair of an unknown submission", || {
        let submission = work(u32::MAX);
        let error = GraphError::UnknownSubmission { row: 0, submission, submissions: 3 };
        let assigner = Assigner::new(1).keep([(submission, person(0))]);
        refused(&alone(3), &assigner, AssignError::Pair { kind: "kept", error })
    }),
    ("kept pair that is forbidden", || {
        let assigner = Assigner::new(1).keep([pair(0, 1)]).forbid([pair(0, 1)]);
        let (submission, reviewer) = pair(0, 1);
        let rule = Rule::ForbiddenPair;
        refused(&alone(3), &assigner, AssignError::KeptBarred { reviewer, submission, rule })?;
        says(
            assign(&alone(3), &assigner),
            "the review of submission 0 by 1 is to be kept against: forbidden pairs",
        )
    }),
    ("kept review of one's own work", || {
        let assigner = Assigner::new(1).keep([pair(2, 2)]);
        let (submission, reviewer) = pair(2, 2);
        let rule = Rule::OwnWork;
        refused(&alone(3), &assigner, AssignError::KeptBarred { reviewer, submission, rule })
    }),
    ("kept pair twice is kept once", || {
        planned(&alone(3), &Assigner::new(1).keep([pair(0, 1), pair(0, 1)]), 3)
    }),
    ("kept reviews beyond the quota", || {
        planned(&alone(4), &Assigner::new(1).keep([pair(0, 1), pair(2, 1), pair(3, 1)]), 6)
    }),
    ("forbidden pairs many times over", || {
        planned(&alone(5), &Assigner::new(2).forbid([pair(0, 1); 100]), 10)
    }),
    ("weights, and more reviews of a work than there are people", || {
        let assigner = Assigner::new(1).reliability(&[1.0; 2]).receive(u32::MAX, u32::MAX);
        match assign(&alone(2), &assigner) {
            Err(AssignError::Impossible(shortage)) => {
                same(shortage.verify(&alone(2), &assigner), Ok(true))
            }
            other => Err(format!("{other:?}, not impossible")),
        }
    }),
    ("checks by more staff than there are", || {
        let mut cohort = Cohort::builder(2).unwrap();
        let work = cohort.submission(&[person(0)]).unwrap();
        cohort.staff(person(1)).unwrap();
        let assigner = Assigner::new(0).spot_checks([work], 2);
        impossible(
            &cohort.build(),
            &assigner,
            "impossible: 1 submission (0) is to receive 2 reviews, but reviewers can give 1 at \
             most: the rule is no second review of one work by one person; \
             what helps: ask 1 review less of them, or ask for a best effort",
        )
    }),
    ("change that cannot be, under ranges of which it makes no use", || {
        let (cohort, lax) = (alone(3), Assigner::new(1));
        let plan = assign(&cohort, &lax).unwrap();
        let rules = Assigner::new(2).receive(0, 5).best_effort(true);
        let change = Change::new(&plan).withdraw([person(0)]);
        match change.apply(&cohort, &rules, Seed::new(1)) {
            Err(ChangeError::Assign(AssignError::Impossible(shortage))) => {
                let now = change.rules(&cohort, &rules).unwrap();
                same(shortage.verify(&cohort, &now), Ok(true))
            }
            Err(error) => Err(error.to_string()),
            Ok(changed) => same(changed.verify(&cohort), Ok(())),
        }
    }),
    ("exemplars fewer than everybody is to have", || {
        let error = AssignError::TooFewExemplars { each: 3, there: 2 };
        let assigner = Assigner::new(1).exemplars([work(3), work(4), work(4)], 3);
        refused(&with_exemplars(), &assigner, error)
    }),
    ("exemplar that is not there", || {
        let exemplar = work(5);
        let error = AssignError::UnknownExemplar { exemplar, submissions: 5 };
        refused(&with_exemplars(), &Assigner::new(1).exemplars([exemplar], 1), error)
    }),
    ("exemplars, as many as there are", || {
        planned(&with_exemplars(), &Assigner::new(1).exemplars([work(4), work(3)], 2), 9)
    }),
    ("exemplar that is forbidden", || {
        let assigner = Assigner::new(1).exemplars([work(3)], 1).forbid([pair(3, 2)]);
        let error = AssignError::ExemplarsBarred { reviewer: person(2), missing: 1 };
        refused(&with_exemplars(), &assigner, error)
    }),
    ("exemplars alone", || {
        let assigner = Assigner::new(1).exemplars((0..3).map(work), 1);
        impossible(
            &alone(3),
            &assigner,
            "impossible: 1 reviewer (0) is to give 1 review, but submissions can take 0 at \
             most: the rule is no review without a submission; \
            what helps: ask 1 review less of them, or ask for a best effort",
        )
    }),
    ("plan held to another cohort", || {
        let plan = assign(&alone(3), &Assigner::new(1)).unwrap();
        let error = Violation::Size { what: "people", given: 3, expected: 4 };
        same(plan.verify(&alone(4), &Assigner::new(1)), Err(error))
    }),
    ("plan held to rules that fit no plan", || {
        let plan = assign(&alone(3), &Assigner::new(1)).unwrap();
        let pair = |error| Violation::Settings(AssignError::Pair { kind: "kept", error });
        let error = GraphError::UnknownReviewer { row: 0, reviewer: person(9), people: 3 };
        let assigner = Assigner::new(1).keep([(work(0), person(9))]);
        same(plan.verify(&alone(3), &assigner), Err(pair(error)))
    }),
];
