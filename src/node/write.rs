//! [`Value`] → JavaScript: plain objects with real Dates, properties in the record's order.

use super::environment::Environment;
use super::js::{Js, Result, Visibility};
use crate::value::{Record, Value};

/// A JavaScript value. Handles of nested values stay until the caller's scope is closed.
pub(super) fn to_js(environment: &Environment, value: &Value) -> Result<Js> {
    let env = environment.env;
    match value {
        Value::Null => env.null(),
        Value::Undefined => env.undefined(),
        Value::Bool(value) => env.boolean(*value),
        Value::Number(value) => env.number(*value),
        Value::BigInt(value) => env.bigint(*value),
        Value::String(text) => env.string(text),
        Value::Date(milliseconds) => env.date(*milliseconds),
        Value::Bytes(bytes) => env.bytes(bytes),
        Value::List(values) => array(environment, values.len(), values),
        Value::Object(record) => object(environment, record),
        Value::Map(pairs) => {
            let entries =
                array(environment, pairs.len() * 2, pairs.iter().flat_map(|(key, value)| [key, value]))?;
            env.call(env.get(&environment.host()?.create_map)?, &[entries])
        }
        Value::Set(values) => {
            let values = array(environment, values.len(), values)?;
            env.call(env.get(&environment.host()?.create_set)?, &[values])
        }
    }
}

fn array<'v>(
    environment: &Environment,
    length: usize,
    values: impl IntoIterator<Item = &'v Value>,
) -> Result<Js> {
    let array = environment.env.array(length)?;
    for (index, value) in values.into_iter().enumerate() {
        environment.env.set_element(array, index, to_js(environment, value)?)?;
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

fn object(environment: &Environment, record: &Record) -> Result<Js> {
    let env = environment.env;
    if let Some(shape) = environment.host()?.shapes.iter().find(|shape| has_shape(record, &shape.names)) {
        let mut values = [env.undefined()?; LONGEST_SHAPE];
        for (made, (_, value)) in values.iter_mut().zip(record.iter()) {
            *made = to_js(environment, value)?;
        }
        return env.call(env.get(&shape.make)?, &values[..record.len()]);
    }
    let object = env.object()?;
    for (name, value) in record.iter() {
        let (key, value) = (env.string(name)?, to_js(environment, value)?);
        if name == "__proto__" {
            env.define_property(object, key, value, Visibility::Enumerable)?;
        } else {
            env.set_property(object, key, value)?;
        }
    }
    Ok(object)
}
