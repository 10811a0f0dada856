//! What `held_out` is given, and what it must answer.

use super::{Case, Error, Usage, Writes};

const HALF: &str = "held_out r.csv --scale 0..10 --share 0.5 --methods mean --out out.csv";
const ALL: &str = "held_out r.csv --scale 0..10 --out out.csv";

/// One of two ratings, 4 points apart, is hidden. Nothing tells noise from quality, so that its
/// variance is that of an even spread, 100 / 12: the mean of one rating has twice as much. The log
/// densities are -ln(2 pi V) / 2 - 16 / (2 V) at V = 100 / 12 and at V = 200 / 12.
const TWO: &[u8] = b"submission,reviewer,score\ns1,ana,4\ns1,ben,8\n";

pub(super) const FILES: &[Case] = &[
    ("two ratings by hand", HALF, &[("r.csv", TWO)], Writes(TABLE)),
    (
        "extra columns, other order, other names",
        HALF,
        &[("r.csv", b"note,score,rater,item\nx,8,ben,s1\ny,4,ana,s1\n")],
        Writes(TABLE),
    ),
    (
        "the later of two ratings counts",
        "held_out r.csv --scale 0..10 --share 0.5 --methods mean --duplicates last --out out.csv",
        &[("r.csv", b"submission,reviewer,score\ns1,ana,9\ns1,ben,8\ns1,ana,4\n")],
        Writes(TABLE),
    ),
    (
        "two ratings by one reviewer",
        ALL,
        &[("r.csv", b"submission,reviewer,score\ns1,ana,9\ns1,ben,8\ns1,ana,4\n")],
        Error(
            "r.csv: line 4: reviewer `ana` scored submission `s1` in line 2 already \
             (--duplicates says which counts)",
        ),
    ),
    (
        "a score beyond the scale",
        ALL,
        &[("r.csv", b"submission,reviewer,score\ns1,ana,9\ns1,ben,11\n")],
        Error("r.csv: line 3: score 11 is outside 0..10"),
    ),
    (
        "a score that is no number",
        ALL,
        &[("r.csv", b"submission,reviewer,score\ns1,ana,good\n")],
        Error("r.csv: line 2: score `good` is not a finite number"),
    ),
    (
        "one rating each",
        ALL,
        &[("r.csv", b"submission,reviewer,score\ns1,ana,9\ns2,ben,8\n")],
        Error(
            "r.csv: none of 5 draws hides a rating: 0 of 2 submissions have two reviews and no \
             known grade",
        ),
    ),
    (
        "all graded by staff",
        "held_out r.csv --scale 0..10 --staff staff.csv --out out.csv",
        &[("r.csv", TWO), ("staff.csv", b"submission,score\ns1,5\n")],
        Error(
            "r.csv: none of 5 draws hides a rating: 0 of 1 submissions have two reviews and no \
             known grade",
        ),
    ),
    ("no file", "held_out --out out.csv", &[], Usage("<REVIEWS>")),
    (
        "a share of all",
        "held_out r.csv --share 1 --out out.csv",
        &[("r.csv", TWO)],
        Usage("not a number above 0 and below 1"),
    ),
    ("no draws", "held_out r.csv --draws 0 --out out.csv", &[("r.csv", TWO)], Usage("--draws")),
    (
        "an unknown method",
        "held_out r.csv --methods mean,oracles --out out.csv",
        &[("r.csv", TWO)],
        Usage("no method `oracles`"),
    ),
];

const TABLE: &str = "\
method,predicted,rmse,rmse_se,log_score,log_score_se,d_rmse,d_rmse_se,d_log_score,d_log_score_se
global-mean,5,4,0,-2.939070301304718,0,0,0,-0.13342640972002728,0
mean+reviewer,5,4,0,-2.805643891584691,0,0,0,0,0
mean,5,4,0,-2.805643891584691,0,0,0,0,0
";
