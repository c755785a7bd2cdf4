//! ISO 32000-2 §7.5.7 — Object streams: members are found by the index that the cross-reference gives, `/Extends` is never followed

use super::finding::Problem;
use super::lexer::Lexer;
use super::object::{Dictionary, Object};
use super::parser::{self, Bounds, Notes};

/// A decoded object stream.
#[derive(Debug)]
pub(super) struct ObjectStream {
    data: Vec<u8>,
    /// Object number and place in `data` of each member.
    members: Vec<(u32, usize)>,
    /// Where the stream begins in the file, for messages.
    at: usize,
}

impl ObjectStream {
    /// Reads the pairs before `/First`. `dictionary` holds direct values.
    pub(super) fn new(dictionary: &Dictionary, data: Vec<u8>, at: usize) -> Result<Self, Problem> {
        let faulty = |what: &'static str| Problem::new("object_stream", what, at);
        if !dictionary.entry(b"Type").is_name(b"ObjStm") {
            return Err(faulty("a stream that is no object stream holds an object of the cross-reference"));
        }
        let number = |key: &[u8]| dictionary.entry(key).as_integer().and_then(|value| usize::try_from(value).ok());
        let first = number(b"First").filter(|first| *first <= data.len()).ok_or_else(|| faulty("`/First` is no place in the stream"))?;
        let count = number(b"N").filter(|count| *count <= first).ok_or_else(|| faulty("`/N` is no number of pairs before `/First`"))?;
        let members =
            pairs(data.get(..first).unwrap_or_default(), count, first).ok_or_else(|| faulty("the pairs of the stream are faulty"))?;
        Ok(Self { data, members, at })
    }

    /// The object numbers in order of their index.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> {
        self.members.iter().map(|(number, _)| *number)
    }

    /// Octets it takes in memory.
    pub(super) fn size(&self) -> usize {
        self.data.len() + self.members.len() * size_of::<(u32, usize)>()
    }

    /// The place of member `index` in the decoded stream, which must be object `number`.
    fn place(&self, number: u32, index: u32) -> Result<usize, Problem> {
        match usize::try_from(index).ok().and_then(|index| self.members.get(index)) {
            Some((member, place)) if *member == number => Ok(*place),
            _ => Err(Problem::new("object_stream", format!("member {index} of an object stream is not object {number}"), self.at)),
        }
    }

    /// Member `index`, which must be object `number`; strings in it are not encrypted on their own (§7.6.2). The length of its text tells its cost.
    pub(super) fn member(
        &self,
        number: u32,
        index: u32,
        bounds: Bounds,
        notes: &mut Notes,
    ) -> Result<(Object, std::ops::Range<usize>), Problem> {
        let place = self.place(number, index)?;
        let here = |problem: Problem| Problem { at: u64::try_from(self.at).unwrap_or(u64::MAX), ..problem };
        let mut lexer = Lexer::new(&self.data, place);
        lexer.skip_filler();
        let start = lexer.at();
        let object = parser::value(&mut lexer, bounds, None, notes).map_err(here)?;
        let end = lexer.at();
        let next = self.members.get(usize::try_from(index).unwrap_or(usize::MAX).saturating_add(1)).map(|(_, place)| *place);
        if next.is_some_and(|next| place < next && next < end) {
            return Err(Problem::new("object_stream", format!("object {number} runs into the next member of its object stream"), self.at));
        }
        Ok((object, start..end))
    }
}

fn pairs(text: &[u8], count: usize, first: usize) -> Option<Vec<(u32, usize)>> {
    let mut lexer = Lexer::new(text, 0);
    let mut integer = || {
        lexer.skip_filler();
        lexer.digits()
    };
    (0..count).map(|_| Some((u32::try_from(integer()?).ok()?, usize::try_from(integer()?).ok()?.checked_add(first)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { nesting: 256, values: 10_000 };

    fn stream(count: i64, first: i64, data: &[u8]) -> Result<ObjectStream, Problem> {
        let Object::Dictionary(dictionary) = Object::dictionary(vec![
            (b"Type", Object::name(b"ObjStm")),
            (b"N", Object::Integer(count)),
            (b"First", Object::Integer(first)),
        ]) else {
            panic!()
        };
        ObjectStream::new(&dictionary, data.to_vec(), 77)
    }

    fn member(stream: &ObjectStream, number: u32, index: u32) -> Result<Object, Problem> {
        stream.member(number, index, BOUNDS, &mut Notes::default()).map(|(object, _)| object)
    }

    #[test]
    fn a_member_is_what_index_and_number_say() {
        let stream = stream(2, 8, b"7 0 9 5 true /Name").unwrap();
        assert_eq!(member(&stream, 7, 0), Ok(Object::Boolean(true)));
        assert_eq!(member(&stream, 9, 1), Ok(Object::name(b"Name")));
        assert_eq!(member(&stream, 9, 0).unwrap_err().at, 77);
        assert!(member(&stream, 9, 2).is_err());
    }

    #[test]
    fn members_do_not_run_into_each_other() {
        let stream = stream(2, 8, b"7 0 9 3 (a [) ]").unwrap();
        assert_eq!(member(&stream, 7, 0).unwrap_err().code, "object_stream");
    }

    #[test]
    fn faulty_headers_are_refused() {
        assert!(stream(2, 8, b"7 0 9 x true /Name").is_err());
        assert!(stream(3, 8, b"7 0 9 5 true /Name").is_err());
        assert!(stream(2, 80, b"7 0 9 5 true /Name").is_err());
        assert!(stream(i64::MAX, 8, b"7 0 9 5 true /Name").is_err());
        assert!(stream(-1, 8, b"7 0 9 5 true /Name").is_err());
    }
}
