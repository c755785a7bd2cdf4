//! ISO 32000-2 §7.6 — Encryption: the standard security handler, for reading

use aes::{Aes128, Aes256};
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use md5::{Digest, Md5};
use rc4::{KeyInit, Rc4, StreamCipher};

use super::finding::Problem;
use super::object::{Dictionary, Object, Reference};
use super::security_handler::{Handler, encrypt_metadata, permissions};

#[cfg(feature = "sign")]
mod writing;

/// The standard security handler of an encrypted file (§7.6.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptionFacts {
    /// The method of streams: `RC4`, `AES-128`, `AES-256`, `Identity`, or `unsupported`.
    pub algorithm: &'static str,
    /// Length of the file encryption key in bits.
    pub key_bits: u32,
    /// `/P` (table 22).
    pub permissions: i32,
    /// Whether the owner password was given (all permissions).
    pub owner: bool,
    /// Whether no given password fits, or the handler is not supported.
    pub locked: bool,
    /// Whether `/Perms` (revision 6) says something else than `/P` and `/EncryptMetadata`, or is damaged.
    pub permissions_disagree: bool,
}

/// How octets are encrypted: `/CFM` of a crypt filter (table 25).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Identity,
    Rc4,
    AesV2,
    AesV3,
    Unsupported,
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Identity => "Identity",
            Self::Rc4 => "RC4",
            Self::AesV2 => "AES-128",
            Self::AesV3 => "AES-256",
            Self::Unsupported => "unsupported",
        }
    }
}

/// An opened (or locked) encryption dictionary.
#[derive(Debug)]
pub(super) struct Encryption {
    pub(super) facts: EncryptionFacts,
    /// The encryption dictionary, whose own strings are never encrypted.
    pub(super) reference: Option<Reference>,
    key: Option<Vec<u8>>,
    strings: Method,
    streams: Method,
    embedded_files: Method,
    filters: Vec<(Vec<u8>, Method)>,
    encrypt_metadata: bool,
}

impl Encryption {
    /// Opens `dictionary`, whose values are direct, with the first element of the `/ID` of the trailer.
    pub(super) fn new(dictionary: &Dictionary, reference: Option<Reference>, first_id: &[u8], password: Option<&[u8]>) -> Self {
        let filters = crypt_filters(dictionary);
        let named = |key: &[u8], default| match dictionary.entry(key) {
            Object::Name(name) => method(&filters, name),
            _ => default,
        };
        let version = dictionary.entry(b"V").as_integer().unwrap_or(0);
        let (streams, strings) = match version {
            1 | 2 => (Method::Rc4, Method::Rc4),
            4 | 5 => (named(b"StmF", Method::Identity), named(b"StrF", Method::Identity)),
            _ => (Method::Unsupported, Method::Unsupported),
        };
        let handler = Handler::new(dictionary, first_id).filter(|_| streams != Method::Unsupported);
        let opened = handler.as_ref().and_then(|handler| candidates(password).iter().find_map(|password| handler.open(password)));
        let (key, owner) = opened.map_or((None, false), |(key, owner)| (Some(key), owner));
        let facts = EncryptionFacts {
            algorithm: streams.name(),
            key_bits: handler.as_ref().and_then(|handler| u32::try_from(handler.key_length * 8).ok()).unwrap_or(0),
            permissions: permissions(dictionary),
            owner,
            locked: key.is_none(),
            permissions_disagree: handler.zip(key.as_deref()).is_some_and(|(handler, key)| handler.permissions_disagree(key)),
        };
        let embedded_files = named(b"EFF", streams);
        Self { facts, reference, key, strings, streams, embedded_files, filters, encrypt_metadata: encrypt_metadata(dictionary) }
    }

    /// A string of the object `reference`, which begins at `at`; as it stands when the file is locked.
    pub(super) fn string(&self, reference: Reference, octets: &[u8], at: usize) -> Result<Vec<u8>, Problem> {
        match &self.key {
            Some(key) => decipher(self.strings, key, reference, octets)
                .ok_or_else(|| Problem::new("decryption", "an encrypted string is faulty", at)),
            None => Ok(octets.to_vec()),
        }
    }

    /// How the stream with this dictionary is encrypted (§7.6.6): `crypt` is the name that its own `/Crypt` filter gives.
    pub(super) fn method_of(&self, dictionary: &Dictionary, crypt: Option<&[u8]>) -> Method {
        let kind = dictionary.entry(b"Type");
        match crypt {
            Some(name) => method(&self.filters, name),
            None if kind.is_name(b"XRef") => Method::Identity,
            None if kind.is_name(b"Metadata") && !self.encrypt_metadata => Method::Identity,
            None if kind.is_name(b"EmbeddedFile") => self.embedded_files,
            None => self.streams,
        }
    }

    /// The octets of a stream of the object `reference`, which begins at `at`.
    pub(super) fn stream(&self, method: Method, reference: Reference, octets: &[u8], at: usize) -> Result<Vec<u8>, Problem> {
        let key = match (&self.key, method) {
            (_, Method::Identity) => return Ok(octets.to_vec()),
            (None, _) => return Err(Problem::new("locked", "the stream is encrypted and no password fits", at)),
            (Some(key), _) => key,
        };
        decipher(method, key, reference, octets).ok_or_else(|| Problem::new("decryption", "an encrypted stream is faulty", at))
    }
}

/// The octets to try for `password`: as given, and, when it is UTF-8, in the encoding of one octet for a character that revisions 2 to 4 use
/// (§7.6.4.3.2; the printable characters of PDFDocEncoding that matter are those of Latin-1). Last the empty one: such a file needs none.
fn candidates(password: Option<&[u8]>) -> Vec<Vec<u8>> {
    let given = password.unwrap_or_default();
    let text = std::str::from_utf8(given).unwrap_or_default();
    let narrow: Option<Vec<u8>> = text.chars().map(|character| u8::try_from(character).ok()).collect();
    [Some(given.to_vec()), narrow, Some(Vec::new())].into_iter().flatten().collect()
}

/// `/CF`: the method of each crypt filter.
fn crypt_filters(dictionary: &Dictionary) -> Vec<(Vec<u8>, Method)> {
    let filters = dictionary.entry(b"CF").as_dictionary();
    let named =
        filters.into_iter().flat_map(Dictionary::entries).filter_map(|(name, filter)| Some((name.to_vec(), filter.as_dictionary()?)));
    named
        .map(|(name, filter)| match filter.entry(b"CFM").as_name() {
            Some(b"V2") => (name, Method::Rc4),
            Some(b"AESV2") => (name, Method::AesV2),
            Some(b"AESV3") => (name, Method::AesV3),
            Some(b"None") | None => (name, Method::Identity),
            Some(_) => (name, Method::Unsupported),
        })
        .collect()
}

fn method(filters: &[(Vec<u8>, Method)], name: &[u8]) -> Method {
    match filters.iter().find(|(filter, _)| filter == name) {
        Some((_, method)) => *method,
        None if name == b"Identity" => Method::Identity,
        None => Method::Unsupported,
    }
}

/// §7.6.3.2, algorithms 1 and 1.A.
fn decipher(method: Method, key: &[u8], reference: Reference, octets: &[u8]) -> Option<Vec<u8>> {
    match method {
        Method::Identity => Some(octets.to_vec()),
        Method::Rc4 => rc4(&object_key(key, reference, b""), octets),
        Method::AesV2 => aes_128(&object_key(key, reference, b"sAlT"), octets),
        Method::AesV3 => aes_256(key, octets),
        Method::Unsupported => None,
    }
}

/// Algorithm 1, steps a to d.
fn object_key(key: &[u8], reference: Reference, salt: &[u8]) -> Vec<u8> {
    let mut hash = Md5::new();
    hash.update(key);
    hash.update(reference.number.to_le_bytes().get(..3).unwrap_or_default());
    hash.update(reference.generation.to_le_bytes());
    hash.update(salt);
    let length = (key.len() + 5).min(16);
    hash.finalize().iter().copied().take(length).collect()
}

pub(super) fn rc4(key: &[u8], octets: &[u8]) -> Option<Vec<u8>> {
    let mut octets = octets.to_vec();
    Rc4::new_from_slice(key).ok()?.apply_keystream(&mut octets);
    Some(octets)
}

fn aes_128(key: &[u8], octets: &[u8]) -> Option<Vec<u8>> {
    // An empty string has neither initialisation vector nor padding in files of some writers.
    let Some((vector, octets)) = octets.split_at_checked(16) else { return octets.is_empty().then(Vec::new) };
    cbc::Decryptor::<Aes128>::new_from_slices(key, vector).ok()?.decrypt_padded_vec::<Pkcs7>(octets).ok()
}

fn aes_256(key: &[u8], octets: &[u8]) -> Option<Vec<u8>> {
    let Some((vector, octets)) = octets.split_at_checked(16) else { return octets.is_empty().then(Vec::new) };
    cbc::Decryptor::<Aes256>::new_from_slices(key, vector).ok()?.decrypt_padded_vec::<Pkcs7>(octets).ok()
}

#[cfg(test)]
mod tests {
    use super::super::lexer::Lexer;
    use super::super::parser::{Bounds, Notes, value};
    use super::*;

    const ID: &[u8] = b"\x31\x41\x59\x26\x53\x58\x97\x93\x23\x84\x62\x64\x33\x83\x27\x95";
    /// The encryption dictionaries that qpdf 11 wrote for the passwords `user` and `owner`, and the title `certificate of birth` of object 2.
    const FILES: [(&str, &str); 5] = [
        (
            "/Length 40/O<94e8094419662a774442fb072e3d9f19e9d130ec09a4d0061e78fe920f7ab62f>/P -4/R 2
             /U<2aa12f26bcf1a217c0f1ee491745f646671475ae85bddf3e3c1a45a8457391cb>/V 1",
            "<9c562c0166e6f0a86462b3704a74d3413143016e>",
        ),
        (
            "/Length 128/O<0ba3835f88f90388e74e54584125ce142be0de24c6b0d37746e075b891756671>/P -4/R 3
             /U<763f954d16622015ee88b60b3eb8f7590122456a91bae5134273a6db134c87c4>/V 2",
            "<98c4f47b6bf711f778e7e8f37c3b698f26f9d2d3>",
        ),
        (
            "/CF<</StdCF<</AuthEvent/DocOpen/CFM/AESV2/Length 16>>>>/EncryptMetadata false/Length 128
             /O<0ba3835f88f90388e74e54584125ce142be0de24c6b0d37746e075b891756671>/P -4/R 4/StmF/StdCF/StrF/StdCF
             /U<fb8f3661d99bba02de37f0c770ae4d2a0122456a91bae5134273a6db134c87c4>/V 4",
            "<68c6f83ebf7b7ec90ce25069f98d20cff11acf1067eb424dbf742dcd3a381d1ec1eee69c079fa54ed298794fec44dac2>",
        ),
        (
            "/CF<</StdCF<</AuthEvent/DocOpen/CFM/AESV3/Length 32>>>>/Length 256/P -4/R 5/StmF/StdCF/StrF/StdCF/V 5
             /O<671ce5d93c82dfea7e2cc05eb9374c1c74f86463a26b404e5f758a0e4040fa5084a8d9ad38e712dce68a4a5df5ad97d2>
             /OE<467c3f08e65fd72232f8c884fecf4002ac4ed302688a0fe65fe8f74db91c81e8>/Perms<7787e8ab842f765057e53756d4bf987a>
             /U<b37c2d2a34260c7f3af0a04e5d13c5387fb4f3bdbba4b4e98a3209160fa7f056467405344946f0647d1844d3959f22d8>
             /UE<b29280b70db22aadd186e8bc1eba1e2e3f74115f720b79e024f71e952c1eecb5>",
            "<0e1c2a38465462707e8c9aa8b6c4d2e0f12baa63e519fe58d7a4b4debfd6c9ab7c228e47c380a4dffdd32561b6a96e82>",
        ),
        (
            "/CF<</StdCF<</AuthEvent/DocOpen/CFM/AESV3/Length 32>>>>/Length 256/P -4/R 6/StmF/StdCF/StrF/StdCF/V 5
             /O<dcbea62d76bc60bc93fba22e1229e6723862e95a09d7a377086465ba4d23556e16386253f4088d2fcfed2be9d4cd96cc>
             /OE<06e578aca5980b2e235acc1b9e02f69d148afea299a1f1f1ad0a3e34a89943fd>/Perms<613b617a7eb8a1fa3241bdc9277bf990>
             /U<7c36217f78673ccbfab63bd4bd54a5fcb5d3cbe8e7959f96f8ae206623019ea874d694aec8665f37adb0a285cc00532c>
             /UE<d1c916ff239df92887e4e41769462dd9e854f94f18c5d61c6aafda1a301fe893>",
            "<0e1c2a38465462707e8c9aa8b6c4d2e029c618a669c5749d002ee186ceacd12572f135e1cdad2c5833ee7b4f40b230de>",
        ),
    ];
    const OBJECT: Reference = Reference { number: 2, generation: 0 };

    fn object(text: &str) -> Object {
        value(&mut Lexer::new(text.as_bytes(), 0), Bounds { nesting: 9, values: 99 }, None, &mut Notes::default()).unwrap()
    }

    fn opened(entries: &str, password: Option<&[u8]>) -> Encryption {
        let dictionary = object(&format!("<</Filter/Standard{entries}>>"));
        Encryption::new(dictionary.as_dictionary().unwrap(), None, ID, password)
    }

    #[test]
    fn both_passwords_open_every_revision() {
        for (entries, title) in FILES {
            for (password, owner) in [(b"user" as &[u8], false), (b"owner", true)] {
                let encryption = opened(entries, Some(password));
                assert_eq!(
                    (encryption.facts.locked, encryption.facts.owner, encryption.facts.permissions),
                    (false, owner, -4),
                    "{entries}"
                );
                assert!(!encryption.facts.permissions_disagree);
                let title = encryption.string(OBJECT, object(title).as_string().unwrap(), 0);
                assert_eq!(title.unwrap(), b"certificate of birth");
            }
        }
    }

    #[test]
    fn another_password_or_none_leaves_it_locked() {
        for (entries, title) in FILES {
            for password in [Some(b"usar" as &[u8]), None] {
                let encryption = opened(entries, password);
                assert!(encryption.facts.locked);
                let octets = object(title);
                assert_eq!(encryption.string(OBJECT, octets.as_string().unwrap(), 0).unwrap(), octets.as_string().unwrap());
                assert_eq!(encryption.stream(encryption.streams, OBJECT, b"any", 7).unwrap_err().code, "locked");
            }
        }
    }

    #[test]
    fn permissions_that_were_raised_are_told() {
        let (entries, _) = FILES[4];
        assert!(opened(&entries.replace("/P -4", "/P -1"), Some(b"user")).facts.permissions_disagree);
    }

    #[test]
    fn permissions_that_were_raised_lock_the_older_revisions() {
        let (entries, _) = FILES[1];
        assert!(opened(&entries.replace("/P -4", "/P -1"), Some(b"user")).facts.locked);
    }

    #[test]
    fn metadata_stay_clear_when_the_dictionary_says_so() {
        let metadata = object("<</Type/Metadata>>");
        let method = |entries: &str| opened(entries, Some(b"user")).method_of(metadata.as_dictionary().unwrap(), None);
        assert_eq!(method(FILES[2].0), Method::Identity);
        assert_eq!(method(&FILES[2].0.replace("false", "true")), Method::AesV2);
    }

    #[test]
    fn a_stream_may_name_its_own_filter() {
        let encryption = opened(FILES[2].0, Some(b"user"));
        let dictionary = object("<<>>");
        let method = |name: &[u8]| encryption.method_of(dictionary.as_dictionary().unwrap(), Some(name));
        assert_eq!((method(b"Identity"), method(b"StdCF"), method(b"Other")), (Method::Identity, Method::AesV2, Method::Unsupported));
    }

    #[test]
    fn unknown_handlers_are_locked() {
        for change in [("/V 2", "/V 3"), ("/R 3", "/R 7"), ("/Length 128", "/Length 8")] {
            let encryption = opened(&FILES[1].0.replace(change.0, change.1), Some(b"user"));
            assert!(encryption.facts.locked, "{change:?}");
        }
    }

    #[test]
    fn a_password_may_be_utf_8_where_the_file_has_one_octet_for_a_character() {
        assert_eq!(candidates(Some("é".as_bytes())), [vec![0xc3, 0xa9], vec![0xe9], vec![]]);
        assert_eq!(candidates(Some("ế".as_bytes())), ["ế".as_bytes().to_vec(), vec![]]);
    }
}
