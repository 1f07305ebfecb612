//! Better Auth's secondary storage as a plain object of five own functions.

use std::rc::Rc;

use super::connection::Connection;
use super::js::{Js, Result, Visibility};
use super::methods::{self, methods};
use super::realm::Realm;
use crate::secondary_storage::{Options, SecondaryStorage};
use crate::value::Value;

methods! { METHODS of SecondaryStorage:
    "get" => get("key");
    "set" => set("key", "value", "ttl");
    "delete" => delete("key");
    "getAndDelete" => get_and_delete("key");
    "increment" => increment("key", "ttl");
}

/// The object.
pub(super) fn create(realm: &Rc<Realm>, connection: Rc<Connection>, options: Options) -> Result<Js> {
    let table = options.table_name.clone();
    methods::create(realm, connection, table, &[(METHODS, Visibility::Enumerable)], move |client| {
        SecondaryStorage::new(client.clone(), options.clone())
    })
}
