//! The settings as a front end changes them.

use entity::{EventType, Role, id::MerchantId};
use kyc_stack::{
    auth::Actor,
    entropy::token_hash,
    error::Error,
    kyc::api_key::{self, ApiKeyCreate},
};
use serde_json::{Value, json};

use crate::harness::{
    graphql::{ask, ask_with_key},
    office::{Office, token_of},
};

const MERCHANT_CREATE: &str = "mutation ($input: MerchantCreateInput!) { merchantCreate(input: $input) {
    merchant { id name slug mode timeZone journey linkValidityHours redirectOrigins branding { displayName primaryColor } }
    adminApiKey passwordUrl userErrors { field message code } } }";
const MERCHANT_UPDATE: &str = "mutation ($input: MerchantUpdateInput!) { merchantUpdate(input: $input) {
    merchant { id name timeZone journey linkValidityHours redirectOrigins } userErrors { field message code } } }";
const BRANDING_UPDATE: &str = "mutation ($input: BrandingUpdateInput!) { brandingUpdate(input: $input) {
    branding { displayName primaryColor backgroundColor surfaceColor textColor cornerRadius supportEmail supportUrl updatedAt }
    merchant { id branding { displayName textColor } } userErrors { field message code } } }";
const API_KEY_CREATE: &str = "mutation ($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) {
    apiKey { id name role prefix createdAt lastUsedAt revokedAt } secret userErrors { field message code } } }";
const API_KEY_REVOKE: &str = "mutation ($input: ApiKeyRevokeInput!) { apiKeyRevoke(input: $input) {
    apiKey { id revokedAt } userErrors { field message code } } }";
const MEMBER_CREATE: &str = "mutation ($input: MemberCreateInput!) { memberCreate(input: $input) {
    member { id email name role createdAt lastSeenAt disabledAt } passwordUrl userErrors { field message code } } }";
const MEMBER_UPDATE: &str = "mutation ($input: MemberUpdateInput!) { memberUpdate(input: $input) {
    member { id name role disabledAt } userErrors { field message code } } }";
const MEMBER_PASSWORD_RESET: &str =
    "mutation ($input: MemberPasswordResetInput!) { memberPasswordReset(input: $input) {
    member { id } passwordUrl userErrors { field message code } } }";

/// An office with one merchant.
struct House {
    office: Office,
    merchant: MerchantId,
    admin: Actor,
}

async fn house() -> House {
    let office = Office::open().await;
    let (merchant, admin) = office.admin().await;
    House { office, merchant, admin }
}

impl House {
    /// The payload of a mutation that is answered without top-level errors.
    async fn done(&self, actor: &Actor, text: &str, input: Value) -> Value {
        payload(&ask(&self.office.kyc, actor, text, &json!({ "input": input })).await)
    }

    async fn admin(&self, text: &str, input: Value) -> Value {
        self.done(&self.admin, text, input).await
    }

    /// A key of this role, used.
    async fn key(&self, role: Role) -> Actor {
        let input = ApiKeyCreate { name: role.to_string(), role };
        let created = api_key::create(&self.office.kyc, &self.admin, input, None).await.unwrap();
        self.office.auth.bearer(&created.answer.secret.unwrap()).await.unwrap()
    }

    /// A new member's id.
    async fn member(&self, email: &str, role: &str) -> String {
        let input = json!({ "email": email, "name": "Ravi Kumar", "role": role });
        text(&self.admin(MEMBER_CREATE, input).await["member"]["id"])
    }

    async fn query(&self, actor: &Actor, text: &str) -> Value {
        ask(&self.office.kyc, actor, text, &json!({})).await
    }

    /// The ids of acme's first member and first key.
    async fn firsts(&self) -> (String, String) {
        let answer = self.query(&self.admin, "{ merchant { members { id } apiKeys { id } } }").await;
        let merchant = &answer["data"]["merchant"];
        (text(&merchant["members"][0]["id"]), text(&merchant["apiKeys"][0]["id"]))
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}

fn payload(answer: &Value) -> Value {
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    answer["data"].as_object().unwrap().values().next().unwrap().clone()
}

/// Field and code of each user error.
fn refusals(payload: &Value) -> Vec<(String, String)> {
    let errors = payload["userErrors"].as_array().unwrap();
    let path = |error: &Value| {
        let path = error["field"].as_array().into_iter().flatten().map(text);
        path.collect::<Vec<_>>().join(".")
    };
    errors.iter().map(|error| (path(error), text(&error["code"]))).collect()
}

fn refusal(field: &str, code: &str) -> Vec<(String, String)> {
    vec![(field.to_owned(), code.to_owned())]
}

fn globex() -> Value {
    json!({ "name": "Globex", "slug": "globex", "adminEmail": "hank@example.com" })
}

#[tokio::test]
async fn the_platform_creates_a_merchant_and_its_key_works() {
    let House { office, .. } = house().await;
    let platform = office.auth.bearer(crate::harness::office::PLATFORM_KEY).await.unwrap();
    let answer = ask(&office.kyc, &platform, MERCHANT_CREATE, &json!({ "input": globex() })).await;
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

    let key = office.auth.bearer(&text(&created["adminApiKey"])).await.unwrap();
    let asked =
        "{ viewer { kind role merchant { id } } merchant { id members { email role } apiKeys { role } } }";
    let seen = ask(&office.kyc, &key, asked, &json!({})).await;
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
    let House { office, .. } = house().await;
    let asked = "mutation ($input: MerchantCreateInput!) { merchantCreate(input: $input) {
        merchant { slug apiKeys { id } members { id } } userErrors { code } } }";
    let answer = ask(&office.kyc, &Actor::platform(), asked, &json!({ "input": globex() })).await;
    assert_eq!(
        answer["data"]["merchantCreate"],
        json!({ "merchant": { "slug": "globex", "apiKeys": null, "members": null }, "userErrors": [] })
    );
    let errors = answer["errors"].as_array().unwrap();
    let told: Vec<_> = errors.iter().map(|error| (&error["path"], &error["extensions"]["code"])).collect();
    let (keys, members) =
        (json!(["merchantCreate", "merchant", "apiKeys"]), json!(["merchantCreate", "merchant", "members"]));
    assert_eq!(told, [(&keys, &json!("FORBIDDEN")), (&members, &json!("FORBIDDEN"))]);
    let afterwards = ask(&office.kyc, &Actor::platform(), "{ merchant { id } }", &json!({})).await;
    assert_eq!(afterwards, json!({ "data": { "merchant": null } }));
}

#[tokio::test]
async fn each_mutation_is_for_whom_it_says() {
    let house = house().await;
    let office = &house.office;
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
            let before = office.events(house.merchant).await.len();
            let answer = ask(&office.kyc, &actor, document, &json!({ "input": input })).await;
            let left = office.events(house.merchant).await.len() - before;
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
        let answer = ask(&office.kyc, &actor, MERCHANT_CREATE, &json!({ "input": globex() })).await;
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

async fn api_key_id(house: &House) -> String {
    text(&house.admin(API_KEY_CREATE, json!({ "name": "To go", "role": "VIEWER" })).await["apiKey"]["id"])
}

fn member_input(email: &str) -> Value {
    json!({ "email": email, "name": "Ravi Kumar", "role": "REVIEWER" })
}

#[tokio::test]
async fn a_key_works_until_it_is_revoked() {
    let house = house().await;
    let created = house.admin(API_KEY_CREATE, json!({ "name": " Shop ", "role": "AGENT" })).await;
    let (key, secret) = (&created["apiKey"], text(&created["secret"]));
    assert_eq!((&key["name"], &key["role"]), (&json!("Shop"), &json!("AGENT")));
    assert!(secret.starts_with(&text(&key["prefix"])) && secret.len() > text(&key["prefix"]).len() + 40);
    assert_eq!((&key["lastUsedAt"], &key["revokedAt"]), (&Value::Null, &Value::Null));
    assert_eq!(house.office.auth.bearer(&secret).await.unwrap().role(), Some(Role::Agent));

    let revoked = house.admin(API_KEY_REVOKE, json!({ "id": key["id"] })).await;
    assert_eq!(revoked["apiKey"], json!({ "id": key["id"], "revokedAt": "2026-11-22T10:00:00Z" }));
    assert!(matches!(house.office.auth.bearer(&secret).await, Err(Error::Unauthenticated)));
    // Once more is as good as once, and keeps the moment.
    house.office.pass(chrono::TimeDelta::hours(1));
    assert_eq!(house.admin(API_KEY_REVOKE, json!({ "id": key["id"] })).await, revoked);
    let shown = house.query(&house.admin, "{ merchant { apiKeys { name } } }").await;
    assert_eq!(shown["data"]["merchant"]["apiKeys"], json!([{ "name": "First key" }]));
}

#[tokio::test]
async fn what_is_no_id_of_yours_is_not_found() {
    let house = house().await;
    let (member, key) = house.firsts().await;
    let other = house.office.merchant("other").await;
    let other = house.office.auth.bearer(&other.admin_api_key.unwrap()).await.unwrap();
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
async fn of_a_look_what_is_absent_stays_and_what_is_null_is_as_at_first() {
    let house = house().await;
    house.office.pass(chrono::TimeDelta::minutes(1));
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
    let answer = ask(&house.office.kyc, &house.admin, asked, &json!({ "email": null })).await;
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
    let answer = ask(&house.office.kyc, &house.admin, MERCHANT_UPDATE, &unknown).await;
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

#[tokio::test]
async fn what_is_shown_once_is_not_shown_again_nor_kept() {
    let house = house().await;
    let (asha, _) = house.firsts().await;
    let (office, platform) = (&house.office, Actor::platform());
    let cases = [
        (&platform, MERCHANT_CREATE, globex(), vec!["adminApiKey", "passwordUrl"], "merchant"),
        (&house.admin, API_KEY_CREATE, json!({ "name": "Shop", "role": "AGENT" }), vec!["secret"], "apiKey"),
        (&house.admin, MEMBER_CREATE, member_input("ravi@example.com"), vec!["passwordUrl"], "member"),
        (&house.admin, MEMBER_PASSWORD_RESET, json!({ "id": asha }), vec!["passwordUrl"], "member"),
    ];
    let mut secrets = Vec::new();
    for (actor, document, input, once, object) in cases {
        let variables = json!({ "input": input });
        let send = || ask_with_key(&office.kyc, actor, document, &variables, Some("key-1"));
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
    assert_eq!(office.slugs().await.len(), 2);

    let kept = office.dump().await;
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
