//! What a change of settings leaves behind: what is remembered of an answer, and events.

use entity::{EventType, Role};
use kyc_stack::{auth::Actor, entropy::token_hash};
use serde_json::{Value, json};

use super::house::{
    API_KEY_CREATE, API_KEY_REVOKE, BRANDING_UPDATE, MEMBER_CREATE, MEMBER_PASSWORD_RESET, MEMBER_UPDATE,
    MERCHANT_CREATE, MERCHANT_UPDATE, api_key_id, globex, house, member_input, payload, refusal, refusals,
    text,
};
use crate::harness::{dump::dump, graph::ask_with_key, server::token_of};

#[tokio::test]
async fn what_is_shown_once_is_not_shown_again_nor_kept() {
    let house = house().await;
    let (asha, _) = house.firsts().await;
    let (server, platform) = (&house.server, Actor::platform());
    let cases = [
        (&platform, MERCHANT_CREATE, globex(), vec!["adminApiKey", "passwordUrl"], "merchant"),
        (&house.admin, API_KEY_CREATE, json!({ "name": "Shop", "role": "AGENT" }), vec!["secret"], "apiKey"),
        (&house.admin, MEMBER_CREATE, member_input("ravi@example.com"), vec!["passwordUrl"], "member"),
        (&house.admin, MEMBER_PASSWORD_RESET, json!({ "id": asha }), vec!["passwordUrl"], "member"),
    ];
    let mut secrets = Vec::new();
    for (actor, document, input, once, object) in cases {
        let variables = json!({ "input": input });
        let send = || ask_with_key(&server.kyc, actor, document, &variables, Some("key-1"));
        let first = payload(&send().await);
        // The header and the field are one key.
        let mut with_field = input.clone();
        with_field["idempotencyKey"] = json!("key-1");
        for again in [payload(&send().await), house.done(actor, document, with_field.clone()).await] {
            assert_eq!(again[object]["id"], first[object]["id"]);
            assert_eq!(again["userErrors"], json!([]));
            for field in &once {
                assert_eq!(again[field], Value::Null, "{field}");
            }
        }
        for field in once {
            let shown = text(&first[field]);
            let is_url = field == "passwordUrl";
            secrets.push(if is_url { token_of(Some(shown)) } else { shown });
        }
        for (field, other) in [("name", json!("Another")), ("id", json!("nonsense"))] {
            if with_field.get(field).is_some() {
                with_field[field] = other;
            }
        }
        let answer = house.done(actor, document, with_field).await;
        assert_eq!(refusals(&answer), refusal("idempotencyKey", "IDEMPOTENCY_KEY_REUSED"));
    }
    assert_eq!(server.slugs().await.len(), 2);

    let kept = dump(server.kyc.db.library()).await;
    for secret in secrets {
        // What is kept instead: proof that the dump has everything in it.
        assert!(kept.contains(&hex::encode(token_hash(&secret))));
        assert!(!kept.contains(&secret) && !kept.contains(&hex::encode(&secret)));
    }
    let remembered: Vec<_> = kept.lines().filter(|row| row.starts_with("idempotency:")).collect();
    assert_eq!(remembered.len(), 4);
    assert!(remembered.iter().all(|row| !row.contains("example.com") && !row.contains("Ravi")));
}

#[tokio::test]
async fn each_change_leaves_an_event_about_its_subject() {
    let house = house().await;
    let (asha, first_key) = house.firsts().await;
    let merchant = house.merchant.to_string();
    house.admin(MERCHANT_UPDATE, json!({ "name": "Acme Bank" })).await;
    house.admin(BRANDING_UPDATE, json!({ "cornerRadius": 4 })).await;
    let key = api_key_id(&house).await;
    house.admin(API_KEY_REVOKE, json!({ "id": key })).await;
    let ravi = house.member("ravi@example.com", "AGENT").await;
    house.admin(MEMBER_UPDATE, json!({ "id": ravi, "role": "REVIEWER" })).await;
    house.admin(MEMBER_PASSWORD_RESET, json!({ "id": ravi })).await;
    // What changes nothing leaves nothing.
    house.admin(MEMBER_UPDATE, json!({ "id": ravi, "role": "REVIEWER" })).await;
    house.admin(MERCHANT_UPDATE, json!({ "name": "Acme Bank" })).await;

    let asked = "{ activity(first: 20) { nodes { type actor { kind id } subject { __typename id } } } }";
    let answer = house.query(&house.admin, asked).await;
    let by_us = json!({ "kind": "API_KEY", "id": first_key });
    let by_platform = json!({ "kind": "PLATFORM", "id": null });
    let expected = [
        (EventType::MerchantCreated, "Merchant", &merchant, &by_platform),
        (EventType::MemberCreated, "Member", &asha, &by_platform),
        (EventType::ApiKeyCreated, "ApiKey", &first_key, &by_platform),
        (EventType::MerchantUpdated, "Merchant", &merchant, &by_us),
        (EventType::BrandingUpdated, "Merchant", &merchant, &by_us),
        (EventType::ApiKeyCreated, "ApiKey", &key, &by_us),
        (EventType::ApiKeyRevoked, "ApiKey", &key, &by_us),
        (EventType::MemberCreated, "Member", &ravi, &by_us),
        (EventType::MemberUpdated, "Member", &ravi, &by_us),
        (EventType::MemberUpdated, "Member", &ravi, &by_us),
    ];
    let expected: Vec<_> = expected
        .iter()
        .rev()
        .map(|(kind, of, id, by)| {
            json!({ "type": kind.as_str(), "actor": by, "subject": { "__typename": of, "id": id } })
        })
        .collect();
    assert_eq!(answer["data"]["activity"]["nodes"], json!(expected));

    // Who works there is for ADMIN; that something happened is for all.
    let viewer = house.key(Role::Viewer).await;
    let seen = house.query(&viewer, asked).await;
    let about = |node: &Value| (text(&node["type"]), node["subject"]["__typename"].clone());
    let nodes = seen["data"]["activity"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), expected.len() + 1);
    for (kind, subject) in nodes.iter().map(about) {
        let shown = kind.starts_with("MERCHANT_") || kind.starts_with("BRANDING_");
        assert_eq!(subject, if shown { json!("Merchant") } else { Value::Null }, "{kind}");
    }
}
