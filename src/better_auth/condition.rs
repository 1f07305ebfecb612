//! Where clauses in DynamoDB's expression language: as conditions of writes, and as filters.

use aws_sdk_dynamodb::types::AttributeValue;

use super::layout::{Kind, Model};
use super::row::{EMPTY, attribute};
use super::where_clause::{Clause, Operator, Where};
use crate::client::Item;
use crate::error::Result;
use crate::expression::Placeholders;
use crate::value::Value;

/// Operands of one IN: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html>.
const OPERANDS_OF_AN_IN: usize = 100;
/// More values than this would come near the 4 KB of an expression.
const MOST_VALUES: usize = 300;
/// Dates from 0000 to 9999 in milliseconds: as text they have the order that they have as times.
const ORDERED_DATES: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

/// Whether DynamoDB itself can judge a clause.
pub(super) fn is_expressible(model: &Model, clause: &Clause) -> bool {
    let Some(field) = model.field(&clause.field) else { return false };
    if clause.is_vacuous() {
        return false;
    }
    let is_plain = |value: &Value| match value {
        Value::String(text) => !text.is_empty(),
        Value::Date(milliseconds) => ORDERED_DATES.contains(milliseconds),
        Value::Number(number) => number.is_finite() && *number != 0.0 || number.to_bits() == 0,
        Value::Bool(_) | Value::Null => true,
        _ => false,
    };
    // Of another type than the field: equal to nothing in the core, and perhaps to something as text.
    let fits = |value: &Value| match (field.kind, value) {
        (Kind::Date, Value::Date(_)) | (_, Value::Null) => true,
        (Kind::Date, _) => false,
        (Kind::Number, Value::Number(_)) => true,
        (Kind::Number, _) => false,
        (_, Value::Date(_)) => false,
        _ => true,
    };
    let good = |value: &Value| is_plain(value) && fits(value);
    match (clause.operator, &clause.value) {
        _ if clause.insensitive => false,
        (Operator::EndsWith, _) => false,
        (Operator::Contains | Operator::StartsWith, value) => {
            matches!(value, Value::String(text) if !text.is_empty())
        }
        // It orders no booleans.
        (Operator::Lt | Operator::Lte | Operator::Gt | Operator::Gte | Operator::Between, Value::Bool(_)) => {
            false
        }
        (Operator::Between, Value::List(bounds))
            if bounds.iter().any(|bound| matches!(bound, Value::Bool(_))) =>
        {
            false
        }
        (_, Value::List(values)) => values.len() <= MOST_VALUES && values.iter().all(good),
        (_, value) => good(value),
    }
}

/// The condition that a row meets a clause that is expressible.
pub(super) fn clause(model: &Model, clause: &Clause, placeholders: &mut Placeholders) -> Result<String> {
    let name = placeholders.name(&clause.field);
    let is_null = |placeholders: &mut Placeholders| {
        let null = placeholders.value(AttributeValue::Null(true));
        let absent = format!("(attribute_not_exists({name}) OR {name}={null})");
        match model.field(&clause.field).is_some_and(|field| field.in_index) {
            // An empty string in an index is absent, too.
            true => {
                let (empty, own) = (placeholders.name(EMPTY), placeholders.string(&clause.field));
                format!("({absent} AND NOT contains({empty},{own}))")
            }
            false => absent,
        }
    };
    let value = |placeholders: &mut Placeholders, value: &Value| -> Result<String> {
        Ok(placeholders.value(attribute(model, &clause.field, value)?))
    };
    let among = |placeholders: &mut Placeholders, values: &[Value]| -> Result<String> {
        let mut parts = Vec::new();
        let present: Vec<&Value> = values.iter().filter(|value| !value.is_nullish()).collect();
        for chunk in present.chunks(OPERANDS_OF_AN_IN) {
            let operands = chunk.iter().map(|one| value(placeholders, one)).collect::<Result<Vec<_>>>()?;
            parts.push(format!("{name} IN ({})", operands.join(",")));
        }
        if values.iter().any(Value::is_nullish) {
            parts.push(is_null(placeholders));
        }
        Ok(match parts.as_slice() {
            // Nothing is in an empty list.
            [] => format!("(attribute_exists({name}) AND attribute_not_exists({name}))"),
            // DynamoDB refuses parentheses that say nothing.
            [part] => part.clone(),
            parts => format!("({})", parts.join(" OR ")),
        })
    };
    Ok(match (clause.operator, &clause.value) {
        (Operator::Eq, Value::Null) => is_null(placeholders),
        (Operator::Ne, Value::Null) => format!("NOT {}", is_null(placeholders)),
        (Operator::In, Value::List(values)) => among(placeholders, values)?,
        (Operator::NotIn, Value::List(values)) => format!("NOT {}", among(placeholders, values)?),
        (Operator::Between, Value::List(bounds)) => {
            let bounds = bounds.iter().map(|bound| value(placeholders, bound)).collect::<Result<Vec<_>>>()?;
            format!("{name} BETWEEN {}", bounds.join(" AND "))
        }
        (Operator::Ne, other) => {
            let other = value(placeholders, other)?;
            format!("(attribute_not_exists({name}) OR {name}<>{other})")
        }
        (Operator::Contains, part) => format!("contains({name},{})", value(placeholders, part)?),
        (Operator::StartsWith, prefix) => format!("begins_with({name},{})", value(placeholders, prefix)?),
        (operator, other) => {
            let sign = match operator {
                Operator::Lt => "<",
                Operator::Lte => "<=",
                Operator::Gt => ">",
                Operator::Gte => ">=",
                _ => "=",
            };
            format!("{name}{sign}{}", value(placeholders, other)?)
        }
    })
}

/// What a row of a table must be for a write to happen.
pub(super) struct Guard {
    parts: Vec<String>,
}

impl Guard {
    /// The row is there.
    pub(super) fn exists(model: &Model, placeholders: &mut Placeholders) -> Self {
        Guard { parts: vec![format!("attribute_exists({})", placeholders.name(&model.partition_key))] }
    }

    /// And it answers the where clause: as it stands where DynamoDB can judge that, otherwise by having the values with
    /// which it was seen to.
    pub(super) fn answering(
        mut self,
        model: &Model,
        wanted: &Where,
        seen: Option<&Item>,
        placeholders: &mut Placeholders,
    ) -> Result<Self> {
        // A key is what the write is addressed by.
        let is_key = |field: &str| field == model.partition_key || model.sort_key.as_deref() == Some(field);
        let judged = |clause: &&Clause| is_expressible(model, clause);
        let mut seen_fields: Vec<&str> = Vec::new();
        for one in &wanted.all {
            // A second value for the same key is another matter.
            if is_key(&one.field) && one.is_exact() && wanted.value_of(&one.field) == Some(&one.value) {
                continue;
            }
            match judged(&one) {
                true => self.parts.push(clause(model, one, placeholders)?),
                false => seen_fields.push(&one.field),
            }
        }
        if !wanted.any.is_empty() {
            if wanted.any.iter().all(|one| judged(&one)) {
                let parts = wanted.any.iter().map(|one| clause(model, one, placeholders));
                self.parts.push(format!("({})", parts.collect::<Result<Vec<_>>>()?.join(" OR ")));
            } else {
                seen_fields.extend(wanted.any.iter().map(|one| one.field.as_str()));
            }
        }
        if let Some(seen) = seen {
            seen_fields.sort_unstable();
            seen_fields.dedup();
            for field in seen_fields.into_iter().filter(|field| !is_key(field)) {
                self.parts.push(has(field, seen.get(field), placeholders));
            }
        }
        Ok(self)
    }

    /// And it is exactly as it was seen: nobody has changed it since.
    pub(super) fn unchanged(mut self, model: &Model, seen: &Item, placeholders: &mut Placeholders) -> Self {
        let mut names: Vec<&String> = seen.keys().collect();
        names.extend(model.fields.iter().map(|field| &field.name));
        names.sort_unstable();
        names.dedup();
        for name in names {
            if *name != model.partition_key && model.sort_key.as_ref() != Some(name) {
                self.parts.push(has(name, seen.get(name), placeholders));
            }
        }
        self
    }

    /// And this field has the value that it was seen with.
    pub(super) fn keeping(
        mut self,
        model: &Model,
        field: &str,
        seen: &Item,
        placeholders: &mut Placeholders,
    ) -> Self {
        if field != model.partition_key && model.sort_key.as_deref() != Some(field) {
            let part = has(field, seen.get(field), placeholders);
            if !self.parts.contains(&part) {
                self.parts.push(part);
            }
        }
        self
    }

    /// And this is so.
    pub(super) fn and(mut self, part: String) -> Self {
        self.parts.push(part);
        self
    }

    pub(super) fn into_expression(self) -> String {
        self.parts.join(" AND ")
    }
}

/// An attribute has this value, or is not there.
fn has(name: &str, value: Option<&AttributeValue>, placeholders: &mut Placeholders) -> String {
    let name = placeholders.name(name);
    match value {
        Some(value) => format!("{name}={}", placeholders.value(value.clone())),
        None => format!("attribute_not_exists({name})"),
    }
}

/// The parts of a where clause that DynamoDB can filter by, on attributes that are not among `keys`, which a filter may
/// not name. The core judges every row anyway; this keeps others from being sent.
pub(super) fn filter(
    model: &Model,
    wanted: &Where,
    keys: &[&str],
    placeholders: &mut Placeholders,
) -> Result<Option<String>> {
    let can = |one: &Clause| is_expressible(model, one) && !keys.contains(&one.field.as_str());
    let mut parts = Vec::new();
    for one in wanted.all.iter().filter(|one| can(one)) {
        parts.push(clause(model, one, placeholders)?);
    }
    if !wanted.any.is_empty() && wanted.any.iter().all(can) {
        let any = wanted.any.iter().map(|one| clause(model, one, placeholders));
        parts.push(format!("({})", any.collect::<Result<Vec<_>>>()?.join(" OR ")));
    }
    Ok((!parts.is_empty()).then(|| parts.join(" AND ")))
}

/// Whether a filter says all that a where clause says, but for these attributes, which the key condition says.
pub(super) fn is_whole(model: &Model, wanted: &Where, said: &[&Clause], keys: &[&str]) -> bool {
    wanted.clauses().all(|one| {
        said.iter().any(|said| std::ptr::eq(*said, one))
            || (is_expressible(model, one) && !keys.contains(&one.field.as_str()))
    })
}
