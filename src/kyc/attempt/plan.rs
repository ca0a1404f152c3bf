//! What a new attempt is to be: whose, of which steps, with which link.

use entity::{Role, StepKind, id::CustomerId, merchant};
use serde::Serialize;
use url::{Host, Url};

use crate::{
    auth::Actor,
    error::{Error, Result, UserError, UserErrorCode},
    kyc::{
        Kyc,
        customer::{CustomerInput, CustomerKey, ValidCustomer, draft},
    },
    lifecycle::link::Validity,
};

/// Characters of a redirect URL.
const MAX_URL: usize = 2048;
const REDIRECT: &[&str] = &["redirectUrl"];

/// The input of `attemptCreate`. Exactly one of the first three. Without `Debug`: a new customer does not belong into a log.
#[derive(Clone, Serialize)]
pub struct AttemptCreate {
    pub customer_id: Option<CustomerId>,
    pub customer_reference: Option<String>,
    pub customer: Option<CustomerInput>,
    /// The merchant's journey when absent.
    pub steps: Option<Vec<StepKind>>,
}

/// The input of `kycLinkGenerate`. Exactly one of the first three.
#[derive(Clone, Serialize)]
pub struct LinkGenerate {
    pub customer_id: Option<CustomerId>,
    pub customer_reference: Option<String>,
    pub customer: Option<CustomerInput>,
    /// The merchant's journey when absent.
    pub steps: Option<Vec<StepKind>>,
    /// From now, 1 to 8760; the merchant's when absent.
    pub validity_hours: Option<i32>,
    /// Where the journey sends the customer when it is over.
    pub redirect_url: Option<String>,
}

/// A new attempt as far as it can be checked without the database.
pub(super) struct Plan {
    pub(super) who: Who,
    steps: Option<Vec<StepKind>>,
    pub(super) link: Option<LinkPlan>,
}

/// Whose the attempt is.
pub(super) enum Who {
    /// A customer whom the merchant has, and the field that says so.
    Known(CustomerKey, &'static str),
    New(ValidCustomer),
}

/// A link as far as it can be checked without the database.
pub(super) struct LinkPlan {
    validity: Option<Validity>,
    redirect: Option<Url>,
}

impl Plan {
    pub(super) fn without_link(kyc: &Kyc, input: AttemptCreate) -> Result<Self> {
        let AttemptCreate { customer_id, customer_reference, customer, steps } = input;
        let mut errors = Vec::new();
        let who = who(kyc, &mut errors, customer_id, customer_reference, customer);
        check_steps(&mut errors, steps.as_deref());
        match who {
            Some(who) if errors.is_empty() => Ok(Self { who, steps, link: None }),
            _ => Err(Error::User(errors)),
        }
    }

    pub(super) fn with_link(kyc: &Kyc, input: LinkGenerate) -> Result<Self> {
        let LinkGenerate { customer_id, customer_reference, customer, steps, validity_hours, redirect_url } =
            input;
        let mut errors = Vec::new();
        let who = who(kyc, &mut errors, customer_id, customer_reference, customer);
        check_steps(&mut errors, steps.as_deref());
        let validity = validity_hours.map(Validity::hours).transpose();
        let validity = validity.unwrap_or_else(|refusal| {
            errors.push((&refusal).into());
            None
        });
        let redirect = redirect_url.as_deref().map(redirect).transpose();
        let redirect = redirect.unwrap_or_else(|error| {
            errors.push(error);
            None
        });
        match who {
            Some(who) if errors.is_empty() => {
                Ok(Self { who, steps, link: Some(LinkPlan { validity, redirect }) })
            }
            _ => Err(Error::User(errors)),
        }
    }

    /// The steps, in order.
    ///
    /// # Errors
    /// FORBIDDEN_STEPS when an actor below ADMIN leaves out what the merchant asks of everybody.
    pub(super) fn steps(&self, merchant: &merchant::Model, actor: &Actor) -> Result<Vec<StepKind>> {
        let journey = &merchant.journey.0;
        let Some(steps) = &self.steps else { return Ok(journey.clone()) };
        if actor.may(Role::Admin) || journey.iter().all(|kind| steps.contains(kind)) {
            return Ok(steps.clone());
        }
        let message = "Below ADMIN, the steps must contain the merchant's journey. Add what is missing, or ask an ADMIN.";
        Err(Error::user(UserErrorCode::ForbiddenSteps, &["steps"], message))
    }
}

impl LinkPlan {
    /// How long the link lasts.
    pub(super) fn validity(&self, merchant: &merchant::Model) -> Result<Validity> {
        self.validity.map_or_else(|| default_validity(merchant), Ok)
    }

    /// Where the customer is sent when it is over, if the merchant allows to send them there.
    ///
    /// # Errors
    /// INVALID when its origin is not one of the merchant's.
    pub(super) fn redirect(&self, merchant: &merchant::Model) -> Result<Option<String>> {
        let Some(url) = &self.redirect else { return Ok(None) };
        if merchant.redirect_origins.0.contains(&url.origin().ascii_serialization()) {
            return Ok(Some(url.to_string()));
        }
        let message = "The URL's origin is not one of the merchant's `redirectOrigins`. An ADMIN can add it.";
        Err(Error::user(UserErrorCode::Invalid, REDIRECT, message))
    }
}

/// How long a link lasts when nobody says.
pub(in crate::kyc) fn default_validity(merchant: &merchant::Model) -> Result<Validity> {
    // It was checked when it was set: this is a broken row, and no input of the caller's.
    Validity::hours(merchant.link_validity_hours).map_err(Error::internal)
}

fn who(
    kyc: &Kyc,
    errors: &mut Vec<UserError>,
    id: Option<CustomerId>,
    reference: Option<String>,
    new: Option<CustomerInput>,
) -> Option<Who> {
    let (code, message) = match (id, reference, new) {
        (Some(id), None, None) => return Some(Who::Known(CustomerKey::Id(id), "customerId")),
        (None, Some(text), None) => {
            return Some(Who::Known(CustomerKey::Reference(text), "customerReference"));
        }
        (None, None, Some(input)) => {
            return match draft(input, kyc.clock.now()) {
                Ok(valid) => Some(Who::New(valid)),
                Err(refused) => {
                    errors.extend(refused);
                    None
                }
            };
        }
        (None, None, None) => (UserErrorCode::Required, "Say whose it is"),
        _ => (UserErrorCode::Invalid, "Say only once whose it is"),
    };
    let message = format!("{message}: pass exactly one of `customerId`, `customerReference` and `customer`.");
    errors.push(UserError::new(code, &[], message));
    None
}

/// One to six steps, each once.
fn check_steps(errors: &mut Vec<UserError>, steps: Option<&[StepKind]>) {
    let Some(steps) = steps else { return };
    let twice = steps.iter().enumerate().any(|(i, kind)| steps[..i].contains(kind));
    let (code, message) = if steps.is_empty() {
        (
            UserErrorCode::Required,
            "An attempt has at least one step. Leave `steps` out for the merchant's journey.",
        )
    } else if twice {
        (UserErrorCode::Invalid, "An attempt has each step once. Leave out the repetitions.")
    } else {
        return;
    };
    errors.push(UserError::new(code, &["steps"], message));
}

/// An address to which a browser may be sent: https, or http on this machine, and nothing before the host that a person
/// would take for it.
fn redirect(text: &str) -> Result<Url, UserError> {
    if text.len() > MAX_URL {
        let message = format!("A redirect URL has at most {MAX_URL} characters.");
        return Err(UserError::new(UserErrorCode::TooLong, REDIRECT, message));
    }
    let safe = |url: &Url| match url.scheme() {
        "https" => true,
        "http" => match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        },
        _ => false,
    };
    let bare = |url: &Url| url.username().is_empty() && url.password().is_none();
    Url::parse(text).ok().filter(|url| safe(url) && bare(url)).ok_or_else(|| {
        let message =
            "Write an absolute https URL, like https://example.com/done. Only localhost may do with http.";
        UserError::new(UserErrorCode::Invalid, REDIRECT, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_goes_where_it_seems_to_go() {
        for text in ["https://example.com/done?x=1#y", "http://localhost:3000/", "http://127.0.0.1:8080/k"] {
            assert!(redirect(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "/done",
            "//example.com/done",
            "example.com",
            "http://example.com/",
            "http://localhost.example.com/",
            "https://example.com@evil.example/",
            "https://user:secret@example.com/",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://",
        ] {
            assert_eq!(redirect(text).unwrap_err().code, UserErrorCode::Invalid, "{text}");
        }
        assert_eq!(
            redirect(&format!("https://e.com/{}", "a".repeat(2048))).unwrap_err().code,
            UserErrorCode::TooLong
        );
    }
}
