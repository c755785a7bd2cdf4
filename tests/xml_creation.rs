//! XAdES made by this library: within, around, elsewhere, side by side, every level; what xmllint and xmlsec1 say of it, and what we say of what
//! xmlsec1 made.
#![cfg(feature = "xml")]

#[path = "common/audited.rs"]
mod audited;
mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use kyso::creation::Packaging;
use kyso::crypto::DigestAlgorithm;
use kyso::report::Indication;
use kyso::report::json::{Format, Integrity, Level};
use kyso::testkit::authority::TIMESTAMPS;
use kyso::testkit::{Authority, DemoPki};
use kyso::{Context, Document, Draft, Evidence, Goal, Policy, Profile, Report, Signer as _, Time, augment, sign};

const RECORD: &str = "<?xml version=\"1.0\"?>\n<!-- record --><Result xmlns=\"urn:kyso:test\" xmlns:a=\"urn:a\">\r\n <Number a:b='1'>01/QĐ-UBND</Number></Result>\n";
const TEXT: &[u8] = b"Quyet dinh so 01/QD-UBND\n";
const NAME: &str = "quyết định 01.txt";

fn time() -> Time {
    Time::from_unix(1_795_316_400)
}

fn pki() -> DemoPki {
    DemoPki::new([7; 32], time()).unwrap()
}

fn profile() -> Profile {
    Profile::xades_b_b(time())
}

fn report(pki: &DemoPki, document: &Document<'_>) -> Report {
    let (policy, anchors, evidence) = (Policy::etsi_basic(), pki.trust_anchors().unwrap(), pki.evidence().unwrap());
    audited::verify(document, &Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None })
}

/// Alone: nothing beside the file but the anchor.
fn alone(pki: &DemoPki, document: &Document<'_>, time: Time) -> Report {
    let (policy, anchors, evidence) = (Policy::etsi_basic(), pki.trust_anchors().unwrap(), Evidence::none());
    audited::verify(document, &Context { policy: &policy, anchors: &anchors, evidence: &evidence, time, existence: None })
}

/// With the file beside it that it names.
fn opened(octets: &[u8]) -> Document<'_> {
    let document = Document::detect(octets).unwrap();
    // Its name has letters that a reference writes in another way.
    let names_it = octets.windows(6).any(|window| window == b"01.txt");
    if names_it { document.with_detached(NAME, TEXT) } else { document }
}

/// Every packaging: enveloped, an element inside, octets inside, a file elsewhere.
fn packagings(pki: &DemoPki) -> Vec<(&'static str, Vec<u8>)> {
    let signer = pki.leader_signer().unwrap();
    let enveloping = profile().packaging(Packaging::Enveloping);
    let made = |document: &Document<'_>, profile: &Profile| sign(document, profile, &signer).unwrap();
    vec![
        ("enveloped", made(&Document::xml(RECORD.as_bytes()).unwrap(), &profile())),
        ("enveloping-element", made(&Document::xml(RECORD.as_bytes()).unwrap(), &enveloping)),
        ("enveloping-octets", made(&Document::data(TEXT), &enveloping)),
        ("detached", made(&Document::data(TEXT).with_name(NAME), &profile().packaging(Packaging::Detached))),
    ]
}

#[test]
fn every_packaging_is_intact_whole_and_one_letter_counts() {
    let pki = pki();
    for (name, signed) in packagings(&pki) {
        let read = report(&pki, &opened(&signed));
        let entry = &read.signatures[0];
        let found = (read.conclusion.indication, entry.integrity, entry.format, entry.level, entry.coverage.whole_document);
        assert_eq!(found, (Indication::TotalPassed, Integrity::Intact, Format::XAdES, Level::BB, true), "{name}");
        let text = String::from_utf8(signed).unwrap();
        let altered = if name == "enveloping-octets" {
            let octets = kyso::encoding::base64::encode(TEXT);
            text.replacen(&octets, &kyso::encoding::base64::encode(&TEXT.to_ascii_uppercase()), 1)
        } else {
            text.replacen("01/QĐ", "02/QĐ", 1)
        };
        let document = Document::detect(altered.as_bytes()).unwrap();
        let document = if name == "detached" { document.with_detached(NAME, b"other") } else { document };
        assert_eq!(report(&pki, &document).conclusion.indication, Indication::TotalFailed, "{name}");
    }
}

/// Each text is looked at once: as many times as there are texts would take hours.
#[test]
fn a_hundred_thousand_texts_where_keys_are_told_end() {
    let pki = pki();
    let (_, signed) = packagings(&pki).swap_remove(0);
    let with = |more: &str| String::from_utf8(signed.clone()).unwrap().replacen("<ds:X509Data>", &format!("{more}<ds:X509Data>"), 1);
    let many = with(&format!("<ds:KeyName>{}</ds:KeyName>", "a<!---->".repeat(100_000)));
    assert_eq!(report(&pki, &opened(many.as_bytes())).conclusion.indication, Indication::TotalPassed);
    let among_elements = with(&"a<!---->".repeat(100_000));
    assert_eq!(report(&pki, &opened(among_elements.as_bytes())).conclusion.indication, Indication::Indeterminate);
}

#[test]
fn signers_stand_side_by_side() {
    let pki = pki();
    let first = sign(&Document::xml(RECORD.as_bytes()).unwrap(), &profile(), &pki.leader_signer().unwrap()).unwrap();
    let second = sign(&Document::xml(&first).unwrap(), &profile(), &pki.organisation_signer().unwrap()).unwrap();
    let read = report(&pki, &opened(&second));
    let found: Vec<_> = read.signatures.iter().map(|entry| (entry.indication, entry.level, entry.coverage.whole_document)).collect();
    assert_eq!(found, [(Indication::TotalPassed, Level::BB, true); 2]);
    // The same signer at the same time: the identifiers differ all the same.
    let third = sign(&Document::xml(&second).unwrap(), &profile(), &pki.leader_signer().unwrap()).unwrap();
    assert_eq!(report(&pki, &opened(&third)).signatures.len(), 3);
    let empty = sign(&Document::xml(b"<a/>").unwrap(), &profile(), &pki.leader_signer().unwrap()).unwrap();
    assert_eq!(report(&pki, &opened(&empty)).conclusion.indication, Indication::TotalPassed);
}

#[test]
fn a_draft_waits_for_its_value() {
    let pki = pki();
    let signer = pki.leader_signer().unwrap();
    let document = Document::xml(RECORD.as_bytes()).unwrap();
    let stored = Draft::new(&document, &profile(), signer.certificates(), signer.algorithm()).unwrap().to_bytes().unwrap();
    let draft = Draft::from_bytes(&stored, RECORD.as_bytes()).unwrap();
    let signed = draft.complete(&signer.sign(draft.to_be_signed()).unwrap()).unwrap();
    assert_eq!(report(&pki, &opened(&signed)).conclusion.indication, Indication::TotalPassed);
    assert!(draft.complete(&[0; 256]).is_err());
}

#[test]
fn a_digest_is_enough_of_a_file_elsewhere() {
    let pki = pki();
    let digest = DigestAlgorithm::Sha256.digest(TEXT);
    let by_digest = Document::data(b"").with_detached_digest(NAME, DigestAlgorithm::Sha256, digest.clone());
    let signed = sign(&by_digest, &profile().packaging(Packaging::Detached), &pki.leader_signer().unwrap()).unwrap();
    for document in [opened(&signed), Document::xml(&signed).unwrap().with_detached_digest(NAME, DigestAlgorithm::Sha256, digest)] {
        assert_eq!(report(&pki, &document).conclusion.indication, Indication::TotalPassed);
    }
    let wanting = report(&pki, &Document::xml(&signed).unwrap());
    assert_eq!((wanting.conclusion.indication, wanting.wants.len()), (Indication::Indeterminate, 1));
}

const PARTS: &str = "<r xmlns='urn:kyso:test'><a Id='a'>1</a><b xml:id='b'>2</b></r>";

/// Several references: files elsewhere, elements of one document, the document with a file, octets inside with a file.
fn several(pki: &DemoPki) -> Vec<(&'static str, Vec<u8>, Vec<&'static str>)> {
    let signer = pki.leader_signer().unwrap();
    let made = |document: &Document<'_>, profile: &Profile| sign(document, profile, &signer).unwrap();
    let files = |document: Document<'static>| document.with_detached(NAME, TEXT).with_detached("b/2.bin", b"\x00\x01");
    let (detached, enveloping) = (profile().packaging(Packaging::Detached), profile().packaging(Packaging::Enveloping));
    let name = "quy%E1%BA%BFt%20%C4%91%E1%BB%8Bnh%2001.txt";
    vec![
        ("files", made(&files(Document::data(b"")), &detached), vec![name, "b/2.bin"]),
        ("elements", made(&Document::xml(PARTS.as_bytes()).unwrap(), &profile().elements(["a", "b"])), vec!["#a", "#b"]),
        (
            "mixed",
            made(&files(Document::xml(PARTS.as_bytes()).unwrap()), &detached.clone().elements(["b", "a"])),
            vec!["#b", "#a", name, "b/2.bin"],
        ),
        ("within", made(&files(Document::xml(PARTS.as_bytes()).unwrap()), &profile()), vec!["", name, "b/2.bin"]),
        ("inside", made(&files(Document::data(b"inside")), &enveloping), vec!["object", name, "b/2.bin"]),
    ]
}

fn with_files<'a>(octets: &'a [u8], second: &'a [u8]) -> Document<'a> {
    let document = Document::detect(octets).unwrap();
    // Given only where it is signed: what is given and is not lowers the verdict.
    let names_it = octets.windows(7).any(|window| window == b"b/2.bin");
    if names_it { document.with_detached(NAME, TEXT).with_detached("b/2.bin", second) } else { document }
}

#[test]
fn one_signature_is_over_several_files_and_elements_each_by_a_reference() {
    let pki = pki();
    for (name, signed, references) in several(&pki) {
        let read = report(&pki, &with_files(&signed, b"\x00\x01"));
        let entry = &read.signatures[0];
        assert_eq!((read.conclusion.indication, entry.level), (Indication::TotalPassed, Level::BB), "{name}");
        let uris: Vec<&str> = entry.coverage.references.iter().map(|one| one.uri.as_str()).collect();
        assert_eq!(uris.len(), references.len() + 1, "{name}: {uris:?}");
        for (uri, expected) in uris.iter().zip(&references) {
            assert!(uri == expected || *expected == "object" && uri.ends_with("-object"), "{name}: {uri} {expected}");
        }
        let altered = if references.contains(&"b/2.bin") {
            report(&pki, &with_files(&signed, b"\x00\x02"))
        } else {
            let text = String::from_utf8(signed.clone()).unwrap().replacen(">2</b>", ">3</b>", 1);
            report(&pki, &Document::xml(text.as_bytes()).unwrap())
        };
        assert_eq!(altered.conclusion.indication, Indication::TotalFailed, "{name}");
        valid_text(&format!("one-{name}"), Level::BB, &signed);
    }
}

#[test]
fn every_level_is_reached_over_several_references() {
    let pki = pki();
    let (made, anchors) = (several(&pki), pki.trust_anchors().unwrap());
    let mut authority = Authority::new(pki, time());
    for (name, signed, references) in made {
        let (policy, evidence) = (Policy::etsi_basic(), Evidence::none());
        let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
        let goal = |goal: Goal| {
            if references.contains(&"b/2.bin") { goal.detached(NAME, TEXT).detached("b/2.bin", &b"\x00\x01"[..]) } else { goal }
        };
        let mut octets = signed;
        for level in [Level::BT, Level::BLT, Level::BLTA] {
            let made = augment(&octets, &goal(Goal::level(level)), TIMESTAMPS, &context, &mut authority).unwrap();
            let entry = &made.report.signatures[0];
            // At B-T nobody has told yet whether its certificate is revoked.
            let expected = if level == Level::BT { Indication::Indeterminate } else { Indication::TotalPassed };
            assert_eq!((entry.indication, entry.level), (expected, level), "{name}");
            valid_text(&format!("several-{name}"), level, &made.octets);
            octets = made.octets;
        }
        let kept = alone(&authority.pki, &with_files(&octets, b"\x00\x01"), time().plus_seconds(3_600));
        assert_eq!((kept.conclusion.indication, kept.signatures[0].level), (Indication::TotalPassed, Level::BLTA), "{name}");
    }
}

#[test]
fn what_would_be_signed_twice_or_is_not_there_is_refused() {
    let signer = pki().leader_signer().unwrap();
    let refused = |document: &Document<'_>, profile: &Profile| sign(document, profile, &signer).unwrap_err().to_string();
    let parts = || Document::xml(PARTS.as_bytes()).unwrap();
    assert!(refused(&parts(), &profile().elements(["c"])).contains("no element"));
    assert!(refused(&parts(), &profile().elements(["a", "a"])).contains("twice"));
    let twice = Document::xml(b"<r><a Id='a'/><b id='a'/></r>").unwrap();
    assert!(refused(&twice, &profile().elements(["a"])).contains("several elements"));
    let same = Document::data(b"").with_detached("x", b"1").with_detached("x", b"2");
    assert!(refused(&same, &profile().packaging(Packaging::Detached)).contains("twice"));
    assert!(refused(&parts(), &profile().elements(["a"]).packaging(Packaging::Enveloping)).contains("within"));
}

#[test]
fn only_xml_has_a_signature_within() {
    let signer = pki().leader_signer().unwrap();
    let refused = sign(&Document::data(TEXT), &profile(), &signer).unwrap_err();
    assert!(refused.to_string().contains("only an XML document"), "{refused}");
}

#[test]
fn every_level_is_reached_in_every_packaging() {
    let pki = pki();
    let made = packagings(&pki);
    let anchors = pki.trust_anchors().unwrap();
    let mut authority = Authority::new(pki, time());
    for (name, signed) in made {
        for level in [Level::BT, Level::BLT, Level::BLTA] {
            let (policy, evidence) = (Policy::etsi_basic(), Evidence::none());
            let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
            let goal = Goal::level(level).detached(NAME, TEXT);
            let made =
                augment(&signed, &goal, TIMESTAMPS, &context, &mut authority).unwrap_or_else(|error| panic!("{name} {level:?}: {error}"));
            let document = opened(&made.octets);
            let read = if level == Level::BT {
                report(&authority.pki, &document)
            } else {
                alone(&authority.pki, &document, made.report.inputs.time.0)
            };
            let entry = &read.signatures[0];
            assert_eq!((entry.indication, entry.level), (Indication::TotalPassed, level), "{name} {level:?}");
            valid(name, level, &made.octets);
            if level == Level::BLTA {
                // Renewed, the first archive timestamp and what proves it stand under the second.
                let goal = Goal::renewal().detached(NAME, TEXT);
                let renewed = augment(&made.octets, &goal, TIMESTAMPS, &context, &mut authority).unwrap();
                let read = alone(&authority.pki, &opened(&renewed.octets), renewed.report.inputs.time.0);
                let entry = &read.signatures[0];
                assert_eq!((entry.indication, entry.level, entry.timestamps.len()), (Indication::TotalPassed, level, 3), "{name}");
                valid(name, level, &renewed.octets);
            }
        }
    }
}

/// As [`valid`], for documents whose own root has no schema: the signature alone is taken out.
fn valid_text(name: &str, level: Level, octets: &[u8]) {
    let text = String::from_utf8(octets.to_vec()).unwrap();
    let (start, end) = (text.find("<ds:Signature ").unwrap(), text.rfind("</ds:Signature>").unwrap());
    valid(name, level, &octets[start..end + "</ds:Signature>".len()]);
}

/// By the schemas of ETSI and W3C.
fn valid(name: &str, level: Level, octets: &[u8]) {
    let Some(schemas) = std::env::var_os("KYSO_CORPORA").map(|corpora| PathBuf::from(corpora).join("../schemas/xades")) else {
        println!("xml_creation: KYSO_CORPORA does not name the folder beside which the schemas are");
        return;
    };
    let folder = folder();
    let import = |namespace: &str, file: &str| {
        let path = schemas.join(file).canonicalize().unwrap();
        format!("<xs:import namespace='{namespace}' schemaLocation='{}'/>", path.display())
    };
    let all = import("http://www.w3.org/2000/09/xmldsig#", "xmldsig-core-schema.xsd")
        + &import("http://uri.etsi.org/01903/v1.3.2#", "XAdES01903v132-202407.xsd")
        + &import("http://uri.etsi.org/01903/v1.4.1#", "XAdES01903v141-202407.xsd");
    let record = "<xs:element name='Result'><xs:complexType mixed='true'><xs:sequence><xs:any processContents='lax' maxOccurs='unbounded' namespace='##any'/></xs:sequence></xs:complexType></xs:element>";
    let driver = folder.join(format!("{name}-{}.xsd", level.name()));
    let schema =
        format!("<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:kyso:test'>{all}{record}</xs:schema>");
    std::fs::write(&driver, schema).unwrap();
    let file = folder.join(format!("{name}-{}.xml", level.name()));
    std::fs::write(&file, octets).unwrap();
    let output = Command::new("xmllint").args(["--nonet", "--noout", "--schema"]).arg(&driver).arg(&file).output().unwrap();
    assert!(output.status.success(), "{name} {level:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("xml_creation");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// `KYSO_INTEROP` asks for it: xmlsec1 is on the path.
#[test]
fn xmlsec1_finds_our_signatures_intact_and_we_find_its() {
    if std::env::var_os("KYSO_INTEROP").is_none() {
        println!("xml_creation: xmlsec1 was not asked, KYSO_INTEROP is not set");
        return;
    }
    let (pki, folder) = (pki(), folder());
    std::fs::write(folder.join(NAME), TEXT).unwrap();
    for (name, signed) in packagings(&pki) {
        let file = folder.join(format!("{name}.xml"));
        std::fs::write(&file, &signed).unwrap();
        assert!(by_xmlsec1(&file, &folder), "{name}");
        let altered = String::from_utf8(signed).unwrap().replacen("<ds:DigestValue>", "<ds:DigestValue>AAAA", 1);
        std::fs::write(&file, altered).unwrap();
        assert!(!by_xmlsec1(&file, &folder), "{name}, altered");
    }
    std::fs::create_dir_all(folder.join("b")).unwrap();
    for (name, signed, references) in several(&pki) {
        std::fs::write(folder.join("b/2.bin"), b"\x00\x01").unwrap();
        let file = folder.join(format!("several-{name}.xml"));
        std::fs::write(&file, &signed).unwrap();
        assert!(by_xmlsec1(&file, &folder), "{name}");
        if references.contains(&"b/2.bin") {
            std::fs::write(folder.join("b/2.bin"), b"\x00\x02").unwrap();
            assert!(!by_xmlsec1(&file, &folder), "{name}, another file");
        }
    }
    for (name, canonicalisation) in [
        ("exclusive", "http://www.w3.org/2001/10/xml-exc-c14n#"),
        ("inclusive", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        ("inclusive-with-comments", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"),
        ("version-1.1", "http://www.w3.org/2006/12/xml-c14n11"),
    ] {
        for algorithm in ["rsa", "ecdsa"] {
            let octets = made_by_xmlsec1(&folder, name, canonicalisation, algorithm);
            let document = Document::xml(&octets).unwrap();
            let read = report(&pki, &document);
            assert_eq!((read.signatures.len(), read.signatures[0].integrity), (1, Integrity::Intact), "{name} {algorithm}");
            let altered = String::from_utf8(octets).unwrap().replacen("01/Q", "02/Q", 1);
            assert_eq!(report(&pki, &Document::xml(altered.as_bytes()).unwrap()).signatures[0].integrity, Integrity::Broken);
        }
    }
}

fn by_xmlsec1(file: &Path, folder: &Path) -> bool {
    let output = Command::new("xmlsec1")
        .args([
            "--verify",
            "--insecure",
            "--enabled-key-data",
            "x509",
            "--id-attr:Id",
            "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
        ])
        .args(["--id-attr:Id", "http://www.w3.org/2000/09/xmldsig#:Object", "--id-attr:Id", "urn:kyso:test:a"])
        .arg(file)
        .current_dir(folder)
        .output()
        .unwrap();
    if !output.status.success() {
        println!("{}", String::from_utf8_lossy(&output.stderr));
    }
    output.status.success()
}

fn made_by_xmlsec1(folder: &Path, name: &str, canonicalisation: &str, algorithm: &str) -> Vec<u8> {
    let (key, certificate) = (folder.join(format!("{algorithm}.pem")), folder.join(format!("{algorithm}-certificate.pem")));
    let kind: &[&str] =
        if algorithm == "rsa" { &["-newkey", "rsa:2048"] } else { &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"] };
    let run = |command: &mut Command| {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let mut openssl = Command::new("openssl");
    run(openssl.args(["req", "-x509", "-nodes", "-subj", "/CN=xmlsec1"]).args(kind).arg("-keyout").arg(&key).arg("-out").arg(&certificate));
    let template = RECORD.replace(
        "</Result>",
        &format!(
            "<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'><SignedInfo><CanonicalizationMethod Algorithm='{canonicalisation}'/><SignatureMethod Algorithm='http://www.w3.org/2001/04/xmldsig-more#{algorithm}-sha256'/><Reference URI=''><Transforms><Transform Algorithm='http://www.w3.org/2000/09/xmldsig#enveloped-signature'/><Transform Algorithm='{canonicalisation}'/></Transforms><DigestMethod Algorithm='http://www.w3.org/2001/04/xmlenc#sha256'/><DigestValue/></Reference></SignedInfo><SignatureValue/><KeyInfo><X509Data><X509Certificate/></X509Data></KeyInfo></Signature></Result>"
        ),
    );
    let (input, output) = (folder.join(format!("{name}-template.xml")), folder.join(format!("{name}-{algorithm}-signed.xml")));
    std::fs::write(&input, template).unwrap();
    let keys = format!("{},{}", key.display(), certificate.display());
    run(Command::new("xmlsec1").args(["--sign", "--privkey-pem", &keys, "--output"]).arg(&output).arg(&input));
    std::fs::read(output).unwrap()
}
