//! ISO 32000-2 §7.4 — Filters: those that file structure and text need; image codecs are left alone

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{
    TINFL_FLAG_IGNORE_ADLER32, TINFL_FLAG_PARSE_ZLIB_HEADER, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
};
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use super::finding::Problem;
use super::lexer::{hexadecimal, is_white};
use super::object::Dictionary;

/// Entries of `/DecodeParms` that count (tables 8 and 10), with their defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parameters {
    predictor: i64,
    colors: i64,
    bits: i64,
    columns: i64,
    early_change: i64,
}

impl Default for Parameters {
    fn default() -> Self {
        Self { predictor: 1, colors: 1, bits: 8, columns: 1, early_change: 1 }
    }
}

impl Parameters {
    /// The parameters of `dictionary`, whose values are direct.
    pub(super) fn new(dictionary: &Dictionary) -> Self {
        let default = Self::default();
        let integer = |key: &[u8], default| dictionary.entry(key).as_integer().unwrap_or(default);
        Self {
            predictor: integer(b"Predictor", default.predictor),
            colors: integer(b"Colors", default.colors),
            bits: integer(b"BitsPerComponent", default.bits),
            columns: integer(b"Columns", default.columns),
            early_change: integer(b"EarlyChange", default.early_change),
        }
    }
}

/// What decoding may give, and what it has given: also on the way to an error, or faulty streams would cost nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    /// Octets that one filter may give.
    pub(super) limit: usize,
    /// Octets that all filters have given.
    pub(super) given: usize,
    /// Where the stream begins in the file, for messages.
    pub(super) at: usize,
}

/// Applies one filter.
pub(super) fn decode(filter: &[u8], parameters: Parameters, octets: &[u8], output: &mut Output) -> Result<Vec<u8>, Problem> {
    let Output { limit, at, .. } = *output;
    let faulty = |what: &'static str| Problem::new("stream_faulty", what, at);
    let decoded = match filter {
        b"FlateDecode" | b"Fl" => inflate(octets, output)?,
        b"LZWDecode" | b"LZW" => lzw(octets, parameters.early_change != 0, limit).ok_or_else(|| faulty("LZW data are faulty"))?,
        b"ASCIIHexDecode" | b"AHx" => ascii_hex(octets).ok_or_else(|| faulty("hexadecimal data are faulty"))?,
        b"ASCII85Decode" | b"A85" => ascii_85(octets).ok_or_else(|| faulty("base-85 data are faulty"))?,
        b"RunLengthDecode" | b"RL" => run_length(octets, limit).ok_or_else(|| faulty("run-length data are faulty"))?,
        _ => return Err(Problem::new("filter_unsupported", format!("filter {} is not decoded here", String::from_utf8_lossy(filter)), at)),
    };
    if !matches!(filter, b"FlateDecode" | b"Fl") {
        output.given = output.given.saturating_add(decoded.len());
    }
    if decoded.len() >= limit {
        return Err(too_large(at));
    }
    match filter {
        b"FlateDecode" | b"Fl" | b"LZWDecode" | b"LZW" => {
            unpredict(decoded, parameters).ok_or_else(|| faulty("predictor parameters do not fit the data"))
        }
        _ => Ok(decoded),
    }
}

fn too_large(at: usize) -> Problem {
    Problem::new("limit.inflated_stream", "a stream decodes to more than the limit", at)
}

/// §7.4.4. As every reader does, data without their final block (a known writer never closes it) or with a wrong checksum are taken for what
/// they give.
fn inflate(octets: &[u8], given: &mut Output) -> Result<Vec<u8>, Problem> {
    let Output { limit, at, .. } = *given;
    const FLAGS: u32 = TINFL_FLAG_PARSE_ZLIB_HEADER | TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF | TINFL_FLAG_IGNORE_ADLER32;
    let mut inflator = Box::<DecompressorOxide>::default();
    let mut input = octets;
    let mut output = vec![0; octets.len().saturating_mul(3).clamp(256, 1 << 20).min(limit)];
    let mut length = 0;
    loop {
        let (status, read, written) = decompress(&mut inflator, input, &mut output, length, FLAGS);
        length += written;
        given.given = given.given.saturating_add(written);
        input = input.get(read..).unwrap_or_default();
        match status {
            TINFLStatus::HasMoreOutput if output.len() >= limit => return Err(too_large(at)),
            TINFLStatus::HasMoreOutput => output.resize(output.len().saturating_mul(2).min(limit), 0),
            TINFLStatus::Done | TINFLStatus::FailedCannotMakeProgress => break,
            _ => return Err(Problem::new("stream_faulty", "deflated data are faulty", at)),
        }
    }
    output.truncate(length);
    Ok(output)
}

/// §7.4.2
fn ascii_hex(octets: &[u8]) -> Option<Vec<u8>> {
    let end = octets.iter().position(|octet| *octet == b'>').unwrap_or(octets.len());
    hexadecimal(octets.get(..end)?).ok()
}

/// §7.4.3
fn ascii_85(octets: &[u8]) -> Option<Vec<u8>> {
    let octets = octets.strip_prefix(b"<~").unwrap_or(octets);
    let end = octets.iter().position(|octet| *octet == b'~').unwrap_or(octets.len());
    let mut decoded = Vec::with_capacity(octets.len() / 5 * 4 + 4);
    let mut group = Vec::with_capacity(5);
    for octet in octets.get(..end)?.iter().copied().filter(|octet| !is_white(*octet)) {
        match octet {
            b'z' if group.is_empty() => decoded.extend([0; 4]),
            b'!'..=b'u' => group.push(octet - b'!'),
            _ => return None,
        }
        if group.len() == 5 {
            base_85_group(&mut group, &mut decoded)?;
        }
    }
    if group.is_empty() { Some(decoded) } else { base_85_group(&mut group, &mut decoded).map(|()| decoded) }
}

/// Two to five digits into one to four octets.
fn base_85_group(group: &mut Vec<u8>, decoded: &mut Vec<u8>) -> Option<()> {
    let length = group.len().checked_sub(1).filter(|length| *length > 0)?;
    group.resize(5, 84);
    let value = group.iter().try_fold(0u32, |value, digit| value.checked_mul(85)?.checked_add(u32::from(*digit)))?;
    decoded.extend(value.to_be_bytes().into_iter().take(length));
    group.clear();
    Some(())
}

/// §7.4.5
fn run_length(octets: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut decoded = Vec::new();
    let mut rest = octets;
    while let Some((&length, after)) = rest.split_first() {
        if length == 128 || decoded.len() > limit {
            break;
        }
        rest = if length < 128 {
            let (run, after) = after.split_at_checked(usize::from(length) + 1)?;
            decoded.extend_from_slice(run);
            after
        } else {
            let (octet, after) = after.split_first()?;
            decoded.resize(decoded.len() + 257 - usize::from(length), *octet);
            after
        };
    }
    Some(decoded)
}

const CLEAR: usize = 256;
const END: usize = 257;

/// §7.4.4.2. A code is kept as the span of the output where its octets were first written.
fn lzw(octets: &[u8], early: bool, limit: usize) -> Option<Vec<u8>> {
    let mut codes = Codes { octets, bit: 0 };
    let mut decoded: Vec<u8> = Vec::new();
    let mut table: Vec<(usize, usize)> = Vec::new();
    let mut previous: Option<(usize, usize)> = None;
    loop {
        let width = code_width(END + 1 + table.len(), early);
        let Some(code) = codes.next(width).filter(|code| *code != END) else { return Some(decoded) };
        if code == CLEAR {
            table.clear();
            previous = None;
            continue;
        }
        let start = decoded.len();
        if let Some((from, to)) = previous.filter(|_| table.len() + END + 1 < 4096) {
            // The new string is the previous one and the first octet of this one, which is the octet that comes next.
            table.push((from, to + 1));
        }
        match code.checked_sub(END + 1) {
            None => decoded.push(u8::try_from(code).ok()?),
            Some(index) => {
                let (from, to) = *table.get(index)?;
                // Octet by octet: a string may run into what is being written.
                for at in from..to {
                    let octet = *decoded.get(at)?;
                    decoded.push(octet);
                }
            }
        }
        if decoded.len() > limit {
            return Some(decoded);
        }
        previous = Some((start, decoded.len()));
    }
}

/// Bits of the next code when the table holds `entries`.
fn code_width(entries: usize, early: bool) -> usize {
    match entries + usize::from(early) {
        0..=511 => 9,
        512..=1023 => 10,
        1024..=2047 => 11,
        _ => 12,
    }
}

struct Codes<'a> {
    octets: &'a [u8],
    bit: usize,
}

impl Codes<'_> {
    fn next(&mut self, width: usize) -> Option<usize> {
        let first = self.octets.get(self.bit / 8..)?;
        let octet = |index: usize| first.get(index).copied().map_or(0, usize::from);
        let end = self.bit + width;
        (end <= self.octets.len() * 8).then_some(())?;
        let window = octet(0) << 16 | octet(1) << 8 | octet(2);
        let code = window >> (24 - self.bit % 8 - width) & ((1 << width) - 1);
        self.bit = end;
        Some(code)
    }
}

/// §7.4.4.4
fn unpredict(decoded: Vec<u8>, parameters: Parameters) -> Option<Vec<u8>> {
    if parameters.predictor == 1 {
        return Some(decoded);
    }
    let positive = |value: i64| usize::try_from(value).ok().filter(|value| (1..=1 << 24).contains(value));
    let (colors, bits, columns) = (positive(parameters.colors)?, positive(parameters.bits)?, positive(parameters.columns)?);
    let pixel = colors.checked_mul(bits)?;
    let row = pixel.checked_mul(columns)?.div_ceil(8);
    match parameters.predictor {
        2 if bits == 8 => Some(tiff(decoded, row, colors)),
        10..=15 => png(&decoded, row, pixel.div_ceil(8)),
        _ => None,
    }
}

/// TIFF 6.0 §14: the difference to the pixel on the left, components of eight bits.
fn tiff(mut decoded: Vec<u8>, row: usize, colors: usize) -> Vec<u8> {
    for row in decoded.chunks_mut(row) {
        let mut left = vec![0u8; colors];
        for pixel in row.chunks_mut(colors) {
            for (octet, left) in pixel.iter_mut().zip(&mut left) {
                *octet = octet.wrapping_add(*left);
                *left = *octet;
            }
        }
    }
    decoded
}

/// ISO/IEC 15948 §9: each row begins with the octet that names its filter.
fn png(decoded: &[u8], row: usize, pixel: usize) -> Option<Vec<u8>> {
    let mut output = Vec::with_capacity(decoded.len());
    let mut above = vec![0u8; row];
    for encoded in decoded.chunks(row.checked_add(1)?) {
        let (filter, encoded) = encoded.split_first()?;
        let mut current = encoded.to_vec();
        current.resize(row, 0);
        png_row(*filter, &mut current, &above, pixel)?;
        output.extend_from_slice(current.get(..encoded.len())?);
        above = current;
    }
    Some(output)
}

fn png_row(filter: u8, current: &mut [u8], above: &[u8], pixel: usize) -> Option<()> {
    for at in 0..current.len() {
        let before = |row: &[u8]| at.checked_sub(pixel).and_then(|at| row.get(at)).copied().unwrap_or(0);
        let (left, up, corner) = (before(current), above.get(at).copied().unwrap_or(0), before(above));
        let predicted = match filter {
            0 => return Some(()),
            1 => left,
            2 => up,
            3 => left.midpoint(up),
            4 => paeth(left, up, corner),
            _ => return None,
        };
        let octet = current.get_mut(at)?;
        *octet = octet.wrapping_add(predicted);
    }
    Some(())
}

/// ISO/IEC 15948 §9.4
fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(up) - i16::from(corner);
    let distance = |value: u8| (estimate - i16::from(value)).abs();
    if distance(left) <= distance(up) && distance(left) <= distance(corner) {
        left
    } else if distance(up) <= distance(corner) {
        up
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(limit: usize) -> Output {
        Output { limit, given: 0, at: 7 }
    }

    fn decoded(filter: &str, octets: &[u8]) -> Option<Vec<u8>> {
        decode(filter.as_bytes(), Parameters::default(), octets, &mut output(1 << 20)).ok()
    }

    #[test]
    fn hexadecimal_data() {
        assert_eq!(decoded("ASCIIHexDecode", b"48 65\n6c6C 6f7>junk"), Some(b"Hellop".to_vec()));
        assert_eq!(decoded("ASCIIHexDecode", b"48x5>"), None);
    }

    #[test]
    fn base_85_data() {
        assert_eq!(decoded("ASCII85Decode", b"87cUR\nD]i,\"Ebo80~>"), Some(b"Hello World!".to_vec()));
        assert_eq!(decoded("A85", b"z!!~>"), Some(vec![0, 0, 0, 0, 0]));
        assert_eq!(decoded("A85", b"z!~>"), None, "one digit left over");
        assert_eq!(decoded("A85", b"uuuuu~>"), None, "more than 32 bits");
    }

    #[test]
    fn run_lengths() {
        assert_eq!(decoded("RunLengthDecode", &[2, b'a', b'b', b'c', 254, b'x', 128, 9]), Some(b"abcxxx".to_vec()));
        assert_eq!(decoded("RunLengthDecode", &[2, b'a']), None);
    }

    /// The example of §7.4.4.2.
    #[test]
    fn lzw_of_the_standard() {
        assert_eq!(
            decoded("LZWDecode", &[0x80, 0x0b, 0x60, 0x50, 0x22, 0x0c, 0x0c, 0x85, 0x01]),
            Some(vec![45, 45, 45, 45, 45, 65, 45, 45, 45, 66])
        );
        assert_eq!(decoded("LZWDecode", &[0x80, 0x7f, 0xff]), None, "a code that is not in the table");
    }

    #[test]
    fn deflated_data_with_and_without_their_end() {
        let good = [120, 156, 243, 72, 205, 201, 201, 215, 81, 168, 202, 201, 76, 82, 4, 0, 27, 101, 4, 19];
        assert_eq!(decoded("FlateDecode", &good), Some(b"Hello, zlib!".to_vec()));
        let mut wrong_checksum = good;
        wrong_checksum[19] ^= 1;
        assert_eq!(decoded("FlateDecode", &wrong_checksum), Some(b"Hello, zlib!".to_vec()));
        assert_eq!(decoded("FlateDecode", &good[..10]), Some(b"Hello, ".to_vec()));
        assert_eq!(decoded("FlateDecode", b""), Some(Vec::new()));
    }

    #[test]
    fn what_is_not_deflated_is_refused() {
        assert_eq!(decoded("FlateDecode", b"Hello, zlib!"), None);
        assert_eq!(decoded("FlateDecode", &[120, 156, 0xff, 0xff, 0xff]), None);
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; 1 << 20], 9);
        let mut output = output(1000);
        assert_eq!(decode(b"FlateDecode", Parameters::default(), &bomb, &mut output), Err(too_large(7)));
        assert_eq!(output.given, 1000);
    }

    #[test]
    fn png_predictors() {
        let parameters = Parameters { predictor: 15, columns: 3, ..Parameters::default() };
        let rows = vec![0, 1, 2, 3, 1, 1, 1, 1, 2, 1, 1, 1, 3, 1, 1, 1, 4, 1, 1, 1];
        assert_eq!(unpredict(rows, parameters), Some(vec![1, 2, 3, 1, 2, 3, 2, 3, 4, 2, 3, 4, 3, 4, 5]));
        assert_eq!(unpredict(vec![5, 1, 2, 3], parameters), None);
    }
}
