//! How many instructions a method takes in the core, all of the AWS SDK's included, counted by valgrind, with recorded
//! bounds: a guard that no busy machine disturbs. Without valgrind, it says so and fails.
//!
//! `cargo bench --bench instructions`

use std::process::{Command, ExitCode};

use dynauth::bench::{CALLS, Scene};
use tokio::runtime::Builder;

/// The most thousands of instructions that a call may take.
const MOST: [(&str, u64); 38] = [
    ("createUser", 364),
    ("getUser", 140),
    ("getUserByEmail", 167),
    ("getUserByAccount", 202),
    ("updateUser", 178),
    ("deleteUser", 1226),
    ("linkAccount", 381),
    ("unlinkAccount", 396),
    ("getAccount", 144),
    ("createSession", 142),
    ("getSessionAndUser", 202),
    ("updateSession", 195),
    ("deleteSession", 385),
    ("createVerificationToken", 123),
    ("useVerificationToken", 222),
    ("createAuthenticator", 199),
    ("getAuthenticator", 143),
    ("updateAuthenticatorCounter", 179),
    ("deleteAuthenticator", 408),
    ("listAuthenticatorsByUserId", 161),
    ("listSessionsByUserId", 146),
    ("listAccountsByUserId", 148),
    ("better-auth create", 298),
    ("better-auth findOne", 131),
    ("better-auth findMany", 157),
    ("better-auth count", 122),
    ("better-auth update", 159),
    ("better-auth updateMany", 487),
    ("better-auth delete", 349),
    ("better-auth deleteMany", 491),
    ("better-auth consumeOne", 343),
    ("better-auth incrementOne", 189),
    ("better-auth transaction", 373),
    ("secondary storage get", 96),
    ("secondary storage set", 109),
    ("secondary storage delete", 88),
    ("secondary storage getAndDelete", 203),
    ("secondary storage increment", 189),
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
    let scene = runtime.block_on(Scene::open()).expect("adapters are made");
    let call = CALLS.iter().find(|call| call.name == name).expect("it is one of these");
    for _ in 0..times {
        call.run(&runtime, &scene);
    }
}

fn guard() -> ExitCode {
    let mut failed = false;
    for call in CALLS {
        let name = call.name;
        let counted = [FEW, MANY].map(|times| instructions(name, times));
        let [Some(few), Some(many)] = counted else {
            eprintln!("valgrind is needed to count instructions, and did not run.");
            return ExitCode::FAILURE;
        };
        let thousands = (many - few) / (MANY - FEW) / 1000;
        let most = call.bound(&MOST);
        // A bound far above the truth would guard nothing.
        let holds = thousands <= most && thousands >= most * 8 / 10;
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
