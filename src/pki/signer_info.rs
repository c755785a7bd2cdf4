//! RFC 5652 §5.3 — SignerInfo

use const_oid::ObjectIdentifier;

use super::signed_attributes::{Attribute, Attributes, SignedAttributes};
use super::timestamp_token::TimestampToken;
use super::{AlgorithmIdentifier, Certificate, Name, Unread, object_id, same_integer};
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::encoding::der::{Reader, Received, Value, tag};
use crate::error::Malformed;

/// `SignerInfo ::= SEQUENCE { version, sid, digestAlgorithm, signedAttrs [0] OPTIONAL, signatureAlgorithm, signature, unsignedAttrs [1] OPTIONAL }`
#[derive(Clone, Debug)]
pub struct SignerInfo {
    /// `version`
    pub version: i64,
    /// `sid`
    pub signer: SignerIdentifier,
    /// `digestAlgorithm`
    pub digest_algorithm: AlgorithmIdentifier,
    /// `signedAttrs`
    pub signed_attributes: Option<SignedAttributes>,
    /// `signatureAlgorithm`
    pub signature_algorithm: AlgorithmIdentifier,
    /// `signature`
    pub signature: Received,
    /// `unsignedAttrs`
    pub unsigned_attributes: Option<Attributes>,
    /// The fields from `version` to `signature`, one after another.
    pub fields: Received,
    /// The whole value.
    pub received: Received,
}

/// `SignerIdentifier ::= CHOICE { issuerAndSerialNumber, subjectKeyIdentifier [0] }`
#[derive(Clone, Debug)]
pub enum SignerIdentifier {
    /// `issuerAndSerialNumber`
    IssuerAndSerial {
        /// `issuer`
        issuer: Name,
        /// The content octets of `serialNumber`.
        serial: Received,
    },
    /// `subjectKeyIdentifier`
    SubjectKeyIdentifier(Received),
}

impl SignerInfo {
    pub(crate) fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        if value.tag() != tag::SEQUENCE {
            return Err(value.malformed(format!("signerInfo expected, found tag 0x{:02x}", value.tag())));
        }
        let mut reader = value.reader()?;
        let version = reader.expect(tag::INTEGER, "version")?.small_integer()?;
        let signer = SignerIdentifier::read(&mut reader)?;
        let digest_algorithm = AlgorithmIdentifier::read(&mut reader, "digestAlgorithm")?;
        let signed_attributes = match reader.optional(tag::context_constructed(0))? {
            Some(set) => Some(SignedAttributes::from_value(&set)?),
            None => None,
        };
        let signature_algorithm = AlgorithmIdentifier::read(&mut reader, "signatureAlgorithm")?;
        let signature = reader.expect(tag::OCTET_STRING, "signature")?.octet_string()?;
        let fields = value.received_contents().until(reader.at());
        let unsigned_attributes = reader.optional(tag::context_constructed(1))?.map(|set| Attributes::from_value(&set)).transpose()?;
        reader.finish()?;
        let received = value.received();
        Ok(Self {
            version,
            signer,
            digest_algorithm,
            signed_attributes,
            signature_algorithm,
            signature,
            unsigned_attributes,
            fields,
            received,
        })
    }

    /// The digest of `digestAlgorithm`; `None` when this crate lacks it.
    pub fn digest(&self) -> Option<DigestAlgorithm> {
        self.digest_algorithm.digest()
    }

    /// The algorithm of the signature value, with the digest of `digestAlgorithm` where `signatureAlgorithm` names none.
    ///
    /// # Errors
    /// [`Malformed`] when the parameters are not those of the algorithm.
    pub fn signature_algorithm(&self) -> Result<SignatureAlgorithm, Malformed> {
        self.signature_algorithm.signature(self.digest())
    }

    /// Those of `certificates` that `sid` names; several when a CA issued one serial number twice.
    pub fn signer_certificates<'a>(&self, certificates: &'a [Certificate]) -> impl Iterator<Item = &'a Certificate> {
        certificates.iter().filter(|certificate| self.signer.names(certificate))
    }

    /// Signature timestamps among the unsigned attributes (RFC 3161, appendix A), in their order, each read by itself.
    pub fn signature_timestamps(&self) -> Vec<Result<TimestampToken, Malformed>> {
        let values = self.unsigned_values(object_id::SIGNATURE_TIMESTAMP);
        values.map(TimestampToken::from_received).collect()
    }

    /// Counter signatures among the unsigned attributes (§11.4): they sign [`Self::signature`].
    pub fn counter_signatures(&self) -> (Vec<SignerInfo>, Vec<Unread>) {
        let (signers, unread) = self.counter_signatures_in_place();
        (signers.into_iter().map(|(_, signer)| signer).collect(), unread)
    }

    /// [`Self::counter_signatures`], each with the position of its value among those of all attributes of this type.
    pub(crate) fn counter_signatures_in_place(&self) -> (Vec<(usize, SignerInfo)>, Vec<Unread>) {
        let (mut signers, mut unread) = (Vec::new(), Vec::new());
        let Some(attributes) = &self.unsigned_attributes else {
            return (signers, unread);
        };
        for (index, received) in attributes.values(object_id::COUNTER_SIGNATURE).enumerate() {
            let mut reader = Reader::with_rules(received, "CMS", attributes.rules());
            if let Ok(value) = reader.value() {
                let signer = Self::from_value(&value).map(|signer| (index, signer));
                Unread::or_push(signer, "countersignature", &value, &mut signers, &mut unread);
            }
        }
        (signers, unread)
    }

    /// Attributes that stand where they must not: those of §11.1 to §11.3 unsigned, a counter signature (§11.4) signed.
    pub fn misplaced_attributes(&self) -> Vec<&Attribute> {
        const SIGNED_ONLY: [ObjectIdentifier; 3] = [object_id::CONTENT_TYPE, object_id::MESSAGE_DIGEST, object_id::SIGNING_TIME];
        let signed = self.signed_attributes.iter().flat_map(|attributes| &attributes.all);
        let unsigned = self.unsigned_attributes.iter().flat_map(|attributes| &attributes.all);
        signed
            .filter(|attribute| attribute.oid == object_id::COUNTER_SIGNATURE)
            .chain(unsigned.filter(|attribute| SIGNED_ONLY.iter().any(|oid| attribute.oid == *oid)))
            .collect()
    }

    fn unsigned_values(&self, oid: ObjectIdentifier) -> impl Iterator<Item = &Received> {
        self.unsigned_attributes.iter().flat_map(move |attributes| attributes.values(oid))
    }
}

impl SignerIdentifier {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        if let Some(identifier) = reader.optional(tag::context(0))? {
            return Ok(Self::SubjectKeyIdentifier(identifier.octet_string()?));
        }
        let mut fields = reader.expect(tag::SEQUENCE, "sid")?.reader()?;
        let issuer = Name::read(&mut fields, "issuer")?;
        let serial = fields.expect(tag::INTEGER, "serialNumber")?;
        serial.integer()?;
        fields.finish()?;
        Ok(Self::IssuerAndSerial { issuer, serial: serial.received_contents() })
    }

    /// Whether this is an identifier of `certificate`.
    pub fn names(&self, certificate: &Certificate) -> bool {
        match self {
            Self::IssuerAndSerial { issuer, serial } => {
                same_integer(serial.octets(), certificate.serial()) && issuer.matches(certificate.issuer())
            }
            Self::SubjectKeyIdentifier(identifier) => {
                certificate.subject_key_identifier().is_ok_and(|found| found.as_ref() == Some(identifier))
            }
        }
    }
}
