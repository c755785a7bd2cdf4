//! ISO 32000-2 §14.13 — Associated files of the document: read as of one revision

use crate::encoding::pdf::{Dictionary, Object, Problem, View, decode_text};

/// The files that are looked at; no document of ours has more than one.
const MOST: usize = 1_000;

/// The octets of the file called `name` among `/AF` of the catalog; `None` when there is none.
///
/// # Errors
/// When it is there twice or cannot be read.
pub(crate) fn associated_file(view: View<'_, '_>, name: &str) -> Result<Option<Vec<u8>>, Problem> {
    let catalog = view.catalog()?;
    let Object::Array(files) = view.value(&catalog, b"AF")? else { return Ok(None) };
    let mut found = None;
    for element in files.iter().take(MOST) {
        let Object::Dictionary(specification) = view.resolve(element)? else { continue };
        if file_name(&view, &specification)?.as_deref() != Some(name) {
            continue;
        }
        if found.is_some() {
            return Err(Problem::new("associated_file", format!("two associated files are called {name:?}"), 0));
        }
        found = Some(embedded(&view, &specification)?);
    }
    Ok(found)
}

/// `/UF`, or `/F` where there is none (§7.11.3).
fn file_name(view: &View<'_, '_>, specification: &Dictionary) -> Result<Option<String>, Problem> {
    for key in [&b"UF"[..], b"F"] {
        if let Object::String(text) = view.value(specification, key)? {
            return Ok(Some(decode_text(&text)));
        }
    }
    Ok(None)
}

fn embedded(view: &View<'_, '_>, specification: &Dictionary) -> Result<Vec<u8>, Problem> {
    let nothing = || Problem::new("associated_file", "a file specification without its file", 0);
    let Object::Dictionary(files) = view.value(specification, b"EF")? else { return Err(nothing()) };
    for key in [&b"UF"[..], b"F"] {
        if let Object::Stream(stream) = view.value(&files, key)? {
            return view.stream_data(&stream);
        }
    }
    Err(nothing())
}
