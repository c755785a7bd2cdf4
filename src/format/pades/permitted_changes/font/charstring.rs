//! Adobe Technical Note 5177 — Type 2 charstrings: how much work one is, before anybody does it

use skrifa::raw::ps::cff::index::Index;

/// Operators and operands of one glyph, those of its subroutines included each time: letters have some hundreds.
const MOST: usize = 10_000;
/// Annex B: nested subroutines.
const DEEPEST: usize = 10;

/// What is needed of the stack: how many operands are on it, and the last one where it is an integer.
#[derive(Default)]
struct Operands {
    count: usize,
    last: Option<i32>,
}

/// How many operators and operands `charstring` has with the subroutines that it calls; `None` where that is more than a letter needs, where
/// it calls one whose number is computed, or where it is made of two other glyphs.
pub(super) fn operations<'a>(charstring: &'a [u8], global: &Index<'a>, local: &Index<'a>) -> Option<usize> {
    let (mut done, mut stems, mut operands) = (0_usize, 0_usize, Operands::default());
    let mut open = vec![charstring];
    while let Some((first, rest)) = open.pop().and_then(|octets| octets.split_first()) {
        done = done.saturating_add(1);
        if done > MOST {
            return None;
        }
        let mut rest = rest;
        match first {
            28 | 32..=255 => (operands.last, rest) = operand(*first, rest)?,
            10 | 29 => {
                let index = if *first == 10 { local } else { global };
                let number = operands.last.take()?.checked_add(index.subr_bias())?;
                operands.count = operands.count.saturating_sub(1);
                let routine = index.get(usize::try_from(number).ok()?)?;
                if !rest.is_empty() {
                    open.push(rest);
                }
                rest = routine;
                (open.len() <= DEEPEST).then_some(())?;
            }
            11 => rest = &[],
            14 => return (operands.count < 4).then_some(done),
            // Stems, and masks with a bit for each of them (§4.3).
            1 | 3 | 18 | 23 | 19 | 20 => {
                stems = stems.saturating_add(operands.count / 2);
                if matches!(first, 19 | 20) {
                    rest = rest.get(stems.div_ceil(8)..)?;
                }
            }
            // The kinds of flex alone: the others compute.
            12 => rest = rest.split_first().filter(|(second, _)| matches!(second, 34..=37))?.1,
            4..=8 | 21 | 22 | 24..=27 | 30 | 31 => {}
            _ => return None,
        }
        match first {
            28 | 32..=255 => operands.count = operands.count.saturating_add(1),
            10 | 11 | 29 => {}
            _ => operands = Operands::default(),
        }
        if !rest.is_empty() {
            open.push(rest);
        }
    }
    // What ends without saying so ends its caller, too.
    open.is_empty().then_some(done)
}

/// §3.2: an operand that begins with `first`, where it is an integer, and what follows it.
fn operand(first: u8, rest: &[u8]) -> Option<(Option<i32>, &[u8])> {
    let one = || rest.split_first().map(|(low, rest)| (i32::from(*low), rest));
    let first = i32::from(first);
    Some(match first {
        28 => {
            let (octets, rest) = rest.split_first_chunk::<2>()?;
            (Some(i16::from_be_bytes(*octets).into()), rest)
        }
        32..=246 => (Some(first - 139), rest),
        247..=250 => one().map(|(low, rest)| (Some((first - 247) * 256 + low + 108), rest))?,
        251..=254 => one().map(|(low, rest)| (Some(-(first - 251) * 256 - low - 108), rest))?,
        _ => (None, rest.get(4..)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index (Technical Note 5176 §5) of these entries.
    fn index(entries: &[Vec<u8>]) -> Vec<u8> {
        let mut octets = u16::try_from(entries.len()).unwrap().to_be_bytes().to_vec();
        octets.push(4);
        let mut offset = 1_u32;
        octets.extend(offset.to_be_bytes());
        for entry in entries {
            offset += u32::try_from(entry.len()).unwrap();
            octets.extend(offset.to_be_bytes());
        }
        octets.extend(entries.concat());
        octets
    }

    fn count(charstring: &[u8], routines: &[Vec<u8>]) -> Option<usize> {
        let octets = index(routines);
        let local = Index::new(&octets, false).unwrap();
        operations(charstring, &Index::Empty, &local)
    }

    /// Calls the routine with this number, of fewer than 1,240.
    fn call(number: u8) -> [u8; 2] {
        [32 + number, 10]
    }

    #[test]
    fn operators_and_operands_are_counted() {
        assert_eq!(count(&[139, 139, 21, 140, 6, 14], &[vec![11]]), Some(6));
        assert_eq!(count(&[28, 0, 9, 255, 0, 1, 0, 0, 21, 14], &[vec![11]]), Some(4));
        // Two stems have a mask of one octet, which may look like any operator.
        assert_eq!(count(&[139, 139, 139, 139, 1, 19, 14, 139, 6, 14], &[vec![11]]), Some(9));
        assert_eq!(count(&[&call(0)[..], &[14]].concat(), &[vec![139, 6, 11]]), Some(6));
        assert_eq!(count(&call(0), &[vec![139, 6, 14]]), Some(5));
    }

    #[test]
    fn what_is_too_much_or_cannot_be_counted_is_not() {
        let bomb: Vec<Vec<u8>> = (0..9).map(|number| call(number + 1).repeat(30)).chain([vec![139, 6, 11]]).collect();
        assert_eq!(count(&call(0), &bomb), None);
        assert_eq!(count(&call(0), &[call(0).to_vec()]), None);
        let nested: Vec<Vec<u8>> = (0..30).map(|number| [&call(number + 1)[..], &[11]].concat()).collect();
        assert_eq!(count(&call(0), &nested), None);
        assert_eq!(count(&[&[139, 6].repeat(5_001)[..], &[14]].concat(), &[vec![11]]), None);
        for charstring in [
            vec![140, 139, 12, 10, 10, 14],
            vec![10, 14],
            vec![250, 0, 10, 14],
            vec![139, 139, 139, 139, 14],
            vec![12, 0],
            vec![28, 0],
            vec![2],
        ] {
            assert_eq!(count(&charstring, &[vec![11]]), None, "{charstring:?}");
        }
    }
}
