//! The direct way of a request to DynamoDB: serialized, signed, sent and read, and nothing else.
//!
//! For each request the SDK merges its configuration anew, resolves the endpoint and the credentials and runs two dozen
//! interceptors, which is most of what a request costs the core; and what it finds is the same for minutes. So the SDK
//! sends a connection's first request, and once a minute another one. What it found out for that ([`Common`]) is kept,
//! and the requests in between take it as it is. They are written and read by the SDK's own serializers. What the SDK would
//! try again is not tried again here: it sends the request, as its next attempt, and so it does where DynamoDB refuses the
//! signature, which may want other credentials or another clock.
//!
//! [`Common`]: super::signing::Common

use std::error::Error as StdError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use ::http::HeaderValue;
use aws_runtime::retries::classifiers::{THROTTLING_ERRORS, TRANSIENT_ERRORS};
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::config::retry::{RetryConfig, RetryMode};
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::interceptors::context::{Error, Input};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin;
use aws_smithy_runtime_api::client::ser_de::{
    DeserializeResponse, SerializeRequest, SharedRequestSerializer, SharedResponseDeserializer,
};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::config_bag::{ConfigBag, FrozenLayer, Layer};
use aws_smithy_types::retry::ProvideErrorKind;

use super::connection::Connection;
use super::signing::{Common, Signer};
use crate::tables::is_arn;

/// Refusals of who asks, not of what is asked.
const OF_SIGNATURE: [&str; 12] = [
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignatureException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "RequestExpired",
    "RequestInTheFuture",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// How a request ended.
pub(super) type Outcome<O> =
    Result<<O as Operation>::Output, SdkError<<O as Operation>::Error, HttpResponse>>;

/// A request to DynamoDB: an operation's input.
pub(super) trait Operation: Clone + Send {
    /// What DynamoDB answers.
    type Output: std::fmt::Debug + Send + Sync + 'static;
    /// How it refuses.
    type Error: StdError + ProvideErrorMetadata + ProvideErrorKind + Send + Sync + 'static;

    /// The operation's configuration in the SDK, which has its serializers.
    fn configuration() -> &'static FrozenLayer;

    /// The tables that it is for.
    fn tables(&self) -> impl Iterator<Item = &str>;

    /// For the serializer; nothing if it is not complete.
    fn input(self) -> Option<Input>;

    /// Sends it as the SDK does, with all that belongs to it.
    fn send_by(self, sdk: &aws_sdk_dynamodb::Client) -> impl Future<Output = Outcome<Self>> + Send;
}

macro_rules! operations {
    ($($tables:ident of $module:ident: $operation:ident, $builder:ident, $output:ident, $error:ident;)+) => {
        $(
            impl Operation for aws_sdk_dynamodb::operation::$module::builders::$builder {
                type Output = aws_sdk_dynamodb::operation::$module::$output;
                type Error = aws_sdk_dynamodb::operation::$module::$error;

                fn configuration() -> &'static FrozenLayer {
                    static CONFIGURATION: LazyLock<FrozenLayer> = LazyLock::new(|| {
                        let operation = aws_sdk_dynamodb::operation::$module::$operation::new();
                        operation.config().unwrap_or_else(|| Layer::new("nothing").freeze())
                    });
                    &CONFIGURATION
                }

                fn tables(&self) -> impl Iterator<Item = &str> {
                    $tables!(self)
                }

                fn input(self) -> Option<Input> {
                    self.build().ok().map(Input::erase)
                }

                async fn send_by(self, sdk: &aws_sdk_dynamodb::Client) -> Outcome<Self> {
                    self.send_with(sdk).await
                }
            }
        )+
    };
}

macro_rules! table {
    ($request:ident) => {
        $request.get_table_name().iter().map(String::as_str)
    };
}

macro_rules! keys {
    ($request:ident) => {
        $request.get_request_items().iter().flatten().map(|(table, _)| table.as_str())
    };
}

macro_rules! actions {
    ($request:ident) => {
        $request.get_transact_items().iter().flatten().filter_map(super::transaction::table_of)
    };
}

operations! {
    table of get_item: GetItem, GetItemInputBuilder, GetItemOutput, GetItemError;
    keys of batch_get_item: BatchGetItem, BatchGetItemInputBuilder, BatchGetItemOutput, BatchGetItemError;
    table of query: Query, QueryInputBuilder, QueryOutput, QueryError;
    table of scan: Scan, ScanInputBuilder, ScanOutput, ScanError;
    table of put_item: PutItem, PutItemInputBuilder, PutItemOutput, PutItemError;
    table of update_item: UpdateItem, UpdateItemInputBuilder, UpdateItemOutput, UpdateItemError;
    table of delete_item: DeleteItem, DeleteItemInputBuilder, DeleteItemOutput, DeleteItemError;
    keys of batch_write_item: BatchWriteItem, BatchWriteItemInputBuilder, BatchWriteItemOutput, BatchWriteItemError;
    actions of transact_write_items:
        TransactWriteItems, TransactWriteItemsInputBuilder, TransactWriteItemsOutput, TransactWriteItemsError;
}

/// The direct way of one connection.
pub(super) struct Direct {
    signer: Arc<Signer>,
    connector: SharedHttpConnector,
    /// Of one attempt.
    timeout: Duration,
    /// As each request says it: the first attempt, of how many.
    attempt: HeaderValue,
    after: After,
    /// Whether the SDK's last request was answered, and all since.
    is_open: AtomicBool,
}

/// The SDK's attempts after one that was made here.
struct After {
    retries: RetryConfig,
    timeouts: TimeoutConfig,
    sdk: OnceLock<aws_sdk_dynamodb::Client>,
}

/// What came back is not an answer.
enum Failure {
    /// The SDK knows what to do.
    Unknown,
    /// The next attempt had better wait.
    Passing,
}

impl Direct {
    /// For a connection whose requests are signed by `signer` and sent through `connector`. `all` says how many attempts
    /// there are, `timeouts` is for those that are left to the SDK after one that was made here. Nothing if none are left,
    /// or if the SDK is to limit the rate of requests by itself.
    pub(super) fn new(
        signer: Arc<Signer>,
        connector: SharedHttpConnector,
        timeout: Duration,
        all: &RetryConfig,
        timeouts: TimeoutConfig,
    ) -> Option<Self> {
        let attempts = all.max_attempts();
        if attempts < 2 || all.mode() != RetryMode::Standard {
            return None;
        }
        let attempt = HeaderValue::try_from(format!("attempt=1; max={attempts}")).ok()?;
        let retries = all.clone().with_max_attempts(attempts - 1);
        let after = After { retries, timeouts, sdk: OnceLock::new() };
        Some(Direct { signer, connector, timeout, attempt, after, is_open: AtomicBool::new(false) })
    }

    /// The SDK's requests are answered, so those that are sent here will be.
    pub(super) fn open(&self) {
        self.is_open.store(true, Ordering::Relaxed);
    }

    fn close(&self) {
        self.is_open.store(false, Ordering::Relaxed);
    }

    /// What a request takes from those before it, if it may go directly.
    pub(super) fn way(&self) -> Option<Arc<Common>> {
        self.is_open.load(Ordering::Relaxed).then(|| self.signer.known()).flatten()
    }

    async fn attempt<O: Operation>(&self, request: O, way: &Common) -> Result<Outcome<O>, Failure> {
        let configuration = O::configuration();
        let serializer = configuration.load::<SharedRequestSerializer>().ok_or(Failure::Unknown)?;
        let deserializer = configuration.load::<SharedResponseDeserializer>().ok_or(Failure::Unknown)?;
        let input = request.input().ok_or(Failure::Unknown)?;
        let mut settings = ConfigBag::base();
        let mut request = serializer.serialize_input(input, &mut settings).map_err(|_| Failure::Unknown)?;
        if !self.signer.complete(&mut request, way) {
            return Err(Failure::Unknown);
        }
        let headers = request.headers_mut();
        headers.insert("amz-sdk-invocation-id", invocation_id());
        headers.insert("amz-sdk-request", self.attempt.clone());
        let response = tokio::time::timeout(self.timeout, self.send(request)).await;
        let response = response.map_err(|_| Failure::Passing)??;
        match deserializer.deserialize_nonstreaming_with_config(&response, &settings) {
            Ok(output) => output.downcast().map(Ok).map_err(|_| Failure::Unknown),
            Err(error) => refusal(error, response).map(Err),
        }
    }

    /// The response, with its body.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Failure> {
        let mut response = self.connector.call(request).await.map_err(|_| Failure::Passing)?;
        if response.status().is_server_error() {
            return Err(Failure::Passing);
        }
        let body = std::mem::replace(response.body_mut(), SdkBody::taken());
        let body = ByteStream::new(body).collect().await.map_err(|_| Failure::Passing)?;
        *response.body_mut() = SdkBody::from(body.into_bytes());
        Ok(response)
    }
}

/// What the SDK would make of it, unless it would try again.
fn refusal<E>(
    error: OrchestratorError<Error>,
    response: HttpResponse,
) -> Result<SdkError<E, HttpResponse>, Failure>
where
    E: StdError + ProvideErrorMetadata + ProvideErrorKind + Send + Sync + 'static,
{
    let mut refusal = None;
    error.map_operation_error(|error| refusal = error.downcast::<E>().ok());
    let refusal = refusal.ok_or(Failure::Unknown)?;
    let code = ProvideErrorMetadata::code(&refusal).unwrap_or_default();
    if refusal.retryable_error_kind().is_some()
        || THROTTLING_ERRORS.contains(&code)
        || TRANSIENT_ERRORS.contains(&code)
    {
        return Err(Failure::Passing);
    }
    match OF_SIGNATURE.contains(&code) {
        true => Err(Failure::Unknown),
        false => Ok(SdkError::service_error(refusal, response)),
    }
}

impl After {
    /// A client with the attempts that are left; it shares credentials and the budget of retries with the given one.
    fn sdk(&self, all: &aws_sdk_dynamodb::Client) -> &aws_sdk_dynamodb::Client {
        self.sdk.get_or_init(|| {
            let config = all.config().to_builder().retry_config(self.retries.clone());
            aws_sdk_dynamodb::Client::from_conf(config.timeout_config(self.timeouts.clone()).build())
        })
    }
}

impl Connection {
    /// Sends a request, directly if that is known to work.
    pub(super) async fn send<O: Operation>(&self, request: O) -> Outcome<O> {
        let Some(direct) = &self.direct else { return Box::pin(request.send_by(&self.sdk)).await };
        let mut sdk = &self.sdk;
        if let Some(way) = direct.way()
            && !request.tables().any(is_arn)
        {
            let failure = match direct.attempt(request.clone(), &way).await {
                Ok(outcome) => return outcome,
                Err(failure) => failure,
            };
            direct.close();
            sdk = direct.after.sdk(sdk);
            if let Failure::Passing = failure {
                let longest = direct.after.retries.initial_backoff();
                tokio::time::sleep(longest.mul_f64(fastrand::f64())).await;
            }
        }
        // Apart from the direct way, whose future would carry this one's size.
        let outcome = Box::pin(request.send_by(sdk)).await;
        match outcome.is_ok() {
            true => direct.open(),
            false => direct.close(),
        }
        outcome
    }
}

/// What a request is called in AWS's logs.
fn invocation_id() -> String {
    uuid::Builder::from_random_bytes(fastrand::u128(..).to_le_bytes()).into_uuid().to_string()
}
