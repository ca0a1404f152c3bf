//! Exporting the report: who may, and the event that says they did.

use bytes::Bytes;
use entity::{EventType, Role, merchant};
use futures_util::stream::BoxStream;

use super::Kyc;
use crate::{
    auth::Actor,
    error::{Error, Result},
    events::{Cursor, Draft, Images},
    report::{self, Layout, Query},
};

/// Seconds after which a caller that found all places taken may ask again.
const RETRY_AFTER: u64 = 10;

/// A report on its way to its reader.
pub struct Export {
    /// The CSV, chunk by chunk, from one snapshot. An error means that the rest does not come: abort what you send on,
    /// so that a cut file cannot pass for a whole one.
    pub rows: BoxStream<'static, Result<Bytes>>,
    /// ASCII letters, digits, dots and hyphens.
    pub file_name: String,
    /// What the report shows: the log up to here, the export's own event included, and nothing after. Subscribing after
    /// it continues the report without a gap.
    pub cursor: Cursor,
}

/// Starts an export: ADMIN only. Leaves REPORT_EXPORTED, committed before the first byte; then reads one snapshot, begun
/// after that commit. States are as seen at the moment the snapshot is asked for.
///
/// Each place is taken until its reader is done, left, or took nothing for two minutes.
///
/// # Errors
/// [`Error::Forbidden`] below ADMIN, [`Error::RateLimited`] while two exports run, and whatever the database answers.
/// No event is left then, unless the snapshot itself failed.
pub async fn export(kyc: &Kyc, actor: &Actor, query: Query) -> Result<Export> {
    let scope = actor.require(Role::Admin)?;
    let merchant = merchant::Entity::of(scope).one(kyc.db.reader()).await?;
    let merchant = merchant.ok_or_else(|| Error::internal("an actor without a merchant"))?;
    let zone =
        merchant.time_zone.parse().map_err(|_| Error::internal("a merchant's time zone is unknown"))?;
    let slot = kyc.db.export_slot().ok_or(Error::RateLimited(RETRY_AFTER))?;

    let file_name = file_name(&merchant.slug, &query);
    let details = serde_json::json!({
        "from": query.from,
        "to": query.to,
        "timeZone": query.time_zone.unwrap_or(zone).name(),
        "date": query.date.as_str(),
        "layout": query.layout.as_str(),
        "states": query.states,
    });
    let plan = query.plan(scope, zone, kyc.clock.now())?;
    kyc.change(actor, scope, move |change| {
        let data = Images { details: Some(details.clone()), ..Images::default() };
        Box::pin(async move {
            change.event(Draft { data, ..Draft::new(EventType::ReportExported) });
            Ok(())
        })
    })
    .await?;

    let report::Export { rows, newest } = report::export::start(kyc.db.clone(), slot, plan).await?;
    let cursor = newest.map_or_else(|| Cursor::origin(scope.merchant_id()), |event| Cursor::of(&event));
    Ok(Export { rows, file_name, cursor })
}

/// `kyc-acme-2026-01-01-2026-01-31.csv`: nothing that a header or a file system would read as something else.
fn file_name(slug: &str, query: &Query) -> String {
    let slug: String = slug.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let steps = match query.layout {
        Layout::Wide => "",
        Layout::Long => "-steps",
    };
    format!("kyc-{slug}-{}-{}{steps}.csv", query.from, query.to)
}
