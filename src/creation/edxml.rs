//! QCVN 102:2016/BTTTT §2, EN 319 132-1 §6.3 — Messages between agencies signed: the header, the body and each attachment by a reference of its own

use std::collections::BTreeSet;

use super::draft::Draft;
use super::error::SignError;
use super::profile::Profile;
use super::xades::Contents;
use crate::crypto::SignatureAlgorithm;
use crate::document::{Document, Form};
use crate::encoding::xml::{NodeId, Tree, read};
use crate::error::Misuse;
use crate::format::edxml::message::Message;
use crate::format::xades;
use crate::format::xades::writing::{Content, Place};
use crate::limits::Limits;
use crate::pki::Certificate;

const XML: &str = "application/xml";

impl<'a> Draft<'a> {
    pub(super) fn of_message(
        document: &Document<'a>,
        profile: &Profile,
        certificates: &[Certificate],
        algorithm: SignatureAlgorithm,
    ) -> Result<Self, SignError> {
        let no_message = || Misuse::new("the document is no edXML message with a header");
        let Form::Xml(tree) = &document.form else { return Err(no_message().into()) };
        if !document.detached.is_empty() {
            return Err(Misuse::new("the attachments of a message stand in it: nothing is signed beside it").into());
        }
        let message = Message::read(tree).ok_or_else(no_message)?;
        let text = identified(tree, &parts(tree, &message)?)?;
        let limits = Limits::default();
        let tree = read(text.as_bytes(), &limits)?;
        let message = Message::read(&tree).ok_or_else(no_message)?;
        let parts = parts(&tree, &message)?;
        // References to the properties of the signature, and to what may be added later, count too.
        if parts.len().saturating_add(2) > usize::try_from(limits.references).unwrap_or(usize::MAX) {
            return Err(
                Misuse::new(format!("a message with {} attachments is more than one signature is verified for", parts.len())).into()
            );
        }
        let identifier = |node: &NodeId| xades::identifier(&tree, *node).map(|id| (Content::Element(id), XML)).ok_or_else(no_message);
        let contents: Contents<'_> = parts.iter().map(identifier).collect::<Result<_, _>>()?;
        let place = Place::Within(&tree, message.places.signature.unwrap_or(message.places.headers));
        Self::of_contents(document.octets(), place, contents, profile, certificates, algorithm)
    }
}

/// What is signed: everything but the trace. Nothing of it stands in another, and the place for signatures in none.
fn parts(tree: &Tree<'_>, message: &Message) -> Result<Vec<NodeId>, Misuse> {
    let places = &message.places;
    let attachments = message.attachments.iter().map(|attachment| attachment.node);
    let mut parts: Vec<NodeId> = [places.header].into_iter().chain(places.body).chain(attachments).collect();
    parts.sort();
    let holder = places.signature.unwrap_or(places.headers);
    let is_nested = parts.iter().zip(parts.iter().skip(1)).any(|(one, next)| tree.contains(*one, *next));
    if is_nested || parts.iter().any(|part| tree.contains(*part, holder)) {
        return Err(Misuse::new("a part of the message stands within another: sign it as a whole (XAdES)"));
    }
    if let Some(attachment) = message.attachments.iter().find(|attachment| attachment.octets.is_err()) {
        let name = message.name(attachment);
        return Err(Misuse::new(format!("the attachment {name:?} cannot be read, and nobody could say what is signed with it")));
    }
    let mut ids = BTreeSet::new();
    if let Some(twice) = message.attachments.iter().find(|attachment| !ids.insert(&*attachment.content_id)) {
        return Err(Misuse::new(format!("two attachments are called {:?}", twice.content_id)));
    }
    Ok(parts)
}

/// The document with an identifier for each of these elements, which is put into those that have none: of a document that is signed already nothing
/// may change.
fn identified(tree: &Tree<'_>, parts: &[NodeId]) -> Result<String, Misuse> {
    let text = tree.text();
    let lacking: Vec<NodeId> = parts.iter().copied().filter(|part| xades::identifier(tree, *part).is_none()).collect();
    if lacking.is_empty() {
        return Ok(text.to_owned());
    }
    if xades::signatures(tree) > 0 {
        return Err(Misuse::new(
            "a part of the message has no identifier, and none can be added to what is signed: sign it as a whole (XAdES)",
        ));
    }
    let taken = xades::taken(tree);
    let mut free = (1_usize..).map(|number| format!("edXML-{number}")).filter(|id| !taken.contains(id));
    let (mut written, mut done) = (String::with_capacity(text.len()), 0);
    for (part, id) in lacking.into_iter().zip(&mut free) {
        // Behind `<` and the name.
        let at = tree.span(part).start.saturating_add(1).saturating_add(tree.written_name(part).len());
        written += text.get(done..at).unwrap_or_default();
        written += &format!(" Id=\"{id}\"");
        done = at;
    }
    written += text.get(done..).unwrap_or_default();
    Ok(written)
}
