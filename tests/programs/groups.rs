//! What `term` and `balance` are asked, and what they must answer.

use std::collections::BTreeMap;

use super::{Case, Error, Folder, Usage};

pub(super) const FILES: &[Case] = &[
    (
        "more than everybody leaves",
        "term --dropout 1.5 --out out.csv",
        &[],
        Error("--dropout 1.5 is not a share from 0 to 1"),
    ),
    ("one learner", "term --learners 1 --out out.csv", &[], Usage("1 is not in 2..=100000")),
    ("pods of one", "term --size 1 --out out.csv", &[], Usage("1 is not in 2..=12")),
    ("no weeks", "term --weeks 0 --out out.csv", &[], Usage("0 is not in 1..=100")),
    (
        "more topics than people",
        "term --learners 8 --late 0 --dropout 0 --jigsaw 1 --topics 9 --out out.csv",
        &[],
        Error("8 people cannot fill one home: 9 topics with redundancy 1 take 9"),
    ),
    ("no learners", "balance --learners 0 --data out.csv", &[], Usage("0 is not in 2..=10000000")),
    ("no effort", "balance --effort none --data out.csv", &[], Usage("invalid value 'none'")),
    (
        "nowhere to draw",
        "balance --learners 10 --data no/such/learners.csv",
        &[],
        Error("no/such/learners.csv: No such file or directory (os error 2)"),
    ),
];

fn run(folder: &Folder, command: &str) -> String {
    let output = folder.run(command);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// By week and pod: person and role.
type Weeks = BTreeMap<(u32, u32), Vec<(u32, String)>>;

fn weeks(csv: &str) -> Weeks {
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("week,person,pod,role"));
    let mut weeks = Weeks::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |at: usize| cells[at].parse().unwrap();
        weeks.entry((number(0), number(2))).or_default().push((number(1), cells[3].to_owned()));
    }
    weeks
}

#[test]
fn a_term_without_dropouts_keeps_every_promise() {
    let folder = Folder::new(&[]);
    run(&folder, "term --learners 60 --late 0 --dropout 0 --weeks 10 --jigsaw 6 --out out.csv");
    let mut met = BTreeMap::new();
    for ((week, pod), members) in weeks(&folder.read("out.csv")) {
        let mut roles: Vec<&str> = members.iter().map(|member| member.1.as_str()).collect();
        roles.sort_unstable();
        if week == 6 {
            assert_eq!(roles, ["topic 0", "topic 1", "topic 2", "topic 3"], "home {pod}");
            continue;
        }
        let named: Vec<&str> =
            roles.iter().flat_map(|role| role.split('+')).filter(|role| !role.is_empty()).collect();
        assert_eq!(named, ["facilitator", "scribe", "timekeeper"], "week {week}, pod {pod}");
        for (i, a) in members.iter().enumerate() {
            for b in &members[i + 1..] {
                assert_eq!(met.insert((a.0, b.0), week), None, "{} and {} meet again", a.0, b.0);
            }
        }
    }
    assert!(met.len() > 700, "{} pairs", met.len());
}

#[test]
fn nobody_is_alone_in_a_term_with_many_dropouts() {
    let folder = Folder::new(&[]);
    let command = "term --learners 40 --dropout 0.2 --weeks 8 --late 9 --seed 3 --out";
    let told = run(&folder, &format!("{command} out.csv"));
    assert_eq!(told, run(&folder, &format!("{command} again.csv")));
    let csv = folder.read("out.csv");
    assert_eq!(csv, folder.read("again.csv"));
    run(&folder, "term --learners 40 --dropout 0.2 --weeks 8 --late 9 --seed 4 --out other.csv");
    assert_ne!(csv, folder.read("other.csv"));
    let mut people: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for ((week, pod), members) in weeks(&csv) {
        people.entry(week).or_default().extend(members.iter().map(|member| member.0));
        if week != 6 {
            assert!(members.len() > 1, "week {week}, pod {pod}: {members:?}");
            for role in ["facilitator", "scribe", "timekeeper"] {
                let holders = members.iter().filter(|member| member.1.contains(role)).count();
                assert_eq!(holders, 1, "week {week}, pod {pod}: {role} of {members:?}");
            }
        }
    }
    for (week, mut all) in people {
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count, "somebody is in two pods of week {week}");
    }
}

#[test]
fn a_term_ends_in_peace_when_nobody_is_left() {
    let folder = Folder::new(&[]);
    run(&folder, "term --learners 10 --dropout 1 --weeks 3 --late 0 --jigsaw 0 --out out.csv");
    let csv = folder.read("out.csv");
    assert!(csv.lines().skip(1).all(|line| line.starts_with("1,")), "{csv}");
}

#[test]
fn balance_tells_and_draws_the_same_for_a_seed() {
    let folder = Folder::new(&[]);
    let told = ["one", "two"].map(|name| {
        let told = run(
            &folder,
            &format!("balance --learners 100 --svg {name}.svg --data {name}.csv --seed 5"),
        );
        let until_time = told.lines().take(9).map(str::to_owned);
        until_time.collect::<Vec<_>>()
    });
    assert_eq!(told[0], told[1]);
    for file in ["svg", "csv"] {
        assert_eq!(folder.read(&format!("one.{file}")), folder.read(&format!("two.{file}")));
    }
    let csv = folder.read("one.csv");
    assert_eq!(csv.lines().next(), Some("person,skill,prior,hours,motivation,b30,b10"));
    assert_eq!(csv.lines().count(), 101);
    assert!(folder.read("one.svg").starts_with("<svg "));
    // Name, by chance, formed, bound.
    for line in &told[0][1..8] {
        let numbers: Vec<f64> =
            line.split_whitespace().skip(1).map(|number| number.parse().unwrap()).collect();
        assert!(numbers[1] >= numbers[2] && numbers[0] > numbers[2], "{line}");
    }
}
