//! A person who is to be verified.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::{
    Scoped, Time,
    id::{CustomerId, MerchantId},
};

/// One customer.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerId,
    pub merchant_id: MerchantId,
    /// The merchant's own id of the customer; unique in the merchant.
    pub reference: Option<String>,
    pub name: String,
    /// The name folded for sorting, so that both databases agree on the order.
    pub name_key: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub date_of_birth: Option<NaiveDate>,
    /// ISO 3166-1 alpha-2, in capitals.
    pub country: Option<String>,
    pub created_at: Time,
    pub updated_at: Time,
    pub version: i32,
}

impl ActiveModelBehavior for ActiveModel {}

crate::pick::picked! {
    id: Id,
    merchant_id: MerchantId,
    reference: Reference,
    name: Name,
    name_key: NameKey,
    email: Email,
    phone: Phone,
    date_of_birth: DateOfBirth,
    country: Country,
    created_at: CreatedAt,
    updated_at: UpdatedAt,
    version: Version,
}

impl Scoped for Entity {
    const MERCHANT: Column = Column::MerchantId;
}
