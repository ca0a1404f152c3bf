//! The tokens of a name, and what each of them is worth looking at.

use super::{
    fold::{self, Folded},
    sound::sound,
    words::{ALIAS_MARKS, HONORIFICS, PARENT_MARKS, TITLES, is_particle},
};

/// The longest name that is read, in characters. No list has a name half as long; what is longer is a page of text.
pub const MAX_LETTERS: usize = 300;
/// The most tokens that are kept: the longest ones. No list has a name of more than a dozen.
const MAX_TOKENS: usize = 16;

/// How many names of one text are looked for, beside the whole.
const MAX_READINGS: usize = 4;
/// How many initials are kept: nobody has more, and each stands for any word that begins so.
const MAX_INITIALS: usize = 4;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Word,
    /// One letter, which may stand for a word.
    Initial,
    /// "al", "bin", "de": says how names hang together.
    Particle,
    /// "haji", "sheikh": an honour that lists write into names.
    Title,
}

/// One word of a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token {
    /// a to z.
    pub text: String,
    pub sound: String,
    pub kind: Kind,
    /// Whether it stands behind "s/o" or the like, and is a parent's name.
    pub parent: bool,
    /// Whether it was written without vowels.
    pub abjad: bool,
}

/// A name, read. Without `Debug`: it may be a customer's.
#[derive(Clone, PartialEq, Eq)]
pub struct Name {
    pub tokens: Vec<Token>,
}

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    Empty,
    OneLetter,
    TooLong,
}

impl Name {
    /// Reads a name of any script.
    ///
    /// # Errors
    /// When it has no letter, only one, or more than [`MAX_LETTERS`] characters.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        if text.chars().take(MAX_LETTERS + 1).count() > MAX_LETTERS {
            return Err(Unreadable::TooLong);
        }
        let (own, parents) = split_off_parents(text);
        let mut tokens = tokens(fold::words(own), false);
        tokens.extend(tokens_of_parents(parents, tokens.is_empty()));
        // Honorifics are no names, unless no other word is left.
        if tokens.iter().any(|token| !is_honorific(token) && token.kind != Kind::Initial) {
            tokens.retain(|token| !is_honorific(token));
        }
        let tokens = without_many_initials(without_idle_kinds(tokens));
        match tokens.iter().map(|token| token.text.len()).sum() {
            0 => Err(Unreadable::Empty),
            1 => Err(Unreadable::OneLetter),
            _ => Ok(Self { tokens: longest(tokens) }),
        }
    }

    /// The ways to read a text: as one name, and where it says itself that it is several ("Yusuf Shah @ Syed Salahuddin"), as
    /// each of those that has two words or more. A nickname alone is nobody's name.
    ///
    /// # Errors
    /// As [`Name::read`].
    pub fn readings(text: &str) -> Result<Vec<Self>, Unreadable> {
        let whole = Self::read(text)?;
        let mut readings = vec![whole];
        for part in parts(text) {
            let Ok(name) = Self::read(part) else { continue };
            let words = name.tokens.iter().filter(|token| token.kind == Kind::Word).count();
            if words > 1 && readings.len() <= MAX_READINGS && !readings.contains(&name) {
                readings.push(name);
            }
        }
        Ok(readings)
    }

    /// The same name whatever the order its tokens were written in.
    pub fn in_canonical_order(mut self) -> Self {
        self.tokens.sort();
        self
    }
}

fn tokens_of_parents(parents: Option<&str>, alone: bool) -> Vec<Token> {
    parents.map(|parents| tokens(fold::words(parents), !alone)).unwrap_or_default()
}

fn tokens(words: Vec<Folded>, parent: bool) -> Vec<Token> {
    words
        .into_iter()
        .map(|Folded { text, abjad }| {
            let kind = match text.as_str() {
                text if text.len() == 1 => Kind::Initial,
                text if is_particle(text) => Kind::Particle,
                text if TITLES.contains(&text) => Kind::Title,
                _ => Kind::Word,
            };
            Token { sound: sound(&text), text, kind, parent, abjad }
        })
        .collect()
}

fn is_honorific(token: &Token) -> bool {
    token.kind != Kind::Particle && HONORIFICS.contains(&token.text.as_str())
}

/// A name of particles and titles alone is a name: of a person called Ben, or Said Agha.
fn without_idle_kinds(mut tokens: Vec<Token>) -> Vec<Token> {
    if !tokens.iter().any(|token| token.kind == Kind::Word) {
        for token in &mut tokens {
            if token.kind != Kind::Initial {
                token.kind = Kind::Word;
            }
        }
    }
    tokens
}

/// The names that a text of several is made of; none of a text that is one.
fn parts(text: &str) -> Vec<&str> {
    let plain = text.to_ascii_lowercase();
    let mut cuts: Vec<(usize, usize)> = ALIAS_MARKS
        .iter()
        .flat_map(|mark| plain.match_indices(mark).map(|(at, mark)| (at, at + mark.len())))
        .collect();
    cuts.sort_unstable();
    if cuts.is_empty() {
        return Vec::new();
    }
    let mut parts = Vec::new();
    let mut from = 0;
    for (start, end) in cuts {
        parts.extend(text.get(from..start));
        from = from.max(end);
    }
    parts.extend(text.get(from..));
    parts
}

/// The first initials in the order of the alphabet, so that no order of the words changes which.
fn without_many_initials(mut tokens: Vec<Token>) -> Vec<Token> {
    let mut initials: Vec<Token> =
        tokens.iter().filter(|token| token.kind == Kind::Initial).cloned().collect();
    if initials.len() > MAX_INITIALS && initials.len() < tokens.len() {
        initials.sort();
        initials.truncate(MAX_INITIALS);
        tokens.retain(|token| {
            let kept = initials.iter().position(|initial| initial == token);
            token.kind != Kind::Initial || kept.map(|at| initials.remove(at)).is_some()
        });
    }
    tokens
}

/// The longest tokens, in their order.
fn longest(tokens: Vec<Token>) -> Vec<Token> {
    if tokens.len() <= MAX_TOKENS {
        return tokens;
    }
    let mut ranked: Vec<usize> = (0..tokens.len()).collect();
    ranked.sort_by(|&one, &other| {
        tokens[other].text.len().cmp(&tokens[one].text.len()).then_with(|| tokens[one].cmp(&tokens[other]))
    });
    let mut kept: Vec<usize> = ranked.into_iter().take(MAX_TOKENS).collect();
    kept.sort_unstable();
    kept.into_iter().map(|at| tokens[at].clone()).collect()
}

/// The person's own name, and what stands behind "s/o", "daughter of" or the like.
fn split_off_parents(text: &str) -> (&str, Option<&str>) {
    // Letters outside of ASCII stay what they are, so that places in one text are places in the other.
    let plain = text.to_ascii_lowercase();
    let is_inside = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    let marks = PARENT_MARKS.iter().flat_map(|mark| plain.match_indices(mark));
    let alone = marks.filter(|(at, mark)| {
        !is_inside(plain[..*at].chars().next_back()) && !is_inside(plain[at + mark.len()..].chars().next())
    });
    match alone.min_by_key(|(at, _)| *at) {
        Some((at, mark)) => (&text[..at], Some(&text[at + mark.len()..])),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, Kind, bool)> {
        let name = Name::read(text).unwrap();
        name.tokens.into_iter().map(|token| (token.text, token.kind, token.parent)).collect()
    }

    fn word(text: &str) -> (String, Kind, bool) {
        (text.to_owned(), Kind::Word, false)
    }

    #[test]
    fn tokens_know_what_they_are() {
        assert_eq!(
            read("Haji Saif-el-Din M. BEN Ahmed"),
            [
                ("haji".into(), Kind::Title, false),
                word("saif"),
                ("el".into(), Kind::Particle, false),
                word("din"),
                ("m".into(), Kind::Initial, false),
                ("ben".into(), Kind::Particle, false),
                word("ahmed"),
            ]
        );
    }

    #[test]
    fn honorifics_go_and_parents_are_marked() {
        let parent = ("suresh".to_owned(), Kind::Word, true);
        assert_eq!(read("Shri Ramesh S/o Dr. Suresh"), [word("ramesh"), parent.clone()]);
        assert_eq!(read("Smt. RAMESH w/o Suresh"), [word("ramesh"), parent]);
        assert_eq!(read("Dr"), [word("dr")], "nothing else is left");
        assert_eq!(read("Mrs A.").len(), 2, "an initial alone is no name");
        assert_eq!(read("Cho Ji Chol").len(), 3, "a name, or an honour: it is not passed over");
        assert_eq!(read("s/o Suresh"), [word("suresh")]);
        assert_eq!(read("Ramesh, Daughter of Suresh").len(), 2);
        assert_eq!(read("Anderson Ofori").len(), 2, "no mark stands inside of a word");
        assert_eq!(read("Ben"), [word("ben")]);
    }

    #[test]
    fn what_is_no_name_is_said() {
        for text in ["", "  ", "\u{200d}", "-.,/", "12 34"] {
            assert_eq!(Name::read(text).err(), Some(Unreadable::Empty), "{text:?}");
        }
        assert_eq!(Name::read("x.").err(), Some(Unreadable::OneLetter));
        assert_eq!(Name::read(&"a".repeat(10_000)).err(), Some(Unreadable::TooLong));
        assert_eq!(Name::read(&"ab ".repeat(100)).unwrap().tokens.len(), MAX_TOKENS);
    }
}
