//! A law, who deviates from it, and what staff do: one builder.

use super::law::{Model, Who};
use super::report::Reporter;
use super::roles::Casting;
use super::{Behaviour, Law, SimulateError, Simulated, Truth, check_sd, check_share};
use crate::chunks;
use crate::cohort::Cohort;
use crate::graph::ReviewGraph;
use crate::id::{PersonId, SubmissionId, to_u32};
use crate::math;
use crate::reviews::{Reviews, check_graph};
use crate::rubric::Rubric;
use crate::seed::{Phase, Seed};

/// A course to be simulated: a [`Law`] says what works are worth and what honest reviewers say of
/// them; some people behave otherwise, staff grade some works, and who reviews what is given.
///
/// Every work, every person and every review draws from a stream of random numbers of its own. So
/// what is added at the end of a cohort (a person, a work, a review) changes no draw of the others,
/// and neither does a change of another setting: two runs which differ in one setting can be
/// compared review by review. (Who has which role by a share depends on who else there is, but
/// little: see [`behaviour`](Self::behaviour).)
///
/// O(people log people for each behaviour + works + reviews) time, where a team counts as often as
/// it is reviewed for who looks at authors, and as often as it writes for
/// [`Behaviour::Reciprocity`]; O(people + works + reviews) space.
///
/// ```
/// use peergrade::simulate::{Behaviour, Gaussian, Simulation};
/// use peergrade::{Assigner, Cohort, Seed};
///
/// let cohort = Cohort::individuals(100)?;
/// let plan = Assigner::new(4).assign(&cohort, Seed::new(1))?;
/// let simulation = Simulation::new(Gaussian::pg1())
///     .behaviour(Behaviour::ALL_MAX, 0.2)
///     .behaviour(Behaviour::DropOut, 0.1)
///     .staff_grades(5, 3.0);
///
/// // A term of three assignments, in which people stay who they are.
/// for assignment in 0..3 {
///     let course = simulation.clone().assignment(assignment).simulate(
///         &cohort,
///         &plan,
///         Seed::new(1),
///     )?;
///     assert_eq!(course.reviews().graph().reviews(), 360);
///     assert_eq!(course.reviews().staff_grades().len(), 5);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    law: Law,
    casting: Casting,
    subgroup: f64,
    assignment: u16,
    staff: usize,
    staff_sd: f64,
    exemplars: Vec<SubmissionId>,
}

impl Simulation {
    /// A course of this law in which everybody is honest and gives all their reviews.
    #[must_use]
    pub fn new(law: impl Into<Law>) -> Self {
        Self {
            law: law.into(),
            casting: Casting::default(),
            subgroup: 0.0,
            assignment: 0,
            staff: 0,
            staff_sd: 0.0,
            exemplars: Vec::new(),
        }
    }

    /// Gives a behaviour to a share of the reviewers: to `floor(share x reviewers)` of those who
    /// have something to review and are no staff, drawn without replacement. May be called for
    /// several behaviours; who gets none is honest.
    ///
    /// For each behaviour everybody draws a number, and those with the lowest who have none yet get
    /// it: so a person more in the cohort makes at most one other lose or get each behaviour, and
    /// another share of one behaviour leaves nearly everybody with another what they are. Rings and
    /// accounts of [`Behaviour::Ring`] and [`Behaviour::Sybil`] are formed in the order of these
    /// numbers: who joins or leaves them moves those after.
    #[must_use]
    pub fn behaviour(mut self, behaviour: Behaviour, share: f64) -> Self {
        self.casting.share(behaviour, share);
        self
    }

    /// Gives a behaviour to one person, whatever they drew; nobody else changes. The last call for
    /// a person counts. People of one and the same behaviour form rings in the order of the calls.
    #[must_use]
    pub fn person(mut self, person: PersonId, behaviour: Behaviour) -> Self {
        self.casting.person(person, behaviour);
        self
    }

    /// Marks a subgroup, to which everybody belongs with this probability; 0 by default.
    #[must_use]
    pub fn subgroup(self, probability: f64) -> Self {
        Self { subgroup: probability, ..self }
    }

    /// Which assignment of a term this is; 0, the first, by default. People, their behaviours and
    /// the subgroup stay what they are, but for the drift of the law; works and reviews are new.
    #[must_use]
    pub fn assignment(self, assignment: u16) -> Self {
        Self { assignment, ..self }
    }

    /// Has staff grade so many works, drawn at random: the true grade plus N(0, sd²) in points of
    /// the total, moved into its range. None by default.
    #[must_use]
    pub fn staff_grades(self, works: usize, sd: f64) -> Self {
        Self { staff: works, staff_sd: sd, ..self }
    }

    /// Makes these works exemplars, whose true grade, moved into the range, everybody knows.
    #[must_use]
    pub fn exemplars(mut self, exemplars: impl IntoIterator<Item = SubmissionId>) -> Self {
        self.exemplars = exemplars.into_iter().collect();
        self.exemplars.sort_unstable();
        self.exemplars.dedup();
        self
    }

    /// The course: the people and works of `cohort`, who review what `graph` says (a
    /// [`ReviewGraph`] or a plan).
    ///
    /// # Errors
    ///
    /// [`SimulateError`] where a setting is out of its range, an id is not in the cohort, or the
    /// graph was made for other sizes or has somebody review their own work.
    pub fn simulate(
        &self,
        cohort: &Cohort,
        graph: &impl AsRef<ReviewGraph>,
        seed: Seed,
    ) -> Result<Simulated, SimulateError> {
        let course = (cohort, graph.as_ref());
        match &self.law {
            Law::Gaussian(law) => self.run(law, course, seed),
            Law::BurrellSchoenebeck(law) => self.run(law, course, seed),
            Law::RubricNoise(law) => self.run(law, course, seed),
        }
    }

    fn run<L: Model>(
        &self,
        law: &L,
        (cohort, graph): (&Cohort, &ReviewGraph),
        seed: Seed,
    ) -> Result<Simulated, SimulateError> {
        law.check()?;
        self.check(cohort)?;
        check_graph(cohort, graph)?;
        let rubric = law.rubric()?;
        // Works and reviews are new in every assignment; people are not.
        let fresh = match self.assignment {
            0 => seed,
            later => seed.key(Phase::SimulatedTruth, later.into()),
        };
        let works = works(law, graph.submissions(), fresh);
        let people = people(law, cohort, &works, self.assignment, seed);
        let roles = self.casting.cast(cohort, graph, seed);
        let subgroup = (self.subgroup > 0.0).then(|| self.marks(graph.people(), seed));
        let mut reporter = Reporter {
            law,
            rubric: &rubric,
            cohort,
            graph,
            works: &works,
            people: &people,
            roles: &roles,
            subgroup: subgroup.as_deref(),
            copied: Vec::new(),
            seed,
            fresh,
        };
        reporter.follow_copies();
        let (given, columns) = reporter.reports();
        let mut truth = Truth { subgroup, ..true_grades(&rubric, &works, law.width()) };
        law.tell(&people, &mut truth);
        truth.behaviours = roles.into_behaviours();
        let reviews = Reviews::from_columns(cohort, given, rubric, columns)?;
        let reviews = self.with_known_grades(reviews, &truth.grades, fresh);
        Ok(Simulated::of(reviews, truth))
    }

    fn check(&self, cohort: &Cohort) -> Result<(), SimulateError> {
        self.casting.check()?;
        check_share("the share of the subgroup", self.subgroup)?;
        check_sd("the sd of staff grades", self.staff_sd)?;
        if self.subgroup <= 0.0 && self.casting.needs_subgroup() {
            return Err(SimulateError::NoSubgroup);
        }
        if let Some(person) = self.casting.beyond(cohort.people()) {
            return Err(SimulateError::UnknownPerson { person, people: cohort.people() });
        }
        let submissions = cohort.submissions();
        match self.exemplars.last() {
            Some(&exemplar) if exemplar.index() >= submissions => {
                Err(SimulateError::UnknownExemplar { exemplar, submissions })
            }
            _ => Ok(()),
        }
    }

    fn marks(&self, people: usize, seed: Seed) -> Vec<bool> {
        chunks::column(people, |i| {
            seed.stream(Phase::SimulatedSubgroup, i as u64).bernoulli(self.subgroup)
        })
    }

    fn with_known_grades(&self, reviews: Reviews, grades: &[f64], fresh: Seed) -> Reviews {
        if self.staff == 0 && self.exemplars.is_empty() {
            return reviews;
        }
        let scale = reviews.rubric().scale();
        let inside = |grade: f64| math::clamp(grade, scale.min(), scale.max());
        let known = |&s: &SubmissionId| (s, inside(grades[s.index()]));
        let exemplars: Vec<_> = self.exemplars.iter().map(known).collect();
        // Each work draws a number and the error of its grade; the lowest numbers are graded.
        let mut drawn: Vec<(f64, u32, f64)> = (0..to_u32(grades.len()))
            .filter(|&s| self.exemplars.binary_search(&SubmissionId::new(s)).is_err())
            .map(|s| {
                let stream = &mut fresh.stream(Phase::SimulatedStaff, s.into());
                (stream.unit(), s, stream.normal())
            })
            .collect();
        drawn.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        drawn.truncate(self.staff);
        drawn.sort_unstable_by_key(|&(_, s, _)| s);
        let staff = drawn.into_iter().map(|(_, s, error)| {
            (SubmissionId::new(s), inside(grades[s as usize] + self.staff_sd * error))
        });
        reviews.with_known_grades(staff.collect(), exemplars)
    }
}

/// The numbers of every work, one work after another.
fn works<L: Model>(law: &L, submissions: usize, fresh: Seed) -> Vec<f64> {
    let width = law.width();
    let chunks = chunks::map(submissions, |range| {
        let mut works = vec![0.0; range.len() * width];
        for (s, work) in range.zip(works.chunks_exact_mut(width)) {
            law.work(&mut fresh.stream(Phase::SimulatedTruth, s as u64), work);
        }
        works
    });
    chunks.concat()
}

fn people<L: Model>(
    law: &L,
    cohort: &Cohort,
    works: &[f64],
    assignment: u16,
    seed: Seed,
) -> Vec<L::Person> {
    let (width, criteria) = (law.width(), law.criteria());
    let grade = |s: &SubmissionId| math::mean(&works[s.index() * width..][..criteria]);
    chunks::column(cohort.people(), |i| {
        let own = cohort.submissions_of(PersonId::new(to_u32(i)));
        let sum: f64 = own.iter().map(grade).sum();
        let grade = (!own.is_empty()).then(|| sum / own.len() as f64);
        let who = Who { grade, staff: cohort.is_staff(PersonId::new(to_u32(i))) };
        let mut person = law.person(who, &mut seed.stream(Phase::SimulatedBehaviour, i as u64));
        if assignment > 0 {
            let drift = &mut seed.stream(Phase::SimulatedDrift, i as u64);
            (0..assignment).for_each(|_| law.drift(&mut person, drift));
        }
        person
    })
}

fn true_grades(rubric: &Rubric, works: &[f64], width: usize) -> Truth {
    let criteria = rubric.criteria().len();
    let submissions = works.len() / width;
    let column = |c: usize| chunks::column(submissions, |s| works[s * width + c]);
    if rubric.is_plain() {
        return Truth::new(column(0));
    }
    let total = |s: usize| rubric.total(&works[s * width..][..criteria]);
    Truth {
        criteria: (0..criteria).map(column).collect(),
        ..Truth::new(chunks::column(submissions, total))
    }
}
