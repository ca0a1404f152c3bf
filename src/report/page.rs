//! A page of the report in memory: what the database said, as small as it goes.

use entity::{
    AttemptState, ExpiryReason, MerchantMode, Party, StepKind, StepStatus, Time,
    id::{AttemptId, CustomerId, StepId},
};

/// How many kinds of steps there are; an attempt has one of each at most.
pub(super) const KINDS: usize = StepKind::ALL.len();

/// Attempts, in their order, with their customers and their steps.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub attempts: Vec<Attempt>,
    pub texts: Texts,
}

impl Page {
    /// Nothing is left in it but its memory.
    pub(super) fn clear(&mut self) {
        self.attempts.clear();
        self.texts.0.clear();
    }
}

/// One attempt of the report, as seen at the moment of the export.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub id: AttemptId,
    pub number: i32,
    pub customer_id: CustomerId,
    pub customer: Customer,
    pub mode: MerchantMode,
    pub seen: Seen,
    pub created_at: Time,
    pub started_at: Option<Time>,
    pub expires_at: Option<Time>,
    pub rejection_code: Text,
    /// Each at the place of its kind in [`StepKind::ALL`].
    pub steps: [Option<Step>; KINDS],
}

/// What the clock may have changed although nobody has written it yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub state: AttemptState,
    pub waiting_on: Option<Party>,
    pub ended_at: Option<Time>,
    pub expiry_reason: Option<ExpiryReason>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Customer {
    pub reference: Text,
    pub name: Text,
    pub email: Text,
    pub phone: Text,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub status: StepStatus,
    pub reason_code: Text,
    pub tries: i32,
    pub started_at: Option<Time>,
    pub ended_at: Option<Time>,
    /// What the long layout alone shows, and is read for it alone.
    pub line: Option<StepLine>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct StepLine {
    pub id: StepId,
    pub position: i32,
    pub waiting_on: Option<Party>,
    pub max_tries: i32,
}

/// Where a text of a page begins and ends; without a length, there is none.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Text {
    start: u32,
    end: u32,
}

/// The texts of a page, one behind the other: a text of its own for each would be most of the page's memory.
#[derive(Debug, Default)]
pub(super) struct Texts(String);

impl Texts {
    /// Keeps a text. None when the page's texts are longer than four gigabytes.
    pub(super) fn keep(&mut self, text: &str) -> Option<Text> {
        let start = u32::try_from(self.0.len()).ok()?;
        self.0.push_str(text);
        Some(Text { start, end: u32::try_from(self.0.len()).ok()? })
    }

    /// A text that was kept here.
    pub(super) fn get(&self, text: Text) -> &str {
        self.0.get(text.start as usize..text.end as usize).unwrap_or_default()
    }
}
