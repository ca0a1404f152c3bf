//! What differs from one kind of step to the next, and who speaks for the team.

use chrono::TimeDelta;
use entity::{ActorKind, Party, StepKind};

/// How long a step may be IN_PROGRESS before a reviewer has to look. A provider's answer that takes longer than this
/// is not coming: a screening takes seconds, a look-up of a PAN or an account minutes, a walk through DigiLocker
/// (which may include opening an account there) well under an hour. A picture is the customer's to take, who may wait
/// for daylight.
pub fn time_limit(kind: StepKind) -> TimeDelta {
    match kind {
        StepKind::DigilockerAadhaar => TimeDelta::hours(2),
        StepKind::Pan | StepKind::BankPennyDrop => TimeDelta::hours(1),
        StepKind::Selfie | StepKind::Signature => TimeDelta::hours(24),
        StepKind::SanctionScreening => TimeDelta::minutes(15),
    }
}

/// Whose move a step is that nobody has begun. The screening begins by itself.
pub(super) fn beginner(kind: StepKind) -> Party {
    match kind {
        StepKind::DigilockerAadhaar
        | StepKind::Pan
        | StepKind::BankPennyDrop
        | StepKind::Selfie
        | StepKind::Signature => Party::Customer,
        StepKind::SanctionScreening => Party::Provider,
    }
}

/// Who works on a step that is IN_PROGRESS: for PAN and bank the form is sent and the provider looks it up;
/// DigiLocker and the pictures are in the customer's hands until their outcome.
pub(super) fn worker(kind: StepKind) -> Party {
    match kind {
        StepKind::DigilockerAadhaar | StepKind::Selfie | StepKind::Signature => Party::Customer,
        StepKind::Pan | StepKind::BankPennyDrop | StepKind::SanctionScreening => Party::Provider,
    }
}

/// Whether the actor speaks for the merchant's team.
pub(super) fn is_reviewer(by: ActorKind) -> bool {
    match by {
        ActorKind::Member | ActorKind::ApiKey | ActorKind::Platform => true,
        ActorKind::Customer | ActorKind::Provider | ActorKind::System => false,
    }
}

/// Whether the step is performed by a check of our own, which runs by itself.
pub(super) fn runs_by_itself(kind: StepKind) -> bool {
    match kind {
        StepKind::SanctionScreening => true,
        StepKind::DigilockerAadhaar
        | StepKind::Pan
        | StepKind::BankPennyDrop
        | StepKind::Selfie
        | StepKind::Signature => false,
    }
}
