//! One step: the best exchange of people between two groups.

use super::rules::{Cost, Rules};
use super::side::Side;
use super::state::{State, Swap, square};
use super::subsets::{LANES, PADDING, Subsets, items};
use crate::group::former::Objective;

/// The least relative gain that counts; what is less may be rounding.
const GAIN: f64 = 1e-12;

/// Single-precision values must promise this much before they are looked at exactly.
const PROMISE: f64 = 1e-6;

/// The most people of a group whose trades with one partner each are all looked at.
const TRADES: usize = 10;

/// What does not change during a pass.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pass<'a> {
    pub(super) state: &'a State,
    pub(super) rules: &'a Rules,
    pub(super) objective: Objective,
    /// Sets of single people, by their number.
    pub(super) singles: &'a [Subsets],
    /// Where the view of the larger groups begins.
    pub(super) turns: (usize, usize),
    /// The most exchanges between one pair of groups.
    pub(super) steps: usize,
}

/// Buffers of one worker.
#[derive(Debug, Default)]
pub(super) struct Split {
    a: Side,
    b: Side,
    sizes: (usize, usize),
    /// Whether no division of the two can break a rule.
    at_ease: bool,
    /// The one person of side B who can take the place of each of side A; empty if that is not so.
    partners: Vec<u32>,
    /// Sums of side A less its share after every set of trades, in one column.
    trades: Vec<f32>,
    /// What the exchanges of one set of side A are worth, by set of side B.
    values: Vec<f32>,
    factors: Vec<f32>,
    after: [Vec<u32>; 2],
    moved: [Vec<u32>; 2],
    sums: [Vec<f64>; 2],
    scratch: Vec<u32>,
}

/// The value of two groups: hard rules broken, then the objective.
#[derive(Debug, Clone, Copy)]
struct Value {
    hard: u32,
    /// Worst group, and the sum; the first is 0 when only the sum counts.
    worst: f64,
    sum: f64,
}

impl Value {
    /// Whether this is better than the other by more than rounding.
    fn improves(self, other: Self) -> bool {
        let less = |a: f64, b: f64| a < b - GAIN * b.abs();
        if self.hard != other.hard {
            return self.hard < other.hard;
        }
        less(self.worst, other.worst) || self.worst <= other.worst && less(self.sum, other.sum)
    }
}

/// The pair of sets that change places.
#[derive(Debug, Clone, Copy)]
struct Exchange {
    from_a: u64,
    from_b: u64,
}

#[derive(Debug, Clone, Copy)]
struct Largest {
    most: usize,
    mirrored: bool,
    /// Whether these are all divisions.
    complete: bool,
}

/// What a split aims at: `z = sum of side A` near to its share of the sum of both.
struct Aim {
    /// Sum of A less its share of the sum of both.
    off: Vec<f32>,
    /// Signed sum of both.
    both: Vec<f32>,
    both_square: f32,
    /// Share of the people who are in A.
    share: f32,
    sizes: (f32, f32),
    /// `M / (n_a n_b)`.
    scale: f64,
}

impl Split {
    /// Takes up two groups.
    pub(super) fn load(&mut self, pass: &Pass<'_>, a: usize, b: usize) {
        self.a.load(pass.state, pass.rules, a, pass.turns.0);
        self.b.load(pass.state, pass.rules, b, pass.turns.1);
        self.sizes = (pass.state.size(a), pass.state.size(b));
        self.at_ease = pass.rules.at_ease([&self.a.members, &self.b.members], &mut self.scratch);
        self.find_partners(pass);
    }

    /// Exchanges people between the two groups as long as that is better, and adds the swaps to `out`.
    /// Whether there were any.
    pub(super) fn improve(&mut self, pass: &Pass<'_>, out: &mut Vec<Swap>) -> bool {
        let sizes = self.sizes;
        let before = out.len();
        for _ in 0..pass.steps {
            let now = self.value_now(pass, sizes);
            let Some(exchange) = self.best(pass, sizes, now) else { break };
            if !self.is_better(pass, sizes, exchange, now) {
                break;
            }
            self.commit(exchange, out);
            // All divisions were looked at; or blocks have moved to other positions, where they are
            // found anew in the next pass.
            let all = !self.partners.is_empty() || self.largest(pass, sizes).complete;
            if all || pass.rules.blocks.is_some() {
                break;
            }
            self.sums[0].clone_into(&mut self.a.sum);
            self.sums[1].clone_into(&mut self.b.sum);
        }
        out.len() > before
    }

    fn value_now(&mut self, pass: &Pass<'_>, sizes: (usize, usize)) -> Value {
        let cost = if pass.rules.weigh_members() && !self.at_ease {
            pass.rules.cost(&self.a.members, &mut self.scratch)
                + pass.rules.cost(&self.b.members, &mut self.scratch)
        } else {
            Cost::default()
        };
        value(pass, [&self.a.sum, &self.b.sum], sizes, cost)
    }

    /// The exchange with the smallest value, ties to the first; single precision.
    fn best(&mut self, pass: &Pass<'_>, sizes: (usize, usize), now: Value) -> Option<Exchange> {
        let aim = self.aim(pass, sizes);
        let signs = pass.state.signs();
        let worst = pass.objective == Objective::WorstGroup;
        let rest = f64::from(aim.both_square) / (sizes.0 + sizes.1) as f64;
        let goal = if worst { now.worst } else { now.sum - rest };
        let mut best = Best { hard: now.hard, value: goal - PROMISE * goal.abs(), found: None };
        if !self.partners.is_empty() {
            self.best_of_trades(pass, &aim, &mut best);
            return best.found;
        }
        let direction = worst.then_some(aim.both.as_slice());
        let largest = self.largest(pass, sizes);
        let end = |sets: &Subsets| sets.of_size(largest.most).end;
        self.a.with_sets(pass.singles, |a, sets| a.expand(sets, end(sets), &aim.off, -1.0));
        self.b.with_sets(pass.singles, |b, sets| {
            b.expand(sets, end(sets), &[], 1.0);
            b.lay_out(sets, signs, direction);
        });
        for people in 1..=largest.most {
            let of_b = self.b.sets(pass.singles).of_size(people);
            for set in self.a.sets(pass.singles).of_size(people) {
                let from_a = self.a.sets(pass.singles).mask[set];
                // Half of the people for half: the other half is the same division.
                if !largest.mirrored || 2 * people < sizes.0 || from_a & 1 == 1 {
                    self.try_set(pass, &aim, (set, from_a), of_b.clone(), &mut best);
                }
            }
        }
        best.found
    }

    /// Looks at the exchanges of one set of side A for any of a range of sets of side B.
    fn try_set(
        &mut self,
        pass: &Pass<'_>,
        aim: &Aim,
        (set, from_a): (usize, u64),
        of_b: core::ops::Range<usize>,
        best: &mut Best,
    ) {
        let sum = self.a.sum_of(set);
        factors(sum, pass.state.signs(), &mut self.factors);
        let norm =
            sum.iter().zip(&self.factors).fold(0.0, |norm, (x, factor)| norm + factor * x) / 2.0;
        let least = dot_rows(&self.factors, &self.b, of_b.clone(), &mut self.values);
        let (scale, plus) = match pass.objective {
            Objective::Sum => (aim.scale, f64::from(norm)),
            Objective::WorstGroup => {
                let along =
                    sum.iter().zip(&aim.both).fold(0.0, |along, (x, both)| along + both * x);
                worst_of(aim, (norm, along), &self.b.along[of_b.clone()], &mut self.values);
                (1.0, 0.0)
            }
        };
        let is_sum = pass.objective == Objective::Sum;
        if is_sum && best.hard == 0 && scale * (f64::from(least) + plus) >= best.value {
            return;
        }
        let masks = &self.b.sets(pass.singles).mask[of_b];
        let seen = Seen { a: &self.a, b: &self.b, at_ease: self.at_ease };
        for (&value, &from_b) in self.values.iter().zip(masks) {
            let value = scale * (f64::from(value) + plus);
            if best.hard == 0 && value >= best.value {
                continue;
            }
            let exchange = Exchange { from_a, from_b };
            let found =
                seen.cost(pass, exchange, &mut self.after, &mut self.moved, &mut self.scratch);
            if let Some(cost) = found {
                best.take(cost.hard, value + cost.soft, exchange);
            }
        }
    }

    /// The best division of two groups where everybody can change places with one person alone: to
    /// trade or not to trade, for each of these pairs but the first, since the rest is the same with the
    /// groups exchanged.
    fn best_of_trades(&mut self, pass: &Pass<'_>, aim: &Aim, best: &mut Best) {
        let sets = 1 << (self.partners.len() - 1);
        self.trades.clear();
        self.trades.resize(sets, 0.0);
        self.values.clear();
        self.values.resize(sets, 0.0);
        for (column, (&off, &sign)) in aim.off.iter().zip(pass.state.signs()).enumerate() {
            self.trades[0] = off;
            for (pair, &partner) in self.partners.iter().enumerate().skip(1) {
                let change = self.b.row(partner as usize)[column] - self.a.row(pair)[column];
                let (without, with) = self.trades.split_at_mut(1 << (pair - 1));
                with.iter_mut().zip(without).for_each(|(to, x)| *to = *x + change);
            }
            let values = self.values.iter_mut().zip(&self.trades);
            values.for_each(|(value, &x)| *value += sign * x * x);
        }
        let seen = Seen { a: &self.a, b: &self.b, at_ease: self.at_ease };
        for (set, &square) in self.values.iter().enumerate().skip(1) {
            let value = aim.scale * f64::from(square);
            if best.hard == 0 && value >= best.value {
                continue;
            }
            let from_a = (set as u64) << 1;
            let from_b = items(from_a).fold(0, |mask, pair| mask | 1 << self.partners[pair]);
            let exchange = Exchange { from_a, from_b };
            let found =
                seen.cost(pass, exchange, &mut self.after, &mut self.moved, &mut self.scratch);
            if let Some(cost) = found {
                best.take(cost.hard, value + cost.soft, exchange);
            }
        }
    }

    /// For everybody of group A the one person of group B of the same class, in view; none where that is
    /// not so for all, or groups are too large.
    fn find_partners(&mut self, pass: &Pass<'_>) {
        self.partners.clear();
        let Some(classes) = &pass.rules.classes else { return };
        let (m, other) = self.sizes;
        let few = m == other && (1..=TRADES).contains(&m);
        if !few || pass.objective != Objective::Sum || pass.rules.restrict_moves() {
            return;
        }
        let [left, right] = &mut self.moved;
        self.a.classes(classes, left);
        self.b.classes(classes, right);
        let twice = |(i, class): (usize, &u32)| left[..i].contains(class);
        if left.iter().enumerate().any(twice) {
            return;
        }
        for class in left.iter() {
            let Some(partner) = right.iter().position(|other| other == class) else {
                return self.partners.clear();
            };
            self.partners.push(crate::id::to_u32(partner));
        }
    }

    /// The most people that change places at once, and whether larger numbers would give the same
    /// divisions with the sides exchanged.
    fn largest(&self, pass: &Pass<'_>, sizes: (usize, usize)) -> Largest {
        let whole = self.a.is_whole(sizes.0) && self.b.is_whole(sizes.1);
        let free = !pass.rules.restrict_moves() && pass.rules.classes.is_none();
        let mirrored = whole && free && sizes.0 == sizes.1;
        let (of_a, of_b) = (self.a.sets(pass.singles), self.b.sets(pass.singles));
        let all = if mirrored { sizes.0 / 2 } else { sizes.0.min(sizes.1) };
        let most = all.min(of_a.largest()).min(of_b.largest());
        Largest { most, mirrored, complete: most == all && whole && !pass.rules.restrict_moves() }
    }

    fn aim(&self, pass: &Pass<'_>, sizes: (usize, usize)) -> Aim {
        let share = sizes.0 as f64 / (sizes.0 + sizes.1) as f64;
        let signs = pass.state.signs();
        let sums = self.a.sum.iter().zip(&self.b.sum);
        let off = sums.clone().map(|(a, b)| single(a - share * (a + b))).collect();
        let both: Vec<f64> = sums.map(|(a, b)| a + b).collect();
        Aim {
            off,
            both_square: single(square(&both, signs)),
            both: both.iter().zip(signs).map(|(&x, &sign)| sign * single(x)).collect(),
            share: single(share),
            sizes: (sizes.0 as f32, sizes.1 as f32),
            scale: (sizes.0 + sizes.1) as f64 / (sizes.0 as f64 * sizes.1 as f64),
        }
    }

    /// Whether the exchange is better in double precision; leaves its sums.
    fn is_better(
        &mut self,
        pass: &Pass<'_>,
        sizes: (usize, usize),
        exchange: Exchange,
        now: Value,
    ) -> bool {
        let [to_a, to_b] = &mut self.sums;
        self.a.sum.clone_into(to_a);
        self.b.sum.clone_into(to_b);
        let mut shift = |row: &[f32], sign: f64| {
            for ((a, b), &x) in to_a.iter_mut().zip(to_b.iter_mut()).zip(row) {
                *a += sign * f64::from(x);
                *b -= sign * f64::from(x);
            }
        };
        self.b.people_of(exchange.from_b).for_each(|i| shift(self.b.row(i), 1.0));
        self.a.people_of(exchange.from_a).for_each(|i| shift(self.a.row(i), -1.0));
        let seen = Seen { a: &self.a, b: &self.b, at_ease: self.at_ease };
        let Some(cost) =
            seen.cost(pass, exchange, &mut self.after, &mut self.moved, &mut self.scratch)
        else {
            return false;
        };
        value(pass, [&self.sums[0], &self.sums[1]], sizes, cost).improves(now)
    }

    fn commit(&mut self, exchange: Exchange, out: &mut Vec<Swap>) {
        let from_a: Vec<usize> = self.a.people_of(exchange.from_a).collect();
        let from_b: Vec<usize> = self.b.people_of(exchange.from_b).collect();
        for (&i, &j) in from_a.iter().zip(&from_b) {
            out.push((self.a.slot(i), self.b.slot(j)));
            self.a.trade(i, &mut self.b, j);
        }
    }
}

struct Best {
    hard: u32,
    value: f64,
    found: Option<Exchange>,
}

impl Best {
    fn take(&mut self, hard: u32, value: f64, exchange: Exchange) {
        if hard < self.hard || hard == self.hard && value < self.value {
            *self = Self { hard, value, found: Some(exchange) };
        }
    }
}

/// Both sides, to be looked at.
struct Seen<'a> {
    a: &'a Side,
    b: &'a Side,
    at_ease: bool,
}

impl Seen<'_> {
    /// What the groups break after an exchange; `None` when it may not be.
    fn cost(
        &self,
        pass: &Pass<'_>,
        exchange: Exchange,
        after: &mut [Vec<u32>; 2],
        moved: &mut [Vec<u32>; 2],
        scratch: &mut Vec<u32>,
    ) -> Option<Cost> {
        let rules = pass.rules;
        if exchange.from_b == PADDING {
            return None;
        }
        let weigh = rules.weigh_members() && !self.at_ease;
        if !weigh && rules.classes.is_none() {
            return Some(Cost::default());
        }
        let [left, right] = moved;
        left.clear();
        left.extend(self.a.people_of(exchange.from_a).map(|i| self.a.members[self.a.place(i)]));
        right.clear();
        right.extend(self.b.people_of(exchange.from_b).map(|i| self.b.members[self.b.place(i)]));
        if !rules.same_classes(left, right) {
            return None;
        }
        if !weigh {
            return Some(Cost::default());
        }
        let [to_a, to_b] = after;
        self.a.members.clone_into(to_a);
        self.b.members.clone_into(to_b);
        let from_a = self.a.people_of(exchange.from_a);
        for (i, j) in from_a.zip(self.b.people_of(exchange.from_b)) {
            core::mem::swap(&mut to_a[self.a.place(i)], &mut to_b[self.b.place(j)]);
        }
        Some(rules.cost(to_a, scratch) + rules.cost(to_b, scratch))
    }
}

fn value(pass: &Pass<'_>, sums: [&[f64]; 2], sizes: (usize, usize), cost: Cost) -> Value {
    let signs = pass.state.signs();
    let a = square(sums[0], signs) / sizes.0 as f64;
    let b = square(sums[1], signs) / sizes.1 as f64;
    let worst = match pass.objective {
        Objective::Sum => 0.0,
        Objective::WorstGroup => crate::math::max(a, b) + cost.soft,
    };
    Value { hard: cost.hard, worst, sum: a + b + cost.soft }
}

/// `2 s_f p_f` of a set of side A: what the values of side B are multiplied with.
fn factors(sum: &[f32], signs: &[f32], out: &mut Vec<f32>) {
    out.clear();
    out.extend(sum.iter().zip(signs).map(|(x, sign)| 2.0 * sign * x));
}

/// `|b|^2 + 2 p b` for a range of sets of side B, and the least of them.
fn dot_rows(factors: &[f32], b: &Side, range: core::ops::Range<usize>, out: &mut Vec<f32>) -> f32 {
    let norms = &b.norms[range.start..range.end.next_multiple_of(LANES)];
    out.resize(norms.len(), 0.0);
    let mut least = [f32::MAX; LANES];
    let (norms, _) = norms.as_chunks::<LANES>();
    let (to, _) = out.as_chunks_mut::<LANES>();
    let (values, _) = b.lanes(range).as_chunks::<LANES>();
    let dims = factors.len();
    for (block, (norm, to)) in norms.iter().zip(to).enumerate() {
        let mut sum = *norm;
        for (&p, x) in factors.iter().zip(&values[block * dims..][..dims]) {
            for lane in 0..LANES {
                sum[lane] += p * x[lane];
            }
        }
        for lane in 0..LANES {
            least[lane] = if sum[lane] < least[lane] { sum[lane] } else { least[lane] };
        }
        *to = sum;
    }
    least.iter().fold(f32::MAX, |least, &x| if x < least { x } else { least })
}

/// Turns values of [`dot_rows`] into the larger of `|z|^2 / n_a` and `|S - z|^2 / n_b`.
fn worst_of(aim: &Aim, (norm, along): (f32, f32), along_b: &[f32], values: &mut [f32]) {
    let (to_a, to_b) = (aim.share, 1.0 - aim.share);
    for (value, &along_b) in values.iter_mut().zip(along_b) {
        let (off, along) = (*value + norm, along + along_b);
        let of_a = (off + 2.0 * to_a * along + to_a * to_a * aim.both_square) / aim.sizes.0;
        let of_b = (off - 2.0 * to_b * along + to_b * to_b * aim.both_square) / aim.sizes.1;
        *value = if of_a > of_b { of_a } else { of_b };
    }
}

#[allow(clippy::cast_possible_truncation)] // a screen: what it lets pass is looked at exactly
pub(super) fn single(x: f64) -> f32 {
    x as f32
}
