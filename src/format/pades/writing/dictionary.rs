//! ISO 32000-2 §12.8.1, table 255 — Signature dictionary

use super::request::{FieldLock, Permission, Request};
use crate::encoding::pdf::{Dictionary, NewObject, Object, Reference, encode_text};

/// The signature dictionary, but for `/ByteRange` and `/Contents`. EN 319 142-1 §6.3: `/M` is the claimed time, there is no `/Cert`.
pub(super) fn signature_dictionary(request: &Request, lock: Option<&FieldLock>, root: Reference, room: usize) -> NewObject {
    let mut entries: Vec<(&[u8], Object)> = vec![
        (b"Type", Object::name(b"Sig")),
        (b"Filter", Object::name(b"Adobe.PPKLite")),
        (b"SubFilter", Object::name(request.sub_filter.name().as_bytes())),
        (b"M", encode_text(&request.time.to_pdf_date(request.offset_minutes))),
    ];
    let texts: [(&[u8], _); 4] =
        [(b"Name", &request.name), (b"Reason", &request.reason), (b"Location", &request.location), (b"ContactInfo", &request.contact)];
    entries.extend(texts.into_iter().filter_map(|(key, text)| Some((key, encode_text(text.as_ref()?)))));
    let transforms: Vec<Object> =
        request.certification.map(document_transform).into_iter().chain(lock.map(|lock| field_transform(lock, root))).collect();
    if !transforms.is_empty() {
        entries.push((b"Reference", Object::Array(transforms.into())));
    }
    NewObject::Covering { dictionary: dictionary(entries), room }
}

/// §12.8.2.2: the transform of a certification.
fn document_transform(permission: Permission) -> Object {
    let parameters = vec![(&b"P"[..], Object::Integer(permission.value()))];
    transform(b"DocMDP", parameters, None)
}

/// §12.8.2.4: what the lock of the field says, as of this signature.
fn field_transform(lock: &FieldLock, root: Reference) -> Object {
    transform(b"FieldMDP", lock_entries(lock), Some(root))
}

fn transform(method: &[u8], mut parameters: Vec<(&[u8], Object)>, data: Option<Reference>) -> Object {
    parameters.push((b"Type", Object::name(b"TransformParams")));
    parameters.push((b"V", Object::name(b"1.2")));
    let mut entries: Vec<(&[u8], Object)> = vec![
        (b"Type", Object::name(b"SigRef")),
        (b"TransformMethod", Object::name(method)),
        (b"TransformParams", Object::dictionary(parameters)),
    ];
    entries.extend(data.map(|data| (&b"Data"[..], Object::Reference(data))));
    Object::dictionary(entries)
}

/// Table 236: the `/Lock` of a signature field.
pub(super) fn lock_dictionary(lock: &FieldLock, permission: Option<Permission>) -> Dictionary {
    let mut entries = lock_entries(lock);
    entries.insert(0, (b"Type", Object::name(b"SigFieldLock")));
    entries.extend(permission.map(|permission| (&b"P"[..], Object::Integer(permission.value()))));
    dictionary(entries)
}

fn lock_entries(lock: &FieldLock) -> Vec<(&'static [u8], Object)> {
    let (action, names) = match lock {
        FieldLock::All => return vec![(b"Action", Object::name(b"All"))],
        FieldLock::Include(names) => (b"Include", names),
        FieldLock::Exclude(names) => (b"Exclude", names),
    };
    vec![(b"Action", Object::name(action)), (b"Fields", Object::Array(names.iter().map(|name| encode_text(name)).collect()))]
}

pub(super) fn dictionary(entries: Vec<(&[u8], Object)>) -> Dictionary {
    Dictionary::new(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
}
