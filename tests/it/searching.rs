//! Whom lists find who search: the same people in the same order, whichever way is taken because of how many they are.

use entity::{Role, attempt, customer, search_token};
use kyc_stack::kyc::search;
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};

use crate::harness::{graph::graph, office::Office, rows};

/// More than are few; the newest of them are the sample.
const CUSTOMERS: u128 = 1_400;
const PAGE: usize = 50;

/// The older of them are many, and none of them is in the sample.
fn name(number: u128) -> String {
    let age = if number <= 1_150 { "Old" } else { "New" };
    let twelfth = if number.is_multiple_of(12) { " Twelfth" } else { "" };
    let single = if number == 77 { " Single" } else { "" };
    format!("{age} Zoe{twelfth}{single}")
}

async fn office() -> Office {
    let office = Office::open().await;
    let db = office.kyc.db.library();
    let all: Vec<_> = (1..=CUSTOMERS)
        .map(|number| {
            let created_at = rows::some_time() + chrono::TimeDelta::seconds(number as i64);
            let name = name(number);
            let name_key = search::name_key(&name);
            customer::Model { name, name_key, created_at, ..rows::customer(1, number) }
        })
        .collect();
    for some in all.chunks(100) {
        let tokens = some.iter().flat_map(|row| {
            let (merchant_id, customer_id) = (row.merchant_id, row.id);
            let tokens = search::tokens(&row.name, row.reference.as_deref()).into_iter();
            tokens.map(move |token| search_token::Model { merchant_id, token, customer_id })
        });
        let attempts = some.iter().map(|row| {
            let created_at = row.created_at;
            // The older end first, and every third waits on nobody.
            let number = row.id.0.as_u128() & 0xffff;
            let expires_at = (!number.is_multiple_of(3)).then_some(created_at);
            let held = i32::from(number.is_multiple_of(2));
            let due_at = None;
            attempt::Model { created_at, expires_at, due_at, active_holds: held, ..rows::attempt(row, 1) }
        });
        let customers = some.iter().cloned().map(IntoActiveModel::into_active_model);
        customer::Entity::insert_many(customers).exec_without_returning(db).await.unwrap();
        let tokens = tokens.map(IntoActiveModel::into_active_model);
        search_token::Entity::insert_many(tokens).exec_without_returning(db).await.unwrap();
        let attempts = attempts.map(IntoActiveModel::into_active_model);
        attempt::Entity::insert_many(attempts).exec_without_returning(db).await.unwrap();
    }
    office
}

/// The names of references on a page, and how many there are in all.
fn page(answer: &Value, list: &str) -> (Vec<String>, u64) {
    assert_eq!(answer["errors"], json!(null));
    let list = &answer["data"][list];
    let reference = |node: &Value| {
        let customer = node.get("customer").unwrap_or(node);
        customer["reference"].as_str().unwrap().to_owned()
    };
    (list["nodes"].as_array().unwrap().iter().map(reference).collect(), list["totalCount"].as_u64().unwrap())
}

#[tokio::test]
async fn many_and_few_are_found_alike() {
    let office = office().await;
    let viewer = office.member(Role::Viewer);
    let has = |number: u128, query: &str| {
        let tokens = search::tokens(&name(number), Some(&format!("ref-{number}")));
        query.split(' ').all(|word| tokens.iter().any(|token| token.starts_with(word)))
            || tokens.iter().any(|token| token.starts_with(&format!("={query}")))
    };
    // Everybody; many, of whom the sample knows none; the same with a word of everybody; few of many; one; those of the sample;
    // two words that nobody has both; references of many, and of one.
    for query in
        ["zoe", "old", "old zoe", "twelfth old", "single", "zoe twelfth", "new", "new old", "ref", "ref-77"]
    {
        let found: Vec<u128> = (1..=CUSTOMERS).filter(|number| has(*number, query)).collect();
        let expected = |order: &dyn Fn(&u128) -> (bool, i128)| {
            let mut found = found.clone();
            found.sort_by_key(order);
            found.iter().take(PAGE).map(|number| format!("ref-{number}")).collect::<Vec<_>>()
        };
        let newest = expected(&|number| (false, -(*number as i128)));
        let by_end = expected(&|number| (number.is_multiple_of(3), *number as i128));
        for (list, arguments, expected) in [
            ("customers", "", &newest),
            ("attempts", "", &newest),
            // Merged of what each class has.
            ("attempts", "sort: {field: EXPIRES_AT, direction: ASC}", &by_end),
        ] {
            let nodes = if list == "customers" { "reference" } else { "customer { reference }" };
            let document = format!(
                "query($search: String!) {{ {list}(first: {PAGE}, filter: {{search: $search}}, {arguments}) {{ \
                 totalCount nodes {{ {nodes} }} }} }}"
            );
            let answer = graph(&office.kyc, &viewer, &document, json!({"search": query})).await;
            let (shown, count) = page(&answer, list);
            assert_eq!((&shown, count), (expected, found.len() as u64), "{list} {arguments} {query}");
        }
    }
}
