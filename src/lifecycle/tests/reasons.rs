use std::collections::HashSet;

use entity::{Party, StepKind};
use proptest::prelude::*;

use crate::lifecycle::{
    RefusalCode,
    aadhaar::contains_full_number,
    reasons::{self, MAX_MESSAGE, MAX_NOTE, catalogue, find, for_customer, resolve},
};

fn refused(code: &str, message: Option<&str>, note: Option<&str>) -> Option<RefusalCode> {
    resolve(code, message, note).err().map(|refusal| refusal.code())
}

#[test]
fn the_catalogue_is_well_formed() {
    let codes: HashSet<_> = catalogue(None).map(|entry| entry.code).collect();
    assert_eq!(codes.len(), catalogue(None).count(), "a code stands twice");
    for entry in catalogue(None) {
        let given = entry.message.is_empty().then_some("a message");
        assert!(resolve(entry.code, given, None).is_ok(), "{}", entry.code);
        assert_ne!(entry.action_by, Some(Party::Provider), "{}", entry.code);
        assert!(!entry.staff_only || entry.action_by == Some(Party::Reviewer), "{}", entry.code);
        assert!(entry.message.len() <= MAX_MESSAGE);
        assert!(entry.rejects || entry.holds || !entry.kinds.is_empty(), "{} is offered nowhere", entry.code);
        let screening = entry.kinds.contains(&StepKind::SanctionScreening);
        assert!(!screening || entry.code != "REDO_REQUESTED");
    }
    for kind in StepKind::ALL {
        assert!(catalogue(Some(*kind)).any(|entry| entry.code == "OTHER"), "{kind}");
    }
}

#[test]
fn the_codes_that_the_rules_use_are_in_the_catalogue() {
    for code in [
        reasons::UNDER_REVIEW,
        reasons::PROVIDER_UNAVAILABLE,
        reasons::PROVIDER_ANSWER_LOST,
        reasons::STEP_TIMED_OUT,
        reasons::DETAILS_CHANGED,
        reasons::SCREENING_UNAVAILABLE,
        reasons::SCREENING_MATCH,
        reasons::SCREENING_CONFIRMED,
        reasons::TRIES_EXHAUSTED,
    ] {
        assert!(find(code).is_some(), "{code}");
    }
}

#[test]
fn the_customer_reads_that_it_is_under_review() {
    let shown = for_customer("SCREENING_MATCH", "The name resembles one on a sanctions list.");
    assert_eq!(Some(shown), find("UNDER_REVIEW").map(|entry| (entry.code, entry.message)));
    assert_eq!(for_customer("IMAGE_BLURRED", "Blurred."), ("IMAGE_BLURRED", "Blurred."));
    assert_eq!(for_customer("MY_OWN", "Mine."), ("MY_OWN", "Mine."));
}

#[test]
fn the_message_defaults_to_the_catalogues() {
    let reason = resolve("IMAGE_BLURRED", Some("  "), Some(" seen twice ")).expect("a reason");
    assert_eq!(Some(reason.message.as_str()), find("IMAGE_BLURRED").map(|entry| entry.message));
    assert_eq!(reason.staff_note.as_deref(), Some("seen twice"));
    assert_eq!(
        resolve("IMAGE_BLURRED", Some("Too blurred."), None).expect("a reason").message,
        "Too blurred."
    );
}

#[test]
fn own_codes_bring_a_message() {
    assert!(resolve("MY_CODE_7", Some("Because."), None).is_ok());
    assert_eq!(refused("MY_CODE_7", None, None), Some(RefusalCode::Required));
    assert_eq!(refused("OTHER", None, None), Some(RefusalCode::Required));
    let longest = format!("A{}", "B".repeat(63));
    assert!(resolve(&longest, Some("Because."), None).is_ok());
    for code in ["", "A", "a_code", "7UP", "_A", "A-B", "Ä_CODE", "A B", &format!("{longest}B")] {
        assert_eq!(refused(code, Some("Because."), None), Some(RefusalCode::Invalid), "{code}");
    }
}

#[test]
fn texts_have_limits_in_characters() {
    let full = "न".repeat(MAX_MESSAGE);
    assert!(resolve("OTHER", Some(&full), None).is_ok());
    assert_eq!(refused("OTHER", Some(&format!("{full}न")), None), Some(RefusalCode::TooLong));
    let note = "n".repeat(MAX_NOTE);
    assert!(resolve("IMAGE_BLURRED", None, Some(&note)).is_ok());
    assert_eq!(refused("IMAGE_BLURRED", None, Some(&format!("{note}n"))), Some(RefusalCode::TooLong));
    assert_eq!(refused("OTHER", Some("a\0b"), None), Some(RefusalCode::Invalid));
    assert!(resolve("OTHER", Some("two\nlines"), None).is_ok());
}

// 2341 2341 2346 is made up: it has the right check digit and a pattern nobody is given.
#[test]
fn a_full_aadhaar_number_is_refused_wherever_it_stands() {
    for text in [
        "234123412346",
        "2341 2341 2346",
        "uid:2341-2341-2346.",
        "2341 - 2341 - 2346",
        "2341\u{a0}2341\u{2013}2346",
        "UID234123412346X",
        "call 98765 43210 about 2341 2341 2346",
        "२३४१ २३४१ २३४६",
    ] {
        assert!(contains_full_number(text), "{text}");
        assert_eq!(refused("OTHER", Some(text), None), Some(RefusalCode::Invalid), "{text}");
        assert_eq!(refused("OTHER", Some("x"), Some(text)), Some(RefusalCode::Invalid), "{text}");
    }
    assert_eq!(refused("UID234123412346", Some("x"), None), Some(RefusalCode::Invalid));
}

#[test]
fn other_numbers_are_fine() {
    for text in [
        "",
        "xxxx xxxx 2346",
        "234123412347",   // wrong check digit
        "134123412342",   // begins with 1, which no Aadhaar number does
        "034123412341",   // or 0
        "2341234123461",  // 13 digits
        "12341234123460", // 14 digits
        "2341 and 2341 and 2346",
        "on 2026-11-22 at 10:15",
        "98765 43210",
    ] {
        assert!(!contains_full_number(text), "{text}");
    }
}

#[test]
fn a_refusal_never_quotes_the_text() {
    let refusal = resolve("OTHER", Some("2341 2341 2346"), None).expect_err("a refusal");
    assert!(!format!("{refusal} {refusal:?}").contains("2341"));
}

proptest! {
    /// Verhoeff catches every wrong digit and every swap of neighbours, so changing one of these leaves no number.
    #[test]
    fn one_wrong_digit_is_no_number(place in 1usize..12, shift in 1u32..10) {
        let mut digits: Vec<char> = "234123412346".chars().collect();
        let old = digits[place].to_digit(10).expect("a digit");
        digits[place] = char::from_digit((old + shift) % 10, 10).expect("a digit");
        prop_assert!(!contains_full_number(&digits.iter().collect::<String>()));
    }

    #[test]
    fn any_text_is_judged_without_a_panic(code in "\\PC{0,70}", message in ".{0,600}", note in ".{0,40}") {
        if let Ok(reason) = resolve(&code, Some(&message), Some(&note)) {
            prop_assert!(!contains_full_number(&reason.message));
            prop_assert!(reason.message.chars().count() <= MAX_MESSAGE);
        }
    }
}
