//! ISO 32000-2 §7.5.6 — Incremental updates: the revisions of a file, their objects, and the file as each was signed

use std::ops::Range;

use super::byte_range;
use super::signature_dictionary::signature_dictionary;
use super::signature_field::places;
use crate::encoding::pdf::object::{Object, Reference};
use crate::encoding::pdf::{Entry, Pdf, Problem, SectionKind, View};

/// One revision of a PDF file: what one incremental update added, or the file before all of them.
#[derive(Clone, Debug)]
pub struct Revision<'a> {
    /// The oldest is 1.
    pub number: usize,
    /// The octets it added: from the end of the older revision to behind its `%%EOF`.
    pub span: Range<usize>,
    /// The whole file as it was when this revision was its newest. Where a signature covers the revision these are the octets from the start
    /// of the file to the end of the signed range (§12.8.1); else they end with the line of `%%EOF`, since no writer says how many line ends
    /// were its own.
    pub document: &'a [u8],
    /// How its newest cross-reference section is written.
    pub cross_reference: SectionKind,
    /// The number behind its `startxref`, as written.
    pub startxref: Option<u64>,
    /// The objects that its cross-references name, ascending by number. Number 0, the head of the list of free ones (§7.5.4), is left out.
    pub objects: Vec<RevisedObject>,
}

/// An object that a revision mentions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisedObject {
    /// Object number and generation.
    pub reference: Reference,
    /// What the revision does with it.
    pub state: ObjectState,
}

/// What a revision does with an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectState {
    /// It adds or replaces it.
    Defined {
        /// From `N G obj` through `endobj`; of a member of an object stream, the extent of that stream object.
        octets: Range<usize>,
        /// The number of the object stream that holds it (§7.5.7).
        object_stream: Option<u32>,
    },
    /// It takes it away.
    Freed,
    /// It names a place where the object cannot be read.
    Unreadable(Problem),
}

/// The revisions of a file, oldest first; none when no cross-reference is readable.
///
/// ```
/// use kyso::format::pades::revisions;
/// use kyso::testkit::{DemoPki, blank_page};
/// use kyso::{Document, Profile, Time, sign};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let time = Time::from_rfc3339("2026-11-22T09:00:00+07:00")?;
/// let (leader, seal) = (DemoPki::new([7; 32], time)?.leader_signer()?, DemoPki::new([8; 32], time)?.leader_signer()?);
/// let once = sign(&Document::pdf(&blank_page())?, &Profile::pades_b_b(time), &leader)?;
/// let twice = sign(&Document::pdf(&once)?, &Profile::pades_b_b(time), &seal)?;
///
/// let document = Document::pdf(&twice)?;
/// let revisions = document.as_pdf().map(revisions).unwrap_or_default();
/// assert_eq!(revisions.len(), 3);
/// assert_eq!(revisions[1].document, once); // as the leader signed it
/// assert_eq!(revisions[2].document, twice);
/// # Ok(())
/// # }
/// ```
pub fn revisions<'a>(pdf: &Pdf<'a>) -> Vec<Revision<'a>> {
    let ends = signed_ends(pdf);
    let mut revisions = Vec::with_capacity(pdf.revisions().len());
    for (index, read) in pdf.revisions().iter().enumerate() {
        let next = pdf.revisions().get(index.saturating_add(1)).map_or(pdf.octets().len(), |next| next.span.end);
        let end = ends.get(index).copied().flatten().unwrap_or_else(|| line_end(pdf.octets(), read.span.end).min(next));
        revisions.push(Revision {
            number: index.saturating_add(1),
            span: read.span.clone(),
            document: pdf.octets().get(..end).unwrap_or_default(),
            cross_reference: read.kind(),
            startxref: read.startxref,
            objects: pdf.at(index).map(|view| objects(&view)).unwrap_or_default(),
        });
    }
    revisions
}

/// Of each revision the end of the signed range that covers it, the furthest of several.
fn signed_ends(pdf: &Pdf<'_>) -> Vec<Option<usize>> {
    let mut ends: Vec<Option<usize>> = vec![None; pdf.revisions().len()];
    let most = usize::try_from(pdf.limits().signatures).unwrap_or(usize::MAX);
    for place in places(pdf).into_iter().take(most) {
        let view = pdf.at(place.revision).unwrap_or_else(|| pdf.latest());
        let value = signature_dictionary(&view, &place).and_then(|dictionary| view.value(&dictionary, b"ByteRange").ok());
        let Some(end) = value.and_then(|value: Object| byte_range::end_in_file(&value, pdf.octets().len())) else { continue };
        if let Some(slot) = pdf.revision_ending_at(end).ok().and_then(|index| ends.get_mut(index)) {
            *slot = (*slot).max(Some(end));
        }
    }
    ends
}

/// Behind the line end (§7.2.3) that may stand at `at`.
fn line_end(octets: &[u8], at: usize) -> usize {
    let length = match octets.get(at..).unwrap_or_default() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    };
    at.saturating_add(length)
}

fn objects(view: &View<'_, '_>) -> Vec<RevisedObject> {
    let revision = view.pdf().revisions().get(view.revision());
    let mut numbers: Vec<u32> = revision.into_iter().flat_map(|revision| revision.entries()).map(|(number, _)| number).collect();
    numbers.sort_unstable();
    // One revision may have several sections: what counts is what a reader of all of them sees.
    numbers.dedup();
    let named = numbers.into_iter().filter_map(|number| Some((number, view.entry(number)?.entry)));
    named.filter(|(number, _)| *number != 0).map(|(number, entry)| object(view, number, entry)).collect()
}

fn object(view: &View<'_, '_>, number: u32, entry: Entry) -> RevisedObject {
    let generation = match entry {
        Entry::Free { generation, .. } | Entry::InUse { generation, .. } => generation,
        Entry::Compressed { .. } => 0,
    };
    let reference = Reference { number, generation };
    let state = match (entry, view.locate(reference)) {
        (Entry::Free { .. }, _) => ObjectState::Freed,
        (_, Ok(located)) => ObjectState::Defined { octets: located.octets, object_stream: located.object_stream },
        (_, Err(problem)) => ObjectState::Unreadable(problem),
    };
    RevisedObject { reference, state }
}

#[cfg(test)]
mod tests {
    use super::line_end;

    #[test]
    fn one_line_end_and_no_more() {
        for (text, end) in [(&b"x"[..], 1), (b"x\n", 2), (b"x\r\n", 3), (b"x\r", 2), (b"x\n\n", 2), (b"x \n", 1), (b"xy", 1)] {
            assert_eq!(line_end(text, 1), end, "{text:?}");
        }
    }
}
