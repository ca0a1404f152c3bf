//! What `verify` found, for people and for programs.

use std::{
    fmt::Display,
    io::{self, Write},
    process::ExitCode,
};

use entity::id::MerchantId;
use serde::Serialize;

/// Problems that are kept. A database that has more needs its backup, and not a longer list.
const MAX_PROBLEMS: usize = 1000;
/// Problems that are shown to people; programs get all that are kept.
const SHOWN: usize = 20;

/// What was read, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub merchants: u64,
    pub events: u64,
    pub customers: u64,
    pub attempts: u64,
    pub steps: u64,
    pub holds: u64,
    pub links: u64,
    pub screenings: u64,
    pub matches: u64,
    /// The first 1000, merchant after merchant.
    pub problems: Vec<Problem>,
    /// How many more there were.
    pub problems_left_out: u64,
}

/// Something that is not as it has to be. No personal value is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Whose row it is, or says to be.
    pub merchant: MerchantId,
    /// The kind of row and its id, `attempt attempt_01…`; an event by its number, `event 17`.
    pub subject: String,
    /// An English sentence.
    pub what: String,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    pub(super) fn add(&mut self, merchant: MerchantId, subject: impl Display, what: impl Into<String>) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem { merchant, subject: subject.to_string(), what: what.into() });
        } else {
            self.problems_left_out += 1;
        }
    }
}

/// Writes a summary to `people` (standard error) and one JSON object to `programs` (standard output), and answers the
/// exit code: 1 when something is wrong.
///
/// # Errors
/// When one of them does not take it.
pub fn report_to(report: &Report, mut people: impl Write, mut programs: impl Write) -> io::Result<ExitCode> {
    let Report {
        merchants,
        events,
        customers,
        attempts,
        steps,
        holds,
        links,
        screenings,
        matches,
        problems,
        problems_left_out,
    } = report;
    serde_json::to_writer_pretty(&mut programs, report)?;
    writeln!(programs)?;
    programs.flush()?;
    writeln!(
        people,
        "Checked {merchants} merchants, {events} events, {customers} customers, {attempts} attempts, {steps} steps, \
         {holds} holds, {links} links, {screenings} screenings, {matches} matches."
    )?;
    for Problem { merchant, subject, what } in problems.iter().take(SHOWN) {
        writeln!(people, "{merchant} {subject}: {what}")?;
    }
    let found = problems.len() as u64 + problems_left_out;
    if problems.len() > SHOWN {
        writeln!(people, "… {} more, in the JSON on standard output.", problems.len() - SHOWN)?;
    }
    if *problems_left_out > 0 {
        writeln!(
            people,
            "Only the first {MAX_PROBLEMS} problems are kept; {problems_left_out} are in no list."
        )?;
    }
    match found {
        0 => writeln!(people, "Nothing is wrong.")?,
        1 => writeln!(people, "1 problem found.")?,
        many => writeln!(people, "{many} problems found.")?,
    }
    people.flush()?;
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(report: &Report) -> (String, String, ExitCode) {
        let (mut people, mut programs) = (Vec::new(), Vec::new());
        let code = report_to(report, &mut people, &mut programs).unwrap();
        (String::from_utf8(people).unwrap(), String::from_utf8(programs).unwrap(), code)
    }

    #[test]
    fn a_clean_database_is_said_to_be_so() {
        let (people, programs, code) = told(&Report { events: 3, ..Report::default() });
        assert!(people.contains("3 events") && people.ends_with("Nothing is wrong.\n"), "{people}");
        let json: serde_json::Value = serde_json::from_str(&programs).unwrap();
        assert_eq!((&json["events"], &json["problems"]), (&3.into(), &serde_json::json!([])));
        assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::SUCCESS));
    }

    #[test]
    fn a_flood_of_problems_is_cut_and_counted() {
        let mut report = Report::default();
        for number in 0..1005 {
            report.add(MerchantId(uuid::Uuid::nil()), format_args!("event {number}"), "it is wrong");
        }
        assert_eq!((report.problems.len(), report.problems_left_out), (1000, 5));
        let (people, programs, code) = told(&report);
        assert!(people.contains("event 19: it is wrong") && !people.contains("event 20:"), "{people}");
        assert!(people.ends_with("1005 problems found.\n"), "{people}");
        assert!(
            programs.contains(r#""subject": "event 999""#) && programs.contains(r#""problemsLeftOut": 5"#)
        );
        assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::FAILURE));
    }
}
