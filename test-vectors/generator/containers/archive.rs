//! Group `asic`: archive manifests, each with a timestamp and over those before it (EN 319 162-1 §A.7).

use kyso::Time;
use kyso::crypto::DigestAlgorithm::Sha256;

use super::{MANIFEST, SIGNATURE, Stored, extended_files, manifest, with, zip};
use crate::case::{Case, Entry};
use crate::hand_made::claimed;
use crate::shared::Shared;
use crate::signed_data::evidence;
use crate::{Files, Outcome};

const FIRST: [&str; 2] = ["META-INF/ASiCArchiveManifest001.xml", "META-INF/timestamp001.tst"];
const SECOND: [&str; 2] = ["META-INF/ASiCArchiveManifest.xml", "META-INF/timestamp002.tst"];

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let kind = "container_timestamp";
    let stored = extended_files(shared)?;
    let one = archived(shared, &stored, FIRST, &[SIGNATURE, MANIFEST], claimed().plus_seconds(60))?;
    let what = "a timestamp over an archive manifest that lists the signature and its manifest";
    let case = Case::passing_file(what, "EN 319 162-1 §A.7", "document.asice", zip(&one));
    let entries = [Entry::passed().level("B-T"), Entry::passed().kind(kind)];
    let good = case.entries(&entries).add("asic/archive", files)?;
    let other = [("META-INF/signature.p7s", &b"another"[..]), (MANIFEST, octets(&stored, MANIFEST))];
    let link = manifest(FIRST[1], &other);
    let token = evidence::token(shared, &Sha256.digest(&link), claimed().plus_seconds(60))?;
    let broken = with(&with(&one, FIRST[0], link), FIRST[1], token);
    let told = good.but("the archive manifest has the digest of another signature").file(zip(&broken));
    let failed = Entry::concluded("TOTAL-FAILED", "HASH_FAILURE", "cryptographic_verification.data_intact").kind(kind);
    told.entries(&[Entry::passed().level("B-B"), failed]).add("asic/archive-of-another", files)?;

    // The second link lists the first one alone, through which it is over the signature.
    let two = archived(shared, &one, SECOND, &FIRST, claimed().plus_seconds(120))?;
    let what = "a second archive manifest that lists the first one and its timestamp";
    let case = Case::passing_file(what, "EN 319 162-1 §A.7", "document.asice", zip(&two));
    let entries = [Entry::passed().level("B-T"), Entry::passed().kind(kind), Entry::passed().kind(kind)];
    let good = case.entries(&entries).add("asic/archive-chain", files)?;
    let mut longer = octets(&two, FIRST[0]).to_vec();
    longer.push(b'\n');
    let told = good.but("the first archive manifest ends with a line feed more").file(zip(&with(&two, FIRST[0], longer)));
    let failed = || Entry::concluded("TOTAL-FAILED", "HASH_FAILURE", "cryptographic_verification.data_intact").kind(kind);
    told.entries(&[Entry::passed().level("B-B"), failed(), failed()]).add("asic/archive-chain-broken", files)?;
    Ok(())
}

/// `stored` with a manifest of `listed` and a timestamp over it.
fn archived(shared: &Shared, stored: &[Stored], names: [&'static str; 2], listed: &[&str], at: Time) -> Outcome<Vec<Stored>> {
    let listed: Vec<(&str, &[u8])> = listed.iter().map(|name| (*name, octets(stored, name))).collect();
    let link = manifest(names[1], &listed);
    let token = evidence::token(shared, &Sha256.digest(&link), at)?;
    Ok(with(&with(stored, names[0], link), names[1], token))
}

fn octets<'s>(stored: &'s [Stored], name: &str) -> &'s [u8] {
    stored.iter().find(|(known, _)| *known == name).map_or(&[], |(_, octets)| octets)
}
