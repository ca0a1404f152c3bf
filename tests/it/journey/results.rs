//! What checks found, as the team reads and reports it.

use kyc_stack::kyc::check::runs_due;
use serde_json::{Value, json};

use super::{Phone, linked};
use crate::harness::app::{Client, House, TestApp};

const RESULT: &str = "query($id: ID!) { attempt(id: $id) { steps { id result { __typename
    ... on IdentityResult { maskedAadhaar identity: name nameMatch }
    ... on PanResult { maskedPan pan: registeredName nameMatch }
    ... on BankResult { maskedAccount ifsc bankName bank: registeredName nameMatch } } } } }";

async fn steps(house: &House, attempt: &str) -> Value {
    house.viewer().graphql(RESULT, json!({ "id": attempt })).await.data("attempt.steps").clone()
}

#[tokio::test]
async fn what_the_sandbox_found_is_read_masked() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, url) = linked(&house, json!(["PAN", "BANK_PENNY_DROP", "SELFIE"])).await;
    let phone = Phone::enter(&app, &url).await;
    phone.pan("ABCPE4321F").await.data("journeyPanSubmit.journey");
    phone.bank("123456789012345").await.data("journeyBankSubmit.journey");
    assert_eq!(steps(&house, &attempt).await[0]["result"], Value::Null, "nothing before the answer");
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 2);
    let found = steps(&house, &attempt).await;
    assert_eq!(
        found[0]["result"],
        json!({ "__typename": "PanResult", "maskedPan": "ABxxxxxx1F", "pan": "Asha Rao", "nameMatch": 100 })
    );
    assert!(found[1]["result"]["maskedAccount"].as_str().unwrap().eq_ignore_ascii_case("xxxxxxxxxxx2345"));
    assert_eq!(found[1]["result"]["nameMatch"], 100);
    app.close().await;
}

#[tokio::test]
async fn a_merchants_own_system_reports_masked_results_only() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, _) =
        linked(&house, json!(["DIGILOCKER_AADHAAR", "PAN", "BANK_PENNY_DROP", "SELFIE"])).await;
    let ids: Vec<String> = steps(&house, &attempt)
        .await
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["id"].as_str().unwrap().to_owned())
        .collect();
    let reviewer: Client = house.reviewer();
    let report = async |step: usize, result: Value| {
        let input = json!({ "stepId": ids[step], "status": "COMPLETED", "result": result });
        let answer = reviewer.mutate("stepUpdateStatus", "__typename", input).await;
        let errors = answer.user_errors("stepUpdateStatus");
        errors.into_iter().map(|(code, field)| (code.to_owned(), field)).collect::<Vec<_>>()
    };
    let invalid = |field: &str| vec![("INVALID".to_owned(), field.to_owned())];
    let identity = |number: &str| json!({ "identity": { "name": "Asha Rao", "maskedAadhaar": number } });
    assert_eq!(report(0, identity("2341 2341 2346")).await, invalid("result.identity.maskedAadhaar"));
    assert_eq!(report(0, identity("234123412340")).await, invalid("result.identity.maskedAadhaar"));
    assert_eq!(
        report(1, json!({ "pan": { "maskedPan": "ABCPE1234F" } })).await,
        invalid("result.pan.maskedPan")
    );
    assert_eq!(report(1, json!({})).await, invalid("result"));
    assert_eq!(report(1, identity("xxxx xxxx 1234")).await, invalid("result"), "of another kind of step");
    let bank = |account: &str| json!({ "bank": { "maskedAccount": account, "ifsc": "HDFC0001234" } });
    assert_eq!(report(2, bank("123456789012")).await, invalid("result.bank.maskedAccount"));
    assert!(!crate::harness::dump::dump(app.kyc().db.reader()).await.contains("2341"));

    assert_eq!(report(0, identity("xxxx xxxx 1234")).await, []);
    assert_eq!(report(2, bank("xxxxxxxx9012")).await, []);
    let found = steps(&house, &attempt).await;
    assert_eq!(found[0]["result"]["nameMatch"], 100);
    assert_eq!(found[2]["result"]["ifsc"], "HDFC0001234");
    app.close().await;
}
