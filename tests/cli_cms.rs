//! `kyso sign --format CAdES`, `kyso verify FILE.p7m`, `FILE.p7s --detached`: end to end.
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
        let sign = ["sign", file, "-o", out, "--format", "cades", "--key", &key, "--password-file", "pki/password.txt", "--at", TIME];
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
fn a_file_of_any_kind_is_signed_inside_and_beside() {
    let desk = Desk::new("cli-cms");
    desk.sign("leader", "01.txt", "01.p7m", &[]);
    let (code, report) = desk.verify("01.p7m", &[]);
    assert_eq!((code, &report["signatures"][0]["level"]), (0, &Value::from("B-B")));
    assert_eq!(report["inputs"]["document"]["media_type"], "application/pkcs7-signature");

    desk.sign("leader", "01.txt", "01.p7s", &["--packaging", "detached"]);
    assert_eq!(desk.verify("01.p7s", &["--detached", "01.txt"]).0, 0);
    assert_eq!(desk.verify("01.p7s", &["--detached", "02.txt"]).0, 1);
    let (code, report) = desk.verify("01.p7s", &[]);
    assert_eq!((code, &report["wants"][0]["kind"]), (2, &Value::from("signed_data")));
    // A file that is given is expected to be what is signed.
    assert_eq!(desk.verify("01.p7m", &["--detached", "01.txt"]).0, 2);
}

#[test]
fn another_signs_beside_and_another_the_signature() {
    let desk = Desk::new("cli-cms-several");
    desk.sign("leader", "01.txt", "1.p7s", &["--packaging", "detached"]);
    desk.sign("organisation", "1.p7s", "2.p7s", &["--packaging", "detached", "--detached", "01.txt"]);
    desk.sign("organisation", "2.p7s", "3.p7s", &["--counter-signature", "1"]);
    let (code, report) = desk.verify("3.p7s", &["--detached", "01.txt"]);
    let kinds: Vec<&str> = report["signatures"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!((code, kinds), (0, vec!["signature", "counter_signature", "signature"]));
    let refused = desk.run(&["sign", "01.txt", "-o", "x.p7m", "--format", "PAdES", "--key", "pki/leader.p12", "--counter-signature", "1"]);
    assert_eq!(refused.0, 64, "{}", refused.2);
}
