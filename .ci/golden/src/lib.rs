//! The golden vectors of `peergrade` as a program: computed here, compared with what is pinned.
#![allow(clippy::unwrap_used)] // a case that fails is a failure of the run

mod control;
mod node;

// What is private in the crate, compiled in once more to be reached.
#[allow(dead_code)]
#[path = "../../../src/id.rs"]
mod id;
#[allow(dead_code)]
#[path = "../../../src/math.rs"]
mod math;
#[allow(dead_code)]
#[path = "../../../src/sample.rs"]
mod sample;
#[allow(dead_code)]
#[path = "../../../src/seed.rs"]
mod seed;

#[path = "../../../tests/golden/mod.rs"]
mod golden;
#[path = "../../../tests/golden/math.rs"]
mod math_cases;
#[path = "../../../tests/golden/sample.rs"]
mod sample_cases;

pub use control::lines as controls;
use golden::{AREAS, case};

/// What came out of a run.
pub struct Report {
    /// One line a case, `area <TAB> name <TAB> count <TAB> hash <TAB> first values`, and the control lines.
    pub lines: Vec<String>,
    /// One text for every case that is not as pinned.
    pub wrong: Vec<String>,
}

/// Computes every case. Functions and draws come first: what is wrong there is wrong everywhere.
#[must_use]
pub fn report() -> Report {
    let mut report = Report { lines: control::lines(), wrong: Vec::new() };
    for area in [&math_cases::AREA, &sample_cases::AREA].into_iter().chain(AREAS) {
        let cases = area.compute();
        report.lines.extend(cases.iter().map(|case| format!("{}\t{}", area.name, case.line())));
        report.wrong.extend(area.differences(&cases));
    }
    report
}

impl Report {
    /// The controls, the cases that differ, and how many passed and failed.
    #[must_use]
    pub fn verdict(&self) -> String {
        let controls = self.lines.iter().filter(|line| line.starts_with(control::MARK));
        let told: String = controls.chain(&self.wrong).map(|text| format!("{text}\n")).collect();
        let cases = self.lines.iter().filter(|line| !line.starts_with(control::MARK)).count();
        let passed = cases.saturating_sub(self.wrong.len());
        format!("{told}golden: {passed} passed, {} failed\n", self.wrong.len())
    }
}
