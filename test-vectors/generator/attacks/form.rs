//! Values of the form beside what is shown for them: the codes of fonts, the states of buttons, what the form says of all values.

use super::decision::{Decision, form, seal, shows};
use super::kinds::with_appearance;
use super::shown::plus;
use super::{Cases, Expected, invalid, modified, passes};
use crate::Outcome;
use crate::case::Entry;
use crate::hand_made::pades;
use crate::pdf::{self, Objects};

const CATALOG: &str = "permitted_changes.catalog_kept";
const FIELDS: &str = "permitted_changes.fields_kept";
const JUDGED: &str = "permitted_changes.judged";

const VALUE: &str = "13/QD-UBND";
const WIN_ANSI: &str = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";
/// A composite font of this program that is nowhere, with codes of its own that are said to mean these letters (§9.7, §9.10.3).
const COMPOSITE: &str = "<< /Type /Font /Subtype /Type0 /BaseFont /Own /Encoding /Identity-H /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 \
                         /BaseFont /Own /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>] /ToUnicode 25 0 R >>";

fn judged() -> Expected {
    modified("other", JUDGED)
}

/// A decision whose number is filled in already, and how it looks.
fn numbered() -> Decision {
    let number = "12/QD-UBND";
    Decision { number: format!("/V ({number}) /AP << /N 18 0 R >> "), ..Decision::with(&[(18, &shows(number))]) }
}

/// The field of the number with another value, and these entries more.
fn field(decision: &Decision, value: &str, more: &str) -> String {
    let bare = Decision { number: String::new(), ..decision.clone() };
    bare.number(&format!("/V ({value}) {more}"))
}

/// The number corrected, shown by this content in the font of object 24.
fn corrected(decision: &Decision, content: &str, font: &str) -> Objects {
    let appearance = form("[0 0 228 20]", content).replace("/F1 5 0 R", "/F2 24 0 R");
    pdf::objects(&[(8, &field(decision, VALUE, "/AP << /N 20 0 R >> ")), (20, &appearance), (24, font)])
}

fn text(shown: &str) -> String {
    format!("/Tx BMC q BT /F2 12 Tf 2 5 Td {shown} Tj ET Q EMC")
}

/// Fonts and contents that make a value look like another one.
pub fn codes(cases: &mut Cases<'_>) -> Outcome {
    let decision = numbered();
    let signed = decision.signed(cases.shared)?;
    let update = |objects: Objects| pdf::updated(&signed, &objects, "");
    let plain = || corrected(&decision, &text("(13/QD-UBND)"), WIN_ANSI);
    let what = "a decision with a number, signed, the number corrected and shown in a font of letters";
    let good = cases.honest("corrected", what, &passes("form_filling"), update(plain()))?;
    let font = |entries: &str| format!("<< /Type /Font {entries} >>");
    let fonts = [
        (
            "differences",
            "the font has another digit at the code of one",
            font("/Subtype /Type1 /BaseFont /Helvetica /Encoding << /BaseEncoding /WinAnsiEncoding /Differences [51 /nine] >>"),
        ),
        (
            "drawn-letters",
            "the font draws each letter by a content of its own",
            font(
                "/Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] /CharProcs << /a 25 0 R >> /Encoding /WinAnsiEncoding \
                 /FirstChar 49 /LastChar 49 /Widths [9]",
            ),
        ),
        ("composite", "the font has codes of its own, said to mean these letters", COMPOSITE.into()),
        ("mapped", "the font has a map of its own from codes to letters", COMPOSITE.replace("/Identity-H", "25 0 R")),
        (
            "program",
            "the font is a program inside the file",
            font("/Subtype /TrueType /BaseFont /Own /Encoding /WinAnsiEncoding /FontDescriptor << /FontName /Own /FontFile2 25 0 R >>"),
        ),
        (
            "wide",
            "the font says that one is as wide as the field",
            font("/Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /FirstChar 49 /LastChar 49 /Widths [20000]"),
        ),
        ("symbols", "the font has symbols in the place of letters", font("/Subtype /Type1 /BaseFont /ZapfDingbats")),
        ("no-font", "there is no such font", "null".into()),
    ];
    let program = pdf::stream("", "0 0 9 9 re f");
    for (name, change, font) in fonts {
        let own = pdf::objects(&[(25, &program)]);
        let objects = plus(&corrected(&decision, &text("(13/QD-UBND)"), &font), own);
        cases.attack(&good, name, change, &judged(), update(objects))?;
    }
    let contents = [
        ("image", "an image is shown as well", format!("{} /Fm 25 0 R Do", text("(13/QD-UBND)"))),
        ("curves", "curves are drawn before it", format!("0 0 m 1 1 2 2 3 3 c S {}", text("(13/QD-UBND)"))),
        ("painted-over", "paint covers a part of it", format!("{} 0 0 20 20 re f", text("(13/QD-UBND)"))),
        ("invisible", "it is invisible", text("3 Tr (13/QD-UBND)")),
        ("nothing", "nothing is shown", "/Tx BMC EMC".to_owned()),
        ("reversed", "each letter stands left of the one before", text("-14 Tc (13/QD-UBND)")),
        ("mirrored", "it is mirrored", text("-1 0 0 1 200 5 Tm (13/QD-UBND)")),
        ("back", "the rest stands before the first digit", text("9 0 Td (1) Tj -7 0 Td (3/QD-UBND)")),
        ("spaced", "spaces move the first digit behind the rest", text("(   1) Tj 2 0 Td (3/QD-UBND)")),
        ("kerned", "the rest is moved before the first digit", text("[(1) 1100 (3/QD-UBND)] TJ ()")),
        ("white", "it is written in white", text("1 g (13/QD-UBND)")),
        ("faded", "a part of it is written in white", text("(13/QD-U) Tj 60 0 Td 1 g (BND)")),
        ("small", "a part of it is too small to be seen", text("(13/QD-U) Tj /F2 1 Tf 60 0 Td (BND)")),
        ("cut", "it begins outside of its place", text("-14 0 Td (13/QD-UBND)")),
        ("more", "a sign stands behind it", text("(13/QD-UBND.)")),
        ("spoken", "a third one is shown, and said to be this one", text("/Span << /ActualText (13/QD-UBND) >> BDC (99/QD-UBND)")),
    ];
    for (name, change, content) in contents {
        cases.attack(&good, name, change, &judged(), update(corrected(&decision, &content, WIN_ANSI)))?;
    }
    // A colour may be said in two operators, by its space and by its components.
    let coloured = |space: &str, components: &str| {
        let colour = |space: &str, components: &str| format!("/{space} cs {components} sc");
        let content =
            format!("{} 0 0 228 20 re f {}", colour("DeviceRGB", ".8 .84 1"), text(&format!("{} (13/QD-UBND)", colour(space, components))));
        update(corrected(&decision, &content, WIN_ANSI))
    };
    let what = "a decision with a number, signed, the number corrected and shown in colours that are named by their spaces";
    let good_colours = cases.honest("coloured", what, &passes("form_filling"), coloured("DeviceRGB", ".1 .1 .1"))?;
    for (name, change, space, components) in [
        ("coloured-pale", "its letters are as pale as what is behind them", "DeviceCMYK", ".2 .1 0 0"),
        ("coloured-own", "the space of its letters is one that the file describes", "Space1", ".1 .1 .1"),
    ] {
        cases.attack(&good_colours, name, change, &judged(), coloured(space, components))?;
    }
    // §8.6.5.6: a space of the device may have another one put in its place, here one in which every colour is white.
    let replaced = || {
        let (paper, ink) = ("/DeviceRGB cs .8 .84 1 sc", "/DeviceRGB cs .1 .1 .1 sc");
        let content = format!("{paper} 0 0 228 20 re f {}", text(&format!("{ink} (13/QD-UBND)")));
        let spaces = "/Resources << /ColorSpace << /DefaultRGB [/DeviceN [/A /B /C] /DeviceGray 25 0 R] >> ";
        let white = "<< /FunctionType 4 /Domain [0 1 0 1 0 1] /Range [0 1] /Length 17 >>\nstream\n{ pop pop pop 1 }\nendstream";
        let appearance = form("[0 0 228 20]", &content).replace("/F1 5 0 R", "/F2 24 0 R").replace("/Resources << ", spaces);
        pdf::objects(&[(8, &field(&decision, VALUE, "/AP << /N 20 0 R >> ")), (20, &appearance), (24, WIN_ANSI), (25, white)])
    };
    let change = "the space of its letters has another one put in its place, in which they are white";
    cases.attack(&good_colours, "coloured-replaced", change, &judged(), update(replaced()))?;
    let other = || corrected(&decision, &text("(99/QD-UBND)"), WIN_ANSI);
    let fields = [
        ("states", "it has an appearance for each state", plain(), "/AP << /N << /On 20 0 R >> >> /AS /On ", VALUE),
        ("rich", "it is a rich text, and looks like a third one", other(), "/AP << /N 20 0 R >> /RV (13/QD-UBND) ", VALUE),
        ("password", "it is a password, and looks like a third one", other(), "/AP << /N 20 0 R >> /Ff 8192 ", VALUE),
        ("accent", "it has a letter beyond ASCII, and looks like a third one", other(), "/AP << /N 20 0 R >> ", "13/Q\\320-UBND"),
        ("cleared", "it has no value, and looks like a third one", other(), "/AP << /N 20 0 R >> ", ""),
    ];
    for (name, change, objects, more, value) in fields {
        let objects = plus(&objects, pdf::objects(&[(8, &field(&decision, value, more))]));
        cases.attack(&good, name, change, &judged(), update(objects))?;
    }
    let dated = decision.number("/M (D:20261123) ");
    let again = pdf::objects(&[(8, &dated), (18, &shows("99/QD-UBND"))]);
    cases.attack(&good, "in-place", "the number is the old one, dated, and its appearance written again", &judged(), update(again))?;
    signed_font(cases)?;
    super::lent::appearances(cases)
}

/// Folder, change and the objects that make it.
type Row = (&'static str, &'static str, Vec<(u32, String)>);

/// A form that has a font with codes of its own when it is signed.
fn signed_font(cases: &mut Cases<'_>) -> Outcome {
    let number = "12/QD-UBND";
    let map = pdf::stream("", "begincmap endcmap");
    let base = Decision::with(&[(13, COMPOSITE), (18, &shows(number)), (25, &map)]);
    let with_font = base.form("").replace("/F1 5 0 R", "/F1 5 0 R /F2 13 0 R");
    let decision = Decision {
        number: format!("/V ({number}) /AP << /N 18 0 R >> "),
        ..Decision::with(&[(9, &with_font), (13, COMPOSITE), (18, &shows(number)), (25, &map)])
    };
    let signed = decision.signed(cases.shared)?;
    let with = |font: &str| {
        let appearance = form("[0 0 228 20]", &text("<0014001600120034>")).replace("/F1 5 0 R", font);
        let objects = pdf::objects(&[(8, &field(&decision, VALUE, "/AP << /N 20 0 R >> ")), (20, &appearance), (24, COMPOSITE)]);
        pdf::updated(&signed, &objects, "")
    };
    let what = "a decision signed, its form with a font of own codes, the number corrected in that font";
    let good = cases.honest("of-form", what, &passes("form_filling"), with("/F2 13 0 R"))?;
    cases.attack(&good, "of-nobody", "the font is another one of the same name", &judged(), with("/F2 24 0 R"))
}

/// A check box with one of the usual marks, which some writers draw again.
fn marks(cases: &mut Cases<'_>) -> Outcome {
    let font = "/Font << /ZaDb << /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >> >>";
    let drawn = |content: &str| form("[0 0 20 20]", content).replace("/Font << /F1 5 0 R >>", font);
    let mark = |code: &str| drawn(&format!("q BT 0 g /ZaDb 16 Tf 3 4 Td ({code}) Tj ET Q"));
    let paid = |state: &str, on: u32, off: u32| {
        format!(
            "<< /Type /Annot /Subtype /Widget /FT /Btn /T (paid) /Rect [72 500 92 520] /F 4 /P 3 0 R /V /{state} /AS /{state} \
             /AP << /N << /Yes {on} 0 R /Off {off} 0 R >> >> >>"
        )
    };
    let decision = Decision {
        annotations: " 12 0 R".into(),
        fields: " 12 0 R".into(),
        ..Decision::with(&[(12, &paid("Off", 17, 18)), (17, &mark("4")), (18, &drawn("q Q"))])
    };
    let signed = decision.signed(cases.shared)?;
    let update =
        |state: &str, on: &str, off: &str| pdf::updated(&signed, &pdf::objects(&[(12, &paid(state, 20, 21)), (20, on), (21, off)]), "");
    let nothing = drawn("q 0 w Q");
    let what = "a decision with a check box, signed, the box ticked and its marks drawn again";
    let good = cases.honest("marked", what, &passes("form_filling"), update("Yes", &mark("3"), &nothing))?;
    for (name, change, state, on, off) in [
        ("marked-nothing", "the box shows nothing", "Yes", nothing.clone(), nothing.clone()),
        ("marked-cross", "the mark is a cross", "Yes", mark("8"), nothing.clone()),
        ("marked-small", "the mark is too small to be seen", "Yes", mark("3").replace("16 Tf", "02 Tf"), nothing.clone()),
        (
            "marked-letter",
            "the mark is one of a font of letters",
            "Yes",
            mark("3").replace("/ZapfDingbats", "/Courier-Bold"),
            nothing.clone(),
        ),
        ("marked-off", "the box is not ticked, and shows the mark", "Off", mark("3"), mark("3")),
        ("marked-black", "the box is not ticked, and black", "Off", mark("3"), drawn("0 g 0 0 20 20 re f")),
    ] {
        cases.attack(&good, name, change, &judged(), update(state, &on, &off))?;
    }
    Ok(())
}

/// Check boxes and radio buttons whose state is not their value.
pub fn buttons(cases: &mut Cases<'_>) -> Outcome {
    let widget = |entries: &str, low: u32, on: &str| {
        let states = format!("/AP << /N << /{on} 17 0 R /Off 18 0 R >> >> ");
        format!("<< /Type /Annot /Subtype /Widget /Rect [72 {low} 92 {}] /F 4 /P 3 0 R {states}{entries}>>", low + 20)
    };
    let paid = |entries: &str| widget(&format!("/FT /Btn /T (paid) {entries}"), 500, "Yes");
    let ways = |value: &str| format!("<< /FT /Btn /Ff 49152 /T (way) /Kids [14 0 R 15 0 R] /V /{value} >>");
    let way = |on: &str, state: &str| widget(&format!("/Parent 13 0 R /AS /{state} "), if on == "Post" { 460 } else { 430 }, on);
    let (tick, nothing) = (form("[0 0 20 20]", "0 0 m 20 20 l S"), form("[0 0 20 20]", ""));
    let decision = Decision {
        annotations: " 12 0 R 14 0 R 15 0 R".into(),
        fields: " 12 0 R 13 0 R".into(),
        ..Decision::with(&[
            (12, &paid("/V /Off /AS /Off ")),
            (13, &ways("Post")),
            (14, &way("Post", "Post")),
            (15, &way("Office", "Off")),
            (17, &tick),
            (18, &nothing),
        ])
    };
    let signed = decision.signed(cases.shared)?;
    let update = |objects: &[(u32, &str)]| pdf::updated(&signed, &pdf::objects(objects), "");
    let ticked = paid("/V /Yes /AS /Yes ");
    let what = "a decision with a check box, signed, the box ticked";
    let good = cases.honest("ticked", what, &passes("form_filling"), update(&[(12, &ticked)]))?;
    let rows: [Row; 8] = [
        ("ticked-no-value", "its value is still the old one", vec![(12, paid("/V /Off /AS /Yes "))]),
        ("ticked-other-value", "its value is none that it has", vec![(12, paid("/V /No /AS /Yes "))]),
        ("ticked-unknown", "its value is none that it has, and it is shown as not ticked", vec![(12, paid("/V /No /AS /Off "))]),
        ("ticked-hidden", "it is shown as not ticked", vec![(12, paid("/V /Yes /AS /Off "))]),
        ("ticked-no-state", "it is shown in no state", vec![(12, paid("/V /Yes "))]),
        ("ticked-text", "its value is a text", vec![(12, paid("/V (No) /AS /Yes "))]),
        ("ticked-looks", "it looks otherwise when it is ticked", vec![(12, ticked.replace("17 0 R", "20 0 R")), (20, nothing.clone())]),
        (
            "ticked-looks-off",
            "it looks ticked when it is not",
            vec![(12, paid("/V /No /AS /Off ").replace("18 0 R", "20 0 R")), (20, tick.clone())],
        ),
    ];
    for (name, change, objects) in rows {
        let objects: Vec<(u32, &str)> = objects.iter().map(|(number, text)| (*number, text.as_str())).collect();
        cases.attack(&good, name, change, &judged(), update(&objects))?;
    }
    let said = |name: &str| update(&[(12, &paid(&format!("/V (/{name}) /AS /Yes ")))]);
    let what = "a decision with a check box, signed, the box ticked, its state written as a text";
    let said_so = cases.honest("said", what, &passes("form_filling"), said("Yes"))?;
    cases.attack(&said_so, "said-other", "the text is none of its states", &judged(), said("No"))?;
    marks(cases)?;
    let (value, post, office) = (ways("Office"), way("Post", "Off"), way("Office", "Office"));
    let what = "a decision with radio buttons, signed, another one chosen";
    let good = cases.honest("chosen", what, &passes("form_filling"), update(&[(13, &value), (14, &post), (15, &office)]))?;
    let both = update(&[(13, &value), (15, &office)]);
    cases.attack(&good, "chosen-both", "the old one is shown as well", &judged(), both)?;
    cases.attack(&good, "chosen-old", "the old one is shown", &judged(), update(&[(13, &value)]))?;
    let none = update(&[(13, &value), (14, &post)]);
    cases.attack(&good, "chosen-none", "none is shown", &judged(), none)?;
    let looks_alone = update(&[(14, &post), (15, &office)]);
    cases.attack(&good, "chosen-looks", "the value is the old one", &judged(), looks_alone)
}

/// What the form says of all its values, and where a field is drawn.
pub fn defaults(cases: &mut Cases<'_>) -> Outcome {
    let decision = Decision { form: "/Q 0 /NeedAppearances false ".into(), ..numbered() };
    let signed = decision.signed(cases.shared)?;
    let form_of = |from: &str, to: &str| decision.form("").replace(from, to);
    let filled = |objects: Objects| {
        let shown = shows(VALUE);
        let value = pdf::objects(&[(8, &field(&decision, VALUE, "/AP << /N 20 0 R >> ")), (20, &shown)]);
        pdf::updated(&signed, &plus(&value, objects), "")
    };
    let what = "a decision with a number, signed, the number corrected, readers asked to draw it again";
    let needs = pdf::objects(&[(9, &form_of("/NeedAppearances false", "/NeedAppearances true"))]);
    let good = cases.honest("filled", what, &passes("form_filling"), filled(needs.clone()))?;
    let rows = [
        ("filled-looks", "all values are white", form_of("(/F1 12 Tf)", "(/F1 12 Tf 1 g)"), judged()),
        ("filled-place", "all values stand at the right", form_of("/Q 0", "/Q 2"), judged()),
        ("filled-fonts", "the fonts of the form are gone", form_of("/DR << /Font << /F1 5 0 R >> >>", ""), judged()),
    ];
    for (name, change, form, expected) in rows {
        cases.attack(&good, name, change, &expected, filled(pdf::objects(&[(9, &form)])))?;
    }
    for (name, change, flags) in [
        ("filled-hidden", "its field is hidden", 6),
        ("filled-not-viewed", "its field is not shown on screen", 36),
        ("filled-not-printed", "its field is not printed", 0),
    ] {
        let hidden = field(&decision, VALUE, "/AP << /N 20 0 R >> ").replace("/F 4", &format!("/F {flags}"));
        cases.attack(&good, name, change, &judged(), filled(plus(&needs, pdf::objects(&[(8, &hidden)]))))?;
    }
    let leader = decision.leader("").replace("/F 132", "/F 134");
    let hidden = filled(plus(&needs, pdf::objects(&[(6, &leader)])));
    cases.attack(&good, "filled-signature-hidden", "the field of the leader's signature is hidden", &invalid("other", FIELDS), hidden)?;
    defaults_sealed(cases, &decision, &signed)
}

/// A seal has no value for which the form would say anything.
fn defaults_sealed(cases: &mut Cases<'_>, decision: &Decision, signed: &[u8]) -> Outcome {
    let shared = cases.shared;
    let good_seal = || Entry::passed().field("seal").changes("none");
    let sealed = |from: &str, to: &str| {
        let form = decision.form(" 10 0 R").replace(from, to);
        let objects = plus(&with_appearance(decision, "[200 60 300 110]", &pades()), pdf::objects(&[(9, &form)]));
        seal(shared, objects, &|objects| pdf::updated(signed, objects, ""))
    };
    let what = "a decision with a number, signed and sealed";
    let good = cases.honest("sealed", what, &passes("form_filling").and(good_seal()), sealed("", "")?)?;
    for (name, change, from, to) in [
        ("sealed-redrawn", "readers are asked to draw all values again", "/NeedAppearances false", "/NeedAppearances true"),
        ("sealed-looks", "all values are white", "(/F1 12 Tf)", "(/F1 12 Tf 1 g)"),
        ("sealed-place", "all values stand at the right", "/Q 0", "/Q 2"),
    ] {
        cases.attack(&good, name, change, &invalid("other", CATALOG).and(good_seal()), sealed(from, to)?)?;
    }
    let what = "a decision with a number, signed and sealed, and nothing is said any more of drawing values again";
    let good = cases.honest("unasked", what, &passes("form_filling").and(good_seal()), sealed("/NeedAppearances false", "")?)?;
    let document = sealed("/NeedAppearances false", "/NeedAppearances (false)")?;
    cases.attack(&good, "unasked-text", "it is said in words", &invalid("other", CATALOG).and(good_seal()), document)
}
