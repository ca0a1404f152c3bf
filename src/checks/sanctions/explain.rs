//! A match in words that a compliance officer can decide from.

use super::{person::Quality, similar::Mille, traits::Findings};

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
    /// What a full match with a name of this quality is worth.
    pub quality_share: Mille,
}

/// Tokens that were taken for each other.
pub struct Pair {
    pub asked: Vec<String>,
    pub listed: Vec<String>,
    pub alike: Mille,
    pub initial: bool,
}

/// The sentences, the names first.
pub fn sentences(told: &Told, findings: &Findings) -> Vec<String> {
    let mut all = vec![format!("Names alone: {} with \"{}\"", share(told.score), told.listed_name)];
    for Pair { asked, listed, alike, initial } in &told.pairs {
        let (asked, listed) = (asked.join(" + "), listed.join(" + "));
        all.push(match alike {
            _ if *initial => format!("\"{asked}\" fits \"{listed}\" as an initial"),
            1000 => format!("\"{asked}\" is \"{listed}\""),
            _ => format!("\"{asked}\" resembles \"{listed}\" at {}", share(*alike)),
        });
    }
    if !told.asked_left.is_empty() {
        all.push(format!("Not in the listed name: {}", told.asked_left.join(", ")));
    }
    if !told.listed_left.is_empty() {
        all.push(format!("Only in the listed name: {}", told.listed_left.join(", ")));
    }
    if told.quality == Quality::Weak {
        all.push(format!("The list itself calls this alias weak: at most {}", share(told.quality_share)));
    }
    for finding in &findings.0 {
        all.push(match finding.change {
            0 => format!("{}: no change", finding.sentence),
            change => format!("{}: {:+.3}", finding.sentence, f64::from(change) / 1000.0),
        });
    }
    all
}

/// 1000 as "1.000".
fn share(mille: Mille) -> String {
    format!("{:.3}", f64::from(mille) / 1000.0)
}
