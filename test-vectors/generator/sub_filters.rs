//! Group `sub-filters`: the kinds of signatures that `/SubFilter` names, the older ones at a time at which they were relied upon.

use kyso::crypto::DigestAlgorithm::{Sha1, Sha256};
use kyso::crypto::SignatureAlgorithm;
use kyso::encoding::der::write::{null, octet_string};
use kyso::pki::object_id;
use kyso::testkit::extension::extended_key_usage;
use kyso::testkit::{Entity, Purpose, Template};
use kyso::{Document, Profile, Time};

use crate::case::{Case, Entry, Good};
use crate::cms::{self, Signer, attribute};
use crate::hand_made::{DICTIONARY, HandMade, claimed, date, dictionary, field, objects, patched};
use crate::pdf::{self, plain, table};
use crate::shared::{Shared, at};
use crate::{Files, Outcome};

const HASH: &str = "HASH_FAILURE";
const INTACT: &str = "cryptographic_verification.data_intact";
const VALUE: &str = "cryptographic_verification.value_valid";
const ALTERED: &str = "one letter of the page is another one";

/// The file with one letter of its page changed.
fn altered(document: &[u8]) -> Outcome<Vec<u8>> {
    patched(document, "Ket qua", "Ket que")
}

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    pades(shared, files)?;
    with_attributes(shared, files)?;
    without_attributes(shared, files)?;
    sha1(shared, files)?;
    document_timestamp(shared, files)?;
    signature_timestamp(shared, files)?;
    others(shared, files)
}

/// EN 319 142-1 §6.3
fn pades(shared: &Shared, files: &mut Files) -> Outcome {
    let profile = Profile::pades_b_b(claimed()).contents(1).name("Nguyen Van A").location("Hoa Sen").reason("Phe duyet");
    let document = kyso::sign(&Document::pdf(&table(&plain(), ""))?, &profile, &shared.signer("p256")?)?;
    let case = Case::passing("PAdES B-B: ETSI.CAdES.detached", "EN 319 142-1 §6.3", document.clone());
    let good = case.entry(|entry| entry.kind("signature").level("B-B")).add("sub-filters/pades", files)?;
    let broken =
        |change: &str, document| good.but(change).by("EN 319 102-1 §5.2.7").document(document).fails(HASH, INTACT).integrity("broken");
    broken(ALTERED, altered(&document)?).add("sub-filters/pades-altered-page", files)?;
    let document = patched(&document, "Hoa Sen", "Hoa Lan")?;
    broken("one letter of the location is another one", document).add("sub-filters/pades-altered-dictionary", files)?;
    Ok(())
}

/// ISO 32000-2 §12.8.3.3, as signing software of the years before PAdES writes it.
fn with_attributes(shared: &Shared, files: &mut Files) -> Outcome {
    let profile = Profile::pkcs7_detached(claimed()).contents(1);
    let document = kyso::sign(&Document::pdf(&table(&plain(), ""))?, &profile, &shared.signer("rsa-2048")?)?;
    let case = Case::passing("adbe.pkcs7.detached with signed attributes", "ISO 32000-2 §12.8.3.3", document.clone());
    let good = case.entry(|entry| entry.kind("signature").level("none")).add("sub-filters/pkcs7", files)?;
    let bad = good.but(ALTERED).by("EN 319 102-1 §5.2.7").document(altered(&document)?);
    bad.fails(HASH, INTACT).integrity("broken").add("sub-filters/pkcs7-altered-page", files)?;

    let signer = shared.by_hand("p256");
    let by_hand = |dictionary: &str, more: &[Vec<u8>]| {
        HandMade::new(objects(dictionary)).sign(|octets| {
            let mut attributes = signer.attributes(&Sha256.digest(octets));
            attributes.truncate(2);
            attributes.extend_from_slice(more);
            Ok(signer.data(&signer.over_attributes(attributes)?).der())
        })
    };
    let dated = dictionary("adbe.pkcs7.detached", &format!("/M {} ", date(claimed())));
    let check = "signature_acceptance.signing_certificate_reference_present";
    let what = "adbe.pkcs7.detached with content-type and message-digest alone, the time in `/M`";
    let case = Case::passing(what, "ISO 32000-2 §12.8.3.3", by_hand(&dated, &[])?).entry(|entry| entry.level("none").tolerates(check));
    let good = case.add("sub-filters/pkcs7-two-attributes", files)?;
    let undated = dictionary("adbe.pkcs7.detached", "");
    let in_attribute = good.but("the time stands in signing-time").document(by_hand(&undated, &[cms::signing_time(claimed())])?);
    in_attribute.add("sub-filters/pkcs7-signing-time", files)?;
    let bad = good.but("no time is claimed").by("EN 319 102-1 §5.2.8.4.2.3").document(by_hand(&undated, &[])?);
    bad.indeterminate("SIG_CONSTRAINTS_FAILURE", "signature_acceptance.claimed_time_present")
        .add("sub-filters/pkcs7-without-time", files)?;
    let early = dictionary("adbe.pkcs7.detached", &format!("/M {} ", date(at(-401))));
    let bad = good.but("the time claimed is before the certificate").by("EN 319 102-1 §5.2.8.4.2.3").document(by_hand(&early, &[])?);
    let check = "signature_acceptance.claimed_time_in_validity";
    bad.indeterminate("SIG_CONSTRAINTS_FAILURE", check).add("sub-filters/pkcs7-early", files)?;
    Ok(())
}

/// PKCS #7: the value is over the content itself.
fn without_attributes(shared: &Shared, files: &mut Files) -> Outcome {
    let signer = shared.by_hand("rsa-2048");
    let dated = dictionary("adbe.pkcs7.detached", &format!("/M {} ", date(claimed())));
    let document = HandMade::new(objects(&dated)).sign(|octets| Ok(signer.data(&signer.over_content(octets)?).der()))?;
    let case = Case::passing("adbe.pkcs7.detached without signed attributes", "RFC 2315 §9.2", document.clone());
    let case = case.entry(|entry| entry.level("none").tolerates("signed_data.signed_attributes_present"));
    let good = case.add("sub-filters/pkcs7-no-attributes", files)?;
    let bad = good.but(ALTERED).by("EN 319 102-1 §5.2.7").document(altered(&document)?);
    bad.fails("SIG_CRYPTO_FAILURE", VALUE).integrity("broken").add("sub-filters/pkcs7-no-attributes-altered-page", files)?;
    Ok(())
}

/// A signer whose certificate was valid in 2011 already.
pub fn veteran(shared: &Shared) -> Outcome<Entity> {
    let since = Time::from_rfc3339("2011-01-01T00:00:00Z")?;
    let template = Template::signatory(crate::shared::person("veteran"), since, at(1200));
    Ok(shared.issuing_since(since)?.issue(&template, shared.signatories["rsa-2048"].key.clone())?)
}

/// Two kinds whose digest is SHA-1 by definition: relied upon until 2012-08-01, and the relying party has had the file since 2011.
fn sha1(shared: &Shared, files: &mut Files) -> Outcome {
    let registered = Time::from_rfc3339("2011-06-02T00:00:00Z")?;
    let issuing = shared.issuing_since(Time::from_rfc3339("2011-01-01T00:00:00Z")?)?;
    let veteran = veteran(shared)?;
    let signer = Signer::new(&veteran, &[&issuing]).with(Sha1, SignatureAlgorithm::RsaPkcs1(Sha1));
    let more = format!("/M {} ", date(Time::from_rfc3339("2011-06-01T00:00:00Z")?));
    let attributes = |digest: &[u8]| signer.attributes(&Sha1.digest(digest));
    let pkcs7_sha1 = |content: &dyn Fn(&[u8]) -> Vec<u8>| {
        HandMade::new(objects(&dictionary("adbe.pkcs7.sha1", &more))).sign(|octets| {
            let content = content(octets);
            let mut data = signer.data(&signer.over_attributes(attributes(&content))?);
            data.content = Some(content);
            Ok(data.der())
        })
    };
    let document = pkcs7_sha1(&|octets| Sha1.digest(octets))?;
    let good = Case::passing("adbe.pkcs7.sha1, in the register since 2011", "ISO 32000-1 §12.8.3.3.1", document.clone());
    let good = good.existence(Some(registered)).entry(|entry| entry.kind("signature")).add("sub-filters/pkcs7-sha1", files)?;
    twins(&good, "pkcs7-sha1", &document, (HASH, INTACT), files)?;
    let bad = good.but("its content is no SHA-1").document(pkcs7_sha1(&|octets| Sha256.digest(octets))?);
    let bad = bad.fails("FORMAT_FAILURE", "content.sha1_of_ranges").integrity("unknown");
    bad.add("sub-filters/pkcs7-sha1-other-content", files)?;

    let certificate: String = veteran.certificate.iter().map(|octet| format!("{octet:02x}")).collect();
    let x509 = |certificates: &str| {
        let text = dictionary("adbe.x509.rsa_sha1", &format!("{more}{certificates}"));
        HandMade::new(objects(&text)).sign(|octets| Ok(octet_string(&veteran.key.sign(&signer.algorithm, octets)?)))
    };
    let document = x509(&format!("/Cert <{certificate}> "))?;
    let good = Case::passing("adbe.x509.rsa_sha1, in the register since 2011", "ISO 32000-1 §12.8.3.2", document.clone());
    let good =
        good.evidence("issuing.der", issuing.certificate.clone()).existence(Some(registered)).add("sub-filters/x509-rsa-sha1", files)?;
    twins(&good, "x509-rsa-sha1", &document, ("SIG_CRYPTO_FAILURE", VALUE), files)?;
    let bad = good.but("there is no `/Cert`").document(x509("")?);
    let bad = bad.fails("FORMAT_FAILURE", "content.certificate_entry").integrity("unknown");
    bad.add("sub-filters/x509-rsa-sha1-no-certificate", files)?;
    Ok(())
}

/// Without the register, with a later entry of the register, with another page.
fn twins(good: &Good, name: &str, document: &[u8], altered_page: (&'static str, &'static str), files: &mut Files) -> Outcome {
    let weak = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE";
    let bad = good.but("nobody knows since when it exists").by("EN 319 102-1 §5.2.8.4.1").existence(None);
    bad.indeterminate(weak, "signature_acceptance.algorithm_reliable").add(&format!("sub-filters/{name}-no-register"), files)?;
    let late = Time::from_rfc3339("2012-08-01T00:00:00Z")?;
    let bad = good.but("the register has it since SHA-1 ended").by("EN 319 102-1 §5.5.4 (4)(d)").existence(Some(late));
    bad.indeterminate(weak, "signature_with_time.algorithms_reliable").add(&format!("sub-filters/{name}-late"), files)?;
    let (sub_indication, check) = altered_page;
    let bad = good.but(ALTERED).by("EN 319 102-1 §5.2.7").document(altered(document)?).fails(sub_indication, check).integrity("broken");
    bad.add(&format!("sub-filters/{name}-altered-page"), files)?;
    Ok(())
}

/// ISO 32000-2 §12.8.5: the only thing in its file.
fn document_timestamp(shared: &Shared, files: &mut Files) -> Outcome {
    let text = "<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 /ByteRange {range} /Contents {contents} >>";
    type Make<'m> = &'m dyn Fn(&Signer<'_>, &[u8]) -> Outcome<Vec<u8>>;
    let make = |authority: &Entity, make: Make<'_>| {
        let signer = Signer::new(authority, &[&shared.issuing]);
        HandMade::new(objects(text)).sign(|octets| make(&signer, octets))
    };
    let stamped = |authority: &Entity| make(authority, &|signer, octets| signer.timestamp(octets, claimed()));
    let document = stamped(&shared.timestamping)?;
    let case = Case::passing("a document timestamp: ETSI.RFC3161", "ISO 32000-2 §12.8.5", document.clone());
    let good = case.entry(|entry| entry.kind("document_timestamp")).add("sub-filters/document-timestamp", files)?;
    let bad = good.but(ALTERED).by("EN 319 102-1 §5.4").document(altered(&document)?);
    bad.fails(HASH, INTACT).integrity("broken").add("sub-filters/document-timestamp-altered-page", files)?;

    let other = |usages: Vec<kyso::testkit::Extension>| -> Outcome<Entity> {
        let template = Template::timestamping(crate::shared::name("Test Timestamping"), at(-400), at(1200));
        let template = usages.into_iter().fold(template.without(kyso::testkit::extension::EXTENDED_KEY_USAGE), Template::with);
        Ok(shared.issuing.issue(&template, shared.timestamping.key.clone())?)
    };
    let usage = |purposes: &[Purpose]| extended_key_usage(purposes).with_criticality(true);
    let check = "wrap_up.extended_key_usage";
    for (name, change, usages) in [
        ("no-usage", "the authority's certificate has no extended key usage", vec![]),
        ("other-usage", "the authority's certificate is for signing documents", vec![usage(&[Purpose::DocumentSigning])]),
        (
            "two-usages",
            "the authority's certificate has another purpose too",
            vec![usage(&[Purpose::TimeStamping, Purpose::DocumentSigning])],
        ),
    ] {
        let bad = good.but(change).by("RFC 3161 §2.3").document(stamped(&other(usages)?)?);
        bad.indeterminate("CHAIN_CONSTRAINTS_FAILURE", check).add(&format!("sub-filters/document-timestamp-{name}"), files)?;
    }
    let listed = good.but("the purpose in the authority's certificate is not critical").by("RFC 3161 §2.3");
    let listed = listed.document(stamped(&other(vec![extended_key_usage(&[Purpose::TimeStamping])])?)?);
    let listed = listed.entry(|entry| entry.tolerates("wrap_up.timestamping_usage_critical"));
    listed.add("sub-filters/document-timestamp-not-critical", files)?;

    let unread = "content.timestamp_token";
    let document = make(&shared.timestamping, &|signer, _| signer.timestamp_of(null()))?;
    let bad = good.but("in the token stands NULL").by("RFC 3161 §2.4.2").document(document).fails("FORMAT_FAILURE", unread);
    bad.integrity("unknown").add("sub-filters/document-timestamp-null", files)?;
    let document = make(&shared.timestamping, &|signer, octets| signer.detached(octets, Vec::new()))?;
    let bad =
        good.but("a signature stands in the place of the token").by("RFC 3161 §2.4.2").document(document).fails("FORMAT_FAILURE", unread);
    bad.integrity("unknown").add("sub-filters/document-timestamp-signature", files)?;
    Ok(())
}

/// RFC 3161 appendix A: a timestamp on the signature value, which makes the level B-T.
fn signature_timestamp(shared: &Shared, files: &mut Files) -> Outcome {
    let (signer, authority) = (shared.by_hand("p256"), Signer::new(&shared.timestamping, &[]));
    let make = |over: &dyn Fn(&[u8]) -> Vec<u8>| {
        HandMade::new(objects(&crate::hand_made::pades())).sign(|octets| {
            let mut info = signer.over_attributes(signer.attributes(&Sha256.digest(octets)))?;
            let token = authority.timestamp(&over(&info.value), claimed().plus_seconds(1))?;
            info.unsigned = vec![attribute(object_id::SIGNATURE_TIMESTAMP, &[token])];
            Ok(signer.data(&info).der())
        })
    };
    let case = Case::passing("PAdES B-T: a timestamp on the signature value", "EN 319 142-1 §6.3", make(&|value| value.to_vec())?);
    let good = case.entry(|entry| entry.level("B-T")).add("sub-filters/signature-timestamp", files)?;
    let other = good.but("the timestamp is on other octets").document(make(&|_| b"something else".to_vec())?);
    other.entry(|entry| entry.level("B-B")).add("sub-filters/signature-timestamp-of-another", files)?;
    Ok(())
}

/// What is no signature of the document, or none that can be judged.
fn others(shared: &Shared, files: &mut Files) -> Outcome {
    let signer = shared.by_hand("p256");
    let more = format!("/M {} ", date(claimed()));
    let make = |objects: pdf::Objects| HandMade::new(objects).sign(|octets| signer.detached(octets, Vec::new()));
    let good = Case::passing(
        "ETSI.CAdES.detached, made by hand",
        "ISO 32000-2 Table 255",
        make(objects(&dictionary("ETSI.CAdES.detached", &more)))?,
    );
    let good = good.entry(|entry| entry.kind("signature")).add("sub-filters/known", files)?;
    let check = "signature_dictionary.sub_filter_supported";
    let bad = good.but("`/SubFilter` is one that nobody knows").document(make(objects(&dictionary("Kyso.Unknown", &more)))?);
    let bad = bad.indeterminate("SIG_CONSTRAINTS_FAILURE", check);
    bad.entry(|_| Entry::default().kind("unsupported").integrity("unknown")).add("sub-filters/unknown", files)?;
    let text = dictionary("X", &more).replace("/SubFilter /X ", "");
    let bad = good.but("there is no `/SubFilter`").document(make(objects(&text))?);
    bad.indeterminate("SIG_CONSTRAINTS_FAILURE", check).add("sub-filters/absent", files)?;

    let catalog = format!("<< /Type /Catalog /Pages 2 0 R /Perms << /UR3 {DICTIONARY} 0 R >> >>");
    let page = pdf::page("");
    let text = dictionary("adbe.pkcs7.detached", &more);
    let rights = pdf::with(plain(), &[(1, &catalog), (3, &page), (DICTIONARY, &text)]);
    let none = good.but("no field has it: it stands under `/Perms /UR3`").by("ISO 32000-2 §12.8.2.3").document(make(rights)?);
    none.no_signature().entries(&[Entry::default().kind("usage_rights")]).add("sub-filters/usage-rights", files)?;
    let none = good.but("nobody has signed").by("EN 319 102-1 §5.1.3").document(table(&plain(), ""));
    none.no_signature().add("sub-filters/unsigned", files)?;
    let empty = pdf::with(objects(""), &[(6, &field("Signature1", "").replace("/V 7 0 R ", "")), (DICTIONARY, "null")]);
    let none = good.but("its field has no value").by("ISO 32000-2 §12.7.5.5").document(table(&empty, ""));
    none.no_signature().add("sub-filters/unsigned-field", files)?;
    Ok(())
}
