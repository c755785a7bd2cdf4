//! EN 319 142-1 §5.4.2 — Document Security Store: validation data that a later revision adds

use std::collections::BTreeSet;

use super::catalog::named;
use super::explanation::DSS;
use super::form::elements;
use super::node::Node;
use super::step::Step;
use super::{CATALOG_KEPT, JUDGED};
use crate::encoding::pdf::View;
use crate::encoding::pdf::object::{Object, Reference};
use crate::pki::{Certificate, CertificateList, OcspResponse};

/// What an array of the store holds.
#[derive(Clone, Copy)]
enum Evidence {
    Certificates,
    Crls,
    OcspResponses,
}

/// Keys of validation-related information (EN 319 142-1 §5.4.3).
const RELATED: [&[u8]; 6] = [b"Type", b"TU", b"TS", b"Cert", b"CRL", b"OCSP"];

/// The digest of a signature in hexadecimal digits, SHA-1 or SHA-256.
fn is_digest(key: &[u8]) -> bool {
    matches!(key.len(), 40 | 64) && key.iter().all(u8::is_ascii_hexdigit)
}

impl Step<'_, '_, '_> {
    /// `/DSS` may come and grow, and never go.
    pub fn document_security_store(&mut self, root: &Node) {
        let store = self.enter(root, b"DSS");
        if store.old == Object::Null && store.new == Object::Null {
            // An older later revision may have had one.
            for key in [&b"Certs"[..], b"CRLs", b"OCSPs"] {
                let list = self.enter(&store, key);
                self.evidence_kept(&list);
            }
            return;
        }
        if self.is_dictionary(&store) {
            self.evidence(&store, [b"Certs", b"CRLs", b"OCSPs"]);
            self.others(&store, &[b"Type", b"VRI", b"Certs", b"CRLs", b"OCSPs"]);
            let related = self.enter(&store, b"VRI");
            if (related.old != Object::Null || related.new != Object::Null) && self.is_dictionary(&related) {
                self.related(&related);
            }
        }
    }

    fn is_dictionary(&mut self, node: &Node) -> bool {
        self.explain(node.answers, DSS, &node.path);
        let is_dictionary = node.new.as_dictionary().is_some();
        if !is_dictionary {
            let check = if node.new == Object::Null { &CATALOG_KEPT } else { &JUDGED };
            self.object_to(node.answers, DSS, &node.path, check, named(node.path.rsplit('.').next().unwrap_or_default().as_bytes()));
        }
        is_dictionary
    }

    /// Entries that this rule does not know, and entries written as null: no writer of a store has a use for them.
    fn others(&mut self, node: &Node, known: &[&[u8]]) {
        let (_, new) = node.dictionaries();
        if let Some((key, _)) = new.entries().find(|(_, value)| **value == Object::Null) {
            self.object_to(node.answers, DSS, &node.path, &JUDGED, named(key));
        }
        for key in self.changed_keys(node).into_iter().filter(|key| !known.contains(&&**key)) {
            self.object_to(node.answers, DSS, &node.path, &JUDGED, named(&key));
        }
    }

    /// `/VRI`: validation-related information by the digest of a signature, SHA-1 as the standard says or, with one writer, SHA-256.
    fn related(&mut self, related: &Node) {
        let (_, new) = related.dictionaries();
        for (key, _) in new.entries().filter(|(key, _)| *key != b"Type") {
            if self.budget.spend(1).is_err() {
                return;
            }
            let entry = self.enter(related, key);
            if self.is_dictionary(&entry) && is_digest(key) {
                let inner = self.collection(&entry);
                self.others(&entry, &RELATED.into_iter().chain(inner.iter().map(Vec::as_slice)).collect::<Vec<_>>());
            } else {
                self.object_to(related.answers, DSS, &related.path, &JUDGED, named(key));
            }
        }
    }

    /// What was collected for one signature. Some writers put into it, by digest again, when they collected what each piece needs.
    fn collection(&mut self, entry: &Node) -> Vec<Vec<u8>> {
        self.evidence(entry, [b"Cert", b"CRL", b"OCSP"]);
        self.timestamp_of_collection(entry);
        let (_, new) = entry.dictionaries();
        let mut inner: Vec<Vec<u8>> = new.entries().map(|(key, _)| key.to_vec()).filter(|key| is_digest(key)).collect();
        inner.retain(|key| {
            let piece = self.enter(entry, key);
            let is_sound = self.budget.spend(1).is_ok() && self.is_dictionary(&piece);
            if is_sound {
                self.evidence(&piece, [b"Cert", b"CRL", b"OCSP"]);
                self.timestamp_of_collection(&piece);
                self.others(&piece, &RELATED);
            }
            is_sound
        });
        inner
    }

    /// `/TS` of an entry: when its validation data were collected.
    fn timestamp_of_collection(&mut self, entry: &Node) {
        let timestamp = self.enter(entry, b"TS");
        self.explain(timestamp.answers, DSS, &timestamp.path);
        self.led_to.insert(timestamp.answers);
        if !matches!(timestamp.new, Object::Null | Object::Stream(_)) {
            self.object_to(timestamp.answers, DSS, &timestamp.path, &JUDGED, "/TS");
        }
    }

    fn evidence(&mut self, node: &Node, keys: [&[u8]; 3]) {
        for (key, kind) in keys.into_iter().zip([Evidence::Certificates, Evidence::Crls, Evidence::OcspResponses]) {
            let list = self.enter(node, key);
            self.evidence_kept(&list);
            if list.old == Object::Null && list.new == Object::Null {
                continue;
            }
            self.explain(list.answers, DSS, &list.path);
            let elements = list.new.as_array().unwrap_or_default();
            if list.new.as_array().is_none() && list.new != Object::Null {
                self.object_to(list.answers, DSS, &list.path, &JUDGED, named(key));
            }
            for (index, element) in elements.iter().enumerate() {
                match element.as_reference() {
                    Some(reference) => self.stream_of(kind, reference, &format!("{}[{index}]", list.path)),
                    None => self.object_to(list.answers, DSS, &list.path, &JUDGED, named(key)),
                }
            }
        }
    }

    /// What the store had and has no more. Honest writers leave data out, and those of every revision are read; so it is told and no more.
    fn evidence_kept(&mut self, list: &Node) {
        let new: BTreeSet<Reference> = elements(&list.new).iter().filter_map(Object::as_reference).collect();
        let is_missing = |element: &Reference| !new.contains(element) || self.changed(element.number).is_some();
        let missing: BTreeSet<Reference> =
            [&list.old, &list.before].into_iter().flat_map(elements).filter_map(Object::as_reference).filter(is_missing).collect();
        let cost = u64::try_from(missing.len().saturating_add(new.len())).unwrap_or(u64::MAX);
        if missing.is_empty() || self.budget.spend(cost).is_err() {
            return;
        }
        let data = |view: &View<'_, '_>, reference: &Reference| {
            view.object(*reference).ok().and_then(|object| view.stream_data(object.as_stream()?).ok())
        };
        let kept: BTreeSet<Vec<u8>> = new.iter().filter_map(|reference| data(&self.later, reference)).collect();
        let views = [Some(self.signed), self.before];
        let lost = |reference: &Reference| {
            let older = views.iter().flatten().filter_map(|view| data(view, reference)).collect::<Vec<_>>();
            older.iter().any(|data| !kept.contains(data))
        };
        let lost: Vec<Reference> = missing.into_iter().filter(lost).collect();
        self.lost_evidence.extend(lost);
    }

    /// A new stream of the store. One that the signed revision has cannot be explained by this: something else may use it.
    fn stream_of(&mut self, kind: Evidence, reference: Reference, path: &str) {
        let Some(changed) = self.changed(reference.number).filter(|_| !self.signed.is_defined(reference)) else { return };
        match &changed.new {
            Object::Stream(stream) => {
                self.explain(reference.number, DSS, path);
                self.led_to.insert(reference.number);
                let data = self.later.stream_data(stream).unwrap_or_default();
                let is_read = match kind {
                    Evidence::Certificates => Certificate::from_der(&data).is_ok(),
                    Evidence::Crls => CertificateList::from_der(&data).is_ok(),
                    Evidence::OcspResponses => OcspResponse::from_der(&data).is_ok(),
                };
                if !is_read {
                    self.unread_evidence.push(reference);
                }
                self.explain_below(&changed.new, DSS, path, None);
            }
            _ => self.object_to(reference.number, DSS, path, &JUDGED, "an element that is no stream"),
        }
    }
}
