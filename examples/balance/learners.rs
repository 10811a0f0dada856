//! Learners with traits as courses have them: two skills that go together, a few who work very
//! long, two camps of motivation, and two minorities.

use std::f64::consts::TAU;

use peergrade::{Traits, TraitsError};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The names of the columns; the last two are categories, of 30 % and of 10 % of the learners.
pub(crate) const NAMES: [&str; 6] = ["skill", "prior", "hours", "motivation", "b30", "b10"];
const NUMBERS: usize = 4;

/// One row per learner, columns as [`NAMES`] has them.
#[derive(Debug, Clone)]
pub(crate) struct Learners {
    pub(crate) rows: Vec<[f64; NAMES.len()]>,
}

impl Learners {
    /// ```text
    /// skill = N(0, 1)                   prior = 0.5 skill + sqrt(0.75) N(0, 1)
    /// hours = exp(0.8 N(0, 1))          motivation = N(-1.5, 0.5^2) or N(1.5, 0.5^2), evens
    /// b30 with probability 0.3          b10 with probability 0.1
    /// ```
    pub(crate) fn draw(learners: usize, seed: u64) -> Self {
        let mut chance = Chance(ChaCha8Rng::seed_from_u64(seed));
        let row = |_| {
            let skill = chance.normal();
            let prior = 0.5 * skill + 0.75_f64.sqrt() * chance.normal();
            let hours = libm::exp(0.8 * chance.normal());
            let camp = if chance.unit() < 0.5 { -1.5 } else { 1.5 };
            let motivation = camp + 0.5 * chance.normal();
            let mut flag = |share| f64::from(u8::from(chance.unit() < share));
            [skill, prior, hours, motivation, flag(0.3), flag(0.1)]
        };
        Self { rows: (0..learners).map(row).collect() }
    }

    /// The same for the library: four columns of numbers, two categories.
    pub(crate) fn traits(&self) -> Result<Traits, TraitsError> {
        let mut builder = Traits::builder(self.rows.len());
        for (at, name) in NAMES.into_iter().enumerate() {
            let values = self.rows.iter().map(|row| row[at]);
            builder = if at < NUMBERS {
                builder.numeric(name, &values.map(Some).collect::<Vec<_>>())
            } else {
                builder.categorical(
                    name,
                    &values.map(|x| Some(u32::from(x > 0.5))).collect::<Vec<_>>(),
                )
            };
        }
        builder.build()
    }
}

struct Chance(ChaCha8Rng);

impl Chance {
    /// Uniform on [0, 1).
    fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Standard normal (Box and Muller, Annals of Mathematical Statistics 29, 1958).
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(1.0 - self.unit())).sqrt();
        radius * libm::cos(TAU * self.unit())
    }
}
