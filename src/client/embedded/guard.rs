//! What DynamoDB refuses and the engine does not: refused here, so that development finds out what production would say.
//!
//! - an index key beyond 2048 bytes (partition) or 1024 bytes (sort);
//! - an update of a key attribute inside a transaction, by which the engine would lose the item;
//! - a query for an empty partition key.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

const LONGEST_PARTITION_KEY: usize = 2048;
const LONGEST_SORT_KEY: usize = 1024;

/// The names of a table's key attributes, and of those of its indexes.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Keys {
    pub(super) table: BTreeSet<String>,
    pub(super) index_partition: BTreeSet<String>,
    pub(super) index_sort: BTreeSet<String>,
}

/// What is wrong with a request, as DynamoDB's ValidationException says it; `None` if nothing is. `keys_of` gives the
/// keys of a table by its name.
pub(super) fn refusal(operation: &str, body: &str, keys_of: impl Fn(&str) -> Option<Keys>) -> Option<String> {
    if !is_suspect(operation, body) {
        return None;
    }
    let body: Json = serde_json::from_str(body).ok()?;
    let keys = |request: &Json| keys_of(request["TableName"].as_str()?);
    match operation {
        "PutItem" => long_key(&body["Item"], &keys(&body)?),
        "UpdateItem" => update(&body, &keys(&body)?, false),
        "BatchWriteItem" => body["RequestItems"].as_object()?.iter().find_map(|(table, writes)| {
            let keys = keys_of(table)?;
            writes.as_array()?.iter().find_map(|write| long_key(&write["PutRequest"]["Item"], &keys))
        }),
        "TransactWriteItems" => body["TransactItems"].as_array()?.iter().find_map(|action| {
            let put = || long_key(&action["Put"]["Item"], &keys(&action["Put"])?);
            let updated = || update(&action["Update"], &keys(&action["Update"])?, true);
            put().or_else(updated)
        }),
        "Query" => empty_partition_key(&body),
        _ => None,
    }
}

/// Whether a body is worth parsing a second time.
fn is_suspect(operation: &str, body: &str) -> bool {
    match operation {
        "Query" => body.contains("\"\""),
        "TransactWriteItems" => body.len() > LONGEST_SORT_KEY || body.contains("\"Update\""),
        "PutItem" | "UpdateItem" | "BatchWriteItem" => body.len() > LONGEST_SORT_KEY,
        _ => false,
    }
}

fn long_key(attributes: &Json, keys: &Keys) -> Option<String> {
    attributes.as_object()?.iter().find_map(|(name, value)| too_long(name, value, keys))
}

fn too_long(name: &str, value: &Json, keys: &Keys) -> Option<String> {
    let size = value["S"].as_str().map(str::len)?;
    if size > LONGEST_PARTITION_KEY && keys.index_partition.contains(name) {
        let limit = "Size of hashkey has exceeded the maximum size limit of2048 bytes";
        return Some(format!("One or more parameter values were invalid: {limit}"));
    }
    if size > LONGEST_SORT_KEY && keys.index_sort.contains(name) {
        let limit = "Aggregated size of all range keys has exceeded the size limit of 1024 bytes";
        return Some(format!("One or more parameter values were invalid: {limit}"));
    }
    None
}

fn update(request: &Json, keys: &Keys, refuse_key_attributes: bool) -> Option<String> {
    let expression = request["UpdateExpression"].as_str()?;
    let names = request["ExpressionAttributeNames"].as_object();
    let values = request["ExpressionAttributeValues"].as_object();
    targets(expression).into_iter().find_map(|(target, value)| {
        let name = match names {
            Some(names) if target.starts_with('#') => names.get(target)?.as_str()?,
            _ => target,
        };
        if refuse_key_attributes && keys.table.contains(name) {
            let what = format!("Cannot update attribute {name}. This attribute is part of the key");
            return Some(format!("One or more parameter values were invalid: {what}"));
        }
        too_long(name, values?.get(value?)?, keys)
    })
}

/// The attributes that an update expression changes, and the placeholder of the value that one is set to, if it is set
/// to just that.
fn targets(expression: &str) -> Vec<(&str, Option<&str>)> {
    let mut targets: Vec<(&str, Option<&str>)> = Vec::new();
    let mut depth = 0_usize;
    let mut expected = false;
    let mut assigned = false;
    for token in tokens(expression) {
        match token {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "," if depth == 0 => (expected, assigned) = (true, false),
            "=" => assigned = true,
            _ if depth == 0 && is_clause(token) => (expected, assigned) = (true, false),
            _ if expected => {
                targets.push((token, None));
                expected = false;
            }
            _ if assigned && depth == 0 => {
                if let Some((_, value)) = targets.last_mut() {
                    *value = Some(token).filter(|token| token.starts_with(':'));
                }
                assigned = false;
            }
            _ => {}
        }
    }
    targets
}

fn is_clause(token: &str) -> bool {
    ["SET", "REMOVE", "ADD", "DELETE"].iter().any(|clause| clause.eq_ignore_ascii_case(token))
}

/// Names, placeholders and marks; a path inside an attribute counts as one.
fn tokens(expression: &str) -> impl Iterator<Item = &str> {
    let is_mark = |c: char| "(),=+".contains(c);
    expression
        .split_whitespace()
        .flat_map(move |word| {
            word.split_inclusive(is_mark).flat_map(move |part| match part.char_indices().next_back() {
                Some((at, last)) if is_mark(last) => [&part[..at], &part[at..]],
                _ => [part, ""],
            })
        })
        .filter(|token| !token.is_empty())
}

fn empty_partition_key(query: &Json) -> Option<String> {
    let values: &Map<String, Json> = query["ExpressionAttributeValues"].as_object()?;
    let condition = query["KeyConditionExpression"].as_str()?;
    let tokens: Vec<&str> = tokens(condition).collect();
    let of_partition_key = tokens.iter().skip_while(|token| **token != "=").nth(1)?;
    if !values.get(*of_partition_key)?["S"].as_str()?.is_empty() {
        return None;
    }
    let what = "The AttributeValue for a key attribute cannot contain an empty string value.";
    Some(format!("One or more parameter values are not valid. {what}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn keys(table: &str) -> Option<Keys> {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        (table == "t").then(|| Keys {
            table: set(&["pk", "sk"]),
            index_partition: set(&["GSI1PK"]),
            index_sort: set(&["GSI1SK"]),
        })
    }

    fn check(operation: &str, body: Json) -> Option<String> {
        refusal(operation, &body.to_string(), keys)
    }

    fn s(size: usize) -> Json {
        json!({ "S": "x".repeat(size) })
    }

    #[test]
    fn long_index_keys() {
        let put = |pk, sk| json!({ "TableName": "t", "Item": { "GSI1PK": s(pk), "GSI1SK": s(sk), "other": s(5000) } });
        assert_eq!(check("PutItem", put(2048, 1024)), None);
        assert!(check("PutItem", put(2049, 1)).unwrap().contains("limit of2048"));
        assert!(check("PutItem", put(1, 1025)).unwrap().contains("limit of 1024"));
        let batch = json!({ "RequestItems": { "t": [{ "PutRequest": put(2049, 1) }] } });
        assert!(check("BatchWriteItem", batch).is_some());
        let transaction = json!({ "TransactItems": [{ "Delete": {} }, { "Put": put(2049, 1) }] });
        assert!(check("TransactWriteItems", transaction).is_some());
        assert_eq!(check("PutItem", json!({ "TableName": "other", "Item": { "GSI1PK": s(9000) } })), None);
    }

    #[test]
    fn long_index_keys_in_updates() {
        let update = |expression: &str| {
            json!({
                "TableName": "t",
                "UpdateExpression": expression,
                "ExpressionAttributeNames": { "#p": "GSI1PK", "#n": "name" },
                "ExpressionAttributeValues": { ":long": s(2049), ":short": s(1) },
            })
        };
        for refused in [
            "SET GSI1PK = :long",
            "set #n=:short,#p=:long REMOVE x",
            "SET a = if_not_exists(a, :short), #p = :long",
        ] {
            assert!(check("UpdateItem", update(refused)).is_some(), "{refused}");
            let transaction = json!({ "TransactItems": [{ "Update": update(refused) }] });
            assert!(check("TransactWriteItems", transaction).is_some(), "{refused}");
        }
        for fine in ["SET #n = :long", "SET #p = :short, #n = :long", "REMOVE #p SET #n = :long"] {
            assert_eq!(check("UpdateItem", update(fine)), None, "{fine}");
        }
    }

    #[test]
    fn key_attributes_in_transactions() {
        let update = |expression: &str| {
            json!({ "TransactItems": [{ "Update": {
                "TableName": "t",
                "UpdateExpression": expression,
                "ExpressionAttributeNames": { "#k": "pk", "#n": "name" },
                "ExpressionAttributeValues": { ":v": s(1) },
            } }] })
        };
        for refused in ["SET pk = :v", "SET #n = :v, #k = :v", "REMOVE sk", "ADD x :v REMOVE #k"] {
            assert!(
                check("TransactWriteItems", update(refused)).unwrap().contains("part of the key"),
                "{refused}"
            );
        }
        for fine in ["SET #n = pk", "SET #n = if_not_exists(#k, :v)", "REMOVE #n.pk"] {
            assert_eq!(check("TransactWriteItems", update(fine)), None, "{fine}");
        }
    }

    #[test]
    fn empty_partition_keys() {
        let query = |condition: &str, value: &str| {
            let values = json!({ ":p": { "S": value }, ":s": { "S": "" } });
            json!({ "TableName": "t", "KeyConditionExpression": condition, "ExpressionAttributeValues": values })
        };
        assert!(check("Query", query("#pk = :p", "")).is_some());
        assert!(check("Query", query("pk=:p AND begins_with(sk, :s)", "")).is_some());
        assert_eq!(check("Query", query("pk = :p AND sk >= :s", "x")), None);
    }
}
