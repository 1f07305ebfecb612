//! How many allocations a method takes, all of the AWS SDK's included, and how many bytes its future, with recorded bounds:
//! what costs time on every machine, counted without a clock. Only in tests, whose allocator this is.
#![allow(unsafe_code)] // An allocator is unsafe to implement.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use tokio::runtime::{Builder, Runtime};

use crate::authjs::Adapter;
use crate::better_auth::Operation;
use crate::value::{Record, Value};

/// The system's allocator, which counts for each thread.
struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

impl Counting {
    fn count() {
        // Not there any more while the thread ends.
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
    }
}

// SAFETY: everything is the system's allocator's; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Counting::count();
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Counting::count();
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Counting::count();
        // SAFETY: as the caller promises.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(block, layout) }
    }
}

/// A method: what is asked, and the most allocations that it may take.
struct Method {
    name: &'static str,
    most: u64,
    call: fn(&Runtime, &Adapter),
}

fn object(properties: &[(&str, Value)]) -> Value {
    let properties = properties.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Value::Object(properties.collect::<Record>())
}

fn session() -> Value {
    let expires = Value::Date(1_999_999_999_000);
    object(&[("sessionToken", "session-1".into()), ("userId", "user-1".into()), ("expires", expires)])
}

/// What a change costs shows here. Should it be worth that much, or less than it was, record it.
const METHODS: [Method; 6] = [
    Method {
        name: "getUser",
        most: 125,
        call: |runtime, adapter| {
            runtime.block_on(adapter.get_user("user-1".into())).unwrap().unwrap();
        },
    },
    Method {
        name: "getSessionAndUser",
        most: 210,
        call: |runtime, adapter| {
            runtime.block_on(adapter.get_session_and_user("session-1".into())).unwrap().unwrap();
        },
    },
    Method {
        name: "createSession",
        most: 165,
        call: |runtime, adapter| {
            runtime.block_on(adapter.create_session(session())).unwrap();
        },
    },
    Method {
        name: "updateUser",
        most: 190,
        call: |runtime, adapter| {
            let user = object(&[("id", "user-1".into()), ("name", "Grace Hopper".into())]);
            runtime.block_on(adapter.update_user(user)).unwrap();
        },
    },
    Method {
        name: "createUser",
        most: 400,
        call: |runtime, adapter| {
            let user = object(&[("email", "ada@example.com".into()), ("emailVerified", Value::Null)]);
            runtime.block_on(adapter.create_user(user)).unwrap();
        },
    },
    Method {
        name: "getUserByAccount",
        most: 265,
        call: |runtime, adapter| {
            let account = object(&[("provider", "github".into()), ("providerAccountId", "1".into())]);
            runtime.block_on(adapter.get_user_by_account(account)).unwrap();
        },
    },
];

/// The fewest of some calls: what is made once, by the first of them, does not count.
fn allocations(call: impl Fn()) -> u64 {
    let counts = (0..8).map(|_| {
        let before = COUNT.get();
        call();
        COUNT.get() - before
    });
    counts.min().unwrap()
}

/// A call's future is written where it is made and moved to where it runs. Something in it that is there twice, such as a
/// future that is awaited in two places, has it grow by a request's kilobytes, and what is rarely done, unless it is boxed, by
/// what that takes.
#[test]
fn the_future_of_a_call_holds_one_request() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let adapter = runtime.block_on(crate::bench::authjs()).unwrap();
    let text = || Value::from("");
    macro_rules! large {
        ($($method:ident($($argument:expr),*);)+) => {{
            let sizes = [$((stringify!($method), size_of_val(&adapter.$method($($argument),*)))),+];
            sizes.into_iter().filter(|(_, bytes)| *bytes > 6 * 1024).collect::<Vec<_>>()
        }};
    }
    let large = large! {
        create_user(text());
        get_user(text());
        get_user_by_email(text());
        get_user_by_account(text());
        update_user(text());
        delete_user(text());
        link_account(text());
        unlink_account(text());
        get_account(text(), text());
        create_session(text());
        get_session_and_user(text());
        update_session(text());
        delete_session(text());
        create_verification_token(text());
        use_verification_token(text());
        create_authenticator(text());
        get_authenticator(text());
        list_authenticators_by_user_id(text());
        update_authenticator_counter(text(), text());
    };
    assert!(large.is_empty(), "{large:?}");
}

/// This one is made on JavaScript's thread.
#[test]
fn the_future_of_an_operation_of_better_auth_is_small() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let adapter = runtime.block_on(crate::bench::better_auth()).unwrap();
    for operation in Operation::ALL {
        let bytes = size_of_val(&adapter.run(*operation, Record::new()));
        assert!(bytes <= 128, "{operation:?}: {bytes}");
    }
}

#[test]
fn each_method_stays_within_its_allocations() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let adapter = runtime.block_on(crate::bench::authjs()).unwrap();
    // From here on, it is known whose session it is.
    runtime.block_on(adapter.create_session(session())).unwrap();
    let mut wrong = Vec::new();
    for Method { name, most, call } in METHODS {
        let count = allocations(|| call(&runtime, &adapter));
        // A bound far above the truth would guard nothing.
        if count > most || count < most * 9 / 10 {
            wrong.push(format!("{name}: {count}, recorded are {most}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
