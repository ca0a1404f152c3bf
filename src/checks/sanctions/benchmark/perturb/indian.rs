//! Names as Indian papers and forms have them.

use super::{cased, spelling, with};
use crate::entropy::dice::Dice;

/// One name. The first three are how Indian and Bangladeshi papers shorten it.
pub(super) const MOHAMMED: &[&str] = &[
    "mohammed", "md", "mohd", "mohamad", "muhammad", "mohammad", "mohamed", "muhammed", "mohamud", "mehmed",
];

/// Made-up fathers: common names put together, nobody in particular.
const FATHERS: [&str; 10] = [
    "Ramesh Chandra",
    "Abdul Karim",
    "Suresh Kumar",
    "Ghulam Rasool",
    "Harbhajan Singh",
    "Venkata Rao",
    "Mohan Lal",
    "Bashir Ahmad",
    "Krishnan Nair",
    "Ram Prasad",
];

/// "Shri", "Smt.", "Dr." and the like before the name, "ji" behind it.
pub(super) fn honorific(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    let name = tokens.join(" ");
    let before = ["Shri", "Sri", "Smt", "Smt.", "Mr", "Mr.", "Mrs.", "Dr", "Dr.", "Prof.", "Er.", "Sh."];
    if dice.permille(100) {
        return Some(format!("{name} {}", cased("ji", &name)));
    }
    let title = dice.pick(&before)?;
    Some(format!("{} {name}", cased(title, &name)))
}

/// Mohammed as another of its short or long forms.
pub(super) fn mohammed(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    let is_one = |token: &str| MOHAMMED.iter().any(|name| name.eq_ignore_ascii_case(token));
    let places: Vec<usize> = (0..tokens.len()).filter(|at| is_one(tokens[*at])).collect();
    let at = *dice.pick(&places)?;
    let short = spelling::another_of(tokens, at, &MOHAMMED[1..4], dice)?;
    if dice.permille(700) {
        return Some(short);
    }
    Some(with(tokens, at, &cased("mohd.", tokens[at])))
}

/// "S/o" and a father's name behind the name.
pub(super) fn father(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    let name = tokens.join(" ");
    let son_of = dice.pick(&["S/o", "s/o", "S/O", "son of", "D/o"])?;
    let father = dice.pick(&FATHERS)?;
    let father = if name.contains(char::is_lowercase) { (*father).to_owned() } else { father.to_uppercase() };
    Some(format!("{name} {son_of} {father}"))
}

/// As in South India: what comes last as an initial, in front. "Abdulhai Salek" as "S. Abdulhai".
pub(super) fn initial_first(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    let (last, given) = tokens.split_last()?;
    let long = |token: &&str| token.chars().filter(|char| char.is_alphabetic()).count() > 2;
    if !given.iter().any(long) {
        return None;
    }
    let initial = last.chars().find(|char| char.is_alphabetic())?.to_uppercase();
    let dot = if dice.permille(700) { "." } else { "" };
    Some(format!("{initial}{dot} {}", given.join(" ")))
}

/// A name that millions have, in the middle or at the end.
pub(super) fn added_surname(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    let name = tokens.join(" ");
    let added = cased(dice.pick(&["Kumar", "Singh", "Devi", "Khan", "Lal", "Prasad"])?, &name);
    let mut tokens = tokens.to_vec();
    let at = if dice.permille(500) { tokens.len() } else { 1.min(tokens.len()) };
    tokens.insert(at, &added);
    Some(tokens.join(" "))
}
