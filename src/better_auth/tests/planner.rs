//! Which requests a where clause becomes.

use super::*;

fn steps(config: &Record, operation: Operation, arguments: Record) -> Vec<String> {
    let layout = Layout::new(config, &schema()).unwrap();
    let Value::List(steps) = crate::better_auth::explain::explain(&layout, operation, &arguments).unwrap()
    else {
        panic!("no list");
    };
    let text = |step: Value| {
        let step = row_of(step);
        let table = step.get_str("table").unwrap().trim_start_matches("x-");
        let by: Vec<_> = match step.get("by") {
            Some(Value::List(by)) => by.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect(),
            _ => Vec::new(),
        };
        let index = step.get_str("index").map(|index| format!(":{index}")).unwrap_or_default();
        let only = if step.get("onlyIf").is_some() { "?" } else { "" };
        format!("{only}{} {table}{index}({})", step.get_str("operation").unwrap(), by.join(","))
    };
    steps.into_iter().map(text).collect()
}

fn zero_steps(model: &str, clauses: Vec<Value>) -> Vec<String> {
    steps(&zero("x-"), Operation::FindMany, asking(model, clauses))
}

#[test]
fn a_key_is_read_by_its_key() {
    let by_id = zero_steps("user", vec![clause("id", "eq", "1".into())]);
    assert_eq!(by_id, ["GetItem user(id)"]);
    let several = zero_steps("user", vec![clause("id", "in", list(["1".into(), "2".into()]))]);
    assert_eq!(several, ["BatchGetItem user(id)"]);
    let account = vec![clause("providerId", "eq", "github".into()), clause("accountId", "eq", "1".into())];
    assert_eq!(zero_steps("account", account), ["GetItem account(providerId,accountId)"]);
    let one_provider = zero_steps("account", vec![clause("providerId", "eq", "github".into())]);
    assert_eq!(one_provider, ["Query account(providerId)"]);
}

#[test]
fn what_is_unique_is_found_by_its_claim_and_by_the_index_only_without_one() {
    let email = zero_steps("user", vec![clause("email", "eq", "ada@example.com".into())]);
    assert_eq!(email, ["GetItem claims(email)", "GetItem user(id)", "?Query user:email-index(email)"]);
    let id = zero_steps("session", vec![clause("id", "eq", "1".into())]);
    assert_eq!(id, ["GetItem claims(id)", "GetItem session(token)"]);
}

#[test]
fn an_index_serves_lists_with_its_range_and_order() {
    let sessions = vec![clause("userId", "eq", "1".into()), clause("expiresAt", "gt", Value::Date(0))];
    assert_eq!(zero_steps("session", sessions), ["Query session:userId-expiresAt-index(userId,expiresAt)"]);
    let latest = zero_steps("verification", vec![clause("identifier", "eq", "reset".into())]);
    assert_eq!(latest, ["Query verification(identifier)"]);
    // An index lacks the rows that lack its sort key.
    let team = zero_steps("thing", vec![clause("team", "eq", "a".into())]);
    assert_eq!(team, ["Query thing:team-index(team)"]);
}

#[test]
fn a_users_accounts_include_the_one_that_an_index_may_not_have_yet() {
    let accounts = zero_steps("account", vec![clause("userId", "eq", "1".into())]);
    assert_eq!(accounts, ["GetItem account(providerId,accountId)", "Query account:userId-index(userId)"]);
}

#[test]
fn alternatives_with_ways_of_their_own_are_asked_one_by_one() {
    let either = vec![or("name", "eq", "ada".into()), or("team", "eq", "a".into())];
    assert_eq!(zero_steps("thing", either), ["Query thing:name-index(name)", "Query thing:team-index(team)"]);
    let same = vec![or("id", "eq", "1".into()), or("id", "eq", "2".into())];
    assert_eq!(zero_steps("thing", same), ["BatchGetItem thing(id)"]);
    let one_without = vec![or("name", "eq", "ada".into()), or("active", "eq", Value::Bool(true))];
    assert_eq!(zero_steps("thing", one_without), ["Scan thing()"]);
}

#[test]
fn what_cannot_be_is_not_asked() {
    assert_eq!(zero_steps("user", vec![clause("id", "in", list([]))]), [""; 0]);
    assert_eq!(zero_steps("user", vec![clause("email", "eq", number(1))]), [""; 0]);
    assert_eq!(zero_steps("user", vec![clause("logins", "gt", Value::Null)]), [""; 0]);
    let mut none = asking("user", vec![]);
    none.set("limit", number(0));
    assert_eq!(steps(&zero("x-"), Operation::FindMany, none), [""; 0]);
}

#[test]
fn a_declared_index_is_used_as_it_is_declared() {
    let mut config = declared("x-");
    let index =
        object([("indexName", "by-id".into()), ("hashKey", "id".into()), ("projection", "KEYS_ONLY".into())]);
    config.set("indexes", object([("account", object([("id", index)]))]));
    let by_id = steps(&config, Operation::FindOne, asking("account", vec![clause("id", "eq", "1".into())]));
    assert_eq!(by_id, ["Query account:by-id(id)", "?BatchGetItem account(providerId,accountId)"]);
    let email =
        steps(&config, Operation::FindOne, asking("user", vec![clause("email", "eq", "a@b.c".into())]));
    assert_eq!(email, ["GetItem emailLookups(email)", "GetItem user(id)", "?Scan user()"]);
    let scan =
        steps(&config, Operation::FindOne, asking("session", vec![clause("userId", "eq", "1".into())]));
    assert_eq!(scan, ["Scan session()"]);
}
