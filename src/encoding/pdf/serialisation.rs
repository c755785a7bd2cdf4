//! ISO 32000-2 §7.3 — Objects, written

use super::object::{Dictionary, Object};

/// Writes objects so that every conforming reader reads the same value back.
pub(crate) struct Serialiser<'a> {
    out: Vec<u8>,
    encrypt: Option<&'a StringCipher<'a>>,
}

/// What encrypts the strings of one indirect object (§7.6.2).
pub(crate) type StringCipher<'a> = dyn Fn(&[u8]) -> Vec<u8> + 'a;

enum Step<'o> {
    Value(&'o Object),
    Key(&'o [u8]),
    Token(&'static [u8]),
}

impl<'a> Serialiser<'a> {
    /// A writer behind the octets `out`; the strings of all objects pass through `encrypt`.
    pub(crate) fn new(out: Vec<u8>, encrypt: Option<&'a StringCipher<'a>>) -> Self {
        Self { out, encrypt }
    }

    /// The octets written.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.out
    }

    /// Writes `octets` as they are.
    pub(crate) fn token(&mut self, octets: &[u8]) {
        self.out.extend_from_slice(octets);
    }

    /// Octets written so far, from the beginning of `out`.
    pub(crate) fn position(&self) -> usize {
        self.out.len()
    }

    /// Writes `object`. Nesting costs heap, not stack: what is rewritten may come from a hostile file.
    pub(crate) fn object(&mut self, object: &Object) {
        let mut steps = vec![Step::Value(object)];
        while let Some(step) = steps.pop() {
            match step {
                Step::Token(token) => self.token(token),
                Step::Key(key) => self.key(key),
                Step::Value(Object::Array(elements)) => {
                    self.token(b"[");
                    steps.push(Step::Token(b"]"));
                    push_elements(&mut steps, elements);
                }
                Step::Value(Object::Dictionary(dictionary)) => {
                    self.token(b"<<");
                    steps.push(Step::Token(b">>"));
                    push_entries(&mut steps, dictionary);
                }
                Step::Value(scalar) => self.scalar(scalar),
            }
        }
    }

    /// Writes a key and the space that parts it from its value.
    pub(crate) fn key(&mut self, key: &[u8]) {
        self.name(key);
        self.token(b" ");
    }

    fn scalar(&mut self, object: &Object) {
        match object {
            Object::Boolean(true) => self.token(b"true"),
            Object::Boolean(false) => self.token(b"false"),
            Object::Integer(value) => self.token(value.to_string().as_bytes()),
            Object::Real(value) => self.token(real(*value).as_bytes()),
            Object::String(octets) => self.string(octets),
            Object::Name(name) => self.name(name),
            Object::Reference(reference) => self.token(reference.to_string().as_bytes()),
            // A stream is never a direct object (§7.3.8); a reader that met one there reads nothing.
            Object::Null | Object::Stream(_) | Object::Array(_) | Object::Dictionary(_) => self.token(b"null"),
        }
    }

    fn string(&mut self, octets: &[u8]) {
        match self.encrypt {
            Some(encrypt) => write_string(&mut self.out, &encrypt(octets)),
            None => write_string(&mut self.out, octets),
        }
    }

    /// §7.3.5: regular printable characters as they are, all others as `#xx`.
    fn name(&mut self, name: &[u8]) {
        self.out.push(b'/');
        for &octet in name {
            if octet.is_ascii_graphic() && !b"#()<>[]{}/%".contains(&octet) {
                self.out.push(octet);
            } else {
                self.out.push(b'#');
                push_hexadecimal(&mut self.out, octet);
            }
        }
    }
}

fn push_elements<'o>(steps: &mut Vec<Step<'o>>, elements: &'o [Object]) {
    for (index, element) in elements.iter().enumerate().rev() {
        steps.push(Step::Value(element));
        if index > 0 {
            steps.push(Step::Token(b" "));
        }
    }
}

fn push_entries<'o>(steps: &mut Vec<Step<'o>>, dictionary: &'o Dictionary) {
    for (key, value) in dictionary.entries().collect::<Vec<_>>().into_iter().rev() {
        steps.push(Step::Value(value));
        steps.push(Step::Key(key));
    }
}

/// §7.3.4: a literal string where it is readable text, else hexadecimal. Only what must be escaped is escaped.
fn write_string(out: &mut Vec<u8>, octets: &[u8]) {
    if octets.iter().all(|octet| matches!(octet, b' '..=b'~')) {
        out.push(b'(');
        for &octet in octets {
            if matches!(octet, b'(' | b')' | b'\\') {
                out.push(b'\\');
            }
            out.push(octet);
        }
        out.push(b')');
    } else {
        write_hexadecimal(out, octets);
    }
}

/// §7.3.4.3
pub(crate) fn write_hexadecimal(out: &mut Vec<u8>, octets: &[u8]) {
    out.push(b'<');
    for &octet in octets {
        push_hexadecimal(out, octet);
    }
    out.push(b'>');
}

pub(crate) fn push_hexadecimal(out: &mut Vec<u8>, octet: u8) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for digit in [octet >> 4, octet & 15] {
        out.extend(DIGITS.get(usize::from(digit)));
    }
}

/// §7.3.3: no exponent, always a full stop, so that a real stays a real. What is not finite has no notation; nothing finite reads as it.
fn real(value: f64) -> String {
    let value = if value.is_nan() { 0.0 } else { value.clamp(f64::MIN, f64::MAX) };
    let text = value.to_string();
    if text.contains('.') { text } else { format!("{text}.0") }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::encoding::pdf::Reference;

    fn written(object: &Object) -> String {
        let mut serialiser = Serialiser::new(Vec::new(), None);
        serialiser.object(object);
        String::from_utf8(serialiser.finish()).unwrap()
    }

    /// The right-hand sides are examples of §7.3.2 to §7.3.7, or follow from their text.
    #[test]
    fn scalars_are_written_in_the_notation_of_the_standard() {
        let reference = Reference { number: 12, generation: 3 };
        for (object, text) in [
            (Object::Null, "null"),
            (Object::Boolean(true), "true"),
            (Object::Integer(-98), "-98"),
            (Object::Real(-0.002), "-0.002"),
            (Object::Real(4.0), "4.0"),
            (Object::Real(1e21), "1000000000000000000000.0"),
            (Object::name(b"A;Name_With-Various***Characters?"), "/A;Name_With-Various***Characters?"),
            (Object::name(b"Lime Green"), "/Lime#20Green"),
            (Object::name(b"paired()parentheses"), "/paired#28#29parentheses"),
            (Object::name(b"The_Key_of_F#_Minor"), "/The_Key_of_F#23_Minor"),
            (Object::String(b"(a\\b)"[..].into()), "(\\(a\\\\b\\))"),
            (Object::String(b"a\nb"[..].into()), "<610a62>"),
            (Object::String(b""[..].into()), "()"),
            (Object::Reference(reference), "12 3 R"),
        ] {
            assert_eq!(written(&object), text);
        }
    }

    #[test]
    fn containers_keep_their_order() {
        let inner = Object::dictionary(vec![(b"B", Object::Integer(1)), (b"A", Object::name(b"x"))]);
        assert_eq!(written(&Object::Array(vec![inner, Object::Null, Object::Array(Vec::new().into())].into())), "[<</B 1/A /x>> null []]");
    }

    #[test]
    fn nesting_costs_no_stack() {
        let mut object = Object::Null;
        for _ in 0..100_000 {
            object = Object::Array(vec![object].into());
        }
        let mut serialiser = Serialiser::new(Vec::new(), None);
        serialiser.object(&object);
        assert_eq!(serialiser.finish().len(), 200_004);
        // The drop of such an object is recursive; readers bound the nesting.
        std::mem::forget(object);
    }

    #[test]
    fn strings_pass_through_the_cipher_and_names_do_not() {
        let cipher = |octets: &[u8]| octets.iter().map(|octet| octet ^ 0x80).collect::<Vec<u8>>();
        let mut serialiser = Serialiser::new(Vec::new(), Some(&cipher));
        serialiser.object(&Object::Array(vec![Object::String(Arc::from(&b"a"[..])), Object::name(b"a")].into()));
        assert_eq!(serialiser.finish(), b"[<e1> /a]");
    }
}
