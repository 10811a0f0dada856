//! Ten thousand draws of every sampler.

use super::case::{Area, Case};
use crate::seed::{Phase, Seed, Stream};

pub(crate) const AREA: Area = Area::new("sample", include_str!("sample.txt"), cases);

fn stream() -> Stream {
    Seed::new(42).derive("assign").stream(Phase::Plan, 0)
}

fn draws<T>(draw: impl Fn(&mut Stream) -> T) -> Vec<T> {
    let mut stream = stream();
    (0..10_000).map(|_| draw(&mut stream)).collect()
}

fn integers(name: &str, draw: impl Fn(&mut Stream) -> u64) -> Case {
    Case::integers(name, draws(draw))
}

fn floats(name: &str, draw: impl Fn(&mut Stream) -> f64) -> Case {
    Case::floats(name, draws(draw))
}

fn shuffled(n: u32) -> Case {
    let mut items: Vec<u32> = (0..n).collect();
    stream().shuffle(&mut items);
    Case::integers(format!("shuffle {n}"), items.into_iter().map(u64::from))
}

fn cases() -> Vec<Case> {
    vec![
        integers("u64", Stream::u64),
        integers("bounded 1", |s| s.bounded(1).into()),
        integers("bounded 1000", |s| s.bounded(1000).into()),
        integers("bounded 3000000000", |s| s.bounded(3_000_000_000).into()),
        integers("bernoulli 0.3", |s| s.bernoulli(0.3).into()),
        integers("binomial 30 0.7", |s| s.binomial(30, 0.7)),
        integers("binomial 1000 0.1", |s| s.binomial(1000, 0.1)),
        integers("poisson 2", |s| s.poisson(2.0)),
        integers("poisson 100", |s| s.poisson(100.0)),
        floats("unit", Stream::unit),
        floats("open", Stream::open),
        floats("normal", Stream::normal),
        floats("gamma 0.5", |s| s.gamma(0.5)),
        floats("gamma 3", |s| s.gamma(3.0)),
        floats("beta 2 1", |s| s.beta(2.0, 1.0)),
        shuffled(1),
        shuffled(17),
        shuffled(4099),
    ]
}
