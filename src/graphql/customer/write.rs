//! Mutations of customers.

use std::sync::{Arc, LazyLock};

use async_graphql::{ID, InputObject, MaybeUndefined};
use futures_util::{FutureExt, future::BoxFuture};

use super::Customer;
use crate::{
    error::Result,
    graphql::{
        exec::{Context, object::Object},
        input,
        mutation::{Mutate, Payload, Shown},
        scalar::Date,
    },
    kyc,
};

/// A person who is to be verified, as the merchant knows them.
#[derive(Clone, InputObject)]
pub struct CustomerInput {
    /// The merchant's own id of the customer, 1 to 128 characters; unique in the merchant.
    reference: Option<String>,
    /// The name, 1 to 300 characters, in any script.
    name: String,
    /// An e-mail address; kept in lower case.
    email: Option<String>,
    /// A phone number with country code, for example +919800000000.
    phone: Option<String>,
    /// The date of birth; not in the future.
    date_of_birth: Option<Date>,
    /// The country as ISO 3166-1 alpha-2, for example IN.
    country: Option<String>,
}

impl From<CustomerInput> for kyc::customer::CustomerInput {
    fn from(input: CustomerInput) -> Self {
        let CustomerInput { reference, name, email, phone, date_of_birth, country } = input;
        Self { reference, name, email, phone, date_of_birth: date_of_birth.map(|date| date.0), country }
    }
}

/// The input of the `customerCreate` mutation.
#[derive(InputObject)]
pub struct CustomerCreateInput {
    /// The customer.
    customer: CustomerInput,
    /// Makes sure that the customer is added once, however often this is sent: 1 to 255 characters, remembered for 24 hours.
    idempotency_key: Option<String>,
}

/// `customerCreate`
pub struct CustomerCreate;

impl Mutate for CustomerCreate {
    const NAME: &'static str = "customerCreate";
    const DESCRIPTION: &'static str =
        "Adds a customer. Takes the role AGENT. Refused with TAKEN when another customer has the reference.";
    type Input = CustomerCreateInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<CustomerCreate>>> = LazyLock::new(|| {
            Object::payload("CustomerCreatePayload", "The answer of the `customerCreate` mutation.")
                .customer()
                .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a CustomerCreateInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let customer = kyc::customer::CustomerInput::from(input.customer.clone());
            let key = cx.key(input.idempotency_key.as_deref());
            let done = kyc::customer::create(cx.kyc, cx.actor, customer, key).await?;
            let customer = Some(Arc::new(Customer { row: done.answer }));
            Ok(Shown { customer, replayed: done.replayed, ..Shown::default() })
        }
        .boxed()
    }
}

/// The input of the `customerUpdate` mutation. A field that is left out stays as it is; null empties it.
#[derive(InputObject)]
pub struct CustomerUpdateInput {
    /// The customer.
    id: ID,
    /// The name, 1 to 300 characters, in any script; it cannot be emptied. The checks of an open attempt compare with it.
    name: MaybeUndefined<String>,
    /// An e-mail address; kept in lower case.
    email: MaybeUndefined<String>,
    /// A phone number with country code, for example +919800000000.
    phone: MaybeUndefined<String>,
    /// The date of birth; not in the future. The checks of an open attempt compare with it.
    date_of_birth: MaybeUndefined<Date>,
    /// The country as ISO 3166-1 alpha-2, for example IN.
    country: MaybeUndefined<String>,
    /// The `version` that you have seen: when the customer has another one by now, nothing changes, and VERSION_CONFLICT
    /// comes with the customer as they are. By default the update is made whatever the version.
    expected_version: Option<i32>,
    /// Makes sure that the update is made once, however often this is sent: 1 to 255 characters, remembered for 24 hours.
    idempotency_key: Option<String>,
}

/// `customerUpdate`
pub struct CustomerUpdate;

impl Mutate for CustomerUpdate {
    const NAME: &'static str = "customerUpdate";
    const DESCRIPTION: &'static str = "Changes what is known of a customer. Takes the role AGENT. What changes nothing \
        succeeds, without an event and without a new version. Refused with NOT_FOUND, VERSION_CONFLICT, or what is wrong \
        with a field.";
    type Input = CustomerUpdateInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<CustomerUpdate>>> = LazyLock::new(|| {
            Object::payload("CustomerUpdatePayload", "The answer of the `customerUpdate` mutation.")
                .customer()
                .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a CustomerUpdateInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let update = kyc::customer::CustomerUpdate {
                id: input::id(&input.id),
                name: input.name.clone().into(),
                email: input.email.clone().into(),
                phone: input.phone.clone().into(),
                date_of_birth: input.date_of_birth.map_value(|date| date.0).into(),
                country: input.country.clone().into(),
                expected_version: input.expected_version,
            };
            let key = cx.key(input.idempotency_key.as_deref());
            let done = kyc::customer::update(cx.kyc, cx.actor, update, key).await?;
            let customer = Some(Arc::new(Customer { row: done.answer }));
            Ok(Shown { customer, replayed: done.replayed, ..Shown::default() })
        }
        .boxed()
    }
}
