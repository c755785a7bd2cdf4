//! X.690 §8.23 — Character string types, decoded

use super::tag;

/// The text of a character string. Nothing is refused: what the type does not allow becomes U+FFFD,
/// and octets above 127 in the types of ASCII are read as UTF-8 or else Latin-1, as their writers meant them.
pub(super) fn decode(tag: u8, contents: &[u8]) -> String {
    match tag {
        tag::UTF8_STRING => String::from_utf8_lossy(contents).into_owned(),
        tag::BMP_STRING => {
            let units = contents.chunks(2).map(|pair| match pair {
                [high, low] => u16::from_be_bytes([*high, *low]),
                _ => 0xfffd,
            });
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        tag::UNIVERSAL_STRING => contents
            .chunks(4)
            .map(|quad| match quad {
                [a, b, c, d] => char::from_u32(u32::from_be_bytes([*a, *b, *c, *d])).unwrap_or(char::REPLACEMENT_CHARACTER),
                _ => char::REPLACEMENT_CHARACTER,
            })
            .collect(),
        _ => match std::str::from_utf8(contents) {
            Ok(text) => text.to_owned(),
            Err(_) => contents.iter().copied().map(char::from).collect(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_its_alphabet() {
        for (tag, octets) in [
            (tag::UTF8_STRING, "Đà Nẵng".as_bytes().to_vec()),
            (tag::BMP_STRING, "Đà Nẵng".encode_utf16().flat_map(u16::to_be_bytes).collect()),
            (tag::UNIVERSAL_STRING, "Đà Nẵng".chars().flat_map(|c| u32::from(c).to_be_bytes()).collect()),
            (tag::PRINTABLE_STRING, "Đà Nẵng".as_bytes().to_vec()),
        ] {
            assert_eq!(decode(tag, &octets), "Đà Nẵng");
        }
        assert_eq!(decode(tag::TELETEX_STRING, b"M\xfcller"), "Müller");
    }

    #[test]
    fn what_a_type_does_not_allow_is_replaced() {
        assert_eq!(decode(tag::UTF8_STRING, b"a\xff"), "a\u{fffd}");
        assert_eq!(decode(tag::BMP_STRING, b"\0a\0"), "a\u{fffd}");
        assert_eq!(decode(tag::UNIVERSAL_STRING, b"\xff\xff\xff\xff"), "\u{fffd}");
    }
}
