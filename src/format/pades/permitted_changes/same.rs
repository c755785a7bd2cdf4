//! ISO 32000-2 §7.3 — Objects: whether two values are the same, references by their number, however they are written

use std::sync::Arc;

use crate::encoding::pdf::View;
use crate::encoding::pdf::object::{Dictionary, Object, Stream};

/// A value and the view that it was read in.
pub(super) type Seen<'v, 'p, 'a> = (&'v View<'p, 'a>, &'v Object);

/// Whether both say the same: entries in any order, an absent entry as null, 1 as 1.0, streams by their octets. References are the same
/// when they name the same object, whatever became of it: that is for the object itself to explain.
pub(super) fn same((old_view, old): Seen<'_, '_, '_>, (new_view, new): Seen<'_, '_, '_>) -> bool {
    let mut waiting: Vec<(&Object, &Object)> = vec![(old, new)];
    while let Some(pair) = waiting.pop() {
        match pair {
            // One value of the file, read once.
            (Object::Array(old), Object::Array(new)) if Arc::ptr_eq(old, new) => {}
            (Object::Dictionary(old), Object::Dictionary(new)) if Arc::ptr_eq(old, new) => {}
            (Object::Array(old), Object::Array(new)) if old.len() == new.len() => waiting.extend(old.iter().zip(new.iter())),
            (Object::Dictionary(old), Object::Dictionary(new)) => match pairs(old, new) {
                Some(pairs) => waiting.extend(pairs),
                None => return false,
            },
            (Object::Stream(old), Object::Stream(new)) => match pairs(&old.dictionary, &new.dictionary) {
                Some(pairs) if same_octets((old_view, old), (new_view, new)) => waiting.extend(pairs),
                _ => return false,
            },
            (old, new) if same_scalar(old, new) => {}
            _ => return false,
        }
    }
    true
}

/// The values of equal keys; `None` when the keys differ or one stands twice.
fn pairs<'v>(old: &'v Dictionary, new: &'v Dictionary) -> Option<Vec<(&'v Object, &'v Object)>> {
    let (old, new) = (sorted(old), sorted(new));
    let equal = old.len() == new.len() && old.iter().zip(&new).all(|((old, _), (new, _))| old == new);
    let unique = new.windows(2).all(|pair| matches!(pair, [(first, _), (second, _)] if first != second));
    (equal && unique).then(|| old.iter().zip(&new).map(|((_, old), (_, new))| (*old, *new)).collect())
}

fn sorted(dictionary: &Dictionary) -> Vec<(&[u8], &Object)> {
    let mut entries: Vec<_> = dictionary.entries().filter(|(_, value)| **value != Object::Null).collect();
    entries.sort_by_key(|(key, _)| *key);
    entries
}

/// The keys of which two dictionaries say something different, sorted. A key that stands twice says the same when both of its values do.
pub(super) fn different((old_view, old): (&View<'_, '_>, &Dictionary), (new_view, new): (&View<'_, '_>, &Dictionary)) -> Vec<Arc<[u8]>> {
    let (old, new) = (sorted(old), sorted(new));
    let by_key = |(one, _): &(&[u8], &Object), (other, _): &(&[u8], &Object)| one == other;
    let (mut olds, mut news) = (old.chunk_by(by_key).peekable(), new.chunk_by(by_key).peekable());
    let mut keys = Vec::new();
    loop {
        let (old_key, new_key) = (first_key(olds.peek()), first_key(news.peek()));
        let Some(key) = old_key.into_iter().chain(new_key).min() else { return keys };
        let old = if old_key == Some(key) { olds.next() } else { None };
        let new = if new_key == Some(key) { news.next() } else { None };
        let is_same = match (old, new) {
            (Some(old), Some(new)) if old.len() == new.len() => {
                old.iter().zip(new).all(|((_, old), (_, new))| same((old_view, old), (new_view, new)))
            }
            // Entries that are null were left out.
            _ => false,
        };
        if !is_same {
            keys.push(Arc::from(key));
        }
    }
}

fn first_key<'v>(entries: Option<&&[(&'v [u8], &'v Object)]>) -> Option<&'v [u8]> {
    entries.and_then(|entries| entries.first()).map(|(key, _)| *key)
}

fn same_octets((old_view, old): (&View<'_, '_>, &Stream), (new_view, new): (&View<'_, '_>, &Stream)) -> bool {
    if old_view.stream_encoded(old) == new_view.stream_encoded(new) {
        return old.reference == new.reference || old_view.pdf().encryption().is_none();
    }
    // The same octets are encrypted in another way each time (§7.6.3.1).
    let decoded = |view: &View<'_, '_>, stream: &Stream| view.stream_data(stream).ok();
    old_view.pdf().encryption().is_some() && decoded(old_view, old).is_some_and(|old| decoded(new_view, new) == Some(old))
}

fn same_scalar(old: &Object, new: &Object) -> bool {
    match (old, new) {
        (Object::Integer(_) | Object::Real(_), Object::Integer(_) | Object::Real(_)) => old == new || old.as_number() == new.as_number(),
        (Object::Array(_) | Object::Dictionary(_) | Object::Stream(_), _) => false,
        (old, new) => old == new,
    }
}

/// Whether some dictionary within `object` has a key twice: two readers may then see two documents (§7.3.7).
pub(super) fn has_duplicate_key(object: &Object) -> bool {
    let mut waiting = vec![object];
    while let Some(object) = waiting.pop() {
        let dictionary = match object {
            Object::Array(elements) => {
                waiting.extend(elements.iter());
                continue;
            }
            Object::Dictionary(dictionary) => dictionary,
            Object::Stream(stream) => &stream.dictionary,
            _ => continue,
        };
        if dictionary.duplicate_key().is_some() {
            return true;
        }
        waiting.extend(dictionary.entries().map(|(_, value)| value));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::files::{file, value};
    use super::*;
    use crate::encoding::pdf::Pdf;
    use crate::limits::Limits;

    fn are_same(old: &str, new: &str) -> bool {
        let octets = file(&[(1, "<< >>")]);
        let pdf = Pdf::open(&octets, &Limits::default(), None).unwrap();
        let view = pdf.latest();
        same((&view, &value(old)), (&view, &value(new)))
    }

    #[test]
    fn the_way_of_writing_does_not_matter() {
        assert!(are_same("<< /A 1 /B [ 2 ] >>", "<</B[2.0]/A 1>>"));
        assert!(are_same("<< /A null >>", "<< >>"));
        assert!(are_same("(A)", "<41>"));
        assert!(are_same("[1 0 R << /K 2 0 R >>]", "[1 0 R << /K 2 0 R >>]"));
    }

    #[test]
    fn every_other_difference_does() {
        for (old, new) in [
            ("<< /A 1 >>", "<< /A 2 >>"),
            ("<< /A 1 >>", "<< /B 1 >>"),
            ("<< /A 1 >>", "<< >>"),
            ("<< /A 1 >>", "<< /A 1 /A 1 >>"),
            ("[1 0 R]", "[2 0 R]"),
            ("[1 0 R]", "[1 1 R]"),
            ("[1 2]", "[1 2 3]"),
            ("(A)", "/A"),
            ("[]", "<< >>"),
            ("1", "null"),
        ] {
            assert!(!are_same(old, new), "{old} {new}");
        }
    }

    #[test]
    fn a_key_that_stands_twice_is_found_at_any_depth() {
        assert!(has_duplicate_key(&value("[<< /A << /B 1 /B 1 >> >>]")));
        assert!(!has_duplicate_key(&value("[<< /A << /B 1 /C 1 >> >>]")));
    }
}
