//! `docs/batch.md` 2 — What is signed for a batch: hash, root, size and the version of the format

use serde::{Deserialize, Serialize};

use crate::crypto::DigestAlgorithm;
use crate::encoding::base64url;
use crate::encoding::json;
use crate::error::Malformed;
use crate::limits::Limits;

/// The version of the format, as the payload names it.
const FORMAT: &str = "urn:kyso:batch:1";

/// The digests that a tree can be made of, by the names that the payload has for them.
pub(super) const HASHES: [(&str, DigestAlgorithm); 3] =
    [("SHA-256", DigestAlgorithm::Sha256), ("SHA-384", DigestAlgorithm::Sha384), ("SHA-512", DigestAlgorithm::Sha512)];

/// What the signature of a batch is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// The digest of leaves, nodes and records.
    pub hash: DigestAlgorithm,
    /// The root of the tree.
    pub root: Vec<u8>,
    /// Its number of leaves.
    pub size: u64,
}

/// Members in the order of RFC 8785.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    batch: String,
    hash: String,
    root: String,
    size: u64,
}

impl Payload {
    /// Canonical JSON (RFC 8785).
    pub fn to_json(&self) -> Vec<u8> {
        let hash = HASHES.into_iter().find(|(_, algorithm)| *algorithm == self.hash).map_or("", |(name, _)| name);
        let written = Written { batch: FORMAT.into(), hash: hash.into(), root: base64url::encode(&self.root), size: self.size };
        // Writing to memory cannot fail.
        serde_json::to_vec(&written).unwrap_or_default()
    }

    /// Reads a payload. There is one form of it, the canonical one.
    ///
    /// # Errors
    /// [`Malformed`] when it is none, of another version or with another hash than SHA-256, SHA-384 and SHA-512.
    pub fn from_json(octets: &[u8]) -> Result<Self, Malformed> {
        json::read(octets, &Limits::default())?;
        let Written { batch, hash, root, size } = serde_json::from_slice(octets).map_err(|error| malformed(error.to_string()))?;
        if batch != FORMAT {
            return Err(malformed(format!("not {FORMAT}")));
        }
        let hash = HASHES.into_iter().find(|(name, _)| *name == hash).map(|(_, hash)| hash);
        let hash = hash.ok_or_else(|| malformed("a hash that batches are not made with".into()))?;
        let payload = Self { hash, root: base64url::decode(root.as_bytes())?, size };
        if payload.root.len() != hash.output() {
            return Err(malformed("a root of another length than its hash".into()));
        }
        if payload.to_json() == octets { Ok(payload) } else { Err(malformed("not in canonical form (RFC 8785)".into())) }
    }
}

fn malformed(what: String) -> Malformed {
    Malformed::new("batch", what, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload() -> Payload {
        Payload { hash: DigestAlgorithm::Sha256, root: vec![0xfb; 32], size: 100_000 }
    }

    #[test]
    fn it_is_written_in_one_way() {
        let text = r#"{"batch":"urn:kyso:batch:1","hash":"SHA-256","root":"-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s","size":100000}"#;
        assert_eq!(String::from_utf8(payload().to_json()).unwrap(), text);
        assert_eq!(Payload::from_json(text.as_bytes()).unwrap(), payload());
    }

    #[test]
    fn nothing_else_is_a_payload() {
        let text = String::from_utf8(payload().to_json()).unwrap();
        for (from, to) in [
            ("batch:1", "batch:2"),
            ("SHA-256", "SHA-1"),
            ("SHA-256", "SHA-512"),
            ("100000", "-1"),
            ("100000", "1e5"),
            ("100000}", "100000,\"more\":1}"),
            ("100000}", "100000,\"size\":1}"),
            ("{", "{ "),
            ("-_s\"", "-_t\""),
        ] {
            let other = text.replacen(from, to, 1);
            assert!(other != text && Payload::from_json(other.as_bytes()).is_err(), "{other}");
        }
    }
}
