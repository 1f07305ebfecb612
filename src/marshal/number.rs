//! JavaScript's doubles and bigints ⇄ DynamoDB's decimals of 38 digits.

use crate::value::Value;

/// The largest integer of 38 digits, which is what DynamoDB's numbers have.
pub const MAX_INTEGER: u128 = 10u128.pow(38) - 1;

/// Every integer up to here is a double.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// The shortest decimal that reads as this double again, as JavaScript prints it.
pub(super) fn shortest(number: f64) -> String {
    // Rust prints all zeros of 1e20 and 1e-20; beyond that an exponent is shorter.
    if number == 0.0 || (1e-7..1e21).contains(&number.abs()) {
        number.to_string()
    } else {
        format!("{number:e}")
    }
}

/// Whether DynamoDB's N holds the shortest decimal of this double: 0, and from 1e-130 to 9.99…e125 on both sides. It
/// has no `-0`.
pub(super) fn fits(number: f64) -> bool {
    let size = number.abs();
    // No double lies between 9.99…e125 with 38 digits and 1e126.
    if size == 0.0 { number.is_sign_positive() } else { (1e-130..1e126).contains(&size) }
}

/// What an N without a mark is: the nearest number, unless it is an integer that no number prints as or equals.
pub(super) fn value(text: String) -> Value {
    match text.parse::<f64>() {
        // Adding 0 makes an odd engine's `-0` the 0 that DynamoDB means.
        Ok(number) if number.abs() < MAX_EXACT => Value::Number(number + 0.0),
        Ok(number) if number.is_finite() => match integer(&text) {
            Some(exact) if exact != number as i128 && Some(exact) != integer(&shortest(number)) => {
                Value::BigInt(exact)
            }
            _ => Value::Number(number),
        },
        _ => Value::String(text),
    }
}

/// The integer that a decimal is (`12`, `1.20e3`, `5E+2`); `None` for a fraction, and beyond 128 bits.
pub(super) fn integer(text: &str) -> Option<i128> {
    let (coefficient, exponent) = match text.split_once(['e', 'E']) {
        Some((coefficient, exponent)) => (coefficient, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = coefficient.split_once('.').unwrap_or((coefficient, ""));
    let fraction = fraction.trim_end_matches('0');
    let zeros = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    let digits = format!("{whole}{fraction}");
    if zeros >= 0 {
        let digits = digits.parse::<i128>().ok()?;
        if digits == 0 {
            return Some(0);
        }
        return digits.checked_mul(10i128.checked_pow(zeros.unsigned_abs())?);
    }
    let (digits, tail) = digits.split_at_checked(digits.len().checked_sub(zeros.unsigned_abs() as usize)?)?;
    if tail.is_empty() || tail.bytes().any(|digit| digit != b'0') {
        return None;
    }
    match digits {
        "" | "-" | "+" => Some(0),
        digits => digits.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Value {
        value(text.to_owned())
    }

    #[test]
    fn prints_as_short_as_javascript() {
        for (number, text) in [
            (0.0, "0"),
            (1.0, "1"),
            (-2.5, "-2.5"),
            (0.1, "0.1"),
            (1e20, "100000000000000000000"),
            (1e21, "1e21"),
            (1.5e-7, "0.00000015"),
            (1.5e-8, "1.5e-8"),
            (f64::MAX, "1.7976931348623157e308"),
            (5e-324, "5e-324"),
            (9_007_199_254_740_993.0, "9007199254740992"),
        ] {
            assert_eq!(shortest(number), text);
        }
    }

    #[test]
    fn knows_what_dynamodb_holds() {
        for number in [0.0, 1.0, -1.0, 1e-130, -1e-130, 1e126_f64.next_down(), -1e126_f64.next_down()] {
            assert!(fits(number), "{number:e}");
        }
        for number in [-0.0, 9.999999999999999e-131, -5e-324, 1e126, -1e126, f64::MAX] {
            assert!(!fits(number), "{number:e}");
        }
    }

    #[test]
    fn a_number_of_others_is_a_bigint_only_if_no_number_holds_it() {
        for (text, number) in [
            ("1", 1.0),
            ("0.1", 0.1),
            ("-0", 0.0),
            ("1e23", 1e23),
            ("100000000000000000000000", 1e23),
            ("9007199254740992", 9_007_199_254_740_992.0),
            // The double itself, and the shortest decimal that reads as it.
            ("1152921504606846976", 1_152_921_504_606_846_976.0),
            ("1152921504606847000", 1_152_921_504_606_846_976.0),
            ("9007199254740993.5", 9_007_199_254_740_994.0),
            ("0.1000000000000000055511151231257827", 0.1),
            ("9.9999999999999999999999999999999999999E+125", 1e126),
            ("1e125", 1e125),
        ] {
            assert_eq!(read(text), Value::Number(number), "{text}");
        }
        for (text, integer) in [
            ("9007199254740993", 9_007_199_254_740_993),
            ("-9007199254740993", -9_007_199_254_740_993),
            ("9.007199254740993E+15", 9_007_199_254_740_993),
            ("99999999999999999999999999999999999999", MAX_INTEGER as i128),
        ] {
            assert_eq!(read(text), Value::BigInt(integer), "{text}");
        }
        assert_eq!(read("soon"), Value::from("soon"));
    }

    #[test]
    fn integers_in_all_forms() {
        for (text, expected) in [
            ("0", Some(0)),
            ("-12", Some(-12)),
            ("+12", Some(12)),
            ("12.00", Some(12)),
            ("1.2e1", Some(12)),
            ("120E-1", Some(12)),
            ("0.0", Some(0)),
            ("0e200", Some(0)),
            (".5e1", Some(5)),
            ("-1e2", Some(-100)),
            ("1e37", Some(10i128.pow(37))),
            ("1.5", None),
            ("12e-1", None),
            ("0.5", None),
            ("1e40", None),
            ("1e-3", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(integer(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_double_comes_back(bits: u64) {
            let number = f64::from_bits(bits);
            prop_assume!(number.is_finite());
            let text = shortest(number);
            prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), bits);
            if fits(number) {
                prop_assert_eq!(value(text), Value::Number(number));
            }
        }

        #[test]
        fn every_large_integer_double_comes_back(number in 9e15..1.7e38f64, zeros in 0usize..4) {
            for number in [number, -number, number.trunc()] {
                let plain = format!("{number}");
                prop_assert_eq!(value(plain), Value::Number(number));
                let mut exact = format!("{}.", number as i128);
                exact.push_str(&"0".repeat(zeros));
                prop_assert_eq!(value(exact), Value::Number(number));
            }
        }

        #[test]
        fn every_bigint_of_others_keeps_its_value(integer in -(MAX_INTEGER as i128)..=MAX_INTEGER as i128) {
            match value(integer.to_string()) {
                Value::BigInt(read) => prop_assert_eq!(read, integer),
                Value::Number(number) => prop_assert!(
                    number as i128 == integer || super::integer(&shortest(number)) == Some(integer)
                ),
                other => prop_assert!(false, "{:?}", other),
            }
        }

        #[test]
        fn no_text_is_too_odd(text in "[-+]?[0-9.]{0,45}([eE][-+]?[0-9]{0,12})?") {
            let _ = (value(text.clone()), integer(&text));
        }
    }
}
