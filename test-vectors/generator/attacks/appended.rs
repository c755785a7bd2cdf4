//! Incremental saving: a signed file is left as it is, and what is shown comes in a later revision.

use kyso::{Document, Profile};

use super::decision::{Decision, FORGED, TEXT, form, seal, stamp};
use super::update::{Row, Update};
use super::{CONSTRAINTS, Cases, Change, Expected, invalid, modified, passes, unaccounted};
use crate::Outcome;
use crate::case::{Entry, Good, INDETERMINATE};
use crate::encryption::{Method, encrypted};
use crate::hand_made::{claimed, find};
use crate::pdf::{self, Objects};

const PAGES: &str = "permitted_changes.pages_kept";
const CATALOG: &str = "permitted_changes.catalog_kept";
const EXPLAINED: &str = "permitted_changes.explained";
const UNLISTED: &str = "permitted_changes.objects_listed";

pub fn add(cases: &mut Cases<'_>) -> Outcome {
    kinds(cases)?;
    permissions(cases)?;
    between_signatures(cases)?;
    written_by_the_library(cases)?;
    let signed = Decision::default().signed(cases.shared)?;
    let good = cases.honest("nothing", "a decision of one page, signed", &passes("none"), signed.clone())?;
    pages(cases, &good, &signed)?;
    roots(cases, &good, &signed)?;
    without_section(cases, &good, &signed)?;
    clones(cases, &good, &signed)?;
    two_pages(cases)?;
    length(cases)
}

/// The text of the page.
fn forged() -> Objects {
    pdf::objects(&[(4, &pdf::content(FORGED))])
}

fn plus(mut objects: Objects, more: Objects) -> Objects {
    objects.extend(more);
    objects.sort_by_key(|(number, _)| *number);
    objects
}

/// Every kind of file and of later revision: the honest one fills in the number, the other one has another page beside.
fn kinds(cases: &mut Cases<'_>) -> Outcome {
    let plain = Decision::default();
    let hybrid = Decision { resources: "/ExtGState << /G0 12 0 R >> ".into(), ..Decision::with(&[(12, "<< /Type /ExtGState /CA 1 >>")]) };
    let moved = |decision: &Decision| {
        pdf::objects(&[(3, &decision.page_with("/Contents 21 0 R", &decision.resources, "")), (21, &pdf::content(FORGED))])
    };
    type Layout<'l> = &'l dyn Fn(&Objects) -> Vec<u8>;
    type Later<'l> = &'l dyn Fn(&[u8], Objects) -> Vec<u8>;
    let kinds: [(&str, &str, &Decision, Layout<'_>, Later<'_>, Objects, &str); 5] = [
        (
            "table",
            "tables",
            &plain,
            &|objects| pdf::table(objects, ""),
            &|file, objects| Update::of(objects).table(file),
            forged(),
            EXPLAINED,
        ),
        (
            "stream",
            "cross-reference streams",
            &plain,
            &|objects| pdf::compressed(objects, &[]),
            &|file, objects| Update::of(objects).stream(file),
            forged(),
            EXPLAINED,
        ),
        (
            "members",
            "object streams",
            &plain,
            &|objects| pdf::compressed(objects, &[1, 2, 3, 5, 8, 9]),
            &|file, objects| Update::of(objects).compressed(file, &[3, 8]),
            moved(&plain),
            PAGES,
        ),
        (
            "hybrid",
            "a table and a stream side by side",
            &hybrid,
            &pdf::hybrid,
            &|file, objects| Update::of(objects).table(file),
            moved(&hybrid),
            PAGES,
        ),
        (
            "mixed",
            "a table first and a stream then",
            &plain,
            &|objects| pdf::table(objects, "/Info 2 0 R "),
            &|file, objects| Update { trailer: "/Info 2 0 R ".into(), ..Update::of(objects) }.compressed(file, &[3, 8]),
            moved(&plain),
            PAGES,
        ),
    ];
    for (name, what, decision, layout, later, attack, check) in kinds {
        let signed = decision.signed_as(cases.shared, layout)?;
        let what = format!("a decision signed in a file with {what}, the number filled in afterwards");
        let good = cases.honest(name, &what, &passes("form_filling"), later(&signed, decision.filled()))?;
        let document = later(&signed, plus(decision.filled(), attack));
        cases.attack(&good, &format!("{name}-page"), "the page is another one as well", &invalid("other", check), document)?;
    }
    Ok(())
}

/// Whatever a signature permits, it does not permit another page.
fn permissions(cases: &mut Cases<'_>) -> Outcome {
    for (name, what, decision) in [
        ("certified-2", "certified for filling in", Decision::certified(2)),
        ("certified-3", "certified for filling in and commenting", Decision::certified(3)),
        ("locked", "signed, all other fields locked", Decision::locking("/Action /Exclude /Fields [(number)]")),
    ] {
        let signed = decision.signed(cases.shared)?;
        let what = format!("a decision {what}, the number filled in afterwards");
        let good = cases.honest(name, &what, &passes("form_filling"), pdf::updated(&signed, &decision.filled(), ""))?;
        let document = pdf::updated(&signed, &plus(decision.filled(), forged()), "");
        cases.attack(&good, &format!("{name}-page"), "the page is another one as well", &invalid("other", EXPLAINED), document)?;
    }
    let decision = Decision::certified(1);
    let signed = decision.signed(cases.shared)?;
    let store = decision.store(cases.shared, "");
    let what = "a decision certified against any change, validation data added afterwards";
    let good = cases.honest("certified-1", what, &passes("extension"), pdf::updated(&signed, &store, ""))?;
    let document = pdf::updated(&signed, &plus(store, forged()), "");
    cases.attack(&good, "certified-1-page", "the page is another one as well", &invalid("other", EXPLAINED), document)
}

/// Leader, number, seal: whoever signs last has signed what stands there then.
fn between_signatures(cases: &mut Cases<'_>) -> Outcome {
    let (shared, decision) = (cases.shared, Decision::default());
    let signed = decision.signed(shared)?;
    let sealed = |file: &[u8]| seal(shared, decision.sealed(""), &|objects| pdf::updated(file, objects, ""));
    let numbered = pdf::updated(&signed, &decision.filled(), "");
    let both = sealed(&numbered)?;
    let seal_passes = Entry::passed().field("seal");
    let what = "the leader signs, the number is filled in, the organisation seals";
    let good = cases.honest("several", what, &passes("form_filling").and(seal_passes.clone().changes("none")), both.clone())?;
    let failed = invalid("other", EXPLAINED);
    let before = sealed(&pdf::updated(&signed, &plus(decision.filled(), forged()), ""))?;
    let expected = failed.clone().and(seal_passes.clone().changes("none"));
    cases.attack(&good, "several-page-before-seal", "with the number came another page", &expected, before)?;
    let with_seal = plus(decision.sealed(""), forged());
    let with_seal = seal(shared, with_seal, &|objects| pdf::updated(&numbered, objects, ""))?;
    cases.attack(&good, "several-page-with-seal", "the revision that is sealed brings another page", &expected, with_seal)?;
    let after = pdf::updated(&both, &forged(), "");
    let both_failed = failed.and(Entry::concluded("TOTAL-FAILED", "FORMAT_FAILURE", EXPLAINED).integrity("intact").field("seal"));
    cases.attack(&good, "several-page-after-seal", "the page is another one afterwards", &both_failed, after)?;
    // A page that is another one for one revision only: what was sealed is what was not signed.
    let back = pdf::updated(&before_seal(&signed, &decision), &pdf::objects(&[(4, &pdf::content(TEXT))]), "");
    cases.attack(&good, "several-page-and-back", "between the two the page was another one for a while", &expected, sealed(&back)?)?;

    let stamped = |objects: Objects| stamp(shared, objects, &|objects| pdf::updated(&signed, objects, ""));
    let timestamp = Entry::passed().kind("document_timestamp");
    let expected = passes("extension").and(timestamp.clone());
    let good = cases.honest("stamped", "a decision signed, a document timestamp added", &expected, stamped(decision.stamped())?)?;
    let expected = invalid("other", EXPLAINED).and(timestamp);
    cases.attack(&good, "stamped-page", "the page is another one as well", &expected, stamped(plus(decision.stamped(), forged()))?)
}

fn before_seal(signed: &[u8], decision: &Decision) -> Vec<u8> {
    pdf::updated(signed, &plus(decision.filled(), forged()), "")
}

/// A linearised and an encrypted file.
fn written_by_the_library(cases: &mut Cases<'_>) -> Outcome {
    let shared = cases.shared;
    let sign = |file: &[u8], key: &str, field: &str| -> Outcome<Vec<u8>> {
        let profile = Profile::pades_b_b(claimed()).contents(1).field(field);
        Ok(kyso::sign(&Document::pdf(file)?, &profile, &shared.signer(key)?)?)
    };
    let expected = passes("form_filling").and(Entry::passed().field("seal").changes("none"));
    let failed = Entry::concluded("TOTAL-FAILED", "FORMAT_FAILURE", PAGES).integrity("intact").field("seal");
    let failed = invalid("other", PAGES).and(failed);

    let both = sign(&sign(&pdf::linearised(), "p256", "leader")?, "p384", "seal")?;
    let good = cases.honest("linearised", "a linearised file signed and sealed", &expected, both.clone())?;
    let page = page_of(&both, "/Contents 6 0 R", "/Contents 60 0 R")?;
    let attack = Update { root: 4, ..Update::of(plus(page, pdf::objects(&[(60, &pdf::content(FORGED))]))) };
    cases.attack(&good, "linearised-page", "the page has another content afterwards", &failed, attack.table(&both))?;

    let file = encrypted(&pdf::plain(), Method::Aes256, "")?;
    let both = sign(&sign(&file, "p256", "leader")?, "p384", "seal")?;
    let good = cases.honest("encrypted", "an encrypted file signed and sealed", &expected, both.clone())?;
    // Without a stream, and so without need of the key.
    let id = find(&both, b"/ID").map(|at| &both[at..]).and_then(|rest| rest.split_inclusive(|octet| *octet == b']').next());
    let trailer = format!("/Encrypt 6 0 R {} ", String::from_utf8_lossy(id.ok_or("no identifier")?));
    let attack = Update { trailer, ..Update::of(page_of(&both, "/Contents 4 0 R", "")?) };
    cases.attack(&good, "encrypted-page", "the page is empty afterwards", &failed, attack.table(&both))
}

/// The newest page of the file with another text in one place.
fn page_of(file: &[u8], what: &str, by: &str) -> Outcome<Objects> {
    let text = String::from_utf8_lossy(file).into_owned();
    let at = text.rfind("/Type /Page /").ok_or("no page")?;
    let begins = text[..at].rfind(" 0 obj").ok_or("no object")?;
    let number = text[..begins].rsplit('\n').next().unwrap_or_default().parse()?;
    let ends = text[begins..].find("endobj").ok_or("no end")? + begins;
    let body = text[begins + 6..ends].trim();
    if !body.contains(what) {
        return Err(format!("no `{what}` in {body}").into());
    }
    Ok(pdf::objects(&[(number, &body.replace(what, by))]))
}

/// The page and everything that it leads to.
fn pages(cases: &mut Cases<'_>, good: &Good, signed: &[u8]) -> Outcome {
    let decision = Decision::default();
    let (text, other) = (
        pdf::content(FORGED),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 20 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    );
    let page = |contents: &str| decision.page_with(contents, "", "");
    let cover = pdf::stream("", "1 1 1 rg 60 700 500 50 re f 0 g BT /F1 18 Tf 72 720 Td (Khong phe duyet) Tj ET");
    let drawn = form("[0 0 595 842]", &format!("BT /F1 18 Tf 72 720 Td ({FORGED}) Tj ET"));
    let tree = "<< /Type /Pages /Kids [3 0 R] /Count 1 /Rotate 180 >>";
    let changes: [Change<'_>; 8] = [
        ("contents", "`/Contents` of the page is another stream", PAGES, &[(3, &page("/Contents 20 0 R")), (20, &text)]),
        ("contents-more", "a second stream paints over the page", PAGES, &[(3, &page("/Contents [4 0 R 20 0 R]")), (20, &cover)]),
        (
            "contents-before",
            "the streams of the page are cut by one that comes first",
            PAGES,
            &[(3, &page("/Contents [20 0 R 4 0 R]")), (20, "<< /Length 2 >>\nstream\nBI\nendstream")],
        ),
        ("contents-none", "the page has no content", PAGES, &[(3, &page(""))]),
        (
            "kids",
            "the page tree leads to another page",
            PAGES,
            &[(2, "<< /Type /Pages /Kids [21 0 R] /Count 1 >>"), (20, &text), (21, other)],
        ),
        (
            "kids-more",
            "a page is put before the one that was signed",
            PAGES,
            &[(2, "<< /Type /Pages /Kids [21 0 R 3 0 R] /Count 2 >>"), (20, &text), (21, other)],
        ),
        ("inherited", "the page tree turns its pages upside down", PAGES, &[(2, tree)]),
        ("not-a-page", "in the place of the page stands what it draws", PAGES, &[(3, &drawn)]),
    ];
    cases.changes(good, &changes, |objects| Update::of(objects).table(signed))?;
    let freed = Update::rows(&[(4, Row::Free)]).table(signed);
    cases.attack(good, "content-freed", "the content of the page is marked free", &invalid("other", EXPLAINED), freed)?;
    let hidden = pdf::objects(&[(3, &page("/Contents 20 0 R")), (20, &text)]);
    let hidden = Update::of(hidden).hybrid(signed, &[3, 20]);
    let change = "readers that know `/XRefStm` find another page, others the one that was signed";
    cases.attack(good, "hybrid-only", change, &invalid("other", EXPLAINED), hidden)
}

/// Another document altogether.
fn roots(cases: &mut Cases<'_>, good: &Good, signed: &[u8]) -> Outcome {
    let decision = Decision::default();
    let page = "<< /Type /Page /Parent 22 0 R /MediaBox [0 0 595 842] /Contents 20 0 R /Resources << /Font << /F1 5 0 R >> >> >>";
    let text = pdf::content(FORGED);
    let other = [(20, text.as_str()), (21, page), (22, "<< /Type /Pages /Kids [21 0 R] /Count 1 >>")];
    let with = |object: (u32, &str)| Update::of(pdf::objects(&[&other[..], &[object]].concat()));
    let catalog = decision.catalog("").replace("/Pages 2 0 R", "/Pages 22 0 R");
    cases.attack(good, "catalog", "the catalog leads to other pages", &invalid("other", CATALOG), with((1, &catalog)).table(signed))?;
    let root = Update { root: 23, ..with((23, &catalog)) };
    cases.attack(good, "root", "the trailer leads to another catalog", &invalid("other", CATALOG), root.table(signed))?;
    // Nothing of the signed revision is in the chain then, and the signature stands in an object that nobody names.
    let whole =
        Update { previous: Some(String::new()), ..Update::of(pdf::with(decision.objects(), &[(4, &text), (6, "null"), (7, "null")])) };
    let entry = Entry::default().kind("unsupported").integrity("unknown");
    let listed = Expected { conclusion: Some([INDETERMINATE, CONSTRAINTS, "pades.signature_listed"]), ..passes("") }.entries(&[entry]);
    cases.attack(good, "no-previous", "a whole document follows that names no revision before it", &listed, whole.table(signed))
}

/// Without a cross-reference that names what is new: some readers look for objects on their own.
fn without_section(cases: &mut Cases<'_>, good: &Good, signed: &[u8]) -> Outcome {
    let section = pdf::startxref(signed);
    let object = pdf::object(4, pdf::content(FORGED).as_bytes());
    let then = |text: &str| [signed, &object, text.as_bytes()].concat();
    let trailer = |section: usize| format!("trailer\n<< /Size 10 /Root 1 0 R /Prev {section} >>\nstartxref\n");
    let own = signed.len() + object.len();
    let unlisted = invalid("other", UNLISTED);
    let rows = [
        ("section-none", "the content of the page follows once more, and nothing else", String::new()),
        (
            "section-old",
            "the content of the page follows once more, and a trailer whose `startxref` names the old section",
            format!("{}{section}\n%%EOF\n", trailer(section)),
        ),
        (
            "section-empty",
            "the content of the page follows once more, and a section without entries",
            format!("xref\n{}{own}\n%%EOF\n", trailer(section)),
        ),
        (
            "section-without-start",
            "the content of the page follows once more, with its entry and trailer and no `startxref`",
            format!("xref\n4 1\n{:010} 00000 n \n{}", signed.len(), trailer(section).replace("startxref\n", "")),
        ),
    ];
    for (name, change, text) in rows {
        cases.attack(good, name, change, &unlisted, then(&text))?;
    }
    // No reader that follows the chain finds anything, not even the form.
    let entry = Entry::default().kind("unsupported").integrity("unknown");
    let lost = Expected { conclusion: Some([INDETERMINATE, CONSTRAINTS, "pades.signature_listed"]), ..passes("") }.entries(&[entry]);
    let itself = format!("{}{own}\n%%EOF\n", trailer(section));
    cases.attack(
        good,
        "section-itself",
        "the content of the page follows once more, and a trailer whose `startxref` names the trailer",
        &lost,
        then(&itself),
    )?;
    let beyond = format!("{}{}\n%%EOF\n", trailer(section), signed.len() + 5000);
    cases.attack(
        good,
        "section-beyond",
        "the content of the page follows once more, and a `startxref` behind the end of the file",
        &lost,
        then(&beyond),
    )?;

    let update = pdf::updated(signed, &forged(), "");
    let whole = invalid("other", EXPLAINED);
    let cut = |what: &str| -> Outcome<Vec<u8>> {
        let at = find(&update[signed.len()..], what.as_bytes()).ok_or("not there")? + signed.len();
        let blank = vec![b' '; what.len()];
        Ok([&update[..at], &blank, &update[at + what.len()..]].concat())
    };
    cases.attack(good, "no-endobj", "the content of the page follows once more, without `endobj`", &whole, cut("endobj")?)?;
    cases.attack(good, "no-end-marker", "the content of the page follows once more, without `%%EOF`", &whole, cut("%%EOF")?)?;
    let comment = [signed, b"% ", FORGED.as_bytes(), b"\n"].concat();
    cases.attack(good, "comment", "a comment follows", &passes("none").finding("pdf.comment_after_end"), comment)?;
    let text = [signed, FORGED.as_bytes(), b"\n"].concat();
    cases.attack(good, "text", "text follows that belongs to nothing", &unaccounted("none"), text)
}

/// A second dictionary with the value of the first one, so that something seems to cover the whole file.
fn clones(cases: &mut Cases<'_>, good: &Good, signed: &[u8]) -> Outcome {
    let decision = Decision::default();
    let begins = find(signed, b"7 0 obj\n").ok_or("no dictionary")? + 8;
    let length = find(&signed[begins..], b"\nendobj").ok_or("no end of the dictionary")?;
    let clone = String::from_utf8_lossy(&signed[begins..begins + length]).replace("/Type /Sig", "/Type /Sig /Name (Nguyen Van B)");
    let field = decision.second("seal", "", &clone);
    let hole = Entry::concluded("TOTAL-FAILED", "FORMAT_FAILURE", "byte_range.hole_is_contents").integrity("intact").field("seal");
    // What the first signature says of it: that it signs another revision than the one that it came with can be read in two ways.
    let expected =
        Expected { entries: [modified("other", "permitted_changes.judged").entries, vec![hole]].concat(), ..invalid("other", "") };
    cases.attack(good, "clone", "a second field has a copy of the signature dictionary", &expected, pdf::updated(signed, &field, ""))?;
    let shared_value =
        pdf::objects(&[(3, &decision.page(" 10 0 R")), (9, &decision.form(" 10 0 R")), (10, &crate::hand_made::field("seal", ""))]);
    let expected = invalid("other", "permitted_changes.fields_kept").and(Entry::default().field("seal"));
    cases.attack(
        good,
        "value-of-two",
        "a second field has the signature of the first one",
        &expected,
        pdf::updated(signed, &shared_value, ""),
    )?;
    let unterminated = [signed, b"7 0 obj\n", &clone.as_bytes()[..clone.len() - 40]].concat();
    let expected = invalid("other", UNLISTED).and(Entry::default().kind("unsupported").integrity("unknown"));
    let change = "a copy of the signature dictionary without end follows, in octets that nobody names";
    cases.attack(good, "clone-unterminated", change, &expected, unterminated)
}

fn two_pages(cases: &mut Cases<'_>) -> Outcome {
    let tree = |kids: &str, count: u32| format!("<< /Type /Pages /Kids [{kids}] /Count {count} >>");
    let second = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 13 0 R /Resources << /Font << /F1 5 0 R >> >> >>";
    let decision = Decision::with(&[(2, &tree("3 0 R 12 0 R", 2)), (12, second), (13, &pdf::content("Phu luc kem theo"))]);
    let signed = decision.signed(cases.shared)?;
    let store = decision.store(cases.shared, "");
    let what = "a decision of two pages, signed, validation data added afterwards";
    let good = cases.honest("two-pages", what, &passes("extension"), pdf::updated(&signed, &store, ""))?;
    for (name, change, kids, count) in [
        ("two-pages-one", "the second page is not in the tree any more", "3 0 R", 1),
        ("two-pages-count", "the tree says that it has one page", "3 0 R 12 0 R", 1),
        ("two-pages-turned", "the pages stand in the other order", "12 0 R 3 0 R", 2),
        ("two-pages-twice", "the second page stands in the place of the first one too", "12 0 R 12 0 R", 2),
    ] {
        let document = pdf::updated(&signed, &plus(store.clone(), pdf::objects(&[(2, &tree(kids, count))])), "");
        cases.attack(&good, name, change, &invalid("other", PAGES), document)?;
    }
    Ok(())
}

/// A stream whose length is an object of its own: who changes the number changes the stream.
fn length(cases: &mut Cases<'_>) -> Outcome {
    let content = format!("BT /F1 18 Tf 72 720 Td ({TEXT}) Tj ET\n1 0 0 RG 4 w 60 740 m 540 700 l 60 700 m 540 740 l S");
    let shown = content.find("ET").unwrap_or_default() + 2;
    let stream = format!("<< /Length 12 0 R >>\nstream\n{content}\nendstream");
    let decision = Decision::with(&[(4, &stream), (12, &content.len().to_string())]);
    let signed = decision.signed(cases.shared)?;
    let what = "a decision that is crossed out, the length of its content an object of its own, the number filled in afterwards";
    let good = cases.honest("length", what, &passes("form_filling"), pdf::updated(&signed, &decision.filled(), ""))?;
    let document = pdf::updated(&signed, &plus(decision.filled(), pdf::objects(&[(12, &shown.to_string())])), "");
    let change = "the length ends before what crosses it out";
    cases.attack(&good, "length-shorter", change, &invalid("other", EXPLAINED), document)
}
