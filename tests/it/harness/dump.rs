//! All that a database holds, as text: for what must not be in it.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

/// Every row of every table, a line each: `table: values`, bytes in hexadecimal.
pub(crate) async fn dump(reader: &DatabaseConnection) -> String {
    let backend = reader.get_database_backend();
    let texts = async |sql: String| -> Vec<String> {
        let rows = reader.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    };
    let is_sqlite = backend == DbBackend::Sqlite;
    let tables = if is_sqlite {
        "SELECT name FROM sqlite_schema WHERE type = 'table'"
    } else {
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'"
    };
    let mut dump = String::new();
    for table in texts(tables.to_owned()).await {
        let values = if is_sqlite {
            let columns = texts(format!("SELECT name FROM pragma_table_info('{table}')")).await;
            let column = |name: &String| {
                format!(
                    "CASE typeof(\"{name}\") WHEN 'blob' THEN lower(hex(\"{name}\")) ELSE quote(\"{name}\") END"
                )
            };
            columns.iter().map(column).collect::<Vec<_>>().join(" || ', ' || ")
        } else {
            "t::text".to_owned()
        };
        for row in texts(format!("SELECT {values} FROM \"{table}\" AS t")).await {
            dump.push_str(&format!("{table}: {row}\n"));
        }
    }
    dump
}
