//! Group `lists`: deltas, which say what has changed since a complete list (RFC 5280 §5.2.4).

use const_oid::ObjectIdentifier;
use kyso::crypto::{DigestAlgorithm, SignatureAlgorithm};
use kyso::encoding::der::write::null;
use kyso::testkit::distribution::{IssuingDistributionPoint, delta_crl_indicator, issuing_distribution_point};
use kyso::testkit::{Extension, Fault, RevocationList, Template};
use serde_json::json;

use crate::case::{Case, Good};
use crate::certificates::{leaf, signed, signed_at};
use crate::lists::REVOKED;
use crate::revocation::list;
use crate::shared::{Shared, at, name, time};
use crate::{Files, Outcome};

const FITS: &str = "delta_crl.fits";
/// `removeFromCRL`
const REMOVED: Option<u8> = Some(8);
const HOLD: Option<u8> = Some(6);

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let deltas = Deltas { shared, signer: &shared.signatories["p256"].serial };
    let document = signed(&shared.signatories["p256"], &[&shared.issuing])?;
    let what = "a complete list of the issuing authority and its delta, both without the signer's certificate";
    let case = Case::passing(what, "RFC 5280 §6.3.3 (c)", document.clone()).list("issuing.crl", deltas.make(complete())?);
    let good = case.evidence("delta.crl", deltas.make(delta().with(&[1, 2, 3], at(-5), Some(1)))?).add("lists/delta", files)?;
    deltas.adds(&good, files)?;
    let what = "the signer's certificate is on hold by the complete list of its issuer, and not any more by the delta";
    let hold = complete().with(deltas.signer, at(-5), HOLD);
    let case = Case::passing(what, "RFC 5280 §6.3.3 (k)", document).list("issuing.crl", deltas.make(hold)?);
    let good = case.evidence("delta.crl", deltas.make(delta().with(deltas.signer, at(-5), REMOVED))?).add("lists/delta-removes", files)?;
    deltas.unfit(&good, files)?;
    deltas.unusable(&good, files)?;
    deltas.fresh(files)?;
    deltas.ended(files)
}

/// Number 5, of two hours ago.
fn complete() -> RevocationList {
    RevocationList { number: Some(5), this_update: time().plus_seconds(-7200), ..list() }
}

/// Number 6, of an hour ago: what has changed since number 5.
fn delta() -> RevocationList {
    RevocationList { number: Some(6), extensions: vec![delta_crl_indicator(5)], ..list() }
}

struct Deltas<'a> {
    shared: &'a Shared,
    signer: &'a [u8],
}

impl Deltas<'_> {
    fn make(&self, list: RevocationList) -> Outcome<Vec<u8>> {
        Ok(self.shared.issuing.revocation_list(&list)?)
    }

    fn adds(&self, good: &Good, files: &mut Files) -> Outcome {
        let with = |list: RevocationList, reason| self.make(list.with(self.signer, at(-5), reason));
        for (file, change, list, octets, sub_indication) in [
            ("delta-adds", "the delta has it", "delta.crl", with(delta(), Some(1))?, "REVOKED_NO_POE"),
            ("delta-holds", "the delta has it on hold", "delta.crl", with(delta(), HOLD)?, "TRY_LATER"),
            ("delta-silent", "the complete list has it", "issuing.crl", with(complete(), Some(1))?, "REVOKED_NO_POE"),
        ] {
            let bad = good.but(change).list(list, octets).indeterminate(sub_indication, REVOKED);
            bad.add(&format!("lists/{file}"), files)?;
        }
        // §5.3.1: in a complete list nothing is removed, so that who stands there is revoked.
        let bad = good.but("the complete list has it as removed").by("RFC 5280 §5.3.1").list("issuing.crl", with(complete(), REMOVED)?);
        bad.indeterminate("REVOKED_NO_POE", REVOKED).add("lists/complete-removes", files)?;
        good.but("the delta has it as removed").list("delta.crl", with(delta(), REMOVED)?).add("lists/delta-removes-nothing", files)?;
        Ok(())
    }

    /// §5.2.4: when a delta may be combined with a complete list.
    fn unfit(&self, good: &Good, files: &mut Files) -> Outcome {
        let bad = good.but("the delta is missing").without("delta.crl").indeterminate("TRY_LATER", REVOKED);
        bad.add("lists/delta-missing", files)?;
        let compromised = self.make(complete().with(self.signer, at(-5), Some(1)))?;
        let bad = good.but("it is not on hold, but revoked for key compromise").by("RFC 5280 §5.3.1").list("issuing.crl", compromised);
        bad.indeterminate("REVOKED_NO_POE", REVOKED).add("lists/delta-removes-compromised", files)?;
        let users = IssuingDistributionPoint { only_user_certificates: true, ..IssuingDistributionPoint::default() };
        let numbered = |number, base| RevocationList { number, extensions: vec![delta_crl_indicator(base)], ..delta() };
        let scoped = vec![delta_crl_indicator(5), issuing_distribution_point(&users)];
        for (file, change, list) in [
            ("delta-later-base", "the delta continues a later list, number 6", numbered(Some(7), 6)),
            ("delta-same-number", "the delta has the number of the complete list", numbered(Some(5), 4)),
            ("delta-older", "the delta has a number before that of the complete list", numbered(Some(4), 3)),
            ("delta-no-number", "the delta has no number", numbered(None, 5)),
            ("delta-other-scope", "the delta is of end entities alone", RevocationList { extensions: scoped, ..delta() }),
        ] {
            let bad = good.but(change).by("RFC 5280 §5.2.4").list("delta.crl", self.make(list.with(self.signer, at(-5), REMOVED))?);
            bad.indeterminate("TRY_LATER", REVOKED).because(FITS).add(&format!("lists/{file}"), files)?;
        }
        good.but("the delta continues an earlier list, number 4, too")
            .by("RFC 5280 §5.2.4")
            .list("delta.crl", self.make(numbered(Some(6), 4).with(self.signer, at(-5), REMOVED))?)
            .add("lists/delta-earlier-base", files)?;
        Ok(())
    }

    /// Deltas that say nothing because of what they are.
    fn unusable(&self, good: &Good, files: &mut Files) -> Outcome {
        let removes = |list: RevocationList| list.with(self.signer, at(-5), REMOVED);
        let mut bad = |file: &str, change: &str, clause, check, octets: Vec<u8>| -> Outcome {
            let bad = good.but(change).by(clause).list("delta.crl", octets).indeterminate("TRY_LATER", REVOKED);
            bad.because(check).add(&format!("lists/{file}"), files)?;
            Ok(())
        };
        let altered = self.make(RevocationList { fault: Some(Fault::SignatureAltered), ..removes(delta()) })?;
        let change = "the signature of the delta is altered by one bit";
        bad("delta-altered", change, "RFC 5280 §6.3.3 (h)", "delta_crl.signature_valid", altered)?;
        let forged = RevocationList { issuer: Some(name("Test Issuing")), ..removes(delta()) };
        let change = "another authority has signed the delta in the issuer's name, and names its own key";
        bad("delta-forged", change, "RFC 5280 §6.3.3 (c)(3)", FITS, self.shared.other_root.revocation_list(&forged)?)?;
        let sha1 = RevocationList { algorithm: Some(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha1)), ..removes(delta()) };
        let check = "crl_processing.algorithm_reliable";
        bad("delta-with-sha-1", "the delta is signed with SHA-1", "EN 319 102-1 §5.2.6.4 (5)", check, self.make(sha1)?)?;
        let later = RevocationList { this_update: time().plus_seconds(1), ..removes(delta()) };
        let change = "the delta was issued after the validation time";
        bad("delta-later", change, "EN 319 102-1 §5.2.5.4", "crl_processing.issued_in_time", self.make(later)?)?;
        let unknown = Extension::new(ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.7"), true, null());
        let unknown = RevocationList { extensions: vec![delta_crl_indicator(5), unknown], ..removes(delta()) };
        let change = "the delta has a critical extension that nobody knows";
        let check = "crl_processing.critical_extensions_processed";
        bad("delta-critical-unknown", change, "RFC 5280 §5.2", check, self.make(unknown)?)
    }

    /// A delta is as new as itself.
    fn fresh(&self, files: &mut Files) -> Outcome {
        let stale = RevocationList { this_update: at(-9), next_update: Some(at(-2)), ..complete() };
        let document = signed(&self.shared.signatories["p256"], &[&self.shared.issuing])?;
        let what = "the complete list should have been replaced two days ago, its delta is of an hour ago, and the policy insists";
        let strict = json!({ "id": "strict", "freshness": "required" });
        let case = Case::passing(what, "RFC 5280 §6.3.3 (c)", document).policy(strict).list("issuing.crl", self.make(stale)?);
        let good = case.evidence("delta.crl", self.make(delta())?).add("lists/delta-fresh", files)?;
        let bad = good.but("the delta is missing").by("EN 319 102-1 §5.2.5.4").without("delta.crl");
        bad.indeterminate("TRY_LATER", "revocation.fresh").add("lists/delta-fresh-missing", files)?;
        Ok(())
    }

    /// §5.3.1: who has expired is removed, too. That says nothing of the time before.
    fn ended(&self, files: &mut Files) -> Outcome {
        let ended = leaf(self.shared, |template| Template { not_after: at(-10), ..template })?;
        let old = || RevocationList { this_update: at(-11), next_update: Some(at(-4)), ..complete() };
        let what = "the signer's certificate has ended, the signature is in the register of an earlier day, the complete list is of the day \
                    before the end, and a delta of today removes the certificate";
        let document = signed_at(at(-20), &ended, &[&self.shared.issuing])?;
        let case = Case::passing(what, "RFC 5280 §5.3.1", document).existence(Some(at(-15))).list("issuing.crl", self.make(old())?);
        let removes = delta().with(&ended.serial, at(-16), REMOVED);
        let good = case.evidence("delta.crl", self.make(removes)?).add("lists/delta-ended", files)?;
        let hold = self.make(old().with(&ended.serial, at(-16), HOLD))?;
        let bad = good.but("that one has it on hold since before the day of the register").list("issuing.crl", hold);
        bad.indeterminate("TRY_LATER", "signature_with_time.revoked_after").add("lists/delta-ended-on-hold", files)?;
        Ok(())
    }
}
