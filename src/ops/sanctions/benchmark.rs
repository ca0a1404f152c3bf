//! `kyc-stack sanctions benchmark`: how well the imported lists are screened against, in numbers.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    time::Instant,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tempfile::NamedTempFile;

use crate::{
    checks::sanctions::{
        DEFAULT_THRESHOLD,
        benchmark::{
            measure::{Answers, By, asked, measure},
            misses::misses,
            names,
            report::{FLOOR, Report, Screened, Timing, curve, row, timing},
            roster::Roster,
            sets::{self, Kind, Set, Size, sets},
            table::markdown,
        },
        index::{Index, List},
        ledger,
        lists::country,
    },
    db::Db,
    error::{Error, Result},
};

/// The most files of a kind.
const MOST_FILES: usize = 16;
/// Screenings that are timed.
const TIMED: usize = 2_000;

/// What to measure.
#[derive(Clone, Debug, clap::Args)]
pub struct Benchmark {
    /// CSV files of people who are on a list: how many of them are found? Their names are also what the classes are made
    /// of, where they are spelt as on a list; without files, the lists' own are
    #[arg(long, value_name = "FILE", num_args = 1..=MOST_FILES)]
    pub positives: Vec<PathBuf>,
    /// CSV files of people who are on no list: how many are stopped for nothing?
    #[arg(long, value_name = "FILE", num_args = 1..=MOST_FILES)]
    pub negatives: Vec<PathBuf>,
    /// The least score that counts as found, 0 to 1
    #[arg(long, value_name = "SCORE", default_value_t = DEFAULT_THRESHOLD, value_parser = threshold)]
    pub threshold: f64,
    /// Which of all made-up names: the same number makes the same ones
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How many names of each class, at most
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub names: u32,
    /// How many made-up people of each kind who are on no list, at most
    #[arg(long, value_name = "N", default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub strangers: u32,
    /// Print JSON instead of Markdown tables
    #[arg(long)]
    pub json: bool,
    /// Also write who was missed and who was stopped for nothing, a line of JSON each. The file holds people's names, and
    /// nobody but its owner may read it
    #[arg(long, value_name = "FILE")]
    pub misses: Option<PathBuf>,
}

/// Every list in its current version.
///
/// # Errors
/// When the database fails.
pub async fn lists(db: &Db) -> Result<Vec<List>> {
    let mut lists = Vec::new();
    for version in ledger::heads(db).await? {
        lists.push(ledger::load(db, &version).await?);
    }
    Ok(lists)
}

/// Measures on all processors; it takes a minute or so for the default sizes.
///
/// # Errors
/// BAD_USER_INPUT when a file of people is not as it should be, or the misses cannot be written.
pub async fn run(options: Benchmark, lists: Vec<List>, progress: ProgressBar) -> Result<Report> {
    let work = tokio::task::spawn_blocking(move || options.measured(lists, &progress));
    work.await.map_err(|panic| Error::Internal(Box::new(panic)))?
}

/// The progress of a benchmark, on standard error, and only when that is a terminal. Its length is set by [`run`].
pub fn progress() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} screenings, {eta} left");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// A report as it stands on standard output.
///
/// # Errors
/// Never for a report of [`run`]: its numbers are finite.
pub fn printed(report: &Report, json: bool) -> Result<String> {
    if json { Ok(serde_json::to_string_pretty(report)? + "\n") } else { Ok(markdown(report)) }
}

impl Benchmark {
    fn questions(&self, lists: &[List]) -> Result<Vec<Set>> {
        let read = |files: &[PathBuf]| files.iter().map(|path| people(path)).collect::<Result<Vec<_>>>();
        let (positives, negatives) = (read(&self.positives)?, read(&self.negatives)?);
        let size = Size { names: self.names as usize, strangers: self.strangers as usize };
        Ok(sets(&Roster::new(lists), &positives, &negatives, size, self.seed))
    }

    fn measured(&self, lists: Vec<List>, progress: &ProgressBar) -> Result<Report> {
        let sets = self.questions(&lists)?;
        // Nobody waits for a minute to learn that the folder is not there.
        let misses = self.misses.as_deref().map(Misses::begin).transpose()?;
        let screened = lists.iter().map(|list| Screened {
            name: list.name.clone(),
            version: list.version.clone(),
            persons: list.persons.len(),
        });
        let screened = screened.collect();
        let began = Instant::now();
        let index = Index::new(lists);
        let index_ms = began.elapsed().as_secs_f64() * 1000.0;
        progress.set_length(sets.iter().map(|set| 2 * set.questions.len() as u64).sum());
        let measured: Vec<(Set, Answers)> = sets
            .into_iter()
            .map(|set| {
                let answers = measure(&index, &set, self.floor(set.kind), &|| progress.inc(1));
                (set, answers)
            })
            .collect();
        if let Some(misses) = misses {
            misses.write(&index, &measured, self.threshold)?;
        }
        Ok(Report {
            threshold: self.threshold,
            seed: self.seed,
            lists: screened,
            timing: self.timed(&index, index_ms, &measured),
            sets: measured.iter().map(|(set, answers)| row(set, answers, self.threshold)).collect(),
            curve: curve(&measured),
        })
    }

    /// The files are for the curve as well. What is made up is not: a lower floor costs time.
    fn floor(&self, kind: Kind) -> f64 {
        match kind {
            Kind::Positives | Kind::Negatives => self.threshold.min(FLOOR),
            Kind::Class(_) | Kind::Stranger(_) => self.threshold,
        }
    }

    /// Times the screening of the files' people with all that is known of them, as a journey asks; of the made-up ones where
    /// there are no files.
    fn timed(&self, index: &Index, index_ms: f64, measured: &[(Set, Answers)]) -> Timing {
        let is_file = |kind| matches!(kind, Kind::Positives | Kind::Negatives);
        let has_files = measured.iter().any(|(set, _)| is_file(set.kind));
        let sets = measured.iter().map(|(set, _)| set).filter(|set| is_file(set.kind) == has_files);
        let questions: Vec<_> = sets.flat_map(|set| &set.questions).collect();
        let step = questions.len().div_ceil(TIMED).max(1);
        let screenings = questions.iter().step_by(step).map(|question| {
            let subject = asked(&question.subject, By::Facts);
            let began = Instant::now();
            let found = index.screen(&subject, self.threshold);
            let took = began.elapsed();
            drop(std::hint::black_box(found));
            took.as_secs_f64() * 1000.0
        });
        timing(index_ms, screenings.collect())
    }
}

/// The file of misses, which appears under its name only when it is whole. It is its owner's alone from the beginning.
struct Misses<'p> {
    path: &'p Path,
    file: NamedTempFile,
}

impl<'p> Misses<'p> {
    fn begin(path: &'p Path) -> Result<Self> {
        // Beside its place: a rename does not cross file systems.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = tempfile::Builder::new().prefix(".kyc-misses-").tempfile_in(folder);
        Ok(Self { path, file: file.map_err(|error| unwritable(path, &error))? })
    }

    fn write(mut self, index: &Index, measured: &[(Set, Answers)], threshold: f64) -> Result<()> {
        let mut write = || -> io::Result<()> {
            let mut out = BufWriter::new(&mut self.file);
            for (set, answers) in measured {
                for miss in misses(index, set, answers, threshold) {
                    serde_json::to_writer(&mut out, &miss)?;
                    out.write_all(b"\n")?;
                }
            }
            out.flush()
        };
        write().map_err(|error| unwritable(self.path, &error))?;
        self.file.persist(self.path).map_err(|error| unwritable(self.path, &error.error))?;
        Ok(())
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    Error::BadInput(format!("{}: it cannot be written: {error}", path.display()))
}

/// Reads a file of people.
fn people(path: &Path) -> Result<sets::File> {
    let bad = |problem: names::Unreadable| Error::BadInput(format!("{}: {problem}", path.display()));
    let file = File::open(path).map_err(|error| bad(error.into()))?;
    let names = names::read(file, |text| country::code(text).map(str::to_owned)).map_err(bad)?;
    if names.unknown_countries > 0 {
        let unknown = names.unknown_countries;
        tracing::warn!(file = %path.display(), unknown, "nationalities that are no country count as not given");
    }
    let title = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok(sets::File { title, people: names.people })
}

fn threshold(text: &str) -> Result<f64, String> {
    let threshold = text.parse().ok().filter(|threshold| (0.0..=1.0).contains(threshold));
    threshold.ok_or_else(|| "a threshold is between 0 and 1, as 0.85".to_owned())
}
