//! Which requests go through a proxy, as the environment says.

use std::net::IpAddr;

use ::http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use crate::client::url::read_url;
use crate::config::Environment;
use crate::error::{Code, Error, Result};

/// Whether a variable of the environment names a proxy or an exception.
pub(super) fn is_variable(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["http_proxy", "https_proxy", "all_proxy", "no_proxy"].contains(&lower.as_str())
}

/// The proxies of an environment.
pub(super) struct Proxies {
    http: Option<Matcher>,
    https: Option<Matcher>,
}

impl Proxies {
    /// `INVALID_CONFIG` naming the variable that holds no URL of a proxy.
    pub(super) fn of(environment: &Environment) -> Result<Self> {
        Ok(Proxies { http: proxy(environment, "http_proxy")?, https: proxy(environment, "https_proxy")? })
    }

    /// The proxy on the way to a URI, if there is one.
    pub(super) fn on_the_way(&self, to: &Uri) -> Option<Intercept> {
        let proxies = if to.scheme_str() == Some("http") { &self.http } else { &self.https };
        let proxy = proxies.as_ref()?;
        if is_direct(to.host()?) { None } else { proxy.intercept(to) }
    }
}

/// Whether a host is never reached by a proxy: this machine, and the metadata services beside it.
fn is_direct(host: &str) -> bool {
    is_loopback(host)
        || match host.trim_matches(['[', ']']).parse() {
            Ok(IpAddr::V4(address)) => address.is_link_local(),
            Ok(IpAddr::V6(address)) => address.segments()[..2] == [0xfd00, 0x0ec2],
            Err(_) => false,
        }
}

/// Whether a URL's host is this machine.
pub(in crate::client) fn is_loopback(host: &str) -> bool {
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => {
            let host = host.trim_end_matches('.').to_ascii_lowercase();
            host == "localhost" || host.ends_with(".localhost")
        }
    }
}

/// The proxy of a variable (in lower case first, as curl has it), or of `ALL_PROXY`.
fn proxy(environment: &Environment, variable: &str) -> Result<Option<Matcher>> {
    let either = |name: &str| {
        let names = [name.to_owned(), name.to_ascii_uppercase()];
        names.into_iter().find_map(|name| {
            let value = environment.get(&name)?.trim();
            (!value.is_empty()).then(|| (name, value.to_owned()))
        })
    };
    let Some((name, mut url)) = either(variable).or_else(|| either("all_proxy")) else { return Ok(None) };
    let exceptions = either("no_proxy").map(|(_, hosts)| hosts).unwrap_or_default();
    if exceptions.split(',').any(|host| host.trim() == "*") {
        return Ok(None);
    }
    if !url.contains("://") {
        url = format!("http://{url}");
    }
    if let Err(problem) = read_url(&url) {
        return Err(Error::new(
            Code::InvalidConfig,
            format!("The proxy of the environment variable {name} {problem}"),
            "Give it the form http://host:port",
        ));
    }
    Ok(Some(Matcher::builder().all(url).no(exceptions).build()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_never_reached_by_a_proxy() {
        for host in ["localhost", "LOCALHOST.", "db.localhost", "127.0.0.1", "127.8.8.8", "[::1]"] {
            assert!(is_loopback(host) && is_direct(host), "{host}");
        }
        for host in ["169.254.169.254", "169.254.170.2", "[fd00:ec2::254]"] {
            assert!(!is_loopback(host) && is_direct(host), "{host}");
        }
        for host in ["dynamodb.eu-central-1.amazonaws.com", "localhost.example", "10.0.0.1", "[::2]", ""] {
            assert!(!is_direct(host), "{host}");
        }
    }

    #[test]
    fn a_proxy_has_exceptions() {
        let given = "proxy.example:8080";
        let environment = [("ALL_PROXY", given), ("no_proxy", "db.example, 10.0.0.0/8")];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let proxies = Proxies::of(&environment).unwrap();
        let proxy = |to: &'static str| Some(proxies.on_the_way(&Uri::from_static(to))?.uri().to_string());
        for proxied in ["https://sts.amazonaws.com", "http://dynamodb:8000"] {
            assert_eq!(proxy(proxied), Some(format!("http://{given}/")), "{proxied}");
        }
        for excepted in ["https://db.example", "http://eu.db.example:8000", "http://10.1.2.3", "http://[::1]"]
        {
            assert_eq!(proxy(excepted), None, "{excepted}");
        }
    }
}
