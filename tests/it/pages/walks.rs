//! From page to page, both ways, while others work.

use entity::{Time, attempt};
use serde_json::{Value, json};
use uuid::Uuid;

use super::town::Town;

const DOCUMENT: &str = "query($first: Int, $after: String, $last: Int, $before: String, $sort: AttemptSort) {
    attempts(first: $first, after: $after, last: $last, before: $before, sort: $sort) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

/// A sort, and what the rows are ordered by; what is missing is later than any.
type Sort = (&'static str, fn(&attempt::Model) -> Option<Time>);

const SORTS: [Sort; 4] = [
    ("CREATED_AT", |row| Some(row.created_at)),
    ("UPDATED_AT", |row| Some(row.updated_at)),
    ("EXPIRES_AT", |row| row.expires_at),
    ("WAITING_SINCE", |row| row.waiting_since),
];

async fn in_order(town: &Town, of: fn(&attempt::Model) -> Option<Time>, ascending: bool) -> Vec<String> {
    let mut rows: Vec<(Time, Uuid, String)> = town
        .books()
        .await
        .attempts
        .iter()
        .map(|row| (of(row).unwrap_or(Time::MAX_UTC), row.id.0, row.id.to_string()))
        .collect();
    rows.sort();
    if !ascending {
        rows.reverse();
    }
    rows.into_iter().map(|(.., id)| id).collect()
}

#[tokio::test]
async fn each_sort_shows_each_row_once_in_order() {
    let mut town = Town::with(250).await;
    for (field, of) in SORTS {
        for (direction, ascending) in [("ASC", true), ("DESC", false)] {
            let expected = in_order(&town, of, ascending).await;
            for backward in [false, true] {
                let (mut seen, mut cursor) = (Vec::new(), Value::Null);
                loop {
                    let size = 1 + town.dice.roll(100);
                    let sort = json!({ "field": field, "direction": direction });
                    let variables = match backward {
                        false => json!({ "first": size, "after": cursor, "sort": sort }),
                        true => json!({ "last": size, "before": cursor, "sort": sort }),
                    };
                    let answer = town.agent.graphql(DOCUMENT, variables).await;
                    let page = answer.data("attempts");
                    assert_eq!(page["totalCount"], json!(expected.len()));
                    let edges = page["edges"].as_array().unwrap();
                    let nodes: Vec<_> = edges.iter().map(|edge| edge["node"].clone()).collect();
                    assert_eq!(page["nodes"], json!(nodes));
                    let mut ids: Vec<_> =
                        nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect();
                    let info = &page["pageInfo"];
                    assert_eq!(info["startCursor"], edges[0]["cursor"]);
                    assert_eq!(info["endCursor"], edges[edges.len() - 1]["cursor"]);
                    let behind = if backward { "hasNextPage" } else { "hasPreviousPage" };
                    assert_eq!(info[behind], json!(!seen.is_empty()), "{field} {direction} {backward}");
                    if backward {
                        ids.reverse();
                    }
                    seen.extend(ids);
                    let ahead = if backward { "hasPreviousPage" } else { "hasNextPage" };
                    assert_eq!(
                        info[ahead],
                        json!(seen.len() < expected.len()),
                        "{field} {direction} {backward}"
                    );
                    if info[ahead] == false {
                        break;
                    }
                    cursor = info[if backward { "startCursor" } else { "endCursor" }].clone();
                }
                if backward {
                    seen.reverse();
                }
                assert_eq!(seen, expected, "{field} {direction} {backward}");
            }
        }
    }
    town.app.close().await;
}

#[tokio::test]
async fn rows_that_come_meanwhile_neither_hide_nor_repeat_another() {
    let mut town = Town::with(60).await;
    for (field, of) in SORTS {
        for (direction, ascending) in [("ASC", true), ("DESC", false)] {
            let expected = in_order(&town, of, ascending).await;
            let (mut seen, mut cursor) = (Vec::new(), Value::Null);
            loop {
                let sort = json!({ "field": field, "direction": direction });
                let variables = json!({ "first": 9, "after": cursor, "sort": sort });
                let answer = town.agent.graphql(DOCUMENT, variables).await;
                let nodes = answer.data("attempts.nodes").as_array().unwrap();
                seen.extend(nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()));
                if answer.data("attempts.pageInfo.hasNextPage") == false {
                    break;
                }
                cursor = answer.data("attempts.pageInfo.endCursor").clone();
                // Of somebody new, so that nobody else's attempt changes.
                let input = json!({ "customer": { "name": "Late" }, "steps": ["PAN"], "validityHours": 1 + town.dice.roll(60) });
                town.house.admin().done("kycLinkGenerate", "__typename", input).await;
            }
            let mut once = seen.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), seen.len(), "{field} {direction}: twice");
            seen.retain(|id| expected.contains(id));
            assert_eq!(seen, expected, "{field} {direction}: missed or out of order");
        }
    }
    town.app.close().await;
}

#[tokio::test]
async fn what_stands_between_two_cursors() {
    let town = Town::with(30).await;
    let all = town.agent.graphql(DOCUMENT, json!({ "first": 100 })).await;
    let edges = all.data("attempts.edges").as_array().unwrap();
    let between = json!({ "first": 100, "after": edges[4]["cursor"], "before": edges[9]["cursor"] });
    let answer = town.agent.graphql(DOCUMENT, between).await;
    assert_eq!(answer.data("attempts.edges"), &json!(edges[5..9]));
    let crossed = json!({ "first": 100, "after": edges[9]["cursor"], "before": edges[4]["cursor"] });
    let answer = town.agent.graphql(DOCUMENT, crossed).await;
    assert_eq!(answer.data("attempts.edges"), &json!([]));
    assert_eq!(answer.data("attempts.pageInfo.startCursor"), &Value::Null);
    // There are as many as before, although no row is there to tell.
    assert_eq!(answer.data("attempts.totalCount"), 30);
    // By default the newest twenty.
    let answer = town.agent.graphql(DOCUMENT, json!({})).await;
    assert_eq!(answer.data("attempts.edges"), &json!(edges[..20]));
    town.app.close().await;
}
