//! `Actor`: who did something.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, LazyLock},
};

use entity::{ActorKind, Scoped, api_key, customer, id::CustomerId, member};
use uuid::Uuid;

use super::exec::{
    Context,
    leaf::Id,
    object::{Object, Row},
};
use crate::{error::Result, events::log::Author};

/// Whoever did something, with a name for people.
pub struct Actor {
    author: Author,
    name: String,
}

impl Row for Actor {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<Actor>> = LazyLock::new(|| {
            Object::<Actor>::new("Actor", "Who did something.")
                .value("kind", "What kind of actor it is.", |actor| actor.author.kind)
                .value("id", "The member's, API key's or customer's id; null for the others.", |actor| {
                    id_of(actor.author)
                })
                .text("name", "A name for people, as it is now.", |actor| &actor.name)
        });
        &OBJECT
    }
}

/// The id of an author as the API writes it.
pub fn id_of(author: Author) -> Option<Id> {
    use entity::id::{ApiKeyId, MemberId};
    let id = author.id?;
    Some(Id(match author.kind {
        ActorKind::Member => MemberId(id).to_string(),
        ActorKind::ApiKey => ApiKeyId(id).to_string(),
        ActorKind::Customer => CustomerId(id).to_string(),
        ActorKind::Provider | ActorKind::System | ActorKind::Platform => return None,
    }))
}

/// The actors of a level, with their names: at most one statement for each kind that occurs.
///
/// # Errors
/// When the database fails.
pub async fn of_authors(cx: &Context<'_>, authors: &[Option<Author>]) -> Result<Vec<Option<Arc<Actor>>>> {
    let ids = |kind| -> BTreeSet<Uuid> {
        authors.iter().flatten().filter(|author| author.kind == kind).filter_map(|author| author.id).collect()
    };
    let (scope, db) = (cx.scope()?, cx.db());
    let backend = cx.backend();
    let mut names: HashMap<Uuid, String> = HashMap::new();
    let members = ids(ActorKind::Member);
    if !members.is_empty() {
        let select = member::Entity::among(scope, backend, member::Column::Id, members);
        names.extend(select.all(db).await?.into_iter().map(|row| (row.id.0, row.name)));
    }
    let keys = ids(ActorKind::ApiKey);
    if !keys.is_empty() {
        let select = api_key::Entity::among(scope, backend, api_key::Column::Id, keys);
        names.extend(select.all(db).await?.into_iter().map(|row| (row.id.0, row.name)));
    }
    let customers = ids(ActorKind::Customer);
    if !customers.is_empty() {
        let select = customer::Entity::among(scope, backend, customer::Column::Id, customers);
        names.extend(select.all(db).await?.into_iter().map(|row| (row.id.0, row.name)));
    }
    Ok(authors
        .iter()
        .map(|author| {
            let author = (*author)?;
            let known = author.id.and_then(|id| names.get(&id).cloned());
            let name = known.unwrap_or_else(|| generic_name(author.kind).to_owned());
            Some(Arc::new(Actor { author, name }))
        })
        .collect())
}

fn generic_name(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::Member => "Member",
        ActorKind::ApiKey => "API key",
        ActorKind::Customer => "Customer",
        ActorKind::Provider => "Provider",
        ActorKind::System => "System",
        ActorKind::Platform => "Platform",
    }
}
