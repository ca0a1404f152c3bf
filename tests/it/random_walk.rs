//! Random sequences of actions by everybody who may act, the clock among them: whatever is refused and whatever is done,
//! replaying the log rebuilds the tables and no rule is broken, after each of them.

use chrono::TimeDelta;
use entity::{
    MatchDecision, Party, Role, Scoped, StepKind, StepStatus,
    id::{AttemptId, CustomerId, HoldId, StepId},
    screening_match,
};
use kyc_stack::{
    error::Error,
    kyc::{
        Patch,
        attempt::{self, AttemptCreate, AttemptReject, LinkGenerate},
        customer::{self, CustomerUpdate},
        expiry,
        hold::{self, HoldPlace, HoldRelease},
        link::{self, LinkExtend, LinkResend, LinkRevoke},
        screening::{MatchDecide, decide, screenings_due},
        step::StepUpdateStatus,
    },
    ops::verify,
};
use proptest::{prelude::*, test_runner::TestRunner};

use sea_orm::QueryOrder;

use crate::{
    harness::office::{Office, reason, somebody, to},
    screenings::{load, person},
};

/// Walks a run, and actions a walk: `verify` reads the whole database after each.
const WALKS: u32 = 12;
const ACTIONS: usize = 40;

/// What somebody tries; the numbers choose among what there is.
#[derive(Clone, Debug)]
enum Action {
    Generate { existing: Option<usize>, hours: i32 },
    Create { existing: Option<usize> },
    Move { step: usize, to: StepStatus, by_system: bool, action_by: Option<Party>, outage: bool },
    Hold { attempt: usize },
    Release { hold: usize },
    Reject { attempt: usize },
    Resend { attempt: usize },
    Extend { attempt: usize, hours: i32 },
    Revoke { attempt: usize },
    Rename { customer: usize },
    Screen,
    Decide { found: usize, decision: MatchDecision },
    Wait { hours: i64 },
    Workers,
}

fn action() -> impl Strategy<Value = Action> {
    let which = any::<prop::sample::Index>().prop_map(|index| index.index(1_000));
    let hours = prop_oneof![Just(1), Just(24), Just(72)];
    let status = prop::sample::select(StepStatus::ALL);
    let party = prop::option::of(prop_oneof![Just(Party::Customer), Just(Party::Reviewer)]);
    prop_oneof![
        2 => (prop::option::of(which.clone()), hours.clone())
            .prop_map(|(existing, hours)| Action::Generate { existing, hours }),
        1 => prop::option::of(which.clone()).prop_map(|existing| Action::Create { existing }),
        12 => (which.clone(), status, any::<bool>(), party, any::<bool>()).prop_map(
            |(step, to, by_system, action_by, outage)| Action::Move { step, to, by_system, action_by, outage }
        ),
        2 => which.clone().prop_map(|attempt| Action::Hold { attempt }),
        2 => which.clone().prop_map(|hold| Action::Release { hold }),
        1 => which.clone().prop_map(|attempt| Action::Reject { attempt }),
        1 => which.clone().prop_map(|attempt| Action::Resend { attempt }),
        1 => (which.clone(), hours).prop_map(|(attempt, hours)| Action::Extend { attempt, hours }),
        1 => which.clone().prop_map(|attempt| Action::Revoke { attempt }),
        1 => which.clone().prop_map(|customer| Action::Rename { customer }),
        2 => Just(Action::Screen),
        2 => (which, prop::sample::select(MatchDecision::ALL))
            .prop_map(|(found, decision)| Action::Decide { found, decision }),
        3 => (1i64..60).prop_map(|hours| Action::Wait { hours }),
        1 => Just(Action::Workers),
    ]
}

/// What the walk has made so far.
#[derive(Default)]
struct World {
    customers: Vec<CustomerId>,
    attempts: Vec<AttemptId>,
    steps: Vec<StepId>,
    screenings: Vec<StepId>,
    holds: Vec<HoldId>,
    done: usize,
}

fn pick<T: Copy>(from: &[T], index: usize) -> Option<T> {
    from.get(index.checked_rem(from.len())?).copied()
}

impl World {
    /// A refusal is as good an end as any; an internal error is none.
    fn saw<T>(&mut self, outcome: Result<T, Error>) -> Option<T> {
        match outcome {
            Ok(answer) => {
                self.done += 1;
                Some(answer)
            }
            Err(Error::User(_) | Error::Conflict { .. }) => None,
            Err(error) => panic!("neither done nor refused: {error}"),
        }
    }

    async fn begun(&mut self, office: &Office, row: &entity::attempt::Model) {
        self.customers.push(row.customer_id);
        self.attempts.push(row.id);
        for step in office.steps(row.id).await {
            self.steps.push(step.id);
            if step.kind == StepKind::SanctionScreening {
                self.screenings.push(step.id);
            }
        }
    }

    async fn act(&mut self, office: &Office, action: Action) {
        let (kyc, member) = (&office.kyc, office.member(Role::Admin));
        match action {
            Action::Generate { existing, hours } => {
                let customer_id = existing.and_then(|index| pick(&self.customers, index));
                let input = LinkGenerate {
                    customer_id,
                    customer_reference: None,
                    customer: customer_id.is_none().then(somebody),
                    steps: Some(StepKind::ALL[..3].to_vec()),
                    validity_hours: Some(hours),
                    redirect_url: None,
                };
                if let Some(done) = self.saw(attempt::generate(kyc, &member, input, None).await) {
                    self.begun(office, &done.answer.attempt).await;
                }
            }
            Action::Create { existing } => {
                let customer_id = existing.and_then(|index| pick(&self.customers, index));
                let input = AttemptCreate {
                    customer_id,
                    customer_reference: None,
                    customer: customer_id.is_none().then(somebody),
                    steps: Some(vec![StepKind::Pan, StepKind::SanctionScreening]),
                };
                if let Some(done) = self.saw(attempt::create(kyc, &member, input, None).await) {
                    self.begun(office, &done.answer.attempt).await;
                }
            }
            Action::Move { step, to: status, by_system, action_by, outage } => {
                let Some(step) = pick(&self.steps, step) else { return };
                // A screening is completed by its run alone.
                let by_system = by_system && !self.screenings.contains(&step);
                let actor =
                    if by_system { kyc_stack::auth::Actor::system(office.merchant.id) } else { member };
                let mut input = StepUpdateStatus { action_by, ..to(step, status) };
                if outage && input.reason.is_some() {
                    input.reason = Some(reason("PROVIDER_UNAVAILABLE"));
                }
                let moved = office.step_as(&actor, None, input).await;
                self.saw(moved);
            }
            Action::Hold { attempt } => {
                let Some(attempt_id) = pick(&self.attempts, attempt) else { return };
                let input = HoldPlace { attempt_id, reason: reason("UNDER_REVIEW") };
                if let Some(done) = self.saw(hold::place(kyc, &member, input, None).await) {
                    self.holds.push(done.answer.hold.id);
                }
            }
            Action::Release { hold } => {
                let Some(hold_id) = pick(&self.holds, hold) else { return };
                let released = hold::release(kyc, &member, HoldRelease { hold_id, note: None }, None).await;
                self.saw(released);
            }
            Action::Reject { attempt } => {
                let Some(attempt_id) = pick(&self.attempts, attempt) else { return };
                let input =
                    AttemptReject { attempt_id, reason: reason("UNDER_REVIEW"), expected_version: None };
                let rejected = attempt::reject(kyc, &member, input, None).await;
                self.saw(rejected);
            }
            Action::Resend { attempt } => {
                let Some(attempt_id) = pick(&self.attempts, attempt) else { return };
                let resent = link::resend(kyc, &member, LinkResend { attempt_id }, None).await;
                self.saw(resent);
            }
            Action::Extend { attempt, hours } => {
                let Some(attempt_id) = pick(&self.attempts, attempt) else { return };
                let input = LinkExtend { attempt_id, validity_hours: hours };
                let extended = link::extend(kyc, &member, input, None).await;
                self.saw(extended);
            }
            Action::Revoke { attempt } => {
                let Some(attempt_id) = pick(&self.attempts, attempt) else { return };
                let revoked = link::revoke(kyc, &member, LinkRevoke { attempt_id }, None).await;
                self.saw(revoked);
            }
            Action::Rename { customer } => {
                let Some(id) = pick(&self.customers, customer) else { return };
                // Listed, cleared or not, and nobody.
                let name = ["Asha Rao", "Zubin Iyer", "Kiran Dutt"][self.done % 3].to_owned();
                let input = CustomerUpdate {
                    id,
                    name: Patch::Set(name),
                    email: Patch::Keep,
                    phone: Patch::Keep,
                    country: Patch::Keep,
                    date_of_birth: Patch::Keep,
                    expected_version: None,
                };
                let renamed = customer::update(kyc, &member, input, None).await;
                self.saw(renamed);
            }
            Action::Screen => {
                screenings_due(kyc, 100).await.unwrap();
            }
            Action::Decide { found, decision } => {
                let all = screening_match::Entity::scoped(office.scope());
                let all = all.order_by_asc(screening_match::Column::Id).all(kyc.db.reader()).await.unwrap();
                let all: Vec<_> = all.into_iter().map(|found| found.id).collect();
                let Some(match_id) = pick(&all, found) else { return };
                let input = MatchDecide { match_id, decision, note: "looked at it".to_owned() };
                let decided = decide(kyc, &member, input, None).await;
                self.saw(decided);
            }
            Action::Wait { hours } => kyc.clock.advance(TimeDelta::hours(hours)),
            Action::Workers => {
                expiry::expire_due(kyc, 100).await.unwrap();
                expiry::link_expiries_due(kyc, 100).await.unwrap();
                expiry::step_timeouts_due(kyc, 100).await.unwrap();
            }
        }
    }
}

#[test]
fn no_sequence_of_actions_breaks_a_rule_or_leaves_the_log_behind() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let config = ProptestConfig { cases: WALKS, max_shrink_iters: 200, ..ProptestConfig::default() };
    let walks = prop::collection::vec(action(), 1..ACTIONS);
    TestRunner::new(config)
        .run(&walks, |walk| {
            runtime.block_on(async {
                let office = Office::open().await;
                let listed = [("UN.7", "Asha Rao"), ("UN.8", "Asha Rao"), ("UN.9", "Zubin Iyer")];
                load(&office.kyc, 20, listed.map(|(id, name)| person(id, &[name])).into());
                let mut world = World::default();
                for action in walk {
                    let said = format!("{action:?}");
                    world.act(&office, action).await;
                    let report = verify::run(&office.kyc.db, office.kyc.clock.now(), |_| {}).await.unwrap();
                    prop_assert!(report.is_clean(), "after {said}: {report:?}");
                }
                Ok(())
            })
        })
        .unwrap_or_else(|error| panic!("{error}"));
}
