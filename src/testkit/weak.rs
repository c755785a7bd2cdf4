//! RFC 8017 §8, FIPS 186-5 §6 — signature values that the library verifies and refuses to make: with SHA-1, in whatever part

use p256::ecdsa::signature::hazmat::PrehashSigner;
use rsa::pkcs8::DecodePrivateKey;
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, RsaPrivateKey};

use super::key::misuse;
use super::random::Random;
use crate::Misuse;
use crate::crypto::{DigestAlgorithm, PssParameters, SignatureAlgorithm};
use crate::encoding::der::write::{algorithm_identifier, null, octet_string, sequence};

/// The value of the key in `pkcs8` over `message`, the same octets every time.
pub(super) fn sign(pkcs8: &[u8], algorithm: &SignatureAlgorithm, message: &[u8]) -> Result<Vec<u8>, Misuse> {
    let rsa = || RsaPrivateKey::from_pkcs8_der(pkcs8).map_err(misuse);
    match algorithm {
        SignatureAlgorithm::RsaPkcs1(digest) => {
            let key = rsa()?;
            private_operation(&key, &pkcs1_v1_5(*digest, message, key.size())?)
        }
        SignatureAlgorithm::RsaPss(parameters) => {
            let key = rsa()?;
            private_operation(&key, &pss(parameters, message, key.n().bits())?)
        }
        SignatureAlgorithm::Ecdsa(digest) => {
            let key = p256::ecdsa::SigningKey::from_pkcs8_der(pkcs8).map_err(misuse)?;
            let value: p256::ecdsa::Signature = key.sign_prehash(&digest.digest(message)).map_err(misuse)?;
            Ok(value.to_der().as_bytes().to_vec())
        }
        _ => Err(Misuse::new(format!("this key does not sign with {algorithm}"))),
    }
}

/// EMSA-PKCS1-v1_5 (RFC 8017 §9.2) for a modulus of `size` octets.
fn pkcs1_v1_5(digest: DigestAlgorithm, message: &[u8], size: usize) -> Result<Vec<u8>, Misuse> {
    let info = sequence(&[algorithm_identifier(digest.oid(), Some(&null())), octet_string(&digest.digest(message))]);
    let padding = size.checked_sub(info.len() + 3).filter(|padding| *padding >= 8).ok_or_else(too_short)?;
    Ok([&[0, 1], &vec![0xff; padding][..], &[0], &info].concat())
}

/// EMSA-PSS (RFC 8017 §9.1.1) for a modulus of `modulus_bits`; the salt is made from the message.
fn pss(parameters: &PssParameters, message: &[u8], modulus_bits: u32) -> Result<Vec<u8>, Misuse> {
    let bits = modulus_bits.saturating_sub(1);
    let size = usize::try_from(bits.div_ceil(8)).map_err(misuse)?;
    let digest = parameters.digest.digest(message);
    let salt = mask(parameters.digest, &digest, parameters.salt);
    let hash = parameters.digest.digest(&[&[0; 8][..], &digest, &salt].concat());
    let padding = size.checked_sub(salt.len() + hash.len() + 2).ok_or_else(too_short)?;
    let block = [&vec![0; padding][..], &[1], &salt].concat();
    let mask = mask(parameters.mask_digest, &hash, block.len());
    let mut encoded: Vec<u8> = block.iter().zip(mask).map(|(octet, mask)| octet ^ mask).collect();
    // Step 11: the bits beyond the modulus are zero.
    let surplus = bits.next_multiple_of(8) - bits;
    encoded.first_mut().into_iter().for_each(|first| *first &= 0xff_u8.checked_shr(surplus).unwrap_or(0));
    Ok([&encoded[..], &hash, &[0xbc]].concat())
}

/// MGF1 (RFC 8017 §B.2.1).
fn mask(digest: DigestAlgorithm, seed: &[u8], length: usize) -> Vec<u8> {
    (0_u32..).flat_map(|counter| digest.digest(&[seed, &counter.to_be_bytes()].concat())).take(length).collect()
}

/// RSASP1 (RFC 8017 §5.2.1) of an encoded message, whatever it is.
fn private_operation(key: &RsaPrivateKey, encoded: &[u8]) -> Result<Vec<u8>, Misuse> {
    let message = BoxedUint::from_be_slice(encoded, key.n().bits_precision()).map_err(misuse)?;
    let value = rsa::hazmat::rsa_decrypt_and_check(key, Some(&mut Random::seeded(encoded)), &message).map_err(misuse)?.to_be_bytes();
    let surplus = value.len().saturating_sub(key.size());
    Ok(value.iter().skip(surplus).copied().collect())
}

fn too_short() -> Misuse {
    Misuse::new("the modulus is too short for this digest and salt")
}
