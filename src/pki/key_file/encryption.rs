//! RFC 8018 §6, RFC 7292 appendix C — Password-based encryption schemes

use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt, InnerIvInit, KeyInit};
use const_oid::ObjectIdentifier;
use rc2::Rc2;
use zeroize::Zeroizing;

use super::derivation::{self, Purpose, Secret};
use super::password::Password;
use super::{FORMAT, KeyFileError};
use crate::crypto::DigestAlgorithm;
use crate::encoding::der::{Reader, Rules, Value, tag};
use crate::error::Malformed;
use crate::limits::Budget;
use crate::pki::AlgorithmIdentifier;

/// A block cipher in the mode CBC with the padding of RFC 8018 §6.1.1 step 4.
#[derive(Clone, Copy)]
pub(super) enum Cipher {
    Aes128,
    Aes192,
    Aes256,
    Des,
    /// The first key comes again as the third.
    TwoKeyTripleDes,
    TripleDes,
    /// With a key of so many octets, all of them effective.
    Rc2(usize),
}

const fn oid(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

/// Makes the key of a PBES1 scheme.
type Pbkdf1 = fn(&[u8], &[u8], u32) -> Secret;

/// RFC 8018 appendix A.3; those with MD2 nobody has seen.
const PBES1: [(ObjectIdentifier, Pbkdf1, Cipher); 4] = [
    (oid("1.2.840.113549.1.5.3"), derivation::pbkdf1_md5, Cipher::Des),
    (oid("1.2.840.113549.1.5.6"), derivation::pbkdf1_md5, Cipher::Rc2(8)),
    (oid("1.2.840.113549.1.5.10"), derivation::pbkdf1_sha1, Cipher::Des),
    (oid("1.2.840.113549.1.5.11"), derivation::pbkdf1_sha1, Cipher::Rc2(8)),
];

/// RFC 7292 appendix C without RC4; all with SHA-1.
const PKCS12: [(ObjectIdentifier, Cipher); 4] = [
    (oid("1.2.840.113549.1.12.1.3"), Cipher::TripleDes),
    (oid("1.2.840.113549.1.12.1.4"), Cipher::TwoKeyTripleDes),
    (oid("1.2.840.113549.1.12.1.5"), Cipher::Rc2(16)),
    (oid("1.2.840.113549.1.12.1.6"), Cipher::Rc2(5)),
];

const PBES2: ObjectIdentifier = oid("1.2.840.113549.1.5.13");
const PBKDF2: ObjectIdentifier = oid("1.2.840.113549.1.5.12");
const SCRYPT: ObjectIdentifier = oid("1.3.6.1.4.1.11591.4.11");

/// RFC 8018 appendix B.2
const CBC: [(ObjectIdentifier, Cipher); 5] = [
    (oid("2.16.840.1.101.3.4.1.2"), Cipher::Aes128),
    (oid("2.16.840.1.101.3.4.1.22"), Cipher::Aes192),
    (oid("2.16.840.1.101.3.4.1.42"), Cipher::Aes256),
    (oid("1.2.840.113549.3.7"), Cipher::TripleDes),
    (oid("1.3.14.3.2.7"), Cipher::Des),
];

/// RFC 8018 appendix B.1: HMAC as the pseudo-random function of PBKDF2, and as the MAC of PBMAC1.
const HMAC: [(ObjectIdentifier, DigestAlgorithm); 7] = [
    (oid("1.2.840.113549.2.7"), DigestAlgorithm::Sha1),
    (oid("1.2.840.113549.2.8"), DigestAlgorithm::Sha224),
    (oid("1.2.840.113549.2.9"), DigestAlgorithm::Sha256),
    (oid("1.2.840.113549.2.10"), DigestAlgorithm::Sha384),
    (oid("1.2.840.113549.2.11"), DigestAlgorithm::Sha512),
    (oid("1.2.840.113549.2.12"), DigestAlgorithm::Sha512_224),
    (oid("1.2.840.113549.2.13"), DigestAlgorithm::Sha512_256),
];

/// Octets that scrypt may use: it asks for 128 times its cost times its block size.
const SCRYPT_MEMORY: u64 = 64 << 20;

/// Decrypts `octets` by the scheme that `algorithm` identifies.
pub(super) fn decrypt(
    algorithm: &AlgorithmIdentifier,
    octets: &[u8],
    password: &Password,
    budget: &Budget,
) -> Result<Secret, KeyFileError> {
    let known = algorithm.oid.known();
    if known == Some(PBES2) {
        return pbes2(algorithm, octets, password, budget);
    }
    if let Some((_, derive, cipher)) = PBES1.into_iter().find(|(oid, ..)| known == Some(*oid)) {
        let (salt, iterations) = salt_and_iterations(algorithm, budget)?;
        let key = derive(&password.utf8, &salt, iterations);
        let (key, rest) = key.split_at_checked(8).unwrap_or_default();
        return cipher.decrypt(key, rest.get(..8).unwrap_or_default(), octets);
    }
    if let Some((_, cipher)) = PKCS12.into_iter().find(|(oid, _)| known == Some(*oid)) {
        let (salt, iterations) = salt_and_iterations(algorithm, budget)?;
        let derive = |purpose, length| derivation::pkcs12(DigestAlgorithm::Sha1, purpose, &password.bmp, &salt, iterations, length);
        let key = derive(Purpose::Key, cipher.key_length()).unwrap_or_default();
        let vector = derive(Purpose::InitializationVector, cipher.block_length()).unwrap_or_default();
        return cipher.decrypt(&key, &vector, octets);
    }
    Err(unsupported("encryption", algorithm))
}

/// PBES2, RFC 8018 §6.2: the password goes in as UTF-8, also in PKCS#12.
fn pbes2(algorithm: &AlgorithmIdentifier, octets: &[u8], password: &Password, budget: &Budget) -> Result<Secret, KeyFileError> {
    let mut reader = parameters(algorithm)?;
    let derivation = AlgorithmIdentifier::read(&mut reader, "keyDerivationFunc")?;
    let encryption = AlgorithmIdentifier::read(&mut reader, "encryptionScheme")?;
    let known = encryption.oid.known();
    let Some((_, cipher)) = CBC.into_iter().find(|(oid, _)| known == Some(*oid)) else {
        return Err(unsupported("cipher", &encryption));
    };
    let vector = encryption.parameters.as_ref().map(|parameters| Reader::with_rules(parameters, FORMAT, Rules::Basic));
    let vector = vector.ok_or_else(|| missing(&encryption))?.expect(tag::OCTET_STRING, "initialization vector")?;
    let key = derive(&derivation, &password.utf8, Some(cipher.key_length()), budget)?;
    if vector.contents().len() != cipher.block_length() {
        return Err(vector.malformed("initialization vector of a wrong length").into());
    }
    cipher.decrypt(&key, vector.contents(), octets)
}

/// A key by PBKDF2 or scrypt. Its length is that of the cipher; without one the identifier must tell it.
pub(super) fn derive(
    algorithm: &AlgorithmIdentifier,
    password: &[u8],
    length: Option<usize>,
    budget: &Budget,
) -> Result<Secret, KeyFileError> {
    match algorithm.oid.known() {
        Some(PBKDF2) => pbkdf2(algorithm, password, length, budget),
        Some(SCRYPT) => scrypt(algorithm, password, length, budget),
        _ => Err(unsupported("key derivation", algorithm)),
    }
}

/// `PBKDF2-params`, RFC 8018 appendix A.2.
fn pbkdf2(algorithm: &AlgorithmIdentifier, password: &[u8], length: Option<usize>, budget: &Budget) -> Result<Secret, KeyFileError> {
    let mut reader = parameters(algorithm)?;
    let salt = reader.expect(tag::OCTET_STRING, "salt")?.octet_string()?;
    let iterations = count(&reader.expect(tag::INTEGER, "iterationCount")?)?;
    let length = key_length(&mut reader, length)?;
    let digest = match reader.is_empty() {
        true => DigestAlgorithm::Sha1,
        false => hmac_digest(&AlgorithmIdentifier::read(&mut reader, "prf")?)?,
    };
    let key = derivation::pbkdf2(digest, password, salt.octets(), spend(budget, iterations)?, length);
    key.ok_or_else(|| unsupported("key derivation", algorithm))
}

/// `scrypt-params`, RFC 7914 §7.
fn scrypt(algorithm: &AlgorithmIdentifier, password: &[u8], length: Option<usize>, budget: &Budget) -> Result<Secret, KeyFileError> {
    let mut reader = parameters(algorithm)?;
    let salt = reader.expect(tag::OCTET_STRING, "salt")?.octet_string()?;
    let cost = reader.expect(tag::INTEGER, "costParameter")?;
    let (n, r) = (count(&cost)?, count(&reader.expect(tag::INTEGER, "blockSize")?)?);
    let p = count(&reader.expect(tag::INTEGER, "parallelizationParameter")?)?;
    let length = key_length(&mut reader, length)?;
    if !n.is_power_of_two() || n == 1 {
        return Err(cost.malformed("costParameter is not a power of two").into());
    }
    let blocks = n.saturating_mul(r);
    if blocks.saturating_mul(128) > SCRYPT_MEMORY {
        return Err(KeyFileError::TooCostly { asked: blocks.saturating_mul(128), limit: SCRYPT_MEMORY, of: "octets of memory" });
    }
    spend(budget, blocks.saturating_mul(p))?;
    let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let log_n = u8::try_from(n.trailing_zeros()).unwrap_or(u8::MAX);
    let key = derivation::scrypt(password, salt.octets(), log_n, small(r), small(p), length);
    key.ok_or_else(|| unsupported("key derivation", algorithm))
}

/// `keyLength` may stand in the parameters, and is then the same as the cipher wants.
fn key_length(reader: &mut Reader<'_>, wanted: Option<usize>) -> Result<usize, KeyFileError> {
    /// More than any MAC key needs.
    const LONGEST: u64 = 1024;
    let stated = reader.optional(tag::INTEGER)?.map(|value| Ok::<_, Malformed>((count(&value)?, value))).transpose()?;
    match (stated, wanted) {
        (None, Some(wanted)) => Ok(wanted),
        (Some((stated, value)), wanted) => usize::try_from(stated)
            .ok()
            .filter(|length| stated <= LONGEST && wanted.is_none_or(|wanted| wanted == *length))
            .ok_or_else(|| value.malformed("keyLength is not that of the cipher").into()),
        (None, None) => Err(reader.malformed("keyLength missing").into()),
    }
}

/// The digest of an HMAC.
pub(super) fn hmac_digest(algorithm: &AlgorithmIdentifier) -> Result<DigestAlgorithm, KeyFileError> {
    let known = algorithm.oid.known();
    let row = HMAC.into_iter().find(|(oid, _)| known == Some(*oid));
    row.map(|(_, digest)| digest).ok_or_else(|| unsupported("HMAC", algorithm))
}

/// `PBEParameter`, RFC 8018 appendix A.3, and `pkcs-12PbeParams`, RFC 7292 appendix C: the same two fields.
fn salt_and_iterations(algorithm: &AlgorithmIdentifier, budget: &Budget) -> Result<(Vec<u8>, u32), KeyFileError> {
    let mut reader = parameters(algorithm)?;
    let salt = reader.expect(tag::OCTET_STRING, "salt")?.octet_string()?;
    let iterations = count(&reader.expect(tag::INTEGER, "iterations")?)?;
    Ok((salt.octets().to_vec(), spend(budget, iterations)?))
}

/// The values inside parameters that are a SEQUENCE.
pub(super) fn parameters(algorithm: &AlgorithmIdentifier) -> Result<Reader<'_>, KeyFileError> {
    let parameters = algorithm.parameters.as_ref().ok_or_else(|| missing(algorithm))?;
    Ok(Reader::with_rules(parameters, FORMAT, Rules::Basic).expect(tag::SEQUENCE, "parameters")?.reader()?)
}

/// A positive number.
pub(super) fn count(value: &Value<'_>) -> Result<u64, Malformed> {
    u64::try_from(value.small_integer()?).ok().filter(|count| *count > 0).ok_or_else(|| value.malformed("number is not positive"))
}

/// Takes so many iterations from what one file may cost.
pub(super) fn spend(budget: &Budget, iterations: u64) -> Result<u32, KeyFileError> {
    let limit = budget.left();
    let too_costly = KeyFileError::TooCostly { asked: iterations, limit, of: "iterations" };
    budget.spend(iterations).ok().and_then(|()| u32::try_from(iterations).ok()).ok_or(too_costly)
}

pub(super) fn unsupported(what: &'static str, algorithm: &AlgorithmIdentifier) -> KeyFileError {
    KeyFileError::Unsupported { what, identifier: algorithm.oid.to_string() }
}

fn missing(algorithm: &AlgorithmIdentifier) -> Malformed {
    Malformed::new(FORMAT, "parameters missing", algorithm.received.at())
}

impl Cipher {
    pub(super) fn key_length(self) -> usize {
        match self {
            Self::Aes128 | Self::TwoKeyTripleDes => 16,
            Self::Aes192 | Self::TripleDes => 24,
            Self::Aes256 => 32,
            Self::Des => 8,
            Self::Rc2(octets) => octets,
        }
    }

    pub(super) fn block_length(self) -> usize {
        match self {
            Self::Aes128 | Self::Aes192 | Self::Aes256 => 16,
            Self::Des | Self::TwoKeyTripleDes | Self::TripleDes | Self::Rc2(_) => 8,
        }
    }

    /// The padding is the only thing that tells a wrong key here.
    pub(super) fn decrypt(self, key: &[u8], vector: &[u8], octets: &[u8]) -> Result<Secret, KeyFileError> {
        match self {
            Self::Aes128 => with::<aes::Aes128>(key, vector, octets),
            Self::Aes192 => with::<aes::Aes192>(key, vector, octets),
            Self::Aes256 => with::<aes::Aes256>(key, vector, octets),
            Self::Des => with::<des::Des>(key, vector, octets),
            Self::TwoKeyTripleDes => with::<des::TdesEde2>(key, vector, octets),
            Self::TripleDes => with::<des::TdesEde3>(key, vector, octets),
            Self::Rc2(length) if key.len() == length => run(Rc2::new_with_eff_key_len(key, length.saturating_mul(8)), vector, octets),
            Self::Rc2(_) => None,
        }
        .ok_or(KeyFileError::WrongPassword)
    }
}

fn with<C: BlockCipherDecrypt + KeyInit>(key: &[u8], vector: &[u8], octets: &[u8]) -> Option<Secret> {
    run(C::new_from_slice(key).ok()?, vector, octets)
}

fn run<C: BlockCipherDecrypt>(cipher: C, vector: &[u8], octets: &[u8]) -> Option<Secret> {
    let mut buffer = Zeroizing::new(octets.to_vec());
    let length = Decryptor::inner_iv_slice_init(cipher, vector).ok()?.decrypt_padded::<Pkcs7>(&mut buffer).ok()?.len();
    buffer.truncate(length);
    Some(buffer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::der::{Received, write};

    fn identifier(oid: ObjectIdentifier, parameters: &[u8]) -> Vec<u8> {
        write::algorithm_identifier(oid, Some(parameters))
    }

    /// PBES2 with AES-128: the fields of `PBKDF2-params` after the salt, and the initialization vector.
    fn pbes2(fields: &[Vec<u8>], vector: &[u8]) -> Vec<u8> {
        let parameters = write::sequence(&[&[write::octet_string(b"salt")], fields].concat());
        let cipher = identifier(oid("2.16.840.1.101.3.4.1.2"), &write::octet_string(vector));
        identifier(PBES2, &write::sequence(&[identifier(PBKDF2, &parameters), cipher]))
    }

    fn scrypt(n: u64, r: u64, p: u64) -> Vec<u8> {
        let numbers = [n, r, p].map(write::integer);
        let parameters = write::sequence(&[&[write::octet_string(b"salt")], numbers.as_slice()].concat());
        let cipher = identifier(oid("2.16.840.1.101.3.4.1.2"), &write::octet_string(&[0; 16]));
        identifier(PBES2, &write::sequence(&[identifier(SCRYPT, &parameters), cipher]))
    }

    fn fault(algorithm: &[u8]) -> String {
        let received = Received::new(algorithm);
        let algorithm = AlgorithmIdentifier::read(&mut Reader::new(&received, FORMAT), "algorithm").unwrap();
        let budget = Budget::new("key_file.iterations", 10_000_000);
        decrypt(&algorithm, &[0; 32], &Password::new("kyso-test"), &budget).unwrap_err().to_string()
    }

    #[test]
    fn what_would_cost_too_much_is_refused_before_it_costs_anything() {
        for (algorithm, expected) in [
            (pbes2(&[write::integer(10_000_001)], &[0; 16]), "10000001 iterations asked for by the key file, where 10000000 are left"),
            (scrypt(1 << 20, 8, 1), "1073741824 octets of memory asked for by the key file, where 67108864 are left"),
            (scrypt(1 << 62, 1 << 40, 1), "18446744073709551615 octets of memory asked for by the key file, where 67108864 are left"),
            (scrypt(2, 1, 1 << 30), "2147483648 iterations asked for by the key file, where 10000000 are left"),
        ] {
            assert_eq!(fault(&algorithm), expected);
        }
        assert_eq!(fault(&pbes2(&[write::integer(2)], &[0; 16])), "wrong password, or an altered key file");
    }

    #[test]
    fn parameters_that_cannot_be_meant_are_malformed() {
        for (algorithm, expected) in [
            (pbes2(&[write::integer(0)], &[0; 16]), "number is not positive"),
            (pbes2(&[write::value(tag::INTEGER, &[0xff])], &[0; 16]), "number is not positive"),
            (pbes2(&[write::integer(2), write::integer(32)], &[0; 16]), "keyLength is not that of the cipher"),
            (pbes2(&[write::integer(2)], &[0; 15]), "initialization vector of a wrong length"),
            (scrypt(3, 8, 1), "costParameter is not a power of two"),
            (identifier(PBES2, &write::null()), "parameters expected"),
        ] {
            let fault = fault(&algorithm);
            assert!(fault.contains(expected) && fault.starts_with("key file: "), "{fault}");
        }
    }

    #[test]
    fn an_octet_string_that_is_not_whole_blocks_has_no_right_password() {
        for cipher in [Cipher::Aes256, Cipher::TripleDes, Cipher::Rc2(5)] {
            let (key, vector) = (vec![0; cipher.key_length()], vec![0; cipher.block_length()]);
            assert_eq!(cipher.decrypt(&key, &vector, &[0; 17]), Err(KeyFileError::WrongPassword));
            assert_eq!(cipher.decrypt(&key, &vector, &[]), Err(KeyFileError::WrongPassword));
            assert_eq!(cipher.decrypt(&key, &[], &[0; 16]), Err(KeyFileError::WrongPassword));
        }
    }
}
