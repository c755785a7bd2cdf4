//! ISO 32000-2 §7.6.4 — Standard security handler: from a password to the file encryption key

use aes::{Aes128, Aes256};
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use md5::{Digest, Md5};
use sha2::{Sha256, Sha384, Sha512};

use super::encryption::rc4;
use super::object::Dictionary;

/// The entries of the standard security handler that open a file (tables 20 and 21).
pub(super) struct Handler {
    revision: i64,
    pub(super) key_length: usize,
    owner: Vec<u8>,
    user: Vec<u8>,
    owner_key: Vec<u8>,
    user_key: Vec<u8>,
    permissions: i32,
    encrypted_permissions: Vec<u8>,
    first_id: Vec<u8>,
    encrypt_metadata: bool,
}

impl Handler {
    pub(super) fn new(dictionary: &Dictionary, first_id: &[u8]) -> Option<Self> {
        dictionary.entry(b"Filter").is_name(b"Standard").then_some(())?;
        let string = |key: &[u8]| dictionary.entry(key).as_string().unwrap_or_default().to_vec();
        let bits = dictionary.entry(b"Length").as_integer().unwrap_or(40);
        let key_length = match dictionary.entry(b"V").as_integer()? {
            1 => 5,
            2 => usize::try_from(bits / 8).ok().filter(|length| (5..=16).contains(length))?,
            4 => 16,
            _ => 32,
        };
        Some(Self {
            revision: dictionary.entry(b"R").as_integer().filter(|revision| (2..=6).contains(revision))?,
            key_length,
            owner: string(b"O"),
            user: string(b"U"),
            owner_key: string(b"OE"),
            user_key: string(b"UE"),
            permissions: permissions(dictionary),
            encrypted_permissions: string(b"Perms"),
            first_id: first_id.to_vec(),
            encrypt_metadata: encrypt_metadata(dictionary),
        })
    }

    /// The file encryption key, and whether `password` is the owner's.
    pub(super) fn open(&self, password: &[u8]) -> Option<(Vec<u8>, bool)> {
        if self.revision >= 5 {
            return self.open_256(password);
        }
        let as_user = |password: &[u8]| Some(self.key(password)).filter(|key| self.is_user_key(key));
        let as_owner = self.user_password(password).and_then(|password| as_user(&password));
        as_owner.map(|key| (key, true)).or_else(|| as_user(password).map(|key| (key, false)))
    }

    /// Algorithm 2.
    fn key(&self, password: &[u8]) -> Vec<u8> {
        let mut hash = Md5::new();
        hash.update(padded(password));
        hash.update(self.owner.get(..32).unwrap_or(&self.owner));
        hash.update(self.permissions.to_le_bytes());
        hash.update(&self.first_id);
        if self.revision >= 4 && !self.encrypt_metadata {
            hash.update([0xff; 4]);
        }
        self.rehash(hash.finalize().as_slice())
    }

    /// Algorithm 2 steps f and g, algorithm 3 steps c and d.
    fn rehash(&self, digest: &[u8]) -> Vec<u8> {
        let first = |digest: &[u8]| digest.iter().copied().take(self.key_length).collect::<Vec<u8>>();
        let rounds = if self.revision >= 3 { 50 } else { 0 };
        (0..rounds).fold(first(digest), |digest, _| first(Md5::digest(&digest).as_slice()))
    }

    /// Algorithm 6.
    fn is_user_key(&self, key: &[u8]) -> bool {
        let expected = if self.revision == 2 {
            rc4(key, &PADDING)
        } else {
            let mut hash = Md5::new();
            hash.update(PADDING);
            hash.update(&self.first_id);
            (0..20).try_fold(hash.finalize().to_vec(), |octets, round| rc4(&varied(key, round), &octets))
        };
        expected.is_some_and(|expected| !expected.is_empty() && self.user.starts_with(&expected))
    }

    /// Algorithm 7 steps a and b: the user password that `/O` holds under the owner password.
    fn user_password(&self, owner_password: &[u8]) -> Option<Vec<u8>> {
        let digest = Md5::digest(padded(owner_password));
        let key = self.rehash(digest.as_slice());
        let rounds = if self.revision == 2 { 1 } else { 20 };
        (0..rounds).rev().try_fold(self.owner.get(..32)?.to_vec(), |octets, round| rc4(&varied(&key, round), &octets))
    }

    /// Algorithm 2.A.
    fn open_256(&self, password: &[u8]) -> Option<(Vec<u8>, bool)> {
        let password = password.get(..127).unwrap_or(password);
        let user = self.user.get(..48)?;
        let as_owner = self.key_256(password, &self.owner, user, &self.owner_key);
        as_owner.map(|key| (key, true)).or_else(|| self.key_256(password, user, b"", &self.user_key).map(|key| (key, false)))
    }

    /// `entry` is `/O` or `/U`: 32 octets of hash, 8 of validation salt, 8 of key salt.
    fn key_256(&self, password: &[u8], entry: &[u8], user: &[u8], encrypted_key: &[u8]) -> Option<Vec<u8>> {
        let (hash, validation_salt, key_salt) = (entry.get(..32)?, entry.get(32..40)?, entry.get(40..48)?);
        (self.hash(password, validation_salt, user)? == hash).then_some(())?;
        let intermediate = self.hash(password, key_salt, user)?;
        cbc::Decryptor::<Aes256>::new_from_slices(&intermediate, &[0; 16])
            .ok()?
            .decrypt_padded_vec::<NoPadding>(encrypted_key.get(..32)?)
            .ok()
    }

    /// Algorithm 2.B; plain SHA-256 in revision 5, the extension level that came before it.
    fn hash(&self, password: &[u8], salt: &[u8], user: &[u8]) -> Option<Vec<u8>> {
        let mut key = Sha256::digest([password, salt, user].concat()).to_vec();
        if self.revision == 5 {
            return Some(key);
        }
        // The last octet of a round is at most 255, so that round 287 is the last one at the latest.
        for round in 0..=287u32 {
            let repeated = [password, &key, user].concat().repeat(64);
            let (cipher_key, vector) = (key.get(..16)?, key.get(16..32)?);
            let encrypted = cbc::Encryptor::<Aes128>::new_from_slices(cipher_key, vector).ok()?.encrypt_padded_vec::<NoPadding>(&repeated);
            // Sixteen octets as a number modulo 3 are their sum modulo 3: 256 leaves 1.
            let remainder = encrypted.iter().take(16).map(|octet| u32::from(*octet)).sum::<u32>() % 3;
            key = match remainder {
                0 => Sha256::digest(&encrypted).to_vec(),
                1 => Sha384::digest(&encrypted).to_vec(),
                _ => Sha512::digest(&encrypted).to_vec(),
            };
            if round >= 63 && u32::from(*encrypted.last()?) <= round.saturating_sub(31) {
                break;
            }
        }
        key.truncate(32);
        Some(key)
    }

    /// Algorithm 13, for revision 6.
    pub(super) fn permissions_disagree(&self, key: &[u8]) -> bool {
        let agrees = || {
            let encrypted = self.encrypted_permissions.get(..16)?;
            // One block of the electronic codebook is one block of the chain with a vector of zeros.
            let block = cbc::Decryptor::<Aes256>::new_from_slices(key, &[0; 16]).ok()?.decrypt_padded_vec::<NoPadding>(encrypted).ok()?;
            let metadata = if self.encrypt_metadata { b'T' } else { b'F' };
            Some(block.starts_with(&self.permissions.to_le_bytes()) && block.get(8) == Some(&metadata) && block.get(9..12)? == b"adb")
        };
        self.revision >= 5 && agrees() != Some(true)
    }
}

/// Algorithm 2, step a.
const PADDING: [u8; 32] =
    *b"\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A";

fn padded(password: &[u8]) -> Vec<u8> {
    password.iter().chain(&PADDING).copied().take(32).collect()
}

/// Each octet of `key` exclusive-or `round` (algorithms 3, 5 and 7).
fn varied(key: &[u8], round: u8) -> Vec<u8> {
    key.iter().map(|octet| octet ^ round).collect()
}

/// `/P`: 32 bits, which some writers give as an unsigned number.
pub(super) fn permissions(dictionary: &Dictionary) -> i32 {
    let written = dictionary.entry(b"P").as_integer().unwrap_or(0);
    i32::try_from(written).or_else(|_| u32::try_from(written).map(u32::cast_signed)).unwrap_or(0)
}

pub(super) fn encrypt_metadata(dictionary: &Dictionary) -> bool {
    dictionary.entry(b"EncryptMetadata").as_boolean().unwrap_or(true)
}
