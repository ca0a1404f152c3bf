//! Texts that people and merchants give us, made regular: trimmed, in Unicode NFC, of a bounded length, and free of
//! characters that a database refuses (NUL) or that make a text read as something else than it is (control
//! characters, bidirectional overrides). No rule here depends on a language or an alphabet.

use unicode_normalization::UnicodeNormalization;

use crate::error::{UserError, UserErrorCode};

/// What SMTP can carry (RFC 5321, 4.5.3.1.3, less the angle brackets).
const MAX_EMAIL: usize = 254;
/// Digits of an international number (ITU-T E.164), the country code included.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 8..=15;

/// A text of 1 to `max` characters.
pub fn required(field: &[&str], text: &str, max: usize) -> Result<String, UserError> {
    let text: String = text.trim().nfc().collect();
    let name = field.last().unwrap_or(&"text");
    if text.chars().all(is_unseen) {
        let message = format!("{name} must not be empty.");
        return Err(UserError::new(UserErrorCode::Required, field, message));
    }
    if text.chars().any(is_forbidden) {
        let message =
            format!("{name} must not contain control characters, line breaks or bidirectional overrides.");
        return Err(UserError::new(UserErrorCode::Invalid, field, message));
    }
    let length = text.chars().count();
    if length > max {
        let message = format!("{name} has at most {max} characters; this has {length}.");
        return Err(UserError::new(UserErrorCode::TooLong, field, message));
    }
    Ok(text)
}

/// An e-mail address: its shape only. Whether it exists, only a mail can tell.
pub fn email(field: &[&str], text: &str) -> Result<String, UserError> {
    let text = required(field, text, MAX_EMAIL)?;
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-' || !c.is_ascii())
    };
    let fits = text.rsplit_once('@').is_some_and(|(local, domain)| {
        (1..=64).contains(&local.len())
            && !local.contains(|c: char| c.is_whitespace() || "@<>(),;:\"\\[]".contains(c))
            && domain.contains('.')
            && !domain.contains(char::is_whitespace)
            && domain.split('.').all(is_label)
    });
    if fits {
        Ok(text)
    } else {
        Err(UserError::new(UserErrorCode::Invalid, field, "Write an e-mail address, like asha@example.com."))
    }
}

/// A phone number with its country code, kept as `+` and digits (ITU-T E.164).
pub fn phone(field: &[&str], text: &str) -> Result<String, UserError> {
    let text = required(field, text, 64)?;
    let compact: String =
        text.chars().filter(|c| !c.is_whitespace() && !"-.()\u{2010}\u{2011}\u{2013}".contains(*c)).collect();
    let fits = compact.strip_prefix('+').is_some_and(|digits| {
        PHONE_DIGITS.contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    if fits {
        Ok(compact)
    } else {
        let message = "Write the phone number with its country code, like +91 98765 43210.";
        Err(UserError::new(UserErrorCode::Invalid, field, message))
    }
}

/// A country by its ISO 3166-1 alpha-2 code, kept in capitals.
pub fn country(field: &[&str], text: &str) -> Result<String, UserError> {
    let code = text.trim().to_ascii_uppercase();
    if COUNTRIES.split_ascii_whitespace().any(|known| known == code) {
        Ok(code)
    } else {
        let message = "Write the country as its two-letter ISO 3166-1 code, like IN.";
        Err(UserError::new(UserErrorCode::Invalid, field, message))
    }
}

/// A text of only these looks empty.
fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
}

/// Control characters, line and paragraph separators, bidirectional overrides and isolates, and what is no character.
/// The joiners U+200C and U+200D stay: Indian scripts and emoji are spelt with them.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FDD0}'..='\u{FDEF}')
        || (c as u32) & 0xFFFE == 0xFFFE
}

/// The officially assigned codes of ISO 3166-1 alpha-2.
const COUNTRIES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ \
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO \
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE \
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO \
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW \
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM \
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_trimmed_and_composed() {
        assert_eq!(required(&["name"], "  Zoe\u{308} \n", 4).unwrap(), "Zo\u{EB}");
        for text in ["अनुष्‍का", "👩‍👩‍👧", "Ōno 大野", "Nguyễn Thị", "ਮਨਪ੍ਰੀਤ"]
        {
            assert_eq!(required(&["name"], text, 300).unwrap(), text.nfc().collect::<String>());
        }
    }

    #[test]
    fn a_text_that_looks_empty_is_missing() {
        for text in ["", "   ", "\u{A0}\t", "\u{200B}", "\u{200D}\u{FEFF}"] {
            assert_eq!(required(&["name"], text, 9).unwrap_err().code, UserErrorCode::Required, "{text:?}");
        }
    }

    #[test]
    fn a_text_cannot_hide_or_break_anything() {
        for c in ['\0', '\n', '\u{7F}', '\u{85}', '\u{2028}', '\u{202E}', '\u{2066}', '\u{FFFF}', char::MAX] {
            let error = required(&["name"], &format!("a{c}b"), 9).unwrap_err();
            assert_eq!(error.code, UserErrorCode::Invalid, "{c:?}");
            assert_eq!(error.field, Some(vec!["name".to_owned()]));
        }
    }

    #[test]
    fn the_length_counts_characters() {
        assert!(required(&["name"], &"अ".repeat(300), 300).is_ok());
        assert_eq!(required(&["name"], &"अ".repeat(301), 300).unwrap_err().code, UserErrorCode::TooLong);
    }

    #[test]
    fn an_email_has_the_shape_of_one() {
        for text in ["asha@example.com", "a.b+c@sub.example.co.in", "o'neil@example.com", "अशा@उदाहरण.भारत"]
        {
            assert_eq!(email(&["email"], text).unwrap(), text);
        }
        for text in [
            "asha",
            "@example.com",
            "asha@",
            "asha@localhost",
            "a b@example.com",
            "asha@exam ple.com",
            "a@b@c.com",
            "asha@example..com",
            "asha@-example.com",
            "<asha@example.com>",
            "asha@example.com,b@example.com",
        ] {
            assert_eq!(email(&["email"], text).unwrap_err().code, UserErrorCode::Invalid, "{text}");
        }
    }

    #[test]
    fn a_phone_number_carries_its_country_code() {
        for text in ["+919876543210", "+91 98765 43210", "+91-98765-43210", "+91 (98765) 43210"] {
            assert_eq!(phone(&["phone"], text).unwrap(), "+919876543210");
        }
        for text in
            ["9876543210", "+0919876543", "+12", "+1234567890123456", "+91 98765 4321x", "+९१९८७६५४३२१०"]
        {
            assert_eq!(phone(&["phone"], text).unwrap_err().code, UserErrorCode::Invalid, "{text}");
        }
    }

    #[test]
    fn a_country_is_an_official_code() {
        assert_eq!(COUNTRIES.split_ascii_whitespace().count(), 249);
        assert_eq!(country(&["country"], " in ").unwrap(), "IN");
        for text in ["", "I", "IND", "XX", "UK", "IN GB", "ＩＮ"] {
            assert_eq!(country(&["country"], text).unwrap_err().code, UserErrorCode::Invalid, "{text}");
        }
    }
}
