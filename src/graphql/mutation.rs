//! `Mutation`: where every change begins. Each mutation is a type of its own, with its input, its payload and its use case.

use std::{
    marker::PhantomData,
    sync::{Arc, LazyLock},
};

use async_graphql::{
    InputType, Value,
    registry::{Deprecation, MetaInputValue, Registry},
};
use futures_util::{FutureExt, future::BoxFuture};

use super::{
    api_key::{self, ApiKey},
    attempt::{self, Attempt},
    customer::{self, Customer},
    exec::{
        Context,
        object::{Arguments, Object, Row},
    },
    hold::{self, Hold},
    journey::{self, Journey},
    link,
    member::{self, Member},
    merchant::{self, Branding, Merchant},
    scalar::Url,
    screening::{self, ScreeningMatch},
    step::{self, Step},
    user_error::UserErrorRow,
};
use crate::error::{Current, Error, Result, UserError};

/// The root of mutations.
pub struct Mutation;

/// One mutation.
pub trait Mutate: Send + Sync + Sized + 'static {
    /// Its name.
    const NAME: &'static str;
    /// For people: what it does, who may call it.
    const DESCRIPTION: &'static str;
    /// What it takes.
    type Input: InputType + 'static;

    /// The table of its payload.
    fn payload() -> &'static Object<Payload<Self>>;

    /// Runs the use case.
    fn run<'a>(cx: &'a Context<'a>, input: &'a Self::Input) -> BoxFuture<'a, Result<Shown>>;
}

/// What a mutation shows: each payload has some of these.
#[derive(Default)]
pub struct Shown {
    pub merchant: Option<Arc<Merchant>>,
    pub member: Option<Arc<Member>>,
    pub api_key: Option<Arc<ApiKey>>,
    pub customer: Option<Arc<Customer>>,
    pub attempt: Option<Arc<Attempt>>,
    pub step: Option<Arc<Step>>,
    pub hold: Option<Arc<Hold>>,
    pub screening_match: Option<Arc<ScreeningMatch>>,
    pub journey: Option<Arc<Journey>>,
    /// Shown once: a link's or a password's URL.
    pub url: Option<String>,
    /// Shown once: an API key.
    pub secret: Option<String>,
    /// The idempotency key was used before: nothing happened now.
    pub replayed: bool,
}

/// The answer of a mutation.
pub struct Payload<M> {
    shown: Shown,
    errors: Vec<UserError>,
    of: PhantomData<fn() -> M>,
}

impl<M: Mutate> Row for Payload<M> {
    fn object() -> &'static Object<Self> {
        M::payload()
    }
}

/// The one argument of a mutation, or of a query that tries one.
pub struct Input<I>(pub I);

impl<I: InputType + 'static> Arguments for Input<I> {
    fn describe(registry: &mut Registry) -> Vec<MetaInputValue> {
        vec![MetaInputValue {
            name: "input".to_owned(),
            description: Some("What to do.".to_owned()),
            ty: {
                I::create_type_info(registry);
                I::qualified_type_name()
            },
            deprecation: Deprecation::NoDeprecated,
            default_value: None,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            is_secret: false,
            directive_invocations: Vec::new(),
        }]
    }

    fn parse(values: Value) -> Result<Self, String> {
        let input = match values {
            Value::Object(mut members) => members.swap_remove("input"),
            _ => None,
        };
        I::parse(input).map(Self).map_err(|error| {
            super::error::without_value(&error.into_server_error(async_graphql::Pos::default()).message)
        })
    }
}

impl Object<Mutation> {
    /// A mutation.
    pub fn mutation<M: Mutate>(self) -> Self {
        self.optional::<Input<M::Input>, Payload<M>>(M::NAME, M::DESCRIPTION, |cx, _, Input(input), _| {
            async move {
                let payload = match M::run(cx, input).await {
                    Ok(shown) => Payload { shown, errors: Vec::new(), of: PhantomData },
                    Err(Error::User(errors)) => Payload { shown: Shown::default(), errors, of: PhantomData },
                    Err(Error::Conflict { error, current }) => Payload {
                        shown: Shown::current(cx, current).await?,
                        errors: vec![error],
                        of: PhantomData,
                    },
                    Err(error) => return Err(error),
                };
                Ok(vec![Some(Arc::new(payload))])
            }
            .boxed()
        })
    }
}

impl Shown {
    /// An object that did not fit the input, as it is now.
    async fn current(cx: &Context<'_>, current: Current) -> Result<Self> {
        Ok(match current {
            Current::Customer(id) => Self {
                customer: customer::by_id(cx, [id], entity::pick::Columns::ALL).await?.remove(&id),
                ..Self::default()
            },
            Current::Attempt(id) => Self {
                attempt: attempt::by_id(cx, [id], entity::pick::Columns::ALL).await?.remove(&id),
                ..Self::default()
            },
            Current::Step(id, _) => {
                let step = step::by_id(cx, [id], None).await?.remove(&id);
                let attempt = step.as_ref().map(|step| Arc::clone(&step.attempt));
                Self { step, attempt, ..Self::default() }
            }
        })
    }
}

/// The fields that payloads are made of.
impl<M: Mutate> Object<Payload<M>> {
    /// A payload's table.
    pub fn payload(name: &'static str, description: &'static str) -> Self {
        Self::new(name, description)
    }

    pub fn merchant(self) -> Self {
        self.optional_shared_part(
            "merchant",
            "The merchant; null when there are user errors.",
            |_, payload| payload.shown.merchant.clone(),
        )
    }

    pub fn branding(self) -> Self {
        self.optional_part(
            "branding",
            "The look of the merchant; null when there are user errors.",
            |_, payload| payload.shown.merchant.clone().map(Branding),
        )
    }

    pub fn member(self) -> Self {
        self.optional_shared_part("member", "The member; null when there are user errors.", |_, payload| {
            payload.shown.member.clone()
        })
    }

    pub fn api_key(self) -> Self {
        self.optional_shared_part("apiKey", "The API key; null when there are user errors.", |_, payload| {
            payload.shown.api_key.clone()
        })
    }

    pub fn customer(self) -> Self {
        self.optional_shared_part(
            "customer",
            "The customer; null when there are user errors, but for VERSION_CONFLICT: then as they are now.",
            |_, payload| payload.shown.customer.clone(),
        )
    }

    pub fn attempt(self) -> Self {
        self.optional_shared_part(
            "attempt",
            "The attempt; null when there are user errors, but for VERSION_CONFLICT and ACTIVE_ATTEMPT_EXISTS: then the one \
             that is in the way, as it is now.",
            |_, payload| payload.shown.attempt.clone(),
        )
    }

    pub fn step(self) -> Self {
        self.optional_shared_part(
            "step",
            "The step; null when there are user errors, but for VERSION_CONFLICT: then as it is now.",
            |_, payload| payload.shown.step.clone(),
        )
    }

    pub fn hold(self) -> Self {
        self.optional_shared_part("hold", "The hold; null when there are user errors.", |_, payload| {
            payload.shown.hold.clone()
        })
    }

    pub fn screening_match(self) -> Self {
        self.optional_shared_part("match", "The match; null when there are user errors.", |_, payload| {
            payload.shown.screening_match.clone()
        })
    }

    pub fn journey(self) -> Self {
        self.optional_shared_part(
            "journey",
            "The journey as it is now; null when there are user errors.",
            |_, payload| payload.shown.journey.clone(),
        )
    }

    /// A URL that is shown once.
    pub fn url(self, name: &'static str, description: &'static str) -> Self {
        self.value(name, description, |payload| payload.shown.url.clone().map(Url))
    }

    /// A secret that is shown once.
    pub fn secret(self, name: &'static str, description: &'static str) -> Self {
        self.value(name, description, |payload| payload.shown.secret.clone())
    }

    pub fn replayed(self) -> Self {
        self.value(
            "replayed",
            "Whether the idempotency key was used before: nothing happened now, and the URL is not shown again. Resend for a \
             new one.",
            |payload| payload.shown.replayed,
        )
    }

    pub fn user_errors(self) -> Self {
        self.parts(
            "userErrors",
            "Why the input was refused; empty when it was done. Then nothing was changed.",
            |_, payload| payload.errors.iter().cloned().map(UserErrorRow).collect(),
        )
    }
}

impl Row for Mutation {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<Mutation>> = LazyLock::new(|| {
            Object::<Mutation>::new(
                "Mutation",
                "Where every change begins. The fields of one operation run one after another; each is done as a whole or not \
                 at all.",
            )
            // Settings.
            .mutation::<merchant::write::MerchantCreate>()
            .mutation::<merchant::write::MerchantUpdate>()
            .mutation::<merchant::BrandingUpdate>()
            .mutation::<api_key::write::ApiKeyCreate>()
            .mutation::<api_key::write::ApiKeyRevoke>()
            .mutation::<member::write::MemberCreate>()
            .mutation::<member::write::MemberUpdate>()
            .mutation::<member::write::MemberPasswordReset>()
            // The journey.
            .mutation::<customer::write::CustomerCreate>()
            .mutation::<customer::write::CustomerUpdate>()
            .mutation::<attempt::write::KycLinkGenerate>()
            .mutation::<attempt::write::AttemptCreate>()
            .mutation::<link::KycLinkResend>()
            .mutation::<link::KycLinkExtend>()
            .mutation::<link::KycLinkRevoke>()
            .mutation::<step::write::StepUpdateStatus>()
            .mutation::<hold::write::HoldPlace>()
            .mutation::<hold::write::HoldRelease>()
            .mutation::<attempt::write::AttemptReject>()
            .mutation::<screening::write::ScreeningMatchDecide>()
            // A customer's own.
            .mutation::<journey::write::JourneyConsent>()
            .customers()
            .mutation::<journey::write::JourneyDigilockerStart>()
            .customers()
            .mutation::<journey::write::JourneyPanSubmit>()
            .customers()
            .mutation::<journey::write::JourneyBankSubmit>()
            .customers()
        });
        &OBJECT
    }
}
