//! Records ⇄ items: what an entity's properties are called in the table, and what else stands there.
//!
//! A property is stored under its own name. Attributes that the adapter adds:
//!
//! | attribute | holds |
//! |---|---|
//! | keys of table and index, `type` | the entity chart of [`super::keys`] |
//! | `_own:NAME` | a user's own property that is called like one of the attributes above, or like one of these |
//! | `_as:NAME` | how to read the attribute NAME where its value alone does not say it ([`Marks`]) |
//! | `_expiresMs` | the exact milliseconds of `expires`, which for TTL is in whole seconds |

use aws_sdk_dynamodb::types::AttributeValue;

use super::keys::Key;
use super::options::Options;
use crate::client::Item;
use crate::date;
use crate::error::{Error, Result};
use crate::marshal::{self, Marks};
use crate::value::{Record, Value};

const OWN: &str = "_own:";
const AS: &str = "_as:";
const EXPIRES: &str = "expires";
const EXPIRES_MS: &str = "_expiresMs";
const TYPE: &str = "type";

/// Whether an attribute name is one that the adapter adds, whatever the options say.
pub(super) fn is_own_attribute(name: &str) -> bool {
    name.starts_with(OWN) || name.starts_with(AS) || name == EXPIRES_MS
}

/// What is particular about the items of one kind.
pub(super) struct Entity {
    /// What it is called in messages, and the root of a path in them.
    pub(super) name: &'static str,
    /// The discriminator in the attribute `type`. Accounts have none: their `type` is their own.
    discriminator: Option<&'static str>,
    /// Whether `expires` is its end, at which TTL may delete the item.
    expires: bool,
    /// The order of its well-known properties in results; others follow by name. A fixed order gives V8 one shape.
    order: &'static [&'static str],
}

pub(super) const USER: Entity = Entity {
    name: "user",
    discriminator: Some("USER"),
    expires: false,
    order: &["id", "name", "email", "emailVerified", "image"],
};

pub(super) const ACCOUNT: Entity = Entity {
    name: "account",
    discriminator: None,
    expires: false,
    order: &["id", "userId", "type", "provider", "providerAccountId"],
};

pub(super) const SESSION: Entity = Entity {
    name: "session",
    discriminator: Some("SESSION"),
    expires: true,
    order: &["id", "sessionToken", "userId", EXPIRES],
};

pub(super) const VERIFICATION_TOKEN: Entity = Entity {
    name: "verificationToken",
    discriminator: Some("VT"),
    expires: true,
    order: &["identifier", "token", EXPIRES],
};

pub(super) const AUTHENTICATOR: Entity = Entity {
    name: "authenticator",
    discriminator: Some("AUTHENTICATOR"),
    expires: false,
    order: &["credentialID", "userId", "providerAccountId", "credentialPublicKey", "counter"],
};

/// One property as it is stored.
struct Stored {
    attribute: String,
    value: AttributeValue,
    /// The attributes beside it, and their values; `None` where one that is there no longer fits and has to go.
    beside: Vec<(String, Option<AttributeValue>)>,
}

impl Entity {
    /// The attribute that holds a property.
    pub(super) fn attribute(&self, property: &str, options: &Options) -> String {
        let taken = property.is_empty()
            || options.is_key(property)
            || is_own_attribute(property)
            || (property == TYPE && self.discriminator.is_some())
            // A number here would be an order to TTL to delete the item.
            || (property == EXPIRES && !self.expires);
        if taken { format!("{OWN}{property}") } else { property.to_owned() }
    }

    /// The item of a record, at its keys.
    pub(super) fn to_item(
        &self,
        record: &Record,
        options: &Options,
        key: &Key,
        index_key: Option<&Key>,
    ) -> Result<Item> {
        let mut item = Item::with_capacity(record.len() + 6);
        for (property, value) in record.iter() {
            let Some(stored) = self.store(property, value, options)? else { continue };
            item.insert(stored.attribute, stored.value);
            item.extend(stored.beside.into_iter().filter_map(|(name, value)| Some((name, value?))));
        }
        if let Some(discriminator) = self.discriminator {
            item.insert(TYPE.to_owned(), AttributeValue::S(discriminator.to_owned()));
        }
        item.extend(options.key(key));
        item.extend(index_key.map(|key| options.index_key(key)).into_iter().flatten());
        Ok(item)
    }

    /// What an update has to set and remove to change these properties; `undefined` ones stay as they are.
    pub(super) fn to_changes(
        &self,
        record: &Record,
        options: &Options,
    ) -> Result<Vec<(String, Option<AttributeValue>)>> {
        let mut changes = Vec::with_capacity(2 * record.len());
        for (property, value) in record.iter() {
            let Some(stored) = self.store(property, value, options)? else { continue };
            changes.push((stored.attribute, Some(stored.value)));
            changes.extend(stored.beside);
        }
        Ok(changes)
    }

    fn store(&self, property: &str, value: &Value, options: &Options) -> Result<Option<Stored>> {
        if matches!(value, Value::Undefined) {
            return Ok(None);
        }
        let attribute = self.attribute(property, options);
        if self.expires && property == EXPIRES {
            let Value::Date(milliseconds) = value else {
                let path = marshal::property_path(self.name, property);
                return Err(Error::invalid_value(
                    &path,
                    "is not a Date",
                    "Give the time of expiry as a Date",
                ));
            };
            let seconds = date::ttl_seconds(*milliseconds);
            let exact = (seconds * 1000 != *milliseconds).then(|| number(*milliseconds));
            return Ok(Some(Stored {
                attribute,
                value: number(seconds),
                beside: vec![(EXPIRES_MS.to_owned(), exact)],
            }));
        }
        let (stored, marks) = marshal::to_attribute(&marshal::property_path(self.name, property), value)?;
        let marks = (!marks.is_empty()).then(|| marks.to_attribute());
        Ok(Some(Stored { beside: vec![(format!("{AS}{attribute}"), marks)], attribute, value: stored }))
    }

    /// The record of an item: no key, marker or discriminator in it, its properties in a fixed order.
    pub(super) fn to_record(&self, mut item: Item, options: &Options) -> Record {
        let marks: Item = item.extract_if(|name, _| name.starts_with(AS)).collect();
        let exact = item.remove(EXPIRES_MS);
        let mut properties: Vec<(String, Value)> = Vec::with_capacity(item.len());
        let mut own = Vec::new();
        for (attribute, value) in item {
            if options.is_key(&attribute) || self.is_discriminator(&attribute, &value) {
                continue;
            }
            let value = match value {
                AttributeValue::N(seconds) if attribute == EXPIRES => expiry(&seconds, exact.as_ref()),
                AttributeValue::S(text) if attribute == EXPIRES && self.expires => {
                    date::parse_any(&text).map_or(Value::String(text), Value::Date)
                }
                value => {
                    let marks =
                        marks.get(&format!("{AS}{attribute}")).map(Marks::from_attribute).unwrap_or_default();
                    marshal::from_attribute(value, &marks)
                }
            };
            match attribute.strip_prefix(OWN) {
                Some(property) => own.push((property.to_owned(), value)),
                None => properties.push((attribute, value)),
            }
        }
        // Another adapter, which knows nothing of `_own:`, may have written the same property plainly beside it.
        properties.retain(|(name, _)| !own.iter().any(|(property, _)| property == name));
        properties.append(&mut own);
        self.in_order(properties)
    }

    /// The record as it is stored and will be read: without what is `undefined`, in the fixed order.
    pub(super) fn as_stored(&self, record: Record) -> Record {
        self.in_order(record.into_iter().filter(|(_, value)| !matches!(value, Value::Undefined)).collect())
    }

    fn is_discriminator(&self, attribute: &str, value: &AttributeValue) -> bool {
        attribute == TYPE
            && self.discriminator.is_some_and(|own| value.as_s().is_ok_and(|stored| stored == own))
    }

    /// Well-known names first, the others by name.
    fn in_order(&self, mut properties: Vec<(String, Value)>) -> Record {
        let rank = |name: &str| self.order.iter().position(|own| *own == name).unwrap_or(self.order.len());
        properties.sort_by(|(a, _), (b, _)| rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)));
        properties.into_iter().collect()
    }
}

/// `expires` in epoch seconds. Others write fractions; ours has the milliseconds beside it, unless another adapter
/// has changed `expires` since.
fn expiry(seconds: &str, exact: Option<&AttributeValue>) -> Value {
    let exact = exact.and_then(|value| value.as_n().ok()).and_then(|text| text.parse::<i64>().ok());
    if let (Some(exact), Ok(seconds)) = (exact, seconds.parse::<i64>())
        && date::ttl_seconds(exact) == seconds
    {
        return Value::Date(exact);
    }
    match date::from_ttl_seconds(seconds) {
        Some(milliseconds) => Value::Date(milliseconds),
        None => marshal::from_attribute(AttributeValue::N(seconds.to_owned()), &Marks::default()),
    }
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

impl Options {
    /// The table's key attributes with these values.
    pub(super) fn key(&self, key: &Key) -> Item {
        Item::from([
            (self.partition_key.clone(), AttributeValue::S(key.partition.clone())),
            (self.sort_key.clone(), AttributeValue::S(key.sort.clone())),
        ])
    }

    /// The index's key attributes with these values.
    pub(super) fn index_key(&self, key: &Key) -> Item {
        Item::from([
            (self.index_partition_key.clone(), AttributeValue::S(key.partition.clone())),
            (self.index_sort_key.clone(), AttributeValue::S(key.sort.clone())),
        ])
    }

    /// The table's key of an item.
    pub(super) fn key_of(&self, item: &Item) -> Option<Key> {
        let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
        Some(Key { partition: text(&self.partition_key)?, sort: text(&self.sort_key)? })
    }
}
