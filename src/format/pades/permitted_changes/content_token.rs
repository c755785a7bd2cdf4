//! ISO 32000-2 §7.8.2 — Content streams: operands and operators

/// Operands and operators. Brackets of arrays and dictionaries are passed over.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    Number(f64),
    Name(&'a [u8]),
    Text(Vec<u8>),
    Operator(&'a [u8]),
}

/// The next token, and what is behind it.
pub(super) fn token(mut rest: &[u8]) -> Option<(Token<'_>, &[u8])> {
    while let Some((octet, after)) = rest.split_first() {
        rest = match octet {
            b'(' | b'<' if *octet == b'(' || after.first() != Some(&b'<') => {
                let mut text = Vec::new();
                let rest = if *octet == b'(' { literal(after, &mut text) } else { hexadecimal(after, &mut text) };
                return Some((Token::Text(text), rest));
            }
            b'<' => after.get(1..).unwrap_or_default(),
            b'%' => {
                let end = after.iter().position(|octet| matches!(octet, b'\r' | b'\n')).unwrap_or(after.len());
                after.get(end..).unwrap_or_default()
            }
            b'/' => {
                let (name, after) = regular(after);
                return Some((Token::Name(name), after));
            }
            octet if is_regular(*octet) => {
                let (word, after) = regular(rest);
                let is_number = matches!(octet, b'0'..=b'9' | b'+' | b'-' | b'.');
                let number = std::str::from_utf8(word).ok().filter(|_| is_number).and_then(|word| word.parse::<f64>().ok());
                return Some((number.filter(|number| number.is_finite()).map_or(Token::Operator(word), Token::Number), after));
            }
            _ => after,
        };
    }
    None
}

/// §7.2.3.
fn is_regular(octet: u8) -> bool {
    !octet.is_ascii_whitespace() && !matches!(octet, 0 | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

/// The regular characters that `rest` begins with, and what follows them.
fn regular(rest: &[u8]) -> (&[u8], &[u8]) {
    let end = rest.iter().position(|octet| !is_regular(*octet)).unwrap_or(rest.len());
    rest.split_at_checked(end).unwrap_or((rest, &[]))
}

/// §7.3.4.2: to the bracket that closes it.
fn literal<'a>(mut rest: &'a [u8], text: &mut Vec<u8>) -> &'a [u8] {
    let mut depth = 1_usize;
    while let Some((octet, after)) = rest.split_first() {
        rest = after;
        match octet {
            b'(' => depth = depth.saturating_add(1),
            b')' => depth = depth.saturating_sub(1),
            b'\\' => {
                let digits = after.iter().take(3).take_while(|digit| matches!(digit, b'0'..=b'7')).count();
                let code = after.iter().take(digits).fold(0_u32, |code, digit| (code << 3) | u32::from(digit & 7));
                if digits > 0 {
                    text.push(u8::try_from(code & 0xff).unwrap_or(0));
                } else {
                    text.extend(after.first().and_then(|octet| escaped(*octet)));
                }
                rest = after.get(digits.max(1)..).unwrap_or_default();
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
        text.push(*octet);
    }
    rest
}

/// What a backslash and this octet stand for: a code like others, whatever a font draws for it. A line end behind one is none.
fn escaped(octet: u8) -> Option<u8> {
    match octet {
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        b'b' => Some(8),
        b'f' => Some(12),
        b'\r' | b'\n' => None,
        octet => Some(octet),
    }
}

/// §7.3.4.3: pairs of digits to `>`.
fn hexadecimal<'a>(rest: &'a [u8], text: &mut Vec<u8>) -> &'a [u8] {
    let end = rest.iter().position(|octet| *octet == b'>').unwrap_or(rest.len());
    let digits: Vec<u8> =
        rest.iter().take(end).filter_map(|octet| char::from(*octet).to_digit(16)).filter_map(|digit| u8::try_from(digit).ok()).collect();
    for pair in digits.chunks(2) {
        text.push(pair.first().copied().unwrap_or(0) << 4 | pair.get(1).copied().unwrap_or(0));
    }
    rest.get(end.saturating_add(1)..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_their_codes() {
        let text = |content: &[u8]| match token(content) {
            Some((Token::Text(text), rest)) => (text, rest.to_vec()),
            other => panic!("{other:?}"),
        };
        // §7.3.4.2, table 3.
        assert_eq!(text(br"(a\n\r\t\b\f\(\)\\\101\7x\z)Tj"), (b"a\n\r\t\x08\x0c()\\A\x07xz".to_vec(), b"Tj".to_vec()));
        assert_eq!(text(b"(a(b)c) Tj"), (b"a(b)c".to_vec(), b" Tj".to_vec()));
        assert_eq!(text(b"<41 4>"), (b"A@".to_vec(), Vec::new()));
    }
}
