//! What `jigsaw` is given, and what it must answer.

use super::{Case, Error, Folder, Usage, Writes};

const ROSTER: &[u8] = b"person,skill,campus\nana,1,x\nben,2,y\ncleo,3,x\ndora,4,y\n";
const JIGSAW: &str = "jigsaw roster.csv --topics 2 --out out.csv";
const PAIRS: &str = "jigsaw roster.csv --mode pairs --out out.csv";
const BALANCE: &str = "jigsaw roster.csv --topics 2 --balance skill --out out.csv";

pub(super) const FILES: &[Case] = &[
    (
        "one pair, from a spreadsheet",
        PAIRS,
        &[("roster.csv", b"\xef\xbb\xbfnote,person\r\nx,\"Li, Jo\"\r\ny,ana\r\n")],
        Writes("person,home,topic,role\n\"Li, Jo\",0,,\nana,0,,\n"),
    ),
    (
        "one person, one topic",
        "jigsaw roster.csv --topics 1 --out out.csv",
        &[("roster.csv", b"person\nana\n")],
        Writes("person,home,topic,role\nana,0,0,\n"),
    ),
    (
        "roster of one, pairs",
        PAIRS,
        &[("roster.csv", b"person\nana\n")],
        Error("1 person cannot be divided into groups of 2..=3: the nearest is 1 group of 1"),
    ),
    ("nobody", JIGSAW, &[("roster.csv", b"person\n")], Error("there are no people to group")),
    (
        "empty file",
        JIGSAW,
        &[("roster.csv", b"")],
        Error("roster.csv: the file is empty: a header line is needed"),
    ),
    (
        "missing column",
        JIGSAW,
        &[("roster.csv", b"name\nana\n")],
        Error("roster.csv: line 1: no column `person` in `name`"),
    ),
    (
        "person twice",
        JIGSAW,
        &[("roster.csv", b"person\nben\nana\nben\n")],
        Error("roster.csv: line 4: person `ben` is in line 2 already"),
    ),
    (
        "person without a name",
        JIGSAW,
        &[("roster.csv", b"person,skill\n ,1\n")],
        Error("roster.csv: line 2: the person is empty"),
    ),
    (
        "topics 0",
        "jigsaw roster.csv --topics 0 --out out.csv",
        &[("roster.csv", ROSTER)],
        Error("a jigsaw needs at least 1 topic, not 0"),
    ),
    (
        "more topics than people",
        "jigsaw roster.csv --topics 5 --out out.csv",
        &[("roster.csv", ROSTER)],
        Error("4 people cannot fill one home: 5 topics with redundancy 1 take 5"),
    ),
    (
        "size that cannot be",
        "jigsaw roster.csv --topics 2 --group-size 3..3 --out out.csv",
        &[("roster.csv", ROSTER)],
        Error(
            "4 people cannot form homes of 3..=3 with 2 topics and redundancy 1: the nearest \
                are 1 group of 4, and 2 groups of 2",
        ),
    ),
    (
        "size 0",
        "jigsaw roster.csv --mode pods --group-size 0..3 --out out.csv",
        &[("roster.csv", ROSTER)],
        Error(
            "group sizes 0..=3 are no range: it must start at 1 or more and end no lower than \
                it starts",
        ),
    ),
    (
        "size upside down",
        "jigsaw roster.csv --mode pods --group-size 4..3 --out out.csv",
        &[("roster.csv", ROSTER)],
        Error(
            "group sizes 4..=3 are no range: it must start at 1 or more and end no lower than \
                it starts",
        ),
    ),
    (
        "fields too few",
        JIGSAW,
        &[("roster.csv", b"person,skill\nana,1\nben\n")],
        Error("roster.csv: line 3: 1 fields where the header has 2"),
    ),
    (
        "not UTF-8",
        JIGSAW,
        &[("roster.csv", b"person\nRen\xe9\n")],
        Error("roster.csv: line 2: the text is not UTF-8"),
    ),
    ("file missing", JIGSAW, &[], Error("roster.csv: No such file or directory (os error 2)")),
    (
        "column to balance missing",
        "jigsaw roster.csv --topics 2 --balance age --out out.csv",
        &[("roster.csv", ROSTER)],
        Error("roster.csv: line 1: no column `age` to balance"),
    ),
    (
        "text among numbers",
        BALANCE,
        &[("roster.csv", b"person,skill\nana,1\nben,good\n")],
        Error(
            "roster.csv: line 3: `good` in column `skill` is not a finite number \
                (--categorical skill makes names of its values)",
        ),
    ),
    (
        "1e999",
        BALANCE,
        &[("roster.csv", b"person,skill\nana,1\nben,1e999\n")],
        Error(
            "roster.csv: line 3: `1e999` in column `skill` is not a finite number \
                (--categorical skill makes names of its values)",
        ),
    ),
    (
        "folder of the output missing",
        "jigsaw roster.csv --topics 2 --out none/out.csv",
        &[("roster.csv", ROSTER)],
        Error("none/out.csv: No such file or directory (os error 2)"),
    ),
    (
        "two roles for one",
        "jigsaw roster.csv --topics 1 --group-size 1..1 --roles scribe,host --out out.csv",
        &[("roster.csv", b"person\nana\n")],
        Writes("person,home,topic,role\nana,0,0,host+scribe\n"),
    ),
    (
        "topics as wished",
        "jigsaw roster.csv --topics 2 --group-size 4..4 --out out.csv",
        &[("roster.csv", b"person,topic_0,topic_1\nana,1,2\nben,2,1\ncleo,,1\ndora,1,\n")],
        Writes("person,home,topic,role\nana,0,0,\nben,0,1,\ncleo,0,1,\ndora,0,0,\n"),
    ),
    (
        "costs of topics",
        "jigsaw roster.csv --topics 2 --group-size 2..2 --out out.csv",
        &[("roster.csv", b"person,topic_0,topic_1\nana,10,11\nben,10,30\n")],
        Writes("person,home,topic,role\nana,0,1,\nben,0,0,\n"),
    ),
    (
        "more topics than can be",
        "jigsaw roster.csv --topics 4000000000 --out out.csv",
        &[("roster.csv", b"person,topic_0,topic_3999999999\nana,1,2\nben,2,1\n")],
        Error("4000000000 topics are more than the 1024 that can be worked on"),
    ),
    (
        "wish that is no number",
        JIGSAW,
        &[("roster.csv", b"person,topic_1\nana,1\nben,first\n")],
        Error("roster.csv: line 3: topic_1 `first` is not a whole number from 0 to 2147483646"),
    ),
    (
        "wishes that cannot be",
        "jigsaw roster.csv --topics 2 --unlisted forbidden --out out.csv",
        &[("roster.csv", b"person,topic_0\nana,1\nben,1\n")],
        Error("0 people can take topic 1, where 1 are needed"),
    ),
    (
        "neighbours on the circle of time zones",
        PAIRS,
        &[("roster.csv", b"person,utc_offset\nana,+05:45\nben,-8\ncleo,5.75\ndora,-8:00\n")],
        Writes("person,home,topic,role\nana,0,,\nben,1,,\ncleo,0,,\ndora,1,,\n"),
    ),
    (
        "offset that is none",
        PAIRS,
        &[("roster.csv", b"person,utc_offset\nana,60\nben,CET\n")],
        Error(
            "roster.csv: line 3: utc_offset `CET` is no offset such as +05:45, 5.75 hours or 345 \
                minutes, a quarter hour from -12:00 to +14:00",
        ),
    ),
    (
        "offset beyond the last",
        PAIRS,
        &[("roster.csv", b"person,utc_offset\nana,60\nben,+14:15\n")],
        Error(
            "roster.csv: line 3: utc_offset `+14:15` is no offset such as +05:45, 5.75 hours or \
                345 minutes, a quarter hour from -12:00 to +14:00",
        ),
    ),
    (
        "busy hours",
        PAIRS,
        &[(
            "roster.csv",
            b"person,busy_Tuesday\nana,8AM;9AM;10am;11AM\nben,noon;13;2:00PM;15:00\ncleo,8;9;10;11\ndora,12PM;1pm;14;3PM;\n",
        )],
        Writes("person,home,topic,role\nana,0,,\nben,1,,\ncleo,0,,\ndora,1,,\n"),
    ),
    (
        "hour that is none",
        PAIRS,
        &[("roster.csv", b"person,busy_fri\nana,8AM\nben,9AM;25\n")],
        Error(
            "roster.csv: line 3: `25` in busy_fri is no hour such as 8AM, noon, 13 or 13:00",
        ),
    ),
    (
        "sections",
        "jigsaw roster.csv --mode pairs --section campus --out out.csv",
        &[("roster.csv", b"person,campus\nana,y\nben,x\ncleo,y\ndora,x\n")],
        Writes("person,home,topic,role\nana,1,,\nben,0,,\ncleo,1,,\ndora,0,,\n"),
    ),
    (
        "section of one",
        "jigsaw roster.csv --mode pairs --section campus --out out.csv",
        &[("roster.csv", b"person,campus\nana,y\nben,x\ncleo,y\n")],
        Error(
            "the section or time zone of ben cannot be grouped by itself: 1 person cannot be \
                divided into groups of 2..=3: the nearest is 1 group of 1",
        ),
    ),
    (
        "apart",
        "jigsaw roster.csv --mode pairs --apart apart.csv --out out.csv",
        &[
            ("roster.csv", b"person\nana\nben\ncleo\ndora\n"),
            ("apart.csv", b"person,person\nana,ben\nana,cleo\n"),
        ],
        Writes("person,home,topic,role\nana,0,,\nben,1,,\ncleo,1,,\ndora,0,,\n"),
    ),
    (
        "all apart",
        "jigsaw roster.csv --mode pairs --apart apart.csv --out out.csv",
        &[
            ("roster.csv", b"person\nana\nben\ncleo\ndora\n"),
            ("apart.csv", b"person,person\nana,ben\nana,cleo\nben,cleo\n"),
        ],
        Error(
            "3 people are all to be apart from each other (ana, ben, cleo), but there are only 2 \
                groups",
        ),
    ),
    (
        "apart from a stranger",
        "jigsaw roster.csv --topics 2 --apart apart.csv --out out.csv",
        &[("roster.csv", ROSTER), ("apart.csv", b"a,b\nana,ben\nana,emil\n")],
        Error("apart.csv: line 3: there is no person `emil` in the roster"),
    ),
    (
        "column twice",
        "jigsaw roster.csv --topics 2 --balance skill --similar skill --out out.csv",
        &[("roster.csv", ROSTER)],
        Error("column `skill` cannot be used twice"),
    ),
    (
        "sections of a jigsaw",
        "jigsaw roster.csv --topics 2 --section campus --out out.csv",
        &[("roster.csv", ROSTER)],
        Usage("--section is not for a jigsaw"),
    ),
    (
        "role twice",
        "jigsaw roster.csv --mode pods --roles scribe,scribe --out out.csv",
        &[("roster.csv", ROSTER)],
        Error("roles 0 and 1 are both called \"scribe\""),
    ),
    (
        "no topics",
        "jigsaw roster.csv --out out.csv",
        &[("roster.csv", ROSTER)],
        Usage("a jigsaw needs --topics T"),
    ),
    (
        "size that is none",
        "jigsaw roster.csv --topics 2 --group-size few --out out.csv",
        &[("roster.csv", ROSTER)],
        Usage("not like 4..6"),
    ),
    (
        "sizes of pairs",
        "jigsaw roster.csv --mode pairs --group-size 2..3 --out out.csv",
        &[("roster.csv", ROSTER)],
        Usage("--group-size is not for pairs"),
    ),
    (
        "unknown mode",
        "jigsaw roster.csv --mode crowd --out out.csv",
        &[("roster.csv", ROSTER)],
        Usage("invalid value 'crowd' for '--mode <MODE>'"),
    ),
];

/// Sixty people: numbers with gaps, two campuses, an e-mail each, a constant, a number as text, and
/// offsets of three continents.
fn rows() -> Vec<String> {
    let row = |i: u32| {
        let skill = if i % 9 == 4 { String::new() } else { (i * i % 61).to_string() };
        let (campus, offset) = (["x", "y"][(i % 2) as usize], [-480, 60, 345][(i % 3) as usize]);
        let count = if i == 30 { "many".to_owned() } else { i.to_string() };
        format!("p{i:02},{skill},{campus},p{i:02}@example.org,2026,{count},{offset}")
    };
    (0..60).map(row).collect()
}

fn csv(rows: &[String]) -> Vec<u8> {
    let header = "person,skill,campus,mail,year,count,utc_offset";
    format!("{header}\n{}\n", rows.join("\n")).into_bytes()
}

#[test]
fn columns_that_say_nothing_are_left_out_with_a_word() {
    let folder = Folder::new(&[("roster.csv", &csv(&rows()))]);
    let output = folder.run("jigsaw roster.csv --topics 5 --out out.csv --report report.json");
    let said = String::from_utf8(output.stderr).unwrap();
    let report: serde_json::Value = serde_json::from_str(&folder.read("report.json")).unwrap();
    let names: Vec<_> = report["columns"].as_array().unwrap().iter().map(|c| &c["name"]).collect();
    assert_eq!(names, ["skill", "campus"], "{said}");
    assert_eq!(report["columns"][0]["missing"], 7, "{report}");
    // Three continents: by chance a home of five has all of them and no waking hour in common but 4.
    let shared = report["time_zones"]["minutes_awake_together"].as_array().unwrap();
    let whole = shared.iter().filter(|minutes| minutes.as_u64() >= Some(555)).count();
    assert!(2 * whole > shared.len(), "{report}");
    assert_eq!(report["violation"], serde_json::Value::Null, "{report}");
    for note in [
        "note: `mail` not used: it looks like names: 60 different values for 60 people",
        "note: `year` not used: all people have one value",
        "note: `count` not used: numbers and text are mixed: line 32: `many` in column `count`",
        "time zones: neighbours are together as far as topics and balance allow",
        "7 people without a value",
    ] {
        assert!(said.contains(note), "{note}: {said}");
    }
    for (flag, error) in [
        ("--balance mail --topics 5", None),
        ("--balance count --topics 5", Some("line 32: `many` in column `count`")),
    ] {
        let output = folder.run(&format!("jigsaw roster.csv {flag} --out again.csv"));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.success(), error.is_none(), "{said}");
        assert!(said.contains(error.unwrap_or_default()), "{said}");
    }
}

#[test]
fn names_of_everybody_cannot_be_balanced() {
    let rows: Vec<String> = (0..300).map(|i| format!("p{i},mail{i}\n")).collect();
    let roster = format!("person,mail\n{}", rows.concat());
    let folder = Folder::new(&[("roster.csv", roster.as_bytes())]);
    let output = folder.run("jigsaw roster.csv --topics 5 --balance mail --out out.csv");
    let line =
        "error: column `mail` has 300 different values, more than the 200 that can be balanced";
    assert_eq!(String::from_utf8(output.stderr).unwrap().trim(), line);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn zones_come_first_and_groups_are_even_within() {
    let mut shuffled = rows();
    shuffled.reverse();
    shuffled.rotate_left(17);
    for mode in ["pods --group-size 4..4", "pairs"] {
        let [a, b] = [rows(), shuffled.clone()].map(|rows| {
            let folder = Folder::new(&[("roster.csv", &csv(&rows))]);
            let command = format!("jigsaw roster.csv --mode {mode} --roles host,scribe");
            let output = folder.run(&format!("{command} --out out.csv --report report.json"));
            assert!(output.status.success(), "{output:?}");
            let report: serde_json::Value =
                serde_json::from_str(&folder.read("report.json")).unwrap();
            assert_eq!(report["method"], "time zones, balanced within", "{report}");
            // Twenty people of each offset, so nobody has to meet at night.
            assert_eq!(report["time_zones"]["least_minutes_awake_together"], 840, "{report}");
            let share = |column: usize| report["columns"][column]["between_share"].as_f64();
            let chance = report["chance"].as_f64();
            assert!(share(0) < chance && share(1) < chance, "{report}");
            folder.read("out.csv")
        });
        // The order of the rows changes nothing.
        assert_eq!(a, b, "{mode}");
        assert_eq!(
            (a.matches(",host").count(), a.lines().count()),
            (a.matches(",scribe").count(), 61)
        );
    }
}
