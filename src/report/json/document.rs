//! What is said of a document as a whole, and what is missing

use serde::{Deserialize, Serialize};

use super::changes::ChangeClass;
use super::reason::Reason;
use crate::report::indication::{Indication, SubIndication};
use crate::report::recorder::Block;

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
