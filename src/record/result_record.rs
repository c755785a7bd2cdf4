//! NĐ 45/2020/NĐ-CP art. 14 (3), NĐ 30/2020/NĐ-CP art. 8 — The record of an administrative result

use serde::{Deserialize, Serialize};

use crate::crypto::DigestAlgorithm;
use crate::encoding::json;
use crate::error::{Malformed, Misuse};
use crate::limits::Limits;
use crate::report::fact::{digest_of_text, digest_text};
use crate::time::Time;

/// The version of the form, as the record names it.
const SCHEMA: &str = "urn:kyso:result-record:1";

/// The result of an administrative procedure, as a program reads it. Its JSON form is canonical (RFC 8785): whoever stores it in a database
/// writes the same octets again.
///
/// ```
/// use kyso::record::{Agency, ResultRecord, Subject};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let agency = Agency { id: "000.00.10.H49".into(), name: "Sở Tư pháp tỉnh Quảng Ninh".into() };
/// let mut record = ResultRecord::new("000.00.10.H49-261126-0001", 1, agency, "2026-11-26");
/// record.number = Some("123".into());
/// record.symbol = Some("GP-STP".into());
/// record.subjects.push(Subject { scheme: "CCCD".into(), id: "022099000001".into(), name: Some("Nguyễn Văn A".into()) });
/// record.add_file("giay-phep.pdf", "application/pdf", b"%PDF-..");
/// assert_eq!(ResultRecord::from_json(&record.to_json()?)?, record);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ResultRecord {
    /// `urn:kyso:result-record:1`
    pub schema: String,
    /// Code of the dossier (mã hồ sơ TTHC).
    pub dossier: String,
    /// Code of the result (mã kết quả): the dossier's, `-KQ` and its number among the results of the dossier, with or without parentheses.
    pub result: String,
    /// Number of the document (số).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Symbol of the document (ký hiệu).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    /// What it is about (trích yếu).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Code of the procedure (mã thủ tục hành chính).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure: Option<String>,
    /// Day of issue, `2026-11-26`.
    pub issued: String,
    /// Last day on which the result holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Who issues it.
    pub agency: Agency,
    /// Whom it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<Subject>,
    /// The files of the result. Of a record inside a PDF file, that file as it was before the record came in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<RecordedFile>,
}

/// An agency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Agency {
    /// Identifier in the exchange of documents (mã định danh, QCVN 102:2016), `000.00.10.H49`.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A person or organisation by an identifier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// What the identifier is: `CCCD`, `MST`, `MNS`, ..
    pub scheme: String,
    /// The identifier.
    pub id: String,
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A file by its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordedFile {
    /// Its name.
    pub name: String,
    /// RFC 6838 media type.
    pub media_type: String,
    /// Octets.
    pub size: u64,
    /// `sha256:<hex>`; other algorithms by their names, `sha512:`, ..
    pub digest: String,
}

impl ResultRecord {
    /// The result with this number of a dossier, with nothing else said yet.
    pub fn new(dossier: impl Into<String>, result: u32, agency: Agency, issued: impl Into<String>) -> Self {
        let dossier = dossier.into();
        let result = format!("{dossier}-KQ{result}");
        Self {
            schema: SCHEMA.into(),
            dossier,
            result,
            number: None,
            symbol: None,
            title: None,
            procedure: None,
            issued: issued.into(),
            expires: None,
            agency,
            subjects: Vec::new(),
            files: Vec::new(),
        }
    }

    /// Adds a file by its octets.
    pub fn add_file(&mut self, name: impl Into<String>, media_type: impl Into<String>, octets: &[u8]) {
        self.files.push(RecordedFile {
            name: name.into(),
            media_type: media_type.into(),
            size: u64::try_from(octets.len()).unwrap_or(u64::MAX),
            digest: digest_text(DigestAlgorithm::Sha256, &DigestAlgorithm::Sha256.digest(octets)),
        });
    }

    /// The record in JSON, in the canonical form (RFC 8785).
    ///
    /// # Errors
    /// [`Misuse`] names what the record says and may not.
    pub fn to_json(&self) -> Result<Vec<u8>, Misuse> {
        self.fault().map_or(Ok(()), |fault| Err(Misuse::new(fault)))?;
        let written = serde_json::to_vec(self).map_err(|error| Misuse::new(error.to_string()))?;
        let canonical = json::read(&written, &Limits::default()).and_then(|node| json::canonical(&node));
        canonical.map_err(|malformed| Misuse::new(malformed.to_string()))
    }

    /// Reads a record in JSON, in whatever way it is written.
    ///
    /// # Errors
    /// [`Malformed`] when it is no JSON of which there is one reading, is of another version, or says what a record may not.
    pub fn from_json(octets: &[u8]) -> Result<Self, Malformed> {
        json::read(octets, &Limits::default())?;
        let record: Self = serde_json::from_slice(octets).map_err(|error| Malformed::new("record", error.to_string(), 0))?;
        record.fault().map_or(Ok(()), |fault| Err(Malformed::new("record", fault, 0)))?;
        Ok(record)
    }

    /// The JSON Schema of records, `docs/result-record.schema.json`.
    #[cfg(feature = "schema")]
    pub fn json_schema() -> serde_json::Value {
        let mut schema = schemars::schema_for!(Self).to_value();
        if let Some(object) = schema.as_object_mut() {
            object.insert("$id".into(), SCHEMA.into());
            object.insert("title".into(), "Record of an administrative result".into());
        }
        schema
    }

    /// What the record says and may not.
    pub(super) fn fault(&self) -> Option<String> {
        if self.schema != SCHEMA {
            return Some(format!("schema is not {SCHEMA}"));
        }
        if self.dossier.trim().is_empty() {
            return Some("no code of the dossier".into());
        }
        if !is_result_of(&self.result, &self.dossier) {
            return Some(format!("the code of the result {:?} is not that of the dossier, -KQ and a number", self.result));
        }
        if let Some(day) = [Some(&self.issued), self.expires.as_ref()].into_iter().flatten().find(|day| !is_day(day)) {
            return Some(format!("{day:?} is no day like 2026-11-26"));
        }
        if let Some(file) = self.files.iter().find(|file| digest_of_text(&file.digest).is_none()) {
            return Some(format!("the digest of {:?} is none", file.name));
        }
        let twice = self.files.iter().enumerate().find(|(at, file)| self.files.iter().take(*at).any(|other| other.name == file.name));
        twice.map(|(_, file)| format!("two files are called {:?}", file.name))
    }
}

/// `<dossier>-KQ(n)`, as the decree writes it, or without its parentheses.
fn is_result_of(result: &str, dossier: &str) -> bool {
    let number = result.strip_prefix(dossier).and_then(|rest| rest.strip_prefix("-KQ"));
    let number = number.map(|number| number.strip_prefix('(').and_then(|number| number.strip_suffix(')')).unwrap_or(number));
    number.is_some_and(|number| {
        !number.starts_with('0') && number.parse::<u32>().is_ok() && number.bytes().all(|digit| digit.is_ascii_digit())
    })
}

fn is_day(day: &str) -> bool {
    day.len() == 10 && Time::from_rfc3339(&format!("{day}T00:00:00Z")).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> ResultRecord {
        let agency = Agency { id: "000.00.10.H49".into(), name: "Sở Tư pháp".into() };
        let mut record = ResultRecord::new("H49-261126-0001", 2, agency, "2026-11-26");
        record.add_file("a.pdf", "application/pdf", b"abc");
        record
    }

    #[test]
    fn it_is_written_in_one_way_and_read_in_any() {
        let text = String::from_utf8(record().to_json().unwrap()).unwrap();
        let expected = concat!(
            r#"{"agency":{"id":"000.00.10.H49","name":"Sở Tư pháp"},"dossier":"H49-261126-0001","files":[{"digest":"#,
            r#""sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","media_type":"application/pdf","name":"a.pdf","size":3}],"#,
            r#""issued":"2026-11-26","result":"H49-261126-0001-KQ2","schema":"urn:kyso:result-record:1"}"#
        );
        assert_eq!(text, expected);
        let spaced = text.replace(":{", " : {\n").replace("KQ2", "KQ(2)");
        assert_eq!(ResultRecord::from_json(spaced.as_bytes()).unwrap().files, record().files);
    }

    #[test]
    fn what_a_record_may_not_say_is_refused_both_ways() {
        let text = String::from_utf8(record().to_json().unwrap()).unwrap();
        for (from, to) in [
            ("record:1", "record:2"),
            ("-KQ2", "-KQ0"),
            ("-KQ2", "-KQ+2"),
            ("0001-KQ2", "0002-KQ2"),
            ("2026-11-26", "2026-02-30"),
            ("2026-11-26", "26/11/2026"),
            ("sha256:ba", "sha256:b"),
            ("sha256:ba", "md5:ba"),
            ("}]", "},{\"digest\":\"sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709\",\"media_type\":\"\",\"name\":\"a.pdf\",\"size\":0}]"),
            ("{\"agency\"", "{\"more\":1,\"agency\""),
            ("{\"agency\"", "{\"issued\":\"2026-11-26\",\"agency\""),
        ] {
            let other = text.replacen(from, to, 1);
            assert!(other != text && ResultRecord::from_json(other.as_bytes()).is_err(), "{other}");
        }
        let mut other = record();
        other.expires = Some("tomorrow".into());
        assert!(other.to_json().is_err());
    }
}
