//! `docs/report.md`, "Signed reports": a validity report for the payload.

use kyso::encoding::base64url;
use kyso::report::json::InputPolicy;
use kyso::{Context, Document, Evidence, Policy, TrustAnchors};

use super::{Draft, bad, good};
use crate::shared::{Shared, time};
use crate::{Files, Outcome};

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let (policy, anchors, evidence) = (Policy::etsi_basic(), TrustAnchors::none(), Evidence::none());
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
    // The shortest there is, of no version and under a policy of nobody, so that it stays as it is.
    let mut report = kyso::verify(&Document::data(b"Nobody signed this.\n"), &context);
    report.tool.version = "0".into();
    report.inputs.policy = InputPolicy { id: "of-nobody".into(), sha256: format!("sha256:{}", "0".repeat(64)) };
    let canonical = report.to_canonical_json()?;
    let signed = |payload: &[u8]| {
        let payload = base64url::encode(payload);
        Draft::new(shared, "rsa-2048", "RS256")
            .with("cty", "json".into())
            .payload(payload.clone(), payload)
            .make()
            .map(|made| made.flattened())
    };
    let honest = good("A validity report is signed in its canonical form", "RFC 8785 §3", signed(&canonical)?);
    let honest = honest.add("json/signed-report", files)?;
    bad(&honest, "the form is that of a file", signed(report.to_json_line().as_bytes())?)
        .by("RFC 8785 §3")
        .concludes("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "signed_report.canonical")
        .add("json/signed-report-as-file", files)?;
    let falsified = String::from_utf8(canonical)?.replacen("\"signatures\":0", "\"signatures\":1", 1);
    bad(&honest, "it says of itself what does not follow", signed(falsified.as_bytes())?)
        .by("EN 319 102-1 §5.1.3")
        .concludes("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "signed_report.holds")
        .add("json/signed-report-false", files)?;
    Ok(())
}
