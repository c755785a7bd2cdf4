//! ISO 32000-2 §12.8.2 — what looks honest in each revision, and is not in all of them together, or beside what the signed one has

use super::decision::{Decision, form, seal, shows, stamp};
use super::kinds::with_appearance;
use super::shown::plus;
use super::{Cases, invalid, modified, passes};
use crate::Outcome;
use crate::case::Entry;
use crate::hand_made::{field, pades};
use crate::pdf::{self, Objects};

const CATALOG: &str = "permitted_changes.catalog_kept";
const EXPLAINED: &str = "permitted_changes.explained";
const FIELDS: &str = "permitted_changes.fields_kept";
const JUDGED: &str = "permitted_changes.judged";
const OVERLAP: &str = "permitted_changes.appearance_overlap";
const PAGES: &str = "permitted_changes.pages_kept";
const SIZE: &str = "permitted_changes.appearance_size";
const KEPT: &str = "permitted_changes.validation_data_kept";

pub fn add(cases: &mut Cases<'_>) -> Outcome {
    places(cases)?;
    sums(cases)?;
    defaults(cases)?;
    looks(cases)?;
    stores(cases)?;
    shared(cases)
}

/// One object as text, with something in the place of something else.
pub fn replaced(objects: Objects, number: u32, from: &str, to: &str) -> Objects {
    let text = |(own, octets): (u32, Vec<u8>)| match own == number {
        true => (own, String::from_utf8_lossy(&octets).replace(from, to).into_bytes()),
        false => (own, octets),
    };
    objects.into_iter().map(text).collect()
}

/// Names and places of new signature fields.
fn places(cases: &mut Cases<'_>) -> Outcome {
    let shared = cases.shared;
    let decision = Decision::default();
    let signed = decision.signed(shared)?;
    let rectangle = "[200 60 300 110]";
    let sealed = |from: &str, to: &str| {
        let objects = replaced(with_appearance(&decision, rectangle, &pades()), 10, from, to);
        seal(shared, objects, &|objects| pdf::updated(&signed, objects, ""))
    };
    let entry = |name: &'static str| Entry::passed().field(name).changes("none");
    let what = "a decision signed and sealed, the signature the default of its field, too";
    let default = sealed("/V 11 0 R", "/V 11 0 R /DV 11 0 R")?;
    let default = cases.honest("default", what, &passes("form_filling").and(entry("seal")), default)?;
    let other = sealed("/V 11 0 R", "/V 11 0 R /DV 7 0 R")?;
    let change = "the default is the signature of the leader";
    cases.attack(&default, "default-other", change, &modified("other", JUDGED).and(entry("seal")), other)?;
    let number = decision.number("/V (12/QD-UBND) /DV 11 0 R /AP << /N 20 0 R >> ");
    let objects = plus(&with_appearance(&decision, rectangle, &pades()), pdf::objects(&[(8, &number)]));
    let shared_value = seal(shared, objects, &|objects| pdf::updated(&signed, objects, ""))?;
    let expected = invalid("other", FIELDS).and(entry("seal"));
    cases.attack(&default, "default-shared", "the signature is the default of the number", &expected, shared_value)?;
    let good = cases.honest("seal", "a decision signed and sealed", &passes("form_filling").and(entry("seal")), sealed("", "")?)?;
    let place = format!("/Rect {rectangle}");
    let refused = |check| modified("form_filling", check).and(entry("seal"));
    cases.attack(&good, "seal-nowhere", "the seal has an appearance and no place", &refused(SIZE), sealed(&place, "")?)?;
    let huge = "/Rect [-100000 -100000 100000 100000]";
    cases.attack(&good, "seal-huge", "the seal is larger than every page", &refused(SIZE), sealed(&place, huge)?)?;
    let three = sealed(&place, "/Rect [200 60 300]")?;
    cases.attack(&good, "seal-three", "the place of the seal has three numbers", &refused(SIZE), three)?;
    let named = |name| modified("other", JUDGED).and(entry(name));
    cases.attack(&good, "seal-named", "it has the name of the number", &named("number"), sealed("(seal)", "(number)")?)?;
    cases.attack(&good, "seal-below", "its name is one below another field", &named("leader.seal"), sealed("(seal)", "(leader.seal)")?)?;
    let other = modified("other", JUDGED).and(entry("seal"));
    for (name, change, more) in [
        ("seal-layer", "it belongs to a layer", "/OC << /Type /OCG /Name (x) >> "),
        ("seal-hovered", "a script runs when the pointer comes over it", "/AA << /E << /S /JavaScript /JS (1) >> >> "),
        ("seal-linked", "it leads to an address", "/A << /S /URI /URI (http://x.invalid) >> "),
    ] {
        cases.attack(&good, name, change, &other, sealed("/FT /Sig", &format!("{more}/FT /Sig"))?)?;
    }
    let forbidden = |check| invalid("other", check).and(entry("seal"));
    let objects = |more: Objects| {
        let objects = plus(&with_appearance(&decision, rectangle, &pades()), more);
        seal(shared, objects, &|objects| pdf::updated(&signed, objects, ""))
    };
    let turned = decision.page(" 10 0 R").replace("/MediaBox", "/Rotate 90 /MediaBox");
    cases.attack(&good, "seal-turned", "the page is turned", &forbidden(PAGES), objects(pdf::objects(&[(3, &turned)]))?)?;
    let moved = decision.page(" 10 0 R").replace("/Annots [6 0 R 8 0 R", "/Annots [6 0 R");
    cases.attack(&good, "seal-alone", "the page has the number no more", &forbidden(FIELDS), objects(pdf::objects(&[(3, &moved)]))?)?;
    for (name, change, entries) in [
        ("seal-opened", "a script runs when the file is opened", "/OpenAction << /S /JavaScript /JS (1) >> "),
        ("seal-labelled", "the pages are counted otherwise", "/PageLabels << /Nums [0 << /S /r >>] >> "),
        ("seal-outlined", "there are bookmarks", "/Outlines 41 0 R "),
        ("seal-attached", "a file is attached", "/Names << /EmbeddedFiles << /Names [(a) << /Type /Filespec /F (a) >>] >> >> "),
        ("seal-scripted", "there is a script", "/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (1) >>] >> >> "),
        ("seal-layered", "there are layers", "/OCProperties << /OCGs [] /D << /BaseState /OFF >> >> "),
        ("seal-threaded", "there are threads", "/Threads [] "),
        ("seal-addressed", "links mean another place", "/URI << /Base (http://x.invalid) >> "),
    ] {
        let more = pdf::objects(&[(1, &decision.catalog(entries)), (41, "<< /Type /Outlines >>")]);
        cases.attack(&good, name, change, &forbidden(CATALOG), objects(more)?)?;
    }
    let popup = "<< /Type /Annot /Subtype /Popup /Rect [72 710 500 740] /Open true >>";
    let window = |open: &str| {
        let objects = pdf::objects(&[(3, &decision.page(" 21 0 R")), (21, &popup.replace("/Open true ", open))]);
        pdf::updated(&signed, &objects, "")
    };
    let closed = cases.honest("window", "a decision signed, a closed window for a comment added", &passes("annotation"), window(""))?;
    let drawn = modified("annotation", "permitted_changes.drawn_annotations");
    cases.attack(&closed, "window-open", "the window is open", &drawn, window("/Open true "))
}

/// Each of some seals covers little, and all of them much.
fn sums(cases: &mut Cases<'_>) -> Outcome {
    let shared = cases.shared;
    let note = "<< /Type /Annot /Subtype /Stamp /Rect [400 60 500 110] /F 4 /AP << /N 13 0 R >> >>";
    let decision =
        Decision { annotations: " 12 0 R".into(), ..Decision::with(&[(12, note), (13, &form("[0 0 100 50]", "0 0 100 50 re S"))]) };
    let signed = decision.signed(shared)?;
    let sealed = |rectangles: &[&str]| -> Outcome<Vec<u8>> {
        let (mut file, mut listed) = (signed.clone(), String::new());
        for (rectangle, number) in rectangles.iter().zip((50..).step_by(3)) {
            listed.push_str(&format!(" {number} 0 R"));
            let more = format!("/Rect {rectangle} /AP << /N {} 0 R >> ", number + 2);
            let own = field(&format!("seal{number}"), &more)
                .replace("/Rect [0 0 0 0] ", "")
                .replace("/V 7 0 R", &format!("/V {} 0 R", number + 1));
            let objects = pdf::objects(&[
                (3, &decision.page(&listed)),
                (9, &decision.form(&listed)),
                (number, &own),
                (number + 1, &pades()),
                (number + 2, &form("[0 0 120 60]", "BT /F1 12 Tf 2 5 Td (UBND) Tj ET")),
            ]);
            file = seal(shared, objects, &|objects| pdf::updated(&file, objects, ""))?;
        }
        Ok(file)
    };
    // What the seals make of each other is asked of the leader's signature alone.
    let entry = |name: &'static str, class: &'static str| Entry::passed().field(name).changes(class);
    let two = |expected: super::Expected| expected.and(entry("seal50", "form_filling")).and(entry("seal53", "none"));
    let what = "a decision with a stamp, signed and sealed twice";
    let good = cases.honest("seals", what, &two(passes("form_filling")), sealed(&["[200 60 300 110]", "[200 160 300 210]"])?)?;
    let halves = sealed(&["[390 60 440 110]", "[450 60 510 110]"])?;
    cases.attack(&good, "seals-stamp", "the seals cover the two halves of the stamp", &two(modified("form_filling", OVERLAP)), halves)?;
    let strips = ["[0 150 595 290]", "[0 300 595 440]", "[0 450 595 590]", "[0 630 595 770]"];
    let expected = modified("form_filling", SIZE)
        .and(entry("seal50", "form_filling"))
        .and(entry("seal53", "form_filling"))
        .and(entry("seal56", "form_filling"))
        .and(entry("seal59", "none"));
    cases.attack(&good, "seals-page", "there are four of them, which cover most of the page", &expected, sealed(&strips)?)
}

/// Defaults of the form that were not there.
fn defaults(cases: &mut Cases<'_>) -> Outcome {
    let number = "12/QD-UBND";
    let base = Decision { number: format!("/V ({number}) /DA (/F1 12 Tf) "), ..Decision::default() };
    let bare = |form: &str| base.form("").replace("/DA (/F1 12 Tf)", form);
    let decision = Decision { objects: pdf::objects(&[(9, &bare("/NeedAppearances true"))]), ..base.clone() };
    let signed = decision.signed(cases.shared)?;
    let filled = |more: &str| {
        let text = Decision { number: String::new(), ..base.clone() }.number("/V (13/QD-UBND) /AP << /N 20 0 R >> /DA (/F1 12 Tf) ");
        let form = bare(&format!("/NeedAppearances true {more}"));
        pdf::updated(&signed, &pdf::objects(&[(8, &text), (9, &form), (20, &shows("13/QD-UBND"))]), "")
    };
    let what = "a decision whose values readers draw, signed, the number corrected, a default for values added";
    let good = cases.honest("defaults", what, &passes("form_filling"), filled("/DA (/F1 0 Tf 0 g) /Q 0 "))?;
    let named = Decision { number: format!("/V ({number}) /DA (/F9 12 Tf) "), ..Decision::default() };
    let readers = named.signed(cases.shared)?;
    let with = |font: &str| {
        let text = Decision { number: String::new(), ..named.clone() }.number("/V (13/QD-UBND) /AP << /N 20 0 R >> /DA (/F9 12 Tf) ");
        let form = named.form("").replace("/F1 5 0 R", "/F1 5 0 R /F9 24 0 R");
        pdf::updated(&readers, &pdf::objects(&[(8, &text), (9, &form), (20, &shows("13/QD-UBND")), (24, font)]), "")
    };
    let what = "a decision whose values name a font that is not there, signed, the number corrected, the font added";
    let letters = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";
    let font = cases.honest("font", what, &passes("form_filling"), with(letters))?;
    let other = letters.replace("/WinAnsiEncoding", "<< /BaseEncoding /WinAnsiEncoding /Differences [49 /nine] >>");
    cases.attack(&font, "font-other", "its one is a nine", &invalid("other", CATALOG), with(&other))?;
    for (name, change, more) in [
        ("defaults-white", "by the default values are white", "/DA (/F1 0 Tf 1 g) /Q 0 "),
        ("defaults-small", "by the default values cannot be seen", "/DA (/F1 12 Tf 3 Tr 0 g) /Q 0 "),
        ("defaults-right", "by the default values stand at the right", "/DA (/F1 0 Tf 0 g) /Q 2 "),
    ] {
        cases.attack(&good, name, change, &modified("other", JUDGED), filled(more))?;
    }
    Ok(())
}

/// What a field shows only now and then, or to some readers.
fn looks(cases: &mut Cases<'_>) -> Outcome {
    let decision = Decision::default();
    let signed = decision.signed(cases.shared)?;
    let filled = |more: &str, appearance: &str| {
        let text = decision.number(&format!("/V (13/QD-UBND) /AP << /N 20 0 R {appearance}>> {more}"));
        pdf::updated(&signed, &pdf::objects(&[(8, &text), (20, &shows("13/QD-UBND")), (21, &shows("99/QD-UBND"))]), "")
    };
    let rich = |text: &str| format!("/RV (<?xml version=\"1.0\"?><body xmlns=\"http://www.w3.org/1999/xhtml\"><p>{text}</p></body>) ");
    let what = "a decision signed, the number filled in, as a rich text too";
    let good = cases.honest("looks", what, &passes("form_filling"), filled(&rich("13/QD-UBND"), ""))?;
    for (name, change, document) in [
        ("looks-rich", "the rich text is another one", filled(&rich("99/QD-UBND"), "")),
        ("looks-hovered", "it looks like another one under the pointer", filled(&rich("13/QD-UBND"), "/R 21 0 R ")),
        ("looks-pressed", "it looks like another one while a button is pressed", filled(&rich("13/QD-UBND"), "/D 21 0 R ")),
        ("looks-flags", "the field shows rich texts now", filled(&format!("{}/Ff 33554432 ", rich("13/QD-UBND")), "")),
        ("looks-default", "readers that draw it again draw it white", filled(&format!("{}/DA (/F1 12 Tf 1 g) ", rich("13/QD-UBND")), "")),
    ] {
        cases.attack(&good, name, change, &modified("other", JUDGED), document)?;
    }
    let turned = filled(&format!("{}/MK << /R 180 /BG [0] >> ", rich("13/QD-UBND")), "");
    cases.attack(&good, "looks-turned", "readers that draw it again draw it upside down on black", &invalid("other", FIELDS), turned)
}

/// Validation data that a later revision leaves out are told, and heard all the same.
fn stores(cases: &mut Cases<'_>) -> Outcome {
    let shared = cases.shared;
    let decision = Decision::default();
    let signed = decision.signed(shared)?;
    let stored = pdf::updated(&signed, &decision.store(shared, ""), "");
    let with_store = Decision { catalog: "/DSS 30 0 R ".into(), ..decision.clone() };
    let stamped = |objects: Objects| {
        let objects = plus(&with_store.stamped(), objects);
        stamp(shared, objects, &|objects| pdf::updated(&stored, objects, ""))
    };
    let what = "a decision signed, validation data added and stamped";
    let entry = || Entry::passed().field("stamp");
    let good = cases.honest("store", what, &passes("extension").and(entry()), stamped(pdf::objects(&[(1, &with_store.catalog(""))]))?)?;
    let told = || Entry::passed().field("leader").changes("extension").tolerates(KEPT);
    let fewer = pdf::objects(&[(30, "<< /Type /DSS /Certs [31 0 R] >>")]);
    let expected = passes("extension").entries(&[told(), entry()]);
    cases.attack(&good, "store-fewer", "the revocation list is left out of the store", &expected, stamped(fewer)?)?;
    let gone = pdf::objects(&[(1, &decision.catalog(""))]);
    let expected = passes("extension").entries(&[told(), entry()]);
    cases.attack(&good, "store-gone", "the store is left out", &expected, stamped(gone)?)
}

/// What the signed revision shares between places.
fn shared(cases: &mut Cases<'_>) -> Outcome {
    let number = "12/QD-UBND";
    let second = pdf::text_field("sum", "/V (100) /AP << /N 18 0 R >> ").replace("600 300 620", "500 300 520");
    let decision = Decision {
        number: format!("/V ({number}) /AP << /N 17 0 R >> "),
        annotations: " 12 0 R".into(),
        fields: " 12 0 R".into(),
        ..Decision::with(&[(12, &second), (17, &shows(number)), (18, &shows("100"))])
    };
    let bare = Decision { number: String::new(), ..decision.clone() };
    let signed = decision.signed(cases.shared)?;
    let update = |objects: &[(u32, &str)]| pdf::updated(&signed, &pdf::objects(objects), "");
    let corrected = bare.number("/V (13/QD-UBND) /AP << /N 17 0 R >> ");
    let shown = shows("13/QD-UBND");
    let what = "a decision with a number and a sum, signed, the number corrected and its appearance written again";
    let good = cases.honest("shared", what, &passes("form_filling"), update(&[(8, &corrected), (17, &shown)]))?;
    let other = bare.number("/V (100) /AP << /N 18 0 R >> ");
    cases.attack(&good, "shared-looks", "the sum is the number", &modified("other", JUDGED), {
        update(&[(8, &other.replace("(100)", "(13/QD-UBND)"))])
    })?;
    let nine = shows("900");
    cases.attack(&good, "shared-sum", "the appearance of the sum is written again as well", &invalid("other", EXPLAINED), {
        update(&[(8, &corrected), (17, &shown), (18, &nine)])
    })?;
    let font = "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>";
    cases.attack(&good, "shared-font", "the font of the page is another one", &invalid("other", EXPLAINED), {
        update(&[(8, &corrected), (17, &shown), (5, font)])
    })?;
    let pieces = corrected.replace("/FT /Tx", "/FT /Tx /Kids [42 0 R]");
    let kid = "<< /Type /Annot /Subtype /Widget /Parent 8 0 R /Rect [72 700 300 720] /F 4 /AP << /N 17 0 R >> >>";
    cases.attack(&good, "shared-kid", "the number has a second place", &invalid("other", FIELDS), {
        update(&[(8, &pieces), (17, &shown), (42, kid)])
    })
}
