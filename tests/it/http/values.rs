//! Values of the right type that make no sense, and values that only look as if.

use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{attempt, attempts, text};
use crate::harness::app::{SECRET, TestApp};

#[tokio::test]
async fn ids_of_another_type_or_of_another_merchant() {
    let app = TestApp::open().await;
    let (acme, bolt) = (app.merchant("acme").await, app.merchant("bolt").await);
    let (attempt, customer, steps) = attempt(&acme.agent(), &["PAN"]).await;
    let before = app.rows().await;

    let (admin, stranger) = (acme.admin(), bolt.admin());
    for (field, own, others) in [
        ("node", &attempt, ["", "attempt_", SECRET, "7", "attempt_00000000000000000000000000"]),
        ("attempt", &attempt, [customer.as_str(), &steps[0], "", SECRET, "1 OR 1=1"]),
        ("step", &steps[0], [attempt.as_str(), &customer, "", SECRET, "' OR ''='"]),
        ("customer", &customer, [attempt.as_str(), &steps[0], "", SECRET, "😀"]),
    ] {
        let document = format!("query($id: ID!) {{ {field}(id: $id) {{ __typename }} }}");
        assert!(admin.graphql(&document, json!({ "id": own })).await.data(field).is_object(), "{field}");
        for id in others {
            assert!(
                admin.graphql(&document, json!({ "id": id })).await.data(field).is_null(),
                "{field} {id}"
            );
        }
        assert!(stranger.graphql(&document, json!({ "id": own })).await.data(field).is_null(), "{field}");
        let capitals = own.to_uppercase();
        assert!(admin.graphql(&document, json!({ "id": capitals })).await.data(field).is_null(), "{field}");
    }
    let list = attempts(&format!("filter: {{ customerId: \"{attempt}\" }}"));
    assert_eq!(admin.graphql(&list, json!({})).await.data("attempts.totalCount"), 0);
    let list = attempts(&format!("filter: {{ customerId: \"{customer}\" }}"));
    assert_eq!(admin.graphql(&list, json!({})).await.data("attempts.totalCount"), 1);
    assert_eq!(stranger.graphql(&list, json!({})).await.data("attempts.totalCount"), 0);

    for (client, id) in [(&admin, customer.as_str()), (&admin, SECRET), (&stranger, &steps[0])] {
        let input = json!({ "stepId": id, "status": "COMPLETED" });
        let answer = client.mutate("stepUpdateStatus", "step { id }", input).await;
        assert_eq!(answer.user_errors("stepUpdateStatus"), [("NOT_FOUND", "stepId".to_owned())]);
        assert!(answer.data("stepUpdateStatus.step").is_null());
    }
    assert_eq!(app.rows().await, before);
    app.close().await;
}

#[tokio::test]
async fn pages_that_cannot_be() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    attempt(&acme.agent(), &["PAN"]).await;
    attempt(&acme.agent(), &["PAN"]).await;
    let viewer = acme.viewer();
    let cursor = |list: &'static str| {
        let viewer = viewer.clone();
        async move {
            let answer = viewer.graphql(&format!("{{ {list} {{ edges {{ cursor }} }} }}"), json!({})).await;
            answer.text_at(&format!("{}.edges.0.cursor", list.split('(').next().unwrap()))
        }
    };
    let newest = cursor("attempts(sort: { field: CREATED_AT, direction: DESC })").await;
    let oldest = cursor("attempts(sort: { field: CREATED_AT, direction: ASC })").await;
    let updated = cursor("attempts(sort: { field: UPDATED_AT, direction: DESC })").await;
    let customer = cursor("customers").await;
    let event = cursor("activity").await;

    for (arguments, code) in [
        ("first: 0".to_owned(), "BAD_USER_INPUT"),
        ("first: -1".to_owned(), "BAD_USER_INPUT"),
        ("first: 101".to_owned(), "BAD_USER_INPUT"),
        ("last: 0".to_owned(), "BAD_USER_INPUT"),
        ("last: 101".to_owned(), "BAD_USER_INPUT"),
        ("first: 1, last: 1".to_owned(), "BAD_USER_INPUT"),
        (format!("after: \"{oldest}\""), "CURSOR_INVALID"),
        (format!("after: \"{updated}\""), "CURSOR_INVALID"),
        (format!("before: \"{customer}\""), "CURSOR_INVALID"),
        (format!("after: \"{event}\""), "CURSOR_INVALID"),
        (format!("after: \"{}\"", &newest[..newest.len() - 2]), "CURSOR_INVALID"),
        (format!("after: \"{newest}AA\""), "CURSOR_INVALID"),
        ("after: \"\"".to_owned(), "CURSOR_INVALID"),
        (format!("after: \"{SECRET}\""), "CURSOR_INVALID"),
        ("after: \"😀\"".to_owned(), "CURSOR_INVALID"),
        (format!("after: \"{}\"", "A".repeat(10_000)), "CURSOR_INVALID"),
    ] {
        let answer = viewer.graphql(&attempts(&arguments), json!({})).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.errors(), [(code, "attempts".to_owned())], "{arguments}");
        assert!(answer.json["data"].is_null(), "{}", answer.text);
        // Whatever is asked for.
        let count = format!("{{ attempts({arguments}) {{ totalCount }} }}");
        let answer = viewer.graphql(&count, json!({})).await;
        assert_eq!(answer.errors(), [(code, "attempts".to_owned())], "{arguments}");
    }
    for arguments in ["first: 0".to_owned(), format!("after: \"{newest}\"")] {
        let count = format!("{{ activity({arguments}) {{ totalCount }} }}");
        let code = if arguments.starts_with("first") { "BAD_USER_INPUT" } else { "CURSOR_INVALID" };
        let answer = viewer.graphql(&count, json!({})).await;
        assert_eq!(answer.errors(), [(code, "activity".to_owned())], "{arguments}");
    }
    let ok = viewer.graphql(&attempts(&format!("after: \"{newest}\"")), json!({})).await;
    assert_eq!(ok.data("attempts.nodes").as_array().unwrap().len(), 1);

    // The log's cursors are a merchant's own; so is what the cursor of a list leads to.
    let bolt = app.merchant("bolt").await;
    let stranger = bolt.viewer().graphql(&attempts(&format!("after: \"{newest}\"")), json!({})).await;
    assert!(
        stranger.json["data"]["attempts"]["nodes"].as_array().is_none_or(Vec::is_empty),
        "{}",
        stranger.text
    );
    let stranger = bolt
        .viewer()
        .graphql(&format!("{{ activity(after: \"{event}\") {{ nodes {{ id }} }} }}"), json!({}))
        .await;
    assert_eq!(stranger.errors(), [("CURSOR_INVALID", "activity".to_owned())]);
    app.close().await;
}

/// A cursor with another key behind its list and its row, which are 20 bytes: a letter for the kind of the key, and the key.
fn with_key(cursor: &str, kind: u8, key: &[u8]) -> String {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap();
    URL_SAFE_NO_PAD.encode([&bytes[..20], &[kind], key].concat())
}

#[tokio::test]
async fn cursors_with_another_kind_of_key_and_with_moments_outside_the_calendar() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    let (_, customer, _) = attempt(&acme.agent(), &["PAN"]).await;
    let viewer = acme.viewer();
    let nested = format!("customer(id: \"{customer}\") {{ attempts(ARGS) {{ edges {{ cursor }} }} }}");
    let list = |name: &str, sort: &str| format!("{name}(ARGS, sort: {sort}) {{ edges {{ cursor }} }}");
    let time = |text: &str| text.parse::<entity::Time>().unwrap().timestamp_micros().to_be_bytes();
    let outside = [
        time("+10000-01-01T00:00:00Z"),
        time("0000-12-31T23:59:59.999999Z"),
        i64::MAX.to_be_bytes(),
        i64::MIN.to_be_bytes(),
    ];
    for (question, at, kind) in [
        (list("attempts", "{ field: CREATED_AT, direction: DESC }"), "attempts", b't'),
        (list("attempts", "{ field: WAITING_SINCE, direction: ASC }"), "attempts", b't'),
        (list("customers", "{ field: UPDATED_AT, direction: ASC }"), "customers", b't'),
        (list("customers", "{ field: NAME, direction: ASC }"), "customers", b's'),
        (nested, "customer.attempts", b'n'),
    ] {
        let ask = |args: String| {
            let document = format!("{{ {} }}", question.replace("ARGS", &args));
            let viewer = viewer.clone();
            async move { viewer.graphql(&document, json!({})).await }
        };
        let cursor = ask("first: 1".to_owned()).await.text_at(&format!("{at}.edges.0.cursor"));
        let key = URL_SAFE_NO_PAD.decode(&cursor).unwrap().split_off(21);
        assert_eq!(with_key(&cursor, kind, &key), cursor, "what a cursor is made of");
        let now = time("2026-11-22T10:00:00Z");
        let keys = [(b't', &now[..]), (b's', b"asha rao"), (b'n', &[0, 0, 0, 0, 0, 0, 0, 7]), (b'x', &key)];
        let others = keys.into_iter().filter(|(other, _)| *other != kind);
        let mut wrong: Vec<_> = others.map(|(other, key)| with_key(&cursor, other, key)).collect();
        if kind == b't' {
            wrong.extend(outside.iter().map(|key| with_key(&cursor, kind, key)));
        }
        for wrong in wrong {
            for side in ["first: 1, after", "last: 1, before"] {
                let answer = ask(format!("{side}: \"{wrong}\"")).await;
                assert_eq!(answer.errors(), [("CURSOR_INVALID", at.to_owned())], "{question} {wrong}");
            }
        }
        // The calendar's own ends are places in the list like others.
        if kind == b't' {
            for (end, direction) in
                [("0001-01-01T00:00:00Z", "after"), ("9999-12-31T23:59:59.999999Z", "before")]
            {
                let end = with_key(&cursor, kind, &time(end));
                let answer = ask(format!("{direction}: \"{end}\"")).await;
                let found = answer.data(&format!("{at}.edges")).as_array().unwrap().len();
                assert_eq!(found, usize::from(!question.contains("DESC")), "{question} {direction}");
            }
        }
    }
    app.close().await;
}

#[tokio::test]
async fn ranges_days_and_zones() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    let (viewer, admin) = (acme.viewer(), acme.admin());
    let before = app.rows().await;
    for list in ["attempts", "customers"] {
        let range = |from: &str, to: &str| {
            format!(
                "{{ {list}(filter: {{ createdFrom: \"{from}\", createdTo: \"{to}\" }}) {{ totalCount }} }}"
            )
        };
        let answer = viewer.graphql(&range("2026-02-02T00:00:00Z", "2026-02-01T00:00:00Z"), json!({})).await;
        assert_eq!(answer.errors(), [("BAD_USER_INPUT", list.to_owned())]);
        // An empty range is a range; times compare as moments, whatever their offset.
        for (from, to) in [
            ("2026-02-01T00:00:00Z", "2026-02-01T00:00:00Z"),
            ("2026-02-01T05:30:00+05:30", "2026-02-01T00:00:00.000001Z"),
            ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
        ] {
            let answer = viewer.graphql(&range(from, to), json!({})).await;
            assert_eq!(answer.data(&format!("{list}.totalCount")), 0, "{from} {to}");
        }
    }
    let ended =
        attempts("filter: { endedFrom: \"2026-02-02T00:00:00Z\", endedTo: \"2026-02-01T00:00:00Z\" }");
    assert_eq!(viewer.graphql(&ended, json!({})).await.errors(), [("BAD_USER_INPUT", "attempts".to_owned())]);

    for zone in ["Mars/Olympus", "", "+05:30", SECRET] {
        let answer = admin.mutate("merchantUpdate", "merchant { id }", json!({ "timeZone": zone })).await;
        assert_eq!(answer.user_errors("merchantUpdate"), [("INVALID", "timeZone".to_owned())], "{zone}");
    }
    assert_eq!(app.rows().await, before);
    app.close().await;
}

#[tokio::test]
async fn the_ends_of_the_calendar_with_an_offset_are_beyond_everything() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    attempt(&acme.agent(), &["PAN"]).await;
    let viewer = acme.viewer();
    let (begin, end) = ("0000-01-01T00:00:00+14:00", "9999-12-31T23:59:59-05:00");
    for list in ["attempts", "customers"] {
        for (filter, found) in [
            (json!({ "createdTo": end }), 1),
            (json!({ "createdFrom": end }), 0),
            (json!({ "createdFrom": begin }), 1),
            (json!({ "createdTo": begin }), 0),
            (json!({ "createdFrom": begin, "createdTo": end }), 1),
            // There is no later moment, however it is written.
            (json!({ "createdFrom": end, "createdTo": "9999-12-31T23:59:60.5-23:59" }), 0),
        ] {
            let kind = if list == "attempts" { "AttemptFilter" } else { "CustomerFilter" };
            let document =
                format!("query($f: {kind}) {{ {list}(filter: $f) {{ totalCount nodes {{ id }} }} }}");
            let answer = viewer.graphql(&document, json!({ "f": filter })).await;
            assert_eq!(answer.data(&format!("{list}.totalCount")), found, "{list} {filter}");
            let nodes = answer.data(&format!("{list}.nodes")).as_array().unwrap();
            assert_eq!(nodes.len(), found, "{list} {filter}");
        }
    }
    app.close().await;
}

#[tokio::test]
async fn what_is_refused_of_a_customer() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    let agent = acme.agent();
    let known = agent
        .done(
            "customerCreate",
            "customer { id email }",
            json!({ "customer": { "name": "Asha", "reference": "C-1", "email": "Asha@EXAMPLE.com" } }),
        )
        .await;
    assert_eq!(known["customer"]["email"], "asha@example.com");

    let before = app.rows().await;
    let long = "x".repeat(301);
    for (code, field, customer) in [
        ("TAKEN", "customer.reference", json!({ "name": SECRET, "reference": "C-1" })),
        ("TAKEN", "customer.reference", json!({ "name": SECRET, "reference": " C-1 " })),
        ("REQUIRED", "customer.name", json!({ "name": "" })),
        ("REQUIRED", "customer.name", json!({ "name": " \u{200b}\u{a0} " })),
        ("TOO_LONG", "customer.name", json!({ "name": long })),
        ("INVALID", "customer.name", json!({ "name": format!("{SECRET}\nAsha") })),
        ("INVALID", "customer.name", json!({ "name": format!("{SECRET}\u{202e}Asha") })),
        ("INVALID", "customer.name", json!({ "name": "Asha 2341 2341 2346" })),
        ("INVALID", "customer.email", json!({ "name": "Asha", "email": SECRET })),
        ("INVALID", "customer.phone", json!({ "name": "Asha", "phone": SECRET })),
        ("INVALID", "customer.country", json!({ "name": "Asha", "country": SECRET })),
        ("INVALID", "customer.dateOfBirth", json!({ "name": "Asha", "dateOfBirth": "1899-12-31" })),
        ("INVALID", "customer.dateOfBirth", json!({ "name": "Asha", "dateOfBirth": "2027-01-01" })),
    ] {
        for mutation in ["customerCreate", "attemptCreate", "kycLinkGenerate"] {
            let answer = agent.mutate(mutation, "__typename", json!({ "customer": customer })).await;
            assert_eq!(answer.user_errors(mutation), [(code, field.to_owned())], "{mutation} {customer}");
        }
    }
    // All that is wrong is told at once.
    let wrong = json!({ "customer": { "name": "", "email": SECRET, "phone": SECRET } });
    let answer = agent.mutate("customerCreate", "__typename", wrong).await;
    assert_eq!(answer.user_errors("customerCreate").len(), 3);
    assert_eq!(app.rows().await, before);

    // Another merchant's references are no concern of ours; those of another case are others.
    let customer = json!({ "customer": { "name": "Asha", "reference": "C-1" } });
    app.merchant("bolt").await.agent().done("customerCreate", "customer { id }", customer).await;
    agent
        .done(
            "customerCreate",
            "customer { id }",
            json!({ "customer": { "name": "Asha", "reference": "c-1" } }),
        )
        .await;
    app.close().await;
}

#[tokio::test]
async fn names_of_every_script_come_back_as_they_were() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    let agent = acme.agent();
    for name in [
        "श्रीमती ज़ोया राव",
        "कृष्णमूर्ति",
        "Zoë O’Brien-李",
        "🪪 Asha 👩🏽‍💼",
        "محمد عبد الله",
        "நா. முத்துக்குமார்",
        "\\u0041 \\\" {name} %s <b>&amp; '; --",
        "e\u{301}".repeat(3).as_str(),
    ] {
        // NFC is the form that is stored.
        let shown: String = unicode_normalization::UnicodeNormalization::nfc(name).collect();
        let made = agent
            .done("customerCreate", "customer { id name }", json!({ "customer": { "name": name } }))
            .await;
        assert_eq!(made["customer"]["name"], json!(shown));
        let read = "query($id: ID!, $search: String) { customer(id: $id) { name } customers(filter: { search: $search }) { nodes { name } } }";
        let variables = json!({ "id": made["customer"]["id"], "search": name });
        let answer = agent.graphql(read, variables).await;
        assert_eq!(answer.data("customer.name"), &json!(shown));
        let found = answer.data("customers.nodes").as_array().unwrap();
        assert!(found.contains(&json!({ "name": shown })), "{name}: {}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/json; charset=utf-8");
    }
    app.close().await;
}

#[tokio::test]
async fn nul_in_a_document() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    let admin = acme.admin();
    let before = app.rows().await;
    // JSON with a NUL is refused as such; a document can spell one by itself.
    for document in [
        "{ customers(filter: { search: \"a\\u0000b\" }) { totalCount } }",
        "{ customer(reference: \"a\\u0000b\") { id } }",
        "{ attempts(filter: { customerReference: \"a\\u0000b\" }) { totalCount } }",
        "{ attempts(filter: { customerId: \"a\\u0000b\" }) { totalCount } }",
        "{ attempt(id: \"a\\u0000b\") { id } }",
        "{ attempts(after: \"a\\u0000b\") { totalCount nodes { id } } }",
        "mutation { customerCreate(input: { customer: { name: \"a\\u0000b\" } }) { customer { id } userErrors { code } } }",
        "mutation { customerCreate(input: { customer: { name: \"a\", reference: \"a\\u0000b\" } }) { customer { id } userErrors { code } } }",
        "mutation { customerCreate(input: { customer: { name: \"a\" } idempotencyKey: \"a\\u0000b\" }) { customer { id } userErrors { code } } }",
        "mutation { attemptCreate(input: { customerReference: \"a\\u0000b\" }) { attempt { id } userErrors { code } } }",
        "mutation { apiKeyCreate(input: { name: \"a\\u0000b\", role: VIEWER }) { secret userErrors { code } } }",
        "mutation { memberCreate(input: { name: \"a\", email: \"a\\u0000b@example.com\", role: VIEWER }) { passwordUrl userErrors { code } } }",
        "mutation { merchantUpdate(input: { name: \"a\\u0000b\" }) { merchant { id } userErrors { code } } }",
        "mutation { brandingUpdate(input: { displayName: \"a\\u0000b\" }) { branding { displayName } userErrors { code } } }",
    ] {
        let answer = admin.graphql(document, json!({})).await;
        assert!(!answer.text.contains("INTERNAL"), "{document}: {}", answer.text);
        let done = answer.json["data"].as_object().into_iter().flat_map(|data| data.values());
        for payload in done {
            let refused =
                payload.is_null() || payload["userErrors"] != json!([]) || payload["totalCount"] == 0;
            assert!(refused, "{document}: {}", answer.text);
        }
    }
    for surrogate in ["\\ud800", "\\udc00\\ud800", "\\u{d800}", "\\u{110000}"] {
        let document =
            format!("{{ customers(filter: {{ search: \"{SECRET}{surrogate}\" }}) {{ totalCount }} }}");
        let answer = admin.graphql(&document, json!({})).await;
        assert_eq!(answer.errors(), [("BAD_USER_INPUT", String::new())], "{surrogate}");
    }
    assert_eq!(app.rows().await, before);
    app.close().await;
}

#[tokio::test]
async fn an_email_in_another_case_is_the_same_member() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    let admin = acme.admin();
    let member = |email: &str| json!({ "email": email, "name": "Ravi", "role": "AGENT" });
    let made = admin.done("memberCreate", "member { email }", member("Ravi.K@Example.COM")).await;
    assert_eq!(text(&made["member"]["email"]), "ravi.k@example.com");
    let before = app.rows().await;
    for email in ["ravi.k@example.com", "RAVI.K@EXAMPLE.COM", " Ravi.K@Example.com "] {
        let answer = admin.mutate("memberCreate", "member { id }", member(email)).await;
        assert_eq!(answer.user_errors("memberCreate"), [("TAKEN", "email".to_owned())], "{email}");
        assert_eq!(answer.data("memberCreate.member"), &Value::Null);
    }
    assert_eq!(app.rows().await, before);
    app.close().await;
}
