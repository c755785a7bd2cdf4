//! Group `certificates`: the signer's certificate and the path to the trust anchor, each with one thing wrong.

use const_oid::ObjectIdentifier;
use kyso::crypto::{DigestAlgorithm, SignatureAlgorithm};
use kyso::encoding::der::write::{context, context_constructed, null, object_id, sequence, value};
use kyso::encoding::pem;
use kyso::testkit::extension::{BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, KEY_USAGE, authority, end_entity, extended_key_usage, key_usage};
use kyso::testkit::{AuthorityKeyIdentifier, Entity, Extension, Fault, KeyUsage, Purpose, RevocationList, Template};
use serde_json::json;

use crate::case::{Case, Good};
use crate::cms::Signer;
use crate::hand_made::{HandMade, date, dictionary, objects, pades};
use crate::shared::{Shared, at, name, person, time};
use crate::{Files, Outcome};

pub const GENERAL: &str = "CERTIFICATE_CHAIN_GENERAL_FAILURE";
const USAGE: &str = "CHAIN_CONSTRAINTS_FAILURE";
const NO_POE: &str = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE";

/// A file signed by `signer`, whose signature brings the certificates of `issuers` too.
pub fn signed(signer: &Entity, issuers: &[&Entity]) -> Outcome<Vec<u8>> {
    HandMade::new(objects(&pades())).sign(|octets| Signer::new(signer, issuers).detached(octets, Vec::new()))
}

/// The same, claiming another time.
pub fn signed_at(claimed: kyso::Time, signer: &Entity, issuers: &[&Entity]) -> Outcome<Vec<u8>> {
    let text = dictionary("ETSI.CAdES.detached", &format!("/M {} ", date(claimed)));
    HandMade::new(objects(&text)).sign(|octets| Signer::new(signer, issuers).detached(octets, Vec::new()))
}

/// The certificate of a signer with the key `p256`, as `edit` leaves it.
pub fn leaf(shared: &Shared, edit: impl FnOnce(Template) -> Template) -> Outcome<Entity> {
    let template = edit(Template::signatory(person("p256"), at(-400), at(1200)));
    Ok(shared.issuing.issue(&template, shared.signatories["p256"].key.clone())?)
}

/// The certificate of the issuing authority as `edit` leaves it; name and key are the same.
pub fn issuing(shared: &Shared, edit: impl FnOnce(Template) -> Template) -> Outcome<Entity> {
    let template = edit(Template::authority(name("Test Issuing"), at(-800), at(3000), Some(0)));
    Ok(shared.root.issue(&template, shared.issuing.key.clone())?)
}

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let document = signed(&shared.signatories["p256"], &[&shared.issuing])?;
    let what = "a signer, an issuing authority, a trust anchor, two revocation lists";
    let good = Case::passing(what, "RFC 5280 §6.1", document).entry(|entry| entry.level("B-B")).add("certificates/in-order", files)?;
    anchors(shared, &good, files)?;
    of_signer(shared, &good, files)?;
    of_issuer(shared, &good, files)?;
    signatures(shared, &good, files)?;
    validity(shared, files)?;
    longer_path(shared, files)?;
    limits(&good, files)
}

fn anchors(shared: &Shared, good: &Good, files: &mut Files) -> Outcome {
    let check = "path.trust_anchor_reached";
    let not_found = |change: &str| good.but(change).by("EN 319 102-1 §5.2.6.4 (1)").indeterminate("NO_CERTIFICATE_CHAIN_FOUND", check);
    not_found("nobody is trusted").no_anchor().add("certificates/no-anchor", files)?;
    not_found("another authority is trusted").anchor("other-root.pem", None).add("certificates/other-anchor", files)?;
    let document = signed(&shared.signatories["p256"], &[])?;
    not_found("the certificate of the issuing authority is missing").document(document).add("certificates/no-issuer", files)?;
    let itself = Entity::self_signed(&Template::signatory(person("p256"), at(-400), at(1200)), shared.signatories["p256"].key.clone())?;
    not_found("the signer has certified itself").document(signed(&itself, &[])?).add("certificates/self-signed", files)?;
    let other = good.but("the issuing authority itself is trusted").anchor("issuing.pem", None);
    other.add("certificates/issuing-as-anchor", files)?;
    // RFC 5280 §6.1.1 (d): of an anchor, name and key are believed; its own certificate may have ended.
    let template = Template::authority(name("Test Root"), at(-800), at(-10), None);
    let ended = Entity::self_signed(&template, shared.root.key.clone())?;
    let ended = pem::write("CERTIFICATE", &ended.certificate).into_bytes();
    good.but("the anchor's certificate has ended").anchor("root.pem", Some(ended)).add("certificates/anchor-ended", files)?;
    // RFC 4158 §2.4.2: two certificates of one authority, of which one is of no use.
    let unusable = issuing(shared, |template| template.with(end_entity()))?;
    let document = signed(&shared.signatories["p256"], &[&unusable, &shared.issuing])?;
    good.but("a second certificate of the issuing authority is not one of an authority")
        .document(document)
        .add("certificates/two-of-issuer", files)?;
    Ok(())
}

/// What is wrong with the certificate of the signer.
fn of_signer(shared: &Shared, good: &Good, files: &mut Files) -> Outcome {
    let mut bad = |file: &str, change: &str, clause, sub_indication, check, template: &dyn Fn(Template) -> Template| -> Outcome {
        let document = signed(&leaf(shared, template)?, &[&shared.issuing])?;
        let case = good.but(change).by(clause).document(document).indeterminate(sub_indication, check);
        case.add(&format!("certificates/{file}"), files)?;
        Ok(())
    };
    let usage = "RFC 5280 §4.2.1.3";
    for (file, usages) in [
        ("usage-encipherment", &[KeyUsage::KeyEncipherment, KeyUsage::DataEncipherment][..]),
        ("usage-agreement", &[KeyUsage::KeyAgreement]),
        ("usage-certificates", &[KeyUsage::KeyCertSign, KeyUsage::CrlSign]),
        ("usage-none", &[]),
    ] {
        bad(file, &format!("the signer's key is for {usages:?} alone"), usage, USAGE, "wrap_up.key_usage", &|t| t.with(key_usage(usages)))?;
    }
    let server = Purpose::Other(ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1"));
    for (file, purpose) in
        [("purpose-server", server), ("purpose-time-stamping", Purpose::TimeStamping), ("purpose-ocsp", Purpose::OcspSigning)]
    {
        let change = format!("the purpose of the signer's key is {purpose:?} alone");
        bad(file, &change, "RFC 5280 §4.2.1.12", USAGE, "wrap_up.extended_key_usage", &|t| t.with(extended_key_usage(&[purpose])))?;
    }
    let unknown = |critical| Extension::new(ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.7"), critical, null());
    let check = "wrap_up.critical_extensions_processed";
    bad("critical-unknown", "it has a critical extension that nobody knows", "RFC 5280 §6.1.5 (f)", GENERAL, check, &|t| {
        t.with(unknown(true))
    })?;
    let twice = |template: Template| Template { extensions: [template.extensions.clone(), vec![end_entity()]].concat(), ..template };
    bad("extension-twice", "it has basic constraints twice", "RFC 5280 §4.2", GENERAL, "wrap_up.extensions_unique", &twice)?;
    let check = "wrap_up.extensions_readable";
    let odd = |id| Extension::new(id, true, vec![1, 2, 3]);
    bad("usage-unreadable", "its key usage is no bit string", "RFC 5280 §4.2.1.3", GENERAL, check, &|t| t.with(odd(KEY_USAGE)))?;
    bad("purpose-unreadable", "its extended key usage is no sequence", "RFC 5280 §4.2.1.12", GENERAL, check, &|t| {
        t.with(odd(EXTENDED_KEY_USAGE))
    })?;
    let mut fine = |file: &str, change: &str, template: &dyn Fn(Template) -> Template| -> Outcome {
        good.but(change).document(signed(&leaf(shared, template)?, &[&shared.issuing])?).add(&format!("certificates/{file}"), files)?;
        Ok(())
    };
    let plain = |t: Template| t.without(KEY_USAGE).without(EXTENDED_KEY_USAGE).without(BASIC_CONSTRAINTS);
    fine("no-extensions", "it has no key usage, no extended key usage and no basic constraints", &plain)?;
    fine("purpose-document-signing", "its purpose is signing documents", &|t| t.with(extended_key_usage(&[Purpose::DocumentSigning])))?;
    fine("unknown-extension", "it has an extension that nobody knows, not critical", &|t| t.with(unknown(false)))?;
    let by_serial = |t: Template| Template { authority_key_identifier: AuthorityKeyIdentifier::IssuerAndSerial, ..t };
    fine("authority-by-serial", "it names its issuer by name and serial number", &by_serial)?;
    fine("no-identifiers", "it has no key identifiers", &|t| Template {
        authority_key_identifier: AuthorityKeyIdentifier::Absent,
        subject_key_identifier: false,
        ..t
    })
}

/// What is wrong with the certificate of the issuing authority.
fn of_issuer(shared: &Shared, good: &Good, files: &mut Files) -> Outcome {
    let mut bad = |file: &str, change: &str, clause, check, template: &dyn Fn(Template) -> Template| -> Outcome {
        let document = signed(&shared.signatories["p256"], &[&issuing(shared, template)?])?;
        let case = good.but(change).by(clause).document(document).indeterminate(GENERAL, check);
        case.add(&format!("certificates/{file}"), files)?;
        Ok(())
    };
    let is_ca = "preparation_for_next.is_ca";
    bad("issuer-no-authority", "its issuer is no authority", "RFC 5280 §6.1.4 (k)", is_ca, &|t| t.with(end_entity()))?;
    bad("issuer-unconstrained", "its issuer has no basic constraints", "RFC 5280 §6.1.4 (k)", is_ca, &|t| t.without(BASIC_CONSTRAINTS))?;
    bad("issuer-version-1", "its issuer's certificate is of version 1", "RFC 5280 §6.1.4 (k)", is_ca, &|t| Template {
        version: None,
        ..t
    })?;
    let usage = key_usage(&[KeyUsage::CrlSign, KeyUsage::DigitalSignature]);
    let check = "preparation_for_next.key_cert_sign";
    bad("issuer-usage", "its issuer's key may not sign certificates", "RFC 5280 §6.1.4 (n)", check, &|t| t.with(usage.clone()))?;
    let unknown = Extension::new(ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.7"), true, null());
    let check = "preparation_for_next.critical_extensions_processed";
    let clause = "RFC 5280 §6.1.4 (o)";
    bad("issuer-critical-unknown", "its issuer has a critical extension that nobody knows", clause, check, &|t| t.with(unknown.clone()))?;
    let odd = Extension::new(BASIC_CONSTRAINTS, true, vec![1, 2, 3]);
    let check = "preparation_for_next.extensions_readable";
    bad("issuer-unreadable", "its issuer's basic constraints are no sequence", "RFC 5280 §4.2.1.9", check, &|t| t.with(odd.clone()))?;
    let twice = |template: Template| Template { extensions: [template.extensions.clone(), vec![end_entity()]].concat(), ..template };
    let check = "preparation_for_next.extensions_unique";
    bad("issuer-extension-twice", "its issuer has basic constraints twice", "RFC 5280 §4.2", check, &twice)?;
    // The subtree below a directory name of no components is every directory name there is.
    let every_name = context_constructed(4, &[sequence::<Vec<u8>>(&[])]);
    let names = sequence(&[context_constructed(1, &[sequence(&[every_name])])]);
    let names = Extension::new(ObjectIdentifier::new_unwrap("2.5.29.30"), true, names);
    let check = "basic_processing.names_permitted";
    bad("issuer-name-constraints", "its issuer may certify no directory name", "RFC 5280 §4.2.1.10", check, &|t| t.with(names.clone()))?;
    let policies = Extension::new(ObjectIdentifier::new_unwrap("2.5.29.36"), true, sequence(&[context(0, &[0])]));
    let check = "basic_processing.policy_valid";
    bad("issuer-policy-constraints", "its issuer requires a policy", "RFC 5280 §4.2.1.11", check, &|t| t.with(policies.clone()))
}

/// The signatures on certificates.
fn signatures(shared: &Shared, good: &Good, files: &mut Files) -> Outcome {
    let mut bad = |file: &str, change: &str, clause, sub_indication, check, leaf: &Entity| -> Outcome {
        let document = signed(leaf, &[&shared.issuing])?;
        let case = good.but(change).by(clause).document(document).indeterminate(sub_indication, check);
        case.add(&format!("certificates/{file}"), files)?;
        Ok(())
    };
    let clause = "RFC 5280 §6.1.3 (a)(1)";
    let altered = leaf(shared, |t| t.with_fault(Fault::SignatureAltered))?;
    bad(
        "signature-altered",
        "the signature of its issuer is altered by one bit",
        clause,
        GENERAL,
        "basic_processing.signature_valid",
        &altered,
    )?;
    let inner = Fault::InnerAlgorithm(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha512));
    let differing = leaf(shared, |t| t.with_fault(inner))?;
    let check = "basic_processing.algorithms_equal";
    bad("algorithms-differ", "it names two signature algorithms", "RFC 5280 §4.1.1.2", GENERAL, check, &differing)?;
    let sha1 = leaf(shared, |t| t.signed_with(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha1)))?;
    let check = "basic_processing.algorithm_reliable";
    bad("signed-with-sha-1", "its issuer has signed with SHA-1", "EN 319 102-1 §5.2.6.4 (5)", NO_POE, check, &sha1)?;
    let unknown = with_algorithm(shared, &shared.signatories["p256"], "1.2.840.10045.4.3.99")?;
    let check = "basic_processing.signature_implemented";
    bad("signature-unknown", "its issuer has signed with something that nobody knows", clause, NO_POE, check, &unknown)?;

    // The key of the certificate is unreadable; the one that signs is that of `p256`.
    let key = value(0x03, &[0, 4, 1, 2, 3]);
    let curve = sequence(&[
        object_id(ObjectIdentifier::new_unwrap("1.2.840.10045.2.1")),
        object_id(ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7")),
    ]);
    let unreadable = with_key(shared, &shared.signatories["p256"], &sequence(&[curve, key]))?;
    let case =
        good.but("its public key is no point of the curve").by("EN 319 102-1 §5.2.7").document(signed(&unreadable, &[&shared.issuing])?);
    let case = case.indeterminate(NO_POE, "cryptographic_verification.key_readable");
    case.integrity("unknown").add("certificates/key-unreadable", files)?;
    Ok(())
}

/// The certificate of `entity` with another algorithm identifier in both places, and a value that fits.
fn with_algorithm(shared: &Shared, entity: &Entity, dotted: &str) -> Outcome<Entity> {
    let old = shared.issuing.key.algorithm().to_identifier().ok_or("no identifier")?;
    let new = sequence(&[object_id(ObjectIdentifier::new_unwrap(dotted))]);
    resigned(shared, entity, &old, &new, &new)
}

fn with_key(shared: &Shared, entity: &Entity, info: &[u8]) -> Outcome<Entity> {
    let algorithm = shared.issuing.key.algorithm().to_identifier().ok_or("no identifier")?;
    resigned(shared, entity, entity.key.public_key_info(), info, &algorithm)
}

/// The certificate of `entity` with a part of what is signed replaced, signed again by the issuing authority.
fn resigned(shared: &Shared, entity: &Entity, old: &[u8], new: &[u8], algorithm: &[u8]) -> Outcome<Entity> {
    let certificate = kyso::pki::Certificate::from_der(&entity.certificate)?;
    let received = kyso::encoding::der::Received::new(certificate.tbs());
    let mut fields = kyso::encoding::der::Reader::new(&received, "certificate").sequence("tbsCertificate")?;
    let mut parts = Vec::new();
    while !fields.is_empty() {
        let part = fields.value()?.octets().to_vec();
        parts.push(if part == old { new.to_vec() } else { part });
    }
    let to_be_signed = sequence(&parts);
    let value = shared.issuing.key.sign(&shared.issuing.key.algorithm(), &to_be_signed)?;
    let certificate = sequence(&[to_be_signed, algorithm.to_vec(), kyso::encoding::der::write::bit_string(&value)]);
    let mut other = entity.clone();
    other.certificate = certificate;
    Ok(other)
}

/// The times of certificates.
fn validity(shared: &Shared, files: &mut Files) -> Outcome {
    // Ends with the validation time, which is within (RFC 5280 §4.1.2.5).
    let ending = |end| leaf(shared, |t| Template { not_after: end, ..t });
    let ends = ending(time())?;
    let document = |leaf: &Entity, issuer: &Entity| signed(leaf, &[issuer]);
    let what = "the signer's certificate ends with the validation time";
    let good = Case::passing(what, "RFC 5280 §4.1.2.5", document(&ends, &shared.issuing)?).add("certificates/ends-now", files)?;
    let bad = good
        .but("it has ended a second before, and was not revoked")
        .document(document(&ending(time().plus_seconds(-1))?, &shared.issuing)?);
    let bad = bad.indeterminate("OUT_OF_BOUNDS_NOT_REVOKED", "basic_processing.signer_within_validity");
    bad.entry(|entry| entry.if_claimed_time("TOTAL-PASSED")).add("certificates/ended", files)?;
    let issuer = |end| issuing(shared, |t| Template { not_after: end, ..t });
    let bad = good.but("the certificate of its issuer has ended a second before").by("RFC 5280 §6.1.3 (a)(2)");
    let bad = bad.document(document(&ends, &issuer(time().plus_seconds(-1))?)?);
    bad.indeterminate("OUT_OF_BOUNDS_NO_POE", "basic_processing.within_validity").add("certificates/issuer-ended", files)?;

    // A policy that asks for no revocation data knows nothing of it either.
    let off = json!({ "id": "no-revocation", "revocation_of_signer": "off", "revocation_of_issuers": "off" });
    let case = Case::passing("no revocation data is asked for, and none given", "EN 319 102-1 §5.2.6.4", document(&ends, &shared.issuing)?);
    let case = case.without("root.crl").without("issuing.crl").policy(off);
    let good = case.add("certificates/revocation-off", files)?;
    let bad = good
        .but("the signer's certificate has ended a second before")
        .document(document(&ending(time().plus_seconds(-1))?, &shared.issuing)?);
    bad.indeterminate("OUT_OF_BOUNDS_NO_POE", "basic_processing.within_validity").add("certificates/revocation-off-ended", files)?;
    let begins = |begin| leaf(shared, |t| Template { not_before: begin, ..t });
    let bad = good.but("the signer's certificate begins a second later").document(signed_at(
        time().plus_seconds(1),
        &begins(time().plus_seconds(1))?,
        &[&shared.issuing],
    )?);
    bad.indeterminate("OUT_OF_BOUNDS_NO_POE", "basic_processing.within_validity").add("certificates/revocation-off-not-begun", files)?;
    Ok(())
}

/// Two authorities between signer and anchor.
fn longer_path(shared: &Shared, files: &mut Files) -> Outcome {
    let make = |upper_length: Option<u64>| -> Outcome<(Vec<u8>, Vec<u8>, Vec<u8>)> {
        let upper = issuing(shared, |t| t.with(authority(upper_length)))?;
        let template = Template::authority(name("Test Sub"), at(-800), at(3000), Some(0));
        let lower = upper.issue(&template, shared.ocsp_responder.key.clone())?;
        let leaf = lower.issue(&Template::signatory(person("p256"), at(-400), at(1200)), shared.signatories["p256"].key.clone())?;
        let list = RevocationList::new(time().plus_seconds(-3600), at(7));
        Ok((signed(&leaf, &[&lower, &upper])?, lower.revocation_list(&list)?, Vec::new()))
    };
    let (document, list, _) = make(Some(1))?;
    let case = Case::passing("two authorities stand between the signer and the anchor", "RFC 5280 §6.1.4 (m)", document);
    let good = case.evidence("sub.crl", list).add("certificates/longer-path", files)?;
    let (document, _, _) = make(Some(0))?;
    let bad = good.but("the upper one may have no authority under it").document(document);
    bad.indeterminate(GENERAL, "preparation_for_next.path_length").add("certificates/longer-path-than-allowed", files)?;
    Ok(())
}

/// What one verdict may cost is policy.
fn limits(good: &Good, files: &mut Files) -> Outcome {
    let clause = "RFC 5280 §6";
    let bad = good
        .but("the policy allows no second step of the search for a path")
        .by(clause)
        .policy(json!({ "id": "few-paths", "limits": { "paths": 1 } }));
    bad.indeterminate(GENERAL, "limit.paths").add("certificates/limit-of-paths", files)?;
    let bad = good.but("the policy allows no signature on a certificate or list to be verified").by(clause);
    let bad = bad.policy(json!({ "id": "no-signatures", "limits": { "signature_checks": 0 } }));
    bad.indeterminate(GENERAL, "limit.signature_checks").add("certificates/limit-of-signatures", files)?;
    Ok(())
}
