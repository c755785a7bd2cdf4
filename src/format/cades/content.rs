//! RFC 5652 §5.2 — the content that signatures are over: in the file, beside it, or nowhere to be found

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::crypto::DigestAlgorithm;
use crate::document::Detached;
use crate::encoding::der::Received;
use crate::pki::SignedData;

/// What a signature is over.
pub(super) enum Over<'c> {
    /// The content.
    Content(&'c Content<'c>),
    /// The value of another signature (§11.4).
    Value(Received),
}

/// The content of a file's signatures. Each digest of it is computed once.
pub(crate) struct Content<'a> {
    /// How the report calls it: `content`, or the name of the file that holds it.
    pub name: String,
    octets: Option<&'a [u8]>,
    /// The files given under that name: its octets, or digests of it by several algorithms.
    given: Vec<&'a Detached<'a>>,
    digests: RefCell<BTreeMap<DigestAlgorithm, Option<Vec<u8>>>>,
}

impl<'a> Content<'a> {
    /// The content of these signed data.
    pub fn of(signed_data: &'a SignedData, detached: &'a [Detached<'a>]) -> Self {
        match signed_data.content.octets() {
            Some(octets) => Self::attached(octets),
            None => Self::detached(detached),
        }
    }

    /// The content that stands in the file.
    pub fn attached(octets: &'a [u8]) -> Self {
        Self { name: "content".into(), octets: Some(octets), given: Vec::new(), digests: RefCell::default() }
    }

    /// The content that stands elsewhere: the signature gives it no name, so that the first file given is meant.
    pub fn detached(given: &'a [Detached<'a>]) -> Self {
        let name = given.first().map_or("content", |first| first.name());
        let given: Vec<_> = given.iter().filter(|one| one.name() == name).collect();
        let octets = given.iter().find_map(|one| one.octets());
        Self { name: name.into(), octets, given, digests: RefCell::default() }
    }

    /// Its octets, where they were given.
    pub fn octets(&self) -> Option<&'a [u8]> {
        self.octets
    }

    /// Whether anything of it was given.
    pub fn is_found(&self) -> bool {
        self.octets.is_some() || !self.given.is_empty()
    }

    /// Its digest; `None` when neither its octets nor this digest were given.
    pub fn digest(&self, algorithm: DigestAlgorithm) -> Option<Vec<u8>> {
        let compute = || match self.octets {
            Some(octets) => Some(algorithm.digest(octets)),
            None => self.given.iter().find_map(|one| one.digest(algorithm)),
        };
        self.digests.borrow_mut().entry(algorithm).or_insert_with(compute).clone()
    }
}

impl Over<'_> {
    /// How the report calls it.
    pub fn name(&self) -> &str {
        match self {
            Self::Content(content) => &content.name,
            Self::Value(_) => "signature value",
        }
    }

    /// Its octets, where they are at hand.
    pub fn octets(&self) -> Option<&[u8]> {
        match self {
            Self::Content(content) => content.octets(),
            Self::Value(value) => Some(value.octets()),
        }
    }

    /// Its digest, where it can be told.
    pub fn digest(&self, algorithm: DigestAlgorithm) -> Option<Vec<u8>> {
        match self {
            Self::Content(content) => content.digest(algorithm),
            Self::Value(value) => Some(algorithm.digest(value.octets())),
        }
    }
}
