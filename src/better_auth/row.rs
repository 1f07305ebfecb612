//! Rows ⇄ items: one attribute a field, under its own name.
//!
//! | attribute | holds |
//! |---|---|
//! | a field's | its value; a date as ISO 8601. Absent where it is null |
//! | `_ttl`, or what `ttlAttribute` says | the epoch second after which DynamoDB may delete the row |
//! | `_op` | which guarded write was the last one, so that its repetition is recognised |
//! | `_as:FIELD` | how to read a nested value where it alone does not say it ([`Marks`]) |
//! | `_empty` | the indexed fields that are empty strings, which no key of an index can be |

use aws_sdk_dynamodb::types::AttributeValue;

use super::layout::{Expiry, Field, Kind, Layout, Model};
use crate::client::Item;
use crate::date;
use crate::error::{Error, Result};
use crate::marshal::{self, Marks};
use crate::value::{Record, Value};

/// See the chart above.
pub(super) const OP: &str = "_op";
const AS: &str = "_as:";
/// See the chart above.
pub(super) const EMPTY: &str = "_empty";

impl Kind {
    fn read(self, attribute: AttributeValue, marks: &Marks) -> Value {
        match (self, attribute) {
            (_, AttributeValue::Null(_)) => Value::Null,
            (Kind::Date, AttributeValue::S(text)) => {
                date::parse_any(&text).map_or(Value::String(text), Value::Date)
            }
            // A string is what it is, also where it reads as a date.
            (_, AttributeValue::S(text)) if marks.is_empty() => Value::String(text),
            (_, attribute) => marshal::from_attribute(attribute, marks),
        }
    }
}

/// A value and its marks as they are stored; `None` for null.
fn stored(model: &Model, name: &str, value: &Value) -> Result<Option<(AttributeValue, Marks)>> {
    Ok(match value {
        Value::Null | Value::Undefined => None,
        Value::String(text) => Some((AttributeValue::S(text.clone()), Marks::default())),
        // Also an invalid one is refused there.
        value => Some(marshal::to_attribute(&marshal::property_path(&model.key, name), value)?),
    })
}

/// A value as it stands in a key, a condition or a filter.
pub(super) fn attribute(model: &Model, name: &str, value: &Value) -> Result<AttributeValue> {
    Ok(stored(model, name, value)?.map_or(AttributeValue::Null(true), |(attribute, _)| attribute))
}

/// What a field's new value sets and removes, in itself and beside it.
pub(super) fn add_changes(
    model: &Model,
    name: &str,
    value: &Value,
    changes: &mut Vec<(String, Option<AttributeValue>)>,
) -> Result<()> {
    let (attribute, marks) = match stored(model, name, value)? {
        Some((attribute, marks)) => (Some(attribute), (!marks.is_empty()).then(|| marks.to_attribute())),
        None => (None, None),
    };
    let may_be_marked = !matches!(value, Value::String(_) | Value::Date(_) | Value::Bool(_))
        && model.field(name).is_none_or(|field| matches!(field.kind, Kind::Number | Kind::Other));
    changes.push((name.to_owned(), attribute));
    if marks.is_some() || may_be_marked {
        changes.push((format!("{AS}{name}"), marks));
    }
    Ok(())
}

impl Layout {
    /// The item of a row. `INVALID_VALUE` for what DynamoDB cannot hold, and for a key that is missing or empty.
    pub(super) fn to_item(&self, model: &Model, row: &Record) -> Result<Item> {
        let mut item = Item::with_capacity(row.len() + 2);
        let mut empty = Vec::new();
        for (name, value) in row.iter() {
            let Some((value, marks)) = stored(model, name, value)? else { continue };
            if !marks.is_empty() {
                item.insert(format!("{AS}{name}"), marks.to_attribute());
            }
            let field = model.field(name);
            if is_empty(&value) && field.is_some_and(|field| field.in_index && !field.in_key) {
                empty.push(AttributeValue::S(name.to_owned()));
                continue;
            }
            item.insert(name.to_owned(), value);
        }
        if !empty.is_empty() {
            item.insert(EMPTY.to_owned(), AttributeValue::L(empty));
        }
        if let Some(seconds) = self.end_of(model, row) {
            item.insert(self.settings.ttl_attribute.clone(), AttributeValue::N(seconds.to_string()));
        }
        model.check_keys(&item)?;
        Ok(item)
    }

    /// The epoch second of a row's end.
    pub(super) fn end_of(&self, model: &Model, row: &Record) -> Option<i64> {
        let Expiry { field, after } = model.expiry.as_ref()?;
        match row.get(field)? {
            Value::Date(milliseconds) => Some(date::ttl_seconds(milliseconds + after)),
            Value::Number(milliseconds) => Some(date::ttl_seconds(*milliseconds as i64 + after)),
            _ => None,
        }
    }
}

/// The row of an item: all fields of the schema in its order, null where there is none.
pub(super) fn to_row(model: &Model, mut item: Item) -> Record {
    let empty = item.remove(EMPTY);
    let is_noted_empty = |name: &str| match &empty {
        Some(AttributeValue::L(names)) => {
            names.iter().any(|noted| noted.as_s().is_ok_and(|noted| noted == name))
        }
        _ => false,
    };
    let read = |field: &Field| {
        let value = match item.remove(&field.name) {
            Some(attribute) => {
                let marks = item.get(&format!("{AS}{}", field.name)).map(Marks::from_attribute);
                field.kind.read(attribute, &marks.unwrap_or_default())
            }
            None if is_noted_empty(&field.name) => Value::String(String::new()),
            None => Value::Null,
        };
        (field.name.clone(), value)
    };
    model.fields.iter().map(read).collect()
}

fn is_empty(value: &AttributeValue) -> bool {
    matches!(value, AttributeValue::S(text) if text.is_empty())
}

impl Model {
    /// The key of an item of this model's table.
    pub(super) fn key_of(&self, item: &Item) -> Item {
        let names = std::iter::once(&self.partition_key).chain(&self.sort_key);
        names.filter_map(|name| Some((name.clone(), item.get(name)?.clone()))).collect()
    }

    /// What makes a row of this table another than the others.
    pub(super) fn identity(&self, item: &Item) -> String {
        let mut identity = self.table.clone();
        for name in std::iter::once(&self.partition_key).chain(&self.sort_key) {
            let text = match item.get(name) {
                Some(AttributeValue::S(text)) => format!("S{}:{text}", text.len()),
                Some(AttributeValue::N(number)) => format!("N{}:{number}", number.len()),
                _ => "?".to_owned(),
            };
            identity.push('/');
            identity.push_str(&text);
        }
        identity
    }

    fn check_keys(&self, item: &Item) -> Result<()> {
        for field in self.fields.iter().filter(|field| field.in_key || field.in_index) {
            let path = marshal::property_path(&self.key, &field.name);
            let wanted = match field.kind {
                Kind::Number => "a number",
                Kind::Date => "a Date",
                _ => "a string",
            };
            let fits = match (item.get(&field.name), field.kind) {
                (None, _) if field.in_key => {
                    return Err(Error::invalid_value(
                        &path,
                        "is missing, and it is in the key of the table",
                        &format!("Give {wanted}"),
                    ));
                }
                (None, _) => true,
                (Some(AttributeValue::N(_)), Kind::Number) => true,
                (Some(AttributeValue::S(text)), Kind::String | Kind::Date) => {
                    if text.is_empty() {
                        return Err(Error::invalid_value(
                            &path,
                            "is empty, and it is in the key of the table",
                            "Give a string that is not empty",
                        ));
                    }
                    true
                }
                _ => false,
            };
            if !fits {
                let problem = format!("is not {wanted}, and it is in a key");
                return Err(Error::invalid_value(&path, &problem, &format!("Give {wanted}")));
            }
        }
        Ok(())
    }
}
