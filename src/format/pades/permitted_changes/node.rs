//! ISO 32000-2 §7.3.10 — Indirect objects: one place of the document in the signed and the later revision, and who answers for it

use std::sync::Arc;

use super::explanation::UNEXPLAINED;
use super::same::{different, same};
use super::step::Step;
use crate::encoding::pdf::View;
use crate::encoding::pdf::object::{Dictionary, Object, Reference};

/// A place of the document, with what stands there as signed, before the later revision, and in it.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The object that has to answer for a difference.
    pub answers: u32,
    /// The object that holds the place, and the way into it.
    container: u32,
    keys: Vec<Vec<u8>>,
    /// Whether the value is an object of its own that the later revision writes.
    pub is_written: bool,
    /// From the trailer, for people.
    pub path: String,
    /// As signed.
    pub old: Object,
    /// In the revision before the later one, where that was judged as well.
    pub before: Object,
    /// In the later revision.
    pub new: Object,
}

impl Node {
    /// The object that holds the place.
    pub fn object(&self) -> u32 {
        self.container
    }

    /// The same place, for which another object answers.
    pub fn answered_by(self, number: u32) -> Self {
        Self { answers: number, ..self }
    }

    /// The value of `key` as signed and later.
    pub fn entries(&self, key: &[u8]) -> (Object, Object) {
        (entry(&self.old, key), entry(&self.new, key))
    }

    /// Whether `key` says nothing in any of the three.
    pub fn lacks(&self, key: &[u8]) -> bool {
        [&self.old, &self.before, &self.new].iter().all(|object| object.as_dictionary().is_none_or(|dictionary| !dictionary.has(key)))
    }

    /// Both values as dictionaries; an absent one is empty.
    pub fn dictionaries(&self) -> (&Dictionary, &Dictionary) {
        static NOTHING: Dictionary = Dictionary::new(Vec::new());
        (self.old.as_dictionary().unwrap_or(&NOTHING), self.new.as_dictionary().unwrap_or(&NOTHING))
    }
}

impl Step<'_, '_, '_> {
    /// The indirect object `reference`.
    pub fn node(&self, reference: Reference, path: &str) -> Node {
        let read = |view: &View<'_, '_>| view.object(reference).unwrap_or(Object::Null);
        Node {
            answers: reference.number,
            container: reference.number,
            keys: Vec::new(),
            is_written: self.changed(reference.number).is_some(),
            path: path.to_owned(),
            old: read(&self.signed),
            before: self.before.as_ref().map_or(Object::Null, read),
            new: read(&self.later),
        }
    }

    /// The value of `key` in the dictionary at `node`. An indirect object that the later revision writes answers for itself, if nothing
    /// else uses it; one that it does not write was judged with the revision that did.
    pub fn enter(&mut self, node: &Node, key: &[u8]) -> Node {
        let path = format!("{}.{}", node.path, String::from_utf8_lossy(key));
        let keys: Vec<Vec<u8>> = node.keys.iter().cloned().chain([key.to_vec()]).collect();
        let (old, before, new) = (entry(&node.old, key), entry(&node.before, key), entry(&node.new, key));
        let mut inner = Node { answers: node.answers, container: node.container, keys, is_written: false, path, old, before, new };
        if let Object::Reference(reference) = inner.new {
            inner.is_written = self.changed(reference.number).is_some();
            if inner.is_written && self.signed.is_defined(reference) && (inner.old != inner.new || !self.is_only_at(reference, &inner)) {
                self.object_to(reference.number, UNEXPLAINED, &inner.path, &super::JUDGED, "something else uses it, too");
            }
            if inner.is_written || inner.old == inner.new || inner.before == inner.new {
                inner.answers = reference.number;
            }
            inner.container = reference.number;
            inner.keys.clear();
        }
        let resolved = |view: &View<'_, '_>, object: &Object| view.resolve(object).unwrap_or(Object::Null);
        inner.old = resolved(&self.signed, &inner.old);
        inner.before = self.before.as_ref().map_or(Object::Null, |view| resolved(view, &inner.before));
        inner.new = resolved(&self.later, &inner.new);
        inner
    }

    /// The keys of the dictionary at `node` that this revision gave another value than the signed one has: what was so before was judged
    /// with the revision that made it so.
    pub fn changed_keys(&self, node: &Node) -> Vec<Arc<[u8]>> {
        let (old, new) = node.dictionaries();
        let mut keys = different((&self.signed, old), (&self.later, new));
        if let (Some(before), Object::Dictionary(of_before)) = (&self.before, &node.before) {
            keys.retain(|key| !same((before, of_before.entry(key)), (&self.later, new.entry(key))));
        }
        keys
    }

    /// The keys of the dictionary at `node` that have another value than in the signed revision, whichever revision gave it.
    pub fn keys_since_signed(&self, node: &Node) -> Vec<Arc<[u8]>> {
        let (old, new) = node.dictionaries();
        different((&self.signed, old), (&self.later, new))
    }

    /// Whether the value of `key` is what it was, be it moved to another object or into one.
    pub fn is_moved(&self, node: &Node, key: &[u8]) -> bool {
        let (old, new) = node.entries(key);
        match (self.signed.resolve(&old), self.later.resolve(&new)) {
            (Ok(old), Ok(new)) => same((&self.signed, &old), (&self.later, &new)),
            _ => false,
        }
    }

    /// Whether the place of `node` is the only one of the signed revision that refers to `reference`.
    fn is_only_at(&self, reference: Reference, node: &Node) -> bool {
        let places = self.places(reference);
        let keys = || node.keys.iter().map(Vec::as_slice);
        matches!(places.as_deref(), Some([place]) if place.user.number == node.container && place.keys().eq(keys()))
    }
}

fn entry(object: &Object, key: &[u8]) -> Object {
    object.as_dictionary().map_or(Object::Null, |dictionary| dictionary.entry(key).clone())
}
