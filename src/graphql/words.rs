//! Lists of words in arguments.

use std::{borrow::Cow, collections::BTreeSet, ops::Deref};

use async_graphql::{InputType, InputValueResult, Value, registry::Registry};

/// A list of the words of an enum as a client asked for it: each once, in the order of the enum, however often and in whatever
/// order they were written. So it is never longer than the enum, and whoever asks for the same asks the same of the database,
/// where each other text of a statement would be prepared and kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words<T>(Vec<T>);

impl<T> Deref for Words<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Ord> FromIterator<T> for Words<T> {
    fn from_iter<I: IntoIterator<Item = T>>(words: I) -> Self {
        Self(words.into_iter().collect::<BTreeSet<_>>().into_iter().collect())
    }
}

/// As the library has a list of `T`.
impl<T: InputType + Ord> InputType for Words<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <BTreeSet<T> as InputType>::type_name()
    }

    fn qualified_type_name() -> String {
        <BTreeSet<T> as InputType>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <BTreeSet<T> as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let words =
            <BTreeSet<T> as InputType>::parse(value).map_err(async_graphql::InputValueError::propagate)?;
        Ok(words.into_iter().collect())
    }

    fn to_value(&self) -> Value {
        Value::List(self.0.iter().map(InputType::to_value).collect())
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{Name, value};
    use entity::AttemptState::{self, Completed, Created, Expired};

    use super::*;

    fn parse(value: Value) -> Option<Vec<AttemptState>> {
        Words::parse(Some(value)).ok().map(|words| words.to_vec())
    }

    #[test]
    fn each_word_is_there_once_in_the_order_of_the_enum() {
        let mixed = ["EXPIRED", "CREATED", "EXPIRED", "COMPLETED", "CREATED"]
            .map(|word| Value::Enum(Name::new(word)));
        let many: Vec<_> = mixed.into_iter().cycle().take(20_000).collect();
        assert_eq!(parse(Value::List(many)), Some(vec![Created, Completed, Expired]));
    }

    #[test]
    fn a_list_of_nothing_stays_one_and_a_single_word_is_a_list() {
        assert_eq!(parse(value!([])), Some(Vec::new()));
        assert_eq!(parse(value!("EXPIRED")), Some(vec![Expired]));
        assert_eq!(parse(value!(["EXPIRED", "LOST"])), None);
    }
}
