//! ISO 32000-2 §12.8.1 — `/ByteRange`: which octets are signed, and their digests

use std::ops::Range;

use crate::crypto::{DigestAlgorithm, Digester};
use crate::encoding::pdf::object::Object;
use crate::report::{Fact, Recorder, Stop, checks};

checks! {
    FOUR_INTEGERS = "byte_range.four_integers", "ISO 32000-2 §12.8.1", Failed(FormatFailure),
        "The byte range of the signature is not four whole numbers.", "Phạm vi byte của chữ ký không phải bốn số nguyên.";
    FROM_START = "byte_range.from_start_of_file", "ISO 32000-2 §12.8.1", Failed(FormatFailure),
        "The byte range {byte_range} does not begin with the file or leaves no place for the signature.",
        "Phạm vi byte {byte_range} không bắt đầu từ đầu tệp hoặc không chừa chỗ cho chữ ký.";
    IN_FILE = "byte_range.in_file", "ISO 32000-2 §12.8.1", Failed(FormatFailure),
        "The byte range {byte_range} reaches beyond the file of {size} bytes.", "Phạm vi byte {byte_range} vượt quá tệp có {size} byte.";
    HOLE_IS_CONTENTS = "byte_range.hole_is_contents", "ISO 32000-2 §12.8.1, Table 255", Failed(FormatFailure),
        "The unsigned gap from byte {from} to {to} is not exactly the signature value: something may hide in it.",
        "Khoảng không được ký từ byte {from} đến {to} không trùng khớp với giá trị chữ ký: có thể chứa nội dung ẩn.";
    HOLE_HAS_DELIMITERS = "byte_range.hole_has_delimiters", "ISO 32000-2 §12.8.1", Failed(FormatFailure),
        "The delimiters of the signature value are signed, and should not be.", "Dấu phân cách của giá trị chữ ký nằm trong phần được ký.";
    HOLE_WITHOUT_WHITE_SPACE = "byte_range.hole_without_white_space", "ISO 32000-2 §7.3.4.3", Failed(FormatFailure),
        "White space stands between the digits of the signature value.", "Có khoảng trắng giữa các chữ số của giá trị chữ ký.";
}

/// `[0 b c d]`: the octets before `b` and the `d` octets from `c` on are signed; the hole between holds the signature value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ByteRange {
    /// Start of the first range; 0 unless the file lies.
    pub a: usize,
    /// Octets of the first range.
    pub b: usize,
    /// Start of the second range.
    pub c: usize,
    /// Octets of the second range.
    pub d: usize,
}

/// What of `/ByteRange` could be read.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReadByteRange {
    /// The integers as written, when it is an array of integers.
    pub written: Option<Vec<i64>>,
    /// The ranges, when all of them lie in the file.
    pub inside: Option<ByteRange>,
}

impl ByteRange {
    /// The unsigned gap.
    pub fn hole(&self) -> Range<usize> {
        self.b..self.c
    }

    /// The end of what is signed.
    pub fn end(&self) -> usize {
        self.c.saturating_add(self.d)
    }

    fn first(&self) -> Range<usize> {
        self.a..self.a.saturating_add(self.b)
    }

    fn second(&self) -> Range<usize> {
        self.c..self.end()
    }
}

/// Reads `value` and says what of it does not hold. The range is returned whenever it lies in the file, so that integrity can be told.
pub(crate) fn read(r: &mut Recorder, value: &Object, size: usize) -> ReadByteRange {
    let written: Option<Vec<i64>> = value.as_array().and_then(|elements| elements.iter().map(Object::as_integer).collect());
    let shown = written.as_ref().map_or_else(|| "?".to_string(), |integers| format!("{integers:?}"));
    let four = written.as_ref().is_some_and(|integers| integers.len() == 4 && integers.iter().all(|integer| *integer >= 0));
    r.ask(&FOUR_INTEGERS, four, [("byte_range", shown.clone().into())]);
    let mut read = ReadByteRange { written, inside: None };
    let Some(range) = read.written.as_deref().and_then(ranges).filter(|_| four) else { return read };
    let inside = end_within(range.a, range.b, size) && end_within(range.c, range.d, size);
    r.ask(&IN_FILE, inside, [("byte_range", shown.clone().into()), ("size", size.into())]);
    r.ask(&FROM_START, range.a == 0 && range.b < range.c, [("byte_range", shown.into())]);
    read.inside = inside.then_some(range);
    read
}

/// The end of the signed range that `value` gives, when its ranges lie in a file of this size.
pub(super) fn end_in_file(value: &Object, size: usize) -> Option<usize> {
    let integers: Vec<i64> = value.as_array()?.iter().map(Object::as_integer).collect::<Option<_>>()?;
    let range = ranges(&integers)?;
    (range.a == 0 && range.b < range.c && end_within(range.c, range.d, size)).then(|| range.end())
}

fn ranges(integers: &[i64]) -> Option<ByteRange> {
    let [a, b, c, d] = integers else { return None };
    let offset = |integer: &i64| usize::try_from(*integer).ok();
    Some(ByteRange { a: offset(a)?, b: offset(b)?, c: offset(c)?, d: offset(d)? })
}

fn end_within(start: usize, length: usize, size: usize) -> bool {
    start.checked_add(length).is_some_and(|end| end <= size)
}

/// Rules 2 and 3: the hole is the hexadecimal string token `token` of this very dictionary, delimiters and all; a hole of the digits
/// alone is a finding, since the delimiters are signed then.
pub(crate) fn hole(r: &mut Recorder, range: &ByteRange, token: Option<&Range<usize>>, octets: &[u8]) -> Result<(), Stop> {
    let hole = range.hole();
    let facts = |token: Option<&Range<usize>>| {
        let shown = token.map_or("none".to_string(), |token| format!("{}..{}", token.start, token.end));
        [("from", Fact::from(hole.start)), ("to", Fact::from(hole.end)), ("contents", Fact::from(shown))]
    };
    let exact = token == Some(&hole);
    let digits_only = token.is_some_and(|token| token.start + 1 == hole.start && hole.end + 1 == token.end);
    let written = token.and_then(|token| octets.get(token.clone())).unwrap_or_default();
    let holds = (exact || digits_only) && is_hexadecimal_string(written) && hole.start < hole.end;
    r.require(&HOLE_IS_CONTENTS, holds, facts(token))?;
    r.tolerate(&HOLE_HAS_DELIMITERS, exact, []);
    r.tolerate(&HOLE_WITHOUT_WHITE_SPACE, !written.iter().any(is_white_space), []);
    Ok(())
}

/// `<...>` with an even number of digits and white space only.
fn is_hexadecimal_string(token: &[u8]) -> bool {
    let [b'<', digits @ .., b'>'] = token else { return false };
    let count = digits.iter().filter(|octet| octet.is_ascii_hexdigit()).count();
    count % 2 == 0 && digits.iter().all(|octet| octet.is_ascii_hexdigit() || is_white_space(octet))
}

/// §7.2.3, table 1
fn is_white_space(octet: &u8) -> bool {
    matches!(octet, b'\0' | b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

/// The SHA-256 of all octets, and for each request the digest of its ranges. All digests of one algorithm share one running state,
/// cloned at each hole, so that the octets before the last hole are read once however many signatures there are.
pub(crate) fn digests(octets: &[u8], requests: &[(ByteRange, DigestAlgorithm)]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let mut results: Vec<Vec<u8>> = requests.iter().map(|_| Vec::new()).collect();
    let mut whole = Vec::new();
    for algorithm in DigestAlgorithm::ALL {
        let of_document = algorithm == DigestAlgorithm::Sha256;
        let mut ordered: Vec<(usize, &ByteRange)> =
            requests.iter().enumerate().filter(|(_, (_, wanted))| *wanted == algorithm).map(|(index, (range, _))| (index, range)).collect();
        ordered.sort_by_key(|(_, range)| (range.a, range.b));
        if ordered.is_empty() && !of_document {
            continue;
        }
        let mut running = Digester::new(algorithm);
        let mut at = 0;
        for (index, range) in ordered {
            let digest = if range.a == 0 {
                feed(&mut running, octets, at..range.b);
                at = at.max(range.b);
                let mut branch = running.clone();
                feed(&mut branch, octets, range.second());
                branch.finish()
            } else {
                // A range that does not start with the file is a format failure; its integrity is told all the same.
                let mut alone = Digester::new(algorithm);
                feed(&mut alone, octets, range.first());
                feed(&mut alone, octets, range.second());
                alone.finish()
            };
            if let Some(result) = results.get_mut(index) {
                *result = digest;
            }
        }
        if of_document {
            feed(&mut running, octets, at..octets.len());
            whole = running.finish();
        }
    }
    (whole, results)
}

fn feed(digester: &mut Digester, octets: &[u8], range: Range<usize>) {
    digester.update(octets.get(range).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Block, Conclusion, SubIndication};

    fn integers(values: &[i64]) -> Object {
        Object::Array(values.iter().map(|value| Object::Integer(*value)).collect())
    }

    fn conclusion(value: &Object, size: usize) -> Conclusion {
        Block::run("", "", "", |r| {
            read(r, value, size);
            Ok(())
        })
        .conclusion
    }

    #[test]
    fn a_range_with_a_hole_inside_the_file_passes() {
        assert_eq!(conclusion(&integers(&[0, 10, 20, 80]), 100), Conclusion::PASSED);
    }

    #[test]
    fn every_other_shape_is_a_format_failure() {
        let failed = Conclusion::failed(SubIndication::FormatFailure);
        for values in [
            &[0, 10][..],
            &[0, 10, 20, 81],
            &[0, 10, 10, 80],
            &[1, 10, 20, 80],
            &[0, 30, 20, 80],
            &[0, -10, 20, 80],
            &[0, 10, 20, 60, 90, 10],
            &[0, 10, i64::MAX, i64::MAX],
        ] {
            assert_eq!(conclusion(&integers(values), 100), failed, "{values:?}");
        }
        assert_eq!(conclusion(&Object::Null, 100), failed);
        assert_eq!(conclusion(&Object::Array([Object::Real(0.0), Object::Integer(1)].into()), 100), failed);
    }

    #[test]
    fn the_hole_is_the_token_and_nothing_else() {
        let octets = b"0123<abcd>89<ab cd >";
        let judge = |hole: Range<usize>, token: Range<usize>| {
            let range = ByteRange { a: 0, b: hole.start, c: hole.end, d: 2 };
            Block::run("", "", "", |r| super::hole(r, &range, Some(&token), octets)).is_passed()
        };
        assert!(judge(4..10, 4..10));
        assert!(judge(5..9, 4..10), "digits alone are tolerated");
        assert!(judge(12..20, 12..20), "white space between digits is tolerated");
        assert!(!judge(4..11, 4..10));
        assert!(!judge(3..10, 4..10));
        assert!(!judge(4..9, 4..10));
        assert!(!judge(0..4, 0..4));
    }

    #[test]
    fn digests_share_their_beginning_and_skip_their_hole() {
        let octets: Vec<u8> = (0..=255).collect();
        let first = ByteRange { a: 0, b: 10, c: 20, d: 30 };
        let second = ByteRange { a: 0, b: 100, c: 110, d: 146 };
        let requests = [(second, DigestAlgorithm::Sha256), (first, DigestAlgorithm::Sha256), (first, DigestAlgorithm::Sha512)];
        let (whole, results) = digests(&octets, &requests);
        let expected = |range: &ByteRange, algorithm: DigestAlgorithm| {
            let mut signed = octets[..range.b].to_vec();
            signed.extend_from_slice(&octets[range.c..range.end()]);
            algorithm.digest(&signed)
        };
        assert_eq!(whole, DigestAlgorithm::Sha256.digest(&octets));
        for (result, (range, algorithm)) in results.iter().zip(&requests) {
            assert_eq!(*result, expected(range, *algorithm));
        }
    }
}
