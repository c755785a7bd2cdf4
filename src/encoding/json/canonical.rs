//! RFC 8785 — JSON Canonicalization Scheme (JCS)

use super::strict::{Member, Node, Value};
use crate::error::Malformed;

/// What is still to be written.
enum Task<'n, 'a> {
    Node(&'n Node<'a>),
    Name(&'n str),
    Mark(char),
}

/// The canonical octets of `node`: no white space, names in the order of their UTF-16 code units, numbers as ECMAScript writes them.
///
/// # Errors
/// [`Malformed`] at a number beyond the range of IEEE 754 double precision (§3.2.2.3).
pub fn canonical(node: &Node<'_>) -> Result<Vec<u8>, Malformed> {
    let mut text = String::with_capacity(node.end.saturating_sub(node.start));
    let mut waiting = vec![Task::Node(node)];
    while let Some(task) = waiting.pop() {
        match task {
            Task::Mark(mark) => text.push(mark),
            Task::Name(name) => {
                string(name, &mut text);
                text.push(':');
            }
            Task::Node(node) => match &node.value {
                Value::Null => text.push_str("null"),
                Value::Boolean(true) => text.push_str("true"),
                Value::Boolean(false) => text.push_str("false"),
                Value::Number(written) => number(written, node.start, &mut text)?,
                Value::String(value) => string(value, &mut text),
                Value::Array(elements) => array(elements, &mut waiting, &mut text),
                Value::Object(members) => object(members, &mut waiting, &mut text),
            },
        }
    }
    Ok(text.into_bytes())
}

/// The first integer, written without fraction and exponent, of which a double does not hold every digit: a number that means one thing to
/// who signs and another to who reads the canonical form.
pub fn inexact_integer(node: &Node<'_>) -> Option<usize> {
    let mut waiting = vec![node];
    let mut first: Option<usize> = None;
    while let Some(node) = waiting.pop() {
        match &node.value {
            Value::Number(written) if is_inexact(written) => first = Some(first.map_or(node.start, |known| known.min(node.start))),
            Value::Array(elements) => waiting.extend(elements),
            Value::Object(members) => waiting.extend(members.iter().map(|member| &member.value)),
            _ => {}
        }
    }
    first
}

fn is_inexact(written: &str) -> bool {
    let integer = !written.contains(['.', 'e', 'E']);
    let mut canonical = String::new();
    integer && written != "-0" && (number(written, 0, &mut canonical).is_err() || canonical != *written)
}

fn array<'n, 'a>(elements: &'n [Node<'a>], waiting: &mut Vec<Task<'n, 'a>>, text: &mut String) {
    text.push('[');
    waiting.push(Task::Mark(']'));
    for (index, element) in elements.iter().enumerate().rev() {
        waiting.push(Task::Node(element));
        if index > 0 {
            waiting.push(Task::Mark(','));
        }
    }
}

/// §3.2.3: sorted by UTF-16 code units, which is not the order of UTF-8 beyond U+FFFF.
fn object<'n, 'a>(members: &'n [Member<'a>], waiting: &mut Vec<Task<'n, 'a>>, text: &mut String) {
    text.push('{');
    waiting.push(Task::Mark('}'));
    let mut sorted: Vec<&Member<'_>> = members.iter().collect();
    sorted.sort_by(|one, other| one.name.encode_utf16().cmp(other.name.encode_utf16()));
    for (index, member) in sorted.into_iter().enumerate().rev() {
        waiting.push(Task::Node(&member.value));
        waiting.push(Task::Name(&member.name));
        if index > 0 {
            waiting.push(Task::Mark(','));
        }
    }
}

/// §3.2.2.3: as ECMAScript does (ECMA-262, Number::toString).
fn number(written: &str, at: usize, text: &mut String) -> Result<(), Malformed> {
    let value: f64 = written.parse().map_err(|_| Malformed::new("JSON", "no number", at))?;
    if !value.is_finite() {
        return Err(Malformed::new("JSON", "a number beyond double precision", at));
    }
    text.push_str(ryu_js::Buffer::new().format_finite(value));
    Ok(())
}

/// §3.2.2.2
fn string(value: &str, text: &mut String) {
    text.push('"');
    let mut rest = value;
    while let Some(at) = rest.find(|character: char| character < ' ' || matches!(character, '"' | '\\')) {
        let (plain, special) = rest.split_at(at);
        text.push_str(plain);
        let mut characters = special.chars();
        match characters.next() {
            Some('"') => text.push_str("\\\""),
            Some('\\') => text.push_str("\\\\"),
            Some('\u{8}') => text.push_str("\\b"),
            Some('\t') => text.push_str("\\t"),
            Some('\n') => text.push_str("\\n"),
            Some('\u{c}') => text.push_str("\\f"),
            Some('\r') => text.push_str("\\r"),
            Some(control) => text.push_str(&format!("\\u{:04x}", u32::from(control))),
            None => {}
        }
        rest = characters.as_str();
    }
    text.push_str(rest);
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::json::read;
    use crate::limits::Limits;

    fn canonical_text(text: &str) -> Result<String, String> {
        let node = read(text.as_bytes(), &Limits::default()).unwrap();
        canonical(&node).map(|octets| String::from_utf8(octets).unwrap()).map_err(|malformed| malformed.to_string())
    }

    /// §3.2.3
    #[test]
    fn names_are_sorted_by_utf_16_code_units() {
        let text = r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#;
        let values: Vec<String> = canonical_text(text).unwrap().split("\":\"").skip(1).map(|rest| rest[..4].into()).collect();
        assert_eq!(values, ["Carr", "One\"", "Cont", "Lati", "Euro", "Emoj", "Hebr"]);
    }

    /// Appendix B
    #[test]
    fn numbers_are_written_as_ecmascript_does() {
        for (written, canonical) in [
            ("-0", "0"),
            ("-0.0", "0"),
            ("1E30", "1e+30"),
            ("4.50", "4.5"),
            ("2e-3", "0.002"),
            ("0.000000000000000000000000001", "1e-27"),
            ("333333333.33333329", "333333333.3333333"),
            ("5e-324", "5e-324"),
            ("9007199254740993", "9007199254740992"),
            ("1e21", "1e+21"),
            ("123456789012345680000", "123456789012345680000"),
        ] {
            assert_eq!(canonical_text(written).as_deref(), Ok(canonical));
        }
        assert_eq!(canonical_text("[0, 1e400]"), Err("JSON: a number beyond double precision at byte 4".into()));
    }

    #[test]
    fn an_integer_that_would_lose_digits_is_found() {
        let at = |text: &str| inexact_integer(&read(text.as_bytes(), &Limits::default()).unwrap());
        assert_eq!(at("[9007199254740992, -0, 1.5, 0.1, 1E30, 123456789012345680000]"), None);
        assert_eq!(at("{\"a\": [9007199254740993], \"b\": 12345678901234567}"), Some(7));
    }

    #[test]
    fn strings_have_the_shortest_escapes() {
        assert_eq!(
            canonical_text(r#""\u000a\u0008\u000c\u001f\u007f\"\\\/\u20ac""#).as_deref(),
            Ok("\"\\n\\b\\f\\u001f\u{7f}\\\"\\\\/€\"")
        );
    }
}
