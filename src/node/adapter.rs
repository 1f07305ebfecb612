//! The Auth.js adapter as a plain object of nineteen own functions: Auth.js takes them by `Object.keys` and calls them
//! without `this`.

use std::rc::Rc;

use super::connection::Connection;
use super::js::{Js, Result, Visibility};
use super::methods::{self, Answer, methods};
use super::realm::Realm;
use crate::authjs::{Adapter, Options, SessionAndUser};
use crate::value::{Record, Value};

methods! { METHODS of Adapter:
    "createUser" => create_user("user");
    "getUser" => get_user("id");
    "getUserByEmail" => get_user_by_email("email");
    "getUserByAccount" => get_user_by_account("account");
    "updateUser" => update_user("user");
    "deleteUser" => delete_user("userId");
    "linkAccount" => link_account("account");
    // As Auth.js's interface has it.
    "unlinkAccount" => unlink_account("account") or Undefined;
    "getAccount" => get_account("providerAccountId", "provider");
    "createSession" => create_session("session");
    "getSessionAndUser" => get_session_and_user("sessionToken");
    "updateSession" => update_session("session");
    "deleteSession" => delete_session("sessionToken");
    "createVerificationToken" => create_verification_token("verificationToken");
    "useVerificationToken" => use_verification_token("params");
    "createAuthenticator" => create_authenticator("authenticator");
    "getAuthenticator" => get_authenticator("credentialID");
    "listAuthenticatorsByUserId" => list_authenticators_by_user_id("userId");
    "updateAuthenticatorCounter" => update_authenticator_counter("credentialID", "newCounter");
}

// Not of Auth.js's interface, so not enumerable: what takes the adapter apart finds the nineteen.
methods! { MORE_METHODS of Adapter:
    "listSessionsByUserId" => list_sessions_by_user_id("userId");
    "listAccountsByUserId" => list_accounts_by_user_id("userId");
    "deleteAuthenticator" => delete_authenticator("credentialID");
}

impl Answer for SessionAndUser {
    fn into_value(self) -> Value {
        let mut answer = Record::new();
        answer.set("session", Value::Object(self.session));
        answer.set("user", Value::Object(self.user));
        Value::Object(answer)
    }
}

/// The object.
pub(super) fn create(realm: &Rc<Realm>, connection: Rc<Connection>, options: Options) -> Result<Js> {
    let table = options.table_name.clone();
    methods::create(
        realm,
        connection,
        table,
        &[(METHODS, Visibility::Enumerable), (MORE_METHODS, Visibility::Hidden)],
        move |client| Adapter::new(client.clone(), options.clone()),
    )
}
