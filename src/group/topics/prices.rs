//! The prices that prove a choice of topics optimal.

use super::flow::Problem;

/// The price of every topic: above 0 only at its cap, below 0 only at its minimum, and nobody's topic
/// costs them more with its price than another would. O(n T + T^3).
///
/// They are distances in the graph of topics and one point more, which stands for a place that is
/// free: from there a topic can be had that has more than its minimum, and to there a topic leads
/// that is not full. An optimal choice has no circle of negative length, so the distances exist.
pub(super) fn prices(problem: &Problem<'_>, topic_of: &[u32]) -> Vec<i64> {
    let topics = problem.choice.topics();
    let mut counts = vec![0; topics];
    // The least that it costs more to move somebody from one topic (row) to another.
    let mut more = vec![i64::MAX; topics * topics];
    for (place, &topic) in topic_of.iter().enumerate() {
        let topic = topic as usize;
        counts[topic] += 1;
        let row = &mut more[topic * topics..(topic + 1) * topics];
        let here = i64::from(problem.row(place)[topic]);
        for (other, cost) in problem.wishes(place) {
            row[other] = row[other].min(cost - here);
        }
    }
    let (mut distance, mut free) = (vec![0_i64; topics], 0_i64);
    // As many rounds as there are points; all but odd cases end after a few.
    for _ in 0..=topics {
        let mut settled = true;
        for from in 0..topics {
            let start = distance[from];
            for (to, &more) in more[from * topics..(from + 1) * topics].iter().enumerate() {
                let through = start.saturating_add(more);
                if through < distance[to] {
                    (distance[to], settled) = (through, false);
                }
            }
            if counts[from] < problem.caps[from] && distance[from] < free {
                (free, settled) = (distance[from], false);
            }
            if counts[from] > problem.minima[from] && free < distance[from] {
                (distance[from], settled) = (free, false);
            }
        }
        if settled {
            break;
        }
    }
    distance.iter().map(|distance| free - distance).collect()
}
