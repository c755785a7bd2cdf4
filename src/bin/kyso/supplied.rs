//! RFC 7468, RFC 5652 §5 — Anchors and evidence from files and folders: what each is, its content tells

use std::path::{Path, PathBuf};

use kyso::pki::{self, PkiObject};
use kyso::report::json::Origin;
use kyso::{Evidence, TrustAnchors};

use crate::exit::Failure;
use crate::files;
use crate::store::{self, Signers};

/// What the relying party brings: every certificate of an anchor file is trusted, one of a trust store as far as that says; nothing of an evidence file is.
#[derive(Default)]
pub struct Supplied {
    pub anchors: TrustAnchors,
    pub evidence: Evidence,
}

impl Supplied {
    /// Everything in these files and folders; trust stores that are signed, by whom `signers` says.
    pub fn from(anchors: &[PathBuf], evidence: &[PathBuf], signers: &Signers) -> Result<Self, Failure> {
        let mut supplied = Self::default();
        for path in expanded(evidence)? {
            supplied.add_evidence(&path)?;
        }
        for path in expanded(anchors)? {
            supplied.add_anchors(&path, signers)?;
        }
        Ok(supplied)
    }

    fn add_anchors(&mut self, path: &Path, signers: &Signers) -> Result<(), Failure> {
        let octets = files::read(path)?;
        if store::is_store(&octets) {
            let store = signers.trusted(path, &octets, &self.evidence)?;
            self.anchors.add_store(&store);
            return if store.anchors().is_empty() { Err(Failure::unreadable(path, "no trust anchor in it")) } else { Ok(()) };
        }
        let mut any = false;
        for object in objects_of(path, &octets)? {
            match object {
                PkiObject::Certificate(certificate) => {
                    self.anchors.add(certificate).map_err(|malformed| Failure::unreadable(path, malformed))?;
                    any = true;
                }
                other => self.add(path, other)?,
            }
        }
        if any { Ok(()) } else { Err(Failure::unreadable(path, "no certificate, so no trust anchor, in it")) }
    }

    fn add_evidence(&mut self, path: &Path) -> Result<(), Failure> {
        objects(path)?.into_iter().try_for_each(|object| self.add(path, object))
    }

    fn add(&mut self, path: &Path, object: PkiObject) -> Result<(), Failure> {
        match object {
            PkiObject::Certificate(certificate) => self.evidence.add_certificate(certificate, Origin::Supplied),
            PkiObject::Crl(crl) => self.evidence.add_crl(crl, Origin::Supplied),
            PkiObject::Ocsp(response) => self.evidence.add_ocsp_response(response, Origin::Supplied),
            PkiObject::Timestamp(_) => return Err(Failure::unreadable(path, "a timestamp token, which is not yet taken as evidence")),
            PkiObject::Unread(unread) => {
                return Err(Failure::unreadable(path, format!("an element of `{}` cannot be read: {}", unread.field, unread.malformed)));
            }
        }
        Ok(())
    }
}

/// Everything in one file.
pub fn objects(path: &Path) -> Result<Vec<PkiObject>, Failure> {
    objects_of(path, &files::read(path)?)
}

fn objects_of(path: &Path, octets: &[u8]) -> Result<Vec<PkiObject>, Failure> {
    pki::objects(octets).map_err(|malformed| Failure::unreadable(path, malformed))
}

/// The files named, and those in the folders named, by name; what is hidden there is none of ours.
pub fn expanded(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let within = files_of(path).map_err(|error| Failure::input_output(path, error))?;
        if within.is_empty() {
            return Err(Failure::unreadable(path, "no file in this folder"));
        }
        files.extend(within);
    }
    Ok(files)
}

fn files_of(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
