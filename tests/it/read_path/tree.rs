//! The reference: the same rows, all loaded at once, in plain types that the library resolves itself.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{ID, Interface, Object, SimpleObject, Union};
use chrono::SecondsFormat;
use entity::{
    ActorKind, AttemptState, ExpiryReason, LinkState, MatchDecision, MerchantMode, Party, Role, Scoped,
    StepKind, StepStatus, Time, attempt, customer, hold,
    id::{ApiKeyId, MemberId},
    screening, screening_match, step,
};
use kyc_stack::auth::Actor as Asker;
use serde_json::json;
use uuid::Uuid;

use crate::harness::{graph::graph, office::Office};

/// The lists that have pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum List {
    Customers,
    Attempts,
    OfCustomer,
}

/// Every row of the merchant. Cursors are opaque, so they are the API's own: only where they lead is compared.
pub(super) struct Tree {
    customers: Vec<customer::Model>,
    attempts: Vec<attempt::Model>,
    steps: Vec<step::Model>,
    holds: Vec<hold::Model>,
    screenings: Vec<screening::Model>,
    matches: Vec<screening_match::Model>,
    cursors: HashMap<List, HashMap<String, String>>,
    now: Time,
    reviewer: bool,
}

impl Tree {
    pub(super) async fn preload(office: &Office, asker: &Asker) -> Self {
        let (scope, db) = (office.scope(), office.kyc.db.reader());
        let asked = "{ customers(first: 100) { edges { cursor node { id } } }
                       attempts(first: 100) { edges { cursor node { id } } }
                       each: customers(first: 20) { nodes { attempts(first: 5) { edges { cursor node { id } } } } } }";
        let answer = graph(&office.kyc, asker, asked, json!({})).await;
        let cursors = |edges: &serde_json::Value| -> Vec<(String, String)> {
            let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            let edges = edges.as_array().unwrap().iter();
            edges.map(|edge| (text(&edge["node"]["id"]), text(&edge["cursor"]))).collect()
        };
        let data = &answer["data"];
        let each = data["each"]["nodes"].as_array().unwrap().iter();
        let cursors = HashMap::from([
            (List::Customers, cursors(&data["customers"]["edges"]).into_iter().collect()),
            (List::Attempts, cursors(&data["attempts"]["edges"]).into_iter().collect()),
            (List::OfCustomer, each.flat_map(|customer| cursors(&customer["attempts"]["edges"])).collect()),
        ]);
        let now = office.kyc.clock.now();
        let mut attempts = attempt::Entity::scoped(scope).all(db).await.unwrap();
        for row in &mut attempts {
            // The clock has ended it, and nobody has written so yet.
            if let Some(due) = row.due_at.filter(|due| *due <= now) {
                row.expiry_reason = Some(if row.link_open_count > 0 {
                    ExpiryReason::Abandoned
                } else {
                    ExpiryReason::NeverOpened
                });
                (row.state, row.ended_at) = (AttemptState::Expired, Some(due));
                (row.waiting_on, row.waiting_since) = (None, None);
            }
        }
        assert!(attempts.iter().any(|row| row.state == AttemptState::Expired && row.due_at.is_some()));
        let mut steps = step::Entity::scoped(scope).all(db).await.unwrap();
        steps.sort_by_key(|row| row.position);
        let mut holds = hold::Entity::scoped(scope).all(db).await.unwrap();
        holds.sort_by_key(|row| (row.placed_at, row.id));
        let customers = customer::Entity::scoped(scope).all(db).await.unwrap();
        let screenings = screening::Entity::scoped(scope).all(db).await.unwrap();
        let mut matches = screening_match::Entity::scoped(scope).all(db).await.unwrap();
        matches.sort_by_key(|row| row.position);
        assert!(screenings.iter().any(|row| !row.newest) && matches.len() > 1);
        let reviewer = asker.may(Role::Reviewer);
        Self { customers, attempts, steps, holds, screenings, matches, cursors, now, reviewer }
    }

    /// The ids of all objects of a type.
    pub(super) fn ids(&self, prefix: &str) -> Vec<String> {
        match prefix {
            "customer" => self.customers.iter().map(|row| row.id.to_string()).collect(),
            "attempt" => self.attempts.iter().map(|row| row.id.to_string()).collect(),
            "step" => self.steps.iter().map(|row| row.id.to_string()).collect(),
            "hold" => self.holds.iter().map(|row| row.id.to_string()).collect(),
            "match" => self.matches.iter().map(|row| row.id.to_string()).collect(),
            other => panic!("no objects with the prefix {other}"),
        }
    }

    /// The cursors of a list, in the order of their ids.
    pub(super) fn cursors(&self, list: List) -> Vec<String> {
        let mut cursors: Vec<_> = self.cursors[&list].iter().collect();
        cursors.sort();
        cursors.into_iter().map(|(_, cursor)| cursor.clone()).collect()
    }

    /// Which rows a page has: their places in `sorted`, and whether there are more on either side.
    fn page<K: PartialOrd>(
        &self,
        list: List,
        sorted: &[(String, K)],
        everybody: &[(String, K)],
        asked: &Asked,
    ) -> (Vec<usize>, Info) {
        let place = |cursor: &String| {
            let id = self.cursors[&list].iter().find(|(_, known)| *known == cursor).unwrap().0;
            &everybody.iter().find(|(known, _)| known == id).unwrap().1
        };
        // The newest come first.
        let within: Vec<_> = (0..sorted.len())
            .filter(|row| asked.after.as_ref().is_none_or(|cursor| sorted[*row].1 < *place(cursor)))
            .filter(|row| asked.before.as_ref().is_none_or(|cursor| sorted[*row].1 > *place(cursor)))
            .collect();
        let size = usize::try_from(asked.first.or(asked.last).unwrap_or(20)).unwrap();
        let (rows, next, previous) = if asked.last.is_some() {
            let start = within.len().saturating_sub(size);
            (within[start..].to_vec(), asked.before.is_some(), start > 0)
        } else {
            (within.iter().copied().take(size).collect(), within.len() > size, asked.after.is_some())
        };
        let cursor = |row: Option<&usize>| row.map(|row| self.cursors[&list][&sorted[*row].0].clone());
        let info = Info {
            has_next_page: next,
            has_previous_page: previous,
            start_cursor: cursor(rows.first()),
            end_cursor: cursor(rows.last()),
        };
        (rows, info)
    }
}

struct Asked {
    first: Option<i32>,
    after: Option<String>,
    last: Option<i32>,
    before: Option<String>,
}

fn time(time: Time) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

type At = Arc<Tree>;

pub(super) struct Query(pub(super) At);

#[derive(Clone)]
struct Customer(At, usize);
#[derive(Clone)]
struct Attempt(At, usize);
#[derive(Clone)]
struct Step(At, usize);
#[derive(Clone)]
struct Hold(At, usize);
#[derive(Clone)]
struct ScreeningResult(At, usize);
#[derive(Clone)]
struct ScreeningMatch(At, usize);

#[derive(Union)]
enum StepResult {
    Screening(ScreeningResult),
}

#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID"))]
enum Node {
    Customer(Customer),
    Attempt(Attempt),
    Step(Step),
    Hold(Hold),
    Match(ScreeningMatch),
}

#[derive(Clone, SimpleObject)]
#[graphql(name = "PageInfo")]
struct Info {
    has_next_page: bool,
    has_previous_page: bool,
    start_cursor: Option<String>,
    end_cursor: Option<String>,
}

#[derive(SimpleObject)]
struct CustomerEdge {
    cursor: String,
    node: Customer,
}

#[derive(SimpleObject)]
struct CustomerConnection {
    edges: Vec<CustomerEdge>,
    nodes: Vec<Customer>,
    page_info: Info,
    total_count: usize,
}

#[derive(SimpleObject)]
struct AttemptEdge {
    cursor: String,
    node: Attempt,
}

#[derive(SimpleObject)]
struct AttemptConnection {
    edges: Vec<AttemptEdge>,
    nodes: Vec<Attempt>,
    page_info: Info,
    total_count: usize,
}

#[derive(SimpleObject)]
struct Progress {
    completed: i32,
    total: i32,
}

#[derive(SimpleObject)]
struct KycLink {
    state: LinkState,
    expires_at: String,
    open_count: i32,
    last_opened_at: Option<String>,
    issued_count: i32,
}

#[derive(SimpleObject)]
struct Reason {
    code: String,
    message: String,
    staff_note: Option<String>,
}

#[derive(SimpleObject)]
struct ScreenedList {
    name: String,
    version: String,
}

#[derive(SimpleObject)]
struct Actor {
    kind: ActorKind,
    id: Option<ID>,
    name: String,
}

fn find(tree: &At, id: &str) -> Option<Node> {
    let at = |ids: Vec<String>| ids.iter().position(|known| known == id);
    let tree = || Arc::clone(tree);
    match id.split('_').next()? {
        "customer" => at(tree().ids("customer")).map(|row| Node::Customer(Customer(tree(), row))),
        "attempt" => at(tree().ids("attempt")).map(|row| Node::Attempt(Attempt(tree(), row))),
        "step" => at(tree().ids("step")).map(|row| Node::Step(Step(tree(), row))),
        "hold" => at(tree().ids("hold")).map(|row| Node::Hold(Hold(tree(), row))),
        "match" if tree().reviewer => {
            at(tree().ids("match")).map(|row| Node::Match(ScreeningMatch(tree(), row)))
        }
        _ => None,
    }
}

/// The page of some attempts, given their places and what they are sorted by.
fn attempts_page<K: PartialOrd>(
    tree: &At,
    list: List,
    rows: Vec<usize>,
    key: fn(&attempt::Model) -> K,
    asked: &Asked,
) -> AttemptConnection {
    let keyed = |row: &attempt::Model| (row.id.to_string(), key(row));
    let mut rows = rows;
    rows.sort_by(|a, b| key(&tree.attempts[*b]).partial_cmp(&key(&tree.attempts[*a])).unwrap());
    let sorted: Vec<_> = rows.iter().map(|row| keyed(&tree.attempts[*row])).collect();
    let everybody: Vec<_> = tree.attempts.iter().map(keyed).collect();
    let (places, page_info) = tree.page(list, &sorted, &everybody, asked);
    let nodes: Vec<_> = places.iter().map(|place| Attempt(Arc::clone(tree), rows[*place])).collect();
    let cursors = &tree.cursors[&list];
    let edges = nodes.iter().map(|node| AttemptEdge {
        cursor: cursors[&tree.attempts[node.1].id.to_string()].clone(),
        node: node.clone(),
    });
    AttemptConnection { edges: edges.collect(), page_info, total_count: rows.len(), nodes }
}

#[Object]
impl Query {
    async fn node(&self, id: ID) -> Option<Node> {
        find(&self.0, &id)
    }

    async fn nodes(&self, ids: Vec<ID>) -> Vec<Option<Node>> {
        ids.iter().map(|id| find(&self.0, id)).collect()
    }

    async fn customer(&self, id: ID) -> Option<Customer> {
        if let Some(Node::Customer(found)) = find(&self.0, &id) { Some(found) } else { None }
    }

    async fn attempt(&self, id: ID) -> Option<Attempt> {
        if let Some(Node::Attempt(found)) = find(&self.0, &id) { Some(found) } else { None }
    }

    async fn step(&self, id: ID) -> Option<Step> {
        if let Some(Node::Step(found)) = find(&self.0, &id) { Some(found) } else { None }
    }

    async fn customers(
        &self,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> CustomerConnection {
        let tree = &self.0;
        let mut rows: Vec<usize> = (0..tree.customers.len()).collect();
        let key = |row: &usize| (tree.customers[*row].created_at, tree.customers[*row].id.0);
        rows.sort_by_key(|row| std::cmp::Reverse(key(row)));
        let sorted: Vec<_> = rows.iter().map(|row| (tree.customers[*row].id.to_string(), key(row))).collect();
        let asked = Asked { first, after, last, before };
        let (places, page_info) = tree.page(List::Customers, &sorted, &sorted, &asked);
        let cursors = &tree.cursors[&List::Customers];
        let nodes: Vec<_> = places.iter().map(|place| Customer(Arc::clone(tree), rows[*place])).collect();
        let edges = places.iter().map(|place| CustomerEdge {
            cursor: cursors[&sorted[*place].0].clone(),
            node: Customer(Arc::clone(tree), rows[*place]),
        });
        CustomerConnection { edges: edges.collect(), nodes, page_info, total_count: rows.len() }
    }

    async fn attempts(
        &self,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AttemptConnection {
        let asked = Asked { first, after, last, before };
        let rows = (0..self.0.attempts.len()).collect();
        attempts_page(&self.0, List::Attempts, rows, |row| (row.created_at, row.id.0), &asked)
    }
}

impl Customer {
    fn row(&self) -> &customer::Model {
        &self.0.customers[self.1]
    }

    fn own(&self) -> Vec<usize> {
        (0..self.0.attempts.len()).filter(|row| self.0.attempts[*row].customer_id == self.row().id).collect()
    }

    fn latest(&self) -> Option<Attempt> {
        let newest = self.own().into_iter().max_by_key(|row| self.0.attempts[*row].number)?;
        Some(Attempt(Arc::clone(&self.0), newest))
    }
}

#[Object]
impl Customer {
    async fn id(&self) -> ID {
        self.row().id.to_string().into()
    }

    async fn reference(&self) -> &Option<String> {
        &self.row().reference
    }

    async fn name(&self) -> &str {
        &self.row().name
    }

    async fn email(&self) -> &Option<String> {
        &self.row().email
    }

    async fn date_of_birth(&self) -> Option<String> {
        self.row().date_of_birth.map(|day| day.to_string())
    }

    async fn kyc_state(&self) -> Option<AttemptState> {
        Some(self.latest()?.row().state)
    }

    async fn latest_attempt(&self) -> Option<Attempt> {
        self.latest()
    }

    async fn attempts(
        &self,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AttemptConnection {
        let asked = Asked { first, after, last, before };
        attempts_page(&self.0, List::OfCustomer, self.own(), |row| (row.number, row.id.0), &asked)
    }

    async fn created_at(&self) -> String {
        time(self.row().created_at)
    }

    async fn updated_at(&self) -> String {
        time(self.row().updated_at)
    }

    async fn version(&self) -> i32 {
        self.row().version
    }
}

impl Attempt {
    fn row(&self) -> &attempt::Model {
        &self.0.attempts[self.1]
    }

    fn own_steps(&self) -> Vec<Step> {
        let own = (0..self.0.steps.len()).filter(|row| self.0.steps[*row].attempt_id == self.row().id);
        own.map(|row| Step(Arc::clone(&self.0), row)).collect()
    }
}

#[Object]
impl Attempt {
    async fn id(&self) -> ID {
        self.row().id.to_string().into()
    }

    async fn number(&self) -> i32 {
        self.row().number
    }

    async fn customer(&self) -> Customer {
        let place = self.0.customers.iter().position(|row| row.id == self.row().customer_id).unwrap();
        Customer(Arc::clone(&self.0), place)
    }

    async fn state(&self) -> AttemptState {
        self.row().state
    }

    async fn mode(&self) -> MerchantMode {
        self.row().mode
    }

    async fn waiting_on(&self) -> Option<Party> {
        self.row().waiting_on
    }

    async fn waiting_since(&self) -> Option<String> {
        self.row().waiting_since.map(time)
    }

    async fn steps(&self) -> Vec<Step> {
        self.own_steps()
    }

    async fn step(&self, kind: StepKind) -> Option<Step> {
        self.own_steps().into_iter().find(|step| step.row().kind == kind)
    }

    async fn progress(&self) -> Progress {
        let steps = self.own_steps();
        let completed = steps.iter().filter(|step| step.row().status == StepStatus::Completed).count();
        Progress { completed: i32::try_from(completed).unwrap(), total: i32::try_from(steps.len()).unwrap() }
    }

    async fn holds(&self, include_released: Option<bool>) -> Vec<Hold> {
        let own = self.0.holds.iter().enumerate().filter(|(_, hold)| {
            hold.attempt_id == self.row().id
                && (hold.released_at.is_none() || include_released.unwrap_or_default())
        });
        own.map(|(row, _)| Hold(Arc::clone(&self.0), row)).collect()
    }

    async fn link(&self) -> Option<KycLink> {
        let row = self.row();
        let expires_at = row.expires_at?;
        let state = match row.state {
            AttemptState::Completed | AttemptState::Rejected => LinkState::Ended,
            AttemptState::Expired => LinkState::Expired,
            _ if expires_at <= self.0.now => LinkState::Expired,
            _ => LinkState::Active,
        };
        Some(KycLink {
            state,
            expires_at: time(expires_at),
            open_count: row.link_open_count,
            last_opened_at: row.link_last_opened_at.map(time),
            issued_count: row.link_issued_count,
        })
    }

    async fn rejection(&self) -> Option<Reason> {
        let row = self.row();
        Some(Reason {
            code: row.rejection_code.clone()?,
            message: row.rejection_message.clone()?,
            staff_note: row.rejection_staff_note.clone(),
        })
    }

    async fn expiry_reason(&self) -> Option<ExpiryReason> {
        self.row().expiry_reason
    }

    async fn created_at(&self) -> String {
        time(self.row().created_at)
    }

    async fn started_at(&self) -> Option<String> {
        self.row().started_at.map(time)
    }

    async fn ended_at(&self) -> Option<String> {
        self.row().ended_at.map(time)
    }

    async fn expires_at(&self) -> Option<String> {
        self.row().expires_at.map(time)
    }

    async fn version(&self) -> i32 {
        self.row().version
    }
}

fn attempt_of(tree: &At, id: Uuid) -> Attempt {
    Attempt(Arc::clone(tree), tree.attempts.iter().position(|row| row.id.0 == id).unwrap())
}

impl Step {
    fn row(&self) -> &step::Model {
        &self.0.steps[self.1]
    }
}

#[Object]
impl Step {
    async fn id(&self) -> ID {
        self.row().id.to_string().into()
    }

    async fn attempt(&self) -> Attempt {
        attempt_of(&self.0, self.row().attempt_id.0)
    }

    async fn kind(&self) -> StepKind {
        self.row().kind
    }

    async fn position(&self) -> i32 {
        self.row().position
    }

    async fn status(&self) -> StepStatus {
        self.row().status
    }

    async fn waiting_on(&self) -> Option<Party> {
        let over = attempt_of(&self.0, self.row().attempt_id.0).row().ended_at.is_some();
        self.row().waiting_on.filter(|_| !over)
    }

    async fn reason(&self) -> Option<Reason> {
        let row = self.row();
        if row.kind == StepKind::SanctionScreening && !self.0.reviewer {
            return None;
        }
        Some(Reason {
            code: row.reason_code.clone()?,
            message: row.reason_message.clone()?,
            staff_note: row.reason_staff_note.clone(),
        })
    }

    async fn tries(&self) -> i32 {
        self.row().tries
    }

    async fn max_tries(&self) -> i32 {
        self.row().max_tries
    }

    async fn provider(&self) -> &Option<String> {
        &self.row().provider
    }

    async fn result(&self) -> Option<StepResult> {
        let tree = &self.0;
        let of = tree.screenings.iter().position(|run| run.newest && run.step_id == self.row().id)?;
        tree.reviewer.then(|| StepResult::Screening(ScreeningResult(Arc::clone(tree), of)))
    }

    async fn started_at(&self) -> Option<String> {
        self.row().started_at.map(time)
    }

    async fn ended_at(&self) -> Option<String> {
        self.row().ended_at.map(time)
    }

    async fn version(&self) -> i32 {
        self.row().version
    }
}

#[Object]
impl ScreeningResult {
    async fn lists(&self) -> Vec<ScreenedList> {
        let lists = &self.0.screenings[self.1].lists.0;
        lists
            .iter()
            .map(|list| ScreenedList { name: list.name.clone(), version: list.version.clone() })
            .collect()
    }

    async fn screened_at(&self) -> String {
        time(self.0.screenings[self.1].screened_at)
    }

    async fn threshold(&self) -> f64 {
        self.0.screenings[self.1].threshold
    }

    async fn matches(&self) -> Vec<ScreeningMatch> {
        let run = self.0.screenings[self.1].id;
        let of_run = |row: &usize| self.0.matches[*row].screening_id == run;
        (0..self.0.matches.len()).filter(of_run).map(|row| ScreeningMatch(Arc::clone(&self.0), row)).collect()
    }
}

impl ScreeningMatch {
    fn row(&self) -> &screening_match::Model {
        &self.0.matches[self.1]
    }
}

#[Object]
impl ScreeningMatch {
    async fn id(&self) -> ID {
        self.row().id.to_string().into()
    }

    async fn listed_name(&self) -> &str {
        &self.row().listed_name
    }

    async fn score(&self) -> f64 {
        self.row().score
    }

    async fn explanation(&self) -> &[String] {
        &self.row().explanation.0
    }

    async fn decision(&self) -> MatchDecision {
        self.row().decision
    }

    async fn note(&self) -> &Option<String> {
        &self.row().note
    }

    async fn decided_by(&self) -> Option<Actor> {
        Some(actor(self.row().decided_by_kind?, self.row().decided_by_id))
    }
}

impl Hold {
    fn row(&self) -> &hold::Model {
        &self.0.holds[self.1]
    }
}

/// The office's people are no rows: they go by the word for what they are.
fn actor(kind: ActorKind, id: Option<Uuid>) -> Actor {
    let (id, name) = match kind {
        ActorKind::Member => (id.map(|id| MemberId(id).to_string()), "Member"),
        ActorKind::ApiKey => (id.map(|id| ApiKeyId(id).to_string()), "API key"),
        other => panic!("nobody of the kind {other}"),
    };
    Actor { kind, id: id.map(ID), name: name.to_owned() }
}

#[Object]
impl Hold {
    async fn id(&self) -> ID {
        self.row().id.to_string().into()
    }

    async fn attempt(&self) -> Attempt {
        attempt_of(&self.0, self.row().attempt_id.0)
    }

    async fn reason(&self) -> Reason {
        let row = self.row();
        Reason {
            code: row.reason_code.clone(),
            message: row.reason_message.clone(),
            staff_note: row.reason_staff_note.clone(),
        }
    }

    async fn release_note(&self) -> &Option<String> {
        &self.row().release_note
    }

    async fn placed_by(&self) -> Actor {
        actor(self.row().placed_by_kind, self.row().placed_by_id)
    }

    async fn placed_at(&self) -> String {
        time(self.row().placed_at)
    }

    async fn released_by(&self) -> Option<Actor> {
        Some(actor(self.row().released_by_kind?, self.row().released_by_id))
    }

    async fn released_at(&self) -> Option<String> {
        self.row().released_at.map(time)
    }
}
