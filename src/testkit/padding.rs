//! RFC 8017 §9 — encoding methods for signatures with appendix

use super::algorithm;
use super::asn1::{octet_string, sequence};
use crate::Misuse;
use crate::crypto::{DigestAlgorithm, PssParameters};

/// EMSA-PKCS1-v1_5 (§9.2) for a modulus of `size` octets.
pub(super) fn pkcs1_v1_5(digest: DigestAlgorithm, message: &[u8], size: usize) -> Result<Vec<u8>, Misuse> {
    let info = sequence(&[algorithm::digest(digest), octet_string(&digest.digest(message))]);
    let padding = size.checked_sub(info.len() + 3).filter(|padding| *padding >= 8).ok_or_else(too_short)?;
    let mut encoded = vec![0, 1];
    encoded.resize(padding + 2, 0xff);
    encoded.push(0);
    encoded.extend(info);
    Ok(encoded)
}

/// EMSA-PSS (§9.1.1) for a modulus of `modulus_bits`; the salt is made from the message.
pub(super) fn pss(parameters: &PssParameters, message: &[u8], modulus_bits: u32) -> Result<Vec<u8>, Misuse> {
    let bits = modulus_bits.saturating_sub(1);
    let size = usize::try_from(bits.div_ceil(8)).map_err(|_| too_short())?;
    let digest = parameters.digest.digest(message);
    let salt = mask(parameters.digest, &digest, parameters.salt);
    let hash = parameters.digest.digest(&[&[0; 8][..], &digest, &salt].concat());
    let padding = size.checked_sub(salt.len() + hash.len() + 2).ok_or_else(too_short)?;
    let block = [&vec![0; padding][..], &[1], &salt].concat();
    let mut encoded: Vec<u8> =
        block.iter().zip(mask(parameters.mask_digest, &hash, block.len())).map(|(octet, mask)| octet ^ mask).collect();
    // Step 11: the bits beyond the modulus are zero.
    let surplus = u32::try_from(size * 8).unwrap_or(bits).saturating_sub(bits);
    encoded.first_mut().into_iter().for_each(|first| *first &= 0xff_u8.checked_shr(surplus).unwrap_or(0));
    encoded.extend(hash);
    encoded.push(0xbc);
    Ok(encoded)
}

/// MGF1 (RFC 8017 §B.2.1).
fn mask(digest: DigestAlgorithm, seed: &[u8], length: usize) -> Vec<u8> {
    (0_u32..).flat_map(|counter| digest.digest(&[seed, &counter.to_be_bytes()].concat())).take(length).collect()
}

fn too_short() -> Misuse {
    Misuse::new("the modulus is too short for this digest and salt")
}
