//! How many instructions a method takes in the core, all of the AWS SDK's included, counted by valgrind, with recorded
//! bounds: a guard that no busy machine disturbs. Without valgrind, it says so and fails.
//!
//! `cargo bench --bench instructions`

use std::process::{Command, ExitCode};

use dynauth::authjs::Adapter;
use dynauth::{Record, Value, bench};
use tokio::runtime::{Builder, Runtime};

/// A method: what is asked, and the most thousands of instructions that it may take.
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

const METHODS: [Method; 4] = [
    Method {
        name: "getUser",
        most: 136,
        call: |runtime, adapter| {
            runtime.block_on(adapter.get_user("user-1".into())).expect("it is answered");
        },
    },
    Method {
        name: "getSessionAndUser",
        most: 196,
        call: |runtime, adapter| {
            runtime.block_on(adapter.get_session_and_user("session-1".into())).expect("it is answered");
        },
    },
    Method {
        name: "createSession",
        most: 141,
        call: |runtime, adapter| {
            runtime.block_on(adapter.create_session(session())).expect("it is answered");
        },
    },
    Method {
        name: "updateUser",
        most: 177,
        call: |runtime, adapter| {
            let user = object(&[("id", "user-1".into()), ("name", "Grace Hopper".into())]);
            runtime.block_on(adapter.update_user(user)).expect("it is answered");
        },
    },
];

/// Calls before those that are counted: what is made once is made then.
const FEW: u64 = 20;
const MANY: u64 = 120;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().collect();
    match &arguments[1..] {
        [name, times] if times.parse::<u64>().is_ok() => {
            run(name, times.parse().expect("it is a number"));
            ExitCode::SUCCESS
        }
        _ => guard(),
    }
}

fn run(name: &str, times: u64) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let adapter = runtime.block_on(bench::authjs()).expect("an adapter is made");
    runtime.block_on(adapter.create_session(session())).expect("a session is made");
    let method = METHODS.iter().find(|method| method.name == name).expect("it is one of these");
    for _ in 0..times {
        (method.call)(&runtime, &adapter);
    }
}

fn guard() -> ExitCode {
    let mut failed = false;
    for Method { name, most, .. } in &METHODS {
        let counted = [FEW, MANY].map(|times| instructions(name, times));
        let [Some(few), Some(many)] = counted else {
            eprintln!("valgrind is needed to count instructions, and did not run.");
            return ExitCode::FAILURE;
        };
        let thousands = (many - few) / (MANY - FEW) / 1000;
        // A bound far above the truth would guard nothing.
        let holds = thousands <= *most && thousands >= most * 8 / 10;
        failed |= !holds;
        println!(
            "{name}: {thousands} thousand instructions, recorded are {most}{}",
            if holds { "" } else { ": record it if it is worth it" }
        );
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// The instructions of a process of so many calls.
fn instructions(name: &str, times: u64) -> Option<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().ok()?)
        .args([name, &times.to_string()])
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected : "))?.1;
    collected.trim().parse().ok()
}
