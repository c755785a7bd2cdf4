//! Group `asic`: containers of signed files (EN 319 162-1), with CAdES and timestamps.

mod archive;
mod package;
mod zip_file;

use kyso::creation::Packaging;
use kyso::crypto::DigestAlgorithm::Sha256;
use kyso::encoding::base64;
use kyso::{Document, Profile, sign};

use crate::case::{Case, Entry, Good};
use crate::hand_made::claimed;
use crate::shared::Shared;
use crate::signed_data::{evidence, nobody};
use crate::{Files, Outcome};

pub const SIMPLE: &str = "application/vnd.etsi.asic-s+zip";
pub const EXTENDED: &str = "application/vnd.etsi.asic-e+zip";
pub const SIGNATURE: &str = "META-INF/signature.p7s";
const MANIFEST: &str = "META-INF/ASiCManifest.xml";
const DECISION: &[u8] = b"Quyet dinh so 01/QD-UBND\n";
const ANNEX: &[u8] = b"Phu luc\n";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let simple = simple(shared, files)?;
    of_the_file(&simple, files)?;
    zip_file::add(&simple.good, &simple.stored, files)?;
    extended(shared, files)?;
    timestamp(shared, files)?;
    archive::add(shared, files)
}

/// A file to be stored.
pub type Stored = (&'static str, Vec<u8>);

fn simple_files(shared: &Shared) -> Outcome<Vec<Stored>> {
    let signature = detached(shared, DECISION)?;
    Ok(vec![("mimetype", SIMPLE.into()), ("decision.txt", DECISION.to_vec()), (SIGNATURE, signature)])
}

pub fn detached(shared: &Shared, content: &[u8]) -> Outcome<Vec<u8>> {
    Ok(sign(&Document::data(content), &Profile::cades_b_b(claimed()).packaging(Packaging::Detached), &shared.signer("p256")?)?)
}

struct Simple {
    good: Good,
    stored: Vec<Stored>,
}

/// `stored` with one file another one, or more.
fn with(stored: &[Stored], name: &'static str, octets: Vec<u8>) -> Vec<Stored> {
    let mut stored = stored.to_vec();
    match stored.iter_mut().find(|(known, _)| *known == name) {
        Some((_, known)) => *known = octets,
        None => stored.push((name, octets)),
    }
    stored
}

fn simple(shared: &Shared, files: &mut Files) -> Outcome<Simple> {
    let stored = simple_files(shared)?;
    let case =
        Case::passing_file("a simple container with one file and its CAdES signature", "EN 319 162-1 §4.3", "document.asics", zip(&stored));
    let good = case.entry(|entry| entry.kind("signature").level("B-B")).add("asic/simple", files)?;

    let bad = good.but("the letters of the file are other ones").by("EN 319 102-1 §5.2.7");
    let bad = bad.file(zip(&with(&stored, "decision.txt", DECISION.to_ascii_uppercase())));
    bad.fails("HASH_FAILURE", "cryptographic_verification.data_intact").integrity("broken").add("asic/simple-altered", files)?;
    let bad = good.but("a second file stands beside the first").by("EN 319 162-1 §4.3.3.1");
    let bad = bad.file(zip(&with(&stored, "annex.txt", ANNEX.to_vec())));
    bad.fails("FORMAT_FAILURE", "asic.one_file").integrity("unknown").add("asic/simple-two-files", files)?;
    let mut inside = stored.clone();
    inside[1].0 = "folder/decision.txt";
    let bad = good.but("the file stands in a folder").by("EN 319 162-1 §4.3.3.1").file(zip(&inside));
    bad.fails("FORMAT_FAILURE", "asic.one_file").add("asic/simple-in-folder", files)?;
    let bad = good.but("in the place of the signature stands something else").by("EN 319 162-1 §4.3.3.2");
    let bad = bad.file(zip(&with(&stored, SIGNATURE, b"none".to_vec())));
    let entry = Entry::concluded("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "asic.signature_readable").kind("unsupported");
    bad.indeterminate("SIG_CONSTRAINTS_FAILURE", "").entries(&[entry]).add("asic/simple-no-signature", files)?;
    beside_the_signature(shared, &good, &stored, files)?;
    Ok(Simple { good, stored })
}

/// What stands in a place for signatures and evidence, and is none: somebody may read it, and nobody signed it.
fn beside_the_signature(shared: &Shared, good: &Good, stored: &[Stored], files: &mut Files) -> Outcome {
    let readable = "asic.signature_readable";
    let none = Entry::concluded("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", readable).kind("unsupported");
    let record = Entry::default().kind("container_timestamp");
    for (name, change, path, octets, entry) in [
        ("nobody-signs", "another signature of the container has no signer", "META-INF/signature2.p7s", nobody(shared)?, &none),
        (
            "nobody-signs-xml",
            "a file that is called like signatures has none",
            "META-INF/signatures.xml",
            b"<a>Tu choi</a>".to_vec(),
            &none,
        ),
        (
            "junk-record",
            "a file that is called like an evidence record is none",
            "META-INF/evidencerecord.ers",
            b"Tu choi".to_vec(),
            &record,
        ),
        ("junk-record-xml", "a file called like one in XML is none", "META-INF/evidencerecord.xml", b"<a>Tu choi</a>".to_vec(), &none),
    ] {
        let bad = good.but(change).by("EN 319 162-1 §4.3.3.2").file(zip(&with(stored, path, octets)));
        let bad = bad.indeterminate("SIG_CONSTRAINTS_FAILURE", readable).entries(&[Entry::passed(), entry.clone()]);
        bad.add(&format!("asic/simple-{name}"), files)?;
    }
    let bad = good.but("the file with the type says more").by("EN 319 162-1 §A.1");
    let bad = bad.file(zip(&with(stored, "mimetype", format!("{SIMPLE}\nTu choi\n").into_bytes())));
    bad.indeterminate("SIG_CONSTRAINTS_FAILURE", "verdict.document_not_modified")
        .entries(&[Entry::passed()])
        .add("asic/simple-type-and-more", files)?;
    Ok(())
}

/// What the ZIP file itself can do wrong.
fn of_the_file(simple: &Simple, files: &mut Files) -> Outcome {
    let Simple { good, stored } = simple;
    let last: Vec<Stored> = stored[1..].iter().chain(&stored[..1]).cloned().collect();
    let case = good.but("the type of the container is its last file").by("EN 319 162-1 §A.1").file(zip(&last));
    case.add("asic/type-last", files)?;
    let octets = zip(stored);
    let directory = place(&octets, b"PK\x01\x02");
    let case = good.but("octets stand before the directory that are no file's").by("EN 319 162-1 §4.2");
    case.file(moved(&[&octets[..directory], b"none's", &octets[directory..]].concat(), 6)).add("asic/octets-between", files)?;

    let malformed = |change: &str, octets: Vec<u8>| good.but(change).by("EN 319 162-1 §4.2").file(octets).malformed();
    let mut other = octets.clone();
    let name = place(&other, b"decision.txt");
    other[name..name + 12].copy_from_slice(b"decisi0n.txt");
    malformed("the file has another name in its own header than in the directory", other).add("asic/two-names", files)?;
    let mut out = stored.clone();
    out[1].0 = "../decision.txt";
    malformed("the name of the file leads out of the container", zip(&out)).add("asic/out-of-container", files)?;
    let mut twice = stored.clone();
    twice.insert(1, ("decision.txt", ANNEX.to_vec()));
    malformed("another file of the same name comes first", zip(&twice)).add("asic/name-twice", files)?;
    let mut other = octets.clone();
    let content = place(&other, DECISION);
    other[content] ^= 0x20;
    malformed("a letter of the file is another one, and its checksum is not", other).add("asic/checksum", files)?;
    let end = octets.len() - 22;
    let mut two = octets.clone();
    two[end + 20] = 22;
    two.extend_from_slice(&octets[end..]);
    malformed("the comment of the directory is another end of it", two).add("asic/two-ends", files)?;
    malformed("the directory is cut short", octets[..octets.len() - 1].to_vec()).add("asic/cut", files)?;
    Ok(())
}

fn extended_files(shared: &Shared) -> Outcome<Vec<Stored>> {
    let manifest = manifest(SIGNATURE, &[("decision.txt", DECISION), ("folder/annex.txt", ANNEX)]);
    Ok(vec![
        ("mimetype", EXTENDED.into()),
        ("decision.txt", DECISION.to_vec()),
        ("folder/annex.txt", ANNEX.to_vec()),
        (SIGNATURE, detached(shared, &manifest)?),
        (MANIFEST, manifest),
    ])
}

fn extended(shared: &Shared, files: &mut Files) -> Outcome {
    let stored = extended_files(shared)?;
    let what = "a container with two files, their manifest and its CAdES signature";
    let case = Case::passing_file(what, "EN 319 162-1 §4.4.4", "document.asice", zip(&stored));
    let good = case.entry(|entry| entry.kind("signature").level("B-B")).add("asic/extended", files)?;

    let bad = good.but("the letters of a file are other ones").by("EN 319 102-1 §5.2.7");
    let bad = bad.file(zip(&with(&stored, "folder/annex.txt", ANNEX.to_ascii_uppercase())));
    bad.fails("HASH_FAILURE", "cryptographic_verification.data_intact").integrity("broken").add("asic/extended-altered", files)?;
    let without: Vec<Stored> = stored.iter().filter(|(name, _)| *name != "folder/annex.txt").cloned().collect();
    let bad = good.but("a file of the manifest is not there").by("EN 319 102-1 §5.2.7").file(zip(&without));
    let bad = bad.indeterminate("SIGNED_DATA_NOT_FOUND", "cryptographic_verification.data_found");
    bad.integrity("unknown").add("asic/extended-missing", files)?;
    let bad = good.but("a file is there that no manifest names").by("EN 319 102-1 §5.1.3");
    let bad = bad.file(zip(&with(&stored, "more.txt", b"more\n".to_vec())));
    bad.concludes("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "verdict.document_not_modified")
        .entries(&[Entry::passed()])
        .add("asic/extended-unlisted", files)?;
    let longer = manifest(SIGNATURE, &[("decision.txt", DECISION), ("folder/annex.txt", ANNEX), ("more.txt", b"more\n")]);
    let forged = with(&with(&stored, "more.txt", b"more\n".to_vec()), MANIFEST, longer);
    let bad = good.but("a file is there that the manifest names after the signing").by("EN 319 102-1 §5.2.7").file(zip(&forged));
    bad.fails("HASH_FAILURE", "cryptographic_verification.data_intact").integrity("broken").add("asic/extended-manifest-altered", files)?;
    let bad = good.but("the manifest is none").by("EN 319 162-1 §A.4").file(zip(&with(&stored, MANIFEST, b"<a/>".to_vec())));
    let entry = Entry::concluded("INDETERMINATE", "SIGNED_DATA_NOT_FOUND", "cryptographic_verification.data_found");
    bad.indeterminate("SIGNED_DATA_NOT_FOUND", "").entries(&[entry]).add("asic/extended-manifest-unreadable", files)?;
    // A signature over content of its own, named by a manifest that it has never seen.
    let own = sign(&Document::data(b"none of it"), &Profile::cades_b_b(claimed()), &shared.signer("p256")?)?;
    let bad = good.but("the signature that the manifest names is over something of its own").by("EN 319 162-1 §4.4.4.2");
    let bad = bad.file(zip(&with(&stored, SIGNATURE, own)));
    bad.fails("FORMAT_FAILURE", "asic.over_the_container").add("asic/extended-own-content", files)?;
    let twice = manifest(SIGNATURE, &[("decision.txt", DECISION), ("folder/annex.txt", ANNEX), ("decision.txt", ANNEX)]);
    let signed = with(&with(&stored, SIGNATURE, detached(shared, &twice)?), MANIFEST, twice);
    let bad =
        good.but("the signed manifest names a file twice, once with the digest of another").by("EN 319 102-1 §5.2.7").file(zip(&signed));
    bad.fails("HASH_FAILURE", "cryptographic_verification.data_intact").integrity("broken").add("asic/extended-named-twice", files)?;
    for (name, path, change) in [
        ("other-case", "Decision.txt", "a second file has the name of the first in other letters"),
        ("other-form", "de\u{0301}cision.txt", "a second file has a letter with a mark of its own in its name"),
        ("data-in-folder", "META-INF/decision.pdf", "a file that nobody signed stands among the container's own"),
    ] {
        let bad = good.but(change).by("EN 319 102-1 §5.1.3").file(zip(&with(&stored, path, b"khac\n".to_vec())));
        bad.concludes("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "verdict.document_not_modified")
            .entries(&[Entry::passed()])
            .add(&format!("asic/extended-{name}"), files)?;
    }
    manifests(shared, &good, &stored, files)?;
    package::add(&good, &stored, files)?;
    // Who says what the signature is over, when two do: the first, and what only the other lists is signed by nobody.
    let second = manifest(SIGNATURE, &[("decision.txt", DECISION), ("folder/annex.txt", ANNEX), ("more.txt", b"more\n")]);
    let mut two = with(&stored, "more.txt", b"more\n".to_vec());
    two.push(("META-INF/ASiCManifest2.xml", second));
    let bad = good.but("a second manifest names the signature and lists one more file").by("EN 319 162-1 §4.4.4.2").file(zip(&two));
    bad.concludes("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "verdict.document_not_modified")
        .entries(&[Entry::passed()])
        .add("asic/extended-two-manifests", files)?;
    two.swap(3, 6);
    let bad = good.but("a manifest made after the signing stands before the signed one").by("EN 319 102-1 §5.2.7").file(zip(&two));
    bad.fails("HASH_FAILURE", "cryptographic_verification.data_intact").integrity("broken").add("asic/extended-manifest-before", files)?;
    let mut moved = stored.clone();
    moved[2].0 = "annex.txt";
    let bad = good.but("a file stands in another folder than the manifest says").by("EN 319 102-1 §5.2.7").file(zip(&moved));
    let bad = bad.indeterminate("SIGNED_DATA_NOT_FOUND", "cryptographic_verification.data_found");
    bad.integrity("unknown").add("asic/extended-moved", files)?;
    with_xades(shared, files)
}

/// §A.4: what stands in a manifest that is no manifest's, although it was signed.
fn manifests(shared: &Shared, good: &Good, stored: &[Stored], files: &mut Files) -> Outcome {
    let text = String::from_utf8(manifest(SIGNATURE, &[("decision.txt", DECISION), ("folder/annex.txt", ANNEX)]))?;
    let end = "</asic:ASiCManifest>";
    let extension = |critical: bool| {
        format!(
            "<asic:ASiCManifestExtensions><asic:Extension Critical=\"{critical}\">x</asic:Extension></asic:ASiCManifestExtensions>{end}"
        )
    };
    let signed = |text: String| -> Outcome<Vec<u8>> {
        let signature = detached(shared, text.as_bytes())?;
        Ok(zip(&with(&with(stored, SIGNATURE, signature), MANIFEST, text.into_bytes())))
    };
    let extended = good.but("the manifest has an extension that nobody has to understand").by("EN 319 162-1 §A.4");
    let extended = extended.file(signed(text.replace(end, &extension(false)))?).untwinned().add("asic/manifest-extension", files)?;
    let unread = |good: &Good, change: &str, octets: Vec<u8>| {
        let entry = Entry::concluded("INDETERMINATE", "SIGNED_DATA_NOT_FOUND", "cryptographic_verification.data_found");
        good.but(change).by("EN 319 162-1 §A.4").file(octets).indeterminate("SIGNED_DATA_NOT_FOUND", "").entries(&[entry])
    };
    let critical = unread(&extended, "whoever reads it must understand the extension", signed(text.replace(end, &extension(true)))?);
    critical.add("asic/manifest-extension-critical", files)?;
    let other = "<x:DataObjectReference xmlns:x=\"urn:other\" URI=\"more.txt\"/>";
    let foreign = unread(good, "the manifest has a reference in another namespace", signed(text.replace(end, &format!("{other}{end}")))?);
    foreign.add("asic/manifest-foreign", files)?;
    let empty = String::from_utf8(manifest(SIGNATURE, &[]))?;
    let nothing = good.but("the manifest lists no file").by("EN 319 102-1 §5.1.3").file(signed(empty)?);
    nothing
        .concludes("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "verdict.document_not_modified")
        .entries(&[Entry::passed()])
        .add("asic/manifest-empty", files)?;
    let itself = signed(text.replace(&format!("URI=\"{SIGNATURE}\""), &format!("URI=\"{MANIFEST}\"")))?;
    unread(good, "the manifest says that it signs itself", itself).add("asic/manifest-of-itself", files)?;
    let lying = with(stored, "mimetype", SIMPLE.into());
    let bad = good.but("it says that it is a simple container").by("EN 319 162-1 §4.3.3.1").file(zip(&lying));
    bad.fails("FORMAT_FAILURE", "asic.one_file").add("asic/extended-as-simple", files)?;
    Ok(())
}

/// The same files with XAdES, whose references name them.
fn with_xades(shared: &Shared, files: &mut Files) -> Outcome {
    const XADES: &str = "META-INF/signatures.xml";
    let profile = Profile::xades_b_b(claimed()).packaging(Packaging::Detached);
    let document = Document::data(b"").with_detached("decision.txt", DECISION).with_detached("folder/annex.txt", ANNEX);
    let signature = sign(&document, &profile, &shared.signer("p256")?)?;
    let stored: Vec<Stored> =
        vec![("mimetype", EXTENDED.into()), ("decision.txt", DECISION.to_vec()), ("folder/annex.txt", ANNEX.to_vec()), (XADES, signature)];
    let case =
        Case::passing_file("a container with two files and a XAdES signature", "EN 319 162-1 §4.4.3", "document.asice", zip(&stored));
    let good = case.entry(|entry| entry.kind("signature").level("B-B")).add("asic/xades", files)?;
    let mut moved = stored.clone();
    moved[2].0 = "annex.txt";
    let bad = good.but("a file stands in another folder than the signature says").by("EN 319 162-1 §4.4.3.2").file(zip(&moved));
    let bad = bad.indeterminate("SIGNED_DATA_NOT_FOUND", "cryptographic_verification.data_found");
    bad.integrity("unknown").add("asic/xades-moved", files)?;
    let bad = good.but("one letter of a file is another one").by("EN 319 102-1 §5.2.7");
    let bad = bad.file(zip(&with(&stored, "folder/annex.txt", ANNEX.to_ascii_uppercase())));
    bad.fails("HASH_FAILURE", "cryptographic_verification.data_intact").integrity("broken").add("asic/xades-altered", files)?;
    let own = sign(&Document::data(DECISION), &profile.packaging(Packaging::Enveloping), &shared.signer("p256")?)?;
    let bad = good.but("the signature is over something in itself").by("EN 319 162-1 §4.4.3.2").file(zip(&with(&stored, XADES, own)));
    bad.fails("FORMAT_FAILURE", "asic.over_the_container").add("asic/xades-own-content", files)?;
    Ok(())
}

fn timestamp(shared: &Shared, files: &mut Files) -> Outcome {
    let token = evidence::token(shared, &Sha256.digest(DECISION), claimed())?;
    let stored: Vec<Stored> = vec![("mimetype", SIMPLE.into()), ("decision.txt", DECISION.to_vec()), ("META-INF/timestamp.tst", token)];
    let what = "a simple container with one file and a timestamp on it";
    let case = Case::passing_file(what, "EN 319 162-1 §4.3.3.2", "document.asics", zip(&stored));
    let good = case.entry(|entry| entry.kind("container_timestamp")).add("asic/timestamp", files)?;
    let bad = good.but("the letters of the file are other ones").by("EN 319 102-1 §5.4.4");
    let bad = bad.file(zip(&with(&stored, "decision.txt", DECISION.to_ascii_uppercase())));
    bad.fails("HASH_FAILURE", "cryptographic_verification.data_intact").integrity("broken").add("asic/timestamp-altered", files)?;
    timestamp_of_several(shared, files)
}

/// Nobody signs: the files were there, and no more is known of them.
fn timestamp_of_several(shared: &Shared, files: &mut Files) -> Outcome {
    const TOKEN: &str = "META-INF/timestamp001.tst";
    let listed: [(&str, &[u8]); 2] = [("decision.txt", DECISION), ("folder/annex.txt", ANNEX)];
    let manifest = manifest(TOKEN, &listed);
    let token = evidence::token(shared, &Sha256.digest(&manifest), claimed())?;
    let stored: Vec<Stored> = vec![
        ("mimetype", EXTENDED.into()),
        ("decision.txt", DECISION.to_vec()),
        ("folder/annex.txt", ANNEX.to_vec()),
        ("META-INF/ASiCManifest001.xml", manifest),
        (TOKEN, token),
    ];
    let what = "a container with two files and a timestamp on the manifest that lists them";
    let case = Case::passing_file(what, "EN 319 162-1 §4.4.4.2", "document.asice", zip(&stored));
    let good = case.entry(|entry| entry.kind("container_timestamp")).add("asic/extended-timestamp", files)?;
    let intact = "cryptographic_verification.data_intact";
    let bad = good.but("the letters of a file are other ones").by("EN 319 102-1 §5.4.4");
    let bad = bad.file(zip(&with(&stored, "folder/annex.txt", ANNEX.to_ascii_uppercase())));
    bad.fails("HASH_FAILURE", intact).integrity("broken").add("asic/extended-timestamp-altered", files)?;
    let bad = good.but("the timestamp is that of another manifest").by("EN 319 102-1 §5.4.4");
    let other = evidence::token(shared, &Sha256.digest(b"another manifest"), claimed())?;
    let bad = bad.file(zip(&with(&stored, TOKEN, other)));
    bad.fails("HASH_FAILURE", intact).integrity("broken").add("asic/extended-timestamp-of-another", files)?;
    let bad = good.but("a file is added that the manifest does not list").by("EN 319 102-1 §5.1.3");
    let more: Vec<Stored> = stored.iter().cloned().chain([("more.txt", b"More\n".to_vec())]).collect();
    let bad = bad.file(zip(&more)).indeterminate("SIG_CONSTRAINTS_FAILURE", "verdict.document_not_modified");
    bad.entry(|entry| entry.kind("container_timestamp")).add("asic/extended-timestamp-unlisted", files)?;
    Ok(())
}

pub fn manifest(signed_by: &str, listed: &[(&str, &[u8])]) -> Vec<u8> {
    let reference = |(name, octets): &(&str, &[u8])| {
        format!(
            "<asic:DataObjectReference URI=\"{name}\"><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>\
             <ds:DigestValue>{}</ds:DigestValue></asic:DataObjectReference>",
            base64::encode(&Sha256.digest(octets))
        )
    };
    let references: String = listed.iter().map(reference).collect();
    format!(
        "<asic:ASiCManifest xmlns:asic=\"http://uri.etsi.org/02918/v1.2.1#\" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">\
         <asic:SigReference URI=\"{signed_by}\" MimeType=\"application/pkcs7-signature\"/>{references}</asic:ASiCManifest>"
    )
    .into_bytes()
}

/// APPNOTE.TXT §4.3: stored files, dated 1980.
pub fn zip(stored: &[Stored]) -> Vec<u8> {
    const DATE: [u8; 4] = [0, 0, 0x21, 0];
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, octets) in stored {
        let size = length(octets);
        let told =
            [&[0, 8, 0, 0][..], &DATE, &checksum(octets).to_le_bytes(), &size, &size, &(name.len() as u16).to_le_bytes(), &[0, 0]].concat();
        let offset = length(&out);
        out.extend_from_slice(&[b"PK\x03\x04\x14\0", &told[..], name.as_bytes(), octets].concat());
        directory.extend_from_slice(&[b"PK\x01\x02\x14\0\x14\0", &told[..], &[0; 10], &offset, name.as_bytes()].concat());
    }
    let count = (stored.len() as u16).to_le_bytes();
    let end = [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &length(&directory), &length(&out), &[0, 0]].concat();
    [out, directory, end].concat()
}

/// `octets` with a directory that begins so much later.
fn moved(octets: &[u8], by: u32) -> Vec<u8> {
    let mut octets = octets.to_vec();
    let at = octets.len() - 6;
    let start = u32::from_le_bytes([octets[at], octets[at + 1], octets[at + 2], octets[at + 3]]) + by;
    octets[at..at + 4].copy_from_slice(&start.to_le_bytes());
    octets
}

fn place(octets: &[u8], of: &[u8]) -> usize {
    octets.windows(of.len()).position(|window| window == of).unwrap_or(0)
}

fn length(octets: &[u8]) -> [u8; 4] {
    (octets.len() as u32).to_le_bytes()
}

/// CRC-32 of ISO 3309.
fn checksum(octets: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for octet in octets {
        crc ^= u32::from(*octet);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}
