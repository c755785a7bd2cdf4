//! RFC 5958 §3 — EncryptedPrivateKeyInfo

use der::{AnyRef, Decode, Tag, Tagged};

use super::KeyFileError;
use super::derivation::Secret;
use super::encryption::decrypt;
use super::password::Password;
use crate::encoding::der::{Value, tag};
use crate::limits::Budget;
use crate::pki::AlgorithmIdentifier;

/// The `PrivateKeyInfo` in an `EncryptedPrivateKeyInfo`.
pub(super) fn decrypted(value: &Value<'_>, password: &Password, budget: &Budget) -> Result<Secret, KeyFileError> {
    let mut reader = value.reader()?;
    let algorithm = AlgorithmIdentifier::read(&mut reader, "encryptionAlgorithm")?;
    let octets = reader.expect(tag::OCTET_STRING, "encryptedData")?.octet_string()?;
    reader.finish()?;
    let plain = decrypt(&algorithm, octets.octets(), password, budget)?;
    whole(plain)
}

/// A wrong key leaves the padding right once in 256 times, but hardly ever a whole SEQUENCE.
pub(super) fn whole(plain: Secret) -> Result<Secret, KeyFileError> {
    match AnyRef::from_der(&plain).map(|any| any.tag()) {
        Ok(Tag::Sequence) => Ok(plain),
        _ => Err(KeyFileError::WrongPassword),
    }
}
