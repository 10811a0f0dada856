//! What `grade` is given, and what it must answer.

use super::{Case, Error, Usage, Writes};

pub(super) const REVIEWS: &[u8] = b"submission,reviewer,score\ns1,ana,7\ns1,ben,8\ns2,ana,5\n";
const GRADES: &str = "submission,grade,std_error,low,high,reviews\ns1,7.5,,,,2\ns2,5,,,,1\n";
const TWICE: &[u8] = b"submission,reviewer,score\ns1,ana,7\ns1,ben,8\ns1,ana,4\n";
const GRADE: &str = "grade r.csv --method mean --scale 0..10 --out out.csv";
const STEPS: &str = "grade r.csv --method mean --scale 0..10:0.5 --out out.csv";
const STAFF: &str = "grade r.csv --method mean --scale 0..10 --staff staff.csv --out out.csv";
const AUTHORS: &str = "grade r.csv --method mean --scale 0..10 --authors authors.csv --out \
                out.csv";

pub(super) const FILES: &[Case] = &[
    ("plain", GRADE, &[("r.csv", REVIEWS)], Writes(GRADES)),
    (
        "byte order mark",
        GRADE,
        &[("r.csv", b"\xef\xbb\xbfsubmission,reviewer,score\ns1,ana,7\ns1,ben,8\ns2,ana,5\n")],
        Writes(GRADES),
    ),
    (
        "CRLF",
        GRADE,
        &[("r.csv", b"submission,reviewer,score\r\ns1,ana,7\r\ns1,ben,8\r\ns2,ana,5\r\n")],
        Writes(GRADES),
    ),
    (
        "no line end at the end, blank lines between",
        GRADE,
        &[("r.csv", b"submission,reviewer,score\n\ns1,ana,7\n\ns1,ben,8\ns2,ana,5")],
        Writes(GRADES),
    ),
    (
        "quoted commas and quotes",
        GRADE,
        &[("r.csv", b"submission,reviewer,score\n\"work, first\",\"Li, \"\"Jo\"\"\",7\n")],
        Writes("submission,grade,std_error,low,high,reviews\n\"work, first\",7,,,,1\n"),
    ),
    (
        "extra columns, other order, other names, spaces",
        GRADE,
        &[("r.csv", b"note, score ,rater,item\nx,7,ana,s1\ny, 8,ben ,s1\nz,5,ana,s2\n")],
        Writes(GRADES),
    ),
    (
        "equal keys of submissions and people are two things",
        GRADE,
        &[("r.csv", b"submission,reviewer,score\n1,1,7\n")],
        Writes("submission,grade,std_error,low,high,reviews\n1,7,,,,1\n"),
    ),
    (
        "empty file",
        GRADE,
        &[("r.csv", b"")],
        Error("r.csv: the file is empty: a header line is needed"),
    ),
    (
        "header only",
        GRADE,
        &[("r.csv", b"submission,reviewer,score\n")],
        Error("r.csv: line 2: there are no reviews below the header"),
    ),
    (
        "missing column",
        GRADE,
        &[("r.csv", b"submission,reviewer\ns1,ana\n")],
        Error("r.csv: line 1: no column `score` in `submission,reviewer`"),
    ),
    (
        "text for a score",
        GRADE,
        &[("r.csv", b"submission,reviewer,score\ns1,ana,7\ns1,ben,good\n")],
        Error("r.csv: line 3: score `good` is not a finite number"),
    ),
    (
        "comma for a point",
        GRADE,
        &[("r.csv", b"submission,reviewer,score\ns1,ana,\"7,5\"\n")],
        Error("r.csv: line 2: score `7,5` is not a finite number"),
    ),
    (
        "no score",
        GRADE,
        &[("r.csv", b"submission,reviewer,score\ns1,ana,\n")],
        Error("r.csv: line 2: score `` is not a finite number"),
    ),
    (
        "NaN",
        GRADE,
        &[("r.csv", b"submission,reviewer,score\ns1,ana,NaN\n")],
        Error("r.csv: line 2: score `NaN` is not a finite number"),
    ),
    (
        "inf",
        GRADE,
        &[("r.csv", b"submission,reviewer,score\ns1,ana,-inf\n")],
        Error("r.csv: line 2: score `-inf` is not a finite number"),
    ),
    (
        "1e999",
        GRADE,
        &[("r.csv", b"submission,reviewer,score\ns1,ana,1e999\n")],
        Error("r.csv: line 2: score `1e999` is not a finite number"),
    ),
    (
        "out of scale",
        GRADE,
        &[("r.csv", b"submission,reviewer,score\ns1,ana,7\ns1,ben,11\n")],
        Error("r.csv: line 3: score 11 is outside 0..10"),
    ),
    (
        "off-step",
        STEPS,
        &[("r.csv", b"submission,reviewer,score\ns1,ana,7.3\n")],
        Error("r.csv: line 2: score 7.3 is between the levels 0, 0 + 0.5, ..."),
    ),
    (
        "scores too far apart for a scale",
        "grade r.csv --out out.csv",
        &[("r.csv", b"submission,reviewer,score\ns1,ana,1e20\ns2,ana,1e20\n")],
        Error(
            "r.csv: no scale fits the scores: scale \
                100000000000000000000..100000000000000000000 is empty: the minimum must be \
                below the maximum",
        ),
    ),
    (
        "no key",
        GRADE,
        &[("r.csv", b"submission,reviewer,score\ns1, ,7\n")],
        Error("r.csv: line 2: the reviewer is empty"),
    ),
    (
        "fields too few",
        GRADE,
        &[("r.csv", b"submission,reviewer,score\ns1,ana,7\ns1,ben\n")],
        Error("r.csv: line 3: 2 fields where the header has 3"),
    ),
    (
        "fields too many",
        GRADE,
        &[("r.csv", b"submission,reviewer,score\ns1,ana,7,5\n")],
        Error("r.csv: line 2: 4 fields where the header has 3"),
    ),
    (
        "not UTF-8",
        GRADE,
        &[("r.csv", b"submission,reviewer,score\ns1,Ren\xe9,7\n")],
        Error("r.csv: line 2: the text is not UTF-8"),
    ),
    (
        "header not UTF-8",
        GRADE,
        &[("r.csv", b"submission,reviewer,score,pr\xe9nom\ns1,ana,7,x\n")],
        Error("r.csv: line 1: the text is not UTF-8"),
    ),
    ("missing file", GRADE, &[], Error("r.csv: No such file or directory (os error 2)")),
    (
        "pair twice, error",
        GRADE,
        &[("r.csv", TWICE)],
        Error(
            "r.csv: line 4: reviewer `ana` scored submission `s1` in line 2 already \
                (--duplicates says which counts)",
        ),
    ),
    (
        "pair twice, first",
        "grade r.csv --method mean --scale 0..10 --duplicates first --out out.csv",
        &[("r.csv", TWICE)],
        Writes("submission,grade,std_error,low,high,reviews\ns1,7.5,,,,2\n"),
    ),
    (
        "pair twice, last",
        "grade r.csv --method mean --scale 0..10 --duplicates last --out out.csv",
        &[("r.csv", TWICE)],
        Writes("submission,grade,std_error,low,high,reviews\ns1,6,,,,2\n"),
    ),
    (
        "pair twice, mean, between steps",
        "grade r.csv --method mean --scale 0..10:1 --duplicates mean --out out.csv",
        &[("r.csv", TWICE)],
        Writes("submission,grade,std_error,low,high,reviews\ns1,6.75,,,,2\n"),
    ),
    (
        "self-review",
        AUTHORS,
        &[("r.csv", REVIEWS), ("authors.csv", b"submission,person\ns2,cleo\ns1,ben\n")],
        Error(
            "r.csv: line 3: the reviewer is an author of the submission (--self-reviews drop \
                leaves it out)",
        ),
    ),
    (
        "self-review, left out; a work without reviews",
        "grade r.csv --method mean --scale 0..10 --authors authors.csv --self-reviews drop \
                --out out.csv",
        &[("r.csv", REVIEWS), ("authors.csv", b"submission,person\ns1,ben\ns3,cleo\n")],
        Writes("submission,grade,std_error,low,high,reviews\ns1,7,,,,1\ns2,5,,,,1\ns3,,,,,0\n"),
    ),
    (
        "author twice",
        AUTHORS,
        &[("r.csv", REVIEWS), ("authors.csv", b"submission,person\ns1,cleo\ns1,cleo\n")],
        Error("authors.csv: line 3: person `cleo` of submission `s1` is there twice"),
    ),
    (
        "authors without their column",
        AUTHORS,
        &[("r.csv", REVIEWS), ("authors.csv", b"submission,author\ns1,cleo\n")],
        Error("authors.csv: line 1: no column `person` in `submission,author`"),
    ),
    (
        "staff grade stands",
        STAFF,
        &[("r.csv", REVIEWS), ("staff.csv", b"submission,score\ns1,9.25\ns9,1\n")],
        Writes(
            "submission,grade,std_error,low,high,reviews\ns1,9.25,,,,2\ns2,5,,,,1\n\
                s9,1,,,,0\n",
        ),
    ),
    (
        "staff grade out of scale",
        STAFF,
        &[("r.csv", REVIEWS), ("staff.csv", b"submission,score\ns2,5\ns1,11\n")],
        Error("staff.csv: line 3: score 11 is outside 0..10"),
    ),
    (
        "staff grade twice",
        STAFF,
        &[("r.csv", REVIEWS), ("staff.csv", b"submission,score\ns1,5\ns2,5\ns1,5\n")],
        Error("staff.csv: line 4: submission `s1` has a grade in line 2 already"),
    ),
    (
        "staff file missing",
        STAFF,
        &[("r.csv", REVIEWS)],
        Error("staff.csv: No such file or directory (os error 2)"),
    ),
    (
        "folder of the output missing",
        "grade r.csv --out none/out.csv",
        &[("r.csv", REVIEWS)],
        Error("none/out.csv: No such file or directory (os error 2)"),
    ),
    (
        "unknown method",
        "grade r.csv --method magic --out out.csv",
        &[("r.csv", REVIEWS)],
        Usage("invalid value 'magic' for '--method <METHOD>'"),
    ),
    (
        "scale that is none",
        "grade r.csv --scale 0-10 --out out.csv",
        &[("r.csv", REVIEWS)],
        Usage("not like 0..10 or 0..10:0.5"),
    ),
    (
        "scale upside down",
        "grade r.csv --scale 10..0 --out out.csv",
        &[("r.csv", REVIEWS)],
        Usage("scale 10..0 is empty"),
    ),
    (
        "scale of NaN",
        "grade r.csv --scale NaN..1 --out out.csv",
        &[("r.csv", REVIEWS)],
        Usage("minimum of the scale is NaN, not a finite number"),
    ),
    (
        "scale of a step that does not divide",
        "grade r.csv --scale 0..10:3 --out out.csv",
        &[("r.csv", REVIEWS)],
        Usage("step 3 does not divide 0..10"),
    ),
    (
        "policy that is none",
        "grade r.csv --duplicates best --out out.csv",
        &[("r.csv", REVIEWS)],
        Usage("invalid value 'best' for '--duplicates <DUPLICATES>'"),
    ),
    ("no file named", "grade", &[], Usage("required arguments were not provided")),
];

const CRITERIA: &[u8] =
    b"submission,reviewer,criterion,score\ns1,ana,code,7\ns1,ana,style,1\ns1,ben,style,2\n\
                s1,ben,code,4\n";
const CRITERIA_TWICE: &[u8] =
    b"submission,reviewer,criterion,score\ns1,ana,code,7\ns1,ana,style,1\ns1,ana,code,4\n";

pub(super) const MANY_CRITERIA: &[Case] = &[
    (
        "criteria",
        GRADE,
        &[("r.csv", CRITERIA)],
        Writes("submission,grade,std_error,low,high,reviews\ns1,7,,,,2\n"),
    ),
    (
        "criterion missing",
        GRADE,
        &[(
            "r.csv",
            b"submission,reviewer,criterion,score\ns1,ana,code,7\ns1,ana,style,1\n\
                s1,ben,code,4\n",
        )],
        Error(
            "r.csv: line 4: the review that begins here has no score for criterion \
                `style` (--incomplete drop leaves it out)",
        ),
    ),
    (
        "criterion missing, left out",
        "grade r.csv --method mean --scale 0..10 --incomplete drop --out out.csv",
        &[(
            "r.csv",
            b"submission,reviewer,criterion,score\ns1,ana,code,7\ns1,ana,style,1\n\
                s1,ben,code,4\n",
        )],
        Writes("submission,grade,std_error,low,high,reviews\ns1,8,,,,1\n"),
    ),
    (
        "criterion out of scale",
        GRADE,
        &[(
            "r.csv",
            b"submission,reviewer,criterion,score\ns1,ana,code,7\n\
                s1,ana,style,11\n",
        )],
        Error("r.csv: line 3: criterion `style`: score 11 is outside 0..10"),
    ),
    (
        "criterion without a name",
        GRADE,
        &[("r.csv", b"submission,reviewer,criterion,score\ns1,ana,,7\n")],
        Error("r.csv: line 2: the criterion is empty"),
    ),
    (
        "criterion twice, error",
        GRADE,
        &[("r.csv", CRITERIA_TWICE)],
        Error(
            "r.csv: line 4: reviewer `ana` scored criterion `code` of submission `s1` in \
                line 2 already (--duplicates says which counts)",
        ),
    ),
    (
        "criterion twice, first",
        "grade r.csv --method mean --scale 0..10 --duplicates first --out out.csv",
        &[("r.csv", CRITERIA_TWICE)],
        Writes("submission,grade,std_error,low,high,reviews\ns1,8,,,,1\n"),
    ),
    (
        "criterion twice, last",
        "grade r.csv --method mean --scale 0..10 --duplicates last --out out.csv",
        &[("r.csv", CRITERIA_TWICE)],
        Writes("submission,grade,std_error,low,high,reviews\ns1,5,,,,1\n"),
    ),
    (
        "criterion twice, mean, between steps",
        "grade r.csv --method mean --scale 0..10:1 --duplicates mean --out out.csv",
        &[("r.csv", CRITERIA_TWICE)],
        Writes("submission,grade,std_error,low,high,reviews\ns1,6.5,,,,1\n"),
    ),
    (
        "criterion twice, mean, one off-step",
        "grade r.csv --method mean --scale 0..10:1 --duplicates mean --out out.csv",
        &[(
            "r.csv",
            b"submission,reviewer,criterion,score\ns1,ana,code,7\ns1,ana,style,1\n\
                s1,ana,code,4.5\n",
        )],
        Error(
            "r.csv: line 4: criterion `code`: score 4.5 is between the levels 0, 0 + 1, \
                ...",
        ),
    ),
];
