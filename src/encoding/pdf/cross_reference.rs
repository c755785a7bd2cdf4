//! ISO 32000-2 §7.5.4, §7.5.8 — Cross-reference tables and streams: one section, exactly as written

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::finding::{Finding, Problem};
use super::indirect;
use super::lexer::{Lexer, is_white};
use super::object::{Dictionary, Object, Reference};
use super::parser::{self, Bounds, Notes};
use super::revision::{Entry, Origin, Section, SectionKind};
use super::stream;
use crate::limits::Budget;

/// White space that is skipped where an offset points (one of the four tolerances).
const WHITE_AT_TARGET: usize = 256;

/// What reading sections needs.
pub(super) struct Reader<'a, 'b> {
    pub(super) octets: &'a [u8],
    /// Where `%PDF-` stands: offsets count from there.
    pub(super) header: usize,
    pub(super) bounds: Bounds,
    /// Entries that may still be read.
    pub(super) entries: &'b Budget,
}

/// A section with what is odd about it.
pub(super) struct Loaded {
    pub(super) section: Section,
    pub(super) findings: Vec<Finding>,
}

type Row = (u32, Origin, Entry);

/// Where an offset that the file gives points to, white space there skipped; `None` outside the file.
pub(super) fn target(octets: &[u8], header: usize, offset: u64) -> Option<usize> {
    let at = usize::try_from(offset).ok()?.checked_add(header).filter(|at| *at < octets.len())?;
    Some(skip_white_at(octets, at))
}

/// Behind the white space at `at`, where an offset points.
pub(super) fn skip_white_at(octets: &[u8], at: usize) -> usize {
    let window = octets.get(..octets.len().min(at.saturating_add(WHITE_AT_TARGET))).unwrap_or_default();
    let mut lexer = Lexer::new(window, at);
    lexer.skip_white();
    lexer.at()
}

impl Reader<'_, '_> {
    /// The section at octet `at` of the file, with its `/XRefStm`.
    pub(super) fn section(&self, at: usize) -> Result<Loaded, Problem> {
        let mut lexer = Lexer::new(self.octets, at);
        let mut loaded = if lexer.keyword(b"xref") { self.table(at, lexer)? } else { self.stream(at)? };
        self.order_rows(&mut loaded);
        match (loaded.section.kind, loaded.section.trailer.entry(b"XRefStm").clone()) {
            (_, Object::Null) | (SectionKind::Stream, _) => Ok(loaded),
            (_, offset) => self.hybrid(loaded, &offset),
        }
    }

    /// §7.5.4 and §7.5.5
    fn table(&self, at: usize, mut lexer: Lexer<'_>) -> Result<Loaded, Problem> {
        let mut rows = Vec::new();
        let mut findings = Vec::new();
        loop {
            lexer.skip_filler();
            if lexer.keyword(b"trailer") {
                break;
            }
            self.subsection(&mut lexer, &mut rows, &mut findings)?;
        }
        let mut notes = Notes::default();
        let start = lexer.at();
        let Object::Dictionary(trailer) = parser::value(&mut lexer, self.bounds, None, &mut notes)? else {
            return Err(Problem::new("cross_reference", "a trailer that is no dictionary", start));
        };
        note_duplicate(&notes, &mut findings);
        Ok(Loaded { section: Section { kind: SectionKind::Table, octets: at..lexer.at(), hybrid: None, trailer, rows }, findings })
    }

    fn subsection(&self, lexer: &mut Lexer<'_>, rows: &mut Vec<Row>, findings: &mut Vec<Finding>) -> Result<(), Problem> {
        let at = lexer.at();
        let wrong = || Problem::new("cross_reference", "neither subsection nor `trailer` in a cross-reference table", at);
        let first = lexer.digits().and_then(|first| u32::try_from(first).ok()).ok_or_else(wrong)?;
        lexer.skip_white();
        let count = lexer.digits().and_then(|count| u32::try_from(count).ok()).ok_or_else(wrong)?;
        let end = first.checked_add(count).ok_or_else(wrong)?;
        self.spend(count, at)?;
        lexer.skip_white();
        let mut irregular = None;
        for number in first..end {
            let at = lexer.at();
            let (entry, regular) =
                table_entry(lexer).ok_or_else(|| Problem::new("cross_reference", "not an entry of a cross-reference table", at))?;
            if !regular {
                irregular.get_or_insert(at);
            }
            rows.push((number, Origin::Table, entry));
        }
        findings.extend(
            irregular.map(|at| Finding::new("entry_format", "an entry of a cross-reference table is not 20 octets in their form", at)),
        );
        Ok(())
    }

    fn spend(&self, entries: u32, at: usize) -> Result<(), Problem> {
        self.entries
            .spend(entries.into())
            .map_err(|_| Problem::new("limit.objects", "cross-references name more objects than the limit", at))
    }

    /// §7.5.8: a stream that is neither encrypted nor has indirect values.
    fn stream(&self, at: usize) -> Result<Loaded, Problem> {
        let wrong = |what: &'static str| Problem::new("cross_reference", what, at);
        let header =
            indirect::header(self.octets, at).ok_or_else(|| wrong("neither `xref` nor a cross-reference stream where an offset points"))?;
        let direct_length =
            |length: &Object| direct_size(length).ok_or_else(|| wrong("`/Length` of a cross-reference stream is no direct number"));
        let read = indirect::read(self.octets, header, self.bounds, None, &direct_length)?;
        let Some(stream) = read.object.as_stream().filter(|stream| stream.dictionary.entry(b"Type").is_name(b"XRef")) else {
            return Err(wrong("the object where an offset points is no cross-reference stream"));
        };
        let layout =
            Layout::new(&stream.dictionary).ok_or_else(|| wrong("`/W`, `/Index` or `/Size` of a cross-reference stream is faulty"))?;
        for (_, count) in &layout.index {
            self.spend(*count, at)?;
        }
        let needed = layout.octets().ok_or_else(|| wrong("a cross-reference stream is larger than memory"))?;
        let filters = stream::filters(&stream.dictionary, &stream::direct, at)?;
        let encoded = self.octets.get(stream.octets.clone()).unwrap_or_default();
        // Predictors and text encodings take more than the entries themselves; four times as much they do not.
        let data = stream::decode(Cow::Borrowed(encoded), &filters, needed.saturating_mul(4).saturating_add(1 << 16), at)?;
        let mut findings = Vec::new();
        note_duplicate(&read.notes, &mut findings);
        if data.len() != needed {
            findings.push(Finding::new(
                "cross_reference_length",
                format!("a cross-reference stream of {} octets for entries of {needed}", data.len()),
                at,
            ));
        }
        let rows = layout.rows(&data, &mut findings, at).ok_or_else(|| wrong("a cross-reference stream ends before its entries"))?;
        let trailer = Arc::new(stream.dictionary.clone());
        Ok(Loaded { section: Section { kind: SectionKind::Stream, octets: read.octets, hybrid: None, trailer, rows }, findings })
    }

    /// §7.5.8.4: the table's in-use entries come first, then those of its `/XRefStm`, then the table's free ones.
    fn hybrid(&self, table: Loaded, offset: &Object) -> Result<Loaded, Problem> {
        let at = table.section.octets.start;
        let offset =
            offset.as_integer().and_then(|offset| u64::try_from(offset).ok()).and_then(|offset| target(self.octets, self.header, offset));
        let mut hidden = self.stream(offset.ok_or_else(|| Problem::new("cross_reference", "`/XRefStm` is no place in the file", at))?)?;
        self.order_rows(&mut hidden);
        let mut findings = [table.findings, hidden.findings].concat();
        let rows = merge(table.section.rows, hidden.section.rows, &mut findings, at);
        let section = Section { kind: SectionKind::Hybrid, hybrid: Some(hidden.section.octets), rows, ..table.section };
        Ok(Loaded { section, findings })
    }

    /// Orders the entries by number. Of two for one number the first counts, as in most readers; the other is told.
    fn order_rows(&self, loaded: &mut Loaded) {
        let Loaded { section: Section { rows, octets, trailer, .. }, findings } = loaded;
        if !rows.is_sorted_by_key(|row| row.0) {
            rows.sort_by_key(|row| row.0);
        }
        rows.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                findings.push(of_number(
                    "duplicate_entry",
                    format!("two entries for object {} in one cross-reference", later.0),
                    octets.start,
                    later.0,
                ));
                findings.truncate(100);
            }
            same
        });
        let size = trailer.entry(b"Size").as_integer();
        if let Some((number, ..)) = rows.last().filter(|row| size.is_none_or(|size| i64::from(row.0) >= size)) {
            findings.push(of_number("beyond_size", format!("`/Size` does not cover object {number}"), octets.start, *number));
        }
    }
}

fn of_number(code: &'static str, what: String, at: usize, number: u32) -> Finding {
    Finding::new(code, what, at).about(Reference { number, generation: 0 })
}

fn note_duplicate(notes: &Notes, findings: &mut Vec<Finding>) {
    findings.extend(notes.duplicate_key.as_ref().map(|(key, at)| {
        Finding::new(
            "duplicate_key",
            format!("key {} stands twice in the dictionary of a cross-reference", String::from_utf8_lossy(key)),
            *at,
        )
    }));
}

fn direct_size(object: &Object) -> Option<usize> {
    object.as_integer().and_then(|length| usize::try_from(length).ok())
}

/// One entry and whether it has the form `nnnnnnnnnn ggggg n` and a line end of two octets, with nothing before it.
fn table_entry(lexer: &mut Lexer<'_>) -> Option<(Entry, bool)> {
    let before = lexer.at();
    lexer.skip_white();
    let start = lexer.at();
    let value = lexer.digits()?;
    let first = lexer.at() - start;
    lexer.skip_white();
    let generation = lexer.digits()?;
    let second = lexer.at() - start;
    lexer.skip_white();
    let kind = lexer.at() - start;
    let in_use = lexer.keyword(b"n");
    (in_use || lexer.keyword(b"f")).then_some(())?;
    let line_end = lexer.rest().iter().take(2).take_while(|octet| is_white(**octet)).count();
    lexer.move_to(lexer.at() + line_end);
    // A free entry's generation may be 65,536 in files of some writers: it is never used.
    let narrow = u16::try_from(generation).ok();
    let entry = match in_use {
        true => Entry::InUse { offset: value, generation: narrow? },
        false => Entry::Free { next: value, generation: narrow.unwrap_or(u16::MAX) },
    };
    Some((entry, start == before && (first, second, kind, lexer.at() - start) == (10, 16, 17, 20)))
}

fn merge(table: Vec<Row>, hidden: Vec<Row>, findings: &mut Vec<Finding>, at: usize) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::with_capacity(table.len() + hidden.len());
    let mut hidden = hidden.into_iter().map(|(number, _, entry)| (number, Origin::HybridStream, entry)).peekable();
    for row in table {
        while let Some(before) = hidden.next_if(|other| other.0 < row.0) {
            rows.push(before);
        }
        match (hidden.next_if(|other| other.0 == row.0), row.2) {
            (Some(other), Entry::Free { .. }) => rows.push(other),
            (other, _) => {
                if other.is_some_and(|other| other.2 != row.2 && !matches!(other.2, Entry::Free { .. })) && findings.len() < 100 {
                    findings.push(of_number(
                        "hybrid_disagreement",
                        format!("table and `/XRefStm` name object {} at different places", row.0),
                        at,
                        row.0,
                    ));
                }
                rows.push(row);
            }
        }
    }
    rows.extend(hidden);
    rows
}

/// `/W` and `/Index` (table 17).
struct Layout {
    widths: [usize; 3],
    index: Vec<(u32, u32)>,
}

impl Layout {
    fn new(dictionary: &Dictionary) -> Option<Self> {
        let width = |object: &Object| direct_size(object).filter(|width| *width <= 8);
        let widths = match dictionary.entry(b"W").as_array()? {
            [kind, second, third] => [width(kind)?, width(second)?, width(third)?],
            _ => return None,
        };
        let number = |object: &Object| object.as_integer().and_then(|number| u32::try_from(number).ok());
        let index = match dictionary.entry(b"Index") {
            Object::Null => vec![(0, number(dictionary.entry(b"Size"))?)],
            index => index.as_array()?.chunks(2).map(|pair| range(number(pair.first()?)?, number(pair.get(1)?)?)).collect::<Option<_>>()?,
        };
        (widths.iter().sum::<usize>() > 0).then_some(Self { widths, index })
    }

    fn width(&self) -> usize {
        self.widths.iter().sum()
    }

    fn octets(&self) -> Option<usize> {
        let entries: u64 = self.index.iter().map(|(_, count)| u64::from(*count)).sum();
        usize::try_from(entries).ok()?.checked_mul(self.width())
    }

    fn rows(&self, data: &[u8], findings: &mut Vec<Finding>, at: usize) -> Option<Vec<Row>> {
        let mut entries = data.chunks_exact(self.width());
        let mut rows = Vec::with_capacity(entries.len());
        for (first, count) in &self.index {
            for number in *first..first.checked_add(*count)? {
                let (entry, known) = self.entry(entries.next()?)?;
                if !known && findings.len() < 100 {
                    findings.push(of_number("entry_type", format!("an entry of unknown type for object {number}"), at, number));
                }
                rows.push((number, Origin::Stream, entry));
            }
        }
        Some(rows)
    }

    /// Table 18; an unknown type stands for null (§7.5.8.3).
    fn entry(&self, octets: &[u8]) -> Option<(Entry, bool)> {
        let [kind, second, third] = self.fields(octets)?;
        let kind = if self.widths.first() == Some(&0) { 1 } else { kind };
        Some(match kind {
            0 => (Entry::Free { next: second, generation: u16::try_from(third).unwrap_or(u16::MAX) }, true),
            1 => (Entry::InUse { offset: second, generation: u16::try_from(third).ok()? }, true),
            2 => (Entry::Compressed { stream: u32::try_from(second).ok()?, index: u32::try_from(third).ok()? }, true),
            _ => (Entry::Free { next: 0, generation: u16::MAX }, false),
        })
    }

    fn fields(&self, octets: &[u8]) -> Option<[u64; 3]> {
        let mut rest = octets;
        let mut fields = [0u64; 3];
        for (field, width) in fields.iter_mut().zip(self.widths) {
            let (octets, after) = rest.split_at_checked(width)?;
            *field = octets.iter().fold(0, |value, octet| value << 8 | u64::from(*octet));
            rest = after;
        }
        Some(fields)
    }
}

fn range(first: u32, count: u32) -> Option<(u32, u32)> {
    first.checked_add(count).map(|_| (first, count))
}

/// `startxref`, its number, `%%EOF` (§7.5.5), white space and comments before them skipped.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tail {
    /// Where `startxref` begins.
    pub(super) at: usize,
    pub(super) offset: u64,
    /// Behind `%%EOF`; behind the number when that is missing.
    pub(super) end: usize,
    pub(super) has_end_marker: bool,
}

/// The tail that begins at or behind the filler at `at`.
pub(super) fn tail(octets: &[u8], at: usize) -> Option<Tail> {
    let mut lexer = Lexer::new(octets, at);
    lexer.skip_filler();
    let at = lexer.at();
    lexer.keyword(b"startxref").then_some(())?;
    lexer.skip_white();
    let offset = lexer.digits()?;
    let end = lexer.at();
    lexer.skip_white();
    let has_end_marker = lexer.literal(b"%%EOF");
    Some(Tail { at, offset, end: if has_end_marker { lexer.at() } else { end }, has_end_marker })
}

/// The tail at the last `startxref` of the file that is a word of its own, and where that word is. None other is ever tried.
pub(super) fn last_tail(octets: &[u8]) -> Option<Tail> {
    const WORD: &[u8] = b"startxref";
    let mut before = octets;
    loop {
        let at = before.windows(WORD.len()).rposition(|window| window == WORD)?;
        let begins = at.checked_sub(1).and_then(|at| octets.get(at)).is_none_or(|octet| is_white(*octet));
        if begins {
            return tail(octets, at);
        }
        before = octets.get(..at + WORD.len() - 1)?;
    }
}

/// Whether two spans share an octet.
pub(super) fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}
