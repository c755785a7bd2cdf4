//! EN 319 122-1 §A.1.1, §A.1.2 — Certificates and revocation data among the unsigned attributes, or their digests

use super::{AlgorithmIdentifier, BasicOcspResponse, Certificate, CertificateList};
use crate::crypto::DigestAlgorithm;
use crate::encoding::der::{Reader, Received, Rules, Value, tag};
use crate::error::Malformed;

/// What attributes hold of the evidence for a signature. An element that cannot be read takes nothing away from the others.
#[derive(Clone, Debug, Default)]
pub struct ValidationData {
    /// Certificates.
    pub certificates: Vec<Certificate>,
    /// `crlVals`
    pub crls: Vec<CertificateList>,
    /// `ocspVals`
    pub ocsp_responses: Vec<BasicOcspResponse>,
}

/// The digest by which an attribute refers to a certificate, a revocation list or an OCSP response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestReference {
    /// `None` for an algorithm that this crate lacks.
    pub algorithm: Option<DigestAlgorithm>,
    /// The digest.
    pub value: Received,
}

const FORMAT: &str = "CMS attribute";

impl ValidationData {
    /// `CertificateValues ::= SEQUENCE OF Certificate`
    ///
    /// # Errors
    /// [`Malformed`] when it is no sequence.
    pub fn add_certificate_values(&mut self, received: &Received) -> Result<(), Malformed> {
        for value in values(received)?.reader()?.each(Reader::value)? {
            self.certificates.extend(Certificate::from_received(value.received_der()?).ok());
        }
        Ok(())
    }

    /// `RevocationValues ::= SEQUENCE { crlVals [0] SEQUENCE OF CertificateList, ocspVals [1] SEQUENCE OF BasicOCSPResponse, otherRevVals [2] .. }`,
    /// all optional
    ///
    /// # Errors
    /// [`Malformed`] when it is none.
    pub fn add_revocation_values(&mut self, received: &Received) -> Result<(), Malformed> {
        let mut reader = values(received)?.reader()?;
        let elements = |reader: &mut Reader<'_>| reader.sequence("values")?.each(|reader| reader.value()?.received_der());
        for crl in reader.explicit(0, elements)?.unwrap_or_default() {
            self.crls.extend(CertificateList::from_received(crl).ok());
        }
        for response in reader.explicit(1, elements)?.unwrap_or_default() {
            self.ocsp_responses.extend(BasicOcspResponse::from_received(response).ok());
        }
        Ok(())
    }

    /// SHA-256 of everything.
    pub fn sha256(&self) -> impl Iterator<Item = [u8; 32]> {
        let certificates = self.certificates.iter().map(Certificate::sha256);
        let crls = self.crls.iter().map(CertificateList::sha256);
        certificates.chain(crls).chain(self.ocsp_responses.iter().map(BasicOcspResponse::sha256))
    }
}

/// `CompleteCertificateRefs ::= SEQUENCE OF OtherCertID`, `OtherCertID ::= SEQUENCE { otherCertHash OtherHash, issuerSerial OPTIONAL }`
///
/// # Errors
/// [`Malformed`] when it is something else.
pub fn certificate_references(received: &Received) -> Result<Vec<DigestReference>, Malformed> {
    values(received)?.reader()?.each(|references| DigestReference::first_of(&references.expect(tag::SEQUENCE, "otherCertID")?))
}

/// `CompleteRevocationRefs ::= SEQUENCE OF CrlOcspRef`, `CrlOcspRef ::= SEQUENCE { crlids [0] CRLListID, ocspids [1] OcspListID, otherRev [2] }`,
/// all optional
///
/// # Errors
/// [`Malformed`] when it is something else.
pub fn revocation_references(received: &Received) -> Result<Vec<DigestReference>, Malformed> {
    let mut found = Vec::new();
    let mut references = values(received)?.reader()?;
    while !references.is_empty() {
        let mut reference = references.sequence("crlOcspRef")?;
        let crls = reference.explicit(0, |list| {
            list.sequence("crlids")?
                .only(|list| list.sequence("crls")?.each(|list| DigestReference::first_of(&list.expect(tag::SEQUENCE, "crlValidatedID")?)))
        })?;
        let responses = reference.explicit(1, |list| {
            list.sequence("ocspids")?
                .only(|list| list.sequence("ocspResponses")?.each(|list| ocsp_reference(&list.expect(tag::SEQUENCE, "ocspResponsesID")?)))
        })?;
        found.extend(crls.unwrap_or_default());
        found.extend(responses.unwrap_or_default().into_iter().flatten());
    }
    Ok(found)
}

/// `OcspResponsesID ::= SEQUENCE { ocspIdentifier, ocspRepHash OtherHash OPTIONAL }`
fn ocsp_reference(value: &Value<'_>) -> Result<Option<DigestReference>, Malformed> {
    let mut reader = value.reader()?;
    reader.expect(tag::SEQUENCE, "ocspIdentifier")?;
    if reader.is_empty() { Ok(None) } else { DigestReference::from_value(&reader.value()?).map(Some) }
}

impl DigestReference {
    fn first_of(value: &Value<'_>) -> Result<Self, Malformed> {
        Self::from_value(&value.reader()?.value()?)
    }

    /// `OtherHash ::= CHOICE { sha1Hash OCTET STRING, otherHash SEQUENCE { hashAlgorithm, hashValue OCTET STRING } }`
    fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        if value.tag() & !tag::CONSTRUCTED == tag::OCTET_STRING {
            return Ok(Self { algorithm: Some(DigestAlgorithm::Sha1), value: value.octet_string()? });
        }
        let mut reader = value.reader()?;
        let algorithm = AlgorithmIdentifier::read(&mut reader, "hashAlgorithm")?.digest();
        Ok(Self { algorithm, value: reader.expect(tag::OCTET_STRING, "hashValue")?.octet_string()? })
    }
}

fn values(received: &Received) -> Result<Value<'_>, Malformed> {
    Reader::with_rules(received, FORMAT, Rules::Basic).only(|reader| reader.expect(tag::SEQUENCE, "attribute value"))
}
