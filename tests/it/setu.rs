//! Setu's adapters against a server that speaks Setu's documented protocol, errors and silence included.

use std::{net::TcpListener, time::Duration};

use entity::{
    StepKind::{self, BankPennyDrop, DigilockerAadhaar, Pan},
    id::RunId,
};
use kyc_stack::{
    checks::{
        Answer, Ask, Back, Check, Customer, Found, Outage, Reference, Request,
        bank::{Account, Ifsc},
        pan,
        setu::{BankMode, Credential, Settings, Setu},
    },
    entropy::Entropy,
};

use self::stand_in::{DROP_ID, StandIn, VISIT_ID, Visit};
use crate::harness::stub::Reply;

pub(crate) mod stand_in;

/// Whose questions these are.
const RUN: RunId = RunId(uuid::Uuid::from_u128(7));

/// Patience that no answer of the stand-in takes.
const PATIENT: Duration = Duration::from_secs(20);
/// Patience for a server that says nothing: all of it is waited for.
const IMPATIENT: Duration = Duration::from_millis(150);

fn settings(port: u16, whole: Duration) -> Settings {
    let credential = |text| Credential::new(text).unwrap();
    let url = format!("http://127.0.0.1:{port}/").parse().unwrap();
    let mut settings = Settings::new(url, credential("the-client"), credential("the-secret"));
    settings.digilocker = Some(credential("instance-digilocker"));
    settings.pan = Some(credential("instance-pan"));
    settings.bank = Some(credential("instance-bank"));
    settings.whole = whole;
    settings.pause = Duration::from_micros(1);
    settings
}

fn setu(server: &StandIn, whole: Duration) -> Setu {
    Setu::new(settings(server.stub.address.port(), whole), Entropy::seeded(1)).unwrap()
}

async fn ask(setu: &Setu, kind: StepKind, ask: Ask) -> Answer {
    let customer = Customer { name: "Jack Kanarinson".to_owned(), date_of_birth: None };
    let replies: Vec<_> = setu.ask(&Request { run: RUN, kind, customer, ask }).await.into_iter().collect();
    let [answer] = replies.try_into().unwrap();
    answer
}

fn start() -> Ask {
    Ask::Start { return_url: "https://kyc.example/journey/digilocker/return".to_owned() }
}

fn visit_id() -> Reference {
    Reference::parse(VISIT_ID).unwrap()
}

fn came_back(query: &[(&str, &str)]) -> Ask {
    Ask::Returned { reference: visit_id(), back: Back::read(query.iter().copied()) }
}

fn look() -> Ask {
    Ask::Again { reference: visit_id(), found: None }
}

fn number(text: &str) -> Ask {
    Ask::Pan { pan: pan::Pan::parse(text).unwrap() }
}

fn account(ifsc: &str) -> Ask {
    Ask::Bank { account: Account::parse("1234567890").unwrap(), ifsc: Ifsc::parse(ifsc).unwrap() }
}

fn code(answer: &Answer) -> &'static str {
    match answer {
        Answer::Failed { code, .. } | Answer::RequiresAction { code, .. } => code,
        other => panic!("{other:?} has no code"),
    }
}

fn passed(answer: Answer) -> Found {
    match answer {
        Answer::Completed { found: Some(found) } => found,
        other => panic!("{other:?} has not passed"),
    }
}

#[tokio::test]
async fn an_aadhaar_is_fetched_after_consent_and_the_access_given_back() {
    let server = StandIn::open().await;
    let setu = setu(&server, PATIENT);
    let Answer::Redirect { url, reference } = ask(&setu, DigilockerAadhaar, start()).await else { panic!() };
    assert!(url.starts_with("https://digilocker.example/"));
    assert_eq!(reference, visit_id());
    assert!(matches!(ask(&setu, DigilockerAadhaar, look()).await, Answer::Pending { .. }));

    server.visit(Visit::Authenticated);
    let back = came_back(&[("success", "True"), ("id", VISIT_ID), ("scope", "ADHAR+PANCR")]);
    let found = passed(ask(&setu, DigilockerAadhaar, back).await);
    let Found::Identity(identity) = &found else { panic!() };
    assert_eq!(identity.masked_aadhaar, "xxxx xxxx 1234");
    assert!(!serde_json::to_string(&found).unwrap().contains("AAAA"), "the photo is not kept");
    let calls = server.calls();
    assert_eq!(calls.last().unwrap(), &format!("GET /api/digilocker/{VISIT_ID}/revoke"));

    // The customer consented and closed the window: nobody came back, and the status tells.
    passed(ask(&setu, DigilockerAadhaar, look()).await);
}

#[tokio::test]
async fn every_call_names_its_run_however_often_it_is_sent() {
    for (kind, question, _) in questions() {
        let server = StandIn::open().await;
        server.visit(Visit::Authenticated);
        server.fail([Reply::Whole(503, String::new(), Vec::new())]);
        let setu = setu(&server, PATIENT);
        ask(&setu, kind, question()).await;
        ask(&setu, kind, question()).await;
        let asked = server.stub.asked();
        assert!(asked.len() > 1, "{kind}");
        for call in &asked {
            assert_eq!(
                call.header("x-request-id"),
                Some(RUN.to_string().as_str()),
                "{} {}",
                call.method,
                call.path
            );
        }
    }
}

#[tokio::test]
async fn what_the_customer_did_not_give_requires_action() {
    let server = StandIn::open().await;
    let setu = setu(&server, PATIENT);
    for (visit, query, expected) in [
        (Visit::Authenticated, &[("success", "True"), ("scope", "")][..], "DIGILOCKER_EMPTY_SCOPE"),
        (Visit::Authenticated, &[("success", "True"), ("scope", "PANCR")], "DIGILOCKER_EMPTY_SCOPE"),
        (Visit::Unauthenticated, &[("success", "False"), ("errCode", "access_denied")], "CONSENT_DECLINED"),
        (
            Visit::Unauthenticated,
            &[("success", "False"), ("errCode", "request_not_found")],
            "DIGILOCKER_SESSION_EXPIRED",
        ),
        // Whoever types the address themselves gets nothing by it.
        (Visit::Unauthenticated, &[("success", "True"), ("scope", "ADHAR")], "DIGILOCKER_SESSION_EXPIRED"),
        (Visit::Revoked, &[("success", "True")], "DIGILOCKER_SESSION_EXPIRED"),
        (Visit::NotLinked, &[("success", "True"), ("outcome", "pass")], "AADHAAR_NOT_LINKED_TO_MOBILE"),
    ] {
        server.visit(visit);
        let answer = ask(&setu, DigilockerAadhaar, came_back(query)).await;
        assert!(matches!(answer, Answer::RequiresAction { .. }), "{query:?}: {answer:?}");
        assert_eq!(code(&answer), expected, "{query:?}");
    }
}

#[tokio::test]
async fn a_pan_is_looked_up() {
    let server = StandIn::open().await;
    let setu = setu(&server, PATIENT);
    let found = passed(ask(&setu, Pan, number("ABCDE1234A")).await);
    assert_eq!(found.name(), Some("Jack Kanarinson"));
    assert!(!serde_json::to_string(&found).unwrap().contains("CDE123"), "masked");
    for (value, expected) in [("ABCDE1234B", "PAN_INACTIVE"), ("ABCPE1234F", "PAN_NOT_FOUND")] {
        let answer = ask(&setu, Pan, number(value)).await;
        assert!(matches!(answer, Answer::Failed { .. }));
        assert_eq!(code(&answer), expected);
    }
}

#[tokio::test]
async fn a_penny_is_dropped_both_ways() {
    let server = StandIn::open().await;
    let mut settings = settings(server.stub.address.port(), PATIENT);
    server.state.lock().unwrap().pending = 1;
    let waiting = Setu::new(settings.clone(), Entropy::seeded(1)).unwrap();
    let Answer::Pending { reference, found, .. } = ask(&waiting, BankPennyDrop, account("ABCD0123456")).await
    else {
        panic!("not pending");
    };
    assert_eq!(reference.as_str(), DROP_ID);
    let again = || Ask::Again { reference: reference.clone(), found: found.clone() };
    assert!(matches!(ask(&waiting, BankPennyDrop, again()).await, Answer::Pending { .. }));
    let Found::Bank(bank) = passed(ask(&waiting, BankPennyDrop, again()).await) else { panic!() };
    assert_eq!((bank.masked_account.as_str(), bank.ifsc.as_str()), ("xxxxxx7890", "ABCD0123456"));
    assert_eq!(
        (bank.registered_name.as_deref(), bank.provider_code.as_deref()),
        (Some("JACK KANARINSON"), Some("BAV00"))
    );

    settings.bank_mode = BankMode::Sync;
    let at_once = Setu::new(settings, Entropy::seeded(1)).unwrap();
    passed(ask(&at_once, BankPennyDrop, account("ABCD0123456")).await);
    let answer = ask(&at_once, BankPennyDrop, account("DCBA0543210")).await;
    assert_eq!(code(&answer), "BANK_ACCOUNT_INVALID");
    assert_eq!(server.calls().last().unwrap(), "POST /api/verify/ban");
}

/// A kind of step, a question, and how often it is sent to a server that fails.
type Question = (StepKind, fn() -> Ask, usize);

/// Every question there is. A rupee is sent only once.
fn questions() -> [Question; 5] {
    [
        (DigilockerAadhaar, start, 3),
        (DigilockerAadhaar, || came_back(&[("success", "True"), ("scope", "ADHAR")]), 3),
        (DigilockerAadhaar, look, 3),
        (Pan, || number("ABCDE1234A"), 3),
        (BankPennyDrop, || account("ABCD0123456"), 1),
    ]
}

#[tokio::test]
async fn a_server_that_fails_is_down_and_nothing_passes() {
    let page = b"<html>It works!</html>".to_vec();
    let cut = br#"{"verification":"success","code":"BAV00","da"#.to_vec();
    let faults: [(Reply, Outage, bool); 8] = [
        (Reply::Whole(500, String::new(), page.clone()), Outage::Faulty, true),
        (Reply::Whole(429, String::new(), b"{}".to_vec()), Outage::Busy, true),
        (Reply::Whole(200, String::new(), page.clone()), Outage::Unreadable, false),
        (Reply::Whole(200, String::new(), cut.clone()), Outage::Unreadable, false),
        (Reply::Half(cut), Outage::Unreadable, false),
        (Reply::Whole(200, String::new(), vec![b'['; 3 << 20]), Outage::Unreadable, false),
        (Reply::Whole(302, "location: /api/verify/pan\r\n".to_owned(), Vec::new()), Outage::Refusing, false),
        (Reply::Whole(401, String::new(), page), Outage::Refusing, false),
    ];
    for (fault, why, again) in faults {
        for (kind, question, sent) in questions() {
            let server = StandIn::open().await;
            server.visit(Visit::Authenticated);
            server.fail(std::iter::repeat_n(fault.clone(), 10));
            let answer = ask(&setu(&server, PATIENT), kind, question()).await;
            assert_eq!(answer, Answer::Down { why }, "{kind}");
            assert_eq!(server.calls().len(), if again { sent } else { 1 }, "{kind} {why}");
        }
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_is_silent() {
    for (kind, question, sent) in questions() {
        let server = StandIn::open().await;
        server.fail(std::iter::repeat_n(Reply::Silence, 10));
        let answer = ask(&setu(&server, IMPATIENT), kind, question()).await;
        assert_eq!(answer, Answer::Down { why: Outage::Silent }, "{kind}");
        assert_eq!(server.calls().len(), sent, "{kind}");
    }
    // It breaks off before it has said anything that is HTTP.
    for raw in [&b""[..], b"HTTP/1.1 2", b"\x00\xff garbage\r\n\r\n"] {
        let server = StandIn::open().await;
        server.fail(std::iter::repeat_n(Reply::Raw(raw.to_vec()), 10));
        let answer = ask(&setu(&server, PATIENT), Pan, number("ABCDE1234A")).await;
        assert!(matches!(answer, Answer::Down { .. }), "{raw:?}: {answer:?}");
    }
}

#[tokio::test]
async fn an_outage_that_passes_is_not_noticed() {
    let server = StandIn::open().await;
    server.fail([Reply::Whole(503, String::new(), Vec::new()), Reply::Whole(500, String::new(), Vec::new())]);
    passed(ask(&setu(&server, PATIENT), Pan, number("ABCDE1234A")).await);
    assert_eq!(server.calls().len(), 3);
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let setu = Setu::new(settings(port, PATIENT), Entropy::seeded(1)).unwrap();
    for (kind, question, _) in questions() {
        assert_eq!(ask(&setu, kind, question()).await, Answer::Down { why: Outage::Unreachable }, "{kind}");
    }
}

#[tokio::test]
async fn without_a_product_or_with_wrong_credentials_nothing_passes() {
    let server = StandIn::open().await;
    let mut wrong = settings(server.stub.address.port(), PATIENT);
    wrong.client_secret = Credential::new("another").unwrap();
    let refused = Setu::new(wrong.clone(), Entropy::seeded(1)).unwrap();
    assert_eq!(ask(&refused, Pan, number("ABCDE1234A")).await, Answer::Down { why: Outage::Refusing });
    wrong.pan = None;
    let without = Setu::new(wrong, Entropy::seeded(1)).unwrap();
    assert_eq!(without.kinds(), [DigilockerAadhaar, BankPennyDrop]);
    assert_eq!(ask(&without, Pan, number("ABCDE1234A")).await, Answer::Down { why: Outage::Refusing });
    // A question that the kind does not have.
    let answer = ask(&without, StepKind::Selfie, Ask::Image { width: 1, height: 1 }).await;
    assert_eq!(code(&answer), "UNDER_REVIEW");
}

#[tokio::test]
async fn no_personal_value_and_no_secret_is_logged() {
    let lines = crate::harness::lines::Lines::default();
    let server = StandIn::open().await;
    server.visit(Visit::Authenticated);
    let setu = setu(&server, PATIENT);
    let heard = lines.hear();
    for (kind, question, _) in questions() {
        ask(&setu, kind, question()).await;
        server.fail([Reply::Whole(401, String::new(), b"Kanarinson ABCDE1234A".to_vec())]);
        ask(&setu, kind, question()).await;
    }
    drop(heard);
    let said = lines.said();
    assert!(said.contains("Setu is down"), "nothing was heard: {said}");
    for value in ["Kanarinson", "ABCDE1234A", "1234567890", "the-secret", "instance-pan", VISIT_ID] {
        assert!(!said.contains(value), "{value} in {said}");
    }
    assert!(!format!("{:?}", settings(1, PATIENT)).contains("the-"), "settings print without credentials");
}
