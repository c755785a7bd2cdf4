//! Group `trust-stores`: anchors as a trust store gives them: for what, since and until when, with which constraints, as name and key alone.

use kyso::context::{AnchorConstraints, Purpose, TrustAnchor, TrustStore};
use kyso::crypto::PublicKey;
use kyso::pki::extension::{GeneralName, GeneralSubtree, NameConstraints};
use kyso::pki::{Certificate, Name};
use kyso::testkit::Entity;

use crate::case::{Case, Good};
use crate::certificates::{GENERAL, signed};
use crate::shared::{Shared, name, time};
use crate::{Files, Outcome};

const NO_CHAIN: &str = "NO_CERTIFICATE_CHAIN_FOUND";
const STORE: &str = "trust-store.json";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let document = signed(&shared.signatories["p256"], &[&shared.issuing])?;
    let case = |what: &str, clause, anchor| -> Outcome<Case> { with(Case::passing(what, clause, document.clone()), anchor) };
    let good = case("the trust anchor is of a store, with a track, dates and purposes", "RFC 5914 §2", dated(shared)?)?;
    let good = good.add("trust-stores/in-force", files)?;
    terms(shared, &good, files)?;
    let good = case("the trust anchor is a name and a key", "RFC 5280 §6.1.1 (d)", bare(&shared.root, &shared.root)?)?;
    let good = good.add("trust-stores/name-and-key", files)?;
    name_and_key(shared, &good, files)?;
    let limits = AnchorConstraints { path_length: Some(1), names: Some(within(&Name::from_der(&base().der())?)), policies: Vec::new() };
    let limited = TrustAnchor { constraints: limits, ..of(&shared.root)? };
    let good = case("the relying party constrains the trust anchor, and the path keeps within", "RFC 5937 §3", limited.clone())?;
    constraints(shared, limited, &good.add("trust-stores/constrained", files)?, files)
}

/// Of `congvu`, without terms.
pub fn of(entity: &Entity) -> Outcome<TrustAnchor> {
    let anchor = TrustAnchor::of_certificate(Certificate::from_der(&entity.certificate)?)?;
    Ok(TrustAnchor { store: "congvu".into(), track: Some("công vụ".into()), ..anchor })
}

/// In force from the validation time on and for a second, for signing alone.
fn dated(shared: &Shared) -> Outcome<TrustAnchor> {
    let (not_before, sunset) = (Some(time()), Some(time().plus_seconds(1)));
    Ok(TrustAnchor { purposes: vec![Purpose::Signing], not_before, sunset, ..of(&shared.root)? })
}

/// The name of one, the key of another.
fn bare(name: &Entity, key: &Entity) -> Outcome<TrustAnchor> {
    let anchor = TrustAnchor::of_key(Name::from_der(&name.name.der())?, PublicKey::from_spki(key.key.public_key_info())?);
    Ok(TrustAnchor { store: "congvu".into(), ..anchor })
}

fn with(case: Case, anchor: TrustAnchor) -> Outcome<Case> {
    trusting(case, [anchor])
}

/// These anchors and no others.
pub fn trusting(case: Case, anchors: impl IntoIterator<Item = TrustAnchor>) -> Outcome<Case> {
    let mut store = TrustStore::new();
    for anchor in anchors {
        store.add(anchor)?;
    }
    Ok(case.anchor(STORE, Some(store.to_json().into_bytes())))
}

fn terms(shared: &Shared, good: &Good, files: &mut Files) -> Outcome {
    let mut bad = |file: &str, change: &str, sub_indication, clause, check, anchor: TrustAnchor| -> Outcome {
        let case = with(good.but(change).by(clause), anchor)?;
        case.indeterminate(sub_indication, check).add(&format!("trust-stores/{file}"), files)?;
        Ok(())
    };
    let dated = dated(shared)?;
    let (no_poe, clause, check) = ("NO_CERTIFICATE_CHAIN_FOUND_NO_POE", "EN 319 102-1 §5.2.6.4 (2)", "basic_processing.anchor_in_force");
    let late = TrustAnchor { not_before: Some(time().plus_seconds(1)), sunset: None, ..dated.clone() };
    bad("not-yet-trusted", "it is trusted a second later", no_poe, clause, check, late)?;
    let early = TrustAnchor { not_before: None, sunset: Some(time()), ..dated.clone() };
    bad("no-longer-trusted", "it is trusted until now and no longer", no_poe, clause, check, early)?;
    let other = TrustAnchor { purposes: vec![Purpose::Timestamping], ..dated };
    bad("other-purpose", "it is trusted for timestamps alone", NO_CHAIN, "RFC 5914 §2.5", "basic_processing.anchor_serves", other)
}

fn name_and_key(shared: &Shared, good: &Good, files: &mut Files) -> Outcome {
    let case = with(good.but("the key is another one").by("RFC 5280 §6.1.3 (a)(1)"), bare(&shared.root, &shared.other_root)?)?;
    case.indeterminate(GENERAL, "basic_processing.signature_valid").add("trust-stores/name-and-other-key", files)?;
    let case = with(good.but("the name is another one").by("EN 319 102-1 §5.2.6.4 (1)"), bare(&shared.other_root, &shared.root)?)?;
    case.indeterminate(NO_CHAIN, "path.trust_anchor_reached").add("trust-stores/key-and-other-name", files)?;
    Ok(())
}

fn constraints(shared: &Shared, limited: TrustAnchor, good: &Good, files: &mut Files) -> Outcome {
    let but = |change: &str, clause, edit: &dyn Fn(&mut AnchorConstraints)| -> Outcome<Case> {
        let mut anchor = limited.clone();
        edit(&mut anchor.constraints);
        with(good.but(change).by(clause), anchor)
    };
    let case = but("no authority may stand under it", "RFC 5937 §3", &|constraints| constraints.path_length = Some(0))?;
    case.indeterminate(GENERAL, "preparation_for_next.path_length").add("trust-stores/constrained-length", files)?;
    let other = within(&Name::from_der(&name("Test Issuing").der())?);
    let case =
        but("it is trusted for names under another one", "RFC 5280 §6.1.3 (b)", &|constraints| constraints.names = Some(other.clone()))?;
    case.indeterminate(GENERAL, "basic_processing.names_permitted").add("trust-stores/constrained-names", files)?;
    // RFC 5280 §6.1.1 (d): the anchor may bring another certificate than the path does; name and key count.
    let template = kyso::testkit::Template::authority(name("Test Root"), time(), time().plus_seconds(60), None);
    let other = Entity::self_signed(&template, shared.root.key.clone())?;
    let anchor = TrustAnchor { constraints: limited.constraints.clone(), ..of(&other)? };
    with(good.but("its certificate is another one of the same name and key"), anchor)?
        .add("trust-stores/constrained-other-certificate", files)?;
    Ok(())
}

/// What every name of the shared infrastructure begins with.
fn base() -> kyso::testkit::Name {
    use kyso::testkit::name::{COUNTRY, ORGANISATION};
    kyso::testkit::Name::of([(COUNTRY, "VN"), (ORGANISATION, "Kyso Test")])
}

fn within(name: &Name) -> NameConstraints {
    let subtree = GeneralSubtree { base: GeneralName::Directory(name.clone()), minimum: 0, maximum: None };
    NameConstraints { permitted: vec![subtree], excluded: Vec::new() }
}
