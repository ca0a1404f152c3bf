//! What birth date, country and gender say about a match of names.

use chrono::Datelike;

use super::{
    lists::country,
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

/// A name from this score on agrees as a whole, and from this weight on is rare: two words that hardly anybody has.
const NEARLY_WHOLE: Mille = 970;
const RARE: u64 = 1700;
/// The most that is taken from such a name.
const MOST_TAKEN: i32 = -120;

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
        score.saturating_add_signed(self.change()).min(1000)
    }

    /// What all findings together add, or take.
    pub fn change(&self) -> i32 {
        self.0.iter().map(|finding| finding.change).sum()
    }
}

/// Holds what is known of the subject against what the list knows. `score` is that of the names, and `told` what their pairs
/// weigh together.
pub fn compare(subject: &Subject, person: &Person, score: Mille, told: u64) -> Findings {
    let found = [birth(subject, person), country(subject, person), gender(subject, person)];
    let mut found = Findings(found.into_iter().flatten().collect());
    // A whole rare name is seldom two people's, and a birth date is easily given wrong: whoever decides has to see it.
    let taken = found.change();
    if score >= NEARLY_WHOLE && told >= RARE && taken < MOST_TAKEN {
        found.0.push(Finding {
            change: MOST_TAKEN - taken,
            sentence: "So rare a name agrees as a whole, so the rest takes away no more than 0.120"
                .to_owned(),
        });
    }
    found
}

fn finding(change: i32, sentence: String) -> Option<Finding> {
    Some(Finding { change, sentence })
}

/// The listed date that fits best decides: a list that gives several is not sure which.
fn birth(subject: &Subject, person: &Person) -> Option<Finding> {
    let born = subject.born?;
    let judged = person.births.iter().map(|listed| (judge(born, *listed), listed));
    // The first of several that are as good: lists begin with the likeliest.
    let (fit, listed) = judged.rev().max_by_key(|(fit, _)| fit.change())?;
    let what = match fit {
        Fit::Same => "is the listed birth date",
        Fit::Within => "fits the listed birth date",
        Fit::Swapped => "is, with day and month swapped, the listed birth date",
        Fit::OtherDay => "is in the listed year, and another day than",
        Fit::Apart(..=1) => "is within a year of the listed birth date",
        Fit::Apart(_) => "does not fit the listed birth date",
    };
    finding(fit.change(), format!("Birth date {born} {what} {listed}"))
}

/// How a birth date fits a listed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    Same,
    /// One is in the other, which is less exact.
    Within,
    Swapped,
    /// The same year.
    OtherDay,
    /// So many years.
    Apart(i32),
}

impl Fit {
    fn change(self) -> i32 {
        match self {
            Self::Same => SAME_DAY,
            Self::Within => SAME_YEAR,
            // Lists err by so much, and forms.
            Self::Swapped | Self::OtherDay | Self::Apart(..=1) => 0,
            Self::Apart(2..=3) => NEAR,
            Self::Apart(4..=8) => FAR,
            Self::Apart(_) => DISJOINT,
        }
    }
}

fn judge(born: Birth, listed: Birth) -> Fit {
    let (born, listed) = (widened(born), widened(listed));
    if born.from <= listed.to && listed.from <= born.to {
        let exact = born == listed && born.from == born.to && !listed.approximate;
        return if exact { Fit::Same } else { Fit::Within };
    }
    if is_swapped(born, listed) {
        return Fit::Swapped;
    }
    let years = if born.from > listed.to {
        born.from.year() - listed.to.year()
    } else {
        listed.from.year() - born.to.year()
    };
    if years == 0 { Fit::OtherDay } else { Fit::Apart(years) }
}

/// "Circa 1960" is as good as 1958 to 1962.
fn widened(birth: Birth) -> Birth {
    let years = |years| chrono::Months::new(12 * years);
    match (birth.from.checked_sub_months(years(CIRCA)), birth.to.checked_add_months(years(CIRCA))) {
        (Some(from), Some(to)) if birth.approximate => Birth { from, to, approximate: true },
        _ => birth,
    }
}

/// By how many years "circa" may be wrong.
const CIRCA: u32 = 2;

/// Whether day and month stand in each other's place, as between forms of two countries.
fn is_swapped(one: Birth, other: Birth) -> bool {
    let days = |birth: Birth| (birth.from == birth.to).then_some(birth.from);
    days(one).zip(days(other)).is_some_and(|(one, other)| {
        one.year() == other.year() && one.day() == other.month() && one.month() == other.day()
    })
}

fn country(subject: &Subject, person: &Person) -> Option<Finding> {
    let country = country::code(subject.country.as_ref()?)?.to_owned();
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
