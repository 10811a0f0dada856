//! Real ratings with truth, where they are at hand: `PEERGRADE_DATA`, or `../shared/data` beside the
//! project. Elsewhere these tests say that they are skipped.
#![allow(clippy::unwrap_used)] // a test may fail
#![allow(clippy::print_stderr, clippy::disallowed_methods)] // the environment says where data lie

use std::io::{Write as _, stderr};
use std::path::{Path, PathBuf};

use peergrade::aggregate::{METHODS, Mean, Method, ShrunkMean, by_name};
use peergrade::evaluate::{Baseline, HeldOut};
use peergrade::metrics::{pearson, rmse};
use peergrade::simulate::{JointTable, PeerAgreement};
use peergrade::{
    Aggregator, Cohort, Duplicates, Reviews, Roster, Rubric, Scale, Seed, SubmissionId,
};

/// The folder of the data; `None`, with a word, where there is none.
fn data() -> Option<PathBuf> {
    let named = std::env::var("PEERGRADE_DATA").ok().map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = named.or_else(|| beside.is_dir().then_some(beside));
    match &folder {
        // Past the capture of the test runner, so that it is seen.
        None => stderr()
            .write_all(b"skipped: no real ratings (PEERGRADE_DATA names their folder)\n")
            .unwrap(),
        // A folder that was named, or found, is to be read: a test that cannot has failed.
        Some(folder) => assert!(folder.is_dir(), "{} is no folder", folder.display()),
    }
    folder
}

/// Rows of named columns.
fn read(path: &Path, columns: &[&str]) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let find = |name: &&str| header.iter().position(|column| column == *name).unwrap();
    let columns: Vec<usize> = columns.iter().map(find).collect();
    let cells = |row: csv::StringRecord| columns.iter().map(|&c| row[c].to_owned()).collect();
    reader.records().map(|row| cells(row.unwrap())).collect()
}

struct Set {
    reviews: Reviews,
    /// Submissions with truth.
    truth: Vec<(SubmissionId, f64)>,
}

fn load(folder: &Path, ratings: &str, truth: &str, scale: Scale) -> Set {
    let rows = read(&folder.join(ratings), &["item", "rater", "score"]);
    let (reviews, items) = reviews(&rows, scale);
    let truth = read(&folder.join(truth), &["item", "truth"]);
    let known = |row: &Vec<String>| Some((items.id(row[0].as_str())?, row[1].parse().ok()?));
    Set { truth: truth.iter().filter_map(known).collect(), reviews }
}

/// Reviews of rows of item, rater and score, and the keys of the items.
fn reviews(rows: &[Vec<String>], scale: Scale) -> (Reviews, Roster<&str, SubmissionId>) {
    let items: Roster<&str, SubmissionId> =
        Roster::from_rows(rows.iter().map(|row| row[0].as_str())).unwrap();
    let raters: Roster<&str> = Roster::from_rows(rows.iter().map(|row| row[1].as_str())).unwrap();
    let mut cohort = Cohort::builder(raters.len()).unwrap();
    for _ in items.iter() {
        cohort.submission(&[]).unwrap();
    }
    let cohort = cohort.build();
    let mut builder = Reviews::builder(&cohort, Rubric::single(scale));
    // Some rate a work twice, for two tasks.
    builder.duplicates(Duplicates::Mean);
    for row in rows {
        let (item, rater) = (items.id(row[0].as_str()), raters.id(row[1].as_str()));
        builder.add(item.unwrap(), rater.unwrap(), &[row[2].parse().unwrap()]).unwrap();
    }
    (builder.build().unwrap(), items)
}

impl Set {
    /// Grades by a method, and the truth.
    fn pairs(&self, method: &str) -> (Vec<f64>, Vec<f64>) {
        let grades = by_name(method).unwrap().aggregate(&self.reviews).unwrap();
        self.truth.iter().filter_map(|&(s, truth)| Some((grades.grade(s)?, truth))).unzip()
    }

    fn error(&self, method: &str) -> f64 {
        let (estimate, truth) = self.pairs(method);
        rmse(&estimate, &truth).unwrap()
    }
}

/// Mean and median have the errors that were measured with other programs, to the digits given.
#[test]
fn mean_and_median_have_the_measured_errors() {
    let Some(data) = data() else { return };
    let scale = |max| Scale::new(0.0, max).unwrap();
    for (set, ratings, truth, max, mean, median) in [
        ("auckland-part1", "ratings.csv", "truth.csv", 7.0, 0.535, 0.557),
        ("web-relevance", "ratings.csv", "truth.csv", 4.0, 0.721, 0.700),
        ("skating-a", "ratings_k3.csv", "truth_k3.csv", 10.0, 0.264, 0.277),
        ("mammogram-a", "ratings_k4.csv", "truth_k4.csv", 4.0, 0.363, 0.413),
    ] {
        let set_of = load(&data.join(set), ratings, truth, scale(max));
        for (method, measured) in [("mean", mean), ("median", median)] {
            let error = set_of.error(method);
            eprintln!("{set}: {method} {error:.4}");
            assert!((error - measured).abs() <= 0.0005, "{set}: {method} {error}, not {measured}");
        }
        eprintln!("{set}: shrunk-mean {:.4}", set_of.error("shrunk-mean"));
    }
}

/// The sets with truth, and the most of their scales.
const WITH_TRUTH: [(&str, &str, &str, f64); 4] = [
    ("auckland-part1", "ratings.csv", "truth.csv", 7.0),
    ("web-relevance", "ratings.csv", "truth.csv", 4.0),
    ("skating-a", "ratings_k3.csv", "truth_k3.csv", 10.0),
    ("mammogram-a", "ratings_k4.csv", "truth_k4.csv", 4.0),
];

/// On no set is the posterior worse than the mean: the interval of the paired bootstrap, over works, of
/// 95 % of the RMSE less the mean's is not above 0; and the order is as good.
#[test]
fn the_posterior_is_nowhere_worse_than_the_mean() {
    let Some(data) = data() else { return };
    for (set, ratings, truth, max) in WITH_TRUTH {
        let of = load(&data.join(set), ratings, truth, Scale::new(0.0, max).unwrap());
        let ((mean, truth), (ours, _)) = (of.pairs("mean"), of.pairs("posterior"));
        let squares = |grades: &[f64]| -> Vec<f64> {
            grades.iter().zip(&truth).map(|(g, t)| (g - t) * (g - t)).collect()
        };
        let squares = [squares(&ours), squares(&mean)];
        // Marsaglia's xorshift draws well enough here.
        let mut word = 88_172_645_463_325_252_u64;
        let mut draw = || {
            word ^= word << 13;
            word ^= word >> 7;
            word ^= word << 17;
            usize::try_from(word % truth.len() as u64).unwrap()
        };
        let mut differences: Vec<f64> = (0..1000)
            .map(|_| {
                let works: Vec<usize> = truth.iter().map(|_| draw()).collect();
                let [ours, mean] = [0, 1].map(|method| {
                    let sum: f64 = works.iter().map(|&work| squares[method][work]).sum();
                    (sum / works.len() as f64).sqrt()
                });
                ours - mean
            })
            .collect();
        differences.sort_by(f64::total_cmp);
        let (low, high) = (differences[25], differences[974]);
        let [r, r_mean] = [&ours, &mean].map(|grades| pearson(grades, &truth).unwrap());
        let error = rmse(&ours, &truth).unwrap();
        eprintln!("{set}: posterior {error:.4} [{low:+.4}, {high:+.4}] r {r:.4}, mean {r_mean:.4}");
        assert!(low <= 0.0, "{set}: {low} to {high}");
        assert!(r > r_mean - 0.005, "{set}: {r}, mean {r_mean}");
    }
}

/// The posterior foresees hidden ratings as crossed random effects do, or better: by two standard
/// errors over draws no set says otherwise.
#[test]
fn the_posterior_foresees_hidden_ratings_as_crossed_effects_do() {
    let Some(data) = data() else { return };
    let [one, two] = [("writing-a", 0.0, 7.0), ("aibs-grants", 1.0, 5.0)];
    let others = [one, two].map(|(set, min, max)| (set, "ratings.csv", min, max));
    let sets = WITH_TRUTH.iter().map(|&(set, ratings, _, max)| (set, ratings, 0.0, max));
    let mut better = 0;
    for (set, ratings, min, max) in sets.chain(others) {
        let rows = read(&data.join(set).join(ratings), &["item", "rater", "score"]);
        let (reviews, _) = reviews(&rows, Scale::new(min, max).unwrap());
        let [ours, theirs] = ["posterior", "blup"].map(|name| {
            let method = by_name(name).unwrap();
            HeldOut::default().evaluate(&reviews, &*method, Seed::new(1)).unwrap()
        });
        let gain = ours.minus(&theirs).unwrap();
        eprintln!("{set}: posterior {:.4}, less BLUP's {gain:+.4?}", ours.rmse());
        assert!(gain.rmse < 2.0 * gain.rmse_se.unwrap(), "{set}: {gain:?}");
        assert!(gain.log_score > -2.0 * gain.log_score_se.unwrap(), "{set}: {gain:?}");
        better += u32::from(gain.rmse < -2.0 * gain.rmse_se.unwrap());
    }
    assert!(better >= 2, "{better}");
}

/// The joint tables of two random peers on rubric criteria of real courses.
fn joint_tables(path: &Path) -> Vec<JointTable> {
    let rows = read(path, &["course", "problem", "criterion", "n_levels", "i", "j", "p"]);
    let tables = rows.chunk_by(|a, b| a[..3] == b[..3]);
    let table = |rows: &[Vec<String>]| {
        let number = |cell: &String| cell.parse::<usize>().unwrap();
        let levels = number(&rows[0][3]);
        let mut cells = vec![0.0; levels * levels];
        for row in rows {
            cells[number(&row[4]) * levels + number(&row[5])] = row[6].parse().unwrap();
        }
        JointTable::new(levels, &cells).unwrap()
    };
    tables.map(table).collect()
}

fn quantiles(mut values: Vec<f64>) -> [f64; 7] {
    values.sort_by(f64::total_cmp);
    // Linear between the two values beside.
    [5, 10, 25, 50, 75, 90, 95].map(|percent| {
        let (at, rest) = ((values.len() - 1) * percent / 100, (values.len() - 1) * percent % 100);
        let next = values[(at + 1).min(values.len() - 1)];
        values[at] + (next - values[at]) * rest as f64 / 100.0
    })
}

/// What was measured of these tables with another program comes out, and so do the tables
/// themselves where they are mixtures.
#[test]
fn joint_tables_of_real_criteria_are_met() {
    let Some(data) = data() else { return };
    let tables = joint_tables(&data.join("edx-ora-joint/joint.csv"));
    assert_eq!(tables.len(), 1944);
    let of = |value: &dyn Fn(&JointTable) -> f64| quantiles(tables.iter().map(value).collect());
    let correlation = |peers: PeerAgreement| peers.correlation().unwrap();
    for (found, measured) in [
        (of(&|t| correlation(t.given())), [0.121, 0.160, 0.230, 0.326, 0.438, 0.549, 0.615]),
        (of(&|t| t.given().agreement()), [0.361, 0.388, 0.446, 0.551, 0.721, 0.862, 0.908]),
        (of(&|t| t.given().kappa().unwrap()), [0.050, 0.080, 0.121, 0.184, 0.292, 0.437, 0.546]),
    ] {
        let near = found.iter().zip(measured).all(|(a, b)| (a - b).abs() <= 0.0006);
        assert!(near, "{found:?}, not {measured:?}");
    }
    let exact = tables.iter().filter(|table| table.misfit() < 1e-9).count();
    assert!(exact > 1400, "{exact}");
    let misfit = of(&JointTable::misfit);
    let apart = of(&|t| (correlation(t.achieved()) - correlation(t.given())).abs());
    eprintln!("exact {exact}, misfit {misfit:.4?}, correlations apart {apart:.4?}");
    let largest = tables.iter().map(JointTable::misfit).max_by(f64::total_cmp).unwrap();
    eprintln!("largest misfit {largest:.4}");
    // The square root alone comes as near as 0.0104 and 0.018.
    assert!(misfit[6] < 0.0095 && apart[6] < 0.008, "{misfit:?} {apart:?}");
}

/// What hidden ratings say of the methods, without a truth: a table with `--nocapture`.
#[test]
fn hidden_ratings_are_foreseen_better_by_the_shrunk_mean_than_by_the_mean() {
    let Some(data) = data() else { return };
    for (set, ratings, min, max) in [
        ("auckland-part1", "ratings.csv", 0.0, 7.0),
        ("web-relevance", "ratings.csv", 0.0, 4.0),
        ("skating-a", "ratings_k3.csv", 0.0, 10.0),
        ("mammogram-a", "ratings_k4.csv", 0.0, 4.0),
        ("insteval", "ratings.csv", 1.0, 5.0),
    ] {
        let rows = read(&data.join(set).join(ratings), &["item", "rater", "score"]);
        let (reviews, _) = reviews(&rows, Scale::new(min, max).unwrap());
        let score = |method: &dyn Aggregator| {
            HeldOut::default().evaluate(&reviews, method, Seed::new(1)).unwrap()
        };
        let rough = |method: &dyn Aggregator| {
            HeldOut::default().draws(1).evaluate(&reviews, method, Seed::new(1)).unwrap()
        };
        let asked = rough(&Mean).predicted();
        let methods = METHODS.iter().filter(|method| !method.draws()).map(Method::aggregator);
        let baselines = Baseline::ALL.map(|b| Box::new(b) as Box<dyn Aggregator>);
        for method in methods.chain(baselines) {
            let score = rough(&*method);
            let (rmse, log, name) = (score.rmse(), score.log_score(), method.name());
            let n = score.predicted();
            assert_eq!(n, asked, "{set}: {name}");
            eprintln!("{set}: {name:<15} RMSE {rmse:.4}  log score {log:+.4}  ({n} ratings)");
        }
        let [mean, shrunk, global] =
            [score(&Mean), score(&ShrunkMean), score(&Baseline::GlobalMean)];
        let gain = shrunk.minus(&mean).unwrap();
        assert!(gain.rmse < 2.0 * gain.rmse_se.unwrap(), "{set}: {gain:?}");
        assert!(gain.log_score > 0.0, "{set}: {gain:?}");
        assert!(shrunk.rmse() < global.rmse(), "{set}");
    }
}
