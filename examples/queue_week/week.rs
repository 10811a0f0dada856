//! A simulated week of people who hand in when they want and review right after it.
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // all numbers are small
#![allow(dead_code, unreachable_pub)] // the test of the tables uses other parts than the program

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use peergrade::assign::queue::{Policy, QueueConfig, QueueError, ReviewQueue, Served, Wait};
use peergrade::{Cohort, CohortError, PersonId, Seed, SubmissionId};

/// A tick is a second.
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// What the week is like.
#[derive(Debug, Clone)]
pub struct Week {
    pub learners: u32,
    /// Shares of those who give no review, and who stop after some.
    pub no_shows: f64,
    pub partial: f64,
    /// Share of them who leave with a review open that they never complete.
    pub abandon: f64,
    pub reviews: u32,
    pub target: u32,
    pub policy: Policy,
    pub backlog: u32,
    /// Reviews beyond the target before the end of the week.
    pub beyond: u32,
    pub seed: u64,
}

impl Default for Week {
    fn default() -> Self {
        Self {
            learners: 1000,
            no_shows: 0.2,
            partial: 0.1,
            abandon: 0.0,
            reviews: 5,
            target: 5,
            policy: Policy::default(),
            backlog: 0,
            beyond: u32::MAX,
            seed: 1,
        }
    }
}

/// One line of the log of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    pub at: u64,
    pub what: &'static str,
    pub person: Option<PersonId>,
    pub submission: Option<SubmissionId>,
}

/// What became of the week.
pub struct Outcome {
    pub queue: ReviewQueue,
    pub log: Vec<Event>,
    /// Hours that people waited for their reviews, in all.
    pub waited: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Submit,
    Request,
    Complete(SubmissionId),
    Close,
}

/// `SplitMix64` (Steele, Lea, Flood, OOPSLA 2014): the chance of the simulated people, apart from
/// that of the queue.
struct Chance(u64);

impl Chance {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// Uniform on [0, 1).
    fn unit(&mut self) -> f64 {
        (self.word() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform over `0..n`, for small n.
    fn below(&mut self, n: u64) -> u64 {
        self.word() % n.max(1)
    }
}

struct Run<'a> {
    week: &'a Week,
    queue: ReviewQueue,
    chance: Chance,
    /// How many reviews each person will give, and whether they then leave with one open.
    gives: Vec<(u32, bool)>,
    agenda: BinaryHeap<Reverse<(u64, u64, u32, Step)>>,
    planned: u64,
    log: Vec<Event>,
    waited: u64,
}

impl Week {
    /// Plays the week.
    pub fn play(&self) -> Result<Outcome, Box<dyn std::error::Error>> {
        let mut run = self.begin()?;
        while let Some(Reverse((at, _, person, step))) = run.agenda.pop() {
            run.step(at, PersonId::new(person), step)?;
        }
        let waited = run.waited as f64 / HOUR as f64;
        Ok(Outcome { queue: run.queue, log: run.log, waited })
    }

    /// The rules of the queue.
    pub fn config(&self) -> QueueConfig {
        QueueConfig::default()
            .reviews(self.reviews)
            .target(self.target)
            .lease(8 * HOUR)
            .policy(self.policy)
            .backlog(self.backlog)
            .beyond_target(self.beyond)
    }

    pub fn cohort(&self) -> Result<Cohort, CohortError> {
        Cohort::individuals(self.learners as usize)
    }

    fn begin(&self) -> Result<Run<'_>, Box<dyn std::error::Error>> {
        let queue = ReviewQueue::new(&self.cohort()?, self.config(), Seed::new(self.seed))?;
        let mut chance = Chance(self.seed);
        let n = f64::from(self.learners);
        let mut gives: Vec<(u32, bool)> = (0..self.learners)
            .map(|i| f64::from(i) + 0.5)
            .map(|i| match i / n {
                x if x < self.no_shows => (0, chance.unit() < self.abandon),
                x if x < self.no_shows + self.partial => {
                    let some = chance.below(u64::from(self.reviews.saturating_sub(1)));
                    (1 + some as u32, chance.unit() < self.abandon)
                }
                _ => (self.reviews, false),
            })
            .collect();
        for i in (1..gives.len()).rev() {
            gives.swap(i, chance.below(i as u64 + 1) as usize);
        }
        let (agenda, log) = (BinaryHeap::new(), Vec::new());
        let mut run = Run { week: self, queue, chance, gives, agenda, planned: 0, log, waited: 0 };
        for person in 0..self.learners {
            let at = 7.0 * DAY as f64 * run.chance.unit().sqrt();
            run.plan(at as u64, person, Step::Submit);
        }
        run.plan(7 * DAY, 0, Step::Close);
        Ok(run)
    }
}

impl Run<'_> {
    fn plan(&mut self, at: u64, person: u32, step: Step) {
        self.planned += 1;
        self.agenda.push(Reverse((at, self.planned, person, step)));
    }

    fn note(&mut self, at: u64, what: &'static str, person: PersonId, work: Option<SubmissionId>) {
        self.log.push(Event { at, what, person: Some(person), submission: work });
    }

    fn step(&mut self, at: u64, person: PersonId, step: Step) -> Result<(), QueueError> {
        match step {
            Step::Close => {
                self.log.push(Event { at, what: "close", person: None, submission: None });
                return self.queue.close(at);
            }
            Step::Submit => {
                let work = SubmissionId::new(person.get());
                self.note(at, "submit", person, Some(work));
                self.queue.submit(work, at)?;
            }
            Step::Complete(work) => {
                self.note(at, "complete", person, Some(work));
                self.queue.complete(person, work, at)?;
            }
            Step::Request => {}
        }
        let (gives, abandons) = self.gives[person.index()];
        let given = self.queue.progress(person).map_or(0, |progress| progress.given());
        let leaves = given >= gives;
        if given >= self.week.reviews || leaves && !abandons || at > 10 * DAY {
            return Ok(());
        }
        self.note(at, "request", person, None);
        match self.queue.request(person, at)? {
            Served::New(lease) if !leaves => {
                let minutes = 10 * MINUTE + self.chance.below(30 * MINUTE + 1);
                self.plan(at + minutes, person.get(), Step::Complete(lease.submission()));
            }
            Served::Wait(why) if why != Wait::QuotaDone => {
                self.waited += MINUTE * 30;
                self.plan(at + 30 * MINUTE, person.get(), Step::Request);
            }
            _ => {}
        }
        Ok(())
    }
}

/// What counts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figures {
    /// Share of works without review, and with fewer than the target.
    pub zero: f64,
    pub under: f64,
    pub least: f64,
    pub most: f64,
    /// Share of the completers that received the target, and the largest share possible.
    pub full: f64,
    pub attainable: f64,
    /// The fewest reviews that a completer received.
    pub completer_least: f64,
    /// Reviews received by those who are no completers, on average.
    pub others: f64,
    /// Of the first and last tenth to hand in, on average.
    pub first: f64,
    pub last: f64,
    /// Hours a person.
    pub waited: f64,
}

impl Figures {
    pub fn of(week: &Week, outcome: &Outcome) -> Self {
        let queue = &outcome.queue;
        let target = f64::from(week.target);
        let received: Vec<f64> = queue
            .submitted()
            .iter()
            .map(|&s| queue.load(s).map_or(0.0, |load| f64::from(load.completed())))
            .collect();
        let completer = |s: &SubmissionId| {
            let progress = queue.progress(PersonId::new(s.get()));
            progress.is_some_and(|progress| progress.given() >= progress.quota())
        };
        let both = queue.submitted().iter().zip(&received);
        let (done, others): (Vec<_>, Vec<_>) = both.partition(|(s, _)| completer(s));
        let [done, others]: [Vec<f64>; 2] =
            [done, others].map(|part| part.into_iter().map(|(_, &x)| x).collect());
        let n = received.len() as f64;
        let total: f64 = received.iter().sum();
        let spare = f64::from(week.target.saturating_sub(1));
        let possible = if spare > 0.0 { ((total - n) / spare).floor() } else { n };
        let tenth = received.len().div_ceil(10);
        let share = |works: &[f64], holds: &dyn Fn(f64) -> bool| {
            let held: Vec<f64> = works.iter().map(|&x| f64::from(u8::from(holds(x)))).collect();
            mean(&held)
        };
        Self {
            zero: share(&received, &|x| x == 0.0),
            under: share(&received, &|x| x < target),
            least: least(&received),
            most: most(&received),
            full: share(&done, &|x| x >= target),
            attainable: least(&[1.0, most(&[0.0, possible / most(&[1.0, done.len() as f64])])]),
            completer_least: least(&done),
            others: mean(&others),
            first: mean(&received[..tenth]),
            last: mean(&received[received.len() - tenth..]),
            waited: outcome.waited / most(&[1.0, n]),
        }
    }

    /// The mean of several runs, and the extremes of all.
    pub fn mean(all: &[Self]) -> Self {
        let each = |figure: fn(&Self) -> f64| all.iter().map(figure).collect::<Vec<_>>();
        let of = |figure| mean(&each(figure));
        Self {
            zero: of(|f| f.zero),
            under: of(|f| f.under),
            least: least(&each(|f| f.least)),
            most: most(&each(|f| f.most)),
            full: of(|f| f.full),
            attainable: of(|f| f.attainable),
            completer_least: least(&each(|f| f.completer_least)),
            others: of(|f| f.others),
            first: of(|f| f.first),
            last: of(|f| f.last),
            waited: of(|f| f.waited),
        }
    }
}

fn least(values: &[f64]) -> f64 {
    values.iter().copied().min_by(f64::total_cmp).unwrap_or(0.0)
}

fn most(values: &[f64]) -> f64 {
    values.iter().copied().max_by(f64::total_cmp).unwrap_or(0.0)
}

fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}
