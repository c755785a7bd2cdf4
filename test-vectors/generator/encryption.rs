//! ISO 32000-2 §7.6 — encrypted files, written from the text of the standard; their keys are made from what is encrypted, not from chance

use aes::{Aes128, Aes256};
use cbc::cipher::block_padding::{NoPadding, Pkcs7};
use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
use md5::Md5;
use rc4::{KeyInit, Rc4, StreamCipher};
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::Outcome;
use crate::hand_made::{find, hexadecimal};
use crate::pdf::{self, Objects};

/// The four ways in which files are encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Rc4Of40,
    Rc4Of128,
    Aes128,
    Aes256,
}

/// §7.6.4.3.2, algorithm 2, step a.
const PADDING: [u8; 32] = [
    0x28, 0xbf, 0x4e, 0x5e, 0x4e, 0x75, 0x8a, 0x41, 0x64, 0x00, 0x4e, 0x56, 0xff, 0xfa, 0x01, 0x08, 0x2e, 0x2e, 0x00, 0xb6, 0xd0, 0x68,
    0x3e, 0x80, 0x2f, 0x0c, 0xa9, 0xfe, 0x64, 0x53, 0x69, 0x7a,
];

/// `/P`: everything is permitted (table 22).
const PERMISSIONS: i32 = -4;
const IDENTIFIER: [u8; 16] = *b"kyso test vector";
const OWNER: &[u8] = b"owner";

/// `objects` as a file whose streams are encrypted; there may be no strings in them. The user password opens it.
pub fn encrypted(objects: &Objects, method: Method, user: &str) -> Outcome<Vec<u8>> {
    let (dictionary, key) = if method == Method::Aes256 { aes_256(user.as_bytes())? } else { before_2(method, user.as_bytes())? };
    let mut all = Objects::new();
    for (number, octets) in objects {
        all.push((*number, with_stream_encrypted(octets, method, &key, *number)?));
    }
    let number = objects.len() as u32 + 1;
    all.push((number, dictionary.into_bytes()));
    let id = hex(&IDENTIFIER);
    Ok(pdf::table(&all, &format!("/Encrypt {number} 0 R /ID [{id} {id}]")))
}

fn hex(octets: &[u8]) -> String {
    String::from_utf8(hexadecimal(octets, octets.len())).unwrap_or_default()
}

fn md5(parts: &[&[u8]]) -> Vec<u8> {
    Md5::digest(parts.concat()).to_vec()
}

fn rc4(key: &[u8], octets: &[u8]) -> Outcome<Vec<u8>> {
    let mut octets = octets.to_vec();
    Rc4::new_from_slice(key)?.apply_keystream(&mut octets);
    Ok(octets)
}

/// RC4 once, or twenty times with the key varied by the number of the round (algorithms 3 and 5).
fn rounds(key: &[u8], octets: &[u8], rounds: u8) -> Outcome<Vec<u8>> {
    (0..rounds).try_fold(octets.to_vec(), |octets, round| rc4(&key.iter().map(|octet| octet ^ round).collect::<Vec<_>>(), &octets))
}

fn padded(password: &[u8]) -> Vec<u8> {
    password.iter().chain(&PADDING).copied().take(32).collect()
}

/// Revisions 2 to 4: algorithms 2 to 5.
fn before_2(method: Method, user: &[u8]) -> Outcome<(String, Vec<u8>)> {
    let (revision, length) = match method {
        Method::Rc4Of40 => (2, 5),
        Method::Rc4Of128 => (3, 16),
        _ => (4, 16),
    };
    let again = |digest: Vec<u8>| (0..if revision > 2 { 50 } else { 0 }).fold(digest, |digest, _| md5(&[&digest[..length]]));
    let turns = if revision > 2 { 20 } else { 1 };
    let owner = rounds(&again(md5(&[&padded(OWNER)]))[..length], &padded(user), turns)?;
    let key = again(md5(&[&padded(user), &owner, &PERMISSIONS.to_le_bytes(), &IDENTIFIER]))[..length].to_vec();
    let check = match revision {
        2 => rc4(&key, &PADDING)?,
        _ => [rounds(&key, &md5(&[&PADDING, &IDENTIFIER]), turns)?, vec![0; 16]].concat(),
    };
    let more = match method {
        Method::Rc4Of40 => "/V 1 /R 2".to_owned(),
        Method::Rc4Of128 => "/V 2 /R 3 /Length 128".to_owned(),
        _ => filter("/V 4 /R 4 /Length 128", "AESV2", 16),
    };
    let dictionary = format!("<< /Filter /Standard {more} /O {} /U {} /P {PERMISSIONS} >>", hex(&owner), hex(&check));
    Ok((dictionary, key))
}

fn filter(versions: &str, method: &str, length: usize) -> String {
    format!("{versions} /CF << /StdCF << /AuthEvent /DocOpen /CFM /{method} /Length {length} >> >> /StmF /StdCF /StrF /StdCF")
}

/// Revision 6: algorithms 8 to 10.
fn aes_256(user: &[u8]) -> Outcome<(String, Vec<u8>)> {
    let seeded = |what: &str| Sha256::digest([what.as_bytes(), user].concat()).to_vec();
    let key = seeded("file key");
    let entry = |password: &[u8], what: &str, other: &[u8]| -> Outcome<(Vec<u8>, Vec<u8>)> {
        let salts = &seeded(what)[..16];
        let intermediate = hash(password, &salts[8..], other)?;
        let wrapped = cbc::Encryptor::<Aes256>::new_from_slices(&intermediate, &[0; 16])?.encrypt_padded_vec::<NoPadding>(&key);
        Ok(([hash(password, &salts[..8], other)?, salts.to_vec()].concat(), wrapped))
    };
    let (user_entry, user_key) = entry(user, "user", b"")?;
    let (owner_entry, owner_key) = entry(OWNER, "owner", &user_entry)?;
    let permissions = [&PERMISSIONS.to_le_bytes()[..], &[0xff; 4], b"Tadbkyso"].concat();
    let permissions = cbc::Encryptor::<Aes256>::new_from_slices(&key, &[0; 16])?.encrypt_padded_vec::<NoPadding>(&permissions);
    let values = format!("/O {} /U {} /OE {} /UE {}", hex(&owner_entry), hex(&user_entry), hex(&owner_key), hex(&user_key));
    let more = filter("/V 5 /R 6 /Length 256", "AESV3", 32);
    Ok((format!("<< /Filter /Standard {more} {values} /P {PERMISSIONS} /Perms {} >>", hex(&permissions)), key))
}

/// Algorithm 2.B
fn hash(password: &[u8], salt: &[u8], user: &[u8]) -> Outcome<Vec<u8>> {
    let mut key = Sha256::digest([password, salt, user].concat()).to_vec();
    for round in 1.. {
        let octets = [password, &key, user].concat().repeat(64);
        let octets = cbc::Encryptor::<Aes128>::new_from_slices(&key[..16], &key[16..32])?.encrypt_padded_vec::<NoPadding>(&octets);
        key = match octets[..16].iter().map(|octet| u32::from(*octet)).sum::<u32>() % 3 {
            0 => Sha256::digest(&octets).to_vec(),
            1 => Sha384::digest(&octets).to_vec(),
            _ => Sha512::digest(&octets).to_vec(),
        };
        if round >= 64 && octets.last().is_some_and(|last| i32::from(*last) <= round - 32) {
            break;
        }
    }
    key.truncate(32);
    Ok(key)
}

/// The object with its stream, if it has one, encrypted (algorithms 1 and 1.A).
fn with_stream_encrypted(object: &[u8], method: Method, key: &[u8], number: u32) -> Outcome<Vec<u8>> {
    let Some(at) = find(object, b"\nstream\n") else { return Ok(object.to_vec()) };
    let octets = &object[at + 8..object.len() - b"\nendstream".len()];
    let number = [&number.to_le_bytes()[..3], &[0, 0]].concat();
    let own = |salt: &[u8]| md5(&[key, &number, salt])[..(key.len() + 5).min(16)].to_vec();
    let vector = &Sha256::digest([b"vector", key].concat())[..16];
    let octets = match method {
        Method::Rc4Of40 | Method::Rc4Of128 => rc4(&own(b""), octets)?,
        Method::Aes128 => {
            [vector, &cbc::Encryptor::<Aes128>::new_from_slices(&own(b"sAlT"), vector)?.encrypt_padded_vec::<Pkcs7>(octets)].concat()
        }
        Method::Aes256 => [vector, &cbc::Encryptor::<Aes256>::new_from_slices(key, vector)?.encrypt_padded_vec::<Pkcs7>(octets)].concat(),
    };
    let head = String::from_utf8(object[..at].to_vec())?;
    let length = head.find("/Length ").ok_or("a stream without a length")?;
    let head = format!("{}/Length {} >>\nstream\n", &head[..length], octets.len());
    Ok([head.as_bytes(), &octets, b"\nendstream"].concat())
}
