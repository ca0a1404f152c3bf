//! A business that runs KYC: its defaults and its branding.

use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};

use crate::{MerchantMode, Scope, Scoped, StepKind, Time, id::MerchantId};

/// One merchant.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "merchant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MerchantId,
    pub name: String,
    /// What members type when they sign in; unique.
    #[sea_orm(unique)]
    pub slug: String,
    pub mode: MerchantMode,
    /// IANA name; where the merchant's days begin and end.
    pub time_zone: String,
    /// The steps of a new attempt, in order: unique, one to six.
    pub journey: Journey,
    /// How long a new link lasts, in hours.
    pub link_validity_hours: i32,
    /// Origins that a journey may send the customer back to.
    pub redirect_origins: Origins,
    pub display_name: String,
    pub primary_color: String,
    pub background_color: String,
    pub surface_color: String,
    pub text_color: String,
    /// Pixels.
    pub corner_radius: i32,
    /// Where the logo is stored.
    pub logo: Option<String>,
    pub support_email: Option<String>,
    pub support_url: Option<String>,
    pub branding_updated_at: Time,
    pub created_at: Time,
}

impl ActiveModelBehavior for ActiveModel {}

impl Scoped for Entity {
    const MERCHANT: Column = Column::Id;
}

/// The steps of an attempt, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Journey(pub Vec<StepKind>);

/// Origins (`https://host[:port]`), as a browser prints them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Origins(pub Vec<String>);

impl Entity {
    /// The merchant of a scope.
    pub fn of(scope: Scope) -> Select<Self> {
        Self::scoped(scope)
    }

    /// Any merchant by its slug: the first step of a sign-in, and what the command line names merchants by.
    pub fn by_slug(slug: &str) -> Select<Self> {
        Self::find().filter(Column::Slug.eq(slug))
    }

    /// Every merchant, oldest first: for `verify`, which checks the whole database.
    pub fn every() -> Select<Self> {
        use sea_orm::QueryOrder;
        Self::find().order_by_asc(Column::Id)
    }
}
