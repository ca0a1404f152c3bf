use chrono::DateTime;
use chrono_tz::Tz;
use entity::{
    AttemptState, MerchantMode, Party, Scope, StepStatus,
    id::{AttemptId, CustomerId, StepId},
};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::report::{
    page::{Customer, KINDS, Seen},
    query::Date,
};

fn plan(layout: Layout) -> Plan {
    Plan {
        scope: Scope::of(Uuid::nil().into()),
        now: DateTime::UNIX_EPOCH,
        zone: Tz::Asia__Kolkata,
        from: DateTime::UNIX_EPOCH,
        until: DateTime::UNIX_EPOCH,
        date: Date::Created,
        layout,
        states: Vec::new(),
        byte_order_mark: false,
    }
}

/// Reference, name, email and phone of a customer; an empty one is none.
const ASHA: [&str; 4] = ["", "Asha \"AR\" Rao, 2nd", "", "+919812345678"];

/// A page with one attempt of a customer with these texts.
fn page(texts: [&str; 4]) -> Page {
    let at = |second| DateTime::from_timestamp(second, 0).unwrap();
    let step = |position, status, waiting_on| Step {
        status,
        reason_code: Text::default(),
        tries: 1,
        started_at: Some(at(60)),
        ended_at: None,
        line: Some(StepLine { id: StepId(Uuid::from_u128(7)), position, waiting_on, max_tries: 3 }),
    };
    let mut page = Page::default();
    let [reference, name, email, phone] = texts.map(|text| page.texts.keep(text).unwrap());
    let mut steps = [None; KINDS];
    steps[StepKind::SanctionScreening as usize] = Some(step(1, StepStatus::Completed, None));
    steps[StepKind::Pan as usize] = Some(step(2, StepStatus::InProgress, Some(Party::Customer)));
    page.attempts.push(Attempt {
        id: AttemptId(Uuid::nil()),
        number: 2,
        customer_id: CustomerId(Uuid::nil()),
        customer: Customer { reference, name, email, phone },
        mode: MerchantMode::Sandbox,
        seen: Seen {
            state: AttemptState::InProgress,
            waiting_on: Some(Party::Customer),
            ended_at: None,
            expiry_reason: None,
        },
        created_at: at(0),
        started_at: Some(at(60)),
        expires_at: None,
        rejection_code: Text::default(),
        steps,
    });
    page
}

fn written(plan: &Plan, page: &Page) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut sheet = Sheet::begin(&mut bytes, plan).unwrap();
    sheet.page(page).unwrap();
    drop(sheet);
    bytes
}

fn read_back(bytes: &[u8]) -> Vec<csv::StringRecord> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(bytes)
        .records()
        .collect::<Result<_, _>>()
        .unwrap()
}

const ATTEMPT_CELLS: &str = "attempt_00000000000000000000000000,2,customer_00000000000000000000000000,,\
    \"Asha \"\"AR\"\" Rao, 2nd\",,'+919812345678,SANDBOX,IN_PROGRESS,CUSTOMER,\
    1970-01-01T05:30:00+05:30,1970-01-01T05:31:00+05:30,,,,";

#[test]
fn wide_is_one_line_an_attempt_with_every_kind_in_the_same_place() {
    let text = String::from_utf8(written(&plan(Layout::Wide), &page(ASHA))).unwrap();
    let (head, line) = text.split_once("\r\n").unwrap();
    assert_eq!(
        head,
        "attempt_id,attempt_number,customer_id,customer_reference,customer_name,customer_email,customer_phone,mode,state,\
         waiting_on,created_at,started_at,ended_at,expires_at,rejection_code,expiry_reason,\
         digilocker_aadhaar_status,digilocker_aadhaar_started_at,digilocker_aadhaar_ended_at,digilocker_aadhaar_tries,\
         digilocker_aadhaar_reason_code,\
         pan_status,pan_started_at,pan_ended_at,pan_tries,pan_reason_code,\
         bank_penny_drop_status,bank_penny_drop_started_at,bank_penny_drop_ended_at,bank_penny_drop_tries,\
         bank_penny_drop_reason_code,\
         selfie_status,selfie_started_at,selfie_ended_at,selfie_tries,selfie_reason_code,\
         signature_status,signature_started_at,signature_ended_at,signature_tries,signature_reason_code,\
         sanction_screening_status,sanction_screening_started_at,sanction_screening_ended_at,sanction_screening_tries,\
         sanction_screening_reason_code"
    );
    assert_eq!(
        line,
        format!(
            "{ATTEMPT_CELLS},,,,,,IN_PROGRESS,1970-01-01T05:31:00+05:30,,1,,,,,,,,,,,,,,,,,\
             COMPLETED,1970-01-01T05:31:00+05:30,,1,\r\n"
        )
    );
}

#[test]
fn long_is_one_line_a_step() {
    let text = String::from_utf8(written(&plan(Layout::Long), &page(ASHA))).unwrap();
    let lines: Vec<_> = text.split("\r\n").collect();
    assert!(lines[0].ends_with(
        ",step_id,step_kind,step_position,step_status,step_waiting_on,step_started_at,step_ended_at,step_tries,\
         step_max_tries,step_reason_code"
    ));
    let step = "step_00000000000000000000000007";
    let screening =
        format!("{ATTEMPT_CELLS},{step},SANCTION_SCREENING,1,COMPLETED,,1970-01-01T05:31:00+05:30,,1,3,");
    let pan = format!("{ATTEMPT_CELLS},{step},PAN,2,IN_PROGRESS,CUSTOMER,1970-01-01T05:31:00+05:30,,1,3,");
    assert_eq!(lines[1..], [screening.as_str(), &pan, ""]);
}

#[test]
fn a_byte_order_mark_comes_first_when_asked_for() {
    let asked = Plan { byte_order_mark: true, ..plan(Layout::Wide) };
    assert!(written(&asked, &Page::default()).starts_with("\u{feff}attempt_id,".as_bytes()));
}

proptest! {
    #[test]
    fn a_reader_gets_back_what_was_stored(
        texts in prop::collection::vec("[=+@＝'\",;\t\r\n\0 a-]{0,8}|\\PC{0,12}", 4), layout in prop::sample::select(vec![Layout::Wide, Layout::Long])
    ) {
        let stored = [&texts[0], &texts[1], &texts[2], &texts[3]].map(String::as_str);
        let records = read_back(&written(&plan(layout), &page(stored)));
        prop_assert_eq!(records.len(), match layout { Layout::Wide => 2, Layout::Long => 3 });
        for record in &records[1..] {
            prop_assert_eq!(record.len(), records[0].len());
            for (cell, text) in (3..7).map(|place| &record[place]).zip(&texts) {
                let cell: &str = cell;
                let expected = defused(text);
                prop_assert_eq!(cell, expected.as_ref());
            }
        }
    }
}
