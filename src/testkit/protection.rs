//! RFC 8018 §6, RFC 7292 §C — password-based encryption, of today and of the files that are still about

use cbc::Encryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
use const_oid::ObjectIdentifier;
use sha2::Sha256;

use super::key::misuse;
use super::random::Random;
use crate::Misuse;
use crate::crypto::DigestAlgorithm;
use crate::encoding::der::write::{algorithm_identifier, integer, null, octet_string, sequence};

const fn at(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

const PBES2: ObjectIdentifier = at("1.2.840.113549.1.5.13");
const PBKDF2: ObjectIdentifier = at("1.2.840.113549.1.5.12");
const SCRYPT: ObjectIdentifier = at("1.3.6.1.4.1.11591.4.11");
const HMAC_WITH_SHA_256: ObjectIdentifier = at("1.2.840.113549.2.9");
const AES_128_CBC: ObjectIdentifier = at("2.16.840.1.101.3.4.1.2");
const AES_256_CBC: ObjectIdentifier = at("2.16.840.1.101.3.4.1.42");
const DES_EDE3_CBC: ObjectIdentifier = at("1.2.840.113549.3.7");
const PBE_WITH_MD5_AND_DES: ObjectIdentifier = at("1.2.840.113549.1.5.3");
const PBE_WITH_SHA_AND_TRIPLE_DES: ObjectIdentifier = at("1.2.840.113549.1.12.1.3");
const PBE_WITH_SHA_AND_RC2_40: ObjectIdentifier = at("1.2.840.113549.1.12.1.6");

/// How a password protects a key or certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// PBES2 with PBKDF2, HMAC-SHA-256 and AES-128-CBC.
    Aes128,
    /// PBES2 with PBKDF2, HMAC-SHA-256 and AES-256-CBC: OpenSSL 3, Java 16, Windows Server 2019 and later.
    Aes256,
    /// PBES2 with scrypt and AES-256-CBC (RFC 7914 §7).
    Scrypt,
    /// PBES2 with PBKDF2, HMAC-SHA-256 and triple DES: `openssl pkcs8 -v2 des3`.
    TripleDes,
    /// `pbeWithMD5AndDES-CBC` (RFC 8018 §6.1): `openssl pkcs8 -v1 PBE-MD5-DES`.
    Md5Des,
    /// `pbeWithSHAAnd3-KeyTripleDES-CBC` (RFC 7292 §C): keys of OpenSSL 1 and Java 8, all of older Windows.
    ShaTripleDes,
    /// `pbeWithSHAAnd40BitRC2-CBC` (RFC 7292 §C): certificates of OpenSSL 1 and Java 8.
    ShaRc2,
}

impl Protection {
    /// The algorithm identifier and the encrypted octets; salt and initialisation vector come from `random`.
    ///
    /// # Errors
    /// None in practice: the ciphers can refuse their parameters.
    pub fn encrypt(self, content: &[u8], password: &str, iterations: u32, random: &mut Random) -> Result<(Vec<u8>, Vec<u8>), Misuse> {
        match self {
            Self::Aes128 => {
                let (function, key) = pbkdf2::<16>(password, iterations, random);
                pbes2::<aes::Aes128>(&function, AES_128_CBC, &key, &random.octets::<16>(), content)
            }
            Self::Aes256 => {
                let (function, key) = pbkdf2::<32>(password, iterations, random);
                pbes2::<aes::Aes256>(&function, AES_256_CBC, &key, &random.octets::<16>(), content)
            }
            Self::TripleDes => {
                let (function, key) = pbkdf2::<24>(password, iterations, random);
                pbes2::<des::TdesEde3>(&function, DES_EDE3_CBC, &key, &random.octets::<8>(), content)
            }
            Self::Scrypt => {
                let (function, key) = scrypt(password, random)?;
                pbes2::<aes::Aes256>(&function, AES_256_CBC, &key, &random.octets::<16>(), content)
            }
            Self::Md5Des => {
                let salt = random.octets::<8>();
                let (key, vector) = pbkdf1(password, &salt, iterations);
                let octets = cbc::<des::Des>(&key, &vector, content)?;
                Ok((scheme(PBE_WITH_MD5_AND_DES, &salt, iterations), octets))
            }
            Self::ShaTripleDes => {
                let salt = random.octets::<8>();
                let octets = cbc::<des::TdesEde3>(
                    &derived(1, password, &salt, iterations, 24),
                    &derived(2, password, &salt, iterations, 8),
                    content,
                )?;
                Ok((scheme(PBE_WITH_SHA_AND_TRIPLE_DES, &salt, iterations), octets))
            }
            Self::ShaRc2 => {
                let salt = random.octets::<8>();
                let octets =
                    cbc::<rc2::Rc2>(&derived(1, password, &salt, iterations, 5), &derived(2, password, &salt, iterations, 8), content)?;
                Ok((scheme(PBE_WITH_SHA_AND_RC2_40, &salt, iterations), octets))
            }
        }
    }

    /// `EncryptedPrivateKeyInfo` (RFC 5958 §3) of a `PrivateKeyInfo`.
    ///
    /// # Errors
    /// As [`Self::encrypt`].
    pub fn encrypted_key(self, pkcs8: &[u8], password: &str, iterations: u32, random: &mut Random) -> Result<Vec<u8>, Misuse> {
        let (scheme, octets) = self.encrypt(pkcs8, password, iterations, random)?;
        Ok(sequence(&[scheme, octet_string(&octets)]))
    }
}

/// PBKDF2 with HMAC-SHA-256 (RFC 8018 §5.2, §A.2): its identifier and the key.
fn pbkdf2<const LENGTH: usize>(password: &str, iterations: u32, random: &mut Random) -> (Vec<u8>, [u8; LENGTH]) {
    let (salt, mut key) = (random.octets::<16>(), [0; LENGTH]);
    pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), &salt, iterations, &mut key);
    let digest = algorithm_identifier(HMAC_WITH_SHA_256, Some(&null()));
    (algorithm_identifier(PBKDF2, Some(&sequence(&[octet_string(&salt), integer(iterations.into()), digest]))), key)
}

/// scrypt with N = 16384, r = 8, p = 1 (RFC 7914 §7): its identifier and the key.
fn scrypt(password: &str, random: &mut Random) -> Result<(Vec<u8>, [u8; 32]), Misuse> {
    let (salt, mut key) = (random.octets::<16>(), [0; 32]);
    let cost = scrypt::Params::new(14, 8, 1).map_err(misuse)?;
    scrypt::scrypt(password.as_bytes(), &salt, &cost, &mut key).map_err(misuse)?;
    Ok((algorithm_identifier(SCRYPT, Some(&sequence(&[octet_string(&salt), integer(1 << 14), integer(8), integer(1)]))), key))
}

/// PBES2 (RFC 8018 §6.2, §A.4): its identifier and the encrypted octets.
fn pbes2<C>(function: &[u8], cipher: ObjectIdentifier, key: &[u8], vector: &[u8], content: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Misuse>
where
    Encryptor<C>: KeyIvInit + BlockModeEncrypt,
    C: cbc::cipher::BlockCipherEncrypt,
{
    let encryption = algorithm_identifier(cipher, Some(&octet_string(vector)));
    let parameters = sequence(&[function, &encryption]);
    Ok((algorithm_identifier(PBES2, Some(&parameters)), cbc::<C>(key, vector, content)?))
}

/// `PBEParameter` (RFC 8018 §A.3), which `pkcs-12PbeParams` equals.
fn scheme(oid: ObjectIdentifier, salt: &[u8], iterations: u32) -> Vec<u8> {
    algorithm_identifier(oid, Some(&sequence(&[octet_string(salt), integer(iterations.into())])))
}

fn cbc<C>(key: &[u8], vector: &[u8], content: &[u8]) -> Result<Vec<u8>, Misuse>
where
    Encryptor<C>: KeyIvInit + BlockModeEncrypt,
    C: cbc::cipher::BlockCipherEncrypt,
{
    let cipher = <Encryptor<C> as KeyIvInit>::new_from_slices(key, vector).map_err(misuse)?;
    Ok(cipher.encrypt_padded_vec::<Pkcs7>(content))
}

/// PBKDF1 (RFC 8018 §5.1) with MD5: eight octets of key, eight of initialisation vector.
fn pbkdf1(password: &str, salt: &[u8], iterations: u32) -> (Vec<u8>, Vec<u8>) {
    use md5::{Digest, Md5};
    let first = [password.as_bytes(), salt].concat();
    let octets = (0..iterations).fold(first, |octets, _| Md5::digest(&octets).to_vec());
    let (key, vector) = octets.split_at_checked(8).unwrap_or_default();
    (key.to_vec(), vector.to_vec())
}

/// RFC 7292 §B.2 with SHA-1.
fn derived(purpose: u8, password: &str, salt: &[u8], iterations: u32, length: usize) -> Vec<u8> {
    derive(DigestAlgorithm::Sha1, purpose, password, salt, iterations, length)
}

/// RFC 7292 §B.2: `length` octets for a purpose: 1 key, 2 initialisation vector, 3 key of the MAC. All digests here have blocks of 64 octets.
pub(super) fn derive(digest: DigestAlgorithm, purpose: u8, password: &str, salt: &[u8], iterations: u32, length: usize) -> Vec<u8> {
    // §B.1: a BMPString with its two octets of zero at the end.
    let password: Vec<u8> = password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect();
    let filled = |octets: &[u8]| -> Vec<u8> { octets.iter().copied().cycle().take(octets.len().next_multiple_of(64)).collect() };
    let mut input = [filled(salt), filled(&password)].concat();
    let mut output = Vec::new();
    while output.len() < length {
        let first = [&[purpose; 64][..], &input].concat();
        let block = (0..iterations).fold(first, |octets, _| digest.digest(&octets));
        let addend: Vec<u8> = block.iter().copied().cycle().take(64).collect();
        input.chunks_mut(64).for_each(|chunk| add_and_one(chunk, &addend));
        output.extend(block);
    }
    output.truncate(length);
    output
}

/// §B.2 step 6C: `I_j = (I_j + B + 1) mod 2^v`.
fn add_and_one(number: &mut [u8], addend: &[u8]) {
    let mut carry = 1_u16;
    for (octet, other) in number.iter_mut().zip(addend).rev() {
        carry += u16::from(*octet) + u16::from(*other);
        let [high, low] = carry.to_be_bytes();
        (*octet, carry) = (low, high.into());
    }
}

/// Expected values from `openssl kdf`.
#[cfg(test)]
mod tests {
    use super::*;

    const SALT: [u8; 8] = [0x0a, 0x58, 0xcf, 0x64, 0x53, 0x0d, 0x82, 0x3f];

    #[test]
    fn keys_of_pkcs12_are_those_of_openssl() {
        let begins = |digest, purpose, length| derive(digest, purpose, "Mật khẩu", &SALT, 7, length)[..4].to_vec();
        assert_eq!(begins(DigestAlgorithm::Sha1, 1, 24), [0x6d, 0xf4, 0xe0, 0x1b]);
        assert_eq!(begins(DigestAlgorithm::Sha1, 2, 8), [0xb9, 0xe9, 0x60, 0xaf]);
        assert_eq!(begins(DigestAlgorithm::Sha256, 3, 32), [0xee, 0x4b, 0x2a, 0x8f]);
    }

    /// The first digest has 20 octets, so that the last four show how the second block is made.
    #[test]
    fn a_second_block_depends_on_the_first() {
        let key = derive(DigestAlgorithm::Sha1, 1, "Mật khẩu", &SALT, 7, 24);
        assert_eq!(key[20..], [0xc3, 0xce, 0xec, 0x75]);
    }

    #[test]
    fn keys_of_pbes1_are_those_of_openssl() {
        let (key, vector) = pbkdf1("password", &SALT, 7);
        assert_eq!((&key[..2], &vector[..2]), (&[0x97, 0xd2][..], &[0x13, 0x21][..]));
    }
}
