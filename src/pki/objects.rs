//! RFC 7468 §5 to §9 — Files of certificates, CRLs, OCSP responses and tokens, of whatever kind they are

use super::{
    BasicOcspResponse, Certificate, CertificateList, OcspResponse, SignedData, TimestampResponse, TimestampToken, Unread, object_id,
};
use crate::encoding::der::{Reader, Received, Rules, tag};
use crate::encoding::pem;
use crate::error::Malformed;

/// One thing that a file may bring as anchor or evidence.
#[derive(Clone, Debug)]
pub enum PkiObject {
    /// A certificate.
    Certificate(Certificate),
    /// A certificate revocation list.
    Crl(CertificateList),
    /// The answer of an OCSP responder.
    Ocsp(BasicOcspResponse),
    /// A timestamp token.
    Timestamp(Box<TimestampToken>),
    /// An element of a bundle that was not read.
    Unread(Unread),
}

/// What an encoded value is by its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Certificate,
    Crl,
    OcspResponse,
    BasicOcspResponse,
    ContentInfo,
    TimestampResponse,
}

const FORMAT: &str = "PKI object";

/// Everything in a file: one object in DER, or any number in PEM. Bundles (PKCS #7, CMS without or with signers) are opened; private keys are passed over.
///
/// # Errors
/// [`Malformed`] when there is nothing of the kind, or something that is not what it says. An element of a bundle that cannot be read is no error.
pub fn objects(octets: &[u8]) -> Result<Vec<PkiObject>, Malformed> {
    if !pem::is_pem(octets) || kind(octets).is_ok() {
        return read(octets);
    }
    let mut found = Vec::new();
    for object in pem::read(octets)? {
        if !object.label.ends_with("PRIVATE KEY") {
            let read = read(&object.octets).map_err(|malformed| in_pem(&malformed, object.at));
            found.extend(read?);
        }
    }
    if found.is_empty() { Err(Malformed::new(FORMAT, "PEM without certificate, CRL, OCSP response or CMS", 0)) } else { Ok(found) }
}

/// Offsets inside the decoded octets say little about the text around them: the place told is that of the PEM object.
fn in_pem(malformed: &Malformed, at: usize) -> Malformed {
    Malformed::new(malformed.format, format!("{} (octet {} of the decoded PEM object)", malformed.what, malformed.at), at)
}

fn read(octets: &[u8]) -> Result<Vec<PkiObject>, Malformed> {
    match kind(octets)? {
        Kind::Certificate => Ok(vec![PkiObject::Certificate(Certificate::from_der(octets)?)]),
        Kind::Crl => Ok(vec![PkiObject::Crl(CertificateList::from_der(octets)?)]),
        Kind::OcspResponse => match OcspResponse::from_der(octets)? {
            OcspResponse { basic: Some(basic), .. } => Ok(vec![PkiObject::Ocsp(basic)]),
            OcspResponse { status, .. } => Err(Malformed::new("OCSP response", format!("no answer, status {status:?}"), 0)),
        },
        Kind::BasicOcspResponse => Ok(vec![PkiObject::Ocsp(BasicOcspResponse::from_der(octets)?)]),
        Kind::ContentInfo => content_info(octets),
        Kind::TimestampResponse => match TimestampResponse::from_der(octets)?.token()? {
            Some(token) => Ok(vec![PkiObject::Timestamp(Box::new(token))]),
            None => Err(Malformed::new("timestamp response", "no token was granted", 0)),
        },
    }
}

fn content_info(octets: &[u8]) -> Result<Vec<PkiObject>, Malformed> {
    let signed_data = SignedData::from_ber(octets)?;
    if signed_data.used() < octets.len() {
        return Err(Malformed::new(FORMAT, "data after the last value", signed_data.used()));
    }
    if signed_data.content.content_type == object_id::TIMESTAMP_INFO {
        return Ok(vec![PkiObject::Timestamp(Box::new(TimestampToken::from_ber(octets)?))]);
    }
    let certificates = signed_data.certificates.into_iter().map(PkiObject::Certificate);
    let crls = signed_data.crls.into_iter().map(PkiObject::Crl);
    let responses = signed_data.ocsp_responses.into_iter().map(PkiObject::Ocsp);
    let unread = signed_data.unread.into_iter().map(PkiObject::Unread);
    Ok(certificates.chain(crls).chain(responses).chain(unread).collect())
}

/// Each kind is known by the first tags in it.
fn kind(octets: &[u8]) -> Result<Kind, Malformed> {
    let input = Received::new(octets);
    let unknown = || Malformed::new(FORMAT, "neither certificate, CRL, OCSP response, timestamp nor CMS", 0);
    let mut outer =
        Reader::with_rules(&input, FORMAT, Rules::Basic).expect(tag::SEQUENCE, "certificate, CRL, OCSP response or CMS")?.reader()?;
    match outer.peek() {
        Some(tag::OBJECT_IDENTIFIER) => return Ok(Kind::ContentInfo),
        Some(tag::ENUMERATED) => return Ok(Kind::OcspResponse),
        Some(tag::SEQUENCE) => {}
        _ => return Err(unknown()),
    }
    let mut inner = outer.sequence("tbs")?;
    let mut tags = Vec::new();
    while tags.len() < 5 && !inner.is_empty() {
        tags.push(inner.value()?.tag());
    }
    Ok(match tags.as_slice() {
        [0xa0, tag::INTEGER, ..] => Kind::Certificate,
        [tag::INTEGER, tag::SEQUENCE, tag::SEQUENCE, tag::SEQUENCE, ..] => Kind::Certificate,
        [tag::INTEGER, tag::SEQUENCE, tag::SEQUENCE, tag::UTC_TIME | tag::GENERALIZED_TIME, ..] => Kind::Crl,
        [tag::SEQUENCE, tag::SEQUENCE, tag::UTC_TIME | tag::GENERALIZED_TIME, ..] => Kind::Crl,
        [0xa0, 0xa1 | 0xa2, ..] | [0xa1 | 0xa2, tag::GENERALIZED_TIME, ..] => Kind::BasicOcspResponse,
        [tag::INTEGER] | [tag::INTEGER, tag::SEQUENCE | tag::BIT_STRING] | [tag::INTEGER, tag::SEQUENCE, tag::BIT_STRING] => {
            Kind::TimestampResponse
        }
        _ => return Err(unknown()),
    })
}

#[cfg(all(test, feature = "sign"))]
mod tests {
    use super::*;
    use crate::pki::fixture::{CertificateParts, SignedDataParts};

    #[test]
    fn a_certificate_is_known_by_its_shape_with_or_without_version() {
        for parts in [CertificateParts::default(), CertificateParts { version: Vec::new(), extensions: Vec::new(), ..Default::default() }] {
            assert!(matches!(objects(&parts.to_der()).unwrap()[..], [PkiObject::Certificate(_)]));
        }
    }

    #[test]
    fn a_text_may_hold_several_and_keys_are_passed_over() {
        let certificate = pem::write("CERTIFICATE", &CertificateParts::default().to_der());
        let bundle = pem::write("PKCS7", &SignedDataParts::attached(b"content").to_der());
        let text = format!("0 explained\n{certificate}{}{bundle}", pem::write("PRIVATE KEY", b"secret"));
        assert!(matches!(objects(text.as_bytes()).unwrap()[..], [PkiObject::Certificate(_), PkiObject::Certificate(_)]));
        assert!(objects(pem::write("PRIVATE KEY", b"secret").as_bytes()).is_err());
    }

    #[test]
    fn an_element_that_cannot_be_read_is_kept() {
        let parts = SignedDataParts { certificates: vec![vec![0x30, 0]], ..SignedDataParts::attached(b"content") };
        assert!(matches!(objects(&parts.to_der()).unwrap()[..], [PkiObject::Unread(_)]));
    }

    #[test]
    fn octets_after_an_object_are_malformed() {
        let certificate = [CertificateParts::default().to_der(), vec![0]].concat();
        assert!(objects(&certificate).is_err());
        let der = SignedDataParts::attached(b"content").to_der();
        let malformed = objects(&[der.clone(), vec![0]].concat()).unwrap_err();
        assert_eq!(malformed.at, u64::try_from(der.len()).unwrap());
        assert!(objects(b"").is_err());
        assert!(objects(b"no object at all").is_err());
    }
}
