//! The vectors of RFC 8785, byte by byte, and 100,000 numbers.
#![cfg(feature = "json")]

mod common;

use std::fmt::Write as _;

use common::corpora_path;
use kyso::Limits;
use kyso::encoding::json::{canonical, read};

#[test]
fn every_text_has_the_canonical_form_of_its_vector() {
    let Some(folder) = corpora_path("jcs") else { return };
    let mut seen = 0;
    for entry in std::fs::read_dir(folder.join("input")).unwrap() {
        let input = entry.unwrap().path();
        let name = input.file_stem().unwrap().to_str().unwrap().to_owned();
        let octets = std::fs::read(&input).unwrap();
        let written = canonical(&read(&octets, &Limits::default()).unwrap()).unwrap();
        let expected = std::fs::read(folder.join("output").join(format!("{name}.json"))).unwrap();
        assert_eq!(String::from_utf8_lossy(&written), String::from_utf8_lossy(&expected), "{name}");
        let hexadecimal = std::fs::read_to_string(folder.join("outhex").join(format!("{name}.txt"))).unwrap();
        let octets: Vec<u8> = hexadecimal.split_whitespace().map(|octet| u8::from_str_radix(octet, 16).unwrap()).collect();
        assert_eq!(written, octets, "{name}");
        // The canonical form of a canonical form is itself.
        assert_eq!(canonical(&read(&written, &Limits::default()).unwrap()).unwrap(), written, "{name}");
        seen += 1;
    }
    assert_eq!(seen, 6);
}

#[test]
fn a_hundred_thousand_numbers_are_written_as_ecmascript_does() {
    let Some(folder) = corpora_path("jcs") else { return };
    let lines = std::fs::read_to_string(folder.join("es6numbers-100k.txt")).unwrap();
    let mut seen = 0;
    let mut number = String::new();
    for line in lines.lines() {
        let (bits, expected) = line.split_once(',').unwrap();
        let value = f64::from_bits(u64::from_str_radix(bits, 16).unwrap());
        number.clear();
        // As far as a text can be from the canonical one: all digits, with an exponent.
        write!(number, "{value:.17e}").unwrap();
        for text in [number.as_str(), expected] {
            let written = canonical(&read(text.as_bytes(), &Limits::default()).unwrap()).unwrap();
            assert_eq!(std::str::from_utf8(&written).unwrap(), expected, "{line}");
        }
        seen += 1;
    }
    assert_eq!(seen, 100_000);
}
