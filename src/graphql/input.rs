//! What the inputs of mutations have in common: absent is not null, and an id is read where it comes in.

use std::str::FromStr;

use async_graphql::{ID, MaybeUndefined};
use uuid::Uuid;

use crate::kyc::Patch;

impl<T> From<MaybeUndefined<T>> for Patch<T> {
    fn from(field: MaybeUndefined<T>) -> Self {
        match field {
            MaybeUndefined::Undefined => Self::Keep,
            MaybeUndefined::Null => Self::Clear,
            MaybeUndefined::Value(value) => Self::Set(value),
        }
    }
}

/// The id in a field. A text that is no id, or one of another type, is the id of nothing: the use case answers NOT_FOUND
/// with the field's path, and only to those who may look.
pub fn id<T: FromStr + From<Uuid>>(text: &ID) -> T {
    text.parse().unwrap_or_else(|_| Uuid::nil().into())
}
