//! HTTP/1.1 below the SDK, which is what every service of AWS speaks: one pool of kept-alive connections for all clients
//! of this process that have the same proxies and certificates in their environment.

mod connect;
mod proxy;
mod trust;

use std::collections::HashMap;
use std::error::Error as StdError;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};
use std::time::Duration;

use ::http::{Uri, header::PROXY_AUTHORIZATION};
use aws_sdk_dynamodb::config::RuntimeComponents;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use hyper_util::client::legacy::connect::capture_connection;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::Semaphore;

use self::connect::{Connect, TimedOut, Ways};
pub(super) use self::proxy::is_loopback;
use super::connection::{Fingerprint, fingerprint};
use super::failure::sources;
use crate::config::Environment;
use crate::error::Result;

/// Requests under way at once; more wait for their turn. What opens a connection for each would run out of files.
pub(super) const MOST_AT_ONCE: usize = 256;
/// Idle connections that are kept to one host: as many as requests may be under way, or those beyond would be closed
/// after each, and made anew.
const MOST_IDLE: usize = MOST_AT_ONCE;
/// How long an idle connection is kept: less than what load balancers and NAT gateways on the way allow.
const LONGEST_IDLE: Duration = Duration::from_secs(60);

/// Whether a variable of the environment can change what is in this module.
pub(super) fn is_relevant(name: &str) -> bool {
    trust::VARIABLES.contains(&name) || proxy::is_variable(name)
}

/// An HTTP client for the SDK. Clones share one pool.
#[derive(Clone)]
pub(super) struct Http(Arc<Pool>);

struct Pool {
    ways: Arc<Ways>,
    turns: Arc<Semaphore>,
    /// By their timeouts; there are few.
    connectors: Mutex<Vec<(Timeouts, SharedHttpConnector)>>,
}

impl std::fmt::Debug for Http {
    /// Without the proxies, whose URLs may hold passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Http")
    }
}

/// Of connecting, and of waiting for an answer to begin.
pub(super) type Timeouts = (Option<Duration>, Option<Duration>);

static POOLS: LazyLock<Mutex<HashMap<Fingerprint, Weak<Pool>>>> = LazyLock::new(Mutex::default);

impl Http {
    /// The client for an environment: that of others with the same proxies and certificates, or a new one.
    /// `INVALID_CONFIG` naming the variable that cannot be used.
    pub(super) fn of(environment: &Environment) -> Result<Self> {
        let settings: Vec<_> = environment.iter().filter(|(name, _)| is_relevant(name)).collect();
        let fingerprint = fingerprint(&settings);
        let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.get(&fingerprint).and_then(Weak::upgrade) {
            return Ok(Http(pool));
        }
        let ways = Ways::new(environment)?;
        let pool = Arc::new(Pool {
            ways: Arc::new(ways),
            turns: Arc::new(Semaphore::new(MOST_AT_ONCE)),
            connectors: Mutex::default(),
        });
        pools.retain(|_, pool| pool.strong_count() > 0);
        pools.insert(fingerprint, Arc::downgrade(&pool));
        Ok(Http(pool))
    }

    /// Whether connections to this host, or to the proxy on the way, go by TLS.
    pub(super) fn needs_tls(&self, endpoint: &Uri) -> bool {
        self.0.ways.need_tls(endpoint)
    }

    /// Reads the certificates that TLS wants. `INVALID_CONFIG` naming the variable of a file that cannot be used.
    pub(super) fn prepare_tls(&self) -> Result<()> {
        self.0.ways.tls().map(drop)
    }
}

/// An HTTP client for the SDK, and for what is sent without it.
pub(super) trait Connects: HttpClient + Clone + 'static {
    /// What sends requests, with these timeouts.
    fn connector(&self, timeouts: Timeouts) -> SharedHttpConnector;
}

impl HttpClient for Http {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        self.connector((settings.connect_timeout(), settings.read_timeout()))
    }
}

impl Connects for Http {
    fn connector(&self, timeouts: Timeouts) -> SharedHttpConnector {
        let mut connectors = self.0.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, connector)) = connectors.iter().find(|(known, _)| *known == timeouts) {
            return connector.clone();
        }
        let connector = SharedHttpConnector::new(Pooled::new(&self.0, timeouts));
        connectors.push((timeouts, connector.clone()));
        connector
    }
}

/// Sends requests over connections of a pool.
struct Pooled {
    ways: Arc<Ways>,
    turns: Arc<Semaphore>,
    read_timeout: Option<Duration>,
    client: Client<Connect, SdkBody>,
}

impl Pooled {
    fn new(pool: &Pool, (connect_timeout, read_timeout): Timeouts) -> Self {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(LONGEST_IDLE)
            .pool_max_idle_per_host(MOST_IDLE)
            .build(Connect::new(pool.ways.clone(), connect_timeout));
        Pooled { ways: pool.ways.clone(), turns: pool.turns.clone(), read_timeout, client }
    }
}

impl std::fmt::Debug for Pooled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pooled")
    }
}

impl HttpConnector for Pooled {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        if let Some(authorization) = self.ways.authorization(request.uri()) {
            request.headers_mut().insert(PROXY_AUTHORIZATION, authorization);
        }
        let connection = capture_connection(&mut request);
        let (client, turns) = (self.client.clone(), Arc::clone(&self.turns));
        let read_timeout = self.read_timeout;
        HttpConnectorFuture::new(async move {
            let _turn = turns.acquire().await;
            let sending = client.request(request);
            let sent = match read_timeout {
                None => sending.await,
                Some(timeout) => match tokio::time::timeout(timeout, sending).await {
                    Ok(sent) => sent,
                    Err(_) => return Err(ConnectorError::timeout(TimedOut("no answer", timeout).into())),
                },
            };
            let answer = sent.map_err(connector_error)?;
            if answer.status().is_server_error()
                && let Some(connected) = connection.connection_metadata().as_ref()
            {
                // Where it leads may be what is broken: the next request goes by another one.
                connected.poison();
            }
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// What the SDK makes its decisions on: whether to try again, and what to call it.
fn connector_error(error: legacy::Error) -> ConnectorError {
    if source::<TimedOut>(&error).is_some() {
        return ConnectorError::timeout(error.into());
    }
    match source::<hyper::Error>(&error) {
        Some(http) if http.is_timeout() => ConnectorError::timeout(error.into()),
        Some(http) if http.is_user() => ConnectorError::user(error.into()),
        // The other end went away in the middle of its answer.
        Some(http) if http.is_incomplete_message() => {
            ConnectorError::other(error.into(), Some(ErrorKind::TransientError))
        }
        Some(http) if http.is_closed() || http.is_canceled() => ConnectorError::io(error.into()),
        _ if error.is_connect() || source::<std::io::Error>(&error).is_some() => {
            ConnectorError::io(error.into())
        }
        _ => ConnectorError::other(error.into(), None),
    }
}

/// The first error of a type among an error and its sources.
fn source<E: StdError + 'static>(error: &legacy::Error) -> Option<&E> {
    sources(error).find_map(|error| error.downcast_ref())
}
