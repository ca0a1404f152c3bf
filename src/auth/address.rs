//! Where a request comes from, as far as it matters for throttling.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::{HeaderMap, HeaderName};

/// The client's address: from `header` where one is configured (a proxy that overwrites or appends to it is in front of
/// us), else the peer of the connection.
///
/// Of a list, as in `X-Forwarded-For`, the last entry counts: the proxy appended it, the ones before are the client's word.
pub fn client_address(
    headers: &HeaderMap,
    header: Option<&HeaderName>,
    peer: Option<IpAddr>,
) -> Option<IpAddr> {
    let forwarded = header
        .and_then(|name| headers.get_all(name).iter().next_back())
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next())
        .and_then(|entry| entry.trim().parse().ok());
    forwarded.or(peer)
}

/// What is counted together: an IPv4 address; of IPv6 the first 64 bits, since a household or a rented server has all of them.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_proxys_own_word_counts() {
        let name = HeaderName::from_static("x-forwarded-for");
        let peer: Option<IpAddr> = Some([10, 0, 0, 1].into());
        let mut headers = HeaderMap::new();
        assert_eq!(client_address(&headers, Some(&name), peer), peer);
        headers.append(&name, "203.0.113.9".parse().unwrap());
        headers.append(&name, "198.51.100.1, 192.0.2.7".parse().unwrap());
        assert_eq!(client_address(&headers, Some(&name), peer), Some([192, 0, 2, 7].into()));
        assert_eq!(client_address(&headers, None, peer), peer);
        headers.append(&name, "nonsense".parse().unwrap());
        assert_eq!(client_address(&headers, Some(&name), peer), peer);
    }

    #[test]
    fn an_ipv6_network_is_one_client() {
        let network_of = |text: &str| network(text.parse().unwrap());
        assert_eq!(network_of("2001:db8:1:2:3:4:5:6"), network_of("2001:db8:1:2::1"));
        assert_ne!(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"));
        assert_eq!(network_of("::ffff:192.0.2.7"), network_of("192.0.2.7"));
    }
}
