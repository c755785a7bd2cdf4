//! Signers with keys that a seed decides.
#![allow(dead_code, reason = "each test binary uses its own part")]

use kyso::Time;
use kyso::creation::SoftwareSigner;
use kyso::crypto::{Curve, SoftwareKey};
use kyso::pki::Certificate;
use kyso::testkit::{Entity, Key, KeyParameters, Name, Random, Template};

pub const YEAR: i64 = 365 * 86_400;

pub fn signing_time() -> Time {
    Time::from_rfc3339("2026-11-22T09:40:18+07:00").unwrap()
}

/// An authority and the entities that it certifies.
pub struct Pki {
    pub root: Entity,
    random: Random,
}

impl Pki {
    pub fn new() -> Self {
        let mut random = Random::seeded(b"signing");
        let name = Name::of([(kyso::testkit::name::COMMON_NAME, "Signing tests root")]);
        let time = signing_time();
        let template = Template::authority(name, time.plus_seconds(-10 * YEAR), time.plus_seconds(10 * YEAR), None);
        let key = Key::generate(KeyParameters::Ec(Curve::P256), &mut random).unwrap();
        Self { root: Entity::self_signed(&template, key).unwrap(), random }
    }

    pub fn template(name: &str) -> Template {
        let name = Name::of([(kyso::testkit::name::COMMON_NAME, name)]);
        let time = signing_time();
        Template::signatory(name, time.plus_seconds(-YEAR), time.plus_seconds(YEAR))
    }

    pub fn entity(&mut self, template: &Template, kind: KeyParameters) -> Entity {
        let key = Key::generate(kind, &mut self.random).unwrap();
        self.root.issue(template, key).unwrap()
    }

    /// A signer of this kind of key, with the root in its chain.
    pub fn signer(&mut self, name: &str, kind: KeyParameters) -> SoftwareSigner {
        let entity = self.entity(&Self::template(name), kind);
        self.signer_of(&entity)
    }

    pub fn signer_of(&self, entity: &Entity) -> SoftwareSigner {
        let certificates = [&entity.certificate, &self.root.certificate].map(|der| Certificate::from_der(der).unwrap());
        SoftwareSigner::new(SoftwareKey::from_pkcs8_der(&entity.key.pkcs8()).unwrap(), certificates.to_vec()).unwrap()
    }
}
