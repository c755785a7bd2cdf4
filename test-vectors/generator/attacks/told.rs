//! ISO 32000-2 §12.7.4.3 — values whose appearance is read: by the right encoding, in the right place, marked, and as a script formats it

use super::decision::{Decision, form, shows};
use super::{Cases, Expected, modified, passes};
use crate::Outcome;
use crate::case::Entry;
use crate::pdf;

const JUDGED: &str = "permitted_changes.judged";
const COMPARED: &str = "permitted_changes.value_compared";
const SHOWN: &str = "permitted_changes.value_shown";

const OLD: &str = "12/QD-UBND";
const NEW: &str = "13/QD-UBND";
const OTHER: &str = "99/QD-UBND";
const WIN_ANSI: &str = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";

pub fn add(cases: &mut Cases<'_>) -> Outcome {
    scripts(cases)?;
    letters(cases)?;
    places(cases)?;
    lists(cases)?;
    signed(cases)
}

fn judged() -> Expected {
    modified("other", JUDGED)
}

fn widget(entries: &str) -> String {
    let top = if entries.contains("/Ch") { 542 } else { 520 };
    format!("<< /Type /Annot /Subtype /Widget /T (note) /Rect [72 500 300 {top}] /F 4 /P 3 0 R {entries}>>")
}

/// A field with these entries, then with others, which show this.
fn filled(cases: &Cases<'_>, kind: &str, (old, old_looks): (&str, &str), (new, looks): (&str, &str), font: &str) -> Outcome<Vec<u8>> {
    let field = |value: &str, appearance: u32| widget(&format!("{kind}{value} /AP << /N {appearance} 0 R >> "));
    let decision =
        Decision { annotations: " 12 0 R".into(), fields: " 12 0 R".into(), ..Decision::with(&[(12, &field(old, 18)), (18, old_looks)]) };
    let objects = pdf::objects(&[(12, &field(new, 20)), (20, &looks.replace("/F1 5 0 R", "/F1 24 0 R")), (24, font)]);
    Ok(pdf::updated(&decision.signed(cases.shared)?, &objects, ""))
}

fn value(text: &str) -> String {
    format!("/V ({text})")
}

/// Actions of a field.
fn scripts(cases: &mut Cases<'_>) -> Outcome {
    let script = |event: &str, script: &str| format!("/FT /Tx /AA << /{event} << /S /JavaScript /JS ({script}) >> >> ");
    let key = script("K", "x\\(\\)");
    let with = |cases: &Cases<'_>, kind: &str, new: &str, shown: &str| {
        filled(cases, kind, (&value(OLD), &shows(OLD)), (&value(new), &shows(shown)), WIN_ANSI)
    };
    let what = "a decision with a field in which a script looks at keys, signed, its value corrected";
    let good = cases.honest("keys", what, &passes("form_filling"), with(cases, &key, NEW, NEW)?)?;
    let document = with(cases, &key, NEW, OTHER)?;
    cases.attack(&good, "keys-looks", "it looks like a third one", &judged(), document)?;
    let document = with(cases, "", NEW, OTHER)?;
    cases.attack(&good, "keys-no-kind", "it looks like a third one, and the field is of no kind", &judged(), document)?;
    let number = script("F", "AFNumber_Format\\(0, 0, 0, 0, \"\", true\\);");
    let what = "a decision with a sum that a script formats, signed, the sum corrected";
    let good = cases.honest("sum", what, &passes("form_filling"), with(cases, &number, "2000000", "2,000,000")?)?;
    let document = with(cases, &number, "2000000", "9,000,000")?;
    cases.attack(&good, "sum-looks", "it looks like another sum", &judged(), document)?;
    let document = with(cases, &number, "2000000", "mien phi")?;
    cases.attack(&good, "sum-words", "it looks like no sum", &judged(), document)?;
    let dated = script("F", "AFDate_FormatEx\\(\"dd/mm/yyyy\"\\);");
    let what = "a decision with a date that a script formats, signed, the date corrected";
    let day = cases.honest("date", what, &passes("form_filling"), with(cases, &dated, "2026-04-03", "03/04/2026")?)?;
    let document = with(cases, &dated, "2026-04-03", "04/03/2026")?;
    cases.attack(&day, "date-exchanged", "its day is shown as its month", &judged(), document)?;
    let told = Expected::entries(
        passes("form_filling"),
        &[Entry::passed().field("leader").changes("form_filling").permitted(true).tolerates(COMPARED)],
    );
    let document = with(cases, &script("F", "own\\(\\);"), "2000000", "2,000,000")?;
    cases.attack(&good, "sum-own-script", "the script is one that nobody knows, which is told", &told, document)
}

/// Letters beyond ASCII, and what is no letter.
fn letters(cases: &mut Cases<'_>) -> Outcome {
    let with = |cases: &Cases<'_>, new: &str, shown: &str, font: &str| {
        filled(cases, "/FT /Tx ", (&value("x"), &shows("x")), (&format!("/V {new}"), &shows(shown)), font)
    };
    let what = "a decision with a field, signed, a name filled in, in a font of letters";
    let name = "<FEFF004C00EA>";
    let good = cases.honest("name", what, &passes("form_filling"), with(cases, name, "L\\352", WIN_ANSI)?)?;
    let differences =
        |list: &str| WIN_ANSI.replace("/WinAnsiEncoding", &format!("<< /BaseEncoding /WinAnsiEncoding /Differences [{list}] >>"));
    for (case, change, shown, font) in [
        ("name-mark", "a letter has another mark", "L\\350", WIN_ANSI.to_owned()),
        ("name-more", "a letter more is shown", "L\\352\\350", WIN_ANSI.to_owned()),
        ("name-encoding", "the font has other letters at these codes", "L\\352", WIN_ANSI.replace("WinAnsi", "MacRoman")),
        ("name-codes", "the font has another letter at this code", "L\\352", differences("234 /egrave")),
    ] {
        let document = with(cases, name, shown, &font)?;
        cases.attack(&good, case, change, &judged(), document)?;
    }
    let vietnamese = "<FEFF004C1EC5>";
    let what = "a decision with a field, signed, a name filled in of which the font has a letter by its name";
    let good =
        cases.honest("named", what, &passes("form_filling"), with(cases, vietnamese, "L\\001", &differences("1 /ecircumflextilde"))?)?;
    let document = with(cases, vietnamese, "L\\001", &differences("1 /ecircumflexacute"))?;
    cases.attack(&good, "named-other", "it is another letter", &judged(), document)?;
    let what = "a decision with a field, signed, a name filled in of which the font has not each letter";
    let good = cases.honest("missing", what, &passes("form_filling"), with(cases, vietnamese, "L?", WIN_ANSI)?)?;
    let document = with(cases, vietnamese, "L\\352", WIN_ANSI)?;
    cases.attack(&good, "missing-other", "another letter stands in its place", &judged(), document)?;
    let what = "a decision with a field, signed, a sum filled in";
    let good = cases.honest("sign", what, &passes("form_filling"), with(cases, "(1,000)", "1,000", &differences("44 /comma"))?)?;
    let document = with(cases, "(1,000)", "1,000", &differences("44 /nine"))?;
    cases.attack(&good, "sign-digit", "the font has a digit in the place of the comma", &judged(), document)
}

/// Where the text stands, and what else is drawn.
fn places(cases: &mut Cases<'_>) -> Outcome {
    let drawn = |content: &str| form("[0 0 228 20]", content);
    let with = |cases: &Cases<'_>, content: &str| {
        filled(cases, "/FT /Tx ", (&value(OLD), &shows(OLD)), (&value("1 000"), &drawn(content)), WIN_ANSI)
    };
    let what = "a decision with a sum, signed, the sum corrected, in a frame";
    let honest = "0.5 0.5 227 19 re S /Tx BMC q 2 2 224 16 re W n BT /F1 12 Tf 2 5 Td (1 000) Tj ET Q EMC";
    let good = cases.honest("framed", what, &passes("form_filling"), with(cases, honest)?)?;
    let text = "/F1 12 Tf 2 5 Td (1 000) Tj ET";
    for (case, change, content) in [
        ("framed-clipped", "a clip leaves out the most of it", format!("q 2 2 8 16 re W n BT {text} Q")),
        ("framed-right", "a part of it stands right of the frame", "BT /F1 12 Tf 2 5 Td (1) Tj 300 0 Td (000) Tj ET".to_owned()),
        ("framed-below", "a part of it stands below the frame", "BT /F1 12 Tf 2 5 Td (1) Tj 0 -30 Td (000) Tj ET".to_owned()),
        ("framed-struck", "a line strikes it out", format!("2 9 m 60 9 l S BT {text}")),
        ("framed-drawn", "lines draw a digit behind it", format!("60 2 m 60 15 l 66 15 l 66 2 l 60 2 l S BT {text}")),
        ("framed-dark", "it stands on black", format!("0 g 0 0 228 20 re f 1 g 0 0 228 1 re f 0 g BT {text}")),
    ] {
        let document = with(cases, &content)?;
        cases.attack(&good, case, change, &judged(), document)?;
    }
    for (case, change, content, entries) in [
        ("framed-layer", "it belongs to a layer", format!("BT {text}"), "/OC << /Type /OCG /Name (x) >> "),
        ("framed-layer-inside", "a part of it belongs to a layer", format!("/OC /L BDC BT {text} EMC"), ""),
        ("framed-elsewhere", "another file is shown in its place", format!("BT {text}"), "/Ref << /F (x.pdf) /Page 0 >> "),
    ] {
        let looks = drawn(&content).replace("/Type /XObject", &format!("{entries}/Type /XObject"));
        let document = filled(cases, "/FT /Tx ", (&value(OLD), &shows(OLD)), (&value("1 000"), &looks), WIN_ANSI)?;
        cases.attack(&good, case, change, &judged(), document)?;
    }
    Ok(())
}

/// A list box, with the chosen option marked.
fn lists(cases: &mut Cases<'_>) -> Outcome {
    let kind = "/FT /Ch /Opt [(Dong y) (Tu choi) (Cho them)] ";
    let list = |low: u32| {
        let text = "BT /F1 12 Tf 0 g 2 32 Td (Dong y) Tj 0 -14 Td (Tu choi) Tj 0 -14 Td (Cho them) Tj ET";
        form("[0 0 228 42]", &format!("/Tx BMC q 0.6 0.75 0.85 rg 0 {low} 228 14 re f {text} Q EMC"))
    };
    let with = |cases: &Cases<'_>, more: &str, low: u32| {
        filled(cases, kind, ("/V (Dong y)", &list(28)), (&format!("/V (Tu choi) {more}"), &list(low)), WIN_ANSI)
    };
    let what = "a decision with a list, signed, another option chosen";
    let good = cases.honest("list", what, &passes("form_filling"), with(cases, "/I [1] ", 14)?)?;
    let document = with(cases, "/I [1] ", 28)?;
    cases.attack(&good, "list-marked", "the old one is marked", &judged(), document)?;
    let document = with(cases, "/I [1] ", 100)?;
    cases.attack(&good, "list-unmarked", "none is marked", &judged(), document)?;
    let document = with(cases, "/I [0] ", 14)?;
    cases.attack(&good, "list-index", "by its number the old one is chosen", &judged(), document)
}

/// What was signed with a value that looks like another one.
fn signed(cases: &mut Cases<'_>) -> Outcome {
    let with = |cases: &Cases<'_>, shown: &str| {
        Decision { number: format!("/V ({OLD}) /AP << /N 18 0 R >> "), ..Decision::with(&[(18, &shows(shown))]) }.signed(cases.shared)
    };
    let good = cases.honest("signed", "a decision with a number, signed", &passes("none"), with(cases, OLD)?)?;
    let told = Expected::entries(passes("none"), &[Entry::passed().field("leader").changes("none").tolerates(SHOWN)]);
    let document = with(cases, OTHER)?;
    cases.attack(&good, "signed-looks", "the number looks like another one, which is told", &told, document)
}
