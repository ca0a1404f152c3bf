//! Whoever may talk to the customer does not learn what a screening found.

use entity::Role;
use kyc_stack::kyc::screening::screenings_due;
use serde_json::{Value, json};

use super::{attempt_of, decision, load, matches, person, screen, seen};
use crate::harness::{
    app::TestApp,
    live::follower::{Follower, Transport},
};

#[tokio::test]
async fn below_reviewer_a_match_does_not_exist() {
    let app = TestApp::open().await;
    let house = app.merchant("acme").await;
    load(app.kyc(), 20, vec![person("UN.7", &["Asha Rao"])]);
    let (attempt, _) = attempt_of(&house.agent(), "Asha Rao").await;
    screen(&app).await;
    let matched = seen(&house, &attempt).await;
    let id = matches(&matched)[0]["id"].clone();
    super::decide(&house, &id, "CONFIRMED").await;

    let results =
        "query($id: ID!) { attempt(id: $id) { steps { kind reason { code } result { __typename } } } }";
    let events = "query($id: ID!) { attempt(id: $id) { tracker(first: 100) {
        nodes { type summary match { id } subject { id } reason { code } } } } }";
    let node = "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { __typename } }";
    for (client, may) in
        [(house.admin(), true), (house.reviewer(), true), (house.agent(), false), (house.viewer(), false)]
    {
        let answer = client.graphql(results, json!({ "id": attempt })).await;
        if may {
            assert_eq!(answer.data("attempt.steps.1.result.__typename"), "ScreeningResult");
        } else {
            assert_eq!(answer.errors(), [("FORBIDDEN", "attempt.steps.1.result".to_owned())]);
            let steps = &answer.json["data"]["attempt"]["steps"];
            assert_eq!((&steps[0]["result"], &steps[1]["result"]), (&Value::Null, &Value::Null));
            assert_eq!(steps[1]["reason"], Value::Null);
            for word in ["match", "UN.7", "SCREENING_CONFIRMED"] {
                assert!(!answer.text.contains(word), "{}", answer.text);
            }
        }
        let answer = client.graphql(node, json!({ "id": id })).await;
        let found = if may { id.clone() } else { Value::Null };
        assert_eq!((&answer.data("node")["id"], answer.data("nodes.0").is_null()), (&found, !may));
        let answer = client.graphql(events, json!({ "id": attempt })).await;
        let nodes = answer.data("attempt.tracker.nodes").as_array().unwrap();
        let decided = nodes.iter().find(|event| event["type"] == "SCREENING_MATCH_DECIDED").unwrap();
        assert_eq!((&decided["match"]["id"], &decided["subject"]["id"]), (&found, &found));
        assert!(!decided["summary"].as_str().unwrap().to_lowercase().contains("match"), "{decided}");

        let tried = client.mutate("screeningMatchDecide", "match { id }", decision(&id, "CLEARED")).await;
        let forbidden = tried.json["errors"][0]["extensions"]["code"] == "FORBIDDEN";
        assert_eq!(forbidden, !may, "{}", tried.text);
    }
    app.close().await;
}

#[tokio::test]
async fn below_reviewer_what_is_for_staff_only_reads_as_the_customer_reads_it() {
    let app = TestApp::open().await;
    let house = app.merchant("acme").await;
    load(app.kyc(), 20, vec![person("UN.7", &["Asha Rao"])]);
    let (attempt, _) = attempt_of(&house.agent(), "Asha Rao").await;
    screen(&app).await;
    let reviewer = house.reviewer();
    let why =
        |code: &str| json!({ "attemptId": attempt, "reason": { "code": code, "staffNote": "Two phones." } });
    for code in ["SUSPECTED_FRAUD", "OTHER_TEAM"] {
        let mut input = why(code);
        input["reason"]["message"] = json!("We call you.");
        let placed = reviewer.done("holdPlace", "hold { id }", input).await;
        let release = json!({ "holdId": placed["hold"]["id"], "note": "Brothers." });
        reviewer.done("holdRelease", "hold { id }", release).await;
    }
    let of_pan = "query($id: ID!) { attempt(id: $id) { step(kind: PAN) { id } } }";
    let pan = reviewer.graphql(of_pan, json!({ "id": attempt })).await.data("attempt.step").clone();
    let pan = json!({ "stepId": pan["id"], "status": "REQUIRES_ACTION",
        "actionBy": "REVIEWER", "reason": { "code": "SUSPECTED_FRAUD" } });
    reviewer.done("stepUpdateStatus", "step { id }", pan).await;
    reviewer.done("attemptReject", "attempt { id }", why("SCREENING_CONFIRMED")).await;

    let document = "query($id: ID!) { attempt(id: $id) { rejection { code message staffNote }
        step(kind: PAN) { reason { code } } holds(includeReleased: true) { reason { code message staffNote } releaseNote }
        tracker(first: 100) { nodes { type reason { code } attempt { rejection { code } } hold { reason { code } } } } } }";
    let open = json!({ "reason": { "code": "OTHER_TEAM", "message": "We call you.", "staffNote": "Two phones." },
        "releaseNote": "Brothers." });
    for (client, may) in
        [(house.admin(), true), (reviewer, true), (house.agent(), false), (house.viewer(), false)]
    {
        let answer = client.graphql(document, json!({ "id": attempt })).await;
        let seen = answer.data("attempt");
        assert_eq!(seen["holds"][1], open);
        if may {
            assert_eq!(seen["rejection"]["code"], "SCREENING_CONFIRMED");
            assert_eq!(seen["rejection"]["staffNote"], "Two phones.");
            assert_eq!(seen["holds"][0]["reason"]["code"], "SUSPECTED_FRAUD");
            assert_eq!(seen["holds"][0]["releaseNote"], "Brothers.");
            assert_eq!(seen["step"]["reason"]["code"], "SUSPECTED_FRAUD");
        } else {
            let message = "Your details are under review. You do not need to do anything.";
            let hidden = json!({ "code": "UNDER_REVIEW", "message": message, "staffNote": null });
            assert_eq!(seen["rejection"], hidden);
            assert_eq!(seen["holds"][0], json!({ "reason": hidden, "releaseNote": null }));
            assert_eq!(seen["step"]["reason"], Value::Null);
            for word in ["SCREENING_", "SUSPECTED_FRAUD"] {
                assert!(!answer.text.contains(&format!("\"code\":\"{word}")), "{}", answer.text);
            }
        }
    }
    app.close().await;
}

#[tokio::test]
async fn a_screening_wakes_by_itself_and_is_told_to_each_role_as_far_as_it_may_know() {
    const FOLLOW: &str = "subscription { stepChanged { to
        step { kind result { ... on ScreeningResult { matches { listedName decision } } } } cursor } }";
    let app = TestApp::open().await;
    let served = app.serve().await;
    let house = app.merchant("acme").await;
    load(app.kyc(), 20, vec![person("UN.7", &["Asha Rao"])]);
    let mut followers = Vec::new();
    for role in [Role::Reviewer, Role::Agent] {
        for transport in Transport::BOTH {
            let follower =
                Follower::follow(transport, served.address, house.secret(role), FOLLOW, json!({})).await;
            followers.push((role, follower.unwrap()));
        }
    }
    // Nobody calls the worker: it hears of the new attempt.
    attempt_of(&house.agent(), "Asha Rao").await;
    for (role, follower) in &mut followers {
        let event = follower.event().await;
        let change = event.root();
        assert_eq!(
            (&change["to"], &change["step"]["kind"]),
            (&json!("REQUIRES_ACTION"), &json!("SANCTION_SCREENING"))
        );
        let seen = json!({ "matches": [{ "listedName": "Asha Rao", "decision": "PENDING" }] });
        let expected = if *role == Role::Reviewer { &seen } else { &Value::Null };
        assert_eq!(&change["step"]["result"], expected, "{role}");
        let told = event.payload["errors"][0]["extensions"]["code"].as_str();
        assert_eq!(told, (*role == Role::Agent).then_some("FORBIDDEN"), "{role}");
    }
    assert_eq!(screenings_due(app.kyc(), 100).await.unwrap(), 0);
    served.stop().await;
    app.close().await;
}
