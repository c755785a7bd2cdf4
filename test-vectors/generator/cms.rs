//! RFC 5652 §5 — signed data made by hand, so that every mistake can be made

use const_oid::ObjectIdentifier;
use kyso::Time;
use kyso::crypto::{DigestAlgorithm, SignatureAlgorithm};
use kyso::encoding::der::write::{
    algorithm_identifier, context, context_constructed, integer, object_id, octet_string, retagged, sequence, set_of, time,
    unsigned_integer, value,
};
use kyso::pki::object_id;
use kyso::testkit::Entity;

use crate::Outcome;

/// Who signs, with what.
#[derive(Clone)]
pub struct Signer<'a> {
    pub entity: &'a Entity,
    /// The certificates in the signature.
    pub certificates: Vec<Vec<u8>>,
    pub digest: DigestAlgorithm,
    pub algorithm: SignatureAlgorithm,
}

/// `SignerInfo` (§5.3); each part encoded.
#[derive(Clone)]
pub struct SignerInfo {
    pub version: u64,
    pub sid: Vec<u8>,
    pub digest: Vec<u8>,
    /// Under the tag `SET OF`.
    pub attributes: Option<Vec<u8>>,
    pub algorithm: Vec<u8>,
    pub value: Vec<u8>,
    pub unsigned: Vec<Vec<u8>>,
}

/// `SignedData` (§5.1); each part encoded.
#[derive(Clone)]
pub struct SignedData {
    pub version: u64,
    pub digests: Vec<Vec<u8>>,
    pub content_type: ObjectIdentifier,
    /// The octets of `eContent`.
    pub content: Option<Vec<u8>>,
    pub certificates: Vec<Vec<u8>>,
    pub crls: Vec<Vec<u8>>,
    pub signers: Vec<Vec<u8>>,
}

impl<'a> Signer<'a> {
    /// With what the key usually signs with; its certificate and those of `issuers` in the signature.
    pub fn new(entity: &'a Entity, issuers: &[&Entity]) -> Self {
        let certificates = std::iter::once(entity).chain(issuers.iter().copied()).map(|one| one.certificate.clone()).collect();
        let algorithm = entity.key.algorithm();
        // RFC 8419 §3.1: Ed25519 goes with SHA-512.
        let digest = algorithm.digest().unwrap_or(DigestAlgorithm::Sha512);
        Self { entity, certificates, digest, algorithm }
    }

    pub fn with(self, digest: DigestAlgorithm, algorithm: SignatureAlgorithm) -> Self {
        Self { digest, algorithm, ..self }
    }

    /// The three attributes that EN 319 142-1 §6.3 asks for, over content with this digest.
    pub fn attributes(&self, message_digest: &[u8]) -> Vec<Vec<u8>> {
        vec![
            attribute(object_id::CONTENT_TYPE, &[object_id(object_id::DATA)]),
            attribute(object_id::MESSAGE_DIGEST, &[octet_string(message_digest)]),
            attribute(object_id::SIGNING_CERTIFICATE_V2, &[signing_certificate_v2(self.digest, self.entity)]),
        ]
    }

    /// Signs these attributes in the order of DER (§5.4).
    pub fn over_attributes(&self, attributes: Vec<Vec<u8>>) -> Outcome<SignerInfo> {
        let attributes = set_of(attributes);
        let value = self.entity.key.sign(&self.algorithm, &attributes)?;
        Ok(self.info(Some(attributes), value))
    }

    /// Signs the content itself, without attributes.
    pub fn over_content(&self, content: &[u8]) -> Outcome<SignerInfo> {
        Ok(self.info(None, self.entity.key.sign(&self.algorithm, content)?))
    }

    pub fn info(&self, attributes: Option<Vec<u8>>, value: Vec<u8>) -> SignerInfo {
        SignerInfo {
            version: 1,
            sid: issuer_and_serial(self.entity),
            digest: digest_identifier(self.digest),
            attributes,
            algorithm: self.identifier(),
            value,
            unsigned: Vec::new(),
        }
    }

    pub fn identifier(&self) -> Vec<u8> {
        match &self.algorithm {
            SignatureAlgorithm::Unsupported(oid) => sequence(&[object_id(*oid)]),
            known => known.to_identifier().unwrap_or_default(),
        }
    }

    /// Detached signed data with this one signer.
    pub fn data(&self, info: &SignerInfo) -> SignedData {
        SignedData {
            version: 1,
            digests: vec![digest_identifier(self.digest)],
            content_type: object_id::DATA,
            content: None,
            certificates: self.certificates.clone(),
            crls: Vec::new(),
            signers: vec![info.der()],
        }
    }

    /// What PAdES asks for: a detached signature of `content` with the three attributes, and `more`.
    pub fn detached(&self, content: &[u8], more: Vec<Vec<u8>>) -> Outcome<Vec<u8>> {
        let mut attributes = self.attributes(&self.digest.digest(content));
        attributes.extend(more);
        Ok(self.data(&self.over_attributes(attributes)?).der())
    }

    /// RFC 3161 §2.4.2: a timestamp token over `imprinted`, by this signer.
    pub fn timestamp(&self, imprinted: &[u8], at: Time) -> Outcome<Vec<u8>> {
        let policy = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.1");
        let imprint = sequence(&[digest_identifier(self.digest), octet_string(&self.digest.digest(imprinted))]);
        let generalized = value(0x18, at.to_generalized_time().as_bytes());
        let info = sequence(&[integer(1), object_id(policy), imprint, integer(4711), generalized]);
        self.timestamp_of(info)
    }

    /// A token whose `TSTInfo` is these octets.
    pub fn timestamp_of(&self, info: Vec<u8>) -> Outcome<Vec<u8>> {
        let mut attributes = self.attributes(&self.digest.digest(&info));
        attributes[0] = attribute(object_id::CONTENT_TYPE, &[object_id(object_id::TIMESTAMP_INFO)]);
        let mut data = self.data(&self.over_attributes(attributes)?);
        data.version = 3;
        data.content_type = object_id::TIMESTAMP_INFO;
        data.content = Some(info);
        Ok(data.der())
    }
}

impl SignerInfo {
    pub fn der(&self) -> Vec<u8> {
        let attributes = self.attributes.as_ref().map(|set| retagged(0xa0, set)).unwrap_or_default();
        let unsigned = if self.unsigned.is_empty() { Vec::new() } else { retagged(0xa1, &set_of(self.unsigned.clone())) };
        sequence(&[
            integer(self.version),
            self.sid.clone(),
            self.digest.clone(),
            attributes,
            self.algorithm.clone(),
            octet_string(&self.value),
            unsigned,
        ])
    }
}

impl SignedData {
    /// `ContentInfo`, DER.
    pub fn der(&self) -> Vec<u8> {
        let inner = sequence(&self.parts());
        sequence(&[object_id(object_id::SIGNED_DATA), context_constructed(0, &[inner])])
    }

    /// `ContentInfo` with every outer length left open (X.690 §8.1.3.6).
    pub fn ber(&self) -> Vec<u8> {
        let inner = indefinite(0x30, &self.parts());
        indefinite(0x30, &[object_id(object_id::SIGNED_DATA), indefinite(0xa0, &[inner])])
    }

    fn parts(&self) -> Vec<Vec<u8>> {
        let content = self.content.as_ref().map(|octets| context_constructed(0, &[octet_string(octets)])).unwrap_or_default();
        let tagged = |tag, values: &[Vec<u8>]| if values.is_empty() { Vec::new() } else { retagged(tag, &set_of(values.to_vec())) };
        let (certificates, crls) = (tagged(0xa0, &self.certificates), tagged(0xa1, &self.crls));
        vec![
            integer(self.version),
            set_of(self.digests.clone()),
            sequence(&[object_id(self.content_type), content]),
            certificates,
            crls,
            set_of(self.signers.clone()),
        ]
    }
}

pub fn indefinite(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    [&[tag, 0x80][..], &parts.concat(), &[0, 0]].concat()
}

/// `Attribute` (§5.3)
pub fn attribute(id: ObjectIdentifier, values: &[Vec<u8>]) -> Vec<u8> {
    sequence(&[object_id(id), set_of(values.to_vec())])
}

pub fn digest_identifier(digest: DigestAlgorithm) -> Vec<u8> {
    algorithm_identifier(digest.oid(), None)
}

/// `IssuerAndSerialNumber` (§10.2.4)
pub fn issuer_and_serial(entity: &Entity) -> Vec<u8> {
    let certificate = kyso::pki::Certificate::from_der(&entity.certificate);
    let issuer = certificate.map(|certificate| certificate.issuer().octets().to_vec()).unwrap_or_default();
    sequence(&[issuer, unsigned_integer(&entity.serial)])
}

/// `[0] SubjectKeyIdentifier` (§5.3)
pub fn subject_key_identifier(entity: &Entity) -> Vec<u8> {
    context(0, &entity.key.identifier())
}

/// `SigningCertificateV2` with one certificate (RFC 5035 §3).
pub fn signing_certificate_v2(digest: DigestAlgorithm, entity: &Entity) -> Vec<u8> {
    reference(digest_identifier(digest), &digest.digest(&entity.certificate), None)
}

/// The same from its parts; the identifier of SHA-256 is left out, being the default.
pub fn reference(algorithm: Vec<u8>, digest: &[u8], issuer_serial: Option<Vec<u8>>) -> Vec<u8> {
    let algorithm = if algorithm == digest_identifier(DigestAlgorithm::Sha256) { Vec::new() } else { algorithm };
    let id = sequence(&[algorithm, octet_string(digest), issuer_serial.unwrap_or_default()]);
    sequence(&[sequence(&[id])])
}

/// `signing-time` (§11.3)
pub fn signing_time(at: Time) -> Vec<u8> {
    attribute(object_id::SIGNING_TIME, &[time(at)])
}

/// `SET OF` in the order given, which need not be that of DER.
pub fn set_as_given(values: &[Vec<u8>]) -> Vec<u8> {
    value(0x31, &values.concat())
}
