//! A second reading of certificates, by `x509-cert`: what both read they read alike.

mod common;

use common::{Conformance, corpora_path};
use kyso::Time;
use kyso::pki::Certificate;
use kyso::report::fact::hex;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::{Decode, Encode};

#[test]
fn certificates_of_the_field_read_alike() {
    let Some(folder) = corpora_path("anchors") else { return };
    let mut conformance = Conformance::of("second-reader");
    let mut both = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "der") {
            continue;
        }
        let octets = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let second = CertificateInner::<Raw>::from_der(&octets).map_err(|_| "refused".to_string()).map(|other| as_second(&other));
        both += usize::from(second.is_ok());
        // Where the second reader refuses what is there to be read, its refusal is listed.
        conformance.case(&name, &second.unwrap_or_else(|refused| refused), &as_first(&octets));
    }
    assert!(both > 500, "only {both} certificates are read by both");
    conformance.finish();
}

#[test]
fn our_own_certificates_read_alike() {
    let time = Time::from_rfc3339("2026-11-22T00:00:00Z").unwrap();
    let pki = kyso::testkit::DemoPki::new([5; 32], time).unwrap();
    for entity in [&pki.root, &pki.issuing, &pki.leader, &pki.organisation, &pki.timestamping, &pki.ocsp_responder] {
        let other = CertificateInner::<Raw>::from_der(&entity.certificate).unwrap();
        assert_eq!(as_second(&other), as_first(&entity.certificate));
        let mut altered = entity.certificate.clone();
        let last = altered.len() - 1;
        altered[last] ^= 1;
        assert_ne!(as_second(&other), as_first(&altered), "one bit of the signature is a difference");
    }
}

fn as_first(octets: &[u8]) -> String {
    let Ok(certificate) = Certificate::from_der(octets) else { return "refused".into() };
    let extensions = certificate.extensions().iter().map(|e| format!("{} {} {}", e.oid, e.critical, hex(e.value.octets())));
    described(
        certificate.serial(),
        certificate.issuer().octets(),
        certificate.subject().octets(),
        [certificate.not_before().unix(), certificate.not_after().unix()],
        certificate.subject_public_key_info(),
        extensions.collect(),
        certificate.signature(),
    )
}

fn as_second(certificate: &CertificateInner<Raw>) -> String {
    let tbs = certificate.tbs_certificate();
    let unix = |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).unwrap();
    let extensions = tbs.extensions().into_iter().flatten();
    let extensions = extensions.map(|e| format!("{} {} {}", e.extn_id, e.critical, hex(e.extn_value.as_bytes())));
    described(
        tbs.serial_number().as_bytes(),
        &tbs.issuer().to_der().unwrap(),
        &tbs.subject().to_der().unwrap(),
        [unix(tbs.validity().not_before), unix(tbs.validity().not_after)],
        &tbs.subject_public_key_info().to_der().unwrap(),
        extensions.collect(),
        certificate.signature().raw_bytes(),
    )
}

/// Everything that is compared, as one line.
fn described(
    serial: &[u8],
    issuer: &[u8],
    subject: &[u8],
    validity: [i64; 2],
    key: &[u8],
    extensions: Vec<String>,
    signature: &[u8],
) -> String {
    format!("{} {} {} {validity:?} {} {} {}", hex(serial), hex(issuer), hex(subject), hex(key), extensions.join(";"), hex(signature))
}
