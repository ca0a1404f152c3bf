//! What has to be true after every test.

use chrono::DateTime;
use kyc_stack::{db::Db, ops::verify};

/// Asserts that `verify` finds nothing wrong in the whole database.
pub(crate) async fn assert_clean(db: &Db) {
    // At the beginning of time nothing is overdue: what is written as open counts as open, which is the strictest reading.
    let report = verify::run(db, DateTime::UNIX_EPOCH, |_| ()).await.unwrap();
    assert!(report.is_clean(), "{:#?}", report.problems);
}
