//! What an operation asks of DynamoDB, in words: for whoever wonders why a table is read, or which index to add.

use super::Operation;
use super::condition::is_expressible;
use super::layout::{Layout, Model};
use super::plan::{self, Claims, Query, Sort, Source};
use super::read::Ask;
use super::where_clause::{Clause, Where};
use super::write::is_sweep;
use crate::error::Result;
use crate::value::{Record, Value};

/// The requests that an operation begins with; the values that it compares with are not shown.
pub(super) fn explain(layout: &Layout, operation: Operation, arguments: &Record) -> Result<Value> {
    let Ask { model, wanted, sort, limit, .. } = Ask::read(layout, arguments)?;
    let mut steps = Vec::new();
    let is_left_to_ttl =
        matches!(operation, Operation::DeleteMany | Operation::FindMany) && is_sweep(&model, &wanted);
    if operation == Operation::Create || limit == Some(0) || is_left_to_ttl {
        return Ok(Value::List(steps));
    }
    let source = plan::plan(layout, &model, &wanted, sort.as_ref())?;
    Explainer { layout, model: &model, wanted: &wanted, sort: sort.as_ref() }.add(&source, &mut steps);
    Ok(Value::List(steps))
}

struct Explainer<'a> {
    layout: &'a Layout,
    model: &'a Model,
    wanted: &'a Where,
    sort: Option<&'a Sort>,
}

impl Explainer<'_> {
    fn add(&self, source: &Source, steps: &mut Vec<Value>) {
        match source {
            Source::Nothing => {}
            Source::Keys(keys) => {
                let by = self.model.key_fields();
                self.by_keys(
                    &self.model.table,
                    &by,
                    keys.len(),
                    self.layout.settings.consistent_reads,
                    steps,
                );
            }
            Source::Claims(claims) => self.by_claims(claims, steps),
            Source::Query(query) => self.by_query(query, steps),
            Source::Scan => {
                let mut step = self.step("Scan", &self.model.table, self.layout.settings.consistent_reads);
                self.judged(&mut step, &[]);
                if let Some(field) = plan::wanted_index(self.model, self.wanted) {
                    step.set("missingIndex", field);
                }
                steps.push(Value::Object(step));
            }
            Source::Union(sources) => sources.iter().for_each(|source| self.add(source, steps)),
        }
    }

    fn step(&self, operation: &str, table: &str, consistent: bool) -> Record {
        let mut step = Record::new();
        step.set("operation", operation);
        step.set("table", table);
        step.set("consistent", Value::Bool(consistent));
        step
    }

    fn by_keys(&self, table: &str, by: &[String], count: usize, consistent: bool, steps: &mut Vec<Value>) {
        let operation = if count == 1 { "GetItem" } else { "BatchGetItem" };
        let mut step = self.step(operation, table, consistent);
        step.set("by", texts(by.iter().map(String::as_str)));
        if count > 1 {
            step.set("keys", Value::Number(count as f64));
        }
        if table == self.model.table {
            let by: Vec<&str> = by.iter().map(String::as_str).collect();
            self.judged(&mut step, &by);
        }
        steps.push(Value::Object(step));
    }

    fn by_claims(&self, claims: &Claims, steps: &mut Vec<Value>) {
        let table = self.layout.claims_table(claims.holder);
        self.by_keys(table, &claims.fields, claims.keys.len(), true, steps);
        let key = self.model.key_fields();
        self.by_keys(
            &self.model.table,
            &key,
            claims.keys.len(),
            self.layout.settings.consistent_reads,
            steps,
        );
        let mut otherwise = Vec::new();
        self.add(&claims.otherwise, &mut otherwise);
        for step in otherwise {
            if let Value::Object(mut step) = step {
                step.set("onlyIf", "there is no claim");
                steps.push(Value::Object(step));
            }
        }
    }

    fn by_query(&self, query: &Query, steps: &mut Vec<Value>) {
        if query.companion.is_some() {
            let by = self.model.key_fields();
            self.by_keys(&self.model.table, &by, 1, self.layout.settings.consistent_reads, steps);
        }
        let consistent = query.index.is_none() && self.layout.settings.consistent_reads;
        let mut step = self.step("Query", &self.model.table, consistent);
        let (partition_key, sort_key) = query.keys(self.model);
        if let Some(at) = query.index {
            step.set("index", self.model.indexes[at].name.as_str());
        }
        let sort_key = sort_key.filter(|_| query.range.is_some());
        let by: Vec<&str> = std::iter::once(partition_key).chain(sort_key).collect();
        step.set("by", texts(by.iter().copied()));
        if query.partitions.len() > 1 {
            step.set("times", Value::Number(query.partitions.len() as f64));
        }
        self.judged(&mut step, &by);
        if self.sort.is_some() && query.order.is_none() {
            step.set("sortedBy", "the adapter");
        }
        steps.push(Value::Object(step));
        if query.index.is_some_and(|at| !self.model.indexes[at].holds_all()) {
            let mut step =
                self.step("BatchGetItem", &self.model.table, self.layout.settings.consistent_reads);
            step.set("by", texts(self.model.key_fields().iter().map(String::as_str)));
            step.set("onlyIf", "the index has found something");
            steps.push(Value::Object(step));
        }
    }

    /// Which fields are compared by whom, beside those of the key.
    fn judged(&self, step: &mut Record, by: &[&str]) {
        let is_scan_or_query = matches!(step.get_str("operation"), Some("Scan" | "Query"));
        let others = || self.wanted.clauses().filter(|clause| !by.contains(&clause.field.as_str()));
        let by_dynamodb = |clause: &&Clause| is_scan_or_query && is_expressible(self.model, clause);
        let filtered: Vec<&str> = others().filter(by_dynamodb).map(|clause| clause.field.as_str()).collect();
        let rest: Vec<&str> =
            others().filter(|clause| !by_dynamodb(clause)).map(|clause| clause.field.as_str()).collect();
        if !filtered.is_empty() {
            step.set("filteredByDynamoDB", texts(filtered.into_iter()));
        }
        if !rest.is_empty() {
            step.set("filteredByAdapter", texts(rest.into_iter()));
        }
    }
}

fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> Value {
    Value::List(texts.map(Value::from).collect())
}
