//! `KycSummary`: how the attempts created in a range of days went.

use std::sync::LazyLock;

use async_graphql::InputObject;

use super::{
    exec::{
        Context,
        object::{Object, Row},
        plan::Plan,
    },
    scalar::Date,
};
use crate::error::Result;

/// The arguments of `Query.summary`.
#[derive(InputObject)]
pub struct SummaryArgs {
    /// The first day.
    pub from: Date,
    /// The last day, included.
    pub to: Date,
    /// IANA name of the zone in which days begin and end; by default the merchant's.
    pub time_zone: Option<String>,
}

/// The numbers of a range.
pub struct KycSummary;

impl Row for KycSummary {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<KycSummary>> = LazyLock::new(|| {
            Object::<KycSummary>::new("KycSummary", "How the attempts created in a range of days went.")
                .value("medianSecondsToComplete", "placeholder", |_| None::<i32>)
        });
        &OBJECT
    }
}

pub async fn load(_: &Context<'_>, _: &SummaryArgs, _: &Plan) -> Result<KycSummary> {
    Ok(KycSummary)
}
