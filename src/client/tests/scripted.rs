//! Scripted answers in place of HTTP: each request gets the next one, and is kept to look at.

use std::collections::VecDeque;
use std::sync::Mutex;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::retry::{RetryConfig, RetryPartition};
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, RuntimeComponents};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse as Response};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value as Json, json};

use super::*;
use crate::client::direct::Direct;
use crate::client::failure::Place;
use crate::client::signing::Scheme;

/// One answer.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// A status and a body.
    Http(u16, String),
    /// The request may have been done; its answer is lost.
    Lost,
    /// Nobody listens.
    Refused,
    /// No connection in time.
    TimedOut,
}

/// An answer that says that it was done.
pub(super) fn done(body: Json) -> Answer {
    Answer::Http(200, body.to_string())
}

/// An exception of DynamoDB's.
pub(super) fn exception(name: &str, message: &str) -> Answer {
    let name = format!("com.amazonaws.dynamodb.v20120810#{name}");
    Answer::Http(400, json!({ "__type": name, "message": message }).to_string())
}

/// A cancelled transaction with these reasons' codes.
pub(super) fn cancelled(codes: &[&str]) -> Answer {
    let reasons: Vec<_> = codes.iter().map(|code| json!({ "Code": code, "Message": "a reason" })).collect();
    let name = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    let body = json!({ "__type": name, "Message": "Transaction cancelled", "CancellationReasons": reasons });
    Answer::Http(400, body.to_string())
}

/// The script, and what was sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Script {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    sent: Arc<Mutex<Vec<(String, Json)>>>,
}

impl Script {
    /// The operation and the body of each request.
    pub(super) fn sent(&self) -> Vec<(String, Json)> {
        self.sent.lock().unwrap().clone()
    }

    /// How many answers are left.
    pub(super) fn left(&self) -> usize {
        self.answers.lock().unwrap().len()
    }
}

/// A client that gets these answers, waits for nothing and tries three times: first directly, then by the SDK.
pub(super) fn client(answers: Vec<Answer>) -> (Client, Script) {
    client_by(answers, true)
}

/// The same, but all is sent by the SDK.
pub(super) fn sdk_client(answers: Vec<Answer>) -> (Client, Script) {
    client_by(answers, false)
}

fn client_by(answers: Vec<Answer>, directly: bool) -> (Client, Script) {
    let script = Script { answers: Arc::new(Mutex::new(answers.into())), ..Default::default() };
    let retries = RetryConfig::standard().with_initial_backoff(std::time::Duration::ZERO);
    let credentials = Credentials::new("AKIDSECRET", "SECRETKEY", Some("SECRETTOKEN".into()), None, "test");
    let signing = Scheme::default();
    let direct = directly.then(|| {
        let mut request = HttpRequest::new(SdkBody::empty());
        request.set_uri("https://dynamodb.eu-central-1.amazonaws.com/").unwrap();
        signing.0.learn(&request, &credentials, "eu-central-1", "dynamodb");
        let connector = SharedHttpConnector::new(script.clone());
        let timeout = std::time::Duration::from_secs(5);
        let direct =
            Direct::new(signing.0.clone(), connector, timeout, &retries, TimeoutConfig::disabled()).unwrap();
        direct.open();
        direct
    });
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(credentials)
        .push_auth_scheme(signing)
        .retry_config(retries)
        // The SDK's budget of retries is the process's otherwise.
        .retry_partition(RetryPartition::new(uuid::Uuid::new_v4().to_string()))
        .http_client(script.clone())
        .build();
    let place = Place {
        name: "region \"eu-central-1\"".into(),
        credentials: "the test".into(),
        command_options: Some("--region eu-central-1".into()),
    };
    let connection = Connection::new(aws_sdk_dynamodb::Client::from_conf(config), direct, place);
    let shared = Shared::unshared(ConnectionConfig::default(), connection.into());
    (Client { shared: Arc::new(shared), declared: None, random: || 0.0 }, script)
}

impl HttpClient for Script {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Script {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap();
        let operation = target.rsplit('.').next().unwrap().to_owned();
        let body = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        self.sent.lock().unwrap().push((operation, body));
        let answer =
            self.answers.lock().unwrap().pop_front().expect("a request that the script has no answer for");
        let io = |kind| ConnectorError::io(std::io::Error::from(kind).into());
        HttpConnectorFuture::ready(match answer {
            Answer::Http(status, body) => {
                let mut response = Response::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
                response.headers_mut().insert("x-amzn-requestid", "REQUEST-ID");
                Ok(response)
            }
            Answer::Lost => Err(io(std::io::ErrorKind::ConnectionReset)),
            Answer::Refused => Err(io(std::io::ErrorKind::ConnectionRefused)),
            Answer::TimedOut => Err(ConnectorError::timeout("connecting took too long".into())),
        })
    }
}
