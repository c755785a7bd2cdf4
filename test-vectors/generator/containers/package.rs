//! Group `asic`: what stands in `META-INF` and in the ZIP file beside the signed files, and is signed by nobody: lists of the package, manifests of no
//! signature, folders, comments.

use super::{SIGNATURE, Stored, manifest, with, zip};
use crate::case::{Entry, Good};
use crate::{Files, Outcome};

const LIST: &str = "META-INF/manifest.xml";
const NAMESPACE: &str = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0";

/// `good` is a container with these files, two of which are signed through a manifest.
pub fn add(good: &Good, stored: &[Stored], files: &mut Files) -> Outcome {
    let entry = |path: &str| format!("<manifest:file-entry manifest:full-path=\"{path}\" manifest:media-type=\"text/plain\"/>");
    let list = |inner: &str| format!("<manifest:manifest xmlns:manifest=\"{NAMESPACE}\">{inner}</manifest:manifest>").into_bytes();
    let honest = [entry("/"), entry("decision.txt"), entry("folder/annex.txt")].concat();
    let case = good.but("a list of its files stands beside the manifest").by("EN 319 162-1 §4.4.3.2");
    let listed = case.file(zip(&with(stored, LIST, list(&honest)))).untwinned().add("asic/package", files)?;
    let case = listed.but("the list has a file that the container has not").file(zip(&with(stored, LIST, list(&entry("more.txt")))));
    case.add("asic/package-other-file", files)?;

    let unsigned = |good: &Good, name: &str, change: &str, octets: Vec<u8>, files: &mut Files| -> Outcome {
        let bad = good.but(change).by("EN 319 102-1 §5.1.3").file(octets);
        let bad = bad.concludes("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "verdict.document_not_modified").entries(&[Entry::passed()]);
        bad.add(&format!("asic/package-{name}"), files).map(drop)
    };
    for (name, change, path, octets) in [
        ("text", "the list says something in a text", LIST, list(&format!("{honest}Tu choi"))),
        ("page", "in the place of the list stands a page", LIST, b"<html>Tu choi</html>".to_vec()),
        ("metadata", "in the place of the list stand metadata", "META-INF/metadata.xml", b"<metadata>Tu choi</metadata>".to_vec()),
    ] {
        unsigned(&listed, name, change, zip(&with(stored, path, octets)), files)?;
    }
    let other = |signed_by: &str| manifest(signed_by, &[("decision.txt", b"Tu choi\n")]);
    let second = "META-INF/ASiCManifest2.xml";
    for (name, change, octets) in [
        ("manifest-unsigned", "a second manifest names a signature that is not there", other("META-INF/signature2.p7s")),
        ("manifest-second", "a second manifest names the signature, and another digest of a file", other(SIGNATURE)),
    ] {
        unsigned(good, name, change, zip(&with(stored, second, octets)), files)?;
    }
    for (name, change, path) in [
        ("folder", "an empty folder is called as nobody signed it", "Tu choi/"),
        ("folder-of-file", "a folder has the name of a file", "decision.txt/"),
    ] {
        unsigned(good, name, change, zip(&with(stored, path, Vec::new())), files)?;
    }
    let untyped: Vec<Stored> = stored[1..].to_vec();
    let case =
        good.but("it does not say of which type it is, and its signature is called as that of a simple one").by("EN 319 162-1 §4.4.4.2");
    case.file(zip(&untyped)).add("asic/extended-untyped", files)?;
    let other = with(stored, "mimetype", b"application/vnd.oasis.opendocument.text".to_vec());
    let case = good.but("it says that it is the file of a word processor, which other programs believe").by("EN 319 162-1 §A.1");
    case.file(zip(&other)).add("asic/type-of-document", files)?;
    comments(good, stored, files)
}

/// APPNOTE §4.3.12, §4.3.16: what whoever unpacks the file is shown, told as octets that are no file's.
fn comments(good: &Good, stored: &[Stored], files: &mut Files) -> Outcome {
    let octets = zip(stored);
    let end = octets.len() - 22;
    let commented = |comment: &str| {
        let length = (comment.len() as u16).to_le_bytes();
        [&octets[..end + 20], &length, comment.as_bytes()].concat()
    };
    for (name, change, octets) in [
        ("comment-type", "its comment says that it is of another type", commented("mimetype=text/html")),
        ("comment", "the directory has a comment on a file", beside(&octets, 32, b"Tu choi")),
        ("field", "the directory has a field of a file that no archiver knows", beside(&octets, 30, b"\x99\x99\x07\0Tu choi")),
    ] {
        good.but(change).by("EN 319 162-1 §4.2").file(octets).add(&format!("asic/{name}"), files)?;
    }
    Ok(())
}

/// The last entry of the directory, which nothing but the end follows, with `more` behind it; its length is told at `field`.
fn beside(octets: &[u8], field: usize, more: &[u8]) -> Vec<u8> {
    let end = octets.len() - 22;
    let last = octets.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap_or(0);
    let mut octets = [&octets[..end], more, &octets[end..]].concat();
    octets[last + field] = more.len() as u8;
    let at = octets.len() - 10;
    let size = u32::from_le_bytes([octets[at], octets[at + 1], octets[at + 2], octets[at + 3]]) + more.len() as u32;
    octets[at..at + 4].copy_from_slice(&size.to_le_bytes());
    octets
}
