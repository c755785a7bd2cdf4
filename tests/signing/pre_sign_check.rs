//! What is checked of the signing certificate before its key is used.

use kyso::crypto::{Curve, DigestAlgorithm, SignatureAlgorithm, SoftwareKey};
use kyso::pki::Certificate;
use kyso::testkit::extension::key_usage;
use kyso::testkit::{KeyParameters, KeyUsage};
use kyso::{Draft, Profile, SignError, Signer, SoftwareSigner, Time, sign};

use super::files::{plain, table};
use super::keys::{Pki, YEAR, signing_time};
use super::profile;
use super::read_back::document;

fn outcome(result: Result<Vec<u8>, SignError>) -> &'static str {
    match result {
        Ok(_) => "signed",
        Err(SignError::Unfit(unfit)) => unfit.id(),
        Err(SignError::CertificateMissing { .. }) => "missing",
        Err(other) => panic!("another error: {other}"),
    }
}

#[test]
fn the_certificate_is_valid_at_the_signing_time() {
    let signer = Pki::new().signer("Leader", KeyParameters::Ec(Curve::P256));
    let file = table(&plain(), "");
    let at = |time: Time| outcome(sign(&document(&file), &Profile::pades_b_b(time), &signer));
    let (from, until) = (signing_time().plus_seconds(-YEAR), signing_time().plus_seconds(YEAR));
    assert_eq!([at(from), at(until)], ["signed", "signed"]);
    assert_eq!(at(from.plus_seconds(-1)), "certificate.not_yet_valid");
    assert_eq!(at(until.plus_seconds(1)), "certificate.expired");
}

#[test]
fn the_key_may_sign_documents() {
    let mut pki = Pki::new();
    let file = table(&plain(), "");
    for (usages, expected) in [
        (vec![KeyUsage::DigitalSignature], "signed"),
        (vec![KeyUsage::NonRepudiation], "signed"),
        (vec![KeyUsage::KeyEncipherment, KeyUsage::CrlSign], "certificate.key_usage"),
    ] {
        let entity = pki.entity(&Pki::template("Leader").with(key_usage(&usages)), KeyParameters::Ec(Curve::P256));
        assert_eq!(outcome(sign(&document(&file), &profile(), &pki.signer_of(&entity))), expected, "{usages:?}");
    }
    let without = Pki::template("Leader").without(key_usage(&[]).id);
    let entity = pki.entity(&without, KeyParameters::Ec(Curve::P256));
    assert_eq!(outcome(sign(&document(&file), &profile(), &pki.signer_of(&entity))), "signed");
}

/// A signer that claims any algorithm; its value never counts here.
struct Claiming(Vec<Certificate>, SignatureAlgorithm);

impl Claiming {
    fn outcome(&self) -> &'static str {
        let file = table(&plain(), "");
        outcome(Draft::new(&document(&file), &profile(), &self.0, self.1).map(|draft| draft.to_be_signed().to_vec()))
    }
}

#[test]
fn the_algorithm_fits_the_key_and_is_not_weak() {
    use SignatureAlgorithm::{Ecdsa, Ed25519, RsaPkcs1};
    let mut pki = Pki::new();
    let certificates = |pki: &mut Pki, kind| pki.signer("Leader", kind).certificates().to_vec();
    let rsa = certificates(&mut pki, KeyParameters::Rsa(2048));
    let short = certificates(&mut pki, KeyParameters::Rsa(1024));
    let curve = certificates(&mut pki, KeyParameters::Ec(Curve::P256));
    for (certificates, algorithm, expected) in [
        (&rsa, RsaPkcs1(DigestAlgorithm::Sha256), "signed"),
        (&rsa, RsaPkcs1(DigestAlgorithm::Sha1), "algorithm.digest"),
        (&rsa, RsaPkcs1(DigestAlgorithm::Sha224), "algorithm.digest"),
        (&rsa, Ecdsa(DigestAlgorithm::Sha256), "certificate.algorithm"),
        (&rsa, Ed25519, "certificate.algorithm"),
        (&short, RsaPkcs1(DigestAlgorithm::Sha256), "certificate.key_length"),
        (&curve, Ecdsa(DigestAlgorithm::Sha256), "signed"),
        (&curve, RsaPkcs1(DigestAlgorithm::Sha256), "certificate.algorithm"),
        (&Vec::new(), Ed25519, "missing"),
    ] {
        assert_eq!(Claiming(certificates.clone(), algorithm).outcome(), expected, "{algorithm}");
    }
}

#[test]
fn a_software_signer_wants_the_certificate_of_its_key_first() {
    let mut pki = Pki::new();
    let entity = pki.entity(&Pki::template("Leader"), KeyParameters::Ed25519);
    let (own, root) = (Certificate::from_der(&entity.certificate).unwrap(), Certificate::from_der(&pki.root.certificate).unwrap());
    let key = || SoftwareKey::from_pkcs8_der(&entity.key.pkcs8()).unwrap();
    assert!(SoftwareSigner::new(key(), vec![own.clone(), root.clone()]).is_ok());
    assert!(SoftwareSigner::new(key(), vec![root, own]).is_err());
}

#[test]
fn a_software_signer_has_no_algorithm_of_another_kind_of_key() {
    let mut pki = Pki::new();
    let entity = pki.entity(&Pki::template("Leader"), KeyParameters::Ec(Curve::P384));
    assert!(pki.signer_of(&entity).with_algorithm(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha512)).is_ok());
    assert!(pki.signer_of(&entity).with_algorithm(SignatureAlgorithm::Ed25519).is_err());
}
