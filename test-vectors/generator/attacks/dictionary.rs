//! Universal signature forgery: nothing but the signature dictionary is tampered with, so that a reader finds nothing to check.

use kyso::testkit::Template;

use super::decision::{Decision, seal, stamp};
use super::update::{Row, Update};
use super::{Cases, Expected, FORMAT, broken, modified, passes};
use crate::Outcome;
use crate::case::{Entry, FAILED, Good, INDETERMINATE};
use crate::cms::Signer;
use crate::hand_made::{HandMade, field, find, hexadecimal, pades, patched};
use crate::pdf;
use crate::shared::{at, person};

const HASH: &str = "HASH_FAILURE";
const INTACT: &str = "cryptographic_verification.data_intact";
const FOUND: &str = "signature_dictionary.found";
const FOUR: &str = "byte_range.four_integers";
const HOLE: &str = "byte_range.hole_is_contents";
const REMOVED: &str = "signature_dictionary.not_removed";

pub fn add(cases: &mut Cases<'_>) -> Outcome {
    ranges(cases)?;
    values(cases)?;
    direct(cases)?;
    second(cases)?;
    timestamp(cases)?;
    later(cases)
}

/// The octets of a value: `key` ends with the first of them.
fn value<'a>(file: &'a [u8], key: &str, last: u8) -> Outcome<&'a [u8]> {
    let begins = find(file, key.as_bytes()).ok_or("no such key")? + key.len() - 1;
    let length = file[begins..].iter().position(|octet| *octet == last).ok_or("no end of the value")? + 1;
    Ok(&file[begins..begins + length])
}

/// The file with this text in the place of a value; spaces fill the rest of the place.
fn with_value(file: &[u8], old: &[u8], new: &[u8]) -> Outcome<Vec<u8>> {
    let at = find(file, old).ok_or("no such value")?;
    let mut place = new.to_vec();
    // The numbers of `/ByteRange` have room behind them.
    let room = file[at + old.len()..].iter().take_while(|octet| **octet == b' ').count().saturating_sub(1);
    if place.len() > old.len() + room {
        return Err("no room for the value".into());
    }
    place.resize(old.len() + if new.len() > old.len() { room } else { 0 }, b' ');
    Ok([&file[..at], &place, &file[at + place.len()..]].concat())
}

/// `/ByteRange` of a certification.
fn ranges(cases: &mut Cases<'_>) -> Outcome {
    let signed = Decision::certified(2).signed(cases.shared)?;
    let good = cases.honest("certified", "a decision certified for filling in", &passes("none"), signed.clone())?;
    let range = value(&signed, "/ByteRange [", b']')?;
    let numbers: Vec<String> = String::from_utf8_lossy(range).trim_matches(['[', ']']).split(' ').map(str::to_owned).collect();
    let [_, b, c, d] = numbers.as_slice() else { return Err("no four numbers".into()) };
    let rows = [
        ("range-null", "`/ByteRange` is null", "null".to_owned(), FOUR, "unknown"),
        ("range-missing", "`/ByteRange` is an object that is not there", "99 0 R".into(), FOUR, "unknown"),
        ("range-page", "`/ByteRange` is the page", "3 0 R".into(), FOUR, "unknown"),
        ("range-two", "`/ByteRange` has its first two numbers only", format!("[0 {b}]"), FOUR, "unknown"),
        ("range-negative", "the second number of `/ByteRange` is negative", format!("[0 -{b} {c} {d}]"), FOUR, "unknown"),
        ("range-zeros", "the numbers of `/ByteRange` are zero", "[0 0 0 0]".into(), "byte_range.from_start_of_file", "broken"),
        ("range-beyond", "`/ByteRange` ends beyond the file", format!("[0 {b} {c} {d}0]"), "byte_range.in_file", "unknown"),
    ];
    for (name, change, text, check, integrity) in rows {
        let document = with_value(&signed, range, text.as_bytes())?;
        cases.attack(&good, name, change, &broken(check, integrity), document)?;
    }
    let unreadable = Expected { entries: Vec::new(), ..broken(FOUND, "unknown") };
    let document = with_value(&signed, range, b" ")?;
    cases.attack(&good, "range-nothing", "`/ByteRange` has no value", &unreadable, document)
}

/// `/Contents`, of which no octet is signed.
fn values(cases: &mut Cases<'_>) -> Outcome {
    let shared = cases.shared;
    let locked = Decision::locking("/Action /All");
    let signed = locked.signed(shared)?;
    let good = cases.honest("locked", "a decision signed, all fields locked", &passes("none"), signed.clone())?;
    let token = value(&signed, "/Contents <", b'>')?;
    let room = token.len() / 2 - 1;
    let with = |octets: &[u8]| with_value(&signed, token, &hexadecimal(octets, room));
    let signer = shared.by_hand("p256");
    let value = signer.detached(b"another document", Vec::new())?;
    let mut nobody = signer.data(&signer.over_content(b"")?);
    nobody.signers.clear();
    let rows = [
        ("value-zeros", "the signature value is all zeros", with(&[])?, broken("content.readable", "unknown")),
        ("value-cut", "the signature value ends in its middle", with(&value[..value.len() / 2])?, broken("content.readable", "unknown")),
        ("value-nobody", "the signature value has no signer", with(&nobody.der())?, broken("signed_data.one_signer_info", "unknown")),
        ("value-null", "the signature value is null", with_value(&signed, token, b"null")?, broken(HOLE, "unknown")),
        ("value-empty", "the signature value is an empty string", with_value(&signed, token, b"<>")?, broken(HOLE, "unknown")),
        ("value-of-another", "the signature value is that of another document", with(&value)?, hash_failure()),
    ];
    for (name, change, document, expected) in rows {
        cases.attack(&good, name, change, &expected, document)?;
    }
    Ok(())
}

fn hash_failure() -> Expected {
    let entry = Entry::concluded(FAILED, HASH, INTACT).integrity("broken");
    Expected { conclusion: Some([FAILED, HASH, INTACT]), ..broken(INTACT, "broken").entries(&[entry.field("leader")]) }
}

/// A dictionary that is no object of its own, in a file with a cross-reference stream.
fn direct(cases: &mut Cases<'_>) -> Outcome {
    let decision = Decision::default();
    let field = decision.leader("").replace("/V 7 0 R", &format!("/V {}", decision.dictionary()));
    let decision = Decision::with(&[(6, &field), (7, "null")]);
    let signed = decision.signed_as(cases.shared, &|objects| pdf::compressed(objects, &[1, 2, 3]))?;
    let good = cases.honest("direct", "a decision whose signature dictionary stands in the field", &passes("none"), signed.clone())?;
    let document = patched(&signed, "/ByteRange", "/Byterange")?;
    cases.attack(&good, "direct-range", "the key of `/ByteRange` is another one", &broken(FOUR, "unknown"), document)?;
    let document = patched(&signed, "/Contents <", "/contents <")?;
    cases.attack(&good, "direct-contents", "the key of `/Contents` is another one", &broken(HOLE, "unknown"), document)?;
    let document = patched(&signed, "/FT /Sig", "/FT /Txt")?;
    cases.attack(&good, "direct-type", "the field is no signature field", &hash_failure(), document)?;
    let document = patched(&signed, "/V <<", "/W <<")?;
    let check = "pades.signature_listed";
    let entry = Entry::concluded(INDETERMINATE, super::CONSTRAINTS, check).kind("unsupported").integrity("unknown");
    let expected = Expected { conclusion: Some([INDETERMINATE, super::CONSTRAINTS, check]), ..passes("").entries(&[entry]) };
    cases.attack(&good, "direct-value", "the key of the dictionary in the field is another one", &expected, document)
}

/// The second of two signatures.
fn second(cases: &mut Cases<'_>) -> Outcome {
    let (shared, decision) = (cases.shared, Decision::default());
    let signed = decision.signed(shared)?;
    let both = seal(shared, decision.sealed(""), &|objects| pdf::updated(&signed, objects, ""))?;
    let what = "the leader signs, then the organisation";
    let good = cases.honest("second", what, &passes("form_filling").and(Entry::passed().field("seal")), both.clone())?;
    let (range, token) = (value(&signed, "/ByteRange [", b']')?, value(&signed, "/Contents <", b'>')?);
    let later = &both[signed.len()..];
    let with = |key: &str, last: u8, new: &[u8]| -> Outcome<Vec<u8>> {
        Ok([&signed, &with_value(later, value(later, key, last)?, new)?[..]].concat())
    };
    // The organisation signed another revision than the one that brings its field, or nobody knows which one.
    let doubted =
        |entry: Entry| Expected { conclusion: Some([FAILED, FORMAT, ""]), ..modified("other", "permitted_changes.judged").and(entry) };
    let fails = |check| Entry::concluded(FAILED, FORMAT, check).field("seal");
    let first = doubted(fails(HOLE).integrity("broken"));
    cases.attack(
        &good,
        "second-range",
        "the organisation's `/ByteRange` is that of the leader",
        &first,
        with("/ByteRange [", b']', range)?,
    )?;
    let null = doubted(fails(FOUR).integrity("unknown"));
    cases.attack(&good, "second-null", "the organisation's `/ByteRange` is null", &null, with("/ByteRange [", b']', b"null")?)?;
    let room = value(later, "/Contents <", b'>')?.len() / 2 - 1;
    let digits = String::from_utf8_lossy(&token[1..token.len() - 1]).trim_end_matches('0').to_owned();
    let copied = format!("<{digits:0<width$}>", width = 2 * room);
    let copied = with("/Contents <", b'>', copied.as_bytes())?;
    let entry = Entry::concluded(FAILED, HASH, INTACT).integrity("broken").field("seal");
    let expected = Expected { conclusion: Some([FAILED, HASH, INTACT]), ..passes("form_filling").and(entry) };
    cases.attack(&good, "second-value", "the organisation's signature value is that of the leader", &expected, copied)
}

/// A document timestamp.
fn timestamp(cases: &mut Cases<'_>) -> Outcome {
    let (shared, decision) = (cases.shared, Decision::default());
    let signed = decision.signed(shared)?;
    let stamped = stamp(shared, decision.stamped(), &|objects| pdf::updated(&signed, objects, ""))?;
    let timestamp = |entry: Entry| entry.kind("document_timestamp").field("stamp");
    let what = "a decision signed, a document timestamp added";
    let good = cases.honest("stamped", what, &passes("extension").and(timestamp(Entry::passed())), stamped.clone())?;
    let later = &stamped[signed.len()..];
    let token = value(later, "/Contents <", b'>')?;
    let with = |octets: &[u8]| -> Outcome<Vec<u8>> {
        Ok([&signed, &with_value(later, token, &hexadecimal(octets, token.len() / 2 - 1))?[..]].concat())
    };
    let entry = |check| timestamp(Entry::concluded(FAILED, FORMAT, check).integrity("unknown"));
    // A timestamp that fails takes its proof away; what else it is, is one more change after the leader signed.
    let expected = |check| modified("other", "permitted_changes.judged").and(entry(check));
    cases.attack(&good, "stamped-zeros", "the token is all zeros", &expected("content.readable"), with(&[])?)?;
    let no_token = shared.by_hand("p256").detached(&stamped, Vec::new())?;
    cases.attack(
        &good,
        "stamped-no-token",
        "in the place of the token stands a signature",
        &expected("content.timestamp_token"),
        with(&no_token)?,
    )
}

/// A later revision has another dictionary, field or form.
fn later(cases: &mut Cases<'_>) -> Outcome {
    let (shared, decision) = (cases.shared, Decision::default());
    let signed = decision.signed(shared)?;
    let store = decision.store(shared, "");
    let good = cases.honest("kept", "a decision signed, validation data added", &passes("extension"), pdf::updated(&signed, &store, ""))?;
    let removed = broken(REMOVED, "intact");
    let token = String::from_utf8_lossy(value(&signed, "/Contents <", b'>')?).into_owned();
    let bare = pades().replace("/ByteRange {range} ", "").replace("{contents}", &token);
    let without_value =
        pades().replace("/Contents {contents} ", "").replace("{range}", &String::from_utf8_lossy(value(&signed, "/ByteRange [", b']')?));
    let zeros = pades().replace("{range}", "[0 0 0 0]").replace("{contents}", &token);
    let field = |value: &str| field("leader", "").replace("/V 7 0 R ", value);
    let rows: [(&str, &str, u32, String, Expected); 9] = [
        ("later-null", "the dictionary is null", 7, "null".into(), broken(FOUND, "unknown")),
        ("later-empty", "the dictionary is empty", 7, "<< >>".into(), broken(FOUR, "unknown")),
        ("later-no-range", "the dictionary has no `/ByteRange`", 7, bare, broken(FOUR, "unknown")),
        ("later-no-value", "the dictionary has no `/Contents`", 7, without_value, broken(HOLE, "unknown")),
        ("later-zeros", "the numbers of `/ByteRange` are zero", 7, zeros, broken("byte_range.from_start_of_file", "broken")),
        ("later-unsigned", "the field has no value", 6, field(""), removed.clone()),
        ("later-text", "the field is one for text", 6, field("/V (Nguyen Van A) ").replace("/Sig", "/Tx"), removed.clone()),
        ("later-no-field", "the form has no such field", 9, decision.form("").replace("6 0 R 8 0 R", "8 0 R"), removed.clone()),
        ("later-no-form", "there is no form", 1, "<< /Type /Catalog /Pages 2 0 R >>".into(), removed.clone()),
    ];
    for (name, change, number, text, expected) in rows {
        let change = format!("in a later revision {change}");
        cases.attack(&good, name, &change, &expected, pdf::updated(&signed, &pdf::objects(&[(number, &text)]), ""))?;
    }
    let freed = Update::rows(&[(6, Row::Free), (7, Row::Free)]).table(&signed);
    cases.attack(&good, "later-freed", "in a later revision field and dictionary are marked free", &removed, freed)?;
    replaced(cases, &good, &signed)
}

/// Somebody else's signature in the place of the leader's.
fn replaced(cases: &mut Cases<'_>, good: &Good, signed: &[u8]) -> Outcome {
    let shared = cases.shared;
    let template = Template::signatory(person("p384"), at(-400), at(1200));
    let stranger = shared.other_root.issue(&template, shared.signatories["p384"].key.clone())?;
    let objects = pdf::objects(&[(6, &field("leader", "").replace("/V 7 0 R", "/V 21 0 R")), (21, &pades())]);
    let layout = |objects: &pdf::Objects| pdf::updated(signed, objects, "");
    let file = HandMade { layout: &layout, ..HandMade::new(objects) };
    let document = file.sign(|octets| Signer::new(&stranger, &[]).detached(octets, Vec::new()))?;
    let check = "path.trust_anchor_reached";
    let unknown = Entry::concluded(INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND", check).integrity("intact").field("leader");
    let expected = broken(REMOVED, "intact").and(unknown);
    cases.attack(good, "later-stranger", "in a later revision the field has the signature of a stranger", &expected, document)
}
