//! Random valid documents over the part of the schema that the reference has.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use async_graphql_value::ConstValue;
use serde_json::{Map, Value, json};

use super::tree::{List, Tree};

/// A field, as much as a question needs to know of it.
pub(super) struct Known {
    pub(super) name: &'static str,
    /// The type of the object below it; none for scalars.
    pub(super) child: Option<&'static str>,
    args: Args,
}

#[derive(Clone, Copy)]
enum Args {
    None,
    Page(List),
    Id(&'static str),
    Ids,
    Kind,
    Released,
}

const fn leaf(name: &'static str) -> Known {
    Known { name, child: None, args: Args::None }
}

const fn object(name: &'static str, child: &'static str) -> Known {
    Known { name, child: Some(child), args: Args::None }
}

const fn with(name: &'static str, child: &'static str, args: Args) -> Known {
    Known { name, child: Some(child), args }
}

const QUERY: &[Known] = &[
    with("customers", "CustomerConnection", Args::Page(List::Customers)),
    with("attempts", "AttemptConnection", Args::Page(List::Attempts)),
    with("customer", "Customer", Args::Id("customer")),
    with("attempt", "Attempt", Args::Id("attempt")),
    with("step", "Step", Args::Id("step")),
    with("node", "Node", Args::Id("")),
    with("nodes", "Node", Args::Ids),
];
const CUSTOMER: &[Known] = &[
    leaf("id"),
    leaf("reference"),
    leaf("name"),
    leaf("email"),
    leaf("dateOfBirth"),
    leaf("kycState"),
    object("latestAttempt", "Attempt"),
    with("attempts", "AttemptConnection", Args::Page(List::OfCustomer)),
    leaf("createdAt"),
    leaf("updatedAt"),
    leaf("version"),
];
const ATTEMPT: &[Known] = &[
    leaf("id"),
    leaf("number"),
    object("customer", "Customer"),
    leaf("state"),
    leaf("mode"),
    leaf("waitingOn"),
    leaf("waitingSince"),
    object("steps", "Step"),
    with("step", "Step", Args::Kind),
    object("progress", "Progress"),
    with("holds", "Hold", Args::Released),
    object("link", "KycLink"),
    object("rejection", "Reason"),
    leaf("expiryReason"),
    leaf("createdAt"),
    leaf("startedAt"),
    leaf("endedAt"),
    leaf("expiresAt"),
    leaf("version"),
];
const STEP: &[Known] = &[
    leaf("id"),
    object("attempt", "Attempt"),
    leaf("kind"),
    leaf("position"),
    leaf("status"),
    leaf("waitingOn"),
    object("reason", "Reason"),
    leaf("tries"),
    leaf("maxTries"),
    leaf("provider"),
    object("result", "StepResult"),
    leaf("startedAt"),
    leaf("endedAt"),
    leaf("version"),
];
const HOLD: &[Known] = &[
    leaf("id"),
    object("attempt", "Attempt"),
    object("reason", "Reason"),
    leaf("releaseNote"),
    object("placedBy", "Actor"),
    leaf("placedAt"),
    object("releasedBy", "Actor"),
    leaf("releasedAt"),
];
const SCREENING_RESULT: &[Known] = &[
    object("lists", "ScreenedList"),
    leaf("screenedAt"),
    leaf("threshold"),
    object("matches", "ScreeningMatch"),
];
const SCREENED_LIST: &[Known] = &[leaf("name"), leaf("version")];
const SCREENING_MATCH: &[Known] = &[
    leaf("id"),
    leaf("listedName"),
    leaf("score"),
    leaf("explanation"),
    leaf("decision"),
    leaf("note"),
    object("decidedBy", "Actor"),
];
const LINK: &[Known] =
    &[leaf("state"), leaf("expiresAt"), leaf("openCount"), leaf("lastOpenedAt"), leaf("issuedCount")];
const REASON: &[Known] = &[leaf("code"), leaf("message"), leaf("staffNote")];
const ACTOR: &[Known] = &[leaf("kind"), leaf("id"), leaf("name")];
const PROGRESS: &[Known] = &[leaf("completed"), leaf("total")];
const PAGE_INFO: &[Known] =
    &[leaf("hasNextPage"), leaf("hasPreviousPage"), leaf("startCursor"), leaf("endCursor")];
const CUSTOMERS: &[Known] = &[
    object("edges", "CustomerEdge"),
    object("nodes", "Customer"),
    object("pageInfo", "PageInfo"),
    leaf("totalCount"),
];
const ATTEMPTS: &[Known] = &[
    object("edges", "AttemptEdge"),
    object("nodes", "Attempt"),
    object("pageInfo", "PageInfo"),
    leaf("totalCount"),
];
const CUSTOMER_EDGE: &[Known] = &[leaf("cursor"), object("node", "Customer")];
const ATTEMPT_EDGE: &[Known] = &[leaf("cursor"), object("node", "Attempt")];

/// The fields of a type.
pub(super) fn fields(of: &str) -> &'static [Known] {
    match of {
        "Query" => QUERY,
        "Customer" => CUSTOMER,
        "Attempt" => ATTEMPT,
        "Step" => STEP,
        "Hold" => HOLD,
        // A union has no fields of its own.
        "StepResult" => &[],
        "ScreeningResult" => SCREENING_RESULT,
        "ScreenedList" => SCREENED_LIST,
        "ScreeningMatch" => SCREENING_MATCH,
        "KycLink" => LINK,
        "Reason" => REASON,
        "Actor" => ACTOR,
        "Progress" => PROGRESS,
        "PageInfo" => PAGE_INFO,
        "CustomerConnection" => CUSTOMERS,
        "AttemptConnection" => ATTEMPTS,
        "CustomerEdge" => CUSTOMER_EDGE,
        "AttemptEdge" => ATTEMPT_EDGE,
        "Node" => &[Known { name: "id", child: None, args: Args::None }],
        other => panic!("no type {other}"),
    }
}

/// The type of an object by its id.
pub(super) fn type_of_id(id: &str) -> &'static str {
    match id.split('_').next() {
        Some("customer") => "Customer",
        Some("attempt") => "Attempt",
        Some("step") => "Step",
        Some("hold") => "Hold",
        Some("match") => "ScreeningMatch",
        _ => panic!("no type of {id}"),
    }
}

/// Variables with their declarations and values; those without a value are not sent.
fn variables(tree: &Tree) -> Vec<(&'static str, &'static str, Option<Value>)> {
    vec![
        ("yes", "Boolean! = true", None),
        ("no", "Boolean!", Some(json!(false))),
        ("two", "Int", Some(json!(2))),
        ("one", "Int = 1", None),
        ("none", "Int", None),
        ("released", "Boolean", Some(json!(true))),
        ("kind", "StepKind!", Some(json!("PAN"))),
        ("attemptId", "ID!", Some(json!(tree.ids("attempt")[1]))),
    ]
}

/// One document with its variables.
pub(super) struct Asked {
    pub(super) text: String,
    pub(super) variables: Map<String, Value>,
    values: BTreeMap<&'static str, ConstValue>,
}

impl Asked {
    /// The same for the same seed and tree.
    pub(super) fn random(seed: u64, tree: &Tree) -> Self {
        let mut asking = Asking {
            tree,
            state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bf0_3635,
            spelled: BTreeMap::new(),
            fragments: Vec::new(),
            used: BTreeSet::new(),
            aliases: 0,
            directives: 0,
        };
        let body = asking.set("Query", 5);
        let known = variables(tree);
        let declared: Vec<_> = known.iter().filter(|(name, ..)| asking.used.contains(name)).collect();
        let mut text = String::from("query");
        if !declared.is_empty() {
            let list: Vec<_> = declared.iter().map(|(name, of, _)| format!("${name}: {of}")).collect();
            write!(text, "({})", list.join(", ")).unwrap();
        }
        text.push_str(&body);
        for (name, of, body) in &asking.fragments {
            write!(text, "\nfragment {name} on {of}{body}").unwrap();
        }
        let given = declared.iter().filter_map(|(name, _, value)| Some(((*name).to_owned(), value.clone()?)));
        let variables = given.collect();
        let values = known.into_iter().map(|(name, of, value)| {
            let default = of.split_once("= ").map(|(_, value)| serde_json::from_str(value).unwrap());
            (name, ConstValue::from_json(value.or(default).unwrap_or(Value::Null)).unwrap())
        });
        Self { text, variables, values: values.collect() }
    }

    /// The variables with the defaults of those that are not given: the library does not see a default in `@skip(if:)`.
    pub(super) fn with_defaults(&self) -> Map<String, Value> {
        let mut all = self.variables.clone();
        for (name, value) in [("yes", json!(true)), ("one", json!(1))] {
            if self.text.contains(&format!("${name}: ")) {
                all.insert(name.to_owned(), value);
            }
        }
        all
    }

    /// A variable's value.
    pub(super) fn variable(&self, name: &str) -> ConstValue {
        self.values[name].clone()
    }
}

struct Asking<'a> {
    tree: &'a Tree,
    state: u64,
    /// How a field is written with its arguments, so that one key never means two things.
    spelled: BTreeMap<(&'static str, &'static str, u64), String>,
    fragments: Vec<(String, &'static str, String)>,
    used: BTreeSet<&'static str>,
    aliases: usize,
    directives: usize,
}

impl Asking<'_> {
    /// SplitMix64, below `n`.
    fn roll(&mut self, n: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        let place = self.roll(of.len() as u64);
        &of[usize::try_from(place).unwrap()]
    }

    fn set(&mut self, of: &'static str, depth: u32) -> String {
        let mut text = String::from(" {");
        for _ in 0..=self.roll(if of == "Query" { 3 } else { 4 }) {
            let selection = self.selection(of, depth);
            write!(text, " {selection}").unwrap();
        }
        // Something is left when all else is skipped: the library takes an object of which nothing is asked for null.
        text.push_str(" __typename");
        text.push_str(" }");
        text
    }

    fn selection(&mut self, of: &'static str, depth: u32) -> String {
        match self.roll(9) {
            0 | 1 if depth > 0 => self.inline(of, depth),
            2 | 3 if depth > 0 => self.spread(of, depth),
            4 => {
                // The library's validation overlooks variables here: it would call them unused.
                let directive = *self.pick(&["", " @skip(if: false)", " @include(if: false)"]);
                self.directives += usize::from(!directive.is_empty());
                format!("__typename{directive}")
            }
            _ => self.field(of, depth),
        }
    }

    fn directive(&mut self) -> String {
        if self.directives >= 18 || self.roll(5) != 0 {
            return String::new();
        }
        self.directives += 1;
        let name = *self.pick(&["skip", "include"]);
        let condition = *self.pick(&["true", "false", "$yes", "$no"]);
        self.uses(condition);
        format!(" @{name}(if: {condition})")
    }

    fn uses(&mut self, text: &'static str) {
        if let Some((_, rest)) = text.split_once('$') {
            self.used.insert(rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap());
        }
    }

    /// A type that a fragment in `of` may be about.
    fn condition(&mut self, of: &'static str) -> &'static str {
        match of {
            "Node" => self.pick::<&str>(&["Customer", "Attempt", "Step", "Hold", "ScreeningMatch", "Node"]),
            "Customer" | "Attempt" | "Step" | "Hold" | "ScreeningMatch" if self.roll(6) == 0 => "Node",
            "StepResult" => self.pick::<&str>(&["ScreeningResult", "ScreeningResult", "StepResult"]),
            "ScreeningResult" if self.roll(4) == 0 => "StepResult",
            other => other,
        }
    }

    fn inline(&mut self, of: &'static str, depth: u32) -> String {
        let on = self.condition(of);
        let condition = if on == of && self.roll(2) == 0 { String::new() } else { format!(" on {on}") };
        let directive = self.directive();
        let set = self.set(on, depth - 1);
        format!("...{condition}{directive}{set}")
    }

    fn spread(&mut self, of: &'static str, depth: u32) -> String {
        let on = self.condition(of);
        let directive = self.directive();
        // One that is there already: two ways to the same fields.
        let there: Vec<_> = self
            .fragments
            .iter()
            .filter(|(_, known, _)| *known == on)
            .map(|(name, ..)| name.clone())
            .collect();
        if !there.is_empty() && self.roll(2) == 0 {
            let name = self.pick(&there).clone();
            return format!("...{name}{directive}");
        }
        let set = self.set(on, depth.saturating_sub(2));
        // Named after the fragments inside it have their names, so that none is inside itself.
        let name = format!("F{}", self.fragments.len());
        self.fragments.push((name.clone(), on, set));
        format!("...{name}{directive}")
    }

    fn field(&mut self, of: &'static str, depth: u32) -> String {
        let scalars: Vec<_> = fields(of).iter().filter(|field| depth > 0 || field.child.is_none()).collect();
        if scalars.is_empty() {
            return "__typename".to_owned();
        }
        let known: &Known = self.pick::<&Known>(&scalars);
        let variant = self.roll(3);
        let variant = if self.aliases >= 26 && variant > 0 { 0 } else { variant };
        let spelled = self.spelling(of, known, variant);
        if spelled.contains(": ") && spelled.split('(').next().unwrap().contains(':') {
            self.aliases += 1;
        }
        let directive = self.directive();
        let below = known.child.map(|child| self.set(child, depth - 1)).unwrap_or_default();
        format!("{spelled}{directive}{below}")
    }

    fn spelling(&mut self, of: &'static str, field: &Known, variant: u64) -> String {
        if let Some(spelled) = self.spelled.get(&(of, field.name, variant)) {
            let spelled = spelled.clone();
            for (name, ..) in variables(self.tree) {
                if spelled.contains(&format!("${name}")) {
                    self.used.insert(name);
                }
            }
            return spelled;
        }
        let args = self.arguments(field.args);
        // A hold always has a reason and a step may have none: one key must not hold both.
        let spelled = match variant {
            0 if (of, field.name) == ("Hold", "reason") => "holdReason: reason".to_owned(),
            0 => format!("{}{args}", field.name),
            _ => format!("{}_{}{variant}: {}{args}", field.name, of.chars().next().unwrap(), field.name),
        };
        self.spelled.insert((of, field.name, variant), spelled.clone());
        spelled
    }

    fn arguments(&mut self, args: Args) -> String {
        match args {
            Args::None => String::new(),
            Args::Kind => {
                let kind = *self.pick(&["PAN", "SANCTION_SCREENING", "SIGNATURE", "$kind"]);
                self.uses(kind);
                format!("(kind: {kind})")
            }
            Args::Released => {
                let args = *self.pick(&[
                    "",
                    "(includeReleased: true)",
                    "(includeReleased: $released)",
                    "(includeReleased: null)",
                ]);
                self.uses(args);
                args.to_owned()
            }
            Args::Id(prefix) => {
                if prefix == "attempt" && self.roll(4) == 0 {
                    self.uses("$attemptId");
                    return "(id: $attemptId)".to_owned();
                }
                format!("(id: {})", self.id(prefix))
            }
            Args::Ids => {
                let some: Vec<_> = (0..=self.roll(4)).map(|_| self.id("")).collect();
                // The same one twice, too.
                format!("(ids: [{}, {}])", some.join(", "), some[0])
            }
            Args::Page(list) => {
                let size = *self.pick(&[
                    "first: 2",
                    "first: 1",
                    "last: 2",
                    "first: $two",
                    "last: $one",
                    "first: $none",
                    "first: 3",
                ]);
                self.uses(size);
                let cursors = self.tree.cursors(list);
                match self.roll(4) {
                    0 => format!("({size}, after: \"{}\")", self.pick(&cursors)),
                    1 => format!("({size}, before: \"{}\")", self.pick(&cursors)),
                    2 => {
                        let (after, before) = (self.pick(&cursors), self.pick(&cursors));
                        format!("(before: \"{before}\", after: \"{after}\", {size})")
                    }
                    _ => format!("({size})"),
                }
            }
        }
    }

    /// An id in quotes: mostly one that is there, and of the right type where `prefix` says so.
    fn id(&mut self, prefix: &'static str) -> String {
        if self.roll(8) == 0 {
            return "\"attempt_00000000000000000000000000\"".to_owned();
        }
        let prefix = if prefix.is_empty() {
            *self.pick(&["customer", "attempt", "step", "hold", "match"])
        } else {
            prefix
        };
        let ids = self.tree.ids(prefix);
        format!("\"{}\"", self.pick(&ids))
    }
}
