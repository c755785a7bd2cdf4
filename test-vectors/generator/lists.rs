//! Group `lists`: revocation lists that speak of a part, for another, or by another key.

use const_oid::ObjectIdentifier;
use kyso::encoding::der::write::{integer, null, value};
use kyso::testkit::distribution::{
    DistributionPoint, IssuingDistributionPoint, PointName, certificate_issuer, crl_distribution_points, expired_certificates_on_crl,
    issuing_distribution_point,
};
use kyso::testkit::extension::{end_entity, key_usage};
use kyso::testkit::name::COMMON_NAME;
use kyso::testkit::{Entity, Extension, GeneralName, KeyUsage, Name, RevocationList, Revoked, Template};

use crate::case::{Case, Good};
use crate::certificates::{GENERAL, leaf, signed, signed_at};
use crate::revocation::list;
use crate::shared::{Shared, at, key_of, name, time};
use crate::trust_stores::{of, trusting};
use crate::{Files, Outcome};

pub const KNOWN: &str = "revocation.status_known";
pub const REVOKED: &str = "revocation.not_revoked";
const SCOPE: &str = "crl_processing.scope";
const READABLE: &str = "crl_processing.entries_readable";
const CIRCLE: &str = "crl_issuer.not_in_circle";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    entries(shared, files)?;
    reasons(shared, files)?;
    points_by_reason(shared, files)?;
    points(shared, files)?;
    kinds(shared, files)?;
    expired(shared, files)?;
    separate_key(shared, files)?;
    two_separate_keys(shared, files)?;
    let lister = lister(&shared.root, |template| template)?;
    let indirect = Indirect { shared, lister, document: signed(&pointing(shared, &[by_issuer("Test Lists")])?, &[&shared.issuing])? };
    indirect.add(files)?;
    of_itself(shared, files)?;
    crate::deltas::add(shared, files)
}

/// A list of the usual dates with this scope.
pub fn scoped(point: IssuingDistributionPoint) -> RevocationList {
    RevocationList { extensions: vec![issuing_distribution_point(&point)], ..list() }
}

fn named(name: PointName) -> IssuingDistributionPoint {
    IssuingDistributionPoint { name: Some(name), ..IssuingDistributionPoint::default() }
}

/// The certificate of the signer, with these distribution points.
fn pointing(shared: &Shared, points: &[DistributionPoint]) -> Outcome<Entity> {
    leaf(shared, |template| template.with(crl_distribution_points(points)))
}

fn point(name: PointName) -> DistributionPoint {
    DistributionPoint { name: Some(name), ..DistributionPoint::default() }
}

/// The list of this issuer, wherever it is.
fn by_issuer(common_name: &str) -> DistributionPoint {
    DistributionPoint { crl_issuer: vec![GeneralName::Directory(name(common_name))], ..DistributionPoint::default() }
}

/// One who signs lists and nothing else.
fn lister(issuer: &Entity, edit: impl FnOnce(Template) -> Template) -> Outcome<Entity> {
    let template = Template::new(name("Test Lists"), at(-700), at(2000)).with(end_entity()).with(key_usage(&[KeyUsage::CrlSign]));
    Ok(issuer.issue(&edit(template), key_of("Test Lists")?)?)
}

fn unknown(critical: bool) -> Extension {
    Extension::new(ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.7"), critical, null())
}

fn entry(serial: &[u8], extensions: Vec<Extension>) -> Revoked {
    Revoked { serial: serial.to_vec(), time: at(-5), reason: Some(1), extensions }
}

/// RFC 5280 §5.3: entries that nobody can read or understand.
fn entries(shared: &Shared, files: &mut Files) -> Outcome {
    let make = |list: RevocationList| shared.issuing.revocation_list(&list);
    let other = [1, 2, 3];
    let document = signed(&shared.signatories["p256"], &[&shared.issuing])?;
    let case = Case::passing("the list of the issuing authority has another certificate", "RFC 5280 §6.3.3 (j)", document);
    let good = case.list("issuing.crl", make(list().with_entry(entry(&other, Vec::new())))?).add("lists/another", files)?;
    let date = value(0x18, at(-6).to_generalized_time().as_bytes());
    let invalid_since = Extension::new(ObjectIdentifier::new_unwrap("2.5.29.24"), true, date);
    for (file, change, extension) in [
        ("entry-unknown", "whose entry has an extension that nobody knows", unknown(false)),
        ("entry-invalid-since", "whose entry has a critical date of invalidity", invalid_since),
    ] {
        let list = make(list().with_entry(entry(&other, vec![extension])))?;
        good.but(change).by("RFC 5280 §5.3").list("issuing.crl", list).add(&format!("lists/{file}"), files)?;
    }
    let mut bad = |file: &str, change: &str, clause, check, list: RevocationList| -> Outcome {
        let case = good.but(change).by(clause).list("issuing.crl", make(list)?).indeterminate(GENERAL, KNOWN).because(check);
        case.add(&format!("lists/{file}"), files)?;
        Ok(())
    };
    let change = "whose entry has a critical extension that nobody knows";
    let list_with = |extension| list().with_entry(entry(&other, vec![extension]));
    let critical = "crl_processing.critical_extensions_processed";
    bad("entry-critical-unknown", change, "RFC 5280 §5.3", critical, list_with(unknown(true)))?;
    let change = "and in front of it a number that is no entry";
    let list = RevocationList { no_entries: vec![integer(5)], ..list_with(unknown(false)) };
    bad("entry-unreadable", change, "RFC 5280 §5.1.2.6", READABLE, list)
}

/// Key compromise, of an authority too; and all other reasons (`ReasonFlags`).
const COMPROMISE: [u8; 2] = [1, 2];
const OTHERWISE: [u8; 6] = [3, 4, 5, 6, 7, 8];

fn of_reasons(reasons: &[u8]) -> RevocationList {
    scoped(IssuingDistributionPoint { only_some_reasons: Some(reasons.to_vec()), ..IssuingDistributionPoint::default() })
}

/// RFC 5280 §5.2.5, §6.3.3 (d), (e), (l): lists that know some reasons each.
fn reasons(shared: &Shared, files: &mut Files) -> Outcome {
    let make = |list: RevocationList| shared.issuing.revocation_list(&list);
    let signer = &shared.signatories["p256"].serial;
    let document = signed(&shared.signatories["p256"], &[&shared.issuing])?;
    let what = "one list knows compromise alone, another one every other reason";
    let case = Case::passing(what, "RFC 5280 §6.3.3 (l)", document).without("issuing.crl");
    let case = case.evidence("compromise.crl", make(of_reasons(&COMPROMISE))?).evidence("otherwise.crl", make(of_reasons(&OTHERWISE))?);
    let good = case.add("lists/reasons", files)?;
    for (file, change, missing) in [
        ("reasons-no-compromise", "the first one is missing", "compromise.crl"),
        ("reasons-no-others", "the second one is missing", "otherwise.crl"),
    ] {
        let bad = good.but(change).without(missing).indeterminate(GENERAL, KNOWN);
        bad.add(&format!("lists/{file}"), files)?;
    }
    let but_one = make(of_reasons(&OTHERWISE[1..]))?;
    let bad = good.but("the second one does not know changes of affiliation").list("otherwise.crl", but_one);
    bad.indeterminate(GENERAL, KNOWN).add("lists/reasons-but-one", files)?;
    for (file, change, list, reasons, reason) in [
        ("reasons-compromised", "the first one has the signer's certificate", "compromise.crl", &COMPROMISE[..], 1),
        ("reasons-superseded", "the second one has the signer's certificate", "otherwise.crl", &OTHERWISE, 4),
    ] {
        let octets = make(of_reasons(reasons).with(signer, at(-5), Some(reason)))?;
        let bad = good.but(change).list(list, octets).indeterminate("REVOKED_NO_POE", REVOKED);
        bad.add(&format!("lists/{file}"), files)?;
    }
    // Newest first: the older of two lists of the same reasons is not asked.
    let dated = |hours: i64, list: RevocationList| RevocationList { this_update: time().plus_seconds(-3600 * hours), ..list };
    let older = make(dated(2, of_reasons(&OTHERWISE).with(signer, at(-5), Some(6))))?;
    let oldest = make(dated(3, of_reasons(&COMPROMISE)))?;
    let ended = good.but("an older list like the second one has the signer's certificate on hold, and the first one is older still");
    let ended = ended.by("RFC 5280 §6.3.3 (e)").list("compromise.crl", oldest).evidence("older.crl", older);
    ended.because("crl_processing.adds_reasons").add("lists/reasons-hold-ended", files)?;
    Ok(())
}

/// RFC 5280 §4.2.1.13: the certificate says which list knows which reasons.
fn points_by_reason(shared: &Shared, files: &mut Files) -> Outcome {
    let [one, other] = ["http://pki.kyso.example/compromise.crl", "http://pki.kyso.example/otherwise.crl"];
    let at_point = |address, reasons: &[u8]| DistributionPoint { reasons: Some(reasons.to_vec()), ..point(PointName::at(address)) };
    let signer = pointing(shared, &[at_point(one, &COMPROMISE), at_point(other, &OTHERWISE)])?;
    let make = |address| shared.issuing.revocation_list(&scoped(named(PointName::at(address))));
    let what = "the signer's certificate names a list for compromise, and another one for every other reason";
    let case = Case::passing(what, "RFC 5280 §6.3.3 (d)(3)", signed(&signer, &[&shared.issuing])?).without("issuing.crl");
    let good = case.evidence("compromise.crl", make(one)?).evidence("otherwise.crl", make(other)?).add("lists/points", files)?;
    let bad = good.but("the second one is missing").without("otherwise.crl");
    bad.indeterminate(GENERAL, KNOWN).add("lists/points-one-missing", files)?;
    Ok(())
}

/// RFC 5280 §6.3.3 (b)(2)(i): the names of distribution points.
fn points(shared: &Shared, files: &mut Files) -> Outcome {
    let part = |number: u8| Name::of([(COMMON_NAME, format!("Part {number}").as_str())]);
    let whole = |number: u8| name("Test Issuing").and(COMMON_NAME, kyso::testkit::name::StringKind::Utf8, &format!("Part {number}"));
    let full = |number| PointName::directory(&whole(number));
    let relative = |number| PointName::RelativeToIssuer(part(number));
    let make = |point| shared.issuing.revocation_list(&scoped(named(point)));
    for (file, what, own, other_form) in [
        (
            "point-directory",
            "the signer's certificate and the list name one distribution point by its directory name",
            full(1),
            relative(1),
        ),
        ("point-relative", "the signer's certificate and the list name one distribution point below the issuer", relative(1), full(1)),
    ] {
        let document = signed(&pointing(shared, &[point(own.clone())])?, &[&shared.issuing])?;
        let case = Case::passing(what, "RFC 5280 §6.3.3 (b)(2)(i)", document).list("issuing.crl", make(own.clone())?);
        let good = case.add(&format!("lists/{file}"), files)?;
        let fine = good.but("the list names it in the other form").list("issuing.crl", make(other_form)?);
        fine.add(&format!("lists/{file}-other-form"), files)?;
        let other = if file == "point-directory" { full(2) } else { relative(2) };
        let bad = good.but("the list is that of another one").list("issuing.crl", make(other)?).indeterminate(GENERAL, KNOWN);
        bad.because(SCOPE).add(&format!("lists/{file}-other"), files)?;
    }
    let document = signed(&shared.signatories["p256"], &[&shared.issuing])?;
    let what = "the list is that of the distribution point with the issuer's name, which the signer's certificate does not name";
    let of_issuer = make(PointName::directory(&name("Test Issuing")))?;
    let good = Case::passing(what, "RFC 5280 §6.3.3", document).list("issuing.crl", of_issuer).add("lists/point-of-issuer", files)?;
    let bad = good.but("the name is the anchor's").list("issuing.crl", make(PointName::directory(&name("Test Root")))?);
    bad.indeterminate(GENERAL, KNOWN).because(SCOPE).add("lists/point-of-anchor", files)?;
    let odd = Extension::new(ObjectIdentifier::new_unwrap("2.5.29.28"), true, vec![1, 2, 3]);
    let odd = shared.issuing.revocation_list(&RevocationList { extensions: vec![odd], ..list() })?;
    let bad = good.but("the scope of the list is no sequence").by("RFC 5280 §5.2.5").list("issuing.crl", odd);
    bad.indeterminate(GENERAL, KNOWN).because(SCOPE).add("lists/scope-unreadable", files)?;
    let odd = Extension::new(ObjectIdentifier::new_unwrap("2.5.29.31"), false, vec![1, 2, 3]);
    let document = signed(&leaf(shared, |template| template.with(odd))?, &[&shared.issuing])?;
    let bad = good.but("the distribution points of the signer's certificate are no sequence").by("RFC 5280 §4.2.1.13").document(document);
    bad.indeterminate(GENERAL, KNOWN).because(SCOPE).add("lists/points-unreadable", files)?;
    Ok(())
}

/// RFC 5280 §6.3.3 (b)(2)(ii), (iii): lists of end entities alone, of authorities alone.
fn kinds(shared: &Shared, files: &mut Files) -> Outcome {
    let users = || IssuingDistributionPoint { only_user_certificates: true, ..IssuingDistributionPoint::default() };
    let authorities = || IssuingDistributionPoint { only_ca_certificates: true, ..IssuingDistributionPoint::default() };
    let document = signed(&shared.signatories["p256"], &[&shared.issuing])?;
    let what = "the anchor's list is of authorities alone, that of the issuing authority of end entities alone";
    let case =
        Case::passing(what, "RFC 5280 §6.3.3 (b)(2)", document).list("root.crl", shared.root.revocation_list(&scoped(authorities()))?);
    let case = case.list("issuing.crl", shared.issuing.revocation_list(&scoped(users()))?);
    let good = case.add("lists/kinds", files)?;
    let bad = good.but("that one is of authorities alone, too");
    let bad = bad.list("issuing.crl", shared.issuing.revocation_list(&scoped(authorities()))?).indeterminate(GENERAL, KNOWN);
    bad.because(SCOPE).add("lists/kinds-authorities", files)?;
    let bad = good.but("the anchor's is of end entities alone, too");
    let bad = bad.list("root.crl", shared.root.revocation_list(&scoped(users()))?).indeterminate(GENERAL, KNOWN);
    bad.because(SCOPE).add("lists/kinds-end-entities", files)?;
    Ok(())
}

/// X.509 §9.5.2.7, to the second.
fn expired(shared: &Shared, files: &mut Files) -> Outcome {
    let ended = leaf(shared, |template| Template { not_after: at(-10), ..template })?;
    let since = |time| {
        let extensions = vec![expired_certificates_on_crl(time)];
        shared.issuing.revocation_list(&RevocationList { extensions, ..list() })
    };
    let what = "the list keeps certificates that ended since the second in which the signer's did";
    let case = Case::passing(what, "X.509 §9.5.2.7", signed_at(at(-20), &ended, &[&shared.issuing])?).existence(Some(at(-15)));
    let good = case.list("issuing.crl", since(at(-10))?).add("lists/expired-kept", files)?;
    let bad = good.but("those since a second later").list("issuing.crl", since(at(-10).plus_seconds(1))?).indeterminate(GENERAL, KNOWN);
    bad.because("crl_processing.issued_in_time").add("lists/expired-not-kept", files)?;
    Ok(())
}

/// RFC 5280 §6.3.3 (f): the issuing authority signs its lists with a key of their own.
fn separate_key(shared: &Shared, files: &mut Files) -> Outcome {
    let certified = |issuer: &Entity, edit: &dyn Fn(Template) -> Template| -> Outcome<Entity> {
        lister(issuer, |template| edit(Template { subject: name("Test Issuing"), ..template }))
    };
    let own = certified(&shared.root, &|template| template)?;
    let document = signed(&shared.signatories["p256"], &[&shared.issuing])?;
    let what = "the issuing authority has signed its list with another key, which the anchor has certified for that";
    let case = Case::passing(what, "RFC 5280 §6.3.3 (f)", document).list("issuing.crl", own.revocation_list(&list())?);
    let good = case.evidence("lists.cer", own.certificate.clone()).add("lists/separate-key", files)?;
    let bad = good.but("the certificate of that key is missing").by("RFC 5280 §6.3.3 (g)").without("lists.cer");
    bad.indeterminate(GENERAL, KNOWN).because("crl_issuer.signature_valid").add("lists/separate-key-unknown", files)?;
    let with = |change: &str, signer: &Entity| -> Outcome<Case> {
        let case = good.but(change).list("issuing.crl", signer.revocation_list(&list())?).without("lists.cer");
        Ok(case.evidence("lists.cer", signer.certificate.clone()).indeterminate(GENERAL, KNOWN))
    };
    let signs = key_usage(&[KeyUsage::DigitalSignature]);
    let case = with("the key may not sign lists", &certified(&shared.root, &|template| template.with(signs.clone()))?)?;
    case.because("crl_issuer.crl_sign").add("lists/separate-key-usage", files)?;
    let of_other = certified(&shared.other_root, &|template| template)?;
    let case = with("an authority that nobody trusts has certified the key", &of_other)?;
    case.because("path.trust_anchor_reached").add("lists/separate-key-of-nobody", files)?;
    let case = trusting(with("another trust anchor has certified the key", &of_other)?, [of(&shared.root)?, of(&shared.other_root)?])?;
    let case = case.evidence("other-root.crl", shared.other_root.revocation_list(&list())?);
    case.because("crl_issuer.same_anchor").add("lists/separate-key-of-other-anchor", files)?;
    let revoked = shared.root.revocation_list(&list().with(&own.serial, at(-5), Some(1)))?;
    let case = good.but("the certificate of that key is revoked").list("root.crl", revoked).indeterminate(GENERAL, KNOWN);
    case.because(REVOKED).add("lists/separate-key-revoked", files)?;
    let ending = |end| certified(&shared.root, &|template| Template { not_after: end, ..template });
    let case = with("the certificate of that key had ended before it signed", &ending(time().plus_seconds(-3601))?)?;
    case.because("basic_processing.within_validity").add("lists/separate-key-ended", files)?;
    let case = with("the certificate of that key has ended since it signed", &ending(time().plus_seconds(-1))?)?;
    let case = case.by("EN 319 102-1 §5.2.6.4 (4)").indeterminate("REVOCATION_OUT_OF_BOUNDS_NO_POE", "revocation.signer_within_validity");
    case.add("lists/separate-key-ended-since", files)?;
    Ok(())
}

/// Of two keys for two lists, each must be valid still.
fn two_separate_keys(shared: &Shared, files: &mut Files) -> Outcome {
    let own = |key: &str, end| -> Outcome<Entity> {
        let template = Template::new(name("Test Issuing"), at(-700), end).with(end_entity()).with(key_usage(&[KeyUsage::CrlSign]));
        Ok(shared.root.issue(&template, key_of(key)?)?)
    };
    let (one, other) = (own("Test Lists", at(2000))?, own("Test Lists 2", at(2000))?);
    let older = |list: RevocationList| RevocationList { this_update: time().plus_seconds(-7200), ..list };
    let document = signed(&shared.signatories["p256"], &[&shared.issuing])?;
    let what = "the issuing authority has signed a list of compromise with one key, and an older one of every other reason with another";
    let case = Case::passing(what, "EN 319 102-1 §5.2.6.4 (4)", document).without("issuing.crl");
    let case =
        case.evidence("compromise.crl", one.revocation_list(&of_reasons(&COMPROMISE))?).evidence("lists.cer", one.certificate.clone());
    let case = case.evidence("otherwise.crl", other.revocation_list(&older(of_reasons(&OTHERWISE)))?);
    let good = case.evidence("lists-2.cer", other.certificate.clone()).add("lists/two-keys", files)?;
    let ended = own("Test Lists 2", time().plus_seconds(-1))?;
    let bad = good
        .but("the certificate of the latter has ended since")
        .list("otherwise.crl", ended.revocation_list(&older(of_reasons(&OTHERWISE)))?);
    let bad =
        bad.list("lists-2.cer", ended.certificate).indeterminate("REVOCATION_OUT_OF_BOUNDS_NO_POE", "revocation.signer_within_validity");
    bad.add("lists/two-keys-one-ended", files)?;
    Ok(())
}

/// RFC 5280 §5.2.5, §5.3.3, §6.3.3 (b)(1): a list for the certificates of another.
struct Indirect<'a> {
    shared: &'a Shared,
    lister: Entity,
    document: Vec<u8>,
}

fn indirect() -> IssuingDistributionPoint {
    IssuingDistributionPoint { indirect_crl: true, ..IssuingDistributionPoint::default() }
}

impl Indirect<'_> {
    fn add(&self, files: &mut Files) -> Outcome {
        let what = "the signer's certificate names another issuer of lists, whose list is an indirect one";
        let case = Case::passing(what, "RFC 5280 §6.3.3 (b)(1)", self.document.clone()).without("issuing.crl");
        let case = case.evidence("lists.cer", self.lister.certificate.clone());
        let list = scoped(indirect()).with_entry(entry(&[1, 2, 3], vec![certificate_issuer(&name("Test Issuing"))]));
        let good = case.evidence("indirect.crl", self.lister.revocation_list(&list)?).add("lists/indirect", files)?;
        self.scope(&good, files)?;
        self.entries(&good, files)
    }

    fn scope(&self, good: &Good, files: &mut Files) -> Outcome {
        let mut bad = |file: &str, change: &str, point| -> Outcome {
            let case = good.but(change).list("indirect.crl", self.lister.revocation_list(&scoped(point))?).indeterminate(GENERAL, KNOWN);
            case.because(SCOPE).add(&format!("lists/{file}"), files)?;
            Ok(())
        };
        bad("indirect-not-said", "the list does not say that it is an indirect one", IssuingDistributionPoint::default())?;
        let other = IssuingDistributionPoint { name: Some(PointName::directory(&name("Test Other"))), ..indirect() };
        bad("indirect-other-point", "the list is that of another distribution point", other)?;
        let own = IssuingDistributionPoint { name: Some(PointName::directory(&name("Test Lists"))), ..indirect() };
        let fine = good.but("the list is that of the distribution point with its issuer's name");
        fine.list("indirect.crl", self.lister.revocation_list(&scoped(own))?).add("lists/indirect-own-point", files)?;
        let document = |point| -> Outcome<Vec<u8>> { signed(&pointing(self.shared, &[point])?, &[&self.shared.issuing]) };
        let bad = good.but("the certificate names a third issuer of lists").document(document(by_issuer("Test Other"))?);
        bad.indeterminate(GENERAL, KNOWN).add("lists/indirect-other-issuer", files)?;
        let bad = good
            .but("the certificate names no other issuer of lists")
            .document(document(point(PointName::at("http://pki.kyso.example/")))?);
        bad.indeterminate(GENERAL, KNOWN).add("lists/indirect-no-issuer", files)?;
        // The relative name is one below the issuer of the list.
        let relative = || PointName::RelativeToIssuer(Name::of([(COMMON_NAME, "Part 1")]));
        let named = DistributionPoint { name: Some(relative()), ..by_issuer("Test Lists") };
        let list = |point| self.lister.revocation_list(&scoped(IssuingDistributionPoint { name: Some(point), ..indirect() }));
        let fine = good.but("certificate and list name a distribution point below the issuer of the list").document(document(named)?);
        fine.list("indirect.crl", list(relative())?).add("lists/indirect-relative-point", files)?;
        Ok(())
    }

    fn entries(&self, good: &Good, files: &mut Files) -> Outcome {
        let signer = pointing(self.shared, &[by_issuer("Test Lists")])?.serial;
        let (issuing, other) = (certificate_issuer(&name("Test Issuing")), certificate_issuer(&name("Test Other")));
        let list = |entries: Vec<Revoked>| -> Outcome<Vec<u8>> {
            Ok(self.lister.revocation_list(&entries.into_iter().fold(scoped(indirect()), RevocationList::with_entry))?)
        };
        let own = |extension: &Extension| entry(&signer, vec![extension.clone()]);
        let bare = || entry(&signer, Vec::new());
        let third = |extension: &Extension| entry(&[1, 2, 3], vec![extension.clone()]);
        let clause = "RFC 5280 §5.3.3";
        for (file, change, entries) in [
            ("indirect-revoked", "it is on the list", vec![own(&issuing)]),
            ("indirect-revoked-inherited", "it is on the list, the issuer named at an entry before", vec![third(&issuing), bare()]),
        ] {
            let bad = good.but(change).by(clause).list("indirect.crl", list(entries)?).indeterminate("REVOKED_NO_POE", REVOKED);
            bad.add(&format!("lists/{file}"), files)?;
        }
        for (file, change, entries) in [
            ("indirect-other", "a certificate of a third authority with its serial number is on the list", vec![own(&other)]),
            ("indirect-own", "a certificate of the list's issuer with its serial number is on the list", vec![bare()]),
            (
                "indirect-other-inherited",
                "a certificate of a third authority, named at an entry before, with its serial number is on the list",
                vec![third(&issuing), third(&other), bare()],
            ),
        ] {
            good.but(change).by(clause).list("indirect.crl", list(entries)?).add(&format!("lists/{file}"), files)?;
        }
        let odd = Extension { value: vec![1, 2, 3], ..issuing.clone() };
        let bad = good.but("the issuer named at an entry cannot be read").by(clause).list("indirect.crl", list(vec![third(&odd)])?);
        bad.indeterminate(GENERAL, KNOWN).because(READABLE).add("lists/indirect-unreadable", files)?;
        Ok(())
    }
}

/// Of whom nobody speaks but themselves, or each other.
fn of_itself(shared: &Shared, files: &mut Files) -> Outcome {
    let document = signed(&pointing(shared, &[by_issuer("Test Lists")])?, &[&shared.issuing])?;
    let under_issuing = |common_name: &str, speaker: &str| -> Outcome<Entity> {
        let template = Template::new(name(common_name), at(-700), at(2000)).with(end_entity()).with(key_usage(&[KeyUsage::CrlSign]));
        Ok(shared.issuing.issue(&template.with(crl_distribution_points(&[by_issuer(speaker)])), key_of(common_name)?)?)
    };
    let own = under_issuing("Test Lists", "Test Lists")?;
    // RFC 5280 does not forbid it, and many infrastructures do it: an issuer of lists that points to its own.
    let what = "the signer's certificate names another issuer of lists, of whose own status its list alone speaks";
    let case = Case::passing(what, "RFC 5280 §6.3.3 (f)", document).without("issuing.crl").evidence("lists.cer", own.certificate.clone());
    let case = case.evidence("indirect.crl", own.revocation_list(&scoped(indirect()))?).entry(|entry| entry.tolerates(CIRCLE));
    let good = case.add("lists/of-itself", files)?;
    let asserting_nothing = |case: Case| case.entry(|_| crate::case::Entry::intact());
    let revoked = scoped(indirect()).with_entry(entry(&own.serial, vec![certificate_issuer(&name("Test Issuing"))]));
    let bad = asserting_nothing(good.but("it is on its own list")).list("indirect.crl", own.revocation_list(&revoked)?);
    bad.indeterminate(GENERAL, KNOWN).because(REVOKED).add("lists/of-itself-revoked", files)?;
    let (one, other) = (under_issuing("Test Lists", "Test Lists 2")?, under_issuing("Test Lists 2", "Test Lists")?);
    let bad = asserting_nothing(good.but("of its status a second issuer of lists speaks, of whose status the first one alone speaks"));
    let bad = bad.list("lists.cer", one.certificate.clone()).evidence("lists-2.cer", other.certificate.clone());
    let bad = bad.list("indirect.crl", one.revocation_list(&scoped(indirect()))?);
    let bad = bad.evidence("indirect-2.crl", other.revocation_list(&scoped(indirect()))?);
    bad.indeterminate(GENERAL, KNOWN).because(CIRCLE).add("lists/of-each-other", files)?;
    Ok(())
}
