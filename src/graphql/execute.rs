//! One operation, from a guarded document to the bytes of its answer.

use std::sync::Arc;

use async_graphql::{
    Request, Schema, ServerError, Value, Variables,
    parser::types::{ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet},
};

use super::{
    answer::{Answer, GraphError},
    exec::{
        Context,
        json::{Json, Propagate},
        load::{Batch, Level, load_root},
        object::Row,
        plan::{Plan, Planned, Planner},
        root::{Introspection, Root, ValidateOnly},
    },
    guard::Document,
    inputs::Inputs,
    mutation::Mutation,
    query::Query,
    subscription::Subscription,
};
use crate::{auth::Actor, kyc::Kyc};

/// The schema, as the library knows it.
pub type ApiSchema = Schema<Root<Query>, Root<Mutation>, Root<Subscription>>;

/// The public GraphQL API.
#[derive(Clone)]
pub struct Api {
    schema: ApiSchema,
    inputs: Arc<Inputs>,
}

/// What is asked, once the guard has let it pass.
pub struct Operation<'a> {
    /// The document.
    pub document: &'a Document,
    /// Which of its operations; none when it has one.
    pub name: Option<&'a str>,
    /// The variables.
    pub variables: Variables,
    /// The `Idempotency-Key` header.
    pub idempotency_key: Option<&'a str>,
}

impl Default for Api {
    fn default() -> Self {
        Self::new()
    }
}

impl Api {
    /// The API.
    pub fn new() -> Self {
        let schema = Schema::build(Root::default(), Root::default(), Root::default())
            .extension(ValidateOnly)
            .disable_suggestions()
            .finish();
        Self { schema, inputs: Arc::default() }
    }

    /// The schema definition.
    pub fn sdl(&self) -> String {
        let options = async_graphql::SDLExportOptions::new().include_specified_by();
        self.schema.sdl_with_options(options)
    }

    /// Answers an operation.
    pub async fn execute(&self, kyc: &Kyc, actor: &Actor, asked: Operation<'_>) -> Answer {
        match self.run(kyc, actor, asked).await {
            Ok(answer) => answer,
            Err(errors) => Answer { errors, request_error: true, ..Answer::default() },
        }
    }

    /// Makes the plan of a subscription: what is asked of each event, and a digest of that, the same for all who ask the same.
    ///
    /// # Errors
    /// What [`Api::execute`] answers as request errors; BAD_USER_INPUT for another kind of operation, and unless it asks for
    /// exactly one field.
    pub async fn plan_subscription(
        &self,
        actor: &Actor,
        asked: Operation<'_>,
    ) -> Result<(Plan, [u8; 32]), Vec<GraphError>> {
        let refused = |message: &'static str| vec![GraphError::new("BAD_USER_INPUT", message)];
        let document = &asked.document.parsed;
        let operation = &asked.document.operation(asked.name).map_err(|refusal| vec![refusal.into()])?.node;
        if operation.ty != OperationType::Subscription {
            return Err(refused(
                "Only subscriptions are served here. Send queries and mutations as POST /graphql.",
            ));
        }
        self.validate(&asked, false).await?;
        let may = |role| actor.may(role);
        let mut planner = Planner::new(operation, &document.fragments, &asked.variables, &may)
            .map_err(|error| vec![*error])?;
        let planned = planner.digested(&Subscription::object().meta, &operation.selection_set.node);
        let (mut plan, digest) = planned.map_err(|error| vec![*error])?;
        plan.bar(actor);
        if let Some(barred) = plan.fields.first().and_then(|field| field.forbidden) {
            return Err(vec![super::error::public(&barred.error())]);
        }
        // https://spec.graphql.org/September2025/#sec-Single-Root-Field
        match plan.fields.as_slice() {
            [only] if only.index.is_some() => Ok((plan, digest)),
            _ => Err(refused("A subscription asks for exactly one field, and not for `__typename`.")),
        }
    }

    /// Has the library validate an operation; answers what it says of the schema, where that is asked.
    ///
    /// A document that has passed once is not validated again, unless its variables look as if they might not fit: the library
    /// walks all of it, and a copy of it, for half of what a small query costs.
    async fn validate(&self, asked: &Operation<'_>, about_schema: bool) -> Result<Value, Vec<GraphError>> {
        if !about_schema && asked.document.is_valid() {
            let operation = asked.document.operation(asked.name).map_err(|refusal| vec![refusal.into()])?;
            if self.inputs.fit(&operation.node, &asked.variables) {
                return Ok(Value::Null);
            }
        }
        let mut request = Request::new("").variables(asked.variables.clone());
        request.set_parsed_query(ExecutableDocument::clone(&asked.document.parsed));
        if let Some(name) = asked.name {
            request = request.operation_name(name);
        }
        if about_schema {
            request = request.data(Introspection);
        }
        let validated = self.schema.execute(request).await;
        if validated.errors.is_empty() {
            asked.document.found_valid();
            Ok(validated.data)
        } else {
            Err(validated.errors.iter().map(invalid).collect())
        }
    }

    async fn run(&self, kyc: &Kyc, actor: &Actor, asked: Operation<'_>) -> Result<Answer, Vec<GraphError>> {
        let document = &asked.document.parsed;
        let operation = &asked.document.operation(asked.name).map_err(|refusal| vec![refusal.into()])?.node;
        let about_schema = asks_about_schema(document, operation).map_err(|error| vec![*error])?;
        let described = self.validate(&asked, about_schema).await?;
        if about_schema {
            let data =
                serde_json::to_vec(&described).map_err(|error| vec![super::error::public(&error.into())])?;
            return Ok(Answer::data(data));
        }
        let may = |role| actor.may(role);
        let fragments = &document.fragments;
        let set = &operation.selection_set.node;
        let mut planner =
            Planner::new(operation, fragments, &asked.variables, &may).map_err(|error| vec![*error])?;
        let (now, key) = (kyc.clock.now(), asked.idempotency_key);
        match operation.ty {
            OperationType::Query => {
                let mut plan = planner.plan(&Query::object().meta, set).map_err(|error| vec![*error])?;
                plan.bar(actor);
                let cx = Context { kyc, actor, now, idempotency_key: None, moment: None };
                Ok(answer(&cx, Query, &plan).await)
            }
            OperationType::Mutation => {
                let mut plan = planner.plan(&Mutation::object().meta, set).map_err(|error| vec![*error])?;
                plan.bar(actor);
                // A key is for one mutation: with several it would not say which.
                let alone = plan.fields.iter().filter(|field| field.index.is_some()).count() == 1;
                if key.is_some() && !alone {
                    let message =
                        "An Idempotency-Key header is for one mutation. Give each its own `idempotencyKey`.";
                    return Err(vec![GraphError::new("BAD_USER_INPUT", message)]);
                }
                let cx = Context { kyc, actor, now, idempotency_key: key, moment: None };
                Ok(answer(&cx, Mutation, &plan).await)
            }
            OperationType::Subscription => {
                let message = "A subscription needs a stream: Server-Sent Events, or a WebSocket.";
                Err(vec![GraphError::new("BAD_USER_INPUT", message)])
            }
        }
    }
}

/// Loads everything, then writes it.
pub(super) async fn answer<R: Row>(cx: &Context<'_>, root: R, plan: &Plan) -> Answer {
    write(&load_root(cx, Batch::one([Some(Arc::new(root))].into_iter()), plan).await)
}

/// Writes what was loaded below a root.
pub(super) fn write<R: Row>(level: &Level<'_, R>) -> Answer {
    let mut json = Json::with_room(level.room());
    let mark = json.mark();
    if let Err(Propagate) = level.write_row(0, &mut json) {
        json.rewind(mark);
        json.null();
    }
    let (data, errors) = json.finish();
    Answer { errors, ..Answer::data(data) }
}

/// Whether an operation asks about the schema.
fn asks_about_schema(document: &ExecutableDocument, operation: &OperationDefinition) -> Planned<bool> {
    let (mut schema, mut data) = (false, false);
    let mut sets: Vec<&SelectionSet> = vec![&operation.selection_set.node];
    let mut seen = std::collections::HashSet::new();
    while let Some(set) = sets.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => match field.node.name.node.as_str() {
                    "__schema" | "__type" => schema = true,
                    "__typename" => {}
                    _ => data = true,
                },
                Selection::InlineFragment(inline) => sets.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if seen.insert(name)
                        && let Some(fragment) = document.fragments.get(name)
                    {
                        sets.push(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }
    if schema && data {
        return Err(Box::new(GraphError::new(
            "BAD_USER_INPUT",
            "Ask about the schema (`__schema`, `__type`) in an operation of its own.",
        )));
    }
    Ok(schema)
}

/// What the library says of an invalid document.
fn invalid(error: &ServerError) -> GraphError {
    /// Messages that quote the document are cut: an answer is no mirror.
    const LONGEST: usize = 300;
    let mut message = super::error::without_value(&error.message);
    if message.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|end| message.is_char_boundary(*end)).unwrap_or(0);
        message.truncate(end);
        message.push('…');
    }
    GraphError {
        locations: error.locations.iter().map(|at| (at.line, at.column)).collect(),
        ..GraphError::new("BAD_USER_INPUT", message)
    }
}
