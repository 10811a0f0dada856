//! Settings of methods, laws, plans of checks and metrics; gradebooks written by other methods.

use peergrade::aggregate::{AggregateError, Mean, TrimmedMean};
use peergrade::assign::quality::inflation;
use peergrade::metrics::{
    MetricError, Side, bias, coverage, kendall_tau_b, mae, mean_width, pearson, rmse,
};
use peergrade::oversight::{OversightError, ReviewerReport, SpotChecks};
use peergrade::simulate::{
    Behaviour, BurrellSchoenebeck, Effort, Gaussian, Grades, JointTable, Law, LowEffort, Noise,
    RubricNoise, SimulateError, Simulated, Simulation, Truth,
};
use peergrade::{
    Aggregator, Column, Fit, Gradebook, GradebookBuilder, GradebookError, ReviewGraph, Reviews,
    ReviewsError, RubricError, Scale, Seed,
};

use super::{Outcome, Row, alone, pair, person, same, says, single, work};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;
const SEED: Seed = Seed::new(1);

fn trimmed(share: f64) -> Outcome {
    let error = AggregateError::Setting {
        method: "trimmed-mean",
        setting: "the share to drop",
        value: share,
        needed: "but must be from 0 to below 0.5",
    };
    same(TrimmedMean::new(share), Err(error))
}

fn ring() -> ReviewGraph {
    ReviewGraph::from_pairs(3, 3, &[pair(0, 1), pair(1, 2), pair(2, 0)]).unwrap()
}

/// A law that is refused for one setting.
fn law(law: impl Into<Law>, setting: &'static str, value: f64, needed: &'static str) -> Outcome {
    let error = SimulateError::Setting { setting, value, needed };
    same(reviews(&Simulation::new(law)), Err(error))
}

fn reviews(simulation: &Simulation) -> Result<usize, SimulateError> {
    let course = simulation.simulate(&alone(3), &ring(), SEED)?;
    Ok(course.reviews().graph().reviews())
}

/// A behaviour of everybody.
fn behaviour(behaviour: Behaviour) -> Result<usize, SimulateError> {
    reviews(&agents().behaviour(behaviour, 1.0))
}

fn agents() -> Simulation {
    Simulation::new(BurrellSchoenebeck::default())
}

fn normal(mean: f64, sd: f64) -> Gaussian {
    Gaussian::default().grades(Grades::Normal { mean, sd })
}

fn share(setting: &'static str, value: f64) -> Result<usize, SimulateError> {
    Err(SimulateError::Setting { setting, value, needed: "from 0 to 1" })
}

fn halves() -> JointTable {
    JointTable::probit(&[0.5, 0.5], 0.5).unwrap()
}

fn three() -> Reviews {
    let cohort = alone(3);
    let mut rows = Reviews::builder(&cohort, single());
    for (s, r, score) in [(0, 1, 7.0), (0, 2, 8.0), (1, 2, 5.0)] {
        rows.add(work(s), person(r), &[score]).unwrap();
    }
    rows.build().unwrap()
}

fn checks(checks: SpotChecks) -> Result<usize, OversightError> {
    let reviews = three();
    let grades = Mean.aggregate(&reviews).unwrap();
    checks.plan(&reviews, &grades, SEED).map(|plan| plan.len())
}

fn column(numbers: &[Option<f64>]) -> Column {
    Column::new(numbers.iter().copied()).unwrap()
}

/// A gradebook of three submissions, with whatever is written besides.
fn book(write: fn(GradebookBuilder<'_>) -> GradebookBuilder<'_>) -> Result<(), GradebookError> {
    let reviews = three();
    let grades = column(&[Some(7.5), Some(5.0), None]);
    write(Gradebook::builder(&reviews, "own").criterion(grades)).build().map(|_| ())
}

fn length(what: &'static str, given: usize, expected: usize) -> Result<(), GradebookError> {
    Err(GradebookError::Length { what, given, expected })
}

fn beyond(
    (what, row, value): (&'static str, usize, f64),
    (min, max): (f64, f64),
) -> Result<(), GradebookError> {
    Err(GradebookError::OutOfRange { what, row, value, min, max })
}

pub(super) const ROWS: &[Row] = &[
    ("trimmed share NaN", || trimmed(NAN)),
    ("trimmed share 0.5", || {
        trimmed(0.5)?;
        says(
            TrimmedMean::new(0.5),
            "trimmed-mean: the share to drop is 0.5, but must be from 0 to below 0.5",
        )
    }),
    ("trimmed share below 0", || trimmed(-5e-324)),
    ("trimmed share just below 0.5", || {
        let method = TrimmedMean::new(0.5 - f64::EPSILON / 4.0).unwrap();
        let grades = method.aggregate(&three()).unwrap();
        same(grades.grades().collect::<Vec<_>>(), vec![Some(7.5), Some(5.0), None])
    }),
    ("law with a NaN mean", || {
        law(normal(NAN, 1.0), "the mean of the grades", NAN, "from -1e100 to 1e100")
    }),
    ("law with a negative sd", || {
        law(normal(70.0, -1.0), "the sd of the grades", -1.0, "from 0 to 1e100")
    }),
    ("law of two kinds with a NaN sd", || {
        let grades = Grades::TwoNormals { share: 0.5, low: (0.0, 1.0), high: (1.0, NAN) };
        law(Gaussian::default().grades(grades), "the sd of the grades", NAN, "from 0 to 1e100")
    }),
    ("law of two kinds, more than all of one", || {
        let grades = Grades::TwoNormals { share: 1.5, low: (0.0, 1.0), high: (1.0, 1.0) };
        let setting = "the share of the first normal law";
        law(Gaussian::default().grades(grades), setting, 1.5, "from 0 to 1")
    }),
    ("law with an infinite bias", || {
        law(Gaussian::default().bias_sd(INF), "bias_sd", INF, "from 0 to 1e100")
    }),
    ("law with a negative drift", || {
        law(Gaussian::default().drift_sd(-1.0), "drift_sd", -1.0, "from 0 to 1e100")
    }),
    ("law without criteria", || {
        law(Gaussian::default().criteria(0), "the number of criteria", 0.0, "1 or more")
    }),
    ("law with noise beyond its limit", || {
        let noise = Noise::Equal { sd: 1e101 };
        law(Gaussian::default().noise(noise), "the sd of the noise", 1e101, "from 0 to 1e100")
    }),
    ("law of shape 0", || {
        let noise = Noise::Gamma { shape: 0.0, rate: 1.0 };
        let needed = "above 0, up to 1e100";
        law(Gaussian::default().noise(noise), "the shape of the precisions", 0.0, needed)
    }),
    ("law of rate NaN", || {
        for noise in [Noise::Gamma { shape: 1.0, rate: NAN }, Noise::GammaOfGrade { rate: NAN }] {
            let needed = "above 0, up to 1e100";
            law(Gaussian::default().noise(noise), "the rate of the precisions", NAN, needed)?;
        }
        Ok(())
    }),
    ("law of precisions that may be 0", || {
        let noise = Noise::Linear { intercept: 0.0, slope: 1.0, min: 0.0 };
        law(Gaussian::default().noise(noise), "the least precision", 0.0, "above 0, up to 1e100")
    }),
    ("law of lambda 0", || {
        let noise = Noise::NormalOfGrade { sd: 1.0, lambda: 0.0 };
        law(Gaussian::default().noise(noise), "lambda", 0.0, "above 0, up to 1e100")
    }),
    ("law of works too different", || {
        let noise = Noise::OfWork { median: 1.0, spread: 11.0 };
        let setting = "the spread of the sd of the noise";
        law(Gaussian::default().noise(noise), setting, 11.0, "from 0 to 10")
    }),
    ("law of no effort", || {
        let low = LowEffort { a: 0.0, b: 1.0, mean: 70.0, sd: 8.0, uniform: 0.0 };
        let needed = "from 0.001 to 1e6";
        law(Gaussian::default().low_effort(low), "a of the effort", 0.0, needed)?;
        let low = LowEffort { a: 1.0, uniform: 2.0, ..low };
        let setting = "the uniform share without effort";
        law(Gaussian::default().low_effort(low), setting, 2.0, "from 0 to 1")
    }),
    ("rubric without a joint table", || {
        let law = || RubricNoise::new([]);
        self::law(law(), "the number of joint tables", 0.0, "1 or more")?;
        says(
            reviews(&Simulation::new(law())),
            "the number of joint tables is 0, but must be 1 or more",
        )
    }),
    ("rubric of a correlation that cannot be", || {
        for value in [-0.1, 1.1] {
            let law = RubricNoise::new([halves()]).correlation(value);
            same(reviews(&Simulation::new(law)), share("the correlation of the criteria", value))?;
        }
        let law = RubricNoise::new([halves()]).correlation(NAN);
        self::law(law, "the correlation of the criteria", NAN, "from 0 to 1")
    }),
    ("rubric of a name twice, of criteria too many", || {
        let twice = RubricNoise::default().criterion("a", halves()).criterion("a", halves());
        let error = RubricError::DuplicateName { criterion: "a".to_owned() };
        same(reviews(&Simulation::new(twice)), Err(SimulateError::Rubric(error)))?;
        let many = |n| RubricNoise::new((0..n).map(|_| halves()));
        let error = RubricError::TooMany { limit: 1000 };
        same(reviews(&Simulation::new(many(1001))), Err(SimulateError::Rubric(error)))?;
        same(reviews(&Simulation::new(many(1000))), Ok(3))
    }),
    ("law at all its limits", || {
        let noises = [
            Noise::Gamma { shape: 5e-324, rate: 1e100 },
            Noise::Gamma { shape: 1e100, rate: 5e-324 },
            Noise::Gamma { shape: 1e-300, rate: 1e-300 },
            Noise::Linear { intercept: 1e100, slope: 1e100, min: 5e-324 },
            Noise::Linear { intercept: -1e100, slope: -1e100, min: 1e100 },
            Noise::GammaOfGrade { rate: 5e-324 },
            Noise::NormalOfGrade { sd: 1e100, lambda: 5e-324 },
            Noise::NormalOfGrade { sd: 0.0, lambda: 1e100 },
            Noise::OfWork { median: 1e100, spread: 10.0 },
        ];
        for noise in noises {
            let law = normal(-1e100, 1e100).noise(noise).bias_sd(1e100).drift_sd(1e100);
            let simulation = Simulation::new(law).assignment(3).staff_grades(3, 1e100);
            let course = simulation.simulate(&alone(3), &ring(), SEED).unwrap();
            let truth = course.truth();
            let numbers = truth.grades().iter().chain(truth.bias().unwrap());
            let fine = numbers.chain(truth.precision().unwrap_or(&[])).all(|x| x.is_finite());
            super::holds(fine, "a truth that is not finite")?;
        }
        Ok(())
    }),
    ("law on a scale too fine for a double", || {
        // 1e15 + 1.3 has no double, so that a level misses its own scale.
        let scale = Scale::with_step(1e15, 1e15 + 1.0, 0.1).unwrap();
        let law = Gaussian::default().scale(scale);
        let course = reviews(&Simulation::new(law).behaviour(Behaviour::Random, 1.0));
        super::holds(
            matches!(course, Ok(_) | Err(SimulateError::Reviews(ReviewsError::Score { .. }))),
            "another error",
        )
    }),
    ("law for a graph of another cohort", || {
        let error = ReviewsError::OtherCohort { what: "people", given: 3, expected: 4 };
        let course = agents().simulate(&alone(4), &ring(), SEED);
        same(course, Err(SimulateError::Reviews(error)))
    }),
    ("law for a graph with a self-review", || {
        let graph = ReviewGraph::from_pairs(2, 2, &[pair(1, 1)]).unwrap();
        let (submission, reviewer) = pair(1, 1);
        let error = ReviewsError::SelfReview { row: 0, submission, reviewer };
        for behaviour in [Behaviour::Honest, Behaviour::DropOut] {
            let course = agents().behaviour(behaviour, 1.0).simulate(&alone(2), &graph, SEED);
            same(course, Err(SimulateError::Reviews(error.clone())))?;
        }
        Ok(())
    }),
    ("behaviours of more people than there are", || {
        let both =
            || agents().behaviour(Behaviour::ALL_MAX, 0.75).behaviour(Behaviour::Merge, 0.75);
        same(reviews(&both()), Err(SimulateError::Shares { sum: 1.5 }))?;
        says(reviews(&both()), "the shares of the behaviours sum to 1.5, but must not exceed 1")
    }),
    ("behaviour of a negative share, of share NaN", || {
        for value in [-0.1, NAN] {
            let wrong = reviews(&agents().behaviour(Behaviour::Random, value));
            same(wrong, share("the share of a behaviour", value))?;
        }
        Ok(())
    }),
    ("behaviour of nobody", || {
        let error = SimulateError::UnknownPerson { person: person(3), people: 3 };
        same(reviews(&agents().person(person(3), Behaviour::Random)), Err(error))
    }),
    ("behaviours out of their ranges", || {
        let probability = "the probability of a behaviour";
        same(behaviour(Behaviour::Constant { at: 1.1 }), share("the constant", 1.1))?;
        same(behaviour(Behaviour::Noise { sd: INF }), share("the sd of a behaviour", INF))?;
        same(behaviour(Behaviour::FixBias { sd: -0.1 }), share("the sd of a behaviour", -0.1))?;
        same(behaviour(Behaviour::Low { by: -2.0 }), share("the magnitude of a shift", 2.0))?;
        same(behaviour(Behaviour::Subgroup { by: NAN }), share("the magnitude of a shift", NAN))?;
        let around = Behaviour::Around { at: 2.0, sd: 0.1 };
        same(behaviour(around), share("the mean of a behaviour", 2.0))?;
        same(behaviour(Behaviour::Copy { probability: NAN }), share(probability, NAN))?;
        same(behaviour(Behaviour::Friends { probability: 1.1 }), share(probability, 1.1))?;
        same(behaviour(Behaviour::Late { probability: -0.5 }), share(probability, -0.5))?;
        let alike = Behaviour::LanguageModel { sd: 0.1, correlation: 1.5 };
        same(behaviour(alike), share("the correlation of a behaviour", 1.5))
    }),
    ("ring of one", || {
        let error =
            |setting, value| Err(SimulateError::Setting { setting, value, needed: "2 or more" });
        same(behaviour(Behaviour::Ring { size: 1 }), error("the size of a ring", 1.0))?;
        let alone = Behaviour::Sybil { accounts: 0 };
        same(behaviour(alone), error("the number of accounts", 0.0))
    }),
    ("effort of a share above 1", || {
        let law = BurrellSchoenebeck::default().effort(Effort::Binary { active: 1.1 });
        same(reviews(&Simulation::new(law)), share("the share of active reviewers", 1.1))
    }),
    ("prejudice against nobody", || {
        same(behaviour(Behaviour::Subgroup { by: 0.1 }), Err(SimulateError::NoSubgroup))?;
        let marked = agents().subgroup(0.5).behaviour(Behaviour::Subgroup { by: 0.1 }, 1.0);
        same(reviews(&marked), Ok(3))
    }),
    ("law whose staff have a negative bias", || {
        let strange = Gaussian::default().staff(-1.0, Noise::Equal { sd: 1.0 });
        law(strange, "the bias_sd of staff", -1.0, "from 0 to 1e100")
    }),
    ("subgroup of a share above 1, staff of a negative sd", || {
        same(reviews(&agents().subgroup(1.1)), share("the share of the subgroup", 1.1))?;
        let (setting, needed) = ("the sd of staff grades", "from 0 to 1e100");
        let error = SimulateError::Setting { setting, value: -1.0, needed };
        same(reviews(&agents().staff_grades(1, -1.0)), Err(error))?;
        // More than there are: all are graded.
        same(reviews(&agents().staff_grades(usize::MAX, 1.0)), Ok(3))
    }),
    ("course with an exemplar that is not there", || {
        let error = SimulateError::UnknownExemplar { exemplar: work(3), submissions: 3 };
        same(reviews(&agents().exemplars([work(0), work(3)])), Err(error))
    }),
    ("truth of another size", || {
        let course = |truth| Simulated::new(three(), truth).map(|_| ());
        let length = |what, given| Err(SimulateError::Length { what, given, needed: 3 });
        same(course(Truth::new(vec![1.0])), length("true grades", 1))?;
        let truth = || Truth::new(vec![1.0; 3]);
        same(course(truth()), Ok(()))?;
        same(course(truth().with_bias(vec![0.0; 2])), length("biases", 2))?;
        same(course(truth().with_precision(vec![0.0; 4])), length("precisions", 4))?;
        same(course(truth().with_behaviours(vec![Behaviour::Random])), length("behaviours", 1))?;
        for value in [0.0, -1.0, 1e201] {
            let error = SimulateError::Precision { person: person(1), value };
            same(course(truth().with_precision(vec![1.0, value, 1.0])), Err(error))?;
        }
        same(course(truth().with_effort(vec![1.0])), length("efforts", 1))?;
        same(course(truth().with_subgroup(vec![true])), length("marks of a subgroup", 1))?;
        let (what, index) = ("true grades", 1);
        let wrong = course(Truth::new(vec![1.0, INF, NAN]));
        same(wrong, Err(SimulateError::NotFinite { what, index, value: INF }))
    }),
    ("checks by a lot above 1", || {
        let error =
            OversightError::Setting { setting: "random_share", value: 1.1, needed: "from 0 to 1" };
        same(checks(SpotChecks::new(1).random_share(1.1)), Err(error))
    }),
    ("checks by a lot of NaN", || {
        let error =
            OversightError::Setting { setting: "random_share", value: NAN, needed: "from 0 to 1" };
        same(checks(SpotChecks::new(1).random_share(NAN)), Err(error))?;
        says(
            checks(SpotChecks::new(1).random_share(NAN)),
            "random_share is NaN, but must be from 0 to 1",
        )
    }),
    ("checks by staff with an infinite error", || {
        let (setting, needed) = ("staff_std_error", "a number from 0 up");
        let error = OversightError::Setting { setting, value: INF, needed };
        same(checks(SpotChecks::new(1).staff_std_error(INF)), Err(error))
    }),
    ("checks without a budget and with any", || {
        same(checks(SpotChecks::new(0)), Ok(0))?;
        same(checks(SpotChecks::new(usize::MAX).random_share(1.0)), Ok(3))?;
        same(checks(SpotChecks::new(usize::MAX).staff_std_error(f64::MAX)), Ok(3))
    }),
    ("report on grades of other reviews", || {
        let cohort = alone(4);
        let other = Reviews::builder(&cohort, single()).build().unwrap();
        let grades = Mean.aggregate(&three()).unwrap();
        let error = GradebookError::Length { what: "submissions", given: 4, expected: 3 };
        let report = ReviewerReport::new(&other, &grades);
        same(report, Err(OversightError::OtherReviews(error.clone())))?;
        let plan = SpotChecks::new(1).plan(&other, &grades, SEED);
        same(plan, Err(OversightError::OtherReviews(error.clone())))?;
        same(grades.explain(&other, work(0)), Err(error))
    }),
    ("inflation of a draw that is NaN", || {
        for lambda in [NAN, -1.0, INF] {
            same(inflation(&ring(), lambda), None)?;
        }
        for lambda in [5e-324, f64::MAX] {
            let value = inflation(&ring(), lambda).and_then(|inflation| inflation.value());
            super::holds(value.is_none_or(f64::is_finite), "an inflation that is not finite")?;
        }
        Ok(())
    }),
    ("column with inf", || {
        let error = GradebookError::NotFinite { row: 1, value: INF };
        same(Column::new([None, Some(INF)]), Err(error))?;
        says(Column::new([Some(NAN)]), "row 0: NaN is not a finite number")
    }),
    ("gradebook without grades", || {
        let reviews = three();
        same(Gradebook::builder(&reviews, "own").build().map(|_| ()), length("criteria", 0, 1))
    }),
    ("gradebook with grades too many", || {
        same(book(|b| b.criterion(column(&[None; 3]))), length("criteria", 2, 1))
    }),
    ("gradebook with grades of too few works", || {
        let reviews = three();
        let short = Gradebook::builder(&reviews, "own").criterion(column(&[Some(1.0)])).build();
        same(short.map(|_| ()), length("grades", 1, 3))
    }),
    ("gradebook with a negative error", || {
        let actual = book(|b| b.std_error(column(&[Some(1.0), Some(-1.0), None])));
        same(actual, beyond(("standard error", 1, -1.0), (0.0, f64::MAX)))
    }),
    ("gradebook with a share NaN", || {
        let actual = book(|b| b.shares(vec![vec![0.5, NAN, 1.0]]));
        same(actual, beyond(("share", 1, NAN), (0.0, 1.0)))
    }),
    ("gradebook with shares too few", || {
        same(book(|b| b.shares(vec![vec![1.0]])), length("shares", 1, 3))
    }),
    ("gradebook with a reviewer's weight below 0", || {
        let actual = book(|b| b.reviewer_weights(vec![vec![1.0, -0.5, 1.0]]));
        same(actual, beyond(("weight of a reviewer", 1, -0.5), (0.0, f64::MAX)))
    }),
    ("gradebook with weights of too few reviewers", || {
        let actual = book(|b| b.reviewer_weights(vec![vec![1.0]]));
        same(actual, length("weights of reviewers", 1, 3))
    }),
    ("gradebook with a correction of inf", || {
        let actual = book(|b| b.corrections(vec![vec![0.0, 1.0, INF]]));
        same(actual, beyond(("correction", 2, INF), (-f64::MAX, f64::MAX)))
    }),
    ("gradebook with corrections of too many reviewers", || {
        let actual = book(|b| b.reviewer_corrections(vec![vec![0.0; 4]]));
        same(actual, length("corrections", 4, 3))
    }),
    ("gradebook with corrections of two criteria", || {
        let actual = book(|b| b.reviewer_corrections(vec![vec![0.0; 3]; 2]));
        same(actual, length("columns of corrections", 2, 1))
    }),
    ("gradebook with a prior weight above 1", || {
        let actual = book(|b| b.prior(5.0, vec![0.0, 1.5, 0.0]));
        same(actual, beyond(("weight of the prior", 1, 1.5), (0.0, 1.0)))
    }),
    ("gradebook with a prior mean of inf", || {
        let actual = book(|b| b.prior(INF, vec![0.0; 3]));
        same(actual, beyond(("mean of the prior", 0, INF), (-f64::MAX, f64::MAX)))
    }),
    ("gradebook with a negative precision", || {
        let actual = book(|b| b.reviewers(none_of(3), column(&[Some(1.0), None, Some(-0.5)])));
        same(actual, beyond(("precision", 2, -0.5), (0.0, f64::MAX)))
    }),
    ("gradebook with biases too few", || {
        same(book(|b| b.reviewers(none_of(2), none_of(3))), length("biases", 2, 3))
    }),
    ("gradebook with slopes too few", || {
        same(book(|b| b.slopes(5.0, none_of(2))), length("slopes", 2, 3))
    }),
    ("gradebook with slopes about NaN", || {
        let actual = book(|b| b.slopes(NAN, none_of(3)));
        same(actual, beyond(("centre of the slopes", 0, NAN), (-f64::MAX, f64::MAX)))
    }),
    ("gradebook with a fit that is NaN", || {
        let actual = book(|b| b.fit(Fit::iterated(1, false, NAN)));
        same(actual, beyond(("last change of the fit", 0, NAN), (0.0, f64::MAX)))
    }),
    ("metrics of columns that differ in length", || {
        let mismatch =
            |side| MetricError::LengthMismatch { first: (side, 2), second: (Side::Truth, 1) };
        let error = mismatch(Side::Estimate);
        for metric in [rmse, mae, bias, pearson, kendall_tau_b] {
            same(metric(&[1.0, 2.0], &[1.0]), Err(error.clone()))?;
        }
        same(coverage(&[(0.0, 1.0); 2], &[1.0]), Err(mismatch(Side::Low)))
    }),
    ("metrics of nothing", || {
        for (metric, min) in [(rmse as fn(&[f64], &[f64]) -> _, 1), (pearson, 2)] {
            same(metric(&[], &[]), Err(MetricError::TooFew { n: 0, min }))?;
        }
        same(mean_width(&[]), Err(MetricError::TooFew { n: 0, min: 1 }))
    }),
    ("metrics of NaN", || {
        let error = MetricError::NotFinite { side: Side::Truth, index: 1, value: NAN };
        for metric in [rmse, mae, bias, pearson, kendall_tau_b] {
            same(metric(&[1.0, 2.0], &[1.0, NAN]), Err(error.clone()))?;
        }
        Ok(())
    }),
    ("correlations of a constant column", || {
        let error = MetricError::Constant { side: Side::Estimate };
        same(pearson(&[0.0, -0.0], &[1.0, 2.0]), Err(error.clone()))?;
        same(kendall_tau_b(&[0.0, -0.0], &[1.0, 2.0]), Err(error))
    }),
    ("error larger than a double", || {
        let error = MetricError::Overflow { metric: "rmse" };
        same(rmse(&[f64::MAX], &[f64::MIN]), Err(error))?;
        same(rmse(&[f64::MAX], &[0.0]), Ok(f64::MAX))
    }),
    ("interval upside down", || {
        let error = MetricError::Reversed { index: 1, low: 2.0, high: 1.0 };
        same(coverage(&[(0.0, 1.0), (2.0, 1.0)], &[0.5, 0.5]), Err(error.clone()))?;
        same(mean_width(&[(0.0, 1.0), (2.0, 1.0)]), Err(error))
    }),
];

fn none_of(rows: usize) -> Column {
    column(&vec![None; rows])
}
