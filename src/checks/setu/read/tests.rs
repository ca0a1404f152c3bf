use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    checks::{
        bank::{Account, Ifsc},
        by_reviewer::{of_bank, of_pan},
        pan::Pan,
    },
    lifecycle::reasons,
};

fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

fn ask_pan(status: u16, body: &[u8]) -> Answer {
    let number = Pan::parse("ABCPE1234F").unwrap();
    pan(status, body, |name| of_pan(&number, name))
}

fn ask_bank(status: u16, body: &[u8]) -> Answer {
    let (account, ifsc) = (Account::parse("1234567890").unwrap(), Ifsc::parse("SBIN0001234").unwrap());
    bank(status, body, None, |name, code| of_bank(&account, &ifsc, name, code))
}

fn document() -> Value {
    json!({"aadhaar": {
        "address": {"careOf": "S/O John  Doe", "country": "India", "district": "Pune", "house": "7", "landmark": "",
            "locality": "Aundh", "pin": "411007", "postOffice": "", "state": "Maharashtra", "street": "", "vtc": "Pune"},
        "dateOfBirth": "31-01-1990", "gender": "M", "maskedNumber": "xxxx-xxxx-1234", "name": " Jack \n Doe ",
        "verified": {"email": false, "phone": false, "signature": true}}, "status": "complete"})
}

fn code(answer: &Answer) -> Option<&'static str> {
    match answer {
        Answer::Failed { code, .. } | Answer::RequiresAction { code, .. } => Some(code),
        _ => None,
    }
}

#[test]
fn every_documented_code_is_mapped_to_a_reason_of_the_catalogue() {
    let tables = [(codes::DIGILOCKER, 20), (codes::VERIFY, 5), (codes::BANK, 58)];
    for (table, documented) in tables {
        assert_eq!(table.len(), documented, "as many as are documented");
        for (at, (code, meaning)) in table.iter().enumerate() {
            assert!(!table[..at].iter().any(|(other, _)| other == code), "{code} stands twice");
            if let Meaning::Fails(reason) | Meaning::Requires(reason) = meaning {
                let entry =
                    reasons::find(reason).unwrap_or_else(|| panic!("{reason} is not in the catalogue"));
                assert!(entry.action_by.is_some(), "{code}: whose action is {reason}?");
            }
            assert!((*meaning == Meaning::Passes) == (*code == "BAV00"), "{code}");
        }
    }
}

#[test]
fn every_code_of_a_penny_drop_does_what_the_table_says() {
    for (told, meaning) in codes::BANK {
        for verification in ["success", "failed"] {
            let body =
                bytes(&json!({"code": told, "verification": verification, "data": {"name": "Asha Rao"}}));
            let answer = ask_bank(200, &body);
            let passes = matches!(answer, Answer::Completed { .. });
            assert_eq!(passes, *told == "BAV00" && verification == "success", "{told} {verification}");
            if verification == "failed" && *told != "BAV00" {
                let found = answer.found().cloned();
                let expected = match meaning {
                    // The drop is over, and nobody is to blame.
                    Meaning::Down(_) => Answer::requires(reasons::PROVIDER_UNAVAILABLE, found),
                    meaning => meaning.answer(found),
                };
                assert_eq!(answer, expected, "{told}");
            }
        }
    }
    let unknown = bytes(&json!({"code": "BAV777", "verification": "failed"}));
    assert_eq!(code(&ask_bank(200, &unknown)), Some("UNDER_REVIEW"));
    let contradiction =
        bytes(&json!({"code": "BAVM5", "verification": "success", "data": {"name": "Asha Rao"}}));
    assert_eq!(code(&ask_bank(200, &contradiction)), Some("UNDER_REVIEW"));
}

#[test]
fn every_error_of_digilocker_does_what_the_table_says() {
    for (told, meaning) in codes::DIGILOCKER {
        let body = bytes(&json!({"error": {"code": told, "detail": "", "traceId": ""}}));
        for answer in [aadhaar(400, &body), started(400, &body, false)] {
            assert_eq!(answer, meaning.answer(None), "{told}");
        }
        assert_eq!(aadhaar(500, &body), Answer::Down { why: Outage::Faulty }, "{told}: a 500 is an outage");
    }
    let unknown = bytes(&json!({"error": {"code": "news_to_us"}}));
    assert_eq!(aadhaar(400, &unknown), Answer::Down { why: Outage::Refusing });
    assert_eq!(aadhaar(200, &unknown), Answer::Down { why: Outage::Unreadable });
}

#[test]
fn an_aadhaar_is_kept_masked_and_without_its_photo() {
    let Answer::Completed { found: Some(found) } = aadhaar(200, &bytes(&document())) else {
        panic!("not passed")
    };
    let expected = json!({"kind": "identity", "name": "Jack Doe", "date_of_birth": "1990-01-31", "gender": "M",
        "masked_aadhaar": "xxxx xxxx 1234",
        "address": "S/O John Doe, 7, Aundh, Pune, Maharashtra, 411007, India"});
    assert_eq!(serde_json::to_value(&found).unwrap(), expected);
    let mut whole = document();
    whole["aadhaar"]["maskedNumber"] = "2341 2341 2346".into();
    whole["aadhaar"]["address"]["landmark"] = "UID 234123412346".into();
    let Answer::Completed { found: Some(found) } = aadhaar(200, &bytes(&whole)) else { panic!("not passed") };
    let kept = serde_json::to_string(&found).unwrap();
    assert!(kept.contains("xxxx xxxx 2346") && !kept.contains("2341"), "{kept}");
}

#[test]
fn half_an_aadhaar_never_passes() {
    for missing in ["name", "maskedNumber", "verified"] {
        let mut half = document();
        half["aadhaar"].as_object_mut().unwrap().remove(missing);
        assert_eq!(aadhaar(200, &bytes(&half)), Answer::Down { why: Outage::Unreadable }, "{missing}");
    }
    for (field, value) in [("name", "  "), ("name", "2341 2341 2346"), ("maskedNumber", "xxxx")] {
        let mut odd = document();
        odd["aadhaar"][field] = value.into();
        assert_eq!(aadhaar(200, &bytes(&odd)), Answer::Down { why: Outage::Unreadable }, "{field}");
    }
    let mut forged = document();
    forged["aadhaar"]["verified"]["signature"] = false.into();
    assert_eq!(code(&aadhaar(200, &bytes(&forged))), Some("DOCUMENT_SIGNATURE_INVALID"));
    let whole = bytes(&document());
    for cut in 0..whole.len() {
        assert!(matches!(aadhaar(200, &whole[..cut]), Answer::Down { .. }), "cut at {cut}");
    }
}

#[test]
fn a_pan_is_what_the_register_says() {
    let told =
        |data: Value| bytes(&json!({"verification": "SUCCESS", "message": "PAN is valid", "data": data}));
    let individual =
        json!({"category": "Individual", "full_name": "John Doe", "aadhaar_seeding_status": "LINKED"});
    let answer = ask_pan(200, &told(individual));
    assert!(matches!(&answer, Answer::Completed { found: Some(found) } if found.name() == Some("John Doe")));
    for (status, body, expected) in [
        (200, told(json!({"category": "Company", "full_name": "Doe Ltd"})), "PAN_NOT_INDIVIDUAL"),
        (
            200,
            told(
                json!({"category": "Individual", "full_name": "A B", "aadhaar_seeding_status": "NOT_LINKED"}),
            ),
            "PAN_NOT_LINKED_TO_AADHAAR",
        ),
        (
            200,
            told(
                json!({"category": "Individual", "full_name": "A B", "aadhaar_seeding_status": "not linked"}),
            ),
            "PAN_NOT_LINKED_TO_AADHAAR",
        ),
        (200, bytes(&json!({"verification": "failed", "message": "PAN is invalid"})), "PAN_INACTIVE"),
        (404, bytes(&json!({"verification": "failed", "message": "PAN not found."})), "PAN_NOT_FOUND"),
    ] {
        assert_eq!(code(&ask_pan(status, &body)), Some(expected));
    }
    // What nobody has documented is for a person to say, and what is left out is optional.
    for word in ["", "INOPERATIVE", "PENDING", "DELINKED", "LINKED?", "NA", "0", "लिंक"] {
        let data = json!({"category": "Individual", "full_name": "A B", "aadhaar_seeding_status": word});
        assert_eq!(code(&ask_pan(200, &told(data))), Some("UNDER_REVIEW"), "{word}");
    }
    for left_out in [
        json!({"category": "Individual", "full_name": "A B"}),
        json!({"category": "Individual", "full_name": "A B", "aadhaar_seeding_status": null}),
    ] {
        assert!(matches!(ask_pan(200, &told(left_out)), Answer::Completed { .. }));
    }
    for (status, body, why) in [
        (404, b"<html>not found</html>".to_vec(), Outage::Refusing),
        (401, b"{}".to_vec(), Outage::Refusing),
        (302, Vec::new(), Outage::Refusing),
        (429, b"{}".to_vec(), Outage::Busy),
        (503, b"busy".to_vec(), Outage::Faulty),
        (400, bytes(&json!({"error": {"code": "consent_not_given"}})), Outage::Refusing),
        (200, bytes(&json!({"verification": "success"})), Outage::Unreadable),
        (
            200,
            bytes(&json!({"verification": "perhaps", "data": {"category": "Individual"}})),
            Outage::Unreadable,
        ),
        (200, b"[]".to_vec(), Outage::Unreadable),
        (204, Vec::new(), Outage::Unreadable),
    ] {
        assert_eq!(ask_pan(status, &body), Answer::Down { why }, "{status}");
    }
}

#[test]
fn a_penny_drop_is_pending_until_the_bank_answers() {
    let reference = Reference::parse("d9342684").unwrap();
    let told = |value: Value| {
        let known = |name, code| {
            of_bank(&Account::parse("123456789").unwrap(), &Ifsc::parse("ICIC0000001").unwrap(), name, code)
        };
        bank(200, &bytes(&value), Some(&reference), known)
    };
    assert!(matches!(told(json!({"id": "d9342684", "verification": "pending"})), Answer::Pending { .. }));
    let done = told(
        json!({"id": "d9342684", "code": "BAV00", "verification": "success", "data": {"name": "JOHN DOE"}}),
    );
    assert!(matches!(&done, Answer::Completed { found: Some(found) } if found.name() == Some("JOHN DOE")));
    let other = told(
        json!({"id": "somebody-elses", "code": "BAV00", "verification": "success", "data": {"name": "X Y"}}),
    );
    assert_eq!(other, Answer::Down { why: Outage::Unreadable }, "an answer about another request");
    let nameless = told(json!({"code": "BAV00", "verification": "success", "data": {"name": "X Y"}}));
    assert_eq!(nameless, Answer::Down { why: Outage::Unreadable }, "a success about nothing that was asked");
    let failed = told(json!({"code": "BAVM1", "verification": "failed"}));
    assert_eq!(code(&failed), Some("BANK_ACCOUNT_INVALID"), "which is documented");
    let wordless = told(json!({"id": "d9342684", "verification": "success"}));
    assert_eq!(code(&wordless), Some("UNDER_REVIEW"), "neither a code nor a name");
}

#[test]
fn a_visit_leads_to_a_page_with_tls() {
    let told = |url: &str| bytes(&json!({"id": "ea31", "status": "unauthenticated", "url": url}));
    let page = "https://digilocker.example/sign-in?x=1";
    let reference = Reference::parse("ea31").unwrap();
    assert_eq!(started(201, &told(page), false), Answer::Redirect { url: page.to_owned(), reference });
    for url in ["http://digilocker.example/", "javascript:alert(1)", "data:text/html,x", "/relative", ""] {
        assert_eq!(started(200, &told(url), false), Answer::Down { why: Outage::Unreadable }, "{url}");
    }
    assert!(matches!(started(200, &told("http://127.0.0.1:1/"), true), Answer::Redirect { .. }));
    let odd = bytes(&json!({"id": "../../x", "url": page}));
    assert_eq!(started(200, &odd, false), Answer::Down { why: Outage::Unreadable });
}

#[test]
fn a_notification_says_which_request_and_nothing_else() {
    let body = json!({"data": {"bav": {"id": "82ff6686", "verification": "success"}}, "event": "BAV_WEBHOOK_NOTIFICATION"});
    assert_eq!(notification(&bytes(&body)), Reference::parse("82ff6686"));
    for body in ["{}", "", "[", "{\"event\":\"OTHER\",\"data\":{\"bav\":{\"id\":\"82ff6686\"}}}"] {
        assert_eq!(notification(body.as_bytes()), None);
    }
}

proptest! {
    /// Garbage of any status never passes.
    #[test]
    fn garbage_never_passes(status in 100u16..600, body in prop::collection::vec(any::<u8>(), 0..200)) {
        for answer in [ask_pan(status, &body), ask_bank(status, &body), aadhaar(status, &body), started(status, &body, false)] {
            prop_assert!(matches!(answer, Answer::Down { .. }), "{:?}", answer);
        }
        prop_assert_eq!(notification(&body), None);
    }

    /// Nor does any other status than a success with a body that would pass.
    #[test]
    fn only_a_success_passes(status in 300u16..600) {
        let body = bytes(&json!({"verification": "success", "code": "BAV00", "data": {"category": "Individual", "full_name": "A B", "name": "A B"}}));
        for answer in [ask_pan(status, &body), ask_bank(status, &body), aadhaar(status, &bytes(&document()))] {
            prop_assert!(matches!(answer, Answer::Down { .. }), "{:?}", answer);
        }
    }
}
