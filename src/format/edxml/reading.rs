//! QCVN 102:2016/BTTTT §2 — One reading of a message: each part of it stands there once, and its list of attachments is that of the attachments

use std::collections::{BTreeMap, BTreeSet};

use super::message::{Announced, Attachment, Message};
use crate::encoding::pdf::Pdf;
use crate::encoding::xml::{NodeId, Tree};
use crate::report::{Recorder, checks};

checks! {
    ONE_READING = "edxml.one_reading", "QCVN 102:2016 §2", Indeterminate(SigConstraintsFailure),
        "{what} stands in the message several times, and another reader may take the other one.",
        "{what} xuất hiện nhiều lần trong thông điệp, nên chương trình khác có thể đọc phần khác.";
    LIST_AGREES = "edxml.list_agrees", "QCVN 102:2016 §2 (Manifest)", Indeterminate(SigConstraintsFailure),
        "The list of attachments says of {name} what is not so: it is not there once, or is not of that type.",
        "Bảng kê ghi không đúng về tệp đính kèm {name}: không có đúng một tệp như vậy hoặc tệp thuộc kiểu khác.";
}

/// Both are asked of every message, whoever signed it: a signer who says two things can later hold up either.
pub(super) fn asked(r: &mut Recorder, tree: &Tree<'_>, message: &Message) {
    let twice = parts_twice(tree, message).or_else(|| attachment_twice(tree, message));
    r.ask(&ONE_READING, twice.is_none(), [("what", twice.map_or(String::new(), |node| tree.path(node)).into())]);
    let strange = unlike(message);
    r.tolerate(&LIST_AGREES, strange.is_none(), [("name", strange.unwrap_or_default().to_owned().into())]);
}

/// Parts of which a message has one, and what a header says but for agencies and other messages, of which it names several.
fn parts_twice(tree: &Tree<'_>, message: &Message) -> Option<NodeId> {
    const OF_MESSAGE: [&str; 6] = ["edXMLBody", "edXMLEnvelope", "edXMLHeader", "edXMLManifest", "MessageHeader", "TraceHeaderList"];
    const SEVERAL: [&str; 3] = ["To", "ResponseFor", "Signature"];
    let places = &message.places;
    let around = tree.ancestors(places.header).filter(|node| tree.is_element(*node)).chain(places.body);
    let twice = |holder: NodeId, counts: &dyn Fn(NodeId) -> bool| {
        let mut seen = BTreeSet::new();
        tree.elements(holder).filter(|part| counts(*part)).find(|part| tree.name(*part).is_some_and(|(_, local)| !seen.insert(local)))
    };
    let single = |part: NodeId| !is_called(tree, part, &SEVERAL);
    let grouped = tree.elements(places.header).filter(|part| !is_called(tree, *part, &["To", "ToPlaces", "OtherInfo", "ResponseFor"]));
    let said = std::iter::once(places.header).chain(grouped).chain(message.attachments.iter().map(|attachment| attachment.node));
    let of_message = around.into_iter().find_map(|holder| twice(holder, &|part| is_called(tree, part, &OF_MESSAGE)));
    of_message.or_else(|| said.into_iter().find_map(|holder| twice(holder, &single)))
}

fn is_called(tree: &Tree<'_>, node: NodeId, names: &[&str]) -> bool {
    tree.name(node).is_some_and(|(_, local)| names.contains(&local))
}

/// Two attachments of one identifier that are not the same.
fn attachment_twice(tree: &Tree<'_>, message: &Message) -> Option<NodeId> {
    let mut known: BTreeMap<&str, &Attachment> = BTreeMap::new();
    let named = message.attachments.iter().filter(|attachment| !attachment.content_id.is_empty());
    let other = named.filter(|attachment| match known.get(attachment.content_id.as_str()) {
        Some(first) => first.octets != attachment.octets,
        None => known.insert(&attachment.content_id, attachment).is_some(),
    });
    other.map(|attachment| attachment.node).find(|node| tree.is_element(*node))
}

/// The first of those listed that is not there, is listed twice, or is called a PDF file and is none; of those there that is not listed.
fn unlike(message: &Message) -> Option<&str> {
    let there: BTreeMap<&str, &Attachment> = message.attachments.iter().map(|one| (one.content_id.as_str(), one)).collect();
    let mut listed: BTreeMap<&str, &Announced> = BTreeMap::new();
    for one in &message.manifest {
        let name = one.name.as_deref().unwrap_or(&one.content_id);
        let Some(attachment) = there.get(one.content_id.as_str()) else { return Some(name) };
        let is_pdf = attachment.octets.as_ref().is_ok_and(|octets| Pdf::is_announced(octets));
        if listed.insert(&one.content_id, one).is_some() || says_pdf(one) && !is_pdf {
            return Some(name);
        }
    }
    there.keys().find(|id| !message.manifest.is_empty() && !listed.contains_key(**id)).copied()
}

fn says_pdf(one: &Announced) -> bool {
    let ends = |text: &Option<String>, end: &str| text.as_deref().is_some_and(|text| text.trim().to_ascii_lowercase().ends_with(end));
    ends(&one.name, ".pdf") || ends(&one.content_type, "/pdf")
}
