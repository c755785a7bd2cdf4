//! ISO 32000-2 §7.3 — Objects

use std::ops::Range;
use std::sync::Arc;

/// `12 0 R`: object number and generation (§7.3.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// Object number.
    pub number: u32,
    /// Generation number.
    pub generation: u16,
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} R", self.number, self.generation)
    }
}

/// One object, decrypted where the file is encrypted. Containers are shared, so that a clone costs no copy.
#[derive(Clone, Debug, PartialEq)]
pub enum Object {
    /// §7.3.9; also what a reference to a missing or free object stands for (§7.3.10).
    Null,
    /// §7.3.2
    Boolean(bool),
    /// §7.3.3; larger than an `i64` is malformed.
    Integer(i64),
    /// §7.3.3
    Real(f64),
    /// §7.3.4, literal or hexadecimal, decoded.
    String(Arc<[u8]>),
    /// §7.3.5, without the solidus, `#xx` decoded.
    Name(Arc<[u8]>),
    /// §7.3.6
    Array(Arc<[Object]>),
    /// §7.3.7
    Dictionary(Arc<Dictionary>),
    /// §7.3.8
    Stream(Arc<Stream>),
    /// §7.3.10
    Reference(Reference),
}

/// §7.3.7. Entries in the order of the file; a key that stands twice is kept twice, so that a reader can say so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dictionary {
    entries: Vec<(Arc<[u8]>, Object)>,
}

/// §7.3.8: the dictionary and where its encoded octets stand in the file, still encrypted and compressed.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// The stream dictionary.
    pub dictionary: Dictionary,
    /// The encoded octets, as a range of the file.
    pub octets: Range<usize>,
    /// The indirect object that this stream is; the key of its encryption derives from it.
    pub reference: Reference,
}

impl Dictionary {
    /// A dictionary of these entries, in this order.
    pub const fn new(entries: Vec<(Arc<[u8]>, Object)>) -> Self {
        Self { entries }
    }

    /// The value of `key`, [`Object::Null`] when absent (§7.3.7: the same thing). Of two equal keys the first, see [`Self::duplicate_key`].
    pub fn entry(&self, key: &[u8]) -> &Object {
        self.entries.iter().find(|(name, _)| **name == *key).map_or(&Object::Null, |(_, value)| value)
    }

    /// Whether `key` is present with a value other than null.
    pub fn has(&self, key: &[u8]) -> bool {
        *self.entry(key) != Object::Null
    }

    /// All entries in the order of the file.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (&[u8], &Object)> {
        self.entries.iter().map(|(key, value)| (&**key, value))
    }

    /// The first key that stands more than once (§7.3.7 forbids it; two readers may see two documents).
    pub fn duplicate_key(&self) -> Option<&[u8]> {
        // Dictionaries are short as a rule; long ones (fonts, name trees) are sorted once.
        const SHORT: usize = 8;
        if self.entries.len() <= SHORT {
            let twice = |(at, (key, _)): (usize, &(Arc<[u8]>, Object))| self.entries.iter().take(at).any(|(other, _)| other == key);
            return self.entries.iter().enumerate().find(|entry| twice(*entry)).map(|(_, (key, _))| &**key);
        }
        let mut keys: Vec<&[u8]> = self.entries.iter().map(|(key, _)| &**key).collect();
        keys.sort_unstable();
        keys.windows(2).find_map(|pair| match pair {
            [a, b] if a == b => Some(*a),
            _ => None,
        })
    }
}

impl Object {
    /// A name object.
    pub fn name(name: &[u8]) -> Self {
        Self::Name(name.into())
    }

    /// A dictionary object.
    pub fn dictionary(entries: Vec<(&[u8], Object)>) -> Self {
        Self::Dictionary(Arc::new(Dictionary::new(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())))
    }

    /// The integer, if it is one.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            _ => None,
        }
    }

    /// An integer or real as a real.
    #[expect(clippy::cast_precision_loss, reason = "coordinates, never offsets")]
    #[expect(clippy::as_conversions, reason = "coordinates, never offsets")]
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Integer(value) => Some(*value as f64),
            Self::Real(value) => Some(*value),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    pub fn as_boolean(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// The decoded octets of a string.
    pub fn as_string(&self) -> Option<&[u8]> {
        match self {
            Self::String(octets) => Some(octets),
            _ => None,
        }
    }

    /// The decoded octets of a name, without solidus.
    pub fn as_name(&self) -> Option<&[u8]> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }

    /// Whether this is the name `name`.
    pub fn is_name(&self, name: &[u8]) -> bool {
        self.as_name() == Some(name)
    }

    /// The elements of an array.
    pub fn as_array(&self) -> Option<&[Object]> {
        match self {
            Self::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// A dictionary; the dictionary of a stream is not one (§7.3.8).
    pub fn as_dictionary(&self) -> Option<&Dictionary> {
        match self {
            Self::Dictionary(dictionary) => Some(dictionary),
            _ => None,
        }
    }

    /// The stream, if it is one.
    pub fn as_stream(&self) -> Option<&Stream> {
        match self {
            Self::Stream(stream) => Some(stream),
            _ => None,
        }
    }

    /// The reference, if it is one.
    pub fn as_reference(&self) -> Option<Reference> {
        match self {
            Self::Reference(reference) => Some(*reference),
            _ => None,
        }
    }
}
