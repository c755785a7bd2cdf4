//! Group `fields`: where a signature stands in the form, and what a reader makes of one that stands nowhere.

use kyso::creation::Appearance;
use kyso::{Document, Profile};

use crate::case::{Case, Entry};
use crate::hand_made::{DICTIONARY, HandMade, claimed, field, find, objects, pades, patched};
use crate::pdf::{self, Objects, plain, signature_field, table};
use crate::shared::Shared;
use crate::{Files, Outcome};

const CLAUSE: &str = "ISO 32000-2 §12.7.5.5";
const FORMAT: &str = "FORMAT_FAILURE";
const CONSTRAINTS: &str = "SIG_CONSTRAINTS_FAILURE";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    new_fields(shared, files)?;
    existing_fields(shared, files)?;
    by_hand(shared, files)?;
    nowhere(shared, files)
}

fn sign(shared: &Shared, file: &[u8], edit: impl FnOnce(Profile) -> Profile) -> Outcome<Vec<u8>> {
    let profile = edit(Profile::pades_b_b(claimed()).contents(1));
    Ok(kyso::sign(&Document::pdf(file)?, &profile, &shared.signer("p256")?)?)
}

fn new_fields(shared: &Shared, files: &mut Files) -> Outcome {
    let file = table(&plain(), "");
    let document = sign(shared, &file, |profile| profile)?;
    let good = Case::passing("a new field that shows nothing", CLAUSE, document.clone()).add("fields/new", files)?;
    let rows = format!("/Fields [{} 0 R]", number_of(&document, b"/FT /Sig")?);
    let bad = good.but("a later revision has a form without the field").by("ISO 32000-2 §12.8.2.2.2");
    let emptied = pdf::with(vec![], &[(form_of(&document, &rows)?, "<< /Fields [] /SigFlags 3 >>")]);
    let bad = bad.document(pdf::updated(&document, &emptied, "")).fails(FORMAT, "signature_dictionary.not_removed");
    bad.entry(|entry| entry.integrity("intact")).add("fields/new-removed", files)?;

    let content = b"q 0 0.3 0.8 RG 2 w 1 1 198 58 re S Q".to_vec();
    let shown = |profile: Profile| {
        profile.field("seal").rectangle([300.0, 100.0, 500.0, 160.0]).appearance(Appearance { content, ..Appearance::default() })
    };
    let document = sign(shared, &file, shown)?;
    let case = Case::passing("a new field with a rectangle and an appearance", CLAUSE, document.clone());
    let good = case.entry(|entry| entry.field("seal")).add("fields/visible", files)?;
    let bad = good.but("the rectangle is drawn in another colour").by("EN 319 102-1 §5.2.7");
    let bad = bad.document(patched(&document, "q 0 0.3 0.8 RG", "q 0 0.3 0.1 RG")?);
    bad.fails("HASH_FAILURE", "cryptographic_verification.data_intact").integrity("broken").add("fields/visible-altered", files)?;
    Ok(())
}

/// The number of the object in which these octets stand.
fn number_of(file: &[u8], octets: &[u8]) -> Outcome<u32> {
    let at = find(file, octets).ok_or("not in the file")?;
    let before = String::from_utf8_lossy(&file[..at]).into_owned();
    let header = before.rfind(" 0 obj").ok_or("no object")?;
    Ok(before[..header].rsplit('\n').next().unwrap_or_default().parse()?)
}

/// The number of the form, which has these fields.
fn form_of(file: &[u8], fields: &str) -> Outcome<u32> {
    number_of(file, fields.as_bytes()).or_else(|_| number_of(file, fields.replace("/Fields ", "/Fields").as_bytes()))
}

/// Fields that wait for a signature.
fn existing_fields(shared: &Shared, files: &mut Files) -> Outcome {
    let two = table(&pdf::form(&[&signature_field("leader", ""), &signature_field("seal", "")]), "");
    let nested = pdf::with(
        pdf::form(&[&signature_field("leader", "/Parent 8 0 R ")]),
        &[
            (1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] >> >>"),
            (8, "<< /T (approval) /Kids [9 0 R] >>"),
            (9, "<< /T (first) /Parent 8 0 R /Kids [6 0 R] >>"),
            (6, &signature_field("leader", "/Parent 9 0 R ")),
        ],
    );
    let inherited = pdf::with(
        pdf::form(&["<< /Type /Annot /Subtype /Widget /Rect [300 100 500 160] /F 4 /P 3 0 R /Parent 8 0 R >>"]),
        &[(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] >> >>"), (8, "<< /FT /Sig /T (leader) /Kids [6 0 R] >>")],
    );
    // "Lãnh đạo" in UTF-16BE with its byte order mark (§7.9.2.2).
    let accents = pdf::form(&[&signature_field("leader", "").replace("(leader)", "<FEFF004C00E3006E0068002001111EA1006F>")]);
    for (name, what, file, field) in [
        ("existing", "one of two fields that are there is signed", two, "leader"),
        ("nested", "a field two levels below another is signed", table(&nested, ""), "approval.first.leader"),
        ("inherited", "a field whose widget stands below it is signed", table(&inherited, ""), "leader"),
        ("accents", "a field with a Vietnamese name is signed", table(&accents, ""), "Lãnh đạo"),
    ] {
        let document = sign(shared, &file, |profile| profile.field(field))?;
        let case = Case::passing(what, CLAUSE, document.clone()).entry(|entry| entry.field(field));
        let good = case.add(&format!("fields/{name}"), files)?;
        let bad =
            good.but("one letter of the page is another one").by("EN 319 102-1 §5.2.7").document(patched(&document, "Ket qua", "Ket que")?);
        let bad = bad.fails("HASH_FAILURE", "cryptographic_verification.data_intact").integrity("broken");
        bad.add(&format!("fields/{name}-altered"), files)?;
    }
    Ok(())
}

fn made(shared: &Shared, objects: Objects) -> Outcome<Vec<u8>> {
    HandMade::new(objects).sign(|octets| shared.by_hand("p256").detached(octets, Vec::new()))
}

/// A dictionary that stands in the field itself, and a value that is none.
fn by_hand(shared: &Shared, files: &mut Files) -> Outcome {
    let direct = field("Signature1", "").replace("/V 7 0 R", &format!("/V {}", pades()));
    let document = made(shared, pdf::with(objects("null"), &[(6, &direct)]))?;
    let good = Case::passing("the signature dictionary stands in the field itself", CLAUSE, document).add("fields/direct", files)?;
    for (name, change, value) in
        [("name", "the value of the field is a name", "/Signed"), ("array", "the value of the field is an array", "[7 0 R]")]
    {
        let text = field("Signature1", "").replace("/V 7 0 R", &format!("/V {value}"));
        let bad = good.but(change).document(made(shared, pdf::with(objects(&pades()), &[(6, &text)]))?);
        let bad = bad.fails(FORMAT, "signature_dictionary.found");
        bad.entries(&[]).add(&format!("fields/value-{name}"), files)?;
    }
    // Some readers mend it, and see a signature.
    let mended = direct.replace("/ByteRange", "/Location Hanoi /ByteRange");
    let bad = good.but("its place of signing is a keyword and no string").by("ISO 32000-2 §7.3");
    let check = "pades.signature_listed";
    let entry = Entry::concluded("INDETERMINATE", CONSTRAINTS, check).kind("unsupported").integrity("unknown");
    let bad = bad.document(made(shared, pdf::with(objects("null"), &[(6, &mended)]))?).indeterminate(CONSTRAINTS, check);
    bad.entries(&[entry]).add("fields/unreadable", files)?;
    Ok(())
}

/// Decided for this library: a signature dictionary to which no field of the form leads is told, and never passes.
fn nowhere(shared: &Shared, files: &mut Files) -> Outcome {
    let good = Case::passing("a field of the form has the signature", CLAUSE, made(shared, objects(&pades()))?);
    let good = good.entry(|entry| entry.field("Signature1")).add("fields/in-form", files)?;
    let fieldless = |catalog: &str| pdf::with(objects(&pades()), &[(1, catalog)]);
    let place = "signature_dictionary.place_known";
    let inline = format!("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [{}] /SigFlags 3 >> >>", field("Signature1", ""));
    let bad = good.but("the field is no object of its own").document(made(shared, fieldless(&inline))?);
    bad.indeterminate(CONSTRAINTS, place).entry(|_| Entry::intact()).add("fields/field-direct", files)?;
    let reference = "/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P 2 /V /1.2 >> >>] ";
    let text = pades().replace("/ByteRange", &format!("{reference}/ByteRange"));
    let catalog = format!("<< /Type /Catalog /Pages 2 0 R /Perms << /DocMDP {DICTIONARY} 0 R >> >>");
    let certified = pdf::with(objects(&text), &[(1, &catalog), (3, &pdf::page("")), (6, "null")]);
    let bad = good.but("no field has it: it stands under `/Perms /DocMDP` alone").document(made(shared, certified)?);
    bad.indeterminate(CONSTRAINTS, place).entry(|_| Entry::intact()).add("fields/permissions-only", files)?;
    let page_only = fieldless("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] /SigFlags 3 >> >>");
    let bad = good.but("the field is on the page, and not in the form").document(made(shared, page_only)?);
    bad.indeterminate(CONSTRAINTS, place).entry(|_| Entry::intact()).add("fields/page-only", files)?;
    let nobody = pdf::with(objects(&pades()), &[(1, "<< /Type /Catalog /Pages 2 0 R >>"), (3, &pdf::page("")), (6, "null")]);
    let bad = good.but("nothing leads to the signature dictionary").document(made(shared, nobody)?);
    bad.indeterminate(CONSTRAINTS, place).entry(|_| Entry::intact()).add("fields/unreferenced", files)?;
    Ok(())
}
