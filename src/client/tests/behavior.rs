//! What the adapters build on, on each engine.

use aws_sdk_dynamodb::types::{Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure};

use super::*;
use crate::runtime::runtime;
use crate::tables::create_tables;

/// The engines to run on, without tables: the embedded one, and the one that `DYNAMODB_ENDPOINT` names.
pub(super) fn engines() -> Vec<Client> {
    let mut engines = vec![at(format!("memory:{}", uuid::Uuid::new_v4()))];
    engines.extend(std::env::var("DYNAMODB_ENDPOINT").ok().map(at));
    engines
}

/// A table on an engine.
struct Fixture {
    client: Client,
    table: String,
}

/// A new table on each of the engines.
async fn fixtures() -> Vec<Fixture> {
    let mut fixtures = Vec::new();
    for client in engines() {
        let name = format!("dynauth-{}", uuid::Uuid::new_v4());
        if !client.is_embedded() {
            drop(create_tables(&client, &[table(&name)]).await.unwrap());
        }
        let client = client.for_tables_of(Arc::new(vec![table(&name)]));
        fixtures.push(Fixture { client, table: name });
    }
    fixtures
}

impl Fixture {
    fn put(&self, item: Item) -> PutItemInputBuilder {
        PutItemInputBuilder::default().table_name(&self.table).set_item(Some(item))
    }

    fn get(&self, key: Item) -> GetItemInputBuilder {
        GetItemInputBuilder::default().table_name(&self.table).set_key(Some(key)).consistent_read(true)
    }

    fn partition(&self, pk: &str) -> QueryInputBuilder {
        QueryInputBuilder::default()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", s(pk))
    }

    fn put_if_new(&self, item: Item) -> TransactWriteItem {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build();
        TransactWriteItem::builder().put(put.unwrap()).build()
    }
}

#[test]
fn an_item_comes_back_as_it_was_put() {
    runtime().block_on(async {
        for on in fixtures().await {
            let client = &on.client;
            let stored = item(&[("pk", "a"), ("sk", "b"), ("name", ""), ("é", "ü")]);
            assert_eq!(client.put(on.put(stored.clone())).await.unwrap(), Write::Done(None));
            assert_eq!(client.get(on.get(key("a", "b"))).await.unwrap(), Some(stored));
            assert_eq!(client.get(on.get(key("a", "c"))).await.unwrap(), None);
        }
    });
}

#[test]
fn conditions_that_are_not_met_are_answers() {
    runtime().block_on(async {
        for on in fixtures().await {
            let client = &on.client;
            let new = || on.put(key("a", "b")).condition_expression("attribute_not_exists(pk)");
            assert_eq!(client.put(new()).await.unwrap(), Write::Done(None));
            assert_eq!(client.put(new()).await.unwrap(), Write::ConditionFailed(None));

            let update = |pk: &str| {
                UpdateItemInputBuilder::default()
                    .table_name(&on.table)
                    .set_key(Some(key(pk, "b")))
                    .update_expression("SET #n = :n")
                    .condition_expression("attribute_exists(pk)")
                    .expression_attribute_names("#n", "name")
                    .expression_attribute_values(":n", s("new"))
                    .return_values(ReturnValue::AllNew)
            };
            let updated = item(&[("pk", "a"), ("sk", "b"), ("name", "new")]);
            assert_eq!(client.update(update("a")).await.unwrap(), Write::Done(Some(updated.clone())));
            assert_eq!(client.update(update("z")).await.unwrap(), Write::ConditionFailed(None));
            assert_eq!(client.get(on.get(key("z", "b"))).await.unwrap(), None);

            let delete = || {
                DeleteItemInputBuilder::default()
                    .table_name(&on.table)
                    .set_key(Some(key("a", "b")))
                    .condition_expression("attribute_exists(pk)")
                    .return_values(ReturnValue::AllOld)
            };
            assert_eq!(client.delete(delete()).await.unwrap(), Write::Done(Some(updated)));
            assert_eq!(client.delete(delete()).await.unwrap(), Write::ConditionFailed(None));
        }
    });
}

#[test]
fn a_write_whose_condition_failed_says_what_was_there_if_it_is_asked() {
    runtime().block_on(async {
        for on in fixtures().await {
            let client = &on.client;
            let stored = item(&[("pk", "a"), ("sk", "b"), ("name", "old")]);
            client.put(on.put(stored.clone())).await.unwrap();
            let is_new = "attribute_not_exists(pk)";
            let all_old = ReturnValuesOnConditionCheckFailure::AllOld;

            let put = on.put(key("a", "b")).condition_expression(is_new);
            let put = put.return_values_on_condition_check_failure(all_old.clone());
            assert_eq!(client.put(put).await.unwrap(), Write::ConditionFailed(Some(stored.clone())));

            let update = UpdateItemInputBuilder::default()
                .table_name(&on.table)
                .set_key(Some(key("a", "b")))
                .update_expression("REMOVE extra")
                .condition_expression(is_new)
                .return_values_on_condition_check_failure(all_old.clone());
            assert_eq!(client.update(update).await.unwrap(), Write::ConditionFailed(Some(stored.clone())));

            let delete = |sk: &str, condition: &str| {
                DeleteItemInputBuilder::default()
                    .table_name(&on.table)
                    .set_key(Some(key("a", sk)))
                    .condition_expression(condition)
                    .return_values_on_condition_check_failure(all_old.clone())
            };
            let refused = client.delete(delete("b", is_new)).await.unwrap();
            assert_eq!(refused, Write::ConditionFailed(Some(stored)));
            let absent = client.delete(delete("c", "attribute_exists(pk)")).await.unwrap();
            assert_eq!(absent, Write::ConditionFailed(None));
        }
    });
}

#[test]
fn a_transaction_does_all_or_says_which_condition_failed() {
    runtime().block_on(async {
        for on in fixtures().await {
            let client = &on.client;
            let claim = item(&[("pk", "EMAIL#x"), ("sk", "EMAIL#x"), ("owner", "1")]);
            let user = |id: &str| on.put_if_new(key(id, id));
            let both = |id: &str| vec![user(id), on.put_if_new(claim.clone())];
            assert_eq!(client.transact(both("1")).await.unwrap(), Transaction::Done);
            assert_eq!(
                client.transact(both("2")).await.unwrap(),
                Transaction::ConditionFailed(vec![Check::Passed, Check::Failed(Some(claim))])
            );
            assert_eq!(client.get(on.get(key("2", "2"))).await.unwrap(), None);
        }
    });
}

#[test]
fn a_query_follows_its_pages() {
    runtime().block_on(async {
        for on in fixtures().await {
            let client = &on.client;
            let filling = "x".repeat(100_000);
            for n in 0..25 {
                let one = item(&[("pk", "p"), ("sk", &format!("{n:02}")), ("filling", &filling)]);
                client.put(on.put(one)).await.unwrap();
            }
            let found = client.query(on.partition("p")).await.unwrap();
            let sort_keys: Vec<_> = found.iter().map(|item| item["sk"].as_s().unwrap().as_str()).collect();
            let expected: Vec<_> = (0..25).map(|n| format!("{n:02}")).collect();
            assert_eq!(sort_keys, expected);
        }
    });
}

#[test]
fn a_query_of_an_index_with_a_limit_ends() {
    runtime().block_on(async {
        for on in fixtures().await {
            let client = &on.client;
            for n in 0..5 {
                let n = n.to_string();
                client
                    .put(on.put(item(&[("pk", &n), ("sk", &n), ("GSI1PK", "g"), ("GSI1SK", "g")])))
                    .await
                    .unwrap();
            }
            let index = QueryInputBuilder::default()
                .table_name(&on.table)
                .index_name("GSI1")
                .key_condition_expression("GSI1PK = :g")
                .expression_attribute_values(":g", s("g"))
                .limit(1);
            assert_eq!(client.query(index).await.unwrap().len(), 5);
        }
    });
}

#[test]
fn batches_of_any_size_are_read_and_deleted() {
    runtime().block_on(async {
        for on in fixtures().await {
            let client = &on.client;
            let keys: Vec<_> = (0..250).map(|n| key("p", &format!("{n:03}"))).collect();
            for key in &keys {
                client.put(on.put(key.clone())).await.unwrap();
            }
            // Twice each, and some that are not there.
            let mut asked = keys.clone();
            asked.extend(keys.clone());
            asked.push(key("p", "none"));
            assert_eq!(client.batch_get(&on.table, asked.clone(), true).await.unwrap().len(), 250);
            client.batch_delete(&on.table, asked).await.unwrap();
            assert_eq!(client.query(on.partition("p")).await.unwrap(), Vec::<Item>::new());
            assert_eq!(client.batch_get(&on.table, keys, true).await.unwrap(), Vec::<Item>::new());
            client.batch_delete(&on.table, Vec::new()).await.unwrap();
        }
    });
}

#[test]
fn a_transaction_of_many_deletes() {
    runtime().block_on(async {
        for on in fixtures().await {
            let client = &on.client;
            let keys: Vec<_> = (0..100).map(|n| key("p", &format!("{n:03}"))).collect();
            for key in &keys {
                client.put(on.put(key.clone())).await.unwrap();
            }
            let delete = |key: &Item| {
                let delete = Delete::builder().table_name(&on.table).set_key(Some(key.clone())).build();
                TransactWriteItem::builder().delete(delete.unwrap()).build()
            };
            assert_eq!(client.transact(keys.iter().map(delete).collect()).await.unwrap(), Transaction::Done);
            assert_eq!(client.query(on.partition("p")).await.unwrap().len(), 0);
        }
    });
}

#[test]
fn of_many_at_once_one_wins() {
    runtime().block_on(async {
        for on in fixtures().await {
            let client = &on.client;
            let racing = (0..50).map(|n| {
                let client = client.clone();
                let owner = n.to_string();
                let action = on.put_if_new(item(&[("pk", "EMAIL#x"), ("sk", "EMAIL#x"), ("owner", &owner)]));
                tokio::spawn(async move { client.transact(vec![action]).await.unwrap() })
            });
            let mut won = 0;
            for racer in racing.collect::<Vec<_>>() {
                won += usize::from(racer.await.unwrap() == Transaction::Done);
            }
            assert_eq!(won, 1);

            client.put(on.put(key("count", "count"))).await.unwrap();
            let racing = (0..50).map(|_| {
                let client = client.clone();
                let update = UpdateItemInputBuilder::default()
                    .table_name(&on.table)
                    .set_key(Some(key("count", "count")))
                    .update_expression("ADD n :one")
                    .expression_attribute_values(":one", AttributeValue::N("1".into()));
                tokio::spawn(async move { client.update(update).await.unwrap() })
            });
            for racer in racing.collect::<Vec<_>>() {
                racer.await.unwrap();
            }
            let counted = client.get(on.get(key("count", "count"))).await.unwrap().unwrap();
            assert_eq!(counted["n"], AttributeValue::N("50".into()));
        }
    });
}
