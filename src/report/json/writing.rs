//! RFC 8259 as reports are written: on one line, or in lines with two spaces of indentation, octet by octet what `serde_json` writes
//!
//! Most of a report are names, clauses and digests. That library asks of every octet of them by itself whether it is to be escaped, which is more
//! than half of what writing costs; here eight are asked at once. It also begins each line of a deep derivation by twenty writes of two octets.

use std::fmt::{self, Display, Write as _};

use serde::Serialize;
use serde::ser::{self, Impossible};

/// `value` on one line, without its end.
///
/// # Errors
/// [`Refused`], as of [`lines`].
pub(crate) fn line(value: &impl Serialize) -> Result<String, Refused> {
    written(value, None)
}

/// `value` in lines, without the end of the last one.
///
/// # Errors
/// [`Refused`] for what no report has: keys that are no text, octets, variants with values.
pub(super) fn lines(value: &impl Serialize) -> Result<String, Refused> {
    written(value, Some(0))
}

fn written(value: &impl Serialize, depth: Option<usize>) -> Result<String, Refused> {
    let mut writer = Writer { text: String::with_capacity(FIRST_OCTETS), depth };
    value.serialize(&mut writer)?;
    Ok(writer.text)
}

/// A policy has fewer, a report many more.
const FIRST_OCTETS: usize = 1 << 13;

/// What cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(String);

impl ser::Error for Refused {
    fn custom<T: Display>(what: T) -> Self {
        Self(what.to_string())
    }
}

fn refused<T>(what: &str) -> Result<T, Refused> {
    Err(Refused(format!("{what} in a report")))
}

struct Writer {
    text: String,
    /// How many containers are open; `None` where all stands on one line.
    depth: Option<usize>,
}

/// The end of a line, and the indentation of the deepest that is written at once.
const LINE: &str =
    "\n                                                                                                                                ";

impl Writer {
    fn next_line(&mut self) {
        let Some(depth) = self.depth else { return };
        let mut octets = depth.saturating_mul(2).saturating_add(1);
        let first = octets.min(LINE.len());
        self.text.push_str(LINE.get(..first).unwrap_or(LINE));
        octets -= first;
        if octets > 0 {
            self.text.extend(std::iter::repeat_n(' ', octets));
        }
    }

    fn begin(&mut self, bracket: char, closing: char) -> Container<'_> {
        self.text.push(bracket);
        self.depth = self.depth.map(|depth| depth.saturating_add(1));
        Container { writer: self, closing, is_empty: true }
    }

    fn string(&mut self, text: &str) {
        self.text.reserve(text.len().saturating_add(2));
        self.text.push('"');
        if any_escaped(text.as_bytes()) {
            self.escaped(text);
        } else {
            self.text.push_str(text);
        }
        self.text.push('"');
    }

    /// `text`, as it stands between quotation marks (RFC 8259 §7).
    fn escaped(&mut self, text: &str) {
        let mut rest = text;
        while let Some((before, octet, after)) = next_escaped(rest) {
            self.text.push_str(before);
            match octet {
                b'"' => self.text.push_str("\\\""),
                b'\\' => self.text.push_str("\\\\"),
                8 => self.text.push_str("\\b"),
                b'\t' => self.text.push_str("\\t"),
                b'\n' => self.text.push_str("\\n"),
                12 => self.text.push_str("\\f"),
                b'\r' => self.text.push_str("\\r"),
                octet => self.displayed(format_args!("\\u{octet:04x}")),
            }
            rest = after;
        }
        self.text.push_str(rest);
    }

    fn displayed(&mut self, value: impl Display) {
        // Writing to memory cannot fail.
        let _ = write!(self.text, "{value}");
    }
}

/// What stands before the first octet to be escaped, that octet, and what stands behind it.
fn next_escaped(text: &str) -> Option<(&str, u8, &str)> {
    if !any_escaped(text.as_bytes()) {
        return None;
    }
    // All of them are characters of one octet.
    let at = text.bytes().position(is_escaped)?;
    Some((text.get(..at)?, *text.as_bytes().get(at)?, text.get(at + 1..)?))
}

#[inline]
fn is_escaped(octet: u8) -> bool {
    octet < b' ' || octet == b'"' || octet == b'\\'
}

/// [`is_escaped`] of any of them.
fn any_escaped(octets: &[u8]) -> bool {
    match octets.last_chunk() {
        // The last eight overlap those before them.
        Some(last) => octets.as_chunks().0.iter().any(|eight| of_eight(*eight)) || of_eight(*last),
        None => octets.iter().any(|octet| is_escaped(*octet)),
    }
}

/// An octet below `n` is one that borrows when `n` is taken from it and that has not its highest bit set. With the bit of two turned over, a
/// quotation mark is the first octet behind those below a space.
#[inline]
fn of_eight(octets: [u8; 8]) -> bool {
    const EACH: u64 = u64::from_le_bytes([1; 8]);
    let octets = u64::from_le_bytes(octets);
    let control_or_quotation_mark = (octets ^ (EACH * 2)).wrapping_sub(EACH * 0x21);
    let backslash = (octets ^ (EACH * 0x5c)).wrapping_sub(EACH);
    (control_or_quotation_mark | backslash) & !octets & (EACH << 7) != 0
}

/// Writes what is handed to it into a text.
struct Escaping<'w>(&'w mut Writer);

impl fmt::Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.escaped(text);
        Ok(())
    }
}

/// An array or object that is not closed yet.
struct Container<'w> {
    writer: &'w mut Writer,
    closing: char,
    is_empty: bool,
}

impl Container<'_> {
    fn next(&mut self) {
        if !self.is_empty {
            self.writer.text.push(',');
        }
        self.is_empty = false;
        self.writer.next_line();
    }

    fn value(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Refused> {
        self.writer.text.push_str(if self.writer.depth.is_some() { ": " } else { ":" });
        value.serialize(&mut *self.writer)
    }

    fn close(self) {
        self.writer.depth = self.writer.depth.map(|depth| depth.saturating_sub(1));
        if !self.is_empty {
            self.writer.next_line();
        }
        self.writer.text.push(self.closing);
    }
}

impl<'w> ser::Serializer for &'w mut Writer {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Container<'w>;
    type SerializeTuple = Container<'w>;
    type SerializeTupleStruct = Container<'w>;
    type SerializeTupleVariant = Impossible<(), Refused>;
    type SerializeMap = Container<'w>;
    type SerializeStruct = Container<'w>;
    type SerializeStructVariant = Impossible<(), Refused>;

    fn serialize_bool(self, value: bool) -> Result<(), Refused> {
        self.text.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), Refused> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Refused> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Refused> {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Refused> {
        self.displayed(value);
        Ok(())
    }

    fn serialize_u8(self, value: u8) -> Result<(), Refused> {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Refused> {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Refused> {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Refused> {
        self.displayed(value);
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Refused> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Refused> {
        // Shares are few; the digits are those of the library.
        self.text.push_str(&serde_json::to_string(&value).map_err(ser::Error::custom)?);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Refused> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Refused> {
        self.string(value);
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Refused> {
        refused("octets")
    }

    fn serialize_none(self) -> Result<(), Refused> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refused> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Refused> {
        self.text.push_str("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Refused> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Refused> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Refused> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &'static str, _: u32, _: &'static str, _: &T) -> Result<(), Refused> {
        refused("a variant with a value")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Container<'w>, Refused> {
        Ok(self.begin('[', ']'))
    }

    fn serialize_tuple(self, _: usize) -> Result<Container<'w>, Refused> {
        Ok(self.begin('[', ']'))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Container<'w>, Refused> {
        Ok(self.begin('[', ']'))
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Self::SerializeTupleVariant, Refused> {
        refused("a variant with values")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Container<'w>, Refused> {
        Ok(self.begin('{', '}'))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Container<'w>, Refused> {
        Ok(self.begin('{', '}'))
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Self::SerializeStructVariant, Refused> {
        refused("a variant with members")
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Refused> {
        self.text.push('"');
        // Writing to memory cannot fail.
        let _ = write!(Escaping(self), "{value}");
        self.text.push('"');
        Ok(())
    }
}

/// The elements of an array, however the type calls them.
macro_rules! elements {
    ($($container:ident $element:ident),+) => {
        $(impl ser::$container for Container<'_> {
            type Ok = ();
            type Error = Refused;

            fn $element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
                self.next();
                value.serialize(&mut *self.writer)
            }

            fn end(self) -> Result<(), Refused> {
                self.close();
                Ok(())
            }
        })+
    };
}

elements!(SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field);

impl ser::SerializeMap for Container<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refused> {
        self.next();
        let at = self.writer.text.len();
        key.serialize(&mut *self.writer)?;
        if self.writer.text.as_bytes().get(at) == Some(&b'"') { Ok(()) } else { refused("a key that is no text") }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        self.value(value)
    }

    fn end(self) -> Result<(), Refused> {
        self.close();
        Ok(())
    }
}

impl ser::SerializeStruct for Container<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refused> {
        self.next();
        // The names of fields have nothing to be escaped.
        debug_assert!(!any_escaped(name.as_bytes()), "{name}");
        self.writer.text.push('"');
        self.writer.text.push_str(name);
        self.writer.text.push('"');
        self.value(value)
    }

    fn end(self) -> Result<(), Refused> {
        self.close();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn it_is_what_the_library_writes() {
        let deep = (0..100).fold(json!(1), |inner, _| json!({ "a": [inner, "\u{1}é\"", -2, null, true], "b": {}, "c": [] }));
        for value in [
            json!([]),
            json!({}),
            json!([[], {}]),
            json!("text"),
            json!([0.5, 1.0, 1e300]),
            json!(u64::MAX),
            json!(i64::MIN),
            Value::Null,
            deep,
        ] {
            assert_eq!(lines(&value).unwrap(), serde_json::to_string_pretty(&value).unwrap());
            assert_eq!(line(&value).unwrap(), serde_json::to_string(&value).unwrap());
        }
    }

    #[test]
    fn every_character_at_every_place_is_escaped_as_the_library_does_it() {
        let characters = ('\0'..'\u{180}').chain(['\u{2028}', 'ế', '\u{ffff}', '\u{10000}', '𝔎']);
        for character in characters {
            for before in 0..40 {
                let text = format!("{}{character}{}", "x".repeat(before), "é\u{7f}y\u{ff}".repeat(before % 5));
                assert_eq!(line(&text).unwrap(), serde_json::to_string(&text).unwrap());
                assert_eq!(line(&format!("{text}{text}")).unwrap(), serde_json::to_string(&format!("{text}{text}")).unwrap());
            }
        }
    }

    /// Written by what displays it, and as a member of each kind of container.
    #[test]
    fn whatever_a_type_calls_itself() {
        struct Shown;
        impl Serialize for Shown {
            fn serialize<S: ser::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&format_args!("a\"{}", '\n'))
            }
        }
        #[derive(Serialize)]
        struct Pair(u8, char);
        #[derive(Serialize)]
        enum Word {
            One,
        }
        let value = (Shown, Pair(1, '"'), Some(Word::One), None::<u8>, (), [true; 2], BTreeMap::from([("k", -1i8)]));
        assert_eq!(line(&value).unwrap(), serde_json::to_string(&value).unwrap());
        assert_eq!(lines(&value).unwrap(), serde_json::to_string_pretty(&value).unwrap());
    }

    #[test]
    fn what_no_report_has_is_refused() {
        #[derive(Serialize)]
        enum Other {
            Value(u8),
            Values(u8, u8),
            Members { a: u8 },
        }
        assert!(line(&BTreeMap::from([(1, 2)])).is_err());
        assert!(line(&Other::Value(1)).is_err() && line(&Other::Values(1, 2)).is_err() && line(&Other::Members { a: 1 }).is_err());
    }
}
