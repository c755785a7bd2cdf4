//! RFC 8259, RFC 7493 — a JSON text of which there is one reading: no name twice, no lone surrogate, nothing beside the value
//!
//! Nodes keep the place of their octets, so that what was signed can be found again. Nothing here calls itself: depth costs no stack.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::error::Malformed;
use crate::limits::Limits;

/// Values are dropped and compared by code that calls itself: no text is nested deeper than this, whatever the limits say.
const DEEPEST: usize = 1_000;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node<'a> {
    /// Offset of its first octet.
    pub start: usize,
    /// Offset behind its last octet.
    pub end: usize,
    /// What it is.
    pub value: Value<'a>,
}

/// RFC 8259 §3.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean(bool),
    /// A number as written.
    Number(&'a str),
    /// A string without its escapes.
    String(Cow<'a, str>),
    /// Values in their order.
    Array(Vec<Node<'a>>),
    /// Members in the order in which they are written, no name twice.
    Object(Vec<Member<'a>>),
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member<'a> {
    /// Its name without escapes.
    pub name: Cow<'a, str>,
    /// Offset of the name.
    pub at: usize,
    /// Its value.
    pub value: Node<'a>,
}

impl<'a> Node<'a> {
    /// The member called `name`, where this is an object that has one.
    pub fn get(&self, name: &str) -> Option<&Node<'a>> {
        self.members().iter().find(|member| member.name == name).map(|member| &member.value)
    }

    /// The members; none where this is no object.
    pub fn members(&self) -> &[Member<'a>] {
        if let Value::Object(members) = &self.value { members } else { &[] }
    }

    /// The elements, where this is an array.
    pub fn elements(&self) -> Option<&[Node<'a>]> {
        if let Value::Array(elements) = &self.value { Some(elements) } else { None }
    }

    /// The text, where this is a string.
    pub fn text(&self) -> Option<&str> {
        if let Value::String(text) = &self.value { Some(text) } else { None }
    }

    /// The number, where this is one that is written as an integer and fits.
    pub fn integer(&self) -> Option<i64> {
        if let Value::Number(text) = &self.value { text.parse().ok() } else { None }
    }

    /// Whether this is an object.
    pub fn is_object(&self) -> bool {
        matches!(self.value, Value::Object(_))
    }
}

/// Reads one JSON text. `limits` bounds its nesting and the number of its values.
///
/// # Errors
/// [`Malformed`] with the offset of what is not JSON in UTF-8, of the second of two equal names, of a lone surrogate, or of the value that is
/// one too many or too deep.
pub fn read<'a>(octets: &'a [u8], limits: &Limits) -> Result<Node<'a>, Malformed> {
    let text = std::str::from_utf8(octets).map_err(|error| malformed("not UTF-8", error.valid_up_to()))?;
    if text.starts_with('\u{feff}') {
        return Err(malformed("byte order mark", 0));
    }
    let nesting = usize::try_from(limits.nesting).unwrap_or(usize::MAX).min(DEEPEST);
    let mut reader = Reader { text, octets, at: 0, nesting, values: limits.objects, open: Vec::new() };
    let node = reader.text_of_json()?;
    reader.white_space();
    match reader.octets.get(reader.at) {
        None => Ok(node),
        Some(_) => Err(malformed("something behind the value", reader.at)),
    }
}

/// How many octets of a string stand for themselves; `None` where it does not end.
fn plain(rest: &[u8]) -> Option<usize> {
    let ends = memchr::memchr2(b'"', b'\\', rest);
    let before = rest.get(..ends.unwrap_or(rest.len())).unwrap_or(rest);
    // Asked of all at once: few strings have one.
    let has_control = before.iter().fold(false, |found, octet| found | (*octet < 0x20));
    if has_control { before.iter().position(|octet| *octet < 0x20) } else { ends }
}

fn malformed(what: impl Into<Cow<'static, str>>, at: usize) -> Malformed {
    Malformed::new("JSON", what, at)
}

struct Reader<'a> {
    text: &'a str,
    octets: &'a [u8],
    at: usize,
    nesting: usize,
    values: u64,
    open: Vec<Open<'a>>,
}

/// An array or object whose end was not seen yet.
struct Open<'a> {
    start: usize,
    contents: Contents<'a>,
}

enum Contents<'a> {
    Array(Vec<Node<'a>>),
    /// The members, and the name whose value comes next.
    Object(Vec<Member<'a>>, (Cow<'a, str>, usize)),
}

impl<'a> Reader<'a> {
    fn text_of_json(&mut self) -> Result<Node<'a>, Malformed> {
        loop {
            let Some(mut node) = self.value()? else { continue };
            loop {
                let Some(open) = self.open.pop() else { return Ok(node) };
                match self.joined(open, node)? {
                    Some(closed) => node = closed,
                    None => break,
                }
            }
        }
    }

    /// A whole value; `None` where one was opened, whose first element comes next.
    fn value(&mut self) -> Result<Option<Node<'a>>, Malformed> {
        self.white_space();
        self.values = self.values.checked_sub(1).ok_or_else(|| malformed("more values than the limit", self.at))?;
        let start = self.at;
        let value = match self.octets.get(self.at) {
            Some(b'[') => {
                self.deeper()?;
                if !self.taken(b']') {
                    self.open.push(Open { start, contents: Contents::Array(Vec::new()) });
                    return Ok(None);
                }
                Value::Array(Vec::new())
            }
            Some(b'{') => {
                self.deeper()?;
                if !self.taken(b'}') {
                    let name = self.name()?;
                    self.open.push(Open { start, contents: Contents::Object(Vec::new(), name) });
                    return Ok(None);
                }
                Value::Object(Vec::new())
            }
            Some(b'"') => Value::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?),
            Some(b't') => self.word("true", Value::Boolean(true))?,
            Some(b'f') => self.word("false", Value::Boolean(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            Some(_) => return Err(malformed("no value", self.at)),
            None => return Err(malformed("the text ends", self.at)),
        };
        Ok(Some(Node { start, end: self.at, value }))
    }

    /// `node` in the innermost open value; that value itself, where it ends here.
    fn joined(&mut self, open: Open<'a>, node: Node<'a>) -> Result<Option<Node<'a>>, Malformed> {
        let start = open.start;
        let value = match open.contents {
            Contents::Array(mut elements) => {
                elements.push(node);
                if self.more(b']')? {
                    self.open.push(Open { start, contents: Contents::Array(elements) });
                    return Ok(None);
                }
                Value::Array(elements)
            }
            Contents::Object(mut members, (name, at)) => {
                members.push(Member { name, at, value: node });
                if self.more(b'}')? {
                    let name = self.name()?;
                    self.open.push(Open { start, contents: Contents::Object(members, name) });
                    return Ok(None);
                }
                no_name_twice(&members)?;
                Value::Object(members)
            }
        };
        Ok(Some(Node { start, end: self.at, value }))
    }

    /// Steps into an array or object.
    fn deeper(&mut self) -> Result<(), Malformed> {
        if self.open.len() >= self.nesting {
            return Err(malformed(format!("nested deeper than {}", self.nesting), self.at));
        }
        self.at = self.at.saturating_add(1);
        Ok(())
    }

    /// Whether a comma follows, else `end` must.
    fn more(&mut self, end: u8) -> Result<bool, Malformed> {
        if self.taken(b',') {
            return Ok(true);
        }
        if self.taken(end) {
            return Ok(false);
        }
        let what = if self.at < self.octets.len() { "neither a comma nor the end of the value" } else { "the text ends" };
        Err(malformed(what, self.at))
    }

    /// Steps over white space and `octet`, if it is that.
    fn taken(&mut self, octet: u8) -> bool {
        self.white_space();
        let taken = self.octets.get(self.at) == Some(&octet);
        if taken {
            self.at = self.at.saturating_add(1);
        }
        taken
    }

    fn white_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.octets.get(self.at) {
            self.at = self.at.saturating_add(1);
        }
    }

    /// The name of a member, with its colon.
    fn name(&mut self) -> Result<(Cow<'a, str>, usize), Malformed> {
        self.white_space();
        let at = self.at;
        if self.octets.get(at) != Some(&b'"') {
            return Err(malformed("no name of a member", at));
        }
        let name = self.string()?;
        if !self.taken(b':') {
            return Err(malformed("no colon after the name of a member", self.at));
        }
        Ok((name, at))
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, Malformed> {
        let rest = self.octets.get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(malformed("no value", self.at));
        }
        self.at = self.at.saturating_add(word.len());
        Ok(value)
    }

    /// RFC 8259 §6.
    fn number(&mut self) -> Result<&'a str, Malformed> {
        let start = self.at;
        self.one_of(b"-");
        let integer = self.at;
        let digits = self.digits()?;
        if digits > 1 && self.octets.get(integer) == Some(&b'0') {
            return Err(malformed("a number begins with zero", integer));
        }
        if self.one_of(b".") {
            self.digits()?;
        }
        if self.one_of(b"eE") {
            self.one_of(b"+-");
            self.digits()?;
        }
        self.text.get(start..self.at).ok_or_else(|| malformed("no number", start))
    }

    fn one_of(&mut self, octets: &[u8]) -> bool {
        let found = self.octets.get(self.at).is_some_and(|octet| octets.contains(octet));
        if found {
            self.at = self.at.saturating_add(1);
        }
        found
    }

    fn digits(&mut self) -> Result<usize, Malformed> {
        let rest = self.octets.get(self.at..).unwrap_or_default();
        let count = rest.iter().take_while(|octet| octet.is_ascii_digit()).count();
        if count == 0 {
            return Err(malformed("no digit where a number needs one", self.at));
        }
        self.at = self.at.saturating_add(count);
        Ok(count)
    }

    /// RFC 8259 §7; borrowed where nothing is escaped.
    fn string(&mut self) -> Result<Cow<'a, str>, Malformed> {
        let opened = self.at;
        self.at = self.at.saturating_add(1);
        let mut owned: Option<String> = None;
        loop {
            let start = self.at;
            let rest = self.octets.get(start..).unwrap_or_default();
            let plain = plain(rest).ok_or_else(|| malformed("a string without end", opened))?;
            self.at = start.saturating_add(plain);
            let plain = self.text.get(start..self.at).unwrap_or_default();
            match self.octets.get(self.at) {
                Some(b'"') => {
                    self.at = self.at.saturating_add(1);
                    return Ok(match owned {
                        None => Cow::Borrowed(plain),
                        Some(text) => Cow::Owned(text + plain),
                    });
                }
                Some(b'\\') => {
                    let text = owned.get_or_insert_default();
                    text.push_str(plain);
                    let character = self.escaped()?;
                    text.push(character);
                }
                _ => return Err(malformed("a control character in a string", self.at)),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, Malformed> {
        let start = self.at;
        let octet = self.octets.get(start.saturating_add(1));
        self.at = start.saturating_add(2);
        Ok(match octet {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let first = self.four_digits()?;
                let units = if (0xd800..0xdc00).contains(&first) && self.octets.get(self.at..).unwrap_or_default().starts_with(b"\\u") {
                    self.at = self.at.saturating_add(2);
                    vec![first, self.four_digits()?]
                } else {
                    vec![first]
                };
                let mut decoded = char::decode_utf16(units);
                match (decoded.next(), decoded.next()) {
                    (Some(Ok(character)), None) => character,
                    _ => return Err(malformed("a lone surrogate", start)),
                }
            }
            _ => return Err(malformed("an unknown escape", start)),
        })
    }

    fn four_digits(&mut self) -> Result<u16, Malformed> {
        let end = self.at.saturating_add(4);
        let digits = self.text.get(self.at..end).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let unit = unit.ok_or_else(|| malformed("no four hexadecimal digits", self.at))?;
        self.at = end;
        Ok(unit)
    }
}

/// RFC 7493 §2.3. Of several, the one that stands first is told.
fn no_name_twice(members: &[Member<'_>]) -> Result<(), Malformed> {
    let second = if members.len() <= 8 {
        let before = |index: usize| members.iter().take(index);
        members.iter().enumerate().find(|(index, member)| before(*index).any(|other| other.name == member.name)).map(|(_, member)| member)
    } else {
        let mut seen = BTreeMap::new();
        members.iter().find(|member| seen.insert(member.name.as_ref(), ()).is_some())
    };
    match second {
        None => Ok(()),
        Some(member) => Err(malformed(format!("duplicate object key `{}`", member.name.escape_debug()), member.at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        read(text.as_bytes(), &Limits::default()).unwrap_err().to_string()
    }

    #[test]
    fn values_keep_their_places() {
        let text = " {\"a\": [1, -2.5e+3, \"x\\u0041\\ud83d\\ude00\"], \"b\": {}, \"c\": [] } ";
        let node = read(text.as_bytes(), &Limits::default()).unwrap();
        let array = node.get("a").unwrap();
        assert_eq!(&text[array.start..array.end], "[1, -2.5e+3, \"x\\u0041\\ud83d\\ude00\"]");
        let elements = array.elements().unwrap();
        assert_eq!(elements[0].integer(), Some(1));
        assert_eq!(elements[1].value, Value::Number("-2.5e+3"));
        assert_eq!(elements[2].text(), Some("xA😀"));
        assert!(node.get("b").unwrap().is_object() && node.get("c").unwrap().elements().unwrap().is_empty());
        assert_eq!((node.start, node.end), (1, text.len() - 1));
    }

    #[test]
    fn a_name_given_twice_is_malformed_at_the_second_place() {
        assert_eq!(fault("{\"alg\":1,\"a\":2,\"alg\":3}"), "JSON: duplicate object key `alg` at byte 15");
        assert_eq!(fault("[{\"x\":{\"a\":2,\"\\u0061\":3}}]"), "JSON: duplicate object key `a` at byte 13");
        let many: Vec<String> = (0..20).map(|index| format!("\"m{index}\":0")).chain(["\"m7\":1".into()]).collect();
        assert!(fault(&format!("{{{}}}", many.join(","))).starts_with("JSON: duplicate object key `m7`"));
    }

    #[test]
    fn what_is_not_json_is_malformed_at_its_place() {
        for (text, what) in [
            ("", "the text ends at byte 0"),
            ("{} x", "something behind the value at byte 3"),
            ("[1,]", "no value at byte 3"),
            ("[1 2]", "neither a comma nor the end of the value at byte 3"),
            ("{\"a\" 1}", "no colon after the name of a member at byte 5"),
            ("{a:1}", "no name of a member at byte 1"),
            ("{\"a\":1,}", "no name of a member at byte 7"),
            ("[01]", "a number begins with zero at byte 1"),
            ("[-]", "no digit where a number needs one at byte 2"),
            ("[1.]", "no digit where a number needs one at byte 3"),
            ("[+1]", "no value at byte 1"),
            ("[NaN]", "no value at byte 1"),
            ("[truer]", "neither a comma nor the end of the value at byte 5"),
            ("[\"\\ud800\"]", "a lone surrogate at byte 2"),
            ("[\"\\ud800\\u0041\"]", "a lone surrogate at byte 2"),
            ("[\"\\udc00\"]", "a lone surrogate at byte 2"),
            ("[\"\\u00g0\"]", "no four hexadecimal digits at byte 4"),
            ("[\"\\x\"]", "an unknown escape at byte 2"),
            ("[\"\n\"]", "a control character in a string at byte 2"),
            ("[\"a", "a string without end at byte 1"),
            ("\u{feff}{}", "byte order mark at byte 0"),
            ("[1", "the text ends at byte 2"),
        ] {
            assert_eq!(fault(text), format!("JSON: {what}"), "{text}");
        }
        assert_eq!(read(b"[\"\xff\"]", &Limits::default()).unwrap_err().at, 2);
    }

    #[test]
    fn depth_and_number_of_values_are_bounded() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(deep(256).as_bytes(), &Limits::default()).is_ok());
        assert_eq!(fault(&deep(257)), "JSON: nested deeper than 256 at byte 256");
        assert_eq!(fault(&"[".repeat(1_000_000)), "JSON: nested deeper than 256 at byte 256");
        assert_eq!(fault(&"{\"a\":".repeat(1_000_000)), "JSON: nested deeper than 256 at byte 1280");
        let unlimited = Limits { nesting: u32::MAX, ..Limits::default() };
        assert!(read("[".repeat(1_000_000).as_bytes(), &unlimited).is_err());
        let few = Limits { objects: 3, ..Limits::default() };
        assert!(read(b"[1,2]", &few).is_ok());
        assert_eq!(read(b"[1,2,3]", &few).unwrap_err().to_string(), "JSON: more values than the limit at byte 5");
    }
}
