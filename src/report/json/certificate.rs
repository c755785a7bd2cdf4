//! Who signed, the certificates, their status

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::stamp::Stamp;

/// Who signed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Signer {
    /// The certificate's subject.
    pub subject: Subject,
    /// Person, organisation, device.
    pub kind: SignerKind,
    /// From what in the certificate that follows.
    pub kind_reason: SignerKindReason,
    /// Id of the certificate.
    pub certificate: String,
}

/// A subject by its attributes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// The whole name, RFC 4514.
    pub dn: String,
    /// 2.5.4.3
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common_name: Option<String>,
    /// 2.5.4.10
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// 2.5.4.12
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Typed identifiers: `MST`, `CCCD`, ..
    pub ids: Vec<SubjectId>,
}

/// `MST:0400260612-001`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SubjectId {
    /// Kind of identifier.
    #[serde(rename = "type")]
    pub kind: String,
    /// The identifier, branch included.
    pub value: String,
    /// The branch that a tax code of 13 digits numbers: `001`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
}

/// What a signer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum SignerKind {
    Person,
    Organisation,
    Device,
    Unknown,
}

/// From what in the certificate the signer's kind follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SignerKindReason {
    /// Person: `CCCD`, `CMND`, `HC`, `PID`, `PPID` in UID, or a personal number of EN 319 412-1 in serialNumber.
    PersonalNumber,
    /// Person: a surname or given name.
    PersonalName,
    /// Person: a title.
    Title,
    /// Organisation: an organizationIdentifier.
    OrganizationIdentifier,
    /// Organisation: `MST` or `MNS` in UID, and nothing of a person.
    OrganisationNumber,
    /// Device: the extended key usage is timestamping.
    TimestampingUsage,
    /// Device: the extended key usage is that of servers, and there is a DNS name or IP address.
    ServerUsage,
    /// Unknown: the only number is an `MST` that is a citizen's number, of an individual, a household or its business.
    CitizenNumberAsTaxCode,
    /// Unknown: something is of a person, something of a device.
    HintsDisagree,
    /// Unknown: nothing of all this.
    NoHint,
}

/// A certificate.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CertificateReport {
    /// `sha256:<hex>` of its octets.
    pub id: String,
    /// RFC 4514.
    pub subject: String,
    /// RFC 4514.
    pub issuer: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// First moment of validity.
    pub not_before: Stamp,
    /// Last moment of validity.
    pub not_after: Stamp,
    /// What it is here.
    pub role: CertificateRole,
}

/// What a certificate is in this signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CertificateRole {
    /// The signer's.
    Signer,
    /// A CA on the path.
    Intermediate,
    /// The trust anchor.
    Anchor,
    /// It stands in the signature and the path does not use it.
    Other,
}

/// The status of a certificate.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// Id of the certificate.
    pub certificate: String,
    /// Id of the evidence; `none` without any.
    pub source: String,
    /// What it says.
    pub status: RevocationStatus,
    /// When it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub this_update: Option<Stamp>,
    /// When it will be said again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_update: Option<Stamp>,
    /// Since when it is revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Stamp>,
    /// RFC 5280 §5.3.1, `keyCompromise`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Cow<'static, str>>,
}

impl Revocation {
    /// Whether it was revoked for a reason by which another may have the key, or for none that is told.
    pub fn is_grave(&self) -> bool {
        matches!(self.reason.as_deref(), Some("keyCompromise" | "cACompromise" | "aACompromise" | "unspecified" | "unknown"))
    }
}

/// Good, revoked, unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum RevocationStatus {
    Good,
    Revoked,
    Unknown,
}
