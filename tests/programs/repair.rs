//! What `repair` is given, and what it must answer.

use super::{Case, Error, File, Usage, Writes};

/// Everybody of three reviews the next; then dora comes.
const PEOPLE: File<'static> = ("people.csv", b"person\nana\nben\ncleo\ndora\n");
const PLAN: File<'static> = ("plan.csv", b"reviewer,submission\nana,ben\nben,cleo\ncleo,ana\n");
const REPAIR: &str = "repair --people people.csv --plan plan.csv --reviews 1 --out out.csv";
const STARTED: &str =
    "repair --people people.csv --plan plan.csv --started s.csv --reviews 1 --out out.csv";
const TOPPED: &str = "repair --people people.csv --plan plan.csv --started s.csv --reviews 1 \
                      --top-up 1 --out out.csv";

pub(super) const FILES: &[Case] = &[
    (
        "one review is left to split",
        STARTED,
        &[PEOPLE, PLAN, ("s.csv", b"reviewer,submission\nana,ben\nben,cleo\n")],
        Writes("reviewer,submission\ndora,ana\nana,ben\nben,cleo\ncleo,dora\n"),
    ),
    (
        "nothing is left to split",
        STARTED,
        &[PEOPLE, PLAN, PLAN_AS_STARTED],
        Error(
            "impossible: 1 submission (dora) is to receive 1 review, but reviewers can give 0 at \
                most: the rule is no review of one's own work (1 pair); \
            what helps: ask 1 review less of them, or let the numbers received differ by more than one, or ask for a best effort",
        ),
    ),
    (
        "everybody but the late one is done and takes one more",
        "repair --people people.csv --plan plan.csv --started s.csv --withdrawn w.csv --reviews 1 \
         --top-up 1 --out out.csv",
        &[PEOPLE, PLAN, PLAN_AS_STARTED, ("w.csv", b"person\nana\nben\n")],
        Writes("reviewer,submission\ncleo,ana\nana,ben\nben,cleo\ndora,cleo\ncleo,dora\n"),
    ),
    (
        "a started review that is not in the plan",
        TOPPED,
        &[PEOPLE, PLAN, ("s.csv", b"reviewer,submission\nana,cleo\n")],
        Error("the started review of `cleo` by `ana` is not in the plan"),
    ),
    (
        "a plan with somebody who is not there",
        REPAIR,
        &[("people.csv", b"person\nana\nben\n"), PLAN],
        Error("plan.csv: line 3: there is no submission `cleo`"),
    ),
    (
        "a plan with a pair twice",
        REPAIR,
        &[PEOPLE, ("plan.csv", b"reviewer,submission\nana,ben\nana,ben\n")],
        Error("plan.csv: row 1: reviewer 0 has submission 1 in row 0 already"),
    ),
    (
        "somebody unknown has left",
        "repair --people people.csv --plan plan.csv --withdrawn w.csv --reviews 1 --out out.csv",
        &[PEOPLE, PLAN, ("w.csv", b"person\nemil\n")],
        Error("w.csv: line 2: there is no person `emil`"),
    ),
    ("no plan", "repair --people people.csv --out out.csv", &[PEOPLE], Usage("required arguments")),
    ("no people", "repair --plan plan.csv", &[PLAN], Usage("required arguments")),
];

const PLAN_AS_STARTED: File<'static> = ("s.csv", PLAN.1);
