//! ISO 32000-2 §7.3.10 — Indirect objects: those read last, within bounds
//!
//! An object is parsed once while it is in use. What a file may make us remember is bounded, so that a hundred megabytes of pages cost no
//! more memory than ten: when a bound is reached all is forgotten, which costs a second parse at most.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::object::Object;
use super::object_stream::ObjectStream;

/// Octets of text whose objects are kept; objects take about ten times their text.
const MOST_TEXT: usize = 512 << 10;
/// Octets of decoded object streams that are kept, one larger one aside.
const MOST_DECODED: usize = 3 << 20;

/// Where an object stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The offset of it or of its object stream.
    pub(super) at: usize,
    pub(super) number: u32,
    /// In an object stream.
    pub(super) index: Option<u32>,
    /// Of a member of an object stream that depends on other objects: see [`Held::revision`].
    pub(super) revision: Option<usize>,
}

/// A decoded object stream.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) at: usize,
    /// The revision in which it was decoded, when its dictionary refers to objects that may be others in another revision.
    pub(super) revision: Option<usize>,
    pub(super) stream: Arc<ObjectStream>,
}

#[derive(Debug, Default)]
pub(super) struct Cache {
    objects: BTreeMap<Place, Object>,
    text: usize,
    streams: Vec<Held>,
}

impl Cache {
    pub(super) fn object(&self, place: Place) -> Option<Object> {
        self.objects.get(&place).cloned()
    }

    /// Keeps an object that stands in so many octets of text.
    pub(super) fn keep_object(&mut self, place: Place, object: &Object, text: usize) {
        if text > MOST_TEXT / 4 {
            return;
        }
        // A small object costs more than its text: the tree and its own allocation.
        self.text += text + 16;
        if self.text > MOST_TEXT {
            self.objects.clear();
            self.text = text;
        }
        self.objects.insert(place, object.clone());
    }

    /// The object stream at `at` as it is in `revision`.
    pub(super) fn stream(&self, at: usize, revision: usize) -> Option<Held> {
        self.streams.iter().find(|held| held.at == at && held.revision.is_none_or(|of| of == revision)).cloned()
    }

    /// Keeps a decoded object stream, the oldest ones make room.
    pub(super) fn keep_stream(&mut self, held: Held) {
        self.streams.push(held);
        let mut size: usize = self.streams.iter().map(|held| held.stream.size()).sum();
        while size > MOST_DECODED && self.streams.len() > 1 {
            size -= self.streams.remove(0).stream.size();
        }
    }
}
