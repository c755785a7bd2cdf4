//! The two phases: prepare, sign elsewhere, complete.

use kyso::crypto::{Curve, DigestAlgorithm};
use kyso::testkit::KeyParameters;
use kyso::{Draft, SignError, Signer, sign};

use super::files::{plain, table};
use super::keys::Pki;
use super::profile;
use super::read_back::document;

fn draft<'a>(file: &'a [u8], signer: &dyn Signer) -> Draft<'a> {
    Draft::new(&document(file), &profile(), signer.certificates(), signer.algorithm()).unwrap()
}

#[test]
fn two_phases_make_the_same_octets_as_one() {
    let file = table(&plain(), "");
    let signer = Pki::new().signer("Leader", KeyParameters::Ec(Curve::P256));
    let stored = draft(&file, &signer).to_bytes().unwrap();
    let again = Draft::from_bytes(&stored, &file).unwrap();
    let value = signer.sign(again.to_be_signed()).unwrap();
    assert_eq!(again.complete(&value).unwrap(), sign(&document(&file), &profile(), &signer).unwrap());
    assert!(stored.len() < 40_000, "the document is not in it");
}

#[test]
fn a_value_of_another_key_or_over_other_octets_is_rejected() {
    let file = table(&plain(), "");
    let mut pki = Pki::new();
    let (leader, other) = (pki.signer("Leader", KeyParameters::Rsa(2048)), pki.signer("Other", KeyParameters::Rsa(2048)));
    let draft = draft(&file, &leader);
    let rejected = |value: &[u8]| matches!(draft.complete(value), Err(SignError::ValueRejected));
    assert!(rejected(&other.sign(draft.to_be_signed()).unwrap()));
    assert!(rejected(&leader.sign(b"other octets").unwrap()));
    assert!(rejected(b""));
    let mut value = leader.sign(draft.to_be_signed()).unwrap();
    assert!(!rejected(&value));
    value[100] ^= 1;
    assert!(rejected(&value));
}

#[test]
fn a_stored_draft_goes_with_its_own_document_only() {
    let file = table(&plain(), "");
    let signer = Pki::new().signer("Leader", KeyParameters::Ed25519);
    let stored = draft(&file, &signer).to_bytes().unwrap();
    let mut other = file.clone();
    other[40] ^= 1;
    assert!(matches!(Draft::from_bytes(&stored, &other), Err(SignError::DraftAltered)));
    assert!(matches!(Draft::from_bytes(&stored, &file[1..]), Err(SignError::DraftAltered)));
}

#[test]
fn a_stored_draft_that_was_altered_is_refused_wherever_it_was() {
    let file = table(&plain(), "");
    let signer = Pki::new().signer("Leader", KeyParameters::Ed25519);
    let stored = draft(&file, &signer).to_bytes().unwrap();
    for at in (0..stored.len()).step_by(97) {
        let mut altered = stored.clone();
        altered[at] ^= 1;
        assert!(Draft::from_bytes(&altered, &file).is_err(), "octet {at}");
    }
    assert!(Draft::from_bytes(&stored[..stored.len() - 1], &file).is_err());
}

#[test]
fn an_update_altered_together_with_its_digest_is_refused_too() {
    let file = table(&plain(), "");
    let signer = Pki::new().signer("Leader", KeyParameters::Ed25519);
    let mut stored = draft(&file, &signer).to_bytes().unwrap();
    let at = stored.windows(6).position(|window| window == b"/F 132").unwrap();
    stored[at + 3] = b'0';
    let state = stored.len() - 34;
    let digest = DigestAlgorithm::Sha256.digest(&stored[4..state]);
    stored[state + 2..].copy_from_slice(&digest);
    assert!(matches!(Draft::from_bytes(&stored, &file), Err(SignError::DraftAltered)));
}

#[test]
fn a_token_gets_the_digest_of_what_is_to_be_signed() {
    let file = table(&plain(), "");
    let mut pki = Pki::new();
    let rsa = pki.signer("RSA", KeyParameters::Rsa(2048));
    let draft_rsa = draft(&file, &rsa);
    assert_eq!(draft_rsa.digest(), Some(DigestAlgorithm::Sha256.digest(draft_rsa.to_be_signed())));
    assert_eq!(draft(&file, &pki.signer("Ed25519", KeyParameters::Ed25519)).digest(), None);
}
