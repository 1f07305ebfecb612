//! The Auth.js adapter as a plain object of nineteen own functions: Auth.js takes them by `Object.keys` and calls them
//! without `this`.
#![allow(unsafe_code)] // Callbacks of Node-API are C functions.

use std::cell::OnceCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;

use napi::sys;

use super::connection::{Connection, Start};
use super::environment::{Environment, Work, panicked};
use super::js::{Env, Failure, Js, Result, Visibility, arguments};
use super::read::from_js;
use crate::authjs::{Adapter, Options, SessionAndUser};
use crate::value::{Record, Value};

/// As many arguments as a method has at most.
const MOST_ARGUMENTS: usize = 2;

struct Method {
    name: &'static str,
    /// The names of its arguments, for messages: those of Auth.js's interface.
    arguments: &'static [&'static str],
    run: fn(Adapter, [Value; MOST_ARGUMENTS]) -> Work,
}

macro_rules! methods {
    ($list:ident: $($name:literal => $method:ident($($argument:literal),+);)+) => {
        const $list: &[Method] = &[$(Method {
            name: $name,
            arguments: &[$($argument),+],
            run: |adapter, values| {
                Box::pin(async move {
                    let mut values = values.into_iter();
                    let answer = adapter
                        .$method($({
                            let _named = $argument;
                            values.next().unwrap_or(Value::Undefined)
                        }),+)
                        .await?;
                    Ok(answer.into_value())
                })
            },
        }),+];
    };
}

methods! { METHODS:
    "createUser" => create_user("user");
    "getUser" => get_user("id");
    "getUserByEmail" => get_user_by_email("email");
    "getUserByAccount" => get_user_by_account("account");
    "updateUser" => update_user("user");
    "deleteUser" => delete_user("userId");
    "linkAccount" => link_account("account");
    "unlinkAccount" => unlink_account("account");
    "getAccount" => get_account("providerAccountId", "provider");
    "createSession" => create_session("session");
    "getSessionAndUser" => get_session_and_user("sessionToken");
    "updateSession" => update_session("session");
    "deleteSession" => delete_session("sessionToken");
    "createVerificationToken" => create_verification_token("verificationToken");
    "useVerificationToken" => use_verification_token("params");
    "createAuthenticator" => create_authenticator("authenticator");
    "getAuthenticator" => get_authenticator("credentialID");
    "listAuthenticatorsByUserId" => list_authenticators_by_user_id("userId");
    "updateAuthenticatorCounter" => update_authenticator_counter("credentialID", "newCounter");
}

// Not of Auth.js's interface, so not enumerable: what takes the adapter apart finds the nineteen.
methods! { MORE_METHODS:
    "listSessionsByUserId" => list_sessions_by_user_id("userId");
    "listAccountsByUserId" => list_accounts_by_user_id("userId");
    "deleteAuthenticator" => delete_authenticator("credentialID");
}

/// What a method answers, as a value.
trait Answer {
    fn into_value(self) -> Value;
}

impl Answer for Record {
    fn into_value(self) -> Value {
        Value::Object(self)
    }
}

impl<T: Answer> Answer for Option<T> {
    fn into_value(self) -> Value {
        self.map_or(Value::Null, T::into_value)
    }
}

impl<T: Answer> Answer for Vec<T> {
    fn into_value(self) -> Value {
        Value::List(self.into_iter().map(T::into_value).collect())
    }
}

impl Answer for SessionAndUser {
    fn into_value(self) -> Value {
        let mut answer = Record::new();
        answer.set("session", Value::Object(self.session));
        answer.set("user", Value::Object(self.user));
        Value::Object(answer)
    }
}

/// What the nineteen functions of one adapter share.
struct Shared {
    environment: Rc<Environment>,
    connection: Rc<Connection>,
    options: Options,
    adapter: OnceCell<Adapter>,
}

struct MethodOf {
    method: &'static Method,
    shared: Rc<Shared>,
}

/// The object.
pub(super) fn create(
    environment: &Rc<Environment>,
    connection: Rc<Connection>,
    options: Options,
) -> Result<Js> {
    let env = environment.env;
    let object = env.object()?;
    let environment = Rc::clone(environment);
    let shared = Rc::new(Shared { environment, connection, options, adapter: OnceCell::new() });
    for (methods, visibility) in [(METHODS, Visibility::Enumerable), (MORE_METHODS, Visibility::Hidden)] {
        for method in methods {
            let data = Box::new(MethodOf { method, shared: Rc::clone(&shared) });
            let function = env.function(method.name, called, data)?;
            env.define_property(object, env.string(method.name)?, function, visibility)?;
        }
    }
    Ok(object)
}

impl MethodOf {
    fn call(&self, given: [Js; MOST_ARGUMENTS]) -> Result<Js> {
        let Shared { environment, connection, .. } = &*self.shared;
        connection.call(environment, self.start(given))
    }

    /// Reads the arguments, now; what is done with them later does not matter.
    fn start(&self, given: [Js; MOST_ARGUMENTS]) -> Result<Start> {
        let (method, shared) = (self.method, Rc::clone(&self.shared));
        let mut values = [Value::Undefined, Value::Undefined];
        for ((name, given), value) in method.arguments.iter().zip(given).zip(&mut values) {
            *value = from_js(&shared.environment, name, given).map_err(|failure| match failure {
                Failure::Ours(error) => {
                    Failure::Ours(error.during(method.name).on_table(&shared.options.table_name))
                }
                Failure::Thrown => Failure::Thrown,
            })?;
        }
        Ok(Box::new(move |client| {
            let adapter = match shared.adapter.get() {
                Some(adapter) => adapter,
                None => {
                    let adapter = Adapter::new(client.clone(), shared.options.clone())?;
                    shared.adapter.get_or_init(|| adapter)
                }
            };
            Ok((method.run)(adapter.clone(), values))
        }))
    }
}

/// The callback of all nineteen functions of all adapters.
unsafe extern "C" fn called(raw: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: these come from Node, and all functions with this callback are made by `create` with a `MethodOf`.
    let (env, called) = unsafe { (Env::from_raw(raw), arguments::<MethodOf, MOST_ARGUMENTS>(raw, info)) };
    let answered = called.and_then(|(given, method)| {
        catch_unwind(AssertUnwindSafe(|| method.call(given))).unwrap_or_else(|panic| {
            method.shared.connection.call(
                &method.shared.environment,
                Err(Failure::Ours(panicked(&*panic).during(method.method.name))),
            )
        })
    });
    match answered {
        Ok(promise) => promise.0,
        // Not even a promise could be made: the environment is being taken down.
        Err(Failure::Ours(error)) => {
            if let Ok(words) = env.string(&error.to_string()) {
                env.throw(words);
            }
            ptr::null_mut()
        }
        Err(Failure::Thrown) => ptr::null_mut(),
    }
}
