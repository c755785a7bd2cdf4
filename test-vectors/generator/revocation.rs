//! Group `revocation`: revocation lists, and what they say.

use const_oid::ObjectIdentifier;
use kyso::crypto::{DigestAlgorithm, SignatureAlgorithm};
use kyso::encoding::der::write::{boolean, context, context_constructed, null, retagged, sequence, value};
use kyso::testkit::KeyUsage;
use kyso::testkit::extension::{authority, key_usage};
use kyso::testkit::{Entity, Extension, Fault, RevocationList, Template};
use serde_json::json;

use crate::case::{Case, Good, INDETERMINATE};
use crate::certificates::{GENERAL, issuing, leaf, signed};
use crate::shared::{Shared, at, name, time};
use crate::{Files, Outcome};

const KNOWN: &str = "revocation.status_known";
const REVOKED: &str = "revocation.not_revoked";

/// A list of the usual dates.
pub fn list() -> RevocationList {
    RevocationList::new(time().plus_seconds(-3600), at(7))
}

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let signer = &shared.signatories["p256"];
    let document = signed(signer, &[&shared.issuing])?;
    let what = "two revocation lists, of the anchor and of the issuing authority, with nobody on them";
    let good = Case::passing(what, "EN 319 102-1 §5.2.6.4", document).entry(|entry| entry.level("B-B")).add("revocation/none", files)?;
    revoked(shared, &good, files)?;
    missing(&good, files)?;
    unusable(shared, &good, files)?;
    scope(shared, &good, files)?;
    several(shared, &good, files)?;
    dates(shared, &good, files)?;
    ended(shared, files)
}

/// On the list.
fn revoked(shared: &Shared, good: &Good, files: &mut Files) -> Outcome {
    let signer = &shared.signatories["p256"].serial;
    let with = |reason| shared.issuing.revocation_list(&list().with(signer, at(-5), reason));
    // The claimed time is after the revocation.
    for (name, reason, change) in [
        ("key-compromise", Some(1), "the signer's certificate is revoked for key compromise"),
        ("superseded", Some(4), "the signer's certificate is revoked, being superseded"),
        ("no-reason", None, "the signer's certificate is revoked without a reason"),
    ] {
        let bad = good.but(change).list("issuing.crl", with(reason)?).indeterminate("REVOKED_NO_POE", REVOKED);
        bad.entry(|entry| entry.if_claimed_time(INDETERMINATE)).add(&format!("revocation/{name}"), files)?;
    }
    let bad = good.but("the signer's certificate is on hold").list("issuing.crl", with(Some(6))?);
    bad.indeterminate("TRY_LATER", REVOKED).add("revocation/hold", files)?;
    let twice = shared.issuing.revocation_list(&list().with(signer, at(-3), Some(6)).with(signer, at(-5), Some(1)))?;
    let bad = good.but("the list has the signer's certificate twice: on hold, and revoked before that").list("issuing.crl", twice);
    bad.indeterminate("REVOKED_NO_POE", REVOKED).add("revocation/listed-twice", files)?;
    let bad = good.but("the reason of the entry is no number of the standard").list("issuing.crl", with(Some(99))?);
    bad.indeterminate("REVOKED_NO_POE", REVOKED).add("revocation/reason-unknown", files)?;
    let of_root = shared.root.revocation_list(&list().with(&shared.issuing.serial, at(-5), Some(2)))?;
    let bad = good.but("the certificate of the issuing authority is revoked").list("root.crl", of_root);
    bad.indeterminate("REVOKED_CA_NO_POE", REVOKED).add("revocation/issuer", files)?;
    let other = shared.issuing.revocation_list(&list().with(&[1, 2, 3], at(-5), Some(1)))?;
    good.but("another certificate is revoked").list("issuing.crl", other).add("revocation/another", files)?;
    Ok(())
}

fn missing(good: &Good, files: &mut Files) -> Outcome {
    let bad = good.but("there is no list of the issuing authority").without("issuing.crl");
    bad.indeterminate(GENERAL, KNOWN).add("revocation/missing", files)?;
    let bad = good.but("there is no list of the anchor").without("root.crl");
    bad.indeterminate(GENERAL, KNOWN).add("revocation/missing-of-anchor", files)?;
    let optional = json!({ "id": "if-available", "revocation_of_signer": "if_available" });
    let listed = good
        .but("there is no list of the issuing authority, and the policy does not insist on one")
        .without("issuing.crl")
        .policy(optional);
    listed.entry(|entry| entry.tolerates(KNOWN)).add("revocation/missing-if-available", files)?;
    Ok(())
}

/// Lists that say nothing because of what they are.
fn unusable(shared: &Shared, good: &Good, files: &mut Files) -> Outcome {
    let mut bad = |file: &str, change: &str, clause, octets: Vec<u8>| -> Outcome {
        let case = good.but(change).by(clause).list("issuing.crl", octets).indeterminate(GENERAL, KNOWN);
        case.add(&format!("revocation/{file}"), files)?;
        Ok(())
    };
    let make = |list: RevocationList| shared.issuing.revocation_list(&list);
    let other = shared.other_root.revocation_list(&list())?;
    bad("other-issuer", "the list is that of another authority", "RFC 5280 §6.3.3 (b)(1)", other)?;
    let forged = shared.other_root.revocation_list(&RevocationList { issuer: Some(name("Test Issuing")), ..list() })?;
    bad("forged", "another authority has signed the list in the issuer's name", "RFC 5280 §6.3.3 (g)", forged)?;
    let altered = make(RevocationList { fault: Some(Fault::SignatureAltered), ..list() })?;
    bad("altered", "the signature of the list is altered by one bit", "RFC 5280 §6.3.3 (g)", altered)?;
    let inner = Fault::InnerAlgorithm(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha512));
    let differing = make(RevocationList { fault: Some(inner), ..list() })?;
    bad("algorithms-differ", "the list names two signature algorithms", "RFC 5280 §5.1.1.2", differing)?;
    let sha1 = make(RevocationList { algorithm: Some(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha1)), ..list() })?;
    let unknown = Extension::new(ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.7"), true, null());
    let unknown = make(RevocationList { extensions: vec![unknown], ..list() })?;
    bad("critical-unknown", "the list has a critical extension that nobody knows", "RFC 5280 §5.2", unknown)?;
    // RFC 5280 §5.2.4: a delta list alone is no complete one.
    let delta = Extension::new(ObjectIdentifier::new_unwrap("2.5.29.27"), true, vec![2, 1, 0]);
    let delta = make(RevocationList { extensions: vec![delta], number: Some(2), ..list() })?;
    bad("delta", "the list has only what is new since the first", "RFC 5280 §5.2.4", delta)?;
    let (clause, check) = ("EN 319 102-1 §5.2.6.4 (5)", "crl_processing.algorithm_reliable");
    let bad = good.but("the list is signed with SHA-1").by(clause).list("issuing.crl", sha1);
    bad.indeterminate("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", check).add("revocation/signed-with-sha-1", files)?;
    let newer = RevocationList { number: Some(2), this_update: list().this_update.plus_seconds(60), ..list() };
    let newer = make(RevocationList { algorithm: Some(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha1)), ..newer })?;
    let beside = good.but("a newer list, signed with SHA-1, stands beside the other").by(clause).evidence("newer.crl", newer);
    beside.entry(|entry| entry.tolerates(check)).add("revocation/signed-with-sha-1-beside-another", files)?;
    let usage = key_usage(&[KeyUsage::KeyCertSign]);
    let silent = issuing(shared, |template| template.with(authority(Some(0))).with(usage))?;
    let document = signed(&shared.signatories["p256"], &[&silent])?;
    let case = good.but("the key of the issuing authority may not sign lists").by("RFC 5280 §6.3.3 (f)").document(document);
    case.indeterminate(GENERAL, KNOWN).add("revocation/usage", files)?;
    Ok(())
}

/// RFC 5280 §5.2.5: which certificates a list speaks of.
fn scope(shared: &Shared, good: &Good, files: &mut Files) -> Outcome {
    let point = |parts: &[Vec<u8>]| Extension::new(ObjectIdentifier::new_unwrap("2.5.29.28"), true, sequence(parts));
    let make = |extension: Extension| shared.issuing.revocation_list(&RevocationList { extensions: vec![extension], ..list() });
    let flag = |number: u8| retagged(0x80 | number, &boolean(true));
    let at_uri = |uri: &str| context_constructed(0, &[context_constructed(0, &[context(6, uri.as_bytes())])]);
    let clause = "RFC 5280 §6.3.3 (b)(2)";
    for (file, change, parts) in [
        ("users-only", "the list is one of end entities alone", vec![flag(1)]),
        (
            "own-point",
            "the list is that of the distribution point that the certificate names",
            vec![at_uri("http://pki.kyso.example/issuing.crl")],
        ),
    ] {
        good.but(change).by(clause).list("issuing.crl", make(point(&parts))?).add(&format!("revocation/{file}"), files)?;
    }
    for (file, change, parts) in [
        ("authorities-only", "the list is one of authorities alone", vec![flag(2)]),
        ("attributes-only", "the list is one of attribute certificates alone", vec![flag(5)]),
        ("other-point", "the list is that of another distribution point", vec![at_uri("http://pki.kyso.example/other.crl")]),
        ("some-reasons", "the list knows key compromise alone", vec![retagged(0x83, &value(0x03, &[6, 0x40]))]),
    ] {
        let bad = good.but(change).by(clause).list("issuing.crl", make(point(&parts))?);
        bad.indeterminate(GENERAL, KNOWN).add(&format!("revocation/{file}"), files)?;
    }
    // An indirect list of the certificate's own issuer speaks of its certificates too (§5.2.5).
    let indirect = good.but("the list is an indirect one").by(clause).list("issuing.crl", make(point(&[flag(4)]))?);
    indirect.add("revocation/indirect", files)?;
    let users = RevocationList { extensions: vec![point(&[flag(1)])], ..list() };
    let bad = good.but("the anchor's list is one of end entities alone").by(clause).list("root.crl", shared.root.revocation_list(&users)?);
    bad.indeterminate(GENERAL, KNOWN).add("revocation/users-only-of-anchor", files)?;
    Ok(())
}

/// EN 319 102-1 §5.2.6.4 (4): the latest one that can be used counts.
fn several(shared: &Shared, good: &Good, files: &mut Files) -> Outcome {
    let signer = &shared.signatories["p256"].serial;
    let at_hours = |hours: i64| RevocationList::new(time().plus_seconds(-3600 * hours), at(7));
    let make = |list: RevocationList| shared.issuing.revocation_list(&list);
    let older = make(at_hours(48).with(signer, at(-5), Some(6)))?;
    good.but("an older list has the signer's certificate on hold, the newer one not any more")
        .evidence("older.crl", older)
        .add("revocation/hold-ended", files)?;
    let newer = make(RevocationList::new(time(), at(7)).with(signer, at(-1), Some(1)))?;
    let bad = good.but("a newer list has the signer's certificate").evidence("newer.crl", newer);
    bad.indeterminate("REVOKED_NO_POE", REVOKED).add("revocation/newer", files)?;
    let forged = RevocationList { issuer: Some(name("Test Issuing")), ..RevocationList::new(time(), at(7)) };
    let forged = shared.other_root.revocation_list(&forged.with(signer, at(-1), Some(1)))?;
    good.but("a newer list that has it is forged").evidence("forged.crl", forged).add("revocation/newer-forged", files)?;
    Ok(())
}

/// `thisUpdate` and `nextUpdate`.
fn dates(shared: &Shared, good: &Good, files: &mut Files) -> Outcome {
    let make = |list: RevocationList| shared.issuing.revocation_list(&list);
    let fresh = "revocation.fresh";
    let clause = "EN 319 102-1 §5.2.5.4";
    let strict = || json!({ "id": "strict", "freshness": "required" });
    let stale = make(RevocationList::new(at(-9), at(-2)))?;
    let listed = good.but("the list should have been replaced two days ago").by(clause).list("issuing.crl", stale.clone());
    listed.entry(|entry| entry.tolerates(fresh)).add("revocation/stale", files)?;
    let bad = good
        .but("the list should have been replaced two days ago, and the policy insists")
        .by(clause)
        .list("issuing.crl", stale)
        .policy(strict());
    bad.indeterminate("TRY_LATER", fresh).add("revocation/stale-strict", files)?;
    good.but("the policy insists on fresh lists").by(clause).policy(strict()).add("revocation/fresh-strict", files)?;
    let day = json!({ "id": "a-day", "freshness": "required", "maximum_freshness": 86_400 });
    let two_days = make(RevocationList::new(at(-2), at(7)))?;
    let bad = good.but("the list is two days old, and the policy insists on one day").by(clause).list("issuing.crl", two_days).policy(day);
    bad.indeterminate("TRY_LATER", fresh).add("revocation/older-than-a-day", files)?;
    let endless = make(RevocationList { next_update: None, ..list() })?;
    let bad = good
        .but("the list does not say when it will be replaced, and the policy insists")
        .by(clause)
        .list("issuing.crl", endless)
        .policy(strict());
    bad.indeterminate("TRY_LATER", fresh).add("revocation/no-next-update", files)?;
    // Decided for this library: what is issued after the validation time is not used.
    let later = make(RevocationList::new(time().plus_seconds(1), at(7)))?;
    let bad = good.but("the list was issued after the validation time").by(clause).list("issuing.crl", later);
    bad.indeterminate(GENERAL, KNOWN).add("revocation/later", files)?;
    let before = make(RevocationList::new(at(-401), at(7)))?;
    let bad = good.but("the list was issued before the signer's certificate").by(clause).list("issuing.crl", before);
    bad.indeterminate(GENERAL, KNOWN).add("revocation/before-certificate", files)?;
    Ok(())
}

/// Lists issued after a certificate has ended do not have it any more, unless they say so.
fn ended(shared: &Shared, files: &mut Files) -> Outcome {
    let ended: Entity = leaf(shared, |template| Template { not_after: at(-10), ..template })?;
    let document = crate::certificates::signed_at(at(-20), &ended, &[&shared.issuing])?;
    let since = |time| {
        Extension::new(ObjectIdentifier::new_unwrap("2.5.29.60"), false, value(0x18, kyso::Time::to_generalized_time(time).as_bytes()))
    };
    let keeping = |time| shared.issuing.revocation_list(&RevocationList { extensions: vec![since(time)], ..list() });
    let what =
        "the signer's certificate has ended, the signature is in the register of an earlier day, and the list keeps ended certificates";
    let case = Case::passing(what, "X.509 §9.5.2.7, EN 319 102-1 §5.5.4", document).existence(Some(at(-15)));
    let good = case.list("issuing.crl", keeping(at(-400))?).add("revocation/ended-kept", files)?;
    let outside = "OUT_OF_BOUNDS_NOT_REVOKED";
    let bad = good.but("nobody knows since when it exists").by("EN 319 102-1 §5.2.6.4 (6)").existence(None);
    let bad = bad.indeterminate(outside, "basic_processing.signer_within_validity");
    bad.entry(|entry| entry.if_claimed_time("TOTAL-PASSED")).add("revocation/ended-kept-no-register", files)?;
    let bad = good.but("the list keeps those that ended since yesterday alone").list("issuing.crl", keeping(at(-1))?);
    bad.indeterminate(GENERAL, KNOWN).add("revocation/ended-not-kept", files)?;
    Ok(())
}
