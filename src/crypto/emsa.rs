//! RFC 8017 §9 — Encoding Methods for Signatures with Appendix

use der::asn1::{Null, OctetStringRef};
use der::{Encode, Sequence};
use spki::AlgorithmIdentifierRef;

use super::algorithm::{DigestAlgorithm, PssParameters};
use super::digest::Digester;

/// `DigestInfo`, RFC 8017 §9.2.
#[derive(Sequence)]
struct DigestInfo<'a> {
    digest_algorithm: AlgorithmIdentifierRef<'a>,
    digest: &'a OctetStringRef,
}

/// The parameters of the digest inside a `DigestInfo`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parameters {
    /// As appendix A.2.4 demands in this one place, and as everything here is signed.
    Null,
    /// As smart cards of some issuers sign.
    Absent,
}

/// EMSA-PKCS1-v1_5 (§9.2) of a message with this `hash`, in `length` octets; `None` when it does not fit.
///
/// Verification makes the encoding anew and compares (§8.2.2): there is then nothing to parse, and none of the forgeries that lenient parsers of this
/// padding allowed. The encoding without NULL is made and compared too: it is one more value, not a freedom.
pub(super) fn pkcs1_v1_5(digest: DigestAlgorithm, parameters: Parameters, hash: &[u8], length: usize) -> Option<Vec<u8>> {
    digest.rsa_pkcs1_oid()?;
    let parameters = (parameters == Parameters::Null).then(|| Null.into());
    let digest_algorithm = AlgorithmIdentifierRef { oid: digest.oid(), parameters };
    let info = DigestInfo { digest_algorithm, digest: OctetStringRef::new(hash).ok()? }.to_der().ok()?;
    let padding = length.checked_sub(info.len().checked_add(3)?).filter(|padding| *padding >= 8)?;
    Some([&[0, 1], vec![0xff; padding].as_slice(), &[0], &info].concat())
}

/// EMSA-PSS-ENCODE (§9.1.1) in `bits` bits: `emLen` octets, or `None` when it does not fit.
#[cfg(feature = "sign")]
pub(super) fn pss_encode(parameters: PssParameters, hash: &[u8], salt: &[u8], bits: usize) -> Option<Vec<u8>> {
    let (length, data_length) = lengths(parameters, bits)?;
    let digest = salted(parameters.digest, hash, salt);
    let mut data = vec![0; data_length.checked_sub(salt.len().checked_add(1)?)?];
    data.push(1);
    data.extend_from_slice(salt);
    mask(&mut data, parameters.mask_digest, &digest);
    clear_top(&mut data, length, bits);
    data.extend_from_slice(&digest);
    data.push(0xbc);
    Some(data)
}

/// EMSA-PSS-VERIFY (§9.1.2): is `encoded` consistent with `hash`?
pub(super) fn pss_verify(parameters: PssParameters, hash: &[u8], encoded: &[u8], bits: usize) -> bool {
    pss_consistent(parameters, hash, encoded, bits).unwrap_or(false)
}

fn pss_consistent(parameters: PssParameters, hash: &[u8], encoded: &[u8], bits: usize) -> Option<bool> {
    let (length, data_length) = lengths(parameters, bits)?;
    let (masked, rest) = encoded.split_at_checked(data_length)?;
    let digest = rest.strip_suffix(&[0xbc])?;
    let mut data = masked.to_vec();
    clear_top(&mut data, length, bits);
    if encoded.len() != length || data != masked {
        return Some(false);
    }
    mask(&mut data, parameters.mask_digest, digest);
    clear_top(&mut data, length, bits);
    let (padding, salt) = data.split_at_checked(data_length.checked_sub(parameters.salt)?)?;
    let (one, zeros) = padding.split_last()?;
    Some(*one == 1 && zeros.iter().all(|octet| *octet == 0) && salted(parameters.digest, hash, salt) == digest)
}

/// `emLen`, and the octets of `DB`; `None` when digest, salt and two octets do not fit (step 3).
fn lengths(parameters: PssParameters, bits: usize) -> Option<(usize, usize)> {
    let length = bits.div_ceil(8);
    let data = length.checked_sub(parameters.digest.output())?.checked_sub(1)?;
    data.checked_sub(parameters.salt)?.checked_sub(1)?;
    Some((length, data))
}

/// `H = Hash(M')` of steps 5 and 6.
fn salted(algorithm: DigestAlgorithm, hash: &[u8], salt: &[u8]) -> Vec<u8> {
    let mut digester = Digester::new(algorithm);
    digester.update(&[0; 8]);
    digester.update(hash);
    digester.update(salt);
    digester.finish()
}

/// Adds MGF1 of `seed` (appendix B.2.1) to `data`; of SHAKE, its own output (RFC 8702 §3.2.1).
fn mask(data: &mut [u8], algorithm: DigestAlgorithm, seed: &[u8]) {
    if algorithm.extendable() {
        let mut digester = Digester::new(algorithm);
        digester.update(seed);
        return add(data, &digester.finish_extended(data.len()));
    }
    for (counter, block) in (0_u32..).zip(data.chunks_mut(algorithm.output())) {
        let mut digester = Digester::new(algorithm);
        digester.update(seed);
        digester.update(&counter.to_be_bytes());
        add(block, &digester.finish());
    }
}

fn add(data: &mut [u8], mask: &[u8]) {
    for (octet, mask) in data.iter_mut().zip(mask) {
        *octet ^= mask;
    }
}

/// Clears the leftmost `8 * length - bits` bits.
fn clear_top(data: &mut [u8], length: usize, bits: usize) {
    let top = length.saturating_mul(8).saturating_sub(bits);
    if let Some(first) = data.first_mut() {
        *first &= u8::MAX.checked_shr(u32::try_from(top).unwrap_or(u32::MAX)).unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8017 §9.2 note 1, and for SHA-3 the same form with the identifiers of NIST.
    #[test]
    fn digest_infos_begin_as_the_standard_lists_them() {
        for (algorithm, prefix) in [
            (DigestAlgorithm::Sha1, "3021300906052b0e03021a05000414"),
            (DigestAlgorithm::Sha224, "302d300d06096086480165030402040500041c"),
            (DigestAlgorithm::Sha256, "3031300d060960864801650304020105000420"),
            (DigestAlgorithm::Sha384, "3041300d060960864801650304020205000430"),
            (DigestAlgorithm::Sha512, "3051300d060960864801650304020305000440"),
            (DigestAlgorithm::Sha512_224, "302d300d06096086480165030402050500041c"),
            (DigestAlgorithm::Sha512_256, "3031300d060960864801650304020605000420"),
            (DigestAlgorithm::Sha3_224, "302d300d06096086480165030402070500041c"),
            (DigestAlgorithm::Sha3_256, "3031300d060960864801650304020805000420"),
            (DigestAlgorithm::Sha3_384, "3041300d060960864801650304020905000430"),
            (DigestAlgorithm::Sha3_512, "3051300d060960864801650304020a05000440"),
        ] {
            let hash = vec![0xaa; algorithm.output()];
            let encoded = pkcs1_v1_5(algorithm, Parameters::Null, &hash, 256).unwrap();
            let info: String = encoded.iter().skip_while(|octet| **octet != 0x30).map(|octet| format!("{octet:02x}")).collect();
            assert_eq!(info, format!("{prefix}{}", "aa".repeat(algorithm.output())), "{}", algorithm.name());
            assert_eq!((encoded.len(), &encoded[..3]), (256, &[0, 1, 0xff][..]));
        }
    }

    #[test]
    fn eight_octets_of_padding_fit_and_seven_do_not() {
        let hash = [0; 32];
        assert!(pkcs1_v1_5(DigestAlgorithm::Sha256, Parameters::Null, &hash, 51 + 11).is_some());
        assert!(pkcs1_v1_5(DigestAlgorithm::Sha256, Parameters::Null, &hash, 51 + 10).is_none());
    }

    #[cfg(feature = "sign")]
    #[test]
    fn what_pss_encodes_it_verifies_and_one_bit_more_or_less_it_does_not() {
        let parameters = PssParameters { digest: DigestAlgorithm::Sha256, mask_digest: DigestAlgorithm::Sha1, salt: 5 };
        let hash = DigestAlgorithm::Sha256.digest(b"abc");
        for bits in [1016, 1017, 1023] {
            let encoded = pss_encode(parameters, &hash, b"salty", bits).unwrap();
            assert!(pss_verify(parameters, &hash, &encoded, bits));
            for octet in 0..encoded.len() {
                let mut altered = encoded.clone();
                altered[octet] ^= 1;
                assert!(!pss_verify(parameters, &hash, &altered, bits), "octet {octet} of {bits} bits");
            }
            assert!(!pss_verify(PssParameters { salt: 4, ..parameters }, &hash, &encoded, bits));
            assert!(!pss_verify(PssParameters { mask_digest: DigestAlgorithm::Sha256, ..parameters }, &hash, &encoded, bits));
        }
    }

    #[test]
    fn absurd_salts_are_refused_without_arithmetic() {
        let parameters = PssParameters { digest: DigestAlgorithm::Sha256, mask_digest: DigestAlgorithm::Sha256, salt: usize::MAX };
        assert!(!pss_verify(parameters, &[0; 32], &[0xbc; 256], 2047));
    }
}
