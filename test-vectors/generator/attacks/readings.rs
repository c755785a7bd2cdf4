//! ISO 32000-2 §7.3.10, §7.5 — what readers make of references, tables and trailers in more than one way

use super::below::note;
use super::decision::{Decision, FORGED, form};
use super::shown::plus;
use super::update::Update;
use super::{CONSTRAINTS, Cases, Expected, invalid, modified, passes};
use crate::Outcome;
use crate::case::{Entry, INDETERMINATE};
use crate::pdf::{self, Objects};

const EXPLAINED: &str = "permitted_changes.explained";
const JUDGED: &str = "permitted_changes.judged";
const TEXT: &str = "permitted_changes.appearance_over_text";

/// Of class `entries`.
pub fn add(cases: &mut Cases<'_>) -> Outcome {
    generations(cases)?;
    let decision = Decision::with(&[(12, &pdf::content(FORGED))]);
    let signed = decision.signed(cases.shared)?;
    let filled = Update::of(decision.filled());
    let what = "a decision signed with an object that nothing refers to, the number filled in";
    let good = cases.honest("filled", what, &passes("form_filling"), filled.table(&signed))?;
    let text = String::from_utf8_lossy(&filled.table(&signed)[signed.len()..]).into_owned();
    // What stands behind the section is no longer where it was; nothing is.
    let but = |from: &str, to: &str| [signed.as_slice(), text.replacen(from, to, 1).as_bytes()].concat();
    let told = passes("form_filling").finding("pdf.beyond_size");
    cases.attack(&good, "size", "the size does not cover what was signed, which is told", &told, but("/Size 21", "/Size 12"))?;
    let previous = format!("/Prev {}", pdf::startxref(&signed));
    let twice = format!("{previous} /Prev {}", signed.len());
    cases.attack(
        &good,
        "previous-two",
        "two places are said to be the section before",
        &modified("other", JUDGED),
        but(&previous, &twice),
    )?;
    let nowhere = but(&previous, &format!("{previous} /Info 19 0 R"));
    cases.attack(&good, "information", "its information is said to be an object that is nowhere", &modified("other", JUDGED), nowhere)?;
    let lost = Expected::entries(passes(""), &[Entry::concluded(INDETERMINATE, CONSTRAINTS, "pades.signature_listed")]);
    let lost = Expected { conclusion: Some([INDETERMINATE, CONSTRAINTS, "pades.signature_listed"]), ..lost };
    cases.attack(&good, "comment", "the table has a comment in it", &lost, but("xref\n8 1\n", "xref\n% 4 1\n8 1\n"))
}

/// §7.3.10: many readers look at the number of a reference alone.
fn generations(cases: &mut Cases<'_>) -> Outcome {
    let filled = |decision: &Decision, more: Objects| -> Outcome<Vec<u8>> {
        Ok(pdf::updated(&decision.signed(cases.shared)?, &plus(&decision.filled(), more), ""))
    };
    let other = |reference: &str| {
        let page = Decision::default().page_with(&format!("/Contents [4 0 R {reference}]"), "", "");
        Decision::with(&[(3, &page), (12, &pdf::stream("", "q Q"))])
    };
    let what = "a decision signed whose page refers to another generation of an object, the number filled in";
    let honest = passes("form_filling").finding("pdf.other_generation");
    let (unused, awaited) = (filled(&other("12 7 R"), Objects::new())?, filled(&other("21 1 R"), Objects::new())?);
    let forged = |number| pdf::objects(&[(number, &pdf::content(FORGED))]);
    let (changed, added) = (filled(&other("12 7 R"), forged(12))?, filled(&other("21 1 R"), forged(21))?);
    let good = cases.honest("generation", what, &honest, unused)?;
    cases.attack(&good, "generation-content", "that object is another one", &invalid("other", EXPLAINED), changed)?;
    let what = "a decision signed whose page refers to an object that is not there, the number filled in";
    let good = cases.honest("awaited", what, &passes("form_filling"), awaited)?;
    cases.attack(&good, "awaited-added", "it is there, in another generation", &invalid("other", EXPLAINED), added)?;
    let inside = pdf::object(21, pdf::content(FORGED).as_bytes());
    let inside = format!("\n{}", String::from_utf8_lossy(&inside));
    let within = filled(&other("21 1 R"), pdf::objects(&[(22, &pdf::stream("", &inside))]))?;
    let modified = || modified("other", JUDGED);
    cases.attack(&good, "awaited-within", "it stands in the octets of a stream that nothing refers to", &modified(), within)?;
    let decision = other("21 1 R");
    let in_trailer = pdf::updated(&decision.signed(cases.shared)?, &decision.filled(), &format!("/Own ({inside}) "));
    cases.attack(&good, "awaited-trailer", "it stands in a string of the trailer", &modified(), in_trailer)
}

/// Of class `below`: pages of another generation than the first have letters, too.
pub fn page(cases: &mut Cases<'_>) -> Outcome {
    let shared = cases.shared;
    // No octet more or less: the places stay.
    let regenerated = |objects: &Objects| {
        let file =
            String::from_utf8_lossy(&pdf::table(&objects.clone(), "")[15..]).replace("\n3 0 obj", "\n3 1 obj").replace("3 0 R", "3 1 R");
        let rows: Vec<&str> = file.split_inclusive('\n').collect();
        let first = rows.iter().position(|row| *row == "xref\n").map_or(0, |at| at + 2);
        let row = |(at, row): (usize, &&str)| if at == first + 3 { row.replace("00000 n", "00001 n") } else { (*row).to_owned() };
        let rows: String = rows.iter().enumerate().map(row).collect();
        [&pdf::table(objects, "")[..15], rows.as_bytes()].concat()
    };
    let text = form("[0 0 428 30]", "1 g 0 0 428 30 re f 0 g BT /F1 18 Tf 0 5 Td (1) Tj ET");
    let at = |rectangle: &str| -> Outcome<Vec<u8>> {
        let decision =
            Decision { annotations: " 12 0 R".into(), fields: " 12 0 R".into(), ..Decision::with(&[(12, &note(rectangle, ""))]) };
        let signed = decision.signed_as(shared, &regenerated)?;
        let field = note(rectangle, "/V (1) /AP << /N 20 0 R >> ").replace("3 0 R", "3 1 R");
        Ok(pdf::updated(&signed, &pdf::objects(&[(12, &field), (20, &text)]), ""))
    };
    let what = "a decision whose page is of another generation, with an empty field below the text, signed, the field filled in";
    let good = cases.honest("generation", what, &passes("form_filling"), at("[72 400 500 430]")?)?;
    cases.attack(&good, "generation-over", "the field lies over the text", &modified("form_filling", TEXT), at("[72 715 500 745]")?)
}
