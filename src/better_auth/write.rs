//! Writing rows, each for itself.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::operation::delete_item::DeleteItemInput;
use aws_sdk_dynamodb::operation::get_item::GetItemInput;
use aws_sdk_dynamodb::operation::put_item::PutItemInput;
use aws_sdk_dynamodb::operation::update_item::UpdateItemInput;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};

use super::Adapter;
use super::change::{Change, Guarded, Written, is_free};
use super::claim;
use super::condition::{Guard, is_expressible};
use super::layout::{ID, Kind, Layout, Model};
use super::plan::exact_key;
use super::read::{Ask, Found, all};
use super::read_value::Reader;
use super::row::{OP, attribute, to_row};
use super::where_clause::{Operator, Where};
use crate::client::{Item, Write};
use crate::error::{Code, Error, Result};
use crate::expression::Placeholders;
use crate::marshal::property_path;
use crate::value::{Record, Value};

/// How often a write is tried again after another was faster.
const TRIES: u32 = 10;
/// Ids that are given in one go when others were given by hand.
const ID_TRIES: u32 = 10;
/// The attribute of a counter of ids.
const COUNT: &str = "count";

/// The arguments of a write.
pub(super) struct Job {
    pub(super) model: Arc<Model>,
    pub(super) wanted: Where,
    arguments: Record,
}

impl Job {
    pub(super) fn read(adapter: &Adapter, arguments: &Record) -> Result<Self> {
        let model =
            Arc::clone(adapter.layout().model(Reader::new("arguments", arguments).required("model")?)?);
        let wanted = Where::read(&model, arguments).map_err(|error| error.on_table(&model.table))?;
        Ok(Job { model, wanted, arguments: arguments.clone() })
    }

    /// An object of the arguments, by its name.
    pub(super) fn record(&self, name: &'static str) -> Result<Record> {
        let record = Reader::new("arguments", &self.arguments).object(name)?.cloned().unwrap_or_default();
        // What is undefined stays as it is, as in JSON.
        Ok(record.into_iter().filter(|(_, value)| *value != Value::Undefined).collect())
    }

    fn ask(&self) -> Ask {
        Ask::of(&self.model, self.wanted.clone()).for_write()
    }

    /// `INVALID_WHERE` for an empty clause where `strict` asks for one.
    fn check_empty(&self, layout: &Layout) -> Result<()> {
        if !layout.settings.strict || !self.wanted.is_empty() {
            return Ok(());
        }
        let remedy = "Say which rows, or leave `strict` out";
        Err(Error::new(Code::InvalidWhere, "An empty where clause means all rows", remedy)
            .on_table(&self.model.table))
    }

    /// A sweep of expired rows, which TTL does: `expiresAt lt now`, and perhaps `expiresAt ne null`.
    pub(super) fn is_sweep(&self) -> bool {
        is_sweep(&self.model, &self.wanted)
    }
}

/// Whether a clause asks for nothing but rows that have ended by now, of a model that leaves those to TTL.
pub(super) fn is_sweep(model: &Model, wanted: &Where) -> bool {
    let Some(expiry) = model.expiry.as_ref().filter(|_| model.leaves_expired) else { return false };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as f64;
    // The clock of the caller may be a little ahead.
    let latest = now + 1000.0;
    let is_past = |value: &Value| match value {
        Value::Date(milliseconds) => *milliseconds as f64 <= latest,
        Value::Number(milliseconds) => *milliseconds <= latest,
        _ => false,
    };
    let mut has_end = false;
    wanted.any.is_empty()
        && wanted.all.iter().all(|clause| {
            let is_end = matches!(clause.operator, Operator::Lt | Operator::Lte) && is_past(&clause.value);
            has_end |= is_end;
            clause.field == expiry.field
                && (is_end || (clause.operator == Operator::Ne && clause.value.is_nullish()))
        })
        && has_end
}

impl Model {
    /// Whether an update can be made without knowing the row.
    fn is_plain_update(&self, update: &Record) -> bool {
        update.iter().all(|(name, value)| {
            // What an index cannot hold is noted beside it.
            let may_need_a_note = value.is_nullish() || value.as_str() == Some("");
            let is_indexed =
                self.field(name).is_some_and(|field| field.in_index && field.kind == Kind::String);
            !(self.is_structural(name) || is_indexed && may_need_a_note)
        })
    }
}

impl Adapter {
    /// The item of a key, as it is now.
    pub(super) async fn stored(&self, model: &Model, key: Item) -> Result<Option<Item>> {
        let request =
            GetItemInput::builder().table_name(&model.table).set_key(Some(key)).consistent_read(true);
        self.client().get(request).await
    }

    pub(super) async fn create(&self, arguments: &Record) -> Result<Value> {
        let job = Job::read(self, arguments)?;
        let model = &job.model;
        let data = job.record("data")?;
        for attempt in 1.. {
            let (row, has_own_id) = self.with_id(model, data.clone()).await?;
            let item = self.layout().to_item(model, &row).map_err(|error| error.on_table(&model.table))?;
            match self.put_new(model, &item).await {
                Ok(()) => return Ok(Value::Object(to_row(model, item))),
                // Somebody has chosen this number by hand.
                Err(error) if !has_own_id && is_duplicate(&error) && attempt < ID_TRIES => {}
                Err(error) => return Err(error.on_table(&model.table)),
            }
        }
        unreachable!("the last attempt returns")
    }

    async fn put_new(&self, model: &Arc<Model>, item: &Item) -> Result<()> {
        let layout = self.layout();
        if !layout.claims_of(model, &to_row(model, item.clone())).is_empty() {
            let change = Change {
                model: Arc::clone(model),
                before: None,
                after: Some(item.clone()),
                guard: Guarded::Unchanged,
            };
            for attempt in 1..=TRIES {
                match self.write(std::slice::from_ref(&change)).await? {
                    Written::Done(_) => return Ok(()),
                    Written::Conflict => pause(attempt).await,
                }
            }
            return Err(contended());
        }
        let mut placeholders = Placeholders::default();
        let operation = operation_mark();
        let mut item = item.clone();
        item.insert(OP.to_owned(), operation.clone());
        let put = PutItemInput::builder()
            .table_name(&model.table)
            .set_item(Some(item))
            .condition_expression(is_free(layout, model, &mut placeholders))
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match self.client().put(put).await? {
            Write::Done(_) => Ok(()),
            // The request was sent again because its answer was lost, and has met itself.
            Write::ConditionFailed(Some(there)) if there.get(OP) == Some(&operation) => Ok(()),
            Write::ConditionFailed(_) => Err(claim::duplicate(model, &model.key_fields())),
        }
    }

    /// The row with an id, where the database gives ids; and whether it had one.
    pub(super) async fn with_id(&self, model: &Model, data: Record) -> Result<(Record, bool)> {
        let own = data.get(ID).filter(|id| !id.is_nullish());
        let own = own.map(|own| match own {
            Value::Number(number) => Some(*number),
            _ => None,
        });
        if !self.layout().serial {
            return Ok((data, true));
        }
        if let Some(own) = own {
            if let Some(number) = own {
                Box::pin(self.raise_ids(model, number)).await?;
            }
            return Ok((data, true));
        }
        let id = Box::pin(self.next_id(model)).await?;
        let mut row = Record::new();
        row.set(ID, Value::Number(id));
        for (name, value) in data {
            if name != ID {
                row.set(name, value);
            }
        }
        Ok((row, false))
    }

    fn counter(&self, model: &Model) -> Item {
        self.layout().claim_key(super::layout::Holder::Claims, &format!("{}#serial", model.key))
    }

    async fn next_id(&self, model: &Model) -> Result<f64> {
        let mut placeholders = Placeholders::default();
        let one = placeholders.value(AttributeValue::N("1".to_owned()));
        let update = UpdateItemInput::builder()
            .table_name(&self.layout().claims)
            .set_key(Some(self.counter(model)))
            .update_expression(format!("ADD {} {one}", placeholders.name(COUNT)))
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values())
            .return_values(ReturnValue::UpdatedNew);
        let count = match self.client().update(update).await? {
            Write::Done(Some(counter)) => {
                counter.get(COUNT).and_then(|count| count.as_n().ok()?.parse().ok())
            }
            _ => None,
        };
        count.ok_or_else(|| Error::new(Code::Internal, "The counter of ids did not count", ""))
    }

    /// Ids that are given later are above one that was chosen by hand.
    async fn raise_ids(&self, model: &Model, id: f64) -> Result<()> {
        let mut placeholders = Placeholders::default();
        let (name, value) = (placeholders.name(COUNT), placeholders.value(AttributeValue::N(id.to_string())));
        let update = UpdateItemInput::builder()
            .table_name(&self.layout().claims)
            .set_key(Some(self.counter(model)))
            .update_expression(format!("SET {name}={value}"))
            .condition_expression(format!("attribute_not_exists({name}) OR {name}<{value}"))
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values());
        self.client().update(update).await.map(drop)
    }

    /// Updates every row that answers the clause, and gives the first of them as it is then.
    pub(super) async fn update(&self, arguments: &Record) -> Result<Value> {
        let job = Job::read(self, arguments)?;
        let update = job.record("update")?;
        if job.wanted.is_empty() {
            return Ok(Value::Null);
        }
        let table = &job.model.table;
        let only = exact_key(&job.model, &job.wanted)?;
        if let Some(key) = only.filter(|_| job.model.is_plain_update(&update) && !update.is_empty())
            && job.wanted.clauses().all(|clause| is_expressible(&job.model, clause))
        {
            let row = self.update_at(&job.model, key, &update, &job.wanted, None).await;
            return Ok(row.map_err(|error| error.on_table(table))?.map_or(Value::Null, Value::Object));
        }
        let rows = self.rows(&job.ask(), None).await?;
        let updated = self.update_each(&job, &update, rows).await?;
        Ok(updated.into_iter().flatten().next().map_or(Value::Null, Value::Object))
    }

    pub(super) async fn update_many(&self, arguments: &Record) -> Result<Value> {
        let job = Job::read(self, arguments)?;
        let settings = &self.layout().settings;
        job.check_empty(self.layout())?;
        let update = job.record("update")?;
        let rows = self.rows(&job.ask(), None).await?;
        check_many(rows.len(), settings.max_update_many, "maxUpdateManyItems", &job.model)?;
        if settings.unsafe_batch_update && job.model.is_plain_update(&update) {
            let count = rows.len();
            let items = rows.into_iter().map(|found| self.laid_over(&job.model, &found, &update));
            let items = items.collect::<Result<_>>().map_err(|error| error.on_table(&job.model.table))?;
            self.client().batch_put(&job.model.table, items).await?;
            return Ok(Value::Number(count as f64));
        }
        let updated = self.update_each(&job, &update, rows).await?;
        Ok(Value::Number(updated.into_iter().flatten().count() as f64))
    }

    async fn update_each(&self, job: &Job, update: &Record, rows: Vec<Found>) -> Result<Vec<Option<Record>>> {
        if update.is_empty() {
            return Ok(rows.into_iter().map(|found| Some(found.row)).collect());
        }
        let one = |found: Found| self.update_found(&job.model, found, update, &job.wanted);
        self.each(job, "updated", rows, one).await
    }

    /// Does something to each row, some at once; the errors of some are told when the others are done.
    async fn each<T, F: Future<Output = Result<T>>>(
        &self,
        job: &Job,
        done: &str,
        rows: Vec<Found>,
        one: impl Fn(Found) -> F,
    ) -> Result<Vec<T>> {
        let total = rows.len();
        let mut results = Vec::with_capacity(total);
        let mut failures = Vec::new();
        let mut rows = rows.into_iter();
        loop {
            let chunk: Vec<_> = rows.by_ref().take(self.layout().settings.concurrency).map(&one).collect();
            if chunk.is_empty() {
                break;
            }
            let chunk = chunk.into_iter().map(|future| async { Ok(future.await) }).collect();
            for result in all(chunk).await? {
                match result {
                    Ok(result) => results.push(result),
                    Err(error) => failures.push(error.on_table(&job.model.table)),
                }
            }
        }
        match failures.len() {
            0 => Ok(results),
            1 if total == 1 => Err(failures.swap_remove(0)),
            failed => {
                let code = failures[0].code().as_str();
                let problem = format!("{failed} of {total} rows were not {done}: {code}");
                let remedy = "Run it again: what is done stays done";
                Err(Error::new(Code::PartialFailure, problem, remedy)
                    .on_table(&job.model.table)
                    .made_of(failures))
            }
        }
    }

    /// Updates a row that was found, if it still answers the clause.
    async fn update_found(
        &self,
        model: &Arc<Model>,
        mut found: Found,
        update: &Record,
        wanted: &Where,
    ) -> Result<Option<Record>> {
        let is_plain = model.is_plain_update(update);
        for attempt in 1..=TRIES {
            if is_plain {
                let key = model.key_of(&found.item);
                let updated = self.update_at(model, key, update, wanted, Some(&found.item)).await?;
                if updated.is_some() {
                    return Ok(updated);
                }
            } else {
                let after = self.laid_over(model, &found, update)?;
                let change = Change {
                    model: Arc::clone(model),
                    before: Some(found.item.clone()),
                    after: Some(after.clone()),
                    guard: Guarded::Unchanged,
                };
                match self.write(&[change]).await? {
                    Written::Done(_) => return Ok(Some(to_row(model, after))),
                    Written::Conflict => pause(attempt).await,
                }
            }
            match self.again(model, &found, wanted).await? {
                Some(now) => found = now,
                None => return Ok(None),
            }
        }
        Err(contended())
    }

    /// A row as it is now, if it still answers the clause.
    async fn again(&self, model: &Arc<Model>, found: &Found, wanted: &Where) -> Result<Option<Found>> {
        let item = self.stored(model, model.key_of(&found.item)).await?;
        let now = item.map(|item| Found { row: to_row(model, item.clone()), item });
        Ok(now.filter(|now| wanted.matches(&now.row)))
    }

    /// The item of a row with a change laid over it.
    pub(super) fn laid_over(&self, model: &Model, found: &Found, update: &Record) -> Result<Item> {
        let mut row = found.row.clone();
        for (name, value) in update.iter() {
            row.set(name, value.clone());
        }
        let mut item = self.layout().to_item(model, &row)?;
        // What others have written beside it stays.
        for (name, value) in &found.item {
            if model.field(name).is_none() && !name.starts_with('_') && !item.contains_key(name) {
                item.insert(name.clone(), value.clone());
            }
        }
        Ok(item)
    }

    /// One UpdateItem: the row as it is then, or nothing where it does not answer the clause.
    async fn update_at(
        &self,
        model: &Model,
        key: Item,
        update: &Record,
        wanted: &Where,
        seen: Option<&Item>,
    ) -> Result<Option<Record>> {
        let mut placeholders = Placeholders::default();
        let operation = operation_mark();
        let mut changes = self.layout().to_changes(model, update)?;
        // What it asks of the row beside its key may no longer be so once it is done.
        if wanted.clauses().count() > model.key_fields().len() || seen.is_some() {
            changes.push((OP.to_owned(), Some(operation.clone())));
        }
        let update_expression = placeholders.update(changes);
        let guard =
            Guard::exists(model, &mut placeholders).answering(model, wanted, seen, &mut placeholders)?;
        self.send_update(model, key, update_expression, guard, placeholders, &operation).await
    }

    /// Sends an update; gives the row as it is then, or nothing where the guard was not met.
    async fn send_update(
        &self,
        model: &Model,
        key: Item,
        update: String,
        guard: Guard,
        mut placeholders: Placeholders,
        operation: &AttributeValue,
    ) -> Result<Option<Record>> {
        let request = UpdateItemInput::builder()
            .table_name(&model.table)
            .set_key(Some(key))
            .update_expression(update)
            .condition_expression(guard.into_expression())
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values())
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let item = own_outcome(self.client().update(request).await?, operation);
        Ok(item.map(|item| to_row(model, item)))
    }

    pub(super) async fn delete(&self, arguments: &Record) -> Result<Value> {
        let job = Job::read(self, arguments)?;
        if job.wanted.is_empty() {
            return Ok(Value::Undefined);
        }
        let model = &job.model;
        let only = exact_key(model, &job.wanted)?.filter(|_| model.uniques.is_empty());
        match only.filter(|_| job.wanted.clauses().all(|clause| is_expressible(model, clause))) {
            Some(key) => self.delete_at(model, key, &job.wanted).await?,
            None => drop(self.delete_all(&job, 0).await?),
        }
        Ok(Value::Undefined)
    }

    pub(super) async fn delete_many(&self, arguments: &Record) -> Result<Value> {
        let job = Job::read(self, arguments)?;
        job.check_empty(self.layout())?;
        if job.is_sweep() {
            return Ok(Value::Number(0.0));
        }
        let count = self.delete_all(&job, self.layout().settings.max_delete_many).await?;
        Ok(Value::Number(count as f64))
    }

    async fn delete_all(&self, job: &Job, most: usize) -> Result<usize> {
        let model = &job.model;
        let rows = self.rows(&job.ask(), None).await?;
        check_many(rows.len(), most, "maxDeleteManyItems", model)?;
        let one = |found: Found| self.delete_found(model, found, &job.wanted);
        let deleted = self.each(job, "deleted", rows, one).await?;
        Ok(deleted.into_iter().filter(|deleted| *deleted).count())
    }

    /// Deletes a row that was found, if it still answers the clause. A transaction, for its token: a request that is
    /// sent again because its answer was lost is not a second one, and is counted.
    async fn delete_found(&self, model: &Arc<Model>, mut found: Found, wanted: &Where) -> Result<bool> {
        for attempt in 1..=TRIES {
            match self.delete_with_claims(model, &found, wanted).await? {
                Written::Done(_) => return Ok(true),
                Written::Conflict => pause(attempt).await,
            }
            match self.again(model, &found, wanted).await? {
                Some(now) => found = now,
                None => return Ok(false),
            }
        }
        Err(contended())
    }

    async fn delete_with_claims(&self, model: &Arc<Model>, found: &Found, wanted: &Where) -> Result<Written> {
        let change = Change {
            model: Arc::clone(model),
            before: Some(found.item.clone()),
            after: None,
            guard: Guarded::Answering(wanted.clone()),
        };
        self.write(&[change]).await
    }

    /// One DeleteItem, if the row answers the clause.
    async fn delete_at(&self, model: &Model, key: Item, wanted: &Where) -> Result<()> {
        let mut placeholders = Placeholders::default();
        let guard =
            Guard::exists(model, &mut placeholders).answering(model, wanted, None, &mut placeholders)?;
        let request = DeleteItemInput::builder()
            .table_name(&model.table)
            .set_key(Some(key))
            .condition_expression(guard.into_expression())
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values());
        self.client().delete(request).await.map(drop)
    }

    pub(super) async fn consume_one(&self, arguments: &Record) -> Result<Value> {
        let job = Job::read(self, arguments)?;
        self.check_findable(&job, "consumeOne")?;
        for attempt in 1..=TRIES {
            let Some(found) = self.rows(&job.ask().first(), None).await?.into_iter().next() else {
                return Ok(Value::Null);
            };
            match self.delete_with_claims(&job.model, &found, &job.wanted).await? {
                Written::Done(_) => return Ok(Value::Object(found.row)),
                Written::Conflict => pause(attempt).await,
            }
        }
        Err(contended().on_table(&job.model.table))
    }

    pub(super) async fn increment_one(&self, arguments: &Record) -> Result<Value> {
        let job = Job::read(self, arguments)?;
        let (increment, set) = (job.record("increment")?, job.record("set")?);
        check_increment(&job.model, &increment)?;
        let names_structure = |record: &Record| !job.model.is_plain_update(record);
        let mut is_plain = !names_structure(&set) && !names_structure(&increment);
        let only = exact_key(&job.model, &job.wanted)?;
        if let Some(key) = only.filter(|_| is_plain)
            && job.wanted.clauses().all(|clause| is_expressible(&job.model, clause))
        {
            match self.increment_at(&job, key, &increment, &set, None).await {
                Ok(row) => return Ok(row.map_or(Value::Null, Value::Object)),
                Err(error) if !is_no_number(&error) => return Err(error.on_table(&job.model.table)),
                // Others store null as DynamoDB's NULL, to which it adds nothing: the row is read and written.
                Err(_) => is_plain = false,
            }
        }
        for attempt in 1..=5 * TRIES {
            let Some(found) = self.rows(&job.ask().first(), None).await?.into_iter().next() else {
                return Ok(Value::Null);
            };
            if is_plain {
                let key = job.model.key_of(&found.item);
                match self.increment_at(&job, key, &increment, &set, Some(&found.item)).await {
                    Ok(Some(row)) => return Ok(Value::Object(row)),
                    Ok(None) => {}
                    Err(error) if is_no_number(&error) => {
                        is_plain = false;
                        continue;
                    }
                    Err(error) => return Err(error.on_table(&job.model.table)),
                }
            } else {
                let update = incremented(&found.row, &increment, &set);
                let after = self.laid_over(&job.model, &found, &update)?;
                let change = Change {
                    model: Arc::clone(&job.model),
                    before: Some(found.item.clone()),
                    after: Some(after.clone()),
                    guard: Guarded::Unchanged,
                };
                if let Written::Done(_) = self.write(&[change]).await? {
                    return Ok(Value::Object(to_row(&job.model, after)));
                }
            }
            pause(attempt).await;
        }
        Err(contended().on_table(&job.model.table))
    }

    /// One UpdateItem that counts, on the condition of the clause.
    async fn increment_at(
        &self,
        job: &Job,
        key: Item,
        increment: &Record,
        set: &Record,
        seen: Option<&Item>,
    ) -> Result<Option<Record>> {
        let model = &job.model;
        let mut placeholders = Placeholders::default();
        let operation = operation_mark();
        let mut changes = self.layout().to_changes(model, set)?;
        changes.push((OP.to_owned(), Some(operation.clone())));
        let mut counts = Vec::new();
        for (name, delta) in increment.iter() {
            let delta = placeholders.value(attribute(model, name, delta)?);
            let zero = placeholders.value(AttributeValue::N("0".to_owned()));
            let name = placeholders.name(name);
            counts.push(format!("{name}=if_not_exists({name},{zero})+{delta}"));
        }
        let update = placeholders.update(changes);
        // The mark is always set, so there is a SET to put them into.
        let update = update.replacen(
            "SET ",
            &format!("SET {}", counts.iter().map(|count| format!("{count},")).collect::<String>()),
            1,
        );
        let (op, own) = (placeholders.name(OP), placeholders.value(operation.clone()));
        let guard = Guard::exists(model, &mut placeholders)
            .answering(model, &job.wanted, seen, &mut placeholders)?
            .and(format!("(attribute_not_exists({op}) OR {op}<>{own})"));
        self.send_update(model, key, update, guard, placeholders, &operation).await
    }

    /// `INVALID_WHERE` where `strict` refuses to look for a row in the whole table.
    fn check_findable(&self, job: &Job, operation: &str) -> Result<()> {
        if !self.layout().settings.strict {
            return Ok(());
        }
        let source = super::plan::plan(self.layout(), &job.model, &job.wanted, None)?;
        if !matches!(source, super::plan::Source::Scan) {
            return Ok(());
        }
        let problem = format!("`{operation}` needs a where clause that a key or an index serves");
        let remedy = "Ask by a key, add an index, or leave `strict` out";
        Err(Error::new(Code::InvalidWhere, problem, remedy).on_table(&job.model.table))
    }
}

impl Layout {
    /// What an update sets and removes.
    pub(super) fn to_changes(
        &self,
        model: &Model,
        update: &Record,
    ) -> Result<Vec<(String, Option<AttributeValue>)>> {
        let mut changes = Vec::with_capacity(update.len() + 1);
        for (name, value) in update.iter() {
            super::row::add_changes(model, name, value, &mut changes)?;
            if model.expiry.as_ref().is_some_and(|expiry| expiry.field == name) {
                let end = self.end_of(model, update).map(|seconds| AttributeValue::N(seconds.to_string()));
                changes.push((self.settings.ttl_attribute.clone(), end));
            }
        }
        Ok(changes)
    }
}

/// The changes of a counted row.
pub(super) fn incremented(row: &Record, increment: &Record, set: &Record) -> Record {
    let mut update = set.clone();
    for (name, delta) in increment.iter() {
        let sum = match (row.get(name), delta) {
            (Some(Value::Number(number)), Value::Number(delta)) => number + delta,
            (_, Value::Number(delta)) => *delta,
            _ => continue,
        };
        update.set(name, Value::Number(sum));
    }
    update
}

pub(super) fn check_increment(model: &Model, increment: &Record) -> Result<()> {
    for (name, delta) in increment.iter() {
        if !matches!(delta, Value::Number(number) if number.is_finite()) {
            let path = property_path(&model.key, name);
            return Err(Error::invalid_value(
                &path,
                "is to be counted by what is no number",
                "Give a finite number",
            )
            .on_table(&model.table));
        }
    }
    Ok(())
}

pub(super) fn check_many(rows: usize, most: usize, option: &str, model: &Model) -> Result<()> {
    if most == 0 || rows <= most {
        return Ok(());
    }
    let problem = format!("{rows} rows answer the where clause, more than the {most} of `{option}`");
    let remedy = format!("Narrow the where clause, or raise `{option}` (0: no limit)");
    Err(Error::new(Code::TooManyItems, problem, remedy).on_table(&model.table))
}

/// Whether DynamoDB refused to count what is stored.
fn is_no_number(error: &Error) -> bool {
    error.cause().is_some_and(|cause| cause.name == "ValidationException")
}

pub(super) fn is_duplicate(error: &Error) -> bool {
    matches!(error.code(), Code::ConditionalCheckFailed | Code::EmailExists | Code::AccountExists)
}

/// The row after a write that was marked; `None` if its condition was not met.
fn own_outcome(write: Write, operation: &AttributeValue) -> Option<Item> {
    match write {
        Write::Done(item) => item,
        // The request was sent again because its answer was lost, and has met itself.
        Write::ConditionFailed(Some(there)) if there.get(OP) == Some(operation) => Some(there),
        Write::ConditionFailed(_) => None,
    }
}

/// Tells one write from another.
fn operation_mark() -> AttributeValue {
    AttributeValue::S(format!("{:016x}", fastrand::u64(..)))
}

fn contended() -> Error {
    let problem = format!("Others kept changing the same rows, also after {TRIES} tries");
    Error::new(Code::TransactionFailed, problem, "Try again later")
}

/// Waits a little, longer each time, so that not all come again at once.
async fn pause(attempt: u32) {
    let longest = Duration::from_millis(10).saturating_mul(2_u32.saturating_pow(attempt.min(5)));
    tokio::time::sleep(longest.mul_f64(fastrand::f64())).await;
}
