//! ISO 32000-2 §7.5.4 — Cross-reference table: one section of the chain, table, stream or both, exactly as written

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::cross_reference_stream::{Layout, merge};
use super::filter::Output;
use super::finding::{Finding, Problem};
use super::indirect::{self, Reading};
use super::lexer::{Lexer, is_white};
use super::object::{Object, Reference};
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

/// Number, part of the section, entry.
pub(super) type Row = (u32, Origin, Entry);

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
            lexer.skip_white();
            let begins = lexer.at();
            lexer.skip_filler();
            if lexer.keyword(b"trailer") {
                break;
            }
            // Most readers of tables know no comments, and repair the file where they meet one.
            if lexer.at() != begins {
                return Err(Problem::new("cross_reference", "a comment within a cross-reference table", begins));
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
        // The count is only what the file says.
        rows.reserve(usize::try_from(count).unwrap_or(usize::MAX).min(MOST_RESERVED));
        let mut irregular = None;
        for number in first..end {
            let at = lexer.at();
            if let Some(entry) = regular_entry(lexer) {
                rows.push((number, Origin::Table, entry));
                continue;
            }
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
        let reading = Reading { octets: self.octets, bounds: self.bounds, decipher: None, lengths: &direct_length };
        let read = reading.read(header, &mut 0)?;
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
        let mut output = Output { limit: needed.saturating_mul(4).saturating_add(1 << 16), given: 0, at };
        let data = stream::decode(Cow::Borrowed(encoded), &filters, &mut output)?;
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

pub(super) fn of_number(code: &'static str, what: String, at: usize, number: u32) -> Finding {
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

pub(super) fn direct_size(object: &Object) -> Option<usize> {
    object.as_integer().and_then(|length| usize::try_from(length).ok())
}

/// Entries for which there is room before they are read.
const MOST_RESERVED: usize = 1 << 16;

/// Octets of an entry (§7.5.4).
const ENTRY: usize = 20;

/// An entry exactly as the clause has it, `nnnnnnnnnn ggggg n` and a line end of two octets, which nearly all are; else the lexer stays where it is.
fn regular_entry(lexer: &mut Lexer<'_>) -> Option<Entry> {
    let (entry, _) = lexer.rest().split_first_chunk::<ENTRY>()?;
    let [value @ .., b' ', g0, g1, g2, g3, g4, b' ', kind, end, b'\r' | b'\n'] = entry else { return None };
    matches!(end, b' ' | b'\r').then_some(())?;
    let value = number(value)?;
    let generation = number(&[*g0, *g1, *g2, *g3, *g4]).and_then(|generation| u16::try_from(generation).ok())?;
    let entry = match kind {
        b'n' => Entry::InUse { offset: value, generation },
        b'f' => Entry::Free { next: value, generation },
        _ => return None,
    };
    lexer.move_to(lexer.at() + ENTRY);
    Some(entry)
}

/// The number that ten digits or fewer stand for.
fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |value, octet| octet.is_ascii_digit().then(|| value * 10 + u64::from(octet - b'0')))
}

/// One entry and whether it has the form `nnnnnnnnnn ggggg n` and a line end of two octets, with nothing before it.
fn table_entry(lexer: &mut Lexer<'_>) -> Option<(Entry, bool)> {
    let before = lexer.at();
    lexer.skip_white();
    let start = lexer.at();
    let value = lexer.digits()?;
    let first = lexer.at() - start;
    lexer.skip_white();
    let gap = lexer.at() - start;
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
    Some((entry, start == before && (first, gap, second, kind, lexer.at() - start) == (10, 11, 16, 17, 20)))
}

/// Whether two spans share an octet.
pub(super) fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

#[cfg(test)]
mod tests {
    use super::super::document::bounds;
    use super::super::sample::Sample;
    use super::*;
    use crate::limits::Limits;

    fn section(octets: &[u8], at: usize) -> Result<Loaded, Problem> {
        let entries = Budget::new("objects", 1_000);
        Reader { octets, header: 0, bounds: bounds(&Limits::default()), entries: &entries }.section(at)
    }

    #[test]
    fn a_table_has_no_comments_but_before_its_trailer() {
        assert!(section(TABLE.replace("trailer", "% end\ntrailer").as_bytes(), 0).is_ok());
        for table in [TABLE.replace("xref\n0", "xref\n% 0\n0"), TABLE.replace("5 1\n", "%5 2\n5 1\n")] {
            assert!(section(table.as_bytes(), 0).is_err(), "{table}");
        }
    }

    fn codes(loaded: &Loaded) -> Vec<&'static str> {
        loaded.findings.iter().map(|finding| finding.code).collect()
    }

    const TABLE: &str = "xref\n0 2\n0000000003 65535 f \n0000000017 00000 n \n5 1\n0000000081 00007 n\r\ntrailer\n<</Size 6>>\nstartxref";

    #[test]
    fn a_table_is_read_as_written() {
        let loaded = section(TABLE.as_bytes(), 0).unwrap_or_else(|problem| panic!("{problem}"));
        assert_eq!(
            loaded.section.rows,
            [
                (0, Origin::Table, Entry::Free { next: 3, generation: 65535 }),
                (1, Origin::Table, Entry::InUse { offset: 17, generation: 0 }),
                (5, Origin::Table, Entry::InUse { offset: 81, generation: 7 }),
            ]
        );
        assert_eq!(loaded.section.octets, 0..TABLE.find("\nstartxref").unwrap());
        assert!(loaded.findings.is_empty());
    }

    #[test]
    fn an_entry_of_another_form_is_told() {
        for (form, other) in [("n \n5", "n\n5"), ("f \n", "f \n\n"), ("0000000081", "81"), ("0000000081 00007", "0000000081  0007")] {
            let text = TABLE.replace(form, other);
            assert_eq!(section(text.as_bytes(), 0).ok().map(|loaded| codes(&loaded)), Some(vec!["entry_format"]), "{other}");
        }
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for (form, other) in [
            ("5 1", "5 2"),
            ("5 1", "x 1"),
            ("00007 n", "00007 x"),
            ("00007 n", "65536 n"),
            ("trailer", "trailers"),
            ("<<", "["),
            ("0 2", "4294967295 2"),
        ] {
            assert!(section(TABLE.replace(form, other).as_bytes(), 0).is_err(), "{other}");
        }
    }

    #[test]
    fn of_two_entries_for_one_number_the_first_counts_and_both_are_told() {
        let loaded = section(TABLE.replace("5 1", "1 1").as_bytes(), 0).unwrap_or_else(|problem| panic!("{problem}"));
        assert_eq!(loaded.section.rows[1], (1, Origin::Table, Entry::InUse { offset: 17, generation: 0 }));
        assert_eq!(codes(&loaded), ["duplicate_entry"]);
    }

    #[test]
    fn an_entry_beyond_size_is_told() {
        let loaded = section(TABLE.replace("/Size 6", "/Size 5").as_bytes(), 0);
        assert_eq!(loaded.ok().map(|loaded| codes(&loaded)), Some(vec!["beyond_size"]));
    }

    #[test]
    fn entries_end_at_the_limit() {
        let text = TABLE.replace("5 1", "5 9999");
        assert_eq!(section(text.as_bytes(), 0).err().map(|problem| problem.code), Some("limit.objects"));
    }

    #[test]
    fn a_stream_is_read_as_written() {
        let sample = Sample::new().row(2, 0x1234);
        let at = sample.at();
        let sample = sample.stream_section(7, &[(0, 0, 5, 255), (3, 2, 9, 4), (4, 9, 0, 0)], "");
        let loaded = section(&sample.octets, at).unwrap_or_else(|problem| panic!("{problem}"));
        assert_eq!(
            loaded.section.rows,
            [
                (0, Origin::Stream, Entry::Free { next: 5, generation: 255 }),
                (2, Origin::Stream, Entry::InUse { offset: 0x1234, generation: 0 }),
                (3, Origin::Stream, Entry::Compressed { stream: 9, index: 4 }),
                (4, Origin::Stream, Entry::Free { next: 0, generation: 65535 }),
                (7, Origin::Stream, Entry::InUse { offset: 9, generation: 0 }),
            ]
        );
        assert_eq!(codes(&loaded), ["entry_type"]);
    }

    #[test]
    fn a_stream_without_its_entries_is_refused() {
        let stream = |entries: &str, data: &[u8]| section(&Sample::new().stream(7, entries, data).octets, 9).map(|loaded| codes(&loaded));
        assert_eq!(stream("/Type/XRef/W[1 1 1]/Size 2", &[0; 6]), Ok(vec![]));
        assert_eq!(stream("/Type/XRef/W[1 1 1]/Size 2", &[0; 7]), Ok(vec!["cross_reference_length"]));
        for entries in [
            "/Type/XRef/W[1 1 1]/Size 3",
            "/Type/XRef/W[0 0 0]/Size 3",
            "/Type/XRef/W[1 9 1]/Size 2",
            "/Type/XRef/W[1 -1 1]/Size 2",
            "/Type/XRef/W[1 1]/Size 2",
            "/Type/XRef/W[1 1 1]/Index[0]/Size 2",
            "/Type/XRef/W[1 1 1]/Index[4294967295 2]/Size 2",
            "/Type/XRef/W[1 1 1]",
            "/Type/ObjStm/W[1 1 1]/Size 2",
            "/Type/XRef/W[1 1 1]/Size 2/Filter 8 0 R",
        ] {
            assert!(stream(entries, &[0; 6]).is_err(), "{entries}");
        }
    }

    #[test]
    fn a_bomb_for_two_entries_is_refused() {
        let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; 10 << 20], 9);
        let sample = Sample::new().stream(7, "/Type/XRef/W[1 1 1]/Size 2/Filter/FlateDecode", &bomb);
        assert_eq!(section(&sample.octets, 9).err().map(|problem| problem.code), Some("limit.inflated_stream"));
    }
}
