//! People who are on no list, and look as if they could be: made of the names of others.
//!
//! Who shares one word with a listed person is what users of screening see most of: a good index tells them apart.

use std::collections::HashSet;

use serde::Serialize;

use super::{
    perturb::{is_latin, is_particle},
    roster::{Roster, key},
};
use crate::{
    checks::sanctions::{person::Birth, subject::Subject},
    entropy::dice::Dice,
};

/// How strangers are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stranger {
    /// Given names of one person of the negatives, surname of another.
    Recombined,
    /// Given names of a person of the negatives, surname of a listed one.
    ListedSurname,
    /// Given names of one listed person, surname of another. Some will be somebody's name who deserves to be looked at: no
    /// screening lets all of them pass.
    ListedParts,
}

impl Stranger {
    /// Every kind, the easiest first.
    pub const ALL: [Self; 3] = [Self::Recombined, Self::ListedSurname, Self::ListedParts];

    /// What it is, for the table.
    pub fn title(self) -> &'static str {
        match self {
            Self::Recombined => "given name and surname of two negatives",
            Self::ListedSurname => "a negative's given name, a listed surname",
            Self::ListedParts => "given name and surname of two listed persons",
        }
    }
}

/// Somebody whose name is known in its two parts.
#[derive(Clone)]
pub struct Parts {
    pub given: String,
    pub surname: String,
    pub subject: Subject,
}

impl Parts {
    /// Takes the name apart. The surname is what is in capitals after something that is not; else the last token, with the
    /// particles before it. None for a name of one token.
    pub fn of(subject: &Subject) -> Option<Self> {
        let tokens: Vec<&str> = subject.name.split_whitespace().collect();
        let is_capital =
            |token: &&str| token.contains(char::is_alphabetic) && !token.contains(char::is_lowercase);
        let capitals = tokens.iter().rev().take_while(|token| is_capital(token)).count();
        let mut cut = tokens.len().checked_sub(1)?;
        if capitals > 0 && capitals < tokens.len() {
            cut = tokens.len() - capitals;
        }
        while cut > 1 && is_particle(tokens[cut - 1]) {
            cut -= 1;
        }
        let (given, surname) = tokens.split_at(cut);
        (!given.is_empty()).then(|| Self {
            given: given.join(" "),
            surname: surname.join(" "),
            subject: subject.clone(),
        })
    }

    /// Whether neither part has more than two words.
    pub fn is_short(&self) -> bool {
        let words = |text: &str| text.split([' ', '-']).filter(|word| !is_particle(word)).count();
        words(&self.given) <= 2 && words(&self.surname) <= 2
    }
}

/// Up to `count` people of this kind, all different, none of whom is listed by name. Fewer where the parts do not give more.
/// The birth date is that of who gave the given name, the country that of who gave the surname; where both are listed, the
/// birth date is any, from 1945 to 2004: a listed one's would not be a stranger's.
pub fn strangers(
    kind: Stranger,
    negatives: &[Parts],
    listed: &[Parts],
    roster: &Roster,
    count: usize,
    dice: &mut Dice,
) -> Vec<Subject> {
    let (givens, surnames) = match kind {
        Stranger::Recombined => (negatives, negatives),
        Stranger::ListedSurname => (negatives, listed),
        Stranger::ListedParts => (listed, listed),
    };
    let mut made = Vec::new();
    let mut names = HashSet::new();
    // Some tries fail, by the script or because the name is somebody's; a few people do not make many.
    for _ in 0..count.saturating_mul(4) {
        let (Some(given), Some(surname)) = (dice.pick(givens), dice.pick(surnames)) else { break };
        if made.len() == count {
            break;
        }
        let name = format!("{} {}", given.given, surname.surname);
        let is_one_script = script(&given.given) == script(&surname.surname);
        let is_own = given.subject.name == surname.subject.name || key(&name) == key(&given.subject.name);
        if !is_one_script || is_own || roster.has(&name) || !names.insert(key(&name)) {
            continue;
        }
        let born = if kind == Stranger::ListedParts { any_birth(dice) } else { given.subject.born };
        let (gender, country) = (given.subject.gender, surname.subject.country.clone());
        made.push(Subject { name, born, country, gender });
    }
    made
}

fn any_birth(dice: &mut Dice) -> Option<Birth> {
    let first = chrono::NaiveDate::from_ymd_opt(1945, 1, 1)?;
    let days = u64::try_from(dice.below(60 * 365)).ok()?;
    first.checked_add_days(chrono::Days::new(days)).map(Birth::on)
}

/// Roughly the script: enough not to put Thai and Latin into one name. Latin is 0; scripts of East Asia are one.
fn script(text: &str) -> u32 {
    match text.chars().find(|char| char.is_alphabetic()).map(u32::from) {
        _ if is_latin(text) => 0,
        None => 0,
        Some(first) if first >= 0x2E80 => u32::MAX,
        // Blocks of 128: as Unicode lays out the scripts from Greek to Tibetan.
        Some(first) => 1 + first / 128,
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::super::made_up::{list, person},
        *,
    };

    fn parts(name: &str) -> Option<(String, String)> {
        Parts::of(&Subject::named(name)).map(|parts| (parts.given, parts.surname))
    }

    fn people(names: &[&str]) -> Vec<Parts> {
        names.iter().filter_map(|name| Parts::of(&Subject::named(*name))).collect()
    }

    fn roster(names: &[&str]) -> Roster {
        let persons = names.iter().enumerate().map(|(at, name)| person(&at.to_string(), &[name]));
        Roster::new(&[list("un", persons.collect())])
    }

    #[test]
    fn a_name_falls_into_given_names_and_surname() {
        for (name, given, surname) in [
            ("Anna Maria Muster", "Anna Maria", "Muster"),
            ("Anna MUSTER BEISPIEL", "Anna", "MUSTER BEISPIEL"),
            ("ANNA MARIA MUSTER", "ANNA MARIA", "MUSTER"),
            ("Karim Bashir al Muster", "Karim Bashir", "al Muster"),
            ("Al Muster", "Al", "Muster"),
        ] {
            assert_eq!(parts(name), Some((given.to_owned(), surname.to_owned())), "{name}");
        }
        assert_eq!(parts("Muster"), None);
        assert_eq!(parts(" "), None);
    }

    #[test]
    fn a_stranger_is_nobody_who_is_listed() {
        let listed = ["Mohammed Muster", "Karim Beispiel", "Zoe Muster"];
        let (roster, listed) = (roster(&listed), people(&listed));
        let names = |kind| -> Vec<String> {
            let made =
                strangers(kind, &people(&["Muhammad Vorbild"]), &listed, &roster, 100, &mut Dice::new(1, 1));
            let mut names: Vec<String> = made.into_iter().map(|subject| subject.name).collect();
            names.sort_unstable();
            names
        };
        // All there are, and not "Karim Beispiel" again.
        assert_eq!(names(Stranger::ListedParts), ["Karim Muster", "Mohammed Beispiel", "Zoe Beispiel"]);
        // "Muhammad Muster" is listed in another spelling.
        assert_eq!(names(Stranger::ListedSurname), ["Muhammad Beispiel"]);
        assert_eq!(names(Stranger::Recombined), [""; 0]);
    }

    #[test]
    fn scripts_are_not_mixed() {
        let people = people(&["บุญนพ นักรบ", "Anna Muster", "حسین موسوی", "Otto Beispiel"]);
        let made = strangers(Stranger::Recombined, &people, &[], &roster(&[]), 100, &mut Dice::new(1, 1));
        let mut names: Vec<String> = made.into_iter().map(|subject| subject.name).collect();
        names.sort_unstable();
        assert_eq!(names, ["Anna Beispiel", "Otto Muster"]);
    }
}
