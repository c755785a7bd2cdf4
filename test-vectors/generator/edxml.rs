//! Group `edxml`: messages between agencies (QCVN 102:2016/BTTTT) with signed files in them.

use kyso::encoding::base64;
use kyso::message::{Code, Header, Organisation, PromulgationInfo, SignerInfo};
use kyso::testkit::blank_page;
use kyso::{Document, Profile, sign};

use crate::case::{Case, Entry, Good};
use crate::hand_made::claimed;
use crate::shared::Shared;
use crate::{Files, Outcome};

const FILE: &str = "message.edxml";
const CONSTRAINTS: &str = "SIG_CONSTRAINTS_FAILURE";
const NOT_MODIFIED: &str = "verdict.document_not_modified";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let page = blank_page();
    let signed = sign(&Document::pdf(&page)?, &Profile::pades_b_b(claimed()), &shared.signer("p256")?)?;
    let certificate = shared.signer("p256")?;
    let certificate = kyso::Signer::certificates(&certificate).first().ok_or("no certificate")?.clone();
    let name = certificate.subject().common_name().ok_or("no name")?.to_owned();
    let organisation = certificate.subject().organization().unwrap_or(&name).to_owned();
    let plain = Message { signer: &name, organisation: &organisation, attachments: vec![("a.pdf", base64::encode(&signed))] };

    let xades = |message: Vec<u8>| -> Outcome<Vec<u8>> {
        Ok(sign(&Document::xml(&message)?, &Profile::xades_b_b(claimed()), &shared.signer("p256")?)?)
    };
    let entry = || Entry::passed().kind("signature").level("B-B");
    let what = "a message with a signed PDF file, all of it signed";
    let case = Case::passing_file(what, "QCVN 102:2016 §2", FILE, xades(plain.xml(soapless))?);
    let good = case.entries(&[entry(), entry()]).add("edxml/signed", files)?;
    good.but("it is in a SOAP envelope").file(xades(plain.xml(in_soap))?).add("edxml/in-soap", files)?;
    let other = String::from_utf8(plain.xml(soapless))?.replace("http://www.mic.gov.vn/TBT/QCVN_102_2016", "http://www.e-doc.vn/Schema/");
    good.but("it is in the namespace of an older system").file(xades(other.into_bytes())?).add("edxml/other-namespace", files)?;
    let another = Message { signer: "Somebody Else", organisation: "Another Agency", ..plain.clone() };
    let case = good.but("the header names somebody else and another agency").file(xades(another.xml(soapless))?);
    case.add("edxml/another-signer", files)?;

    readings(&good, &plain, &xades, files)?;

    // Nobody signs the header, as in most messages: what they bring is judged, and the message as a whole is not.
    let bad = good.but("the message itself is signed by nobody").by("EN 319 102-1 §5.1.3").file(plain.xml(soapless));
    bad.concludes("INDETERMINATE", CONSTRAINTS, NOT_MODIFIED).entries(&[entry()]).add("edxml/unsigned-header", files)?;
    let mut octets = signed.clone();
    let at = octets.windows(9).position(|window| window == b"/MediaBox").ok_or("no page")?;
    octets[at + 1] = b'X';
    let altered = Message { attachments: vec![("a.pdf", base64::encode(&octets))], ..plain.clone() };
    let bad = good.but("a letter of the PDF file is another one, and the message is signed with it").by("EN 319 102-1 §5.2.7");
    let failed = Entry::concluded("TOTAL-FAILED", "HASH_FAILURE", "cryptographic_verification.data_intact");
    let bad = bad.file(xades(altered.xml(soapless))?).entries(&[entry(), failed]);
    bad.fails("HASH_FAILURE", "cryptographic_verification.data_intact").add("edxml/altered-attachment", files)?;
    let garbage = Message { attachments: vec![("a.pdf", base64::encode(&signed)), ("b.pdf", "????".into())], ..plain.clone() };
    let bad = good.but("a second attachment is no base64").file(xades(garbage.xml(soapless))?);
    bad.concludes("INDETERMINATE", CONSTRAINTS, "edxml.attachment_readable")
        .entries(&[entry(), entry()])
        .add("edxml/unreadable-attachment", files)?;
    parts(shared, files, &plain, &signed)
}

/// The sender signs a message in which something stands twice, of which each reader takes one.
fn readings(good: &Good, plain: &Message<'_>, xades: &dyn Fn(Vec<u8>) -> Outcome<Vec<u8>>, files: &mut Files) -> Outcome {
    const ONE: &str = "edxml.one_reading";
    let text = String::from_utf8(plain.xml(soapless))?;
    let number = "<e:Code><e:CodeNumber>01</e:CodeNumber><e:CodeNotation>QD-UBND</e:CodeNotation></e:Code>";
    let attachment = "<Attachment><ContentId>cid:0</ContentId><ContentTransferEncoded>QQ==</ContentTransferEncoded></Attachment>";
    let header = &text[text.find("<e:MessageHeader>").ok_or("no header")?..text.find("<e:TraceHeaderList/>").ok_or("no trace")?];
    for (name, change, from, to) in [
        ("number", "the header has a second number, and all of it is signed", number, number.to_owned() + &number.replace("01", "02")),
        ("header", "there is a second header", "<e:TraceHeaderList/>", header.replace(">01<", ">02<") + "<e:TraceHeaderList/>"),
        ("attachment", "another attachment has the same identifier", "</AttachmentEncoded>", format!("{attachment}</AttachmentEncoded>")),
    ] {
        let signed = xades(text.replacen(from, &to, 1).into_bytes())?;
        let bad = good.but(change).by("QCVN 102:2016 §2").file(signed).concludes("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", ONE);
        let entry = || Entry::passed().kind("signature").level("B-B");
        bad.entries(&[entry(), entry()]).add(&format!("edxml/two-{name}s"), files)?;
    }
    for (name, change, from, to) in [
        (
            "listed-absent",
            "the list has an attachment that is not there",
            "<e:Reference>",
            "<e:Reference><e:ContentId>cid:7</e:ContentId></e:Reference><e:Reference>",
        ),
        (
            "unlisted",
            "an attachment is not on the list",
            "</AttachmentEncoded>",
            "<Attachment><ContentId>cid:7</ContentId><ContentTransferEncoded>QQ==</ContentTransferEncoded></Attachment></AttachmentEncoded>",
        ),
    ] {
        let case = good.but(change).by("QCVN 102:2016 §2").file(xades(text.replacen(from, to, 1).into_bytes())?);
        case.add(&format!("edxml/{name}"), files)?;
    }
    Ok(())
}

/// A message made by this crate: header, body and each attachment signed by a reference of its own.
fn parts(shared: &Shared, files: &mut Files, plain: &Message<'_>, pdf: &[u8]) -> Outcome {
    let header = Header {
        from: Organisation { organ_id: "000.00.10.H49".into(), organ_name: plain.organisation.into(), ..Organisation::default() },
        to: vec![Organisation { organ_id: "000.00.01.H49".into(), organ_name: "Văn phòng".into(), ..Organisation::default() }],
        code: Code { code_number: "01".into(), code_notation: "QD-UBND".into() },
        promulgation_info: PromulgationInfo { place: None, promulgation_date: "2026-11-22".into() },
        subject: "Cấp giấy phép".into(),
        signer_info: SignerInfo { full_name: plain.signer.into(), ..SignerInfo::default() },
        ..Header::default()
    };
    let mut message = kyso::message::Message::new(header).sent_at(claimed());
    message.attach("a.pdf", "application/pdf", pdf);
    message.attach("b.txt", "text/plain", NOTE);
    let unsigned = message.to_xml()?;
    let signer = shared.signer("p256")?;
    let signed = sign(&Document::xml(&unsigned)?, &Profile::edxml_b_b(claimed()), &signer)?;
    let of_message = || Entry::passed().kind("signature").level("B-B");
    let what = "a message of which header, body and both attachments are signed, each by its reference";
    let case = Case::passing_file(what, "QCVN 102:2016 §2", FILE, signed.clone());
    let good = case.entries(&[of_message(), of_message()]).add("edxml/parts", files)?;
    let text = String::from_utf8(signed)?;
    let changed = |from: &str, to: &str| -> Outcome<Vec<u8>> {
        let other = text.replacen(from, to, 1);
        if other == text { Err(format!("{from} does not stand there").into()) } else { Ok(other.into_bytes()) }
    };

    let traced = "<edXML:TraceHeader><edXML:OrganId>000.00.01.H49</edXML:OrganId></edXML:TraceHeader>";
    let into_trace = |more: &str| changed("</edXML:TraceHeaderList>", &format!("{more}</edXML:TraceHeaderList>"));
    good.but("another agency wrote into the trace").file(into_trace(traced)?).add("edxml/parts-passed-on", files)?;
    let staff = "<edXML:Bussiness><edXML:StaffInfo><edXML:Department>Văn phòng</edXML:Department><edXML:Email>a@example.vn</edXML:Email>\
                 </edXML:StaffInfo></edXML:Bussiness>";
    good.but("it says who took the message in").file(into_trace(&format!("{staff}{traced}"))?).add("edxml/parts-passed-on-by", files)?;
    for (name, change, said) in [
        ("name", "the trace has the name of a signer", "<edXML:FullName>Somebody Else</edXML:FullName>"),
        ("content", "the trace has a content", "<edXML:Content>Thu hồi giấy phép</edXML:Content>"),
        ("reference", "the trace has the name of an attachment", "<AttachmentName xmlns=\"urn:other\">c.txt</AttachmentName>"),
    ] {
        let bad = good.but(change).file(into_trace(said)?).by("EN 319 102-1 §5.1.3");
        bad.concludes("INDETERMINATE", CONSTRAINTS, NOT_MODIFIED).add(&format!("edxml/parts-{name}-in-trace"), files)?;
    }
    let (declaration, inner) = text.split_at(text.find("<edXML ").ok_or("no message")?);
    let in_envelope =
        |header: &str| format!("{declaration}{}", in_soap(inner).replacen("<s:Body>", &format!("{header}<s:Body>"), 1)).into_bytes();
    let case = good.but("it is sent in a SOAP envelope without a header of its own").by("SOAP 1.1 §4.2").file(in_envelope("<s:Header/>"));
    case.add("edxml/parts-in-soap", files)?;
    let bad = good.but("it is sent in a SOAP envelope whose header says something").by("EN 319 102-1 §5.1.3");
    let bad = bad.file(in_envelope("<s:Header><a>Thu hồi</a></s:Header>")).concludes("INDETERMINATE", CONSTRAINTS, NOT_MODIFIED);
    bad.add("edxml/parts-in-soap-header", files)?;
    let bad = good
        .but("the trace says who signed, as the header does")
        .file(into_trace("<edXML:SignerInfo><edXML:FullName>Somebody Else</edXML:FullName></edXML:SignerInfo>")?);
    let bad = bad.by("EN 319 102-1 §5.1.3").concludes("INDETERMINATE", CONSTRAINTS, NOT_MODIFIED);
    bad.add("edxml/parts-header-in-trace", files)?;

    let intact = "cryptographic_verification.data_intact";
    let altered = |what: &str, name: &str, octets: Vec<u8>, files: &mut Files| -> Outcome {
        let bad = good.but(what).by("EN 319 102-1 §5.2.7").file(octets).fails("HASH_FAILURE", intact);
        let failed = Entry::concluded("TOTAL-FAILED", "HASH_FAILURE", intact);
        bad.entries(&[failed, of_message()]).add(name, files)?;
        Ok(())
    };
    let (note, other) = (base64::encode(NOTE), base64::encode(b"Another note\n"));
    altered("an attachment is replaced", "edxml/parts-attachment-replaced", changed(&note, &other)?, files)?;
    altered("the number of the header is another one", "edxml/parts-number-changed", changed(">01<", ">02<")?, files)?;
    altered("the list of attachments gives another name", "edxml/parts-name-changed", changed(">b.txt<", ">c.txt<")?, files)?;
    let ids: Vec<&str> = text.split("<ContentId>").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    let [first, second] = ids[..] else { return Err("two attachments".into()) };
    let id = |id: &str| format!("<ContentId>{id}</ContentId>");
    let swapped = text.replacen(&id(first), "<1/>", 1).replacen(&id(second), &id(first), 1).replacen("<1/>", &id(second), 1);
    altered("the attachments have the identifiers of each other", "edxml/parts-ids-swapped", swapped.into_bytes(), files)?;

    let attachment = |id: &str, octets: &[u8]| {
        let octets = base64::encode(octets);
        format!("<Attachment><ContentId>{id}</ContentId><ContentTransferEncoded>{octets}</ContentTransferEncoded></Attachment>")
    };
    let added = |text: &str| changed("</AttachmentEncoded>", &format!("{text}</AttachmentEncoded>"));
    let unsigned = |what: &str| good.but(what).by("EN 319 102-1 §5.1.3").concludes("INDETERMINATE", CONSTRAINTS, NOT_MODIFIED);
    let uncovered = || of_message().tolerates("edxml.attachments_covered");
    let bad = unsigned("an attachment is added").file(added(&attachment("cid:3", NOTE))?);
    bad.entries(&[uncovered(), of_message()]).add("edxml/parts-attachment-added", files)?;
    let mut page = blank_page();
    let at = page.windows(3).position(|window| window == b"595").ok_or("no page")?;
    page[at + 2] = b'6';
    let another = sign(&Document::pdf(&page)?, &Profile::pades_b_b(claimed()), &signer)?;
    let bad = unsigned("an attachment with a good signature of its own is added").file(added(&attachment("cid:3", &another))?);
    bad.entries(&[uncovered(), of_message(), of_message()]).add("edxml/parts-signed-attachment-added", files)?;
    let namesake = "edxml.no_unsigned_namesake";
    let failed = || Entry::concluded("TOTAL-FAILED", "FORMAT_FAILURE", namesake);
    let bad = good.but("an attachment with the identifier of a signed one is added").file(added(&attachment(second, b"Another note\n"))?);
    bad.fails("FORMAT_FAILURE", namesake).entries(&[failed(), of_message()]).add("edxml/parts-attachment-namesake", files)?;
    let start = text.find("<edXML:MessageHeader").ok_or("no header")?;
    let end = text.find("</edXML:MessageHeader>").ok_or("no header")? + "</edXML:MessageHeader>".len();
    let second_header = text[start..end].replacen(" Id=\"header\"", "", 1).replace(">01<", ">02<");
    let namesake = "coverage.no_unsigned_namesake";
    let bad = good.but("a header that nobody signed stands before the signed one").by("EN 319 102-1 §5.1.4.2");
    let bad = bad.file(changed("<edXML:MessageHeader", &format!("{second_header}<edXML:MessageHeader"))?);
    let failed = Entry::concluded("TOTAL-FAILED", "FORMAT_FAILURE", namesake);
    bad.fails("FORMAT_FAILURE", namesake).entries(&[failed, of_message()]).add("edxml/parts-second-header", files)?;

    let missing = "cryptographic_verification.data_found";
    let from = text.find("<Attachment Id=\"attachment-2\"").ok_or("no attachment")?;
    let to = text.find("</AttachmentEncoded>").ok_or("no attachment")?;
    let bad = good.but("an attachment is taken away").by("EN 319 102-1 §5.2.7").file(changed(&text[from..to], "")?);
    let lacking = Entry::concluded("INDETERMINATE", "SIGNED_DATA_NOT_FOUND", missing);
    bad.indeterminate("SIGNED_DATA_NOT_FOUND", missing).entries(&[lacking, of_message()]).add("edxml/parts-attachment-removed", files)?;
    let at = text.find("URI=\"#attachment-2\"").ok_or("no reference")?;
    let from = text[..at].rfind("<ds:Reference").ok_or("no reference")?;
    let to = at + text[at..].find("</ds:Reference>").ok_or("no reference")? + "</ds:Reference>".len();
    let value = "cryptographic_verification.value_valid";
    let bad = good.but("the reference to an attachment is taken away").by("EN 319 102-1 §5.2.7").file(changed(&text[from..to], "")?);
    let failed = Entry::concluded("TOTAL-FAILED", "SIG_CRYPTO_FAILURE", value);
    bad.fails("SIG_CRYPTO_FAILURE", value).entries(&[failed, of_message()]).add("edxml/parts-reference-dropped", files)?;
    let profile = Profile::xades_b_b(claimed()).elements(["header", "body", "attachment-1"]);
    let partly = sign(&Document::xml(&message.to_xml()?)?, &profile, &signer)?;
    let bad = unsigned("the signer left an attachment out").file(partly);
    bad.entries(&[uncovered(), of_message()]).add("edxml/parts-one-left-out", files)?;
    Ok(())
}

const NOTE: &[u8] = b"A note that goes with the decision\n";

#[derive(Clone)]
struct Message<'m> {
    signer: &'m str,
    organisation: &'m str,
    /// Name and base64.
    attachments: Vec<(&'m str, String)>,
}

fn soapless(message: &str) -> String {
    message.to_owned()
}

fn in_soap(message: &str) -> String {
    format!("<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>{message}</s:Body></s:Envelope>")
}

impl Message<'_> {
    fn xml(&self, wrap: impl Fn(&str) -> String) -> Vec<u8> {
        const NAMESPACE: &str = "http://www.mic.gov.vn/TBT/QCVN_102_2016";
        let reference = |(number, (name, _)): (usize, &(&str, String))| {
            format!("<e:Reference><e:ContentId>cid:{number}</e:ContentId><e:AttachmentName>{name}</e:AttachmentName></e:Reference>")
        };
        let attachment = |(number, (_, text)): (usize, &(&str, String))| {
            format!("<Attachment><ContentId>cid:{number}</ContentId><ContentTransferEncoded>{text}</ContentTransferEncoded></Attachment>")
        };
        let manifest: String = self.attachments.iter().enumerate().map(reference).collect();
        let attachments: String = self.attachments.iter().enumerate().map(attachment).collect();
        let message = format!(
            "<edXML xmlns=\"{NAMESPACE}\" xmlns:e=\"{NAMESPACE}\"><e:edXMLEnvelope><e:edXMLHeader><e:MessageHeader><e:From>\
             <e:OrganId>000.00.10.H49</e:OrganId><e:OrganName>{}</e:OrganName></e:From>\
             <e:Code><e:CodeNumber>01</e:CodeNumber><e:CodeNotation>QD-UBND</e:CodeNotation></e:Code>\
             <e:PromulgationInfo><e:PromulgationDate>2026/11/22</e:PromulgationDate></e:PromulgationInfo>\
             <e:SignerInfo><e:FullName>{}</e:FullName></e:SignerInfo></e:MessageHeader><e:TraceHeaderList/><e:Signature/></e:edXMLHeader>\
             <e:edXMLBody><e:edXMLManifest>{manifest}</e:edXMLManifest></e:edXMLBody></e:edXMLEnvelope>\
             <AttachmentEncoded>{attachments}</AttachmentEncoded></edXML>",
            self.organisation, self.signer
        );
        wrap(&message).into_bytes()
    }
}
