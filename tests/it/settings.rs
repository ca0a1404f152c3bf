//! A merchant's settings: who may change them, what is refused, and what the log says of it.

mod access;
mod house;
mod merchants;
mod traces;

use entity::{EventType, Role, StepKind};
use kyc_stack::{
    auth::Actor,
    error::{Error, UserErrorCode},
    kyc::{
        Patch,
        api_key::{self, ApiKeyCreate},
        branding::{self, BrandingUpdate},
        member::{self, MemberCreate, MemberUpdate},
        merchant::{self, MerchantCreate, MerchantUpdate},
    },
};
use serde_json::json;

use crate::harness::server::Server;

fn codes<T>(answer: Result<T, Error>) -> Vec<UserErrorCode> {
    match answer {
        Err(Error::User(errors)) => errors.into_iter().map(|error| error.code).collect(),
        Err(other) => panic!("{other:?}"),
        Ok(_) => Vec::new(),
    }
}

fn acme() -> MerchantCreate {
    MerchantCreate {
        name: "Acme".into(),
        slug: "acme".into(),
        admin_email: "asha@example.com".into(),
        mode: None,
        time_zone: None,
    }
}

fn member_of(email: &str, role: Role) -> MemberCreate {
    MemberCreate { email: email.into(), name: "Ravi Kumar".into(), role }
}

#[tokio::test]
async fn a_merchant_comes_with_its_log_a_member_and_a_key() {
    let server = Server::open().await;
    let created = server.merchant("acme").await;
    let kinds: Vec<_> =
        server.events(created.merchant.id).await.into_iter().map(|e| (e.seq, e.kind)).collect();
    assert_eq!(
        kinds,
        [(1, EventType::MerchantCreated), (2, EventType::MemberCreated), (3, EventType::ApiKeyCreated)]
    );
    let actor = server.auth.bearer(created.admin_api_key.as_deref().unwrap()).await.unwrap();
    assert_eq!(
        (actor.role(), actor.scope().unwrap().merchant_id()),
        (Some(Role::Admin), created.merchant.id)
    );
    assert!(created.password_url.unwrap().starts_with("http://localhost:8080/password#"));
}

#[tokio::test]
async fn only_the_platform_creates_merchants_and_a_slug_is_taken_once() {
    let server = Server::open().await;
    let (_, admin) = server.admin().await;
    let answer = merchant::create(&server.kyc, &admin, acme(), None).await;
    assert!(matches!(answer, Err(Error::NotForThisActor(_))));
    let answer = merchant::create(&server.kyc, &Actor::platform(), acme(), None).await;
    assert_eq!(codes(answer), [UserErrorCode::Taken]);
    assert_eq!(server.slugs().await, ["acme"]);
}

#[tokio::test]
async fn a_repeated_creation_shows_the_merchant_and_no_secret() {
    let server = Server::open().await;
    let platform = Actor::platform();
    let create = || merchant::create(&server.kyc, &platform, acme(), Some("k1".into()));
    let first = create().await.unwrap();
    let again = create().await.unwrap();
    assert!(!first.replayed && again.replayed);
    assert_eq!(first.answer.merchant, again.answer.merchant);
    assert!(first.answer.admin_api_key.is_some() && again.answer.admin_api_key.is_none());
    assert!(again.answer.password_url.is_none());
    assert_eq!(server.slugs().await, ["acme"]);
}

#[tokio::test]
async fn settings_change_for_an_admin_and_leave_one_event() {
    let server = Server::open().await;
    let (id, admin) = server.admin().await;
    let input = || MerchantUpdate {
        journey: Patch::Set(vec![StepKind::Pan, StepKind::Selfie]),
        link_validity_hours: Patch::Set(24),
        redirect_origins: Patch::Set(vec!["https://Shop.example/".into()]),
        ..MerchantUpdate::default()
    };
    let answer = merchant::update(&server.kyc, &admin, input(), None).await.unwrap().answer.merchant;
    assert_eq!(answer.redirect_origins.0, ["https://shop.example"]);
    // The same again changes nothing, and says nothing.
    merchant::update(&server.kyc, &admin, input(), None).await.unwrap();
    let events = server.events(id).await;
    assert_eq!(events.len(), 4);
    let details = &events[3].data["details"];
    assert_eq!(details["changed"], json!(["journey", "linkValidityHours", "redirectOrigins"]));
    assert_eq!(details["journey"], json!(["PAN", "SELFIE"]));

    let reviewer = ApiKeyCreate { name: "Reviewers".into(), role: Role::Reviewer };
    let secret = api_key::create(&server.kyc, &admin, reviewer, None).await.unwrap().answer.secret.unwrap();
    let reviewer = server.auth.bearer(&secret).await.unwrap();
    let answer = merchant::update(&server.kyc, &reviewer, input(), None).await;
    assert!(matches!(answer, Err(Error::Forbidden(Role::Admin))));
}

#[tokio::test]
async fn a_look_that_nobody_can_read_is_refused() {
    let server = Server::open().await;
    let (id, admin) = server.admin().await;
    let colour =
        |text: &str| BrandingUpdate { text_color: Patch::Set(text.into()), ..BrandingUpdate::default() };
    let answer = branding::update(&server.kyc, &admin, colour("#cccccc"), None).await;
    assert_eq!(codes(answer), [UserErrorCode::LowContrast]);
    let answer = branding::update(&server.kyc, &admin, colour("#222222"), None).await.unwrap().answer;
    assert_eq!(answer.merchant.text_color, "#222222");
    let last = server.events(id).await.pop().unwrap();
    assert_eq!(
        (last.kind, &last.data["details"]),
        (EventType::BrandingUpdated, &json!({ "changed": ["textColor"] }))
    );
}

#[tokio::test]
async fn an_email_is_taken_once_in_a_merchant_whatever_its_case() {
    let server = Server::open().await;
    let (_, admin) = server.admin().await;
    let answer = member::create(&server.kyc, &admin, member_of("ASHA@example.com", Role::Viewer), None).await;
    assert_eq!(codes(answer), [UserErrorCode::Taken]);
    let wrong = MemberCreate { email: "x".into(), name: "".into(), role: Role::Viewer };
    let answer = member::create(&server.kyc, &admin, wrong, None).await;
    assert_eq!(codes(answer), [UserErrorCode::Invalid, UserErrorCode::Required]);
}

#[tokio::test]
async fn the_last_admin_stays() {
    let server = Server::open().await;
    let (_, admin) = server.admin().await;
    let ravi =
        member::create(&server.kyc, &admin, member_of("ravi@example.com", Role::Admin), None).await.unwrap();
    let asha = member_id(&server, "asha@example.com").await;
    let ravi = ravi.answer.member.id;
    let demote =
        |id| MemberUpdate { id, name: Patch::Keep, role: Patch::Set(Role::Viewer), disabled: Patch::Keep };
    let disable = |id| MemberUpdate { id, name: Patch::Keep, role: Patch::Keep, disabled: Patch::Set(true) };
    // At the same moment, each the other one: one of them stays.
    let (one, two) = tokio::join!(
        member::update(&server.kyc, &admin, demote(asha), None),
        member::update(&server.kyc, &admin, disable(ravi), None),
    );
    assert!(one.is_ok() != two.is_ok());
    let stays = if one.is_ok() { ravi } else { asha };
    assert_eq!(codes(one).len() + codes(two).len(), 1);
    for input in [demote(stays), disable(stays)] {
        let answer = member::update(&server.kyc, &admin, input, None).await;
        assert_eq!(codes(answer), [UserErrorCode::LastAdmin]);
    }
    let rename = MemberUpdate {
        id: stays,
        name: Patch::Set("Still Admin".into()),
        role: Patch::Set(Role::Admin),
        disabled: Patch::Set(false),
    };
    let answer = member::update(&server.kyc, &admin, rename, None).await.unwrap().answer.member;
    assert_eq!((answer.name.as_str(), answer.role), ("Still Admin", Role::Admin));
}

#[tokio::test]
async fn another_merchants_people_and_keys_do_not_exist() {
    let server = Server::open().await;
    let (_, admin) = server.admin().await;
    let other = server.merchant("other").await;
    let other = server.auth.bearer(&other.admin_api_key.unwrap()).await.unwrap();
    let asha = member_id(&server, "asha@example.com").await;
    let input =
        MemberUpdate { id: asha, name: Patch::Set("X".into()), role: Patch::Keep, disabled: Patch::Keep };
    assert_eq!(codes(member::update(&server.kyc, &other, input, None).await), [UserErrorCode::NotFound]);
    let input = member::MemberPasswordReset { id: asha };
    assert_eq!(
        codes(member::password_reset(&server.kyc, &other, input, None).await),
        [UserErrorCode::NotFound]
    );
    let input = api_key::ApiKeyRevoke { id: admin.id().unwrap().into() };
    assert_eq!(codes(api_key::revoke(&server.kyc, &other, input, None).await), [UserErrorCode::NotFound]);
}

/// The id of acme's member with this e-mail.
async fn member_id(server: &Server, email: &str) -> entity::id::MemberId {
    use entity::{Scope, Scoped};
    use sea_orm::{ColumnTrait, QueryFilter};
    let reader = server.kyc.db.reader();
    let acme = entity::merchant::Entity::by_slug("acme").one(reader).await.unwrap().unwrap();
    entity::member::Entity::scoped(Scope::of(acme.id))
        .filter(entity::member::Column::Email.eq(email))
        .one(reader)
        .await
        .unwrap()
        .unwrap()
        .id
}
