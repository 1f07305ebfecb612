//! How many allocations a method takes, all of the AWS SDK's included, and how many bytes its future, with recorded bounds:
//! what costs time on every machine, counted without a clock. Only in tests, whose allocator this is.
#![allow(unsafe_code)] // An allocator is unsafe to implement.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use tokio::runtime::Builder;

use crate::bench::{CALLS, Scene};
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

/// The most allocations that a call may take. What a change costs shows here. Should it be worth that much, or less than it
/// was, record it.
const MOST: [(&str, u64); 38] = [
    ("createUser", 395),
    ("getUser", 125),
    ("getUserByEmail", 165),
    ("getUserByAccount", 215),
    ("updateUser", 185),
    ("deleteUser", 1215),
    ("linkAccount", 425),
    ("unlinkAccount", 385),
    ("getAccount", 135),
    ("createSession", 160),
    ("getSessionAndUser", 210),
    ("updateSession", 225),
    ("deleteSession", 375),
    ("createVerificationToken", 130),
    ("useVerificationToken", 205),
    ("createAuthenticator", 235),
    ("getAuthenticator", 130),
    ("updateAuthenticatorCounter", 185),
    ("deleteAuthenticator", 395),
    ("listAuthenticatorsByUserId", 155),
    ("listSessionsByUserId", 140),
    ("listAccountsByUserId", 140),
    ("better-auth create", 410),
    ("better-auth findOne", 150),
    ("better-auth findMany", 180),
    ("better-auth count", 125),
    ("better-auth update", 190),
    ("better-auth updateMany", 485),
    ("better-auth delete", 430),
    ("better-auth deleteMany", 555),
    ("better-auth consumeOne", 420),
    ("better-auth incrementOne", 225),
    ("better-auth transaction", 525),
    ("secondary storage get", 80),
    ("secondary storage set", 105),
    ("secondary storage delete", 75),
    ("secondary storage getAndDelete", 185),
    ("secondary storage increment", 190),
];

/// The fewest of some calls: what is made once, by the first of them, does not count, nor what only this process has seen
/// until one of them has deleted it.
fn allocations(call: impl Fn()) -> u64 {
    (0..2).for_each(|_| call());
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
        let transaction = adapter.begin();
        let bytes =
            [size_of_val(&transaction.run(*operation, Record::new())), size_of_val(&transaction.commit())];
        assert!(
            bytes.iter().all(|bytes| *bytes <= 256),
            "{operation:?} in a transaction, and its end: {bytes:?}"
        );
    }
}

#[test]
fn each_method_stays_within_its_allocations() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let scene = runtime.block_on(Scene::open()).unwrap();
    let mut wrong = Vec::new();
    for call in CALLS {
        let count = allocations(|| call.run(&runtime, &scene));
        let most = call.bound(&MOST);
        // A bound far above the truth would guard nothing.
        if count > most || count < most * 9 / 10 {
            wrong.push(format!("{}: {count}, recorded are {most}", call.name));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
