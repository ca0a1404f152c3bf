//! What every documented code of Setu means for a step. The tables are whole: a code that is not in them is unknown, and an
//! unknown code never passes.

use crate::{
    checks::{Answer, Found, Outage},
    lifecycle::reasons::UNDER_REVIEW,
};

/// What a code means. Reasons are the catalogue's, and say whose action is required.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    Passes,
    Fails(&'static str),
    Requires(&'static str),
    Down(Outage),
}

use Meaning::{Down, Fails, Passes, Requires};

impl Meaning {
    /// The answer, with what was found.
    pub(super) fn answer(self, found: Option<Found>) -> Answer {
        match self {
            Self::Passes => Answer::Completed { found },
            Self::Fails(code) => Answer::failed(code, found),
            Self::Requires(code) => Answer::requires(code, found),
            Self::Down(why) => Answer::Down { why },
        }
    }
}

/// Errors of DigiLocker's API, and of its redirect.
pub const DIGILOCKER: &[(&str, Meaning)] = &[
    // Ours: settings, or a mistake.
    ("invalid_redirect_url", Down(Outage::Refusing)),
    ("invalid_payload", Down(Outage::Refusing)),
    ("bad_request", Down(Outage::Refusing)),
    ("consent_not_given", Down(Outage::Refusing)),
    ("vault_secret_error", Down(Outage::Refusing)),
    ("invalid_match_key", Down(Outage::Refusing)),
    ("invalid_uri", Down(Outage::Refusing)),
    // The visit is over, or never came to its end.
    ("request_not_found", Requires("DIGILOCKER_SESSION_EXPIRED")),
    ("user_not_authenticated", Requires("DIGILOCKER_SESSION_EXPIRED")),
    ("token_revoked", Requires("DIGILOCKER_SESSION_EXPIRED")),
    ("invalid_token", Requires("DIGILOCKER_SESSION_EXPIRED")),
    // The customer's consent or document.
    ("invalid_grant", Requires("DIGILOCKER_EMPTY_SCOPE")),
    ("user_consent_not_given", Requires("DIGILOCKER_EMPTY_SCOPE")),
    ("aadhaar_not_linked", Requires("AADHAAR_NOT_LINKED_TO_MOBILE")),
    ("aadhaar_not_available", Requires("DOCUMENT_UNREADABLE")),
    ("customer_detail_mismatch", Requires("NAME_MISMATCH")),
    // Theirs.
    ("get_xml_failed", Down(Outage::Faulty)),
    ("unwrap_aadhaar_failed", Down(Outage::Faulty)),
    ("upstream_server_error", Down(Outage::Faulty)),
    ("internal_server_error", Down(Outage::Faulty)),
];

/// Errors of the PAN and the bank API. Outcomes have no code at PAN, and one of [`BANK`] at the bank.
pub const VERIFY: &[(&str, Meaning)] = &[
    ("consent_not_given", Down(Outage::Refusing)),
    ("insufficient_reason_length", Down(Outage::Refusing)),
    ("invalid_payload", Down(Outage::Refusing)),
    ("upstream_service_error", Down(Outage::Faulty)),
    ("internal_server_error", Down(Outage::Faulty)),
];

/// Outcomes of a penny drop.
pub const BANK: &[(&str, Meaning)] = &[
    ("BAV00", Passes),
    // No such account.
    ("BAV52", Fails("BANK_ACCOUNT_INVALID")),
    ("BAVM1", Fails("BANK_ACCOUNT_INVALID")),
    ("BAVMS", Fails("BANK_ACCOUNT_INVALID")),
    ("BAVNR", Fails("BANK_ACCOUNT_INVALID")),
    ("BAV92", Fails("IFSC_INVALID")),
    ("BAV1008", Fails("IFSC_INVALID")),
    ("BAVMJ", Fails("IFSC_INVALID")),
    // An account that cannot be used.
    ("BAV84", Fails("BANK_ACCOUNT_FROZEN")),
    ("BAVM3", Fails("BANK_ACCOUNT_FROZEN")),
    ("BAVM4", Fails("BANK_ACCOUNT_NRE")),
    ("BAVM5", Fails("BANK_ACCOUNT_CLOSED")),
    ("BAV03", Fails("BANK_ACCOUNT_UNSUPPORTED")),
    ("BAV12", Fails("BANK_ACCOUNT_UNSUPPORTED")),
    ("BAVM7", Fails("BANK_ACCOUNT_UNSUPPORTED")),
    ("BAVMN", Fails("BANK_ACCOUNT_UNSUPPORTED")),
    ("BAVMP", Fails("BANK_ACCOUNT_UNSUPPORTED")),
    ("BAVMW", Fails("BANK_ACCOUNT_UNSUPPORTED")),
    // Another day, or another account: the customer's choice, and no fault of theirs.
    ("BAV17", Requires("BANK_LIMIT_REACHED")),
    ("BAV78", Requires("BANK_LIMIT_REACHED")),
    ("BAVM2", Requires("BANK_LIMIT_REACHED")),
    ("BAVM8", Requires("BANK_LIMIT_REACHED")),
    ("BAVMI", Requires("BANK_LIMIT_REACHED")),
    // For a person to decide.
    ("BAV34", Requires("SUSPECTED_FRAUD")),
    ("BAVM0", Requires("BANK_CREDIT_FAILED")),
    ("BAVREF", Requires("BANK_CREDIT_FAILED")),
    ("BAVRET", Requires("BANK_CREDIT_FAILED")),
    ("BAVFLD", Requires("BANK_CREDIT_FAILED")),
    ("BAVMT", Requires("BANK_CREDIT_FAILED")),
    // The bank, the network or the partner is down.
    ("BAV08", Down(Outage::Faulty)),
    ("BAV20", Down(Outage::Faulty)),
    ("BAV51", Down(Outage::Faulty)),
    ("BAV76", Down(Outage::Faulty)),
    ("BAV91", Down(Outage::Faulty)),
    ("BAVCU", Down(Outage::Faulty)),
    ("BAVIU", Down(Outage::Faulty)),
    ("BAVNC", Down(Outage::Faulty)),
    ("BAVNF", Down(Outage::Faulty)),
    ("BAVRM1", Down(Outage::Faulty)),
    ("BAVXF", Down(Outage::Faulty)),
    ("BAVXU", Down(Outage::Faulty)),
    ("BAV1000", Down(Outage::Faulty)),
    ("BAV1012", Down(Outage::Faulty)),
    ("BAV2000", Down(Outage::Faulty)),
    ("BAV2001", Down(Outage::Faulty)),
    // A limit of the partner's, or a reference that it used twice.
    ("BAVM6", Down(Outage::Busy)),
    ("BAV19", Down(Outage::Faulty)),
    ("BAV94", Down(Outage::Faulty)),
    ("BAV1013", Down(Outage::Faulty)),
    // A request that the network refuses, with values that the partner fills in.
    ("BAVMQ", Down(Outage::Refusing)),
    ("BAV1001", Down(Outage::Refusing)),
    ("BAV1004", Down(Outage::Refusing)),
    ("BAV1009", Down(Outage::Refusing)),
    ("BAV1010", Down(Outage::Refusing)),
    ("BAV1014", Down(Outage::Refusing)),
    ("BAV1015", Down(Outage::Refusing)),
    ("BAV1016", Down(Outage::Refusing)),
    ("BAV1017", Down(Outage::Refusing)),
];

/// What an error of DigiLocker means.
pub fn digilocker(code: &str) -> Option<Meaning> {
    find(DIGILOCKER, code)
}

/// What an error of the PAN or the bank API means.
pub fn verify(code: &str) -> Option<Meaning> {
    find(VERIFY, code)
}

/// What an outcome of a penny drop means. One that is not documented is for a reviewer.
pub fn bank(code: &str) -> Meaning {
    find(BANK, code).unwrap_or(Requires(UNDER_REVIEW))
}

fn find(table: &[(&str, Meaning)], code: &str) -> Option<Meaning> {
    table.iter().find(|(known, _)| *known == code).map(|(_, meaning)| *meaning)
}
