//! ISO 32000-2 §7.3.10 — Indirect objects: those read last, within bounds
//!
//! An object is parsed once while it is in use. What a file may make us remember is bounded, so that a hundred megabytes of pages cost no
//! more memory than ten: when a bound is reached all is forgotten, which costs a second parse at most.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::object::{Object, Reference};
use super::object_stream::ObjectStream;

/// Octets of memory that kept objects take, about.
const MOST_OBJECTS: usize = 5 << 20;
/// Octets of decoded object streams that are kept, one larger one aside.
const MOST_DECODED: usize = 3 << 20;

/// Where an object stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Where an entry points for it, or its object stream stands.
    pub(super) at: usize,
    /// As its header has it.
    pub(super) reference: Reference,
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
    size: usize,
    streams: Vec<Held>,
}

impl Cache {
    pub(super) fn object(&self, place: Place) -> Option<Object> {
        self.objects.get(&place).cloned()
    }

    pub(super) fn keep_object(&mut self, place: Place, object: &Object) {
        let size = size(object);
        if size > MOST_OBJECTS / 4 {
            return;
        }
        self.size += size;
        if self.size > MOST_OBJECTS {
            self.objects.clear();
            self.size = size;
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

/// The octets of memory that an object takes, about: a signature of many octets is one allocation, a dictionary of as many hundreds.
fn size(object: &Object) -> usize {
    /// What an allocation costs beside its octets: its header, and the counts of who shares it.
    const ALLOCATION: usize = 32;
    let mut size = size_of::<Place>() + ALLOCATION;
    let mut waiting = vec![object];
    while let Some(object) = waiting.pop() {
        size += size_of::<Object>();
        let dictionary = match object {
            Object::String(octets) | Object::Name(octets) => {
                size += octets.len() + ALLOCATION;
                continue;
            }
            Object::Array(elements) => {
                size += ALLOCATION;
                waiting.extend(elements.iter());
                continue;
            }
            Object::Dictionary(dictionary) => dictionary,
            Object::Stream(stream) => &stream.dictionary,
            _ => continue,
        };
        size += 2 * ALLOCATION;
        for (key, value) in dictionary.entries() {
            size += key.len() + ALLOCATION + size_of::<&[u8]>();
            waiting.push(value);
        }
    }
    size
}
