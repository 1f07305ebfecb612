//! Where clauses: what Better Auth asks for, and whether a row answers it.
//!
//! All clauses joined by AND have to be met, and at least one of those joined by OR if there are any, as Better Auth's
//! adapters for SQL and MongoDB read them. `null` means absent or null.

use std::cmp::Ordering;

use super::layout::{Kind, Model};
use super::read_value::Reader;
use crate::date;
use crate::error::{Code, Error, Result};
use crate::value::{Record, Value};

/// A parsed where clause.
#[derive(Debug, Clone, Default)]
pub(super) struct Where {
    /// All of these.
    pub(super) all: Vec<Clause>,
    /// And one of these, if there are any. Never exactly one.
    pub(super) any: Vec<Clause>,
}

/// One comparison.
#[derive(Debug, Clone)]
pub(super) struct Clause {
    /// The attribute.
    pub(super) field: String,
    pub(super) operator: Operator,
    pub(super) value: Value,
    /// Whether letters' case does not matter.
    pub(super) insensitive: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Eq,
    Ne,
    Lt,
    Lte,
    Gt,
    Gte,
    In,
    NotIn,
    Contains,
    StartsWith,
    EndsWith,
    Between,
}

const OPERATORS: &[(&str, Operator)] = &[
    ("eq", Operator::Eq),
    ("ne", Operator::Ne),
    ("lt", Operator::Lt),
    ("lte", Operator::Lte),
    ("gt", Operator::Gt),
    ("gte", Operator::Gte),
    ("in", Operator::In),
    ("not_in", Operator::NotIn),
    ("contains", Operator::Contains),
    ("starts_with", Operator::StartsWith),
    ("ends_with", Operator::EndsWith),
    ("between", Operator::Between),
];

impl Operator {
    pub(super) fn as_str(self) -> &'static str {
        OPERATORS.iter().find(|(_, operator)| *operator == self).map_or("", |(name, _)| name)
    }
}

impl Where {
    /// The where clause of a call's arguments; an absent one asks for everything.
    pub(super) fn read(model: &Model, arguments: &Record) -> Result<Self> {
        let mut read = Where::default();
        for clause in Reader::new("arguments", arguments).list("where")? {
            let clause = Reader::of_value("where", clause)?;
            let parsed = Clause::read(model, &clause)?;
            match clause.text("connector")? {
                Some("OR") => read.any.push(parsed),
                _ => read.all.push(parsed),
            }
        }
        if read.any.len() == 1 {
            read.all.append(&mut read.any);
        }
        Ok(read)
    }

    /// The rows with these values.
    pub(super) fn equal(values: impl IntoIterator<Item = (String, Value)>) -> Self {
        let clause = |(field, value)| Clause { field, operator: Operator::Eq, value, insensitive: false };
        Where { all: values.into_iter().map(clause).collect(), any: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty() && self.any.is_empty()
    }

    /// Whether a row answers it.
    pub(super) fn matches(&self, row: &Record) -> bool {
        self.all.iter().all(|clause| clause.matches(row))
            && (self.any.is_empty() || self.any.iter().any(|clause| clause.matches(row)))
    }

    /// Whether no row can answer it.
    pub(super) fn is_vacuous(&self) -> bool {
        self.all.iter().any(Clause::is_vacuous)
            || (!self.any.is_empty() && self.any.iter().all(Clause::is_vacuous))
    }

    pub(super) fn clauses(&self) -> impl Iterator<Item = &Clause> {
        self.all.iter().chain(&self.any)
    }

    /// The one value that a field must have.
    pub(super) fn value_of(&self, field: &str) -> Option<&Value> {
        self.all.iter().find(|clause| clause.field == field && clause.is_exact()).map(|clause| &clause.value)
    }

    /// The few values that a field must have one of.
    pub(super) fn values_of(&self, field: &str) -> Option<Vec<&Value>> {
        if let Some(value) = self.value_of(field) {
            return Some(vec![value]);
        }
        let listed = self.all.iter().find_map(|clause| clause.listed().filter(|_| clause.field == field));
        listed.or_else(|| {
            // One field, compared in each of several clauses.
            let mut values = Vec::new();
            for clause in &self.any {
                if clause.field != field {
                    return None;
                }
                match clause.is_exact() {
                    true => values.push(&clause.value),
                    false => values.extend(clause.listed()?),
                }
            }
            (!values.is_empty()).then_some(values)
        })
    }
}

impl Clause {
    fn read(model: &Model, clause: &Reader<'_>) -> Result<Self> {
        let field = clause.required("field").map_err(|_| {
            Error::new(Code::InvalidWhere, "A where clause has no `field`", "Name the field to compare")
        })?;
        let Some(known) = model.field(field) else {
            let problem = format!("The model \"{}\" has no field `{field}` to compare", model.key);
            return Err(Error::new(Code::InvalidWhere, problem, "Name a field of Better Auth's schema"));
        };
        let name = clause.text("operator")?.unwrap_or("eq");
        let Some((_, operator)) = OPERATORS.iter().find(|(own, _)| *own == name) else {
            let known: Vec<_> = OPERATORS.iter().map(|(name, _)| *name).collect();
            let problem = format!("`{}.{field}` is compared by the unknown operator \"{name}\"", model.key);
            return Err(Error::new(
                Code::UnsupportedOperator,
                problem,
                format!("Use one of {}", known.join(", ")),
            ));
        };
        let value = clause.record.get("value").cloned().unwrap_or(Value::Null);
        let value = if value.is_nullish() { Value::Null } else { known.kind.comparable(value) };
        let wanted = match operator {
            Operator::In | Operator::NotIn if !matches!(value, Value::List(_)) => Some("an array"),
            Operator::Between if !matches!(&value, Value::List(bounds) if bounds.len() == 2) => {
                Some("an array of a lower and an upper bound")
            }
            _ => None,
        };
        if let Some(wanted) = wanted {
            let problem = format!(
                "The value that `{}.{field}` is compared with by `{name}` is not {wanted}",
                model.key
            );
            return Err(Error::new(Code::InvalidWhere, problem, format!("Give {wanted}")));
        }
        let insensitive = clause.text("mode")? == Some("insensitive") && has_text(&value);
        Ok(Clause { field: field.to_owned(), operator: *operator, value, insensitive })
    }

    /// Whether it says that the field has this one value.
    pub(super) fn is_exact(&self) -> bool {
        self.operator == Operator::Eq && !self.insensitive && self.value != Value::Null
    }

    /// The values of an `in`, if none of them is null.
    fn listed(&self) -> Option<Vec<&Value>> {
        match &self.value {
            Value::List(values) if self.operator == Operator::In && !self.insensitive => {
                values.iter().all(|value| !value.is_nullish()).then(|| values.iter().collect())
            }
            _ => None,
        }
    }

    /// Whether no row can meet it.
    pub(super) fn is_vacuous(&self) -> bool {
        match (&self.value, self.operator) {
            (Value::List(values), Operator::In) => values.is_empty(),
            // DynamoDB refuses bounds in the wrong order.
            (Value::List(bounds), Operator::Between) => match bounds.as_slice() {
                [low, high] => !compare(low, high).is_some_and(Ordering::is_le),
                _ => true,
            },
            (Value::Null, Operator::Lt | Operator::Lte | Operator::Gt | Operator::Gte) => true,
            (Value::Null, Operator::Contains | Operator::StartsWith | Operator::EndsWith) => true,
            _ => false,
        }
    }

    fn matches(&self, row: &Record) -> bool {
        let own = row.get(&self.field).unwrap_or(&Value::Null);
        match self.operator {
            Operator::Eq => self.equals(own, &self.value),
            Operator::Ne => !self.equals(own, &self.value),
            Operator::In => self.list().iter().any(|value| self.equals(own, value)),
            Operator::NotIn => !self.list().iter().any(|value| self.equals(own, value)),
            Operator::Lt => compare(own, &self.value).is_some_and(Ordering::is_lt),
            Operator::Lte => compare(own, &self.value).is_some_and(Ordering::is_le),
            Operator::Gt => compare(own, &self.value).is_some_and(Ordering::is_gt),
            Operator::Gte => compare(own, &self.value).is_some_and(Ordering::is_ge),
            Operator::Between => match self.list() {
                [low, high] => {
                    compare(own, low).is_some_and(Ordering::is_ge)
                        && compare(own, high).is_some_and(Ordering::is_le)
                }
                _ => false,
            },
            Operator::Contains => match own {
                Value::List(values) => values.iter().any(|value| self.equals(value, &self.value)),
                _ => self.text(own, |own, wanted| own.contains(wanted)),
            },
            Operator::StartsWith => self.text(own, |own, wanted| own.starts_with(wanted)),
            Operator::EndsWith => self.text(own, |own, wanted| own.ends_with(wanted)),
        }
    }

    fn list(&self) -> &[Value] {
        match &self.value {
            Value::List(values) => values,
            _ => &[],
        }
    }

    fn equals(&self, own: &Value, wanted: &Value) -> bool {
        match (own, wanted) {
            (Value::String(own), Value::String(wanted)) if self.insensitive => fold(own) == fold(wanted),
            (own, wanted) if own.is_nullish() && wanted.is_nullish() => true,
            _ => compare(own, wanted).map_or_else(|| own == wanted, Ordering::is_eq),
        }
    }

    fn text(&self, own: &Value, test: impl Fn(&str, &str) -> bool) -> bool {
        match (own, &self.value) {
            (Value::String(own), Value::String(wanted)) if self.insensitive => {
                test(&fold(own), &fold(wanted))
            }
            (Value::String(own), Value::String(wanted)) => test(own, wanted),
            _ => false,
        }
    }
}

fn fold(text: &str) -> String {
    text.to_lowercase()
}

fn has_text(value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::List(values) => values.iter().any(|value| matches!(value, Value::String(_))),
        _ => false,
    }
}

impl Kind {
    /// A value as the rows have it: dates that were given as text or as a number are dates.
    pub(super) fn comparable(self, value: Value) -> Value {
        match (self, value) {
            (_, Value::List(values)) => {
                Value::List(values.into_iter().map(|value| self.comparable(value)).collect())
            }
            (Kind::Date, Value::String(text)) => {
                date::parse_any(&text).map_or(Value::String(text), Value::Date)
            }
            (_, Value::Undefined) => Value::Null,
            (_, value) => value,
        }
    }
}

/// How two values of one kind compare; `None` where they have no order. Strings compare as DynamoDB compares them, by
/// their UTF-8.
pub(super) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => Some(left.as_bytes().cmp(right.as_bytes())),
        (Value::Number(left), Value::Number(right)) => left.partial_cmp(right),
        (Value::BigInt(left), Value::BigInt(right)) => Some(left.cmp(right)),
        // A bigint beyond 2^53 differs from each number in more than a number can say.
        (Value::BigInt(left), Value::Number(right)) => (*left as f64).partial_cmp(right),
        (Value::Number(left), Value::BigInt(right)) => left.partial_cmp(&(*right as f64)),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        (Value::Date(left), Value::Number(right)) => (*left as f64).partial_cmp(right),
        (Value::Number(left), Value::Date(right)) => left.partial_cmp(&(*right as f64)),
        _ => None,
    }
}

/// The order of a sorted answer: nulls first, as SQLite and MySQL have it.
pub(super) fn sort_order(left: &Value, right: &Value) -> Ordering {
    match (left.is_nullish(), right.is_nullish()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => compare(left, right).unwrap_or(Ordering::Equal),
    }
}
