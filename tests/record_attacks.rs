//! Records in PDF files with two readings, put in too late, or about another file: each is withheld, and its honest twin given out.

#[path = "signing/files.rs"]
mod files;
#[path = "common/records.rs"]
mod records;

use std::path::Path;

use files::{objects, updated};
use kyso::crypto::DigestAlgorithm;
use kyso::record::{NotCarried, RECORD_FILE, RecordedFile, ResultRecord, with_record};
use kyso::report::SubIndication::{self, FormatFailure, HashFailure};
use kyso::report::{Conclusion, Indication, fact::digest_text};
use kyso::testkit::blank_page;
use kyso::{Document, Profile, SignError, sign};
use records::{given_out, given_out_of, page_with_record, pki, record, signed, time};

/// The organisation signs as well, if it may.
fn sealed(octets: &[u8]) -> Result<Vec<u8>, SignError> {
    sign(&Document::pdf(octets).unwrap(), &Profile::pades_b_b(time()), &pki().organisation_signer().unwrap())
}

fn withheld(octets: &[u8]) -> NotCarried {
    given_out(octets).1.unwrap_err()
}

fn failed(signature: &str, why: SubIndication) -> NotCarried {
    NotCarried::Failed { signature: signature.into(), conclusion: Conclusion::failed(why) }
}

/// The last object 1 of a file.
fn catalog(octets: &[u8]) -> String {
    let text = String::from_utf8_lossy(octets).into_owned();
    text[text.rfind("\n1 0 obj").unwrap() + 8..].split("endobj").next().unwrap().trim().to_owned()
}

/// The file with more in its catalog, in one more revision with these objects.
fn with_catalog(octets: &[u8], more: &str, others: &[(u32, &str)]) -> Vec<u8> {
    let catalog = catalog(octets);
    let catalog = format!("{}{more} >>", catalog.strip_suffix(">>").unwrap());
    updated(octets.to_vec(), &objects(&[&[(1, catalog.as_str())], others].concat()), "")
}

/// A record about `blank_page`, with another result for each number.
fn json(result: u32) -> String {
    let mut record = record();
    record.result = format!("{}-KQ{result}", record.dossier);
    record.add_file("ket-qua.pdf", "application/pdf", &blank_page());
    String::from_utf8(record.to_json().unwrap()).unwrap()
}

fn stream(json: &str) -> String {
    format!("<< /Type /EmbeddedFile /Subtype /application#2Fjson /Length {} >>\nstream\n{json}\nendstream", json.len())
}

fn specification(relationship: &str, names: &str, embedded: &str) -> String {
    format!("<< /Type /Filespec {names} /AFRelationship /{relationship} /EF << {embedded} >> >>")
}

const NAMES: &str = "/F (result-record.json) /UF (result-record.json)";
const ONE: &str = "/F 20 0 R /UF 20 0 R";

/// A record put in by hand, as objects 20 and 21, with what else belongs to it.
fn by_hand(specification: &str, more: &str, others: &[(u32, &str)]) -> Vec<u8> {
    let (one, another) = (stream(&json(1)), stream(&json(2)));
    let own: [(u32, &str); 3] = [(20, &one), (21, specification), (22, &another)];
    with_catalog(&blank_page(), &format!(" /AF [21 0 R] {more}"), &[&own[..], others].concat())
}

#[test]
fn one_reading_is_given_out() {
    for file in [page_with_record(), by_hand(&specification("Data", NAMES, ONE), "", &[])] {
        let (indication, carried) = given_out(&signed(&file));
        assert_eq!(indication, Indication::TotalPassed);
        let carried = carried.unwrap();
        assert_eq!((carried.record.result.as_str(), carried.signatures.len()), ("000.00.10.H49-261126-0001-KQ1", 1));
    }
    // The same file in the list of embedded files, and others there and among the associated ones.
    let other = specification("Data", "/F (a.txt) /UF (a.txt)", "/F 22 0 R");
    let tree = "/Names << /EmbeddedFiles << /Kids [30 0 R] >> >>";
    let kid = (30, "<< /Limits [(a) (z)] /Names [(a.txt) 31 0 R (result-record.json) 21 0 R] >>");
    let file = by_hand(&specification("Data", NAMES, ONE), tree, &[kid, (31, &other)]);
    assert!(given_out(&signed(&file)).1.is_ok());
}

#[test]
fn two_readings_are_withheld() {
    let good = specification("Data", NAMES, ONE);
    let malformed = |file: &[u8], what: &str| match withheld(&signed(file)) {
        NotCarried::Malformed(malformed) => assert!(malformed.to_string().contains(what), "{malformed}"),
        other => panic!("{what}: {other}"),
    };
    let second = specification("Data", NAMES, "/F 22 0 R");
    let file = with_catalog(
        &blank_page(),
        " /AF [21 0 R 31 0 R]",
        &[(20, &stream(&json(1))), (22, &stream(&json(2))), (21, &good), (31, &second)],
    );
    malformed(&file, "two associated files");
    malformed(&by_hand(&specification("Source", NAMES, ONE), "", &[]), "no data of the document");
    let none = good.replace("/AFRelationship /Data", "");
    malformed(&by_hand(&none, "", &[]), "no data of the document");
    for names in ["/F (other.json) /UF (result-record.json)", "/F (result-record.json) /UF (other.json)"] {
        malformed(&by_hand(&specification("Data", names, ONE), "", &[]), "another name");
    }
    malformed(&by_hand(&specification("Data", NAMES, "/F 20 0 R /UF 22 0 R"), "", &[]), "several files");
    malformed(&by_hand(&specification("Data", NAMES, "/F 20 0 R /F 22 0 R"), "", &[]), "stands twice");
    // Here nobody signs it; whoever does elsewhere has signed two records.
    let doubled = by_hand(&good, "/AF [31 0 R]", &[(31, &second)]);
    assert!(sign(&Document::pdf(&doubled).unwrap(), &Profile::pades_b_b(time()), &pki().leader_signer().unwrap()).is_err());
    assert!(matches!(withheld(&doubled), NotCarried::Malformed(malformed) if malformed.to_string().contains("stands twice")));
    for entry in ["(result-record.json) 31 0 R", "(a) 31 0 R"] {
        let tree = format!("/Names << /EmbeddedFiles << /Kids [<< /Names [{entry}] >>] >> >>");
        malformed(&by_hand(&good, &tree, &[(31, &second)]), "among the embedded ones");
    }
    let unnamed = specification("Data", "/F (other.json)", "/F 22 0 R");
    let tree = "/Names << /EmbeddedFiles << /Names [(result-record.json) 31 0 R] >> >>";
    malformed(&by_hand(&good, tree, &[(31, &unnamed)]), "among the embedded ones");
    let around = "/Names << /EmbeddedFiles 30 0 R >>";
    malformed(&by_hand(&good, around, &[(30, "<< /Kids [30 0 R] >>")]), "larger than any");
    let many = format!("/AF [{}]", "21 0 R ".repeat(1_001));
    let file = with_catalog(&blank_page(), &many, &[(20, &stream(&json(1))), (21, &good)]);
    malformed(&file, "more than 1000");
}

#[test]
fn a_record_that_came_in_later_is_withheld_whoever_signs_it() {
    let first = signed(&blank_page());
    let one = stream(&json(1));
    let later = with_catalog(&first, " /AF [21 0 R]", &[(20, &one), (21, &specification("Data", NAMES, ONE))]);
    assert_eq!(withheld(&later), failed("S1", FormatFailure));
    // Somebody whose certificate is good signs over it: the first signer did not.
    assert_eq!(withheld(&sealed(&later).unwrap()), failed("S1", FormatFailure));
}

#[test]
fn two_records_that_the_first_signer_saw_do_not_become_one_for_the_second() {
    let good = specification("Data", NAMES, ONE);
    let second = specification("Data", NAMES, "/F 22 0 R");
    let two = with_catalog(
        &blank_page(),
        " /AF [21 0 R 31 0 R]",
        &[(20, &stream(&json(1))), (22, &stream(&json(2))), (21, &good), (31, &second)],
    );
    let first = signed(&two);
    let text = catalog(&first).replace("/AF [21 0 R 31 0 R]", "/AF [31 0 R]");
    let one = updated(first, &objects(&[(1, &text)]), "");
    assert_eq!(withheld(&one), failed("S1", FormatFailure));
    assert_eq!(withheld(&sealed(&one).unwrap()), failed("S1", FormatFailure));
}

#[test]
fn a_signature_that_covers_nobody_knows_what_withholds_it() {
    let twice = sealed(&signed(&page_with_record())).unwrap();
    assert!(given_out(&twice).1.is_ok());
    let text = b"/ByteRange [0 ";
    let at = twice.windows(text.len()).position(|window| window == text).unwrap() + text.len() - 2;
    let mut broken = twice.clone();
    broken[at] = b'7';
    assert!(matches!(withheld(&broken), NotCarried::Failed { .. }), "{}", withheld(&broken));
    // Of a kind that nobody judges it is altered all the same.
    let kind = b"/ETSI.CAdES.detached";
    let at = twice.windows(kind.len()).position(|window| window == kind).unwrap();
    let mut unsupported = twice;
    unsupported[at..at + kind.len()].copy_from_slice(b"/ETSI.XAdES.detached");
    assert_eq!(withheld(&unsupported), failed("S2", HashFailure));
}

/// Behind the signature an end that leads past it, to the revision with the record: what it covers is none of this document.
#[test]
fn a_signature_over_no_revision_withholds_it() {
    let page = page_with_record();
    let text = String::from_utf8_lossy(&page).into_owned();
    let tail = &text[text.rfind("startxref").unwrap()..];
    let file = [&signed(&page)[..], tail.as_bytes()].concat();
    let reason = "which revision it covers is not known";
    let not_covered = NotCarried::NotCoveredBy { signature: "S1".into(), reason: reason.into() };
    assert_eq!(withheld(&file), not_covered);
    // Nor does another signature behind it make it one of the record.
    assert_eq!(withheld(&signed(&file)), not_covered);
}

/// The digest of less than the file, of nothing, of a file that goes on, of this one with its record.
#[test]
fn a_record_about_something_else_is_withheld() {
    let page = blank_page();
    let with = |beginning: &[u8]| {
        let mut record = record();
        record.add_file("ket-qua.pdf", "application/pdf", beginning);
        stream(std::str::from_utf8(&record.to_json().unwrap()).unwrap())
    };
    let file = |stream: &str| with_catalog(&page, " /AF [21 0 R]", &[(20, stream), (21, &specification("Data", NAMES, ONE))]);
    let about = |stream: &str| given_out(&signed(&file(stream))).1;
    assert!(about(&with(&page)).is_ok());
    for beginning in [&b""[..], b"%PDF-", &page[..100], &page[..page.len() - 3], &[&page[..], b"20 0 obj"].concat()] {
        assert_eq!(about(&with(beginning)).unwrap_err(), NotCarried::OfAnotherFile("ket-qua.pdf".into()), "{}", beginning.len());
    }
    // A second PDF file on the list is the one that counts: the last.
    let mut record = record();
    record.add_file("ket-qua.pdf", "application/pdf", &page);
    let mut other = record.clone();
    other.add_file("khac.pdf", "application/pdf", b"%PDF-1.7 another");
    let text = |record: &ResultRecord| stream(std::str::from_utf8(&record.to_json().unwrap()).unwrap());
    assert_eq!(about(&text(&other)).unwrap_err(), NotCarried::OfAnotherFile("khac.pdf".into()));
    record.files[0].media_type = "application/octet-stream".into();
    assert!(matches!(about(&text(&record)).unwrap_err(), NotCarried::OfAnotherFile(_)));
    // What is there with the record in it is nothing that a record could know: it stands in the revision that it tells of.
    let inside = page_with_record();
    let digest = DigestAlgorithm::Sha256.digest(&inside);
    let mut circular = self::record();
    circular.files.push(RecordedFile {
        name: "ket-qua.pdf".into(),
        media_type: "application/pdf".into(),
        size: u64::try_from(inside.len()).unwrap(),
        digest: digest_text(DigestAlgorithm::Sha256, &digest),
    });
    let replaced = catalog(&inside).replace("/AF", "/Old");
    let names = replaced.find("/Names").map_or(replaced.clone(), |at| format!("{} >>", &replaced[..at]));
    let names = format!("{} /AF [21 0 R] >>", names.strip_suffix(">>").unwrap());
    let later = updated(inside, &objects(&[(1, &names), (20, &text(&circular)), (21, &specification("Data", NAMES, ONE))]), "");
    let refused = given_out(&signed(&later)).1.unwrap_err();
    assert_eq!(refused, NotCarried::OfAnotherFile("ket-qua.pdf".into()), "there was a record before");
}

#[test]
fn a_record_in_an_encrypted_file_is_given_to_whoever_opens_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-vectors/structure/aes-256-password");
    let case: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("case.json")).unwrap()).unwrap();
    let password = case["password"].as_str().unwrap();
    let octets = std::fs::read(folder.join(case["document"].as_str().unwrap())).unwrap();
    // As it was before it was signed.
    let end = octets.windows(6).position(|window| window == b"%%EOF\n").unwrap() + 6;
    let page = &octets[..end];
    let opened = |octets| Document::pdf_with_password(octets, password).unwrap();
    let file = with_record(&opened(page), "ket-qua.pdf", &record()).unwrap();
    assert!(!file.windows(12).any(|window| window == b"\"dossier\":\"0"), "it stands there in the clear");
    let signed = sign(&opened(&file), &Profile::pades_b_b(time()), &pki().leader_signer().unwrap()).unwrap();
    let (indication, carried) = given_out_of(&opened(&signed));
    assert_eq!((indication, carried.unwrap().record.dossier), (Indication::TotalPassed, record().dossier));
    assert!(given_out(&signed).1.is_err(), "without the password nothing can be read");
    assert!(given_out_of(&Document::pdf_with_password(&signed, "another").unwrap()).1.is_err());
    assert_eq!(RECORD_FILE, "result-record.json");
}
