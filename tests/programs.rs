//! The example programs, run as a user runs them: malformed files end with status 1 and one line
//! that names file, line and value; wrong usage with status 2; everything else writes what the help
//! says.
#![allow(clippy::unwrap_used, clippy::panic)] // a test may fail

#[path = "programs/assign.rs"]
mod assign;
#[path = "programs/grade.rs"]
mod grade;
#[path = "programs/groups.rs"]
mod groups;
#[path = "programs/held_out.rs"]
mod held_out;
#[path = "programs/jigsaw.rs"]
mod jigsaw;
#[path = "programs/league.rs"]
mod league;
#[path = "programs/repair.rs"]
mod repair;
#[path = "programs/rubric_noise.rs"]
mod rubric_noise;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A program that `cargo test` built beside this test.
fn program(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let profile = own.parent().and_then(Path::parent).unwrap();
    let path = profile.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.exists(), "{} is not there: `cargo build --examples` makes it", path.display());
    path
}

/// A folder of its own, which goes with the value.
struct Folder(PathBuf);

impl Folder {
    fn new(files: &[File<'_>]) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let (process, next) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(format!("peergrade-programs-{process}-{next}"));
        fs::create_dir_all(&path).unwrap();
        for (name, content) in files {
            fs::write(path.join(name), content).unwrap();
        }
        Self(path)
    }

    fn run(&self, command: &str) -> Output {
        let mut words = command.split_whitespace();
        let program = program(words.next().unwrap());
        Command::new(program).args(words).current_dir(&self.0).output().unwrap()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap_or_default()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Its name and what is in it.
type File<'a> = (&'a str, &'a [u8]);

/// What a command must end with.
enum End {
    /// Status 1, nothing written, and this line on stderr after `error: `.
    Error(&'static str),
    /// Status 2, and stderr has this in it.
    Usage(&'static str),
    /// Status 0, and `out.csv` is exactly this.
    Writes(&'static str),
}
use End::{Error, Usage, Writes};

/// What it is about, the command, the files it finds, and its end.
type Case = (&'static str, &'static str, &'static [File<'static>], End);

fn check_all(cases: &[Case]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| check(case).err().map(|why| format!("{}: {why}", case.0)))
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn check((_, command, files, end): &Case) -> Result<(), String> {
    let folder = Folder::new(files);
    let output = folder.run(command);
    let (status, stderr) = (output.status.code(), String::from_utf8_lossy(&output.stderr));
    let out = folder.read("out.csv");
    let fine = match end {
        Error(line) => status == Some(1) && stderr == format!("error: {line}\n") && out.is_empty(),
        Usage(words) => status == Some(2) && stderr.contains(words) && out.is_empty(),
        Writes(content) => status == Some(0) && out == *content,
    };
    if fine && !stderr.contains("panicked") {
        return Ok(());
    }
    Err(format!("status {status:?}, stderr {stderr:?}, out.csv {out:?}"))
}

#[test]
fn grade_takes_what_spreadsheets_write_and_names_what_is_wrong() {
    check_all(grade::FILES);
}

#[test]
fn grade_adds_up_criteria() {
    check_all(grade::MANY_CRITERIA);
}

#[test]
fn held_out_compares_methods_and_names_what_is_wrong() {
    check_all(held_out::FILES);
}

#[test]
fn assign_names_what_is_wrong_and_what_cannot_be() {
    check_all(assign::FILES);
}

#[test]
fn jigsaw_names_what_is_wrong_and_what_cannot_be() {
    check_all(jigsaw::FILES);
}

#[test]
fn term_and_balance_name_what_is_wrong() {
    check_all(groups::FILES);
}

#[test]
fn rubric_noise_names_what_is_wrong() {
    check_all(rubric_noise::FILES);
}

#[test]
fn league_refuses_what_it_does_not_know() {
    check_all(league::FILES);
}

#[test]
fn a_queue_writes_what_happened() {
    let folder = Folder::new(&[]);
    let run = |command: &str| folder.run(command);
    let week = "queue_week --learners 40 --seeds 1 --policy least-reviewed --events";
    for name in ["out.csv", "again.csv"] {
        let output = run(&format!("{week} {name}"));
        assert!(output.status.success(), "{output:?}");
    }
    let log = folder.read("out.csv");
    assert_eq!(log, folder.read("again.csv"));
    assert_eq!(log.lines().next(), Some("tick,event,person,submission"));
    let count = |what: &str| log.lines().filter(|line| line.contains(what)).count();
    assert_eq!((count(",submit,"), count(",close,")), (40, 1));
    // 28 give five reviews, 4 give one to four.
    assert!((144..=156).contains(&count(",complete,")), "{}", count(",complete,"));
    for (command, status) in [
        ("queue_week --learners 10 --no-shows 1.5", 1),
        ("queue_week --learners 10 --no-shows 0.6 --partial 0.6", 1),
        ("queue_week --learners 10 --no-shows nan", 1),
        ("queue_week --learners 10 --events out.csv", 2),
        ("queue_week --learners 10 --seeds 0", 2),
        ("queue_week --learners 0 --seeds 1", 0),
        ("queue_week --learners 1 --seeds 1 --target 1", 0),
    ] {
        let output = run(command);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{command}: {stderr}");
        assert!(!stderr.contains("panicked"), "{command}: {stderr}");
    }
}

/// Twelve works, three reviews each, with scores of many digits.
fn rows() -> Vec<String> {
    let row = |i: u32| {
        let (work, reviewer) = (i % 12, (i + 1 + i / 12) % 12);
        format!("w{work},p{reviewer},{}", f64::from(i * 7 % 31) / 3.1)
    };
    (0..36).map(row).collect()
}

fn csv(header: &str, rows: &[String]) -> Vec<u8> {
    format!("{header}\n{}\n", rows.join("\n")).into_bytes()
}

#[test]
fn the_order_of_rows_changes_no_byte_of_the_grades() {
    let mut shuffled = rows();
    shuffled.reverse();
    shuffled.rotate_left(17);
    let command = "--scale 0..10 --out out.csv --reviewers reviewers.csv";
    for method in ["mean", "median", "trimmed-mean", "shrunk-mean"] {
        let [a, b] = [rows(), shuffled.clone()].map(|rows| {
            let header = "submission,reviewer,score";
            let folder = Folder::new(&[("r.csv", &csv(header, &rows))]);
            let output = folder.run(&format!("grade r.csv --method {method} {command}"));
            assert!(output.status.success(), "{method}: {output:?}");
            (folder.read("out.csv"), folder.read("reviewers.csv"))
        });
        assert_eq!(a, b, "{method}");
        assert_eq!(a.0.lines().count(), 13, "{method}");
        assert_eq!(a.1.lines().count(), 13, "{method}");
        assert_eq!(
            a.1.lines().next().unwrap(),
            "reviewer,reviews,bias,precision,weight,flags,bias_low,bias_high,accuracy,effort,agreement"
        );
    }
}

/// The numbers at the end of the lines that explain a grade.
fn explained(folder: &Folder, command: &str) -> Vec<f64> {
    let output = folder.run(command);
    let stdout = String::from_utf8(output.stdout).unwrap();
    let lines = stdout.lines().skip_while(|line| !line.starts_with("The grade of")).skip(1);
    lines.map(|line| line.split_whitespace().last().unwrap().parse().unwrap()).collect()
}

#[test]
fn the_lines_that_explain_a_grade_add_up_to_it() {
    let criteria: Vec<String> = rows()
        .iter()
        .enumerate()
        .flat_map(|(i, row)| [format!("{row},code"), format!("{row}{},style", i % 10)])
        .collect();
    let two = csv("submission,reviewer,score,criterion", &criteria);
    let one = csv("submission,reviewer,score", &rows());
    for (name, content) in [("one.csv", one), ("two.csv", two)] {
        let folder =
            Folder::new(&[(name, &content), ("staff.csv", b"submission,score\nw4,3.25\n")]);
        for method in ["mean", "median", "trimmed-mean", "shrunk-mean"] {
            let command = format!(
                "grade {name} --method {method} --staff staff.csv --scale 0..10 --out out.csv"
            );
            for work in ["w0", "w4", "w11"] {
                let numbers = explained(&folder, &format!("{command} --explain {work}"));
                let (grade, parts) = numbers.split_last().unwrap();
                let sum: f64 = parts.iter().sum();
                assert!((sum - grade).abs() < 1e-9, "{name} {method} {work}: {numbers:?}");
                let out = folder.read("out.csv");
                let row = out.lines().find(|line| line.starts_with(&format!("{work},"))).unwrap();
                let written: f64 = row.split(',').nth(1).unwrap().parse().unwrap();
                assert!((written - grade).abs() <= 5.1e-7, "{name} {method} {work}: {row}");
            }
        }
    }
}

#[test]
fn the_order_of_rows_changes_no_byte_of_the_predictions() {
    let mut shuffled = rows();
    shuffled.reverse();
    shuffled.rotate_left(17);
    let tables = [rows(), shuffled].map(|rows| {
        let folder = Folder::new(&[("r.csv", &csv("submission,reviewer,score", &rows))]);
        let output = folder.run("held_out r.csv --scale 0..10 --out out.csv");
        assert!(output.status.success(), "{output:?}");
        (folder.read("out.csv"), output.stdout)
    });
    assert_eq!(tables[0], tables[1]);
    let names: Vec<&str> = tables[0].0.lines().filter_map(|line| line.split(',').next()).collect();
    assert!(names.starts_with(&["method", "global-mean", "mean+reviewer", "mean"]), "{names:?}");
}

#[test]
fn explaining_a_submission_that_is_not_there_is_an_error() {
    let folder = Folder::new(&[("r.csv", grade::REVIEWS)]);
    let output = folder.run("grade r.csv --explain s7");
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr, "error: --explain: there is no submission `s7`\n");
}

#[test]
fn a_plan_that_is_fed_back_is_kept() {
    let folder = Folder::new(&[]);
    let run = |command: &str| {
        let output = folder.run(command);
        assert!(output.status.success(), "{command}: {output:?}");
    };
    run("assign --count 40 --reviews 2 --exemplars 2 --out first.csv --report report.json");
    run("assign --count 40 --reviews 4 --exemplars 2 --keep first.csv --seed 9 --out second.csv");
    run("assign --count 40 --reviews 2 --exemplars 2 --keep first.csv --seed 9 --out same.csv");
    let [first, second] = ["first.csv", "second.csv"].map(|name| folder.read(name));
    assert_eq!((first.lines().count(), second.lines().count()), (161, 241));
    assert!(first.lines().all(|line| second.lines().any(|other| other == line)));
    assert_eq!(folder.read("same.csv"), first);
    let report: serde_json::Value = serde_json::from_str(&folder.read("report.json")).unwrap();
    // Of peers alone: exemplars come besides.
    assert_eq!(report["given_min"], 2, "{report}");
    assert_eq!(report["received_max"], 2, "{report}");
    // Two reviews each are a trap that the exemplars lead out of.
    assert_eq!(report["warnings"], serde_json::json!([]), "{report}");
    run("assign --count 40 --reviews 2 --out plain.csv --report report.json");
    let report: serde_json::Value = serde_json::from_str(&folder.read("report.json")).unwrap();
    let warnings = report["warnings"].as_array().unwrap();
    assert!(warnings.iter().any(|text| text.as_str().unwrap().contains("rings")), "{report}");
}

#[test]
fn repair_names_what_is_wrong_and_what_cannot_be() {
    check_all(repair::FILES);
}

#[test]
fn a_delta_is_what_it_says() {
    let folder = Folder::new(&[]);
    let people = |count: u32| {
        let lines = (100..100 + count).map(|person| format!("p{person}\n"));
        fs::write(folder.0.join("people.csv"), format!("person\n{}", lines.collect::<String>()))
            .unwrap();
    };
    let run = |command: &str| {
        let output = folder.run(command);
        assert!(output.status.success(), "{command}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    people(40);
    run("assign --people people.csv --reviews 3 --out before.csv");
    let before = folder.read("before.csv");
    let rows = before.lines().collect::<Vec<_>>();
    fs::write(folder.0.join("started.csv"), rows[..60].join("\n")).unwrap();
    people(41);
    let line = run("repair --people people.csv --plan before.csv --started started.csv \
                    --reviews 3 --out after.csv --delta delta.csv");
    assert_eq!(line, "3 reviews removed, 6 added\n");
    let (after, delta) = (folder.read("after.csv"), folder.read("delta.csv"));
    let after = after.lines().collect::<Vec<_>>();
    assert!(rows[..60].iter().all(|row| after.contains(row)));
    let mut changes = delta.lines();
    assert_eq!(changes.next(), Some("change,reviewer,submission"));
    for change in changes {
        let (kind, pair) = change.split_once(',').unwrap();
        assert_eq!(rows.contains(&pair), kind == "removed", "{change}");
        assert_eq!(after.contains(&pair), kind == "added", "{change}");
    }
    assert_eq!((after.len(), delta.lines().count()), (124, 10));
    let story = run("repair");
    assert!(story.lines().count() >= 5, "{story}");
}

#[test]
fn a_small_course_runs_from_end_to_end() {
    let folder = Folder::new(&[]);
    for (command, status) in [
        ("mooc --learners 200", 0),
        ("mooc --learners 6", 0),
        ("mooc --learners 5", 1),
        ("mooc --learners none", 2),
        ("own_method --learners 30 --seeds 2", 0),
        ("own_method --learners 2", 0),
        ("own_method --seeds 0", 1),
    ] {
        let output = folder.run(command);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{command}: {stderr}");
        assert!(!stderr.contains("panicked"), "{command}: {stderr}");
    }
}
