//! Group `xml`: XML signatures (XML Signature, EN 319 132-1) and the attacks on them.

mod making;
mod markup;
mod own_parts;
mod properties;
mod structure;
mod wrapping;

use crate::case::{Case, Entry, Good};
use crate::shared::Shared;
use crate::{Files, Outcome};
use making::{INCLUSIVE, Making, Reference, replaced, transform};

const FILE: &str = "document.xml";
const FORMAT: &str = "FORMAT_FAILURE";
const HASH: &str = "HASH_FAILURE";
const NOT_FOUND: &str = "SIGNED_DATA_NOT_FOUND";
const CONSTRAINTS: &str = "SIG_CONSTRAINTS_FAILURE";
const INTACT: &str = "cryptographic_verification.data_intact";
const FOUND: &str = "cryptographic_verification.data_found";

/// A record of which everything is signed.
const RECORD: &str = "<Record xmlns=\"urn:kyso:test\"><Number>01/QD-UBND</Number><Result>Cap phep</Result>{}</Record>";
/// A record of which one part is signed, and the signature stands beside it.
const PARTED: &str = "<Envelope xmlns=\"urn:kyso:test\"><Record Id=\"record\"><Result>Cap phep</Result></Record>{}</Envelope>";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let enveloped = packagings(shared, files)?;
    let parted = parted(shared, files)?;
    wrapping::add(shared, &parted, files)?;
    markup::add(shared, &parted, files)?;
    own_parts::add(&parted, files)?;
    structure::add(shared, &enveloped, files)?;
    properties::add(shared, &enveloped, files)
}

fn passing(what: &str, clause: &'static str, text: String) -> Case {
    Case::passing_file(what, clause, FILE, text.into_bytes())
}

/// A good case with its text.
struct Signed {
    good: Good,
    text: String,
}

/// Enveloped, enveloping, detached; XAdES and not.
fn packagings(shared: &Shared, files: &mut Files) -> Outcome<Signed> {
    let text = Making::xades(shared, Reference::enveloped()).sign(RECORD)?;
    let case = passing("XAdES B-B inside of the record", "EN 319 132-1 §6.3", text.clone());
    let good = case.entry(|entry| entry.kind("signature").level("B-B")).add("xml/enveloped", files)?;
    let bad = good.but("one letter of the result is another one").by("EN 319 102-1 §5.2.7").file(replaced(&text, "Cap phep", "Cap phap")?);
    bad.fails(HASH, INTACT).integrity("broken").entry(|entry| entry.level("B-B")).add("xml/enveloped-altered", files)?;
    let bad = good.but("one letter of the signing time is another one").by("EN 319 102-1 §5.2.7");
    let time = making::between(&text, "<xades:SigningTime>20", "Z<")?;
    let bad = bad.file(replaced(&text, time, &time.replace(":SigningTime>202", ":SigningTime>201"))?);
    bad.fails(HASH, INTACT).integrity("broken").add("xml/enveloped-altered-time", files)?;
    let enveloped = Signed { good, text };

    let object = "<ds:Object Id=\"object\"><Result xmlns=\"urn:kyso:test\">Cap phep</Result></ds:Object>";
    let text = Making::xades(shared, Reference::element("object")).with(|making| making.objects = object.into()).sign("{}")?;
    let good = passing("XAdES B-B around the record", "EN 319 132-1 §6.3", text.clone()).entry(|entry| entry.level("B-B"));
    let good = good.add("xml/enveloping", files)?;
    let bad = good.but("another object stands beside the one that is signed").by("EN 319 102-1 §5.1.3");
    let bad = bad.file(replaced(&text, object, &format!("<ds:Object>Tu choi</ds:Object>{object}"))?);
    bad.indeterminate(CONSTRAINTS, "verdict.document_not_modified").add("xml/enveloping-second-object", files)?;
    let bad = good.but("the object was moved into a wrapper in another one, and a third stands in its place").by("XML Signature §4.6");
    let wrapped = format!("<ds:Object>Tu choi</ds:Object><ds:Object><Wrapper>{object}</Wrapper></ds:Object>");
    bad.file(replaced(&text, object, &wrapped)?).fails(FORMAT, "coverage.object_in_place").add("xml/wrapped-in-object", files)?;

    let content = b"Quyet dinh so 01/QD-UBND\n".to_vec();
    let text = Making::xades(shared, Reference::detached("result%20file.txt", &content)).sign("{}")?;
    let case = passing("XAdES B-B over a file elsewhere", "EN 319 132-1 §6.3", text).entry(|entry| entry.level("B-B"));
    let good = case.detached("result file.txt", "result.txt", content).add("xml/detached", files)?;
    let bad = good.but("the file is not at hand").by("EN 319 102-1 §5.2.7").without_detached();
    bad.indeterminate(NOT_FOUND, FOUND).integrity("unknown").add("xml/detached-missing", files)?;
    let bad = good.but("the file is another one").by("EN 319 102-1 §5.2.7").without_detached();
    let bad = bad.detached("result file.txt", "other.txt", b"Quyet dinh so 02/QD-UBND\n".to_vec());
    bad.fails(HASH, INTACT).integrity("broken").add("xml/detached-other", files)?;
    plain(shared, files)?;
    Ok(enveloped)
}

/// Invoices and tax files: inclusive, without XAdES, the time in an object of its own.
fn plain(shared: &Shared, files: &mut Files) -> Outcome {
    let time = "<ds:Object Id=\"time\"><ds:SignatureProperties><ds:SignatureProperty Target=\"#S\"><SigningTime>2026-10-01T08:30:00</SigningTime></ds:SignatureProperty></ds:SignatureProperties></ds:Object>";
    let mut to_time = Reference::element("time");
    to_time.transforms = String::new();
    let making = Making::plain(shared, Reference { transforms: transform(INCLUSIVE), ..Reference::element("record") }).with(|making| {
        making.canonicalisation = INCLUSIVE.into();
        making.references.push(to_time);
        making.objects = time.into();
    });
    let text = making.sign(PARTED)?;
    let good = passing("XML Signature with a signed time, as invoices have it, which is not XAdES", "XML Signature §3.2", text.clone());
    let good = good.entry(|entry| entry.level("none").tolerates("qualifying_properties.signing_time")).add("xml/plain", files)?;
    let bad = good.but("the signed time is another one").by("EN 319 102-1 §5.2.7").file(replaced(&text, "2026-10-01T", "2026-10-02T")?);
    bad.fails(HASH, INTACT).integrity("broken").entry(|entry| entry.level("none")).add("xml/plain-altered-time", files)?;
    let without = making.clone().with(|making| {
        making.references.truncate(1);
        making.objects = String::new();
    });
    let bad = good.but("no time is signed").by("EN 319 102-1 §5.2.8.4.2.3").file(without.sign(PARTED)?.into_bytes());
    let bad = bad.indeterminate(CONSTRAINTS, "signature_acceptance.claimed_time_present").entries(&[Entry::intact()]);
    bad.add("xml/plain-without-time", files)?;
    Ok(())
}

/// One part of a document, named by its identifier.
fn parted(shared: &Shared, files: &mut Files) -> Outcome<Signed> {
    let text = Making::xades(shared, Reference::element("record")).sign(PARTED)?;
    let good = passing("XAdES B-B beside the record, which it names by its identifier", "XML Signature §4.4.3.3", text.clone());
    Ok(Signed { good: good.add("xml/by-identifier", files)?, text })
}
