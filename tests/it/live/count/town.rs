//! What there is to change, made over HTTP.

use serde_json::{Value, json};

use super::{Dice, Replicas, Sizes, Tenant};

/// Sends GraphQL and answers its data, or none where nobody gave an answer that counts.
pub(super) async fn ask(
    client: &reqwest::Client,
    address: std::net::SocketAddr,
    key: &str,
    document: &str,
    variables: &Value,
) -> Option<Value> {
    let body = json!({ "query": document, "variables": variables });
    let request = client.post(format!("http://{address}/graphql")).bearer_auth(key).json(&body);
    let mut answer: Value = request.send().await.ok()?.json().await.ok()?;
    answer.get("errors").is_none().then(|| answer["data"].take())
}

/// How often the replicas' followers went back to the log, and why.
pub(super) async fn rereads(replicas: &Replicas) -> String {
    let mut all = Vec::new();
    for address in replicas.all() {
        let Ok(metrics) = crate::harness::http_client().get(format!("http://{address}/metrics")).send().await
        else {
            continue;
        };
        let text = metrics.text().await.unwrap_or_default();
        all.extend(text.lines().filter(|line| line.starts_with("feed_rereads_total")).map(str::to_owned));
    }
    all.join(" ")
}

/// An attempt that is never over.
pub(super) struct Attempt {
    pub(super) tenant: usize,
    pub(super) id: String,
    pub(super) customer: String,
    pub(super) steps: Vec<String>,
}

pub(super) struct Town {
    pub(super) tenants: Vec<Tenant>,
    pub(super) attempts: Vec<Attempt>,
}

impl Town {
    pub(super) async fn build(sizes: &Sizes, replicas: &Replicas, tenants: &[Tenant]) -> Self {
        let (client, dice) = (crate::harness::http_client(), Dice::new(sizes.seed, u64::MAX));
        let document = "mutation($input: AttemptCreateInput!) { attemptCreate(input: $input) {
            attempt { id customer { id } steps { id } } userErrors { code } } }";
        let mut attempts = Vec::new();
        for number in 0..sizes.attempts * tenants.len() {
            let tenant = number % tenants.len();
            let input = json!({ "customer": { "name": "Asha Rao" }, "steps": ["PAN", "SELFIE"] });
            let (address, key) = (replicas.any(&dice), &tenants[tenant].key);
            let data = ask(&client, address, key, document, &json!({ "input": input })).await.unwrap();
            let attempt = &data["attemptCreate"]["attempt"];
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            attempts.push(Attempt {
                tenant,
                id: text(&attempt["id"]),
                customer: text(&attempt["customer"]["id"]),
                steps: attempt["steps"].as_array().unwrap().iter().map(|step| text(&step["id"])).collect(),
            });
        }
        Self { tenants: tenants.to_vec(), attempts }
    }
}
