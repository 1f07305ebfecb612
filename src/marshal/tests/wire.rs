//! Values through the SDK and an engine: the embedded one, and another where `DYNAMODB_ENDPOINT` says where it is.

use aws_sdk_dynamodb::operation::get_item::GetItemInput;
use aws_sdk_dynamodb::operation::put_item::PutItemInput;
use aws_sdk_dynamodb::operation::update_item::UpdateItemInput;
use aws_sdk_dynamodb::types::ReturnValue;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{DATE, any_value, list, read_back, s, same, stored, wrapped, wrapped_in_lists};
use crate::client::{Client, Item, Write};
use crate::config::{ConnectionConfig, GivenCredentials};
use crate::marshal::{MAX_NESTED, Marks, from_attribute};
use crate::runtime::runtime;
use crate::tables::{KeySchema, TableDefinition, create_tables};
use crate::value::Value;

const TABLE: &str = "values";
const VALUE: &str = "value";
const MARKS: &str = "_as:value";

fn clients() -> Vec<Client> {
    let local = std::env::var("DYNAMODB_ENDPOINT").ok();
    let endpoints = [Some(format!("memory:{}", uuid::Uuid::new_v4())), local];
    endpoints.into_iter().flatten().map(connect).collect()
}

fn connect(endpoint: String) -> Client {
    let client = Client::new(ConnectionConfig {
        endpoint: Some(endpoint),
        region: Some("eu-central-1".to_owned()),
        credentials: Some(GivenCredentials::Static {
            access_key_id: "test".to_owned(),
            secret_access_key: "test".to_owned(),
            session_token: None,
        }),
        ..ConnectionConfig::default()
    });
    let table = TableDefinition {
        name: TABLE.to_owned(),
        key: KeySchema { partition_key: "pk".to_owned(), sort_key: None },
        indexes: Vec::new(),
        number_attributes: Vec::new(),
        ttl_attribute: None,
    };
    runtime().block_on(create_tables(&client, &[table])).unwrap();
    client
}

fn key(pk: &str) -> Item {
    Item::from([("pk".to_owned(), s(pk))])
}

async fn put(client: &Client, pk: &str, attributes: Item) -> crate::Result<()> {
    let item = key(pk).into_iter().chain(attributes).collect();
    let put = PutItemInput::builder().table_name(TABLE).set_item(Some(item));
    assert_eq!(client.put(put).await?, Write::Done(None));
    Ok(())
}

/// Sets attributes of an item, which is made where it is missing; the item as it is then.
async fn update(client: &Client, pk: &str, attributes: Item) -> crate::Result<Item> {
    let mut update = UpdateItemInput::builder()
        .table_name(TABLE)
        .set_key(Some(key(pk)))
        .return_values(ReturnValue::AllNew);
    let mut set = Vec::new();
    for (at, (name, value)) in attributes.into_iter().enumerate() {
        set.push(format!("#{at} = :{at}"));
        update = update
            .expression_attribute_names(format!("#{at}"), name)
            .expression_attribute_values(format!(":{at}"), value);
    }
    match client.update(update.update_expression(format!("SET {}", set.join(", ")))).await? {
        Write::Done(Some(item)) => Ok(item),
        other => panic!("{other:?}"),
    }
}

async fn get(client: &Client, pk: &str) -> Item {
    let get = GetItemInput::builder().table_name(TABLE).set_key(Some(key(pk))).consistent_read(true);
    client.get(get).await.unwrap().unwrap()
}

fn attributes(value: &Value) -> Item {
    let (attribute, marks) = stored(value);
    let mut attributes = Item::from([(VALUE.to_owned(), attribute)]);
    if !marks.is_empty() {
        attributes.insert(MARKS.to_owned(), marks.to_attribute());
    }
    attributes
}

fn value(mut item: Item) -> Value {
    let marks = item.get(MARKS).map(Marks::from_attribute).unwrap_or_default();
    from_attribute(item.remove(VALUE).unwrap(), &marks)
}

#[test]
fn every_value_comes_back() {
    for client in clients() {
        let mut runner = TestRunner::new(Config { cases: 150, ..Config::default() });
        let done = runner.run(&any_value(), |expected| {
            runtime().block_on(async {
                put(&client, "put", attributes(&expected)).await.unwrap();
                let read = value(get(&client, "put").await);
                prop_assert!(same(&read, &expected), "{:?}\n{:?}", read, expected);
                // An engine may answer an update with what was sent, and a read with what it made of it.
                let pk = uuid::Uuid::new_v4().to_string();
                let answered = value(update(&client, &pk, attributes(&expected)).await.unwrap());
                prop_assert!(same(&answered, &expected), "{:?}\n{:?}", answered, expected);
                let read = value(get(&client, &pk).await);
                prop_assert!(same(&read, &expected), "{:?}\n{:?}", read, expected);
                Ok(())
            })
        });
        done.unwrap();
    }
}

#[test]
fn numbers_come_back_at_the_edges_of_what_dynamodb_holds() {
    let edge = 1e126_f64.next_down();
    for client in clients() {
        for number in [1e-130, -1e-130, edge, -edge, 1e-131, 1e126, f64::MAX, 5e-324, 0.0, -0.0, 1e23] {
            let expected = list([Value::Number(number), Value::Number(-number)]);
            runtime().block_on(async {
                put(&client, "edge", attributes(&expected)).await.unwrap();
                assert!(same(&value(get(&client, "edge").await), &expected), "{number:e}");
            });
        }
    }
}

/// Ours is the limit that the engines have: what is just within is taken by them, what is just beyond is not.
#[test]
fn engines_nest_as_deep_and_no_deeper() {
    use aws_sdk_dynamodb::types::AttributeValue;
    let innermost_list = wrapped_in_lists(MAX_NESTED - 1, list([]));
    for client in clients() {
        for fits in [wrapped(MAX_NESTED), innermost_list.clone()] {
            runtime().block_on(async {
                put(&client, "deep", attributes(&fits)).await.unwrap();
                assert!(same(&value(get(&client, "deep").await), &fits));
                update(&client, "deep", attributes(&fits)).await.unwrap();
            });
            let deeper = AttributeValue::L(vec![AttributeValue::L(vec![stored(&fits).0])]);
            let deeper = Item::from([(VALUE.to_owned(), deeper)]);
            runtime().block_on(async {
                put(&client, "deeper", deeper.clone()).await.unwrap_err();
                update(&client, "deeper", deeper).await.unwrap_err();
            });
        }
    }
}

#[test]
fn engines_have_no_empty_names() {
    use aws_sdk_dynamodb::types::AttributeValue;
    for client in clients() {
        let odd = AttributeValue::M([(String::new(), s(DATE))].into());
        runtime().block_on(put(&client, "odd", Item::from([(VALUE.to_owned(), odd)]))).unwrap_err();
    }
    // So they are stored as pairs.
    let odd = super::object([("", Value::from(DATE))]);
    assert!(same(&read_back(&odd), &odd));
}
