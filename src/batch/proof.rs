//! `docs/batch.md` 3 — The proof of one record: its place in the tree, the salt, the path to the root, and the signature of the root

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::SALT;
use crate::crypto::{DigestAlgorithm, merkle_tree};
use crate::encoding::base64url;
use crate::encoding::json;
use crate::error::Malformed;
use crate::limits::Limits;

/// The version of the format, as the proof names it.
const FORMAT: &str = "urn:kyso:batch-proof:1";

/// What the name of every version begins with.
pub(super) const FORMATS: &str = "urn:kyso:batch-proof:";

/// No tree of 2^64 leaves is deeper.
const LONGEST_PATH: usize = 64;

/// In which form a record is digested.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// As it is, octet by octet.
    #[default]
    Octets,
    /// JSON in the canonical form of RFC 8785, so that whoever stores it may write it in another way.
    Jcs,
}

/// Shows that a record is one of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The place of the record among the leaves, from 0.
    pub index: u64,
    /// The salt of its leaf.
    pub salt: [u8; SALT],
    /// In which form the record is digested.
    pub form: Form,
    /// The nodes beside the way to the root, from below.
    pub path: Vec<Vec<u8>>,
    /// The signature of the root: a JWS in JSON serialisation, as it was made.
    pub signature: Vec<u8>,
}

/// As a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    proof: String,
    index: u64,
    salt: String,
    #[serde(default)]
    form: Form,
    path: Vec<String>,
    #[serde(borrow)]
    signature: &'a RawValue,
}

impl Form {
    /// As a proof names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Octets => "octets",
            Self::Jcs => "jcs",
        }
    }

    /// The digest of `record` in this form.
    ///
    /// # Errors
    /// [`Malformed`] when it has no canonical form.
    pub fn digest(self, algorithm: DigestAlgorithm, record: &[u8], limits: &Limits) -> Result<Vec<u8>, Malformed> {
        Ok(match self {
            Self::Octets => algorithm.digest(record),
            Self::Jcs => algorithm.digest(&json::canonical(&json::read(record, limits)?)?),
        })
    }
}

impl Proof {
    /// The root that leads from the record with this digest to a tree of `size` leaves (RFC 9162 §2.1.3.2); `None` when index and path do not go
    /// with the size.
    pub fn root(&self, hash: DigestAlgorithm, size: u64, digest: &[u8]) -> Option<Vec<u8>> {
        merkle_tree::root_of(hash, self.index, size, &self.leaf(hash, digest), &self.path)
    }

    /// The leaf of the record with this digest.
    pub fn leaf(&self, hash: DigestAlgorithm, digest: &[u8]) -> Vec<u8> {
        merkle_tree::leaf(hash, &self.salt, digest)
    }

    /// The proof as a JSON file; `None` when its signature is no JSON.
    pub fn to_json(&self) -> Option<Vec<u8>> {
        let written = Written {
            proof: FORMAT.into(),
            index: self.index,
            salt: base64url::encode(&self.salt),
            form: self.form,
            path: self.path.iter().map(|node| base64url::encode(node)).collect(),
            signature: serde_json::from_slice(&self.signature).ok()?,
        };
        let mut json = serde_json::to_vec(&written).ok()?;
        json.push(b'\n');
        Some(json)
    }

    /// Reads a proof.
    ///
    /// # Errors
    /// [`Malformed`] when it is none, or of another version.
    pub fn from_json(octets: &[u8], limits: &Limits) -> Result<Self, Malformed> {
        // Names that stand twice, and what else has two readings, are refused before anything else reads it.
        json::read(octets, limits)?;
        Self::with_signature(octets).map(|(proof, _)| proof)
    }

    /// A proof in octets that have one reading, with its signature where it stands.
    pub(super) fn with_signature(octets: &[u8]) -> Result<(Self, &[u8]), Malformed> {
        let written: Written<'_> = serde_json::from_slice(octets).map_err(|error| malformed(error.to_string()))?;
        if written.proof != FORMAT {
            return Err(malformed(format!("not {FORMAT}")));
        }
        if written.path.len() > LONGEST_PATH {
            return Err(malformed("a path that is longer than any tree is deep".into()));
        }
        let salt = base64url::decode(written.salt.as_bytes())?;
        let path = written.path.iter().map(|node| base64url::decode(node.as_bytes())).collect::<Result<_, _>>()?;
        let signature = written.signature.get().as_bytes();
        let salt = salt.try_into().map_err(|_| malformed("a salt that is not of 16 octets".into()))?;
        Ok((Self { index: written.index, salt, form: written.form, path, signature: signature.to_vec() }, signature))
    }
}

fn malformed(what: String) -> Malformed {
    Malformed::new("batch proof", what, 0)
}
