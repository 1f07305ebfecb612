//! Dates: ISO 8601 ⇄ milliseconds since the epoch ⇄ the whole seconds of TTL, and nothing else.

/// JavaScript's `Date.prototype.toISOString`: milliseconds, UTC, and the expanded years (`+012345-…`) beyond 9999.
pub fn to_iso(milliseconds: i64) -> String {
    let _ = milliseconds;
    todo!()
}

/// The milliseconds of a text in exactly the form that [`to_iso`] writes; `None` for everything else.
pub fn from_iso(text: &str) -> Option<i64> {
    let _ = text;
    todo!()
}

/// The milliseconds of any ISO 8601 date-time that others may have written (with an offset, without milliseconds).
pub fn parse_any(text: &str) -> Option<i64> {
    let _ = text;
    todo!()
}
