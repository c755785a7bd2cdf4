//! ISO 32000-2 §7.5.6 — Incremental updates: the revisions of a file and the octets of each

use std::ops::Range;
use std::sync::Arc;

use super::object::Dictionary;

/// One entry of a cross-reference, as written (§7.5.4, §7.5.8.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// `f` or type 0: the object does not exist.
    Free {
        /// Number of the next free object.
        next: u64,
        /// The generation the number would have when used again.
        generation: u16,
    },
    /// `n` or type 1.
    InUse {
        /// Offset from the `%` of `%PDF-`, as written.
        offset: u64,
        /// Generation number.
        generation: u16,
    },
    /// Type 2: a member of an object stream (§7.5.7).
    Compressed {
        /// Number of the object stream; its generation is 0.
        stream: u32,
        /// Index of the object within the stream.
        index: u32,
    },
}

/// Which part of a section named an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A cross-reference table (§7.5.4).
    Table,
    /// A cross-reference stream (§7.5.8).
    Stream,
    /// Only the `/XRefStm` of a hybrid section (§7.5.8.4).
    HybridStream,
}

/// How a cross-reference section is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionKind {
    /// §7.5.4
    Table,
    /// §7.5.8
    Stream,
    /// A table with an `/XRefStm` (§7.5.8.4).
    Hybrid,
}

/// One cross-reference section of the chain.
#[derive(Clone, Debug)]
pub struct Section {
    /// How it is written.
    pub kind: SectionKind,
    /// The octets of the file it takes: `xref` through the trailer dictionary, or `N G obj` through `endobj`.
    pub octets: Range<usize>,
    /// The octets of the `/XRefStm` of a hybrid section.
    pub hybrid: Option<Range<usize>>,
    /// Its trailer dictionary, or the dictionary of its stream.
    pub trailer: Arc<Dictionary>,
    /// Ascending by number, each number once.
    pub(super) rows: Vec<(u32, Origin, Entry)>,
}

/// One revision: a section of the chain with the octets it added. The two sections of a linearised file are one revision (annex F), and so are
/// sections that follow each other before one `startxref`.
#[derive(Clone, Debug)]
pub struct Revision {
    /// Its sections, oldest first.
    pub sections: Vec<Section>,
    /// The octets it added: from the end of the older revision to behind its `%%EOF`.
    pub span: Range<usize>,
    /// The number behind its `startxref`, as written; `None` when it has no such tail.
    pub startxref: Option<u64>,
}

impl Revision {
    /// How its newest section is written.
    pub fn kind(&self) -> SectionKind {
        self.sections.last().map_or(SectionKind::Table, |section| section.kind)
    }

    /// The trailer dictionary of its newest section.
    pub fn trailer(&self) -> Option<&Arc<Dictionary>> {
        self.sections.last().map(|section| &section.trailer)
    }

    /// Its entries, section by section, ascending by number in each.
    pub fn entries(&self) -> impl Iterator<Item = (u32, Entry)> {
        self.sections.iter().flat_map(|section| section.rows.iter().map(|(number, _, entry)| (*number, *entry)))
    }

    /// The same with the part of the section that named each.
    pub fn entries_with_origin(&self) -> impl Iterator<Item = (u32, Origin, Entry)> {
        self.sections.iter().flat_map(|section| section.rows.iter().copied())
    }

    /// The highest object number it mentions.
    pub fn highest_number(&self) -> u32 {
        self.sections.iter().filter_map(|section| section.rows.last()).map(|row| row.0).max().unwrap_or(0)
    }

    /// The highest number that it says is in use.
    pub(super) fn highest_in_use(&self) -> u32 {
        let in_use = |section: &Section| section.rows.iter().rev().find(|row| !matches!(row.2, Entry::Free { .. })).map(|row| row.0);
        self.sections.iter().filter_map(in_use).max().unwrap_or(0)
    }

    /// `/Size` of its trailer.
    pub fn size(&self) -> u64 {
        self.trailer().and_then(|trailer| trailer.entry(b"Size").as_integer()).and_then(|size| u64::try_from(size).ok()).unwrap_or(0)
    }

    /// Where its newest section begins: the place that `startxref` names.
    pub(super) fn start(&self) -> Option<usize> {
        self.sections.last().map(|section| section.octets.start)
    }
}
