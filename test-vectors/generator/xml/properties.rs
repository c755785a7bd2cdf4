//! Recipe X11, and what XAdES has beside the data: properties, timestamps, counter signatures, evidence.

use kyso::encoding::base64;
use kyso::testkit::{Entity, Timestamp};

use super::making::{Data, EXCLUSIVE, Making, Reference, SHA256, SIGNED_PROPERTIES, between, canonical_element, replaced, transform};
use super::{CONSTRAINTS, FORMAT, RECORD, Signed, passing};
use crate::case::{Case, Entry};
use crate::shared::{Shared, time};
use crate::{Files, Outcome};

const REFERENCED: &str = "qualifying_properties.signed_properties_referenced";

pub fn add(shared: &Shared, enveloped: &Signed, files: &mut Files) -> Outcome {
    signed(shared, enveloped, files)?;
    said_twice(shared, enveloped, files)?;
    time_stamps(shared, files)?;
    counter_signatures(shared, files)
}

/// X11: the properties are one set, signed by one reference of their type.
fn signed(shared: &Shared, enveloped: &Signed, files: &mut Files) -> Outcome {
    let Signed { good, text } = enveloped;
    let making = || Making::xades(shared, Reference::enveloped());
    let resigned = |edit: &dyn Fn(&mut Making<'_>)| making().with(|making| edit(making)).sign(RECORD);
    let but = |change: &str, octets: Vec<u8>| -> Case { good.but(change).by("EN 319 132-1 §4.4.2").file(octets) };
    let text_of = |text: String| text.into_bytes();
    but("no reference is to the signed properties", text_of(resigned(&|making| making.references.truncate(1))?))
        .fails(FORMAT, REFERENCED)
        .entry(|entry| entry.level("none"))
        .add("xml/properties-unsigned", files)?;
    // What binds the properties is that the reference resolves to them: that it does not say so is told.
    let untyped = |making: &mut Making<'_>| making.references[1].attributes = " URI=\"#S-properties\"".into();
    but("the reference to the signed properties has no type", text_of(resigned(&untyped)?))
        .entry(|entry| entry.level("none").tolerates("qualifying_properties.signed_properties_typed"))
        .add("xml/properties-untyped", files)?;
    let typed = |kind: &'static str| {
        move |making: &mut Making<'_>| making.references[1].attributes = format!(" Type=\"{kind}\" URI=\"#S-properties\"")
    };
    but(
        "the type of that reference has the number of a version",
        text_of(resigned(&typed("http://uri.etsi.org/01903/v1.3.2#SignedProperties"))?),
    )
    .by("ETSI TS 101 903 V1.2.2 §6.3.1")
    .add("xml/properties-type-of-version", files)?;
    but("that reference is of a type that nobody knows", text_of(resigned(&typed("http://uri.etsi.org/01903#Properties"))?))
        .fails(FORMAT, REFERENCED)
        .entry(|entry| entry.level("none"))
        .add("xml/properties-other-type", files)?;
    let untyped_twice = |making: &mut Making<'_>| {
        untyped(making);
        let again = making.references[1].clone();
        making.references.push(again);
    };
    but("two references are to the signed properties, and none says so", text_of(resigned(&untyped_twice)?))
        .fails(FORMAT, REFERENCED)
        .entry(|entry| entry.level("none"))
        .add("xml/properties-untyped-twice", files)?;
    let tomorrow = |making: &mut Making<'_>| making.language = "http://uri.etsi.org/01903/v1.4.1#";
    but("the properties are in a language that is not known", text_of(resigned(&tomorrow)?))
        .by("EN 319 132-1 §4.2")
        .indeterminate("SIGNED_DATA_NOT_FOUND", "qualifying_properties.language_known")
        .entry(|entry| entry.level("none"))
        .add("xml/properties-language", files)?;
    let unsigned_sign = |making: &mut Making<'_>| making.target = "S".into();
    but("the properties name their signature without a number sign", text_of(resigned(&unsigned_sign)?))
        .by("EN 319 132-1 §4.3.1")
        .entry(|entry| entry.tolerates("qualifying_properties.target"))
        .add("xml/properties-target-without-sign", files)?;
    let other = |making: &mut Making<'_>| {
        making.references[1].attributes = format!(" Type=\"{SIGNED_PROPERTIES}\" URI=\"\"");
        making.references[1].transforms = Reference::enveloped().transforms;
        making.references[1].data = Data::Document;
    };
    but("the reference of their type is to something else", text_of(resigned(&other)?))
        .fails(FORMAT, REFERENCED)
        .entry(|entry| entry.level("none"))
        .add("xml/properties-elsewhere", files)?;
    let twice = |making: &mut Making<'_>| {
        let again = making.references[1].clone();
        making.references.push(again);
    };
    but("two references are to the signed properties", text_of(resigned(&twice)?))
        .fails(FORMAT, REFERENCED)
        .entry(|entry| entry.level("none"))
        .add("xml/properties-twice-signed", files)?;
    let properties = between(text, "<xades:SignedProperties ", "</xades:SignedProperties>")?;
    let forged = properties.replace("S-properties", "forged");
    but("there are other signed properties before those that are signed", replaced(text, properties, &format!("{forged}{properties}"))?)
        .fails(FORMAT, "qualifying_properties.signed_properties")
        .entry(|entry| entry.level("none"))
        .add("xml/properties-twice", files)?;
    let object = between(text, "<ds:Object><xades:QualifyingProperties", "</ds:Object>")?;
    let another = object.replace("S-properties", "forged");
    but("there is another set of properties", replaced(text, object, &format!("{another}{object}"))?)
        .fails(FORMAT, "qualifying_properties.one")
        .entry(|entry| entry.level("none"))
        .add("xml/properties-two-sets", files)?;
    but("the properties say that they are another signature's", replaced(text, "Target=\"#S\"", "Target=\"#T\"")?)
        .fails(FORMAT, "qualifying_properties.target")
        .add("xml/properties-target", files)?;
    let unread =
        |making: &mut Making<'_>| making.properties = Some("<xades:SigningCertificateV2><xades:Cert/></xades:SigningCertificateV2>".into());
    but("the reference to the certificate says nothing", text_of(resigned(&unread)?))
        .fails(FORMAT, "qualifying_properties.signing_certificate_reference")
        .add("xml/properties-certificate", files)?;
    Ok(())
}

/// §4.3, §4.4, §5.2.2: the signer says two things, of which each reader takes one.
fn said_twice(shared: &Shared, enveloped: &Signed, files: &mut Files) -> Outcome {
    const ONCE: &str = "qualifying_properties.each_once";
    let good = &enveloped.good;
    let making = || Making::xades(shared, Reference::enveloped());
    let own = making().properties.unwrap_or_default();
    let with = |more: String| -> Outcome<Vec<u8>> {
        Ok(making().with(|making| making.properties = Some(own.clone() + &more)).sign(RECORD)?.into_bytes())
    };
    for (name, change, more) in [
        ("time", "two times are claimed", "<xades:SigningTime>2020-01-01T00:00:00Z</xades:SigningTime>".to_owned()),
        ("certificate", "the certificate is named by two properties of one name", own.clone()),
    ] {
        let bad = good.but(change).by("EN 319 132-1 §4.3").file(with(more)?).fails(FORMAT, ONCE);
        bad.add(&format!("xml/properties-{name}-twice"), files)?;
    }
    let sets = "<xades:UnsignedProperties/>".repeat(2);
    let told = good.but("there are two sets of unsigned properties").by("EN 319 132-1 §4.3");
    let told = told.file(replaced(&enveloped.text, "</xades:SignedProperties>", &format!("</xades:SignedProperties>{sets}"))?);
    told.entry(|entry| entry.tolerates(ONCE)).add("xml/properties-two-unsigned", files)?;
    let older = |octets: &[u8]| {
        let digest = base64::encode(&kyso::crypto::DigestAlgorithm::Sha256.digest(octets));
        format!(
            "<xades:SigningCertificate><xades:Cert><xades:CertDigest><ds:DigestMethod Algorithm=\"{SHA256}\"/><ds:DigestValue>{digest}</ds:DigestValue></xades:CertDigest><xades:IssuerSerial><ds:X509IssuerName>CN=Test Issuing</ds:X509IssuerName><ds:X509SerialNumber>1</ds:X509SerialNumber></xades:IssuerSerial></xades:Cert></xades:SigningCertificate>"
        )
    };
    let both = good.but("the certificate is named by the property of the older version, too").by("EN 319 132-1 §5.2.2");
    let both = both.file(with(older(&shared.signatories["p256"].certificate))?).untwinned().add("xml/properties-both-versions", files)?;
    let bad = both.but("that one names another certificate").file(with(older(&shared.signatories["rsa-2048"].certificate))?);
    bad.fails(FORMAT, "qualifying_properties.certificate_references_agree").add("xml/properties-both-versions-other", files)?;
    Ok(())
}

fn time_stamp(name: &str, token: &[u8]) -> String {
    let encoded = base64::encode(token);
    format!(
        "<xades:{name}><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"/><xades:EncapsulatedTimeStamp>{encoded}</xades:EncapsulatedTimeStamp></xades:{name}>"
    )
}

fn token(authority: &Entity, over: &[u8]) -> Outcome<Vec<u8>> {
    let an_hour_ago = time().plus_seconds(-3_600);
    Ok(authority.timestamp_token(&Timestamp::over(over, an_hour_ago).with_certificates(&[authority]))?)
}

/// §5.3: over the value with its element.
fn time_stamps(shared: &Shared, files: &mut Files) -> Outcome {
    let making = Making::xades(shared, Reference::enveloped());
    let text = making.sign(RECORD)?;
    let stamped = |unsigned: String| making.clone().with(|making| making.unsigned = unsigned).sign(RECORD);
    let own = token(&shared.timestamping, &canonical_element(&text, "S-value")?)?;
    let case = passing("XAdES B-T", "EN 319 132-1 §5.3", stamped(time_stamp("SignatureTimeStamp", &own))?);
    let good = case.entry(|entry| entry.level("B-T")).add("xml/timestamped", files)?;
    let other = token(&shared.timestamping, b"another value")?;
    let proves = "proof_of_existence.timestamp_proves";
    let bad = good.but("the timestamp is on another value").file(stamped(time_stamp("SignatureTimeStamp", &other))?.into_bytes());
    bad.entry(|entry| entry.level("B-B").tolerates(proves)).add("xml/timestamp-of-another", files)?;
    let unreadable = time_stamp("SignatureTimeStamp", b"no token");
    let bad = good.but("the timestamp is none").file(stamped(unreadable)?.into_bytes());
    bad.indeterminate(CONSTRAINTS, "time_stamps.token_readable")
        .entry(|entry| entry.level("B-B"))
        .add("xml/timestamp-unreadable", files)?;
    let refused = time_stamp("SignatureTimeStamp", &own).replace(EXCLUSIVE, "urn:identity");
    let bad = good.but("the timestamp is over something that nobody can put together").file(stamped(refused)?.into_bytes());
    bad.entry(|entry| entry.level("B-B").tolerates("time_stamps.input_found")).add("xml/timestamp-unknown-input", files)?;
    let named = time_stamp("SignatureTimeStamp", &own);
    let start = named.find('>').ok_or("no element")? + 1;
    let named = [&named[..start], "<xades:HashDataInfo uri=\"#S-value\"/>", &named[start..]].concat();
    let bad = good.but("the timestamp says what it is over, as before TS 101 903 V1.2.2").file(stamped(named)?.into_bytes());
    bad.entry(|entry| entry.level("B-B").tolerates("time_stamps.input_found")).add("xml/timestamp-names-input", files)?;
    Ok(())
}

/// §5.2.7.2
fn counter_signatures(shared: &Shared, files: &mut Files) -> Outcome {
    let making = Making::xades(shared, Reference::enveloped());
    let text = making.sign(RECORD)?;
    let value = canonical_element(&text, "S-value")?;
    let counter = |uri: &str, data: Vec<u8>| -> Outcome<String> {
        let attributes = format!(" Id=\"r\" Type=\"http://uri.etsi.org/01903#CountersignedSignature\" URI=\"{uri}\"");
        let reference = Reference { attributes, transforms: transform(EXCLUSIVE), data: Data::Octets(data) };
        let counter = Making::by(shared, &shared.signatories["p256"], "S2", reference);
        Ok(format!("<xades:CounterSignature>{}</xades:CounterSignature>", counter.sign("{}")?))
    };
    let signed = |unsigned: String| making.clone().with(|making| making.unsigned = unsigned).sign(RECORD);
    let case = passing("a signature of the signature's value", "EN 319 132-1 §5.2.7.2", signed(counter("#S-value", value)?)?);
    let entries = [Entry::passed().kind("signature"), Entry::passed().kind("counter_signature")];
    let good = case.entries(&entries).add("xml/counter-signature", files)?;
    let bad = good.but("the policy allows one signature to be judged").by("XML Signature §4.2");
    let bad = bad.policy(serde_json::json!({ "id": "one-signature", "limits": { "signatures": 1 } }));
    bad.indeterminate(CONSTRAINTS, "xades.signatures_within_limit").entries(&entries[..1]).add("xml/signatures-limit", files)?;
    let info = canonical_element(&text, "S-properties")?;
    let bad = good.but("the counter signature is over the properties").file(signed(counter("#S-properties", info)?)?.into_bytes());
    let check = "core_validation.counter_signature_covers_value";
    let [first, second] = entries;
    let _ = second;
    bad.fails(super::HASH, check)
        .entries(&[first, Entry::concluded("TOTAL-FAILED", super::HASH, check).kind("counter_signature")])
        .add("xml/counter-signature-elsewhere", files)?;
    Ok(())
}
