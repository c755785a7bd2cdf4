//! What later revisions changed

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

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
