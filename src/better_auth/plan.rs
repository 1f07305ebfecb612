//! The planner: which requests answer a where clause. By key if the clause gives one, by claim, by a query of the table
//! or of an index, and only otherwise by reading the whole table.

use aws_sdk_dynamodb::types::AttributeValue;

use super::claim;
use super::known;
use super::layout::{Field, Holder, Index, Kind, Layout, Model};
use super::row::attribute;
use super::where_clause::{Clause, Operator, Where};
use crate::client::Item;
use crate::error::Result;
use crate::value::Value;

/// How a sorted answer is asked for.
#[derive(Debug, Clone)]
pub(super) struct Sort {
    /// The attribute.
    pub(super) field: String,
    pub(super) ascending: bool,
}

/// Where rows come from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// Nowhere: nothing can answer the clause.
    Nothing,
    /// The items of these keys.
    Keys(Vec<Item>),
    /// The rows that these claims name.
    Claims(Claims),
    /// One partition, or several.
    Query(Query),
    /// The whole table.
    Scan,
    /// All of these together.
    Union(Vec<Source>),
}

/// Rows by what is unique about them.
#[derive(Debug, Clone)]
pub(super) struct Claims {
    pub(super) holder: Holder,
    /// The fields that are claimed.
    pub(super) fields: Vec<String>,
    /// The claims' keys.
    pub(super) keys: Vec<String>,
    /// For rows that were written without a claim.
    pub(super) otherwise: Box<Source>,
}

/// Partitions of the table or of an index.
#[derive(Debug, Clone)]
pub(super) struct Query {
    /// Which of the model's indexes; the table itself if none.
    pub(super) index: Option<usize>,
    pub(super) partitions: Vec<AttributeValue>,
    pub(super) range: Option<Range>,
    /// Whether the partition comes in the order that is asked for: forward, or backward.
    pub(super) order: Option<bool>,
    /// A row that an index may not show yet, by its key.
    pub(super) companion: Option<Item>,
}

/// The part of a partition.
#[derive(Debug, Clone)]
pub(super) struct Range {
    pub(super) operator: Operator,
    pub(super) values: Vec<AttributeValue>,
}

impl Query {
    /// The names of the partition key and the sort key.
    pub(super) fn keys<'m>(&self, model: &'m Model) -> (&'m str, Option<&'m str>) {
        match self.index.map(|at| &model.indexes[at]) {
            Some(index) => (&index.partition_key, index.sort_key.as_deref()),
            None => (&model.partition_key, model.sort_key.as_deref()),
        }
    }
}

/// The key of the one row that a where clause can mean, if it gives all of it.
pub(super) fn exact_key(model: &Model, wanted: &Where) -> Result<Option<Item>> {
    let mut key = Item::with_capacity(2);
    for name in model.key_fields() {
        let Some(value) = wanted.value_of(&name).filter(|value| fits_key(model, &name, value)) else {
            return Ok(None);
        };
        key.insert(name.clone(), attribute(model, &name, value)?);
    }
    Ok(Some(key))
}

/// Where the rows come from that answer a where clause.
pub(super) fn plan(layout: &Layout, model: &Model, wanted: &Where, sort: Option<&Sort>) -> Result<Source> {
    if wanted.is_vacuous() || wanted.all.iter().any(|clause| contradicts(model, clause)) {
        return Ok(Source::Nothing);
    }
    if let Some(source) = by_key(model, wanted)? {
        return Ok(source);
    }
    if let Some(source) = by_claim(layout, model, wanted, sort)? {
        return Ok(source);
    }
    without_claims(layout, model, wanted, sort)
}

fn without_claims(layout: &Layout, model: &Model, wanted: &Where, sort: Option<&Sort>) -> Result<Source> {
    if let Some(query) = by_query(model, wanted, sort)? {
        return Ok(Source::Query(query));
    }
    by_union(layout, model, wanted).map(|source| source.unwrap_or(Source::Scan))
}

/// A value that no row of the field's kind can be equal to.
fn contradicts(model: &Model, clause: &Clause) -> bool {
    let kind = model.field(&clause.field).map(|field| field.kind);
    clause.is_exact()
        && match (kind, &clause.value) {
            (Some(Kind::String), value) => !matches!(value, Value::String(_)),
            (Some(Kind::Number), value) => {
                !matches!(value, Value::Number(_) | Value::BigInt(_) | Value::Date(_))
            }
            _ => false,
        }
}

fn fits_key(model: &Model, name: &str, value: &Value) -> bool {
    match (model.field(name).map(|field: &Field| field.kind), value) {
        (Some(Kind::String), Value::String(text)) => !text.is_empty(),
        (Some(Kind::Number), Value::Number(number)) => number.is_finite(),
        (Some(Kind::Date), Value::Date(_)) => true,
        _ => false,
    }
}

fn by_key(model: &Model, wanted: &Where) -> Result<Option<Source>> {
    let mut keys = vec![Item::new()];
    for name in model.key_fields() {
        let Some(values) = wanted.values_of(&name) else { return Ok(None) };
        if values.iter().any(|value| !fits_key(model, &name, value)) {
            return Ok(None);
        }
        let mut longer = Vec::with_capacity(keys.len() * values.len());
        for key in &keys {
            for value in &values {
                let mut key = key.clone();
                key.insert(name.clone(), attribute(model, &name, value)?);
                longer.push(key);
            }
        }
        keys = longer;
    }
    Ok(Some(Source::Keys(keys)))
}

fn by_claim(layout: &Layout, model: &Model, wanted: &Where, sort: Option<&Sort>) -> Result<Option<Source>> {
    for unique in &model.uniques {
        // The rows of a lookup have to be at the user's id.
        if unique.holder == Holder::EmailLookups && model.key_fields() != [super::layout::ID] {
            continue;
        }
        let mut all = vec![Vec::new()];
        for name in &unique.fields {
            let Some(values) = wanted.values_of(name) else {
                all.clear();
                break;
            };
            all = all
                .into_iter()
                .flat_map(|chosen| {
                    values.iter().map(move |value| {
                        let mut chosen = chosen.clone();
                        chosen.push(*value);
                        chosen
                    })
                })
                .collect();
        }
        let keys: Option<Vec<String>> =
            all.iter().map(|values| claim::key_of(model, unique, values)).collect();
        let Some(keys) = keys.filter(|keys| !keys.is_empty()) else { continue };
        // No key can be empty, and so no index holds it; what is unique about it is found by its claim alone.
        let has_empty = unique.fields.iter().any(|name| wanted.value_of(name) == Some(&Value::from("")));
        let otherwise = match has_empty {
            true => Source::Nothing,
            false => without_claims(layout, model, wanted, sort)?,
        };
        // An id that is claimed has no index, and no row is written without its claim.
        let otherwise = match otherwise {
            Source::Scan if unique.fields == [super::layout::ID] => Source::Nothing,
            otherwise => otherwise,
        };
        let claims = Claims {
            holder: unique.holder,
            fields: unique.fields.clone(),
            keys,
            otherwise: Box::new(otherwise),
        };
        return Ok(Some(Source::Claims(claims)));
    }
    Ok(None)
}

/// A query of the table, which is up to date, or else of the index that fits best.
fn by_query(model: &Model, wanted: &Where, sort: Option<&Sort>) -> Result<Option<Query>> {
    if let Some(query) = query(model, wanted, sort, None)? {
        return Ok(Some(query));
    }
    let mut best: Option<(usize, Query)> = None;
    for at in 0..model.indexes.len() {
        let Some(query) = query(model, wanted, sort, Some(at))? else { continue };
        let has_all = model.indexes[at].holds_all();
        let score = 4 * usize::from(query.range.is_some())
            + 2 * usize::from(query.order.is_some())
            + usize::from(has_all);
        if best.as_ref().is_none_or(|(other, _)| score > *other) {
            best = Some((score, query));
        }
    }
    Ok(best.map(|(_, query)| query))
}

fn query(model: &Model, wanted: &Where, sort: Option<&Sort>, index: Option<usize>) -> Result<Option<Query>> {
    let mut query = Query { index, partitions: Vec::new(), range: None, order: None, companion: None };
    let (partition_key, sort_key) = query.keys(model);
    let Some(values) = wanted.values_of(partition_key) else { return Ok(None) };
    if values.iter().any(|value| !fits_key(model, partition_key, value)) {
        return Ok(None);
    }
    if let Some(sort_key) = sort_key {
        query.range = range(model, wanted, sort_key)?;
        let is_required = model.field(sort_key).is_some_and(|field| field.required);
        // Items without the sort key are not in the index.
        if index.is_some() && !is_required && query.range.is_none() {
            return Ok(None);
        }
        if let Some(sort) = sort
            && values.len() == 1
            && sort.field == sort_key
        {
            query.order = Some(sort.ascending);
        }
    }
    let companion = &known::CREDENTIAL;
    if index.is_some()
        && model.key == companion.model
        && partition_key == companion.field
        && values.len() == 1
    {
        query.companion = companion_key(model, companion, values[0])?;
        query.order = query.order.filter(|_| query.companion.is_none());
    }
    let partitions = values.iter().map(|value| attribute(model, partition_key, value));
    let mut distinct = Vec::new();
    for partition in partitions.collect::<Result<Vec<_>>>()? {
        if !distinct.contains(&partition) {
            distinct.push(partition);
        }
    }
    query.partitions = distinct;
    Ok(Some(query))
}

fn companion_key(model: &Model, companion: &known::Companion, value: &Value) -> Result<Option<Item>> {
    let mut key = Item::new();
    for (name, fixed) in companion.key {
        let Some(field) = model.fields.iter().find(|field| field.logical == *name) else { return Ok(None) };
        let value = match fixed {
            Some(text) => Value::from(*text),
            // Numeric ids of users are text in the account's.
            None => match value {
                Value::Number(number) => Value::String(number.to_string()),
                other => other.clone(),
            },
        };
        key.insert(field.name.clone(), attribute(model, &field.name, &value)?);
    }
    let is_the_key =
        key.len() == model.key_fields().len() && model.key_fields().iter().all(|name| key.contains_key(name));
    Ok(is_the_key.then_some(key))
}

fn range(model: &Model, wanted: &Where, sort_key: &str) -> Result<Option<Range>> {
    for clause in wanted.all.iter().filter(|clause| clause.field == sort_key && !clause.insensitive) {
        let values: Vec<&Value> = match (&clause.value, clause.operator) {
            (Value::List(bounds), Operator::Between) => bounds.iter().collect(),
            (Value::List(_), _) => continue,
            (
                value,
                Operator::Eq
                | Operator::Lt
                | Operator::Lte
                | Operator::Gt
                | Operator::Gte
                | Operator::StartsWith,
            ) => vec![value],
            _ => continue,
        };
        let is_text = model.field(sort_key).is_some_and(|field| field.kind == Kind::String);
        if values.iter().any(|value| !fits_key(model, sort_key, value))
            || !super::condition::is_expressible(model, clause)
            || (clause.operator == Operator::StartsWith && !is_text)
        {
            continue;
        }
        let values: Vec<AttributeValue> =
            values.into_iter().map(|value| attribute(model, sort_key, value)).collect::<Result<_>>()?;
        return Ok(Some(Range { operator: clause.operator, values }));
    }
    Ok(None)
}

/// Where each of the clauses that are joined by OR has a way of its own, all of these ways.
fn by_union(layout: &Layout, model: &Model, wanted: &Where) -> Result<Option<Source>> {
    let mut sources = Vec::new();
    for clause in &wanted.any {
        let alone = Where { all: vec![clause.clone()], any: Vec::new() };
        match plan(layout, model, &alone, None)? {
            Source::Nothing => {}
            Source::Scan => return Ok(None),
            source => sources.push(source),
        }
    }
    Ok((!sources.is_empty()).then_some(Source::Union(sources)))
}

/// The index that would serve a where clause: its field, if there is one.
pub(super) fn wanted_index<'w>(model: &Model, wanted: &'w Where) -> Option<&'w str> {
    let could_be_a_key = |clause: &&Clause| {
        let kind = model.field(&clause.field).map(|field| field.kind);
        let fits = matches!(kind, Some(Kind::String | Kind::Number | Kind::Date));
        fits && !clause.insensitive
            && matches!(clause.operator, Operator::Eq | Operator::In)
            && !clause.value.is_nullish()
    };
    wanted
        .all
        .iter()
        .find(could_be_a_key)
        .or_else(|| wanted.any.iter().find(could_be_a_key))
        .map(|clause| clause.field.as_str())
}

impl Index {
    /// Whether it holds all of an item.
    pub(super) fn holds_all(&self) -> bool {
        self.projection == crate::tables::IndexProjection::All
    }
}
