//! The result of an administrative procedure: composed, signed by the leader and then by the organisation, verified.
//!
//! `cargo run --release --example issue_result [-- FILE.pdf]`: no network, no installed font, keys made for this run only.

mod font;
mod page;
mod record;
mod text;

use std::error::Error;
use std::path::Path;
use std::time::SystemTime;

use kyso::report::text::Language;
use kyso::testkit::DemoPki;
use kyso::{Context, Document, Policy, Profile, Report, Time, sign, verify};

fn main() -> Result<(), Box<dyn Error>> {
    let time = Time::from_unix(SystemTime::UNIX_EPOCH.elapsed()?.as_secs().try_into()?);
    let unsigned = match std::env::args_os().nth(1) {
        Some(file) => std::fs::read(file)?,
        None => page::compose(font::Fonts::libertinus()?, &record::Record::demo(time))?,
    };

    // First the person who decides, then the organisation's seal (NĐ 30/2020 Art 32).
    let pki = DemoPki::unforeseeable(time)?;
    let profile = Profile::pades_b_b(time).location("Phường Hoa Sen");
    let decided = sign(&Document::pdf(&unsigned)?, &profile, &pki.leader_signer()?)?;
    let issued = sign(&Document::pdf(&decided)?, &profile, &pki.organisation_signer()?)?;

    let folder = Path::new("target/issue_result");
    write(folder, "result.pdf", &issued)?;
    for (name, octets) in pki.files()? {
        write(&folder.join("pki"), &name, &octets)?;
    }
    let report = check(&issued, &pki, time)?;
    write(folder, "report.json", report.to_json().as_bytes())?;
    write(folder, "report.vi.txt", report.to_text(Language::Vi).as_bytes())?;
    write(folder, "report.en.txt", report.to_text(Language::En).as_bytes())?;
    print!("{}", report.to_text(Language::Vi));
    println!("\n{}: {}", folder.display(), report.conclusion.indication.as_str());
    Ok(())
}

/// What a clerk who trusts the root, and has today's revocation lists, finds.
fn check(issued: &[u8], pki: &DemoPki, time: Time) -> Result<Report, Box<dyn Error>> {
    let (policy, anchors, evidence) = (Policy::etsi_basic(), pki.trust_anchors()?, pki.evidence()?);
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time, existence: None };
    Ok(verify(&Document::pdf(issued)?.with_name("result.pdf"), &context))
}

fn write(folder: &Path, name: &str, octets: &[u8]) -> Result<(), Box<dyn Error>> {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
    Ok(std::fs::write(path, octets)?)
}
