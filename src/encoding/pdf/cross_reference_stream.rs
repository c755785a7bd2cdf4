//! ISO 32000-2 §7.5.8 — Cross-reference streams: the layout of entries, and hybrid files

use super::cross_reference::{Row, direct_size, of_number};
use super::finding::Finding;
use super::object::{Dictionary, Object};
use super::revision::{Entry, Origin};

/// `/W` and `/Index` (table 17).
pub(super) struct Layout {
    widths: [usize; 3],
    pub(super) index: Vec<(u32, u32)>,
}

impl Layout {
    pub(super) fn new(dictionary: &Dictionary) -> Option<Self> {
        let width = |object: &Object| direct_size(object).filter(|width| *width <= 8);
        let widths = match dictionary.entry(b"W").as_array()? {
            [kind, second, third] => [width(kind)?, width(second)?, width(third)?],
            _ => return None,
        };
        let number = |object: &Object| object.as_integer().and_then(|number| u32::try_from(number).ok());
        let index = match dictionary.entry(b"Index") {
            Object::Null => vec![(0, number(dictionary.entry(b"Size"))?)],
            index => index.as_array()?.chunks(2).map(|pair| range(number(pair.first()?)?, number(pair.get(1)?)?)).collect::<Option<_>>()?,
        };
        // A writer that had nothing to say names only object 0, which is free in every file (§7.5.4), and in no octets.
        let is_said = widths.iter().sum::<usize>() > 0 || index.iter().all(|range| matches!(range, (_, 0) | (0, 1)));
        is_said.then_some(Self { widths, index })
    }

    fn width(&self) -> usize {
        self.widths.iter().sum()
    }

    pub(super) fn octets(&self) -> Option<usize> {
        let entries: u64 = self.index.iter().map(|(_, count)| u64::from(*count)).sum();
        usize::try_from(entries).ok()?.checked_mul(self.width())
    }

    pub(super) fn rows(&self, data: &[u8], findings: &mut Vec<Finding>, at: usize) -> Option<Vec<Row>> {
        if self.width() == 0 {
            findings.push(Finding::new("entry_width", "the entries of a cross-reference stream have no octets", at));
            return Some(Vec::new());
        }
        let mut entries = data.chunks_exact(self.width());
        let mut rows = Vec::with_capacity(entries.len());
        for (first, count) in &self.index {
            for number in *first..first.checked_add(*count)? {
                let (entry, known) = self.entry(entries.next()?)?;
                if !known && findings.len() < 100 {
                    findings.push(of_number("entry_type", format!("an entry of unknown type for object {number}"), at, number));
                }
                rows.push((number, Origin::Stream, entry));
            }
        }
        Some(rows)
    }

    /// Table 18; an unknown type stands for null (§7.5.8.3).
    fn entry(&self, octets: &[u8]) -> Option<(Entry, bool)> {
        let [kind, second, third] = self.fields(octets)?;
        let kind = if self.widths.first() == Some(&0) { 1 } else { kind };
        Some(match kind {
            0 => (Entry::Free { next: second, generation: u16::try_from(third).unwrap_or(u16::MAX) }, true),
            1 => (Entry::InUse { offset: second, generation: u16::try_from(third).ok()? }, true),
            2 => (Entry::Compressed { stream: u32::try_from(second).ok()?, index: u32::try_from(third).ok()? }, true),
            _ => (Entry::Free { next: 0, generation: u16::MAX }, false),
        })
    }

    fn fields(&self, octets: &[u8]) -> Option<[u64; 3]> {
        let mut rest = octets;
        let mut fields = [0u64; 3];
        for (field, width) in fields.iter_mut().zip(self.widths) {
            let (octets, after) = rest.split_at_checked(width)?;
            *field = octets.iter().fold(0, |value, octet| value << 8 | u64::from(*octet));
            rest = after;
        }
        Some(fields)
    }
}

fn range(first: u32, count: u32) -> Option<(u32, u32)> {
    first.checked_add(count).map(|_| (first, count))
}

/// §7.5.8.4: the table's in-use entries come first, then those of its `/XRefStm`, then the table's free ones.
pub(super) fn merge(table: Vec<Row>, hidden: Vec<Row>, findings: &mut Vec<Finding>, at: usize) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::with_capacity(table.len() + hidden.len());
    let mut hidden = hidden.into_iter().map(|(number, _, entry)| (number, Origin::HybridStream, entry)).peekable();
    for row in table {
        while let Some(before) = hidden.next_if(|other| other.0 < row.0) {
            rows.push(before);
        }
        match (hidden.next_if(|other| other.0 == row.0), row.2) {
            (Some(other), Entry::Free { .. }) => rows.push(other),
            (other, _) => {
                if other.is_some_and(|other| other.2 != row.2 && !matches!(other.2, Entry::Free { .. })) && findings.len() < 100 {
                    findings.push(of_number(
                        "hybrid_disagreement",
                        format!("table and `/XRefStm` name object {} at different places", row.0),
                        at,
                        row.0,
                    ));
                }
                rows.push(row);
            }
        }
    }
    rows.extend(hidden);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    /// §7.5.8.4: table in use, then `/XRefStm`, then table free.
    #[test]
    fn the_order_within_a_hybrid_section() {
        let table = vec![
            (1, Origin::Table, Entry::InUse { offset: 10, generation: 0 }),
            (2, Origin::Table, Entry::Free { next: 0, generation: 0 }),
            (3, Origin::Table, Entry::Free { next: 0, generation: 0 }),
        ];
        let member = |index| Entry::Compressed { stream: 9, index };
        let hidden = vec![(0, Origin::Stream, member(0)), (2, Origin::Stream, member(2)), (4, Origin::Stream, member(4))];
        let mut findings = Vec::new();
        let rows = merge(table, hidden, &mut findings, 0);
        let origins: Vec<_> = rows.iter().map(|row| (row.0, row.1)).collect();
        let (table_origin, hybrid) = (Origin::Table, Origin::HybridStream);
        assert_eq!(origins, [(0, hybrid), (1, table_origin), (2, hybrid), (3, table_origin), (4, hybrid)]);
        assert!(findings.is_empty());
    }

    /// A stream whose entries have no octets says nothing, or nothing that could be read.
    #[test]
    fn entries_without_octets() {
        let layout = |index: Vec<(u32, u32)>| {
            let number = |number: u32| Object::Integer(number.into());
            let index = index.into_iter().flat_map(|(first, count)| [number(first), number(count)]).collect::<Vec<_>>().into();
            let widths = vec![Object::Integer(0); 3];
            Layout::new(&Dictionary::new(vec![
                (b"W".as_slice().into(), Object::Array(widths.into())),
                (b"Index".as_slice().into(), Object::Array(index)),
            ]))
        };
        let mut findings = Vec::new();
        let rows = layout(vec![(0, 1)]).and_then(|layout| layout.rows(b"", &mut findings, 0));
        assert_eq!((rows, findings[0].code), (Some(Vec::new()), "entry_width"));
        for index in [vec![(0, 2)], vec![(1, 1)], vec![(0, 1), (4, 1)]] {
            assert!(layout(index).is_none());
        }
    }

    #[test]
    fn two_places_in_one_hybrid_section_are_told() {
        let table = vec![(1, Origin::Table, Entry::InUse { offset: 10, generation: 0 })];
        let hidden = |offset| vec![(1, Origin::Stream, Entry::InUse { offset, generation: 0 })];
        let mut findings = Vec::new();
        assert_eq!(merge(table.clone(), hidden(10), &mut findings, 0), table);
        assert!(findings.is_empty());
        assert_eq!(merge(table.clone(), hidden(11), &mut findings, 0), table);
        assert_eq!(findings[0].code, "hybrid_disagreement");
    }
}
