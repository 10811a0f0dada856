//! The fuzz targets in plain `cargo test`: the inputs that the fuzzer kept, and seeded random ones.
#![allow(clippy::unwrap_used, clippy::panic)] // a test may fail

#[path = "fuzz/src/lib.rs"]
mod fuzz;

use std::panic::catch_unwind;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Random inputs of each target.
const RUNS: u64 = 700;

fn run(name: &str, target: fuzz::Target, input: &[u8]) -> Option<String> {
    catch_unwind(|| target(input)).err().map(|_| format!("{name}: {input:?}"))
}

/// The files of a target, in the order of their names.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = format!("{}/tests/fuzz/corpus/{name}", env!("CARGO_MANIFEST_DIR"));
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

#[test]
fn what_the_fuzzer_kept_breaks_no_promise() {
    let mut failed = Vec::new();
    for (name, target) in fuzz::TARGETS {
        let inputs = corpus(name);
        assert!(inputs.len() >= 100, "{} inputs of {name}", inputs.len());
        failed.extend(inputs.iter().filter_map(|input| run(name, target, input)));
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn random_inputs_break_no_promise() {
    let mut failed = Vec::new();
    for (name, target) in fuzz::TARGETS {
        for seed in 0..RUNS {
            let mut draw = ChaCha8Rng::seed_from_u64(seed);
            let mut input = vec![0; 16 << (seed % 5)];
            draw.fill_bytes(&mut input);
            failed.extend(run(name, target, &input));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
