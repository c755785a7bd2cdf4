//! RFC 4514 §3 — Names as the report writes them, read for what people call their bearer

/// What people call the bearer of a name: the common name, else all of it.
pub(super) fn called(name: &str) -> String {
    attribute(name, "CN").unwrap_or_else(|| name.to_owned())
}

/// The first value of type `wanted` in a name as RFC 4514 writes it: the most specific one.
pub(super) fn attribute(name: &str, wanted: &str) -> Option<String> {
    let mut rest = name;
    while !rest.is_empty() {
        let (value, after) = value(rest);
        if let Some((_, value)) = value.split_once('=').filter(|(kind, _)| *kind == wanted) {
            return Some(unescaped(value));
        }
        rest = after;
    }
    None
}

/// What comes before the first `,` or `+` that is not escaped (RFC 4514 §3), and what comes after.
fn value(name: &str) -> (&str, &str) {
    let mut escaped = false;
    for (at, character) in name.char_indices() {
        match character {
            ',' | '+' if !escaped => {
                let (value, after) = name.split_at_checked(at).unwrap_or((name, ""));
                return (value, after.strip_prefix([',', '+']).unwrap_or(""));
            }
            _ => escaped = character == '\\' && !escaped,
        }
    }
    (name, "")
}

/// RFC 4514 §3, `pair`: a backslash and a character, or two hexadecimal digits for an octet.
fn unescaped(value: &str) -> String {
    let mut octets = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let pair = after.split_at_checked(2).and_then(|(digits, after)| Some((hexadecimal(digits)?, after)));
        let escaped = pair.or_else(|| after.split_first().map(|(&octet, after)| (octet, after))).filter(|_| first == b'\\');
        let (octet, remaining) = escaped.unwrap_or((first, after));
        octets.push(octet);
        rest = remaining;
    }
    String::from_utf8_lossy(&octets).into_owned()
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    u8::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_its_attributes_without_escapes() {
        let name = r"UID=MST:1,CN=A\, B\+f \\ C\C3\A9,O=\ Ủy ban,O=other";
        assert_eq!(attribute(name, "CN").as_deref(), Some(r"A, B+f \ Cé"));
        assert_eq!(attribute(name, "O").as_deref(), Some(" Ủy ban"));
        assert_eq!(attribute("OU=a+CN=b", "CN").as_deref(), Some("b"));
        assert_eq!(attribute(r"OU=a\,CN=b", "CN"), None);
        assert_eq!(called("OU=a"), "OU=a");
    }
}
