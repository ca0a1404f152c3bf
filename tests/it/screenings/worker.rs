//! The worker gives everybody a turn, whatever goes wrong with one of them.

use chrono::TimeDelta;
use entity::{Role, StepKind};
use kyc_stack::kyc::{
    attempt::{AttemptReject, reject},
    screening::screenings_due,
};
use migration::Migrator;
use sea_orm::{ConnectionTrait, Statement};
use sea_orm_migration::MigratorTrait;

use super::{attempt_of, load, screen, seen, stands, stranger};
use crate::harness::{
    app::TestApp,
    office::{Office, reason},
};

#[tokio::test]
async fn nobody_waits_for_a_merchant_with_thousands() {
    let app = TestApp::open().await;
    let (busy, small) = (app.merchant("busy").await, app.merchant("small").await);
    load(app.kyc(), 20, vec![stranger()]);
    for n in 0..5 {
        attempt_of(&busy.agent(), &format!("Customer {n} Rao")).await;
        app.pass(TimeDelta::seconds(1));
    }
    let (attempt, _) = attempt_of(&small.agent(), "Asha Rao").await;
    assert_eq!(screenings_due(app.kyc(), 2).await.unwrap(), 2);
    assert_eq!(stands(&seen(&small, &attempt).await), ("COMPLETED", None));
    assert_eq!(screen(&app).await, 4);
    app.close().await;
}

#[tokio::test]
async fn one_that_fails_is_put_off_and_the_others_go_on() {
    let app = TestApp::open().await;
    let (broken, sound) = (app.merchant("broken").await, app.merchant("sound").await);
    load(app.kyc(), 20, vec![stranger()]);
    let (stuck, _) = attempt_of(&broken.agent(), "Ravi Menon").await;
    app.pass(TimeDelta::seconds(1));
    let (attempt, _) = attempt_of(&sound.agent(), "Asha Rao").await;
    // Nothing of this merchant can be written while its log has no head.
    let db = app.kyc().db.library();
    let run = async |sql: &str, seq: i64| {
        let values = [broken.id.into(), seq.into()];
        let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
        assert_eq!(db.execute_raw(statement).await.unwrap().rows_affected(), 1);
    };
    let head = kyc_stack::events::log::head(db, entity::Scope::of(broken.id)).await.unwrap();
    run("DELETE FROM log_head WHERE merchant_id = $1 AND seq = $2", head).await;
    assert!(screenings_due(app.kyc(), 1).await.is_err(), "the longest due comes first");
    assert_eq!(screenings_due(app.kyc(), 1).await.unwrap(), 1, "and gives way when it fails");
    assert_eq!(stands(&seen(&sound, &attempt).await), ("COMPLETED", None));
    assert_eq!(screenings_due(app.kyc(), 1).await.unwrap(), 0);

    run("INSERT INTO log_head (merchant_id, seq) VALUES ($1, $2)", head).await;
    app.pass(TimeDelta::minutes(1));
    assert_eq!(screenings_due(app.kyc(), 1).await.unwrap(), 1);
    assert_eq!(stands(&seen(&broken, &stuck).await), ("COMPLETED", None));
    app.close().await;
}

#[tokio::test]
async fn screenings_that_were_open_before_are_due_after_the_upgrade() {
    let office = Office::open().await;
    let kinds = [StepKind::Pan, StepKind::SanctionScreening];
    let (open, ended) = (office.attempt(&kinds).await, office.attempt(&kinds).await);
    let reason = reason("CUSTOMER_WITHDREW");
    let input = AttemptReject { attempt_id: ended.id, reason, expected_version: None };
    reject(&office.kyc, &office.member(Role::Reviewer), input, None).await.unwrap();
    let names: Vec<_> = Migrator::migrations().iter().map(|one| one.name().to_owned()).collect();
    let from = names.iter().position(|name| name.contains("screenings")).unwrap();
    let later = u32::try_from(names.len() - from).unwrap();

    migration::run::down(office.kyc.db.library(), later).await.unwrap();
    migration::run::up(office.kyc.db.library()).await.unwrap();
    for (attempt, is_due) in [(open, true), (ended, false)] {
        let due: Vec<_> =
            office.steps(attempt.id).await.iter().map(|step| step.check_due_at.is_some()).collect();
        assert_eq!(due, [false, is_due]);
    }
    load(&office.kyc, 20, vec![stranger()]);
    assert_eq!(screenings_due(&office.kyc, 100).await.unwrap(), 1);
    office.audit().await;
}
