//! ISO 32000-2 §7.5 — small PDF files, written octet by octet, each with one kind of cross-reference

/// Indirect objects by number, as they stand between `obj` and `endobj`.
pub type Objects = Vec<(u32, Vec<u8>)>;

const HEADER: &[u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n";

pub fn objects(list: &[(u32, &str)]) -> Objects {
    list.iter().map(|(number, text)| (*number, text.as_bytes().to_vec())).collect()
}

/// `objects` with these in the place of those of the same number.
pub fn with(mut objects: Objects, changed: &[(u32, &str)]) -> Objects {
    for (number, text) in changed {
        objects.retain(|(other, _)| other != number);
        objects.push((*number, text.as_bytes().to_vec()));
    }
    objects.sort_by_key(|(number, _)| *number);
    objects
}

/// One page with a line of text, and nothing else.
pub fn plain() -> Objects {
    objects(&[
        (1, "<< /Type /Catalog /Pages 2 0 R >>"),
        (2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
        (3, &page("")),
        (4, &content("Ket qua giai quyet thu tuc hanh chinh")),
        (5, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"),
    ])
}

/// The page with further entries.
pub fn page(more: &str) -> String {
    format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> {more}>>")
}

/// A content stream that shows a line of text.
pub fn content(text: &str) -> String {
    let content = format!("BT /F1 18 Tf 72 720 Td ({text}) Tj ET");
    stream("", &content)
}

pub fn stream(entries: &str, octets: &str) -> String {
    format!("<< {entries}/Length {} >>\nstream\n{octets}\nendstream", octets.len())
}

/// A form with these fields, objects from 6 on, all of them widgets of the page.
pub fn form(fields: &[&str]) -> Objects {
    let numbers: Vec<u32> = (6..).take(fields.len()).collect();
    let references: String = numbers.iter().map(|number| format!("{number} 0 R ")).collect();
    let mut all = with(
        plain(),
        &[
            (
                1,
                &format!(
                    "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [{references}] /DA (/F1 12 Tf) /DR << /Font << /F1 5 0 R >> >> >> >>"
                ),
            ),
            (3, &page(&format!("/Annots [{references}] "))),
        ],
    );
    all.extend(numbers.iter().zip(fields).map(|(number, text)| (*number, text.as_bytes().to_vec())));
    all
}

/// A signature field that nobody has signed yet; `more` are further entries.
pub fn signature_field(name: &str, more: &str) -> String {
    format!("<< /Type /Annot /Subtype /Widget /FT /Sig /T ({name}) /Rect [300 100 500 160] /F 4 /P 3 0 R {more}>>")
}

/// A text field without value; `more` are further entries.
pub fn text_field(name: &str, more: &str) -> String {
    format!("<< /Type /Annot /Subtype /Widget /FT /Tx /T ({name}) /Rect [72 600 300 620] /F 4 /P 3 0 R {more}>>")
}

/// §7.5.4: a file with a cross-reference table; `more` are further entries of the trailer.
pub fn table(objects: &Objects, more: &str) -> Vec<u8> {
    let (mut file, offsets) = body(HEADER.to_vec(), objects);
    let section = table_section(&mut file, &offsets, Some((0, 65535)), &format!("/Size {} /Root 1 0 R {more}", size(objects)));
    tail(&mut file, section);
    file
}

/// §7.5.8: a file with a cross-reference stream, the objects of `compressed` in an object stream (§7.5.7).
pub fn compressed(objects: &Objects, compressed: &[u32]) -> Vec<u8> {
    let (inside, outside): (Objects, Objects) = objects.iter().cloned().partition(|(number, _)| compressed.contains(number));
    let container = size(objects);
    let (mut file, mut offsets) = body(HEADER.to_vec(), &outside);
    let mut rows: Vec<(u32, [u64; 3])> = Vec::new();
    if !inside.is_empty() {
        offsets.push((container, file.len()));
        file.extend(object(container, &object_stream(&inside)));
        rows.extend(inside.iter().enumerate().map(|(index, (number, _))| (*number, [2, container.into(), index as u64])));
    }
    let number = container + 1;
    offsets.push((number, file.len()));
    rows.extend(offsets.iter().map(|(number, at)| (*number, [1, *at as u64, 0])));
    let section = file.len();
    file.extend(object(number, &cross_reference_stream(rows, &format!("/Size {} /Root 1 0 R ", number + 1))));
    tail(&mut file, section);
    file
}

/// §7.5.8.4: a table that hides the last object, and an `/XRefStm` that names it.
pub fn hybrid(objects: &Objects) -> Vec<u8> {
    let (mut file, mut offsets) = body(HEADER.to_vec(), objects);
    let number = size(objects);
    let hidden: Vec<(u32, [u64; 3])> = offsets.pop().into_iter().map(|(number, at)| (number, [1, at as u64, 0])).collect();
    let stream_at = file.len();
    let root = "/Root 1 0 R";
    file.extend(object(number, &cross_reference_stream(hidden, &format!("/Size {} {root} ", number + 1))));
    let trailer = format!("/Size {} {root} /XRefStm {stream_at}", number + 1);
    let section = table_section(&mut file, &offsets, Some((0, 65535)), &trailer);
    tail(&mut file, section);
    file
}

/// Annex F: the section of the first page at the front, that of everything else at the end. The hint stream has nothing in it,
/// which no reader of cross-references looks at.
pub fn linearised() -> Vec<u8> {
    let rest = objects(&[(1, "<< /Type /Pages /Kids [5 0 R] /Count 1 >>"), (2, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")]);
    let page = "<< /Type /Page /Parent 1 0 R /MediaBox [0 0 595 842] /Contents 6 0 R /Resources << /Font << /F1 2 0 R >> >> >>";
    let first = objects(&[
        (4, "<< /Type /Catalog /Pages 1 0 R >>"),
        (5, page),
        (6, &content("Ket qua giai quyet thu tuc hanh chinh")),
        (7, &stream("/S 36 ", &"\0".repeat(36))),
    ]);
    // The places are known only when everything is laid out: twice, since no number changes its width.
    let mut places = [0; 5];
    loop {
        let [length, hint, end_of_page, main, before_hint] = places;
        let hint_length = end_of_page.max(hint) - hint;
        let parameters =
            format!("<< /Linearized 1 /L {length:010} /H [{hint:010} {hint_length:010}] /O 5 /E {end_of_page:010} /N 1 /T {main:010} >>");
        let mut file = HEADER.to_vec();
        let at = file.len();
        file.extend(object(3, parameters.as_bytes()));
        let front = file.len();
        let shift = before_hint;
        let rows: Vec<(u32, usize)> = std::iter::once((3, at)).chain(offsets_from(shift, &first)).collect();
        let trailer = format!("/Size 8 /Root 4 0 R /Prev {main:010}");
        table_section(&mut file, &rows, None, &trailer);
        file.extend_from_slice(b"startxref\n0\n%%EOF\n");
        let begins = file.len();
        let (file, first_offsets) = body(file, &first);
        let end = file.len();
        let (mut file, offsets) = body(file, &rest);
        let main = file.len();
        table_section(&mut file, &offsets, Some((0, 65535)), "/Size 3");
        tail(&mut file, front);
        let found = [file.len(), first_offsets.last().map_or(0, |(_, at)| *at), end, main, begins];
        if found == places {
            return file;
        }
        places = found;
    }
}

/// §7.5.6: `file`, which ends with a table or is linearised, and one more revision with these objects; `more` are further entries of the trailer.
pub fn updated(file: &[u8], objects: &Objects, more: &str) -> Vec<u8> {
    let (previous, size) = (startxref(file), size(objects).max(last_size(file)));
    let (mut file, offsets) = body(file.to_vec(), objects);
    let section = table_section(&mut file, &offsets, None, &format!("/Size {size} /Root 1 0 R /Prev {previous} {more}"));
    tail(&mut file, section);
    file
}

/// The number that the last `startxref` gives.
pub fn startxref(file: &[u8]) -> usize {
    let text = String::from_utf8_lossy(&file[file.len().saturating_sub(64)..]).into_owned();
    text.rsplit("startxref\n").next().and_then(|rest| rest.lines().next()).and_then(|line| line.parse().ok()).unwrap_or(0)
}

/// The last `/Size` of the file.
pub fn last_size(file: &[u8]) -> u32 {
    let text = String::from_utf8_lossy(file);
    let last = text.rfind("/Size ").map(|at| &text[at + 6..]);
    last.and_then(|rest| rest.split(|next: char| !next.is_ascii_digit()).next()).and_then(|digits| digits.parse().ok()).unwrap_or(1)
}

pub fn object(number: u32, octets: &[u8]) -> Vec<u8> {
    [format!("{number} 0 obj\n").as_bytes(), octets, b"\nendobj\n"].concat()
}

/// The objects behind `file`, and where each begins.
pub fn body(mut file: Vec<u8>, objects: &Objects) -> (Vec<u8>, Vec<(u32, usize)>) {
    let mut offsets = Vec::new();
    for (number, octets) in objects {
        offsets.push((*number, file.len()));
        file.extend(object(*number, octets));
    }
    (file, offsets)
}

fn offsets_from(mut at: usize, objects: &Objects) -> Vec<(u32, usize)> {
    let mut offsets = Vec::new();
    for (number, octets) in objects {
        offsets.push((*number, at));
        at += object(*number, octets).len();
    }
    offsets
}

pub fn size(objects: &Objects) -> u32 {
    objects.iter().map(|(number, _)| number + 1).max().unwrap_or(1)
}

/// Where the section begins.
pub fn table_section(file: &mut Vec<u8>, offsets: &[(u32, usize)], free: Option<(usize, u32)>, trailer: &str) -> usize {
    let at = file.len();
    let mut rows: Vec<(u32, String)> = free.iter().map(|(next, generation)| (0, format!("{next:010} {generation:05} f \n"))).collect();
    rows.extend(offsets.iter().map(|(number, offset)| (*number, format!("{offset:010} 00000 n \n"))));
    rows.sort();
    file.extend_from_slice(b"xref\n");
    for run in rows.chunk_by(|(number, _), (next, _)| number + 1 == *next) {
        file.extend_from_slice(format!("{} {}\n", run[0].0, run.len()).as_bytes());
        run.iter().for_each(|(_, row)| file.extend_from_slice(row.as_bytes()));
    }
    file.extend_from_slice(format!("trailer\n<< {trailer} >>\n").as_bytes());
    at
}

pub fn tail(file: &mut Vec<u8>, section: usize) {
    file.extend_from_slice(format!("startxref\n{section}\n%%EOF\n").as_bytes());
}

pub fn object_stream(inside: &Objects) -> Vec<u8> {
    let mut numbers = String::new();
    let mut octets = Vec::new();
    for (number, text) in inside {
        numbers += &format!("{number} {} ", octets.len());
        octets.extend_from_slice(text);
        octets.push(b'\n');
    }
    let head = format!("<< /Type /ObjStm /N {} /First {} /Length {} >>", inside.len(), numbers.len(), numbers.len() + octets.len());
    [format!("{head}\nstream\n{numbers}").as_bytes(), &octets, b"\nendstream"].concat()
}

pub fn cross_reference_stream(mut rows: Vec<(u32, [u64; 3])>, more: &str) -> Vec<u8> {
    rows.sort();
    let runs = rows.chunk_by(|(number, _), (next, _)| number + 1 == *next);
    let index: String = runs.map(|run| format!("{} {} ", run[0].0, run.len())).collect();
    let octets: Vec<u8> = rows
        .iter()
        .flat_map(|(_, [kind, second, third])| [&kind.to_be_bytes()[7..], &second.to_be_bytes()[4..], &third.to_be_bytes()[7..]].concat())
        .collect();
    let dictionary = format!("<< /Type /XRef /W [1 4 1] /Index [{index}] {more}/Length {} >>", octets.len());
    [dictionary.as_bytes(), b"\nstream\n", &octets, b"\nendstream"].concat()
}
