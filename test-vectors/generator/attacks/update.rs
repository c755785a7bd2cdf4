//! ISO 32000-2 §7.5.6 — later revisions, in every way in which they can be written and miswritten

use crate::pdf::{self, Objects};

/// What a later revision brings.
#[derive(Clone, Default)]
pub struct Update {
    pub objects: Objects,
    /// Entries of the cross-reference for objects that it does not bring.
    pub rows: Vec<(u32, Row)>,
    /// The number of the catalog; 1 when that is 0.
    pub root: u32,
    /// In the place of `/Prev` with the newest section before.
    pub previous: Option<String>,
    /// Further entries of the trailer.
    pub trailer: String,
}

/// An entry of a cross-reference (§7.5.4, §7.5.8.3).
#[derive(Clone, Copy)]
pub enum Row {
    Free,
    At(usize),
    /// Of an object stream, and the place in it.
    Member(u32, u32),
}

impl Row {
    fn in_table(self) -> String {
        match self {
            Self::Free => "0000000000 00001 f \n".into(),
            Self::At(offset) => format!("{offset:010} 00000 n \n"),
            Self::Member(..) => "0000000000 00000 f \n".into(),
        }
    }

    fn in_stream(self) -> [u64; 3] {
        match self {
            Self::Free => [0, 0, 1],
            Self::At(offset) => [1, offset as u64, 0],
            Self::Member(stream, index) => [2, stream.into(), index.into()],
        }
    }
}

impl Update {
    pub fn of(objects: Objects) -> Self {
        Self { objects, ..Self::default() }
    }

    /// No objects, but these entries.
    pub fn rows(rows: &[(u32, Row)]) -> Self {
        Self { rows: rows.to_vec(), ..Self::default() }
    }

    fn size(&self, file: &[u8]) -> u32 {
        let rows = self.rows.iter().map(|(number, _)| number + 1).max().unwrap_or(0);
        pdf::size(&self.objects).max(pdf::last_size(file)).max(rows)
    }

    fn entries(&self, file: &[u8], size: u32) -> String {
        let previous = self.previous.clone().unwrap_or_else(|| format!("/Prev {}", pdf::startxref(file)));
        format!("/Size {size} /Root {} 0 R {previous} {}", self.root.max(1), self.trailer)
    }

    fn all_rows(&self, offsets: &[(u32, usize)]) -> Vec<(u32, Row)> {
        let mut rows: Vec<(u32, Row)> = offsets.iter().map(|(number, offset)| (*number, Row::At(*offset))).collect();
        rows.extend(&self.rows);
        rows.sort_by_key(|(number, _)| *number);
        rows
    }

    /// With a cross-reference table (§7.5.4).
    pub fn table(&self, file: &[u8]) -> Vec<u8> {
        let entries = self.entries(file, self.size(file));
        let (mut file, offsets) = pdf::body(file.to_vec(), &self.objects);
        let section = section(&mut file, &self.all_rows(&offsets), &entries);
        pdf::tail(&mut file, section);
        file
    }

    /// With a cross-reference stream (§7.5.8).
    pub fn stream(&self, file: &[u8]) -> Vec<u8> {
        self.compressed(file, &[])
    }

    /// With a cross-reference stream, and these objects in an object stream (§7.5.7).
    pub fn compressed(&self, file: &[u8], inside: &[u32]) -> Vec<u8> {
        let number = self.size(file);
        let entries = self.entries(file, number + 2);
        let (inside, mut outside): (Objects, Objects) = self.objects.iter().cloned().partition(|(number, _)| inside.contains(number));
        if !inside.is_empty() {
            outside.push((number, pdf::object_stream(&inside)));
        }
        let (mut file, mut offsets) = pdf::body(file.to_vec(), &outside);
        let section = file.len();
        offsets.push((number + 1, section));
        let mut rows = self.all_rows(&offsets);
        rows.extend(inside.iter().zip(0..).map(|((member, _), index)| (*member, Row::Member(number, index))));
        file.extend(pdf::object(number + 1, &stream_of(&rows, &entries)));
        pdf::tail(&mut file, section);
        file
    }

    /// With a table, and these objects in an `/XRefStm` beside it (§7.5.8.4).
    pub fn hybrid(&self, file: &[u8], hidden: &[u32]) -> Vec<u8> {
        let number = self.size(file);
        let entries = self.entries(file, number + 1);
        let (mut file, offsets) = pdf::body(file.to_vec(), &self.objects);
        let (hidden, shown): (Vec<_>, Vec<_>) = self.all_rows(&offsets).into_iter().partition(|(number, _)| hidden.contains(number));
        let at = file.len();
        file.extend(pdf::object(number, &stream_of(&hidden, &format!("/Size {} /Root 1 0 R ", number + 1))));
        let section = section(&mut file, &shown, &format!("{entries}/XRefStm {at} "));
        pdf::tail(&mut file, section);
        file
    }
}

fn stream_of(rows: &[(u32, Row)], entries: &str) -> Vec<u8> {
    pdf::cross_reference_stream(rows.iter().map(|(number, row)| (*number, row.in_stream())).collect(), entries)
}

/// A table with these rows; where it begins.
fn section(file: &mut Vec<u8>, rows: &[(u32, Row)], trailer: &str) -> usize {
    let at = file.len();
    file.extend_from_slice(b"xref\n");
    for run in rows.chunk_by(|(number, _), (next, _)| number + 1 == *next) {
        file.extend_from_slice(format!("{} {}\n", run[0].0, run.len()).as_bytes());
        run.iter().for_each(|(_, row)| file.extend_from_slice(row.in_table().as_bytes()));
    }
    file.extend_from_slice(format!("trailer\n<< {trailer}>>\n").as_bytes());
    at
}
