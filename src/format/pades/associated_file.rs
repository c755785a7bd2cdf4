//! ISO 32000-2 §14.13 — Associated files of the document: read as of one revision

use std::sync::Arc;

use crate::encoding::pdf::{Dictionary, Object, Problem, View, decode_text};

/// No document of ours has more files than one.
const MOST: usize = 1_000;

/// The octets of the file called `name` among `/AF` of the catalog; `None` when there is none. There is one reading of it: one name, one file, and
/// the same where other readers look, among the embedded files (§7.11.4).
///
/// # Errors
/// When it is there twice, could be read as two files, is no data of the document, or cannot be read.
pub(crate) fn associated_file(view: View<'_, '_>, name: &str) -> Result<Option<Vec<u8>>, Problem> {
    let catalog = view.catalog()?;
    let Object::Array(files) = view.value(&catalog, b"AF")? else { return Ok(None) };
    one_reading(&catalog)?;
    if files.len() > MOST {
        return Err(problem(format!("more than {MOST} associated files")));
    }
    let mut found = None;
    for element in files.iter() {
        let Object::Dictionary(specification) = view.resolve(element)? else { continue };
        if !is_called(&view, &specification, name)? {
            continue;
        }
        if found.is_some() {
            return Err(problem(format!("two associated files are called {name:?}")));
        }
        // §14.13.7: what the document shows is told by it.
        if view.value(&specification, b"AFRelationship")? != Object::name(b"Data") {
            return Err(problem(format!("the associated file {name:?} is no data of the document")));
        }
        found = Some(specification);
    }
    let Some(specification) = found else { return Ok(None) };
    one_reading(&specification)?;
    if embedded_files(&view, &catalog, name)?.iter().any(|other| *other != specification) {
        return Err(problem(format!("another file among the embedded ones is called {name:?}")));
    }
    embedded(&view, &specification).map(Some)
}

fn problem(what: impl Into<std::borrow::Cow<'static, str>>) -> Problem {
    Problem::new("associated_file", what, 0)
}

/// Of a key that stands twice some readers take the first value and some the last.
fn one_reading(dictionary: &Dictionary) -> Result<(), Problem> {
    match dictionary.duplicate_key() {
        Some(key) => Err(problem(format!("key /{} stands twice", String::from_utf8_lossy(key)))),
        None => Ok(()),
    }
}

/// Whether `/UF` or `/F` is this name (§7.11.3): not one of them without the other.
fn is_called(view: &View<'_, '_>, specification: &Dictionary, name: &str) -> Result<bool, Problem> {
    let mut names = Vec::new();
    for key in [&b"UF"[..], b"F"] {
        if let Object::String(text) = view.value(specification, key)? {
            names.push(decode_text(&text));
        }
    }
    match (names.iter().any(|one| one == name), names.iter().all(|one| one == name)) {
        (true, false) => Err(problem(format!("the file {name:?} has another name too"))),
        (is_called, _) => Ok(is_called),
    }
}

/// The files that are called so in the name tree of the embedded files (§7.9.6), by their own name or by that of their entry.
fn embedded_files(view: &View<'_, '_>, catalog: &Dictionary, name: &str) -> Result<Vec<Arc<Dictionary>>, Problem> {
    let Object::Dictionary(names) = view.value(catalog, b"Names")? else { return Ok(Vec::new()) };
    one_reading(&names)?;
    let (mut open, mut seen, mut found) = (vec![view.value(&names, b"EmbeddedFiles")?], 0_usize, Vec::new());
    while let Some(node) = open.pop() {
        seen = seen.saturating_add(1);
        let Object::Dictionary(node) = node else { continue };
        if let Object::Array(kids) = view.value(&node, b"Kids")? {
            if seen.saturating_add(open.len()).saturating_add(kids.len()) > MOST {
                return Err(problem("a tree of embedded files that is larger than any"));
            }
            for kid in kids.iter() {
                open.push(view.resolve(kid)?);
            }
        }
        let Object::Array(entries) = view.value(&node, b"Names")? else { continue };
        seen = seen.saturating_add(entries.len() / 2);
        if seen > MOST {
            return Err(problem(format!("more than {MOST} embedded files")));
        }
        for (key, file) in entries.iter().zip(entries.iter().skip(1)).step_by(2) {
            let key = if let Object::String(text) = view.resolve(key)? { decode_text(&text) } else { String::new() };
            if let Object::Dictionary(file) = view.resolve(file)?
                && (is_called(view, &file, name)? || key == name)
            {
                found.push(file);
            }
        }
    }
    Ok(found)
}

/// `/EF`: one file, by whichever key.
fn embedded(view: &View<'_, '_>, specification: &Dictionary) -> Result<Vec<u8>, Problem> {
    let nothing = || problem("a file specification without its file");
    let Object::Dictionary(files) = view.value(specification, b"EF")? else { return Err(nothing()) };
    one_reading(&files)?;
    if files.entries().zip(files.entries().skip(1)).any(|((_, one), (_, other))| one != other) {
        return Err(problem("a file specification with several files"));
    }
    for key in [&b"UF"[..], b"F"] {
        if let Object::Stream(stream) = view.value(&files, key)? {
            return view.stream_data(&stream);
        }
    }
    Err(nothing())
}
