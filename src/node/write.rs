//! [`Value`] → JavaScript: plain objects with real Dates, properties in the record's order.

use super::js::{Js, Result, Visibility};
use super::realm::Realm;
use crate::value::{Record, Value};

/// A JavaScript value. Handles of nested values stay until the caller's scope is closed.
pub(super) fn to_js(realm: &Realm, value: &Value) -> Result<Js> {
    let env = realm.env;
    match value {
        Value::Null => env.null(),
        Value::Undefined => env.undefined(),
        Value::Bool(value) => env.boolean(*value),
        Value::Number(value) => env.number(*value),
        Value::BigInt(value) => env.bigint(*value),
        Value::String(text) => env.string(text),
        Value::Date(milliseconds) => realm.date(*milliseconds),
        Value::Bytes(bytes) => realm.bytes(bytes),
        Value::List(values) => array(realm, values.len(), values),
        Value::Object(record) => object(realm, record),
        Value::Map(pairs) => {
            let entries = array(realm, pairs.len() * 2, pairs.iter().flat_map(|(key, value)| [key, value]))?;
            realm.call(&realm.create_map, &[entries])
        }
        Value::Set(values) => {
            let values = array(realm, values.len(), values)?;
            realm.call(&realm.create_set, &[values])
        }
    }
}

fn array<'v>(realm: &Realm, length: usize, values: impl IntoIterator<Item = &'v Value>) -> Result<Js> {
    let array = realm.array(length)?;
    for (index, value) in values.into_iter().enumerate() {
        realm.env.set_element(array, index, to_js(realm, value)?)?;
    }
    Ok(array)
}

/// More than any in `js/addon.js` has.
const LONGEST_SHAPE: usize = 8;

fn has_shape(record: &Record, names: &[String]) -> bool {
    record.len() == names.len()
        && names.len() <= LONGEST_SHAPE
        && record.iter().zip(names).all(|((own, _), name)| own == name)
}

fn object(realm: &Realm, record: &Record) -> Result<Js> {
    let env = realm.env;
    if let Some(shape) = realm.shapes.iter().find(|shape| has_shape(record, &shape.names)) {
        let mut values = [env.undefined()?; LONGEST_SHAPE];
        for (made, (_, value)) in values.iter_mut().zip(record.iter()) {
            *made = to_js(realm, value)?;
        }
        return realm.call(&shape.make, &values[..record.len()]);
    }
    let object = realm.object()?;
    for (name, value) in record.iter() {
        let (key, value) = (env.string(name)?, to_js(realm, value)?);
        if name == "__proto__" {
            env.define_property(object, key, value, Visibility::Enumerable)?;
        } else {
            env.set_property(object, key, value)?;
        }
    }
    Ok(object)
}
