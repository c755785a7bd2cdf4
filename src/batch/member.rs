//! `docs/batch.md` 3, 4 — A member of a batch as a document: its proof, and the signature of the root that stands in it

use super::proof::{FORMATS, Proof};
use crate::encoding::json::{self, Node};
use crate::encoding::jws::Jws;
use crate::error::Malformed;
use crate::limits::Limits;

/// A proof that was opened.
#[derive(Clone, Debug)]
pub(crate) struct Member<'a> {
    pub proof: Proof,
    /// The signature of the root.
    pub jws: Jws<'a>,
    /// The octets that it is written in.
    pub source: &'a [u8],
    /// Where they begin in the proof.
    pub at: usize,
}

impl<'a> Member<'a> {
    /// Reads what `octets` are; `None` when they do not say that they are a proof.
    ///
    /// # Errors
    /// [`Malformed`] when they say so and are none, or are of another version.
    pub fn read(octets: &'a [u8], limits: &Limits) -> Result<Option<Self>, Malformed> {
        if !octets.trim_ascii_start().starts_with(b"{") || memchr::memmem::find(octets, FORMATS.as_bytes()).is_none() {
            return Ok(None);
        }
        let node = json::read(octets, limits)?;
        if !node.get("proof").and_then(Node::text).is_some_and(|proof| proof.starts_with(FORMATS)) {
            return Ok(None);
        }
        let at = node.get("signature").map_or(0, |signature| signature.start);
        let (proof, source) = Proof::with_signature(octets)?;
        let jws = Jws::read(source, limits).map_err(|malformed| malformed.within(at))?;
        let jws = jws.filter(|_| source.starts_with(b"{"));
        let jws = jws.ok_or_else(|| Malformed::new("batch proof", "its signature is no JWS in JSON serialization", at))?;
        Ok(Some(Self { proof, jws, source, at }))
    }
}
