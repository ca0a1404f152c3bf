//! What the program says when it starts, to whoever has to mend it.

use crate::harness::{
    database::{Backend, Database},
    process::Replica,
};

/// The lines of a start with these settings that warn.
async fn warnings(settings: &[(&str, &str)]) -> Vec<String> {
    let database = Database::fresh(Backend::under_test()).await;
    let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let mut server = Replica::start_with(&database.url, &settings);
    server.kill();
    server.said.iter().filter(|line| line.contains("WARN")).cloned().collect()
}

#[tokio::test]
async fn behind_a_proxy_that_hands_on_no_address_it_says_what_to_set() {
    const HTTPS: (&str, &str) = ("KYC_PUBLIC_URL", "https://kyc.example.com");
    let said = warnings(&[HTTPS]).await;
    assert!(said.iter().any(|line| line.contains("KYC_CLIENT_IP_HEADER=")), "{said:?}");
    for settings in [&[HTTPS, ("KYC_CLIENT_IP_HEADER", "X-Real-IP")][..], &[]] {
        assert_eq!(warnings(settings).await, [""; 0], "{settings:?}");
    }
}
