//! What a proof of an earlier time may mend: it follows from the basic result, which stands in the same derivation (`docs/report.md`, "Mending")

use std::collections::BTreeMap;

use serde_json::Value;

use super::derivation::{blocks, failures};
use super::rules::{Mending, mending};
use super::{Audit, conclusion, list, member_of, text};

const BASIC: &str = "Validation process for Basic Signatures";

impl<'a> Audit<'a> {
    /// Every check of the derivation `root` that is about a basic result of it.
    pub(super) fn mending(&mut self, at: &str, root: &'a Value) {
        let all = blocks(root);
        let mut basics: BTreeMap<&str, &Value> = BTreeMap::new();
        for block in all.iter().filter(|block| text(block, "name") == BASIC) {
            basics.entry(text(block, "subject")).or_insert(block);
        }
        for block in &all {
            for step in list(block, "steps") {
                let Some(mending) = mending(text(step, "check")) else { continue };
                let holds = basics.get(text(block, "subject")).is_some_and(|basic| follows(step, mending, basic));
                self.hold(holds, at, format!("`{}` does not follow from the basic result", text(step, "check")));
            }
        }
    }
}

fn follows(step: &Value, mending: &Mending, basic: &Value) -> bool {
    let (inputs, passed) = (member_of(step, "inputs"), text(step, "outcome") == "passed");
    match mending {
        Mending::Conclusions(may_be) => {
            let found = conclusion(member_of(basic, "conclusion")).map(|found| found.to_string()).unwrap_or_default();
            text(inputs, "basic") == found && (!passed || may_be.contains(&found))
        }
        Mending::Failures(may_be) => {
            let failed = failures(basic).into_iter().map(|step| text(step, "check"));
            let lasting = failed.into_iter().find(|check| !may_be.iter().any(|one| one == check));
            text(inputs, "check") == lasting.unwrap_or_default() && passed == lasting.is_none()
        }
    }
}
