//! Group `policies`: what a relying party asks beyond the rules, and of the policy under which a signature was made.

use const_oid::ObjectIdentifier;
use kyso::context::{AnchorConstraints, TrustAnchor, TrustStore};
use kyso::crypto::DigestAlgorithm::Sha256;
use kyso::encoding::der::write::{object_id, octet_string, sequence};
use kyso::pki::{Certificate, object_id};
use serde_json::{Value, json};

use crate::case::Case;
use crate::cms::{attribute, digest_identifier};
use crate::hand_made::{HandMade, objects, pades};
use crate::shared::Shared;
use crate::{Files, Outcome};

/// A policy of an invented authority, and its document.
const POLICY: &str = "1.3.6.1.4.1.99999.102.1";
const DOCUMENT: &[u8] = "Chính sách ký kết quả giải quyết thủ tục hành chính".as_bytes();

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    signature_policies(shared, files)?;
    level(shared, files)?;
    tracks(shared, files)?;
    mandated(shared, files)
}

/// EN 319 102-1 §5.2.4, EN 319 122-1 §5.2.9
fn signature_policies(shared: &Shared, files: &mut Files) -> Outcome {
    let signed = |more: Vec<Vec<u8>>| HandMade::new(objects(&pades())).sign(|octets| shared.by_hand("p256").detached(octets, more.clone()));
    let named = |value: Vec<u8>| vec![attribute(object_id::SIGNATURE_POLICY, &[value])];
    let digest = sequence(&[digest_identifier(Sha256), octet_string(&Sha256.digest(DOCUMENT))]);
    let explicit = sequence(&[object_id(ObjectIdentifier::new_unwrap(POLICY)), digest]);
    let rule = |accepted: Value| json!({ "id": "under-policy", "signature_policies": { "accepted": accepted, "document": "required" } });
    let what = "the signature names a policy that the relying party accepts, and whose document is at hand";
    let case = Case::passing(what, "EN 319 102-1 §5.2.4", signed(named(explicit.clone()))?).policy(rule(json!([POLICY])));
    let good = case.policy_document("policy.txt", DOCUMENT.to_vec()).add("policies/signature-policy", files)?;
    let bad = good.but("the document is not at hand").without_policy_documents();
    let check = "context_initialisation.policy_document_available";
    bad.indeterminate("SIGNATURE_POLICY_NOT_AVAILABLE", check).add("policies/signature-policy-missing", files)?;
    let bad = good.but("the document at hand is another one").policy_document("policy.txt", b"another".to_vec());
    bad.indeterminate("SIGNATURE_POLICY_NOT_AVAILABLE", check).add("policies/signature-policy-other-document", files)?;
    let processing = "POLICY_PROCESSING_ERROR";
    let bad = good.but("the relying party accepts another one").policy(rule(json!(["1.3.6.1.4.1.99999.102.2"])));
    bad.indeterminate(processing, "context_initialisation.policy_accepted").add("policies/signature-policy-not-accepted", files)?;
    let bad = good.but("the signature names none").document(signed(Vec::new())?);
    bad.indeterminate(processing, "context_initialisation.policy_accepted").add("policies/signature-policy-none", files)?;
    let bad = good.but("what names it cannot be read").by("EN 319 122-1 §5.2.9").document(signed(named(octet_string(b"policy")))?);
    bad.indeterminate(processing, "context_initialisation.policy_readable").add("policies/signature-policy-unreadable", files)?;
    Ok(())
}

/// EN 319 142-1 §6
fn level(shared: &Shared, files: &mut Files) -> Outcome {
    let document = HandMade::new(objects(&pades())).sign(|octets| shared.by_hand("p256").detached(octets, Vec::new()))?;
    let required = |level: &str| json!({ "id": "level", "required_level": level });
    let case = Case::passing("a signature of level B-B, where the policy requires that", "EN 319 142-1 §6", document);
    let good = case.policy(required("B-B")).entry(|entry| entry.level("B-B")).add("policies/level", files)?;
    let bad = good.but("the policy requires B-T").policy(required("B-T"));
    bad.indeterminate("SIG_CONSTRAINTS_FAILURE", "level.reached").add("policies/level-not-reached", files)?;
    Ok(())
}

/// NĐ 68/2024: documents of authorities are signed under the government's own track.
fn tracks(shared: &Shared, files: &mut Files) -> Outcome {
    let document = HandMade::new(objects(&pades())).sign(|octets| shared.by_hand("p256").detached(octets, Vec::new()))?;
    let under = |track: Option<&str>| -> Outcome<Vec<u8>> {
        let mut store = TrustStore::new();
        let anchor = TrustAnchor::of_certificate(Certificate::from_der(&shared.root.certificate)?)?;
        let constraints = AnchorConstraints::default();
        store.add(TrustAnchor { store: "test".into(), track: track.map(str::to_owned), constraints, ..anchor })?;
        Ok(store.to_json().into_bytes())
    };
    let rule = json!({ "id": "track", "signer_tracks": ["congvu"] });
    let case = Case::passing("an anchor of the track that the policy names", "EN 319 102-1 §5.1.4.2", document).policy(rule);
    let good = case.anchor("anchors.json", Some(under(Some("congvu"))?)).add("policies/track", files)?;
    for (track, change, file) in [(Some("congcong"), "it is of another track", "track-other"), (None, "it is of no track", "track-none")] {
        let bad = good.but(change).anchor("anchors.json", Some(under(track)?));
        bad.indeterminate("CHAIN_CONSTRAINTS_FAILURE", "basic_processing.anchor_track").add(&format!("policies/{file}"), files)?;
    }
    Ok(())
}

/// TT 15/2025 Annex I: what it does not name is a finding, or refused, as the policy says.
fn mandated(shared: &Shared, files: &mut Files) -> Outcome {
    let rule = |constraint: &str| {
        let signatures = json!([{ "name": "RSASSA-PSS", "bits": 2048 }, { "name": "ECDSA", "bits": 256 }]);
        json!({ "id": "annex", "mandated_algorithms": {
            "source": "TT 15/2025/TT-BKHCN Annex I", "digests": ["SHA-256"], "signatures": signatures, "constraint": constraint } })
    };
    let signed = |key: &str| HandMade::new(objects(&pades())).sign(|octets| shared.by_hand(key).detached(octets, Vec::new()));
    let check = "signature_acceptance.algorithm_mandated";
    let what = "the signature is of an algorithm that the regulation names";
    let good = Case::passing(what, "TT 15/2025/TT-BKHCN Annex I", signed("rsa-pss-2048")?).policy(rule("required"));
    let good = good.add("policies/mandated", files)?;
    let other = signed("rsa-2048")?;
    let bad = good.but("no, but of one that is no less reliable").document(other.clone());
    bad.indeterminate("SIG_CONSTRAINTS_FAILURE", check).add("policies/mandated-not", files)?;
    let listed = good.but("no, which is a finding").document(other).policy(rule("tolerated"));
    listed.entry(|entry| entry.tolerates(check)).add("policies/mandated-finding", files)?;
    Ok(())
}
