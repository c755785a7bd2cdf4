//! RFC 8018 §5, RFC 7914 §2, RFC 7292 appendix B.2 — Keys from passwords

use hmac::{KeyInit, Mac, SimpleHmac};
use md5::Md5;
use sha1::Sha1;
use sha2::digest::block_api::BlockSizeUser;
use sha2::digest::typenum::Unsigned;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};
use zeroize::Zeroizing;

use crate::crypto::DigestAlgorithm;

/// Secret octets.
pub(super) type Secret = Zeroizing<Vec<u8>>;

/// Runs `$body` with `$hash` as the type of `$digest`; `None` for the digests that no key file uses.
macro_rules! with_hash {
    ($digest:expr, $hash:ident => $body:expr) => {
        match $digest {
            DigestAlgorithm::Sha1 => with_hash!(@ Sha1, $hash => $body),
            DigestAlgorithm::Sha224 => with_hash!(@ Sha224, $hash => $body),
            DigestAlgorithm::Sha256 => with_hash!(@ Sha256, $hash => $body),
            DigestAlgorithm::Sha384 => with_hash!(@ Sha384, $hash => $body),
            DigestAlgorithm::Sha512 => with_hash!(@ Sha512, $hash => $body),
            DigestAlgorithm::Sha512_224 => with_hash!(@ Sha512_224, $hash => $body),
            DigestAlgorithm::Sha512_256 => with_hash!(@ Sha512_256, $hash => $body),
            _ => None,
        }
    };
    (@ $type:ty, $hash:ident => $body:expr) => {{
        type $hash = $type;
        Some($body)
    }};
}

/// PBKDF1 (RFC 8018 §5.1) with MD5.
pub(super) fn pbkdf1_md5(password: &[u8], salt: &[u8], iterations: u32) -> Secret {
    pbkdf1::<Md5>(password, salt, iterations)
}

/// PBKDF1 (RFC 8018 §5.1) with SHA-1.
pub(super) fn pbkdf1_sha1(password: &[u8], salt: &[u8], iterations: u32) -> Secret {
    pbkdf1::<Sha1>(password, salt, iterations)
}

fn pbkdf1<D: Digest>(password: &[u8], salt: &[u8], iterations: u32) -> Secret {
    let mut hash = D::new().chain_update(password).chain_update(salt).finalize();
    for _ in 1..iterations {
        hash = D::digest(&hash);
    }
    Zeroizing::new(hash.to_vec())
}

/// PBKDF2 (RFC 8018 §5.2) with HMAC of `digest`.
pub(super) fn pbkdf2(digest: DigestAlgorithm, password: &[u8], salt: &[u8], iterations: u32, length: usize) -> Option<Secret> {
    let mut key = Zeroizing::new(vec![0; length]);
    with_hash!(digest, Hash => pbkdf2::pbkdf2_hmac::<Hash>(password, salt, iterations, &mut key))?;
    Some(key)
}

/// scrypt (RFC 7914 §6) with cost `2^log_n`, block size `r`, parallelisation `p`.
pub(super) fn scrypt(password: &[u8], salt: &[u8], log_n: u8, r: u32, p: u32, length: usize) -> Option<Secret> {
    let mut key = Zeroizing::new(vec![0; length]);
    scrypt::scrypt(password, salt, &scrypt::Params::new(log_n, r, p).ok()?, &mut key).ok()?;
    Some(key)
}

/// `EVP_BytesToKey` of OpenSSL with MD5 and one iteration: what encrypted traditional keys use.
pub(super) fn bytes_to_key(password: &[u8], salt: &[u8], length: usize) -> Secret {
    let mut key = Zeroizing::new(Vec::with_capacity(length.saturating_add(16)));
    let mut last: Secret = Zeroizing::default();
    while key.len() < length {
        last = Zeroizing::new(Md5::new().chain_update(&*last).chain_update(password).chain_update(salt).finalize().to_vec());
        key.extend_from_slice(&last);
    }
    key.truncate(length);
    key
}

/// The purpose of a derived key, the `ID` of RFC 7292 appendix B.3.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Key,
    InitializationVector,
    Mac,
}

impl Purpose {
    fn id(self) -> u8 {
        match self {
            Self::Key => 1,
            Self::InitializationVector => 2,
            Self::Mac => 3,
        }
    }
}

/// RFC 7292 appendix B.2 with `digest`; the password as BMPString.
pub(super) fn pkcs12(
    digest: DigestAlgorithm,
    purpose: Purpose,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    length: usize,
) -> Option<Secret> {
    with_hash!(digest, Hash => pkcs12_with::<Hash>(purpose, password, salt, iterations, length))
}

fn pkcs12_with<D: Digest + BlockSizeUser>(purpose: Purpose, password: &[u8], salt: &[u8], iterations: u32, length: usize) -> Secret {
    let block = D::BlockSize::USIZE;
    let diversifier = vec![purpose.id(); block];
    let filled = |octets: &[u8]| octets.iter().copied().cycle().take(octets.len().next_multiple_of(block)).collect::<Vec<u8>>();
    let mut input = Zeroizing::new([filled(salt), filled(password)].concat());
    let mut key = Zeroizing::new(Vec::with_capacity(length.saturating_add(64)));
    loop {
        let mut hash = D::new().chain_update(&diversifier).chain_update(&*input).finalize();
        for _ in 1..iterations {
            hash = D::digest(&hash);
        }
        key.extend_from_slice(&hash);
        if key.len() >= length {
            key.truncate(length);
            return key;
        }
        // Step 6C: each block of the input plus the hash, repeated, plus one.
        let addend = hash.iter().copied().cycle().take(block).collect::<Vec<u8>>();
        input.chunks_mut(block).for_each(|chunk| add_one_more(chunk, &addend));
    }
}

/// `block + addend + 1` modulo the size of the block.
fn add_one_more(block: &mut [u8], addend: &[u8]) {
    let mut carry = true;
    for (octet, more) in block.iter_mut().rev().zip(addend.iter().rev()) {
        let (sum, first) = octet.overflowing_add(*more);
        let (sum, second) = sum.overflowing_add(u8::from(carry));
        (*octet, carry) = (sum, first || second);
    }
}

/// HMAC (RFC 2104) of `octets`.
pub(super) fn hmac(digest: DigestAlgorithm, key: &[u8], octets: &[u8]) -> Option<Vec<u8>> {
    with_hash!(digest, Hash => <SimpleHmac<Hash> as KeyInit>::new_from_slice(key).ok()?.chain_update(octets).finalize().into_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(octets: &[u8]) -> String {
        octets.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    /// RFC 6070 and RFC 7914 §11, §12.
    #[test]
    fn pbkdf2_and_scrypt_as_their_standards_list_them() {
        let key = pbkdf2(DigestAlgorithm::Sha1, b"password", b"salt", 4096, 20).unwrap();
        assert_eq!(hex(&key), "4b007901b765489abead49d926f721d065a429c1");
        let key = pbkdf2(DigestAlgorithm::Sha256, b"passwd", b"salt", 1, 16).unwrap();
        assert_eq!(hex(&key), "55ac046e56e3089fec1691c22544b605");
        let key = scrypt(b"password", b"NaCl", 10, 8, 16, 16).unwrap();
        assert_eq!(hex(&key), "fdbabe1c9d3472007856e7190d01e9fe");
    }

    #[test]
    fn digests_without_key_files_derive_nothing() {
        assert!(pbkdf2(DigestAlgorithm::Shake128, b"password", b"salt", 1, 16).is_none());
        assert!(hmac(DigestAlgorithm::Sha3_256, b"key", b"octets").is_none());
    }

    #[test]
    fn the_carry_runs_to_the_front_and_falls_off() {
        let mut block = [0xff, 0xff, 0xff];
        add_one_more(&mut block, &[0, 0, 0]);
        assert_eq!(block, [0, 0, 0]);
        let mut block = [0, 0, 0xff];
        add_one_more(&mut block, &[0, 0, 0xff]);
        assert_eq!(block, [0, 1, 0xff]);
    }
}
