//! The record inside the PDF that it is about: given out under a signature that holds, and under no other.

#[path = "common/records.rs"]
mod records;

use kyso::record::{NotCarried, RECORD_FILE, ResultRecord, with_record};
use kyso::report::{Indication, SubIndication};
use kyso::testkit::blank_page;
use kyso::{Document, Profile, SignError, sign};
use records::{given_out, page_with_record, pki, record, signed, time};
use serde_json::Value;

/// `octets` with the first occurrence of `from` replaced by as many octets.
fn replaced(octets: &[u8], from: &str, to: &str) -> Vec<u8> {
    let at = octets.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
    let mut other = octets.to_vec();
    other[at..at + from.len()].copy_from_slice(to.as_bytes());
    other
}

#[test]
fn a_signed_file_gives_its_record_with_the_verdict() {
    let (indication, carried) = given_out(&signed(&page_with_record()));
    let carried = carried.unwrap();
    assert_eq!((indication, carried.conclusion.indication), (Indication::TotalPassed, Indication::TotalPassed));
    assert_eq!(carried.signatures, ["S1"]);
    let mut expected = record();
    expected.add_file("ket-qua.pdf", "application/pdf", &blank_page());
    assert_eq!(carried.record, expected);
    assert_eq!(carried.octets, expected.to_json().unwrap());
}

#[test]
fn two_signatures_cover_it_both() {
    let leader = signed(&page_with_record());
    let seal = sign(&Document::pdf(&leader).unwrap(), &Profile::pades_b_b(time()), &pki().organisation_signer().unwrap()).unwrap();
    let (indication, carried) = given_out(&seal);
    assert_eq!((indication, carried.unwrap().signatures), (Indication::TotalPassed, vec!["S1".to_owned(), "S2".to_owned()]));
}

#[test]
fn without_a_signature_over_it_there_is_no_record() {
    assert_eq!(given_out(&page_with_record()).1.unwrap_err(), NotCarried::NotCovered);
    assert_eq!(given_out(&signed(&blank_page())).1.unwrap_err(), NotCarried::Absent);
}

#[test]
fn a_record_with_another_octet_is_withheld() {
    let (indication, carried) = given_out(&replaced(&signed(&page_with_record()), "-KQ1", "-KQ2"));
    assert_eq!(indication, Indication::TotalFailed);
    let NotCarried::Failed { signature, conclusion } = carried.unwrap_err() else { panic!("given out or withheld for another reason") };
    assert_eq!((signature.as_str(), conclusion.sub_indication), ("S1", Some(SubIndication::HashFailure)));
}

#[test]
fn a_record_that_a_later_revision_replaces_is_withheld() {
    let signed = signed(&page_with_record());
    let text = String::from_utf8_lossy(&signed).into_owned();
    // The stream of the record again, with another code, as one more revision.
    let at = text.find("/Type /EmbeddedFile/").unwrap();
    let number: u32 = text[..at].rsplit("\n").find_map(|line| line.strip_suffix(" 0 obj")?.parse().ok()).unwrap();
    let body = text[text[..at].rfind(" 0 obj").unwrap()..].split("endobj").next().unwrap().replace("-KQ1", "-KQ2");
    let startxref: usize = text.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
    let size: u32 = text.rsplit("/Size ").next().unwrap().split(|letter: char| !letter.is_ascii_digit()).next().unwrap().parse().unwrap();
    let root = text.rsplit("/Root ").next().unwrap().split(" R").next().unwrap();
    let mut later = signed.clone();
    let object = later.len();
    later.extend(format!("{number}{body}endobj\n").into_bytes());
    let section = later.len();
    later.extend(
        format!("xref\n{number} 1\n{object:010} 00000 n \ntrailer\n<< /Size {size} /Root {root} R /Prev {startxref} >>\nstartxref\n{section}\n%%EOF\n")
            .into_bytes(),
    );
    let (indication, carried) = given_out(&later);
    assert_ne!(indication, Indication::TotalPassed);
    assert_eq!(carried.unwrap_err(), NotCarried::Changed);
}

#[test]
fn a_record_about_another_file_is_withheld() {
    let mut other = record();
    other.add_file("ket-qua.pdf", "application/pdf", b"%PDF-1.7 another");
    // Put in by somebody who does not add the file itself: the digest of another one stands there, of the same length in digits.
    let honest = page_with_record();
    let digest = kyso::crypto::DigestAlgorithm::Sha256.digest(&blank_page());
    let first: String = digest.iter().take(2).map(|octet| format!("{octet:02x}")).collect();
    let wrong = if first == "0000" { "1111" } else { "0000" };
    let altered = replaced(&honest, &format!("sha256:{first}"), &format!("sha256:{wrong}"));
    let (indication, carried) = given_out(&signed(&altered));
    assert_eq!(indication, Indication::TotalPassed, "the signature is good, of a record that is not");
    assert_eq!(carried.unwrap_err(), NotCarried::OfAnotherFile("ket-qua.pdf".into()));
}

#[test]
fn what_is_signed_has_no_record_put_in_and_no_second_one() {
    let refused = |octets: &[u8]| match with_record(&Document::pdf(octets).unwrap(), "a.pdf", &record()) {
        Err(SignError::Refused(refusal)) => refusal.id(),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&signed(&blank_page())), "document.signed");
    assert_eq!(refused(&page_with_record()), "associated_file.there");
    assert_eq!(RECORD_FILE, "result-record.json");
}

#[test]
fn the_published_schema_is_that_of_the_type() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/result-record.schema.json");
    let schema = serde_json::to_string_pretty(&ResultRecord::json_schema()).unwrap() + "\n";
    if std::env::var_os("KYSO_WRITE").is_some() {
        std::fs::write(&path, &schema).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == schema, "docs/result-record.schema.json is another one: KYSO_WRITE=1 cargo test --test record writes it");
    let validator = jsonschema::validator_for(&ResultRecord::json_schema()).unwrap();
    let mut value: Value = serde_json::from_slice(&record().to_json().unwrap()).unwrap();
    assert!(validator.is_valid(&value));
    value["issued_on"] = "2026-11-26".into();
    assert!(!validator.is_valid(&value));
}
