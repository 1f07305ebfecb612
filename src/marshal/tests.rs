mod wire;

use proptest::prelude::*;

use super::*;
use crate::error::Code;

fn object<const N: usize>(properties: [(&str, Value); N]) -> Value {
    Value::Object(properties.map(|(name, value)| (name.to_owned(), value)).into_iter().collect())
}

fn list<const N: usize>(values: [Value; N]) -> Value {
    Value::List(values.into())
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn n(text: &str) -> AttributeValue {
    AttributeValue::N(text.into())
}

fn stored(value: &Value) -> (AttributeValue, Marks) {
    to_attribute("user", value).unwrap()
}

/// Written and read, its marks stored and read as well.
fn read_back(value: &Value) -> Value {
    let (attribute, marks) = stored(value);
    from_attribute(attribute, &Marks::from_attribute(&marks.to_attribute()))
}

fn refusal(value: Value) -> String {
    let error = to_attribute("user", &value).unwrap_err();
    assert_eq!(error.code(), Code::InvalidValue);
    error.to_string()
}

const DATE: &str = "2024-11-21T10:40:00.123Z";
const DATE_MILLISECONDS: i64 = 1_732_185_600_123;

#[test]
fn stores_what_the_table_says() {
    for (value, attribute, mark) in [
        (Value::from("Ada"), s("Ada"), None),
        (Value::from(""), s(""), None),
        (Value::from(DATE), s(DATE), Some("string")),
        (Value::Date(DATE_MILLISECONDS), s(DATE), None),
        (Value::Number(1.5), n("1.5"), None),
        (Value::Number(1e23), n("1e23"), None),
        (Value::Number(-0.0), s("-0"), Some("number")),
        (Value::Number(1e126), s("1e126"), Some("number")),
        (Value::Number(1e-131), s("1e-131"), Some("number")),
        (Value::BigInt(12), n("12"), Some("bigint")),
        (Value::Bool(true), AttributeValue::Bool(true), None),
        (Value::Null, AttributeValue::Null(true), None),
        (Value::Undefined, AttributeValue::Null(true), Some("undefined")),
        (Value::Bytes(vec![1, 2]), AttributeValue::B(Blob::new([1, 2])), None),
        (list([Value::from("a")]), AttributeValue::L(vec![s("a")]), None),
        (Value::Set(vec![Value::from("a")]), AttributeValue::L(vec![s("a")]), Some("set")),
        (object([("a", Value::from("b"))]), AttributeValue::M(HashMap::from([("a".into(), s("b"))])), None),
        (
            object([("", Value::from("b"))]),
            AttributeValue::L(vec![AttributeValue::L(vec![s(""), s("b")])]),
            Some("object"),
        ),
        (
            Value::Map(vec![(Value::Number(1.0), Value::Null)]),
            AttributeValue::L(vec![AttributeValue::L(vec![n("1"), AttributeValue::Null(true)])]),
            Some("map"),
        ),
    ] {
        let (stored, marks) = stored(&value);
        assert_eq!(stored, attribute);
        assert_eq!(marks.is_empty(), mark.is_none());
        if let Some(mark) = mark {
            assert_eq!(marks.to_attribute(), s(mark));
        }
        assert!(same(&from_attribute(attribute, &marks), &value), "{value:?}");
    }
}

#[test]
fn marks_name_the_paths_inside() {
    let value = object([
        ("at", Value::Date(DATE_MILLISECONDS)),
        ("text", Value::from(DATE)),
        ("tags", list([Value::Null, Value::Set(vec![Value::BigInt(1)])])),
        ("first name", object([("", Value::Date(0)), ("gone", Value::Undefined)])),
    ]);
    let (attribute, marks) = stored(&value);
    let expected = [
        ("at", "date"),
        ("tags[1]", "set"),
        ("tags[1][0]", "bigint"),
        ("[\"first name\"]", "object"),
        ("[\"first name\"][0][1]", "date"),
    ];
    let expected = expected.map(|(path, kind)| (path.to_owned(), s(kind)));
    assert_eq!(marks.to_attribute(), AttributeValue::M(HashMap::from(expected)));
    assert_eq!(attribute.as_m().unwrap()["text"], s(DATE));
}

#[test]
fn the_mark_of_the_attribute_itself_has_a_name_beside_others() {
    let value = Value::Set(vec![Value::Date(DATE_MILLISECONDS)]);
    let marks = stored(&value).1.to_attribute();
    let expected = HashMap::from([(".".to_owned(), s("set")), ("[0]".to_owned(), s("date"))]);
    assert_eq!(marks, AttributeValue::M(expected));
    assert!(read_back(&value) == value);
}

#[test]
fn reads_what_others_wrote() {
    let none = Marks::default();
    let read = |attribute| from_attribute(attribute, &none);
    assert!(read(s(DATE)) == Value::Date(DATE_MILLISECONDS));
    assert!(read(s("2024-11-21T10:40:00Z")) == Value::from("2024-11-21T10:40:00Z"));
    assert!(read(AttributeValue::L(vec![s(DATE)])) == list([Value::from(DATE)]));
    assert!(read(n("9007199254740993")) == Value::BigInt(9_007_199_254_740_993));
    assert!(read(AttributeValue::Ss(vec!["a".into()])) == Value::Set(vec![Value::from("a")]));
    let numbers = AttributeValue::Ns(vec!["1".into(), "9007199254740993".into()]);
    let expected = vec![Value::Number(1.0), Value::BigInt(9_007_199_254_740_993)];
    assert!(read(numbers) == Value::Set(expected));
    let bytes = AttributeValue::Bs(vec![Blob::new([1])]);
    assert!(read(bytes) == Value::Set(vec![Value::Bytes(vec![1])]));
    let properties = ["c", "a", "b"].map(|name| (name.to_owned(), n("1")));
    let ordered = ["a", "b", "c"].map(|name| (name, Value::Number(1.0)));
    assert!(read(AttributeValue::M(HashMap::from(properties))) == object(ordered));
}

#[test]
fn a_mark_that_others_have_made_stale_is_no_mark() {
    let kinds = [
        (Value::from(DATE), n("1"), Value::Number(1.0)),
        (Value::Number(-0.0), s("soon"), Value::from("soon")),
        (Value::Number(-0.0), s("NaN"), Value::from("NaN")),
        (Value::BigInt(1), n("1.5"), Value::Number(1.5)),
        (Value::Undefined, s("soon"), Value::from("soon")),
        (Value::Set(vec![]), s("soon"), Value::from("soon")),
        (Value::Map(vec![]), AttributeValue::L(vec![n("1")]), list([Value::Number(1.0)])),
        (object([("", Value::Null)]), AttributeValue::L(vec![n("1")]), list([Value::Number(1.0)])),
        (
            object([("", Value::Null)]),
            AttributeValue::L(vec![AttributeValue::L(vec![n("1"), n("2")])]),
            list([list([Value::Number(1.0), Value::Number(2.0)])]),
        ),
        (list([Value::Date(0)]), AttributeValue::L(vec![s("soon")]), list([Value::from("soon")])),
        (list([Value::Date(0)]), AttributeValue::L(vec![]), list([])),
        (object([("a", Value::Date(0))]), AttributeValue::L(vec![s(DATE)]), list([Value::from(DATE)])),
    ];
    for (before, attribute, after) in kinds {
        let marks = stored(&before).1;
        assert!(!marks.is_empty());
        assert!(from_attribute(attribute, &marks) == after, "{before:?}");
    }
}

#[test]
fn refuses_what_dynamodb_cannot_hold_and_names_the_path() {
    let profile = |value| object([("profile", object([("tags", list([Value::Null, value]))]))]);
    for value in [
        Value::Number(f64::NAN),
        Value::Number(f64::INFINITY),
        Value::Number(f64::NEG_INFINITY),
        Value::Date(MAX_MILLISECONDS + 1),
        Value::Date(-MAX_MILLISECONDS - 1),
        Value::Date(i64::MIN),
        Value::BigInt(10i128.pow(38)),
        Value::BigInt(-10i128.pow(38)),
        Value::BigInt(i128::MIN),
    ] {
        assert!(refusal(profile(value.clone())).starts_with("`user.profile.tags[1]` is "), "{value:?}");
        assert!(refusal(value.clone()).starts_with("`user` is "), "{value:?}");
        assert!(refusal(Value::Set(vec![value.clone()])).starts_with("`user.values()[0]` is "), "{value:?}");
        let pairs = Value::Map(vec![(Value::Null, value.clone())]);
        assert!(refusal(pairs).starts_with("`user.values()[0]` is "), "{value:?}");
        let pairs = Value::Map(vec![(value.clone(), Value::Null)]);
        assert!(refusal(pairs).starts_with("`user.keys()[0]` is "), "{value:?}");
        let odd = object([("first name", object([("", Value::Null), ("b", value.clone())]))]);
        assert!(refusal(odd).starts_with("`user[\"first name\"].b` is "), "{value:?}");
    }
    for value in [
        Value::Date(MAX_MILLISECONDS),
        Value::Date(-MAX_MILLISECONDS),
        Value::BigInt(10i128.pow(38) - 1),
        Value::BigInt(1 - 10i128.pow(38)),
        Value::Number(f64::MAX),
        Value::Number(5e-324),
    ] {
        assert!(read_back(&value) == value);
    }
}

/// A leaf in so many lists and objects in turn.
fn wrapped(wrappers: usize) -> Value {
    let wrap = |value, at| if at % 2 == 0 { list([value]) } else { object([("a", value)]) };
    (0..wrappers).fold(Value::Bool(true), wrap)
}

#[test]
fn refuses_deeper_than_dynamodb_nests() {
    let comes_back = |value: Value| assert!(read_back(&value) == value);
    comes_back(wrapped(MAX_NESTED));
    let message = refusal(wrapped(MAX_NESTED + 1));
    assert!(message.starts_with("`user.a[0].a[0]"), "{message}");
    assert!(message.contains("a[0].a` is nested deeper than DynamoDB's 32 levels"), "{message}");
    refusal(wrapped(5_000));
    // Empty ones count.
    for empty in [list([]), object([]), Value::Set(vec![]), Value::Map(vec![])] {
        comes_back(wrapped_in_lists(MAX_NESTED - 1, empty.clone()));
        refusal(wrapped_in_lists(MAX_NESTED, empty));
    }
    // A pair costs a level of its own.
    let map = |value| Value::Map(vec![(Value::Null, value)]);
    let odd = |value| object([("", value)]);
    for pairs in [&map as &dyn Fn(Value) -> Value, &odd] {
        comes_back(pairs(wrapped(MAX_NESTED - 2)));
        refusal(pairs(wrapped(MAX_NESTED - 1)));
        comes_back(wrapped_in_lists(MAX_NESTED - 2, pairs(Value::Null)));
        refusal(wrapped_in_lists(MAX_NESTED - 1, pairs(Value::Null)));
    }
}

fn wrapped_in_lists(wrappers: usize, value: Value) -> Value {
    (0..wrappers).fold(value, |value, _| list([value]))
}

/// Equal, with 0 and -0 told apart; the properties of an object may be in any order.
fn same(one: &Value, other: &Value) -> bool {
    let all = |one: &[Value], other: &[Value]| {
        one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
    };
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.to_bits() == other.to_bits(),
        (Value::List(one), Value::List(other)) | (Value::Set(one), Value::Set(other)) => all(one, other),
        (Value::Map(one), Value::Map(other)) => {
            let pairs = one.iter().zip(other);
            one.len() == other.len() && pairs.into_iter().all(|(a, b)| same(&a.0, &b.0) && same(&a.1, &b.1))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| same(value, other)))
        }
        (one, other) => one == other,
    }
}

/// Any value that can be stored; `undefined` only where JavaScript keeps it, in lists, maps and sets.
fn any_value() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<f64>().prop_filter("finite", |number| number.is_finite()),
        any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |number| number.is_finite()),
        any::<i64>().prop_map(|number| number as f64),
        (-1000i32..1000).prop_map(f64::from),
        Just(-0.0),
    ];
    let milliseconds =
        || prop_oneof![-MAX_MILLISECONDS..=MAX_MILLISECONDS, 0..2_000_000_000_000i64, Just(MAX_MILLISECONDS)];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        number.prop_map(Value::Number),
        (1 - 10i128.pow(38)..10i128.pow(38)).prop_map(Value::BigInt),
        any::<i64>().prop_map(|integer| Value::BigInt(integer.into())),
        ".*".prop_map(Value::String),
        milliseconds().prop_map(|milliseconds| Value::String(date::to_iso(milliseconds))),
        milliseconds().prop_map(Value::Date),
        proptest::collection::vec(any::<u8>(), 0..20).prop_map(Value::Bytes),
    ];
    leaf.prop_recursive(6, 60, 5, |inner| {
        let member = prop_oneof![8 => inner.clone(), 1 => Just(Value::Undefined)];
        let members = || proptest::collection::vec(member.clone(), 0..5);
        let name = prop_oneof![
            "[a-z]{1,3}",
            ".{0,4}",
            Just(String::new()),
            proptest::sample::select(vec![
                "__proto__",
                "constructor",
                "a.b",
                "a[0]",
                "[0]",
                "\"",
                "0",
                "_as:x",
                "."
            ])
            .prop_map(str::to_owned),
        ];
        prop_oneof![
            members().prop_map(Value::List),
            members().prop_map(Value::Set),
            proptest::collection::vec((member.clone(), member.clone()), 0..5).prop_map(Value::Map),
            proptest::collection::btree_map(name, inner, 0..5)
                .prop_map(|properties| Value::Object(properties.into_iter().collect())),
        ]
    })
}

/// What DynamoDB would refuse, in so many lists and maps.
fn fault(attribute: &AttributeValue, wrappers: usize) -> Option<String> {
    match attribute {
        AttributeValue::L(_) | AttributeValue::M(_) if wrappers >= MAX_NESTED => Some("too deep".to_owned()),
        AttributeValue::L(values) => values.iter().find_map(|value| fault(value, wrappers + 1)),
        AttributeValue::M(values) => values.iter().find_map(|(name, value)| match name.is_empty() {
            true => Some("empty name".to_owned()),
            false => fault(value, wrappers + 1),
        }),
        AttributeValue::N(text) => {
            let number = text.parse::<f64>().unwrap();
            let digits = text.bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit).count();
            (!(number == 0.0 || (1e-130..1e126).contains(&number.abs())) || digits > 38).then(|| text.clone())
        }
        _ => None,
    }
}

proptest! {
    #[test]
    fn every_value_comes_back(value in any_value()) {
        let (attribute, marks) = stored(&value);
        prop_assert_eq!(fault(&attribute, 0), None);
        prop_assert_eq!(fault(&marks.to_attribute(), 0), None);
        let read = read_back(&value);
        prop_assert!(same(&read, &value), "{:?}\n{:?}", read, value);
        // And once more: what was read is stored alike.
        prop_assert_eq!(stored(&read), (attribute, marks));
    }

    #[test]
    fn marks_of_another_value_do_no_harm(value in any_value(), other in any_value()) {
        let (attribute, _) = stored(&value);
        let (_, marks) = stored(&other);
        let read = from_attribute(attribute, &marks);
        prop_assert!(to_attribute("user", &read).is_ok());
    }
}
