//! ISO 32000-2 §7.5 — What a PDF file is made of: facts, no verdict

use kyso::encoding::pdf::{Accounting, EncryptionFacts, Finding, Pdf, Problem, SectionKind};
use kyso::format::pades::{ObjectState, RevisedObject, Revision, revisions};
use kyso::report::json::{ChangeClass, Coverage, Format, InputDocument, Kind, Report, SignatureReport, Stamp};
use serde::Serialize;

/// The identifier of this form.
const SCHEMA: &str = "urn:kyso:inspection:1";

/// One file.
#[derive(Serialize)]
pub struct Inspection {
    schema: &'static str,
    pub file: InputDocument,
    /// What stands behind `%PDF-`.
    pub version: String,
    pub header_at: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption: Option<Encryption>,
    pub revisions: Vec<Layer>,
    /// Why the oldest revisions are not among these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chain_problem: Option<Noticed>,
    pub signatures: Vec<Signed>,
    pub accounting: Account,
    pub findings: Vec<Noticed>,
}

#[derive(Serialize)]
pub struct Encryption {
    pub algorithm: &'static str,
    pub key_bits: u32,
    pub permissions: i32,
    pub owner: bool,
    pub locked: bool,
}

/// A revision.
#[derive(Serialize)]
pub struct Layer {
    pub number: usize,
    /// Its first octet, and the one behind its last.
    pub from: usize,
    pub to: usize,
    pub cross_reference: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub startxref: Option<u64>,
    /// Octets of the file as it was with this revision as its newest.
    pub document_size: usize,
    /// Ids of the signatures that cover this revision and those before it, and no later one.
    pub signed_by: Vec<String>,
    /// Numbers of the objects that it adds or replaces, and of those that it takes away.
    pub defined: Vec<u32>,
    pub freed: Vec<u32>,
    /// Where those stand that it adds or replaces.
    pub objects: Vec<Placed>,
}

/// An object and its place.
#[derive(Serialize)]
pub struct Placed {
    pub object: String,
    /// Its first octet, and the one behind its last; of a member of an object stream, those of that stream object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_stream: Option<u32>,
    /// Why it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Noticed>,
}

/// A signature, and what it covers.
#[derive(Serialize)]
pub struct Signed {
    pub id: String,
    pub kind: Kind,
    pub format: Format,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_filter: Option<String>,
    /// The subject of the certificate that it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimed_time: Option<Stamp>,
    pub coverage: Coverage,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub later_changes: Option<ChangeClass>,
}

/// What every octet belongs to.
#[derive(Serialize)]
pub struct Account {
    pub unaccounted_bytes: u64,
    pub unaccounted: Vec<(u64, u64)>,
    pub unlisted: Vec<Unlisted>,
}

/// An object that no cross-reference of its revision names.
#[derive(Serialize)]
pub struct Unlisted {
    pub object: String,
    pub at: u64,
}

/// A disagreement of the file with the standard or itself.
#[derive(Serialize)]
pub struct Noticed {
    pub code: &'static str,
    pub at: u64,
    pub what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// The oldest is 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<usize>,
}

impl Inspection {
    /// `pdf` and what the report on it found without any knowledge of its signers.
    pub fn of(pdf: &Pdf<'_>, report: Report) -> Self {
        Self {
            schema: SCHEMA,
            file: report.inputs.document,
            version: version(pdf),
            header_at: pdf.header_offset(),
            encryption: pdf.encryption().map(Encryption::of),
            revisions: revisions(pdf).into_iter().map(|revision| Layer::of(revision, &report.signatures)).collect(),
            chain_problem: pdf.chain_problem().map(Noticed::problem),
            signatures: report.signatures.into_iter().map(Signed::of).collect(),
            accounting: Account::of(pdf.accounting()),
            findings: pdf.findings().into_iter().map(Noticed::finding).collect(),
        }
    }
}

fn version(pdf: &Pdf<'_>) -> String {
    let behind = pdf.octets().iter().skip(pdf.header_offset()).skip(b"%PDF-".len());
    behind.take_while(|octet| octet.is_ascii_digit() || **octet == b'.').take(8).map(|octet| char::from(*octet)).collect()
}

impl Encryption {
    fn of(facts: &EncryptionFacts) -> Self {
        let EncryptionFacts { algorithm, key_bits, permissions, owner, locked, .. } = *facts;
        Self { algorithm, key_bits, permissions, owner, locked }
    }
}

impl Layer {
    fn of(revision: Revision<'_>, signatures: &[SignatureReport]) -> Self {
        let cross_reference = match revision.cross_reference {
            SectionKind::Table => "table",
            SectionKind::Stream => "stream",
            SectionKind::Hybrid => "hybrid",
        };
        let covers = |signature: &&SignatureReport| signature.coverage.revision == u64::try_from(revision.number).ok();
        let numbers = |freed: bool| {
            let objects = revision.objects.iter().filter(move |object| (object.state == ObjectState::Freed) == freed);
            objects.map(|object| object.reference.number).collect()
        };
        Self {
            number: revision.number,
            from: revision.span.start,
            to: revision.span.end,
            cross_reference,
            startxref: revision.startxref,
            document_size: revision.document.len(),
            signed_by: signatures.iter().filter(covers).map(|signature| signature.id.clone()).collect(),
            defined: numbers(false),
            freed: numbers(true),
            objects: revision.objects.iter().filter_map(Placed::of).collect(),
        }
    }
}

impl Placed {
    fn of(revised: &RevisedObject) -> Option<Self> {
        let RevisedObject { reference, state } = revised;
        let object = format!("{} {}", reference.number, reference.generation);
        match state {
            ObjectState::Freed => None,
            ObjectState::Defined { octets, object_stream } => {
                Some(Self { object, from: Some(octets.start), to: Some(octets.end), object_stream: *object_stream, problem: None })
            }
            ObjectState::Unreadable(problem) => {
                Some(Self { object, from: None, to: None, object_stream: None, problem: Some(Noticed::problem(problem)) })
            }
        }
    }
}

impl Signed {
    fn of(signature: SignatureReport) -> Self {
        Self {
            id: signature.id,
            kind: signature.kind,
            format: signature.format,
            field: signature.field,
            sub_filter: signature.sub_filter,
            signer: signature.signer.map(|signer| signer.subject.dn),
            claimed_time: signature.times.claimed,
            coverage: signature.coverage,
            later_changes: signature.modifications.map(|modifications| modifications.class),
        }
    }
}

impl Account {
    fn of(accounting: &Accounting) -> Self {
        Self {
            unaccounted_bytes: accounting.unaccounted_octets,
            unaccounted: accounting.unaccounted.iter().map(|span| (span.start, span.end)).collect(),
            unlisted: accounting.unlisted.iter().map(|(object, at)| Unlisted { object: object.to_string(), at: *at }).collect(),
        }
    }
}

impl Noticed {
    fn finding(finding: Finding) -> Self {
        let Finding { code, at, what, object, revision } = finding;
        let object = object.map(|object| object.to_string());
        Self { code, at, what, object, revision: revision.map(|index| index.saturating_add(1)) }
    }

    fn problem(problem: &Problem) -> Self {
        Self { code: problem.code, at: problem.at, what: problem.what.to_string(), object: None, revision: None }
    }
}
