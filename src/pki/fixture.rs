//! Values made for the unit tests of this room, each in the plainest form that its type has.

use const_oid::ObjectIdentifier;

use super::object_id;
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm, Signed, SoftwareKey};
use crate::encoding::der::{tag, write};
use crate::time::Time;

/// The Ed25519 key of RFC 8410 §10.3.
pub(super) fn key() -> SoftwareKey {
    const PKCS8: [u8; 48] = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20, 0xd4, 0xee, 0x72, 0xdb, 0xf9, 0x13,
        0x58, 0x4a, 0xd5, 0xb6, 0xd8, 0xf1, 0xf7, 0x69, 0xf8, 0xad, 0x3a, 0xfe, 0x7c, 0x28, 0xcb, 0xf1, 0xd4, 0xfb, 0xe0, 0x97, 0xa8, 0x8f,
        0x44, 0x75, 0x58, 0x42,
    ];
    SoftwareKey::from_pkcs8_der(&PKCS8).unwrap()
}

pub(super) fn time(text: &str) -> Time {
    Time::from_rfc3339(text).unwrap()
}

pub(super) fn name(common_name: &str) -> Vec<u8> {
    let attribute = write::sequence(&[write::object_id(object_id::COMMON_NAME), write::utf8_string(common_name)]);
    write::sequence(&[write::set_of(vec![attribute])])
}

pub(super) fn ed25519() -> Vec<u8> {
    write::algorithm_identifier(ObjectIdentifier::new_unwrap("1.3.101.112"), None)
}

pub(super) fn sha256() -> Vec<u8> {
    write::algorithm_identifier(DigestAlgorithm::Sha256.oid(), None)
}

pub(super) fn sign(octets: &[u8]) -> Vec<u8> {
    key().sign(&SignatureAlgorithm::Ed25519, Signed::Octets(octets)).unwrap()
}

/// `tbs`, algorithm and signature value, as certificates, CRLs and OCSP responses have them.
pub(super) fn signed(tbs: &[u8], algorithm: &[u8]) -> Vec<u8> {
    write::sequence(&[tbs, algorithm, &write::bit_string(&sign(tbs))])
}

pub(super) fn extension(oid: ObjectIdentifier, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { write::boolean(true) } else { Vec::new() };
    write::sequence(&[write::object_id(oid), critical, write::octet_string(value)])
}

/// The parts of a certificate, to be changed one at a time.
pub(super) struct CertificateParts {
    pub version: Vec<u8>,
    pub serial: Vec<u8>,
    pub issuer: Vec<u8>,
    pub not_before: Vec<u8>,
    pub subject: Vec<u8>,
    pub key: Vec<u8>,
    pub extensions: Vec<Vec<u8>>,
    pub outer_algorithm: Vec<u8>,
}

impl Default for CertificateParts {
    fn default() -> Self {
        Self {
            version: write::context_constructed(0, &[write::integer(2)]),
            serial: write::integer(0x0102),
            issuer: name("An issuer"),
            not_before: write::time(time("2026-01-01T00:00:00Z")),
            subject: name("A subject"),
            key: key().public_key().spki().to_vec(),
            extensions: vec![extension(object_id::SUBJECT_KEY_IDENTIFIER, false, &write::octet_string(b"key"))],
            outer_algorithm: ed25519(),
        }
    }
}

impl CertificateParts {
    pub fn to_der(&self) -> Vec<u8> {
        let validity = write::sequence(&[self.not_before.clone(), write::time(time("2028-01-01T00:00:00Z"))]);
        let extensions = match self.extensions.as_slice() {
            [] => Vec::new(),
            extensions => write::context_constructed(3, &[write::sequence(extensions)]),
        };
        let (version, serial, algorithm, issuer) = (self.version.clone(), self.serial.clone(), ed25519(), self.issuer.clone());
        let tbs = write::sequence(&[version, serial, algorithm, issuer, validity, self.subject.clone(), self.key.clone(), extensions]);
        signed(&tbs, &self.outer_algorithm)
    }
}

pub(super) fn attribute(oid: ObjectIdentifier, values: &[Vec<u8>]) -> Vec<u8> {
    write::sequence(&[write::object_id(oid), write::value(tag::SET, &values.concat())])
}

/// `content-type` and `message-digest` of `content`, sorted as DER wants them.
pub(super) fn attributes_of(content: &[u8]) -> Vec<Vec<u8>> {
    let digest = DigestAlgorithm::Sha256.digest(content);
    vec![
        attribute(object_id::CONTENT_TYPE, &[write::object_id(object_id::DATA)]),
        attribute(object_id::MESSAGE_DIGEST, &[write::octet_string(&digest)]),
    ]
}

/// The parts of signed data with one signer, to be changed one at a time.
pub(super) struct SignedDataParts {
    pub content_type: ObjectIdentifier,
    /// `eContent` with its explicit tag, or nothing.
    pub content: Vec<u8>,
    pub certificates: Vec<Vec<u8>>,
    /// As they are written.
    pub attributes: Vec<Vec<u8>>,
    /// What the signature value is made over.
    pub signed: Vec<u8>,
    pub unsigned_attributes: Vec<Vec<u8>>,
}

impl SignedDataParts {
    /// `content` inside, signed with attributes.
    pub fn attached(content: &[u8]) -> Self {
        let attributes = attributes_of(content);
        Self {
            content_type: object_id::DATA,
            content: write::context_constructed(0, &[write::octet_string(content)]),
            certificates: vec![CertificateParts::default().to_der()],
            signed: write::value(tag::SET, &attributes.concat()),
            attributes,
            unsigned_attributes: Vec::new(),
        }
    }

    pub fn to_der(&self) -> Vec<u8> {
        let content = write::sequence(&[write::object_id(self.content_type), self.content.clone()]);
        let [before, after] = self.around_content();
        let signed_data = write::sequence(&[before, content, after]);
        write::sequence(&[write::object_id(object_id::SIGNED_DATA), write::context_constructed(0, &[signed_data])])
    }

    /// What stands in `SignedData` before the encapsulated content, and after it.
    pub fn around_content(&self) -> [Vec<u8>; 2] {
        let certificates = write::context_constructed(0, &self.certificates);
        let signer_infos = write::set_of(vec![self.signer_info()]);
        [[write::integer(1), write::set_of(vec![sha256()])].concat(), [certificates, signer_infos].concat()]
    }

    fn signer_info(&self) -> Vec<u8> {
        let signer = write::sequence(&[name("An issuer"), write::integer(0x0102)]);
        let optional = |number, attributes: &[Vec<u8>]| {
            if attributes.is_empty() { Vec::new() } else { write::context_constructed(number, attributes) }
        };
        let (signed, unsigned) = (optional(0, &self.attributes), optional(1, &self.unsigned_attributes));
        write::sequence(&[write::integer(1), signer, sha256(), signed, ed25519(), write::octet_string(&sign(&self.signed)), unsigned])
    }
}
