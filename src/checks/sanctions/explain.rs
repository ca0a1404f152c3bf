//! A match in words that a compliance officer can decide from.

use super::{align::Weight, person::Quality, similar::Mille, traits::Findings};

/// What there is to tell about the names.
pub struct Told {
    pub listed_name: String,
    pub quality: Quality,
    pub pairs: Vec<Pair>,
    /// Asked tokens without a partner.
    pub asked_left: Vec<String>,
    /// Listed tokens without one.
    pub listed_left: Vec<String>,
    /// Of the names alone.
    pub score: Mille,
    /// What that is worth with a name of this quality.
    pub discounted: Mille,
}

/// Tokens that were taken for each other.
pub struct Pair {
    pub asked: Vec<String>,
    pub listed: Vec<String>,
    pub alike: Mille,
    pub initial: bool,
    /// Of the listed tokens.
    pub weight: Weight,
}

/// The sentences: the names, token by token, then what else is known.
pub fn sentences(told: &Told, findings: &Findings) -> Vec<String> {
    let mut all = vec![format!("Names alone: {} with \"{}\".", share(told.score), told.listed_name)];
    all.extend(told.pairs.iter().map(pair));
    if !told.asked_left.is_empty() {
        all.push(format!("Not in the listed name: {}.", quoted(&told.asked_left)));
    }
    if !told.listed_left.is_empty() {
        all.push(format!("Only in the listed name: {}.", quoted(&told.listed_left)));
    }
    if told.quality == Quality::Weak {
        let worth = if told.discounted == told.score {
            "The list itself calls this alias weak.".to_owned()
        } else {
            format!(
                "The list itself calls this alias weak, so what differs counts twice: {}.",
                share(told.discounted)
            )
        };
        all.push(worth);
    }
    all.extend(findings.0.iter().map(|finding| match finding.change {
        0 => format!("{}: no change.", finding.sentence),
        change => format!("{}: {}.", finding.sentence, signed(change)),
    }));
    let (score, change) = (told.discounted, findings.change());
    if change != 0 {
        let sum = i64::from(score) + i64::from(change);
        let capped = if sum > 1000 { ", which counts as 1.000" } else { "" };
        let sum = format!("{:.3}", sum.max(0) as f64 / 1000.0);
        all.push(format!("Together: {} {} = {sum}{capped}.", share(score), signed(change)));
    }
    all
}

/// "+0.040".
fn signed(change: i32) -> String {
    format!("{:+.3}", f64::from(change) / 1000.0)
}

fn pair(pair: &Pair) -> String {
    let (asked, listed) = (quoted(&pair.asked), quoted(&pair.listed));
    let cut = if pair.asked.len() == pair.listed.len() { "" } else { ", read as one word" };
    let how = match pair.alike {
        alike if pair.initial => format!("{asked} fits {listed} as an initial, at {}", share(alike)),
        1000 => format!("{asked} is in both names"),
        alike => format!("{asked} resembles {listed}{cut} at {}", share(alike)),
    };
    match pair.weight {
        ..=COMMON => format!("{how}; common, so it counts little ({}).", share(pair.weight)),
        RARE.. => format!("{how}; rare, so it counts in full."),
        weight => format!("{how}; counts {}.", share(weight)),
    }
}

/// What weighs no more than this is called common.
const COMMON: Weight = 400;
/// What weighs no less than this is called rare.
const RARE: Weight = 1000;

fn quoted(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    quoted.join(" + ")
}

/// 1000 as "1.000".
fn share(mille: Mille) -> String {
    format!("{:.3}", f64::from(mille) / 1000.0)
}
