//! Lists inside lists, and the tracker.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::town::Town;

#[tokio::test]
async fn each_customers_attempts_in_pages() {
    let town = Town::with(0).await;
    let admin = town.house.admin();
    let mut customers = Vec::new();
    for name in ["Asha", "Ravi", "Meera"] {
        let made =
            admin.done("customerCreate", "customer { id }", json!({ "customer": { "name": name } })).await;
        customers.push(made["customer"]["id"].clone());
    }
    // Seven of one, two of another, none of the last.
    for (customer, count) in [(&customers[0], 7), (&customers[1], 2)] {
        for _ in 0..count {
            let input = json!({ "customerId": customer, "steps": ["PAN"] });
            let made = admin.done("attemptCreate", "attempt { id }", input).await;
            let reason = json!({ "code": "OTHER", "message": "m" });
            admin
                .done(
                    "attemptReject",
                    "__typename",
                    json!({ "attemptId": made["attempt"]["id"], "reason": reason }),
                )
                .await;
        }
    }
    let document = "query($first: Int, $after: String, $last: Int, $before: String) {
        customers(sort: { field: CREATED_AT, direction: ASC }) { nodes { id
            attempts(first: $first, after: $after, last: $last, before: $before) {
                totalCount edges { cursor node { number } } pageInfo { hasNextPage hasPreviousPage endCursor } } } } }";
    let ask = |variables: Value| {
        let agent = town.agent.clone();
        async move { agent.graphql(document, variables).await.data("customers.nodes").clone() }
    };
    let numbers = |page: &Value| -> Vec<i64> {
        let edges = page["attempts"]["edges"].as_array().unwrap();
        edges.iter().map(|edge| edge["node"]["number"].as_i64().unwrap()).collect()
    };
    let first = ask(json!({ "first": 3 })).await;
    let by_id = |page: &Value, index: usize| {
        page.as_array().unwrap().iter().find(|node| node["id"] == customers[index]).unwrap().clone()
    };
    let (asha, ravi, meera) = (by_id(&first, 0), by_id(&first, 1), by_id(&first, 2));
    assert_eq!((numbers(&asha), numbers(&ravi), numbers(&meera)), (vec![7, 6, 5], vec![2, 1], vec![]));
    let totals = [&asha, &ravi, &meera].map(|page| page["attempts"]["totalCount"].as_i64().unwrap());
    assert_eq!(totals, [7, 2, 0]);
    let more =
        [&asha, &ravi, &meera].map(|page| page["attempts"]["pageInfo"]["hasNextPage"].as_bool().unwrap());
    assert_eq!(more, [true, false, false]);

    // Through one customer's pages, by their cursor, to the end.
    let one = "query($id: ID!, $after: String) { customer(id: $id) { attempts(first: 3, after: $after) {
        edges { cursor node { number } } pageInfo { hasNextPage endCursor } } } }";
    let (mut seen, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let answer = town.agent.graphql(one, json!({ "id": customers[0], "after": cursor })).await;
        seen.extend(numbers(answer.data("customer")));
        if answer.data("customer.attempts.pageInfo.hasNextPage") == false {
            break;
        }
        cursor = answer.data("customer.attempts.pageInfo.endCursor").clone();
    }
    assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
    let last = ask(json!({ "last": 2 })).await;
    assert_eq!((numbers(&by_id(&last, 0)), numbers(&by_id(&last, 1))), (vec![2, 1], vec![2, 1]));

    // The cursor of another list is none of this one.
    let answer = town.agent.graphql("{ customers { edges { cursor } } }", json!({})).await;
    let foreign = answer.data("customers.edges.0.cursor").clone();
    let answer = town.agent.graphql(one, json!({ "id": customers[0], "after": foreign })).await;
    assert_eq!(answer.errors(), [("CURSOR_INVALID", "customer.attempts".to_owned())]);
    assert_eq!(answer.json["data"], json!({ "customer": null }));
    for first in [0, -1, 101] {
        let document = format!("{{ customers {{ nodes {{ attempts(first: {first}) {{ totalCount }} }} }} }}");
        let answer = town.agent.graphql(&document, json!({})).await;
        assert_eq!(answer.errors()[0].0, "BAD_USER_INPUT", "{first}: {}", answer.text);
    }
    town.app.close().await;
}

#[tokio::test]
async fn a_tracker_tells_the_story_in_order() {
    let town = Town::with(0).await;
    let (admin, reviewer) = (town.house.admin(), town.house.reviewer());
    let input = json!({ "customer": { "name": "Asha" }, "steps": ["PAN", "SELFIE"] });
    let made = admin.done("kycLinkGenerate", "attempt { id steps { id } }", input).await;
    let attempt = &made["attempt"];
    let id = &attempt["id"];
    // All in one moment: the log's order is the order.
    for (place, status) in [(0, "IN_PROGRESS"), (1, "IN_PROGRESS"), (0, "COMPLETED"), (1, "COMPLETED")] {
        let step = &attempt["steps"][place]["id"];
        reviewer.done("stepUpdateStatus", "__typename", json!({ "stepId": step, "status": status })).await;
    }
    town.app.pass(TimeDelta::minutes(1));
    let document = "query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { attempt(id: $id) { customer { id }
        tracker(first: $first, after: $after, last: $last, before: $before) { totalCount
            nodes { id type cursor } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }";
    let all = reviewer.graphql(document, json!({ "id": id, "first": 100 })).await;
    let story = all.data("attempt.tracker.nodes").as_array().unwrap();
    let types: Vec<_> = story.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(types[..2], ["ATTEMPT_CREATED", "LINK_GENERATED"]);
    assert_eq!(types.iter().filter(|kind| **kind == "STEP_STATUS_CHANGED").count(), 4);
    assert_eq!(types.last(), Some(&"ATTEMPT_STATE_CHANGED"));
    assert_eq!(all.data("attempt.tracker.totalCount"), &json!(story.len()));
    let cursors: Vec<_> = story.iter().map(|event| json!({ "cursor": event["cursor"] })).collect();
    assert_eq!(all.data("attempt.tracker.edges"), &json!(cursors), "an event's cursor is its edge's");

    for backward in [false, true] {
        let (mut walked, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let variables = match backward {
                false => json!({ "id": id, "first": 2, "after": cursor }),
                true => json!({ "id": id, "last": 2, "before": cursor }),
            };
            let page = reviewer.graphql(document, variables).await;
            let nodes = page.data("attempt.tracker.nodes").as_array().unwrap().clone();
            if backward {
                walked.splice(0..0, nodes)
            } else {
                walked.splice(walked.len().., nodes)
            };
            let info = page.data("attempt.tracker.pageInfo");
            if info[if backward { "hasPreviousPage" } else { "hasNextPage" }] == false {
                break;
            }
            cursor = info[if backward { "startCursor" } else { "endCursor" }].clone();
        }
        assert_eq!(&walked, story, "{backward}");
    }

    // The same log, newest first, of the customer and of the merchant; a cursor is good in each.
    let customer = all.data("attempt.customer.id");
    let lists = "query($id: ID!, $after: String) {
        customer(id: $id) { recentActivity(first: 100, after: $after) { nodes { id } } }
        activity(first: 100, after: $after) { nodes { id } } }";
    let after = &story[5]["cursor"];
    let answer = reviewer.graphql(lists, json!({ "id": customer, "after": after })).await;
    let mut older: Vec<_> = story[..5].iter().map(|event| json!({ "id": event["id"] })).collect();
    older.reverse();
    let shown = answer.data("customer.recentActivity.nodes").as_array().unwrap();
    assert_eq!(shown[..5], older);
    assert_eq!(shown.len(), 6, "and that the customer was added");
    assert_eq!(answer.data("activity.nodes").as_array().unwrap()[..6], shown[..]);
    town.app.close().await;
}
