//! The hosts that need no proxy: `no_proxy` in the forms that curl, Python and Go read.

use std::net::IpAddr;

use ipnet::IpNet;
use url::Host;

/// The rules of `no_proxy`. A rule that could be read in two ways matches in both: in doubt the client connects directly.
/// Names are compared as text, without DNS.
#[derive(Clone, Debug, Default)]
pub(crate) struct NoProxy(Vec<Rule>);

#[derive(Clone, Debug)]
struct Rule {
    hosts: RuleHosts,
    /// `None` for every port.
    port: Option<u16>,
}

#[derive(Clone, Debug)]
enum RuleHosts {
    /// `*`
    All,
    /// `example.com`, `.example.com` or `*.example.com`: the host and its subdomains.
    Domain(String),
    /// `192.0.2.1` or `2001:db8::1`
    Address(IpAddr),
    /// `192.0.2.0/24`
    Network(IpNet),
}

impl NoProxy {
    /// Reads rules that are separated by commas or spaces. A rule that cannot be read matches nothing.
    pub(crate) fn parse(text: &str) -> Self {
        let rules = text.split([',', ' ', '\t']).map(str::trim).filter(|rule| !rule.is_empty());
        Self(rules.map(Rule::parse).collect())
    }

    /// Whether the client connects to this host and port directly. `host` may be an IPv6 address in brackets.
    pub(crate) fn matches(&self, host: &str, port: u16) -> bool {
        let host = without_brackets(host).trim_end_matches('.').to_ascii_lowercase();
        let address = host.parse().ok();
        self.0.iter().any(|rule| rule.matches(&host, address, port))
    }
}

impl Rule {
    fn parse(text: &str) -> Self {
        if let Some(hosts) = RuleHosts::parse(text) {
            return Self { hosts, port: None };
        }
        let split = text.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
        match split.and_then(|(host, port)| Some((RuleHosts::parse(host)?, port))) {
            Some((hosts, port)) => Self { hosts, port: Some(port) },
            None => Self { hosts: RuleHosts::Domain(text.to_ascii_lowercase()), port: None },
        }
    }

    fn matches(&self, host: &str, address: Option<IpAddr>, port: u16) -> bool {
        let is_host = match (&self.hosts, address) {
            (RuleHosts::All, _) => true,
            (RuleHosts::Address(rule), Some(address)) => *rule == address,
            (RuleHosts::Network(rule), Some(address)) => rule.contains(&address),
            (RuleHosts::Domain(rule), None) => {
                host.strip_suffix(rule.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            _ => false,
        };
        is_host && self.port.is_none_or(|rule| port == rule)
    }
}

impl RuleHosts {
    /// `None` if the text still has a port, or is not a host.
    fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::All);
        }
        if let Ok(network) = text.parse() {
            return Some(Self::Network(network));
        }
        if let Ok(address) = without_brackets(text).parse() {
            return Some(Self::Address(address));
        }
        let domain = text.strip_prefix('*').unwrap_or(text).trim_matches('.');
        match Host::parse(domain) {
            Ok(Host::Domain(domain)) => Some(Self::Domain(domain)),
            _ => None,
        }
    }
}

fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What curl 7.88 does with a form, from its source (`lib/noproxy.c`) and its manual.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Curl {
        Same,
        /// curl ignores the rule, so it uses the proxy.
        Ignores,
    }

    #[test]
    fn each_form_of_no_proxy_is_read_as_by_curl_python_or_go() {
        use Curl::{Ignores, Same};
        let cases = [
            ("*", "api.example.com", true, Same),
            ("*", "192.0.2.1", true, Same),
            ("*", "[2001:db8::1]", true, Same),
            ("example.com", "example.com", true, Same),
            ("example.com", "api.example.com", true, Same),
            ("example.com", "badexample.com", false, Same),
            ("example.com", "example.com.evil.test", false, Same),
            ("EXAMPLE.com", "Api.Example.COM.", true, Same),
            (".example.com", "api.example.com", true, Same),
            (".example.com", "example.com", true, Same),
            // Go reads this form.
            ("*.example.com", "api.example.com", true, Ignores),
            ("*.example.com", "example.com", true, Ignores),
            ("*.example.com", "badexample.com", false, Same),
            // Python and Go read ports.
            ("example.com:443", "example.com", true, Ignores),
            ("example.com:8443", "example.com", false, Same),
            ("192.0.2.1", "192.0.2.1", true, Same),
            ("192.0.2.1", "192.0.2.2", false, Same),
            ("192.0.2.1:443", "192.0.2.1", true, Ignores),
            ("192.0.2.1:80", "192.0.2.1", false, Same),
            ("192.0.2.0/24", "192.0.2.77", true, Same),
            ("192.0.2.0/24", "192.0.3.1", false, Same),
            ("2001:db8::/32", "[2001:db8::7]", true, Same),
            ("[2001:db8::1]", "[2001:db8::1]", true, Same),
            ("2001:db8::1", "[2001:db8::1]", true, Same),
            ("[2001:db8::1]:443", "[2001:db8::1]", true, Ignores),
            ("[2001:db8::1]:80", "[2001:db8::1]", false, Same),
            ("other.test, example.com ,more.test", "api.example.com", true, Same),
            ("other.test example.com", "api.example.com", true, Same),
            ("", "example.com", false, Same),
            (" , ,", "example.com", false, Same),
            // A name is not looked up, so an address rule does not match it.
            ("127.0.0.0/8", "localhost", false, Same),
        ];
        for (rules, host, is_direct, curl) in cases {
            assert_eq!(NoProxy::parse(rules).matches(host, 443), is_direct, "{rules:?} {host} ({curl:?})");
            // The union is never narrower than curl.
            assert!(is_direct || curl == Same, "{rules:?} {host}");
        }
    }
}
