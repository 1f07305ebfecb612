//! Node-API: JavaScript values in and out, and nothing decided.
//!
//! | file | what it knows |
//! |---|---|
//! | `js` | Node-API's C functions |
//! | `environment`, `queue` | a JavaScript thread: calls under way, and how they end |
//! | `realm` | a load of the JavaScript side: its functions, and the constructors of its realm |
//! | `read`, `write`, `path` | JavaScript values ⇄ [`Value`] |
//! | `fields` | plain objects → options, settings, table definitions |
//! | `connection`, `credentials` | settings and credentials, which JavaScript has and the client wants |
//! | `function` | functions of JavaScript that are written in Rust |
//! | `methods` | an object of functions over a connection |
//! | `adapter` | the nineteen functions of the Auth.js adapter |
//! | `better_auth` | the functions of Better Auth's adapter, and of its transactions |
//! | `secondary_storage` | the five functions of Better Auth's secondary storage |
//! | `error` | our errors → instances of the JavaScript classes |
//!
//! What is exported here is for the package's own JavaScript (`js/addon.js`), not for users.

#![allow(unreachable_pub)] // What `#[napi]` exports is public to JavaScript, not to Rust.
#![cfg_attr(test, allow(dead_code))] // In tests, `#[napi]` registers nothing, so that nothing is used.

mod adapter;
mod better_auth;
mod connection;
mod credentials;
mod environment;
mod error;
mod fields;
mod function;
mod js;
mod methods;
mod path;
mod queue;
mod read;
mod realm;
mod secondary_storage;
mod write;

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use napi::bindgen_prelude::{External, FromNapiValue, Unknown};
use napi::{JsValue, Status, sys};
use napi_derive::napi;

use self::connection::{Connection, Start};
use self::environment::{Environment, panicked};
use self::fields::Fields;
use self::js::{Env, Failure, Js, Result};
use self::queue::Queue;
use self::read::from_js;
use self::realm::Realm;
use crate::error::{Code, Error};
use crate::value::{Record, Value};

/// A connection, as JavaScript holds it.
pub struct ConnectionHandle(Rc<Connection>);

/// A load of the JavaScript side, as that holds it.
pub struct RealmHandle(Rc<Realm>);

/// Takes what is written in JavaScript, once per load of it: the object of functions that [`Realm`] describes. The caller
/// holds that object for as long as anything made with the handle may be used.
#[napi]
pub fn attach(env: napi::Env, functions: Unknown) -> napi::Result<External<RealmHandle>> {
    let work = |environment: &Rc<Environment>| Realm::new(environment, Js(functions.raw()));
    let realm = environment(env).ok_or_else(pending_exception).and_then(|environment| {
        // Without a realm there are no classes of errors, and this fails by mistakes of ours alone.
        work(&environment).map_err(|failure| match failure {
            Failure::Ours(error) => napi::Error::from_reason(error.to_string()),
            Failure::Thrown => pending_exception(),
        })
    });
    Ok(External::new(RealmHandle(Rc::new(realm?))))
}

/// Learns a list of property names by its number, for `members`; `false` if one of them is not Unicode text.
#[napi]
pub fn learn_names(realm: &External<RealmHandle>, number: u32, names: Unknown) -> napi::Result<bool> {
    exported(realm, |realm| realm.learn_names(number as usize, Js(names.raw())))
}

/// Goes on with what the turn of the event loop before left, for `proceedLater`.
#[napi]
pub fn proceed(realm: &External<RealmHandle>) -> napi::Result<()> {
    exported(realm, |realm| {
        realm.environment.proceed();
        Ok(())
    })
}

/// Answers a question that came through `ask`.
#[napi]
pub fn answer(realm: &External<RealmHandle>, id: f64, error: Unknown, value: Unknown) -> napi::Result<()> {
    exported(realm, |realm| realm.environment.answer(id as u64, Js(error.raw()), Js(value.raw())))
}

/// A connection whose settings `resolve` gives on first use: `() => { settings, provider? }` or a promise of it.
#[napi]
pub fn create_connection(
    realm: &External<RealmHandle>,
    resolve: Unknown,
    wants_context: bool,
) -> napi::Result<External<ConnectionHandle>> {
    exported(realm, |realm| Connection::new(realm, Js(resolve.raw()), wants_context))
        .map(|connection| External::new(ConnectionHandle(Rc::new(connection))))
}

/// The Auth.js adapter: an object of nineteen functions.
#[napi(ts_return_type = "Record<string, (...values: unknown[]) => Promise<unknown>>")]
pub fn create_adapter<'env>(
    env: napi::Env,
    realm: &External<RealmHandle>,
    connection: &External<ConnectionHandle>,
    options: Unknown<'env>,
) -> napi::Result<Unknown<'env>> {
    let object = exported(realm, |realm| {
        let options = fields::authjs_options(Fields::read(realm, "options", Js(options.raw()))?)?;
        adapter::create(realm, Rc::clone(&connection.0), options)
    });
    object.and_then(|object| unknown(env, object))
}

/// The definition of the table that an Auth.js adapter with these options uses.
#[napi]
pub fn auth_js_table<'env>(
    env: napi::Env,
    realm: &External<RealmHandle>,
    options: Unknown<'env>,
) -> napi::Result<Unknown<'env>> {
    let definition = exported(realm, |realm| {
        let options = fields::authjs_options(Fields::read(realm, "options", Js(options.raw()))?)?;
        write::to_js(realm, &fields::from_table_definition(options.table()))
    });
    definition.and_then(|definition| unknown(env, definition))
}

/// Better Auth's secondary storage: an object of five functions.
#[napi(ts_return_type = "Record<string, (...values: unknown[]) => Promise<unknown>>")]
pub fn create_secondary_storage<'env>(
    env: napi::Env,
    realm: &External<RealmHandle>,
    connection: &External<ConnectionHandle>,
    options: Unknown<'env>,
) -> napi::Result<Unknown<'env>> {
    let object = exported(realm, |realm| {
        let options = Fields::read(realm, "options", Js(options.raw()))?;
        let options = fields::secondary_storage_options(options)?;
        secondary_storage::create(realm, Rc::clone(&connection.0), options)
    });
    object.and_then(|object| unknown(env, object))
}

/// The definition of the table that a secondary storage with these options uses.
#[napi]
pub fn secondary_storage_table<'env>(
    env: napi::Env,
    realm: &External<RealmHandle>,
    options: Unknown<'env>,
) -> napi::Result<Unknown<'env>> {
    let definition = exported(realm, |realm| {
        let options = Fields::read(realm, "options", Js(options.raw()))?;
        let options = fields::secondary_storage_options(options)?;
        write::to_js(realm, &fields::from_table_definition(options.table()))
    });
    definition.and_then(|definition| unknown(env, definition))
}

/// Better Auth's adapter: an object of one function an operation, `begin`, `explain` and `takeNotices`.
#[napi(ts_return_type = "Record<string, (...values: any[]) => any>")]
pub fn create_better_auth_adapter<'env>(
    env: napi::Env,
    realm: &External<RealmHandle>,
    connection: &External<ConnectionHandle>,
    config: Unknown<'env>,
    schema: Unknown<'env>,
) -> napi::Result<Unknown<'env>> {
    let object = exported(realm, |realm| {
        let layout = better_auth::layout(realm, Js(config.raw()), Js(schema.raw()))?;
        better_auth::create(realm, Rc::clone(&connection.0), layout)
    });
    object.and_then(|object| unknown(env, object))
}

/// Better Auth's operations, each with the names of the arguments that its function takes.
#[napi(ts_return_type = "Record<string, string[]>")]
pub fn better_auth_operations<'env>(
    env: napi::Env,
    realm: &External<RealmHandle>,
) -> napi::Result<Unknown<'env>> {
    exported(realm, |realm| write::to_js(realm, &better_auth::operations()))
        .and_then(|operations| unknown(env, operations))
}

/// The definitions of the tables that Better Auth's adapter uses with this configuration and schema.
#[napi]
pub fn better_auth_tables<'env>(
    env: napi::Env,
    realm: &External<RealmHandle>,
    config: Unknown<'env>,
    schema: Unknown<'env>,
) -> napi::Result<Unknown<'env>> {
    let definitions = exported(realm, |realm| {
        let layout = better_auth::layout(realm, Js(config.raw()), Js(schema.raw()))?;
        let definitions = layout.tables().into_iter().map(fields::from_table_definition);
        write::to_js(realm, &Value::List(definitions.collect()))
    });
    definitions.and_then(|definitions| unknown(env, definitions))
}

/// Makes the tables that are missing; a promise of the names of those it made.
#[napi(ts_return_type = "Promise<string[]>")]
pub fn create_tables<'env>(
    env: napi::Env,
    realm: &External<RealmHandle>,
    connection: &External<ConnectionHandle>,
    definitions: Unknown<'env>,
) -> napi::Result<Unknown<'env>> {
    const OPERATION: &str = "createTables";
    let promise = exported(realm, |realm| {
        let start = from_js(realm, "definitions", Js(definitions.raw())).and_then(|definitions| {
            let tables = fields::table_definitions(definitions).map_err(|error| error.during(OPERATION))?;
            let start: Start = Box::new(move |client| {
                let client = client.clone();
                Ok(Box::pin(async move {
                    let made = crate::tables::create_tables(&client, &tables).await;
                    let made = made.map_err(|error| error.during(OPERATION))?;
                    Ok(Value::List(made.into_iter().map(Value::String).collect()))
                }))
            });
            Ok(start)
        });
        connection.0.call(realm, start)
    });
    promise.and_then(|promise| unknown(env, promise))
}

/// One request in DynamoDB's wire form to the embedded engine at `memory:…` or `file:…`, for tests and tools; a promise
/// of `{ status, body }`.
#[napi(ts_return_type = "Promise<{ status: number; body: string }>")]
pub fn embedded_request<'env>(
    env: napi::Env,
    realm: &External<RealmHandle>,
    endpoint: String,
    target: String,
    body: String,
) -> napi::Result<Unknown<'env>> {
    let promise = exported(realm, |realm| {
        let (call, promise) = realm.environment.begin(realm, None)?;
        realm.environment.spawn(
            call,
            Box::pin(async move {
                let (status, body) = crate::client::embedded_request(&endpoint, &target, body).await?;
                let mut answer = Record::new();
                answer.set("status", Value::Number(f64::from(status)));
                answer.set("body", body);
                Ok(Value::Object(answer))
            }),
        );
        Ok(promise)
    });
    promise.and_then(|promise| unknown(env, promise))
}

/// Whether to warn of the embedded engine: true once in a process, whatever the number of its threads.
#[napi]
pub fn claim_embedded_warning() -> bool {
    static CLAIMED: AtomicBool = AtomicBool::new(false);
    !CLAIMED.swap(true, Ordering::Relaxed)
}

/// Runs an exported function: its failures and panics are thrown as our errors.
fn exported<T>(realm: &External<RealmHandle>, work: impl FnOnce(&Rc<Realm>) -> Result<T>) -> napi::Result<T> {
    let RealmHandle(realm) = &**realm;
    let failure = match catch_unwind(AssertUnwindSafe(|| work(realm))) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(failure)) => failure,
        Err(panic) => Failure::Ours(panicked(&*panic)),
    };
    if let Ok(reason) = realm.reason(failure) {
        realm.env.throw(reason);
    }
    Err(pending_exception())
}

fn pending_exception() -> napi::Error {
    napi::Error::from_status(Status::PendingException)
}

#[expect(unsafe_code, reason = "Node hands its environments and our data over as pointers")]
fn unknown<'env>(env: napi::Env, value: Js) -> napi::Result<Unknown<'env>> {
    // SAFETY: the value was made in this callback, in this environment.
    unsafe { Unknown::from_napi_value(env.raw(), value.0) }
}

/// The environment's data, made when it is first asked for.
#[expect(unsafe_code, reason = "Node hands its environments and our data over as pointers")]
fn environment(env: napi::Env) -> Option<Rc<Environment>> {
    let raw = env.raw();
    let mut data = ptr::null_mut::<c_void>();
    // SAFETY: `raw` is the environment of the callback that runs; this crate alone sets its instance data, always to a
    // boxed `Rc<Environment>` (below), which Node hands back unchanged until it is finalized.
    unsafe {
        if sys::napi_get_instance_data(raw, &mut data) != sys::Status::napi_ok {
            return None;
        }
        if !data.is_null() {
            return Some(Rc::clone(&*data.cast::<Rc<Environment>>()));
        }
    }
    let queue = std::sync::Arc::new(Queue::new());
    // SAFETY: as above.
    let environment = Rc::new(Environment::new(unsafe { Env::from_raw(raw) }, queue));
    let boxed = Box::into_raw(Box::new(Rc::clone(&environment)));
    // SAFETY: the box is freed by `finalize`, after JavaScript has ended in this environment; so the `Rc` in it keeps
    // the environment where it is for as long as the threadsafe function can be woken. The clean-up hook is added after
    // the threadsafe function was made, so it runs before Node closes that. Where a step fails, nothing refers to the
    // box yet.
    unsafe {
        let opened = environment.queue.open(Rc::as_ptr(&environment), environment.env)
            == sys::Status::napi_ok
            && sys::napi_set_instance_data(raw, boxed.cast(), Some(finalize), ptr::null_mut())
                == sys::Status::napi_ok;
        if !opened {
            environment.queue.close();
            drop(Box::from_raw(boxed));
            return None;
        }
        sys::napi_add_env_cleanup_hook(raw, Some(ending), boxed.cast());
    }
    Some(environment)
}

/// The environment ends: a worker exits, or the process does.
#[expect(unsafe_code, reason = "Node hands its environments and our data over as pointers")]
unsafe extern "C" fn ending(data: *mut c_void) {
    // SAFETY: the box of `environment`; Node frees instance data after the clean-up hooks.
    let environment = unsafe { &*data.cast::<Rc<Environment>>() };
    environment.end();
}

#[expect(unsafe_code, reason = "Node hands its environments and our data over as pointers")]
unsafe extern "C" fn finalize(_: sys::napi_env, data: *mut c_void, _: *mut c_void) {
    // SAFETY: the box of `environment`, given back by Node once.
    drop(unsafe { Box::from_raw(data.cast::<Rc<Environment>>()) });
}

/// An error of the JavaScript around the addon, not of its user.
#[cold]
fn misused(problem: &str) -> Failure {
    Failure::Ours(Error::new(Code::Internal, problem, "Load the package by its name, not native.js"))
}
