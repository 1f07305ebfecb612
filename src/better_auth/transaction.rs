//! Transactions: writes are kept here, reads see them, and all of them are sent as one `TransactWriteItems`.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError};

use tokio::sync::Mutex;

use super::change::{Change, Guarded, Written};
use super::claim;
use super::layout::Model;
use super::plan;
use super::read::{Ask, Found};
use super::row::to_row;
use super::where_clause::{Operator, Where};
use super::write::{Job, check_increment, check_many, incremented, is_sweep};
use super::{Adapter, Operation};
use crate::client::Item;
use crate::error::{Code, Error, Result};
use crate::value::{Record, Value};

/// A transaction. Its operations are done one after the other, whatever the order of their answers.
#[derive(Clone)]
pub struct Transaction {
    adapter: Adapter,
    buffer: Arc<Mutex<Buffer>>,
}

/// The rows that a transaction has written so far.
#[derive(Default)]
pub(super) struct Buffer {
    rows: Vec<Buffered>,
    by_identity: HashMap<String, usize>,
    /// Rows as the transaction has first read them: what it writes later may rest on that.
    seen: std::sync::Mutex<HashMap<String, Item>>,
    is_over: bool,
}

struct Buffered {
    model: Arc<Model>,
    /// As it was read; `None`: it was not there.
    before: Option<Item>,
    /// `None`: it is to be deleted, or was made and deleted again.
    after: Option<Item>,
}

impl Transaction {
    pub(super) fn new(adapter: Adapter) -> Self {
        Transaction { adapter, buffer: Arc::default() }
    }

    /// Does one operation in the transaction: what it writes is seen by the operations after it, and by nobody else
    /// before [`Transaction::commit`].
    pub async fn run(&self, operation: Operation, arguments: Record) -> Result<Value> {
        let mut buffer = self.buffer.lock().await;
        let done = match buffer.is_over {
            true => Err(over()),
            // Boxed when it begins: it takes kilobytes, which whoever calls this would have to move.
            false => Box::pin(self.operate(&mut buffer, operation, &arguments)).await,
        };
        done.map_err(|error| error.during(operation.as_str()))
    }

    /// Writes all of it or nothing, and gives the number of actions that were sent. `TRANSACTION_FAILED` if another has
    /// changed what was read to be written; the codes of a duplicate if a unique value was taken meanwhile;
    /// `TOO_MANY_ITEMS` for more than 100 actions or 4 MB, before anything is sent.
    pub async fn commit(&self) -> Result<usize> {
        let mut buffer = self.buffer.lock().await;
        let changes = match buffer.is_over {
            true => Err(over()),
            false => Ok(buffer.changes()),
        };
        buffer.is_over = true;
        let written = match changes {
            Ok(changes) if changes.is_empty() => return Ok(0),
            Ok(changes) => Box::pin(self.adapter.write(&changes)).await,
            Err(error) => Err(error),
        };
        match written {
            Ok(Written::Done(actions)) => Ok(actions),
            Ok(Written::Conflict) => {
                let problem =
                    "Another has changed what this transaction read to write it; nothing of it was written";
                Err(Error::new(Code::TransactionFailed, problem, "Run it again").during("transaction"))
            }
            Err(error) => Err(error.during("transaction")),
        }
    }

    async fn operate(&self, buffer: &mut Buffer, operation: Operation, arguments: &Record) -> Result<Value> {
        let adapter = &self.adapter;
        match operation {
            Operation::FindOne => return adapter.find_one(arguments, Some(buffer)).await,
            Operation::FindMany => return adapter.find_many(arguments, Some(buffer)).await,
            Operation::Count => return adapter.count(arguments, Some(buffer)).await,
            _ => {}
        }
        let job = Job::read(adapter, arguments)?;
        let table = job.model.table.clone();
        self.change(buffer, operation, &job).await.map_err(|error| error.on_table(&table))
    }

    async fn change(&self, buffer: &mut Buffer, operation: Operation, job: &Job) -> Result<Value> {
        let (adapter, model) = (&self.adapter, &job.model);
        let layout = adapter.layout();
        match operation {
            Operation::Create => self.create(buffer, job).await,
            Operation::Update | Operation::UpdateMany => {
                let is_many = operation == Operation::UpdateMany;
                if job.wanted.is_empty() && !is_many {
                    return Ok(Value::Null);
                }
                let update = job.record("update")?;
                let rows = self.rows(buffer, job, None).await?;
                if is_many {
                    check_many(rows.len(), layout.settings.max_update_many, "maxUpdateManyItems", model)?;
                }
                let count = rows.len();
                let mut first = Value::Null;
                for found in rows {
                    let after = adapter.laid_over(model, &found, &update)?;
                    if matches!(first, Value::Null) {
                        first = Value::Object(to_row(model, after.clone()));
                    }
                    self.replace(buffer, model, found.item, after).await?;
                }
                Ok(if is_many { Value::Number(count as f64) } else { first })
            }
            Operation::Delete | Operation::DeleteMany => {
                let is_many = operation == Operation::DeleteMany;
                if job.wanted.is_empty() && !is_many {
                    return Ok(Value::Undefined);
                }
                if is_many && job.is_sweep() {
                    return Ok(Value::Number(0.0));
                }
                let rows = self.rows(buffer, job, None).await?;
                if is_many {
                    check_many(rows.len(), layout.settings.max_delete_many, "maxDeleteManyItems", model)?;
                }
                let count = rows.len();
                for found in rows {
                    buffer.put(model, found.item, None);
                }
                Ok(if is_many { Value::Number(count as f64) } else { Value::Undefined })
            }
            Operation::ConsumeOne => {
                let Some(found) = self.rows(buffer, job, Some(1)).await?.into_iter().next() else {
                    return Ok(Value::Null);
                };
                buffer.put(model, found.item, None);
                Ok(Value::Object(found.row))
            }
            Operation::IncrementOne => {
                let (increment, set) = (job.record("increment")?, job.record("set")?);
                check_increment(model, &increment)?;
                let Some(found) = self.rows(buffer, job, Some(1)).await?.into_iter().next() else {
                    return Ok(Value::Null);
                };
                let update = incremented(&found.row, &increment, &set);
                let after = adapter.laid_over(model, &found, &update)?;
                self.replace(buffer, model, found.item, after.clone()).await?;
                Ok(Value::Object(to_row(model, after)))
            }
            Operation::FindOne | Operation::FindMany | Operation::Count => Ok(Value::Null),
        }
    }

    async fn rows(&self, buffer: &Buffer, job: &Job, limit: Option<usize>) -> Result<Vec<Found>> {
        let mut ask = Ask::of(&job.model, job.wanted.clone()).for_write();
        ask.limit = limit;
        self.adapter.rows(&ask, Some(buffer)).await
    }

    /// The row is looked for now, too, so that a duplicate is known where it is made and not only in the end.
    async fn create(&self, buffer: &mut Buffer, job: &Job) -> Result<Value> {
        let (adapter, model) = (&self.adapter, &job.model);
        let layout = adapter.layout();
        let (row, _) = adapter.with_id(model, job.record("data")?).await?;
        let item = layout.to_item(model, &row)?;
        let made = Value::Object(to_row(model, item.clone()));
        self.check_free(buffer, model, &item, None).await?;
        buffer.put_new(model, item);
        Ok(made)
    }

    /// A row that is to become another; where its key changes, it moves.
    async fn replace(
        &self,
        buffer: &mut Buffer,
        model: &Arc<Model>,
        before: Item,
        after: Item,
    ) -> Result<()> {
        let moves = model.key_of(&before) != model.key_of(&after);
        self.check_free(buffer, model, &after, Some(&before)).await?;
        if moves {
            buffer.put(model, before, None);
            buffer.put_new(model, after);
        } else {
            buffer.put(model, before, Some(after));
        }
        Ok(())
    }

    /// An error if another row has the key or a unique value of this one: another of the transaction, or a stored one.
    async fn check_free(
        &self,
        buffer: &Buffer,
        model: &Arc<Model>,
        item: &Item,
        before: Option<&Item>,
    ) -> Result<()> {
        let adapter = &self.adapter;
        let layout = adapter.layout();
        let row = to_row(model, item.clone());
        let own = before.map(|before| model.identity(before));
        let old = before.map(|before| to_row(model, before.clone()));
        let mut lookups = Vec::new();
        let key = model.key_fields();
        let is_new_key = own.as_ref() != Some(&model.identity(item));
        if is_new_key {
            lookups.push(key);
        }
        for unique in &model.uniques {
            let is_same = |name: &String| old.as_ref().is_some_and(|old| old.get(name) == row.get(name));
            let is_null = |name: &String| row.get(name).is_none_or(Value::is_nullish);
            if !unique.fields.iter().all(is_same) && !unique.fields.iter().any(is_null) {
                lookups.push(unique.fields.clone());
            }
        }
        for fields in lookups {
            let values =
                fields.iter().map(|name| (name.clone(), row.get(name).cloned().unwrap_or(Value::Null)));
            let wanted = Where::equal(values);
            // Where only a scan could say it, the claims say it in the end.
            if matches!(plan::plan(layout, model, &wanted, None)?, plan::Source::Scan) {
                continue;
            }
            let ask = Ask::of(model, wanted).for_write();
            let is_another =
                |found: &Found| Some(model.identity(&found.item)) != own && !is_over(model, found);
            if adapter.rows(&ask, Some(buffer)).await?.iter().any(is_another) {
                return Err(claim::duplicate(model, &fields));
            }
        }
        Ok(())
    }

    /// Whether there is nothing to write.
    pub async fn is_empty(&self) -> bool {
        self.buffer.lock().await.changes().is_empty()
    }
}

/// A row that has ended, which does not stand in another's way.
fn is_over(model: &Model, found: &Found) -> bool {
    let Some(expiry) = model.expiry.as_ref() else { return false };
    let Some(end) = found.row.get(&expiry.field) else { return false };
    let mut ended = Where::equal([(expiry.field.clone(), end.clone())]);
    ended.all[0].operator = Operator::Lt;
    is_sweep(model, &ended)
}

impl Buffer {
    /// Whether it has a row of this model's table.
    pub(super) fn has(&self, model: &Model) -> bool {
        self.rows.iter().any(|row| row.model.table == model.table)
    }

    /// Notes rows as they are stored.
    pub(super) fn see(&self, model: &Model, rows: &[Found]) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for found in rows {
            seen.entry(model.identity(&found.item)).or_insert_with(|| found.item.clone());
        }
    }

    /// Notes what a row that was seen is to be; also where that is what it is: who writes it wants it to stay so.
    fn put(&mut self, model: &Arc<Model>, seen: Item, after: Option<Item>) {
        let identity = model.identity(&seen);
        let first = self.seen.get_mut().unwrap_or_else(PoisonError::into_inner).remove(&identity);
        self.note(model, identity, Some(first.unwrap_or(seen)), after);
    }

    /// Notes a row that was not there.
    fn put_new(&mut self, model: &Arc<Model>, item: Item) {
        let identity = model.identity(&item);
        self.note(model, identity, None, Some(item));
    }

    fn note(&mut self, model: &Arc<Model>, identity: String, before: Option<Item>, after: Option<Item>) {
        match self.by_identity.get(&identity) {
            Some(at) => self.rows[*at].after = after,
            None => {
                self.by_identity.insert(identity, self.rows.len());
                self.rows.push(Buffered { model: Arc::clone(model), before, after });
            }
        }
    }

    /// Rows of the table as they will be once the buffer is written.
    pub(super) fn lay_over(&self, model: &Arc<Model>, wanted: &Where, stored: Vec<Found>) -> Vec<Found> {
        let is_buffered = |found: &Found| self.by_identity.contains_key(&model.identity(&found.item));
        let mut rows: Vec<Found> = Vec::with_capacity(stored.len());
        let mut seen = Vec::new();
        for found in stored {
            if !is_buffered(&found) {
                rows.push(found);
                continue;
            }
            // In its place, as it will be.
            let at = self.by_identity[&model.identity(&found.item)];
            seen.push(at);
            rows.extend(self.found(at).filter(|found| wanted.matches(&found.row)));
        }
        for at in 0..self.rows.len() {
            if self.rows[at].model.table == model.table && !seen.contains(&at) {
                rows.extend(self.found(at).filter(|found| wanted.matches(&found.row)));
            }
        }
        rows
    }

    fn found(&self, at: usize) -> Option<Found> {
        let Buffered { model, after, .. } = &self.rows[at];
        let item = after.clone()?;
        Some(Found { row: to_row(model, item.clone()), item })
    }

    fn changes(&self) -> Vec<Change> {
        let change = |row: &Buffered| Change {
            model: Arc::clone(&row.model),
            before: row.before.clone(),
            after: row.after.clone(),
            guard: Guarded::Unchanged,
        };
        // What was made and deleted again was never there.
        let is_there = |row: &&Buffered| row.before.is_some() || row.after.is_some();
        self.rows.iter().filter(is_there).map(change).collect()
    }
}

fn over() -> Error {
    let problem = "The transaction is over";
    Error::new(Code::TransactionFailed, problem, "Await everything that is done in its callback")
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").finish_non_exhaustive()
    }
}
