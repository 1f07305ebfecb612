//! [`Error`] → an instance of one of the classes in `js/errors.js`.

use super::js::{Js, Result};
use super::realm::Realm;
use crate::error::Error;

/// `createError(code, message, operation, table, cause?.name, cause?.message, cause?.requestId,
/// errors?)`
pub(super) fn to_js(realm: &Realm, error: &Error) -> Result<Js> {
    let env = realm.env;
    let text = |text: Option<&str>| text.map_or_else(|| env.undefined(), |text| env.string(text));
    let cause = error.cause();
    let failures = match error.failures() {
        [] => env.undefined()?,
        failures => {
            let errors = realm.array(failures.len())?;
            for (index, failure) in failures.iter().enumerate() {
                env.set_element(errors, index, to_js(realm, failure)?)?;
            }
            errors
        }
    };
    realm.call(
        &realm.create_error,
        &[
            env.string(error.code().as_str())?,
            env.string(&error.to_string())?,
            text(error.operation())?,
            text(error.table())?,
            text(cause.map(|cause| cause.name.as_str()))?,
            text(cause.map(|cause| cause.message.as_str()))?,
            text(cause.and_then(|cause| cause.request_id.as_deref()))?,
            failures,
        ],
    )
}
