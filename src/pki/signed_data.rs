//! RFC 5652 §5.1 — SignedData

use super::signer_info::SignerInfo;
use super::{AlgorithmIdentifier, BasicOcspResponse, Certificate, CertificateList, OcspResponse, Unread, object_id};
use crate::encoding::der::{ObjectId, Reader, Received, Rules, Value, tag};
use crate::error::Malformed;

/// `ContentInfo` (§3) with `SignedData ::= SEQUENCE { version, digestAlgorithms, encapContentInfo, certificates [0], crls [1], signerInfos }`.
///
/// Also the forms of PKCS #7 1.5. Every octet that is signed or hashed is kept as received.
#[derive(Clone, Debug)]
pub struct SignedData {
    /// `version`
    pub version: i64,
    /// `digestAlgorithms`
    pub digest_algorithms: Vec<AlgorithmIdentifier>,
    /// `encapContentInfo`
    pub content: EncapsulatedContent,
    /// The certificates among `certificates`.
    pub certificates: Vec<Certificate>,
    /// The CRLs among `crls`.
    pub crls: Vec<CertificateList>,
    /// The OCSP responses among `crls` (RFC 5940).
    pub ocsp_responses: Vec<BasicOcspResponse>,
    /// The whole field `certificates` under its implicit tag, where it is there.
    pub certificates_field: Option<Received>,
    /// The whole field `crls` under its implicit tag, where it is there.
    pub crls_field: Option<Received>,
    /// `signerInfos`
    pub signer_infos: Vec<SignerInfo>,
    /// Elements of the sets above that were not read: attribute certificates, malformed ones, unknown kinds.
    pub unread: Vec<Unread>,
    /// Which encoding it is in.
    pub rules: Rules,
    received: Received,
}

/// `EncapsulatedContentInfo ::= SEQUENCE { eContentType OBJECT IDENTIFIER, eContent [0] EXPLICIT OCTET STRING OPTIONAL }`
#[derive(Clone, Debug)]
pub struct EncapsulatedContent {
    /// `eContentType`
    pub content_type: ObjectId,
    /// The octets that are digested: those of the string, without identifier and length. `None` when detached, which is not the same as empty.
    pub octets: Option<Received>,
    /// The leading identifier octet of the content: PKCS #7 1.5 allows any type, CMS an octet string only.
    pub tag: Option<u8>,
    /// `eContentType` with identifier and length.
    pub type_received: Received,
    /// The whole value.
    pub received: Received,
}

const FORMAT: &str = "CMS";

impl SignedData {
    /// Reads signed data at the beginning of `octets`, in distinguished or basic encoding. What follows is left alone, see [`Self::used`].
    ///
    /// # Errors
    /// [`Malformed`] when `octets` do not begin with it. An element of a set that cannot be read is no error, see [`Self::unread`].
    pub fn from_ber(octets: &[u8]) -> Result<Self, Malformed> {
        Self::from_received(&Received::new(octets))
    }

    /// Reads the signed data that stands in a larger structure.
    ///
    /// # Errors
    /// As [`Self::from_ber`], with offsets in the whole input.
    pub fn from_received(received: &Received) -> Result<Self, Malformed> {
        Self::read(received, Rules::Distinguished).or_else(|_| Self::read(received, Rules::Basic))
    }

    /// How many octets it takes: in a PDF file zeros follow.
    pub fn used(&self) -> usize {
        self.octets().len()
    }

    /// Where it begins in the input.
    pub(crate) fn at(&self) -> usize {
        self.received.at()
    }

    /// The whole `ContentInfo` as received.
    pub fn octets(&self) -> &[u8] {
        self.received.octets()
    }

    /// Elements of the field `field`, [`Self::certificates_field`] or [`Self::crls_field`], in their order, read or not.
    #[cfg(feature = "cms")]
    pub(crate) fn elements<'a>(&self, field: Option<&'a Received>) -> Vec<Value<'a>> {
        let elements = |received: &'a Received| Reader::with_rules(received, FORMAT, self.rules).value()?.reader()?.each(Reader::value);
        field.and_then(|received| elements(received).ok()).unwrap_or_default()
    }

    /// Elements of the field `field` that were not read: `certificates`, `crls` or `signerInfos`.
    pub fn unread_in(&self, field: &str) -> impl Iterator<Item = &Unread> {
        self.unread.iter().filter(move |unread| unread.field == field)
    }

    fn read(received: &Received, rules: Rules) -> Result<Self, Malformed> {
        let mut reader = Reader::with_rules(received, FORMAT, rules);
        let content_info = reader.expect(tag::SEQUENCE, "contentInfo")?;
        let mut fields = content_info.reader()?;
        let content_type = fields.expect(tag::OBJECT_IDENTIFIER, "contentType")?;
        let oid = content_type.object_id()?;
        if oid != object_id::SIGNED_DATA {
            return Err(content_type.malformed(format!("content type {oid} is not signed data")));
        }
        let mut explicit = fields.expect(tag::context_constructed(0), "content")?.reader()?;
        fields.finish()?;
        let signed_data = explicit.expect(tag::SEQUENCE, "signedData")?;
        explicit.finish()?;
        Self::read_fields(content_info.received(), rules, &signed_data)
    }

    fn read_fields(received: Received, rules: Rules, value: &Value<'_>) -> Result<Self, Malformed> {
        let mut reader = value.reader()?;
        let version = reader.expect(tag::INTEGER, "version")?.small_integer()?;
        let digest_algorithms =
            reader.expect(tag::SET, "digestAlgorithms")?.reader()?.each(|reader| AlgorithmIdentifier::read(reader, "digestAlgorithm"))?;
        let content = EncapsulatedContent::from_value(&reader.expect(tag::SEQUENCE, "encapContentInfo")?)?;
        let (certificates, crls) = (Vec::new(), Vec::new());
        let (ocsp_responses, signer_infos, unread) = (Vec::new(), Vec::new(), Vec::new());
        let (certificates_field, crls_field) = (None, None);
        let mut signed_data = Self {
            version,
            digest_algorithms,
            content,
            certificates,
            crls,
            ocsp_responses,
            certificates_field,
            crls_field,
            signer_infos,
            unread,
            rules,
            received,
        };
        if let Some(set) = reader.optional(tag::context_constructed(0))? {
            signed_data.read_certificates(&set)?;
            signed_data.certificates_field = Some(set.received());
        }
        if let Some(set) = reader.optional(tag::context_constructed(1))? {
            signed_data.read_revocation_information(&set)?;
            signed_data.crls_field = Some(set.received());
        }
        signed_data.read_signer_infos(&reader.expect(tag::SET, "signerInfos")?)?;
        reader.finish()?;
        Ok(signed_data)
    }

    /// `CertificateSet ::= SET OF CertificateChoices` (§10.2.2): only untagged ones are certificates.
    fn read_certificates(&mut self, set: &Value<'_>) -> Result<(), Malformed> {
        let mut reader = set.reader()?;
        while !reader.is_empty() {
            let value = reader.value()?;
            let certificate = match value.tag() {
                tag::SEQUENCE => Certificate::from_received(value.received()),
                0xa0 => Err(value.malformed("extended certificate of PKCS #6")),
                0xa1 | 0xa2 => Err(value.malformed("attribute certificate")),
                _ => Err(value.malformed("other certificate format")),
            };
            Unread::or_push(certificate, "certificates", &value, &mut self.certificates, &mut self.unread);
        }
        Ok(())
    }

    /// `RevocationInfoChoices ::= SET OF RevocationInfoChoice` (§10.2.1)
    fn read_revocation_information(&mut self, set: &Value<'_>) -> Result<(), Malformed> {
        let mut reader = set.reader()?;
        while !reader.is_empty() {
            let value = reader.value()?;
            if value.tag() == tag::SEQUENCE {
                let crl = CertificateList::from_received(value.received());
                Unread::or_push(crl, "crls", &value, &mut self.crls, &mut self.unread);
            } else {
                Unread::or_push(other_revocation(&value), "crls", &value, &mut self.ocsp_responses, &mut self.unread);
            }
        }
        Ok(())
    }

    fn read_signer_infos(&mut self, set: &Value<'_>) -> Result<(), Malformed> {
        let mut reader = set.reader()?;
        while !reader.is_empty() {
            let value = reader.value()?;
            Unread::or_push(SignerInfo::from_value(&value), "signerInfos", &value, &mut self.signer_infos, &mut self.unread);
        }
        Ok(())
    }
}

/// `other [1] IMPLICIT OtherRevocationInfoFormat ::= SEQUENCE { otherRevInfoFormat, otherRevInfo ANY }`; of an OCSP response the basic one counts.
pub(crate) fn other_revocation(value: &Value<'_>) -> Result<BasicOcspResponse, Malformed> {
    if value.tag() != tag::context_constructed(1) {
        return Err(value.malformed("unknown revocation information"));
    }
    let mut reader = value.reader()?;
    let format = reader.expect(tag::OBJECT_IDENTIFIER, "otherRevInfoFormat")?.object_id()?;
    let information = reader.value()?;
    reader.finish()?;
    if format == object_id::REVOCATION_OCSP {
        let response = OcspResponse::from_received(information.received_der()?)?;
        return response.basic.ok_or_else(|| value.malformed("OCSP response without an answer"));
    }
    if format == object_id::OCSP_BASIC {
        return BasicOcspResponse::from_received(information.received_der()?);
    }
    Err(value.malformed(format!("revocation information of the unknown format {format}")))
}

impl EncapsulatedContent {
    fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let mut reader = value.reader()?;
        let content_type = reader.expect(tag::OBJECT_IDENTIFIER, "eContentType")?;
        let type_received = content_type.received();
        let content_type = content_type.object_id()?;
        let content = reader.explicit(0, Reader::value)?;
        reader.finish()?;
        let received = value.received();
        let Some(content) = content else {
            return Ok(Self { content_type, octets: None, tag: None, type_received, received });
        };
        let is_string = content.tag() & !tag::CONSTRUCTED == tag::OCTET_STRING;
        let octets = if is_string { content.octet_string()? } else { content.received_contents() };
        Ok(Self { content_type, octets: Some(octets), tag: Some(content.tag()), type_received, received })
    }

    /// The octets, when they are there.
    pub fn octets(&self) -> Option<&[u8]> {
        self.octets.as_ref().map(Received::octets)
    }
}

#[cfg(all(test, feature = "sign"))]
mod tests {
    use super::*;
    use crate::encoding::der::write;
    use crate::pki::fixture::{CertificateParts, SignedDataParts};

    fn read(parts: &SignedDataParts) -> SignedData {
        SignedData::from_ber(&parts.to_der()).unwrap()
    }

    #[test]
    fn signed_data_says_what_was_put_in() {
        let parts = SignedDataParts::attached(b"content");
        let signed_data = read(&parts);
        assert_eq!(signed_data.octets(), parts.to_der());
        assert_eq!((signed_data.version, signed_data.rules), (1, Rules::Distinguished));
        assert_eq!(signed_data.content.octets(), Some(&b"content"[..]));
        assert!(signed_data.content.content_type == object_id::DATA);
        assert_eq!((signed_data.certificates.len(), signed_data.signer_infos.len(), signed_data.unread.len()), (1, 1, 0));
        assert_eq!(signed_data.signer_infos[0].signer_certificates(&signed_data.certificates).count(), 1);
    }

    #[test]
    fn content_that_is_empty_is_not_content_that_is_absent() {
        assert_eq!(read(&SignedDataParts::attached(b"")).content.octets(), Some(&b""[..]));
        let detached = SignedDataParts { content: Vec::new(), ..SignedDataParts::attached(b"") };
        assert_eq!(read(&detached).content.octets(), None);
    }

    /// PKCS #7 1.5 §9.1: content of any type, of which the contents octets are digested.
    #[test]
    fn content_of_another_type_counts_without_identifier_and_length() {
        let content = write::context_constructed(0, &[write::sequence(&[write::integer(1)])]);
        let signed_data = read(&SignedDataParts { content, ..SignedDataParts::attached(b"") });
        assert_eq!((signed_data.content.octets(), signed_data.content.tag), (Some(&[2, 1, 1][..]), Some(tag::SEQUENCE)));
    }

    #[test]
    fn zeros_after_it_are_not_used() {
        let der = SignedDataParts::attached(b"content").to_der();
        let padded = [&der[..], &[0; 100]].concat();
        assert_eq!(SignedData::from_ber(&padded).unwrap().used(), der.len());
    }

    /// The same value with indefinite lengths around a content in segments, as streaming writers make it.
    #[test]
    fn basic_encoding_is_read_to_its_end_of_contents() {
        let parts = SignedDataParts::attached(b"content");
        let [before, after] = parts.around_content();
        let indefinite = |tag: u8, values: &[&[u8]]| [&[tag, 0x80][..], &values.concat(), &[0, 0]].concat();
        let string = indefinite(0x24, &[&write::octet_string(b"con"), &write::octet_string(b"tent")]);
        let content = indefinite(tag::SEQUENCE, &[&write::object_id(object_id::DATA), &indefinite(0xa0, &[&string])]);
        let signed_data = indefinite(0xa0, &[&indefinite(tag::SEQUENCE, &[&before, &content, &after])]);
        let ber = indefinite(tag::SEQUENCE, &[&write::object_id(object_id::SIGNED_DATA), &signed_data]);
        let padded = [&ber[..], &[0; 50]].concat();
        let signed_data = SignedData::from_ber(&padded).unwrap();
        assert_eq!((signed_data.used(), signed_data.rules), (ber.len(), Rules::Basic));
        assert_eq!(signed_data.content.octets(), Some(&b"content"[..]));
        assert_eq!(crate::encoding::der::to_der(&ber).unwrap().0, parts.to_der());
    }

    #[test]
    fn what_is_no_certificate_hides_no_other() {
        let good = CertificateParts::default().to_der();
        let attribute_certificate = write::context_constructed(2, &[write::integer(1)]);
        let broken = write::sequence(&[write::integer(1)]);
        let parts = SignedDataParts { certificates: vec![broken, good, attribute_certificate], ..SignedDataParts::attached(b"content") };
        let signed_data = read(&parts);
        assert_eq!(signed_data.certificates.len(), 1);
        let unread: Vec<_> = signed_data.unread_in("certificates").map(|unread| unread.malformed.what.to_string()).collect();
        assert_eq!(unread, ["tbsCertificate expected, found tag 0x02", "attribute certificate"]);
    }

    #[test]
    fn what_is_not_signed_data_is_told_by_its_type() {
        let data = write::sequence(&[write::object_id(object_id::DATA), write::context_constructed(0, &[write::octet_string(b"content")])]);
        let malformed = SignedData::from_ber(&data).unwrap_err();
        assert_eq!(malformed.to_string(), "CMS: content type 1.2.840.113549.1.7.1 is not signed data at byte 2");
        assert!(SignedData::from_ber(&[0; 20]).is_err());
        assert!(SignedData::from_ber(&[]).is_err());
    }
}
