//! Better Auth's adapter as a plain object of functions: one an operation, each from its arguments to a promise. `begin()`
//! gives such an object for a transaction, with `commit()`.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use super::connection::{Connection, Start};
use super::environment::Work;
use super::function::{Called, MOST_ARGUMENTS, function};
use super::js::{Failure, Js, Kind, Result, Visibility};
use super::read::from_js;
use super::realm::Realm;
use super::{misused, write};
use crate::better_auth::{Adapter, Layout, Notice, Operation, Transaction};
use crate::client::Client;
use crate::error::Error;
use crate::value::{Record, Value};

/// What the functions of one adapter share.
struct Shared {
    realm: Rc<Realm>,
    connection: Rc<Connection>,
    layout: Arc<Layout>,
    adapter: OnceCell<Adapter>,
}

/// A function of the object.
struct FunctionOf {
    what: What,
    shared: Rc<Shared>,
}

enum What {
    Run(Operation),
    RunInTransaction(Operation, Rc<Begun>),
    Begin,
    Commit(Rc<Begun>),
    Explain,
    TakeNotices,
}

/// A transaction; there is none before its first operation, which may have to wait for the client.
#[derive(Default)]
struct Begun(OnceCell<Transaction>);

/// Tables, keys and indexes, as configured and as Better Auth's schema wants them.
pub(super) fn layout(realm: &Realm, config: Js, schema: Js) -> Result<Arc<Layout>> {
    let config = record(from_js(realm, "config", config)?, "config")?;
    let schema = from_js(realm, "schema", schema)?;
    Ok(Arc::new(Layout::new(&config, &schema)?))
}

/// The object.
pub(super) fn create(realm: &Rc<Realm>, connection: Rc<Connection>, layout: Arc<Layout>) -> Result<Js> {
    let shared = Rc::new(Shared { realm: Rc::clone(realm), connection, layout, adapter: OnceCell::new() });
    let operations = Operation::ALL.iter().map(|operation| (operation.as_str(), What::Run(*operation)));
    let rest = [("begin", What::Begin), ("explain", What::Explain), ("takeNotices", What::TakeNotices)];
    object(&shared, operations.chain(rest))
}

fn object(shared: &Rc<Shared>, functions: impl Iterator<Item = (&'static str, What)>) -> Result<Js> {
    let realm = &shared.realm;
    let env = realm.env;
    let object = realm.object()?;
    for (name, what) in functions {
        let function = function(name, FunctionOf { what, shared: Rc::clone(shared) })?;
        env.define_property(object, env.string(name)?, function, Visibility::Enumerable)?;
    }
    Ok(object)
}

/// The operations, each with the names of its arguments, in the order in which its function takes them.
pub(super) fn operations() -> Value {
    let names =
        |operation: &Operation| argument_names(*operation).iter().map(|name| (*name).into()).collect();
    let named = |operation: &Operation| (operation.as_str().to_owned(), Value::List(names(operation)));
    Value::Object(Operation::ALL.iter().map(named).collect())
}

/// What an operation takes of what Better Auth hands to it.
fn argument_names(operation: Operation) -> &'static [&'static str] {
    match operation {
        Operation::Create => &["model", "data"],
        Operation::FindOne => &["model", "where", "select", "join"],
        Operation::FindMany => &["model", "where", "limit", "select", "sortBy", "offset", "join"],
        Operation::Update | Operation::UpdateMany => &["model", "where", "update"],
        Operation::IncrementOne => &["model", "where", "increment", "set"],
        Operation::Count | Operation::Delete | Operation::DeleteMany | Operation::ConsumeOne => {
            &["model", "where"]
        }
    }
}

impl Called for FunctionOf {
    fn realm(&self) -> &Rc<Realm> {
        &self.shared.realm
    }

    fn call(&self, given: [Js; MOST_ARGUMENTS]) -> Result<Js> {
        let shared = &self.shared;
        match &self.what {
            What::Run(operation) => self.promise(self.run(*operation, &given)),
            What::RunInTransaction(operation, begun) => {
                self.promise(self.run_in_transaction(*operation, &given, begun))
            }
            What::Commit(begun) => self.promise(Ok(self.commit(begun))),
            What::Explain => self.promise(self.explain(given[0], &given[1..])),
            What::Begin => {
                let begun = Rc::new(Begun::default());
                let operations = Operation::ALL.iter().map(|operation| {
                    (operation.as_str(), What::RunInTransaction(*operation, Rc::clone(&begun)))
                });
                object(shared, operations.chain([("commit", What::Commit(Rc::clone(&begun)))]))
            }
            What::TakeNotices => {
                let notices = shared.adapter.get().map(Adapter::take_notices).unwrap_or_default();
                match notices.is_empty() {
                    true => shared.realm.env.undefined(),
                    false => {
                        let notices = notices.into_iter().map(from_notice).collect();
                        write::to_js(&shared.realm, &Value::List(notices))
                    }
                }
            }
        }
    }

    fn panicked(&self, error: Error) -> Result<Js> {
        match &self.what {
            What::Run(operation) | What::RunInTransaction(operation, _) => {
                self.promise(Err(Failure::Ours(error.during(operation.as_str()))))
            }
            What::Commit(_) | What::Explain => self.promise(Err(Failure::Ours(error))),
            What::Begin | What::TakeNotices => Err(Failure::Ours(error)),
        }
    }
}

impl FunctionOf {
    fn promise(&self, start: Result<Start>) -> Result<Js> {
        self.shared.connection.call(&self.shared.realm, start)
    }

    fn run(&self, operation: Operation, given: &[Js]) -> Result<Start> {
        let arguments = self.arguments(operation, given)?;
        let shared = Rc::clone(&self.shared);
        Ok(Box::new(move |client| {
            let adapter = shared.adapter(client).clone();
            let work: Work = Box::pin(async move { adapter.run(operation, arguments).await });
            Ok(work)
        }))
    }

    fn run_in_transaction(&self, operation: Operation, given: &[Js], begun: &Rc<Begun>) -> Result<Start> {
        let arguments = self.arguments(operation, given)?;
        let (shared, begun) = (Rc::clone(&self.shared), Rc::clone(begun));
        Ok(Box::new(move |client| {
            let transaction = begun.0.get_or_init(|| shared.adapter(client).begin()).clone();
            let work: Work = Box::pin(async move { transaction.run(operation, arguments).await });
            Ok(work)
        }))
    }

    fn commit(&self, begun: &Rc<Begun>) -> Start {
        let begun = Rc::clone(begun);
        Box::new(move |_| {
            let transaction = begun.0.get().cloned();
            let work: Work = Box::pin(async move {
                let actions = match transaction {
                    Some(transaction) => transaction.commit().await?,
                    None => 0,
                };
                Ok(Value::Number(actions as f64))
            });
            Ok(work)
        })
    }

    fn explain(&self, operation: Js, given: &[Js]) -> Result<Start> {
        let named = match self.shared.realm.env.kind(operation)? {
            Kind::String => self.shared.realm.env.as_string(operation)?,
            _ => None,
        };
        let operation = Operation::ALL.iter().find(|operation| Some(operation.as_str()) == named.as_deref());
        let operation = *operation.ok_or_else(|| misused("`explain` was asked for an unknown operation"))?;
        let arguments = self.arguments(operation, given)?;
        let shared = Rc::clone(&self.shared);
        Ok(Box::new(move |client| {
            let explained = shared.adapter(client).explain(operation, arguments)?;
            let work: Work = Box::pin(async move { Ok(explained) });
            Ok(work)
        }))
    }

    /// Reads the arguments, now; what is done with them later does not matter.
    fn arguments(&self, operation: Operation, given: &[Js]) -> Result<Record> {
        let realm = &*self.shared.realm;
        let names = argument_names(operation);
        let mut arguments = Vec::with_capacity(names.len());
        for (name, given) in names.iter().zip(given) {
            let argument = from_js(realm, name, *given).map_err(|failure| match failure {
                Failure::Ours(error) => Failure::Ours(error.during(operation.as_str())),
                Failure::Thrown => Failure::Thrown,
            });
            match argument? {
                Value::Undefined => {}
                argument => arguments.push(((*name).to_owned(), argument)),
            }
        }
        Ok(Record::from_iter(arguments))
    }
}

impl Shared {
    fn adapter(&self, client: &Client) -> &Adapter {
        self.adapter.get_or_init(|| Adapter::new(client.clone(), Arc::clone(&self.layout)))
    }
}

fn record(value: Value, name: &str) -> Result<Record> {
    match value {
        Value::Object(record) => Ok(record),
        _ => Err(misused(&format!("`{name}` is not an object"))),
    }
}

fn from_notice(notice: Notice) -> Value {
    let mut record = Record::new();
    record.set("message", notice.message);
    record.set("table", notice.table);
    record.set("model", notice.model);
    Value::Object(record)
}
