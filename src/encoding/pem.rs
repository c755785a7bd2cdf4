//! RFC 7468 — Textual Encodings of PKIX, PKCS, and CMS Structures

use zeroize::Zeroizing;

use super::base64;
use crate::error::Malformed;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";
/// Characters of a line (§2).
const LINE: usize = 64;

/// What stands between two boundaries.
#[derive(Clone)]
pub struct PemObject {
    /// The label of the boundaries: `CERTIFICATE`.
    pub label: String,
    /// Headers of RFC 1421 §4.6, which old encrypted keys have: name and value.
    pub headers: Vec<(String, String)>,
    /// The decoded octets.
    pub octets: Zeroizing<Vec<u8>>,
    /// Where the first boundary begins.
    pub at: usize,
}

/// All objects of `input`, in order. Text outside of boundaries explains and is passed over (§5.2), none of it need be readable.
///
/// Read are lines of any length with any of the three line ends, and white space at the end of lines (§2 asks readers for that much), and the headers of
/// old keys. Everything else is an error: a boundary that is not whole, not matched or inside an object, a foreign character, wrong padding.
///
/// # Errors
/// [`Malformed`] with the offset of the line or character.
pub fn read(input: &[u8]) -> Result<Vec<PemObject>, Malformed> {
    let mut objects = Vec::new();
    let mut open: Option<Open> = None;
    for (at, line) in lines(input) {
        match (open.take(), boundary(line, at)?) {
            (None, None) => {}
            (None, Some(Boundary::Begin(label))) => open = Some(Open::new(label, at)),
            (None, Some(Boundary::End(_))) => return Err(malformed("end without a beginning", at)),
            (Some(mut object), None) => {
                object.line(line, at)?;
                open = Some(object);
            }
            (Some(object), Some(Boundary::End(label))) if label == object.label => objects.push(object.finish()?),
            (Some(_), Some(Boundary::End(_))) => return Err(malformed("end of another label than the beginning", at)),
            (Some(_), Some(Boundary::Begin(_))) => return Err(malformed("beginning inside an object", at)),
        }
    }
    match open {
        Some(object) => Err(malformed("beginning without an end", object.at)),
        None => Ok(objects),
    }
}

/// Whether a boundary is in `input`: what tells this form from binary ones.
pub fn is_pem(input: &[u8]) -> bool {
    lines(input).any(|(_, line)| line.starts_with(BEGIN))
}

/// One object as text (§3, strict): lines of 64 characters, each ended by a line feed.
pub fn write(label: &str, octets: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut column = 0;
    for character in base64::encode_secret(octets).chars() {
        if column == LINE {
            text.push('\n');
            column = 0;
        }
        text.push(character);
        column += 1;
    }
    if column > 0 {
        text.push('\n');
    }
    text + "-----END " + label + "-----\n"
}

/// The lines of `input` without their ends and the white space before them, each with its offset. A byte order mark belongs to no line.
fn lines(input: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut rest = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
    std::iter::from_fn(move || {
        let at = input.len().saturating_sub(rest.len());
        let end = rest.iter().position(|octet| b"\r\n".contains(octet)).unwrap_or(rest.len());
        let (line, after) = rest.split_at_checked(end).filter(|_| !rest.is_empty())?;
        rest = after.strip_prefix(b"\r\n").or_else(|| after.split_first().map(|(_, after)| after)).unwrap_or_default();
        Some((at, line.trim_ascii_end()))
    })
}

enum Boundary<'a> {
    Begin(&'a str),
    End(&'a str),
}

fn boundary(line: &[u8], at: usize) -> Result<Option<Boundary<'_>>, Malformed> {
    let (rest, is_begin) = match (line.strip_prefix(BEGIN), line.strip_prefix(END)) {
        (Some(rest), _) => (rest, true),
        (_, Some(rest)) => (rest, false),
        (None, None) => return Ok(None),
    };
    let label = rest.strip_suffix(DASHES).and_then(|label| std::str::from_utf8(label).ok());
    let label = label.filter(|label| label.chars().all(|c| c == ' ' || c.is_ascii_graphic()) && !label.contains("--"));
    let label = label.ok_or_else(|| malformed("boundary that is not whole", at))?;
    Ok(Some(if is_begin { Boundary::Begin(label) } else { Boundary::End(label) }))
}

/// An object whose end is still to come.
struct Open {
    label: String,
    headers: Vec<(String, String)>,
    /// Headers have begun, and the empty line after them has not come.
    in_headers: bool,
    text: Zeroizing<Vec<u8>>,
    at: usize,
}

impl Open {
    fn new(label: &str, at: usize) -> Self {
        Self { label: label.to_owned(), headers: Vec::new(), in_headers: false, text: Zeroizing::new(Vec::new()), at }
    }

    fn line(&mut self, line: &[u8], at: usize) -> Result<(), Malformed> {
        let header = std::str::from_utf8(line).ok().and_then(|line| line.split_once(':'));
        match header {
            _ if line.is_empty() => self.in_headers = false,
            Some((name, value)) if self.text.is_empty() && (self.in_headers || self.headers.is_empty()) => {
                self.headers.push((name.trim().to_owned(), value.trim().to_owned()));
                self.in_headers = true;
            }
            _ if self.in_headers => return Err(malformed("no empty line after the headers", at)),
            _ => {
                if let Some(stranger) = line.iter().position(|octet| !octet.is_ascii_alphanumeric() && !b"+/=".contains(octet)) {
                    return Err(malformed("character outside of Base 64", at.saturating_add(stranger)));
                }
                self.text.extend_from_slice(line);
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<PemObject, Malformed> {
        let octets = base64::decode_secret(&self.text).map_err(|fault| malformed(fault.what, self.at))?;
        Ok(PemObject { label: self.label, headers: self.headers, octets, at: self.at })
    }
}

fn malformed(what: impl Into<std::borrow::Cow<'static, str>>, at: usize) -> Malformed {
    Malformed::new("PEM", what, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Vec<(String, Vec<u8>)> {
        read(text.as_bytes()).unwrap().into_iter().map(|object| (object.label, object.octets.to_vec())).collect()
    }

    fn fault(text: &str) -> (String, u64) {
        let malformed = read(text.as_bytes()).err().unwrap();
        (malformed.what.into_owned(), malformed.at)
    }

    #[test]
    fn several_objects_with_text_between_are_read_in_order() {
        let text = "before\n-----BEGIN A-----\nZm9v\n-----END A-----\nbetween\n-----BEGIN B C-----\nZm9v\nYmFy\n-----END B C-----\nafter";
        let expected = vec![("A".to_owned(), b"foo".to_vec()), ("B C".to_owned(), b"foobar".to_vec())];
        assert_eq!(labels(text), expected);
        assert_eq!(labels(&text.replace('\n', "\r\n")), expected);
        assert_eq!(labels(&text.replace('\n', "\r")), expected);
        assert_eq!(labels(&text.replace('\n', " \t\n")), expected);
        assert_eq!(labels(&format!("\u{feff}{text}")), expected);
        assert_eq!(read(text.as_bytes()).unwrap()[1].at, 54);
    }

    #[test]
    fn text_outside_need_not_be_readable_and_text_inside_must() {
        assert_eq!(read(b"\xff\xfe\n-----BEGIN A-----\nZm9v\n-----END A-----\n").unwrap().len(), 1);
        assert!(read(b"-----BEGIN A-----\nZm9v\xff\n-----END A-----\n").is_err());
    }

    #[test]
    fn headers_end_at_an_empty_line() {
        let text = "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES,00\n\nZm9v\n-----END A-----\n";
        let objects = read(text.as_bytes()).unwrap();
        assert_eq!(objects[0].headers[1], ("DEK-Info".to_owned(), "DES,00".to_owned()));
        assert_eq!(fault(&text.replace("\n\n", "\n")), ("no empty line after the headers".to_owned(), 58));
    }

    #[test]
    fn each_fault_is_told_at_its_place() {
        let whole = "-----BEGIN A-----\nZm9v\n-----END A-----\n";
        for (from, to, what, at) in [
            ("END A", "END B", "end of another label than the beginning", 23),
            ("-----END A-----", "", "beginning without an end", 0),
            ("-----BEGIN A-----\n", "", "end without a beginning", 5),
            ("Zm9v", "-----BEGIN A-----", "beginning inside an object", 18),
            ("BEGIN A-----", "BEGIN A----", "boundary that is not whole", 0),
            ("Zm9v", "Zm!v", "character outside of Base 64", 20),
            ("Zm9v", "Zm 9v", "character outside of Base 64", 20),
            ("Zm9v", "Zm9", "wrong length, padding or leftover bits", 0),
        ] {
            assert_eq!(fault(&whole.replace(from, to)), (what.to_owned(), at), "{from} → {to}");
        }
    }

    #[test]
    fn what_is_written_is_read_and_its_lines_are_64_characters() {
        for length in [0, 1, 47, 48, 49, 200] {
            let octets = vec![7; length];
            let text = write("CERTIFICATE", &octets);
            assert_eq!(labels(&text), vec![("CERTIFICATE".to_owned(), octets)]);
            assert!(text.lines().all(|line| line.len() <= LINE) && text.ends_with("-----\n") && !text.contains("\n\n"));
        }
    }
}
