//! What birth date, country and gender say about a match of names.

use chrono::Datelike;

use super::{
    person::{Birth, Gender, Person},
    similar::Mille,
    subject::Subject,
};

/// What a trait adds to a score, or takes from it, in thousandths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub change: i32,
    pub sentence: String,
}

/// What all traits say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings(pub Vec<Finding>);

const SAME_DAY: i32 = 100;
const SAME_YEAR: i32 = 40;
const SAME_COUNTRY: i32 = 30;
/// What can be added at most.
pub const MOST: Mille = (SAME_DAY + SAME_COUNTRY) as Mille;

/// The same year, and another day: one of the two may be a guess, or a slip.
const OTHER_DAY: i32 = -30;
/// Two or three years apart; lists of people who hide their age err by that much.
const NEAR: i32 = -80;
/// Up to eight years apart.
const FAR: i32 = -150;
/// Further apart than that.
const DISJOINT: i32 = -250;
const OTHER_COUNTRY: i32 = -60;
const OTHER_GENDER: i32 = -200;

impl Findings {
    /// The score with everything added and taken; 0 to 1000.
    pub fn apply(&self, score: Mille) -> Mille {
        let change: i32 = self.0.iter().map(|finding| finding.change).sum();
        score.saturating_add_signed(change).min(1000)
    }
}

/// Holds what is known of the subject against what the list knows.
pub fn compare(subject: &Subject, person: &Person) -> Findings {
    let found = [birth(subject, person), country(subject, person), gender(subject, person)];
    Findings(found.into_iter().flatten().collect())
}

fn finding(change: i32, sentence: String) -> Option<Finding> {
    Some(Finding { change, sentence })
}

/// The listed date that fits best decides: a list that gives several is not sure which.
fn birth(subject: &Subject, person: &Person) -> Option<Finding> {
    let born = subject.born?;
    let judged = person.births.iter().map(|listed| (judge(born, *listed), listed));
    let (change, listed) = judged.max_by_key(|&(change, _)| change)?;
    let what = match change {
        SAME_DAY => "is the listed birth date",
        SAME_YEAR => "fits the listed birth date",
        0 => "is near the listed birth date, within what such lists err by",
        OTHER_DAY => "is in the listed year, on another day than listed:",
        _ => "does not fit the listed birth date",
    };
    finding(change, format!("Birth date {born} {what} {listed}"))
}

fn judge(born: Birth, listed: Birth) -> i32 {
    let overlap = born.from <= listed.to && listed.from <= born.to;
    if overlap {
        return if born == listed && born.from == born.to && !listed.approximate {
            SAME_DAY
        } else {
            SAME_YEAR
        };
    }
    let years = if born.from > listed.to {
        born.from.year() - listed.to.year()
    } else {
        listed.from.year() - born.to.year()
    };
    // "Circa 1960" is as good as 1958 to 1962.
    let years = if listed.approximate || born.approximate { (years - 2).max(0) } else { years };
    match years {
        0 if listed.approximate || is_swapped(born, listed) => 0,
        0 => OTHER_DAY,
        1 => 0,
        2..=3 => NEAR,
        4..=8 => FAR,
        _ => DISJOINT,
    }
}

/// Whether day and month stand in each other's place, as between forms of two countries.
fn is_swapped(one: Birth, other: Birth) -> bool {
    let days = |birth: Birth| (birth.from == birth.to).then_some(birth.from);
    days(one).zip(days(other)).is_some_and(|(one, other)| {
        one.year() == other.year() && one.day() == other.month() && one.month() == other.day()
    })
}

fn country(subject: &Subject, person: &Person) -> Option<Finding> {
    let country = subject.country.as_ref()?.to_ascii_uppercase();
    if country.len() != 2 {
        return None;
    }
    if person.nationalities.contains(&country) {
        return finding(SAME_COUNTRY, format!("Country {country} is a listed nationality"));
    }
    if person.countries.contains(&country) {
        return finding(0, format!("Country {country} is listed with the person, not as a nationality"));
    }
    if person.nationalities.is_empty() {
        return None;
    }
    let listed = person.nationalities.join(", ");
    finding(OTHER_COUNTRY, format!("Country {country} is not among the listed nationalities ({listed})"))
}

fn gender(subject: &Subject, person: &Person) -> Option<Finding> {
    let (asked, listed) = (subject.gender?, person.gender?);
    let word = |gender| match gender {
        Gender::Female => "female",
        Gender::Male => "male",
    };
    if asked == listed {
        return finding(0, format!("Gender is {} on both sides", word(asked)));
    }
    finding(OTHER_GENDER, format!("Gender is {}, and {} on the list", word(asked), word(listed)))
}
