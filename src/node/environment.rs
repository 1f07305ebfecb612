//! What belongs to one JavaScript environment (the main thread's or a worker's): the calls under way, and the one
//! threadsafe function through which they all end. What a load of the JavaScript side brings along is in [`Realm`].
//!
//! While calls are pending, that function is referenced, so that the process waits for them; otherwise it is not, so
//! that a process whose work is done ends by itself.

use std::any::Any;
use std::cell::{Cell, RefCell};
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
use super::js::{Env, Failure, Js, Reference, Result};
use super::queue::{Event, Queue};
use super::realm::{Deferred, Realm, UnderWay};
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

/// What was asked of the JavaScript side and is not answered yet.
pub(super) enum Ask {
    /// A connection's settings.
    Settings(Rc<Connection>),
    /// Credentials, from a function of the user's.
    Credentials(tokio::sync::oneshot::Sender<CredentialsAnswer>),
}

/// A function of the user's, and the load of the JavaScript side that it came through.
struct UserFunction {
    function: Reference,
    realm: Rc<Realm>,
}

/// A call under way.
struct Call {
    deferred: Deferred,
    realm: UnderWay,
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
    next_id: Cell<u64>,
    calls: RefCell<HashMap<CallId, Call, BuildHasherDefault<Spread>>>,
    asks: RefCell<HashMap<u64, Ask>>,
    /// What was taken from the queue and is left for the next turn of the event loop.
    left: RefCell<VecDeque<Event>>,
    functions: RefCell<HashMap<u64, UserFunction>>,
}

impl Environment {
    pub(super) fn new(env: Env, queue: Arc<Queue>) -> Self {
        Environment {
            env,
            queue,
            next_id: Cell::new(1),
            calls: RefCell::default(),
            asks: RefCell::default(),
            left: RefCell::default(),
            functions: RefCell::default(),
        }
    }

    /// JavaScript ends here: nobody takes events any longer, and who waits for an answer is told so.
    pub(super) fn end(&self) {
        self.queue.close();
        drop(self.left.take());
        // Borrowed only if the process exits from inside a question; then nobody waits either. The calls and functions
        // hold realms, which hold this.
        if let Ok(mut asks) = self.asks.try_borrow_mut() {
            asks.clear();
        }
        if let Ok(mut calls) = self.calls.try_borrow_mut() {
            calls.clear();
        }
        if let Ok(mut functions) = self.functions.try_borrow_mut() {
            functions.clear();
        }
    }

    fn new_id(&self) -> u64 {
        self.next_id.replace(self.next_id.get() + 1)
    }

    // ---- calls ----

    /// Begins a call: its promise, which [`Environment::finish`] settles. Until then the process is kept alive. With a
    /// connection that is held, the async context of the call is kept, too: functions of the user's are called in it.
    pub(super) fn begin(&self, realm: &Rc<Realm>, held: Option<Held>) -> Result<(CallId, Js)> {
        let (deferred, promise) = realm.promise()?;
        let call = self.new_id();
        let mut calls = self.calls.borrow_mut();
        if calls.is_empty() {
            self.queue.keep_process_alive(self.env, true);
        }
        let keep_context = held.is_some();
        let under_way = UnderWay::new(realm);
        calls.insert(call, Call { deferred, realm: under_way, _held: held, context: None });
        drop(calls);
        if keep_context {
            // Runs JavaScript of ours, which may not fail; without a context, the user's function has an empty one.
            if let Ok(context) = realm.snapshot()
                && let Some(call) = self.calls.borrow_mut().get_mut(&call)
            {
                call.context = Some(context);
            }
        }
        Ok((call, promise))
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

    /// The load of the JavaScript side whose call this is, while it is under way.
    fn realm_of(&self, call: CallId) -> Option<Rc<Realm>> {
        self.calls.borrow().get(&call).map(|call| call.realm.realm())
    }

    /// Settles a call's promise.
    pub(super) fn finish(&self, call: CallId, result: Result<Js>) -> Result<()> {
        match result {
            Ok(value) => self.settle(call, Ok(value)),
            Err(failure) => {
                let Some(realm) = self.realm_of(call) else { return Ok(()) };
                let reason = realm.reason(failure)?;
                self.raise(call, reason)
            }
        }
    }

    /// Rejects a call's promise, with an error that shows who awaits it.
    pub(super) fn raise(&self, call: CallId, reason: Js) -> Result<()> {
        let Some(realm) = self.realm_of(call) else { return Ok(()) };
        self.settle(call, realm.raised(reason).or(Err(reason)))
    }

    /// Settles a call's promise with a value, or rejects it with a reason.
    pub(super) fn settle(&self, call: CallId, result: std::result::Result<Js, Js>) -> Result<()> {
        let mut calls = self.calls.borrow_mut();
        let Some(Call { deferred, realm, _held, context }) = calls.remove(&call) else { return Ok(()) };
        if calls.is_empty() {
            self.queue.keep_process_alive(self.env, false);
        }
        drop(calls);
        if let Some(context) = context {
            self.env.release(context);
        }
        realm.realm().settle(deferred, result)
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
        if self.left.borrow().is_empty() {
            return;
        }
        let realm = self.calls.borrow().values().next().map(|call| call.realm.realm());
        match realm {
            Some(realm) => self.clear(self.env.scope(|| realm.proceed_later())),
            // No call is under way, so what is left runs no JavaScript.
            None => self.proceed(),
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
                let Some(realm) = self.realm_of(call) else { return Ok(()) };
                let written = catch_unwind(AssertUnwindSafe(|| {
                    outcome.map_err(Failure::Ours).and_then(|value| write::to_js(&realm, &value))
                }));
                self.finish(call, written.unwrap_or_else(|panic| Err(Failure::Ours(panicked(&*panic)))))
            }
            Event::Credentials { function, region, call, answer } => {
                let functions = self.functions.borrow();
                let Some(UserFunction { function, realm }) = functions.get(&function) else { return Ok(()) };
                let (function, realm) = (self.env.get_weak(function)?, Rc::clone(realm));
                drop(functions);
                // Without the function, the answer is dropped, which is an answer.
                let Some(function) = function else { return Ok(()) };
                let calls = self.calls.borrow();
                let context = match call.and_then(|call| calls.get(&call)?.context.as_ref()) {
                    Some(context) => self.env.get(context)?,
                    None => self.env.undefined()?,
                };
                drop(calls);
                let region = match region {
                    Some(region) => self.env.string(&region)?,
                    None => self.env.undefined()?,
                };
                self.ask(&realm, Ask::Credentials(answer), function, [context, region])
            }
            Event::Release { function } => {
                let released = self.functions.borrow_mut().remove(&function);
                if let Some(UserFunction { function, realm: _ }) = released {
                    self.env.release(function);
                }
                Ok(())
            }
        }
    }

    // ---- questions to the JavaScript side ----

    /// Knows a function of the user's for [`Event::Credentials`]. Weakly: the adapters hold it. Held here, it would hold
    /// its connection, which holds the client, which asks for the function to be known: none of them would ever go.
    pub(super) fn know_function(&self, realm: &Rc<Realm>, function: Js) -> Result<u64> {
        let id = self.new_id();
        let function = UserFunction { function: self.env.weak_reference(function)?, realm: Rc::clone(realm) };
        self.functions.borrow_mut().insert(id, function);
        Ok(id)
    }

    /// Calls a function of the JavaScript side, whose answer comes by [`Environment::answer`], be it at once or later. The
    /// rest: the async context to call it in, and its argument; `undefined` for none.
    pub(super) fn ask(&self, realm: &Realm, ask: Ask, function: Js, rest: [Js; 2]) -> Result<()> {
        let id = self.new_id();
        self.asks.borrow_mut().insert(id, ask);
        realm.ask(id, function, rest).inspect_err(|_| {
            self.asks.borrow_mut().remove(&id);
        })
    }

    /// The answer to a question: `error` if it is not `undefined`, otherwise `value`.
    pub(super) fn answer(&self, id: u64, error: Js, value: Js) -> Result<()> {
        let Some(ask) = self.asks.borrow_mut().remove(&id) else { return Ok(()) };
        match ask {
            Ask::Settings(connection) => connection.settled(error, value),
            Ask::Credentials(answer) => {
                // Nobody waits any longer if the request has timed out meanwhile.
                let _ = answer.send(super::credentials::read_answer(self.env, error, value)?);
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
