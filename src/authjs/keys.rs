//! The keys of the single table, `@auth/dynamodb-adapter`'s to the letter, and those of the items that are new.
//!
//! | item | pk | sk | GSI1PK | GSI1SK | type |
//! |---|---|---|---|---|---|
//! | user | `USER#id` | `USER#id` | `USER#email` | `USER#email` | `USER` |
//! | account | `USER#userId` | `ACCOUNT#provider#providerAccountId` | `ACCOUNT#provider` | `ACCOUNT#providerAccountId` | (its own) |
//! | session | `USER#userId` | `SESSION#token` | `SESSION#token` | `SESSION#token` | `SESSION` |
//! | verification token | `VT#identifier` | `VT#token` | | | `VT` |
//! | authenticator | `USER#userId` | `AUTHENTICATOR#credentialID` | `AUTHENTICATOR#credentialID` | the same | `AUTHENTICATOR` |
//! | claim of an email | `EMAIL#email` | the same | | | `CLAIM` |
//! | claim of an account | `ACCOUNT#provider#providerAccountId` | the same | | | `CLAIM` |
//!
//! Every function answers `None` for what cannot be a key: an empty part, or more bytes than DynamoDB takes. Such a
//! thing is never stored, so it is never found.

use std::borrow::Cow;

/// DynamoDB's limits: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
const PARTITION_KEY_BYTES: usize = 2048;
const SORT_KEY_BYTES: usize = 1024;

/// The values of a partition key and a sort key, of the table or of its index.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(super) partition: String,
    pub(super) sort: String,
}

impl Key {
    fn new(partition: String, sort: String) -> Option<Self> {
        (partition.len() <= PARTITION_KEY_BYTES && sort.len() <= SORT_KEY_BYTES)
            .then_some(Key { partition, sort })
    }

    fn twice(value: String) -> Option<Self> {
        Key::new(value.clone(), value)
    }
}

/// How the sort keys in a user's partition begin.
pub(super) const SESSIONS: &str = "SESSION#";
pub(super) const ACCOUNTS: &str = "ACCOUNT#";
pub(super) const AUTHENTICATORS: &str = "AUTHENTICATOR#";

/// The partition that holds everything of a user.
pub(super) fn user_partition(id: &str) -> String {
    format!("USER#{id}")
}

/// The user whose partition this is.
pub(super) fn user_of_partition(partition: &str) -> Option<&str> {
    partition.strip_prefix("USER#")
}

pub(super) fn user(id: &str) -> Option<Key> {
    filled(&[id]).then(|| Key::twice(user_partition(id)))?
}

pub(super) fn user_index(email: &str) -> Option<Key> {
    filled(&[email]).then(|| Key::twice(format!("USER#{email}")))?
}

pub(super) fn email_claim(email: &str) -> Option<Key> {
    filled(&[email]).then(|| Key::twice(format!("EMAIL#{email}")))?
}

pub(super) fn account(user_id: &str, provider: &str, provider_account_id: &str) -> Option<Key> {
    filled(&[user_id, provider, provider_account_id])
        .then(|| Key::new(user_partition(user_id), account_sort(provider, provider_account_id)))?
}

pub(super) fn account_index(provider: &str, provider_account_id: &str) -> Option<Key> {
    filled(&[provider, provider_account_id])
        .then(|| Key::new(format!("{ACCOUNTS}{provider}"), format!("{ACCOUNTS}{provider_account_id}")))?
}

pub(super) fn account_claim(provider: &str, provider_account_id: &str) -> Option<Key> {
    filled(&[provider, provider_account_id])
        .then(|| Key::twice(account_sort(provider, provider_account_id)))?
}

/// Whether an item in a user's partition, beside the user, is one that the adapter writes.
pub(super) fn is_of_adapter(key: &Key) -> bool {
    [SESSIONS, ACCOUNTS, AUTHENTICATORS].iter().any(|prefix| key.sort.starts_with(prefix))
}

/// The claim of an account item, which is called like the item's sort key; `None` for items of other kinds.
pub(super) fn claim_of_account_item(sort: &str) -> Option<Key> {
    sort.starts_with(ACCOUNTS).then(|| Key::twice(sort.to_owned()))?
}

pub(crate) fn session(user_id: &str, token: &str) -> Option<Key> {
    filled(&[user_id, token]).then(|| Key::new(user_partition(user_id), format!("{SESSIONS}{token}")))?
}

pub(crate) fn session_index(token: &str) -> Option<Key> {
    filled(&[token]).then(|| Key::twice(format!("{SESSIONS}{token}")))?
}

pub(super) fn verification_token(identifier: &str, token: &str) -> Option<Key> {
    filled(&[identifier, token]).then(|| Key::new(format!("VT#{identifier}"), format!("VT#{token}")))?
}

pub(super) fn authenticator(user_id: &str, credential_id: &str) -> Option<Key> {
    filled(&[user_id, credential_id])
        .then(|| Key::new(user_partition(user_id), format!("{AUTHENTICATORS}{credential_id}")))?
}

pub(super) fn authenticator_index(credential_id: &str) -> Option<Key> {
    filled(&[credential_id]).then(|| Key::twice(format!("{AUTHENTICATORS}{credential_id}")))?
}

fn filled(parts: &[&str]) -> bool {
    parts.iter().all(|part| !part.is_empty())
}

/// A `#` inside the provider would make `a#b` + `c` and `a` + `b#c` one key, so there it is percent-encoded; so is a
/// `%` where the provider could be taken for an encoded one. Every provider without these is written as it is.
fn account_sort(provider: &str, provider_account_id: &str) -> String {
    let ambiguous = provider.contains('#') || provider.contains("%23") || provider.contains("%25");
    let provider = if ambiguous {
        Cow::Owned(provider.replace('%', "%25").replace('#', "%23"))
    } else {
        Cow::Borrowed(provider)
    };
    format!("{ACCOUNTS}{provider}#{provider_account_id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(key: Option<Key>) -> (String, String) {
        let key = key.unwrap();
        (key.partition, key.sort)
    }

    fn strings(partition: &str, sort: &str) -> (String, String) {
        (partition.into(), sort.into())
    }

    #[test]
    fn keys_read_as_the_upstream_adapter_writes_them() {
        assert_eq!(pair(user("1")), strings("USER#1", "USER#1"));
        assert_eq!(pair(user_index("a@b.c")), strings("USER#a@b.c", "USER#a@b.c"));
        assert_eq!(pair(account("1", "github", "7")), strings("USER#1", "ACCOUNT#github#7"));
        assert_eq!(pair(account_index("github", "7")), strings("ACCOUNT#github", "ACCOUNT#7"));
        assert_eq!(pair(session("1", "t")), strings("USER#1", "SESSION#t"));
        assert_eq!(pair(session_index("t")), strings("SESSION#t", "SESSION#t"));
        assert_eq!(pair(verification_token("a@b.c", "t")), strings("VT#a@b.c", "VT#t"));
        assert_eq!(pair(authenticator("1", "c")), strings("USER#1", "AUTHENTICATOR#c"));
        assert_eq!(pair(email_claim("a@b.c")), strings("EMAIL#a@b.c", "EMAIL#a@b.c"));
        assert_eq!(pair(account_claim("github", "7")), strings("ACCOUNT#github#7", "ACCOUNT#github#7"));
    }

    #[test]
    fn no_two_accounts_share_a_key() {
        let providers = ["a", "a#b", "a%23b", "a%2523b", "a%25b", "a%b", "#", "%", "%23", "%25", "%2523"];
        let ids = ["c", "b#c", "%23", "#"];
        let mut seen = std::collections::HashSet::new();
        for provider in providers {
            for id in ids {
                assert!(seen.insert(account_sort(provider, id)), "{provider} {id}");
            }
        }
    }

    #[test]
    fn an_empty_part_or_one_too_long_is_no_key() {
        assert!(user("").is_none());
        assert!(account("1", "", "7").is_none());
        assert!(verification_token("a@b.c", "").is_none());
        assert!(user(&"x".repeat(1024 - 5)).is_some());
        assert!(user(&"x".repeat(1024 - 4)).is_none());
        assert!(verification_token(&"x".repeat(2048 - 3), "t").is_some());
        assert!(verification_token(&"x".repeat(2048 - 2), "t").is_none());
    }

    #[test]
    fn a_partition_tells_its_user() {
        assert_eq!(user_of_partition(&user_partition("a#b")), Some("a#b"));
        assert_eq!(user_of_partition("VT#x"), None);
    }
}
