//! JSON signed by this library: every serialisation and packaging, signatures side by side, every level; what a JWS library says of it, and what
//! we say of what it made; headers held against the schema of the standard.
#![cfg(feature = "json")]

#[path = "common/audited.rs"]
mod audited;
use std::path::PathBuf;
use std::process::Command;

use kyso::creation::{Mechanism, Packaging};
use kyso::encoding::base64url;
use kyso::encoding::jws::Serialisation;
use kyso::report::Indication;
use kyso::report::json::{Format, Integrity, Level, SignatureReport};
use kyso::testkit::authority::TIMESTAMPS;
use kyso::testkit::{Authority, DemoPki};
use kyso::{Context, Document, Draft, Evidence, Goal, Policy, Profile, Report, Time, augment, sign};
use serde_json::{Value, json};

const RECORD: &[u8] = "{\"code\":\"G12.3\",\"title\":\"Quyết định số 01/QĐ-UBND\"}".as_bytes();
const ANNEX: &[u8] = b"Phu luc\n";

fn time() -> Time {
    Time::from_unix(1_795_316_400)
}

fn pki() -> DemoPki {
    DemoPki::new([7; 32], time()).unwrap()
}

fn profile() -> Profile {
    Profile::jades_b_b(time())
}

fn report(pki: &DemoPki, document: &Document<'_>) -> Report {
    let (policy, anchors, evidence) = (Policy::etsi_basic(), pki.trust_anchors().unwrap(), pki.evidence().unwrap());
    audited::verify(document, &Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None })
}

fn said(entry: &SignatureReport) -> (Indication, Integrity, Format, Level) {
    (entry.indication, entry.integrity, entry.format, entry.level)
}

const GOOD: (Indication, Integrity, Format, Level) = (Indication::TotalPassed, Integrity::Intact, Format::JAdES, Level::BB);

#[test]
fn each_serialisation_is_read_again_and_another_payload_is_not() {
    let pki = pki();
    let signer = pki.leader_signer().unwrap();
    for serialisation in [Serialisation::Compact, Serialisation::Flattened, Serialisation::General] {
        for profile in [profile(), profile().unencoded_payload()] {
            let content: &[u8] = if serialisation == Serialisation::Compact { b"no dot in it" } else { RECORD };
            let signed = sign(&Document::data(content), &profile.serialisation(serialisation), &signer).unwrap();
            let read = report(&pki, &Document::detect(&signed).unwrap());
            assert_eq!(read.signatures.iter().map(said).collect::<Vec<_>>(), [GOOD], "{serialisation:?}");
            assert!(read.document.covered_by_valid_signature);
        }
    }
    let signed = String::from_utf8(sign(&Document::data(RECORD), &profile(), &signer).unwrap()).unwrap();
    let altered = signed.replacen(&base64url::encode(RECORD), &base64url::encode(ANNEX), 1);
    let read = report(&pki, &Document::detect(altered.as_bytes()).unwrap());
    assert_eq!((read.conclusion.indication, read.signatures[0].integrity), (Indication::TotalFailed, Integrity::Broken));
    let compact = profile().unencoded_payload().serialisation(Serialisation::Compact);
    assert!(sign(&Document::data(b"one. two"), &compact, &signer).is_err(), "a dot would end the payload");
}

#[test]
fn files_elsewhere_are_named_by_each_mechanism() {
    let pki = pki();
    let signer = pki.leader_signer().unwrap();
    let detached = profile().packaging(Packaging::Detached);
    for (mechanism, count) in [(Mechanism::ObjectIdByUri, 1), (Mechanism::ObjectIdByUriHash, 2)] {
        let given: [(&str, &'static [u8]); 2] = [("annex.txt", ANNEX), ("record.json", RECORD)];
        let with = |document: Document<'static>| {
            given.iter().take(count).fold(document, |document, (name, octets)| document.with_detached(*name, octets))
        };
        let all = Document::data(b"").with_detached("annex.txt", ANNEX).with_detached("record.json", RECORD);
        let several = sign(&all, &detached.clone().mechanism(mechanism), &signer);
        assert_eq!(several.is_ok(), count == 2, "files one after another could be parted otherwise later");
        for profile in [detached.clone(), detached.clone().unencoded_payload()] {
            let signed = sign(&with(Document::data(b"")), &profile.mechanism(mechanism), &signer).unwrap();
            let signed: &'static [u8] = signed.leak();
            let read = report(&pki, &with(Document::detect(signed).unwrap()));
            assert_eq!(read.signatures.iter().map(said).collect::<Vec<_>>(), [GOOD], "{mechanism:?}");
            let other = Document::detect(signed).unwrap().with_detached("annex.txt", b"other");
            let other = if count == 2 { other.with_detached("record.json", RECORD) } else { other };
            assert_eq!(report(&pki, &other).conclusion.indication, Indication::TotalFailed, "{mechanism:?}");
        }
    }
    let message = |document: Document<'static>, target: &'static [u8]| document.with_detached("(request-target)", target);
    let signed =
        sign(&message(Document::data(b""), b"post /results"), &detached.clone().mechanism(Mechanism::HttpHeaders), &signer).unwrap();
    let signed: &'static [u8] = signed.leak();
    assert_eq!(report(&pki, &message(Document::detect(signed).unwrap(), b"post /results")).conclusion.indication, Indication::TotalPassed);
    assert_eq!(report(&pki, &message(Document::detect(signed).unwrap(), b"post /others")).conclusion.indication, Indication::TotalFailed);
    // Without a mechanism: the payload is left out.
    let signed = sign(&Document::data(RECORD), &detached, &signer).unwrap();
    assert_eq!(report(&pki, &Document::detect(&signed).unwrap()).conclusion.indication, Indication::Indeterminate);
    let document = Document::detect(&signed).unwrap().with_detached("record.json", RECORD);
    assert_eq!(report(&pki, &document).conclusion.indication, Indication::TotalPassed);
}

/// RFC 7515 appendix F: an empty payload means that it stands elsewhere.
#[test]
fn nothing_is_not_signed_as_a_payload() {
    let (pki, signer) = (pki(), pki().leader_signer().unwrap());
    assert!(sign(&Document::data(b""), &profile(), &signer).is_err());
    let signed = sign(&Document::data(b" "), &profile(), &signer).unwrap();
    assert_eq!(said(&report(&pki, &Document::detect(&signed).unwrap()).signatures[0]), GOOD);
}

#[test]
fn signatures_stand_side_by_side_whatever_the_first_was_written_as() {
    let pki = pki();
    let (leader, organisation) = (pki.leader_signer().unwrap(), pki.organisation_signer().unwrap());
    for serialisation in [Serialisation::Compact, Serialisation::Flattened, Serialisation::General] {
        let first = sign(&Document::data(RECORD), &profile().serialisation(serialisation), &leader).unwrap();
        let second = sign(&Document::detect(&first).unwrap(), &profile(), &organisation).unwrap();
        let third = sign(&Document::detect(&second).unwrap(), &profile(), &leader).unwrap();
        let read = report(&pki, &Document::detect(&third).unwrap());
        assert_eq!(read.signatures.iter().map(said).collect::<Vec<_>>(), [GOOD; 3], "{serialisation:?}");
    }
}

#[test]
fn a_draft_waits_for_its_value() {
    let pki = pki();
    let signer = pki.leader_signer().unwrap();
    let (certificates, algorithm) = (kyso::Signer::certificates(&signer), kyso::Signer::algorithm(&signer));
    let stored = Draft::new(&Document::data(RECORD), &profile(), certificates, algorithm).unwrap().to_bytes().unwrap();
    let draft = Draft::from_bytes(&stored, RECORD).unwrap();
    let signed = draft.complete(&kyso::Signer::sign(&signer, draft.to_be_signed()).unwrap()).unwrap();
    assert_eq!(report(&pki, &Document::detect(&signed).unwrap()).conclusion.indication, Indication::TotalPassed);
    assert!(Draft::from_bytes(&stored, b"other").is_err());
}

#[test]
fn every_level_is_reached_by_every_signature() {
    let pki = pki();
    let (leader, organisation) = (pki.leader_signer().unwrap(), pki.organisation_signer().unwrap());
    let compact = sign(&Document::data(RECORD), &profile().serialisation(Serialisation::Compact), &leader).unwrap();
    let both = sign(&Document::detect(&compact).unwrap(), &profile(), &organisation).unwrap();
    let anchors = pki.trust_anchors().unwrap();
    let mut authority = Authority::new(pki, time());
    for (start, count) in [(&compact, 1), (&both, 2)] {
        for level in [Level::BT, Level::BLT, Level::BLTA] {
            let (policy, evidence) = (Policy::etsi_basic(), Evidence::none());
            let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
            let made = augment(start, &Goal::level(level), TIMESTAMPS, &context, &mut authority).unwrap();
            let document = Document::detect(&made.octets).unwrap();
            let read = if level == Level::BT {
                report(&authority.pki, &document)
            } else {
                // Alone: nothing beside the file but the anchor.
                let context = Context { time: made.report.inputs.time.0, ..context };
                audited::verify(&document, &context)
            };
            let found: Vec<_> = read.signatures.iter().map(|entry| (entry.indication, entry.level)).collect();
            assert_eq!(found, vec![(Indication::TotalPassed, level); count], "{level:?}");
            valid_by_the_schema(&made.octets);
        }
    }
}

/// The headers are what `19182-protected-jsonSchema.json` and `19182-jsonSchema.json` of the standard want, as far as these are at hand.
fn valid_by_the_schema(octets: &[u8]) {
    let Some(folder) = std::env::var_os("KYSO_CORPORA").map(|folder| PathBuf::from(folder).join("../schemas/jades")) else { return };
    let Ok(text) = std::fs::read_to_string(folder.join("19182-jsonSchema.json")) else { return };
    // Counter signatures are of a schema that is not at hand.
    let mut definitions: Value = serde_json::from_str(&text).unwrap();
    // The schema calls base64url `base64`, which validators of draft 7 take at its word.
    without_encodings(&mut definitions);
    definitions["definitions"]["etsiUClearInstance"]["properties"].as_object_mut().unwrap().remove("cSig");
    let schema = |name: &str| {
        let mut schema = definitions.clone();
        schema["$ref"] = format!("#/definitions/{name}").into();
        jsonschema::validator_for(&schema).unwrap()
    };
    let document: Value = serde_json::from_slice(octets).unwrap();
    let signatures = document["signatures"].as_array().cloned().unwrap_or_else(|| vec![document]);
    for signature in signatures {
        let decoded =
            |text: &Value| -> Value { serde_json::from_slice(&base64url::decode(text.as_str().unwrap().as_bytes()).unwrap()).unwrap() };
        let header = decoded(&signature["protected"]);
        for name in ["sigD", "srCms", "sigPId", "x5t#o", "sigX5ts"] {
            if let Some(value) = header.get(name) {
                assert!(schema(&name.replace('#', "%23")).is_valid(value), "{name}: {value}");
            }
        }
        assert!(header["iat"].is_i64() && header.get("sigT").is_none() && header.get("x5t").is_none());
        let elements = signature["header"]["etsiU"].as_array().unwrap();
        assert!(schema("etsiU").is_valid(&json!(elements)), "{elements:?}");
        for element in elements {
            let element = decoded(element);
            assert!(schema("etsiUClearInstance").is_valid(&element), "{element}");
        }
    }
}

fn without_encodings(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.remove("contentEncoding");
            members.values_mut().for_each(without_encodings);
        }
        Value::Array(elements) => elements.iter_mut().for_each(without_encodings),
        _ => {}
    }
}

/// `jwcrypto` verifies what is signed here, and makes what is verified here.
#[test]
fn another_library_agrees_both_ways() {
    let Some(peers) = std::env::var_os("KYSO_INTEROP").map(PathBuf::from) else {
        println!("skipped: KYSO_INTEROP does not name the environment of the peers");
        return;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/jwcrypto_jws.py");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("jws");
    std::fs::create_dir_all(&folder).unwrap();
    let pki = pki();
    let signer = pki.leader_signer().unwrap();
    let certificate = kyso::encoding::pem::write("CERTIFICATE", kyso::Signer::certificates(&signer)[0].octets());
    std::fs::write(folder.join("signer.pem"), certificate).unwrap();
    for (name, serialisation) in
        [("compact", Serialisation::Compact), ("flattened", Serialisation::Flattened), ("general", Serialisation::General)]
    {
        std::fs::write(folder.join(name), sign(&Document::data(RECORD), &profile().serialisation(serialisation), &signer).unwrap())
            .unwrap();
    }
    std::fs::write(folder.join("payload"), RECORD).unwrap();
    let output = Command::new(peers.join("bin/python")).arg(script).arg(&folder).output().unwrap();
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let mut seen = 0;
    for entry in std::fs::read_dir(folder.join("theirs")).unwrap() {
        let path = entry.unwrap().path();
        let octets = std::fs::read(&path).unwrap();
        let read = report(&pki, &Document::detect(&octets).unwrap());
        assert!(read.signatures.iter().all(|entry| entry.integrity == Integrity::Intact), "{}", path.display());
        seen += 1;
    }
    assert_eq!(seen, 15, "five algorithms in three serialisations");
}
