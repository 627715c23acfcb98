//! Rejects requests from web pages. A web page can make a browser on this machine send requests to a loopback port.
//! So the emulator rejects every request that has an origin, or whose host is not a name of this machine.

use std::net::{Ipv4Addr, Ipv6Addr};

use hyper::header::{HOST, ORIGIN};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;

/// The reason to reject a request, if there is one.
pub(super) fn rejection(head: &Parts, listen: Option<&str>) -> Option<&'static str> {
    if head.headers.contains_key(ORIGIN) {
        return Some(
            "the request has an Origin header, so a web page may have sent it; send it without that header",
        );
    }
    let mut hosts: Vec<Option<Authority>> = Vec::new();
    // HTTP/2 sends the host in the request target; HTTP/1.1 can do so too.
    hosts.extend(head.uri.authority().map(|authority| Some(authority.clone())));
    let host_headers = head.headers.get_all(HOST).iter();
    hosts.extend(host_headers.map(|host| Authority::try_from(host.as_bytes()).ok()));
    let allowed =
        |host: &Option<Authority>| host.as_ref().is_some_and(|authority| is_own_name(authority, listen));
    if hosts.is_empty() || !hosts.iter().all(allowed) {
        return Some("the host of the request is not allowed; use a loopback name or the --listen name");
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
