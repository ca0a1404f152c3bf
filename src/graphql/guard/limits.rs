//! How large a document may be.

/// What a document may ask for. Counts are over the document as it runs: a fragment counts wherever it is spread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the text.
    pub bytes: u64,
    /// Lexical tokens. White space, commas and comments are none.
    pub tokens: u64,
    /// Brackets that stand open at once outside arguments. It bounds the recursion of the parser and of [`super::count`],
    /// which the depth below cannot do: it is measured after parsing.
    pub nesting: u64,
    /// Lists and objects inside one another in one argument or default value, and list types in one variable's type.
    pub literal_nesting: u64,
    /// Fields, spreads and inline fragments of all operations.
    pub selections: u64,
    /// Fields inside one another. Twelve reaches the longest path that serves a screen: from a page of attempts over its
    /// customer and the customer's other attempts to who decided a screening match
    /// (`attempts.edges.node.customer.attempts.edges.node.steps.result.matches.decidedBy.name`).
    pub depth: u64,
    /// Fields inside one another from `__schema` or `__type` on. The standard introspection query is 15 or 16 deep, as
    /// it unwraps a type nine times; it reads memory, no tables.
    pub introspection_depth: u64,
    /// `fields`, `interfaces`, `possibleTypes` and `inputFields` inside one another below `__schema` or `__type`. Each
    /// such list multiplies the answer by the size of the schema. graphql-js's MaxIntrospectionDepthRule has the same.
    pub introspection_lists: u64,
    /// What all operations make the library resolve below `__schema` and `__type`, in fields, for a schema of about a
    /// hundred types: it resolves a field as often as it is written. The standard introspection query costs 333,000.
    pub introspection_cost: u64,
    /// Aliases of all operations.
    pub aliases: u64,
    /// Directives of all operations.
    pub directives: u64,
    /// Root fields of one operation.
    pub root_fields: u64,
    /// Fragment definitions.
    pub fragments: u64,
    /// Variables of one operation.
    pub variables: u64,
    /// Bytes of memory that the parsed documents kept for the next request may take, as estimated.
    pub memo_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 16 * 1024,
            tokens: 1_500,
            nesting: 32,
            literal_nesting: 10,
            selections: 1_000,
            depth: 12,
            introspection_depth: 20,
            introspection_lists: 2,
            introspection_cost: 1_000_000,
            aliases: 30,
            directives: 20,
            root_fields: 10,
            fragments: 30,
            variables: 50,
            memo_bytes: 8 * 1024 * 1024,
        }
    }
}
