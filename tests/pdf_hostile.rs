//! Files made to exhaust a reader: bounded time, bounded memory, and an answer that says what is wrong.

use std::time::{Duration, Instant};

use kyso::Limits;
use kyso::encoding::pdf::{Object, Pdf, Reference};

/// A file of one table: `body` gives each object's text, header and all.
fn file(objects: &[(u32, usize)], mut octets: Vec<u8>, trailer: &str) -> Vec<u8> {
    let table = octets.len();
    let mut text = String::from("xref\n0 1\n0000000000 65535 f \n");
    for (number, at) in objects {
        text += &format!("{number} 1\n{at:010} 00000 n \n");
    }
    let size = objects.iter().map(|(number, _)| number + 1).max().unwrap_or(1);
    octets.extend(format!("{text}trailer\n<</Size {size}/Root 1 0 R{trailer}>>\nstartxref\n{table}\n%%EOF\n").bytes());
    octets
}

fn reference(number: u32) -> Reference {
    Reference { number, generation: 0 }
}

/// Opens, reads every object of the newest revision and accounts for every octet; the codes of the findings.
fn findings(octets: &[u8]) -> Vec<&'static str> {
    let start = Instant::now();
    let pdf = Pdf::open(octets, &Limits::default(), None).unwrap();
    for (number, _) in pdf.latest().entries() {
        if let Ok(Object::Stream(stream)) = pdf.latest().object(reference(number)) {
            let _ = pdf.latest().stream_data(&stream);
        }
    }
    pdf.accounting();
    // Generous, for a busy machine and a build without optimisation; what is not bounded takes minutes.
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    let mut codes: Vec<_> = pdf.findings().iter().map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

#[test]
fn a_hundred_thousand_revisions() {
    let mut octets = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n".to_vec();
    let mut previous = None;
    for _ in 0..100_000 {
        let at = octets.len();
        let prev = previous.map_or(String::new(), |previous| format!("/Prev {previous}"));
        octets.extend(format!("xref\n1 1\n0000000009 00000 n \ntrailer<</Size 2/Root 1 0 R{prev}>>startxref\n{at}\n%%EOF\n").bytes());
        previous = Some(at);
    }
    let codes = findings(&octets);
    assert!(codes.contains(&"chain"), "{codes:?}");
    let pdf = Pdf::open(&octets, &Limits::default(), None).unwrap();
    assert_eq!(pdf.chain_problem().map(|problem| problem.code), Some("limit.revisions"));
}

#[test]
fn a_million_nested_arrays_and_dictionaries() {
    for open in ["[", "<</A", "(", "<</A["] {
        let mut octets = b"%PDF-1.7\n1 0 obj ".to_vec();
        octets.extend(open.repeat(1_000_000).bytes());
        octets.extend(b" endobj\n");
        let codes = findings(&file(&[(1, 9)], octets, ""));
        assert!(codes.contains(&"unaccounted_octets") || codes.contains(&"limit.nesting"), "{open}: {codes:?}");
    }
    let mut octets = b"%PDF-1.7\n1 0 obj ".to_vec();
    octets.extend(format!("{}{} endobj\n", "[".repeat(1_000_000), "]".repeat(1_000_000)).bytes());
    assert_eq!(findings(&file(&[(1, 9)], octets, "")), ["limit.nesting"]);
}

#[test]
fn a_million_nested_arrays_in_a_trailer() {
    let octets = file(&[], b"%PDF-1.7\n".to_vec(), &format!("/A{}/ByteRange", "[".repeat(1_000_000)));
    let pdf = Pdf::open(&octets, &Limits::default(), None).unwrap();
    assert_eq!(pdf.chain_problem().map(|problem| problem.code), Some("limit.nesting"));
}

/// Each object holds all that follow it in a string: reading all of them costs the square of their number.
#[test]
fn objects_within_objects() {
    let count = 20_000u32;
    let mut octets = b"%PDF-1.7\n".to_vec();
    let mut objects = Vec::new();
    for number in 1..=count {
        objects.push((number, octets.len()));
        octets.extend(format!("{number} 0 obj<</A(").bytes());
    }
    octets.extend(")>>endobj ".repeat(usize::try_from(count).unwrap()).bytes());
    let codes = findings(&file(&objects, octets, ""));
    assert!(codes.contains(&"entry_inside"), "{codes:?}");
    assert!(codes.contains(&"limit.parsed_octets"), "{codes:?}");
}

/// No object has an end: each is looked for to the end of the file.
#[test]
fn objects_without_end() {
    for open in ["<</A ", "[(", "%", "<</A 1>>%"] {
        let mut octets = b"%PDF-1.7\n".to_vec();
        let mut objects = Vec::new();
        for number in 1..=100_000 {
            objects.push((number, octets.len()));
            octets.extend(format!("{number} 0 obj {open}").bytes());
        }
        let codes = findings(&file(&objects, octets, ""));
        assert!(codes.contains(&"unaccounted_octets") || codes.contains(&"entry_inside"), "{open}: {codes:?}");
    }
}

#[test]
fn entries_into_one_long_run_of_white_space_or_comment() {
    for filler in [" ", "%"] {
        let mut octets = b"%PDF-1.7\n".to_vec();
        let objects: Vec<_> = (1..=100_000).map(|number| (number, 9 + usize::try_from(number).unwrap())).collect();
        octets.extend(filler.repeat(4_000_000).bytes());
        let codes = findings(&file(&objects, octets, ""));
        assert!(codes.contains(&"header_mismatch"), "{codes:?}");
    }
}

#[test]
fn lengths_behind_a_long_comment() {
    let mut octets = b"%PDF-1.7\n".to_vec();
    let mut objects = vec![(1, octets.len())];
    octets.extend(format!("1 0 obj %{}\n 3 endobj\n", "c".repeat(4_000_000)).bytes());
    for number in 2..=20_000 {
        objects.push((number, octets.len()));
        octets.extend(format!("{number} 0 obj<</Length 1 0 R>>stream\nabc\nendstream endobj\n").bytes());
    }
    assert!(findings(&file(&objects, octets, "")).contains(&"stream_extent"));
}

#[test]
fn sections_within_sections() {
    let mut octets = b"%PDF-1.7\n/ByteRange\n".to_vec();
    let mut inner = String::new();
    for _ in 0..20_000 {
        octets.extend(b"xref 0 0 trailer<</A(");
        inner.push_str(")/Prev 41>>");
    }
    octets.extend(inner.bytes());
    octets.extend(b"\nstartxref\n20\n%%EOF\n");
    let start = Instant::now();
    assert!(!Pdf::open(&octets, &Limits::default(), None).unwrap().chain_intact());
    assert!(start.elapsed() < Duration::from_secs(30));
}

fn deflated(octets: &[u8]) -> Vec<u8> {
    miniz(octets)
}

/// Stored blocks of one repeated block cannot bomb; a run of zeros in fixed codes can. Made by hand, so that no compressor is needed here.
fn miniz(octets: &[u8]) -> Vec<u8> {
    // RFC 1951 §3.2.6: literal 0, then length 258 distance 1 as often as needed, in fixed codes.
    let mut bits = Bits::default();
    bits.put(1, 1);
    bits.put(1, 2);
    bits.code(0x30 + u32::from(octets[0]), 8);
    for _ in 0..(octets.len() - 1) / 258 {
        bits.code(0b1100_0101, 8);
        bits.code(0, 5);
    }
    bits.code(0, 7);
    [vec![0x78, 0x9c], bits.finish()].concat()
}

#[derive(Default)]
struct Bits {
    octets: Vec<u8>,
    pending: u64,
    count: u32,
}

impl Bits {
    fn put(&mut self, value: u32, width: u32) {
        self.pending |= u64::from(value) << self.count;
        self.count += width;
        while self.count >= 8 {
            self.octets.push(u8::try_from(self.pending & 0xff).unwrap());
            self.pending >>= 8;
            self.count -= 8;
        }
    }

    /// Codes are packed from their highest bit.
    fn code(&mut self, code: u32, width: u32) {
        self.put(code.reverse_bits() >> (32 - width), width);
    }

    fn finish(mut self) -> Vec<u8> {
        self.put(0, 7);
        self.octets
    }
}

fn stream(number: u32, entries: &str, data: &[u8]) -> Vec<u8> {
    [format!("{number} 0 obj<<{entries}/Length {}>>stream\n", data.len()).as_bytes(), data, b"\nendstream endobj\n"].concat()
}

#[test]
fn deflate_bombs() {
    let once = deflated(&vec![0; 64 << 20]);
    let mut octets = b"%PDF-1.7\n".to_vec();
    let mut objects = Vec::new();
    for number in 1..=100 {
        objects.push((number, octets.len()));
        octets.extend(stream(number, "/Filter/FlateDecode", &once));
    }
    assert_eq!(findings(&file(&objects, octets, "")), ["limit.inflated_document"]);
}

#[test]
fn a_bomb_as_a_cross_reference() {
    let bomb = deflated(&vec![0; 64 << 20]);
    let mut octets = b"%PDF-1.7\n/ByteRange ".to_vec();
    let at = octets.len();
    octets.extend(stream(1, "/Type/XRef/W[1 1 1]/Size 2/Filter/FlateDecode", &bomb));
    octets.extend(format!("startxref\n{at}\n%%EOF").bytes());
    let pdf = Pdf::open(&octets, &Limits::default(), None).unwrap();
    assert_eq!(pdf.chain_problem().map(|problem| problem.code), Some("limit.inflated_stream"));
}

#[test]
fn a_cross_reference_of_four_thousand_million_entries() {
    for (index, code) in [("[0 4294967295]", "limit.objects"), ("[0 4000000]", "cross_reference")] {
        let mut octets = b"%PDF-1.7\n/ByteRange ".to_vec();
        let at = octets.len();
        octets.extend(stream(1, &format!("/Type/XRef/W[1 1 1]/Size 2/Index{index}"), b"123"));
        octets.extend(format!("startxref\n{at}\n%%EOF").bytes());
        let pdf = Pdf::open(&octets, &Limits::default(), None).unwrap();
        assert_eq!(pdf.chain_problem().map(|problem| problem.code), Some(code));
    }
}

#[test]
fn object_streams_in_each_other_and_that_extend_each_other() {
    let mut octets = b"%PDF-1.7\n".to_vec();
    let (one, two) = (octets.len(), octets.len() + stream(1, "/Type/ObjStm/N 1/First 4/Extends 2 0 R", b"3 0 9").len());
    octets.extend(stream(1, "/Type/ObjStm/N 1/First 4/Extends 2 0 R", b"3 0 9"));
    octets.extend(stream(2, "/Type/ObjStm/N 1/First 4/Extends 1 0 R", b"4 0 9"));
    let table = octets.len();
    let rows = [(0, 0, 0), (1, one, 0), (1, two, 0), (2, 1, 0), (2, 2, 0), (2, 6, 0), (2, 5, 0), (1, table, 0)];
    let data: Vec<u8> = rows.iter().flat_map(|(kind, second, third)| [*kind, 0, u8::try_from(*second).unwrap(), *third]).collect();
    octets.extend(stream(7, "/Type/XRef/W[1 2 1]/Size 8/Root 1 0 R", &data));
    octets.extend(format!("startxref\n{table}\n%%EOF\n").bytes());
    // 3 and 4 are what they are; 5 is in 6, which is in 5.
    assert_eq!(findings(&octets), ["object_stream"]);
    let pdf = Pdf::open(&octets, &Limits::default(), None).unwrap();
    assert_eq!(pdf.latest().object(reference(3)), Ok(Object::Integer(9)));
    assert!(pdf.latest().object(reference(5)).is_err());
}
