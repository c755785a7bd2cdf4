//! RFC 5914 — Trust stores: named lists of trust anchors in one JSON file, `urn:kyso:trust-store:1`

mod file;
mod name_constraints;

use super::trust_anchors::{TrustAnchor, TrustAnchors};
use crate::crypto::DigestAlgorithm;
use crate::error::{Malformed, Misuse};
use crate::report::fact::digest_text;

/// The anchors of one file, each of a named store: `congvu`, `congcong`, or one's own.
///
/// Whoever can change the file decides whom its reader trusts. It can be signed, as the payload of a JWS (`signed_trust_store`), or its digest kept
/// apart.
#[derive(Clone, Debug, Default)]
pub struct TrustStore {
    anchors: Vec<TrustAnchor>,
    /// Of the octets read, until something is changed.
    received: Option<Vec<u8>>,
    signature: StoreSignature,
}

/// What is known of who signed a trust store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StoreSignature {
    /// Nobody did, or it was changed since.
    #[default]
    Unsigned,
    /// There is a signature, and for this reason it is not known whether it is good.
    NotVerified(String),
    /// A signature of the subjects of this name was verified.
    By(String),
}

impl TrustStore {
    /// A store without anchors.
    pub fn new() -> Self {
        Self::default()
    }

    /// A store from its JSON form. Unknown and duplicate members are refused, as is every value that does not say the same twice: a digest that
    /// is not the certificate's, a sunset before the beginning, an anchor that stands twice in one store.
    ///
    /// # Errors
    /// [`Malformed`] with the member in words and its offset.
    pub fn from_json(json: &[u8]) -> Result<Self, Malformed> {
        Ok(Self { anchors: file::read(json)?, received: Some(DigestAlgorithm::Sha256.digest(json)), signature: StoreSignature::Unsigned })
    }

    /// The store as JSON, ready to be a file.
    pub fn to_json(&self) -> String {
        file::write(&self.anchors)
    }

    /// `sha256:<hex>` of the octets from which the store was read or, after a change, of [`Self::to_json`].
    pub fn sha256(&self) -> String {
        let algorithm = DigestAlgorithm::Sha256;
        let digest = self.received.clone().unwrap_or_else(|| algorithm.digest(self.to_json().as_bytes()));
        digest_text(algorithm, &digest)
    }

    /// Who answers for the file with a signature, as far as that was looked at.
    pub fn signature(&self) -> &StoreSignature {
        &self.signature
    }

    /// Whether somebody answers for the file with a signature that was verified.
    pub fn is_signed(&self) -> bool {
        matches!(self.signature, StoreSignature::By(_))
    }

    /// The store with what was found of its signature.
    #[cfg(feature = "json")]
    pub(crate) fn signed(self, signature: StoreSignature) -> Self {
        Self { signature, ..self }
    }

    /// All anchors, as the file has them.
    pub fn anchors(&self) -> &[TrustAnchor] {
        &self.anchors
    }

    /// Adds an anchor to the store that it names.
    ///
    /// # Errors
    /// [`Misuse`] when it is there already, or says something that the file has no form for.
    pub fn add(&mut self, anchor: TrustAnchor) -> Result<(), Misuse> {
        if let Some((member, fault)) = file::fault(&anchor) {
            return Err(Misuse::new(format!("{member}: {fault}")));
        }
        let key = file::key(&anchor);
        if self.anchors.iter().any(|other| file::key(other) == key) {
            return Err(Misuse::new(format!("{} is in the store {} already; remove it first", anchor.id(), anchor.store)));
        }
        self.anchors.push(anchor);
        (self.received, self.signature) = (None, StoreSignature::Unsigned);
        Ok(())
    }

    /// Takes out the anchors with this id ([`TrustAnchor::id`]), of every store or of the one named, and gives them back.
    pub fn remove(&mut self, id: &str, store: Option<&str>) -> Vec<TrustAnchor> {
        let (removed, kept): (Vec<_>, Vec<_>) =
            self.anchors.drain(..).partition(|anchor| anchor.id() == id && store.is_none_or(|store| store == anchor.store));
        self.anchors = kept;
        if !removed.is_empty() {
            (self.received, self.signature) = (None, StoreSignature::Unsigned);
        }
        removed
    }

    /// The JSON Schema (draft 2020-12) of the file.
    #[cfg(feature = "schema")]
    pub fn json_schema() -> serde_json::Value {
        file::json_schema()
    }
}

impl TrustAnchors {
    /// Adds every anchor of a trust store.
    pub fn add_store(&mut self, store: &TrustStore) {
        store.anchors.iter().for_each(|anchor| self.add_anchor(anchor.clone()));
    }
}
