//! The embedded engine, in place of HTTP below the SDK's client: the only file that knows `dynoxide`.
//!
//! A database is opened once in a process: a file by its canonical path, a memory database by its name. Its calls block
//! and take turns behind one mutex; those on files run one at a time on a blocking thread of the runtime.

mod guard;
mod location;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use aws_sdk_dynamodb::config::{
    BehaviorVersion, Region, RuntimeComponents, retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_smithy_runtime_api::client::auth::AuthSchemeId;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

pub(super) use self::location::Location;
use self::location::{private, private_file, unusable_file};
use crate::error::{Code, Error, Result};
use crate::tables::TableDefinition;

/// An open database of this process.
pub(super) struct Engine {
    database: Database,
    /// As a message names it: `memory:`, or `file:` and the canonical path.
    name: String,
    /// Memory is answered where it is asked; a file blocks.
    in_memory: bool,
    /// Calls take turns behind the engine's mutex anyway: one blocking thread is enough.
    turn: Semaphore,
    /// The tables that are known to be there as they were declared.
    ensured: Mutex<Vec<TableDefinition>>,
    ensuring: tokio::sync::Mutex<()>,
    /// Locked while the file is opened and while tables are made: a file beside the database's.
    lock_file: Option<PathBuf>,
}

/// Waits until no other process holds this file, and holds it until it is dropped. What cannot be locked, for want of the
/// file system's support, is left to luck.
fn lock(path: &Path) -> Option<File> {
    let file = private().read(true).write(true).create(true).truncate(false).open(path).ok()?;
    file.lock().ok().map(|()| file)
}

/// While this is held, nobody else makes tables in the database.
pub(super) struct Making<'a> {
    _in_process: tokio::sync::MutexGuard<'a, ()>,
    _between_processes: Option<File>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Engine").field(&self.name).finish()
    }
}

#[derive(Default)]
struct Open {
    memory: HashMap<String, Arc<Engine>>,
    files: HashMap<PathBuf, Weak<Engine>>,
}

static OPEN: LazyLock<Mutex<Open>> = LazyLock::new(Mutex::default);

impl Engine {
    /// The database of a location: the one that is open in this process, or else opened now.
    pub(super) async fn open(location: Location) -> Result<Arc<Self>> {
        tokio::task::spawn_blocking(move || match location {
            Location::Memory(name) => Engine::open_memory(name),
            Location::File(path) => Engine::open_file(&path),
        })
        .await
        .map_err(|_| engine_failed("could not be opened"))?
    }

    fn new(database: Database, name: String, lock_file: Option<PathBuf>) -> Arc<Self> {
        Arc::new(Engine {
            database,
            name,
            in_memory: lock_file.is_none(),
            lock_file,
            turn: Semaphore::new(1),
            ensured: Mutex::default(),
            ensuring: tokio::sync::Mutex::new(()),
        })
    }

    fn open_memory(name: String) -> Result<Arc<Self>> {
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = open.memory.get(&name) {
            return Ok(engine.clone());
        }
        let database = Database::memory().map_err(|_| engine_failed("could not be opened"))?;
        let engine = Engine::new(database, format!("memory:{name}"), None);
        open.memory.insert(name, engine.clone());
        Ok(engine)
    }

    fn open_file(path: &Path) -> Result<Arc<Self>> {
        let path = private_file(path)?;
        // Held while the file is opened, so that nobody opens it a second time meanwhile.
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = open.files.get(&path).and_then(Weak::upgrade) {
            return Ok(engine);
        }
        let text = path.to_str().ok_or_else(|| {
            unusable_file(&path, "its path is not Unicode", "Choose a path of Unicode characters")
        })?;
        let lock_file = PathBuf::from(format!("{text}-lock"));
        // A new file is made a database in steps that other processes must not meet: SQLite refuses them rather than let
        // them wait.
        let opening = lock(&lock_file);
        let database = Database::new(text).map_err(|error| {
            let problem = match error {
                DynoxideError::SqliteError(_) => "it cannot be opened as a database",
                _ => "it is not a database of this engine, or one of a newer version",
            };
            unusable_file(&path, problem, "Give another path, or move that file away")
        })?;
        drop(opening);
        let engine = Engine::new(database, format!("file:{text}"), Some(lock_file));
        open.files.retain(|_, engine| engine.strong_count() > 0);
        open.files.insert(path, Arc::downgrade(&engine));
        Ok(engine)
    }

    /// As a message names it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The SDK's client over this engine.
    pub(super) fn sdk_client(self: &Arc<Self>) -> aws_sdk_dynamodb::Client {
        let no_auth = AuthSchemeId::from("noAuth");
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("embedded"))
            .endpoint_url("http://embedded.invalid")
            .allow_no_auth()
            .auth_scheme_preference([no_auth])
            // Nothing here fails in passing: a file that another process has locked is waited for by the engine.
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled())
            .http_client(Connector(self.clone()))
            .build();
        aws_sdk_dynamodb::Client::from_conf(config)
    }

    /// The tables of `declared` that are not known to be there as they were declared.
    pub(super) fn missing(&self, declared: &[TableDefinition]) -> Vec<TableDefinition> {
        let ensured = self.ensured.lock().unwrap_or_else(PoisonError::into_inner);
        declared.iter().filter(|table| !ensured.contains(table)).cloned().collect()
    }

    /// Keeps in mind that these are there as they were declared.
    pub(super) fn known(&self, tables: Vec<TableDefinition>) {
        self.ensured.lock().unwrap_or_else(PoisonError::into_inner).extend(tables);
    }

    /// To be held while tables are made: the engine makes a table and its indexes in several steps that others could
    /// see the middle of.
    pub(super) async fn making(&self) -> Making<'_> {
        let in_process = self.ensuring.lock().await;
        let between_processes = match self.lock_file.clone() {
            Some(path) => tokio::task::spawn_blocking(move || lock(&path)).await.ok().flatten(),
            None => None,
        };
        Making { _in_process: in_process, _between_processes: between_processes }
    }

    /// One request of DynamoDB's protocol: its operation (with or without the version in front) and its body, to the
    /// status and the body of the answer.
    pub(super) async fn request(self: &Arc<Self>, target: &str, body: String) -> (u16, String) {
        let operation = target.rsplit('.').next().unwrap_or(target).to_owned();
        if self.in_memory {
            // A few dozen microseconds: handing it to another thread was measured to double the CPU time. Every now and
            // then, others get a turn.
            tokio::task::coop::consume_budget().await;
            let answer = || self.answer(&operation, &body);
            return catch_unwind(AssertUnwindSafe(answer)).unwrap_or_else(|_| engine_panicked());
        }
        let Ok(_turn) = self.turn.acquire().await else { return engine_panicked() };
        let engine = self.clone();
        tokio::task::spawn_blocking(move || engine.answer(&operation, &body))
            .await
            .unwrap_or_else(|_| engine_panicked())
    }

    fn keys(&self, table: &str) -> Option<guard::Keys> {
        let metadata = self.database.get_table_metadata(table).ok()??;
        let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
        let mut keys = guard::Keys::default();
        let (mut partition, mut sort) = Default::default();
        add_keys(&parse(&metadata.key_schema)?, &mut partition, &mut sort);
        keys.table.extend(partition.into_iter().chain(sort));
        let indexes = metadata.gsi_definitions.as_deref().and_then(parse).unwrap_or_default();
        for index in indexes.as_array().into_iter().flatten() {
            add_keys(&index["KeySchema"], &mut keys.index_partition, &mut keys.index_sort);
        }
        Some(keys)
    }

    fn answer(&self, operation: &str, body: &str) -> (u16, String) {
        let outcome = self.dispatch(operation, body);
        if operation == "DeleteTable" {
            // Whoever declared it gets it made again on the next use.
            self.ensured.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        match outcome {
            Ok(answer) => (200, answer),
            Err(error) => {
                let error = match error {
                    DynoxideError::EnvelopedValidation(message)
                        if matches!(operation, "PutItem" | "UpdateItem" | "DeleteItem") =>
                    {
                        let message = format!("1 validation error detected: {message}");
                        DynoxideError::ValidationException(message)
                    }
                    other => other,
                };
                (error.status_code(), error.to_json())
            }
        }
    }

    fn dispatch(&self, operation: &str, body: &str) -> dynoxide::Result<String> {
        let db = &self.database;
        if let Some(message) = guard::refusal(operation, body, |table| self.keys(table)) {
            return Err(DynoxideError::ValidationException(message));
        }
        match operation {
            "GetItem" => run(body, |request| db.get_item(request)),
            "PutItem" => run(body, |request| db.put_item(request)),
            "UpdateItem" => run(body, |request| db.update_item(request)),
            "DeleteItem" => run(body, |request| db.delete_item(request)),
            "Query" => run(body, |request| db.query(request)),
            "Scan" => run(body, |request| db.scan(request)),
            "BatchGetItem" => run(body, |request| db.batch_get_item(request)),
            "BatchWriteItem" => run(body, |request| db.batch_write_item(request)),
            "TransactGetItems" => run(body, |request| db.transact_get_items(request)),
            "TransactWriteItems" => run(body, |request| db.transact_write_items(request)),
            "CreateTable" => run(body, |request| db.create_table(request)),
            "DescribeTable" => run(body, |request| db.describe_table(request)),
            "ListTables" => run(body, |request| db.list_tables(request)),
            "UpdateTable" => run(body, |request| db.update_table(request)),
            "DeleteTable" => run(body, |request| db.delete_table(request)),
            "UpdateTimeToLive" => run(body, |request| db.update_time_to_live(request)),
            "DescribeTimeToLive" => run(body, |request| db.describe_time_to_live(request)),
            _ => Err(DynoxideError::ValidationException(format!(
                "The embedded engine does not do the operation {operation}"
            ))),
        }
    }
}

/// Adds the key attributes of a schema, in the engine's stored form, to the two sets.
fn add_keys(schema: &serde_json::Value, partition: &mut BTreeSet<String>, sort: &mut BTreeSet<String>) {
    for element in schema.as_array().into_iter().flatten() {
        let names = if element["KeyType"] == "HASH" { &mut *partition } else { &mut *sort };
        names.extend(element["AttributeName"].as_str().map(str::to_owned));
    }
}

fn run<Request: DeserializeOwned, Response: Serialize>(
    body: &str,
    call: impl FnOnce(Request) -> dynoxide::Result<Response>,
) -> dynoxide::Result<String> {
    let request = serde_json::from_str(body).map_err(|error| refusal(&error.to_string()))?;
    let response = call(request)?;
    serde_json::to_string(&response).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// The exception that a body was refused for: the engine's decoders mark it in front of their message.
fn refusal(message: &str) -> DynoxideError {
    let (kept, position) = match message.rfind(" at line ") {
        Some(at) if message[at..].contains(" column ") => message.split_at(at),
        _ => (message, ""),
    };
    let whole = |text: &str| format!("{text}{position}");
    if let Some(text) = kept.strip_prefix("SERIALIZATION_AS_READ:") {
        DynoxideError::SerializationException(whole(text))
    } else if let Some(text) = kept.strip_prefix("VALIDATION_AS_READ:") {
        DynoxideError::ValidationException(whole(text))
    } else if let Some(text) = kept.strip_prefix("SERIALIZATION:") {
        DynoxideError::SerializationException(text.to_owned())
    } else if let Some(text) = kept.strip_prefix("VALIDATION_REQUEST:") {
        DynoxideError::EnvelopedValidation(text.to_owned())
    } else if let Some(text) = kept.strip_prefix("VALIDATION:") {
        DynoxideError::ValidationException(text.to_owned())
    } else if ["missing field", "unknown variant", "invalid type: null", "AttributeValue"]
        .iter()
        .any(|sign| kept.contains(sign))
    {
        DynoxideError::ValidationException(kept.to_owned())
    } else {
        DynoxideError::SerializationException(kept.to_owned())
    }
}

/// The SDK's HTTP client and connector in one: what it is asked goes to the engine.
#[derive(Debug, Clone)]
struct Connector(Arc<Engine>);

impl HttpClient for Connector {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let engine = self.0.clone();
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let body = request.body().bytes().map(|body| String::from_utf8_lossy(body).into_owned());
        HttpConnectorFuture::new(async move {
            let (status, body) = engine.request(&target, body.unwrap_or_default()).await;
            let status =
                StatusCode::try_from(status).map_err(|error| ConnectorError::other(error.into(), None))?;
            Ok(HttpResponse::new(status, SdkBody::from(body)))
        })
    }
}

fn engine_failed(what: &str) -> Error {
    Error::new(Code::Internal, format!("The embedded database {what}"), "")
}

fn engine_panicked() -> (u16, String) {
    let error = DynoxideError::InternalServerError("The embedded engine failed".to_owned());
    (error.status_code(), error.to_json())
}

/// One raw request of DynamoDB's protocol to the embedded database at `endpoint` (`memory:`, `memory:name`,
/// `file:path`): the status and the body of its answer. For tests and tools, which look at the tables behind the
/// adapter's back.
///
/// `target` is an operation's name, with or without `DynamoDB_20120810.` in front. `INVALID_CONFIG` if the endpoint is
/// not an embedded one.
pub async fn embedded_request(endpoint: &str, target: &str, body: String) -> Result<(u16, String)> {
    let location = Location::of_endpoint(endpoint)?.ok_or_else(|| {
        Error::new(
            Code::InvalidConfig,
            "This is not the endpoint of an embedded database",
            "Give `memory:`, `memory:name` or `file:path`",
        )
    })?;
    Ok(Engine::open(location).await?.request(target, body).await)
}
