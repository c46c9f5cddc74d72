//! Where a request comes from. A header says so only when a proxy of ours sent it.

use std::net::{IpAddr, SocketAddr};

use actix_web::HttpRequest;

/// The address of whoever asks. Behind a proxy that is trusted: the last in `X-Forwarded-For` that is not such a proxy; what
/// stands before it anybody can have written.
pub fn address(request: &HttpRequest, proxies: &[IpAddr]) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    let headers = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let said: Vec<&str> = headers.flat_map(|value| value.split(',')).map(str::trim).collect();
    Some(nearest_stranger(peer, &said, proxies))
}

fn nearest_stranger(peer: IpAddr, said: &[&str], proxies: &[IpAddr]) -> IpAddr {
    let mut nearest = peer;
    for said in said.iter().rev() {
        if !proxies.contains(&nearest) {
            break;
        }
        // Some proxies add the port.
        let address = said.parse().or_else(|_| said.parse().map(|with_port: SocketAddr| with_port.ip()));
        let Ok(address) = address else { break };
        nearest = address.to_canonical();
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proxy_of_ours_is_believed() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let proxies = [address("10.0.0.1"), address("10.0.0.2")];
        let nearest = |peer: &str, said: &[&str]| nearest_stranger(address(peer), said, &proxies).to_string();
        assert_eq!(nearest("192.0.2.9", &["198.51.100.1"]), "192.0.2.9");
        assert_eq!(nearest("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(nearest("10.0.0.1", &["203.0.113.5", "198.51.100.1", "10.0.0.2"]), "198.51.100.1");
        assert_eq!(nearest("10.0.0.1", &["198.51.100.1:5678"]), "198.51.100.1");
        assert_eq!(nearest("10.0.0.1", &["not an address"]), "10.0.0.1");
        assert_eq!(nearest("10.0.0.1", &[]), "10.0.0.1");
    }
}
