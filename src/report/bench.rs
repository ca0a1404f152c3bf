//! What `benches/micro` times of the report and cannot reach from outside; only with the feature `bench`.

use std::io::{self, Write};

use sea_orm::{ConnectionTrait, DbErr};

use super::{
    query::Plan,
    rows::{Pages, Row},
    sheet::Sheet,
};

/// Rows of a report, in memory.
pub struct Rows(Vec<Row>);

impl Rows {
    /// Reads all rows of a plan: as many as there are, so it is for small tables.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read(db: &impl ConnectionTrait, plan: &Plan) -> Result<Self, DbErr> {
        let mut pages = Pages::of(plan);
        let mut rows = Vec::new();
        loop {
            let page = pages.next(db).await?;
            if page.is_empty() {
                return Ok(Self(rows));
            }
            rows.extend(page);
        }
    }

    /// How many attempts they are.
    pub fn attempts(&self) -> usize {
        self.0.len()
    }

    /// Writes them as CSV, below the header.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, plan: &Plan, out: impl Write) -> io::Result<()> {
        let mut sheet = Sheet::begin(out, plan)?;
        for row in &self.0 {
            sheet.attempt(row)?;
        }
        sheet.flush()
    }
}
