//! One merchant's settings through the public API: the documents that a front end sends, and what it reads.

use entity::{Role, id::MerchantId};
use kyc_stack::{
    auth::Actor,
    kyc::api_key::{self, ApiKeyCreate},
};
use serde_json::{Value, json};

use crate::harness::{graph::ask, server::Server};

pub(crate) const MERCHANT_CREATE: &str = "mutation ($input: MerchantCreateInput!) { merchantCreate(input: $input) {
    merchant { id name slug mode timeZone journey linkValidityHours redirectOrigins branding { displayName primaryColor } }
    adminApiKey passwordUrl userErrors { field message code } } }";
pub(crate) const MERCHANT_UPDATE: &str = "mutation ($input: MerchantUpdateInput!) { merchantUpdate(input: $input) {
    merchant { id name timeZone journey linkValidityHours redirectOrigins } userErrors { field message code } } }";
pub(crate) const BRANDING_UPDATE: &str = "mutation ($input: BrandingUpdateInput!) { brandingUpdate(input: $input) {
    branding { displayName primaryColor backgroundColor surfaceColor textColor cornerRadius supportEmail supportUrl updatedAt }
    merchant { id branding { displayName textColor } } userErrors { field message code } } }";
pub(crate) const API_KEY_CREATE: &str = "mutation ($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) {
    apiKey { id name role prefix createdAt lastUsedAt revokedAt } secret userErrors { field message code } } }";
pub(crate) const API_KEY_REVOKE: &str =
    "mutation ($input: ApiKeyRevokeInput!) { apiKeyRevoke(input: $input) {
    apiKey { id revokedAt } userErrors { field message code } } }";
pub(crate) const MEMBER_CREATE: &str = "mutation ($input: MemberCreateInput!) { memberCreate(input: $input) {
    member { id email name role createdAt lastSeenAt disabledAt } passwordUrl userErrors { field message code } } }";
pub(crate) const MEMBER_UPDATE: &str = "mutation ($input: MemberUpdateInput!) { memberUpdate(input: $input) {
    member { id name role disabledAt } userErrors { field message code } } }";
pub(crate) const MEMBER_PASSWORD_RESET: &str =
    "mutation ($input: MemberPasswordResetInput!) { memberPasswordReset(input: $input) {
    member { id } passwordUrl userErrors { field message code } } }";

/// A server with one merchant.
pub(crate) struct House {
    pub(crate) server: Server,
    pub(crate) merchant: MerchantId,
    pub(crate) admin: Actor,
}

pub(crate) async fn house() -> House {
    let server = Server::open().await;
    let (merchant, admin) = server.admin().await;
    House { server, merchant, admin }
}

impl House {
    /// The payload of a mutation that is answered without top-level errors.
    pub(crate) async fn done(&self, actor: &Actor, text: &str, input: Value) -> Value {
        payload(&ask(&self.server.kyc, actor, text, &json!({ "input": input })).await)
    }

    pub(crate) async fn admin(&self, text: &str, input: Value) -> Value {
        self.done(&self.admin, text, input).await
    }

    /// A key of this role, used.
    pub(crate) async fn key(&self, role: Role) -> Actor {
        let input = ApiKeyCreate { name: role.to_string(), role };
        let created = api_key::create(&self.server.kyc, &self.admin, input, None).await.unwrap();
        self.server.auth.bearer(&created.answer.secret.unwrap()).await.unwrap()
    }

    /// A new member's id.
    pub(crate) async fn member(&self, email: &str, role: &str) -> String {
        let input = json!({ "email": email, "name": "Ravi Kumar", "role": role });
        text(&self.admin(MEMBER_CREATE, input).await["member"]["id"])
    }

    pub(crate) async fn query(&self, actor: &Actor, text: &str) -> Value {
        ask(&self.server.kyc, actor, text, &json!({})).await
    }

    /// The ids of acme's first member and first key.
    pub(crate) async fn firsts(&self) -> (String, String) {
        let answer = self.query(&self.admin, "{ merchant { members { id } apiKeys { id } } }").await;
        let merchant = &answer["data"]["merchant"];
        (text(&merchant["members"][0]["id"]), text(&merchant["apiKeys"][0]["id"]))
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}

pub(crate) fn payload(answer: &Value) -> Value {
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    answer["data"].as_object().unwrap().values().next().unwrap().clone()
}

/// Field and code of each user error.
pub(crate) fn refusals(payload: &Value) -> Vec<(String, String)> {
    let errors = payload["userErrors"].as_array().unwrap();
    let path = |error: &Value| {
        let path = error["field"].as_array().into_iter().flatten().map(text);
        path.collect::<Vec<_>>().join(".")
    };
    errors.iter().map(|error| (path(error), text(&error["code"]))).collect()
}

pub(crate) fn refusal(field: &str, code: &str) -> Vec<(String, String)> {
    vec![(field.to_owned(), code.to_owned())]
}

pub(crate) fn globex() -> Value {
    json!({ "name": "Globex", "slug": "globex", "adminEmail": "hank@example.com" })
}

/// A new key's id.
pub(crate) async fn api_key_id(house: &House) -> String {
    text(&house.admin(API_KEY_CREATE, json!({ "name": "To go", "role": "VIEWER" })).await["apiKey"]["id"])
}

pub(crate) fn member_input(email: &str) -> Value {
    json!({ "email": email, "name": "Ravi Kumar", "role": "REVIEWER" })
}
