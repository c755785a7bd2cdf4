//! ISO 32000-2 §12.7.5.5 — Signature fields: where the signatures of a file are

use std::collections::HashSet;
use std::sync::Arc;

use crate::encoding::pdf::object::{Dictionary, Object, Reference};
use crate::encoding::pdf::{Pdf, View};

/// A place where a signature dictionary is, or should be.
#[derive(Clone, Debug)]
pub(crate) struct SignaturePlace {
    /// Fully qualified name of the field.
    pub field: Option<String>,
    /// The object of the field.
    pub field_object: Option<Reference>,
    /// The indirect object that holds the signature dictionary.
    pub holder: Option<Reference>,
    /// Whether the dictionary is the direct `/V` of `holder` (else it is `holder` itself).
    pub direct: bool,
    /// The revision in which it was found: the last one, unless it was removed later.
    pub revision: usize,
    /// How it was found.
    pub found: FoundIn,
}

/// How a signature was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FoundIn {
    /// A field of the interactive form (§12.7.3).
    Form,
    /// `/Perms /DocMDP` (§12.8.6).
    Certification,
    /// `/Perms /UR3` (§12.8.2.3).
    UsageRights,
    /// A field of an older revision that the last one has no more.
    OlderForm,
    /// Nothing leads to it; it stands among the objects of the file.
    Nowhere,
}

/// Deep and wide enough for every form, and the end of every loop.
const MOST_FIELDS: usize = 1_000_000;

/// Every signature that the form or the permissions of some revision name, each dictionary once; those of the last revision first.
pub(crate) fn places(pdf: &Pdf<'_>) -> Vec<SignaturePlace> {
    let last = pdf.revisions().len().saturating_sub(1);
    let mut found: Vec<SignaturePlace> = in_view(&pdf.latest(), last);
    for index in (0..last).rev() {
        let Some(view) = pdf.at(index) else { continue };
        if !form_may_differ(pdf, index + 1) {
            continue;
        }
        for mut place in in_view(&view, index) {
            let known = found.iter().any(|other| other.holder == place.holder && other.direct == place.direct);
            if !known && place.found != FoundIn::UsageRights {
                place.found = FoundIn::OlderForm;
                found.push(place);
            }
        }
    }
    found
}

/// Signature dictionaries to which neither a form nor permissions lead, that is, none of those `found`: a viewer may show them all the same, by
/// the widget of a page.
pub(crate) fn nowhere(pdf: &Pdf<'_>, found: &[SignaturePlace]) -> Vec<SignaturePlace> {
    let mut others: Vec<SignaturePlace> = Vec::new();
    for (holder, revision, _) in pdf.objects_with_byte_range() {
        let known = found.iter().chain(&others).any(|place| place.holder == Some(*holder));
        let value = pdf.at(*revision).and_then(|view| dictionary(&view, &Object::Reference(*holder)));
        if !known && value.is_some_and(|value| value.has(b"ByteRange")) {
            let (holder, revision) = (Some(*holder), *revision);
            others.push(SignaturePlace { field: None, field_object: None, holder, direct: false, revision, found: FoundIn::Nowhere });
        }
    }
    others
}

/// Where objects begin that no signature of `found` stands in, and that hold a dictionary with `/ByteRange` under some other key than the
/// `/V` of a field, or that cannot be read although another reader may mend them: nobody can tell what that is.
pub(crate) fn within_others(pdf: &Pdf<'_>, found: &[SignaturePlace]) -> Vec<usize> {
    let mut others = Vec::new();
    for (holder, revision, at) in pdf.objects_with_byte_range() {
        let known = found.iter().any(|place| place.holder == Some(*holder));
        let Some(view) = pdf.at(*revision).filter(|_| !known) else { continue };
        if view.object(*holder).map_or(true, |object| holds_byte_range(&object)) {
            others.push(*at);
        }
    }
    others
}

fn holds_byte_range(object: &Object) -> bool {
    let mut waiting = vec![object];
    while let Some(object) = waiting.pop() {
        match object {
            Object::Dictionary(dictionary) if dictionary.has(b"ByteRange") => return true,
            Object::Dictionary(dictionary) => waiting.extend(dictionary.entries().map(|(_, value)| value)),
            Object::Array(elements) => waiting.extend(elements.iter()),
            _ => {}
        }
    }
    false
}

/// Whether revision `index` rewrote anything that an older revision had: only then can it have removed a field.
fn form_may_differ(pdf: &Pdf<'_>, index: usize) -> bool {
    let Some(older) = index.checked_sub(1).and_then(|older| pdf.at(older)) else { return false };
    pdf.revisions().get(index).is_some_and(|revision| revision.entries().any(|(number, _)| older.entry(number).is_some()))
}

fn in_view(view: &View<'_, '_>, revision: usize) -> Vec<SignaturePlace> {
    let mut found = Vec::new();
    let Ok(catalog) = view.catalog() else { return found };
    if let Some(form) = dictionary(view, catalog.entry(b"AcroForm")) {
        fields(view, &form, revision, &mut found);
    }
    if let Some(permissions) = dictionary(view, catalog.entry(b"Perms")) {
        for (key, kind) in [(&b"DocMDP"[..], FoundIn::Certification), (b"UR3", FoundIn::UsageRights), (b"UR", FoundIn::UsageRights)] {
            let Some(holder) = permissions.entry(key).as_reference() else { continue };
            if !found.iter().any(|place| place.holder == Some(holder)) {
                found.push(SignaturePlace { field: None, field_object: None, holder: Some(holder), direct: false, revision, found: kind });
            }
        }
    }
    found
}

/// A node of the field tree that waits to be looked at.
struct Node {
    object: Object,
    name: Option<String>,
    field_type: Option<Arc<[u8]>>,
}

/// Walks the field tree with its inheritable `/FT` (Table 226), without recursion, each node once.
fn fields(view: &View<'_, '_>, form: &Dictionary, revision: usize, found: &mut Vec<SignaturePlace>) {
    let roots = array(view, form.entry(b"Fields"));
    let mut waiting: Vec<Node> = roots.iter().rev().map(|object| Node { object: object.clone(), name: None, field_type: None }).collect();
    let mut seen: HashSet<Reference> = HashSet::new();
    let mut looked_at = 0_usize;
    while let Some(node) = waiting.pop() {
        looked_at += 1;
        let reference = node.object.as_reference();
        if looked_at > MOST_FIELDS || reference.is_some_and(|reference| !seen.insert(reference)) {
            continue;
        }
        let Some(field) = dictionary(view, &node.object) else { continue };
        let name = qualified_name(view, &node, &field);
        let field_type = name_of(view, field.entry(b"FT")).or(node.field_type);
        for kid in array(view, field.entry(b"Kids")).iter().rev() {
            waiting.push(Node { object: kid.clone(), name: name.clone(), field_type: field_type.clone() });
        }
        if field.has(b"V") && is_signature(view, &field, field_type.as_deref()) {
            let indirect = field.entry(b"V").as_reference();
            found.push(SignaturePlace {
                field: name,
                field_object: reference,
                holder: indirect.or(reference),
                direct: indirect.is_none(),
                revision,
                found: FoundIn::Form,
            });
        }
    }
}

/// By its type, or by a value that looks like a signature dictionary under another or no type.
fn is_signature(view: &View<'_, '_>, field: &Dictionary, field_type: Option<&[u8]>) -> bool {
    let looks_like_one = || dictionary(view, field.entry(b"V")).is_some_and(|value| value.has(b"ByteRange"));
    field_type == Some(b"Sig") || looks_like_one()
}

fn qualified_name(view: &View<'_, '_>, node: &Node, field: &Dictionary) -> Option<String> {
    let partial = view.value(field, b"T").ok().and_then(|name| name.as_string().map(text_string));
    match (&node.name, partial) {
        (Some(parent), Some(partial)) => Some(format!("{parent}.{partial}")),
        (Some(parent), None) => Some(parent.clone()),
        (None, partial) => partial,
    }
}

fn name_of(view: &View<'_, '_>, object: &Object) -> Option<Arc<[u8]>> {
    match view.resolve(object) {
        Ok(Object::Name(name)) => Some(name),
        _ => None,
    }
}

/// The dictionary that `object` is or refers to.
pub(crate) fn dictionary(view: &View<'_, '_>, object: &Object) -> Option<Arc<Dictionary>> {
    match view.resolve(object) {
        Ok(Object::Dictionary(dictionary)) => Some(dictionary),
        _ => None,
    }
}

/// The elements of the array that `object` is or refers to; none when it is no array.
pub(crate) fn array(view: &View<'_, '_>, object: &Object) -> Arc<[Object]> {
    match view.resolve(object) {
        Ok(Object::Array(elements)) => elements,
        _ => Arc::new([]),
    }
}

/// A text string (§7.9.2.2): UTF-16BE or UTF-8 by its byte order mark, else PDFDocEncoding (annex D.2).
pub(crate) fn text_string(octets: &[u8]) -> String {
    if let Some(utf16) = octets.strip_prefix(b"\xfe\xff") {
        let units = utf16.chunks(2).map(|pair| pair.iter().fold(0_u16, |unit, octet| (unit << 8) | u16::from(*octet)));
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    } else if let Some(utf8) = octets.strip_prefix(b"\xef\xbb\xbf") {
        String::from_utf8_lossy(utf8).into_owned()
    } else {
        octets.iter().map(|octet| document_encoding(*octet)).collect()
    }
}

/// PDFDocEncoding (annex D.2): Latin-1 but for two rows.
fn document_encoding(octet: u8) -> char {
    const ACCENTS: [char; 8] = ['\u{2d8}', '\u{2c7}', '\u{2c6}', '\u{2d9}', '\u{2dd}', '\u{2db}', '\u{2da}', '\u{2dc}'];
    const PUNCTUATION: [char; 31] = [
        '\u{2022}', '\u{2020}', '\u{2021}', '\u{2026}', '\u{2014}', '\u{2013}', '\u{192}', '\u{2044}', '\u{2039}', '\u{203a}', '\u{2212}',
        '\u{2030}', '\u{201e}', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}', '\u{201a}', '\u{2122}', '\u{fb01}', '\u{fb02}', '\u{141}',
        '\u{152}', '\u{160}', '\u{178}', '\u{17d}', '\u{131}', '\u{142}', '\u{153}', '\u{161}', '\u{17e}',
    ];
    let row = |table: &[char], first: u8| table.get(usize::from(octet.wrapping_sub(first))).copied();
    match octet {
        0x18..=0x1f => row(&ACCENTS, 0x18),
        0x80..=0x9e => row(&PUNCTUATION, 0x80),
        0xa0 => Some('\u{20ac}'),
        _ => None,
    }
    .unwrap_or_else(|| char::from(octet))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_strings_of_the_three_encodings() {
        assert_eq!(text_string(b"\xfe\xff\x00K\x00\xfd\x00 \x00s\x1e\xd1"), "Ký số");
        assert_eq!(text_string("\u{feff}Ký số".as_bytes()), "Ký số");
        assert_eq!(text_string(b"K\xfd \x80 \xa0 \x18"), "Ký • € ˘");
    }
}
