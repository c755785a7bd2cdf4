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

use kyso::creation::{Profile, SoftwareSigner, sign};
use kyso::crypto::SoftwareKey;
use kyso::encoding::pdf::Pdf;
use kyso::pki::Certificate;
use kyso::testkit::{DemoPki, Entity};
use kyso::{Limits, Time};

fn main() -> Result<(), Box<dyn Error>> {
    let time = Time::from_unix(SystemTime::UNIX_EPOCH.elapsed()?.as_secs().try_into()?);
    let unsigned = match std::env::args_os().nth(1) {
        Some(file) => std::fs::read(file)?,
        None => page::compose(font::Fonts::libertinus()?, &record::Record::demo(time))?,
    };

    // First the person who decides, then the organisation's seal (NĐ 30/2020 Art 32).
    let pki = DemoPki::unforeseeable(time)?;
    let profile = Profile::pades_b_b(time).location("Phường Hoa Sen");
    let decided = sign(&Pdf::open(&unsigned, &Limits::default(), None)?, &profile, &signer(&pki.leader, &pki)?)?;
    let issued = sign(&Pdf::open(&decided, &Limits::default(), None)?, &profile, &signer(&pki.organisation, &pki)?)?;

    let folder = Path::new("target/issue_result");
    write(folder, "result.pdf", &issued)?;
    for (name, octets) in pki.files()? {
        write(&folder.join("pki"), &name, &octets)?;
    }
    Ok(())
}

/// The key of one who was certified by the issuing authority.
fn signer(entity: &Entity, pki: &DemoPki) -> Result<SoftwareSigner, Box<dyn Error>> {
    let certificates = [&entity.certificate, &pki.issuing.certificate].map(|der| Certificate::from_der(der));
    let certificates = certificates.into_iter().collect::<Result<_, _>>()?;
    Ok(SoftwareSigner::new(SoftwareKey::from_pkcs8_der(&entity.key.pkcs8())?, certificates)?)
}

fn write(folder: &Path, name: &str, octets: &[u8]) -> Result<(), Box<dyn Error>> {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
    Ok(std::fs::write(path, octets)?)
}
