//! Scalars and enums: how the schema spells them, and how they are written.

use async_graphql::{OutputType, registry::Registry};
use entity::Time;

use super::json::Json;
use crate::{
    error::UserErrorCode,
    graphql::scalar::{Color, Date, DateTime, EventCursor, Url},
};

/// A value at the end of a path.
pub trait Leaf: 'static {
    /// Whether it may be null.
    const NULLABLE: bool = false;

    /// Registers the type, and answers how the schema spells it.
    fn register(registry: &mut Registry) -> String;

    /// Writes the value.
    fn write(&self, json: &mut Json);
}

fn spelled<T: OutputType>(registry: &mut Registry) -> String {
    T::create_type_info(registry);
    T::qualified_type_name()
}

macro_rules! leaves {
    ($($type:ty as $schema:ty, |$value:ident, $json:ident| $write:expr;)*) => {$(
        impl Leaf for $type {
            fn register(registry: &mut Registry) -> String {
                spelled::<$schema>(registry)
            }

            fn write(&self, $json: &mut Json) {
                let $value = self;
                $write;
            }
        }
    )*};
}

leaves! {
    i32 as i32, |value, json| json.serialize(value);
    i64 as i32, |value, json| json.serialize(value);
    f64 as f64, |value, json| json.serialize(value);
    bool as bool, |value, json| json.serialize(value);
    String as String, |value, json| json.text(value);
    Time as DateTime, |value, json| json.time(*value);
    Date as Date, |value, json| json.plain(&value.0.to_string());
    Url as Url, |value, json| json.text(&value.0);
    Color as Color, |value, json| json.plain(&value.0);
    EventCursor as EventCursor, |value, json| json.plain(&value.0);
    UserErrorCode as UserErrorCode, |value, json| json.serialize(&async_graphql::resolver_utils::enum_value(*value));
}

macro_rules! words {
    ($($type:ty),*) => {$(
        impl Leaf for $type {
            fn register(registry: &mut Registry) -> String {
                spelled::<$type>(registry)
            }

            fn write(&self, json: &mut Json) {
                json.plain(self.as_str());
            }
        }
    )*};
}

words!(
    entity::AttemptState,
    entity::StepStatus,
    entity::StepKind,
    entity::Party,
    entity::ExpiryReason,
    entity::LinkState,
    entity::MerchantMode,
    entity::Role,
    entity::ActorKind,
    entity::EventType,
    entity::MatchDecision
);

/// An id of any kind, as text.
pub struct Id(pub String);

impl Leaf for Id {
    fn register(registry: &mut Registry) -> String {
        spelled::<async_graphql::ID>(registry)
    }

    fn write(&self, json: &mut Json) {
        json.plain(&self.0);
    }
}

impl<T: Leaf> Leaf for Option<T> {
    const NULLABLE: bool = true;

    fn register(registry: &mut Registry) -> String {
        let spelled = T::register(registry);
        spelled.strip_suffix('!').unwrap_or(&spelled).to_owned()
    }

    fn write(&self, json: &mut Json) {
        match self {
            Some(value) => value.write(json),
            None => json.null(),
        }
    }
}

impl<T: Leaf> Leaf for Vec<T> {
    fn register(registry: &mut Registry) -> String {
        format!("[{}]!", T::register(registry))
    }

    fn write(&self, json: &mut Json) {
        json.raw(b'[');
        for (n, value) in self.iter().enumerate() {
            if n > 0 {
                json.raw(b',');
            }
            value.write(json);
        }
        json.raw(b']');
    }
}
