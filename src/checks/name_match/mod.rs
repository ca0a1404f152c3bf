//! How well two names of one person agree, 0 to 100: a customer's, and the one that a register knows.
//!
//! Both names are read as the sanctions screening reads them (`sanctions::name`: any script, honorifics gone, initials and
//! parents known). Then tokens are paired (`pairs`), and the score is what the pairs show, over what there is to show:
//!
//! - order counts for nothing; an initial stands for a word, and shows less than the word would;
//! - spellings of one name are almost the same, other slips cost half more than their letters do;
//! - a word that one name lacks is missed a little; where both have a word that the other lacks, they contradict each other;
//! - everybody's words (Kumar, Singh, Devi) count half, particles and parents less;
//! - beside words without a partner, one word in common is not enough to pass, and neither are initials and everybody's words.
//!
//! Symmetric, and whole-number arithmetic: the same two names have the same score everywhere, in either order.

mod pairs;
mod words;

use std::fmt;

use self::pairs::{Pair, Piece};
use super::sanctions::name::{Kind, Name};

/// How two names compare.
#[derive(Clone, PartialEq, Eq)]
pub struct NameMatch {
    /// 0 to 100; 0 where they cannot be compared.
    pub score: u8,
    /// Whether both are names: texts with at least two letters, and of at most 300 characters.
    pub comparable: bool,
    /// What was paired with what, and what was not, a sentence a token; of the names' own words, so for staff only. The first
    /// name is called the customer's, the second the found one.
    pub explanation: Vec<String>,
}

impl fmt::Debug for NameMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NameMatch({}, [redacted])", self.score)
    }
}

/// How much of a word that only one of the names has is missed, in hundredths of its weight.
const MISSED: u32 = 35;
/// The most that one word in common is worth beside words without a partner.
const ONE_WORD: u32 = 80;
/// The most that initials and everybody's words are worth together.
const THIN: u32 = 75;
/// The most that initials alone are worth.
const INITIALS: u32 = 45;
/// What the whole words in common have to weigh at least, to be more than that: one word that is not everybody's.
const TELLING: u32 = words::WORD;

/// Compares two names.
pub fn compare(customer: &str, found: &str) -> NameMatch {
    let (Ok(one), Ok(other)) = (Name::read(customer), Name::read(found)) else {
        let explanation = vec!["One of the two is no name that can be compared.".to_owned()];
        return NameMatch { score: 0, comparable: false, explanation };
    };
    let (one, other) = (pieces(one), pieces(other));
    let pairs = pairs::best(&one, &other);
    let score = score(&one, &other, &pairs);
    NameMatch { score, comparable: true, explanation: explain(&one, &other, &pairs) }
}

fn pieces(name: Name) -> Vec<Piece> {
    // Sorted, so that no order of the words changes what is paired.
    name.in_canonical_order().tokens.into_iter().map(Piece::of).collect()
}

/// The pieces of a side that no pair has.
fn left(side: &[Piece], taken: impl Fn(usize) -> bool) -> impl Iterator<Item = &Piece> {
    side.iter().enumerate().filter(move |(at, _)| !taken(*at)).map(|(_, piece)| piece)
}

fn score(one: &[Piece], other: &[Piece], pairs: &[Pair]) -> u8 {
    let weight = |pieces: Vec<&Piece>| pieces.iter().map(|piece| piece.weight).sum::<u32>();
    let alone = left(one, |at| pairs.iter().any(|pair| pair.one.contains(&at))).collect::<Vec<_>>();
    let others = left(other, |at| pairs.iter().any(|pair| pair.other.contains(&at))).collect::<Vec<_>>();
    let words_left = alone.iter().chain(&others).any(|piece| piece.kind == Kind::Word && !piece.parent);
    let (alone, others) = (weight(alone), weight(others));
    let shown: u32 = pairs.iter().map(|pair| pair.weight * pair.alike).sum();
    let matched: u32 = pairs.iter().map(|pair| pair.weight).sum();
    let (contradict, missed) = (alone.min(others), alone.abs_diff(others));
    // shown / (matched + contradict + missed × MISSED %), in hundredths.
    let whole = (matched + contradict) * 1000 + missed * MISSED * 10;
    let score = (shown * 100).checked_div(whole).unwrap_or(0);

    let full = || pairs.iter().filter(|pair| !pair.initial);
    let telling: u32 = full().map(|pair| pair.weight).sum();
    let whole_words: usize = full().map(|pair| pair.one.len().max(pair.other.len())).sum();
    let all = alone == 0 && others == 0;
    let same = pairs.iter().all(|pair| pair.alike == 1000);
    let most = match whole_words {
        _ if all && (same || full().count() == pairs.len()) => 100,
        0 => INITIALS,
        _ if telling < TELLING => THIN,
        1 if words_left => ONE_WORD,
        _ => 100,
    };
    u8::try_from(score.min(most)).unwrap_or(100)
}

fn explain(one: &[Piece], other: &[Piece], pairs: &[Pair]) -> Vec<String> {
    let text = |side: &[Piece], at: &[usize]| {
        at.iter()
            .filter_map(|&at| side.get(at))
            .map(|piece| piece.text.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut lines: Vec<String> = pairs
        .iter()
        .map(|pair| {
            let (mine, theirs) = (text(one, &pair.one), text(other, &pair.other));
            let percent = pair.alike / 10;
            match (pair.initial, percent) {
                (true, _) => format!("\"{mine}\" and \"{theirs}\": an initial that fits"),
                (false, 100) => format!("\"{mine}\": the same"),
                (false, _) => format!("\"{mine}\" and \"{theirs}\": alike to {percent} %"),
            }
        })
        .collect();
    let only = |piece: &Piece, whose: &str| format!("\"{}\": only in the {whose} name", piece.text);
    let alone = left(one, |at| pairs.iter().any(|pair| pair.one.contains(&at)));
    lines.extend(alone.map(|piece| only(piece, "customer's")));
    let others = left(other, |at| pairs.iter().any(|pair| pair.other.contains(&at)));
    lines.extend(others.map(|piece| only(piece, "found")));
    lines
}

#[cfg(test)]
mod tests;
