//! One load of the JavaScript side: its functions, and the constructors of the realm that it runs in.
//!
//! A process may load the JavaScript side more than once, and in more than one realm: each file of Jest and of Vitest's VM
//! pools has a realm of its own, and `jest.resetModules()` loads the modules again. The addon is loaded once, in the first
//! of these realms. So each adapter keeps the load that made it, and whatever it returns is made there: dates, arrays,
//! objects, errors and promises are instances of the classes that the caller has.
//!
//! The addon refers to the functions weakly. The JavaScript side holds them with each object that it hands out, and a call
//! holds them until it ends ([`UnderWay`]); held here, a realm would never be collected.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::environment::Environment;
use super::error::to_js as error_to_js;
use super::js::{self, Env, Failure, Js, Reference, Result};

/// A load of the JavaScript side. Made once for each by `attach`.
pub(super) struct Realm {
    pub(super) env: Env,
    pub(super) environment: Rc<Environment>,
    /// The object of all functions below, which keeps them.
    functions: Reference,
    /// How many calls are under way, for which the functions are held.
    under_way: Cell<usize>,
    /// `(code, message, operation, table, cause…) => Error`
    pub(super) create_error: Reference,
    /// `(error) => promise` that is rejected with it, with a stack of those who await
    raise: Reference,
    /// `(value) => "object" | "map" | "set" | "array" | what it is instead`
    pub(super) kind_of: Reference,
    /// Functions that make an object of its properties' values
    pub(super) shapes: Vec<Shape>,
    /// `(object) => [number of the list of its names, ...values] | undefined`
    pub(super) members: Reference,
    /// `(mapOrSet) => array` of its entries, keys and values in turn
    pub(super) entries: Reference,
    /// `(array) => Map`
    pub(super) create_map: Reference,
    /// `(array) => Set`
    pub(super) create_set: Reference,
    /// `(id, ask, context?, argument?) => void`; calls `ask` and hands its answer to [`Environment::answer`]
    ask: Reference,
    /// `() => void`; has [`Environment::proceed`] called in the next turn of the event loop
    proceed_later: Reference,
    /// `() => (function) => unknown`: calls a function in the async context of now, later
    snapshot: Reference,
    /// `Object.prototype`, which most objects have.
    pub(super) object_prototype: Reference,
    /// The constructors, where the realm is another one than the addon's: what Node-API makes belongs to the latter.
    constructors: Option<Constructors>,
    /// Lists of property names, by the numbers that `members` gives.
    names: RefCell<Vec<Rc<[String]>>>,
}

/// Properties in their order, and the function that makes an object of their values.
pub(super) struct Shape {
    pub(super) names: Vec<String>,
    pub(super) make: Reference,
}

/// Functions that call constructors of their realm.
struct Constructors {
    /// `() => {}`
    object: Reference,
    /// `(length) => Array`
    array: Reference,
    /// `(milliseconds) => Date`
    date: Reference,
    /// `(length) => Uint8Array`
    bytes: Reference,
    /// `() => [promise, resolve, reject]`
    promise: Reference,
    /// `(function, name) => function` that calls it
    function: Reference,
}

/// The side of a promise that settles it, once.
pub(super) enum Deferred {
    /// Of a promise that Node-API made.
    Own(js::Deferred),
    /// The functions of a promise of another realm.
    Foreign { resolve: Reference, reject: Reference },
}

/// Holds the functions of a load for a call.
pub(super) struct UnderWay(Rc<Realm>);

impl UnderWay {
    pub(super) fn new(realm: &Rc<Realm>) -> Self {
        if realm.under_way.replace(realm.under_way.get() + 1) == 0 {
            realm.env.strengthen(&realm.functions);
        }
        UnderWay(Rc::clone(realm))
    }

    pub(super) fn realm(&self) -> Rc<Realm> {
        Rc::clone(&self.0)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let realm = &self.0;
        if realm.under_way.replace(realm.under_way.get() - 1) == 1 {
            realm.env.weaken(&realm.functions);
        }
    }
}

impl Realm {
    /// Takes the functions of a load of the JavaScript side: the object that `js/addon.js` gives.
    pub(super) fn new(environment: &Rc<Environment>, functions: Js) -> Result<Self> {
        let env = environment.env;
        let named = |name: &str| env.weak_reference(env.named(functions, name)?);
        let of_addon = env.named(env.named(env.global()?, "Object")?, "prototype")?;
        let is_addons = env.same(env.named(functions, "objectPrototype")?, of_addon)?;
        let constructors = match is_addons {
            true => None,
            false => Some(Constructors {
                object: named("makeObject")?,
                array: named("makeArray")?,
                date: named("makeDate")?,
                bytes: named("makeBytes")?,
                promise: named("makePromise")?,
                function: named("makeFunction")?,
            }),
        };
        Ok(Realm {
            env,
            environment: Rc::clone(environment),
            functions: env.weak_reference(functions)?,
            under_way: Cell::new(0),
            create_error: named("createError")?,
            raise: named("raise")?,
            kind_of: named("kindOf")?,
            shapes: shapes(env, env.named(functions, "shapes")?)?,
            members: named("members")?,
            entries: named("entries")?,
            create_map: named("createMap")?,
            create_set: named("createSet")?,
            ask: named("ask")?,
            proceed_later: named("proceedLater")?,
            snapshot: named("snapshot")?,
            object_prototype: named("objectPrototype")?,
            constructors,
            names: RefCell::default(),
        })
    }

    /// One of the functions.
    pub(super) fn function(&self, function: &Reference) -> Result<Js> {
        let function = self.env.get_weak(function)?;
        function.ok_or_else(|| super::misused("an adapter was used without what holds it"))
    }

    /// Calls one of the functions.
    pub(super) fn call(&self, function: &Reference, arguments: &[Js]) -> Result<Js> {
        self.env.call(self.function(function)?, arguments)
    }

    /// Takes a list of property names for `members`, in place of another of the same number. Not if one of them is not
    /// Unicode text.
    pub(super) fn learn_names(&self, number: usize, names: Js) -> Result<bool> {
        let name = |at| self.env.as_string(self.env.element(names, at)?);
        let names = (0..self.env.array_length(names)?).map(name).collect::<Result<Option<_>>>()?;
        let Some(names) = names else { return Ok(false) };
        let mut lists = self.names.borrow_mut();
        if lists.len() <= number {
            lists.resize(number + 1, Rc::default());
        }
        lists[number] = names;
        Ok(true)
    }

    /// The list of property names of a number.
    pub(super) fn names(&self, number: usize) -> Result<Rc<[String]>> {
        let names = self.names.borrow().get(number).cloned();
        names.ok_or_else(|| super::misused("a list of names was used before it was learnt"))
    }

    /// Calls a function of the JavaScript side or the user's; its answer comes by [`Environment::answer`].
    pub(super) fn ask(&self, id: u64, function: Js, [context, argument]: [Js; 2]) -> Result<()> {
        let id = self.env.number(id as f64)?;
        self.call(&self.ask, &[id, function, context, argument]).map(drop)
    }

    /// Has [`Environment::proceed`] called in the next turn of the event loop.
    pub(super) fn proceed_later(&self) -> Result<()> {
        self.call(&self.proceed_later, &[]).map(drop)
    }

    /// A function that calls others in the async context of now.
    pub(super) fn snapshot(&self) -> Result<Reference> {
        self.env.reference(self.call(&self.snapshot, &[])?)
    }

    /// The JavaScript value to throw or reject with.
    pub(super) fn reason(&self, failure: Failure) -> Result<Js> {
        match failure {
            Failure::Thrown => self.env.take_exception(),
            Failure::Ours(error) => match error_to_js(self, &error) {
                Ok(reason) => Ok(reason),
                Err(Failure::Thrown) => self.env.take_exception(),
                Err(Failure::Ours(error)) => self.env.string(&error.to_string()),
            },
        }
    }

    /// A promise that is rejected with a reason. Only a promise that JavaScript rejects shows V8 who awaits.
    pub(super) fn raised(&self, reason: Js) -> Result<Js> {
        self.call(&self.raise, &[reason])
    }

    // ---- making values ----

    pub(super) fn object(&self) -> Result<Js> {
        match &self.constructors {
            None => self.env.object(),
            Some(constructors) => self.call(&constructors.object, &[]),
        }
    }

    pub(super) fn array(&self, length: usize) -> Result<Js> {
        match &self.constructors {
            None => self.env.array(length),
            Some(constructors) => self.call(&constructors.array, &[self.env.number(length as f64)?]),
        }
    }

    pub(super) fn date(&self, milliseconds: i64) -> Result<Js> {
        match &self.constructors {
            None => self.env.date(milliseconds),
            Some(constructors) => self.call(&constructors.date, &[self.env.number(milliseconds as f64)?]),
        }
    }

    /// A `Uint8Array` with a copy of the bytes.
    pub(super) fn bytes(&self, bytes: &[u8]) -> Result<Js> {
        match &self.constructors {
            None => self.env.bytes(bytes),
            Some(constructors) => {
                let array = self.call(&constructors.bytes, &[self.env.number(bytes.len() as f64)?])?;
                self.env.fill_bytes(array, bytes)?;
                Ok(array)
            }
        }
    }

    /// A promise, and the side that settles it.
    pub(super) fn promise(&self) -> Result<(Deferred, Js)> {
        let Some(constructors) = &self.constructors else {
            let (deferred, promise) = self.env.promise()?;
            return Ok((Deferred::Own(deferred), promise));
        };
        let made = self.call(&constructors.promise, &[])?;
        let part = |at| self.env.element(made, at);
        let resolve = self.env.reference(part(1)?)?;
        let reject = self.env.reference(part(2)?)?;
        Ok((Deferred::Foreign { resolve, reject }, part(0)?))
    }

    /// Settles a promise with a value, or rejects it with a reason.
    pub(super) fn settle(&self, deferred: Deferred, result: std::result::Result<Js, Js>) -> Result<()> {
        match (deferred, result) {
            (Deferred::Own(deferred), Ok(value)) => self.env.resolve(deferred, value),
            (Deferred::Own(deferred), Err(reason)) => self.env.reject(deferred, reason),
            (Deferred::Foreign { resolve, reject }, result) => {
                let called = match result {
                    Ok(value) => self.env.get(&resolve).and_then(|resolve| self.env.call(resolve, &[value])),
                    Err(reason) => self.env.get(&reject).and_then(|reject| self.env.call(reject, &[reason])),
                };
                self.env.release(resolve);
                self.env.release(reject);
                called.map(drop)
            }
        }
    }

    /// A function of Node-API's as one of this realm.
    pub(super) fn adopt_function(&self, function: Js, name: &str) -> Result<Js> {
        match &self.constructors {
            None => Ok(function),
            Some(constructors) => self.call(&constructors.function, &[function, self.env.string(name)?]),
        }
    }
}

impl Drop for Realm {
    fn drop(&mut self) {
        // On the environment's own thread: what holds a realm does not leave it. The references are weak, so this frees
        // no more than what Node-API keeps for each.
        let Realm { env, shapes, constructors, .. } = self;
        let mut references = vec![
            &self.functions,
            &self.create_error,
            &self.raise,
            &self.kind_of,
            &self.members,
            &self.entries,
            &self.create_map,
            &self.create_set,
            &self.ask,
            &self.proceed_later,
            &self.snapshot,
            &self.object_prototype,
        ];
        references.extend(shapes.iter().map(|shape| &shape.make));
        if let Some(Constructors { object, array, date, bytes, promise, function }) = constructors {
            references.extend([&*object, array, date, bytes, promise, function]);
        }
        for reference in references {
            env.free(reference);
        }
    }
}

fn shapes(env: Env, functions: Js) -> Result<Vec<Shape>> {
    let shape = |at| {
        let make = env.element(functions, at)?;
        let names = env.own_names(env.call(make, &[])?)?;
        let name = |at| Ok(env.as_string(env.element(names, at)?)?.unwrap_or_default());
        let names = (0..env.array_length(names)?).map(name).collect::<Result<_>>()?;
        Ok(Shape { names, make: env.weak_reference(make)? })
    };
    (0..env.array_length(functions)?).map(shape).collect()
}
