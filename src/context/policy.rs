//! EN 319 102-1 §5.1.4 — Validation policy: only what a relying party may relax. Mandatory checks are code.

use std::cell::RefCell;

use serde::{Deserialize, Serialize};

use super::algorithm_policy::{AlgorithmPolicy, MandatedAlgorithms};
use crate::crypto::DigestAlgorithm;
use crate::error::Malformed;
use crate::limits::Limits;
use crate::report::fact::digest_text;
use crate::report::json::Level;

/// What a relying party may relax, and the limits of a verdict: data, whose digest stands in the report. Members that a file leaves out are
/// the strictest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Name, in the report beside the digest.
    pub id: String,
    /// What it is for, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// Where rules come from: text and article of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<RuleSource>,
    /// Status of the signer's certificate.
    #[serde(default)]
    pub revocation_of_signer: RevocationPolicy,
    /// Status of the CAs between signer and trust anchor.
    #[serde(default)]
    pub revocation_of_issuers: RevocationPolicy,
    /// Whether status information that is not fresh is refused (EN 319 102-1 §5.2.5).
    #[serde(default)]
    pub freshness: Freshness,
    /// The longest age in seconds at which status information is fresh; without it, until `nextUpdate` comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_freshness: Option<u64>,
    /// For how many seconds status information without `nextUpdate` is taken to hold where the time slides (EN 319 102-1 §5.6.2.2); without
    /// it, up to its issue only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_without_next_update: Option<u64>,
    /// Whether the certificates of those who signed status information about a timestamp's authority must still be valid, or their statement be
    /// proven to be older than their end (EN 319 102-1 §5.2.6.4). The last timestamp on a document has no such proof.
    #[serde(default)]
    pub revocation_signers_of_timestamps: Constraint,
    /// Whether the digest by which a signature names its certificate must be reliable. Whoever replaces the certificate needs a second one with
    /// the same digest and the same key, so that a collision does not help.
    #[serde(default)]
    pub certificate_reference_digest: Constraint,
    /// The lowest level that a signature must reach (EN 319 142-1 §6); without it, none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_level: Option<Level>,
    /// The tracks of trust anchors under which documents may be signed; none: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signer_tracks: Vec<String>,
    /// What is asked of the policy under which a signature was made (EN 319 102-1 §5.2.4).
    #[serde(default, skip_serializing_if = "SignaturePolicyRule::is_none")]
    pub signature_policies: SignaturePolicyRule,
    /// Extended key usages, dotted, of which a certificate that signs documents must have one, unless it has none at all.
    #[serde(default = "signing_purposes")]
    pub signing_purposes: Vec<String>,
    /// Annotations that draw something, added, changed or deleted after signing.
    #[serde(default)]
    pub drawn_annotations: ChangePolicy,
    /// Until when algorithms and key sizes are reliable.
    pub algorithms: AlgorithmPolicy,
    /// The same for signatures on certificates of authorities, where they have dates of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithms_of_authorities: Option<AlgorithmPolicy>,
    /// The algorithms that a regulation names, reliable or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandated_algorithms: Option<MandatedAlgorithms>,
    /// What one verdict may cost.
    #[serde(default)]
    pub limits: Limits,
}

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// English
    pub en: String,
    /// Vietnamese
    pub vi: String,
}

/// Where a rule comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RuleSource {
    /// The member of the policy.
    pub rule: String,
    /// Text and article.
    pub source: String,
}

/// What is asked of the policy that a signature names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignaturePolicyRule {
    /// The policies that are accepted, dotted; absent: any, and none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Vec<String>>,
    /// Whether its document must be among the evidence.
    #[serde(default = "tolerated")]
    pub document: Constraint,
}

impl Default for SignaturePolicyRule {
    fn default() -> Self {
        Self { accepted: None, document: Constraint::Tolerated }
    }
}

impl SignaturePolicyRule {
    fn is_none(&self) -> bool {
        self.accepted.is_none() && self.document == Constraint::Tolerated
    }
}

fn tolerated() -> Constraint {
    Constraint::Tolerated
}

/// Whether a certificate's status must be known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChangePolicy {
    /// INDETERMINATE.
    #[default]
    Refuse,
    /// It passes, listed.
    Allow,
}

/// The built-in policies: id and JSON form.
const BUILT_IN: [(&str, &str); 6] = [
    ("etsi-basic", include_str!("policies/etsi-basic.json")),
    ("etsi-strict", include_str!("policies/etsi-strict.json")),
    ("etsi-2026", include_str!("policies/etsi-2026.json")),
    ("vn-congvu-2024", include_str!("policies/vn-congvu-2024.json")),
    ("vn-tt15-2025", include_str!("policies/vn-tt15-2025.json")),
    ("vn-legacy-compat", include_str!("policies/vn-legacy-compat.json")),
];

impl Policy {
    /// `etsi-basic`: revocation data required, stale ones tolerated, the algorithm dates of ETSI TS 119 312 V1.5.1.
    pub fn etsi_basic() -> Self {
        Self::named("etsi-basic").unwrap_or_else(Self::strictest)
    }

    /// What stands for a policy that cannot be read, which the tests do not let happen: with an empty table, under which nothing passes.
    fn strictest() -> Self {
        Self {
            id: String::new(),
            title: None,
            sources: Vec::new(),
            revocation_of_signer: RevocationPolicy::Required,
            revocation_of_issuers: RevocationPolicy::Required,
            freshness: Freshness::Required,
            maximum_freshness: None,
            grace_without_next_update: None,
            revocation_signers_of_timestamps: Constraint::Required,
            certificate_reference_digest: Constraint::Required,
            required_level: None,
            signer_tracks: Vec::new(),
            signature_policies: SignaturePolicyRule::default(),
            signing_purposes: Vec::new(),
            drawn_annotations: ChangePolicy::Refuse,
            algorithms: AlgorithmPolicy::default(),
            algorithms_of_authorities: None,
            mandated_algorithms: None,
            limits: Limits::default(),
        }
    }

    /// The ids of the built-in policies.
    pub fn built_in() -> impl Iterator<Item = &'static str> {
        BUILT_IN.into_iter().map(|(id, _)| id)
    }

    /// The built-in policy called `id`.
    pub fn named(id: &str) -> Option<Self> {
        let (_, json) = BUILT_IN.into_iter().find(|(known, _)| *known == id)?;
        Self::from_json(json.as_bytes()).ok()
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
        crate::report::json::writing::line(self).unwrap_or_default()
    }

    /// The JSON Schema (draft 2020-12) of a policy.
    #[cfg(feature = "schema")]
    pub fn json_schema() -> serde_json::Value {
        let mut schema = schemars::schema_for!(Policy).to_value();
        if let Some(object) = schema.as_object_mut() {
            object.insert("$id".into(), "urn:kyso:policy:1".into());
            object.insert("title".into(), "Validation policy of kyso".into());
        }
        schema
    }

    /// `sha256:<hex>` of [`Self::to_json`].
    pub fn sha256(&self) -> String {
        thread_local! {
            /// Whoever judges many documents does it by one policy, and comparing two is quicker than writing one.
            static LAST: RefCell<Option<(Policy, String)>> = const { RefCell::new(None) };
        }
        LAST.with_borrow_mut(|last| match last {
            Some((policy, digest)) if policy == self => digest.clone(),
            _ => {
                let digest = digest_text(DigestAlgorithm::Sha256, &DigestAlgorithm::sha256(self.to_json().as_bytes()));
                last.insert((self.clone(), digest)).1.clone()
            }
        })
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
    fn every_built_in_policy_is_read_and_dated() {
        for id in Policy::built_in() {
            let policy = Policy::named(id).unwrap_or_else(|| panic!("{id}"));
            assert_eq!(policy.id, id);
            assert!(!policy.algorithms.signatures.is_empty() && !policy.signing_purposes.is_empty(), "{id}");
            let json: serde_json::Value = serde_json::from_str(&policy.to_json()).unwrap();
            for source in &policy.sources {
                assert!(json.get(&source.rule).is_some(), "{id}: no member {}", source.rule);
            }
        }
        assert!(Policy::named("etsi").is_none());
    }

    #[test]
    fn another_policy_has_another_digest() {
        let tolerant = Policy { revocation_of_issuers: RevocationPolicy::Off, ..Policy::etsi_basic() };
        assert_ne!(tolerant.sha256(), Policy::etsi_basic().sha256());
    }

    /// Also where it is the one that was asked before, and where it has become another since.
    #[test]
    fn the_digest_is_that_of_the_policy_as_json() {
        let of_json = |policy: &Policy| digest_text(DigestAlgorithm::Sha256, &DigestAlgorithm::Sha256.digest(policy.to_json().as_bytes()));
        let mut policy = Policy::etsi_basic();
        for bits in [2048, 3072, 3072, 4096] {
            policy.limits.signatures = bits;
            assert_eq!((policy.sha256(), policy.sha256()), (of_json(&policy), of_json(&policy)));
        }
    }
}
