//! Answers on disk, by the digest of their content: whole or not there, whoever else writes and whenever the power fails

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::crypto::DigestAlgorithm;
use crate::pki::{OcspRequest, OcspResponse, PkiObject, objects};
use crate::report::fact::hex;
use crate::report::json::WantKind;
use crate::{Call, Time};

/// A folder of answers: `answers/` by the SHA-256 of their octets, `calls/` by that of what was asked, each naming an answer.
///
/// Files are written beside their place, brought to the disk and renamed, so that a reader sees a whole file or none; an answer whose digest is
/// not its name is not used. Nothing is locked: two writers of one file write the same.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

/// Issuers' certificates say nothing of when they are replaced: a day.
const CERTIFICATE_AGE: i64 = 86_400;

/// Of several processes and threads, each writes to names of its own.
static NEXT: AtomicU64 = AtomicU64::new(0);

impl Cache {
    /// The cache in `folder`, which is made where there is none.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn at(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        for part in ["answers", "calls"] {
            fs::create_dir_all(folder.join(part))?;
        }
        Ok(Self { folder })
    }

    /// What is kept for `call` and still new enough at `time`.
    pub fn answer(&self, call: &Call, time: Time) -> Option<Vec<u8>> {
        let name = read(&self.folder.join("calls").join(key(call)?), 64).ok()?;
        let name = String::from_utf8(name).ok().filter(|name| name.len() == 64 && name.bytes().all(|octet| octet.is_ascii_hexdigit()))?;
        let octets = read(&self.folder.join("answers").join(&name), u64::MAX).ok()?;
        let sound = hex(&DigestAlgorithm::Sha256.digest(&octets)) == name;
        let kept = fs::metadata(self.folder.join("calls").join(key(call)?)).and_then(|metadata| metadata.modified()).ok();
        (sound && is_new(call.kind, &octets, kept, time)).then_some(octets)
    }

    /// Keeps the answer to `call`, if it is one that may be asked for again.
    ///
    /// # Errors
    /// When it cannot be written; what was kept before is still there.
    pub fn keep(&self, call: &Call, octets: &[u8]) -> io::Result<()> {
        let Some(key) = key(call).filter(|_| is_answer(call.kind, octets)) else { return Ok(()) };
        let name = hex(&DigestAlgorithm::Sha256.digest(octets));
        let answer = self.folder.join("answers").join(&name);
        let there = read(&answer, u64::MAX).is_ok_and(|known| known == octets);
        if !there {
            place(&answer, octets)?;
        }
        place(&self.folder.join("calls").join(key), name.as_bytes())
    }
}

/// By what an answer is found again: of OCSP, by the certificates asked about. Timestamps are each made for one question, and so are answers to
/// a nonce.
fn key(call: &Call) -> Option<String> {
    let kind = match call.kind {
        WantKind::Certificate => "certificate",
        WantKind::Crl => "crl",
        WantKind::Ocsp => "ocsp",
        _ => return None,
    };
    let request = call.octets.as_deref().unwrap_or_default();
    if call.kind == WantKind::Ocsp && OcspRequest::from_der(request).map_or(true, |request| request.nonce.is_some()) {
        return None;
    }
    let asked = [kind.as_bytes(), &[0], call.url.as_bytes(), &[0], request].concat();
    Some(hex(&DigestAlgorithm::Sha256.digest(&asked)))
}

/// Whether it can be read as what was asked for: a page that says "try again later" is not kept.
fn is_answer(kind: WantKind, octets: &[u8]) -> bool {
    match kind {
        WantKind::Ocsp => OcspResponse::from_der(octets).is_ok_and(|response| response.basic.is_some()),
        WantKind::Crl => objects(octets).is_ok_and(|found| found.iter().any(|object| matches!(object, PkiObject::Crl(_)))),
        _ => objects(octets).is_ok_and(|found| found.iter().any(|object| matches!(object, PkiObject::Certificate(_)))),
    }
}

/// Lists and responses say when the next one comes; without that they are asked for each time.
fn is_new(kind: WantKind, octets: &[u8], kept: Option<std::time::SystemTime>, time: Time) -> bool {
    match kind {
        WantKind::Ocsp => OcspResponse::from_der(octets).ok().and_then(|response| response.basic).is_some_and(|basic| {
            let mut until = basic.responses().iter().map(|single| single.next_update);
            !basic.responses().is_empty() && until.all(|until| until.is_some_and(|until| time < until))
        }),
        WantKind::Crl => objects(octets).is_ok_and(|found| {
            found.iter().all(|object| matches!(object, PkiObject::Crl(crl) if crl.next_update().is_some_and(|until| time < until)))
        }),
        _ => {
            let since = kept.and_then(|kept| kept.duration_since(std::time::SystemTime::UNIX_EPOCH).ok());
            let since = since.and_then(|since| i64::try_from(since.as_secs()).ok());
            since.is_some_and(|since| time.unix() < since.saturating_add(CERTIFICATE_AGE))
        }
    }
}

fn read(path: &Path, largest: u64) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    File::open(path)?.take(largest).read_to_end(&mut octets)?;
    Ok(octets)
}

/// Writes beside, brings to the disk, renames, and brings the name to the disk.
fn place(path: &Path, octets: &[u8]) -> io::Result<()> {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let beside = path.with_extension(format!("{}-{number}.part", std::process::id()));
    let written = OpenOptions::new().write(true).create(true).truncate(true).open(&beside).and_then(|mut file| {
        file.write_all(octets)?;
        file.sync_all()
    });
    let placed = written.and_then(|()| fs::rename(&beside, path));
    if placed.is_err() {
        // Nothing more can be done about a file that cannot be removed.
        let _ = fs::remove_file(&beside);
    }
    placed?;
    // Where a folder cannot be opened as a file, the name reaches the disk when the system pleases.
    let folder = path.parent().map(File::open).transpose().unwrap_or_default();
    folder.map_or(Ok(()), |folder| folder.sync_all())
}
