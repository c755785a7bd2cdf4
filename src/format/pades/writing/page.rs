//! ISO 32000-2 §7.7.3 — Page tree: the page that a widget is put on

use std::collections::HashSet;
use std::sync::Arc;

use super::refusal::Refusal;
use crate::encoding::pdf::{Dictionary, Object, Problem, Reference, View};

/// The page with this number, from 1, and its dictionary.
pub(super) fn page(view: View<'_, '_>, catalog: &Dictionary, number: u32) -> Result<(Reference, Arc<Dictionary>), Refusal> {
    let mut open = vec![catalog.entry(b"Pages").clone()];
    let mut seen = HashSet::new();
    let mut left = number;
    while let Some(node) = open.pop() {
        let reference = node.as_reference();
        if reference.is_some_and(|reference| !seen.insert(reference)) {
            return Err(Problem::new("page_tree", "page tree with a loop", 0).into());
        }
        let Object::Dictionary(dictionary) = view.resolve(&node)? else { continue };
        match view.value(&dictionary, b"Kids")? {
            Object::Array(kids) => open.extend(kids.iter().rev().cloned()),
            _ => {
                left = left.saturating_sub(1);
                if left == 0 {
                    // What stands in its parent directly cannot be named by its widgets (§7.7.3.2 wants references).
                    let reference = reference.ok_or_else(|| Problem::new("page_tree", "page that is not an indirect object", 0))?;
                    return Ok((reference, dictionary));
                }
            }
        }
    }
    Err(Refusal::PageMissing(number))
}
