//! A call of each method, for counting what it takes.

use std::pin::Pin;

use tokio::runtime::Runtime;

use super::{object, record};
use crate::better_auth::{self, Operation};
use crate::error::{Error, Result};
use crate::value::Value;
use crate::{authjs, secondary_storage};

/// The adapters on a table where everything that the calls are about is, which answers at once.
pub struct Scene {
    authjs: authjs::Adapter,
    better_auth: better_auth::Adapter,
    secondary_storage: secondary_storage::SecondaryStorage,
}

impl Scene {
    /// Makes the adapters.
    pub async fn open() -> Result<Scene> {
        Ok(Scene {
            authjs: super::authjs().await?,
            better_auth: super::better_auth().await?,
            secondary_storage: super::secondary_storage().await?,
        })
    }

    async fn run<const N: usize>(
        &self,
        operation: Operation,
        arguments: [(&str, Value); N],
    ) -> Result<Value> {
        self.better_auth.run(operation, record(arguments)).await
    }
}

/// A call under way, which says in the end whether it found what it is about.
type Finding<'a> = Pin<Box<dyn Future<Output = Result<bool>> + 'a>>;

/// A method and a call of it.
#[derive(Debug)]
pub struct Call {
    /// Its name, after that of the module if it is not one of Auth.js's.
    pub name: &'static str,
    begin: for<'a> fn(&'a Scene) -> Finding<'a>,
}

impl Call {
    /// Calls it once. Panics if it does not find what it is about.
    pub fn run(&self, runtime: &Runtime, scene: &Scene) {
        let found = runtime.block_on((self.begin)(scene));
        assert!(matches!(found, Ok(true)), "{}: {found:?}", self.name);
    }

    /// What is recorded for it in a list of bounds: 0, which nothing stays within, if nothing is.
    pub fn bound(&self, bounds: &[(&str, u64)]) -> u64 {
        bounds.iter().find(|(name, _)| *name == self.name).map_or(0, |(_, bound)| *bound)
    }
}

/// Calls, each by what it is called, and whether it found what it is about.
macro_rules! calls {
    ($($name:literal: |$scene:ident| $found:expr;)+) => {
        /// A call of each method.
        pub const CALLS: &[Call] = &[$(Call {
            name: $name,
            begin: |$scene| Box::pin(async move { Ok::<bool, Error>($found) }),
        }),+];
    };
}

calls! {
    "createUser": |scene| {
        let user = object([("email", "new@example.com".into()), ("emailVerified", Value::Null)]);
        scene.authjs.create_user(user).await?.get("id").is_some()
    };
    "getUser": |scene| scene.authjs.get_user("user-1".into()).await?.is_some();
    "getUserByEmail": |scene| scene.authjs.get_user_by_email("ada@example.com".into()).await?.is_some();
    "getUserByAccount": |scene| scene.authjs.get_user_by_account(account()).await?.is_some();
    "updateUser": |scene| {
        let user = object([("id", "user-1".into()), ("name", "Grace Hopper".into())]);
        scene.authjs.update_user(user).await?.get("email").is_some()
    };
    "deleteUser": |scene| scene.authjs.delete_user("user-1".into()).await?.is_some();
    "linkAccount": |scene| {
        let account = object([
            ("userId", "user-1".into()),
            ("type", "oauth".into()),
            ("provider", "github".into()),
            ("providerAccountId", "1".into()),
        ]);
        scene.authjs.link_account(account).await?.get("provider").is_some()
    };
    "unlinkAccount": |scene| scene.authjs.unlink_account(account()).await?.is_some();
    "getAccount": |scene| scene.authjs.get_account("1".into(), "github".into()).await?.is_some();
    "createSession": |scene| {
        let session = object([
            ("sessionToken", "session-1".into()),
            ("userId", "user-1".into()),
            ("expires", Value::Date(EXPIRES)),
        ]);
        scene.authjs.create_session(session).await?.get("userId").is_some()
    };
    "getSessionAndUser": |scene| scene.authjs.get_session_and_user("session-1".into()).await?.is_some();
    "updateSession": |scene| {
        let session = object([("sessionToken", "session-1".into()), ("expires", Value::Date(EXPIRES))]);
        scene.authjs.update_session(session).await?.is_some()
    };
    "deleteSession": |scene| scene.authjs.delete_session("session-1".into()).await?.is_some();
    "createVerificationToken": |scene| {
        let token = object([
            ("identifier", "ada@example.com".into()),
            ("token", "token-1".into()),
            ("expires", Value::Date(EXPIRES)),
        ]);
        scene.authjs.create_verification_token(token).await?.get("token").is_some()
    };
    "useVerificationToken": |scene| {
        let token = object([("identifier", "ada@example.com".into()), ("token", "token-1".into())]);
        scene.authjs.use_verification_token(token).await?.is_some()
    };
    "createAuthenticator": |scene| {
        let authenticator = object([
            ("userId", "user-1".into()),
            ("credentialID", "credential-1".into()),
            ("providerAccountId", "credential-1".into()),
            ("credentialPublicKey", "key".into()),
            ("counter", Value::Number(1.0)),
            ("credentialDeviceType", "singleDevice".into()),
            ("credentialBackedUp", Value::Bool(false)),
        ]);
        scene.authjs.create_authenticator(authenticator).await?.get("counter").is_some()
    };
    "getAuthenticator": |scene| scene.authjs.get_authenticator("credential-1".into()).await?.is_some();
    "updateAuthenticatorCounter": |scene| {
        let counter = Value::Number(2.0);
        scene.authjs.update_authenticator_counter("credential-1".into(), counter).await?.get("counter").is_some()
    };
    "deleteAuthenticator": |scene| scene.authjs.delete_authenticator("credential-1".into()).await?.is_some();
    "listAuthenticatorsByUserId": |scene| {
        scene.authjs.list_authenticators_by_user_id("user-1".into()).await?.len() == 1
    };
    "listSessionsByUserId": |scene| scene.authjs.list_sessions_by_user_id("user-1".into()).await?.len() == 1;
    "listAccountsByUserId": |scene| scene.authjs.list_accounts_by_user_id("user-1".into()).await?.len() == 1;

    "better-auth create": |scene| {
        let data = object([
            ("id", "session-1".into()),
            ("expiresAt", Value::Date(EXPIRES)),
            ("token", "token-1".into()),
            ("userId", "user-1".into()),
        ]);
        is_row(&scene.run(Operation::Create, [("model", "session".into()), ("data", data)]).await?)
    };
    "better-auth findOne": |scene| {
        is_row(&scene.run(Operation::FindOne, [("model", "session".into()), by("token", "token-1")]).await?)
    };
    "better-auth findMany": |scene| {
        let asked = [("model", "session".into()), by("userId", "user-1")];
        matches!(scene.run(Operation::FindMany, asked).await?, Value::List(rows) if rows.len() == 1)
    };
    "better-auth count": |scene| {
        let asked = [("model", "session".into()), by("userId", "user-1")];
        scene.run(Operation::Count, asked).await? == Value::Number(1.0)
    };
    "better-auth update": |scene| {
        let update = object([("name", "Grace Hopper".into())]);
        let asked = [("model", "user".into()), by("id", "user-1"), ("update", update)];
        is_row(&scene.run(Operation::Update, asked).await?)
    };
    "better-auth updateMany": |scene| {
        let update = object([("ipAddress", "192.0.2.1".into())]);
        let asked = [("model", "session".into()), by("userId", "user-1"), ("update", update)];
        scene.run(Operation::UpdateMany, asked).await? == Value::Number(1.0)
    };
    "better-auth delete": |scene| {
        let asked = [("model", "session".into()), by("token", "token-1")];
        scene.run(Operation::Delete, asked).await? == Value::Undefined
    };
    "better-auth deleteMany": |scene| {
        let asked = [("model", "session".into()), by("userId", "user-1")];
        scene.run(Operation::DeleteMany, asked).await? == Value::Number(1.0)
    };
    "better-auth consumeOne": |scene| {
        is_row(&scene.run(Operation::ConsumeOne, [("model", "session".into()), by("token", "token-1")]).await?)
    };
    "better-auth incrementOne": |scene| {
        let increment = object([("count", Value::Number(1.0))]);
        let asked = [("model", "rateLimit".into()), by("key", "limit-1"), ("increment", increment)];
        is_row(&scene.run(Operation::IncrementOne, asked).await?)
    };
    "better-auth transaction": |scene| {
        let transaction = scene.better_auth.begin();
        let update = object([("name", "Grace Hopper".into())]);
        let asked = record([("model", "user".into()), by("id", "user-1"), ("update", update)]);
        is_row(&transaction.run(Operation::Update, asked).await?) && transaction.commit().await? == 1
    };

    "secondary storage get": |scene| scene.secondary_storage.get("key-1".into()).await?.is_some();
    "secondary storage set": |scene| {
        scene.secondary_storage.set("key-1".into(), "value".into(), Value::Number(60.0)).await?;
        true
    };
    "secondary storage delete": |scene| {
        scene.secondary_storage.delete("key-1".into()).await?;
        true
    };
    "secondary storage getAndDelete": |scene| {
        scene.secondary_storage.get_and_delete("key-1".into()).await?.is_some()
    };
    "secondary storage increment": |scene| {
        scene.secondary_storage.increment("counter-1".into(), Value::Number(60.0)).await? == 2.0
    };
}

/// In 2033, in milliseconds.
const EXPIRES: i64 = 1_999_999_999_000;

fn account() -> Value {
    object([("provider", "github".into()), ("providerAccountId", "1".into())])
}

/// A where clause of one condition, as an argument.
fn by(field: &str, value: &str) -> (&'static str, Value) {
    let condition = object([
        ("field", field.into()),
        ("operator", "eq".into()),
        ("connector", "AND".into()),
        ("value", value.into()),
    ]);
    ("where", Value::List(vec![condition]))
}

fn is_row(answer: &Value) -> bool {
    matches!(answer, Value::Object(_))
}
