//! What `assign` is given, and what it must answer.

use super::{Case, Error, Usage, Writes};

const PEOPLE: &[u8] = b"person\nana\nben\ncleo\n";
const ASSIGN: &str = "assign --people people.csv --reviews 1 --out out.csv";
const FORBID: &str = "assign --people people.csv --reviews 1 --forbid pairs.csv --out out.csv";
const KEEP: &str = "assign --people people.csv --reviews 1 --keep pairs.csv --out out.csv";

pub(super) const FILES: &[Case] = &[
    (
        "two who review each other",
        ASSIGN,
        &[("people.csv", b"\xef\xbb\xbfnote,person\r\nx,\"Li, Jo\"\r\ny,ana\r\n")],
        Writes("reviewer,submission\nana,\"Li, Jo\"\n\"Li, Jo\",ana\n"),
    ),
    (
        "one person",
        ASSIGN,
        &[("people.csv", b"person\nana\n")],
        Error(
            "impossible: 1 reviewer (ana) is to give 1 review, but submissions can take 0 at \
                most: the rule is no review of one's own work (1 pair); \
            what helps: ask 1 review less of them, or ask for a best effort",
        ),
    ),
    (
        "as many reviews as people",
        "assign --count 3 --reviews 3 --out out.csv",
        &[],
        Error(
            "impossible: 1 reviewer (0) is to give 3 reviews, but submissions can take 2 at \
                most: the rule is no review of one's own work (1 pair); \
            what helps: ask 1 review less of them, or ask for a best effort",
        ),
    ),
    ("nobody", ASSIGN, &[("people.csv", b"person\n")], Writes("reviewer,submission\n")),
    (
        "no reviews",
        "assign --count 3 --reviews 0 --out out.csv",
        &[],
        Writes("reviewer,submission\n"),
    ),
    (
        "more people than ids",
        "assign --count 4294967295 --reviews 1 --out out.csv",
        &[],
        Error("4294967295 people are more than the 67108864 that there can be"),
    ),
    (
        "empty file",
        ASSIGN,
        &[("people.csv", b"")],
        Error("people.csv: the file is empty: a header line is needed"),
    ),
    (
        "missing column",
        ASSIGN,
        &[("people.csv", b"name,team\nana,red\n")],
        Error("people.csv: line 1: no column `person` in `name,team`"),
    ),
    (
        "person twice",
        ASSIGN,
        &[("people.csv", b"person\nana\nben\nana\n")],
        Error("people.csv: line 4: person `ana` is in line 2 already"),
    ),
    (
        "person without a name",
        ASSIGN,
        &[("people.csv", b"person,team\n,red\n")],
        Error("people.csv: line 2: the person is empty"),
    ),
    (
        "team named like a person",
        ASSIGN,
        &[("people.csv", b"person,team\nana,\nben,ana\ncleo,ana\n")],
        Error("people.csv: line 3: `ana` names both a team and a person without team"),
    ),
    (
        "team named like an exemplar",
        "assign --people people.csv --reviews 1 --exemplars 1 --out out.csv",
        &[("people.csv", b"person,team\nana,exemplar-0\nben,\n")],
        Error("people.csv: `exemplar-0` names an exemplar and a submission here"),
    ),
    (
        "quota that is no number",
        ASSIGN,
        &[("people.csv", b"person,quota\nana,1\nben,-1\n")],
        Error("people.csv: line 3: quota `-1` is not a whole number from 0 to 4294967295"),
    ),
    (
        "quota beyond the works",
        ASSIGN,
        &[("people.csv", b"person,quota\nana,\nben,2\n")],
        Error(
            "impossible: 1 reviewer (ben) is to give 2 reviews, but submissions can take 1 at \
                most: the rule is no review of one's own work (1 pair); \
            what helps: ask 1 review less of them, or ask for a best effort",
        ),
    ),
    (
        "reliability 1e999",
        ASSIGN,
        &[("people.csv", b"person,reliability\nana,1e999\n")],
        Error("people.csv: line 2: reliability `1e999` is not a finite number"),
    ),
    (
        "one team of all",
        ASSIGN,
        &[("people.csv", b"person,team\nana,red\nben,red\n")],
        Error(
            "impossible: 1 reviewer (ana) is to give 1 review, but submissions can take 0 at \
                most: the rule is no review of one's own team's work (1 pair); \
            what helps: ask 1 review less of them, or ask for a best effort",
        ),
    ),
    (
        "unknown person in pairs",
        FORBID,
        &[("people.csv", PEOPLE), ("pairs.csv", b"reviewer,submission\nana,ben\ndora,ana\n")],
        Error("pairs.csv: line 3: there is no person `dora`"),
    ),
    (
        "unknown submission in pairs",
        KEEP,
        &[("people.csv", PEOPLE), ("pairs.csv", b"reviewer,submission\nana,exemplar-0\n")],
        Error("pairs.csv: line 2: there is no submission `exemplar-0`"),
    ),
    (
        "number in another spelling in pairs",
        "assign --count 3 --reviews 1 --forbid pairs.csv --out out.csv",
        &[("pairs.csv", b"reviewer,submission\n00,1\n")],
        Error("pairs.csv: line 2: there is no person `00`"),
    ),
    (
        "pairs without a column",
        FORBID,
        &[("people.csv", PEOPLE), ("pairs.csv", b"person,submission\nana,ben\n")],
        Error("pairs.csv: line 1: no column `reviewer` in `person,submission`"),
    ),
    (
        "pairs of unequal length",
        FORBID,
        &[("people.csv", PEOPLE), ("pairs.csv", b"reviewer,submission\nana\n")],
        Error("pairs.csv: line 2: 1 fields where the header has 2"),
    ),
    (
        "all pairs forbidden for one",
        FORBID,
        &[("people.csv", PEOPLE), ("pairs.csv", b"reviewer,submission\nana,ben\nana,cleo\n")],
        Error(
            "impossible: 1 reviewer (ana) is to give 1 review, but submissions can take 0 at \
                most: the rule is no review of one's own work (1 pair), and forbidden pairs \
                (2 pairs); \
            what helps: ask 1 review less of them, or lift the rule: forbidden pairs (then 2), or ask for a best effort",
        ),
    ),
    (
        "kept review of one's own",
        KEEP,
        &[("people.csv", PEOPLE), ("pairs.csv", b"reviewer,submission\nben,ben\n")],
        Error("the kept review of `ben` by `ben` is against: no review of one's own work"),
    ),
    ("file missing", ASSIGN, &[], Error("people.csv: No such file or directory (os error 2)")),
    (
        "not UTF-8",
        ASSIGN,
        &[("people.csv", b"person\nRen\xe9\n")],
        Error("people.csv: line 2: the text is not UTF-8"),
    ),
    ("no course", "assign --reviews 1 --out out.csv", &[], Usage("required arguments")),
    (
        "two courses",
        "assign --count 3 --people people.csv --reviews 1 --out out.csv",
        &[],
        Usage("cannot be used with"),
    ),
    (
        "reviews below 0",
        "assign --count 3 --reviews=-1 --out out.csv",
        &[],
        Usage("invalid value '-1' for '--reviews <K>'"),
    ),
];
