//! What a report is asked for, read from plain text, and refused by the name of the parameter.

use chrono::{Datelike, Months, NaiveDate};
use chrono_tz::Tz;
use entity::{AttemptState, Scope, Time};

use crate::{
    days::day_start,
    error::{Error, Result},
};

/// The longest range, in years.
const MAX_YEARS: u32 = 10;
/// Zones and databases agree on these years, and the text form of their instants has one length.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9998;

/// A report as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The first day.
    pub from: NaiveDate,
    /// The last day, inclusive.
    pub to: NaiveDate,
    /// Where days begin and how times are written; none: the merchant's own.
    pub time_zone: Option<Tz>,
    pub date: Date,
    pub layout: Layout,
    /// Only attempts in one of these states, as seen at the moment of the export; empty: in any.
    pub states: Vec<AttemptState>,
    /// Whether the file begins with a UTF-8 byte order mark. Excel needs one to show names that are not in Latin script;
    /// programs read the first column's name wrong with one. So it is off until asked for.
    pub byte_order_mark: bool,
}

/// Which date of an attempt lies in the range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Date {
    /// Attempts that began in the range.
    #[default]
    Created,
    /// Attempts that were completed, rejected or expired in the range.
    Ended,
}

/// What one row is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// One attempt, with columns for every kind of step.
    #[default]
    Wide,
    /// One step, after the columns of its attempt.
    Long,
}

impl Date {
    /// The word of the `date` parameter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Ended => "ended",
        }
    }
}

impl Layout {
    /// The word of the `layout` parameter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Long => "long",
        }
    }
}

/// The parameters as text: what the route and the command line hand over.
#[derive(Clone, Debug, Default)]
pub struct Params {
    pub from: Option<String>,
    pub to: Option<String>,
    pub time_zone: Option<String>,
    pub date: Option<String>,
    pub layout: Option<String>,
    /// Each may name several states, parted by commas.
    pub states: Vec<String>,
    pub byte_order_mark: Option<String>,
}

impl Params {
    /// Takes one parameter by its name in a URL: `from`, `to`, `time_zone`, `date`, `layout`, `state`, `bom`.
    ///
    /// # Errors
    /// BAD_USER_INPUT for an unknown name, and for one that comes twice (`state` may).
    pub fn set(&mut self, name: &str, value: String) -> Result<()> {
        let (name, field) = match name {
            "state" => {
                self.states.push(value);
                return Ok(());
            }
            "from" => ("from", &mut self.from),
            "to" => ("to", &mut self.to),
            "time_zone" => ("time_zone", &mut self.time_zone),
            "date" => ("date", &mut self.date),
            "layout" => ("layout", &mut self.layout),
            "bom" => ("bom", &mut self.byte_order_mark),
            // The name is the caller's text: it is not repeated at any length.
            unknown => {
                let unknown: String = unknown.chars().filter(|c| !c.is_control()).take(40).collect();
                return Err(Error::BadInput(format!(
                    "{unknown}: no such parameter; there are from, to, time_zone, date, layout, state and bom"
                )));
            }
        };
        if field.replace(value).is_some() {
            return Err(refused(name, "give it once"));
        }
        Ok(())
    }
}

impl Query {
    /// Reads the parameters.
    ///
    /// # Errors
    /// BAD_USER_INPUT with a sentence that begins with the parameter's name: a missing or impossible date, a range that
    /// ends before it begins or is longer than ten years, an unknown zone, state, date or layout.
    pub fn parse(params: &Params) -> Result<Self> {
        let Params { from, to, time_zone, date, layout, states, byte_order_mark } = params;
        let (from, to) = (day("from", from.as_deref())?, day("to", to.as_deref())?);
        if from > to {
            return Err(refused("from", "it is after `to`; both days are part of the report"));
        }
        if from.checked_add_months(Months::new(12 * MAX_YEARS)).is_none_or(|end| end <= to) {
            return Err(refused(
                "to",
                &format!("a report covers at most {MAX_YEARS} years; ask for them one by one"),
            ));
        }
        let zone = |text: &String| {
            text.parse().map_err(|_| refused("time_zone", "not a name of the IANA list, as Asia/Kolkata is"))
        };
        Ok(Self {
            from,
            to,
            time_zone: time_zone.as_ref().map(zone).transpose()?,
            date: word("date", date.as_deref(), &[Date::Created, Date::Ended], Date::as_str)?,
            layout: word("layout", layout.as_deref(), &[Layout::Wide, Layout::Long], Layout::as_str)?,
            states: states_of(states)?,
            byte_order_mark: word("bom", byte_order_mark.as_deref(), &[false, true], |bom| {
                if bom { "true" } else { "false" }
            })?,
        })
    }

    /// What to read, in instants: of one merchant, as seen at `now`.
    ///
    /// # Errors
    /// When the range lies outside what the calendar holds, which [`Query::parse`] refuses.
    pub fn plan(self, scope: Scope, merchant_zone: Tz, now: Time) -> Result<Plan> {
        let zone = self.time_zone.unwrap_or(merchant_zone);
        let end = self.to.succ_opt().and_then(|day| day_start(zone, day));
        let (Some(from), Some(until)) = (day_start(zone, self.from), end) else {
            return Err(refused("from", "the calendar does not hold this range"));
        };
        let Self { date, layout, states, byte_order_mark, from: _, to: _, time_zone: _ } = self;
        Ok(Plan { scope, now, zone, from, until, date, layout, states, byte_order_mark })
    }
}

/// What to read: a [`Query`] with its merchant, its instants and its moment.
#[derive(Clone, Debug)]
pub struct Plan {
    pub scope: Scope,
    /// The moment at which states are seen.
    pub now: Time,
    pub zone: Tz,
    /// The first instant of the first day.
    pub from: Time,
    /// The first instant after the last day.
    pub until: Time,
    pub date: Date,
    pub layout: Layout,
    pub states: Vec<AttemptState>,
    pub byte_order_mark: bool,
}

fn refused(parameter: &str, what: &str) -> Error {
    Error::BadInput(format!("{parameter}: {what}"))
}

/// A day as ISO 8601 writes it, and nothing looser: `2026-1-5` and `+2026-01-05` are refused.
fn day(parameter: &str, text: Option<&str>) -> Result<NaiveDate> {
    let text = text.ok_or_else(|| refused(parameter, "give a day, such as 2026-01-31"))?;
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(i, byte)| match i {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shaped {
        return Err(refused(parameter, "not a day of the form 2026-01-31"));
    }
    let day: NaiveDate =
        text.parse().map_err(|_| refused(parameter, &format!("the calendar has no {text}")))?;
    if YEARS.contains(&day.year()) { Ok(day) } else { Err(refused(parameter, "years run from 1970 to 9998")) }
}

/// The word among `words`; the first of them when none is given.
fn word<T: Copy>(parameter: &str, text: Option<&str>, words: &[T], name: fn(T) -> &'static str) -> Result<T> {
    let Some(text) = text else { return words.first().copied().ok_or_else(|| Error::internal("no words")) };
    words.iter().copied().find(|word| name(*word) == text).ok_or_else(|| {
        let names: Vec<_> = words.iter().map(|word| name(*word)).collect();
        refused(parameter, &format!("one of {}", names.join(", ")))
    })
}

fn states_of(texts: &[String]) -> Result<Vec<AttemptState>> {
    let mut states = Vec::new();
    for text in texts.iter().flat_map(|text| text.split(',')) {
        let state = text.parse().map_err(|_| {
            let names: Vec<_> = AttemptState::ALL.iter().map(|state| state.as_str()).collect();
            refused("state", &format!("one of {}", names.join(", ")))
        })?;
        if !states.contains(&state) {
            states.push(state);
        }
    }
    Ok(states)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> Result<Query> {
        let mut params = Params::default();
        for (name, value) in pairs {
            params.set(name, (*value).to_owned())?;
        }
        Query::parse(&params)
    }

    fn refusal(pairs: &[(&str, &str)]) -> String {
        match parse(pairs) {
            Err(Error::BadInput(message)) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_whole_query_is_read() {
        let query = parse(&[
            ("from", "2026-01-01"),
            ("to", "2026-01-31"),
            ("time_zone", "Europe/Berlin"),
            ("date", "ended"),
            ("layout", "long"),
            ("state", "COMPLETED,EXPIRED"),
            ("state", "EXPIRED"),
            ("bom", "true"),
        ]);
        let expected = Query {
            from: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap(),
            to: NaiveDate::from_ymd_opt(2026, 1, 31).unwrap(),
            time_zone: Some(Tz::Europe__Berlin),
            date: Date::Ended,
            layout: Layout::Long,
            states: vec![AttemptState::Completed, AttemptState::Expired],
            byte_order_mark: true,
        };
        assert_eq!(query.unwrap(), expected);
    }

    #[test]
    fn a_refusal_begins_with_the_parameter() {
        let to = ("to", "2026-03-31");
        for (parameter, pairs) in [
            ("from", &[to] as &[_]),
            ("to", &[("from", "2026-01-01")]),
            ("from", &[("from", "2026-02-30"), to]),
            ("from", &[("from", "2026-1-05"), to]),
            ("from", &[("from", "+2026-01-5"), to]),
            ("from", &[("from", "२०२६-०१"), to]),
            ("from", &[("from", "1969-12-31"), to]),
            ("from", &[("from", "2026-04-01"), to]),
            ("from", &[("from", "2026-01-01"), ("from", "2026-01-01"), to]),
            ("to", &[("from", "2016-03-31"), to]),
            ("to", &[("from", "9998-01-01"), ("to", "9999-01-01")]),
            ("time_zone", &[("from", "2026-01-01"), to, ("time_zone", "IST+5:30")]),
            ("date", &[("from", "2026-01-01"), to, ("date", "CREATED")]),
            ("layout", &[("from", "2026-01-01"), to, ("layout", "")]),
            ("state", &[("from", "2026-01-01"), to, ("state", "COMPLETED,")]),
            ("state", &[("from", "2026-01-01"), to, ("state", "completed")]),
            ("bom", &[("from", "2026-01-01"), to, ("bom", "1")]),
            ("merchant", &[("merchant", "acme")]),
        ] {
            let message = refusal(pairs);
            assert!(message.starts_with(&format!("{parameter}: ")), "{pairs:?} {message}");
        }
    }

    #[test]
    fn ten_years_are_the_longest_range() {
        assert!(parse(&[("from", "2016-04-01"), ("to", "2026-03-31")]).is_ok());
        assert!(parse(&[("from", "2016-02-29"), ("to", "2026-02-27")]).is_ok());
        assert!(refusal(&[("from", "2016-04-01"), ("to", "2026-04-01")]).starts_with("to: "));
    }

    #[test]
    fn both_days_are_part_of_the_plan() {
        let query = parse(&[("from", "2018-11-03"), ("to", "2018-11-04")]).unwrap();
        let scope = Scope::of(uuid::Uuid::nil().into());
        let plan = query.plan(scope, Tz::America__Sao_Paulo, Time::UNIX_EPOCH).unwrap();
        assert_eq!(plan.from.to_rfc3339(), "2018-11-03T03:00:00+00:00");
        // The 4th had 23 hours.
        assert_eq!(plan.until.to_rfc3339(), "2018-11-05T02:00:00+00:00");
    }
}
