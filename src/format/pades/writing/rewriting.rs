//! ISO 32000-2 §7.5.6 — Dictionaries and arrays of the file, written again with a change

use std::borrow::Cow;

use super::refusal::Refusal;
use crate::encoding::pdf::{Dictionary, NewObject, Object, Problem, Reference, Update, View};

/// Appends `element` to the array that is the value of `key` in `dictionary`, the object `reference`: in place where the array is an object
/// of its own, else with the dictionary.
pub(super) fn append(
    update: &mut Update<'_, '_>,
    reference: Reference,
    dictionary: &Dictionary,
    key: &'static [u8],
    element: Object,
) -> Result<(), Refusal> {
    sound(update.view(), reference, dictionary)?;
    let value = dictionary.entry(key);
    let old = update.resolve(value)?;
    let elements = match &old {
        Object::Array(elements) => elements.iter().cloned().chain([element]).collect(),
        Object::Null => Object::Array([element].into()).as_array().unwrap_or_default().into(),
        _ => return Err(fault(update.view(), Some(reference), "array", format!("/{} is no array", String::from_utf8_lossy(key))).into()),
    };
    let array = Object::Array(elements);
    match value {
        Object::Reference(array_reference) if old != Object::Null => update.set(*array_reference, NewObject::Object(array)),
        _ => update.set(reference, dictionary.with(key, array).into()),
    }
    Ok(())
}

/// What is wrong with the object `reference`, and where it stands.
pub(super) fn fault(view: View<'_, '_>, reference: Option<Reference>, code: &'static str, what: impl Into<Cow<'static, str>>) -> Problem {
    let at = reference.and_then(|reference| view.locate(reference).ok()).map_or(0, |located| located.octets.start);
    Problem::new(code, what, at)
}

/// Whether `dictionary`, the object `reference`, can be written again elsewhere and mean the same to every reader.
pub(super) fn sound(view: View<'_, '_>, reference: Reference, dictionary: &Dictionary) -> Result<(), Problem> {
    let fault = |code, what: String| Err(fault(view, Some(reference), code, what));
    if let Some(key) = dictionary.duplicate_key() {
        return fault("duplicate_key", format!("key /{} stands twice", String::from_utf8_lossy(key)));
    }
    // A signature dictionary is bound to its place in the file: what holds one directly stays where it is.
    let mut open: Vec<&Dictionary> = vec![dictionary];
    let mut arrays: Vec<&[Object]> = Vec::new();
    loop {
        let values: Vec<&Object> = match (open.pop(), arrays.pop()) {
            (None, None) => return Ok(()),
            (dictionary, array) => {
                let entries = dictionary.into_iter().flat_map(|dictionary| dictionary.entries().map(|(_, value)| value));
                entries.chain(array.unwrap_or_default()).collect()
            }
        };
        for value in values {
            match value {
                Object::Dictionary(inner) if inner.has(b"ByteRange") => {
                    return fault("signature_dictionary", "signature dictionary that is not an indirect object".to_owned());
                }
                Object::Dictionary(inner) => open.push(inner),
                Object::Array(elements) => arrays.push(elements),
                _ => {}
            }
        }
    }
}
