//! `docs/batch.md` — Batches made: one signature and one timestamp for many records, a proof for each

use crate::batch::{Form, Payload, Proof, SALT};
use crate::crypto::DigestAlgorithm;
use crate::crypto::merkle_tree::{MerkleTree, leaf};
use crate::error::Misuse;

/// Records that get one signature. What is signed is [`Self::payload`], by a JAdES profile in JSON serialisation; then each record gets its
/// [`Self::proof`] with that signature.
///
/// A timestamping authority takes seconds a token: for a hundred thousand records one is enough. The verdict on a record is that of the one
/// signature, and whether the record is in the tree.
#[derive(Clone, Debug)]
pub struct Batch {
    hash: DigestAlgorithm,
    form: Form,
    salts: Vec<[u8; SALT]>,
    tree: MerkleTree,
}

impl Batch {
    /// A batch of the records with these digests, each with its salt: 16 random octets that nobody can guess and no other record has. `hash`,
    /// SHA-256, SHA-384 or SHA-512, is what records, leaves and nodes are digested with; `form` is the form in which records were digested.
    ///
    /// # Errors
    /// [`Misuse`] without a record, with a digest of another length or with a hash that batches are not made with.
    pub fn new(hash: DigestAlgorithm, form: Form, members: impl IntoIterator<Item = ([u8; SALT], Vec<u8>)>) -> Result<Self, Misuse> {
        if !matches!(hash, DigestAlgorithm::Sha256 | DigestAlgorithm::Sha384 | DigestAlgorithm::Sha512) {
            return Err(Misuse::new("a batch is made with SHA-256, SHA-384 or SHA-512"));
        }
        let (mut salts, mut leaves) = (Vec::new(), Vec::new());
        for (salt, digest) in members {
            if digest.len() != hash.output() {
                return Err(Misuse::new(format!("the digest of record {} is not one of {}", salts.len(), hash.name())));
            }
            leaves.push(leaf(hash, &salt, &digest));
            salts.push(salt);
        }
        let tree = MerkleTree::new(hash, leaves).ok_or_else(|| Misuse::new("a batch has a record"))?;
        Ok(Self { hash, form, salts, tree })
    }

    /// What is to be signed.
    pub fn payload(&self) -> Payload {
        let size = u64::try_from(self.tree.size()).unwrap_or(u64::MAX);
        Payload { hash: self.hash, root: self.tree.root().to_vec(), size }
    }

    /// The number of records.
    pub fn size(&self) -> usize {
        self.tree.size()
    }

    /// The proof of the record at `index`, with `signature`, the signed [`Self::payload`]; `None` when there is no such record.
    pub fn proof(&self, index: usize, signature: &[u8]) -> Option<Proof> {
        Some(Proof {
            index: u64::try_from(index).ok()?,
            salt: *self.salts.get(index)?,
            form: self.form,
            path: self.tree.path(index)?,
            signature: signature.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    const SHA256: DigestAlgorithm = DigestAlgorithm::Sha256;

    fn batch(records: &[&str], form: Form) -> Batch {
        let digest = |record: &&str| form.digest(SHA256, record.as_bytes(), &Limits::default()).unwrap();
        Batch::new(SHA256, form, records.iter().map(|record| ([9; SALT], digest(record)))).unwrap()
    }

    #[test]
    fn a_proof_survives_its_file_and_leads_to_the_root() {
        let records = [r#"{"a": 1}"#, r#"{"a":2}"#, r#"{"a":3}"#];
        let batch = batch(&records, Form::Jcs);
        let Payload { hash, root, size } = batch.payload();
        for (index, record) in records.iter().enumerate() {
            let json = batch.proof(index, br#"{"payload":"","protected":"","signature":""}"#).unwrap().to_json().unwrap();
            let proof = Proof::from_json(&json, &Limits::default()).unwrap();
            // Written in another way it is the same record.
            let digest = proof.form.digest(hash, record.replace(' ', "").as_bytes(), &Limits::default()).unwrap();
            assert_eq!(proof.root(hash, size, &digest).as_deref(), Some(&*root));
            let other = proof.form.digest(hash, record.replace('a', "b").as_bytes(), &Limits::default()).unwrap();
            assert_ne!(proof.root(hash, size, &other).as_deref(), Some(&*root));
        }
        assert!(batch.proof(3, b"{}").is_none());
    }

    #[test]
    fn what_is_no_proof_is_malformed() {
        let json = batch(&["x", "y"], Form::Octets).proof(0, b"{}").unwrap().to_json().unwrap();
        let text = String::from_utf8(json).unwrap();
        let is_read = |text: &str| Proof::from_json(text.as_bytes(), &Limits::default()).is_ok();
        assert!(is_read(&text) && is_read(&text.replace("\"form\":\"octets\",", "")));
        for (from, to) in [
            ("proof:1", "proof:2"),
            ("\"index\":0", "\"index\":-1"),
            ("\"index\":0", "\"index\":0,\"index\":0"),
            ("\"octets\"", "\"xml\""),
            ("\"salt\":\"CQ", "\"salt\":\""),
            ("\"signature\":{}", "\"signature\":{\"a\":1,\"a\":2}"),
            ("\"signature\":{}", "\"signature\":{},\"more\":1"),
            ("}\n", ""),
        ] {
            let other = text.replacen(from, to, 1);
            assert!(other != text && !is_read(&other), "{from} to {to}");
        }
        let long = text.replacen("\"path\":[", &format!("\"path\":[{}", "\"AA\",".repeat(64)), 1);
        assert!(!is_read(&long));
    }

    #[test]
    fn a_batch_is_of_records_with_digests_of_its_hash() {
        let members = |length| [([0; SALT], vec![0; length])];
        assert!(Batch::new(SHA256, Form::Octets, members(32)).is_ok());
        assert!(Batch::new(SHA256, Form::Octets, members(20)).is_err());
        assert!(Batch::new(DigestAlgorithm::Sha1, Form::Octets, members(20)).is_err());
        assert!(Batch::new(SHA256, Form::Octets, []).is_err());
    }
}
