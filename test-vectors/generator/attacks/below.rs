//! ISO 32000-2 §12.5.5 — fields that were empty where the page has its text, and are filled in or signed later

use super::decision::{Decision, FORGED, form, seal};
use super::{Cases, Expected, modified, passes};
use crate::Outcome;
use crate::case::Entry;
use crate::hand_made::pades;
use crate::pdf;

const OVERLAP: &str = "permitted_changes.appearance_overlap";
const SIZE: &str = "permitted_changes.appearance_size";
const TEXT: &str = "permitted_changes.appearance_over_text";

const BESIDE: &str = "[72 400 500 430]";
const OVER: &str = "[72 715 500 745]";

pub fn add(cases: &mut Cases<'_>) -> Outcome {
    values(cases)?;
    signatures(cases)?;
    super::over::values(cases)?;
    super::readings::page(cases)
}

pub fn note(rectangle: &str, more: &str) -> String {
    format!("<< /Type /Annot /Subtype /Widget /FT /Tx /T (note) /Rect {rectangle} /F 4 /P 3 0 R {more}>>")
}

fn prepared(field: &str) -> Decision {
    Decision { annotations: " 12 0 R".into(), fields: " 12 0 R".into(), ..Decision::with(&[(12, field)]) }
}

/// A text in a box of that size, on white paper or on none.
fn text(paper: &str) -> String {
    form("[0 0 428 30]", &format!("{paper}/Tx BMC q BT /F1 18 Tf 0 5 Td ({FORGED}) Tj ET Q EMC"))
}

const PAPER: &str = "1 g 0 0 428 30 re f 0 g ";

/// Values over the text of the page.
fn values(cases: &mut Cases<'_>) -> Outcome {
    let shared = cases.shared;
    let filled = |decision: &Decision, rectangle: &str, looks: &str| -> Outcome<Vec<u8>> {
        let field = note(rectangle, &format!("/V ({FORGED}) /AP << /N 20 0 R >> "));
        Ok(pdf::updated(&decision.signed(shared)?, &pdf::objects(&[(12, &field), (20, looks)]), ""))
    };
    let at = |rectangle: &str, looks: &str| filled(&prepared(&note(rectangle, "")), rectangle, looks);
    let what = "a decision with an empty field below the text, signed, the field filled in";
    let good = cases.honest("note", what, &passes("form_filling"), at(BESIDE, &text(PAPER))?)?;
    let refused = |check| modified("form_filling", check);
    cases.attack(&good, "note-over", "the field lies over the text", &refused(TEXT), at(OVER, &text(PAPER))?)?;
    cases.attack(&good, "note-through", "the field lies over the text, on no paper", &refused(TEXT), at(OVER, &text(""))?)?;
    let without = |rectangle: &str| -> Outcome<Vec<u8>> {
        let field = note(rectangle, &format!("/V ({FORGED}) "));
        Ok(pdf::updated(&prepared(&note(rectangle, "")).signed(shared)?, &pdf::objects(&[(12, &field)]), ""))
    };
    cases.attack(&good, "note-drawn-by-readers", "the field lies over the text, and readers draw it", &refused(TEXT), without(OVER)?)?;
    let digit = form("[0 0 50 20]", "1 g 0 0 50 20 re f 0 g BT /F1 18 Tf 2 5 Td (900) Tj ET");
    let field = |more: &str| note("[232 716 282 736]", more);
    let one = pdf::objects(&[(12, &field("/V (900) /AP << /N 20 0 R >> ")), (20, &digit)]);
    let one = pdf::updated(&prepared(&field("")).signed(shared)?, &one, "");
    cases.attack(&good, "note-digits", "the field lies over a sum alone", &refused(TEXT), one)?;
    let large = form("[0 0 595 700]", &format!("1 g 0 0 595 700 re f 0 g BT /F1 18 Tf 20 600 Td ({FORGED}) Tj ET"));
    cases.attack(&good, "note-large", "the field covers most of the page", &refused(SIZE), at("[0 0 595 700]", &large)?)?;
    let content = format!("BT /F1 18 Tf 72 405 Td ({}) Tj ET", super::decision::TEXT);
    let inner = pdf::stream("/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> ", &content);
    let mut nested = prepared(&note(BESIDE, ""));
    nested.resources = "/XObject << /X 13 0 R >> ".into();
    nested.objects.extend(pdf::objects(&[(4, &pdf::stream("", "q 1 0 0 1 0 0 cm /X Do Q")), (13, &inner)]));
    cases.attack(
        &good,
        "note-nested",
        "the text is a form, and stands below the field",
        &refused(TEXT),
        filled(&nested, BESIDE, &text(PAPER))?,
    )?;
    let ruled = |written: &str| {
        let mut decision = prepared(&note(BESIDE, ""));
        decision.objects.extend(pdf::objects(&[(4, &pdf::content(written).replace("72 720", "40 405"))]));
        filled(&decision, BESIDE, &text(""))
    };
    let what = "a decision with an empty field over a dotted line, signed, the field filled in";
    let line = cases.honest("line", what, &passes("form_filling"), ruled("So: ......................")?)?;
    cases.attack(&line, "line-written", "something is written on the line", &refused(TEXT), ruled("So: .......... 100 ...")?)?;
    let mut stamped = prepared(&note(BESIDE, ""));
    stamped.annotations = " 14 0 R 12 0 R".into();
    let stamp = "<< /Type /Annot /Subtype /Stamp /Rect [80 405 180 425] /F 4 /AP << /N 15 0 R >> >>";
    stamped.objects.extend(pdf::objects(&[(14, stamp), (15, &form("[0 0 100 20]", "0 0 100 20 re S"))]));
    cases.attack(&good, "note-stamp", "a stamp is below the field", &refused(OVERLAP), filled(&stamped, BESIDE, &text(PAPER))?)
}

/// Signatures in fields that were prepared, and new ones.
fn signatures(cases: &mut Cases<'_>) -> Outcome {
    let shared = cases.shared;
    let field = |rectangle: &str, more: &str| {
        format!("<< /Type /Annot /Subtype /Widget /FT /Sig /T (seal) /Rect {rectangle} /F 4 /P 3 0 R {more}>>")
    };
    let sealed = |rectangle: &str| -> Outcome<Vec<u8>> {
        let signed = prepared(&field(rectangle, "")).signed(shared)?;
        let own = field(rectangle, "/V 11 0 R /AP << /N 20 0 R >> ");
        let objects = pdf::objects(&[(11, &pades()), (12, &own), (20, &form("[0 0 100 50]", "0 0 100 50 re S"))]);
        seal(shared, objects, &|objects| pdf::updated(&signed, objects, ""))
    };
    let entry = || Entry::passed().field("seal").changes("none");
    let what = "a decision with an empty field for the seal, signed and sealed";
    let good = cases.honest("seal", what, &passes("form_filling").and(entry()), sealed(BESIDE)?)?;
    let told = Expected::entries(
        passes("form_filling"),
        &[Entry::passed().field("leader").changes("form_filling").permitted(true).tolerates(TEXT), entry()],
    );
    cases.attack(&good, "seal-over", "the seal lies over the text, which is told", &told, sealed(OVER)?)?;
    let refused = modified("form_filling", SIZE).and(entry());
    cases.attack(&good, "seal-large", "the field covers the page", &refused, sealed("[0 0 595 842]")?)
}
