//! Better Auth's secondary storage: values and counters by key, each of which may expire. One table, one item a key.
//!
//! | attribute | holds |
//! |---|---|
//! | `key` (S) | the partition key |
//! | `value` (S) | what [`SecondaryStorage::set`] stored |
//! | `count` (N) | in place of `value`, what [`SecondaryStorage::increment`] has counted |
//! | `expiresAt` (N) | the millisecond since the epoch from which on it is gone; without it, it stays |
//! | `_ttl` (N) | the same in seconds, rounded up: DynamoDB deletes the item some time after it |
//! | `_op` (S) | the write that made it what it is |
//!
//! DynamoDB takes up to days to delete what has expired; here, it is gone at once.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::operation::delete_item::DeleteItemInput;
use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemInputBuilder;
use aws_sdk_dynamodb::operation::get_item::GetItemInput;
use aws_sdk_dynamodb::operation::get_item::builders::GetItemInputBuilder;
use aws_sdk_dynamodb::operation::put_item::PutItemInput;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemInputBuilder;
use aws_sdk_dynamodb::operation::update_item::UpdateItemInput;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemInputBuilder;
use aws_sdk_dynamodb::types::{Delete, ReturnValue, ReturnValuesOnConditionCheckFailure};

use crate::client::{AttributeValue, Client, Item, TransactWriteItem, Transaction, Write};
use crate::date::MAX_MILLISECONDS;
use crate::error::{Code, Error, Result};
use crate::expression::Placeholders;
use crate::tables::{KeySchema, TableDefinition, TableOwner, check_table_name};
use crate::value::Value;

const KEY: &str = "key";
const VALUE: &str = "value";
const COUNT: &str = "count";
const EXPIRES_AT: &str = "expiresAt";
const TTL: &str = "_ttl";
const OPERATION: &str = "_op";

/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
const LONGEST_KEY: usize = 2048;

/// How often a call that met others on its key begins anew before it gives up. Each time, one of the others has got on.
const TRIES: usize = 16;

/// How the table is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The table, or its ARN. Default: `better-auth-secondary-storage`.
    pub table_name: String,
}

impl Default for Options {
    fn default() -> Self {
        Options { table_name: "better-auth-secondary-storage".into() }
    }
}

impl Options {
    /// `INVALID_CONFIG` for a name that DynamoDB does not take.
    pub fn validate(&self) -> Result<()> {
        check_table_name(&self.table_name).map_err(|problem| {
            let problem = format!("option `tableName` {problem}");
            Error::new(
                Code::InvalidConfig,
                problem,
                "Correct it in the configuration of dynamodbSecondaryStorage",
            )
        })
    }

    /// The table that these options describe.
    pub fn table(&self) -> TableDefinition {
        TableDefinition {
            name: self.table_name.clone(),
            key: KeySchema { partition_key: KEY.into(), sort_key: None },
            indexes: Vec::new(),
            number_attributes: Vec::new(),
            ttl_attribute: Some(TTL.into()),
        }
    }
}

impl TableOwner for Options {
    fn tables(&self) -> Vec<TableDefinition> {
        vec![self.table()]
    }

    fn definitions(&self) -> &'static str {
        "secondaryStorageTable(config)"
    }

    fn name_option(&self, _table: &str) -> String {
        "tableName".to_owned()
    }
}

/// The storage. Cheap to clone; its methods may run concurrently, in any number of processes.
///
/// Arguments are taken as they came from the host. A key that cannot be one (no string, or an empty one) finds nothing;
/// where something is to be written, it is `INVALID_VALUE`, and so is a key of more than 2048 bytes everywhere, before
/// anything is sent. Besides, every method fails with the codes of the connection: `TABLE_NOT_FOUND`, `ACCESS_DENIED`,
/// `CREDENTIALS`, `THROTTLED`, `TIMEOUT`, `UNREACHABLE`, `INTERNAL`.
#[derive(Clone)]
pub struct SecondaryStorage {
    client: Client,
    options: Arc<Options>,
}

impl SecondaryStorage {
    /// A storage over a connection; `INVALID_CONFIG` for options that cannot be.
    pub fn new(client: Client, options: Options) -> Result<Self> {
        options.validate()?;
        let options = Arc::new(options);
        Ok(SecondaryStorage { client: client.for_tables_of(options.clone()), options })
    }

    /// The value of a key, a counter's as text; `None` if there is none, or it has expired. One strongly consistent
    /// read.
    pub async fn get(&self, key: Value) -> Result<Option<String>> {
        self.named("get", self.read_live(key).await.map(|found| found.map(Stored::text)))
    }

    /// Stores a value, whatever was there, for `ttl` seconds (parts of one count), or for ever without a `ttl`. One that
    /// is zero or negative has run out already: the key is deleted. One request. `INVALID_VALUE` for anything but a
    /// string and a finite number, `ITEM_TOO_LARGE` for more than 400 KB.
    pub async fn set(&self, key: Value, value: Value, ttl: Value) -> Result<()> {
        self.named("set", self.store(key, value, ttl).await)
    }

    /// Deletes a key, if it is there. One request.
    pub async fn delete(&self, key: Value) -> Result<()> {
        self.named("delete", self.remove(key).await)
    }

    /// Takes the value of a key out, a counter's as text: of any number of callers at once, one gets it, also where an
    /// answer is lost on the way. Two requests; one if there is nothing.
    pub async fn get_and_delete(&self, key: Value) -> Result<Option<String>> {
        self.named("getAndDelete", self.take(key).await)
    }

    /// Counts one up and answers the new count. A key that is not there or has expired begins at 1 and is kept for `ttl`
    /// seconds from then on; later calls do not prolong that. Without a `ttl` it is kept for ever. One request; two where
    /// an expired counter has not been deleted yet.
    ///
    /// A number that was `set` is counted on from; any other text gives way to a new counter. Where the answer is lost
    /// and the request repeated, it is counted once, unless another call for the key came between.
    pub async fn increment(&self, key: Value, ttl: Value) -> Result<f64> {
        self.named("increment", self.count_up(key, ttl).await.map(|count| count as f64))
    }

    fn named<T>(&self, operation: &'static str, answer: Result<T>) -> Result<T> {
        answer.map_err(|error| error.during(operation).on_table(&self.options.table_name))
    }

    async fn read_live(&self, key: Value) -> Result<Option<Stored>> {
        let Some(key) = wanted_key(key)? else { return Ok(None) };
        Ok(self.read(&key).await?.filter(|stored| stored.is_live(now())))
    }

    async fn read(&self, key: &str) -> Result<Option<Stored>> {
        Ok(self.client.get(self.options.get(key)).await?.map(Stored::from))
    }

    async fn store(&self, key: Value, value: Value, ttl: Value) -> Result<()> {
        let key = writable_key(key)?;
        let Value::String(value) = value else {
            return Err(Error::invalid_value(
                "value",
                "must be a string",
                "Write objects with JSON.stringify",
            ));
        };
        let Some(expiry) = Expiry::after(&ttl, now())? else {
            return self.client.delete(self.options.delete(&key)).await.map(drop);
        };
        let stored = Stored::new(Content::Value(value), expiry);
        self.client.put(self.options.put(&key, stored, &nonce())).await.map(drop)
    }

    async fn remove(&self, key: Value) -> Result<()> {
        let Some(key) = wanted_key(key)? else { return Ok(()) };
        self.client.delete(self.options.delete(&key)).await.map(drop)
    }

    /// A read, and a transaction of one action for its `ClientRequestToken`: were the answer to a plain conditional delete
    /// lost, its repetition would find the item gone and nobody had got it.
    async fn take(&self, key: Value) -> Result<Option<String>> {
        let Some(key) = wanted_key(key)? else { return Ok(None) };
        for _ in 0..TRIES {
            let Some(stored) = self.read(&key).await?.filter(|stored| stored.is_live(now())) else {
                return Ok(None);
            };
            let delete = self.options.delete_as_seen(&key, &stored);
            match self.client.transact(vec![delete]).await? {
                Transaction::Done => return Ok(Some(stored.text())),
                // Taken by another, or changed: the next read tells.
                Transaction::ConditionFailed(_) => {}
            }
        }
        Err(contended())
    }

    async fn count_up(&self, key: Value, ttl: Value) -> Result<i64> {
        let key = writable_key(key)?;
        let nonce = nonce();
        for _ in 0..TRIES {
            let now = now();
            // A window of no length is over at once: the next call begins another one.
            let expiry = Expiry::after(&ttl, now)?.unwrap_or(Expiry(Some(now)));
            let found = match self.client.update(self.options.count(&key, expiry, &nonce, now)).await? {
                Write::Done(item) => return counted(item),
                Write::ConditionFailed(found) => found.map(Stored::from),
            };
            let Some(found) = found else { continue };
            if found.operation.as_deref() == Some(&nonce) {
                return found.content.count();
            }
            let begun = found.counted_on(expiry, now);
            let count = begun.content.count()?;
            match self.client.put(self.options.replace(&key, begun, &nonce, &found)).await? {
                Write::Done(_) => return Ok(count),
                Write::ConditionFailed(Some(item)) if Stored::is_of(&item, &nonce) => return Ok(count),
                // Another one began it: count on from there.
                Write::ConditionFailed(_) => {}
            }
        }
        Err(contended())
    }
}

/// The millisecond from which on something is gone; `None`: never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Expiry(Option<i64>);

impl Expiry {
    /// So many seconds from now; `None` if that is not in the future.
    fn after(ttl: &Value, now: i64) -> Result<Option<Self>> {
        let seconds = match ttl {
            Value::Undefined | Value::Null => return Ok(Some(Expiry(None))),
            Value::Number(seconds) if seconds.is_finite() => *seconds,
            _ => {
                let remedy = "Leave it out for what is to stay";
                return Err(Error::invalid_value("ttl", "must be a finite number of seconds", remedy));
            }
        };
        // Rounded up: what is left of a millisecond is not nothing. The conversion stops at the bounds of the type.
        let milliseconds = (seconds * 1000.0).ceil() as i64;
        let expiry = now.saturating_add(milliseconds).min(MAX_MILLISECONDS);
        Ok((expiry > now).then_some(Expiry(Some(expiry))))
    }

    fn is_over(self, now: i64) -> bool {
        self.0.is_some_and(|expiry| expiry <= now)
    }

    /// As a counter has it: its window is written by `if_not_exists`, which has to find one.
    fn of_counter(self) -> i64 {
        self.0.unwrap_or(MAX_MILLISECONDS)
    }
}

/// DynamoDB may delete from this second on, so a part of one counts as a whole.
fn ttl_seconds(milliseconds: i64) -> i64 {
    milliseconds.div_euclid(1000) + i64::from(milliseconds.rem_euclid(1000) > 0)
}

#[derive(Clone, PartialEq)]
enum Content {
    Value(String),
    Count(i64),
}

impl Content {
    fn count(&self) -> Result<i64> {
        match self {
            Content::Count(count) => Ok(*count),
            Content::Value(_) => Err(Error::new(Code::Internal, "A counter holds text", "")),
        }
    }
}

/// An item.
#[derive(Clone, PartialEq)]
struct Stored {
    content: Content,
    expiry: Expiry,
    /// `None` for what somebody else has written.
    operation: Option<String>,
}

impl From<Item> for Stored {
    fn from(mut item: Item) -> Self {
        let number = |name: &str| item.get(name)?.as_n().ok()?.parse::<i64>().ok();
        let expiry = number(EXPIRES_AT);
        let count = number(COUNT);
        let content = match count {
            Some(count) => Content::Count(count),
            None => Content::Value(item.remove(VALUE).and_then(text).unwrap_or_default()),
        };
        let operation = item.remove(OPERATION).and_then(text);
        Stored { content, expiry: Expiry(expiry), operation }
    }
}

impl Stored {
    fn new(content: Content, expiry: Expiry) -> Self {
        Stored { content, expiry, operation: None }
    }

    fn is_of(item: &Item, nonce: &str) -> bool {
        matches!(item.get(OPERATION), Some(AttributeValue::S(operation)) if operation == nonce)
    }

    fn is_live(&self, now: i64) -> bool {
        !self.expiry.is_over(now)
    }

    fn text(self) -> String {
        match self.content {
            Content::Value(value) => value,
            Content::Count(count) => count.to_string(),
        }
    }

    /// The counter that comes after what was found, which cannot simply be counted up.
    fn counted_on(&self, new: Expiry, now: i64) -> Self {
        if self.is_live(now) {
            let before = match &self.content {
                Content::Count(count) => Some(*count),
                Content::Value(value) => value.trim().parse::<i64>().ok(),
            };
            if let Some(count) = before.and_then(|count| count.checked_add(1)) {
                return Stored::new(Content::Count(count), self.expiry);
            }
        }
        Stored::new(Content::Count(1), new)
    }

    fn into_item(self, key: &str, nonce: &str) -> Item {
        let number = |number: i64| AttributeValue::N(number.to_string());
        let mut item = key_of(key);
        let expiry = match self.content {
            Content::Value(value) => {
                item.insert(VALUE.into(), AttributeValue::S(value));
                self.expiry.0
            }
            Content::Count(count) => {
                item.insert(COUNT.into(), number(count));
                Some(self.expiry.of_counter())
            }
        };
        if let Some(expiry) = expiry {
            item.insert(EXPIRES_AT.into(), number(expiry));
            item.insert(TTL.into(), number(ttl_seconds(expiry)));
        }
        item.insert(OPERATION.into(), AttributeValue::S(nonce.into()));
        item
    }
}

/// The requests: each a pure function of what it is about.
impl Options {
    /// Strongly consistent: Better Auth reads a user's list of sessions, changes it and stores it again; from an old one,
    /// a session would be lost. And who has signed out is to be out.
    fn get(&self, key: &str) -> GetItemInputBuilder {
        GetItemInput::builder().table_name(&self.table_name).set_key(Some(key_of(key))).consistent_read(true)
    }

    fn put(&self, key: &str, stored: Stored, nonce: &str) -> PutItemInputBuilder {
        PutItemInput::builder().table_name(&self.table_name).set_item(Some(stored.into_item(key, nonce)))
    }

    /// Puts a counter in the place of what was seen there.
    fn replace(&self, key: &str, stored: Stored, nonce: &str, seen: &Stored) -> PutItemInputBuilder {
        let mut placeholders = Placeholders::default();
        self.put(key, stored, nonce)
            .condition_expression(as_seen(seen, &mut placeholders))
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    fn delete(&self, key: &str) -> DeleteItemInputBuilder {
        DeleteItemInput::builder().table_name(&self.table_name).set_key(Some(key_of(key)))
    }

    /// In a transaction: deletes what was seen, and nothing else.
    fn delete_as_seen(&self, key: &str, seen: &Stored) -> TransactWriteItem {
        let mut placeholders = Placeholders::default();
        let delete = Delete::builder()
            .table_name(&self.table_name)
            .set_key(Some(key_of(key)))
            .condition_expression(as_seen(seen, &mut placeholders))
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values());
        let delete = delete.build().expect("all required members are set");
        TransactWriteItem::builder().delete(delete).build()
    }

    /// Counts up a counter that is live, or one that is not there. Not met, the condition says what is there; also that
    /// it was this very request which did it, if its answer was lost.
    fn count(&self, key: &str, expiry: Expiry, nonce: &str, now: i64) -> UpdateItemInputBuilder {
        let mut placeholders = Placeholders::default();
        let [key_name, count, expires_at, ttl, operation] =
            [KEY, COUNT, EXPIRES_AT, TTL, OPERATION].map(|name| placeholders.name(name));
        let expiry = expiry.of_counter();
        let [zero, one, expiry, seconds, now] = [0, 1, expiry, ttl_seconds(expiry), now]
            .map(|number| placeholders.value(AttributeValue::N(number.to_string())));
        let nonce = placeholders.string(nonce);
        UpdateItemInput::builder()
            .table_name(&self.table_name)
            .set_key(Some(key_of(key)))
            .update_expression(format!(
                "SET {count}=if_not_exists({count},{zero})+{one},\
                 {expires_at}=if_not_exists({expires_at},{expiry}),\
                 {ttl}=if_not_exists({ttl},{seconds}),{operation}={nonce}"
            ))
            .condition_expression(format!(
                "attribute_not_exists({key_name}) OR \
                 attribute_exists({count}) AND {expires_at}>{now} AND \
                 (attribute_not_exists({operation}) OR {operation}<>{nonce})"
            ))
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values())
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }
}

/// That an item is there and as it was seen: each write leaves another `_op`.
fn as_seen(seen: &Stored, placeholders: &mut Placeholders) -> String {
    let operation = placeholders.name(OPERATION);
    match &seen.operation {
        Some(seen) => format!("{operation}={}", placeholders.string(seen)),
        None => format!("attribute_exists({}) AND attribute_not_exists({operation})", placeholders.name(KEY)),
    }
}

fn key_of(key: &str) -> Item {
    Item::from([(KEY.to_owned(), AttributeValue::S(key.to_owned()))])
}

fn text(value: AttributeValue) -> Option<String> {
    match value {
        AttributeValue::S(text) => Some(text),
        _ => None,
    }
}

fn counted(item: Option<Item>) -> Result<i64> {
    let item = item.ok_or_else(|| Error::new(Code::Internal, "An update answered without its item", ""))?;
    Stored::from(item).content.count()
}

/// A key to look for; `None` for what can be none.
fn wanted_key(key: Value) -> Result<Option<String>> {
    match key {
        Value::String(key) if key.len() > LONGEST_KEY => Err(too_long()),
        Value::String(key) if !key.is_empty() => Ok(Some(key)),
        _ => Ok(None),
    }
}

/// A key to write.
fn writable_key(key: Value) -> Result<String> {
    wanted_key(key)?
        .ok_or_else(|| Error::invalid_value("key", "must be a string that is not empty", "Give a key"))
}

fn too_long() -> Error {
    let problem = format!("is longer than the {LONGEST_KEY} bytes that DynamoDB allows");
    Error::invalid_value("key", &problem, "Use a shorter one, such as its hash")
}

fn contended() -> Error {
    Error::new(Code::TransactionFailed, "Others kept writing the same key", "Try again")
}

fn nonce() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// Milliseconds since the epoch.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(MAX_MILLISECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000_500;

    fn options() -> Options {
        Options::default()
    }

    fn number(number: i64) -> AttributeValue {
        AttributeValue::N(number.to_string())
    }

    fn string(text: &str) -> AttributeValue {
        AttributeValue::S(text.to_owned())
    }

    fn value(text: &str, expiry: Option<i64>) -> Stored {
        Stored::new(Content::Value(text.to_owned()), Expiry(expiry))
    }

    fn count(count: i64, expiry: Option<i64>) -> Stored {
        Stored::new(Content::Count(count), Expiry(expiry))
    }

    fn after(ttl: f64) -> Option<i64> {
        Expiry::after(&Value::Number(ttl), NOW).unwrap().map(|expiry| expiry.0.unwrap())
    }

    #[test]
    fn a_ttl_is_in_seconds_and_parts_of_one_count() {
        assert_eq!(after(60.0), Some(NOW + 60_000));
        assert_eq!(after(1.5), Some(NOW + 1_500));
        assert_eq!(after(0.0001), Some(NOW + 1));
        assert_eq!(after(1e300), Some(MAX_MILLISECONDS));
    }

    #[test]
    fn what_has_run_out_already_has_no_expiry_and_what_stays_has_none_either() {
        assert_eq!(after(0.0), None);
        assert_eq!(after(-0.0), None);
        assert_eq!(after(-1e300), None);
        for none in [Value::Undefined, Value::Null] {
            assert_eq!(Expiry::after(&none, NOW).unwrap(), Some(Expiry(None)));
        }
    }

    #[test]
    fn a_ttl_that_is_none_is_refused() {
        for ttl in
            [Value::Number(f64::NAN), Value::Number(f64::INFINITY), Value::from("60"), Value::Date(NOW)]
        {
            let error = Expiry::after(&ttl, NOW).unwrap_err();
            assert_eq!(error.code(), Code::InvalidValue);
            assert!(error.to_string().contains("`ttl`"), "{error}");
        }
    }

    #[test]
    fn dynamodb_deletes_no_second_too_early() {
        assert_eq!(ttl_seconds(1_000), 1);
        assert_eq!(ttl_seconds(1_001), 2);
        assert_eq!(ttl_seconds(1_999), 2);
    }

    #[test]
    fn an_item_comes_back_as_it_was_stored() {
        for stored in [value("", None), value("text", Some(NOW)), count(3, Some(NOW))] {
            let found = Stored::from(stored.clone().into_item("k", "nonce"));
            assert!(found == Stored { operation: Some("nonce".into()), ..stored });
        }
        let item = value("text", Some(NOW)).into_item("k", "nonce");
        let expected = [
            (KEY, string("k")),
            (VALUE, string("text")),
            (EXPIRES_AT, number(NOW)),
            (TTL, number(1_700_000_001)),
            (OPERATION, string("nonce")),
        ];
        assert_eq!(item, expected.map(|(name, value)| (name.to_owned(), value)).into());
    }

    #[test]
    fn it_is_live_until_the_very_millisecond() {
        assert!(value("", Some(NOW + 1)).is_live(NOW));
        assert!(!value("", Some(NOW)).is_live(NOW));
        assert!(value("", None).is_live(NOW));
        // A counter without an end has one that never comes: what follows is not to give it another one.
        let endless = count(1, None).into_item("k", "nonce");
        assert_eq!(endless[EXPIRES_AT], number(MAX_MILLISECONDS));
        assert!(Stored::from(endless).is_live(NOW));
    }

    #[test]
    fn a_counter_begins_anew_after_its_end_and_goes_on_from_a_number_before_it() {
        let new = Expiry(Some(NOW + 10));
        let live = Some(NOW + 5);
        assert!(count(7, Some(NOW)).counted_on(new, NOW) == count(1, new.0));
        assert!(value("7", Some(NOW)).counted_on(new, NOW) == count(1, new.0));
        assert!(value("7", live).counted_on(new, NOW) == count(8, live));
        assert!(value("7", None).counted_on(new, NOW) == count(8, None));
        assert!(count(7, None).counted_on(new, NOW) == count(8, None));
        assert!(value("{\"count\":7}", live).counted_on(new, NOW) == count(1, new.0));
        assert!(value(&i64::MAX.to_string(), live).counted_on(new, NOW) == count(1, new.0));
    }

    #[test]
    fn counting_up_is_one_conditional_update() {
        let update = options().count("k", Expiry(Some(NOW + 1)), "nonce", NOW).build().unwrap();
        assert_eq!(update.key().unwrap(), &key_of("k"));
        assert_eq!(
            update.update_expression().unwrap(),
            "SET #1=if_not_exists(#1,:0)+:1,#2=if_not_exists(#2,:2),#3=if_not_exists(#3,:3),#4=:5"
        );
        assert_eq!(
            update.condition_expression().unwrap(),
            "attribute_not_exists(#0) OR attribute_exists(#1) AND #2>:4 AND (attribute_not_exists(#4) OR #4<>:5)"
        );
        let values = update.expression_attribute_values().unwrap();
        assert_eq!(values[":2"], number(NOW + 1));
        assert_eq!(values[":3"], number(1_700_000_001));
        assert_eq!(values[":4"], number(NOW));
        assert_eq!(values[":5"], string("nonce"));
    }

    #[test]
    fn what_was_seen_is_known_by_its_last_write() {
        let condition = |operation: Option<&str>| {
            let mut seen = value("text", None);
            seen.operation = operation.map(str::to_owned);
            let put = options().replace("k", count(1, None), "nonce", &seen).build().unwrap();
            (put.condition_expression().unwrap().to_owned(), put.expression_attribute_values().cloned())
        };
        let (expression, values) = condition(Some("before"));
        assert_eq!((&*expression, &values.unwrap()[":0"]), ("#0=:0", &string("before")));
        let (expression, values) = condition(None);
        assert_eq!((&*expression, values), ("attribute_exists(#1) AND attribute_not_exists(#0)", None));
    }

    #[test]
    fn a_key_is_a_string_of_up_to_2048_bytes() {
        assert_eq!(wanted_key("k".into()).unwrap().as_deref(), Some("k"));
        let longest = "é".repeat(LONGEST_KEY / 2);
        assert_eq!(wanted_key(longest.as_str().into()).unwrap(), Some(longest.clone()));
        for none in [Value::Undefined, Value::Null, "".into(), Value::Number(1.0)] {
            assert_eq!(wanted_key(none.clone()).unwrap(), None);
            assert_eq!(writable_key(none).unwrap_err().code(), Code::InvalidValue);
        }
        let error = wanted_key(format!("{longest}x").into()).unwrap_err();
        assert_eq!(error.code(), Code::InvalidValue);
        assert!(!error.to_string().contains('é'), "{error}");
    }

    #[test]
    fn the_table_is_checked_and_described() {
        options().validate().unwrap();
        Options { table_name: "arn:aws:dynamodb:eu-central-1:123456789012:table/s".into() }
            .validate()
            .unwrap();
        let error = Options { table_name: "no spaces".into() }.validate().unwrap_err();
        assert_eq!(error.code(), Code::InvalidConfig);
        assert!(error.to_string().contains("`tableName`"), "{error}");
        let table = options().table();
        assert_eq!((&*table.name, &*table.key.partition_key), ("better-auth-secondary-storage", "key"));
        assert_eq!((table.key.sort_key, table.ttl_attribute.as_deref()), (None, Some("_ttl")));
    }
}
