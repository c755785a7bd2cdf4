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
        let mut reader = set.reader()?;
        let mut all = Vec::new();
        while !reader.is_empty() {
            all.push(Attribute::from_value(&reader.expect(tag::SEQUENCE, "attribute")?)?);
        }
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
        let mut reader = Reader::with_rules(received, FORMAT, self.rules);
        let value = reader.value()?;
        reader.finish()?;
        read(&value)
    }
}

impl Attribute {
    fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let mut reader = value.reader()?;
        let oid = reader.expect(tag::OBJECT_IDENTIFIER, "attrType")?.object_id()?;
        let mut set = reader.expect(tag::SET, "attrValues")?.reader()?;
        reader.finish()?;
        let mut values = Vec::new();
        while !set.is_empty() {
            values.push(set.value()?.received());
        }
        Ok(Self { oid, values, received: value.received() })
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
        let digest = reader.optional(tag::SEQUENCE)?.map(|value| algorithm_and_digest(&value)).transpose()?;
        let qualifiers = reader.optional(tag::SEQUENCE)?.map(|value| value.received());
        Ok(Self::Explicit { policy, digest, qualifiers })
    }
}

fn algorithm_and_digest(value: &Value<'_>) -> Result<(AlgorithmIdentifier, Received), Malformed> {
    let mut reader = value.reader()?;
    let algorithm = AlgorithmIdentifier::read(&mut reader, "hashAlgorithm")?;
    let digest = reader.expect(tag::OCTET_STRING, "hashValue")?.octet_string()?;
    reader.finish()?;
    Ok((algorithm, digest))
}
