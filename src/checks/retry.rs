//! Whether to ask a provider again that is down, and how long to wait.

use chrono::TimeDelta;

use super::{Answer, Outage, Request, by_reviewer::given};
use crate::lifecycle::reasons::PROVIDER_ANSWER_LOST;

/// An answer to a question that may not be asked again: where it was lost, a reviewer has to look, since nobody can tell whether
/// the order was carried out. Only a provider that was never reached is down, and asked again.
pub fn once(request: &Request, answer: Answer) -> Answer {
    match answer {
        Answer::Down { why } if request.ask.is_order() && why != Outage::Unreachable => lost(request),
        answer => answer,
    }
}

/// What is said of a question that may have reached the provider, and whose answer nobody has.
pub fn lost(request: &Request) -> Answer {
    Answer::requires(PROVIDER_ANSWER_LOST, given(&request.ask))
}

/// When to ask again after the `asked`-th time in a row (from 1) that a provider was down: 15 s, 1, 4, 15 and 30 minutes. None
/// after that: the customer is told PROVIDER_UNAVAILABLE, and may begin again at no cost. The calls of one question, with their own
/// short pauses, count once.
pub fn later(asked: u32) -> Option<TimeDelta> {
    const AFTER: [TimeDelta; 5] = [
        TimeDelta::seconds(15),
        TimeDelta::minutes(1),
        TimeDelta::minutes(4),
        TimeDelta::minutes(15),
        TimeDelta::minutes(30),
    ];
    let place = usize::try_from(asked.checked_sub(1)?).ok()?;
    AFTER.get(place).copied()
}

#[cfg(test)]
mod tests {
    use entity::{StepKind, id::RunId};

    use super::*;
    use crate::{
        checks::{Ask, Customer, bank, pan::Pan},
        lifecycle::step::time_limit,
    };

    #[test]
    fn an_order_is_asked_again_only_if_nobody_was_reached() {
        let request = |kind, ask| Request {
            run: RunId(uuid::Uuid::nil()),
            kind,
            customer: Customer { name: "Asha Rao".to_owned(), date_of_birth: None },
            ask,
        };
        let account = bank::Account::parse("1234567890").unwrap();
        let ifsc = bank::Ifsc::parse("HDFC0001234").unwrap();
        let order = request(StepKind::BankPennyDrop, Ask::Bank { account, ifsc });
        let question = request(StepKind::Pan, Ask::Pan { pan: Pan::parse("ABCPE1234F").unwrap() });
        for why in [
            Outage::Unreachable,
            Outage::Silent,
            Outage::Faulty,
            Outage::Busy,
            Outage::Refusing,
            Outage::Unreadable,
        ] {
            let down = Answer::Down { why };
            assert_eq!(once(&question, down.clone()), down, "{why}");
            let answer = once(&order, down.clone());
            if why == Outage::Unreachable {
                assert_eq!(answer, down);
            } else {
                assert_eq!(answer.reason().unwrap().code, PROVIDER_ANSWER_LOST, "{why}");
                assert!(answer.found().is_some(), "the reviewer sees which account");
            }
        }
        let passed = Answer::Completed { found: None };
        assert_eq!(once(&order, passed.clone()), passed);
    }

    #[test]
    fn it_waits_longer_each_time_and_gives_up_before_the_steps_time_is_over() {
        let waits: Vec<_> = (1..).map_while(later).collect();
        assert!(waits.len() > 3 && waits.is_sorted());
        let whole: TimeDelta = waits.iter().sum();
        assert!(whole < time_limit(StepKind::Pan) && whole < time_limit(StepKind::BankPennyDrop));
        assert_eq!((later(0), later(u32::MAX)), (None, None));
    }
}
