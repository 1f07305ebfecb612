//! [`Value`] ⇄ `AttributeValue`: the only place that knows both sides.
//!
//! DynamoDB has no dates, bigints, maps with keys of any kind, sets of mixed values or `undefined`. A value that would
//! come back as something else carries [`Marks`]: the path inside the attribute, and what stands there.
//!
//! | JavaScript | DynamoDB | mark |
//! |---|---|---|
//! | string | S | `string`, where it reads as a date at the top level |
//! | Date | S, ISO 8601 | `date`, where it is nested |
//! | number | N | `number` (as S), where DynamoDB's N cannot hold it: below 1e-130, above 9.99…e125, and `-0` |
//! | bigint | N | `bigint` |
//! | boolean, null | BOOL, NULL | |
//! | undefined in a list | NULL | `undefined` |
//! | Uint8Array, Buffer | B | |
//! | array, plain object | L, M | |
//! | object with an empty property name | L of pairs | `object` |
//! | Map | L of pairs | `map` |
//! | Set | L | `set` |
//!
//! What others wrote carries no marks. Their SS, NS and BS come back as `Set`; their N as a number, unless it is an
//! integer that a number cannot hold: that is a bigint. A top-level S in the form of `Date.prototype.toISOString` is a
//! Date, as `@auth/dynamodb-adapter` writes them; it cannot write nested dates, so a nested S is a string. A mark
//! that does not fit what it stands for (others have changed the attribute since) is no mark.
//!
//! DynamoDB's 32 levels are up to 31 lists and maps in each other, empty ones included, and what is in the innermost.

mod marks;
mod number;

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use marks::{Kind, Node, Path};
pub use marks::{Marks, property_path};
pub use number::MAX_INTEGER;

use crate::date::{self, MAX_MILLISECONDS};
use crate::error::{Error, Result};
use crate::value::{Record, Value};

/// How many lists and maps may be in each other; what is in the innermost is the last of DynamoDB's 32 levels.
pub const MAX_NESTED: usize = 31;

/// An attribute from a host's value. `path` is the property's name, for errors: `INVALID_VALUE` naming the path inside
/// (`profile.tags[3]`) for NaN, infinities, invalid dates, more than 38 digits, more than DynamoDB's 32 levels.
pub fn to_attribute(path: &str, value: &Value) -> Result<(AttributeValue, Marks)> {
    let mut writer = Writer { property: path, marks: Marks::default() };
    let attribute = writer.write(value, &Path::Root, 0)?;
    Ok((attribute, writer.marks))
}

/// A host's value from a top-level attribute and its marks.
pub fn from_attribute(attribute: AttributeValue, marks: &Marks) -> Value {
    let tree = marks.tree();
    match (tree.kind, attribute) {
        (None, AttributeValue::S(text)) => match date::from_iso(&text) {
            Some(milliseconds) => Value::Date(milliseconds),
            None => Value::String(text),
        },
        (_, attribute) => read(attribute, &tree),
    }
}

struct Writer<'a> {
    property: &'a str,
    marks: Marks,
}

impl Writer<'_> {
    fn write(&mut self, value: &Value, path: &Path<'_>, wrappers: usize) -> Result<AttributeValue> {
        Ok(match value {
            Value::Null => AttributeValue::Null(true),
            Value::Undefined => {
                self.marks.add(path, Kind::Undefined);
                AttributeValue::Null(true)
            }
            Value::Bool(is_true) => AttributeValue::Bool(*is_true),
            Value::Number(number) => self.number(*number, path)?,
            Value::BigInt(integer) => {
                if integer.unsigned_abs() > MAX_INTEGER {
                    return Err(self.refuse(
                        path,
                        "is a bigint of more than DynamoDB's 38 digits",
                        "Store it as a string",
                    ));
                }
                self.marks.add(path, Kind::BigInt);
                AttributeValue::N(integer.to_string())
            }
            Value::String(text) => {
                if wrappers == 0 && date::from_iso(text).is_some() {
                    self.marks.add(path, Kind::String);
                }
                AttributeValue::S(text.clone())
            }
            Value::Date(milliseconds) => {
                if !(-MAX_MILLISECONDS..=MAX_MILLISECONDS).contains(milliseconds) {
                    return Err(self.refuse(path, "is an invalid Date", "Store a valid one, or null"));
                }
                if wrappers > 0 {
                    self.marks.add(path, Kind::Date);
                }
                AttributeValue::S(date::to_iso(*milliseconds))
            }
            Value::Bytes(bytes) => AttributeValue::B(Blob::new(bytes.as_slice())),
            Value::List(values) => self.list(values, |at| Path::Index(path, at), path, wrappers)?,
            Value::Set(values) => {
                self.marks.add(path, Kind::Set);
                self.list(values, |at| Path::Member(path, at), path, wrappers)?
            }
            Value::Object(record) => self.object(record, path, wrappers)?,
            Value::Map(pairs) => {
                self.nest(path, wrappers)?;
                self.marks.add(path, Kind::Map);
                let pairs = pairs.iter().enumerate().map(|(at, (key, value))| {
                    let entry = Path::Entry(path, at);
                    self.nest(&entry, wrappers + 1)?;
                    Ok(AttributeValue::L(vec![
                        self.write(key, &Path::Key(path, at), wrappers + 2)?,
                        self.write(value, &entry, wrappers + 2)?,
                    ]))
                });
                AttributeValue::L(pairs.collect::<Result<_>>()?)
            }
        })
    }

    fn number(&mut self, number: f64, path: &Path<'_>) -> Result<AttributeValue> {
        if !number.is_finite() {
            let problem = if number.is_nan() { "is NaN" } else { "is infinite" };
            return Err(self.refuse(
                path,
                &format!("{problem}, which DynamoDB cannot hold"),
                "Store a finite number, or null",
            ));
        }
        let text = number::shortest(number);
        if number::fits(number) {
            Ok(AttributeValue::N(text))
        } else {
            self.marks.add(path, Kind::Number);
            Ok(AttributeValue::S(text))
        }
    }

    fn list<'p>(
        &mut self,
        values: &[Value],
        place: impl Fn(usize) -> Path<'p>,
        path: &Path<'_>,
        wrappers: usize,
    ) -> Result<AttributeValue> {
        self.nest(path, wrappers)?;
        let values = values.iter().enumerate();
        let values = values.map(|(at, value)| self.write(value, &place(at), wrappers + 1));
        Ok(AttributeValue::L(values.collect::<Result<_>>()?))
    }

    fn object(&mut self, record: &Record, path: &Path<'_>, wrappers: usize) -> Result<AttributeValue> {
        self.nest(path, wrappers)?;
        let properties = record.iter().filter(|(_, value)| **value != Value::Undefined);
        // DynamoDB's attribute names are not empty.
        if record.get("").is_none_or(|value| *value == Value::Undefined) {
            let properties = properties.map(|(name, value)| {
                Ok((name.to_owned(), self.write(value, &Path::Name(path, name), wrappers + 1)?))
            });
            return Ok(AttributeValue::M(properties.collect::<Result<_>>()?));
        }
        self.marks.add(path, Kind::Object);
        let pairs = properties.enumerate().map(|(at, (name, value))| {
            let path = Path::Property(path, at, name);
            self.nest(&path, wrappers + 1)?;
            let value = self.write(value, &path, wrappers + 2)?;
            Ok(AttributeValue::L(vec![AttributeValue::S(name.to_owned()), value]))
        });
        Ok(AttributeValue::L(pairs.collect::<Result<_>>()?))
    }

    /// Refuses another list or map in so many.
    fn nest(&self, path: &Path<'_>, wrappers: usize) -> Result<()> {
        if wrappers < MAX_NESTED {
            return Ok(());
        }
        Err(self.refuse(
            path,
            "is nested deeper than DynamoDB's 32 levels",
            "Store it flatter, or as a JSON string",
        ))
    }

    fn refuse(&self, path: &Path<'_>, problem: &str, remedy: &str) -> Error {
        Error::invalid_value(&path.of_property(self.property), problem, remedy)
    }
}

fn read(attribute: AttributeValue, node: &Node) -> Value {
    if let Some(kind) = node.kind {
        return read_marked(attribute, kind, node).unwrap_or_else(|attribute| read_plain(attribute, node));
    }
    read_plain(attribute, node)
}

/// What a mark says; the attribute itself where the mark does not fit it.
fn read_marked(attribute: AttributeValue, kind: Kind, node: &Node) -> Result<Value, AttributeValue> {
    match (kind, attribute) {
        (Kind::String, AttributeValue::S(text)) => Ok(Value::String(text)),
        (Kind::Date, AttributeValue::S(text)) => {
            date::from_iso(&text).map(Value::Date).ok_or(AttributeValue::S(text))
        }
        (Kind::Number, AttributeValue::S(text)) => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Number(number)),
            _ => Err(AttributeValue::S(text)),
        },
        (Kind::BigInt, AttributeValue::N(text)) => {
            number::integer(&text).map(Value::BigInt).ok_or(AttributeValue::N(text))
        }
        (Kind::Undefined, AttributeValue::Null(_)) => Ok(Value::Undefined),
        (Kind::Set, AttributeValue::L(values)) => Ok(Value::Set(read_list(values, node))),
        (Kind::Map, AttributeValue::L(pairs)) if pairs.iter().all(is_pair) => {
            Ok(Value::Map(read_pairs(pairs, node).collect()))
        }
        (Kind::Object, AttributeValue::L(pairs)) if pairs.iter().all(is_property) => {
            let mut record = Record::new();
            for (name, value) in read_pairs(pairs, node) {
                if let Value::String(name) = name {
                    record.set(name, value);
                }
            }
            Ok(Value::Object(record))
        }
        (_, attribute) => Err(attribute),
    }
}

fn read_plain(attribute: AttributeValue, node: &Node) -> Value {
    match attribute {
        AttributeValue::S(text) => Value::String(text),
        AttributeValue::N(text) => number::value(text),
        AttributeValue::Bool(is_true) => Value::Bool(is_true),
        AttributeValue::B(bytes) => Value::Bytes(bytes.into_inner()),
        AttributeValue::L(values) => Value::List(read_list(values, node)),
        AttributeValue::M(properties) => Value::Object(read_object(properties, node)),
        AttributeValue::Ss(texts) => Value::Set(texts.into_iter().map(Value::String).collect()),
        AttributeValue::Ns(texts) => Value::Set(texts.into_iter().map(number::value).collect()),
        AttributeValue::Bs(blobs) => {
            Value::Set(blobs.into_iter().map(|bytes| Value::Bytes(bytes.into_inner())).collect())
        }
        // NULL, and whatever DynamoDB may learn that the SDK does not know.
        _ => Value::Null,
    }
}

fn read_list(values: Vec<AttributeValue>, node: &Node) -> Vec<Value> {
    values.into_iter().enumerate().map(|(at, value)| read(value, node.index(at))).collect()
}

fn read_object(properties: HashMap<String, AttributeValue>, node: &Node) -> Record {
    // The SDK's order is random; a fixed one lets JavaScript engines share the shape of equal objects.
    let mut properties: Vec<_> = properties.into_iter().collect();
    properties.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    let properties = properties.into_iter();
    properties
        .map(|(name, value)| {
            let value = read(value, node.name(&name));
            (name, value)
        })
        .collect()
}

fn is_pair(value: &AttributeValue) -> bool {
    matches!(value, AttributeValue::L(pair) if pair.len() == 2)
}

fn is_property(value: &AttributeValue) -> bool {
    matches!(value, AttributeValue::L(pair) if pair.len() == 2 && pair[0].is_s())
}

/// The keys and values of a list whose members all are pairs.
fn read_pairs(pairs: Vec<AttributeValue>, node: &Node) -> impl Iterator<Item = (Value, Value)> {
    pairs.into_iter().enumerate().filter_map(|(at, pair)| match pair {
        AttributeValue::L(pair) => {
            let node = node.index(at);
            let [key, value] = <[AttributeValue; 2]>::try_from(pair).ok()?;
            Some((read(key, node.index(0)), read(value, node.index(1))))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests;
