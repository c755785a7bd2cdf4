//! The JSON report, `urn:kyso:report:1`: stable names, fixed key order, equal inputs give equal octets.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::indication::{Conclusion, Indication, SubIndication};
use super::recorder::{Block, CheckStep};
use crate::error::Malformed;
use crate::time::Time;

/// The identifier of this form of the report.
pub const SCHEMA: &str = "urn:kyso:report:1";

/// What was found about one document.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: Cow<'static, str>,
    /// The program that made the report.
    pub tool: Tool,
    /// What the verdict is a function of.
    pub inputs: Inputs,
    /// The verdict on the document.
    pub conclusion: DocumentConclusion,
    /// What is said of the document as a whole.
    pub document: DocumentFacts,
    /// One entry for every signature and timestamp found.
    pub signatures: Vec<SignatureReport>,
    /// What is missing and would let the verdict be better founded.
    pub wants: Vec<Want>,
}

/// Name and version of a program.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "the names say it")]
#[serde(deny_unknown_fields)]
pub struct Tool {
    pub name: Cow<'static, str>,
    pub version: Cow<'static, str>,
}

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

/// The verdict on the document: the worst of its signatures.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DocumentConclusion {
    /// The main status.
    pub indication: Indication,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_indication: Option<SubIndication>,
    /// Why, most important first: the failed checks of `checks`; where these say that an entry did not pass, the reasons of that entry.
    pub reasons: Vec<Reason>,
    /// The derivation.
    pub checks: Block,
}

/// A failed check in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Id of the check.
    pub check: String,
    /// English.
    pub en: String,
    /// Vietnamese.
    pub vi: String,
}

/// What is said of the document as a whole.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DocumentFacts {
    /// How many entries of `signatures` are signatures.
    pub signatures: u64,
    /// Whether a signature that passed covers the whole file, or everything but later changes that are permitted.
    pub covered_by_valid_signature: bool,
    /// Octets that belong to no object, cross-reference or other part of the file's structure.
    pub unaccounted_bytes: u64,
    /// The gravest class of change after the oldest signature.
    pub later_changes: ChangeClass,
    /// What else was noticed.
    pub findings: Vec<Finding>,
}

/// The classes of change of a signed PDF (`design.md`, "Later revisions").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChangeClass {
    /// Nothing.
    #[default]
    None,
    /// Validation data, timestamps, metadata.
    Extension,
    /// Filling forms and signing.
    FormFilling,
    /// Annotations.
    Annotation,
    /// Anything else.
    Other,
}

/// Something noticed about the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Stable id of what was noticed.
    pub check: String,
    /// Offset in octets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<u64>,
    /// The object concerned, `12 0 R`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// English.
    pub en: String,
    /// Vietnamese.
    pub vi: String,
}

/// One signature or timestamp.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignatureReport {
    /// `S1`, `T1`, ..
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// In which format.
    pub format: Format,
    /// In which container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<Cow<'static, str>>,
    /// The baseline level reached, by structure.
    pub level: Level,
    /// A legacy form that is only read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Cow<'static, str>>,
    /// Fully qualified name of the form field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// `/SubFilter`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_filter: Option<String>,
    /// The verdict.
    pub indication: Indication,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_indication: Option<SubIndication>,
    /// Why, the deciding check first.
    pub reasons: Vec<Reason>,
    /// What the verdict would be if the claimed time were proven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_claimed_time: Option<Conclusion>,
    /// Digests and signature value alone.
    pub integrity: Integrity,
    /// What is covered.
    pub coverage: Coverage,
    /// What came after the signed octets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modifications: Option<Modifications>,
    /// Who signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<Signer>,
    /// The certificates that the signature brings or that its path uses.
    pub certificates: Vec<CertificateReport>,
    /// The trust anchor of the path that was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<String>,
    /// The store of that anchor: it may stand in several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor_store: Option<String>,
    /// The track of that store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor_track: Option<String>,
    /// The times known.
    pub times: Times,
    /// The algorithms used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithms: Option<Algorithms>,
    /// Status of the certificates of the path.
    pub revocation: Vec<Revocation>,
    /// Timestamps on this signature.
    pub timestamps: Vec<TimestampReport>,
    /// The whole derivation.
    pub checks: Block,
}

/// Kinds of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A signature of the document.
    Signature,
    /// A signature of a signature.
    CounterSignature,
    /// A timestamp over the document.
    DocumentTimestamp,
    /// A timestamp over a container.
    ContainerTimestamp,
    /// A usage-rights signature: nobody's consent to anything.
    UsageRights,
    /// Something that looks like a signature and cannot be judged.
    Unsupported,
}

/// Formats of signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "the names are the formats' own")]
pub enum Format {
    PAdES,
    #[serde(rename = "PKCS7")]
    Pkcs7,
    CAdES,
    #[serde(rename = "CMS")]
    Cms,
    JAdES,
    #[serde(rename = "JWS")]
    Jws,
    XAdES,
    #[serde(rename = "XMLDSig")]
    XmlDSig,
    #[serde(rename = "RFC3161")]
    Rfc3161,
    #[serde(rename = "COSE")]
    Cose,
    EvidenceRecord,
}

/// Baseline levels, EN 319 142-1 §6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "the names are the standard's")]
pub enum Level {
    #[serde(rename = "none")]
    None,
    #[serde(rename = "B-B")]
    BB,
    #[serde(rename = "B-T")]
    BT,
    #[serde(rename = "B-LT")]
    BLT,
    #[serde(rename = "B-LTA")]
    BLTA,
}

impl Level {
    /// As it stands in the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::BB => "B-B",
            Self::BT => "B-T",
            Self::BLT => "B-LT",
            Self::BLTA => "B-LTA",
        }
    }
}

/// Whether digests and signature value match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Integrity {
    /// They match.
    Intact,
    /// They do not.
    Broken,
    /// They could not be computed.
    Unknown,
}

/// What a signature covers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// The four integers of `/ByteRange`, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub byte_range: Option<Vec<i64>>,
    /// The revision signed, 1 the oldest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// How many revisions the file has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revisions: Option<u64>,
    /// Nothing but white space follows the signed octets.
    pub whole_document: bool,
    /// The references of a signed record.
    pub references: Vec<CoveredReference>,
}

/// A part of a record that is signed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CoveredReference {
    /// The reference as written.
    pub uri: String,
    /// The node it resolves to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Share of the document, 0 to 1.
    pub share: f64,
}

/// What came after the signed octets, and whether it may.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Modifications {
    /// The gravest class.
    pub class: ChangeClass,
    /// Whether all of it is permitted.
    pub permitted: bool,
    /// What the signatures permit.
    pub permission: Permission,
    /// Every change.
    pub changes: Vec<Change>,
}

/// What later revisions may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Permission {
    /// No certification and no lock.
    #[serde(rename = "unrestricted")]
    Unrestricted,
    /// No change.
    P1,
    /// Filling forms and signing.
    P2,
    /// These and annotations.
    P3,
    /// A lock on fields.
    #[serde(rename = "lock")]
    Lock,
}

/// One changed object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// `12 0 R`.
    pub object: String,
    /// The revision that changed it, 1 the oldest.
    pub revision: u64,
    /// A path from the trailer, `Root.AcroForm.Fields[0]`.
    pub path: String,
    /// What happened to it.
    pub kind: ChangeKind,
    /// Its class.
    pub class: ChangeClass,
    /// The rule that explains it.
    pub rule: Cow<'static, str>,
    /// Whether it is permitted.
    pub permitted: bool,
}

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum ChangeKind {
    Added,
    Changed,
    Removed,
}

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

/// The times known of a signature.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// What the signer says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed: Option<Stamp>,
    /// A proof that it was not made before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before_proof: Option<Stamp>,
    /// The earliest time at which it is proven to have existed.
    pub best_signature_time: Stamp,
    /// What proves it.
    pub source: TimeSource,
}

/// What proves a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum TimeSource {
    SignatureTimestamp,
    DocumentTimestamp,
    ArchiveTimestamp,
    EvidenceRecord,
    Supplied,
    ValidationTime,
}

/// The algorithms of a signature.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Algorithms {
    /// The signature algorithm with its parameters.
    pub signature: String,
    /// The digest of the signed data.
    pub digest: String,
    /// Bits of the key; 0 when not known.
    pub key_bits: u32,
    /// Until when the policy holds all of them reliable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acceptable_until: Option<Stamp>,
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

/// A timestamp on a signature.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TimestampReport {
    /// `T1`, ..
    pub id: String,
    /// What it covers.
    pub kind: Cow<'static, str>,
    /// The time it states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Stamp>,
    /// The verdict on it.
    pub indication: Indication,
    /// What that rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_indication: Option<SubIndication>,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// Ids of what it covers.
    pub covers: Vec<String>,
}

/// Something that is missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Want {
    /// What.
    pub kind: WantKind,
    /// Where the certificate says it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Id of the certificate, signature or file it is for.
    #[serde(rename = "for")]
    pub subject: String,
    /// Id of the check that lacks it.
    pub why: String,
}

/// Kinds of wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum WantKind {
    Certificate,
    Crl,
    Ocsp,
    Timestamp,
    SignedData,
    PolicyDocument,
    Password,
}

/// A time as it stands in the report: RFC 3339, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp(pub Time);

impl From<Time> for Stamp {
    fn from(time: Time) -> Self {
        Self(time)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Time::from_rfc3339(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Stamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time", "description": "RFC 3339, UTC; fractions of seconds as received." })
    }
}

impl Report {
    /// The report as JSON, two spaces of indentation, a line feed at the end. Equal inputs give equal octets.
    pub fn to_json(&self) -> String {
        // Writing to memory cannot fail, and every key of every map is a string.
        serde_json::to_string_pretty(self).map(|json| json + "\n").unwrap_or_default()
    }

    /// The report in the canonical form (RFC 8785): what is signed where a report is.
    ///
    /// # Errors
    /// [`Malformed`] where a number in it is larger than that form can hold.
    #[cfg(feature = "json")]
    pub fn to_canonical_json(&self) -> Result<Vec<u8>, Malformed> {
        use crate::encoding::json;
        let text = self.to_json_line();
        let node = json::read(text.as_bytes(), &crate::limits::Limits::default())?;
        match json::canonical::inexact_integer(&node) {
            Some(at) => Err(Malformed::new("report", "a number that the canonical form cannot hold", at)),
            None => json::canonical(&node),
        }
    }

    /// A report as it was written. Other members, members given twice, values of another kind, another order or form of the octets are refused.
    ///
    /// # Errors
    /// [`Malformed`] with the line and column in words.
    pub fn from_json(json: &[u8]) -> Result<Self, Malformed> {
        let report: Self = serde_json::from_slice(json).map_err(|error| Malformed::new("report", error.to_string(), 0))?;
        let forms = [report.to_json(), report.to_json_line()];
        let is_one_of_them = forms.iter().any(|form| form.trim_end().as_bytes() == json.trim_ascii_end());
        #[cfg(feature = "json")]
        let is_one_of_them = is_one_of_them || report.to_canonical_json().is_ok_and(|canonical| canonical == json);
        if is_one_of_them {
            Ok(report)
        } else {
            Err(Malformed::new("report", "not written as reports are: another order, form or white space", 0))
        }
    }

    /// The report as one line of JSON.
    pub fn to_json_line(&self) -> String {
        serde_json::to_string(self).map(|json| json + "\n").unwrap_or_default()
    }

    /// The JSON Schema (draft 2020-12) of this report.
    #[cfg(feature = "schema")]
    pub fn json_schema() -> serde_json::Value {
        let mut schema = schemars::schema_for!(Report).to_value();
        if let Some(object) = schema.as_object_mut() {
            object.insert("$id".into(), SCHEMA.into());
            object.insert("title".into(), "Validity report of kyso".into());
        }
        schema
    }
}

impl Reason {
    /// The failed `step` in words.
    pub fn of(step: &CheckStep) -> Self {
        let (en, vi) = step.declared.map_or(("", ""), |check| (check.sentences.en, check.sentences.vi));
        let value = |name: &str| step.inputs.value(name).map(|fact| fact.to_text().into_owned());
        Self { check: step.check.to_string(), en: filled(en, value), vi: filled(vi, value) }
    }

    /// The reasons of a block, the deciding one first, each check once.
    pub fn all_of(block: &Block) -> Vec<Self> {
        let mut reasons: Vec<Self> = Vec::new();
        for step in block.failures() {
            let reason = Self::of(step);
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        reasons
    }
}

/// `sentence` with `{name}` replaced by the input of that name.
pub(super) fn filled(sentence: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut text = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, after)) = after.split_once('}') else { break };
        text.push_str(&value(name).unwrap_or_else(|| "?".into()));
        rest = after;
    }
    text.push_str(rest);
    text
}
