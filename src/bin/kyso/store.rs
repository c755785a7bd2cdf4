//! RFC 7515 — Trust stores from files, with who signed them

use std::path::{Path, PathBuf};

use kyso::context::{StoreSignature, TrustStore};
use kyso::pki::PkiObject;
use kyso::{Context, Evidence, Policy, Time, TrustAnchors, TrustStoreError, signed_trust_store};

use crate::exit::Failure;
use crate::supplied;

/// Who may sign trust stores.
pub struct Signers {
    anchors: TrustAnchors,
    time: Time,
}

impl Signers {
    /// The certificates in these files, as of `time`.
    pub fn from(paths: &[PathBuf], time: Time) -> Result<Self, Failure> {
        let mut anchors = TrustAnchors::none();
        for path in supplied::expanded(paths)? {
            for object in supplied::objects(&path)? {
                let PkiObject::Certificate(certificate) = object else {
                    return Err(Failure::unreadable(&path, "who may sign trust stores is named by certificates"));
                };
                anchors.add(certificate).map_err(|malformed| Failure::unreadable(&path, malformed))?;
            }
        }
        Ok(Self { anchors, time })
    }

    /// The trust store of these octets; one with a bad signature is refused.
    pub fn read(&self, path: &Path, octets: &[u8], evidence: &Evidence) -> Result<TrustStore, Failure> {
        let plain = TrustStore::from_json(octets);
        let is_signed = !octets.trim_ascii_start().starts_with(b"{") || matches!(&plain, Err(malformed) if malformed.what.contains("JWS"));
        if !is_signed {
            return plain.map_err(|malformed| Failure::unreadable(path, malformed));
        }
        let policy = Policy::etsi_basic();
        let context = Context { policy: &policy, anchors: &self.anchors, evidence, time: self.time, existence: None };
        signed_trust_store(octets, &context).map_err(|error| match error {
            TrustStoreError::Malformed(malformed) => Failure::unreadable(path, malformed),
            bad @ TrustStoreError::BadSignature(_) => Failure::refused(format!("{}: {bad}", path.display())),
        })
    }

    /// As [`Self::read`], for using it: where it is signed, by somebody who may sign it.
    pub fn trusted(&self, path: &Path, octets: &[u8], evidence: &Evidence) -> Result<TrustStore, Failure> {
        let store = self.read(path, octets, evidence)?;
        match store.signature() {
            StoreSignature::NotVerified(why) => {
                let hint = "say with --store-anchor who may sign trust stores, and with --evidence what tells their status";
                Err(Failure::indeterminate(format!("{}: its signature is not verified: {why} ({hint})", path.display())))
            }
            StoreSignature::Unsigned | StoreSignature::By(_) => Ok(store),
        }
    }
}

/// Whether a file of anchors is a trust store, signed or not: no other begins so, DER with a tag, PEM with its dashes or with words before them.
pub fn is_store(octets: &[u8]) -> bool {
    let text = octets.trim_ascii_start();
    text.starts_with(b"{") || text.starts_with(b"eyJ")
}
