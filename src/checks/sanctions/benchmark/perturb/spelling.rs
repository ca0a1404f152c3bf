//! One name, many spellings: what different clerks write when they hear or transliterate it.

use super::{cased, is_particle, with};
use crate::entropy::dice::Dice;

/// Sounds that are written either way: romanisations of Arabic, Persian, Urdu, Hindi, Russian and Korean names by English
/// and French ears.
const SOUNDS: [(&str, &str); 22] = [
    ("ou", "u"),
    ("oo", "u"),
    ("kh", "k"),
    ("q", "k"),
    ("q", "g"),
    ("ee", "i"),
    ("w", "v"),
    ("w", "ou"),
    ("ph", "f"),
    ("y", "i"),
    ("ay", "ai"),
    ("ei", "ai"),
    ("dh", "d"),
    ("dh", "z"),
    ("th", "t"),
    ("sh", "ch"),
    ("j", "dj"),
    ("z", "s"),
    ("gh", "g"),
    ("o", "u"),
    ("e", "i"),
    ("ks", "x"),
];

/// Sounds that are written shorter, and never the other way: nobody makes "Saahlek" of "Salek".
const SHORTER: [(&str, &str); 4] = [("aa", "a"), ("ah", "a"), ("sh", "s"), ("iy", "i")];

/// Names that are one name; those that are most common on the lists and in India.
const VARIANTS: [&[&str]; 26] = [
    super::indian::MOHAMMED,
    &["abdul", "abdel", "abd al", "abd el", "abdal"],
    &["abdullah", "abdallah", "abdulla", "abdellah"],
    &["abdurrahman", "abdul rahman", "abd al-rahman", "abdelrahman", "abdirahman"],
    &["hussein", "husayn", "hussain", "husain", "hossein", "hosein", "hussayn"],
    &["hassan", "hasan", "hassen", "hasen"],
    &["ahmed", "ahmad", "ahmet", "ahmadh"],
    &["mahmoud", "mahmud", "mahmood", "mehmud"],
    &["yusuf", "youssef", "yousef", "yousuf", "yusef", "yousif", "yusif"],
    &["ibrahim", "ebrahim", "ibraheem", "brahim"],
    &["omar", "umar", "omer", "umer"],
    &["osama", "usama", "ousama"],
    &["osman", "usman", "uthman", "othman", "ousmane"],
    &["khalid", "khaled", "khaleed", "halid"],
    &["saeed", "said", "sayeed", "saied", "saeid"],
    &["sayed", "sayyid", "syed", "sayyed", "said"],
    &["ali", "aly", "alee"],
    &["jamal", "gamal", "djamel", "jemal"],
    &["qasim", "kasim", "qassem", "kassim", "gasem"],
    &["rashid", "rasheed", "rachid", "rashed"],
    &["salim", "saleem", "selim", "salem"],
    &["suleiman", "sulayman", "soleiman", "sulaiman", "suliman"],
    &["mustafa", "mostafa", "moustafa", "mustapha"],
    &["haji", "hajji", "hadji", "hajj"],
    &["aleksandr", "alexander", "alexandr", "oleksandr"],
    &["sergei", "sergey", "serguei", "serhii"],
];

/// One or two sounds written the other way.
pub(super) fn transliteration(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    let mut name = respelt(&tokens.join(" "), dice)?;
    if dice.permille(500) {
        name = respelt(&name, dice).filter(|again| *again != tokens.join(" ")).unwrap_or(name);
    }
    Some(name)
}

fn respelt(name: &str, dice: &mut Dice) -> Option<String> {
    // Only ASCII is folded, so that places in one are places in the other.
    let small = name.to_ascii_lowercase();
    let ways = SOUNDS.iter().flat_map(|(one, other)| [(*one, *other), (*other, *one)]);
    let ways: Vec<(&str, &str)> = ways.chain(SHORTER).filter(|(from, _)| small.contains(from)).collect();
    // The way first, then the place: "i" is in every name, and "ph" would never come up.
    let (from, to) = *dice.pick(&ways)?;
    let places: Vec<usize> = small.match_indices(from).map(|(at, _)| at).collect();
    let at = *dice.pick(&places)?;
    let end = at + from.len();
    let is_capitals = !name.contains(char::is_lowercase);
    let to = if is_capitals { to.to_uppercase() } else { cased_first(to, &name[at..end]) };
    Some(format!("{}{to}{}", &name[..at], &name[end..]))
}

/// A sound begins with a capital where the one that it replaces does.
fn cased_first(text: &str, like: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if like.starts_with(char::is_uppercase) => first.to_uppercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

/// A common name in another of its spellings.
pub(super) fn variant(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    let known: Vec<(usize, &[&str])> =
        tokens.iter().enumerate().filter_map(|(at, token)| Some((at, group_of(token)?))).collect();
    let (at, group) = *dice.pick(&known)?;
    another_of(tokens, at, group, dice)
}

/// The token replaced by another spelling of its group.
pub(super) fn another_of(tokens: &[&str], at: usize, group: &[&str], dice: &mut Dice) -> Option<String> {
    let token = *tokens.get(at)?;
    let others: Vec<&str> =
        group.iter().copied().filter(|other| !other.eq_ignore_ascii_case(token)).collect();
    Some(with(tokens, at, &cased(dice.pick(&others)?, token)))
}

/// The first spelling of the group that the token belongs to: what all of them have in common.
pub(in crate::checks::sanctions::benchmark) fn common_spelling(token: &str) -> Option<&'static str> {
    group_of(token)?.first().copied()
}

fn group_of(token: &str) -> Option<&'static [&'static str]> {
    VARIANTS.into_iter().find(|group| group.iter().any(|name| name.eq_ignore_ascii_case(token)))
}

/// A particle added before the last token, one dropped, or one joined to what follows it.
pub(super) fn particles(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    let name = tokens.join(" ");
    if let Some(without) = without_particle(tokens, dice).filter(|_| dice.permille(600)) {
        return Some(without);
    }
    let (last, rest) = tokens.split_last().filter(|(_, rest)| !rest.is_empty())?;
    // A name that has one gets no second: "al-Al-Hamzi" is nobody's.
    if is_particle(last.split('-').next()?) || rest.last().is_some_and(|token| is_particle(token)) {
        return without_particle(tokens, dice).filter(|without| *without != name);
    }
    let particle = *dice.pick(&["al-", "el-", "al ", "bin ", "ibn ", "ben ", "de "])?;
    // Particles are small in mixed case: "Ahmad al-Hamzi".
    let particle =
        if name.contains(char::is_lowercase) { particle.to_owned() } else { particle.to_uppercase() };
    Some(format!("{} {particle}{last}", rest.join(" ")))
}

/// A particle that is there, a token of its own or before a hyphen, dropped or joined to the token behind it.
fn without_particle(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    let name = tokens.join(" ");
    let mut start = 0;
    let mut places = Vec::new();
    for word in name.split_inclusive([' ', '-']) {
        let bare = word.trim_end_matches([' ', '-']);
        let rest = &name[start + word.len()..];
        if is_particle(bare) && word.len() > bare.len() && !rest.is_empty() {
            places.push((start, bare.len(), word.len()));
        }
        start += word.len();
    }
    let (at, bare, whole) = *dice.pick(&places)?;
    let (before, word, rest) = (&name[..at], &name[at..at + bare], &name[at + whole..]);
    let other_gap = if name[at + bare..].starts_with('-') { " " } else { "-" };
    // A name that is only a particle and one token keeps both.
    let may_drop = before.contains(' ') || rest.contains(' ') || rest.contains('-');
    Some(match dice.below(3) {
        0 if may_drop => format!("{before}{rest}"),
        1 => format!("{before}{word}{rest}"),
        _ => format!("{before}{word}{other_gap}{rest}"),
    })
}
