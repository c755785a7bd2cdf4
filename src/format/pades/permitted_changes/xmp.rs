//! ISO 16684-1 §7.4 — XMP packets: enough of one to tell it from something else

/// The namespace of the outermost element (ISO 16684-1 §7.3.3).
const META: &[u8] = b"adobe:ns:meta/";
const RDF: &[u8] = b"http://www.w3.org/1999/02/22-rdf-syntax-ns#";

/// Whether `octets` begin with an element `x:xmpmeta` or `rdf:RDF` and end with the end of that element. A document type declaration could
/// give any entity any meaning, and no writer of XMP makes one.
pub(super) fn is_xmp(octets: &[u8]) -> bool {
    let text = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets);
    let Some(start) = skip_prolog(text) else { return false };
    let Some(tag) = start.strip_prefix(b"<").and_then(|tag| tag.split(|octet| *octet == b'>').next()) else { return false };
    let name = tag.split(|octet| octet.is_ascii_whitespace() || *octet == b'/').next().unwrap_or_default();
    let local = name.rsplit(|octet| *octet == b':').next().unwrap_or_default();
    let names = |namespace: &[u8]| tag.windows(namespace.len()).any(|window| window == namespace);
    let known = (local == b"xmpmeta" && names(META)) || (local == b"xapmeta" && names(META)) || (local == b"RDF" && names(RDF));
    let end: Vec<u8> = [b"</".as_slice(), name].concat();
    known && text.windows(end.len()).any(|window| window == end)
}

/// Behind white space, processing instructions and comments.
fn skip_prolog(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        text = text.trim_ascii_start();
        let end: &[u8] = match text {
            [b'<', b'?', ..] => b"?>",
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            [b'<', b'!', ..] => return None,
            _ => return Some(text),
        };
        let at = text.windows(end.len()).position(|window| window == end)?;
        text = text.get(at.saturating_add(end.len())..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_known_by_its_outermost_element() {
        let packet = |inner: &str| format!("<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>\n<!-- -->{inner}\n<?xpacket end='w'?>");
        assert!(is_xmp(packet("<x:xmpmeta xmlns:x='adobe:ns:meta/'><a/></x:xmpmeta>").as_bytes()));
        assert!(is_xmp(packet("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'></rdf:RDF>").as_bytes()));
        assert!(!is_xmp(packet("<x:xmpmeta xmlns:x='other'></x:xmpmeta>").as_bytes()));
        assert!(!is_xmp(packet("<x:xmpmeta xmlns:x='adobe:ns:meta/'>").as_bytes()));
        assert!(!is_xmp(packet("<html xmlns:x='adobe:ns:meta/'></html>").as_bytes()));
        assert!(!is_xmp(b"<!DOCTYPE x><x:xmpmeta xmlns:x='adobe:ns:meta/'></x:xmpmeta>"));
        assert!(!is_xmp(b"BT (Paid) Tj ET"));
        assert!(!is_xmp(b""));
    }
}
