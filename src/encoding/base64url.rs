//! RFC 4648 §5 — Base 64 Encoding with URL and Filename Safe Alphabet, without padding (RFC 7515 §2)

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::Malformed;

/// The text of `octets`, without padding.
pub fn encode(octets: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}

/// The octets of `text`: no padding, no white space, zeros where bits are left over, so that there is one text for each sequence of octets.
///
/// # Errors
/// [`Malformed`] at the first character outside the alphabet, or at the end when the length or leftover bits are wrong.
pub fn decode(text: &[u8]) -> Result<Vec<u8>, Malformed> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| fault(text))
}

fn fault(text: &[u8]) -> Malformed {
    match text.iter().position(|octet| !octet.is_ascii_alphanumeric() && !b"-_".contains(octet)) {
        Some(at) => Malformed::new("base64url", "character outside the alphabet", at),
        None => Malformed::new("base64url", "wrong length or leftover bits", text.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648 §10, and RFC 7515 appendix C
    #[test]
    fn the_test_vectors_of_the_standards() {
        for (octets, text) in [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(encode(octets.as_bytes()), text);
            assert_eq!(decode(text.as_bytes()).unwrap(), octets.as_bytes());
        }
        assert_eq!(encode(&[3, 236, 255, 224, 193]), "A-z_4ME");
        assert_eq!(decode(b"A-z_4ME").unwrap(), [3, 236, 255, 224, 193]);
    }

    #[test]
    fn every_other_spelling_is_malformed_at_its_place() {
        for (text, at) in [("Zm9v\n", 4), ("Zm+v", 2), ("Zm/v", 2), ("Zg==", 2), ("Zh", 2), ("Z", 1), (" Zm9v", 0), ("Zm9", 3)] {
            let read = decode(text.as_bytes());
            assert_eq!(read.map_err(|e| e.at), Err(at), "{text}");
        }
    }
}
