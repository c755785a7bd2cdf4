//! Every recipe once more in every kind of file: tables, cross-reference streams, object streams, both side by side, and one after the other.

use super::decision::{Decision, FORGED, form, seal, shows, stamp};
use super::update::Update;
use super::{Cases, Expected, invalid, modified, passes};
use crate::Outcome;
use crate::case::Entry;
use crate::hand_made::{find, pades};
use crate::pdf::{self, Objects};
use crate::shared::Shared;

const CATALOG: &str = "permitted_changes.catalog_kept";
const EXPLAINED: &str = "permitted_changes.explained";
const FIELDS: &str = "permitted_changes.fields_kept";
const PAGES: &str = "permitted_changes.pages_kept";

/// A kind of file and of later revision.
struct Kind {
    name: &'static str,
    layout: fn(&Objects) -> Vec<u8>,
    later: fn(&[u8], Objects) -> Vec<u8>,
}

const KINDS: [Kind; 5] = [
    Kind { name: "table", layout: table, later: |file, objects| Update::of(objects).table(file) },
    Kind { name: "stream", layout: |objects| pdf::compressed(objects, &[]), later: |file, objects| Update::of(objects).stream(file) },
    Kind {
        name: "members",
        layout: |objects| pdf::compressed(objects, &[1, 2, 3, 5, 8, 9]),
        later: |file, objects| Update::of(objects).compressed(file, &[1, 3, 5, 8, 12]),
    },
    Kind { name: "hybrid", layout: pdf::hybrid, later: |file, objects| Update::of(objects).table(file) },
    Kind { name: "mixed", layout: table, later: |file, objects| Update::of(objects).compressed(file, &[3, 8]) },
];

fn table(objects: &Objects) -> Vec<u8> {
    pdf::table(objects, "")
}

/// What is signed, what comes later, and what an attacker puts in its place.
struct Recipe {
    name: &'static str,
    what: &'static str,
    decision: Decision,
    honest: fn(&Shared, &Decision) -> Objects,
    expected: Expected,
    change: &'static str,
    /// In the place of, or besides, what comes later.
    attack: fn(&Shared, &Decision) -> Objects,
    forged: Expected,
}

pub fn add(cases: &mut Cases<'_>) -> Outcome {
    for kind in &KINDS {
        for recipe in recipes() {
            let name = format!("{}-{}", recipe.name, kind.name);
            let mut decision = recipe.decision.clone();
            // What the table of a hybrid file hides is no page, no form and no annotation.
            decision.resources = format!("{}/ExtGState << /G0 40 0 R >> ", decision.resources);
            decision.objects.push((40, b"<< /Type /ExtGState /CA 1 >>".to_vec()));
            let signed = decision.signed_as(cases.shared, &kind.layout)?;
            let honest = (recipe.honest)(cases.shared, &decision);
            let document = finished(cases.shared, &signed, honest.clone(), kind)?;
            let good = cases.honest(&name, recipe.what, &recipe.expected, document)?;
            let mut forged = (recipe.attack)(cases.shared, &decision);
            let kept = |number: &u32| !forged.iter().any(|(other, _)| other == number);
            let kept: Objects = honest.into_iter().filter(|(number, _)| kept(number)).collect();
            forged.extend(kept);
            forged.sort_by_key(|(number, _)| *number);
            let document = finished(cases.shared, &signed, forged, kind)?;
            cases.attack(&good, &format!("{name}-forged"), recipe.change, &recipe.forged, document)?;
        }
    }
    Ok(())
}

/// The later revision, signed or stamped where it has a signature dictionary.
fn finished(shared: &Shared, signed: &[u8], objects: Objects, kind: &Kind) -> Outcome<Vec<u8>> {
    let layout = |objects: &Objects| (kind.later)(signed, objects.clone());
    let has = |what: &[u8]| objects.iter().any(|(_, octets)| find(octets, what).is_some());
    match (has(b"/DocTimeStamp"), has(b"{contents}")) {
        (true, _) => stamp(shared, objects, &layout),
        (_, true) => seal(shared, objects, &layout),
        _ => Ok(layout(&objects)),
    }
}

fn recipes() -> Vec<Recipe> {
    let sealed = |entry: Entry| passes("form_filling").and(entry.field("seal").changes("none"));
    let stamped = |expected: Expected| expected.and(Entry::passed().kind("document_timestamp"));
    vec![
        Recipe {
            name: "font",
            what: "a decision signed, the number filled in",
            decision: Decision::default(),
            honest: |_, decision| decision.filled(),
            expected: passes("form_filling"),
            change: "the font of the page shows other letters",
            attack: |_, _| {
                let font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Type /Encoding /Differences [49 /nine] >> >>";
                pdf::objects(&[(5, font)])
            },
            forged: invalid("other", EXPLAINED),
        },
        Recipe {
            name: "overlay",
            what: "a decision with a stamp on it, signed, the number filled in",
            decision: Decision {
                annotations: " 12 0 R".into(),
                ..Decision::with(&[(12, STAMP), (13, &form("[0 0 400 40]", "1 g 0 0 400 40 re f"))])
            },
            honest: |_, decision| decision.filled(),
            expected: passes("form_filling"),
            change: "the stamp is an empty dictionary",
            attack: |_, _| pdf::objects(&[(12, "<< >>")]),
            forged: invalid("other", FIELDS),
        },
        Recipe {
            name: "comment",
            what: "a decision signed, a link without a border added",
            decision: Decision::default(),
            honest: |_, decision| pdf::objects(&[(3, &decision.page(" 21 0 R")), (21, LINK)]),
            expected: passes("annotation"),
            change: "the link is a text on the page",
            attack: |_, _| {
                let text = format!("BT /F1 18 Tf 0 2 Td ({FORGED}) Tj ET");
                let annotation = "<< /Type /Annot /Subtype /FreeText /Rect [72 710 500 740] /F 4 /DA (/F1 18 Tf) /AP << /N 20 0 R >> >>";
                pdf::objects(&[(20, &form("[0 0 428 30]", &text)), (21, annotation)])
            },
            forged: modified("annotation", "permitted_changes.drawn_annotations"),
        },
        Recipe {
            name: "seal",
            what: "a decision certified for filling in, sealed in a corner of the page",
            decision: Decision::certified(2),
            honest: |_, decision| with_appearance(decision, "[400 60 520 120]", &pades()),
            expected: sealed(Entry::passed()),
            change: "nobody signed the field, and its appearance stays",
            attack: |_, decision| {
                let objects = with_appearance(decision, "[400 60 520 120]", "null");
                objects
                    .into_iter()
                    .map(|(number, octets)| (number, String::from_utf8_lossy(&octets).replace("/V 11 0 R ", "").into_bytes()))
                    .collect()
            },
            forged: invalid("other", "permitted_changes.within_permission"),
        },
        Recipe {
            name: "large",
            what: "a decision signed, sealed in a corner of the page",
            decision: Decision::default(),
            honest: |_, decision| with_appearance(decision, "[400 60 520 120]", &pades()),
            expected: sealed(Entry::passed()),
            change: "the seal covers the page",
            attack: |_, decision| with_appearance(decision, "[0 0 595 842]", &pades()),
            forged: modified("form_filling", "permitted_changes.appearance_size").and(Entry::passed().field("seal").changes("none")),
        },
        Recipe {
            name: "store",
            what: "a decision certified against any change, validation data added",
            decision: Decision::certified(1),
            honest: |shared, decision| decision.store(shared, ""),
            expected: passes("extension"),
            change: "one of the data is the font of the page",
            attack: |shared, decision| {
                let store = "<< /Type /DSS /Certs [31 0 R 5 0 R] /CRLs [32 0 R] >>";
                let font = "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>";
                let kept = decision.store(shared, "").into_iter().filter(|(number, _)| *number != 30);
                kept.chain(pdf::objects(&[(5, font), (30, store)])).collect()
            },
            forged: invalid("other", EXPLAINED),
        },
        Recipe {
            name: "stamp",
            what: "a decision certified against any change, stamped",
            decision: Decision::certified(1),
            honest: |_, decision| decision.stamped(),
            expected: stamped(passes("extension")),
            change: "the page tree turns its pages as well",
            attack: |_, _| pdf::objects(&[(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 /Rotate 180 >>")]),
            forged: stamped(invalid("other", PAGES)),
        },
        Recipe {
            name: "action",
            what: "a decision signed, its metadata renewed",
            decision: Decision::default(),
            honest: |_, decision| pdf::objects(&[(1, &decision.catalog("/Metadata 22 0 R ")), (22, &metadata())]),
            expected: passes("extension"),
            change: "whoever opens the file runs a script",
            attack: |_, decision| {
                let action = "/Metadata 22 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> ";
                pdf::objects(&[(1, &decision.catalog(action))])
            },
            forged: invalid("other", CATALOG),
        },
        Recipe {
            name: "value",
            what: "a decision with its number, signed and sealed",
            decision: Decision { number: "/V (12/QD-UBND) /AP << /N 18 0 R >> ".into(), ..Decision::with(&[(18, &shows("12/QD-UBND"))]) },
            honest: |_, decision| decision.sealed(""),
            expected: sealed(Entry::passed()),
            change: "the number looks like another one",
            attack: |_, _| pdf::objects(&[(18, &shows("99/QD-UBND"))]),
            forged: invalid("other", EXPLAINED).and(Entry::passed().field("seal").changes("none")),
        },
        Recipe {
            name: "permission",
            what: "a decision certified for filling in, validation data added",
            decision: Decision::certified(2),
            honest: |shared, decision| decision.store(shared, ""),
            expected: passes("extension"),
            change: "the catalog does not name the certification any more",
            attack: |_, decision| {
                let catalog = Decision { catalog: String::new(), ..decision.clone() }.catalog("/DSS 30 0 R ");
                pdf::objects(&[(1, &catalog)])
            },
            forged: invalid("other", CATALOG),
        },
    ]
}

const STAMP: &str = "<< /Type /Annot /Subtype /Stamp /Rect [72 710 472 750] /F 4 /AP << /N 13 0 R >> >>";
const LINK: &str = "<< /Type /Annot /Subtype /Link /Rect [72 710 500 740] /Border [0 0 0] /A << /S /URI /URI (http://kyso.example/) >> >>";

/// A second field in this place of the page, which shows a text.
pub fn with_appearance(decision: &Decision, rectangle: &str, dictionary: &str) -> Objects {
    let mut objects = decision.second("seal", &format!("/Rect {rectangle} /AP << /N 20 0 R >> "), dictionary);
    objects.extend(pdf::objects(&[(20, &form("[0 0 120 60]", "BT /F1 12 Tf 2 5 Td (UBND) Tj ET"))]));
    objects
}

pub fn metadata() -> String {
    let xmp = "<?xpacket begin=\"\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF \
               xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" \
               xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmp:CreatorTool=\"Office\"/></rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>";
    pdf::stream("/Type /Metadata /Subtype /XML ", xmp)
}
