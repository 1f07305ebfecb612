//! Failures of set-up: when a table is looked at, how often, and what the look is taken for.

use serde_json::{Value as Json, json};

use super::scripted::*;
use super::*;
use crate::error::Code;

const NAME: &str = "auth";
const OF_KEYS: &str = "The provided key element does not match the schema";

fn declared(answers: Vec<Answer>) -> (Client, Script) {
    let (client, script) = client(answers);
    (client.for_tables_of(Arc::new(vec![table(NAME)])), script)
}

fn get() -> GetItemInputBuilder {
    GetItemInputBuilder::default().table_name(NAME).set_key(Some(key("a", "b")))
}

fn query() -> QueryInputBuilder {
    QueryInputBuilder::default().table_name(NAME).index_name("GSI1").key_condition_expression("a=b")
}

fn description(change: impl FnOnce(&mut Json)) -> Answer {
    let schema = |partition: &str, sort: &str| json!([{ "AttributeName": partition, "KeyType": "HASH" }, { "AttributeName": sort, "KeyType": "RANGE" }]);
    let attributes =
        ["GSI1PK", "GSI1SK", "pk", "sk"].map(|name| json!({ "AttributeName": name, "AttributeType": "S" }));
    let mut found = json!({
        "TableName": NAME,
        "TableStatus": "ACTIVE",
        "KeySchema": schema("pk", "sk"),
        "AttributeDefinitions": attributes,
        "GlobalSecondaryIndexes": [{
            "IndexName": "GSI1",
            "IndexStatus": "ACTIVE",
            "KeySchema": schema("GSI1PK", "GSI1SK"),
            "Projection": { "ProjectionType": "ALL" },
        }],
    });
    change(&mut found);
    done(json!({ "Table": found }))
}

fn operations(script: &Script) -> Vec<String> {
    script.sent().into_iter().map(|(operation, _)| operation).collect()
}

#[tokio::test]
async fn a_table_is_looked_at_once_and_only_for_a_fault_of_set_up() {
    let validation = |message: &str| exception("ValidationException", message);
    let (client, script) = declared(vec![
        validation(OF_KEYS),
        description(|table| table["KeySchema"][1]["AttributeName"] = json!("range")),
    ]);
    let error = client.get(get()).await.unwrap_err();
    assert_eq!((error.code(), error.table()), (Code::InvalidConfig, Some(NAME)), "{error:?}");
    assert!(error.to_string().contains("its key is (pk, range) instead of (pk, sk)"), "{error}");
    assert_eq!(error.cause().unwrap().message, OF_KEYS);
    assert_eq!(operations(&script), ["GetItem", "DescribeTable"]);

    for (answer, code) in [
        (validation("Item size has exceeded the maximum allowed size"), Code::ItemTooLarge),
        (validation("Size of hashkey has exceeded the maximum size limit of2048 bytes"), Code::InvalidValue),
        (validation("Invalid FilterExpression"), Code::InvalidValue),
        (exception("AccessDeniedException", ""), Code::AccessDenied),
    ] {
        let (client, script) = declared(vec![answer]);
        assert_eq!(client.get(get()).await.unwrap_err().code(), code);
        assert_eq!(operations(&script), ["GetItem"]);
    }
    let (client, script) = declared(vec![done(json!({}))]);
    assert_eq!(client.get(get()).await.unwrap(), None);
    assert_eq!(operations(&script), ["GetItem"]);
}

#[tokio::test]
async fn a_look_that_is_denied_leaves_the_general_words() {
    let denied = || exception("AccessDeniedException", "not authorized to perform: dynamodb:DescribeTable");
    for (answer, code, words) in [
        (exception("ValidationException", OF_KEYS), Code::InvalidConfig, "permission dynamodb:DescribeTable"),
        (
            exception("ResourceNotFoundException", "gone"),
            Code::TableNotFound,
            "createTables(connection, definitions)",
        ),
        (
            exception("ValidationException", "The table does not have the specified index: GSI1"),
            Code::MissingIndex,
            "no index of that name",
        ),
    ] {
        let name = answer.clone();
        let (client, script) = declared(vec![answer, denied()]);
        let error = client.query(query()).await.unwrap_err();
        assert_eq!(error.code(), code, "{name:?}: {error:?}");
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(operations(&script), ["Query", "DescribeTable"]);
    }
}

#[tokio::test]
async fn keys_that_are_as_needed_make_it_the_values_fault() {
    // Another index of the table lacks, which has nothing to do with it.
    let (client, _) = declared(vec![
        exception("ValidationException", "One or more parameter values were invalid: Type mismatch for key"),
        description(|table| table["GlobalSecondaryIndexes"] = json!([])),
    ]);
    let error = client.get(get()).await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidValue, "{error:?}");
}

#[tokio::test]
async fn what_is_being_made_is_waited_for() {
    let not_found = || exception("ResourceNotFoundException", "Requested resource not found");
    let (client, _) =
        declared(vec![not_found(), description(|table| table["TableStatus"] = json!("CREATING"))]);
    assert_eq!(
        client.get(get()).await.unwrap_err().to_string(),
        "Table \"auth\": The table in region \"eu-central-1\" is not there yet, or not any more: it is CREATING. Wait for \
         it: `aws dynamodb wait table-exists --region eu-central-1 --table-name auth`."
    );
    let backfilling =
        exception("ValidationException", "Cannot read from backfilling global secondary index: GSI1");
    let creating = |table: &mut Json| table["GlobalSecondaryIndexes"][0]["IndexStatus"] = json!("CREATING");
    let (client, _) = declared(vec![backfilling, description(creating)]);
    let error = client.query(query()).await.unwrap_err();
    assert_eq!(error.code(), Code::MissingIndex);
    assert_eq!(
        error.to_string(),
        "Table \"auth\": The index \"GSI1\" of the table in region \"eu-central-1\" is not there yet, or not any more: it \
         is CREATING. Wait until it is ACTIVE, as `aws dynamodb describe-table --region eu-central-1 --table-name auth \
         --query \"Table.GlobalSecondaryIndexes[].[IndexName,IndexStatus]\"` says."
    );
}

#[tokio::test]
async fn an_index_takes_its_capacity_from_a_provisioned_table() {
    let missing = exception("ValidationException", "The table does not have the specified index: GSI1");
    let provisioned = |table: &mut Json| {
        table["GlobalSecondaryIndexes"] = json!([]);
        table["ProvisionedThroughput"] = json!({ "ReadCapacityUnits": 5, "WriteCapacityUnits": 2 });
    };
    let (client, _) = declared(vec![missing, description(provisioned)]);
    let error = client.query(query()).await.unwrap_err();
    let words = r#""ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":2}"#;
    assert!(error.to_string().contains(words), "{error}");
}

#[tokio::test]
async fn of_a_transaction_the_table_at_fault_is_named() {
    let put = |table: &str| {
        let put = aws_sdk_dynamodb::types::Put::builder().table_name(table).set_item(Some(key("a", "b")));
        TransactWriteItem::builder().put(put.build().unwrap()).build()
    };
    let both = |answers| {
        let (client, script) = client(answers);
        (client.for_tables_of(Arc::new(vec![table(NAME), table("claims")])), script)
    };
    let not_found = || exception("ResourceNotFoundException", "Requested resource not found");
    let (client, script) = both(vec![not_found(), description(|_| {}), not_found()]);
    let error = client.transact(vec![put(NAME), put(NAME), put("claims")]).await.unwrap_err();
    assert_eq!((error.code(), error.table()), (Code::TableNotFound, Some("claims")), "{error:?}");
    assert_eq!(operations(&script), ["TransactWriteItems", "DescribeTable", "DescribeTable"]);

    // The reason says which action it was.
    let name = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    let reasons = json!([{ "Code": "None" }, { "Code": "ValidationError", "Message": OF_KEYS }]);
    let cancelled = Answer::Http(400, json!({ "__type": name, "CancellationReasons": reasons }).to_string());
    let other = description(|table| table["KeySchema"][0]["AttributeName"] = json!("id"));
    let (client, script) = both(vec![cancelled, other]);
    let error = client.transact(vec![put(NAME), put("claims")]).await.unwrap_err();
    assert_eq!((error.code(), error.table()), (Code::InvalidConfig, Some("claims")), "{error:?}");
    assert_eq!(script.sent()[1].1, json!({ "TableName": "claims" }));
}
