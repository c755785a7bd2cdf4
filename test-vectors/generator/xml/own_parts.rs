//! What is written into the parts of a signature that nobody signs: attributes, sentences where a key is told, properties out of their place, names of
//! somebody else.

use super::making::replaced;
use super::{CONSTRAINTS, Signed};
use crate::case::Entry;
use crate::{Files, Outcome};

const MODIFIED: &str = "verdict.document_not_modified";
const NAMES: &str = "core_validation.names_are_the_certificates";
const OWN: &str = "CN=Nguyễn Văn p256,T=Chủ tịch,O=Kyso Test,C=VN";
const END: &str = "</xades:SignedProperties>";
const ROLE: &str = "<xades:SignedProperties><xades:SignedSignatureProperties><xades:SignerRoleV2><xades:ClaimedRoles>\
                    <xades:ClaimedRole>Bo truong</xades:ClaimedRole></xades:ClaimedRoles></xades:SignerRoleV2>\
                    </xades:SignedSignatureProperties></xades:SignedProperties>";

pub fn add(parted: &Signed, files: &mut Files) -> Outcome {
    let Signed { good, text } = parted;
    let mut told = |name: &str, change: &str, from: &str, to: &str| -> Outcome {
        let bad = good.but(change).by("EN 319 102-1 §5.1.3").file(replaced(text, from, to)?);
        bad.indeterminate(CONSTRAINTS, MODIFIED).entries(&[Entry::passed()]).add(&format!("xml/own-parts-{name}"), files).map(drop)
    };
    let key = |inner: &str| format!("{inner}</ds:KeyInfo>");
    let unsigned = |inner: &str| {
        format!(
            "{END}<xades:UnsignedProperties><xades:UnsignedSignatureProperties>{inner}</xades:UnsignedSignatureProperties></xades:UnsignedProperties>"
        )
    };
    for (name, change, from, to) in [
        ("attribute", "the signature has an attribute that says something", "<ds:Signature ", "<ds:Signature Result=\"Tu choi\" "),
        ("attribute-value", "its value has one", "<ds:SignatureValue ", "<ds:SignatureValue Result=\"Tu choi\" "),
        ("attribute-key", "the data of the key have one that says another signer", "<ds:X509Data>", "<ds:X509Data Subject=\"Bo truong\">"),
        ("attribute-object", "an object has one", "<ds:Object>", "<ds:Object Result=\"Tu choi\">"),
        ("attribute-properties", "its properties have one", " Target=\"#S\"", " Target=\"#S\" Result=\"Tu choi\""),
    ] {
        told(name, change, from, to)?;
    }
    let properties = "signed properties that nobody signed stand ";
    let in_key = ROLE.replacen("SignedProperties", "SignedProperties xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\"", 1);
    for (name, change, from, to) in [
        (
            "key-sentence",
            "a sentence stands in the place of a coordinate".to_owned(),
            "</ds:KeyInfo>",
            key("<ds:X>Bo truong da phe duyet</ds:X>"),
        ),
        (
            "digest-words",
            "words whose letters are base64 stand in the place of a digest".to_owned(),
            "</ds:KeyInfo>",
            key("<ds:DigestValue>refused by the Minister</ds:DigestValue>"),
        ),
        (
            "key-in-key",
            "a key is told within another, with the name of somebody else".to_owned(),
            "</ds:KeyInfo>",
            key("<ds:KeyInfo><ds:KeyName>Bo truong</ds:KeyName></ds:KeyInfo>"),
        ),
        ("key-properties", format!("{properties}beside the key"), "</ds:KeyInfo>", key(&in_key)),
        ("unsigned-properties", format!("{properties}among the unsigned ones"), END, unsigned(ROLE)),
        (
            "identifier-sentence",
            "a sentence stands in the place of an identifier".to_owned(),
            END,
            unsigned("<xades:Identifier>Bo truong da phe duyet</xades:Identifier>"),
        ),
    ] {
        told(name, &change, from, &to)?;
    }
    names(parted, files)
}

/// XML Signature §4.5.1, §4.5.4
fn names(parted: &Signed, files: &mut Files) -> Outcome {
    let issuer = "CN=Test Issuing, O=Kyso Test, C=VN";
    let serial = |issuer: &str, number: &str| {
        format!(
            "<ds:X509IssuerSerial><ds:X509IssuerName>{issuer}</ds:X509IssuerName><ds:X509SerialNumber>{number}</ds:X509SerialNumber></ds:X509IssuerSerial>"
        )
    };
    let number = u128::from_str_radix("5b84a6294b7fbf089f9d261600fd8b57", 16)?.to_string();
    let key_name = |name: &str| format!("<ds:KeyName>{name}</ds:KeyName><ds:X509Data>");
    let in_data = |inner: &str| format!("<ds:X509Data>{inner}");
    let with = |to: &str| replaced(&parted.text, "<ds:X509Data>", to);
    let named = |name: &str| format!("<ds:X509SubjectName>{name}</ds:X509SubjectName>");
    let honest = with(&format!("{}{}", key_name("NGUYỄN VĂN P256"), named(OWN) + &serial(issuer, &number)))?;
    let good = parted.good.but("the names and the number of the certificate stand beside it").by("XML Signature §4.5.4").file(honest);
    let good = good.untwinned().entry(|entry| entry.level("B-B")).add("xml/names", files)?;
    for (name, change, to) in [
        ("subject", "the subject is somebody else", in_data(&named("CN=Bo truong,O=Kyso Test,C=VN"))),
        ("issuer", "the issuer is somebody else", in_data(&serial("CN=Bo truong", &number))),
        ("number", "the number is another one", in_data(&serial(issuer, "12"))),
        ("key", "the key is called as somebody else", key_name("Bo truong")),
    ] {
        let told = good.but(change).file(with(&to)?).entry(|entry| entry.level("B-B").tolerates(NAMES));
        told.add(&format!("xml/names-{name}"), files)?;
    }
    Ok(())
}
