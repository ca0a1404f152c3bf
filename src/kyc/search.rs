//! Finding customers: what is indexed of a name and a reference, and how a query meets it.
//!
//! Each customer has rows of `search_token`: the folded words of the name, and the whole reference behind a `=`, which no
//! word can begin with. A query matches when each of its words is the beginning of some word of the name, or when the
//! whole of it is the beginning of the reference. A beginning is read as a range of the primary key
//! `(merchant_id, token, customer_id)`, in byte order on both databases: LIKE would need another index on each, and
//! would give a meaning to `%` and `_` in what people type.

mod find;

use std::collections::BTreeSet;

use entity::{Scope, Scoped, search_token};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QuerySelect, QueryTrait, sea_query::SelectStatement};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

pub use self::find::{Found, find};
use crate::error::{Error, Result};

/// Tokens of one customer at most: the first words of the name, and the reference.
pub const MAX_TOKENS: usize = 32;
/// Characters of a token; what is longer is found by its beginning.
pub const MAX_TOKEN: usize = 64;
/// Characters of a query.
pub const MAX_QUERY: usize = 100;
/// Words of a query; each is one more range to read.
const MAX_TERMS: usize = 16;
/// Bytes of a sort key: B-tree rows of PostgreSQL have to stay small.
const MAX_KEY: usize = 200;
/// What the token of a reference begins with.
const REFERENCE: char = '=';

/// What a customer is found by.
pub fn tokens(name: &str, reference: Option<&str>) -> BTreeSet<String> {
    let mut tokens = BTreeSet::new();
    for word in words(&fold(name)) {
        if tokens.len() == MAX_TOKENS - 1 {
            break;
        }
        tokens.insert(beginning(word));
    }
    tokens.extend(reference.and_then(reference_token));
    tokens
}

/// The name as lists sort it: its folded words, at most 200 bytes, for a comparison byte by byte.
pub fn name_key(name: &str) -> String {
    let mut key = words(&fold(name)).collect::<Vec<_>>().join(" ");
    key.truncate(key.floor_char_boundary(MAX_KEY));
    key
}

/// What a query looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Each is the beginning of some word of the name; none when the query has no letter and no digit.
    words: Vec<String>,
    /// The beginning of the reference, marker included.
    reference: Option<String>,
}

/// Reads a query; none when it is blank, which asks for nothing and so restricts nothing: a search box that was emptied.
///
/// # Errors
/// BAD_USER_INPUT for more than 100 characters or more than 16 words.
pub fn terms(query: &str) -> Result<Option<Terms>> {
    if query.chars().count() > MAX_QUERY {
        return Err(Error::BadInput(format!("search has at most {MAX_QUERY} characters")));
    }
    let folded = fold(query);
    let all: BTreeSet<String> = words(&folded).map(beginning).collect();
    // In sorted order a word stands right before those that begin with it; whatever has those has the word as well.
    let next = all.iter().skip(1).map(Some).chain([None]);
    let words: Vec<String> = all
        .iter()
        .zip(next)
        .filter(|(word, next)| !next.is_some_and(|next| next.starts_with(word.as_str())))
        .map(|(word, _)| word.clone())
        .collect();
    if words.len() > MAX_TERMS {
        return Err(Error::BadInput(format!("search has at most {MAX_TERMS} words")));
    }
    let terms = Terms { words, reference: reference_token(query) };
    Ok((!terms.words.is_empty() || terms.reference.is_some()).then_some(terms))
}

/// The rows whose `customer` column names a customer of the scope that the query finds: `customer::Column::Id`,
/// `attempt::Column::CustomerId`. A blank query restricts nothing.
///
/// # Errors
/// As [`terms`].
pub fn matching(customer: impl ColumnTrait, scope: Scope, query: &str) -> Result<Condition> {
    let Some(Terms { words, reference }) = terms(query)? else { return Ok(Condition::all()) };
    let mut found = Condition::any();
    if let Some(beginning) = reference {
        found = found.add(customer.in_subquery(beginning_with(scope, &beginning)));
    }
    if !words.is_empty() {
        let every =
            |all: Condition, word: &String| all.add(customer.in_subquery(beginning_with(scope, word)));
        found = found.add(words.iter().fold(Condition::all(), every));
    }
    Ok(found)
}

/// The customers with a token that begins so.
fn beginning_with(scope: Scope, beginning: &str) -> SelectStatement {
    search_token::Entity::scoped(scope)
        .select_only()
        .column(search_token::Column::CustomerId)
        .filter(search_token::Column::Token.gte(beginning))
        .filter(search_token::Column::Token.lt(end(beginning)))
        .into_query()
}

/// U+10FFFF is the last of all characters and in no token: everything that begins with `beginning` sorts before
/// `beginning` and it.
fn end(beginning: &str) -> String {
    format!("{beginning}{}", char::MAX)
}

fn reference_token(reference: &str) -> Option<String> {
    let folded = fold(reference);
    let folded = folded.trim();
    (!folded.is_empty()).then(|| std::iter::once(REFERENCE).chain(folded.chars()).take(MAX_TOKEN).collect())
}

/// What differs between two spellings of a name that people take for the same, removed: case, width and presentation
/// forms, accents, invisible characters. Control characters become spaces. Folding twice changes nothing more.
///
/// Only the accents of Latin, Greek and Cyrillic go (U+0300–036F). The marks of Indian scripts are their vowels:
/// without them कमल and कोमल would be one name.
fn fold(text: &str) -> String {
    let bare = |text: &str| text.nfkd().filter(|c| !is_ignored(*c)).collect::<String>();
    // Down, up and down again joins what one step leaves apart: ẞ ß ss, ς σ, ı i.
    let cased: String = bare(text)
        .chars()
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    bare(&cased)
}

/// Accents, and characters that are not seen: soft hyphen, joiners and direction marks, which a keyboard may or may not
/// write; and U+10FFFF, which is no character and ends the ranges above.
fn is_ignored(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{AD}' | '\u{200C}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | char::MAX)
}

/// The words of a folded text: letters, digits and the marks on them.
fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)).filter(|word| !word.is_empty())
}

fn beginning(word: &str) -> String {
    word.chars().take(MAX_TOKEN).collect()
}

#[cfg(test)]
mod tests {
    use entity::{attempt, customer, id::MerchantId};
    use proptest::prelude::*;
    use sea_orm::{DbBackend, QueryTrait};
    use uuid::Uuid;

    use super::*;

    /// Whether a customer is found, by the rule that the SQL states.
    fn finds(query: &str, name: &str, reference: Option<&str>) -> bool {
        let tokens = tokens(name, reference);
        let has = |beginning: &String| {
            tokens.range(beginning.clone()..format!("{beginning}{}", char::MAX)).next().is_some()
        };
        let terms = terms(query).unwrap().unwrap();
        terms.reference.as_ref().is_some_and(has) || !terms.words.is_empty() && terms.words.iter().all(has)
    }

    fn list(tokens: &BTreeSet<String>) -> Vec<&str> {
        tokens.iter().map(String::as_str).collect()
    }

    #[test]
    fn a_name_is_found_by_the_beginnings_of_its_words_in_any_order() {
        for query in ["Asha", "asha", "ASH", "rao", "r a", "rao asha", "Rao, Asha", "asha asha", "ａｓｈａ"]
        {
            assert!(finds(query, "Asha Rao", None), "{query}");
        }
        for query in ["sha", "asha raj", "asha rao kumar", "x", "asharao"] {
            assert!(!finds(query, "Asha Rao", None), "{query}");
        }
    }

    #[test]
    fn accents_case_and_presentation_do_not_matter() {
        for (query, name) in [
            ("zoe", "Zoë"),
            ("Zoë", "zoe"),
            ("STRASSE", "Straße"),
            ("straße", "STRAẞE"),
            ("ισμηνη σεφερησ", "Ισμήνη Σεφέρης"),
            ("йо", "Йована"),
            ("istanbul", "İstanbul"),
            ("nguyen", "Nguyễn"),
            ("अनुष्का", "अनुष्\u{200D}का"),
            ("क़", "\u{958}ासिम"),
            ("o'brien", "Seán O’Brien"),
        ] {
            assert!(finds(query, name, None), "{query} {name}");
        }
    }

    #[test]
    fn the_vowel_signs_of_indian_scripts_matter() {
        assert!(finds("को", "कोमल", None));
        assert!(!finds("कम", "कोमल", None));
        assert!(!finds("கமலா", "கமலி", None));
        assert_eq!(list(&tokens("अनुष्का राव", None)), ["अनुष्का", "राव"]);
    }

    #[test]
    fn a_reference_is_found_by_its_beginning_and_only_as_a_whole() {
        for query in ["CUST-00", "cust-00 42", "cust-00 42/b", " CUST"] {
            assert!(finds(query, "Asha Rao", Some("CUST-00 42/b")), "{query}");
        }
        for query in ["42", "00", "cust 00", "asha cust", "-"] {
            assert!(!finds(query, "Asha Rao", Some("CUST-00 42/b")), "{query}");
        }
        assert!(finds("--", "Asha Rao", Some("--7")), "punctuation can begin a reference");
        assert!(!finds("--", "Asha Rao", None), "and is no word of a name");
    }

    #[test]
    fn the_two_kinds_of_token_do_not_meet() {
        assert_eq!(list(&tokens("Rao", Some("rao"))), ["=rao", "rao"]);
        assert!(!finds("=rao", "Asha", Some("rao")));
        assert!(!finds("=a b", "Bo", Some("a")));
    }

    #[test]
    fn a_customer_has_few_short_tokens() {
        let name: String = (0..100).map(|n| format!("w{n} ")).collect();
        let many = tokens(&name, Some("ref"));
        assert_eq!(many.len(), MAX_TOKENS);
        assert!(
            many.contains("=ref") && many.contains("w0") && many.contains("w30") && !many.contains("w31")
        );

        let (name, reference) = ("n".repeat(300), "r".repeat(128));
        assert!(tokens(&name, Some(&reference)).iter().all(|token| token.chars().count() == MAX_TOKEN));
        assert!(finds(&name[..100], &name, None));
        assert!(finds(&reference[..100], "n", Some(&reference)));
    }

    #[test]
    fn a_query_is_bounded_and_a_blank_one_asks_for_nothing() {
        for blank in ["", "  \t", "\u{200D}", "\0", "\u{301}"] {
            assert_eq!(terms(blank).unwrap(), None, "{blank:?}");
        }
        assert!(terms(&"अ".repeat(MAX_QUERY)).is_ok());
        assert!(matches!(terms(&"अ".repeat(MAX_QUERY + 1)), Err(Error::BadInput(_))));
        let words = |count: u8| (0..count).map(|n| format!("{} ", char::from(b'a' + n))).collect::<String>();
        assert!(terms(&words(16)).is_ok());
        assert!(matches!(terms(&words(17)), Err(Error::BadInput(_))));
    }

    #[test]
    fn a_word_that_another_one_begins_with_is_asked_once() {
        let words = |query| terms(query).unwrap().unwrap().words;
        assert_eq!(words("ra rahul r ra"), ["rahul"]);
        assert_eq!(words("ra re rahul"), ["rahul", "re"]);
    }

    #[test]
    fn the_sort_key_ignores_what_people_ignore() {
        assert_eq!(name_key("  Élodie  d’Arc "), "elodie d arc");
        assert_eq!(name_key("🙂"), "");
        let long = name_key(&"अ".repeat(300));
        assert_eq!(long.len(), 198, "cut between characters of three bytes");
    }

    #[test]
    fn a_condition_reads_ranges_of_the_primary_key() {
        let scope = Scope::of(MerchantId(Uuid::nil()));
        let sql = |query| {
            let found = matching(customer::Column::Id, scope, query).unwrap();
            let select = customer::Entity::scoped(scope).select_only().column(customer::Column::Id);
            select.filter(found).build(DbBackend::Postgres).sql
        };
        let range = r#"(SELECT "search_token"."customer_id" FROM "search_token" WHERE "search_token"."merchant_id" = "#;
        assert_eq!(
            sql("asha rao").matches(range).count(),
            3,
            "two words, one reference: {}",
            sql("asha rao")
        );
        assert_eq!(sql("--").matches(range).count(), 1);
        assert_eq!(sql(" ").matches(range).count(), 0);
        assert!(!sql("100%_").contains("LIKE"));

        let found = matching(attempt::Column::CustomerId, scope, "asha").unwrap();
        let sql = attempt::Entity::scoped(scope).filter(found).build(DbBackend::Sqlite).sql;
        assert!(sql.contains(r#""attempt"."customer_id" IN (SELECT"#), "{sql}");
    }

    #[test]
    fn folding_a_character_twice_is_folding_it_once() {
        // Beyond these planes nothing has a case or a decomposition.
        for c in '\0'..='\u{2FFFF}' {
            let once = fold(&c.to_string());
            assert_eq!(fold(&once), once, "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn folding_is_idempotent(text in any::<String>()) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn the_beginning_of_a_word_is_always_found(name in "\\PC{1,60}", word in any::<prop::sample::Index>(), end in any::<prop::sample::Index>()) {
            let folded = fold(&name);
            let words: Vec<_> = words(&folded).collect();
            prop_assume!(!words.is_empty());
            let word: Vec<char> = word.get(&words).chars().collect();
            let beginning: String = word[..=end.index(word.len())].iter().collect();
            prop_assume!(beginning.chars().count() <= MAX_QUERY);
            prop_assert!(finds(&beginning, &name, None), "{:?} in {:?}", beginning, name);
        }

        #[test]
        fn the_beginning_of_a_reference_is_always_found(reference in "\\PC{1,128}", end in any::<prop::sample::Index>()) {
            let chars: Vec<char> = reference.chars().collect();
            let beginning: String = chars[..=end.index(chars.len())].iter().take(MAX_QUERY).collect();
            prop_assume!(matches!(terms(&beginning), Ok(Some(_))));
            // A beginning that ends within a sequence which folds as a whole is another text.
            prop_assume!(fold(&reference).trim().starts_with(fold(&beginning).trim()));
            prop_assert!(finds(&beginning, "Asha", Some(&reference)), "{:?} in {:?}", beginning, reference);
        }

        #[test]
        fn no_token_key_or_term_is_long_or_has_a_nul(name in any::<String>(), reference in any::<Option<String>>()) {
            let tokens = tokens(&name, reference.as_deref());
            prop_assert!(tokens.len() <= MAX_TOKENS);
            for token in &tokens {
                prop_assert!(!token.is_empty() && token.chars().count() <= MAX_TOKEN && !token.contains('\0'));
            }
            prop_assert!(name_key(&name).len() <= MAX_KEY && !name_key(&name).contains('\0'));
            let query: String = name.chars().take(MAX_QUERY).collect();
            if let Ok(Some(terms)) = terms(&query) {
                for term in terms.words.iter().chain(&terms.reference) {
                    prop_assert!(term.chars().count() <= MAX_TOKEN && !term.contains('\0'));
                }
            }
        }
    }
}
