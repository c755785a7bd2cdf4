//! ISO 32000-2 §7.3.10 — Indirect objects: the document as of one of its revisions

use std::sync::Arc;

use super::cache::{Held, Place};
use super::chain::Placed;
use super::cross_reference::target;
use super::document::{Pdf, bounds};
use super::finding::{Finding, Problem};
use super::indirect::{self, Header, Indirect, Reading};
use super::object::{Dictionary, Object, Reference, Stream};
use super::object_stream::ObjectStream;
use super::parser::Notes;
use super::revision::Entry;

/// The document as of one revision: the chain of cross-references cut there.
#[derive(Clone, Copy, Debug)]
pub struct View<'p, 'a> {
    pub(super) pdf: &'p Pdf<'a>,
    pub(super) revision: usize,
}

/// Whether strings are given as they stand in the file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Strings {
    Deciphered,
    AsWritten,
}

/// References that lead to references; the standard knows none.
const MOST_HOPS: usize = 32;

impl<'p, 'a> View<'p, 'a> {
    /// The file.
    pub fn pdf(&self) -> &'p Pdf<'a> {
        self.pdf
    }

    /// The index of the revision.
    pub fn revision(&self) -> usize {
        self.revision
    }

    /// The trailer dictionary of its newest section.
    pub fn trailer(&self) -> &'p Dictionary {
        self.pdf.chain.revisions.get(self.revision).and_then(|revision| revision.trailer()).map_or(&self.pdf.nothing, |trailer| trailer)
    }

    /// `/Root` (§7.7.2).
    ///
    /// # Errors
    /// When it is missing, unreadable or no dictionary.
    pub fn catalog(&self) -> Result<Arc<Dictionary>, Problem> {
        match self.value(self.trailer(), b"Root")? {
            Object::Dictionary(catalog) => Ok(catalog),
            _ => Err(Problem::new("catalog", "`/Root` is no dictionary", self.start())),
        }
    }

    pub(super) fn start(&self) -> usize {
        self.pdf.chain.revisions.get(self.revision).and_then(|revision| revision.start()).unwrap_or_default()
    }

    /// The entry for object `number` in this view.
    pub fn entry(&self, number: u32) -> Option<Placed> {
        self.pdf.chain.placed(number, self.revision)
    }

    /// The numbers mentioned by any section of this view, ascending, with the entry that counts.
    pub fn entries(&self) -> impl Iterator<Item = (u32, Placed)> + use<'p, 'a> {
        self.pdf.chain.all_placed(self.revision)
    }

    /// Whether `reference` names an object in use in this view.
    pub fn is_defined(&self, reference: Reference) -> bool {
        match self.entry(reference.number).map(|placed| placed.entry) {
            Some(Entry::InUse { generation, .. }) => generation == reference.generation,
            Some(Entry::Compressed { .. }) => reference.generation == 0,
            _ => false,
        }
    }

    /// One more than the highest number mentioned by any section of this view, or `/Size` when that is larger: the first number surely new.
    pub fn first_new_number(&self) -> u64 {
        let revisions = self.pdf.chain.revisions.get(..=self.revision).unwrap_or_default();
        revisions.iter().map(|revision| revision.size().max(u64::from(revision.highest_number()) + 1)).max().unwrap_or(1)
    }

    /// The indirect object, null when free or missing (§7.3.10).
    ///
    /// # Errors
    /// When its entry and its `N G obj` disagree, or it cannot be parsed to its `endobj`. Each such problem is a finding as well.
    pub fn object(&self, reference: Reference) -> Result<Object, Problem> {
        self.noted(reference, self.read(reference, Strings::Deciphered))
    }

    /// The indirect object with its strings as they stand in the file.
    ///
    /// # Errors
    /// As [`Self::object`].
    pub fn object_undecrypted(&self, reference: Reference) -> Result<Object, Problem> {
        if self.pdf.encryption.is_none() {
            return self.object(reference);
        }
        self.noted(reference, self.read(reference, Strings::AsWritten))
    }

    /// `object` itself, or what it refers to.
    ///
    /// # Errors
    /// As [`Self::object`], and when references lead to references without end.
    pub fn resolve(&self, object: &Object) -> Result<Object, Problem> {
        let mut object = object.clone();
        for _ in 0..MOST_HOPS {
            match object {
                Object::Reference(reference) => object = self.object(reference)?,
                object => return Ok(object),
            }
        }
        Err(Problem::new("reference_loop", "references lead to references without end", self.start()))
    }

    /// The value of `key` in `dictionary`, resolved.
    ///
    /// # Errors
    /// As [`Self::resolve`].
    pub fn value(&self, dictionary: &Dictionary, key: &[u8]) -> Result<Object, Problem> {
        self.resolve(dictionary.entry(key))
    }

    /// The octets of `stream`, decrypted and decoded.
    ///
    /// # Errors
    /// A filter that is not decoded here, faulty octets, a limit, or a missing password.
    pub fn stream_data(&self, stream: &Stream) -> Result<Vec<u8>, Problem> {
        self.noted(stream.reference, self.decoded(stream, &|object| self.resolve(object)))
    }

    /// The octets of `stream` as they stand in the file.
    pub fn stream_encoded(&self, stream: &Stream) -> &'a [u8] {
        self.pdf.octets.get(stream.octets.clone()).unwrap_or_default()
    }

    fn noted<T>(&self, reference: Reference, result: Result<T, Problem>) -> Result<T, Problem> {
        if let Err(Problem { code, what, at }) = &result {
            let finding = Finding { code, at: *at, what: what.to_string(), object: Some(reference), revision: Some(self.revision) };
            self.pdf.findings.note(finding);
        }
        result
    }

    fn read(&self, reference: Reference, strings: Strings) -> Result<Object, Problem> {
        let Some(placed) = self.entry(reference.number) else { return Ok(Object::Null) };
        match placed.entry {
            // §7.3.10: object numbers are positive. Some readers follow such an entry and some do not.
            Entry::InUse { .. } | Entry::Compressed { .. } if reference.number == 0 => {
                Err(Problem::new("object_zero", "object number 0 is in use", self.start()))
            }
            Entry::InUse { offset, generation } if generation == reference.generation => self.in_file(reference, offset, strings),
            Entry::Compressed { stream, index } if reference.generation == 0 => {
                self.in_object_stream(reference, stream, index, placed.revision)
            }
            Entry::InUse { .. } | Entry::Compressed { .. } => {
                // §7.5.4: the newest entry of the number counts. Some readers keep an older generation beside it, some look at numbers alone.
                let what = format!("{reference} is referred to, and its number is in use under another generation");
                self.pdf.findings.note(Finding::new("other_generation", what, self.start()).about(reference).in_revision(placed.revision));
                Ok(Object::Null)
            }
            Entry::Free { .. } => Ok(Object::Null),
        }
    }

    /// The header that an entry for `reference` points to.
    pub(super) fn header(&self, reference: Reference, offset: u64) -> Result<Header, Problem> {
        self.header_at(reference, self.target(reference, offset)?)
    }

    fn target(&self, reference: Reference, offset: u64) -> Result<usize, Problem> {
        target(self.pdf.octets, self.pdf.header, offset).ok_or_else(|| {
            Problem::new("entry_out_of_range", format!("the entry for {reference} points outside the file"), self.pdf.octets.len())
        })
    }

    fn header_at(&self, reference: Reference, at: usize) -> Result<Header, Problem> {
        match indirect::header(self.pdf.octets, at) {
            Some(header) if header.reference == reference => Ok(header),
            Some(header) => {
                Err(Problem::new("header_mismatch", format!("the entry for {reference} points to object {}", header.reference), at))
            }
            None => Err(Problem::new("header_mismatch", format!("no object where the entry for {reference} points"), at)),
        }
    }

    fn in_file(&self, reference: Reference, offset: u64, strings: Strings) -> Result<Object, Problem> {
        let at = self.target(reference, offset)?;
        // Strings as written are asked for once or twice a file; the others are what is kept.
        let place = Place { at, reference, index: None, revision: None };
        if let Some(object) = self.pdf.cache.borrow().object(place).filter(|_| strings == Strings::Deciphered) {
            return Ok(object);
        }
        let header = self.header_at(reference, at)?;
        let read = self.indirect(header, strings, &|length| self.length(length))?;
        self.note_parsed(&read.notes, reference);
        // Where a stream with an indirect `/Length` ends depends on the view.
        let depends = read.object.as_stream().is_some_and(|stream| stream.dictionary.entry(b"Length").as_reference().is_some());
        if strings == Strings::Deciphered && !depends {
            self.pdf.cache.borrow_mut().keep_object(place, &read.object);
        }
        Ok(read.object)
    }

    /// Parses the object behind `header`, and pays for it.
    pub(super) fn indirect(&self, header: Header, strings: Strings, lengths: indirect::Lengths<'_>) -> Result<Indirect, Problem> {
        let pdf = self.pdf;
        let encryption =
            pdf.encryption.as_ref().filter(|encryption| strings == Strings::Deciphered && encryption.reference != Some(header.reference));
        let is_section =
            || pdf.chain.revisions.iter().flat_map(|revision| &revision.sections).any(|section| section.octets.start == header.at);
        let encryption = encryption.filter(|_| !is_section());
        let decipher = encryption.map(|encryption| move |octets: &[u8]| encryption.string(header.reference, octets, header.at));
        let decipher = decipher.as_ref().map(|decipher| -> super::parser::Decipher<'_> { decipher });
        let mut cost = 0;
        self.pay(0, header.at)?;
        let read = Reading { octets: pdf.octets, bounds: bounds(&pdf.limits), decipher, lengths }.read(header, &mut cost);
        self.pay(cost, header.at)?;
        read
    }

    fn pay(&self, octets: usize, at: usize) -> Result<(), Problem> {
        let paid = self.pdf.parsed.spend(u64::try_from(octets).unwrap_or(u64::MAX).saturating_add(32));
        paid.map_err(|_| Problem::new("limit.parsed_octets", "objects within objects cost more than the limit to read", at))
    }

    fn note_parsed(&self, notes: &Notes, reference: Reference) {
        let note =
            |code, what: String, at| self.pdf.findings.note(Finding::new(code, what, at).about(reference).in_revision(self.revision));
        if let Some((key, at)) = &notes.duplicate_key {
            note("duplicate_key", format!("key {} stands twice in one dictionary", String::from_utf8_lossy(key)), *at);
        }
        if let Some(at) = notes.stray_number_sign {
            note("name_escape", "a name with a `#` that two hexadecimal digits do not follow".to_owned(), at);
        }
    }

    pub(super) fn in_object_stream(&self, reference: Reference, number: u32, index: u32, revision: usize) -> Result<Object, Problem> {
        let Held { at, revision, stream } = self.object_stream(number, revision)?;
        let place = Place { at, reference, index: Some(index), revision };
        if let Some(object) = self.pdf.cache.borrow().object(place) {
            return Ok(object);
        }
        let mut notes = Notes::default();
        let member = stream.member(reference.number, index, bounds(&self.pdf.limits), &mut notes);
        self.pay(member.as_ref().map_or(stream.size(), |(_, text)| text.len()), at)?;
        let (object, _) = member?;
        if let Some((_, place)) = &mut notes.duplicate_key {
            *place = at;
        }
        self.note_parsed(&Notes { stray_number_sign: notes.stray_number_sign.map(|_| at), ..notes }, reference);
        self.pdf.cache.borrow_mut().keep_object(place, &object);
        Ok(object)
    }

    /// Object stream `number` as it stands in this view; an entry of revision `revision` asks for it.
    /// Whether each object in object stream `number` is one that this view has from there.
    pub fn names_all_members(&self, number: u32) -> bool {
        let Some(placed) = self.entry(number) else { return false };
        let is_named =
            |member: u32| matches!(self.entry(member), Some(Placed { entry: Entry::Compressed { stream, .. }, .. }) if stream == number);
        self.object_stream(number, placed.revision).is_ok_and(|held| held.stream.numbers().all(is_named))
    }

    pub(super) fn object_stream(&self, number: u32, revision: usize) -> Result<Held, Problem> {
        let reference = Reference { number, generation: 0 };
        let wrong = |what: &'static str| Problem::new("object_stream", what, self.start());
        let placed = self.entry(number).ok_or_else(|| wrong("an object stream that no cross-reference names"))?;
        let Entry::InUse { offset, generation: 0 } = placed.entry else {
            return Err(wrong("an object stream that is not in use, or in an object stream"));
        };
        let header = self.header(reference, offset)?;
        if placed.revision != revision {
            let finding = Finding::new(
                "object_stream_replaced",
                format!("object stream {number} is not of the revision that names its members"),
                header.at,
            );
            self.pdf.findings.note(finding.about(reference).in_revision(revision));
        }
        if let Some(held) = self.pdf.cache.borrow().stream(header.at, self.revision) {
            return Ok(held);
        }
        let read = self.indirect(header, Strings::Deciphered, &|length| self.plain_length(length))?;
        let stream = read.object.as_stream().ok_or_else(|| wrong("an object stream that is no stream"))?;
        let plain = |object: &Object| self.plain(object);
        let data = self.decoded(stream, &plain)?;
        let depends = stream.dictionary.entries().any(|(key, value)| key != b"Extends" && holds_reference(value));
        let dictionary = [&b"Type"[..], b"N", b"First"].map(|key| Ok((key.into(), self.plain(stream.dictionary.entry(key))?)));
        let dictionary = Dictionary::new(dictionary.into_iter().collect::<Result<_, Problem>>()?);
        let stream = Arc::new(ObjectStream::new(&dictionary, data, header.at)?);
        View { pdf: self.pdf, revision: placed.revision }.check_members(reference, &stream, header.at);
        let held = Held { at: header.at, revision: depends.then_some(self.revision), stream };
        self.pdf.cache.borrow_mut().keep_stream(held.clone());
        Ok(held)
    }

    /// A member that the cross-reference of the stream's own revision does not name, or a number that stands twice, can be read in two ways.
    fn check_members(&self, reference: Reference, stream: &ObjectStream, at: usize) {
        for (index, number) in stream.numbers().enumerate() {
            let named = Entry::Compressed { stream: reference.number, index: u32::try_from(index).unwrap_or(u32::MAX) };
            if self.entry(number).is_none_or(|placed| placed.entry != named) {
                let finding = Finding::new(
                    "unlisted_member",
                    format!("object {number} in an object stream is not the one of the cross-reference"),
                    at,
                );
                self.pdf.findings.note(finding.about(Reference { number, generation: 0 }).in_revision(self.revision));
            }
        }
    }
}

/// Whether some value within `object` is a reference.
fn holds_reference(object: &Object) -> bool {
    let mut pending = vec![object];
    while let Some(object) = pending.pop() {
        match object {
            Object::Reference(_) => return true,
            Object::Array(elements) => pending.extend(elements.iter()),
            Object::Dictionary(dictionary) => pending.extend(dictionary.entries().map(|(_, value)| value)),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::document::Pdf;
    use super::super::sample::{Sample, codes};
    use super::*;
    use crate::limits::Limits;

    fn reference(number: u32, generation: u16) -> Reference {
        Reference { number, generation }
    }

    fn read(sample: &Sample, number: u32) -> Result<Object, &'static str> {
        sample.opened().latest().object(reference(number, 0)).map_err(|problem| problem.code)
    }

    #[test]
    fn a_missing_or_free_object_or_another_generation_is_null() {
        let sample = Sample::page().object(4, "1").table("").raw("xref\n4 1\n0000000000 00001 f \ntrailer\n<</Size 5/Root 1 0 R/Prev ");
        let table = sample.octets.windows(5).position(|octets| octets == b"xref\n").unwrap();
        let newest = sample.octets.windows(5).rposition(|octets| octets == b"xref\n").unwrap();
        let sample = sample.raw(format!("{table}>>\nstartxref\n{newest}\n%%EOF\n"));
        let pdf = sample.opened();
        let (older, newer) = (pdf.at(0).unwrap(), pdf.latest());
        assert_eq!(older.object(reference(4, 0)), Ok(Object::Integer(1)));
        assert_eq!(newer.object(reference(4, 0)), Ok(Object::Null));
        assert_eq!(older.object(reference(4, 1)), Ok(Object::Null));
        assert_eq!(older.object(reference(9, 0)), Ok(Object::Null));
        assert_eq!(
            (older.is_defined(reference(4, 0)), newer.is_defined(reference(4, 0)), older.is_defined(reference(4, 1))),
            (true, false, false)
        );
        assert_eq!((older.first_new_number(), newer.first_new_number()), (5, 5));
    }

    #[test]
    fn the_header_of_an_object_confirms_its_entry() {
        assert_eq!(read(&Sample::page().listed(4).raw("4 0 obj 1 endobj\n").table(""), 4), Ok(Object::Integer(1)));
        assert_eq!(read(&Sample::page().listed(4).raw("5 0 obj 1 endobj\n").table(""), 4), Err("header_mismatch"));
        assert_eq!(read(&Sample::page().listed(4).raw("4 1 obj 1 endobj\n").table(""), 4), Err("header_mismatch"));
        assert_eq!(read(&Sample::page().listed(4).raw("x 4 0 obj 1 endobj\n").table(""), 4), Err("header_mismatch"));
        assert_eq!(read(&Sample::page().listed(4).raw("4 0 obj 1 \n").table(""), 4), Err("endobj"));
    }

    #[test]
    fn number_0_is_no_object() {
        let sample = Sample::page().table("").listed(0).raw("0 0 obj (zero) endobj\n").table("");
        assert_eq!(read(&sample, 0), Err("object_zero"));
        assert_eq!(read(&Sample::page().table(""), 0), Ok(Object::Null));
    }

    #[test]
    fn a_reference_to_another_generation_is_null_and_told() {
        let sample = Sample::page().object(4, "(four)").table("");
        let pdf = sample.opened();
        assert!(pdf.latest().object(reference(4, 0)).is_ok() && codes(&pdf).is_empty());
        assert_eq!((pdf.latest().object(reference(4, 1)), codes(&pdf)), (Ok(Object::Null), vec!["other_generation"]));
    }

    #[test]
    fn a_problem_is_a_finding() {
        let sample = Sample::page().object(4, "[1").object(5, "<</A 1/A 2>>").table("");
        let pdf = sample.opened();
        assert!(pdf.latest().object(reference(4, 0)).is_err());
        assert!(pdf.latest().object(reference(5, 0)).is_ok());
        let found: Vec<_> = pdf.findings().iter().map(|finding| (finding.code, finding.object)).collect();
        assert_eq!(found, [("syntax", Some(reference(4, 0))), ("duplicate_key", Some(reference(5, 0)))]);
    }

    #[test]
    fn references_without_end_are_refused() {
        let sample = Sample::page().object(4, "5 0 R").object(5, "6 0 R").object(6, "7").object(7, "8 0 R").object(8, "7 0 R").table("");
        let pdf = sample.opened();
        assert_eq!(pdf.latest().resolve(&Object::Reference(reference(4, 0))), Ok(Object::Integer(7)));
        assert_eq!(pdf.latest().resolve(&Object::Reference(reference(7, 0))).unwrap_err().code, "reference_loop");
    }

    fn with_object_stream(entries: &str, data: &[u8], rows: &[(u32, u8, u16, u8)]) -> Sample {
        Sample::page().stream(5, entries, data).stream_section(7, rows, "").tail()
    }

    const MEMBERS: &[u8] = b"8 0 9 4 <8> (nine)";

    #[test]
    fn a_member_is_found_by_the_index_of_the_cross_reference() {
        let entries = "/Type/ObjStm/N 2/First 8";
        let sample = with_object_stream(entries, MEMBERS, &[(8, 2, 5, 0), (9, 2, 5, 1)]);
        assert_eq!(read(&sample, 9).unwrap().as_string(), Some(&b"nine"[..]));
        assert_eq!(codes(&sample.opened()), [""; 0]);
        assert_eq!(read(&with_object_stream(entries, MEMBERS, &[(8, 2, 5, 0), (9, 2, 5, 0)]), 9), Err("object_stream"));
        assert_eq!(read(&with_object_stream(entries, MEMBERS, &[(8, 2, 5, 0), (9, 2, 3, 1)]), 9), Err("object_stream"));
        assert_eq!(read(&with_object_stream(entries, MEMBERS, &[(8, 2, 5, 0), (9, 2, 8, 1)]), 9), Err("object_stream"));
        assert_eq!(read(&with_object_stream("/Type/Other/N 2/First 8", MEMBERS, &[(8, 2, 5, 0), (9, 2, 5, 1)]), 9), Err("object_stream"));
    }

    #[test]
    fn a_member_that_no_cross_reference_names_is_told() {
        let sample = with_object_stream("/Type/ObjStm/N 2/First 8", MEMBERS, &[(9, 2, 5, 1)]);
        let pdf = sample.opened();
        assert!(pdf.latest().object(reference(9, 0)).is_ok());
        assert_eq!(codes(&pdf), ["unlisted_member"]);
    }

    #[test]
    fn lengths_that_depend_on_themselves_are_refused() {
        // The length of the object stream is a member of it.
        let sample = Sample::page().object(5, "<</Type/ObjStm/N 1/First 4/Length 8 0 R>>stream\n8 0 6\nendstream");
        let sample = sample.stream_section(7, &[(8, 2, 5, 0)], "").tail();
        assert_eq!(read(&sample, 8), Err("stream_extent"));
        let itself = Sample::page().object(5, "<</Length 5 0 R>>stream\n12345\nendstream").table("");
        assert_eq!(read(&itself, 5), Err("stream_extent"));
        let member = Sample::page().stream(5, "/Type/ObjStm/N 1/First 4", b"8 0 6").object(6, "<</Length 8 0 R>>stream\n123456\nendstream");
        let member = member.stream_section(7, &[(8, 2, 5, 0)], "").tail();
        assert!(read(&member, 6).unwrap().as_stream().is_some());
    }

    #[test]
    fn where_a_stream_ends_depends_on_the_view() {
        let sample =
            Sample::page().object(4, "<</Length 5 0 R>>stream\n12345678\nendstream").object(5, "8").table("").object(5, "3").table("");
        let pdf = sample.opened();
        let older = pdf.at(0).unwrap();
        let Ok(Object::Stream(stream)) = older.object(reference(4, 0)) else { panic!() };
        assert_eq!(older.stream_data(&stream).unwrap(), b"12345678");
        assert_eq!(pdf.latest().object(reference(4, 0)).unwrap_err().code, "stream_extent");
    }

    #[test]
    fn what_an_object_stream_holds_depends_on_the_view_when_its_length_does() {
        let sample = Sample::page().object(5, "<</Type/ObjStm/N 1/First 4/Length 6 0 R>>stream\n8 0 12\nendstream").object(6, "6");
        let sample = sample.stream_section(7, &[(8, 2, 5, 0)], "").tail().object(6, "5").stream_section(9, &[], "").tail();
        let pdf = sample.opened();
        assert_eq!(pdf.at(0).unwrap().object(reference(8, 0)), Ok(Object::Integer(12)));
        assert_eq!(pdf.latest().object(reference(8, 0)).unwrap_err().code, "stream_extent");
    }

    #[test]
    fn a_member_that_was_read_is_not_another_member() {
        let sample = with_object_stream("/Type/ObjStm/N 2/First 8", MEMBERS, &[(8, 2, 5, 0), (9, 2, 5, 1)]);
        let sample = sample.stream_section(6, &[(9, 2, 5, 0)], "").tail();
        let pdf = sample.opened();
        assert!(pdf.at(0).unwrap().object(reference(9, 0)).is_ok());
        assert_eq!(pdf.latest().object(reference(9, 0)).unwrap_err().code, "object_stream");
    }

    #[test]
    fn streams_of_one_document_end_at_the_limit() {
        let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; 1 << 20], 9);
        let sample = Sample::page().stream(4, "/Filter/FlateDecode", &bomb).table("");
        let code = |limits: &Limits, times: usize| {
            let pdf = Pdf::open(&sample.octets, limits, None).unwrap();
            let Ok(Object::Stream(stream)) = pdf.latest().object(reference(4, 0)) else { panic!() };
            (0..times).find_map(|_| pdf.latest().stream_data(&stream).err()).map(|problem| problem.code)
        };
        assert_eq!(code(&Limits::default(), 3), None);
        assert_eq!(code(&Limits { inflated_stream: 1 << 19, ..Limits::default() }, 1), Some("limit.inflated_stream"));
        assert_eq!(code(&Limits { inflated_document: 3 << 20, ..Limits::default() }, 2), None);
        assert_eq!(code(&Limits { inflated_document: 3 << 19, ..Limits::default() }, 2), Some("limit.inflated_document"));
    }
}
