//! EN 319 142-1 §5.4.3, EN 319 122-1 §5.3 — Where a timestamp can stand: in the value of the last signature while nothing covers it, else on the document

use std::ops::Range;

use crate::encoding::der::Rules;
use crate::pki::SignedData;
use crate::report::Report;
use crate::report::json::{Level, SignatureReport};

/// The value of a signature that a timestamp can be added to.
#[derive(Debug)]
pub(super) struct InPlace {
    /// Id of the signature.
    pub signature: String,
    /// The string `/Contents` with its delimiters.
    pub hole: Range<usize>,
    /// The signature as it is.
    pub cms: Vec<u8>,
    /// The signature value, which the timestamp is over.
    pub value: Vec<u8>,
}

/// A token takes at least that.
const LEAST: usize = 4_096;

/// The one signature without timestamp, when it covers the whole file but its own value: then nothing else covers that, unsigned attributes may
/// still come into it, and no signed octet changes.
pub(super) fn in_place(
    signatures: &[&SignatureReport],
    report: &Report,
    octets: &[u8],
    level: impl Fn(&SignatureReport) -> Level,
) -> Option<InPlace> {
    let mut lacking = signatures.iter().filter(|entry| level(entry) < Level::BT);
    let entry = lacking.next().filter(|entry| entry.coverage.whole_document)?;
    let others = report.signatures.iter().filter(|other| other.id != entry.id);
    if lacking.next().is_some() || others.into_iter().any(|other| other.coverage.whole_document) {
        return None;
    }
    let [_, start, end, _] = <[i64; 4]>::try_from(entry.coverage.byte_range.clone()?).ok()?;
    let hole = usize::try_from(start).ok()?..usize::try_from(end).ok()?;
    let contents = digits(octets.get(hole.clone())?)?;
    let signed_data = SignedData::from_ber(&contents).ok().filter(|signed_data| signed_data.rules == Rules::Distinguished)?;
    let [signer] = signed_data.signer_infos.as_slice() else { return None };
    let room = contents.len().saturating_sub(signed_data.used());
    let value = signer.signature.octets().to_vec();
    (room >= LEAST).then(|| InPlace { signature: entry.id.clone(), hole, cms: signed_data.octets().to_vec(), value })
}

/// The octets of a hexadecimal string without white space, delimiters included.
fn digits(string: &[u8]) -> Option<Vec<u8>> {
    let inner = string.strip_prefix(b"<")?.strip_suffix(b">")?;
    let (pairs, []) = inner.as_chunks::<2>() else { return None };
    let digit = |octet: u8| char::from(octet).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_of_pairs_of_digits_is_read_and_no_other() {
        assert_eq!(digits(b"<00aFf0>"), Some(vec![0, 0xaf, 0xf0]));
        for other in [&b"<0>"[..], b"<0g>", b"00>", b"<00", b"<0 0>", b"(00)", b""] {
            assert_eq!(digits(other), None, "{other:?}");
        }
    }
}
