//! ISO 32000-2 §7.5 — File structure: what every octet of the file belongs to
//!
//! One pass from the header to the end. Where an object begins is known from the cross-references, where it ends from its own brackets and
//! its `/Length`; nothing is built, searched for or inflated.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use std::ops::Range;

use super::chain::Chain;
use super::cross_reference::{skip_white_at, target};
use super::finding::{Finding, Findings, Problem};
use super::indirect;
use super::lexer::{Lexer, find};
use super::named_places::{Start, starts};
use super::object::Reference;
use super::revision::Entry;
use super::trailer::tail;

/// What every octet of the file belongs to.
#[derive(Clone, Debug, Default)]
pub struct Accounting {
    /// Spans that belong to no object named by their own revision, no cross-reference, trailer, tail, white space or comment; ascending, at most 1,000.
    pub unaccounted: Vec<Range<u64>>,
    /// All such octets, those of spans beyond the first 1,000 included.
    pub unaccounted_octets: u64,
    /// Objects that stand where no cross-reference of their own revision names them, and where; at most 1,000.
    pub unlisted: Vec<(Reference, u64)>,
    /// Of revisions after the first, what has an `N G obj` within its own octets, and where: an object, or 0 for a section or a comment. Readers
    /// that repair a file find it, also in a string or a stream. At most 1,000.
    pub within: BTreeSet<(Reference, u64)>,
    /// Where `/ByteRange` stands in unaccounted octets; at most 1,000.
    pub(super) byte_ranges: Vec<usize>,
    /// Objects in which `/ByteRange` stands, of which revision they are, and where they begin; streams are opaque and left out. At most 1,000.
    pub(super) with_byte_range: Vec<(Reference, usize, usize)>,
}

const MOST: usize = 1_000;
/// The owner of sections and comments.
const NOBODY: Reference = Reference { number: 0, generation: 0 };

/// Built once: every object that is no stream is searched for it.
static BYTE_RANGE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"/ByteRange"));

impl Accounting {
    /// Whether another object stands in the octets that `span` has of `owner`; true when there are more such than are listed.
    pub fn has_object_within(&self, owner: Reference, span: &Range<usize>) -> bool {
        let of_owner = self.within.range((owner, wide(span.start))..(owner, wide(span.end)));
        of_owner.count() > 0 || self.within.len() >= MOST
    }

    /// Whether some octet of `span` is unaccounted for.
    pub fn unaccounted_in(&self, span: &Range<u64>) -> bool {
        let beyond_the_list = self.unaccounted.len() == MOST && self.unaccounted.last().is_some_and(|last| last.end < span.end);
        beyond_the_list || self.unaccounted.iter().any(|gap| gap.start < span.end && span.start < gap.end)
    }
}

/// Gives the number that the `/Length` at an offset stands for, in a revision.
pub(super) type LengthsAt<'l> = &'l dyn Fn(usize, usize) -> Result<usize, Problem>;

/// Takes spans of octets, one behind the other.
pub(super) type Passing<'l> = &'l mut dyn FnMut(Range<usize>);

/// Accounts for every octet of `octets`, in which `%PDF-` stands at `header`. All octets pass by `passing` once, each shortly before it is
/// looked at here.
pub(super) fn account(
    octets: &[u8],
    header: usize,
    chain: &Chain,
    findings: &Findings,
    lengths: LengthsAt<'_>,
    passing: Passing<'_>,
) -> Accounting {
    let starts = starts(octets, header, chain, findings);
    let accounting = Accounting::default();
    let mut walk = Walk { octets, header, chain, findings, lengths, passing, passed: 0, at: header, wasted: 0, accounting };
    let mut groups = starts.chunk_by(|one, other| one.at == other.at).peekable();
    let place = |group: Option<&&[Start]>| group.and_then(|group| group.first()).map_or(octets.len(), |start| start.at);
    loop {
        walk.pass();
        walk.skip_filler();
        let next = place(groups.peek());
        if next > walk.at {
            walk.gap(next);
            continue;
        }
        let Some(group) = groups.next() else { break };
        if walk.begins(next) {
            let bound = place(groups.peek());
            walk.group(group, bound.max(walk.at));
        } else {
            walk.note_inside(group);
        }
    }
    walk.pass_to(octets.len());
    walk.accounting
}

struct Walk<'a, 'w> {
    octets: &'a [u8],
    header: usize,
    chain: &'w Chain,
    findings: &'w Findings,
    lengths: LengthsAt<'w>,
    passing: Passing<'w>,
    /// The octets before this place have passed by.
    passed: usize,
    at: usize,
    /// Octets that were looked at for objects that have no end.
    wasted: usize,
    accounting: Accounting,
}

/// As many octets pass by at a time: few enough to be near when they are looked at.
const AT_A_TIME: usize = 64 << 10;

impl Walk<'_, '_> {
    /// What stands here has passed by, if it is no larger than most objects are.
    fn pass(&mut self) {
        if self.passed < self.at.saturating_add(AT_A_TIME / 4) {
            self.pass_to(self.at.saturating_add(AT_A_TIME));
        }
    }

    fn pass_to(&mut self, end: usize) {
        let end = end.min(self.octets.len());
        if self.passed < end {
            (self.passing)(self.passed..end);
            self.passed = end;
        }
    }

    /// Whether what is named at `place` begins here, white space there skipped.
    fn begins(&self, place: usize) -> bool {
        place == self.at || skip_white_at(self.octets, place) == self.at
    }

    /// The index of the revision to whose octets `at` belongs.
    fn revision_of(&self, at: usize) -> usize {
        self.chain.revisions.partition_point(|revision| revision.span.end <= at).min(self.chain.revisions.len().saturating_sub(1))
    }

    fn note(&self, code: &'static str, what: impl Into<String>, at: usize, object: Option<Reference>) {
        self.findings.note(Finding { object, ..Finding::new(code, what, at).in_revision(self.revision_of(at)) });
    }

    fn note_inside(&self, group: &[Start]) {
        for start in group.iter().filter(|start| start.section_end.is_none()) {
            self.note(
                "entry_inside",
                format!("the entry for {} points into other octets", start.reference),
                start.at,
                Some(start.reference),
            );
        }
    }

    fn skip_filler(&mut self) {
        let mut lexer = Lexer::new(self.octets, self.at);
        lexer.skip_white();
        while lexer.octet() == Some(b'%') {
            let at = lexer.at();
            let end = self.chain.revisions.last().map_or(usize::MAX, |revision| revision.span.end);
            if at != self.header && lexer.rest().starts_with(b"%PDF-") {
                self.note("second_header", "a second `%PDF-` header", at, None);
            } else if at >= end {
                self.note("comment_after_end", "a comment behind the last `%%EOF`", at, None);
            }
            lexer.skip_comment();
            self.look_within(NOBODY, at..lexer.at());
            lexer.skip_white();
        }
        self.at = lexer.at();
    }

    /// The octets from here to `next` are named by nobody.
    fn gap(&mut self, next: usize) {
        if self.is_doubled_digit(next) {
            self.note("doubled_digit", "the first digit of an update stands twice", self.at, None);
            self.at = next;
            return;
        }
        let gap = self.octets.get(self.at..next).unwrap_or_default();
        let trimmed = gap.trim_ascii_end().len();
        self.unlisted_objects(self.at..next);
        self.unaccounted(self.at..self.at + trimmed, "no cross-reference of this revision names these octets");
        self.at = next;
    }

    /// One digit right before the first object of an update, equal to that object's first digit: a known writer does it.
    fn is_doubled_digit(&self, next: usize) -> bool {
        let begins = |at: usize| self.octets.get(..at).is_some_and(|before| before.trim_ascii_end().ends_with(b"%%EOF"));
        next == self.at + 1
            && self.octets.get(self.at) == self.octets.get(next)
            && self.octets.get(next).is_some_and(u8::is_ascii_digit)
            && self.revision_of(self.at) > 0
            && begins(self.at)
    }

    /// Objects in octets that nobody names: two readers may read two documents.
    fn unlisted_objects(&mut self, gap: Range<usize>) {
        let octets = self.octets.get(..gap.end).unwrap_or_default();
        let mut from = gap.start;
        while let Some(found) = octets.get(from..).and_then(|rest| find(rest, b"obj")) {
            let word = from + found;
            from = word + 3;
            let header = indirect::header_before(octets, gap.start, word);
            if let Some(header) = header {
                self.note(
                    "unlisted_object",
                    format!("object {} is named by no cross-reference of its revision", header.reference),
                    header.at,
                    Some(header.reference),
                );
                if self.accounting.unlisted.len() < MOST {
                    self.accounting.unlisted.push((header.reference, wide(header.at)));
                }
            }
        }
    }

    fn unaccounted(&mut self, span: Range<usize>, why: &str) {
        if span.is_empty() {
            return;
        }
        self.note("unaccounted_octets", format!("{} octets unaccounted for: {why}", span.len()), span.start, None);
        self.find_byte_ranges(span.clone());
        self.accounting.unaccounted_octets += wide(span.len());
        let span = wide(span.start)..wide(span.end);
        let listed = &mut self.accounting.unaccounted;
        if let Some(last) = listed.last_mut().filter(|last| last.end == span.start) {
            last.end = span.end;
        } else if listed.len() < MOST {
            listed.push(span);
        }
    }

    fn find_byte_ranges(&mut self, span: Range<usize>) {
        let mut from = span.start;
        while let Some(found) = self.octets.get(from..span.end).and_then(|rest| find(rest, b"/ByteRange")) {
            if self.accounting.byte_ranges.len() >= MOST {
                return;
            }
            self.accounting.byte_ranges.push(from + found);
            from += found + 1;
        }
    }

    /// What begins here: a section, or the object that entries name. `bound` is where the next thing named begins.
    fn group(&mut self, group: &[Start], bound: usize) {
        if let Some(end) = group.iter().find_map(|start| start.section_end) {
            self.entries_of_section(group);
            self.look_within(NOBODY, self.behind_header()..end);
            self.at = tail(self.octets, end).map_or(end, |tail| tail.end);
            return;
        }
        // An object may hold a place that an entry names: it ends where it ends. But many objects without end must not each be followed to the
        // end of the file.
        let follow = if self.wasted > self.octets.len().saturating_mul(4) { bound } else { self.octets.len() };
        match self.object(group, follow) {
            Ok(end) => {
                self.note_byte_range(group, end);
                self.look_within(group.first().map_or(NOBODY, |start| start.reference), self.behind_header()..end);
                self.at = end;
            }
            Err(problem) => {
                self.wasted = self.wasted.saturating_add(follow - self.at);
                if let Some(start) = group.first() {
                    self.note(problem.code, problem.what, self.at, Some(start.reference));
                }
                self.gap_after_error(bound);
            }
        }
    }

    fn behind_header(&self) -> usize {
        indirect::header(self.octets, self.at).map_or(self.at, |header| header.body)
    }

    /// An object within the octets of `owner`.
    fn look_within(&mut self, owner: Reference, span: Range<usize>) {
        let octets = self.octets.get(..span.end).unwrap_or_default();
        if self.revision_of(span.start) == 0 || self.accounting.within.len() >= MOST {
            return;
        }
        let mut from = span.start;
        while let Some(found) = octets.get(from..).and_then(|rest| find(rest, b"obj")) {
            let word = from + found;
            from = word + 3;
            if let Some(header) = indirect::header_before(octets, span.start, word) {
                self.accounting.within.insert((owner, wide(header.at)));
                return;
            }
        }
    }

    /// A cross-reference stream may have an entry; another object has none here.
    fn entries_of_section(&self, group: &[Start]) {
        let header = indirect::header(self.octets, self.at);
        for start in group.iter().filter(|start| start.section_end.is_none()) {
            if header.is_none_or(|header| header.reference != start.reference) {
                self.note_entry("header_mismatch", format!("the entry for {} points to a cross-reference", start.reference), start);
            }
        }
    }

    fn note_byte_range(&mut self, group: &[Start], end: usize) {
        let octets = self.octets.get(self.at..end).unwrap_or_default();
        let value = octets.trim_ascii_end().strip_suffix(b"endobj").unwrap_or(octets).trim_ascii_end();
        let listed = &mut self.accounting.with_byte_range;
        if let Some(start) =
            group.first().filter(|_| listed.len() < MOST && !value.ends_with(b"endstream") && BYTE_RANGE.find(value).is_some())
        {
            listed.push((start.reference, start.revision, self.at));
        }
    }

    fn gap_after_error(&mut self, bound: usize) {
        let gap = self.octets.get(self.at..bound).unwrap_or_default();
        self.unaccounted(
            self.at..self.at + gap.trim_ascii_end().len(),
            "the object that begins here cannot be read or is not of this revision",
        );
        self.at = bound;
    }

    /// Behind the object that begins here, if its value ends before `bound`.
    fn object(&self, group: &[Start], bound: usize) -> Result<usize, Problem> {
        let nothing = || Problem::new("header_mismatch", "no object where an entry points", self.at);
        let header = indirect::header(self.octets, self.at).ok_or_else(nothing)?;
        let revision = self.revision_of(self.at);
        let mut own = false;
        for start in group {
            own |= self.names(start, header.reference, revision);
        }
        if !own {
            let what = format!("object {} is named by no cross-reference of its revision", header.reference);
            return Err(Problem::new("unlisted_object", what, self.at));
        }
        indirect::end(self.octets, header, bound, &|at| (self.lengths)(at, revision))
    }

    /// Whether an entry accounts for the object `found` in the octets of `revision`; when it only points there, that is told.
    fn names(&self, start: &Start, found: Reference, revision: usize) -> bool {
        let reference = start.reference;
        let (code, what) = if reference != found {
            ("header_mismatch", format!("the entry for {reference} points to object {found}"))
        } else if start.revision == revision {
            return true;
        } else if start.revision < revision {
            ("entry_beyond_revision", format!("the entry for {reference} points into a later revision"))
        } else {
            match self.older(start) {
                // §7.5.8.4: an object that only the `/XRefStm` names, hidden from older readers, is what that entry is for.
                None if start.hybrid => return true,
                // A cross-reference that repeats what holds changes nothing.
                Some(at) if at == self.at => return false,
                _ => ("entry_repointed", format!("the entry for {reference} points to octets of an older revision")),
            }
        };
        self.note_entry(code, what, start);
        false
    }

    /// About an entry, in the revision that has it.
    fn note_entry(&self, code: &'static str, what: String, start: &Start) {
        self.findings.note(Finding::new(code, what, self.at).about(start.reference).in_revision(start.revision));
    }

    /// Where the object stood before the revision of the entry; `usize::MAX` stands for an object stream.
    fn older(&self, start: &Start) -> Option<usize> {
        let before = self.chain.placed(start.reference.number, start.revision.checked_sub(1)?)?;
        match before.entry {
            Entry::InUse { offset, .. } => target(self.octets, self.header, offset),
            Entry::Compressed { .. } => Some(usize::MAX),
            Entry::Free { .. } => None,
        }
    }
}

fn wide(at: usize) -> u64 {
    u64::try_from(at).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::document::Pdf;
    use super::super::sample::{Sample, codes};
    use super::*;
    use crate::limits::Limits;

    #[test]
    fn an_object_within_octets_of_a_later_revision_is_listed() {
        let within = |sample: &Sample| sample.opened().accounting().within.iter().map(|(owner, _)| owner.number).collect::<Vec<_>>();
        let inside = b"\n7 0 obj 1 endobj";
        assert_eq!(within(&Sample::page().stream(4, "", inside).table("")), [0; 0]);
        assert_eq!(within(&signed_then(|sample| sample.stream(4, "", inside).table(""))), [4]);
        assert_eq!(within(&signed_then(|sample| sample.object(4, "(7 0 obj)").table("/A (7 0 obj)"))), [0, 4]);
        assert_eq!(within(&signed_then(|sample| sample.object(4, "(7 0 R, endobj)").raw("% 7 0 obj\n").table(""))), [0]);
        assert_eq!(within(&signed_then(|sample| sample.object(4, "(an object)").table(""))), [0; 0]);
    }

    fn signed_then(update: impl Fn(Sample) -> Sample) -> Sample {
        update(Sample::page().table(""))
    }

    fn unaccounted(sample: &Sample) -> Vec<String> {
        let pdf = sample.opened();
        let text = |span: &Range<u64>| {
            let span = usize::try_from(span.start).unwrap()..usize::try_from(span.end).unwrap();
            String::from_utf8_lossy(&sample.octets[span]).into_owned()
        };
        pdf.accounting().unaccounted.iter().map(text).collect()
    }

    const NONE: [&str; 0] = [];

    #[test]
    fn every_octet_of_an_ordinary_file_is_accounted_for() {
        let plain =
            signed_then(|sample| sample.object(4, "[(a) % (b\n]").raw("% between\n\0\n").stream(5, "", b"5 0 obj endobj").table(""));
        assert_eq!(codes(&plain.opened()), NONE);
        let streams =
            Sample::page().stream(5, "/Type/ObjStm/N 1/First 4", b"9 0 (in a stream)").stream_section(7, &[(9, 2, 5, 0)], "").tail();
        assert_eq!(codes(&streams.opened()), NONE);
    }

    #[test]
    fn octets_that_nobody_names_are_told() {
        let sample = signed_then(|sample| sample.raw("hidden\n").object(4, "(new)").raw("more").table("").raw("behind"));
        assert_eq!(unaccounted(&sample), ["hidden", "more", "behind"]);
        assert_eq!(sample.opened().accounting().unaccounted_octets, 16);
        let end = u64::try_from(sample.at()).unwrap();
        assert!(sample.opened().accounting().unaccounted_in(&(end - 1..end)));
        assert!(!sample.opened().accounting().unaccounted_in(&(0..9)));
    }

    #[test]
    fn an_object_that_no_cross_reference_names_is_told() {
        let sample = signed_then(|sample| sample.raw("3 0 obj\n<</Type/Page/Hidden true>>\nendobj\n").object(4, "(new)").table(""));
        let pdf = sample.opened();
        assert_eq!(codes(&pdf), ["unaccounted_octets", "unlisted_object"]);
        assert_eq!(pdf.accounting().unlisted[0].0, Reference { number: 3, generation: 0 });
        assert_eq!(unaccounted(&sample), ["3 0 obj\n<</Type/Page/Hidden true>>\nendobj"]);
    }

    #[test]
    fn an_update_that_only_points_elsewhere_is_told() {
        // R6: two page trees in the signed file, and a later table that swaps them.
        let hidden = Sample::page();
        let at = hidden.at();
        let sample = hidden.raw("2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n").table("").row(2, at).table("");
        let pdf = sample.opened();
        assert_eq!(codes(&pdf), ["entry_repointed", "unaccounted_octets", "unlisted_object"]);
        assert!(
            pdf.findings()
                .iter()
                .any(|finding| finding.code == "entry_repointed" && finding.object == Some(Reference { number: 2, generation: 0 }))
        );
    }

    /// A hybrid update: `entries` of its stream, which stands behind the table's objects; the table itself names nothing.
    fn hybrid(sample: Sample, entries: &[(u32, u8, u16, u8)]) -> Sample {
        let at = sample.at();
        let size = sample.octets.len();
        let data: Vec<u8> =
            entries.iter().flat_map(|(_, kind, second, third)| [&[*kind][..], &second.to_be_bytes(), &[*third]].concat()).collect();
        let index: String = entries.iter().map(|row| format!("{} 1 ", row.0)).collect();
        let mut sample = sample.stream(9, &format!("/Type/XRef/W[1 2 1]/Index[{index}]/Size {size}"), &data);
        sample.rows.clear();
        sample.table(&format!("/XRefStm {at}"))
    }

    #[test]
    fn an_object_that_only_the_stream_of_a_hybrid_file_names_is_no_finding() {
        let hidden = Sample::page();
        let at = u16::try_from(hidden.at()).unwrap();
        let older = hidden.raw("4 0 obj (hidden) endobj\n").table("");
        assert_eq!(codes(&hybrid(older, &[(4, 1, at, 0)]).opened()), NONE);
    }

    #[test]
    fn an_object_that_the_stream_of_a_hybrid_file_moves_is_told() {
        let hidden = Sample::page();
        let at = u16::try_from(hidden.at()).unwrap();
        let older = hidden.raw("3 0 obj <</Type/Page/Hidden true>> endobj\n").table("");
        assert_eq!(codes(&hybrid(older, &[(3, 1, at, 0)]).opened()), ["entry_repointed", "unaccounted_octets", "unlisted_object"]);
    }

    #[test]
    fn a_table_that_repeats_what_holds_is_no_finding() {
        let first = Sample::page();
        let rows = first.rows.clone();
        let mut sample = first.table("").object(4, "(new)");
        sample.rows.extend(rows);
        assert_eq!(codes(&sample.table("").opened()), NONE);
    }

    #[test]
    fn the_first_version_named_again_is_told() {
        let first = Sample::page();
        let at = first.rows[&3];
        let sample = first.table("").object(3, "<</Type/Page/New 1>>").table("").row(3, at).table("");
        assert_eq!(codes(&sample.opened()), ["entry_repointed"]);
    }

    #[test]
    fn entries_and_headers_that_disagree_are_told() {
        let page = Sample::page();
        let at = page.rows[&3];
        assert_eq!(codes(&page.row(4, at).table("").opened()), ["header_mismatch"]);
        let page = Sample::page();
        let table = page.at();
        assert_eq!(codes(&page.row(4, table).table("").opened()), ["header_mismatch"]);
        assert_eq!(codes(&Sample::page().row(4, 12).table("").opened()), ["entry_inside"]);
        assert_eq!(codes(&Sample::page().row(4, 99_999).table("").opened()), ["entry_out_of_range"]);
        assert_eq!(
            codes(&Sample::page().raw("5 0 R ").listed(4).raw("(no header)\n").table("").opened()),
            ["header_mismatch", "unaccounted_octets"]
        );
    }

    #[test]
    fn an_entry_may_point_to_white_space_before_its_object() {
        assert_eq!(codes(&Sample::page().listed(4).raw("\n \n4 0 obj 1 endobj\n").table("").opened()), NONE);
    }

    #[test]
    fn an_entry_into_a_later_revision_is_told() {
        let first = Sample::page();
        let end = first.row(4, 0).table("").at();
        let sample = Sample::page().row(4, end).table("").raw("4 0 obj 1 endobj\n").object(5, "2").table("");
        assert_eq!(codes(&sample.opened()), ["entry_beyond_revision", "unaccounted_octets", "unlisted_object"]);
    }

    #[test]
    fn stream_data_are_opaque_and_end_where_their_length_says() {
        let embedded = b"%PDF-1.4\n3 0 obj\n<<>>\nendobj\nxref\n%%EOF";
        assert_eq!(codes(&Sample::page().stream(4, "", embedded).table("").opened()), NONE);
        let lie = Sample::page().object(4, "<</Length 9>>stream\n%PDF-1.4\n5 0 obj 1 endobj\nendstream");
        assert_eq!(codes(&lie.table("").opened()), ["stream_extent", "unaccounted_octets"]);
    }

    #[test]
    fn an_indirect_length_is_read_in_the_revision_of_its_stream() {
        let stream = |length: usize| {
            Sample::page().object(4, "<</Length 5 0 R>>stream\n12345678\nendstream").object(5, length.to_string()).table("")
        };
        assert_eq!(codes(&stream(8).opened()), NONE);
        assert_eq!(codes(&stream(8).object(5, "3").table("").opened()), NONE);
        assert_eq!(codes(&stream(3).object(5, "8").table("").opened()), ["stream_extent", "unaccounted_octets"]);
    }

    #[test]
    fn a_second_header_and_a_comment_at_the_end_are_told() {
        assert_eq!(codes(&signed_then(|sample| sample.raw("%PDF-1.4\n").object(4, "1").table("")).opened()), ["second_header"]);
        assert_eq!(codes(&signed_then(|sample| sample.raw("% a comment\n")).opened()), ["comment_after_end"]);
        assert_eq!(codes(&signed_then(|sample| sample.raw("\n\0\0\r\n")).opened()), NONE);
    }

    #[test]
    fn octets_before_the_header_are_told_and_offsets_count_from_it() {
        let sample = Sample::page().table("");
        let octets = [b"junk\n", &sample.octets[..]].concat();
        let pdf = Pdf::open(&octets, &Limits::default(), None).unwrap();
        assert!(pdf.latest().catalog().is_ok());
        assert_eq!(codes(&pdf), ["leading_octets"]);
    }

    #[test]
    fn one_doubled_digit_before_an_update_is_accounted_for() {
        let doubled = |digit: &str| codes(&signed_then(|sample| sample.raw(digit).object(4, "1").table("")).opened());
        assert_eq!(doubled("4"), ["doubled_digit"]);
        assert_eq!(doubled("5"), ["unaccounted_octets"]);
        assert_eq!(doubled("44"), ["unaccounted_octets"]);
        let within = signed_then(|sample| sample.object(4, "1").raw("5").object(5, "1").table(""));
        assert_eq!(codes(&within.opened()), ["unaccounted_octets"]);
    }

    #[test]
    fn a_signature_in_octets_that_nobody_names_is_found() {
        let signature = "9 0 obj<</Type/Sig/ByteRange[0 1 2 3]>>endobj\n";
        let sample = signed_then(|sample| sample.raw(signature));
        let place = sample.octets.windows(10).position(|octets| octets == b"/ByteRange");
        assert_eq!(sample.opened().byte_ranges_unlisted(), [place.unwrap()]);
        let listed = signed_then(|sample| sample.listed(9).raw(signature).table(""));
        assert_eq!(listed.opened().byte_ranges_unlisted(), [0usize; 0]);
    }
}
