//! `kyso sign --format edXML`, `kyso sign --batch`: messages between agencies and batches of files, end to end.
#![cfg(feature = "cli")]

#[path = "common/command.rs"]
mod command;

use command::{Desk, TIME};
use serde_json::json;

fn header(desk: &Desk) {
    let header = json!({
        "from": { "organ_id": "000.00.10.H49", "organ_name": "Sở Tư pháp" },
        "to": [{ "organ_id": "000.00.01.H49", "organ_name": "Văn phòng <UBND> & khác" }],
        "code": { "code_number": "12", "code_notation": "QĐ-STP" },
        "promulgation_info": { "promulgation_date": "2026-11-22" },
        "subject": "Về việc cấp giấy phép",
        "signer_info": { "full_name": "Nguyễn Văn A" },
    });
    desk.write("header.json", header.to_string().as_bytes());
}

const MESSAGE: [&str; 4] = ["--format", "edxml", "--header", "header.json"];

#[test]
fn a_message_is_made_of_files_signed_and_judged() {
    let desk = Desk::with_texts("records-message");
    header(&desk);
    desk.sign("leader", "01.txt", "message.edxml", &[&["02.txt"], &MESSAGE[..]].concat());
    let (code, report) = desk.verify("message.edxml", &[]);
    let entry = &report["signatures"][0];
    assert_eq!((code, entry["container"].as_str(), entry["level"].as_str()), (0, Some("edXML"), Some("B-B")), "{report}");
    assert_eq!(entry["coverage"]["whole_document"], true);
    let nodes: Vec<&str> = entry["coverage"]["references"].as_array().unwrap().iter().filter_map(|one| one["node"].as_str()).collect();
    assert!(nodes.iter().filter(|node| node.contains("Attachment[")).count() == 2, "{nodes:?}");

    // One attachment in the place of the other.
    let text = desk.text("message.edxml");
    let base64 = |name: &str| kyso::encoding::base64::encode(&desk.read(name));
    desk.write("replaced.edxml", text.replace(&base64("02.txt"), &base64("01.txt")).as_bytes());
    assert_eq!(desk.verify("replaced.edxml", &[]).0, 1);
    desk.write("number.edxml", text.replacen(">12<", ">13<", 1).as_bytes());
    assert_eq!(desk.verify("number.edxml", &[]).0, 1);
    let attachment = "<Attachment><ContentId>9</ContentId><ContentTransferEncoded>YQ==</ContentTransferEncoded></Attachment>";
    desk.write("added.edxml", text.replacen("</AttachmentEncoded>", &format!("{attachment}</AttachmentEncoded>"), 1).as_bytes());
    let added = desk.verify("added.edxml", &[]);
    assert_eq!((added.0, added.1["conclusion"]["reasons"][0]["check"].as_str()), (2, Some("verdict.document_not_modified")));
    assert!(added.1["conclusion"]["reasons"][0]["en"].as_str().unwrap().contains("Attachment 9"), "{}", added.1);
}

#[test]
fn a_message_that_is_there_gets_its_signature_and_another() {
    let desk = Desk::with_texts("records-existing");
    header(&desk);
    desk.sign("leader", "01.txt", "message.edxml", &MESSAGE);
    desk.sign("organisation", "message.edxml", "message.edxml", &["--format", "edXML"]);
    let (code, report) = desk.verify("message.edxml", &[]);
    assert_eq!((code, report["signatures"].as_array().map(Vec::len)), (0, Some(2)), "{report}");
}

#[test]
fn what_is_no_message_is_refused_and_nothing_written() {
    let desk = Desk::with_texts("records-refused");
    header(&desk);
    desk.write("half.json", br#"{"subject":"x"}"#);
    let bad = desk.text("header.json").replace("Về việc", "\\u0001");
    desk.write("control.json", bad.as_bytes());
    let refused = |files: &[&str], more: &[&str]| {
        let run = desk.signing("leader", files[0], "out", &[&files[1..], more].concat());
        assert!(!desk.path("out").exists());
        run.code
    };
    assert_eq!(refused(&["01.txt"], &["--format", "edXML"]), 65);
    assert_eq!(refused(&["01.txt", "02.txt"], &["--format", "edXML"]), 64);
    assert_eq!(refused(&["01.txt"], &["--format", "edXML", "--header", "half.json"]), 65);
    assert_eq!(refused(&["01.txt"], &["--format", "edXML", "--header", "control.json"]), 64);
    assert_eq!(refused(&["01.txt"], &["--format", "xades", "--header", "header.json"]), 64);
    assert_eq!(refused(&["01.txt"], &["--format", "edXML", "--header", "header.json", "--packaging", "detached"]), 64);
    let own = desk.signing("leader", "01.txt", "01.txt", &MESSAGE);
    assert!(own.code == 64 && desk.text("01.txt").starts_with("Quy"), "{}", own.err);
    let over = desk.signing("leader", "01.txt", "header.json", &MESSAGE);
    assert!(over.code == 64 && desk.text("header.json").starts_with('{'), "{}", over.err);
}

#[test]
fn files_of_any_kind_get_a_proof_each_by_one_signature() {
    let desk = Desk::with_texts("records-batch");
    desk.write("page.pdf", &kyso::testkit::blank_page());
    desk.sign("leader", "01.txt", "proofs", &["02.txt", "page.pdf", "--batch"]);
    let root = desk.text("proofs/batch.json");
    for name in ["01.txt", "02.txt", "page.pdf"] {
        let proof = format!("proofs/{name}.proof.json");
        assert!(desk.text(&proof).contains(root.trim()), "{name}: the one signature");
        let (code, report) = desk.verify(&proof, &["--detached", name]);
        assert_eq!((code, report["signatures"][0]["level"].as_str()), (0, Some("B-B")), "{name}: {report}");
        // The proof of one is none of another, and without a file nothing is known.
        let other = if name == "01.txt" { "02.txt" } else { "01.txt" };
        assert_eq!(desk.verify(&proof, &["--detached", other]).0, 1, "{name}");
        assert_eq!(desk.verify(&proof, &[]).0, 2, "{name}");
    }
    let index = |name: &str| serde_json::from_str::<serde_json::Value>(&desk.text(name)).unwrap()["index"].as_u64();
    assert_eq!((index("proofs/01.txt.proof.json"), index("proofs/page.pdf.proof.json")), (Some(0), Some(2)));
    assert_eq!(desk.verify("proofs/batch.json", &[]).0, 0);
    // Of each making the salts are others: the same file has another leaf.
    desk.sign("leader", "01.txt", "again", &["02.txt", "page.pdf", "--batch"]);
    assert_ne!(desk.text("again/01.txt.proof.json"), desk.text("proofs/01.txt.proof.json"));
    assert_ne!(desk.text("again/batch.json"), root);
}

#[test]
fn records_in_json_may_be_written_in_another_way() {
    let desk = Desk::new("records-jcs");
    desk.write("1.json", br#"{"b": 2, "a": 1}"#);
    desk.write("2.json", br#"{"b": 3, "a": 1}"#);
    desk.sign("leader", "1.json", "proofs", &["2.json", "--batch", "--jcs"]);
    desk.write("stored.json", br#"{"a":1,"b":2}"#);
    let proof = "proofs/1.json.proof.json";
    assert_eq!(desk.verify(proof, &["--detached", "stored.json"]).0, 0);
    assert_eq!(desk.verify(proof, &["--detached", "2.json"]).0, 1);
    desk.write("twice.json", br#"{"a":1,"a":1}"#);
    assert_eq!(desk.signing("leader", "1.json", "other", &["twice.json", "--batch", "--jcs"]).code, 65);
    assert!(!desk.path("other").exists());
}

#[test]
fn a_batch_replaces_nothing() {
    let desk = Desk::with_texts("records-kept");
    std::fs::create_dir(desk.path("proofs")).unwrap();
    desk.write("proofs/02.txt.proof.json", b"mine");
    let run = desk.signing("leader", "01.txt", "proofs", &["02.txt", "--batch"]);
    assert!(run.code == 74 && run.err.contains("exists already"), "{} {}", run.code, run.err);
    assert_eq!(std::fs::read_dir(desk.path("proofs")).unwrap().count(), 1);
    assert_eq!(desk.text("proofs/02.txt.proof.json"), "mine");
    // Two files of one name, in two folders.
    std::fs::create_dir(desk.path("more")).unwrap();
    desk.write("more/01.TXT", b"x");
    assert_eq!(desk.signing("leader", "01.txt", "other", &["more/01.TXT", "--batch"]).code, 64);
    assert_eq!(desk.signing("leader", "absent.txt", "other", &["--batch"]).code, 74);
    for more in [&["--batch", "--format", "cades"][..], &["--batch", "--packaging", "detached"], &["--jcs"], &["--batch", "--field", "x"]] {
        assert_eq!(desk.signing("leader", "01.txt", "other", more).code, 64, "{more:?}");
    }
    assert!(!desk.path("other").exists());
    let keyless = desk.run(&["sign", "01.txt", "-o", "other", "--batch", "--at", TIME]);
    assert!(keyless.code == 64 && keyless.err.contains("--key"), "{}", keyless.err);
}
