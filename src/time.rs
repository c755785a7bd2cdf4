//! Points in time and the five syntaxes in which files give them. There is no `now()`: the caller brings the time.

use std::cmp::Ordering;
use std::fmt;

use crate::error::Malformed;

/// A point in time, UTC. Fractions of a second are kept as received: `.5` and `.500` are equal, and print as they came.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    seconds: i64,
    nanoseconds: u32,
    /// Digits of the fraction as received, at most nine.
    digits: u8,
}

/// The years that every syntax here can express.
const YEARS: std::ops::RangeInclusive<i64> = 0..=9999;

impl Time {
    /// Seconds since 1970-01-01T00:00:00Z, without leap seconds. Values outside the years 0 to 9999 are moved to the nearest of them.
    pub fn from_unix(seconds: i64) -> Self {
        Self { seconds: seconds.clamp(-62_167_219_200, 253_402_300_799), nanoseconds: 0, digits: 0 }
    }

    /// Whole seconds since 1970-01-01T00:00:00Z.
    pub fn unix(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds after [`Self::unix`].
    pub fn nanoseconds(self) -> u32 {
        self.nanoseconds
    }

    /// Whole microseconds from `earlier` to this time; 0 when that is not earlier.
    pub fn microseconds_since(self, earlier: Self) -> u64 {
        let of = |time: Self| i128::from(time.seconds) * 1_000_000 + i128::from(time.nanoseconds / 1_000);
        u64::try_from(of(self) - of(earlier)).unwrap_or(0)
    }

    /// This time and `seconds` more (fewer, when negative).
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self { seconds: Self::from_unix(self.seconds.saturating_add(seconds)).seconds, ..self }
    }

    /// Year, month, day, hour, minute, second, UTC.
    pub fn civil(self) -> (i64, u8, u8, u8, u8, u8) {
        let (days, rest) = (self.seconds.div_euclid(86_400), self.seconds.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        let part = |value: i64| u8::try_from(value).unwrap_or(0);
        (year, part(month), part(day), part(rest / 3600), part(rest / 60 % 60), part(rest % 60))
    }

    /// A date and time of the proleptic Gregorian calendar, at an offset of so many minutes east of UTC.
    /// `None` when the date does not exist; second 60 counts as the first of the next minute.
    pub fn from_civil(year: i64, month: i64, day: i64, hour: i64, minute: i64, second: i64, offset_minutes: i64) -> Option<Self> {
        let valid = YEARS.contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && (0..=23).contains(&hour)
            && (0..=59).contains(&minute)
            && (0..=60).contains(&second)
            && (-24 * 60..=24 * 60).contains(&offset_minutes);
        valid
            .then(|| Self::from_unix(days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset_minutes * 60))
    }

    /// `UTCTime` (X.680 §47) as RFC 5280 §4.1.2.5.1 uses it: `YYMMDDHHMM[SS](Z|+hhmm)`, years 1950 to 2049.
    ///
    /// # Errors
    /// [`Malformed`] with the offset in `text`.
    pub fn from_utc_time(text: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader { text, at: 0, format: "UTCTime" };
        let year = reader.number(2)?;
        let year = if year < 50 { 2000 + year } else { 1900 + year };
        reader.month_to_zone(year, true)
    }

    /// `GeneralizedTime` (X.680 §46): `YYYYMMDDHHMM[SS[.f+]](Z|+hhmm)`. Fractions are read, as real timestamps have them (RFC 3161 §2.4.2).
    ///
    /// # Errors
    /// [`Malformed`] with the offset in `text`.
    pub fn from_generalized_time(text: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader { text, at: 0, format: "GeneralizedTime" };
        let year = reader.number(4)?;
        reader.month_to_zone(year, false)
    }

    /// RFC 3339 §5.6: `2026-11-22T02:40:18.25+07:00`.
    ///
    /// # Errors
    /// [`Malformed`] with the offset in `text`.
    pub fn from_rfc3339(text: &str) -> Result<Self, Malformed> {
        let mut reader = Reader { text: text.as_bytes(), at: 0, format: "RFC 3339" };
        let year = reader.number(4)?;
        reader.expect(b"-")?;
        let month = reader.number(2)?;
        reader.expect(b"-")?;
        let day = reader.number(2)?;
        reader.expect(b"Tt ")?;
        let hour = reader.number(2)?;
        reader.expect(b":")?;
        let minute = reader.number(2)?;
        reader.expect(b":")?;
        let second = reader.number(2)?;
        let fraction = reader.fraction()?;
        let offset = match reader.next() {
            Some(b'Z' | b'z') => 0,
            Some(sign @ (b'+' | b'-')) => {
                let hours = reader.number(2)?;
                reader.expect(b":")?;
                reader.offset(sign, hours)?
            }
            _ => return Err(reader.malformed("no offset from UTC")),
        };
        reader.finish([year, month, day, hour, minute, second], fraction, offset)
    }

    /// A PDF date (ISO 32000-2 §7.9.4): `D:YYYY[MM[DD[HH[mm[SS]]]]][Z|+hh['mm[']]]`. Without an offset it is read as UTC.
    ///
    /// # Errors
    /// [`Malformed`] with the offset in `text`.
    pub fn from_pdf_date(text: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader { text, at: 0, format: "PDF date" };
        if text.starts_with(b"D:") {
            reader.at = 2;
        }
        let year = reader.number(4)?;
        let mut parts = [year, 1, 1, 0, 0, 0];
        for part in parts.iter_mut().skip(1) {
            if !reader.peek().is_some_and(|octet| octet.is_ascii_digit()) {
                break;
            }
            *part = reader.number(2)?;
        }
        let offset = match reader.next() {
            None => 0,
            Some(b'Z') => {
                // `Z00'00'` is what several writers put.
                reader.at = text.len();
                0
            }
            Some(sign @ (b'+' | b'-')) => {
                let hours = reader.number(2)?;
                reader.skip(b'\'');
                let minutes_follow = reader.peek().is_some();
                let offset = if minutes_follow { reader.offset(sign, hours)? } else { signed(sign, hours * 60) };
                reader.skip(b'\'');
                offset
            }
            Some(_) => return Err(reader.malformed("not an offset from UTC")),
        };
        reader.finish(parts, (0, 0), offset)
    }

    /// `GeneralizedTime` in DER (X.690 §11.7).
    pub fn to_generalized_time(self) -> String {
        let (year, month, day, hour, minute, second) = self.civil();
        let fraction = self.fraction();
        let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
        format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}{fraction}Z")
    }

    /// A PDF date at an offset of so many minutes east of UTC: `D:20261122094018+07'00'`.
    pub fn to_pdf_date(self, offset_minutes: i32) -> String {
        let (year, month, day, hour, minute, second) = self.plus_seconds(i64::from(offset_minutes) * 60).civil();
        let sign = if offset_minutes < 0 { '-' } else { '+' };
        let (hours, minutes) = (offset_minutes.unsigned_abs() / 60, offset_minutes.unsigned_abs() % 60);
        format!("D:{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}{sign}{hours:02}'{minutes:02}'")
    }

    fn fraction(self) -> String {
        match usize::from(self.digits) {
            0 => String::new(),
            digits => format!(".{:09}", self.nanoseconds).chars().take(digits + 1).collect(),
        }
    }
}

/// RFC 3339, UTC, with the fraction as received.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day, hour, minute, second) = self.civil();
        // Times stand in every other step of a report.
        let two = |number: u8| [b'0'.wrapping_add(number / 10), b'0'.wrapping_add(number % 10)];
        let hundreds = |number: i64| u8::try_from(number % 100).map_or([b'0'; 2], two);
        let ([y1, y2], [y3, y4]) = (hundreds(year / 100), hundreds(year));
        let ([m1, m2], [d1, d2], [h1, h2], [n1, n2], [s1, s2]) = (two(month), two(day), two(hour), two(minute), two(second));
        let text = [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2];
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())?;
        if self.digits > 0 {
            f.write_str(&self.fraction())?;
        }
        f.write_str("Z")
    }
}

impl PartialEq for Time {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Time {}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.seconds, self.nanoseconds).cmp(&(other.seconds, other.nanoseconds))
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    format: &'static str,
}

impl Reader<'_> {
    fn malformed(&self, what: &'static str) -> Malformed {
        Malformed::new(self.format, what, self.at.saturating_sub(1))
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let octet = self.peek();
        self.at += 1;
        octet
    }

    fn skip(&mut self, octet: u8) {
        if self.peek() == Some(octet) {
            self.at += 1;
        }
    }

    fn expect(&mut self, one_of: &[u8]) -> Result<(), Malformed> {
        match self.next() {
            Some(octet) if one_of.contains(&octet) => Ok(()),
            _ => Err(self.malformed("unexpected character")),
        }
    }

    fn number(&mut self, digits: usize) -> Result<i64, Malformed> {
        let mut value = 0;
        for _ in 0..digits {
            match self.next() {
                Some(octet @ b'0'..=b'9') => value = value * 10 + i64::from(octet - b'0'),
                _ => return Err(self.malformed("digit expected")),
            }
        }
        Ok(value)
    }

    /// A fraction after a point or comma: nanoseconds (further digits are dropped) and how many digits are kept.
    fn fraction(&mut self) -> Result<(u32, u8), Malformed> {
        if !matches!(self.peek(), Some(b'.' | b',')) {
            return Ok((0, 0));
        }
        self.at += 1;
        let (mut nanoseconds, mut digits, mut scale) = (0, 0, 100_000_000);
        while let Some(octet @ b'0'..=b'9') = self.peek() {
            self.at += 1;
            if digits < 9 {
                nanoseconds += u32::from(octet - b'0') * scale;
                scale /= 10;
                digits += 1;
            }
        }
        if digits == 0 { Err(self.malformed("empty fraction of a second")) } else { Ok((nanoseconds, digits)) }
    }

    fn offset(&mut self, sign: u8, hours: i64) -> Result<i64, Malformed> {
        let minutes = self.number(2)?;
        if hours > 23 || minutes > 59 {
            return Err(self.malformed("offset from UTC out of range"));
        }
        Ok(signed(sign, hours * 60 + minutes))
    }

    /// `MMDDHHMM[SS[.f+]](Z|+hhmm)`, common to the two ASN.1 types.
    fn month_to_zone(&mut self, year: i64, utc_time: bool) -> Result<Time, Malformed> {
        let (month, day, hour, minute) = (self.number(2)?, self.number(2)?, self.number(2)?, self.number(2)?);
        let second = if self.peek().is_some_and(|octet| octet.is_ascii_digit()) { self.number(2)? } else { 0 };
        let fraction = if utc_time { (0, 0) } else { self.fraction()? };
        let offset = match self.next() {
            Some(b'Z') => 0,
            Some(sign @ (b'+' | b'-')) => {
                let hours = self.number(2)?;
                self.offset(sign, hours)?
            }
            // Local time says nothing to anybody else (RFC 5280 §4.1.2.5.2 demands Z).
            _ => return Err(self.malformed("no offset from UTC")),
        };
        self.finish([year, month, day, hour, minute, second], fraction, offset)
    }

    fn finish(&self, [year, month, day, hour, minute, second]: [i64; 6], fraction: (u32, u8), offset: i64) -> Result<Time, Malformed> {
        if self.at < self.text.len() {
            return Err(Malformed::new(self.format, "characters after the end", self.at));
        }
        let time = Time::from_civil(year, month, day, hour, minute, second, offset)
            .ok_or_else(|| Malformed::new(self.format, "no such date or time", 0))?;
        Ok(Time { nanoseconds: fraction.0, digits: fraction.1, ..time })
    }
}

fn signed(sign: u8, minutes: i64) -> i64 {
    if sign == b'-' { -minutes } else { minutes }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01; years are counted from March, so that the leap day is the last of its year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `date -u -d @N` of GNU coreutils gave the right-hand sides.
    #[test]
    fn unix_seconds_print_as_rfc_3339() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(Time::from_unix(seconds).to_string(), text);
            assert_eq!(Time::from_rfc3339(text).unwrap().unix(), seconds);
        }
    }

    #[test]
    fn the_five_syntaxes_agree() {
        let expected = Time::from_rfc3339("2026-11-22T02:40:18Z").unwrap();
        assert_eq!(Time::from_rfc3339("2026-11-22T09:40:18+07:00").unwrap(), expected);
        assert_eq!(Time::from_utc_time(b"261122024018Z").unwrap(), expected);
        assert_eq!(Time::from_generalized_time(b"20261122024018Z").unwrap(), expected);
        assert_eq!(Time::from_pdf_date(b"D:20261122094018+07'00'").unwrap(), expected);
        assert_eq!(Time::from_pdf_date(b"D:20261122094018+07'00").unwrap(), expected);
        assert_eq!(Time::from_unix(1_795_315_218), expected);
        assert_eq!(expected.to_pdf_date(420), "D:20261122094018+07'00'");
        assert_eq!(expected.to_generalized_time(), "20261122024018Z");
    }

    #[test]
    fn fractions_are_kept_as_received_and_compared_by_value() {
        let time = Time::from_generalized_time(b"20161210162406.250Z").unwrap();
        assert_eq!(time.to_string(), "2016-12-10T16:24:06.250Z");
        assert_eq!(time, Time::from_rfc3339("2016-12-10T16:24:06.25Z").unwrap());
        assert!(time > Time::from_rfc3339("2016-12-10T16:24:06Z").unwrap());
        assert_eq!(time.to_generalized_time(), "20161210162406.25Z");
    }

    #[test]
    fn utc_time_has_the_years_1950_to_2049() {
        assert_eq!(Time::from_utc_time(b"491231235959Z").unwrap().civil().0, 2049);
        assert_eq!(Time::from_utc_time(b"500101000000Z").unwrap().civil().0, 1950);
    }

    #[test]
    fn what_is_no_time_is_malformed() {
        for text in
            [&b"20260230000000Z"[..], b"20261122024018", b"2026112202401Z", b"20261122024018.Z", b"20261122024018Zx", b"20261322024018Z"]
        {
            assert!(Time::from_generalized_time(text).is_err(), "{}", String::from_utf8_lossy(text));
        }
        assert!(Time::from_rfc3339("2026-11-22").is_err());
        assert!(Time::from_pdf_date(b"").is_err());
        assert_eq!(Time::from_pdf_date(b"D:2026").unwrap().to_string(), "2026-01-01T00:00:00Z");
    }
}
