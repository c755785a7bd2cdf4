//! `kyso sign` — EN 319 142-1 §6.3, ISO 32000-2 §12.8.3.3: a signature added to a PDF file, the old octets unchanged before it; EN 319 122-1 §6.3:
//! any file signed in CMS; EN 319 132-1 §6.3: in XML

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum;
use kyso::creation::{self, ContainerKind, Permission};
use kyso::crypto::{DigestAlgorithm, PssParameters, SignatureAlgorithm};
use kyso::pki::PkiObject;
use kyso::record::{ResultRecord, with_record};
use kyso::{Document, Goal, Profile, Report, SignError, SoftwareSigner, Time, report};
use serde_json::Value;

use crate::augment::Preservation;
use crate::exit::{Failure, Status};
use crate::key::{self, Password};
use crate::level::Level;
use crate::opening::{Beside, Detached};
use crate::queue::Stored;
use crate::{clock, files, output, supplied};

/// Signs a file with a key from a file
#[derive(clap::Args)]
pub struct Arguments {
    /// A PDF file; for CAdES and XAdES any file, or one with signatures that gets another one
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Of detached XAdES and JAdES, of ASiC-E, edXML and batches: further files that the one signature is over
    #[arg(value_name = "FILE")]
    further: Vec<PathBuf>,
    /// The signed file; it may be FILE itself, which is then replaced at once or not at all. Of a batch the folder that gets the proofs
    #[arg(short, long = "output", value_name = "OUT")]
    pub output: PathBuf,
    /// The key: PKCS#12, or PEM or DER with PKCS#8, PKCS#1 or SEC 1; a container with a timestamp alone needs none
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Certificates that the key file lacks: the signer's, those above it
    #[arg(long, value_name = "FILE")]
    cert: Vec<PathBuf>,
    #[command(flatten)]
    password: Password,
    /// Form of the signature
    #[arg(long, value_enum, ignore_case = true, default_value_t = Format::Pades)]
    format: Format,
    /// Of CAdES and XAdES: where the content stands; XAdES is enveloped when absent
    #[arg(long, value_enum)]
    packaging: Option<Packaging>,
    /// Of CAdES: signs the signature of this number, from 1, instead of the content
    #[arg(long, value_name = "N")]
    counter_signature: Option<usize>,
    /// Of XAdES: signs the element with this identifier instead of the whole document; several may be given
    #[arg(long, value_name = "ID")]
    element: Vec<String>,
    /// Of edXML: the header of a new message in JSON (docs/edxml-header.schema.json), to which the files are attached; without it FILE is a message
    #[arg(long, value_name = "FILE")]
    header: Option<PathBuf>,
    /// Signs any number of files, of whatever kind, by one signature in JSON: OUT is a folder, which gets a proof for each (docs/batch.md)
    #[arg(long)]
    batch: bool,
    /// Of a batch: each file is a record in JSON and digested in its canonical form, so that it may be written in another way later
    #[arg(long, requires = "batch")]
    pub jcs: bool,
    #[command(flatten)]
    beside: Beside,
    /// Baseline level; all but B-B take a timestamping authority and anchors
    #[arg(long, value_enum, ignore_case = true, default_value_t = Level::BB)]
    pub level: Level,
    /// Signs at B-B and puts OUT on this list, from which `kyso augment --queue` brings it to its level; with --tsa, only when that fails now
    #[arg(long, value_name = "FILE")]
    later: Option<PathBuf>,
    #[command(flatten)]
    pub preservation: Preservation,
    /// RSA-SHA-256, PSS-SHA3-512, ECDSA-SHA-384, Ed25519, ..; what the key usually signs with when absent
    #[arg(long, value_name = "NAME", value_parser = algorithm)]
    algorithm: Option<SignatureAlgorithm>,
    /// The form field that is signed, a new one when there is none of this name
    #[arg(long, value_name = "NAME")]
    field: Option<String>,
    /// A result record in JSON, which is put into a PDF file before it is signed for the first time
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Certifies the document: what may be changed later is nothing, forms and signatures, or annotations too
    #[arg(long, value_enum, ignore_case = true)]
    certify: Option<Certify>,
    /// Why it is signed
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Where it is signed
    #[arg(long, value_name = "TEXT")]
    location: Option<String>,
    /// Who signs, in words
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// How to reach the signer
    #[arg(long, value_name = "TEXT")]
    contact: Option<String>,
    /// The signing time; the clock's when absent
    #[arg(long, value_name = "RFC3339", value_parser = clock::parse)]
    pub at: Option<Time>,
    /// Opens an encrypted PDF file
    #[arg(long, value_name = "TEXT")]
    pdf_password: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// ETSI.CAdES.detached
    #[value(name = "PAdES")]
    Pades,
    /// adbe.pkcs7.detached
    #[value(name = "PKCS7")]
    Pkcs7,
    /// CMS in a file of its own
    #[value(name = "CAdES")]
    Cades,
    /// XML within an XML document, around a file, or in a file of its own
    #[value(name = "XAdES")]
    Xades,
    /// JSON Web Signatures
    #[value(name = "JAdES")]
    Jades,
    /// A container of one file with CAdES
    #[value(name = "ASiC-S-CAdES")]
    AsicSCades,
    /// A container of one file with XAdES
    #[value(name = "ASiC-S-XAdES")]
    AsicSXades,
    /// A container of any number of files with CAdES
    #[value(name = "ASiC-E-CAdES")]
    AsicECades,
    /// A container of any number of files with XAdES
    #[value(name = "ASiC-E-XAdES")]
    AsicEXades,
    /// A container of one file with a timestamp and no signature
    #[value(name = "ASiC-S-Timestamp")]
    AsicSTimestamp,
    /// A container of any number of files with a timestamp and no signature
    #[value(name = "ASiC-E-Timestamp")]
    AsicETimestamp,
    /// A message between agencies (QCVN 102:2016) with XAdES
    #[value(name = "edXML")]
    Edxml,
}

impl Format {
    fn container(self) -> Option<ContainerKind> {
        match self {
            Self::AsicSCades | Self::AsicSXades | Self::AsicSTimestamp => Some(ContainerKind::Simple),
            Self::AsicECades | Self::AsicEXades | Self::AsicETimestamp => Some(ContainerKind::Extended),
            Self::Pades | Self::Pkcs7 | Self::Cades | Self::Xades | Self::Jades | Self::Edxml => None,
        }
    }

    fn is_timestamp(self) -> bool {
        matches!(self, Self::AsicSTimestamp | Self::AsicETimestamp)
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Packaging {
    /// Around the signature
    Enveloped,
    /// Inside
    Enveloping,
    /// In the file that it came from
    Detached,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "UPPER")]
enum Certify {
    /// No change
    P1,
    /// Filling forms and signing
    P2,
    /// These and annotations
    P3,
}

pub fn run(arguments: Arguments) -> Result<Status, Failure> {
    files::keep(arguments.cert.iter().chain(&arguments.key).chain(&arguments.header), Some(&arguments.output))?;
    meant(&arguments)?;
    if arguments.header.is_some() {
        // The message is another file than those that it brings.
        files::keep(arguments.files(), Some(&arguments.output))?;
    }
    if arguments.batch {
        return crate::batch::run(&arguments);
    }
    if let (Some(kind), true) = (arguments.format.container(), arguments.format.is_timestamp()) {
        return timestamp(&arguments, kind);
    }
    let profile = profile(&arguments)?;
    let octets = Arc::new(to_be_signed(&arguments)?);
    let detached = beside(&arguments)?;
    let opened = |octets| {
        let document = match (arguments.format, &arguments.pdf_password) {
            (Format::Cades, _) => Document::signed_or_data(octets),
            (Format::Edxml, _) => Document::xml(octets),
            (Format::Xades, _) => in_xml(&arguments, octets),
            (Format::Jades, _) => Document::signed_json_or_data(octets),
            (format, _) if format.container().is_some() => in_container(&arguments, octets),
            (_, Some(password)) => Document::pdf_with_password(octets, password),
            (_, None) => Document::pdf(octets),
        };
        document.map(|document| detached.beside(document)).map_err(|malformed| Failure::unreadable(&arguments.file, malformed))
    };
    let mut document = opened(&octets)?;
    let recorded = arguments.record.as_ref().map(|path| recorded(&arguments, &document, path)).transpose()?;
    if let Some(octets) = &recorded {
        document = opened(octets)?;
    }
    // What is missing for the level is told before the key is used.
    let preserving = if arguments.level == Level::BB || arguments.is_for_later() {
        None
    } else {
        Some(arguments.preservation.prepared(clock::time(arguments.at)?, 1)?)
    };
    let mut later = arguments.later.as_deref().map(Stored::open).transpose()?;
    let signed = kyso::sign(&document, &profile, &signer(&arguments)?).map_err(|error| refused(&arguments, error))?;
    match preserving.map(|preserving| preserving.augmented(&arguments.output, &signed, &goal(&arguments, &detached, &octets))) {
        Some(Ok(augmented)) => output::write(Some(&arguments.output), &augmented.octets).map(|()| Status::Passed),
        Some(Err(failure)) if later.is_none() => Err(failure),
        // It is signed: that is kept, and what it lacks comes later.
        failed => {
            output::write(Some(&arguments.output), &signed)?;
            if let Some(later) = later.as_mut().filter(|_| arguments.level != Level::BB) {
                wait(&arguments, later, clock::time(arguments.at)?, failed.as_ref().and_then(|failed| failed.as_ref().err()))?;
            }
            failed.map_or(Ok(Status::Passed), |failed| failed.map(|_| Status::Passed))
        }
    }
}

/// Options that belong to a way of signing that is not this one.
fn meant(arguments: &Arguments) -> Result<(), Failure> {
    let refused = |what: &str| Err(Failure::usage(what));
    if arguments.header.is_some() && arguments.format != Format::Edxml {
        return refused("--header is for --format edXML");
    }
    let of_pdf = arguments.record.is_some() || arguments.certify.is_some() || arguments.field.is_some();
    if arguments.batch && (!matches!(arguments.format, Format::Pades | Format::Jades) || arguments.packaging.is_some() || of_pdf) {
        return refused("a batch is signed in JSON: --batch takes no other format, no packaging and nothing that is for PDF files");
    }
    if (arguments.batch || arguments.format.is_timestamp()) && arguments.later.is_some() {
        return refused("--later is for files with signatures of their own");
    }
    if arguments.format.is_timestamp() && (arguments.key.is_some() || arguments.level != Level::BB) {
        return refused("a container with a timestamp alone has no signature: --key and --level are for one");
    }
    Ok(())
}

/// A container with a timestamp and no signature.
fn timestamp(arguments: &Arguments, kind: ContainerKind) -> Result<Status, Failure> {
    let octets = files::read(&arguments.file)?;
    let detached = beside(arguments)?;
    let document = in_container(arguments, &octets).map_err(|malformed| Failure::unreadable(&arguments.file, malformed))?;
    let preserving = arguments.preservation.prepared(clock::time(arguments.at)?, 1)?;
    let stamped = preserving.container_with_timestamp(&arguments.output, &detached.beside(document), kind)?;
    output::write(Some(&arguments.output), &stamped.octets).map(|()| Status::Passed)
}

/// The file; of a validity report its canonical form (`docs/report.md`), if it holds in itself.
fn to_be_signed(arguments: &Arguments) -> Result<files::Octets, Failure> {
    if let Some(header) = &arguments.header {
        return crate::message::made(arguments, header).map(files::Octets::Read);
    }
    let octets = files::read(&arguments.file)?;
    let is_inside = matches!(arguments.packaging, None | Some(Packaging::Enveloping));
    let told = || Some(serde_json::from_slice::<Value>(&octets).ok()?.get("schema")?.as_str()? == report::json::SCHEMA);
    if !matches!(arguments.format, Format::Jades) || !is_inside || told() != Some(true) {
        return Ok(octets);
    }
    let unreadable = |malformed| Failure::unreadable(&arguments.file, malformed);
    if let Some(fault) = kyso::audit(&octets).map_err(unreadable)?.first() {
        return Err(Failure::refused(format!("{}: not signed: the report does not hold: {fault}", arguments.file.display())));
    }
    let report = Report::from_json(&octets).map_err(unreadable)?;
    report.to_canonical_json().map(files::Octets::Read).map_err(unreadable)
}

/// The files beside the first one: those that its signature is over already or shall be over. Several are all named, the first too.
fn beside(arguments: &Arguments) -> Result<Detached, Failure> {
    let detached = arguments.beside.read()?;
    if arguments.further.is_empty() || arguments.header.is_some() {
        return Ok(detached);
    }
    let is_detached = arguments.format.container().is_some()
        || matches!((arguments.format, arguments.packaging), (Format::Xades | Format::Jades, Some(Packaging::Detached)));
    if !is_detached {
        return Err(Failure::usage(
            "several files are signed with --packaging detached, in XAdES or JAdES, in a container ASiC-E, in a new edXML message, or in a batch",
        ));
    }
    detached.and([&arguments.file].into_iter().chain(&arguments.further))
}

/// What is signed in XML: nodes where the signature stands within them or around them, else octets.
fn in_xml<'a>(arguments: &Arguments, octets: &'a [u8]) -> Result<Document<'a>, kyso::Malformed> {
    let name = arguments.file.file_name().unwrap_or_default().to_string_lossy();
    match arguments.packaging {
        None | Some(Packaging::Enveloped) => Document::xml(octets),
        Some(Packaging::Enveloping) => Document::xml(octets).or_else(|_| Ok(Document::data(octets))),
        Some(Packaging::Detached) if !arguments.element.is_empty() => Document::xml(octets),
        Some(Packaging::Detached) => Ok(Document::data(octets).with_name(name)),
    }
}

/// A container that gets another signature, or what comes into a new one.
fn in_container<'a>(arguments: &Arguments, octets: &'a [u8]) -> Result<Document<'a>, kyso::Malformed> {
    let name = arguments.file.file_name().unwrap_or_default().to_string_lossy();
    let opened = if arguments.further.is_empty() { Document::container_or_data(octets)? } else { Document::data(octets) };
    Ok(opened.with_name(name))
}

/// The level, with what a detached signature is over.
fn goal(arguments: &Arguments, detached: &Detached, octets: &Arc<files::Octets>) -> Goal {
    let goal = arguments.pdf_password.iter().fold(Goal::level(arguments.level.into()), |goal, password| goal.password(password));
    let goal = detached.in_goal(goal);
    match arguments.packaging {
        Some(Packaging::Detached) if !arguments.further.is_empty() || !arguments.element.is_empty() => goal,
        // Where no other file was given, the document itself is what is signed.
        Some(Packaging::Detached) => goal.detached_shared(arguments.file.file_name().unwrap_or_default().to_string_lossy(), octets.clone()),
        _ => goal,
    }
}

impl Arguments {
    /// Whether nobody is asked for a timestamp now.
    fn is_for_later(&self) -> bool {
        self.later.is_some() && self.preservation.authority.tsa.is_none()
    }

    /// All files that are named.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        std::iter::once(&self.file).chain(&self.further)
    }
}

/// The document with the record of this file in it.
fn recorded(arguments: &Arguments, document: &Document<'_>, path: &Path) -> Result<Vec<u8>, Failure> {
    let record = ResultRecord::from_json(&files::read(path)?).map_err(|malformed| Failure::unreadable(path, malformed))?;
    let name = arguments.file.file_name().unwrap_or_default().to_string_lossy();
    with_record(document, &name, &record).map_err(|error| refused(arguments, error))
}

/// Puts the signed file on the list, by a name that is good from everywhere.
fn wait(arguments: &Arguments, later: &mut Stored, since: Time, failed: Option<&Failure>) -> Result<(), Failure> {
    let path = arguments.output.canonicalize().map_err(|error| Failure::input_output(&arguments.output, error))?;
    let name = path.to_str().ok_or_else(|| Failure::usage("a file on a list has a name in UTF-8"))?;
    later.change(|queue| {
        queue.add(name, arguments.level.into(), since);
        if let Some(failure) = failed {
            queue.failed(name, failure.message());
        }
    })
}

/// Sets one text of a profile.
type Entry = fn(Profile, String) -> Profile;

fn profile(arguments: &Arguments) -> Result<Profile, Failure> {
    let time = clock::time(arguments.at)?;
    let mut profile = match arguments.format {
        Format::Pades => Profile::pades_b_b(time),
        Format::Pkcs7 => Profile::pkcs7_detached(time),
        Format::Cades => Profile::cades_b_b(time),
        Format::Xades => Profile::xades_b_b(time),
        Format::Edxml => Profile::edxml_b_b(time),
        Format::Jades => Profile::jades_b_b(time),
        Format::AsicSCades | Format::AsicECades => Profile::cades_b_b(time),
        Format::AsicSXades | Format::AsicEXades => Profile::xades_b_b(time),
        Format::AsicSTimestamp | Format::AsicETimestamp => return Err(Failure::usage("a timestamp alone is no signature")),
    };
    if let Some(packaging) = arguments.packaging {
        profile = profile.packaging(match packaging {
            Packaging::Enveloped => creation::Packaging::Enveloped,
            Packaging::Enveloping => creation::Packaging::Enveloping,
            Packaging::Detached => creation::Packaging::Detached,
        });
    }
    if let Some(kind) = arguments.format.container() {
        if arguments.packaging.is_some() {
            return Err(Failure::usage("--packaging is for CAdES, XAdES and JAdES: the files of a container stand beside its signatures"));
        }
        profile = profile.in_container(kind);
    }
    if let Some(number) = arguments.counter_signature {
        if !matches!(arguments.format, Format::Cades) {
            return Err(Failure::usage("--counter-signature is for --format CAdES"));
        }
        profile = profile.counter_signature(number);
    }
    if !arguments.element.is_empty() {
        if !matches!(arguments.format, Format::Xades) {
            return Err(Failure::usage("--element is for --format XAdES"));
        }
        profile = profile.elements(&arguments.element);
    }
    let texts: [(Entry, &Option<String>); 5] = [
        (Profile::field, &arguments.field),
        (Profile::reason, &arguments.reason),
        (Profile::location, &arguments.location),
        (Profile::name, &arguments.name),
        (Profile::contact, &arguments.contact),
    ];
    for (set, value) in texts {
        if let Some(value) = value {
            profile = set(profile, value.clone());
        }
    }
    Ok(match arguments.certify {
        None => profile,
        Some(Certify::P1) => profile.certify(Permission::P1),
        Some(Certify::P2) => profile.certify(Permission::P2),
        Some(Certify::P3) => profile.certify(Permission::P3),
    })
}

pub fn signer(arguments: &Arguments) -> Result<SoftwareSigner, Failure> {
    let path = arguments.key.as_ref().ok_or_else(|| Failure::usage("say with --key whose key signs"))?;
    let mut file = key::read(path, &arguments.password)?;
    for path in &arguments.cert {
        for object in supplied::objects(path)? {
            if let PkiObject::Certificate(certificate) = object {
                file.certificates.push(certificate.octets().to_vec());
            }
        }
    }
    let (key, certificates) = file.into_identity().ok_or_else(|| Failure::unreadable(path, "no private key in the file"))?;
    if certificates.is_empty() {
        return Err(Failure::usage(format!("{}: no certificate of this key; give it with --cert", path.display())));
    }
    let signer = SoftwareSigner::new(key, certificates).map_err(Failure::usage)?;
    match arguments.algorithm {
        Some(algorithm) => signer.with_algorithm(algorithm).map_err(Failure::usage),
        None => Ok(signer),
    }
}

/// Who erred: the call, the octets, or nobody, where a rule forbids this signature.
pub fn refused(arguments: &Arguments, error: SignError) -> Failure {
    match error {
        SignError::Misuse(misuse) => Failure::usage(misuse),
        SignError::Malformed(malformed) => Failure::unreadable(arguments.key.as_ref().unwrap_or(&arguments.file), malformed),
        other => Failure::refused(format!("{}: not signed: {other}", arguments.file.display())),
    }
}

/// A scheme and a digest, `PSS-SHA-256`, or `Ed25519`.
fn algorithm(name: &str) -> Result<SignatureAlgorithm, String> {
    if name.eq_ignore_ascii_case("Ed25519") {
        return Ok(SignatureAlgorithm::Ed25519);
    }
    let known = || "not RSA-, PSS- or ECDSA- and a digest (SHA-256, SHA-384, SHA-512, SHA3-256, ..), nor Ed25519".to_owned();
    let (scheme, digest) = name.split_once('-').ok_or_else(known)?;
    let digest = DigestAlgorithm::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(digest)).ok_or_else(known)?;
    match scheme.to_ascii_uppercase().as_str() {
        "RSA" => Ok(SignatureAlgorithm::RsaPkcs1(digest)),
        "PSS" => Ok(SignatureAlgorithm::RsaPss(PssParameters { digest, mask_digest: digest, salt: digest.output() })),
        "ECDSA" => Ok(SignatureAlgorithm::Ecdsa(digest)),
        _ => Err(known()),
    }
}
