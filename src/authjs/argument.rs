//! What the host's arguments must be: something that identifies, or an error that names the field.

use std::borrow::Cow;

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

/// An id that must be there to write a record.
pub(super) fn required_id<'a>(entity: &Entity, record: &'a Record, property: &str) -> Result<Cow<'a, str>> {
    record.get(property).and_then(id_text).filter(|text| !text.is_empty()).ok_or_else(|| {
        let path = marshal::property_path(entity.name, property);
        Error::invalid_value(
            &path,
            "is neither a string that is not empty nor a whole number that JavaScript holds exactly",
            &format!("Give `{property}` as a string, a safe integer or a bigint"),
        )
    })
}

/// JavaScript's `Number.MAX_SAFE_INTEGER`.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// The text that stands for an id in a key. Some providers' APIs have numbers as ids, which Auth.js passes on as they are:
/// such a number is the same key as its decimal text, as it is for `@auth/dynamodb-adapter`.
pub(super) fn id_text(id: &Value) -> Option<Cow<'_, str>> {
    match id {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) if number.fract() == 0.0 && number.abs() <= MAX_SAFE_INTEGER => {
            Some(Cow::Owned((*number as i64).to_string()))
        }
        Value::BigInt(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
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

/// The `identifier` and the `token` of an argument, if it has both.
pub(super) fn identifier_and_token(argument: &Value) -> Option<(String, String)> {
    let Value::Object(record) = argument else { return None };
    Some((record.get_str("identifier")?.to_owned(), record.get_str("token")?.to_owned()))
}

/// The provider and its account id of an argument, if it has both.
pub(super) fn provider_and_account_id(argument: &Value) -> Option<(String, String)> {
    let Value::Object(record) = argument else { return None };
    let id = record.get("providerAccountId").and_then(id_text)?;
    Some((record.get_str("provider")?.to_owned(), id.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_is_a_number_is_the_key_of_its_decimal_text() {
        let text = |id: Value| id_text(&id).map(Cow::into_owned);
        assert_eq!(text(Value::Number(111_122_233.0)).as_deref(), Some("111122233"));
        assert_eq!(text(Value::BigInt(111_122_233)).as_deref(), Some("111122233"));
        assert_eq!(text("111122233".into()).as_deref(), Some("111122233"));
        assert_eq!(text(Value::Number(MAX_SAFE_INTEGER)).as_deref(), Some("9007199254740991"));
        assert_eq!(text(Value::Number(-7.0)).as_deref(), Some("-7"));
        assert_eq!(text(Value::Number(-0.0)).as_deref(), Some("0"));
        for other in [
            Value::Number(MAX_SAFE_INTEGER + 1.0),
            Value::Number(0.5),
            Value::Null,
            Value::Bool(true),
            Value::List(vec!["7".into()]),
        ] {
            assert_eq!(text(other), None);
        }
    }
}
