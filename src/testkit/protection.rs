//! RFC 8018 §6, RFC 7292 §C — password-based encryption, of today and of the files that are still about

use cbc::Encryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
use const_oid::ObjectIdentifier;
use der::Encode;
use pkcs5::pbes2::{EncryptionScheme, Kdf, Parameters, Pbkdf2Params};

use super::key::misuse;
use super::random::Random;
use crate::Misuse;
use crate::crypto::DigestAlgorithm;
use crate::encoding::der::write::{algorithm_identifier, integer, octet_string, sequence};

const fn at(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

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
            Self::Aes128 => pbes2(pbkdf2(iterations, random)?, EncryptionScheme::Aes128Cbc { iv: random.octets() }, content, password),
            Self::Aes256 => pbes2(pbkdf2(iterations, random)?, EncryptionScheme::Aes256Cbc { iv: random.octets() }, content, password),
            Self::TripleDes => pbes2(pbkdf2(iterations, random)?, EncryptionScheme::DesEde3Cbc { iv: random.octets() }, content, password),
            Self::Scrypt => {
                let cost = pkcs5::scrypt::Params::new(14, 8, 1).map_err(misuse)?;
                let parameters = Parameters::generate_scrypt_aes256cbc(cost, &random.octets::<16>(), random.octets()).map_err(misuse)?;
                pbes2(parameters.kdf, parameters.encryption, content, password)
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

fn pbkdf2(iterations: u32, random: &mut Random) -> Result<Kdf, Misuse> {
    Ok(Pbkdf2Params::hmac_sha256(iterations, &random.octets::<16>()).map_err(misuse)?.into())
}

fn pbes2(kdf: Kdf, encryption: EncryptionScheme, content: &[u8], password: &str) -> Result<(Vec<u8>, Vec<u8>), Misuse> {
    let parameters = Parameters { kdf, encryption };
    let octets = parameters.encrypt(password, content).map_err(misuse)?;
    Ok((pkcs5::EncryptionScheme::from(parameters).to_der().map_err(misuse)?, octets))
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
