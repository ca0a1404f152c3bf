//! Who may change settings, and whom: keys, members, and the last ADMIN.

use entity::Role;
use kyc_stack::{auth::Actor, error::Error};
use serde_json::{Value, json};

use super::house::{
    API_KEY_CREATE, API_KEY_REVOKE, BRANDING_UPDATE, MEMBER_CREATE, MEMBER_PASSWORD_RESET, MEMBER_UPDATE,
    MERCHANT_CREATE, MERCHANT_UPDATE, api_key_id, globex, house, member_input, payload, refusal, refusals,
    text,
};
use crate::harness::graph::ask;

#[tokio::test]
async fn each_mutation_is_for_whom_it_says() {
    let house = house().await;
    let server = &house.server;
    let (asha, _) = house.firsts().await;
    let mut actors = vec![("platform", Actor::platform())];
    for role in [Role::Viewer, Role::Agent, Role::Reviewer, Role::Admin] {
        actors.push((role.as_str(), house.key(role).await));
    }
    for (who, actor) in actors {
        let to_revoke = api_key_id(&house).await;
        let settings = [
            ("merchantUpdate", MERCHANT_UPDATE, json!({ "name": format!("Acme of {who}") })),
            ("brandingUpdate", BRANDING_UPDATE, json!({ "displayName": format!("Acme of {who}") })),
            ("apiKeyCreate", API_KEY_CREATE, json!({ "name": "Shop", "role": "AGENT" })),
            ("apiKeyRevoke", API_KEY_REVOKE, json!({ "id": to_revoke })),
            ("memberCreate", MEMBER_CREATE, member_input(&format!("{who}@example.com"))),
            ("memberUpdate", MEMBER_UPDATE, json!({ "id": asha, "name": format!("Asha, {who}") })),
            ("memberPasswordReset", MEMBER_PASSWORD_RESET, json!({ "id": asha })),
            // What is wrong with the input is told only to those who may.
            ("apiKeyRevoke", API_KEY_REVOKE, json!({ "id": "nonsense" })),
            ("memberUpdate", MEMBER_UPDATE, json!({ "id": "nonsense" })),
            ("memberPasswordReset", MEMBER_PASSWORD_RESET, json!({ "id": "nonsense" })),
        ];
        for (name, document, input) in settings {
            let before = server.events(house.merchant).await.len();
            let answer = ask(&server.kyc, &actor, document, &json!({ "input": input })).await;
            let left = server.events(house.merchant).await.len() - before;
            if who != "ADMIN" {
                assert_forbidden(&answer, name, who);
                assert_eq!(left, 0, "{name} by {who}");
            } else if input["id"] == "nonsense" {
                assert_eq!(refusals(&payload(&answer)), refusal("id", "NOT_FOUND"), "{name}");
            } else {
                assert_eq!(payload(&answer)["userErrors"], json!([]), "{name}");
                assert_eq!(left, 1, "{name} leaves one event");
            }
        }
        let answer = ask(&server.kyc, &actor, MERCHANT_CREATE, &json!({ "input": globex() })).await;
        if who == "platform" {
            assert_eq!(payload(&answer)["userErrors"], json!([]));
        } else {
            assert_forbidden(&answer, "merchantCreate", who);
        }
    }
}

fn assert_forbidden(answer: &Value, name: &str, who: &str) {
    let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{name} by {who}: {answer}"));
    let told: Vec<_> = errors.iter().map(|error| (&error["path"], &error["extensions"]["code"])).collect();
    assert_eq!(told, [(&json!([name]), &json!("FORBIDDEN"))], "{name} by {who}");
    assert_eq!(answer["data"], json!({ name: null }), "{name} by {who}");
}

#[tokio::test]
async fn a_key_works_until_it_is_revoked() {
    let house = house().await;
    let created = house.admin(API_KEY_CREATE, json!({ "name": " Shop ", "role": "AGENT" })).await;
    let (key, secret) = (&created["apiKey"], text(&created["secret"]));
    assert_eq!((&key["name"], &key["role"]), (&json!("Shop"), &json!("AGENT")));
    assert!(secret.starts_with(&text(&key["prefix"])) && secret.len() > text(&key["prefix"]).len() + 40);
    assert_eq!((&key["lastUsedAt"], &key["revokedAt"]), (&Value::Null, &Value::Null));
    assert_eq!(house.server.auth.bearer(&secret).await.unwrap().role(), Some(Role::Agent));

    let revoked = house.admin(API_KEY_REVOKE, json!({ "id": key["id"] })).await;
    assert_eq!(revoked["apiKey"], json!({ "id": key["id"], "revokedAt": "2026-11-22T10:00:00Z" }));
    assert!(matches!(house.server.auth.bearer(&secret).await, Err(Error::Unauthenticated)));
    // Once more is as good as once, and keeps the moment.
    house.server.pass(chrono::TimeDelta::hours(1));
    assert_eq!(house.admin(API_KEY_REVOKE, json!({ "id": key["id"] })).await, revoked);
    let shown = house.query(&house.admin, "{ merchant { apiKeys { name } } }").await;
    assert_eq!(shown["data"]["merchant"]["apiKeys"], json!([{ "name": "First key" }]));
}

#[tokio::test]
async fn what_is_no_id_of_yours_is_not_found() {
    let house = house().await;
    let (member, key) = house.firsts().await;
    let other = house.server.merchant("other").await;
    let other = house.server.auth.bearer(&other.admin_api_key.unwrap()).await.unwrap();
    for (document, own, foreign_type) in [
        (API_KEY_REVOKE, &key, &member),
        (MEMBER_UPDATE, &member, &key),
        (MEMBER_PASSWORD_RESET, &member, &key),
    ] {
        for id in ["", "nonsense", &own[..own.len() - 1], foreign_type] {
            let answer = house.admin(document, json!({ "id": id })).await;
            assert_eq!(refusals(&answer), refusal("id", "NOT_FOUND"), "{id}");
        }
        let answer = house.done(&other, document, json!({ "id": own })).await;
        assert_eq!(refusals(&answer), refusal("id", "NOT_FOUND"));
    }
}

#[tokio::test]
async fn the_last_admin_is_neither_demoted_nor_disabled() {
    let house = house().await;
    let (asha, _) = house.firsts().await;
    // An ADMIN who cannot sign in does not count.
    let gone = house.member("gone@example.com", "ADMIN").await;
    let answer = house.admin(MEMBER_UPDATE, json!({ "id": gone, "disabled": true })).await;
    assert_eq!(answer["member"]["disabledAt"], "2026-11-22T10:00:00Z");
    for (input, field) in [
        (json!({ "id": asha, "role": "REVIEWER" }), "role"),
        (json!({ "id": asha, "disabled": true }), "disabled"),
        (json!({ "id": asha, "role": "VIEWER", "disabled": true }), "role"),
    ] {
        let answer = house.admin(MEMBER_UPDATE, input).await;
        assert_eq!(refusals(&answer), refusal(field, "LAST_ADMIN"));
        assert_eq!(answer["member"], Value::Null);
    }
    let answer =
        house.admin(MEMBER_UPDATE, json!({ "id": asha, "name": null, "role": null, "disabled": null })).await;
    let required = ["name", "role", "disabled"].map(|field| (field.to_owned(), "REQUIRED".to_owned()));
    assert_eq!(refusals(&answer), required);
    house.admin(MEMBER_UPDATE, json!({ "id": gone, "disabled": false })).await;
    let answer = house.admin(MEMBER_UPDATE, json!({ "id": asha, "role": "REVIEWER" })).await;
    assert_eq!((&answer["member"]["role"], &answer["userErrors"]), (&json!("REVIEWER"), &json!([])));
}

#[tokio::test]
async fn of_two_admins_who_are_demoted_at_once_one_stays() {
    let house = house().await;
    let (asha, _) = house.firsts().await;
    let mut ravi = house.member("ravi@example.com", "ADMIN").await;
    let mut stays = asha;
    for _ in 0..5 {
        let demote = |id: &str| json!({ "id": id, "role": "AGENT" });
        let (one, two) = tokio::join!(
            house.admin(MEMBER_UPDATE, demote(&stays)),
            house.admin(MEMBER_UPDATE, demote(&ravi))
        );
        let told = [refusals(&one), refusals(&two)].concat();
        assert_eq!(told, refusal("role", "LAST_ADMIN"));
        if two["member"] == Value::Null {
            std::mem::swap(&mut stays, &mut ravi);
        }
        let asked = "{ merchant { members { id role } } }";
        let answer = house.query(&house.admin, asked).await;
        let members = answer["data"]["merchant"]["members"].as_array().unwrap();
        let admins: Vec<_> = members.iter().filter(|member| member["role"] == "ADMIN").collect();
        assert_eq!(admins, [&json!({ "id": stays, "role": "ADMIN" })]);
        house.admin(MEMBER_UPDATE, json!({ "id": ravi, "role": "ADMIN" })).await;
    }
}
