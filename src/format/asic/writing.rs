//! EN 319 162-1 §4.3, §4.4, annex A — what a container says of itself, written

use std::collections::BTreeSet;

use super::manifest::NAMESPACE;
use super::{FileKind, signing_files};
use crate::crypto::DigestAlgorithm;
use crate::document::{Container, File};
use crate::encoding::base64;
use crate::encoding::uri::percent_encoded;
use crate::error::Misuse;

const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
/// The manifest of the last archive timestamp (§A.7); the ones before it have numbers.
pub(crate) const ARCHIVE_MANIFEST: &str = "META-INF/ASiCArchiveManifest.xml";

/// A name in `META-INF` that no file has yet, in any case of its letters: `signature001.p7s`, ..
pub(crate) fn free_name(files: &[File], start: &str, ending: &str) -> String {
    let is_free = |name: &String| !files.iter().any(|file| file.name.eq_ignore_ascii_case(name));
    let mut names = (1..=files.len().saturating_add(1)).map(|number| format!("META-INF/{start}{number:03}.{ending}"));
    names.find(is_free).unwrap_or_default()
}

/// `ASiCManifest` (§A.4) over these files, for the signature at `signed_by`.
///
/// # Errors
/// [`Misuse`] when XML Signature has no name for the digest.
pub(crate) fn manifest<'f>(
    signed_by: (&str, &str),
    files: impl IntoIterator<Item = (&'f str, &'f [u8])>,
    root: Option<&str>,
    algorithm: DigestAlgorithm,
) -> Result<Vec<u8>, Misuse> {
    let uri = algorithm.xml_uri().ok_or_else(|| Misuse::new("XML Signature has no identifier of this digest algorithm"))?;
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<asic:ASiCManifest xmlns:asic=\"{NAMESPACE}\" xmlns:ds=\"{DS}\"><asic:SigReference URI=\"{}\" \
         MimeType=\"{}\"/>",
        percent_encoded(signed_by.0),
        signed_by.1,
    );
    for (name, octets) in files {
        let is_root = if root == Some(name) { " Rootfile=\"true\"" } else { "" };
        text += &format!(
            "<asic:DataObjectReference URI=\"{}\" MimeType=\"{}\"{is_root}><ds:DigestMethod Algorithm=\"{uri}\"/><ds:DigestValue>{}</ds:DigestValue>\
             </asic:DataObjectReference>",
            percent_encoded(name),
            media_type(name),
            base64::encode(&algorithm.digest(octets)),
        );
    }
    text += "</asic:ASiCManifest>\n";
    Ok(text.into_bytes())
}

/// `META-INF/manifest.xml` of an extended container with XAdES (§4.4.3.2; Open Document 1.2 part 3 §3): its files. Some readers ask for it.
pub(crate) fn open_document_manifest<'f>(media_type_of_all: &str, files: impl IntoIterator<Item = &'f str>) -> Vec<u8> {
    let prefix = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0";
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<manifest:manifest xmlns:manifest=\"{prefix}\" manifest:version=\"1.2\"><manifest:file-entry \
         manifest:full-path=\"/\" manifest:media-type=\"{media_type_of_all}\"/>"
    );
    for name in files {
        let (name_text, kind) = (crate::encoding::xml::escaped(name), media_type(name));
        text += &format!("<manifest:file-entry manifest:full-path=\"{name_text}\" manifest:media-type=\"{kind}\"/>");
    }
    text += "</manifest:manifest>\n";
    text.into_bytes()
}

/// What a file of this name is, as far as its ending tells.
pub(crate) fn media_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "xml" => "application/xml",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "txt" => "text/plain",
        "p7s" => "application/pkcs7-signature",
        "tst" => "application/vnd.etsi.timestamp-token",
        _ => "application/octet-stream",
    }
}

/// What comes into a container with an archive timestamp (§A.7): the timestamp's name, the manifest that it is over, and the name that the archive
/// manifest before it gets.
pub(crate) struct ArchiveTimeStamp {
    pub name: String,
    pub manifest: Vec<u8>,
    pub renamed: Option<(String, String)>,
}

/// The archive manifest over everything that the container holds.
///
/// # Errors
/// As [`manifest`].
pub(crate) fn archive_time_stamp(container: &Container, algorithm: DigestAlgorithm) -> Result<ArchiveTimeStamp, Misuse> {
    let name = free_name(&container.files, "timestamp", "tst");
    let last = container.files.iter().any(|file| file.name == ARCHIVE_MANIFEST);
    let renamed = last.then(|| (ARCHIVE_MANIFEST.to_owned(), free_name(&container.files, "ASiCArchiveManifest", "xml")));
    let named = |file: &'_ File| match &renamed {
        Some((from, to)) if file.name == *from => to.clone(),
        _ => file.name.clone(),
    };
    let files: Vec<(String, &[u8])> =
        container.files.iter().filter(|file| file.name != "mimetype").map(|file| (named(file), &file.octets[..])).collect();
    let root = renamed.as_ref().map(|(_, to)| to.as_str());
    let listed = files.iter().map(|(name, octets)| (name.as_str(), *octets));
    let manifest = manifest((&name, media_type(&name)), listed, root, algorithm)?;
    Ok(ArchiveTimeStamp { name, manifest, renamed })
}

/// The files that are listed by a manifest that a timestamp is over: they have to stay what they are.
pub(crate) fn kept(container: &Container) -> BTreeSet<&str> {
    let tokens: BTreeSet<&str> =
        signing_files(container).filter(|(_, kind)| *kind == FileKind::Token).map(|(file, _)| file.name.as_str()).collect();
    let manifests = super::manifests(container, &crate::limits::Limits::default());
    let is_stamped = |signed_by: &str| container.file(signed_by).is_some_and(|file| tokens.contains(file.name.as_str()));
    let stamped = manifests.iter().filter(|manifest| is_stamped(&manifest.signed_by));
    let listed = stamped.flat_map(|manifest| &manifest.references).filter_map(|one| container.file(&one.uri));
    listed.map(|file| file.name.as_str()).collect()
}

/// Whether a file is one of those.
pub(crate) fn is_kept(container: &Container, name: &str) -> bool {
    kept(container).contains(name)
}

/// The file that signs the manifest of this name.
pub(crate) fn signed_by<'c>(container: &'c Container, manifest: &str) -> Option<&'c File> {
    let manifests = super::manifests(container, &crate::limits::Limits::default());
    let manifest = manifests.iter().find(|one| one.file.name == manifest)?;
    container.file(&manifest.signed_by)
}
