//! The fields of `docs/report.schema.json`, where they stand in a report, and which other values each may have.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

pub struct Schema(Value);

/// A value in a report.
pub struct Place {
    /// JSON pointer.
    pub at: String,
    /// What the schema says of it, references followed.
    shape: Value,
    /// Whether it may be absent.
    optional: bool,
}

impl Schema {
    pub fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.schema.json");
        Self(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
    }

    /// Every field by its path: lists without positions, and one path for all blocks.
    pub fn fields(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut waiting = vec![(String::new(), &self.0)];
        while let Some((path, shape)) = waiting.pop() {
            let (path, shape) = self.resolved(&path, shape);
            for alternative in alternatives(shape) {
                let (path, alternative) = self.resolved(&path, alternative);
                for (name, shape) in properties(alternative) {
                    let field = joined(&path, name);
                    // What must be there and has fields of its own is changed by these.
                    let required = alternative["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
                    if !required || self.resolved("", shape).1.get("properties").is_none() {
                        found.insert(field.clone());
                    }
                    // Of a block within, the fields of blocks stand for it.
                    if !is_block(shape) || path != "checks.steps[]" {
                        waiting.push((field, shape));
                    }
                }
                if alternative.get("additionalProperties").is_some_and(Value::is_object) {
                    found.insert(joined(&path, "*"));
                }
                if let Some(items) = alternative.get("items") {
                    waiting.push((format!("{path}[]"), items));
                }
            }
        }
        found.remove("checks.steps[].inputs");
        found
    }

    /// By their fields, the values of a report: those that have no values in them, and lists that are not empty.
    pub fn places(&self, report: &Value) -> BTreeMap<String, Vec<Place>> {
        let mut found: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        let mut waiting = vec![(String::new(), String::new(), &self.0, report, false)];
        while let Some((path, at, shape, value, optional)) = waiting.pop() {
            let (path, shape) = self.fitting(&path, shape, value);
            match value {
                Value::Object(members) => {
                    if optional {
                        found.entry(path.clone()).or_default().push(Place { at: at.clone(), shape: shape.clone(), optional });
                    }
                    let required: Vec<&str> = shape["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                    for (name, value) in members {
                        let at = format!("{at}/{name}");
                        match shape.get("properties").and_then(|known| known.get(name)) {
                            Some(shape) => waiting.push((joined(&path, name), at, shape, value, !required.contains(&name.as_str()))),
                            None => found.entry(joined(&path, "*")).or_default().push(Place { at, shape: Value::Null, optional: false }),
                        }
                    }
                }
                Value::Array(values) => {
                    if !values.is_empty() {
                        found.entry(path.clone()).or_default().push(Place { at: at.clone(), shape: shape.clone(), optional: false });
                    }
                    for (index, value) in values.iter().enumerate() {
                        waiting.push((format!("{path}[]"), format!("{at}/{index}"), &shape["items"], value, false));
                    }
                }
                _ => found.entry(path).or_default().push(Place { at, shape: shape.clone(), optional }),
            }
        }
        // Elements that are plain values are changes of their list.
        for path in found.keys().filter(|path| path.ends_with("[]")).cloned().collect::<Vec<_>>() {
            let elements = found.remove(&path).unwrap();
            found.entry(path.trim_end_matches("[]").to_owned()).or_default().extend(elements);
        }
        for places in found.values_mut() {
            places.sort_by_key(|place| place.at.len());
            places.sort_by(|one, other| one.at.split('/').count().cmp(&other.at.split('/').count()).then(one.at.cmp(&other.at)));
        }
        found
    }

    /// Other values of the kind; `None`: nothing.
    pub fn others(&self, place: &Place, report: &Value) -> Vec<Option<Value>> {
        let value = report.pointer(&place.at).unwrap_or_else(|| panic!("{}", place.at));
        let mut others: Vec<Option<Value>> = match value {
            Value::Bool(value) => vec![Some((!value).into())],
            Value::Number(number) => vec![Some(match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => (whole ^ 1).into(),
                (None, share) => (share.unwrap() / 2.0).into(),
            })],
            Value::String(text) => self.texts(place, text).into_iter().map(|other| Some(other.into())).collect(),
            // An input may be a list of nothing.
            Value::Array(values) => values.split_last().map(|(_, rest)| Some(rest.to_vec().into())).into_iter().collect(),
            Value::Object(_) => Vec::new(),
            Value::Null => panic!("{}", place.at),
        };
        if place.optional {
            others.push(None);
        }
        others
    }

    fn texts(&self, place: &Place, text: &str) -> Vec<String> {
        let words = words(&place.shape);
        if !words.is_empty() {
            return words.into_iter().filter(|word| *word != text).map(str::to_owned).collect();
        }
        if place.at.ends_with("/check") || place.at.ends_with("/why") {
            return other_checks(text);
        }
        let last = text.chars().next_back().unwrap_or('x');
        let is_time = text.ends_with('Z') && text.as_bytes().get(10) == Some(&b'T');
        let other = match last {
            _ if is_time => text.replacen("20", "21", 1),
            '0'..='9' | 'a'..='f' if text.contains(':') => format!("{}{}", &text[..text.len() - 1], if last == '0' { '1' } else { '0' }),
            _ => format!("{text}x"),
        };
        vec![other]
    }

    fn resolved<'s>(&'s self, path: &str, shape: &'s Value) -> (String, &'s Value) {
        let mut path = path.to_owned();
        let mut shape = shape;
        while let Some(name) = shape.get("$ref").and_then(Value::as_str) {
            if is_block(shape) {
                "checks".clone_into(&mut path);
            }
            shape = self.0.pointer(name.trim_start_matches('#')).unwrap();
        }
        (path, shape)
    }

    /// The alternative of `shape` that `value` is of.
    fn fitting<'s>(&'s self, path: &str, shape: &'s Value, value: &Value) -> (String, &'s Value) {
        let (path, shape) = self.resolved(path, shape);
        let fits = |shape: &Value| match (value, shape.get("properties").and_then(Value::as_object)) {
            (Value::Object(members), Some(known)) => members.keys().all(|name| known.contains_key(name)),
            (Value::Object(_), None) => false,
            (_, known) => known.is_none() && shape.get("type").is_none_or(|name| name != "null"),
        };
        let Some(any) = shape.get("anyOf").and_then(Value::as_array) else { return (path, shape) };
        let found = any.iter().map(|one| self.resolved(&path, one)).find(|(_, one)| fits(one));
        found.unwrap_or((path, shape))
    }
}

/// Every check with another id, of the same clause first: those that another step could be told as.
fn other_checks(id: &str) -> Vec<String> {
    let checks = kyso::checks();
    let clause = checks.iter().find(|check| check.id == id).map(|check| check.clause);
    let same = checks.iter().filter(|check| check.id != id && Some(check.clause) == clause).map(|check| check.id.to_owned());
    same.chain([if id == "verdict.signature_present" { "chosen" } else { "verdict.signature_present" }.to_owned()]).collect()
}

fn is_block(shape: &Value) -> bool {
    shape["$ref"] == "#/$defs/Block"
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn alternatives(shape: &Value) -> Vec<&Value> {
    shape.get("anyOf").and_then(Value::as_array).map_or_else(|| vec![shape], |any| any.iter().collect())
}

fn properties(shape: &Value) -> impl Iterator<Item = (&String, &Value)> {
    shape.get("properties").and_then(Value::as_object).into_iter().flatten()
}

/// The words of an enumeration.
fn words(shape: &Value) -> Vec<&str> {
    let listed = shape.get("enum").and_then(Value::as_array).into_iter().flatten();
    let told = shape.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    let told = told.flat_map(|one| one.get("const").into_iter().chain(one.get("enum").and_then(Value::as_array).into_iter().flatten()));
    listed.chain(told).filter_map(Value::as_str).collect()
}

/// Sets the value at `at`, or takes it away.
pub fn put(report: &mut Value, at: &str, value: Option<Value>) {
    match value {
        Some(value) => *report.pointer_mut(at).unwrap() = value,
        None => {
            let (of, name) = at.rsplit_once('/').unwrap();
            report.pointer_mut(of).unwrap().as_object_mut().unwrap().remove(name);
        }
    }
}
