//! What we sign is judged intact, each signature of several.

use kyso::creation::{FieldLock, Permission};
use kyso::report::json::{Integrity, Level, SignatureReport};
use kyso::{Context, Evidence, Policy, Profile, TrustAnchors, verify};

use super::files::{hybrid, plain, stream, table, with_field};
use super::keys::signing_time;
use super::read_back::document;
use super::{profile, signed};

fn judged(file: &[u8]) -> Vec<SignatureReport> {
    let (policy, anchors, evidence) = (Policy::etsi_basic(), TrustAnchors::none(), Evidence::none());
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: signing_time(), existence: None };
    verify(&document(file), &context).signatures
}

fn all_signed(file: Vec<u8>, profiles: &[Profile]) -> Vec<u8> {
    profiles.iter().fold(file, |file, profile| signed(&file, profile).unwrap())
}

#[test]
fn every_signature_of_several_is_intact() {
    let new = profile;
    let named = |name: &str| vec![name.to_owned()];
    for (name, file, profiles) in [
        ("table", table(&plain(), ""), vec![new(), new(), new()]),
        ("stream", stream(&plain(), ""), vec![new(), new(), new()]),
        ("hybrid", hybrid(&plain()), vec![new(), new(), new()]),
        ("P1", table(&plain(), ""), vec![new().certify(Permission::P1)]),
        ("P2", table(&plain(), ""), vec![new().certify(Permission::P2), new()]),
        ("P2 visible", table(&plain(), ""), vec![new().certify(Permission::P2), new().rectangle([10.0, 10.0, 90.0, 40.0])]),
        ("P3", table(&plain(), ""), vec![new().certify(Permission::P3), new()]),
        ("existing field", table(&with_field(""), ""), vec![new(), new().field("leader")]),
        ("include", table(&plain(), ""), vec![new().lock(FieldLock::Include(named("date"))), new()]),
        ("exclude", table(&plain(), ""), vec![new().lock(FieldLock::Exclude(named("seal"))), new().field("seal")]),
        ("lock P2", table(&plain(), ""), vec![new().lock_document(Permission::P2), new()]),
    ] {
        let output = all_signed(file, &profiles);
        let signatures = judged(&output);
        assert_eq!(signatures.len(), profiles.len(), "{name}");
        for signature in &signatures {
            assert_eq!((signature.integrity, signature.level), (Integrity::Intact, Level::BB), "{name} {}", signature.id);
        }
    }
}

#[test]
fn a_hole_filled_with_another_signature_is_not_intact() {
    let file = table(&plain(), "");
    let (one, other) = (signed(&file, &profile()).unwrap(), signed(&file, &profile().reason("x")).unwrap());
    let hole = |file: &[u8]| {
        let start = file.windows(11).position(|window| window == b"/Contents <").unwrap() + 10;
        start..start + file[start..].iter().position(|octet| *octet == b'>').unwrap()
    };
    let mut altered = one.clone();
    altered[hole(&one)].copy_from_slice(&other[hole(&other)]);
    assert_eq!(judged(&one)[0].integrity, Integrity::Intact);
    assert_eq!(judged(&altered)[0].integrity, Integrity::Broken);
}
