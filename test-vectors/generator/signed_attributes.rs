//! Group `contents`: the signed attributes, the order in which they stand, and the reference to the signer's certificate.

use const_oid::ObjectIdentifier;
use kyso::crypto::DigestAlgorithm::Sha256;
use kyso::encoding::der::write::{context_constructed, null, object_id, octet_string, sequence, set_of, value};
use kyso::pki::object_id;
use serde_json::json;

use crate::case::{Case, Good};
use crate::cms::{self, Signer, attribute, digest_identifier};
use crate::contents::{FORMAT, edited, file};
use crate::hand_made::claimed;
use crate::shared::Shared;
use crate::{Files, Outcome};

pub fn add(shared: &Shared, signer: &Signer<'_>, good: &Good, files: &mut Files) -> Outcome {
    attributes(shared, signer, good, files)?;
    order(signer, files)
}

/// The signed attributes, signed as they are.
fn attributes(shared: &Shared, signer: &Signer<'_>, good: &Good, files: &mut Files) -> Outcome {
    let with = |edit: &dyn Fn(&mut Vec<Vec<u8>>)| {
        file(|octets| {
            let mut attributes = signer.attributes(&Sha256.digest(octets));
            edit(&mut attributes);
            Ok(signer.data(&signer.over_attributes(attributes)?).der())
        })
    };
    let document = file(|octets| Ok(signer.data(&signer.over_content(octets)?).der()))?;
    let bad = good.but("there are no signed attributes").by("EN 319 122-1 §5.1").document(document);
    let bad = bad.fails(FORMAT, "signed_data.signed_attributes_present");
    bad.entry(|entry| entry.level("none")).add("contents/no-attributes", files)?;

    let content_type = |oid| attribute(object_id::CONTENT_TYPE, &[object_id(oid)]);
    let name = "signed_data.content_type";
    let clause = "RFC 5652 §11.1";
    let mut refused = |file: &str, change: &str, clause, check, document: Vec<u8>| -> Outcome {
        let bad = good.but(change).by(clause).document(document).fails(FORMAT, check);
        bad.entry(|entry| entry.level("none")).add(&format!("contents/{file}"), files)?;
        Ok(())
    };
    refused("no-content-type", "content-type is missing", clause, name, with(&|all| drop(all.remove(0)))?)?;
    refused("content-type-twice", "content-type stands twice", clause, name, with(&|all| all.push(content_type(object_id::DATA)))?)?;
    refused(
        "other-content-type",
        "content-type names signed data",
        clause,
        name,
        with(&|all| all[0] = content_type(object_id::SIGNED_DATA))?,
    )?;
    let document = edited(signer, |data, _| data.content_type = object_id::SIGNED_DATA)?;
    refused("not-data", "the content is said to be signed data", "EN 319 142-1 §6.3 (c)", "content.type_is_data", document)?;
    let reference = attribute(object_id::SIGNING_CERTIFICATE_V2, &[null()]);
    let check = "signed_data.signing_certificate_reference";
    refused(
        "reference-unreadable",
        "signing-certificate-v2 has a NULL for value",
        "RFC 5035 §3",
        check,
        with(&|all| all[2] = reference.clone())?,
    )?;

    let misplaced = file(|octets| {
        let mut info = signer.over_attributes(signer.attributes(&Sha256.digest(octets)))?;
        info.unsigned = vec![cms::signing_time(claimed())];
        Ok(signer.data(&info).der())
    })?;
    refused(
        "misplaced",
        "a signing-time stands among the unsigned attributes",
        "RFC 5652 §11.3",
        "signed_data.attributes_in_place",
        misplaced,
    )?;
    // Without one digest nothing says what was signed, though the value holds over the attributes.
    let two_values = attribute(object_id::MESSAGE_DIGEST, &[octet_string(&[1; 32]), octet_string(&[2; 32])]);
    for (file, change, document) in [
        ("no-message-digest", "message-digest is missing", with(&|all| drop(all.remove(1)))?),
        ("message-digest-twice", "message-digest stands twice", with(&|all| all.push(all[1].clone()))?),
        ("message-digest-two-values", "message-digest has two values", with(&|all| all[1] = two_values.clone())?),
    ] {
        let bad = good.but(change).by("RFC 5652 §11.2").document(document).fails(FORMAT, "signed_data.message_digest");
        bad.entry(|entry| entry.level("none").integrity("unknown")).add(&format!("contents/{file}"), files)?;
    }
    // Decided for this library: a claim that nobody can read is one that is not made.
    let time = attribute(object_id::SIGNING_TIME, &[value(0x17, b"tomorrow")]);
    let listed = good.but("there is a signing-time that is no time").by("RFC 5652 §11.3").document(with(&|all| all.push(time.clone()))?);
    let listed = listed.entry(|entry| entry.level("none").tolerates("signed_data.signing_time"));
    listed.add("contents/signing-time-unreadable", files)?;
    let document = with(&|all| all.push(cms::signing_time(claimed())))?;
    let listed = good.but("there is a signing-time").by("EN 319 142-1 §6.3 (d)").document(document);
    listed.entry(|entry| entry.level("none").tolerates("content.no_signing_time_attribute")).add("contents/signing-time", files)?;
    references(shared, signer, good, files)
}

/// The reference to the signing certificate (EN 319 102-1 §5.2.3).
fn references(shared: &Shared, signer: &Signer<'_>, good: &Good, files: &mut Files) -> Outcome {
    let entity = signer.entity;
    let with = |reference: Option<Vec<u8>>| {
        file(|octets| {
            let mut attributes = signer.attributes(&Sha256.digest(octets));
            attributes.truncate(2);
            attributes.extend(reference.clone());
            Ok(signer.data(&signer.over_attributes(attributes)?).der())
        })
    };
    let v2 = |value: Vec<u8>| Some(attribute(object_id::SIGNING_CERTIFICATE_V2, &[value]));
    let of = |digest: &[u8], names| cms::reference(digest_identifier(Sha256), digest, names);
    let (own, other) = (Sha256.digest(&entity.certificate), Sha256.digest(&shared.signatories["p384"].certificate));
    let check = "signing_certificate.reference_matches";
    let bad = good.but("the reference is that of another certificate").by("EN 319 102-1 §5.2.3.4").document(with(v2(of(&other, None)))?);
    let bad = bad.indeterminate("NO_SIGNING_CERTIFICATE_FOUND", check);
    bad.entry(|entry| entry.integrity("unknown")).add("contents/reference-to-another", files)?;

    let md5 = sequence(&[object_id(ObjectIdentifier::new_unwrap("1.2.840.113549.2.5"))]);
    let document = with(v2(cms::reference(md5, &own[..16], None)))?;
    let bad = good.but("the digest of the reference is said to be MD5").by("EN 319 102-1 §5.2.3.4").document(document);
    let bad = bad.indeterminate("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "signing_certificate.reference_implemented");
    bad.entry(|entry| entry.integrity("unknown")).add("contents/reference-by-md5", files)?;

    let certificate = kyso::pki::Certificate::from_der(&entity.certificate)?;
    let names = |serial: &[u8]| {
        let issuer = sequence(&[context_constructed(4, &[certificate.issuer().octets()])]);
        Some(sequence(&[issuer, kyso::encoding::der::write::unsigned_integer(serial)]))
    };
    let document = with(v2(of(&own, names(&entity.serial))))?;
    let named = Case::passing("the reference has issuer and serial number too", "RFC 5035 §4", document);
    let named = named.entry(|entry| entry.level("B-B")).add("contents/reference-with-serial", files)?;
    let document = with(v2(of(&own, names(&[1]))))?;
    let listed = named.but("its serial number is another one").by("EN 319 102-1 §5.2.3.4").document(document);
    listed
        .entry(|entry| entry.tolerates("signing_certificate.issuer_serial_matches"))
        .add("contents/reference-with-other-serial", files)?;

    let listed = good.but("there is no reference").by("EN 319 102-1 §5.2.8.4.2.2").document(with(None)?);
    let check = "signature_acceptance.signing_certificate_reference_present";
    listed.entry(|entry| entry.level("none").tolerates(check)).add("contents/no-reference", files)?;

    // RFC 5035 §5: the older attribute, whose digest is SHA-1 by definition.
    let sha1 = kyso::crypto::DigestAlgorithm::Sha1;
    let id = sequence(&[octet_string(&sha1.digest(&entity.certificate))]);
    let document = with(Some(attribute(object_id::SIGNING_CERTIFICATE, &[sequence(&[sequence(&[id])])])))?;
    let old = Case::passing("the signed attributes name the certificate by a reference of version 1, by SHA-1", "RFC 5035 §5.4", document);
    let check = "signature_acceptance.reference_digest_reliable";
    let old = old.entry(|entry| entry.level("none")).add("contents/reference-version-1", files)?;
    let bad = old
        .but("the policy insists on its digest")
        .by("EN 319 102-1 §5.2.8.4.1")
        .policy(json!({ "id": "strict", "certificate_reference_digest": "required" }));
    bad.indeterminate("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", check).add("contents/reference-version-1-strict", files)?;
    Ok(())
}

/// The order of the signed attributes (RFC 5652 §5.3 wants that of DER; signers in the field do not keep it).
fn order(signer: &Signer<'_>, files: &mut Files) -> Outcome {
    enum Over {
        Written,
        Sorted,
        Neither,
    }
    let document = |over: &Over| {
        file(|octets| {
            let attributes = signer.attributes(&Sha256.digest(octets));
            let mut unsorted = attributes.clone();
            unsorted.sort();
            unsorted.reverse();
            let written = cms::set_as_given(&unsorted);
            let signed = match over {
                Over::Written => written.clone(),
                Over::Sorted => set_of(attributes),
                Over::Neither => cms::set_as_given(&[&unsorted[1..], &unsorted[..1]].concat()),
            };
            let value = signer.entity.key.sign(&signer.algorithm, &signed)?;
            Ok(signer.data(&signer.info(Some(written), value)).der())
        })
    };
    let check = "signed_data.signed_attributes_der";
    let clause = "RFC 5652 §5.3, §5.4";
    let what = "the signed attributes are not in the order of DER, and were signed as they are written";
    let case = Case::passing(what, clause, document(&Over::Written)?).entry(|entry| entry.tolerates(check));
    let good = case.add("contents/unsorted-attributes", files)?;
    let other = good.but("what was signed is their DER").document(document(&Over::Sorted)?);
    other.add("contents/unsorted-attributes-sorted-signed", files)?;
    let bad = good.but("they were signed in a third order").document(document(&Over::Neither)?);
    bad.fails("SIG_CRYPTO_FAILURE", "cryptographic_verification.value_valid")
        .entry(|entry| entry.integrity("broken"))
        .add("contents/unsorted-attributes-third-order", files)?;
    Ok(())
}
