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

use kyso::Time;
use kyso::testkit::DemoPki;

fn main() -> Result<(), Box<dyn Error>> {
    let time = Time::from_unix(SystemTime::UNIX_EPOCH.elapsed()?.as_secs().try_into()?);
    let folder = Path::new("target/issue_result");
    std::fs::create_dir_all(folder)?;

    let unsigned = match std::env::args_os().nth(1) {
        Some(file) => std::fs::read(file)?,
        None => page::compose(font::Fonts::libertinus()?, &record::Record::demo(time))?,
    };
    let pki = DemoPki::unforeseeable(time)?;

    std::fs::write(folder.join("result.pdf"), &unsigned)?;
    for (name, octets) in pki.files()? {
        let path = folder.join("pki").join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(path, octets)?;
    }
    Ok(())
}
