//! What the SDK's failures mean to a caller: one table from exception names to codes, problems and remedies.
//!
//! Nothing of the SDK's `Debug` output is kept, for it holds requests and answers. Of an exception's message, what may
//! quote the request is masked.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_types::request_id::RequestId;

use super::credentials::{UNUSABLE_REMEDY, Unusable};
use crate::error::{Cause, Code, Error};
use crate::tables::{check_resource_name, made_by};

/// Where a connection leads and with what: for the words of errors.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    /// Such as `region "eu-central-1"` or `the endpoint http://localhost:8000`.
    pub(crate) name: String,
    /// What leads AWS's command line there, such as `--region eu-central-1`; nothing does to an embedded database.
    pub(crate) command_options: Option<String>,
    /// Where the credentials come from, such as `AUTH_DYNAMODB_ID and AUTH_DYNAMODB_SECRET`.
    pub(super) credentials: String,
}

/// One row of the table: an exception (or a name of ours for a failure without one), what its message must contain
/// for this row, and what it means. `{place}`, `{credentials}`, `{action}`, `{make it}` (a table) and `{said}` (the
/// failure's own message) are filled in.
struct Row {
    name: &'static str,
    says: &'static str,
    code: Code,
    problem: &'static str,
    remedy: &'static str,
}

const fn row(
    name: &'static str,
    says: &'static str,
    code: Code,
    problem: &'static str,
    remedy: &'static str,
) -> Row {
    Row { name, says, code, problem, remedy }
}

/// Names of ours, for what has no exception of DynamoDB's.
const TIMEOUT: &str = "TimeoutError";
const UNREACHABLE: &str = "ConnectionError";
const NO_CREDENTIALS: &str = "CredentialsError";
const UNUSABLE_CREDENTIALS: &str = "UnusableCredentials";
const NOT_DYNAMODB: &str = "InvalidAnswer";
const NOT_SENT: &str = "ConstructionFailure";

const CHECK_CREDENTIALS: &str =
    "Check those credentials; a setting of the connection itself goes before the environment's";
const THROTTLED_REMEDY: &str = "Give the table on-demand capacity or more of it, or try again later";

/// The first row whose name is equal and whose `says` is contained counts.
const TABLE: &[Row] = &[
    row(
        "ResourceNotFoundException",
        "",
        Code::TableNotFound,
        "The table is not there in {place}",
        "{make it}, or correct its name, the region or the endpoint",
    ),
    row(
        "ValidationException",
        "does not have the specified index",
        Code::MissingIndex,
        "The table in {place} has no index of that name",
        "Make it as {definitions} has it, or correct the index's name in the configuration",
    ),
    row(
        "ValidationException",
        "backfilling",
        Code::MissingIndex,
        "The index of the table in {place} is still being made",
        "Try again when DynamoDB says that it is active",
    ),
    row(
        "ValidationException",
        "exceeded the maximum allowed size",
        Code::ItemTooLarge,
        "An item would be larger than DynamoDB's 400 KB",
        "Keep large values elsewhere and store a reference to them",
    ),
    row(
        "ValidationException",
        "size limit of",
        Code::InvalidValue,
        "A key would be longer than DynamoDB allows: 2048 bytes for a partition key, 1024 for a sort key",
        "Use shorter ids, emails and tokens",
    ),
    row(
        "ValidationException",
        "",
        Code::InvalidValue,
        "DynamoDB refuses the request as invalid",
        "The cause says what DynamoDB found",
    ),
    row(
        "SerializationException",
        "",
        Code::InvalidValue,
        "DynamoDB could not read the request",
        "Check that the endpoint is DynamoDB's; the cause says what it found",
    ),
    row(
        "AccessDeniedException",
        "",
        Code::AccessDenied,
        "The credentials from {credentials} may not do {action}",
        "Allow {action} on the table and on its indexes in the IAM policy of that role or user",
    ),
    row(
        "UnrecognizedClientException",
        "",
        Code::Credentials,
        "DynamoDB in {place} does not know the credentials from {credentials}",
        CHECK_CREDENTIALS,
    ),
    row(
        "InvalidClientTokenId",
        "",
        Code::Credentials,
        "AWS does not know the credentials from {credentials}",
        CHECK_CREDENTIALS,
    ),
    row(
        "InvalidSignatureException",
        "expired",
        Code::Credentials,
        "DynamoDB refuses the signature for its time",
        "Set this machine's clock",
    ),
    row(
        "InvalidSignatureException",
        "",
        Code::Credentials,
        "DynamoDB refuses the signature made with the credentials from {credentials}",
        "Check the secret access key",
    ),
    row(
        "ExpiredTokenException",
        "",
        Code::Credentials,
        "The credentials from {credentials} have expired",
        "Renew them, or give `credentials` as a function that does",
    ),
    row(
        "ExpiredToken",
        "",
        Code::Credentials,
        "The credentials from {credentials} have expired",
        "Renew them, or give `credentials` as a function that does",
    ),
    row(
        "IncompleteSignatureException",
        "",
        Code::Credentials,
        "DynamoDB finds the request's signature incomplete",
        CHECK_CREDENTIALS,
    ),
    row(
        "MissingAuthenticationTokenException",
        "",
        Code::Credentials,
        "DynamoDB asks for credentials, and there were none from {credentials}",
        CHECK_CREDENTIALS,
    ),
    row(
        UNUSABLE_CREDENTIALS,
        "",
        Code::Credentials,
        "The credentials from {credentials} cannot be used: {said}",
        UNUSABLE_REMEDY,
    ),
    row(
        NO_CREDENTIALS,
        "",
        Code::Credentials,
        "No credentials came from {credentials}",
        "Give `credentials`, or set AUTH_DYNAMODB_ID and AUTH_DYNAMODB_SECRET, or one of the sources of AWS",
    ),
    row(
        "ProvisionedThroughputExceededException",
        "",
        Code::Throttled,
        "DynamoDB refused the request for the table's rate",
        THROTTLED_REMEDY,
    ),
    row(
        "ThrottlingException",
        "",
        Code::Throttled,
        "DynamoDB refused the request for its rate",
        THROTTLED_REMEDY,
    ),
    row(
        "RequestLimitExceeded",
        "",
        Code::Throttled,
        "DynamoDB refused the request for the account's rate",
        "Ask AWS for a higher quota, or try again later",
    ),
    row(
        "LimitExceededException",
        "",
        Code::Throttled,
        "Too many tables are being made or changed at once in this account",
        "Try again later",
    ),
    row(
        "ConditionalCheckFailedException",
        "",
        Code::ConditionalCheckFailed,
        "A condition of the write was not met",
        "",
    ),
    row(
        "TransactionConflictException",
        "",
        Code::TransactionFailed,
        "Others kept writing the same items",
        "Try again",
    ),
    row(
        "TransactionInProgressException",
        "",
        Code::TransactionFailed,
        "The same transaction was still being worked on",
        "Try again",
    ),
    row(
        "TransactionCanceledException",
        "",
        Code::TransactionFailed,
        "The transaction was cancelled",
        "Try again",
    ),
    row(
        "ResourceInUseException",
        "",
        Code::Internal,
        "The table is being made or changed",
        "Try again when DynamoDB says that it is active",
    ),
    row(
        "InternalServerError",
        "database is locked",
        Code::Timeout,
        "Another process keeps the file of {place} locked",
        "End that process, or what it does to the file, and try again",
    ),
    row(
        TIMEOUT,
        "",
        Code::Timeout,
        "No answer came in time from {place}",
        "Check the network on the way there (VPC endpoint, proxy, security groups), or raise `requestTimeout`",
    ),
    row(
        UNREACHABLE,
        "CaUsedAsEndEntity",
        Code::Unreachable,
        "The certificate of {place} is that of a certificate authority (CA:TRUE), which a server must not show as its own",
        "Give the server a certificate that the authority signed (CA:FALSE, as mkcert makes them), and name the authority's \
         file in NODE_EXTRA_CA_CERTS or AWS_CA_BUNDLE",
    ),
    row(
        UNREACHABLE,
        "ertificate",
        Code::Unreachable,
        "The certificate of {place} is not trusted",
        "If a proxy or a server of your own issues it, name its root certificate's file in NODE_EXTRA_CA_CERTS or AWS_CA_BUNDLE",
    ),
    row(
        UNREACHABLE,
        "",
        Code::Unreachable,
        "No connection to {place}, or it broke off",
        "Check the region, the endpoint, the network and the proxy settings",
    ),
    row(
        NOT_DYNAMODB,
        "",
        Code::Internal,
        "What answered as {place} is not DynamoDB",
        "Check the endpoint and the proxy settings",
    ),
    row(NOT_SENT, "", Code::Internal, "The request could not be made", ""),
];

const UNKNOWN: Row = row(
    "",
    "",
    Code::Internal,
    "DynamoDB in {place} failed",
    "Try again; if it stays, the cause has what AWS's support asks for",
);

/// Wrong keys, where the table could not be looked at.
const OTHER_KEYS: Row = row(
    "ValidationException",
    "",
    Code::InvalidConfig,
    "The keys of the table in {place} are others than the request's",
    "Compare the keys of the table and of its indexes with {definitions}; with the permission dynamodb:DescribeTable, this \
     error names the difference",
);

/// An index that holds less, where the table could not be looked at.
const OTHER_PROJECTION: Row = row(
    "ValidationException",
    "",
    Code::InvalidConfig,
    "An index of the table in {place} does not project all attributes, as is needed",
    "Compare the projections of the table's indexes with {definitions}; with the permission dynamodb:DescribeTable, this \
     error names the index",
);

/// What is wrong with a table's set-up, by DynamoDB's words.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fault {
    TableMissing,
    /// The index is missing or still being made; with its name, if that is said.
    IndexMissing(Option<String>),
    /// Keys of the table or of an index are others, or of another type.
    Keys,
    /// An index holds less of each item than is read from it.
    Projection,
}

/// The words, of DynamoDB, DynamoDB Local and the embedded engine, for a request whose keys are not the table's.
const OF_KEYS: [&str; 12] = [
    "does not match the schema",
    "does not match schema type",
    "Missing the key ",
    "Type mismatch for key",
    "Type mismatch for Index Key",
    "missed key schema element",
    "Query key condition not supported",
    "exceeds the number of key attributes",
    "One of the required keys was not given a value",
    "The number of conditions on the keys is invalid",
    "secondary index key to unsupported type",
    "This attribute is part of the key",
];

/// A failure's name, message and request id.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    name: String,
    message: String,
    request_id: Option<String>,
}

impl Failure {
    /// What an SDK error says, without what it holds.
    pub(super) fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: StdError + ProvideErrorMetadata + RequestId + 'static,
    {
        let ours = |name: &str| Failure { name: name.to_owned(), message: chain(error), request_id: None };
        if let Some(unusable) = sources(error).find_map(|source| source.downcast_ref::<Unusable>()) {
            let message = unusable.to_string();
            return Failure { name: UNUSABLE_CREDENTIALS.to_owned(), message, request_id: None };
        }
        if sources(error).any(|source| source.is::<CredentialsError>()) {
            let failure = ours(NO_CREDENTIALS);
            return Failure { message: with_profiles_reason(&failure.message), ..failure };
        }
        match error {
            SdkError::TimeoutError(_) => ours(TIMEOUT),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => ours(TIMEOUT),
            SdkError::DispatchFailure(_) => ours(UNREACHABLE),
            SdkError::ConstructionFailure(_) => ours(NOT_SENT),
            SdkError::ServiceError(context) => match context.err().code() {
                Some(name) => Failure {
                    name: name.to_owned(),
                    message: mask(context.err().message().unwrap_or_default()),
                    request_id: context.err().request_id().map(str::to_owned),
                },
                None => Failure {
                    name: match context.raw().status().as_u16() {
                        500.. => "InternalServerError".to_owned(),
                        _ => NOT_DYNAMODB.to_owned(),
                    },
                    message: format!("HTTP status {}", context.raw().status().as_u16()),
                    request_id: context.err().request_id().map(str::to_owned),
                },
            },
            SdkError::ResponseError(context) => Failure {
                name: NOT_DYNAMODB.to_owned(),
                message: format!("HTTP status {}", context.raw().status().as_u16()),
                request_id: None,
            },
            _ => ours("UnknownError"),
        }
    }

    /// A failure that DynamoDB reports inside an answer, such as the reason of a cancellation.
    pub(super) fn reported(name: &str, message: &str, request_id: Option<&str>) -> Self {
        Failure { name: name.to_owned(), message: mask(message), request_id: request_id.map(str::to_owned) }
    }

    /// The fault of set-up that DynamoDB refuses a request for, if it is one.
    pub(super) fn fault(&self) -> Option<Fault> {
        let says = |words: &str| self.message.contains(words);
        match self.name.as_str() {
            "ResourceNotFoundException" => Some(Fault::TableMissing),
            "ValidationException" if says("specified index") || says("backfilling") => {
                let name = self.message.rsplit(": ").next().map(str::trim);
                let is_name = |name: &&str| check_resource_name(name).is_ok();
                Some(Fault::IndexMissing(name.filter(is_name).map(str::to_owned)))
            }
            "ValidationException" if OF_KEYS.into_iter().any(says) => Some(Fault::Keys),
            "ValidationException" if says("projection type is not ALL") => Some(Fault::Projection),
            _ => None,
        }
    }

    /// The error for the caller. `action` is what IAM calls the operation, such as `dynamodb:Query`; `definitions` are
    /// those of its tables, as the caller gives them to `createTables`.
    pub(super) fn into_error(self, place: &Place, action: &str, definitions: Option<&str>) -> Error {
        let row = match self.fault() {
            Some(Fault::Keys) => &OTHER_KEYS,
            Some(Fault::Projection) => &OTHER_PROJECTION,
            _ => self.row(),
        };
        self.filled(row, place, action, definitions.unwrap_or("definitions"))
    }

    /// The same where the tables are known to be as needed.
    pub(super) fn into_error_of_request(self, place: &Place, action: &str) -> Error {
        let row = self.row();
        self.filled(row, place, action, "definitions")
    }

    fn row(&self) -> &'static Row {
        let is_row = |row: &&Row| row.name == self.name && self.message.contains(row.says);
        TABLE.iter().find(is_row).unwrap_or(&UNKNOWN)
    }

    fn filled(self, row: &Row, place: &Place, action: &str, definitions: &str) -> Error {
        let action = self.denied_action().unwrap_or(action).to_owned();
        let fill = |text: &str| {
            text.replace("{place}", &place.name)
                .replace("{credentials}", &place.credentials)
                .replace("{action}", &action)
                .replace("{said}", &self.message)
                .replace("{make it}", &made_by(definitions))
                .replace("{definitions}", definitions)
        };
        let error = Error::new(row.code, fill(row.problem), fill(row.remedy));
        error.caused_by(self.into_cause())
    }

    /// As an error keeps it.
    pub(super) fn into_cause(self) -> Cause {
        Cause { name: self.name, message: self.message, request_id: self.request_id }
    }

    /// The action that IAM's refusal names: in a transaction, it is one of the writes inside.
    fn denied_action(&self) -> Option<&str> {
        let named = self.message.split("perform: ").nth(1)?;
        named.split_whitespace().next().filter(|action| action.starts_with("dynamodb:"))
    }
}

/// The messages of an error and of what caused it.
fn chain(error: &(dyn StdError + 'static)) -> String {
    sources(error).map(|error| mask(&error.to_string())).collect::<Vec<_>>().join(": ")
}

/// AWS's chain says of each source why it gave nothing, but for a profile without credentials in it.
fn with_profiles_reason(message: &str) -> String {
    const SILENT: &str = "Profile: the credential provider was not enabled\n";
    const SAID: &str = "Profile: the shared configuration files (~/.aws/config, ~/.aws/credentials, or what \
                        AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name) have no credentials for the profile\n";
    message.replacen(SILENT, SAID, 1)
}

/// An error and its sources.
pub(super) fn sources<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// An exception's message without what it may quote of the request: values in quotes, numbers that are none, and the
/// canonical request with its security token.
fn mask(message: &str) -> String {
    const LONGEST: usize = 600;
    let mut kept = message;
    for quoting in ["The Canonical String", "cannot be converted to a numeric value"] {
        if let Some(at) = kept.find(quoting) {
            kept = kept[..at].trim_end();
        }
    }
    let mut masked = String::with_capacity(kept.len().min(LONGEST));
    let mut rest = kept;
    // `Value '…' at 'tableName' failed to satisfy constraint`: the first quotes hold what was sent, however deep.
    while let Some(start) = rest.find("Value '") {
        let (before, quoted) = rest.split_at(start);
        masked.push_str(before);
        match quoted.find("' at '") {
            Some(end) => {
                masked.push_str("Value '***");
                rest = &quoted[end..];
            }
            None => {
                masked.push_str("Value '***'");
                rest = "";
            }
        }
    }
    masked.push_str(rest);
    if masked.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|&at| masked.is_char_boundary(at)).unwrap_or(0);
        masked.truncate(end);
        masked.push('…');
    }
    masked
}
