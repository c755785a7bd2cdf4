//! RFC 5280 §6.1.1 (d): a trust anchor is a name and a key; when, for what and from which store it is trusted.

use kyso::Time;
use kyso::context::{Purpose, TrustAnchor, TrustAnchors};
use kyso::crypto::Curve;
use kyso::pki::{Certificate, Name};
use kyso::testkit::{self, Entity, Key, KeyParameters, Random, Template, name};

fn time() -> Time {
    Time::from_unix(1_795_316_400)
}

fn key(seed: &str) -> Key {
    Key::generate(KeyParameters::Ec(Curve::P256), &mut Random::seeded(seed.as_bytes())).unwrap()
}

/// A self-signed authority of that name, whose key the seed decides and whose validity begins so many days before [`time`].
fn authority(common_name: &str, seed: &str, days: i64) -> Certificate {
    let subject = testkit::Name::of([(name::COMMON_NAME, common_name)]);
    let template = Template::authority(subject, time().plus_seconds(-86_400 * days), time().plus_seconds(86_400), None);
    Certificate::from_der(&Entity::self_signed(&template, key(seed)).unwrap().certificate).unwrap()
}

fn anchor(certificate: &Certificate) -> TrustAnchor {
    TrustAnchor::of_certificate(certificate.clone()).unwrap()
}

#[test]
fn the_same_name_and_key_in_another_certificate_is_the_same_anchor() {
    let (old, new) = (authority("Gốc", "key", 200), authority("Gốc", "key", 10));
    assert_ne!(old.octets(), new.octets());
    assert!(anchor(&old).matches(&new));
    // Another key under the name, or another name over the key, is somebody else.
    assert!(!anchor(&old).matches(&authority("Gốc", "other key", 10)));
    assert!(!anchor(&old).matches(&authority("Gốc khác", "key", 10)));
}

#[test]
fn a_certificate_is_found_as_itself_and_matched_by_name_and_key() {
    let (old, new) = (authority("Gốc", "key", 200), authority("Gốc", "key", 10));
    let mut anchors = TrustAnchors::none();
    anchors.add(old.clone()).unwrap();
    anchors.add(old.clone()).unwrap();
    assert_eq!(anchors.iter().count(), 1);
    assert!(anchors.find(&old).is_some() && anchors.find(&new).is_none());
    assert_eq!(anchors.matching(&new).count(), 1);
    assert_eq!(anchors.named(new.issuer()).count(), 1);
    assert_eq!(anchors.named(authority("Gốc khác", "key", 1).issuer()).count(), 0);
}

#[test]
fn a_bare_key_is_an_anchor_with_the_digest_of_the_key() {
    let certificate = authority("Gốc", "key", 1);
    let mut anchors = TrustAnchors::none();
    anchors.add_key(Name::from_der(certificate.subject().octets()).unwrap(), certificate.subject_public_key_info()).unwrap();
    let [bare] = &anchors.iter().collect::<Vec<_>>()[..] else { panic!("one anchor") };
    assert!(bare.certificate.is_none() && bare.matches(&certificate) && anchors.find(&certificate).is_none());
    assert_ne!(bare.id(), anchor(&certificate).id());
    assert!(bare.id().starts_with("sha256:"));
    // A key that is none is refused where it is given.
    assert!(anchors.add_key(bare_name(), &certificate.subject_public_key_info()[1..]).is_err());
}

fn bare_name() -> Name {
    authority("Gốc", "key", 1).subject().clone()
}

#[test]
fn an_anchor_is_in_force_from_its_first_moment_and_before_its_sunset() {
    let always = anchor(&authority("Gốc", "key", 1));
    assert!(always.is_in_force(time()));
    let dated = TrustAnchor { not_before: Some(time()), sunset: Some(time().plus_seconds(60)), ..always };
    assert!(!dated.is_in_force(time().plus_seconds(-1)));
    assert!(dated.is_in_force(time()) && dated.is_in_force(time().plus_seconds(59)));
    assert!(!dated.is_in_force(time().plus_seconds(60)));
}

#[test]
fn an_anchor_without_purposes_serves_all_and_one_with_purposes_those() {
    let every = anchor(&authority("Gốc", "key", 1));
    assert!(Purpose::ALL.into_iter().all(|purpose| every.serves(purpose)));
    let signing = TrustAnchor { purposes: vec![Purpose::Signing], ..every.clone() };
    assert!(signing.serves(Purpose::Signing) && signing.serves(Purpose::Any));
    assert!(!signing.serves(Purpose::Timestamping));
    let any = TrustAnchor { purposes: vec![Purpose::Any], ..every };
    assert!(any.serves(Purpose::Timestamping));
}
