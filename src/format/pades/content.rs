//! ISO 32000-2 §12.8.3 — Signature interoperability: what `/Contents` holds, by `/SubFilter`

use super::signature_dictionary::present;
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::encoding::der::{Reader, Received, Rules, tag};
use crate::encoding::pdf::View;
use crate::encoding::pdf::object::{Dictionary, Object};
use crate::format::cades::signed_data::{
    Attributes, digest_of, enveloped_content, evidence, has_signing_certificate_v2, has_signing_time, is_data, named_policy, one_signer,
    signature_timestamps, signed_attributes, signed_datum, signed_timestamps, value,
};
use crate::format::cades::timestamp::{timestamp, timestamp_content, timestamp_over};
use crate::format::signature::{Signature, SignedDatum, ToBeSigned, ToBeSignedData, Value};
use crate::pki::{Certificate, SignedData, SignerInfo, TimestampToken};
use crate::report::json::Level;
use crate::report::{Recorder, Stop, checks};

checks! {
    READABLE = "content.readable", "ISO 32000-2 §12.8.3.3", Failed(FormatFailure),
        "The signature value cannot be read: {what}.", "Không đọc được giá trị chữ ký.";
    PADDING = "content.padding_is_zero", "ISO 32000-2 §12.8.3.3", Failed(FormatFailure),
        "After the signature value {octets} bytes are not zero: something may hide there.",
        "Sau giá trị chữ ký còn {octets} byte khác không: có thể chứa nội dung ẩn.";
    NO_CONTENT = "content.detached", "ISO 32000-2 §12.8.3.3.1", Failed(FormatFailure),
        "The signature carries a content of its own of {octets} bytes, so that it may be over something else than this file.",
        "Chữ ký chứa nội dung riêng {octets} byte, nên có thể ký trên dữ liệu khác với tệp này.";
    DATA = "content.type_is_data", "EN 319 142-1 §6.3 (c)", Failed(FormatFailure),
        "The signed content is of the type {content_type}, not data.", "Nội dung được ký thuộc kiểu {content_type}, không phải dữ liệu.";
    SHA1_CONTENT = "content.sha1_of_ranges", "ISO 32000-1 §12.8.3.3.1", Failed(FormatFailure),
        "The signature does not carry the digest of the signed bytes.", "Chữ ký không chứa giá trị băm của phần byte được ký.";
    TIMESTAMP = "content.timestamp_token", "ISO 32000-2 §12.8.5", Failed(FormatFailure),
        "The timestamp token cannot be read: {what}.", "Không đọc được dấu thời gian.";
    CERTIFICATE = "content.certificate_entry", "ISO 32000-1 Table 252", Failed(FormatFailure),
        "The signature dictionary has no readable certificate in /Cert: {what}.",
        "Từ điển chữ ký không có chứng thư đọc được trong /Cert.";
    NO_SIGNING_TIME = "content.no_signing_time_attribute", "EN 319 142-1 §6.3 (d)", Failed(FormatFailure),
        "The signature gives its time in an attribute where the profile allows none.",
        "Chữ ký ghi thời điểm ký trong thuộc tính mà hồ sơ không cho phép.";
}

/// A digest of the signed ranges that completes a part of the signature.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// The algorithm.
    pub algorithm: DigestAlgorithm,
    /// What it completes.
    pub part: Part,
}

/// See [`Wanted`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// The signed datum at this position.
    Datum(usize),
    /// The imprint of the content timestamp at this position.
    ContentTimestamp(usize),
    /// What the value itself is over.
    ToBeSigned,
}

/// The kinds of signatures that are judged.
pub(super) fn is_supported(sub_filter: &str) -> bool {
    ["ETSI.CAdES.detached", "adbe.pkcs7.detached", "adbe.pkcs7.sha1", "adbe.x509.rsa_sha1", "ETSI.RFC3161"].contains(&sub_filter)
}

/// Reads `/Contents` by `/SubFilter`; an unknown kind is left to the constraints block, which says so.
pub(super) fn read(
    r: &mut Recorder,
    sub_filter: Option<&str>,
    contents: &Option<Vec<u8>>,
    dictionary: &Dictionary,
    view: &View<'_, '_>,
    content: &mut Signature,
    wanted: &mut Vec<Wanted>,
) -> Result<(), Stop> {
    let octets = present(r, contents.as_ref())?;
    match sub_filter {
        Some("ETSI.CAdES.detached") => detached(r, octets, Attributes::Mandatory, content, wanted),
        // Without /SubFilter the common form is tried: integrity can be told, the constraints block says what is missing.
        Some("adbe.pkcs7.detached") | None => detached(r, octets, Attributes::Optional, content, wanted),
        Some("adbe.pkcs7.sha1") => pkcs7_sha1(r, octets, content, wanted),
        Some("adbe.x509.rsa_sha1") => x509_rsa_sha1(r, octets, dictionary, view, content, wanted),
        Some("ETSI.RFC3161") => document_timestamp(r, octets, content, wanted),
        Some(_) => Ok(()),
    }
}

/// The CMS with nothing but zeros behind it.
fn signed_data(r: &mut Recorder, octets: &[u8]) -> Result<SignedData, Stop> {
    let read = SignedData::from_ber(octets);
    let what = read.as_ref().err().map_or(String::new(), ToString::to_string);
    let signed_data = r.obtain(&READABLE, read.ok(), [("what", what.into())])?;
    padding(r, octets.get(signed_data.used()..).unwrap_or_default());
    Ok(signed_data)
}

/// One octet right behind the value is what a known writer leaves there: a finding. More may be anything.
fn padding(r: &mut Recorder, rest: &[u8]) {
    let others = super::byte_range::count(rest, |octet| *octet != 0);
    let facts = [("octets", others.into())];
    if others == 1 && rest.first().is_some_and(|octet| *octet != 0) {
        r.tolerate(&PADDING, false, facts);
    } else {
        r.ask(&PADDING, others == 0, facts);
    }
}

fn detached(r: &mut Recorder, octets: &[u8], presence: Attributes, content: &mut Signature, wanted: &mut Vec<Wanted>) -> Result<(), Stop> {
    let signed_data = signed_data(r, octets)?;
    let signer = one_signer(r, &signed_data)?;
    evidence(&signed_data, signer, content);
    // A content that is present and empty is seen in the field (ISO 32000-2 §12.8.3.3.1 wants none); any other may be what was signed instead.
    let own = signed_data.content.octets.as_ref().map(|octets| octets.octets().len());
    if own == Some(0) {
        r.tolerate(&NO_CONTENT, false, [("octets", 0_usize.into())]);
    } else {
        r.ask(&NO_CONTENT, own.is_none(), [("octets", own.unwrap_or(0).into())]);
    }
    if presence == Attributes::Mandatory {
        r.ask(&DATA, is_data(&signed_data), [("content_type", signed_data.content.content_type.to_string().into())]);
        // A time given twice can be given differently; the profile's own is /M.
        r.tolerate(&NO_SIGNING_TIME, !has_signing_time(signer), []);
    }
    let attributes = signed_attributes(r, &signed_data, signer, presence);
    over_ranges(r, signer, content, wanted)?;
    attributes?;
    content.policy = named_policy(signer);
    content.timestamps = timestamps(signer);
    content_timestamps(signer, content, wanted);
    content.level = level(presence, signer, content);
    Ok(())
}

/// The signed ranges are either the content whose digest the attributes name, or what the value is over.
fn over_ranges(r: &mut Recorder, signer: &SignerInfo, content: &mut Signature, wanted: &mut Vec<Wanted>) -> Result<(), Stop> {
    if let Some(datum) = signed_datum(signer, "byte range") {
        if let Ok(algorithm) = datum.algorithm {
            wanted.push(Wanted { algorithm, part: Part::Datum(content.signed_data.len()) });
        }
        content.signed_data.push(datum);
    } else if signer.signed_attributes.is_some() {
        // Nothing says what was signed: that a value holds over such attributes tells nothing about this file.
        return Err(Stop);
    } else if let Ok(algorithm) = digest_of(signer) {
        wanted.push(Wanted { algorithm, part: Part::ToBeSigned });
    }
    content.value = Some(value(r, signer, ToBeSignedData::Digest(Vec::new()))?);
    Ok(())
}

/// EN 319 142-1 §6.3 as far as the CMS tells: B-B has the protected reference and the signer's certificate, B-T a timestamp over the value.
fn level(presence: Attributes, signer: &SignerInfo, content: &Signature) -> Level {
    let has_certificate = content.certificates.iter().any(|certificate| signer.signer.names(certificate));
    let baseline = presence == Attributes::Mandatory && has_signing_certificate_v2(signer) && has_certificate && !has_signing_time(signer);
    let stamped = content
        .timestamps
        .iter()
        .flat_map(|timestamp| timestamp.signed_data.first())
        .any(|imprint| imprint.actual.as_ref() == Some(&imprint.expected));
    match (baseline, stamped) {
        (false, _) => Level::None,
        (true, false) => Level::BB,
        (true, true) => Level::BT,
    }
}

/// ISO 32000-1 §12.8.3.3.1: the content is the SHA-1 of the ranges, and the CMS signs that content.
fn pkcs7_sha1(r: &mut Recorder, octets: &[u8], content: &mut Signature, wanted: &mut Vec<Wanted>) -> Result<(), Stop> {
    let signed_data = signed_data(r, octets)?;
    let signer = one_signer(r, &signed_data)?;
    evidence(&signed_data, signer, content);
    let inner = signed_data.content.octets.as_ref().map(|octets| octets.octets().to_vec());
    let inner = r.obtain(&SHA1_CONTENT, inner.filter(|inner| inner.len() == DigestAlgorithm::Sha1.output()), [])?;
    let sha1 = DigestAlgorithm::Sha1;
    wanted.push(Wanted { algorithm: sha1, part: Part::Datum(0) });
    content.signed_data.push(SignedDatum { name: "byte range".into(), algorithm: Ok(sha1), expected: inner.clone(), actual: None });
    let attributes = signed_attributes(r, &signed_data, signer, Attributes::Optional);
    enveloped_content(signer, &inner, content);
    content.value = Some(value(r, signer, ToBeSignedData::Octets(inner))?);
    attributes
}

/// ISO 32000-1 §12.8.3.2: the value is a PKCS #1 signature in an OCTET STRING, the certificates stand in `/Cert`.
fn x509_rsa_sha1(
    r: &mut Recorder,
    octets: &[u8],
    dictionary: &Dictionary,
    view: &View<'_, '_>,
    content: &mut Signature,
    wanted: &mut Vec<Wanted>,
) -> Result<(), Stop> {
    let read = octet_string(octets);
    let what = read.as_ref().err().map_or(String::new(), ToString::to_string);
    let (signature, used) = r.obtain(&READABLE, read.ok(), [("what", what.into())])?;
    padding(r, octets.get(used..).unwrap_or_default());
    let certificates: Result<Vec<Certificate>, _> =
        certificate_entries(view, dictionary).iter().map(|der| Certificate::from_der(der)).collect();
    let what = certificates.as_ref().err().map_or("none".to_string(), ToString::to_string);
    let certificates = r.obtain(&CERTIFICATE, certificates.ok().filter(|list| !list.is_empty()), [("what", what.into())])?;
    content.certificates = certificates;
    let algorithm = DigestAlgorithm::Sha1;
    wanted.push(Wanted { algorithm, part: Part::ToBeSigned });
    content.value = Some(Value {
        algorithm: SignatureAlgorithm::RsaPkcs1(algorithm),
        digest_algorithm: Some(algorithm),
        to_be_signed: vec![ToBeSigned { form: "content", data: ToBeSignedData::Digest(Vec::new()) }],
        octets: signature,
        signer: None,
        references: Vec::new(),
    });
    Ok(())
}

/// The contents of an OCTET STRING and the octets that it takes.
fn octet_string(octets: &[u8]) -> Result<(Vec<u8>, usize), crate::error::Malformed> {
    let received = Received::new(octets);
    let value = Reader::with_rules(&received, "PKCS #1", Rules::Basic).expect(tag::OCTET_STRING, "signature")?;
    Ok((value.octet_string()?.octets().to_vec(), value.octets().len()))
}

fn certificate_entries(view: &View<'_, '_>, dictionary: &Dictionary) -> Vec<Vec<u8>> {
    let octets = |object: &Object| view.resolve(object).ok().and_then(|object| object.as_string().map(<[u8]>::to_vec));
    match view.value(dictionary, b"Cert") {
        Ok(Object::Array(elements)) => elements.iter().filter_map(octets).collect(),
        Ok(other) => octets(&other).into_iter().collect(),
        Err(_) => Vec::new(),
    }
}

/// ISO 32000-2 §12.8.5: a timestamp token whose imprint is the digest of the ranges.
fn document_timestamp(r: &mut Recorder, octets: &[u8], content: &mut Signature, wanted: &mut Vec<Wanted>) -> Result<(), Stop> {
    let signed_data = signed_data(r, octets)?;
    let read = TimestampToken::from_received(&Received::new(signed_data.octets()));
    let what = read.as_ref().err().map_or(String::new(), ToString::to_string);
    let token = r.obtain(&TIMESTAMP, read.ok(), [("what", what.into())])?;
    if let Some(algorithm) = token.info.imprint_algorithm.digest() {
        wanted.push(Wanted { algorithm, part: Part::Datum(0) });
    }
    timestamp_content(r, &token, content)
}

/// Timestamps on the signature value (RFC 3161 appendix A), each read like a signature of its own.
fn timestamps(signer: &SignerInfo) -> Vec<Signature> {
    signature_timestamps(signer).iter().map(|token| timestamp_over(token, signer.signature.octets())).collect()
}

/// Timestamps on the signed ranges among the signed attributes (EN 319 122-1 §5.2.8).
fn content_timestamps(signer: &SignerInfo, content: &mut Signature, wanted: &mut Vec<Wanted>) {
    for token in signed_timestamps(signer) {
        if let Some(algorithm) = token.info.imprint_algorithm.digest() {
            wanted.push(Wanted { algorithm, part: Part::ContentTimestamp(content.content_timestamps.len()) });
        }
        content.content_timestamps.push(timestamp(&token));
    }
}
