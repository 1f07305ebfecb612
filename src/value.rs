//! What a host can say: JavaScript's values as the adapters take and return them, without Node.
//!
//! `Debug` tells kinds and names, never contents: what passes here are tokens and password hashes.

use std::fmt;

/// A value of the host.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `undefined`: left out of records, kept in its place inside a list.
    Undefined,
    /// A boolean.
    Bool(bool),
    /// A number. Not NaN and not infinite: [`crate::marshal`] refuses those.
    Number(f64),
    /// A bigint of at most 38 digits.
    BigInt(i128),
    /// A string, empty ones included.
    String(String),
    /// A date, in milliseconds since the epoch, within JavaScript's ±8.64e15.
    Date(i64),
    /// A `Uint8Array` or `Buffer`.
    Bytes(Vec<u8>),
    /// An array.
    List(Vec<Value>),
    /// A plain object.
    Object(Record),
    /// A `Map`, in its order.
    Map(Vec<(Value, Value)>),
    /// A `Set`, in its order.
    Set(Vec<Value>),
}

impl Value {
    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is `null` or `undefined`.
    pub fn is_nullish(&self) -> bool {
        matches!(self, Value::Null | Value::Undefined)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text)
    }
}

/// A host's object: its properties in their order, each name once.
#[derive(Clone, PartialEq, Default)]
pub struct Record(Vec<(String, Value)>);

impl Record {
    /// An object without properties.
    pub fn new() -> Self {
        Record::default()
    }

    /// The value of a property.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// The value of a property, if it is a string.
    pub fn get_str(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// Sets a property: in its place if it is there, otherwise as the last.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        let (name, value) = (name.into(), value.into());
        match self.0.iter_mut().find(|(own, _)| *own == name) {
            Some((_, own)) => *own = value,
            None => self.0.push((name, value)),
        }
    }

    /// Takes a property out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.0.iter().position(|(own, _)| own == name)?;
        Some(self.0.remove(at).1)
    }

    /// How many properties there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The properties in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl FromIterator<(String, Value)> for Record {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(properties: I) -> Self {
        Record(properties.into_iter().collect())
    }
}

impl IntoIterator for Record {
    type Item = (String, Value);
    type IntoIter = std::vec::IntoIter<(String, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Undefined => f.write_str("undefined"),
            Value::Bool(_) => f.write_str("boolean"),
            Value::Number(_) => f.write_str("number"),
            Value::BigInt(_) => f.write_str("bigint"),
            Value::String(_) => f.write_str("string"),
            Value::Date(_) => f.write_str("Date"),
            Value::Bytes(_) => f.write_str("Uint8Array"),
            Value::List(values) => f.debug_list().entries(values).finish(),
            Value::Object(record) => record.fmt(f),
            Value::Map(pairs) => write!(f, "Map({})", pairs.len()),
            Value::Set(values) => write!(f, "Set({})", values.len()),
        }
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
