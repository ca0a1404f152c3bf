//! The CSV itself: which columns, in which order, and how each value is written.
//!
//! RFC 4180: comma, CRLF, quotes where they are needed, a header line. UTF-8 without a byte order mark, unless one was asked
//! for. An empty cell is "none". Ids are those of the API. Text that a spreadsheet would run is defused ([`cell`](super::cell)).

use std::io::{self, Write};

use entity::{StepKind, Time, id::Written};

use super::{
    cell::defused,
    page::{Attempt, Page, Step, StepLine, Text, Texts},
    query::{Layout, Plan},
    record::Records,
    times::Times,
};

/// The columns that both layouts begin with.
pub const ATTEMPT_COLUMNS: [&str; 16] = [
    "attempt_id",
    "attempt_number",
    "customer_id",
    "customer_reference",
    "customer_name",
    "customer_email",
    "customer_phone",
    "mode",
    "state",
    "waiting_on",
    "created_at",
    "started_at",
    "ended_at",
    "expires_at",
    "rejection_code",
    "expiry_reason",
];

/// The wide layout's columns of each step kind, behind the kind's name: `pan_status`, `pan_started_at` …
pub const STEP_KIND_COLUMNS: [&str; 5] = ["status", "started_at", "ended_at", "tries", "reason_code"];

/// The columns that the long layout adds.
pub const STEP_COLUMNS: [&str; 10] = [
    "step_id",
    "step_kind",
    "step_position",
    "step_status",
    "step_waiting_on",
    "step_started_at",
    "step_ended_at",
    "step_tries",
    "step_max_tries",
    "step_reason_code",
];

/// The header line of a layout.
pub fn header(layout: Layout) -> Vec<String> {
    let mut names: Vec<String> = ATTEMPT_COLUMNS.iter().map(ToString::to_string).collect();
    match layout {
        Layout::Wide => names.extend(StepKind::ALL.iter().flat_map(|kind| {
            let kind = kind.as_str().to_ascii_lowercase();
            STEP_KIND_COLUMNS.map(|column| format!("{kind}_{column}"))
        })),
        Layout::Long => names.extend(STEP_COLUMNS.map(str::to_owned)),
    }
    names
}

/// Writes attempts as CSV.
pub(super) struct Sheet<W> {
    records: Records<W>,
    layout: Layout,
    times: Times,
    /// The cells that the lines of an attempt begin with.
    shared: Vec<u8>,
}

impl<W: Write> Sheet<W> {
    /// Begins with the header.
    pub(super) fn begin(mut out: W, plan: &Plan) -> io::Result<Self> {
        if plan.byte_order_mark {
            out.write_all("\u{feff}".as_bytes())?;
        }
        let mut records = Records::of(out);
        for name in header(plan.layout) {
            records.text(&name);
        }
        records.end()?;
        Ok(Self { records, layout: plan.layout, times: Times::in_zone(plan.zone), shared: Vec::new() })
    }

    /// Writes the attempts of a page: a line each, or one for each of their steps. Hands over what is buffered.
    pub(super) fn page(&mut self, page: &Page) -> io::Result<()> {
        for attempt in &page.attempts {
            match self.layout {
                Layout::Wide => self.wide(attempt, &page.texts)?,
                Layout::Long => self.long(attempt, &page.texts)?,
            }
        }
        self.records.flush()
    }

    fn wide(&mut self, attempt: &Attempt, texts: &Texts) -> io::Result<()> {
        self.attempt_cells(attempt, texts);
        for step in &attempt.steps {
            match step {
                Some(step) => self.step_kind_cells(step, texts),
                None => self.records.none(STEP_KIND_COLUMNS.len()),
            }
        }
        self.records.end()
    }

    fn long(&mut self, attempt: &Attempt, texts: &Texts) -> io::Result<()> {
        let steps = StepKind::ALL.iter().zip(&attempt.steps);
        let steps =
            steps.filter_map(|(kind, step)| step.as_ref().and_then(|step| Some((step.line?, *kind, step))));
        let mut steps: Vec<_> = steps.collect();
        steps.sort_unstable_by_key(|(line, ..)| line.position);
        for (i, (line, kind, step)) in steps.into_iter().enumerate() {
            if i == 0 {
                let start = self.records.here();
                self.attempt_cells(attempt, texts);
                self.shared.clear();
                self.shared.extend_from_slice(self.records.since(start));
            } else {
                self.records.again(&self.shared);
            }
            self.step_cells(line, kind, step, texts);
            self.records.end()?;
        }
        Ok(())
    }

    fn attempt_cells(&mut self, attempt: &Attempt, texts: &Texts) {
        let Attempt { customer, seen, .. } = attempt;
        self.records.plain(|out| attempt.id.write_to(out));
        self.number(attempt.number);
        self.records.plain(|out| attempt.customer_id.write_to(out));
        self.text(texts, customer.reference);
        self.text(texts, customer.name);
        self.text(texts, customer.email);
        self.text(texts, customer.phone);
        self.word(Some(attempt.mode.as_str()));
        self.word(Some(seen.state.as_str()));
        self.word(seen.waiting_on.map(|party| party.as_str()));
        self.time(Some(attempt.created_at));
        self.time(attempt.started_at);
        self.time(seen.ended_at);
        self.time(attempt.expires_at);
        self.text(texts, attempt.rejection_code);
        self.word(seen.expiry_reason.map(|reason| reason.as_str()));
    }

    fn step_kind_cells(&mut self, step: &Step, texts: &Texts) {
        self.word(Some(step.status.as_str()));
        self.time(step.started_at);
        self.time(step.ended_at);
        self.number(step.tries);
        self.text(texts, step.reason_code);
    }

    fn step_cells(&mut self, line: StepLine, kind: StepKind, step: &Step, texts: &Texts) {
        self.records.plain(|out| line.id.write_to(out));
        self.word(Some(kind.as_str()));
        self.number(line.position);
        self.word(Some(step.status.as_str()));
        self.word(line.waiting_on.map(|party| party.as_str()));
        self.time(step.started_at);
        self.time(step.ended_at);
        self.number(step.tries);
        self.number(line.max_tries);
        self.text(texts, step.reason_code);
    }

    /// Text that came from outside.
    fn text(&mut self, texts: &Texts, text: Text) {
        self.records.text(&defused(texts.get(text)));
    }

    /// A word of the vocabulary.
    fn word(&mut self, word: Option<&'static str>) {
        self.records.plain(|out| out.extend_from_slice(word.unwrap_or_default().as_bytes()));
    }

    fn number(&mut self, number: i32) {
        self.records.plain(|out| match u8::try_from(number) {
            Ok(digit @ 0..=9) => out.push(b'0' + digit),
            _ => out.extend_from_slice(number.to_string().as_bytes()),
        });
    }

    fn time(&mut self, at: Option<Time>) {
        let Self { records, times, .. } = self;
        records.plain(|out| {
            if let Some(at) = at {
                times.push(out, at);
            }
        });
    }
}

#[cfg(test)]
mod tests;
