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

/// Where an object stands: the offset of it or of its object stream, and its number.
pub(super) type Place = (usize, u32);

#[derive(Debug, Default)]
pub(super) struct Cache {
    objects: BTreeMap<Place, Object>,
    text: usize,
    streams: Vec<(usize, Arc<ObjectStream>)>,
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

    pub(super) fn stream(&self, at: usize) -> Option<Arc<ObjectStream>> {
        self.streams.iter().find(|(place, _)| *place == at).map(|(_, stream)| Arc::clone(stream))
    }

    /// Keeps a decoded object stream, the oldest ones make room.
    pub(super) fn keep_stream(&mut self, at: usize, stream: &Arc<ObjectStream>) {
        self.streams.push((at, Arc::clone(stream)));
        let mut size: usize = self.streams.iter().map(|(_, stream)| stream.size()).sum();
        while size > MOST_DECODED && self.streams.len() > 1 {
            let (_, oldest) = self.streams.remove(0);
            size -= oldest.size();
        }
    }
}
