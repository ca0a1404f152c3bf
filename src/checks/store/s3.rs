//! A bucket of an S3-compatible store.

use std::{sync::Arc, time::Duration};

use object_store::{
    ClientOptions, RetryConfig,
    aws::AmazonS3Builder,
    client::{HttpClient, HttpConnector},
    path::Path,
};

use super::{Bucket, OpenError, Store};
use crate::checks::http;

/// How long connecting and a whole call may take.
const CONNECT: Duration = Duration::from_secs(5);
const WHOLE: Duration = Duration::from_secs(30);

/// Our own client: the roots and bounds of every call that leaves the house.
#[derive(Debug)]
struct Connector(reqwest::Client);

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}

pub(super) fn open(bucket: &Bucket) -> Result<Store, OpenError> {
    let client = http::client(CONNECT, WHOLE).map_err(|error| OpenError::Bucket(error.to_string()))?;
    let retry = RetryConfig { max_retries: 3, retry_timeout: WHOLE, ..RetryConfig::default() };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_region(&bucket.region)
        .with_access_key_id(&bucket.access_key_id)
        .with_secret_access_key(&bucket.secret_access_key)
        // One by one: a store that does not know bulk deletion answers it as if there were nothing to delete.
        .with_disable_bulk_delete(true)
        .with_retry(retry)
        .with_http_connector(Connector(client));
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
    }
    let store = builder.build().map_err(|error| OpenError::Bucket(error.to_string()))?;
    Ok(Store { inner: Arc::new(store), prefix: Path::from(bucket.prefix.as_str()) })
}
