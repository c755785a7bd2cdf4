//! RFC 4158: which certificates are put together, and that the first failure is not the last word.

use kyso::encoding::der::write::{context, sequence};
use kyso::encoding::pem;
use kyso::testkit::extension::AUTHORITY_KEY_IDENTIFIER;
use kyso::testkit::extension::end_entity;
use kyso::testkit::name::{COMMON_NAME, COUNTRY, ORGANISATION};
use kyso::testkit::{AuthorityKeyIdentifier, Entity, Extension, Name, Template};

use super::{Chain, NO_CHAIN, Place, REACHED, but, leaf, lower, lower_key, upper, upper_key};
use crate::case::Good;
use crate::certificates::{GENERAL, signed};
use crate::revocation::list;
use crate::shared::{Shared, at, key_of, name};
use crate::{Files, Outcome};

pub fn add(shared: &Shared, chain: &Chain, good: &Good, files: &mut Files) -> Outcome {
    identifiers(shared, good, files)?;
    places(chain, good, files)?;
    issuer_names(shared, good, files)?;
    several(shared, chain, good, files)?;
    loops(chain, good, files)?;
    self_issued(shared, files)
}

/// Key identifiers lead the search and forbid nothing (RFC 4158 §3.5.12).
fn identifiers(shared: &Shared, good: &Good, files: &mut Files) -> Outcome {
    let all = |edit: fn(Template) -> Template| Chain::new(shared, &|_, template| edit(template));
    let absent = |t| Template { subject_key_identifier: false, authority_key_identifier: AuthorityKeyIdentifier::Absent, ..t };
    let serial = |t| Template { authority_key_identifier: AuthorityKeyIdentifier::IssuerAndSerial, ..t };
    let both = |t| Template { authority_key_identifier: AuthorityKeyIdentifier::Both, ..t };
    let other = |t| {
        let value = sequence(&[context(0, &[7; 20])]);
        let template = Template { authority_key_identifier: AuthorityKeyIdentifier::Absent, ..t };
        template.with(Extension::new(AUTHORITY_KEY_IDENTIFIER, false, value))
    };
    for (file, change, edit) in [
        ("identifiers-absent", "no certificate has key identifiers", absent as fn(Template) -> Template),
        ("identifiers-serial", "each certificate names its issuer by the name and serial number of the issuer's certificate", serial),
        ("identifiers-both", "each certificate names its issuer by key identifier, name and serial number", both),
        ("identifiers-other", "each certificate names another key than that of its issuer", other),
    ] {
        good.but(change).document(all(edit)?.document()?).add(&format!("paths/{file}"), files)?;
    }
    Ok(())
}

/// Where the certificates come from, in which order.
fn places(chain: &Chain, good: &Good, files: &mut Files) -> Outcome {
    let Chain { upper, lower, leaf } = chain;
    let document = signed(leaf, &[upper, lower])?;
    good.but("the authorities' certificates stand in the other order").document(document).add("paths/order", files)?;
    let document = signed(leaf, &[lower, upper, upper, lower])?;
    good.but("the authorities' certificates stand there twice").document(document).add("paths/twice", files)?;
    let document = signed(leaf, &[lower])?;
    let missing = good.but("the upper authority's certificate is missing").by("EN 319 102-1 §5.2.6.4 (1)").document(document.clone());
    missing.indeterminate(NO_CHAIN, REACHED).add("paths/missing", files)?;
    let supplied = good.but("the relying party brings the upper authority's certificate").document(document);
    supplied.evidence("upper.pem", pem::write("CERTIFICATE", &upper.certificate).into_bytes()).add("paths/supplied", files)?;
    Ok(())
}

/// RFC 5280 §7.1: when the issuer's name is the name of the issuer.
fn issuer_names(shared: &Shared, good: &Good, files: &mut Files) -> Outcome {
    let named = |common_name: &str| Name::of([(COUNTRY, "vn"), (ORGANISATION, "KYSO  TEST"), (COMMON_NAME, common_name)]);
    let case = but(shared, good, "the lower certificate writes its issuer's name in other letters and spaces", Place::Lower, |t| {
        Template { issuer: Some(named(" test upper ")), ..t }
    })?;
    case.by("RFC 5280 §7.1").add("paths/issuer-other-letters", files)?;
    let case = but(shared, good, "the lower certificate names another issuer", Place::Lower, |t| Template {
        issuer: Some(named("test uppér")),
        ..t
    })?;
    case.by("RFC 5280 §7.1").indeterminate(NO_CHAIN, REACHED).add("paths/issuer-other", files)?;
    Ok(())
}

/// More than one certificate that might be the issuer's.
fn several(shared: &Shared, chain: &Chain, good: &Good, files: &mut Files) -> Outcome {
    let Chain { upper: own, lower, leaf } = chain;
    let crossed = shared.other_root.issue(&upper(), upper_key()?)?;
    let ended = shared.root.issue(&Template { not_after: at(-10), ..upper() }, upper_key()?)?;
    let newer = Template { not_before: at(-1), ..upper() };
    let no_authority = shared.root.issue(&newer.clone().with(end_entity()), upper_key()?)?;
    let namesake = shared.root.issue(&newer, key_of("namesake of the upper authority")?)?;
    for (file, change, clause, other, sub_indication, check) in [
        ("crossed", "an untrusted authority has certified the upper one", "RFC 4158 §2.3", &crossed, NO_CHAIN, REACHED),
        (
            "re-issued",
            "a certificate of the upper authority has ended",
            "RFC 4158 §3.5.5",
            &ended,
            // The list of its issuer is of after its end.
            GENERAL,
            "revocation.status_known",
        ),
        (
            "re-issued-no-authority",
            "a newer certificate of the upper authority is not one of an authority",
            "RFC 4158 §2.4",
            &no_authority,
            GENERAL,
            "preparation_for_next.is_ca",
        ),
        (
            "namesake",
            "another authority has the name of the upper one",
            "RFC 4158 §2.4",
            &namesake,
            GENERAL,
            "basic_processing.signature_valid",
        ),
    ] {
        let document = signed(leaf, &[lower, other, own])?;
        good.but(change).by(clause).document(document).add(&format!("paths/{file}"), files)?;
        let document = signed(leaf, &[lower, other])?;
        let alone = good.but(&format!("{change}, and there is no other one")).by(clause).document(document);
        alone.indeterminate(sub_indication, check).add(&format!("paths/{file}-alone"), files)?;
    }
    Ok(())
}

/// RFC 4158 §2.4.2: authorities that certify each other.
fn loops(chain: &Chain, good: &Good, files: &mut Files) -> Outcome {
    let Chain { upper: own, lower, leaf } = chain;
    let circle = lower.issue(&upper(), upper_key()?)?;
    let document = signed(leaf, &[lower, &circle, own])?;
    good.but("the lower authority has certified the upper one, too").document(document).add("paths/circle", files)?;
    let document = signed(leaf, &[lower, &circle])?;
    let alone = good.but("the two authorities have certified each other and nobody else did").by("RFC 4158 §2.4.2").document(document);
    alone.indeterminate(NO_CHAIN, REACHED).add("paths/circle-alone", files)?;
    Ok(())
}

/// §6.1.4 (l): a new key that the authority certified itself is no further authority.
fn self_issued(shared: &Shared, files: &mut Files) -> Outcome {
    let upper = shared.root.issue(&upper(), upper_key()?)?;
    let old = upper.issue(&lower(), lower_key()?)?;
    let new_key = key_of("new key of the lower authority")?;
    let path = |template: Template| -> Outcome<(Entity, Entity)> {
        let new = old.issue(&template, new_key.clone())?;
        let leaf = new.issue(&leaf(), shared.signatories["p256"].key.clone())?;
        Ok((new, leaf))
    };
    let (new, signer) = path(lower())?;
    let document = signed(&signer, &[&new, &old, &upper])?;
    let what = "a signer, an authority that certified its own new key, an authority above, a trust anchor, four revocation lists";
    let good = crate::case::Case::passing(what, "RFC 5280 §6.1.4 (l)", document).without("issuing.crl");
    let good = good.evidence("upper.crl", upper.revocation_list(&list())?).evidence("lower.crl", old.revocation_list(&list())?);
    let good = good.evidence("new.crl", new.revocation_list(&list())?).add("paths/self-issued", files)?;
    let (other, signer) = path(Template { subject: name("Test Lowest"), ..lower() })?;
    let document = signed(&signer, &[&other, &old, &upper])?;
    let case = good.but("the new key is that of another authority").document(document);
    let case = case.list("new.crl", other.revocation_list(&list())?);
    case.indeterminate(GENERAL, "preparation_for_next.path_length").add("paths/self-issued-not", files)?;
    Ok(())
}
