//! What `rubric_noise` makes of its file.

use super::{Case, Error, Usage, Writes};

const COMMAND: &str = "rubric_noise joint.csv --out out.csv";

macro_rules! file {
    ($($rows:literal)*) => {
        &[("joint.csv", concat!("course,problem,criterion,n_levels,i,j,p\n", $($rows, "\n"),*).as_bytes())]
    };
}

pub(super) const FILES: &[Case] = &[
    (
        "two levels, rows in any order",
        COMMAND,
        file!("c,p,ideas,2,1,1,0.5" "c,p,style,2,0,0,1" "c,p,ideas,2,0,0,0.5"),
        Writes(
            "course,problem,criterion,n_levels,correlation,simulated_correlation,agreement,\
             simulated_agreement,kappa,simulated_kappa,misfit\n\
             c,p,ideas,2,1,1,1,1,1,1,0\n\
             c,p,style,2,,,1,1,,,0\n",
        ),
    ),
    ("no criteria", COMMAND, file!(), Writes(HEADER)),
    (
        "a level beyond the scale",
        COMMAND,
        file!("c,p,x,2,0,2,0.5"),
        Error("joint.csv: line 2: j `2` is not from 0 to 1"),
    ),
    (
        "too many levels",
        COMMAND,
        file!("c,p,x,65,0,0,1"),
        Error("joint.csv: line 2: n_levels `65` is not from 2 to 64"),
    ),
    (
        "no number of levels",
        COMMAND,
        file!("c,p,x,,0,0,1"),
        Error("joint.csv: line 2: n_levels `` is not from 2 to 64"),
    ),
    (
        "two numbers of levels",
        COMMAND,
        file!("c,p,x,2,0,0,1" "c,p,x,3,1,1,0"),
        Error("joint.csv: line 3: n_levels 3, but 2 in line 2"),
    ),
    (
        "a cell twice",
        COMMAND,
        file!("c,p,x,2,0,0,0.5" "c,p,x,2,0,0,0.5"),
        Error("joint.csv: line 3: cell (0, 0) of this criterion came before"),
    ),
    (
        "no probability",
        COMMAND,
        file!("c,p,x,2,0,0,half"),
        Error("joint.csv: line 2: p `half` is not a finite number"),
    ),
    (
        "not symmetric",
        COMMAND,
        file!("c,p,x,2,0,0,0.5" "c,p,x,2,0,1,0.5"),
        Error(
            "joint.csv: line 2: criterion c/p/x: cell (0, 1) is 0.5 and (1, 0) is 0, but peers have no order",
        ),
    ),
    (
        "a column that is not there",
        COMMAND,
        &[("joint.csv", b"course,problem,criterion,i,j,p\n")],
        Error("joint.csv: line 1: no column `n_levels` in `course,problem,criterion,i,j,p`"),
    ),
    (
        "a course by all criteria of a problem",
        "rubric_noise joint.csv --out out.csv --learners 10 --reviews 2",
        file!("c,p,x,2,1,1,0.5" "c,p,x,2,0,0,0.5" "c,p,y,2,0,0,1"),
        Writes(
            "course,problem,criterion,n_levels,correlation,simulated_correlation,agreement,\
             simulated_agreement,kappa,simulated_kappa,misfit\n\
             c,p,x,2,1,1,1,1,1,1,0\n\
             c,p,y,2,,,1,1,,,0\n",
        ),
    ),
    (
        "more criteria than there are",
        "rubric_noise joint.csv --learners 10 --criteria 2",
        file!("c,p,x,2,0,0,1"),
        Error("2 criteria to draw, but the file has 1"),
    ),
    (
        "a course by no criteria",
        "rubric_noise joint.csv --learners 10 --criteria 0",
        file!("c,p,x,2,0,0,1"),
        Error("0 criteria to draw, but the file has 1"),
    ),
    (
        "a course by a file without criteria",
        "rubric_noise joint.csv --learners 10",
        file!(),
        Error("the file has no criteria"),
    ),
    (
        "more reviews than others",
        "rubric_noise joint.csv --learners 3 --reviews 3",
        file!("c,p,x,2,0,0,1"),
        Error(
            "impossible: 1 reviewer (0) is to give 3 reviews, but submissions can take 2 at most: \
             the rule is no review of one's own work (1 pair); \
            what helps: ask 1 review less of them, or ask for a best effort",
        ),
    ),
    ("reviews of no course", "rubric_noise joint.csv --reviews 3", &[], Usage("--learners")),
    ("no file", "rubric_noise", &[], Usage("<CSV>")),
];

const HEADER: &str = "course,problem,criterion,n_levels,correlation,simulated_correlation,agreement,\
                      simulated_agreement,kappa,simulated_kappa,misfit\n";
