//! ISO 32000-2 §12.5.5, §12.7.4.2 — values shown by what was signed for something else, and values of fields that have none

use super::decision::{Decision, form, shows};
use super::{Cases, Expected, modified, passes};
use crate::Outcome;
use crate::case::Entry;
use crate::pdf;

const COMPARED: &str = "permitted_changes.value_compared";
const JUDGED: &str = "permitted_changes.judged";

/// Of class `codes`.
pub fn appearances(cases: &mut Cases<'_>) -> Outcome {
    let curves = form("[0 0 228 20]", "0 g 2 2 m 4 15 l 9 15 l 9 2 l f 20 2 m 30 15 40 15 50 2 c f");
    let decision = Decision::with(&[(18, &curves)]);
    let signed = decision.signed(cases.shared)?;
    let shown = |appearance: u32| {
        let field = decision.number(&format!("/V (13/QD-UBND) /AP << /N {appearance} 0 R >> "));
        pdf::updated(&signed, &pdf::objects(&[(8, &field), (20, &shows("13/QD-UBND"))]), "")
    };
    let what = "a decision signed with a drawing that nothing shows, the number filled in";
    let good = cases.honest("shown", what, &passes("form_filling"), shown(20))?;
    cases.attack(&good, "shown-drawing", "the drawing is its appearance", &modified("other", JUDGED), shown(18))?;
    of_form(cases)
}

/// A form that has a font whose letters it draws itself.
fn of_form(cases: &mut Cases<'_>) -> Outcome {
    let glyph = |bounds: &str| pdf::stream("", &format!("600 0 0 0 600 700 d1 {bounds} re f"));
    let map = "begincmap 1 begincodespacerange <00> <FF> endcodespacerange 2 beginbfchar <30> <0030> <31> <0031> endbfchar endcmap";
    let font = "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1000 1000] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 48 /LastChar 49 \
                /Widths [600 600] /CharProcs << /zero 14 0 R /one 15 0 R >> /Encoding << /Type /Encoding /Differences [48 /zero /one] >> \
                /Resources << >> /ToUnicode 16 0 R >>";
    let objects = [(13, font.to_owned()), (14, glyph("100 0 400 700")), (15, glyph("100 0 400 350")), (16, pdf::stream("", map))];
    let objects: Vec<(u32, &str)> = objects.iter().map(|(number, text)| (*number, text.as_str())).collect();
    let base = Decision::with(&objects);
    let with_font = base.form("").replace("/F1 5 0 R", "/F1 5 0 R /F3 13 0 R");
    let decision = Decision::with(&[objects.as_slice(), &[(9, &with_font)]].concat());
    let signed = decision.signed(cases.shared)?;
    let shown = |font: &str| {
        let appearance = form("[0 0 228 20]", &format!("/Tx BMC q BT /{font} 12 Tf 2 5 Td (100) Tj ET Q EMC"));
        let appearance = appearance.replace("/F1 5 0 R", "/F1 5 0 R /F3 13 0 R");
        let field = decision.number("/V (100) /AP << /N 20 0 R >> ");
        pdf::updated(&signed, &pdf::objects(&[(8, &field), (20, &appearance)]), "")
    };
    let what = "a decision signed with a font in the form that draws its letters itself, the number filled in in another one";
    let good = cases.honest("of-reader", what, &passes("form_filling"), shown("F1"))?;
    let told = Expected::entries(
        passes("form_filling"),
        &[Entry::passed().field("leader").changes("form_filling").permitted(true).tolerates(COMPARED)],
    );
    cases.attack(&good, "of-reader-drawn", "it is filled in in that font, which is told", &told, shown("F3"))
}

/// Of class `values`: a field with fields below it.
pub fn above(cases: &mut Cases<'_>) -> Outcome {
    let below = |value: &str, appearance: u32| {
        format!(
            "<< /Type /Annot /Subtype /Widget /FT /Tx /T (below) /Parent 12 0 R /Rect [72 500 300 520] /F 4 /P 3 0 R /V ({value}) \
             /AP << /N {appearance} 0 R >> >>"
        )
    };
    let above = |value: &str| format!("<< /T (above) /Kids [13 0 R] {value}>>");
    let decision = Decision {
        annotations: " 13 0 R".into(),
        fields: " 12 0 R".into(),
        ..Decision::with(&[(12, &above("")), (13, &below("1", 14)), (14, &shows("1"))])
    };
    let signed = decision.signed(cases.shared)?;
    let update = |objects: &[(u32, &str)]| pdf::updated(&signed, &pdf::objects(objects), "");
    let what = "a decision with a field below another one, signed, a value filled in";
    let good = cases.honest("below", what, &passes("form_filling"), update(&[(13, &below("2", 20)), (20, &shows("2"))]))?;
    let document = update(&[(12, &above("/V (9) ")), (13, &below("2", 20)), (20, &shows("2"))]);
    cases.attack(&good, "below-above", "the field above it has another one", &modified("other", JUDGED), document)
}
