//! RFC 5958, RFC 7292, RFC 7468 — Key files: private keys and their certificates, as other programs keep them

use der::asn1::AnyRef;
use der::{Decode, Reader as _, Tag, Tagged};

use crate::crypto::private_key::Unread;
use crate::crypto::{PublicKey, SoftwareKey};
use crate::encoding::der::{Reader, Received};
use crate::encoding::pem::{self, PemObject};
use crate::error::Malformed;
use crate::limits::Budget;
use crate::pki::Certificate;

mod derivation;
mod encryption;
mod password;
mod pkcs12;
mod pkcs8;
mod traditional;

use derivation::Secret;
use password::Password;

const FORMAT: &str = "key file";

/// Iterations of key derivation that one file may ask for: about four seconds. Writers of today ask for 10,000 to 1,000,000.
pub const ITERATIONS: u64 = 10_000_000;

/// What a key file holds.
#[derive(Debug)]
pub struct KeyFile {
    /// The private keys that this crate signs with, in file order; at least one.
    pub keys: Vec<SoftwareKey>,
    /// The DER of all certificates, in file order.
    pub certificates: Vec<Vec<u8>>,
}

/// Why a key file was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// The octets are not what they claim to be.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The file is encrypted, and no password was given.
    #[error("the key file is encrypted: give its password")]
    PasswordNeeded,
    /// The password is wrong, or the file was altered: password-based encryption cannot tell the one from the other.
    #[error("wrong password, or an altered key file")]
    WrongPassword,
    /// The file uses something that this crate lacks.
    #[error("the {what} {identifier} is not supported")]
    Unsupported {
        /// Cipher, key derivation, MAC, ..
        what: &'static str,
        /// Its object identifier, or its name where it has none.
        identifier: String,
    },
    /// Opening the file would cost more than a key file is worth.
    #[error("{asked} {of} asked for by the key file, where {limit} are left")]
    TooCostly {
        /// What the file asks for.
        asked: u64,
        /// What it may have.
        limit: u64,
        /// The unit of both.
        of: &'static str,
    },
    /// The file can be read, and no private key is in it.
    #[error("no private key in the file")]
    NoKey,
}

impl KeyFile {
    /// Reads PKCS#12 (DER or BER), PKCS#8 plain and encrypted, PKCS#1 and SEC 1 (DER), or PEM with any of the last four and certificates.
    ///
    /// # Errors
    /// [`KeyFileError`] tells a wrong password from a missing one, from octets that are no key file, and from what is not supported.
    pub fn read(octets: &[u8], password: Option<&str>) -> Result<Self, KeyFileError> {
        let budget = Budget::new("key_file.iterations", ITERATIONS);
        let mut content = Content::default();
        let read = match pem::is_pem(octets) {
            true => read_pem(octets, password, &budget, &mut content),
            false => read_binary(octets, password, &budget, &mut content),
        };
        match read {
            Err(KeyFileError::WrongPassword) if password.is_none() => Err(KeyFileError::PasswordNeeded),
            read => read.and_then(|()| content.finish()),
        }
    }

    /// The first key that has a certificate, with this certificate and its issuers as far as the file has them; without any, the first key alone.
    pub fn into_identity(self) -> Option<(SoftwareKey, Vec<Certificate>)> {
        let certificates: Vec<_> = self.certificates.iter().filter_map(|der| Certificate::from_der(der).ok()).collect();
        let own = |key: &SoftwareKey| certificates.iter().find(|certificate| certifies(certificate, key.public_key()));
        let chosen = self.keys.iter().position(|key| own(key).is_some()).unwrap_or(0);
        let key = self.keys.into_iter().nth(chosen)?;
        let chain = own(&key).map_or_else(Vec::new, |own| chain(own, &certificates));
        Some((key, chain))
    }
}

/// RFC 4055 §1.2: one RSA key may stand under two identifiers, so that the key itself is compared, not the octets around it.
fn certifies(certificate: &Certificate, key: &PublicKey) -> bool {
    certificate.public_key().is_ok_and(|certified| certified.subject_public_key() == key.subject_public_key())
}

/// `first` and its issuers by name, up to one that issued itself. Each certificate comes once, so that the chain ends.
fn chain(first: &Certificate, certificates: &[Certificate]) -> Vec<Certificate> {
    let mut chain = vec![first.clone()];
    while let Some(last) = chain.last().filter(|last| !last.is_self_issued()) {
        let new = |candidate: &&Certificate| chain.iter().all(|certificate| certificate.octets() != candidate.octets());
        match certificates.iter().find(|candidate| candidate.subject() == last.issuer() && new(candidate)) {
            Some(issuer) => chain.push(issuer.clone()),
            None => break,
        }
    }
    chain
}

/// What has been read so far.
#[derive(Default)]
struct Content {
    keys: Vec<SoftwareKey>,
    certificates: Vec<Vec<u8>>,
    /// The first key of a kind that is not supported: an error only when no other is there.
    unsupported: Option<KeyFileError>,
}

impl Content {
    /// Takes a key that stands at `at`.
    fn key(&mut self, key: Result<SoftwareKey, Unread>, at: usize) -> Result<(), KeyFileError> {
        match key {
            Ok(key) => self.keys.push(key),
            Err(Unread::Unsupported(oid)) => self.unsupported("kind of key", oid.to_string()),
            Err(Unread::Malformed(malformed)) => return Err(malformed.within(at).into()),
        }
        Ok(())
    }

    fn unsupported(&mut self, what: &'static str, identifier: String) {
        self.unsupported.get_or_insert(KeyFileError::Unsupported { what, identifier });
    }

    fn finish(self) -> Result<KeyFile, KeyFileError> {
        match self.keys.is_empty() {
            true => Err(self.unsupported.unwrap_or(KeyFileError::NoKey)),
            false => Ok(KeyFile { keys: self.keys, certificates: self.certificates }),
        }
    }
}

fn read_pem(octets: &[u8], password: Option<&str>, budget: &Budget, content: &mut Content) -> Result<(), KeyFileError> {
    for object in pem::read(octets)? {
        read_object(&object, password, budget, content).map_err(|error| match error {
            // Offsets within the decoded octets mean nothing to a reader of the text.
            KeyFileError::Malformed(malformed) => Malformed::new("PEM", format!("{}: {}", object.label, malformed.what), object.at).into(),
            other => other,
        })?;
    }
    Ok(())
}

fn read_object(object: &PemObject, password: Option<&str>, budget: &Budget, content: &mut Content) -> Result<(), KeyFileError> {
    match object.label.as_str() {
        "PRIVATE KEY" => content.key(SoftwareKey::read(object.octets.clone()), 0),
        "ENCRYPTED PRIVATE KEY" => encrypted(&object.octets, password, budget, content),
        "RSA PRIVATE KEY" => content.key(SoftwareKey::read_pkcs1(&traditional::decrypted(object, password)?), 0),
        "EC PRIVATE KEY" => content.key(SoftwareKey::read_sec1(&traditional::decrypted(object, password)?), 0),
        "CERTIFICATE" | "X509 CERTIFICATE" => {
            content.certificates.push(object.octets.to_vec());
            Ok(())
        }
        other => {
            if other.ends_with("PRIVATE KEY") {
                content.unsupported("kind of key", other.to_owned());
            }
            Ok(())
        }
    }
}

/// What a binary key file can be, told by the values that it begins with.
enum Shape {
    Pkcs1,
    Sec1,
    Pkcs8,
    Encrypted,
    Pkcs12,
    Certificate,
}

fn read_binary(octets: &[u8], password: Option<&str>, budget: &Budget, content: &mut Content) -> Result<(), KeyFileError> {
    match shape(octets)? {
        Shape::Pkcs8 => content.key(SoftwareKey::read(Secret::new(octets.to_vec())), 0),
        Shape::Pkcs1 => content.key(SoftwareKey::read_pkcs1(octets), 0),
        Shape::Sec1 => content.key(SoftwareKey::read_sec1(octets), 0),
        Shape::Encrypted => encrypted(octets, password, budget, content),
        Shape::Pkcs12 => pkcs12::read(octets, password, budget, content),
        Shape::Certificate => Ok(()),
    }
}

fn shape(octets: &[u8]) -> Result<Shape, KeyFileError> {
    let unsupported = |identifier: &str| KeyFileError::Unsupported { what: "format", identifier: identifier.to_owned() };
    match octets {
        [0xfe, 0xed, 0xfe, 0xed, ..] => Err(unsupported("JKS (convert it: keytool -importkeystore -deststoretype pkcs12)")),
        [0xce, 0xce, 0xce, 0xce, ..] => Err(unsupported("JCEKS (convert it: keytool -importkeystore -deststoretype pkcs12)")),
        [0x30, ..] => Ok(shape_of_sequence(octets).unwrap_or(Shape::Pkcs12)),
        _ => Err(Malformed::new(FORMAT, "neither PEM nor an ASN.1 SEQUENCE", 0).into()),
    }
}

/// PKCS#12 alone may be BER, and so what is not DER can only be that.
fn shape_of_sequence(octets: &[u8]) -> der::Result<Shape> {
    let tags = AnyRef::from_der(octets)?.sequence(|reader| {
        let mut tags = [None; 3];
        for tag in &mut tags {
            *tag = (!reader.is_finished()).then(|| AnyRef::decode(reader).map(|any| any.tag())).transpose()?;
        }
        reader.read_slice(reader.remaining_len())?;
        Ok::<_, der::Error>(tags)
    })?;
    Ok(match tags {
        [Some(Tag::Integer), Some(Tag::Integer), _] => Shape::Pkcs1,
        [Some(Tag::Integer), Some(Tag::OctetString), _] => Shape::Sec1,
        [Some(Tag::Integer), Some(Tag::Sequence), Some(Tag::OctetString)] => Shape::Pkcs8,
        [Some(Tag::Sequence), Some(Tag::OctetString), None] => Shape::Encrypted,
        [Some(Tag::Sequence), Some(Tag::Sequence), Some(Tag::BitString)] => Shape::Certificate,
        _ => Shape::Pkcs12,
    })
}

fn encrypted(octets: &[u8], password: Option<&str>, budget: &Budget, content: &mut Content) -> Result<(), KeyFileError> {
    let password = Password::new(password.ok_or(KeyFileError::PasswordNeeded)?);
    let received = Received::new(octets);
    let mut reader = Reader::new(&received, FORMAT);
    let value = reader.value()?;
    reader.finish()?;
    content.key(SoftwareKey::read(pkcs8::decrypted(&value, &password, budget)?), value.at())
}
