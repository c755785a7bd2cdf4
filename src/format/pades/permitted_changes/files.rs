//! Small PDF files for the tests of this room (ISO 32000-2 §7.5).

use crate::encoding::pdf::Pdf;
use crate::encoding::pdf::object::{Object, Reference};
use crate::limits::Limits;

/// A file with one revision of these objects; object 1 is the catalog.
pub(super) fn file(objects: &[(u32, &str)]) -> Vec<u8> {
    let mut octets = b"%PDF-1.7\n".to_vec();
    append(&mut octets, objects, None);
    octets
}

fn append(octets: &mut Vec<u8>, objects: &[(u32, &str)], previous: Option<&str>) {
    let mut rows = String::from("xref\n0 1\n0000000000 65535 f \n");
    for (number, text) in objects {
        if text.is_empty() {
            rows += &format!("{number} 1\n0000000000 00001 f \n");
            continue;
        }
        rows += &format!("{number} 1\n{:010} 00000 n \n", octets.len());
        octets.extend_from_slice(format!("{number} 0 obj\n{text}\nendobj\n").as_bytes());
    }
    let section = octets.len();
    let previous = previous.map_or(String::new(), |previous| format!("/Prev {previous}"));
    let tail = format!("{rows}trailer\n<< /Size 100 /Root 1 0 R /Info 90 0 R {previous} >>\nstartxref\n{section}\n%%EOF\n");
    octets.extend_from_slice(tail.as_bytes());
}

/// The object that `text` says.
pub(super) fn value(text: &str) -> Object {
    let octets = file(&[(1, "<< >>"), (2, text)]);
    let pdf = Pdf::open(&octets, &Limits::default(), None).unwrap();
    pdf.latest().object(Reference { number: 2, generation: 0 }).unwrap()
}
