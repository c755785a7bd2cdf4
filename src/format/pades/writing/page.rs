//! ISO 32000-2 §7.7.3 — Page tree: the page that a widget is put on

use std::collections::HashSet;
use std::sync::Arc;

use super::refusal::Refusal;
use super::rewriting::fault;
use crate::encoding::pdf::{Dictionary, Object, Problem, Reference, View};
use crate::limits::Budget;

/// The page with this number, from 1, and its dictionary.
pub(super) fn page(view: View<'_, '_>, catalog: &Dictionary, number: u32) -> Result<(Reference, Arc<Dictionary>), Refusal> {
    let nodes = Budget::new("objects", view.pdf().limits().objects);
    let mut open = vec![catalog.entry(b"Pages").clone()];
    let mut seen = HashSet::new();
    let mut left = number;
    while let Some(node) = open.pop() {
        nodes.spend(1).map_err(|limit| Problem::new("limit.objects", format!("the page tree goes beyond a limit: {limit}"), 0))?;
        let Object::Dictionary(dictionary) = view.resolve(&node)? else { continue };
        let reference = node.as_reference();
        if let Object::Array(kids) = view.value(&dictionary, b"Kids")? {
            if reference.is_some_and(|reference| !seen.insert(reference)) {
                return Err(fault(view, reference, "page_tree", "page tree with a loop").into());
            }
            open.extend(kids.iter().rev().cloned());
            continue;
        }
        left = left.saturating_sub(1);
        if left == 0 {
            // What stands in its parent directly cannot be named by its widgets (§7.7.3.2 wants references).
            let reference = reference.ok_or_else(|| Problem::new("page_tree", "page that is not an indirect object", 0))?;
            return Ok((reference, dictionary));
        }
    }
    Err(Refusal::PageMissing(number))
}
