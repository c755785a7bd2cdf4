//! ISO 32000-2 §7.9.2.2 — Text string type

use super::object::Object;

/// The text of a text string: UTF-16BE or UTF-8 by their byte order marks, else PDFDocEncoding. What none of them allows becomes U+FFFD.
pub fn decode_text(octets: &[u8]) -> String {
    match octets {
        [0xfe, 0xff, rest @ ..] => {
            let units = rest.chunks(2).map(|pair| match pair {
                [high, low] => u16::from_be_bytes([*high, *low]),
                _ => 0xfffd,
            });
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => octets.iter().map(|octet| pdf_doc_character(*octet)).collect(),
    }
}

/// A text string: ASCII as it is, which PDFDocEncoding shares, anything else in UTF-16BE, which every version of PDF reads.
pub fn encode_text(text: &str) -> Object {
    if text.bytes().all(|octet| matches!(octet, b' '..=b'~')) {
        return Object::String(text.as_bytes().into());
    }
    let octets: Vec<u8> = [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    Object::String(octets.into())
}

/// Table D.2 of annex D: ASCII and Latin-1 but for two stretches.
fn pdf_doc_character(octet: u8) -> char {
    const FROM_0X18: [char; 8] = ['˘', 'ˇ', 'ˆ', '˙', '˝', '˛', '˚', '˜'];
    const FROM_0X80: [char; 33] = [
        '•', '†', '‡', '…', '—', '–', 'ƒ', '⁄', '‹', '›', '−', '‰', '„', '“', '”', '‘', '’', '‚', '™', 'ﬁ', 'ﬂ', 'Ł', 'Œ', 'Š', 'Ÿ', 'Ž',
        'ı', 'ł', 'œ', 'š', 'ž', '\u{fffd}', '€',
    ];
    let special = match octet {
        0x18..=0x1f => FROM_0X18.get(usize::from(octet - 0x18)),
        0x80..=0xa0 => FROM_0X80.get(usize::from(octet - 0x80)),
        0x7f | 0xad => Some(&char::REPLACEMENT_CHARACTER),
        _ => None,
    };
    special.copied().unwrap_or(char::from(octet))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_written_as_ascii_or_utf_16_and_read_back() {
        assert_eq!(encode_text("Duyet"), Object::String(b"Duyet"[..].into()));
        assert_eq!(encode_text("Ký"), Object::String(b"\xfe\xff\0K\0\xfd"[..].into()));
        for text in ["", "Phê duyệt 𝄞", "a\nb"] {
            assert_eq!(decode_text(encode_text(text).as_string().unwrap()), text);
        }
    }

    /// Octal codes from table D.2.
    #[test]
    fn the_three_encodings_are_told_apart() {
        assert_eq!(decode_text(b"\xef\xbb\xbfK\xc3\xbd"), "Ký");
        assert_eq!(decode_text(&[0o200, 0o240, 0o225, 0o375, 0o030]), "•€Łý˘");
        assert_eq!(decode_text(b"\xfe\xff\0"), "\u{fffd}");
    }
}
