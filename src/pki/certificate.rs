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
    subject_key_identifier: OnceLock<Result<Option<Received>, Malformed>>,
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
        let whole = Reader::new(&received, FORMAT).only(|reader| reader.expect(tag::SEQUENCE, FORMAT))?;
        let mut fields = whole.reader()?;
        let tbs = fields.expect(tag::SEQUENCE, "tbsCertificate")?;
        let signature_algorithm = AlgorithmIdentifier::read(&mut fields, "signatureAlgorithm")?;
        let signature = super::signature_value(&mut fields)?;
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
        *self.0.sha256.get_or_init(|| DigestAlgorithm::sha256(self.octets()))
    }

    /// The digest of [`Self::octets`], by which signatures name the certificate. That of SHA-256 is kept.
    pub fn digest(&self, algorithm: DigestAlgorithm) -> Vec<u8> {
        match algorithm {
            DigestAlgorithm::Sha256 => self.sha256().to_vec(),
            other => other.digest(self.octets()),
        }
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

    /// `signatureValue`; empty when it is not of whole octets.
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
        // Asked again for every certificate that this one may have issued.
        let read = || Ok(self.0.extensions.typed::<SubjectKeyIdentifier>()?.map(|identifier| identifier.0));
        self.0.subject_key_identifier.get_or_init(read).clone()
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
        let version = reader.explicit(0, |inner| inner.expect(tag::INTEGER, "version")?.small_integer())?.unwrap_or(0);
        let serial = reader.expect(tag::INTEGER, "serialNumber")?;
        serial.integer()?;
        let inner_algorithm = AlgorithmIdentifier::read(&mut reader, "signature")?;
        let issuer = Name::read(&mut reader, "issuer")?;
        let (not_before, not_after) =
            reader.sequence("validity")?.only(|validity| Ok((validity.value()?.time()?, validity.value()?.time()?)))?;
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
            subject_key_identifier: OnceLock::new(),
            extensions,
            signature_algorithm,
            signature,
            sha256: OnceLock::new(),
        })
    }
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

#[cfg(all(test, feature = "sign"))]
mod tests {
    use super::*;
    use crate::crypto::{KeyKind, Signed, Verification};
    use crate::encoding::der::write;
    use crate::pki::fixture::{CertificateParts, extension, name};
    use crate::pki::object_id;

    fn read(parts: &CertificateParts) -> Certificate {
        Certificate::from_der(&parts.to_der()).unwrap()
    }

    fn with_extension(oid: const_oid::ObjectIdentifier, value: &[u8]) -> Certificate {
        read(&CertificateParts { extensions: vec![extension(oid, true, value)], ..Default::default() })
    }

    #[test]
    fn a_certificate_says_what_was_put_in() {
        let der = CertificateParts::default().to_der();
        let certificate = Certificate::from_der(&der).unwrap();
        assert_eq!(certificate.octets(), der);
        assert_eq!((certificate.version(), certificate.serial()), (3, &[1, 2][..]));
        assert_eq!((certificate.issuer().to_string(), certificate.subject().to_string()), ("CN=An issuer".into(), "CN=A subject".into()));
        assert_eq!(certificate.not_before().to_string(), "2026-01-01T00:00:00Z");
        assert_eq!(certificate.subject_key_identifier().unwrap().unwrap().octets(), b"key");
        assert!(!certificate.is_self_issued());
        assert_eq!(certificate.sha256(), *DigestAlgorithm::Sha256.digest(&der));
    }

    #[test]
    fn the_signature_is_over_the_octets_of_tbs() {
        let certificate = read(&CertificateParts::default());
        let algorithm = certificate.signature_algorithm().signature(None).unwrap();
        let verify = |octets: &[u8]| certificate.public_key().unwrap().verify(&algorithm, Signed::Octets(octets), certificate.signature());
        assert_eq!(verify(certificate.tbs()), Verification::Valid);
        assert_eq!(verify(certificate.octets()), Verification::Invalid);
    }

    #[test]
    fn issuer_and_subject_of_one_name_are_self_issued() {
        assert!(read(&CertificateParts { subject: name("AN  ISSUER"), ..Default::default() }).is_self_issued());
    }

    #[test]
    fn serial_numbers_are_kept_even_negative_zero_or_long() {
        for contents in [&[0x80][..], &[0], &[0, 1], &[0x7f; 40]] {
            let certificate = read(&CertificateParts { serial: write::value(tag::INTEGER, contents), ..Default::default() });
            assert_eq!(certificate.serial(), contents);
        }
        let none = CertificateParts { serial: write::value(tag::INTEGER, &[]), ..Default::default() };
        assert!(Certificate::from_der(&none.to_der()).is_err());
    }

    #[test]
    fn versions_1_and_3_are_read_and_others_told() {
        let version_1 = CertificateParts { version: Vec::new(), extensions: Vec::new(), ..Default::default() };
        assert_eq!(read(&version_1).version(), 1);
        assert!(read(&version_1).extensions().is_empty());
        let version_8 = CertificateParts { version: write::context_constructed(0, &[write::integer(7)]), ..Default::default() };
        assert_eq!(read(&version_8).version(), 8);
    }

    #[test]
    fn another_outer_algorithm_shows() {
        let certificate = read(&CertificateParts::default());
        assert_eq!(certificate.signature_algorithm(), certificate.tbs_signature_algorithm());
        let sha256 = write::algorithm_identifier(DigestAlgorithm::Sha256.oid(), None);
        let certificate = read(&CertificateParts { outer_algorithm: sha256, ..Default::default() });
        assert_ne!(certificate.signature_algorithm(), certificate.tbs_signature_algorithm());
    }

    #[test]
    fn a_time_without_seconds_is_read() {
        let not_before = write::value(tag::UTC_TIME, b"2601010203Z");
        assert_eq!(read(&CertificateParts { not_before, ..Default::default() }).not_before().to_string(), "2026-01-01T02:03:00Z");
        let not_before = write::value(tag::UTC_TIME, b"26010102Z");
        assert!(Certificate::from_der(&CertificateParts { not_before, ..Default::default() }.to_der()).is_err());
    }

    #[test]
    fn a_malformed_extension_is_told_when_it_is_asked_for() {
        let certificate = with_extension(object_id::BASIC_CONSTRAINTS, &write::sequence(&[write::boolean(true), write::integer(3)]));
        assert_eq!(certificate.basic_constraints().unwrap(), Some(BasicConstraints { ca: true, path_length: Some(3) }));
        assert_eq!(certificate.key_usage().unwrap(), None);
        let certificate = with_extension(object_id::BASIC_CONSTRAINTS, &write::sequence(&[write::integer(3), write::boolean(true)]));
        let malformed = certificate.basic_constraints().unwrap_err();
        assert_eq!(malformed.what, "data after the last value");
        let at = usize::try_from(malformed.at).unwrap();
        assert_eq!(certificate.octets()[at..at + 3], write::boolean(true));
    }

    #[test]
    fn a_boolean_in_basic_encoding_is_true() {
        let certificate = with_extension(object_id::BASIC_CONSTRAINTS, &write::sequence(&[write::value(tag::BOOLEAN, &[1])]));
        assert!(certificate.basic_constraints().unwrap().unwrap().ca);
    }

    #[test]
    fn extensions_that_stand_twice_show() {
        let one = extension(object_id::KEY_USAGE, true, &write::bit_string(&[0x80]));
        let other = extension(object_id::BASIC_CONSTRAINTS, true, &write::sequence::<Vec<u8>>(&[]));
        let certificate = read(&CertificateParts { extensions: vec![one.clone(), other.clone()], ..Default::default() });
        assert!(certificate.extension_set().duplicates().is_empty());
        let certificate = read(&CertificateParts { extensions: vec![one.clone(), other, one], ..Default::default() });
        assert_eq!(certificate.extension_set().duplicates().iter().map(ToString::to_string).collect::<Vec<_>>(), ["2.5.29.15"]);
    }

    #[test]
    fn a_certificate_with_a_broken_key_is_readable() {
        assert_eq!(read(&CertificateParts::default()).public_key().unwrap().kind(), KeyKind::Ed25519);
        let certificate = read(&CertificateParts { key: write::sequence(&[write::integer(1)]), ..Default::default() });
        assert!(certificate.public_key().is_err());
        assert_eq!(certificate.subject().common_name(), Some("A subject"));
    }

    #[test]
    fn a_signature_with_bits_left_over_is_nobodys() {
        let mut der = CertificateParts::default().to_der();
        let at = der.len() - 65;
        assert_eq!(der[at], 0);
        der[at] = 1;
        let certificate = Certificate::from_der(&der).unwrap();
        let algorithm = certificate.signature_algorithm().signature(None).unwrap();
        let key = certificate.public_key().unwrap();
        assert_eq!(key.verify(&algorithm, Signed::Octets(certificate.tbs()), certificate.signature()), Verification::Invalid);
    }

    #[test]
    fn octets_after_or_missing_are_malformed_where_they_are() {
        let der = CertificateParts::default().to_der();
        let longer = [&der[..], &[0]].concat();
        assert_eq!(Certificate::from_der(&longer).unwrap_err(), Malformed::new("certificate", "data after the last value", der.len()));
        assert_eq!(Certificate::from_der(&der[..der.len() - 1]).unwrap_err(), Malformed::new("certificate", "length beyond the end", 0));
    }
}
