//! `kyso sign --format ASiC-..`, several files under one signature, elements by identifier: end to end.
#![cfg(feature = "cli")]

#[path = "common/command.rs"]
mod command;

use command::Desk;

#[test]
fn containers_hold_the_files_that_are_named() {
    let desk = Desk::with_texts("cli-containers");
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
    let desk = Desk::with_texts("cli-several");
    desk.sign("leader", "01.txt", "several.xml", &["02.txt", "--format", "xades", "--packaging", "detached"]);
    let both = ["--detached", "01.txt", "--detached", "02.txt"];
    assert_eq!(desk.verify("several.xml", &both).0, 0);
    assert_eq!(desk.verify("several.xml", &["--detached", "01.txt"]).0, 2);
    assert_eq!(desk.verify("several.xml", &["--detached", "01.txt", "--detached", "02.txt=01.txt"]).0, 1);
    desk.write("parts.xml", b"<r><a Id='a'>1</a><b Id='b'>2</b></r>");
    desk.sign("leader", "parts.xml", "signed.xml", &["--format", "xades", "--element", "a", "--element", "b"]);
    assert_eq!(desk.verify("signed.xml", &[]).0, 0);
    desk.sign("leader", "parts.xml", "one.xml", &["--format", "xades", "--element", "a"]);
    assert_eq!(desk.verify("one.xml", &[]).0, 2);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let desk = Desk::with_texts("cli-containers-refused");
    let key = ["--key", "pki/leader.p12", "--password-file", "pki/password.txt", "-o", "out"];
    let refused = |arguments: &[&str]| {
        let run = desk.run(&[&["sign"], arguments, &key[..]].concat());
        assert_eq!(run.code, 64, "{arguments:?}: {}", run.err);
    };
    refused(&["01.txt", "02.txt", "--format", "cades", "--packaging", "detached"]);
    refused(&["01.txt", "02.txt", "--format", "ASiC-S-CAdES"]);
    refused(&["01.txt", "--format", "ASiC-E-CAdES", "--packaging", "enveloping"]);
    refused(&["01.txt", "--format", "cades", "--element", "a"]);
    refused(&["01.txt", "01.txt", "--format", "xades", "--packaging", "detached"]);
}
