//! The core's hot parts, without Node.js and without a network.
#![allow(missing_docs)] // Criterion's macro documents nothing.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use dynauth::bench;
use dynauth::better_auth::Operation;
use dynauth::marshal::{Marks, from_attribute, to_attribute};
use dynauth::{Record, Value};
use tokio::runtime::{Builder, Runtime};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime starts")
}

/// A value of each kind that is common in an app's own data.
fn profile() -> Value {
    let entries: [(&str, Value); 6] = [
        ("name", "Ada Lovelace".into()),
        ("born", Value::Date(-4_860_000_000_000)),
        ("logins", Value::Number(1815.0)),
        ("admin", Value::Bool(true)),
        ("tags", Value::List(vec!["analyst".into(), "poet".into(), Value::Null])),
        ("address", Value::Object(Record::from_iter([("city".to_owned(), Value::from("London"))]))),
    ];
    Value::Object(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn values(criterion: &mut Criterion) {
    let profile = profile();
    criterion.bench_function("values/to DynamoDB", |bencher| {
        bencher.iter(|| to_attribute("user.profile", black_box(&profile)));
    });
    let (attribute, marks) = to_attribute("user.profile", &profile).expect("it can be stored");
    criterion.bench_function("values/from DynamoDB", |bencher| {
        bencher.iter(|| from_attribute(black_box(attribute.clone()), &marks));
    });
    let date = "2026-01-01T00:00:00.000Z";
    criterion.bench_function("values/a date from DynamoDB", |bencher| {
        let attribute = to_attribute("", &Value::from(date)).expect("it can be stored").0;
        bencher.iter(|| from_attribute(black_box(attribute.clone()), &Marks::default()));
    });
}

fn keys(criterion: &mut Criterion) {
    criterion.bench_function("keys/session", |bencher| {
        bencher.iter(|| bench::session_keys(black_box("user-1"), black_box("session-1")));
    });
}

/// From a where clause to the requests that answer it, as `explain` says them.
fn planner(criterion: &mut Criterion) {
    let adapter = runtime().block_on(bench::better_auth()).expect("an adapter is made");
    let clause = |field: &str, operator: &str, value: Value| {
        let mut clause = Record::new();
        clause.set("field", field);
        clause.set("operator", operator);
        clause.set("connector", "AND");
        clause.set("value", value);
        Value::Object(clause)
    };
    let arguments = |model: &str, clauses: Vec<Value>| {
        let mut arguments = Record::new();
        arguments.set("model", model);
        arguments.set("where", Value::List(clauses));
        arguments
    };
    let one = arguments("session", vec![clause("token", "eq", "session-1".into())]);
    let live = clause("expiresAt", "gt", Value::Date(1_767_225_600_000));
    let many = arguments("session", vec![clause("userId", "eq", "user-1".into()), live]);
    for (name, operation, arguments) in [
        ("planner/one session by its token", Operation::FindOne, one),
        ("planner/the live sessions of a user", Operation::FindMany, many),
    ] {
        adapter.explain(operation, arguments.clone()).expect("there is a plan");
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| adapter.explain(operation, black_box(arguments.clone())));
        });
    }
}

fn expressions(criterion: &mut Criterion) {
    criterion.bench_function("expressions/update", |bencher| bencher.iter(bench::update_expression));
}

/// Whole methods: keys, requests, the SDK with signature and parsing, result. All but the network.
fn methods(criterion: &mut Criterion) {
    let runtime = runtime();
    let scene = runtime.block_on(bench::Scene::open()).expect("adapters are made");
    let mut group = criterion.benchmark_group("methods");
    group.warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(2));
    for call in bench::CALLS {
        group.bench_function(call.name, |bencher| bencher.iter(|| call.run(&runtime, &scene)));
    }
}

criterion_group!(benches, values, keys, planner, expressions, methods);
criterion_main!(benches);
