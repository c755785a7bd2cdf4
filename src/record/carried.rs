//! ISO 32000-2 §7.11.4, §14.13 — A record inside the PDF that it is about: put in before the first signature, given out under it

use super::result_record::ResultRecord;
use crate::context::Context;
#[cfg(feature = "sign")]
use crate::creation::SignError;
use crate::document::Document;
use crate::encoding::pdf::Pdf;
use crate::error::Malformed;
#[cfg(feature = "sign")]
use crate::error::Misuse;
use crate::format::pades::associated_file::associated_file;
#[cfg(feature = "sign")]
use crate::format::pades::writing::with_associated_file;
use crate::report::fact::digest_of_text;
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
    /// A signature covers the document without this record: it came in later, or what stands there cannot be read.
    #[error("signature {signature} does not cover the record of the document: {reason}")]
    NotCoveredBy {
        /// Its id in the report.
        signature: String,
        /// What it covers instead.
        reason: String,
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
    // A record comes in before the first signature, so that there is none which does not cover it.
    for entry in report.signatures.iter().filter(|entry| matches!(entry.kind, Kind::Signature | Kind::Unsupported)) {
        let conclusion = Conclusion { indication: entry.indication, sub_indication: entry.sub_indication };
        let not_covered = |reason: &str| match conclusion.indication {
            Indication::TotalFailed => NotCarried::Failed { signature: entry.id.clone(), conclusion },
            _ => NotCarried::NotCoveredBy { signature: entry.id.clone(), reason: reason.into() },
        };
        let view = revision(entry).and_then(|index| pdf.at(index)).ok_or_else(|| not_covered("which revision it covers is not known"))?;
        match associated_file(view, RECORD_FILE) {
            Ok(Some(signed)) if signed == octets => {}
            Ok(Some(_)) => return Err(NotCarried::Changed),
            Ok(None) => return Err(not_covered("the record came in later")),
            Err(problem) => return Err(not_covered(&problem.to_string())),
        }
        if conclusion.indication == Indication::TotalFailed {
            return Err(NotCarried::Failed { signature: entry.id.clone(), conclusion });
        }
        if entry.kind == Kind::Signature {
            signatures.push(entry.id.clone());
        }
    }
    if signatures.is_empty() {
        return Err(NotCarried::NotCovered);
    }
    let record = ResultRecord::from_json(&octets).map_err(NotCarried::Malformed)?;
    is_of_this_file(&record, pdf)?;
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

/// The last PDF file on the list of the record is the one that it was put into: this one as it was before, to the end of a revision.
fn is_of_this_file(record: &ResultRecord, pdf: &Pdf<'_>) -> Result<(), NotCarried> {
    let Some(file) = record.files.iter().rfind(|file| file.media_type == "application/pdf") else {
        return Err(NotCarried::OfAnotherFile("none is named".into()));
    };
    let beginning = usize::try_from(file.size).ok().and_then(|size| pdf.octets().get(..size));
    let is_same = |beginning: &[u8]| digest_of_text(&file.digest).is_some_and(|(algorithm, digest)| algorithm.digest(beginning) == digest);
    let holds = beginning.is_some_and(|beginning| is_before_record(pdf, beginning) && is_same(beginning));
    if holds { Ok(()) } else { Err(NotCarried::OfAnotherFile(file.name.clone())) }
}

/// Whether `beginning` are the revisions of the file before the one that brought the record.
fn is_before_record(pdf: &Pdf<'_>, beginning: &[u8]) -> bool {
    let before = pdf.revisions().partition_point(|revision| revision.span.end <= beginning.len());
    let Some((last, older)) = before.checked_sub(1).and_then(|last| Some((last, pdf.revisions().get(last)?))) else { return false };
    let is_end = beginning.get(older.span.end..).is_some_and(|rest| rest.trim_ascii().is_empty());
    let has_record = |index| pdf.at(index).map(|view| associated_file(view, RECORD_FILE));
    is_end && matches!(has_record(last), Some(Ok(None))) && matches!(has_record(before), Some(Ok(Some(_))))
}
