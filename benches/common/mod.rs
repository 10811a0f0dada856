//! What several benches share.

/// Learners of the courses to bench, up to `PEERGRADE_BENCH_LARGEST`.
pub(crate) fn sizes() -> Vec<usize> {
    up_to_largest(&[1_000, 100_000, 1_000_000])
}

/// Those of the sizes that `PEERGRADE_BENCH_LARGEST` does not leave out.
pub(crate) fn up_to_largest(sizes: &[usize]) -> Vec<usize> {
    let largest = std::env::var("PEERGRADE_BENCH_LARGEST").ok().and_then(|n| n.parse().ok());
    let largest = largest.unwrap_or(1_000_000);
    sizes.iter().copied().filter(|&n| n <= largest).collect()
}
