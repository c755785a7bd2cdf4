//! EN 319 102-1 §5.2.7 — Cryptographic verification

use crate::crypto::{PublicKey, Signed, Verification};
use crate::format::signature::{Signature, SignedDatum, ToBeSignedData, Value};
use crate::pki::Certificate;
use crate::report::json::Integrity;
use crate::report::{Block, Fact, Indication, Recorder, Stop, checks};

checks! {
    DIGEST_IMPLEMENTED = "cryptographic_verification.digest_implemented", "EN 319 102-1 §5.2.7", Indeterminate(CryptoConstraintsFailureNoPoe),
        "The digest algorithm {algorithm} of the signed data is not one that can be judged.",
        "Thuật toán băm {algorithm} của dữ liệu được ký không thuộc các thuật toán có thể kiểm tra.";
    DATA_FOUND = "cryptographic_verification.data_found", "EN 319 102-1 §5.2.7.4 (1)", Indeterminate(SignedDataNotFound),
        "The signed data ({data}) was not found.", "Không tìm thấy dữ liệu được ký ({data}).";
    DATA_INTACT = "cryptographic_verification.data_intact", "EN 319 102-1 §5.2.7.4 (2)", Failed(HashFailure),
        "The content was changed after signing: its digest is {actual}, signed was {expected}.",
        "Nội dung đã bị thay đổi sau khi ký: giá trị băm là {actual}, giá trị đã ký là {expected}.";
    VALUE_FOUND = "cryptographic_verification.value_found", "EN 319 102-1 §5.2.7", Failed(FormatFailure),
        "There is no readable signature value.", "Không đọc được giá trị chữ ký.";
    KEY_READABLE = "cryptographic_verification.key_readable", "EN 319 102-1 §5.2.7", Indeterminate(CryptoConstraintsFailureNoPoe),
        "The public key of the signer's certificate cannot be read: {what}.", "Không đọc được khóa công khai của chứng thư người ký.";
    ALGORITHM_IMPLEMENTED = "cryptographic_verification.algorithm_implemented", "EN 319 102-1 §5.2.7", Indeterminate(CryptoConstraintsFailureNoPoe),
        "The signature algorithm {algorithm} is not one that can be judged: {why}.",
        "Thuật toán ký {algorithm} không thuộc các thuật toán có thể kiểm tra.";
    VALUE_VALID = "cryptographic_verification.value_valid", "EN 319 102-1 §5.2.7.4 (3)", Failed(SigCryptoFailure),
        "The signature value was not made by the key of the signer's certificate over this content.",
        "Giá trị chữ ký không được tạo bởi khóa của chứng thư người ký trên nội dung này.";
}

/// The signature value with what it is over; where it cannot be read there is no signer to look for either.
pub(super) fn value_found<'s>(r: &mut Recorder, signature: &'s Signature) -> Result<&'s Value, Stop> {
    r.obtain(&VALUE_FOUND, signature.value.as_ref(), [])
}

/// Digests first, all of them; then the signature value (so that missing data is told before wrong mathematics).
pub(super) fn cryptographic_verification(signature: &Signature, id: &str, certificate: &Certificate) -> Block {
    Block::run("Cryptographic verification", "EN 319 102-1 §5.2.7", id, |r| {
        signed_data(r, &signature.signed_data)?;
        let Some(value) = &signature.value else { return Ok(()) };
        let key = certificate.public_key();
        let what = key.as_ref().err().map_or(String::new(), ToString::to_string);
        let key = r.obtain(&KEY_READABLE, key.ok(), [("what", what.into())])?;
        signature_value(r, value, key)
    })
}

/// The digests of the signed data alone, for a signature whose certificate is not known.
pub(super) fn data_integrity(signature: &Signature, id: &str) -> Block {
    Block::run("Digests of the signed data", "EN 319 102-1 §5.2.7", id, |r| signed_data(r, &signature.signed_data))
}

/// What the report calls integrity: digests and signature value, nothing else.
pub(super) fn integrity(block: &Block) -> Integrity {
    match block.conclusion.indication {
        Indication::TotalPassed => Integrity::Intact,
        Indication::TotalFailed => Integrity::Broken,
        Indication::Indeterminate | Indication::NoSignature => Integrity::Unknown,
    }
}

fn signed_data(r: &mut Recorder, data: &[SignedDatum]) -> Result<(), Stop> {
    let mut intact = true;
    for datum in data {
        intact &= one_datum(r, datum).is_ok();
    }
    if intact { Ok(()) } else { Err(Stop) }
}

fn one_datum(r: &mut Recorder, datum: &SignedDatum) -> Result<(), Stop> {
    let named = || Fact::from(datum.name.clone());
    let algorithm = match &datum.algorithm {
        Ok(algorithm) => {
            r.require(&DIGEST_IMPLEMENTED, true, [("data", named()), ("algorithm", algorithm.name().into())])?;
            *algorithm
        }
        Err(other) => {
            r.require(&DIGEST_IMPLEMENTED, false, [("data", named()), ("algorithm", other.clone().into())])?;
            return Err(Stop);
        }
    };
    let actual = r.obtain(&DATA_FOUND, datum.actual.as_ref(), [("data", named())])?;
    let facts = [
        ("data", named()),
        ("expected", Fact::Digest(algorithm, datum.expected.clone())),
        ("actual", Fact::Digest(algorithm, actual.clone())),
    ];
    r.require(&DATA_INTACT, *actual == datum.expected, facts)
}

fn signature_value(r: &mut Recorder, value: &Value, key: &PublicKey) -> Result<(), Stop> {
    let algorithm = || Fact::from(value.algorithm.to_string());
    let mut matched = None;
    for form in &value.to_be_signed {
        let signed = match &form.data {
            ToBeSignedData::Octets(octets) => Signed::Octets(octets),
            ToBeSignedData::Digest(digest) => Signed::Digest(digest),
        };
        match key.verify(&value.algorithm, signed, &value.octets) {
            Verification::Valid => {
                matched = Some(form.form);
                break;
            }
            Verification::Invalid => {}
            Verification::Unsupported(why) => {
                return r.require(&ALGORITHM_IMPLEMENTED, false, [("algorithm", algorithm()), ("why", why.into())]);
            }
        }
    }
    r.require(&ALGORITHM_IMPLEMENTED, true, [("algorithm", algorithm())])?;
    let form = matched.unwrap_or("none");
    r.require(&VALUE_VALID, matched.is_some(), [("algorithm", algorithm()), ("signed_form", form.into())])
}
