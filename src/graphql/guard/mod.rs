//! The document guard: what a query may ask for, decided before the GraphQL library sees it. The library compares its own
//! limits after walking the document, and walks a fragment anew wherever it is spread: 730 bytes can hold a core for
//! seconds. Here a byte count comes first, then one pass over the bytes ([`lex`]), the parser, and counts that are kept
//! per fragment ([`count`]): each step is bounded by the one before.
//!
//! Merging of equal fields and conflicts between them are the executor's and the validator's, not ours.

mod count;
mod lex;
mod limits;
#[cfg(test)]
mod properties;
mod refusal;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use async_graphql::{
    Positioned,
    parser::{
        parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationDefinition, Selection},
    },
};
use moka::sync::Cache;
use sha2::{Digest, Sha256};

pub use self::{
    limits::Limits,
    refusal::{Code, Refusal},
};

/// A document that was let through.
pub struct Document {
    /// The document as the library parses it; pass it on with `Request::set_parsed_query`.
    pub parsed: ExecutableDocument,
    /// SHA-256 of the text: two requests with the same one ask the same.
    pub text_hash: [u8; 32],
    introspects: bool,
    /// Whether it was found valid against the schema.
    valid: AtomicBool,
    /// Estimated bytes of memory.
    weight: u32,
}

/// By its hash alone: what a query says may be a customer's name.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Document").field(&hex::encode(self.text_hash)).finish()
    }
}

impl Document {
    /// Whether it asks for `__schema` or `__type`. Where introspection is off, this is what to refuse.
    pub fn introspects(&self) -> bool {
        self.introspects
    }

    /// Whether the whole of it was found valid against the schema, with some variables: it is the same text and the same
    /// schema ever since.
    pub fn is_valid(&self) -> bool {
        self.valid.load(Ordering::Relaxed)
    }

    /// It was found valid.
    pub fn found_valid(&self) {
        self.valid.store(true, Ordering::Relaxed);
    }

    /// The operation that runs: the one of this name, or the only one.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such operation, or several and no name.
    pub fn operation(&self, name: Option<&str>) -> Result<&Positioned<OperationDefinition>, Refusal> {
        let found = match (&self.parsed.operations, name) {
            (DocumentOperations::Single(operation), None) => Some(operation),
            (DocumentOperations::Single(_), Some(_)) => None,
            (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
            (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
                operations.values().next()
            }
            (DocumentOperations::Multiple(_), None) => {
                let message = "The query has several operations. Say which one runs in `operationName`.";
                return Err(Refusal::invalid(message, None));
            }
        };
        found.ok_or_else(|| {
            Refusal::invalid("The query has no operation with the name in `operationName`.", None)
        })
    }
}

/// Lets documents through, and remembers those it let through.
#[derive(Debug)]
pub struct Guard {
    limits: Limits,
    /// Accepted documents only: a refused one is cheap to refuse again, and would push out what clients send every day.
    memo: Cache<[u8; 32], Arc<Document>>,
}

impl Guard {
    /// A guard with an empty memory.
    pub fn new(limits: Limits) -> Self {
        let memo = Cache::builder()
            .max_capacity(limits.memo_bytes)
            .weigher(|_, document: &Arc<Document>| document.weight)
            .build();
        Self { limits, memo }
    }

    /// Lets the text of a query through, parsed, or says why not. At most some hundred microseconds of work, none of it
    /// waiting.
    ///
    /// # Errors
    /// [`Refusal`] when a limit is passed or the text is not a GraphQL document.
    pub fn check(&self, text: &str) -> Result<Arc<Document>, Refusal> {
        let limits = &self.limits;
        let bytes = text.len() as u64;
        let advice = "Move values into variables, or send several queries.";
        Refusal::unless_within(bytes, limits.bytes, "Bytes of the query", advice, None)?;

        let text_hash = Sha256::digest(text).into();
        if let Some(document) = self.memo.get(&text_hash) {
            return Ok(document);
        }

        let tokens = self.check_shape(text)?;
        let parsed = parse_query(text)?;
        let count = count::check(&parsed, limits)?;
        let weight = estimated_bytes(bytes, tokens);
        let document = Arc::new(Document {
            parsed,
            text_hash,
            introspects: count.introspects,
            valid: AtomicBool::new(false),
            weight,
        });
        self.memo.insert(text_hash, Arc::clone(&document));
        Ok(document)
    }

    /// Returns the number of tokens.
    fn check_shape(&self, text: &str) -> Result<u64, Refusal> {
        let limits = &self.limits;
        let shape = lex::measure(text)?;
        let advice = "Move values into variables, or send several queries.";
        Refusal::unless_within(shape.tokens, limits.tokens, "Tokens of the query", advice, None)?;
        let (nesting, at) = shape.nesting;
        let advice = "Fetch the inner objects by their ids in a second query.";
        let at = Some(lex::location(text, at));
        Refusal::unless_within(nesting, limits.nesting, "Brackets inside one another", advice, at)?;
        let (nesting, at) = shape.literal_nesting;
        let what = "Lists and objects inside one another in arguments";
        let at = Some(lex::location(text, at));
        Refusal::unless_within(nesting, limits.literal_nesting, what, "Pass the value in a variable.", at)?;
        Ok(shape.tokens)
    }
}

/// What a parsed document takes in memory: far more than its text, since a field named by one letter is a whole
/// [`Selection`]. No part of a document is larger, and each needs a token at least.
fn estimated_bytes(text: u64, tokens: u64) -> u32 {
    let selection = size_of::<Positioned<Selection>>() as u64;
    u32::try_from(text.saturating_add(tokens.saturating_mul(selection))).unwrap_or(u32::MAX)
}
