//! The report made again: everything that a verdict was a function of in one file, and the same octets from it (`docs/report.md`)

mod manifest;
mod zip_file;

use crate::context::{Context, Evidence, Policy, TrustAnchors, TrustStore};
use crate::document::Document;
use crate::error::{Malformed, Misuse};
use crate::report::fact::digest_of_text;
use crate::report::json::{InputDetached, InputEvidence, Origin, Report};
use crate::report::{Fault, fact};
use crate::time::Time;
use crate::verifying::{input_detached, judged};
use manifest::Manifest;

/// An evidence bundle: document, policy, trust anchors, evidence, time, and the report that follows from them.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// The file.
    pub document: Vec<u8>,
    /// The name that the report shows.
    pub name: Option<String>,
    /// What opens the file, where it is encrypted. It stands in the bundle as it is: so does the document that it opens.
    pub password: Option<String>,
    /// The files that detached signatures cover, each with its octets, or without where it was given by its digest.
    pub detached: Vec<(InputDetached, Option<Vec<u8>>)>,
    /// The validation policy.
    pub policy: Policy,
    /// The trust anchors given.
    pub anchors: TrustAnchors,
    /// The evidence that was supplied or fetched; what is embedded comes with the document.
    pub evidence: Evidence,
    /// The validation time.
    pub time: Time,
    /// When the relying party knows the document to have existed.
    pub existence: Option<Time>,
    /// The report, its JSON form.
    pub report: Vec<u8>,
}

impl Bundle {
    /// The bundle of a verdict on `document`, which is opened with `password`, within `context`. The verdict is made here.
    pub fn of(document: &Document<'_>, password: Option<&str>, context: &Context<'_>) -> (Report, Self) {
        let judged = judged(document, context, None);
        let bundle = Self {
            document: document.octets().to_vec(),
            name: document.name.clone(),
            password: password.map(str::to_owned),
            detached: document.detached.iter().map(|one| (input_detached(one), one.octets().map(<[u8]>::to_vec))).collect(),
            policy: context.policy.clone(),
            anchors: context.anchors.clone(),
            evidence: judged.evidence.without(Origin::Embedded),
            time: context.time,
            existence: context.existence,
            report: judged.report.to_json().into_bytes(),
        };
        (judged.report, bundle)
    }

    /// The relying party's side.
    fn context(&self) -> Context<'_> {
        Context { policy: &self.policy, anchors: &self.anchors, evidence: &self.evidence, time: self.time, existence: self.existence }
    }

    fn document(&self) -> Result<Document<'_>, Malformed> {
        let mut document = Document::detect_within(&self.document, &self.policy.limits, self.password.as_deref())?;
        for (input, octets) in &self.detached {
            document = match (octets, digest_of_text(&input.digest)) {
                (Some(octets), _) => document.with_detached(&input.name, octets),
                (None, Some((algorithm, value))) => document.with_detached_digest(&input.name, algorithm, value),
                (None, None) => return Err(malformed(format!("the digest of {} is none", input.name))),
            };
        }
        Ok(match &self.name {
            Some(name) => document.with_name(name.clone()),
            None => document,
        })
    }

    /// Validates again. What of the report is not so is told by its place; nothing: the octets are the same.
    ///
    /// # Errors
    /// [`Malformed`] when the document cannot be opened.
    pub fn replay(&self) -> Result<Vec<Fault>, Malformed> {
        let report = judged(&self.document()?, &self.context(), None).report;
        if report.to_json().as_bytes() == self.report {
            return Ok(Vec::new());
        }
        let at = fact::first_difference(report.to_json().as_bytes(), &self.report);
        Ok(vec![Fault { at: "report".into(), what: format!("made again it is another one, from byte {at} on") }])
    }

    /// The facts of the report recomputed: which of them are not so, where [`Self::replay`] finds other octets.
    ///
    /// # Errors
    /// [`Malformed`] when the document cannot be opened or the report is no JSON.
    pub fn recheck(&self) -> Result<crate::recheck::Recheck, Malformed> {
        let report = serde_json::from_slice(&self.report).map_err(|error| Malformed::new("report", error.to_string(), 0))?;
        Ok(crate::recheck::recheck(&report, &self.document()?, &self.context()))
    }

    /// The bundle as a ZIP file: equal bundles give equal octets.
    ///
    /// # Errors
    /// [`Misuse`] when an anchor is one that a trust store cannot hold.
    pub fn to_zip(&self) -> Result<Vec<u8>, Misuse> {
        let mut store = TrustStore::new();
        for anchor in self.anchors.iter() {
            store.add(anchor.clone())?;
        }
        let manifest = Manifest::of(self).to_json();
        let mut files = vec![
            ("bundle.json".to_owned(), manifest.into_bytes()),
            ("document".to_owned(), self.document.clone()),
            ("policy.json".to_owned(), self.policy.to_json().into_bytes()),
            ("anchors.json".to_owned(), store.to_json().into_bytes()),
            ("report.json".to_owned(), self.report.clone()),
        ];
        let octets = |(number, (_, octets)): (usize, &(_, Option<Vec<u8>>))| Some((detached_name(number), octets.clone()?));
        files.extend(self.detached.iter().enumerate().filter_map(octets));
        files.extend(manifest::pieces(&self.evidence).map(|(entry, octets)| (file_name(&entry), octets)));
        zip_file::written(&files)
    }

    /// Reads a bundle. It must be as [`Self::to_zip`] writes it, octet by octet, so that nothing stands in it that is not used.
    ///
    /// # Errors
    /// [`Malformed`] with what is not so.
    pub fn from_zip(octets: &[u8]) -> Result<Self, Malformed> {
        let mut files = zip_file::read(octets)?;
        let mut file = |name: &str| files.remove(name).ok_or_else(|| malformed(format!("no file {name}")));
        let manifest = Manifest::from_json(&file("bundle.json")?)?;
        let mut anchors = TrustAnchors::none();
        anchors.add_store(&TrustStore::from_json(&file("anchors.json")?)?);
        let mut evidence = Evidence::none();
        for entry in &manifest.evidence {
            let octets = file(&file_name(entry))?;
            manifest::add(&mut evidence, entry, &octets)?;
        }
        let mut detached = Vec::new();
        for (number, input) in manifest.detached.iter().enumerate() {
            detached.push((input.clone(), input.size.map(|_| file(&detached_name(number))).transpose()?));
        }
        let bundle = Self {
            document: file("document")?,
            name: manifest.name.clone(),
            password: manifest.password.clone(),
            detached,
            policy: Policy::from_json(&file("policy.json")?)?,
            anchors,
            evidence,
            time: manifest.time()?,
            existence: manifest.existence()?,
            report: file("report.json")?,
        };
        match bundle.to_zip() {
            Ok(again) if again == octets => Ok(bundle),
            Ok(again) => Err(Malformed::new("bundle", "not as it is written", fact::first_difference(&again, octets))),
            Err(misuse) => Err(malformed(misuse.to_string())),
        }
    }
}

/// `detached/1`, ..
fn detached_name(number: usize) -> String {
    format!("detached/{}", number.saturating_add(1))
}

/// `evidence/<sha256>.crl`
fn file_name(entry: &InputEvidence) -> String {
    let kind = serde_json::to_value(entry.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default();
    format!("evidence/{}.{kind}", entry.id.trim_start_matches("sha256:"))
}

fn malformed(what: String) -> Malformed {
    Malformed::new("bundle", what, 0)
}
