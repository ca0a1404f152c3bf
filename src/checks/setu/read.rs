//! What an answer of Setu says: status and body in, [`Answer`] out. Pure, total over any bytes, and nothing that is not a
//! documented success passes.

use chrono::TimeDelta;
use serde::Deserialize;
use url::Url;

use super::codes::{self, Meaning};
use crate::{
    checks::{Answer, Found, Outage, Reference},
    lifecycle::reasons::{PROVIDER_UNAVAILABLE, UNDER_REVIEW},
};

mod person;

/// How soon a customer who may still be at DigiLocker, or a bank, is asked for again.
const VISIT_AGAIN: TimeDelta = TimeDelta::seconds(30);
const BANK_AGAIN: TimeDelta = TimeDelta::seconds(5);

/// The error that every API answers in the same form.
#[derive(Default, Deserialize)]
struct Wrong {
    #[serde(default)]
    error: Option<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    code: String,
}

/// A body as the documented shape of a success; else what status and body mean.
fn success<'b, T: Deserialize<'b>>(
    status: u16,
    body: &'b [u8],
    known: impl Fn(&str) -> Option<Meaning>,
) -> Result<T, Meaning> {
    let down = Meaning::Down;
    let told = serde_json::from_slice::<Wrong>(body).ok().and_then(|wrong| wrong.error);
    if status >= 500 {
        return Err(down(Outage::Faulty));
    }
    if let Some(fault) = told {
        let by_status = match status {
            429 => Outage::Busy,
            400..=499 => Outage::Refusing,
            _ => Outage::Unreadable,
        };
        // A code that passes has no place in an error.
        let meaning = known(&fault.code).filter(|meaning| *meaning != Meaning::Passes);
        return Err(meaning.unwrap_or(down(by_status)));
    }
    match status {
        200..=299 => serde_json::from_slice(body).map_err(|_| down(Outage::Unreadable)),
        429 => Err(down(Outage::Busy)),
        // Redirects are not followed: it is not where the settings say.
        300..=499 => Err(down(Outage::Refusing)),
        _ => Err(down(Outage::Unreadable)),
    }
}

/// The answer to a request for a visit at DigiLocker. `plain` lets the customer be sent to a page without TLS.
pub fn started(status: u16, body: &[u8], plain: bool) -> Answer {
    #[derive(Deserialize)]
    struct Started {
        id: String,
        url: String,
    }
    let started: Started = match success(status, body, codes::digilocker) {
        Ok(started) => started,
        Err(meaning) => return meaning.answer(None),
    };
    let url = Url::parse(&started.url).ok().filter(|url| {
        let scheme = url.scheme() == "https" || (plain && url.scheme() == "http");
        scheme && url.has_host() && started.url.len() <= 4096
    });
    match (url, Reference::parse(&started.id)) {
        (Some(url), Some(reference)) => Answer::Redirect { url: url.into(), reference },
        _ => Answer::Down { why: Outage::Unreadable },
    }
}

/// What became of a visit.
pub enum Visit {
    /// The documents can be fetched.
    Consented,
    Answer(Answer),
}

/// The status of a visit.
pub fn visit(status: u16, body: &[u8], reference: &Reference) -> Visit {
    #[derive(Deserialize)]
    struct Status {
        status: String,
    }
    let told: Status = match success(status, body, codes::digilocker) {
        Ok(told) => told,
        Err(meaning) => return Visit::Answer(meaning.answer(None)),
    };
    Visit::Answer(match told.status.as_str() {
        "authenticated" => return Visit::Consented,
        "unauthenticated" => {
            Answer::Pending { reference: reference.clone(), found: None, again_in: VISIT_AGAIN }
        }
        "revoked" => Answer::requires("DIGILOCKER_SESSION_EXPIRED", None),
        _ => Answer::Down { why: Outage::Unreadable },
    })
}

/// The Aadhaar that was shared.
pub fn aadhaar(status: u16, body: &[u8]) -> Answer {
    let document: person::Document = match success(status, body, codes::digilocker) {
        Ok(document) => document,
        Err(meaning) => return meaning.answer(None),
    };
    match document.read() {
        // DigiLocker's signature is not right: genuine or not is for a person to say.
        Some((found, false)) => Answer::requires("DOCUMENT_SIGNATURE_INVALID", Some(found)),
        Some((found, true)) => Answer::Completed { found: Some(found) },
        None => Answer::Down { why: Outage::Unreadable },
    }
}

#[derive(Deserialize)]
struct Verified<'b, T> {
    #[serde(borrow)]
    verification: std::borrow::Cow<'b, str>,
    #[serde(default)]
    code: Option<String>,
    data: Option<T>,
}

/// What the register of PANs says. `found` makes what is kept of a registered name.
pub fn pan(status: u16, body: &[u8], found: impl Fn(Option<String>) -> Found) -> Answer {
    #[derive(Deserialize)]
    struct Data {
        category: String,
        full_name: Option<String>,
        aadhaar_seeding_status: Option<String>,
    }
    // "Not found" comes as 404, and has no error in it: a 404 of another shape is a wrong address.
    let status = match (status, serde_json::from_slice::<Verified<'_, serde_json::Value>>(body)) {
        (404, Ok(told)) if told.verification.eq_ignore_ascii_case("failed") => {
            return Answer::failed("PAN_NOT_FOUND", Some(found(None)));
        }
        (status, _) => status,
    };
    let told: Verified<'_, Data> = match success(status, body, codes::verify) {
        Ok(told) => told,
        Err(meaning) => return meaning.answer(None),
    };
    if told.verification.eq_ignore_ascii_case("failed") {
        return Answer::failed("PAN_INACTIVE", Some(found(None)));
    }
    let Some(data) = told.data.filter(|_| told.verification.eq_ignore_ascii_case("success")) else {
        return Answer::Down { why: Outage::Unreadable };
    };
    let found = found(data.full_name.as_deref().and_then(person::name));
    if !["INDIVIDUAL", "PERSON"].contains(&data.category.trim().to_ascii_uppercase().as_str()) {
        return Answer::failed("PAN_NOT_INDIVIDUAL", Some(found));
    }
    match data.aadhaar_seeding_status.map(|status| seeding(&status)) {
        // It is optional: a PAN that had to be linked, and is not, is one that Setu calls invalid.
        None | Some(Seeding::Linked) => Answer::Completed { found: Some(found) },
        Some(Seeding::NotLinked) => Answer::requires("PAN_NOT_LINKED_TO_AADHAAR", Some(found)),
        Some(Seeding::Unknown) => Answer::requires(UNDER_REVIEW, Some(found)),
    }
}

/// Whether a PAN is linked to Aadhaar.
enum Seeding {
    Linked,
    NotLinked,
    /// A word that nobody has documented: a person will know.
    Unknown,
}

fn seeding(status: &str) -> Seeding {
    let word = status.trim().to_ascii_uppercase().replace([' ', '-'], "_");
    match word.as_str() {
        "LINKED" | "Y" | "YES" => Seeding::Linked,
        "NOT_LINKED" | "UNLINKED" | "N" | "NO" => Seeding::NotLinked,
        _ => Seeding::Unknown,
    }
}

/// Whether a penny drop was begun. `known` is what is known of the account.
pub fn bank_begun(status: u16, body: &[u8], known: Found) -> Answer {
    #[derive(Deserialize)]
    struct Begun {
        id: String,
    }
    let begun: Begun = match success(status, body, codes::verify) {
        Ok(begun) => begun,
        Err(meaning) => return meaning.answer(None),
    };
    match Reference::parse(&begun.id) {
        Some(reference) => Answer::Pending { reference, found: Some(known), again_in: BANK_AGAIN },
        None => Answer::Down { why: Outage::Unreadable },
    }
}

/// What a penny drop came to. `asked` is the request that was asked about; an answer about another one is not understood.
/// `found` makes what is kept of a name and a code.
pub fn bank(
    status: u16,
    body: &[u8],
    asked: Option<&Reference>,
    found: impl Fn(Option<String>, Option<String>) -> Found,
) -> Answer {
    #[derive(Deserialize)]
    struct Data {
        name: Option<String>,
    }
    #[derive(Deserialize)]
    struct Id {
        id: Option<String>,
    }
    let told: Verified<'_, Data> = match success(status, body, codes::verify) {
        Ok(told) => told,
        Err(meaning) => return meaning.answer(None),
    };
    let id = serde_json::from_slice::<Id>(body).ok().and_then(|told| told.id);
    // Only answers that are no success are documented without an id.
    let nameless = !told.verification.eq_ignore_ascii_case("success");
    let about =
        |asked: &Reference| id.as_deref().map_or(nameless, |id| id.eq_ignore_ascii_case(asked.as_str()));
    if !asked.is_none_or(about) {
        return Answer::Down { why: Outage::Unreadable };
    }
    // A code is a word of theirs; what is none is not kept.
    let word =
        |code: &String| (1..=20).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric());
    let is_unknown = told.code.as_ref().is_some_and(|code| !word(code));
    let code = told.code.filter(word);
    let name = told.data.and_then(|data| data.name).as_deref().and_then(person::name);
    let verification = told.verification.to_ascii_lowercase();
    if verification == "pending" {
        return match asked {
            Some(reference) => Answer::Pending {
                reference: reference.clone(),
                found: Some(found(None, code)),
                again_in: BANK_AGAIN,
            },
            None => Answer::Down { why: Outage::Unreadable },
        };
    }
    let meaning = match (verification.as_str(), code.as_deref()) {
        ("success" | "failed", None) if is_unknown => Meaning::Requires(UNDER_REVIEW),
        // Documented for one that comes with the name of the account's holder.
        ("success", None) if name.is_some() => Meaning::Passes,
        ("success", None) => Meaning::Requires(UNDER_REVIEW),
        ("failed", None) => Meaning::Fails("BANK_ACCOUNT_INVALID"),
        ("success" | "failed", Some(code)) => match (verification.as_str(), codes::bank(code)) {
            ("success", Meaning::Passes) => Meaning::Passes,
            // The word and the code contradict each other; only "verified, but the credit failed" is documented so.
            ("success", meaning @ Meaning::Requires(_)) => meaning,
            ("failed", meaning) if meaning != Meaning::Passes => meaning,
            _ => Meaning::Requires(UNDER_REVIEW),
        },
        _ => Meaning::Down(Outage::Unreadable),
    };
    let found = Some(found(name, code));
    match meaning {
        // An end all the same: asked about again, this drop has the same. The customer may begin another, at no cost.
        Meaning::Down(_) if verification == "failed" => Answer::requires(PROVIDER_UNAVAILABLE, found),
        meaning => meaning.answer(found),
    }
}

/// The reference that a notification about a penny drop names; none of any other body. Only the reference is taken from it: the
/// outcome is asked for, so that nobody who can reach the route can tell us one.
pub fn notification(body: &[u8]) -> Option<Reference> {
    #[derive(Deserialize)]
    struct Notification {
        event: String,
        data: Data,
    }
    #[derive(Deserialize)]
    struct Data {
        bav: Bav,
    }
    #[derive(Deserialize)]
    struct Bav {
        id: String,
    }
    let told: Notification = serde_json::from_slice(body).ok()?;
    (told.event == "BAV_WEBHOOK_NOTIFICATION").then(|| Reference::parse(&told.data.bav.id)).flatten()
}

#[cfg(test)]
mod tests;
