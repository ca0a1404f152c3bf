//! What `benches/micro` times of the report and cannot reach from outside; only with the feature `bench`.

use std::io::{self, Write};

use super::{page::Page, query::Plan, rows::Pages, sheet::Sheet};
use crate::{db::Db, error::Result};

/// Rows of a report, in memory.
pub struct Rows(Vec<Page>);

impl Rows {
    /// Reads all rows of a plan: as many as there are, so it is for small tables.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read(db: &Db, plan: &Plan) -> Result<Self> {
        let plan = plan.clone();
        db.snapshot(move |txn| {
            Box::pin(async move {
                let (mut source, mut pages) = (Pages::of(&plan), Vec::new());
                loop {
                    let mut page = Page::default();
                    source.next(txn, &mut page).await?;
                    if page.attempts.is_empty() {
                        return Ok(Self(pages));
                    }
                    pages.push(page);
                }
            })
        })
        .await
    }

    /// How many attempts they are.
    pub fn attempts(&self) -> usize {
        self.0.iter().map(|page| page.attempts.len()).sum()
    }

    /// Writes them as CSV, below the header.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, plan: &Plan, out: impl Write) -> io::Result<()> {
        let mut sheet = Sheet::begin(out, plan)?;
        self.0.iter().try_for_each(|page| sheet.page(page))
    }
}
