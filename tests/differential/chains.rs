//! Chains that are valid, in many shapes, and their making.

use const_oid::ObjectIdentifier;
use kyso::Time;
use kyso::crypto::Curve;
use kyso::encoding::der::write::{context, context_constructed, integer, object_id, sequence};
use kyso::testkit::extension::{
    BASIC_CONSTRAINTS, authority, certificate_policies, crl_distribution_point, extended_key_usage, subject_alternative_name,
};
use kyso::testkit::name::{COMMON_NAME, COUNTRY, ORGANISATION};
use kyso::testkit::{
    AuthorityKeyIdentifier, Entity, Extension, GeneralName, Key, KeyParameters, Name, Purpose, Random, RevocationList, Template,
};
use kyso_differential::Question;

const DAY: i64 = 86_400;
/// The longest chain has so many certificates, one more than drawn with a self-issued one in between.
const LONGEST: usize = 6;

pub const ONE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.2.1");
pub const OTHER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.2.2");
pub const ANY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.32.0");

/// The time of all questions.
pub fn time() -> Time {
    Time::from_unix(1_795_316_400)
}

pub fn at(days: i64) -> Time {
    time().plus_seconds(days * DAY)
}

/// What decides everything about a chain: splitmix64.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0xd134_2543_de82_ef95) ^ 0x6a09_e667_f3bc_c908)
    }

    pub fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % count as u64) as usize
    }

    pub fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// A key for each place of a chain, and one of a stranger.
pub struct Keys(Vec<Key>);

impl Keys {
    pub fn new() -> Self {
        let key = |number: usize| Key::generate(KeyParameters::Ec(Curve::P256), &mut Random::seeded(&number.to_be_bytes())).unwrap();
        Self((0..=LONGEST).map(key).collect())
    }

    fn stranger(&self) -> &Key {
        &self.0[LONGEST]
    }
}

/// What the certificates say of policies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Policies {
    /// Nothing, and nothing is asked.
    None,
    /// All the same one, which is asked for.
    Same,
    /// The authorities any, the target one, which is asked for.
    Any,
    /// The issuer of the target maps the one of the others to the target's.
    Mapped,
}

/// A change of octets after the signing.
pub enum Octets {
    /// This bit of all is the other one.
    Flipped(usize),
    /// The last octet is missing.
    Cut,
    /// One octet follows.
    Followed,
}

/// The certificates of a path before they are made, the anchor's first and the target's last, and a list of each authority.
pub struct Chain {
    pub templates: Vec<Template>,
    pub lists: Vec<RevocationList>,
    pub policies: Policies,
    /// Of which certificate the octets are changed.
    pub octets: Option<(usize, Octets)>,
    /// Whose list is missing.
    pub without_list: Option<usize>,
    /// Whose list, and whose certificate, a stranger signs.
    pub strange_list: Option<usize>,
    pub strange_certificate: Option<usize>,
}

impl Chain {
    /// A valid one.
    pub fn valid(dice: &mut Dice) -> Self {
        let authorities = 1 + dice.below(4);
        let mut templates: Vec<Template> = (0..authorities).map(|place| authority_at(place, authorities, dice)).collect();
        templates.push(target(dice));
        for template in &mut templates {
            template.authority_key_identifier = match dice.below(6) {
                0 => AuthorityKeyIdentifier::IssuerAndSerial,
                1 => AuthorityKeyIdentifier::Both,
                2 => AuthorityKeyIdentifier::Absent,
                _ => AuthorityKeyIdentifier::KeyIdentifier,
            };
        }
        let lists = (0..authorities).map(|_| list(dice)).collect();
        let policies = [Policies::None, Policies::Same, Policies::Any, Policies::Mapped][dice.below(4)];
        let mut chain =
            Self { templates, lists, policies, octets: None, without_list: None, strange_list: None, strange_certificate: None };
        chain.say_policies(dice);
        if dice.once_in(3) {
            chain.constrain_names(dice);
        }
        chain
    }

    pub fn target(&self) -> usize {
        self.templates.len() - 1
    }

    /// An authority other than the anchor.
    pub fn authority(&self, dice: &mut Dice) -> Option<usize> {
        let count = self.target() - 1;
        (count > 0).then(|| 1 + dice.below(count))
    }

    /// Any certificate but the anchor's.
    pub fn any(&self, dice: &mut Dice) -> usize {
        1 + dice.below(self.target())
    }

    pub fn edit(&mut self, place: usize, edit: impl FnOnce(Template) -> Template) -> Option<()> {
        let template = self.templates[place].clone();
        self.templates[place] = edit(template);
        Some(())
    }

    pub fn with(&mut self, place: usize, extension: Extension) -> Option<()> {
        self.edit(place, |template| template.with(extension))
    }

    /// The serial number of the certificate at this place.
    pub fn serial(place: usize) -> Vec<u8> {
        vec![0x40 + place as u8]
    }

    fn say_policies(&mut self, dice: &mut Dice) {
        let target = self.target();
        if self.policies == Policies::Mapped && target < 2 {
            self.policies = Policies::Same;
        }
        for place in 1..=target {
            let policy = match self.policies {
                Policies::None => continue,
                Policies::Any if place < target => ANY,
                Policies::Mapped if place == target => OTHER,
                _ => ONE,
            };
            self.with(place, certificate_policies(&[policy]));
        }
        if self.policies == Policies::Mapped {
            self.with(target - 1, mapping(&[(ONE, OTHER)]));
        }
        if self.policies == Policies::Same && target > 1 && dice.once_in(2) {
            self.with(1, policy_constraints(Some(dice.below(2) as u64), Some(dice.below(2) as u64)));
            self.with(1, inhibit_any_policy(dice.below(2) as u64));
        }
    }

    /// Constraints that all names below are within.
    fn constrain_names(&mut self, dice: &mut Dice) {
        let Some(place) = self.authority(dice) else { return };
        let all = [dns("example.vn"), email("example.vn"), uri("a.example.vn"), directory(&organisation())];
        let permitted = &all[dice.below(all.len())];
        let others = [dns("example.org"), email("example.org"), uri("example.org"), directory(&Name::of([(COUNTRY, "LA")]))];
        let excluded = [&others[dice.below(others.len())]];
        self.with(place, name_constraints(&[permitted], if dice.once_in(2) { &excluded } else { &[] }));
    }

    pub fn made(&self, keys: &Keys) -> Question {
        let mut entities: Vec<Entity> = Vec::new();
        for (place, template) in self.templates.iter().enumerate() {
            let template = Template { serial: template.serial.clone().or(Some(Self::serial(place))), ..template.clone() };
            let key = keys.0[place].clone();
            let made = match entities.last() {
                None => Entity::self_signed(&template, key),
                Some(issuer) if self.strange_certificate == Some(place) => signed_by(issuer, keys.stranger()).issue(&template, key),
                Some(issuer) => issuer.issue(&template, key),
            };
            entities.push(made.unwrap());
        }
        let list = |(place, list): (usize, &RevocationList)| match self.strange_list {
            Some(strange) if strange == place => signed_by(&entities[place], keys.stranger()).revocation_list(list).unwrap(),
            _ => entities[place].revocation_list(list).unwrap(),
        };
        let lists = self.lists.iter().enumerate().filter(|(place, _)| self.without_list != Some(*place)).map(list).collect();
        let mut certificates: Vec<Vec<u8>> = entities.iter().map(|entity| entity.certificate.clone()).collect();
        if let Some((place, octets)) = &self.octets {
            octets.apply(&mut certificates[*place]);
        }
        let initial_explicit_policy = self.policies != Policies::None;
        Question { certificates, lists, initial_explicit_policy, ..Question::default() }
    }
}

fn signed_by(entity: &Entity, key: &Key) -> Entity {
    let mut signer = entity.clone();
    signer.key = key.clone();
    signer
}

impl Octets {
    fn apply(&self, certificate: &mut Vec<u8>) {
        match self {
            Self::Flipped(bit) => {
                let bit = bit % (certificate.len() * 8);
                certificate[bit / 8] ^= 1 << (bit % 8);
            }
            Self::Cut => certificate.truncate(certificate.len() - 1),
            Self::Followed => certificate.push(0),
        }
    }
}

pub fn name(common_name: &str) -> Name {
    Name::of([(COUNTRY, "VN"), (ORGANISATION, "KYSO TEST"), (COMMON_NAME, common_name)])
}

pub fn organisation() -> Name {
    Name::of([(COUNTRY, "VN"), (ORGANISATION, "KYSO TEST")])
}

fn authority_at(place: usize, authorities: usize, dice: &mut Dice) -> Template {
    let below = (authorities - 1 - place) as u64;
    let length = [None, Some(below), Some(below + 1)][dice.below(3)];
    let template = Template::authority(name(&format!("Authority {place}")), at(-800), at(3000), length);
    if dice.once_in(4) { template.with(crl_distribution_point(&["http://a.example.vn/list.crl"])) } else { template }
}

fn target(dice: &mut Dice) -> Template {
    let template = Template::signatory(name("Signatory"), at(-400), at(1200));
    let template = if dice.once_in(3) { template.without(BASIC_CONSTRAINTS) } else { template };
    let template = match dice.below(3) {
        0 => template.with(extended_key_usage(&[Purpose::DocumentSigning])),
        1 => template.with(extended_key_usage(&[Purpose::EmailProtection]).with_criticality(true)),
        _ => template,
    };
    if dice.once_in(2) {
        let names = [GeneralName::Dns("a.example.vn".into()), GeneralName::Email("an@example.vn".into())];
        let other = [GeneralName::Uri("https://a.example.vn/an".into())];
        template.with(subject_alternative_name(if dice.once_in(2) { &names } else { &other }))
    } else {
        template
    }
}

fn list(dice: &mut Dice) -> RevocationList {
    let list = RevocationList::new(time().plus_seconds(-3600 - dice.below(3600) as i64), at(1 + dice.below(7) as i64));
    // Of others; no serial number of a chain is of two octets.
    (0..dice.below(4)).fold(list, |list, number| list.with(&[0x11, number as u8], at(-3), [None, Some(4), Some(6)][number % 3]))
}

pub fn dns(text: &str) -> Vec<u8> {
    context(2, text.as_bytes())
}

pub fn email(text: &str) -> Vec<u8> {
    context(1, text.as_bytes())
}

pub fn uri(text: &str) -> Vec<u8> {
    context(6, text.as_bytes())
}

pub fn ip(octets: &[u8]) -> Vec<u8> {
    context(7, octets)
}

pub fn directory(name: &Name) -> Vec<u8> {
    context_constructed(4, &[name.der()])
}

/// RFC 5280 §4.2.1.10
pub fn name_constraints(permitted: &[&Vec<u8>], excluded: &[&Vec<u8>]) -> Extension {
    let subtrees = |number, subtrees: &[&Vec<u8>]| {
        let subtrees: Vec<Vec<u8>> = subtrees.iter().map(|base| sequence(&[base.as_slice()])).collect();
        if subtrees.is_empty() { Vec::new() } else { context_constructed(number, &subtrees) }
    };
    let value = sequence(&[subtrees(0, permitted), subtrees(1, excluded)]);
    Extension::new(ObjectIdentifier::new_unwrap("2.5.29.30"), true, value)
}

/// §4.2.1.5
pub fn mapping(pairs: &[(ObjectIdentifier, ObjectIdentifier)]) -> Extension {
    let pairs: Vec<Vec<u8>> = pairs.iter().map(|(from, to)| sequence(&[object_id(*from), object_id(*to)])).collect();
    Extension::new(ObjectIdentifier::new_unwrap("2.5.29.33"), true, sequence(&pairs))
}

/// §4.2.1.11: requireExplicitPolicy, inhibitPolicyMapping.
pub fn policy_constraints(explicit: Option<u64>, mapping: Option<u64>) -> Extension {
    let skip = |number, skip: Option<u64>| skip.map(|skip| context(number, &[skip as u8])).unwrap_or_default();
    Extension::new(ObjectIdentifier::new_unwrap("2.5.29.36"), true, sequence(&[skip(0, explicit), skip(1, mapping)]))
}

/// §4.2.1.14
pub fn inhibit_any_policy(skip: u64) -> Extension {
    Extension::new(ObjectIdentifier::new_unwrap("2.5.29.54"), true, integer(skip))
}

/// A path length constraint.
pub fn length(limit: u64) -> Extension {
    authority(Some(limit))
}
