//! PDF files with later revisions, honest and tampered: what a peer says of each signature, and what we do.

#[path = "common/audited.rs"]
mod audited;
#[path = "common/caching.rs"]
mod caching;
mod common;

use std::collections::BTreeMap;
use std::path::Path;

use common::{Conformance, corpora_path};
use kyso::report::json::{ChangeClass, Integrity, SignatureReport};
use kyso::{Context, Document, Evidence, Limits, Policy, Report, Time, TrustAnchors};

/// One row of the index.
struct Row {
    case: String,
    file: String,
    field: String,
    password: Option<String>,
    time: Time,
    intact: String,
    level: String,
    permitted: String,
}

#[test]
fn integrity_is_as_the_peer_says_and_what_it_suspects_is_never_permitted() {
    let Some(folder) = corpora_path("revision-diff") else { return };
    let rows = index(&folder.join("index.tsv"));
    let mut conformance = Conformance::of("revision-diff");
    let mut passed_though_suspected = Vec::new();
    let mut classes: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for row in &rows {
        let octets = std::fs::read(folder.join(&row.file)).unwrap();
        let report = report(&octets, row);
        let entry = report.signatures.iter().find(|entry| entry.field.as_deref() == Some(&row.field));
        if !row.intact.is_empty() {
            let actual = entry.map_or("none", |entry| integrity(entry.integrity));
            conformance.case(&format!("{}.intact", row.case), if row.intact == "True" { "intact" } else { "broken" }, actual);
        }
        if row.level.is_empty() {
            continue;
        }
        let (class, permitted) = entry.map_or(("none found", false), judged);
        conformance.case(&format!("{}.permitted", row.case), &row.permitted, if permitted { "True" } else { "False" });
        if row.level == "OTHER" && permitted {
            passed_though_suspected.push(format!("{} {}", row.case, row.file));
        }
        // What the peer calls other is a change that is not permitted; here a change keeps its class, and whether it is permitted is said beside.
        let class = if row.level == "OTHER" && !permitted { "other" } else { class };
        conformance.case(&format!("{}.class", row.case), expected_class(&row.level), class);
        classes.entry((expected_class(&row.level).into(), class.into())).or_default().push(row.case.clone());
    }
    assert!(rows.len() > 100, "only {} rows", rows.len());
    let agreeing: usize = classes.iter().filter(|((expected, actual), _)| expected == actual).map(|(_, cases)| cases.len()).sum();
    let all: usize = classes.values().map(Vec::len).sum();
    println!("revision-diff: {agreeing} of {all} rows have the class that the peer gives them");
    for ((expected, actual), cases) in classes.iter().filter(|((expected, actual), _)| expected != actual) {
        println!("  {expected}, here {actual}: {}", cases.join(" "));
    }
    assert!(agreeing * 100 >= all * 95, "only {agreeing} of {all} rows have the class that the peer gives them");
    assert_eq!(passed_though_suspected, Vec::<String>::new());
    conformance.agreement(95);
    conformance.finish();
}

fn report(octets: &[u8], row: &Row) -> Report {
    let (policy, anchors, evidence) = (Policy::etsi_basic(), TrustAnchors::none(), Evidence::none());
    let document = Document::pdf_within(octets, &Limits::default(), row.password.as_deref()).unwrap();
    audited::audited(caching::verified(
        &document,
        &Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: row.time, existence: None },
    ))
}

fn judged(entry: &SignatureReport) -> (&'static str, bool) {
    // Without a revision that the signature covers nothing can be compared: nothing is permitted then.
    let Some(modifications) = &entry.modifications else { return ("other", false) };
    let class = match modifications.class {
        ChangeClass::None => "none",
        ChangeClass::Extension => "extension",
        ChangeClass::FormFilling => "form_filling",
        ChangeClass::Annotation => "annotation",
        ChangeClass::Other => "other",
    };
    (class, modifications.permitted)
}

fn expected_class(level: &str) -> &'static str {
    match level {
        "NONE" => "none",
        "LTA_UPDATES" => "extension",
        "FORM_FILLING" => "form_filling",
        "ANNOTATIONS" => "annotation",
        "OTHER" => "other",
        unknown => panic!("the level {unknown} needs a class"),
    }
}

fn integrity(integrity: Integrity) -> &'static str {
    match integrity {
        Integrity::Intact => "intact",
        Integrity::Broken => "broken",
        Integrity::Unknown => "unknown",
    }
}

fn index(path: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let column = |name: &str| header.iter().position(|title| *title == name).unwrap_or_else(|| panic!("no column {name}"));
    let names = ["case_id", "pdf_file", "field", "password", "time", "intact", "mod_level", "docmdp_ok"].map(column);
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [case, file, field, password, time, intact, level, permitted] = names.map(|column| cells[column].to_owned());
        let time = Time::from_rfc3339(&time).unwrap();
        let password = (!password.is_empty()).then_some(password);
        Row { case, file, field, password, time, intact, level, permitted }
    };
    lines.map(row).collect()
}
