//! ISO 32000-2 §12.5.5 — appearances over those of older signatures, over values in the place of a signature, and over what draws nothing

use super::below::note;
use super::decision::{Decision, form, seal, shows};
use super::kinds::with_appearance;
use super::shown::plus;
use super::{Cases, Expected, modified, passes};
use crate::Outcome;
use crate::case::Entry;
use crate::hand_made::{field, pades};
use crate::pdf;

const OVERLAP: &str = "permitted_changes.appearance_overlap";
const OLDER: &str = "permitted_changes.appearance_over_signature";

fn sealed_passes() -> Entry {
    Entry::passed().field("seal").changes("none")
}

/// A decision whose first signature shows something.
pub fn led() -> Decision {
    let own = field("leader", "/AP << /N 13 0 R >> ").replace("/Rect [0 0 0 0] /F 132", "/Rect [400 60 520 120] /F 4");
    Decision::with(&[(6, &own), (13, &form("[0 0 120 60]", "BT /F1 12 Tf 2 5 Td (Chu tich) Tj ET"))])
}

/// Signatures beside and over what is older.
pub fn seals(cases: &mut Cases<'_>) -> Outcome {
    let shared = cases.shared;
    let sealed = |decision: &Decision, rectangle: &str| -> Outcome<Vec<u8>> {
        let signed = decision.signed(shared)?;
        seal(shared, with_appearance(decision, rectangle, &pades()), &|objects| pdf::updated(&signed, objects, ""))
    };
    let what = "a decision with a signature that is seen, and sealed beside it";
    let good = cases.honest("led", what, &passes("form_filling").and(sealed_passes()), sealed(&led(), "[200 60 300 120]")?)?;
    let told = Expected::entries(
        passes("form_filling"),
        &[Entry::passed().field("leader").changes("form_filling").permitted(true).tolerates(OLDER), sealed_passes()],
    );
    let document = sealed(&led(), "[340 50 440 130]")?;
    cases.attack(&good, "led-third", "the seal lies over a third of the signature, as it is to, which is told", &told, document)?;
    cases.attack(&good, "led-over", "the seal lies over the signature, which is told", &told, sealed(&led(), "[400 60 520 120]")?)?;
    let link = |more: &str| {
        let link = format!("<< /Type /Annot /Subtype /Link /Rect [420 80 480 95] {more}/A << /S /URI /URI (mailto:x@example.vn) >> >>");
        Decision { annotations: " 12 0 R".into(), ..Decision::with(&[(12, &link)]) }
    };
    let what = "a decision with a link that is not seen, signed, and sealed over it";
    let expected = passes("form_filling").and(sealed_passes());
    let good = cases.honest("linked", what, &expected, sealed(&link("/Border [0 0 0] "), "[400 60 520 120]")?)?;
    let refused = modified("form_filling", OVERLAP).and(sealed_passes());
    cases.attack(&good, "linked-framed", "the link has a frame", &refused, sealed(&link(""), "[400 60 520 120]")?)?;
    prepared(cases)
}

/// A field for the seal that was there, over a value that was.
fn prepared(cases: &mut Cases<'_>) -> Outcome {
    let shared = cases.shared;
    let place = |rectangle: &str, more: &str| {
        format!("<< /Type /Annot /Subtype /Widget /FT /Sig /T (seal) /Rect {rectangle} /F 4 /P 3 0 R {more}>>")
    };
    let looks = form("[0 0 100 50]", "1 g 0 0 100 50 re f");
    let sealed = |rectangle: &str| -> Outcome<Vec<u8>> {
        let decision = Decision {
            annotations: " 12 0 R".into(),
            fields: " 12 0 R".into(),
            number: "/V (12/QD-UBND) /AP << /N 18 0 R >> ".into(),
            ..Decision::with(&[(12, &place(rectangle, "")), (18, &shows("12/QD-UBND"))])
        };
        let signed = decision.signed(shared)?;
        let own = place(rectangle, "/V 11 0 R /AP << /N 20 0 R >> ");
        let objects = pdf::objects(&[(11, &pades()), (12, &own), (20, &looks)]);
        seal(shared, objects, &|objects| pdf::updated(&signed, objects, ""))
    };
    let what = "a decision with a number and an empty field for the seal below it, signed and sealed";
    let good = cases.honest("placed", what, &passes("form_filling").and(sealed_passes()), sealed("[72 500 300 560]")?)?;
    let refused = modified("form_filling", OVERLAP).and(sealed_passes());
    cases.attack(&good, "placed-number", "the field lies over the number", &refused, sealed("[72 595 300 625]")?)
}

/// Values over signatures, and two of them over one stamp.
pub fn values(cases: &mut Cases<'_>) -> Outcome {
    let shared = cases.shared;
    let text = form("[0 0 120 30]", "1 g 0 0 120 30 re f 0 g BT /F1 12 Tf 2 5 Td (Thay mat) Tj ET");
    let filled = |rectangle: &str| -> Outcome<Vec<u8>> {
        let mut decision = Decision { annotations: " 12 0 R".into(), fields: " 12 0 R".into(), ..led() };
        decision.objects = plus(&decision.objects, pdf::objects(&[(12, &note(rectangle, ""))]));
        let field = note(rectangle, "/V (Thay mat) /AP << /N 20 0 R >> ");
        Ok(pdf::updated(&decision.signed(shared)?, &pdf::objects(&[(12, &field), (20, &text)]), ""))
    };
    let what = "a decision with an empty field below a signature that is seen, the field filled in";
    let good = cases.honest("signed", what, &passes("form_filling"), filled("[400 20 520 50]")?)?;
    cases.attack(
        &good,
        "signed-over",
        "the field lies over the signature",
        &modified("form_filling", OVERLAP),
        filled("[400 60 520 115]")?,
    )?;
    let half = |name: &str, left: u32, more: &str| note(&format!("[{left} 400 {} 420]", left + 50), more).replace("(note)", name);
    let stamp = "<< /Type /Annot /Subtype /Stamp /Rect [80 400 180 420] /F 4 /AP << /N 15 0 R >> >>";
    let decision = Decision {
        annotations: " 14 0 R 12 0 R 13 0 R".into(),
        fields: " 12 0 R 13 0 R".into(),
        ..Decision::with(&[
            (12, &half("(one)", 80, "")),
            (13, &half("(other)", 130, "")),
            (14, stamp),
            (15, &form("[0 0 100 20]", "0 0 100 20 re S")),
        ])
    };
    let signed = decision.signed(shared)?;
    let looks = form("[0 0 50 20]", "1 g 0 0 50 20 re f 0 g BT /F1 12 Tf 2 5 Td (1) Tj ET");
    let value = "/V (1) /AP << /N 20 0 R >> ";
    let one = pdf::objects(&[(12, &half("(one)", 80, value)), (20, &looks)]);
    let both = plus(&one, pdf::objects(&[(13, &half("(other)", 130, value))]));
    let what = "a decision with a stamp and two empty fields, each over a half of it, signed, one of them filled in";
    let good = cases.honest("half", what, &passes("form_filling"), pdf::updated(&signed, &one, ""))?;
    cases.attack(&good, "half-both", "both are filled in", &modified("form_filling", OVERLAP), pdf::updated(&signed, &both, ""))
}
