//! Many at once, and transactions.

use super::*;
use crate::error::Code;
use crate::runtime::runtime;

async fn at_once<F, Fut>(count: usize, run: F) -> Vec<Result<Value>>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = Result<Value>> + Send + 'static,
{
    let tasks: Vec<_> = (0..count).map(|at| tokio::spawn(run(at))).collect();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

async fn a_user(stage: &Stage, logins: i32) {
    let user = object([
        ("id", "ada".into()),
        ("name", "Ada".into()),
        ("email", "ada@example.com".into()),
        ("emailVerified", Value::Bool(true)),
        ("logins", number(logins)),
    ]);
    stage.create("user", user).await.unwrap();
}

#[test]
fn of_twenty_that_consume_one_row_one_gets_it() {
    runtime().block_on(async {
        for stage in stages().await {
            a_user(&stage, 0).await;
            for by in ["id", "email"] {
                let value = if by == "id" { "ada" } else { "ada@example.com" };
                let adapter = stage.adapter.clone();
                let outcomes = at_once(20, |_| {
                    let (adapter, ask) =
                        (adapter.clone(), asking("user", vec![clause(by, "eq", value.into())]));
                    async move { adapter.run(Operation::ConsumeOne, ask).await }
                })
                .await;
                let won = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Value::Object(_)))).count();
                let lost = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Value::Null))).count();
                assert_eq!((won, lost), (1, 19), "{}, by {by}", stage.name);
                a_user(&stage, 0).await;
            }
        }
    });
}

#[test]
fn fifty_that_count_count_fifty_and_a_guard_is_not_passed() {
    runtime().block_on(async {
        for stage in stages().await {
            a_user(&stage, 0).await;
            let count = |guard: Option<i32>| {
                let mut clauses = vec![clause("email", "eq", "ada@example.com".into())];
                clauses.extend(guard.map(|most| clause("logins", "lt", number(most))));
                let mut arguments = asking("user", clauses);
                arguments.set("increment", object([("logins", number(1))]));
                let adapter = stage.adapter.clone();
                async move { adapter.run(Operation::IncrementOne, arguments).await }
            };
            let outcomes = at_once(50, |_| count(None)).await;
            let mut counts: Vec<f64> = outcomes
                .into_iter()
                .map(|outcome| match row_of(outcome.unwrap()).get("logins") {
                    Some(Value::Number(logins)) => *logins,
                    other => panic!("{other:?}"),
                })
                .collect();
            counts.sort_by(f64::total_cmp);
            assert_eq!(counts, (1..=50).map(f64::from).collect::<Vec<_>>(), "{}", stage.name);
            let outcomes = at_once(30, |_| count(Some(60))).await;
            let won = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Value::Object(_)))).count();
            assert_eq!(won, 10, "{}", stage.name);
        }
    });
}

#[test]
fn of_twenty_that_sign_up_with_one_email_one_is_made() {
    runtime().block_on(async {
        for stage in stages().await {
            let adapter = stage.adapter.clone();
            let outcomes = at_once(20, |at| {
                let user = object([
                    ("id", Value::String(format!("user-{at}"))),
                    ("name", "Ada".into()),
                    ("email", "ada@example.com".into()),
                    ("emailVerified", Value::Bool(false)),
                ]);
                let (adapter, arguments) =
                    (adapter.clone(), record([("model", "user".into()), ("data", user)]));
                async move { adapter.run(Operation::Create, arguments).await }
            })
            .await;
            assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{}", stage.name);
            for error in outcomes.into_iter().filter_map(Result::err) {
                assert_eq!(error.code(), Code::EmailExists, "{error}");
            }
            assert_eq!(stage.find("user", vec![]).await.len(), 1);
        }
    });
}

#[test]
fn a_transaction_sees_its_own_writes_and_nobody_else_does_before_the_end() {
    runtime().block_on(async {
        for stage in stages().await {
            a_user(&stage, 1).await;
            let transaction = stage.adapter.begin();
            let run = |operation, arguments| transaction.run(operation, arguments);
            let session = |token: &str| {
                object([
                    ("id", Value::String(format!("id-{token}"))),
                    ("token", token.into()),
                    ("userId", "ada".into()),
                    ("expiresAt", Value::Date(4_000_000_000_000)),
                ])
            };
            for token in ["one", "two", "three"] {
                let made = record([("model", "session".into()), ("data", session(token))]);
                run(Operation::Create, made).await.unwrap();
            }
            let of_ada = || asking("session", vec![clause("userId", "eq", "ada".into())]);
            assert_eq!(run(Operation::Count, of_ada()).await.unwrap(), number(3));
            assert_eq!(stage.find("session", vec![clause("userId", "eq", "ada".into())]).await.len(), 0);

            let one = asking("session", vec![clause("token", "eq", "one".into())]);
            run(Operation::Delete, one.clone()).await.unwrap();
            assert_eq!(run(Operation::FindOne, one).await.unwrap(), Value::Null);
            let mut named = asking("user", vec![clause("email", "eq", "ada@example.com".into())]);
            named.set(
                "update",
                object([("name", "Countess".into()), ("email", "countess@example.com".into())]),
            );
            run(Operation::Update, named.clone()).await.unwrap();
            assert_eq!(run(Operation::FindOne, named).await.unwrap(), Value::Null);
            let again = asking("user", vec![clause("email", "eq", "countess@example.com".into())]);
            let user = row_of(run(Operation::FindOne, again).await.unwrap());
            assert_eq!(user.get_str("name"), Some("Countess"));
            let made = record([("model", "session".into()), ("data", session("two"))]);
            let error = run(Operation::Create, made).await.unwrap_err();
            assert_eq!(error.code(), Code::ConditionalCheckFailed, "a duplicate is known at once");

            transaction.commit().await.unwrap();
            let mut tokens: Vec<_> = stage.find("session", vec![clause("userId", "eq", "ada".into())]).await;
            tokens.sort_by_key(|row| row.get_str("token").unwrap().to_owned());
            let tokens: Vec<_> = tokens.iter().map(|row| row.get_str("token").unwrap()).collect();
            assert_eq!(tokens, ["three", "two"], "{}", stage.name);
            let found = stage.find("user", vec![clause("email", "eq", "countess@example.com".into())]).await;
            assert_eq!(found, vec![user]);
            assert_eq!(transaction.commit().await.unwrap_err().code(), Code::TransactionFailed);
        }
    });
}

#[test]
fn what_another_has_changed_meanwhile_cancels_the_transaction() {
    runtime().block_on(async {
        for stage in stages().await {
            a_user(&stage, 1).await;
            let transaction = stage.adapter.begin();
            let mut renamed = asking("user", vec![clause("id", "eq", "ada".into())]);
            renamed.set("update", object([("name", "Mine".into())]));
            transaction.run(Operation::Update, renamed.clone()).await.unwrap();
            renamed.set("update", object([("name", "Another's".into())]));
            stage.run(Operation::Update, renamed).await.unwrap();
            let error = transaction.commit().await.unwrap_err();
            assert_eq!(error.code(), Code::TransactionFailed, "{}: {error}", stage.name);
            let user = &stage.find("user", vec![]).await[0];
            assert_eq!(user.get_str("name"), Some("Another's"));
        }
    });
}

#[test]
fn a_row_that_was_found_and_is_then_updated_must_be_as_it_was_found() {
    runtime().block_on(async {
        for stage in stages().await {
            a_user(&stage, 1).await;
            let transaction = stage.adapter.begin();
            let by_email = asking("user", vec![clause("email", "eq", "ada@example.com".into())]);
            transaction.run(Operation::FindOne, by_email).await.unwrap();
            let mut update = asking("user", vec![clause("id", "eq", "ada".into())]);
            update.set("update", object([("logins", number(7))]));
            stage.run(Operation::Update, update.clone()).await.unwrap();
            update.set("update", object([("logins", number(2))]));
            transaction.run(Operation::Update, update).await.unwrap();
            assert_eq!(
                transaction.commit().await.unwrap_err().code(),
                Code::TransactionFailed,
                "{}",
                stage.name
            );
            assert_eq!(stage.find("user", vec![]).await[0].get("logins"), Some(&number(7)));
        }
    });
}

#[test]
fn a_transaction_that_deletes_many_rows_lets_their_claims_go_after_it() {
    runtime().block_on(async {
        for stage in stages().await {
            let session = |at: usize| {
                object([
                    ("id", Value::String(format!("id-{at}"))),
                    ("token", Value::String(format!("token-{at}"))),
                    ("userId", "ada".into()),
                    ("expiresAt", Value::Date(4_000_000_000_000)),
                ])
            };
            for at in 0..60 {
                stage.create("session", session(at)).await.unwrap();
            }
            let transaction = stage.adapter.begin();
            let of_ada = asking("session", vec![clause("userId", "eq", "ada".into())]);
            assert_eq!(transaction.run(Operation::DeleteMany, of_ada).await.unwrap(), number(60));
            assert_eq!(transaction.commit().await.unwrap(), 60, "{}", stage.name);
            assert!(stage.find("session", vec![]).await.is_empty());
            for at in 0..60 {
                stage.create("session", session(at)).await.unwrap();
            }
        }
    });
}

#[test]
fn an_update_that_changes_nothing_keeps_the_row_as_it_is_until_the_end() {
    runtime().block_on(async {
        for stage in stages().await {
            a_user(&stage, 1).await;
            let mut same = asking("user", vec![clause("id", "eq", "ada".into())]);
            same.set("update", object([("name", "Ada".into())]));
            let alone = stage.adapter.begin();
            alone.run(Operation::Update, same.clone()).await.unwrap();
            alone.commit().await.unwrap();

            let disturbed = stage.adapter.begin();
            disturbed.run(Operation::Update, same.clone()).await.unwrap();
            same.set("update", object([("name", "Another's".into())]));
            stage.run(Operation::Update, same).await.unwrap();
            assert_eq!(
                disturbed.commit().await.unwrap_err().code(),
                Code::TransactionFailed,
                "{}",
                stage.name
            );
        }
    });
}

#[test]
fn a_transaction_that_is_too_large_sends_nothing() {
    runtime().block_on(async {
        for stage in stages().await {
            let transaction = stage.adapter.begin();
            for at in 0..101 {
                let thing = object([("id", Value::String(format!("{at}")))]);
                transaction
                    .run(Operation::Create, record([("model", "thing".into()), ("data", thing)]))
                    .await
                    .unwrap();
            }
            assert_eq!(transaction.commit().await.unwrap_err().code(), Code::TooManyItems);
            assert!(stage.find("thing", vec![]).await.is_empty(), "{}", stage.name);
        }
    });
}
