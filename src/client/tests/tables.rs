//! Making tables: what is asked, what is waited for, and what is left alone.

use serde_json::{Value as Json, json};

use super::scripted::*;
use super::*;
use crate::error::Code;
use crate::runtime::runtime;
use crate::tables::create_tables;

const NAME: &str = "auth";

fn schema(partition: &str, sort: &str) -> Json {
    json!([{ "AttributeName": partition, "KeyType": "HASH" }, { "AttributeName": sort, "KeyType": "RANGE" }])
}

/// A description as DynamoDB gives it.
fn description(status: &str, index_status: &str) -> Json {
    let attributes: Vec<_> = ["GSI1PK", "GSI1SK", "pk", "sk"]
        .iter()
        .map(|name| json!({ "AttributeName": name, "AttributeType": "S" }))
        .collect();
    json!({ "Table": {
        "TableName": NAME,
        "TableStatus": status,
        "KeySchema": schema("pk", "sk"),
        "AttributeDefinitions": attributes,
        "GlobalSecondaryIndexes": [{
            "IndexName": "GSI1",
            "IndexStatus": index_status,
            "KeySchema": schema("GSI1PK", "GSI1SK"),
            "Projection": { "ProjectionType": "ALL" },
        }],
    } })
}

fn active() -> Answer {
    done(description("ACTIVE", "ACTIVE"))
}

fn missing() -> Answer {
    exception("ResourceNotFoundException", "Requested resource not found: Table: auth not found")
}

fn ttl(status: &str, attribute: &str) -> Answer {
    done(json!({ "TimeToLiveDescription": { "TimeToLiveStatus": status, "AttributeName": attribute } }))
}

async fn make(answers: Vec<Answer>) -> (Result<Vec<String>>, Vec<(String, Json)>) {
    let (client, script) = client(answers);
    let outcome = create_tables(&client, &[table(NAME)]).await;
    assert_eq!(script.left(), 0, "{outcome:?}");
    (outcome, script.sent())
}

fn operations(sent: &[(String, Json)]) -> Vec<&str> {
    sent.iter().map(|(operation, _)| operation.as_str()).collect()
}

#[tokio::test]
async fn a_missing_table_is_made_waited_for_and_given_its_ttl() {
    let creating = done(description("CREATING", "CREATING"));
    let index_creating = done(description("ACTIVE", "CREATING"));
    let answers = vec![
        missing(),
        done(json!({})),
        missing(),
        creating,
        index_creating,
        active(),
        ttl("DISABLED", ""),
        done(json!({})),
    ];
    let (outcome, sent) = make(answers).await;
    assert_eq!(outcome.unwrap(), [NAME]);
    let waiting = ["DescribeTable"; 4];
    let expected =
        [&["DescribeTable", "CreateTable"][..], &waiting, &["DescribeTimeToLive", "UpdateTimeToLive"]];
    assert_eq!(operations(&sent), expected.concat());
    let attribute = |name| json!({ "AttributeName": name, "AttributeType": "S" });
    let wanted = json!({
        "TableName": NAME,
        "AttributeDefinitions": [attribute("GSI1PK"), attribute("GSI1SK"), attribute("pk"), attribute("sk")],
        "KeySchema": schema("pk", "sk"),
        "GlobalSecondaryIndexes": [{
            "IndexName": "GSI1",
            "KeySchema": schema("GSI1PK", "GSI1SK"),
            "Projection": { "ProjectionType": "ALL" },
        }],
        "BillingMode": "PAY_PER_REQUEST",
    });
    assert_eq!(sent[1].1, wanted);
    let specification = json!({ "Enabled": true, "AttributeName": "expires" });
    assert_eq!(sent[7].1, json!({ "TableName": NAME, "TimeToLiveSpecification": specification }));
}

#[tokio::test]
async fn a_table_that_is_there_is_left_alone() {
    for status in ["ENABLED", "ENABLING"] {
        let (outcome, sent) = make(vec![active(), ttl(status, "expires")]).await;
        assert_eq!(outcome.unwrap(), Vec::<String>::new());
        assert_eq!(operations(&sent), ["DescribeTable", "DescribeTimeToLive"]);
    }
    let updating = done(description("UPDATING", "UPDATING"));
    let (outcome, _) = make(vec![updating, ttl("ENABLED", "expires")]).await;
    assert_eq!(outcome.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn another_may_make_it_at_the_same_time() {
    let in_use = exception("ResourceInUseException", "Table already exists: auth");
    let on = exception("ValidationException", "TimeToLive is already enabled");
    let (outcome, _) = make(vec![missing(), in_use.clone(), active(), ttl("DISABLED", ""), on]).await;
    assert_eq!(outcome.unwrap(), Vec::<String>::new());

    // Another one, perhaps.
    let mut other = description("ACTIVE", "ACTIVE");
    other["Table"]["KeySchema"] = schema("id", "range");
    let (outcome, _) = make(vec![missing(), in_use, done(other)]).await;
    assert_eq!(outcome.unwrap_err().code(), Code::InvalidConfig);
}

#[tokio::test]
async fn a_table_that_differs_says_how() {
    let changed = |change: &dyn Fn(&mut Json)| {
        let mut found = description("ACTIVE", "ACTIVE");
        change(&mut found["Table"]);
        done(found)
    };
    let index = |table: &mut Json, name: &str, value: Json| table["GlobalSecondaryIndexes"][0][name] = value;
    for (found, words) in [
        (
            changed(&|table| table["KeySchema"] = schema("id", "sk")),
            "its key is (id, sk) instead of (pk, sk)",
        ),
        (
            changed(&|table| table["KeySchema"] = json!([{ "AttributeName": "pk", "KeyType": "HASH" }])),
            "its key is (pk) instead of (pk, sk)",
        ),
        (changed(&|table| table["GlobalSecondaryIndexes"] = json!([])), "it has no index \"GSI1\""),
        (
            changed(&|table| index(table, "KeySchema", schema("GSI1PK", "sk"))),
            "the key of its index \"GSI1\" is (GSI1PK, sk) instead of (GSI1PK, GSI1SK)",
        ),
        (
            changed(&|table| index(table, "Projection", json!({ "ProjectionType": "KEYS_ONLY" }))),
            "its index \"GSI1\" projects only keys instead of all attributes",
        ),
        (
            changed(&|table| table["AttributeDefinitions"][2]["AttributeType"] = json!("N")),
            "the key attribute \"pk\" is a number (N) instead of a string (S)",
        ),
    ] {
        let (outcome, sent) = make(vec![found]).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.code(), error.table()), (Code::InvalidConfig, Some(NAME)));
        assert!(error.to_string().contains(words), "{words}: {error}");
        assert_eq!(operations(&sent), ["DescribeTable"]);
    }
    let (outcome, _) = make(vec![active(), ttl("ENABLED", "deleteAt")]).await;
    assert!(outcome.unwrap_err().to_string().contains("\"deleteAt\" instead of \"expires\""));
}

#[tokio::test]
async fn what_is_not_allowed_is_named() {
    let denied = || exception("AccessDeniedException", "");
    for (before, action) in [
        (vec![], "dynamodb:DescribeTable"),
        (vec![missing()], "dynamodb:CreateTable"),
        (vec![active()], "dynamodb:DescribeTimeToLive"),
        (vec![active(), ttl("DISABLED", "")], "dynamodb:UpdateTimeToLive"),
    ] {
        let (outcome, _) = make(before.into_iter().chain([denied()]).collect()).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.code(), Code::AccessDenied);
        assert!(error.to_string().contains(&format!("Allow {action} on the table")), "{error}");
    }
}

#[test]
fn a_second_run_changes_nothing() {
    runtime().block_on(async {
        for client in behavior::engines() {
            let names = [0; 2].map(|_| format!("dynauth-{}", uuid::Uuid::new_v4()));
            let tables = [
                table(&names[0]),
                TableDefinition { indexes: vec![], ttl_attribute: None, ..table(&names[1]) },
            ];
            assert_eq!(create_tables(&client, &tables).await.unwrap(), names);
            assert_eq!(create_tables(&client, &tables).await.unwrap(), Vec::<String>::new());
            let mut other = tables[1].clone();
            other.key.sort_key = None;
            let error = create_tables(&client, &[other]).await.unwrap_err();
            assert!(error.to_string().contains("its key is (pk, sk) instead of (pk)"), "{error}");
        }
    });
}
