//! Group `paths`: how a path is found, and each rule of RFC 5280 §6.1 along one of two authorities.

mod building;
mod limits;
mod names;
mod policies;

use const_oid::ObjectIdentifier;
use kyso::Time;
use kyso::encoding::der::write::{null, sequence};
use kyso::encoding::pem;
use kyso::testkit::extension::{BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, KEY_USAGE, authority, end_entity, extended_key_usage, key_usage};
use kyso::testkit::{Entity, Extension, Key, KeyUsage, Purpose, RevocationList, Template};

use crate::case::{Case, Good};
use crate::certificates::{GENERAL, signed};
use crate::revocation::list;
use crate::shared::{Shared, at, key_of, name, person, time};
use crate::{Files, Outcome};

const USAGE: &str = "CHAIN_CONSTRAINTS_FAILURE";
const NO_CHAIN: &str = "NO_CERTIFICATE_CHAIN_FOUND";
const REACHED: &str = "path.trust_anchor_reached";

/// Two authorities under the shared anchor and a signer under them. Keys and names are always the same, and so are the revocation lists.
#[derive(Clone)]
pub struct Chain {
    pub upper: Entity,
    pub lower: Entity,
    pub leaf: Entity,
}

/// One of the three.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Upper,
    Lower,
    Leaf,
}

type Edit<'a> = &'a dyn Fn(Place, Template) -> Template;

impl Chain {
    /// As `edit` leaves the templates.
    pub fn new(shared: &Shared, edit: Edit<'_>) -> Outcome<Self> {
        let upper = shared.root.issue(&edit(Place::Upper, upper()), upper_key()?)?;
        let lower = upper.issue(&edit(Place::Lower, lower()), lower_key()?)?;
        let leaf = lower.issue(&edit(Place::Leaf, leaf()), shared.signatories["p256"].key.clone())?;
        Ok(Self { upper, lower, leaf })
    }

    /// With one of them edited.
    pub fn with(shared: &Shared, place: Place, edit: impl Fn(Template) -> Template) -> Outcome<Self> {
        Self::new(shared, &|here, template| if here == place { edit(template) } else { template })
    }

    /// A document that brings the whole path.
    pub fn document(&self) -> Outcome<Vec<u8>> {
        signed(&self.leaf, &[&self.lower, &self.upper])
    }

    /// That document, with everything that it needs.
    pub fn case(&self, what: &str, clause: &'static str) -> Outcome<Case> {
        let case = Case::passing(what, clause, self.document()?).without("issuing.crl");
        let case = case.evidence("upper.crl", self.upper.revocation_list(&list())?);
        Ok(case.evidence("lower.crl", self.lower.revocation_list(&list())?))
    }
}

pub fn upper() -> Template {
    Template::authority(name("Test Upper"), at(-800), at(3000), None)
}

pub fn lower() -> Template {
    Template::authority(name("Test Lower"), at(-800), at(3000), Some(0))
}

pub fn leaf() -> Template {
    Template::signatory(person("p256"), at(-400), at(1200))
}

pub fn upper_key() -> Outcome<Key> {
    key_of("upper authority")
}

pub fn lower_key() -> Outcome<Key> {
    key_of("lower authority")
}

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let chain = Chain::new(shared, &|_, template| template)?;
    let good = chain.case("a signer, two authorities, a trust anchor, three revocation lists", "RFC 5280 §6.1")?;
    let good = good.add("paths/in-order", files)?;
    building::add(shared, &chain, &good, files)?;
    authorities(shared, &good, files)?;
    purposes(shared, &good, files)?;
    dates(shared, &good, files)?;
    of_nobody(shared, files)?;
    names::add(shared, files)?;
    policies::add(shared, files)?;
    limits::add(shared, &chain, &good, files)
}

/// A case of the good one with another path in the document.
fn but(shared: &Shared, good: &Good, change: &str, place: Place, edit: impl Fn(Template) -> Template) -> Outcome<Case> {
    Ok(good.but(change).document(Chain::with(shared, place, edit)?.document()?))
}

fn without(mut template: Template, id: ObjectIdentifier) -> Template {
    template.extensions.retain(|extension| extension.id != id);
    template
}

fn unknown(critical: bool) -> Extension {
    Extension::new(ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.7"), critical, null())
}

/// §6.1.4: what makes an issuer.
fn authorities(shared: &Shared, good: &Good, files: &mut Files) -> Outcome {
    let mut bad = |file: &str, change: &str, clause, check, place, edit: &dyn Fn(Template) -> Template| -> Outcome {
        let case = but(shared, good, change, place, edit)?.by(clause).indeterminate(GENERAL, check);
        case.add(&format!("paths/{file}"), files)?;
        Ok(())
    };
    let (length, clause) = ("preparation_for_next.path_length", "RFC 5280 §6.1.4 (l), (m)");
    bad("length-exceeded", "no authority may stand under the upper one", clause, length, Place::Upper, &|t| t.with(authority(Some(0))))?;
    let (is_ca, clause) = ("preparation_for_next.is_ca", "RFC 5280 §6.1.4 (k)");
    bad("authority-not", "the upper certificate is not one of an authority", clause, is_ca, Place::Upper, &|t| t.with(end_entity()))?;
    bad("authority-not-said", "the upper certificate does not say that it is one of an authority", clause, is_ca, Place::Upper, &|t| {
        without(t, BASIC_CONSTRAINTS)
    })?;
    bad("authority-version-1", "the upper certificate is of version 1", clause, is_ca, Place::Upper, &|t| Template { version: None, ..t })?;
    let (sign, clause) = ("preparation_for_next.key_cert_sign", "RFC 5280 §6.1.4 (n)");
    bad("authority-usage", "the upper key is for revocation lists alone", clause, sign, Place::Upper, &|t| {
        t.with(key_usage(&[KeyUsage::CrlSign]))
    })?;
    let (critical, clause) = ("preparation_for_next.critical_extensions_processed", "RFC 5280 §6.1.4 (o)");
    bad(
        "authority-critical-unknown",
        "the upper certificate has a critical extension that nobody knows",
        clause,
        critical,
        Place::Upper,
        &|t| t.with(unknown(true)),
    )?;
    let (readable, clause) = ("preparation_for_next.extensions_readable", "RFC 5280 §4.2");
    for (file, id) in [("authority-unreadable", BASIC_CONSTRAINTS), ("authority-usage-unreadable", KEY_USAGE)] {
        let change = format!("an extension of the upper certificate, {id}, cannot be read");
        bad(file, &change, clause, readable, Place::Upper, &|t| t.with(Extension::new(id, true, vec![1, 2, 3])))?;
    }
    let mut fine = |file: &str, change: &str, place, edit: &dyn Fn(Template) -> Template| -> Outcome {
        but(shared, good, change, place, edit)?.add(&format!("paths/{file}"), files)?;
        Ok(())
    };
    fine("length-met", "one authority may stand under the upper one", Place::Upper, &|t| t.with(authority(Some(1))))?;
    fine("authority-usage-none", "the upper certificate says nothing of its key's usage", Place::Upper, &|t| without(t, KEY_USAGE))?;
    fine("authority-unknown", "the upper certificate has an extension that nobody knows", Place::Upper, &|t| t.with(unknown(false)))
}

/// §4.2.1.3, §4.2.1.12: what the signer's key is for.
fn purposes(shared: &Shared, good: &Good, files: &mut Files) -> Outcome {
    let clause = "RFC 5280 §4.2.1.12";
    let none = Extension::new(EXTENDED_KEY_USAGE, false, sequence::<&[u8]>(&[]));
    let code = extended_key_usage(&[Purpose::Other(ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.3"))]);
    for (file, change, extension) in [
        ("purpose-code", "the signer's key is for signing code", code),
        ("purpose-none", "the list of the purposes of the signer's key is empty", none),
    ] {
        let case = but(shared, good, change, Place::Leaf, |t| t.with(extension.clone()))?.by(clause);
        case.indeterminate(USAGE, "wrap_up.extended_key_usage").add(&format!("paths/{file}"), files)?;
    }
    let any = Purpose::Other(ObjectIdentifier::new_unwrap("2.5.29.37.0"));
    for (file, purpose) in [("purpose-documents", Purpose::DocumentSigning), ("purpose-any", any)] {
        let change = format!("the purpose of the signer's key is {purpose:?}");
        but(shared, good, &change, Place::Leaf, |t| t.with(extended_key_usage(&[purpose])))?.add(&format!("paths/{file}"), files)?;
    }
    let change = "the signer's certificate names no purposes";
    but(shared, good, change, Place::Leaf, |t| without(t, EXTENDED_KEY_USAGE))?.add("paths/purpose-not-said", files)?;
    let change = "the signer's certificate names neither purposes nor usages";
    but(shared, good, change, Place::Leaf, |t| without(without(t, EXTENDED_KEY_USAGE), KEY_USAGE))?.add("paths/usage-not-said", files)?;
    Ok(())
}

/// A path without certificates: the signer's own is the trust anchor, and what its key is for is asked all the same.
fn of_nobody(shared: &Shared, files: &mut Files) -> Outcome {
    let own = |chain: &Chain| Some(pem::write("CERTIFICATE", &chain.leaf.certificate).into_bytes());
    let chain = Chain::new(shared, &|_, template| template)?;
    let good = chain.case("the signer's own certificate is the trust anchor", "RFC 5280 §6.1")?.anchor("signer.pem", own(&chain));
    let good = good.add("paths/signer-trusted", files)?;
    let chain = Chain::with(shared, Place::Leaf, |template| template.with(key_usage(&[KeyUsage::KeyEncipherment])))?;
    let case = good.but("its key is for enciphering").document(chain.document()?).anchor("signer.pem", own(&chain));
    case.by("RFC 5280 §4.2.1.3").indeterminate(USAGE, "wrap_up.key_usage").add("paths/signer-trusted-usage", files)?;
    let case = good.but("another certificate with its key is the trust anchor");
    let other = Chain::with(shared, Place::Leaf, |template| Template { subject: name("Test Other"), ..template })?;
    case.anchor("signer.pem", own(&other)).indeterminate(NO_CHAIN, REACHED).add("paths/signer-trusted-other", files)?;
    Ok(())
}

/// §6.1.3 (a)(2): the upper authority, to the second.
fn dates(shared: &Shared, good: &Good, files: &mut Files) -> Outcome {
    let valid = |from: Time, until: Time| move |t: Template| Template { not_before: from, not_after: until, ..t };
    let (second, ends) = (1, at(3000));
    for (file, change, from, until, holds) in [
        ("valid-since-now", "the upper certificate is valid from this second on", time(), ends, true),
        ("valid-later", "the upper certificate is valid a second later", time().plus_seconds(second), ends, false),
        ("valid-until-now", "the upper certificate is valid to this second", at(-800), time(), true),
        ("valid-earlier", "the upper certificate was valid to the second before", at(-800), time().plus_seconds(-second), false),
    ] {
        let case = but(shared, good, change, Place::Upper, valid(from, until))?.by("RFC 5280 §6.1.3 (a)(2)");
        // A list says nothing of certificates that begin after it.
        let case =
            if from > at(-1) { case.list("root.crl", shared.root.revocation_list(&RevocationList::new(time(), at(7)))?) } else { case };
        let within = "basic_processing.within_validity";
        let case = match (holds, from > time()) {
            (true, _) => case,
            (false, false) => case.indeterminate("OUT_OF_BOUNDS_NO_POE", within),
            (false, true) => case.indeterminate(GENERAL, "revocation.status_known").because(within),
        };
        case.add(&format!("paths/{file}"), files)?;
    }
    Ok(())
}
