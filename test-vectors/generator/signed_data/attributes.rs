//! Group `cms`: what the attributes say, and what stands in the place of attributes.

use kyso::crypto::DigestAlgorithm::{Sha1, Sha512};
use kyso::encoding::der::write::{integer, null, object_id, octet_string, sequence, set_of, value};
use kyso::pki::object_id;
use kyso::testkit::{Entity, Template};

use super::{CONTENT, FORMAT, baseline, enveloping, info, passing};
use crate::case::Good;
use crate::cms::{self, SignedData, Signer, SignerInfo, attribute, subject_key_identifier};
use crate::shared::{Shared, at, name};
use crate::{Files, Outcome};

pub fn add(shared: &Shared, signer: &Signer<'_>, good: &Good, files: &mut Files) -> Outcome {
    mandatory(signer, good, files)?;
    confused(signer, good, files)?;
    certificate(shared, signer, good, files)?;
    algorithms(signer, good, files)?;
    order(signer, files)?;
    told(shared, signer, good, files)?;
    beside(signer, good, files)
}

/// What is signed and written otherwise than it has to be, or twice.
fn told(shared: &Shared, signer: &Signer<'_>, good: &Good, files: &mut Files) -> Outcome {
    let generalized = attribute(object_id::SIGNING_TIME, &[value(0x18, crate::hand_made::claimed().to_generalized_time().as_bytes())]);
    let listed = good.but("the signing time is a GeneralizedTime where its year has UTCTime").by("RFC 5652 §11.3");
    let listed = listed.file(with(signer, &|all| all[3] = generalized.clone())?);
    listed.entry(|entry| entry.level("B-B").tolerates("signed_data.signing_time_type")).add("cms/signing-time-generalized", files)?;
    let version_1 = |entity: &Entity| {
        let id = sequence(&[octet_string(&Sha1.digest(&entity.certificate))]);
        attribute(object_id::SIGNING_CERTIFICATE, &[sequence(&[sequence(&[id])])])
    };
    let both = good.but("the signer's certificate is named by SHA-1, too").by("RFC 5035 §3");
    let both =
        both.file(with(signer, &|all| all.push(version_1(signer.entity)))?).untwinned().add("cms/reference-of-both-versions", files)?;
    let bad = both.but("that reference is to another certificate");
    let bad = bad.file(with(signer, &|all| all.push(version_1(&shared.issuing)))?);
    bad.fails(FORMAT, "signed_data.certificate_references_agree").add("cms/reference-of-both-versions-other", files)?;
    // Two certificates of one issuer and number: which of them is meant only the signed reference says.
    let serial = Some(signer.entity.serial.clone());
    let template = Template { serial, ..Template::signatory(name("Another of the same number"), at(-400), at(1200)) };
    let other = shared.issuing.issue(&template, shared.signatories["rsa-2048"].key.clone())?;
    let data = enveloping(signer, &info(signer, CONTENT)?);
    let first = SignedData { certificates: [vec![other.certificate], data.certificates.clone()].concat(), ..data };
    let listed = good.but("another certificate of the same issuer and number stands before the signer's").by("EN 319 102-1 §5.2.3.4");
    listed.file(first.der()).add("cms/certificates-of-one-number", files)?;
    Ok(())
}

/// What is done to the attributes before they are signed.
type Edit<'a> = &'a dyn Fn(&mut Vec<Vec<u8>>);

fn with(signer: &Signer<'_>, edit: Edit<'_>) -> Outcome<Vec<u8>> {
    let mut attributes = baseline(signer, &signer.digest.digest(CONTENT));
    edit(&mut attributes);
    Ok(enveloping(signer, &signer.over_attributes(attributes)?).der())
}

/// RFC 5652 §11: each once, with one value.
fn mandatory(signer: &Signer<'_>, good: &Good, files: &mut Files) -> Outcome {
    let content_type = |oid| attribute(object_id::CONTENT_TYPE, &[object_id(oid)]);
    let check = "signed_data.content_type";
    let cases: [(&str, &str, Edit<'_>); 3] = [
        ("no-content-type", "content-type is missing", &|all| drop(all.remove(0))),
        ("content-type-twice", "content-type stands twice", &|all| all.push(content_type(object_id::DATA))),
        ("other-content-type", "content-type names signed data", &|all| all[0] = content_type(object_id::SIGNED_DATA)),
    ];
    for (file, change, edit) in cases {
        let bad = good.but(change).by("RFC 5652 §11.1").file(with(signer, edit)?).fails(FORMAT, check);
        bad.add(&format!("cms/{file}"), files)?;
    }
    let bad = good.but("there are signed attributes, and none of them").by("RFC 5652 §5.3");
    let bad = bad.file(with(signer, &|all| all.clear())?).fails(FORMAT, "");
    bad.entry(|entry| entry.level("none").integrity("unknown")).add("cms/attributes-empty", files)?;
    let two = attribute(object_id::MESSAGE_DIGEST, &[octet_string(&[1; 32]), octet_string(&[2; 32])]);
    let cases: [(&str, &str, Edit<'_>); 3] = [
        ("no-message-digest", "message-digest is missing", &|all| drop(all.remove(1))),
        ("message-digest-twice", "message-digest stands twice", &|all| all.push(all[1].clone())),
        ("message-digest-two-values", "message-digest has two values", &|all| all[1] = two.clone()),
    ];
    for (file, change, edit) in cases {
        let bad = good.but(change).by("RFC 5652 §11.2").file(with(signer, edit)?).fails(FORMAT, "signed_data.message_digest");
        bad.entry(|entry| entry.integrity("unknown")).add(&format!("cms/{file}"), files)?;
    }
    Ok(())
}

/// RFC 5652 §5.4 does not keep what is signed with attributes apart from what is signed without.
fn confused(signer: &Signer<'_>, good: &Good, files: &mut Files) -> Outcome {
    let bad = good
        .but("the content is signed without attributes")
        .by("EN 319 122-1 §5.1")
        .file(enveloping(signer, &signer.over_content(CONTENT)?).der());
    let bad = bad.indeterminate("SIG_CONSTRAINTS_FAILURE", "signature_acceptance.claimed_time_present");
    bad.entry(|entry| entry.level("none").tolerates("signed_data.signed_attributes_present")).add("cms/no-attributes", files)?;

    let signed = info(signer, CONTENT)?;
    let stolen = SignerInfo { attributes: None, ..signed.clone() };
    let content = signed.attributes.clone();
    let data = SignedData { content, ..enveloping(signer, &stolen) };
    let bad = good.but("the signed attributes have become the content, and there are none").by("RFC 5652 §5.4").file(data.der());
    bad.fails(FORMAT, "signed_data.content_is_no_attributes").entry(|entry| entry.level("none")).add("cms/attributes-as-content", files)?;

    // The other way round: what somebody signed as content becomes the attributes of another content.
    let other = b"Quyet dinh so 02/QD-UBND\n";
    let lure = set_of(signer.attributes(&signer.digest.digest(other)).into_iter().take(2).collect());
    let value = signer.over_content(&lure)?.value;
    let data = SignedData { content: Some(other.to_vec()), ..signer.data(&signer.info(Some(lure), value)) };
    let bad = good.but("what was signed as content has become the attributes of another content").by("RFC 5652 §5.4").file(data.der());
    let bad = bad.indeterminate("SIG_CONSTRAINTS_FAILURE", "signature_acceptance.claimed_time_present");
    bad.entry(|entry| entry.level("none")).add("cms/content-as-attributes", files)?;
    Ok(())
}

/// The certificate, by whatever names it.
fn certificate(shared: &Shared, signer: &Signer<'_>, good: &Good, files: &mut Files) -> Outcome {
    let by_key = SignerInfo { version: 3, sid: subject_key_identifier(signer.entity), ..info(signer, CONTENT)? };
    let data = SignedData { version: 3, ..enveloping(signer, &by_key) };
    let good_by_key = good.but("the signer is named by the identifier of its key").by("RFC 5652 §5.3").file(data.der());
    let good_by_key = good_by_key.untwinned().add("cms/by-key-identifier", files)?;
    let template = Template::signatory(name("Another holder of the key"), at(-400), at(1200));
    let other: Entity = shared.issuing.issue(&template, signer.entity.key.clone())?;
    let swapped = SignedData { certificates: vec![other.certificate, shared.issuing.certificate.clone()], ..data.clone() };
    let bad = good_by_key.but("another certificate of the same key is in the place of the signer's").by("EN 319 102-1 §5.2.3.4 (2)");
    bad.file(swapped.der())
        .indeterminate("NO_SIGNING_CERTIFICATE_FOUND", "signing_certificate.reference_matches")
        .integrity("unknown")
        .add("cms/certificate-swapped", files)?;
    let version = SignerInfo { version: 1, ..by_key };
    let listed = good_by_key.but("the version of the signer information is 1").file(enveloping(signer, &version).der());
    listed.entry(|entry| entry.tolerates("signer_info.version")).add("cms/signer-version", files)?;

    let check = "signature_acceptance.signing_certificate_reference_present";
    let listed = good.but("no attribute names the signer's certificate").by("EN 319 122-1 §5.2.2");
    let listed = listed.file(with(signer, &|all| drop(all.remove(2)))?);
    listed.entry(|entry| entry.level("none").tolerates(check)).add("cms/no-reference", files)?;
    let id = sequence(&[octet_string(&Sha1.digest(&signer.entity.certificate))]);
    let version_1 = attribute(object_id::SIGNING_CERTIFICATE, &[sequence(&[sequence(&[id])])]);
    let listed = good.but("the signer's certificate is named by SHA-1").by("RFC 5035 §5.4");
    let listed = listed.file(with(signer, &|all| all[2] = version_1.clone())?);
    let check = "signature_acceptance.reference_digest_reliable";
    listed.entry(|entry| entry.level("B-B").tolerates(check)).add("cms/reference-version-1", files)?;
    Ok(())
}

/// Decided once: what is written is what is verified, and that it is odd is told.
fn algorithms(signer: &Signer<'_>, good: &Good, files: &mut Files) -> Outcome {
    let named = SignerInfo { digest: signer.identifier(), ..info(signer, CONTENT)? };
    let listed = good.but("digestAlgorithm is the identifier of the signature algorithm").by("RFC 5652 §10.1.1");
    let listed = listed.file(enveloping(signer, &named).der());
    listed.entry(|entry| entry.tolerates("signed_data.digest_identifier")).add("cms/digest-by-signature-identifier", files)?;
    let mut attributes = baseline(signer, &Sha512.digest(CONTENT));
    attributes[2] = attribute(object_id::SIGNING_CERTIFICATE_V2, &[cms::signing_certificate_v2(signer.digest, signer.entity)]);
    let two = SignerInfo { digest: cms::digest_identifier(Sha512), ..signer.over_attributes(attributes)? };
    let listed = good.but("the content is digested with SHA-512, the attributes with SHA-256").by("RFC 8933 §3");
    let listed = listed.file(enveloping(signer, &two).der());
    listed.entry(|entry| entry.tolerates("signed_data.digests_agree")).add("cms/digests-disagree", files)?;
    Ok(())
}

/// RFC 5652 §5.3 wants the order of DER; signers in the field do not keep it.
fn order(signer: &Signer<'_>, files: &mut Files) -> Outcome {
    let mut unsorted = baseline(signer, &signer.digest.digest(CONTENT));
    unsorted.sort();
    unsorted.reverse();
    let written = cms::set_as_given(&unsorted);
    let document = |signed: &[u8]| -> Outcome<Vec<u8>> {
        let value = signer.entity.key.sign(&signer.algorithm, signed)?;
        Ok(enveloping(signer, &signer.info(Some(written.clone()), value)).der())
    };
    let what = "the signed attributes are not in the order of DER, and were signed as they are written";
    let case = passing(what, "RFC 5652 §5.3, §5.4", document(&written)?);
    let good = case.entry(|entry| entry.tolerates("signed_data.signed_attributes_der")).add("cms/unsorted-attributes", files)?;
    let other = good.but("what was signed is their DER").file(document(&set_of(unsorted.clone()))?);
    other.add("cms/unsorted-attributes-sorted-signed", files)?;
    let bad = good.but("they were signed in a third order").file(document(&cms::set_as_given(&[&unsorted[1..], &unsorted[..1]].concat()))?);
    bad.fails("SIG_CRYPTO_FAILURE", "cryptographic_verification.value_valid")
        .entry(|entry| entry.integrity("broken"))
        .add("cms/unsorted-attributes-third-order", files)?;
    Ok(())
}

/// Attributes that are told and decide nothing.
fn beside(signer: &Signer<'_>, good: &Good, files: &mut Files) -> Outcome {
    let approval = object_id(const_oid::ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.6.5"));
    let commitment = |value: Vec<u8>| attribute(object_id::COMMITMENT_TYPE, &[value]);
    let file = with(signer, &|all| all.push(commitment(sequence(std::slice::from_ref(&approval)))))?;
    let good = good.but("the signer commits to approval").by("EN 319 122-1 §5.2.3").file(file).untwinned();
    let good = good.add("cms/commitment", files)?;
    let file = with(signer, &|all| all.push(commitment(null())))?;
    let listed = good.but("what the signer commits to is a NULL").file(file);
    listed.entry(|entry| entry.tolerates("signer_info.commitment_type")).add("cms/commitment-unreadable", files)?;

    let mut unknown = info(signer, CONTENT)?;
    unknown.unsigned = vec![attribute(const_oid::ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.7"), &[integer(1)])];
    let listed = good.but("an unsigned attribute of a private type").by("EN 319 122-1 §6.2.1").file(enveloping(signer, &unknown).der());
    listed.entry(|entry| entry.tolerates("signer_info.unsigned_attributes_judged")).add("cms/unsigned-private", files)?;
    Ok(())
}
