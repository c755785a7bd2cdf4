//! Certificates, CRLs, OCSP responses, timestamps and CMS that nobody here made: `anchors`, `asn1-fuzz`, `cms`, `cryptography-vectors`, `eu-dss` and `tsp-ocsp-crl`.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use common::{Conformance, corpora_path};
use kyso::Malformed;
use kyso::crypto::{DigestAlgorithm, SignatureAlgorithm, Signed, Verification};
use kyso::encoding::pem;
use kyso::pki::extension::GeneralName;
use kyso::pki::ocsp_response::{CertificateStatus, OcspResponseStatus, ResponderId};
use kyso::pki::{
    BasicOcspResponse, Certificate, CertificateList, Extensions, OcspResponse, PkiObject, SignedData, SignerInfo, TimestampResponse,
    TimestampToken, objects, verify_signature,
};

// ---- reading everything there is ----

/// Reads every part of a certificate; the first fault of any.
fn read_certificate(certificate: &Certificate) -> Result<(), Malformed> {
    certificate.public_key()?;
    certificate.signature_algorithm().signature(None)?;
    certificate.basic_constraints()?;
    certificate.key_usage()?;
    certificate.extended_key_usage()?;
    certificate.subject_key_identifier()?;
    certificate.authority_key_identifier()?;
    certificate.crl_distribution_points()?;
    certificate.authority_information_access()?;
    certificate.certificate_policies()?;
    certificate.policy_mappings()?;
    certificate.policy_constraints()?;
    certificate.inhibit_any_policy()?;
    certificate.subject_alternative_name()?;
    certificate.name_constraints()?;
    read_extensions(certificate.extension_set());
    let _ =
        (certificate.subject().to_string(), certificate.subject().typed_identifiers(), certificate.is_self_issued(), certificate.sha256());
    Ok(())
}

fn read_extensions(extensions: &Extensions) {
    let _ = (extensions.duplicates().len(), format!("{:?}", extensions.all()));
}

fn read_crl(crl: &CertificateList) -> Result<(), Malformed> {
    crl.number()?;
    crl.base_number()?;
    crl.authority_key_identifier()?;
    crl.issuing_distribution_point()?;
    crl.expired_certificates_since()?;
    crl.find(b"\x01")?;
    crl.find_issued_by(crl.issuer(), b"\x01")?;
    read_extensions(crl.extension_set());
    for entry in crl.entries() {
        let entry = entry?;
        (entry.reason()?, entry.invalidity_date()?, entry.certificate_issuer()?);
    }
    Ok(())
}

fn read_ocsp(basic: &BasicOcspResponse) -> Result<(), Malformed> {
    read_extensions(basic.extensions());
    for response in basic.responses() {
        response.archive_cutoff()?;
        response.certificate_digest()?;
        read_extensions(&response.extensions);
    }
    basic.certificates().iter().try_for_each(read_certificate)
}

fn read_signer(signer: &SignerInfo, certificates: &[Certificate]) -> Result<(), Malformed> {
    for certificate in signer.signer_certificates(certificates) {
        let _ = verify_signature(signer, certificate.public_key()?, Signed::Octets(b"some content"));
    }
    let _ = (signer.signature_timestamps().len(), signer.counter_signatures().0.len());
    let Some(attributes) = &signer.signed_attributes else {
        return Ok(());
    };
    let _ = (attributes.to_be_signed_as_received(), attributes.to_be_signed_der(), attributes.is_der());
    attributes.content_type()?;
    attributes.message_digest()?;
    attributes.signing_time()?;
    attributes.signing_certificate_v1()?;
    attributes.signing_certificate_v2()?;
    attributes.algorithm_protection()?;
    attributes.commitment_types()?;
    attributes.signature_policy()?;
    attributes.revocation_information()?;
    Ok(())
}

/// Reads `octets` as everything that this crate reads, whatever they are, and says how many readers took them.
fn read_as_everything(octets: &[u8]) -> usize {
    let certificate = Certificate::from_der(octets).map(|certificate| read_certificate(&certificate)).is_ok();
    let crl = CertificateList::from_der(octets).map(|crl| read_crl(&crl)).is_ok();
    let ocsp = OcspResponse::from_der(octets).map(|response| response.basic.map(|basic| read_ocsp(&basic))).is_ok();
    let cms = SignedData::from_ber(octets).map(|signed_data| {
        for signer in &signed_data.signer_infos {
            let _ = read_signer(signer, &signed_data.certificates);
        }
    });
    let token = TimestampToken::from_ber(octets).is_ok();
    let response = TimestampResponse::from_der(octets).is_ok();
    let _ = (objects(octets).is_ok(), kyso::encoding::der::to_der(octets).is_ok());
    [certificate, crl, ocsp, cms.is_ok(), token, response].into_iter().filter(|took| *took).count()
}

// ---- the suites ----

#[test]
fn malformed_asn1_neither_panics_nor_hangs() {
    let Some(folder) = corpora_path("asn1-fuzz") else { return };
    let (mut files, mut taken, mut slowest) = (0, 0, Duration::ZERO);
    for path in files_below(&folder) {
        let octets = std::fs::read(&path).unwrap();
        let start = Instant::now();
        taken += read_as_everything(&octets);
        slowest = slowest.max(start.elapsed());
        files += 1;
    }
    println!("asn1-fuzz: {files} files, {taken} readings succeeded, the slowest file took {slowest:?}");
    assert!(files > 500);
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
}

#[test]
fn anchors_are_readable_to_the_last_extension() {
    let Some(folder) = corpora_path("anchors") else { return };
    let mut conformance = Conformance::of("anchors");
    for path in files_below(&folder) {
        let certificate = Certificate::from_der(&std::fs::read(&path).unwrap());
        let read = certificate.and_then(|certificate| read_certificate(&certificate));
        conformance.case(&name(&path), "readable", &read.map_or_else(|malformed| malformed.to_string(), |()| "readable".to_owned()));
    }
    conformance.finish();
}

#[test]
fn cryptography_vectors_are_read_or_refused_cleanly() {
    let Some(folder) = corpora_path("cryptography-vectors") else { return };
    let mut conformance = Conformance::of("cryptography-vectors");
    for row in rows(&folder.join("index.tsv")) {
        let (file, expected) = (row["file"].as_str(), row["expected"].as_str());
        let octets = std::fs::read(folder.join(file)).unwrap();
        let actual = read_vector(file, &octets).map_or_else(|malformed| malformed.to_string(), |()| "readable".to_owned());
        let refused = if actual == "readable" { "readable" } else { "refused" };
        match expected {
            "reject" | "reject parse" | "request sample" => conformance.case(file, "refused", refused),
            // Either answer is clean; which one it is stays in the output.
            "reject or tolerate" | "malformed/edge: must not panic; reject or report" => println!("cryptography-vectors: {file}: {actual}"),
            _ => conformance.case(file, "readable", &actual),
        }
    }
    for (file, expected) in PKCS7_BUNDLES {
        let found = objects(&std::fs::read(folder.join("pkcs7").join(file)).unwrap());
        let actual =
            found.map_or_else(|malformed| malformed.what.to_string(), |objects| format!("{} certificates", count_certificates(&objects)));
        conformance.case(&format!("pkcs7/{file}"), expected, &actual);
    }
    conformance.finish();
}

/// What `openssl pkcs7 -print_certs` finds in each.
const PKCS7_BUNDLES: [(&str, &str); 7] = [
    ("amazon-roots.der", "2 certificates"),
    ("amazon-roots.p7b", "2 certificates"),
    ("isrg.pem", "1 certificates"),
    ("ascii-san.pem", "1 certificates"),
    ("non-ascii-san.pem", "1 certificates"),
    ("authenticode.der", "1 certificates"),
    ("enveloped.pem", "content type 1.2.840.113549.1.7.3 is not signed data (octet 4 of the decoded PEM object)"),
];

fn count_certificates(objects: &[PkiObject]) -> usize {
    objects.iter().filter(|object| matches!(object, PkiObject::Certificate(_))).count()
}

fn read_vector(file: &str, octets: &[u8]) -> Result<(), Malformed> {
    if file.contains("/ocsp/") {
        let response = OcspResponse::from_der(octets)?;
        return response.basic.map_or(Ok(()), |basic| read_ocsp(&basic));
    }
    for object in objects(octets)? {
        match object {
            PkiObject::Certificate(certificate) => read_certificate(&certificate)?,
            PkiObject::Crl(crl) => read_crl(&crl)?,
            other => panic!("{file}: {other:?}"),
        }
    }
    Ok(())
}

#[test]
fn tokens_responses_and_lists_say_what_the_index_says() {
    let Some(folder) = corpora_path("tsp-ocsp-crl") else { return };
    let mut conformance = Conformance::of("tsp-ocsp-crl");
    for row in rows(&folder.join("index.tsv")) {
        let octets = std::fs::read(folder.join(&row["file"])).unwrap();
        let actual = match row["kind"].as_str() {
            "tst" => token_facts(&octets),
            "ocsp" => ocsp_facts(&octets),
            _ => crl_facts(&octets),
        };
        let time = row["time"].replace("+00:00", "Z").replace(' ', "T");
        let expected = match row["kind"].as_str() {
            "crl" => format!("{time} {}", row["info"].replace("+00:00", "Z").replace(' ', "T")),
            "tst" => format!("{time} {} {}", row["hash/sigalg"], row["info"]),
            _ => format!("{time} {} {} {}", row["hash/sigalg"], row["issuer/signer"].split(' ').next().unwrap(), row["info"]),
        };
        conformance.case(&row["file"], &expected, &actual.unwrap_or_else(|malformed| malformed.to_string()));
    }
    conformance.finish();
}

fn token_facts(octets: &[u8]) -> Result<String, Malformed> {
    let token = TimestampToken::from_ber(octets)?;
    let (signed_data, info) = (&token.signed_data, &token.info);
    let signer = &signed_data.signer_infos[0];
    assert!(signature_holds(signer, &signed_data.certificates, signed_data.content.octets().unwrap()), "signature of a token");
    let imprint = info.imprint_algorithm.digest().unwrap();
    assert_eq!(info.imprint.octets().len(), imprint.output());
    Ok(format!(
        "{} {} md={},certs={},policy={}",
        in_micros(info.time),
        short(imprint),
        short(signer.digest().unwrap()),
        signed_data.certificates.len(),
        info.policy
    ))
}

/// The index was written by a program that gives fractions six digits.
fn in_micros(time: kyso::Time) -> String {
    let text = time.to_string();
    match text.trim_end_matches('Z').split_once('.') {
        Some((seconds, fraction)) if fraction.trim_matches('0') != "" => format!("{seconds}.{fraction:0<6}Z"),
        Some((seconds, _)) => format!("{seconds}Z"),
        None => text,
    }
}

fn short(digest: DigestAlgorithm) -> String {
    digest.name().to_lowercase().replace('-', "")
}

fn ocsp_facts(octets: &[u8]) -> Result<String, Malformed> {
    let response = OcspResponse::from_der(octets)?;
    assert_eq!(response.status, OcspResponseStatus::Successful);
    let basic = response.basic.unwrap();
    read_ocsp(&basic)?;
    let responder = match basic.responder() {
        ResponderId::Name(name) => name.common_name().unwrap_or_default().split(' ').next().unwrap_or_default().to_owned(),
        ResponderId::Key(key) => python_bytes(key.octets()).split(' ').next().unwrap_or_default().to_owned(),
    };
    let status = match basic.responses()[0].status {
        CertificateStatus::Good => "good",
        CertificateStatus::Revoked { .. } => "revoked",
        CertificateStatus::Unknown => "unknown",
    };
    let algorithm = basic.signature_algorithm().digest().map(short).unwrap_or_default();
    let certificates = basic.certificates().len();
    Ok(format!("{} {algorithm}_rsa {responder} successful,cert={status},embcerts={certificates}", in_micros(basic.produced_at())))
}

/// Octets as the index prints them, inside the quotes that its own format adds.
fn python_bytes(octets: &[u8]) -> String {
    let body: String = octets
        .iter()
        .map(|octet| match octet {
            b'\n' => "\\n".to_owned(),
            b'\r' => "\\r".to_owned(),
            b'\t' => "\\t".to_owned(),
            b'\\' => "\\\\".to_owned(),
            0x20..=0x7e => char::from(*octet).to_string(),
            _ => format!("\\x{octet:02x}"),
        })
        .collect();
    if octets.contains(&b'\'') { format!("\"b\"\"{}\"\"\"", body) } else { format!("b'{body}'") }
}

fn crl_facts(octets: &[u8]) -> Result<String, Malformed> {
    let crl = CertificateList::from_der(octets)?;
    read_crl(&crl)?;
    let entries = crl.entries().count();
    if let Some(last) = crl.entries().last() {
        let last = last?;
        assert_eq!(crl.find(last.serial.octets())?.map(|found| found.revocation_date), Some(last.revocation_date));
    }
    Ok(format!("{} entries={entries},next={}", crl.this_update(), crl.next_update().map(|time| time.to_string()).unwrap_or_default()))
}

#[test]
fn cms_signatures_hold_as_the_index_expects() {
    let Some(folder) = corpora_path("cms") else { return };
    let mut conformance = Conformance::of("cms");
    for row in rows(&folder.join("index.tsv")) {
        let (file, expected) = (row["file(relative to corpora/)"].as_str(), row["expected"].as_str());
        let file = file.strip_prefix("cms/").filter(|_| !folder.join(file).exists()).unwrap_or(file);
        let octets = std::fs::read(folder.join(file)).unwrap();
        conformance.case(file, expectation(expected), &cms_outcome(&octets));
    }
    conformance.finish();
}

/// The words of the index, sorted into the outcomes that there are.
fn expectation(expected: &str) -> &str {
    let outcomes = [
        ("reject/weak", "unsupported"),
        ("reject", "refused"),
        ("2 signers", "partial"),
        ("id-data", "not signed data"),
        ("EnvelopedData", "not signed data"),
        ("DigestedData", "not signed data"),
        ("EncryptedData", "not signed data"),
        ("invalid evidence record", "invalid evidence record"),
        ("valid evidence record", "valid evidence record"),
        ("valid PQC", "unsupported"),
        ("\"valid PQC", "unsupported"),
        ("valid", "valid"),
        ("CMS crypto ok", "valid"),
        ("\"certs-only", "no signature"),
        ("certs-only", "no signature"),
    ];
    outcomes.iter().find(|(words, _)| expected.starts_with(words)).map_or(expected, |(_, outcome)| *outcome)
}

fn cms_outcome(octets: &[u8]) -> String {
    let (cms, detached) = unwrapped(octets);
    if let Ok(response) = TimestampResponse::from_der(&cms) {
        let token = response.token().unwrap().unwrap();
        // The query beside it asked for the digest of 32 zero octets.
        assert_eq!(token.info.imprint.octets(), [0; 32]);
        return outcome_of(&token.signed_data, None);
    }
    match SignedData::from_ber(&cms) {
        Ok(signed_data) => outcome_of(&signed_data, Some(&detached)),
        Err(malformed) if malformed.what.contains("is not signed data") => "not signed data".to_owned(),
        Err(malformed) => malformed.to_string(),
    }
}

fn outcome_of(signed_data: &SignedData, detached: Option<&[u8]>) -> String {
    let content = signed_data.content.octets().or(detached);
    let outcomes: Vec<_> =
        signed_data.signer_infos.iter().map(|signer| signer_outcome(signer, &signed_data.certificates, content)).collect();
    match outcomes.as_slice() {
        [] => "no signature".to_owned(),
        [first, rest @ ..] if rest.iter().all(|other| other == first) => (*first).to_owned(),
        _ => "partial".to_owned(),
    }
}

fn signer_outcome(signer: &SignerInfo, certificates: &[Certificate], content: Option<&[u8]>) -> &'static str {
    if !signer.misplaced_attributes().is_empty() {
        return "refused";
    }
    if let Some(attributes) = &signer.signed_attributes
        && (attributes.content_type().is_err() || attributes.message_digest().is_err() || attributes.signing_time().is_err())
    {
        return "refused";
    }
    if matches!(signer.signature_algorithm(), Ok(SignatureAlgorithm::Unsupported(_))) {
        return "unsupported";
    }
    let Some(certificate) = signer.signer_certificates(certificates).next() else {
        return "no certificate";
    };
    let facts = verify_signature(signer, certificate.public_key().unwrap(), Signed::Octets(content.unwrap_or_default()));
    match (facts.content_intact(), &facts.value) {
        (Some(true), Verification::Valid) => "valid",
        // Nobody has the content, so that only the value can be told.
        (Some(false), Verification::Valid) if content.is_none() => "valid",
        (_, Verification::Unsupported(_)) | (None, _) => "unsupported",
        _ => "invalid",
    }
}

/// The CMS inside PEM or S/MIME (RFC 8551 §3.4, §3.5), and the content that a multipart message signs.
fn unwrapped(octets: &[u8]) -> (Vec<u8>, Vec<u8>) {
    if pem::is_pem(octets) {
        return (pem::read(octets).unwrap()[0].octets.to_vec(), Vec::new());
    }
    let Ok(text) = std::str::from_utf8(octets) else {
        // RFC 4134 §4.3: the detached content of the examples.
        return (octets.to_vec(), b"This is some sample content.".to_vec());
    };
    let text = text.replace("\r\n", "\n");
    let (head, encoded) = text.rsplit_once("base64\n").expect("a part in Base 64");
    let encoded = encoded.split_once("\n\n").unwrap().1.split("\n--").next().unwrap();
    let cms = kyso::encoding::base64::decode(encoded.replace('\n', "").as_bytes()).unwrap().to_vec();
    let Some((_, boundary)) = head.split_once("boundary=\"") else {
        return (cms, Vec::new());
    };
    let boundary = format!("--{}\n", boundary.split('"').next().unwrap());
    let content = head.split(&boundary).nth(1).unwrap().trim_end_matches('\n').to_owned();
    let trailing = head.split(&boundary).nth(1).unwrap().len() - content.len();
    // The line end before a boundary belongs to the boundary (RFC 2046 §5.1.1).
    let content = content + &"\n".repeat(trailing.saturating_sub(1));
    (cms, content.replace('\n', "\r\n").into_bytes())
}

#[test]
fn cades_signatures_are_intact_where_another_verifier_finds_them_so() {
    let Some(folder) = corpora_path("eu-dss") else { return };
    let mut conformance = Conformance::of("eu-dss-cades");
    let mut seen = BTreeSet::new();
    for row in rows(&folder.join("index.tsv")) {
        let facts = row["dss_facts_per_signature"].split("##").next().unwrap();
        let Some((_, intact)) = facts.split_once("intact=").filter(|_| row["format"] == "cades" && seen.insert(row["path"].clone())) else {
            continue;
        };
        let octets = std::fs::read(folder.join(&row["path"])).unwrap();
        let octets = if pem::is_pem(&octets) { pem::read(&octets).unwrap()[0].octets.to_vec() } else { octets };
        let outcome = match SignedData::from_ber(&octets) {
            // Some rows lack their content, and with it anything to agree on.
            Ok(signed_data) if signed_data.content.octets().is_none() => continue,
            Ok(signed_data) => outcome_of(&signed_data, None),
            Err(malformed) => malformed.to_string(),
        };
        let expected = if intact.starts_with("true") { "valid" } else { "not valid" };
        conformance.case(&row["path"], expected, if expected == "valid" || outcome == "valid" { &outcome } else { "not valid" });
    }
    conformance.finish();
}

fn signature_holds(signer: &SignerInfo, certificates: &[Certificate], content: &[u8]) -> bool {
    signer_outcome(signer, certificates, Some(content)) == "valid"
}

// ---- what Vietnamese and other general names need, seen on real files ----

#[test]
fn names_of_real_certificates_match_themselves_and_not_others() {
    let Some(folder) = corpora_path("anchors") else { return };
    let certificates: Vec<_> = files_below(&folder).map(|path| Certificate::from_der(&std::fs::read(path).unwrap()).unwrap()).collect();
    for certificate in &certificates {
        assert!(certificate.subject().matches(&certificate.subject().clone()));
        if let Ok(Some(identifier)) = certificate.authority_key_identifier()
            && let Some(GeneralName::Directory(name)) = identifier.issuer.as_ref().and_then(|names| names.0.first())
        {
            assert!(!name.is_empty());
        }
    }
    let texts: BTreeSet<_> = certificates.iter().map(|certificate| certificate.subject().to_string()).collect();
    assert!(texts.len() > 200, "{}", texts.len());
}

// ---- helpers ----

fn files_below(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let mut folders = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files.into_iter().filter(|path| path.file_name().is_none_or(|name| name != "index.tsv"))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// The rows of an index, by the names of its columns.
fn rows(index: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(index).unwrap();
    let mut lines = text.lines();
    let columns: Vec<_> = lines.next().unwrap().split('\t').map(str::to_owned).collect();
    lines.map(|line| columns.iter().cloned().zip(line.split('\t').map(str::to_owned)).collect()).collect()
}
