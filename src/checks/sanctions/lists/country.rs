//! Countries as lists spell them: "Korea, North", "Syrian Arab Republic", "SYR".

use std::{collections::HashMap, sync::LazyLock};

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The longest text that may be a country, in bytes.
const LONGEST: usize = 100;

/// Spellings that are not the name of the standard: those of the real lists, and those that people use. Folded; no article.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("america", "US"),
    ("bolivia", "BO"),
    ("bosina herzegovina", "BA"),
    ("bosnia", "BA"),
    ("bosnia herzegovina", "BA"),
    ("britain", "GB"),
    ("brunei", "BN"),
    ("burma", "MM"),
    ("cabo verde previously cape verde", "CV"),
    ("cape verde", "CV"),
    ("china hong kong special administrative region", "HK"),
    ("china macao special administrative region", "MO"),
    ("comoros islands", "KM"),
    ("congo brazzaville", "CG"),
    ("congo kinshasa", "CD"),
    ("congo republic of", "CG"),
    ("cote d ivoire", "CI"),
    ("czech republic", "CZ"),
    ("democratic peoples republic of korea", "KP"),
    ("dprk", "KP"),
    ("drc", "CD"),
    ("east timor", "TL"),
    ("england", "GB"),
    ("eritrean", "ER"),
    ("falkland islands", "FK"),
    ("gaza", "PS"),
    ("gaza palestinian authority", "PS"),
    ("gaza strip", "PS"),
    ("great britain", "GB"),
    ("holland", "NL"),
    ("iran", "IR"),
    ("ivory coast", "CI"),
    ("korea north", "KP"),
    ("korea south", "KR"),
    ("kosovo", "XK"),
    ("laos", "LA"),
    ("macau", "MO"),
    ("macedonia", "MK"),
    ("macedonia former yugoslav republic of", "MK"),
    ("man isle of", "IM"),
    ("micronesia", "FM"),
    ("moldova", "MD"),
    ("netherlands", "NL"),
    ("north korea", "KP"),
    ("palestine", "PS"),
    ("palestinian", "PS"),
    ("palestinian territories", "PS"),
    ("palestinian territory", "PS"),
    ("peoples republic of china", "CN"),
    ("phillipines", "PH"),
    ("region gaza", "PS"),
    ("republic of congo", "CG"),
    ("republic of korea", "KR"),
    ("russia", "RU"),
    ("scotland", "GB"),
    ("south korea", "KR"),
    ("st kitts and nevis", "KN"),
    ("swaziland", "SZ"),
    ("syria", "SY"),
    ("taiwan", "TW"),
    ("tanzania", "TZ"),
    ("turkey", "TR"),
    ("uae", "AE"),
    ("uk", "GB"),
    ("united kingdom", "GB"),
    ("united states", "US"),
    ("usa", "US"),
    ("vatican", "VA"),
    ("vatican city", "VA"),
    ("venezuela", "VE"),
    ("vietnam", "VN"),
    ("virgin islands british", "VG"),
    ("virgin islands us", "VI"),
    ("west bank", "PS"),
    ("west bank palestinian authority", "PS"),
];

static NAMES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for country in rust_iso3166::ALL {
        names.insert(fold(country.name), country.alpha2);
        // "Tanzania (United Republic of)" is also "United Republic of Tanzania".
        if let Some((name, form)) = country.name.split_once(" (") {
            names.insert(fold(&format!("{form} {name}")), country.alpha2);
        }
    }
    names.extend(OTHER_NAMES.iter().map(|(name, code)| (fold(name), *code)));
    names
});

/// The ISO 3166-1 alpha-2 code of a country that is given as such a code, as an alpha-3 code, or by an English name in any of its
/// usual forms, whatever the case. None for what is no country of today. Kosovo is XK, which the standard leaves to its users.
///
/// # Examples
/// ```
/// use kyc_stack::checks::sanctions::lists::country::code;
///
/// assert_eq!(code("Korea, North"), Some("KP"));
/// assert_eq!(code("Atlantis"), None);
/// ```
pub fn code(text: &str) -> Option<&'static str> {
    let upper = text.trim().to_ascii_uppercase();
    let country = match upper.len() {
        2 => rust_iso3166::from_alpha2(&upper),
        3 => rust_iso3166::from_alpha3(&upper),
        _ => None,
    };
    country.map(|country| country.alpha2).or_else(|| named(text))
}

/// As [`code`], for lists that spell countries out: their "na" is not Namibia.
pub(super) fn named(text: &str) -> Option<&'static str> {
    if text.len() > LONGEST {
        return None;
    }
    NAMES.get(&fold(text)).copied()
}

/// Adds the code of a country that is spelled out, if it has one that is not there yet.
pub(super) fn add(all: &mut Vec<String>, text: &str) {
    if let Some(code) = named(text) {
        super::add(all, code.to_owned());
    }
}

/// Words in lower case without marks, and without the article, which comes and goes.
fn fold(text: &str) -> String {
    let letters = text.nfkd().filter(|c| !is_combining_mark(*c) && !matches!(c, '\'' | '\u{2019}' | '.'));
    let text: String = letters.flat_map(char::to_lowercase).collect();
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.filter(|word| *word != "the").collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_spell_countries_in_many_ways() {
        for (text, expected) in [
            ("Korea, North", "KP"),
            ("Democratic People's Republic of Korea", "KP"),
            ("Democratic Republic of the Congo", "CD"),
            ("Congo, Democratic Republic of the", "CD"),
            ("Congo", "CG"),
            ("Syrian Arab Republic", "SY"),
            ("Iran (Islamic Republic of)", "IR"),
            ("United Kingdom of Great Britain and Northern Ireland", "GB"),
            ("State of Palestine", "PS"),
            ("United Republic of Tanzania", "TZ"),
            ("Türkiye", "TR"),
            ("The Gambia", "GM"),
            ("Macedonia, The Former Yugoslav Republic of", "MK"),
            ("Bosnia-Herzegovina.", "BA"),
            ("Cote d'Ivoire", "CI"),
            ("Viet Nam", "VN"),
            ("syr", "SY"),
            ("in", "IN"),
            ("GBR", "GB"),
            ("China, Hong Kong Special Administrative Region", "HK"),
            ("Man, Isle of", "IM"),
            ("Netherlands", "NL"),
        ] {
            assert_eq!(code(text), Some(expected), "{text}");
        }
        for text in ["", "the", "former Soviet Union", "Bogota", "Korea", "QQ", "QQQ", "ça"] {
            assert_eq!(code(text), None, "{text}");
        }
        assert_eq!((code("na"), named("na")), (Some("NA"), None));
    }

    #[test]
    fn every_code_is_itself() {
        for country in rust_iso3166::ALL {
            for text in [country.alpha2, country.alpha3, country.name] {
                assert_eq!(code(text), Some(country.alpha2), "{text}");
            }
        }
    }
}
