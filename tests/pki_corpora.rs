//! Certificates, CRLs, OCSP responses and timestamps that nobody here made: `anchors`, `asn1-fuzz`, `cryptography-vectors`, `pkits`, `tsp-ocsp-crl`.

mod common;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use common::{Conformance, corpora_path, files_below, name, rows};
use kyso::Malformed;
use kyso::crypto::{DigestAlgorithm, Signed};
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
        let _ = (entry.reason()?, entry.invalidity_date()?, entry.certificate_issuer()?);
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

/// Real files with one octet changed, or cut off there: whatever comes of it comes soon and without a panic.
#[test]
fn damaged_real_files_neither_panic_nor_hang() {
    let (Some(real), Some(cms)) = (corpora_path("tsp-ocsp-crl"), corpora_path("cms")) else { return };
    let files = files_below(&real).chain(files_below(&cms)).map(|path| std::fs::read(path).unwrap());
    let (mut readings, mut taken, mut slowest) = (0, 0, Duration::ZERO);
    for octets in files.filter(|octets| octets.len() < 8_000) {
        for at in (0..octets.len()).step_by(octets.len() / 100 + 1) {
            let mut damaged = octets.clone();
            damaged[at] ^= [0x01, 0x20, 0x80, 0xff][at % 4];
            for damaged in [&damaged[..], &octets[..at]] {
                let start = Instant::now();
                taken += read_as_everything(damaged);
                slowest = slowest.max(start.elapsed());
                readings += 1;
            }
        }
    }
    println!("damaged files: {readings}, {taken} readings succeeded, the slowest took {slowest:?}");
    assert!(readings > 5_000 && slowest < Duration::from_secs(2), "{readings} {slowest:?}");
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

/// The certificates and lists of the path validation suites, also those that no path may use.
#[test]
fn what_path_validation_is_tested_with_is_readable() {
    let Some(folder) = corpora_path("pkits") else { return };
    let (mut certificates, mut lists) = (0, 0);
    for path in files_below(&folder) {
        let octets = std::fs::read(&path).unwrap();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("crt") => {
                Certificate::from_der(&octets).unwrap();
                certificates += 1;
            }
            Some("crl") => {
                CertificateList::from_der(&octets).unwrap();
                lists += 1;
            }
            _ => {}
        }
    }
    println!("pkits: {certificates} certificates and {lists} lists are readable");
    assert!(certificates > 400 && lists > 170, "{certificates} {lists}");
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
        Some((seconds, fraction)) if !fraction.trim_matches('0').is_empty() => format!("{seconds}.{fraction:0<6}Z"),
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

fn signature_holds(signer: &SignerInfo, certificates: &[Certificate], content: &[u8]) -> bool {
    let mut certificates = signer.signer_certificates(certificates);
    certificates.any(|certificate| verify_signature(signer, certificate.public_key().unwrap(), Signed::Octets(content)).holds())
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
