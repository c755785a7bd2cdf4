//! RFC 7292 appendix B.1, RFC 8018 §3 — A password as the octets that each scheme wants

use zeroize::Zeroizing;

/// A password in its two forms.
pub(super) struct Password {
    /// UTF-8: PKCS#5, and PBES2 also inside PKCS#12 (RFC 9579 §6).
    pub(super) utf8: Zeroizing<Vec<u8>>,
    /// UTF-16 with the most significant octet first and a zero character at the end: the schemes of PKCS#12.
    pub(super) bmp: Zeroizing<Vec<u8>>,
}

impl Password {
    /// The password as the standards encode it.
    pub(super) fn new(text: &str) -> Self {
        let mut bmp = Zeroizing::new(Vec::with_capacity(text.len().saturating_add(1).saturating_mul(2)));
        text.encode_utf16().chain([0]).for_each(|unit| bmp.extend_from_slice(&unit.to_be_bytes()));
        Self { utf8: Zeroizing::new(text.as_bytes().to_vec()), bmp }
    }

    /// What may have been meant when this was asked of a PKCS#12 file; its MAC tells.
    pub(super) fn readings(text: Option<&str>) -> Vec<Self> {
        let text = text.unwrap_or_default();
        let mut readings = vec![Self::new(text)];
        if text.is_empty() {
            // No password: some writers take a zero character for it, others nothing at all.
            readings.push(Self { utf8: Zeroizing::default(), bmp: Zeroizing::default() });
        } else if !text.is_ascii() {
            readings.push(Self::octet_by_octet(text));
        }
        readings
    }

    /// OpenSSL before 1.1.0 took each octet of the UTF-8 for a character.
    fn octet_by_octet(text: &str) -> Self {
        let mut bmp = Zeroizing::new(Vec::with_capacity(text.len().saturating_add(1).saturating_mul(2)));
        text.bytes().chain([0]).for_each(|octet| bmp.extend_from_slice(&[0, octet]));
        Self { bmp, ..Self::new(text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7292 appendix B.1: `Beavis` is 00 42 00 65 00 61 00 76 00 69 00 73 00 00.
    #[test]
    fn the_example_of_the_standard() {
        assert_eq!(*Password::new("Beavis").bmp, *b"\0B\0e\0a\0v\0i\0s\0\0");
        assert_eq!(*Password::new("Beavis").utf8, *b"Beavis");
    }

    #[test]
    fn letters_beyond_ascii_are_characters_not_octets() {
        assert_eq!(*Password::new("ậ😀").bmp, [0x1e, 0xad, 0xd8, 0x3d, 0xde, 0x00, 0, 0]);
        assert_eq!(*Password::readings(Some("ậ"))[1].bmp, [0, 0xe1, 0, 0xba, 0, 0xad, 0, 0]);
    }

    #[test]
    fn no_password_is_read_both_ways() {
        let readings: Vec<_> = Password::readings(None).into_iter().map(|reading| reading.bmp.to_vec()).collect();
        assert_eq!(readings, [vec![0, 0], vec![]]);
    }
}
