//! EN 319 142-1 §5.4 — Document Security Store and document timestamps, written: what keeps a signature verifiable

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::dictionary::dictionary;
use super::field::Shows;
use super::form::exhausted;
use super::refusal::Refusal;
use super::related::{Related, Stored};
use super::request::{Request, Value};
use super::{Writing, permitted_by_encryption};
use crate::crypto::DigestAlgorithm;
use crate::encoding::pdf::{Dictionary, NewObject, Object, Pdf, Problem, Reference, Written};
use crate::limits::Budget;

/// What is to be stored, each piece in DER.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Material {
    pub certificates: Vec<Vec<u8>>,
    pub crls: Vec<Vec<u8>>,
    /// `OCSPResponse`, not the basic one alone (§5.4.2.2).
    pub ocsp_responses: Vec<Vec<u8>>,
}

/// The update with a document timestamp (§5.4.3) in a new invisible field, with zeros where the token will stand. A certification that permits
/// nothing else permits this (ISO 32000-2 table 257), and a lock on fields does not concern it.
pub(crate) fn document_timestamp(pdf: &Pdf<'_>, room: usize) -> Result<Written, Refusal> {
    let (request, value) = (Request::default(), value(room));
    let mut writing = opened(pdf, &request, &value)?;
    if let Some(encryption) = pdf.encryption() {
        permitted_by_encryption(encryption, false)?;
    }
    let name = writing.form.unused_name("Timestamp");
    let entries: Vec<(&[u8], Object)> = vec![
        (b"Type", Object::name(b"DocTimeStamp")),
        (b"Filter", Object::name(b"Adobe.PPKLite")),
        (b"SubFilter", Object::name(b"ETSI.RFC3161")),
    ];
    let timestamp = writing.update.add(NewObject::Covering { dictionary: dictionary(entries), room });
    writing.new_field(&name, timestamp, Shows::Nothing)?;
    writing.flags()?;
    Ok(writing.update.finish()?)
}

/// The update with `material` in the Document Security Store (§5.4.2), which is made where there is none. What it has stays and does not come
/// again; `None` when it has everything.
pub(crate) fn security_store(pdf: &Pdf<'_>, material: &Material, related: &[Related]) -> Result<Option<Vec<u8>>, Refusal> {
    let (request, value) = (Request::default(), value(0));
    let mut writing = opened(pdf, &request, &value)?;
    let entry = writing.catalog.entry(b"DSS").clone();
    let old = writing.update.resolve(&entry)?.as_dictionary().cloned();
    let mut store = old.clone().unwrap_or_else(|| dictionary(vec![(b"Type", Object::name(b"DSS"))]));
    let arrays: [(&[u8], &[Vec<u8>]); 3] =
        [(b"Certs", &material.certificates), (b"CRLs", &material.crls), (b"OCSPs", &material.ocsp_responses)];
    let (mut any, mut all) = (false, Stored::default());
    for ((key, pieces), all) in arrays.into_iter().zip(&mut all) {
        let kept = writing.update.resolve(store.entry(key))?;
        let kept = kept.as_array().unwrap_or_default();
        *all = writing.stored(kept)?;
        let mut new = Vec::new();
        for octets in pieces {
            if let Entry::Vacant(place) = all.entry(DigestAlgorithm::Sha256.digest(octets)) {
                let stream = Object::Reference(writing.stream(octets));
                new.push(stream.clone());
                place.insert(stream);
            }
        }
        if !new.is_empty() {
            any = true;
            store = store.with(key, Object::Array(kept.iter().cloned().chain(new).collect()));
        }
    }
    if let Some(with_related) = writing.related(&store, related, &all)? {
        (any, store) = (true, with_related);
    }
    if !any {
        return Ok(None);
    }
    match (entry, old) {
        (Object::Reference(reference), Some(old)) => writing.rewrite(reference, &old, store)?,
        _ => {
            let store = writing.update.add(store.into());
            let catalog = writing.catalog.with(b"DSS", Object::Reference(store));
            writing.rewrite_catalog(catalog)?;
        }
    }
    Ok(Some(writing.update.finish()?.octets))
}

impl Writing<'_, '_, '_> {
    /// The digests of what these streams hold; one that cannot be read holds nothing.
    fn stored(&self, streams: &[Object]) -> Result<BTreeMap<Vec<u8>, Object>, Problem> {
        let budget = Budget::new("objects", self.view.pdf().limits().objects);
        let mut digests = BTreeMap::new();
        for element in streams {
            budget.spend(1).map_err(exhausted)?;
            if let Object::Stream(stream) = self.view.resolve(element)?
                && let Ok(octets) = self.view.stream_data(&stream)
            {
                digests.insert(DigestAlgorithm::Sha256.digest(&octets), element.clone());
            }
        }
        Ok(digests)
    }

    fn stream(&mut self, octets: &[u8]) -> Reference {
        self.update.add(NewObject::Stream { dictionary: Dictionary::default(), octets: octets.to_vec() })
    }
}

pub(super) fn opened<'w, 'p, 'a>(pdf: &'p Pdf<'a>, request: &'w Request, value: &'w Value<'w>) -> Result<Writing<'w, 'p, 'a>, Refusal> {
    if pdf.locked() {
        return Err(Refusal::PasswordMissing);
    }
    Writing::new(pdf, request, value)
}

/// There is no signature here, and so nothing that its algorithm would have to announce.
pub(super) fn value(room: usize) -> Value<'static> {
    Value { digest: DigestAlgorithm::Sha256, certificates: &[], edwards: false, room }
}
