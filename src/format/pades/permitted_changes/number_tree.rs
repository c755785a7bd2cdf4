//! ISO 32000-2 §7.9.7 — Number trees, all of one

use std::collections::BTreeSet;

use crate::encoding::pdf::View;
use crate::encoding::pdf::object::{Dictionary, Object, Reference};
use crate::limits::Budget;

/// What a number tree holds, and what it is made of.
#[derive(Debug, Default)]
pub(super) struct NumberTree {
    /// In the order of the tree.
    pub entries: Vec<(i64, Object)>,
    /// Its nodes that are objects of their own.
    pub nodes: Vec<Reference>,
    /// Whether every reader finds each entry: keys ascend, and each node below the root has the limits of what is in it.
    pub is_sound: bool,
}

/// A tree deeper than that is none.
const DEEPEST: usize = 64;
/// Entries that cost as much as a changed object.
const ENTRIES_OF_ONE: usize = 16;

/// What is still to be read: a node at a depth, or the end of one that began with this entry.
enum Open {
    Node(Object, usize),
    End(Option<(i64, i64)>, usize),
}

impl NumberTree {
    /// The tree below `root`, which is empty where it is null; `None` where a node is no dictionary or stands twice in it.
    pub fn read(view: &View<'_, '_>, root: &Object, budget: &Budget) -> Option<Self> {
        let mut tree = Self { is_sound: true, ..Self::default() };
        let (mut seen, mut open) = (BTreeSet::new(), vec![Open::Node(root.clone(), 0)]);
        while let Some(next) = open.pop() {
            match next {
                Open::Node(node, depth) => {
                    if let Some(reference) = node.as_reference() {
                        seen.insert(reference).then(|| tree.nodes.push(reference))?;
                    }
                    budget.spend(1).ok().filter(|()| depth <= DEEPEST)?;
                    let dictionary = match view.resolve(&node).ok()? {
                        Object::Dictionary(dictionary) => dictionary,
                        Object::Null if depth == 0 => return Some(tree),
                        _ => return None,
                    };
                    tree.is_sound &= dictionary.duplicate_key().is_none() && dictionary.has(b"Kids") != dictionary.has(b"Nums");
                    if depth > 0 || dictionary.has(b"Limits") {
                        open.push(Open::End(limits(view, &dictionary), tree.entries.len()));
                    }
                    tree.leaf(view, &dictionary, budget)?;
                    if let Object::Array(kids) = view.value(&dictionary, b"Kids").ok()? {
                        open.extend(kids.iter().rev().map(|kid| Open::Node(kid.clone(), depth.saturating_add(1))));
                    }
                }
                Open::End(limits, start) => {
                    let own = tree.entries.get(start..).and_then(|own| Some((own.first()?.0, own.last()?.0)));
                    tree.is_sound &= own.is_some() && own == limits;
                }
            }
        }
        tree.is_sound &= tree.entries.is_sorted_by(|(one, _), (next, _)| one < next);
        Some(tree)
    }

    fn leaf(&mut self, view: &View<'_, '_>, node: &Dictionary, budget: &Budget) -> Option<()> {
        let numbers = view.value(node, b"Nums").ok()?;
        let numbers = numbers.as_array().unwrap_or_default();
        budget.spend(u64::try_from(numbers.len() / ENTRIES_OF_ONE).unwrap_or(u64::MAX)).ok()?;
        for pair in numbers.chunks(2) {
            let [key, value] = pair else { return None };
            self.entries.push((view.resolve(key).ok()?.as_integer()?, value.clone()));
        }
        Some(())
    }
}

fn limits(view: &View<'_, '_>, node: &Dictionary) -> Option<(i64, i64)> {
    match view.value(node, b"Limits").ok()?.as_array()? {
        [least, greatest] => Some((view.resolve(least).ok()?.as_integer()?, view.resolve(greatest).ok()?.as_integer()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::files::{file, value};
    use super::*;
    use crate::encoding::pdf::Pdf;
    use crate::limits::Limits;

    /// The keys of the tree below object 2, whether it is sound, and how many of its nodes are objects.
    fn read(objects: &[(u32, &str)]) -> Option<(Vec<i64>, bool, usize)> {
        let octets = file(&[&[(1, "<< >>")], objects].concat());
        let pdf = Pdf::open(&octets, &Limits::default(), None).unwrap();
        let tree = NumberTree::read(&pdf.latest(), &value("2 0 R"), &Budget::new("changes", 1_000))?;
        Some((tree.entries.into_iter().map(|(key, _)| key).collect(), tree.is_sound, tree.nodes.len()))
    }

    #[test]
    fn leaves_are_read_in_their_order() {
        assert_eq!(read(&[(2, "<< /Nums [0 [] 4 (x)] >>")]), Some((vec![0, 4], true, 1)));
        assert_eq!(read(&[(2, "null")]), Some((vec![], true, 1)));
        let deep = [
            (2, "<< /Kids [3 0 R 4 0 R] >>"),
            (3, "<< /Limits [0 1] /Nums [0 null 1 null] >>"),
            (4, "<< /Limits [5 9] /Kids [5 0 R 6 0 R] >>"),
            (5, "<< /Limits [5 5] /Nums [5 null] >>"),
            (6, "<< /Limits [7 9] /Nums [7 null 9 null] >>"),
        ];
        assert_eq!(read(&deep), Some((vec![0, 1, 5, 7, 9], true, 5)));
    }

    #[test]
    fn what_readers_may_not_find_is_not_sound() {
        for objects in [
            vec![(2, "<< /Nums [4 null 0 null] >>")],
            vec![(2, "<< /Nums [4 null 4 null] >>")],
            vec![(2, "<< >>")],
            vec![(2, "<< /Nums [4 null] /Kids [3 0 R] >>"), (3, "<< /Limits [5 5] /Nums [5 null] >>")],
            vec![(2, "<< /Kids [3 0 R] >>"), (3, "<< /Nums [5 null] >>")],
            vec![(2, "<< /Kids [3 0 R] >>"), (3, "<< /Limits [5 6] /Nums [5 null] >>")],
            vec![(2, "<< /Kids [3 0 R] >>"), (3, "<< /Limits [5 5] /Nums [] >>")],
            vec![(2, "<< /Nums [4 null] /Nums [4 null] >>")],
        ] {
            assert_eq!(read(&objects).map(|(_, is_sound, _)| is_sound), Some(false), "{objects:?}");
        }
    }

    #[test]
    fn a_loop_is_no_tree() {
        assert_eq!(read(&[(2, "<< /Kids [2 0 R] >>")]), None);
        assert_eq!(read(&[(2, "<< /Kids [3 0 R 3 0 R] >>"), (3, "<< /Limits [5 5] /Nums [5 null] >>")]), None);
        assert_eq!(read(&[(2, "<< /Nums [5] >>")]), None);
        assert_eq!(read(&[(2, "<< /Kids [(x)] >>")]), None);
    }
}
