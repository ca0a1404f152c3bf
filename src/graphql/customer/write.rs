//! Mutations of customers.

use std::sync::{Arc, LazyLock};

use async_graphql::InputObject;
use futures_util::{FutureExt, future::BoxFuture};

use super::Customer;
use crate::{
    error::Result,
    graphql::{
        exec::{Context, object::Object},
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
    const DESCRIPTION: &'static str = "Adds a customer. Takes the role AGENT.";
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
            let key = cx.key(Self::NAME, input.idempotency_key.as_deref(), &customer)?;
            let done = kyc::customer::create(cx.kyc, cx.actor, customer, key).await?;
            let customer = Some(Arc::new(Customer { row: done.answer }));
            Ok(Shown { customer, replayed: done.replayed, ..Shown::default() })
        }
        .boxed()
    }
}
