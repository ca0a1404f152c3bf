//! The words of a name: in another order, fewer of them, shortened, run together, torn apart.

use super::{is_particle, with};
use crate::entropy::dice::Dice;

/// "SURNAME, Given"; the last token first; or all of them the other way round.
pub(super) fn order(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    let (last, rest) = tokens.split_last().filter(|(_, rest)| !rest.is_empty())?;
    let reversed = || tokens.iter().rev().copied().collect::<Vec<_>>().join(" ");
    Some(match dice.below(3) {
        0 => format!("{last}, {}", rest.join(" ")),
        1 => format!("{last} {}", rest.join(" ")),
        _ => reversed(),
    })
    .filter(|name| *name != tokens.join(" "))
    // Two tokens that are the same have no order of their own.
    .or_else(|| Some(format!("{last}, {}", rest.join(" "))))
}

/// One token less, of three or more. Particles are another class, and at least two tokens that are none stay.
pub(super) fn dropped(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    let names: Vec<usize> = (0..tokens.len()).filter(|at| !is_particle(tokens[*at])).collect();
    if names.len() < 3 {
        return None;
    }
    let dropped = *dice.pick(&names)?;
    let kept = tokens.iter().enumerate().filter(|(at, _)| *at != dropped).map(|(_, token)| *token);
    Some(kept.collect::<Vec<_>>().join(" "))
}

/// "Abdul Basir Salek" as "Abdul B. Salek": the first and the last token stay.
pub(super) fn middle_initials(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    shortened(tokens, 1, dice)
}

/// "Abdul Basir Salek" as "A. B. Salek": the last token stays.
pub(super) fn initials(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    shortened(tokens, 0, dice)
}

fn shortened(tokens: &[&str], from: usize, dice: &mut Dice) -> Option<String> {
    let last = tokens.len().checked_sub(1).filter(|last| *last > from)?;
    let dot = if dice.permille(500) { "." } else { "" };
    let shorten = |(at, token): (usize, &&str)| match token.chars().find(|char| char.is_alphabetic()) {
        Some(initial) if at >= from && at < last => format!("{initial}{dot}"),
        _ => (*token).to_owned(),
    };
    let tokens: Vec<String> = tokens.iter().enumerate().map(shorten).collect();
    // What is left has to be more than letters, or nobody could tell whose they are.
    (tokens[last].chars().count() > 1).then(|| tokens.join(" "))
}

/// One blank or hyphen left out.
pub(super) fn joined(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    let name = tokens.join(" ");
    let inner = |at: usize| at > 0 && at + 1 < name.len();
    let gaps: Vec<usize> = name.match_indices([' ', '-']).map(|(at, _)| at).filter(|at| inner(*at)).collect();
    let gap = *dice.pick(&gaps)?;
    // The case of what is joined stays: "AbdulBasir" is what forms make of it.
    let joined = format!("{}{}", &name[..gap], &name[gap + 1..]);
    Some(joined)
}

/// A blank inside a token of six letters or more, at least two letters from its ends.
pub(super) fn split(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    let long = |token: &str| token.chars().count() >= 6 && token.chars().all(char::is_alphabetic);
    let places: Vec<usize> = (0..tokens.len()).filter(|at| long(tokens[*at])).collect();
    let at = *dice.pick(&places)?;
    let starts: Vec<usize> = tokens[at].char_indices().map(|(start, _)| start).collect();
    let cut = *dice.pick(starts.get(2..starts.len() - 1)?)?;
    let (head, tail) = tokens[at].split_at(cut);
    Some(with(tokens, at, &format!("{head} {tail}")))
}
