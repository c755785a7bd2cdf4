//! `kyso inspect`: revisions, their objects and places, signatures and what each covers; the document as each was signed.
#![cfg(feature = "cli")]

#[path = "common/command.rs"]
mod command;
#[path = "signing/files.rs"]
mod files;

use std::fs;
use std::sync::LazyLock;

use command::{Desk, Run};
use serde_json::{Value, json};

/// `unsigned.pdf`, `once.pdf` signed by the leader, `twice.pdf` by the organisation too, `filled.pdf` with a later revision nobody signed.
static PLACE: LazyLock<Place> = LazyLock::new(Place::make);

struct Place(Desk);

impl Place {
    fn make() -> Self {
        let desk = Desk::new("inspect");
        desk.write("unsigned.pdf", &files::table(&files::plain(), ""));
        desk.sign("leader", "unsigned.pdf", "once.pdf", &[]);
        desk.sign("organisation", "once.pdf", "twice.pdf", &[]);
        let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>";
        let filled = files::updated(desk.read("twice.pdf"), &files::objects(&[(3, page), (90, "(new)")]), "");
        desk.write("changed.pdf", &filled);
        desk.write("text.pdf", b"not a PDF file");
        Self(desk)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        self.0.read(name)
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.0.run(arguments)
    }

    fn json(&self, file: &str) -> Value {
        self.run(&["inspect", file, "--format", "json"]).json()
    }

    /// What `--revision` writes.
    fn revision(&self, file: &str, number: usize) -> Vec<u8> {
        let out = format!("{file}.{number}");
        let written = self.run(&["inspect", file, "--revision", &number.to_string(), "-o", &out]);
        assert_eq!((written.code, written.out.as_str(), written.err.as_str()), (0, "", ""));
        self.read(&out)
    }
}

#[test]
fn each_revision_is_given_back_octet_by_octet() {
    for (number, name) in [(1, "unsigned.pdf"), (2, "once.pdf"), (3, "twice.pdf"), (4, "changed.pdf")] {
        assert!(PLACE.revision("changed.pdf", number) == PLACE.read(name), "revision {number} is not {name}");
    }
}

#[test]
fn the_document_as_it_was_signed_passes_and_the_changed_one_fails() {
    PLACE.revision("changed.pdf", 2);
    let verify = |file: &str| PLACE.0.verifying(file, &[]);
    let (signed, changed) = (verify("changed.pdf.2"), verify("changed.pdf"));
    assert_eq!(signed.code, 0, "{}", signed.out);
    assert_eq!(changed.code, 1, "{}", changed.out);
}

/// Whether the writer ended the file with a line end or without, what was signed is what is given back.
#[test]
fn line_ends_that_were_signed_are_given_back() {
    for tail in ["", "\n", "\r\n", "\n\n \n"] {
        let base = [PLACE.read("unsigned.pdf").trim_ascii_end(), tail.as_bytes()].concat();
        PLACE.0.write("tail.pdf", &base);
        PLACE.0.sign("leader", "tail.pdf", "tail-signed.pdf", &[]);
        let signed = PLACE.read("tail-signed.pdf");
        PLACE.0.write("tail-longer.pdf", &[&signed[..], b"\n\n\n"].concat());
        assert!(PLACE.revision("tail-longer.pdf", 2) == signed, "{tail:?}");
    }
}

#[test]
fn no_revision_no_output() {
    for number in ["0", "5", "-1", "x"] {
        let refused = PLACE.run(&["inspect", "changed.pdf", "--revision", number, "-o", "none.pdf"]);
        assert_eq!(refused.code, 64, "{number}: {}", refused.err);
        assert!(!PLACE.0.path("none.pdf").exists());
    }
    let beyond = PLACE.run(&["inspect", "changed.pdf", "--revision", "5", "-o", "none.pdf"]);
    assert!(beyond.err.contains("no revision 5: the file has 4"), "{}", beyond.err);
    assert_eq!(PLACE.run(&["inspect", "changed.pdf", "--revision", "1"]).code, 64, "an output must be named");
    assert_eq!(PLACE.run(&["inspect", "text.pdf", "--revision", "1", "-o", "none.pdf"]).code, 65);
    assert_eq!(PLACE.run(&["inspect", "absent.pdf", "--revision", "1", "-o", "none.pdf"]).code, 74);
    assert_eq!(PLACE.run(&["inspect", "changed.pdf", "--revision", "1", "-o", "absent/none.pdf"]).code, 74);
}

#[test]
fn the_original_is_never_lost() {
    let before = PLACE.read("changed.pdf");
    fs::copy(PLACE.0.path("changed.pdf"), PLACE.0.path("kept.pdf")).unwrap();
    for arguments in [&["inspect", "kept.pdf", "--revision", "2", "-o", "kept.pdf"][..], &["inspect", "kept.pdf", "-o", "kept.pdf"]] {
        let refused = PLACE.run(arguments);
        assert!(refused.code == 64 && refused.err.contains("would replace this input"), "{}", refused.err);
        assert!(PLACE.read("kept.pdf") == before);
    }
}

#[test]
fn objects_stand_where_the_inspection_says() {
    let (inspection, octets) = (PLACE.json("changed.pdf"), PLACE.read("changed.pdf"));
    let mut seen = 0;
    for revision in inspection["revisions"].as_array().unwrap() {
        for object in revision["objects"].as_array().unwrap() {
            let place = |key: &str| usize::try_from(object[key].as_u64().unwrap()).unwrap();
            let text = &octets[place("from")..place("to")];
            assert!(text.starts_with(format!("{} obj", object["object"].as_str().unwrap()).as_bytes()) && text.ends_with(b"endobj"));
            assert!(place("from") >= usize::try_from(revision["from"].as_u64().unwrap()).unwrap());
            seen += 1;
        }
    }
    assert!(seen >= 12, "only {seen} objects");
    let last = &inspection["revisions"][3];
    assert_eq!((&last["defined"], &last["freed"], last["objects"].as_array().unwrap().len()), (&json!([3, 90]), &json!([]), 2));
}

#[test]
fn what_cannot_be_read_is_told_in_its_place() {
    let damaged = String::from_utf8_lossy(&PLACE.read("unsigned.pdf")).replacen("5 0 obj", "6 0 obj", 1);
    // The header comment is no text: what stands for it has more octets, which moves everything but not the entries.
    let damaged = damaged.replace("%\u{fffd}\u{fffd}\u{fffd}\u{fffd}\n", "%abcd\n");
    PLACE.0.write("damaged.pdf", damaged.as_bytes());
    let inspection = PLACE.json("damaged.pdf");
    let object = &inspection["revisions"][0]["objects"][4];
    assert_eq!((&object["object"], &object["problem"]["code"]), (&json!("5 0"), &json!("header_mismatch")));
    assert!(object.get("from").is_none());
    let shown = PLACE.run(&["inspect", "damaged.pdf"]);
    assert!(shown.out.contains("    5 0: unreadable: header_mismatch at byte"), "{}", shown.out);
}

#[test]
fn a_member_of_an_object_stream_stands_in_it() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("test-vectors/structure/object-streams");
    let file = folder.join("document.pdf");
    let inspection = PLACE.json(file.to_str().unwrap());
    let objects = inspection["revisions"][0]["objects"].as_array().unwrap();
    let member = objects.iter().find(|object| object.get("object_stream").is_some()).expect("a member of an object stream");
    let holder = objects.iter().find(|object| object["object"] == format!("{} 0", member["object_stream"])).unwrap();
    assert_eq!((&member["from"], &member["to"]), (&holder["from"], &holder["to"]));
}

#[test]
fn each_signature_has_its_revision_and_no_verdict() {
    let inspection = PLACE.json("changed.pdf");
    let signed_by: Vec<&Value> = inspection["revisions"].as_array().unwrap().iter().map(|revision| &revision["signed_by"]).collect();
    assert_eq!(signed_by, [&json!([]), &json!(["S1"]), &json!(["S2"]), &json!([])]);
    let covered: Vec<&Value> =
        inspection["signatures"].as_array().unwrap().iter().map(|signature| &signature["coverage"]["revision"]).collect();
    assert_eq!(covered, [&json!(2), &json!(3)]);
    assert_eq!(inspection["revisions"][1]["document_size"], PLACE.read("once.pdf").len());
    assert_eq!(inspection["accounting"]["unaccounted_bytes"], 0);
    let shown = PLACE.run(&["inspect", "changed.pdf"]);
    for line in ["  defines 5 objects: 1-5", "  defines 2 objects: 3 90", "  signed by: S1", "  covers: revision 3 of 4"] {
        assert!(shown.out.lines().any(|shown| shown == line), "{line}\n{}", shown.out);
    }
    assert!(shown.code == 0 && !shown.out.contains("TOTAL"), "{}", shown.out);
    assert_eq!(PLACE.run(&["inspect", "text.pdf"]).code, 65);
    assert_eq!(PLACE.run(&["inspect", "absent.pdf"]).code, 74);
    assert_eq!(PLACE.run(&["inspect"]).code, 64);
}
