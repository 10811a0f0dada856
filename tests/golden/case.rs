//! Golden vectors: values pinned to the bit in `tests/golden/<area>.txt`, one line a case,
//! `name <TAB> count <TAB> FNV-1a of the bits <TAB> first three values`. A changed count means another
//! shape, a changed hash other values; either is a change of version, with a line under "Values" in
//! the changelog. `PEERGRADE_BLESS=1 cargo test` writes the files anew and prints old and new.

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

    /// The line that pins the case.
    #[allow(dead_code)] // `.ci/golden` prints it
    pub(crate) fn line(&self) -> &str {
        &self.line
    }
}

/// FNV-1a, 64 bits, over the little-endian bytes of the words.
fn fnv1a64(words: &[u64]) -> u64 {
    words.iter().flat_map(|word| word.to_le_bytes()).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The cases of one file.
pub(crate) struct Area {
    pub(crate) name: &'static str,
    /// What the file says.
    pub(crate) pinned: &'static str,
    cases: fn() -> Vec<Case>,
}

impl Area {
    pub(crate) const fn new(
        name: &'static str,
        pinned: &'static str,
        cases: fn() -> Vec<Case>,
    ) -> Self {
        Self { name, pinned, cases }
    }

    /// The cases as computed here, sorted by name.
    pub(crate) fn compute(&self) -> Vec<Case> {
        let mut cases = (self.cases)();
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        cases
    }

    /// One text for every case that is not what the file says: pinned and computed, line by line.
    pub(crate) fn differences(&self, cases: &[Case]) -> Vec<String> {
        let area = self.name;
        let name = |line: &str| line.split('\t').next().map(str::to_owned);
        let told = |name: &str, pinned: &str, computed: &str| {
            format!("{area}: {name}\n  pinned   {pinned}\n  computed {computed}")
        };
        let mut wrong = Vec::new();
        for case in cases {
            let known = |line: &&str| name(line).as_deref() == Some(&case.name);
            let pinned = self.pinned.lines().find(known);
            if pinned != Some(&case.line) {
                wrong.push(told(&case.name, pinned.unwrap_or("(no case)"), &case.line));
            }
        }
        for line in self.pinned.lines() {
            if !cases.iter().any(|case| name(line).as_deref() == Some(&case.name)) {
                wrong.push(told(&name(line).unwrap_or_default(), line, "(no case)"));
            }
        }
        wrong
    }
}

/// Compares the cases of an area with its file and names every one that differs.
#[allow(dead_code)] // `.ci/golden` compares by itself
#[allow(clippy::disallowed_methods, clippy::print_stderr)] // blessing is asked for by a variable
pub(crate) fn check(area: &Area) {
    let cases = area.compute();
    if std::env::var_os("PEERGRADE_BLESS").is_some() {
        let path = format!("{}/tests/golden/{}.txt", env!("CARGO_MANIFEST_DIR"), area.name);
        let ours: String = cases.iter().map(|case| case.line.clone() + "\n").collect();
        eprintln!("{path}: was\n{}is\n{ours}", area.pinned);
        std::fs::write(&path, &ours).unwrap();
        return;
    }
    let wrong = area.differences(&cases);
    assert!(wrong.is_empty(), "golden vectors differ:\n{}", wrong.join("\n"));
}
