//! Who performs checks and where pictures are kept, out of the settings.

use crate::{
    checks::{
        Bands, Checks,
        setu::{self, Credential, Setu},
        store::{self, Bucket, OpenError, Place},
    },
    config::{BankMode, Config, Images, Secret},
    entropy::Entropy,
    kyc::check::{Callbacks, Performing},
};

/// Settings that are right one by one, and not together. No value is in it.
#[derive(Debug, thiserror::Error)]
pub enum ProvidersError {
    #[error("`{0}` is missing: {1} is set, and does not work without it")]
    Missing(&'static str, &'static str),
    #[error("`name_match_review` is above `name_match_pass`, or `name_match_pass` is 0")]
    Bands,
    #[error("Setu cannot be called: {0}")]
    Setu(String),
    #[error("pictures cannot be kept: {0}")]
    Store(#[from] OpenError),
}

/// Who performs steps, what a name match is worth, and where pictures are kept.
///
/// # Errors
/// As [`bands`], [`checks`] and [`store()`].
pub fn performing(config: &Config, entropy: &Entropy) -> Result<Performing, ProvidersError> {
    let text = |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose().into());
    let callbacks = Callbacks {
        authorization: text(&config.setu.callback_authorization),
        secret: text(&config.setu.callback_secret),
    };
    let performing = Performing::new(checks(config, entropy)?, bands(config)?);
    Ok(performing.with_store(store(config)?).with_callbacks(callbacks))
}

/// What a name match is worth.
///
/// # Errors
/// When the bounds are not in order.
pub fn bands(config: &Config) -> Result<Bands, ProvidersError> {
    Bands::new(config.name_match_pass, config.name_match_review).ok_or(ProvidersError::Bands)
}

/// The checks of live mode.
///
/// # Errors
/// When a setting is missing that another one needs.
pub fn checks(config: &Config, entropy: &Entropy) -> Result<Checks, ProvidersError> {
    let Some(settings) = setu(config)? else { return Ok(Checks::new()) };
    let setu =
        Setu::new(settings, entropy.clone()).map_err(|error| ProvidersError::Setu(error.to_string()))?;
    let kinds = setu.kinds();
    Ok(kinds.into_iter().fold(Checks::new(), |checks, kind| checks.with(kind, setu.clone())))
}

fn setu(config: &Config) -> Result<Option<setu::Settings>, ProvidersError> {
    let given = &config.setu;
    let any = given.digilocker.is_some() || given.pan.is_some() || given.bank.is_some();
    let Some(url) = &given.url else {
        return if any {
            Err(ProvidersError::Missing("setu_url", "a product instance of Setu"))
        } else {
            Ok(None)
        };
    };
    let needed = |name, value: &Option<Secret>| {
        value.as_ref().and_then(credential).ok_or(ProvidersError::Missing(name, "`setu_url`"))
    };
    let id = needed("setu_client_id", &given.client_id)?;
    let secret = needed("setu_client_secret", &given.client_secret)?;
    let mut settings = setu::Settings::new(url.clone(), id, secret);
    settings.digilocker = given.digilocker.as_ref().and_then(credential);
    settings.pan = given.pan.as_ref().and_then(credential);
    settings.bank = given.bank.as_ref().and_then(credential);
    settings.bank_mode = match given.bank_mode {
        BankMode::Async => setu::BankMode::Async,
        BankMode::Sync => setu::BankMode::Sync,
    };
    Ok(Some(settings))
}

fn credential(secret: &Secret) -> Option<Credential> {
    Credential::new(secret.expose())
}

/// The store of pictures.
///
/// # Errors
/// When the folder cannot be used, or a setting of the bucket is missing.
pub fn store(config: &Config) -> Result<store::Store, ProvidersError> {
    Ok(store::Store::open(&place(config)?)?)
}

fn place(config: &Config) -> Result<Place, ProvidersError> {
    let (name, prefix) = match &config.images {
        Images::Folder(path) => return Ok(Place::Folder(path.clone())),
        Images::Bucket { name, prefix } => (name.clone(), prefix.clone()),
    };
    let s3 = &config.s3;
    let needed = |name, value: &Option<Secret>| {
        let value = value.as_ref().map(|secret| secret.expose().to_owned());
        value.ok_or(ProvidersError::Missing(name, "an s3:// place for `images`"))
    };
    Ok(Place::Bucket(Bucket {
        name,
        prefix,
        region: s3.region.clone().unwrap_or_else(|| "us-east-1".to_owned()),
        endpoint: s3.endpoint.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned()),
        access_key_id: needed("s3_access_key_id", &s3.access_key_id)?,
        secret_access_key: needed("s3_secret_access_key", &s3.secret_access_key)?,
    }))
}

#[cfg(test)]
mod tests {
    use entity::{MerchantMode, StepKind};

    use super::*;
    use crate::config::Flags;

    fn config(variables: &[(&str, &str)]) -> Config {
        let find =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Config::load(Flags::default(), find).unwrap()
    }

    fn problem<T>(result: Result<T, ProvidersError>) -> String {
        result.err().unwrap().to_string()
    }

    const SETU: [(&str, &str); 3] = [
        ("KYC_SETU_URL", "https://dg-sandbox.setu.co"),
        ("KYC_SETU_CLIENT_ID", "id"),
        ("KYC_SETU_CLIENT_SECRET", "hunter2"),
    ];

    #[test]
    fn only_a_kind_with_a_product_goes_to_setu() {
        let all = [&SETU[..], &[("KYC_SETU_PAN", "x"), ("KYC_SETU_BANK", "y")]].concat();
        let checks = checks(&config(&all), &Entropy::seeded(1)).unwrap();
        let of = |kind| checks.of(MerchantMode::Live, kind).provider();
        assert_eq!((of(StepKind::Pan), of(StepKind::BankPennyDrop)), ("setu", "setu"));
        assert_eq!((of(StepKind::DigilockerAadhaar), of(StepKind::Selfie)), ("reviewer", "reviewer"));
        assert_eq!(checks.of(MerchantMode::Sandbox, StepKind::Pan).provider(), "sandbox");
    }

    #[test]
    fn what_is_missing_is_named() {
        let named = |variables: &[(&str, &str)]| problem(checks(&config(variables), &Entropy::seeded(1)));
        assert!(named(&[("KYC_SETU_PAN", "x")]).contains("`setu_url`"));
        assert!(named(&SETU[..1]).contains("`setu_client_id`"));
        assert!(named(&SETU[..2]).contains("`setu_client_secret`"));
        let bucket =
            problem(store(&config(&[("KYC_IMAGES", "s3://pictures"), ("KYC_S3_ACCESS_KEY_ID", "a")])));
        assert!(bucket.contains("`s3_secret_access_key`"), "{bucket}");
        assert!(bands(&config(&[("KYC_NAME_MATCH_PASS", "50")])).is_err(), "50 is below 60");
        assert_eq!(bands(&config(&[])).unwrap(), Bands::default());
    }
}
