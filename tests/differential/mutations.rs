//! One change to a valid chain each, and whether the chain is still valid by RFC 5280, every certificate's status being asked for.

use const_oid::ObjectIdentifier;
use kyso::crypto::{DigestAlgorithm, SignatureAlgorithm};
use kyso::encoding::der::write::{boolean, context, null, octet_string, sequence};
use kyso::testkit::extension::{
    AUTHORITY_KEY_IDENTIFIER, BASIC_CONSTRAINTS, CERTIFICATE_POLICIES, EXTENDED_KEY_USAGE, GeneralName, KEY_USAGE,
    SUBJECT_ALTERNATIVE_NAME, certificate_policies, end_entity, extended_key_usage, key_usage, subject_alternative_name,
};
use kyso::testkit::name::{COMMON_NAME, COUNTRY, ORGANISATION, StringKind};
use kyso::testkit::{AuthorityKeyIdentifier, Extension, Fault, KeyUsage, Name, Purpose, RevocationList, Revoked, Template};

use crate::chains::{
    ANY, Chain, Dice, ONE, OTHER, Octets, Policies, at, directory, dns, email, inhibit_any_policy, ip, length, mapping, name,
    name_constraints, organisation, policy_constraints, time, uri,
};

pub struct Mutation {
    pub name: &'static str,
    pub holds: bool,
    /// Nothing when there is nothing to change.
    pub apply: fn(&mut Chain, &mut Dice) -> Option<()>,
}

const fn fine(name: &'static str, apply: fn(&mut Chain, &mut Dice) -> Option<()>) -> Mutation {
    Mutation { name, holds: true, apply }
}

const fn bad(name: &'static str, apply: fn(&mut Chain, &mut Dice) -> Option<()>) -> Mutation {
    Mutation { name, holds: false, apply }
}

pub const MUTATIONS: &[Mutation] = &[
    // RFC 5280 §6.1.3 (a)(1): signatures and octets
    fine("nothing", |_, _| Some(())),
    bad("signature altered", |chain, dice| chain.edit(chain.any(dice), |t| t.with_fault(Fault::SignatureAltered))),
    bad("signed by a stranger", |chain, dice| {
        chain.strange_certificate = Some(chain.any(dice));
        Some(())
    }),
    bad("two algorithms", |chain, dice| {
        let other = SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha384);
        chain.edit(chain.any(dice), |t| t.with_fault(Fault::InnerAlgorithm(other)))
    }),
    bad("a bit is the other one", |chain, dice| {
        chain.octets = Some((chain.any(dice), Octets::Flipped(dice.below(1 << 20))));
        Some(())
    }),
    bad("the last octet is missing", |chain, dice| {
        chain.octets = Some((chain.any(dice), Octets::Cut));
        Some(())
    }),
    bad("an octet follows", |chain, dice| {
        chain.octets = Some((chain.any(dice), Octets::Followed));
        Some(())
    }),
    // (a)(2): validity
    bad("ended a second ago", |chain, dice| chain.edit(chain.any(dice), |t| Template { not_after: time().plus_seconds(-1), ..t })),
    fine("ends in this second", |chain, dice| chain.edit(chain.any(dice), |t| Template { not_after: time(), ..t })),
    bad("begins in a second", |chain, dice| chain.edit(chain.any(dice), |t| Template { not_before: time().plus_seconds(1), ..t })),
    fine("begins in this second", |chain, dice| {
        let place = chain.any(dice);
        // A list that is older may not know the certificate.
        chain.lists[place - 1].this_update = time();
        chain.edit(place, |t| Template { not_before: time(), ..t })
    }),
    fine("the anchor's certificate has ended", |chain, _| chain.edit(0, |t| Template { not_after: at(-1), ..t })),
    // (a)(4): names
    bad("another issuer's name", |chain, dice| chain.edit(chain.any(dice), |t| Template { issuer: Some(name("Another")), ..t })),
    fine("the issuer's name in other letters and spaces", |chain, dice| {
        let place = chain.any(dice);
        let written = format!(" AUTHORITY   {} ", place - 1);
        let issuer = Name::of([(COUNTRY, "vn"), (ORGANISATION, "kyso  Test"), (COMMON_NAME, &written)]);
        chain.edit(place, |t| Template { issuer: Some(issuer), ..t })
    }),
    fine("the issuer's name in another string type", |chain, dice| {
        let place = chain.any(dice);
        let issuer = organisation().and(COMMON_NAME, StringKind::Printable, &format!("Authority {}", place - 1));
        chain.edit(place, |t| Template { issuer: Some(issuer), ..t })
    }),
    fine("another authority's key identifier", |chain, dice| {
        let other = Extension::new(AUTHORITY_KEY_IDENTIFIER, false, sequence(&[context(0, &[7; 20])]));
        chain.edit(chain.any(dice), |t| Template { authority_key_identifier: AuthorityKeyIdentifier::Absent, ..t }.with(other))
    }),
    // (b), (c): name constraints
    bad("a DNS name outside of what is permitted", |chain, dice| {
        named(chain, dice, true, &dns("example.org"), GeneralName::Dns("a.example.vn".into()))
    }),
    fine("a DNS name within what is permitted", |chain, dice| {
        named(chain, dice, true, &dns("example.vn"), GeneralName::Dns("A.Example.VN".into()))
    }),
    bad("a DNS name within what is excluded", |chain, dice| {
        named(chain, dice, false, &dns("example.vn"), GeneralName::Dns("a.example.vn".into()))
    }),
    fine("a DNS name that ends as an excluded one does", |chain, dice| {
        named(chain, dice, false, &dns("example.vn"), GeneralName::Dns("anexample.vn".into()))
    }),
    bad("an address outside of the permitted host", |chain, dice| {
        named(chain, dice, true, &email("example.vn"), GeneralName::Email("an@a.example.vn".into()))
    }),
    fine("an address within the permitted domain", |chain, dice| {
        named(chain, dice, true, &email(".example.vn"), GeneralName::Email("an@a.example.vn".into()))
    }),
    bad("an address that is excluded", |chain, dice| {
        named(chain, dice, false, &email("an@example.vn"), GeneralName::Email("an@EXAMPLE.vn".into()))
    }),
    bad("a URI outside of the permitted host", |chain, dice| {
        named(chain, dice, true, &uri("example.vn"), GeneralName::Uri("https://a.example.vn/example.vn".into()))
    }),
    fine("a URI within the permitted domain", |chain, dice| {
        named(chain, dice, true, &uri(".example.vn"), GeneralName::Uri("https://an@a.example.vn:8443/".into()))
    }),
    bad("a URI within the excluded domain", |chain, dice| {
        named(chain, dice, false, &uri(".example.vn"), GeneralName::Uri("ldap://a.example.vn/".into()))
    }),
    bad("an IP address outside of the permitted net", |chain, dice| numbered(chain, dice, true, &[192, 0, 3, 77])),
    fine("an IP address within the permitted net", |chain, dice| numbered(chain, dice, true, &[192, 0, 2, 77])),
    bad("an IP address within the excluded net", |chain, dice| numbered(chain, dice, false, &[192, 0, 2, 77])),
    bad("subjects outside of the permitted names", |chain, dice| {
        let other = Name::of([(COUNTRY, "VN"), (ORGANISATION, "KYSO")]);
        chain.with(chain.authority(dice)?, name_constraints(&[&directory(&other)], &[]))
    }),
    bad("subjects within the excluded names", |chain, dice| {
        chain.with(chain.authority(dice)?, name_constraints(&[], &[&directory(&organisation())]))
    }),
    bad("constraints on names of which none is given", |chain, dice| {
        chain.with(chain.authority(dice)?, Extension::new(NAME_CONSTRAINTS, true, sequence::<&[u8]>(&[])))
    }),
    // (d) to (f), §6.1.4 (a), (b), (h) to (j): policies
    bad("no policy in one certificate", |chain, dice| policies(chain, dice, Policies::Same, &[])),
    bad("another policy in one certificate", |chain, dice| {
        // Alone, it is one of any that the relying party accepts.
        (chain.target() > 1).then(|| policies(chain, dice, Policies::Same, &[OTHER]))?
    }),
    fine("one more policy in one certificate", |chain, dice| policies(chain, dice, Policies::Same, &[OTHER, ONE])),
    bad("a policy twice", |chain, dice| policies(chain, dice, Policies::Same, &[ONE, ONE])),
    bad("any policy is inhibited", |chain, dice| {
        let place = chain.authority(dice).filter(|place| chain.policies == Policies::Any && place + 1 < chain.target())?;
        chain.with(place, inhibit_any_policy(0))
    }),
    fine("any policy is inhibited where it no longer matters", |chain, _| {
        let last = chain.target() - 1;
        (chain.policies == Policies::Any && last > 0).then(|| chain.with(last, inhibit_any_policy(0)))?
    }),
    bad("mapping is inhibited", |chain, _| {
        (chain.policies == Policies::Mapped && chain.target() > 2).then(|| chain.with(1, policy_constraints(None, Some(0))))?
    }),
    bad("the policy that was mapped", |chain, _| {
        (chain.policies == Policies::Mapped).then(|| chain.with(chain.target(), certificate_policies(&[ONE])))?
    }),
    bad("any policy is mapped", |chain, _| {
        (chain.policies == Policies::Mapped).then(|| chain.with(chain.target() - 1, mapping(&[(ONE, OTHER), (ANY, OTHER)])))?
    }),
    bad("a policy is mapped to any", |chain, _| {
        (chain.policies == Policies::Mapped).then(|| chain.with(chain.target() - 1, mapping(&[(ONE, OTHER), (ONE, ANY)])))?
    }),
    bad("a policy is required, and none is there", |chain, dice| {
        let place = chain.authority(dice).filter(|_| chain.policies == Policies::None)?;
        chain.with(place, policy_constraints(Some(0), None))
    }),
    fine("a policy would be required further down", |chain, dice| {
        let place = chain.authority(dice).filter(|_| chain.policies == Policies::None)?;
        chain.with(place, policy_constraints(Some((chain.target() - place + 1) as u64), None))
    }),
    // §6.1.4 (k) to (o), §6.1.5 (f): authorities, lengths, usages, extensions
    bad("no authority", |chain, dice| chain.with(chain.authority(dice)?, end_entity())),
    bad("no basic constraints", |chain, dice| chain.edit(chain.authority(dice)?, |t| t.without(BASIC_CONSTRAINTS))),
    bad("an authority of version 1", |chain, dice| chain.edit(chain.authority(dice)?, |t| Template { version: None, ..t })),
    fine("the target is an authority", |chain, _| {
        let authority = kyso::testkit::extension::authority(None);
        let usage = key_usage(&[KeyUsage::KeyCertSign, KeyUsage::CrlSign]);
        chain.edit(chain.target(), |t| t.with(authority).with(usage))
    }),
    bad("too many authorities below", |chain, dice| {
        let place = chain.authority(dice).filter(|place| place + 1 < chain.target())?;
        chain.with(place, length((chain.target() - place - 2) as u64))
    }),
    bad("too many authorities below the anchor", |chain, _| {
        (chain.target() > 1).then(|| chain.with(0, length((chain.target() - 2) as u64)))?
    }),
    fine("an authority that certified its own new key", self_issued),
    bad("the key does not sign certificates", |chain, dice| chain.with(chain.authority(dice)?, key_usage(&[KeyUsage::CrlSign]))),
    bad("the key does not sign lists", |chain, dice| chain.with(chain.authority(dice)?, key_usage(&[KeyUsage::KeyCertSign]))),
    fine("nothing is said of the key's usage", |chain, dice| chain.edit(chain.any(dice), |t| t.without(KEY_USAGE))),
    bad("an unknown critical extension", |chain, dice| chain.with(chain.any(dice), unknown(true))),
    fine("an unknown extension", |chain, dice| chain.with(chain.any(dice), unknown(false))),
    bad("an extension stands twice", |chain, dice| {
        let place = chain.any(dice);
        let again = chain.templates[place].extensions.first()?.clone();
        chain.templates[place].extensions.push(again);
        Some(())
    }),
    bad("basic constraints cannot be read", |chain, dice| unreadable(chain, dice, BASIC_CONSTRAINTS)),
    bad("key usage cannot be read", |chain, dice| unreadable(chain, dice, KEY_USAGE)),
    bad("name constraints cannot be read", |chain, dice| unreadable(chain, dice, NAME_CONSTRAINTS)),
    bad("policies cannot be read", |chain, dice| unreadable(chain, dice, CERTIFICATE_POLICIES)),
    bad("the alternative name cannot be read", |chain, _| {
        chain.with(chain.target(), Extension::new(SUBJECT_ALTERNATIVE_NAME, true, vec![1, 2, 3]))
    }),
    bad("a negative path length", |chain, dice| {
        let value = sequence(&[boolean(true), vec![2, 1, 0xff]]);
        chain.with(chain.authority(dice)?, Extension::new(BASIC_CONSTRAINTS, true, value))
    }),
    fine("another purpose", |chain, _| {
        let code = Purpose::Other(ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.3"));
        chain.with(chain.target(), extended_key_usage(&[code]).with_criticality(true))
    }),
    bad("purposes of which none is given", |chain, _| {
        chain.with(chain.target(), Extension::new(EXTENDED_KEY_USAGE, false, sequence::<&[u8]>(&[])))
    }),
    fine("a serial number of twenty octets", |chain, _| chain.edit(chain.target(), |t| Template { serial: Some(vec![0x7f; 20]), ..t })),
    // §6.3: lists
    bad("the target is revoked", |chain, dice| {
        let target = chain.target();
        revoked(chain, target, [None, Some(1), Some(4), Some(5)][dice.below(4)])
    }),
    bad("an authority is revoked", |chain, dice| revoked(chain, chain.authority(dice)?, [None, Some(2), Some(3)][dice.below(3)])),
    bad("on hold", |chain, dice| revoked(chain, chain.any(dice), Some(6))),
    fine("another serial number is revoked", |chain, dice| {
        let place = chain.any(dice);
        on_list(chain, place - 1, |list| list.with(&[0x40 + place as u8, 0], at(-3), Some(1)))
    }),
    bad("no list", |chain, dice| {
        chain.without_list = Some(chain.any(dice) - 1);
        Some(())
    }),
    bad("an old list", |chain, dice| {
        on_list(chain, chain.any(dice) - 1, |list| RevocationList {
            next_update: Some(time().plus_seconds(-1)),
            this_update: at(-3),
            ..list
        })
    }),
    bad("a list of later", |chain, dice| {
        on_list(chain, chain.any(dice) - 1, |list| RevocationList { this_update: time().plus_seconds(1), ..list })
    }),
    bad("a list with an altered signature", |chain, dice| {
        on_list(chain, chain.any(dice) - 1, |list| RevocationList { fault: Some(Fault::SignatureAltered), ..list })
    }),
    bad("a list by a stranger", |chain, dice| {
        chain.strange_list = Some(chain.any(dice) - 1);
        Some(())
    }),
    bad("a list of another issuer", |chain, dice| {
        on_list(chain, chain.any(dice) - 1, |list| RevocationList { issuer: Some(name("Another")), ..list })
    }),
    bad("a list with an unknown critical extension", |chain, dice| extended(chain, dice, unknown(true))),
    fine("a list with an unknown extension", |chain, dice| extended(chain, dice, unknown(false))),
    bad("a list with an unknown critical extension of an entry", |chain, dice| {
        let entry = Revoked { serial: vec![0x11, 9], time: at(-3), reason: None, extensions: vec![unknown(true)] };
        on_list(chain, chain.any(dice) - 1, |list| list.with_entry(entry))
    }),
    bad("a list of attribute certificates", |chain, dice| extended(chain, dice, scope(5))),
    bad("a list of the other kind of certificates", |chain, dice| {
        let place = chain.any(dice);
        let kind = if place == chain.target() { 2 } else { 1 };
        on_list(chain, place - 1, |list| with(list, scope(kind)))
    }),
    fine("a list of this kind of certificates", |chain, dice| {
        let place = chain.any(dice);
        let kind = if place == chain.target() { 1 } else { 2 };
        on_list(chain, place - 1, |list| with(list, scope(kind)))
    }),
];

const NAME_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.30");
const ISSUING_DISTRIBUTION_POINT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.28");

fn unknown(critical: bool) -> Extension {
    Extension::new(ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.7"), critical, null())
}

fn unreadable(chain: &mut Chain, dice: &mut Dice, id: ObjectIdentifier) -> Option<()> {
    let value = [vec![1, 2, 3], octet_string(&[]), vec![0x30, 0x80]][dice.below(3)].clone();
    chain.with(chain.authority(dice)?, Extension::new(id, true, value))
}

/// An authority with one constraint, the target with one alternative name.
fn named(chain: &mut Chain, dice: &mut Dice, permitted: bool, base: &Vec<u8>, name: GeneralName) -> Option<()> {
    let place = chain.authority(dice)?;
    unconstrained(chain);
    chain.with(place, if permitted { name_constraints(&[base], &[]) } else { name_constraints(&[], &[base]) });
    chain.with(chain.target(), subject_alternative_name(&[name]))
}

/// The same with an IP address, against 192.0.2.0/24.
fn numbered(chain: &mut Chain, dice: &mut Dice, permitted: bool, address: &[u8]) -> Option<()> {
    let place = chain.authority(dice)?;
    unconstrained(chain);
    let net = ip(&[192, 0, 2, 0, 255, 255, 255, 0]);
    chain.with(place, if permitted { name_constraints(&[&net], &[]) } else { name_constraints(&[], &[&net]) });
    chain.with(chain.target(), Extension::new(SUBJECT_ALTERNATIVE_NAME, false, sequence(&[ip(address)])))
}

fn unconstrained(chain: &mut Chain) {
    for template in &mut chain.templates {
        template.extensions.retain(|extension| extension.id != NAME_CONSTRAINTS);
    }
}

/// Other policies in one certificate of a chain of one policy.
fn policies(chain: &mut Chain, dice: &mut Dice, of: Policies, policies: &[ObjectIdentifier]) -> Option<()> {
    let place = chain.any(dice);
    if chain.policies != of {
        return None;
    }
    if policies.is_empty() {
        return chain.edit(place, |t| t.without(CERTIFICATE_POLICIES));
    }
    chain.with(place, certificate_policies(policies))
}

/// RFC 5280 §6.1.4 (l): it does not count.
fn self_issued(chain: &mut Chain, dice: &mut Dice) -> Option<()> {
    // Below whoever maps policies it would have to have the other one.
    let place = chain.authority(dice).filter(|place| chain.policies != Policies::Mapped || place + 1 < chain.target())?;
    let (template, list) = (chain.templates[place].clone(), chain.lists[place].clone());
    chain.templates.insert(place + 1, Template { not_before: at(-700), ..template });
    chain.lists.insert(place + 1, list);
    Some(())
}

fn on_list(chain: &mut Chain, place: usize, edit: impl FnOnce(RevocationList) -> RevocationList) -> Option<()> {
    let list = chain.lists[place].clone();
    chain.lists[place] = edit(list);
    Some(())
}

fn revoked(chain: &mut Chain, place: usize, reason: Option<u8>) -> Option<()> {
    on_list(chain, place - 1, |list| list.with(&Chain::serial(place), at(-2), reason))
}

fn with(mut list: RevocationList, extension: Extension) -> RevocationList {
    list.extensions.push(extension);
    list
}

fn extended(chain: &mut Chain, dice: &mut Dice, extension: Extension) -> Option<()> {
    on_list(chain, chain.any(dice) - 1, |list| with(list, extension))
}

/// §5.2.5: 1 onlyContainsUserCerts, 2 onlyContainsCACerts, 5 onlyContainsAttributeCerts.
fn scope(number: u8) -> Extension {
    Extension::new(ISSUING_DISTRIBUTION_POINT, true, sequence(&[context(number, &[0xff])]))
}
