//! ISO 32000-2 §7.3.10 — Indirect objects: where one stands in the file, and the octets of its entries

use std::ops::Range;

use super::document::bounds;
use super::finding::Problem;
use super::lexer::{Lexer, unescape_name};
use super::object::Reference;
use super::parser::Notes;
use super::revision::Entry;
use super::scan::value_end;
use super::view::{Strings, View};

/// Where an indirect object stands in the file.
#[derive(Clone, Debug)]
pub struct Located {
    /// The object.
    pub reference: Reference,
    /// From `N G obj` through `endobj`; for a member of an object stream, the extent of that stream object.
    pub octets: Range<usize>,
    /// The octets of the value itself (of a stream, its dictionary), in the file or in the decoded object stream.
    pub value: Range<usize>,
    /// The number of the object stream that holds it.
    pub object_stream: Option<u32>,
}

/// The entries of a dictionary in the file: each key, decoded, and the octets of its value.
pub type EntrySpans = Vec<(Vec<u8>, Range<usize>)>;

impl View<'_, '_> {
    /// Where `reference` stands in the file.
    ///
    /// # Errors
    /// As [`Self::object`]; a free or missing object stands nowhere.
    pub fn locate(&self, reference: Reference) -> Result<Located, Problem> {
        let nowhere = || Problem::new("missing", format!("object {reference} is free or missing"), 0);
        let placed = self.entry(reference.number).ok_or_else(nowhere)?;
        match placed.entry {
            Entry::InUse { offset, generation } if generation == reference.generation => {
                let header = self.header(reference, offset)?;
                let read = self.indirect(header, Strings::AsWritten, &|length| self.length(length))?;
                Ok(Located { reference, octets: read.octets, value: read.value, object_stream: None })
            }
            Entry::Compressed { stream: number, index } if reference.generation == 0 => {
                let held = self.object_stream(number, placed.revision)?;
                let (_, value) = held.stream.member(reference.number, index, bounds(&self.pdf.limits), &mut Notes::default())?;
                let container = self.locate_stream(number)?;
                Ok(Located { reference, octets: container, value, object_stream: Some(number) })
            }
            _ => Err(nowhere()),
        }
    }

    fn locate_stream(&self, number: u32) -> Result<Range<usize>, Problem> {
        let reference = Reference { number, generation: 0 };
        let Some(Entry::InUse { offset, .. }) = self.entry(number).map(|placed| placed.entry) else {
            return Err(Problem::new("object_stream", "an object stream that is not in use", 0));
        };
        let header = self.header(reference, offset)?;
        Ok(self.indirect(header, Strings::AsWritten, &|length| self.length(length))?.octets)
    }

    /// The entries of the dictionary that is found by `path` below `located`'s value (keys of dictionaries): each key, decoded, and the
    /// octets of its value in the file, without the white space around. An empty path is the object's own dictionary, a stream's included.
    ///
    /// # Errors
    /// When the path leads to no direct dictionary, a key of it stands twice, or the object is in an object stream.
    pub fn entry_spans(&self, located: &Located, path: &[&[u8]]) -> Result<EntrySpans, Problem> {
        if located.object_stream.is_some() {
            return Err(Problem::new(
                "object_stream",
                format!("object {} is in an object stream", located.reference),
                located.octets.start,
            ));
        }
        let octets = self.pdf.octets.get(..located.value.end).unwrap_or_default();
        let mut entries = entries_at(octets, located.value.start)?;
        for key in path {
            let mut named = entries.iter().filter(|(name, _)| name == key);
            let place = match (named.next(), named.next()) {
                (Some((_, span)), None) => span.start,
                (None, _) => {
                    return Err(Problem::new("missing", format!("no entry {}", String::from_utf8_lossy(key)), located.value.start));
                }
                (_, Some(_)) => {
                    return Err(Problem::new(
                        "duplicate_key",
                        format!("key {} stands twice", String::from_utf8_lossy(key)),
                        located.value.start,
                    ));
                }
            };
            entries = entries_at(octets, place)?;
        }
        Ok(entries)
    }
}

/// The entries of the dictionary at `at`, which the parser has accepted.
fn entries_at(octets: &[u8], at: usize) -> Result<EntrySpans, Problem> {
    let wrong = |at: usize| Problem::new("syntax", "no direct dictionary", at);
    let mut lexer = Lexer::new(octets, at);
    let mut entries = Vec::new();
    lexer.literal(b"<<").then_some(()).ok_or_else(|| wrong(at))?;
    loop {
        lexer.skip_filler();
        if lexer.literal(b">>") {
            return Ok(entries);
        }
        lexer.literal(b"/").then_some(()).ok_or_else(|| wrong(lexer.at()))?;
        let (key, _) = unescape_name(lexer.regular());
        lexer.skip_filler();
        let start = lexer.at();
        let end = value_end(octets, start).ok_or_else(|| wrong(start))?;
        entries.push((key, start..end));
        lexer.move_to(end);
    }
}

#[cfg(test)]
mod tests {
    use super::super::object::Object;
    use super::super::sample::Sample;
    use super::*;

    const SIGNATURE: &str = "<</V<</Contents <30 00> /ByteRange[0 1 2 3]/R 5 0 R>>/A(>>)/T (t)% <ff>\n>>";

    fn spans(path: &[&[u8]]) -> Result<Vec<(String, String)>, &'static str> {
        let sample = Sample::page().object(4, SIGNATURE).table("");
        let pdf = sample.opened();
        let located = pdf.latest().locate(Reference { number: 4, generation: 0 }).unwrap();
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        let entries = pdf.latest().entry_spans(&located, path).map_err(|problem| problem.code)?;
        Ok(entries.into_iter().map(|(key, span)| (text(&key), text(&sample.octets[span]))).collect())
    }

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn the_octets_of_entries_at_any_depth() {
        let value = "<</Contents <30 00> /ByteRange[0 1 2 3]/R 5 0 R>>";
        assert_eq!(spans(&[]), Ok(vec![pair("V", value), pair("A", "(>>)"), pair("T", "(t)")]));
        assert_eq!(spans(&[b"V"]), Ok(vec![pair("Contents", "<30 00>"), pair("ByteRange", "[0 1 2 3]"), pair("R", "5 0 R")]));
    }

    #[test]
    fn a_path_that_leads_to_no_dictionary_is_refused() {
        assert_eq!(spans(&[b"X"]), Err("missing"));
        assert_eq!(spans(&[b"A"]), Err("syntax"));
        assert_eq!(spans(&[b"V", b"R"]), Err("syntax"));
    }

    #[test]
    fn an_object_is_located_from_header_to_endobj() {
        let sample = Sample::page();
        let start = sample.at();
        let sample = sample.stream(4, "", b"data");
        let end = sample.at() - 1;
        let sample = sample.table("");
        let pdf = sample.opened();
        let located = pdf.latest().locate(Reference { number: 4, generation: 0 }).unwrap();
        assert_eq!((located.octets, located.object_stream), (start..end, None));
        assert_eq!(&sample.octets[located.value], b"<</Length 4>>");
        assert_eq!(pdf.latest().locate(Reference { number: 4, generation: 1 }).unwrap_err().code, "missing");
        assert_eq!(pdf.latest().locate(Reference { number: 9, generation: 0 }).unwrap_err().code, "missing");
    }

    #[test]
    fn a_member_of_an_object_stream_has_no_octets_of_its_own() {
        let sample = Sample::page().stream(5, "/Type/ObjStm/N 1/First 4", b"8 0 <</V 1>>").stream_section(7, &[(8, 2, 5, 0)], "").tail();
        let pdf = sample.opened();
        let located = pdf.latest().locate(Reference { number: 8, generation: 0 }).unwrap();
        assert_eq!(located.object_stream, Some(5));
        assert!(sample.octets[located.octets.clone()].starts_with(b"5 0 obj"));
        assert_eq!(pdf.latest().entry_spans(&located, &[]).unwrap_err().code, "object_stream");
        assert!(matches!(pdf.latest().object(located.reference), Ok(Object::Dictionary(_))));
    }
}
