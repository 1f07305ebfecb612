//! Dates: ISO 8601 ⇄ milliseconds since the epoch ⇄ the whole seconds of TTL, and nothing else.
//!
//! The arithmetic is our own, since JavaScript's dates reach further (±271 821 years) than chrono's, with which the
//! tests compare it.

/// The last millisecond of JavaScript's dates; the first is its negative.
pub const MAX_MILLISECONDS: i64 = 8_640_000_000_000_000;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// JavaScript's `Date.prototype.toISOString`: milliseconds, UTC, and the expanded years (`+012345-…`) beyond 9999.
pub fn to_iso(milliseconds: i64) -> String {
    let (year, month, day) = civil_from_days(milliseconds.div_euclid(DAY));
    let time = milliseconds.rem_euclid(DAY);
    let (hour, minute) = (time / HOUR, time % HOUR / MINUTE);
    let (second, millisecond) = (time % MINUTE / SECOND, time % SECOND);
    let year = match year {
        0..=9999 => format!("{year:04}"),
        _ => format!("{year:+07}"),
    };
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z")
}

/// The milliseconds of a text in exactly the form that [`to_iso`] writes; `None` for everything else.
pub fn from_iso(text: &str) -> Option<i64> {
    let mut rest = Scanner(text.as_bytes());
    let day = rest.date()?;
    rest.byte(b'T')?;
    let (hour, minute) = (rest.number(2, 0..24)?, rest.byte(b':').and_then(|()| rest.number(2, 0..60))?);
    let second = rest.byte(b':').and_then(|()| rest.number(2, 0..60))?;
    let millisecond = rest.byte(b'.').and_then(|()| rest.number(3, 0..1000))?;
    rest.byte(b'Z')?;
    rest.end()?;
    in_range(day * DAY + hour * HOUR + minute * MINUTE + second * SECOND + millisecond)
}

/// The milliseconds of any ISO 8601 date or date-time that others may have written: with an offset, without
/// milliseconds or with finer fractions (cut off), without seconds, with a space for the `T`. Without an offset it
/// is UTC.
pub fn parse_any(text: &str) -> Option<i64> {
    let mut rest = Scanner(text.as_bytes());
    let mut milliseconds = rest.date()? * DAY;
    if !rest.is_empty() {
        rest.one_of(b"Tt ")?;
        milliseconds += rest.number(2, 0..24)? * HOUR;
        rest.byte(b':')?;
        milliseconds += rest.number(2, 0..60)? * MINUTE;
        if rest.byte(b':').is_some() {
            milliseconds += rest.number(2, 0..60)? * SECOND;
            if rest.one_of(b".,").is_some() {
                milliseconds += rest.fraction()?;
            }
        }
        milliseconds -= rest.offset()?;
        rest.end()?;
    }
    in_range(milliseconds)
}

/// The whole seconds since the epoch by which DynamoDB's TTL deletes: a part of a second is dropped.
pub fn ttl_seconds(milliseconds: i64) -> i64 {
    milliseconds.div_euclid(SECOND)
}

/// The milliseconds of a number of seconds since the epoch, as a DynamoDB N holds it. Others write fractions
/// (`1732185600.123`). `None` for what is no number or no date.
pub fn from_ttl_seconds(seconds: &str) -> Option<i64> {
    let milliseconds = (seconds.parse::<f64>().ok()? * SECOND as f64).round();
    // NaN is in no range.
    (milliseconds.abs() <= MAX_MILLISECONDS as f64).then_some(milliseconds as i64)
}

fn in_range(milliseconds: i64) -> Option<i64> {
    (milliseconds.abs() <= MAX_MILLISECONDS).then_some(milliseconds)
}

/// What is left of a text.
struct Scanner<'a>(&'a [u8]);

impl Scanner<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn end(&self) -> Option<()> {
        self.is_empty().then_some(())
    }

    fn byte(&mut self, expected: u8) -> Option<()> {
        self.one_of(&[expected]).map(|_| ())
    }

    fn one_of(&mut self, expected: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        expected.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    /// Exactly so many digits, within a range.
    fn number(&mut self, digits: usize, range: std::ops::Range<i64>) -> Option<i64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        let mut value = 0;
        for digit in number {
            value = value * 10 + i64::from(digit.is_ascii_digit().then(|| digit - b'0')?);
        }
        self.0 = rest;
        range.contains(&value).then_some(value)
    }

    /// The days since the epoch of `YYYY-MM-DD` or `±YYYYYY-MM-DD`.
    fn date(&mut self) -> Option<i64> {
        let year = match self.one_of(b"+-") {
            None => self.number(4, 0..10_000)?,
            // As JavaScript has it: the expanded form is not for the years that four digits can say.
            Some(b'+') => self.number(6, 10_000..1_000_000)?,
            Some(_) => -self.number(6, 1..1_000_000)?,
        };
        self.byte(b'-')?;
        let month = self.number(2, 1..13)?;
        self.byte(b'-')?;
        let day = self.number(2, 1..days_in_month(year, month) + 1)?;
        Some(days_from_civil(year, month, day))
    }

    /// The milliseconds of a fraction of a second with any number of digits.
    fn fraction(&mut self) -> Option<i64> {
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (fraction, rest) = self.0.split_at(digits);
        self.0 = rest;
        let first = |at: usize| fraction.get(at).map_or(0, |digit| i64::from(digit - b'0'));
        (digits > 0).then(|| first(0) * 100 + first(1) * 10 + first(2))
    }

    /// The milliseconds by which local time is ahead of UTC: `Z`, `+hh:mm`, `+hhmm`, `+hh` or nothing.
    fn offset(&mut self) -> Option<i64> {
        if self.is_empty() || self.one_of(b"Zz").is_some() {
            return Some(0);
        }
        let sign = if self.one_of(b"+-")? == b'-' { -1 } else { 1 };
        let hours = self.number(2, 0..24)?;
        let colon = self.byte(b':').is_some();
        let minutes = if colon || !self.is_empty() { self.number(2, 0..60)? } else { 0 };
        Some(sign * (hours * HOUR + minutes * MINUTE))
    }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// 400 years, after which the calendar repeats.
const DAYS_PER_ERA: i64 = 146_097;
/// From March 1st of the year 0, where the eras begin, to the epoch.
const DAYS_TO_EPOCH: i64 = 719_468;

/// Years are counted from March here, so that a leap day is the last of its year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * DAYS_PER_ERA + year * 365 + year / 4 - year / 100 + day_of_year - DAYS_TO_EPOCH
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_TO_EPOCH;
    let (era, day) = (days.div_euclid(DAYS_PER_ERA), days.rem_euclid(DAYS_PER_ERA));
    let year = (day - day / 1_460 + day / 36_524 - day / (DAYS_PER_ERA - 1)) / 365;
    let day_of_year = day - (year * 365 + year / 4 - year / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year + i64::from(month <= 2);
    (year, month, day_of_year - (153 * march_month + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Datelike, SecondsFormat, TimeDelta, TimeZone, Utc};
    use proptest::prelude::*;

    use super::*;

    fn chrono_iso(milliseconds: i64) -> String {
        let date = DateTime::from_timestamp_millis(milliseconds).unwrap();
        match date.year() {
            0..=9999 => date.to_rfc3339_opts(SecondsFormat::Millis, true),
            year => format!("{year:+07}{}", date.format("-%m-%dT%H:%M:%S%.3fZ")),
        }
    }

    #[test]
    fn writes_what_javascript_writes() {
        // `new Date(…).toISOString()` in Node.
        for (milliseconds, iso) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (1_732_185_600_123, "2024-11-21T10:40:00.123Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (253_402_300_800_000, "+010000-01-01T00:00:00.000Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            (-62_167_219_200_001, "-000001-12-31T23:59:59.999Z"),
            (MAX_MILLISECONDS, "+275760-09-13T00:00:00.000Z"),
            (-MAX_MILLISECONDS, "-271821-04-20T00:00:00.000Z"),
        ] {
            assert_eq!(to_iso(milliseconds), iso);
            assert_eq!(from_iso(iso), Some(milliseconds));
            assert_eq!(parse_any(iso), Some(milliseconds));
        }
    }

    #[test]
    fn agrees_with_chrono_on_every_day_of_two_eras() {
        let first = Utc.with_ymd_and_hms(1600, 1, 1, 0, 0, 0).unwrap();
        for day in 0..2 * DAYS_PER_ERA {
            let milliseconds = (first + TimeDelta::days(day)).timestamp_millis();
            let iso = chrono_iso(milliseconds);
            assert_eq!(to_iso(milliseconds), iso);
            assert_eq!(from_iso(&iso), Some(milliseconds));
        }
    }

    #[test]
    fn knows_every_year_that_javascript_has() {
        for year in -271_820..=275_759 {
            for (month, day) in [(1, 1), (2, 28), (3, 1), (12, 31)] {
                let days = days_from_civil(year, month, day);
                assert_eq!(civil_from_days(days), (year, month, day));
            }
            let leap_days = days_from_civil(year, 3, 1) - days_from_civil(year, 2, 28) - 1;
            assert_eq!(leap_days, days_in_month(year, 2) - 28);
            assert_eq!(days_from_civil(year + 1, 1, 1) - days_from_civil(year, 12, 31), 1);
        }
    }

    #[test]
    fn other_forms_are_no_canonical_dates() {
        for text in [
            "",
            "2024-11-21",
            "2024-11-21T10:40:00Z",
            "2024-11-21T10:40:00.1Z",
            "2024-11-21T10:40:00.1234Z",
            "2024-11-21T10:40:00.123z",
            "2024-11-21t10:40:00.123Z",
            "2024-11-21T10:40:00.123",
            "2024-11-21T10:40:00.123+00:00",
            "2024-11-21T10:40:00.123Z ",
            " 2024-11-21T10:40:00.123Z",
            "2024-11-31T10:40:00.123Z",
            "2023-02-29T10:40:00.123Z",
            "2024-00-21T10:40:00.123Z",
            "2024-13-21T10:40:00.123Z",
            "2024-11-00T10:40:00.123Z",
            "2024-11-21T24:00:00.000Z",
            "2024-11-21T10:60:00.123Z",
            "2024-11-21T10:40:60.123Z",
            "+002024-11-21T10:40:00.123Z",
            "-000000-01-01T00:00:00.000Z",
            "12024-11-21T10:40:00.123Z",
            "+275760-09-13T00:00:00.001Z",
            "-271821-04-19T23:59:59.999Z",
            "２024-11-21T10:40:00.123Z",
        ] {
            assert_eq!(from_iso(text), None, "{text}");
        }
    }

    #[test]
    fn reads_what_others_write() {
        for (text, milliseconds) in [
            ("2024-11-21", 1_732_147_200_000),
            ("2024-11-21T10:40Z", 1_732_185_600_000),
            ("2024-11-21T10:40:00Z", 1_732_185_600_000),
            ("2024-11-21 10:40:00z", 1_732_185_600_000),
            ("2024-11-21T10:40:00", 1_732_185_600_000),
            ("2024-11-21T12:40:00+02:00", 1_732_185_600_000),
            ("2024-11-21T05:10:00-0530", 1_732_185_600_000),
            ("2024-11-21T12:40:00+02", 1_732_185_600_000),
            ("2024-11-21T10:40:00.5Z", 1_732_185_600_500),
            ("2024-11-21T10:40:00.123456789+00:00", 1_732_185_600_123),
            ("1969-12-31T23:59:59.9999Z", -1),
        ] {
            assert_eq!(parse_any(text), Some(milliseconds), "{text}");
        }
        for text in ["", "soon", "2024-11", "2024-11-21T", "2024-11-21T10", "2024-11-21T10:40:00.Z"] {
            assert_eq!(parse_any(text), None, "{text}");
        }
        for text in
            ["2024-11-21T10:40:00+", "2024-11-21T10:40:00+02:", "2024-11-21T10:40:00+0", "2024-11-21x"]
        {
            assert_eq!(parse_any(text), None, "{text}");
        }
    }

    #[test]
    fn time_to_live_is_in_whole_seconds() {
        assert_eq!(ttl_seconds(1_732_185_600_999), 1_732_185_600);
        assert_eq!(ttl_seconds(-1), -1);
        assert_eq!(from_ttl_seconds("1732185600"), Some(1_732_185_600_000));
        assert_eq!(from_ttl_seconds("1732185600.123"), Some(1_732_185_600_123));
        assert_eq!(from_ttl_seconds("-0.5"), Some(-500));
        assert_eq!(from_ttl_seconds("8640000000000"), Some(MAX_MILLISECONDS));
        for text in ["8640000000001", "-1e125", "NaN", "inf", "", "soon"] {
            assert_eq!(from_ttl_seconds(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_date_comes_back(milliseconds in -MAX_MILLISECONDS..=MAX_MILLISECONDS) {
            let iso = to_iso(milliseconds);
            prop_assert_eq!(from_iso(&iso), Some(milliseconds));
            prop_assert_eq!(parse_any(&iso), Some(milliseconds));
        }

        #[test]
        fn agrees_with_chrono(milliseconds in -8_000_000_000_000_000i64..8_000_000_000_000_000) {
            prop_assert_eq!(to_iso(milliseconds), chrono_iso(milliseconds));
        }

        #[test]
        fn offsets_agree_with_chrono(seconds in -62_000_000_000i64..250_000_000_000, offset in -86_399i32..86_400) {
            let offset = chrono::FixedOffset::east_opt(offset / 60 * 60).unwrap();
            let text = DateTime::from_timestamp(seconds, 0).unwrap().with_timezone(&offset).to_rfc3339();
            prop_assert_eq!(parse_any(&text), Some(seconds * 1000), "{}", text);
        }

        #[test]
        fn what_reads_as_a_date_is_what_would_be_written(text in "[+-]?[0-9]{4,6}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]\\.[0-9]{3}Z") {
            match from_iso(&text) {
                Some(milliseconds) => prop_assert_eq!(to_iso(milliseconds), text),
                None => prop_assert!(chrono_canonical(&text).is_none(), "{}", text),
            }
        }

        #[test]
        fn milliseconds_survive_fractional_seconds(milliseconds in -8_640_000_000_000i64..8_640_000_000_000) {
            // What JavaScript's `getTime() / 1000` prints.
            let seconds = (milliseconds as f64 / 1000.0).to_string();
            prop_assert_eq!(from_ttl_seconds(&seconds), Some(milliseconds));
        }

        #[test]
        fn no_text_is_too_odd(text in ".*") {
            let _ = (from_iso(&text), parse_any(&text), from_ttl_seconds(&text));
        }
    }

    /// Canonical as chrono sees it, for years of four digits.
    fn chrono_canonical(text: &str) -> Option<i64> {
        let date = DateTime::parse_from_rfc3339(text).ok()?;
        let milliseconds = date.timestamp_millis();
        (chrono_iso(milliseconds) == text).then_some(milliseconds)
    }
}
