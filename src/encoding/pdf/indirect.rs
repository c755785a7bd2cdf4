//! ISO 32000-2 §7.3.10 — Indirect objects: `N G obj` through `endobj`, and §7.3.8.1 — the extent of a stream

use std::ops::Range;
use std::sync::Arc;

use super::finding::Problem;
use super::lexer::{Lexer, is_white};
use super::object::{Object, Reference, Stream};
use super::parser::{self, Bounds, Decipher, Notes};
use super::scan;

/// `N G obj`
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Header {
    pub(super) reference: Reference,
    /// Where N begins.
    pub(super) at: usize,
    /// Behind `obj`.
    pub(super) body: usize,
}

/// The header at `at`, white space before it skipped; a comment there is none of the tolerances.
pub(super) fn header(octets: &[u8], at: usize) -> Option<Header> {
    // Many entries may point here: what is looked at is bounded.
    let window = octets.get(..octets.len().min(at.saturating_add(MOST_HEADER)))?;
    let mut lexer = Lexer::new(window, at);
    lexer.skip_white();
    let at = lexer.at();
    let number = u32::try_from(lexer.digits()?).ok()?;
    space(&mut lexer)?;
    let generation = u16::try_from(lexer.digits()?).ok()?;
    space(&mut lexer)?;
    lexer.keyword(b"obj").then(|| Header { reference: Reference { number, generation }, at, body: lexer.at() })
}

/// The header that ends with the `obj` at `word`, if it begins at or behind `from`.
pub(super) fn header_before(octets: &[u8], from: usize, word: usize) -> Option<Header> {
    const MOST_HEADER: usize = 40;
    let earliest = from.max(word.saturating_sub(MOST_HEADER));
    let before = octets.get(earliest..word)?;
    let fields = before.iter().rposition(|octet| !octet.is_ascii_digit() && !is_white(*octet)).map_or(0, |at| at + 1);
    // The last two numbers before the word; what stands before them is something else.
    let text = before.get(fields..)?.trim_ascii_end();
    let generation = text.len() - text.iter().rev().take_while(|octet| octet.is_ascii_digit()).count();
    let text = text.get(..generation)?.trim_ascii_end();
    let number = text.len() - text.iter().rev().take_while(|octet| octet.is_ascii_digit()).count();
    header(octets, earliest + fields + number).filter(|header| header.body == word + 3)
}

/// White space before a header, and the header itself.
const MOST_HEADER: usize = 512;

fn space(lexer: &mut Lexer<'_>) -> Option<()> {
    let before = lexer.at();
    lexer.skip_white();
    (lexer.at() > before).then_some(())
}

/// An indirect object and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Indirect {
    pub(super) object: Object,
    /// `N G obj` through `endobj`.
    pub(super) octets: Range<usize>,
    /// The value; of a stream, its dictionary.
    pub(super) value: Range<usize>,
    pub(super) notes: Notes,
}

/// Gives the number that the value of `/Length` stands for.
pub(super) type Lengths<'l> = &'l dyn Fn(&Object) -> Result<usize, Problem>;

/// How objects are read from `octets`.
pub(super) struct Reading<'r> {
    pub(super) octets: &'r [u8],
    pub(super) bounds: Bounds,
    pub(super) decipher: Option<Decipher<'r>>,
    pub(super) lengths: Lengths<'r>,
}

impl Reading<'_> {
    /// Reads the object behind `header`. `cost` is how many octets were looked at, also for an error.
    pub(super) fn read(&self, header: Header, cost: &mut usize) -> Result<Indirect, Problem> {
        let mut lexer = Lexer::new(self.octets, header.body);
        let mut data = None;
        let read = self.body(&mut lexer, header, &mut data);
        *cost = lexer.at().saturating_sub(header.at).saturating_sub(data.map_or(0, |data: Range<usize>| data.len()));
        read
    }

    fn body(&self, lexer: &mut Lexer<'_>, header: Header, data: &mut Option<Range<usize>>) -> Result<Indirect, Problem> {
        let mut notes = Notes::default();
        lexer.skip_filler();
        let start = lexer.at();
        let object = parser::value(lexer, self.bounds, self.decipher, &mut notes)?;
        let value = start..lexer.at();
        lexer.skip_filler();
        let object = match object {
            Object::Dictionary(dictionary) if lexer.rest().starts_with(b"stream") => {
                if notes.duplicate_key.as_ref().is_some_and(|(key, _)| **key == *b"Length") {
                    return Err(Problem::new("stream_extent", "a stream with two `/Length`", start));
                }
                let octets = data.insert(self.data(lexer, dictionary.entry(b"Length"))?).clone();
                Object::Stream(Arc::new(Stream { dictionary: Arc::unwrap_or_clone(dictionary), octets, reference: header.reference }))
            }
            object => object,
        };
        object_end(lexer)?;
        Ok(Indirect { object, octets: header.at..lexer.at(), value, notes })
    }

    /// The data of the stream at whose `stream` the lexer stands; it is left behind `endstream`.
    fn data(&self, lexer: &mut Lexer<'_>, length: &Object) -> Result<Range<usize>, Problem> {
        let start = data_start(self.octets, lexer.at())?;
        let data = start..start.saturating_add((self.lengths)(length)?);
        lexer.move_to(data_end(self.octets, data.clone())?);
        Ok(data)
    }
}

/// Behind `endobj`, which follows white space and comments.
fn object_end(lexer: &mut Lexer<'_>) -> Result<(), Problem> {
    lexer.skip_filler();
    let found = lexer.keyword(b"endobj");
    found.then_some(()).ok_or_else(|| Problem::new("endobj", "no `endobj` behind the value of an object", lexer.at()))
}

/// Behind the end of the line of `stream` at `at`: a line feed, or carriage return and line feed (§7.3.8.1).
fn data_start(octets: &[u8], at: usize) -> Result<usize, Problem> {
    match octets.get(at + b"stream".len()..) {
        Some([b'\n', ..]) => Ok(at + 7),
        Some([b'\r', b'\n', ..]) => Ok(at + 8),
        _ => Err(Problem::new("stream_extent", "no line end behind `stream`", at)),
    }
}

/// White space between the data of a stream and `endstream`.
const MOST_WHITE: usize = 4096;

/// Behind `endstream`, which must follow `data` and white space; it is never searched for.
fn data_end(octets: &[u8], data: Range<usize>) -> Result<usize, Problem> {
    let wrong = || Problem::new("stream_extent", format!("no `endstream` at the end of `/Length` ({})", data.len()), data.start);
    let window = octets.get(..octets.len().min(data.end.saturating_add(MOST_WHITE))).filter(|window| data.end <= window.len());
    let mut lexer = Lexer::new(window.ok_or_else(wrong)?, data.end);
    lexer.skip_white();
    if lexer.keyword(b"endstream") { Ok(lexer.at()) } else { Err(wrong()) }
}

/// Behind the `endobj` of the object behind `header`, without building it. `lengths` gives the number that the `/Length` at an offset stands for.
/// Nothing but a stream's data is followed beyond `bound`.
pub(super) fn end(
    octets: &[u8],
    header: Header,
    bound: usize,
    lengths: &dyn Fn(usize) -> Result<usize, Problem>,
) -> Result<usize, Problem> {
    let bounded = |bound: usize| octets.get(..bound.min(octets.len())).unwrap_or_default();
    let mut lexer = Lexer::new(bounded(bound), header.body);
    lexer.skip_filler();
    let start = lexer.at();
    let end = scan::value_end(lexer.octets(), start).ok_or_else(|| Problem::new("syntax", "a value without end", start))?;
    lexer.move_to(end);
    lexer.skip_filler();
    if lexer.rest().starts_with(b"stream") {
        let length =
            scan::length_value(octets, start).ok_or_else(|| Problem::new("stream_extent", "a stream without one `/Length`", start))?;
        let data = data_start(octets, lexer.at())?;
        let end = data_end(octets, data..data.saturating_add(lengths(length)?))?;
        lexer = Lexer::new(bounded(bound.max(end.saturating_add(MOST_WHITE))), end);
    }
    object_end(&mut lexer)?;
    Ok(lexer.at())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { nesting: 256, values: 10_000 };

    fn lengths(object: &Object) -> Result<usize, Problem> {
        object.as_integer().and_then(|length| usize::try_from(length).ok()).ok_or(Problem::new("length", "no length", 0))
    }

    fn both(text: &[u8]) -> (Result<Indirect, Problem>, Result<usize, Problem>) {
        let header = header(text, 0).unwrap();
        let length_at = |at: usize| Ok(usize::try_from(Lexer::new(text, at).digits().unwrap()).unwrap());
        (
            Reading { octets: text, bounds: BOUNDS, decipher: None, lengths: &lengths }.read(header, &mut 0),
            end(text, header, text.len(), &length_at),
        )
    }

    #[test]
    fn headers() {
        let reference = Reference { number: 12, generation: 3 };
        assert_eq!(header(b" \n12 3 obj<<", 0), Some(Header { reference, at: 2, body: 10 }));
        for text in ["12 3 object", "12 obj", "+1 0 obj", "1 0obj", "99999999999 0 obj", "% c\n1 0 obj", "1 65536 obj"] {
            assert_eq!(header(text.as_bytes(), 0), None, "{text}");
        }
    }

    #[test]
    fn reading_and_skipping_end_at_the_same_place() {
        for text in [
            &b"1 0 obj\n<</A 1>>\nendobj 5"[..],
            b"1 0 obj[1 2 R 3 0 R]endobj ",
            b"1 0 obj<</Length 8>>stream\r\nendobj >\r\nendstream\nendobj ",
            b"1 0 obj<</Length 0>>stream\nendstream endobj",
            b"1 0 obj(endobj)% endobj\nendobj ",
            b"1 0 obj null endobj ",
        ] {
            let (read, skipped) = both(text);
            let read = read.unwrap();
            assert_eq!(read.octets.end, skipped.unwrap());
            assert!(text[..read.octets.end].ends_with(b"endobj"));
        }
    }

    #[test]
    fn streams_end_where_their_length_says_or_are_unreadable() {
        for text in [
            &b"1 0 obj<</Length 7>>stream\nendobj >\nendstream endobj"[..],
            b"1 0 obj<</Length 99>>stream\nendobj >\nendstream endobj",
            b"1 0 obj<</Length 8/Length 8>>stream\nendobj >\nendstream endobj",
            b"1 0 obj<</Length 8>>stream\rendobj >\nendstream endobj",
            b"1 0 obj<</Length 8>>stream\nendobj >\nendstream",
            b"1 0 obj<<>>stream\nendobj >\nendstream endobj",
            b"1 0 obj<</A 1>>\n2 0 obj",
        ] {
            let (read, skipped) = both(text);
            assert!(read.is_err() && skipped.is_err());
        }
    }
}
