//! A small HTTP server: answers each request alike and keeps what it was sent.

use std::io::{BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What the server does with a request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Manner {
    /// Answers as DynamoDB does to a GetItem that finds nothing.
    Answer,
    /// Accepts connections and never says anything.
    Silent,
    /// Answers 500 on its first connection, and then as usual.
    FailFirst,
    /// Ends its first connection in place of an answer, and then answers.
    HangUpFirst,
    /// Answers, and ends each connection after that, without a word of it beforehand.
    AnswerOnce,
    /// Answers the first request, and never says anything again.
    FallSilent,
    /// Answers the first request, and 500 to all others on the same connection.
    FallIll,
    /// Has a clock that is an hour ahead of this machine's, and takes no signature that is not of about its time.
    HourAhead,
}

/// A server on a free port of this machine, until the process ends.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<Received>>>,
}

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// Its first line and its headers, as they were written.
    pub(crate) head: String,
    /// Which connection it came on, counted from 0.
    pub(crate) connection: usize,
}

impl Received {
    /// The value of a header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value).unwrap_or_default()
    }
}

impl Server {
    pub(crate) fn start(manner: Manner) -> Self {
        Server::serve(move |stream, connection, requests| match manner {
            Manner::FailFirst if connection == 0 => converse(stream, connection, requests, FAILURE),
            Manner::Answer | Manner::FailFirst => converse(stream, connection, requests, NOTHING),
            Manner::HangUpFirst if connection == 0 => {
                record(&mut stream.try_clone().unwrap(), connection, requests);
            }
            Manner::HangUpFirst => converse(stream, connection, requests, NOTHING),
            Manner::AnswerOnce => {
                let mut stream = stream;
                record(&mut stream, connection, requests);
                stream.write_all(answer(NOTHING).as_bytes()).unwrap();
            }
            Manner::FallSilent | Manner::FallIll if connection == 0 => {
                let mut stream = stream;
                record(&mut stream, connection, requests);
                stream.write_all(answer(NOTHING).as_bytes()).unwrap();
                if matches!(manner, Manner::FallIll) {
                    return converse(stream, connection, requests, FAILURE);
                }
                record(&mut stream, connection, requests);
                std::thread::sleep(Duration::from_secs(60));
            }
            Manner::FallIll => converse(stream, connection, requests, NOTHING),
            Manner::HourAhead => {
                let mut stream = stream;
                while record(&mut stream, connection, requests) {
                    let now = DateTime::<Utc>::from(SystemTime::now() + Duration::from_secs(3600));
                    let signed = requests.lock().unwrap().last().unwrap().header("x-amz-date").to_owned();
                    let date = now.format("%a, %d %b %Y %H:%M:%S GMT");
                    let half_an_hour_ago = now - chrono::TimeDelta::minutes(30);
                    let is_current = signed > half_an_hour_ago.format("%Y%m%dT%H%M%SZ").to_string();
                    let with = if is_current { NOTHING } else { TOO_OLD };
                    let answer = answer(with).replacen("\r\n", &format!("\r\ndate: {date}\r\n"), 1);
                    stream.write_all(answer.as_bytes()).unwrap();
                }
            }
            Manner::Silent | Manner::FallSilent => {
                record(&mut stream.try_clone().unwrap(), connection, requests);
                std::thread::sleep(Duration::from_secs(60));
            }
        })
    }

    /// A server that takes whoever asks for a tunnel, whereto ever, to another one.
    pub(crate) fn start_tunnel(to: SocketAddr) -> Self {
        Server::serve(move |mut from, connection, requests| {
            record(&mut from, connection, requests);
            from.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
            let mut to = TcpStream::connect(to).unwrap();
            let mut back = (to.try_clone().unwrap(), from.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut back.0, &mut back.1));
            let _ = std::io::copy(&mut from, &mut to);
        })
    }

    /// A server for `localhost` and `dynamodb.example` with a certificate of its own, given in PEM.
    pub(crate) fn start_tls() -> (Self, String) {
        Server::start_tls_as(rcgen::IsCa::NoCa)
    }

    /// The same, but the certificate is that of an authority.
    pub(crate) fn start_tls_of_an_authority() -> (Self, String) {
        Server::start_tls_as(rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained))
    }

    fn start_tls_as(is_ca: rcgen::IsCa) -> (Self, String) {
        let names = ["localhost", "dynamodb.example"].map(str::to_owned);
        let mut parameters = rcgen::CertificateParams::new(names).unwrap();
        parameters.is_ca = is_ca;
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = Arc::new(config.unwrap().with_no_client_auth().with_single_cert(chain, key).unwrap());
        let server = Server::serve(move |stream, connection, requests| {
            let session = rustls::ServerConnection::new(config.clone()).unwrap();
            converse(rustls::StreamOwned::new(session, stream), connection, requests, NOTHING);
        });
        (server, certificate.pem())
    }

    fn serve(converse: impl Fn(TcpStream, usize, &Mutex<Vec<Received>>) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (kept, converse) = (requests.clone(), Arc::new(converse));
        std::thread::spawn(move || {
            for (connection, stream) in listener.incoming().enumerate() {
                let (kept, converse) = (kept.clone(), converse.clone());
                std::thread::spawn(move || converse(stream.unwrap(), connection, &kept));
            }
        });
        Server { address, requests }
    }

    pub(crate) fn requests(&self) -> Vec<Received> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// A status and a body.
type Answer = (&'static str, &'static str);
const NOTHING: Answer = ("200 OK", "{}");
const TOO_OLD: Answer = (
    "400 Bad Request",
    r#"{"__type":"com.amazon.coral.service#InvalidSignatureException","message":"Signature expired"}"#,
);
const FAILURE: Answer = ("500 Internal Server Error", r#"{"__type":"InternalServerError"}"#);

fn answer((status, body): Answer) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

fn converse(stream: impl Read + Write, connection: usize, requests: &Mutex<Vec<Received>>, with: Answer) {
    let mut stream = BufReader::new(stream);
    while record(&mut stream, connection, requests) {
        let to = stream.get_mut();
        if to.write_all(answer(with).as_bytes()).and_then(|()| to.flush()).is_err() {
            return;
        }
    }
}

/// Reads one request with its body; false at the end of the connection.
fn record(stream: &mut impl Read, connection: usize, requests: &Mutex<Vec<Received>>) -> bool {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => bytes.push(byte[0]),
            _ => return false,
        }
    }
    let received = Received { head: String::from_utf8(bytes).unwrap(), connection };
    let length = received.header("content-length").parse().unwrap_or(0);
    requests.lock().unwrap().push(received);
    stream.read_exact(&mut vec![0; length]).is_ok()
}
