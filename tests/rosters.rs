//! Real class rosters, where they are at hand: `PEERGRADE_DATA`, or `../shared/data` beside the
//! project. The program `jigsaw` makes groups of each, of every kind, without being told about its
//! columns. Elsewhere this test says that it is skipped.
#![allow(clippy::unwrap_used)] // a test may fail
#![allow(clippy::disallowed_methods)] // the environment says where data lie

use std::io::{Write as _, stderr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

/// The folder of the rosters; `None`, with a word, where there is none.
fn rosters() -> Option<PathBuf> {
    let named = std::env::var("PEERGRADE_DATA").ok().map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = named.or_else(|| beside.is_dir().then_some(beside));
    let Some(folder) = folder.map(|folder| folder.join("rosters-a")) else {
        // Past the capture of the test runner, so that it is seen.
        stderr().write_all(b"skipped: no rosters (PEERGRADE_DATA names their folder)\n").unwrap();
        return None;
    };
    // A folder that was named, or found, is to be read: a test that cannot has failed.
    assert!(folder.is_dir(), "{} is no folder", folder.display());
    Some(folder)
}

/// Tests of one process share no folder.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// The groups, the report, and what the program said.
fn run(roster: &Path, flags: &str) -> (Vec<Vec<String>>, Value, String) {
    let own = std::env::current_exe().unwrap();
    let profile = own.parent().and_then(Path::parent).unwrap();
    let program = profile.join("examples").join(format!("jigsaw{}", std::env::consts::EXE_SUFFIX));
    let (process, next) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(format!("peergrade-rosters-{process}-{next}"));
    std::fs::create_dir_all(&folder).unwrap();
    let (out, report) = (folder.join("groups.csv"), folder.join("report.json"));
    let output = Command::new(program)
        .arg(roster)
        .args(flags.split_whitespace())
        .args(["--out".as_ref(), out.as_os_str(), "--report".as_ref(), report.as_os_str()])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{} {flags}: {said}", roster.display());
    let mut reader = csv::Reader::from_path(out).unwrap();
    assert_eq!(reader.headers().unwrap(), vec!["person", "home", "topic", "role"]);
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
    let (rows, report) = (rows.collect(), std::fs::read_to_string(report).unwrap());
    std::fs::remove_dir_all(&folder).unwrap();
    (rows, serde_json::from_str(&report).unwrap(), said)
}

/// Its people, how many columns are balanced, and how many are not.
const ROSTERS: [(&str, usize, usize, usize); 5] = [
    ("bfi_2800.csv", 2800, 8, 0),
    ("class_237.csv", 237, 12, 0),
    ("groupeng_105.csv", 105, 8, 0),
    ("gruepr_sample.csv", 32, 9, 2),
    ("schaper_96.csv", 96, 6, 0),
];

#[test]
fn every_roster_is_grouped_in_every_mode() {
    let Some(folder) = rosters() else { return };
    for (name, people, columns, left_out) in ROSTERS {
        for (mode, sizes) in [("jigsaw --topics 4", 4..=5), ("pods", 3..=6), ("pairs", 2..=3)] {
            let flags = format!("--mode {mode} --roles facilitator,scribe");
            let (rows, report, said) = run(&folder.join(name), &flags);
            let what = format!("{name} {mode}: {report}\n{said}");
            assert_eq!(rows.len(), people, "{what}");
            let mut found = vec![0_u64; report["groups"].as_u64().unwrap().try_into().unwrap()];
            let mut scribes = 0;
            for row in &rows {
                found[row[1].parse::<usize>().unwrap()] += 1;
                assert_eq!(row[2].is_empty(), !mode.starts_with("jigsaw"), "{what}");
                scribes += usize::from(row[3].contains("scribe"));
            }
            assert_eq!(scribes, found.len(), "{what}");
            assert!(found.iter().all(|size| sizes.contains(size)), "{what}");
            assert_eq!(report["sizes"], Value::from(found), "{what}");
            assert_eq!(
                (&report["missing_topics"], &report["violation"]),
                (&0.into(), &Value::Null)
            );
            assert_eq!(report["columns"].as_array().unwrap().len(), columns, "{what}");
            assert_eq!(report["left_out"].as_array().unwrap().len(), left_out, "{what}");
            check_balance(&report, &what);
            // One roster says when people are busy: every group can meet, nearly as long as is asked for.
            let meets =
                report["hours_in_common"]["least"].as_f64().is_some_and(|least| least >= 3.0);
            assert_eq!(meets, name == "gruepr_sample.csv", "{what}");
        }
    }
}

/// All is better than chance, no better than the bound, and said.
fn check_balance(report: &Value, what: &str) {
    let number = |of: &Value, name: &str| of[name].as_f64().unwrap();
    let (share, bound, chance) =
        (number(report, "between_share"), number(report, "lower_bound"), number(report, "chance"));
    assert!(bound <= share && share < chance, "{what}");
    for column in report["columns"].as_array().unwrap() {
        let (share, bound) = (number(column, "between_share"), number(column, "lower_bound"));
        assert!(bound <= share, "{column}: {what}");
        assert!(what.contains(&format!("  {} ", column["name"].as_str().unwrap())), "{what}");
    }
}

#[test]
fn gaps_are_counted() {
    let Some(folder) = rosters() else { return };
    let (_, report, said) = run(&folder.join("class_237.csv"), "--mode pods");
    let columns = report["columns"].as_array().unwrap();
    let missing =
        |name: &str| columns.iter().find(|c| c["name"] == name).unwrap()["missing"].clone();
    assert_eq!(["Pulse", "Exer", "Height"].map(missing), [45, 24, 28].map(Value::from));
    assert!(said.contains("45 people without a value"), "{said}");
}
