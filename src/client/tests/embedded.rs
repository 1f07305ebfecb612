//! The embedded engine itself: its databases, what it refuses, and how tests look into it.

use serde_json::{Value as Json, json};

use super::*;

const TABLE: &str = "auth";

fn put(item: Item) -> PutItemInputBuilder {
    PutItemInputBuilder::default().table_name(TABLE).set_item(Some(item))
}

fn get(key: Item) -> GetItemInputBuilder {
    GetItemInputBuilder::default().table_name(TABLE).set_key(Some(key))
}

/// One request past the client, as tests and tools make it.
async fn raw(endpoint: &str, operation: &str, body: Json) -> (u16, Json) {
    let (status, body) = embedded_request(endpoint, operation, body.to_string()).await.unwrap();
    (status, serde_json::from_str(&body).unwrap())
}

fn with_table(endpoint: String) -> Client {
    at(endpoint).for_tables_of(Arc::new(vec![table(TABLE)]))
}

#[tokio::test]
async fn a_raw_request_sees_the_same_database() {
    let endpoint = format!("memory:{}", uuid::Uuid::new_v4());
    let client = with_table(endpoint.clone());
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
    let client = with_table(endpoint.clone());
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
    let client = with_table(endpoint.clone());
    client.put(put(key("a", "b"))).await.unwrap();
    assert_eq!(raw(&endpoint, "DeleteTable", json!({ "TableName": TABLE })).await.0, 200);
    assert_eq!(client.get(get(key("a", "b"))).await.unwrap(), None);
}

#[tokio::test]
async fn memory_databases_are_told_apart_by_name() {
    let name = uuid::Uuid::new_v4();
    let [one, same, other] =
        [format!("memory:{name}"), format!("memory:{name}"), format!("memory:{name}-2")].map(with_table);
    one.put(put(key("a", "b"))).await.unwrap();
    assert!(same.get(get(key("a", "b"))).await.unwrap().is_some());
    assert_eq!(other.get(get(key("a", "b"))).await.unwrap(), None);
    assert!(one.is_embedded() && !at("http://localhost:8000".into()).is_embedded());
}
