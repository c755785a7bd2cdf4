//! `kyso demo outputs`: every file is what `outputs.json` says, and passes by what lies beside it.
#![cfg(feature = "cli")]

#[path = "common/command.rs"]
mod command;

use std::path::{Path, PathBuf};

use command::{Desk, TIME, run};
use serde_json::Value;

fn made() -> PathBuf {
    let folder = Desk::empty("outputs").folder;
    let (code, names, errors) = run(&["demo", "outputs", folder.to_str().unwrap(), "--at", TIME]).told();
    assert_eq!(code, 0, "{errors}");
    assert!(names.lines().all(|name| Path::new(name).is_file()), "{names}");
    folder
}

#[test]
fn each_output_passes_at_the_level_that_it_claims() {
    let folder = made();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let list: Value = serde_json::from_slice(&std::fs::read(folder.join("outputs.json")).unwrap()).unwrap();
    let outputs = list["outputs"].as_array().unwrap();
    for output in outputs {
        let text = |name: &str| output[name].as_str().unwrap();
        let mut arguments = vec!["verify".to_owned(), path(text("file")), "--anchor".into(), path("anchors"), "--at".into(), TIME.into()];
        arguments.extend(["--format".to_owned(), "json".into()]);
        if ["none", "B-B", "B-T"].contains(&text("level")) {
            arguments.extend(["--evidence".to_owned(), path("evidence")]);
        }
        let several = output["inputs"].as_array().filter(|_| !output["detached"].is_null());
        let detached = several.cloned().unwrap_or_else(|| vec![output["detached"].clone()]);
        for detached in detached.iter().filter_map(Value::as_str) {
            arguments.extend(["--detached".to_owned(), path(detached)]);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (code, report, errors) = run(&arguments).told();
        assert_eq!(code, 0, "{output}: {errors}{report}");
        let report: Value = serde_json::from_str(&report).unwrap();
        let entry = &report["signatures"][0];
        assert_eq!(entry["format"], output["format"], "{output}");
        let container = ["ASiC-S", "ASiC-E", "edXML"].into_iter().find(|packaging| *packaging == text("packaging"));
        assert_eq!(entry["container"].as_str(), container, "{output}");
        // The older form has no levels.
        let level = if text("format") == "PKCS7" { "none" } else { text("level") };
        assert_eq!(entry["level"], level, "{output}");
    }
    assert!(outputs.len() >= 70, "only {} outputs", outputs.len());
    let again = run(&["demo", "outputs", folder.to_str().unwrap()]);
    assert!(again.code == 74 && again.err.contains("exists already"), "{}", again.err);
}
