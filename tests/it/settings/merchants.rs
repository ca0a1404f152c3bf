//! A merchant's creation, its look and its journey, as a front end changes them.

use entity::Role;
use kyc_stack::auth::Actor;
use serde_json::{Value, json};

use super::house::{
    BRANDING_UPDATE, House, MEMBER_CREATE, MERCHANT_CREATE, MERCHANT_UPDATE, globex, house, member_input,
    payload, refusal, refusals, text,
};
use crate::harness::{dump::dump, graph::ask, server::PLATFORM_KEY};

#[tokio::test]
async fn the_platform_creates_a_merchant_and_its_key_works() {
    let House { server, .. } = house().await;
    let platform = server.auth.bearer(PLATFORM_KEY).await.unwrap();
    let answer = ask(&server.kyc, &platform, MERCHANT_CREATE, &json!({ "input": globex() })).await;
    let created = payload(&answer);
    assert_eq!(created["userErrors"], json!([]));
    let merchant = &created["merchant"];
    assert_eq!(
        (&merchant["name"], &merchant["slug"], &merchant["mode"], &merchant["timeZone"]),
        (&json!("Globex"), &json!("globex"), &json!("SANDBOX"), &json!("Asia/Kolkata"))
    );
    assert_eq!(merchant["linkValidityHours"], 72);
    assert_eq!(
        merchant["journey"],
        json!(["DIGILOCKER_AADHAAR", "PAN", "BANK_PENNY_DROP", "SELFIE", "SIGNATURE"])
    );
    assert_eq!(merchant["branding"]["displayName"], "Globex");
    assert!(text(&created["passwordUrl"]).starts_with("http://localhost:8080/password#"));

    let key = server.auth.bearer(&text(&created["adminApiKey"])).await.unwrap();
    let asked =
        "{ viewer { kind role merchant { id } } merchant { id members { email role } apiKeys { role } } }";
    let seen = ask(&server.kyc, &key, asked, &json!({})).await;
    assert_eq!(
        seen["data"],
        json!({
            "viewer": { "kind": "API_KEY", "role": "ADMIN", "merchant": { "id": merchant["id"] } },
            "merchant": {
                "id": merchant["id"],
                "members": [{ "email": "hank@example.com", "role": "ADMIN" }],
                "apiKeys": [{ "role": "ADMIN" }],
            },
        })
    );
}

#[tokio::test]
async fn the_platform_sees_the_merchant_it_creates_but_neither_keys_nor_people() {
    let House { server, .. } = house().await;
    let asked = "mutation ($input: MerchantCreateInput!) { merchantCreate(input: $input) {
        merchant { slug apiKeys { id } members { id } } userErrors { code } } }";
    let answer = ask(&server.kyc, &Actor::platform(), asked, &json!({ "input": globex() })).await;
    assert_eq!(
        answer["data"]["merchantCreate"],
        json!({ "merchant": { "slug": "globex", "apiKeys": null, "members": null }, "userErrors": [] })
    );
    let errors = answer["errors"].as_array().unwrap();
    let told: Vec<_> = errors.iter().map(|error| (&error["path"], &error["extensions"]["code"])).collect();
    let (keys, members) =
        (json!(["merchantCreate", "merchant", "apiKeys"]), json!(["merchantCreate", "merchant", "members"]));
    assert_eq!(told, [(&keys, &json!("FORBIDDEN")), (&members, &json!("FORBIDDEN"))]);
    let afterwards = ask(&server.kyc, &Actor::platform(), "{ merchant { id } }", &json!({})).await;
    assert_eq!(afterwards, json!({ "data": { "merchant": null } }));
}

#[tokio::test]
async fn an_unreadable_colour_is_refused_with_one_that_is_readable() {
    let house = house().await;
    for (field, color, least, ground) in [
        ("textColor", "#cccccc", "4.5:1", "backgroundColor"),
        ("primaryColor", "#e0e0e0", "3:1", "backgroundColor"),
    ] {
        let answer = house.admin(BRANDING_UPDATE, json!({ field: color })).await;
        assert_eq!(refusals(&answer), refusal(field, "LOW_CONTRAST"));
        assert_eq!((&answer["branding"], &answer["merchant"]), (&Value::Null, &Value::Null));
        let message = text(&answer["userErrors"][0]["message"]);
        assert!(
            message.starts_with(color) && message.contains(least) && message.contains(ground),
            "{message}"
        );
        let proposed = message.split(' ').filter(|word| word.starts_with('#')).nth(1).unwrap();
        let answer = house.admin(BRANDING_UPDATE, json!({ field: proposed })).await;
        assert_eq!((&answer["branding"][field], &answer["userErrors"]), (&json!(proposed), &json!([])));
    }
}

#[tokio::test]
async fn a_look_can_be_tried_before_it_is_saved() {
    const CHECK: &str = "query ($input: BrandingUpdateInput!) {
        brandingCheck(input: $input) { userErrors { field message code } } }";
    let house = house().await;
    let before = dump(house.server.kyc.db.library()).await;
    let tried = [
        json!({ "displayName": "Acme Bank", "primaryColor": "#0b6e4f" }),
        json!({ "primaryColor": "#e0e0e0" }),
        json!({ "textColor": "#777777", "backgroundColor": "#888888" }),
        json!({ "primaryColor": "blue", "cornerRadius": 33, "supportUrl": "ftp://acme.example" }),
        json!({ "displayName": null, "textColor": null }),
    ];
    let mut said = Vec::new();
    for input in &tried {
        let answer = ask(&house.server.kyc, &house.admin, CHECK, &json!({ "input": input })).await;
        said.push(answer["data"]["brandingCheck"]["userErrors"].clone());
    }
    assert_eq!(dump(house.server.kyc.db.library()).await, before);
    assert_eq!(said[0], json!([]));
    assert_eq!(said[1][0]["code"], "LOW_CONTRAST");
    // Word for word what saving says.
    for (input, said) in tried.into_iter().zip(said) {
        let house = self::house().await;
        assert_eq!(house.admin(BRANDING_UPDATE, input).await["userErrors"], said);
    }
    let reviewer = house.key(Role::Reviewer).await;
    let answer = ask(&house.server.kyc, &reviewer, CHECK, &json!({ "input": {} })).await;
    assert_eq!(answer["data"]["brandingCheck"], Value::Null);
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
}

#[tokio::test]
async fn of_a_look_what_is_absent_stays_and_what_is_null_is_as_at_first() {
    let house = house().await;
    house.server.pass(chrono::TimeDelta::minutes(1));
    let input = json!({
        "displayName": "Acme Bank", "backgroundColor": "#FFFFFF", "cornerRadius": 0,
        "supportEmail": "Help@Acme.example", "supportUrl": "https://acme.example/help",
    });
    let answer = house.admin(BRANDING_UPDATE, input).await;
    assert_eq!(
        answer["branding"],
        json!({
            "displayName": "Acme Bank", "primaryColor": "#1f5fd0", "backgroundColor": "#ffffff", "surfaceColor": "#ffffff",
            "textColor": "#1b2430", "cornerRadius": 0, "supportEmail": "help@acme.example",
            "supportUrl": "https://acme.example/help", "updatedAt": "2026-11-22T10:01:00Z",
        })
    );
    assert_eq!(answer["merchant"]["branding"], json!({ "displayName": "Acme Bank", "textColor": "#1b2430" }));
    // A variable that is not given is absent, not null.
    let asked = "mutation ($email: String, $name: String) {
        brandingUpdate(input: { supportEmail: $email, displayName: $name, cornerRadius: null }) {
            branding { displayName backgroundColor cornerRadius supportEmail supportUrl } userErrors { code } } }";
    let answer = ask(&house.server.kyc, &house.admin, asked, &json!({ "email": null })).await;
    assert_eq!(
        payload(&answer)["branding"],
        json!({
            "displayName": "Acme Bank", "backgroundColor": "#ffffff", "cornerRadius": 10, "supportEmail": null,
            "supportUrl": "https://acme.example/help",
        })
    );
    let wrong = json!({ "primaryColor": "blue", "cornerRadius": 33, "supportUrl": "ftp://acme.example" });
    let told: Vec<_> = refusals(&house.admin(BRANDING_UPDATE, wrong).await);
    let invalid =
        ["supportUrl", "cornerRadius", "primaryColor"].map(|f| (f.to_owned(), "INVALID".to_owned()));
    assert_eq!(told, invalid);
}

#[tokio::test]
async fn a_journey_has_one_to_six_steps_each_once() {
    let house = house().await;
    for (input, told) in [
        (json!({ "journey": [] }), refusal("journey", "REQUIRED")),
        (json!({ "journey": null }), refusal("journey", "REQUIRED")),
        (json!({ "journey": ["PAN", "SELFIE", "PAN"] }), refusal("journey", "INVALID")),
        (json!({ "linkValidityHours": 0 }), refusal("linkValidityHours", "INVALID")),
        (json!({ "linkValidityHours": 8761 }), refusal("linkValidityHours", "INVALID")),
        (json!({ "timeZone": "Mars/Olympus" }), refusal("timeZone", "INVALID")),
        (json!({ "redirectOrigins": ["https://a.example", "b"] }), refusal("redirectOrigins.1", "INVALID")),
        (json!({ "redirectOrigins": vec!["https://a.example"; 21] }), refusal("redirectOrigins", "TOO_MANY")),
        (json!({ "name": "x".repeat(101) }), refusal("name", "TOO_LONG")),
    ] {
        let answer = house.admin(MERCHANT_UPDATE, input.clone()).await;
        assert_eq!(refusals(&answer), told, "{input}");
        assert_eq!(answer["merchant"], Value::Null, "{input}");
    }
    let unknown = json!({ "input": { "journey": ["PASSPORT"] } });
    let answer = ask(&house.server.kyc, &house.admin, MERCHANT_UPDATE, &unknown).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");

    let all = ["SANCTION_SCREENING", "SIGNATURE", "SELFIE", "BANK_PENNY_DROP", "PAN", "DIGILOCKER_AADHAAR"];
    let answer = house.admin(MERCHANT_UPDATE, json!({ "journey": all, "linkValidityHours": 8760 })).await;
    assert_eq!(answer["merchant"]["journey"], json!(all));
    assert_eq!((&answer["merchant"]["name"], &answer["userErrors"]), (&json!("Acme"), &json!([])));
}

#[tokio::test]
async fn a_slug_and_an_email_are_taken_once() {
    let house = house().await;
    let platform = Actor::platform();
    let twin = json!({ "name": "Acme", "slug": "ACME", "adminEmail": "hank@example.com" });
    let answer = house.done(&platform, MERCHANT_CREATE, twin).await;
    assert_eq!(refusals(&answer), refusal("slug", "TAKEN"));
    assert_eq!(
        (&answer["merchant"], &answer["adminApiKey"], &answer["passwordUrl"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    let answer = house.admin(MEMBER_CREATE, member_input("Asha@Example.com")).await;
    assert_eq!(refusals(&answer), refusal("email", "TAKEN"));
    // In another merchant the address is free.
    let mut other = globex();
    other["adminEmail"] = json!("asha@example.com");
    assert_eq!(house.done(&platform, MERCHANT_CREATE, other).await["userErrors"], json!([]));
}
