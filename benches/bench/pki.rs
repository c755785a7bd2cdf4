//! The certification paths that are measured.
#![allow(dead_code, reason = "each benchmark uses its own part")]

use kyso::crypto::{Curve, PublicKey, SignatureAlgorithm};
use kyso::pki::{Certificate, CertificateList};
use kyso::report::json::Origin;
use kyso::testkit::name::COMMON_NAME;
use kyso::testkit::{Entity, Key, KeyParameters, Name, Random, RevocationList, Template};
use kyso::{Evidence, Policy, Time, TrustAnchors};

/// A question, ready.
pub struct Setting {
    pub time: Time,
    pub policy: Policy,
    pub target: Certificate,
    pub issuing: Certificate,
    pub anchors: TrustAnchors,
    pub evidence: Evidence,
    pki: Option<Pki>,
}

struct Pki {
    root: Entity,
    issuing: Entity,
    leaf: Entity,
    lists: [Vec<u8>; 2],
}

const DAY: i64 = 86_400;

fn time() -> Time {
    Time::from_unix(1_795_315_218)
}

fn key(seed: u64, parameters: KeyParameters) -> Key {
    Key::generate(parameters, &mut Random::seeded(&seed.to_be_bytes())).unwrap()
}

fn name(common_name: &str) -> Name {
    Name::of([(COMMON_NAME, common_name)])
}

fn authority(common_name: &str) -> Template {
    Template::authority(name(common_name), time().plus_seconds(-400 * DAY), time().plus_seconds(400 * DAY), None)
}

fn list() -> RevocationList {
    RevocationList::new(time().plus_seconds(-3600), time().plus_seconds(DAY))
}

fn read(entity: &Entity) -> Certificate {
    Certificate::from_der(&entity.certificate).unwrap()
}

impl Setting {
    /// A signatory, an authority and the anchor, RSA of 2048 bits throughout, as the authorities of the field have it.
    pub fn new() -> Self {
        let rsa = |seed| key(seed, KeyParameters::Rsa(2048));
        let root = Entity::self_signed(&authority("Root"), rsa(1)).unwrap();
        let issuing = root.issue(&authority("Issuing"), rsa(2)).unwrap();
        let leaf = Template::signatory(name("Signatory"), time().plus_seconds(-DAY), time().plus_seconds(DAY));
        let leaf = issuing.issue(&leaf, rsa(3)).unwrap();
        let lists = [&root, &issuing].map(|entity| entity.revocation_list(&list().with(&[7], time().plus_seconds(-DAY), None)).unwrap());
        Self::of(Pki { root, issuing, leaf, lists }, Policy::etsi_basic())
    }

    fn of(pki: Pki, policy: Policy) -> Self {
        let (mut anchors, mut evidence) = (TrustAnchors::none(), Evidence::none());
        anchors.add(read(&pki.root)).unwrap();
        let issuing = read(&pki.issuing);
        evidence.add_certificate(issuing.clone(), Origin::Supplied);
        for list in &pki.lists {
            evidence.add_crl(CertificateList::from_der(list).unwrap(), Origin::Supplied);
        }
        Self { time: time(), policy, target: read(&pki.leaf), issuing, anchors, evidence, pki: Some(pki) }
    }

    /// The same, every certificate and list read from its octets.
    pub fn read_again(&self) -> Self {
        let pki = self.pki.as_ref().unwrap();
        let again = Pki { root: pki.root.clone(), issuing: pki.issuing.clone(), leaf: pki.leaf.clone(), lists: pki.lists.clone() };
        Self::of(again, self.policy.clone())
    }

    /// The same with another list of the issuing authority.
    pub fn with_list(&self, list: &[u8]) -> Self {
        let (pki, mut evidence) = (self.pki.as_ref().unwrap(), Evidence::none());
        evidence.add_certificate(self.issuing.clone(), Origin::Supplied);
        for list in [pki.lists[0].as_slice(), list] {
            evidence.add_crl(CertificateList::from_der(list).unwrap(), Origin::Supplied);
        }
        let (policy, anchors, target, issuing) = (self.policy.clone(), self.anchors.clone(), self.target.clone(), self.issuing.clone());
        Self { time: self.time, policy, target, issuing, anchors, evidence, pki: None }
    }

    /// A list of the issuing authority with 300,000 entries, each with a reason.
    pub fn long_list(&self) -> Vec<u8> {
        let entries = (0..300_000_u64).fold(list(), |list, number| {
            let serial: Vec<u8> = [0x40].into_iter().chain(number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()).collect();
            list.with(&serial, time().plus_seconds(-DAY), Some(4))
        });
        self.pki.as_ref().unwrap().issuing.revocation_list(&entries).unwrap()
    }

    /// What is signed along the path: key, algorithm, octets, value.
    pub fn signed(&self) -> Vec<(PublicKey, SignatureAlgorithm, Vec<u8>, Vec<u8>)> {
        let pki = self.pki.as_ref().unwrap();
        let key = |entity: &Entity| read(entity).public_key().unwrap().clone();
        let certificate = |issuer: &Entity, entity: &Entity| {
            let certificate = read(entity);
            let algorithm = certificate.signature_algorithm().signature(None).unwrap();
            (key(issuer), algorithm, certificate.tbs().to_vec(), certificate.signature().to_vec())
        };
        let list = |issuer: &Entity, list: &[u8]| {
            let list = CertificateList::from_der(list).unwrap();
            (key(issuer), list.signature_algorithm().signature(None).unwrap(), list.tbs().to_vec(), list.signature().to_vec())
        };
        let Pki { root, issuing, leaf, lists } = pki;
        vec![certificate(root, issuing), certificate(issuing, leaf), list(root, &lists[0]), list(issuing, &lists[1])]
    }

    /// A thousand authorities of one name, each certified by the next, and none by the anchor of that name.
    pub fn hostile() -> Self {
        let keys: Vec<Key> = (0..1_000).map(|seed| key(seed + 10, KeyParameters::Ec(Curve::P256))).collect();
        Self::of_one_name(&keys)
    }

    /// A thousand certificates of one name and key.
    pub fn reissued() -> Self {
        let key = key(10, KeyParameters::Ec(Curve::P256));
        Self::of_one_name(&vec![key; 1_000])
    }

    fn of_one_name(keys: &[Key]) -> Self {
        let (mut anchors, mut evidence) = (TrustAnchors::none(), Evidence::none());
        let stranger = Entity::self_signed(&authority("Cross"), key(5, KeyParameters::Ec(Curve::P256))).unwrap();
        anchors.add(read(&stranger)).unwrap();
        let mut above = Entity::self_signed(&authority("Cross"), keys[0].clone()).unwrap();
        for (number, key) in keys.iter().enumerate() {
            let template = Template { serial: Some(number.to_be_bytes().to_vec()), ..authority("Cross") };
            above = above.issue(&template, key.clone()).unwrap();
            evidence.add_certificate(read(&above), Origin::Supplied);
        }
        let leaf = Template::signatory(name("Signatory"), time().plus_seconds(-DAY), time().plus_seconds(DAY));
        let target = read(&above.issue(&leaf, key(6, KeyParameters::Ec(Curve::P256))).unwrap());
        Self { time: time(), policy: Policy::etsi_basic(), issuing: target.clone(), target, anchors, evidence, pki: None }
    }
}
