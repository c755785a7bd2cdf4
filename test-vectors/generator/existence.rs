//! Group `existence`: the relying party knows since when the document exists (EN 319 102-1 §5.5.2), and what that mends.

use const_oid::ObjectIdentifier;
use kyso::Time;
use kyso::encoding::der::write::value;
use kyso::testkit::{Entity, Extension, RevocationList, Revoked, Template};
use serde_json::json;

use crate::case::{Case, Good};
use crate::certificates::{issuing, leaf, signed_at};
use crate::hand_made::{HandMade, dictionary, objects, patched};
use crate::revocation::list;
use crate::shared::{Shared, at, time};
use crate::timestamps::{Life, authority, of_that_time, token};
use crate::{Files, Outcome};

/// The day of the register.
fn registered() -> Option<Time> {
    Some(at(-20))
}

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    ended(shared, files)?;
    revoked(shared, files)?;
    begun(shared, files)?;
    fresh(shared, files)?;
    stamped(shared, files)
}

fn signed(shared: &Shared, template: impl FnOnce(Template) -> Template) -> Outcome<Vec<u8>> {
    signed_at(at(-21), &leaf(shared, template)?, &[&shared.issuing])
}

/// The signer's certificate has ended since; the list is of the day before it did.
fn ended(shared: &Shared, files: &mut Files) -> Outcome {
    let then = |authority: &Entity| authority.revocation_list(&RevocationList::new(at(-11), at(-4)));
    let document = signed(shared, |template| Template { not_after: at(-10), ..template })?;
    let what = "the signer's certificate ended ten days ago, and the document was registered before";
    let case = Case::passing(what, "EN 319 102-1 §5.5.4 (4)(c)", document.clone()).existence(registered());
    let good = case.list("issuing.crl", then(&shared.issuing)?).add("existence/ended-since", files)?;
    let outside = "OUT_OF_BOUNDS_NOT_REVOKED";
    let bad = good.but("it was registered after the certificate ended").existence(Some(at(-9)));
    bad.indeterminate(outside, "signature_with_time.not_after_validity").add("existence/ended-before", files)?;
    let bad = good.but("it was not registered").by("EN 319 102-1 §5.2.6.4 (6)").existence(None);
    let bad = bad.indeterminate(outside, "basic_processing.signer_within_validity");
    bad.entry(|entry| entry.if_claimed_time("TOTAL-PASSED")).add("existence/ended-not-registered", files)?;
    let bad = good.but("a letter of its page is another one").by("EN 319 102-1 §5.2.7").document(patched(&document, "Ket qua", "Ket que")?);
    let bad = bad.fails("HASH_FAILURE", "cryptographic_verification.data_intact");
    bad.integrity("broken").add("existence/ended-since-altered", files)?;
    let bad = good.but("nobody is trusted").by("EN 319 102-1 §5.5.4 (1)").no_anchor();
    bad.indeterminate("NO_CERTIFICATE_CHAIN_FOUND", "path.trust_anchor_reached").add("existence/ended-since-no-anchor", files)?;
    // A second thing is wrong that no time mends.
    let undated = HandMade::new(objects(&dictionary("ETSI.CAdES.detached", "")));
    let ended = leaf(shared, |template| Template { not_after: at(-10), ..template })?;
    let document = undated.sign(|octets| crate::cms::Signer::new(&ended, &[&shared.issuing]).detached(octets, Vec::new()))?;
    let bad = good.but("it claims no time").by("EN 319 102-1 §5.5.4 (7)").document(document);
    bad.indeterminate("SIG_CONSTRAINTS_FAILURE", "signature_with_time.every_failure_may_be_mended")
        .add("existence/ended-since-undated", files)?;

    let issuer = issuing(shared, |template| Template { not_after: at(-10), ..template })?;
    issuer_ended(shared, &issuer, then(&shared.root)?, files)
}

/// The certificate of the issuing authority has ended, whose list the document brings: whoever has its key by now writes lists of any day.
fn issuer_ended(shared: &Shared, issuer: &Entity, of_root: Vec<u8>, files: &mut Files) -> Outcome {
    let signer = leaf(shared, |template| template)?;
    let with = |lists: &[Vec<u8>]| -> Outcome<Vec<u8>> {
        Ok(Life::signed_under(&[issuer], &signer, at(-21), None, None)?.stored(&[], lists, &[]).file)
    };
    let of_day = |day: i64| -> Outcome<Vec<u8>> { Ok(issuer.revocation_list(&RevocationList::new(at(day), at(day + 7)))?) };
    let what = "the certificate of the issuing authority ended ten days ago; the document was registered with its list before";
    let case = Case::passing(what, "EN 319 102-1 §5.5.4 (4)(c)", with(&[of_day(-21)?])?).existence(registered());
    let case = case.list("root.crl", of_root).without("issuing.crl");
    let good = case.add("existence/issuer-ended-since", files)?;
    let last = Time::from_rfc3339(&at(-10).to_string().replace('Z', ".5Z"))?;
    good.but("it was registered in the middle of the last second of that certificate")
        .existence(Some(last))
        .add("existence/issuer-ended-in-second", files)?;
    let ended = "OUT_OF_BOUNDS_NO_POE";
    let bad = good.but("it was registered after that ended").existence(Some(at(-9)));
    bad.indeterminate(ended, "signature_with_time.issuer_within_validity").add("existence/issuer-ended-before", files)?;
    for (file, day, change) in [
        ("issuer-ended-list-unproven", -11, "the list is of a day before that end, comes from elsewhere and may be of any day"),
        ("issuer-ended-list-later", -1, "the list is of yesterday, when nobody vouched for that authority"),
    ] {
        let bad = good.but(change).document(with(&[])?).list("issuing.crl", of_day(day)?);
        bad.indeterminate(ended, "signature_with_time.revocation_signer_valid").add(&format!("existence/{file}"), files)?;
    }
    Ok(())
}

/// What was registered was registered with the timestamps on its signatures, whose authorities may end.
fn stamped(shared: &Shared, files: &mut Files) -> Outcome {
    let signer = leaf(shared, |template| template)?;
    let document = |until: i64| -> Outcome<Vec<u8>> {
        let authority = authority(&shared.issuing, "Own Timestamping", -400, until)?;
        let value = token(&authority, at(-23));
        let life = Life::signed(shared, &signer, at(-23), None, Some(&value))?;
        Ok(life.stored(&[], &[of_that_time(&shared.issuing, -23)?], &[]).file)
    };
    let what = "stamped, revoked two days later, registered a day after that; the certificate of the timestamp's authority ended since";
    let revoked = shared.issuing.revocation_list(&list().with(&signer.serial, at(-21), Some(1)))?;
    let case = Case::passing(what, "EN 319 102-1 §5.5.2, §5.6.2.4", document(-5)?).existence(registered()).list("issuing.crl", revoked);
    let good = case.add("existence/stamped", files)?;
    let bad = good.but("it was not registered").existence(None);
    bad.indeterminate("REVOKED_NO_POE", "revocation.not_revoked").add("existence/stamped-not-registered", files)?;
    let bad = good.but("that certificate had ended when it was registered").document(document(-22)?);
    bad.indeterminate("REVOKED_NO_POE", "signature_with_time.revoked_after").add("existence/stamped-ended-before", files)?;
    Ok(())
}

/// Revoked since, and before.
fn revoked(shared: &Shared, files: &mut Files) -> Outcome {
    let after = "signature_with_time.revoked_after";
    let clause = "EN 319 102-1 §5.5.4 (4)(a)";
    let document = signed(shared, |template| template)?;
    let serial = &leaf(shared, |template| template)?.serial;
    let of = |time, reason| shared.issuing.revocation_list(&list().with(serial, time, Some(reason)));
    let cases = |name: &str, reason, change: &str, files: &mut Files| -> Outcome<Good> {
        let what = format!("{change} five days ago, and the document was registered before");
        let case = Case::passing(what, clause, document.clone()).existence(registered()).list("issuing.crl", of(at(-5), reason)?);
        case.add(&format!("existence/{name}-since"), files)
    };
    let good = cases("revoked", 1, "the signer's certificate was revoked for key compromise", files)?;
    let bad = good.but("it was revoked before").list("issuing.crl", of(at(-30), 1)?);
    bad.indeterminate("REVOKED_NO_POE", after).add("existence/revoked-before", files)?;
    let bad = good.but("it was registered in the very second in which it was revoked").existence(Some(at(-5)));
    bad.indeterminate("REVOKED_NO_POE", after).add("existence/revoked-then", files)?;
    let bad = good.but("it was not registered").existence(None).by("EN 319 102-1 §5.2.6.4 (4)");
    let bad = bad.indeterminate("REVOKED_NO_POE", "revocation.not_revoked");
    bad.entry(|entry| entry.if_claimed_time("INDETERMINATE")).add("existence/revoked-not-registered", files)?;

    // The holder of the key may have chosen that date.
    let with = |day: i64| {
        let date = value(0x18, at(day).to_generalized_time().as_bytes());
        let extensions = vec![Extension::new(ObjectIdentifier::new_unwrap("2.5.29.24"), false, date)];
        let entry = Revoked { serial: serial.clone(), time: at(-5), reason: Some(1), extensions };
        shared.issuing.revocation_list(&list().with_entry(entry))
    };
    let told = good.but("its entry names a date of invalidity before the day of the register").by("RFC 5280 §5.3.2");
    let told = told.list("issuing.crl", with(-30)?).entry(|entry| entry.tolerates("crl_processing.valid_until_revoked"));
    told.add("existence/revoked-since-invalid-before", files)?;
    let same = good.but("its entry names the same day as that of its invalidity").by("RFC 5280 §5.3.2").list("issuing.crl", with(-5)?);
    same.add("existence/revoked-since-invalid-since", files)?;

    let good = cases("superseded", 4, "the signer's certificate was revoked, being superseded,", files)?;
    // Nobody has the key who should not: the claimed time may be believed on a condition.
    let bad = good.but("it was not registered").existence(None).by("EN 319 102-1 §5.5.2 NOTE 1");
    let bad = bad.indeterminate("REVOKED_NO_POE", "revocation.not_revoked");
    bad.entry(|entry| entry.if_claimed_time("TOTAL-PASSED")).add("existence/superseded-not-registered", files)?;
    let good = cases("hold", 6, "the signer's certificate was put on hold", files)?;
    let bad = good.but("it was put on hold before").list("issuing.crl", of(at(-30), 6)?);
    bad.indeterminate("TRY_LATER", after).add("existence/hold-before", files)?;

    let of_root = |time, reason| shared.root.revocation_list(&list().with(&shared.issuing.serial, time, Some(reason)));
    let what =
        "the certificate of the issuing authority was revoked five days ago, being superseded, and the document was registered before";
    let case = Case::passing(what, "EN 319 102-1 §5.5.4 (4)(b)", document.clone()).existence(registered());
    let good = case.list("root.crl", of_root(at(-5), 4)?).add("existence/issuer-revoked-since", files)?;
    let bad = good.but("that was revoked before").list("root.crl", of_root(at(-30), 4)?);
    bad.indeterminate("REVOKED_CA_NO_POE", after).add("existence/issuer-revoked-before", files)?;
    let bad = good.but("it was compromised, and its list is of after that").list("root.crl", of_root(at(-5), 2)?);
    let check = "signature_with_time.told_before_revocation";
    bad.indeterminate("REVOKED_CA_NO_POE", check).add("existence/issuer-compromised-since", files)?;
    Ok(())
}

/// Not valid yet when it was registered.
fn begun(shared: &Shared, files: &mut Files) -> Outcome {
    let begins = |begin| -> Outcome<Vec<u8>> {
        let leaf = leaf(shared, |template| Template { not_before: begin, ..template })?;
        signed_at(at(-15), &leaf, &[&shared.issuing])
    };
    let what = "the document was registered on the day on which the signer's certificate begins";
    let case = Case::passing(what, "EN 319 102-1 §5.5.4 (4)(c)", begins(at(-20))?).existence(registered());
    let good = case.add("existence/begun", files)?;
    let bad = good.but("the certificate begins a second later").document(begins(at(-20).plus_seconds(1))?);
    bad.fails("NOT_YET_VALID", "signature_with_time.not_before_validity").add("existence/not-begun", files)?;
    good.but("the time of the register is after the validation time")
        .existence(Some(time().plus_seconds(1)))
        .add("existence/later", files)?;
    let issuer = issuing(shared, |template| Template { not_before: at(-19), ..template })?;
    let leaf = leaf(shared, |template| Template { not_before: at(-20), ..template })?;
    let document = signed_at(at(-15), &leaf, &[&issuer])?;
    let bad = good.but("the certificate of the issuing authority begins a day later").document(document);
    let check = "signature_with_time.issuer_within_validity";
    bad.indeterminate("OUT_OF_BOUNDS_NO_POE", check).add("existence/issuer-not-begun", files)?;
    Ok(())
}

/// EN 319 102-1 §5.5.4 (6): what is stale at the validation time may be fresh at the time of the register.
fn fresh(shared: &Shared, files: &mut Files) -> Outcome {
    let document = signed(shared, |template| template)?;
    let make = |authority: &kyso::testkit::Entity, from, to| authority.revocation_list(&RevocationList::new(at(from), at(to)));
    let strict = json!({ "id": "strict", "freshness": "required" });
    let what =
        "the policy insists on fresh lists, and the one given was replaced ten days ago; the document was registered before it was issued";
    let case = Case::passing(what, "EN 319 102-1 §5.5.4 (6)", document).existence(registered()).policy(strict);
    let good = case.list("issuing.crl", make(&shared.issuing, -17, -10)?).add("existence/list-later", files)?;
    let bad = good
        .but("the list is older, and was replaced before the day of the register")
        .list("issuing.crl", make(&shared.issuing, -37, -30)?);
    bad.indeterminate("TRY_LATER", "signature_with_time.revocation_fresh").add("existence/list-stale", files)?;
    Ok(())
}
