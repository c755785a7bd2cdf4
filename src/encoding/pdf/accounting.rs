//! ISO 32000-2 §7.5 — File structure: what every octet of the file belongs to
//!
//! One pass from the header to the end. Where an object begins is known from the cross-references, where it ends from its own brackets and
//! its `/Length`; nothing is built, searched for or inflated.

use std::ops::Range;

use super::chain::Chain;
use super::cross_reference::{skip_white_at, target};
use super::finding::{Finding, Findings, Problem};
use super::indirect;
use super::lexer::Lexer;
use super::object::Reference;
use super::revision::{Entry, Origin, Revision};
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
    /// Where `/ByteRange` stands in unaccounted octets; at most 1,000.
    pub(super) byte_ranges: Vec<usize>,
}

const MOST: usize = 1_000;

impl Accounting {
    /// Whether some octet of `span` is unaccounted for.
    pub fn unaccounted_in(&self, span: &Range<u64>) -> bool {
        let beyond_the_list = self.unaccounted.len() == MOST && self.unaccounted.last().is_some_and(|last| last.end < span.end);
        beyond_the_list || self.unaccounted.iter().any(|gap| gap.start < span.end && span.start < gap.end)
    }
}

/// A place that a cross-reference, or the chain, names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Start {
    /// As named: white space may stand here.
    at: usize,
    /// Behind the section that begins here; `None` for an object.
    section_end: Option<usize>,
    reference: Reference,
    revision: usize,
    hybrid: bool,
}

/// Gives the number that the `/Length` at an offset stands for, in a revision.
pub(super) type LengthsAt<'l> = &'l dyn Fn(usize, usize) -> Result<usize, Problem>;

/// Accounts for every octet of `octets`, in which `%PDF-` stands at `header`.
pub(super) fn account(octets: &[u8], header: usize, chain: &Chain, findings: &Findings, lengths: LengthsAt<'_>) -> Accounting {
    let starts = starts(octets, header, chain, findings);
    let mut walk = Walk { octets, header, chain, findings, lengths, at: header, accounting: Accounting::default() };
    let mut groups = starts.chunk_by(|one, other| one.at == other.at).peekable();
    let place = |group: Option<&&[Start]>| group.and_then(|group| group.first()).map_or(octets.len(), |start| start.at);
    loop {
        walk.skip_filler();
        let next = place(groups.peek());
        if next > walk.at {
            walk.gap(next);
            continue;
        }
        let Some(group) = groups.next() else { return walk.accounting };
        if walk.begins(next) {
            let bound = place(groups.peek());
            walk.group(group, bound.max(walk.at));
        } else {
            walk.note_inside(group);
        }
    }
}

/// Every place named, ascending; what points outside the file is told.
fn starts(octets: &[u8], header: usize, chain: &Chain, findings: &Findings) -> Vec<Start> {
    let mut starts = Vec::new();
    for (revision, Revision { sections, .. }) in chain.revisions.iter().enumerate() {
        for section in sections {
            for (number, origin, entry) in &section.rows {
                let Entry::InUse { offset, generation } = *entry else { continue };
                let reference = Reference { number: *number, generation };
                let hybrid = *origin == Origin::HybridStream;
                match usize::try_from(offset).ok().and_then(|offset| offset.checked_add(header)).filter(|at| *at < octets.len()) {
                    Some(at) => starts.push(Start { at, section_end: None, reference, revision, hybrid }),
                    None => findings.note(
                        Finding::new(
                            "entry_out_of_range",
                            format!("the entry for {reference} points outside the file"),
                            section.octets.start,
                        )
                        .about(reference)
                        .in_revision(revision),
                    ),
                }
            }
            for span in [Some(&section.octets), section.hybrid.as_ref()].into_iter().flatten() {
                let reference = Reference { number: 0, generation: 0 };
                starts.push(Start { at: span.start, section_end: Some(span.end), reference, revision, hybrid: false });
            }
        }
    }
    // As a rule they are in order already.
    starts.sort();
    starts
}

struct Walk<'a, 'w> {
    octets: &'a [u8],
    header: usize,
    chain: &'w Chain,
    findings: &'w Findings,
    lengths: LengthsAt<'w>,
    at: usize,
    accounting: Accounting,
}

impl Walk<'_, '_> {
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
            let header = header_before(octets, gap.start, word);
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

    /// What begins here: a section, or the object that entries name. `bound` is where the next thing begins.
    fn group(&mut self, group: &[Start], bound: usize) {
        if let Some(end) = group.iter().find_map(|start| start.section_end) {
            self.at = tail(self.octets, end).map_or(end, |tail| tail.end);
            return;
        }
        match self.object(group, bound) {
            Ok(end) => self.at = end,
            Err(problem) => {
                if let Some(start) = group.first() {
                    self.note(problem.code, problem.what, self.at, Some(start.reference));
                }
                self.gap_after_error(bound);
            }
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

    /// Behind the object that begins here.
    fn object(&self, group: &[Start], bound: usize) -> Result<usize, Problem> {
        let header = indirect::header(self.octets, self.at)
            .ok_or_else(|| Problem::new("header_mismatch", "no object where an entry points", self.at))?;
        let mut own = false;
        let revision = self.revision_of(self.at);
        for start in group {
            if start.reference != header.reference {
                let what = format!("the entry for {} points to object {}", start.reference, header.reference);
                self.note("header_mismatch", what, self.at, Some(start.reference));
            } else if start.revision == revision || start.hybrid {
                own = true;
            } else if start.revision < revision {
                self.note(
                    "entry_beyond_revision",
                    format!("the entry for {} points into a later revision", start.reference),
                    self.at,
                    Some(start.reference),
                );
            } else if self.is_repointed(start) {
                self.note(
                    "entry_repointed",
                    format!("the entry for {} points to octets of an older revision", start.reference),
                    self.at,
                    Some(start.reference),
                );
            }
        }
        if !own {
            return Err(Problem::new(
                "unlisted_object",
                format!("object {} is named by no cross-reference of its revision", header.reference),
                self.at,
            ));
        }
        indirect::end(self.octets, header, bound, &|at| (self.lengths)(at, revision))
    }

    /// Whether a later revision gave the entry this place; a cross-reference that repeats what already holds changes nothing.
    fn is_repointed(&self, start: &Start) -> bool {
        let before = start.revision.checked_sub(1).and_then(|before| self.chain.placed(start.reference.number, before));
        match before.map(|placed| placed.entry) {
            Some(Entry::InUse { offset, .. }) => target(self.octets, self.header, offset) != Some(self.at),
            _ => true,
        }
    }
}

/// The header that ends with the `obj` at `word`, if it begins at or behind `from`.
fn header_before(octets: &[u8], from: usize, word: usize) -> Option<indirect::Header> {
    const MOST_HEADER: usize = 40;
    let earliest = from.max(word.saturating_sub(MOST_HEADER));
    let before = octets.get(earliest..word)?;
    let fields = before.iter().rposition(|octet| !octet.is_ascii_digit() && !super::lexer::is_white(*octet)).map_or(0, |at| at + 1);
    // The last two numbers before the word; what stands before them is something else.
    let text = before.get(fields..)?.trim_ascii_end();
    let generation = text.len() - text.iter().rev().take_while(|octet| octet.is_ascii_digit()).count();
    let text = text.get(..generation)?.trim_ascii_end();
    let number = text.len() - text.iter().rev().take_while(|octet| octet.is_ascii_digit()).count();
    indirect::header(octets, earliest + fields + number).filter(|header| header.body == word + 3)
}

/// The first place of `word` in `octets`.
pub(super) fn find(octets: &[u8], word: &[u8]) -> Option<usize> {
    let first = *word.first()?;
    let mut from = 0;
    loop {
        let at = from + octets.get(from..)?.iter().position(|octet| *octet == first)?;
        if octets.get(at..)?.starts_with(word) {
            return Some(at);
        }
        from = at + 1;
    }
}

fn wide(at: usize) -> u64 {
    u64::try_from(at).unwrap_or(u64::MAX)
}
