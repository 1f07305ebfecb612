//! On the embedded engine: what the adapters build on.

use serde_json::{Value as Json, json};

use aws_sdk_dynamodb::types::{Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure};

use super::*;

const TABLE: &str = "auth";

fn memory() -> Client {
    let client = at(format!("memory:{}", uuid::Uuid::new_v4()));
    client.declare_table(table(TABLE));
    client
}

fn at(endpoint: String) -> Client {
    Client::new(ConnectionConfig { endpoint: Some(endpoint), ..Default::default() })
}

fn put(item: Item) -> PutItemInputBuilder {
    PutItemInputBuilder::default().table_name(TABLE).set_item(Some(item))
}

fn get(key: Item) -> GetItemInputBuilder {
    GetItemInputBuilder::default().table_name(TABLE).set_key(Some(key))
}

fn partition(pk: &str) -> QueryInputBuilder {
    QueryInputBuilder::default()
        .table_name(TABLE)
        .key_condition_expression("pk = :pk")
        .expression_attribute_values(":pk", s(pk))
}

fn put_if_new(item: Item) -> TransactWriteItem {
    let put = Put::builder()
        .table_name(TABLE)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build();
    TransactWriteItem::builder().put(put.unwrap()).build()
}

#[tokio::test]
async fn an_item_comes_back_as_it_was_put() {
    let client = memory();
    let stored = item(&[("pk", "a"), ("sk", "b"), ("name", ""), ("é", "ü")]);
    assert_eq!(client.put(put(stored.clone())).await.unwrap(), Write::Done(None));
    assert_eq!(client.get(get(key("a", "b"))).await.unwrap(), Some(stored));
    assert_eq!(client.get(get(key("a", "c"))).await.unwrap(), None);
}

#[tokio::test]
async fn conditions_that_are_not_met_are_answers() {
    let client = memory();
    let new = || put(key("a", "b")).condition_expression("attribute_not_exists(pk)");
    assert_eq!(client.put(new()).await.unwrap(), Write::Done(None));
    assert_eq!(client.put(new()).await.unwrap(), Write::ConditionFailed);

    let update = |pk: &str| {
        UpdateItemInputBuilder::default()
            .table_name(TABLE)
            .set_key(Some(key(pk, "b")))
            .update_expression("SET #n = :n")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#n", "name")
            .expression_attribute_values(":n", s("new"))
            .return_values(ReturnValue::AllNew)
    };
    let updated = item(&[("pk", "a"), ("sk", "b"), ("name", "new")]);
    assert_eq!(client.update(update("a")).await.unwrap(), Write::Done(Some(updated.clone())));
    assert_eq!(client.update(update("z")).await.unwrap(), Write::ConditionFailed);
    assert_eq!(client.get(get(key("z", "b"))).await.unwrap(), None);

    let delete = || {
        DeleteItemInputBuilder::default()
            .table_name(TABLE)
            .set_key(Some(key("a", "b")))
            .condition_expression("attribute_exists(pk)")
            .return_values(ReturnValue::AllOld)
    };
    assert_eq!(client.delete(delete()).await.unwrap(), Write::Done(Some(updated)));
    assert_eq!(client.delete(delete()).await.unwrap(), Write::ConditionFailed);
}

#[tokio::test]
async fn a_transaction_does_all_or_says_which_condition_failed() {
    let client = memory();
    let claim = item(&[("pk", "EMAIL#x"), ("sk", "EMAIL#x"), ("owner", "1")]);
    let user = |id: &str| put_if_new(key(id, id));
    let both = |id: &str| vec![user(id), put_if_new(claim.clone())];
    assert_eq!(client.transact(both("1")).await.unwrap(), Transaction::Done);
    assert_eq!(
        client.transact(both("2")).await.unwrap(),
        Transaction::ConditionFailed(vec![Check::Passed, Check::Failed(Some(claim))])
    );
    assert_eq!(client.get(get(key("2", "2"))).await.unwrap(), None);
}

#[tokio::test]
async fn a_query_follows_its_pages() {
    let client = memory();
    let filling = "x".repeat(100_000);
    for n in 0..25 {
        let one = item(&[("pk", "p"), ("sk", &format!("{n:02}")), ("filling", &filling)]);
        client.put(put(one)).await.unwrap();
    }
    let found = client.query(partition("p")).await.unwrap();
    let sort_keys: Vec<_> = found.iter().map(|item| item["sk"].as_s().unwrap().as_str()).collect();
    let expected: Vec<_> = (0..25).map(|n| format!("{n:02}")).collect();
    assert_eq!(sort_keys, expected);
}

#[tokio::test]
async fn a_query_of_an_index_with_a_limit_ends() {
    let client = memory();
    for n in 0..5 {
        let n = n.to_string();
        client.put(put(item(&[("pk", &n), ("sk", &n), ("GSI1PK", "g"), ("GSI1SK", "g")]))).await.unwrap();
    }
    let index = QueryInputBuilder::default()
        .table_name(TABLE)
        .index_name("GSI1")
        .key_condition_expression("GSI1PK = :g")
        .expression_attribute_values(":g", s("g"))
        .limit(1);
    assert_eq!(client.query(index).await.unwrap().len(), 5);
}

#[tokio::test]
async fn batches_of_any_size_are_read_and_deleted() {
    let client = memory();
    let keys: Vec<_> = (0..250).map(|n| key("p", &format!("{n:03}"))).collect();
    for key in &keys {
        client.put(put(key.clone())).await.unwrap();
    }
    // Twice each, and some that are not there.
    let mut asked = keys.clone();
    asked.extend(keys.clone());
    asked.push(key("p", "none"));
    assert_eq!(client.batch_get(TABLE, asked.clone(), true).await.unwrap().len(), 250);
    client.batch_delete(TABLE, asked).await.unwrap();
    assert_eq!(client.query(partition("p")).await.unwrap(), Vec::<Item>::new());
    assert_eq!(client.batch_get(TABLE, keys, true).await.unwrap(), Vec::<Item>::new());
    client.batch_delete(TABLE, Vec::new()).await.unwrap();
}

#[tokio::test]
async fn a_transaction_of_many_deletes() {
    let client = memory();
    let keys: Vec<_> = (0..100).map(|n| key("p", &format!("{n:03}"))).collect();
    for key in &keys {
        client.put(put(key.clone())).await.unwrap();
    }
    let delete = |key: &Item| {
        let delete = Delete::builder().table_name(TABLE).set_key(Some(key.clone())).build();
        TransactWriteItem::builder().delete(delete.unwrap()).build()
    };
    assert_eq!(client.transact(keys.iter().map(delete).collect()).await.unwrap(), Transaction::Done);
    assert_eq!(client.query(partition("p")).await.unwrap().len(), 0);
}

/// One request past the client, as tests and tools make it.
async fn raw(endpoint: &str, operation: &str, body: Json) -> (u16, Json) {
    let (status, body) = embedded_request(endpoint, operation, body.to_string()).await.unwrap();
    (status, serde_json::from_str(&body).unwrap())
}

#[tokio::test]
async fn a_raw_request_sees_the_same_database() {
    let endpoint = format!("memory:{}", uuid::Uuid::new_v4());
    let client = at(endpoint.clone());
    client.declare_table(table(TABLE));
    client.put(put(key("a", "b"))).await.unwrap();
    let stored = json!({ "pk": { "S": "a" }, "sk": { "S": "b" } });
    for operation in ["GetItem", "DynamoDB_20120810.GetItem"] {
        let answer = raw(&endpoint, operation, json!({ "TableName": TABLE, "Key": stored })).await;
        assert_eq!(answer, (200, json!({ "Item": stored })));
    }
    let error = embedded_request("http://localhost:8000", "GetItem", "{}".into()).await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidConfig);
}

#[tokio::test]
async fn the_engine_refuses_as_dynamodb_does() {
    let endpoint = format!("memory:{}", uuid::Uuid::new_v4());
    let client = at(endpoint.clone());
    client.declare_table(table(TABLE));
    client.put(put(key("a", "a"))).await.unwrap();
    let (pk, long, huge) = (json!({ "S": "a" }), "x".repeat(2049), "x".repeat(410_000));
    let item =
        |name: &str, value: Json| json!({ "TableName": TABLE, "Item": { "pk": pk, "sk": pk, name: value } });
    let update = json!({
        "TableName": TABLE,
        "Key": { "pk": pk, "sk": pk },
        "UpdateExpression": "SET pk = :v",
        "ExpressionAttributeValues": { ":v": { "S": "b" } },
    });
    let query = |value: &str| {
        let values = json!({ ":v": { "S": value } });
        json!({ "TableName": TABLE, "KeyConditionExpression": "pk = :v", "ExpressionAttributeValues": values })
    };
    let validation = "ValidationException";
    for (operation, body, name, words) in [
        ("PutItem", item("GSI1PK", json!({ "S": long })), validation, "2048"),
        ("PutItem", item("GSI1PK", json!({ "S": "" })), validation, "empty string"),
        ("PutItem", item("n", json!({ "N": "x" })), validation, "1 validation error detected"),
        ("PutItem", item("n", json!({ "S": huge })), validation, "Item size has exceeded"),
        ("UpdateItem", update.clone(), validation, "part of the key"),
        (
            "TransactWriteItems",
            json!({ "TransactItems": [{ "Update": update }] }),
            validation,
            "part of the key",
        ),
        ("Query", query(""), validation, "empty string"),
        (
            "GetItem",
            json!({ "TableName": TABLE, "Key": { "pk": { "S": "" }, "sk": pk } }),
            validation,
            "empty string",
        ),
        (
            "GetItem",
            json!({ "TableName": "none", "Key": { "pk": pk } }),
            "ResourceNotFoundException",
            "not found",
        ),
        ("PutItem", json!({ "TableName": TABLE, "Item": 1 }), "SerializationException", ""),
        ("ExecuteStatement", json!({}), validation, "ExecuteStatement"),
    ] {
        let (status, answer) = raw(&endpoint, operation, body).await;
        assert_eq!(status, 400, "{operation}: {answer}");
        assert!(answer["__type"].as_str().unwrap().ends_with(&format!("#{name}")), "{operation}: {answer}");
        let message = answer.get("message").or(answer.get("Message")).unwrap().as_str().unwrap();
        assert!(message.contains(words), "{operation}: {message}");
    }
}

#[tokio::test]
async fn deleting_a_table_has_it_made_again() {
    let endpoint = format!("memory:{}", uuid::Uuid::new_v4());
    let client = at(endpoint.clone());
    client.declare_table(table(TABLE));
    client.put(put(key("a", "b"))).await.unwrap();
    assert_eq!(raw(&endpoint, "DeleteTable", json!({ "TableName": TABLE })).await.0, 200);
    assert_eq!(client.get(get(key("a", "b"))).await.unwrap(), None);
}

#[tokio::test]
async fn memory_databases_are_told_apart_by_name() {
    let name = uuid::Uuid::new_v4();
    let [one, same, other] =
        [format!("memory:{name}"), format!("memory:{name}"), format!("memory:{name}-2")].map(at);
    for client in [&one, &same, &other] {
        client.declare_table(table(TABLE));
    }
    one.put(put(key("a", "b"))).await.unwrap();
    assert!(same.get(get(key("a", "b"))).await.unwrap().is_some());
    assert_eq!(other.get(get(key("a", "b"))).await.unwrap(), None);
    assert!(one.is_embedded() && !at("http://localhost:8000".into()).is_embedded());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_one_wins() {
    let client = memory();
    let racing = (0..50).map(|n| {
        let client = client.clone();
        let owner = item(&[("pk", "EMAIL#x"), ("sk", "EMAIL#x"), ("owner", &n.to_string())]);
        tokio::spawn(async move { client.transact(vec![put_if_new(owner)]).await.unwrap() })
    });
    let mut won = 0;
    for racer in racing.collect::<Vec<_>>() {
        won += usize::from(racer.await.unwrap() == Transaction::Done);
    }
    assert_eq!(won, 1);

    client.put(put(key("count", "count"))).await.unwrap();
    let racing = (0..50).map(|_| {
        let client = client.clone();
        let update = UpdateItemInputBuilder::default()
            .table_name(TABLE)
            .set_key(Some(key("count", "count")))
            .update_expression("ADD n :one")
            .expression_attribute_values(":one", AttributeValue::N("1".into()));
        tokio::spawn(async move { client.update(update).await.unwrap() })
    });
    for racer in racing.collect::<Vec<_>>() {
        racer.await.unwrap();
    }
    let counted = client.get(get(key("count", "count"))).await.unwrap().unwrap();
    assert_eq!(counted["n"], AttributeValue::N("50".into()));
}
