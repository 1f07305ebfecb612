//! Whatever is asked, through whatever plan: the answer is that of looking at each row.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::*;
use crate::better_auth::where_clause::{Where, sort_order};
use crate::runtime::runtime;

const FIELDS: &[&str] = &["id", "name", "team", "age", "active", "at", "tags"];

/// Few values, so that many rows have the same.
fn value_for(field: &'static str) -> BoxedStrategy<Value> {
    match field {
        "id" => (0..24_i32).prop_map(|id| Value::String(format!("id-{id}"))).boxed(),
        "age" => (-1..4_i32).prop_map(number).boxed(),
        "active" => any::<bool>().prop_map(Value::Bool).boxed(),
        "at" => (0..4_i64).prop_map(|day| Value::Date(1_700_000_000_000 + day * 86_400_000)).boxed(),
        "tags" => prop::sample::select(vec!["a", "b", "c"]).prop_map(Value::from).boxed(),
        _ => prop::sample::select(vec!["", "ada", "Ada", "adam", "bob", "Bob#1", "ünï"])
            .prop_map(Value::from)
            .boxed(),
    }
}

fn or_null(field: &'static str) -> BoxedStrategy<Value> {
    prop_oneof![5 => value_for(field), 1 => Just(Value::Null)].boxed()
}

fn a_clause() -> BoxedStrategy<Value> {
    let fields = prop::sample::select(FIELDS.to_vec());
    let operators = prop::sample::select(vec![
        "eq",
        "ne",
        "lt",
        "lte",
        "gt",
        "gte",
        "in",
        "not_in",
        "contains",
        "starts_with",
        "ends_with",
        "between",
    ]);
    (fields, operators, any::<bool>(), prop::bool::weighted(0.3))
        .prop_flat_map(|(field, operator, is_or, is_insensitive)| {
            let value = match operator {
                "in" | "not_in" => prop::collection::vec(or_null(field), 0..4).prop_map(Value::List).boxed(),
                "between" => {
                    (value_for(field), value_for(field)).prop_map(|(low, high)| list([low, high])).boxed()
                }
                _ => or_null(field),
            };
            value.prop_map(move |value| {
                object([
                    ("field", field.into()),
                    ("operator", operator.into()),
                    ("value", value),
                    ("connector", if is_or { "OR" } else { "AND" }.into()),
                    ("mode", if is_insensitive { "insensitive" } else { "sensitive" }.into()),
                ])
            })
        })
        .boxed()
}

fn a_row(id: i32) -> BoxedStrategy<Value> {
    let tags = prop::collection::vec(value_for("tags"), 0..3).prop_map(Value::List);
    (or_null("name"), or_null("team"), or_null("age"), or_null("active"), or_null("at"), tags)
        .prop_map(move |(name, team, age, active, at, tags)| {
            object([
                ("id", Value::String(format!("id-{id}"))),
                ("name", name),
                ("team", team),
                ("age", age),
                ("active", active),
                ("at", at),
                ("tags", tags),
            ])
        })
        .boxed()
}

#[test]
fn every_plan_answers_as_looking_at_each_row_does() {
    runtime().block_on(async {
        for stage in stages().await {
            let mut runner = TestRunner::deterministic();
            let mut rows = Vec::new();
            for id in 0..24 {
                let row = a_row(id).new_tree(&mut runner).unwrap().current();
                // A team's names are unique where claims say so; the others are left out.
                if let Ok(row) = stage.create("thing", row).await {
                    rows.push(row);
                }
            }
            assert!(rows.len() > 10, "there is something to ask for");
            let things = std::sync::Arc::clone(stage.layout.model("thing").unwrap());
            let mut answers = 0;
            for _ in 0..300 {
                let clauses =
                    prop::collection::vec(a_clause(), 0..4).new_tree(&mut runner).unwrap().current();
                let arguments = asking("thing", clauses.clone());
                let wanted = Where::read(&things, &arguments).unwrap();
                let mut expected: Vec<&Record> = rows.iter().filter(|row| wanted.matches(row)).collect();
                answers += usize::from(!expected.is_empty());

                let said = |what: &str| format!("{}, {what}: {wanted:?}", stage.name);
                let mut found = stage.find("thing", clauses).await;
                let id = |row: &Record| row.get_str("id").unwrap().to_owned();
                found.sort_by_key(id);
                expected.sort_by_key(|row| id(row));
                assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{}", said("findMany"));

                let count = stage.run(Operation::Count, arguments.clone()).await.unwrap();
                assert_eq!(count, Value::Number(expected.len() as f64), "{}", said("count"));

                for field in ["name", "age", "at"] {
                    for direction in ["asc", "desc"] {
                        let mut sorted = arguments.clone();
                        sorted.set(
                            "sortBy",
                            object([("field", field.into()), ("direction", direction.into())]),
                        );
                        sorted.set("offset", number(1));
                        sorted.set("limit", number(3));
                        let found = rows_of(stage.run(Operation::FindMany, sorted).await.unwrap());
                        let values = |row: &Record| row.get(field).unwrap().clone();
                        let mut all: Vec<Value> = expected.iter().map(|row| values(row)).collect();
                        all.sort_by(|left, right| {
                            let order = sort_order(left, right);
                            if direction == "asc" { order } else { order.reverse() }
                        });
                        let all: Vec<Value> = all.into_iter().skip(1).take(3).collect();
                        let found: Vec<Value> = found.iter().map(values).collect();
                        assert_eq!(found, all, "{}", said(&format!("by {field}, {direction}")));
                    }
                }
            }
            assert!(answers > 50, "many questions have an answer");
        }
    });
}

#[test]
fn a_guard_is_what_the_clause_says() {
    runtime().block_on(async {
        for stage in stages().await {
            let mut runner = TestRunner::deterministic();
            let things = std::sync::Arc::clone(stage.layout.model("thing").unwrap());
            let mut done = 0;
            for id in 0..60 {
                let row = a_row(id).new_tree(&mut runner).unwrap().current();
                let Ok(row) = stage.create("thing", row).await else { continue };
                let clauses =
                    prop::collection::vec(a_clause(), 1..3).new_tree(&mut runner).unwrap().current();
                let mut clauses: Vec<Value> = clauses;
                clauses.push(clause("id", "eq", Value::String(format!("id-{id}"))));
                let mut arguments = asking("thing", clauses);
                let wanted = Where::read(&things, &arguments).unwrap();
                arguments.set("increment", object([("age", number(10))]));
                arguments.set("set", object([("active", Value::Bool(true))]));
                let answer = stage.run(Operation::IncrementOne, arguments).await.unwrap();
                let expected = wanted.matches(&row);
                assert_eq!(answer != Value::Null, expected, "{}: {wanted:?}", stage.name);
                done += usize::from(expected);
            }
            assert!(done > 5, "some guards were met");
        }
    });
}
