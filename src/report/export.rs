//! From one snapshot to one reader, each at its own speed.
//!
//! ```text
//! snapshot ── pages of rows ──▶ formatting thread ── CSV ──▶ unlinked file ── chunks ──▶ reader
//! ```
//!
//! The snapshot is read as fast as the database and the disk go, and ends: a snapshot that lasted as long as a slow
//! download would keep PostgreSQL from clearing up and SQLite from checkpointing, and every writer would pay. Memory holds
//! three pages at most. A reader that leaves stops the rest within a page; a failure reaches the reader as an error.

use std::{io, time::Duration};

use bytes::Bytes;
use entity::event;
use futures_util::stream::BoxStream;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use super::{
    page::Page,
    query::Plan,
    rows::{self, Pages},
    sheet::Sheet,
    spool::{self, Writer},
};
use crate::{
    db::Db,
    error::{Error, Result},
};

/// A reader that takes nothing for so long loses the report, and its place.
const PATIENCE: Duration = Duration::from_secs(120);
/// The longest download after the snapshot has ended.
const LONGEST: Duration = Duration::from_secs(3600);

/// A report on its way.
pub struct Export {
    /// The file, chunk by chunk. An error means that the rest does not come: what came is no report.
    pub rows: BoxStream<'static, Result<Bytes>>,
    /// The newest event that the snapshot saw. The report shows what the log says up to it, and nothing after.
    pub newest: Option<event::Model>,
}

/// Begins a report, and answers when its first bytes are there. `slot` is given back when the reader is done or gone.
///
/// # Errors
/// When the snapshot cannot begin, or its first page cannot be read.
pub async fn start(db: Db, slot: OwnedSemaphorePermit, plan: Plan) -> Result<Export> {
    let (writer, keeper, mut reader) = spool::open().map_err(|error| Error::Internal(Box::new(error)))?;
    let (newest, seen) = oneshot::channel();
    let gone = keeper.gone();
    // Not among the tasks that shutdown waits for: the snapshot is, and a slow reader must not keep the process.
    tokio::spawn(async move {
        let (pages, formatted) = mpsc::channel(1);
        // Pages go round: the memory of one that is written holds a later one.
        let (done, mut empty) = mpsc::channel(1);
        let sheet = plan.clone();
        let formatting = tokio::task::spawn_blocking(move || format(writer, &sheet, formatted, &done));
        let drained = db
            .snapshot(move |txn| {
                Box::pin(async move {
                    // The receiver left with the reader.
                    drop(newest.send(rows::newest_event(txn, plan.scope).await?));
                    let mut source = Pages::of(&plan);
                    loop {
                        let mut page = empty.try_recv().unwrap_or_default();
                        source.next(txn, &mut page).await?;
                        let is_last = page.attempts.is_empty();
                        // A full channel waits for the disk; a closed one means that nobody wants the rest.
                        if gone.is_cancelled() || pages.send(page).await.is_err() || is_last {
                            return Ok(());
                        }
                    }
                })
            })
            .await;
        let formatted = formatting.await.map_err(io::Error::other).flatten();
        let outcome = drained.and(formatted.map_err(|error| Error::Internal(Box::new(error))));
        if let Err(error) = &outcome
            && !keeper.gone().is_cancelled()
        {
            tracing::error!(error = error as &dyn std::error::Error, "a report failed");
        }
        keeper.end(outcome.is_ok());
        keeper.see_off(PATIENCE, LONGEST).await;
        drop(slot);
    });
    reader.begun().await?;
    let newest = seen.await.map_err(|_| Error::internal("a report began without its snapshot"))?;
    Ok(Export { rows: reader.stream(), newest })
}

/// Writes page after page; each can be read as soon as it is written. Nothing is written before the first page has come: until
/// then a failure can still be told as one, instead of as a file that is cut after its header.
fn format(
    out: Writer,
    plan: &Plan,
    mut pages: mpsc::Receiver<Page>,
    done: &mpsc::Sender<Page>,
) -> io::Result<()> {
    let Some(mut page) = pages.blocking_recv() else { return Ok(()) };
    let mut sheet = Sheet::begin(out, plan)?;
    loop {
        sheet.page(&page)?;
        page.clear();
        // One is enough to take up; and who reads may have left, having read the last.
        drop(done.try_send(page));
        match pages.blocking_recv() {
            Some(next) => page = next,
            None => return Ok(()),
        }
    }
}
