//! Group `edxml`: messages between agencies (QCVN 102:2016/BTTTT) with signed files in them.

use kyso::encoding::base64;
use kyso::testkit::blank_page;
use kyso::{Document, Profile, sign};

use crate::case::{Case, Entry};
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
    Ok(())
}

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
