//! RFC 7292 §4 — PFX PDU Syntax

use const_oid::ObjectIdentifier;

use super::derivation::{self, Purpose, Secret};
use super::encryption::{count, decrypt, derive, hmac_digest, parameters, spend, unsupported};
use super::password::Password;
use super::{Content, KeyFileError, pkcs8};
use crate::crypto::{DigestAlgorithm, SoftwareKey};
use crate::encoding::der::{ObjectId, Reader, Received, Rules, Value, tag};
use crate::error::Malformed;
use crate::limits::Budget;
use crate::pki::AlgorithmIdentifier;

const FORMAT: &str = "PKCS#12";
const VERSION: i64 = 3;

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
const PBMAC1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.14");
const KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.1");
const SHROUDED_KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
const CERT_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
const SAFE_CONTENTS_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.6");
const X509_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");

/// Reads keys and certificates. The MAC, where there is one, is verified before anything is decrypted.
pub(super) fn read(octets: &[u8], password: Option<&str>, budget: &Budget, content: &mut Content) -> Result<(), KeyFileError> {
    let received = Received::new(octets);
    let mut reader = Reader::with_rules(&received, FORMAT, Rules::Basic);
    let mut pfx = reader.expect(tag::SEQUENCE, "PFX")?.reader()?;
    reader.finish()?;
    let version = pfx.expect(tag::INTEGER, "version")?;
    if version.small_integer()? != VERSION {
        return Err(version.malformed("version is not 3").into());
    }
    let (kind, value) = typed(&pfx.expect(tag::SEQUENCE, "authSafe")?)?;
    if kind != DATA {
        // Integrity by signature (§4) is written by no program at hand.
        return Err(KeyFileError::Unsupported { what: "kind of integrity", identifier: kind.to_string() });
    }
    let safe = octet_string(&value)?;
    let mac = pfx.optional(tag::SEQUENCE)?.map(|mac| MacData::read(&mac)).transpose()?;
    pfx.finish()?;
    for reading in Password::readings(password) {
        if mac.as_ref().map_or(Ok(true), |mac| mac.verify(safe.octets(), &reading, budget))? {
            return authenticated_safe(&safe, &reading, budget, content);
        }
    }
    Err(KeyFileError::WrongPassword)
}

/// `MacData`, §4: the MAC of the content of `authSafe`.
struct MacData {
    algorithm: AlgorithmIdentifier,
    digest: Received,
    salt: Received,
    iterations: u64,
}

impl MacData {
    fn read(value: &Value<'_>) -> Result<Self, Malformed> {
        let mut reader = value.reader()?;
        let mut info = reader.expect(tag::SEQUENCE, "mac")?.reader()?;
        let algorithm = AlgorithmIdentifier::read(&mut info, "digestAlgorithm")?;
        let digest = info.expect(tag::OCTET_STRING, "digest")?.octet_string()?;
        let salt = reader.expect(tag::OCTET_STRING, "macSalt")?.octet_string()?;
        let iterations = reader.optional(tag::INTEGER)?.map_or(Ok(1), |value| count(&value))?;
        reader.finish()?;
        Ok(Self { algorithm, digest, salt, iterations })
    }

    /// Whether the password is right and nothing was altered; a MAC cannot tell the one from the other.
    fn verify(&self, octets: &[u8], password: &Password, budget: &Budget) -> Result<bool, KeyFileError> {
        let (digest, key) = if self.algorithm.oid == PBMAC1 { self.pbmac1(password, budget)? } else { self.appendix_b(password, budget)? };
        let actual = derivation::hmac(digest, &key, octets).ok_or_else(|| unsupported("MAC", &self.algorithm))?;
        Ok(actual == self.digest.octets())
    }

    /// RFC 7292 appendix A and B.4: one digest for key and MAC.
    fn appendix_b(&self, password: &Password, budget: &Budget) -> Result<(DigestAlgorithm, Secret), KeyFileError> {
        let digest = self.algorithm.digest().ok_or_else(|| unsupported("MAC", &self.algorithm))?;
        let iterations = spend(budget, self.iterations)?;
        let key = derivation::pkcs12(digest, Purpose::Mac, &password.bmp, self.salt.octets(), iterations, digest.output());
        Ok((digest, key.ok_or_else(|| unsupported("MAC", &self.algorithm))?))
    }

    /// RFC 9579 §4: the key by PBKDF2 of the password as UTF-8; salt and iterations beside it are not used.
    fn pbmac1(&self, password: &Password, budget: &Budget) -> Result<(DigestAlgorithm, Secret), KeyFileError> {
        let mut reader = parameters(&self.algorithm)?;
        let derivation = AlgorithmIdentifier::read(&mut reader, "keyDerivationFunc")?;
        let scheme = AlgorithmIdentifier::read(&mut reader, "messageAuthScheme")?;
        Ok((hmac_digest(&scheme)?, derive(&derivation, &password.utf8, None, budget)?))
    }
}

/// `AuthenticatedSafe`, §4.1: contents that are plain or encrypted by a password.
fn authenticated_safe(safe: &Received, password: &Password, budget: &Budget, content: &mut Content) -> Result<(), KeyFileError> {
    let mut contents = Reader::with_rules(safe, FORMAT, Rules::Basic).expect(tag::SEQUENCE, "AuthenticatedSafe")?.reader()?;
    while !contents.is_empty() {
        let (kind, value) = typed(&contents.expect(tag::SEQUENCE, "ContentInfo")?)?;
        match kind.known() {
            Some(DATA) => safe_contents(Reader::with_rules(&octet_string(&value)?, FORMAT, Rules::Basic), password, budget, content)?,
            Some(ENCRYPTED_DATA) => {
                // Mostly certificates: keys stand encrypted once more in bags of their own, and are zeroised.
                let plain = Received::new(&encrypted_data(&value, password, budget)?);
                let reader = Reader::with_rules(&plain, FORMAT, Rules::Basic);
                // Padding alone lets one wrong key of 256 pass.
                reader.clone().expect(tag::SEQUENCE, "SafeContents").map_err(|_| KeyFileError::WrongPassword)?;
                safe_contents(reader, password, budget, content)?;
            }
            _ => return Err(KeyFileError::Unsupported { what: "kind of content", identifier: kind.to_string() }),
        }
    }
    Ok(())
}

/// `EncryptedData`, RFC 5652 §8.
fn encrypted_data(value: &Value<'_>, password: &Password, budget: &Budget) -> Result<Secret, KeyFileError> {
    let mut reader = value.reader()?;
    reader.expect(tag::INTEGER, "version")?;
    let mut info = reader.expect(tag::SEQUENCE, "encryptedContentInfo")?.reader()?;
    info.expect(tag::OBJECT_IDENTIFIER, "contentType")?;
    let algorithm = AlgorithmIdentifier::read(&mut info, "contentEncryptionAlgorithm")?;
    let octets = info.expect(tag::context(0), "encryptedContent")?.octet_string()?;
    decrypt(&algorithm, octets.octets(), password, budget)
}

/// `SafeContents`, §4.2: bags, of which some hold bags.
fn safe_contents(mut reader: Reader<'_>, password: &Password, budget: &Budget, content: &mut Content) -> Result<(), KeyFileError> {
    let mut open = vec![reader.expect(tag::SEQUENCE, "SafeContents")?.reader()?];
    while let Some(bags) = open.last_mut() {
        if bags.is_empty() {
            open.pop();
            continue;
        }
        let (kind, value) = typed(&bags.expect(tag::SEQUENCE, "SafeBag")?)?;
        match kind.known() {
            Some(KEY_BAG) => content.key(SoftwareKey::read(Secret::new(value.octets().to_vec())), value.at())?,
            Some(SHROUDED_KEY_BAG) => content.key(SoftwareKey::read(pkcs8::decrypted(&value, password, budget)?), value.at())?,
            Some(CERT_BAG) => cert_bag(&value, content)?,
            Some(SAFE_CONTENTS_BAG) => open.push(value.reader()?),
            // Revocation lists and other secrets.
            _ => {}
        }
    }
    Ok(())
}

/// `CertBag`, §4.2.3; those of other kinds than X.509 are passed over.
fn cert_bag(value: &Value<'_>, content: &mut Content) -> Result<(), Malformed> {
    let (kind, value) = typed(value)?;
    if kind == X509_CERTIFICATE {
        content.certificates.push(octet_string(&value)?.octets().to_vec());
    }
    Ok(())
}

/// An identifier and what it identifies under `[0]`: `ContentInfo`, `SafeBag`, `CertBag`. Attributes of a bag come after and are not needed.
fn typed<'a>(value: &Value<'a>) -> Result<(ObjectId, Value<'a>), Malformed> {
    let mut reader = value.reader()?;
    let kind = reader.expect(tag::OBJECT_IDENTIFIER, "type")?.object_id()?;
    let mut content = reader.expect(tag::context_constructed(0), "content")?.reader()?;
    let inner = content.value()?;
    content.finish()?;
    Ok((kind, inner))
}

fn octet_string(value: &Value<'_>) -> Result<Received, Malformed> {
    match value.tag() & !tag::CONSTRUCTED {
        tag::OCTET_STRING => value.octet_string(),
        _ => Err(value.malformed("OCTET STRING expected")),
    }
}
