//! ISO 32000-2 §7.5.6 — objects that a revision brought or changed, and that a newer one writes again, frees or puts back

use super::decision::{Decision, shows};
use super::kinds::metadata;
use super::shown::plus;
use super::update::{Row, Update};
use super::{Cases, Expected, invalid, modified, passes};
use crate::Outcome;
use crate::hand_made::find;
use crate::pdf::{self, Objects};

const CATALOG: &str = "permitted_changes.catalog_kept";
const EXPLAINED: &str = "permitted_changes.explained";
const FIELDS: &str = "permitted_changes.fields_kept";
const JUDGED: &str = "permitted_changes.judged";

const OLD: &str = "12/QD-UBND";
const NEW: &str = "13/QD-UBND";
const OTHER: &str = "99/QD-UBND";

pub fn add(cases: &mut Cases<'_>) -> Outcome {
    in_place(cases)?;
    brought(cases)?;
    members(cases)?;
    fonts(cases)
}

fn judged() -> Expected {
    modified("other", JUDGED)
}

/// A decision with a number.
fn numbered() -> Decision {
    Decision { number: format!("/V ({OLD}) /AP << /N 18 0 R >> "), ..Decision::with(&[(18, &shows(OLD))]) }
}

/// The field of the number with this value and appearance.
fn field(decision: &Decision, value: &str, appearance: u32, more: &str) -> String {
    let bare = Decision { number: String::new(), ..decision.clone() };
    bare.number(&format!("/V ({value}) /AP << /N {appearance} 0 R >> {more}"))
}

/// The appearance was written again, and the field or the appearance is put back alone.
fn in_place(cases: &mut Cases<'_>) -> Outcome {
    let decision = numbered();
    let signed = decision.signed(cases.shared)?;
    let corrected = pdf::updated(&signed, &pdf::objects(&[(8, &field(&decision, NEW, 18, "")), (18, &shows(NEW))]), "");
    let both = pdf::updated(&corrected, &pdf::objects(&[(8, &decision.number("")), (18, &shows(OLD))]), "");
    let what = "a decision with a number, signed, the number corrected and put back as it was";
    let good = cases.honest("put-back", what, &passes("form_filling"), both)?;
    let value = pdf::updated(&corrected, &pdf::objects(&[(8, &decision.number(""))]), "");
    cases.attack(&good, "put-back-value", "the value alone is put back", &judged(), value)?;
    let looks = pdf::updated(&corrected, &pdf::objects(&[(18, &shows(OLD))]), "");
    cases.attack(&good, "put-back-looks", "the appearance alone is put back", &invalid("other", EXPLAINED), looks)?;
    let at = find(&signed, b"\n8 0 obj").ok_or("no field")? + 1;
    let entry = Update::rows(&[(8, Row::At(at))]).table(&corrected);
    cases.attack(&good, "put-back-entry", "the value alone is put back, by the entry of its field", &invalid("other", EXPLAINED), entry)?;
    let font = "/DA (/F1 9 Tf 0 g) /Q 2 ";
    let aligned = pdf::updated(&signed, &pdf::objects(&[(8, &field(&decision, NEW, 20, font)), (20, &shows(NEW))]), "");
    let back = pdf::updated(&aligned, &pdf::objects(&[(8, &decision.number(font))]), "");
    cases.attack(&good, "put-back-font", "it stays at the right and small", &invalid("other", FIELDS), back)
}

/// What the revision before brought, and nothing that leads to it is written again.
fn brought(cases: &mut Cases<'_>) -> Outcome {
    let decision = numbered();
    let signed = decision.signed(cases.shared)?;
    let corrected = pdf::updated(&signed, &pdf::objects(&[(8, &field(&decision, NEW, 20, "")), (20, &shows(NEW))]), "");
    let then = |objects: Objects, trailer: &str| pdf::updated(&corrected, &objects, trailer);
    let other = || pdf::objects(&[(20, &shows(OTHER))]);
    let catalog = |entries: &str| pdf::objects(&[(1, &decision.catalog(entries))]);
    let what = "a decision with a number, signed, the number corrected twice";
    let twice = then(pdf::objects(&[(8, &field(&decision, OTHER, 20, "")), (20, &shows(OTHER))]), "");
    let good = cases.honest("corrected", what, &passes("form_filling"), twice)?;
    cases.attack(&good, "corrected-looks", "the second time its appearance alone", &judged(), then(other(), ""))?;
    for (name, what, objects, trailer, leads) in [
        ("info", "information added", pdf::objects(&[(40, "<< /Producer (x) >>")]), "/Info 40 0 R ", "<< /Producer (x) /X 20 0 R >>"),
        (
            "store",
            "a store added",
            plus(&catalog("/DSS 40 0 R "), pdf::objects(&[(40, "<< /Type /DSS >>")])),
            "",
            "<< /Type /DSS /Certs [20 0 R] >>",
        ),
        (
            "piece",
            "data of a writer added",
            plus(&catalog("/PieceInfo << /X 40 0 R >> "), pdf::objects(&[(40, "<< /Private (x) >>")])),
            "",
            "<< /Private 20 0 R >>",
        ),
        (
            "metadata",
            "metadata added",
            plus(&catalog("/Metadata 40 0 R "), pdf::objects(&[(40, &metadata())])),
            "",
            &*metadata().replace("/Type /Metadata", "/Type /Metadata /X 20 0 R"),
        ),
    ] {
        let what = format!("a decision with a number, signed, the number corrected, then {what}");
        let good = cases.honest(name, &what, &passes("form_filling"), then(objects.clone(), trailer))?;
        let objects = plus(&objects, plus(&other(), pdf::objects(&[(40, leads)])));
        let change = "what was added leads to the appearance of the number, which is written again";
        cases.attack(&good, &format!("{name}-looks"), change, &judged(), then(objects, trailer))?;
    }
    let what = "a decision with a number, signed, the number corrected, an object that nothing uses freed";
    let unused = pdf::updated(&corrected, &pdf::objects(&[(30, "(x)")]), "");
    let good = cases.honest("freed", what, &passes("form_filling"), Update::rows(&[(30, Row::Free)]).table(&unused))?;
    let freed = Update::rows(&[(20, Row::Free)]).table(&unused);
    cases.attack(&good, "freed-looks", "the appearance of the number is what is freed", &invalid("other", EXPLAINED), freed)?;
    let gap = pdf::updated(&signed, &pdf::objects(&[(8, &field(&decision, NEW, 20, ""))]), "");
    cases.attack(&good, "gap", "the number has an appearance that is nowhere yet", &judged(), gap)
}

/// An object stream is written again, and what is in it is not mentioned.
fn members(cases: &mut Cases<'_>) -> Outcome {
    let decision = numbered();
    let signed = decision.signed(cases.shared)?;
    let page = decision.page("");
    let inside = pdf::objects(&[(3, &page), (8, &field(&decision, NEW, 20, ""))]);
    let all = plus(&inside, pdf::objects(&[(20, &shows(NEW))]));
    let good = Update::of(all).compressed(&signed, &[3, 8]);
    let what = "a decision with a number, signed, the number corrected, page and field in an object stream";
    let twin = cases.honest("members", what, &passes("form_filling"), good.clone())?;
    let hidden = pdf::objects(&[(4, &pdf::content(super::decision::FORGED))]);
    let hidden =
        plus(&pdf::objects(&[(3, &page), (8, &field(&decision, NEW, 20, "")), (20, &shows(NEW))]), vec![(51, pdf::object_stream(&hidden))]);
    let unnamed = Update::of(hidden).compressed(&signed, &[3, 8]);
    let change = "another object stream has the content of the page, which no cross-reference names";
    cases.attack(&twin, "members-unnamed", change, &judged(), unnamed)?;
    let container = pdf::last_size(&good) - 2;
    let again = |page: &str, value: &str| -> Vec<u8> {
        let inside = pdf::objects(&[(3, page), (8, &field(&decision, value, 20, ""))]);
        Update::of(vec![(container, pdf::object_stream(&inside))]).stream(&good)
    };
    let cut = page.replace("[0 0 595 842]", "[0 0 595 700]");
    cases.attack(&twin, "members-page", "the object stream is written again with another page", &judged(), again(&cut, NEW))?;
    cases.attack(&twin, "members-value", "the object stream is written again with another value", &judged(), again(&page, OTHER))
}

/// A font that a value was filled in with.
fn fonts(cases: &mut Cases<'_>) -> Outcome {
    let decision = Decision::default();
    let signed = decision.signed(cases.shared)?;
    let letters = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";
    let form = |number: u32| decision.form("").replace("/F1 5 0 R", &format!("/F1 5 0 R /F9 {number} 0 R"));
    let appearance = shows(NEW).replace("/F1 12 Tf", "/F9 12 Tf");
    let filled = field(&decision, NEW, 20, "/DA (/F9 12 Tf) ");
    let filled = pdf::updated(&signed, &pdf::objects(&[(8, &filled), (9, &form(24)), (20, &appearance), (24, letters)]), "");
    let with = |font: &str| pdf::updated(&filled, &pdf::objects(&[(9, &form(25)), (25, font)]), "");
    let what = "a decision signed, the number filled in with a font of its own";
    let good = cases.honest("font", what, &passes("form_filling"), filled.clone())?;
    let other = letters.replace("/WinAnsiEncoding", "<< /BaseEncoding /WinAnsiEncoding /Differences [51 /nine] >>");
    cases.attack(&good, "font-other", "then the form has another font of that name", &invalid("other", CATALOG), with(&other))
}
