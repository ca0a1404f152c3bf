use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

/// Names of every shape that the classes are about.
const NAMES: [&str; 8] = [
    "ABDUL BASIR AL-SALEK MOHAMMAD",
    "Mohammed Yusuf bin Khalid",
    "José Hussein García",
    "KO TAE HUN",
    "Anna Muster",
    "Ahmad Karim Singh",
    "Vladimir Aleksandr Primer",
    "Jean-Marie Beispiel",
];

fn all(class: Class) -> Vec<(&'static str, String)> {
    let mut made = Vec::new();
    for name in NAMES {
        for seed in 0..40 {
            made.extend(perturb(name, class, &mut Dice::new(seed, 1)).map(|perturbed| (name, perturbed)));
        }
    }
    assert!(class == Class::OriginalScript || made.len() >= 20, "{class:?} hardly ever does anything");
    made
}

fn letters(name: &str) -> Vec<char> {
    let mut letters: Vec<char> =
        name.chars().filter(|char| char.is_alphabetic()).flat_map(char::to_lowercase).collect();
    letters.sort_unstable();
    letters
}

fn length(name: &str) -> usize {
    name.chars().count()
}

fn words(name: &str) -> Vec<&str> {
    let mut words: Vec<&str> = name.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words
}

#[test]
fn every_class_changes_the_name_and_leaves_a_name() {
    for class in Class::ALL {
        for (name, perturbed) in all(class) {
            assert_ne!(name, perturbed, "{class:?}");
            assert!(
                length(&perturbed) >= 3 && perturbed.contains(char::is_alphabetic),
                "{class:?}: {perturbed}"
            );
            assert_eq!(perturbed.trim(), perturbed, "{class:?}");
        }
    }
}

#[test]
fn a_name_falls_in_many_ways() {
    for class in Class::ALL.into_iter().filter(|class| *class != Class::OriginalScript) {
        let ways: HashSet<String> = all(class).into_iter().map(|(_, perturbed)| perturbed).collect();
        assert!(ways.len() >= 8, "{class:?} always makes {ways:?}");
    }
}

#[test]
fn a_typo_is_one_letter() {
    for (name, perturbed) in all(Class::Typo) {
        assert!(length(name).abs_diff(length(&perturbed)) <= 1, "{perturbed}");
        let (mut one, mut other) = (letters(name), letters(&perturbed));
        let kept: Vec<char> = one.clone();
        one.retain(|letter| !other.contains(letter));
        other.retain(|letter| !kept.contains(letter));
        assert!(one.len() <= 1 && other.len() <= 1, "{name}: {perturbed}");
    }
}

#[test]
fn letters_stay_where_only_their_places_change() {
    for class in [Class::Transposition, Class::Order, Class::Joined, Class::Split, Class::Invisible] {
        for (name, perturbed) in all(class) {
            assert_eq!(letters(name), letters(&perturbed), "{class:?}: {perturbed}");
        }
    }
    for (name, perturbed) in all(Class::Order) {
        assert_eq!(words(name), words(&perturbed));
    }
    for (name, perturbed) in all(Class::Transposition) {
        let places = name.chars().zip(perturbed.chars()).filter(|(one, other)| one != other).count();
        assert_eq!(places, 2, "{perturbed}");
    }
}

#[test]
fn doubling_changes_no_letter_but_how_often_it_stands() {
    for (name, perturbed) in all(Class::Doubling) {
        let kinds = |name: &str| letters(name).into_iter().collect::<HashSet<_>>();
        assert_eq!(kinds(name), kinds(&perturbed));
        assert_eq!(length(name).abs_diff(length(&perturbed)), 1);
    }
}

#[test]
fn what_is_dropped_is_one_token_of_three() {
    for (name, perturbed) in all(Class::DroppedToken) {
        assert_eq!(words(name).len(), words(&perturbed).len() + 1);
        assert!(words(&perturbed).iter().all(|word| words(name).contains(word)));
        assert!(words(&perturbed).len() >= 2);
    }
    for seed in 0..20 {
        assert_eq!(perturb("Anna Muster", Class::DroppedToken, &mut Dice::new(seed, 1)), None);
        assert_eq!(perturb("Anna bin Muster", Class::DroppedToken, &mut Dice::new(seed, 1)), None);
    }
}

#[test]
fn initials_keep_the_last_token_and_the_first_letters() {
    let first =
        |name: &str| -> Vec<char> { name.split(' ').filter_map(|word| word.chars().next()).collect() };
    for class in [Class::Initials, Class::MiddleInitials] {
        for (name, perturbed) in all(class) {
            assert_eq!(name.split(' ').next_back(), perturbed.split(' ').next_back());
            assert_eq!(first(name), first(&perturbed));
        }
    }
    for (name, perturbed) in all(Class::MiddleInitials) {
        assert_eq!(name.split(' ').next(), perturbed.split(' ').next());
    }
    let made =
        |class| perturb("Abdul Basir Muster", class, &mut Dice::new(2, 1)).map(|name| name.replace('.', ""));
    assert_eq!(made(Class::Initials).as_deref(), Some("A B Muster"));
    assert_eq!(made(Class::MiddleInitials).as_deref(), Some("Abdul B Muster"));
}

#[test]
fn look_alikes_are_of_another_script_and_look_alike() {
    for (name, perturbed) in all(Class::Homoglyph) {
        assert!(!is_latin(&perturbed), "{perturbed}");
        assert_eq!(length(name), length(&perturbed));
    }
}

#[test]
fn invisible_characters_and_marks_come_off_again() {
    use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
    let bare = |name: &str| -> String {
        name.nfd()
            .filter(|char| !is_combining_mark(*char) && (char.is_alphanumeric() || " -".contains(*char)))
            .collect()
    };
    for class in [Class::Invisible, Class::Diacritics] {
        for (name, perturbed) in all(class) {
            assert_eq!(bare(name), bare(&perturbed));
        }
    }
}

#[test]
fn what_is_added_leaves_the_name_whole() {
    for class in [Class::Honorific, Class::Father, Class::AddedSurname] {
        for (name, perturbed) in all(class) {
            assert!(name.split(' ').all(|word| words(&perturbed).contains(&word)), "{class:?}: {perturbed}");
            assert!(words(&perturbed).len() > words(name).len());
        }
    }
}

#[test]
fn spellings_go_both_ways() {
    let made = |name: &str, class| -> HashSet<String> {
        (0..400).filter_map(|seed| perturb(name, class, &mut Dice::new(seed, 1))).collect()
    };
    assert!(made("Anna Mohammed", Class::Mohammed).contains("Anna Md"));
    assert!(made("MD ANNA", Class::Mohammed).contains("MOHD ANNA"));
    assert!(made("Abdul Muster", Class::Variant).contains("Abd al Muster"));
    assert!(made("Yusuf Muster", Class::Variant).contains("Youssef Muster"));
    assert!(made("MOUSSA KHAN", Class::Transliteration).contains("MUSSA KHAN"));
    assert!(made("Musa Wali", Class::Transliteration).contains("Musa Vali"));
    assert!(made("Karim Muster", Class::Particles).contains("Karim al-Muster"));
    let without = made("KARIM AL-MUSTER", Class::Particles);
    assert!(without.contains("KARIM MUSTER") && without.contains("KARIM ALMUSTER"), "{without:?}");
    assert!(made("Karim Muster", Class::InitialFirst).contains("M. Karim"));
}

#[test]
fn a_name_without_what_it_takes_is_left_alone() {
    for class in Class::ALL {
        for name in ["", " ", "-", "7", "حسین موسوی", "บุญนพ นักรบ", "Ким Чен"]
        {
            assert_eq!(perturb(name, class, &mut Dice::new(1, 1)), None, "{class:?}: {name}");
        }
    }
    for class in [Class::Order, Class::Initials, Class::Joined, Class::Mohammed, Class::Variant] {
        assert_eq!(perturb("Muster", class, &mut Dice::new(1, 1)), None, "{class:?}");
    }
}

proptest! {
    #[test]
    fn whatever_the_name_it_repeats_itself_and_never_breaks(
        name in "[A-Za-zéñŠ' .-]{0,40}|\\PC{0,30}",
        seed in any::<u64>(),
    ) {
        for class in Class::ALL {
            let perturbed = perturb(&name, class, &mut Dice::new(seed, 1));
            prop_assert_eq!(&perturbed, &perturb(&name, class, &mut Dice::new(seed, 1)));
            if let Some(perturbed) = perturbed {
                prop_assert!(perturbed != name && perturbed.contains(char::is_alphabetic));
            }
        }
    }
}
