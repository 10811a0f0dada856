//! What `league` is asked, and what it must answer.

use serde_json::Value;

use super::{Case, Error, Folder, Usage};

pub(super) const FILES: &[Case] = &[
    (
        "unknown method",
        "league --methods mean,best",
        &[],
        Usage("no such method; there are all, mean, median, "),
    ),
    (
        "the list of methods ends with the oracles",
        "league --methods best",
        &[],
        Usage(", oracle-mean, oracle\n"),
    ),
    (
        "unknown scenario",
        "league --scenarios s4,s99",
        &[],
        Usage(
            "invalid value 's99' for '--scenarios <all|NAME,...>': no such scenario; there are all, ",
        ),
    ),
    ("no name", "league --methods mean,", &[], Usage("no such method")),
    ("no number", "league --seeds many", &[], Usage("invalid value 'many'")),
    (
        "no course",
        "league --seeds 0 --json out.csv",
        &[],
        Error("0 seeds, but there must be from 1 to 1000000"),
    ),
    (
        "nobody",
        "league --learners 0 --seeds 1 --scenarios s4",
        &[],
        Error("no method graded any course: there is nothing to grade"),
    ),
    (
        "nowhere to write",
        "league --methods mean --scenarios s4 --learners 20 --seeds 1 --json no/such/out.json",
        &[],
        Error("no/such/out.json: No such file or directory (os error 2)"),
    ),
];

const SMALL: &str = "league --learners 40 --seeds 3 --json out.json";

fn run(folder: &Folder, command: &str) -> String {
    let output = folder.run(command);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && stderr.is_empty(), "{command}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

fn rows(folder: &Folder) -> Vec<Value> {
    let rows: Value = serde_json::from_str(&folder.read("out.json")).unwrap();
    rows.as_array().unwrap().clone()
}

fn texts(rows: &[Value], field: &str) -> Vec<String> {
    rows.iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
}

/// Numbers that a method always has.
const ALWAYS: [&str; 10] = [
    "learners",
    "reviews",
    "seeds",
    "rmse",
    "rmse_se",
    "d_rmse",
    "d_rmse_se",
    "mae",
    "pearson",
    "tau_b",
];
/// Numbers that some methods or runs do not have.
const SOMETIMES: [&str; 4] = ["coverage90", "width90", "auc", "seconds"];

#[test]
fn rows_have_the_fields_that_scripts_rely_on_in_their_order() {
    let folder = Folder::new(&[]);
    let methods = "mean,median,shrunk-mean,oracle";
    let text = run(&folder, &format!("{SMALL} --methods {methods} --scenarios bs-low,s4"));
    let rows = rows(&folder);
    assert_eq!(texts(&rows, "method").join(","), format!("{methods},{methods}"));
    assert_eq!(texts(&rows[..4], "scenario"), ["bs-low"; 4]);
    assert_eq!(texts(&rows[4..], "scenario"), ["s4"; 4]);
    for row in &rows {
        for field in ALWAYS {
            assert!(row[field].is_number(), "{field}: {row}");
        }
        assert!(row["seconds"].as_f64().unwrap() >= 0.0, "{row}");
        let intervals = ["shrunk-mean", "oracle"].contains(&row["method"].as_str().unwrap());
        assert_eq!(row["coverage90"].is_number(), intervals, "{row}");
        assert_eq!(row["width90"].is_number(), intervals, "{row}");
        assert!((0.0..=1.0).contains(&row["auc"].as_f64().unwrap()), "{row}");
    }
    assert_eq!(rows[0]["reviews"], 4.0);
    assert_eq!(rows[0]["d_rmse"], 0.0);
    // In text, since a map would lose the order.
    let line = folder.read("out.json").lines().nth(1).unwrap().to_owned();
    let fields = ["method", "scenario"].iter().chain(&ALWAYS).chain(&SOMETIMES);
    let at: Vec<usize> = fields.map(|field| line.find(&format!("\"{field}\":")).unwrap()).collect();
    assert!(at.is_sorted() && at[0] == 1, "{line}");
    for name in ["bs-low: 40 learners, 4.0 reviews a submission, 3 courses", "shrunk-mean"] {
        assert!(text.contains(name), "{text}");
    }
}

#[test]
fn all_is_every_method_and_scenario_and_numbers_that_are_not_there_are_null() {
    let folder = Folder::new(&[]);
    run(&folder, "league --learners 20 --seeds 1 --untimed --json out.json");
    let rows = rows(&folder);
    let mut scenarios = texts(&rows, "scenario");
    scenarios.dedup();
    let known = peergrade::simulate::SCENARIOS.len();
    let methods = peergrade::aggregate::METHODS.len() + 2;
    assert_eq!((scenarios.len(), rows.len()), (known, known * methods));
    for row in &rows {
        for field in ["rmse_se", "d_rmse_se", "seconds"] {
            assert!(row[field].is_null(), "{field}: {row}");
        }
    }
}

#[test]
fn a_seed_gives_the_same_bytes_and_another_one_others() {
    let bytes = |seed: &str| {
        let folder = Folder::new(&[]);
        let text = run(&folder, &format!("{SMALL} --untimed {seed}"));
        (text, folder.read("out.json"))
    };
    assert_eq!(bytes(""), bytes("--seed 1"));
    assert_ne!(bytes(""), bytes("--seed 2"));
}

#[test]
fn a_course_that_is_too_small_for_a_scenario_is_told_in_its_rows() {
    let folder = Folder::new(&[]);
    let methods = "mean,oracle";
    let text =
        run(&folder, &format!("league --learners 3 --seeds 2 --methods {methods} --json out.json"));
    let rows = rows(&folder);
    let failed: Vec<&Value> = rows.iter().filter(|row| row["failed"] == 2).collect();
    assert!(!failed.is_empty(), "{rows:?}");
    for row in failed {
        assert!(row["error"].as_str().unwrap().starts_with("scenario: impossible: "), "{row}");
        assert!(row["rmse"].is_null(), "{row}");
    }
    assert!(text.contains("failed on 2 of 2 courses: scenario: impossible: "), "{text}");
}

#[test]
fn charts_are_drawn_with_every_name_on_them() {
    let folder = Folder::new(&[]);
    run(&folder, "league --learners 40 --seeds 2 --svg charts --largest 100");
    let oracles = ["oracle", "oracle-mean"];
    let methods = peergrade::aggregate::METHODS.iter().map(peergrade::aggregate::Method::name);
    let methods: Vec<&str> = methods.collect();
    for (chart, names) in [
        ("accuracy", [&methods[..], &oracles].concat()),
        ("damage-all-max", [&methods[..], &oracles].concat()),
        ("damage-random", [&methods[..], &oracles].concat()),
        ("damage-low", [&methods[..], &oracles].concat()),
        ("coverage", vec!["shrunk-mean", "oracle"]),
        ("time", methods),
    ] {
        let svg = folder.read(&format!("charts/{chart}.svg"));
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{chart}");
        assert!(!svg.contains("NaN"), "{chart}");
        for name in names {
            assert!(svg.contains(&format!("\n{name}\n")), "{chart}: {name}");
        }
    }
    // Oracles are not timed, so that there is nothing on the last chart.
    run(&folder, "league --methods oracle --scenarios s1 --learners 40 --seeds 1 --svg charts");
}
