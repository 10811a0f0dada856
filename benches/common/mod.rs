//! What several benches share.

/// Learners of the courses to bench, up to `PEERGRADE_BENCH_LARGEST`.
pub(crate) fn sizes() -> Vec<usize> {
    let largest = std::env::var("PEERGRADE_BENCH_LARGEST").ok().and_then(|n| n.parse().ok());
    let largest = largest.unwrap_or(1_000_000);
    [1_000, 100_000, 1_000_000].into_iter().filter(|&n| n <= largest).collect()
}
