//! The JSON report, `urn:kyso:report:1`: stable names, fixed key order, equal inputs give equal octets.

mod certificate;
mod changes;
mod document;
mod inputs;
mod reason;
mod signature;
mod stamp;
pub(crate) mod writing;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::error::Malformed;
pub use certificate::{
    CertificateReport, CertificateRole, Revocation, RevocationStatus, Signer, SignerKind, SignerKindReason, Subject, SubjectId,
};
pub use changes::{Change, ChangeClass, ChangeKind, Modifications, Permission};
pub use document::{DocumentConclusion, DocumentFacts, Finding, Want, WantKind};
pub use inputs::{AnchorKind, EvidenceKind, InputAnchor, InputDetached, InputDocument, InputEvidence, InputPolicy, Inputs, Origin};
pub use reason::Reason;
pub(super) use reason::filled;
pub use signature::{
    Algorithms, Coverage, CoveredReference, Format, Integrity, Kind, Level, SignatureReport, TimeSource, Times, TimestampReport,
};
pub use stamp::Stamp;

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

impl Report {
    /// The report as JSON, two spaces of indentation, a line feed at the end. Equal inputs give equal octets.
    pub fn to_json(&self) -> String {
        // Nothing that is refused stands in a report.
        writing::lines(self).map(|json| json + "\n").unwrap_or_default()
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
        writing::line(self).map(|json| json + "\n").unwrap_or_default()
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
