//! JSON with two spaces of indentation, as [`serde_json::to_string_pretty`] writes it: derivations are deep, and there each line would be
//! begun by twenty writes of two octets

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// `value` in lines, without one behind the last.
///
/// # Errors
/// What the serialisation of `value` refuses.
pub(super) fn to_string(value: &impl Serialize) -> serde_json::Result<String> {
    let mut octets = Vec::with_capacity(FIRST_OCTETS);
    value.serialize(&mut Serializer::with_formatter(&mut octets, Indented::default()))?;
    String::from_utf8(octets).map_err(serde::ser::Error::custom)
}

/// Most reports have more.
const FIRST_OCTETS: usize = 1 << 16;

/// The end of a line, and the indentation of the deepest that is written at once.
const LINE: [u8; 130] = {
    let mut line = [b' '; 130];
    line[0] = b',';
    line[1] = b'\n';
    line
};

#[derive(Default)]
struct Indented {
    depth: usize,
    has_value: bool,
}

impl Indented {
    fn next_line<W: Write + ?Sized>(&self, writer: &mut W, is_after_another: bool) -> io::Result<()> {
        let indentation = self.depth.saturating_mul(2);
        let written = indentation.min(LINE.len() - 2);
        writer.write_all(LINE.get(usize::from(!is_after_another)..written + 2).unwrap_or_default())?;
        for _ in written..indentation {
            writer.write_all(b" ")?;
        }
        Ok(())
    }

    fn begin<W: Write + ?Sized>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth = self.depth.saturating_add(1);
        self.has_value = false;
        writer.write_all(bracket)
    }

    fn end<W: Write + ?Sized>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth = self.depth.saturating_sub(1);
        if self.has_value {
            self.next_line(writer, false)?;
        }
        writer.write_all(bracket)
    }
}

impl Formatter for Indented {
    fn begin_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"[")
    }

    fn end_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"]")
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.next_line(writer, !first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, _writer: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"{")
    }

    fn end_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"}")
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.next_line(writer, !first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, _writer: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    #[test]
    fn it_is_what_the_library_writes() {
        let deep = (0..100).fold(json!(1), |inner, _| json!({ "a": [inner, "\u{1}é\"", -2, null, 1.5], "b": {}, "c": [] }));
        for value in [json!([]), json!({}), json!([[], {}]), json!("text"), Value::Null, deep] {
            assert_eq!(super::to_string(&value).unwrap(), serde_json::to_string_pretty(&value).unwrap());
        }
    }
}
