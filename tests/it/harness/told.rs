//! What no error may tell.

/// A piece of every value that a test sends and that no error may repeat.
pub(crate) const SECRET: &str = "Qx7Hidden";

/// The first thing in an error that its reader has no business with: words of the database, of its tables, of the
/// libraries, of Rust, or of the sender's own input.
pub(crate) fn told_too_much(errors: &str) -> Option<&'static str> {
    const WORDS: [&str; 43] = [
        SECRET,
        "select ",
        "insert ",
        "update ",
        "delete from",
        "where ",
        " join ",
        "returning",
        "constraint",
        "foreign key",
        "unique",
        "sqlite",
        "postgres",
        "sqlx",
        "sea_orm",
        "sea-orm",
        "seaorm",
        "database",
        "column \"",
        "relation",
        "transaction",
        "log_head",
        "search_token",
        "merchant_id",
        "customer_id",
        "attempt_id",
        "name_key",
        "secret_hash",
        "token_hash",
        "::",
        "option<",
        "vec<",
        "some(",
        "none)",
        "err(",
        "panicked",
        "unwrap",
        "src/",
        ".rs",
        "serde",
        "async-graphql",
        "async_graphql",
        "tokio",
    ];
    let errors = errors.to_lowercase();
    WORDS.into_iter().find(|word| errors.contains(&word.to_lowercase()))
}

#[test]
fn an_error_that_tells_too_much_is_found() {
    assert_eq!(told_too_much(r#"[{"message":"UNIQUE constraint failed: x.y"}]"#), Some("constraint"));
    assert_eq!(told_too_much(&format!("{{\"message\":\"no {}\"}}", SECRET.to_lowercase())), Some(SECRET));
    assert_eq!(told_too_much(r#"[{"message":"Enter a text here; it must not be empty."}]"#), None);
}
