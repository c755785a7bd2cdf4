//! Group `ocsp`: OCSP responses, who may make them, and what they say.

use const_oid::ObjectIdentifier;
use kyso::Time;
use kyso::context::Purpose as TrustedFor;
use kyso::crypto::{DigestAlgorithm, SignatureAlgorithm};
use kyso::encoding::der::write::null;
use kyso::testkit::distribution::{IssuingDistributionPoint, PointName, issuing_distribution_point};
use kyso::testkit::extension::{EXTENDED_KEY_USAGE, OCSP_NO_CHECK, crl_distribution_point, extended_key_usage, key_usage};
use kyso::testkit::ocsp_response::{CertificateStatus, ResponderId, archive_cutoff, certificate_hash, nonce};
use kyso::testkit::{Entity, Extension, Fault, KeyUsage, Name, OcspResponse, Purpose, RevocationList, SingleResponse, Template};
use serde_json::json;

use crate::case::{Case, Good, INDETERMINATE};
use crate::certificates::{GENERAL, leaf, signed, signed_at};
use crate::revocation::list;
use crate::shared::{Shared, at, key_of, name, time};
use crate::trust_stores::{of, trusting};
use crate::{Files, Outcome};

const KNOWN: &str = "revocation.status_known";
const REVOKED: &str = "revocation.not_revoked";
const FOUND: &str = "ocsp_responder.found";
const AUTHORISED: &str = "ocsp_responder.authorised";
const VALID: &str = "ocsp_responder.signature_valid";
const IN_TIME: &str = "ocsp_acceptance.issued_in_time";
/// The file of the response in the place of the issuing authority's list.
const FILE: &str = "issuing.ocsp";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let group = Group { shared, document: signed(&shared.signatories["p256"], &[&shared.issuing])? };
    let what = "the issuing authority itself answers that the signer's certificate is good, and there is no list of it";
    let good = group.passing(what, "RFC 6960 §4.2.2.2", &group.own()?).add("ocsp/issuer", files)?;
    group.forms(&good, files)?;
    group.identified(&good, files)?;
    group.statuses(&good, files)?;
    group.dates(&good, files)?;
    group.extensions(&good, files)?;
    group.signature(&good, files)?;
    group.of_issuer(&good, files)?;
    group.beside_lists(&good, files)?;
    group.ended(files)?;
    let what = "a responder that the issuing authority delegated answers that the signer's certificate is good";
    let good = group.passing(what, "RFC 6960 §4.2.2.2", &group.by(&shared.ocsp_responder)?).add("ocsp/delegated", files)?;
    group.delegates(&good, files)?;
    group.delegated_by_another(&good, files)?;
    group.validity_of_delegates(&good, files)?;
    group.status_of_delegates(files)?;
    group.trusted(files)
}

struct Group<'a> {
    shared: &'a Shared,
    document: Vec<u8>,
}

impl Group<'_> {
    fn passing(&self, what: &str, clause: &'static str, response: &[u8]) -> Case {
        Case::passing(what, clause, self.document.clone()).without("issuing.crl").evidence(FILE, response.to_vec())
    }

    /// That the signer's certificate is good: an hour old, until next week.
    fn single(&self) -> SingleResponse {
        SingleResponse::good(&self.shared.issuing, &self.shared.signatories["p256"].serial, time().plus_seconds(-3600), at(7))
    }

    fn response(&self) -> OcspResponse {
        OcspResponse::new(self.single())
    }

    fn own(&self) -> Outcome<Vec<u8>> {
        Ok(self.shared.issuing.ocsp_response(&self.response())?)
    }

    /// The same by a responder, whose certificate is in the response.
    fn by(&self, responder: &Entity) -> Outcome<Vec<u8>> {
        Ok(responder.ocsp_response(&self.response().with_certificate(responder))?)
    }

    /// The responder that the issuing authority delegated, as `edit` leaves its certificate.
    fn delegate(&self, edit: impl FnOnce(Template) -> Template) -> Outcome<Entity> {
        let template = edit(Template::ocsp_responder(name("Test OCSP"), at(-400), at(1200)));
        Ok(self.shared.issuing.issue(&template, self.shared.ocsp_responder.key.clone())?)
    }

    /// The issuing authority's own response, as `edit` leaves what it says.
    fn saying(&self, edit: impl FnOnce(&mut SingleResponse)) -> Outcome<Vec<u8>> {
        let mut single = self.single();
        edit(&mut single);
        Ok(self.shared.issuing.ocsp_response(&OcspResponse::new(single))?)
    }

    /// The issuing authority's own response, as `edit` leaves the whole of it.
    fn whole(&self, edit: impl FnOnce(&mut OcspResponse)) -> Outcome<Vec<u8>> {
        let mut response = self.response();
        edit(&mut response);
        Ok(self.shared.issuing.ocsp_response(&response)?)
    }

    /// Other forms of the same response.
    fn forms(&self, good: &Good, files: &mut Files) -> Outcome {
        let mut fine = |file: &str, change: &str, clause, octets: Vec<u8>| -> Outcome {
            good.but(change).by(clause).list(FILE, octets).add(&format!("ocsp/{file}"), files)?;
            Ok(())
        };
        let by_name = self.whole(|response| response.responder = ResponderId::Name)?;
        fine("by-name", "it names itself by name, not by key", "RFC 6960 §4.2.2.3", by_name)?;
        let sha_256 = self.saying(|single| single.digest = DigestAlgorithm::Sha256)?;
        fine("id-sha-256", "the certificate is identified by SHA-256", "RFC 6960 §4.1.1", sha_256)?;
        let with_nonce = self.whole(|response| response.extensions.push(nonce(b"0123456789abcdef")))?;
        fine("nonce", "the response has the nonce of its request", "RFC 6960 §4.4.1", with_nonce)?;
        let basic = self.shared.issuing.basic_ocsp_response(&self.response())?;
        fine("basic", "the basic response stands alone", "RFC 6960 §4.2.1", basic)?;
        let elsewhere = SingleResponse { issuer_key: self.shared.other_root.key.clone(), ..self.single() };
        let revoked = SingleResponse { status: CertificateStatus::Revoked(at(-5), Some(1)), ..elsewhere };
        let second = self.whole(|response| response.responses.insert(0, revoked))?;
        let change = "a certificate of another authority with the same serial number is revoked in the same response";
        fine("second-answer", change, "RFC 6960 §3.2 (1)", second)?;
        let revoked = SingleResponse { status: CertificateStatus::Revoked(at(-5), Some(1)), ..self.single() };
        let both = self.whole(|response| response.responses.push(revoked))?;
        let bad = good.but("it says after that that the certificate is revoked").by("RFC 6960 §2.2").list(FILE, both);
        bad.indeterminate("REVOKED_NO_POE", "revocation.not_revoked").add("ocsp/answered-twice", files)?;
        Ok(())
    }

    /// RFC 6960 §3.2 (1): of which certificate it speaks, and (3): by whom.
    fn identified(&self, good: &Good, files: &mut Files) -> Outcome {
        let mut bad = |file: &str, change: &str, check, octets: Vec<u8>| -> Outcome {
            let case = good.but(change).by("RFC 6960 §3.2 (1)").list(FILE, octets).indeterminate(GENERAL, KNOWN);
            let case = if check == KNOWN { case } else { case.because(check) };
            case.add(&format!("ocsp/{file}"), files)?;
            Ok(())
        };
        let check = "ocsp_acceptance.certificate_identified";
        let other_key = self.saying(|single| single.issuer_key = self.shared.other_root.key.clone())?;
        bad("other-issuer-key", "the key of the certificate's issuer is another one", check, other_key)?;
        let other_name = self.saying(|single| single.issuer_name = name("Test Other"))?;
        bad("other-issuer-name", "the name of the certificate's issuer is another one", check, other_name)?;
        let other = self.saying(|single| single.serial = vec![1, 2, 3])?;
        bad("other-serial", "the serial number is another one", KNOWN, other)?;
        let mut bad = |file: &str, change: &str, responder| -> Outcome {
            let octets = self.whole(|response| response.responder = responder)?;
            let case = good.but(change).by("RFC 6960 §3.2 (3)").list(FILE, octets);
            case.indeterminate(GENERAL, KNOWN).because(FOUND).add(&format!("ocsp/{file}"), files)?;
            Ok(())
        };
        let other = self.shared.other_root.key.identifier();
        bad("other-responder-key", "the key by which it names itself is another one", ResponderId::OtherKey(other))?;
        bad("other-responder-name", "the name by which it names itself is another one", ResponderId::OtherName(name("Test Other")))
    }

    /// RFC 6960 §2.2
    fn statuses(&self, good: &Good, files: &mut Files) -> Outcome {
        let saying = |status| self.saying(|single| single.status = status);
        let clause = "RFC 6960 §2.2";
        for (file, reason, change) in [
            ("key-compromise", Some(1), "it is revoked for key compromise"),
            ("superseded", Some(4), "it is revoked, being superseded"),
            ("no-reason", None, "it is revoked without a reason"),
        ] {
            let octets = saying(CertificateStatus::Revoked(at(-5), reason))?;
            let bad = good.but(change).by(clause).list(FILE, octets).indeterminate("REVOKED_NO_POE", REVOKED);
            bad.entry(|entry| entry.if_claimed_time(INDETERMINATE)).add(&format!("ocsp/{file}"), files)?;
        }
        let bad = good.but("it is on hold").by(clause).list(FILE, saying(CertificateStatus::Revoked(at(-5), Some(6)))?);
        bad.indeterminate("TRY_LATER", REVOKED).add("ocsp/hold", files)?;
        let bad = good.but("it does not know the certificate").by(clause).list(FILE, saying(CertificateStatus::Unknown)?);
        bad.indeterminate(GENERAL, KNOWN).because("ocsp_acceptance.status_told").add("ocsp/unknown", files)?;
        Ok(())
    }

    /// RFC 6960 §2.4, §3.2 (5), (6)
    fn dates(&self, good: &Good, files: &mut Files) -> Outcome {
        let mut bad = |file: &str, change: &str, clause, octets: Vec<u8>| -> Outcome {
            let case = good.but(change).by(clause).list(FILE, octets);
            case.indeterminate(GENERAL, KNOWN).because(IN_TIME).add(&format!("ocsp/{file}"), files)?;
            Ok(())
        };
        let clause = "RFC 6960 §3.2 (5)";
        let later = time().plus_seconds(1);
        let future = self.saying(|single| single.this_update = later)?;
        bad("later", "it is of a second after the validation time", clause, future)?;
        let produced = self.whole(|response| response.produced_at = later)?;
        bad("produced-later", "it was made a second after the validation time", clause, produced)?;
        let before = self.saying(|single| single.this_update = at(-401))?;
        bad("before-certificate", "it is of a day before the signer's certificate", "EN 319 102-1 §5.2.5.4", before)?;
        let backwards = self.saying(|single| single.next_update = Some(time().plus_seconds(-7200)))?;
        bad("backwards", "newer information was to come before its own time", "RFC 6960 §2.4", backwards)?;

        let clause = "EN 319 102-1 §5.2.5.4";
        let fresh = "revocation.fresh";
        let strict = || json!({ "id": "strict", "freshness": "required" });
        let stale = self.saying(|single| (single.this_update, single.next_update) = (at(-9), Some(at(-2))))?;
        let listed = good.but("newer information was to come two days ago").by(clause).list(FILE, stale.clone());
        listed.entry(|entry| entry.tolerates(fresh)).add("ocsp/stale", files)?;
        let bad = good.but("newer information was to come two days ago, and the policy insists").by(clause).list(FILE, stale);
        bad.policy(strict()).indeterminate("TRY_LATER", fresh).add("ocsp/stale-strict", files)?;
        good.but("the policy insists on fresh information").by(clause).policy(strict()).add("ocsp/fresh-strict", files)?;
        let endless = self.saying(|single| single.next_update = None)?;
        let bad = good.but("it does not say until when it is good, and the policy insists").by(clause).list(FILE, endless);
        bad.policy(strict()).indeterminate("TRY_LATER", fresh).add("ocsp/no-next-update", files)?;
        Ok(())
    }

    /// RFC 6960 §4.4
    fn extensions(&self, good: &Good, files: &mut Files) -> Outcome {
        let unknown = |critical| Extension::new(ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.7"), critical, null());
        let single = |extension: Extension| self.saying(|single| single.extensions.push(extension));
        let clause = "RFC 6960 §4.4";
        let octets = single(unknown(false))?;
        good.but("its answer has an extension that nobody knows").by(clause).list(FILE, octets).add("ocsp/extension-unknown", files)?;
        let octets = self.whole(|response| response.extensions.push(unknown(true)))?;
        for (file, change, octets) in [
            ("critical-unknown", "its answer has a critical extension that nobody knows", single(unknown(true))?),
            ("critical-unknown-of-response", "it has a critical extension that nobody knows", octets),
        ] {
            let bad = good.but(change).by(clause).list(FILE, octets).indeterminate(GENERAL, KNOWN);
            bad.because("ocsp_acceptance.critical_extensions_processed").add(&format!("ocsp/{file}"), files)?;
        }
        let clause = "Common PKI, part 4, §3.1.2";
        let octets = single(certificate_hash(&self.shared.signatories["p256"].certificate))?;
        good.but("it has the digest of the certificate").by(clause).list(FILE, octets).add("ocsp/certificate-hash", files)?;
        let octets = single(certificate_hash(&self.shared.signatories["p384"].certificate))?;
        let bad = good.but("it has the digest of another certificate").by(clause).list(FILE, octets).indeterminate(GENERAL, KNOWN);
        bad.because("ocsp_acceptance.certificate_hash").add("ocsp/certificate-hash-other", files)?;
        Ok(())
    }

    fn signature(&self, good: &Good, files: &mut Files) -> Outcome {
        let octets = self.whole(|response| response.fault = Some(Fault::SignatureAltered))?;
        let bad = good.but("its signature is altered by one bit").by("RFC 6960 §3.2 (2)").list(FILE, octets);
        bad.indeterminate(GENERAL, KNOWN).because(VALID).add("ocsp/altered", files)?;
        let forged = OcspResponse { responder: ResponderId::OtherName(name("Test Issuing")), ..self.response() };
        let forged = self.shared.other_root.ocsp_response(&forged)?;
        let bad = good.but("another authority has signed it in the issuer's name").by("RFC 6960 §3.2 (2)").list(FILE, forged);
        bad.indeterminate(GENERAL, KNOWN).because(VALID).add("ocsp/forged", files)?;
        let sha1 = self.whole(|response| response.algorithm = Some(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha1)))?;
        let bad = good.but("it is signed with SHA-1").by("EN 319 102-1 §5.2.6.4 (5)").list(FILE, sha1);
        bad.indeterminate("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "ocsp_acceptance.algorithm_reliable")
            .add("ocsp/signed-with-sha-1", files)?;
        Ok(())
    }

    /// The status of the certificate of the issuing authority, by the anchor's key.
    fn of_issuer(&self, good: &Good, files: &mut Files) -> Outcome {
        let (root, issuing) = (&self.shared.root, &self.shared.issuing);
        let saying = |status| -> Outcome<Vec<u8>> {
            let single = SingleResponse::good(root, &issuing.serial, time().plus_seconds(-3600), at(7));
            Ok(root.ocsp_response(&OcspResponse::new(SingleResponse { status, ..single }))?)
        };
        let case = |change: &str, octets| good.but(change).without("root.crl").evidence("root.ocsp", octets);
        case("the anchor answers too, in the place of its list", saying(CertificateStatus::Good)?).add("ocsp/of-issuer", files)?;
        let bad = case("the anchor answers that the issuing authority's is revoked", saying(CertificateStatus::Revoked(at(-5), Some(2)))?);
        bad.indeterminate("REVOKED_CA_NO_POE", REVOKED).add("ocsp/of-issuer-revoked", files)?;
        Ok(())
    }

    /// EN 319 102-1 §5.2.6.4 (4): the latest one that can be used counts, whatever its kind.
    fn beside_lists(&self, good: &Good, files: &mut Files) -> Outcome {
        let signer = &self.shared.signatories["p256"].serial;
        let of = |hours: i64, reason: Option<u8>| -> Outcome<Vec<u8>> {
            let list = RevocationList::new(time().plus_seconds(-3600 * hours), at(7));
            let list = if reason.is_some() { list.with(signer, at(-5), reason) } else { list };
            Ok(self.shared.issuing.revocation_list(&list)?)
        };
        let clause = "EN 319 102-1 §5.2.6.4 (4)";
        let case = |change: &str| good.but(change).by(clause);
        case("an older list has it on hold").evidence("older.crl", of(2, Some(6))?).add("ocsp/older-list", files)?;
        let bad = case("a newer list has it on hold").evidence("newer.crl", of(0, Some(6))?);
        bad.indeterminate("TRY_LATER", REVOKED).add("ocsp/newer-list", files)?;
        let hold = self.saying(|single| single.status = CertificateStatus::Revoked(at(-5), Some(6)))?;
        let ended = case("it answers that the certificate is on hold, and a newer list has it not any more").list(FILE, hold.clone());
        ended.evidence("newer.crl", of(0, None)?).add("ocsp/hold-ended", files)?;
        let bad = case("it answers that the certificate is on hold, and an older list has it not yet").list(FILE, hold);
        bad.evidence("older.crl", of(2, None)?).indeterminate("TRY_LATER", REVOKED).add("ocsp/hold-begun", files)?;
        let forged = self.whole(|response| response.fault = Some(Fault::SignatureAltered))?;
        let older = case("its signature is altered by one bit, and an older list speaks of the certificate too").list(FILE, forged);
        older.evidence("older.crl", of(2, None)?).because(VALID).add("ocsp/altered-older-list", files)?;
        Ok(())
    }

    /// RFC 6960 §4.4.4: whether a responder still knows certificates that have ended.
    fn ended(&self, files: &mut Files) -> Outcome {
        let ended = leaf(self.shared, |template| Template { not_after: at(-10), ..template })?;
        let document = signed_at(at(-20), &ended, &[&self.shared.issuing])?;
        let saying = |extension: Option<Extension>| -> Outcome<Vec<u8>> {
            let mut single = SingleResponse::good(&self.shared.issuing, &ended.serial, time().plus_seconds(-3600), at(7));
            single.extensions.extend(extension);
            Ok(self.shared.issuing.ocsp_response(&OcspResponse::new(single))?)
        };
        let what = "the signer's certificate has ended, the signature is in the register of an earlier day, and the responder \
                    still answers for certificates that have ended since";
        let case = Case::passing(what, "RFC 6960 §4.4.4", document).existence(Some(at(-15))).without("issuing.crl");
        let good = case.evidence(FILE, saying(Some(archive_cutoff(at(-10))))?).add("ocsp/ended-archived", files)?;
        for (file, change, extension) in [
            ("ended-cut-off", "it answers for those that ended a second later alone", Some(archive_cutoff(at(-10).plus_seconds(1)))),
            ("ended", "it does not say so", None),
        ] {
            let bad = good.but(change).list(FILE, saying(extension)?).indeterminate(GENERAL, KNOWN);
            bad.because(IN_TIME).add(&format!("ocsp/{file}"), files)?;
        }
        let octets = saying(Some(certificate_hash(&ended.certificate)))?;
        let known = good.but("it does not say so, and has the digest of the certificate").by("Common PKI, part 4, §3.1.2");
        known.list(FILE, octets).add("ocsp/ended-certificate-hash", files)?;
        Ok(())
    }

    /// RFC 6960 §4.2.2.2: what makes a delegate.
    fn delegates(&self, good: &Good, files: &mut Files) -> Outcome {
        let delegate = &self.shared.ocsp_responder;
        let fine = good.but("its certificate is not in the response, but supplied").by("RFC 6960 §4.2.2.3");
        let fine = fine.list(FILE, delegate.ocsp_response(&self.response())?).evidence("responder.cer", delegate.certificate.clone());
        fine.add("ocsp/delegated-supplied", files)?;
        let bad = good.but("its certificate is not in the response, and not supplied").by("RFC 6960 §4.2.2.3");
        let bad = bad.list(FILE, delegate.ocsp_response(&self.response())?).indeterminate(GENERAL, KNOWN);
        bad.because(FOUND).add("ocsp/delegated-unknown", files)?;
        let by_name = OcspResponse { responder: ResponderId::Name, ..self.response().with_certificate(delegate) };
        let fine = good.but("it names itself by name, not by key").by("RFC 6960 §4.2.2.3");
        fine.list(FILE, delegate.ocsp_response(&by_name)?).add("ocsp/delegated-by-name", files)?;

        let usage = "wrap_up.extended_key_usage";
        let purposes = |purposes: &[Purpose]| extended_key_usage(purposes);
        let any = Purpose::Other(ObjectIdentifier::new_unwrap("2.5.29.37.0"));
        let mut bad = |file: &str, change: &str, check, edit: &dyn Fn(Template) -> Template| -> Outcome {
            let bad = good.but(change).list(FILE, self.by(&self.delegate(edit)?)?).indeterminate(GENERAL, KNOWN);
            bad.because(check).add(&format!("ocsp/{file}"), files)?;
            Ok(())
        };
        bad("delegate-no-purpose", "its certificate has no extended key usage", usage, &|t| t.without(EXTENDED_KEY_USAGE))?;
        bad("delegate-any-purpose", "its certificate is for any extended key usage", usage, &|t| t.with(purposes(&[any])))?;
        let change = "its certificate is for timestamping";
        bad("delegate-other-purpose", change, usage, &|t| t.with(purposes(&[Purpose::TimeStamping])))?;
        let encipherment = key_usage(&[KeyUsage::KeyEncipherment]);
        let change = "its key is for encipherment alone";
        bad("delegate-usage", change, "wrap_up.key_usage", &|t| t.with(encipherment.clone()))?;
        let change = "the signature on its certificate is altered by one bit";
        bad("delegate-altered", change, "basic_processing.signature_valid", &|t| t.with_fault(Fault::SignatureAltered))?;
        let unknown = Extension::new(ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.7"), true, null());
        let change = "its certificate has a critical extension that nobody knows";
        bad("delegate-critical-unknown", change, "wrap_up.critical_extensions_processed", &|t| t.with(unknown.clone()))
    }

    /// RFC 6960 §4.2.2.2: "issued directly by the CA that is identified in the request".
    fn delegated_by_another(&self, good: &Good, files: &mut Files) -> Outcome {
        let Shared { root, other_root, ocsp_responder, .. } = self.shared;
        let template = || Template::ocsp_responder(name("Test OCSP"), at(-400), at(1200));
        let issuing = name("Test Issuing");
        let namesake = other_root.issue(&Template { issuer: Some(issuing), ..template() }, ocsp_responder.key.clone())?;
        let bad = good.but("its certificate is of another authority with the issuer's name").list(FILE, self.by(&namesake)?);
        let bad = bad.indeterminate(GENERAL, KNOWN).because("basic_processing.signature_valid");
        bad.add("ocsp/delegated-by-namesake", files)?;
        for (file, change, issuer) in [
            ("delegated-by-anchor", "its certificate is of the trust anchor, above the issuer", root),
            ("delegated-by-other", "its certificate is of an authority that nobody trusts", other_root),
        ] {
            let responder = issuer.issue(&template(), ocsp_responder.key.clone())?;
            let bad = good.but(change).list(FILE, self.by(&responder)?).indeterminate(GENERAL, KNOWN);
            bad.because(AUTHORISED).add(&format!("ocsp/{file}"), files)?;
        }
        let signatory = &self.shared.signatories["p384"];
        let bad = good.but("it is another signatory of the same authority").list(FILE, self.by(signatory)?);
        bad.indeterminate(GENERAL, KNOWN).because("wrap_up.extended_key_usage").add("ocsp/by-signatory", files)?;
        Ok(())
    }

    /// When a delegate's own certificate is valid.
    fn validity_of_delegates(&self, good: &Good, files: &mut Files) -> Outcome {
        // The response is of an hour ago.
        let ago = |seconds: i64| time().plus_seconds(-seconds);
        let during = |from: Time, until: Time| self.delegate(|template| Template { not_before: from, not_after: until, ..template });
        let fine = good.but("its certificate began as it made the response").by("RFC 5280 §4.1.2.5");
        fine.list(FILE, self.by(&during(ago(3600), at(30))?)?).add("ocsp/delegate-begun", files)?;
        for (file, change, from, until) in [
            ("delegate-not-begun", "its certificate began a second after it made the response", ago(3599), at(30)),
            ("delegate-ended", "its certificate had ended a second before it made the response", at(-400), ago(3601)),
        ] {
            let bad = good.but(change).by("RFC 5280 §6.1.3 (a)(2)").list(FILE, self.by(&during(from, until)?)?);
            let bad = bad.indeterminate(GENERAL, KNOWN).because("basic_processing.within_validity");
            bad.add(&format!("ocsp/{file}"), files)?;
        }
        let bad = good.but("its certificate has ended since it made the response").by("EN 319 102-1 §5.2.6.4 (4)");
        let bad = bad.list(FILE, self.by(&during(at(-400), ago(1))?)?);
        let bad = bad.indeterminate("REVOCATION_OUT_OF_BOUNDS_NO_POE", "revocation.signer_within_validity");
        bad.add("ocsp/delegate-ended-since", files)?;
        Ok(())
    }

    /// RFC 6960 §4.2.2.2.1: how one knows that a delegate is not revoked.
    fn status_of_delegates(&self, files: &mut Files) -> Outcome {
        const LIST: &str = "http://pki.kyso.example/responders.crl";
        let delegate = self.delegate(|template| template.without(OCSP_NO_CHECK).with(crl_distribution_point(&[LIST])))?;
        // The list of another distribution point than the signer's: it speaks of the responder alone.
        let point = IssuingDistributionPoint { name: Some(PointName::at(LIST)), ..IssuingDistributionPoint::default() };
        let of_responders = || RevocationList { extensions: vec![issuing_distribution_point(&point)], ..list() };
        let lists = |list: RevocationList| self.shared.issuing.revocation_list(&list);
        let what = "a responder that the issuing authority delegated answers, and a list shows that the responder is not revoked";
        let case = self.passing(what, "RFC 6960 §4.2.2.2.1", &self.by(&delegate)?).evidence("responders.crl", lists(of_responders())?);
        let good = case.add("ocsp/delegate-on-list", files)?;
        let bad = good.but("the list is missing").without("responders.crl").indeterminate(GENERAL, KNOWN).because(KNOWN);
        bad.add("ocsp/delegate-status-unknown", files)?;
        let revoked = lists(of_responders().with(&delegate.serial, at(-5), Some(1)))?;
        let bad = good.but("the list shows that it is").list("responders.crl", revoked).indeterminate(GENERAL, KNOWN).because(REVOKED);
        bad.add("ocsp/delegate-revoked", files)?;

        let circle = "ocsp_responder.not_in_circle";
        let itself = SingleResponse::good(&self.shared.issuing, &delegate.serial, time().plus_seconds(-3600), at(7));
        let mut both = self.response().with_certificate(&delegate);
        both.responses.push(itself);
        let bad = good.but("the list is missing, and the responder answers for itself").without("responders.crl");
        let bad = bad.list(FILE, delegate.ocsp_response(&both)?).indeterminate(GENERAL, KNOWN).because(circle);
        bad.add("ocsp/circle-of-one", files)?;
        let second = Template::ocsp_responder(name("Test OCSP 2"), at(-400), at(1200)).without(OCSP_NO_CHECK);
        let second = self.shared.issuing.issue(&second, key_of("Test OCSP 2")?)?;
        let good_by = |responder: &Entity, serial: &[u8]| {
            let single = SingleResponse::good(&self.shared.issuing, serial, time().plus_seconds(-3600), at(7));
            responder.ocsp_response(&OcspResponse::new(single).with_certificate(responder))
        };
        let bad = good.but("the list is missing, and two responders answer for each other").without("responders.crl");
        let bad = bad.evidence("responder.ocsp", good_by(&second, &delegate.serial)?);
        let bad = bad.evidence("responder-2.ocsp", good_by(&delegate, &second.serial)?);
        bad.indeterminate(GENERAL, KNOWN).because(circle).add("ocsp/circle-of-two", files)?;
        Ok(())
    }

    /// RFC 6960 §4.2.2.2, first of the three: "matches a local configuration of OCSP signing authority".
    fn trusted(&self, files: &mut Files) -> Outcome {
        let template = Template::ocsp_responder(Name::of([(kyso::testkit::name::COMMON_NAME, "Independent OCSP")]), at(-400), at(1200));
        let responder = Entity::self_signed(&template, key_of("Independent OCSP")?)?;
        let root = || of(&self.shared.root);
        let for_ocsp = || -> Outcome<_> { Ok(kyso::context::TrustAnchor { purposes: vec![TrustedFor::OcspSigning], ..of(&responder)? }) };
        let what = "a responder that the relying party trusts for OCSP answers that the signer's certificate is good";
        let good = trusting(self.passing(what, "RFC 6960 §4.2.2.2", &self.by(&responder)?), [root()?, for_ocsp()?])?;
        let good = good.add("ocsp/trusted", files)?;
        let mut bad = |file: &str, change: &str, anchors: Vec<kyso::context::TrustAnchor>| -> Outcome {
            let bad = trusting(good.but(change), anchors)?.indeterminate(GENERAL, KNOWN).because(AUTHORISED);
            bad.add(&format!("ocsp/{file}"), files)?;
            Ok(())
        };
        bad(
            "trusted-no-longer",
            "it was trusted until the validation time",
            vec![root()?, kyso::context::TrustAnchor { sunset: Some(time()), ..for_ocsp()? }],
        )?;
        // Decided for this library: whom one trusts to issue certificates is not meant to answer for those of others.
        bad("trusted-as-authority", "it is trusted as an authority", vec![root()?, of(&responder)?])?;
        bad("not-trusted", "it is not trusted", vec![root()?])
    }
}
