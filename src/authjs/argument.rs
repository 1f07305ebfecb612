//! What the host's arguments must be: something that identifies, or an error that names the field.

use super::item::Entity;
use super::keys::Key;
use crate::error::{Error, Result};
use crate::marshal;
use crate::value::{Record, Value};

/// The record that a method is to write.
pub(super) fn record(entity: &Entity, argument: Value) -> Result<Record> {
    match argument {
        Value::Object(record) => Ok(record),
        _ => Err(Error::invalid_value(
            entity.name,
            "is not an object",
            &format!("Give the {} as an object", entity.name),
        )),
    }
}

/// A property that must be there to write a record: a string that is not empty.
pub(super) fn required<'a>(entity: &Entity, record: &'a Record, property: &str) -> Result<&'a str> {
    record.get_str(property).filter(|text| !text.is_empty()).ok_or_else(|| {
        let path = marshal::property_path(entity.name, property);
        Error::invalid_value(&path, "is not a string, or empty", &format!("Give `{property}` as a string"))
    })
}

/// `expires`, which must be there to write a record that has an end.
pub(super) fn required_expiry(entity: &Entity, record: &Record) -> Result<()> {
    match record.get("expires") {
        Some(Value::Date(_)) => Ok(()),
        _ => Err(Error::invalid_value(
            &marshal::property_path(entity.name, "expires"),
            "is not a Date",
            "Give the time of expiry as a Date",
        )),
    }
}

/// A key that an item is to be written at.
pub(super) fn writable(entity: &Entity, key: Option<Key>, properties: &str) -> Result<Key> {
    key.ok_or_else(|| {
        let problem = "is too long for a key of DynamoDB, which takes 1024 bytes in all";
        let path = marshal::property_path(entity.name, properties);
        Error::invalid_value(&path, problem, "Give a shorter one")
    })
}

/// Two properties of an argument that together identify something, if they do.
pub(super) fn pair(argument: &Value, first: &str, second: &str) -> Option<(String, String)> {
    let Value::Object(record) = argument else { return None };
    Some((record.get_str(first)?.to_owned(), record.get_str(second)?.to_owned()))
}
