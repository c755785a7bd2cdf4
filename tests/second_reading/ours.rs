//! What our reader says.

use std::collections::{BTreeMap, BTreeSet};

use kyso::Limits;
use kyso::crypto::DigestAlgorithm;
use kyso::encoding::pdf::{Dictionary, Entry, Finding, Object, Pdf, Reference, Stream, View};

use crate::value::{Data, Id, Reading, Value};

/// Our reading, and what it noticed.
pub struct Ours {
    pub reading: Reading,
    /// Objects that findings speak of.
    pub noticed: BTreeSet<u32>,
    /// Whether a finding speaks of the document as a whole: the chain of cross-references breaks, or the trailer names no catalog.
    pub doubtful: bool,
    /// The object of the encryption dictionary.
    pub encryption: Option<Id>,
    pub encrypted: bool,
    pub locked: bool,
}

/// Findings after which another reader may start from another cross-reference, or from none.
const DOUBTFUL: [&str; 6] = ["chain", "root", "end_marker", "startxref_elsewhere", "startxref_mismatch", "startxref_missing"];

/// Filters (§7.4) that all three readers decode.
const COMMON_FILTERS: [&[u8]; 8] = [b"FlateDecode", b"LZWDecode", b"ASCII85Decode", b"ASCIIHexDecode", b"Fl", b"LZW", b"A85", b"AHx"];

/// The final revision of the file; an error where it cannot be opened.
pub fn read(octets: &[u8], password: Option<&str>) -> Result<Ours, String> {
    let pdf = Pdf::open(octets, &Limits::default(), password.map(str::as_bytes)).map_err(|malformed| malformed.to_string())?;
    let view = pdf.latest();
    let mut reading = Reading { root: view.trailer().entry(b"Root").as_reference().map(id), pages: pages(&view), ..Reading::default() };
    for (number, placed) in view.entries() {
        let generation = match placed.entry {
            Entry::Free { .. } => continue,
            Entry::InUse { generation, .. } => generation,
            Entry::Compressed { .. } => 0,
        };
        match view.object(Reference { number, generation }) {
            Ok(Object::Null) => {}
            Ok(object) => drop(reading.objects.insert((number, generation), value(&view, &object))),
            Err(_) => drop(reading.unreadable.insert((number, generation))),
        }
    }
    let _ = pdf.accounting();
    let findings = pdf.findings();
    Ok(Ours {
        reading,
        noticed: findings.iter().flat_map(noticed).collect(),
        doubtful: findings.iter().any(|finding| DOUBTFUL.contains(&finding.code)),
        encryption: view.trailer().entry(b"Encrypt").as_reference().map(id),
        encrypted: pdf.encryption().is_some(),
        locked: pdf.locked(),
    })
}

/// The objects that a finding is about, those that its words name included.
fn noticed(finding: &Finding) -> Vec<u32> {
    let words: Vec<&str> = finding.what.split_whitespace().collect();
    let named = words.windows(3).filter(|words| words[2].starts_with('R')).filter_map(|words| words[0].parse().ok());
    named.chain(finding.object.map(|object| object.number)).collect()
}

fn id(reference: Reference) -> Id {
    (reference.number, reference.generation)
}

fn value(view: &View<'_, '_>, object: &Object) -> Value {
    match object {
        Object::Null => Value::Null,
        Object::Boolean(boolean) => Value::Boolean(*boolean),
        Object::Integer(_) | Object::Real(_) => Value::Number(object.as_number().unwrap()),
        Object::String(octets) => Value::String(octets.to_vec()),
        Object::Name(name) => Value::Name(String::from_utf8_lossy(name).into_owned()),
        Object::Array(elements) => Value::Array(elements.iter().map(|element| value(view, element)).collect()),
        Object::Dictionary(dictionary) => Value::Dictionary(entries(view, dictionary)),
        Object::Stream(stream) => Value::Stream(entries(view, &stream.dictionary), data(view, stream)),
        Object::Reference(reference) => {
            // Whoever follows it learns what is odd about it.
            if !view.is_defined(*reference) {
                let _ = view.object(*reference);
            }
            Value::Reference(id(*reference))
        }
    }
}

fn entries(view: &View<'_, '_>, dictionary: &Dictionary) -> BTreeMap<String, Value> {
    let mut entries = BTreeMap::new();
    for (key, object) in dictionary.entries().filter(|(_, object)| **object != Object::Null) {
        // Of two equal keys the first, as `Dictionary::entry` has it.
        entries.entry(String::from_utf8_lossy(key).into_owned()).or_insert_with(|| value(view, object));
    }
    entries
}

/// The encoded octets; of an encrypted file the decoded ones, since other readers tell octets only deciphered.
fn data(view: &View<'_, '_>, stream: &Stream) -> Data {
    if view.pdf().encryption().is_none() {
        return digest(false, view.stream_encoded(stream));
    }
    let filters = view.value(&stream.dictionary, b"Filter").unwrap_or(Object::Null);
    let named: Vec<&Object> = filters.as_array().map_or_else(|| vec![&filters], |filters| filters.iter().collect());
    let common = named.iter().all(|filter| **filter == Object::Null || filter.as_name().is_some_and(|name| COMMON_FILTERS.contains(&name)));
    match view.stream_data(stream) {
        Ok(data) if common => digest(true, &data),
        _ => Data::Unknown,
    }
}

/// What is compared of octets.
pub fn digest(decoded: bool, octets: &[u8]) -> Data {
    Data::Digest { decoded, length: octets.len(), sha256: DigestAlgorithm::Sha256.digest(octets) }
}

/// The leaves of the page tree (§7.7.3), as often as it has them; `None` when it cannot be read to its end.
fn pages(view: &View<'_, '_>) -> Option<usize> {
    const MOST: usize = 100_000;
    let catalog = view.catalog().ok()?;
    let root = catalog.entry(b"Pages");
    // A node and the nodes above it.
    let (mut waiting, mut count, mut steps) = (vec![(root.clone(), Vec::new())], 0, 0);
    while let Some((node, above)) = waiting.pop() {
        steps += 1;
        let reference = node.as_reference();
        if steps > MOST || reference.is_some_and(|reference| above.contains(&reference)) {
            return None;
        }
        let dictionary = match view.resolve(&node).ok()? {
            Object::Dictionary(dictionary) => dictionary,
            other => {
                count += usize::from(other.as_stream().is_some());
                continue;
            }
        };
        match view.value(&dictionary, b"Kids").ok()? {
            Object::Array(kids) => {
                let above: Vec<Reference> = above.iter().copied().chain(reference).collect();
                waiting.extend(kids.iter().rev().map(|kid| (kid.clone(), above.clone())));
            }
            _ => count += usize::from(node != *root),
        }
    }
    Some(count)
}
