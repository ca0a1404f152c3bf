//! JSON from outside, read strictly: a name given twice, U+0000 and deep nesting are refused, and no error shows the text.

use std::{cell::Cell, fmt};

use async_graphql::{Name, Value, indexmap::IndexMap};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// Arrays and objects inside one another, the body's own object and `variables` included. No input of the schema comes
/// near; serde_json's own limit of 128 stands behind it.
const MAX_DEPTH: usize = 18;

/// Why a text is not taken: a sentence without any of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub String);

/// Reads one JSON value.
pub fn read(text: &[u8]) -> Result<Value, Unreadable> {
    let text = std::str::from_utf8(text).map_err(|_| Unreadable("it is not valid UTF-8".into()))?;
    let fault = Cell::new(None);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let strict = Strict { depth: MAX_DEPTH, fault: &fault };
    let read = strict.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    read.map_err(|error| {
        Unreadable(match fault.get() {
            Some(fault) => format!("{fault} (line {}, column {})", error.line(), error.column()),
            // serde_json's own sentences about syntax are fixed texts; those about data, which quote it, do not occur,
            // since every kind of value is taken here.
            None if !error.is_data() => error.to_string(),
            None => format!("it is not valid JSON (line {}, column {})", error.line(), error.column()),
        })
    })
}

#[derive(Clone, Copy)]
struct Strict<'f> {
    /// Arrays and objects that may still be opened.
    depth: usize,
    /// Why the value was refused, when it was not the syntax. An error of serde could carry it only as text.
    fault: &'f Cell<Option<&'static str>>,
}

impl<'f> Strict<'f> {
    fn refuse<E: serde::de::Error>(self, fault: &'static str) -> E {
        self.fault.set(Some(fault));
        E::custom("")
    }

    fn inside<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
            None => Err(self.refuse("its arrays and objects are nested too deep; the limit is 18")),
        }
    }

    fn text<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        if text.contains('\0') {
            Err(self.refuse("it holds the character U+0000, which no field takes"))
        } else {
            Ok(())
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        let number = serde_json::Number::from_f64(value);
        number.map(Value::Number).ok_or_else(|| self.refuse("it holds a number that is too large"))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        self.text(text)?;
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Value, E> {
        self.text(&text)?;
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut list = Vec::new();
        while let Some(value) = seq.next_element_seed(inside)? {
            list.push(value);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut object = IndexMap::new();
        while let Some(name) = map.next_key::<String>()? {
            self.text::<A::Error>(&name)?;
            let value = map.next_value_seed(inside)?;
            if object.insert(Name::new(name), value).is_some() {
                return Err(self.refuse("it gives a name twice in one object"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_it_stands() {
        let text = r#"{"a":[1,-2,1.5,true,null,"é\ud83d\ude00"],"b":{}}"#;
        assert_eq!(
            read(text.as_bytes()).unwrap().into_json().unwrap().to_string(),
            text.replace("\\ud83d\\ude00", "😀")
        );
    }

    #[test]
    fn what_is_refused_is_named_and_not_shown() {
        for (text, reason) in [
            (r#"{"SECRET":1,"SECRET":2}"#, "a name twice"),
            (r#"{"v":{"SECRET":1,"SECRET":2}}"#, "a name twice"),
            (r#"{"a":"SECRET\u0000"}"#, "U+0000"),
            (r#"{"SECRET\u0000":1}"#, "U+0000"),
            (r#"{"a":"SECRET\ud800"}"#, "hex escape"),
            (r#"{"a":"SECRET\udc00"}"#, "hex escape"),
            (r#"{"a":"SECRET\ud800\u0041"}"#, "surrogate"),
            (r#"{"a":1e999}"#, "number out of range"),
            (r#"{"SECRET":"#, "EOF"),
            (r#"{SECRET:1}"#, "key must be a string"),
            (r#"{} SECRET"#, "trailing characters"),
            ("", "EOF"),
            ("SECRET", "expected value"),
            ("\"SECRET\x01\"", "control character"),
        ] {
            let Unreadable(message) = read(text.as_bytes()).unwrap_err();
            assert!(message.contains(reason) && !message.contains("SECRET"), "{text}: {message}");
            assert!(message.contains("line 1"), "{text}: {message}");
        }
        assert!(read(b"\"\xff\"").unwrap_err().0.contains("UTF-8"));
    }

    #[test]
    fn depth_is_limited_and_never_overflows() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(read(nested(18).as_bytes()).is_ok());
        for depth in [19, 127, 128, 129, 100_000] {
            assert!(read(nested(depth).as_bytes()).unwrap_err().0.contains("the limit is 18"));
            assert!(read("{\"a\":".repeat(depth).as_bytes()).unwrap_err().0.contains("the limit is 18"));
        }
    }
}
