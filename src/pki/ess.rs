//! RFC 5035 §3, §4, §5 — The signing certificate among the signed attributes

use super::extension::GeneralNames;
use super::{AlgorithmIdentifier, Certificate, same_integer};
use crate::crypto::DigestAlgorithm;
use crate::encoding::der::{Reader, Received, Value, tag};
use crate::error::Malformed;

/// `SigningCertificateV2 ::= SEQUENCE { certs SEQUENCE OF ESSCertIDv2, policies SEQUENCE OF PolicyInformation OPTIONAL }`, or version 1 of it
#[derive(Clone, Debug)]
pub struct SigningCertificate {
    /// `certs`: the first is the signer's certificate.
    pub certificates: Vec<EssCertificateId>,
    /// `policies`, unread.
    pub policies: Option<Received>,
}

/// `ESSCertIDv2 ::= SEQUENCE { hashAlgorithm DEFAULT SHA-256, certHash, issuerSerial OPTIONAL }`; version 1 has no algorithm, which is SHA-1
#[derive(Clone, Debug)]
pub struct EssCertificateId {
    /// `hashAlgorithm`, `None` where it is left to its default.
    pub digest_algorithm: Option<AlgorithmIdentifier>,
    /// The digest that it names; `None` when this crate lacks it.
    pub digest: Option<DigestAlgorithm>,
    /// `certHash`
    pub value: Received,
    /// `issuerSerial`
    pub issuer_serial: Option<IssuerSerial>,
}

/// `IssuerSerial ::= SEQUENCE { issuer GeneralNames, serialNumber INTEGER }`
#[derive(Clone, Debug)]
pub struct IssuerSerial {
    /// `issuer`: one directory name.
    pub issuer: GeneralNames,
    /// The content octets of `serialNumber`.
    pub serial: Received,
}

/// Which of the two attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SigningCertificateVersion {
    One,
    Two,
}

impl SigningCertificate {
    pub(super) fn from_value(value: &Value<'_>, version: SigningCertificateVersion) -> Result<Self, Malformed> {
        let mut reader = value.reader()?;
        let certificates =
            reader.sequence("certs")?.each(|certs| EssCertificateId::from_value(&certs.expect(tag::SEQUENCE, "ESSCertID")?, version))?;
        let policies = reader.optional(tag::SEQUENCE)?.map(|value| value.received());
        reader.finish()?;
        Ok(Self { certificates, policies })
    }

    /// The first identifier: that of the signer's certificate (RFC 5035 §3).
    pub fn signer(&self) -> Option<&EssCertificateId> {
        self.certificates.first()
    }
}

impl EssCertificateId {
    fn from_value(value: &Value<'_>, version: SigningCertificateVersion) -> Result<Self, Malformed> {
        let mut reader = value.reader()?;
        let digest_algorithm = match version {
            SigningCertificateVersion::One => None,
            SigningCertificateVersion::Two => {
                reader.optional(tag::SEQUENCE)?.map(|value| AlgorithmIdentifier::from_value(&value)).transpose()?
            }
        };
        let default = match version {
            SigningCertificateVersion::One => DigestAlgorithm::Sha1,
            SigningCertificateVersion::Two => DigestAlgorithm::Sha256,
        };
        let digest = digest_algorithm.as_ref().map_or(Some(default), AlgorithmIdentifier::digest);
        let value = reader.expect(tag::OCTET_STRING, "certHash")?.octet_string()?;
        let issuer_serial = reader.optional(tag::SEQUENCE)?.map(|value| IssuerSerial::from_value(&value)).transpose()?;
        reader.finish()?;
        Ok(Self { digest_algorithm, digest, value, issuer_serial })
    }

    /// Whether the digest is that of `certificate`; `None` when this crate lacks the algorithm.
    pub fn digest_matches(&self, certificate: &Certificate) -> Option<bool> {
        self.digest.map(|digest| certificate.digest(digest) == self.value.octets())
    }
}

impl IssuerSerial {
    /// Reads one that stands alone, as XAdES has it.
    ///
    /// # Errors
    /// [`Malformed`] when `octets` are not one.
    pub fn from_der(octets: &[u8]) -> Result<Self, Malformed> {
        let received = Received::new(octets);
        Reader::new(&received, "IssuerSerial").only(|reader| Self::from_value(&reader.expect(tag::SEQUENCE, "IssuerSerial")?))
    }

    fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let mut reader = value.reader()?;
        let issuer = GeneralNames::from_value(&reader.expect(tag::SEQUENCE, "issuer")?)?;
        let serial = reader.expect(tag::INTEGER, "serialNumber")?;
        serial.integer()?;
        // issuerUID of attribute certificates (RFC 5755 §4.1) may follow.
        reader.optional(tag::BIT_STRING)?;
        reader.finish()?;
        Ok(Self { issuer, serial: serial.received_contents() })
    }

    /// Whether issuer and serial number are those of `certificate`.
    pub fn names(&self, certificate: &Certificate) -> bool {
        same_integer(self.serial.octets(), certificate.serial()) && self.issuer.directories().any(|name| name.matches(certificate.issuer()))
    }
}
