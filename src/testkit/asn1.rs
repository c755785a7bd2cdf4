//! ITU-T X.690 §8 — the types that only tests and demonstrations write; all others are in [`crate::encoding::der::write`]

use crate::encoding::der::write::value;

/// `BIT STRING` of named bits, without trailing zeros (§11.2.2).
pub fn named_bits(set: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let bits = set.into_iter().fold(0_u32, |bits, bit| bits | 0x8000_0000_u32.checked_shr(u32::from(bit)).unwrap_or(0));
    let used = 32 - bits.trailing_zeros().min(32);
    let octets = bits.to_be_bytes().into_iter().take(usize::try_from(used.div_ceil(8)).unwrap_or(0));
    let unused = u8::try_from(used.next_multiple_of(8) - used).unwrap_or(0);
    value(0x03, &std::iter::once(unused).chain(octets).collect::<Vec<_>>())
}

/// `ENUMERATED`.
pub fn enumerated(number: u8) -> Vec<u8> {
    value(0x0a, &[number])
}

/// `PrintableString`; the alphabet is not checked.
pub fn printable_string(text: &str) -> Vec<u8> {
    value(0x13, text.as_bytes())
}

/// `IA5String`; the alphabet is not checked.
pub fn ia5_string(text: &str) -> Vec<u8> {
    value(0x16, text.as_bytes())
}

/// `BMPString`: UTF-16, big-endian.
pub fn bmp_string(text: &str) -> Vec<u8> {
    value(0x1e, &text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5280 §4.2.1.3: bit 0 is the first, bit 8 needs a second octet.
    #[test]
    fn named_bits_end_with_the_last_one_set() {
        assert_eq!(named_bits([0, 1]), [3, 2, 6, 0xc0]);
        assert_eq!(named_bits([8]), [3, 3, 7, 0, 0x80]);
        assert_eq!(named_bits([]), [3, 1, 0]);
    }
}
