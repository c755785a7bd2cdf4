//! EN 319 142-1 §5.4.2.3 — `/VRI`, written: which pieces of the Document Security Store concern one signature

use std::collections::BTreeMap;

use super::Writing;
use super::archival::Material;
use super::dictionary::dictionary;
use super::refusal::Refusal;
use crate::crypto::DigestAlgorithm;
use crate::encoding::pdf::{Dictionary, Object};
use crate::report::fact::hex;

/// What concerns one signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Related {
    /// See [`related_key`].
    pub key: String,
    pub pieces: Material,
}

/// By what `/VRI` names a signature: SHA-1 of the string in `/Contents`, zeros at its end too, in capital hexadecimal digits. It identifies and
/// proves nothing.
pub(crate) fn related_key(octets: &[u8], byte_range: &[i64]) -> Option<String> {
    let [_, length, second, _] = byte_range else { return None };
    let hole = octets.get(usize::try_from(*length).ok()?..usize::try_from(*second).ok()?)?;
    let digits = hole.strip_prefix(b"<")?.strip_suffix(b">")?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    let octet = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let contents: Vec<u8> = pairs.iter().map(octet).collect::<Option<_>>()?;
    Some(hex(&DigestAlgorithm::Sha1.digest(&contents)).to_uppercase())
}

/// The streams of the store by the digests of what they hold: certificates, lists, responses.
pub(super) type Stored = [BTreeMap<Vec<u8>, Object>; 3];

impl Writing<'_, '_, '_> {
    /// `store` with an entry for each signature that has none yet; `None` when all have.
    pub(super) fn related(&mut self, store: &Dictionary, related: &[Related], stored: &Stored) -> Result<Option<Dictionary>, Refusal> {
        let entry = store.entry(b"VRI").clone();
        let old = self.update.resolve(&entry)?.as_dictionary().cloned();
        let mut new = old.clone().unwrap_or_default();
        let mut any = false;
        for one in related.iter().filter(|one| old.as_ref().is_none_or(|old| *old.entry(one.key.as_bytes()) == Object::Null)) {
            let entries = entries(&one.pieces, stored);
            if !entries.is_empty() {
                any = true;
                let reference = self.update.add(dictionary(entries).into());
                new = new.with(one.key.as_bytes(), Object::Reference(reference));
            }
        }
        if !any {
            return Ok(None);
        }
        match (entry, old) {
            (Object::Reference(reference), Some(old)) => {
                self.rewrite(reference, &old, new)?;
                Ok(Some(store.clone()))
            }
            _ => {
                let reference = self.update.add(new.into());
                Ok(Some(store.with(b"VRI", Object::Reference(reference))))
            }
        }
    }
}

fn entries(pieces: &Material, stored: &Stored) -> Vec<(&'static [u8], Object)> {
    let kinds: [(&'static [u8], &[Vec<u8>]); 3] =
        [(b"Cert", &pieces.certificates), (b"CRL", &pieces.crls), (b"OCSP", &pieces.ocsp_responses)];
    let mut entries = Vec::new();
    for ((key, pieces), stored) in kinds.into_iter().zip(stored) {
        let streams = pieces.iter().filter_map(|octets| stored.get(&DigestAlgorithm::Sha256.digest(octets)).cloned());
        let streams: Vec<Object> = streams.collect();
        if !streams.is_empty() {
            entries.push((key, Object::Array(streams.into())));
        }
    }
    entries
}
