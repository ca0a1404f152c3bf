//! For every place that takes an id: a valid document that gives it one.

use serde_json::{Value, json};

use super::mutations;

/// `@…` in the variables stands for an object.
pub(super) struct Place {
    pub(super) at: &'static str,
    pub(super) document: String,
    pub(super) variables: Value,
}

impl Place {
    /// Whether the merchant's own ADMIN may be refused with this code, because of what else there is.
    pub(super) fn may_refuse(&self, code: Option<&str>) -> bool {
        match self.at {
            // The customer has an open attempt, and the reference is taken.
            "KycLinkGenerateInput.customerId"
            | "KycLinkGenerateInput.customerReference"
            | "AttemptCreateInput.customerId"
            | "AttemptCreateInput.customerReference" => code == Some("ACTIVE_ATTEMPT_EXISTS"),
            "CustomerInput.reference" => code == Some("TAKEN"),
            _ => false,
        }
    }
}

fn read(at: &'static str, document: &str, value: &str) -> Place {
    Place { at, document: document.to_owned(), variables: json!({ "v": value }) }
}

/// The payload's own objects are asked for, so that an answer that showed them would be seen.
fn write(at: &'static str, mutation: &str, shown: &str, input: &Value) -> Place {
    let document = crate::harness::graph::mutation(mutation, shown);
    Place { at, document, variables: json!({ "input": input }) }
}

/// A mutation with the input of the table of mutations.
fn listed(at: &'static str, mutation: &str, shown: &str) -> Place {
    let (.., input) = mutations::all().into_iter().find(|(name, ..)| *name == mutation).unwrap();
    write(at, mutation, shown, &input)
}

const NODE: &str = "id ... on Customer { name reference } ... on Attempt { customer { name } }
    ... on Step { attempt { id customer { id name } } } ... on Hold { attempt { id } } ... on ScreeningMatch { listedName }
    ... on TrackerEvent { told: customer { id name } toldOf: attempt { id } } ... on Member { name email } ... on ApiKey { prefix }
    ... on Merchant { slug }";
const ATTEMPT: &str = "attempt { id customer { id name reference } steps { id } }";

pub(super) fn all() -> Vec<Place> {
    let mut all = reads();
    all.extend(pages());
    all.extend(streams());
    all.extend(writes());
    all
}

fn reads() -> Vec<Place> {
    let node = format!("query($v: ID!) {{ node(id: $v) {{ {NODE} }} }}");
    let mut all: Vec<_> =
        ["@merchant", "@attempt", "@customer", "@step", "@hold", "@match", "@key", "@member", "@event"]
            .map(|object| read("Query.node(id)", &node, object))
            .into();
    let objects = json!([
        "@customer",
        "@attempt",
        "@step",
        "@hold",
        "@match",
        "@key",
        "@member",
        "@event",
        "@merchant"
    ]);
    all.push(Place {
        at: "Query.nodes(ids)",
        document: format!("query($v: [ID!]!) {{ nodes(ids: $v) {{ {NODE} }} }}"),
        variables: json!({ "v": objects }),
    });
    all.extend([
        read("Query.customer(id)", "query($v: ID!) { customer(id: $v) { id name reference } }", "@customer"),
        read(
            "Query.customer(reference)",
            "query($v: String!) { customer(reference: $v) { id name } }",
            "@reference",
        ),
        read(
            "Query.attempt(id)",
            "query($v: ID!) { attempt(id: $v) { id customer { id name } } }",
            "@attempt",
        ),
        read(
            "Query.step(id)",
            "query($v: ID!) { step(id: $v) { id attempt { id customer { name } } } }",
            "@step",
        ),
        read(
            "AttemptFilter.customerId",
            "query($v: ID!) { attempts(filter: { customerId: $v }) { totalCount nodes { id } } }",
            "@customer",
        ),
        read(
            "AttemptFilter.customerReference",
            "query($v: String!) { attempts(filter: { customerReference: $v }) { totalCount nodes { id } } }",
            "@reference",
        ),
    ]);
    all
}

/// A cursor of the merchant's, put to the asker's own list.
fn pages() -> Vec<Place> {
    let own = |list: &str, argument: &str, below: &str| {
        format!(
            "query($v: String!) {{ {list} {{ nodes {{ {below}({argument}: $v) {{ edges {{ cursor node {{ id }} }} }} }} }} }}"
        )
    };
    let of_merchant = |list: &str, argument: &str| {
        format!("query($v: String!) {{ {list}({argument}: $v) {{ edges {{ cursor node {{ id }} }} }} }}")
    };
    vec![
        read("Query.customers(after)", &of_merchant("customers", "after"), "@cursor:customers"),
        read("Query.customers(before)", &of_merchant("customers", "before"), "@cursor:customers"),
        read("Query.attempts(after)", &of_merchant("attempts", "after"), "@cursor:attempts"),
        read("Query.attempts(before)", &of_merchant("attempts", "before"), "@cursor:attempts"),
        read("Query.activity(after)", &of_merchant("activity", "after"), "@cursor:activity"),
        read("Customer.attempts(after)", &own("customers", "after", "attempts"), "@cursor:customer.attempts"),
        read(
            "Customer.attempts(before)",
            &own("customers", "before", "attempts"),
            "@cursor:customer.attempts",
        ),
        read(
            "Customer.recentActivity(after)",
            &own("customers", "after", "recentActivity"),
            "@cursor:customer.activity",
        ),
        read("Attempt.tracker(after)", &own("attempts", "after", "tracker"), "@cursor:tracker"),
        read("Attempt.tracker(before)", &own("attempts", "before", "tracker"), "@cursor:tracker"),
    ]
}

fn streams() -> Vec<Place> {
    let change = "cursor step { id } attempt { id customer { id name } }";
    let event = "cursor customer { id name } attempt { id } step { id }";
    let of = |at, field: &str, argument: &str, shown: &str, object: &str| Place {
        at,
        document: format!(
            "subscription($v: ID!, $after: EventCursor) {{ {field}({argument}: $v, after: $after) {{ {shown} }} }}"
        ),
        variables: json!({ "v": object, "after": "@begin" }),
    };
    let after = |field: &str, shown: &str| {
        format!("subscription($v: EventCursor) {{ {field}(after: $v) {{ {shown} }} }}")
    };
    vec![
        of("Subscription.stepChanged(attemptId)", "stepChanged", "attemptId", change, "@attempt"),
        of("Subscription.stepChanged(customerId)", "stepChanged", "customerId", change, "@customer"),
        of("Subscription.trackerEvent(attemptId)", "trackerEvent", "attemptId", event, "@attempt"),
        of("Subscription.trackerEvent(customerId)", "trackerEvent", "customerId", event, "@customer"),
        read("Subscription.stepChanged(after)", &after("stepChanged", change), "@cursor:begin"),
        read("Subscription.trackerEvent(after)", &after("trackerEvent", event), "@cursor:begin"),
    ]
}

fn writes() -> Vec<Place> {
    let hold = format!("hold {{ id }} {ATTEMPT}");
    let step = format!("step {{ id }} {ATTEMPT}");
    let by = |key: &str, object: &str| json!({ key: object, "steps": ["PAN"] });
    vec![
        listed("ApiKeyRevokeInput.id", "apiKeyRevoke", "apiKey { id prefix }"),
        listed("MemberUpdateInput.id", "memberUpdate", "member { id email }"),
        listed("MemberPasswordResetInput.id", "memberPasswordReset", "member { id email }"),
        listed("CustomerUpdateInput.id", "customerUpdate", "customer { id reference }"),
        listed("KycLinkResendInput.attemptId", "kycLinkResend", ATTEMPT),
        listed("KycLinkExtendInput.attemptId", "kycLinkExtend", ATTEMPT),
        listed("KycLinkRevokeInput.attemptId", "kycLinkRevoke", ATTEMPT),
        listed("StepUpdateStatusInput.stepId", "stepUpdateStatus", &step),
        listed("HoldPlaceInput.attemptId", "holdPlace", &hold),
        listed("HoldReleaseInput.holdId", "holdRelease", &hold),
        listed(
            "ScreeningMatchDecideInput.matchId",
            "screeningMatchDecide",
            "match { id listedName } step { id }",
        ),
        listed("AttemptRejectInput.attemptId", "attemptReject", ATTEMPT),
        write("KycLinkGenerateInput.customerId", "kycLinkGenerate", ATTEMPT, &by("customerId", "@customer")),
        write(
            "KycLinkGenerateInput.customerReference",
            "kycLinkGenerate",
            ATTEMPT,
            &by("customerReference", "@reference"),
        ),
        write("AttemptCreateInput.customerId", "attemptCreate", ATTEMPT, &by("customerId", "@customer")),
        write(
            "AttemptCreateInput.customerReference",
            "attemptCreate",
            ATTEMPT,
            &by("customerReference", "@reference"),
        ),
        // It is free in another merchant: what is made there is that merchant's.
        write(
            "CustomerInput.reference",
            "customerCreate",
            "customer { name }",
            &json!({ "customer": { "name": "Zoya", "reference": "@reference" } }),
        ),
    ]
}
