//! Who may know whom: the table of ARCHITECTURE.md, held against the `use` lines.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Where the table begins: its header row.
const TABLE: &str = "| part | may import |";

/// What no file of a folder may name, and why.
const NEVER: [(&str, &[&str], &str); 6] = [
    ("src/kyc", &["axum", "async_graphql"], "use cases serve the API, the routes and the command line alike"),
    ("src/lifecycle", &["sea_orm", "tokio", "axum", "async_graphql"], "rules are pure: no I/O"),
    ("src/events", &["axum", "async_graphql"], "the log knows no protocol"),
    ("src/report", &["axum", "async_graphql"], "the report is written to files as well"),
    ("entity/src", &["kyc_stack", "migration", "axum", "tokio"], "tables know nothing above them"),
    ("migration/src", &["kyc_stack", "entity", "axum"], "history is frozen, and entities move on"),
];

/// A part is a folder of `src`, or a file in it.
type Parts = BTreeMap<String, BTreeSet<String>>;

#[test]
fn nobody_imports_what_the_table_does_not_grant() {
    let granted = granted(&read("ARCHITECTURE.md"));
    let mut broken = Vec::new();
    for file in parts_of_src() {
        let part = part_of(&file);
        // The list of the modules.
        if part == "lib" {
            continue;
        }
        let Some(may) = granted.get(&part) else {
            broken.push(format!("{part} has no row in the table of ARCHITECTURE.md ({})", file.display()));
            continue;
        };
        // The binary sees the library from outside.
        let root = if part == "main" || part == "cli" { "kyc_stack::" } else { "crate::" };
        for imported in imports(&read(&file), root) {
            if imported != part && !may.contains(&imported) {
                broken.push(format!("{part} may not import {imported}: {}", file.display()));
            }
        }
    }
    assert!(broken.is_empty(), "the table of ARCHITECTURE.md is broken:\n{}", broken.join("\n"));
}

#[test]
fn the_table_has_no_circle_and_no_stale_row() {
    let text = read("ARCHITECTURE.md");
    let parts: BTreeSet<String> = parts_of_src().iter().map(|file| part_of(file)).collect();
    let mut above = BTreeSet::new();
    for (part, may) in rows(&text) {
        assert!(parts.contains(&part), "the table has a row for {part}, which is not in src");
        for imported in &may {
            assert!(above.contains(imported), "{part} may import only what stands above it, not {imported}");
        }
        assert!(above.insert(part.clone()), "{part} has two rows");
    }
}

#[test]
fn what_a_folder_must_not_know_it_does_not_name() {
    let mut broken = Vec::new();
    for (folder, never, why) in NEVER {
        for file in rust_files(folder) {
            let code = code(&read(&file));
            let named = never.iter().filter(|name| words(&code).any(|word| word == format!("{name}::")));
            broken.extend(named.map(|name| format!("{} names {name}: {why}", file.display())));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn imports_are_found_however_they_are_written() {
    let text = "
        //! [`crate::rest`] is a link, and `use crate::pages` a comment.
        use crate::{
            error::{Error, Result},
            kyc::{self, Kyc, lifecycle}, db,
        };
        use crate::clock::Clock;
        use other::{ops, report};
        fn f() -> crate::auth::Actor { crate::events::log::append() }";
    let expected = ["auth", "clock", "db", "error", "events", "kyc"];
    assert_eq!(imports(text, "crate::").into_iter().collect::<Vec<_>>(), expected);
}

/// The table as a map.
fn granted(text: &str) -> Parts {
    rows(text).into_iter().collect()
}

/// The rows of the table: a part, and what it may import.
fn rows(text: &str) -> Vec<(String, BTreeSet<String>)> {
    let table = text.split_once(TABLE).unwrap_or_else(|| panic!("ARCHITECTURE.md has no table {TABLE}")).1;
    let lines = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    lines
        .flat_map(|line| {
            let cells: Vec<_> = line.split('|').collect();
            let may: BTreeSet<_> = names(cells[2]).into_iter().collect();
            names(cells[1]).into_iter().map(move |part| (part, may.clone()))
        })
        .collect()
}

/// The first names after the root in code.
fn imports(text: &str, root: &str) -> BTreeSet<String> {
    let code = code(text);
    let mut found = BTreeSet::new();
    for rest in code.split(root).skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => found.extend(first_names(group)),
            None => found.extend(first_word(rest)),
        }
    }
    found
}

/// The first names of a group's members, up to the bracket that closes it.
fn first_names(group: &str) -> Vec<String> {
    let (mut depth, mut outer) = (0, String::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            _ if depth == 0 => outer.push(c),
            _ => {}
        }
    }
    outer.split(',').filter_map(|member| first_word(member.trim_start())).collect()
}

/// Modules begin in lower case; what does not is no part.
fn first_word(text: &str) -> Option<String> {
    let word: String = text.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
    (!word.is_empty()).then_some(word)
}

/// Words with the `::` that follows them.
fn words(code: &str) -> impl Iterator<Item = String> {
    code.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'))
        .filter_map(|path| path.split_once("::").map(|(first, _)| format!("{first}::")))
}

/// The lines without comments.
fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The files of `src`, but for the one that only lists them.
fn parts_of_src() -> Vec<PathBuf> {
    rust_files("src").into_iter().filter(|file| file != Path::new("src/lib.rs")).collect()
}

fn part_of(file: &Path) -> String {
    let inside = file.strip_prefix("src").unwrap();
    inside.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

fn read(file: impl AsRef<Path>) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Every Rust file below a folder, as paths from the root of the repository.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut folders, mut files) = (vec![root.join(folder)], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path.strip_prefix(root).unwrap().to_owned());
            }
        }
    }
    assert!(!files.is_empty(), "{folder} has no Rust files");
    files
}
