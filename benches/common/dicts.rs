//! Published aggregators as their public programs write them in Python or Ruby: dictionaries of
//! dictionaries. Straight ports of the logic, without its defects.
#![allow(clippy::iter_over_hash_type)] // as they do: the last bits differ from run to run

use std::collections::HashMap;

/// Scores by work, then by reviewer.
pub(crate) type Scores = HashMap<u32, HashMap<u32, f64>>;

/// The other way round.
pub(crate) fn by_reviewer(scores: &Scores) -> Scores {
    let mut given = Scores::new();
    for (&work, reviews) in scores {
        for (&reviewer, &score) in reviews {
            given.entry(reviewer).or_default().insert(work, score);
        }
    }
    given
}

/// The mean of each work.
fn means(scores: &Scores) -> HashMap<u32, f64> {
    let mean = |reviews: &HashMap<u32, f64>| reviews.values().sum::<f64>() / reviews.len() as f64;
    scores.iter().map(|(&work, reviews)| (work, mean(reviews))).collect()
}

/// Hamer's weights (the loop of Expertiza's lib/hamer.rb with the natural logarithm), until no
/// weight changes by 1e-3.
pub(crate) fn hamer(scores: &Scores, range: f64) -> HashMap<u32, f64> {
    let given = by_reviewer(scores);
    let mut weights: HashMap<u32, f64> = given.keys().map(|&v| (v, 1.0)).collect();
    let mut grades = means(scores);
    for _ in 0..60 {
        let distance = |(&v, reviews): (&u32, &HashMap<u32, f64>)| {
            let square = |(work, z): (&u32, &f64)| (z - grades[work]).powi(2);
            (
                v,
                (reviews.iter().map(square).sum::<f64>() / reviews.len() as f64)
                    .max(1e-9 * range * range),
            )
        };
        let distances: HashMap<u32, f64> = given.iter().map(distance).collect();
        let mean = distances.values().sum::<f64>() / distances.len() as f64;
        let weight = |ratio: f64| if ratio > 2.0 { 2.0 + (ratio - 1.0).ln() } else { ratio };
        let new: HashMap<u32, f64> =
            distances.iter().map(|(&v, d)| (v, weight(mean / d))).collect();
        let done = new.iter().all(|(v, w)| (w - weights[v]).abs() <= 1e-3);
        weights = new;
        for (work, reviews) in scores {
            let sum: f64 = reviews.iter().map(|(v, z)| weights[v] * z).sum();
            grades.insert(*work, sum / reviews.keys().map(|v| weights[v]).sum::<f64>());
        }
        if done {
            break;
        }
    }
    grades
}

/// The EM of Burrell and Schoenebeck (`em_estimate_parameters` of their repository), on 0..10.
pub(crate) fn burrell(scores: &Scores) -> HashMap<u32, f64> {
    let (mu, gamma) = (7.0, 1.0 / 2.1_f64);
    let given = by_reviewer(scores);
    let mut grades: HashMap<u32, f64> = scores.keys().map(|&work| (work, mu)).collect();
    let mut bias: HashMap<u32, f64> = given.keys().map(|&v| (v, 0.0)).collect();
    let mut precision: HashMap<u32, f64> = given.keys().map(|&v| (v, 2.0 * gamma)).collect();
    for _ in 0..1000 {
        let mut change = 0.0;
        for (work, reviews) in scores {
            let terms = reviews.iter().map(|(v, z)| precision[v].sqrt() * (z - bias[v]));
            let weights: f64 = reviews.keys().map(|v| precision[v].sqrt()).sum();
            let new = (gamma.sqrt() * mu + terms.sum::<f64>()) / (gamma.sqrt() + weights);
            change += (new - grades[work]).powi(2);
            grades.insert(*work, new);
        }
        for (v, reviews) in &given {
            let sum: f64 = reviews.iter().map(|(work, z)| z - grades[work]).sum();
            let k = reviews.len() as f64;
            bias.insert(*v, precision[v] * sum / (1.0 + k * precision[v]));
            let square = |(work, z): (&u32, &f64)| (z - grades[work] - bias[v]).powi(2);
            let squares: f64 = reviews.iter().map(square).sum();
            precision.insert(*v, (10.0 / 1.05 + k / 2.0) / (10.0 + squares / 2.0));
        }
        if change.sqrt() <= 1e-4 {
            break;
        }
    }
    grades
}

/// The variance of the scores of one work, pooled.
fn within(scores: &Scores) -> f64 {
    let means = means(scores);
    let squares = scores
        .iter()
        .map(|(work, reviews)| reviews.values().map(|z| (z - means[work]).powi(2)).sum::<f64>());
    let freedom: usize = scores.values().map(|reviews| reviews.len() - 1).sum();
    squares.sum::<f64>() / freedom as f64
}

/// CrowdGrader's reputation algorithm (`evaluate_items` of crowdranker): messages along every edge,
/// 20 rounds; in units of the variance within works.
pub(crate) fn vancouver(scores: &Scores) -> HashMap<u32, f64> {
    type Messages = HashMap<u32, HashMap<u32, (f64, f64)>>;
    let (given, unit) = (by_reviewer(scores), within(scores));
    let epsilon = 1e-6 * unit;
    let start =
        |reviews: &HashMap<u32, f64>| reviews.iter().map(|(&v, &z)| (v, (z, unit))).collect();
    let mut to_items: Messages = scores.iter().map(|(&u, reviews)| (u, start(reviews))).collect();
    let combine = |messages: &mut dyn Iterator<Item = (f64, f64)>| {
        let (mut sum, mut all, mut variance) = (0.0, 0.0, 0.0);
        for (grade, v) in messages {
            let weight = 1.0 / (epsilon + v);
            sum += weight * grade;
            all += weight;
            variance += weight * weight * v;
        }
        (sum / all, variance / (all * all))
    };
    for _ in 0..20 {
        let mut to_users = Messages::new();
        for (&u, messages) in &to_items {
            for &v in messages.keys() {
                let others = messages.iter().filter(|(w, _)| messages.len() == 1 || **w != v);
                let message = combine(&mut others.map(|(_, &message)| message));
                to_users.entry(v).or_default().insert(u, message);
            }
        }
        for (&v, messages) in &to_users {
            for &u in messages.keys() {
                let others = messages.iter().filter(|(w, _)| messages.len() == 1 || **w != u);
                let (mut sum, mut all) = (0.0, 0.0);
                for (w, &(grade, variance)) in others {
                    let weight = 1.0 / (epsilon + variance);
                    sum += weight * (given[&v][w] - grade).powi(2);
                    all += weight;
                }
                to_items.entry(u).or_default().insert(v, (given[&v][&u], sum / all));
            }
        }
    }
    let grade = |messages: &HashMap<u32, (f64, f64)>| combine(&mut messages.values().copied()).0;
    to_items.iter().map(|(&u, messages)| (u, grade(messages))).collect()
}
