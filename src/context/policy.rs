//! EN 319 102-1 §5.1.4 — Validation policy: only what a relying party may relax. Mandatory checks are code.

use serde::{Deserialize, Serialize};

use super::algorithm_policy::AlgorithmPolicy;
use crate::crypto::DigestAlgorithm;
use crate::error::Malformed;
use crate::limits::Limits;
use crate::report::fact::digest_text;

/// What a relying party may relax, and the limits of a verdict. Its digest stands in the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Name, in the report beside the digest.
    pub id: String,
    /// Status of the signer's certificate.
    pub revocation_of_signer: RevocationPolicy,
    /// Status of the CAs between signer and trust anchor.
    pub revocation_of_issuers: RevocationPolicy,
    /// Whether status information that is not fresh is refused (EN 319 102-1 §5.2.5).
    pub freshness: Freshness,
    /// The longest age in seconds at which status information is fresh; without it, until `nextUpdate` comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_freshness: Option<u64>,
    /// Whether the certificates of those who signed status information about a timestamp's authority must still be valid, or their statement be
    /// proven to be older than their end (EN 319 102-1 §5.2.6.4). The last timestamp on a document has no such proof.
    #[serde(default)]
    pub revocation_signers_of_timestamps: Constraint,
    /// Whether the digest by which a signature names its certificate must be reliable. Whoever replaces the certificate needs a second one with
    /// the same digest and the same key, so that a collision does not help.
    #[serde(default)]
    pub certificate_reference_digest: Constraint,
    /// Extended key usages, dotted, of which a certificate that signs documents must have one, unless it has none at all.
    #[serde(default = "signing_purposes")]
    pub signing_purposes: Vec<String>,
    /// Annotations that draw something, added, changed or deleted after signing.
    pub drawn_annotations: ChangePolicy,
    /// Until when algorithms and key sizes are reliable.
    pub algorithms: AlgorithmPolicy,
    /// What one verdict may cost.
    #[serde(default)]
    pub limits: Limits,
}

/// Whether a certificate's status must be known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationPolicy {
    /// Not known: INDETERMINATE.
    #[default]
    Required,
    /// Not known: a finding.
    IfAvailable,
    /// Not asked.
    Off,
}

/// What becomes of status information that is not fresh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// TRY_LATER.
    #[default]
    Required,
    /// A finding.
    Tolerated,
}

/// What becomes of something that does not hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Constraint {
    /// INDETERMINATE.
    #[default]
    Required,
    /// A finding.
    Tolerated,
}

/// What becomes of a change that the signature allows and a relying party may refuse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangePolicy {
    /// INDETERMINATE.
    #[default]
    Refuse,
    /// It passes, listed.
    Allow,
}

impl Policy {
    /// `etsi-basic`: revocation data required, stale ones tolerated, the algorithm dates of ETSI TS 119 312 V1.5.1.
    pub fn etsi_basic() -> Self {
        Self {
            id: "etsi-basic".into(),
            revocation_of_signer: RevocationPolicy::Required,
            revocation_of_issuers: RevocationPolicy::Required,
            freshness: Freshness::Tolerated,
            maximum_freshness: None,
            revocation_signers_of_timestamps: Constraint::Tolerated,
            certificate_reference_digest: Constraint::Tolerated,
            signing_purposes: signing_purposes(),
            drawn_annotations: ChangePolicy::Refuse,
            algorithms: AlgorithmPolicy::etsi_basic(),
            limits: Limits::default(),
        }
    }

    /// The built-in policy called `id`.
    pub fn named(id: &str) -> Option<Self> {
        (id == "etsi-basic").then(Self::etsi_basic)
    }

    /// A policy from its JSON form; unknown members are refused.
    ///
    /// # Errors
    /// [`Malformed`] with the line and column in words.
    pub fn from_json(json: &[u8]) -> Result<Self, Malformed> {
        serde_json::from_slice(json).map_err(|error| Malformed::new("policy", error.to_string(), 0))
    }

    /// The policy as JSON, from which [`Self::sha256`] is taken.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// `sha256:<hex>` of [`Self::to_json`].
    pub fn sha256(&self) -> String {
        let algorithm = DigestAlgorithm::Sha256;
        digest_text(algorithm, &algorithm.digest(self.to_json().as_bytes()))
    }
}

/// Any, document signing (RFC 9336, Microsoft, Adobe), e-mail protection and client authentication: what certificates of public authorities have.
fn signing_purposes() -> Vec<String> {
    use crate::pki::object_id;
    let known = [
        object_id::ANY_EXTENDED_KEY_USAGE,
        object_id::EKU_DOCUMENT_SIGNING,
        object_id::EKU_MICROSOFT_DOCUMENT_SIGNING,
        object_id::EKU_ADOBE_DOCUMENT_SIGNING,
        object_id::EKU_EMAIL_PROTECTION,
        object_id::EKU_CLIENT_AUTH,
    ];
    known.iter().map(ToString::to_string).collect()
}

impl Default for Policy {
    fn default() -> Self {
        Self::etsi_basic()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_survives_its_json_form() {
        let policy = Policy::etsi_basic();
        assert_eq!(Policy::from_json(policy.to_json().as_bytes()).unwrap(), policy);
        assert!(Policy::from_json(policy.to_json().replacen("\"id\"", "\"name\"", 1).as_bytes()).is_err());
    }

    #[test]
    fn another_policy_has_another_digest() {
        let tolerant = Policy { revocation_of_issuers: RevocationPolicy::Off, ..Policy::etsi_basic() };
        assert_ne!(tolerant.sha256(), Policy::etsi_basic().sha256());
    }
}
