//! ISO 32000-2 §7.5.5, §7.5.6 — File trailer, incremental updates: the chain by `/Prev` from the last `startxref`, exactly as written

use std::ops::Range;

use super::cross_reference::{Loaded, Reader, of_number, overlap, target};
use super::finding::{Finding, Findings, Problem};
use super::indirect;
use super::lexer::Lexer;
use super::object::Object;
use super::parser::{self, Notes};
use super::revision::{Entry, Origin, Revision, Section};
use super::trailer::{Tail, last_tail, tail};

/// The revisions, and every entry of all of them by number.
#[derive(Debug, Default)]
pub(super) struct Chain {
    /// Oldest first.
    pub(super) revisions: Vec<Revision>,
    /// Why the chain ends before its first section.
    pub(super) problem: Option<Problem>,
    /// Ascending by number, then by revision, then by section: what counts in a view is found by one search, however many revisions there are.
    slots: Vec<Slot>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Slot {
    number: u32,
    revision: u32,
    section: u32,
    row: u32,
}

/// A cross-reference entry and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The entry as written.
    pub entry: Entry,
    /// Index of the revision that has it.
    pub revision: usize,
    /// The part of the section that has it.
    pub origin: Origin,
}

/// Follows the chain and says what is odd about it.
pub(super) fn follow(reader: &Reader<'_, '_>, most_sections: u64, findings: &Findings) -> Chain {
    let Some(last) = last_tail(reader.octets) else {
        return Chain { problem: Some(Problem::new("startxref", "no `startxref` with a number", reader.octets.len())), ..Chain::default() };
    };
    let (mut loaded, problem) = sections(reader, &last, most_sections);
    loaded.reverse();
    let revisions = revisions(reader, loaded, findings);
    if let Some(end) = revisions.last().map(|revision| revision.span.end)
        && end != last.end
    {
        findings.note(
            Finding::new("startxref_elsewhere", "the last `startxref` does not follow the section it names", last.at)
                .in_revision(revisions.len() - 1),
        );
    }
    if let Some(problem) = &problem {
        let at = usize::try_from(problem.at).unwrap_or(usize::MAX);
        findings.note(Finding::new("chain", format!("the chain of cross-references ends early: {}", problem.what), at));
    }
    let slots = slots(&revisions);
    Chain { revisions, problem, slots }
}

/// Newest first, as far as they can be read.
fn sections(reader: &Reader<'_, '_>, last: &Tail, most: u64) -> (Vec<Loaded>, Option<Problem>) {
    let mut sections: Vec<Loaded> = Vec::new();
    let mut read = Spans::default();
    let mut next = (last.offset, last.at);
    loop {
        let (offset, from) = next;
        if u64::try_from(sections.len()).is_ok_and(|count| count >= most) {
            return (sections, Some(Problem::new("limit.revisions", "more cross-reference sections than the limit", from)));
        }
        match section(reader, offset, from, &mut read) {
            Ok(loaded) => sections.push(loaded),
            Err(problem) => return (sections, Some(problem)),
        }
        let Some(section) = sections.last().map(|loaded| &loaded.section) else { return (sections, None) };
        next = match section.trailer.entry(b"Prev") {
            Object::Null => return (sections, None),
            Object::Integer(previous) if *previous >= 0 => (previous.unsigned_abs(), section.octets.start),
            _ => {
                let problem = Problem::new("chain", "`/Prev` is no direct number", section.octets.start);
                return (sections, Some(problem));
            }
        };
    }
}

fn section(reader: &Reader<'_, '_>, offset: u64, from: usize, read: &mut Spans) -> Result<Loaded, Problem> {
    let outside = || Problem::new("chain", format!("a cross-reference at {offset} is outside the file"), from);
    let at = target(reader.octets, reader.header, offset).ok_or_else(outside)?;
    if read.contains(at) {
        return Err(Problem::new("chain", "the chain of cross-references comes back to octets it has read", at));
    }
    let loaded = reader.section(at)?;
    let parts = [Some(loaded.section.octets.clone()), loaded.section.hybrid.clone()];
    // Sections within sections would let a small file be read ten thousand times, and in two ways.
    for part in parts.into_iter().flatten() {
        if !read.insert(part.clone()) {
            return Err(Problem::new("chain", "two cross-reference sections share octets", part.start));
        }
    }
    Ok(loaded)
}

/// Spans that share no octet.
#[derive(Default)]
struct Spans(std::collections::BTreeMap<usize, Range<usize>>);

impl Spans {
    fn contains(&self, at: usize) -> bool {
        self.0.range(..=at).next_back().is_some_and(|(_, span)| span.contains(&at))
    }

    fn insert(&mut self, span: Range<usize>) -> bool {
        let free = self.0.range(..span.end).next_back().is_none_or(|(_, other)| !overlap(other, &span));
        if free {
            self.0.insert(span.start, span);
        }
        free
    }
}

/// Groups sections, oldest first, to revisions and finds the octets of each.
fn revisions(reader: &Reader<'_, '_>, loaded: Vec<Loaded>, findings: &Findings) -> Vec<Revision> {
    let starts: Vec<usize> = loaded.iter().take(2).map(|loaded| loaded.section.octets.start).collect();
    let linearized = matches!(*starts, [main, first_page] if first_page < main) && is_linearized(reader);
    let mut revisions: Vec<Revision> = Vec::with_capacity(loaded.len());
    for (index, Loaded { section, findings: found }) in loaded.into_iter().enumerate() {
        let joined = |older: &&mut Revision| (linearized && index == 1) || follows_directly(reader, older, &section);
        match revisions.last_mut().filter(joined) {
            Some(older) => older.sections.push(section),
            None => revisions.push(Revision { sections: vec![section], span: 0..0, startxref: None }),
        }
        found.into_iter().for_each(|finding| findings.note(finding.in_revision(revisions.len().saturating_sub(1))));
    }
    let (mut end, mut highest) = (reader.header, 0);
    for (index, revision) in revisions.iter_mut().enumerate() {
        find_span(reader, revision, end, |finding| findings.note(finding.in_revision(index)));
        end = revision.span.end;
        // §7.5.5: what `/Size` does not cover is missing to some readers; what this section itself names was told with it.
        if revision.size() <= u64::from(highest) && revision.highest_number() < highest {
            let what = format!("`/Size` does not cover object {highest} of an older revision");
            findings.note(of_number("beyond_size", what, revision.start().unwrap_or(end), highest).in_revision(index));
        }
        highest = highest.max(revision.highest_in_use());
    }
    revisions
}

/// Whether `section` follows the newest one of `older` with no `startxref` between them: a known writer closes one update with two tables, the
/// second of which only brings the `/XRefStm`. The state between them was never the end of a file.
fn follows_directly(reader: &Reader<'_, '_>, older: &Revision, section: &Section) -> bool {
    let Some(end) = older.sections.last().map(|section| section.octets.end).filter(|end| *end < section.octets.start) else { return false };
    let mut lexer = Lexer::new(reader.octets, end);
    lexer.skip_filler();
    lexer.at() == section.octets.start
}

/// From the end of the older revision to behind the tail that follows the last section of this one.
fn find_span(reader: &Reader<'_, '_>, revision: &mut Revision, older: usize, note: impl Fn(Finding)) {
    let last = revision.sections.iter().map(|section| section.octets.end).max().unwrap_or(older);
    let start = revision.start().unwrap_or(older);
    if revision.sections.iter().any(|section| section.octets.start < older) {
        note(Finding::new("chain_order", "a cross-reference section stands before the end of an older revision", start));
    }
    let end = match tail(reader.octets, last) {
        Some(tail) => {
            revision.startxref = Some(tail.offset);
            if target(reader.octets, reader.header, tail.offset) != Some(start) {
                note(Finding::new("startxref_mismatch", "`startxref` behind a section names another place", tail.at));
            }
            if !tail.has_end_marker {
                note(Finding::new("end_marker", "no `%%EOF` behind `startxref`", tail.end));
            }
            tail.end
        }
        None => {
            note(Finding::new("startxref_missing", "no `startxref` behind a cross-reference section", last));
            last
        }
    };
    revision.span = older.min(end)..end;
}

/// Whether the first object of the file is a linearisation parameter dictionary (annex F.3.3).
fn is_linearized(reader: &Reader<'_, '_>) -> bool {
    const WITHIN: usize = 2048;
    let window = reader.octets.get(..reader.octets.len().min(reader.header + WITHIN)).unwrap_or_default();
    let mut lexer = Lexer::new(window, reader.header);
    lexer.skip_filler();
    let Some(header) = indirect::header(window, lexer.at()) else { return false };
    lexer.move_to(header.body);
    let first = parser::value(&mut lexer, reader.bounds, None, &mut Notes::default());
    first.is_ok_and(|first| first.as_dictionary().is_some_and(|dictionary| dictionary.has(b"Linearized")))
}

fn slots(revisions: &[Revision]) -> Vec<Slot> {
    let small = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
    let mut slots = Vec::with_capacity(revisions.iter().flat_map(|revision| &revision.sections).map(|section| section.rows.len()).sum());
    for (revision, Revision { sections, .. }) in revisions.iter().enumerate() {
        for (section, Section { rows, .. }) in sections.iter().enumerate() {
            let slot = |(row, (number, ..)): (usize, &(u32, Origin, Entry))| Slot {
                number: *number,
                revision: small(revision),
                section: small(section),
                row: small(row),
            };
            slots.extend(rows.iter().enumerate().map(slot));
        }
    }
    // Each section is in order already: a sort that merges runs looks at each slot a few times.
    slots.sort();
    slots
}

impl Chain {
    /// The entry for object `number` that counts in revision `revision`.
    pub(super) fn placed(&self, number: u32, revision: usize) -> Option<Placed> {
        let revision = u32::try_from(revision).ok()?;
        let after = self.slots.partition_point(|slot| (slot.number, slot.revision) <= (number, revision));
        self.slots.get(after.checked_sub(1)?).filter(|slot| slot.number == number).and_then(|slot| self.at(*slot))
    }

    /// The entries that count in revision `revision`, ascending by number.
    pub(super) fn all_placed(&self, revision: usize) -> impl Iterator<Item = (u32, Placed)> {
        let same_number = self.slots.chunk_by(|one, other| one.number == other.number);
        same_number.filter_map(move |slots| {
            let slot = slots.iter().rfind(|slot| usize::try_from(slot.revision).is_ok_and(|of| of <= revision))?;
            Some((slot.number, self.at(*slot)?))
        })
    }

    fn at(&self, slot: Slot) -> Option<Placed> {
        let revision = usize::try_from(slot.revision).ok()?;
        let section = self.revisions.get(revision)?.sections.get(usize::try_from(slot.section).ok()?)?;
        let (_, origin, entry) = *section.rows.get(usize::try_from(slot.row).ok()?)?;
        Some(Placed { entry, revision, origin })
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::Pdf;
    use super::super::sample::{Sample, codes};
    use super::*;
    use crate::limits::Limits;

    fn updated() -> Sample {
        Sample::page().table("").object(3, "<</Type/Page>>").object(4, "(new)").table("")
    }

    #[test]
    fn each_revision_has_its_entries_and_octets() {
        let sample = updated();
        let pdf = sample.opened();
        assert!(pdf.chain_intact() && codes(&pdf).is_empty());
        let [first, second] = pdf.revisions() else { panic!() };
        assert_eq!((first.span.start, second.span.start, second.span.end), (0, first.span.end, sample.at() - 1));
        assert_eq!(second.entries().map(|(number, _)| number).collect::<Vec<_>>(), [3, 4]);
        assert_eq!((first.highest_number(), first.size(), second.size()), (3, 4, 5));
    }

    #[test]
    fn a_view_is_the_chain_cut_there() {
        let sample = updated();
        let pdf = sample.opened();
        let (older, newer) = (pdf.chain.placed(3, 0).unwrap(), pdf.chain.placed(3, 1).unwrap());
        assert_eq!((older.revision, newer.revision), (0, 1));
        assert_ne!(older.entry, newer.entry);
        assert_eq!(pdf.chain.placed(4, 0), None);
        assert_eq!(pdf.chain.placed(2, 1).map(|placed| placed.revision), Some(0));
        assert_eq!(pdf.chain.all_placed(0).map(|(number, _)| number).collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert_eq!(pdf.chain.all_placed(1).last(), Some((4, pdf.chain.placed(4, 1).unwrap())));
    }

    fn problem_of(entries: &str) -> Option<Problem> {
        let sample = Sample::page().table("").table(entries);
        sample.opened().chain_problem().cloned()
    }

    #[test]
    fn a_chain_that_cannot_be_followed_is_told() {
        let previous = |value: &str| {
            let sample = Sample::page();
            let at = sample.at();
            let sample = sample.table(&format!("/Prev {}", value.replace("itself", &at.to_string())));
            let pdf = sample.opened();
            assert_eq!(pdf.revisions().len(), 1);
            assert_eq!(codes(&pdf).contains(&"chain"), !pdf.chain_intact());
            pdf.chain_problem().map(|problem| problem.code)
        };
        assert_eq!(previous("null"), None);
        assert_eq!(previous("itself"), Some("chain"));
        assert_eq!(previous("999999"), Some("chain"));
        assert_eq!(previous("-1"), Some("chain"));
        assert_eq!(previous("1.0"), Some("chain"));
        assert_eq!(previous("3 0 R"), Some("chain"));
        assert_eq!(previous("0"), Some("cross_reference"));
        assert_eq!(problem_of(""), None);
    }

    #[test]
    fn a_size_that_does_not_cover_older_objects_is_told() {
        let sized = |size: u32| {
            let sample = Sample::page().object(4, "(four)").table("").object(3, "<</Type/Page>>");
            let text = String::from_utf8(sample.table("").octets).unwrap();
            let (older, newer) = text.split_at(text.rfind("/Size 5").unwrap());
            let octets = format!("{older}{}", newer.replacen("/Size 5", &format!("/Size {size}"), 1)).into_bytes();
            let pdf = Pdf::open(&octets, &Limits::default(), None).unwrap();
            codes(&pdf)
        };
        assert_eq!((sized(5), sized(4)), (vec![], vec!["beyond_size"]));
    }

    #[test]
    fn sections_end_at_the_limit() {
        let sample = (0..5).fold(Sample::page(), |sample, _| sample.table(""));
        let limits = Limits { revisions: 4, ..Limits::default() };
        let pdf = Pdf::open(&sample.octets, &limits, None).unwrap();
        assert_eq!((pdf.revisions().len(), pdf.chain_problem().unwrap().code), (4, "limit.revisions"));
    }

    #[test]
    fn a_section_within_a_section_breaks_the_chain() {
        let sample = Sample::page();
        let start = sample.at();
        let inner = start + "xref\n0 0\ntrailer\n<</A(".len();
        let sample = sample.raw(format!("xref\n0 0\ntrailer\n<</A(xref 0 0 trailer<<>>)/Prev {inner}>>\nstartxref\n{}\n%%EOF", start));
        let pdf = Pdf::open(&sample.octets, &Limits::default(), None).unwrap();
        assert_eq!(pdf.chain_problem().unwrap().code, "chain");
    }

    #[test]
    fn the_two_sections_of_a_linearised_file_are_one_revision() {
        let linearised = |mark: &str| {
            let sample = Sample::new().object(4, mark);
            let front = sample.at();
            // The front section is written first and must say where the other one will stand.
            let build = |previous: usize| {
                let sample = Sample::new().object(4, mark).object(1, "<</Type/Catalog/Pages 2 0 R>>");
                let text = format!(
                    "xref\n1 1\n{front:010} 00000 n \n4 1\n0000000009 00000 n \ntrailer\n<</Size 5/Root 1 0 R/Prev {previous:05}>>\nstartxref\n0\n%%EOF\n"
                );
                let at = sample.at();
                let mut sample = sample.raw(text);
                sample.rows.clear();
                let sample = sample.object(2, "<</Type/Pages/Kids[]/Count 0>>");
                let main = sample.at();
                (sample.section("").raw(format!("startxref\n{at}\n%%EOF\n")), main)
            };
            build(build(0).1).0
        };
        let sample = linearised("<</Linearized 1/L 9>>");
        let pdf = sample.opened();
        assert_eq!((pdf.revisions().len(), pdf.revisions()[0].sections.len()), (1, 2));
        assert_eq!(codes(&pdf), [""; 0]);
        assert_eq!(pdf.latest().trailer().entry(b"Root").as_reference().map(|root| root.number), Some(1));
        let sample = linearised("<</Linearised 1/L 9>>");
        let pdf = sample.opened();
        assert_eq!(pdf.revisions().len(), 2);
        assert!(codes(&pdf).contains(&"chain_order"));
    }

    #[test]
    fn two_sections_before_one_startxref_are_one_revision() {
        let sample = Sample::page().table("").object(3, "<</Type/Page/A 1>>").section("").table("");
        let pdf = sample.opened();
        assert_eq!(pdf.revisions().iter().map(|revision| revision.sections.len()).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(codes(&pdf), [""; 0]);
    }

    #[test]
    fn a_startxref_that_names_another_section_is_told() {
        let sample = updated();
        let text = String::from_utf8(sample.octets.clone()).unwrap();
        let first = text.find("xref\n0 1").unwrap();
        let last = text.rfind("startxref\n").unwrap() + 10;
        let text = format!("{}{first}\n%%EOF\n", &text[..last]);
        let pdf = Pdf::open(text.as_bytes(), &Limits::default(), None).unwrap();
        // The update is not in the chain: its octets are nobody's.
        assert_eq!(pdf.revisions().len(), 1);
        assert_eq!(codes(&pdf), ["startxref_elsewhere", "unaccounted_octets", "unlisted_object"]);
    }
}
