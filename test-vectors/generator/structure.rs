//! Group `structure`: the kinds of files in which a signature stands, and files that contradict themselves.

use kyso::{Document, Profile};

use crate::case::{Case, Entry, Good};
use crate::encryption::{Method, encrypted};
use crate::hand_made::{HandMade, claimed, find, objects, pades, patched};
use crate::pdf::{self, Objects, plain};
use crate::shared::Shared;
use crate::{Files, Outcome};

const CONSTRAINTS: &str = "SIG_CONSTRAINTS_FAILURE";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    kinds(shared, files)?;
    encryption(shared, files)?;
    contradictions(shared, files)?;
    says_nothing(shared, files)?;
    unreadable(shared, files)
}

/// §7.5.8.2: writers save although nothing was changed; a cross-reference stream then names object 0 alone, in no octets.
fn says_nothing(shared: &Shared, files: &mut Files) -> Outcome {
    let signed = made(shared, objects(&pades()), &|objects| pdf::compressed(objects, &[]))?;
    let update = |index: &str| {
        let mut file = signed.clone();
        let (at, previous, size) = (file.len(), pdf::startxref(&signed), pdf::last_size(&signed));
        let entries = format!("/Type /XRef /W [0 0 0] /Index [{index}] /Size {} /Root 1 0 R /Prev {previous} ", size + 1);
        file.extend(pdf::object(size, pdf::stream(&entries, "").as_bytes()));
        pdf::tail(&mut file, at);
        file
    };
    let case = Case::passing("a signed file that was saved again without a change", "ISO 32000-2 §7.5.8.2", update("0 1"));
    let good = case.add("structure/saved-again", files)?;
    let check = "pades.signature_listed";
    let entry = Entry::concluded("INDETERMINATE", CONSTRAINTS, check).kind("unsupported").integrity("unknown");
    let bad = good.but("the cross-reference names the catalog as well, in no octets").document(update("0 2"));
    bad.indeterminate(CONSTRAINTS, check).entries(&[entry]).add("structure/saved-again-catalog", files)?;
    Ok(())
}

fn sign(shared: &Shared, document: &Document<'_>) -> Outcome<Vec<u8>> {
    Ok(kyso::sign(document, &Profile::pades_b_b(claimed()).contents(1), &shared.signer("p256")?)?)
}

/// The twin of a good case: one octet of the page is another one.
fn altered(good: &Good, name: &str, document: Vec<u8>, files: &mut Files) -> Outcome {
    let bad = good.but("one octet of the page is another one").by("EN 319 102-1 §5.2.7").document(document);
    let bad = bad.fails("HASH_FAILURE", "cryptographic_verification.data_intact").integrity("broken");
    bad.add(&format!("structure/{name}-altered"), files)?;
    Ok(())
}

/// Cross-references of every kind (§7.5.4, §7.5.8, annex F).
fn kinds(shared: &Shared, files: &mut Files) -> Outcome {
    let twice = pdf::updated(&pdf::table(&plain(), ""), &pdf::objects(&[(4, &pdf::content("Ket qua thu hai"))]), "");
    for (name, what, clause, file) in [
        ("table", "a file with a cross-reference table", "ISO 32000-2 §7.5.4", pdf::table(&plain(), "")),
        ("stream", "a file with a cross-reference stream", "ISO 32000-2 §7.5.8", pdf::compressed(&plain(), &[])),
        (
            "object-streams",
            "a file whose dictionaries are in an object stream",
            "ISO 32000-2 §7.5.7",
            pdf::compressed(&plain(), &[1, 2, 3, 5]),
        ),
        ("hybrid", "a file with a table and a stream for one revision", "ISO 32000-2 §7.5.8.4", pdf::hybrid(&plain())),
        ("linearised", "a linearised file", "ISO 32000-2 Annex F", pdf::linearised()),
        ("two-revisions", "a file of two revisions", "ISO 32000-2 §7.5.6", twice),
        (
            "leading-octets",
            "a file with octets before its header",
            "ISO 32000-2 §7.5.2",
            [b"\xef\xbb\xbf\r\n", &pdf::table(&plain(), "")[..]].concat(),
        ),
    ] {
        let document = sign(shared, &Document::pdf(&file)?)?;
        let mut other = document.clone();
        let at = find(&other, b"Ket qua").ok_or("no page")?;
        other[at] = b'k';
        let good =
            Case::passing(format!("{what}, signed in a revision of its own"), clause, document).add(&format!("structure/{name}"), files)?;
        altered(&good, name, other, files)?;
    }
    Ok(())
}

/// §7.6
fn encryption(shared: &Shared, files: &mut Files) -> Outcome {
    for (name, method) in
        [("rc4-40", Method::Rc4Of40), ("rc4-128", Method::Rc4Of128), ("aes-128", Method::Aes128), ("aes-256", Method::Aes256)]
    {
        let file = encrypted(&plain(), method, "")?;
        let document = sign(shared, &Document::pdf(&file)?)?;
        let mut other = document.clone();
        let at = find(&other, b"stream\n").ok_or("no page")? + 24;
        other[at] ^= 1;
        let what = format!("a file encrypted with {method:?}, which opens without a password");
        let good = Case::passing(what, "ISO 32000-2 §7.6", document).add(&format!("structure/{name}"), files)?;
        altered(&good, name, other, files)?;

        let file = encrypted(&plain(), method, "hoa sen")?;
        let document = sign(shared, &Document::pdf_with_password(&file, "hoa sen")?)?;
        let what = format!("a file encrypted with {method:?}, and its password");
        let good = Case::passing(what, "ISO 32000-2 §7.6.4", document)
            .password(Some("hoa sen"))
            .add(&format!("structure/{name}-password"), files)?;
        for (twin, change, password) in
            [("no-password", "no password is given", None), ("wrong-password", "another password is given", Some("hoa lan"))]
        {
            let bad = good.but(change).password(password).indeterminate("SIGNED_DATA_NOT_FOUND", "pades.unlocked");
            bad.entries(&[]).add(&format!("structure/{name}-{twin}"), files)?;
        }
    }
    Ok(())
}

fn made(shared: &Shared, objects: Objects, layout: &dyn Fn(&Objects) -> Vec<u8>) -> Outcome<Vec<u8>> {
    HandMade { layout, ..HandMade::new(objects) }.sign(|octets| shared.by_hand("p256").detached(octets, Vec::new()))
}

/// What is signed contradicts itself.
fn contradictions(shared: &Shared, files: &mut Files) -> Outcome {
    let table = |objects: &Objects| pdf::table(objects, "");
    let good = Case::passing("a file of one revision, made by hand", "ISO 32000-2 §7.5", made(shared, objects(&pades()), &table)?);
    let good = good.add("structure/by-hand", files)?;
    let chain = "signature_dictionary.chain_intact";
    let own = pdf::startxref(&pdf::table(&objects(&pades()), ""));
    for (name, change, previous) in [
        ("previous-nowhere", "the trailer names a revision before it at a place where there is none", 20),
        ("previous-outside", "the trailer names a revision before it behind the end of the file", 999_999),
        ("previous-itself", "the trailer names itself as the revision before it", own),
    ] {
        // The table begins where it does in the good file; only the trailer is longer by the entry.
        let broken = |objects: &Objects| {
            let at = pdf::startxref(&pdf::table(objects, ""));
            pdf::table(objects, &format!("/Prev {}", if previous == own { at } else { previous }))
        };
        let bad = good.but(change).by("ISO 32000-2 §7.5.6").document(made(shared, objects(&pades()), &broken)?);
        bad.indeterminate(CONSTRAINTS, chain).add(&format!("structure/{name}"), files)?;
    }
    // No cross-reference can be read then, and so no form.
    let lost = |objects: &Objects| {
        let file = pdf::table(objects, "");
        let at = format!("startxref\n{}", pdf::startxref(&file));
        let other = format!("startxref\n{}", pdf::startxref(&file) + 1);
        patched(&file, &at, &other).unwrap_or(file)
    };
    let bad = good.but("the last lines name a place one octet behind the cross-reference").by("ISO 32000-2 §7.5.5");
    let bad = bad.document(made(shared, objects(&pades()), &lost)?);
    let entry = Entry::concluded("INDETERMINATE", CONSTRAINTS, "pades.signature_listed").kind("unsupported").integrity("unknown");
    bad.indeterminate(CONSTRAINTS, "pades.signature_listed").entries(&[entry]).add("structure/startxref-beside", files)?;
    // A preparation for a later exchange: an object that nobody names, with the number of one that is named.
    let hidden = |objects: &Objects| {
        let file = pdf::table(objects, "");
        let other = pdf::object(4, pdf::content("Ket qua khac").as_bytes());
        let at = pdf::startxref(&file);
        let file = [&file[..at], &other, &file[at..]].concat();
        patched_place(&file, at, at + other.len())
    };
    let listed = good.but("an object of the page's number that nobody names stands in it too").by("ISO 32000-2 §7.5.4");
    listed.document(made(shared, objects(&pades()), &hidden)?).finding("pdf.unlisted_object").add("structure/unlisted-object", files)?;
    Ok(())
}

/// The file with the last `startxref` saying another place.
fn patched_place(file: &[u8], old: usize, new: usize) -> Vec<u8> {
    let old = format!("startxref\n{old}\n");
    match find(file, old.as_bytes()) {
        Some(at) => [&file[..at], format!("startxref\n{new}\n").as_bytes(), &file[at + old.len()..]].concat(),
        None => file.to_vec(),
    }
}

/// What is no PDF file.
fn unreadable(shared: &Shared, files: &mut Files) -> Outcome {
    let file = pdf::table(&plain(), "");
    let document = sign(shared, &Document::pdf(&file)?)?;
    let good = Case::passing("a signed file", "ISO 32000-2 §7.5.2", document.clone()).add("structure/readable", files)?;
    let bad = good.but("its header is that of another format").document(patched(&document, "%PDF-1.7", "%XDF-1.7")?);
    bad.malformed().add("structure/no-header", files)?;
    good.but("of it there are no octets at all").document(Vec::new()).malformed().add("structure/empty", files)?;
    let bad = good.but("it is text that begins like a PDF file").document(b"%PDF-1.7\nand nothing more\n".to_vec());
    bad.malformed().add("structure/header-only", files)?;
    Ok(())
}
