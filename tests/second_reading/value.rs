//! What a reader says an object is, in a form that three readers share, and the first place where two of them disagree.

use std::collections::{BTreeMap, BTreeSet};

/// An object number and generation.
pub type Id = (u32, u16);

/// All objects of a file in one view, without those that are null: a missing object is null (ISO 32000-2 §7.3.10).
#[derive(Default)]
pub struct Reading {
    pub objects: BTreeMap<Id, Value>,
    /// What is there and cannot be read.
    pub unreadable: BTreeSet<Id>,
    /// `/Root` of the trailer.
    pub root: Option<Id>,
    /// `None` where the reader does not count them.
    pub pages: Option<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Boolean(bool),
    Number(f64),
    /// Octets, as the file has them.
    String(Vec<u8>),
    /// What a reader makes of the octets of a text string (§7.9.2.2).
    Text(String),
    Name(String),
    Array(Vec<Value>),
    /// Without the keys whose value is null (§7.3.7).
    Dictionary(BTreeMap<String, Value>),
    Stream(BTreeMap<String, Value>, Data),
    Reference(Id),
    /// A reference to what cannot be read.
    Unreadable(Id),
}

impl Value {
    /// Whether it is a cross-reference stream.
    pub fn is_section(&self) -> bool {
        matches!(self, Self::Stream(entries, _) if entries.get("Type") == Some(&Self::Name("XRef".into())))
    }
}

/// The octets of a stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// Number and SHA-256 of the octets, as encoded in the file, or decoded where `decoded`.
    Digest { decoded: bool, length: usize, sha256: Vec<u8> },
    /// Not told.
    Unknown,
}

impl Reading {
    /// Replaces references to what is missing by null, which is what they stand for (§7.3.10), and those to what cannot be read by a word
    /// for that: another reader that knows what is there, or that it is not there, does not disagree by that alone.
    pub fn settled(mut self) -> Self {
        let (known, unreadable) = (self.objects.keys().copied().collect(), std::mem::take(&mut self.unreadable));
        self.objects.values_mut().for_each(|value| settle(value, &known, &unreadable));
        self.root = self.root.filter(|root| known.contains(root) || unreadable.contains(root));
        self.unreadable = unreadable;
        self
    }

    /// Whether some object refers to `id`.
    pub fn refers_to(&self, id: Id) -> bool {
        self.objects.values().any(|value| holds(value, id))
    }
}

fn settle(value: &mut Value, known: &BTreeSet<Id>, unreadable: &BTreeSet<Id>) {
    match value {
        Value::Reference(id) if unreadable.contains(id) => *value = Value::Unreadable(*id),
        Value::Reference(id) if !known.contains(id) => *value = Value::Null,
        Value::Array(elements) => elements.iter_mut().for_each(|element| settle(element, known, unreadable)),
        Value::Dictionary(entries) | Value::Stream(entries, _) => {
            entries.values_mut().for_each(|entry| settle(entry, known, unreadable));
            entries.retain(|_, entry| *entry != Value::Null);
        }
        _ => {}
    }
}

fn holds(value: &Value, id: Id) -> bool {
    match value {
        Value::Reference(other) => *other == id,
        Value::Array(elements) => elements.iter().any(|element| holds(element, id)),
        Value::Dictionary(entries) | Value::Stream(entries, _) => entries.values().any(|entry| holds(entry, id)),
        _ => false,
    }
}

/// What two readers say otherwise.
#[derive(Debug, PartialEq)]
pub struct Difference {
    pub text: String,
    /// The object that one of them is referred to, where the other has null.
    pub missing: Option<Id>,
}

impl Difference {
    pub fn in_words(text: String) -> Self {
        Self { text, missing: None }
    }
}

/// The first place where `ours` and `other` differ.
pub fn difference(ours: &Value, other: &Value) -> Option<Difference> {
    difference_at(ours, other, String::new())
}

fn difference_at(ours: &Value, other: &Value, path: String) -> Option<Difference> {
    let differs = || {
        let missing = match (ours, other) {
            (Value::Reference(id), Value::Null) | (Value::Null, Value::Reference(id)) => Some(*id),
            _ => None,
        };
        Some(Difference { text: format!("{path}: here {}, there {}", short(ours), short(other)), missing })
    };
    match (ours, other) {
        // Readers keep reals in different widths.
        (Value::Number(one), Value::Number(two)) => {
            if (one - two).abs() <= 1e-6 * one.abs().max(two.abs()) {
                None
            } else {
                differs()
            }
        }
        (Value::String(octets), Value::Text(text)) => {
            if is_text_of(octets, text) {
                None
            } else {
                differs()
            }
        }
        (Value::Array(one), Value::Array(two)) if one.len() == two.len() => {
            one.iter().zip(two).enumerate().find_map(|(index, (one, two))| difference_at(one, two, format!("{path}[{index}]")))
        }
        (Value::Dictionary(one), Value::Dictionary(two)) => entries(one, two, &path),
        (Value::Stream(one, data), Value::Stream(two, other)) => {
            let decoded = matches!(data, Data::Unknown | Data::Digest { decoded: true, .. });
            entries(&of_stream(one, decoded), &of_stream(two, decoded), &path).or_else(|| octets(data, other, &path))
        }
        (Value::Unreadable(_), Value::Null) => None,
        (Value::Unreadable(one), Value::Reference(two)) if one == two => None,
        _ if ours == other => None,
        _ => differs(),
    }
}

/// Whether a reader that knows the byte order marks, that of UTF-16LE too, makes `text` of `octets`.
fn is_text_of(octets: &[u8], text: &str) -> bool {
    let units = |octets: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = octets.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>() == text
    };
    match octets {
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        _ => kyso::encoding::pdf::decode_text(octets) == text,
    }
}

fn entries(ours: &BTreeMap<String, Value>, other: &BTreeMap<String, Value>, path: &str) -> Option<Difference> {
    let keys = ours.keys().chain(other.keys().filter(|key| !ours.contains_key(*key)));
    keys.filter_map(|key| {
        let null = &Value::Null;
        difference_at(ours.get(key).unwrap_or(null), other.get(key).unwrap_or(null), format!("{path}/{key}"))
    })
    .next()
}

/// What of the dictionary of a stream is compared: its length is that of its octets, and a reader that decodes them drops the filters.
fn of_stream(entries: &BTreeMap<String, Value>, decoded: bool) -> BTreeMap<String, Value> {
    let mut entries = entries.clone();
    entries.remove("Length");
    if decoded {
        ["Filter", "DecodeParms"].iter().for_each(|key| drop(entries.remove(*key)));
    }
    entries
}

fn octets(ours: &Data, other: &Data, path: &str) -> Option<Difference> {
    match (ours, other) {
        (Data::Unknown, _) | (_, Data::Unknown) => None,
        _ if ours == other => None,
        _ => Some(Difference::in_words(format!("{path} data: here {ours:?}, there {other:?}"))),
    }
}

/// A value in a few words.
fn short(value: &Value) -> String {
    let text = format!("{value:?}");
    text.chars().take(80).collect()
}
