//! Functions of JavaScript that are written in Rust: what is called, and how its failures and panics come out.
#![allow(unsafe_code)] // Callbacks of Node-API are C functions.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;

use napi::sys;

use super::environment::panicked;
use super::js::Env;
use super::js::{Failure, Js, Result, arguments};
use super::realm::Realm;
use crate::error::Error;

/// As many arguments as a function has at most: an operation's name and all that `findMany` takes.
pub(super) const MOST_ARGUMENTS: usize = 8;

/// What a function does.
pub(super) trait Called: 'static {
    /// The load of the JavaScript side that it belongs to.
    fn realm(&self) -> &Rc<Realm>;

    /// The call. A failure is thrown.
    fn call(&self, given: [Js; MOST_ARGUMENTS]) -> Result<Js>;

    /// What comes of a panic of [`Called::call`]: thrown, unless a function has promised otherwise.
    fn panicked(&self, error: Error) -> Result<Js> {
        Err(Failure::Ours(error))
    }
}

/// The function.
pub(super) fn function<T: Called>(name: &str, called: T) -> Result<Js> {
    let realm = Rc::clone(called.realm());
    let function = realm.env.function(name, callback::<T>, Box::new(called))?;
    realm.adopt_function(function, name)
}

unsafe extern "C" fn callback<T: Called>(
    raw: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: these come from Node, and a function with this callback is only made above, with a `T`.
    let (env, called) = unsafe { (Env::from_raw(raw), arguments::<T, MOST_ARGUMENTS>(raw, info)) };
    let (answered, realm) = match called {
        Ok((given, function)) => {
            let answered = catch_unwind(AssertUnwindSafe(|| function.call(given)));
            let answered = answered.unwrap_or_else(|panic| function.panicked(panicked(&*panic)));
            (answered, Some(function.realm()))
        }
        Err(failure) => (Err(failure), None),
    };
    match answered {
        Ok(answer) => answer.0,
        Err(Failure::Thrown) => ptr::null_mut(),
        Err(Failure::Ours(error)) => {
            let words = error.to_string();
            // Where no error can be made, the environment is being taken down; words may still get through.
            let reason = realm.map_or_else(|| env.string(&words), |realm| realm.reason(Failure::Ours(error)));
            if let Ok(reason) = reason {
                env.throw(reason);
            }
            ptr::null_mut()
        }
    }
}
