//! A signed file that stays verifiable: signed, timestamped, with its evidence inside, renewed, and judged without network.
//!
//! `cargo run --example keep_result --features net`: an authority of this process answers on this machine; keys are made for this run only.

use std::error::Error;
use std::time::SystemTime;

use kyso::net::{Fetcher, PrivateAddresses, Settings};
use kyso::report::json::Level;
use kyso::testkit::{Authority, DemoPki, Serving, blank_page};
use kyso::{Context, Document, Evidence, Goal, Policy, Profile, Time, augment, sign_at_level, verify};

fn main() -> Result<(), Box<dyn Error>> {
    // Your authority is an address; here it is a thread, which ends when `serving` does.
    let time = Time::from_unix(SystemTime::UNIX_EPOCH.elapsed()?.as_secs().try_into()?);
    let serving = Serving::start_at(0, None, |base| Ok(Authority::new(DemoPki::served_at(base, [7; 32], time)?, time)))?;
    let (authority, anchors) = (serving.url("/tsa"), serving.authority().pki.trust_anchors()?);
    let signer = serving.authority().pki.leader_signer()?;

    // This machine's addresses are refused unless allowed: certificates name them, and strangers make certificates.
    let mut fetcher = Fetcher::new(Settings { private_addresses: PrivateAddresses::Allowed, ..Settings::default() })?;
    let (policy, none) = (Policy::etsi_basic(), Evidence::none());
    let context = Context { policy: &policy, anchors: &anchors, evidence: &none, time, existence: None };

    let page = blank_page();
    let (document, profile, goal) = (Document::pdf(&page)?, Profile::pades_b_b(time), Goal::level(Level::BLTA));
    // The inner error has the signed file: a timestamp that fails costs no signature.
    let kept = sign_at_level(&document, &profile, &signer, &goal, &authority, &context, &mut fetcher)??;

    // Years later, before an algorithm or a certificate ends.
    let renewed = augment(&kept.octets, &Goal::renewal(), &authority, &context, &mut fetcher)?;

    // Whoever trusts the root needs nothing else any more.
    drop(serving);
    let report = verify(&Document::pdf(&renewed.octets)?, &context);
    print!("{}", report.to_text(Default::default()));
    Ok(())
}
