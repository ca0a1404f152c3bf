//! Ids that a customer sees: other ones than the team's, and made of them, so that nobody has to keep them.

use entity::id::{AttemptId, JourneyId, JourneyStepId, StepId};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A journey's id of its attempt's.
pub fn journey_id(attempt: AttemptId) -> JourneyId {
    JourneyId(one_way("journey", attempt.0))
}

/// A journey step's id of its step's.
pub fn step_id(step: StepId) -> JourneyStepId {
    JourneyStepId(one_way("journey step", step.0))
}

fn one_way(purpose: &str, id: Uuid) -> Uuid {
    let digest = Sha256::new().chain_update(purpose).chain_update([0]).chain_update(id.as_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_their_own_and_always_the_same() {
        let id = Uuid::from_u128(7);
        assert_eq!(step_id(StepId(id)), step_id(StepId(id)));
        assert_ne!(step_id(StepId(id)), step_id(StepId(Uuid::from_u128(8))));
        assert_ne!(step_id(StepId(id)).0, journey_id(AttemptId(id)).0);
        assert_ne!(journey_id(AttemptId(id)).0, id);
    }
}
