//! One signature or timestamp: what it is, what it covers, when, with which algorithms

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::certificate::{CertificateReport, Revocation, Signer};
use super::changes::Modifications;
use super::reason::Reason;
use super::stamp::Stamp;
use crate::report::indication::{Conclusion, Indication, SubIndication};
use crate::report::recorder::Block;

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
    /// Of an attachment of a message the name under which it is announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Share of the document, 0 to 1.
    pub share: f64,
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
