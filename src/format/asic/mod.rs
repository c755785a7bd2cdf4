//! EN 319 162-1 — Associated signature containers: files together with what signs them

mod manifest;
mod package;
#[cfg(feature = "sign")]
pub(crate) mod writing;

use std::collections::BTreeSet;

use manifest::Manifest;
#[cfg(feature = "sign")]
pub(crate) use manifest::NAMESPACE;
use package::Listed;

use super::cades::{content_info, timestamp};
use super::evidence_record::{NotJudged, Subject, not_judged, time_stamps};
use super::signature::{Role, Signature};
use super::{Found, Modified, xades};
use crate::context::Policy;
use crate::document::{Cms, Container, Detached, File, is_media_type};
use crate::encoding::xml;
use crate::pki::{EvidenceRecord, TimestampToken};
use crate::report::json::{Coverage, CoveredReference, DocumentFacts, Format, Kind, Want, WantKind};
use crate::report::{Block, Check, Fact, Recorder, checks};

checks! {
    TYPE_FIRST = "asic.mimetype_first", "EN 319 162-1 §A.1", Indeterminate(SigConstraintsFailure),
        "The type of the container is not its first file, stored as it is.", "Kiểu của gói không phải tệp đầu tiên được lưu nguyên dạng.";
    TYPE_IS_CONTAINERS = "asic.mimetype_of_container", "EN 319 162-1 §A.1", Indeterminate(SigConstraintsFailure),
        "The file with the type of the container, which nobody signed, says {mimetype}: another reader may take it for something else.",
        "Tệp ghi kiểu của gói không được ký và ghi {mimetype}: chương trình khác có thể hiểu gói là loại tệp khác.";
    OCTETS_ACCOUNTED = "asic.octets_accounted", "EN 319 162-1 §4.2", Indeterminate(SigConstraintsFailure),
        "{octets} bytes of the container belong to none of its files.", "{octets} byte của gói không thuộc tệp nào.";
    ONE_FILE = "asic.one_file", "EN 319 162-1 §4.3.3.1", Failed(FormatFailure),
        "A simple container holds one file, at its root; this one holds {files}.", "Gói đơn chứa đúng một tệp ở gốc; gói này chứa {files}.";
    OVER_CONTAINER = "asic.over_the_container", "EN 319 162-1 §4.3.3.2, §4.4.3.2, §4.4.4.2", Failed(FormatFailure),
        "{name} signs something of its own, and nothing of the container.", "{name} ký nội dung riêng của nó chứ không ký tệp nào của gói.";
    MANIFEST_READABLE = "asic.manifest_readable", "EN 319 162-1 §A.4", Indeterminate(SigConstraintsFailure),
        "The manifest {name} cannot be read: {what}.", "Không đọc được bản kê {name}.";
    PACKAGE_AGREES = "asic.package_agrees", "EN 319 162-1 §4.4.3.2", Indeterminate(SigConstraintsFailure),
        "{name}, which nobody signed, lists {path}, which the container has not or which has no type.",
        "{name} không được ký và ghi {path}, mục này không có trong gói hoặc không có kiểu hợp lệ.";
    SIGNATURE_READABLE = "asic.signature_readable", "EN 319 162-1 §4.4", Indeterminate(SigConstraintsFailure),
        "{name} stands in the place of a signature and cannot be read: {what}.", "{name} nằm ở vị trí chữ ký nhưng không đọc được.";
}

/// Every check of this room.
pub(crate) fn checks() -> impl Iterator<Item = &'static Check> {
    CHECKS.iter().copied()
}

/// What a container holds.
pub(crate) fn found(container: &Container, policy: &Policy) -> Found {
    let mut reading = Reading::of(container, policy);
    for (file, kind) in signing_files(container) {
        match kind {
            FileKind::Cms => reading.cms(file),
            FileKind::Xml => reading.xml(file),
            FileKind::Token => reading.token(file),
            FileKind::EvidenceRecord => reading.evidence_record(file),
            FileKind::XmlEvidenceRecord if !is_xml_evidence_record(file, policy) => reading.not_read(file, "no evidence record".into()),
            FileKind::XmlEvidenceRecord => {
                reading.add(file, Found { signatures: vec![not_judged(&file.name, NotJudged::Xml)], ..Found::nothing() }, false);
            }
        }
    }
    reading.finish()
}

/// Whether it is what RFC 6283 §3.1 says of its document element, and not just called so.
fn is_xml_evidence_record(file: &File, policy: &Policy) -> bool {
    xml::read(&file.octets, &policy.limits).is_ok_and(|tree| tree.is(tree.root(), "urn:ietf:params:xml:ns:ers", "EvidenceRecord"))
}

/// What a file in `META-INF` holds by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// CAdES (§4.3.3.2, §4.4.4.2)
    Cms,
    /// XAdES (§4.3.3.2, §4.4.3.2)
    Xml,
    /// A timestamp token (§4.3.3.2, §4.4.4.2)
    Token,
    /// An evidence record (RFC 4998)
    EvidenceRecord,
    /// An evidence record in XML (RFC 6283)
    XmlEvidenceRecord,
}

/// The files that sign, in the order of the container.
pub(crate) fn signing_files(container: &Container) -> impl Iterator<Item = (&File, FileKind)> {
    container.files.iter().filter_map(|file| {
        let name = file.name.strip_prefix("META-INF/")?.to_ascii_lowercase();
        let (is_signature, is_record) = (name.contains("signature"), name.contains("evidencerecord"));
        match () {
            () if is_signature && name.ends_with(".p7s") => Some((file, FileKind::Cms)),
            () if is_signature && name.ends_with(".xml") => Some((file, FileKind::Xml)),
            () if name.ends_with(".tst") => Some((file, FileKind::Token)),
            () if is_record && name.ends_with(".ers") => Some((file, FileKind::EvidenceRecord)),
            () if is_record && name.ends_with(".xml") && !is_manifest(file) => Some((file, FileKind::XmlEvidenceRecord)),
            () => None,
        }
    })
}

/// The manifests that can be read.
#[cfg(feature = "sign")]
fn manifests<'c>(container: &'c Container, limits: &crate::limits::Limits) -> Vec<Manifest<'c>> {
    container.files.iter().filter(|file| is_manifest(file)).filter_map(|file| Manifest::read(file, limits).ok()).collect()
}

/// What the signature in `file` is over (§4.3.3.2, §4.4.4.2).
#[cfg(feature = "sign")]
pub(crate) fn content_of<'c>(container: &'c Container, file: &File, limits: &crate::limits::Limits) -> Option<&'c File> {
    content_by(&manifests(container, limits), container, file)
}

/// The manifest that names this file as what signs it.
fn manifest_by<'m, 'c>(manifests: &'m [Manifest<'c>], container: &Container, file: &File) -> Option<&'m Manifest<'c>> {
    manifests.iter().find(|manifest| container.file(&manifest.signed_by).is_some_and(|named| named.name == file.name))
}

/// What a signature without names is over: the manifest that names it, or the one file of the container (§4.3.3.2).
fn content_by<'c>(manifests: &[Manifest<'c>], container: &'c Container, file: &File) -> Option<&'c File> {
    manifest_by(manifests, container, file).map(|manifest| manifest.file).or_else(|| {
        let mut data = container.data();
        data.next().filter(|_| data.next().is_none())
    })
}

/// Whether a file in `META-INF` is one that containers have there (§4.3.3.2, §4.4.3.2, §4.4.4.2): anything else is data that stands there.
fn is_of_container(file: &File) -> bool {
    let name = file.name.strip_prefix("META-INF/").unwrap_or_default().to_ascii_lowercase();
    let has = |part: &str, endings: &[&str]| name.contains(part) && endings.iter().any(|ending| name.ends_with(ending));
    has("signature", &[".p7s", ".xml"]) || name.ends_with(".tst") || has("evidencerecord", &[".ers", ".xml"])
}

/// A container on its way to what it holds.
struct Reading<'c, 'p> {
    container: &'c Container,
    policy: &'p Policy,
    manifests: Vec<Manifest<'c>>,
    /// Files that cannot be read as what their names say: whether a manifest, the name, why.
    unread: Vec<(bool, String, String)>,
    found: Found,
    /// The files that signatures and timestamps stand in, each with the positions of what was found there.
    places: Vec<(String, std::ops::Range<usize>)>,
    /// What each signature and timestamp is over, by name.
    signed: BTreeSet<String>,
}

impl<'c, 'p> Reading<'c, 'p> {
    fn of(container: &'c Container, policy: &'p Policy) -> Self {
        let (mut manifests, mut unread) = (Vec::new(), Vec::new());
        for file in container.files.iter().filter(|file| is_manifest(file)) {
            match Manifest::read(file, &policy.limits) {
                Ok(manifest) => manifests.push(manifest),
                Err(malformed) => unread.push((true, file.name.clone(), malformed.to_string())),
            }
        }
        Self { container, policy, manifests, unread, found: Found::nothing(), places: Vec::new(), signed: BTreeSet::new() }
    }

    fn manifest_of(&self, file: &File) -> Option<&Manifest<'c>> {
        manifest_by(&self.manifests, self.container, file)
    }

    fn content_of(&self, file: &File) -> Option<&'c File> {
        content_by(&self.manifests, self.container, file)
    }

    fn cms(&mut self, file: &'c File) {
        let cms = match Cms::from_ber(&file.octets) {
            Ok(cms) => cms,
            Err(malformed) => return self.not_read(file, malformed.to_string()),
        };
        if cms.signed_data.signer_infos.is_empty() {
            return self.not_read(file, "nobody signs".into());
        }
        let content = self.content_of(file);
        let detached: Vec<Detached<'_>> = content.iter().map(|content| Detached::of(&content.name, &content.octets)).collect();
        let mut found = content_info::found(&cms, &detached, self.policy);
        // A signature with content of its own is over that: over a file of the container when it is the same.
        let own = cms.signed_data.content.octets();
        let is_over_it = content.is_some_and(|content| own.is_none_or(|own| own == content.octets));
        if let (Some(_), Some(content), true) = (own, content, is_over_it) {
            let references = found.signatures.iter_mut().flat_map(|signature| &mut signature.coverage.references);
            references.filter(|one| one.uri == "content").for_each(|one| one.uri.clone_from(&content.name));
        }
        let is_own = own.is_some() && !is_over_it;
        for signature in found.signatures.iter_mut().filter(|signature| signature.kind == Kind::Signature) {
            over_the_container(signature, &file.name, !is_own);
        }
        self.add(file, found, is_over_it);
    }

    fn token(&mut self, file: &'c File) {
        let token = match TimestampToken::from_ber(&file.octets) {
            Ok(token) => token,
            Err(malformed) => return self.not_read(file, malformed.to_string()),
        };
        let content = self.content_of(file);
        let mut stamp = timestamp::timestamp_over_digest(&token, |algorithm| content.map(|content| algorithm.digest(&content.octets)));
        stamp.kind = Kind::ContainerTimestamp;
        let uri = content.map_or_else(|| "content".to_owned(), |content| content.name.clone());
        stamp.coverage = Coverage { references: vec![CoveredReference { uri, node: None, name: None, share: 1.0 }], ..Coverage::default() };
        self.add(file, Found { signatures: vec![stamp], ..Found::nothing() }, content.is_some());
    }

    /// §4.3.3.2, §4.4.4.2: over the one file of the container, or over those that its manifest lists.
    fn evidence_record(&mut self, file: &'c File) {
        let record = match EvidenceRecord::from_ber(&file.octets) {
            Ok(record) => record,
            Err(malformed) => {
                let entry = not_judged(&file.name, NotJudged::Unreadable(malformed.to_string()));
                self.unread.push((false, file.name.clone(), malformed.to_string()));
                return self.add(file, Found { signatures: vec![entry], ..Found::nothing() }, false);
            }
        };
        let over = |name: &str, found: Option<&'c File>| {
            Subject::new(name, move |algorithm| found.map(|file| algorithm.digest(&file.octets)).into_iter().collect())
        };
        let manifest = self.manifest_of(file);
        let subjects: Vec<Subject<'_>> = match manifest {
            Some(manifest) => {
                manifest.references.iter().map(|reference| over(&reference.uri, self.container.file(&reference.uri))).collect()
            }
            None => match self.content_of(file) {
                Some(content) => vec![over(&content.name, Some(content))],
                None => vec![over("content", None)],
            },
        };
        let data = manifest.map(|manifest| manifest.data(self.container)).unwrap_or_default();
        let all: usize = self.container.data().map(|file| file.octets.len()).sum();
        let references: Vec<CoveredReference> = subjects.iter().map(|subject| covered(self.container, &subject.name, all)).collect();
        let mut signatures = time_stamps(&record, &subjects);
        for stamp in &mut signatures {
            // Each is an entry of its own here: what it covers of the others stands among the entries.
            stamp.covers.signatures = std::mem::take(&mut stamp.covers.timestamps);
            if std::mem::take(&mut stamp.covers.role) == Role::Archive {
                stamp.coverage.references.clone_from(&references);
                stamp.signed_data.extend(data.iter().cloned());
            }
        }
        self.add(file, Found { signatures, ..Found::nothing() }, false);
    }

    fn xml(&mut self, file: &'c File) {
        let tree = match xml::read(&file.octets, &self.policy.limits) {
            Ok(tree) => tree,
            Err(malformed) => return self.not_read(file, malformed.to_string()),
        };
        let detached: Vec<Detached<'_>> = self.container.files.iter().map(|file| Detached::of(&file.name, &file.octets)).collect();
        let mut found = xades::found_in_container(&tree, &detached, self.policy);
        if found.signatures.is_empty() {
            return self.not_read(file, "nobody signs".into());
        }
        for signature in found.signatures.iter_mut().filter(|signature| signature.kind == Kind::Signature) {
            let is_elsewhere = |one: &CoveredReference| !one.uri.is_empty() && !one.uri.starts_with('#');
            let names_files = signature.coverage.references.is_empty() || signature.coverage.references.iter().any(is_elsewhere);
            over_the_container(signature, &file.name, names_files);
        }
        self.add(file, found, false);
    }

    fn not_read(&mut self, file: &File, what: String) {
        let inputs = || [("name", Fact::from(file.name.clone())), ("what", Fact::from(what.clone()))];
        let format_checking =
            Block::run("Format checking", "EN 319 102-1 §5.2.2", "", |r| r.require(&SIGNATURE_READABLE, false, inputs()));
        let signature = Signature { format_checking, ..Signature::new(Kind::Unsupported, Format::Cms) };
        self.add(file, Found { signatures: vec![signature], ..Found::nothing() }, false);
        self.unread.push((false, file.name.clone(), what));
    }

    /// Adds what was found in `file`: where that is over its manifest, also over the files that this lists.
    fn add(&mut self, file: &File, mut found: Found, is_over_manifest: bool) {
        let manifest = self.manifest_of(file).filter(|_| is_over_manifest);
        let data = manifest.map(|manifest| manifest.data(self.container)).unwrap_or_default();
        let start = self.found.signatures.len();
        let octets: usize = self.container.data().map(|file| file.octets.len()).sum();
        for signature in &mut found.signatures {
            signature.container = Some(if self.container.is_simple { "ASiC-S" } else { "ASiC-E" });
            signature.coverage.whole_document = false;
            if self.container.is_simple {
                let format_checking = std::mem::replace(&mut signature.format_checking, Block::run("", "", "", |_| Ok(())));
                signature.format_checking = Block::run_after(format_checking, |r| one_file(r, self.container));
            }
            if signature.kind != Kind::CounterSignature {
                signature.coverage.references.extend(data.iter().map(|datum| covered(self.container, &datum.name, octets)));
                signature.signed_data.extend(data.iter().cloned());
            }
            let named = signature.coverage.references.iter().filter_map(|reference| self.container.file(&reference.uri));
            self.signed.extend(named.map(|file| file.name.clone()));
        }
        self.found.add(found);
        self.places.push((file.name.clone(), start..self.found.signatures.len()));
    }

    fn finish(mut self) -> Found {
        self.timestamps_over_signatures();
        let (package, others): (Vec<_>, Vec<_>) = self.unsigned_in_folder();
        // The type of the container or of its one file (§A.1); whatever else stands there somebody may read.
        let type_file = self.container.file("mimetype").filter(|file| !is_media_type(&file.octets));
        let unsigned =
            self.container.data().chain(others).chain(type_file).map(|file| file.name.clone()).filter(|name| !self.signed.contains(name));
        let unsigned: Vec<String> = unsigned.chain(self.container.empty_folders.iter().cloned()).collect();
        let is_whole = unsigned.is_empty();
        for (position, signature) in (0_u64..).zip(&mut self.found.signatures) {
            signature.position = (position, 0);
            let names: BTreeSet<&str> =
                signature.coverage.references.iter().filter_map(|one| self.container.file(&one.uri)).map(|file| &*file.name).collect();
            signature.coverage.whole_document = is_whole && self.container.data().all(|file| names.contains(&*file.name));
        }
        let unaccounted = self.container.unaccounted;
        Found {
            document: DocumentFacts { unaccounted_bytes: u64::try_from(unaccounted).unwrap_or(u64::MAX), ..self.found.document },
            modified: unsigned.into_iter().map(Modified).collect(),
            // What signatures are over is in the container: nothing beside it is.
            detached: BTreeSet::new(),
            wants: self.found.signatures.iter().flat_map(missing).collect(),
            opening: opening(self.container, &package),
            listing: listing(&self.unread, self.found.listing),
            ..self.found
        }
    }

    /// Files in `META-INF` that no signature has to be over as they say nothing but which files there are, with what they list; and those that are data.
    fn unsigned_in_folder(&self) -> (Vec<(&'c File, Listed)>, Vec<&'c File>) {
        let signing: BTreeSet<&str> = signing_files(self.container).map(|(file, _)| file.name.as_str()).collect();
        // A manifest that nothing signs lists what somebody else would like to be signed.
        let used: BTreeSet<&str> = signing_files(self.container)
            .filter_map(|(file, _)| self.manifest_of(file))
            .map(|manifest| manifest.file.name.as_str())
            .collect();
        // One that cannot be read is told as such, and one that lists nothing says nothing.
        let listing: BTreeSet<&str> =
            self.manifests.iter().filter(|one| !one.references.is_empty()).map(|one| one.file.name.as_str()).collect();
        let is_expected = |file: &File| match is_manifest(file) {
            true => used.contains(file.name.as_str()) || !listing.contains(file.name.as_str()),
            false => signing.contains(file.name.as_str()) || is_of_container(file),
        };
        let in_folder = self.container.files.iter().filter(|file| file.name.starts_with("META-INF/") && !is_expected(file));
        let (mut package, mut others) = (Vec::new(), Vec::new());
        for file in in_folder {
            match Listed::read(file, &self.policy.limits) {
                Some(listed) => package.push((file, listed)),
                None => others.push(file),
            }
        }
        (package, others)
    }

    /// A timestamp over a manifest that lists files with signatures is over these, and over older timestamps (§4.4.4.3, §A.7).
    fn timestamps_over_signatures(&mut self) {
        let positions =
            |name: &str| self.places.iter().filter(|(place, _)| place == name).flat_map(|(_, range)| range.clone()).collect::<Vec<_>>();
        for index in 0..self.found.signatures.len() {
            let Some(stamp) = self.found.signatures.get(index).filter(|one| one.kind == Kind::ContainerTimestamp) else { continue };
            let named = stamp.coverage.references.iter().filter_map(|reference| self.container.file(&reference.uri));
            let reached = self.reached(named.map(|file| &*file.name).collect());
            let covered: Vec<usize> = reached.into_iter().flat_map(positions).filter(|position| *position != index).collect();
            if let Some(stamp) = self.found.signatures.get_mut(index) {
                stamp.covers.signatures.extend(covered);
            }
        }
    }
}

impl<'c> Reading<'c, '_> {
    /// `files`, and what manifests among them list by a digest that holds, step by step (§A.7: each archive manifest is over the one before).
    fn reached<'n>(&'n self, files: BTreeSet<&'n str>) -> BTreeSet<&'n str> {
        let mut open: Vec<&str> = files.iter().copied().collect();
        let mut reached = files;
        while let Some(file) = open.pop() {
            let Some(manifest) = self.manifests.iter().find(|manifest| manifest.file.name == file) else { continue };
            for datum in manifest.data(self.container).iter().filter(|datum| datum.actual.as_ref() == Some(&datum.expected)) {
                if let Some(listed) = self.container.file(&datum.name).filter(|listed| reached.insert(&listed.name)) {
                    open.push(&listed.name);
                }
            }
        }
        reached
    }
}

fn is_manifest(file: &File) -> bool {
    file.is_manifest()
}

fn covered(container: &Container, uri: &str, all: usize) -> CoveredReference {
    let size = container.file(uri).map_or(0, |file| file.octets.len());
    CoveredReference { uri: uri.to_owned(), node: None, name: None, share: share(size, all) }
}

/// §4.3.3.2, §4.4.3.2, §4.4.4.2: what signs a container is detached from its files, and over them.
fn over_the_container(signature: &mut Signature, name: &str, holds: bool) {
    let format_checking = std::mem::replace(&mut signature.format_checking, Block::run("", "", "", |_| Ok(())));
    signature.format_checking = Block::run_after(format_checking, |r| {
        r.ask(&OVER_CONTAINER, holds, [("name", name.to_owned().into())]);
    });
}

/// As much of the files as this is.
fn share(size: usize, all: usize) -> f64 {
    let parts = |octets: usize| u32::try_from(octets.min(usize::try_from(u32::MAX).unwrap_or(usize::MAX))).map_or(f64::MAX, f64::from);
    if all == 0 { 0.0 } else { (parts(size) / parts(all)).min(1.0) }
}

/// A file that a signature names and the container has not.
fn missing(signature: &Signature) -> Vec<Want> {
    let is_missing = |datum: &&super::signature::SignedDatum| datum.algorithm.is_ok() && datum.actual.is_none();
    let want =
        |_| Want { kind: WantKind::SignedData, url: None, subject: "document".into(), why: "cryptographic_verification.data_found".into() };
    signature.signed_data.iter().filter(is_missing).map(want).collect()
}

/// What a simple container is for.
fn one_file(r: &mut Recorder, container: &Container) {
    let names: Vec<&str> = container.data().map(|file| &*file.name).collect();
    let holds = names.len() == 1 && !names.iter().any(|name| name.contains('/'));
    let files = Fact::List(names.iter().map(|name| Fact::from((*name).to_owned())).collect());
    r.ask(&ONE_FILE, holds, [("files", files)]);
}

/// No more of what says the type is told.
const LONGEST_TYPE: usize = 255;

/// How the container is built (annex A.1): what readers rely on, and what changes no verdict.
fn opening(container: &Container, package: &[(&File, Listed)]) -> Block {
    Block::run("Container", "EN 319 162-1 §A.1", "document", |r| {
        r.tolerate(&TYPE_FIRST, container.mimetype.is_some() && container.is_first_and_stored, []);
        if let Some(mimetype) = &container.mimetype {
            let said = String::from_utf8_lossy(mimetype.get(..LONGEST_TYPE).unwrap_or(mimetype)).trim().to_owned();
            r.tolerate(&TYPE_IS_CONTAINERS, said == container.media_type(), [("mimetype", said.into())]);
        }
        r.tolerate(&OCTETS_ACCOUNTED, container.unaccounted == 0, [("octets", container.unaccounted.into())]);
        for (file, listed) in package {
            let strange = listed.strange(container);
            let inputs = [("name", file.name.clone().into()), ("path", strange.unwrap_or_default().to_owned().into())];
            r.tolerate(&PACKAGE_AGREES, strange.is_none(), inputs);
        }
        Ok(())
    })
}

fn listing(unread: &[(bool, String, String)], within: Block) -> Block {
    Block::run("Signatures of the container", "EN 319 162-1 §4.4", "document", |r| {
        for (check, of_manifests) in [(&MANIFEST_READABLE, true), (&SIGNATURE_READABLE, false)] {
            let mut any = false;
            for (_, name, what) in unread.iter().filter(|(is_manifest, ..)| *is_manifest == of_manifests) {
                r.ask(check, false, [("name", name.clone().into()), ("what", what.clone().into())]);
                any = true;
            }
            if !any {
                r.ask(check, true, []);
            }
        }
        r.bind(within);
        Ok(())
    })
}
