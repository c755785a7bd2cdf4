//! The public-key infrastructure that most cases share: two authorities, one signatory for each key, their revocation lists.

use std::collections::BTreeMap;
use std::path::Path;

use kyso::crypto::{Curve, SoftwareKey};
use kyso::encoding::pem;
use kyso::pki::Certificate;
use kyso::testkit::extension::crl_distribution_point;
use kyso::testkit::name::{COMMON_NAME, COUNTRY, ORGANISATION, TITLE};
use kyso::testkit::{Entity, Key, KeyParameters, Name, Random, RevocationList, Template};
use kyso::{SoftwareSigner, Time};

use crate::cms::Signer;
use crate::{Files, Outcome};

/// The validation time of all cases that do not say otherwise: 2026-11-22T03:00:00Z.
pub const TIME: i64 = 1_795_316_400;

const DAY: i64 = 86_400;

/// The keys that sign documents; the file of each is `keys/<name>.pem`.
pub const SIGNATORIES: [&str; 11] =
    ["rsa-1024", "rsa-2048", "rsa-2048-other", "rsa-3072", "rsa-4096", "rsa-8192", "rsa-pss-2048", "p256", "p384", "p521", "ed25519"];

pub struct Shared {
    pub root: Entity,
    pub issuing: Entity,
    /// An authority that nobody trusts.
    pub other_root: Entity,
    pub timestamping: Entity,
    pub ocsp_responder: Entity,
    /// By the name of the key.
    pub signatories: BTreeMap<&'static str, Entity>,
    pub root_list: Vec<u8>,
    pub issuing_list: Vec<u8>,
}

impl Shared {
    pub fn load(keys: &Path) -> Outcome<Self> {
        let key = |name: &str| -> Outcome<Key> {
            let file = pem::read(&std::fs::read(keys.join(format!("{name}.pem")))?)?;
            Ok(Key::from_pkcs8(&file.first().ok_or("no key in the file")?.octets)?)
        };
        let (from, until) = (at(-400), at(1200));
        let authority = |common_name, path_length| Template::authority(name(common_name), at(-800), at(3000), path_length);

        let root = Entity::self_signed(&authority("Test Root", None), key("root")?)?;
        let other_root = Entity::self_signed(&authority("Untrusted Root", None), key("other-root")?)?;
        let located = |template: Template, list| template.with(crl_distribution_point(&[list]));
        let issuing = root.issue(&located(authority("Test Issuing", Some(0)), "http://pki.kyso.example/root.crl"), key("issuing")?)?;
        let issue = |template, key| issuing.issue(&located(template, "http://pki.kyso.example/issuing.crl"), key);
        let timestamping = issue(Template::timestamping(name("Test Timestamping"), from, until), key("timestamping")?)?;
        let ocsp_responder = issuing.issue(&Template::ocsp_responder(name("Test OCSP"), from, until), key("ocsp-responder")?)?;
        let mut signatories = BTreeMap::new();
        for signatory in SIGNATORIES {
            signatories.insert(signatory, issue(Template::signatory(person(signatory), from, until), key(signatory)?)?);
        }

        let list = RevocationList::new(time().plus_seconds(-3600), at(7));
        let (root_list, issuing_list) = (root.revocation_list(&list)?, issuing.revocation_list(&list)?);
        Ok(Self { root, issuing, other_root, timestamping, ocsp_responder, signatories, root_list, issuing_list })
    }

    /// The issuing authority, certified at another time.
    pub fn issuing_since(&self, since: Time) -> Outcome<Entity> {
        let template = Template::authority(name("Test Issuing"), since, at(3000), Some(0));
        Ok(self.root.issue(&template, self.issuing.key.clone())?)
    }

    /// One who signs with the library; the issuing authority's certificate is in the signature.
    pub fn signer(&self, key: &str) -> Outcome<SoftwareSigner> {
        signer(&self.signatories[key], &[&self.issuing])
    }

    /// One who signs by hand; the issuing authority's certificate is in the signature.
    pub fn by_hand(&self, key: &str) -> Signer<'_> {
        Signer::new(&self.signatories[key], &[&self.issuing])
    }

    /// The folder `pki`.
    pub fn files(&self) -> Files {
        let services = [
            ("root", &self.root),
            ("issuing", &self.issuing),
            ("other-root", &self.other_root),
            ("timestamping", &self.timestamping),
            ("ocsp-responder", &self.ocsp_responder),
        ];
        let entities = services.into_iter().chain(self.signatories.iter().map(|(name, entity)| (*name, entity)));
        let certificates =
            entities.map(|(name, entity)| (format!("pki/{name}.pem").into(), pem::write("CERTIFICATE", &entity.certificate).into_bytes()));
        let lists = [("pki/root.crl".into(), self.root_list.clone()), ("pki/issuing.crl".into(), self.issuing_list.clone())];
        certificates.chain(lists).collect()
    }
}

/// One who signs with the library, with these certificates above the own one.
pub fn signer(entity: &Entity, issuers: &[&Entity]) -> Outcome<SoftwareSigner> {
    let chain = std::iter::once(entity).chain(issuers.iter().copied()).map(|one| Certificate::from_der(&one.certificate));
    Ok(SoftwareSigner::new(SoftwareKey::from_pkcs8_der(&entity.key.pkcs8())?, chain.collect::<Result<_, _>>()?)?)
}

/// A key that its name decides, of an authority or a service which few cases have.
pub fn key_of(name: &str) -> Outcome<Key> {
    Ok(Key::generate(KeyParameters::Ec(Curve::P256), &mut Random::seeded(name.as_bytes()))?)
}

pub fn time() -> Time {
    Time::from_unix(TIME)
}

/// So many days after the validation time.
pub fn at(days: i64) -> Time {
    time().plus_seconds(days * DAY)
}

pub fn name(common_name: &str) -> Name {
    Name::of([(COUNTRY, "VN"), (ORGANISATION, "Kyso Test"), (COMMON_NAME, common_name)])
}

pub fn person(key: &str) -> Name {
    Name::of([(COUNTRY, "VN"), (ORGANISATION, "Kyso Test"), (TITLE, "Chủ tịch"), (COMMON_NAME, &format!("Nguyễn Văn {key}"))])
}
