//! What a check is asked.

use chrono::NaiveDate;
use entity::{StepKind, id::RunId};

use super::{
    Found, Reference,
    bank::{Account, Ifsc},
    pan::Pan,
};

/// One question to a check. Without `Debug`: all of it is personal.
#[derive(Clone)]
pub struct Request {
    /// Whose question it is. A provider is given it: the same question asked again has the same, a new one another.
    pub run: RunId,
    pub kind: StepKind,
    pub customer: Customer,
    pub ask: Ask,
}

/// Who the customer is, as the merchant says.
#[derive(Clone, PartialEq, Eq)]
pub struct Customer {
    pub name: String,
    pub date_of_birth: Option<NaiveDate>,
}

/// What is asked. One that does not fit the step's kind is answered by a reviewer.
#[derive(Clone)]
pub enum Ask {
    /// DigiLocker: begin. `return_url` is where the customer comes back to, absolute.
    Start { return_url: String },
    /// DigiLocker: the customer came back. `reference` is the one that was stored with the step, not what the browser says.
    Returned { reference: Reference, back: Back },
    /// PAN: look it up.
    Pan { pan: Pan },
    /// Bank: send a rupee.
    Bank { account: Account, ifsc: Ifsc },
    /// Selfie, signature: a picture that `image` accepted and that is stored.
    Image { width: u32, height: u32 },
    /// What became of a request that was pending, or of a customer who has not come back. `found` is what the answer that was
    /// pending had.
    Again { reference: Reference, found: Option<Found> },
}

impl Ask {
    /// Whether it may reach the provider once only: asked again, it is a second order.
    pub fn is_order(&self) -> bool {
        matches!(self, Self::Bank { .. })
    }
}

/// What the customer's browser brings back from DigiLocker. Anybody can type it: it may make a step fail or wait, and never
/// makes one pass in live mode. Compare `id` with the stored reference before asking.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Back {
    /// DigiLocker's `success`.
    pub success: bool,
    pub id: Option<Reference>,
    /// The documents that were shared; empty although `success` when the customer ticked none. None: it was not said.
    pub scope: Option<Vec<String>>,
    /// The provider's code of what went wrong.
    pub error: Option<String>,
    /// What was chosen on the sandbox's page; a provider's answer has none.
    pub outcome: Option<super::sandbox::Outcome>,
}

impl Back {
    /// The longest value that is read, in characters.
    const LONGEST: usize = 200;

    /// Reads the query of the return URL, percent-decoded. Unknown names are passed over (the return URL may have its own), and so
    /// are values that are too long; of a name that stands twice, the first counts.
    pub fn read<'q>(query: impl IntoIterator<Item = (&'q str, &'q str)>) -> Self {
        let mut back = Self::default();
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in query {
            if value.chars().count() > Self::LONGEST || seen.contains(&name) {
                continue;
            }
            match name {
                "success" => back.success = value.eq_ignore_ascii_case("true"),
                "id" => back.id = Reference::parse(value),
                "scope" => back.scope = Some(scopes(value)),
                "errCode" => back.error = Some(value.to_owned()),
                "outcome" => back.outcome = value.parse().ok(),
                _ => continue,
            }
            seen.push(name);
        }
        back
    }
}

/// `ADHAR+PANCR`, however the plus was decoded.
fn scopes(value: &str) -> Vec<String> {
    let parts = value.split(['+', ' ', ',']).filter(|part| !part.is_empty());
    parts.map(str::to_ascii_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &[(&str, &str)]) -> Back {
        Back::read(query.iter().copied())
    }

    #[test]
    fn what_comes_back_is_read_as_documented() {
        let back =
            read(&[("step", "x"), ("success", "True"), ("id", "ea31e1e6"), ("scope", "ADHAR+PANCR DRVLC")]);
        assert!(back.success && back.error.is_none());
        assert_eq!(back.id, Reference::parse("ea31e1e6"));
        assert_eq!(back.scope.unwrap(), ["ADHAR", "PANCR", "DRVLC"]);
        let back = read(&[("success", "True"), ("id", "a"), ("scope", "")]);
        assert_eq!(back.scope, Some(Vec::new()), "consent to nothing");
        let back =
            read(&[("success", "False"), ("id", "a"), ("errCode", "access_denied"), ("errMessage", "no")]);
        assert_eq!((back.success, back.error.as_deref()), (false, Some("access_denied")));
    }

    #[test]
    fn what_is_not_understood_is_passed_over() {
        let long = "A".repeat(5000);
        assert_eq!(
            read(&[("scope", &long), ("id", "../x"), ("outcome", "win"), ("success", "1")]),
            Back::default()
        );
        let twice = read(&[("success", "false"), ("success", "true")]);
        assert!(!twice.success, "the first counts");
    }
}
