//! QCVN 102:2016/BTTTT §2 — An edXML message: header, manifest, attachments, in the variants that are sent

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::encoding::base64;
use crate::encoding::xml::{NodeId, NodeSet, Tree};
use crate::error::Malformed;

/// The namespace of the standard.
pub(crate) const NAMESPACE: &str = "http://www.mic.gov.vn/TBT/QCVN_102_2016";

/// The namespaces under which messages are sent; what is within has the same names in each.
const NAMESPACES: [&str; 3] = [NAMESPACE, "http://www.e-doc.vn/Schema/", "http://www.go.vn/eDoc"];

/// SOAP 1.1 and 1.2, in which older messages are wrapped.
const SOAP: [&str; 2] = ["http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"];

/// No message has more.
const MOST_ATTACHMENTS: usize = 10_000;

/// No more misplaced elements are told.
const MOST_TOLD: usize = 10;

/// What a message says of itself, and what it brings.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub header: Header,
    /// What the manifest of the body announces.
    pub manifest: Vec<Announced>,
    pub attachments: Vec<Attachment>,
    /// `TraceHeaderList`: what each agency on the way writes into it.
    pub trace: Option<NodeId>,
    /// Elements in the trace that are called as what is read elsewhere in the message.
    pub misplaced: Vec<NodeId>,
    /// The header of the SOAP envelope, where nothing stands in it.
    pub empty_header: Option<NodeId>,
    pub places: Places,
}

/// Where the parts of a message stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    /// `edXMLHeader`
    pub headers: NodeId,
    /// `MessageHeader`
    pub header: NodeId,
    /// `Signature` of the header: the place for signatures.
    #[cfg_attr(not(feature = "sign"), allow(dead_code, reason = "looked at where a message is signed"))]
    pub signature: Option<NodeId>,
    /// `edXMLBody`, or the manifest where it stands without one.
    pub body: Option<NodeId>,
}

/// `MessageHeader`, as far as it can be compared with what was signed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    /// `From/OrganId`
    pub sender: Option<String>,
    /// `From/OrganName`
    pub organisation: Option<String>,
    /// `Code/CodeNumber`
    pub number: Option<String>,
    /// `Code/CodeNotation`
    pub notation: Option<String>,
    /// `PromulgationInfo/PromulgationDate`, as written.
    pub date: Option<String>,
    /// `SignerInfo/FullName`
    pub signer: Option<String>,
    /// `Subject`
    pub subject: Option<String>,
}

/// `edXMLManifest/Reference`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Announced {
    /// `ContentId`, or what `xlink:href` names behind `cid:`.
    pub content_id: String,
    /// `AttachmentName`
    pub name: Option<String>,
    /// `ContentType`
    pub content_type: Option<String>,
}

/// `Attachment`
#[derive(Clone, Debug)]
pub(crate) struct Attachment {
    pub node: NodeId,
    pub content_id: String,
    /// Its octets; in words why there are none.
    pub octets: Result<Vec<u8>, String>,
}

impl Message {
    /// The message in `tree`; `None` when it is none.
    pub fn read(tree: &Tree<'_>) -> Option<Self> {
        let outer = unwrapped(tree)?;
        let is_envelope = |node: &NodeId| is_named(tree, *node, &["edXMLEnvelope", "edXMLHeader"]);
        // Without an envelope of its own the outermost element is one.
        let envelope = tree.elements(outer).find(is_envelope).filter(|node| is_named(tree, *node, &["edXMLEnvelope"])).unwrap_or(outer);
        let headers = child(tree, envelope, "edXMLHeader")?;
        let header = child(tree, headers, "MessageHeader")?;
        let body = child(tree, envelope, "edXMLBody").or_else(|| child(tree, outer, "edXMLBody"));
        let manifest = body.and_then(|body| child(tree, body, "edXMLManifest")).or_else(|| child(tree, envelope, "edXMLManifest"));
        let trace = child(tree, headers, "TraceHeaderList");
        Some(Self {
            header: Header::read(tree, header),
            manifest: announced(tree, manifest),
            attachments: attachments(tree, outer),
            trace,
            empty_header: empty_header(tree),
            misplaced: trace.map(|trace| misplaced(tree, trace)).unwrap_or_default(),
            places: Places { headers, header, signature: child(tree, headers, "Signature"), body: body.or(manifest) },
        })
    }

    /// The names of all attachments, in their order; of each looked for once.
    pub fn names(&self) -> Vec<&str> {
        let mut announced: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        for one in &self.manifest {
            announced.entry(&one.content_id).or_insert(one.name.as_deref());
        }
        let name = |attachment: &'_ Attachment| announced.get(&*attachment.content_id).copied().flatten();
        self.attachments.iter().map(|attachment| name(attachment).unwrap_or(&attachment.content_id)).collect()
    }

    /// The name under which an attachment is announced.
    pub fn announced(&self, attachment: &Attachment) -> Option<&Announced> {
        self.manifest.iter().find(|announced| announced.content_id == attachment.content_id)
    }

    /// The name of an attachment, for people.
    pub fn name<'m>(&'m self, attachment: &'m Attachment) -> &'m str {
        self.announced(attachment).and_then(|announced| announced.name.as_deref()).unwrap_or(&attachment.content_id)
    }
}

impl Header {
    fn read(tree: &Tree<'_>, header: NodeId) -> Self {
        let text = |path: &[&str]| {
            let node = below(tree, header, path)?;
            let text = tree.leaf(node)?.trim().to_owned();
            (!text.is_empty()).then_some(text)
        };
        Self {
            sender: text(&["From", "OrganId"]),
            organisation: text(&["From", "OrganName"]),
            number: text(&["Code", "CodeNumber"]),
            notation: text(&["Code", "CodeNotation"]),
            date: text(&["PromulgationInfo", "PromulgationDate"]),
            signer: text(&["SignerInfo", "FullName"]),
            subject: text(&["Subject"]),
        }
    }
}

/// The element of the message: the document's own, or the one in the body of a SOAP envelope.
fn unwrapped(tree: &Tree<'_>) -> Option<NodeId> {
    const OUTER: [&str; 2] = ["edXML", "edXMLEnvelope"];
    let root = tree.root();
    if is_named(tree, root, &OUTER) {
        return Some(root);
    }
    let is_soap = |node: NodeId, local| SOAP.iter().any(|namespace| tree.is(node, namespace, local));
    if !is_soap(root, "Envelope") {
        return None;
    }
    let parts = tree.elements(root).filter(|node| is_soap(*node, "Header") || is_soap(*node, "Body"));
    parts.flat_map(|part| tree.elements(part)).find(|node| is_named(tree, *node, &OUTER))
}

fn empty_header(tree: &Tree<'_>) -> Option<NodeId> {
    let is_header = |node: &NodeId| SOAP.iter().any(|namespace| tree.is(*node, namespace, "Header"));
    let is_empty = |node: &NodeId| {
        tree.elements(*node).next().is_none() && tree.attributes(*node).next().is_none() && tree.string(*node).trim().is_empty()
    };
    tree.elements(tree.root()).find(|node| is_header(node)).filter(is_empty)
}

fn announced(tree: &Tree<'_>, manifest: Option<NodeId>) -> Vec<Announced> {
    let references = manifest.into_iter().flat_map(|manifest| tree.elements(manifest)).filter(|node| is_named(tree, *node, &["Reference"]));
    let read = |node: NodeId| {
        let text = |local| child(tree, node, local).and_then(|node| tree.leaf(node)).map(|text| text.trim().to_owned());
        let href = tree.attribute(node, "http://www.w3.org/1999/xlink", "href").or_else(|| tree.attribute(node, "", "href"));
        let content_id = text("ContentId").filter(|id| !id.is_empty()).or_else(|| href.map(Cow::into_owned))?;
        Some(Announced { content_id: bare(&content_id).to_owned(), name: text("AttachmentName"), content_type: text("ContentType") })
    };
    references.filter_map(read).take(MOST_ATTACHMENTS).collect()
}

/// Attachments stand beside the envelope, in any namespace or none.
fn attachments(tree: &Tree<'_>, outer: NodeId) -> Vec<Attachment> {
    let is_list = |node: &NodeId| tree.name(*node).is_some_and(|(_, local)| ["AttachmentEncoded", "Attachments"].contains(&local));
    let lists = tree.descendants(outer).filter(is_list);
    let each = lists.flat_map(|list| tree.elements(list).collect::<Vec<_>>());
    let each = each.filter(|node| tree.name(*node).is_some_and(|(_, local)| local == "Attachment"));
    let read = |node: NodeId| {
        let text = |local: &str| {
            let found = tree.elements(node).find(|inner| tree.name(*inner).is_some_and(|(_, name)| name == local));
            found.and_then(|node| tree.leaf(node))
        };
        let content_id = text("ContentId").map_or_else(String::new, |id| bare(id.trim()).to_owned());
        let octets = text("ContentTransferEncoded").ok_or_else(|| "it has no ContentTransferEncoded".to_owned());
        Attachment { node, content_id, octets: octets.and_then(|text| decoded(&text).map_err(|malformed| malformed.to_string())) }
    };
    each.take(MOST_ATTACHMENTS).map(read).collect()
}

impl Attachment {
    /// Whether all of it is in `covered`.
    pub fn is_within(&self, tree: &Tree<'_>, covered: &NodeSet) -> bool {
        covered.has_all(tree, self.node)
    }
}

/// What header, body and attachments are made of, but for what an agency on the way says of itself and of the document by the same names (`OrganId`,
/// `DocumentId`, `Email`).
const READ: [&str; 43] = [
    "Appendixes",
    "Attachment",
    "AttachmentEncoded",
    "AttachmentName",
    "Attachments",
    "Code",
    "CodeNotation",
    "CodeNumber",
    "Competence",
    "Content",
    "ContentId",
    "ContentTransferEncoded",
    "ContentType",
    "DocumentType",
    "DueDate",
    "edXML",
    "edXMLBody",
    "edXMLEnvelope",
    "edXMLHeader",
    "edXMLManifest",
    "From",
    "FullName",
    "MessageHeader",
    "OrganAdd",
    "OrganizationInCharge",
    "OrganName",
    "OtherInfo",
    "PageAmount",
    "Place",
    "Position",
    "Priority",
    "PromulgationAmount",
    "PromulgationDate",
    "PromulgationInfo",
    "Reference",
    "ResponseFor",
    "SignerInfo",
    "SphereOfPromulgation",
    "SteeringType",
    "Subject",
    "To",
    "ToPlaces",
    "TypeName",
];

/// Many programs look for an element by its local name wherever it stands: in the trace, which anybody may write into, they would find another one.
fn misplaced(tree: &Tree<'_>, trace: NodeId) -> Vec<NodeId> {
    let is_read = |node: &NodeId| tree.name(*node).is_some_and(|(_, local)| READ.iter().any(|name| name.eq_ignore_ascii_case(local)));
    tree.descendants(trace).filter(|node| *node != trace).filter(is_read).take(MOST_TOLD).collect()
}

/// Base64 in lines.
fn decoded(text: &str) -> Result<Vec<u8>, Malformed> {
    let digits: Vec<u8> = text.bytes().filter(|octet| !octet.is_ascii_whitespace()).collect();
    base64::decode(&digits)
}

fn bare(id: &str) -> &str {
    id.strip_prefix("cid:").unwrap_or(id)
}

/// The first element directly within of this name, in a namespace of messages.
fn child(tree: &Tree<'_>, node: NodeId, local: &str) -> Option<NodeId> {
    tree.elements(node).find(|child| is_named(tree, *child, &[local]))
}

fn below(tree: &Tree<'_>, node: NodeId, path: &[&str]) -> Option<NodeId> {
    path.iter().try_fold(node, |node, local| child(tree, node, local))
}

/// Much is written by joining strings: an element without namespace within one of a message is meant as one of it.
fn is_named(tree: &Tree<'_>, node: NodeId, locals: &[&str]) -> bool {
    tree.name(node).is_some_and(|(namespace, local)| locals.contains(&local) && (namespace.is_empty() || NAMESPACES.contains(&namespace)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::xml;
    use crate::limits::Limits;

    fn message(namespace: &str, wrap: impl Fn(&str) -> String) -> String {
        wrap(&format!(
            r#"<edXML xmlns="{namespace}" xmlns:edXML="{namespace}"><edXML:edXMLEnvelope><edXML:edXMLHeader><edXML:MessageHeader>
            <edXML:From><edXML:OrganId>000.00.10.H49</edXML:OrganId><edXML:OrganName>Sở Tư pháp</edXML:OrganName></edXML:From>
            <edXML:Code><edXML:CodeNumber>12</edXML:CodeNumber><edXML:CodeNotation>QĐ-STP</edXML:CodeNotation></edXML:Code>
            <edXML:PromulgationInfo><edXML:PromulgationDate>2026/11/26</edXML:PromulgationDate></edXML:PromulgationInfo>
            <edXML:Subject> Về việc </edXML:Subject><edXML:SignerInfo><edXML:FullName>Nguyễn Văn A</edXML:FullName></edXML:SignerInfo>
            </edXML:MessageHeader></edXML:edXMLHeader><edXML:edXMLBody><edXML:edXMLManifest>
            <edXML:Reference xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="cid:1"><edXML:AttachmentName>a.pdf</edXML:AttachmentName></edXML:Reference>
            </edXML:edXMLManifest></edXML:edXMLBody></edXML:edXMLEnvelope>
            <AttachmentEncoded xmlns=""><Attachment><ContentId>cid:1</ContentId><ContentTransferEncoded>YW
            Jj</ContentTransferEncoded></Attachment><Attachment><ContentId>2</ContentId><ContentTransferEncoded>?</ContentTransferEncoded></Attachment>
            </AttachmentEncoded></edXML>"#
        ))
    }

    fn read(text: &str) -> Option<Message> {
        Message::read(&xml::read(text.as_bytes(), &Limits::default()).unwrap())
    }

    #[test]
    fn a_message_is_read_in_each_namespace_alone_and_in_soap() {
        let soap = |inner: &str| {
            format!(r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{inner}</s:Body></s:Envelope>"#)
        };
        for namespace in NAMESPACES.into_iter().chain([""]) {
            for text in [message(namespace, str::to_owned), message(namespace, soap)] {
                // A prefix cannot be bound to nothing.
                let text = if namespace.is_empty() { text.replace("edXML:", "").replace("xmlns=\"\"", "") } else { text };
                let text = text.replace("xmlns:edXML=\"\"", "");
                let message = read(&text).unwrap_or_else(|| panic!("{text}"));
                let said = |text: &str| Some(text.to_owned());
                let header = Header {
                    sender: said("000.00.10.H49"),
                    organisation: said("Sở Tư pháp"),
                    number: said("12"),
                    notation: said("QĐ-STP"),
                    date: said("2026/11/26"),
                    signer: said("Nguyễn Văn A"),
                    subject: said("Về việc"),
                };
                assert_eq!(message.header, header);
                assert_eq!(message.attachments[0].octets.as_deref(), Ok(&b"abc"[..]));
                assert_eq!(message.name(&message.attachments[0]), "a.pdf");
                assert!(message.attachments[1].octets.is_err() && message.announced(&message.attachments[1]).is_none());
            }
        }
    }

    #[test]
    fn another_document_is_no_message() {
        for text in ["<a/>", "<edXML xmlns=\"urn:other\"/>", "<edXML xmlns=\"http://www.go.vn/eDoc\"/>"] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
