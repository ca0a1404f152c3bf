//! A listed name as it stands on a form: misspelt, shortened, in another order, in look-alike letters.
//!
//! Each class does one thing to a name, once or a few times, as people, clerks and systems do it. The classes are known
//! beforehand and know nothing of how names are matched: they measure it and do not lead it.

mod indian;
mod letters;
mod script;
mod spelling;
mod tokens;

use serde::Serialize;

pub(super) use self::spelling::common_spelling;

use crate::entropy::dice::Dice;

/// What is done to a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    Typo,
    Transposition,
    Doubling,
    Order,
    DroppedToken,
    MiddleInitials,
    Initials,
    Joined,
    Split,
    Transliteration,
    Variant,
    Particles,
    Homoglyph,
    Diacritics,
    Invisible,
    Honorific,
    Mohammed,
    Father,
    InitialFirst,
    AddedSurname,
    /// The name in the script of its own country, as the list has it: not made of the Latin one, see `roster`.
    OriginalScript,
}

impl Class {
    /// Every class, in the order of the table.
    pub const ALL: [Self; 21] = [
        Self::Typo,
        Self::Transposition,
        Self::Doubling,
        Self::Order,
        Self::DroppedToken,
        Self::MiddleInitials,
        Self::Initials,
        Self::Joined,
        Self::Split,
        Self::Transliteration,
        Self::Variant,
        Self::Particles,
        Self::Homoglyph,
        Self::Diacritics,
        Self::Invisible,
        Self::Honorific,
        Self::Mohammed,
        Self::Father,
        Self::InitialFirst,
        Self::AddedSurname,
        Self::OriginalScript,
    ];

    /// What it is called, and what it does, for the table.
    pub fn title(self) -> &'static str {
        match self {
            Self::Typo => "typo: a letter replaced, added or left out",
            Self::Transposition => "two neighbouring letters transposed",
            Self::Doubling => "a letter doubled, or a double one single",
            Self::Order => "order of tokens, \"SURNAME, Given\"",
            Self::DroppedToken => "a token dropped, of three or more",
            Self::MiddleInitials => "middle names as initials",
            Self::Initials => "all given names as initials",
            Self::Joined => "two tokens joined",
            Self::Split => "a token split in two",
            Self::Transliteration => "transliteration: ou/u, kh/k, q/k, ee/i",
            Self::Variant => "another spelling of a common name",
            Self::Particles => "particles added, dropped, joined",
            Self::Homoglyph => "Cyrillic or Greek look-alikes",
            Self::Diacritics => "diacritics added or left out",
            Self::Invisible => "invisible characters",
            Self::Honorific => "an honorific before the name",
            Self::Mohammed => "Mohammed as Md, Mohd, Mohamad",
            Self::Father => "S/o and a father's name behind it",
            Self::InitialFirst => "surname as an initial, in front",
            Self::AddedSurname => "Kumar, Singh or Devi added",
            Self::OriginalScript => "in the original script",
        }
    }
}

/// The name with this done to it. None where it cannot be done: there is no third token to drop, no Mohammed in it, no
/// letter of ours. Otherwise another text than the name, and never without a letter.
pub fn perturb(name: &str, class: Class, dice: &mut Dice) -> Option<String> {
    let tokens: Vec<&str> = name.split_whitespace().collect();
    if !is_latin(name) {
        return None;
    }
    let perturbed = match class {
        Class::Typo => letters::typo(&tokens, dice),
        Class::Transposition => letters::transposition(&tokens, dice),
        Class::Doubling => letters::doubling(&tokens, dice),
        Class::Order => tokens::order(&tokens, dice),
        Class::DroppedToken => tokens::dropped(&tokens, dice),
        Class::MiddleInitials => tokens::middle_initials(&tokens, dice),
        Class::Initials => tokens::initials(&tokens, dice),
        Class::Joined => tokens::joined(&tokens, dice),
        Class::Split => tokens::split(&tokens, dice),
        Class::Transliteration => spelling::transliteration(&tokens, dice),
        Class::Variant => spelling::variant(&tokens, dice),
        Class::Particles => spelling::particles(&tokens, dice),
        Class::Homoglyph => script::homoglyph(&tokens, dice),
        Class::Diacritics => script::diacritics(&tokens, dice),
        Class::Invisible => script::invisible(&tokens, dice),
        Class::Honorific => indian::honorific(&tokens, dice),
        Class::Mohammed => indian::mohammed(&tokens, dice),
        Class::Father => indian::father(&tokens, dice),
        Class::InitialFirst => indian::initial_first(&tokens, dice),
        Class::AddedSurname => indian::added_surname(&tokens, dice),
        Class::OriginalScript => None,
    }?;
    (perturbed != name && perturbed.contains(char::is_alphabetic)).then_some(perturbed)
}

/// Whether the name is written in Latin letters. The classes are about those: in other scripts they would make words that
/// nobody writes.
pub fn is_latin(name: &str) -> bool {
    let mut letters = name.chars().filter(|char| char.is_alphabetic()).peekable();
    // Up to Latin Extended-B, and Latin Extended Additional.
    letters.peek().is_some()
        && letters.all(|char| matches!(u32::from(char), 0..=0x24F | 0x1E00..=0x1EFF | 0x2B0..=0x2FF))
}

/// Whether this word only leads to the next one: "al", "bin", "von".
pub(super) fn is_particle(token: &str) -> bool {
    const PARTICLES: [&str; 22] = [
        "al", "el", "ul", "ur", "ud", "as", "ad", "bin", "ben", "ibn", "bint", "abu", "abou", "umm", "von",
        "van", "de", "da", "dos", "del", "la", "di",
    ];
    PARTICLES.contains(&token.to_lowercase().as_str())
}

/// The tokens with one of them replaced.
fn with(tokens: &[&str], at: usize, token: &str) -> String {
    let mut tokens = tokens.to_vec();
    if let Some(place) = tokens.get_mut(at) {
        *place = token;
    }
    tokens.join(" ")
}

/// `text` in the case of `like`: capitals where it has nothing else, a capital first where it begins with one.
fn cased(text: &str, like: &str) -> String {
    let mut letters = like.chars().filter(|char| char.is_alphabetic());
    let first_is_capital = letters.next().is_some_and(char::is_uppercase);
    if first_is_capital
        && like.chars().filter(|char| char.is_alphabetic()).count() > 1
        && !like.contains(char::is_lowercase)
    {
        return text.to_uppercase();
    }
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if first_is_capital => first.to_uppercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
