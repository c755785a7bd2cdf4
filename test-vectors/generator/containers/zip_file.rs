//! Group `asic`: ZIP files that two readers read as two, and those that cost too much (APPNOTE 6.3.10).

use super::{Stored, checksum, place, with, zip};
use crate::case::Good;
use crate::{Files, Outcome};

const LISTED: &[u8] = b"PK\x01\x02";

/// `good` is a container with these files.
pub fn add(good: &Good, stored: &[Stored], files: &mut Files) -> Outcome {
    let octets = zip(stored);
    let mut refused = |name: &str, change: &str, clause, octets: Vec<u8>| -> Outcome {
        good.but(change).by(clause).file(octets).malformed().add(&format!("asic/zip-{name}"), files)?;
        Ok(())
    };
    for (name, change, path) in [
        ("absolute", "a file is called /decision.txt", "/decision.txt"),
        ("backslash", "a file is called META-INF\\signature.p7s", "META-INF\\signature.p7s"),
    ] {
        refused(name, change, "APPNOTE §4.4.17.1", zip(&with(stored, path, b"khac\n".to_vec())))?;
    }
    let first = place(&octets, LISTED);
    let second = first + 4 + place(&octets[first + 4..], LISTED);
    let changed = |edit: &dyn Fn(&mut Vec<u8>)| {
        let mut octets = octets.clone();
        edit(&mut octets);
        octets
    };
    let overlap = changed(&|octets| octets[second + 42..second + 46].fill(0));
    refused("overlap", "the directory says that the second file is where the first one is", "APPNOTE §4.3.12", overlap)?;
    let encrypted = changed(&|octets| octets[second + 8] |= 1);
    refused("encrypted", "the directory says that a file is encrypted", "APPNOTE §4.4.4", encrypted)?;
    let link = changed(&|octets| {
        octets[second + 5] = 3;
        octets[second + 40..second + 42].copy_from_slice(&[0xff, 0xa1]);
    });
    refused("link", "the directory says that a file is a link to another one", "APPNOTE §4.4.15", link)?;
    let folder = zip(&with(stored, "folder/", b"khac\n".to_vec()));
    refused("folder-content", "a folder has a content", "APPNOTE §4.3.8", folder)?;
    refused("other-name", "the directory gives a file a second name", "APPNOTE §4.6.9", other_name(&octets, second))?;
    let prefixed = [b"PK\x03\x04".to_vec(), vec![0; 4096], octets.clone()].concat();
    refused("prefix", "a page of octets stands before the first file", "APPNOTE §4.3.1", prefixed)?;
    refused("bomb", "a file says that it is 64 MiB, inflated from 256 octets", "APPNOTE §4.4.9", bomb(stored)?)
}

/// With a field behind the name of the entry at `entry` of the directory that says another one.
fn other_name(octets: &[u8], entry: usize) -> Vec<u8> {
    let name = usize::from(octets[entry + 28]) | usize::from(octets[entry + 29]) << 8;
    let field = [&[0x75, 0x70, 14, 0, 1][..], &checksum(&octets[entry + 46..entry + 46 + name]).to_le_bytes(), b"other.txt"].concat();
    let behind = entry + 46 + name;
    let mut octets = [&octets[..behind], &field, &octets[behind..]].concat();
    octets[entry + 30..entry + 32].copy_from_slice(&(field.len() as u16).to_le_bytes());
    let end = octets.len() - 22;
    let size = u32::from_le_bytes([octets[end + 12], octets[end + 13], octets[end + 14], octets[end + 15]]) + field.len() as u32;
    octets[end + 12..end + 16].copy_from_slice(&size.to_le_bytes());
    octets
}

/// With a deflated file whose 256 octets are told to become 64 MiB of zeros. The reader need not inflate anything to refuse it.
fn bomb(stored: &[Stored]) -> Outcome<Vec<u8>> {
    const SIZE: usize = 64 << 20;
    let mut octets = zip(&with(stored, "zeros", vec![0; 256]));
    let last = octets.windows(4).rposition(|window| window == LISTED).ok_or("no directory")?;
    let local = octets.windows(4).rposition(|window| window == b"PK\x03\x04").ok_or("no file")?;
    let (crc, size) = (checksum(&vec![0; SIZE]).to_le_bytes(), u32::try_from(SIZE)?.to_le_bytes());
    for (method, checked, told) in [(local + 8, local + 14, local + 22), (last + 10, last + 16, last + 24)] {
        octets[method] = 8;
        octets[checked..checked + 4].copy_from_slice(&crc);
        octets[told..told + 4].copy_from_slice(&size);
    }
    Ok(octets)
}
