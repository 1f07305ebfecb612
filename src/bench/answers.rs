//! What DynamoDB answers in the scene of the calls.

macro_rules! attribute {
    ($name:literal $kind:literal $value:literal) => {
        concat!('"', $name, r#"":{""#, $kind, r#"":""#, $value, r#""}"#)
    };
}

macro_rules! item {
    ($name:literal: $kind:literal $value:literal $(, $names:literal: $kinds:literal $values:literal)* $(,)?) => {
        concat!("{", attribute!($name $kind $value), $(",", attribute!($names $kinds $values),)* "}")
    };
}

/// Names items as macros, for `concat!` takes nothing but literals.
macro_rules! items {
    ($($item:ident { $($attributes:tt)+ })+) => {
        $(macro_rules! $item { () => { item! { $($attributes)+ } }; })+
    };
}

items! {
    user {
        "pk": "S" "USER#user-1", "sk": "S" "USER#user-1",
        "GSI1PK": "S" "USER#ada@example.com", "GSI1SK": "S" "USER#ada@example.com",
        "type": "S" "USER", "id": "S" "user-1", "name": "S" "Ada Lovelace", "email": "S" "ada@example.com",
        "emailVerified": "S" "2026-01-01T00:00:00.000Z", "image": "S" "https://avatars.example.com/u/1815",
    }
    session {
        "pk": "S" "USER#user-1", "sk": "S" "SESSION#session-1",
        "GSI1PK": "S" "SESSION#session-1", "GSI1SK": "S" "SESSION#session-1",
        "type": "S" "SESSION", "sessionToken": "S" "session-1", "userId": "S" "user-1",
        "expires": "N" "1999999999",
    }
    account {
        "pk": "S" "USER#user-1", "sk": "S" "ACCOUNT#github#1",
        "GSI1PK": "S" "ACCOUNT#github", "GSI1SK": "S" "ACCOUNT#1",
        "type": "S" "oauth", "provider": "S" "github", "providerAccountId": "S" "1", "userId": "S" "user-1",
    }
    claim {
        "pk": "S" "ACCOUNT#github#1", "sk": "S" "ACCOUNT#github#1", "type": "S" "CLAIM", "userId": "S" "user-1",
    }
    authenticator {
        "pk": "S" "USER#user-1", "sk": "S" "AUTHENTICATOR#credential-1",
        "GSI1PK": "S" "AUTHENTICATOR#credential-1", "GSI1SK": "S" "AUTHENTICATOR#credential-1",
        "type": "S" "AUTHENTICATOR", "userId": "S" "user-1", "credentialID": "S" "credential-1",
        "providerAccountId": "S" "credential-1", "credentialPublicKey": "S" "key", "counter": "N" "2",
        "credentialDeviceType": "S" "singleDevice",
    }
    verification_token {
        "pk": "S" "VT#ada@example.com", "sk": "S" "VT#token-1", "type": "S" "VT",
        "identifier": "S" "ada@example.com", "token": "S" "token-1", "expires": "N" "1999999999",
    }
    better_auth_user {
        "id": "S" "user-1", "name": "S" "Ada Lovelace", "email": "S" "ada@example.com",
    }
    better_auth_session {
        "id": "S" "session-1", "token": "S" "token-1", "userId": "S" "user-1", "ipAddress": "S" "192.0.2.7",
        "expiresAt": "S" "2033-05-18T03:33:19.000Z", "_ttl": "N" "1999999999",
    }
    limit {
        "id": "S" "rate-1", "key": "S" "limit-1", "count": "N" "2",
    }
    value {
        "key": "S" "key-1", "value": "S" "value", "_op": "S" "06da9c30d0014d4eb3ffad9d3eec2bd3",
    }
    counter {
        "key": "S" "counter-1", "count": "N" "2", "_op": "S" "06da9c30d0014d4eb3ffad9d3eec2bd3",
        "expiresAt": "N" "1999999999000", "_ttl": "N" "1999999999",
    }
}

macro_rules! one {
    ($item:ident) => {
        concat!(r#"{"Item":"#, $item!(), "}")
    };
}

macro_rules! changed {
    ($item:ident) => {
        concat!(r#"{"Attributes":"#, $item!(), "}")
    };
}

macro_rules! list {
    ($item:ident $($rest:ident)*) => { concat!(r#"{"Items":["#, $item!(), $(",", $rest!(),)* "]}") };
}

macro_rules! batch {
    ($table:literal: $item:ident $($rest:ident)*) => {
        concat!(r#"{"Responses":{""#, $table, r#"":["#, $item!(), $(",", $rest!(),)* r#"]},"UnprocessedKeys":{}}"#)
    };
}

/// The single table of Auth.js: of the user `user-1` a session, an account and an authenticator; a verification token.
pub(super) fn authjs(operation: &str, request: &str) -> &'static str {
    let is_about = |part: &str| request.contains(part);
    match operation {
        "GetItem" if is_about("VT#") => one!(verification_token),
        "GetItem" if is_about("AUTHENTICATOR#") => one!(authenticator),
        "GetItem" if is_about("SESSION#") => one!(session),
        "GetItem" if is_about("ACCOUNT#") && is_about("USER#") => one!(account),
        "GetItem" if is_about("ACCOUNT#") => one!(claim),
        "GetItem" => one!(user),
        "BatchGetItem" if is_about("ACCOUNT#") => batch!("next-auth": user account),
        "BatchGetItem" => batch!("next-auth": user session),
        "UpdateItem" if is_about("AUTHENTICATOR#") => changed!(authenticator),
        "UpdateItem" if is_about("SESSION#") => changed!(session),
        "UpdateItem" => changed!(user),
        "Query" if is_about("AUTHENTICATOR#") => list!(authenticator),
        "Query" if is_about("SESSION#") => list!(session),
        "Query" if is_about("ACCOUNT#") => list!(account),
        "Query" if is_about("USER#user-1") => list!(user session account authenticator),
        "Query" if is_about("USER#ada@example.com") => list!(user),
        _ => "{}",
    }
}

/// The tables of Better Auth: the user `user-1` with a session, and a limit.
pub(super) fn better_auth(operation: &str, request: &str) -> &'static str {
    let is_about = |part: &str| request.contains(part);
    match operation {
        "GetItem" if is_about("better-auth-user") => one!(better_auth_user),
        "GetItem" => one!(better_auth_session),
        "UpdateItem" if is_about("better-auth-user") => changed!(better_auth_user),
        "UpdateItem" if is_about("better-auth-rateLimit") => changed!(limit),
        "UpdateItem" => changed!(better_auth_session),
        "Query" if is_about("COUNT") => r#"{"Count":1,"ScannedCount":1}"#,
        "Query" => list!(better_auth_session),
        _ => "{}",
    }
}

/// The table of the secondary storage: a value and a counter.
pub(super) fn secondary_storage(operation: &str, _: &str) -> &'static str {
    match operation {
        "GetItem" => one!(value),
        "UpdateItem" => changed!(counter),
        _ => "{}",
    }
}
