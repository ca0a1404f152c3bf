//! A listed person, as the list has them.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// One person of one list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Person {
    /// The list's own id of the person; unique in the list.
    pub entity_id: String,
    /// At least one; the primary name first.
    pub names: Vec<ListedName>,
    /// Every birth date that the list gives. Several mean that the list is not sure, not that there are several people.
    pub births: Vec<Birth>,
    /// Nationalities and citizenships: ISO 3166-1 alpha-2, upper case, where the country is known by such a code.
    pub nationalities: Vec<String>,
    /// Other countries the list names them with (of birth, of residence, of documents); as above.
    pub countries: Vec<String>,
    pub gender: Option<Gender>,
    /// What they are listed under, in the list's own words ("SDGT", "Al-Qaida").
    pub programs: Vec<String>,
    /// Passports and other papers as the list writes them. Shown, not matched.
    pub documents: Vec<String>,
}

/// A name of a listed person.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ListedName {
    /// As the list writes it, any script, given names first where the list tells them apart ("SALEK, Abdulhai" is
    /// stored as "Abdulhai SALEK").
    pub text: String,
    pub quality: Quality,
}

/// How much a list itself trusts a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quality {
    /// The name the person is listed under, or the same in its original script.
    Primary,
    /// An alias that the list calls good, or does not judge.
    Strong,
    /// An alias that the list itself calls low or weak: often a nickname of one word.
    Weak,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gender {
    Female,
    Male,
}

/// When somebody was born, as exactly as is known: a day, a month, a year or a range of years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Birth {
    /// The first day that it may have been.
    pub from: NaiveDate,
    /// The last day that it may have been; not before `from`.
    pub to: NaiveDate,
    /// Whether the list says "circa" or the like.
    pub approximate: bool,
}

impl Birth {
    /// Born on this day.
    pub fn on(day: NaiveDate) -> Self {
        Self { from: day, to: day, approximate: false }
    }

    /// Born in one of these years, both included. None when a year is beyond the calendar, or `to` before `from`.
    pub fn in_years(from: i32, to: i32) -> Option<Self> {
        let from = NaiveDate::from_ymd_opt(from, 1, 1)?;
        let to = NaiveDate::from_ymd_opt(to, 12, 31)?;
        (from <= to).then_some(Self { from, to, approximate: false })
    }

    /// Born in this month. None where there is no such month.
    pub fn in_month(year: i32, month: u32) -> Option<Self> {
        let from = NaiveDate::from_ymd_opt(year, month, 1)?;
        let next = from.checked_add_months(chrono::Months::new(1))?;
        Some(Self { from, to: next.pred_opt()?, approximate: false })
    }

    /// The same, not quite sure.
    pub fn circa(self) -> Self {
        Self { approximate: true, ..self }
    }
}

impl std::fmt::Display for Birth {
    /// "1965-03-02", "1965-03", "1965", "1960-1965"; with "circa " before it where the list is not sure.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { from, to, approximate } = *self;
        if approximate {
            f.write_str("circa ")?;
        }
        let whole = |year| Self::in_years(year, year).map(|year| (year.from, year.to));
        let month = Self::in_month(from.year(), from.month()).map(|month| (month.from, month.to));
        if from == to {
            write!(f, "{from}")
        } else if whole(from.year()) == Some((from, to)) {
            write!(f, "{}", from.year())
        } else if month == Some((from, to)) {
            write!(f, "{}", from.format("%Y-%m"))
        } else {
            write!(f, "{}-{}", from.year(), to.year())
        }
    }
}
