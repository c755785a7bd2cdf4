//! Policies as data: the built-in ones, their files and schema, and what each asks that another does not.

#[path = "common/audited.rs"]
mod audited;
use kyso::context::{TrustAnchor, TrustAnchors};
use kyso::pki::Certificate;
use kyso::testkit::{DemoPki, Quirk};
use kyso::{Context, Document, Policy, Profile, Report, Time};
use serde_json::Value;

fn folder(path: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn every_built_in_policy_is_its_file_and_follows_the_schema() {
    let schema = jsonschema::validator_for(&Policy::json_schema()).unwrap();
    let mut digests = std::collections::BTreeSet::new();
    for id in Policy::built_in() {
        let file: Value = serde_json::from_slice(&std::fs::read(folder(&format!("src/context/policies/{id}.json"))).unwrap()).unwrap();
        let faults: Vec<String> = schema.iter_errors(&file).map(|error| error.to_string()).collect();
        assert!(faults.is_empty(), "{id}: {faults:?}");
        let policy = Policy::named(id).unwrap();
        let mut read: Value = serde_json::from_str(&policy.to_json()).unwrap();
        read.as_object_mut().unwrap().remove("limits");
        assert_eq!(read, file, "{id}");
        assert!(digests.insert(policy.sha256()), "{id} has the digest of another");
        for text in [&policy.title.as_ref().unwrap().en, &policy.title.as_ref().unwrap().vi] {
            assert!(!text.is_empty(), "{id}");
        }
        let mut other = file;
        other["freshnes"] = "required".into();
        assert!(!schema.is_valid(&other) && Policy::from_json(other.to_string().as_bytes()).is_err());
    }
    assert_eq!(digests.len(), 6);
}

#[test]
fn the_published_schema_is_that_of_the_types() {
    let schema = serde_json::to_string_pretty(&Policy::json_schema()).unwrap() + "\n";
    if std::env::var_os("KYSO_WRITE").is_some() {
        std::fs::write(folder("docs/policy.schema.json"), &schema).unwrap();
    }
    let written = std::fs::read_to_string(folder("docs/policy.schema.json")).unwrap_or_default();
    assert!(written == schema, "docs/policy.schema.json is another one: KYSO_WRITE=1 cargo test --test policies writes it");
}

/// Whoever asks why a document did not pass finds the article: of every rule, and of no other.
#[test]
fn every_rule_of_a_built_in_policy_says_where_it_comes_from() {
    for id in Policy::built_in() {
        let file: Value = serde_json::from_slice(&std::fs::read(folder(&format!("src/context/policies/{id}.json"))).unwrap()).unwrap();
        let rules: Vec<&str> =
            file.as_object().unwrap().keys().map(String::as_str).filter(|rule| !["id", "title", "sources"].contains(rule)).collect();
        let sources = file["sources"].as_array().unwrap();
        let sourced: Vec<&str> = sources.iter().map(|source| source["rule"].as_str().unwrap()).collect();
        assert_eq!(sourced.iter().collect::<std::collections::BTreeSet<_>>(), rules.iter().collect(), "{id}");
        assert_eq!(sourced.len(), rules.len(), "{id}: a rule twice");
        for source in sources.iter().map(|source| source["source"].as_str().unwrap()) {
            let is_cited = ["Art ", "Annex ", "§", "TS 119 312", "no text", "no article"].iter().any(|word| source.contains(word));
            assert!(is_cited, "{id}: {source}");
        }
    }
}

fn time() -> Time {
    Time::from_rfc3339("2026-11-22T03:00:00Z").unwrap()
}

/// What `policy` makes of a document that the leader signed, with the anchor on this track.
fn verdict(pki: &DemoPki, policy: &str, track: Option<&str>) -> Report {
    let blank = kyso::testkit::blank_page();
    let document = Document::pdf(&blank).unwrap();
    let signer = pki.leader_signer().unwrap();
    let signed = kyso::sign(&document, &Profile::pades_b_b(time().plus_seconds(-600)), &signer).unwrap();
    let mut anchors = TrustAnchors::none();
    for anchor in pki.trust_anchors().unwrap().iter() {
        anchors.add_anchor(TrustAnchor { track: track.map(str::to_owned), ..anchor.clone() });
    }
    let (policy, evidence) = (Policy::named(policy).unwrap(), pki.evidence().unwrap());
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
    audited::verify(&Document::pdf(&signed).unwrap(), &context)
}

/// `INDETERMINATE / TRY_LATER by revocation.fresh`
fn said(report: &Report) -> String {
    let conclusion = &report.conclusion;
    let sub = conclusion.sub_indication.map_or(String::new(), |sub| format!(" / {}", sub.as_str()));
    let by = conclusion.reasons.first().map_or(String::new(), |reason| format!(" by {}", reason.check));
    format!("{}{sub}{by}", conclusion.indication.as_str())
}

fn tolerated(report: &Report, check: &str) -> bool {
    report
        .signatures
        .iter()
        .flat_map(|entry| entry.checks.checks())
        .any(|step| step.check == check && step.outcome == kyso::report::Outcome::Tolerated)
}

#[test]
fn the_same_document_under_every_policy() {
    let pki = DemoPki::new([7; 32], time()).unwrap();
    let leader = Certificate::from_der(kyso::Signer::certificates(&pki.leader_signer().unwrap())[0].octets()).unwrap();
    let bits = leader.public_key().unwrap().bits();
    for id in Policy::built_in() {
        let report = verdict(&pki, id, Some("congvu"));
        let expected = match (id, bits) {
            ("etsi-2026", Some(2048)) => "INDETERMINATE / CRYPTO_CONSTRAINTS_FAILURE_NO_POE by signature_acceptance.algorithm_reliable",
            _ => "TOTAL-PASSED",
        };
        assert_eq!(said(&report), expected, "{id}");
        assert_eq!(report.inputs.policy.id, id);
        assert_eq!(report.inputs.policy.sha256, Policy::named(id).unwrap().sha256());
    }
}

#[test]
fn the_government_policy_takes_its_own_track_alone() {
    let pki = DemoPki::new([7; 32], time()).unwrap();
    assert_eq!(said(&verdict(&pki, "vn-congvu-2024", Some("congvu"))), "TOTAL-PASSED");
    let other = said(&verdict(&pki, "vn-congvu-2024", Some("congcong")));
    assert_eq!(other, "INDETERMINATE / CHAIN_CONSTRAINTS_FAILURE by basic_processing.anchor_track");
    assert_eq!(said(&verdict(&pki, "vn-tt15-2025", Some("congcong"))), "TOTAL-PASSED");
}

#[test]
fn an_algorithm_outside_of_annex_i_is_a_finding_and_no_failure() {
    let pki = DemoPki::new([7; 32], time()).unwrap();
    let check = "signature_acceptance.algorithm_mandated";
    let named = verdict(&pki, "vn-tt15-2025", Some("congvu"));
    assert_eq!(said(&named), "TOTAL-PASSED");
    let algorithm = named.signatures[0].algorithms.as_ref().unwrap().signature.clone();
    assert_eq!(tolerated(&named, check), algorithm.contains("PKCS1"), "{algorithm}");
    assert!(!tolerated(&verdict(&pki, "etsi-basic", Some("congvu")), check));
}

#[test]
fn authorities_of_the_first_generation_pass_under_the_old_policy_alone() {
    let pki = DemoPki::with_quirks([7; 32], time(), &[Quirk::Sha1Intermediate]).unwrap();
    let strict = said(&verdict(&pki, "etsi-basic", Some("congvu")));
    assert_eq!(strict, "INDETERMINATE / CRYPTO_CONSTRAINTS_FAILURE_NO_POE by basic_processing.algorithm_reliable");
    assert_eq!(said(&verdict(&pki, "vn-legacy-compat", Some("congvu"))), "TOTAL-PASSED");
}

/// A document that the leader signed, judged under `policy` with these members at this time with this evidence.
fn judged(policy: &str, members: &Value, at: Time, evidence: impl FnOnce(&DemoPki) -> kyso::Evidence) -> Report {
    let pki = DemoPki::new([7; 32], time()).unwrap();
    let signer = pki.leader_signer().unwrap();
    let page = kyso::testkit::blank_page();
    let document = Document::pdf(&page).unwrap();
    let signed = kyso::sign(&document, &Profile::pades_b_b(time().plus_seconds(-600)), &signer).unwrap();
    let mut anchors = TrustAnchors::none();
    for anchor in pki.trust_anchors().unwrap().iter() {
        anchors.add_anchor(TrustAnchor { track: Some("congvu".into()), ..anchor.clone() });
    }
    let mut policy: Value = serde_json::from_str(&Policy::named(policy).unwrap().to_json()).unwrap();
    for (name, value) in members.as_object().unwrap() {
        policy[name] = value.clone();
    }
    let policy = Policy::from_json(policy.to_string().as_bytes()).unwrap();
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence(&pki), time: at, existence: None };
    audited::verify(&Document::pdf(&signed).unwrap(), &context)
}

fn whole(pki: &DemoPki) -> kyso::Evidence {
    pki.evidence().unwrap()
}

/// The certificates, and of the lists those about the certificates that `issuer` issued.
fn with_lists_of(issuer: &'static str) -> impl FnOnce(&DemoPki) -> kyso::Evidence {
    move |pki| {
        let (all, mut some) = (pki.evidence().unwrap(), kyso::Evidence::none());
        for (certificate, origin) in all.certificates() {
            some.add_certificate(certificate.clone(), origin);
        }
        for (_, list, origin) in all.crls().filter(|(_, list, _)| list.issuer().to_string().contains(issuer)) {
            some.add_crl(list.clone(), origin);
        }
        some
    }
}

/// TT 15/2025 Annex II (1.2): where the status cannot be checked, the software says so. NĐ 68/2024 Art 31 (iii).
#[test]
fn a_status_that_is_not_known_is_told_and_never_passed() {
    for id in ["vn-tt15-2025", "vn-congvu-2024", "vn-legacy-compat"] {
        assert_eq!(said(&judged(id, &serde_json::json!({}), time(), whole)), "TOTAL-PASSED", "{id}");
        let none = judged(id, &serde_json::json!({}), time(), with_lists_of("nobody"));
        assert_eq!(said(&none), "INDETERMINATE / CERTIFICATE_CHAIN_GENERAL_FAILURE by revocation.status_known", "{id}");
        let (shown, reason) = (none.to_text(kyso::report::text::Language::Vi), &none.conclusion.reasons[0].vi);
        assert!(shown.contains(reason.as_str()) && !reason.is_empty(), "{id}: {shown}");
    }
}

/// NĐ 68/2024 Art 32, TT 15/2025 Art 6 (1)(b): each certificate of the path; lists of the first generation are not served any more.
#[test]
fn the_status_of_authorities_is_asked_but_under_the_old_policy() {
    let of_signer = || with_lists_of("Chứng thực số Kyso Demo");
    let whole_path = "INDETERMINATE / CERTIFICATE_CHAIN_GENERAL_FAILURE by revocation.status_known";
    for (id, expected) in [("vn-tt15-2025", whole_path), ("vn-congvu-2024", whole_path), ("vn-legacy-compat", "TOTAL-PASSED")] {
        assert_eq!(said(&judged(id, &serde_json::json!({}), time(), of_signer())), expected, "{id}");
        let off = serde_json::json!({ "revocation_of_issuers": "if_available" });
        assert_eq!(said(&judged(id, &off, time(), of_signer())), "TOTAL-PASSED", "{id}");
    }
}

/// NĐ 68/2024 Art 31 (iii) against TT 15/2025 Annex II (1.2): a list of long ago says nothing, or is a finding.
#[test]
fn an_old_list_is_refused_on_the_government_s_track_and_told_elsewhere() {
    let later = time().plus_seconds(60 * 86_400);
    let stale = "INDETERMINATE / TRY_LATER by revocation.fresh";
    for (id, expected) in [("vn-congvu-2024", stale), ("vn-tt15-2025", "TOTAL-PASSED"), ("vn-legacy-compat", "TOTAL-PASSED")] {
        let report = judged(id, &serde_json::json!({}), later, whole);
        assert_eq!(said(&report), expected, "{id}");
        assert_eq!(tolerated(&report, "revocation.fresh"), expected == "TOTAL-PASSED", "{id}");
        let fresh = judged(id, &serde_json::json!({}), time(), whole);
        assert!(said(&fresh) == "TOTAL-PASSED" && !tolerated(&fresh, "revocation.fresh"), "{id}");
    }
}

/// NĐ 68/2024 Art 31 (ii), TT 15/2025 Annex II (1.5): a certificate for something else.
#[test]
fn a_certificate_that_is_for_something_else_is_refused() {
    for id in ["vn-congvu-2024", "vn-tt15-2025", "vn-legacy-compat"] {
        let other = serde_json::json!({ "signing_purposes": ["1.3.6.1.5.5.7.3.1"] });
        let refused = said(&judged(id, &other, time(), whole));
        assert!(refused.starts_with("INDETERMINATE / ") && refused.contains("key_usage"), "{id}: {refused}");
    }
}

/// TT 15/2025 Annex I, algorithm by algorithm, on both sides of each line.
#[test]
fn annex_i_names_these_algorithms_and_no_others() {
    use kyso::crypto::{DigestAlgorithm::*, PssParameters, SignatureAlgorithm};
    for id in ["vn-congvu-2024", "vn-tt15-2025"] {
        let policy = Policy::named(id).unwrap();
        let mandated = policy.mandated_algorithms.as_ref().unwrap();
        for digest in kyso::crypto::DigestAlgorithm::ALL {
            assert_eq!(mandated.names_digest(digest), ![Sha1, Sha224].contains(&digest), "{id}: {digest:?}");
        }
        let rows: Vec<(&str, u32)> = mandated.signatures.iter().map(|row| (row.name.as_str(), row.bits)).collect();
        assert_eq!(rows, [("RSASSA-PSS", 2048), ("ECDSA", 256)], "{id}");
        let pki = DemoPki::new([7; 32], time()).unwrap();
        let leader = kyso::Signer::certificates(&pki.leader_signer().unwrap())[0].clone();
        let key = leader.public_key().unwrap();
        assert_eq!(key.bits(), Some(2048));
        let pss = |digest| SignatureAlgorithm::RsaPss(PssParameters { digest, mask_digest: digest, salt: 32 });
        assert!(mandated.names(&pss(Sha256), key) && mandated.names(&pss(Sha3_512), key), "{id}");
        for outside in [SignatureAlgorithm::RsaPkcs1(Sha256), SignatureAlgorithm::Ed25519, pss(Sha1), pss(Sha224)] {
            assert!(!mandated.names(&outside, key), "{id}: {outside:?}");
        }
    }
}

/// TT 15/2025 Art 6 (4): what a check shows at least, in Vietnamese; of a signature without timestamp and of one with.
#[test]
fn a_check_shows_in_vietnamese_what_article_6_4_demands() {
    let report = judged("vn-tt15-2025", &serde_json::json!({}), time(), whole);
    let shown = report.to_text(kyso::report::text::Language::Vi);
    for (what, label) in [
        ("valid or not", "Kết luận: HỢP LỆ"),
        ("issuer", "Tổ chức cấp chứng thư: Chứng thực số Kyso Demo"),
        ("signer", "Người ký: "),
        ("body managing the certificate", "Cơ quan quản lý chứng thư: "),
        ("signing time", "Thời điểm ký: "),
        ("integrity", "Tính toàn vẹn: "),
        ("validity at the signing time", "Hiệu lực của chứng thư tại thời điểm ký"),
        ("certificate validity period", "Thời hạn của chứng thư: "),
    ] {
        assert!(shown.contains(label), "{what}: {shown}");
    }
    assert!(!shown.contains("không xác định được"), "{shown}");
}
