//! ISO 32000-2 §7.3 — Objects: tokens into objects, with an explicit stack

use std::sync::Arc;

use super::finding::Problem;
use super::lexer::{Lexer, Token};
use super::object::{Dictionary, Object, Reference};

/// What reading may use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Containers within containers.
    pub(super) nesting: usize,
    /// Values in one indirect object.
    pub(super) values: usize,
}

/// How a string of the file becomes the string of the object: deciphered, or as it stands.
pub(super) type Decipher<'d> = &'d dyn Fn(&[u8]) -> Result<Vec<u8>, Problem>;

/// What can be read in two ways and was read in one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Notes {
    /// A key that stands twice in one dictionary, and where the dictionary ends.
    pub(super) duplicate_key: Option<(Arc<[u8]>, usize)>,
    /// See [`Lexer::stray_number_sign`].
    pub(super) stray_number_sign: Option<usize>,
}

enum Frame {
    Array(Vec<Object>),
    Dictionary { entries: Vec<(Arc<[u8]>, Object)>, key: Option<Arc<[u8]>> },
}

/// Reads the value at `lexer`, which is left behind it.
pub(super) fn value(lexer: &mut Lexer<'_>, bounds: Bounds, decipher: Option<Decipher<'_>>, notes: &mut Notes) -> Result<Object, Problem> {
    let mut parser = Parser { lexer, bounds, decipher, notes, stack: Vec::new(), values: 0 };
    let object = parser.run();
    parser.notes.stray_number_sign = parser.notes.stray_number_sign.or(parser.lexer.stray_number_sign);
    object
}

struct Parser<'p, 'a> {
    lexer: &'p mut Lexer<'a>,
    bounds: Bounds,
    decipher: Option<Decipher<'p>>,
    notes: &'p mut Notes,
    stack: Vec<Frame>,
    values: usize,
}

impl<'a> Parser<'_, 'a> {
    fn run(&mut self) -> Result<Object, Problem> {
        loop {
            if let Some(complete) = self.step()?
                && let Some(object) = self.place(complete)?
            {
                return Ok(object);
            }
        }
    }

    /// Takes one token: a complete value, or none when it opened a container or was a key.
    fn step(&mut self) -> Result<Option<Object>, Problem> {
        self.lexer.skip_filler();
        let at = self.lexer.at();
        if self.expects_key() {
            return self.key_or_end(at);
        }
        match self.lexer.token()? {
            Token::ArrayStart => self.open(Frame::Array(Vec::new()), at),
            Token::DictionaryStart => self.open(Frame::Dictionary { entries: Vec::new(), key: None }, at),
            Token::ArrayEnd => self.close_array(at).map(Some),
            Token::Integer(number) => Ok(Some(self.reference(number, at).unwrap_or(Object::Integer(number)))),
            Token::Real(number) => Ok(Some(Object::Real(number))),
            Token::Name(name) => Ok(Some(Object::Name(name))),
            Token::String(string) => self.string(string).map(Some),
            Token::Keyword(word) => keyword(word, at).map(Some),
            Token::DictionaryEnd => Err(Problem::new("syntax", "`>>` where a value is expected", at)),
            Token::End => Err(Problem::new("syntax", "the end where a value is expected", at)),
        }
    }

    fn expects_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame::Dictionary { key: None, .. }))
    }

    fn key_or_end(&mut self, at: usize) -> Result<Option<Object>, Problem> {
        match (self.lexer.token()?, self.stack.last_mut()) {
            (Token::Name(name), Some(Frame::Dictionary { key, .. })) => {
                *key = Some(name);
                Ok(None)
            }
            (Token::DictionaryEnd, Some(Frame::Dictionary { entries, .. })) => {
                let entries = std::mem::take(entries);
                self.stack.pop();
                self.close_dictionary(entries, at).map(Some)
            }
            _ => Err(Problem::new("syntax", "no name where a key of a dictionary is expected", at)),
        }
    }

    fn open(&mut self, frame: Frame, at: usize) -> Result<Option<Object>, Problem> {
        if self.stack.len() >= self.bounds.nesting {
            return Err(Problem::new("limit.nesting", "arrays and dictionaries are nested more deeply than the limit", at));
        }
        self.stack.push(frame);
        Ok(None)
    }

    fn close_array(&mut self, at: usize) -> Result<Object, Problem> {
        match self.stack.pop() {
            Some(Frame::Array(elements)) => Ok(Object::Array(elements.into())),
            _ => Err(Problem::new("syntax", "`]` where a value is expected", at)),
        }
    }

    fn close_dictionary(&mut self, mut entries: Vec<(Arc<[u8]>, Object)>, at: usize) -> Result<Object, Problem> {
        self.decipher_contents(&mut entries)?;
        entries.shrink_to_fit();
        let dictionary = Dictionary::new(entries);
        if self.notes.duplicate_key.is_none() {
            self.notes.duplicate_key = dictionary.duplicate_key().map(|key| (key.into(), at));
        }
        Ok(Object::Dictionary(Arc::new(dictionary)))
    }

    /// §7.6.2: `/Contents` of a signature dictionary is the only string of an encrypted file that is not encrypted. Every other dictionary
    /// with `/Contents`, an annotation for instance, has no `/ByteRange`.
    fn decipher_contents(&self, entries: &mut [(Arc<[u8]>, Object)]) -> Result<(), Problem> {
        let (Some(decipher), false) = (self.decipher, entries.iter().any(|(key, _)| **key == *b"ByteRange")) else { return Ok(()) };
        for (_, value) in entries.iter_mut().filter(|(key, _)| **key == *b"Contents") {
            if let Object::String(string) = value {
                *string = decipher(string)?.into();
            }
        }
        Ok(())
    }

    fn string(&self, string: Arc<[u8]>) -> Result<Object, Problem> {
        let held = matches!(self.stack.last(), Some(Frame::Dictionary { key: Some(key), .. }) if **key == *b"Contents");
        match self.decipher {
            Some(decipher) if !held => Ok(Object::String(decipher(&string)?.into())),
            _ => Ok(Object::String(string)),
        }
    }

    /// Puts a complete value into the container it belongs to; the outermost one is the result.
    fn place(&mut self, object: Object) -> Result<Option<Object>, Problem> {
        self.values += 1;
        if self.values > self.bounds.values {
            return Err(Problem::new("limit.objects", "one object holds more values than the limit", self.lexer.at()));
        }
        match self.stack.last_mut() {
            None => return Ok(Some(object)),
            Some(Frame::Array(elements)) => elements.push(object),
            Some(Frame::Dictionary { entries, key }) => entries.extend(key.take().map(|key| (key, object))),
        }
        Ok(None)
    }

    /// `number generation R`, if that is what begins at `at`; the lexer stands behind `number`.
    fn reference(&mut self, number: i64, at: usize) -> Option<Object> {
        self.lexer.octets().get(at)?.is_ascii_digit().then_some(())?;
        let mut ahead = self.lexer.clone();
        ahead.skip_filler();
        ahead.octet()?.is_ascii_digit().then_some(())?;
        let generation = ahead.digits()?;
        let before = ahead.at();
        ahead.skip_filler();
        (ahead.at() > before && ahead.keyword(b"R")).then_some(())?;
        let reference = Reference { number: u32::try_from(number).ok()?, generation: u16::try_from(generation).ok()? };
        self.lexer.move_to(ahead.at());
        Some(Object::Reference(reference))
    }
}

fn keyword(word: &[u8], at: usize) -> Result<Object, Problem> {
    match word {
        b"true" => Ok(Object::Boolean(true)),
        b"false" => Ok(Object::Boolean(false)),
        b"null" => Ok(Object::Null),
        _ => Err(Problem::new("syntax", "a keyword where a value is expected", at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { nesting: 256, values: 10_000 };

    fn parsed(text: &[u8]) -> Result<Object, Problem> {
        value(&mut Lexer::new(text, 0), BOUNDS, None, &mut Notes::default())
    }

    fn reference(number: u32, generation: u16) -> Object {
        Object::Reference(Reference { number, generation })
    }

    #[test]
    fn containers_hold_values_and_references() {
        let object = parsed(b"<</A[1 0 R 2 3 4 5 R]/B<</C null>>/D true>>").unwrap();
        let dictionary = object.as_dictionary().unwrap();
        assert_eq!(dictionary.entry(b"A").as_array().unwrap(), [reference(1, 0), Object::Integer(2), Object::Integer(3), reference(4, 5)]);
        assert_eq!(dictionary.entry(b"B").as_dictionary().unwrap().entries().len(), 1);
        assert_eq!(dictionary.entry(b"D"), &Object::Boolean(true));
    }

    #[test]
    fn what_is_no_object_is_refused_with_its_place() {
        for (text, at) in [
            ("<</A>>", 4),
            ("<</A 1 2>>", 7),
            ("[1 2", 4),
            ("[1>>", 2),
            ("<</A 1]", 6),
            ("[1 0 r]", 5),
            ("R", 0),
            ("]", 0),
            ("[TRUE]", 1),
            ("[1 0 R endobj", 7),
        ] {
            assert_eq!(parsed(text.as_bytes()).unwrap_err().at, at, "{text}");
        }
    }

    #[test]
    fn nesting_ends_at_the_limit() {
        let deep = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
        assert!(parsed(&deep(256)).is_ok());
        assert_eq!(parsed(&deep(257)).unwrap_err().code, "limit.nesting");
        assert_eq!(parsed(&vec![b'['; 1_000_000]).unwrap_err().code, "limit.nesting");
    }

    #[test]
    fn values_end_at_the_limit() {
        let text = format!("[{}]", "0 ".repeat(10_001));
        assert_eq!(parsed(text.as_bytes()).unwrap_err().code, "limit.objects");
    }

    #[test]
    fn a_key_that_stands_twice_is_noted() {
        let mut notes = Notes::default();
        let object = value(&mut Lexer::new(b"[<</A 1/B 2/#41 3>>]", 0), BOUNDS, None, &mut notes).unwrap();
        assert_eq!(notes.duplicate_key.unwrap().0, Arc::from(*b"A"));
        assert_eq!(object.as_array().unwrap()[0].as_dictionary().unwrap().entry(b"A"), &Object::Integer(1));
    }

    #[test]
    fn contents_of_a_signature_are_not_deciphered() {
        let reversed: Decipher<'_> = &|octets| Ok(octets.iter().rev().copied().collect());
        let read = |text: &[u8]| value(&mut Lexer::new(text, 0), BOUNDS, Some(reversed), &mut Notes::default()).unwrap();
        let signature = read(b"<</Contents(ab)/M(cd)/ByteRange[]>>");
        assert_eq!(signature.as_dictionary().unwrap().entry(b"Contents").as_string(), Some(&b"ab"[..]));
        assert_eq!(signature.as_dictionary().unwrap().entry(b"M").as_string(), Some(&b"dc"[..]));
        let annotation = read(b"<</Contents(ab)/M(cd)>>");
        assert_eq!(annotation.as_dictionary().unwrap().entry(b"Contents").as_string(), Some(&b"ba"[..]));
    }
}
