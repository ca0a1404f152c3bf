//! The CSV itself: which columns, in which order, and how each value is written.
//!
//! RFC 4180: comma, CRLF, quotes where they are needed, a header line. UTF-8 without a byte order mark, unless one was asked
//! for. An empty cell is "none". Ids are those of the API. Text that a spreadsheet would run is defused ([`cell`](super::cell)).

use std::io::{self, Write};

use chrono_tz::Tz;
use entity::{StepKind, Time};

use super::{
    cell::{defused, push_time},
    query::{Layout, Plan},
    rows::{Row, Step},
};

/// Bytes that leave at once.
const BUFFER: usize = 64 * 1024;

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

/// Writes rows as CSV.
pub(super) struct Sheet<W: Write> {
    out: csv::Writer<W>,
    layout: Layout,
    zone: Tz,
    /// What a value is written in before it becomes a cell.
    scratch: Vec<u8>,
}

impl<W: Write> Sheet<W> {
    /// Begins with the header.
    pub(super) fn begin(mut out: W, plan: &Plan) -> io::Result<Self> {
        if plan.byte_order_mark {
            out.write_all("\u{feff}".as_bytes())?;
        }
        let mut out = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .buffer_capacity(BUFFER)
            .from_writer(out);
        out.write_record(header(plan.layout))?;
        Ok(Self { out, layout: plan.layout, zone: plan.zone, scratch: Vec::with_capacity(64) })
    }

    /// Writes an attempt: one line, or one for each of its steps.
    pub(super) fn attempt(&mut self, row: &Row) -> io::Result<()> {
        match self.layout {
            Layout::Wide => {
                self.attempt_cells(row)?;
                for kind in StepKind::ALL {
                    match row.steps.iter().find(|step| step.kind == *kind) {
                        Some(step) => self.step_kind_cells(step)?,
                        None => {
                            for _ in STEP_KIND_COLUMNS {
                                self.none()?;
                            }
                        }
                    }
                }
                self.end_line()
            }
            Layout::Long => {
                for step in &row.steps {
                    self.attempt_cells(row)?;
                    self.step_cells(step)?;
                    self.end_line()?;
                }
                Ok(())
            }
        }
    }

    /// Hands over what is buffered.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn attempt_cells(&mut self, row: &Row) -> io::Result<()> {
        self.shown(row.id)?;
        self.shown(row.number)?;
        self.shown(row.customer_id)?;
        self.text(row.customer.reference.as_deref())?;
        self.text(Some(&row.customer.name))?;
        self.text(row.customer.email.as_deref())?;
        self.text(row.customer.phone.as_deref())?;
        self.word(Some(row.mode.as_str()))?;
        self.word(Some(row.seen.state.as_str()))?;
        self.word(row.seen.waiting_on.map(|party| party.as_str()))?;
        self.time(Some(row.created_at))?;
        self.time(row.started_at)?;
        self.time(row.seen.ended_at)?;
        self.time(row.expires_at)?;
        self.text(row.rejection_code.as_deref())?;
        self.word(row.seen.expiry_reason.map(|reason| reason.as_str()))
    }

    fn step_kind_cells(&mut self, step: &Step) -> io::Result<()> {
        self.word(Some(step.status.as_str()))?;
        self.time(step.started_at)?;
        self.time(step.ended_at)?;
        self.shown(step.tries)?;
        self.text(step.reason_code.as_deref())
    }

    fn step_cells(&mut self, step: &Step) -> io::Result<()> {
        self.shown(step.id)?;
        self.word(Some(step.kind.as_str()))?;
        self.shown(step.position)?;
        self.word(Some(step.status.as_str()))?;
        self.word(step.waiting_on.map(|party| party.as_str()))?;
        self.time(step.started_at)?;
        self.time(step.ended_at)?;
        self.shown(step.tries)?;
        self.shown(step.max_tries)?;
        self.text(step.reason_code.as_deref())
    }

    /// Text that came from outside.
    fn text(&mut self, text: Option<&str>) -> io::Result<()> {
        Ok(self.out.write_field(defused(text.unwrap_or_default()).as_ref())?)
    }

    /// A word of the vocabulary.
    fn word(&mut self, word: Option<&'static str>) -> io::Result<()> {
        Ok(self.out.write_field(word.unwrap_or_default())?)
    }

    /// An id or a number of ours: it begins with a letter or a digit.
    fn shown(&mut self, value: impl std::fmt::Display) -> io::Result<()> {
        self.scratch.clear();
        write!(self.scratch, "{value}")?;
        Ok(self.out.write_field(&self.scratch)?)
    }

    fn time(&mut self, at: Option<Time>) -> io::Result<()> {
        self.scratch.clear();
        if let Some(at) = at {
            push_time(&mut self.scratch, self.zone, at);
        }
        Ok(self.out.write_field(&self.scratch)?)
    }

    fn none(&mut self) -> io::Result<()> {
        Ok(self.out.write_field("")?)
    }

    fn end_line(&mut self) -> io::Result<()> {
        Ok(self.out.write_record(None::<&[u8]>)?)
    }
}

#[cfg(test)]
mod tests;
