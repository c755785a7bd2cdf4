//! Group `byte-range`: `/ByteRange`, the hole that it leaves, and the dictionary in which it stands.

use std::ops::Range;

use crate::case::{Case, Good};
use crate::hand_made::{DICTIONARY, HandMade, Place, find, objects, pades, patched};
use crate::pdf::{self, Objects};
use crate::shared::Shared;
use crate::{Files, Outcome};

const FORMAT: &str = "FORMAT_FAILURE";
const CLAUSE: &str = "ISO 32000-2 §12.8.1";
const HOLE: &str = "byte_range.hole_is_contents";

/// Signs as the shared signer with the key `p256`.
struct Maker<'a>(&'a Shared);

impl Maker<'_> {
    fn sign(&self, file: &HandMade<'_>) -> Outcome<Vec<u8>> {
        file.sign(|octets| self.0.by_hand("p256").detached(octets, Vec::new()))
    }

    /// With this for `/ByteRange`; what is signed is everything but the signature value.
    fn range(&self, range: &dyn Fn(&Place) -> String) -> Outcome<Vec<u8>> {
        self.sign(&HandMade { range, ..HandMade::new(objects(&pades())) })
    }

    /// With these octets signed, and this for `/ByteRange`.
    fn signed(&self, text: &str, range: &dyn Fn(&Place) -> String, signed: &dyn Fn(&Place) -> Vec<Range<usize>>) -> Outcome<Vec<u8>> {
        self.sign(&HandMade { range, signed, ..HandMade::new(objects(text)) })
    }
}

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let maker = Maker(shared);
    let what = "`/ByteRange` covers everything but the hexadecimal string";
    let good = Case::passing(what, CLAUSE, maker.range(&Place::byte_range)?).entry(|entry| entry.level("B-B"));
    let good = good.add("byte-range/exact", files)?;
    values(&maker, &good, files)?;
    numbers(&maker, &good, files)?;
    holes(&maker, &good, files)?;
    contents(&maker, &good, files)?;
    dictionary(&maker, &good, files)?;
    later(&maker, &good, files)
}

fn refused(
    good: &Good,
    name: &str,
    change: &str,
    check: &'static str,
    integrity: &'static str,
    document: Vec<u8>,
    files: &mut Files,
) -> Outcome {
    let bad = good.but(change).document(document).fails(FORMAT, check);
    bad.entry(|entry| entry.level("none").integrity(integrity)).add(&format!("byte-range/{name}"), files)?;
    Ok(())
}

/// Something that is no array of four integers.
fn values(maker: &Maker<'_>, good: &Good, files: &mut Files) -> Outcome {
    let check = "byte_range.four_integers";
    for (name, value) in [
        ("null", "null"),
        ("empty-string", "<>"),
        ("string", "<00>"),
        ("name", "/ByteRange"),
        ("dictionary", "<< >>"),
        ("missing-object", "99 0 R"),
        ("empty-array", "[]"),
        ("integer", "0"),
        ("array-of-strings", "[(0) (1) (2) (3)]"),
    ] {
        let document = maker.range(&|_| value.to_owned())?;
        refused(good, &format!("value-{name}"), &format!("its value is `{value}`"), check, "unknown", document, files)?;
    }
    let document = patched(&maker.range(&Place::byte_range)?, "/ByteRange", "/Byterange")?;
    refused(good, "no-key", "the key is `/Byterange`, so that there is none", check, "unknown", document, files)?;
    let found = "signature_dictionary.found";
    let bad = good.but("the key has no value").document(maker.range(&|_| String::new())?).fails(FORMAT, found);
    bad.entries(&[]).add("byte-range/no-value", files)?;
    Ok(())
}

/// Numbers that cannot be. What is signed is everything but the signature value, so that another digest is computed where one can be.
fn numbers(maker: &Maker<'_>, good: &Good, files: &mut Files) -> Outcome {
    let (four, start, inside) = ("byte_range.four_integers", "byte_range.from_start_of_file", "byte_range.in_file");
    let numbers = |place: &Place| (place.from, place.to, place.end - place.to);
    type Written<'w> = &'w dyn Fn(usize, usize, usize) -> String;
    let cases: [(&str, &str, &'static str, &'static str, Written<'_>); 11] = [
        ("two", "only the first two numbers are there", four, "unknown", &|b, _, _| format!("[0 {b}]")),
        ("six", "two more zeros follow", four, "unknown", &|b, c, d| format!("[0 {b} {c} {d} 0 0]")),
        ("negative-start", "the first number is -1", four, "unknown", &|b, c, d| format!("[-1 {b} {c} {d}]")),
        ("negative-length", "the second number is negative", four, "unknown", &|b, c, d| format!("[0 -{b} {c} {d}]")),
        ("real", "the second number has a decimal point", four, "unknown", &|b, c, d| format!("[0 {b}.0 {c} {d}]")),
        ("overflow", "the last number is 2^63 - 1", inside, "unknown", &|b, c, _| format!("[0 {b} {c} 9223372036854775807]")),
        ("beyond-file", "the last number is one too large", inside, "unknown", &|b, c, d| format!("[0 {b} {c} {}]", d + 1)),
        ("zeros", "all numbers are zero", start, "broken", &|_, _, _| "[0 0 0 0]".to_owned()),
        ("overlapping", "the second range begins in the first", start, "broken", &|b, _, d| format!("[0 {b} {} {d}]", b - 100)),
        ("no-hole", "the second range begins where the first ends", start, "broken", &|b, _, d| format!("[0 {b} {b} {d}]")),
        ("exchanged", "the two ranges stand in the other order", start, "broken", &|b, c, d| format!("[{c} {d} 0 {b}]")),
    ];
    for (name, change, check, integrity, written) in cases {
        let document = maker.range(&|place| {
            let (b, c, d) = numbers(place);
            written(b, c, d)
        })?;
        refused(good, &format!("numbers-{name}"), change, check, integrity, document, files)?;
    }
    // No reader has such a number: the whole dictionary is unreadable.
    let beyond = |place: &Place| format!("[0 {} {} 9223372036854775808]", place.from, place.to);
    let bad = good.but("the last number is 2^63").document(maker.range(&beyond)?).fails(FORMAT, "signature_dictionary.found");
    bad.entries(&[]).add("byte-range/numbers-beyond-64-bits", files)?;
    let document = maker.signed(&pades(), &|place| format!("[1 {} {} {}]", place.from - 1, place.to, place.end - place.to), &|place| {
        vec![1..place.from, place.to..place.end]
    })?;
    refused(good, "numbers-from-1", "the first octet of the file is not signed", start, "intact", document, files)
}

/// What is left out of the signed octets.
fn holes(maker: &Maker<'_>, good: &Good, files: &mut Files) -> Outcome {
    let but = |text: &str, from: isize, to: isize| {
        let moved = |place: &Place| (place.from.wrapping_add_signed(from), place.to.wrapping_add_signed(to));
        let range = |place: &Place| {
            let (from, to) = moved(place);
            format!("[0 {from} {to} {}]", place.end - to)
        };
        let signed = |place: &Place| {
            let (from, to) = moved(place);
            vec![0..from, to..place.end]
        };
        maker.signed(text, &range, &signed)
    };
    let listed = good.but("the delimiters of the string are signed too").document(but(&pades(), 1, -1)?);
    listed.entry(|entry| entry.tolerates("byte_range.hole_has_delimiters")).add("byte-range/hole-of-digits", files)?;
    let hidden = pades().replace("{contents}", "{contents} /Reason (Hidden)");
    let beside = |document, name, change: &str, files: &mut Files| refused(good, name, change, HOLE, "intact", document, files);
    beside(but(&pades(), -1, 0)?, "hole-from-space", "the space before the string is not signed", files)?;
    beside(but(&pades(), 0, 1)?, "hole-to-space", "the space behind the string is not signed", files)?;
    beside(
        but(&hidden, 0, " /Reason (Hidden)".len() as isize)?,
        "hole-with-entry",
        "another entry behind the string is not signed",
        files,
    )?;
    beside(but(&pades(), -10, 0)?, "hole-with-key", "the key of the string is not signed", files)?;
    // The digits before the end are zeros, so that what is signed is known.
    beside(but(&pades(), 0, -21)?, "hole-too-short", "twenty zeros of the string and its delimiter are signed", files)
}

/// `/Contents` itself.
fn contents(maker: &Maker<'_>, good: &Good, files: &mut Files) -> Outcome {
    let padded = |text: &'static str| {
        let token = move |_: &[u8], room: usize| format!("{text:<width$}", width = 2 * room + 2).into_bytes();
        maker.sign(&HandMade { token: &token, ..HandMade::new(objects(&pades())) })
    };
    for (name, text) in [
        ("null", "null"),
        ("empty", "<>"),
        ("zero", "<00>"),
        ("name", "/Contents"),
        ("dictionary", "<< >>"),
        ("array", "[]"),
        ("missing-object", "99 0 R"),
    ] {
        refused(
            good,
            &format!("contents-{name}"),
            &format!("in the place of the string stands `{text}`"),
            HOLE,
            "unknown",
            padded(text)?,
            files,
        )?;
    }
    let document = patched(&maker.range(&Place::byte_range)?, "/Contents <", "/contents <")?;
    refused(good, "contents-no-key", "the key of the string is `/contents`, so that there is none", HOLE, "unknown", document, files)?;
    let document = maker.sign(&HandMade { room: Some(0), token: &|_, _| b"<>".to_vec(), ..HandMade::new(objects(&pades())) })?;
    let check = "signature_dictionary.contents_present";
    refused(good, "contents-nothing", "the string is empty, and the hole as large", check, "unknown", document, files)?;

    let literal = maker.sign(&HandMade { token: &literal, ..HandMade::new(objects(&pades())) })?;
    refused(good, "contents-literal", "the string is a literal one", HOLE, "intact", literal, files)?;
    let elsewhere = pdf::with(objects(&pades().replace("{contents}", "8 0 R")), &[(8, "{contents}")]);
    let document = maker.sign(&HandMade::new(elsewhere))?;
    refused(good, "contents-indirect", "the string is an object of its own", HOLE, "unknown", document, files)
}

/// `(..)`, zeros behind.
fn literal(value: &[u8], room: usize) -> Vec<u8> {
    let mut token = vec![b'('];
    for octet in value {
        match octet {
            b'(' | b')' | b'\\' => token.extend([b'\\', *octet]),
            b'\r' => token.extend(b"\\r"),
            octet => token.push(*octet),
        }
    }
    token.resize(2 * room + 1, 0);
    token.push(b')');
    token
}

/// The dictionary in which the two stand.
fn dictionary(maker: &Maker<'_>, good: &Good, files: &mut Files) -> Outcome {
    let unique = "signature_dictionary.unique_keys";
    for (name, change, text) in [
        ("range-twice", "the key stands twice", pades().replace(" /Contents", " /ByteRange [0 1 2 3] /Contents")),
        ("contents-twice", "the key of the string stands twice", pades().replace(" /Contents", " /Contents <00> /Contents")),
    ] {
        let bad = good.but(change).by("ISO 32000-2 §7.3.7").document(maker.sign(&HandMade::new(objects(&text)))?).fails(FORMAT, unique);
        bad.entries(&[]).add(&format!("byte-range/{name}"), files)?;
    }
    let document =
        maker.sign(&HandMade { layout: &|objects| pdf::compressed(objects, &[DICTIONARY]), ..HandMade::new(objects(&pades())) })?;
    let check = "signature_dictionary.not_in_object_stream";
    refused(good, "compressed", "the dictionary is in an object stream", check, "intact", document, files)?;
    let cut = |place: &Place| format!("[0 {} {} 0]", place.from, place.to);
    let document = maker.signed(&pades(), &cut, &|place| std::iter::once(0..place.from).collect())?;
    let check = "signature_dictionary.inside_signed_range";
    refused(good, "nothing-behind", "nothing behind the string is signed", check, "intact", document, files)?;

    let without_end = |place: &Place| format!("[0 {} {} {}]", place.from, place.to, place.end - place.to - 6);
    let document = maker.signed(&pades(), &without_end, &|place| vec![0..place.from, place.to..place.end - 6])?;
    let bad = good.but("the last line, `%%EOF`, is not signed").document(document);
    bad.indeterminate("SIG_CONSTRAINTS_FAILURE", "byte_range.ends_revision").add("byte-range/without-end", files)?;
    Ok(())
}

/// What stands behind the signed octets.
fn later(maker: &Maker<'_>, good: &Good, files: &mut Files) -> Outcome {
    let signed = maker.range(&Place::byte_range)?;
    let then = |more: &[u8]| [&signed, more].concat();
    for (name, change, more) in
        [("then-white-space", "white space follows", &b" \r\n\n"[..]), ("then-line-feeds", "a thousand line feeds follow", &[b'\n'; 1000])]
    {
        good.but(change).document(then(more)).add(&format!("byte-range/{name}"), files)?;
    }
    let listed = good.but("a comment follows").document(then(b"% nothing\n"));
    listed.finding("pdf.comment_after_end").add("byte-range/then-comment", files)?;
    let bad = good.but("octets follow that belong to nothing").document(then(b"nothing\n"));
    bad.indeterminate("SIG_CONSTRAINTS_FAILURE", "verdict.document_not_modified").add("byte-range/then-octets", files)?;

    // The very octets of the dictionary, in a later revision and so at another place.
    let begins = find(&signed, b"7 0 obj\n").ok_or("no dictionary")? + 8;
    let length = find(&signed[begins..], b"\nendobj").ok_or("no end of the dictionary")?;
    let again: Objects = vec![(DICTIONARY, signed[begins..begins + length].to_vec())];
    let document = pdf::updated(&signed, &again, "");
    refused(good, "dictionary-again", "a later revision has the dictionary again, at another place", HOLE, "intact", document, files)
}
