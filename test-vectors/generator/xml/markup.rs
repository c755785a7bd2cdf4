//! What of a document no signature is over although its octets are in what is signed, or beside it: names around texts in base64, elements
//! without text, style sheets, references to characters.

use kyso::encoding::base64;

use super::making::{Data, EXCLUSIVE, Making, Reference, replaced, transform};
use super::{CONSTRAINTS, FORMAT, FOUND, HASH, INTACT, NOT_FOUND, RECORD, Signed, passing};
use crate::case::{Case, Entry};
use crate::shared::Shared;
use crate::{Files, Outcome};

const MODIFIED: &str = "verdict.document_not_modified";
const BASE64: &str = "http://www.w3.org/2000/09/xmldsig#base64";
const CONTENT: &[u8] = b"Cap phep\n";

pub fn add(shared: &Shared, parted: &Signed, files: &mut Files) -> Outcome {
    in_base64(shared, files)?;
    empty(shared, files)?;
    style_sheets(shared, parted, files)?;
    characters(parted, files)?;
    unsigned_properties(parted, files)?;
    prefixes(shared, files)
}

/// Exclusive XML Canonicalization §3: a prefix that stands in values alone is signed where it is listed.
fn prefixes(shared: &Shared, files: &mut Files) -> Outcome {
    let envelope = "<e:Envelope xmlns:e=\"urn:kyso:test\" xmlns:p=\"urn:granted\"><e:Record Id=\"record\" Kind=\"p:Result\">01/QD-UBND</e:Record>{}</e:Envelope>";
    let listed =
        format!("<ds:Transform Algorithm=\"{EXCLUSIVE}\"><c:InclusiveNamespaces xmlns:c=\"{EXCLUSIVE}\" PrefixList=\"p\"/></ds:Transform>");
    let reference = Reference { transforms: listed, ..Reference::element("record") };
    let text = Making::xades(shared, reference).sign(envelope)?;
    let good = passing("a record with a prefix in a value, which is listed", "Exclusive XML Canonicalization §3", text.clone());
    let good = good.entry(|entry| entry.level("B-B")).add("xml/prefix-listed", files)?;
    let bad =
        good.but("the prefix stands for another namespace").by("EN 319 102-1 §5.2.7").file(replaced(&text, "urn:granted", "urn:refused")?);
    bad.fails(HASH, INTACT).integrity("broken").add("xml/prefix-listed-altered", files)?;
    // It passes, and says that somebody else may have chosen what the prefix stands for.
    const SIGNED: &str = "core_validation.prefixes_of_values_signed";
    let unlisted = Making::xades(shared, Reference::element("record")).sign(envelope)?;
    let told = |case: Case| case.by("Exclusive XML Canonicalization §1.3").entry(|entry| entry.level("B-B").tolerates(SIGNED));
    told(good.but("the prefix is not listed").file(unlisted.clone().into_bytes())).add("xml/prefix-unlisted", files)?;
    let other = good.but("the prefix is not listed, and stands for another namespace since");
    told(other.file(replaced(&unlisted, "urn:granted", "urn:refused")?)).add("xml/prefix-unlisted-altered", files)?;

    let record =
        |kind: &str| format!("<e:Envelope xmlns:e=\"urn:kyso:test\"><e:Record Id=\"record\">01/QD-UBND{kind}</e:Record>{{}}</e:Envelope>");
    let declared = "xmlns:p=\"urn:granted\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"p:Granted\"";
    let used = Making::xades(shared, Reference::element("record")).sign(&record(&format!("<p:Kind {declared}/>")))?;
    let good = passing("a type whose prefix is that of its element, which so is signed", "Exclusive XML Canonicalization §3", used);
    let good = good.entry(|entry| entry.level("B-B")).add("xml/prefix-of-type", files)?;
    let unused = Making::xades(shared, Reference::element("record")).sign(&record(&format!("<e:Kind {declared}/>")))?;
    told(good.but("its element has another prefix, and the type's is signed by nobody").file(unused.into_bytes()))
        .add("xml/prefix-of-type-unsigned", files)?;
    let path = Making::xades(shared, Reference::element("record")).sign(&record("").replace("01/QD-UBND", "//p:Granted | self::p:Kind"))?;
    let path = path.replacen(" xmlns:e=", " xmlns:p=\"urn:granted\" xmlns:e=", 1);
    told(good.but("in the place of the type stands a path with a prefix that is declared outside").file(path.into_bytes()))
        .add("xml/prefix-of-path", files)
        .map(drop)
}

/// XML Signature §6.6.2: of an element in base64 what it decodes to is signed, and nothing of its markup.
fn in_base64(shared: &Shared, files: &mut Files) -> Outcome {
    let decoded = || Reference {
        attributes: " Id=\"r\" URI=\"#content\"".into(),
        transforms: transform(BASE64),
        data: Data::Octets(CONTENT.to_vec()),
    };
    let text = base64::encode(CONTENT);
    let element = format!("<Content Id=\"content\" MimeType=\"text/plain\">{text}</Content>");
    let envelope = format!("<Envelope xmlns=\"urn:kyso:test\">{element}{{}}</Envelope>");
    let signed = Making::xades(shared, decoded()).sign(&envelope)?;
    let good = passing("a file in base64, which is signed as it was before", "XML Signature §6.6.2", signed.clone());
    let good = good.entry(|entry| entry.level("B-B")).add("xml/base64", files)?;
    let bad = good.but("the element around it says something in an attribute").by("EN 319 102-1 §5.1.3");
    let bad = bad.file(replaced(&signed, " MimeType=", " Result=\"Tu choi\" MimeType=")?);
    bad.indeterminate(CONSTRAINTS, MODIFIED).entries(&[Entry::passed()]).add("xml/base64-attribute", files)?;
    let bad = good.but("its text is parted by elements, which nobody signed").by("XML Signature §6.6.2");
    let (first, second) = text.split_at(4);
    let bad = bad.file(replaced(&signed, &text, &format!("<Granted>{first}</Granted><Refused>{second}</Refused>"))?);
    bad.indeterminate(NOT_FOUND, FOUND).because("core_validation.transforms_known").integrity("unknown").add("xml/base64-parted", files)?;

    let object = format!("<ds:Object Id=\"content\" MimeType=\"text/plain\" Encoding=\"{BASE64}\">{text}</ds:Object>");
    let signed = Making::xades(shared, decoded()).with(|making| making.objects = object).sign("{}")?;
    let good = passing("a file in base64 in an object of the signature", "XML Signature §6.6.2", signed.clone());
    let good = good.entry(|entry| entry.level("B-B")).add("xml/base64-object", files)?;
    let bad =
        good.but("a bit of it is another one").by("EN 319 102-1 §5.2.7").file(replaced(&signed, &text, &base64::encode(b"Cap phap\n"))?);
    bad.fails(HASH, INTACT).integrity("broken").add("xml/base64-object-altered", files)?;
    // The signed properties by what their texts decode to.
    let properties = Making::xades(shared, Reference::enveloped()).with(|making| {
        making.references[1].transforms = transform(BASE64);
        making.references[1].data = Data::Octets(CONTENT.to_vec());
    });
    let good = passing("XAdES B-B inside of the record", "EN 319 132-1 §6.3", Making::xades(shared, Reference::enveloped()).sign(RECORD)?);
    let good = good.add("xml/properties", files)?;
    let bad = good
        .but("of the signed properties their texts are signed as base64")
        .by("XML Signature §6.6.2")
        .file(properties.sign(RECORD)?.into_bytes());
    bad.fails(FORMAT, "qualifying_properties.signed_properties_referenced").integrity("unknown").add("xml/properties-base64", files)?;
    Ok(())
}

/// An element may say everything by its name.
fn empty(shared: &Shared, files: &mut Files) -> Outcome {
    let object = "<ds:Object Id=\"object\"><Granted xmlns=\"urn:kyso:test\"/></ds:Object>";
    let text = Making::xades(shared, Reference::element("object")).with(|making| making.objects = object.into()).sign("{}")?;
    let good =
        passing("a signed object with an element without text", "XML Signature §4.6", text.clone()).add("xml/empty-element", files)?;
    let bad = good.but("another object has another element without text, which nobody signed").by("EN 319 102-1 §5.1.3");
    let another = "<ds:Object><Refused xmlns=\"urn:kyso:test\"/></ds:Object>";
    let bad = bad.file(replaced(&text, object, &format!("{object}{another}"))?);
    bad.indeterminate(CONSTRAINTS, MODIFIED).entries(&[Entry::passed()]).add("xml/empty-element-unsigned", files)?;
    Ok(())
}

/// Associating Style Sheets with XML documents §2: what is shown is what the style sheet makes of the document.
fn style_sheets(shared: &Shared, parted: &Signed, files: &mut Files) -> Outcome {
    const SHEET: &str = "<?xml-stylesheet type=\"text/xsl\" href=\"result.xsl\"?>\n";
    let text = Making::xades(shared, Reference::enveloped()).sign(&format!("{SHEET}{RECORD}"))?;
    let good = passing("a record with a style sheet, all of which is signed", "XML Signature §4.4.3.3", text.clone());
    let good = good.add("xml/style-sheet", files)?;
    let bad = good.but("the style sheet is another one").by("EN 319 102-1 §5.2.7").file(replaced(&text, "result.xsl", "refuse.xsl")?);
    bad.fails(HASH, INTACT).integrity("broken").add("xml/style-sheet-altered", files)?;
    let bad = parted.good.but("a style sheet is named before what is signed").by("EN 319 102-1 §5.1.3");
    let bad = bad.file(format!("{SHEET}{}", parted.text).into_bytes());
    bad.indeterminate(CONSTRAINTS, MODIFIED).entries(&[Entry::passed()]).add("xml/style-sheet-unsigned", files)?;
    let bad = parted
        .good
        .but("an instruction before what is signed has it opened by a program that shows it otherwise")
        .by("EN 319 102-1 §5.1.3");
    let bad = bad.file(format!("<?mso-application progid=\"Excel.Sheet\"?>\n{}", parted.text).into_bytes());
    bad.indeterminate(CONSTRAINTS, MODIFIED).entries(&[Entry::passed()]).add("xml/style-sheet-program", files)?;
    Ok(())
}

/// What the properties that nobody signed say, where a text is expected nowhere.
fn unsigned_properties(parted: &Signed, files: &mut Files) -> Outcome {
    let end = "</xades:QualifyingProperties>";
    for (name, change, said) in [
        ("text", "a text stands among the unsigned properties", "Tu choi"),
        (
            "role",
            "a role of the signer stands among the unsigned properties",
            "<xades:SignerRoleV2><xades:ClaimedRoles><xades:ClaimedRole>Bo truong</xades:ClaimedRole></xades:ClaimedRoles></xades:SignerRoleV2>",
        ),
    ] {
        let properties = format!(
            "<xades:UnsignedProperties><xades:UnsignedSignatureProperties>{said}</xades:UnsignedSignatureProperties></xades:UnsignedProperties>{end}"
        );
        let bad = parted.good.but(change).by("EN 319 102-1 §5.1.3").file(replaced(&parted.text, end, &properties)?);
        bad.indeterminate(CONSTRAINTS, MODIFIED).entries(&[Entry::passed()]).add(&format!("xml/unsigned-property-{name}"), files)?;
    }
    Ok(())
}

/// XML 1.0 §2.2, §2.11, §4.1
fn characters(parted: &Signed, files: &mut Files) -> Outcome {
    let text = &parted.text;
    let good = parted.good.but("characters of the result are written as references").by("XML 1.0 §4.1");
    good.file(replaced(text, "Cap phep", "C&#97;p ph&#x65;p")?).add("xml/character-references", files)?;
    let bad = parted.good.but("a carriage return is written as a reference, which is no end of a line").by("XML 1.0 §2.11");
    let bad = bad.file(replaced(text, "Cap phep", "Cap phep&#13;")?);
    bad.fails(HASH, INTACT).integrity("broken").add("xml/carriage-return", files)?;
    for (name, change, written) in [
        ("surrogates", "two surrogates are written as references", "&#xD83D;&#xDE00;"),
        ("no-character", "a reference is to no character", "&#xFFFE;"),
        ("long-reference", "a reference has more zeros than any reader needs", "&#x00000000000000041;"),
    ] {
        let bad = parted.good.but(change).by("XML 1.0 §4.1").file(replaced(text, "Cap phep", written)?);
        bad.malformed().add(&format!("xml/{name}"), files)?;
    }
    Ok(())
}
