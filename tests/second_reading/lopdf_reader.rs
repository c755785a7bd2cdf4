//! What lopdf says, in its lenient way, which is that of viewers.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, LoadOptions, Object};

use crate::ours::digest;
use crate::value::{Data, Reading, Value};

/// lopdf's reading; an error where it gives none.
pub fn read(octets: &[u8], password: Option<&str>) -> Result<Reading, String> {
    let options = LoadOptions { password: password.map(str::to_owned), ..LoadOptions::default() };
    let loaded = std::panic::catch_unwind(|| Document::load_mem_with_options(octets, options)).map_err(|_| "lopdf panics".to_owned())?;
    let document =
        loaded.map_err(|error| error.to_string().split_once(';').map_or_else(|| error.to_string(), |(what, _)| what.to_owned()))?;
    let encrypted = document.was_encrypted();
    let objects = document.objects.iter().map(|(id, object)| (*id, value(object, encrypted)));
    Ok(Reading {
        objects: objects.filter(|(_, value)| *value != Value::Null).collect(),
        root: document.trailer.get(b"Root").and_then(Object::as_reference).ok(),
        pages: Some(document.page_iter().count()),
        ..Reading::default()
    })
}

fn value(object: &Object, encrypted: bool) -> Value {
    match object {
        Object::Null => Value::Null,
        Object::Boolean(boolean) => Value::Boolean(*boolean),
        Object::Integer(integer) => Value::Number(*integer as f64),
        Object::Real(real) => Value::Number(f64::from(*real)),
        Object::Name(name) => Value::Name(String::from_utf8_lossy(name).into_owned()),
        Object::String(octets, _) => Value::String(octets.clone()),
        Object::Array(elements) => Value::Array(elements.iter().map(|element| value(element, encrypted)).collect()),
        Object::Dictionary(dictionary) => Value::Dictionary(entries(dictionary, encrypted)),
        Object::Stream(stream) => {
            let data = if encrypted { Data::Unknown } else { digest(false, &stream.content) };
            Value::Stream(entries(&stream.dict, encrypted), data)
        }
        Object::Reference(id) => Value::Reference(*id),
    }
}

fn entries(dictionary: &Dictionary, encrypted: bool) -> BTreeMap<String, Value> {
    let named = dictionary.iter().map(|(key, object)| (String::from_utf8_lossy(key).into_owned(), value(object, encrypted)));
    named.filter(|(_, value)| *value != Value::Null).collect()
}
