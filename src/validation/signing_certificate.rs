//! EN 319 102-1 §5.2.3 — Identification of the signing certificate

use crate::context::Evidence;
use crate::format::signature::{Signature, Value};
use crate::pki::Certificate;
use crate::report::{Block, Fact, Recorder, Stop, checks};

checks! {
    IDENTIFIED = "signing_certificate.identified", "EN 319 102-1 §5.2.3.4 (1)", Indeterminate(NoSigningCertificateFound),
        "The certificate of the signer was not found.", "Không tìm thấy chứng thư số của người ký.";
    REFERENCE_IMPLEMENTED = "signing_certificate.reference_implemented", "EN 319 102-1 §5.2.3.4 (2)", Indeterminate(CryptoConstraintsFailureNoPoe),
        "The reference to the signer's certificate uses the digest algorithm {algorithm}, which cannot be judged.",
        "Tham chiếu tới chứng thư người ký dùng thuật toán băm {algorithm}, không thể kiểm tra.";
    REFERENCE_MATCHES = "signing_certificate.reference_matches", "EN 319 102-1 §5.2.3.4 (2)", Indeterminate(NoSigningCertificateFound),
        "The certificate is not the one that the signature names by its digest: another was put in its place.",
        "Chứng thư số không phải là chứng thư mà chữ ký đã chỉ định: có thể đã bị thay thế.";
    ISSUER_SERIAL_MATCHES = "signing_certificate.issuer_serial_matches", "EN 319 102-1 §5.2.3.4 (3)", Indeterminate(NoSigningCertificateFound),
        "The reference to the signer's certificate gives another issuer or serial number.",
        "Tham chiếu tới chứng thư người ký ghi nhà phát hành hoặc số sê-ri khác.";
}

/// The signer's certificate, and how it was identified.
pub(super) fn signing_certificate(signature: &Signature, value: &Value, id: &str, evidence: &Evidence) -> (Block, Option<Certificate>) {
    let mut found = None;
    let block = Block::run("Identification of the signing certificate", "EN 319 102-1 §5.2.3", id, |r| {
        let certificate = r.obtain(&IDENTIFIED, candidate(signature, value, evidence), [])?;
        references(r, value, &certificate)?;
        found = Some(certificate);
        Ok(())
    });
    (block, found)
}

/// Of the certificates that the signer identifier names, the one that the protected reference names too, else the first.
fn candidate(signature: &Signature, value: &Value, evidence: &Evidence) -> Option<Certificate> {
    let named = |certificate: &&Certificate| match &value.signer {
        Some(signer) => signer.names(certificate),
        // Without an identifier beside the value the first certificate that the signature brings is the signer's (ISO 32000-2 Table 255, /Cert;
        // RFC 7515 §4.1.6, x5c).
        None => true,
    };
    let embedded = || signature.certificates.iter().filter(named);
    let supplied = || evidence.certificates().map(|(certificate, _)| certificate).filter(named);
    let reference = value.references.first();
    let is_referenced = |certificate: &&Certificate| reference.is_some_and(|reference| reference.matches(certificate) == Some(true));
    let referenced = embedded().chain(supplied()).find(is_referenced);
    let first = || match (&value.signer, reference) {
        (Some(_), _) => embedded().chain(supplied()).next(),
        (None, Some(_)) => embedded().next(),
        (None, None) => embedded().next().or_else(|| only(evidence)),
    };
    referenced.or_else(first).cloned()
}

/// Where nothing in the signature says whose it is, the relying party may know (§5.2.3.2): the one certificate at hand that is no authority's.
fn only(evidence: &Evidence) -> Option<&Certificate> {
    let is_authority = |certificate: &Certificate| certificate.basic_constraints().is_ok_and(|found| found.is_some_and(|found| found.ca));
    let mut others = evidence.certificates().map(|(certificate, _)| certificate).filter(|certificate| !is_authority(certificate));
    others.next().filter(|_| others.next().is_none())
}

fn references(r: &mut Recorder, value: &Value, certificate: &Certificate) -> Result<(), Stop> {
    // RFC 5035 §5.4: the first reference is the signing certificate's; further ones restrict the path.
    let Some(reference) = value.references.first() else { return Ok(()) };
    let algorithm = match &reference.algorithm {
        Ok(algorithm) => algorithm,
        Err(other) => return r.require(&REFERENCE_IMPLEMENTED, false, [("algorithm", other.clone().into())]),
    };
    r.require(&REFERENCE_IMPLEMENTED, true, [("algorithm", algorithm.name().into())])?;
    let actual = certificate.digest(*algorithm);
    let facts = [("expected", Fact::Digest(*algorithm, reference.digest.clone())), ("actual", Fact::Digest(*algorithm, actual.clone()))];
    r.require(&REFERENCE_MATCHES, actual == reference.digest, facts)?;
    if let Some(issuer_serial) = &reference.names {
        // A wrong name beside a right digest misleads nobody: a finding, as in the EU's reference implementation.
        r.tolerate(&ISSUER_SERIAL_MATCHES, issuer_serial.names(certificate), []);
    }
    Ok(())
}
