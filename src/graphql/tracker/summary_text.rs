//! An event as one English sentence.

use entity::{EventType, StepKind};

use super::TrackerEvent;

/// What an event says, for people.
pub fn summary(event: &TrackerEvent) -> String {
    let row = &event.row;
    let moved = || {
        let word = |value: Option<&String>| {
            value.map(|word| word.to_lowercase().replace('_', " ")).unwrap_or_default()
        };
        format!("{} → {}", word(row.from.as_ref()), word(row.to.as_ref()))
    };
    match row.kind {
        EventType::StepStatusChanged => {
            format!("{}: {}", event.step_kind.map_or("Step", step_name), moved())
        }
        EventType::AttemptStateChanged => format!("Attempt: {}", moved()),
        EventType::CustomerCreated => "Customer added".into(),
        EventType::CustomerUpdated => "Customer details changed".into(),
        EventType::AttemptCreated => "Attempt created".into(),
        EventType::LinkGenerated => "Link generated".into(),
        EventType::LinkOpened => "Link opened".into(),
        EventType::LinkResent => "New link sent in place of the one before".into(),
        EventType::LinkExtended => "Link validity moved".into(),
        EventType::LinkRevoked => "Link revoked".into(),
        EventType::LinkExpired => "Link expired".into(),
        EventType::JourneyConsented => "Customer answered the consent".into(),
        EventType::HoldPlaced => "Hold placed".into(),
        EventType::HoldReleased => "Hold released".into(),
        EventType::ScreeningCompleted => "Sanction screening ran".into(),
        EventType::LateResultRecorded => "A late answer of a provider was recorded".into(),
        // The same for everybody, and no word of a match: whoever talks to the customer reads it, too.
        EventType::ScreeningMatchDecided => "Sanction screening reviewed".into(),
        EventType::ImageCaptured => "Image captured".into(),
        EventType::ReportExported => "Report exported".into(),
        EventType::BrandingUpdated => "Branding changed".into(),
        EventType::MerchantCreated => "Merchant created".into(),
        EventType::MerchantUpdated => "Merchant settings changed".into(),
        EventType::ApiKeyCreated => "API key created".into(),
        EventType::ApiKeyRevoked => "API key revoked".into(),
        EventType::MemberCreated => "Member added".into(),
        EventType::MemberUpdated => "Member changed".into(),
    }
}

/// A kind of step as people say it.
pub fn step_name(kind: StepKind) -> &'static str {
    match kind {
        StepKind::DigilockerAadhaar => "DigiLocker Aadhaar",
        StepKind::Pan => "PAN",
        StepKind::BankPennyDrop => "Bank penny drop",
        StepKind::Selfie => "Selfie",
        StepKind::Signature => "Signature",
        StepKind::SanctionScreening => "Sanction screening",
    }
}
