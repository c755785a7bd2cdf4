//! Recipes X1, X2, X5, X7: the signature stays intact, and the application is shown something else.

use super::making::{DS, between, replaced};
use super::{CONSTRAINTS, FORMAT, Signed};
use crate::case::{Case, Entry};
use crate::{Files, Outcome};

const MODIFIED: &str = "verdict.document_not_modified";
const UNIQUE: &str = "core_validation.identifier_unique";

pub fn add(parted: &Signed, files: &mut Files) -> Outcome {
    moved(parted, files)?;
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
        bad.indeterminate(CONSTRAINTS, MODIFIED).entries(&[Entry::passed()]).add(&format!("xml/wrapped-{name}"), files)?;
    }
    let bad = parted.good.but("the wrapper says something in an attribute").by("EN 319 102-1 §5.1.3");
    let bad = bad.file(replaced(text, "<Envelope xmlns=", "<Envelope Result=\"Tu choi\" xmlns=")?);
    bad.indeterminate(CONSTRAINTS, MODIFIED).entries(&[Entry::passed()]).add("xml/wrapped-attribute", files)?;
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
