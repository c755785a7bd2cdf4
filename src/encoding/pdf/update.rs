//! ISO 32000-2 §7.5.6 — Incremental updates, written: the old octets stay, bit for bit

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::document::Pdf;
use super::finding::Problem;
use super::object::{Dictionary, Object, Reference};
use super::revision::{Revision, SectionKind};
use super::serialisation::{Serialiser, push_hexadecimal};
use super::view::View;

/// Changed and new objects, to be written as one revision behind the octets of a file.
pub(crate) struct Update<'p, 'a> {
    view: View<'p, 'a>,
    kind: SectionKind,
    /// `/Prev`: where the newest section stands.
    previous: u64,
    changed: BTreeMap<u32, (u16, NewObject)>,
    next: u32,
}

/// The value of an object that is written.
pub(crate) enum NewObject {
    /// Any object but a stream.
    Object(Object),
    /// §7.3.8; `/Length` is added.
    Stream {
        /// The stream dictionary.
        dictionary: Dictionary,
        /// The octets, already encoded as the dictionary says.
        octets: Vec<u8>,
    },
    /// A dictionary that covers the whole file but one string of its own (§12.8.1): `/ByteRange` and `/Contents` are added.
    Covering {
        /// The other entries.
        dictionary: Dictionary,
        /// Octets that `/Contents` has room for.
        room: usize,
    },
}

/// The octets of a revision that stand behind the old ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// What is to be appended to the file.
    pub octets: Vec<u8>,
    /// The `/Contents` string of the covering dictionary with its delimiters, in `octets`; filled with zeros.
    pub hole: Range<usize>,
}

/// Table C.1: more indirect objects than that are beyond what readers take.
const HIGHEST_NUMBER: u64 = 8_388_607;

/// Numbers of `/ByteRange` take 20 characters each: enough for every file, and the width does not depend on the values.
const RANGE_WIDTH: usize = 20;

impl<'p, 'a> Update<'p, 'a> {
    /// An empty update of `pdf`.
    ///
    /// # Errors
    /// When the chain of cross-references is broken, or has no more numbers to give.
    pub(crate) fn new(pdf: &'p Pdf<'a>) -> Result<Self, Problem> {
        if let Some(problem) = pdf.chain_problem() {
            return Err(problem.clone());
        }
        let end = pdf.octets().len();
        let newest = pdf.revisions().last().ok_or_else(|| Problem::new("cross_reference", "no cross-reference", end))?;
        let previous = previous_section(pdf, newest).ok_or_else(|| Problem::new("cross_reference", "no cross-reference", end))?;
        let view = pdf.latest();
        let first = view.first_new_number().max(1);
        let next = u32::try_from(first).ok().filter(|_| first < HIGHEST_NUMBER);
        let next = next.ok_or_else(|| Problem::new("object_numbers", format!("no object number left from {first}"), end))?;
        Ok(Self { view, kind: newest.kind(), previous, changed: BTreeMap::new(), next })
    }

    /// The document before the update.
    pub(crate) fn view(&self) -> View<'p, 'a> {
        self.view
    }

    /// A number that no section of the file mentions.
    pub(crate) fn new_reference(&mut self) -> Reference {
        let reference = Reference { number: self.next, generation: 0 };
        self.next = self.next.saturating_add(1);
        reference
    }

    /// Writes `object` as the indirect object `reference`.
    pub(crate) fn set(&mut self, reference: Reference, object: NewObject) {
        self.changed.insert(reference.number, (reference.generation, object));
    }

    /// Writes `object` as a new indirect object.
    pub(crate) fn add(&mut self, object: NewObject) -> Reference {
        let reference = self.new_reference();
        self.set(reference, object);
        reference
    }

    /// The object as the update leaves it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn object(&self, reference: Reference) -> Result<Object, Problem> {
        match self.changed.get(&reference.number) {
            Some((generation, NewObject::Object(object))) if *generation == reference.generation => Ok(object.clone()),
            _ => self.view.object(reference),
        }
    }

    /// `object` itself, or what it refers to as the update leaves it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn resolve(&self, object: &Object) -> Result<Object, Problem> {
        match object {
            Object::Reference(reference) => self.view.resolve(&self.object(*reference)?),
            direct => Ok(direct.clone()),
        }
    }

    /// The octets of the update.
    ///
    /// # Errors
    /// When an offset does not fit the cross-reference.
    pub(crate) fn finish(mut self) -> Result<Written, Problem> {
        let mut layout = Layout::new(self.view.pdf());
        for (number, (generation, object)) in &self.changed {
            layout.object(Reference { number: *number, generation: *generation }, object)?;
        }
        let identifier = self.identifier(&layout.out);
        match self.kind {
            SectionKind::Stream => {
                let reference = self.new_reference();
                layout.cross_reference_stream(reference, self.trailer(identifier, reference.number.saturating_add(1)));
            }
            SectionKind::Table | SectionKind::Hybrid => layout.cross_reference_table(&self.trailer(identifier, self.next))?,
        }
        Ok(layout.finish())
    }

    /// §7.5.5: the entries of the newest trailer, but those that tell of its own section.
    fn trailer(&self, identifier: Option<Object>, end: u32) -> Vec<(Arc<[u8]>, Object)> {
        const OF_THE_SECTION: [&[u8]; 13] =
            [b"Size", b"Prev", b"XRefStm", b"ID", b"Type", b"W", b"Index", b"Length", b"Filter", b"DecodeParms", b"DL", b"F", b"FFilter"];
        let size = i64::from(end).max(i64::try_from(self.view.first_new_number()).unwrap_or(i64::MAX));
        let kept = self.view.trailer().entries().filter(|(key, _)| !OF_THE_SECTION.contains(key));
        let mut entries: Vec<(Arc<[u8]>, Object)> = vec![
            (b"Size"[..].into(), Object::Integer(size)),
            (b"Prev"[..].into(), Object::Integer(i64::try_from(self.previous).unwrap_or(i64::MAX))),
        ];
        entries.extend(kept.map(|(key, value)| (key.into(), value.clone())));
        entries.extend(identifier.map(|value| (b"ID"[..].into(), value)));
        entries
    }

    /// §14.4: the first identifier stays, the second says which update this is; derived, never random.
    fn identifier(&self, update: &[u8]) -> Option<Object> {
        let mut hash = Sha256::new();
        hash.update(self.view.pdf().octets().len().to_be_bytes());
        hash.update(self.previous.to_be_bytes());
        let old = self.view.resolve(self.view.trailer().entry(b"ID")).unwrap_or(Object::Null);
        let old: Vec<&[u8]> = old.as_array().unwrap_or_default().iter().filter_map(Object::as_string).collect();
        old.iter().for_each(|part| hash.update(part));
        hash.update(update);
        let second = Object::String(hash.finalize().iter().copied().take(16).collect());
        match old.first() {
            Some(first) => Some(Object::Array([Object::String((*first).into()), second].into())),
            // The key of an encrypted file is made from its first identifier, also when that is missing.
            None if self.view.pdf().encryption().is_some() => None,
            None => Some(Object::Array([second.clone(), second].into())),
        }
    }
}

/// Where the newest section stands: as the file says it, or where it was found when something stands between it and `startxref`.
fn previous_section(pdf: &Pdf<'_>, newest: &Revision) -> Option<u64> {
    let found = || newest.sections.last().and_then(|section| section.octets.start.checked_sub(pdf.header_offset()));
    newest.startxref.or_else(|| found().and_then(|at| u64::try_from(at).ok()))
}

/// The update while it is laid out.
struct Layout<'p, 'a> {
    pdf: &'p Pdf<'a>,
    out: Vec<u8>,
    /// Number, generation, offset from the `%` of `%PDF-`.
    offsets: Vec<(u32, u16, u64)>,
    ranges: Range<usize>,
    hole: Range<usize>,
    section: u64,
}

impl<'p, 'a> Layout<'p, 'a> {
    fn new(pdf: &'p Pdf<'a>) -> Self {
        // What follows `%%EOF` must begin a line.
        let out = if matches!(pdf.octets().last(), Some(b'\n' | b'\r')) { Vec::new() } else { b"\n".to_vec() };
        Self { pdf, out, offsets: Vec::new(), ranges: 0..0, hole: 0..0, section: 0 }
    }

    fn offset(&self) -> u64 {
        let at = self.pdf.octets().len().saturating_sub(self.pdf.header_offset()).saturating_add(self.out.len());
        u64::try_from(at).unwrap_or(u64::MAX)
    }

    fn object(&mut self, reference: Reference, object: &NewObject) -> Result<(), Problem> {
        self.offsets.push((reference.number, reference.generation, self.offset()));
        let cipher = self.pdf.encryption.as_ref().map(|encryption| encryption.cipher(reference));
        let cipher = cipher.map(|cipher| cipher.ok_or_else(|| Problem::new("encryption", "no key, or no such method", 0))).transpose()?;
        let encrypt = cipher.as_ref().map(|cipher| |octets: &[u8]| cipher.string(octets));
        let encrypt = encrypt.as_ref().map(|encrypt| -> &dyn Fn(&[u8]) -> Vec<u8> { encrypt });
        let mut out = Serialiser::new(std::mem::take(&mut self.out), encrypt);
        out.token(format!("{} {} obj\n", reference.number, reference.generation).as_bytes());
        match object {
            NewObject::Object(object) => out.object(object),
            NewObject::Stream { dictionary, octets } => {
                let octets = cipher.as_ref().map_or_else(|| octets.clone(), |cipher| cipher.stream(octets));
                write_stream(&mut out, dictionary.entries(), &octets);
            }
            NewObject::Covering { dictionary, room } => (self.ranges, self.hole) = write_covering(&mut out, dictionary, *room),
        }
        out.token(b"\nendobj\n");
        self.out = out.finish();
        Ok(())
    }

    /// §7.5.4
    fn cross_reference_table(&mut self, trailer: &[(Arc<[u8]>, Object)]) -> Result<(), Problem> {
        self.section = self.offset();
        self.out.extend_from_slice(b"xref\n");
        for run in runs(&self.offsets) {
            let first = run.first().map_or(0, |(number, ..)| *number);
            self.out.extend_from_slice(format!("{first} {}\n", run.len()).as_bytes());
            for (_, generation, offset) in run {
                if *offset > 9_999_999_999 {
                    return Err(Problem::new("file_size", "offset with more than the ten digits of a table", self.pdf.octets().len()));
                }
                self.out.extend_from_slice(format!("{offset:010} {generation:05} n \n").as_bytes());
            }
        }
        let mut out = Serialiser::new(std::mem::take(&mut self.out), None);
        out.token(b"trailer\n");
        out.object(&Object::Dictionary(Arc::new(Dictionary::new(trailer.to_vec()))));
        out.token(b"\n");
        self.out = out.finish();
        Ok(())
    }

    /// §7.5.8: never encrypted (§7.5.8.2), here without filter.
    fn cross_reference_stream(&mut self, reference: Reference, trailer: Vec<(Arc<[u8]>, Object)>) {
        self.section = self.offset();
        self.offsets.push((reference.number, reference.generation, self.section));
        let width = usize::try_from(8_u32.saturating_sub(self.section.leading_zeros() / 8)).unwrap_or(8).max(1);
        let mut index = Vec::new();
        let mut rows = Vec::new();
        for run in runs(&self.offsets) {
            index.push(Object::Integer(run.first().map_or(0, |(number, ..)| i64::from(*number))));
            index.push(Object::Integer(i64::try_from(run.len()).unwrap_or(i64::MAX)));
            for (_, generation, offset) in run {
                rows.push(1);
                rows.extend(offset.to_be_bytes().iter().skip(8 - width));
                rows.extend(generation.to_be_bytes());
            }
        }
        let widths = [1, i64::try_from(width).unwrap_or(8), 2].map(Object::Integer);
        let mut entries: Vec<(Arc<[u8]>, Object)> = vec![
            (b"Type"[..].into(), Object::name(b"XRef")),
            (b"W"[..].into(), Object::Array(widths.into())),
            (b"Index"[..].into(), Object::Array(index.into())),
        ];
        entries.extend(trailer);
        let mut out = Serialiser::new(std::mem::take(&mut self.out), None);
        out.token(format!("{} {} obj\n", reference.number, reference.generation).as_bytes());
        write_stream(&mut out, entries.iter().map(|(key, value)| (&**key, value)), &rows);
        out.token(b"\nendobj\n");
        self.out = out.finish();
    }

    /// §7.5.5, and the numbers of `/ByteRange`, which are known only now.
    fn finish(mut self) -> Written {
        self.out.extend_from_slice(format!("startxref\n{}\n%%EOF\n", self.section).as_bytes());
        let before = self.pdf.octets().len().saturating_add(self.hole.start);
        let after = self.pdf.octets().len().saturating_add(self.hole.end);
        let rest = self.out.len().saturating_sub(self.hole.end);
        let numbers = format!("{before:<RANGE_WIDTH$} {after:<RANGE_WIDTH$} {rest:<RANGE_WIDTH$}");
        if let Some(ranges) = self.out.get_mut(self.ranges).filter(|ranges| ranges.len() == numbers.len()) {
            ranges.copy_from_slice(numbers.as_bytes());
        }
        Written { octets: self.out, hole: self.hole }
    }
}

/// Runs of consecutive numbers: the subsections of a cross-reference.
fn runs(offsets: &[(u32, u16, u64)]) -> impl Iterator<Item = &[(u32, u16, u64)]> {
    offsets.chunk_by(|(number, ..), (next, ..)| number.checked_add(1) == Some(*next))
}

fn write_stream<'o>(out: &mut Serialiser<'_>, entries: impl Iterator<Item = (&'o [u8], &'o Object)>, octets: &[u8]) {
    out.token(b"<<");
    for (key, value) in entries {
        out.key(key);
        out.object(value);
    }
    out.key(b"Length");
    out.token(octets.len().to_string().as_bytes());
    out.token(b">>\nstream\n");
    out.token(octets);
    out.token(b"\nendstream");
}

/// Writes the dictionary; where the last three numbers of `/ByteRange` and the string `/Contents` stand.
fn write_covering(out: &mut Serialiser<'_>, dictionary: &Dictionary, room: usize) -> (Range<usize>, Range<usize>) {
    out.token(b"<<");
    for (key, value) in dictionary.entries() {
        out.key(key);
        out.object(value);
    }
    out.token(b"/ByteRange [0 ");
    let ranges = out.position();
    out.token(&[b' '; 3 * RANGE_WIDTH + 2]);
    let ranges = ranges..out.position();
    out.token(b"]/Contents ");
    let hole = out.position();
    out.token(&hexadecimal(&[], room));
    let hole = hole..out.position();
    out.token(b">>");
    (ranges, hole)
}

/// §7.3.4.3: `octets` as a hexadecimal string, filled with zeros up to `room` octets.
pub(crate) fn hexadecimal(octets: &[u8], room: usize) -> Vec<u8> {
    let room = room.max(octets.len());
    let mut out = Vec::with_capacity(room.saturating_mul(2).saturating_add(2));
    out.push(b'<');
    octets.iter().for_each(|octet| push_hexadecimal(&mut out, *octet));
    out.resize(room.saturating_mul(2).saturating_add(1), b'0');
    out.push(b'>');
    out
}

impl Dictionary {
    /// This dictionary with `value` as the value of `key`, in its old place where there was one.
    pub(crate) fn with(&self, key: &[u8], value: Object) -> Self {
        let mut entries: Vec<(Arc<[u8]>, Object)> = self.entries().map(|(key, value)| (key.into(), value.clone())).collect();
        match entries.iter_mut().find(|(name, _)| **name == *key) {
            Some((_, old)) => *old = value,
            None => entries.push((key.into(), value)),
        }
        Self::new(entries)
    }
}

impl From<Dictionary> for NewObject {
    fn from(dictionary: Dictionary) -> Self {
        Self::Object(Object::Dictionary(Arc::new(dictionary)))
    }
}
