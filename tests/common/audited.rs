//! Every report that a test makes holds, and is kept for other programs to audit.

#![allow(dead_code, reason = "each test binary uses its own part")]

use kyso::crypto::DigestAlgorithm;
use kyso::{Context, Document, Report};

/// [`kyso::verify`], and [`audited`].
pub fn verify(document: &Document<'_>, context: &Context<'_>) -> Report {
    audited(kyso::verify(document, context))
}

/// `report`, audited and kept beside the build: `examples/audit.py docs` reads all files below `target/reports`, and so does what writes the
/// grammar of derivations.
///
/// # Panics
/// When something in it does not follow, but not while the grammar is written.
pub fn audited(report: Report) -> Report {
    let json = report.to_json();
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("reports").join("other");
    std::fs::create_dir_all(&folder).unwrap();
    let name: String = DigestAlgorithm::Sha256.digest(json.as_bytes()).iter().map(|octet| format!("{octet:02x}")).collect();
    std::fs::write(folder.join(format!("{name}.json")), &json).unwrap();
    if std::env::var_os("KYSO_WRITE").is_none() {
        let faults = kyso::audit(json.as_bytes()).unwrap();
        assert!(
            faults.is_empty(),
            "target/reports/other/{name}.json does not hold:\n{}",
            faults.iter().map(|fault| format!("{}: {}", fault.at, fault.what)).collect::<Vec<_>>().join("\n")
        );
    }
    report
}
