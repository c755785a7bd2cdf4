//! Which change of a report is seen by an audit, which by a recheck, which by a replay: each field of the schema changed in reports of several
//! kinds. `docs/report.fields.md` is what is found here; `KYSO_WRITE=1 cargo test --test report_fields` writes it.
#![cfg(all(feature = "bundle", feature = "schema"))]

#[path = "common/report_fields.rs"]
mod fields;
#[path = "common/vectors.rs"]
mod vectors;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fields::{Place, Schema};
use kyso::{Bundle, Report};
use serde_json::Value;

/// Between them they have every field of the schema.
const REPORTS: [&str; 14] = [
    "asic/simple-no-signature",
    "attacks/document-media-box",
    "cms/references-alone-no-other",
    "edxml/parts",
    "existence/hold-since",
    "json/ado-tst",
    "json/payload-file-beside",
    "ocsp/trusted-no-longer",
    "paths/anchor-policies-any",
    "timestamps/on-signature-untrusted",
    "trust-stores/constrained",
    "trust-stores/in-force",
    "vietnam/several-user-ids-swapped",
    "xml/uri-file",
];

/// Fields whose every value is what an audit is for (issue: a changed conclusion, outcome, indication, check id or combination).
const CONCLUDING: [&str; 15] = [
    "checks.combine",
    "checks.conclusion.indication",
    "checks.conclusion.sub_indication",
    "checks.steps[].binding",
    "checks.steps[].check",
    "checks.steps[].outcome",
    "checks.steps[].otherwise.indication",
    "checks.steps[].otherwise.sub_indication",
    "conclusion.indication",
    "conclusion.sub_indication",
    "signatures[].indication",
    "signatures[].sub_indication",
    "signatures[].if_claimed_time.indication",
    "signatures[].if_claimed_time.sub_indication",
    "signatures[].timestamps[].indication",
];
/// What a recheck leaves alone: sentences, and the name of the program.
const WORDS: [&str; 6] = [
    "conclusion.reasons[].en",
    "conclusion.reasons[].vi",
    "document.findings[].en",
    "document.findings[].vi",
    "signatures[].reasons[].en",
    "signatures[].reasons[].vi",
];
/// Of what stands more often in one report so many are changed, spread over it; all of them with `KYSO_ALL=1`.
const MOST: usize = 10;
/// Of what is not concluding.
const FEW: usize = 2;

/// Of how many changes how many were seen.
#[derive(Default)]
struct Seen {
    changes: usize,
    audit: usize,
    rechecked: usize,
    recheck: usize,
}

/// A report of the vectors with everything that it was made of.
struct Case {
    name: &'static str,
    bundle: Bundle,
    report: Value,
}

impl Case {
    fn all() -> Vec<Self> {
        let vectors = vectors::all();
        let of = |name: &&'static str| {
            let vector = vectors.iter().find(|vector| vector.name == **name).unwrap_or_else(|| panic!("{name}"));
            let password = vector.case.password.as_deref();
            let bundle = vector.asked(|document, context| match vector.case.detached.is_empty() {
                true => Bundle::of(&kyso::Document::detect(document.octets()).unwrap().with_name("document"), password, context).1,
                false => Bundle::of(document, password, context).1,
            });
            let bundle = bundle.unwrap();
            let report = serde_json::from_slice(&bundle.report).unwrap();
            Self { name, bundle, report }
        };
        REPORTS.iter().map(of).collect()
    }

    /// The report with other values, written as reports are; `None` where no report says that.
    fn changed(&self, changes: &[(&Place, Option<Value>)]) -> Option<Vec<u8>> {
        let mut report = self.report.clone();
        for (place, value) in changes {
            fields::put(&mut report, &place.at, value.clone());
        }
        let report: Report = serde_json::from_value(report).ok()?;
        Some(report.to_json().into_bytes())
    }

    fn audit_sees(&self, place: &Place, value: Option<Value>) -> bool {
        self.changed(&[(place, value)]).is_none_or(|report| !kyso::audit(&report).unwrap().is_empty())
    }

    fn with(&self, report: Vec<u8>) -> Bundle {
        Bundle { report, ..self.bundle.clone() }
    }
}

/// So many of `places`, spread over them.
fn some(places: &[Place], most: usize) -> impl Iterator<Item = &Place> {
    let step = if std::env::var_os("KYSO_ALL").is_some() { 1 } else { places.len().div_ceil(most).max(1) };
    places.iter().step_by(step)
}

#[test]
fn what_sees_which_change() {
    let schema = Schema::read();
    let mut table: BTreeMap<String, Seen> = schema.fields().into_iter().map(|field| (field, Seen::default())).collect();
    let mut slipped = Vec::new();
    for case in Case::all() {
        assert!(kyso::audit(&case.bundle.report).unwrap().is_empty(), "{}", case.name);
        let places = schema.places(&case.report);
        for (field, places) in &places {
            let seen = table.get_mut(field).unwrap_or_else(|| panic!("{}: {field} is not in the schema", case.name));
            let is_concluding = CONCLUDING.contains(&field.as_str());
            for place in some(places, if is_concluding { MOST } else { FEW }) {
                for other in schema.others(place, &case.report) {
                    let audited = case.audit_sees(place, other.clone());
                    seen.changes += 1;
                    seen.audit += usize::from(audited);
                    if is_concluding && !audited {
                        slipped.push(format!("{}: {} to {other:?}", case.name, place.at));
                    }
                }
            }
        }
        rechecked(&case, &schema, &places, &mut table);
    }
    assert!(slipped.is_empty(), "{} changes that no audit sees\n{}", slipped.len(), slipped.join("\n"));
    let unseen: Vec<&String> = table.iter().filter(|(_, seen)| seen.changes == 0).map(|(field, _)| field).collect();
    assert!(unseen.is_empty(), "in none of these reports: {unseen:?}");
    for (field, seen) in &table {
        let is_word = WORDS.contains(&field.as_str()) || field.starts_with("tool");
        assert!(is_word || seen.recheck == seen.rechecked, "{field}: a recheck sees {} of {}", seen.recheck, seen.rechecked);
    }
    written(&page(&table));
}

/// A step told under the id of another check would pass where both stand in one block, are of one clause and compare the same values: no two do.
#[test]
fn no_check_can_be_told_as_another_of_its_block() {
    let grammar: Value = serde_json::from_slice(&std::fs::read(root().join("docs/report.grammar.json")).unwrap()).unwrap();
    let anywhere: Vec<&str> = grammar["anywhere"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let inputs = |id: &str| -> BTreeSet<String> {
        let named = grammar["inputs"][id].as_object().into_iter().flatten();
        named.flat_map(|(_, lists)| lists.as_array().unwrap()).map(Value::to_string).collect()
    };
    let checks = kyso::checks();
    let mut alike = BTreeSet::new();
    for block in grammar["blocks"].as_object().unwrap().values() {
        let standing = |id: &str| block["steps"].get(id).is_some() || anywhere.contains(&id);
        let known: Vec<_> = checks.iter().filter(|check| standing(check.id)).collect();
        for (position, one) in known.iter().enumerate() {
            let others = known.iter().skip(position + 1).filter(|other| other.clause == one.clause);
            alike.extend(others.filter(|other| !inputs(one.id).is_disjoint(&inputs(other.id))).map(|other| (one.id, other.id)));
        }
    }
    assert!(alike.is_empty(), "{alike:?}");
}

/// A verdict at the claimed time that is better than the basic result lets it be is seen, however it agrees with itself.
#[test]
fn no_verdict_at_the_claimed_time_can_be_made_up() {
    let mut forged = 0;
    for case in Case::all() {
        let (mut report, before) = (case.report.clone(), forged);
        for entry in report["signatures"].as_array_mut().unwrap() {
            let is_open = entry["if_claimed_time"]["indication"] == "INDETERMINATE";
            if !is_open {
                continue;
            }
            forged += 1;
            entry["if_claimed_time"] = serde_json::json!({ "indication": "TOTAL-PASSED" });
            let claimed = entry["checks"]["steps"].as_array_mut().unwrap().last_mut().unwrap();
            assert_eq!(claimed["block"]["name"], "Validation as of the claimed time");
            pass(&mut claimed["block"]);
        }
        let report: Report = serde_json::from_value(report).unwrap();
        let faults = kyso::audit(report.to_json().as_bytes()).unwrap();
        assert_eq!(faults.is_empty(), forged == before, "{}: {faults:?}", case.name);
    }
    assert!(forged > 2, "{forged}");
}

/// Makes every step pass, and the block conclude so.
fn pass(block: &mut Value) {
    block["conclusion"] = serde_json::json!({ "indication": "TOTAL-PASSED" });
    for step in block["steps"].as_array_mut().unwrap() {
        if let Some(block) = step.get_mut("block") {
            pass(block);
        } else if step["outcome"] == "failed" {
            step["outcome"] = "passed".into();
            step.as_object_mut().unwrap().remove("otherwise");
            for (name, value) in [("basic", "TOTAL-PASSED"), ("check", "")] {
                if step["inputs"].get(name).is_some() {
                    step["inputs"][name] = value.into();
                }
            }
        }
    }
}

/// One change of each field, all at once: a recheck tells each by its place. What names evidence and anchors is changed alone, since without these
/// nothing else is recomputed, and so is what is taken away.
fn rechecked(case: &Case, schema: &Schema, places: &BTreeMap<String, Vec<Place>>, table: &mut BTreeMap<String, Seen>) {
    let (mut together, mut alone) = (Vec::new(), Vec::new());
    for (field, places) in places {
        let Some(place) = places.last() else { continue };
        let is_name = matches!(field.as_str(), "inputs.evidence[].id" | "inputs.trust_anchors[].sha256");
        for other in schema.others(place, &case.report).into_iter().take(1) {
            if other.as_ref().is_none_or(Value::is_array) || is_name {
                alone.push((field, place, other))
            } else {
                together.push((field, place, other))
            }
        }
    }
    let changes: Vec<(&Place, Option<Value>)> = together.iter().map(|(_, place, other)| (*place, other.clone())).collect();
    let report = case.changed(&changes).unwrap_or_else(|| panic!("{}: no report", case.name));
    let found = case.with(report).recheck().unwrap();
    let told: BTreeSet<&str> = found.faults.iter().map(|fault| fault.at.as_str()).collect();
    for (field, place, _) in &together {
        let seen = table.get_mut(*field).unwrap();
        seen.rechecked += 1;
        seen.recheck += usize::from(told.contains(place.at.as_str()));
    }
    for (field, place, other) in alone {
        let Some(report) = case.changed(&[(place, other)]) else { continue };
        let seen = table.get_mut(field).unwrap();
        seen.rechecked += 1;
        seen.recheck += usize::from(!case.with(report).recheck().unwrap().holds());
    }
}

/// Whatever octet is changed in a report, a replay sees it.
#[test]
fn a_replay_sees_every_change() {
    let case = Case::all().swap_remove(0);
    assert_eq!(case.bundle.replay().unwrap(), []);
    let octets = &case.bundle.report;
    for at in (0..octets.len()).step_by(octets.len() / 100) {
        let mut changed = octets.clone();
        changed[at] ^= 1;
        assert_ne!(case.with(changed).replay().unwrap(), [], "octet {at}");
    }
    for cut in [&octets[..octets.len() - 1], &[octets, &b"\n"[..]].concat()] {
        assert_ne!(case.with(cut.to_vec()).replay().unwrap(), []);
    }
}

fn page(table: &BTreeMap<String, Seen>) -> String {
    let word = |count: usize, of: usize| match count {
        _ if count == of => "yes",
        0 => "–",
        _ => "some",
    };
    let mut page = String::from(
        "# What sees which change of a report\n\n\
        One value of a report changed, everything else as it was; a field that may be absent also taken away, a list cut by its last element. Is it\n\
        seen by an audit (the report alone), by a recheck (with what it was made of), by a replay (the bundle)? `some`: in some reports, or for some\n\
        values. A dash: not there. What an audit does not see is a fact that nothing else in the report repeats; a recheck leaves sentences alone,\n\
        and the name of the program. `tests/report_fields.rs` makes this table of reports of the test vectors, and fails where it is not so.\n\n\
        | field | audit | recheck | replay |\n|---|---|---|---|\n",
    );
    for (field, seen) in table {
        page += &format!("| `{field}` | {} | {} | yes |\n", word(seen.audit, seen.changes), word(seen.recheck, seen.rechecked));
    }
    page
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn written(page: &str) {
    let path = root().join("docs/report.fields.md");
    if std::env::var_os("KYSO_WRITE").is_some() {
        std::fs::write(&path, page).unwrap();
    } else {
        let told = std::fs::read_to_string(&path).unwrap_or_default();
        let other = page.lines().zip(told.lines().chain(std::iter::repeat(""))).find(|(due, told)| due != told);
        assert!(told == page, "docs/report.fields.md: {other:?}; KYSO_WRITE=1 cargo test --test report_fields writes it");
    }
}
