//! The signature value: RFC 5652, RFC 5035, RFC 6211, EN 319 142-1 §6.3.

use kyso::creation::{Commitment, SignaturePolicy};
use kyso::crypto::{Curve, DigestAlgorithm, PssParameters, SignatureAlgorithm};
use kyso::testkit::KeyParameters;
use kyso::{Profile, SignError, Signer as _, sign};

use super::files::{plain, table};
use super::keys::{Pki, signing_time};
use super::read_back::{document, signature};
use super::{profile, signed};

const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
const SIGNING_TIME: &str = "1.2.840.113549.1.9.5";
const ALGORITHM_PROTECTION: &str = "1.2.840.113549.1.9.52";
const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";
const SIGNATURE_POLICY: &str = "1.2.840.113549.1.9.16.2.15";
const COMMITMENT_TYPE: &str = "1.2.840.113549.1.9.16.2.16";

#[test]
fn pades_claims_its_time_in_the_dictionary_and_pkcs7_also_in_an_attribute() {
    let file = table(&plain(), "");
    let pades = signature(&signed(&file, &profile()).unwrap(), "Signature1");
    assert!(pades.dictionary.entry(b"SubFilter").is_name(b"ETSI.CAdES.detached"));
    assert_eq!(pades.text(b"M"), "D:20261122094018+07'00'");
    assert_eq!(pades.attributes(), [SIGNING_CERTIFICATE_V2, CONTENT_TYPE, MESSAGE_DIGEST, ALGORITHM_PROTECTION]);
    let pkcs7 = signature(&signed(&file, &Profile::pkcs7_detached(signing_time())).unwrap(), "Signature1");
    assert!(pkcs7.dictionary.entry(b"SubFilter").is_name(b"adbe.pkcs7.detached"));
    assert_eq!(pkcs7.attributes(), [SIGNING_CERTIFICATE_V2, CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME, ALGORITHM_PROTECTION]);
    let attributes = pkcs7.signed_data.signer_infos[0].signed_attributes.as_ref().unwrap().signing_time().unwrap();
    assert_eq!(attributes, Some(signing_time()));
}

#[test]
fn the_signed_data_is_detached_version_1_with_one_signer_and_the_chain() {
    let read = signature(&signed(&table(&plain(), ""), &profile()).unwrap(), "Signature1");
    let signed_data = read.signed_data;
    assert_eq!(signed_data.content.content_type.to_string(), "1.2.840.113549.1.7.1");
    assert!(signed_data.content.octets.is_none());
    assert_eq!((signed_data.signer_infos.len(), signed_data.certificates.len(), signed_data.unread.len()), (1, 2, 0));
    assert!(read.dictionary.entries().all(|(key, _)| key != b"Cert"));
    let signer = &signed_data.signer_infos[0];
    let attributes = signer.signed_attributes.as_ref().unwrap();
    let certificate = signer.signer_certificates(&signed_data.certificates).next().unwrap();
    let binding = attributes.signing_certificate_v2().unwrap().unwrap();
    assert_eq!(binding.signer().unwrap().digest_matches(certificate), Some(true));
    assert_eq!(binding.signer().unwrap().digest_algorithm, None, "DER leaves SHA-256 out");
    let protection = attributes.algorithm_protection().unwrap().unwrap();
    assert_eq!(protection.digest.received, signer.digest_algorithm.received);
    assert_eq!(protection.signature.unwrap().oid, signer.signature_algorithm.oid);
}

#[test]
fn every_algorithm_makes_a_signature_that_verifies() {
    let file = table(&plain(), "");
    let mut pki = Pki::new();
    let rsa = pki.entity(&Pki::template("RSA"), KeyParameters::Rsa(2048));
    let digests = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512];
    let pss = |digest: DigestAlgorithm| SignatureAlgorithm::RsaPss(PssParameters { digest, mask_digest: digest, salt: digest.output() });
    let rsa: Vec<_> = digests
        .into_iter()
        .flat_map(|digest| [SignatureAlgorithm::RsaPkcs1(digest), pss(digest)])
        .map(|algorithm| pki.signer_of(&rsa).with_algorithm(algorithm).unwrap())
        .collect();
    let others = [KeyParameters::Ec(Curve::P256), KeyParameters::Ec(Curve::P384), KeyParameters::Ec(Curve::P521), KeyParameters::Ed25519];
    let others: Vec<_> = others.into_iter().map(|kind| pki.signer("Curve", kind)).collect();
    for signer in rsa.iter().chain(&others) {
        let output = sign(&document(&file), &profile(), signer).unwrap();
        let info = &signature(&output, "Signature1").signed_data.signer_infos[0];
        assert_eq!(info.signature_algorithm().unwrap(), signer.algorithm());
        // RFC 8419 §3.1
        let expected = signer.algorithm().digest().unwrap_or(DigestAlgorithm::Sha512);
        assert_eq!(info.digest(), Some(expected));
    }
}

#[test]
fn texts_are_written_as_given() {
    let texts = profile().reason("Phê duyệt (kết quả)").location("Hạ Long").name("UBND phường \\").contact("0203 1234");
    let read = signature(&signed(&table(&plain(), ""), &texts).unwrap(), "Signature1");
    assert_eq!(
        [&b"Reason"[..], b"Location", b"Name", b"ContactInfo"].map(|key| read.text(key)),
        ["Phê duyệt (kết quả)", "Hạ Long", "UBND phường \\", "0203 1234"]
    );
}

#[test]
fn the_offset_from_utc_changes_the_notation_and_not_the_time() {
    let read = signature(&signed(&table(&plain(), ""), &profile().utc_offset_minutes(-90)).unwrap(), "Signature1");
    assert_eq!(read.text(b"M"), "D:20261122011018-01'30'");
}

#[test]
fn a_commitment_or_policy_is_an_attribute_and_excludes_a_reason() {
    let file = table(&plain(), "");
    let policy = SignaturePolicy { id: "1.3.6.1.4.1.59999.1".parse().unwrap(), digest: DigestAlgorithm::Sha256, value: vec![7; 32] };
    let attributed = profile().commitment(Commitment::ProofOfApproval).policy(policy.clone());
    let read = signature(&signed(&file, &attributed).unwrap(), "Signature1");
    assert!(read.attributes().iter().any(|oid| oid == COMMITMENT_TYPE) && read.attributes().iter().any(|oid| oid == SIGNATURE_POLICY));
    let signer = &read.signed_data.signer_infos[0];
    let attributes = signer.signed_attributes.as_ref().unwrap();
    assert_eq!(attributes.commitment_types().unwrap()[0].to_string(), "1.2.840.113549.1.9.16.6.5");
    for excluded in [profile().commitment(Commitment::ProofOfApproval), profile().policy(policy)] {
        assert!(matches!(signed(&file, &excluded.reason("x")), Err(SignError::Misuse(_))));
    }
}
