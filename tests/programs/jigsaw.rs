//! What `jigsaw` is given, and what it must answer.

use super::{Case, Error, Usage, Writes};

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
        "wish that is no number",
        JIGSAW,
        &[("roster.csv", b"person,topic_0\nana,1\nben,first\n")],
        Error("roster.csv: line 3: topic_0 `first` is not a whole number from 0 to 2147483646"),
    ),
    (
        "wishes that cannot be",
        "jigsaw roster.csv --topics 2 --unlisted forbidden --out out.csv",
        &[("roster.csv", b"person,topic_0\nana,1\nben,1\n")],
        Error("0 people take any of topics 1, which need 1"),
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
