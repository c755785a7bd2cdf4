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
    let prefixed = [b"PK\x03\x04".to_vec(), vec![0; 4096], octets.clone()].concat();
    refused("prefix", "a page of octets stands before the first file", "APPNOTE §4.3.1", prefixed)?;
    refused("bomb", "a file says that it is 64 MiB, inflated from 256 octets", "APPNOTE §4.4.9", bomb(stored)?)
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
