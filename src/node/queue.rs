//! The way back to JavaScript's thread: one queue and one threadsafe function per environment. What ends while the
//! thread is busy is handed over in one batch: the threadsafe function is called only when the queue was empty.
#![allow(unsafe_code)] // Threadsafe functions are a C interface.

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use napi::sys;

use super::credentials::CredentialsAnswer;
use super::environment::{CallId, Environment};
use super::js::Env;
use crate::value::Value;

/// What another thread has for JavaScript's.
pub(super) enum Event {
    /// A call has ended.
    Finished {
        /// Which.
        call: CallId,
        /// How.
        outcome: crate::Result<Value>,
    },
    /// Credentials are wanted from a function of the user's.
    Credentials {
        /// The function, as [`Environment::know_function`] named it.
        function: u64,
        /// The connection's region, which the function may ask for.
        region: Option<String>,
        /// The call that needs them, if it is known.
        call: Option<CallId>,
        /// Who waits for them. Dropped unanswered if the environment ends.
        answer: tokio::sync::oneshot::Sender<CredentialsAnswer>,
    },
    /// A function of the user's is not needed any longer.
    Release {
        /// The function, as [`Environment::know_function`] named it.
        function: u64,
    },
}

/// The queue of one environment.
pub(super) struct Queue {
    /// `None` before the environment is set up and once it ends.
    events: Mutex<Option<Vec<Event>>>,
    /// Not with the events: JavaScript's thread, woken, takes those while the call that woke it is still returning.
    waker: Mutex<Waker>,
    /// The same, for JavaScript's thread: it closes the queue itself, so it has no reason to wait for who wakes it. Null
    /// before the environment is set up and once it ends.
    own: AtomicPtr<sys::napi_threadsafe_function__>,
}

/// Null before the environment is set up and once it ends.
struct Waker(sys::napi_threadsafe_function);

// SAFETY: a threadsafe function is made to be called from any thread. The mutex sees to it that it is not called any
// more once `close` has returned, after which Node may free it.
unsafe impl Send for Waker {}

impl Queue {
    pub(super) fn new() -> Self {
        Queue {
            events: Mutex::new(None),
            waker: Mutex::new(Waker(ptr::null_mut())),
            own: AtomicPtr::new(ptr::null_mut()),
        }
    }

    // Nothing panics half-way while it holds one of these.

    fn events(&self) -> MutexGuard<'_, Option<Vec<Event>>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waker(&self) -> MutexGuard<'_, Waker> {
        self.waker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the threadsafe function, unreferenced.
    ///
    /// # Safety
    /// `environment` stays where it is as long as JavaScript can run in its environment.
    pub(super) unsafe fn open(&self, environment: *const Environment, env: Env) -> sys::napi_status {
        let mut name = ptr::null_mut();
        let mut wake = ptr::null_mut();
        const NAME: &str = "dynauth";
        // SAFETY: called on the environment's thread; all pointers are to locals or null where Node allows it.
        unsafe {
            let status =
                sys::napi_create_string_utf8(env.raw(), NAME.as_ptr().cast(), NAME.len() as isize, &mut name);
            if status != sys::Status::napi_ok {
                return status;
            }
            let status = sys::napi_create_threadsafe_function(
                env.raw(),
                ptr::null_mut(),
                ptr::null_mut(),
                name,
                0,
                1,
                ptr::null_mut(),
                None,
                environment.cast_mut().cast(),
                Some(woken),
                &mut wake,
            );
            if status != sys::Status::napi_ok {
                return status;
            }
            sys::napi_unref_threadsafe_function(env.raw(), wake);
        }
        *self.waker() = Waker(wake);
        self.own.store(wake, Ordering::Relaxed);
        *self.events() = Some(Vec::new());
        sys::Status::napi_ok
    }

    /// Hands an event over; whether [`Queue::wake`] is to be called for it. Once the environment has ended, it is
    /// dropped: nobody is there to take it.
    #[must_use]
    pub(super) fn push(&self, event: Event) -> bool {
        if let Some(events) = &mut *self.events() {
            events.push(event);
            return events.len() == 1;
        }
        // Outside the lock: dropping an event may drop what waits for it.
        drop(event);
        false
    }

    /// How many events wait.
    pub(super) fn len(&self) -> usize {
        self.events().as_ref().map_or(0, Vec::len)
    }

    /// Hands an event over that is waited for.
    pub(super) fn push_now(&self, event: Event) {
        if self.push(event) {
            self.wake();
        }
    }

    /// Has JavaScript's thread take what is in the queue.
    pub(super) fn wake(&self) {
        let waker = self.waker();
        if !waker.0.is_null() {
            // SAFETY: not null, so not closed, and the lock keeps it so during the call, which does not wait for
            // anything.
            unsafe {
                sys::napi_call_threadsafe_function(
                    waker.0,
                    ptr::null_mut(),
                    sys::ThreadsafeFunctionCallMode::nonblocking,
                )
            };
        }
    }

    pub(super) fn take(&self) -> Vec<Event> {
        self.events().as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Whether the process waits for this environment's calls. On its thread only.
    pub(super) fn keep_process_alive(&self, env: Env, keep: bool) {
        let wake = self.own.load(Ordering::Relaxed);
        if wake.is_null() {
            return;
        }
        // SAFETY: an `Env` is only used on its own thread, where `close` runs too: it is still open.
        unsafe {
            if keep {
                sys::napi_ref_threadsafe_function(env.raw(), wake);
            } else {
                sys::napi_unref_threadsafe_function(env.raw(), wake);
            }
        }
    }

    /// The environment ends: events from now on are dropped, as are those that wait.
    pub(super) fn close(&self) {
        let events = self.events().take();
        let Waker(wake) = std::mem::replace(&mut *self.waker(), Waker(ptr::null_mut()));
        self.own.store(ptr::null_mut(), Ordering::Relaxed);
        if !wake.is_null() {
            // SAFETY: taken out above, so released once, and never called again.
            unsafe { sys::napi_release_threadsafe_function(wake, sys::ThreadsafeFunctionReleaseMode::abort) };
        }
        // Outside the lock: dropping an event may drop what waits for it.
        drop(events);
    }
}

/// Called by Node on the environment's thread after [`Queue::push`].
unsafe extern "C" fn woken(
    env: sys::napi_env,
    _function: sys::napi_value,
    environment: *mut c_void,
    _data: *mut c_void,
) {
    if env.is_null() {
        // The environment is being taken down.
        return;
    }
    // SAFETY: `open`'s caller promised that it stays as long as JavaScript can run, which it can: there is an `env`.
    let environment = unsafe { &*environment.cast::<Environment>() };
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| environment.drain()));
}
