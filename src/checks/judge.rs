//! What a check found, against who the customer is.

use entity::Party;

use super::{
    Answer, Customer, Found,
    name_match::{NameMatch, compare},
};

/// The name that the check found is another one.
pub const NAME_MISMATCH: &str = "NAME_MISMATCH";
/// The check passed, and told no name that can be compared.
pub const NAME_UNAVAILABLE: &str = "NAME_UNAVAILABLE";
/// The birth date that the check found is another one.
pub const DATE_OF_BIRTH_MISMATCH: &str = "DATE_OF_BIRTH_MISMATCH";

/// What a name match is worth: from `pass` on it passes, from `review` on a reviewer decides, below that it fails. 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bands {
    pass: u8,
    review: u8,
}

impl Bands {
    /// Bands of these bounds; none unless `review` ≤ `pass` ≤ 100 and `pass` is more than 0.
    pub fn new(pass: u8, review: u8) -> Option<Self> {
        (1..=100).contains(&pass).then_some(Self { pass, review }).filter(|bands| bands.review <= bands.pass)
    }

    pub fn pass(self) -> u8 {
        self.pass
    }

    pub fn review(self) -> u8 {
        self.review
    }
}

impl Default for Bands {
    /// 85 and 60.
    fn default() -> Self {
        Self { pass: 85, review: 60 }
    }
}

/// An answer, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    pub answer: Answer,
    /// How the found name matches the customer's; none where no name was found.
    pub name_match: Option<NameMatch>,
}

/// Judges what was found. Only an answer that passed can change by it: to FAILED or REQUIRES_ACTION (REVIEWER) where the name is
/// another one or none was told, to REQUIRES_ACTION (REVIEWER) where the birth date is another one. Pictures have nothing to
/// compare. Pure: judge again what was stored when the customer's name changes.
pub fn judge(answer: Answer, customer: &Customer, bands: Bands) -> Judged {
    let name_match = answer.found().and_then(Found::name).map(|name| compare(&customer.name, name));
    let answer = match answer {
        Answer::Completed { found: Some(found) } => of_found(found, name_match.as_ref(), customer, bands),
        other => other,
    };
    Judged { answer, name_match }
}

fn of_found(found: Found, name_match: Option<&NameMatch>, customer: &Customer, bands: Bands) -> Answer {
    // A name without letters says as little as none: somebody has to look, and nobody is to blame.
    let score = name_match.filter(|name_match| name_match.comparable).map(|name_match| name_match.score);
    let other_birth = match (customer.date_of_birth, found.date_of_birth()) {
        (Some(said), Some(found)) => said != found,
        (None, _) | (_, None) => false,
    };
    let review =
        |code| Answer::RequiresAction { code, by: Some(Party::Reviewer), found: Some(found.clone()) };
    match score {
        None => review(NAME_UNAVAILABLE),
        Some(score) if score < bands.review => Answer::failed(NAME_MISMATCH, Some(found)),
        Some(score) if score < bands.pass => review(NAME_MISMATCH),
        Some(_) if other_birth => review(DATE_OF_BIRTH_MISMATCH),
        Some(_) => Answer::Completed { found: Some(found) },
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::{
        checks::{IdentityFound, Outage, PanFound},
        lifecycle::reasons,
    };

    fn asha() -> Customer {
        Customer { name: "Asha Rao Kulkarni".into(), date_of_birth: NaiveDate::from_ymd_opt(1990, 1, 31) }
    }

    fn pan(name: Option<&str>) -> Answer {
        let found = PanFound { masked_pan: "ABxxxxxx4F".into(), registered_name: name.map(str::to_owned) };
        Answer::Completed { found: Some(Found::Pan(found)) }
    }

    fn code(answer: &Answer) -> Option<&'static str> {
        match answer {
            Answer::Failed { code, .. } | Answer::RequiresAction { code, .. } => Some(code),
            _ => None,
        }
    }

    #[test]
    fn the_bands_decide() {
        let judged = judge(pan(Some("ASHA RAO KULKARNI")), &asha(), Bands::default());
        assert!(matches!(judged.answer, Answer::Completed { .. }));
        assert_eq!(judged.name_match.unwrap().score, 100);
        let judged = judge(pan(Some("Vikram Bose")), &asha(), Bands::default());
        assert!(matches!(judged.answer, Answer::Failed { code: NAME_MISMATCH, .. }));
        // The same name of which a word is missing: whatever it scores, the bands say what that means.
        let score = compare(&asha().name, "Asha Kulkarni").score;
        for (pass, review, passes, reviewed) in
            [(score, 0, true, false), (score + 1, score, false, true), (score + 2, score + 1, false, false)]
        {
            let judged = judge(pan(Some("Asha Kulkarni")), &asha(), Bands::new(pass, review).unwrap());
            let by_reviewer =
                matches!(judged.answer, Answer::RequiresAction { by: Some(Party::Reviewer), .. });
            assert_eq!(matches!(judged.answer, Answer::Completed { .. }), passes);
            assert_eq!(by_reviewer, reviewed);
        }
    }

    #[test]
    fn a_pass_without_a_name_is_no_pass() {
        for name in [None, Some(""), Some("   "), Some("-.,"), Some("1234")] {
            let judged = judge(pan(name), &asha(), Bands::default());
            assert_eq!(code(&judged.answer), Some(NAME_UNAVAILABLE), "{name:?}");
        }
    }

    #[test]
    fn another_birth_date_is_for_a_reviewer() {
        let identity = |date_of_birth| Answer::Completed {
            found: Some(Found::Identity(IdentityFound {
                name: "Asha Rao Kulkarni".into(),
                date_of_birth,
                gender: None,
                masked_aadhaar: "xxxx xxxx 1234".into(),
                address: None,
            })),
        };
        let judged = |date| judge(identity(date), &asha(), Bands::default()).answer;
        assert_eq!(code(&judged(NaiveDate::from_ymd_opt(1990, 1, 30))), Some(DATE_OF_BIRTH_MISMATCH));
        assert_eq!(code(&judged(NaiveDate::from_ymd_opt(1990, 1, 31))), None);
        assert_eq!(code(&judged(None)), None, "one that was not told is not another one");
    }

    #[test]
    fn what_did_not_pass_stays_what_it_is() {
        for answer in [
            Answer::failed("PAN_NOT_FOUND", None),
            Answer::requires("PAN_NOT_LINKED_TO_AADHAAR", None),
            Answer::Down { why: Outage::Silent },
            Answer::Completed { found: None },
        ] {
            assert_eq!(judge(answer.clone(), &asha(), Bands::default()).answer, answer);
        }
    }

    #[test]
    fn the_codes_are_in_the_catalogue_and_bands_in_order() {
        for code in [NAME_MISMATCH, NAME_UNAVAILABLE, DATE_OF_BIRTH_MISMATCH] {
            assert_eq!(
                reasons::find(code).and_then(|entry| entry.action_by),
                Some(Party::Reviewer),
                "{code}"
            );
        }
        assert!(Bands::new(60, 85).is_none() && Bands::new(0, 0).is_none() && Bands::new(101, 60).is_none());
        assert_eq!(Bands::new(85, 60), Some(Bands::default()));
    }
}
