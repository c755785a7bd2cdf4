//! EN 319 102-1 §4.2 — Where the signature value comes into the document

use crate::crypto::{KeyKind, PublicKey};
use crate::encoding::base64;
use crate::encoding::pdf::Written;

/// The document as it will be, but for the signature value.
#[derive(Clone, Debug)]
pub(super) enum Layout {
    /// An incremental update with a hole for the CMS that has the value.
    Pdf(Written),
    /// Octets before and after the value.
    Around(Around),
}

/// See [`Layout::Around`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Around {
    pub before: Vec<u8>,
    pub after: Vec<u8>,
    pub coding: Coding,
}

/// How the value is written. That of an elliptic curve is written as the concatenation of its integers (RFC 7518 §3.4, XML Signature §6.4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// RFC 4648 §4
    Base64,
}

/// Number and coding in a stored draft.
pub(super) const CODINGS: [(u64, Coding); 1] = [(1, Coding::Base64)];

impl Around {
    /// The whole document; `None` when the value is none of this key.
    pub fn with_value(&self, key: &PublicKey, value: &[u8]) -> Option<Vec<u8>> {
        let value = match key.kind() {
            KeyKind::Ec(curve) => curve.concatenation_of_value(value)?,
            _ => value.to_vec(),
        };
        let text = match self.coding {
            Coding::Base64 => base64::encode(&value),
        };
        Some([&self.before, text.as_bytes(), &self.after].concat())
    }
}
