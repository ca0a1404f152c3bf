//! Signing in and out.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use entity::{
    Scope, Scoped,
    id::{MerchantId, SessionId},
    member, merchant, session,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, QueryFilter, QuerySelect};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Auth, resolve::SESSION_LASTS};
use crate::{
    entropy::token_hash,
    error::{Error, Result},
};

/// What a person brings to sign in.
pub struct SignIn {
    /// The merchant's slug.
    pub merchant: String,
    pub email: String,
    pub password: String,
    /// Where from, for throttling.
    pub address: Option<IpAddr>,
    /// The token of a session that the browser still has: it ends, whoever's it is.
    pub previous: Option<String>,
}

/// A new session. The token goes into the cookie and is nowhere else.
pub struct SignedIn {
    pub token: String,
    pub member: member::Model,
    pub merchant: merchant::Model,
}

impl Auth {
    /// Checks the password and begins a session, with a token that nobody knew before.
    ///
    /// An unknown merchant, an unknown e-mail, a wrong password, a member who is disabled or has set no password yet: all
    /// have the same answer, after the same work.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`], or [`Error::RateLimited`] after too many tries.
    pub async fn sign_in(&self, ask: SignIn) -> Result<SignedIn> {
        let SignIn { merchant: slug, email, password, address, previous } = ask;
        // As they are stored: folded.
        let (slug, email) = (slug.trim().to_lowercase(), email.trim().to_lowercase());
        let tried = self.0.throttle.sign_in(&slug, &email, address, self.0.clock.now())?;
        let reader = self.0.db.reader();
        let merchant = merchant::Entity::by_slug(&slug).one(reader).await?;
        // Without a merchant the second statement runs all the same, in a merchant that does not exist.
        let scope = Scope::of(merchant.as_ref().map_or(MerchantId(Uuid::nil()), |merchant| merchant.id));
        let member =
            member::Entity::scoped(scope).filter(member::Column::Email.eq(&email)).one(reader).await?;
        let hash = member.as_ref().and_then(|member| member.password_hash.as_deref());
        let is_password = self.0.passwords.verify(&password, hash).await?;
        let (Some(merchant), Some(member), true) = (merchant, member, is_password) else {
            return Err(Error::Unauthenticated);
        };
        let (token, member) = self.begin_session(member, previous).await?;
        self.0.throttle.succeeded(&tried);
        Ok(SignedIn { token, member, merchant })
    }

    /// Ends the session of this token, if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_out(&self, token: &str) -> Result<()> {
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let ended = Arc::new(AtomicBool::new(false));
        let (has_ended, known) = (Arc::clone(&ended), self.0.known.clone());
        self.0
            .db
            .write_then(
                move |txn| {
                    Box::pin(async move {
                        let sessions = session::Entity::end(&hash).exec(txn).await?.rows_affected;
                        ended.store(sessions > 0, Ordering::Relaxed);
                        Ok(())
                    })
                },
                move || {
                    if has_ended.load(Ordering::Relaxed) {
                        known.forget_all();
                    } else {
                        // Anybody may send a cookie that is nobody's: that must not cost everybody a look-up.
                        known.forget(&hash);
                    }
                },
            )
            .await
    }

    async fn begin_session(
        &self,
        checked: member::Model,
        previous: Option<String>,
    ) -> Result<(String, member::Model)> {
        let now = self.0.clock.now();
        let token = self.0.entropy.token();
        let row = session::ActiveModel {
            id: Set(self.0.entropy.id::<SessionId>(now)),
            merchant_id: Set(checked.merchant_id),
            member_id: Set(checked.id),
            token_hash: Set(token_hash(&token)),
            created_at: Set(now),
            last_seen_at: Set(now),
            expires_at: Set(now + SESSION_LASTS),
        };
        let (rotates, known) = (previous.is_some(), self.0.known.clone());
        let member = self
            .0
            .db
            .write_then(
                move |txn| {
                    Box::pin(async move {
                        // The password was checked outside: a reset or a disabling since then ended all sessions, and must not
                        // miss this one.
                        let member = member::Entity::scoped(Scope::of(checked.merchant_id))
                            .filter(member::Column::Id.eq(checked.id))
                            .lock_exclusive()
                            .one(txn)
                            .await?
                            .filter(|row| {
                                row.disabled_at.is_none() && row.password_hash == checked.password_hash
                            })
                            .ok_or(Error::Unauthenticated)?;
                        if let Some(previous) = previous {
                            session::Entity::end(&token_hash(&previous)).exec(txn).await?;
                        }
                        row.insert(txn).await?;
                        member::Entity::seen(member.id, now).exec(txn).await?;
                        Ok(member)
                    })
                },
                move || {
                    if rotates {
                        known.forget_all();
                    }
                },
            )
            .await?;
        Ok((token, member))
    }
}
