//! Sanctions lists: imported whole or not at all, every version as it was, and a server that takes the new one by itself.

use std::process::Output;

use chrono::TimeDelta;
use entity::sanction_list;
use futures_util::future::join_all;
use kyc_stack::{
    checks::sanctions::{
        import::{Allow, Change, Imported, Refused, import},
        ledger,
        person::Person,
        read::{Edition, Record},
    },
    db::Db,
    workers::lists_due,
};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::harness::{
    app::TestApp,
    database::{Backend, Database},
    dump::dump,
    lists::{ListName, edition, files, name, ofac, real_lists, un},
    process::program,
};

/// What a command printed.
fn printed(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn sanctions(url: &str, args: &[&str]) -> Output {
    program(url).arg("sanctions").args(args).output().unwrap()
}

/// Imports files with these texts.
fn imported(url: &str, list: &str, texts: &[&str], flags: &[&str]) -> Output {
    let (_folder, paths) = files(texts);
    let paths = paths.iter().map(String::as_str);
    let args: Vec<_> =
        ["import", "--list", list].into_iter().chain(flags.iter().copied()).chain(paths).collect();
    sanctions(url, &args)
}

/// What a command that failed said, and how it ended.
fn refused(output: &Output) -> (i32, String) {
    assert_eq!(output.stdout, b"", "{}", String::from_utf8_lossy(&output.stdout));
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
}

async fn open(database: &Database) -> Db {
    Db::open(&database.url, 4).await.unwrap()
}

fn now() -> entity::Time {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

async fn take(db: &Db, edition: Edition) -> Result<Imported, Refused> {
    import(db, now(), edition, Allow::default()).await
}

/// The persons of a version, as they are stored.
async fn persons(db: &Db, list: ListName, number: i64) -> Vec<Person> {
    let version = ledger::numbered(db, list, number).await.unwrap().unwrap();
    let mut persons = ledger::load(db, &version).await.unwrap().persons;
    persons.sort_by(|one, other| one.entity_id.cmp(&other.entity_id));
    persons
}

/// The persons of an edition, as they were read.
fn read_persons(edition: &Edition) -> Vec<Person> {
    let mut persons: Vec<Person> =
        edition.records.iter().map(|record| serde_json::from_str(&record.json).unwrap()).collect();
    persons.sort_by(|one, other| one.entity_id.cmp(&other.entity_id));
    persons
}

#[tokio::test]
async fn an_operator_imports_lists_and_sees_what_is_there() {
    let database = Database::fresh(Backend::under_test()).await;
    let url = &database.url;
    let empty = printed(&sanctions(url, &["status"]));
    assert_eq!(empty, json!({ "lists": [], "required": ["un"], "missing": ["un"], "canScreen": false }));
    let nothing = refused(&sanctions(url, &["search", &name(1)]));
    assert_eq!(nothing.0, 1);
    assert!(nothing.1.contains("sanctions import"), "{}", nothing.1);

    let first = un("2026-02-27", 0..10, &[3]);
    let answer = printed(&imported(url, "un", &[&first], &[]));
    assert_eq!(answer["number"], 1);
    assert_eq!(answer["version"], "2026-02-27T00:00:09.554Z");
    assert_eq!(
        (&answer["persons"], &answer["names"], &answer["skipped"]),
        (&json!(10), &json!(11), &json!(1))
    );
    assert_eq!(answer["change"], json!({ "added": 10, "changed": 0, "removed": 0 }));

    // The same again is said, and is no version.
    let again = imported(url, "un", &[&first], &[]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("already current"));
    assert_eq!((&printed(&again)["number"], &printed(&again)["alreadyCurrent"]), (&json!(1), &json!(true)));

    // One is different, one is new, one is gone.
    let second = un("2026-02-28", 1..11, &[3, 4]);
    let answer = printed(&imported(url, "un", &[&second], &[]));
    assert_eq!(answer["change"], json!({ "added": 1, "changed": 1, "removed": 1 }));

    // OFAC's files in whatever order, under whatever names.
    let [sdn, alt] = ofac(0..5);
    let output = imported(url, "ofac-sdn", &[&alt, &sdn], &[]);
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(complaint.contains("add.csv was not given") && !complaint.contains("alt.csv"), "{complaint}");
    let answer = printed(&output);
    assert_eq!(
        (&answer["persons"], &answer["names"], &answer["publishedAt"]),
        (&json!(5), &json!(10), &Value::Null)
    );
    assert_eq!(answer["version"].as_str().unwrap(), &answer["sha256"].as_str().unwrap()[..12]);

    let status = printed(&sanctions(url, &["status"]));
    let names: Vec<_> = status["lists"].as_array().unwrap().iter().map(|list| &list["list"]).collect();
    assert_eq!((names, &status["canScreen"]), (vec![&json!("un"), &json!("ofac-sdn")], &json!(true)));
    assert_eq!(
        (&status["lists"][0]["number"], &status["lists"][0]["before"][0]["number"]),
        (&json!(2), &json!(1))
    );

    // Who left the list is found in the version of then.
    let matches = |args: &[&str]| printed(&sanctions(url, args))["matches"].clone();
    let gone = format!("{} {}", name(0), name(5_000));
    assert_eq!(matches(&["search", &gone]), json!([]));
    let then = matches(&["search", &gone, "--at", "un=1", "--born", "1970-02", "--country", "India"]);
    assert_eq!((&then[0]["entityId"], &then[0]["listedName"]), (&json!("ZZi.0000"), &json!(gone)));
}

#[tokio::test]
async fn what_cannot_be_meant_is_a_usage_error() {
    let database = Database::fresh(Backend::under_test()).await;
    let list = un("2026-02-27", 0..3, &[]);
    printed(&imported(&database.url, "un", &[&list], &[]));
    for args in [
        &["import", "--list", "atlantis", "list.xml"][..],
        &["import", "--list", "un"],
        &["search", "--born", "1970-13", "Quen"],
        &["search", "--born", "70", "Quen"],
        &["search", "--country", "Atlantis", "Quen"],
        &["search", "--threshold", "80", "Quen"],
        &["search", "--at", "un=7", "Quen"],
        &["search", "--at", "un", "Quen"],
        &["search", "?!"],
    ] {
        let (code, said) = refused(&sanctions(&database.url, args));
        assert_eq!(code, 2, "{args:?}: {said}");
        assert!(!said.contains("Quen"), "{said}");
    }
    assert_eq!(refused(&imported(&database.url, "un", &[&list, &list], &[])).0, 2);
    let (code, said) = refused(&sanctions(&database.url, &["import", "--list", "un", "/no/such/list.xml"]));
    assert_eq!(code, 1);
    assert!(said.contains("/no/such/list.xml: the file cannot be read"), "{said}");
}

#[tokio::test]
async fn a_list_that_looks_cut_is_refused_and_the_old_one_stays() {
    let database = Database::fresh(Backend::under_test()).await;
    let (url, db) = (&database.url, open(&database).await);
    let whole = un("2026-02-27", 0..10, &[]);
    printed(&imported(url, "un", &[&whole], &[]));
    let [sdn, alt] = ofac(0..10);
    printed(&imported(url, "ofac-sdn", &[&sdn, &alt], &[]));
    let before = dump(db.reader()).await;

    let latin: String = whole.replace("UTF-8", "ISO-8859-1");
    let short = un("2026-02-28", 0..7, &[]);
    let older = un("2026-02-26", 0..10, &[]);
    for (list, texts, expected) in [
        ("un", &[&short[..]][..], "7 persons, where the current version has 10: 70 %"),
        ("un", &[&older], "published on 2026-02-26, before the current version (2026-02-27)"),
        ("un", &[&whole[..whole.len() / 2]], "line 7: a tag is not closed: the file is cut or damaged"),
        ("un", &[""], "the file is empty"),
        ("un", &[&latin], "the file is not UTF-8"),
        ("un", &[&un("2026-02-28", 0..0, &[])], "it names no person"),
        ("un", &[&sdn], "this is no XML"),
        ("ofac-sdn", &[&sdn], "10 names, where the current version has 20: 50 %"),
        ("ofac-sdn", &[&sdn[..sdn.len() - 12], &alt], "the row has no end: the file is cut"),
        ("ofac-sdn", &[&sdn, &alt[..alt.len() / 2]], "15 names, where the current version has 20: 75 %"),
        ("ofac-sdn", &[&sdn, &alt[..alt.len() / 2 + 5]], "3 columns, where alt.csv has 5"),
        ("ofac-sdn", &[&alt], "sdn.csv is missing"),
        ("ofac-sdn", &[&sdn, &sdn], "is a second sdn.csv"),
        ("ofac-sdn", &[&whole], "columns, where sdn.csv has 12"),
        ("opensanctions", &[&sdn], "the header has no column id"),
    ] {
        let (code, said) = refused(&imported(url, list, texts, &[]));
        assert!(said.contains(expected), "{expected:?} is not in {said:?}");
        assert_ne!(code, 0);
        assert!(!said.contains("Zorb"), "{said}");
    }
    assert_eq!(dump(db.reader()).await, before);

    // Somebody looked: it did become shorter, and then older.
    assert_eq!(printed(&imported(url, "un", &[&short], &["--allow-shrink"]))["number"], 2);
    assert_eq!(printed(&imported(url, "un", &[&older], &["--allow-older"]))["number"], 3);
    // A fifth less is not said to be cut.
    assert_eq!(printed(&imported(url, "un", &[&un("2026-02-28", 0..8, &[])], &[]))["number"], 4);
    db.close().await.unwrap();
}

#[tokio::test]
async fn every_version_is_read_back_as_it_was() {
    let database = Database::fresh(Backend::under_test()).await;
    let db = open(&database).await;
    let texts = [
        un("2026-01-01", 0..1_200, &[7]),
        un("2026-01-02", 1..1_203, &[7, 8]),
        // Somebody comes back, as they were.
        un("2026-01-03", 0..1_203, &[8]),
        un("2026-01-04", 0..1_203, &[8]),
    ];
    let changes = [(1_200, 0, 0), (3, 1, 1), (1, 1, 0), (0, 0, 0)];
    for (text, (added, changed, removed)) in texts.iter().zip(changes) {
        let done = take(&db, edition(ListName::Un, &[text])).await.unwrap();
        assert_eq!(done.change, Some(Change { added, changed, removed }));
    }
    for (number, text) in (1..).zip(&texts) {
        assert_eq!(persons(&db, ListName::Un, number).await, read_persons(&edition(ListName::Un, &[text])));
    }
    // Half a list is none.
    db.writer().execute_unprepared("DELETE FROM sanction_person WHERE entity_id = 'ZZi.0009'").await.unwrap();
    let head = ledger::heads(&db).await.unwrap().remove(0);
    assert!(ledger::load(&db, &head).await.is_err());
    let records = dump(db.reader()).await.lines().filter(|line| line.starts_with("sanction_person")).count();
    assert_eq!(records, 1_200 + 4 + 2 - 1, "a version writes what changed");
    db.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn imports_at_once_come_one_after_the_other() {
    let database = Database::fresh(Backend::under_test()).await;
    // As processes of their own.
    let dbs = join_all((0..4).map(|_| open(&database))).await;
    let texts: Vec<_> = (0..4).map(|shift| un("2026-01-01", shift..shift + 600, &[])).collect();
    let editions = || texts.iter().map(|text| edition(ListName::Un, &[text])).collect::<Vec<_>>();
    let all = join_all(dbs.iter().zip(editions()).map(|(db, edition)| take(db, edition))).await;
    let mut all: Vec<sanction_list::Model> = all.into_iter().map(|done| done.unwrap().version).collect();
    all.sort_by_key(|version| version.number);
    assert_eq!(all.iter().map(|version| version.number).collect::<Vec<_>>(), [1, 2, 3, 4]);
    for version in &all {
        let same = editions().into_iter().find(|edition| edition.sha256 == version.sha256).unwrap();
        assert_eq!(persons(&dbs[0], ListName::Un, version.number).await, read_persons(&same));
    }

    // Of the same files all but one find them current.
    let text = un("2026-01-02", 50..650, &[]);
    let all = join_all(dbs.iter().map(|db| take(db, edition(ListName::Un, &[&text])))).await;
    let written = all.iter().filter(|done| done.as_ref().unwrap().change.is_some()).count();
    assert_eq!(written, 1);
    assert!(all.iter().all(|done| done.as_ref().unwrap().version.number == 5));
    for db in dbs {
        db.close().await.unwrap();
    }
}

#[tokio::test]
async fn an_import_that_fails_in_the_middle_leaves_nothing() {
    let database = Database::fresh(Backend::under_test()).await;
    let db = open(&database).await;
    take(&db, edition(ListName::Un, &[&un("2026-01-01", 0..10, &[])])).await.unwrap();
    let before = dump(db.reader()).await;
    let mut broken = edition(ListName::Un, &[&un("2026-01-02", 5..2_000, &[])]);
    // No reader lets that through: the database is the last who notices, after a thousand rows.
    let Record { entity_id, json, hash } = &broken.records[0];
    let twin =
        Record { entity_id: entity_id.clone(), json: json.clone(), hash: hash.replace(['0', '1'], "2") };
    broken.records.push(twin);
    assert!(matches!(take(&db, broken).await, Err(Refused::Failed(_))));
    assert_eq!(dump(db.reader()).await, before);
    db.close().await.unwrap();
}

#[tokio::test]
async fn a_server_takes_a_new_version_by_itself() {
    const ASKED: &str = "{ screeningLists { name version publishedAt importedAt persons } }";
    let app = TestApp::open().await;
    let house = app.merchant("acme").await;
    let shelf = &app.kyc().shelf;
    assert!(!shelf.current().is_complete());
    assert_eq!(shelf.current().missing, ["un"]);
    assert_eq!(lists_due(app.kyc()).await.unwrap(), 0);
    assert_eq!(house.viewer().graphql(ASKED, json!({})).await.data("screeningLists"), &json!([]));

    // Of the lists that are there, not the required one.
    let [sdn, alt] = ofac(0..5);
    printed(&imported(app.url(), "ofac-sdn", &[&sdn, &alt], &[]));
    assert_eq!(lists_due(app.kyc()).await.unwrap(), 1);
    assert_eq!((shelf.current().index.persons(), shelf.current().is_complete()), (5, false));

    app.pass(TimeDelta::hours(1));
    take(&app.kyc().db, edition(ListName::Un, &[&un("2026-02-27", 0..10, &[])])).await.unwrap();
    let screening = shelf.current();
    assert_eq!(lists_due(app.kyc()).await.unwrap(), 1);
    assert_eq!(lists_due(app.kyc()).await.unwrap(), 0);
    assert_eq!((shelf.current().index.persons(), shelf.current().is_complete()), (15, true));
    assert_eq!(screening.index.persons(), 5, "who is screening goes on with what they began with");
    let lists: Vec<_> =
        shelf.current().index.lists().iter().map(|list| (list.name.clone(), list.number)).collect();
    assert_eq!(lists, [("ofac-sdn".to_owned(), 1), ("un".to_owned(), 1)]);

    // Another process has them before its first answer.
    let twin = app.twin().await;
    let served = twin.serve().await;
    crate::harness::http_client().get(format!("http://{}/healthz", served.address)).send().await.unwrap();
    assert!(twin.kyc().shelf.current().is_complete());
    served.stop().await;

    let answer = house.viewer().graphql(ASKED, json!({})).await;
    let lists = answer.data("screeningLists");
    assert_eq!(
        lists[1],
        json!({
            "name": "un",
            "version": "2026-02-27T00:00:09.554Z",
            "publishedAt": "2026-02-27",
            "importedAt": "2026-11-22T10:00:00Z",
            "persons": 10,
        })
    );
    assert_eq!(
        (&lists[0]["name"], &lists[0]["publishedAt"], lists.as_array().unwrap().len()),
        (&json!("ofac-sdn"), &Value::Null, 2)
    );
    app.close().await;
}

#[tokio::test]
async fn real_lists_are_read_to_the_last_person() {
    let Some(folder) = real_lists() else { return };
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    let path = |file: &str| folder.join(file).display().to_string();
    let database = Database::fresh(Backend::under_test()).await;
    let xml = path("un_consolidated.xml");
    let un = printed(&sanctions(&database.url, &["import", "--list", "un", &xml]));
    let counted = read("un_consolidated.xml").matches("<INDIVIDUAL>").count();
    assert_eq!((&un["persons"], counted), (&json!(730), 730));
    let [add, alt, sdn] = ["ofac_add.csv", "ofac_alt.csv", "ofac_sdn.csv"].map(path);
    let ofac = printed(&sanctions(&database.url, &["import", "--list", "ofac-sdn", &add, &alt, &sdn]));
    let rows = read("ofac_sdn.csv");
    let counted = rows.lines().filter(|row| row.contains(",\"individual\",")).count();
    assert_eq!((&ofac["persons"], counted), (&json!(3_845), 3_845));
    assert_eq!(
        ofac["skipped"],
        rows.lines().filter(|row| !row.contains(",\"individual\",") && row.len() > 9).count()
    );

    let db = open(&database).await;
    let sure =
        |persons: &[Person], has: fn(&Person) -> bool| persons.iter().filter(|person| has(person)).count();
    // Counted with another program: rows with a DOB, a nationality or citizenship that is not only possible, a gender.
    let listed = persons(&db, ListName::OfacSdn, 1).await;
    assert_eq!(sure(&listed, |person| !person.births.is_empty()), 3_662);
    assert_eq!(sure(&listed, |person| !person.nationalities.is_empty()), 1_899);
    assert_eq!(sure(&listed, |person| person.gender.is_some()), 679);
    let listed = persons(&db, ListName::Un, 1).await;
    assert_eq!(sure(&listed, |person| person.gender.is_some()), 54);
    // 625 have a nationality; of one of them it is "na".
    assert_eq!(sure(&listed, |person| !person.nationalities.is_empty()), 624);
    db.close().await.unwrap();
}
