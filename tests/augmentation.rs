//! EN 319 142-1 §6: signatures brought to B-T, B-LT and B-LTA, kept there, and what happens when an authority fails.

#[path = "common/audited.rs"]
mod audited;
use std::time::Duration;

use kyso::context::Freshness;
use kyso::creation::{AugmentError, Augmentation, Goal, Need};
use kyso::crypto::{Curve, DigestAlgorithm, SoftwareKey};
use kyso::pki::{Certificate, TimestampResponse};
use kyso::report::Indication;
use kyso::report::json::{Kind, Level, Origin, SignatureReport, WantKind};
use kyso::testkit::authority::TIMESTAMPS;
use kyso::testkit::extension::{authority_information_access, crl_distribution_point};
use kyso::testkit::{Authority, AuthorityFault, DemoPki, Key, KeyParameters, Random, Service, Template, blank_page};
use kyso::{
    Context, Document, Evidence, Policy, Profile, Report, SoftwareSigner, Time, TrustAnchors, augment, sign, sign_at_level, verify_fetching,
};

fn time() -> Time {
    Time::from_unix(1_795_316_400)
}

fn authority() -> Authority {
    Authority::new(DemoPki::new([41; 32], time()).unwrap(), time())
}

fn signed(authority: &Authority) -> Vec<u8> {
    let page = blank_page();
    sign(&Document::pdf(&page).unwrap(), &Profile::pades_b_b(time()), &authority.pki.leader_signer().unwrap()).unwrap()
}

/// Without the certificate above it, which must be fetched.
fn signed_alone(authority: &Authority) -> Vec<u8> {
    let leader = &authority.pki.leader;
    let (key, certificate) =
        (SoftwareKey::from_pkcs8_der(&leader.key.pkcs8()).unwrap(), Certificate::from_der(&leader.certificate).unwrap());
    let page = blank_page();
    let signer = SoftwareSigner::new(key, vec![certificate]).unwrap();
    sign(&Document::pdf(&page).unwrap(), &Profile::pades_b_b(time()), &signer).unwrap()
}

fn sealed(authority: &Authority, octets: &[u8]) -> Vec<u8> {
    sign(&Document::pdf(octets).unwrap(), &Profile::pades_b_b(time()), &authority.pki.organisation_signer().unwrap()).unwrap()
}

/// A relying party with the demonstration's root and nothing else.
struct Relying {
    policy: Policy,
    anchors: TrustAnchors,
    evidence: Evidence,
}

impl Relying {
    fn on(authority: &Authority) -> Self {
        Self { policy: Policy::etsi_basic(), anchors: authority.pki.trust_anchors().unwrap(), evidence: Evidence::none() }
    }

    fn context(&self) -> Context<'_> {
        Context { policy: &self.policy, anchors: &self.anchors, evidence: &self.evidence, time: time(), existence: None }
    }

    fn verify(&self, octets: &[u8]) -> Report {
        audited::verify(&Document::pdf(octets).unwrap(), &self.context())
    }
}

fn at(level: Level, octets: &[u8], authority: &mut Authority) -> Result<Vec<u8>, AugmentError> {
    let relying = Relying::on(authority);
    augment(octets, &Goal::level(level), TIMESTAMPS, &relying.context(), authority).map(|augmented| augmented.octets)
}

fn signatures(report: &Report) -> Vec<&SignatureReport> {
    report.signatures.iter().filter(|entry| entry.kind == Kind::Signature).collect()
}

#[test]
fn a_signature_climbs_level_by_level_and_passes_at_each_by_what_the_document_brings() {
    let mut authority = authority();
    let relying = Relying::on(&authority);
    let mut octets = signed(&authority);
    for level in [Level::BT, Level::BLT, Level::BLTA] {
        octets = at(level, &octets, &mut authority).unwrap();
        let report = relying.verify(&octets);
        let [entry] = signatures(&report)[..] else { panic!("{}", report.to_json()) };
        assert_eq!(entry.level, level, "{}", report.to_json());
        // At B-T the evidence is not in the document, and nobody brings it here.
        let expected = if level == Level::BT { Indication::Indeterminate } else { Indication::TotalPassed };
        assert_eq!(report.conclusion.indication, expected, "{}", report.to_json());
    }
}

#[test]
fn a_level_is_reached_in_one_call_and_again_nothing_changes() {
    let mut authority = authority();
    for level in [Level::BB, Level::BT, Level::BLT, Level::BLTA] {
        let octets = at(level, &signed(&authority), &mut authority).unwrap();
        let report = Relying::on(&authority).verify(&octets);
        assert_eq!(signatures(&report)[0].level, level, "{}", report.to_json());
        let asked = Service::ALL.map(|service| authority.asked(service));
        for lower in [Level::BB, Level::BT, Level::BLT, Level::BLTA].into_iter().filter(|lower| *lower <= level) {
            assert!(at(lower, &octets, &mut authority).unwrap() == octets, "{level:?} {lower:?}");
        }
        assert_eq!(Service::ALL.map(|service| authority.asked(service)), asked, "nobody was asked for a document that is there");
    }
}

/// EN 319 142-1 §5.4.2.3: asked for, and only then, the store says of each signature what concerns it.
#[test]
fn the_store_names_what_concerns_each_signature_where_that_is_asked_for() {
    let mut authority = authority();
    let (relying, before) = (Relying::on(&authority), signed(&authority));
    let contains = |octets: &[u8], part: &str| octets.windows(part.len()).any(|window| window == part.as_bytes());
    assert!(!contains(&at(Level::BLTA, &before, &mut authority).unwrap(), "/VRI"));
    let goal = Goal::level(Level::BLTA).related_information();
    let octets = augment(&before, &goal, TIMESTAMPS, &relying.context(), &mut authority).unwrap().octets;
    let report = relying.verify(&octets);
    assert_eq!(report.conclusion.indication, Indication::TotalPassed, "{}", report.to_json());
    assert_eq!(signatures(&report)[0].level, Level::BLTA);
    // The string as the file has it, zeros at its end too.
    let range = signatures(&report)[0].coverage.byte_range.clone().unwrap();
    let digits = &octets[usize::try_from(range[1]).unwrap() + 1..usize::try_from(range[2]).unwrap() - 1];
    let contents: Vec<u8> = digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect();
    let key = kyso::report::fact::hex(&DigestAlgorithm::Sha1.digest(&contents)).to_uppercase();
    assert!(contains(&octets, "/VRI") && contains(&octets, &format!("/{key}")), "{key}");
    let again = augment(&octets, &goal, TIMESTAMPS, &relying.context(), &mut authority).unwrap().octets;
    assert!(again == octets, "what is there is not written again");
    // What stands there under a name that is no digest, nobody explains.
    let stored = augment(&before, &Goal::level(Level::BLT).related_information(), TIMESTAMPS, &relying.context(), &mut authority).unwrap();
    assert_eq!(relying.verify(&stored.octets).conclusion.indication, Indication::TotalPassed);
    let is_key = |window: &[u8]| window[0] == b'/' && window[1..].iter().all(u8::is_ascii_hexdigit);
    let at = stored.octets.windows(41).rposition(is_key).unwrap();
    let mut other = stored.octets.clone();
    other[at + 1] = b'G';
    assert_ne!(relying.verify(&other).conclusion.indication, Indication::TotalPassed);
}

#[test]
fn a_timestamp_comes_into_the_last_signature_and_no_signed_octet_changes() {
    let mut authority = authority();
    let before = signed(&authority);
    let after = at(Level::BT, &before, &mut authority).unwrap();
    assert_eq!(before.len(), after.len());
    let report = Relying::on(&authority).verify(&after);
    let range = signatures(&report)[0].coverage.byte_range.clone().unwrap();
    let [start, end] = [range[1], range[2]].map(|at| usize::try_from(at).unwrap());
    assert!(before[..start] == after[..start] && before[end..] == after[end..]);
    assert_eq!(signatures(&report)[0].timestamps[0].kind, "signature_timestamp");
}

/// The status of the signer's certificate is nowhere to be had: that is for B-LT to mind.
#[test]
fn a_timestamp_asks_for_what_proves_its_own_authority_alone() {
    let mut authority = authority();
    let relying = Relying::on(&authority);
    let mut augmentation = Augmentation::new(signed(&authority), Goal::level(Level::BT));
    let Need::Timestamp { imprint, .. } = augmentation.request(&relying.context()).unwrap() else { panic!() };
    let request = Goal::level(Level::BT).timestamp_request(&imprint, None).unwrap();
    let answer = authority.answer("tsa.kyso.example", "/tsa", request.octets()).unwrap();
    augmentation.complete(&request, &TimestampResponse::from_der(&answer.octets).unwrap()).unwrap();
    let Need::Evidence(wants) = augmentation.request(&relying.context()).unwrap() else { panic!() };
    let about = |der: &[u8]| wants.iter().any(|want| want.subject == id(der));
    assert!(about(&authority.pki.timestamping.certificate) && !about(&authority.pki.leader.certificate), "{wants:?}");
}

#[test]
fn several_signatures_get_one_timestamp_on_the_document_behind_the_old_octets() {
    let mut authority = authority();
    let before = sealed(&authority, &signed(&authority));
    let after = at(Level::BT, &before, &mut authority).unwrap();
    assert!(after.starts_with(&before));
    let report = Relying::on(&authority).verify(&after);
    assert_eq!(signatures(&report).iter().map(|entry| entry.level).collect::<Vec<_>>(), [Level::BT; 2]);
    assert_eq!(report.signatures.iter().filter(|entry| entry.kind == Kind::DocumentTimestamp).count(), 1);
    assert_eq!(authority.asked(Service::Timestamp), 1);
    let report = Relying::on(&authority).verify(&at(Level::BLTA, &after, &mut authority).unwrap());
    assert_eq!(signatures(&report).iter().map(|entry| entry.level).collect::<Vec<_>>(), [Level::BLTA; 2]);
    assert_eq!(report.conclusion.indication, Indication::TotalPassed, "{}", report.to_json());
}

/// `adbe.pkcs7.detached` has no levels in the standard, and is timestamped and kept all the same.
#[test]
fn the_older_form_is_kept_too() {
    let mut authority = authority();
    let relying = Relying::on(&authority);
    let page = blank_page();
    let profile = Profile::pkcs7_detached(time());
    let octets = sign(&Document::pdf(&page).unwrap(), &profile, &authority.pki.leader_signer().unwrap()).unwrap();
    let passes = |octets: &[u8]| relying.verify(octets).conclusion.indication == Indication::TotalPassed;
    let stamped = at(Level::BT, &octets, &mut authority).unwrap();
    assert!(stamped.len() == octets.len() && !passes(&stamped));
    let whole = at(Level::BLT, &stamped, &mut authority).unwrap();
    assert!(whole.starts_with(&stamped) && passes(&whole));
    let kept = at(Level::BLTA, &whole, &mut authority).unwrap();
    assert!(kept.starts_with(&whole) && passes(&kept));
    assert!(at(Level::BLTA, &octets, &mut authority).is_ok_and(|at_once| passes(&at_once)));
    for (level, there) in [(Level::BT, &stamped), (Level::BLT, &whole), (Level::BLT, &kept), (Level::BLTA, &kept)] {
        assert!(at(level, there, &mut authority).unwrap() == *there, "{level:?}");
    }
}

#[test]
fn a_renewal_adds_a_timestamp_and_what_proves_the_last_one() {
    let mut authority = authority();
    let relying = Relying::on(&authority);
    let old = at(Level::BLTA, &signed(&authority), &mut authority).unwrap();
    let renewed = augment(&old, &Goal::renewal(), TIMESTAMPS, &relying.context(), &mut authority).unwrap().octets;
    assert!(renewed.starts_with(&old) && renewed.len() > old.len());
    let stamps = |octets: &[u8]| {
        let report = relying.verify(octets);
        assert_eq!(signatures(&report)[0].level, Level::BLTA);
        assert_eq!(report.conclusion.indication, Indication::TotalPassed, "{}", report.to_json());
        report.signatures.iter().filter(|entry| entry.kind == Kind::DocumentTimestamp).count()
    };
    assert_eq!((stamps(&old), stamps(&renewed)), (1, 2));
    // A document below B-LTA gets there and no further.
    let first = augment(&signed(&authority), &Goal::renewal(), TIMESTAMPS, &relying.context(), &mut authority).unwrap().octets;
    assert_eq!(stamps(&first), 1);
}

/// The leader's certificate ends after 4 years, the first timestamping authority's after 5, the responder's after one.
#[test]
fn a_renewal_carries_a_signature_past_the_end_of_its_certificates() {
    const YEAR: i64 = 365 * 86_400;
    let mut authority = authority();
    let relying = Relying::on(&authority);
    let old = at(Level::BLTA, &signed(&authority), &mut authority).unwrap();

    let then = time().plus_seconds(YEAR * 9 / 2);
    let located = authority_information_access(&["http://pki.kyso.example/issuing.cer"], &["http://ocsp.kyso.example/"]);
    let template = Template::timestamping(authority.pki.timestamping.name.clone(), then.plus_seconds(-86_400), then.plus_seconds(5 * YEAR))
        .with(crl_distribution_point(&["http://pki.kyso.example/issuing.crl"]))
        .with(located);
    let key = Key::generate(KeyParameters::Ec(Curve::P384), &mut Random::seeded(b"the next authority")).unwrap();
    authority.pki.timestamping = authority.pki.issuing.issue(&template, key).unwrap();
    authority.time = then;
    let renewed = augment(&old, &Goal::renewal(), TIMESTAMPS, &Context { time: then, ..relying.context() }, &mut authority).unwrap();
    assert!(renewed.octets.starts_with(&old));
    assert_eq!(renewed.report.conclusion.indication, Indication::TotalPassed, "{}", renewed.report.to_json());

    authority.time = time().plus_seconds(6 * YEAR);
    let context = Context { time: authority.time, ..relying.context() };
    let mut verdict = |octets: &[u8]| verify_fetching(&Document::pdf(octets).unwrap(), &context, &mut authority).report.conclusion;
    assert_eq!(verdict(&renewed.octets).indication, Indication::TotalPassed);
    assert_eq!(verdict(&old).indication, Indication::Indeterminate, "the twin that was not renewed");
    // Too late is too late: the error says so, and changes nothing.
    let late = augment(&old, &Goal::renewal(), TIMESTAMPS, &context, &mut authority);
    assert!(late.is_err());
}

#[test]
fn what_is_stored_is_what_the_verdict_rests_on() {
    let mut authority = authority();
    let relying = Relying::on(&authority);
    // Evidence that nothing rests on is at hand.
    let mut supplied = Relying::on(&authority);
    for entity in [&authority.pki.organisation, &authority.pki.former_leader] {
        supplied.evidence.add_certificate(Certificate::from_der(&entity.certificate).unwrap(), Origin::Supplied);
    }
    let octets = signed(&authority);
    let augmented = augment(&octets, &Goal::level(Level::BLT), TIMESTAMPS, &supplied.context(), &mut authority).unwrap();
    let report = relying.verify(&augmented.octets);
    let has = |der: &[u8]| report.inputs.evidence.iter().any(|piece| piece.id == id(der) && piece.origin == Origin::Embedded);
    for needed in [&authority.pki.leader, &authority.pki.issuing, &authority.pki.timestamping, &authority.pki.root] {
        assert!(has(&needed.certificate));
    }
    for other in [&authority.pki.organisation, &authority.pki.former_leader] {
        assert!(!has(&other.certificate));
    }
}

/// The octets of streams stand in the file as they are, those of tokens in hexadecimal digits.
#[test]
fn the_store_has_each_piece_once_however_often_it_grows() {
    let mut authority = authority();
    let relying = Relying::on(&authority);
    let mut octets = at(Level::BLTA, &sealed(&authority, &signed(&authority)), &mut authority).unwrap();
    for _ in 0..2 {
        octets = augment(&octets, &Goal::renewal(), TIMESTAMPS, &relying.context(), &mut authority).unwrap().octets;
    }
    for entity in
        [&authority.pki.leader, &authority.pki.organisation, &authority.pki.issuing, &authority.pki.timestamping, &authority.pki.root]
    {
        let found = octets.windows(entity.certificate.len()).filter(|window| *window == entity.certificate).count();
        assert_eq!(found, 1);
    }
}

fn id(der: &[u8]) -> String {
    kyso::report::fact::digest_text(DigestAlgorithm::Sha256, &DigestAlgorithm::Sha256.digest(der))
}

#[test]
fn a_token_without_room_goes_where_there_is_some() {
    let mut authority = authority();
    let relying = Relying::on(&authority);
    let page = blank_page();
    // No room in the signature, then too little on the document: a larger place is laid out and stamped.
    let profile = Profile::pades_b_b(time()).contents(1);
    let octets = sign(&Document::pdf(&page).unwrap(), &profile, &authority.pki.leader_signer().unwrap()).unwrap();
    let goal = Goal::level(Level::BT).room(100);
    let augmented = augment(&octets, &goal, TIMESTAMPS, &relying.context(), &mut authority).unwrap();
    assert_eq!(augmented.report.signatures[0].level, Level::BT);
    assert_eq!(authority.asked(Service::Timestamp), 2);
}

#[test]
fn step_by_step_the_caller_does_what_the_network_would() {
    let mut authority = authority();
    let relying = Relying::on(&authority);
    let goal = Goal::level(Level::BLTA).digest(DigestAlgorithm::Sha384);
    let mut augmentation = Augmentation::new(signed(&authority), goal.clone());
    let (mut evidence, mut needs) = (Evidence::none(), Vec::new());
    loop {
        match augmentation.request(&Context { evidence: &evidence, ..relying.context() }).unwrap() {
            Need::Nothing => break,
            Need::Evidence(wants) => {
                assert!(wants.iter().any(|want| want.kind == WantKind::Ocsp && want.url.is_some()));
                evidence.extend(&authority.pki.evidence().unwrap());
                needs.push("evidence");
            }
            Need::Timestamp { algorithm, imprint } => {
                assert_eq!((algorithm, imprint.len()), (DigestAlgorithm::Sha384, 48));
                let request = goal.timestamp_request(&imprint, Some(&[9; 16])).unwrap();
                let answer = authority.answer("tsa.kyso.example", "/tsa", request.octets()).unwrap();
                let response = TimestampResponse::from_der(&answer.octets).unwrap();
                // The answer to another question is refused, and the place waits on.
                let other = goal.timestamp_request(&[0; 48], None).unwrap();
                assert!(matches!(augmentation.complete(&other, &response), Err(AugmentError::Misuse(_))));
                augmentation.complete(&request, &response).unwrap();
                assert!(matches!(augmentation.complete(&request, &response), Err(AugmentError::Misuse(_))), "it was there only once");
                needs.push("timestamp");
            }
        }
    }
    assert_eq!(needs, ["timestamp", "evidence", "timestamp"]);
    let report = relying.verify(augmentation.octets());
    assert_eq!((signatures(&report)[0].level, report.conclusion.indication), (Level::BLTA, Indication::TotalPassed));
}

#[test]
fn evidence_that_does_not_come_is_asked_for_once_and_named() {
    let mut authority = authority();
    let relying = Relying::on(&authority);
    let octets = at(Level::BT, &signed(&authority), &mut authority).unwrap();
    let mut augmentation = Augmentation::new(octets.clone(), Goal::level(Level::BLT));
    assert!(matches!(augmentation.request(&relying.context()), Ok(Need::Evidence(_))));
    let Err(AugmentError::EvidenceMissing { subject, wants, .. }) = augmentation.request(&relying.context()) else { panic!() };
    assert!(subject == "signature S1" && !wants.is_empty());
    assert!(augmentation.into_octets() == octets);
}

#[test]
fn a_signature_that_does_not_hold_is_not_kept() {
    let mut authority = authority();
    let mut octets = signed(&authority);
    octets[7] ^= 1;
    let error = at(Level::BT, &octets, &mut authority).unwrap_err();
    assert!(matches!(&error, AugmentError::NotValid { signature, .. } if signature == "S1"), "{error}");
    assert_eq!(authority.asked(Service::Timestamp), 0);
    assert!(matches!(at(Level::BT, &blank_page(), &mut authority), Err(AugmentError::NoSignature)));
}

#[test]
fn a_failed_timestamp_leaves_a_signed_document() {
    let mut authority = authority();
    authority.set_fault(Service::Timestamp, AuthorityFault::Status(503));
    let relying = Relying::on(&authority);
    let (page, signer) = (blank_page(), authority.pki.leader_signer().unwrap());
    let (document, profile) = (Document::pdf(&page).unwrap(), Profile::pades_b_b(time()));
    let goal = Goal::level(Level::BLT);
    let failed = sign_at_level(&document, &profile, &signer, &goal, TIMESTAMPS, &relying.context(), &mut authority).unwrap().unwrap_err();
    assert!(failed.to_string().contains(TIMESTAMPS) && failed.to_string().contains("503"), "{failed}");
    assert_eq!(signatures(&relying.verify(&failed.signed))[0].level, Level::BB);
    authority.clear_faults();
    assert!(at(Level::BLT, &failed.signed, &mut authority).is_ok());
}

/// Every fault of every service: another service helps, or the error names the address and the cause. What was there stays in any case.
#[test]
fn every_fault_is_told_by_address_and_cause_or_made_good_by_another_service() {
    use AuthorityFault as F;
    let faults = [
        F::Slow(Duration::from_secs(400)),
        F::Status(500),
        F::Redirect("http://pki.kyso.example/elsewhere".into()),
        F::Half,
        F::Garbage,
        F::Empty,
        F::WrongNonce,
        F::OfAnother,
        F::Refused,
        F::Expired,
        F::Revoked,
        F::Unsigned,
    ];
    let mut wrong = Vec::new();
    for service in Service::ALL {
        for fault in &faults {
            let mut authority = authority();
            // OCSP would do without the list, so that it is silent where the list is at fault.
            if service == Service::Crl {
                authority.set_fault(Service::Ocsp, F::Status(404));
            }
            authority.set_fault(service, fault.clone());
            let relying = Relying { policy: Policy { freshness: Freshness::Required, ..Policy::etsi_basic() }, ..Relying::on(&authority) };
            let before = signed_alone(&authority);
            let result = augment(&before, &Goal::level(Level::BLTA), TIMESTAMPS, &relying.context(), &mut authority);
            let told = result.as_ref().err().map(ToString::to_string);
            let matches = match (&told, told_of(service, fault)) {
                (None, None) => true,
                (Some(told), Some((address, cause))) => told.contains(address) && told.contains(cause),
                _ => false,
            };
            if !matches {
                wrong.push(format!("{service:?} {fault:?}: {told:?}"));
            }
            assert!(before == signed_alone(&authority) && authority.asked(service) > 0, "{service:?} {fault:?}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The address and the cause that the error names; `None` where the level is reached in spite of the fault.
fn told_of(service: Service, fault: &AuthorityFault) -> Option<(&'static str, &'static str)> {
    use AuthorityFault as F;
    let address = match service {
        Service::Timestamp => TIMESTAMPS,
        // The list says the same of everybody; who is revoked, is in any case.
        Service::Ocsp if *fault == F::Revoked => return Some((TIMESTAMPS, "was revoked at")),
        Service::Ocsp => return None,
        Service::Crl if matches!(fault, F::Revoked) => TIMESTAMPS,
        Service::Crl => "revocation list from http://pki.kyso.example/",
        Service::Issuer if matches!(fault, F::Expired | F::Revoked | F::Unsigned) => TIMESTAMPS,
        Service::Issuer => "http://pki.kyso.example/issuing.cer",
    };
    let cause = match (fault, service) {
        (F::Slow(_) | F::Half, _) => "the answer did not come whole",
        (F::Status(_), _) => "status 500",
        (F::Redirect(_), _) => "status 302",
        (F::Garbage | F::Empty, _) => "at byte 0",
        (F::WrongNonce, Service::Timestamp) => "another nonce",
        // Neither lists nor certificates have nonces.
        (F::WrongNonce, _) => return None,
        (F::OfAnother, Service::Timestamp) => "over another digest",
        (F::OfAnother, _) => "proves nothing of what is asked",
        (F::Refused, Service::Timestamp) => "timeNotAvailable: the clock is not set",
        (F::Refused, _) => "status 403",
        (F::Expired, Service::Timestamp) => "valid from",
        (F::Expired, Service::Crl) => "too old",
        (F::Expired, _) => "valid from",
        (F::Revoked, _) => "was revoked at",
        (F::Unsigned, Service::Timestamp) => "signature of the timestamp token does not hold",
        (F::Unsigned, Service::Crl) => "proves nothing of what is asked",
        (F::Unsigned, _) => "was not signed by",
        (F::Endless(_), _) => unreachable!("takes a wire"),
    };
    Some((address, cause))
}

/// Many certificates name a directory before they name the web.
#[test]
fn an_address_of_the_web_is_wanted_where_there_is_one() {
    let authority = authority();
    let relying = Relying::on(&authority);
    let directory = "ldap://pki.kyso.example/cn=issuing";
    let wanted = |addresses: &[&str]| {
        let leader = &authority.pki.leader;
        let template = Template::signatory(leader.name.clone(), time().plus_seconds(-86_400), time().plus_seconds(86_400))
            .with(crl_distribution_point(addresses))
            .with(authority_information_access(addresses, addresses));
        let entity = authority.pki.issuing.issue(&template, leader.key.clone()).unwrap();
        let key = SoftwareKey::from_pkcs8_der(&entity.key.pkcs8()).unwrap();
        let page = blank_page();
        let signer = SoftwareSigner::new(key, vec![Certificate::from_der(&entity.certificate).unwrap()]).unwrap();
        let octets = sign(&Document::pdf(&page).unwrap(), &Profile::pades_b_b(time()), &signer).unwrap();
        let mut evidence = Evidence::none();
        let of_issuer = relying.verify(&octets).wants;
        evidence.add_certificate(Certificate::from_der(&authority.pki.issuing.certificate).unwrap(), Origin::Supplied);
        let context = Context { evidence: &evidence, ..relying.context() };
        let of_status = audited::verify(&Document::pdf(&octets).unwrap(), &context).wants;
        let leaf = id(&entity.certificate);
        let urls = of_issuer.into_iter().chain(of_status).filter(|want| want.subject == leaf).map(|want| want.url.unwrap());
        urls.collect::<Vec<_>>()
    };
    assert_eq!(wanted(&[directory, "HTTP://pki.kyso.example/x"]), ["HTTP://pki.kyso.example/x"; 3]);
    assert_eq!(wanted(&[directory]), [directory; 3]);
    let both = ["https://one.example/", "http://two.example/"];
    // Wants stand in the order of their addresses.
    let mut found = wanted(&both);
    found.sort();
    assert_eq!(found, [[both[1]; 3], [both[0]; 3]].concat());
}

/// Where the first address of issuer, responder and list does not answer, the next is asked; without a next one nothing is known.
#[test]
fn the_next_address_is_asked_when_one_does_not_answer() {
    let mut authority = authority();
    let relying = Relying::on(&authority);
    let silent = "http://silent.example/x";
    let (issuer, responder, list) =
        ("http://pki.kyso.example/issuing.cer", "http://ocsp.kyso.example/", "http://pki.kyso.example/issuing.crl");
    let mut verified = |issuers: &[&str], responders: &[&str], lists: &[&str]| {
        let leader = &authority.pki.leader;
        let template = Template::signatory(leader.name.clone(), time().plus_seconds(-86_400), time().plus_seconds(86_400))
            .with(crl_distribution_point(lists))
            .with(authority_information_access(issuers, responders));
        let entity = authority.pki.issuing.issue(&template, leader.key.clone()).unwrap();
        let key = SoftwareKey::from_pkcs8_der(&entity.key.pkcs8()).unwrap();
        let page = blank_page();
        let signer = SoftwareSigner::new(key, vec![Certificate::from_der(&entity.certificate).unwrap()]).unwrap();
        let octets = sign(&Document::pdf(&page).unwrap(), &Profile::pades_b_b(time()), &signer).unwrap();
        let fetched = verify_fetching(&Document::pdf(&octets).unwrap(), &relying.context(), &mut authority);
        let source = fetched.report.inputs.evidence.iter().filter(|piece| piece.origin == Origin::Fetched).count();
        (fetched.report.conclusion.indication, source)
    };
    let passed = |found: (Indication, usize)| found.0 == Indication::TotalPassed && found.1 > 1;
    assert!(passed(verified(&[silent, issuer], &[silent, responder], &[silent])));
    assert!(passed(verified(&[silent, issuer], &[silent], &[silent, list])));
    for (issuers, responders, lists) in [(vec![silent], vec![responder], vec![list]), (vec![issuer], vec![silent], vec![silent])] {
        assert_eq!(verified(&issuers, &responders, &lists).0, Indication::Indeterminate);
    }
}

#[test]
fn a_verdict_fetches_what_it_wants() {
    let mut authority = authority();
    let relying = Relying::on(&authority);
    let octets = at(Level::BT, &signed(&authority), &mut authority).unwrap();
    let document = Document::pdf(&octets).unwrap();
    assert_eq!(audited::verify(&document, &relying.context()).conclusion.indication, Indication::Indeterminate);
    let fetched = verify_fetching(&document, &relying.context(), &mut authority);
    assert_eq!(fetched.report.conclusion.indication, Indication::TotalPassed, "{}", fetched.report.to_json());
    assert!(fetched.failures.is_empty());
    assert!(fetched.report.inputs.evidence.iter().any(|piece| piece.origin == Origin::Fetched));
    // The same report again from what was fetched, without network.
    let again = Context { evidence: &fetched.evidence, ..relying.context() };
    assert_eq!(audited::verify(&document, &again).to_json(), fetched.report.to_json());
    authority.set_fault(Service::Ocsp, AuthorityFault::Garbage);
    authority.set_fault(Service::Crl, AuthorityFault::Status(404));
    let fetched = verify_fetching(&document, &relying.context(), &mut authority);
    assert_eq!(fetched.report.conclusion.indication, Indication::Indeterminate);
    assert!(fetched.failures.iter().any(|failure| failure.url == "http://ocsp.kyso.example/"));
}
