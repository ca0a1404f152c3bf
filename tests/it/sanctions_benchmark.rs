//! `sanctions benchmark`: what it counts on made-up lists and people, and what it never says.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Output,
};

use entity::ListName;
use kyc_stack::{
    checks::sanctions::{
        import::{Allow, import},
        read::{Source, read},
    },
    db::Db,
};
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{
    database::{Backend, Database},
    process::program,
};

/// Nobody on it is anybody.
const LIST: &str = "id,schema,name,aliases,birth_date,countries\n\
    Q1,Person,Quillon Abdul Vorbeck,Kwillon Vorbek,1960-02-03,iq\n\
    Q2,Person,Isolde Mohammed Tarnowicz,,1971,sy\n\
    Q3,Person,Brambus al-Ostrander,,1955-05-06,af\n\
    Q4,Person,Yusuf Karim Dollwitz,Юсуф Дольвиц,1980-01-01,ru\n\
    Q5,Organization,Tarnowicz Trading,,,cu\n";
const POSITIVES: &str = "full_name,date_of_birth,nationality\n\
    Quillon Abdul Vorbeck,1960-02-03,iq\n\
    \"TARNOWICZ, Isolde Mohammed\",1971,Syria\n\
    Brambus al-Ostrannder,1955-5-6,\n";
const NEGATIVES: &str = "full_name,first_name,last_name,gender,date_of_birth,nationality\n\
    Anneke Fjordmann,Anneke,Fjordmann,female,1990-01-01,Norway\n\
    Pomelo Wigglesworth,Pomelo,Wigglesworth,other,1985-02-03,gb\n";

/// A folder with these files, and a database with the list.
struct Bench {
    database: Database,
    folder: TempDir,
}

impl Bench {
    async fn open() -> Self {
        let bench = Self { database: Database::fresh(Backend::under_test()).await, folder: folder() };
        bench.import(ListName::OpenSanctions, vec![("list".to_owned(), LIST.as_bytes().to_vec())]).await;
        bench
    }

    async fn import(&self, list: ListName, files: Vec<(String, Vec<u8>)>) {
        let source = |(name, bytes)| Source { name, bytes: std::io::Cursor::new(bytes) };
        let edition = read(list, files.into_iter().map(source).collect(), &|_| {}).unwrap();
        let db = Db::open(&self.database.url, 2).await.unwrap();
        import(&db, "2026-11-22T10:00:00Z".parse().unwrap(), edition, Allow::default()).await.unwrap();
        db.close().await.unwrap();
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// With the files of people, small sizes, and these arguments.
    fn run(&self, args: &[&str]) -> Output {
        let (positives, negatives) =
            (self.file("positives.csv", POSITIVES), self.file("negatives.csv", NEGATIVES));
        let mut all: Vec<&str> = vec!["--names", "10", "--strangers", "10"];
        all.extend(["--positives", path(&positives), "--negatives", path(&negatives)]);
        all.extend(args);
        benchmark(&self.database, &all)
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn benchmark(database: &Database, args: &[&str]) -> Output {
    program(&database.url).args(["sanctions", "benchmark"]).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The exit code and what was said; nothing may have been printed.
fn refusal(output: &Output) -> (i32, String) {
    assert_eq!(text(&output.stdout), "");
    (output.status.code().unwrap(), text(&output.stderr))
}

fn set<'a>(report: &'a Value, title: &str) -> &'a Value {
    let sets = report["sets"].as_array().unwrap();
    sets.iter().find(|set| set["title"].as_str().unwrap().starts_with(title)).unwrap()
}

#[tokio::test]
async fn listed_people_are_counted_as_found_and_others_as_false_positives() {
    let bench = Bench::open().await;
    let report = json(&bench.run(&["--json"]));
    let found = |title: &str| {
        let set = set(&report, title);
        (set["names"].as_u64(), set["byName"]["found"].as_u64(), set["byFacts"]["found"].as_u64())
    };
    assert_eq!(found("positives"), (Some(3), Some(3), Some(3)));
    assert_eq!(found("negatives"), (Some(2), Some(0), Some(0)));
    assert_eq!(report["lists"][0]["name"], "opensanctions");
    assert_eq!(report["lists"][0]["persons"], 4);
    // One of the positives is spelt and written as the list has it: classes are made of that one.
    let order = set(&report, "order of tokens");
    assert_eq!((&order["names"], &order["byName"]["right"]), (&1.into(), &1.into()));
    // A file in which one name is no list's says nothing of who is right.
    assert_eq!(set(&report, "positives")["byName"]["right"], Value::Null);
    assert!(report["timing"]["medianMs"].as_f64().unwrap() > 0.0);

    let curve = report["curve"].as_array().unwrap();
    assert_eq!(curve.len(), 51);
    let shares: Vec<f64> = curve.iter().map(|point| point["files"][0]["byName"].as_f64().unwrap()).collect();
    assert!(shares.is_sorted_by(|one, next| one >= next), "{shares:?}");
    assert_eq!(shares[0], 1.0);
    assert!(shares[50] < 1.0, "a slip scores 1: {shares:?}");
}

#[tokio::test]
async fn the_same_seed_measures_the_same() {
    let bench = Bench::open().await;
    let report = |args: &[&str]| {
        let mut report = json(&bench.run(args));
        report["timing"] = Value::Null;
        report
    };
    assert_eq!(report(&["--json", "--seed", "7"]), report(&["--json", "--seed", "7"]));
}

#[tokio::test]
async fn without_files_the_lists_own_names_are_measured() {
    let bench = Bench::open().await;
    let report = json(&benchmark(&bench.database, &["--json", "--names", "10", "--strangers", "10"]));
    let original = set(&report, "in the original script");
    assert_eq!((&original["names"], &original["byName"]["right"]), (&1.into(), &1.into()));
    assert_eq!(set(&report, "invisible characters")["names"], 4);
    assert_eq!(report["curve"], Value::Array(Vec::new()));

    let tables = benchmark(&bench.database, &["--names", "10", "--strangers", "10"]);
    let tables = text(&tables.stdout);
    let titles: BTreeSet<&str> =
        tables.lines().filter_map(|line| line.split('|').nth(1)).map(str::trim).collect();
    for set in report["sets"].as_array().unwrap() {
        assert!(titles.contains(set["title"].as_str().unwrap()), "{tables}");
    }
}

#[tokio::test]
async fn names_are_written_to_the_file_of_misses_and_nowhere_else() {
    let bench = Bench::open().await;
    let misses = bench.folder.path().join("misses.jsonl");
    let output = bench.run(&["--threshold", "1", "--misses", path(&misses)]);
    assert!(output.status.success());
    let said = text(&output.stdout) + &text(&output.stderr);
    for part in ["Quillon", "Vorbeck", "Tarnowicz", "Ostran", "Fjordmann", "Pomelo"] {
        assert!(!said.to_lowercase().contains(&part.to_lowercase()), "{part} in: {said}");
    }
    let lines = fs::read_to_string(&misses).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let slip = lines.iter().find(|line| line["name"] == "Brambus al-Ostrannder").unwrap();
    assert_eq!(slip["what"], "missed");
    assert_eq!(slip["closest"]["entityId"], "Q3");
    assert!(!slip["closest"]["explanation"].as_array().unwrap().is_empty());
    assert_eq!(fs::metadata(&misses).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn what_cannot_be_measured_is_refused_with_its_place() {
    let bench = Bench::open().await;
    let refused = |arg: &str, text: &str| {
        let file = bench.file("people.csv", text);
        refusal(&benchmark(&bench.database, &[arg, path(&file)]))
    };
    let (code, said) =
        refused("--positives", "full_name,date_of_birth\nOtto Geheim,1970\nIda Geheim,gestern\n");
    assert_eq!(code, 2);
    assert!(said.contains("people.csv: line 3: date_of_birth is no date"), "{said}");
    assert!(!said.contains("Geheim") && !said.contains("gestern"), "{said}");
    let (code, said) = refused("--negatives", "name\nOtto\n");
    assert_eq!(code, 2);
    assert!(said.contains("people.csv: the header has no column full_name"), "{said}");
    let (code, said) = refusal(&benchmark(&bench.database, &["--positives", "nowhere.csv"]));
    assert_eq!(code, 2);
    assert!(said.contains("nowhere.csv: it cannot be read"), "{said}");
    let (code, said) = refusal(&bench.run(&["--misses", "no/such/folder/misses.jsonl"]));
    assert_eq!(code, 2);
    assert!(said.contains("misses.jsonl: it cannot be written"), "{said}");
    for threshold in ["1.01", "-1", "NaN", "high"] {
        let argument = format!("--threshold={threshold}");
        assert_eq!(refusal(&benchmark(&bench.database, &[&argument])).0, 2, "{threshold}");
    }
}

#[tokio::test]
async fn without_a_list_there_is_nothing_to_measure() {
    let database = Database::fresh(Backend::under_test()).await;
    let (code, said) = refusal(&benchmark(&database, &[]));
    assert_eq!(code, 1);
    assert!(said.contains("sanctions import"), "{said}");
}

/// Every tenth person of the real files, against the real lists: the measure itself, on a size that a test may take.
#[tokio::test]
async fn real_lists_find_real_people() {
    let Some(shared) = shared() else { return };
    let bench = Bench { database: Database::fresh(Backend::under_test()).await, folder: folder() };
    let bytes = |name: &str| (name.to_owned(), fs::read(shared.join("lists").join(name)).unwrap());
    bench.import(ListName::Un, vec![bytes("un_consolidated.xml")]).await;
    bench
        .import(ListName::OfacSdn, ["ofac_sdn.csv", "ofac_alt.csv", "ofac_add.csv"].map(bytes).to_vec())
        .await;
    let tenth = |name: &str| {
        let text = fs::read_to_string(shared.join("names").join(name)).unwrap();
        let mut lines = text.lines();
        let header = lines.next().unwrap();
        let rows: String = lines.step_by(10).map(|line| format!("{line}\n")).collect();
        bench.file(name, &format!("{header}\n{rows}"))
    };
    let (positives, negatives) = (tenth("positives_un_treated.csv"), tenth("negatives_global.csv"));
    let args = ["--json", "--names", "1", "--strangers", "1", "--positives", path(&positives)];
    let report = json(&benchmark(&bench.database, &[&args[..], &["--negatives", path(&negatives)]].concat()));
    let (positives, negatives) = (set(&report, "positives"), set(&report, "negatives"));
    assert_eq!((&positives["names"], &negatives["names"]), (&35.into(), &50.into()));
    assert!(positives["byName"]["found"].as_u64() >= Some(34), "{positives}");
    assert!(positives["byFacts"]["found"].as_u64() >= Some(34), "{positives}");
    assert!(negatives["byName"]["found"].as_u64() <= Some(1), "{negatives}");
    assert_eq!(negatives["byFacts"]["found"], 0);
}

/// Real lists and names, on machines that have them; says aloud where they are not.
fn shared() -> Option<PathBuf> {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = ["../shared/data/sanctions", "../../shared/data/sanctions"];
    let found = places.iter().map(|place| checkout.join(place)).find(|place| place.is_dir());
    if found.is_none() {
        // Not by eprintln!, which the test runner keeps to itself when a test passes.
        use std::io::Write;
        let _ =
            writeln!(std::io::stderr(), "LEFT OUT: a benchmark on real lists (no ../shared/data/sanctions)");
    }
    found
}
