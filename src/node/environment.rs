//! What belongs to one JavaScript environment (the main thread's or a worker's): the functions that the JavaScript side
//! handed over, the calls under way, and the one threadsafe function through which they all end.
//!
//! While calls are pending, that function is referenced, so that the process waits for them; otherwise it is not, so
//! that a process whose work is done ends by itself.

use std::any::Any;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::future::{Future, poll_fn};
use std::hash::{BuildHasherDefault, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;

use super::connection::{Connection, Held};
use super::credentials::CredentialsAnswer;
use super::error::to_js as error_to_js;
use super::js::{Deferred, Env, Failure, Js, Reference, Result};
use super::queue::{Event, Queue};
use super::write;
use crate::error::{Code, Error};
use crate::value::Value;

/// A call's work, on its way to the runtime.
pub(super) type Work = Pin<Box<dyn Future<Output = crate::Result<Value>> + Send>>;

/// As many calls end in one turn of the event loop at most; the others end in the next ones. What awaits them runs at
/// once, so without a bound hundreds that end together would have everybody else wait: timers, and other connections.
const EVENTS_OF_A_TURN: usize = 16;

/// Identifies a call within its environment.
pub(super) type CallId = u64;

tokio::task_local! {
    /// The call that a task works for.
    pub(super) static CALL: CallId;
}

/// The functions of `js/addon.js`.
pub(super) struct Host {
    /// `(code, message, operation, table, cause) => Error`
    pub(super) create_error: Reference,
    /// `(error) => promise` that is rejected with it, with a stack of those who await
    pub(super) raise: Reference,
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
    /// `(id, ask, context?) => void`; calls `ask` and hands its answer to [`Environment::answer`]
    pub(super) ask: Reference,
    /// `() => void`; has [`Environment::proceed`] called in the next turn of the event loop
    pub(super) proceed_later: Reference,
    /// `() => (function) => unknown`: calls a function in the async context of now, later
    pub(super) snapshot: Reference,
    /// `Object.prototype` of this realm, which most objects have.
    pub(super) object_prototype: Reference,
}

/// Properties in their order, and the function that makes an object of their values.
pub(super) struct Shape {
    pub(super) names: Vec<String>,
    pub(super) make: Reference,
}

/// What was asked of the JavaScript side and is not answered yet.
pub(super) enum Ask {
    /// A connection's settings.
    Settings(Rc<Connection>),
    /// Credentials, from a function of the user's.
    Credentials(tokio::sync::oneshot::Sender<CredentialsAnswer>),
}

/// A call under way.
struct Call {
    deferred: Deferred,
    /// What it must not lose meanwhile.
    _held: Option<Held>,
    /// Calls a function in the async context that the call was made in.
    context: Option<Reference>,
}

/// A hash of our own consecutive numbers, which nobody can make collide.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// One per environment; kept as its instance data.
pub(super) struct Environment {
    pub(super) env: Env,
    pub(super) queue: Arc<Queue>,
    host: OnceCell<Host>,
    next_id: Cell<u64>,
    calls: RefCell<HashMap<CallId, Call, BuildHasherDefault<Spread>>>,
    asks: RefCell<HashMap<u64, Ask>>,
    /// What was taken from the queue and is left for the next turn of the event loop.
    left: RefCell<VecDeque<Event>>,
    functions: RefCell<HashMap<u64, Reference>>,
    /// Lists of property names, by the numbers that `members` gives.
    names: RefCell<Vec<Rc<[String]>>>,
}

impl Environment {
    pub(super) fn new(env: Env, queue: Arc<Queue>) -> Self {
        Environment {
            env,
            queue,
            host: OnceCell::new(),
            next_id: Cell::new(1),
            calls: RefCell::default(),
            asks: RefCell::default(),
            left: RefCell::default(),
            functions: RefCell::default(),
            names: RefCell::default(),
        }
    }

    /// Takes the functions of the JavaScript side; the first ones stay.
    pub(super) fn attach(&self, host: Js) -> Result<()> {
        let env = self.env;
        let named = |name: &str| env.reference(env.named(host, name)?);
        let object = env.named(env.global()?, "Object")?;
        let host = Host {
            create_error: named("createError")?,
            raise: named("raise")?,
            kind_of: named("kindOf")?,
            shapes: self.shapes(env.named(host, "shapes")?)?,
            members: named("members")?,
            entries: named("entries")?,
            create_map: named("createMap")?,
            create_set: named("createSet")?,
            ask: named("ask")?,
            proceed_later: named("proceedLater")?,
            snapshot: named("snapshot")?,
            object_prototype: env.reference(env.named(object, "prototype")?)?,
        };
        let _ = self.host.set(host);
        Ok(())
    }

    fn shapes(&self, functions: Js) -> Result<Vec<Shape>> {
        let env = self.env;
        let shape = |at| {
            let make = env.element(functions, at)?;
            let names = env.own_names(env.call(make, &[])?)?;
            let name = |at| Ok(env.as_string(env.element(names, at)?)?.unwrap_or_default());
            let names = (0..env.array_length(names)?).map(name).collect::<Result<_>>()?;
            Ok(Shape { names, make: env.reference(make)? })
        };
        (0..env.array_length(functions)?).map(shape).collect()
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

    pub(super) fn host(&self) -> Result<&Host> {
        self.host
            .get()
            .ok_or_else(|| super::misused("the native part was loaded without its JavaScript part"))
    }

    /// JavaScript ends here: nobody takes events any longer, and who waits for an answer is told so.
    pub(super) fn end(&self) {
        self.queue.close();
        drop(self.left.take());
        // Borrowed only if the process exits from inside a question; then nobody waits either.
        if let Ok(mut asks) = self.asks.try_borrow_mut() {
            asks.clear();
        }
    }

    fn new_id(&self) -> u64 {
        self.next_id.replace(self.next_id.get() + 1)
    }

    // ---- calls ----

    /// Begins a call: its promise, which [`Environment::finish`] settles. Until then the process is kept alive. With a
    /// connection that is held, the async context of the call is kept, too: functions of the user's are called in it.
    pub(super) fn begin(&self, held: Option<Held>) -> Result<(CallId, Js)> {
        let (deferred, promise) = self.env.promise()?;
        let call = self.new_id();
        let mut calls = self.calls.borrow_mut();
        if calls.is_empty() {
            self.queue.keep_process_alive(self.env, true);
        }
        let keep_context = held.is_some();
        calls.insert(call, Call { deferred, _held: held, context: None });
        drop(calls);
        if keep_context {
            // Runs JavaScript of ours, which may not fail; without a context, the user's function has an empty one.
            if let Ok(context) = self.snapshot()
                && let Some(call) = self.calls.borrow_mut().get_mut(&call)
            {
                call.context = Some(context);
            }
        }
        Ok((call, promise))
    }

    fn snapshot(&self) -> Result<Reference> {
        let snapshot = self.env.get(&self.host()?.snapshot)?;
        self.env.reference(self.env.call(snapshot, &[])?)
    }

    /// Runs a call's work on the runtime; its outcome comes back through the queue. A panic is an outcome, too.
    pub(super) fn spawn(&self, call: CallId, work: Work) {
        let queue = Arc::clone(&self.queue);
        crate::runtime::runtime().spawn(CALL.scope(call, async move {
            let outcome = catch_panics(work).await;
            if queue.push(Event::Finished { call, outcome }) {
                // What else is about to end wakes JavaScript's thread together with this, for as long as there is more of
                // it in each turn of the runtime: being woken is most of what a call costs that thread.
                let mut ended = 1;
                loop {
                    tokio::task::yield_now().await;
                    let by_now = queue.len();
                    if by_now <= ended || by_now >= EVENTS_OF_A_TURN {
                        break;
                    }
                    ended = by_now;
                }
                queue.wake();
            }
        }));
    }

    /// Settles a call's promise.
    pub(super) fn finish(&self, call: CallId, result: Result<Js>) -> Result<()> {
        match result {
            Ok(value) => self.settle(call, Ok(value)),
            Err(failure) => {
                let reason = self.reason(failure)?;
                self.raise(call, reason)
            }
        }
    }

    /// Rejects a call's promise, with an error that shows who awaits it.
    pub(super) fn raise(&self, call: CallId, reason: Js) -> Result<()> {
        // By following a promise that JavaScript rejects: only from there does V8 see who awaits.
        let raised = self.host().and_then(|host| self.env.call(self.env.get(&host.raise)?, &[reason]));
        self.settle(call, raised.or(Err(reason)))
    }

    /// Settles a call's promise with a value, or rejects it with a reason.
    pub(super) fn settle(&self, call: CallId, result: std::result::Result<Js, Js>) -> Result<()> {
        let mut calls = self.calls.borrow_mut();
        let Some(Call { deferred, _held, context }) = calls.remove(&call) else { return Ok(()) };
        if calls.is_empty() {
            self.queue.keep_process_alive(self.env, false);
        }
        drop(calls);
        if let Some(context) = context {
            self.env.release(context);
        }
        match result {
            Ok(value) => self.env.resolve(deferred, value),
            Err(reason) => self.env.reject(deferred, reason),
        }
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

    // ---- events from other threads ----

    /// Takes what other threads have put into the queue, and handles it in its turn.
    pub(super) fn drain(&self) {
        let mut left = self.left.borrow_mut();
        let is_turn = left.is_empty();
        left.extend(self.queue.take());
        drop(left);
        if is_turn {
            self.proceed();
        }
    }

    /// Handles some of what is left, and sees to it that the rest gets its turn.
    pub(super) fn proceed(&self) {
        for _ in 0..EVENTS_OF_A_TURN {
            // Not borrowed meanwhile: a function of the user's may be called, and may have things taken from the queue.
            let Some(event) = self.left.borrow_mut().pop_front() else { return };
            let handled = self.env.scope(|| self.handle(event));
            self.clear(handled);
        }
        if !self.left.borrow().is_empty() {
            let asked = self.env.scope(|| self.env.call(self.env.get(&self.host()?.proceed_later)?, &[]));
            self.clear(asked.map(drop));
        }
    }

    fn clear(&self, handled: Result<()>) {
        if let Err(Failure::Thrown) = handled {
            // Nothing here runs the user's code, so an exception is one of a dying environment: there is nobody to tell.
            let _ = self.env.take_exception();
        }
    }

    fn handle(&self, event: Event) -> Result<()> {
        match event {
            Event::Finished { call, outcome } => {
                let written = catch_unwind(AssertUnwindSafe(|| {
                    outcome.map_err(Failure::Ours).and_then(|value| write::to_js(self, &value))
                }));
                self.finish(call, written.unwrap_or_else(|panic| Err(Failure::Ours(panicked(&*panic)))))
            }
            Event::Credentials { function, call, answer } => {
                let functions = self.functions.borrow();
                let Some(function) = functions.get(&function) else { return Ok(()) };
                let function = self.env.get_weak(function)?;
                drop(functions);
                // Without the function, the answer is dropped, which is an answer.
                let Some(function) = function else { return Ok(()) };
                let calls = self.calls.borrow();
                let context = match call.and_then(|call| calls.get(&call)?.context.as_ref()) {
                    Some(context) => self.env.get(context)?,
                    None => self.env.undefined()?,
                };
                drop(calls);
                self.ask(Ask::Credentials(answer), function, context)
            }
            Event::Release { function } => {
                if let Some(function) = self.functions.borrow_mut().remove(&function) {
                    self.env.release(function);
                }
                Ok(())
            }
        }
    }

    // ---- questions to the JavaScript side ----

    /// Knows a function of the user's for [`Event::Credentials`]. Weakly: the adapters hold it. Held here, it would hold
    /// its connection, which holds the client, which asks for the function to be known: none of them would ever go.
    pub(super) fn know_function(&self, function: Js) -> Result<u64> {
        let id = self.new_id();
        self.functions.borrow_mut().insert(id, self.env.weak_reference(function)?);
        Ok(id)
    }

    /// Calls a function of the JavaScript side, whose answer comes by [`Environment::answer`], be it at once or later.
    pub(super) fn ask(&self, ask: Ask, function: Js, context: Js) -> Result<()> {
        let id = self.new_id();
        self.asks.borrow_mut().insert(id, ask);
        let asked = self.env.get(&self.host()?.ask).and_then(|asker| {
            let id = self.env.number(id as f64)?;
            self.env.call(asker, &[id, function, context])
        });
        asked.map(drop).inspect_err(|_| {
            self.asks.borrow_mut().remove(&id);
        })
    }

    /// The answer to a question: `error` if it is not `undefined`, otherwise `value`.
    pub(super) fn answer(&self, id: u64, error: Js, value: Js) -> Result<()> {
        let Some(ask) = self.asks.borrow_mut().remove(&id) else { return Ok(()) };
        match ask {
            Ask::Settings(connection) => connection.settled(self, error, value),
            Ask::Credentials(answer) => {
                // Nobody waits any longer if the request has timed out meanwhile.
                let _ = answer.send(super::credentials::read_answer(self, error, value)?);
                Ok(())
            }
        }
    }
}

/// Polls the work and turns a panic into an error, so that its promise is settled in any case.
async fn catch_panics(mut work: Work) -> crate::Result<Value> {
    poll_fn(move |context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(polled) => polled,
        Err(panic) => Poll::Ready(Err(panicked(&*panic))),
    })
    .await
}

/// The error for a panic: a bug of ours.
pub(super) fn panicked(panic: &(dyn Any + Send)) -> Error {
    let words = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    Error::new(Code::Internal, format!("a bug in dynauth: {words}"), "Please report this")
}

#[cfg(test)]
mod tests {
    use super::catch_panics;
    use crate::error::Code;
    use crate::value::Value;

    #[tokio::test]
    async fn a_panic_in_a_method_is_an_internal_error() {
        let asked: Option<&str> = std::hint::black_box(None);
        let panicking = Box::pin(async move {
            tokio::task::yield_now().await;
            asked.expect("the words of the panic");
            Ok(Value::Null)
        });
        let error = catch_panics(panicking).await.unwrap_err();
        assert_eq!(error.code(), Code::Internal);
        assert!(error.to_string().contains("the words of the panic"), "{error}");
    }

    #[tokio::test]
    async fn an_outcome_passes_as_it_is() {
        let outcome = catch_panics(Box::pin(async { Ok(Value::from("fine")) })).await.unwrap();
        assert_eq!(outcome.as_str(), Some("fine"));
    }
}
