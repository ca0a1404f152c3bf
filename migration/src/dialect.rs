//! One text of SQL for both databases: a type that they spell differently stands in braces.

use sea_orm_migration::{
    SchemaManager,
    sea_orm::{ConnectionTrait, DbBackend, DbErr},
};

/// What stands in braces, in PostgreSQL, in SQLite.
///
/// SQLite's tables are STRICT: a column holds its type or refuses the row, and no affinity turns one into another. What
/// the driver binds decides the type: a UUID is a BLOB of 16 bytes; a moment is RFC 3339 text (`2026-11-22T19:25:25.031+00:00`,
/// whose order as text is its order in time, as long as all are UTC); JSON is text.
///
/// Text is compared byte by byte in both, so that one index order, one keyset and one prefix range serve both, and no
/// update of the operating system's locales can disorder an index.
const WORDS: &[(&str, &str, &str)] = &[
    ("{uuid}", "uuid", "BLOB"),
    ("{text}", "text COLLATE \"C\"", "TEXT"),
    ("{time}", "timestamptz", "TEXT"),
    ("{date}", "date", "TEXT"),
    ("{json}", "jsonb", "TEXT"),
    ("{bytes}", "bytea", "BLOB"),
    ("{bool}", "boolean", "INTEGER"),
    ("{int}", "integer", "INTEGER"),
    ("{bigint}", "bigint", "INTEGER"),
    ("{real}", "double precision", "REAL"),
    // Ends a table …
    ("{table}", "", "STRICT"),
    // … that is nothing but its primary key, or nearly: one tree instead of two.
    ("{key_table}", "", "STRICT, WITHOUT ROWID"),
    // … whose rows are updated often: room for the next version on the row's own page.
    ("{updated_table}", "WITH (fillfactor = 80)", "STRICT"),
    // … of few rows, each updated by every write.
    ("{hottest_table}", "WITH (fillfactor = 50)", "STRICT, WITHOUT ROWID"),
];

/// The statements as `backend` reads them.
///
/// # Errors
///
/// [`DbErr::BackendNotSupported`] for a database that has no column in [`WORDS`].
pub(crate) fn render(sql: &str, backend: DbBackend) -> Result<String, DbErr> {
    let spell: fn(&(&str, &'static str, &'static str)) -> &'static str = match backend {
        DbBackend::Postgres => |word| word.1,
        DbBackend::Sqlite => |word| word.2,
        other => return Err(DbErr::BackendNotSupported { db: other.as_str(), ctx: "migration" }),
    };
    Ok(WORDS.iter().fold(sql.to_owned(), |sql, word| sql.replace(word.0, spell(word))))
}

/// Runs texts, one after the other, each rendered and of as many statements as it has.
///
/// # Errors
///
/// As [`render`], and when the database refuses one.
pub(crate) async fn run(manager: &SchemaManager<'_>, texts: &[&str]) -> Result<(), DbErr> {
    for sql in texts {
        let sql = render(sql, manager.get_database_backend())?;
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}
