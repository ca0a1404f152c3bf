//! The scalars of the contract.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, Utc};
use entity::Time;

/// The last moment of the year 9999. SQLite compares moments as texts, and the text of a later year begins with a sign.
const LAST: Time =
    match (NaiveDate::from_ymd_opt(9999, 12, 31), NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999)) {
        (Some(day), Some(time)) => NaiveDateTime::new(day, time).and_utc(),
        (None, _) | (_, None) => Time::MAX_UTC,
    };

/// A moment. The description that clients read stands on the implementation: the library takes it from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct DateTime(pub Time);

/// A moment: RFC 3339, always UTC with `Z` in answers, microseconds at most. Input may carry any offset; what is finer
/// than a microsecond is cut off. What is later than the year 9999 in UTC, as the end of that year may be with an offset, is taken
/// for its last microsecond.
#[Scalar(name = "DateTime", specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        chrono::DateTime::parse_from_rfc3339(text)
            .map(|time| Self(time.with_timezone(&Utc).trunc_subsecs(6).min(LAST)))
            .map_err(|_| {
                InputValueError::custom("write a time as RFC 3339, for example 2026-01-31T09:30:00Z")
            })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    }
}

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Date(pub NaiveDate);

/// A day of the calendar: `YYYY-MM-DD`.
#[Scalar(name = "Date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        // chrono would also read 2026-1-2; the contract does not.
        let date = (text.len() == 10).then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten();
        date.map(Self).ok_or_else(|| {
            InputValueError::custom("write a day that exists as YYYY-MM-DD, for example 2026-01-31")
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A text that only has to be a string here: the use case that takes it checks the rest, and answers a user error with
/// the field's path.
macro_rules! text_scalar {
    ($(#[$doc:meta])* $name:ident, $graphql:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
        pub struct $name(pub String);

        $(#[$doc])*
        #[Scalar(name = $graphql)]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                match value {
                    Value::String(text) => Ok(Self(text)),
                    other => Err(InputValueError::expected_type(other)),
                }
            }

            fn to_value(&self) -> Value {
                Value::String(self.0.clone())
            }
        }
    };
}

text_scalar! {
    /// An absolute `https` URL; `http` only for localhost.
    Url, "Url"
}
text_scalar! {
    /// A colour as `#rrggbb`.
    Color, "Color"
}
text_scalar! {
    /// An opaque position in the merchant's event log. It is the same text as the cursor of an event's edge.
    EventCursor, "EventCursor"
}
