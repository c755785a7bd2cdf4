//! ISO 32000-2 §7.6 — Encryption of the strings and streams of new objects, with the key that opened the file

use aes::{Aes128, Aes256};
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
use sha2::{Digest, Sha256};

use super::{Encryption, Method, object_key, rc4};
use crate::encoding::pdf::Reference;

/// What encrypts the strings and the stream of one indirect object.
pub(in crate::encoding::pdf) struct Cipher<'k> {
    key: &'k [u8],
    strings: Method,
    streams: Method,
    reference: Reference,
}

impl Encryption {
    /// The cipher of the object `reference`; `None` when the file is locked, or its methods are not ones that this crate has.
    pub(in crate::encoding::pdf) fn cipher(&self, reference: Reference) -> Option<Cipher<'_>> {
        let cipher = Cipher { key: self.key.as_deref()?, strings: self.strings, streams: self.streams, reference };
        // Said once here, so that nothing can go wrong, or go out in the clear, octet by octet.
        [self.strings, self.streams].into_iter().all(|method| cipher.encipher(method, b"").is_some()).then_some(cipher)
    }
}

impl Cipher<'_> {
    /// A string.
    pub(in crate::encoding::pdf) fn string(&self, octets: &[u8]) -> Vec<u8> {
        self.encipher(self.strings, octets).unwrap_or_default()
    }

    /// The octets of a stream.
    pub(in crate::encoding::pdf) fn stream(&self, octets: &[u8]) -> Vec<u8> {
        self.encipher(self.streams, octets).unwrap_or_default()
    }

    /// §7.6.3.2, algorithms 1 and 1.A.
    fn encipher(&self, method: Method, octets: &[u8]) -> Option<Vec<u8>> {
        match method {
            Method::Identity => Some(octets.to_vec()),
            Method::Rc4 => rc4(&object_key(self.key, self.reference, b""), octets),
            Method::AesV2 => {
                let (key, vector) = (object_key(self.key, self.reference, b"sAlT"), self.vector(octets));
                let encrypted = cbc::Encryptor::<Aes128>::new_from_slices(&key, &vector).ok()?.encrypt_padded_vec::<Pkcs7>(octets);
                Some([vector, encrypted].concat())
            }
            Method::AesV3 => {
                let vector = self.vector(octets);
                let encrypted = cbc::Encryptor::<Aes256>::new_from_slices(self.key, &vector).ok()?.encrypt_padded_vec::<Pkcs7>(octets);
                Some([vector, encrypted].concat())
            }
            Method::Unsupported => None,
        }
    }

    /// The initialisation vector (§7.6.3.1 wants it random): pseudo-random by the secret key, so that equal input gives equal output
    /// and nobody without the key can foresee it. Equal strings of one object show as equal, nothing else does.
    fn vector(&self, octets: &[u8]) -> Vec<u8> {
        let mut hash = Sha256::new();
        hash.update(self.key);
        hash.update(self.reference.number.to_be_bytes());
        hash.update(self.reference.generation.to_be_bytes());
        hash.update(octets);
        hash.finalize().iter().copied().take(16).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::pdf::EncryptionFacts;

    const REFERENCE: Reference = Reference { number: 7, generation: 0 };

    fn encryption(method: Method, key: &[u8]) -> Encryption {
        let facts = EncryptionFacts {
            algorithm: method.name(),
            key_bits: 0,
            permissions: 0,
            owner: false,
            locked: false,
            permissions_disagree: false,
        };
        let (reference, key) = (None, Some(key.to_vec()));
        Encryption {
            facts,
            reference,
            key,
            strings: method,
            streams: method,
            embedded_files: method,
            filters: Vec::new(),
            encrypt_metadata: true,
        }
    }

    #[test]
    fn what_is_encrypted_is_read_back_as_the_same_object_only() {
        for (method, key) in [(Method::Rc4, &[1; 5][..]), (Method::AesV2, &[2; 16]), (Method::AesV3, &[3; 32]), (Method::Identity, &[])] {
            let encryption = encryption(method, key);
            let cipher = encryption.cipher(REFERENCE).unwrap();
            for octets in [&b""[..], b"a", b"exactly 16 octet", "Phê duyệt".as_bytes()] {
                let encrypted = cipher.string(octets);
                assert_eq!(encryption.string(REFERENCE, &encrypted, 0).unwrap(), octets);
                assert_eq!(encryption.stream(method, REFERENCE, &cipher.stream(octets), 0).unwrap(), octets);
                assert_eq!(cipher.string(octets), encrypted, "equal input, equal output");
            }
            let other = encryption.cipher(Reference { number: 8, generation: 0 }).unwrap().string(b"text");
            assert_eq!(other == cipher.string(b"text"), method == Method::Identity);
        }
    }

    #[test]
    fn without_a_key_or_a_method_nothing_is_written() {
        assert!(Encryption { key: None, ..encryption(Method::Rc4, &[1; 5]) }.cipher(REFERENCE).is_none());
        assert!(encryption(Method::Unsupported, &[1; 5]).cipher(REFERENCE).is_none());
    }
}
