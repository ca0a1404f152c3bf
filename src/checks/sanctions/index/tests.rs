use proptest::prelude::*;

use super::*;
use crate::checks::sanctions::{
    made_up::{list, person},
    person::{Birth, Gender},
};

fn index(persons: Vec<Person>) -> Index {
    Index::new(vec![list("made-up", persons)])
}

/// A list large enough that everyday names weigh less than rare ones.
fn crowd() -> Index {
    let given =
        ["Mohammad", "Ahmad", "Karim", "Tarkan", "Ilyas", "Sabiha", "Rustam", "Zubair", "Wahida", "Yong"];
    let family =
        ["Qorbani", "Al-Dhaheri", "Petrosyan", "Khan", "Okonjo", "Santoro", "Haqyar", "Mun", "Belov"];
    let pairs = given.iter().flat_map(|given| family.iter().map(move |family| format!("{given} {family}")));
    let mut persons: Vec<Person> =
        pairs.enumerate().map(|(at, name)| person(&format!("p{at}"), &[&name])).collect();
    persons.push(person("long", &["Abdul Rahman bin Saif al-Din al-Dhaheri", "Abu Saif"]));
    persons.push(person("arabic", &["Hussein Musavi", "حسین موسوی"]));
    index(persons)
}

fn best(index: &Index, name: &str) -> (String, f64) {
    let found = index.screen(&Subject::named(name), 0.3).unwrap();
    found.first().map_or_else(Default::default, |best| (best.person.entity_id.clone(), best.score))
}

#[test]
fn a_listed_name_is_found_however_it_is_written() {
    let index = crowd();
    for name in [
        "Abdul Rahman bin Saif al-Din al-Dhaheri",
        "AL-DHAHERI, Abdulrahman Saifuddin",
        "abdur rehman ibn seif el-deen aldhaheri",
        "Shri Abdul Rahman Saif-al-Din Dhaheri S/o Mahmud Khan",
        "Аbdul Rаhmаn Sаif al-Din Dhaheri",
        "Abdul Rahmna Saif al-Din al-Dhaheri",
        "Abd\u{200d}ul Rah\u{ad}man Saif al-Din al-Dhaheri",
    ] {
        let (who, score) = best(&index, name);
        assert_eq!(who, "long", "{name}");
        assert!(score >= 0.85, "{name}: {score}");
    }
    assert_eq!(best(&index, "حسین موسوی"), ("arabic".to_owned(), 1.0));
}

#[test]
fn one_shared_word_is_no_match() {
    let index = crowd();
    for name in ["Mohammad Sharifi", "Rustam Zhakenov", "Emma Belov", "Khan", "Saif Mun", "Ahmad", "Yong Kim"]
    {
        let found = index.screen(&Subject::named(name), 0.85).unwrap();
        assert!(found.is_empty(), "{name} is taken for {:?}", found[0].explanation);
    }
}

#[test]
fn what_else_is_known_moves_the_score_and_is_said() {
    let mut listed = person("1", &["Tarkan Petrosyan"]);
    listed.births = vec![Birth::in_years(1970, 1970).unwrap()];
    listed.nationalities = vec!["AM".to_owned()];
    listed.gender = Some(Gender::Male);
    let index = index(vec![listed]);
    let score = |born: Option<i32>, country: Option<&str>, gender| {
        let subject = Subject {
            born: born.and_then(|year| Birth::in_years(year, year)),
            country: country.map(str::to_owned),
            gender,
            ..Subject::named("Tarkann Petrosyan")
        };
        let found = index.screen(&subject, 0.0).unwrap();
        (found[0].score, found[0].explanation.join("\n"))
    };
    let (alone, _) = score(None, None, None);
    assert!(score(Some(1970), None, None).0 > alone);
    assert_eq!(score(Some(1971), None, None).0, alone, "lists err by a year");
    assert!(score(Some(1990), None, None).0 < score(Some(1973), None, None).0);
    assert!(score(Some(1973), None, None).0 < alone);
    assert!(score(None, Some("am"), None).0 > alone);
    assert!(score(None, Some("FR"), None).0 < alone);
    assert_eq!(score(None, Some("Atlantis"), None).0, alone, "no country, so nothing is known");
    let (other, told) = score(Some(1990), Some("FR"), Some(Gender::Female));
    assert!(other < alone - 0.4, "{other}");
    for said in ["Birth date 1990 does not fit the listed birth date 1970", "FR", "female"] {
        assert!(told.contains(said), "{told}");
    }
}

#[test]
fn every_match_tells_its_tokens() {
    let index = crowd();
    let found = index.screen(&Subject::named("Tarkann Petrosyan Kumar"), 0.5).unwrap();
    let told = found[0].explanation.join("\n");
    for said in [
        "\"petrosyan\" is in both names",
        "\"tarkann\" resembles \"tarkan\"",
        "Not in the listed name: \"kumar\"",
    ] {
        assert!(told.contains(said), "{said} is missing in\n{told}");
    }
}

#[test]
fn what_is_no_name_is_refused() {
    let index = crowd();
    let refusal = |name: &str| index.screen(&Subject::named(name), 0.8).unwrap_err();
    assert_eq!(refusal(""), Unscreenable::Empty);
    assert_eq!(refusal("\u{202e}…--"), Unscreenable::Empty);
    assert_eq!(refusal("K"), Unscreenable::TooShort);
    assert_eq!(refusal(&"Ali ".repeat(2_500)), Unscreenable::TooLong(MAX_LETTERS));
    assert!(index.screen(&Subject::named("ali ".repeat(75)), 0.0).is_ok(), "many times the same word");
}

#[test]
fn one_text_may_be_several_names() {
    let index = crowd();
    for name in ["Ilyas Qorbani @ Rustam Belov", "Rustam Belov (Ilyas Qorbani)", "Ilyas Qorbani alias Pappu"]
    {
        let found = index.screen(&Subject::named(name), 0.85).unwrap();
        assert!(found.iter().any(|found| found.person.names[0].text == "Ilyas Qorbani"), "{name}");
    }
}

#[test]
fn symbols_are_no_letters_and_cost_nothing() {
    let index = crowd();
    assert_eq!(best(&index, "Tarkan 🔀🔀 Petrosyan™"), best(&index, "Tarkan Petrosyan"));
    assert_eq!(index.screen(&Subject::named("🔀".repeat(300)), 0.5).unwrap_err(), Unscreenable::Empty);
    assert!(index.screen(&Subject::named("鑫".repeat(300)), 0.5).is_ok());
}

#[test]
fn a_rare_name_survives_a_wrong_birth_date_and_a_common_one_does_not() {
    let mut rare = person("rare", &["Zubair Tarkanov Okonjo"]);
    let mut common = person("common", &["Ahmad Khan"]);
    for listed in [&mut rare, &mut common] {
        listed.births = vec![Birth::in_years(1955, 1955).unwrap()];
    }
    let others = (0..400).map(|at| person(&format!("o{at}"), &["Ahmad Hassan Khan"]));
    let index = index(others.chain([rare, common]).collect());
    let found = |name: &str| {
        let subject = Subject { born: Birth::in_years(1985, 1985), ..Subject::named(name) };
        index
            .screen(&subject, 0.85)
            .unwrap()
            .into_iter()
            .map(|found| found.person.entity_id.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("Zubair Tarkanov Okonjo"), ["rare"]);
    assert!(!found("Ahmad Khan").contains(&"common".to_owned()));
}

#[test]
fn one_person_is_one_match_and_the_best_comes_first() {
    let index = index(vec![person("b", &["Ilyas Okonjo", "Ilyas Okonjoh"]), person("a", &["Ilyas Okonjo"])]);
    let found = index.screen(&Subject::named("Ilyas Okonjo"), 0.5).unwrap();
    let who: Vec<_> = found.iter().map(|found| found.person.entity_id.as_str()).collect();
    assert_eq!(who, ["a", "b"]);
    assert!(Index::new(Vec::new()).screen(&Subject::named("Ilyas Okonjo"), 0.5).unwrap().is_empty());
}

/// Names as lists have them: two to six words of letters, of any script that has them.
fn name() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        5 => "[A-Z][a-z]{2,9}",
        1 => "(al-|bin |abu |de )[A-Z][a-z]{2,9}",
        1 => "[A-Z]\\.",
        1 => "[А-Щ][а-щ]{2,8}",
        1 => "[\u{628}-\u{638}]{3,7}",
    ];
    prop::collection::vec(word, 2..6).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn a_name_matches_itself_fully(names in prop::collection::vec(name(), 1..20)) {
        let persons = names.iter().enumerate().map(|(at, name)| person(&at.to_string(), &[name])).collect();
        let index = index(persons);
        for name in &names {
            let found = index.screen(&Subject::named(name), 0.0).unwrap();
            prop_assert_eq!(found[0].score, 1.0, "{} scores {:?}", name, found[0].explanation);
        }
    }

    #[test]
    fn order_and_case_change_nothing(names in prop::collection::vec(name(), 1..12), asked in name(), seed in any::<u64>()) {
        let mut names = names;
        names.push(asked.clone());
        let persons = names.iter().enumerate().map(|(at, name)| person(&at.to_string(), &[name])).collect();
        let index = index(persons);
        let mut words: Vec<&str> = asked.split(' ').collect();
        for at in 0..words.len() {
            words.swap(at, seed.rotate_right(at as u32 * 8) as usize % asked.split(' ').count());
        }
        let shuffled = words.join("  ").to_uppercase();
        let scores = |name: &str| {
            let found = index.screen(&Subject::named(name), 0.0).unwrap();
            found.into_iter().map(|found| (found.person.entity_id.clone(), found.score, found.explanation)).collect::<Vec<_>>()
        };
        prop_assert_eq!(scores(&asked), scores(&shuffled));
    }

    #[test]
    fn slips_score_the_same_from_either_side(words in prop::collection::vec("[a-z]{4,9}", 1..6), word in 0_usize..6, at in 0_usize..3) {
        // With tokens left over the sides differ on purpose: a list writes out what people leave away.
        let mut slipped: Vec<Vec<u8>> = words.iter().map(|word| word.clone().into_bytes()).collect();
        let word = word % slipped.len();
        slipped[word].swap(at, at + 1);
        let slipped: Vec<String> = slipped.into_iter().map(|word| String::from_utf8(word).unwrap()).collect();
        let score = |listed: &str, asked: &str| best(&index(vec![person("1", &[listed])]), asked).1;
        let (one, other) = (words.join(" "), slipped.join(" "));
        prop_assert_eq!(score(&one, &other), score(&other, &one), "{} and {}", one, other);
    }

    #[test]
    fn a_lower_threshold_only_adds(names in prop::collection::vec(name(), 1..12), asked in name()) {
        let persons = names.iter().enumerate().map(|(at, name)| person(&at.to_string(), &[name])).collect();
        let index = index(persons);
        let all = index.screen(&Subject::named(&asked), 0.0).unwrap();
        for threshold in [0.3, 0.6, 0.85] {
            let some = index.screen(&Subject::named(&asked), threshold).unwrap();
            let expected = all.iter().filter(|found| found.score >= threshold).count();
            prop_assert_eq!(some.len(), expected, "at {}", threshold);
        }
    }

    #[test]
    fn no_text_breaks_it(text in any::<String>(), born in any::<bool>()) {
        let subject = Subject { born: born.then(|| Birth::in_years(1970, 1971).unwrap()), ..Subject::named(text) };
        let found = crowd().screen(&subject, 0.5).unwrap_or_default();
        prop_assert!(found.iter().all(|found| (0.5..=1.0).contains(&found.score)));
    }
}
