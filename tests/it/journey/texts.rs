//! What the journey's pages say: every language says all of it, and what the server knows, too.

use std::{collections::BTreeMap, fs, path::PathBuf};

use kyc_stack::{
    checks::sandbox::TABLE,
    kyc::{
        branding::{DEFAULT, DEFAULT_CORNER_RADIUS},
        journey::CONSENT_TEXT_VERSION,
    },
    lifecycle::reasons::{self, catalogue},
};

fn web(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("web/journey").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The texts of a language, by key: one a line.
fn texts(language: &str) -> BTreeMap<String, String> {
    let text = web(&format!("texts/{language}.js"));
    let mut lines = text.lines().skip_while(|line| *line != "export default {").skip(1);
    let entries: Vec<_> = lines.by_ref().take_while(|line| *line != "};").collect();
    let texts: BTreeMap<_, _> = entries
        .iter()
        .map(|line| {
            let inner = line.strip_prefix("  '").and_then(|line| line.strip_suffix("',"));
            let (key, text) =
                inner.and_then(|line| line.split_once("': '")).unwrap_or_else(|| panic!("{line}"));
            assert!(!text.contains(['\'', '\\']) && !text.trim().is_empty(), "{line}");
            (key.to_owned(), text.to_owned())
        })
        .collect();
    assert_eq!(texts.len(), entries.len(), "a key stands twice");
    texts
}

fn places(text: &str) -> Vec<&str> {
    let mut places: Vec<_> = text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
    places.sort_unstable();
    places
}

#[test]
fn every_language_says_everything() {
    let english = texts("en");
    assert!(english.len() > 150);
    let hindi = texts("hi");
    assert_eq!(english.keys().collect::<Vec<_>>(), hindi.keys().collect::<Vec<_>>());
    for (key, text) in &english {
        assert_eq!(places(text), places(&hindi[key]), "{key}");
        assert!(key.ends_with("ifsc.label") || *text != hindi[key], "{key} is not translated");
    }
}

#[test]
fn every_reason_that_a_customer_may_read_is_translated() {
    let english = texts("en");
    let (mut read, mut secret) = (0, 0);
    for entry in catalogue(None) {
        let key = format!("reason.{}", entry.code);
        if entry.staff_only {
            assert!(!english.contains_key(&key), "{key} would tell what nobody may know");
            secret += 1;
        } else if !entry.message.is_empty() {
            // The same words: the pages tell a reviewer's own from the catalogue's by them.
            assert_eq!(english.get(&key).map(String::as_str), Some(entry.message), "{key}");
            read += 1;
        }
    }
    assert!(read > 30 && secret > 0);
    assert!(english.contains_key(&format!("reason.{}", reasons::UNDER_REVIEW)));
}

#[test]
fn the_consent_is_the_one_that_is_recorded() {
    assert!(web("consent.js").contains(&format!("TEXT_VERSION = '{CONSENT_TEXT_VERSION}'")));
}

#[test]
fn a_look_that_nobody_has_chosen_is_the_default_one() {
    let css = web("journey.css");
    let is = |name: &str, value: &str| {
        assert!(css.lines().any(|line| line == format!("  --{name}: {value};")), "{name} is not {value}");
    };
    is("primary", DEFAULT.primary);
    is("ground", DEFAULT.background);
    is("surface", DEFAULT.surface);
    is("ink", DEFAULT.text);
    is("radius", &format!("{DEFAULT_CORNER_RADIUS}px"));
}

#[test]
fn the_sandbox_says_what_the_stand_ins_do() {
    let (page, english) = (web("sandbox.js"), texts("en"));
    let mut pairs: Vec<_> = page.split("['").skip(1).filter_map(|rest| rest.split("']").next()).collect();
    let chosen: Vec<_> = pairs
        .iter()
        .position(|pair| pair.starts_with("pass', 'fail'"))
        .map(|at| pairs.remove(at))
        .into_iter()
        .collect();
    let chosen: Vec<_> = chosen.iter().flat_map(|list| list.split("', '")).collect();
    let said: Vec<_> = pairs.iter().map(|pair| pair.split_once("', '").unwrap()).collect();
    let known: Vec<_> = TABLE.iter().map(|row| (row.value, row.outcome.as_str())).collect();
    let (consents, values): (Vec<_>, Vec<_>) =
        known.into_iter().partition(|(value, outcome)| value == outcome);
    assert_eq!(said, values);
    assert_eq!(chosen, consents.iter().map(|(value, _)| *value).collect::<Vec<_>>());
    for row in TABLE {
        assert!(english.contains_key(&format!("outcome.{}", row.outcome)), "{}", row.outcome);
    }
}

#[test]
fn every_text_that_the_pages_ask_for_is_there() {
    let english = texts("en");
    let modules = ["app", "consent", "ends", "form", "frame", "sandbox", "standin", "texts", "values"];
    let steps = ["bank", "chosen", "digilocker", "pan", "selfie", "signature"];
    let files = modules.iter().map(|name| format!("{name}.js"));
    let mut asked = 0;
    for file in files.chain(steps.iter().map(|name| format!("steps/{name}.js"))) {
        let text = web(&file);
        for (at, mark) in text.match_indices("t('").chain(text.match_indices("return '")) {
            let own = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
            let key = text[at + mark.len()..].split('\'').next().unwrap();
            // What a check answers has a dot; a word without one is anything.
            if own && (mark == "t('" || key.contains(".fault.")) {
                assert!(english.contains_key(key), "{file} asks for {key}");
                asked += 1;
            }
        }
    }
    assert!(asked > 60, "{asked}");
}
