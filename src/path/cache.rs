//! Signatures already checked: a fact about octets and a key, the same in every document, for every policy and at every time

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use crate::crypto::Verification;

/// Answers to "did this key make the signature of this certificate, CRL or OCSP response?", by the SHA-256 of key and object. A caller may
/// share one between documents and threads. It never changes a verdict: what it knows is mathematics, and each answer counts against the
/// budget of a verdict as if it had been computed.
#[derive(Debug, Default)]
pub struct Cache(RwLock<HashMap<Pair, Verification>>);

pub(super) type Pair = ([u8; 32], [u8; 32]);

/// About 100 MB. A full cache learns nothing more.
const LARGEST: usize = 500_000;

impl Cache {
    /// An empty cache.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many answers it holds.
    pub fn len(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn known(&self, pair: &Pair) -> Option<Verification> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(pair).cloned()
    }

    pub(super) fn learn(&self, pair: Pair, verification: &Verification) {
        let mut answers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if answers.len() < LARGEST {
            answers.insert(pair, verification.clone());
        }
    }
}
