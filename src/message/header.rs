//! QCVN 102:2016/BTTTT §2 — `MessageHeader`: who sends to whom, and what the document is

use serde::{Deserialize, Serialize};

#[cfg(feature = "json")]
use crate::encoding::json;
#[cfg(feature = "json")]
use crate::error::Malformed;
#[cfg(feature = "json")]
use crate::limits::Limits;
use crate::time::Time;

/// `MessageHeader`. Its JSON form is that of `docs/edxml-header.schema.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// `From`: who sends it.
    pub from: Organisation,
    /// `To`: who gets it.
    pub to: Vec<Organisation>,
    /// `Code`: number and notation.
    pub code: Code,
    /// `PromulgationInfo`: where and when it was issued.
    pub promulgation_info: PromulgationInfo,
    /// `DocumentType`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_type: Option<DocumentType>,
    /// `Subject`: what it is about (trích yếu).
    pub subject: String,
    /// `Content`: a summary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// `SignerInfo`: who signed the document.
    pub signer_info: SignerInfo,
    /// `DueDate`: until when an answer is wanted, `2026-11-26`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_date: Option<String>,
    /// `ToPlaces`: where it goes and is kept (nơi nhận).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to_places: Vec<String>,
    /// `OtherInfo`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_info: Option<OtherInfo>,
    /// `ResponseFor`: the documents that it answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub response_for: Vec<ResponseFor>,
    /// `SteeringType`: what kind of direction it gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steering_type: Option<u32>,
    /// `DocumentId`; when absent it is made of sender, day, number and notation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_id: Option<String>,
}

/// `From`, `To`: an agency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// `OrganId`: its identifier (mã định danh), `000.00.10.H49`.
    pub organ_id: String,
    /// `OrganizationInCharge`: the agency above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_in_charge: Option<String>,
    /// `OrganName`
    pub organ_name: String,
    /// `OrganAdd`: its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organ_add: Option<String>,
    /// `Email`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// `Telephone`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// `Fax`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fax: Option<String>,
    /// `Website`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
}

/// `Code`: how the document is numbered (số, ký hiệu; NĐ 30/2020/NĐ-CP art. 8).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// `CodeNumber`
    pub code_number: String,
    /// `CodeNotation`
    pub code_notation: String,
}

/// `PromulgationInfo`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PromulgationInfo {
    /// `Place`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// `PromulgationDate`, `2026-11-26`.
    pub promulgation_date: String,
}

/// `DocumentType`: by the number and the name of its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DocumentType {
    /// `Type`
    #[serde(rename = "type")]
    pub kind: u32,
    /// `TypeDetail`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_detail: Option<u32>,
    /// `TypeName`
    pub type_name: String,
}

/// `SignerInfo`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignerInfo {
    /// `Competence`: by which authority, `TM. ỦY BAN NHÂN DÂN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub competence: Option<String>,
    /// `Position`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// `FullName`
    pub full_name: String,
}

/// `OtherInfo`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OtherInfo {
    /// `Priority`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
    /// `SphereOfPromulgation`: for whom it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sphere_of_promulgation: Option<String>,
    /// `TyperNotation`: who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typer_notation: Option<String>,
    /// `PromulgationAmount`: how many copies were issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promulgation_amount: Option<u32>,
    /// `PageAmount`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_amount: Option<u32>,
    /// `Appendixes`
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub appendixes: Vec<String>,
}

/// `ResponseFor`: a document of somebody else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ResponseFor {
    /// `OrganId` of who sent it.
    pub organ_id: String,
    /// `Code`: its number and notation, `12/CV-STP`.
    pub code: String,
    /// `PromulgationDate`, `2026-11-26`.
    pub promulgation_date: String,
    /// `DocumentId`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_id: Option<String>,
}

impl Header {
    /// Reads a header in JSON.
    ///
    /// # Errors
    /// [`Malformed`] when it is no JSON of which there is one reading, or has other members.
    #[cfg(feature = "json")]
    pub fn from_json(octets: &[u8]) -> Result<Self, Malformed> {
        json::read(octets, &Limits::default())?;
        serde_json::from_slice(octets).map_err(|error| Malformed::new("edXML header", error.to_string(), 0))
    }

    /// The JSON Schema of headers, `docs/edxml-header.schema.json`.
    #[cfg(feature = "schema")]
    pub fn json_schema() -> serde_json::Value {
        let mut schema = schemars::schema_for!(Self).to_value();
        if let Some(object) = schema.as_object_mut() {
            object.insert("$id".into(), "urn:kyso:edxml-header:1".into());
            object.insert("title".into(), "Header of an edXML message".into());
        }
        schema
    }

    /// The identifier of the document: sender, day of issue, number and notation.
    pub(super) fn document_id(&self) -> String {
        let made = || {
            let Code { code_number, code_notation } = &self.code;
            let day = slashed(&self.promulgation_info.promulgation_date);
            format!("{},{day},{code_number}/{code_notation}", self.from.organ_id)
        };
        self.document_id.clone().unwrap_or_else(made)
    }

    /// What it says and may not, or does not say and has to.
    pub(super) fn fault(&self) -> Option<String> {
        if self.to.is_empty() {
            return Some("a message goes to somebody: `to` is empty".into());
        }
        let organisations = || std::iter::once(&self.from).chain(&self.to);
        let needed = organisations()
            .flat_map(|organisation| [("organ_id", &organisation.organ_id), ("organ_name", &organisation.organ_name)])
            .chain([("code_number", &self.code.code_number), ("code_notation", &self.code.code_notation)])
            .chain([("subject", &self.subject), ("full_name", &self.signer_info.full_name)]);
        if let Some((name, _)) = needed.into_iter().find(|(_, text)| text.trim().is_empty()) {
            return Some(format!("the header has no {name}"));
        }
        let days = [Some(&self.promulgation_info.promulgation_date), self.due_date.as_ref()].into_iter().flatten();
        let mut days = days.chain(self.response_for.iter().map(|response| &response.promulgation_date));
        days.find(|day| !is_day(day)).map(|day| format!("{day:?} is no day like 2026-11-26"))
    }
}

fn is_day(day: &str) -> bool {
    day.len() == 10 && Time::from_rfc3339(&format!("{day}T00:00:00Z")).is_ok()
}

/// A day as messages have it.
pub(super) fn slashed(day: &str) -> String {
    day.replace('-', "/")
}
