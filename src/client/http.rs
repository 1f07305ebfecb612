//! HTTP below the SDK: proxies and root certificates from the environment, and one pool of kept-alive connections for
//! all clients of this process that have the same of them.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use ::http::Uri;
use aws_sdk_dynamodb::config::RuntimeComponents;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use base64::Engine as _;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::sync::Semaphore;

use super::connection::{Fingerprint, fingerprint};
use crate::config::Environment;
use crate::error::{Code, Error, Result};

/// Requests under way at once; more wait for their turn. What opens a connection for each would run out of files.
pub(super) const MOST_AT_ONCE: usize = 256;
/// Idle connections that are kept to one host: as many as requests may be under way, or those beyond would be closed
/// after each, and made anew.
const MOST_IDLE: usize = MOST_AT_ONCE;
/// How long an idle connection is kept: less than what load balancers and NAT gateways on the way allow.
const LONGEST_IDLE: Duration = Duration::from_secs(60);

/// Files of root certificates to trust beside the system's.
const CERTIFICATE_VARIABLES: [&str; 2] = ["AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];

/// Whether a variable of the environment can change what is in this file.
pub(super) fn is_relevant(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    CERTIFICATE_VARIABLES.contains(&name)
        || ["http_proxy", "https_proxy", "all_proxy", "no_proxy"].contains(&lower.as_str())
}

/// An HTTP client for the SDK. Clones share one pool.
#[derive(Clone)]
pub(super) struct Http(Arc<Pool>);

struct Pool {
    http_proxy: Option<ProxyConfig>,
    https_proxy: Option<ProxyConfig>,
    /// From files that the environment names.
    certificates: Vec<CertificateDer<'static>>,
    tls: OnceLock<TlsContext>,
    turns: Arc<Semaphore>,
    connectors: Mutex<HashMap<(Route, Timeouts), SharedHttpConnector>>,
}

impl std::fmt::Debug for Http {
    /// Without the proxies, whose URLs may hold passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Http")
    }
}

/// Which connector a request takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Route {
    Plain,
    Tls,
    PlainByProxy,
    TlsByProxy,
}

/// Of connecting, and of waiting for an answer to begin.
type Timeouts = (Option<Duration>, Option<Duration>);

static POOLS: LazyLock<Mutex<HashMap<Fingerprint, Weak<Pool>>>> = LazyLock::new(Mutex::default);

impl Http {
    /// The client for an environment: that of others with the same proxies and certificates, or a new one. Reads files:
    /// not for the runtime's worker. `INVALID_CONFIG` naming the variable that cannot be used.
    pub(super) fn of(environment: &Environment) -> Result<Self> {
        let settings: Vec<_> = environment.iter().filter(|(name, _)| is_relevant(name)).collect();
        let fingerprint = fingerprint(&settings);
        let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.get(&fingerprint).and_then(Weak::upgrade) {
            return Ok(Http(pool));
        }
        let pool = Arc::new(Pool {
            http_proxy: proxy(environment, "http_proxy", ProxyConfig::http)?,
            https_proxy: proxy(environment, "https_proxy", ProxyConfig::https)?,
            certificates: named_certificates(environment)?,
            tls: OnceLock::new(),
            turns: Arc::new(Semaphore::new(MOST_AT_ONCE)),
            connectors: Mutex::default(),
        });
        pools.retain(|_, pool| pool.strong_count() > 0);
        pools.insert(fingerprint, Arc::downgrade(&pool));
        Ok(Http(pool))
    }

    /// Makes the connector that requests to this host will take, which takes milliseconds with TLS: not for the
    /// runtime's worker.
    pub(super) fn prepare(&self, endpoint: &Uri, connect_timeout: Duration) {
        self.0.connector(self.0.route(endpoint), (Some(connect_timeout), None));
    }
}

impl Pool {
    fn route(&self, to: &Uri) -> Route {
        let tls = to.scheme_str() != Some("http");
        let proxy = if tls { &self.https_proxy } else { &self.http_proxy };
        match (tls, proxy.is_some() && !is_direct(to.host().unwrap_or_default())) {
            (true, false) => Route::Tls,
            (true, true) => Route::TlsByProxy,
            (false, false) => Route::Plain,
            (false, true) => Route::PlainByProxy,
        }
    }

    fn connector(&self, route: Route, timeouts: Timeouts) -> SharedHttpConnector {
        let mut connectors = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        connectors.entry((route, timeouts)).or_insert_with(|| self.make(route, timeouts)).clone()
    }

    fn make(&self, route: Route, (connect, read): Timeouts) -> SharedHttpConnector {
        let mut settings = HttpConnectorSettings::builder();
        settings.set_connect_timeout(connect).set_read_timeout(read);
        let builder = Connector::builder()
            .connector_settings(settings.build())
            .pool_idle_timeout(LONGEST_IDLE)
            .pool_max_idle_per_host(MOST_IDLE);
        let builder = match route {
            Route::Plain => return SharedHttpConnector::new(builder.build_http()),
            Route::Tls => builder,
            Route::PlainByProxy => with_proxy(builder, &self.http_proxy),
            Route::TlsByProxy => with_proxy(builder, &self.https_proxy),
        };
        // The way to a proxy may be by TLS even for plain requests.
        let tls = self.tls.get_or_init(|| tls_context(&self.certificates)).clone();
        let builder = builder.tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls);
        SharedHttpConnector::new(builder.build())
    }
}

type Builder = aws_smithy_http_client::ConnectorBuilder;

fn with_proxy(builder: Builder, proxy: &Option<ProxyConfig>) -> Builder {
    match proxy {
        Some(proxy) => builder.proxy_config(proxy.clone()),
        None => builder,
    }
}

impl HttpClient for Http {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Routed {
            pool: self.0.clone(),
            timeouts: (settings.connect_timeout(), settings.read_timeout()),
        })
    }
}

#[derive(Clone)]
struct Routed {
    pool: Arc<Pool>,
    timeouts: Timeouts,
}

impl std::fmt::Debug for Routed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Routed")
    }
}

impl HttpConnector for Routed {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let route = match request.uri().parse::<Uri>() {
            Ok(uri) => self.pool.route(&uri),
            // The connector says what is wrong with it.
            Err(_) => Route::Tls,
        };
        let connector = self.pool.connector(route, self.timeouts);
        let turns = Arc::clone(&self.pool.turns);
        HttpConnectorFuture::new(async move {
            let _turn = turns.acquire().await;
            connector.call(request).await
        })
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
pub(super) fn is_loopback(host: &str) -> bool {
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => {
            let host = host.trim_end_matches('.').to_ascii_lowercase();
            host == "localhost" || host.ends_with(".localhost")
        }
    }
}

/// The proxy of a variable (in lower case first, as curl has it), or of `ALL_PROXY`.
fn proxy<E: std::fmt::Display>(
    environment: &Environment,
    variable: &str,
    make: impl Fn(String) -> std::result::Result<ProxyConfig, E>,
) -> Result<Option<ProxyConfig>> {
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
    match make(url) {
        Ok(proxy) => Ok(Some(proxy.no_proxy(exceptions))),
        // Not what is wrong with it: the URL may hold a password.
        Err(_) => Err(Error::new(
            Code::InvalidConfig,
            format!("The environment variable {name} is not the URL of an HTTP proxy"),
            "Give it the form http://host:port",
        )),
    }
}

/// The certificates to trust: the system's, or Mozilla's where the system has none, and these. Where nothing goes by
/// TLS, none of them is read.
fn tls_context(more: &[CertificateDer<'_>]) -> TlsContext {
    let mut trusted = TrustStore::empty();
    for certificate in system_roots().iter().chain(more) {
        trusted.add_pem_certificate(pem(certificate));
    }
    TlsContext::builder().with_trust_store(trusted).build().expect("certificates can be trusted")
}

/// The certificates in the files that the environment names.
fn named_certificates(environment: &Environment) -> Result<Vec<CertificateDer<'static>>> {
    let mut found = Vec::new();
    for variable in CERTIFICATE_VARIABLES {
        let Some(path) = environment.get(variable).filter(|path| !path.is_empty()) else { continue };
        found.extend(certificates(variable, Path::new(path))?);
    }
    Ok(found)
}

/// Those of the system that can be used, or Mozilla's on systems without any, such as the smallest container images.
fn system_roots() -> Vec<CertificateDer<'static>> {
    let mut usable = rustls_native_certs::load_native_certs().certs;
    usable.retain(|certificate| RootCertStore::empty().add(certificate.clone()).is_ok());
    if usable.is_empty() { webpki_root_certs::TLS_SERVER_ROOT_CERTS.to_vec() } else { usable }
}

/// The usable certificates of a PEM file. Bundles often hold some that no verifier takes: only none at all is an error.
fn certificates(variable: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let unusable = |problem: &str| {
        Error::new(
            Code::InvalidConfig,
            format!("The file {} that {variable} names {problem}", path.display()),
            "Name a file of certificates in PEM format, or unset the variable",
        )
    };
    let text = std::fs::read(path).map_err(|error| unusable(&format!("cannot be read ({error})")))?;
    let usable =
        |certificate: &CertificateDer<'static>| RootCertStore::empty().add(certificate.clone()).is_ok();
    let found: Vec<_> =
        CertificateDer::pem_slice_iter(&text).filter_map(std::result::Result::ok).filter(usable).collect();
    match found.is_empty() {
        true => Err(unusable("holds no certificate")),
        false => Ok(found),
    }
}

fn pem(certificate: &CertificateDer<'_>) -> Vec<u8> {
    let text = base64::engine::general_purpose::STANDARD.encode(certificate);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, next) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = next;
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mozillas_roots_are_all_usable() {
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
        let mut read = RootCertStore::empty();
        for root in roots {
            let text = pem(root);
            let certificate = CertificateDer::from_pem_slice(&text).unwrap();
            assert_eq!(certificate.as_ref(), root.as_ref());
            read.add(certificate).unwrap();
        }
        assert!(read.len() > 100);
        // It would panic on what it cannot use.
        let tls = tls_context(roots);
        Connector::builder().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls).build();
    }

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
}
