//! RFC 5652 §5 — from `SignedData` to the waist: rules of the format, signed data, value, references

use super::validation_data::validation_data;
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::format::signature::{CertificateReference, NamedPolicy, Signature, SignedDatum, ToBeSigned, ToBeSignedData, Value};
use crate::pki::ess::SigningCertificate;
use crate::pki::signed_attributes::SignaturePolicy;
use crate::pki::{AlgorithmIdentifier, SignedAttributes, SignedData, SignerInfo, TimestampToken, object_id};
use crate::report::{Recorder, Stop, checks};

checks! {
    ONE_SIGNER = "signed_data.one_signer_info", "EN 319 142-1 §6.2.1; ISO 32000-2 §12.8.3.3.1", Failed(FormatFailure),
        "The signature has {signers} signers where exactly one must be.", "Chữ ký có {signers} người ký, trong khi phải có đúng một.";
    SIGNERS_READABLE = "signed_data.signer_infos_readable", "RFC 5652 §5.1, §5.3", Failed(FormatFailure),
        "A signer information cannot be read: {what}.", "Không đọc được thông tin người ký.";
    PARTS_READABLE = "signed_data.parts_readable", "RFC 5652 §5.1", Failed(FormatFailure),
        "A certificate or revocation list in the signature cannot be read: {what}.",
        "Không đọc được một chứng thư hoặc danh sách thu hồi trong chữ ký.";
    ATTRIBUTES_PRESENT = "signed_data.signed_attributes_present", "EN 319 122-1 §5.1.1", Failed(FormatFailure),
        "The signature has no signed attributes.", "Chữ ký không có thuộc tính được ký.";
    CONTENT_TYPE = "signed_data.content_type", "RFC 5652 §11.1", Failed(FormatFailure),
        "The signed content type is missing, given twice or another one: {what}.",
        "Kiểu nội dung được ký bị thiếu, lặp lại hoặc không đúng.";
    MESSAGE_DIGEST = "signed_data.message_digest", "RFC 5652 §11.2", Failed(FormatFailure),
        "The digest of the content is missing or given twice: {what}.", "Giá trị băm của nội dung bị thiếu hoặc lặp lại.";
    SIGNING_TIME = "signed_data.signing_time", "RFC 5652 §11.3", Failed(FormatFailure),
        "The signing time cannot be read: {what}.", "Không đọc được thời điểm ký.";
    SIGNING_TIME_TYPE = "signed_data.signing_time_type", "RFC 5652 §11.3", Failed(FormatFailure),
        "The signing time is not of the type that its year has.", "Thời điểm ký không dùng kiểu mã hóa quy định cho năm của nó.";
    REFERENCES_AGREE = "signed_data.certificate_references_agree", "RFC 5035 §3", Failed(FormatFailure),
        "The two references to the signer's certificate are to two certificates.", "Hai tham chiếu chứng thư người ký chỉ hai chứng thư khác nhau.";
    CERTIFICATE_REFERENCE = "signed_data.signing_certificate_reference", "RFC 5035 §3, §4", Failed(FormatFailure),
        "The reference to the signer's certificate cannot be read: {what}.", "Không đọc được tham chiếu chứng thư người ký.";
    ALGORITHM_READABLE = "signed_data.algorithm_readable", "RFC 5652 §5.3, §10.1", Failed(FormatFailure),
        "The signature algorithm cannot be read: {what}.", "Không đọc được thuật toán ký.";
    ALGORITHM_PROTECTED = "signed_data.algorithm_protection", "RFC 6211 §2", Failed(FormatFailure),
        "The algorithms were exchanged: what is signed names others.", "Thuật toán đã bị thay thế: phần được ký ghi thuật toán khác.";
    IN_PLACE = "signed_data.attributes_in_place", "RFC 5652 §11", Failed(FormatFailure),
        "An attribute stands where it must not: {oid}.", "Một thuộc tính nằm ở vị trí không được phép: {oid}.";
    NO_CONTENT_TYPE = "signed_data.no_content_type", "RFC 5652 §11.4", Failed(FormatFailure),
        "A counter signature names a type of content, which it has not.", "Chữ ký xác nhận ghi kiểu nội dung, trong khi nó không có nội dung.";
    DIGEST_IDENTIFIER = "signed_data.digest_identifier", "RFC 5652 §10.1.1", Failed(FormatFailure),
        "The digest algorithm is given by the identifier of a signature algorithm: {oid}.",
        "Thuật toán băm được ghi bằng định danh của thuật toán ký: {oid}.";
    DIGESTS_AGREE = "signed_data.digests_agree", "RFC 8933 §3", Failed(FormatFailure),
        "The signature is made with {signature}, and the content digested with {digest}.",
        "Chữ ký dùng {signature}, trong khi nội dung được băm bằng {digest}.";
    CONTENT_NO_ATTRIBUTES = "signed_data.content_is_no_attributes", "RFC 5652 §5.4", Failed(FormatFailure),
        "The content is what the attributes of another signature look like, and its value may have been made over those.",
        "Nội dung có dạng thuộc tính được ký của một chữ ký khác, nên giá trị chữ ký có thể đã được tạo trên các thuộc tính đó.";
    ATTRIBUTES_DER = "signed_data.signed_attributes_der", "RFC 5652 §5.3", Failed(FormatFailure),
        "The signed attributes are not in DER.", "Các thuộc tính được ký không theo mã hóa DER.";
}

/// The one signer that a signature of a document has.
pub(crate) fn one_signer<'a>(r: &mut Recorder, signed_data: &'a SignedData) -> Result<&'a SignerInfo, Stop> {
    if let Some(unread) = signed_data.unread_in("signerInfos").next() {
        r.require(&SIGNERS_READABLE, false, [("what", unread.malformed.to_string().into())])?;
    }
    r.ask(&SIGNERS_READABLE, true, []);
    let count = signed_data.signer_infos.len();
    r.require(&ONE_SIGNER, count == 1, [("signers", count.into())])?;
    // Certificates and lists are evidence: one that nobody can read takes nothing away from the others.
    let unread = signed_data.unread.iter().find(|unread| unread.field != "signerInfos");
    r.tolerate(&PARTS_READABLE, unread.is_none(), [("what", unread.map_or(String::new(), |unread| unread.malformed.to_string()).into())]);
    signed_data.signer_infos.first().ok_or(Stop)
}

/// What every CMS brings beside its signers, and the time that the signer claims.
pub(crate) fn evidence(signed_data: &SignedData, signer: &SignerInfo, signature: &mut Signature) {
    signature.certificates = signed_data.certificates.clone();
    signature.crls = signed_data.crls.clone();
    signature.ocsp_responses = signed_data.ocsp_responses.clone();
    let data = validation_data(signer);
    signature.certificates.extend(data.certificates);
    signature.crls.extend(data.crls);
    signature.ocsp_responses.extend(data.ocsp_responses);
    let Some(attributes) = &signer.signed_attributes else { return };
    signature.claimed_time = attributes.signing_time().ok().flatten();
    if let Ok(Some(archived)) = attributes.revocation_information() {
        signature.crls.extend(archived.crls);
        signature.ocsp_responses.extend(archived.ocsp_responses.into_iter().filter_map(|response| response.basic));
    }
}

/// The datum that signed attributes name when the content stands in the CMS itself.
pub(crate) fn enveloped_content(signer: &SignerInfo, inner: &[u8], signature: &mut Signature) {
    if let Some(mut datum) = signed_datum(signer, "content") {
        datum.actual = datum.algorithm.as_ref().ok().map(|algorithm| algorithm.digest(inner));
        signature.signed_data.push(datum);
    }
}

/// How strictly the signed attributes are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attributes {
    /// EN 319 122-1 §5.1: they must be there.
    Mandatory,
    /// PKCS #7: without them the value is over the content itself.
    Optional,
    /// RFC 5652 §11.4: the same, and without a type of content.
    CounterSignature,
}

/// The rules for the signed attributes (RFC 5652 §11): each mandatory one there once, readable, and saying what the rest of the structure says.
pub(crate) fn signed_attributes(r: &mut Recorder, signed_data: &SignedData, signer: &SignerInfo, presence: Attributes) -> Result<(), Stop> {
    let Some(attributes) = &signer.signed_attributes else {
        if presence == Attributes::Mandatory {
            return r.require(&ATTRIBUTES_PRESENT, false, []);
        }
        r.tolerate(&ATTRIBUTES_PRESENT, false, []);
        return Ok(());
    };
    r.ask(&ATTRIBUTES_PRESENT, true, []);
    let misplaced = signer.misplaced_attributes().first().map(|attribute| attribute.oid.to_string());
    r.ask(&IN_PLACE, misplaced.is_none(), [("oid", misplaced.unwrap_or_default().into())]);
    if presence == Attributes::CounterSignature {
        // Misplaced and misleading nobody, whose reading of the value does not change by it.
        r.tolerate(&NO_CONTENT_TYPE, attributes.count(object_id::CONTENT_TYPE) == 0, []);
    } else {
        let expected = &signed_data.content.content_type;
        let content_type = attributes.content_type();
        let named = content_type.as_ref().map_or_else(ToString::to_string, ToString::to_string);
        let same = content_type.is_ok_and(|content_type| content_type == *expected);
        r.ask(&CONTENT_TYPE, same, [("what", named.into()), ("content_type", expected.to_string().into())]);
    }
    let digest = attributes.message_digest();
    r.ask(&MESSAGE_DIGEST, digest.is_ok(), [("what", digest.err().map_or(String::new(), |malformed| malformed.to_string()).into())]);
    let time = attributes.signing_time();
    // What the signer claims proves nothing either way: a time that nobody can read is a claim less.
    if time.as_ref().is_ok_and(Option::is_some) {
        r.tolerate(&SIGNING_TIME_TYPE, attributes.has_signing_time_of_its_type(), []);
    }
    r.tolerate(&SIGNING_TIME, time.is_ok(), [("what", time.err().map_or(String::new(), |malformed| malformed.to_string()).into())]);
    let reference = attributes.signing_certificate_v2().and(attributes.signing_certificate_v1());
    let what = reference.as_ref().err().map_or(String::new(), ToString::to_string);
    r.ask(&CERTIFICATE_REFERENCE, reference.is_ok(), [("what", what.into())]);
    references_agree(r, signed_data, attributes);
    if let Ok(Some(protection)) = attributes.algorithm_protection() {
        let same_signature = protection.signature.is_none_or(|algorithm| is_same(&algorithm, &signer.signature_algorithm));
        r.ask(&ALGORITHM_PROTECTED, is_same(&protection.digest, &signer.digest_algorithm) && same_signature, []);
    }
    // Decision 8 of the design: verified over both forms, and said here.
    r.tolerate(&ATTRIBUTES_DER, attributes.is_der(), []);
    Ok(())
}

/// RFC 6211 §3: the same algorithm with the same parameters; NULL is as good as none.
fn is_same(one: &AlgorithmIdentifier, other: &AlgorithmIdentifier) -> bool {
    const NULL: &[u8] = &[5, 0];
    let parameters = |algorithm: &AlgorithmIdentifier| {
        let octets = algorithm.parameters.as_ref().map(|parameters| parameters.octets().to_vec());
        octets.filter(|octets| octets != NULL)
    };
    one.oid == other.oid && parameters(one) == parameters(other)
}

/// RFC 5035 §3: of two references to the signer's certificate each counts for itself. A certificate here that one is to is what the other is to.
fn references_agree(r: &mut Recorder, signed_data: &SignedData, attributes: &SignedAttributes) {
    let first =
        |reference: Result<Option<SigningCertificate>, _>| reference.ok().flatten().and_then(|found| found.certificates.into_iter().next());
    let (Some(two), Some(one)) = (first(attributes.signing_certificate_v2()), first(attributes.signing_certificate_v1())) else { return };
    let named = signed_data.certificates.iter().find(|certificate| two.digest_matches(certificate) == Some(true));
    r.ask(&REFERENCES_AGREE, named.is_none_or(|named| one.digest_matches(named) != Some(false)), []);
}

/// The value with everything that says what it is over. `content` is what stands for the content when there are no signed attributes.
pub(crate) fn value(r: &mut Recorder, signer: &SignerInfo, content: ToBeSignedData) -> Result<Value, Stop> {
    let algorithm = signer.signature_algorithm();
    let what = algorithm.as_ref().err().map_or(String::new(), ToString::to_string);
    let algorithm = r.obtain(&ALGORITHM_READABLE, algorithm.ok(), [("what", what.into())])?;
    digests(r, signer, &algorithm);
    let to_be_signed = match &signer.signed_attributes {
        None => vec![ToBeSigned { form: "content", data: content }],
        Some(attributes) => {
            let form = |form, octets| ToBeSigned { form, data: ToBeSignedData::Octets(octets) };
            let received = form("as_received", attributes.to_be_signed_as_received());
            if attributes.is_der() { vec![received] } else { vec![received, form("der", attributes.to_be_signed_der())] }
        }
    };
    Ok(Value {
        algorithm,
        digest_algorithm: signer.digest(),
        to_be_signed,
        octets: signer.signature.octets().to_vec(),
        signer: Some(signer.signer.clone()),
        references: references(signer),
    })
}

/// The two digests that a signature names are one, and named as one. What is written is what is verified, so that neither is more than a finding.
fn digests(r: &mut Recorder, signer: &SignerInfo, algorithm: &SignatureAlgorithm) {
    let oid = &signer.digest_algorithm.oid;
    let named = signer.digest();
    let is_digest = named.is_none_or(|digest| *oid == digest.oid());
    r.tolerate(&DIGEST_IDENTIFIER, is_digest, [("oid", oid.to_string().into())]);
    if let (Some(named), Some(signed)) = (named, algorithm.digest()) {
        r.tolerate(&DIGESTS_AGREE, named == signed, [("digest", named.name().into()), ("signature", algorithm.to_string().into())]);
    }
}

/// Without signed attributes the value is over the content. What was signed as attributes must not pass for content.
#[cfg(feature = "cms")]
pub(crate) fn content_is_no_attributes(r: &mut Recorder, content: &[u8]) {
    r.ask(&CONTENT_NO_ATTRIBUTES, !SignedAttributes::are_in(content), []);
}

/// The data that the signed attributes name by digest; none without them.
pub(crate) fn signed_datum(signer: &SignerInfo, name: &str) -> Option<SignedDatum> {
    let expected = signer.signed_attributes.as_ref()?.message_digest().ok()?;
    Some(SignedDatum { name: name.into(), algorithm: digest_of(signer), expected: expected.octets().to_vec(), actual: None })
}

/// The digest algorithm, or the identifier of one that is not implemented.
pub(crate) fn digest_of(signer: &SignerInfo) -> Result<DigestAlgorithm, String> {
    signer.digest().ok_or_else(|| signer.digest_algorithm.oid.to_string())
}

/// References to the signing certificate: of version 2 where there is one, else of version 1 (RFC 5035 §3).
fn references(signer: &SignerInfo) -> Vec<CertificateReference> {
    let Some(attributes) = &signer.signed_attributes else { return Vec::new() };
    let version_2 = attributes.signing_certificate_v2().ok().flatten();
    let Some(reference) = version_2.or_else(|| attributes.signing_certificate_v1().ok().flatten()) else { return Vec::new() };
    let of = |id: crate::pki::EssCertificateId| CertificateReference {
        algorithm: id.digest.ok_or_else(|| id.digest_algorithm.as_ref().map_or("unknown".into(), |algorithm| algorithm.oid.to_string())),
        digest: id.value.octets().to_vec(),
        names: id.issuer_serial,
    };
    reference.certificates.into_iter().map(of).collect()
}

/// Whether the reference to the signing certificate is the one that the baseline profiles ask for.
pub(crate) fn has_signing_certificate_v2(signer: &SignerInfo) -> bool {
    signer
        .signed_attributes
        .as_ref()
        .is_some_and(|attributes| attributes.signing_certificate_v2().is_ok_and(|reference| reference.is_some()))
}

/// The policy that the signed attributes name; one that is implied is none that could be asked for (EN 319 122-1 §5.2.9).
pub(crate) fn named_policy(signer: &SignerInfo) -> Result<Option<NamedPolicy>, String> {
    let Some(attributes) = &signer.signed_attributes else { return Ok(None) };
    match attributes.signature_policy() {
        Ok(Some(SignaturePolicy::Explicit { policy, digest, .. })) => {
            let digest =
                digest.map(|(algorithm, value)| (algorithm.digest().ok_or_else(|| algorithm.oid.to_string()), value.octets().to_vec()));
            Ok(Some(NamedPolicy { id: policy.to_string(), digest }))
        }
        Ok(Some(SignaturePolicy::Implied) | None) => Ok(None),
        Err(malformed) => Err(malformed.to_string()),
    }
}

/// Whether the signing certificate is named in either version (EN 319 122-1 §5.2.2.1).
#[cfg(feature = "cms")]
pub(crate) fn has_signing_certificate(signer: &SignerInfo) -> bool {
    let version_1 = |attributes: &SignedAttributes| attributes.signing_certificate_v1().is_ok_and(|reference| reference.is_some());
    has_signing_certificate_v2(signer) || signer.signed_attributes.as_ref().is_some_and(version_1)
}

/// Whether the attribute is there, readable or not.
pub(crate) fn has_signing_time(signer: &SignerInfo) -> bool {
    signer.signed_attributes.as_ref().is_some_and(|attributes| attributes.count(object_id::SIGNING_TIME) > 0)
}

/// The timestamps on the signature value that can be read.
pub(crate) fn signature_timestamps(signer: &SignerInfo) -> Vec<TimestampToken> {
    signer.signature_timestamps().into_iter().flatten().collect()
}

/// The timestamps on the content among the signed attributes that can be read (EN 319 122-1 §5.2.8).
pub(crate) fn signed_timestamps(signer: &SignerInfo) -> Vec<TimestampToken> {
    let values = signer.signed_attributes.iter().flat_map(|attributes| attributes.values(object_id::CONTENT_TIMESTAMP));
    values.filter_map(|value| TimestampToken::from_received(value).ok()).collect()
}

/// id-data (RFC 5652 §4).
pub(crate) fn is_data(signed_data: &SignedData) -> bool {
    signed_data.content.content_type == object_id::DATA
}
