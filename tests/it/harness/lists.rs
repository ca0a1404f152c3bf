//! Made-up sanctions lists, in the formats of their publishers. Nobody on them is anybody.

use std::{fs, path::PathBuf};

use kyc_stack::checks::sanctions::read::{Edition, Source, read};
use tempfile::TempDir;

pub(crate) use entity::ListName;

/// Where real lists are, on machines that have them: beside the checkout, or beside its parent. None elsewhere, and says so.
pub(crate) fn real_lists() -> Option<PathBuf> {
    let checkout = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let places = ["../shared/data/sanctions/lists", "../../shared/data/sanctions/lists"];
    let found = places.iter().map(|place| checkout.join(place)).find(|place| place.is_dir());
    if found.is_none() {
        // Not by eprintln!, which the test runner keeps to itself when a test passes.
        use std::io::Write;
        let _ = writeln!(std::io::stderr(), "LEFT OUT: real sanctions lists (no ../shared/data/sanctions)");
    }
    found
}

/// A name for each number, of letters alone.
pub(crate) fn name(number: usize) -> String {
    const SYLLABLES: [&str; 10] = ["ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu"];
    let word = |number: usize| {
        number.to_string().bytes().map(|digit| SYLLABLES[usize::from(digit - b'0')]).collect::<String>()
    };
    format!("Zorb{} Quen{}", word(number), word(number * 7 + 1))
}

/// The list of the UN of this day, with these persons. Whoever has a number that is in `aliases` has an alias as well.
pub(crate) fn un(day: &str, persons: impl IntoIterator<Item = usize>, aliases: &[usize]) -> String {
    let person = |number: usize| {
        let (given, family) = (name(number), name(number + 5_000));
        let alias = if aliases.contains(&number) {
            format!(
                "<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>{}</ALIAS_NAME></INDIVIDUAL_ALIAS>",
                name(number + 10_000)
            )
        } else {
            String::new()
        };
        format!(
            "<INDIVIDUAL><DATAID>{number}</DATAID><FIRST_NAME>{given}</FIRST_NAME><SECOND_NAME>{family}</SECOND_NAME>\
             <REFERENCE_NUMBER>ZZi.{number:04}</REFERENCE_NUMBER>{alias}</INDIVIDUAL>\n"
        )
    };
    let persons: String = persons.into_iter().map(person).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CONSOLIDATED_LIST dateGenerated=\"{day}T00:00:09.554Z\"><INDIVIDUALS>\n\
         {persons}</INDIVIDUALS><ENTITIES><ENTITY/></ENTITIES></CONSOLIDATED_LIST>\n"
    )
}

/// OFAC's `sdn.csv` and `alt.csv`: everybody has one alias.
pub(crate) fn ofac(persons: impl IntoIterator<Item = usize> + Clone) -> [String; 2] {
    let sdn = persons.clone().into_iter().map(|number| {
        format!("{number},\"{}\",\"individual\",\"SDGT\",{}\"DOB 1970.\"\n", name(number), "-0- ,".repeat(7))
    });
    let alt =
        persons.into_iter().map(|number| format!("{number},1,\"aka\",\"{}\",-0- \n", name(number + 10_000)));
    [sdn.collect(), alt.collect()]
}

/// A list that was read.
pub(crate) fn edition(list: ListName, files: &[&str]) -> Edition {
    let source =
        |text: &&str| Source { name: "made-up".to_owned(), bytes: std::io::Cursor::new(text.to_string()) };
    read(list, files.iter().map(source).collect(), &|_| {}).unwrap()
}

/// Files with these texts, and the folder that holds them.
pub(crate) fn files(texts: &[&str]) -> (TempDir, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let write = |(number, text): (usize, &&str)| {
        let path = folder.path().join(format!("{number}.txt"));
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let paths = texts.iter().enumerate().map(write).collect();
    (folder, paths)
}
