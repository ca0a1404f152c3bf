//! What a plan reads of the rows it is about: no column is loaded that nobody asks for.

use entity::pick::Columns;

use super::{
    meta::Reads,
    plan::{Below, Plan, PlanField},
};

impl Plan {
    /// What the fields read of the row they are of.
    pub fn columns(&self) -> Columns {
        let of = |field: &PlanField| match field.table.map(|table| table.reads) {
            None => Columns::NONE,
            Some(Reads::Everything) => Columns::ALL,
            Some(Reads::Columns(columns)) => columns,
            Some(Reads::Below(columns)) => field.object_plan().map_or(Columns::ALL, columns),
        };
        self.fields.iter().map(of).collect()
    }

    /// What is asked of the objects that fields of this name hold.
    pub fn below<'p>(&'p self, name: &str) -> impl Iterator<Item = &'p Plan> {
        self.fields.iter().filter(move |field| field.name == name).filter_map(|field| match &field.below {
            Below::Object(plan) => Some(plan),
            Below::Nothing | Below::Abstract(_) => None,
        })
    }

    /// Whether a connection's cursors are asked for.
    pub fn asks_cursors(&self) -> bool {
        self.asks("pageInfo") || self.below("edges").any(|edge| edge.asks("cursor"))
    }

    /// What a connection's nodes read of their rows.
    pub fn node_columns(&self) -> Columns {
        let edges = self.below("edges").flat_map(|edge| edge.below("node"));
        self.below("nodes").chain(edges).map(Plan::columns).collect()
    }
}
