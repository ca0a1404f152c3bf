//! Workers, reviewers and whoever corrects a name meet at one attempt.

use entity::{
    EventType, MatchDecision, Role, Scoped, StepKind, StepStatus, screening, screening_match, step,
};
use futures_util::future::join_all;
use kyc_stack::kyc::{
    Patch,
    customer::{self, CustomerUpdate},
    screening::{MatchDecide, decide, screenings_due},
};
use sea_orm::{ColumnTrait, QueryFilter};

use super::{load, person};
use crate::harness::office::Office;

async fn runs(office: &Office, step: &step::Model) -> Vec<screening::Model> {
    screening::Entity::scoped(office.scope())
        .filter(screening::Column::StepId.eq(step.id))
        .all(office.kyc.db.reader())
        .await
        .unwrap()
}

async fn newest_matches(office: &Office, step: &step::Model) -> Vec<screening_match::Model> {
    let newest = runs(office, step).await.into_iter().find(|run| run.newest);
    let all = screening_match::Entity::scoped(office.scope()).all(office.kyc.db.reader()).await.unwrap();
    all.into_iter().filter(|found| Some(found.screening_id) == newest.as_ref().map(|run| run.id)).collect()
}

async fn until_nothing_is_due(office: &Office) {
    while screenings_due(&office.kyc, 100).await.unwrap() > 0 {}
}

fn rename(office: &Office, id: entity::id::CustomerId, name: &str) -> impl Future<Output = ()> + use<> {
    let (kyc, actor, name) = (office.kyc.clone(), office.member(Role::Agent), name.to_owned());
    async move {
        let input = CustomerUpdate {
            id,
            name: Patch::Set(name),
            email: Patch::Keep,
            phone: Patch::Keep,
            date_of_birth: Patch::Keep,
            country: Patch::Keep,
            expected_version: None,
        };
        customer::update(&kyc, &actor, input, None).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_workers_one_concludes_each_screening() {
    let office = Office::open().await;
    load(&office.kyc, 20, vec![person("UN.7", &["Asha Rao"])]);
    let mut attempts = Vec::new();
    for _ in 0..10 {
        attempts.push(office.attempt(&[StepKind::Pan, StepKind::SanctionScreening]).await);
    }
    let workers = join_all((0..4).map(|_| screenings_due(&office.kyc, 100))).await;
    assert_eq!(workers.into_iter().map(Result::unwrap).sum::<usize>(), 10);
    for attempt in attempts {
        let steps = office.steps(attempt.id).await;
        assert_eq!(runs(&office, &steps[1]).await.len(), 1);
        let told = office.told(attempt.id).await;
        assert_eq!(told.iter().filter(|kind| **kind == EventType::ScreeningCompleted).count(), 1);
    }
    office.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_renames_meanwhile_the_last_run_is_about_who_they_are() {
    let office = Office::open().await;
    load(&office.kyc, 20, vec![person("UN.7", &["Asha Rao"]), person("UN.9", &["Zubin Iyer"])]);
    let attempt = office.attempt(&[StepKind::Pan, StepKind::SanctionScreening]).await;
    for round in 0..12 {
        let name = ["Zubin Iyer", "Kiran Dutt", "Asha Rao"][round % 3];
        let (one, other, ()) = tokio::join!(
            screenings_due(&office.kyc, 100),
            screenings_due(&office.kyc, 100),
            rename(&office, attempt.customer_id, name),
        );
        one.unwrap();
        other.unwrap();
        until_nothing_is_due(&office).await;
        let step = &office.steps(attempt.id).await[1];
        let found: Vec<_> =
            newest_matches(&office, step).await.into_iter().map(|found| found.entity_id).collect();
        let (expected, status): (&[&str], _) = match name {
            "Zubin Iyer" => (&["UN.9"], StepStatus::RequiresAction),
            "Asha Rao" => (&["UN.7"], StepStatus::RequiresAction),
            _ => (&[], StepStatus::Completed),
        };
        assert_eq!(
            (found, step.status),
            (expected.iter().map(ToString::to_string).collect(), status),
            "{name}"
        );
        office.audit().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_meets_a_new_name_or_a_new_run_lets_nobody_pass_unseen() {
    let office = Office::open().await;
    load(&office.kyc, 20, vec![person("UN.7", &["Asha Rao"]), person("UN.9", &["Zubin Iyer"])]);
    let reviewer = office.member(Role::Reviewer);
    for _ in 0..8 {
        let attempt = office.attempt(&[StepKind::Pan, StepKind::SanctionScreening]).await;
        until_nothing_is_due(&office).await;
        let step = &office.steps(attempt.id).await[1];
        let found = newest_matches(&office, step).await.remove(0);
        let clearing = MatchDecide {
            match_id: found.id,
            decision: MatchDecision::Cleared,
            note: "Another birth date.".to_owned(),
        };
        let (decided, (), run) = tokio::join!(
            decide(&office.kyc, &reviewer, clearing, None),
            rename(&office, attempt.customer_id, "Zubin Iyer"),
            screenings_due(&office.kyc, 100),
        );
        run.unwrap();
        // It came before the new run, or it was told that there is one.
        if decided.is_err() {
            let refused = crate::harness::office::refusal(decided);
            assert_eq!(refused.1, "matchId");
        }
        until_nothing_is_due(&office).await;
        let step = &office.steps(attempt.id).await[1];
        assert_eq!(step.status, StepStatus::RequiresAction, "nobody has looked at Zubin Iyer");
        let pending = newest_matches(&office, step).await;
        assert_eq!((pending.len(), pending[0].decision), (1, MatchDecision::Pending));
        office.audit().await;
    }
}
