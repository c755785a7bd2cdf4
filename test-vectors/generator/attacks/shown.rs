//! What a page shows besides its content: annotations, fields and their looks, entries of the catalog, the cross-reference itself.

use super::decision::{Decision, FORGED, form, seal, shows};
use super::kinds::{metadata, with_appearance};
use super::update::{Row, Update};
use super::{CONSTRAINTS, Cases, Expected, invalid, modified, passes};
use crate::Outcome;
use crate::case::{Entry, INDETERMINATE};
use crate::hand_made::{field, find, pades};
use crate::pdf::{self, Objects};

const CATALOG: &str = "permitted_changes.catalog_kept";
const EXPLAINED: &str = "permitted_changes.explained";
const FIELDS: &str = "permitted_changes.fields_kept";
const PAGES: &str = "permitted_changes.pages_kept";
const JUDGED: &str = "permitted_changes.judged";
const DRAWN: &str = "permitted_changes.drawn_annotations";
const WITHIN: &str = "permitted_changes.within_permission";
const SIZE: &str = "permitted_changes.appearance_size";
const OVERLAP: &str = "permitted_changes.appearance_overlap";

pub fn annotated(cases: &mut Cases<'_>) -> Outcome {
    annotations(cases)?;
    old_annotations(cases)
}

pub fn document(cases: &mut Cases<'_>) -> Outcome {
    catalog(cases)?;
    pages(cases)
}

/// Evil annotations: every subtype that draws, under every permission.
fn annotations(cases: &mut Cases<'_>) -> Outcome {
    let link = "<< /Type /Annot /Subtype /Link /Rect [72 710 500 740] /Border [0 0 0] /Dest [3 0 R /Fit] >>";
    let popup = "<< /Type /Annot /Subtype /Popup /Rect [72 710 500 740] >>";
    let drawn = form("[0 0 428 30]", &format!("BT /F1 18 Tf 0 2 Td ({FORGED}) Tj ET"));
    for (name, what, decision) in [
        ("open", "a decision signed", Decision::default()),
        ("certified-3", "a decision certified for filling in and commenting", Decision::certified(3)),
    ] {
        let signed = decision.signed(cases.shared)?;
        let with =
            |annotation: &str| pdf::updated(&signed, &pdf::objects(&[(3, &decision.page(" 21 0 R")), (20, &drawn), (21, annotation)]), "");
        let what = format!("{what}, a link to the page itself added");
        let good = cases.honest(&format!("link-{name}"), &what, &passes("annotation"), with(link))?;
        let honest = format!("{what}, its place that of a window for a comment");
        let window = cases.honest(&format!("popup-{name}"), &honest, &passes("annotation"), with(popup))?;
        let shown = popup.replace(">>", "/AP << /N 20 0 R >> >>");
        let change = "the window has an appearance of its own";
        cases.attack(&window, &format!("window-drawn-{name}"), change, &modified("annotation", DRAWN), with(&shown))?;
        for subtype in [
            "FreeText",
            "Stamp",
            "Redact",
            "Line",
            "Square",
            "Circle",
            "Polygon",
            "PolyLine",
            "Ink",
            "Highlight",
            "Underline",
            "StrikeOut",
            "Squiggly",
            "Caret",
            "FileAttachment",
            "Screen",
            "Watermark",
            "3D",
            "RichMedia",
            "Text",
            "Link",
        ] {
            if name != "open" && !["FreeText", "Stamp", "Watermark", "Link"].contains(&subtype) {
                continue;
            }
            let annotation = format!("<< /Type /Annot /Subtype /{subtype} /Rect [72 710 500 740] /F 4 /AP << /N 20 0 R >> >>");
            let change = format!("the annotation is of the kind {subtype} and shows another text");
            let case = format!("drawn-{}-{name}", subtype.to_lowercase());
            cases.attack(&good, &case, &change, &modified("annotation", DRAWN), with(&annotation))?;
        }
        for (case, change, entries, expected) in [
            ("no-subtype", "the annotation says of no kind and shows another text", "", invalid("other", FIELDS)),
            ("subtype-unknown", "the annotation is of a kind that nobody knows", "/Subtype /Text2 ", invalid("other", FIELDS)),
            ("widget", "the annotation is a widget of no field", "/Subtype /Widget ", invalid("other", FIELDS)),
            ("hidden", "the annotation is a stamp that is hidden for now", "/Subtype /Stamp /F 2 ", modified("annotation", DRAWN)),
        ] {
            let annotation = format!("<< /Type /Annot {entries}/Rect [72 710 500 740] /AP << /N 20 0 R >> >>");
            cases.attack(&good, &format!("{case}-{name}"), change, &expected, with(&annotation))?;
        }
        let script = link.replace("/Dest [3 0 R /Fit]", "/A << /S /JavaScript /JS (app.alert\\(1\\)) >>");
        cases.attack(&good, &format!("link-script-{name}"), "the link runs a script", &modified("other", JUDGED), with(&script))?;
        let script = link.replace("/Dest [3 0 R /Fit]", "/AA << /PO << /S /JavaScript /JS (app.alert\\(1\\)) >> >>");
        cases.attack(&good, &format!("link-opened-{name}"), "a script runs with the page", &modified("other", JUDGED), with(&script))?;
    }
    for permission in [1, 2] {
        let decision = Decision::certified(permission);
        let signed = decision.signed(cases.shared)?;
        let store = decision.store(cases.shared, "");
        let good = cases.honest(&format!("store-{permission}"), "a decision certified, validation data added", &passes("extension"), {
            pdf::updated(&signed, &store, "")
        })?;
        for subtype in ["FreeText", "Stamp", "Link"] {
            let annotation = format!("<< /Type /Annot /Subtype /{subtype} /Rect [72 710 500 740] /Border [0 0 0] /AP << /N 20 0 R >> >>");
            let objects = pdf::objects(&[(3, &decision.page(" 21 0 R")), (20, &drawn), (21, &annotation)]);
            let document = pdf::updated(&signed, &plus(&store, objects), "");
            let change = format!("an annotation of the kind {subtype} as well");
            let case = format!("drawn-{}-certified-{permission}", subtype.to_lowercase());
            cases.attack(&good, &case, &change, &invalid("annotation", WITHIN), document)?;
        }
    }
    Ok(())
}

pub fn plus(objects: &Objects, more: Objects) -> Objects {
    let mut all: Objects = objects.iter().filter(|(number, _)| !more.iter().any(|(other, _)| other == number)).cloned().collect();
    all.extend(more);
    all.sort_by_key(|(number, _)| *number);
    all
}

/// Shadow: an annotation of the signed revision covers something until a later one takes it away.
fn old_annotations(cases: &mut Cases<'_>) -> Outcome {
    let stamp = |more: &str| format!("<< /Type /Annot /Subtype /Stamp /Rect [72 710 472 750] /F 4 /AP << /N 13 0 R >> {more}>>");
    let cover = form("[0 0 400 40]", "1 g 0 0 400 40 re f");
    let decision = Decision { annotations: " 12 0 R".into(), ..Decision::with(&[(12, &stamp("")), (13, &cover)]) };
    let signed = decision.signed(cases.shared)?;
    let update = |objects: Objects| pdf::updated(&signed, &plus(&decision.filled(), objects), "");
    let what = "a decision with a stamp on it, signed, the number filled in";
    let good = cases.honest("stamped", what, &passes("form_filling"), update(Objects::new()))?;
    let gone = Decision { annotations: String::new(), ..decision.clone() }.page("");
    let refused = modified("annotation", DRAWN);
    let rows: [(&str, &str, Expected, Objects); 6] = [
        ("stamp-deleted", "the stamp is deleted", refused.clone(), pdf::objects(&[(3, &gone)])),
        ("stamp-hidden", "the stamp is hidden", refused.clone(), pdf::objects(&[(12, &stamp("").replace("/F 4", "/F 2"))])),
        ("stamp-moved", "the stamp stands elsewhere", refused.clone(), pdf::objects(&[(12, &stamp("").replace("72 710", "72 10"))])),
        ("stamp-null", "the stamp is null", modified("other", JUDGED), pdf::objects(&[(12, "null")])),
        ("stamp-empty", "the stamp draws nothing", invalid("other", EXPLAINED), pdf::objects(&[(13, &form("[0 0 400 40]", ""))])),
        (
            "stamp-layer",
            "the stamp is on a layer that is off",
            modified("annotation", DRAWN),
            pdf::objects(&[(12, &stamp("/OC << /Type /OCG /Name (x) >> "))]),
        ),
    ];
    for (name, change, expected, objects) in rows {
        cases.attack(&good, name, change, &expected, update(objects))?;
    }
    let freed = Update { rows: vec![(12, Row::Free)], ..Update::of(decision.filled()) }.table(&signed);
    cases.attack(&good, "stamp-freed", "the stamp is marked free", &invalid("other", EXPLAINED), freed)
}

/// What the document is as a whole.
fn catalog(cases: &mut Cases<'_>) -> Outcome {
    let decision = Decision::default();
    let signed = decision.signed(cases.shared)?;
    let with = |entries: &str| {
        let catalog = decision.catalog(&format!("/Metadata 22 0 R {entries}"));
        pdf::updated(&signed, &pdf::objects(&[(1, &catalog), (22, &metadata())]), "")
    };
    let good = cases.honest("metadata", "a decision signed, its metadata renewed", &passes("extension"), with(""))?;
    for (name, what, entries) in [
        ("version-raised", "a decision signed, its metadata renewed, the version raised", "/Version /2.0 "),
        (
            "extensions",
            "a decision signed, its metadata renewed, an extension announced",
            "/Extensions << /ISO_ << /BaseVersion /2.0 /ExtensionLevel 32001 >> >> ",
        ),
        (
            "piece-info",
            "a decision signed, its metadata renewed, data of a writer added",
            "/PieceInfo << /Office << /LastModified (D:2026) /Private (x) >> >> ",
        ),
    ] {
        let good = cases.honest(name, what, &passes("extension"), with(entries))?;
        let document = with(&format!("{entries}/OpenAction [3 0 R /Fit] "));
        cases.attack(&good, &format!("{name}-opened"), "the file opens elsewhere", &invalid("other", CATALOG), document)?;
    }
    let rows = [
        ("outlines", "there are bookmarks", "/Outlines << /Type /Outlines /Count 0 >> ", false),
        ("layers", "there are layers", "/OCProperties << /OCGs [] /D << /BaseState /OFF >> >> ", false),
        ("names-script", "the names have a script", "/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (1) >>] >> >> ", false),
        ("embedded", "a file is embedded", "/Names << /EmbeddedFiles << /Names [] >> >> ", false),
        ("actions", "actions run when the file is closed", "/AA << /WC << /S /JavaScript /JS (1) >> >> ", false),
        ("portfolio", "the file is a portfolio", "/Collection << /View /H >> ", false),
        ("viewer", "the viewer shows no menus", "/ViewerPreferences << /HideMenubar true >> ", false),
        ("page-labels", "the pages have other numbers", "/PageLabels << /Nums [0 << /P (2026-) >>] >> ", false),
        ("version-lower", "the version is a lower one", "/Version /1.1 ", false),
        ("intent", "colours have another meaning", "/OutputIntents [<< /Type /OutputIntent /S /GTS_PDFA1 >>] ", false),
        ("needs", "the file needs a reader of its own", "/NeedsRendering true ", false),
        ("marked", "the file says that it is tagged", "/MarkInfo << /Marked true >> ", false),
        ("structure", "the text has a structure that says otherwise", "/StructTreeRoot << /Type /StructTreeRoot /K [] >> ", true),
        ("language", "the text is of another language", "/Lang (en) ", true),
    ];
    for (name, change, entries, is_judged) in rows {
        let expected = if is_judged { modified("other", JUDGED) } else { invalid("other", CATALOG) };
        cases.attack(&good, name, change, &expected, with(entries))?;
    }
    let objects = [(1, decision.catalog("/Metadata 22 0 R ")), (22, pdf::stream("/Type /Metadata /Subtype /XML ", "<html/>"))];
    let objects: Vec<(u32, &str)> = objects.iter().map(|(number, text)| (*number, text.as_str())).collect();
    let document = pdf::updated(&signed, &pdf::objects(&objects), "");
    cases.attack(&good, "metadata-other", "the metadata are none", &modified("other", JUDGED), document)
}

/// Entries of the page.
fn pages(cases: &mut Cases<'_>) -> Outcome {
    let decision = Decision::default();
    let signed = decision.signed(cases.shared)?;
    let with = |more: &str| {
        let page = Decision { page: more.into(), ..decision.clone() }.page("");
        pdf::updated(&signed, &plus(&decision.filled(), pdf::objects(&[(3, &page)])), "")
    };
    let what = "a decision signed, the number filled in and the page dated";
    let good = cases.honest("dated", what, &passes("form_filling"), with("/LastModified (D:20261122) "))?;
    let rows = [
        ("rotate", "the page is turned", "/Rotate 180 "),
        ("crop", "the page is cut off", "/CropBox [0 0 595 700] "),
        ("unit", "the page is larger", "/UserUnit 2 "),
        ("group", "the page is blended in another way", "/Group << /S /Transparency /I true >> "),
        ("page-actions", "a script runs when the page is opened", "/AA << /O << /S /JavaScript /JS (1) >> >> "),
        ("duration", "the page goes by itself", "/Dur 1 "),
        ("media-box", "the page has a second size", "/MediaBox [0 0 595 700] "),
    ];
    for (name, change, entries) in rows {
        let expected = if name == "media-box" { modified("other", JUDGED) } else { invalid("other", PAGES) };
        cases.attack(&good, name, change, &expected, with(entries))?;
    }
    cases.attack(&good, "tabs", "the fields are visited in another order", &modified("other", JUDGED), with("/Tabs /R "))
}

/// Fields and how their values look.
pub fn fields(cases: &mut Cases<'_>) -> Outcome {
    let number = "12/QD-UBND";
    let value = format!("/V ({number}) /AP << /N 18 0 R >> ");
    let second = pdf::text_field("sum", "/V (100) /AP << /N 17 0 R >> ").replace("600 300 620", "500 300 520");
    let decision = Decision {
        number: value.clone(),
        annotations: " 12 0 R".into(),
        fields: " 12 0 R".into(),
        ..Decision::with(&[(12, &second), (17, &shows("100")), (18, &shows(number))])
    };
    let bare = Decision { number: String::new(), ..decision.clone() };
    let changed = |value: &str, appearance: &str, more: &str| {
        let text = shows(appearance);
        pdf::objects(&[(8, &bare.number(&format!("/V ({value}) /AP << /N 20 0 R >> {more}"))), (20, &text)])
    };
    let signed = decision.signed(cases.shared)?;
    let update = |objects: Objects| pdf::updated(&signed, &objects, "");
    let what = "a decision with a number and a sum, signed, the number corrected";
    let good = cases.honest("corrected", what, &passes("form_filling"), update(changed("13/QD-UBND", "13/QD-UBND", "")))?;
    let judged = || modified("other", JUDGED);
    let forbidden = |check| invalid("other", check);
    let honest = changed("13/QD-UBND", "13/QD-UBND", "");
    let font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Type /Encoding /Differences [49 /nine] >> >>";
    let other_fonts =
        decision.form("").replace("/DR << /Font << /F1 5 0 R >> >>", "/DR << /Font << /F1 23 0 R >> >> /NeedAppearances true");
    let rows: [(&str, &str, Expected, Objects); 13] = [
        ("looks", "the number looks like another one and is the same", judged(), changed(number, "99/QD-UBND", "")),
        (
            "looks-in-place",
            "the appearance of the number is written again",
            forbidden(EXPLAINED),
            pdf::objects(&[(18, &shows("99/QD-UBND"))]),
        ),
        ("looks-of-other", "the number is corrected, and looks like a third one", judged(), changed("13/QD-UBND", "99/QD-UBND", "")),
        (
            "looks-of-other-coded",
            "the number is corrected, and looks like a third one, in hexadecimal digits",
            judged(),
            pdf::objects(&[
                (8, &bare.number("/V (13/QD-UBND) /AP << /N 20 0 R >> ")),
                (20, &super::decision::form("[0 0 228 20]", "/Tx BMC q BT /F1 12 Tf 2 5 Td <39392f51442d55424e44> Tj ET Q EMC")),
            ]),
        ),
        (
            "value-alone",
            "the number is corrected, and looks as it did",
            judged(),
            pdf::objects(&[(8, &bare.number("/V (13/QD-UBND) /AP << /N 18 0 R >> "))]),
        ),
        ("sum-looks", "the sum looks like another one", forbidden(EXPLAINED), plus(&honest, pdf::objects(&[(17, &shows("900"))]))),
        ("moved", "the number stands elsewhere", forbidden(FIELDS), pdf::objects(&[(8, &bare.number(&value).replace("72 600", "72 400"))])),
        (
            "calculated",
            "a script calculates the number",
            forbidden(FIELDS),
            changed("13/QD-UBND", "13/QD-UBND", "/AA << /C << /S /JavaScript /JS (1) >> >> "),
        ),
        (
            "renamed",
            "the field of the number has another name",
            forbidden(FIELDS),
            pdf::objects(&[(8, &bare.number(&value).replace("(number)", "(numbers)"))]),
        ),
        (
            "of-another-type",
            "the field of the number is a button",
            forbidden(FIELDS),
            pdf::objects(&[(8, &bare.number(&value).replace("/FT /Tx", "/FT /Btn"))]),
        ),
        (
            "unlisted",
            "the form has no field for the sum",
            forbidden(FIELDS),
            plus(&honest, pdf::objects(&[(9, &Decision { fields: String::new(), ..decision.clone() }.form(""))])),
        ),
        (
            "fonts",
            "the form has another font of the same name",
            forbidden(CATALOG),
            plus(&honest, pdf::objects(&[(9, &other_fonts), (23, font)])),
        ),
        (
            "xfa",
            "the form has a second form inside",
            forbidden(CATALOG),
            plus(&honest, pdf::objects(&[(9, &Decision { form: "/XFA (x) ".into(), ..decision.clone() }.form(""))])),
        ),
    ];
    for (name, change, expected, objects) in rows {
        cases.attack(&good, name, change, &expected, update(objects))?;
    }
    super::lent::above(cases)
}

/// Signatures that cover what others signed.
pub fn seals(cases: &mut Cases<'_>) -> Outcome {
    let shared = cases.shared;
    let note = "<< /Type /Annot /Subtype /Stamp /Rect [400 60 500 110] /F 4 /AP << /N 13 0 R >> >>";
    let decision = Decision {
        annotations: " 12 0 R".into(),
        number: "/V (12/QD-UBND) /AP << /N 18 0 R >> ".into(),
        ..Decision::with(&[(12, note), (13, &form("[0 0 100 50]", "0 0 100 50 re S")), (18, &shows("12/QD-UBND"))])
    };
    let signed = decision.signed(shared)?;
    let sealed = |objects: Objects| seal(shared, objects, &|objects| pdf::updated(&signed, objects, ""));
    let good_seal = || Entry::passed().field("seal").changes("none");
    let expected = passes("form_filling").and(good_seal());
    let at = |rectangle: &str| sealed(with_appearance(&decision, rectangle, &pades()));
    let good = cases.honest("sealed", "a decision with a stamp, signed, and sealed beside it", &expected, at("[200 60 300 110]")?)?;
    let touching = cases.honest(
        "sealed-touching",
        "a decision with a stamp, signed, and sealed over less than half of it",
        &expected,
        at("[300 60 440 110]")?,
    )?;
    let refused = |check| modified("form_filling", check).and(good_seal());
    cases.attack(&good, "sealed-stamp", "the seal covers the stamp", &refused(OVERLAP), at("[400 60 500 110]")?)?;
    cases.attack(&good, "sealed-number", "the seal covers the number", &refused(OVERLAP), at("[72 600 300 620]")?)?;
    cases.attack(&touching, "sealed-covering", "the seal covers the stamp and more", &refused(OVERLAP), at("[390 60 530 120]")?)?;
    cases.attack(&good, "sealed-page", "the seal covers the page", &refused(SIZE), at("[0 0 595 842]")?)?;
    cases.attack(
        &good,
        "sealed-turned",
        "the seal covers the page, its corners the other way round",
        &refused(SIZE),
        at("[595 842 0 0]")?,
    )?;
    // Many small ones make a large one.
    let kid = |low: u32| {
        format!("<< /Type /Annot /Subtype /Widget /Parent 10 0 R /Rect [0 {low} 595 {}] /F 4 /P 3 0 R /AP << /N 20 0 R >> >>", low + 150)
    };
    let parent = "<< /FT /Sig /T (seal) /V 11 0 R /Kids [24 0 R 25 0 R 26 0 R] >>";
    let tiles = pdf::objects(&[
        (3, &decision.page(" 24 0 R 25 0 R 26 0 R")),
        (9, &decision.form(" 10 0 R")),
        (10, parent),
        (11, &pades()),
        (20, &form("[0 0 595 150]", "1 g 0 0 595 150 re f")),
        (24, &kid(130)),
        (25, &kid(290)),
        (26, &kid(640)),
    ]);
    cases.attack(&good, "sealed-tiles", "the seal has three places that cover half of the page", &refused(SIZE), sealed(tiles)?)?;
    let action = with_appearance(&decision, "[200 60 300 110]", &pades());
    let action: Objects = action
        .into_iter()
        .map(|(number, octets)| match number {
            10 => (number, String::from_utf8_lossy(&octets).replace("/FT /Sig", "/FT /Sig /A << /S /JavaScript /JS (1) >>").into_bytes()),
            _ => (number, octets),
        })
        .collect();
    cases.attack(&good, "sealed-script", "the seal runs a script", &modified("other", JUDGED).and(good_seal()), sealed(action)?)?;
    seals_later(cases)?;
    super::over::seals(cases)
}

/// A place that is empty first, and large when it is signed.
fn seals_later(cases: &mut Cases<'_>) -> Outcome {
    let (shared, decision) = (cases.shared, Decision::default());
    let signed = decision.signed(shared)?;
    let objects = |rectangle: &str, flags: u32, value: &str| -> Objects {
        let more = format!("/Rect {rectangle} /AP << /N 20 0 R >> ");
        let text = field("seal", &more).replace("/Rect [0 0 0 0] ", "").replace("/F 132", &format!("/F {flags}"));
        pdf::objects(&[(10, &text.replace("/V 7 0 R ", value)), (20, &form("[0 0 120 60]", "BT /F1 12 Tf 2 5 Td (UBND) Tj ET"))])
    };
    let listed = pdf::objects(&[(3, &decision.page(" 10 0 R")), (9, &decision.form(" 10 0 R"))]);
    let then = |first: Objects, second: Objects| -> Outcome<Vec<u8>> {
        let prepared = pdf::updated(&signed, &plus(&listed, first), "");
        seal(shared, plus(&second, pdf::objects(&[(11, &pades())])), &|objects| pdf::updated(&prepared, objects, ""))
    };
    let seal_passes = || Entry::passed().field("seal").changes("none");
    let small = "[400 60 520 120]";
    let expected = passes("form_filling").and(seal_passes());
    let what = "a decision signed, an empty field added, and that one sealed later";
    let good = cases.honest("prepared", what, &expected, then(objects(small, 2, ""), objects(small, 4, "/V 11 0 R "))?)?;
    let refused = modified("form_filling", SIZE).and(seal_passes());
    let page = "[0 0 595 842]";
    let document = then(objects(page, 2, ""), objects(page, 4, "/V 11 0 R "))?;
    cases.attack(&good, "prepared-hidden", "the field covers the page, and is hidden until it is sealed", &refused, document)?;
    let document = then(objects("[9 9 9 9]", 4, ""), objects(page, 4, "/V 11 0 R "))?;
    cases.attack(&good, "prepared-grown", "the field has no area, and covers the page when it is sealed", &refused, document)
}

/// Validation data that are none.
pub fn store(cases: &mut Cases<'_>) -> Outcome {
    let decision = Decision::default();
    let signed = decision.signed(cases.shared)?;
    let store = decision.store(cases.shared, "");
    let update = |objects: Objects| pdf::updated(&signed, &plus(&store, objects), "");
    let good = cases.honest("data", "a decision signed, validation data added", &passes("extension"), update(Objects::new()))?;
    let text = pdf::stream("", "no certificate");
    let expected = passes("extension")
        .entries(&[Entry::passed().field("leader").changes("extension").tolerates("permitted_changes.validation_data_read")]);
    cases.attack(&good, "data-unread", "one of the data is a text", &expected, update(pdf::objects(&[(31, &text)])))?;
    let pages = "<< /Type /DSS /Certs [31 0 R] /CRLs [32 0 R] /OCSPs [4 0 R] >>";
    let objects = pdf::objects(&[(4, &pdf::content(FORGED)), (30, pages)]);
    cases.attack(&good, "data-content", "one of the data is the content of the page", &invalid("other", EXPLAINED), update(objects))?;
    let gone = pdf::updated(&update(Objects::new()), &pdf::objects(&[(1, &decision.catalog(""))]), "");
    let without =
        cases.honest("data-gone", "a decision signed, validation data added and taken away", &passes("extension"), gone.clone())?;
    let document = pdf::updated(&gone, &pdf::objects(&[(4, &pdf::content(FORGED))]), "");
    cases.attack(&without, "data-gone-page", "the page is another one as well", &invalid("other", EXPLAINED), document)?;
    let direct = "<< /Type /DSS /Certs [(text)] /CRLs [32 0 R] >>";
    cases.attack(&good, "data-direct", "one of the data is no object", &modified("other", JUDGED), update(pdf::objects(&[(30, direct)])))
}

/// The cross-reference leads elsewhere.
pub fn entries(cases: &mut Cases<'_>) -> Outcome {
    let twin =
        "\n4 0 obj\n<< /Length 66 >>\nstream\nBT /F1 18 Tf 72 720 Td (Phe duyet kinh phi 900 trieu dong) Tj ET    \nendstream\nendobj";
    let decision = Decision::with(&[(12, &pdf::content(FORGED)), (13, &pdf::stream("", twin))]);
    let signed = decision.signed(cases.shared)?;
    let good = cases.honest(
        "entries",
        "a decision signed, the number filled in",
        &passes("form_filling"),
        pdf::updated(&signed, &decision.filled(), ""),
    )?;
    let at = |what: &str| find(&signed, what.as_bytes()).ok_or("not there");
    let with =
        |number: u32, offset: usize| Update { rows: vec![(number, Row::At(offset))], ..Update::of(decision.filled()) }.table(&signed);
    let expected = || invalid("other", EXPLAINED);
    let inside = at("\n4 0 obj\n<< /Length 66")? + 1;
    cases.attack(&good, "entry-stream", "the content of the page is read from the middle of a stream", &expected(), with(4, inside))?;
    cases.attack(
        &good,
        "entry-other",
        "the content of the page is read where another object stands",
        &expected(),
        with(4, at("12 0 obj")?),
    )?;
    cases.attack(&good, "entry-middle", "the page is read from its middle", &expected(), with(3, at("3 0 obj")? + 9))?;
    cases.attack(&good, "entry-beyond", "the content of the page is read behind the file", &expected(), with(4, 10_000_000))?;
    cases.attack(&good, "entry-start", "the content of the page is read at the start of the file", &expected(), with(4, 0))?;
    let member = Update { rows: vec![(4, Row::Member(13, 0))], ..Update::of(decision.filled()) }.stream(&signed);
    cases.attack(&good, "entry-member", "the content of the page is a member of what is no object stream", &expected(), member)?;
    let lost = Expected { ..passes("") }.entries(&[Entry::concluded(INDETERMINATE, CONSTRAINTS, "pades.signature_listed")]);
    let lost = Expected { conclusion: Some([INDETERMINATE, CONSTRAINTS, "pades.signature_listed"]), ..lost };
    let previous = Update { previous: Some(format!("/Prev {}", signed.len() + 100)), ..Update::of(decision.filled()) }.table(&signed);
    cases.attack(&good, "previous-none", "the section before is said to be where none is", &lost, previous)?;
    let twice = [signed.as_slice(), &pdf::object(8, b"null")].concat();
    let twice = pdf::updated(&twice, &decision.filled(), "");
    cases.attack(
        &good,
        "twice",
        "the field of the number stands twice in one revision",
        &invalid("other", "permitted_changes.objects_listed"),
        twice,
    )?;
    super::readings::add(cases)
}
