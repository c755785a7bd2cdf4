//! The update: ISO 32000-2 §7.5.6, §12.8.1.

use kyso::creation::Appearance;
use kyso::crypto::{Curve, DigestAlgorithm};
use kyso::encoding::pdf::{Object, SectionKind};
use kyso::testkit::KeyParameters;

use super::files::{hybrid, objects, plain, stream, table, updated, with, with_field};
use super::keys::Pki;
use super::read_back::{catalog_entry, open, signature};
use super::{profile, refusal, signed};

#[test]
fn the_old_octets_stay_and_everything_but_the_hole_is_covered() {
    for file in [table(&plain(), ""), stream(&plain(), ""), hybrid(&plain())] {
        let output = signed(&file, &profile()).unwrap();
        assert_eq!(output[..file.len()], file);
        let [_, before, after, rest] = signature(&output, "Signature1").byte_range;
        assert_eq!(after + rest, output.len());
        assert!(file.len() < before && output.ends_with(b"%%EOF\n"));
        let pdf = open(&output);
        assert_eq!(pdf.revision_ending_at(output.len()), Ok(1));
        assert_eq!(pdf.accounting().unaccounted_octets, 0);
        assert_eq!(pdf.findings(), []);
    }
}

#[test]
fn the_cross_reference_is_of_the_kind_that_the_file_has_last() {
    for (file, kind) in
        [(table(&plain(), ""), SectionKind::Table), (stream(&plain(), ""), SectionKind::Stream), (hybrid(&plain()), SectionKind::Table)]
    {
        assert_eq!(open(&signed(&file, &profile()).unwrap()).revisions().last().unwrap().kind(), kind);
    }
}

#[test]
fn new_numbers_begin_behind_size_and_behind_every_number_in_use() {
    for (size, first) in [("/Size 6", 6), ("/Size 90", 90)] {
        let mut file = table(&plain(), "");
        let at = file.windows(7).rposition(|window| window == b"/Size 6").unwrap();
        file.splice(at..at + 7, size.bytes());
        let output = signed(&file, &profile()).unwrap();
        let added: Vec<u32> = open(&output).revisions()[1].entries().map(|(number, _)| number).filter(|number| *number > 5).collect();
        assert_eq!(added.first(), Some(&first));
    }
}

#[test]
fn a_file_without_a_line_end_gets_one_before_the_update() {
    let mut file = table(&plain(), "");
    file.pop();
    let output = signed(&file, &profile()).unwrap();
    assert!(output.starts_with(&[&file[..], b"\n"].concat()));
    signature(&output, "Signature1");
}

#[test]
fn offsets_count_from_the_header() {
    let file = [b"leading octets\n", &table(&plain(), "")[..]].concat();
    let output = signed(&file, &profile()).unwrap();
    signature(&output, "Signature1");
    let finding = open(&output).findings().iter().map(|finding| finding.code).collect::<Vec<_>>();
    assert_eq!(finding, ["leading_octets"]);
}

#[test]
fn equal_input_gives_equal_octets() {
    let file = table(&plain(), "");
    assert_eq!(signed(&file, &profile()).unwrap(), signed(&file, &profile()).unwrap());
}

#[test]
fn the_first_identifier_stays_and_the_second_tells_the_update() {
    let file = table(&plain(), "/ID [<6669727374> <7365636f6e64>]");
    let id = |output: &[u8]| open(output).latest().trailer().entry(b"ID").as_array().unwrap().to_vec();
    let (one, other) = (signed(&file, &profile()).unwrap(), signed(&file, &profile().reason("x")).unwrap());
    assert_eq!(id(&one)[0], Object::String(b"first"[..].into()));
    assert_eq!(id(&one)[0], id(&other)[0]);
    assert_ne!(id(&one)[1], id(&other)[1]);
    assert_eq!(id(&one)[1].as_string().unwrap().len(), 16);
}

#[test]
fn entries_of_the_trailer_are_carried_on() {
    let file = table(&with(plain(), &[(6, "<< /Title (t) >>")]), "/Info 6 0 R /Private (kept)");
    let output = signed(&file, &profile()).unwrap();
    let pdf = open(&output);
    assert!(pdf.latest().trailer().entry(b"Info").as_reference().is_some());
    assert_eq!(pdf.latest().trailer().entry(b"Private").as_string(), Some(&b"kept"[..]));
    assert!(pdf.revisions()[1].entries().all(|(number, _)| number != 6), "the information dictionary is not touched");
}

#[test]
fn the_form_may_be_missing_direct_or_an_object_and_so_may_its_fields() {
    let widget = "<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /Rect [0 0 9 9] /P 3 0 R >>";
    for (catalog, form, fields) in [
        ("", "null", "null"),
        ("/AcroForm << /Fields [7 0 R] /DA (/Helv 0 Tf) >>", "null", "null"),
        ("/AcroForm << /Fields 8 0 R >>", "null", "[7 0 R]"),
        ("/AcroForm 6 0 R", "<< /Fields [7 0 R] >>", "null"),
        ("/AcroForm 6 0 R", "<< /Fields 8 0 R /SigFlags 1 >>", "[7 0 R]"),
    ] {
        let root = format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>");
        let file = table(&with(plain(), &[(1, &root), (6, form), (7, widget), (8, fields)]), "");
        let output = signed(&file, &profile()).unwrap();
        signature(&output, "Signature1");
        let form = catalog_entry(&output, b"AcroForm");
        assert_eq!(form.as_dictionary().unwrap().entry(b"SigFlags").as_integer(), Some(3), "{catalog}");
        assert_eq!(form.as_dictionary().unwrap().has(b"DA"), catalog.contains("/DA"));
        let view = open(&output);
        let fields = view.latest().value(form.as_dictionary().unwrap(), b"Fields").unwrap();
        assert_eq!(fields.as_array().unwrap().len(), if catalog.is_empty() { 1 } else { 2 });
    }
}

#[test]
fn a_reference_to_nothing_does_not_become_a_reference_to_something_else() {
    let root = "<< /Type /Catalog /Pages 2 0 R /AcroForm 7 0 R /Perms 8 0 R /Extensions 9 0 R >>";
    let file = table(&with(plain(), &[(1, root)]), "");
    let signer = Pki::new().signer("Edwards", KeyParameters::Ed25519);
    let output = kyso::sign(&super::read_back::document(&file), &profile().certify(kyso::creation::Permission::P3), &signer).unwrap();
    signature(&output, "Signature1");
    for (key, inner) in [(&b"Perms"[..], &b"DocMDP"[..]), (b"Extensions", b"ISO_"), (b"AcroForm", b"Fields")] {
        assert!(catalog_entry(&output, key).as_dictionary().unwrap().has(inner));
    }
}

#[test]
fn annotations_may_be_missing_direct_or_an_object() {
    for (entry, array, count) in
        [("", "null", 1), ("/Annots [7 0 R]", "null", 2), ("/Annots 6 0 R", "[7 0 R]", 2), ("/Annots 6 0 R", "null", 1)]
    {
        let page = format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {entry} >>");
        let link = "<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] >>";
        let file = table(&with(plain(), &[(3, &page), (6, array), (7, link)]), "");
        let output = signed(&file, &profile()).unwrap();
        let pdf = open(&output);
        let page = pdf.latest().object(kyso::encoding::pdf::Reference { number: 3, generation: 0 }).unwrap();
        let annotations = pdf.latest().value(page.as_dictionary().unwrap(), b"Annots").unwrap();
        assert_eq!(annotations.as_array().unwrap().len(), count, "{entry} {array}");
    }
}

#[test]
fn the_widget_goes_on_the_page_asked_for() {
    let tree = [
        (2, "<< /Type /Pages /Kids [6 0 R 7 0 R] /Count 2 >>"),
        (6, "<< /Type /Pages /Parent 2 0 R /Kids [3 0 R] /Count 1 >>"),
        (7, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"),
    ];
    let file = table(&with(plain(), &tree), "");
    for (page, number) in [(1, 3), (2, 7)] {
        let output = signed(&file, &profile().page(page)).unwrap();
        assert_eq!(signature(&output, "Signature1").field.entry(b"P").as_reference().unwrap().number, number);
    }
    assert_eq!(refusal(&file, &profile().page(3)), "page.missing");
}

#[test]
fn a_page_tree_that_loops_is_refused() {
    let file = table(&with(plain(), &[(2, "<< /Type /Pages /Kids [2 0 R] /Count 1 >>")]), "");
    assert_eq!(refusal(&file, &profile()), "document.damaged");
}

#[test]
fn a_field_is_invisible_unless_a_rectangle_is_given() {
    let file = table(&plain(), "");
    let invisible = signature(&signed(&file, &profile()).unwrap(), "Signature1").field;
    assert_eq!(*invisible.entry(b"Rect"), Object::Array([0; 4].map(Object::Integer).into()));
    assert_eq!(invisible.entry(b"F").as_integer(), Some(132));
    let appearance = Appearance { content: b"0 0 m 10 10 l S".to_vec(), ..Appearance::default() };
    let output = signed(&file, &profile().rectangle([10.0, 20.5, 110.0, 60.0]).appearance(appearance)).unwrap();
    let visible = signature(&output, "Signature1").field;
    let rectangle: Vec<f64> = visible.entry(b"Rect").as_array().unwrap().iter().filter_map(Object::as_number).collect();
    assert_eq!(rectangle, [10.0, 20.5, 110.0, 60.0]);
    let pdf = open(&output);
    let normal = pdf.latest().value(visible.entry(b"AP").as_dictionary().unwrap(), b"N").unwrap();
    assert_eq!(pdf.latest().stream_data(normal.as_stream().unwrap()).unwrap(), b"0 0 m 10 10 l S");
    let size: Vec<f64> =
        normal.as_stream().unwrap().dictionary.entry(b"BBox").as_array().unwrap().iter().filter_map(Object::as_number).collect();
    assert_eq!(size, [0.0, 0.0, 100.0, 39.5]);
}

#[test]
fn signatures_follow_one_another_and_none_breaks_the_one_before() {
    for first in [table(&plain(), ""), stream(&plain(), ""), hybrid(&plain())] {
        let mut file = first;
        for number in 1..=4 {
            let output = signed(&file, &profile()).unwrap();
            assert!(output.starts_with(&file));
            file = output;
            for earlier in 1..=number {
                signature(&file, &format!("Signature{earlier}"));
            }
        }
        assert_eq!(open(&file).findings(), []);
    }
}

#[test]
fn the_room_is_what_the_signature_takes_and_a_timestamp_token_more() {
    let file = table(&plain(), "");
    let read = signature(&signed(&file, &profile()).unwrap(), "Signature1");
    assert!((10_000..11_000).contains(&(read.room - read.signed_data.used())));
    let wide = signature(&signed(&file, &profile().contents(50_000)).unwrap(), "Signature1");
    assert_eq!(wide.room, 50_000);
}

#[test]
fn too_small_a_room_is_enlarged_before_the_key_is_used() {
    let file = table(&plain(), "");
    let read = signature(&signed(&file, &profile().contents(100)).unwrap(), "Signature1");
    // An ECDSA value has up to 72 octets; those of the one made may be fewer.
    assert!((0..=8).contains(&(read.room - read.signed_data.used())));
}

#[test]
fn ed25519_and_sha_3_are_announced() {
    let file = table(&plain(), "");
    let mut pki = Pki::new();
    let sha3 = kyso::crypto::SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha3_256);
    let p256 = pki.signer("P-256", KeyParameters::Ec(Curve::P256));
    let levels = |signer: &kyso::creation::SoftwareSigner, file: &[u8]| {
        let output = kyso::sign(&super::read_back::document(file), &profile(), signer).unwrap();
        let extensions = catalog_entry(&output, b"Extensions");
        let levels = extensions.as_dictionary().map(|extensions| {
            let announced = extensions.entry(b"ISO_").as_array().unwrap().to_vec();
            announced
                .iter()
                .map(|extension| extension.as_dictionary().unwrap().entry(b"ExtensionLevel").as_integer().unwrap())
                .collect::<Vec<_>>()
        });
        (levels, output)
    };
    assert_eq!(levels(&p256, &file).0, None);
    let (announced, edwards) = levels(&pki.signer("Ed25519", KeyParameters::Ed25519), &file);
    assert_eq!(announced, Some(vec![32002]));
    let p256 = p256.with_algorithm(sha3).unwrap();
    assert_eq!(levels(&p256, &file).0, Some(vec![32001]));
    assert_eq!(levels(&p256, &edwards).0, Some(vec![32002, 32001]));
    let again = pki.signer("Ed25519 again", KeyParameters::Ed25519);
    assert_eq!(levels(&again, &edwards).0, Some(vec![32002]));
}

#[test]
fn what_two_readers_could_read_differently_is_refused() {
    assert_eq!(refusal(&table(&with(plain(), &[(1, "<< /Type /Catalog /Pages 2 0 R /Lang (vi) >>")]), ""), &profile()), "signed");
    assert_eq!(
        refusal(&table(&with(plain(), &[(1, "<< /Type /Catalog /Pages 2 0 R /Pages 2 0 R >>")]), ""), &profile()),
        "document.damaged"
    );
}

#[test]
fn a_chain_of_cross_references_that_breaks_is_refused() {
    let change = objects(&[(5, "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>")]);
    let file = updated(table(&plain(), ""), &change, "");
    assert_eq!(refusal(&file, &profile()), "signed");
    let broken = String::from_utf8_lossy(&file).into_owned();
    let at = broken.rfind("/Prev ").unwrap();
    let mut file = file;
    let at = file.len() - (broken.len() - at) + 6;
    file[at] = b'9';
    assert_eq!(refusal(&file, &profile()), "document.damaged");
}

#[test]
fn a_form_of_xfa_is_refused() {
    let with_form = |form| table(&with(with_field(""), &[(6, form)]), "");
    assert_eq!(refusal(&with_form("<< /Fields [7 0 R] >>"), &profile()), "signed");
    assert_eq!(refusal(&with_form("<< /Fields [7 0 R] /XFA [] >>"), &profile()), "form.xfa");
}

#[test]
fn a_message_authentication_code_would_break_and_is_refused() {
    assert_eq!(refusal(&table(&plain(), "/AuthCode << /MACLocation /Standalone >>"), &profile()), "document.authentication_code");
}
