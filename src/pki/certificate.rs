//! RFC 5280 §4.1 — Certificates

use std::sync::{Arc, OnceLock};

use super::extension::{
    BasicConstraints, ExtendedKeyUsage, Extensions, KeyUsage, NameConstraints, PolicyConstraints,
    alternative_names::SubjectAlternativeName,
    constraints::InhibitAnyPolicy,
    distribution::{AuthorityInformationAccess, CrlDistributionPoints},
    identifiers::{AuthorityKeyIdentifier, SubjectKeyIdentifier},
    policies::{CertificatePolicies, PolicyMappings},
};
use super::{AlgorithmIdentifier, Extension, Name};
use crate::crypto::{DigestAlgorithm, PublicKey};
use crate::encoding::der::{Reader, Received, Value, tag};
use crate::error::Malformed;
use crate::time::Time;

/// `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue BIT STRING }`, as received. A clone is cheap.
///
/// Everything that must be there is read at once; extensions and the key when they are asked for, each with its own fault.
#[derive(Clone)]
pub struct Certificate(Arc<Fields>);

struct Fields {
    received: Received,
    tbs: Received,
    version: i64,
    serial: Received,
    inner_algorithm: AlgorithmIdentifier,
    issuer: Name,
    not_before: Time,
    not_after: Time,
    subject: Name,
    subject_public_key_info: Received,
    public_key: OnceLock<Result<PublicKey, Malformed>>,
    extensions: Extensions,
    signature_algorithm: AlgorithmIdentifier,
    signature: Received,
    sha256: OnceLock<[u8; 32]>,
}

const FORMAT: &str = "certificate";

impl Certificate {
    /// Reads one certificate and nothing after it.
    ///
    /// # Errors
    /// [`Malformed`] when `octets` are not one certificate.
    pub fn from_der(octets: &[u8]) -> Result<Self, Malformed> {
        Self::from_received(Received::new(octets))
    }

    /// Reads the certificate that stands in a larger structure.
    ///
    /// # Errors
    /// As [`Self::from_der`], with offsets in the whole input.
    pub fn from_received(received: Received) -> Result<Self, Malformed> {
        let mut reader = Reader::new(&received, FORMAT);
        let whole = reader.expect(tag::SEQUENCE, FORMAT)?;
        reader.finish()?;
        let mut fields = whole.reader()?;
        let tbs = fields.expect(tag::SEQUENCE, "tbsCertificate")?;
        let signature_algorithm = AlgorithmIdentifier::read(&mut fields, "signatureAlgorithm")?;
        let signature = fields.expect(tag::BIT_STRING, "signatureValue")?.bit_string_octets()?;
        fields.finish()?;
        let fields = Fields::read(whole.received(), &tbs, signature_algorithm, signature)?;
        Ok(Self(Arc::new(fields)))
    }

    /// The certificate as received.
    pub fn octets(&self) -> &[u8] {
        self.0.received.octets()
    }

    /// `tbsCertificate` as received: what is signed.
    pub fn tbs(&self) -> &[u8] {
        self.0.tbs.octets()
    }

    /// SHA-256 of [`Self::octets`]: the certificate's name in reports and caches.
    pub fn sha256(&self) -> [u8; 32] {
        *self.0.sha256.get_or_init(|| {
            let mut digest = [0; 32];
            digest.iter_mut().zip(DigestAlgorithm::Sha256.digest(self.octets())).for_each(|(to, from)| *to = from);
            digest
        })
    }

    /// `version` as its number in words: 1, 2 or 3. Others are read too.
    pub fn version(&self) -> i64 {
        self.0.version.saturating_add(1)
    }

    /// The content octets of `serialNumber`, as received: two's complement; zero and negative ones occur.
    pub fn serial(&self) -> &[u8] {
        self.0.serial.octets()
    }

    /// `signatureAlgorithm`, outside of what is signed.
    pub fn signature_algorithm(&self) -> &AlgorithmIdentifier {
        &self.0.signature_algorithm
    }

    /// `signature` inside `tbsCertificate`, which must be the same (§4.1.1.2).
    pub fn tbs_signature_algorithm(&self) -> &AlgorithmIdentifier {
        &self.0.inner_algorithm
    }

    /// `signatureValue`
    pub fn signature(&self) -> &[u8] {
        self.0.signature.octets()
    }

    /// `issuer`
    pub fn issuer(&self) -> &Name {
        &self.0.issuer
    }

    /// `subject`
    pub fn subject(&self) -> &Name {
        &self.0.subject
    }

    /// `notBefore`
    pub fn not_before(&self) -> Time {
        self.0.not_before
    }

    /// `notAfter`
    pub fn not_after(&self) -> Time {
        self.0.not_after
    }

    /// `subjectPublicKeyInfo` as received.
    pub fn subject_public_key_info(&self) -> &[u8] {
        self.0.subject_public_key_info.octets()
    }

    /// The subject's public key; of an algorithm that this crate lacks, its identifier.
    ///
    /// # Errors
    /// [`Malformed`] when there is none; the certificate is readable all the same.
    pub fn public_key(&self) -> Result<&PublicKey, Malformed> {
        let info = &self.0.subject_public_key_info;
        let key = self.0.public_key.get_or_init(|| PublicKey::from_spki(info.octets()).map_err(|malformed| malformed.within(info.at())));
        key.as_ref().map_err(Clone::clone)
    }

    /// `extensions`, in the order received.
    pub fn extensions(&self) -> &[Extension] {
        self.0.extensions.all()
    }

    /// `extensions`, to look into.
    pub fn extension_set(&self) -> &Extensions {
        &self.0.extensions
    }

    /// Whether issuer and subject match (§6.1: self-issued).
    pub fn is_self_issued(&self) -> bool {
        self.issuer().matches(self.subject())
    }

    /// §4.2.1.9
    ///
    /// # Errors
    /// [`Malformed`] when the extension is there and not what it should be; so for all that follow.
    pub fn basic_constraints(&self) -> Result<Option<BasicConstraints>, Malformed> {
        self.0.extensions.typed()
    }

    /// §4.2.1.3
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn key_usage(&self) -> Result<Option<KeyUsage>, Malformed> {
        self.0.extensions.typed()
    }

    /// §4.2.1.12
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn extended_key_usage(&self) -> Result<Option<ExtendedKeyUsage>, Malformed> {
        self.0.extensions.typed()
    }

    /// §4.2.1.2
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn subject_key_identifier(&self) -> Result<Option<Received>, Malformed> {
        Ok(self.0.extensions.typed::<SubjectKeyIdentifier>()?.map(|identifier| identifier.0))
    }

    /// §4.2.1.1
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn authority_key_identifier(&self) -> Result<Option<AuthorityKeyIdentifier>, Malformed> {
        self.0.extensions.typed()
    }

    /// §4.2.1.13
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn crl_distribution_points(&self) -> Result<Option<CrlDistributionPoints>, Malformed> {
        self.0.extensions.typed()
    }

    /// §4.2.2.1
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn authority_information_access(&self) -> Result<Option<AuthorityInformationAccess>, Malformed> {
        self.0.extensions.typed()
    }

    /// §4.2.1.4
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn certificate_policies(&self) -> Result<Option<CertificatePolicies>, Malformed> {
        self.0.extensions.typed()
    }

    /// §4.2.1.5
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn policy_mappings(&self) -> Result<Option<PolicyMappings>, Malformed> {
        self.0.extensions.typed()
    }

    /// §4.2.1.11
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn policy_constraints(&self) -> Result<Option<PolicyConstraints>, Malformed> {
        self.0.extensions.typed()
    }

    /// §4.2.1.14
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn inhibit_any_policy(&self) -> Result<Option<InhibitAnyPolicy>, Malformed> {
        self.0.extensions.typed()
    }

    /// §4.2.1.6
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn subject_alternative_name(&self) -> Result<Option<SubjectAlternativeName>, Malformed> {
        self.0.extensions.typed()
    }

    /// §4.2.1.10
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn name_constraints(&self) -> Result<Option<NameConstraints>, Malformed> {
        self.0.extensions.typed()
    }
}

impl Fields {
    fn read(received: Received, tbs: &Value<'_>, signature_algorithm: AlgorithmIdentifier, signature: Received) -> Result<Self, Malformed> {
        let mut reader = tbs.reader()?;
        let version = read_version(&mut reader)?;
        let serial = reader.expect(tag::INTEGER, "serialNumber")?;
        serial.integer()?;
        let inner_algorithm = AlgorithmIdentifier::read(&mut reader, "signature")?;
        let issuer = Name::read(&mut reader, "issuer")?;
        let mut validity = reader.expect(tag::SEQUENCE, "validity")?.reader()?;
        let not_before = validity.value()?.time()?;
        let not_after = validity.value()?.time()?;
        validity.finish()?;
        let subject = Name::read(&mut reader, "subject")?;
        let subject_public_key_info = reader.expect(tag::SEQUENCE, "subjectPublicKeyInfo")?.received();
        // issuerUniqueID and subjectUniqueID (§4.1.2.8) say nothing that a validator uses.
        reader.optional(tag::context(1))?;
        reader.optional(tag::context(2))?;
        let extensions = Extensions::read_optional(&mut reader, 3)?;
        reader.finish()?;
        Ok(Self {
            received,
            tbs: tbs.received(),
            version,
            serial: serial.received_contents(),
            inner_algorithm,
            issuer,
            not_before,
            not_after,
            subject,
            subject_public_key_info,
            public_key: OnceLock::new(),
            extensions,
            signature_algorithm,
            signature,
            sha256: OnceLock::new(),
        })
    }
}

/// `version [0] EXPLICIT Version DEFAULT v1`
fn read_version(reader: &mut Reader<'_>) -> Result<i64, Malformed> {
    let Some(explicit) = reader.optional(tag::context_constructed(0))? else {
        return Ok(0);
    };
    let mut inner = explicit.reader()?;
    let version = inner.expect(tag::INTEGER, "version")?.small_integer()?;
    inner.finish()?;
    Ok(version)
}

/// Equal octets.
impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.octets() == other.octets()
    }
}

impl Eq for Certificate {}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificate({})", self.subject())
    }
}
