//! One KYC journey of one customer: the aggregate that is locked, versioned and listed.
//!
//! What a list filters, sorts or shows is kept on this row, so that a page is one statement: who has to move, the active
//! holds, the counts of steps, and the link. Use cases write these columns from `lifecycle`, nobody else does.

use sea_orm::{Condition, entity::prelude::*};

use crate::{
    AttemptState, ExpiryReason, MerchantMode, Party, Scoped, Time,
    id::{AttemptId, CustomerId, MerchantId},
};

/// One attempt. `state`, `expiry_reason` and `ended_at` are as *written*; an attempt whose [`due_at`](Model::due_at) has
/// passed is EXPIRED although nobody has written it yet: read it through `lifecycle::attempt::as_of`, filter it by
/// [`overdue`].
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttemptId,
    pub merchant_id: MerchantId,
    pub customer_id: CustomerId,
    /// 1 is the customer's first.
    pub number: i32,
    /// Whether it is the customer's newest; at most one is.
    pub newest: bool,
    pub state: AttemptState,
    pub mode: MerchantMode,
    /// Whose move it is; none once terminal.
    pub waiting_on: Option<Party>,
    /// Since when `waiting_on` has been who it is.
    pub waiting_since: Option<Time>,
    pub needs_customer: bool,
    pub needs_provider: bool,
    /// A step or a hold waits on a reviewer.
    pub needs_reviewer: bool,
    pub active_holds: i32,
    pub completed_steps: i32,
    pub total_steps: i32,
    /// The statuses of all its steps: three bits a kind, as `lifecycle::statuses` says.
    pub step_statuses: i32,
    pub redirect_url: Option<String>,
    pub consented_at: Option<Time>,
    pub rejection_code: Option<String>,
    pub rejection_message: Option<String>,
    pub rejection_staff_note: Option<String>,
    pub expiry_reason: Option<ExpiryReason>,
    pub created_at: Time,
    pub started_at: Option<Time>,
    pub ended_at: Option<Time>,
    /// The end of the link's validity; none without a link.
    pub expires_at: Option<Time>,
    /// When the clock expires this attempt: set while it is open, has a link, and waits on the customer alone.
    pub due_at: Option<Time>,
    pub link_issued_count: i32,
    pub link_open_count: i32,
    pub link_last_opened_at: Option<Time>,
    /// The link is dead: revoked by the team, until a new one is sent.
    pub link_revoked_at: Option<Time>,
    /// LINK_EXPIRED was written for the present `expires_at`.
    pub link_expiry_recorded: bool,
    pub updated_at: Time,
    pub version: i32,
}

impl ActiveModelBehavior for ActiveModel {}

crate::pick::picked! {
    id: Id,
    merchant_id: MerchantId,
    customer_id: CustomerId,
    number: Number,
    newest: Newest,
    state: State,
    mode: Mode,
    waiting_on: WaitingOn,
    waiting_since: WaitingSince,
    needs_customer: NeedsCustomer,
    needs_provider: NeedsProvider,
    needs_reviewer: NeedsReviewer,
    active_holds: ActiveHolds,
    completed_steps: CompletedSteps,
    total_steps: TotalSteps,
    step_statuses: StepStatuses,
    redirect_url: RedirectUrl,
    consented_at: ConsentedAt,
    rejection_code: RejectionCode,
    rejection_message: RejectionMessage,
    rejection_staff_note: RejectionStaffNote,
    expiry_reason: ExpiryReason,
    created_at: CreatedAt,
    started_at: StartedAt,
    ended_at: EndedAt,
    expires_at: ExpiresAt,
    due_at: DueAt,
    link_issued_count: LinkIssuedCount,
    link_open_count: LinkOpenCount,
    link_last_opened_at: LinkLastOpenedAt,
    link_revoked_at: LinkRevokedAt,
    link_expiry_recorded: LinkExpiryRecorded,
    updated_at: UpdatedAt,
    version: Version,
}

impl Scoped for Entity {
    const MERCHANT: Column = Column::MerchantId;
}

/// Attempts that the clock has expired at `now`, written or not: the SQL half of `lifecycle::attempt::as_of`.
pub fn overdue(now: Time) -> sea_orm::sea_query::SimpleExpr {
    Column::DueAt.lte(now)
}

/// Attempts that are not overdue, those that are over included.
pub fn on_time(now: Time) -> Condition {
    Condition::any().add(Column::DueAt.is_null()).add(Column::DueAt.gt(now))
}

/// Attempts whose state is written as one of `states`, and is not another one by now.
pub fn written_in(states: &[AttemptState], now: Time) -> Condition {
    Condition::all().add(Column::State.is_in(states.iter().copied())).add(on_time(now))
}

/// Attempts whose state, as seen at `now`, is one of `states`.
pub fn in_state(states: &[AttemptState], now: Time) -> Condition {
    let seen = Condition::any().add(written_in(states, now));
    if states.contains(&AttemptState::Expired) { seen.add(overdue(now)) } else { seen }
}

impl Entity {
    /// Attempts of every merchant that the expiry worker has to write, most overdue first.
    pub fn due(now: Time, limit: u64) -> Select<Self> {
        use sea_orm::{QueryOrder, QuerySelect};
        Self::find().filter(overdue(now)).order_by_asc(Column::DueAt).limit(limit)
    }

    /// Open attempts of every merchant whose link has passed its validity while somebody else than the customer has them,
    /// and whose LINK_EXPIRED is not written yet.
    pub fn link_expiry_due(now: Time, limit: u64) -> Select<Self> {
        use sea_orm::{QueryOrder, QuerySelect};
        Self::find()
            .filter(Column::State.is_in([AttemptState::Created, AttemptState::InProgress]))
            // Says again that it is open, in the words of the index.
            .filter(Column::EndedAt.is_null())
            .filter(Column::ExpiresAt.lte(now))
            .filter(Column::DueAt.is_null())
            .filter(Column::LinkExpiryRecorded.eq(false))
            .filter(Column::LinkRevokedAt.is_null())
            .order_by_asc(Column::ExpiresAt)
            .limit(limit)
    }
}
