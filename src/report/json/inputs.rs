//! What a verdict is a function of, by digest

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::stamp::Stamp;

/// The five values from which the verdict follows, by digest.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// The file.
    pub document: InputDocument,
    /// Files that a detached signature covers.
    pub detached: Vec<InputDetached>,
    /// The validation policy.
    pub policy: InputPolicy,
    /// The trust anchors given.
    pub trust_anchors: Vec<InputAnchor>,
    /// Certificates, revocation data and timestamps, embedded and supplied.
    pub evidence: Vec<InputEvidence>,
    /// The validation time.
    pub time: Stamp,
    /// When the relying party knows the document to have existed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub existence: Option<Stamp>,
}

/// A file by its digest.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InputDocument {
    /// A name for people; the verdict does not depend on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// RFC 6838 media type.
    pub media_type: Cow<'static, str>,
    /// Octets.
    pub size: u64,
    /// `sha256:<hex>` of all octets.
    pub sha256: String,
}

/// A file that a detached signature covers, by its digest.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InputDetached {
    /// The name or URI under which it was given: the signature may find it by that.
    pub name: String,
    /// Octets; not known of a file that was given by its digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// `sha256:<hex>` of all octets; of a file that was given by another digest that one.
    pub digest: String,
}

/// The policy by its digest.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InputPolicy {
    /// Name of the policy.
    pub id: String,
    /// `sha256:<hex>` of its JSON form.
    pub sha256: String,
}

/// A trust anchor.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InputAnchor {
    /// `sha256:<hex>` of the certificate, or of the key where the anchor is a name and a key.
    pub sha256: String,
    /// Whether a certificate told name and key.
    pub kind: AnchorKind,
    /// The trusted name, RFC 4514.
    pub subject: String,
    /// The store it comes from.
    pub store: String,
    /// The track of that store: công vụ, công cộng.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<String>,
    /// What it is trusted for; empty: everything.
    pub purposes: Vec<String>,
    /// Trusted from this time on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Stamp>,
    /// Trusted before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sunset: Option<Stamp>,
    /// How many intermediate certificates may follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_length: Option<u64>,
    /// The certificate policies for which it is trusted; empty: any.
    pub policies: Vec<String>,
    /// Whether the relying party constrains the names under it.
    pub name_constraints: bool,
}

/// What a trust anchor is given as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AnchorKind {
    /// A certificate.
    Certificate,
    /// A name and a key.
    Key,
}

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InputEvidence {
    /// `sha256:<hex>` of its octets.
    pub id: String,
    /// What it is.
    pub kind: EvidenceKind,
    /// Where it comes from.
    pub origin: Origin,
}

/// Kinds of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum EvidenceKind {
    Certificate,
    Crl,
    Ocsp,
    Timestamp,
    EvidenceRecord,
    PolicyDocument,
}

/// Where a piece of evidence comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// It stands in the document.
    Embedded,
    /// The caller gave it.
    Supplied,
    /// It was fetched for this verdict.
    Fetched,
}
