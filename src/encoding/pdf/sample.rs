//! ISO 32000-2 §7.5 — File structure: small files for the tests of this folder

use std::collections::BTreeMap;

use super::document::Pdf;
use crate::limits::Limits;

/// A file that is written front to back; what a cross-reference says of it is known, so that a test can say something else.
pub(super) struct Sample {
    pub(super) octets: Vec<u8>,
    /// Offsets of objects written since the last cross-reference.
    pub(super) rows: BTreeMap<u32, usize>,
    size: u32,
    previous: Option<usize>,
}

impl Sample {
    pub(super) fn new() -> Self {
        Self { octets: b"%PDF-1.7\n".to_vec(), rows: BTreeMap::new(), size: 1, previous: None }
    }

    /// A catalog, a page tree and a page, objects 1 to 3, without cross-reference.
    pub(super) fn page() -> Self {
        let sample = Self::new().object(1, "<</Type/Catalog/Pages 2 0 R>>").object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
        sample.object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")
    }

    pub(super) fn at(&self) -> usize {
        self.octets.len()
    }

    pub(super) fn raw(mut self, text: impl AsRef<[u8]>) -> Self {
        self.octets.extend_from_slice(text.as_ref());
        self
    }

    pub(super) fn object(self, number: u32, value: impl AsRef<[u8]>) -> Self {
        self.listed(number).raw(format!("{number} 0 obj\n")).raw(value).raw("\nendobj\n")
    }

    /// A stream with a true `/Length`.
    pub(super) fn stream(self, number: u32, entries: &str, data: &[u8]) -> Self {
        let head = format!("<<{entries}/Length {}>>stream\n", data.len());
        self.object(number, [head.as_bytes(), data, b"\nendstream"].concat())
    }

    /// Lists what is written next as object `number`.
    pub(super) fn listed(mut self, number: u32) -> Self {
        self.rows.insert(number, self.octets.len());
        self.size = self.size.max(number + 1);
        self
    }

    pub(super) fn row(mut self, number: u32, offset: usize) -> Self {
        self.rows.insert(number, offset);
        self.size = self.size.max(number + 1);
        self
    }

    /// A table of what is listed, with the trailer that belongs to it and `entries`, and its tail.
    pub(super) fn table(self, entries: &str) -> Self {
        let at = self.at();
        self.section(entries).raw(format!("startxref\n{at}\n%%EOF\n"))
    }

    /// The same without a tail.
    pub(super) fn section(mut self, entries: &str) -> Self {
        let at = self.at();
        let mut text = String::from("xref\n");
        if self.previous.is_none() {
            text += "0 1\n0000000000 65535 f \n";
        }
        for (number, offset) in std::mem::take(&mut self.rows) {
            text += &format!("{number} 1\n{offset:010} 00000 n \n");
        }
        let previous = self.previous.map_or(String::new(), |previous| format!("/Prev {previous}"));
        text += &format!("trailer\n<</Size {}/Root 1 0 R{previous}{entries}>>\n", self.size);
        self.previous = Some(at);
        self.raw(text)
    }

    /// A cross-reference stream, object `number`, of what is listed and of `(number, type, second, third)`.
    pub(super) fn stream_section(mut self, number: u32, more: &[(u32, u8, u16, u8)], entries: &str) -> Self {
        let at = self.at();
        let in_use = std::mem::take(&mut self.rows).into_iter().map(|(number, at)| (number, 1, u16::try_from(at).unwrap(), 0));
        let mut rows: Vec<(u32, u8, u16, u8)> =
            in_use.chain(more.iter().copied()).chain([(number, 1, u16::try_from(at).unwrap(), 0)]).collect();
        rows.sort_unstable();
        self.size = rows.iter().map(|row| row.0 + 1).max().unwrap_or(0).max(self.size);
        let index: String = rows.iter().map(|row| format!("{} 1 ", row.0)).collect();
        let data: Vec<u8> =
            rows.iter().flat_map(|(_, kind, second, third)| [&[*kind][..], &second.to_be_bytes(), &[*third]].concat()).collect();
        let previous = self.previous.map_or(String::new(), |previous| format!("/Prev {previous}"));
        let head = format!("/Type/XRef/W[1 2 1]/Index[{index}]/Size {}/Root 1 0 R{previous}{entries}", self.size);
        self.previous = Some(at);
        let mut sample = self.stream(number, &head, &data);
        sample.rows.clear();
        sample
    }

    pub(super) fn tail(self) -> Self {
        let at = self.previous.unwrap_or_default();
        self.raw(format!("startxref\n{at}\n%%EOF\n"))
    }

    pub(super) fn opened(&self) -> Pdf<'_> {
        Pdf::open(&self.octets, &Limits::default(), None).unwrap()
    }
}

/// The codes of all findings, those of accounting included.
pub(super) fn codes(pdf: &Pdf<'_>) -> Vec<&'static str> {
    pdf.accounting();
    let mut codes: Vec<&str> = pdf.findings().iter().map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}
