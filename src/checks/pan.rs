//! Permanent account numbers as customers type them.

use std::fmt;

use crate::lifecycle::aadhaar;

/// A PAN of a person, as far as its shape tells. Without `Debug` of its digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Pan(String);

/// What is wrong with a text that is no PAN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanFault {
    Empty,
    /// Not ten characters.
    Length,
    /// Something other than letters and digits.
    Character,
    /// The first five are not all letters.
    Letters,
    /// The sixth to the ninth are not all digits.
    Digits,
    /// The last is no letter.
    Last,
    /// The fourth letter says that it belongs to a company, a firm, a trust or the like.
    NotOfAPerson,
    /// A full Aadhaar number was typed.
    Aadhaar,
}

impl PanFault {
    /// What to tell the customer, in English.
    pub fn message(self) -> &'static str {
        match self {
            Self::Empty => "Enter your PAN.",
            Self::Length => "A PAN has 10 characters, as in ABCPE1234F.",
            Self::Character => "A PAN has letters and digits only, as in ABCPE1234F.",
            Self::Letters => "The first 5 characters of a PAN are letters, as in ABCPE1234F.",
            Self::Digits => "Characters 6 to 9 of a PAN are digits, as in ABCPE1234F.",
            Self::Last => "The last character of a PAN is a letter, as in ABCPE1234F.",
            Self::NotOfAPerson => {
                "This PAN belongs to a company or another body. Enter your own, whose 4th letter is P."
            }
            Self::Aadhaar => "This looks like an Aadhaar number. Never enter it here; enter your PAN.",
        }
    }
}

/// The fourth letter of the PANs of those who are no person: associations, bodies, companies, firms, governments, families,
/// artificial persons, local authorities, trusts. A letter that means nothing is left to the register.
const OTHER_HOLDERS: &[u8] = b"ABCFGHJLT";

impl Pan {
    /// Reads a PAN: spaces and hyphens are passed over, letters may be small.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, PanFault> {
        if aadhaar::contains_full_number(text) {
            return Err(PanFault::Aadhaar);
        }
        let typed = || text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-');
        match typed().take(11).count() {
            0 => return Err(PanFault::Empty),
            10 => {}
            _ => return Err(PanFault::Length),
        }
        if !typed().all(|letter| letter.is_ascii_alphanumeric()) {
            return Err(PanFault::Character);
        }
        let pan: String = typed().map(|letter| letter.to_ascii_uppercase()).collect();
        let bytes = pan.as_bytes();
        if !bytes[..5].iter().all(u8::is_ascii_uppercase) {
            return Err(PanFault::Letters);
        }
        if !bytes[5..9].iter().all(u8::is_ascii_digit) {
            return Err(PanFault::Digits);
        }
        if !bytes[9].is_ascii_uppercase() {
            return Err(PanFault::Last);
        }
        if OTHER_HOLDERS.contains(&bytes[3]) {
            return Err(PanFault::NotOfAPerson);
        }
        Ok(Self(pan))
    }

    /// The whole number. Search for the callers of this function to see where PANs go.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// `ABxxxxxx4F`: the first two and the last two characters.
    pub fn masked(&self) -> String {
        format!("{}xxxxxx{}", &self.0[..2], &self.0[8..])
    }
}

impl fmt::Debug for Pan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pan([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_wrong_is_said() {
        for (text, fault) in [
            ("", PanFault::Empty),
            (" - ", PanFault::Empty),
            ("ABCPE1234", PanFault::Length),
            ("ABCPE1234FF", PanFault::Length),
            ("ABCPE1234é", PanFault::Character),
            ("ABCP$1234F", PanFault::Character),
            ("AB1PE1234F", PanFault::Letters),
            ("ABCPE12E4F", PanFault::Digits),
            ("ABCPE12345", PanFault::Last),
            ("ABCCE1234F", PanFault::NotOfAPerson),
            ("2341 2341 2346", PanFault::Aadhaar),
            ("PAN 234123412346", PanFault::Aadhaar),
        ] {
            assert_eq!(Pan::parse(text).err(), Some(fault), "{text:?}");
            assert!(!fault.message().is_empty());
        }
    }

    #[test]
    fn it_is_kept_in_capitals_and_shown_masked() {
        let pan = Pan::parse(" abcpe-1234 f ").unwrap();
        assert_eq!((pan.expose(), pan.masked().as_str()), ("ABCPE1234F", "ABxxxxxx4F"));
        assert_eq!(format!("{pan:?}"), "Pan([redacted])");
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in "\\PC{0,20}") {
            if let Ok(pan) = Pan::parse(&text) {
                prop_assert_eq!(pan.expose().len(), 10);
                prop_assert!(!pan.masked().contains(&pan.expose()[2..8]));
            }
        }
    }
}
