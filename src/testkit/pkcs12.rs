//! RFC 7292 §4 — a PKCS#12 file as OpenSSL 3 writes it: AES-256-CBC under PBKDF2, HMAC-SHA-256

use const_oid::ObjectIdentifier;
use der::Encode;
use pkcs5::{EncryptionScheme, pbes2};

use super::algorithm;
use super::asn1::{bmp_string, explicit, implicit, number, octet_string, oid, sequence, set_of};
use super::entity::Entity;
use super::random::{Random, mac};
use crate::Misuse;
use crate::crypto::DigestAlgorithm;

const fn at(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

const DATA: ObjectIdentifier = at("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = at("1.2.840.113549.1.7.6");
const SHROUDED_KEY_BAG: ObjectIdentifier = at("1.2.840.113549.1.12.10.1.2");
const CERTIFICATE_BAG: ObjectIdentifier = at("1.2.840.113549.1.12.10.1.3");
const X509_CERTIFICATE: ObjectIdentifier = at("1.2.840.113549.1.9.22.1");
const FRIENDLY_NAME: ObjectIdentifier = at("1.2.840.113549.1.9.20");
const LOCAL_KEY_ID: ObjectIdentifier = at("1.2.840.113549.1.9.21");

/// What OpenSSL 3 takes where it is not told.
const ITERATIONS: u16 = 2048;

/// The key and certificate of `holder` and the certificates above it (`chain`, DER), under `password`.
/// Salts and initialisation vectors come from `random`.
///
/// # Errors
/// None in practice: the cipher can refuse its parameters.
pub fn pkcs12(holder: &Entity, chain: &[&[u8]], friendly_name: &str, password: &str, random: &mut Random) -> Result<Vec<u8>, Misuse> {
    let attributes = holder_attributes(holder, friendly_name);
    let own = certificate_bag(&holder.certificate, &attributes);
    let others = chain.iter().map(|certificate| certificate_bag(certificate, &[]));
    let certificates = sequence(&std::iter::once(own).chain(others).collect::<Vec<_>>());

    let (scheme, shrouded) = encrypted(&holder.key.pkcs8()?, password, random)?;
    let key_bag = sequence(&[oid(SHROUDED_KEY_BAG), explicit(0, &sequence(&[scheme, octet_string(&shrouded)])), attributes]);

    let safe = sequence(&[encrypted_data(&certificates, password, random)?, data(&sequence(&[key_bag]))]);
    let protection = mac_data(&safe, password, random);
    Ok(sequence(&[number(3), data(&safe), protection]))
}

/// `friendlyName` and `localKeyID`, which tie key and certificate together.
fn holder_attributes(holder: &Entity, friendly_name: &str) -> Vec<u8> {
    let name = sequence(&[oid(FRIENDLY_NAME), set_of(&[bmp_string(friendly_name)])]);
    let id = sequence(&[oid(LOCAL_KEY_ID), set_of(&[octet_string(&DigestAlgorithm::Sha1.digest(&holder.certificate))])]);
    set_of(&[name, id])
}

/// `SafeBag` with a `CertBag` (§4.2.3).
fn certificate_bag(certificate: &[u8], attributes: &[u8]) -> Vec<u8> {
    let bag = sequence(&[oid(X509_CERTIFICATE), explicit(0, &octet_string(certificate))]);
    sequence(&[&oid(CERTIFICATE_BAG)[..], &explicit(0, &bag), attributes])
}

/// `ContentInfo` of type data.
fn data(content: &[u8]) -> Vec<u8> {
    sequence(&[oid(DATA), explicit(0, &octet_string(content))])
}

/// `ContentInfo` of type encrypted data (RFC 5652 §8).
fn encrypted_data(content: &[u8], password: &str, random: &mut Random) -> Result<Vec<u8>, Misuse> {
    let (scheme, ciphertext) = encrypted(content, password, random)?;
    let info = sequence(&[oid(DATA), scheme, implicit(0, &ciphertext)]);
    Ok(sequence(&[oid(ENCRYPTED_DATA), explicit(0, &sequence(&[number(0), info]))]))
}

/// PBES2 (RFC 8018 §6.2): the algorithm identifier and the octets.
fn encrypted(content: &[u8], password: &str, random: &mut Random) -> Result<(Vec<u8>, Vec<u8>), Misuse> {
    let unfit = |_| Misuse::new("PBES2 refuses its parameters");
    let salt = random.octets::<16>();
    let parameters = pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(ITERATIONS.into(), &salt, random.octets()).map_err(unfit)?;
    let ciphertext = parameters.encrypt(password, content).map_err(unfit)?;
    let scheme = EncryptionScheme::from(parameters).to_der().map_err(|_| Misuse::new("PBES2 parameters cannot be written"))?;
    Ok((scheme, ciphertext))
}

/// `MacData` (§4) over the authenticated safe.
fn mac_data(safe: &[u8], password: &str, random: &mut Random) -> Vec<u8> {
    let salt = random.octets::<16>();
    let value = mac(&mac_key(password, &salt), &[safe]);
    let info = sequence(&[algorithm::digest(DigestAlgorithm::Sha256), octet_string(&value)]);
    sequence(&[info, octet_string(&salt), number(ITERATIONS.into())])
}

/// §B.2 with SHA-256 and identifier 3. One block of output is the key, so that steps 6B and 6C have nothing to do.
fn mac_key(password: &str, salt: &[u8]) -> Vec<u8> {
    // §B.1: a BMPString with its two octets of zero at the end.
    let password: Vec<u8> = password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect();
    let filled = |octets: &[u8]| -> Vec<u8> { octets.iter().copied().cycle().take(octets.len().next_multiple_of(64)).collect() };
    let first = [&[3; 64][..], &filled(salt), &filled(&password)].concat();
    (0..ITERATIONS).fold(first, |octets, _| DigestAlgorithm::Sha256.digest(&octets))
}
