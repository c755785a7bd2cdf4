//! The XML form of ETSI TS 119 102-2 of every report of the vectors is valid against the standard's own schema, V1.4.1.

#[path = "common/vectors.rs"]
mod vectors;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The schema, beside the corpora; and `xmllint`. Without either the test says so.
fn schema() -> Option<PathBuf> {
    let Some(corpora) = std::env::var_os("KYSO_CORPORA") else {
        println!("etsi_xml: skipped, KYSO_CORPORA does not name the folder of the corpora, beside which the schemas are");
        return None;
    };
    let schema = Path::new(&corpora).join("../schemas/validation-report/TS119102-2-v141.xsd");
    assert!(schema.is_file(), "{} is missing", schema.display());
    if Command::new("xmllint").arg("--version").output().is_err() {
        println!("etsi_xml: skipped, there is no xmllint");
        return None;
    }
    Some(schema)
}

/// Files of that many at once.
const TOGETHER: usize = 100;

#[test]
fn every_report_is_valid_against_the_schema() {
    let Some(schema) = schema() else { return };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("etsi-xml");
    std::fs::create_dir_all(&folder).unwrap();
    let mut files = Vec::new();
    for vector in vectors::all() {
        let Some(report) = vector.report() else { continue };
        let path = folder.join(format!("{}.xml", vector.name.replace('/', "__")));
        std::fs::write(&path, report.to_etsi_xml()).unwrap();
        files.push(path);
    }
    assert!(files.len() > 300);
    for files in files.chunks(TOGETHER) {
        let (valid, told) = validated(&schema, files);
        assert!(valid, "{}", told.lines().filter(|line| !line.ends_with(" validates")).take(20).collect::<Vec<_>>().join("\n"));
    }
    // One change: what must be there is not.
    let wrong = folder.join("wrong.xml");
    let text = std::fs::read_to_string(&files[0]).unwrap();
    std::fs::write(&wrong, text.replacen("MainIndication", "SubIndication", 2)).unwrap();
    assert!(!validated(&schema, &[wrong]).0);
}

fn validated(schema: &Path, files: &[PathBuf]) -> (bool, String) {
    let output = Command::new("xmllint").args(["--nonet", "--noout", "--schema"]).arg(schema).args(files).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Everything that the JSON form has a place for in the standard is told.
#[test]
fn signatures_timestamps_objects_constraints_and_proofs_are_told() {
    let vector = vectors::all().into_iter().find(|vector| vector.name == "life/whole").unwrap();
    let report = vector.report().unwrap();
    let xml = report.to_etsi_xml();
    let count = |text: &str| xml.matches(text).count();
    assert_eq!(count("<SignatureValidationReport>"), usize::try_from(report.document.signatures).unwrap());
    assert_eq!(
        count("validationObject:timestamp<"),
        report.signatures.iter().filter(|entry| entry.id.starts_with('T')).count() + signature_timestamps(&report)
    );
    assert!(count("<ValidationConstraint>") > 50);
    for piece in &report.inputs.evidence {
        assert_eq!(count(&format!("<ValidationObject id=\"{}\">", piece.id.replace(':', "-"))), 1, "{}", piece.id);
    }
    assert!(xml.contains("urn:etsi:019102:mainindication:total-passed") && xml.contains("<POEProvisioning>"));
}

fn signature_timestamps(report: &kyso::Report) -> usize {
    report.signatures.iter().flat_map(|entry| &entry.timestamps).filter(|stamp| stamp.kind == "signature_timestamp").count()
}
