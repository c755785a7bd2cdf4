//! `kyso sign --format ASiC-..`, several files under one signature, elements by identifier: end to end.
#![cfg(feature = "cli")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const TIME: &str = "2026-11-26T09:40:00+07:00";
const CONTENT: &str = "Quyết định số 01/QĐ-UBND\n";

struct Desk {
    folder: PathBuf,
}

impl Desk {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&folder);
        let desk = Self { folder };
        std::fs::create_dir_all(&desk.folder).unwrap();
        assert_eq!(desk.run(&["demo", "pki", "pki", "--at", TIME]).0, 0);
        std::fs::write(desk.folder.join("01.txt"), CONTENT).unwrap();
        std::fs::write(desk.folder.join("02.txt"), CONTENT.replace("01", "02")).unwrap();
        desk
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_kyso")).current_dir(&self.folder).args(arguments).output().unwrap();
        let text = |octets| String::from_utf8(octets).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn sign(&self, who: &str, file: &str, out: &str, more: &[&str]) {
        let key = format!("pki/{who}.p12");
        let sign = ["sign", file, "-o", out, "--key", &key, "--password-file", "pki/password.txt", "--at", TIME];
        let (code, _, errors) = self.run(&[&sign[..], more].concat());
        assert_eq!(code, 0, "{errors}");
    }

    fn verify(&self, file: &str, more: &[&str]) -> (i32, Value) {
        let verify = ["verify", file, "--anchor", "pki/anchors", "--evidence", "pki/evidence", "--at", TIME, "--format", "json"];
        let (code, report, errors) = self.run(&[&verify[..], more].concat());
        (code, serde_json::from_str(&report).unwrap_or_else(|_| panic!("{errors}")))
    }
}

#[test]
fn containers_hold_the_files_that_are_named() {
    let desk = Desk::new("cli-containers");
    for (format, files, kind) in [
        ("ASiC-S-CAdES", &["01.txt"][..], "ASiC-S"),
        ("ASiC-S-XAdES", &["01.txt"], "ASiC-S"),
        ("asic-e-cades", &["01.txt", "02.txt"], "ASiC-E"),
        ("ASiC-E-XAdES", &["01.txt", "02.txt"], "ASiC-E"),
    ] {
        let out = format!("{format}.zip");
        desk.sign("leader", files[0], &out, &[&files[1..], &["--format", format]].concat());
        let (code, report) = desk.verify(&out, &[]);
        assert_eq!((code, report["signatures"][0]["container"].as_str()), (0, Some(kind)), "{format}: {report}");
        assert_eq!(report["signatures"][0]["coverage"]["whole_document"], true, "{format}");
        desk.sign("organisation", &out, &out, &["--format", format]);
        let (code, report) = desk.verify(&out, &[]);
        assert_eq!((code, report["signatures"].as_array().unwrap().len()), (0, 2), "{format}: {report}");
    }
}

#[test]
fn one_signature_is_over_several_files_or_elements() {
    let desk = Desk::new("cli-several");
    desk.sign("leader", "01.txt", "several.xml", &["02.txt", "--format", "xades", "--packaging", "detached"]);
    let both = ["--detached", "01.txt", "--detached", "02.txt"];
    assert_eq!(desk.verify("several.xml", &both).0, 0);
    assert_eq!(desk.verify("several.xml", &["--detached", "01.txt"]).0, 2);
    assert_eq!(desk.verify("several.xml", &["--detached", "01.txt", "--detached", "02.txt=01.txt"]).0, 1);
    std::fs::write(desk.folder.join("parts.xml"), "<r><a Id='a'>1</a><b Id='b'>2</b></r>").unwrap();
    desk.sign("leader", "parts.xml", "signed.xml", &["--format", "xades", "--element", "a", "--element", "b"]);
    assert_eq!(desk.verify("signed.xml", &[]).0, 0);
    desk.sign("leader", "parts.xml", "one.xml", &["--format", "xades", "--element", "a"]);
    assert_eq!(desk.verify("one.xml", &[]).0, 2);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let desk = Desk::new("cli-containers-refused");
    let key = ["--key", "pki/leader.p12", "--password-file", "pki/password.txt", "-o", "out"];
    let refused = |arguments: &[&str]| {
        let (code, _, errors) = desk.run(&[&["sign"], arguments, &key[..]].concat());
        assert_eq!(code, 64, "{arguments:?}: {errors}");
    };
    refused(&["01.txt", "02.txt", "--format", "cades", "--packaging", "detached"]);
    refused(&["01.txt", "02.txt", "--format", "ASiC-S-CAdES"]);
    refused(&["01.txt", "--format", "ASiC-E-CAdES", "--packaging", "enveloping"]);
    refused(&["01.txt", "--format", "cades", "--element", "a"]);
    refused(&["01.txt", "01.txt", "--format", "xades", "--packaging", "detached"]);
}
