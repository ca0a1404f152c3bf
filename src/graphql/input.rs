//! What the inputs of mutations have in common.

use std::str::FromStr;

use async_graphql::{ID, MaybeUndefined};
use uuid::Uuid;

use crate::kyc::Patch;

/// The id in an input. A text that is no id of this type is taken for the id of nothing, so that the use case answers it
/// like any other object that is not there: with NOT_FOUND and the field's path, and after it has checked the role.
pub fn id<I: FromStr + From<Uuid>>(text: &ID) -> I {
    text.parse().unwrap_or_else(|_| Uuid::nil().into())
}

impl<T> From<MaybeUndefined<T>> for Patch<T> {
    fn from(input: MaybeUndefined<T>) -> Self {
        match input {
            MaybeUndefined::Undefined => Self::Keep,
            MaybeUndefined::Null => Self::Clear,
            MaybeUndefined::Value(value) => Self::Set(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::id::{AttemptId, CustomerId};

    use super::*;

    #[test]
    fn what_is_no_id_of_the_type_is_the_id_of_nothing() {
        let attempt = AttemptId(Uuid::from_u128(7));
        assert_eq!(id::<AttemptId>(&attempt.to_string().into()), attempt);
        for text in ["", "attempt_", "7", &CustomerId(Uuid::from_u128(7)).to_string()] {
            assert_eq!(id::<AttemptId>(&text.into()), AttemptId(Uuid::nil()), "{text}");
        }
    }

    #[test]
    fn left_out_is_not_null() {
        let patch = |input: MaybeUndefined<i32>| Patch::from(input);
        assert!(patch(MaybeUndefined::Undefined) == Patch::Keep);
        assert!(patch(MaybeUndefined::Null) == Patch::Clear);
        assert!(patch(MaybeUndefined::Value(1)) == Patch::Set(1));
    }
}
