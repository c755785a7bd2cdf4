//! `docs/trust-store.schema.json`: the file of a trust store, read strictly and written one way.

use kyso::context::{AnchorConstraints, Purpose, TrustAnchor, TrustAnchors, TrustStore};
use kyso::crypto::Curve;
use kyso::encoding::der::Received;
use kyso::pki::Certificate;
use kyso::pki::extension::{GeneralName, GeneralSubtree, NameConstraints};
use kyso::testkit::{self, Entity, Key, KeyParameters, Random, Template, name};
use kyso::{Malformed, Time};
use serde_json::{Value, json};

fn time() -> Time {
    Time::from_unix(1_795_316_400)
}

fn authority(common_name: &str) -> Certificate {
    let key = Key::generate(KeyParameters::Ec(Curve::P256), &mut Random::seeded(common_name.as_bytes())).unwrap();
    let subject = testkit::Name::of([(name::COUNTRY, "VN"), (name::COMMON_NAME, common_name)]);
    let template = Template::authority(subject, time(), time().plus_seconds(86_400), None);
    Certificate::from_der(&Entity::self_signed(&template, key).unwrap().certificate).unwrap()
}

fn anchor(common_name: &str) -> TrustAnchor {
    TrustAnchor { store: "congvu".into(), ..TrustAnchor::of_certificate(authority(common_name)).unwrap() }
}

/// An anchor that says everything a file can say.
fn restricted() -> TrustAnchor {
    let subtree = |base| GeneralSubtree { base, minimum: 0, maximum: None };
    let certificate = authority("Gốc có điều kiện");
    let names = NameConstraints {
        permitted: vec![
            subtree(GeneralName::Directory(certificate.subject().clone())),
            subtree(GeneralName::Dns("gov.vn".into())),
            subtree(GeneralName::Email(".gov.vn".into())),
        ],
        excluded: vec![
            subtree(GeneralName::Uri(".example".into())),
            subtree(GeneralName::IpAddress(Received::new(&[10, 1, 0, 0, 255, 255, 0, 0]))),
            subtree(GeneralName::IpAddress(Received::new(
                &[[0x20, 1, 0xd, 0xb8], [0; 4], [0; 4], [0; 4], [0xff; 4], [0; 4], [0; 4], [0; 4]].concat(),
            ))),
        ],
    };
    TrustAnchor {
        store: "congcong".into(),
        track: Some("công cộng".into()),
        purposes: vec![Purpose::Signing, Purpose::OcspSigning],
        not_before: Some(time()),
        sunset: Some(time().plus_seconds(60)),
        constraints: AnchorConstraints {
            path_length: Some(1),
            names: Some(names),
            policies: vec!["1.3.6.1.4.1.30339.1.8".parse().unwrap(), "2.999.3".parse().unwrap()],
        },
        ..TrustAnchor::of_certificate(certificate).unwrap()
    }
}

fn bare() -> TrustAnchor {
    let certificate = authority("Gốc chỉ có khóa");
    TrustAnchor::of_key(certificate.subject().clone(), certificate.public_key().unwrap().clone())
}

fn store() -> TrustStore {
    let mut store = TrustStore::new();
    for anchor in [anchor("Gốc"), restricted(), bare()] {
        store.add(anchor).unwrap();
    }
    store
}

/// The store of [`store`] with one change of its file.
fn changed(change: impl FnOnce(&mut Value)) -> Result<TrustStore, Malformed> {
    let mut file: Value = serde_json::from_str(&store().to_json()).unwrap();
    change(&mut file);
    TrustStore::from_json(file.to_string().as_bytes())
}

fn refused(change: impl FnOnce(&mut Value)) -> String {
    changed(change).expect_err("refused").to_string()
}

#[test]
fn a_store_survives_its_file_octet_by_octet() {
    let (store, json) = (store(), store().to_json());
    let read = TrustStore::from_json(json.as_bytes()).unwrap();
    assert_eq!(read.to_json(), json);
    assert_eq!(read.sha256(), store.sha256());
    assert!(!read.is_signed());
}

#[test]
fn everything_an_anchor_says_is_read_back() {
    let read = TrustStore::from_json(store().to_json().as_bytes()).unwrap();
    let [plain, limited, bare] = read.anchors() else { panic!("three anchors") };
    assert!(plain.matches(&authority("Gốc")) && plain.purposes.is_empty() && plain.constraints.names.is_none());
    assert!(bare.matches(&authority("Gốc chỉ có khóa")) && bare.certificate.is_none());
    let expected = restricted();
    assert_eq!((&limited.store, &limited.track, &limited.purposes), (&expected.store, &expected.track, &expected.purposes));
    assert_eq!((limited.not_before, limited.sunset), (expected.not_before, expected.sunset));
    assert_eq!(limited.constraints.path_length, Some(1));
    assert_eq!(limited.constraints.policies, expected.constraints.policies);
    let names = limited.constraints.names.as_ref().unwrap();
    assert!(matches!(&names.permitted[0].base, GeneralName::Directory(name) if name.matches(&limited.name)));
    assert!(matches!(&names.permitted[1].base, GeneralName::Dns(name) if name == "gov.vn"));
    assert!(matches!(&names.excluded[1].base, GeneralName::IpAddress(octets) if octets.octets() == [10, 1, 0, 0, 255, 255, 0, 0]));
    assert!(matches!(&names.excluded[2].base, GeneralName::IpAddress(octets) if octets.octets().len() == 32));
}

#[test]
fn a_file_is_what_its_schema_says() {
    let schema = jsonschema::validator_for(&TrustStore::json_schema()).unwrap();
    let file: Value = serde_json::from_str(&store().to_json()).unwrap();
    assert!(schema.is_valid(&file), "{:?}", schema.iter_errors(&file).map(|error| error.to_string()).collect::<Vec<_>>());
    let mut other = file;
    other["anchors"][0]["trusted"] = json!(true);
    assert!(!schema.is_valid(&other));
}

#[test]
fn the_published_schema_is_that_of_the_types() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/trust-store.schema.json");
    let schema = serde_json::to_string_pretty(&TrustStore::json_schema()).unwrap() + "\n";
    if std::env::var_os("KYSO_WRITE").is_some() {
        std::fs::write(&path, &schema).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == schema, "docs/trust-store.schema.json is another one: KYSO_WRITE=1 cargo test --test trust_store writes it");
}

#[test]
fn the_digest_is_that_of_the_octets_read() {
    let json = store().to_json();
    let spaced = json.replacen('{', "{ ", 1);
    assert_ne!(TrustStore::from_json(spaced.as_bytes()).unwrap().sha256(), TrustStore::from_json(json.as_bytes()).unwrap().sha256());
    let mut changed = TrustStore::from_json(spaced.as_bytes()).unwrap();
    let before = changed.sha256();
    let id = changed.anchors()[0].id();
    assert_eq!(changed.remove(&id, None).len(), 1);
    assert_ne!(changed.sha256(), before);
}

#[test]
fn unknown_and_duplicate_members_are_refused_at_their_place() {
    assert!(refused(|file| file["comment"] = json!("")).contains("unknown field `comment`"));
    assert!(refused(|file| file["anchors"][0]["trusted"] = json!(true)).contains("unknown field `trusted`"));
    let json = store().to_json();
    let twice = json.replacen("\"store\": \"congvu\",", "\"store\": \"congvu\",\n      \"store\": \"congcong\",", 1);
    let malformed = TrustStore::from_json(twice.as_bytes()).unwrap_err();
    assert!(malformed.what.contains("duplicate field `store`"), "{malformed}");
    let second = twice.match_indices("\"store\"").nth(1).unwrap().0;
    assert!((second..second + 10).contains(&usize::try_from(malformed.at).unwrap()), "{malformed}, not at {second}");
}

#[test]
fn a_malformed_certificate_is_malformed_at_its_place() {
    let json = store().to_json();
    let at = json.find("\"certificate\": \"").unwrap() + "\"certificate\": \"".len();
    // `MIIB..` begins a SEQUENCE, `NIIB..` does not.
    let broken = format!("{}N{}", &json[..at], &json[at + 1..]);
    let malformed = TrustStore::from_json(broken.as_bytes()).unwrap_err();
    assert_eq!(usize::try_from(malformed.at).unwrap(), at);
    assert!(malformed.what.starts_with("anchors[0].certificate: "), "{malformed}");
    assert!(refused(|file| file["anchors"][0]["certificate"] = json!("AA-=")).contains("anchors[0].certificate: Base 64"));
    assert!(refused(|file| file["anchors"][2]["key"] = json!("MAA=")).contains("anchors[2].key: "));
}

/// Whatever octet is another one: the file is refused within itself, or still trusts the same certificates and keys.
#[test]
fn no_changed_octet_changes_whom_a_certificate_makes_trusted() {
    let json = store().to_json().into_bytes();
    let ids = |store: &TrustStore| store.anchors().iter().map(TrustAnchor::id).collect::<Vec<_>>();
    let (mut refused, mut kept) = (0, 0);
    for at in 0..json.len() {
        let mut changed = json.clone();
        changed[at] ^= 1;
        match TrustStore::from_json(&changed) {
            Ok(read) => {
                assert_eq!(ids(&read), ids(&store()), "octet {at}");
                kept += 1;
            }
            Err(malformed) => {
                assert!(usize::try_from(malformed.at).unwrap() <= json.len(), "{malformed}");
                refused += 1;
            }
        }
    }
    // Names of stores and tracks, dates and terms may be others and still be right; most octets may not.
    assert!(refused > 10 * kept, "{refused} refused, {kept} kept");
    for end in 0..json.len() - 1 {
        assert!(TrustStore::from_json(&json[..end]).is_err(), "{end} octets");
    }
}

#[test]
fn what_contradicts_itself_is_refused() {
    let sha256 = store().anchors()[1].id();
    assert!(refused(|file| file["anchors"][0]["sha256"] = json!(sha256)).contains("anchors[0].sha256: the digest is sha256:"));
    assert!(refused(|file| file["anchors"][1]["sunset"] = file["anchors"][1]["not_before"].clone()).contains("anchors[1].sunset: "));
    assert!(refused(|file| file["anchors"][0]["store"] = json!("")).contains("anchors[0].store: "));
    assert!(refused(|file| file["anchors"][1]["policies"][0] = json!("1.2.")).contains("anchors[1].policies: `1.2.`"));
    assert!(refused(|file| file["anchors"][1]["names"]["excluded"][1]["ip"] = json!("10.1.0.0")).contains("anchors[1].names: `10.1.0.0`"));
    assert!(
        refused(|file| file["anchors"][0]["key"] = file["anchors"][2]["key"].clone()).contains("either a certificate, or a name and a key")
    );
    assert!(
        refused(|file| {
            let twin = file["anchors"][0].clone();
            file["anchors"].as_array_mut().unwrap().push(twin);
        })
        .contains("anchors[3].sha256: the same anchor stands in this store before")
    );
    // In another store it may stand again.
    let again = changed(|file| {
        let mut twin = file["anchors"][0].clone();
        twin["store"] = json!("own");
        file["anchors"].as_array_mut().unwrap().push(twin);
    });
    assert_eq!(again.unwrap().anchors().len(), 4);
}

#[test]
fn another_schema_and_a_signed_file_are_refused() {
    assert!(refused(|file| file["schema"] = json!("urn:kyso:trust-store:2")).contains("`urn:kyso:trust-store:2`"));
    let signed = json!({ "payload": "e30", "protected": "e30", "signature": "AA" }).to_string();
    assert!(TrustStore::from_json(signed.as_bytes()).unwrap_err().what.contains("JWS"));
    assert!(TrustStore::from_json(b"{\"schema\":").is_err());
    assert!(TrustStore::from_json(&[0xff]).is_err());
}

#[test]
fn what_the_file_has_no_form_for_cannot_be_added() {
    let mut store = store();
    let registered = GeneralSubtree { base: GeneralName::RegisteredId("1.2.3".parse().unwrap()), minimum: 0, maximum: None };
    let far = GeneralSubtree { base: GeneralName::Dns("gov.vn".into()), minimum: 1, maximum: None };
    for (subtree, fits) in [(registered, false), (far.clone(), false), (GeneralSubtree { minimum: 0, ..far }, true)] {
        let names = Some(NameConstraints { permitted: vec![subtree], excluded: Vec::new() });
        let constraints = AnchorConstraints { names, ..AnchorConstraints::default() };
        assert_eq!(store.add(TrustAnchor { constraints, ..anchor("Gốc khác") }).is_ok(), fits);
    }
    assert!(store.add(anchor("Gốc khác")).is_err(), "it is there already");
}

#[test]
fn anchors_of_a_store_are_anchors_of_a_verdict() {
    let mut anchors = TrustAnchors::none();
    anchors.add_store(&store());
    anchors.add_store(&store());
    assert_eq!(anchors.iter().count(), 3);
    let found = anchors.find(&authority("Gốc")).unwrap();
    assert_eq!((found.store.as_str(), found.track.as_deref()), ("congvu", None));
}

#[test]
fn an_anchor_is_removed_from_one_store_or_from_all() {
    let mut store = store();
    let id = anchor("Gốc").id();
    store.add(TrustAnchor { store: "own".into(), ..anchor("Gốc") }).unwrap();
    assert!(store.remove(&id, Some("congcong")).is_empty());
    assert_eq!(store.remove(&id, Some("own")).len(), 1);
    store.add(TrustAnchor { store: "own".into(), ..anchor("Gốc") }).unwrap();
    assert_eq!(store.remove(&id, None).len(), 2);
    assert_eq!(store.anchors().len(), 2);
}
