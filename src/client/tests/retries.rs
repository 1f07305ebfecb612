//! What is tried again, how often, and with what.

use serde_json::{Value as Json, json};

use super::scripted::*;
use super::*;
use crate::error::Code;

const TABLE: &str = "auth";

fn put() -> PutItemInputBuilder {
    PutItemInputBuilder::default().table_name(TABLE).set_item(Some(key("a", "b")))
}

fn action() -> TransactWriteItem {
    let put = aws_sdk_dynamodb::types::Put::builder().table_name(TABLE).set_item(Some(key("a", "b")));
    TransactWriteItem::builder().put(put.build().unwrap()).build()
}

fn wire(key: &str) -> Json {
    json!({ "pk": { "S": key }, "sk": { "S": key } })
}

fn same(name: &str) -> Item {
    key(name, name)
}

/// An answer to BatchGetItem: the items found, the keys left.
fn read(found: &[&str], left: &[&str]) -> Answer {
    let list = |names: &[&str]| names.iter().map(|name| wire(name)).collect::<Vec<_>>();
    let unprocessed = match left.is_empty() {
        true => json!({}),
        false => json!({ TABLE: { "Keys": list(left) } }),
    };
    done(json!({ "Responses": { TABLE: list(found) }, "UnprocessedKeys": unprocessed }))
}

/// An answer to BatchWriteItem: the deletes left.
fn deleted_but(left: &[&str]) -> Answer {
    let list: Vec<_> = left.iter().map(|name| json!({ "DeleteRequest": { "Key": wire(name) } })).collect();
    done(json!({ "UnprocessedItems": if left.is_empty() { json!({}) } else { json!({ TABLE: list }) } }))
}

fn names(items: &[Item]) -> Vec<&str> {
    items.iter().map(|item| item["pk"].as_s().unwrap().as_str()).collect()
}

#[tokio::test]
async fn unprocessed_keys_are_asked_again_alone() {
    let (client, script) = client(vec![read(&["a"], &["b", "c"]), read(&["b"], &["c"]), read(&["c"], &[])]);
    let found =
        client.batch_get(TABLE, vec![same("a"), same("b"), same("c"), same("a")], true).await.unwrap();
    assert_eq!(names(&found), ["a", "b", "c"]);
    let asked: Vec<_> = script.sent().iter().map(|(_, body)| body["RequestItems"][TABLE].clone()).collect();
    assert_eq!(asked[0], json!({ "Keys": [wire("a"), wire("b"), wire("c")], "ConsistentRead": true }));
    assert_eq!(asked[1], json!({ "Keys": [wire("b"), wire("c")], "ConsistentRead": true }));
    assert_eq!(asked[2]["Keys"], json!([wire("c")]));
}

#[tokio::test]
async fn keys_that_stay_unprocessed_are_an_error() {
    let (client, script) =
        client(vec![read(&["a"], &["b"]); 1].into_iter().chain(vec![read(&[], &["b"]); 8]).collect());
    let error = client.batch_get(TABLE, vec![same("a"), same("b")], false).await.unwrap_err();
    assert_eq!(error.code(), Code::Throttled);
    assert_eq!(error.table(), Some(TABLE));
    assert!(error.to_string().contains("1 of 2 keys"), "{error}");
    // The first one made progress; the try after it begins the eight.
    assert_eq!(script.sent().len(), 8);
}

#[tokio::test]
async fn more_than_a_hundred_keys_are_several_requests() {
    let (client, script) = client(vec![read(&[], &[]), read(&["x"], &[]), read(&[], &[])]);
    let keys = (0..250).map(|n| same(&n.to_string())).collect();
    assert_eq!(client.batch_get(TABLE, keys, false).await.unwrap().len(), 1);
    let sizes: Vec<_> = script
        .sent()
        .iter()
        .map(|(_, body)| body["RequestItems"][TABLE]["Keys"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [100, 100, 50]);
}

#[tokio::test]
async fn unprocessed_deletes_are_sent_again_alone() {
    let (client, script) = client(vec![deleted_but(&["b"]), deleted_but(&[])]);
    client.batch_delete(TABLE, vec![same("a"), same("b"), same("b")]).await.unwrap();
    let sent: Vec<_> = script.sent().iter().map(|(_, body)| body["RequestItems"][TABLE].clone()).collect();
    let delete = |name| json!({ "DeleteRequest": { "Key": wire(name) } });
    assert_eq!(sent, [json!([delete("a"), delete("b")]), json!([delete("b")])]);
}

#[tokio::test]
async fn deletes_that_meet_a_transaction_are_sent_again() {
    let conflict = exception("TransactionConflictException", "Transaction is ongoing for the item");
    let (client, script) = client(vec![conflict, deleted_but(&[])]);
    client.batch_delete(TABLE, vec![same("a"), same("b")]).await.unwrap();
    let sent = script.sent();
    assert!(sent.len() == 2 && sent[0] == sent[1]);
}

#[tokio::test]
async fn deletes_that_stay_unprocessed_are_a_partial_failure() {
    let mut answers = vec![deleted_but(&[]), deleted_but(&["25", "26"])];
    answers.extend(vec![deleted_but(&["25", "26"]); 7]);
    let (client, script) = client(answers);
    let keys = (0..28).map(|n| same(&n.to_string())).collect();
    let error = client.batch_delete(TABLE, keys).await.unwrap_err();
    assert_eq!(error.code(), Code::PartialFailure);
    assert!(error.to_string().contains("2 of 28 items"), "{error}");
    assert_eq!(script.left(), 0);
}

#[tokio::test]
async fn a_batch_that_fails_after_another_is_a_partial_failure_with_its_cause() {
    let refused =
        || exception("AccessDeniedException", "not authorized to perform: dynamodb:BatchWriteItem on it");
    let keys = || (0..30).map(|n| same(&n.to_string())).collect::<Vec<_>>();
    let (client, _) = client(vec![deleted_but(&[]), refused()]);
    let error = client.batch_delete(TABLE, keys()).await.unwrap_err();
    assert_eq!(error.code(), Code::PartialFailure);
    assert!(error.to_string().contains("5 of 30 items were not deleted: ACCESS_DENIED"), "{error}");
    assert_eq!(error.cause().unwrap().name, "AccessDeniedException");

    let (client, _) = scripted::client(vec![refused()]);
    assert_eq!(client.batch_delete(TABLE, keys()).await.unwrap_err().code(), Code::AccessDenied);
}

#[tokio::test]
async fn throttling_is_tried_three_times() {
    let throttled = || exception("ProvisionedThroughputExceededException", "too much");
    let (one, script) = client(vec![throttled(), throttled(), done(json!({}))]);
    assert_eq!(one.put(put()).await.unwrap(), Write::Done(None));
    assert_eq!(script.sent().len(), 3);

    let (other, script) = client(vec![throttled(), throttled(), throttled()]);
    let error = other.put(put()).await.unwrap_err();
    assert_eq!((error.code(), script.sent().len()), (Code::Throttled, 3));
    assert_eq!(error.cause().unwrap().request_id.as_deref(), Some("REQUEST-ID"));
}

#[tokio::test]
async fn a_write_that_meets_a_transaction_is_tried_again() {
    let conflict = || exception("TransactionConflictException", "Transaction is ongoing for the item");
    let (one, _) = client(vec![conflict(), conflict(), done(json!({}))]);
    assert_eq!(one.put(put()).await.unwrap(), Write::Done(None));

    let (other, script) = client(vec![conflict(); 10]);
    let delete = DeleteItemInputBuilder::default().table_name(TABLE).set_key(Some(key("a", "b")));
    let error = other.delete(delete).await.unwrap_err();
    assert_eq!((error.code(), script.left()), (Code::TransactionFailed, 0));

    let update = || {
        let update = UpdateItemInputBuilder::default().table_name(TABLE).set_key(Some(key("a", "b")));
        update.update_expression("REMOVE x")
    };
    let failed = exception("ConditionalCheckFailedException", "The conditional request failed");
    let (third, _) = client(vec![conflict(), failed]);
    assert_eq!(third.update(update()).await.unwrap(), Write::ConditionFailed(None));
}

#[tokio::test]
async fn a_transaction_that_conflicts_is_tried_again_with_its_token() {
    let conflict = || cancelled(&["None", "TransactionConflict"]);
    let in_progress = exception("TransactionInProgressException", "in progress");
    let answers = vec![conflict(), in_progress, conflict(), done(json!({}))];
    let (client, script) = client(answers);
    assert_eq!(client.transact(vec![action(), action()]).await.unwrap(), Transaction::Done);
    let sent = script.sent();
    assert_eq!(sent.len(), 4);
    assert!(sent[0].1["ClientRequestToken"].as_str().unwrap().len() >= 32);
    assert!(sent.iter().all(|request| *request == sent[0]), "one and the same request");
}

#[tokio::test]
async fn each_transaction_has_a_token_of_its_own() {
    let (client, script) = client(vec![done(json!({})); 2]);
    client.transact(vec![action()]).await.unwrap();
    client.transact(vec![action()]).await.unwrap();
    let sent = script.sent();
    assert_ne!(sent[0].1["ClientRequestToken"], sent[1].1["ClientRequestToken"]);
}

#[tokio::test]
async fn a_lost_answer_repeats_the_same_transaction() {
    let (client, script) = client(vec![Answer::Lost, Answer::Http(500, String::new()), done(json!({}))]);
    assert_eq!(client.transact(vec![action()]).await.unwrap(), Transaction::Done);
    let sent = script.sent();
    assert!(sent.len() == 3 && sent.iter().all(|request| *request == sent[0]));
}

#[tokio::test]
async fn a_conflict_that_lasts_is_an_error() {
    let (client, script) = client(vec![cancelled(&["TransactionConflict", "None"]); 10]);
    let error = client.transact(vec![action(), action()]).await.unwrap_err();
    assert_eq!((error.code(), script.left()), (Code::TransactionFailed, 0));
    assert_eq!(error.table(), Some(TABLE));
}

#[tokio::test]
async fn conditions_are_known_for_certain_only_without_conflicts() {
    let mixed = || cancelled(&["ConditionalCheckFailed", "TransactionConflict"]);
    let both = cancelled(&["ConditionalCheckFailed", "ConditionalCheckFailed"]);
    let (one, _) = client(vec![mixed(), both]);
    let failed = Transaction::ConditionFailed(vec![Check::Failed(None), Check::Failed(None)]);
    assert_eq!(one.transact(vec![action(), action()]).await.unwrap(), failed);

    // What is known after the last try was a true reason.
    let (other, script) = client(vec![mixed(); 10]);
    let failed = Transaction::ConditionFailed(vec![Check::Failed(None), Check::Passed]);
    assert_eq!(other.transact(vec![action(), action()]).await.unwrap(), failed);
    assert_eq!(script.left(), 0);
}

#[tokio::test]
async fn a_throttled_transaction_is_tried_again() {
    for code in ["ProvisionedThroughputExceeded", "ThrottlingError"] {
        let (one, _) = client(vec![cancelled(&[code]), done(json!({}))]);
        assert_eq!(one.transact(vec![action()]).await.unwrap(), Transaction::Done);
        let (other, script) = client(vec![cancelled(&[code]); 10]);
        let error = other.transact(vec![action()]).await.unwrap_err();
        assert_eq!((error.code(), script.left()), (Code::Throttled, 0));
    }
}

#[tokio::test]
async fn what_no_repetition_changes_is_not_repeated() {
    let (client, script) = client(vec![cancelled(&["ConditionalCheckFailed", "ValidationError"])]);
    let error = client.transact(vec![action(), action()]).await.unwrap_err();
    assert_eq!((error.code(), script.sent().len()), (Code::InvalidValue, 1));
}

#[tokio::test]
async fn the_pages_of_a_query_begin_where_the_last_ended() {
    let page = |names: &[&str], last: Option<&str>| {
        let items: Vec<_> = names.iter().map(|name| wire(name)).collect();
        done(match last {
            Some(last) => json!({ "Items": items, "LastEvaluatedKey": wire(last) }),
            None => json!({ "Items": items }),
        })
    };
    let query = || QueryInputBuilder::default().table_name(TABLE).key_condition_expression("pk = :pk");
    let (one, script) = client(vec![page(&["a"], Some("a")), page(&[], Some("b")), page(&["c"], None)]);
    assert_eq!(names(&one.query(query()).await.unwrap()), ["a", "c"]);
    let starts: Vec<_> = script.sent().iter().map(|(_, body)| body["ExclusiveStartKey"].clone()).collect();
    assert_eq!(starts, [Json::Null, wire("a"), wire("b")]);

    let (other, _) = client(vec![page(&["a"], Some("a")), page(&["a"], Some("a"))]);
    assert_eq!(other.query(query()).await.unwrap_err().code(), Code::Internal);
}
