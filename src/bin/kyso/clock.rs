//! The clock, read here and never by the library

use std::time::SystemTime;

use kyso::Time;

use crate::exit::Failure;

/// A time of RFC 3339, as arguments give it.
pub fn parse(text: &str) -> Result<Time, String> {
    Time::from_rfc3339(text).map_err(|malformed| format!("{malformed}; write 2026-11-22T09:40:00+07:00"))
}

/// The time given, or the clock's, to the second.
pub fn time(given: Option<Time>) -> Result<Time, Failure> {
    let told = || {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_secs()).ok().map(Time::from_unix)
    };
    given.or_else(told).ok_or_else(|| Failure::usage("the clock is set before 1970; give a time with --at"))
}
