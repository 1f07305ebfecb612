//! Claims: what makes unique values unique. An item at the value's own key, written in one transaction with the row
//! that has the value; also the strongly consistent way to that row.
//!
//! | table | key | names the row by |
//! |---|---|---|
//! | of claims | `claim`: `MODEL#FIELD#VALUE`, with `%23` for `#` inside | `key`, a map of the table's key |
//! | ebratz's `emailLookups` | `email`, in lower case | `userId` |

use aws_sdk_dynamodb::types::AttributeValue;

use super::layout::{CLAIM, EMAIL, Holder, ID, Layout, Model, USER_ID, Unique};
use super::row::to_row;
use crate::client::Item;
use crate::date;
use crate::error::{Code, Error, Result};
use crate::value::{Record, Value};

/// The attribute of a claim with the key of the row.
const ROW_KEY: &str = "key";
/// The attribute of a claim with the model of the row.
const MODEL: &str = "model";

/// One claim of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Claim {
    pub(super) holder: Holder,
    /// The fields that are claimed.
    pub(super) fields: Vec<String>,
    /// Its key.
    pub(super) key: String,
}

/// The key of the claim of these values, in the order of the fields; `None` where one of them is null, which is never
/// unique.
pub(super) fn key_of(model: &Model, unique: &Unique, values: &[&Value]) -> Option<String> {
    if unique.holder == Holder::EmailLookups {
        return values.first()?.as_str().filter(|email| !email.is_empty()).map(str::to_lowercase);
    }
    let mut key = format!(
        "{}#{}#",
        escaped(&model.key),
        unique.fields.iter().map(|name| escaped(name)).collect::<Vec<_>>().join(",")
    );
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            key.push('#');
        }
        key.push_str(&match value {
            Value::String(text) => escaped(text),
            Value::Number(number) => number.to_string(),
            Value::BigInt(integer) => integer.to_string(),
            Value::Bool(flag) => flag.to_string(),
            Value::Date(milliseconds) => date::to_iso(*milliseconds),
            _ => return None,
        });
    }
    Some(key)
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('#', "%23")
}

impl Layout {
    /// The claims of a row.
    pub(super) fn claims_of(&self, model: &Model, row: &Record) -> Vec<Claim> {
        let claim = |unique: &Unique| {
            let values: Vec<&Value> =
                unique.fields.iter().map(|name| row.get(name).unwrap_or(&Value::Null)).collect();
            let key = key_of(model, unique, &values)?;
            Some(Claim { holder: unique.holder, fields: unique.fields.clone(), key })
        };
        model.uniques.iter().filter_map(claim).collect()
    }

    /// The table of claims of one kind.
    pub(super) fn claims_table(&self, holder: Holder) -> &str {
        match holder {
            Holder::Claims => &self.claims,
            // The layout has such claims only if it has the table.
            Holder::EmailLookups => self.email_lookups.as_deref().unwrap_or(&self.claims),
        }
    }

    /// The key of a claim's item.
    pub(super) fn claim_key(&self, holder: Holder, key: &str) -> Item {
        let name = match holder {
            Holder::Claims => CLAIM,
            Holder::EmailLookups => EMAIL,
        };
        Item::from([(name.to_owned(), AttributeValue::S(key.to_owned()))])
    }

    /// The item of a row's claim.
    pub(super) fn claim_item(&self, claim: &Claim, model: &Model, row: &Item) -> Item {
        let mut item = self.claim_key(claim.holder, &claim.key);
        let (name, owner) = owner(claim.holder, model, row);
        item.insert(name.to_owned(), owner);
        if claim.holder == Holder::Claims {
            item.insert(MODEL.to_owned(), AttributeValue::S(model.key.clone()));
            let ttl = &self.settings.ttl_attribute;
            item.extend(row.get(ttl).map(|end| (ttl.clone(), end.clone())));
        }
        item
    }
}

/// The attribute that names the row of a claim, and what it says of this one.
pub(super) fn owner(holder: Holder, model: &Model, row: &Item) -> (&'static str, AttributeValue) {
    match holder {
        Holder::Claims => (ROW_KEY, AttributeValue::M(model.key_of(row))),
        Holder::EmailLookups => (USER_ID, row.get(ID).cloned().unwrap_or(AttributeValue::Null(true))),
    }
}

/// Whom a stored claim names.
pub(super) fn owner_in(holder: Holder, claim: &Item) -> Option<&AttributeValue> {
    claim.get(match holder {
        Holder::Claims => ROW_KEY,
        Holder::EmailLookups => USER_ID,
    })
}

/// The key of the row that a stored claim names.
pub(super) fn row_key(holder: Holder, claim: &Item) -> Option<Item> {
    match (holder, owner_in(holder, claim)?) {
        (Holder::Claims, AttributeValue::M(key)) => Some(key.clone()),
        (Holder::Claims, _) => None,
        (Holder::EmailLookups, id) => Some(Item::from([(ID.to_owned(), id.clone())])),
    }
}

/// The key of a stored claim, to tell several apart.
pub(super) fn key_in(holder: Holder, claim: &Item) -> Option<&str> {
    let name = match holder {
        Holder::Claims => CLAIM,
        Holder::EmailLookups => EMAIL,
    };
    claim.get(name)?.as_s().ok().map(String::as_str)
}

/// The error for a value that another row has. Better Auth's plugins know a duplicate by the words "unique constraint".
pub(super) fn duplicate(model: &Model, fields: &[String]) -> Error {
    let logical = |name: &String| model.field(name).map_or(name.clone(), |field| field.logical.clone());
    let names: Vec<String> = fields.iter().map(logical).collect();
    let code = match (model.key.as_str(), names.iter().map(String::as_str).collect::<Vec<_>>().as_slice()) {
        ("user", ["email"]) => Code::EmailExists,
        ("account", ["providerId", "accountId"]) => Code::AccountExists,
        _ => Code::ConditionalCheckFailed,
    };
    let places: Vec<String> =
        names.iter().map(|name| crate::marshal::property_path(&model.key, name)).collect();
    let problem =
        format!("The unique constraint on {} is not met: another row has the same", places.join(" and "));
    Error::new(code, problem, "Choose another value, or change the row that has it").on_table(&model.table)
}

/// The claim's key would be longer than DynamoDB's 2048 bytes.
pub(super) fn check_length(model: &Model, claim: &Claim) -> Result<()> {
    const LONGEST: usize = 2048;
    if claim.key.len() <= LONGEST {
        return Ok(());
    }
    let path = crate::marshal::property_path(&model.key, claim.fields.first().map_or("", String::as_str));
    let problem = format!("has {} bytes, too many for a key, by which it is kept unique", claim.key.len());
    Err(Error::invalid_value(
        &path,
        &problem,
        "Give a shorter value: DynamoDB's keys have at most 2048 bytes",
    ))
}

/// The row of a claim, as far as it is known by it.
pub(super) fn holds(layout: &Layout, model: &Model, row: &Item, claim: &Claim) -> bool {
    let row = to_row(model, row.clone());
    layout.claims_of(model, &row).iter().any(|own| own.holder == claim.holder && own.key == claim.key)
}

/// The end of a row is the end of its claims.
pub(super) fn same_end(layout: &Layout, before: &Item, after: &Item) -> bool {
    before.get(&layout.settings.ttl_attribute) == after.get(&layout.settings.ttl_attribute)
}
