//! An object whose functions are the methods of something over a connection, which is made when the first of them is
//! called. The functions are its own and need no `this`.

use std::cell::OnceCell;
use std::rc::Rc;

use super::connection::{Connection, Start};
use super::environment::Work;
use super::function::{self, Called, function};
use super::js::{Failure, Js, Result, Visibility};
use super::read::from_js;
use super::realm::Realm;
use crate::client::Client;
use crate::error::Error;
use crate::value::{Record, Value};

/// As many arguments as a method has at most.
const MOST_ARGUMENTS: usize = 3;

/// A method of a `T`.
pub(super) struct Method<T: 'static> {
    pub(super) name: &'static str,
    /// The names of its arguments, for messages: those of the host's interface.
    pub(super) arguments: &'static [&'static str],
    pub(super) run: fn(T, [Value; MOST_ARGUMENTS]) -> Work,
}

/// A list of methods: JavaScript's name, Rust's name, the names of the arguments, and what is answered in place of `null`.
macro_rules! methods {
    ($list:ident of $target:ty: $($name:literal => $method:ident($($argument:literal),+) $(or $absent:ident)?;)+) => {
        const $list: &[$crate::node::methods::Method<$target>] = &[$($crate::node::methods::Method {
            name: $name,
            arguments: &[$($argument),+],
            run: |target, values| {
                Box::pin(async move {
                    let mut values = values.into_iter();
                    let work = target.$method($({
                        let _named = $argument;
                        values.next().unwrap_or(Value::Undefined)
                    }),+);
                    // Kilobytes, which are put together on the runtime's thread this way, not on JavaScript's.
                    let answer = Box::pin(work).await?;
                    let answer = $crate::node::methods::Answer::into_value(answer);
                    $(let answer = match answer {
                        Value::Null => Value::$absent,
                        answer => answer,
                    };)?
                    Ok(answer)
                })
            },
        }),+];
    };
}
pub(super) use methods;

/// What a method answers, as a value.
pub(super) trait Answer {
    fn into_value(self) -> Value;
}

impl Answer for f64 {
    fn into_value(self) -> Value {
        Value::Number(self)
    }
}

impl Answer for () {
    fn into_value(self) -> Value {
        Value::Undefined
    }
}

impl Answer for String {
    fn into_value(self) -> Value {
        Value::String(self)
    }
}

impl Answer for Record {
    fn into_value(self) -> Value {
        Value::Object(self)
    }
}

impl<T: Answer> Answer for Option<T> {
    fn into_value(self) -> Value {
        self.map_or(Value::Null, T::into_value)
    }
}

impl<T: Answer> Answer for Vec<T> {
    fn into_value(self) -> Value {
        Value::List(self.into_iter().map(T::into_value).collect())
    }
}

/// Makes what the methods are of.
type Open<T> = Box<dyn Fn(&Client) -> crate::Result<T>>;

/// What the functions of one object share.
struct Shared<T: 'static> {
    realm: Rc<Realm>,
    connection: Rc<Connection>,
    /// The table that errors are about.
    table: String,
    open: Open<T>,
    target: OnceCell<T>,
}

struct MethodOf<T: 'static> {
    method: &'static Method<T>,
    shared: Rc<Shared<T>>,
}

/// The object.
pub(super) fn create<T: Clone + 'static>(
    realm: &Rc<Realm>,
    connection: Rc<Connection>,
    table: String,
    lists: &[(&'static [Method<T>], Visibility)],
    open: impl Fn(&Client) -> crate::Result<T> + 'static,
) -> Result<Js> {
    let env = realm.env;
    let object = realm.object()?;
    let realm = Rc::clone(realm);
    let (open, target) = (Box::new(open), OnceCell::new());
    let shared = Rc::new(Shared { realm, connection, table, open, target });
    for (methods, visibility) in lists {
        for method in *methods {
            let function = function(method.name, MethodOf { method, shared: Rc::clone(&shared) })?;
            env.define_property(object, env.string(method.name)?, function, *visibility)?;
        }
    }
    Ok(object)
}

impl<T: Clone> Called for MethodOf<T> {
    fn realm(&self) -> &Rc<Realm> {
        &self.shared.realm
    }

    fn call(&self, given: [Js; function::MOST_ARGUMENTS]) -> Result<Js> {
        let Shared { realm, connection, .. } = &*self.shared;
        connection.call(realm, self.start(given))
    }

    fn panicked(&self, error: Error) -> Result<Js> {
        let Shared { realm, connection, .. } = &*self.shared;
        connection.call(realm, Err(Failure::Ours(error.during(self.method.name))))
    }
}

impl<T: Clone> MethodOf<T> {
    /// Reads the arguments, now; what is done with them later does not matter.
    fn start(&self, given: [Js; function::MOST_ARGUMENTS]) -> Result<Start> {
        let (method, shared) = (self.method, Rc::clone(&self.shared));
        let mut values = [const { Value::Undefined }; MOST_ARGUMENTS];
        for ((name, given), value) in method.arguments.iter().zip(given).zip(&mut values) {
            *value = from_js(&shared.realm, name, given).map_err(|failure| match failure {
                Failure::Ours(error) => Failure::Ours(error.during(method.name).on_table(&shared.table)),
                Failure::Thrown => Failure::Thrown,
            })?;
        }
        Ok(Box::new(move |client| {
            let target = match shared.target.get() {
                Some(target) => target,
                None => {
                    let target = (shared.open)(client)?;
                    shared.target.get_or_init(|| target)
                }
            };
            Ok((method.run)(target.clone(), values))
        }))
    }
}
