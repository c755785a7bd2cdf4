//! RFC 5280 §6.1.3 (d) to (f), §6.1.4 (a), (b), (h) to (j), §6.1.5 (g); RFC 5937 §3: policies, mappings, and what inhibits them.

use const_oid::ObjectIdentifier;
use kyso::context::{AnchorConstraints, TrustAnchor};
use kyso::encoding::der::write::{context, integer, object_id, sequence};
use kyso::encoding::pem;
use kyso::testkit::extension::{CERTIFICATE_POLICIES, certificate_policies};
use kyso::testkit::{Entity, Extension, Template};

use super::{Chain, Place, without};
use crate::case::{Case, Good};
use crate::certificates::GENERAL;
use crate::shared::{Shared, at, name};
use crate::trust_stores::{of, trusting};
use crate::{Files, Outcome};

const fn policy(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

const ONE: ObjectIdentifier = policy("1.3.6.1.4.1.99999.2.1");
const OTHER: ObjectIdentifier = policy("1.3.6.1.4.1.99999.2.2");
const ANY: ObjectIdentifier = policy("2.5.29.32.0");
const POLICY_MAPPINGS: ObjectIdentifier = policy("2.5.29.33");
const POLICY_CONSTRAINTS: ObjectIdentifier = policy("2.5.29.36");
const INHIBIT_ANY_POLICY: ObjectIdentifier = policy("2.5.29.54");

const VALID: &str = "basic_processing.policy_valid";
const READABLE: &str = "basic_processing.policies_readable";

/// `requireExplicitPolicy`, `inhibitPolicyMapping` (§4.2.1.11).
fn policy_constraints(explicit: Option<u8>, mapping: Option<u8>) -> Extension {
    let parts = [(0, explicit), (1, mapping)].map(|(number, skip)| skip.map(|skip| context(number, &[skip])).unwrap_or_default());
    Extension::new(POLICY_CONSTRAINTS, true, sequence(&parts))
}

fn mapping(pairs: &[(ObjectIdentifier, ObjectIdentifier)]) -> Extension {
    let pairs: Vec<Vec<u8>> = pairs.iter().map(|(from, to)| sequence(&[object_id(*from), object_id(*to)])).collect();
    Extension::new(POLICY_MAPPINGS, true, sequence(&pairs))
}

/// Every certificate of one policy, and one required, before `edit` changes something.
fn chain(shared: &Shared, edit: &dyn Fn(Place, Template) -> Template) -> Outcome<Chain> {
    Chain::new(shared, &|place, template| {
        let template = template.with(certificate_policies(&[ONE]));
        let template = if place == Place::Upper { template.with(policy_constraints(Some(0), None)) } else { template };
        edit(place, template)
    })
}

fn one(shared: &Shared, at: Place, edit: impl Fn(Template) -> Template) -> Outcome<Chain> {
    chain(shared, &|place, template| if place == at { edit(template) } else { template })
}

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let what = "a policy is required from the upper authority on, and every certificate has the same one";
    let good = chain(shared, &|_, template| template)?.case(what, "RFC 5280 §6.1.3 (f)")?.add("paths/policies", files)?;
    required(shared, &good, files)?;
    unreadable(shared, &good, files)?;
    any(shared, files)?;
    mapped(shared, files)?;
    of_anchor(shared, files)
}

fn required(shared: &Shared, good: &Good, files: &mut Files) -> Outcome {
    let none = |t| without(t, CERTIFICATE_POLICIES);
    for (file, change, place, holds, edit) in [
        ("signer-none", "the signer's certificate has no policy", Place::Leaf, false, &none as &dyn Fn(Template) -> Template),
        ("signer-other", "the signer's certificate has another policy", Place::Leaf, false, &|t| t.with(certificate_policies(&[OTHER]))),
        ("signer-two", "the signer's certificate has another policy, too", Place::Leaf, true, &|t| {
            t.with(certificate_policies(&[OTHER, ONE]))
        }),
        ("lower-none", "the lower authority's certificate has no policy", Place::Lower, false, &none),
        ("lower-other", "the lower authority's certificate has another policy", Place::Lower, false, &|t| {
            t.with(certificate_policies(&[OTHER]))
        }),
        ("lower-any", "the lower authority's certificate has any policy", Place::Lower, true, &|t| t.with(certificate_policies(&[ANY]))),
        ("later", "a policy is required three certificates later", Place::Upper, true, &|t| t.with(policy_constraints(Some(3), None))),
    ] {
        let case = good.but(change).document(one(shared, place, edit)?.document()?);
        let case = if holds { case } else { case.indeterminate(GENERAL, VALID) };
        case.add(&format!("paths/policies-{file}"), files)?;
    }
    let neither = chain(shared, &|place, template| match place {
        Place::Upper => without(template, POLICY_CONSTRAINTS),
        _ => without(template, CERTIFICATE_POLICIES),
    })?;
    good.but("no policy is required, and only the upper certificate has one")
        .document(neither.document()?)
        .add("paths/policies-not-required", files)?;
    Ok(())
}

fn unreadable(shared: &Shared, good: &Good, files: &mut Files) -> Outcome {
    let odd = |id| Extension::new(id, false, vec![1, 2, 3]);
    for (file, change, place, extension) in [
        ("unreadable", "the policies of the signer cannot be read", Place::Leaf, odd(CERTIFICATE_POLICIES)),
        ("twice", "the policy stands twice in the signer's certificate", Place::Leaf, certificate_policies(&[ONE, ONE])),
        ("empty", "the list of policies of the signer is empty", Place::Leaf, certificate_policies(&[])),
        ("mapping-unreadable", "the mappings of the lower authority cannot be read", Place::Lower, odd(POLICY_MAPPINGS)),
        ("constraints-unreadable", "the policy constraints of the lower authority cannot be read", Place::Lower, odd(POLICY_CONSTRAINTS)),
        ("inhibit-unreadable", "how the lower authority inhibits anyPolicy cannot be read", Place::Lower, odd(INHIBIT_ANY_POLICY)),
    ] {
        let case = good.but(change).by("RFC 5280 §4.2").document(one(shared, place, |t| t.with(extension.clone()))?.document()?);
        case.indeterminate(GENERAL, READABLE).add(&format!("paths/policies-{file}"), files)?;
    }
    Ok(())
}

/// §4.2.1.14
fn any(shared: &Shared, files: &mut Files) -> Outcome {
    let with = |skip: u64| {
        chain(shared, &|place, template| match place {
            Place::Upper => template.with(Extension::new(INHIBIT_ANY_POLICY, true, integer(skip))),
            Place::Lower => template.with(certificate_policies(&[ANY])),
            Place::Leaf => template,
        })
    };
    let what = "a policy is required, the lower authority has anyPolicy, which counts for one certificate";
    let good = with(1)?.case(what, "RFC 5280 §6.1.3 (d)(2)")?.add("paths/any-policy", files)?;
    let case = good.but("it counts for none").document(with(0)?.document()?);
    case.indeterminate(GENERAL, VALID).add("paths/any-policy-inhibited", files)?;
    Ok(())
}

/// §4.2.1.5, §4.2.1.11
fn mapped(shared: &Shared, files: &mut Files) -> Outcome {
    let with = |upper: Extension, pairs: &[(ObjectIdentifier, ObjectIdentifier)], signer: ObjectIdentifier| {
        chain(shared, &|place, template| match place {
            Place::Upper => template.with(upper.clone()),
            Place::Lower => template.with(mapping(pairs)),
            Place::Leaf => template.with(certificate_policies(&[signer])),
        })
    };
    let free = || policy_constraints(Some(0), None);
    let what = "a policy is required, the lower authority maps it to another one, which the signer has";
    let good = with(free(), &[(ONE, OTHER)], OTHER)?.case(what, "RFC 5280 §6.1.4 (b)")?.add("paths/mapping", files)?;
    let mut but = |file: &str, change: &str, clause, check: Option<&'static str>, chain: Chain| -> Outcome {
        let case = good.but(change).by(clause).document(chain.document()?);
        let case = match check {
            Some(check) => case.indeterminate(GENERAL, check),
            None => case,
        };
        case.add(&format!("paths/mapping-{file}"), files)?;
        Ok(())
    };
    let clause = "RFC 5280 §6.1.4 (b)";
    but("not-followed", "the signer has the policy that was mapped", clause, Some(VALID), with(free(), &[(ONE, OTHER)], ONE)?)?;
    but("back", "the other policy is mapped to the first one", clause, Some(VALID), with(free(), &[(OTHER, ONE)], OTHER)?)?;
    but("two", "it is mapped to itself, too", clause, None, with(free(), &[(ONE, OTHER), (ONE, ONE)], ONE)?)?;
    let inhibited = |skip| policy_constraints(Some(0), Some(skip));
    but("inhibited", "the upper authority inhibits mappings", clause, Some(VALID), with(inhibited(0), &[(ONE, OTHER)], OTHER)?)?;
    but("inhibited-later", "the upper authority inhibits mappings one certificate later", clause, None, {
        with(inhibited(1), &[(ONE, OTHER)], OTHER)?
    })?;
    let (clause, check) = ("RFC 5280 §6.1.4 (a)", Some("preparation_for_next.any_policy_not_mapped"));
    but("from-any", "anyPolicy is mapped, too", clause, check, with(free(), &[(ONE, OTHER), (ANY, OTHER)], OTHER)?)?;
    but("to-any", "the policy is mapped to anyPolicy, too", clause, check, with(free(), &[(ONE, OTHER), (ONE, ANY)], OTHER)?)
}

/// RFC 5937 §3: for which policies the anchor is trusted, by the relying party and by its own certificate.
fn of_anchor(shared: &Shared, files: &mut Files) -> Outcome {
    let document = |policies: &[ObjectIdentifier]| {
        Chain::new(shared, &|_, t| if policies.is_empty() { t } else { t.with(certificate_policies(policies)) })
    };
    let trusted = |case: Case, policy: &str| -> Outcome<Case> {
        let constraints = AnchorConstraints { policies: vec![policy.parse()?], ..AnchorConstraints::default() };
        trusting(case, [TrustAnchor { constraints, ..of(&shared.root)? }])
    };
    let (one, other) = (ONE.to_string(), OTHER.to_string());
    let clause = "RFC 5937 §3";
    let case = document(&[ONE])?.case("the trust anchor is trusted for one policy, which every certificate has", clause)?;
    let good = trusted(case, &one)?.add("paths/anchor-policies", files)?;
    let case = trusted(good.but("it is trusted for another one"), &other)?;
    case.indeterminate(GENERAL, "wrap_up.policy_valid").add("paths/anchor-policies-other", files)?;
    let case = trusted(good.but("it is trusted for any"), &ANY.to_string())?;
    case.add("paths/anchor-policies-any", files)?;
    good.but("no certificate has one")
        .document(document(&[])?.document()?)
        .indeterminate(GENERAL, VALID)
        .add("paths/anchor-policies-none", files)?;

    let anchor = |extensions: &[Extension]| -> Outcome<Vec<u8>> {
        let template = Template::authority(name("Test Root"), at(-800), at(3000), None);
        let template = extensions.iter().fold(template, |template, extension| template.with(extension.clone()));
        let entity = Entity::self_signed(&template, shared.root.key.clone())?;
        Ok(pem::write("CERTIFICATE", &entity.certificate).into_bytes())
    };
    let explicit = |policy| [policy_constraints(Some(0), None), certificate_policies(&[policy])];
    let what = "the anchor's own certificate requires a policy and has the one that every certificate has";
    let good = document(&[ONE])?.case(what, clause)?.anchor("root.pem", Some(anchor(&explicit(ONE))?));
    let good = good.add("paths/anchor-certificate-policies", files)?;
    let case = good.but("it has another one").anchor("root.pem", Some(anchor(&explicit(OTHER))?));
    case.indeterminate(GENERAL, "wrap_up.policy_valid").add("paths/anchor-certificate-policies-other", files)?;
    let case = good.but("it has another one and requires none").anchor("root.pem", Some(anchor(&[certificate_policies(&[OTHER])])?));
    case.add("paths/anchor-certificate-policies-not-required", files)?;
    let case = good.but("no other certificate has one").document(document(&[])?.document()?);
    case.indeterminate(GENERAL, VALID).add("paths/anchor-certificate-policies-none", files)?;
    let odd = Extension::new(POLICY_CONSTRAINTS, true, vec![1, 2, 3]);
    let case = good.but("what it requires cannot be read").anchor("root.pem", Some(anchor(&[odd])?));
    case.by("RFC 5280 §4.2.1.11").indeterminate(GENERAL, READABLE).add("paths/anchor-certificate-unreadable", files)?;
    Ok(())
}
