//! What a text has to be before it is stored: trimmed, in Unicode's form NFC, within its length, and free of what could
//! break a log, a terminal, a report or the order of letters on a page. Letters of every script and emoji are welcome.

use unicode_normalization::UnicodeNormalization;
use url::{Host, Url};

use crate::error::{UserError, UserErrorCode};

/// Characters of an e-mail address (RFC 5321, 4.5.3.1.3, without the angle brackets).
pub const MAX_EMAIL: usize = 254;
/// Characters of a URL.
pub const MAX_URL: usize = 2_048;

/// ISO 3166-1 alpha-2: the 249 officially assigned codes.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS \
BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK \
FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM \
JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS \
MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW \
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM \
US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// A text of one line with 1 to `max` characters (Unicode scalar values, after trimming and NFC).
///
/// # Errors
/// REQUIRED when nothing visible is left, TOO_LONG, or INVALID for a character that is not allowed.
pub fn required(field: &[&str], text: &str, max: usize) -> Result<String, UserError> {
    let text: String = text.trim().nfc().collect();
    if !text.chars().any(is_visible) {
        return Err(UserError::new(
            UserErrorCode::Required,
            field,
            "Enter a text here; it must not be empty.",
        ));
    }
    if text.chars().any(is_forbidden) {
        return Err(UserError::new(
            UserErrorCode::Invalid,
            field,
            "Remove line breaks and other control characters, and marks that turn the direction of text.",
        ));
    }
    // NFC may lengthen a text, so that this is counted last; the limit of the request's body bounds the work.
    if text.chars().count() > max {
        return Err(too_long(field, max));
    }
    Ok(text)
}

/// An e-mail address, in lower case.
///
/// It is checked for what would make delivery impossible or a header ambiguous, not for every rule of RFC 5321: whether an
/// address exists is known once mail has arrived there.
///
/// # Errors
/// As [`required`], and INVALID for what is not an address.
pub fn email(field: &[&str], text: &str) -> Result<String, UserError> {
    let address = required(field, text, MAX_EMAIL)?.to_lowercase();
    if is_email(&address) {
        return Ok(address);
    }
    Err(UserError::new(UserErrorCode::Invalid, field, "Enter an e-mail address, as in name@example.com."))
}

/// A phone number in E.164: `+`, the country's code, and the number; spaces, dots, hyphens and brackets are left out.
///
/// # Errors
/// INVALID for what is not a number with its country's code.
pub fn phone(field: &[&str], text: &str) -> Result<String, UserError> {
    let number: String = text
        .trim()
        .chars()
        .filter(|c| !(c.is_whitespace() || "-.()\u{2010}\u{2011}\u{2013}".contains(*c)))
        .collect();
    let digits = number.strip_prefix('+').unwrap_or_default();
    let fits = (8..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    if fits {
        return Ok(number);
    }
    Err(UserError::new(
        UserErrorCode::Invalid,
        field,
        "Enter the number with its country code, as in +91 98765 43210: 8 to 15 digits after the plus.",
    ))
}

/// A country's code of ISO 3166-1 alpha-2, in capitals.
///
/// # Errors
/// INVALID for a code that is not assigned.
pub fn country(field: &[&str], text: &str) -> Result<String, UserError> {
    let code = text.trim().to_ascii_uppercase();
    if code.len() == 2 && COUNTRIES.split(' ').any(|known| known == code) {
        return Ok(code);
    }
    Err(UserError::new(
        UserErrorCode::Invalid,
        field,
        "Enter the two letters of the country in ISO 3166-1, as in IN for India.",
    ))
}

/// An absolute https URL, as a browser prints it; http only for this machine (`localhost`, 127.0.0.0/8, `[::1]`).
///
/// # Errors
/// INVALID for anything else, a user name or password in it included; TOO_LONG above [`MAX_URL`].
pub fn url(field: &[&str], text: &str) -> Result<String, UserError> {
    if text.len() > MAX_URL {
        return Err(too_long(field, MAX_URL));
    }
    match web_address(text) {
        Some(url) => Ok(url.into()),
        None => Err(UserError::new(
            UserErrorCode::Invalid,
            field,
            "Enter a whole URL that begins with https:// (http:// only for localhost), without a user name.",
        )),
    }
}

/// The origin of a URL: scheme, host and port, as a browser prints them.
///
/// # Errors
/// As [`url()`]; INVALID, too, when there is more than an origin: a path, a query or a fragment.
pub fn origin(field: &[&str], text: &str) -> Result<String, UserError> {
    if text.len() > MAX_URL {
        return Err(too_long(field, MAX_URL));
    }
    let bare = web_address(text)
        .filter(|url| url.path() == "/" && url.query().is_none() && url.fragment().is_none())
        .map(|url| url.origin().ascii_serialization());
    bare.ok_or_else(|| {
        UserError::new(
            UserErrorCode::Invalid,
            field,
            "Enter an origin, as in https://shop.example.com: https (http only for localhost), the host, a port if \
             needed, and nothing after it.",
        )
    })
}

fn too_long(field: &[&str], max: usize) -> UserError {
    UserError::new(UserErrorCode::TooLong, field, format!("Shorten this to at most {max} characters."))
}

fn web_address(text: &str) -> Option<Url> {
    let text = text.trim();
    // The parser drops tabs and line breaks wherever they stand; what was typed and what is stored should look alike.
    if text.chars().any(is_forbidden) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let host = url.host()?;
    let safe = match url.scheme() {
        "https" => true,
        "http" => is_this_machine(&host),
        _ => false,
    };
    (safe && url.username().is_empty() && url.password().is_none()).then_some(url)
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn is_email(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    let local_fits = (1..=64).contains(&local.len())
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && !local.chars().any(|c| c.is_whitespace() || "\"(),:;<>@[\\]".contains(c));
    let labels = domain.split('.');
    local_fits
        && labels.clone().count() >= 2
        && labels.into_iter().all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-' || is_combining(c))
        })
}

/// Vowel signs of a domain in an Indian script are marks, not letters.
fn is_combining(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// Control characters (NUL among them), the line and paragraph separators, the byte order mark, non-characters, and the
/// embeddings, overrides and isolates that make a text read other than it is stored. Joiners stay: Devanagari and emoji
/// are written with them. So do the plain marks of direction, which right-to-left names need.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fdd0}'..='\u{fdef}')
        || u32::from(c) & 0xfffe == 0xfffe
}

fn is_visible(c: char) -> bool {
    let shows_nothing = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}');
    !(c.is_whitespace() || is_forbidden(c) || shows_nothing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T: std::fmt::Debug>(answer: Result<T, UserError>) -> UserErrorCode {
        answer.unwrap_err().code
    }

    #[test]
    fn names_of_every_script_are_kept() {
        for name in ["Asha Rao", "क्षितिज शर्मा", "محمد علي", "李小龍", "O’Brien-Smith", "👩‍💻 Team"]
        {
            assert_eq!(required(&["name"], name, 50).unwrap(), name);
        }
    }

    #[test]
    fn a_text_is_trimmed_and_composed() {
        assert_eq!(required(&["name"], "  Jose\u{301}\u{3000}", 10).unwrap(), "José");
        assert_eq!(required(&["name"], &"é".repeat(10), 10).unwrap().chars().count(), 10);
    }

    #[test]
    fn what_shows_nothing_is_no_text() {
        for text in ["", "   ", "\u{200b}", "\u{200d}\u{fe0f}", "\u{3164}", "\n\t"] {
            assert_eq!(code(required(&["name"], text, 10)), UserErrorCode::Required, "{text:?}");
        }
    }

    #[test]
    fn what_breaks_lines_or_turns_text_is_refused() {
        for text in [
            "a\0b",
            "a\nb",
            "a\u{1b}[31m",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{2028}b",
            "a\u{ffff}b",
            "a\u{85}b",
        ] {
            assert_eq!(code(required(&["name"], text, 10)), UserErrorCode::Invalid, "{text:?}");
        }
    }

    #[test]
    fn a_refusal_names_the_field_and_the_limit() {
        let refusal = required(&["customer", "name"], "abcd", 3).unwrap_err();
        assert_eq!(refusal.field, Some(vec!["customer".into(), "name".into()]));
        assert_eq!(refusal.code, UserErrorCode::TooLong);
        assert!(refusal.message.contains('3'));
    }

    #[test]
    fn email_addresses() {
        assert_eq!(email(&["email"], " Asha.Rao+kyc@Example.COM ").unwrap(), "asha.rao+kyc@example.com");
        assert_eq!(email(&["email"], "राम@उदाहरण.भारत").unwrap(), "राम@उदाहरण.भारत");
        for text in [
            "asha",
            "@example.com",
            "asha@",
            "asha@localhost",
            "a b@example.com",
            "a@b@example.com",
            "a@-b.com",
            "a@b..com",
            ".a@b.com",
            "a..b@c.com",
            "a@b_c.com",
            "<a@b.com>",
            "a,b@c.com",
        ] {
            assert_eq!(code(email(&["email"], text)), UserErrorCode::Invalid, "{text}");
        }
        assert_eq!(code(email(&["email"], &format!("a@{}.com", "b.".repeat(130)))), UserErrorCode::TooLong);
    }

    #[test]
    fn phone_numbers() {
        assert_eq!(phone(&["phone"], " +91 98765-43210").unwrap(), "+919876543210");
        assert_eq!(phone(&["phone"], "+1 (415) 555.0100").unwrap(), "+14155550100");
        for text in [
            "",
            "9876543210",
            "+0123456789",
            "+1234567",
            "+1234567890123456",
            "+91 98765 4321x",
            "++919876543210",
        ] {
            assert_eq!(code(phone(&["phone"], text)), UserErrorCode::Invalid, "{text}");
        }
    }

    #[test]
    fn countries() {
        assert_eq!(COUNTRIES.split(' ').count(), 249);
        assert_eq!(country(&["country"], " in ").unwrap(), "IN");
        for text in ["", "XX", "UK", "IND", "I", "N I", "AD AE"] {
            assert_eq!(code(country(&["country"], text)), UserErrorCode::Invalid, "{text}");
        }
    }

    #[test]
    fn urls_are_https_or_of_this_machine() {
        assert_eq!(url(&["u"], "https://Example.com/Help?a=1").unwrap(), "https://example.com/Help?a=1");
        for text in
            ["http://localhost:3000/x", "http://127.0.0.1/x", "http://[::1]/x", "http://app.localhost/x"]
        {
            assert_eq!(url(&["u"], text).unwrap(), text);
        }
        for text in [
            "",
            "/help",
            "example.com",
            "http://example.com",
            "http://localhost.example.com",
            "javascript:alert(1)",
            "https://user@example.com",
            "https://:pw@example.com",
            "ftp://example.com",
            "https://",
            "data:text/html,x",
            "https://exa\nmple.com",
            "http://127.0.0.1.example.com/",
        ] {
            assert_eq!(code(url(&["u"], text)), UserErrorCode::Invalid, "{text}");
        }
    }

    #[test]
    fn origins_are_bare_and_normalised() {
        assert_eq!(origin(&["o"], "https://Shop.Example.com:443/").unwrap(), "https://shop.example.com");
        assert_eq!(origin(&["o"], "http://localhost:3000").unwrap(), "http://localhost:3000");
        assert_eq!(origin(&["o"], "https://bücher.example").unwrap(), "https://xn--bcher-kva.example");
        for text in [
            "https://a.example/x",
            "https://a.example/?q",
            "https://a.example/#f",
            "http://a.example",
            "*",
            "null",
        ] {
            assert_eq!(code(origin(&["o"], text)), UserErrorCode::Invalid, "{text}");
        }
    }
}
