//! ISO 32000-2 §7.5 — File structure: an opened file

use std::cell::{OnceCell, RefCell};
use std::ops::Range;
use std::sync::Arc;

use super::accounting::{Accounting, account};
use super::cache::Cache;
use super::chain::{Chain, follow};
use super::cross_reference::{Reader, target};
use super::encryption::{Encryption, EncryptionFacts};
use super::finding::{Finding, Findings, Problem};
use super::lexer::{Lexer, find};
use super::object::{Dictionary, Object, Reference};
use super::parser::Bounds;
use super::revision::{Revision, SectionKind};
use super::view::View;
use crate::error::Malformed;
use crate::limits::{Budget, Limits};

/// An opened PDF file. Nothing is repaired: what the cross-references say is what is read.
#[derive(Debug)]
pub struct Pdf<'a> {
    pub(super) octets: &'a [u8],
    pub(super) limits: Limits,
    pub(super) header: usize,
    pub(super) chain: Chain,
    pub(super) encryption: Option<Encryption>,
    pub(super) findings: Findings,
    pub(super) cache: RefCell<Cache>,
    /// Octets that streams may still inflate to.
    pub(super) inflated: Budget,
    /// Octets that may still be parsed: an object in an object in an object costs, and is paid for, each time.
    pub(super) parsed: Budget,
    pub(super) nothing: Dictionary,
    accounting: OnceCell<Accounting>,
}

/// §7.5.2 and annex I: other readers look for the header so far.
const HEADER_WITHIN: usize = 1024;

/// Where `%PDF-` stands in the first 1,024 octets.
fn header(octets: &[u8]) -> Option<usize> {
    find(octets.get(..octets.len().min(HEADER_WITHIN + 4)).unwrap_or_default(), b"%PDF-")
}

impl<'a> Pdf<'a> {
    /// Whether `octets` say that they are a PDF file.
    pub fn is_announced(octets: &[u8]) -> bool {
        header(octets).is_some()
    }

    /// Opens `octets`. `password` is tried as owner and as user password, then the empty password is.
    ///
    /// # Errors
    /// Only without `%PDF-` in the first 1,024 octets, or without any readable cross-reference and without `/ByteRange` anywhere.
    pub fn open(octets: &'a [u8], limits: &Limits, password: Option<&[u8]>) -> Result<Self, Malformed> {
        let header = header(octets).ok_or_else(|| Malformed::new("PDF", "no `%PDF-` in the first 1,024 octets", 0))?;
        let findings = Findings::default();
        if header > 0 {
            findings.note(Finding::new("leading_octets", format!("{header} octets stand before `%PDF-`"), 0));
        }
        let entries = Budget::new("objects", limits.objects);
        let chain = follow(&Reader { octets, header, bounds: bounds(limits), entries: &entries }, limits.revisions, &findings);
        if chain.revisions.is_empty() && find(octets, b"/ByteRange").is_none() {
            return Err(chain.problem.map_or_else(|| Malformed::new("PDF", "no cross-reference", octets.len()), Malformed::from));
        }
        let mut pdf = Self {
            octets,
            limits: limits.clone(),
            header,
            chain,
            encryption: None,
            findings,
            cache: RefCell::default(),
            inflated: Budget::new("inflated_document", limits.inflated_document),
            parsed: Budget::new("parsed_octets", wide(octets.len()).saturating_mul(64).saturating_add(256 << 20)),
            nothing: Dictionary::default(),
            accounting: OnceCell::new(),
        };
        pdf.encryption = pdf.open_encryption(password);
        pdf.note_missing_root();
        Ok(pdf)
    }

    /// Without `/Root` in the newest trailer (§7.5.5) some readers take that of an older one, or look for a catalog.
    fn note_missing_root(&self) {
        let Some(index) = self.revisions().len().checked_sub(1) else { return };
        let root = self.latest().trailer().entry(b"Root").as_reference();
        if !root.is_some_and(|root| self.latest().is_defined(root)) {
            let finding = Finding::new("root", "`/Root` of the newest trailer names no object", self.newest_start());
            self.findings.note(finding.in_revision(index));
        }
    }

    /// The file.
    pub fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// Where `%PDF-` stands; offsets written in the file count from there.
    pub fn header_offset(&self) -> usize {
        self.header
    }

    /// The limits it was opened with.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The encryption of the file, `None` when it is not encrypted.
    pub fn encryption(&self) -> Option<&EncryptionFacts> {
        self.encryption.as_ref().map(|encryption| &encryption.facts)
    }

    /// Whether it is encrypted and no given password fits: strings stay as they are in the file, streams are unreadable.
    pub fn locked(&self) -> bool {
        self.encryption().is_some_and(|encryption| encryption.locked)
    }

    /// The revisions, oldest first. Empty when no cross-reference is readable.
    pub fn revisions(&self) -> &[Revision] {
        &self.chain.revisions
    }

    /// Whether the chain of cross-references could be followed to its first section.
    pub fn chain_intact(&self) -> bool {
        self.chain_problem().is_none()
    }

    /// Why the chain could not be followed to its first section.
    pub fn chain_problem(&self) -> Option<&Problem> {
        self.chain.problem.as_ref()
    }

    /// The document as of revision `index`, oldest first; `None` when there is no such revision.
    pub fn at(&self, index: usize) -> Option<View<'_, 'a>> {
        (index < self.revisions().len()).then_some(View { pdf: self, revision: index })
    }

    /// The document as of its newest revision; an empty one when no cross-reference is readable.
    pub fn latest(&self) -> View<'_, 'a> {
        View { pdf: self, revision: self.revisions().len().saturating_sub(1) }
    }

    /// All disagreements found so far: those of the file structure at once, those of an object when it is read, those of octets after [`Self::accounting`].
    pub fn findings(&self) -> Vec<Finding> {
        self.findings.list()
    }

    /// What every octet belongs to; computed once, and no stream is inflated but one that holds a `/Length`.
    pub fn accounting(&self) -> &Accounting {
        self.accounting_beside(&mut |_| ())
    }

    /// As [`Self::accounting`]; every octet of the file passes by `passing` once, in spans in their order, so that a digest of a large file
    /// takes no second way through memory.
    pub fn accounting_beside(&self, passing: &mut dyn FnMut(Range<usize>)) -> &Accounting {
        if let Some(known) = self.accounting.get() {
            passing(0..self.octets.len());
            return known;
        }
        let lengths = |at: usize, revision: usize| View { pdf: self, revision }.length_at(at);
        let accounting = account(self.octets, self.header, &self.chain, &self.findings, &lengths, passing);
        self.accounting.get_or_init(|| accounting)
    }

    /// Places of `/ByteRange` in octets that no named object accounts for: signatures found, never trusted.
    pub fn byte_ranges_unlisted(&self) -> &[usize] {
        &self.accounting().byte_ranges
    }

    /// Objects with a `/ByteRange` somewhere in them, the revision that has them, and where they begin: signatures, whether or not a field has
    /// them.
    pub fn objects_with_byte_range(&self) -> &[(Reference, usize, usize)] {
        &self.accounting().with_byte_range
    }

    /// The index of the revision that ends at octet `end`, the end of a signed range: the octets before it end with `startxref`, N, `%%EOF`
    /// and white space, N is the newest section of that revision, and the sections of the final chain before `end` are exactly its chain.
    ///
    /// # Errors
    /// The first of these that does not hold.
    pub fn revision_ending_at(&self, end: usize) -> Result<usize, Problem> {
        let wrong = |what: &'static str| Problem::new("revision_end", what, end);
        let (offset, tail_end) =
            self.tail_before(end).ok_or_else(|| wrong("the octets before do not end with `startxref`, a number and `%%EOF`"))?;
        let start = target(self.octets, self.header, offset).ok_or_else(|| wrong("`startxref` before names no place in the file"))?;
        let found = self.revisions().iter().position(|revision| revision.start() == Some(start));
        let index = found.ok_or_else(|| wrong("`startxref` before names no section of the chain"))?;
        let within = |revision: &Revision| {
            revision
                .sections
                .iter()
                .all(|section| section.octets.end <= end && section.hybrid.as_ref().is_none_or(|hybrid| hybrid.end <= end))
        };
        let behind = |revision: &Revision| revision.sections.iter().all(|section| section.octets.start >= end);
        let (chain, later) = self.revisions().split_at_checked(index + 1).ok_or_else(|| wrong("no such revision"))?;
        if !chain.iter().all(within) || !later.iter().all(behind) {
            return Err(wrong("the sections of the chain before this place are not the chain of the revision that ends here"));
        }
        if chain.last().is_none_or(|revision| revision.span.end != tail_end) {
            return Err(wrong("the `startxref` before does not follow the section it names"));
        }
        Ok(index)
    }

    /// The number of the `startxref` whose `%%EOF` ends before the white space before `end`, and where that is.
    fn tail_before(&self, end: usize) -> Option<(u64, usize)> {
        const MOST_WHITE: usize = 64 << 10;
        const MOST_TAIL: usize = 128;
        let earliest = end.checked_sub(MOST_WHITE).unwrap_or(self.header);
        let before = trim_white(self.octets.get(earliest..end)?);
        let text = before.strip_suffix(b"%%EOF").map(trim_white)?;
        let digits = text.iter().rev().take_while(|octet| octet.is_ascii_digit()).count();
        let word = trim_white(text.get(..text.len() - digits)?);
        let begins = word.strip_suffix(b"startxref")?.last().is_none_or(|octet| super::lexer::is_white(*octet) || *octet == b'>');
        (begins && before.len() - word.len() < MOST_TAIL).then_some(())?;
        let offset = Lexer::new(text, text.len() - digits).digits()?;
        Some((offset, earliest + before.len()))
    }

    /// The document as of the revision that ends at octet `end`.
    ///
    /// # Errors
    /// See [`Self::revision_ending_at`].
    pub fn view_ending_at(&self, end: usize) -> Result<View<'_, 'a>, Problem> {
        self.revision_ending_at(end).map(|revision| View { pdf: self, revision })
    }

    fn newest_start(&self) -> usize {
        self.revisions().last().and_then(Revision::start).unwrap_or_default()
    }

    /// The encryption that the newest trailer names; every older one must name the same (§7.5.6).
    fn open_encryption(&self, password: Option<&[u8]>) -> Option<Encryption> {
        let newest = self.revisions().last()?.trailer()?;
        let named = newest.entry(b"Encrypt");
        for (index, revision) in self.revisions().iter().enumerate() {
            let other = revision.trailer().map_or(&Object::Null, |trailer| trailer.entry(b"Encrypt"));
            // A hybrid section and the first section of a linearised file may leave it to the other (annex F).
            if other != named && revision.kind() != SectionKind::Hybrid {
                let at = revision.start().unwrap_or_default();
                self.findings
                    .note(Finding::new("encryption_changed", "the revisions do not name the same encryption", at).in_revision(index));
            }
        }
        if *named == Object::Null {
            return None;
        }
        let dictionary = match self.latest().resolve(named) {
            Ok(Object::Dictionary(dictionary)) => dictionary,
            _ => {
                self.findings.note(Finding::new("encryption", "`/Encrypt` is no dictionary", self.newest_start()));
                Arc::default()
            }
        };
        let identifier = self.latest().value(newest, b"ID").unwrap_or(Object::Null);
        let first = identifier.as_array().and_then(|parts| parts.first()).and_then(Object::as_string).unwrap_or_default();
        let encryption = Encryption::new(&self.direct(&dictionary, ENCRYPTION_LEVELS), named.as_reference(), first, password);
        // Read as they stand before the key was known.
        self.cache.take();
        if encryption.facts.permissions_disagree {
            let at = self.newest_start();
            self.findings.note(Finding::new("encryption_permissions", "`/Perms` disagrees with the encryption dictionary", at));
        }
        Some(encryption)
    }

    /// `dictionary` with the values that it refers to, so many levels deep.
    fn direct(&self, dictionary: &Dictionary, levels: usize) -> Dictionary {
        let view = self.latest();
        let direct = |value: &Object| match (view.resolve(value).unwrap_or(Object::Null), levels.checked_sub(1)) {
            (Object::Dictionary(inner), Some(levels)) => Object::Dictionary(Arc::new(self.direct(&inner, levels))),
            (value, _) => value,
        };
        Dictionary::new(dictionary.entries().map(|(key, value)| (key.into(), direct(value))).collect())
    }
}

/// `/CF` holds crypt filters, which hold names: more levels an encryption dictionary does not have.
const ENCRYPTION_LEVELS: usize = 2;

fn trim_white(octets: &[u8]) -> &[u8] {
    let length = octets.iter().rposition(|octet| !super::lexer::is_white(*octet)).map_or(0, |last| last + 1);
    octets.get(..length).unwrap_or_default()
}

/// What the parser may use under `limits`.
pub(super) fn bounds(limits: &Limits) -> Bounds {
    let count = |limit: u64| usize::try_from(limit).unwrap_or(usize::MAX);
    Bounds { nesting: usize::try_from(limits.nesting).unwrap_or(usize::MAX), values: count(limits.objects) }
}

fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, codes};
    use super::*;

    fn open(octets: &[u8]) -> Result<Pdf<'_>, Malformed> {
        Pdf::open(octets, &Limits::default(), None)
    }

    #[test]
    fn malformed_is_only_what_is_no_pdf_at_all() {
        let sample = Sample::page().table("");
        assert!(open(&[vec![b' '; 1023], sample.octets.clone()].concat()).is_ok());
        assert!(open(&[vec![b' '; 1024], sample.octets.clone()].concat()).is_err());
        assert!(open(b"").is_err());
        assert!(open(b"%PDF-1.7\n1 0 obj<</Type/Sig>>endobj").is_err());
        let found = open(b"%PDF-1.7\n1 0 obj<</Type/Sig/ByteRange[0 1 2 3]>>endobj").unwrap();
        assert!(!found.chain_intact() && found.revisions().is_empty() && found.at(0).is_none());
        assert_eq!(found.byte_ranges_unlisted().len(), 1);
        assert!(found.latest().catalog().is_err());
        assert_eq!(found.latest().entries().count(), 0);
    }

    #[test]
    fn a_newest_trailer_without_catalog_is_told() {
        let first = Sample::page().table("");
        assert_eq!(codes(&first.opened()), [""; 0]);
        let newer = first.object(4, "1").table("");
        let text = String::from_utf8(newer.octets.clone()).unwrap();
        let at = text.rfind("/Root 1").unwrap();
        for other in ["/Rood 1", "/Root 9"] {
            let changed = [&text[..at], other, &text[at + 7..]].concat();
            assert!(codes(&open(changed.as_bytes()).unwrap()).contains(&"root"), "{other}");
        }
    }

    #[test]
    fn a_revision_ends_behind_its_own_startxref() {
        let sample = Sample::page().table("");
        let first = sample.at();
        let sample = sample.object(4, "1").table("");
        let pdf = sample.opened();
        // With the line end behind `%%EOF` and without it.
        for (end, revision) in [(first, 0), (first - 1, 0), (sample.at(), 1), (sample.at() - 1, 1)] {
            assert_eq!(pdf.revision_ending_at(end), Ok(revision));
            assert_eq!(pdf.view_ending_at(end).unwrap().revision(), revision);
        }
        for end in [0, 5, first - 2, first + 1, first + 9, sample.at() - 2, sample.at() + 1, usize::MAX] {
            assert_eq!(pdf.revision_ending_at(end).unwrap_err().code, "revision_end", "{end}");
        }
    }

    #[test]
    fn a_startxref_that_repeats_an_older_one_ends_no_revision() {
        let sample = Sample::page();
        let table = sample.at();
        let sample = sample.table("").raw(format!("startxref\n{table}\n%%EOF\n"));
        let inside = sample.at();
        let sample = sample.object(4, "1").table("");
        assert!(sample.opened().revision_ending_at(inside).is_err());
    }

    #[test]
    fn a_section_moved_before_the_end_of_the_signed_octets_ends_no_revision() {
        // SWA: a section of the later chain that stands inside the signed octets.
        let build = |later: usize| {
            let sample = Sample::page();
            let hidden = sample.at();
            let sample = sample.raw(format!("xref\n0 0\ntrailer\n<</Size 4/Root 1 0 R/Prev {later:05}>>\n"));
            let signed = sample.at();
            let sample = sample.table("");
            let end = sample.at();
            (sample.raw(format!("startxref\n{hidden}\n%%EOF\n")), signed, end)
        };
        let (_, signed, _) = build(0);
        let (sample, _, end) = build(signed);
        let pdf = sample.opened();
        assert_eq!(pdf.revisions().len(), 2);
        assert!(pdf.revision_ending_at(end).is_err());
    }

    #[test]
    fn revisions_that_name_another_encryption_are_told() {
        let sample = Sample::page().table("").object(4, "<</Filter/Other/V 9>>").table("/Encrypt 4 0 R/ID[(a)(b)]");
        let pdf = sample.opened();
        assert!(pdf.locked());
        assert_eq!(pdf.encryption().unwrap().algorithm, "unsupported");
        assert_eq!(codes(&pdf), ["encryption_changed"]);
    }
}
