//! Recipes X1, X2, X5, X7: the signature stays intact, and the application is shown something else.

use super::making::{DS, ENVELOPED, EXCLUSIVE, Making, Reference, between, replaced, transform};
use super::{CONSTRAINTS, FORMAT, Signed};
use crate::case::{Case, Entry};
use crate::shared::Shared;
use crate::{Files, Outcome};

const MODIFIED: &str = "verdict.document_not_modified";
const UNIQUE: &str = "core_validation.identifier_unique";

pub fn add(shared: &Shared, parted: &Signed, files: &mut Files) -> Outcome {
    moved(parted, files)?;
    honest(shared, parted, files)?;
    within_the_signature(shared, files)?;
    identifiers(parted, files)?;
    texts(parted, files)?;
    look_alikes(parted, files)
}

/// X1: eight places for what was signed, and something else where it stood.
fn moved(parted: &Signed, files: &mut Files) -> Outcome {
    let text = &parted.text;
    let record = between(text, "<Record", "</Record>")?;
    let signature = between(text, "<ds:Signature ", "</ds:Signature>")?;
    let forged = record.replace("record", "other").replace("Cap phep", "Tu choi");
    let envelope = |inner: &str| format!("<Envelope xmlns=\"urn:kyso:test\">{inner}</Envelope>");
    let in_object = signature.replace("</ds:KeyInfo>", &format!("</ds:KeyInfo><ds:Object>{record}</ds:Object>"));
    let around = |outer: &str, inner: &str| outer.replace("</Record>", &format!("{inner}</Record>"));
    let cases = [
        (
            "object",
            "the record was moved into an object of the signature, and another one stands in its place",
            envelope(&format!("{forged}{in_object}")),
        ),
        (
            "wrapper",
            "the record was moved into a wrapper behind the signature, and another one stands in its place",
            envelope(&format!("{forged}{signature}<Wrapper>{record}</Wrapper>")),
        ),
        ("before", "another record stands before it", envelope(&format!("{forged}{record}{signature}"))),
        ("after", "another record stands behind it", envelope(&format!("{record}{signature}{forged}"))),
        ("inside", "the record was moved into another one", envelope(&format!("{}{signature}", around(&forged, record)))),
        (
            "inside-with-signature",
            "record and signature were moved into another record",
            envelope(&around(&forged, &format!("{record}{signature}"))),
        ),
        (
            "extensions",
            "the record was moved into extensions of another one",
            envelope(&format!("{}{signature}", around(&forged, &format!("<Extensions>{record}</Extensions>")))),
        ),
        (
            "signature-outside",
            "the record stands in the signature, and both in another record",
            around(&forged.replacen("<Record ", "<Record xmlns=\"urn:kyso:test\" ", 1), &in_object),
        ),
    ];
    for (name, change, altered) in cases {
        let bad = parted.good.but(change).by("EN 319 102-1 §5.1.3").file(altered.into_bytes());
        bad.fails(FORMAT, "coverage.no_unsigned_namesake").add(&format!("xml/wrapped-{name}"), files)?;
    }
    let bad = parted.good.but("the wrapper says something in an attribute").by("EN 319 102-1 §5.1.3");
    let bad = bad.file(replaced(text, "<Envelope xmlns=", "<Envelope Result=\"Tu choi\" xmlns=")?);
    bad.indeterminate(CONSTRAINTS, MODIFIED).entries(&[Entry::passed()]).add("xml/wrapped-attribute", files)?;
    Ok(())
}

/// What looks like X1 and is not: whatever is called as what is signed is signed itself; an envelope only holds it.
fn honest(shared: &Shared, parted: &Signed, files: &mut Files) -> Outcome {
    let two = "<Envelope xmlns=\"urn:kyso:test\"><Record Id=\"record\"><Result>Cap phep</Result></Record>{}<Record Id=\"second\"><Result>Tu choi</Result></Record>[]</Envelope>";
    let first = Making::xades(shared, Reference::element("record")).sign(two)?.replacen("[]", "{}", 1);
    let second = Making::by(shared, &shared.signatories["rsa-2048"], "S2", Reference::element("second")).sign(&first)?;
    let what = "two records of one name, each with a signature of its own";
    let good = super::passing(what, "EN 319 102-1 §5.1.3", second.clone());
    let good = good.entries(&[Entry::passed().level("B-B"), Entry::passed().level("B-B")]).add("xml/records-each-signed", files)?;
    let signature = between(&second, "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"S2\">", "</ds:Signature>")?;
    let bad =
        good.but("the second signature was taken away").by("EN 319 102-1 §5.1.4.2").file(second.replacen(signature, "", 1).into_bytes());
    bad.fails(FORMAT, "coverage.no_unsigned_namesake")
        .entries(&[Entry::concluded("TOTAL-FAILED", FORMAT, "coverage.no_unsigned_namesake")])
        .add("xml/records-one-signed", files)?;

    let (soap, wsse) =
        ("http://schemas.xmlsoap.org/soap/envelope/", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd");
    let text = format!(
        "<s:Envelope xmlns:s=\"{soap}\"><s:Header><w:Security xmlns:w=\"{wsse}\">{{}}</w:Security></s:Header><s:Body><Record xmlns=\"urn:kyso:test\" Id=\"record\"><Result>Cap phep</Result></Record></s:Body></s:Envelope>"
    );
    let text = Making::xades(shared, Reference::element("record")).sign(&text)?;
    let good = super::passing("a signed record in the body of a message, its signature in the header", "EN 319 102-1 §5.1.3", text.clone());
    let good = good.add("xml/in-message", files)?;
    let record = between(&text, "<Record", "</Record>")?;
    let forged = record.replace("record", "other").replace("Cap phep", "Tu choi");
    let moved = text.replacen(record, &forged, 1).replacen("</w:Security>", &format!("{record}</w:Security>"), 1);
    let bad = good.but("the record was moved into the header, and another one stands in the body").by("EN 319 102-1 §5.1.4.2");
    bad.file(moved.into_bytes()).fails(FORMAT, "coverage.no_unsigned_namesake").add("xml/wrapped-message-header", files)?;

    let text = &parted.text;
    let bad = parted.good.but("an element of another name stands beside the record").by("EN 319 102-1 §5.1.3");
    let bad = bad.file(replaced(text, "<Record Id=", "<Note>Tu choi</Note><Record Id=")?);
    bad.indeterminate(CONSTRAINTS, MODIFIED).entries(&[Entry::passed()]).add("xml/wrapped-note", files)?;
    Ok(())
}

/// Places in a signature for elements of any language, which no signature has to be over.
fn within_the_signature(shared: &Shared, files: &mut Files) -> Outcome {
    let first = "<Record xmlns=\"urn:kyso:test\">{}<Result>Cap phep</Result></Record>";
    let forged = "<Result xmlns=\"urn:kyso:test\">Tu choi</Result>";
    let making = || Making::xades(shared, Reference::enveloped());
    let what = "a signature that stands before what it is over";
    let good = super::passing(what, "EN 319 132-1 §6.3", making().sign(first)?).add("xml/signature-first", files)?;
    let in_key_info = making()
        .with(|making| making.key_info = making.key_info.replace("</ds:KeyInfo>", &format!("{forged}</ds:KeyInfo>")))
        .sign(first)?;
    let in_properties = making().with(|making| making.unsigned = forged.into()).sign(first)?;
    let object = "<ds:Object>Tu choi</ds:Object>";
    let object_in_key_info = making()
        .with(|making| making.key_info = making.key_info.replace("</ds:KeyInfo>", &format!("{object}</ds:KeyInfo>")))
        .sign(first)?;
    let text_in_signature = making().with(|making| making.key_info.insert_str(0, "Tu choi")).sign(first)?;
    let text_in_key_info =
        making().with(|making| making.key_info = making.key_info.replace("</ds:KeyInfo>", "Tu choi</ds:KeyInfo>")).sign(first)?;
    for (name, place, text) in [
        ("key-info", "beside the certificates", in_key_info),
        ("properties", "among the unsigned properties", in_properties),
        ("key-info-object", "in an object beside the certificates", object_in_key_info),
        ("key-info-text", "as a text beside the certificates", text_in_key_info),
        ("signature-text", "as a text in the signature", text_in_signature),
    ] {
        let bad = good.but(&format!("another result stands {place}")).by("EN 319 102-1 §5.1.3").file(text.into_bytes());
        bad.indeterminate(CONSTRAINTS, MODIFIED).entries(&[Entry::passed()]).add(&format!("xml/wrapped-{name}"), files)?;
    }
    let odd = Reference { transforms: transform(EXCLUSIVE) + &transform(ENVELOPED), ..Reference::enveloped() };
    let bad =
        good.but("the octets are made before the signature is taken out, which is found in them by nobody").by("XML Signature §6.6.4");
    let bad = bad.file(Making::xades(shared, odd).sign(first)?.into_bytes());
    bad.indeterminate("SIGNED_DATA_NOT_FOUND", "cryptographic_verification.data_found")
        .integrity("unknown")
        .add("xml/transform-order", files)?;
    Ok(())
}

/// X2: an identifier that two elements have, in every spelling of it.
fn identifiers(parted: &Signed, files: &mut Files) -> Outcome {
    let spellings = [
        ("id", "Id=\"record\"", "Id"),
        ("upper-case", "ID=\"record\"", "ID"),
        ("lower-case", "id=\"record\"", "id"),
        ("xml", "xml:id=\"record\"", "xml:id"),
        ("wsu", "xmlns:w=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" w:Id=\"record\"", "wsu:Id"),
    ];
    for (name, attribute, spelling) in spellings {
        let bad = parted.good.but(&format!("another element has the identifier, too, as {spelling}")).by("XML Signature §4.4.3.3");
        let altered = replaced(&parted.text, "<Record Id=", &format!("<Record {attribute}><Result>Tu choi</Result></Record><Record Id="))?;
        bad.file(altered).fails(FORMAT, UNIQUE).integrity("unknown").add(&format!("xml/identifier-twice-{name}"), files)?;
    }
    // An attribute of another namespace is no identifier, whatever it is called.
    let good = parted.good.but("an element that says nothing more has an attribute of another namespace that is called like one");
    let altered = replaced(&parted.text, "<Record Id=", "<Record xmlns:s=\"urn:other\" Id=")?;
    good.file(altered).add("xml/identifier-elsewhere", files)?;
    let bad = parted.good.but("the identifier is one of another namespace").by("XML Signature §4.4.3.3");
    let altered = replaced(&parted.text, "<Record Id=", "<Record xmlns:s=\"urn:other\" s:Id=")?;
    let bad = bad.file(altered).indeterminate("SIGNED_DATA_NOT_FOUND", "cryptographic_verification.data_found");
    bad.integrity("unknown").add("xml/identifier-polluted", files)?;
    Ok(())
}

/// X4, X5: comments and sections do not end a text.
fn texts(parted: &Signed, files: &mut Files) -> Outcome {
    let but = |change: &str| -> Case { parted.good.but(change).by("XML Signature §4.4.3.2") };
    let text = &parted.text;
    let good = but("a comment stands in the result, which the signature is not over and readers pass over");
    good.file(replaced(text, "Cap phep", "Cap<!-- --> phep")?).add("xml/comment-in-content", files)?;
    let good = but("part of the result is written as a section");
    good.file(replaced(text, "Cap phep", "Cap <![CDATA[phep]]>")?).add("xml/section-in-content", files)?;
    let bad = but("the result is split by a comment, with something else behind it");
    let bad = bad.file(replaced(text, "Cap phep", "Cap phep<!-- -->, tu choi")?);
    bad.fails("HASH_FAILURE", super::INTACT).integrity("broken").add("xml/comment-in-content-altered", files)?;
    let value = between(text, "-value\">", "</ds:SignatureValue>")?;
    let (start, end) = value.split_at(40);
    let good = but("a comment stands in the signature value");
    good.file(replaced(text, value, &format!("{start}<!-- c -->{end}"))?).add("xml/comment-in-value", files)?;
    let digest = between(text, "<ds:DigestValue>", "</ds:DigestValue>")?.to_owned();
    let shown = digest.replace("<ds:DigestValue>", "<ds:DigestValue>AAAA<!-- ").replacen("</ds:DigestValue>", " --></ds:DigestValue>", 1);
    let bad = but("the digest stands in a comment, another one before it");
    bad.file(replaced(text, &digest, &shown)?)
        .fails("HASH_FAILURE", super::INTACT)
        .integrity("broken")
        .add("xml/comment-in-digest", files)?;
    let open = digest.replace("<ds:DigestValue>", "<ds:DigestValue><!-- c -->");
    let good = but("a comment stands in the digest, all of which is read");
    good.file(replaced(text, &digest, &open)?).add("xml/comment-before-digest", files)?;
    Ok(())
}

/// X7: a signature in a namespace that only looks like the one.
fn look_alikes(parted: &Signed, files: &mut Files) -> Outcome {
    let other = "http://www.w3.org/2000/09/xmldsig";
    let bad = parted.good.but("the signature is in a namespace without the number sign at its end").by("XML Signature §4.2");
    let altered = parted.text.replace(&format!("xmlns:ds=\"{DS}\""), &format!("xmlns:ds=\"{other}\""));
    let bad = bad.file(altered.into_bytes()).indeterminate(CONSTRAINTS, "xades.signature_listed");
    bad.entries(&[Entry::concluded("INDETERMINATE", CONSTRAINTS, "xades.signature_listed").kind("unsupported")])
        .add("xml/look-alike", files)?;
    let bad = parted.good.but("SignedInfo is in another namespace").by("XML Signature §4.2");
    let altered = replaced(&parted.text, "<ds:SignedInfo>", "<ds:SignedInfo xmlns:ds=\"urn:other\">")?;
    bad.file(altered).fails(FORMAT, "signature_element.structure").integrity("unknown").add("xml/look-alike-signed-info", files)?;
    Ok(())
}
