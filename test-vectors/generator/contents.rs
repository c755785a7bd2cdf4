//! Group `contents`: what `/Contents` holds, and how it is encoded.

use kyso::crypto::DigestAlgorithm::Sha256;
use kyso::encoding::der::write::{context_constructed, integer, null, object_id, octet_string, sequence};
use kyso::pki::object_id;

use crate::case::{Case, Good};
use crate::cms::{self, SignedData, Signer, SignerInfo};
use crate::hand_made::{HandMade, hexadecimal, objects, pades};
use crate::shared::Shared;
use crate::signed_attributes;
use crate::{Files, Outcome};

pub const FORMAT: &str = "FORMAT_FAILURE";
const READABLE: &str = "content.readable";

/// The file whose signature value `make` makes from the octets signed.
pub fn file(make: impl Fn(&[u8]) -> Outcome<Vec<u8>>) -> Outcome<Vec<u8>> {
    HandMade::new(objects(&pades())).sign(make)
}

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let signer = shared.by_hand("p256");
    let what = "a detached CMS signature in DER, zeros behind it";
    let document = file(|octets| signer.detached(octets, Vec::new()))?;
    let good = Case::passing(what, "ISO 32000-2 §12.8.3.3", document).entry(|entry| entry.level("B-B")).add("contents/detached", files)?;
    behind(&signer, &good, files)?;
    other_values(shared, &signer, &good, files)?;
    structure(shared, &signer, &good, files)?;
    signed_attributes::add(shared, &signer, &good, files)?;
    basic_encoding(&signer, files)?;
    identifiers(shared, &signer, files)?;
    written(&signer, files)
}

/// What stands behind the value.
fn behind(signer: &Signer<'_>, good: &Good, files: &mut Files) -> Outcome {
    let check = "content.padding_is_zero";
    for (name, change, tail, passes) in [
        ("padding-one-octet", "right behind the value one octet is not zero", &[7][..], true),
        ("padding-two-octets", "right behind the value two octets are not zero", &[7, 7], false),
        ("padding-later-octet", "the second octet behind the value is not zero", &[0, 7], false),
    ] {
        let document = file(|octets| Ok([signer.detached(octets, Vec::new())?, tail.to_vec()].concat()))?;
        let case = good.but(change).by("ISO 32000-2 §12.8.3.3.1").document(document);
        let case = match passes {
            true => case.entry(|entry| entry.tolerates(check)),
            false => case.fails(FORMAT, check).entry(|entry| entry.level("none")),
        };
        case.add(&format!("contents/{name}"), files)?;
    }
    Ok(())
}

/// Something else than the signature.
fn other_values(shared: &Shared, signer: &Signer<'_>, good: &Good, files: &mut Files) -> Outcome {
    let certificate = shared.signatories["p256"].certificate.clone();
    for (name, change, other) in [
        ("certificate", "in its place stands a certificate", certificate),
        ("octet-string", "in its place stands an OCTET STRING", octet_string(&[1, 2, 3])),
        (
            "data",
            "in its place stands a `ContentInfo` with data",
            sequence(&[object_id(object_id::DATA), context_constructed(0, &[octet_string(b"data")])]),
        ),
        ("zeros", "in its place stand zeros", Vec::new()),
        ("one-octet", "in its place stands one octet, 1", vec![1]),
    ] {
        let bad = good.but(change).document(file(|_| Ok(other.clone()))?);
        bad.fails(FORMAT, READABLE).entry(|entry| entry.level("none").integrity("unknown")).add(&format!("contents/{name}"), files)?;
    }
    let document = file(|octets| {
        let mut value = signer.detached(octets, Vec::new())?;
        value.truncate(value.len() / 2);
        Ok(value)
    })?;
    let bad = good.but("the second half of the value is cut off").document(document);
    bad.fails(FORMAT, READABLE).entry(|entry| entry.level("none").integrity("unknown")).add("contents/truncated", files)?;
    Ok(())
}

/// The file with signed data that `edit` has changed after it was signed.
pub fn edited(signer: &Signer<'_>, edit: impl Fn(&mut SignedData, &SignerInfo)) -> Outcome<Vec<u8>> {
    file(|octets| {
        let info = signer.over_attributes(signer.attributes(&signer.digest.digest(octets)))?;
        let mut data = signer.data(&info);
        edit(&mut data, &info);
        Ok(data.der())
    })
}

/// `SignedData` and its `SignerInfo`s.
fn structure(shared: &Shared, signer: &Signer<'_>, good: &Good, files: &mut Files) -> Outcome {
    let one = "signed_data.one_signer_info";
    let unknown = |case: Case| case.entry(|entry| entry.level("none").integrity("unknown"));
    let bad = good.but("there is no SignerInfo").by("ISO 32000-2 §12.8.3.3.1").document(edited(signer, |data, _| data.signers.clear())?);
    unknown(bad.fails(FORMAT, one)).add("contents/no-signer", files)?;
    let second = shared.by_hand("p384");
    let document = file(|octets| {
        let info = signer.over_attributes(signer.attributes(&Sha256.digest(octets)))?;
        let mut data = signer.data(&info);
        data.signers.push(second.over_attributes(second.attributes(&second.digest.digest(octets)))?.der());
        Ok(data.der())
    });
    let bad = good.but("a second signer has signed too").by("ISO 32000-2 §12.8.3.3.1").document(document?);
    unknown(bad.fails(FORMAT, one)).add("contents/two-signers", files)?;
    let document = edited(signer, |data, _| data.signers = vec![sequence(&[integer(1), null()])])?;
    let bad = good.but("the SignerInfo has another type's contents").by("RFC 5652 §5.3").document(document);
    unknown(bad.fails(FORMAT, "signed_data.signer_infos_readable")).add("contents/signer-unreadable", files)?;

    let clause = "ISO 32000-2 §12.8.3.3.1";
    let document = edited(signer, |data, _| data.content = Some(Vec::new()))?;
    let listed = good.but("an empty content stands in it").by(clause).document(document);
    listed.entry(|entry| entry.tolerates("content.detached")).add("contents/content-empty", files)?;
    let document = edited(signer, |data, _| data.content = Some(b"another document".to_vec()))?;
    let bad = good.but("a content stands in it").by(clause).document(document).fails(FORMAT, "content.detached");
    bad.entry(|entry| entry.level("none")).add("contents/content", files)?;

    // An attribute certificate (RFC 5652 §10.2.2), as nobody reads it.
    let document = edited(signer, |data, _| data.certificates.push(context_constructed(2, &[integer(1)])))?;
    let listed = good.but("an attribute certificate stands beside the certificates").by("RFC 5652 §10.2.2").document(document);
    listed.entry(|entry| entry.tolerates("signed_data.parts_readable")).add("contents/attribute-certificate", files)?;
    Ok(())
}

/// BER where DER is usual.
fn basic_encoding(signer: &Signer<'_>, files: &mut Files) -> Outcome {
    let ber = |octets: &[u8]| -> Outcome<Vec<u8>> {
        let info = signer.over_attributes(signer.attributes(&Sha256.digest(octets)))?;
        Ok(signer.data(&info).ber())
    };
    let what = "a CMS signature in basic encoding, its outer lengths open";
    let good = Case::passing(what, "X.690 §8.1.3.6", file(ber)?).entry(|entry| entry.level("B-B")).add("contents/basic-encoding", files)?;
    // The ends are zeros like those behind: without room for them nothing ends the value.
    let document = file(|octets| {
        let mut value = ber(octets)?;
        let end = value.iter().rposition(|octet| *octet != 0).ok_or("zeros only")? + 1;
        value.truncate(end);
        value.push(1);
        Ok(value)
    })?;
    let bad = good.but("in the place of the end-of-contents stands a 1").document(document);
    bad.fails(FORMAT, READABLE)
        .entry(|entry| entry.level("none").integrity("unknown"))
        .add("contents/basic-encoding-without-end", files)?;
    Ok(())
}

/// How the signer and its certificate are named, and where the certificate is.
fn identifiers(shared: &Shared, signer: &Signer<'_>, files: &mut Files) -> Outcome {
    let named = |sid: Vec<u8>| {
        file(|octets| {
            let mut info = signer.over_attributes(signer.attributes(&Sha256.digest(octets)))?;
            (info.version, info.sid) = (3, sid.clone());
            Ok(SignedData { version: 3, ..signer.data(&info) }.der())
        })
    };
    let what = "the signer is named by the key identifier";
    let document = named(cms::subject_key_identifier(signer.entity))?;
    let good = Case::passing(what, "RFC 5652 §5.3", document).entry(|entry| entry.level("B-B")).add("contents/key-identifier", files)?;
    let not_found = |case: Case| case.indeterminate("NO_SIGNING_CERTIFICATE_FOUND", "signing_certificate.identified");
    let document = named(cms::subject_key_identifier(&shared.signatories["p384"]))?;
    let bad = not_found(good.but("the key identifier is that of another key").by("EN 319 102-1 §5.2.3.4").document(document));
    bad.entry(|entry| entry.level("none").integrity("unknown")).add("contents/key-identifier-of-another", files)?;

    let what = "the signature has no certificates; the relying party has them";
    let document = edited(signer, |data, _| data.certificates.clear())?;
    let case = Case::passing(what, "EN 319 102-1 §5.2.3", document).shared_evidence("p256.pem").shared_evidence("issuing.pem");
    let good = case.entry(|entry| entry.level("none")).add("contents/no-certificates", files)?;
    let bad = not_found(good.but("the relying party has none of the signer's").without("p256.pem"));
    bad.entry(|entry| entry.integrity("unknown")).add("contents/no-certificates-at-all", files)?;
    Ok(())
}

/// The hexadecimal string (ISO 32000-2 §7.3.4.3).
fn written(signer: &Signer<'_>, files: &mut Files) -> Outcome {
    let clause = "ISO 32000-2 §7.3.4.3, §12.8.1";
    let written = |token: &dyn Fn(&[u8], usize) -> Vec<u8>| {
        HandMade { token, ..HandMade::new(objects(&pades())) }.sign(|octets| signer.detached(octets, Vec::new()))
    };
    let good = Case::passing(
        "the hexadecimal string in upper case",
        clause,
        written(&|value, room| hexadecimal(value, room).to_ascii_uppercase())?,
    );
    let good = good.add("contents/upper-case", files)?;
    let spaced = |value: &[u8], room: usize| {
        let mut token = hexadecimal(value, room);
        let last = token.len() - 1;
        token.copy_within(5..last - 2, 7);
        token[5..7].copy_from_slice(b" \n");
        token
    };
    let listed = good.but("white space stands between its digits").document(written(&spaced)?);
    listed.entry(|entry| entry.tolerates("byte_range.hole_without_white_space")).add("contents/white-space", files)?;
    // With what is no hexadecimal digit there is no dictionary either.
    let (found, hole) = ("signature_dictionary.found", "byte_range.hole_is_contents");
    for (name, change, octet, check) in [
        ("not-hexadecimal", "one digit is a `g`", b'g', found),
        ("comment", "one digit is a `%`", b'%', found),
        ("odd", "one digit is a space", b' ', hole),
    ] {
        let edited = |value: &[u8], room: usize| {
            let mut token = hexadecimal(value, room);
            let last = token.len() - 2;
            token[last] = octet;
            token
        };
        let bad = good.but(change).document(written(&edited)?).fails(FORMAT, check);
        bad.entries(&[]).add(&format!("contents/{name}"), files)?;
    }
    Ok(())
}
