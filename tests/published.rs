//! Figures of the literature on whole terms: agents, plans, grades and metrics together.
//!
//! Burrell and Schoenebeck, "Measurement Integrity in Peer Prediction: A Peer Assessment Case
//! Study", EC 2023: 100 students, 4 reviews each, 10 assignments; reviewers are paid minus the
//! squared distance of their reports to the consensus, or what staff find who check some works.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test may fail, and shows its figures

use peergrade::aggregate::{Aggregator, Mean};
use peergrade::metrics::{auc, checking_payments, kendall_tau_b};
use peergrade::oversight::ReviewerReport;
use peergrade::simulate::{BurrellSchoenebeck, Effort, Simulated, Simulation};
use peergrade::{Assigner, Cohort, PersonId, Reviews, Seed, SubmissionId};

const STUDENTS: usize = 100;
const ASSIGNMENTS: u16 = 10;
const TERMS: u64 = 60;

/// Sums over the assignments so far of squared distances, by student: to the truth, to the
/// consensus.
struct Term {
    simulation: Simulation,
    seed: Seed,
    from_truth: Vec<f64>,
    from_consensus: Vec<f64>,
    effort: Vec<f64>,
}

impl Term {
    fn new(law: BurrellSchoenebeck, number: u64) -> Self {
        let zeros = || vec![0.0; STUDENTS];
        Self {
            simulation: Simulation::new(law),
            seed: Seed::new(number),
            from_truth: zeros(),
            from_consensus: zeros(),
            effort: zeros(),
        }
    }

    fn course(&self, assignment: u16) -> Simulated {
        let cohort = Cohort::individuals(STUDENTS).unwrap();
        let plan_seed = self.seed.derive(&format!("plan {assignment}"));
        let plan = Assigner::new(4).assign(&cohort, plan_seed).unwrap();
        let simulation = self.simulation.clone().assignment(assignment);
        simulation.simulate(&cohort, &plan, self.seed).unwrap()
    }

    fn run(&mut self, assignment: u16) {
        let course = self.course(assignment);
        let consensus = Mean.aggregate(course.reviews()).unwrap();
        let rows = course.reviews().graph().iter().zip(course.reviews().column(0));
        for ((submission, reviewer), score) in rows {
            let square = |grade: f64| (score - grade) * (score - grade);
            let i = reviewer.index();
            self.from_truth[i] += square(course.truth().grades()[submission.index()]);
            self.from_consensus[i] += square(consensus.grade(submission).unwrap());
        }
        self.effort = course.truth().effort().unwrap().to_vec();
    }

    fn negated(column: &[f64]) -> Vec<f64> {
        column.iter().map(|x| -x).collect()
    }
}

/// Whether the mean is the published figure within three standard errors, theirs as large as that
/// of `runs` of our runs, and half a unit of their last digit.
fn agrees(what: &str, ours: &[f64], theirs: f64, runs: f64) {
    let n = ours.len() as f64;
    let mean = ours.iter().sum::<f64>() / n;
    let variance = ours.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    let allowed = 3.0 * (variance * (1.0 / n + 1.0 / runs)).sqrt() + 0.0005;
    println!("{what}: {mean:.4}, published {theirs}, allowed {allowed:.4}");
    assert!((mean - theirs).abs() < allowed, "{what}: {mean} is not {theirs} +- {allowed}");
}

/// Another program measured 0.565, 0.674, 0.716 on plans like ours; theirs are mutual.
#[test]
fn paying_by_the_consensus_ranks_reviewers_as_published() {
    let mut taus = [vec![], vec![], vec![]];
    for number in 0..TERMS {
        let mut term = Term::new(BurrellSchoenebeck::default(), number);
        for assignment in 0..ASSIGNMENTS {
            term.run(assignment);
            let accuracy = Term::negated(&term.from_truth);
            let payment = Term::negated(&term.from_consensus);
            if let Some(i) = [0, 4, 9].iter().position(|&a| a == assignment) {
                taus[i].push(kendall_tau_b(&payment, &accuracy).unwrap());
            }
        }
    }
    for (taus, (after, theirs)) in taus.iter().zip([(1, 0.569), (5, 0.673), (10, 0.730)]) {
        agrees(&format!("tau with accuracy after {after} assignments"), taus, theirs, 100.0);
    }
}

#[test]
fn paying_by_the_consensus_finds_the_active_as_published() {
    for (bias_sd, theirs) in [(1.0, 0.783), (0.0, 0.984)] {
        let law = BurrellSchoenebeck::default().bias_sd(bias_sd);
        let law = law.effort(Effort::Binary { active: 0.5 });
        let areas: Vec<f64> = (0..TERMS)
            .map(|number| {
                let mut term = Term::new(law, number);
                (0..ASSIGNMENTS).for_each(|assignment| term.run(assignment));
                let active: Vec<bool> = term.effort.iter().map(|&looks| looks > 2.0).collect();
                auc(&Term::negated(&term.from_consensus), &active).unwrap()
            })
            .collect();
        agrees(&format!("AUC of the active, biases {bias_sd}"), &areas, theirs, 100.0);
    }
}

/// Checking a quarter of the works against the truth: measured elsewhere on 40 terms.
#[test]
fn checking_a_quarter_ranks_reviewers_as_measured() {
    let mut taus = [vec![], vec![], vec![]];
    for number in 0..TERMS {
        let mut term = Term::new(BurrellSchoenebeck::default(), number);
        let mut rows = Rows::default();
        for assignment in 0..ASSIGNMENTS {
            rows.add(&term.course(assignment));
            term.run(assignment);
            if let Some(i) = [0, 4, 9].iter().position(|&a| a == assignment) {
                let accuracy = Term::negated(&term.from_truth);
                taus[i].push(kendall_tau_b(&rows.payments(), &accuracy).unwrap());
            }
        }
    }
    for (taus, (after, theirs)) in taus.iter().zip([(1, 0.293), (5, 0.510), (10, 0.596)]) {
        agrees(&format!("tau of checking after {after} assignments"), taus, theirs, 40.0);
    }
}

/// The reviews of a term, row by row.
#[derive(Default)]
struct Rows {
    reviewers: Vec<u32>,
    scores: Vec<f64>,
    truths: Vec<f64>,
    checked: Vec<bool>,
}

impl Rows {
    fn add(&mut self, course: &Simulated) {
        let rows = course.reviews().graph().iter().zip(course.reviews().column(0));
        for ((submission, reviewer), &score) in rows {
            self.reviewers.push(reviewer.get());
            self.scores.push(score);
            self.truths.push(course.truth().grades()[submission.index()]);
            // Works are exchangeable: the first quarter is as good as any.
            self.checked.push(submission.index() < STUDENTS / 4);
        }
    }

    fn payments(&self) -> Vec<f64> {
        let columns = (&self.reviewers, &self.scores, &self.truths, &self.checked);
        checking_payments(columns.0, columns.1, columns.2, columns.3, STUDENTS).unwrap()
    }
}

/// All assignments of a term as one course: everybody writes ten works.
fn whole_term(term: &Term) -> (Reviews, Vec<f64>) {
    let mut cohort = Cohort::builder(STUDENTS).unwrap();
    let courses: Vec<_> = (0..ASSIGNMENTS).map(|assignment| term.course(assignment)).collect();
    for _ in 0..ASSIGNMENTS {
        for author in (0..100).map(PersonId::new) {
            cohort.submission(&[author]).unwrap();
        }
    }
    let cohort = cohort.build();
    let mut rows = Reviews::builder(&cohort, courses[0].reviews().rubric().clone());
    for (number, course) in (0..).zip(&courses) {
        let reviews = course.reviews();
        for ((submission, reviewer), &score) in reviews.graph().iter().zip(reviews.column(0)) {
            let submission = SubmissionId::new(100 * number + submission.get());
            rows.add(submission, reviewer, &[score]).unwrap();
        }
    }
    (rows.build().unwrap(), courses[0].truth().effort().unwrap().to_vec())
}

/// Two scores of a reviewer are needed. The consensus is the plain mean of the others, with their
/// biases; with the own review in it, 0.783 is published for the first. For the second 0.940 is
/// published of a method that models bias, which ten assignments make up for.
#[test]
fn effort_without_bias_finds_the_active_where_accuracy_does_not() {
    let areas: Vec<[f64; 2]> = (0..TERMS)
        .map(|number| {
            let law = BurrellSchoenebeck::default().effort(Effort::Binary { active: 0.5 });
            let (reviews, effort) = whole_term(&Term::new(law, number));
            let report = ReviewerReport::new(&reviews, &Mean.aggregate(&reviews).unwrap()).unwrap();
            let active: Vec<bool> = effort.iter().map(|&looks| looks > 2.0).collect();
            let area = |score: &dyn Fn(PersonId) -> Option<f64>| {
                let scores: Vec<f64> = (0..100).map(|i| score(PersonId::new(i)).unwrap()).collect();
                auc(&scores, &active).unwrap()
            };
            [area(&|person| report.accuracy(person)), area(&|person| report.effort(person))]
        })
        .collect();
    let mean = |i: usize| areas.iter().map(|area| area[i]).sum::<f64>() / areas.len() as f64;
    println!("AUC of the active by accuracy {:.4}, by effort {:.4}", mean(0), mean(1));
    let accuracy: Vec<f64> = areas.iter().map(|area| area[0]).collect();
    agrees("AUC of the active by accuracy", &accuracy, 0.783, 100.0);
    assert!(mean(1) > 0.92);
}
