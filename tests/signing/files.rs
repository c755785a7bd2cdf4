//! PDF files written octet by octet, each with one kind of cross-reference (ISO 32000-2 §7.5).
#![allow(dead_code, reason = "each test binary uses its own part")]

/// Indirect objects by number, as they stand between `obj` and `endobj`.
pub type Objects = Vec<(u32, String)>;

/// One page with a line of text, and nothing else.
pub fn plain() -> Objects {
    let content = "BT /F1 18 Tf 72 720 Td (Ket qua giai quyet thu tuc hanh chinh) Tj ET";
    objects(&[
        (1, "<< /Type /Catalog /Pages 2 0 R >>"),
        (2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
        (3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"),
        (4, &format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len())),
        (5, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"),
    ])
}

pub fn objects(list: &[(u32, &str)]) -> Objects {
    list.iter().map(|(number, text)| (*number, (*text).to_owned())).collect()
}

/// `objects` with these in the place of those of the same number.
pub fn with(mut objects: Objects, changed: &[(u32, &str)]) -> Objects {
    for (number, text) in changed {
        objects.retain(|(other, _)| other != number);
        objects.push((*number, (*text).to_owned()));
    }
    objects.sort_by_key(|(number, _)| *number);
    objects
}

fn body(objects: &Objects) -> (Vec<u8>, Vec<usize>) {
    let mut file = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut offsets = Vec::new();
    for (number, text) in objects {
        offsets.push(file.len());
        file.extend_from_slice(format!("{number} 0 obj\n{text}\nendobj\n").as_bytes());
    }
    (file, offsets)
}

fn size(objects: &Objects) -> u32 {
    objects.iter().map(|(number, _)| number + 1).max().unwrap()
}

fn rows(objects: &Objects, offsets: &[usize]) -> String {
    let mut rows = "xref\n0 1\n0000000000 65535 f \n".to_owned();
    for ((number, _), offset) in objects.iter().zip(offsets) {
        rows += &format!("{number} 1\n{offset:010} 00000 n \n");
    }
    rows
}

/// §7.5.4: a file with a cross-reference table; `more` are further entries of the trailer.
pub fn table(objects: &Objects, more: &str) -> Vec<u8> {
    let (mut file, offsets) = body(objects);
    let at = file.len();
    let trailer = format!("trailer\n<< /Size {} /Root 1 0 R {more} >>\nstartxref\n{at}\n%%EOF\n", size(objects));
    file.extend_from_slice(rows(objects, &offsets).as_bytes());
    file.extend_from_slice(trailer.as_bytes());
    file
}

fn stream_object(number: u32, entries: &[(u32, u8, u64)], more: &str) -> Vec<u8> {
    let index: String = entries.iter().map(|(number, ..)| format!("{number} 1 ")).collect();
    let rows: Vec<u8> = entries.iter().flat_map(|(_, kind, value)| [&[*kind][..], &value.to_be_bytes()[4..], &[0]].concat()).collect();
    let dictionary =
        format!("<< /Type /XRef /W [1 4 1] /Index [{index}] /Size {} /Root 1 0 R {more} /Length {} >>", number + 1, rows.len());
    [format!("{number} 0 obj\n{dictionary}\nstream\n").as_bytes(), &rows, b"\nendstream\nendobj\n"].concat()
}

/// §7.5.8: a file with a cross-reference stream.
pub fn stream(objects: &Objects, more: &str) -> Vec<u8> {
    let (mut file, offsets) = body(objects);
    let (at, number) = (file.len(), size(objects));
    let mut entries: Vec<(u32, u8, u64)> = objects.iter().zip(&offsets).map(|((number, _), at)| (*number, 1, *at as u64)).collect();
    entries.push((number, 1, at as u64));
    file.extend_from_slice(&stream_object(number, &entries, more));
    file.extend_from_slice(format!("startxref\n{at}\n%%EOF\n").as_bytes());
    file
}

/// §7.5.8.4: a table that hides the last object, and an `/XRefStm` that names it.
pub fn hybrid(objects: &Objects) -> Vec<u8> {
    let (mut file, offsets) = body(objects);
    let number = size(objects);
    let hidden = (objects.last().unwrap().0, 1, *offsets.last().unwrap() as u64);
    let stream_at = file.len();
    file.extend_from_slice(&stream_object(number, &[hidden], ""));
    let at = file.len();
    let seen: Objects = objects[..objects.len() - 1].to_vec();
    file.extend_from_slice(rows(&seen, &offsets).as_bytes());
    let trailer = format!("trailer\n<< /Size {} /Root 1 0 R /XRefStm {stream_at} >>\nstartxref\n{at}\n%%EOF\n", number + 1);
    file.extend_from_slice(trailer.as_bytes());
    file
}

/// §7.5.6: `file`, a file with tables, and one more revision with these objects.
pub fn updated(mut file: Vec<u8>, objects: &Objects, more: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(&file).into_owned();
    let previous = text.rsplit("startxref\n").next().unwrap().lines().next().unwrap().to_owned();
    let mut offsets = Vec::new();
    for (number, text) in objects {
        offsets.push(file.len());
        file.extend_from_slice(format!("{number} 0 obj\n{text}\nendobj\n").as_bytes());
    }
    let at = file.len();
    let rows = rows(objects, &offsets).replace("0 1\n0000000000 65535 f \n", "");
    let trailer = format!("trailer\n<< /Size 100 /Root 1 0 R /Prev {previous} {more} >>\nstartxref\n{at}\n%%EOF\n");
    file.extend_from_slice(rows.as_bytes());
    file.extend_from_slice(trailer.as_bytes());
    file
}

/// A form with one unsigned signature field called `leader`; `more` are further entries of the field.
pub fn with_field(more: &str) -> Objects {
    with(
        plain(),
        &[
            (1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 6 0 R >>"),
            (
                3,
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> /Annots [7 0 R] >>",
            ),
            (6, "<< /Fields [7 0 R] >>"),
            (7, &format!("<< /Type /Annot /Subtype /Widget /FT /Sig /T (leader) /Rect [300 100 500 160] /F 4 /P 3 0 R {more} >>")),
        ],
    )
}
