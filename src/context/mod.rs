//! What does the relying party bring? Policy, trust anchors, evidence, time: all that a verdict depends on besides the document.

pub mod algorithm_policy;
pub mod evidence;
pub mod policy;
pub mod purpose;
mod stamp;
pub mod trust_anchors;
pub mod trust_store;

pub use algorithm_policy::{AlgorithmPolicy, AlgorithmUse, MandatedAlgorithms};
pub use evidence::Evidence;
pub use policy::{ChangePolicy, Constraint, Freshness, Policy, RevocationPolicy, SignaturePolicyRule};
pub use purpose::Purpose;
pub use trust_anchors::{AnchorConstraints, TrustAnchor, TrustAnchors};
pub use trust_store::{StoreSignature, TrustStore};

use crate::time::Time;

/// The relying party's side of a verdict.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// What may be relaxed, and the limits.
    pub policy: &'a Policy,
    /// Whom the relying party trusts. Nobody is trusted by default.
    pub anchors: &'a TrustAnchors,
    /// Certificates and revocation data beside those in the document.
    pub evidence: &'a Evidence,
    /// The validation time. The library has no clock.
    pub time: Time,
    /// When the relying party knows the document to have existed (EN 319 102-1 §5.5.2); a register of incoming documents tells it.
    pub existence: Option<Time>,
}
