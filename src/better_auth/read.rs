//! Finding, counting and joining rows.

use std::collections::HashSet;
use std::sync::Arc;

use aws_sdk_dynamodb::operation::get_item::GetItemInput;
use aws_sdk_dynamodb::operation::query::QueryInput;
use aws_sdk_dynamodb::operation::query::builders::QueryInputBuilder;
use aws_sdk_dynamodb::operation::scan::ScanInput;
use aws_sdk_dynamodb::operation::scan::builders::ScanInputBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Select};

use super::claim;
use super::condition;
use super::layout::{Layout, Model};
use super::plan::{self, Claims, Query, Range, Sort, Source};
use super::read_value::Reader;
use super::row::to_row;
use super::transaction::Buffer;
use super::where_clause::{Operator, Where, sort_order};
use super::write::is_sweep;
use super::{Adapter, Notice};
use crate::client::{Item, Page};
use crate::error::{Code, Error, Result};
use crate::expression::Placeholders;
use crate::value::{Record, Value};

/// Rows that are asked for at once of one model, where each is a request of its own.
const AT_ONCE: usize = 10;
/// Joined rows of one row, unless the join says otherwise: Better Auth's own default.
const JOINED: usize = 100;

/// What is asked for.
pub(super) struct Ask {
    pub(super) model: Arc<Model>,
    pub(super) wanted: Where,
    pub(super) sort: Option<Sort>,
    pub(super) offset: usize,
    /// How many rows are needed at most, after the offset.
    pub(super) limit: Option<usize>,
    /// Whether rows are read to be written: they have to be up to date, and from the table itself.
    pub(super) for_write: bool,
}

/// A row that was found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) item: Item,
    pub(super) row: Record,
}

impl Ask {
    pub(super) fn read(layout: &Layout, arguments: &Record) -> Result<Self> {
        let reader = Reader::new("arguments", arguments);
        let model = Arc::clone(layout.model(reader.required("model")?)?);
        let wanted = Where::read(&model, arguments).map_err(|error| error.on_table(&model.table))?;
        let sort = match reader.object("sortBy")? {
            Some(sort) => {
                let sort = Reader::new("sortBy", sort);
                let field = sort.required("field")?;
                if model.field(field).is_none() {
                    let problem = format!("The model \"{}\" has no field `{field}` to sort by", model.key);
                    let error =
                        Error::new(Code::InvalidWhere, problem, "Name a field of Better Auth's schema");
                    return Err(error.on_table(&model.table));
                }
                Some(Sort { field: field.to_owned(), ascending: sort.text("direction")? != Some("desc") })
            }
            None => None,
        };
        let (offset, limit) = (reader.size("offset")?.unwrap_or(0), reader.size("limit")?);
        Ok(Ask { model, wanted, sort, offset, limit, for_write: false })
    }

    pub(super) fn of(model: &Arc<Model>, wanted: Where) -> Self {
        Ask { model: Arc::clone(model), wanted, sort: None, offset: 0, limit: None, for_write: false }
    }

    pub(super) fn for_write(mut self) -> Self {
        self.for_write = true;
        self
    }

    pub(super) fn first(mut self) -> Self {
        self.limit = Some(1);
        self
    }

    fn needed(&self) -> Option<usize> {
        self.limit.map(|limit| limit.saturating_add(self.offset))
    }
}

impl Adapter {
    pub(super) async fn find_one(&self, arguments: &Record, buffer: Option<&Buffer>) -> Result<Value> {
        let mut ask = Ask::read(self.layout(), arguments)?.first();
        ask.sort = None;
        ask.for_write = buffer.is_some();
        let rows = self.rows(&ask, buffer).await?.into_iter().map(|found| found.row).collect();
        let mut rows = self.joined(rows, arguments, buffer).await?;
        let row = if rows.is_empty() { None } else { Some(rows.swap_remove(0)) };
        row.map_or(Ok(Value::Null), |row| Ok(Value::Object(selected(&ask.model, row, arguments)?)))
    }

    pub(super) async fn find_many(&self, arguments: &Record, buffer: Option<&Buffer>) -> Result<Value> {
        let mut ask = Ask::read(self.layout(), arguments)?;
        // What is read in a transaction may be read to be written.
        ask.for_write = buffer.is_some();
        // Better Auth asks for the rows of a sweep before it deletes them.
        if ask.limit == Some(0) || is_sweep(&ask.model, &ask.wanted) {
            return Ok(Value::List(Vec::new()));
        }
        if self.layout().settings.strict && ask.offset > 0 {
            let source = plan::plan(self.layout(), &ask.model, &ask.wanted, ask.sort.as_ref())?;
            if matches!(&source, Source::Query(query) if query.index.is_some()) {
                let problem = "`offset` on a query of an index reads and drops what comes before";
                let remedy = "Page by a range of the sort key, or leave `strict` out";
                return Err(Error::new(Code::UnsupportedOption, problem, remedy).on_table(&ask.model.table));
            }
        }
        let rows = self.rows(&ask, buffer).await?.into_iter().map(|found| found.row).collect();
        let rows = self.joined(rows, arguments, buffer).await?;
        let rows = rows.into_iter().map(|row| Ok(Value::Object(selected(&ask.model, row, arguments)?)));
        Ok(Value::List(rows.collect::<Result<_>>()?))
    }

    pub(super) async fn count(&self, arguments: &Record, buffer: Option<&Buffer>) -> Result<Value> {
        let ask = Ask::read(self.layout(), arguments)?;
        let is_buffered = buffer.is_some_and(|buffer| buffer.has(&ask.model));
        let count = match is_buffered {
            true => self.rows(&ask, buffer).await?.len(),
            false => self.counted(&ask).await?,
        };
        Ok(Value::Number(count as f64))
    }

    /// The rows, sorted and cut, as they will be once what is in the buffer is written.
    pub(super) async fn rows(&self, ask: &Ask, buffer: Option<&Buffer>) -> Result<Vec<Found>> {
        let transaction = buffer;
        let buffer = buffer.filter(|buffer| buffer.has(&ask.model));
        let source = plan::plan(self.layout(), &ask.model, &ask.wanted, ask.sort.as_ref())?;
        self.check_strict(ask)?;
        let is_sorted = match (&ask.sort, &source) {
            (None, _) => true,
            (Some(_), Source::Query(query)) => query.order.is_some(),
            (Some(_), Source::Keys(keys)) => keys.len() == 1,
            (Some(_), _) => false,
        };
        let needed = ask.needed().filter(|_| is_sorted && buffer.is_none());
        let mut rows = self.fetch(ask, &source, needed).await?;
        if let Some(transaction) = transaction {
            transaction.see(&ask.model, &rows);
        }
        if let Some(buffer) = buffer {
            rows = buffer.lay_over(&ask.model, &ask.wanted, rows);
        }
        if let Some(sort) = ask.sort.as_ref().filter(|_| !is_sorted || buffer.is_some()) {
            rows.sort_by(|left, right| {
                let [left, right] =
                    [left, right].map(|found| found.row.get(&sort.field).unwrap_or(&Value::Null));
                let order = sort_order(left, right);
                if sort.ascending { order } else { order.reverse() }
            });
        }
        let limit = ask.limit.unwrap_or(usize::MAX);
        Ok(rows.into_iter().skip(ask.offset).take(limit).collect())
    }

    fn check_strict(&self, ask: &Ask) -> Result<()> {
        if !self.layout().settings.strict {
            return Ok(());
        }
        for clause in ask.wanted.clauses() {
            let path = crate::marshal::property_path(&ask.model.key, &clause.field);
            let refused = match clause.operator {
                Operator::EndsWith => {
                    Some(format!("DynamoDB has no operator `ends_with`, which `{path}` is compared by"))
                }
                _ if clause.insensitive => {
                    Some(format!("DynamoDB cannot compare `{path}` without regard to letters' case"))
                }
                _ => None,
            };
            if let Some(problem) = refused {
                let remedy = "Leave `strict` out to have it judged here";
                return Err(Error::new(Code::UnsupportedOperator, problem, remedy).on_table(&ask.model.table));
            }
        }
        Ok(())
    }

    /// The rows of a source that answer the clause, each once; at least as many as needed, if there are.
    async fn fetch(&self, ask: &Ask, source: &Source, needed: Option<usize>) -> Result<Vec<Found>> {
        match source {
            Source::Nothing => Ok(Vec::new()),
            Source::Keys(keys) => {
                let items = self.by_keys(ask, keys.clone()).await?;
                Ok(self.answering(ask, items))
            }
            Source::Claims(claims) => Box::pin(self.by_claims(ask, claims, needed)).await,
            Source::Query(query) => Box::pin(self.by_query(ask, query, needed)).await,
            Source::Scan => Box::pin(self.by_scan(ask, needed)).await,
            Source::Union(sources) => {
                let mut rows = Vec::new();
                for source in sources {
                    rows.extend(Box::pin(self.fetch(ask, source, None)).await?);
                }
                Ok(distinct(&ask.model, rows))
            }
        }
    }

    fn answering(&self, ask: &Ask, items: Vec<Item>) -> Vec<Found> {
        let found = items.into_iter().map(|item| Found { row: to_row(&ask.model, item.clone()), item });
        found.filter(|found| ask.wanted.matches(&found.row)).collect()
    }

    /// Whether reads of the table itself are strongly consistent.
    fn is_consistent(&self, ask: &Ask) -> bool {
        ask.for_write || self.layout().settings.consistent_reads
    }

    async fn by_keys(&self, ask: &Ask, keys: Vec<Item>) -> Result<Vec<Item>> {
        let (table, consistent) = (&ask.model.table, self.is_consistent(ask));
        match keys.as_slice() {
            [key] => {
                let request = GetItemInput::builder()
                    .table_name(table)
                    .set_key(Some(key.clone()))
                    .consistent_read(consistent);
                Ok(self.client().get(request).await?.into_iter().collect())
            }
            _ => {
                // In the order of the keys, as far as that is an order.
                let order: Vec<Item> = keys.clone();
                let mut items = Box::pin(self.client().batch_get(table, keys, consistent)).await?;
                items.sort_by_key(|item| {
                    let key = ask.model.key_of(item);
                    order.iter().position(|own| *own == key)
                });
                Ok(items)
            }
        }
    }

    async fn by_claims(&self, ask: &Ask, claims: &Claims, needed: Option<usize>) -> Result<Vec<Found>> {
        let layout = self.layout();
        let keys = claims.keys.iter().map(|key| layout.claim_key(claims.holder, key)).collect::<Vec<_>>();
        let table = layout.claims_table(claims.holder);
        let stored = match keys.as_slice() {
            [key] => {
                let request = GetItemInput::builder()
                    .table_name(table)
                    .set_key(Some(key.clone()))
                    .consistent_read(true);
                self.client().get(request).await?.into_iter().collect()
            }
            _ => self.client().batch_get(table, keys, true).await?,
        };
        let rows: Vec<Item> =
            stored.iter().filter_map(|claim| claim::row_key(claims.holder, claim)).collect();
        let mut found = match rows.is_empty() {
            true => Vec::new(),
            false => {
                let items = self.by_keys(ask, rows).await?;
                self.answering(ask, items)
            }
        };
        let is_known =
            |key: &String| stored.iter().any(|claim| claim::key_in(claims.holder, claim) == Some(key));
        // What has a claim is as the claim says; what has none may have been written without.
        if !claims.keys.iter().all(is_known) && !matches!(*claims.otherwise, Source::Nothing) {
            found.extend(Box::pin(self.fetch(ask, &claims.otherwise, needed)).await?);
            found = distinct(&ask.model, found);
        }
        Ok(found)
    }

    async fn by_query(&self, ask: &Ask, query: &Query, needed: Option<usize>) -> Result<Vec<Found>> {
        let Some(key) = &query.companion else { return self.by_partitions(ask, query, needed).await };
        let (companion, others) =
            tokio::join!(self.by_keys(ask, vec![key.clone()]), self.by_partitions(ask, query, needed));
        // First what is up to date.
        let mut rows = self.answering(ask, companion?);
        rows.extend(others?);
        Ok(distinct(&ask.model, rows))
    }

    async fn by_partitions(&self, ask: &Ask, query: &Query, needed: Option<usize>) -> Result<Vec<Found>> {
        let mut rows = Vec::new();
        for chunk in query.partitions.chunks(AT_ONCE) {
            let asked = chunk.iter().map(|partition| self.by_partition(ask, query, partition, needed));
            rows.extend(all(asked.collect()).await?.into_iter().flatten());
            if needed.is_some_and(|needed| rows.len() >= needed) {
                break;
            }
        }
        Ok(rows)
    }

    async fn by_partition(
        &self,
        ask: &Ask,
        query: &Query,
        partition: &AttributeValue,
        needed: Option<usize>,
    ) -> Result<Vec<Found>> {
        let (request, is_whole) = self.query_request(ask, query, partition)?;
        // Where nothing is filtered, no more is read than is needed.
        let limit = needed.filter(|_| is_whole).and_then(|needed| i32::try_from(needed).ok());
        let holds_all = query.index.is_none_or(|at| ask.model.indexes[at].holds_all());
        let mut rows = Vec::new();
        let mut start = None;
        loop {
            let page = request.clone().set_exclusive_start_key(start).set_limit(limit);
            let Page { items, next, .. } = self.client().query_page(page).await?;
            // What an index lacks, or may not have yet, the table has.
            let items = match query.index.is_some() && (!holds_all || ask.for_write) {
                true => self.reread(ask, items).await?,
                false => items,
            };
            rows.extend(self.answering(ask, items));
            if next.is_none() || needed.is_some_and(|needed| rows.len() >= needed) {
                return Ok(rows);
            }
            start = next;
        }
    }

    /// The same items from the table, in the same order.
    async fn reread(&self, ask: &Ask, items: Vec<Item>) -> Result<Vec<Item>> {
        if items.is_empty() {
            return Ok(items);
        }
        self.by_keys(ask, items.iter().map(|item| ask.model.key_of(item)).collect()).await
    }

    /// A query of one partition, and whether its key condition says all of the clause.
    fn query_request(
        &self,
        ask: &Ask,
        query: &Query,
        partition: &AttributeValue,
    ) -> Result<(QueryInputBuilder, bool)> {
        let model = &ask.model;
        let (partition_key, sort_key) = query.keys(model);
        let mut placeholders = Placeholders::default();
        let mut key_condition =
            format!("{}={}", placeholders.name(partition_key), placeholders.value(partition.clone()));
        if let (Some(range), Some(sort_key)) = (&query.range, sort_key) {
            key_condition.push_str(" AND ");
            key_condition.push_str(&range_condition(range, sort_key, &mut placeholders));
        }
        let holds_all = query.index.is_none_or(|at| model.indexes[at].holds_all());
        let keys: Vec<&str> = std::iter::once(partition_key).chain(sort_key).collect();
        let filter = match holds_all {
            true => condition::filter(model, &ask.wanted, &keys, &mut placeholders)?,
            false => None,
        };
        let is_said = |clause: &super::where_clause::Clause| {
            (clause.field == partition_key && clause.is_exact())
                || (Some(clause.field.as_str()) == sort_key
                    && query.range.as_ref().is_some_and(|range| range.operator == clause.operator))
        };
        let is_whole = ask.wanted.any.is_empty()
            && ask.wanted.all.iter().all(is_said)
            && ask.wanted.all.len() <= keys.len();
        let mut request = QueryInput::builder()
            .table_name(&model.table)
            .key_condition_expression(key_condition)
            .set_filter_expression(filter)
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values())
            .set_scan_index_forward(query.order.filter(|forward| !forward));
        request = match query.index {
            // An index that holds less than configured would give rows without their fields: DynamoDB refuses this.
            Some(at) => request
                .index_name(&model.indexes[at].name)
                .set_select(holds_all.then_some(Select::AllAttributes)),
            None => request.consistent_read(self.is_consistent(ask)),
        };
        Ok((request, is_whole))
    }

    fn scan_request(&self, ask: &Ask) -> Result<ScanInputBuilder> {
        let mut placeholders = Placeholders::default();
        let filter = condition::filter(&ask.model, &ask.wanted, &[], &mut placeholders)?;
        Ok(ScanInput::builder()
            .table_name(&ask.model.table)
            .set_filter_expression(filter)
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values())
            .consistent_read(self.is_consistent(ask)))
    }

    async fn by_scan(&self, ask: &Ask, needed: Option<usize>) -> Result<Vec<Found>> {
        self.warn_of_scan(ask);
        let request = self.scan_request(ask)?;
        let most = self.layout().settings.max_scan;
        let is_limited = ask.sort.is_some() && most > 0 && !ask.for_write;
        let is_whole = ask.wanted.is_empty();
        let limit = needed.filter(|_| is_whole).and_then(|needed| i32::try_from(needed).ok());
        let mut rows = Vec::new();
        let mut scanned = 0;
        let mut start = None;
        loop {
            let page = request.clone().set_exclusive_start_key(start).set_limit(limit);
            let page = self.client().scan_page(page).await?;
            scanned += page.scanned;
            if is_limited && scanned > most {
                let problem = format!(
                    "More than {most} items would have to be read to sort them, the limit of `maxScanItems`"
                );
                let remedy =
                    "Add an index with the field of `sortBy` as its sort key, or raise `maxScanItems`";
                return Err(Error::new(Code::ScanLimitExceeded, problem, remedy).on_table(&ask.model.table));
            }
            rows.extend(self.answering(ask, page.items));
            if page.next.is_none() || needed.is_some_and(|needed| rows.len() >= needed) {
                return Ok(rows);
            }
            start = page.next;
        }
    }

    fn warn_of_scan(&self, ask: &Ask) {
        let model = &ask.model;
        let asked: Vec<String> = ask
            .wanted
            .clauses()
            .map(|clause| format!("{} {}", clause.field, clause.operator.as_str()))
            .collect();
        let table = &model.table;
        let message = if asked.is_empty() {
            format!(
                "All of table \"{table}\" is read, as the model \"{}\" is asked for without a where clause",
                model.key
            )
        } else {
            let remedy = match plan::wanted_index(model, &ask.wanted) {
                Some(field) => format!(
                    "add `indexes: {{ {}: {{ {field}: {{ indexName: \"{field}-index\", hashKey: \"{field}\" }} }} }}` and that index",
                    model.key
                ),
                None => "DynamoDB has no index for such a question; ask for less, or elsewhere".to_owned(),
            };
            format!(
                "All of table \"{table}\" is read, as no key or index of the model \"{}\" serves a where clause on {}: {remedy}",
                model.key,
                asked.join(", ")
            )
        };
        self.notice(Notice { message, table: table.clone(), model: model.key.clone() });
    }

    async fn counted(&self, ask: &Ask) -> Result<usize> {
        let model = &ask.model;
        let source = plan::plan(self.layout(), model, &ask.wanted, None)?;
        self.check_strict(ask)?;
        let (count, scanned) = match &source {
            Source::Query(query) if query.companion.is_none() && self.is_filtered_whole(ask, query) => {
                let mut total = (0, 0);
                for partition in &query.partitions {
                    let (request, _) = self.query_request(ask, query, partition)?;
                    let request = request.select(Select::Count);
                    let mut start = None;
                    loop {
                        let page =
                            self.client().query_page(request.clone().set_exclusive_start_key(start)).await?;
                        total = (total.0 + page.count, total.1 + page.scanned);
                        start = page.next;
                        if start.is_none() {
                            break;
                        }
                    }
                }
                total
            }
            Source::Scan if condition::is_whole(model, &ask.wanted, &[], &[]) => {
                self.warn_of_scan(ask);
                let request = self.scan_request(ask)?.select(Select::Count);
                let mut total = (0, 0);
                let mut start = None;
                loop {
                    let page =
                        self.client().scan_page(request.clone().set_exclusive_start_key(start)).await?;
                    total = (total.0 + page.count, total.1 + page.scanned);
                    start = page.next;
                    if start.is_none() {
                        break total;
                    }
                }
            }
            source => {
                let rows = self.fetch(ask, source, None).await?.len();
                (rows, rows)
            }
        };
        let most = self.layout().settings.warn_on_large_count;
        if most > 0 && scanned > most {
            let message = format!(
                "`count` read {scanned} items of table \"{}\": DynamoDB keeps no count; `warnOnLargeCount` is {most}",
                model.table
            );
            self.notice(Notice { message, table: model.table.clone(), model: model.key.clone() });
        }
        Ok(count)
    }

    /// Whether DynamoDB itself judges all of a clause in this query.
    fn is_filtered_whole(&self, ask: &Ask, query: &Query) -> bool {
        let (partition_key, sort_key) = query.keys(&ask.model);
        let keys: Vec<&str> = std::iter::once(partition_key).chain(sort_key).collect();
        let holds_all = query.index.is_none_or(|at| ask.model.indexes[at].holds_all());
        let said: Vec<_> = ask
            .wanted
            .all
            .iter()
            .filter(|clause| {
                (clause.field == partition_key && (clause.is_exact() || clause.operator == Operator::In))
                    || (Some(clause.field.as_str()) == sort_key
                        && query.range.as_ref().is_some_and(|range| range.operator == clause.operator))
            })
            .collect();
        // A second clause on a key would have to be judged here.
        let on_keys = ask.wanted.clauses().filter(|clause| keys.contains(&clause.field.as_str())).count();
        let is_whole = condition::is_whole(&ask.model, &ask.wanted, &said, &keys);
        is_whole && on_keys <= keys.len() && (holds_all || said.len() == ask.wanted.clauses().count())
    }

    /// The rows with what is joined to them, a batch or a query a joined model.
    async fn joined(
        &self,
        mut rows: Vec<Record>,
        arguments: &Record,
        buffer: Option<&Buffer>,
    ) -> Result<Vec<Record>> {
        for (name, join) in Reader::new("arguments", arguments).entries("join")? {
            let join = Reader::of_value("join", join)?;
            let Some(on) = join.object("on")? else { continue };
            let on = Reader::new("join.on", on);
            let (from, to) = (on.required("from")?, on.required("to")?);
            let is_one = join.text("relation")? == Some("one-to-one");
            let limit = if is_one { 1 } else { join.size("limit")?.unwrap_or(JOINED) };
            let other = Arc::clone(self.layout().model(name)?);
            let mut values: Vec<Value> = Vec::new();
            for value in rows.iter().filter_map(|row| row.get(from)).filter(|value| !value.is_nullish()) {
                if !values.contains(value) {
                    values.push(value.clone());
                }
            }
            let joined = self.joined_rows(&other, to, values, limit, buffer).await?;
            for row in &mut rows {
                let own = row.get(from).cloned().unwrap_or(Value::Null);
                let belongs = |found: &&Found| !own.is_nullish() && found.row.get(to) == Some(&own);
                let mut mine =
                    joined.iter().filter(belongs).take(limit).map(|found| Value::Object(found.row.clone()));
                let value = match is_one {
                    true => mine.next().unwrap_or(Value::Null),
                    false => Value::List(mine.collect()),
                };
                row.set(name, value);
            }
        }
        Ok(rows)
    }

    async fn joined_rows(
        &self,
        other: &Arc<Model>,
        to: &str,
        mut values: Vec<Value>,
        limit: usize,
        buffer: Option<&Buffer>,
    ) -> Result<Vec<Found>> {
        let clause = match values.len() {
            0 => return Ok(Vec::new()),
            1 => Where::equal([(to.to_owned(), values.swap_remove(0))]),
            _ => {
                let mut clause = Where::equal([(to.to_owned(), Value::List(values))]);
                clause.all[0].operator = Operator::In;
                clause
            }
        };
        let mut ask = Ask::of(other, clause);
        // The limit is each row's own.
        ask.limit = Some(limit).filter(|_| ask.wanted.value_of(to).is_some());
        ask.for_write = buffer.is_some();
        self.rows(&ask, buffer).await
    }
}

/// All of these, at once.
pub(super) async fn all<T, F: Future<Output = Result<T>>>(futures: Vec<F>) -> Result<Vec<T>> {
    let mut pending: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<Result<T>>> = pending.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        let mut is_waiting = false;
        for (future, done) in pending.iter_mut().zip(&mut done) {
            if done.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(outcome) => *done = Some(outcome),
                    std::task::Poll::Pending => is_waiting = true,
                }
            }
        }
        if is_waiting { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    done.into_iter().flatten().collect()
}

fn range_condition(range: &Range, sort_key: &str, placeholders: &mut Placeholders) -> String {
    let name = placeholders.name(sort_key);
    let mut values = range.values.iter().map(|value| placeholders.value(value.clone()));
    let first = values.next().unwrap_or_default();
    match range.operator {
        Operator::Lt => format!("{name}<{first}"),
        Operator::Lte => format!("{name}<={first}"),
        Operator::Gt => format!("{name}>{first}"),
        Operator::Gte => format!("{name}>={first}"),
        Operator::StartsWith => format!("begins_with({name},{first})"),
        Operator::Between => format!("{name} BETWEEN {first} AND {}", values.next().unwrap_or_default()),
        _ => format!("{name}={first}"),
    }
}

fn distinct(model: &Model, rows: Vec<Found>) -> Vec<Found> {
    let mut seen = HashSet::new();
    rows.into_iter().filter(|found| seen.insert(model.identity(&found.item))).collect()
}

/// The fields that are selected, and what is joined.
fn selected(model: &Model, row: Record, arguments: &Record) -> Result<Record> {
    let reader = Reader::new("arguments", arguments);
    let select: Vec<&str> = reader.list("select")?.iter().filter_map(Value::as_str).collect();
    if select.is_empty() {
        return Ok(row);
    }
    let is_field = |name: &str| model.field(name).is_some();
    Ok(row.into_iter().filter(|(name, _)| select.contains(&name.as_str()) || !is_field(name)).collect())
}
