//! Recipes X3, X6, X8, X9, X10, X12: what a signature may be built of, and what is refused by name.

use kyso::encoding::base64;
use serde_json::json;

use super::making::{DS, Data, ENVELOPED, EXCLUSIVE, Making, Reference, between, key_info, replaced, transform};
use super::{CONSTRAINTS, FORMAT, NOT_FOUND, RECORD, Signed};
use crate::case::Entry;
use crate::shared::Shared;
use crate::{Files, Outcome};

const STRUCTURE: &str = "signature_element.structure";
const TRANSFORMS: &str = "core_validation.transforms_known";

pub fn add(shared: &Shared, enveloped: &Signed, files: &mut Files) -> Outcome {
    elements(enveloped, files)?;
    canonical_forms(shared, enveloped, files)?;
    transforms(shared, enveloped, files)?;
    manifests(shared, enveloped, files)?;
    algorithms(shared, enveloped, files)?;
    keys(shared, enveloped, files)?;
    document_types(enveloped, files)
}

/// X3: each part once, in its place.
fn elements(enveloped: &Signed, files: &mut Files) -> Outcome {
    let Signed { good, text } = enveloped;
    let info = between(text, "<ds:SignedInfo>", "</ds:SignedInfo>")?;
    let value = between(text, "<ds:SignatureValue ", "</ds:SignatureValue>")?;
    let cases = [
        (
            "two-signed-infos",
            "there is another SignedInfo before the one that is signed",
            replaced(text, info, &format!("{}{info}", info.replace("Id=\"r\" ", "")))?,
            STRUCTURE,
        ),
        ("nested-signed-info", "SignedInfo stands in an object alone", replaced(text, info, "")?.into_iter().collect(), STRUCTURE),
        (
            "two-values",
            "there is another signature value",
            replaced(text, value, &format!("{}{value}", value.replace("S-value", "S2-value")))?,
            STRUCTURE,
        ),
        (
            "element-in-value",
            "an element stands in the signature value",
            replaced(text, "</ds:SignatureValue>", "<x xmlns=\"\"/></ds:SignatureValue>")?,
            "signature_element.value_readable",
        ),
        (
            "no-reference",
            "SignedInfo has something else than references",
            replaced(text, "</ds:SignedInfo>", "<ds:Object/></ds:SignedInfo>")?,
            "signature_element.signed_info",
        ),
        (
            "no-digest",
            "a reference has no digest",
            replaced(text, between(text, "<ds:DigestValue>", "</ds:DigestValue>")?, "")?,
            "core_validation.reference_readable",
        ),
    ];
    for (name, change, altered, check) in cases {
        let bad = good.but(change).by("XML Signature §4.2").file(altered).fails(FORMAT, check);
        bad.entries(&[Entry::default()]).add(&format!("xml/{name}"), files)?;
    }
    Ok(())
}

/// X6: where there is no canonical form there is no digest of it, least of all that of nothing.
fn canonical_forms(shared: &Shared, enveloped: &Signed, files: &mut Files) -> Outcome {
    const CHECK: &str = "core_validation.canonical_form";
    let nothing = Reference { data: Data::Octets(Vec::new()), ..Reference::enveloped() };
    let record = RECORD
        .replace("<Number>", "<Number xmlns:rel=\"relative/uri\">")
        .replace("urn:kyso:test\"", "urn:kyso:test\" xmlns:r=\"also/relative\"");
    let inclusive = Reference { transforms: transform(ENVELOPED), ..nothing.clone() };
    let text = Making::xades(shared, inclusive).sign(&record)?;
    let bad = enveloped
        .good
        .but("a namespace is a relative URI, and the digest that of nothing")
        .by("Canonical XML §2.1")
        .file(text.into_bytes());
    bad.fails(FORMAT, CHECK).integrity("unknown").add("xml/void-relative-namespace", files)?;
    let filter = "<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"><f:XPath xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" Filter=\"intersect\">id('nobody')</f:XPath></ds:Transform>";
    let empty = Reference { transforms: filter.into(), ..nothing };
    let text = Making::xades(shared, empty).sign(RECORD)?;
    let bad = enveloped
        .good
        .but("a filter leaves nothing, and the digest is that of nothing")
        .by("XML Signature §4.4.3.2")
        .file(text.into_bytes());
    bad.fails(FORMAT, CHECK).integrity("unknown").add("xml/void-filter", files)?;
    let bad = enveloped.good.but("SignedInfo has a namespace that is a relative URI").by("Canonical XML §2.1");
    let altered = replaced(&enveloped.text, "<ds:Signature xmlns:ds=", "<ds:Signature xmlns:rel=\"relative\" xmlns:ds=")?;
    let altered = String::from_utf8(altered)?.replacen(
        &format!("CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\""),
        &format!("CanonicalizationMethod Algorithm=\"{}\"", super::INCLUSIVE),
        1,
    );
    bad.file(altered.into_bytes())
        .fails(FORMAT, "core_validation.signed_info_canonical")
        .entries(&[Entry::default()])
        .add("xml/void-signed-info", files)?;
    let bad = enveloped.good.but("the canonicalisation of SignedInfo is one that nobody knows").by("XML Signature §4.4.1");
    let altered = enveloped.text.replacen(
        &format!("CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\""),
        "CanonicalizationMethod Algorithm=\"urn:identity\"",
        1,
    );
    bad.file(altered.into_bytes())
        .fails(FORMAT, "signature_element.canonicalisation_known")
        .entries(&[Entry::default()])
        .add("xml/unknown-canonicalisation", files)?;
    Ok(())
}

/// X8: a closed list.
fn transforms(shared: &Shared, enveloped: &Signed, files: &mut Files) -> Outcome {
    let filter = |expression: &str, operation: &str| {
        format!(
            "<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"><f:XPath xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" Filter=\"{operation}\">{expression}</f:XPath></ds:Transform>"
        )
    };
    let xpath = |expression: &str| {
        format!("<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>{expression}</ds:XPath></ds:Transform>")
    };
    let exclusive = transform(EXCLUSIVE);
    let allowed = [
        ("filter", "a filter takes the signature away", filter("/descendant::ds:Signature", "subtract")),
        ("filter-here", "a filter takes away the signature in which it stands", filter("here()/ancestor::ds:Signature[1]", "subtract")),
        ("xpath-without-signatures", "an expression takes all signatures away", xpath("not(ancestor-or-self::ds:Signature)")),
    ];
    for (name, change, listed) in allowed {
        let reference = Reference { transforms: listed + &exclusive, ..Reference::enveloped() };
        let text = Making::xades(shared, reference).sign(RECORD)?;
        enveloped.good.but(change).by("XML Signature §6.6").file(text.into_bytes()).add(&format!("xml/transform-{name}"), files)?;
    }
    let nameless = |transforms: String| Reference { attributes: " Id=\"r\"".into(), transforms, ..Reference::enveloped() };
    let text = Making::xades(shared, nameless(Reference::enveloped().transforms)).sign(RECORD)?;
    let case = enveloped.good.but("the reference names nothing, and leaves out the signature").by("XML Signature §4.4.3.1");
    case.file(text.into_bytes()).add("xml/no-address", files)?;
    let text = Making::xades(shared, nameless(exclusive.clone())).sign(RECORD)?;
    let bad = enveloped.good.but("the reference names nothing, and nothing tells what it is over").by("XML Signature §4.4.3.1");
    bad.file(text.into_bytes()).indeterminate(NOT_FOUND, super::FOUND).integrity("unknown").add("xml/no-address-untold", files)?;
    let xslt = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"><xsl:stylesheet xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" version=\"1.0\"><xsl:template match=\"/\">x</xsl:template></xsl:stylesheet></ds:Transform>";
    let refused = [
        ("xslt", "a transform is XSLT", xslt.to_owned() + &exclusive),
        ("xpath", "a transform is an expression of its own", xpath("count(here()) = 1") + &exclusive),
        ("filter-union", "a filter adds nodes", filter("/descendant::ds:Signature", "union") + &exclusive),
        ("unknown", "a transform is one that nobody knows", transform("urn:other") + &exclusive),
        ("base64", "what is decoded is not base64", transform(ENVELOPED) + &transform(&format!("{DS}base64"))),
        (
            "parameters",
            "a transform has parameters that it has none of",
            format!("<ds:Transform Algorithm=\"{ENVELOPED}\"><x xmlns=\"\"/></ds:Transform>{exclusive}"),
        ),
    ];
    for (name, change, listed) in refused {
        let text = Making::xades(shared, Reference { transforms: listed, ..Reference::enveloped() }).sign(RECORD)?;
        let bad = enveloped.good.but(change).by("XML Signature §6.6").file(text.into_bytes());
        let bad = bad.indeterminate(NOT_FOUND, super::FOUND).because(TRANSFORMS).integrity("unknown");
        bad.add(&format!("xml/transform-{name}"), files)?;
    }
    let many = Reference { transforms: exclusive.repeat(17), ..Reference::enveloped() };
    let text = Making::xades(shared, many).sign(RECORD)?;
    let bad = enveloped.good.but("a reference has seventeen transforms").by("XML Signature §4.4.3.4").file(text.into_bytes());
    bad.indeterminate(NOT_FOUND, super::FOUND).because("limit.transforms").integrity("unknown").add("xml/transforms-limit", files)?;
    let bad = enveloped.good.but("a file is given that the signature does not cover").by("EN 319 102-1 §5.1.3");
    let bad = bad.detached("content.txt", "content.txt", b"something else\n".to_vec());
    bad.indeterminate("SIG_CONSTRAINTS_FAILURE", "verdict.document_not_modified").add("xml/enveloped-file-beside", files)?;
    let bad = enveloped.good.but("the policy allows one reference").by("XML Signature §4.4");
    let bad = bad.policy(json!({ "id": "one-reference", "limits": { "references": 1 } }));
    bad.indeterminate(CONSTRAINTS, "limit.references").entries(&[Entry::default()]).add("xml/references-limit", files)?;
    let bad = enveloped.good.but("the policy allows 1,400 octets to be signed, which are fewer than these").by("XML Signature §4.4.3.2");
    let bad = bad.policy(json!({ "id": "few-octets", "limits": { "referenced_octets": 1_400 } }));
    bad.indeterminate(NOT_FOUND, super::FOUND).because("limit.referenced_octets").integrity("unknown").add("xml/octets-limit", files)?;
    for (name, uri) in [("remote", "http://www.kyso.example/record.xml"), ("file", "file:///etc/passwd")] {
        let text = Making::xades(shared, Reference::detached(uri, b"x")).sign("{}")?;
        let bad = enveloped
            .good
            .but(&format!("what is signed is {uri}, which nobody fetches"))
            .by("XML Signature §4.4.3.1")
            .file(text.into_bytes());
        bad.indeterminate(NOT_FOUND, super::FOUND).integrity("unknown").add(&format!("xml/uri-{name}"), files)?;
    }
    let pointer = Reference { attributes: " Id=\"r\" URI=\"#xpointer(//Record)\"".into(), ..Reference::enveloped() };
    let text = Making::xades(shared, pointer).sign(RECORD)?;
    let bad = enveloped
        .good
        .but("what is signed is told by a pointer that is no identifier")
        .by("XML Signature §4.4.3.3")
        .file(text.into_bytes());
    bad.indeterminate(NOT_FOUND, super::FOUND).because(TRANSFORMS).integrity("unknown").add("xml/uri-pointer", files)?;
    Ok(())
}

/// XML Signature §5.1.
fn manifests(shared: &Shared, enveloped: &Signed, files: &mut Files) -> Outcome {
    let content = b"Phu luc 1\n".to_vec();
    let digest = base64::encode(&kyso::crypto::DigestAlgorithm::Sha256.digest(&content));
    let method = format!("<ds:DigestMethod Algorithm=\"{}\"/><ds:DigestValue>{digest}</ds:DigestValue>", super::making::SHA256);
    let manifest = format!(
        "<ds:Object><ds:Manifest Id=\"manifest\"><ds:Reference URI=\"annex.txt\">{method}</ds:Reference></ds:Manifest></ds:Object>"
    );
    let mut reference = Reference::element("manifest");
    reference.attributes.push_str(" Type=\"http://www.w3.org/2000/09/xmldsig#Manifest\"");
    let text = Making::xades(shared, reference).with(|making| making.objects = manifest).sign("{}")?;
    let case = enveloped.good.but("a manifest is signed, which names a file").by("XML Signature §5.1").untwinned().file(text.into_bytes());
    let good = case.detached("annex.txt", "annex.txt", content).add("xml/manifest", files)?;
    let bad = good.but("the file is another one").without_detached().detached("annex.txt", "other.txt", b"Phu luc 2\n".to_vec());
    bad.fails(super::HASH, super::INTACT).integrity("broken").add("xml/manifest-altered", files)?;
    let good = good.but("the file is not at hand, which a manifest leaves to its reader").without_detached();
    good.entry(|entry| entry.tolerates("core_validation.manifest_entry_found")).add("xml/manifest-missing", files)?;
    Ok(())
}

/// X9: an authentication code is nobody's signature.
fn algorithms(shared: &Shared, enveloped: &Signed, files: &mut Files) -> Outcome {
    const CODE: &str = "signature_element.no_authentication_code";
    let method = |uri: &str| Making::xades(shared, Reference::enveloped()).with(|making| making.algorithm = uri.into()).sign(RECORD);
    for (name, uri) in
        [("hmac", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"), ("hmac-sha1", "http://www.w3.org/2000/09/xmldsig#hmac-sha1")]
    {
        let bad = enveloped.good.but("the algorithm is an authentication code").by("XML Signature §6.3.1").file(method(uri)?.into_bytes());
        bad.fails(FORMAT, CODE).entries(&[Entry::default()]).add(&format!("xml/{name}"), files)?;
    }
    let algorithm = between(&enveloped.text, "<ds:SignatureMethod ", "/>")?;
    for length in ["0", "1", "40"] {
        let shortened =
            format!("{}><ds:HMACOutputLength>{length}</ds:HMACOutputLength></ds:SignatureMethod>", algorithm.trim_end_matches("/>"));
        let bad = enveloped.good.but(&format!("the algorithm is to be shortened to {length} bits")).by("XML Signature §6.3.1");
        let bad = bad.file(replaced(&enveloped.text, algorithm, &shortened)?).fails(FORMAT, CODE);
        bad.entries(&[Entry::default()]).add(&format!("xml/hmac-length-{length}"), files)?;
    }
    let bad =
        enveloped.good.but("the algorithm is one that nobody knows").by("XML Signature §4.4.2").file(method("urn:signature")?.into_bytes());
    let bad = bad.indeterminate("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "").because("signature_element.algorithm_known").integrity("unknown");
    bad.add("xml/unknown-algorithm", files)?;
    Ok(())
}

/// X10: the signer is whose key verifies and whom the signed properties name.
fn keys(shared: &Shared, enveloped: &Signed, files: &mut Files) -> Outcome {
    let (signer, other) = (&shared.signatories["p256"], &shared.signatories["rsa-2048"]);
    let own = key_info(&[signer, &shared.issuing]);
    let with = |info: String| replaced(&enveloped.text, &own, &info);
    let value = |point: &[u8]| {
        format!(
            "<ds:KeyValue><e:ECKeyValue xmlns:e=\"http://www.w3.org/2009/xmldsig11#\"><e:NamedCurve URI=\"urn:oid:1.2.840.10045.3.1.7\"/><e:PublicKey>{}</e:PublicKey></e:ECKeyValue></ds:KeyValue>",
            base64::encode(point)
        )
    };
    let point = |entity: &kyso::testkit::Entity| {
        entity.key.public_key_info().iter().copied().rev().take(65).collect::<Vec<u8>>().into_iter().rev().collect::<Vec<u8>>()
    };
    let good = enveloped.good.but("the certificates stand in another order");
    good.file(with(key_info(&[&shared.issuing, other, signer]))?).add("xml/certificates-reordered", files)?;
    let beside = own.replace("<ds:KeyInfo>", &format!("<ds:KeyInfo>{}", value(&point(signer))));
    let good = enveloped.good.but("the signer's key stands beside the certificate");
    good.file(with(beside)?).add("xml/key-beside", files)?;
    let beside = own.replace("<ds:KeyInfo>", &format!("<ds:KeyInfo>{}", value(&point(&shared.timestamping))));
    let bad = enveloped.good.but("another key stands beside the certificate").by("XML Signature §4.5").file(with(beside)?);
    bad.fails(FORMAT, "core_validation.key_is_the_certificates").add("xml/other-key-beside", files)?;
    let bad = enveloped.good.but("another certificate stands in the place of the signer's").by("EN 319 102-1 §5.2.3.4 (2)");
    let bad = bad.file(with(key_info(&[other, &shared.issuing]))?);
    let bad = bad.indeterminate("NO_SIGNING_CERTIFICATE_FOUND", "signing_certificate.reference_matches").integrity("unknown");
    bad.add("xml/other-certificate", files)?;
    let bad = enveloped.good.but("the signer's key alone stands there").by("EN 319 102-1 §5.2.3.4 (1)");
    let bad = bad.file(with(format!("<ds:KeyInfo>{}</ds:KeyInfo>", value(&point(signer))))?);
    let bad = bad.indeterminate("NO_SIGNING_CERTIFICATE_FOUND", "signing_certificate.identified").integrity("unknown");
    bad.add("xml/key-alone", files)?;
    let good = enveloped.good.but("something that is no certificate stands beside the certificates");
    let broken = own.replace("</ds:X509Data>", "<ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data>");
    good.file(with(broken)?)
        .entry(|entry| entry.tolerates("core_validation.certificates_readable"))
        .add("xml/unreadable-certificate", files)?;
    Ok(())
}

/// X12: refused before anything is looked at.
fn document_types(enveloped: &Signed, files: &mut Files) -> Outcome {
    let bomb: String = (1..20).map(|level| format!("<!ENTITY e{level} \"&e{0};&e{0};\">", level - 1)).collect();
    let types = [
        ("document-type", "there is a document type declaration", "<!DOCTYPE Record>".to_owned()),
        ("entity", "an entity is declared, and used", "<!DOCTYPE Record [<!ENTITY phep \"phep\">]>".into()),
        ("entity-bomb", "entities are declared that grow without end", format!("<!DOCTYPE Record [<!ENTITY e0 \"x\">{bomb}]>")),
        ("external-entity", "an entity is a file", "<!DOCTYPE Record [<!ENTITY file SYSTEM \"file:///etc/passwd\">]>".into()),
        (
            "identifier-declared",
            "an attribute is declared to be an identifier",
            "<!DOCTYPE Record [<!ATTLIST Result code ID #IMPLIED>]>".into(),
        ),
    ];
    for (name, change, declaration) in types {
        let bad = enveloped.good.but(change).by("XML 1.0 §2.8").file(format!("{declaration}{}", enveloped.text).into_bytes());
        bad.malformed().add(&format!("xml/{name}"), files)?;
    }
    let deep = format!("{}{}{}", "<a>".repeat(300), enveloped.text, "</a>".repeat(300));
    enveloped
        .good
        .but("it stands three hundred elements deep")
        .by("XML 1.0 §3")
        .file(deep.into_bytes())
        .malformed()
        .add("xml/deep", files)?;
    let bad = enveloped.good.but("an attribute is given twice").by("XML 1.0 §3.1");
    bad.file(replaced(&enveloped.text, "<Number>", "<Number a=\"1\" a=\"2\">")?).malformed().add("xml/attribute-twice", files)?;
    Ok(())
}
