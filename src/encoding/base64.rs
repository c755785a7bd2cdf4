//! RFC 4648 §4 — Base 64 Encoding; in constant time where it is a key or a password

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

use crate::error::Malformed;

/// The text of `octets`, with padding and without line breaks.
pub fn encode(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}

/// [`encode`] for octets that nobody may learn from the time it takes.
pub fn encode_secret(octets: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(Base64::encode_string(octets))
}

/// The octets of `text`, which has its padding, no line breaks, and zeros where bits are left over: one text for each sequence of octets (§3.5).
///
/// # Errors
/// [`Malformed`] at the first character outside the alphabet, or at the end when length, padding or leftover bits are wrong.
pub fn decode(text: &[u8]) -> Result<Vec<u8>, Malformed> {
    STANDARD.decode(text).map_err(|_| fault(text))
}

/// [`decode`] for octets that nobody may learn from the time it takes.
///
/// # Errors
/// As of [`decode`].
pub fn decode_secret(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, Malformed> {
    // Decoding in place would not look at leftover bits.
    let mut octets = Zeroizing::new(vec![0; text.len()]);
    match Base64::decode(text, &mut octets).map(<[u8]>::len) {
        Ok(length) => {
            octets.truncate(length);
            Ok(octets)
        }
        Err(_) => Err(fault(text)),
    }
}

fn fault(text: &[u8]) -> Malformed {
    let characters = text.iter().rposition(|octet| *octet != b'=').map_or(0, |last| last.saturating_add(1));
    let stranger = text.iter().take(characters).position(|octet| !octet.is_ascii_alphanumeric() && !b"+/".contains(octet));
    match stranger {
        Some(at) => Malformed::new("Base 64", "character outside the alphabet", at),
        None => Malformed::new("Base 64", "wrong length, padding or leftover bits", text.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648 §10
    #[test]
    fn the_test_vectors_of_the_standard() {
        for (octets, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")] {
            assert_eq!((encode(octets.as_bytes()).as_str(), encode_secret(octets.as_bytes()).as_str()), (text, text));
            assert_eq!(decode(text.as_bytes()).unwrap(), octets.as_bytes());
            assert_eq!(**decode_secret(text.as_bytes()).unwrap(), *octets.as_bytes());
        }
    }

    #[test]
    fn every_other_spelling_is_malformed_at_its_place() {
        for (text, at) in [("Zm9v\n", 4), ("Zm-v", 2), ("Zg=", 3), ("Zg", 2), ("Zh==", 4), ("Z=g=", 1), ("====", 4), ("Zg==Zg==", 2)] {
            assert_eq!(decode(text.as_bytes()).map_err(|e| e.at), Err(at), "{text}");
            assert_eq!(decode_secret(text.as_bytes()).map_err(|e| e.at), Err(at), "{text}");
        }
    }
}
