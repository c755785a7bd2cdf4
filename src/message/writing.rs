//! QCVN 102:2016/BTTTT §2 — A message written: envelope, header, manifest, and beside the envelope the attachments

use super::header::{Header, Organisation, slashed};
use crate::crypto::DigestAlgorithm;
use crate::encoding::base64;
use crate::encoding::xml::{self, escaped, forbidden};
use crate::error::Misuse;
use crate::format::edxml::message::{Attachment as Read, Message as ReadMessage, NAMESPACE};
use crate::limits::Limits;
use crate::time::Time;

/// A message between agencies. What is signed of it, by [`crate::Profile::edxml_b_b`], are the header, the body with the list of attachments, and
/// each attachment, by a digest of its own.
///
/// ```
/// use kyso::message::{Code, Header, Message, Organisation, PromulgationInfo, SignerInfo};
/// use kyso::testkit::{DemoPki, blank_page};
/// use kyso::{Document, Profile, Time, sign};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let agency = |id: &str, name: &str| Organisation { organ_id: id.into(), organ_name: name.into(), ..Organisation::default() };
/// let header = Header {
///     from: agency("000.00.10.H49", "Sở Tư pháp tỉnh Quảng Ninh"),
///     to: vec![agency("000.00.01.H49", "Văn phòng UBND tỉnh Quảng Ninh")],
///     code: Code { code_number: "123".into(), code_notation: "QĐ-STP".into() },
///     promulgation_info: PromulgationInfo { place: Some("Hạ Long".into()), promulgation_date: "2026-11-26".into() },
///     subject: "Về việc cấp giấy phép".into(),
///     signer_info: SignerInfo { full_name: "Nguyễn Văn A".into(), ..SignerInfo::default() },
///     ..Header::default()
/// };
/// let mut message = Message::new(header);
/// message.attach("quyet-dinh.pdf", "application/pdf", blank_page());
/// let xml = message.to_xml()?;
///
/// let time = Time::from_rfc3339("2026-11-26T02:00:00Z")?;
/// let signer = DemoPki::new([1; 32], time)?.leader_signer()?;
/// let signed = sign(&Document::xml(&xml)?, &Profile::edxml_b_b(time), &signer)?;
/// # assert!(signed.len() > xml.len());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    header: Header,
    attachments: Vec<Attachment>,
    sent: Option<Time>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Attachment {
    name: String,
    media_type: String,
    octets: Vec<u8>,
}

/// Vietnam's clocks (UTC+07:00), which messages tell without saying so.
const VIETNAM: i64 = 7 * 3_600;

impl Message {
    /// A message without attachments.
    pub fn new(header: Header) -> Self {
        Self { header, attachments: Vec::new(), sent: None }
    }

    /// Adds a file.
    pub fn attach(&mut self, name: impl Into<String>, media_type: impl Into<String>, octets: impl Into<Vec<u8>>) {
        self.attachments.push(Attachment { name: name.into(), media_type: media_type.into(), octets: octets.into() });
    }

    /// The first entry of the trace: the sender, at this time. The trace is signed by nobody, since each agency on the way adds to it.
    #[must_use]
    pub fn sent_at(mut self, time: Time) -> Self {
        self.sent = Some(time);
        self
    }

    /// The message in XML, unsigned, each of its parts with an identifier by which it can be signed.
    ///
    /// # Errors
    /// [`Misuse`] names what the header lacks, what stands twice, or a text with a character that XML has no place for.
    pub fn to_xml(&self) -> Result<Vec<u8>, Misuse> {
        self.header.fault().map_or(Ok(()), |fault| Err(Misuse::new(fault)))?;
        if let Some(position) = self.attachments.iter().position(|attachment| attachment.name.trim().is_empty()) {
            return Err(Misuse::new(format!("attachment {} has no name", position.saturating_add(1))));
        }
        let mut text = Text::new();
        text.0 += &format!("<edXML xmlns=\"{NAMESPACE}\" xmlns:edXML=\"{NAMESPACE}\">");
        text.0 += "<edXML:edXMLEnvelope><edXML:edXMLHeader><edXML:MessageHeader Id=\"header\">";
        text.header(&self.header)?;
        text.0 += "</edXML:MessageHeader>";
        self.trace(&mut text)?;
        text.0 +=
            "<edXML:Signature></edXML:Signature></edXML:edXMLHeader><edXML:edXMLBody Id=\"body\"><edXML:edXMLManifest version=\"1.0\">";
        for (number, attachment) in (1_usize..).zip(&self.attachments) {
            let id = content_id(number, attachment);
            text.0 += &format!("<edXML:Reference xmlns:xlink=\"http://www.w3.org/1999/xlink\" xlink:href=\"cid:{id}\">");
            text.leaf("ContentId", &format!("cid:{id}"))?;
            text.leaf("ContentType", &attachment.media_type)?;
            text.leaf("AttachmentName", &attachment.name)?;
            text.0 += "</edXML:Reference>";
        }
        text.0 += "</edXML:edXMLManifest></edXML:edXMLBody></edXML:edXMLEnvelope><AttachmentEncoded>";
        for (number, attachment) in (1_usize..).zip(&self.attachments) {
            text.0 += &format!("<Attachment Id=\"attachment-{number}\"><ContentId>cid:{}</ContentId>", content_id(number, attachment));
            text.0 += "<ContentTransferEncoded>";
            text.0 += &base64::encode(&attachment.octets);
            text.0 += "</ContentTransferEncoded></Attachment>";
        }
        text.0 += "</AttachmentEncoded></edXML>\n";
        self.is_read_as_meant(&text.0)?;
        Ok(text.0.into_bytes())
    }

    fn trace(&self, text: &mut Text) -> Result<(), Misuse> {
        text.0 += "<edXML:TraceHeaderList>";
        if let Some(time) = self.sent {
            let (year, month, day, hour, minute, second) = time.plus_seconds(VIETNAM).civil();
            text.0 += "<edXML:TraceHeader>";
            text.leaf("OrganId", &self.header.from.organ_id)?;
            text.leaf("Timestamp", &format!("{year:04}/{month:02}/{day:02} {hour:02}:{minute:02}:{second:02}"))?;
            text.0 += "</edXML:TraceHeader>";
        }
        text.0 += "</edXML:TraceHeaderList>";
        Ok(())
    }

    /// What was written is read again, by the reader that will judge it.
    fn is_read_as_meant(&self, text: &str) -> Result<(), Misuse> {
        let tree = xml::read(text.as_bytes(), &Limits::default()).map_err(|malformed| Misuse::new(malformed.to_string()))?;
        let message = ReadMessage::read(&tree).ok_or_else(|| Misuse::new("what was written is no message"))?;
        let (said, header) = (&message.header, &self.header);
        let is_same = |read: &Option<String>, meant: &str| read.as_deref() == Some(meant.trim());
        let holds = is_same(&said.sender, &header.from.organ_id)
            && is_same(&said.organisation, &header.from.organ_name)
            && is_same(&said.number, &header.code.code_number)
            && is_same(&said.notation, &header.code.code_notation)
            && is_same(&said.date, &slashed(&header.promulgation_info.promulgation_date))
            && is_same(&said.signer, &header.signer_info.full_name)
            && is_same(&said.subject, &header.subject);
        let is_attached =
            |(read, meant): (&Read, &Attachment)| read.octets.as_ref() == Ok(&meant.octets) && message.name(read) == meant.name.trim();
        let holds = holds
            && message.attachments.len() == self.attachments.len()
            && message.attachments.iter().zip(&self.attachments).all(is_attached);
        if holds { Ok(()) } else { Err(Misuse::new("the message would be read in another way than it is meant")) }
    }
}

/// By which the manifest and the attachment name each other.
fn content_id(number: usize, attachment: &Attachment) -> String {
    let digest = DigestAlgorithm::Sha256.digest(&attachment.octets);
    format!("{number}.{}", base16ct::lower::encode_string(digest.get(..8).unwrap_or_default()))
}

/// Elements one after another.
struct Text(String);

impl Text {
    fn new() -> Self {
        Self("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".into())
    }

    fn leaf(&mut self, name: &str, value: &str) -> Result<(), Misuse> {
        if forbidden(value).is_some() {
            return Err(Misuse::new(format!("{name} has a character that XML has no place for: {value:?}")));
        }
        self.0 += &format!("<edXML:{name}>{}</edXML:{name}>", escaped(value));
        Ok(())
    }

    /// Those that there are.
    fn leaves<'v>(&mut self, leaves: impl IntoIterator<Item = (&'static str, Option<&'v str>)>) -> Result<(), Misuse> {
        leaves.into_iter().try_for_each(|(name, value)| value.map_or(Ok(()), |value| self.leaf(name, value)))
    }

    fn within(&mut self, name: &str, inner: impl FnOnce(&mut Self) -> Result<(), Misuse>) -> Result<(), Misuse> {
        self.0 += &format!("<edXML:{name}>");
        inner(self)?;
        self.0 += &format!("</edXML:{name}>");
        Ok(())
    }

    fn header(&mut self, header: &Header) -> Result<(), Misuse> {
        self.within("From", |text| text.organisation(&header.from))?;
        for to in &header.to {
            self.within("To", |text| text.organisation(to))?;
        }
        self.within("Code", |text| {
            text.leaf("CodeNumber", &header.code.code_number)?;
            text.leaf("CodeNotation", &header.code.code_notation)
        })?;
        self.within("PromulgationInfo", |text| {
            text.leaves([("Place", header.promulgation_info.place.as_deref())])?;
            text.leaf("PromulgationDate", &slashed(&header.promulgation_info.promulgation_date))
        })?;
        if let Some(kind) = &header.document_type {
            self.within("DocumentType", |text| {
                text.leaf("Type", &kind.kind.to_string())?;
                text.leaves([("TypeDetail", kind.type_detail.map(|detail| detail.to_string()).as_deref())])?;
                text.leaf("TypeName", &kind.type_name)
            })?;
        }
        self.leaf("Subject", &header.subject)?;
        self.leaves([("Content", header.content.as_deref())])?;
        self.within("SignerInfo", |text| {
            let signer = &header.signer_info;
            text.leaves([("Competence", signer.competence.as_deref()), ("Position", signer.position.as_deref())])?;
            text.leaf("FullName", &signer.full_name)
        })?;
        self.leaves([("DueDate", header.due_date.as_deref().map(slashed).as_deref())])?;
        if !header.to_places.is_empty() {
            self.within("ToPlaces", |text| header.to_places.iter().try_for_each(|place| text.leaf("Place", place)))?;
        }
        self.other_info(header)?;
        self.responses(header)?;
        self.leaves([("SteeringType", header.steering_type.map(|kind| kind.to_string()).as_deref())])?;
        self.leaf("DocumentId", &header.document_id())
    }

    fn organisation(&mut self, organisation: &Organisation) -> Result<(), Misuse> {
        self.leaves([
            ("OrganId", Some(organisation.organ_id.as_str())),
            ("OrganizationInCharge", organisation.organization_in_charge.as_deref()),
            ("OrganName", Some(organisation.organ_name.as_str())),
            ("OrganAdd", organisation.organ_add.as_deref()),
            ("Email", organisation.email.as_deref()),
            ("Telephone", organisation.telephone.as_deref()),
            ("Fax", organisation.fax.as_deref()),
            ("Website", organisation.website.as_deref()),
        ])
    }

    fn other_info(&mut self, header: &Header) -> Result<(), Misuse> {
        let Some(other) = &header.other_info else { return Ok(()) };
        let number = |number: Option<u32>| number.map(|number| number.to_string());
        self.within("OtherInfo", |text| {
            text.leaves([
                ("Priority", number(other.priority).as_deref()),
                ("SphereOfPromulgation", other.sphere_of_promulgation.as_deref()),
                ("TyperNotation", other.typer_notation.as_deref()),
                ("PromulgationAmount", number(other.promulgation_amount).as_deref()),
                ("PageAmount", number(other.page_amount).as_deref()),
            ])?;
            if other.appendixes.is_empty() {
                return Ok(());
            }
            text.within("Appendixes", |text| other.appendixes.iter().try_for_each(|appendix| text.leaf("Appendix", appendix)))
        })
    }

    fn responses(&mut self, header: &Header) -> Result<(), Misuse> {
        header.response_for.iter().try_for_each(|response| {
            self.within("ResponseFor", |text| {
                text.leaves([
                    ("OrganId", Some(response.organ_id.as_str())),
                    ("Code", Some(response.code.as_str())),
                    ("PromulgationDate", Some(slashed(&response.promulgation_date).as_str())),
                    ("DocumentId", response.document_id.as_deref()),
                ])
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::header::{Code, PromulgationInfo, ResponseFor, SignerInfo};
    use super::*;

    fn header() -> Header {
        let agency = |id: &str, name: &str| Organisation { organ_id: id.into(), organ_name: name.into(), ..Organisation::default() };
        Header {
            from: agency("000.00.10.H49", "Sở <Tư pháp> & \"bạn\""),
            to: vec![agency("000.00.01.H49", "Văn phòng"), agency("000.00.02.H49", "Sở Nội vụ")],
            code: Code { code_number: "12".into(), code_notation: "QĐ-STP".into() },
            promulgation_info: PromulgationInfo { place: None, promulgation_date: "2026-11-26".into() },
            subject: "]]> &amp; <!-- a -->\r\n\tb".into(),
            signer_info: SignerInfo { full_name: "Nguyễn Văn A".into(), ..SignerInfo::default() },
            response_for: vec![ResponseFor {
                organ_id: "H1".into(),
                code: "1/CV".into(),
                promulgation_date: "2026-11-25".into(),
                document_id: None,
            }],
            ..Header::default()
        }
    }

    fn written(header: Header) -> Result<String, Misuse> {
        let mut message = Message::new(header).sent_at(Time::from_rfc3339("2026-11-26T23:30:00Z").unwrap());
        message.attach("a&b.pdf", "application/pdf", b"%PDF".to_vec());
        message.attach("a&b.pdf", "application/pdf", b"%PDF".to_vec());
        message.to_xml().map(|octets| String::from_utf8(octets).unwrap())
    }

    #[test]
    fn a_text_of_any_kind_is_read_as_it_was_meant() {
        let text = written(header()).unwrap();
        assert!(text.contains("<edXML:DocumentId>000.00.10.H49,2026/11/26,12/QĐ-STP</edXML:DocumentId>"), "{text}");
        assert!(text.contains("<edXML:Timestamp>2026/11/27 06:30:00</edXML:Timestamp>"), "{text}");
        assert!(text.contains("<edXML:PromulgationDate>2026/11/25</edXML:PromulgationDate>"), "{text}");
        assert!(text.contains("&#13;&#10;&#9;b"), "{text}");
    }

    #[test]
    fn what_cannot_stand_in_a_message_is_refused() {
        let refused = |change: &dyn Fn(&mut Header)| {
            let mut header = header();
            change(&mut header);
            written(header).unwrap_err().to_string()
        };
        assert!(refused(&|header| header.subject = "a\u{1}".into()).contains("Subject"));
        assert!(refused(&|header| header.to[1].fax = Some("\u{fffe}".into())).contains("Fax"));
        assert!(refused(&|header| header.subject = " ".into()).contains("subject"));
        assert!(refused(&|header| header.to.clear()).contains("`to`"));
        assert!(refused(&|header| header.due_date = Some("2026-02-30".into())).contains("2026-02-30"));
        assert!(refused(&|header| header.response_for[0].promulgation_date = "26/11/2026".into()).contains("26/11/2026"));
        let mut message = Message::new(header());
        message.attach("", "application/pdf", b"%PDF".to_vec());
        assert!(message.to_xml().is_err());
        message = Message::new(header());
        message.attach("a\u{0}", "application/pdf", b"%PDF".to_vec());
        assert!(message.to_xml().is_err());
    }
}
