//! ISO 32000-2 §14.13 — Associated files, written: a file that belongs to the document as a whole

use super::archival::{opened, value};
use super::dictionary::dictionary;
use super::permitted_by_encryption;
use super::refusal::Refusal;
use super::request::Request;
use crate::encoding::pdf::{NewObject, Object, Pdf, Reference, encode_text};
use crate::format::pades::associated_file::associated_file;
use crate::format::pades::signature_field::places;

/// The update with `octets` as the associated file `name` of the document, among its embedded files too where a new name tree can be made (§7.11.4).
///
/// # Errors
/// When the document is signed already, has a file of that name, or forbids changes.
pub(crate) fn with_associated_file(pdf: &Pdf<'_>, name: &str, media_type: &str, octets: &[u8]) -> Result<Vec<u8>, Refusal> {
    if !places(pdf).is_empty() {
        return Err(Refusal::SignedAlready);
    }
    let (request, value) = (Request::default(), value(0));
    let mut writing = opened(pdf, &request, &value)?;
    if let Some(encryption) = pdf.encryption() {
        permitted_by_encryption(encryption, false)?;
    }
    if associated_file(writing.view, name)?.is_some() {
        return Err(Refusal::FileThere { file: name.to_owned() });
    }
    let size = i64::try_from(octets.len()).unwrap_or(i64::MAX);
    let stream = dictionary(vec![
        (b"Type", Object::name(b"EmbeddedFile")),
        (b"Subtype", Object::name(media_type.as_bytes())),
        (b"Params", Object::dictionary(vec![(b"Size", Object::Integer(size))])),
    ]);
    let stream = writing.update.add(NewObject::Stream { dictionary: stream, octets: octets.to_vec() });
    let file = |reference: Reference| Object::dictionary(vec![(b"F", Object::Reference(reference)), (b"UF", Object::Reference(reference))]);
    let specification = writing.update.add(
        dictionary(vec![
            (b"Type", Object::name(b"Filespec")),
            (b"F", encode_text(name)),
            (b"UF", encode_text(name)),
            (b"AFRelationship", Object::name(b"Data")),
            (b"EF", file(stream)),
        ])
        .into(),
    );
    let old = writing.update.resolve(writing.catalog.entry(b"AF"))?;
    let files = old.as_array().unwrap_or_default().iter().cloned().chain([Object::Reference(specification)]).collect();
    let mut catalog = writing.catalog.with(b"AF", Object::Array(files));
    // A tree that is there would have to be kept in order; `/AF` alone is enough for the file to be embedded.
    if writing.update.resolve(catalog.entry(b"Names"))? == Object::Null {
        let names = Object::Array([encode_text(name), Object::Reference(specification)].into());
        let tree = Object::dictionary(vec![(b"Names", names)]);
        catalog = catalog.with(b"Names", Object::dictionary(vec![(b"EmbeddedFiles", tree)]));
    }
    writing.rewrite_catalog(catalog)?;
    Ok(writing.update.finish()?.octets)
}
