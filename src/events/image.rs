//! After-images: what an event leaves behind of the rows it changed, without personal values or free text.
//!
//! Replaying them rebuilds attempts, steps, holds, links and the decisions about matches; `verify` compares that with the tables.

use entity::{
    ActorKind, AttemptState, ExpiryReason, MatchDecision, Party, StepKind, StepStatus, Time, attempt, hold,
    id::{AttemptId, HoldId, LinkId, MatchId, ScreeningId, StepId},
    link,
    screening::{self, ScreenedList},
    screening_match, step,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What an event carries in `data`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Images {
    /// The attempt after the transaction; on the last event of each attempt that a transaction touches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<Box<AttemptImage>>,
    /// The steps that changed; all of them where the attempt was created.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepImage>,
    /// The hold that was placed or released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<HoldImage>,
    /// The links that were issued or replaced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkImage>,
    /// The run that a screening's completion tells of; the last one, where the move of a step takes it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screening: Option<Box<ScreeningImage>>,
    /// The matches of that run, or the one that was decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<MatchImage>,
    /// What else the event says, in numbers and words of the vocabulary: the filter of a report, a new role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<serde_json::Value>,
}

/// An attempt without its free text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttemptImage {
    pub id: AttemptId,
    pub number: i32,
    pub newest: bool,
    pub state: AttemptState,
    pub waiting_on: Option<Party>,
    pub waiting_since: Option<Time>,
    pub needs_customer: bool,
    pub needs_provider: bool,
    pub needs_reviewer: bool,
    pub active_holds: i32,
    pub completed_steps: i32,
    pub total_steps: i32,
    pub consented_at: Option<Time>,
    pub rejection_code: Option<String>,
    pub expiry_reason: Option<ExpiryReason>,
    pub created_at: Time,
    pub started_at: Option<Time>,
    pub ended_at: Option<Time>,
    pub expires_at: Option<Time>,
    pub due_at: Option<Time>,
    pub link_issued_count: i32,
    pub link_open_count: i32,
    pub link_last_opened_at: Option<Time>,
    pub link_revoked_at: Option<Time>,
    pub link_expiry_recorded: bool,
    pub updated_at: Time,
    pub version: i32,
}

/// A step without its free text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepImage {
    pub id: StepId,
    pub kind: StepKind,
    pub position: i32,
    pub status: StepStatus,
    pub waiting_on: Option<Party>,
    pub reason_code: Option<String>,
    pub tries: i32,
    pub max_tries: i32,
    pub provider: Option<String>,
    pub started_at: Option<Time>,
    pub ended_at: Option<Time>,
    pub deadline_at: Option<Time>,
    pub updated_at: Time,
    pub version: i32,
}

/// A hold without its free text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldImage {
    pub id: HoldId,
    pub reason_code: String,
    pub placed_at: Time,
    pub released_at: Option<Time>,
}

/// An issued link without its token's hash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkImage {
    pub id: LinkId,
    pub issued_at: Time,
    pub replaced_at: Option<Time>,
}

/// A run of a screening: against what it was made, and with what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScreeningImage {
    pub id: ScreeningId,
    pub step_id: StepId,
    pub newest: bool,
    pub screened_at: Time,
    pub threshold: f64,
    pub engine: i32,
    pub lists: Vec<ScreenedList>,
}

/// A match without whom it found, and without the note of the decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MatchImage {
    pub id: MatchId,
    pub screening_id: ScreeningId,
    pub decision: MatchDecision,
    pub decided_by_kind: Option<ActorKind>,
    pub decided_by_id: Option<Uuid>,
    pub decided_at: Option<Time>,
}

impl From<&attempt::Model> for AttemptImage {
    fn from(row: &attempt::Model) -> Self {
        Self {
            id: row.id,
            number: row.number,
            newest: row.newest,
            state: row.state,
            waiting_on: row.waiting_on,
            waiting_since: row.waiting_since,
            needs_customer: row.needs_customer,
            needs_provider: row.needs_provider,
            needs_reviewer: row.needs_reviewer,
            active_holds: row.active_holds,
            completed_steps: row.completed_steps,
            total_steps: row.total_steps,
            consented_at: row.consented_at,
            rejection_code: row.rejection_code.clone(),
            expiry_reason: row.expiry_reason,
            created_at: row.created_at,
            started_at: row.started_at,
            ended_at: row.ended_at,
            expires_at: row.expires_at,
            due_at: row.due_at,
            link_issued_count: row.link_issued_count,
            link_open_count: row.link_open_count,
            link_last_opened_at: row.link_last_opened_at,
            link_revoked_at: row.link_revoked_at,
            link_expiry_recorded: row.link_expiry_recorded,
            updated_at: row.updated_at,
            version: row.version,
        }
    }
}

impl From<&step::Model> for StepImage {
    fn from(row: &step::Model) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            position: row.position,
            status: row.status,
            waiting_on: row.waiting_on,
            reason_code: row.reason_code.clone(),
            tries: row.tries,
            max_tries: row.max_tries,
            provider: row.provider.clone(),
            started_at: row.started_at,
            ended_at: row.ended_at,
            deadline_at: row.deadline_at,
            updated_at: row.updated_at,
            version: row.version,
        }
    }
}

impl From<&hold::Model> for HoldImage {
    fn from(row: &hold::Model) -> Self {
        Self {
            id: row.id,
            reason_code: row.reason_code.clone(),
            placed_at: row.placed_at,
            released_at: row.released_at,
        }
    }
}

impl From<&link::Model> for LinkImage {
    fn from(row: &link::Model) -> Self {
        Self { id: row.id, issued_at: row.issued_at, replaced_at: row.replaced_at }
    }
}

impl From<&screening::Model> for ScreeningImage {
    fn from(row: &screening::Model) -> Self {
        Self {
            id: row.id,
            step_id: row.step_id,
            newest: row.newest,
            screened_at: row.screened_at,
            threshold: row.threshold,
            engine: row.engine,
            lists: row.lists.0.clone(),
        }
    }
}

impl From<&screening_match::Model> for MatchImage {
    fn from(row: &screening_match::Model) -> Self {
        Self {
            id: row.id,
            screening_id: row.screening_id,
            decision: row.decision,
            decided_by_kind: row.decided_by_kind,
            decided_by_id: row.decided_by_id,
            decided_at: row.decided_at,
        }
    }
}
