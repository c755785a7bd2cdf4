//! EN 319 162-1 §4, annex A — A container: files, and in `META-INF` what signs them

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use crate::encoding::uri::percent_decoded;
use crate::encoding::zip::{self, Archive};
use crate::error::Malformed;
use crate::limits::Limits;

/// An opened container.
#[derive(Clone, Debug)]
pub(crate) struct Container {
    /// Whether it is made for one signed file or for several.
    pub is_simple: bool,
    /// The content of the file `mimetype`.
    pub mimetype: Option<Vec<u8>>,
    /// Whether that file is the first, and stored as it is (annex A.1).
    pub is_first_and_stored: bool,
    /// Every file.
    pub files: Vec<File>,
    /// Their positions: no name stands twice.
    by_name: BTreeMap<String, usize>,
    /// Folders that are told and in which no file stands.
    pub empty_folders: Vec<String>,
    /// Octets of the ZIP file that are none's.
    pub unaccounted: usize,
}

/// A file of a container.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub name: String,
    pub octets: Vec<u8>,
}

impl File {
    /// Whether it is called as a manifest of ASiC (annex A.4).
    pub fn is_manifest(&self) -> bool {
        self.name.strip_prefix("META-INF/ASiC").is_some_and(|name| name.contains("Manifest") && name.ends_with(".xml"))
    }
}

pub(crate) const SIMPLE: &str = "application/vnd.etsi.asic-s+zip";
pub(crate) const EXTENDED: &str = "application/vnd.etsi.asic-e+zip";

impl Container {
    /// Whether `octets` may be a container: a ZIP file.
    pub fn is_announced(octets: &[u8]) -> bool {
        zip::is_announced(octets)
    }

    /// The container that `octets` are; `None` when they are a ZIP file without signatures in the place for them, and do not say that they are one.
    ///
    /// # Errors
    /// [`Malformed`] when the ZIP file has no one reading or is larger than the limits.
    pub fn read(octets: &[u8], limits: &Limits) -> Result<Option<Self>, Malformed> {
        let archive = zip::read(octets, limits)?;
        let type_file = archive.entry("mimetype");
        let mimetype = type_file.map(|entry| archive.content(entry)).transpose()?;
        let said = said(&archive, mimetype.as_deref());
        if said.is_none() && !archive.entries.iter().any(|entry| is_signing(&entry.name)) {
            return Ok(None);
        }
        let is_first_and_stored = archive.entries.first().is_some_and(|first| first.name == "mimetype" && first.is_stored);
        let of_files = archive.entries.iter().filter(|entry| !entry.name.ends_with('/'));
        let files = of_files
            .map(|entry| Ok(File { name: entry.name.clone(), octets: archive.content(entry)? }))
            .collect::<Result<Vec<_>, Malformed>>()?;
        // A signature over a manifest is over several files, whatever it is called.
        let is_simple = said.unwrap_or_else(|| files.iter().any(|file| is_of_simple(&file.name)) && !files.iter().any(File::is_manifest));
        // A comment that says something else than the type (annex A.1) says it of no file.
        let is_type = archive.comment.strip_prefix(b"mimetype=").is_some_and(|own| match &mimetype {
            Some(mimetype) => own.trim_ascii() == mimetype.trim_ascii() && is_media_type(own),
            None => said.is_some(),
        });
        let comment = if is_type { 0 } else { archive.comment.len() };
        let unaccounted = archive.unaccounted.saturating_add(comment);
        let by_name = files.iter().enumerate().map(|(position, file)| (file.name.clone(), position)).collect();
        let names: BTreeSet<&str> = archive.entries.iter().map(|entry| entry.name.as_str()).collect();
        let next = |folder: &str| names.range::<str, _>((Bound::Excluded(folder), Bound::Unbounded)).next().copied();
        let is_empty = |folder: &&str| folder.ends_with('/') && next(folder).is_none_or(|next| !next.starts_with(folder));
        let empty_folders = names.iter().copied().filter(is_empty).map(str::to_owned).collect();
        Ok(Some(Self { is_simple, mimetype, is_first_and_stored, files, by_name, empty_folders, unaccounted }))
    }

    /// Its media type.
    pub fn media_type(&self) -> &'static str {
        if self.is_simple { SIMPLE } else { EXTENDED }
    }

    /// The file that a name or a reference to it means (RFC 3986 §2.1): as written, or with its escapes resolved.
    pub fn file(&self, uri: &str) -> Option<&File> {
        let uri = uri.strip_prefix("./").or_else(|| uri.strip_prefix('/')).unwrap_or(uri);
        let decoded = percent_decoded(uri);
        let position = self.by_name.get(uri).or_else(|| self.by_name.get(decoded.as_ref()?));
        self.files.get(*position?)
    }

    /// Whether `path` is that of a folder, with its stroke, in which a file stands.
    pub fn is_folder(&self, path: &str) -> bool {
        let next = self.by_name.range::<str, _>((Bound::Excluded(path), Bound::Unbounded)).next();
        path.ends_with('/') && next.is_some_and(|(name, _)| name.starts_with(path))
    }

    /// What is kept in the container, and does not belong to its making.
    pub fn data(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.name != "mimetype" && !file.name.starts_with("META-INF/"))
    }
}

/// Whether the container says that it is a simple one: by its type, or in a comment (annex A.1).
fn said(archive: &Archive<'_>, mimetype: Option<&[u8]>) -> Option<bool> {
    let is = |text: &[u8], name: &str| text.trim_ascii() == name.as_bytes();
    let comment = archive.comment.strip_prefix(b"mimetype=");
    [mimetype, comment].into_iter().flatten().find_map(|text| match () {
        () if is(text, SIMPLE) => Some(true),
        () if is(text, EXTENDED) => Some(false),
        () => None,
    })
}

/// Whether `octets` are a media type by its grammar (RFC 6838 §4.2), and nothing more.
pub(crate) fn is_media_type(octets: &[u8]) -> bool {
    let is_name = |name: &[u8]| {
        let is_allowed = |octet: &u8| octet.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(octet);
        (1..=127).contains(&name.len()) && name.iter().all(is_allowed)
    };
    let mut parts = octets.trim_ascii_end().split(|octet| *octet == b'/');
    matches!((parts.next(), parts.next(), parts.next()), (Some(one), Some(other), None) if is_name(one) && is_name(other))
}

/// Names for what signs the one file of a simple container (§4.3.3.2).
fn is_of_simple(name: &str) -> bool {
    [
        "META-INF/signature.p7s",
        "META-INF/signatures.xml",
        "META-INF/timestamp.tst",
        "META-INF/evidencerecord.ers",
        "META-INF/evidencerecord.xml",
    ]
    .contains(&name)
}

/// Names for what signs the files of a container (§4.4.3.2, §4.4.4.2).
fn is_signing(name: &str) -> bool {
    let Some(name) = name.strip_prefix("META-INF/") else { return false };
    let name = name.to_ascii_lowercase();
    name.contains("signature") && (name.ends_with(".p7s") || name.ends_with(".xml"))
        || name.contains("timestamp") && name.ends_with(".tst")
        || name.contains("evidencerecord")
}
