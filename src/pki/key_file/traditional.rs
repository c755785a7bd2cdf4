//! RFC 1421 §4.6.1.3 — DEK-Info, as OpenSSL encrypts traditional keys

use super::derivation::{Secret, bytes_to_key};
use super::encryption::Cipher;
use super::{FORMAT, KeyFileError, pkcs8};
use crate::encoding::pem::PemObject;
use crate::error::Malformed;

/// The names of OpenSSL.
const CIPHERS: [(&str, Cipher); 5] = [
    ("AES-128-CBC", Cipher::Aes128),
    ("AES-192-CBC", Cipher::Aes192),
    ("AES-256-CBC", Cipher::Aes256),
    ("DES-EDE3-CBC", Cipher::TripleDes),
    ("DES-CBC", Cipher::Des),
];

/// Octets of the initialization vector that also salt the key.
const SALT: usize = 8;

/// The key in `object`, decrypted where its headers say that it is encrypted.
pub(super) fn decrypted(object: &PemObject, password: Option<&str>) -> Result<Secret, KeyFileError> {
    let Some((_, info)) = object.headers.iter().find(|(name, _)| name == "DEK-Info") else {
        return Ok(object.octets.clone());
    };
    let password = password.ok_or(KeyFileError::PasswordNeeded)?;
    let (name, vector) = info.split_once(',').unwrap_or((info, ""));
    let Some((_, cipher)) = CIPHERS.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim())) else {
        return Err(KeyFileError::Unsupported { what: "cipher", identifier: name.trim().to_owned() });
    };
    let vector = hexadecimal(vector.trim()).filter(|vector| vector.len() == cipher.block_length());
    let vector = vector.ok_or_else(|| Malformed::new(FORMAT, "initialization vector in DEK-Info of a wrong length", object.at))?;
    let key = bytes_to_key(password.as_bytes(), vector.get(..SALT).unwrap_or_default(), cipher.key_length());
    pkcs8::whole(cipher.decrypt(&key, &vector, &object.octets)?)
}

fn hexadecimal(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes().chunks(2);
    digits
        .map(|pair| std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect()
}
