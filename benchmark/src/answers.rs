//! What is in the tables: whatever is asked for. An item follows from its key, so that an adapter finds what it looks
//! for: the session `session-7` belongs to the user `user-7`, who has the email `user-7@example.com` and the account 7
//! of every provider. A key with `new-` in it belongs to nobody yet.
//!
//! Items of the single table are known by their keys' prefixes; those of a table per model by the table's name.

use serde_json::{Map, Value, json};

type Item = Map<String, Value>;

/// The answer to a request, if it is one of those that adapters send.
pub fn answer(operation: &str, request: &Value) -> Option<Value> {
    match operation {
        "GetItem" => {
            let item = item(table(request)?, request.get("Key")?.as_object()?);
            Some(item.map_or_else(|| json!({}), |item| json!({ "Item": item })))
        }
        "PutItem" | "TransactWriteItems" => Some(json!({})),
        "UpdateItem" | "DeleteItem" => {
            let item = item(table(request)?, request.get("Key")?.as_object()?);
            match (item, request.get("ReturnValues").and_then(Value::as_str)) {
                (Some(item), Some("ALL_NEW" | "ALL_OLD")) => Some(json!({ "Attributes": item })),
                _ => Some(json!({})),
            }
        }
        "BatchWriteItem" => Some(json!({ "UnprocessedItems": {} })),
        "BatchGetItem" => {
            let mut responses = Map::new();
            for (table, wanted) in request.get("RequestItems")?.as_object()? {
                let keys = wanted.get("Keys")?.as_array()?.iter().filter_map(Value::as_object);
                let items: Vec<_> = keys.filter_map(|key| item(table, key)).collect();
                responses.insert(table.clone(), json!(items));
            }
            Some(json!({ "Responses": responses, "UnprocessedKeys": {} }))
        }
        "TransactGetItems" => {
            let gets = request.get("TransactItems")?.as_array()?.iter();
            let items = gets.map(|get| {
                let get = get.get("Get")?;
                Some(match item(table(get)?, get.get("Key")?.as_object()?) {
                    Some(item) => json!({ "Item": item }),
                    None => json!({}),
                })
            });
            Some(json!({ "Responses": items.collect::<Option<Vec<_>>>()? }))
        }
        "Query" => {
            let items = projected(request, query(request)?);
            Some(json!({ "Count": items.len(), "ScannedCount": items.len(), "Items": items }))
        }
        "Scan" => Some(json!({ "Count": 0, "ScannedCount": 0, "Items": [] })),
        _ => None,
    }
}

fn table(request: &Value) -> Option<&str> {
    request.get("TableName")?.as_str()
}

/// The items of a key condition: equalities and `begins_with`, joined by AND.
fn query(request: &Value) -> Option<Vec<Item>> {
    let table = table(request)?;
    let (mut key, mut prefix) = (Item::new(), None);
    let condition = request.get("KeyConditionExpression")?.as_str()?.replace(['(', ')'], " ");
    for part in condition.split(" AND ") {
        if let Some((name, value)) = part.split_once('=') {
            key.insert(named(request, name.trim())?, value_of(request, value.trim())?.clone());
        } else {
            let (name, value) = part.trim().strip_prefix("begins_with")?.split_once(',')?;
            prefix = Some((named(request, name.trim())?, text(value_of(request, value.trim())?)?.to_owned()));
        }
    }
    if request.get("IndexName").is_some() || !is_single_table(&key) {
        return Some(item(table, &key).into_iter().collect());
    }
    // A user's whole partition, or what of it begins so.
    let (name, prefix) = prefix.unwrap_or_else(|| ("sk".to_owned(), String::new()));
    let partition = text(key.values().next()?)?.to_owned();
    let number = number_in(&partition).to_owned();
    let sorts = [partition, format!("SESSION#session-{number}"), format!("ACCOUNT#github#{number}")];
    let items = sorts.into_iter().filter(|sort| sort.starts_with(&prefix)).filter_map(|sort| {
        let mut key = key.clone();
        key.insert(name.clone(), json!({ "S": sort }));
        item(table, &key)
    });
    Some(items.collect())
}

fn named(request: &Value, placeholder: &str) -> Option<String> {
    if !placeholder.starts_with('#') {
        return Some(placeholder.to_owned());
    }
    Some(request.get("ExpressionAttributeNames")?.get(placeholder)?.as_str()?.to_owned())
}

fn value_of<'r>(request: &'r Value, placeholder: &str) -> Option<&'r Value> {
    request.get("ExpressionAttributeValues")?.get(placeholder)
}

/// Only the attributes that were asked for.
fn projected(request: &Value, mut items: Vec<Item>) -> Vec<Item> {
    let Some(projection) = request.get("ProjectionExpression").and_then(Value::as_str) else { return items };
    let names: Vec<_> = projection.split(',').filter_map(|name| named(request, name.trim())).collect();
    for item in &mut items {
        item.retain(|name, _| names.contains(name));
    }
    items
}

fn text(value: &Value) -> Option<&str> {
    value.get("S")?.as_str()
}

/// The digits at the end, for instance of an id: the same for all that belongs to one user.
fn number_in(text: &str) -> &str {
    let digits = text.trim_end_matches(|character: char| !character.is_ascii_digit());
    &digits[digits.trim_end_matches(|character: char| character.is_ascii_digit()).len()..]
}

const PREFIXES: [&str; 6] = ["USER#", "SESSION#", "ACCOUNT#", "VT#", "AUTHENTICATOR#", "EMAIL#"];

fn is_single_table(key: &Item) -> bool {
    key.values().filter_map(text).all(|text| PREFIXES.iter().any(|prefix| text.starts_with(prefix)))
}

/// The item of a key of the table or of an index, unless the key is of somebody new.
fn item(table: &str, key: &Item) -> Option<Item> {
    let texts: Vec<_> = key.values().filter_map(text).collect();
    if texts.iter().any(|text| text.contains("new-")) {
        return None;
    }
    let mut item = if is_single_table(key) { of_single_table(&texts)? } else { of_model(table, &texts) };
    item.extend(key.iter().map(|(name, value)| (name.clone(), value.clone())));
    Some(item)
}

/// By the keys of `@auth/dynamodb-adapter`'s layout, of the table or of its index.
fn of_single_table(texts: &[&str]) -> Option<Item> {
    let number = texts.iter().map(|text| number_in(text)).find(|number| !number.is_empty())?;
    let has = |prefix: &str| texts.iter().find(|text| text.starts_with(prefix)).copied();
    let partition = format!("USER#user-{number}");
    let item = if let Some(claim) =
        has("EMAIL#").or_else(|| texts.iter().copied().find(|text| is_account_claim(text)))
    {
        json!({
            "pk": { "S": claim },
            "sk": { "S": claim },
            "type": { "S": "CLAIM" },
            "userId": { "S": format!("user-{number}") },
        })
    } else if let Some(session) = has("SESSION#") {
        json!({
            "pk": { "S": partition },
            "sk": { "S": session },
            "GSI1PK": { "S": session },
            "GSI1SK": { "S": session },
            "type": { "S": "SESSION" },
            "sessionToken": { "S": &session["SESSION#".len()..] },
            "userId": { "S": format!("user-{number}") },
            "expires": { "N": "1999999999" },
        })
    } else if let Some(credential) = has("AUTHENTICATOR#") {
        let id = &credential["AUTHENTICATOR#".len()..];
        json!({
            "pk": { "S": partition },
            "sk": { "S": credential },
            "GSI1PK": { "S": credential },
            "GSI1SK": { "S": credential },
            "type": { "S": "AUTHENTICATOR" },
            "credentialID": { "S": id },
            "userId": { "S": format!("user-{number}") },
            "providerAccountId": { "S": id },
            "credentialPublicKey": { "S": "pQECAyYgASFYIBenchmarkBenchmarkBenchmarkBenchmark" },
            "counter": { "N": "1" },
            "credentialDeviceType": { "S": "multiDevice" },
            "credentialBackedUp": { "BOOL": true },
            "transports": { "S": "internal,hybrid" },
        })
    } else if has("ACCOUNT#").is_some() {
        json!({
            "pk": { "S": partition },
            "sk": { "S": format!("ACCOUNT#github#{number}") },
            "GSI1PK": { "S": "ACCOUNT#github" },
            "GSI1SK": { "S": format!("ACCOUNT#{number}") },
            "type": { "S": "oauth" },
            "userId": { "S": format!("user-{number}") },
            "provider": { "S": "github" },
            "providerAccountId": { "S": number },
            "access_token": { "S": "gho_16C7e42F292c6912E7710c838347Ae178B4a" },
            "token_type": { "S": "bearer" },
            "scope": { "S": "read:user,user:email" },
        })
    } else if has("VT#").is_some() {
        let token = texts.iter().copied().find(|text| !text.contains('@')).unwrap_or_default();
        json!({
            "pk": { "S": format!("VT#user-{number}@example.com") },
            "sk": { "S": token },
            "type": { "S": "VT" },
            "identifier": { "S": format!("user-{number}@example.com") },
            "token": { "S": token.trim_start_matches("VT#") },
            "expires": { "N": "1999999999" },
        })
    } else {
        let by_email = format!("USER#user-{number}@example.com");
        json!({
            "pk": { "S": partition },
            "sk": { "S": partition },
            "GSI1PK": { "S": by_email },
            "GSI1SK": { "S": by_email },
            "type": { "S": "USER" },
            "id": { "S": format!("user-{number}") },
            "name": { "S": "Ada Lovelace" },
            "email": { "S": format!("user-{number}@example.com") },
            "emailVerified": { "S": "2026-01-01T00:00:00.000Z" },
            "image": { "S": "https://avatars.example.com/u/1815" },
        })
    };
    item.as_object().cloned()
}

/// `ACCOUNT#provider#id`, which as a partition key is a claim's.
fn is_account_claim(text: &str) -> bool {
    text.strip_prefix("ACCOUNT#").is_some_and(|rest| rest.contains('#'))
}

/// By the name of a Better Auth model's table.
fn of_model(table: &str, texts: &[&str]) -> Item {
    let number = texts.iter().map(|text| number_in(text)).find(|number| !number.is_empty()).unwrap_or("0");
    let (created, updated) = ("2026-01-01T00:00:00.000Z", "2026-06-01T00:00:00.000Z");
    let user = format!("user-{number}");
    let is = |name: &str| table.to_ascii_lowercase().contains(name);
    let item = if is("claim") || is("lookup") {
        json!({ "userId": { "S": user }, "email": { "S": format!("{user}@example.com") } })
    } else if is("session") {
        json!({
            "id": { "S": format!("session-{number}") },
            "token": { "S": format!("session-{number}") },
            "userId": { "S": user },
            "expiresAt": { "S": "2033-05-18T03:33:19.000Z" },
            "ipAddress": { "S": "192.0.2.1" },
            "userAgent": { "S": "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0" },
            "createdAt": { "S": created },
            "updatedAt": { "S": updated },
        })
    } else if is("account") {
        json!({
            "id": { "S": format!("account-{number}") },
            "accountId": { "S": number },
            "providerId": { "S": "github" },
            "userId": { "S": user },
            "accessToken": { "S": "gho_16C7e42F292c6912E7710c838347Ae178B4a" },
            "scope": { "S": "read:user,user:email" },
            "createdAt": { "S": created },
            "updatedAt": { "S": updated },
        })
    } else if is("verification") {
        json!({
            "id": { "S": format!("verification-{number}") },
            "identifier": { "S": format!("{user}@example.com") },
            "value": { "S": "123456" },
            "expiresAt": { "S": "2033-05-18T03:33:19.000Z" },
            "createdAt": { "S": created },
            "updatedAt": { "S": updated },
        })
    } else if is("rate") {
        json!({
            "id": { "S": format!("rate-{number}") },
            "key": { "S": format!("key-{number}") },
            "count": { "N": "1" },
            "lastRequest": { "N": "1767225600000" },
        })
    } else {
        json!({
            "id": { "S": user },
            "name": { "S": "Ada Lovelace" },
            "email": { "S": format!("{user}@example.com") },
            "emailVerified": { "BOOL": true },
            "image": { "S": "https://avatars.example.com/u/1815" },
            "createdAt": { "S": created },
            "updatedAt": { "S": updated },
        })
    };
    item.as_object().cloned().unwrap_or_default()
}
