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
//! Unmarked sets (SS, NS, BS) of other writers come back as `Set`, unmarked integers beyond 2^53 as bigint.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::error::Result;
use crate::value::Value;

/// What stands at which path inside one attribute, where its `AttributeValue` alone does not say so. The attribute
/// itself has the empty path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks(BTreeMap<String, String>);

impl Marks {
    /// Whether there are none, so that nothing needs to be stored.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As they are stored beside the attribute.
    pub fn to_attribute(&self) -> AttributeValue {
        todo!()
    }

    /// From what is stored; unknown forms are no marks.
    pub fn from_attribute(stored: &AttributeValue) -> Self {
        let _ = stored;
        todo!()
    }
}

/// An attribute from a host's value. `path` is the property's name, for errors: `INVALID_VALUE` naming the path inside
/// (`profile.tags[3]`) for NaN, infinities, invalid dates, more than 38 digits, more than DynamoDB's 32 levels.
pub fn to_attribute(path: &str, value: &Value) -> Result<(AttributeValue, Marks)> {
    let _ = (path, value);
    todo!()
}

/// A host's value from an attribute and its marks.
pub fn from_attribute(attribute: AttributeValue, marks: &Marks) -> Value {
    let _ = (attribute, marks);
    todo!()
}
