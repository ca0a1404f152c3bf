//! Tenancy: a query over a merchant's rows cannot be written without saying which merchant's.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};

use crate::id::MerchantId;

/// The merchant whose rows may be read. An actor hands it out; whoever has none, has no query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    merchant_id: MerchantId,
}

impl Scope {
    /// The rows of this merchant.
    pub fn of(merchant_id: MerchantId) -> Self {
        Self { merchant_id }
    }

    /// The merchant.
    pub fn merchant_id(self) -> MerchantId {
        self.merchant_id
    }
}

/// A table whose rows belong to merchants.
pub trait Scoped: EntityTrait {
    /// The column that says whose a row is.
    const MERCHANT: Self::Column;

    /// The beginning of every read: the rows of one merchant.
    fn scoped(scope: Scope) -> Select<Self> {
        Self::find().filter(Self::MERCHANT.eq(scope.merchant_id))
    }
}
