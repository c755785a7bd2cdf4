//! XML Signature §4.5.1, §4.5.4 — the names of certificates and keys in KeyInfo, which nobody signed, against the certificates beside them
//!
//! Writers spell names in many ways: another order, other names for the types, other signs between the parts. What is compared is what stands behind the
//! types, whatever that order is.

use unicode_normalization::UnicodeNormalization;

use super::key_info::{KeyInfo, decimal};
use crate::pki::{Certificate, Name, same_integer};
use crate::report::{Recorder, checks};

checks! {
    NAMES_AGREE = "core_validation.names_are_the_certificates", "XML Signature §4.5.1, §4.5.4", Indeterminate(SigConstraintsFailure),
        "Beside the signature stands the name {name}, which nobody signed and no certificate beside it has.",
        "Kèm chữ ký có tên {name}, không ai ký tên này và không chứng thư nào kèm theo mang tên này.";
}

/// No signature has more names beside it that are all looked at.
const MOST: usize = 100;

/// Each name is that of a certificate beside it, where there is one.
pub(super) fn agree(r: &mut Recorder, keys: &KeyInfo) {
    if keys.said.is_empty() || keys.certificates.is_empty() {
        return;
    }
    let other = keys.said.iter().take(MOST).find(|said| !said.is_of(&keys.certificates)).or_else(|| keys.said.get(MOST));
    r.tolerate(&NAMES_AGREE, other.is_none(), [("name", other.map_or(String::new(), |said| said.text().to_owned()).into())]);
}

/// What `KeyInfo` says of a certificate or key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// `X509SubjectName`
    Subject(String),
    /// `X509IssuerSerial`: name and number.
    IssuerSerial(String, String),
    /// `KeyName`: whatever the writer calls it.
    Key(String),
}

impl Said {
    /// The text that is told.
    pub fn text(&self) -> &str {
        match self {
            Self::Subject(text) | Self::IssuerSerial(text, _) | Self::Key(text) => text,
        }
    }

    /// Whether one of these certificates is called so.
    pub fn is_of(&self, certificates: &[Certificate]) -> bool {
        certificates.iter().any(|certificate| match self {
            Self::Subject(text) => is_called(certificate.subject(), text),
            Self::IssuerSerial(issuer, serial) => is_called(certificate.issuer(), issuer) && has_number(certificate, serial),
            Self::Key(text) => is_called(certificate.subject(), text) || has_number(certificate, text),
        })
    }
}

/// In decimal digits, as the schema has it, or in hexadecimal ones.
fn has_number(certificate: &Certificate, text: &str) -> bool {
    let digits: String = text.chars().filter(|digit| !" :-".contains(*digit)).collect();
    let octets = hex(&digits);
    [decimal(&digits), octets].into_iter().flatten().any(|number| same_integer(&number, certificate.serial()))
}

fn hex(digits: &str) -> Option<Vec<u8>> {
    let padded = if digits.len() % 2 == 1 { format!("0{digits}") } else { digits.to_owned() };
    let pairs = padded.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    // No serial number is longer (RFC 5280 §4.1.2.2).
    let octets: Vec<u8> = pairs.collect::<Option<_>>().filter(|octets: &Vec<u8>| (1..=40).contains(&octets.len()))?;
    Some(std::iter::once(0).chain(octets).collect())
}

/// Whether everything that the text says is said by the name.
fn is_called(name: &Name, text: &str) -> bool {
    let known: Vec<String> = name.attributes().map(|attribute| folded(&attribute.text)).collect();
    let said = values(text);
    let is_known = |value: &str| value.starts_with('#') || known.contains(&folded(value));
    // Some escape the sign between two types of one part, too.
    let in_parts = |value: &str| value.split('+').all(|part| is_known(part.split_once('=').map_or(part, |(_, value)| value)));
    !said.is_empty() && said.iter().all(|value| is_known(value) || in_parts(value))
}

/// The same letters, whatever their case, their composition, and the spaces between words.
fn folded(text: &str) -> String {
    let text: String = text.nfkc().flat_map(char::to_lowercase).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands behind the types of a distinguished name; the text itself, where it is none.
fn values(text: &str) -> Vec<String> {
    let text = text.trim();
    let separators: &[char] = if text.starts_with('/') { &['/'] } else { &[',', ';', '+', '\n'] };
    let mut values: Vec<String> = Vec::new();
    for part in parts(text, separators) {
        match (part.split_once('='), values.last_mut()) {
            (Some((_, value)), _) => values.push(plain(value.trim())),
            (None, _) if part.trim().is_empty() => {}
            // A separator within a value that nobody escaped.
            (None, Some(last)) => last.push_str(&format!(", {}", plain(part.trim()))),
            (None, None) => values.push(plain(part.trim())),
        }
    }
    values
}

/// Parted where a separator is neither escaped nor quoted.
fn parts<'t>(text: &'t str, separators: &[char]) -> Vec<&'t str> {
    let (mut quoted, mut escaped) = (false, false);
    let is_end = |character: char| {
        let end = !quoted && !escaped && separators.contains(&character);
        quoted ^= character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        end
    };
    text.split(is_end).collect()
}

/// RFC 4514 §2.4, RFC 1779 §2.3: a value without its escapes and quotes.
fn plain(value: &str) -> String {
    let value =
        value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).map_or_else(|| value.to_owned(), |one| one.replace("\"\"", "\""));
    let mut octets: Vec<u8> = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, after @ ..] = rest {
        let pair = after.first_chunk::<2>().filter(|_| *first == b'\\').and_then(|pair| std::str::from_utf8(pair).ok());
        match (first, pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()), after) {
            (_, Some(octet), [_, _, behind @ ..]) => {
                octets.push(octet);
                rest = behind;
            }
            (b'\\', None, [next, behind @ ..]) => {
                octets.push(*next);
                rest = behind;
            }
            _ => {
                octets.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&octets).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parted_as_they_are_written() {
        for text in [
            "CN=Nguyễn Văn A,O=Sở Tư pháp\\, Quảng Ninh,C=VN",
            "CN=Nguyễn Văn A, O=\"Sở Tư pháp, Quảng Ninh\", C=VN",
            "CN=Nguyễn Văn A; O=Sở Tư pháp, Quảng Ninh; C=VN",
            "/CN=Nguyễn Văn A/O=Sở Tư pháp, Quảng Ninh/C=VN",
            "CN=Nguy\\E1\\BB\\85n Văn A\n O=Sở Tư pháp\\2C Quảng Ninh\n C=VN",
        ] {
            assert_eq!(values(text), ["Nguyễn Văn A", "Sở Tư pháp, Quảng Ninh", "VN"], "{text}");
        }
        assert_eq!(values("key-1"), ["key-1"]);
        assert_eq!(values(" "), Vec::<String>::new());
        assert_eq!(values("CN=a\\"), ["a\\"]);
        assert_eq!(folded("NGUYỄN  Văn\u{a0}a"), folded("Nguye\u{302}\u{303}n văn A"));
    }
}
