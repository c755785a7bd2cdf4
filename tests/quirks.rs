//! The demonstration PKI with each Vietnamese quirk: it is in the certificates, and what a signature under it is worth (`test-vectors/vietnam`
//! argues each verdict).

#[path = "common/audited.rs"]
mod audited;
use kyso::encoding::pem;
use kyso::pki::object_id::USER_ID;
use kyso::pki::{Certificate, PkiObject, objects};
use kyso::report::{Indication, SubIndication};
use kyso::testkit::{DemoPki, Entity, Quirk, blank_page};
use kyso::{Context, Document, Policy, Profile, Time, sign};

fn time() -> Time {
    Time::from_unix(1_795_316_400)
}

fn pki(quirks: &[Quirk]) -> DemoPki {
    DemoPki::with_quirks([11; 32], time(), quirks).unwrap()
}

fn read(entity: &Entity) -> Certificate {
    Certificate::from_der(&entity.certificate).unwrap()
}

/// The verdict on a page that the leader signed, with everything that the infrastructure gives out.
fn verdict(pki: &DemoPki) -> (Indication, Option<SubIndication>) {
    let page = blank_page();
    let signed = sign(&Document::pdf(&page).unwrap(), &Profile::pades_b_b(time()), &pki.leader_signer().unwrap()).unwrap();
    let (policy, anchors, evidence) = (Policy::etsi_basic(), pki.trust_anchors().unwrap(), pki.evidence().unwrap());
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
    let conclusion = audited::verify(&Document::pdf(&signed).unwrap(), &context).conclusion;
    (conclusion.indication, conclusion.sub_indication)
}

#[test]
fn nothing_but_a_sha_1_intermediate_is_a_matter_of_policy() {
    assert_eq!(verdict(&pki(&[])), (Indication::TotalPassed, None), "no quirk");
    for quirk in Quirk::ALL {
        let expected = match quirk {
            Quirk::Sha1Intermediate => (Indication::Indeterminate, Some(SubIndication::CryptoConstraintsFailureNoPoe)),
            _ => (Indication::TotalPassed, None),
        };
        assert_eq!(verdict(&pki(&[quirk])), expected, "{quirk:?}");
    }
}

#[test]
fn quirks_can_be_had_together() {
    let quirks: Vec<Quirk> = Quirk::ALL.into_iter().filter(|quirk| *quirk != Quirk::Sha1Intermediate).collect();
    assert_eq!(verdict(&pki(&quirks)), (Indication::TotalPassed, None));
}

/// What shows in the certificates, and does not without the quirk.
fn shows(quirk: Quirk, pki: &DemoPki) -> bool {
    let [root, issuing, leader] = [&pki.root, &pki.issuing, &pki.leader].map(read);
    let key_usage =
        |certificate: &Certificate| certificate.extensions().iter().any(|one| one.oid == kyso::pki::object_id::KEY_USAGE && !one.critical);
    let sha1 = |certificate: &Certificate| certificate.signature_algorithm().signature(None).unwrap().to_string().contains("SHA-1");
    let authority = leader.authority_key_identifier().unwrap();
    match quirk {
        Quirk::Sha1Root => sha1(&root) && !sha1(&issuing),
        Quirk::Sha1Intermediate => sha1(&issuing) && !sha1(&root) && !sha1(&leader),
        Quirk::NoAuthorityKeyIdentifier => authority.is_none() && issuing.authority_key_identifier().unwrap().is_none(),
        Quirk::AuthorityBySerial => authority.is_some_and(|authority| authority.key_identifier.is_none()),
        Quirk::IssuersInBundle => {
            let access = leader.authority_information_access().unwrap().unwrap();
            access.ca_issuers().all(|address| address.ends_with(".p7b")) && pki.chain().is_empty()
        }
        Quirk::UnaccentedIssuer => leader.issuer().to_string().is_ascii() && !leader.subject().to_string().is_ascii(),
        Quirk::MixedStringTypes => {
            let tags = |name: &kyso::pki::Name| name.attributes().map(|attribute| attribute.tag).collect::<Vec<_>>();
            tags(leader.issuer()).iter().zip(tags(issuing.subject())).all(|(one, other)| *one != other)
        }
        Quirk::SeveralUserIds => leader.subject().values(USER_ID).count() == 3,
        Quirk::CommasInNames => leader.subject().common_name().unwrap().contains(','),
        Quirk::KeyUsageNotCritical => key_usage(&root) && key_usage(&issuing) && key_usage(&leader),
        Quirk::NoPathLength => issuing.basic_constraints().unwrap().unwrap().path_length.is_none(),
        Quirk::EmptyIssuerAlternativeName => leader
            .extensions()
            .iter()
            .any(|one| one.oid == kyso::pki::object_id::ISSUER_ALTERNATIVE_NAME && one.value.octets() == [0x30, 0]),
        Quirk::NoDocumentSigning => leader.extended_key_usage().unwrap().unwrap().0.len() == 3,
        Quirk::TenYears => leader.not_after().unix() - leader.not_before().unix() > 3650 * 86_400,
        Quirk::ReissuedAuthority => pki.other_authorities.iter().map(read).any(|other| {
            other.octets() != issuing.octets()
                && other.subject_public_key_info() == issuing.subject_public_key_info()
                && other.subject().octets() == issuing.subject().octets()
                && other.not_after() < time()
        }),
        Quirk::CrossCertificate => {
            let [cross, second] = &pki.other_authorities.iter().map(read).collect::<Vec<_>>()[..] else { return false };
            cross.subject_public_key_info() == second.subject_public_key_info()
                && cross.issuer().matches(root.subject())
                && issuing.issuer().matches(second.subject())
        }
        Quirk::DecomposedIssuer => leader.issuer().octets().len() > issuing.subject().octets().len(),
    }
}

#[test]
fn a_quirk_shows_where_it_was_asked_for_and_nowhere_else() {
    let plain = pki(&[]);
    for quirk in Quirk::ALL {
        assert!(shows(quirk, &pki(&[quirk])), "{quirk:?} does not show");
        assert!(!shows(quirk, &plain), "{quirk:?} shows in the plain infrastructure");
    }
}

#[test]
fn the_bundle_of_issuers_is_a_file_of_their_certificates() {
    let files = pki(&[Quirk::IssuersInBundle]).files().unwrap();
    let (_, bundle) = files.iter().find(|(name, _)| name == "evidence/issuers.p7b").unwrap();
    let found = objects(bundle).unwrap();
    assert!(
        matches!(&found[..], [PkiObject::Certificate(issuing), PkiObject::Certificate(root)] if issuing.issuer().matches(root.subject()))
    );
    assert!(!files.iter().any(|(name, _)| name == "evidence/issuing.pem"));
    // Without the quirk the same certificate stands in a file of its own.
    let plain = pki(&[]).files().unwrap();
    let (_, issuing) = plain.iter().find(|(name, _)| name == "evidence/issuing.pem").unwrap();
    assert_eq!(pem::read(issuing).unwrap().len(), 1);
}
