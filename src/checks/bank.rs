//! Bank accounts as customers type them.

use std::fmt;

use crate::lifecycle::aadhaar;

mod names;

/// The number of an account: 9 to 18 digits. Without `Debug` of its digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Account(String);

/// What is wrong with a text that is no account number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountFault {
    Empty,
    /// Something other than digits.
    Character,
    /// Fewer than 9 digits.
    Short,
    /// More than 18.
    Long,
    /// Nothing but zeros.
    Zeros,
    /// A full Aadhaar number was typed. One in ten other numbers of 12 digits that begin with 2 to 9 looks like one.
    Aadhaar,
}

impl AccountFault {
    /// What to tell the customer, in English.
    pub fn message(self) -> &'static str {
        match self {
            Self::Empty => "Enter your account number.",
            Self::Character => "An account number has digits only.",
            Self::Short => "An account number has at least 9 digits. Check your passbook or cheque book.",
            Self::Long => "An account number has at most 18 digits. Check your passbook or cheque book.",
            Self::Zeros => "This is not an account number. Check your passbook or cheque book.",
            Self::Aadhaar => {
                "This looks like an Aadhaar number. Never enter it here; enter your account number, or that of another account \
                 of yours if this is one."
            }
        }
    }
}

impl Account {
    /// Reads an account number: spaces and hyphens are passed over.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, AccountFault> {
        if aadhaar::contains_full_number(text) {
            return Err(AccountFault::Aadhaar);
        }
        let typed = || text.chars().filter(|digit| !digit.is_whitespace() && *digit != '-');
        let length = typed().take(19).count();
        if length == 0 {
            return Err(AccountFault::Empty);
        }
        if !typed().all(|digit| digit.is_ascii_digit()) {
            return Err(AccountFault::Character);
        }
        match length {
            ..9 => return Err(AccountFault::Short),
            19.. => return Err(AccountFault::Long),
            _ => {}
        }
        if typed().all(|digit| digit == '0') {
            return Err(AccountFault::Zeros);
        }
        Ok(Self(typed().collect()))
    }

    /// The whole number. Search for the callers of this function to see where account numbers go.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// `xxxxxx1234`: as many x as there are digits before the last four.
    pub fn masked(&self) -> String {
        let hidden = self.0.len() - 4;
        format!("{}{}", "x".repeat(hidden), &self.0[hidden..])
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Account([redacted])")
    }
}

/// The code of a bank's branch: four letters, a zero, six letters or digits. It is public, and no personal value by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ifsc(String);

/// What is wrong with a text that is no IFSC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfscFault {
    Empty,
    /// Not eleven characters.
    Length,
    /// Something other than letters and digits.
    Character,
    /// The first four are not all letters.
    Bank,
    /// The fifth is not a zero. A letter O is often typed there.
    Zero,
    /// A full Aadhaar number was typed.
    Aadhaar,
}

impl IfscFault {
    /// What to tell the customer, in English.
    pub fn message(self) -> &'static str {
        match self {
            Self::Empty => "Enter the IFSC of your branch.",
            Self::Length => "An IFSC has 11 characters, as in SBIN0001234.",
            Self::Character => "An IFSC has letters and digits only, as in SBIN0001234.",
            Self::Bank => "The first 4 characters of an IFSC are letters, as in SBIN0001234.",
            Self::Zero => "The 5th character of an IFSC is a zero, not the letter O, as in SBIN0001234.",
            Self::Aadhaar => {
                "This looks like an Aadhaar number. Never enter it here; enter the IFSC of your branch."
            }
        }
    }
}

impl Ifsc {
    /// Reads an IFSC: spaces and hyphens are passed over, letters may be small.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, IfscFault> {
        if aadhaar::contains_full_number(text) {
            return Err(IfscFault::Aadhaar);
        }
        let typed = || text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-');
        match typed().take(12).count() {
            0 => return Err(IfscFault::Empty),
            11 => {}
            _ => return Err(IfscFault::Length),
        }
        if !typed().all(|letter| letter.is_ascii_alphanumeric()) {
            return Err(IfscFault::Character);
        }
        let ifsc: String = typed().map(|letter| letter.to_ascii_uppercase()).collect();
        let bytes = ifsc.as_bytes();
        if !bytes[..4].iter().all(u8::is_ascii_uppercase) {
            return Err(IfscFault::Bank);
        }
        if bytes[4] != b'0' {
            return Err(IfscFault::Zero);
        }
        Ok(Self(ifsc))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bank's name, of those that most people bank with; else the four letters that stand for it.
    pub fn bank_name(&self) -> &str {
        let code = &self.0[..4];
        names::of(code).unwrap_or(code)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_wrong_with_an_account_is_said() {
        for (text, fault) in [
            ("", AccountFault::Empty),
            ("- -", AccountFault::Empty),
            ("12345678", AccountFault::Short),
            ("1234567890123456789", AccountFault::Long),
            ("12345678A", AccountFault::Character),
            ("१२३४५६७८९", AccountFault::Character),
            ("000000000", AccountFault::Zeros),
            ("234123412346", AccountFault::Aadhaar),
            ("2341-2341-2346", AccountFault::Aadhaar),
        ] {
            assert_eq!(Account::parse(text).err(), Some(fault), "{text:?}");
        }
        let account = Account::parse("1234 5678-90").unwrap();
        assert_eq!((account.expose(), account.masked().as_str()), ("1234567890", "xxxxxx7890"));
        assert_eq!(format!("{account:?}"), "Account([redacted])");
    }

    #[test]
    fn what_is_wrong_with_an_ifsc_is_said() {
        for (text, fault) in [
            ("", IfscFault::Empty),
            ("SBIN000123", IfscFault::Length),
            ("SBIN00012345", IfscFault::Length),
            ("SBIN0001_34", IfscFault::Character),
            ("SB1N0001234", IfscFault::Bank),
            ("SBINO001234", IfscFault::Zero),
            ("234123412346", IfscFault::Aadhaar),
        ] {
            assert_eq!(Ifsc::parse(text).err(), Some(fault), "{text:?}");
        }
        let ifsc = Ifsc::parse("sbin 0001234").unwrap();
        assert_eq!((ifsc.as_str(), ifsc.bank_name()), ("SBIN0001234", "State Bank of India"));
        assert_eq!(Ifsc::parse("ZZZZ0ABC123").unwrap().bank_name(), "ZZZZ");
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in "\\PC{0,40}") {
            if let Ok(account) = Account::parse(&text) {
                prop_assert!((9..=18).contains(&account.expose().len()));
                prop_assert!(account.masked().bytes().filter(u8::is_ascii_digit).count() == 4);
            }
            if let Ok(ifsc) = Ifsc::parse(&text) {
                prop_assert_eq!(ifsc.as_str().len(), 11);
            }
        }
    }
}
