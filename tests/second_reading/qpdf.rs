//! What qpdf says: `--json` version 2, strings and streams as it reads them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use base64ct::{Base64, Encoding};
use serde_json::{Map, Value as Json};

use crate::ours::digest;
use crate::value::{Data, Id, Reading, Value};

/// Whether qpdf can be asked.
pub fn is_there() -> bool {
    Command::new("qpdf").arg("--version").output().is_ok_and(|run| run.status.success())
}

/// qpdf's reading; an error where it gives none.
pub fn read(path: &Path, password: Option<&str>, encrypted: bool) -> Result<Reading, String> {
    let level = if encrypted { "generalized" } else { "none" };
    let options = ["--json=2", "--json-key=qpdf", "--json-stream-data=inline", &format!("--decode-level={level}")];
    let parsed = ask(path, password, &options)?;
    let Some(all) = parsed["qpdf"][1].as_object() else { return Err("no objects".into()) };
    let mut reading = Reading::default();
    for (key, described) in all {
        if key == "trailer" {
            reading.root = described["value"]["/Root"].as_str().and_then(reference);
        } else if let Some(id) = key.strip_prefix("obj:").and_then(reference) {
            match object(described, encrypted) {
                Value::Null => {}
                value => drop(reading.objects.insert(id, value)),
            }
        }
    }
    // Asked for apart: it mends the page tree before it tells the pages.
    let pages = ask(path, password, &["--json=2", "--json-key=pages"]);
    reading.pages = pages.ok().and_then(|pages| pages["pages"].as_array().map(Vec::len));
    Ok(reading)
}

fn ask(path: &Path, password: Option<&str>, options: &[&str]) -> Result<Json, String> {
    let mut command = Command::new("qpdf");
    command.args(options).args(password.map(|password| format!("--password={password}"))).arg(path);
    let said = command.output().unwrap_or_else(|error| panic!("qpdf: {error}")).stdout;
    // Some numbers and names it writes are no JSON.
    serde_json::from_str(&String::from_utf8_lossy(&said)).map_err(|_| "no JSON".into())
}

fn object(described: &Json, decoded: bool) -> Value {
    let Some(stream) = described.get("stream") else { return value(&described["value"]) };
    let octets = stream["data"].as_str().and_then(|data| Base64::decode_vec(data).ok());
    let entries = stream["dict"].as_object().map(entries).unwrap_or_default();
    Value::Stream(entries, octets.map_or(Data::Unknown, |octets| digest(decoded, &octets)))
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(boolean) => Value::Boolean(*boolean),
        Json::Number(number) => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => text_value(text),
        Json::Array(elements) => Value::Array(elements.iter().map(value).collect()),
        Json::Object(map) => Value::Dictionary(entries(map)),
    }
}

fn entries(map: &Map<String, Json>) -> BTreeMap<String, Value> {
    let named = map.iter().map(|(key, json)| (name(key).unwrap_or_else(|| key.clone()), value(json)));
    named.filter(|(_, value)| *value != Value::Null).collect()
}

/// `u:text`, `b:hexadecimal`, `/Name`, `n:/Name`, `1 0 R`
fn text_value(text: &str) -> Value {
    if let Some(text) = text.strip_prefix("u:") {
        Value::Text(text.to_owned())
    } else if let Some(digits) = text.strip_prefix("b:") {
        Value::String((0..digits.len()).step_by(2).filter_map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()).collect())
    } else if let Some(name) = name(text) {
        Value::Name(name)
    } else {
        reference(text).map_or_else(|| Value::Text(text.to_owned()), Value::Reference)
    }
}

fn name(text: &str) -> Option<String> {
    let name = text.strip_prefix("n:").unwrap_or(text).strip_prefix('/')?;
    Some(name.to_owned())
}

fn reference(text: &str) -> Option<Id> {
    let mut parts = text.strip_suffix(" R")?.split(' ');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}
