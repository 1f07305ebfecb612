//! New connections: by TCP or TLS, straight or through a proxy.

use std::fmt;
use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use ::http::{HeaderValue, Uri};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use rustls::client::ClientConfig;
use tower_service::Service;

use super::proxy::Proxies;
use super::trust::{self, Files};
use crate::config::Environment;
use crate::error::Result;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The ways out of this machine.
pub(super) struct Ways {
    proxies: Proxies,
    /// Of certificates.
    files: Files,
    tls: OnceLock<Arc<ClientConfig>>,
}

impl Ways {
    /// `INVALID_CONFIG` naming the variable of a proxy that cannot be used.
    pub(super) fn new(environment: &Environment) -> Result<Self> {
        let proxies = Proxies::of(environment)?;
        Ok(Ways { proxies, files: trust::files(environment), tls: OnceLock::new() })
    }

    /// What TLS wants; its certificates are read on first use, which is not for the runtime's worker. `INVALID_CONFIG`
    /// naming the variable of a file that cannot be used.
    pub(super) fn tls(&self) -> Result<Arc<ClientConfig>> {
        if let Some(known) = self.tls.get() {
            return Ok(known.clone());
        }
        let read = trust::tls(&self.files)?;
        Ok(self.tls.get_or_init(|| read).clone())
    }

    /// Whether connections to this host, or to the proxy on the way, go by TLS.
    pub(super) fn need_tls(&self, to: &Uri) -> bool {
        let by_tls = |uri: &Uri| uri.scheme_str() != Some("http");
        by_tls(to) || self.proxies.on_the_way(to).is_some_and(|proxy| by_tls(proxy.uri()))
    }

    /// What a request that a proxy passes on in the clear has to say to it.
    pub(super) fn authorization(&self, to: &Uri) -> Option<HeaderValue> {
        if to.scheme_str() != Some("http") {
            return None;
        }
        self.proxies.on_the_way(to)?.basic_auth().cloned()
    }
}

/// Makes the connections that a pool keeps.
#[derive(Clone)]
pub(super) struct Connect {
    ways: Arc<Ways>,
    tcp: HttpConnector,
    timeout: Option<Duration>,
}

impl Connect {
    /// `timeout` is for all of it: name, TCP, proxy, TLS.
    pub(super) fn new(ways: Arc<Ways>, timeout: Option<Duration>) -> Self {
        let mut tcp = HttpConnector::new();
        // A small request is not to wait until more is to be sent.
        tcp.set_nodelay(true);
        // TLS is what is put on top of it here.
        tcp.enforce_http(false);
        Connect { ways, tcp, timeout }
    }

    fn tls(&self) -> Result<HttpsConnector<HttpConnector>> {
        Ok(HttpsConnector::from((self.tcp.clone(), self.ways.tls()?)))
    }

    async fn connect(mut self, to: Uri) -> Result<Stream, BoxError> {
        let plain = |uri: &Uri| uri.scheme_str() == Some("http");
        let proxy = self.ways.proxies.on_the_way(&to);
        match (proxy, plain(&to)) {
            (None, true) => Ok(Stream::straight(self.tcp.call(to).await?)),
            (None, false) => Ok(Stream::straight(self.tls()?.call(to).await?)),
            (Some(proxy), true) => {
                let uri = proxy.uri().clone();
                match plain(&uri) {
                    true => Ok(Stream::to_proxy(self.tcp.call(uri).await?)),
                    false => Ok(Stream::to_proxy(self.tls()?.call(uri).await?)),
                }
            }
            (Some(proxy), false) => {
                let mut tunnel = Tunnel::new(proxy.uri().clone(), self.tls()?);
                if let Some(authorization) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(authorization.clone());
                }
                Ok(Stream::straight(HttpsConnector::from((tunnel, self.ways.tls()?)).call(to).await?))
            }
        }
    }
}

impl Service<Uri> for Connect {
    type Response = Stream;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let (connecting, timeout) = (self.clone().connect(to), self.timeout);
        Box::pin(async move {
            match timeout {
                None => connecting.await,
                Some(timeout) => match tokio::time::timeout(timeout, connecting).await {
                    Ok(connected) => connected,
                    Err(_) => Err(TimedOut("no connection", timeout).into()),
                },
            }
        })
    }
}

/// What did not come in time.
#[derive(Debug)]
pub(super) struct TimedOut(pub(super) &'static str, pub(super) Duration);

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} within {} ms", self.0, self.1.as_millis())
    }
}

impl std::error::Error for TimedOut {}

trait Io: Read + Write + Connection + Send + Unpin {}
impl<T: Read + Write + Connection + Send + Unpin> Io for T {}

/// A connection, of whichever kind: the HTTP above is compiled once.
pub(super) struct Stream {
    io: Box<dyn Io>,
    /// Whether requests are to name their host to the other end, which passes them on.
    is_proxy: bool,
}

impl Stream {
    fn straight(io: impl Io + 'static) -> Self {
        Stream { io: Box::new(io), is_proxy: false }
    }

    fn to_proxy(io: impl Io + 'static) -> Self {
        Stream { io: Box::new(io), is_proxy: true }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        self.io.connected().proxy(self.is_proxy)
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}
