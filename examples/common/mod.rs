//! What the programs share: tables in CSV with errors that name file, line and value, the exit
//! status, and a progress spinner.
#![allow(dead_code, unreachable_pub)] // no program uses all of it
#![allow(clippy::disallowed_types)] // programs may look at the clock
#![allow(clippy::print_stderr)] // and talk to their user

use std::error::Error;
use std::fmt;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget};

/// Anything that ends a program with a line on stderr.
pub type Failure = Box<dyn Error>;

/// Prints a line. A reader who has seen enough and closed the pipe ends the program in peace.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        writeln!(std::io::stdout(), $($text)*)?;
    }};
}

/// Runs a program: status 0, or 1 after a one-line message.
pub fn exit(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            let line: Vec<String> = error.to_string().lines().map(str::to_owned).collect();
            eprintln!("error: {}", line.join(" "));
            ExitCode::FAILURE
        }
    }
}

fn is_closed_pipe(error: &(dyn Error + 'static)) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// What went wrong with a file.
pub fn failure(path: &Path, error: impl fmt::Display) -> Failure {
    format!("{}: {error}", path.display()).into()
}

/// A CSV file with a header: columns in any order, more of them than asked for, `\r\n` or `\n`, with
/// or without a byte order mark.
pub struct Table<'a> {
    path: &'a Path,
    header: Vec<String>,
    reader: csv::Reader<std::fs::File>,
    record: csv::StringRecord,
}

impl<'a> Table<'a> {
    pub fn open(path: &'a Path) -> Result<Self, Failure> {
        let fail = |error: csv::Error| failure(path, Trouble(error));
        let mut reader = csv::Reader::from_path(path).map_err(fail)?;
        let header = reader.headers().map_err(fail)?;
        let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        if header.iter().all(String::is_empty) {
            return Err(failure(path, "the file is empty: a header line is needed"));
        }
        Ok(Self { path, header, reader, record: csv::StringRecord::new() })
    }

    /// The position of the column with the first of these names that is there.
    pub fn column(&self, names: &[&str]) -> Result<usize, Failure> {
        self.optional(names).ok_or_else(|| {
            let there = self.header.join(",");
            failure(self.path, format!("line 1: no column `{}` in `{there}`", names[0]))
        })
    }

    pub fn optional(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.header.iter().position(|column| column == name))
    }

    /// The names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The next row; `None` after the last.
    pub fn next(&mut self) -> Result<Option<Row<'_>>, Failure> {
        let path = self.path;
        let more = self
            .reader
            .read_record(&mut self.record)
            .map_err(|error| failure(path, Trouble(error)))?;
        let line = self.record.position().map_or(0, csv::Position::line);
        Ok(more.then_some(Row { path, header: &self.header, record: &self.record, line }))
    }
}

/// The message of the CSV reader with its place first and in our words.
struct Trouble(csv::Error);

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.kind() {
            csv::ErrorKind::Io(error) => write!(f, "{error}"),
            csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
                let line = pos.as_ref().map_or(0, csv::Position::line);
                write!(f, "line {line}: {len} fields where the header has {expected_len}")
            }
            csv::ErrorKind::Utf8 { pos, .. } => {
                let line = pos.as_ref().map_or(0, csv::Position::line);
                write!(f, "line {line}: the text is not UTF-8")
            }
            _ => write!(f, "{}", self.0),
        }
    }
}

/// A row of a [`Table`].
pub struct Row<'a> {
    path: &'a Path,
    header: &'a [String],
    record: &'a csv::StringRecord,
    /// The line at which it begins, from 1.
    pub line: u64,
}

impl Row<'_> {
    /// What is wrong with this row.
    pub fn failure(&self, message: impl fmt::Display) -> Failure {
        failure(self.path, format!("line {}: {message}", self.line))
    }

    /// All cells, as they stand.
    pub fn cells(&self) -> &csv::StringRecord {
        self.record
    }

    /// The text of a column, without the space around it.
    pub fn text(&self, column: usize) -> &str {
        self.record.get(column).unwrap_or_default().trim()
    }

    /// The key in a column, which must not be empty.
    pub fn key(&self, column: usize) -> Result<&str, Failure> {
        match self.text(column) {
            "" => Err(self.failure(format!("the {} is empty", self.header[column]))),
            key => Ok(key),
        }
    }

    /// The number in a column.
    pub fn number(&self, column: usize) -> Result<f64, Failure> {
        let text = self.text(column);
        let finite = text.parse::<f64>().ok().filter(|number| number.is_finite());
        let name = &self.header[column];
        finite.ok_or_else(|| self.failure(format!("{name} `{text}` is not a finite number")))
    }

    /// The whole number in a column; `None` where it is empty.
    pub fn count(&self, column: usize) -> Result<Option<u32>, Failure> {
        match self.text(column) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| {
                let name = &self.header[column];
                self.failure(format!(
                    "{name} `{text}` is not a whole number from 0 to {}",
                    u32::MAX
                ))
            }),
        }
    }
}

/// Writes a CSV file.
pub fn write_csv(
    path: &Path,
    header: &[&str],
    write: impl FnOnce(&mut csv::Writer<std::fs::File>) -> Result<(), csv::Error>,
) -> Result<(), Failure> {
    let all = || -> Result<(), csv::Error> {
        let mut writer = csv::Writer::from_path(path)?;
        writer.write_record(header)?;
        write(&mut writer)?;
        Ok(writer.flush()?)
    };
    all().map_err(|error| failure(path, Trouble(error)))
}

/// A number for a CSV cell: all its digits, or nothing.
pub fn cell(number: Option<f64>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}

/// A spinner on a terminal for work that takes more than a second.
pub struct Progress {
    start: Instant,
    bar: ProgressBar,
}

impl Progress {
    pub fn new() -> Self {
        Self { start: Instant::now(), bar: ProgressBar::hidden() }
    }

    /// Says what is being done.
    pub fn step(&self, message: impl Into<String>) {
        if self.start.elapsed() > Duration::from_secs(1) && self.bar.is_hidden() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.bar.enable_steady_tick(Duration::from_millis(100));
        }
        self.bar.set_message(message.into());
    }

    pub fn done(&self) {
        self.bar.finish_and_clear();
    }
}

/// The most memory that this process had, in MiB, where the system tells (Linux).
pub fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}
