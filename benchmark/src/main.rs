//! A DynamoDB that has everything at once, for measuring adapters: it answers from nothing, in a fixed time.
//!
//! `stub --certificate FILE --latencies 0,3` listens once for each latency (milliseconds) over HTTP and over HTTPS,
//! writes its certificate to FILE, prints one line of JSON with its addresses, and ends when its standard input does.
//!
//! Every request for an item is answered with that item (`answers`), unless its key says `new-`. `GET /stats` says
//! what was asked for since `POST /reset`, and how many connections there were.

mod answers;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::error::Error;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What there was since the last reset.
#[derive(Default)]
struct Stats {
    operations: BTreeMap<String, u64>,
    accepted: u64,
    open: u64,
    most_open: u64,
}

/// Shared by all listeners.
type Shared = Arc<Mutex<Stats>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::read()?;
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".into(), "127.0.0.1".into()])?;
    std::fs::write(&arguments.certificate, cert.pem())?;
    let tls = ServerConfig::builder().with_no_client_auth().with_single_cert(
        vec![cert.der().clone()],
        PrivateKeyDer::try_from(signing_key.serialize_der()).map_err(|problem| problem.to_owned())?,
    )?;
    let acceptor = TlsAcceptor::from(Arc::new(tls));

    let stats = Shared::default();
    let mut addresses = Vec::new();
    for latency in arguments.latencies {
        for acceptor in [None, Some(acceptor.clone())] {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let scheme = if acceptor.is_some() { "https" } else { "http" };
            addresses.push(json!({
                "scheme": scheme,
                "latency": latency,
                "url": format!("{scheme}://127.0.0.1:{}", listener.local_addr()?.port()),
            }));
            tokio::spawn(listen(listener, acceptor, Duration::from_millis(latency), stats.clone()));
        }
    }
    println!("{}", Value::from(addresses));
    std::io::stdout().flush()?;

    // Whoever started it is gone when this ends.
    let mut rest = Vec::new();
    tokio::io::stdin().read_to_end(&mut rest).await?;
    Ok(())
}

struct Arguments {
    certificate: String,
    latencies: Vec<u64>,
}

impl Arguments {
    fn read() -> Result<Self, Box<dyn Error>> {
        let (mut certificate, mut latencies) = (None, vec![0]);
        let mut given = std::env::args().skip(1);
        while let Some(name) = given.next() {
            let value = given.next().ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--certificate" => certificate = Some(value),
                "--latencies" => latencies = value.split(',').map(str::parse).collect::<Result<_, _>>()?,
                _ => return Err(format!("unknown argument {name}").into()),
            }
        }
        Ok(Arguments { certificate: certificate.ok_or("--certificate FILE is missing")?, latencies })
    }
}

async fn listen(listener: TcpListener, acceptor: Option<TlsAcceptor>, latency: Duration, stats: Shared) {
    // An accept fails when there are too many open files; the next one may do.
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        // Small answers at once: what is measured is the client.
        let _ = stream.set_nodelay(true);
        tokio::spawn(connection(stream, acceptor.clone(), latency, stats.clone()));
    }
}

async fn connection(stream: TcpStream, acceptor: Option<TlsAcceptor>, latency: Duration, stats: Shared) {
    change(&stats, |stats| {
        stats.accepted += 1;
        stats.open += 1;
        stats.most_open = stats.most_open.max(stats.open);
    });
    match acceptor {
        None => serve(stream, latency, &stats).await,
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                serve(stream, latency, &stats).await;
            }
        }
    }
    change(&stats, |stats| stats.open -= 1);
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, latency: Duration, stats: &Shared) {
    let service =
        service_fn(|request| async move { Ok::<_, Infallible>(answer(request, latency, stats).await) });
    // Clients close connections as they like; that is not an error of anybody's.
    let _ =
        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(request: Request<Incoming>, latency: Duration, stats: &Shared) -> Response<Full<Bytes>> {
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/stats") => return reply(200, &told(stats)),
        (&Method::POST, "/reset") => {
            change(stats, |stats| {
                *stats = Stats { open: stats.open, most_open: stats.open, ..Stats::default() };
            });
            return reply(200, &json!({}));
        }
        _ => {}
    }
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.rsplit('.').next()).unwrap_or_default().to_owned();
    let Ok(body) = request.into_body().collect().await else { return reply(400, &json!({})) };
    let Ok(body) = serde_json::from_slice::<Value>(&body.to_bytes()) else { return reply(400, &json!({})) };
    let (status, body) = match answers::answer(&operation, &body) {
        Some(body) => (200, body),
        None => (
            400,
            json!({
                "__type": "com.amazonaws.dynamodb.v20120810#ValidationException",
                "message": format!("the benchmark's server does not know how to answer this {operation}"),
            }),
        ),
    };
    change(stats, |stats| *stats.operations.entry(operation).or_default() += 1);
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    reply(status, &body)
}

fn reply(status: u16, body: &Value) -> Response<Full<Bytes>> {
    Response::builder()
        .status(status)
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amzn-requestid", "BENCHMARK")
        .body(Full::new(Bytes::from(body.to_string())))
        .expect("the header's names and values are valid")
}

fn told(stats: &Shared) -> Value {
    let stats = stats.lock().unwrap_or_else(PoisonError::into_inner);
    json!({
        "operations": stats.operations,
        "connections": { "accepted": stats.accepted, "open": stats.open, "mostOpen": stats.most_open },
    })
}

fn change(stats: &Shared, change: impl FnOnce(&mut Stats)) {
    change(&mut stats.lock().unwrap_or_else(PoisonError::into_inner));
}
