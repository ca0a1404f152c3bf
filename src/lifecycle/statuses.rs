//! The statuses of an attempt's steps in one number, which the attempt's row keeps: who counts the steps of many attempts
//! counts their numbers, and reads no step.

use entity::{StepKind, StepStatus};

use super::step::Step;

/// Bits of a status.
pub const BITS: u32 = 3;

/// For each kind three bits: which status its step has, 0 when there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statuses(pub i32);

impl Statuses {
    /// Of these steps, no two of one kind.
    pub fn of(steps: &[Step]) -> Self {
        Self(steps.iter().map(|step| number(step.status) << place(step.kind)).sum())
    }

    /// The kinds that have a step, and its status. Bits without a meaning are passed over.
    pub fn each(self) -> impl Iterator<Item = (StepKind, StepStatus)> {
        StepKind::ALL.iter().filter_map(move |kind| {
            let stored = self.0 >> place(*kind) & ((1 << BITS) - 1);
            let status = StepStatus::ALL.iter().find(|status| number(**status) == stored)?;
            Some((*kind, *status))
        })
    }
}

/// Where a kind's bits begin, from the lowest, 0. Stored: a kind keeps its place for ever, and there are ten.
pub fn place(kind: StepKind) -> u32 {
    BITS * match kind {
        StepKind::DigilockerAadhaar => 0,
        StepKind::Pan => 1,
        StepKind::BankPennyDrop => 2,
        StepKind::Selfie => 3,
        StepKind::Signature => 4,
        StepKind::SanctionScreening => 5,
    }
}

/// What stands in a kind's bits for a status. Stored, too.
pub fn number(status: StepStatus) -> i32 {
    match status {
        StepStatus::NotStarted => 1,
        StepStatus::InProgress => 2,
        StepStatus::Completed => 3,
        StepStatus::Failed => 4,
        StepStatus::RequiresAction => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_of_steps_comes_back() {
        // Every kind has each status, or no step: six to the sixth.
        let words: Vec<_> = [None].into_iter().chain(StepStatus::ALL.iter().copied().map(Some)).collect();
        let all = words.len().pow(StepKind::ALL.len() as u32);
        let mut seen = std::collections::HashSet::new();
        for mut which in 0..all {
            let mut steps = Vec::new();
            for kind in StepKind::ALL {
                if let Some(status) = words[which % words.len()] {
                    steps.push(Step { status, ..Step::new(*kind, 3) });
                }
                which /= words.len();
            }
            let number = Statuses::of(&steps);
            let expected: Vec<_> = steps.iter().map(|step| (step.kind, step.status)).collect();
            assert_eq!(number.each().collect::<Vec<_>>(), expected, "{number:?}");
            assert!(seen.insert(number.0), "{number:?} is two sets");
        }
    }

    #[test]
    fn what_is_stored_keeps_its_meaning() {
        let steps: Vec<_> = StepKind::ALL
            .iter()
            .zip(StepStatus::ALL.iter().cycle())
            .map(|(kind, status)| Step { status: *status, ..Step::new(*kind, 3) })
            .collect();
        // As the migration counted: 1, 2, 3, 4, 5 and again 1, in base eight.
        assert_eq!(Statuses::of(&steps).0, 0o154_321);
    }
}
