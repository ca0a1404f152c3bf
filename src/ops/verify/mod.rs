//! `kyc-stack verify`: checks the whole database, and names what is wrong.
//!
//! Three passes over one consistent snapshot, none of which keeps more than a batch of rows:
//!
//! 1. each merchant's log in its order: no gap, the head is its end, and every event says what its type has to say;
//! 2. each merchant's customers with their attempts: the log of an attempt is replayed and compared with its rows, field
//!    by field, and the rules of the journey are asked about the rows;
//! 3. rows that belong to nothing, which the two others never meet.
//!
//! What the log does not hold cannot be compared with it: free text and personal values. Of these only the form is
//! checked (a rejection has a message, a token's hash its length). Ids are unique by the primary keys. Moments of the
//! log are *not* asked to rise with its numbers: the clocks of two replicas differ by as much as the machines' do.

mod attempts;
mod compare;
mod customers;
mod journeys;
mod log;
mod replay;
mod report;
mod screenings;
mod shape;
mod strays;

use entity::{Scope, Time, whole};
use futures_util::future::BoxFuture;
pub use report::{Problem, Report, report_to};
use sea_orm::QuerySelect;

use crate::{
    db::{Db, Transaction},
    error::Result,
};

/// Merchants, customers or attempts that are in memory at a time.
const BATCH: usize = 100;
/// Events that are in memory at a time, of the pass over a whole log.
const EVENTS: u64 = 1000;

/// Checks everything. `now` is when an attempt counts as open: one that is overdue does not, written or not. `progress`
/// is told how many rows have been read, now and then; nobody knows beforehand how many there are.
///
/// # Errors
/// When the database fails, or holds a row that cannot be read at all (a broken UUID, a word that is in no list).
pub async fn run(db: &Db, now: Time, progress: impl Fn(u64) + Send + Sync + 'static) -> Result<Report> {
    db.snapshot(move |txn| {
        let walk = Walk { txn, now, read: 0, progress: Box::new(progress), report: Report::default() };
        Box::pin(walk.run()) as BoxFuture<'_, _>
    })
    .await
}

/// The walk through the database.
struct Walk<'t> {
    txn: &'t Transaction,
    now: Time,
    read: u64,
    progress: Box<dyn Fn(u64) + Send + Sync>,
    report: Report,
}

impl Walk<'_> {
    async fn run(mut self) -> Result<Report> {
        let mut last = None;
        loop {
            let merchants = whole::merchants_after(last).limit(BATCH as u64).all(self.txn).await?;
            let Some(newest) = merchants.last() else { break };
            last = Some(newest.id);
            self.has_read(merchants.len());
            for merchant in merchants {
                self.report.merchants += 1;
                log::check(&mut self, Scope::of(merchant.id)).await?;
                customers::check(&mut self, &merchant).await?;
            }
        }
        strays::check(&mut self).await?;
        Ok(self.report)
    }

    /// Says that so many more rows have been read.
    fn has_read(&mut self, rows: usize) {
        self.read += rows as u64;
        (self.progress)(self.read);
    }
}
