//! Every sort and filter of the contract walks an index, in order, on both databases.

use entity::{
    AttemptState, EventType, Scope, Scoped, StepKind, StepStatus, Time, attempt, callback, check_run,
    class::Class,
    customer, event,
    id::{AttemptId, CustomerId, MerchantId, StepId},
    idempotency, screening, screening_match, search_token, step, step_result,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, ExprTrait, Order, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select, Statement, TransactionOptions, TransactionTrait,
    prelude::DateTimeUtc,
    sea_query::{Expr, SimpleExpr},
};
use uuid::Uuid;

use crate::harness::database::{Backend, Database};

const EXPIRES: &str = "coalesce(expires_at, '9999-12-31T00:00:00+00:00')";
const WAITING: &str = "coalesce(waiting_since, '9999-12-31T00:00:00+00:00')";

fn now() -> Time {
    "2026-11-22T19:25:25.031203Z".parse::<DateTimeUtc>().unwrap()
}

fn mine() -> Scope {
    Scope::of(MerchantId(Uuid::from_u128(1)))
}

fn attempts() -> Select<attempt::Entity> {
    attempt::Entity::scoped(mine())
}

fn one_class() -> Select<attempt::Entity> {
    attempts().filter(Class::all().last().unwrap().is())
}

fn page<E: EntityTrait>(
    select: Select<E>,
    key: impl Into<SimpleExpr>,
    id: E::Column,
    order: Order,
    backend: DbBackend,
) -> Statement {
    select.order_by(key.into(), order.clone()).order_by(id, order).limit(50).build(backend)
}

/// How the database goes about a statement.
///
/// PostgreSQL would rather read an empty table from end to end; told not to scan, not to sort and not to collect, it does so only
/// where no index gives the rows in order.
async fn plan(db: &DatabaseConnection, statement: Statement, index: &str) -> String {
    let (explain, column, prepare) = match statement.db_backend {
        DbBackend::Sqlite => ("EXPLAIN QUERY PLAN", 3, "SELECT 1"),
        _ => (
            "EXPLAIN",
            0,
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off",
        ),
    };
    let txn = db.begin_with_options(TransactionOptions::default()).await.unwrap();
    txn.execute_unprepared(prepare).await.unwrap();
    if statement.db_backend == DbBackend::Postgres {
        txn.execute_unprepared(&alone(index)).await.unwrap();
    }
    let sql = format!("{explain} {}", statement.sql);
    let explained = Statement { sql, ..statement };
    let rows = txn.query_all_raw(explained).await.unwrap();
    txn.rollback().await.unwrap();
    rows.iter().map(|row| row.try_get_by_index::<String>(column).unwrap()).collect::<Vec<_>>().join("\n")
}

/// Drops the other indexes of attempts: of a table with next to nothing in it, several cost PostgreSQL the same.
pub(crate) fn alone(index: &str) -> String {
    if !index.starts_with("attempt_") {
        return "SELECT 1".to_owned();
    }
    format!(
        "DO $$ DECLARE other text; BEGIN FOR other IN SELECT indexname FROM pg_indexes WHERE tablename = 'attempt' \
         AND indexname LIKE 'attempt\\_%' AND indexname NOT LIKE '%key' AND indexname <> '{index}' \
         LOOP EXECUTE 'DROP INDEX ' || other; END LOOP; END $$"
    )
}

/// Fails unless the rows come out of `index`, and in order.
async fn walks(db: &DatabaseConnection, index: &str, statement: Statement) {
    let sql = statement.sql.clone();
    let plan = plan(db, statement, index).await;
    let used = plan.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == index);
    let sorted = plan.contains("Sort") || plan.contains("TEMP B-TREE");
    let scanned = plan.contains("Seq Scan") || plan.lines().any(|line| line.starts_with("SCAN"));
    assert!(used && !sorted && !scanned, "{index} does not serve {sql}:\n{plan}");
}

#[tokio::test]
async fn every_sort_of_attempts_and_customers() {
    let database = Database::fresh(Backend::under_test()).await;
    let db = database.connect().await;
    let backend = db.get_database_backend();
    use attempt::Column as A;
    use customer::Column as C;
    for order in [Order::Asc, Order::Desc] {
        let of_attempts =
            [("attempt_created", Expr::col(A::CreatedAt)), ("attempt_updated", Expr::col(A::UpdatedAt))];
        for (index, key) in of_attempts {
            walks(&db, index, page(attempts(), key, A::Id, order.clone(), backend)).await;
        }
        // Filters leave classes, each of which comes in order.
        let of_a_class = [
            ("attempt_class_created", Expr::col(A::CreatedAt)),
            ("attempt_class_updated", Expr::col(A::UpdatedAt)),
            ("attempt_class_expires", Expr::cust(EXPIRES)),
            ("attempt_class_waiting", Expr::cust(WAITING)),
        ];
        for (index, key) in of_a_class {
            walks(&db, index, page(one_class(), key, A::Id, order.clone(), backend)).await;
        }
        let of_customers = [
            ("customer_created", C::CreatedAt),
            ("customer_updated", C::UpdatedAt),
            ("customer_name", C::NameKey),
        ];
        for (index, key) in of_customers {
            let all = customer::Entity::scoped(mine());
            walks(&db, index, page(all, Expr::col(key), C::Id, order.clone(), backend)).await;
        }
    }
    // The page after one, too.
    let next = Expr::tuple([Expr::cust(EXPIRES), Expr::col(A::Id)])
        .gt(Expr::tuple([Expr::value(now()), Expr::value(Uuid::nil())]));
    walks(
        &db,
        "attempt_class_expires",
        page(one_class().filter(next), Expr::cust(EXPIRES), A::Id, Order::Asc, backend),
    )
    .await;
}

#[tokio::test]
async fn every_filter_of_attempts() {
    let database = Database::fresh(Backend::under_test()).await;
    let db = database.connect().await;
    let backend = db.get_database_backend();
    use attempt::Column as A;
    let filters: [(&str, SimpleExpr); 2] = [
        ("attempt_created", A::CreatedAt.gte(now())),
        ("attempt_state", A::State.eq(AttemptState::Rejected)),
    ];
    for (index, filter) in filters {
        let some = attempts().filter(filter);
        walks(&db, index, page(some, Expr::col(A::CreatedAt), A::Id, Order::Desc, backend)).await;
    }
    let ended = attempts().filter(A::EndedAt.gte(now())).filter(A::EndedAt.lt(now()));
    walks(&db, "attempt_ended", page(ended, Expr::col(A::EndedAt), A::Id, Order::Asc, backend)).await;

    let of_customer = attempt::Entity::scoped(mine()).filter(A::CustomerId.eq(CustomerId(Uuid::nil())));
    let unique = match Backend::under_test() {
        // The first UNIQUE after the primary key.
        Backend::Sqlite => "sqlite_autoindex_attempt_2",
        Backend::Postgres => "attempt_customer_id_number_key",
    };
    let sorted = of_customer.clone().order_by_desc(A::Number);
    walks(&db, unique, sorted.build(backend)).await;
    walks(&db, "attempt_newest", of_customer.filter(Expr::col(A::Newest)).build(backend)).await;

    // Steps of one kind, and of any: an index of the second would be one more to write with every change of a status.
    for kinds in [&[StepKind::Pan][..], StepKind::ALL] {
        let steps = step::Entity::scoped(mine())
            .filter(step::Column::Kind.is_in(kinds.iter().copied()))
            .filter(step::Column::Status.is_in([StepStatus::Failed, StepStatus::RequiresAction]));
        walks(&db, "step_status", steps.build(backend)).await;
    }
    // The middle of what is COMPLETED, from the shortest on. The range stands in a CASE, or it would be where to begin.
    let mut middle = step::Entity::scoped(mine()).select_only().into_query();
    let created = step::Column::AttemptId.gte(AttemptId::first_of(now()));
    let created = Expr::case(created, Expr::cust("TRUE")).finally(Expr::cust("FALSE"));
    middle
        .expr(Expr::cust("seconds"))
        .and_where(step::Column::Kind.eq(StepKind::Pan))
        .and_where(Expr::cust("seconds IS NOT NULL"))
        .and_where(created.into())
        .order_by_expr(Expr::cust("seconds"), Order::Asc)
        .offset(7)
        .limit(1);
    walks(&db, "step_seconds", backend.build(&middle)).await;
}

#[tokio::test]
async fn the_log_the_search_and_the_workers() {
    let database = Database::fresh(Backend::under_test()).await;
    let db = database.connect().await;
    let backend = db.get_database_backend();
    use event::Column as E;
    let log = || event::Entity::scoped(mine());
    let tracker = log().filter(E::AttemptId.eq(AttemptId(Uuid::nil()))).order_by_asc(E::Seq);
    walks(&db, "event_attempt", tracker.build(backend)).await;
    let recent = log().filter(E::CustomerId.eq(CustomerId(Uuid::nil()))).order_by_desc(E::Seq);
    walks(&db, "event_customer", recent.build(backend)).await;
    let activity = log().filter(E::Kind.eq(EventType::LinkOpened)).order_by_desc(E::Seq);
    walks(&db, "event_type", activity.build(backend)).await;
    let (log_key, token_key) = match Backend::under_test() {
        Backend::Sqlite => ("sqlite_autoindex_event_2", "PRIMARY"),
        Backend::Postgres => ("event_pkey", "search_token_pkey"),
    };
    let after = log().filter(E::Seq.gt(7)).order_by_asc(E::Seq).limit(1000);
    walks(&db, log_key, after.build(backend)).await;

    let token = search_token::Column::Token;
    let words = search_token::Entity::scoped(mine()).filter(token.gte("zo")).filter(token.lt("zp"));
    walks(&db, token_key, words.build(backend)).await;

    walks(&db, "attempt_due", attempt::Entity::due(now(), 100).build(backend)).await;
    walks(&db, "attempt_link_expiry", attempt::Entity::link_expiry_due(now(), 100).build(backend)).await;
    walks(&db, "step_deadline", step::Entity::past_deadline(now(), 100).build(backend)).await;
    walks(&db, "idempotency_created", idempotency::Entity::older_than(now(), 1_000).build(backend)).await;
}

/// A page's children are found by the page, never by reading whatever else the merchant has: without statistics SQLite would
/// rather do that.
#[tokio::test]
async fn the_children_of_a_page_are_found_by_their_parents() {
    let database = Database::fresh(Backend::under_test()).await;
    let db = database.connect().await;
    let backend = db.get_database_backend();
    let keys = |many: u128| (1..=many).map(Uuid::from_u128);
    for many in [1, 3, 50, 500] {
        let statements = [
            step::Entity::among(mine(), backend, step::Column::AttemptId, keys(many)).build(backend),
            attempt::Entity::among(mine(), backend, attempt::Column::CustomerId, keys(many)).build(backend),
            customer::Entity::among(mine(), backend, customer::Column::Id, keys(many)).build(backend),
            event::Entity::among(mine(), backend, event::Column::Id, keys(many)).build(backend),
        ];
        for statement in statements {
            let sql = statement.sql.clone();
            let plan = plan(&db, statement, "").await;
            let by_merchant = plan.contains("(merchant_id=?)") || plan.starts_with("SCAN");
            assert!(backend != DbBackend::Sqlite || !by_merchant, "{many} keys of {sql}:\n{plan}");
        }
    }
}

#[tokio::test]
async fn runs_are_found_by_step_attempt_reference_and_time() {
    let database = Database::fresh(Backend::under_test()).await;
    let db = database.connect().await;
    let backend = db.get_database_backend();
    let (step, attempt) = (StepId(Uuid::from_u128(2)), AttemptId(Uuid::from_u128(3)));
    walks(&db, "check_run_open", check_run::Entity::open_of(mine(), step).build(backend)).await;
    // Open or over: of those that are open, an empty table's other index costs PostgreSQL the same.
    let of_attempt = check_run::Entity::scoped(mine()).filter(check_run::Column::AttemptId.eq(attempt));
    walks(&db, "check_run_attempt", of_attempt.build(backend)).await;
    walks(&db, "check_run_reference", check_run::Entity::by_reference("02c2dc4c", 100).build(backend)).await;
    // Of every merchant, by turns: one walk over what is due, which is what has not ended.
    let plan_of = plan(&db, check_run::taking(backend, now(), now(), 10), "").await;
    assert!(plan_of.contains("check_run_due") && !plan_of.contains("Seq Scan"), "{plan_of}");

    let of_attempt = step_result::Entity::scoped(mine()).filter(step_result::Column::AttemptId.eq(attempt));
    walks(&db, "step_result_attempt", of_attempt.build(backend)).await;
    let one = step_result::Entity::among(mine(), backend, step_result::Column::StepId, [step.0]);
    let plan_of = plan(&db, one.build(backend), "").await;
    let key =
        if backend == DbBackend::Sqlite { "sqlite_autoindex_step_result_1" } else { "step_result_pkey" };
    assert!(plan_of.contains(key), "{plan_of}");
    let old = callback::Entity::older_than(now(), 1_000).build(backend);
    walks(&db, "callback_at", old).await;
}

#[tokio::test]
async fn screenings_are_found_by_their_step_and_decisions_by_their_customer() {
    let database = Database::fresh(Backend::under_test()).await;
    let db = database.connect().await;
    let backend = db.get_database_backend();
    let step = StepId(Uuid::from_u128(2));
    let newest = screening::Entity::newest_of(mine(), step).build(backend);
    walks(&db, "screening_newest", newest).await;
    let customer = CustomerId(Uuid::from_u128(3));
    // By the moment of the decision; ids tell those of one moment apart, which are a run's at the most.
    let decided = screening_match::Entity::decided(mine(), customer, "0a", 100).build(backend);
    let plan = plan(&db, decided, "").await;
    assert!(plan.contains("screening_match_decided"), "{plan}");
}
