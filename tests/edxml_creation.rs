//! edXML messages made by this library: signed part by part, by one agency and two, at every level, on the way; what xmllint and xmlsec1 say of
//! them; and messages that others made.
#![cfg(feature = "xml")]

#[path = "common/audited.rs"]
mod audited;

use std::path::{Path, PathBuf};
use std::process::Command;

use kyso::creation::Packaging;
use kyso::message::{Code, DocumentType, Header, Message, Organisation, OtherInfo, PromulgationInfo, ResponseFor, SignerInfo};
use kyso::report::json::{Level, SignatureReport};
use kyso::report::{Block, Indication, Outcome, Step};
use kyso::testkit::authority::TIMESTAMPS;
use kyso::testkit::{Authority, DemoPki, blank_page};
use kyso::{Context, Document, Draft, Evidence, Goal, Policy, Profile, Report, Signer as _, Time, augment, sign, sign_at_level};

const NAMESPACE: &str = "http://www.mic.gov.vn/TBT/QCVN_102_2016";

fn time() -> Time {
    Time::from_unix(1_795_316_400)
}

fn pki() -> DemoPki {
    DemoPki::new([7; 32], time()).unwrap()
}

fn report(pki: &DemoPki, octets: &[u8]) -> Report {
    let (policy, anchors, evidence) = (Policy::etsi_basic(), pki.trust_anchors().unwrap(), pki.evidence().unwrap());
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
    audited::verify(&Document::detect(octets).unwrap(), &context)
}

fn agency(id: &str, name: &str) -> Organisation {
    Organisation { organ_id: id.into(), organ_name: name.into(), ..Organisation::default() }
}

/// With all that a header can say.
fn header() -> Header {
    let from = Organisation {
        organization_in_charge: Some("UBND tỉnh Quảng Ninh".into()),
        organ_add: Some("Hạ Long".into()),
        email: Some("stp@quangninh.gov.vn".into()),
        telephone: Some("+84 203".into()),
        fax: Some("0".into()),
        website: Some("https://x.vn/?a=1&b=2".into()),
        ..agency("000.00.10.H49", "Sở Tư pháp <tỉnh \"Quảng Ninh\">")
    };
    Header {
        from,
        to: vec![agency("000.00.01.H49", "Văn phòng UBND tỉnh"), agency("000.00.02.H49", "Sở Nội vụ & khác")],
        code: Code { code_number: "123".into(), code_notation: "QĐ-STP".into() },
        promulgation_info: PromulgationInfo { place: Some("Hạ Long".into()), promulgation_date: "2026-11-26".into() },
        document_type: Some(DocumentType { kind: 1, type_detail: Some(0), type_name: "Quyết định".into() }),
        subject: "Về việc cấp giấy phép".into(),
        content: Some("Dòng 1\r\nDòng 2\t]]>".into()),
        signer_info: SignerInfo {
            competence: Some("TM. ỦY BAN NHÂN DÂN".into()),
            position: Some("Chủ tịch".into()),
            full_name: "Nguyễn Văn A".into(),
        },
        due_date: Some("2026-12-31".into()),
        to_places: vec!["Như trên".into(), "Lưu: VT".into()],
        other_info: Some(OtherInfo {
            priority: Some(0),
            sphere_of_promulgation: Some("Nội bộ".into()),
            typer_notation: Some("TVC".into()),
            promulgation_amount: Some(2),
            page_amount: Some(3),
            appendixes: vec!["Phụ lục I".into()],
        }),
        response_for: vec![ResponseFor {
            organ_id: "000.00.01.H49".into(),
            code: "12/CV-VP".into(),
            promulgation_date: "2026-11-20".into(),
            document_id: None,
        }],
        steering_type: Some(1),
        document_id: None,
    }
}

/// A PDF file without a signature of its own, and something else.
fn message() -> Vec<u8> {
    let mut message = Message::new(header()).sent_at(time());
    message.attach("quyết định 123.pdf", "application/pdf", blank_page());
    message.attach("phụ lục.bin", "application/octet-stream", b"\x00\x01<&>".to_vec());
    message.to_xml().unwrap()
}

fn profile() -> Profile {
    Profile::edxml_b_b(time())
}

fn signed(pki: &DemoPki, message: &[u8]) -> Vec<u8> {
    sign(&Document::xml(message).unwrap(), &profile(), &pki.leader_signer().unwrap()).unwrap()
}

/// Everything that did not hold, decisive or not.
fn faults(block: &Block) -> Vec<String> {
    let of = |step: &Step| match step {
        Step::Block { block, .. } => faults(block),
        Step::Check(step) if step.outcome == Outcome::Passed => Vec::new(),
        Step::Check(step) => vec![step.check.to_string()],
    };
    block.steps.iter().flat_map(of).collect()
}

#[test]
fn each_attachment_is_covered_and_nothing_is_found() {
    let pki = pki();
    let read = report(&pki, &signed(&pki, &message()));
    let entry = &read.signatures[0];
    assert_eq!((read.conclusion.indication, entry.level, entry.container.as_deref()), (Indication::TotalPassed, Level::BB, Some("edXML")));
    assert!(entry.coverage.whole_document && read.document.covered_by_valid_signature);
    assert_eq!((read.document.unaccounted_bytes, read.document.findings.len()), (0, 0));
    let nodes: Vec<&str> = entry.coverage.references.iter().filter_map(|reference| reference.node.as_deref()).collect();
    for part in ["edXMLHeader/edXML:MessageHeader", "edXML:edXMLBody", "Attachment[1]", "Attachment[2]"] {
        assert!(nodes.iter().any(|node| node.ends_with(part)), "{part} in {nodes:?}");
    }
    let names: Vec<&str> = entry.coverage.references.iter().filter_map(|reference| reference.name.as_deref()).collect();
    assert_eq!(names, ["quyết định 123.pdf", "phụ lục.bin"]);
    assert_eq!(faults(&entry.checks), Vec::<String>::new());
    assert_eq!(covered(entry), (vec!["quyết định 123.pdf".to_owned(), "phụ lục.bin".into()], Vec::new()));
    // The organisation that the header names is not the one in the certificate of the demonstration: told, and nothing more.
    assert_eq!(faults(&read.conclusion.checks), ["edxml.organisation_agrees"]);
}

/// The names of the attachments that a signature is over, and of the others.
fn covered(entry: &SignatureReport) -> (Vec<String>, Vec<String>) {
    let value = serde_json::to_value(&entry.checks).unwrap();
    let mut open = vec![&value];
    while let Some(value) = open.pop() {
        if value["check"] == "edxml.attachments_covered" {
            let list = |name: &str| value["inputs"][name].as_array().unwrap().iter().map(|name| name.as_str().unwrap().into()).collect();
            return (list("covered"), list("missing"));
        }
        open.extend(value.as_object().into_iter().flat_map(|object| object.values()).chain(value.as_array().into_iter().flatten()));
    }
    panic!("{}: nothing is said of attachments", entry.id)
}

/// A signature over all of it names them too.
#[test]
fn attachments_are_named_where_the_message_is_signed_as_a_whole() {
    let pki = pki();
    let made = sign(&Document::xml(&message()).unwrap(), &Profile::xades_b_b(time()), &pki.leader_signer().unwrap()).unwrap();
    let entry = &report(&pki, &made).signatures[0];
    let of: Vec<_> = entry.coverage.references.iter().filter_map(|one| Some((one.name.as_deref()?, one.uri.starts_with("cid:")))).collect();
    assert_eq!(of, [("quyết định 123.pdf", true), ("phụ lục.bin", true)]);
}

#[test]
fn one_letter_anywhere_counts_and_the_trace_does_not() {
    let pki = pki();
    let text = String::from_utf8(signed(&pki, &message())).unwrap();
    let judged = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        report(&pki, text.replacen(from, to, 1).as_bytes()).conclusion.indication
    };
    for (from, to) in [
        (">123<", ">124<"),
        ("2026/11/26<", "2026/11/27<"),
        ("Chủ tịch", "Phó Chủ tịch"),
        ("phụ lục.bin", "phụ lục.exe"),
        (&kyso::encoding::base64::encode(b"\x00\x01<&>"), "AAE8Jj8="),
        ("Lưu: VT", "Lưu:VT"),
    ] {
        assert_eq!(judged(from, to), Indication::TotalFailed, "{from}");
    }
    let traced = "<edXML:TraceHeader><edXML:OrganId>H1</edXML:OrganId></edXML:TraceHeader></edXML:TraceHeaderList>";
    assert_eq!(judged("</edXML:TraceHeaderList>", traced), Indication::TotalPassed);
    let header = "<edXML:Code><edXML:CodeNumber>9</edXML:CodeNumber></edXML:Code></edXML:TraceHeaderList>";
    assert_eq!(judged("</edXML:TraceHeaderList>", header), Indication::Indeterminate);
}

#[test]
fn the_sender_signs_and_an_agency_on_the_way() {
    let pki = pki();
    let first = signed(&pki, &message());
    let passed_on = String::from_utf8(first).unwrap().replacen(
        "</edXML:TraceHeaderList>",
        "<edXML:TraceHeader><edXML:OrganId>H1</edXML:OrganId></edXML:TraceHeader></edXML:TraceHeaderList>",
        1,
    );
    let second = sign(&Document::xml(passed_on.as_bytes()).unwrap(), &profile(), &pki.organisation_signer().unwrap()).unwrap();
    let read = report(&pki, &second);
    let found: Vec<_> = read.signatures.iter().map(|entry| (entry.indication, entry.level, entry.coverage.whole_document)).collect();
    assert_eq!(found, [(Indication::TotalPassed, Level::BB, true); 2]);
}

#[test]
fn a_message_with_a_signed_file_reaches_every_level_and_the_file_stays_what_it_is() {
    let pki = pki();
    let pdf = sign(&Document::pdf(&blank_page()).unwrap(), &Profile::pades_b_b(time()), &pki.leader_signer().unwrap()).unwrap();
    let mut message = Message::new(header());
    message.attach("a.pdf", "application/pdf", pdf.clone());
    let unsigned = message.to_xml().unwrap();
    let (policy, anchors) = (Policy::etsi_basic(), pki.trust_anchors().unwrap());
    let mut authority = Authority::new(pki, time());
    let signer = authority.pki.organisation_signer().unwrap();
    for level in [Level::BT, Level::BLT, Level::BLTA] {
        let none = Evidence::none();
        let context = Context { policy: &policy, anchors: &anchors, evidence: &none, time: time(), existence: None };
        let document = Document::xml(&unsigned).unwrap();
        let made = sign_at_level(&document, &profile(), &signer, &Goal::level(level), TIMESTAMPS, &context, &mut authority);
        let made = made.unwrap().unwrap();
        let levels: Vec<_> = made.report.signatures.iter().map(|entry| entry.level).collect();
        assert_eq!(levels, [level, Level::BB]);
        assert!(String::from_utf8(made.octets.clone()).unwrap().contains(&kyso::encoding::base64::encode(&pdf)));
        let again = augment(&made.octets, &Goal::level(level), TIMESTAMPS, &context, &mut authority).unwrap();
        assert!(again.octets == made.octets, "{level:?}: a second call does nothing");
        let alone = audited::verify(&Document::detect(&made.octets).unwrap(), &context);
        let expected = if level < Level::BLT { Indication::Indeterminate } else { Indication::TotalPassed };
        assert_eq!(alone.signatures[0].indication, expected, "{level:?}");
    }
}

/// Without identifiers, without a place for the signature, in SOAP, in other namespaces.
fn of_others(namespace: &str, soap: bool) -> String {
    let message = format!(
        "<e:edXML xmlns:e='{namespace}'><e:edXMLEnvelope><e:edXMLHeader><e:MessageHeader><e:Code><e:CodeNumber>1</e:CodeNumber></e:Code>\
         </e:MessageHeader></e:edXMLHeader><e:edXMLBody/></e:edXMLEnvelope><AttachmentEncoded><Attachment Id='edXML-1'><ContentId>1</ContentId>\
         <ContentTransferEncoded>YWJj</ContentTransferEncoded></Attachment><Attachment><ContentId>2</ContentId><ContentTransferEncoded>YWJj\
         </ContentTransferEncoded></Attachment></AttachmentEncoded></e:edXML>"
    );
    let wrapped = format!("<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>{message}</s:Body></s:Envelope>");
    if soap { wrapped } else { message }
}

#[test]
fn a_message_of_others_gets_what_it_lacks() {
    let pki = pki();
    for namespace in [NAMESPACE, "http://www.e-doc.vn/Schema/", "http://www.go.vn/eDoc"] {
        for soap in [false, true] {
            let made = signed(&pki, of_others(namespace, soap).as_bytes());
            let read = report(&pki, &made);
            assert_eq!(read.conclusion.indication, Indication::TotalPassed, "{namespace} {soap}: {}", read.to_json());
            assert_eq!(read.signatures[0].coverage.references.len(), 5, "four parts, and the properties of the signature");
            let altered = String::from_utf8(made).unwrap().replacen("YWJj", "YWJk", 1);
            assert_eq!(report(&pki, altered.as_bytes()).conclusion.indication, Indication::TotalFailed);
        }
    }
}

#[test]
fn what_cannot_be_signed_part_by_part_is_refused() {
    let pki = pki();
    let signer = pki.leader_signer().unwrap();
    let refused = |message: &str, profile: &Profile| {
        sign(&Document::xml(message.as_bytes()).unwrap(), profile, &signer).map(drop).unwrap_err().to_string()
    };
    let other = of_others(NAMESPACE, false);
    assert!(refused("<a/>", &profile()).contains("no edXML message"));
    assert!(refused(&other.replace(">2<", ">1<"), &profile()).contains("two attachments are called"));
    assert!(refused(&other.replacen("YWJj", "?", 1), &profile()).contains("cannot be read"));
    assert!(refused(&other, &profile().packaging(Packaging::Detached)).contains("within"));
    assert!(refused(&other, &profile().elements(["edXML-1"])).contains("within"));
    let whole = sign(&Document::xml(other.as_bytes()).unwrap(), &Profile::xades_b_b(time()), &signer).unwrap();
    assert!(refused(&String::from_utf8(whole).unwrap(), &profile()).contains("no identifier"));
    let beside = Document::xml(other.as_bytes()).unwrap().with_detached("a", b"b");
    assert!(sign(&beside, &profile(), &signer).is_err());
    assert!(sign(&Document::data(b"x"), &profile(), &signer).is_err());
    let nested = other.replace("<e:edXMLBody/>", "").replace("<e:Code>", "<Attachments><Attachment><ContentId>3</ContentId><ContentTransferEncoded>YQ==</ContentTransferEncoded></Attachment></Attachments><e:Code>");
    assert!(refused(&nested, &profile()).contains("within another"));
}

#[test]
fn a_draft_waits_for_its_value() {
    let pki = pki();
    let signer = pki.leader_signer().unwrap();
    let other = of_others(NAMESPACE, false);
    let document = Document::xml(other.as_bytes()).unwrap();
    let stored = Draft::new(&document, &profile(), signer.certificates(), signer.algorithm()).unwrap().to_bytes().unwrap();
    let draft = Draft::from_bytes(&stored, other.as_bytes()).unwrap();
    let made = draft.complete(&signer.sign(draft.to_be_signed()).unwrap()).unwrap();
    assert_eq!(report(&pki, &made).conclusion.indication, Indication::TotalPassed);
}

#[test]
fn the_published_schema_is_that_of_the_type() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/edxml-header.schema.json");
    let schema = serde_json::to_string_pretty(&Header::json_schema()).unwrap() + "\n";
    if std::env::var_os("KYSO_WRITE").is_some() {
        std::fs::write(&path, &schema).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == schema, "docs/edxml-header.schema.json is another one: KYSO_WRITE=1 cargo test --test edxml_creation writes it");
    let json = serde_json::to_vec(&header()).unwrap();
    assert!(jsonschema::validator_for(&Header::json_schema()).unwrap().is_valid(&serde_json::from_slice(&json).unwrap()));
    assert_eq!(Header::from_json(&json).unwrap(), header());
    let twice = String::from_utf8(json).unwrap().replacen("{\"from\"", "{\"subject\":\"x\",\"from\"", 1);
    assert!(Header::from_json(twice.as_bytes()).is_err());
    assert!(Header::from_json(b"{\"subject\":\"x\"}").is_err());
}

/// `KYSO_INTEROP` asks for it: xmllint and xmlsec1 are on the path.
#[test]
fn xmllint_reads_our_messages_and_xmlsec1_finds_them_intact() {
    if std::env::var_os("KYSO_INTEROP").is_none() {
        println!("edxml_creation: xmllint and xmlsec1 were not asked, KYSO_INTEROP is not set");
        return;
    }
    let pki = pki();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("edxml_creation");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, message) in
        [("own", message()), ("others", of_others(NAMESPACE, false).into_bytes()), ("soap", of_others(NAMESPACE, true).into_bytes())]
    {
        let text = String::from_utf8(signed(&pki, &message)).unwrap();
        let file = folder.join(format!("{name}.edxml"));
        std::fs::write(&file, &text).unwrap();
        assert!(Command::new("xmllint").args(["--nonet", "--noout"]).arg(&file).status().unwrap().success(), "{name}");
        assert!(by_xmlsec1(&file), "{name}");
        std::fs::write(&file, text.replacen("</ContentTransferEncoded>", "A</ContentTransferEncoded>", 1)).unwrap();
        assert!(!by_xmlsec1(&file), "{name}, altered");
    }
}

fn by_xmlsec1(file: &Path) -> bool {
    let mut command = Command::new("xmlsec1");
    command.args(["--verify", "--insecure", "--enabled-key-data", "x509"]);
    for element in ["http://uri.etsi.org/01903/v1.3.2#:SignedProperties", "Attachment"]
        .into_iter()
        .map(str::to_owned)
        .chain(["MessageHeader", "edXMLBody", "Attachment"].map(|local| format!("{NAMESPACE}:{local}")))
    {
        command.args(["--id-attr:Id", &element]);
    }
    let output = command.arg(file).output().unwrap();
    if !output.status.success() {
        println!("{}", String::from_utf8_lossy(&output.stderr));
    }
    output.status.success()
}

/// However many a message has, a report names some of them and says how many more there are.
#[test]
fn many_attachments_are_counted() {
    let pki = pki();
    let mut message = Message::new(header());
    for number in 0..2_000 {
        message.attach(format!("{number}.txt"), "text/plain", b"x".to_vec());
    }
    let unsigned = message.to_xml().unwrap();
    let document = Document::xml(&unsigned).unwrap();
    let refused = sign(&document, &profile(), &pki.leader_signer().unwrap()).unwrap_err().to_string();
    assert!(refused.contains("attachments is more than one signature is verified for"), "{refused}");
    let partly = Profile::xades_b_b(time()).elements(["header", "body", "attachment-2"]);
    let read = report(&pki, &sign(&document, &partly, &pki.leader_signer().unwrap()).unwrap());
    assert_eq!(read.conclusion.indication, Indication::Indeterminate);
    let (over, missing) = covered(&read.signatures[0]);
    assert_eq!((over, missing.len(), missing.last().map(String::as_str)), (vec!["1.txt".into()], 101, Some("1899 more")));
}
