//! Golden vectors: values pinned to the bit in `tests/golden/<area>.txt`, one line a case,
//! `name <TAB> count <TAB> FNV-1a of the bits <TAB> first three values`. A changed count means another
//! shape, a changed hash other values; either is a change of version, with a line under "Values" in
//! the changelog. `PEERGRADE_BLESS=1 cargo test` writes the files anew and prints old and new.

use std::fmt::Write as _;

/// Values of one case as 64-bit words.
pub(crate) struct Case {
    name: String,
    line: String,
}

impl Case {
    /// A case of floats: bits of `x + 0.0`, shown as 16 hex digits.
    pub(crate) fn floats(name: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        let bits: Vec<u64> = values.into_iter().map(|x| (x + 0.0).to_bits()).collect();
        Self::new(name.into(), &bits, |bits| format!("{bits:016x}"))
    }

    /// A case of integers, shown in decimal.
    pub(crate) fn integers(name: impl Into<String>, values: impl IntoIterator<Item = u64>) -> Self {
        let values: Vec<u64> = values.into_iter().collect();
        Self::new(name.into(), &values, |value| value.to_string())
    }

    fn new(name: String, words: &[u64], show: impl Fn(u64) -> String) -> Self {
        let first: Vec<String> = words.iter().take(3).map(|&word| show(word)).collect();
        let (count, hash) = (words.len(), fnv1a64(words));
        Self { line: format!("{name}\t{count}\t{hash:016x}\t{}", first.join(" ")), name }
    }
}

/// FNV-1a, 64 bits, over the little-endian bytes of the words.
fn fnv1a64(words: &[u64]) -> u64 {
    words.iter().flat_map(|word| word.to_le_bytes()).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Compares cases with the file of their area and names every one that differs.
#[allow(clippy::disallowed_methods, clippy::print_stderr)] // blessing is asked for by a variable
pub(crate) fn check(area: &str, mut cases: Vec<Case>) {
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    let path = format!("{}/tests/golden/{area}.txt", env!("CARGO_MANIFEST_DIR"));
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    let ours: String = cases.iter().fold(String::new(), |mut all, case| {
        let _ = writeln!(all, "{}", case.line);
        all
    });
    if std::env::var_os("PEERGRADE_BLESS").is_some() {
        eprintln!("{path}: was\n{known}is\n{ours}");
        std::fs::write(&path, &ours).unwrap();
        return;
    }
    let name = |line: &str| line.split('\t').next().map(str::to_owned);
    let mut wrong = String::new();
    for line in ours.lines() {
        let pinned = known.lines().find(|known| name(known) == name(line));
        if pinned != Some(line) {
            let _ =
                writeln!(wrong, "  pinned   {}\n  computed {line}", pinned.unwrap_or("(no case)"));
        }
    }
    for line in known.lines().filter(|known| !ours.lines().any(|line| name(line) == name(known))) {
        let _ = writeln!(wrong, "  pinned   {line}\n  computed (no case)");
    }
    assert!(wrong.is_empty(), "golden vectors of {area} differ:\n{wrong}");
}
