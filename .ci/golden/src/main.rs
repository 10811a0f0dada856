//! `golden` says what differs from the pinned values, `golden --lines` prints every case before that, and
//! `golden --controls` only the lines that no pinned value is compared with.

use std::process::ExitCode;

fn main() -> ExitCode {
    let asked = |flag: &str| std::env::args().any(|argument| argument == flag);
    if asked("--controls") {
        golden::controls().iter().for_each(|line| println!("{line}"));
        return ExitCode::SUCCESS;
    }
    let report = golden::report();
    if asked("--lines") {
        for line in &report.lines {
            println!("{line}");
        }
    }
    print!("{}", report.verdict());
    if report.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
