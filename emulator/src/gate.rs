//! Keeping web pages out. A browser on the same machine can be made to send requests to a loopback port, so a request
//! that names an origin, or that is addressed to a name which is not this machine's, is not served at all.

use std::net::{Ipv4Addr, Ipv6Addr};

use hyper::header::{HOST, ORIGIN};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;

/// Why a request is refused, if it is.
pub(crate) fn refusal(head: &Parts, listen: Option<&str>) -> Option<&'static str> {
    if head.headers.contains_key(ORIGIN) {
        return Some("requests with an Origin header are refused: no web page may reach the emulator");
    }
    let mut addressees: Vec<Option<Authority>> = Vec::new();
    // An HTTP/2 request has its host in the target; an HTTP/1.1 one may have it there as well.
    addressees.extend(head.uri.authority().map(|authority| Some(authority.clone())));
    let hosts = head.headers.get_all(HOST).iter();
    addressees.extend(hosts.map(|host| Authority::try_from(host.as_bytes()).ok()));
    let allowed = |addressee: &Option<Authority>| {
        addressee.as_ref().is_some_and(|authority| is_own_name(authority, listen))
    };
    if addressees.is_empty() || !addressees.iter().all(allowed) {
        return Some("the request is addressed to a host that is neither loopback nor the --listen name");
    }
    None
}

fn is_own_name(authority: &Authority, listen: Option<&str>) -> bool {
    if authority.as_str().contains('@') {
        return false;
    }
    let host = authority.host();
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || host.trim_matches(['[', ']']).parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
        || listen.is_some_and(|name| host.eq_ignore_ascii_case(name))
}
