//! ISO 32000-2 §14.7 — a tagged decision: what a reader speaks comes from its structure, which a seal may have a place in.

use super::decision::{Decision, TEXT, seal};
use super::kinds::with_appearance;
use super::later::replaced;
use super::shown::plus;
use super::{Cases, Expected, invalid, modified, passes};
use crate::Outcome;
use crate::case::Entry;
use crate::hand_made::pades;
use crate::pdf::{self, Objects};

const JUDGED: &str = "permitted_changes.judged";
const FIELDS: &str = "permitted_changes.fields_kept";
const EXPLAINED: &str = "permitted_changes.explained";
const WITHIN: &str = "permitted_changes.within_permission";

const ROOT: &str = "<< /Type /StructTreeRoot /K 61 0 R /ParentTree 62 0 R /ParentTreeNextKey 4 /RoleMap << /Note /P /Seal /Form >> >>";
const DOCUMENT: &str = "<< /Type /StructElem /S /Document /P 60 0 R /K [63 0 R 64 0 R] >>";
const PARENTS: &str = "<< /Nums [0 [63 0 R] 1 64 0 R] >>";
const PARAGRAPH: &str = "<< /Type /StructElem /S /P /P 61 0 R /Pg 3 0 R /K 0 >>";
const NUMBER: &str = "<< /Type /StructElem /S /Form /P 61 0 R /Pg 3 0 R /K << /Type /OBJR /Obj 8 0 R >> >>";
const SEAL: &str = "<< /Type /StructElem /S /Form /P 61 0 R /Pg 3 0 R /K << /Type /OBJR /Obj 10 0 R >> >>";

/// Text of an object that stands there, and what stands in its place.
type Edit<'e> = (u32, &'e str, &'e str);
/// Folder, change, edits of the later revision.
type Row<'r> = (&'r str, &'r str, &'r [Edit<'r>]);

/// Folder, change, objects of the later revision.
type Written<'w> = (&'w str, &'w str, &'w [(u32, &'w str)]);
/// Folder, change, edits and further objects of the later revision.
type More<'m> = (&'m str, &'m str, &'m [Edit<'m>], &'m [(u32, &'m str)]);

fn decision() -> Decision {
    let content = format!("/P << /MCID 0 >> BDC BT /F1 18 Tf 72 720 Td ({TEXT}) Tj ET EMC");
    Decision {
        catalog: "/StructTreeRoot 60 0 R /MarkInfo << /Marked true >> /Lang (vi) ".into(),
        page: "/StructParents 0 /Tabs /S ".into(),
        number: "/StructParent 1 ".into(),
        ..Decision::with(&[(4, &pdf::stream("", &content)), (60, ROOT), (61, DOCUMENT), (62, PARENTS), (63, PARAGRAPH), (64, NUMBER)])
    }
}

/// The seal with its place in the structure.
fn sealed(decision: &Decision) -> Objects {
    let field = replaced(with_appearance(decision, "[400 60 520 120]", &pades()), 10, "/FT /Sig", "/StructParent 4 /FT /Sig");
    let structure = pdf::objects(&[
        (60, &ROOT.replace("NextKey 4", "NextKey 5")),
        (61, &DOCUMENT.replace("64 0 R", "64 0 R 65 0 R")),
        (62, &PARENTS.replace("64 0 R", "64 0 R 4 65 0 R")),
        (65, SEAL),
    ]);
    plus(&field, structure)
}

fn edited(objects: Objects, edits: &[Edit<'_>]) -> Objects {
    edits.iter().fold(objects, |objects, (number, from, to)| {
        let is_there = objects.iter().any(|(own, octets)| own == number && String::from_utf8_lossy(octets).contains(from));
        assert!(is_there, "{number}: {from}");
        replaced(objects, *number, from, to)
    })
}

fn with_seal(expected: Expected) -> Expected {
    expected.and(Entry::passed().field("seal").changes("none"))
}

pub fn add(cases: &mut Cases<'_>) -> Outcome {
    let (decision, shared) = (decision(), cases.shared);
    let signed = decision.signed(shared)?;
    let later = |edits: &[Edit<'_>], more: &[(u32, &str)]| {
        let objects = plus(&edited(sealed(&decision), edits), pdf::objects(more));
        seal(shared, objects, &|objects| pdf::updated(&signed, objects, ""))
    };
    let what = "a tagged decision signed and sealed, the seal an element of its structure";
    let good = cases.honest("sealed", what, &with_seal(passes("form_filling")), later(&[], &[])?)?;
    let judged = || with_seal(modified("other", JUDGED));
    let told = (65, "/S /Form", "/S /Form /Alt (Seal of the office)");
    let what = "a tagged decision signed and sealed, the seal with a description";
    let described = cases.honest("described", what, &with_seal(passes("form_filling")), later(&[told], &[])?)?;
    let of_document = later(&[told, (61, "/S /Document", "/S /Document /Alt (Seal of the office)")], &[])?;
    cases.attack(&described, "described-document", "the document has the description, too", &judged(), of_document)?;
    let before = [(61, "[63 0 R 64 0 R 65 0 R]", "[65 0 R 63 0 R 64 0 R]")];
    let what = "a tagged decision signed and sealed, the seal before everything else";
    let first = cases.honest("first", what, &with_seal(passes("form_filling")), later(&before, &[])?)?;
    let alone = later(&[(61, "[63 0 R 64 0 R 65 0 R]", "[65 0 R 64 0 R]")], &[])?;
    cases.attack(&first, "first-alone", "the seal stands in the place of the text", &judged(), alone)?;
    let rows: [Row<'_>; 31] = [
        ("paragraph", "the seal is a paragraph", &[(65, "/S /Form", "/S /P")]),
        ("role", "the seal is of a kind that is mapped to a form", &[(65, "/S /Form", "/S /Seal")]),
        ("other-widget", "the element has the number in the place of the seal", &[(65, "/Obj 10 0 R", "/Obj 8 0 R")]),
        (
            "both-widgets",
            "the element has the number as well",
            &[(65, "/K <<", "/K [<< /Type /OBJR /Obj 8 0 R >> <<"), (65, ">> >>", ">>] >>")],
        ),
        ("content", "the element has the text of the page as well", &[(65, "/K <<", "/K [0 <<"), (65, ">> >>", ">>] >>")]),
        ("no-page", "the element says of no page", &[(65, "/Pg 3 0 R ", "")]),
        ("other-page", "the element says of a page that is none", &[(65, "/Pg 3 0 R", "/Pg 2 0 R")]),
        ("spoken", "the element is read as a text", &[(65, "/S /Form", "/S /Form /ActualText (approved)")]),
        ("expanded", "the element is read as what its letters stand for", &[(65, "/S /Form", "/S /Form /E (approved)")]),
        ("foreign", "the element is read in another language", &[(65, "/S /Form", "/S /Form /Lang (en)")]),
        ("placed", "the element has attributes", &[(65, "/S /Form", "/S /Form /A << /O /Layout /Placement /Block >>")]),
        ("named", "the element has an identifier", &[(65, "/S /Form", "/S /Form /ID (a)")]),
        ("namespace", "the element is of a namespace of its own", &[(65, "/S /Form", "/S /Form /NS << /NS (http://x.invalid) >>")]),
        ("loop", "the document is in the element that is in it", &[(65, "/K <<", "/K [61 0 R <<"), (65, ">> >>", ">>] >>")]),
        ("orphan", "the element is in the paragraph, which does not have it", &[(65, "/P 61 0 R", "/P 63 0 R")]),
        ("kid-lost", "the paragraph is in the structure no more", &[(61, "63 0 R ", "")]),
        ("kids-turned", "the number comes before the paragraph", &[(61, "63 0 R 64 0 R", "64 0 R 63 0 R")]),
        ("kid-twice", "the paragraph is there twice", &[(61, "64 0 R", "64 0 R 63 0 R")]),
        ("seal-twice", "the seal is there twice", &[(61, "64 0 R", "65 0 R 64 0 R")]),
        ("document-spoken", "the document is read as a text", &[(61, "/S /Document", "/S /Document /ActualText (refused)")]),
        ("document-other", "the document is of another kind", &[(61, "/S /Document", "/S /Artifact")]),
        ("mapped", "paragraphs are mapped to what is not read", &[(60, "/Note /P", "/P /Artifact /Note /P")]),
        ("classes", "there are classes of attributes", &[(60, "/RoleMap", "/ClassMap << /c << /O /Layout >> >> /RoleMap")]),
        ("identifiers", "there are identifiers", &[(60, "/RoleMap", "/IDTree << /Names [(a) 65 0 R] >> /RoleMap")]),
        ("next-number", "the next number for a place is the one of the seal", &[(60, "NextKey 5", "NextKey 4")]),
        (
            "number-in-use",
            "the number of its place may be that of something else",
            &[(10, "/StructParent 4", "/StructParent 3"), (62, "4 65 0 R", "3 65 0 R")],
        ),
        (
            "number-taken",
            "the place of the number in the structure is that of the seal",
            &[(10, "/StructParent 4", "/StructParent 1"), (62, "1 64 0 R 4 65 0 R", "1 65 0 R")],
        ),
        ("number-other", "the seal says of another place", &[(10, "/StructParent 4", "/StructParent 5")]),
        ("parents-other", "the text of the page belongs to the number", &[(62, "[63 0 R]", "[64 0 R]")]),
        ("parents-lost", "the text of the page belongs to nothing", &[(62, "0 [63 0 R] ", "")]),
        ("parents-turned", "the numbers of places do not ascend", &[(62, "0 [63 0 R] 1 64 0 R 4 65 0 R", "4 65 0 R 0 [63 0 R] 1 64 0 R")]),
    ];
    for (name, change, edits) in rows {
        cases.attack(&good, name, change, &judged(), later(edits, &[])?)?;
    }
    let spoken = PARAGRAPH.replace("/S /P", "/S /P /ActualText (Phe duyet kinh phi 900 trieu dong)");
    let also = NUMBER.replace("/K <<", "/K [66 0 R <<").replace(">> >>", ">>] >>");
    let more: [More<'_>; 3] = [
        ("text-spoken", "the paragraph is read as another one", &[], &[(63, &spoken)]),
        (
            "second",
            "there is a second element, of nothing",
            &[(61, "65 0 R", "65 0 R 66 0 R")],
            &[(66, "<< /Type /StructElem /S /P /P 61 0 R /ActualText (refused) >>")],
        ),
        ("number-more", "the number has an element more", &[], &[(64, &also), (66, "<< /Type /StructElem /S /P /P 64 0 R >>")]),
    ];
    for (name, change, edits, objects) in more {
        cases.attack(&good, name, change, &judged(), later(edits, objects)?)?;
    }
    let nowhere = later(&[(10, "/StructParent 4 ", "")], &[])?;
    cases.attack(&good, "number-none", "the seal says of no place", &with_seal(invalid("other", EXPLAINED)), nowhere)?;
    let moved = decision.number("").replace("/StructParent 1", "/StructParent 4");
    let expected = with_seal(invalid("other", FIELDS));
    cases.attack(&good, "number-moved", "the number has the place of the seal", &expected, later(&[], &[(8, &moved)])?)?;
    deep(cases)?;
    shared_parts(cases)?;
    visited(cases)?;
    again(cases)
}

/// A tree of parents of several nodes.
fn deep(cases: &mut Cases<'_>) -> Outcome {
    let shared = cases.shared;
    let nodes =
        [(62, "<< /Kids [66 0 R 67 0 R] >>"), (66, "<< /Limits [0 0] /Nums [0 [63 0 R]] >>"), (67, "<< /Limits [1 1] /Nums [1 64 0 R] >>")];
    let base = decision();
    let decision = Decision { objects: plus(&base.objects, pdf::objects(&nodes)), ..base };
    let signed = decision.signed(shared)?;
    let later = |nodes: &[(u32, &str)]| {
        let kept: Objects = sealed(&decision).into_iter().filter(|(number, _)| *number != 62).collect();
        seal(shared, plus(&kept, pdf::objects(nodes)), &|objects| pdf::updated(&signed, objects, ""))
    };
    let leaf = "<< /Limits [1 4] /Nums [1 64 0 R 4 65 0 R] >>";
    let what = "a tagged decision whose places are in a tree, signed and sealed";
    let good = cases.honest("deep", what, &with_seal(passes("form_filling")), later(&[(67, leaf)])?)?;
    let node = [(62, "<< /Kids [66 0 R 67 0 R 68 0 R] >>"), (68, "<< /Limits [4 4] /Nums [4 65 0 R] >>")];
    let what = "a tagged decision whose places are in a tree, signed and sealed, the place of the seal in a leaf of its own";
    let leaf_of_seal = cases.honest("deep-leaf", what, &with_seal(passes("form_filling")), later(&node)?)?;
    let other = [(62, "<< /Kids [66 0 R 68 0 R 67 0 R] >>"), node[1]];
    let judged = || with_seal(modified("other", JUDGED));
    cases.attack(&leaf_of_seal, "deep-leaf-between", "that leaf stands before a smaller one", &judged(), later(&other)?)?;
    let rows: [Written<'_>; 6] = [
        ("deep-limits", "the leaf says that it ends before the seal", &[(67, "<< /Limits [1 1] /Nums [1 64 0 R 4 65 0 R] >>")]),
        (
            "deep-hidden",
            "the leaf of the text says that it has nothing of it",
            &[(67, leaf), (66, "<< /Limits [2 2] /Nums [0 [63 0 R]] >>")],
        ),
        ("deep-loop", "the tree is in itself", &[(67, leaf), (62, "<< /Kids [66 0 R 67 0 R 62 0 R] >>")]),
        ("deep-twice", "a leaf is there twice", &[(67, leaf), (62, "<< /Kids [66 0 R 66 0 R 67 0 R] >>")]),
        ("deep-lost", "the leaf of the text is lost", &[(67, leaf), (62, "<< /Kids [67 0 R] >>")]),
        ("deep-both", "the tree has entries beside its leaves", &[(67, leaf), (62, "<< /Kids [66 0 R 67 0 R] /Nums [0 [64 0 R]] >>")]),
    ];
    for (name, change, nodes) in rows {
        cases.attack(&good, name, change, &judged(), later(nodes)?)?;
    }
    Ok(())
}

/// What is an element and something else at once, or not there before.
fn shared_parts(cases: &mut Cases<'_>) -> Outcome {
    let shared = cases.shared;
    let with = |decision: &Decision| {
        let signed = decision.signed(shared)?;
        seal(shared, sealed(decision), &|objects| pdf::updated(&signed, objects, ""))
    };
    let image = |more: &str| {
        let entries = format!("/Type /XObject /Subtype /Image /Width 8 /Height 1 /BitsPerComponent 1 /ColorSpace /DeviceGray {more}");
        pdf::stream(&entries, "x")
    };
    let of = |image: String| {
        let base = decision();
        Decision { resources: "/XObject << /Im0 69 0 R >> ".into(), objects: plus(&base.objects, pdf::objects(&[(69, &image)])), ..base }
    };
    let what = "a tagged decision with an image, signed and sealed";
    let good = cases.honest("image", what, &with_seal(passes("form_filling")), with(&of(image("")))?)?;
    let fax = of(image("/Filter /CCITTFaxDecode /DecodeParms 61 0 R "));
    let change = "the element of the document says how the image is read, too";
    cases.attack(&good, "image-parameters", change, &with_seal(modified("other", JUDGED)), with(&fax)?)?;
    let mapped = decision();
    let roles = ROOT.replace("/Seal /Form", "/Form /P");
    let mapped = Decision { objects: plus(&mapped.objects, pdf::objects(&[(60, &roles)])), ..mapped };
    let signed = mapped.signed(shared)?;
    let objects = plus(&sealed(&mapped), pdf::objects(&[(60, &roles.replace("NextKey 4", "NextKey 5"))]));
    let document = seal(shared, objects, &|objects| pdf::updated(&signed, objects, ""))?;
    let change = "what is called a form was mapped to a paragraph when it was signed";
    cases.attack(&good, "image-mapped", change, &with_seal(modified("other", JUDGED)), document)?;
    let bare = Decision { catalog: String::new(), ..decision() };
    let signed = bare.signed(shared)?;
    let objects = plus(&sealed(&bare), pdf::objects(&[(1, &bare.catalog("/StructTreeRoot 60 0 R "))]));
    let document = seal(shared, objects, &|objects| pdf::updated(&signed, objects, ""))?;
    cases.attack(&good, "image-new", "the structure came with the seal", &with_seal(modified("other", JUDGED)), document)?;
    let certified = Decision { catalog: format!("/Perms << /DocMDP 7 0 R >> {}", decision().catalog), ..decision() };
    let certified = Decision { dictionary: Decision::certified(2).dictionary, ..certified };
    let signed = certified.signed(shared)?;
    let document = |edits: &[Edit<'_>]| seal(shared, edited(sealed(&certified), edits), &|objects| pdf::updated(&signed, objects, ""));
    let what = "a tagged decision certified for filling in, and sealed";
    let good = cases.honest("certified", what, &with_seal(passes("form_filling")), document(&[])?)?;
    let lost = document(&[(61, "63 0 R ", "")])?;
    cases.attack(&good, "certified-lost", "the paragraph is in the structure no more", &with_seal(invalid("other", WITHIN)), lost)
}

/// In which order fields are visited.
fn visited(cases: &mut Cases<'_>) -> Outcome {
    let shared = cases.shared;
    let decision = Decision { page: "/StructParents 0 ".into(), ..decision() };
    let signed = decision.signed(shared)?;
    let later = |tabs: &str| {
        let objects = edited(sealed(&decision), &[(3, "/StructParents 0", &format!("/StructParents 0 {tabs}"))]);
        seal(shared, objects, &|objects| pdf::updated(&signed, objects, ""))
    };
    let what = "a tagged decision signed and sealed, its fields visited in the order of the structure from then on";
    let good = cases.honest("visited", what, &with_seal(passes("form_filling")), later("/Tabs /S")?)?;
    let judged = || with_seal(modified("other", JUDGED));
    cases.attack(&good, "visited-rows", "they are visited row by row", &judged(), later("/Tabs /R")?)?;
    let other = edited(sealed(&decision), &[(3, "/StructParents 0", "/StructParents 1")]);
    let document = seal(shared, other, &|objects| pdf::updated(&signed, objects, ""))?;
    cases.attack(&good, "visited-other", "the text of the page belongs to the number", &judged(), document)
}

/// One seal after the other.
fn again(cases: &mut Cases<'_>) -> Outcome {
    let (decision, shared) = (decision(), cases.shared);
    let signed = decision.signed(shared)?;
    let first = seal(shared, sealed(&decision), &|objects| pdf::updated(&signed, objects, ""))?;
    let field = crate::hand_made::field("second", "/StructParent 5 ").replace("/V 7 0 R", "/V 71 0 R");
    let element = SEAL.replace("/Obj 10 0 R", "/Obj 70 0 R");
    let later = |more: &[(u32, &str)]| {
        let objects = pdf::objects(&[
            (3, &decision.page(" 10 0 R 70 0 R")),
            (9, &decision.form(" 10 0 R 70 0 R")),
            (60, &ROOT.replace("NextKey 4", "NextKey 6")),
            (61, &DOCUMENT.replace("64 0 R", "64 0 R 65 0 R 72 0 R")),
            (62, &PARENTS.replace("64 0 R", "64 0 R 4 65 0 R 5 72 0 R")),
            (70, &field),
            (71, &pades()),
            (72, &element),
        ]);
        seal(shared, plus(&objects, pdf::objects(more)), &|objects| pdf::updated(&first, objects, ""))
    };
    let entries = |expected: Expected, seal: Entry| expected.and(seal.field("seal")).and(Entry::passed().field("second").changes("none"));
    let passed = Entry::passed().changes("form_filling");
    let what = "a tagged decision signed and sealed twice, each seal an element of its structure";
    let good = cases.honest("twice", what, &entries(passes("form_filling"), passed), later(&[])?)?;
    let told = SEAL.replace("/S /Form", "/S /Form /Alt (void)");
    let against = |check: &'static str, indication: &'static str, sub: &'static str| {
        Entry::concluded(indication, sub, check).integrity("intact").changes("other").permitted(false)
    };
    let refused = against(JUDGED, "INDETERMINATE", "SIG_CONSTRAINTS_FAILURE");
    let expected = entries(invalid("other", FIELDS), refused.clone());
    cases.attack(&good, "twice-described", "the first seal gets a description", &expected, later(&[(65, &told)])?)?;
    let lost = DOCUMENT.replace("64 0 R", "64 0 R 72 0 R");
    let expected = entries(modified("other", JUDGED), refused);
    cases.attack(&good, "twice-lost", "the first seal is in the structure no more", &expected, later(&[(61, &lost)])?)
}
