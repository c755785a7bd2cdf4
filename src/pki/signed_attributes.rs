//! RFC 5652 §5.3, §11 — Attributes, signed and not

use const_oid::ObjectIdentifier;

use super::ess::{SigningCertificate, SigningCertificateVersion};
use super::revocation_information::RevocationInformation;
use super::{AlgorithmIdentifier, object_id};
use crate::encoding::der::{ObjectId, Reader, Received, Rules, Value, tag, to_der_sorting};
use crate::error::Malformed;
use crate::time::Time;

/// `Attribute ::= SEQUENCE { attrType OBJECT IDENTIFIER, attrValues SET OF AttributeValue }`
#[derive(Clone, Debug)]
pub struct Attribute {
    /// `attrType`
    pub oid: ObjectId,
    /// `attrValues`, each with identifier and length.
    pub values: Vec<Received>,
    /// Type and values, each with identifier and length.
    pub contents: Received,
    /// The whole attribute.
    pub received: Received,
}

/// `SET SIZE (1..MAX) OF Attribute`, in the order received, with whatever stands twice.
#[derive(Clone, Debug)]
pub struct Attributes {
    /// The attributes.
    pub all: Vec<Attribute>,
    received: Received,
    rules: Rules,
}

/// `signedAttrs`. What was signed is not these octets but the same under the tag `SET OF` (§5.4).
#[derive(Clone, Debug)]
pub struct SignedAttributes(Attributes);

/// `CMSAlgorithmProtection ::= SEQUENCE { digestAlgorithm, signatureAlgorithm [1] OPTIONAL, macAlgorithm [2] OPTIONAL }` (RFC 6211 §2)
#[derive(Clone, Debug)]
pub struct AlgorithmProtection {
    /// `digestAlgorithm`
    pub digest: AlgorithmIdentifier,
    /// `signatureAlgorithm`
    pub signature: Option<AlgorithmIdentifier>,
}

/// `SignaturePolicy ::= CHOICE { signaturePolicyId, signaturePolicyImplied NULL }` (EN 319 122-1 §5.2.9)
#[derive(Clone, Debug)]
pub enum SignaturePolicy {
    /// `signaturePolicyId`
    Explicit {
        /// `sigPolicyId`
        policy: ObjectId,
        /// `sigPolicyHash`: algorithm and digest
        digest: Option<(AlgorithmIdentifier, Received)>,
        /// `sigPolicyQualifiers`, unread
        qualifiers: Option<Received>,
    },
    /// `signaturePolicyImplied`
    Implied,
}

const FORMAT: &str = "CMS attribute";

impl Attributes {
    pub(crate) fn from_value(set: &Value<'_>) -> Result<Self, Malformed> {
        let all = set.reader()?.each(|reader| Attribute::from_value(&reader.expect(tag::SEQUENCE, "attribute")?))?;
        Ok(Self { all, received: set.received(), rules: set.rules() })
    }

    /// The set as received, under its implicit tag.
    pub fn octets(&self) -> &[u8] {
        self.received.octets()
    }

    /// Which encoding it is in.
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// The values of every attribute of type `oid`.
    pub fn values(&self, oid: ObjectIdentifier) -> impl Iterator<Item = &Received> {
        self.all.iter().filter(move |attribute| attribute.oid == oid).flat_map(|attribute| &attribute.values)
    }

    /// How many attributes are of type `oid`.
    pub fn count(&self, oid: ObjectIdentifier) -> usize {
        self.all.iter().filter(|attribute| attribute.oid == oid).count()
    }

    /// The value of the attribute of type `oid`, which occurs at most once and with one value.
    ///
    /// # Errors
    /// [`Malformed`] when it stands twice, or has no value or several (§5.3 with §11: such a set is refused, no value of it is picked).
    pub fn single(&self, oid: ObjectIdentifier, name: &'static str) -> Result<Option<&Received>, Malformed> {
        let mut attributes = self.all.iter().filter(|attribute| attribute.oid == oid);
        let Some(attribute) = attributes.next() else {
            return Ok(None);
        };
        if let Some(second) = attributes.next() {
            return Err(Malformed::new(FORMAT, format!("{name} stands twice"), second.received.at()));
        }
        match attribute.values.as_slice() {
            [value] => Ok(Some(value)),
            values => Err(Malformed::new(FORMAT, format!("{name} has {} values", values.len()), attribute.received.at())),
        }
    }

    fn read_single<T>(
        &self,
        oid: ObjectIdentifier,
        name: &'static str,
        read: impl FnOnce(&Value<'_>) -> Result<T, Malformed>,
    ) -> Result<Option<T>, Malformed> {
        self.single(oid, name)?.map(|received| self.read(received, read)).transpose()
    }

    fn read<T>(&self, received: &Received, read: impl FnOnce(&Value<'_>) -> Result<T, Malformed>) -> Result<T, Malformed> {
        read(&Reader::with_rules(received, FORMAT, self.rules).only(Reader::value)?)
    }
}

impl Attribute {
    /// `attrType` with identifier and length.
    #[cfg(feature = "cms")]
    pub(crate) fn type_octets(&self) -> &[u8] {
        // It stands before the SET with the values, by whatever rules that was written.
        Reader::with_rules(&self.contents, FORMAT, Rules::Basic).value().map(|value| value.octets()).unwrap_or_default()
    }

    fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let mut reader = value.reader()?;
        let oid = reader.expect(tag::OBJECT_IDENTIFIER, "attrType")?.object_id()?;
        let values = reader.expect(tag::SET, "attrValues")?.reader()?.each(|values| Ok(values.value()?.received()))?;
        reader.finish()?;
        Ok(Self { oid, values, contents: value.received_contents(), received: value.received() })
    }
}

impl std::ops::Deref for SignedAttributes {
    type Target = Attributes;

    fn deref(&self) -> &Attributes {
        &self.0
    }
}

impl SignedAttributes {
    pub(crate) fn from_value(set: &Value<'_>) -> Result<Self, Malformed> {
        Attributes::from_value(set).map(Self)
    }

    /// Whether `octets` are signed attributes as they are signed: a `SET OF Attribute` with a `message-digest` (§11.2).
    #[cfg(feature = "cms")]
    pub(crate) fn are_in(octets: &[u8]) -> bool {
        if octets.first() != Some(&tag::SET) {
            return false;
        }
        let received = Received::new(octets);
        let set = Reader::with_rules(&received, FORMAT, Rules::Basic)
            .only(|reader| Attributes::from_value(&reader.expect(tag::SET, "attributes")?));
        set.is_ok_and(|attributes| attributes.count(object_id::MESSAGE_DIGEST) > 0)
    }

    /// The octets received, under the tag `SET OF`: what most signers signed, whether or not that is DER.
    pub fn to_be_signed_as_received(&self) -> Vec<u8> {
        std::iter::once(tag::SET).chain(self.octets().iter().skip(1).copied()).collect()
    }

    /// The DER of the set: what §5.4 says is signed. Sets inside attribute values keep their order, as signers copy names and certificates whole.
    pub fn to_be_signed_der(&self) -> Vec<u8> {
        // These octets were read as attributes before, so that they are whole values down to the second level; a fault deeper leaves them as they are.
        let received = self.to_be_signed_as_received();
        to_der_sorting(&received, 2).map(|(der, _)| der).unwrap_or(received)
    }

    /// Whether the set came in DER: sorted, lengths definite and shortest.
    pub fn is_der(&self) -> bool {
        self.to_be_signed_as_received() == self.to_be_signed_der()
    }

    /// `content-type` (§11.1), which must be there.
    ///
    /// # Errors
    /// [`Malformed`] when it is missing, stands twice, has several values or is no object identifier.
    pub fn content_type(&self) -> Result<ObjectId, Malformed> {
        self.required(object_id::CONTENT_TYPE, "content-type", |value| typed(value, tag::OBJECT_IDENTIFIER)?.object_id())
    }

    /// `message-digest` (§11.2), which must be there.
    ///
    /// # Errors
    /// [`Malformed`] when it is missing, stands twice, has several values or is no octet string.
    pub fn message_digest(&self) -> Result<Received, Malformed> {
        self.required(object_id::MESSAGE_DIGEST, "message-digest", |value| {
            if value.tag() & !tag::CONSTRUCTED == tag::OCTET_STRING { value.octet_string() } else { Err(unexpected(value)) }
        })
    }

    /// `signing-time` (§11.3)
    ///
    /// # Errors
    /// [`Malformed`] when it stands twice, has several values or is no time; likewise for all that follow.
    pub fn signing_time(&self) -> Result<Option<Time>, Malformed> {
        self.read_single(object_id::SIGNING_TIME, "signing-time", |value| value.time())
    }

    /// Whether the signing time is of the type that its year has (§11.3): `UTCTime` from 1950 to 2049, else `GeneralizedTime`.
    pub fn has_signing_time_of_its_type(&self) -> bool {
        let typed = |value: &Value<'_>| Ok((value.tag(), value.time()?.civil().0));
        let read = self.read_single(object_id::SIGNING_TIME, "signing-time", typed);
        read.ok().flatten().is_none_or(|(found, year)| (found == tag::UTC_TIME) == (1950..=2049).contains(&year))
    }

    /// `signing-certificate-v2` (RFC 5035 §3)
    ///
    /// # Errors
    /// [`Malformed`] attribute
    pub fn signing_certificate_v2(&self) -> Result<Option<SigningCertificate>, Malformed> {
        self.read_single(object_id::SIGNING_CERTIFICATE_V2, "signing-certificate-v2", |value| {
            SigningCertificate::from_value(value, SigningCertificateVersion::Two)
        })
    }

    /// `signing-certificate` (RFC 5035 §5), by SHA-1
    ///
    /// # Errors
    /// [`Malformed`] attribute
    pub fn signing_certificate_v1(&self) -> Result<Option<SigningCertificate>, Malformed> {
        self.read_single(object_id::SIGNING_CERTIFICATE, "signing-certificate", |value| {
            SigningCertificate::from_value(value, SigningCertificateVersion::One)
        })
    }

    /// `CMSAlgorithmProtection` (RFC 6211)
    ///
    /// # Errors
    /// [`Malformed`] attribute
    pub fn algorithm_protection(&self) -> Result<Option<AlgorithmProtection>, Malformed> {
        self.read_single(object_id::ALGORITHM_PROTECTION, "algorithm protection", AlgorithmProtection::from_value)
    }

    /// `commitment-type-indication` (EN 319 122-1 §5.2.3): the types, whose qualifiers are left unread.
    ///
    /// # Errors
    /// [`Malformed`] attribute
    pub fn commitment_types(&self) -> Result<Vec<ObjectId>, Malformed> {
        let values = self.values(object_id::COMMITMENT_TYPE);
        values
            .map(|received| self.read(received, |value| value.reader()?.expect(tag::OBJECT_IDENTIFIER, "commitmentTypeId")?.object_id()))
            .collect()
    }

    /// `signature-policy-identifier` (EN 319 122-1 §5.2.9)
    ///
    /// # Errors
    /// [`Malformed`] attribute
    pub fn signature_policy(&self) -> Result<Option<SignaturePolicy>, Malformed> {
        self.read_single(object_id::SIGNATURE_POLICY, "signature-policy-identifier", SignaturePolicy::from_value)
    }

    /// `adbe-revocationInfoArchival` (ISO 32000-2 §12.8.3.3.2)
    ///
    /// # Errors
    /// [`Malformed`] attribute; elements of it that cannot be read are no error.
    pub fn revocation_information(&self) -> Result<Option<RevocationInformation>, Malformed> {
        self.read_single(object_id::ADOBE_REVOCATION_INFORMATION, "revocation information", RevocationInformation::from_value)
    }

    fn required<T>(
        &self,
        oid: ObjectIdentifier,
        name: &'static str,
        read: impl FnOnce(&Value<'_>) -> Result<T, Malformed>,
    ) -> Result<T, Malformed> {
        let found = self.read_single(oid, name, read)?;
        found.ok_or_else(|| Malformed::new(FORMAT, format!("{name} missing"), self.received.at()))
    }
}

fn typed<'v, 'a>(value: &'v Value<'a>, expected: u8) -> Result<&'v Value<'a>, Malformed> {
    if value.tag() == expected { Ok(value) } else { Err(unexpected(value)) }
}

fn unexpected(value: &Value<'_>) -> Malformed {
    value.malformed(format!("unexpected tag 0x{:02x}", value.tag()))
}

impl AlgorithmProtection {
    fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let mut reader = value.reader()?;
        let digest = AlgorithmIdentifier::read(&mut reader, "digestAlgorithm")?;
        let signature =
            reader.optional(tag::context_constructed(1))?.map(|implicit| AlgorithmIdentifier::from_value(&implicit)).transpose()?;
        Ok(Self { digest, signature })
    }
}

impl SignaturePolicy {
    fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        if value.tag() == tag::NULL {
            return Ok(Self::Implied);
        }
        let mut reader = value.reader()?;
        let policy = reader.expect(tag::OBJECT_IDENTIFIER, "sigPolicyId")?.object_id()?;
        let digest = reader.optional(tag::SEQUENCE)?.map(|value| value.only(algorithm_and_digest)).transpose()?;
        let qualifiers = reader.optional(tag::SEQUENCE)?.map(|value| value.received());
        Ok(Self::Explicit { policy, digest, qualifiers })
    }
}

fn algorithm_and_digest(reader: &mut Reader<'_>) -> Result<(AlgorithmIdentifier, Received), Malformed> {
    let algorithm = AlgorithmIdentifier::read(reader, "hashAlgorithm")?;
    Ok((algorithm, reader.expect(tag::OCTET_STRING, "hashValue")?.octet_string()?))
}

#[cfg(all(test, feature = "sign"))]
mod tests {
    use super::*;
    use crate::encoding::der::write;
    use crate::pki::SignedData;
    use crate::pki::fixture::{CertificateParts, SignedDataParts, attribute, attributes_of, sha256};

    fn read(attributes: Vec<Vec<u8>>) -> SignedAttributes {
        let parts = SignedDataParts { attributes, ..SignedDataParts::attached(b"content") };
        let mut signed_data = SignedData::from_ber(&parts.to_der()).unwrap();
        signed_data.signer_infos.remove(0).signed_attributes.unwrap()
    }

    fn with(more: &[Vec<u8>]) -> SignedAttributes {
        read([attributes_of(b"content"), more.to_vec()].concat())
    }

    #[test]
    fn content_type_and_message_digest_are_there_once() {
        let attributes = with(&[]);
        assert!(attributes.content_type().unwrap() == object_id::DATA);
        assert_eq!(attributes.message_digest().unwrap().octets(), crate::crypto::DigestAlgorithm::Sha256.digest(b"content"));
    }

    #[test]
    fn missing_double_and_many_valued_attributes_are_malformed() {
        let [content_type, message_digest] = attributes_of(b"content").try_into().unwrap();
        let what = |attributes| read(attributes).message_digest().unwrap_err().what.to_string();
        assert_eq!(what(vec![content_type.clone()]), "message-digest missing");
        assert_eq!(what(vec![content_type.clone(), message_digest.clone(), message_digest.clone()]), "message-digest stands twice");
        let two = attribute(object_id::MESSAGE_DIGEST, &[write::octet_string(b"1"), write::octet_string(b"2")]);
        assert_eq!(what(vec![content_type.clone(), two]), "message-digest has 2 values");
        let none = attribute(object_id::MESSAGE_DIGEST, &[]);
        assert_eq!(what(vec![content_type.clone(), none]), "message-digest has 0 values");
        let other_type = attribute(object_id::MESSAGE_DIGEST, &[write::integer(1)]);
        assert_eq!(what(vec![content_type, other_type]), "unexpected tag 0x02");
        assert_eq!(read(vec![message_digest]).content_type().unwrap_err().what, "content-type missing");
    }

    #[test]
    fn the_signing_time_is_a_time() {
        let signing_time = |value| with(&[attribute(object_id::SIGNING_TIME, &[value])]).signing_time();
        assert_eq!(with(&[]).signing_time().unwrap(), None);
        assert_eq!(signing_time(write::value(tag::UTC_TIME, b"260301020304Z")).unwrap().unwrap().to_string(), "2026-03-01T02:03:04Z");
        assert!(signing_time(write::value(tag::UTC_TIME, b"260301020304")).is_err());
        assert!(signing_time(write::utf8_string("2026")).is_err());
    }

    #[test]
    fn octets_to_be_signed_have_the_tag_of_a_set() {
        let attributes = with(&[]);
        assert!(attributes.is_der());
        assert_eq!(attributes.to_be_signed_as_received()[0], tag::SET);
        assert_eq!(attributes.to_be_signed_as_received()[1..], attributes.octets()[1..]);
    }

    #[test]
    fn attributes_in_another_order_are_not_der() {
        let sorted = attributes_of(b"content");
        let reversed: Vec<_> = sorted.iter().rev().cloned().collect();
        let attributes = read(reversed.clone());
        assert!(!attributes.is_der());
        assert_eq!(attributes.to_be_signed_as_received(), write::value(tag::SET, &reversed.concat()));
        assert_eq!(attributes.to_be_signed_der(), write::set_of(sorted));
    }

    #[test]
    fn the_signing_certificate_is_named_by_digest_and_serial() {
        let certificate = crate::pki::Certificate::from_der(&CertificateParts::default().to_der()).unwrap();
        let issuer = write::sequence(&[write::context_constructed(4, &[certificate.issuer().octets()])]);
        let issuer_serial = write::sequence(&[issuer, write::integer(0x0102)]);
        let id = write::sequence(&[write::octet_string(&certificate.sha256()), issuer_serial]);
        let value = |id: Vec<u8>| attribute(object_id::SIGNING_CERTIFICATE_V2, &[write::sequence(&[write::sequence(&[id])])]);
        let read = |id| with(&[value(id)]).signing_certificate_v2().unwrap().unwrap().certificates.remove(0);
        let found = read(id);
        assert_eq!(found.digest_matches(&certificate), Some(true));
        assert!(found.issuer_serial.unwrap().names(&certificate));
        let md5 = write::algorithm_identifier(ObjectIdentifier::new_unwrap("1.2.840.113549.2.5"), None);
        assert_eq!(read(write::sequence(&[md5, write::octet_string(&[0; 16])])).digest_matches(&certificate), None);
        assert_eq!(read(write::sequence(&[sha256(), write::octet_string(&[0; 32])])).digest_matches(&certificate), Some(false));
    }

    #[test]
    fn version_1_of_the_signing_certificate_is_by_sha_1() {
        let id = write::sequence(&[write::octet_string(&[0; 20])]);
        let attributes = with(&[attribute(object_id::SIGNING_CERTIFICATE, &[write::sequence(&[write::sequence(&[id])])])]);
        let found = attributes.signing_certificate_v1().unwrap().unwrap();
        assert_eq!(found.signer().unwrap().digest, Some(crate::crypto::DigestAlgorithm::Sha1));
        assert!(attributes.signing_certificate_v2().unwrap().is_none());
    }

    #[test]
    fn algorithm_protection_repeats_the_identifiers() {
        let value = write::sequence(&[sha256(), write::retagged(tag::context_constructed(1), &crate::pki::fixture::ed25519())]);
        let protection = with(&[attribute(object_id::ALGORITHM_PROTECTION, &[value])]).algorithm_protection().unwrap().unwrap();
        assert_eq!(protection.digest.received.octets(), sha256());
        assert_eq!(protection.signature.unwrap().oid.to_string(), "1.3.101.112");
    }

    #[test]
    fn a_signature_policy_is_explicit_or_implied() {
        let digest = write::sequence(&[sha256(), write::octet_string(&[0; 32])]);
        let explicit = write::sequence(&[write::object_id(object_id::DATA), digest]);
        let policy = |value| with(&[attribute(object_id::SIGNATURE_POLICY, &[value])]).signature_policy().unwrap().unwrap();
        assert!(matches!(policy(explicit), SignaturePolicy::Explicit { digest: Some(_), qualifiers: None, .. }));
        assert!(matches!(policy(write::null()), SignaturePolicy::Implied));
    }
}
