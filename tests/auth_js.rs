//! The Auth.js adapter's behaviour, on the embedded engine, and on the server that `DYNAMODB_ENDPOINT` names if it is set.
//! No Node here: the same stories through the addon are in `__test__`.

use std::sync::Arc;

use aws_sdk_dynamodb::operation::delete_item::DeleteItemInput;
use aws_sdk_dynamodb::operation::get_item::GetItemInput;
use aws_sdk_dynamodb::operation::put_item::PutItemInput;
use aws_sdk_dynamodb::types::AttributeValue;
use dynauth::authjs::{Adapter, Options};
use dynauth::client::{Client, Item};
use dynauth::config::{ConnectionConfig, Environment, GivenCredentials};
use dynauth::tables::create_tables;
use dynauth::{Code, Record, Value};

/// An adapter over a table of its own, and a way to look behind it.
struct Bench {
    adapter: Adapter,
    client: Client,
    options: Options,
}

/// Connections are kept alive on the crate's own runtime, so that is where a story is told.
fn on_each_engine(story: impl AsyncFn(String)) {
    let embedded = format!("memory:{}", uuid::Uuid::new_v4());
    for endpoint in std::iter::once(embedded).chain(std::env::var("DYNAMODB_ENDPOINT").ok()) {
        dynauth::runtime::runtime().block_on(story(endpoint));
    }
}

async fn bench(endpoint: &str, change: impl Fn(&mut Options)) -> Bench {
    let mut options = Options { table_name: format!("auth-{}", uuid::Uuid::new_v4()), ..Options::default() };
    change(&mut options);
    let client = Client::new(ConnectionConfig {
        endpoint: Some(endpoint.to_owned()),
        region: Some("eu-central-1".into()),
        credentials: Some(GivenCredentials::Static {
            access_key_id: "key".into(),
            secret_access_key: "secret".into(),
            session_token: None,
        }),
        environment: Arc::new(Environment::new()),
        ..ConnectionConfig::default()
    });
    create_tables(&client, &[options.table()]).await.unwrap();
    Bench { adapter: Adapter::new(client.clone(), options.clone()).unwrap(), client, options }
}

impl Bench {
    fn key(&self, pk: &str, sk: &str) -> Item {
        [(self.options.partition_key.clone(), pk), (self.options.sort_key.clone(), sk)]
            .into_iter()
            .map(|(name, value)| (name, AttributeValue::S(value.to_owned())))
            .collect()
    }

    async fn item(&self, pk: &str, sk: &str) -> Option<Item> {
        let get =
            GetItemInput::builder().table_name(&self.options.table_name).set_key(Some(self.key(pk, sk)));
        self.client.get(get.consistent_read(true)).await.unwrap()
    }

    /// As an adapter without claims writes.
    async fn put(&self, pk: &str, sk: &str, attributes: &[(&str, &str)]) {
        let mut item = self.key(pk, sk);
        item.extend(
            attributes.iter().map(|(name, value)| (name.to_string(), AttributeValue::S(value.to_string()))),
        );
        let put = PutItemInput::builder().table_name(&self.options.table_name).set_item(Some(item));
        self.client.put(put).await.unwrap();
    }

    async fn delete(&self, pk: &str, sk: &str) {
        let delete =
            DeleteItemInput::builder().table_name(&self.options.table_name).set_key(Some(self.key(pk, sk)));
        self.client.delete(delete).await.unwrap();
    }
}

fn object<const N: usize>(properties: [(&str, Value); N]) -> Value {
    Value::Object(properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn user(id: &str, email: &str) -> Value {
    object([("id", id.into()), ("email", email.into())])
}

fn session(user_id: &str, token: &str) -> Value {
    object([
        ("userId", user_id.into()),
        ("sessionToken", token.into()),
        ("expires", Value::Date(4_102_444_800_123)),
    ])
}

fn account(user_id: &str, provider: &str, id: &str) -> Value {
    object([
        ("userId", user_id.into()),
        ("provider", provider.into()),
        ("providerAccountId", id.into()),
        ("type", "oauth".into()),
    ])
}

fn identity(provider: &str, id: &str) -> Value {
    object([("provider", provider.into()), ("providerAccountId", id.into())])
}

fn id(user: &Record) -> &str {
    user.get_str("id").unwrap()
}

#[test]
fn a_user_comes_back_by_id_and_by_email() {
    on_each_engine(async |endpoint| {
        let bench = bench(&endpoint, |_| {}).await;
        let made = bench
            .adapter
            .create_user(object([("email", "a@b.c".into()), ("emailVerified", Value::Null)]))
            .await
            .unwrap();
        assert_eq!(id(&made).len(), 36);
        assert_eq!(bench.adapter.get_user(id(&made).into()).await.unwrap().as_ref(), Some(&made));
        assert_eq!(bench.adapter.get_user_by_email("a@b.c".into()).await.unwrap().as_ref(), Some(&made));
        let claim = bench.item("EMAIL#a@b.c", "EMAIL#a@b.c").await.unwrap();
        assert_eq!(claim["userId"].as_s().unwrap(), id(&made));
        assert_eq!(claim["type"].as_s().unwrap(), "CLAIM");
    });
}

#[test]
fn what_identifies_nothing_finds_nobody() {
    on_each_engine(async |endpoint| {
        let bench = bench(&endpoint, |_| {}).await;
        bench.adapter.create_user(object([("id", "1".into())])).await.unwrap();
        let item = bench.item("USER#1", "USER#1").await.unwrap();
        assert!(!item.contains_key("GSI1PK"), "no email, no key on the index");
        for nothing in
            [Value::Undefined, Value::Null, "".into(), Value::Number(1.5), "undefined".into(), object([])]
        {
            assert_eq!(bench.adapter.get_user_by_email(nothing.clone()).await.unwrap(), None);
            assert_eq!(bench.adapter.get_user(nothing.clone()).await.unwrap(), None);
            assert_eq!(bench.adapter.get_user_by_account(nothing.clone()).await.unwrap(), None);
            assert_eq!(bench.adapter.use_verification_token(nothing.clone()).await.unwrap(), None);
            assert_eq!(bench.adapter.delete_user(nothing).await.unwrap(), None);
        }
        assert_eq!(bench.adapter.get_user(Value::from("x".repeat(3000))).await.unwrap(), None);
        // A number is an id, as its decimal text; it is no email.
        assert_eq!(bench.adapter.get_user_by_email(Value::Number(1.0)).await.unwrap(), None);
        assert!(bench.adapter.get_user(Value::Number(1.0)).await.unwrap().is_some());
    });
}

#[test]
fn of_many_sign_ups_with_one_email_one_makes_a_user() {
    on_each_engine(async |endpoint| {
        let bench = bench(&endpoint, |_| {}).await;
        let tries: Vec<_> = (0..12)
            .map(|n| {
                let adapter = bench.adapter.clone();
                tokio::spawn(async move { adapter.create_user(user(&format!("u{n}"), "a@b.c")).await })
            })
            .collect();
        let mut made = 0;
        for task in tries {
            match task.await.unwrap() {
                Ok(_) => made += 1,
                Err(error) => assert_eq!(error.code(), Code::EmailExists, "{error}"),
            }
        }
        assert_eq!(made, 1);
    });
}

#[test]
fn a_claim_without_its_user_locks_nobody_out() {
    on_each_engine(async |endpoint| {
        let bench = bench(&endpoint, |_| {}).await;
        bench.adapter.create_user(user("old", "a@b.c")).await.unwrap();
        bench.delete("USER#old", "USER#old").await;
        bench.adapter.create_user(user("new", "a@b.c")).await.unwrap();
        let claim = bench.item("EMAIL#a@b.c", "EMAIL#a@b.c").await.unwrap();
        assert_eq!(claim["userId"].as_s().unwrap(), "new");

        bench.adapter.link_account(account("new", "github", "7")).await.unwrap();
        bench.delete("USER#new", "ACCOUNT#github#7").await;
        bench.adapter.create_user(user("third", "c@b.c")).await.unwrap();
        bench.adapter.link_account(account("third", "github", "7")).await.unwrap();
        let found = bench.adapter.get_user_by_account(identity("github", "7")).await.unwrap();
        assert_eq!(id(&found.unwrap()), "third");

        bench.delete("USER#third", "USER#third").await;
        bench.adapter.create_user(user("fourth", "d@b.c")).await.unwrap();
        bench.adapter.link_account(account("fourth", "github", "7")).await.unwrap();
        assert_eq!(bench.item("USER#third", "ACCOUNT#github#7").await, None, "the account of nobody is gone");
    });
}

#[test]
fn users_and_accounts_without_a_claim_keep_what_is_theirs() {
    on_each_engine(async |endpoint| {
        let bench = bench(&endpoint, |_| {}).await;
        let keys = [("GSI1PK", "USER#a@b.c"), ("GSI1SK", "USER#a@b.c")];
        bench
            .put(
                "USER#1",
                "USER#1",
                &[&keys[..], &[("id", "1"), ("email", "a@b.c"), ("type", "USER")]].concat(),
            )
            .await;
        let refused = bench.adapter.create_user(user("2", "a@b.c")).await.unwrap_err();
        assert_eq!(refused.code(), Code::EmailExists);
        bench.adapter.create_user(user("2", "b@b.c")).await.unwrap();
        let refused = bench.adapter.update_user(user("2", "a@b.c")).await.unwrap_err();
        assert_eq!(refused.code(), Code::EmailExists);

        let keys =
            [("GSI1PK", "ACCOUNT#github"), ("GSI1SK", "ACCOUNT#7"), ("userId", "1"), ("provider", "github")];
        bench.put("USER#1", "ACCOUNT#github#7", &[&keys[..], &[("providerAccountId", "7")]].concat()).await;
        let refused = bench.adapter.link_account(account("2", "github", "7")).await.unwrap_err();
        assert_eq!(refused.code(), Code::AccountExists);
        let found = bench.adapter.get_user_by_account(identity("github", "7")).await.unwrap();
        assert_eq!(id(&found.unwrap()), "1");
    });
}

#[test]
fn a_changed_email_is_found_by_its_new_value_only_and_frees_the_old_one() {
    on_each_engine(async |endpoint| {
        let bench = bench(&endpoint, |_| {}).await;
        bench.adapter.create_user(user("1", "old@b.c")).await.unwrap();
        let changed = object([("id", "1".into()), ("email", "new@b.c".into()), ("name", "N".into())]);
        let changed = bench.adapter.update_user(changed).await.unwrap();
        assert_eq!(changed.get_str("name"), Some("N"));
        assert_eq!(bench.adapter.get_user_by_email("new@b.c".into()).await.unwrap(), Some(changed));
        assert_eq!(bench.adapter.get_user_by_email("old@b.c".into()).await.unwrap(), None);
        bench.adapter.create_user(user("2", "old@b.c")).await.unwrap();
        let taken = bench.adapter.update_user(user("2", "new@b.c")).await.unwrap_err();
        assert_eq!(taken.code(), Code::EmailExists);

        let without =
            bench.adapter.update_user(object([("id", "1".into()), ("email", Value::Null)])).await.unwrap();
        assert_eq!(without.get("email"), Some(&Value::Null));
        assert_eq!(bench.item("EMAIL#new@b.c", "EMAIL#new@b.c").await, None);
        assert!(!bench.item("USER#1", "USER#1").await.unwrap().contains_key("GSI1PK"));
        bench.adapter.update_user(user("2", "new@b.c")).await.unwrap();
    });
}

#[test]
fn updating_nobody_writes_nothing() {
    on_each_engine(async |endpoint| {
        let bench = bench(&endpoint, |_| {}).await;
        for change in [
            user("1", "a@b.c"),
            object([("id", "1".into()), ("name", "N".into())]),
            object([("id", "1".into())]),
        ] {
            assert_eq!(bench.adapter.update_user(change).await.unwrap_err().code(), Code::UserNotFound);
        }
        assert_eq!(bench.item("USER#1", "USER#1").await, None);
        assert_eq!(bench.item("EMAIL#a@b.c", "EMAIL#a@b.c").await, None);
        let unnamed = bench.adapter.update_user(object([("name", "N".into())])).await.unwrap_err();
        assert_eq!(unnamed.code(), Code::InvalidValue);
        assert!(unnamed.to_string().contains("`user.id`"), "{unnamed}");
    });
}

#[test]
fn an_update_leaves_alone_what_is_undefined() {
    on_each_engine(async |endpoint| {
        let bench = bench(&endpoint, |_| {}).await;
        bench
            .adapter
            .create_user(object([("id", "1".into()), ("name", "N".into()), ("email", "a@b.c".into())]))
            .await
            .unwrap();
        let change = object([
            ("id", "1".into()),
            ("name", Value::Undefined),
            ("email", Value::Undefined),
            ("a b.c#", Value::Bool(true)),
        ]);
        let changed = bench.adapter.update_user(change).await.unwrap();
        assert_eq!(changed.get_str("name"), Some("N"));
        assert_eq!(changed.get("a b.c#"), Some(&Value::Bool(true)));
        assert_eq!(bench.adapter.get_user("1".into()).await.unwrap(), Some(changed));
    });
}

#[test]
fn a_session_lives_until_it_is_deleted_and_is_never_brought_back() {
    on_each_engine(async |endpoint| {
        let bench = bench(&endpoint, |_| {}).await;
        let owner = bench.adapter.create_user(user("1", "a@b.c")).await.unwrap();
        let made = bench.adapter.create_session(session("1", "t")).await.unwrap();
        let item = bench.item("USER#1", "SESSION#t").await.unwrap();
        assert_eq!(item["expires"].as_n().unwrap(), "4102444800");
        assert_eq!(item["_expiresMs"].as_n().unwrap(), "4102444800123");
        let found = bench.adapter.get_session_and_user("t".into()).await.unwrap().unwrap();
        assert_eq!((found.session, found.user), (made.clone(), owner));

        let later = Value::Date(4_202_444_800_000);
        let change = object([("sessionToken", "t".into()), ("expires", later.clone())]);
        let updated = bench.adapter.update_session(change.clone()).await.unwrap().unwrap();
        assert_eq!(updated.get("expires"), Some(&later));
        assert!(!bench.item("USER#1", "SESSION#t").await.unwrap().contains_key("_expiresMs"));

        assert_eq!(bench.adapter.delete_session("t".into()).await.unwrap(), Some(updated));
        assert_eq!(bench.adapter.update_session(change).await.unwrap(), None);
        assert_eq!(bench.adapter.delete_session("t".into()).await.unwrap(), None);
        assert_eq!(bench.adapter.get_session_and_user("t".into()).await.unwrap(), None);
        assert_eq!(bench.item("USER#1", "SESSION#t").await, None);
    });
}

#[test]
fn a_token_of_many_callers_is_used_once() {
    on_each_engine(async |endpoint| {
        let bench = bench(&endpoint, |_| {}).await;
        let token = object([
            ("identifier", "a@b.c".into()),
            ("token", "t".into()),
            ("expires", Value::Date(4_102_444_800_000)),
        ]);
        let made = bench.adapter.create_verification_token(token).await.unwrap();
        let tries: Vec<_> = (0..20)
            .map(|_| {
                let adapter = bench.adapter.clone();
                let request = object([("identifier", "a@b.c".into()), ("token", "t".into())]);
                tokio::spawn(async move { adapter.use_verification_token(request).await.unwrap() })
            })
            .collect();
        let mut got = Vec::new();
        for task in tries {
            got.extend(task.await.unwrap());
        }
        assert_eq!(got, [made]);
    });
}

#[test]
fn deleting_a_user_takes_everything_of_it() {
    on_each_engine(async |endpoint| {
        let bench = bench(&endpoint, |options| options.partition_key = "part".into()).await;
        let made = bench.adapter.create_user(user("1", "a@b.c")).await.unwrap();
        for n in 0..60 {
            bench.adapter.create_session(session("1", &format!("t{n}"))).await.unwrap();
        }
        bench.adapter.link_account(account("1", "github", "7")).await.unwrap();
        bench
            .adapter
            .create_authenticator(object([("userId", "1".into()), ("credentialID", "c".into())]))
            .await
            .unwrap();
        assert_eq!(bench.adapter.delete_user("1".into()).await.unwrap(), Some(made));
        assert_eq!(bench.adapter.list_sessions_by_user_id("1".into()).await.unwrap(), []);
        assert_eq!(bench.adapter.list_accounts_by_user_id("1".into()).await.unwrap(), []);
        assert_eq!(bench.adapter.list_authenticators_by_user_id("1".into()).await.unwrap(), []);
        assert_eq!(bench.item("EMAIL#a@b.c", "EMAIL#a@b.c").await, None);
        assert_eq!(bench.item("ACCOUNT#github#7", "ACCOUNT#github#7").await, None);
        assert_eq!(bench.adapter.delete_user("1".into()).await.unwrap(), None);
    });
}

#[test]
fn an_account_has_one_user_and_is_free_again_once_unlinked() {
    on_each_engine(async |endpoint| {
        let bench = bench(&endpoint, |_| {}).await;
        bench.adapter.create_user(user("1", "a@b.c")).await.unwrap();
        bench.adapter.create_user(user("2", "b@b.c")).await.unwrap();
        let linked = bench.adapter.link_account(account("1", "github", "7")).await.unwrap();
        bench.adapter.link_account(account("1", "github", "7")).await.unwrap();
        let refused = bench.adapter.link_account(account("2", "github", "7")).await.unwrap_err();
        assert_eq!(refused.code(), Code::AccountExists);
        assert_eq!(
            bench.adapter.get_account("7".into(), "github".into()).await.unwrap().as_ref(),
            Some(&linked)
        );
        assert_eq!(bench.adapter.get_account("7".into(), "google".into()).await.unwrap(), None);
        assert_eq!(bench.adapter.unlink_account(identity("github", "7")).await.unwrap(), Some(linked));
        assert_eq!(bench.adapter.unlink_account(identity("github", "7")).await.unwrap(), None);
        assert_eq!(bench.adapter.get_user_by_account(identity("github", "7")).await.unwrap(), None);
        bench.adapter.link_account(account("2", "github", "7")).await.unwrap();
    });
}

#[test]
fn a_passkey_keeps_its_counter() {
    on_each_engine(async |endpoint| {
        let bench = bench(&endpoint, |_| {}).await;
        let made =
            object([("userId", "1".into()), ("credentialID", "c".into()), ("counter", Value::Number(0.0))]);
        let made = bench.adapter.create_authenticator(made).await.unwrap();
        assert_eq!(bench.adapter.get_authenticator("c".into()).await.unwrap(), Some(made));
        let counted =
            bench.adapter.update_authenticator_counter("c".into(), Value::Number(7.0)).await.unwrap();
        assert_eq!(counted.get("counter"), Some(&Value::Number(7.0)));
        assert_eq!(bench.adapter.list_authenticators_by_user_id("1".into()).await.unwrap(), [counted]);
        let missing =
            bench.adapter.update_authenticator_counter("x".into(), Value::Number(7.0)).await.unwrap_err();
        assert_eq!(missing.code(), Code::AuthenticatorNotFound);
    });
}

#[test]
fn properties_called_like_our_attributes_come_back_as_they_went_in() {
    on_each_engine(async |endpoint| {
        let bench = bench(&endpoint, |options| {
            options.partition_key = "email".into();
            options.index_sort_key = "name".into();
        })
        .await;
        let properties = [
            "id",
            "email",
            "name",
            "type",
            "pk",
            "sk",
            "GSI1PK",
            "expires",
            "_own:type",
            "_as:id",
            "_expiresMs",
            "",
        ];
        let record: Record = properties.iter().map(|name| (name.to_string(), Value::from("1"))).collect();
        let mut record = record;
        record.set("expires", Value::Number(1.0));
        record.set("at", "2024-01-01T00:00:00.000Z");
        record.set("since", Value::Date(0));
        let made = bench.adapter.create_user(Value::Object(record.clone())).await.unwrap();
        let found = bench.adapter.get_user("1".into()).await.unwrap().unwrap();
        assert_eq!(found, made);
        for (name, value) in record.iter() {
            assert_eq!(found.get(name), Some(value), "{name}");
        }
        assert_eq!(found.len(), record.len());
        let item = bench.item("USER#1", "USER#1").await.unwrap();
        assert!(!item.contains_key("expires"), "TTL must never see a number there on a user");
    });
}

#[test]
fn an_error_says_operation_table_and_remedy_and_no_value() {
    on_each_engine(async |endpoint| {
        let bench = bench(&endpoint, |_| {}).await;
        bench.adapter.create_user(user("1", "secret@b.c")).await.unwrap();
        let error = bench.adapter.create_user(user("2", "secret@b.c")).await.unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(
            text.starts_with(&format!(
                "createUser on table \"{}\": another user has this email. ",
                bench.options.table_name
            )),
            "{text}"
        );
        assert!(!text.contains("secret"), "{text}");
        let missing =
            bench.adapter.create_session(object([("sessionToken", "hidden".into()), ("userId", "1".into())]));
        let error = missing.await.unwrap_err();
        assert_eq!(error.code(), Code::InvalidValue);
        assert!(error.to_string().contains("`session.expires`"), "{error}");
        assert!(!format!("{error:?}").contains("hidden"));
    });
}
