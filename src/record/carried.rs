//! ISO 32000-2 §7.11.4, §14.13 — A record inside the PDF that it is about: put in before the first signature, given out under it

use super::result_record::ResultRecord;
use crate::context::Context;
#[cfg(feature = "sign")]
use crate::creation::SignError;
use crate::document::Document;
use crate::error::Malformed;
#[cfg(feature = "sign")]
use crate::error::Misuse;
use crate::format::pades::associated_file::associated_file;
#[cfg(feature = "sign")]
use crate::format::pades::writing::with_associated_file;
use crate::report::json::{Kind, SignatureReport};
use crate::report::{Conclusion, Indication, Report};
use crate::verifying::judged;

/// The name of the record among the files of a PDF.
pub const RECORD_FILE: &str = "result-record.json";

/// A record that came out of a signed PDF file.
#[derive(Clone, Debug)]
pub struct Carried {
    /// The record.
    pub record: ResultRecord,
    /// Its octets, as they were signed.
    pub octets: Vec<u8>,
    /// The ids of the signatures that cover it.
    pub signatures: Vec<String>,
    /// The verdict on the document: the record is worth no more.
    pub conclusion: Conclusion,
}

/// Why no record is given out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotCarried {
    /// The document has none.
    #[error("the document carries no record")]
    Absent,
    /// It has one that no signature covers.
    #[error("no signature covers the record of the document")]
    NotCovered,
    /// A signature that covers it failed.
    #[error("signature {signature}, which covers the record, is {conclusion}")]
    Failed {
        /// Its id in the report.
        signature: String,
        /// The verdict on it.
        conclusion: Conclusion,
    },
    /// Signatures cover another record than the document has now, or each its own.
    #[error("the record was changed after it was signed")]
    Changed,
    /// It cannot be read.
    #[error("{0}")]
    Malformed(Malformed),
    /// It says that the file was another one before the record came in.
    #[error("the record is about another file: {0}")]
    OfAnotherFile(String),
}

/// `document`, a PDF file without a signature, with `record` in it as an associated file (§14.13). The record gets the file itself on its list,
/// as it is now, under `name`: with the octets of the record taken away it can be compared again.
///
/// # Errors
/// [`SignError`] when the document is no PDF file, is signed already or does not allow it, or the record says what it may not.
#[cfg(feature = "sign")]
pub fn with_record(document: &Document<'_>, name: &str, record: &ResultRecord) -> Result<Vec<u8>, SignError> {
    let pdf = document.as_pdf().ok_or_else(|| Misuse::new("a record is put into PDF files: open the document with `Document::pdf`"))?;
    let mut record = record.clone();
    record.add_file(name, "application/pdf", pdf.octets());
    let update = with_associated_file(pdf, RECORD_FILE, "application/json", &record.to_json()?)?;
    Ok([pdf.octets(), &update].concat())
}

/// The verdict on `document`, and the record in it: only when the signatures that cover it have not failed.
pub fn carried(document: &Document<'_>, context: &Context<'_>) -> (Report, Result<Carried, NotCarried>) {
    let report = judged(document, context, None).report;
    let carried = under(document, &report);
    (report, carried)
}

fn under(document: &Document<'_>, report: &Report) -> Result<Carried, NotCarried> {
    let pdf = document.as_pdf().ok_or(NotCarried::Absent)?;
    let unreadable = |problem: crate::encoding::pdf::Problem| NotCarried::Malformed(Malformed::new("record", problem.to_string(), 0));
    let octets = associated_file(pdf.latest(), RECORD_FILE).map_err(unreadable)?.ok_or(NotCarried::Absent)?;
    let mut signatures = Vec::new();
    for entry in report.signatures.iter().filter(|entry| entry.kind == Kind::Signature) {
        let Some(view) = revision(entry).and_then(|index| pdf.at(index)) else { continue };
        // What cannot be read there was not signed as a record.
        let Ok(Some(signed)) = associated_file(view, RECORD_FILE) else { continue };
        if signed != octets {
            return Err(NotCarried::Changed);
        }
        let conclusion = Conclusion { indication: entry.indication, sub_indication: entry.sub_indication };
        if conclusion.indication == Indication::TotalFailed {
            return Err(NotCarried::Failed { signature: entry.id.clone(), conclusion });
        }
        signatures.push(entry.id.clone());
    }
    if signatures.is_empty() {
        return Err(NotCarried::NotCovered);
    }
    let record = ResultRecord::from_json(&octets).map_err(NotCarried::Malformed)?;
    is_of_this_file(&record, pdf.octets())?;
    Ok(Carried {
        record,
        octets,
        signatures,
        conclusion: Conclusion { indication: report.conclusion.indication, sub_indication: report.conclusion.sub_indication },
    })
}

/// The index of the revision that a signature is over.
fn revision(entry: &SignatureReport) -> Option<usize> {
    usize::try_from(entry.coverage.revision?).ok()?.checked_sub(1)
}

/// The last PDF file on the list of the record is the one that it was put into: the beginning of this one.
fn is_of_this_file(record: &ResultRecord, octets: &[u8]) -> Result<(), NotCarried> {
    let Some(file) = record.files.iter().rfind(|file| file.media_type == "application/pdf") else {
        return Err(NotCarried::OfAnotherFile("none is named".into()));
    };
    let beginning = usize::try_from(file.size).ok().and_then(|size| octets.get(..size));
    let is_same = crate::report::fact::digest_of_text(&file.digest)
        .zip(beginning)
        .is_some_and(|((algorithm, digest), beginning)| algorithm.digest(beginning) == digest);
    if is_same { Ok(()) } else { Err(NotCarried::OfAnotherFile(file.name.clone())) }
}
