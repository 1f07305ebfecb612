//! The direct way: it ends as the SDK's does, and leaves to the SDK what is the SDK's.

use std::time::Duration;

use serde_json::json;

use super::network::{ask, fixed, to};
use super::scripted::{Answer, Script, cancelled, client, done, exception, sdk_client};
use super::server::{Manner, Server};
use super::*;

const TABLE: &str = "auth";

fn put() -> PutItemInputBuilder {
    PutItemInputBuilder::default().table_name(TABLE).set_item(Some(key("a", "b")))
}

/// Whether the next request would be sent directly.
fn is_open(client: &Client) -> bool {
    client.shared.opened().unwrap().direct.as_ref().is_some_and(|direct| direct.way().is_some())
}

/// How one call of each kind ends, and the operations that were sent.
async fn outcome(call: &str, (client, script): (Client, Script)) -> (String, Vec<String>) {
    let get = GetItemInputBuilder::default().table_name(TABLE).set_key(Some(key("a", "b")));
    let ended = match call {
        "get" => format!("{:?}", client.get(get).await),
        "put" => format!("{:?}", client.put(put()).await),
        _ => {
            let put = aws_sdk_dynamodb::types::Put::builder().table_name(TABLE).set_item(Some(key("a", "b")));
            let action = TransactWriteItem::builder().put(put.build().unwrap()).build();
            format!("{:?}", client.transact(vec![action]).await)
        }
    };
    (ended, script.sent().into_iter().map(|(operation, _)| operation).collect())
}

#[tokio::test]
async fn a_call_ends_as_it_does_by_the_sdk_after_as_many_attempts() {
    let throttled = || exception("ThrottlingException", "too much");
    let condition = || {
        let name = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
        let found = json!({ "n": { "N": "1" } });
        Answer::Http(400, json!({ "__type": name, "message": "failed", "Item": found }).to_string())
    };
    let found = || done(json!({ "Item": { "pk": { "S": "a" } }, "Attributes": { "pk": { "S": "a" } } }));
    let ill = || Answer::Http(500, String::new());
    let busy = || Answer::Http(503, "<html>".to_owned());
    let hotel = || Answer::Http(200, "<html>".to_owned());
    let scripts = || {
        [
            vec![found()],
            vec![condition()],
            vec![throttled(), found()],
            vec![throttled(), throttled(), condition()],
            vec![throttled(), throttled(), throttled()],
            vec![Answer::Lost, condition()],
            vec![Answer::Lost, Answer::Lost, Answer::Lost],
            vec![Answer::Refused, Answer::TimedOut, found()],
            vec![ill(), ill(), ill()],
            vec![busy(), Answer::Lost, ill()],
            vec![hotel(), hotel(), hotel()],
            vec![exception("TransactionConflictException", "busy"), found()],
            vec![exception("AccessDeniedException", "not authorized")],
            vec![exception("ResourceNotFoundException", "no such table")],
            vec![exception("ValidationException", "no such index")],
            vec![throttled(), exception("SerializationException", "what is this")],
            vec![exception("ReplicatedWriteConflictException", "busy elsewhere"), found()],
            vec![exception("RequestTimeoutException", "slow"), found()],
            vec![Answer::Http(403, "<html>".to_owned())],
            vec![Answer::Http(404, String::new())],
            vec![cancelled(&["ConditionalCheckFailed"])],
            vec![cancelled(&["TransactionConflict"]), done(json!({}))],
        ]
    };
    for call in ["get", "put", "transact"] {
        for script in scripts() {
            let spare = |kind: &str| panic!("{kind} took more attempts: {call} {script:?}");
            let directly = outcome(call, client([script.clone(), vec![found(); 10]].concat())).await;
            let by_sdk = outcome(call, sdk_client([script.clone(), vec![found(); 10]].concat())).await;
            if directly != by_sdk {
                assert_eq!(directly.0, by_sdk.0, "{call} {script:?}");
                spare(if directly.1.len() > by_sdk.1.len() { "the direct way" } else { "the SDK" });
            }
        }
    }
}

#[tokio::test]
async fn a_refused_signature_is_for_the_sdk_to_judge() {
    let refused =
        || exception("ExpiredTokenException", "The security token included in the request is expired");
    let (client, script) = client(vec![refused(), refused(), done(json!({})), done(json!({}))]);
    assert_eq!(client.put(put()).await.unwrap_err().code(), crate::error::Code::Credentials);
    assert_eq!(script.sent().len(), 2);
    assert!(!is_open(&client), "the SDK was refused, too");
    client.put(put()).await.unwrap();
    assert!(is_open(&client), "the SDK got an answer");
    client.put(put()).await.unwrap();
    assert_eq!(script.left(), 0);
}

#[test]
fn requests_after_the_first_are_what_the_sdk_would_send() {
    let server = Server::start(Manner::Answer);
    let config = ConnectionConfig { credentials: fixed("AKIDEXAMPLE"), ..to(&server.url(), &[]) };
    let client = Client::new(config);
    ask(&client).unwrap();
    assert!(is_open(&client));
    ask(&client).unwrap();
    let lines = |at: usize| {
        let received = server.requests()[at].clone();
        let own = ["x-amz-date", "authorization", "amz-sdk-invocation-id"];
        let mut lines: Vec<String> = received
            .head
            .lines()
            .map(|line| match line.split_once(": ") {
                Some((name, value)) if own.contains(&name) => format!("{name} of {}", value.len()),
                _ => line.to_owned(),
            })
            .collect();
        lines.sort();
        lines
    };
    assert_eq!(lines(1), lines(0));
    let requests = server.requests();
    let id = |at: usize| requests[at].header("amz-sdk-invocation-id").to_owned();
    assert_ne!(id(0), id(1));
    assert!(uuid::Uuid::parse_str(&id(1)).is_ok_and(|id| id.get_version_num() == 4));
    let signed = |at: usize| {
        let authorization = requests[at].header("authorization");
        authorization.split_once("SignedHeaders=").unwrap().1.split_once(',').unwrap().0.to_owned()
    };
    assert_eq!(signed(1), signed(0));
}

#[tokio::test]
async fn a_table_by_its_arn_is_left_to_the_sdk_which_knows_the_way_to_its_account() {
    let arn = "arn:aws:dynamodb:us-east-1:123456789012:table/auth";
    // A signature that is refused directly is made again by the SDK.
    let refused = || exception("ExpiredTokenException", "expired");
    let keys = || vec![key("a", "b")];
    let put = aws_sdk_dynamodb::types::Put::builder().table_name(arn).set_item(Some(key("a", "b")));
    let action = TransactWriteItem::builder().put(put.build().unwrap()).build();
    for name in [TABLE, arn] {
        let attempts = if name == arn { 1 } else { 2 };
        let get = GetItemInputBuilder::default().table_name(name).set_key(Some(key("a", "b")));
        let (one, script) = client(vec![refused(); 2]);
        one.get(get).await.unwrap_err();
        assert_eq!(script.sent().len(), attempts, "{name}");
        let (one, script) = client(vec![refused(); 2]);
        one.batch_get(name, keys(), false).await.unwrap_err();
        assert_eq!(script.sent().len(), attempts, "{name}");
    }
    let (one, script) = client(vec![refused()]);
    one.transact(vec![action]).await.unwrap_err();
    assert_eq!(script.left(), 0);
}

#[test]
fn nothing_is_learned_from_a_table_by_its_arn() {
    let server = Server::start(Manner::Answer);
    let client = Client::new(to(&server.url(), &[]));
    let arn = "arn:aws:dynamodb:us-east-1:123456789012:table/auth";
    let get = GetItemInputBuilder::default().table_name(arn).set_key(Some(key("a", "b")));
    let runtime = crate::runtime::runtime();
    runtime.block_on(client.get(get)).unwrap();
    assert!(!is_open(&client));
    runtime.block_on(client.batch_get(arn, vec![key("a", "b")], false)).unwrap();
    assert!(!is_open(&client));
    runtime.block_on(client.batch_get("auth", vec![key("a", "b")], false)).unwrap();
    assert!(is_open(&client));
}

#[test]
fn an_attempt_is_bounded_and_counts() {
    let server = Server::start(Manner::FallSilent);
    let impatient = ConnectionConfig {
        max_attempts: Some(2),
        request_timeout: Some(Duration::from_millis(150)),
        ..to(&server.url(), &[])
    };
    let client = Client::new(impatient);
    ask(&client).unwrap();
    assert!(is_open(&client));
    assert_eq!(ask(&client).unwrap_err().code(), crate::error::Code::Timeout);
    assert!(!is_open(&client));
    let attempts: Vec<_> =
        server.requests().iter().map(|request| request.header("amz-sdk-request").to_owned()).collect();
    assert_eq!(attempts, ["attempt=1; max=2", "attempt=1; max=2", "attempt=1; max=1"]);
}

#[test]
fn a_connection_that_a_failure_came_on_is_not_used_again() {
    let server = Server::start(Manner::FallIll);
    let client = Client::new(to(&server.url(), &[]));
    for _thrice in 0..3 {
        assert_eq!(ask(&client).unwrap(), None);
    }
    let connections: Vec<_> = server.requests().iter().map(|request| request.connection).collect();
    assert_eq!(connections, [0, 0, 1, 1]);
}

#[test]
fn where_the_sdk_has_one_attempt_or_limits_the_rate_all_is_left_to_it() {
    for (variable, value) in [("AWS_MAX_ATTEMPTS", "1"), ("AWS_RETRY_MODE", "adaptive")] {
        let server = Server::start(Manner::Answer);
        let client = Client::new(to(&server.url(), &[(variable, value)]));
        for _twice in 0..2 {
            assert_eq!(ask(&client).unwrap(), None);
            assert!(!is_open(&client), "{variable}");
        }
    }
}
