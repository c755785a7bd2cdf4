//! `kyso sign --format CAdES`, `kyso verify FILE.p7m`, `FILE.p7s --detached`: end to end.
#![cfg(feature = "cli")]

#[path = "common/command.rs"]
mod command;

use command::Desk;
use serde_json::Value;

fn sign(desk: &Desk, who: &str, file: &str, out: &str, more: &[&str]) {
    desk.sign(who, file, out, &[&["--format", "cades"], more].concat());
}

#[test]
fn a_file_of_any_kind_is_signed_inside_and_beside() {
    let desk = Desk::with_texts("cli-cms");
    sign(&desk, "leader", "01.txt", "01.p7m", &[]);
    let (code, report) = desk.verify("01.p7m", &[]);
    assert_eq!((code, &report["signatures"][0]["level"]), (0, &Value::from("B-B")));
    assert_eq!(report["inputs"]["document"]["media_type"], "application/pkcs7-signature");

    sign(&desk, "leader", "01.txt", "01.p7s", &["--packaging", "detached"]);
    assert_eq!(desk.verify("01.p7s", &["--detached", "01.txt"]).0, 0);
    assert_eq!(desk.verify("01.p7s", &["--detached", "02.txt"]).0, 1);
    let (code, report) = desk.verify("01.p7s", &[]);
    assert_eq!((code, &report["wants"][0]["kind"]), (2, &Value::from("signed_data")));
    // A file that is given is expected to be what is signed.
    assert_eq!(desk.verify("01.p7m", &["--detached", "01.txt"]).0, 2);
}

#[test]
fn another_signs_beside_and_another_the_signature() {
    let desk = Desk::with_texts("cli-cms-several");
    sign(&desk, "leader", "01.txt", "1.p7s", &["--packaging", "detached"]);
    sign(&desk, "organisation", "1.p7s", "2.p7s", &["--packaging", "detached", "--detached", "01.txt"]);
    sign(&desk, "organisation", "2.p7s", "3.p7s", &["--counter-signature", "1"]);
    let (code, report) = desk.verify("3.p7s", &["--detached", "01.txt"]);
    let kinds: Vec<&str> = report["signatures"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!((code, kinds), (0, vec!["signature", "counter_signature", "signature"]));
    let refused = desk.run(&["sign", "01.txt", "-o", "x.p7m", "--format", "PAdES", "--key", "pki/leader.p12", "--counter-signature", "1"]);
    assert_eq!(refused.code, 64, "{}", refused.err);
}
