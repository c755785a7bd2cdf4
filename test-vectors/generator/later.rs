//! Group `later-revisions`: what was done to a signed file afterwards, and whether it may (ISO 32000-2 §12.8.2).

use serde_json::json;

use crate::case::{Case, Entry, Good};
use crate::cms::Signer;
use crate::hand_made::{HandMade, field, find, pades};
use crate::pdf::{self, Objects, plain, text_field};
use crate::shared::Shared;
use crate::{Files, Outcome};

const FORMAT: &str = "FORMAT_FAILURE";
const CONSTRAINTS: &str = "SIG_CONSTRAINTS_FAILURE";
const CLAUSE: &str = "ISO 32000-2 §12.8.2";

/// A form with a signature field and a text field called `number`, and what the signature permits.
struct Base {
    name: &'static str,
    what: &'static str,
    clause: &'static str,
    /// Entries of the signature dictionary, of the catalog, of the signature field.
    entries: [String; 3],
}

impl Base {
    fn catalog(&self, more: &str) -> String {
        format!("<< /Type /Catalog /Pages 2 0 R /AcroForm 9 0 R {}{more}>>", self.entries[1])
    }

    fn objects(&self) -> Objects {
        let dictionary = pades().replace("/ByteRange", &format!("{}/ByteRange", self.entries[0]));
        pdf::with(
            plain(),
            &[
                (1, &self.catalog("")),
                (3, &pdf::page("/Annots [6 0 R 8 0 R] ")),
                (6, &field("leader", &self.entries[2])),
                (7, &dictionary),
                (8, &text_field("number", "")),
                (9, &form("")),
            ],
        )
    }

    fn signed(&self, shared: &Shared) -> Outcome<Vec<u8>> {
        HandMade::new(self.objects()).sign(|octets| shared.by_hand("p256").detached(octets, Vec::new()))
    }
}

fn form(more: &str) -> String {
    format!("<< /Fields [6 0 R 8 0 R{more}] /SigFlags 3 /DA (/F1 12 Tf) /DR << /Font << /F1 5 0 R >> >> >>")
}

fn transform(method: &str, parameters: &str) -> String {
    format!("<< /Type /SigRef /TransformMethod /{method} /TransformParams << /Type /TransformParams /V /1.2 {parameters} >> >>")
}

/// A certification (§12.8.2.2).
fn certified(name: &'static str, what: &'static str, permission: u8) -> Base {
    let reference = format!("/Reference [{}] ", transform("DocMDP", &format!("/P {permission}")));
    Base { name, what, clause: "ISO 32000-2 §12.8.2.2", entries: [reference, "/Perms << /DocMDP 7 0 R >> ".into(), String::new()] }
}

/// A lock (§12.8.2.4, §12.7.5.5).
fn locking(name: &'static str, what: &'static str, action: &str) -> Base {
    let reference = format!("/Reference [{}] ", transform("FieldMDP", action));
    let lock = format!("/Lock << /Type /SigFieldLock {action} >> ");
    Base { name, what, clause: "ISO 32000-2 §12.8.2.4", entries: [reference, String::new(), lock] }
}

/// What the case expects of a later revision.
enum Expected {
    Passes,
    /// TOTAL-FAILED / FORMAT_FAILURE: the signature forbids it.
    Forbidden,
    /// INDETERMINATE / SIG_CONSTRAINTS_FAILURE: the policy refuses it.
    Refused,
}
use Expected::{Forbidden, Passes, Refused};

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let open = Base { name: "open", what: "a signature that restricts nothing", clause: CLAUSE, entries: Default::default() };
    let expected = [
        ("approval", Passes),
        ("timestamp", Passes),
        ("store", Passes),
        ("filled", Passes),
        ("link", Passes),
        ("drawn", Refused),
        ("page", Forbidden),
        ("unlisted", Forbidden),
    ];
    let good = variants(shared, &open, &expected, files)?;
    let allowed = good
        .but("a later revision draws a square, and the policy allows that")
        .policy(json!({ "id": "drawing", "drawn_annotations": "allow" }));
    allowed.document(updated(&open, &open.signed(shared)?, "drawn", shared)?).add("later-revisions/open-drawn-allowed", files)?;

    let bad = good.but("a later revision adds a certificate and a revocation list, and the policy allows one changed object");
    let bad = bad.document(updated(&open, &open.signed(shared)?, "store", shared)?).by("ISO 32000-2 §7.5.6");
    let bad = bad.policy(json!({ "id": "one-change", "limits": { "changes": 1 } })).indeterminate(CONSTRAINTS, "limit.changes");
    bad.add("later-revisions/open-store-limit", files)?;

    let p1 = certified("p1", "a certification that permits nothing", 1);
    let expected = [
        ("timestamp", Passes),
        ("store", Passes),
        ("approval", Forbidden),
        ("filled", Forbidden),
        ("drawn", Forbidden),
        ("page", Forbidden),
    ];
    variants(shared, &p1, &expected, files)?;
    let p2 = certified("p2", "a certification that permits forms and signing", 2);
    let expected =
        [("timestamp", Passes), ("store", Passes), ("approval", Passes), ("filled", Passes), ("drawn", Forbidden), ("page", Forbidden)];
    variants(shared, &p2, &expected, files)?;
    let p3 = certified("p3", "a certification that permits annotations too", 3);
    let expected = [("approval", Passes), ("filled", Passes), ("link", Passes), ("drawn", Refused), ("page", Forbidden)];
    variants(shared, &p3, &expected, files)?;

    let all = locking("lock-all", "a signature that locks all fields", "/Action /All");
    variants(shared, &all, &[("store", Passes), ("filled", Forbidden)], files)?;
    let number = locking("lock-number", "a signature that locks the field `number`", "/Action /Include /Fields [(number)]");
    variants(shared, &number, &[("approval", Passes), ("filled", Forbidden)], files)?;
    let others = locking("lock-others", "a signature that locks all fields but `number`", "/Action /Exclude /Fields [(number)]");
    variants(shared, &others, &[("filled", Passes), ("page", Forbidden)], files)?;
    looks(shared, &open, files)?;
    waiting(shared, &open, files)?;
    rounded(shared, &open, files)?;
    below(shared, &open, files)
}

/// A field whose widget stands below it: its value and the stream of the widget are written, and the widget is not.
fn below(shared: &Shared, base: &Base, files: &mut Files) -> Outcome {
    let parent = |value: &str| format!("<< /FT /Tx /T (number) /Kids [10 0 R] /V ({value}) >>");
    let widget = "<< /Type /Annot /Subtype /Widget /Rect [72 600 300 620] /F 4 /P 3 0 R /Parent 8 0 R /AP << /N 11 0 R >> >>";
    let shows = |value: &str| {
        let content = format!("/Tx BMC q BT /F1 12 Tf 2 5 Td ({value}) Tj ET Q EMC");
        pdf::stream("/Type /XObject /Subtype /Form /BBox [0 0 228 20] /Resources << /Font << /F1 5 0 R >> >> ", &content)
    };
    let number = "12/QD-UBND";
    let texts = [(3, pdf::page("/Annots [6 0 R 10 0 R] ")), (8, parent(number)), (10, widget.to_owned()), (11, shows(number))];
    let objects = pdf::with(base.objects(), &texts.each_ref().map(|(number, text)| (*number, text.as_str())));
    let signed = HandMade::new(objects).sign(|octets| shared.by_hand("p256").detached(octets, Vec::new()))?;
    let corrected = |shown: &str| pdf::updated(&signed, &pdf::objects(&[(8, &parent("13/QD-UBND")), (11, &shows(shown))]), "");
    let what = "a signed form, the value of a field and the stream that its widget shows are corrected";
    let case = Case::passing(what, CLAUSE, corrected("13/QD-UBND")).entry(|entry| entry.field("leader").changes("form_filling"));
    let good = case.add("later-revisions/widget-below", files)?;
    let check = "permitted_changes.judged";
    let own = Entry::concluded("INDETERMINATE", CONSTRAINTS, check).integrity("intact").field("leader");
    let case = good.but("the stream shows another number than the value").document(corrected("18/QD-UBND"));
    case.indeterminate(CONSTRAINTS, check).entries(&[own]).add("later-revisions/widget-below-other", files)?;
    Ok(())
}

/// The size of a page, written again by a second signer with the digits that 32 bits have.
fn rounded(shared: &Shared, base: &Base, files: &mut Files) -> Outcome {
    let sized = |width: &str, annotations: &str| {
        pdf::page(&format!("/Annots [{annotations}] ")).replace("[0 0 595 842]", &format!("[0 0 {width} 841.889763779528]"))
    };
    let objects = pdf::with(base.objects(), &[(3, &sized("595.303937007874", "6 0 R 8 0 R"))]);
    let signed = HandMade::new(objects).sign(|octets| shared.by_hand("p256").detached(octets, Vec::new()))?;
    let sealed = |width: &str| {
        let (signer, objects) = (shared.by_hand("p384"), pdf::with(second("seal", &pades()), &[(3, &sized(width, "6 0 R 8 0 R 10 0 R"))]));
        HandMade { layout: &|objects| pdf::updated(&signed, objects, ""), ..HandMade::new(objects) }
            .sign(|octets| signer.detached(octets, Vec::new()))
    };
    let what = "a signature that restricts nothing, a second one follows, whose program wrote the size of the page with fewer digits";
    let case = Case::passing(what, CLAUSE, sealed("595.30394")?);
    let case = case.entries(&[Entry::passed().field("leader"), Entry::passed().field("seal")]);
    let good = case.add("later-revisions/sealed-size", files)?;
    let check = "permitted_changes.pages_kept";
    let own = Entry::concluded("TOTAL-FAILED", FORMAT, check).integrity("intact").field("leader");
    let case = good.but("it is narrower by a thousandth of a point").document(sealed("595.303")?).fails(FORMAT, check);
    case.entries(&[own, Entry::passed().field("seal")]).add("later-revisions/sealed-size-other", files)?;
    Ok(())
}

/// A field that nobody has signed yet, and that was prepared without its page or without need of a place.
fn waiting(shared: &Shared, base: &Base, files: &mut Files) -> Outcome {
    let seal =
        |rectangle: &str, more: &str| format!("<< /Type /Annot /Subtype /Widget /FT /Sig /T (seal) /Rect [{rectangle}] /F 4 {more}>>");
    let place = "300 100 500 160";
    let shown = pdf::stream("/Type /XObject /Subtype /Form /BBox [0 0 200 60] ", "1 0 0 rg 0 0 200 60 re f");
    let before = |more: &str| {
        let texts = [(3, pdf::page("/Annots [6 0 R 8 0 R 10 0 R] ")), (9, form(" 10 0 R")), (10, seal(place, more)), (12, shown.clone())];
        let objects = pdf::with(base.objects(), &texts.each_ref().map(|(number, text)| (*number, text.as_str())));
        HandMade::new(objects).sign(|octets| shared.by_hand("p256").detached(octets, Vec::new()))
    };
    let (open, drawn) = (before("")?, before("/AP << /N 12 0 R >> ")?);
    let signed = |file: &[u8], field: &str| {
        let (signer, objects) = (shared.by_hand("p384"), pdf::objects(&[(10, field), (11, &pades())]));
        HandMade { layout: &|objects| pdf::updated(file, objects, ""), ..HandMade::new(objects) }
            .sign(|octets| signer.detached(octets, Vec::new()))
    };
    let passed = [Entry::passed().field("leader"), Entry::passed().field("seal")];
    let failed = Entry::concluded("TOTAL-FAILED", FORMAT, "permitted_changes.fields_kept").integrity("intact").field("leader");
    let cases: [(_, _, &[u8], _, &[_]); 2] = [
        (
            "page",
            "a field without a page waits for the second signer, who says on which page it is",
            &open,
            seal(place, "/P 3 0 R /V 11 0 R "),
            &[("page-other", "the page is one on which it is not", &open, seal(place, "/P 2 0 R /V 11 0 R "))],
        ),
        (
            "unseen",
            "a field that shows nothing waits for the second signer, who signs without a place",
            &open,
            seal("0 0 0 0", "/V 11 0 R "),
            &[
                ("unseen-moved", "it gets another place", &open, seal("72 100 272 160", "/V 11 0 R ")),
                (
                    "unseen-drawn",
                    "it showed something when the first one signed",
                    &drawn,
                    seal("0 0 0 0", "/AP << /N 12 0 R >> /V 11 0 R "),
                ),
            ],
        ),
    ];
    for (name, what, file, field, attacks) in cases {
        let case = Case::passing(what, CLAUSE, signed(file, &field)?).entries(&passed);
        let good = case.add(&format!("later-revisions/waiting-{name}"), files)?;
        for (name, change, file, field) in attacks {
            let case = good.but(change).document(signed(file, field)?).fails(FORMAT, "permitted_changes.fields_kept");
            case.entries(&[failed.clone(), Entry::passed().field("seal")]).add(&format!("later-revisions/waiting-{name}"), files)?;
        }
    }
    Ok(())
}

/// How a field is shown changes, and its value does not: another signature in the same revision is no reason for that.
fn looks(shared: &Shared, base: &Base, files: &mut Files) -> Outcome {
    let number = text_field("number", "/V (12/QD-UBND) ");
    let signer = shared.by_hand("p256");
    let signed = HandMade::new(pdf::with(base.objects(), &[(8, &number)])).sign(|octets| signer.detached(octets, Vec::new()))?;
    let sealed = |more: &[(u32, &str)]| {
        let signer = shared.by_hand("p384");
        let update = pdf::with(second("seal", &pades()), more);
        HandMade { layout: &|objects| pdf::updated(&signed, objects, ""), ..HandMade::new(update) }
            .sign(|octets| signer.detached(octets, Vec::new()))
    };
    let read_only = text_field("number", "/V (12/QD-UBND) /Ff 1 ");
    let what = "a signature that restricts nothing, a second one follows, with which the field `number` becomes read-only";
    let case = Case::passing(what, CLAUSE, sealed(&[(8, &read_only)])?);
    let case = case.entries(&[Entry::passed().field("leader"), Entry::passed().field("seal")]);
    let good = case.add("later-revisions/sealed-read-only", files)?;
    let attacks = [
        ("number-hidden", "the field `number` is hidden as well", 8, read_only.replace("/F 4", "/F 6")),
        ("number-multiline", "the field `number` has several lines as well", 8, read_only.replace("/Ff 1", "/Ff 4097")),
        ("number-aligned", "the field `number` is aligned to the right as well", 8, read_only.replace("/Ff 1", "/Ff 1 /Q 2")),
        ("number-white", "the field `number` is written in white as well", 8, read_only.replace("/Ff 1", "/Ff 1 /DA (/F1 12 Tf 1 g)")),
        ("number-rich", "the field `number` has another rich text as well", 8, read_only.replace("/Ff 1", "/Ff 1 /RV (<p>21/QD</p>)")),
        ("leader-hidden", "the first signature is hidden as well", 6, field("leader", "").replace("/F 132", "/F 134")),
    ];
    for (name, change, number, text) in &attacks {
        let objects: &[(u32, &str)] = if *number == 8 { &[(8, text)] } else { &[(8, &read_only), (*number, text)] };
        let own = Entry::concluded("TOTAL-FAILED", FORMAT, "permitted_changes.fields_kept").integrity("intact").field("leader");
        let case = good.but(change).document(sealed(objects)?).fails(FORMAT, "permitted_changes.fields_kept");
        case.entries(&[own, Entry::passed().field("seal")]).add(&format!("later-revisions/sealed-{name}"), files)?;
    }
    Ok(())
}

fn variants(shared: &Shared, base: &Base, expected: &[(&str, Expected)], files: &mut Files) -> Outcome<Good> {
    let signed = base.signed(shared)?;
    let case = Case::passing(base.what, base.clause, signed.clone()).entry(|entry| entry.field("leader"));
    let good = case.add(&format!("later-revisions/{}", base.name), files)?;
    for (name, expected) in expected {
        let case = good.but(change(name)).document(updated(base, &signed, name, shared)?);
        let own = match expected {
            Passes => Entry::passed(),
            Forbidden => Entry::concluded("TOTAL-FAILED", FORMAT, "").integrity("intact"),
            Refused => Entry::concluded("INDETERMINATE", CONSTRAINTS, "").integrity("intact"),
        };
        let case = match expected {
            Passes => case,
            Forbidden if base.name.starts_with("lock") && *name == "filled" => case.fails(FORMAT, "permitted_changes.field_not_locked"),
            Forbidden if ["approval", "filled", "drawn"].contains(name) => case.fails(FORMAT, "permitted_changes.within_permission"),
            Forbidden => case.fails(FORMAT, ""),
            Refused => case.indeterminate(CONSTRAINTS, ""),
        };
        let more = match *name {
            "approval" => vec![Entry::intact().field("seal")],
            "timestamp" => vec![Entry::passed().kind("document_timestamp")],
            "unlisted" => vec![Entry::default().kind("unsupported").integrity("unknown")],
            _ => vec![],
        };
        case.entries(&[vec![own.field("leader")], more].concat()).add(&format!("later-revisions/{}-{name}", base.name), files)?;
    }
    Ok(good)
}

fn change(name: &str) -> &'static str {
    match name {
        "approval" => "a second signature follows",
        "timestamp" => "a document timestamp follows",
        "store" => "a later revision adds a certificate and a revocation list",
        "filled" => "a later revision fills the field `number`",
        "link" => "a later revision adds a link to the page",
        "drawn" => "a later revision draws a square on the page",
        "page" => "a later revision has another text on the page",
        _ => "a copy of the signature dictionary follows, in octets that no cross-reference names",
    }
}

/// `signed` and what follows.
fn updated(base: &Base, signed: &[u8], name: &str, shared: &Shared) -> Outcome<Vec<u8>> {
    let square = pdf::stream("/Type /XObject /Subtype /Form /BBox [0 0 100 100] ", "1 0 0 rg 0 0 100 100 re f");
    let plus = |texts: &[(u32, &str)]| Ok(pdf::updated(signed, &pdf::objects(texts), ""));
    match name {
        "approval" => {
            let signer = shared.by_hand("p384");
            appended(signed, "seal", &pades(), |octets| signer.detached(octets, Vec::new()))
        }
        "timestamp" => {
            let text = "<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 /ByteRange {range} /Contents {contents} >>";
            let authority = Signer::new(&shared.timestamping, &[&shared.issuing]);
            appended(signed, "stamp", text, |octets| authority.timestamp(octets, crate::hand_made::claimed()))
        }
        "store" => Ok(pdf::updated(signed, &store(base, shared), "")),
        "filled" => {
            let content = "/Tx BMC q BT /F1 12 Tf 2 5 Td (12/QD-UBND) Tj ET Q EMC";
            let appearance =
                pdf::stream("/Type /XObject /Subtype /Form /BBox [0 0 228 20] /Resources << /Font << /F1 5 0 R >> >> ", content);
            plus(&[(8, &text_field("number", "/V (12/QD-UBND) /AP << /N 10 0 R >> ")), (10, &appearance)])
        }
        "link" => plus(&[
            (3, &pdf::page("/Annots [6 0 R 8 0 R 10 0 R] ")),
            (10, "<< /Type /Annot /Subtype /Link /Rect [72 700 300 730] /Border [0 0 0] /A << /S /URI /URI (http://kyso.example/) >> >>"),
        ]),
        "drawn" => plus(&[
            (3, &pdf::page("/Annots [6 0 R 8 0 R 10 0 R] ")),
            (10, "<< /Type /Annot /Subtype /Square /Rect [72 700 172 800] /F 4 /AP << /N 11 0 R >> >>"),
            (11, &square),
        ]),
        "page" => plus(&[(4, &pdf::content("Ket qua da thay doi"))]),
        _ => {
            let begins = find(signed, b"7 0 obj\n").ok_or("no dictionary")?;
            let length = find(&signed[begins..], b"endobj\n").ok_or("no end of the dictionary")? + 7;
            Ok([signed, b"1", &signed[begins..begins + length]].concat())
        }
    }
}

/// A second field on the page, with this signature dictionary.
fn appended(signed: &[u8], name: &str, dictionary: &str, sign: impl Fn(&[u8]) -> Outcome<Vec<u8>>) -> Outcome<Vec<u8>> {
    HandMade { layout: &|objects| pdf::updated(signed, objects, ""), ..HandMade::new(second(name, dictionary)) }.sign(sign)
}

fn second(name: &str, dictionary: &str) -> Objects {
    pdf::objects(&[
        (3, &pdf::page("/Annots [6 0 R 8 0 R 10 0 R] ")),
        (9, &form(" 10 0 R")),
        (10, &field(name, "").replace("/V 7 0 R", "/V 11 0 R")),
        (11, dictionary),
    ])
}

/// EN 319 142-1 §5.4.2: the Document Security Store.
fn store(base: &Base, shared: &Shared) -> Objects {
    let certificate = &shared.issuing.certificate;
    let list = &shared.issuing_list;
    let stream = |octets: &[u8]| [format!("<< /Length {} >>\nstream\n", octets.len()).as_bytes(), octets, b"\nendstream"].concat();
    let mut update = pdf::objects(&[(1, &base.catalog("/DSS 10 0 R ")), (10, "<< /Type /DSS /Certs [11 0 R] /CRLs [12 0 R] >>")]);
    update.extend([(11, stream(certificate)), (12, stream(list))]);
    update
}
