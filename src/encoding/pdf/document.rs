//! ISO 32000-2 §7.5 — File structure: an opened file, and the document as of each of its revisions

use std::ops::Range;
use std::sync::Arc;

use super::finding::{Finding, Problem};
use super::object::{Dictionary, Object, Reference, Stream};
use super::revision::{Accounting, Entry, Origin, Revision};
use crate::error::Malformed;
use crate::limits::Limits;

/// An opened PDF file. Nothing is repaired: what the cross-references say is what is read.
#[derive(Debug)]
pub struct Pdf<'a> {
    octets: &'a [u8],
    limits: Limits,
}

/// The document as of one revision: the chain of cross-references cut there.
#[derive(Clone, Copy, Debug)]
pub struct View<'p, 'a> {
    pdf: &'p Pdf<'a>,
    revision: usize,
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

/// The standard security handler of an encrypted file (§7.6.4).
#[derive(Clone, Debug)]
pub struct EncryptionFacts {
    /// `RC4`, `AES-128`, `AES-256`, `Identity` or the name of a handler that is not supported: the method of streams.
    pub algorithm: &'static str,
    /// Length of the file encryption key in bits.
    pub key_bits: u32,
    /// `/P` (table 22).
    pub permissions: i32,
    /// Whether the owner password was given (all permissions).
    pub owner: bool,
    /// Whether no given password fits.
    pub locked: bool,
}

/// Where an indirect object stands in the file.
#[derive(Clone, Debug)]
pub struct Located {
    /// The object.
    pub reference: Reference,
    /// From `N G obj` through `endobj`; for a member of an object stream, the extent of that stream object.
    pub octets: Range<usize>,
    /// The octets of the value itself, in the file or in the decoded object stream.
    pub value: Range<usize>,
    /// The number of the object stream that holds it.
    pub object_stream: Option<u32>,
}

impl<'a> Pdf<'a> {
    /// Opens `octets`. `password` is tried as user and as owner password; without one the empty password is.
    ///
    /// # Errors
    /// Only without `%PDF-` in the first 1,024 octets, or without any readable cross-reference and without `/ByteRange` anywhere.
    pub fn open(octets: &'a [u8], limits: &Limits, password: Option<&[u8]>) -> Result<Self, Malformed> {
        let _ = (octets, limits, password);
        todo!()
    }

    /// The file.
    pub fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// Where `%PDF-` stands; offsets written in the file count from there.
    pub fn header_offset(&self) -> usize {
        todo!()
    }

    /// The limits it was opened with.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The encryption of the file, `None` when it is not encrypted.
    pub fn encryption(&self) -> Option<&EncryptionFacts> {
        todo!()
    }

    /// Whether it is encrypted and no given password fits: strings stay as they are in the file, streams are unreadable.
    pub fn locked(&self) -> bool {
        self.encryption().is_some_and(|encryption| encryption.locked)
    }

    /// The revisions, oldest first. Empty when no cross-reference is readable.
    pub fn revisions(&self) -> &[Revision] {
        todo!()
    }

    /// Whether the chain of cross-references could be followed to its first section.
    pub fn chain_intact(&self) -> bool {
        self.chain_problem().is_none()
    }

    /// Why the chain could not be followed to its first section.
    pub fn chain_problem(&self) -> Option<&Problem> {
        todo!()
    }

    /// The document as of revision `index`, oldest first; `None` when there is no such revision.
    pub fn at(&self, index: usize) -> Option<View<'_, 'a>> {
        (index < self.revisions().len()).then_some(View { pdf: self, revision: index })
    }

    /// The document as of its newest revision; an empty one when no cross-reference is readable.
    pub fn latest(&self) -> View<'_, 'a> {
        View { pdf: self, revision: self.revisions().len().saturating_sub(1) }
    }

    /// The index of the revision that ends at octet `end`, the end of a signed range: the octets before it end with `startxref`, N, `%%EOF`
    /// and white space, N is the newest section of that revision, and the sections of the final chain before `end` are exactly its chain.
    ///
    /// # Errors
    /// The first of these that does not hold.
    pub fn revision_ending_at(&self, end: usize) -> Result<usize, Problem> {
        let _ = end;
        todo!()
    }

    /// The document as of the revision that ends at octet `end`.
    ///
    /// # Errors
    /// See [`Self::revision_ending_at`].
    pub fn view_ending_at(&self, end: usize) -> Result<View<'_, 'a>, Problem> {
        self.revision_ending_at(end).map(|revision| View { pdf: self, revision })
    }

    /// All disagreements found so far: those of the file structure at once, those of an object when it is read, those of octets after [`Self::accounting`].
    pub fn findings(&self) -> Vec<Finding> {
        todo!()
    }

    /// What every octet belongs to; computed once, without inflating anything.
    pub fn accounting(&self) -> &Accounting {
        todo!()
    }

    /// Places of `/ByteRange` in octets that no named object accounts for: signatures found, never trusted.
    pub fn byte_ranges_unlisted(&self) -> Vec<usize> {
        todo!()
    }
}

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
        todo!()
    }

    /// `/Root` (§7.7.2).
    ///
    /// # Errors
    /// When it is missing, unreadable or no dictionary.
    pub fn catalog(&self) -> Result<Arc<Dictionary>, Problem> {
        todo!()
    }

    /// The indirect object, null when free or missing (§7.3.10).
    ///
    /// # Errors
    /// When its entry and its `N G obj` disagree, or it cannot be parsed to its `endobj`.
    pub fn object(&self, reference: Reference) -> Result<Object, Problem> {
        let _ = reference;
        todo!()
    }

    /// The indirect object with its strings as they stand in the file.
    ///
    /// # Errors
    /// As [`Self::object`].
    pub fn object_undecrypted(&self, reference: Reference) -> Result<Object, Problem> {
        let _ = reference;
        todo!()
    }

    /// `object` itself, or what it refers to.
    ///
    /// # Errors
    /// As [`Self::object`], and when references lead to references without end.
    pub fn resolve(&self, object: &Object) -> Result<Object, Problem> {
        let _ = object;
        todo!()
    }

    /// The value of `key` in `dictionary`, resolved.
    ///
    /// # Errors
    /// As [`Self::resolve`].
    pub fn value(&self, dictionary: &Dictionary, key: &[u8]) -> Result<Object, Problem> {
        self.resolve(dictionary.entry(key))
    }

    /// The entry for object `number` in this view.
    pub fn entry(&self, number: u32) -> Option<Placed> {
        let _ = number;
        todo!()
    }

    /// Whether `reference` names an object in use in this view.
    pub fn is_defined(&self, reference: Reference) -> bool {
        match self.entry(reference.number) {
            Some(Placed { entry: Entry::InUse { generation, .. }, .. }) => generation == reference.generation,
            Some(Placed { entry: Entry::Compressed { .. }, .. }) => reference.generation == 0,
            _ => false,
        }
    }

    /// The numbers mentioned by any section of this view, ascending, with the entry that counts.
    pub fn entries(&self) -> impl Iterator<Item = (u32, Placed)> {
        std::iter::empty()
    }

    /// One more than the highest number mentioned by any section of this view, or `/Size` when that is larger: the first number surely new.
    pub fn first_new_number(&self) -> u64 {
        todo!()
    }

    /// The octets of `stream`, decrypted and decoded.
    ///
    /// # Errors
    /// An unknown filter, faulty octets, a limit, or a missing password.
    pub fn stream_data(&self, stream: &Stream) -> Result<Vec<u8>, Problem> {
        let _ = stream;
        todo!()
    }

    /// The octets of `stream` as they stand in the file.
    pub fn stream_encoded(&self, stream: &Stream) -> &'a [u8] {
        self.pdf.octets.get(stream.octets.clone()).unwrap_or_default()
    }

    /// Where `reference` stands in the file.
    ///
    /// # Errors
    /// As [`Self::object`]; a free or missing object stands nowhere.
    pub fn locate(&self, reference: Reference) -> Result<Located, Problem> {
        let _ = reference;
        todo!()
    }

    /// The entries of the dictionary that is found by `path` below `located`'s value (keys of dictionaries): each key, decoded, and the
    /// octets of its value in the file, without the white space around. An empty path is the object's own dictionary, a stream's included.
    ///
    /// # Errors
    /// When the path leads to no direct dictionary, or the object is in an object stream.
    pub fn entry_spans(&self, located: &Located, path: &[&[u8]]) -> Result<Vec<(Vec<u8>, Range<usize>)>, Problem> {
        let _ = (located, path);
        todo!()
    }
}
