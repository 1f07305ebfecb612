//! What each failure becomes, and that none tells what it must not.

use serde_json::json;

use super::scripted::*;
use super::*;
use crate::error::Code;

const SECRET: &str = "SESSION#very-secret-token";

fn get() -> GetItemInputBuilder {
    GetItemInputBuilder::default().table_name("auth").set_key(Some(key(SECRET, SECRET)))
}

async fn failing(answer: Answer) -> Error {
    let (client, _) = client(vec![answer; 3]);
    client.get(get()).await.unwrap_err()
}

#[tokio::test]
async fn every_exception_has_its_code() {
    let size = "Item size has exceeded the maximum allowed size";
    let update_size = "Item size to update has exceeded the maximum allowed size";
    let key_size = "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes";
    for (exception_name, message, code, words) in [
        (
            "ResourceNotFoundException",
            "Requested resource not found",
            Code::TableNotFound,
            "createTables(connection, definitions) from \"dynauth/tables\"",
        ),
        (
            "ValidationException",
            "The table does not have the specified index: GSI1",
            Code::MissingIndex,
            "no index of that name",
        ),
        (
            "ValidationException",
            "Cannot read from backfilling global secondary index: GSI1",
            Code::MissingIndex,
            "active",
        ),
        ("ValidationException", size, Code::ItemTooLarge, "400 KB"),
        ("ValidationException", update_size, Code::ItemTooLarge, "400 KB"),
        ("ValidationException", key_size, Code::InvalidValue, "2048"),
        (
            "ValidationException",
            "The provided key element does not match the schema",
            Code::InvalidConfig,
            "dynamodb:DescribeTable",
        ),
        ("ValidationException", "ExpressionAttributeValues must not be empty", Code::InvalidValue, "cause"),
        (
            "SerializationException",
            "NUMBER_VALUE cannot be converted to String",
            Code::InvalidValue,
            "endpoint",
        ),
        (
            "AccessDeniedException",
            "User: x is not authorized to perform: dynamodb:GetItem on resource: y",
            Code::AccessDenied,
            "Allow dynamodb:GetItem",
        ),
        ("AccessDeniedException", "", Code::AccessDenied, "Allow dynamodb:GetItem"),
        (
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
            Code::Credentials,
            "from the test",
        ),
        ("InvalidClientTokenId", "", Code::Credentials, "from the test"),
        (
            "InvalidSignatureException",
            "Signature expired: 20200101T000000Z is now earlier than",
            Code::Credentials,
            "clock",
        ),
        (
            "InvalidSignatureException",
            "The request signature we calculated does not match",
            Code::Credentials,
            "secret access key",
        ),
        (
            "ExpiredTokenException",
            "The security token included in the request is expired",
            Code::Credentials,
            "have expired",
        ),
        ("ExpiredToken", "", Code::Credentials, "have expired"),
        ("IncompleteSignatureException", "", Code::Credentials, "signature"),
        ("MissingAuthenticationTokenException", "", Code::Credentials, "from the test"),
        ("ProvisionedThroughputExceededException", "", Code::Throttled, "capacity"),
        ("ThrottlingException", "", Code::Throttled, "capacity"),
        ("RequestLimitExceeded", "", Code::Throttled, "quota"),
        ("LimitExceededException", "", Code::Throttled, "later"),
        ("ConditionalCheckFailedException", "", Code::ConditionalCheckFailed, "condition"),
        ("TransactionConflictException", "", Code::TransactionFailed, "same items"),
        ("TransactionInProgressException", "", Code::TransactionFailed, "same transaction"),
        ("TransactionCanceledException", "", Code::TransactionFailed, "cancelled"),
        ("ResourceInUseException", "", Code::Internal, "being made"),
        ("InternalServerError", "backend: database is locked or busy", Code::Timeout, "Another process"),
        ("InternalServerError", "", Code::Internal, "eu-central-1"),
        ("SomethingNewException", "", Code::Internal, "eu-central-1"),
    ] {
        let error = failing(exception(exception_name, message)).await;
        assert_eq!(error.code(), code, "{exception_name}: {error:?}");
        assert!(error.to_string().contains(words), "{exception_name}: {error}");
        assert_eq!(error.table(), Some("auth"));
        let cause = error.cause().unwrap();
        assert_eq!((cause.name.as_str(), cause.message.as_str()), (exception_name, message));
        assert_eq!(cause.request_id.as_deref(), Some("REQUEST-ID"));
    }
}

#[tokio::test]
async fn failures_without_an_exception_have_their_code() {
    let html = "<html>Sign in to the hotel's network</html>".to_owned();
    for (answer, code, words) in [
        (Answer::Refused, Code::Unreachable, "No connection to region \"eu-central-1\""),
        (Answer::Lost, Code::Unreachable, "No connection"),
        (Answer::TimedOut, Code::Timeout, "No answer came in time from region \"eu-central-1\""),
        (Answer::Http(200, html.clone()), Code::Internal, "not DynamoDB"),
        (Answer::Http(403, html.clone()), Code::Internal, "not DynamoDB"),
        (Answer::Http(503, html), Code::Internal, "failed"),
    ] {
        let error = failing(answer.clone()).await;
        assert_eq!(error.code(), code, "{answer:?}: {error:?}");
        assert!(error.to_string().contains(words), "{answer:?}: {error}");
    }
}

#[tokio::test]
async fn a_transactions_reasons_have_their_code() {
    let reason = |code: &str, message: &str| {
        let name = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
        let reasons = json!([{ "Code": "None" }, { "Code": code, "Message": message }]);
        Answer::Http(400, json!({ "__type": name, "CancellationReasons": reasons }).to_string())
    };
    for (code, message, expected) in [
        ("ValidationError", "Item size to update has exceeded the maximum allowed size", Code::ItemTooLarge),
        ("ValidationError", "The provided key element does not match the schema", Code::InvalidConfig),
        ("ItemCollectionSizeLimitExceeded", "Collection size exceeded", Code::TransactionFailed),
        ("AccessDenied", "not authorized to perform: dynamodb:PutItem", Code::AccessDenied),
        ("ResourceNotFound", "gone", Code::TableNotFound),
        ("SomethingNew", "new", Code::TransactionFailed),
    ] {
        let (client, script) = client(vec![reason(code, message)]);
        let put = aws_sdk_dynamodb::types::Put::builder().table_name("auth").set_item(Some(key("a", "b")));
        let action = TransactWriteItem::builder().put(put.build().unwrap()).build();
        let error = client.transact(vec![action.clone(), action]).await.unwrap_err();
        assert_eq!(error.code(), expected, "{code}: {error:?}");
        assert_eq!((error.table(), script.left()), (Some("auth"), 0));
        assert_eq!(error.cause().unwrap().message, message);
    }
}

#[tokio::test]
async fn nothing_secret_is_told() {
    let quoting = [
        format!("1 validation error detected: Value '{SECRET}' at 'key.pk' failed to satisfy constraint: x"),
        format!(
            "2 validation errors: Value '{{a={SECRET}, b='c'}}' at 'item' failed; Value '{SECRET}' at 'x' failed"
        ),
        format!("Value '{SECRET}"),
        format!("The parameter cannot be converted to a numeric value: {SECRET}"),
        format!(
            "The signature does not match.\n\nThe Canonical String for this request should have been\n'x-amz-security-token:{SECRET}'"
        ),
    ];
    let mut answers: Vec<_> =
        quoting.iter().map(|message| exception("ValidationException", message)).collect();
    answers.extend([
        Answer::Refused,
        Answer::TimedOut,
        Answer::Http(500, SECRET.into()),
        Answer::Http(200, SECRET.into()),
    ]);
    answers.extend(quoting.iter().map(|message| exception("InvalidSignatureException", message)));
    for answer in answers {
        let error = failing(answer.clone()).await;
        let cause = error.cause().unwrap();
        for told in [error.to_string(), format!("{error:?}"), format!("{cause:?}")] {
            for secret in ["very-secret", "AKIDSECRET", "SECRETKEY", "SECRETTOKEN"] {
                assert!(!told.contains(secret), "{answer:?} tells: {told}");
            }
        }
    }
    let (client, _) = client(vec![exception("ValidationException", &quoting[0])]);
    let cause = client.get(get()).await.unwrap_err().cause().unwrap().message.clone();
    assert_eq!(cause, "1 validation error detected: Value '***' at 'key.pk' failed to satisfy constraint: x");
}

#[test]
fn settings_tell_no_secret() {
    let config = ConnectionConfig {
        credentials: Some(crate::config::GivenCredentials::Static {
            access_key_id: "AKIDSECRET".into(),
            secret_access_key: "SECRETKEY".into(),
            session_token: Some("SECRETTOKEN".into()),
        }),
        environment: Arc::new([("AWS_SECRET_ACCESS_KEY".to_owned(), "SECRETKEY".to_owned())].into()),
        ..Default::default()
    };
    let told = format!("{config:?} {:?}", Client::new(config.clone()));
    assert!(!told.contains("SECRET"), "{told}");
}
