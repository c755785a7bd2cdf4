//! The grammar of derivations as the reports show it: what may and must stand in each block (`docs/report.md`, "The grammar").

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value, json};

/// A derivation is told to 1,500 checks (`path::inquiry`); a report with fewer than this is not cut. Some of what was told stands in no report.
const CUT_FROM: usize = 700;
/// What was seen less often is not said to be due or to stand once.
const ENOUGH: usize = 100;

/// Everything seen in reports.
#[derive(Default)]
pub struct Grammar {
    roots: BTreeMap<String, BTreeSet<String>>,
    blocks: BTreeMap<String, Production>,
    inputs: BTreeMap<String, [BTreeSet<Vec<String>>; 2]>,
}

#[derive(Default)]
struct Production {
    seen: usize,
    passed: usize,
    empty: bool,
    steps: BTreeMap<String, Place>,
}

#[derive(Default)]
struct Place {
    seen: usize,
    passed: usize,
    many: bool,
    outcomes: BTreeSet<String>,
    bindings: BTreeSet<bool>,
    /// Checks that passed beside it wherever it does not bind, and anywhere where it does.
    unbound: Option<BTreeSet<String>>,
    bound: BTreeSet<String>,
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn key(block: &Value) -> String {
    [text(block, "name"), text(block, "clause"), text(block, "combine")].join(" | ")
}

fn step_key(step: &Value) -> String {
    step.get("block").map_or_else(|| text(step, "check").to_owned(), key)
}

impl Grammar {
    pub fn see(&mut self, report: &Value) {
        let entries = report["signatures"].as_array().unwrap().iter().map(|entry| (text(entry, "kind"), &entry["checks"]));
        for (kind, root) in entries.chain([("document", &report["conclusion"]["checks"])]) {
            self.roots.entry(kind.to_owned()).or_default().insert(key(root));
            let mut waiting = vec![root];
            while let Some(block) = waiting.pop() {
                self.block(block);
                waiting.extend(block["steps"].as_array().unwrap().iter().filter_map(|step| step.get("block")));
            }
        }
    }

    fn block(&mut self, block: &Value) {
        let steps = block["steps"].as_array().unwrap();
        let passed = block["conclusion"]["indication"] == "TOTAL-PASSED";
        let beside: BTreeSet<String> =
            steps.iter().filter(|step| text(step, "outcome") == "passed").map(|step| text(step, "check").to_owned()).collect();
        let production = self.blocks.entry(key(block)).or_default();
        production.seen += 1;
        production.passed += usize::from(passed);
        production.empty |= steps.is_empty();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for step in steps {
            let id = step_key(step);
            *counts.entry(id.clone()).or_default() += 1;
            let place = production.steps.entry(id.clone()).or_default();
            if step.get("block").is_some() {
                place.bind(step["binding"].as_bool().unwrap(), &beside);
            } else {
                place.outcomes.insert(text(step, "outcome").to_owned());
                let names = step["inputs"].as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>().into_iter().collect();
                let asked = usize::from(text(step, "outcome") == "skipped");
                self.inputs.entry(id).or_default()[asked].insert(names);
            }
        }
        for (id, count) in counts {
            let place = production.steps.get_mut(&id).unwrap();
            place.seen += 1;
            place.passed += usize::from(passed);
            place.many |= count > 1;
        }
    }

    /// Outcomes that the code gives a check, whatever the vectors saw: a policy decides between some.
    fn outcomes_of_code(&mut self) {
        let given = outcomes_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
        for place in self.blocks.values_mut().flat_map(|production| &mut production.steps) {
            let outcomes = &mut place.1.outcomes;
            outcomes.extend(given.get(place.0).into_iter().flatten().map(|outcome| (*outcome).to_owned()));
            if !outcomes.is_empty() && place.0 != "chosen" {
                outcomes.insert("passed".into());
                // What is tolerated and never failed here cannot fail here.
                if !outcomes.contains("tolerated") {
                    outcomes.insert("failed".into());
                }
            }
        }
    }

    /// The file `docs/report.grammar.json`, a step a line.
    pub fn written(mut self) -> String {
        self.outcomes_of_code();
        let limits: Vec<&str> = kyso::checks().iter().map(|check| check.id).filter(|id| id.starts_with("limit.")).collect();
        let mut lines = vec![format!(
            "{{\n\"roots\": {},\n\"anywhere\": {},\n\"cut\": {{\"check\":\"limit.derivation\",\"from\":{CUT_FROM}}},\n\"blocks\": {{",
            json!(self.roots),
            json!(limits)
        )];
        let blocks: Vec<String> = self.blocks.iter().map(|(key, production)| format!("{}: {}", json!(key), production.written())).collect();
        lines.push(blocks.join(",\n"));
        lines.push("},\n\"inputs\": {".into());
        let inputs = self.inputs.iter().map(|(id, [asked, skipped])| {
            let both = [("asked", asked), ("skipped", skipped)].into_iter().filter(|(_, names)| !names.is_empty());
            format!("{}: {}", json!(id), Value::Object(both.map(|(word, names)| (word.to_owned(), json!(names))).collect()))
        });
        lines.push(inputs.collect::<Vec<_>>().join(",\n"));
        lines.push("}\n}\n".into());
        lines.join("\n")
    }
}

impl Place {
    fn bind(&mut self, binding: bool, beside: &BTreeSet<String>) {
        self.bindings.insert(binding);
        match (&mut self.unbound, binding) {
            (_, true) => self.bound.extend(beside.iter().cloned()),
            (None, false) => self.unbound = Some(beside.clone()),
            (Some(known), false) => known.retain(|id| beside.contains(id)),
        }
    }

    fn binding(&self) -> Option<Value> {
        match (self.bindings.contains(&true), self.bindings.contains(&false)) {
            (true, true) => self.unbound.iter().flatten().find(|id| !self.bound.contains(*id)).map(|id| json!(id)),
            (false, false) => None,
            (binding, _) => Some(json!(binding)),
        }
    }
}

impl Production {
    fn written(&self) -> String {
        let steps: Vec<String> = self.steps.iter().map(|(id, place)| format!("  {}: {}", json!(id), self.place(place))).collect();
        let empty = if self.empty { "\"empty\": true, " } else { "" };
        if steps.is_empty() { format!("{{{empty}\"steps\": {{}}}}") } else { format!("{{{empty}\"steps\": {{\n{}}}}}", steps.join(",\n")) }
    }

    fn place(&self, place: &Place) -> Value {
        let due = match (self.seen, self.passed) {
            (seen, _) if seen >= ENOUGH && place.seen == seen => Some("always"),
            (_, passed) if passed >= ENOUGH && place.passed == passed => Some("passed"),
            _ => None,
        };
        let once = (place.seen >= ENOUGH && !place.many).then_some(true);
        let outcomes = (!place.outcomes.is_empty()).then_some(&place.outcomes);
        let members = [
            ("due", due.map(|due| json!(due))),
            ("once", once.map(|once| json!(once))),
            ("outcomes", outcomes.map(|outcomes| json!(outcomes))),
            ("binding", place.binding()),
        ];
        Value::Object(members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map<_, _>>())
    }
}

/// By the id of a check, the outcomes that calls in the sources give it beside passed and failed.
fn outcomes_in(folder: &Path) -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut found: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        for (call, outcomes) in
            [(".ask_enforced(", &["tolerated", "failed"][..]), (".tolerate(&", &["tolerated"]), (".skip(&", &["skipped"])]
        {
            for rest in source.split(call).skip(1) {
                let Some((_, name)) = rest.split_once('&').filter(|_| !call.ends_with('&')).or(Some(("", rest))) else { continue };
                let name: String = name.chars().take_while(|letter| letter.is_ascii_uppercase() || *letter == '_').collect();
                let declared = source.split(&format!(" {name} = \"")).nth(1).and_then(|rest| rest.split('"').next());
                if let Some(id) = declared {
                    found.entry(id.to_owned()).or_default().extend(outcomes);
                }
            }
        }
    }
    found
}
