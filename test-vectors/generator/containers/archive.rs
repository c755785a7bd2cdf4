//! Group `asic`: archive manifests, each with a timestamp and over those before it (EN 319 162-1 §A.7).

use kyso::Time;
use kyso::crypto::DigestAlgorithm::Sha256;
use kyso::testkit::extension::crl_distribution_point;
use kyso::testkit::{Template, Timestamp};

use super::{ANNEX, DECISION, EXTENDED, MANIFEST, SIGNATURE, SIMPLE, Stored, extended_files, manifest, with, zip};
use crate::case::{Case, Entry};
use crate::hand_made::claimed;
use crate::shared::{Shared, at, key_of, name};
use crate::signed_data::evidence;
use crate::timestamps::of_that_time;
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
    alone(shared, false, files)?;
    alone(shared, true, files)
}

/// Timestamps and no signature. The certificate of the first authority ended ten days ago; the second stamped the day before, with a manifest that
/// lists the first token and what proves that. `is_simple`: over the one file and not over a manifest.
fn alone(shared: &Shared, is_simple: bool, files: &mut Files) -> Outcome {
    const TOKEN: &str = "META-INF/timestamp.tst";
    let (kind, group) = ("container_timestamp", if is_simple { "simple" } else { "extended" });
    let template = Template::timestamping(name("Test Timestamping Before"), at(-400), at(-10));
    let template = template.with(crl_distribution_point(&["http://pki.kyso.example/issuing.crl"]));
    let first = shared.issuing.issue(&template, key_of("timestamping before")?)?;
    let lists = [of_that_time(&shared.issuing, -12)?, of_that_time(&shared.root, -12)?];
    let stamped = |octets: &[u8], lists: &[Vec<u8>]| -> Outcome<Vec<u8>> {
        let stamp = Timestamp::of(Sha256, &Sha256.digest(octets), at(-30)).with_certificates(&[&first, &shared.issuing]);
        Ok(first.timestamp_token(&Timestamp { lists: lists.to_vec(), ..stamp })?)
    };
    let listed: [(&str, &[u8]); 2] = [("decision.txt", DECISION), ("folder/annex.txt", ANNEX)];
    let list = manifest(TOKEN, &listed);
    let container = |token: Vec<u8>| -> Vec<Stored> {
        let data = vec![("decision.txt", DECISION.to_vec())];
        match is_simple {
            true => [vec![("mimetype", SIMPLE.into())], data, vec![(TOKEN, token)]].concat(),
            false => {
                let more = vec![("folder/annex.txt", ANNEX.to_vec()), (MANIFEST, list.clone()), (TOKEN, token)];
                [vec![("mimetype", EXTENDED.into())], data, more].concat()
            }
        }
    };
    let over = if is_simple { DECISION } else { &list[..] };
    let all: &[&str] = if is_simple { &["decision.txt", TOKEN] } else { &["decision.txt", "folder/annex.txt", MANIFEST, TOKEN] };
    let kept = container(stamped(over, &lists)?);
    let renewed = |stored: &[Stored], time| archived(shared, stored, SECOND, all, time);
    let what = "a timestamp alone, whose authority's certificate has ended; another one over an archive manifest is of before that";
    let document = if is_simple { "document.asics" } else { "document.asice" };
    let whole = renewed(&kept, at(-11))?;
    let case = Case::passing_file(what, "EN 319 162-1 §A.7", document, zip(&whole));
    let both = [Entry::passed().kind(kind), Entry::passed().kind(kind)];
    let good = case.entries(&both).add(&format!("asic/renewed-{group}"), files)?;
    let ended = ("OUT_OF_BOUNDS_NOT_REVOKED", "basic_processing.signer_within_validity");
    let bad = good.but("without the second timestamp").by("EN 319 102-1 §5.2.6.4 (6)").file(zip(&kept));
    bad.indeterminate(ended.0, ended.1).entries(&[Entry::intact().kind(kind)]).add(&format!("asic/renewed-{group}-without"), files)?;
    let late = Entry::default().kind(kind);
    let bad = good.but("the second timestamp is of after that end").file(zip(&renewed(&kept, at(-9))?));
    bad.indeterminate(ended.0, ended.1)
        .entries(&[late.clone(), Entry::passed().kind(kind)])
        .add(&format!("asic/renewed-{group}-late"), files)?;
    let bad = good.but("the archive manifest does not list the first timestamp");
    let others: Vec<&str> = all.iter().copied().filter(|name| *name != TOKEN).collect();
    let bad = bad.file(zip(&archived(shared, &kept, SECOND, &others, at(-11))?));
    bad.indeterminate(ended.0, ended.1)
        .entries(&[late.clone(), Entry::passed().kind(kind)])
        .add(&format!("asic/renewed-{group}-unlisted"), files)?;
    let bad = good.but("the first token has no list of that time, which proved its authority");
    let bad = bad.file(zip(&renewed(&container(stamped(over, &[])?), at(-11))?));
    let bad =
        bad.indeterminate("CERTIFICATE_CHAIN_GENERAL_FAILURE", "revocation.status_known").entries(&[late, Entry::passed().kind(kind)]);
    bad.add(&format!("asic/renewed-{group}-unproven"), files)?;
    let bad = good.but("a letter of the file is another one").by("EN 319 102-1 §5.4.4");
    let bad = bad.file(zip(&with(&whole, "decision.txt", DECISION.to_ascii_uppercase())));
    let failed = || Entry::concluded("TOTAL-FAILED", "HASH_FAILURE", "cryptographic_verification.data_intact").kind(kind);
    bad.fails("HASH_FAILURE", "").entries(&[failed(), failed()]).add(&format!("asic/renewed-{group}-altered"), files)?;
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
