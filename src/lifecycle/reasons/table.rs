//! The catalogue itself. A code is for ever: clients translate by it, and stored rows carry it.

use entity::{
    Party::{Customer, Reviewer},
    StepKind::{self, BankPennyDrop, DigilockerAadhaar, Pan, SanctionScreening, Selfie, Signature},
};

use super::{
    DETAILS_CHANGED, Entry, PROVIDER_ANSWER_LOST, PROVIDER_UNAVAILABLE, SCREENING_CONFIRMED, SCREENING_MATCH,
    SCREENING_UNAVAILABLE, STEP_TIMED_OUT, TRIES_EXHAUSTED, UNDER_REVIEW,
};

/// What the customer reads of everything they must not know.
pub(super) const UNDER_REVIEW_MESSAGE: &str =
    "Your details are under review. You do not need to do anything.";

const EVERY_STEP: &[StepKind] = StepKind::ALL;
/// The steps a customer performs.
const THEIRS: &[StepKind] = &[DigilockerAadhaar, Pan, BankPennyDrop, Selfie, Signature];
const IDENTITY: &[StepKind] = &[DigilockerAadhaar, Pan];
const NAMED: &[StepKind] = &[DigilockerAadhaar, Pan, BankPennyDrop];
const IMAGES: &[StepKind] = &[Selfie, Signature];

/// The customer can put it right.
const fn again(code: &'static str, kinds: &'static [StepKind], message: &'static str) -> Entry {
    Entry {
        code,
        message,
        staff_only: false,
        kinds,
        rejects: false,
        holds: false,
        action_by: Some(Customer),
        costs_no_try: false,
    }
}

/// A reviewer has to decide.
const fn decide(code: &'static str, kinds: &'static [StepKind], message: &'static str) -> Entry {
    Entry { action_by: Some(Reviewer), ..again(code, kinds, message) }
}

/// A reviewer has to decide, and the customer must not know why.
const fn secret(code: &'static str, kinds: &'static [StepKind], message: &'static str) -> Entry {
    Entry { staff_only: true, ..decide(code, kinds, message) }
}

/// Also a ground for rejecting the attempt.
const fn final_too(entry: Entry) -> Entry {
    Entry { rejects: true, ..entry }
}

/// Also a ground for holding the attempt.
const fn hold_too(entry: Entry) -> Entry {
    Entry { holds: true, ..entry }
}

pub(super) const ENTRIES: &[Entry] = &[
    // Identity documents.
    again(
        "CONSENT_DECLINED",
        &[DigilockerAadhaar],
        "You declined to share your Aadhaar. Please start again and give your consent.",
    ),
    again(
        "DIGILOCKER_EMPTY_SCOPE",
        &[DigilockerAadhaar],
        "No document was shared from DigiLocker. Please start again and tick Aadhaar.",
    ),
    again(
        "DIGILOCKER_SESSION_EXPIRED",
        &[DigilockerAadhaar],
        "The DigiLocker session ended before it was finished. Please start again.",
    ),
    again(
        "AADHAAR_NOT_LINKED_TO_MOBILE",
        &[DigilockerAadhaar],
        "Your Aadhaar is not linked to your mobile number. Please link it, then start again.",
    ),
    decide(
        "DOCUMENT_SIGNATURE_INVALID",
        &[DigilockerAadhaar],
        "The document could not be verified as genuine.",
    ),
    again("DOCUMENT_UNREADABLE", IDENTITY, "The document could not be read. Please try again."),
    again("DOCUMENT_EXPIRED", IDENTITY, "The document is no longer valid. Please use a valid one."),
    final_too(decide("NAME_MISMATCH", NAMED, "The name does not match the name we have for you.")),
    final_too(decide(
        "DATE_OF_BIRTH_MISMATCH",
        IDENTITY,
        "The date of birth does not match the one we have for you.",
    )),
    decide("NAME_UNAVAILABLE", NAMED, "The name could not be compared. We are looking into it."),
    final_too(decide("UNDER_AGE", IDENTITY, "You are below the required age.")),
    again("PAN_NOT_FOUND", &[Pan], "This PAN was not found. Please check it and try again."),
    again("PAN_INACTIVE", &[Pan], "This PAN is not active. Please use an active one."),
    again("PAN_NOT_INDIVIDUAL", &[Pan], "This PAN does not belong to an individual. Please use your own."),
    again(
        "PAN_NOT_LINKED_TO_AADHAAR",
        &[Pan],
        "This PAN is not linked to Aadhaar. Please link it, then try again.",
    ),
    // Bank account.
    again(
        "BANK_ACCOUNT_INVALID",
        &[BankPennyDrop],
        "This account was not found. Please check the number and the IFSC.",
    ),
    again("BANK_ACCOUNT_CLOSED", &[BankPennyDrop], "This account is closed. Please use another one."),
    again(
        "BANK_ACCOUNT_FROZEN",
        &[BankPennyDrop],
        "This account is blocked or frozen. Please use another one.",
    ),
    again("BANK_ACCOUNT_NRE", &[BankPennyDrop], "NRE accounts cannot be used. Please use another account."),
    again(
        "BANK_ACCOUNT_UNSUPPORTED",
        &[BankPennyDrop],
        "This account cannot take a test payment. Please use another account.",
    ),
    again(
        "BANK_LIMIT_REACHED",
        &[BankPennyDrop],
        "This account can take no test payment today. Please try again tomorrow, or use another account.",
    ),
    again("IFSC_INVALID", &[BankPennyDrop], "This IFSC is not valid. Please check it and try again."),
    decide(
        "BANK_CREDIT_FAILED",
        &[BankPennyDrop],
        "The account exists, but the test payment did not arrive.",
    ),
    // Images.
    again("FACE_NOT_VISIBLE", &[Selfie], "Your face cannot be seen clearly. Please take the picture again."),
    final_too(decide("FACE_MISMATCH", &[Selfie], "The face does not match the picture on your document.")),
    again("IMAGE_BLURRED", IMAGES, "The picture is blurred. Please take it again."),
    again("IMAGE_BLANK", IMAGES, "The picture is empty. Please take it again."),
    again(
        "IMAGE_UNREADABLE",
        IMAGES,
        "This is not a picture that can be read. Please use a JPEG or PNG picture.",
    ),
    again("IMAGE_TOO_SMALL", IMAGES, "The picture is too small. Please take a larger one."),
    again("IMAGE_TOO_LARGE", IMAGES, "The picture is too large. Please take a smaller one."),
    again("IMAGE_TOO_DARK", IMAGES, "The picture is too dark. Please take it again with more light."),
    again("SIGNATURE_UNCLEAR", &[Signature], "The signature is not clear. Please sign again."),
    // Sanctions: staff only.
    secret(SCREENING_UNAVAILABLE, &[SanctionScreening], "No complete sanctions list is loaded."),
    hold_too(secret(SCREENING_MATCH, &[SanctionScreening], "The name resembles one on a sanctions list.")),
    final_too(hold_too(secret(
        SCREENING_CONFIRMED,
        &[SanctionScreening],
        "A match with a sanctions list was confirmed.",
    ))),
    // Any step.
    again("REDO_REQUESTED", THEIRS, "Please do this step again."),
    Entry {
        costs_no_try: true,
        ..again(
            PROVIDER_UNAVAILABLE,
            EVERY_STEP,
            "The service that checks this is not answering. Please try again later.",
        )
    },
    Entry {
        costs_no_try: true,
        ..decide(
            PROVIDER_ANSWER_LOST,
            THEIRS,
            "The answer to this check did not reach us. We are looking into it.",
        )
    },
    decide(STEP_TIMED_OUT, EVERY_STEP, "This step took too long. We are looking into it."),
    decide(DETAILS_CHANGED, EVERY_STEP, "Your details changed, so this is being checked again."),
    hold_too(decide(UNDER_REVIEW, EVERY_STEP, UNDER_REVIEW_MESSAGE)),
    final_too(hold_too(secret("SUSPECTED_FRAUD", EVERY_STEP, "Fraud is suspected."))),
    // Attempts.
    final_too(hold_too(decide(
        "DUPLICATE_CUSTOMER",
        &[],
        "You may be registered already. Please contact support.",
    ))),
    final_too(decide("CUSTOMER_WITHDREW", &[], "The verification was stopped at your request.")),
    final_too(decide(TRIES_EXHAUSTED, &[], "A step did not pass, and no tries are left.")),
    final_too(hold_too(Entry { action_by: None, ..again("OTHER", EVERY_STEP, "") })),
];
