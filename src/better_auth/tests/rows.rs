//! Rows come back as they went in, and what is unique stays so.

use super::*;
use crate::error::Code;
use crate::runtime::runtime;

fn ada(more: &[(&str, Value)]) -> Value {
    let mut user = record([
        ("id", "ada".into()),
        ("name", "Ada".into()),
        ("email", "ada@example.com".into()),
        ("emailVerified", Value::Bool(false)),
    ]);
    for (name, value) in more {
        user.set(*name, value.clone());
    }
    Value::Object(user)
}

#[test]
fn a_row_comes_back_as_it_went_in_and_null_where_nothing_was() {
    runtime().block_on(async {
        for stage in stages().await {
            let extra = object([
                ("deep", list([Value::Date(5), Value::Null, "2020-01-01T00:00:00.000Z".into()])),
                ("empty", object([])),
                ("tiny", list([Value::Number(-0.0), Value::Number(1e-200)])),
            ]);
            let row = record([
                ("id", "1".into()),
                ("name", "2020-01-01T00:00:00.000Z".into()),
                ("team", "".into()),
                ("age", Value::Number(0.1 + 0.2)),
                ("active", Value::Bool(true)),
                ("at", Value::Date(1_700_000_000_123)),
                ("tags", list(["a".into(), "".into()])),
                ("extra", extra),
            ]);
            let made = stage.create("thing", Value::Object(row.clone())).await.unwrap();
            assert_eq!(made, row);
            assert_eq!(stage.find("thing", vec![clause("id", "eq", "1".into())]).await, vec![row.clone()]);
            assert_eq!(stage.find("thing", vec![clause("team", "eq", "".into())]).await, vec![row]);

            let few =
                stage.create("thing", object([("id", "2".into()), ("name", Value::Null)])).await.unwrap();
            assert_eq!(few.len(), 8);
            assert!(few.iter().skip(1).all(|(_, value)| *value == Value::Null));
            let unnamed = stage.find("thing", vec![clause("name", "eq", Value::Null)]).await;
            assert_eq!(unnamed, vec![few]);
        }
    });
}

#[test]
fn what_an_index_held_can_become_null_or_empty_and_come_back() {
    runtime().block_on(async {
        for stage in stages().await {
            stage.create("thing", object([("id", "1".into()), ("name", "ada".into())])).await.unwrap();
            for name in [Value::Null, "".into(), "eve".into(), "".into(), Value::Null] {
                let mut arguments = asking("thing", vec![clause("id", "eq", "1".into())]);
                arguments.set("update", object([("name", name.clone())]));
                let row = row_of(stage.run(Operation::Update, arguments).await.unwrap());
                assert_eq!(row.get("name"), Some(&name), "{}", stage.name);
                let found = stage.find("thing", vec![clause("name", "eq", name.clone())]).await;
                assert_eq!(found, vec![row], "{}", stage.name);
            }
        }
    });
}

#[test]
fn an_email_belongs_to_one_user_and_moves_with_them() {
    runtime().block_on(async {
        for stage in stages().await {
            stage.create("user", ada(&[])).await.unwrap();
            let eve = |id: &str, email: &str| ada(&[("id", id.into()), ("email", email.into())]);
            let error = stage.create("user", eve("eve", "ada@example.com")).await.unwrap_err();
            assert_eq!(error.code(), Code::EmailExists, "{}: {error}", stage.name);
            assert!(error.to_string().contains("unique constraint"), "{error}");
            assert!(!error.to_string().contains("ada@"), "{error}");
            assert!(stage.find("user", vec![clause("id", "eq", "eve".into())]).await.is_empty());

            let mut change = asking("user", vec![clause("id", "eq", "ada".into())]);
            change.set("update", object([("email", "countess@example.com".into())]));
            let changed = row_of(stage.run(Operation::Update, change.clone()).await.unwrap());
            assert_eq!(changed.get_str("email"), Some("countess@example.com"));
            stage.create("user", eve("eve", "ada@example.com")).await.unwrap();
            change.set("update", object([("email", "ada@example.com".into())]));
            let error = stage.run(Operation::Update, change).await.unwrap_err();
            assert_eq!(error.code(), Code::EmailExists, "{}: {error}", stage.name);

            let found = stage.find("user", vec![clause("email", "eq", "countess@example.com".into())]).await;
            assert_eq!(found, vec![changed]);
            stage.run(Operation::DeleteMany, asking("user", vec![])).await.unwrap();
            stage.create("user", eve("new", "countess@example.com")).await.unwrap();
        }
    });
}

#[test]
fn a_taken_key_is_refused_and_keeps_its_row() {
    runtime().block_on(async {
        for stage in stages().await {
            let session = |id: &str, user: &str| {
                object([
                    ("id", id.into()),
                    ("token", "secret-token".into()),
                    ("userId", user.into()),
                    ("expiresAt", Value::Date(4_000_000_000_000)),
                ])
            };
            stage.create("session", session("1", "ada")).await.unwrap();
            let error = stage.create("session", session("2", "eve")).await.unwrap_err();
            assert_eq!(error.code(), Code::ConditionalCheckFailed);
            assert!(!error.to_string().contains("secret-token"), "{error}");
            let found = stage.find("session", vec![clause("token", "eq", "secret-token".into())]).await;
            assert_eq!(found[0].get_str("userId"), Some("ada"));
        }
    });
}

#[test]
fn a_key_that_changes_moves_the_row() {
    runtime().block_on(async {
        for stage in stages().await {
            let account = record([
                ("id", "1".into()),
                ("accountId", "old".into()),
                ("providerId", "github".into()),
                ("userId", "ada".into()),
                ("password", Value::Null),
            ]);
            stage.create("account", Value::Object(account)).await.unwrap();
            let mut arguments = asking("account", vec![clause("userId", "eq", "ada".into())]);
            arguments.set("update", object([("accountId", "new".into()), ("password", "hash".into())]));
            assert_eq!(stage.run(Operation::UpdateMany, arguments).await.unwrap(), number(1));
            let at = |id: &str| {
                vec![clause("providerId", "eq", "github".into()), clause("accountId", "eq", id.into())]
            };
            assert!(stage.find("account", at("old")).await.is_empty());
            let moved = stage.find("account", at("new")).await;
            assert_eq!(moved.len(), 1);
            assert_eq!(moved[0].get_str("password"), Some("hash"));
            assert_eq!(stage.find("account", vec![clause("id", "eq", "1".into())]).await, moved);
        }
    });
}

#[test]
fn a_sweep_is_left_to_ttl_where_there_is_one() {
    runtime().block_on(async {
        for stage in stages().await {
            let verification = object([
                ("id", "1".into()),
                ("identifier", "reset".into()),
                ("value", "v".into()),
                ("expiresAt", Value::Date(1_000_000)),
                ("createdAt", Value::Date(1_000_000)),
            ]);
            stage.create("verification", verification.clone()).await.unwrap();
            let sweep = asking("verification", vec![clause("expiresAt", "lt", Value::Date(2_000_000))]);
            let swept = stage.run(Operation::DeleteMany, sweep).await.unwrap();
            let notices = stage.adapter.take_notices();
            match stage.name {
                "zero" => {
                    assert_eq!(swept, number(0));
                    assert_eq!(notices, []);
                }
                _ => {
                    assert_eq!(swept, number(1));
                    assert_eq!(notices.len(), 1, "a scan is told");
                    assert!(notices[0].message.contains("expiresAt"), "{notices:?}");
                }
            }
            // What has ended does not stand in the way of the same again.
            stage.create("verification", verification).await.unwrap();
        }
    });
}

#[test]
fn an_embedded_database_gets_the_indexes_of_a_plugin_that_is_added_later() {
    runtime().block_on(async {
        let endpoint = format!("memory:{}", uuid::Uuid::new_v4());
        let client =
            || Client::new(ConnectionConfig { endpoint: Some(endpoint.clone()), ..Default::default() });
        let adapter =
            |config: &Record| Adapter::new(client(), Arc::new(Layout::new(config, &schema()).unwrap()));
        let before = adapter(&declared("x-"));
        before.run(Operation::Create, record([("model", "user".into()), ("data", ada(&[]))])).await.unwrap();

        let mut config = declared("x-");
        let index = object([("indexName", "by-name".into()), ("hashKey", "name".into())]);
        config.set("indexes", object([("user", object([("name", index)]))]));
        let after = adapter(&config);
        let found =
            after.run(Operation::FindMany, asking("user", vec![clause("name", "eq", "Ada".into())])).await;
        assert_eq!(rows_of(found.unwrap()).len(), 1);
        assert_eq!(after.take_notices(), [], "the index is used");
    });
}

#[test]
fn a_write_that_is_sent_again_recognises_itself() {
    use crate::better_auth::row::OP;

    runtime().block_on(async {
        for stage in stages().await {
            stage.create("user", ada(&[])).await.unwrap();
            let users = Arc::clone(stage.layout.model("user").unwrap());
            let key = || crate::client::Item::from([("id".to_owned(), aws("ada"))]);
            let guarded =
                asking("user", vec![clause("id", "eq", "ada".into()), clause("username", "eq", Value::Null)]);
            let mut update = guarded.clone();
            update.set("update", object([("name", "Countess".into())]));
            stage.run(Operation::Update, update).await.unwrap();
            let stored = stage.adapter.stored(&users, key()).await.unwrap().unwrap();
            assert!(stored.contains_key(OP), "a guarded update leaves its mark");

            let mut update = asking("user", vec![clause("id", "eq", "ada".into())]);
            update.set("update", object([("name", "Ada".into())]));
            stage.run(Operation::Update, update).await.unwrap();
            let again = stage.adapter.stored(&users, key()).await.unwrap().unwrap();
            assert_eq!(again.get(OP), stored.get(OP), "one by its key alone needs none");
        }
    });
}

fn aws(text: &str) -> crate::client::AttributeValue {
    crate::client::AttributeValue::S(text.to_owned())
}
