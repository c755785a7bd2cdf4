//! ISO 32000-2 §12.8.1 — `/ByteRange`: which octets are signed, and their digests

use std::ops::Range;

use crate::crypto::{DigestAlgorithm, Digester};
use crate::encoding::pdf::object::Object;
use crate::report::{Fact, Recorder, Stop, checks};

checks! {
    FOUR_INTEGERS = "byte_range.four_integers", "ISO 32000-2 §12.8.1, Table 255", Failed(FormatFailure),
        "The byte range of the signature is not four whole numbers.", "Phạm vi byte của chữ ký không phải bốn số nguyên.";
    FROM_START = "byte_range.from_start_of_file", "ISO 32000-2 §12.8.1", Failed(FormatFailure),
        "The byte range {byte_range} does not begin with the file or leaves no place for the signature.",
        "Phạm vi byte {byte_range} không bắt đầu từ đầu tệp hoặc không chừa chỗ cho chữ ký.";
    IN_FILE = "byte_range.in_file", "ISO 32000-2 §12.8.1", Failed(FormatFailure),
        "The byte range {byte_range} reaches beyond the file of {size} bytes.", "Phạm vi byte {byte_range} vượt quá tệp có {size} byte.";
    HOLE_IS_CONTENTS = "byte_range.hole_is_contents", "ISO 32000-2 §12.8.1, Table 255", Failed(FormatFailure),
        "The unsigned gap from byte {from} to {to} is not exactly the signature value: something may hide in it.",
        "Khoảng không được ký từ byte {from} đến {to} không trùng khớp với giá trị chữ ký: có thể chứa nội dung ẩn.";
    HOLE_HAS_DELIMITERS = "byte_range.hole_has_delimiters", "ISO 32000-2 §12.8.1, §7.3.4.3", Failed(FormatFailure),
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
    let white = count(written, is_white_space);
    let holds = (exact || digits_only) && is_hexadecimal_string(written, white) && hole.start < hole.end;
    r.require(&HOLE_IS_CONTENTS, holds, facts(token))?;
    r.tolerate(&HOLE_HAS_DELIMITERS, exact, []);
    r.tolerate(&HOLE_WITHOUT_WHITE_SPACE, white == 0, []);
    Ok(())
}

/// `<...>` with an even number of digits and so many octets of white space only.
fn is_hexadecimal_string(token: &[u8], white: usize) -> bool {
    let [b'<', digits @ .., b'>'] = token else { return false };
    let found = count(digits, u8::is_ascii_hexdigit);
    found % 2 == 0 && found + white == digits.len()
}

/// Without a way out of the inner loop and with a sum of one octet, so that many octets are compared in one instruction.
pub(super) fn count(octets: &[u8], is: impl Fn(&u8) -> bool) -> usize {
    let in_chunk = |chunk: &[u8]| chunk.iter().fold(0_u8, |sum, octet| sum.wrapping_add(u8::from(is(octet))));
    octets.chunks(255).map(|chunk| usize::from(in_chunk(chunk))).sum()
}

/// §7.2.3, table 1
#[inline]
fn is_white_space(octet: &u8) -> bool {
    matches!(octet, b'\0' | b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

/// The SHA-256 of a file, and for each request the digest of its ranges, computed while the octets pass by. All digests of one algorithm
/// share one running state, cloned at each hole, so that the octets before the last hole are read once however many signatures there are.
pub(crate) struct Digests<'o> {
    octets: &'o [u8],
    runs: Vec<Run>,
    /// One for each request, in their order.
    results: Vec<Vec<u8>>,
}

/// The digests of one algorithm.
struct Run {
    algorithm: DigestAlgorithm,
    /// Over everything that has passed.
    running: Digester,
    /// Requests whose hole has not come yet, the last one first.
    waiting: Vec<(usize, ByteRange)>,
    branches: Vec<Branch>,
}

/// The digest of one request, behind its hole.
struct Branch {
    request: usize,
    digester: Digester,
    rest: Range<usize>,
}

impl<'o> Digests<'o> {
    /// Nothing has passed yet.
    pub fn new(octets: &'o [u8], requests: &[(ByteRange, DigestAlgorithm)]) -> Self {
        let runs = DigestAlgorithm::ALL.into_iter().filter_map(|algorithm| {
            let own = requests.iter().enumerate().filter(|(_, (_, wanted))| *wanted == algorithm);
            let mut waiting: Vec<_> = own.map(|(index, (range, _))| (index, *range)).filter(|(_, range)| range.is_in_order()).collect();
            waiting.sort_by_key(|(_, range)| std::cmp::Reverse(range.b));
            let wanted = !waiting.is_empty() || algorithm == OF_DOCUMENT;
            wanted.then(|| Run { algorithm, running: Digester::new(algorithm), waiting, branches: Vec::new() })
        });
        let apart = |(range, algorithm): &(ByteRange, DigestAlgorithm)| {
            if range.is_in_order() { Vec::new() } else { range.digest(octets, *algorithm) }
        };
        Self { octets, runs: runs.collect(), results: requests.iter().map(apart).collect() }
    }

    /// Takes in the octets that follow those before.
    pub fn pass(&mut self, span: Range<usize>) {
        for run in &mut self.runs {
            run.pass(self.octets, &span);
        }
    }

    /// When all octets have passed: the SHA-256 of all, and the digest of each request.
    pub fn finish(self) -> (Vec<u8>, Vec<Vec<u8>>) {
        let (mut whole, mut results) = (Vec::new(), self.results);
        for run in self.runs {
            for branch in run.branches {
                if let Some(result) = results.get_mut(branch.request) {
                    *result = branch.digester.finish();
                }
            }
            if run.algorithm == OF_DOCUMENT {
                whole = run.running.finish();
            }
        }
        (whole, results)
    }
}

/// The digest by which the report names the document.
const OF_DOCUMENT: DigestAlgorithm = DigestAlgorithm::Sha256;

impl Run {
    fn pass(&mut self, octets: &[u8], span: &Range<usize>) {
        let mut at = span.start;
        while let Some((request, range)) = self.waiting.pop_if(|(_, range)| range.b <= span.end) {
            feed(&mut self.running, octets, at..range.b);
            at = at.max(range.b);
            self.branches.push(Branch { request, digester: self.running.clone(), rest: range.second() });
        }
        if self.algorithm == OF_DOCUMENT || !self.waiting.is_empty() {
            feed(&mut self.running, octets, at..span.end);
        }
        for branch in &mut self.branches {
            feed(&mut branch.digester, octets, branch.rest.start.max(span.start)..branch.rest.end.min(span.end));
        }
    }
}

impl ByteRange {
    /// Whether one range begins the file and the other one follows; else it is a format failure, and integrity is told all the same.
    fn is_in_order(&self) -> bool {
        self.a == 0 && self.b <= self.c
    }

    fn digest(&self, octets: &[u8], algorithm: DigestAlgorithm) -> Vec<u8> {
        let mut digester = Digester::new(algorithm);
        feed(&mut digester, octets, self.first());
        feed(&mut digester, octets, self.second());
        digester.finish()
    }
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
        let nothing_first = ByteRange { a: 0, b: 0, c: 0, d: 256 };
        let behind_itself = ByteRange { a: 0, b: 100, c: 50, d: 20 };
        let inside = ByteRange { a: 7, b: 10, c: 20, d: 30 };
        use DigestAlgorithm::{Sha256, Sha512};
        let requests = [
            (second, Sha256),
            (first, Sha256),
            (first, Sha512),
            (first, Sha256),
            (nothing_first, Sha512),
            (behind_itself, Sha256),
            (inside, Sha512),
        ];
        let expected =
            |range: &ByteRange, algorithm: DigestAlgorithm| algorithm.digest(&[&octets[range.first()], &octets[range.second()]].concat());
        for step in [1, 10, 19, 100, 256] {
            let mut digests = Digests::new(&octets, &requests);
            (0..256).step_by(step).for_each(|at| digests.pass(at..(at + step).min(256)));
            let (whole, results) = digests.finish();
            assert_eq!(whole, Sha256.digest(&octets));
            for (result, (range, algorithm)) in results.iter().zip(&requests) {
                assert_eq!(*result, expected(range, *algorithm), "{range:?} by {step}");
            }
        }
    }
}
