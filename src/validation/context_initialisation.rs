//! EN 319 102-1 §5.2.4 — Validation context initialization: the policy under which the signature was made

use super::verdict::Session;
use crate::context::Constraint;
use crate::format::signature::{NamedPolicy, Signature};
use crate::report::json::{Kind, Want, WantKind};
use crate::report::{Block, Fact, Recorder, checks};

checks! {
    READABLE = "context_initialisation.policy_readable", "EN 319 122-1 §5.2.9", Indeterminate(PolicyProcessingError),
        "The policy that the signature names cannot be read: {what}.", "Không đọc được chính sách chữ ký được viện dẫn.";
    ACCEPTED = "context_initialisation.policy_accepted", "EN 319 102-1 §5.2.4.4", Indeterminate(PolicyProcessingError),
        "The signature was made under the policy {policy}, which the relying party does not accept.",
        "Chữ ký được tạo theo chính sách {policy}, không được bên kiểm tra chấp nhận.";
    DOCUMENT_AVAILABLE = "context_initialisation.policy_document_available", "EN 319 102-1 §5.2.4.4", Indeterminate(SignaturePolicyNotAvailable),
        "The document of the signature policy {policy}, of digest {digest}, is not at hand.",
        "Không có văn bản của chính sách chữ ký {policy}, giá trị băm {digest}.";
}

/// Whether what the signature says of its policy can be processed.
pub(super) fn context_initialisation(session: &Session<'_>, signature: &Signature, id: &str) -> Block {
    Block::run("Validation context initialization", "EN 319 102-1 §5.2.4", id, |r| {
        if signature.kind == Kind::Signature {
            policy(r, session, signature);
        }
        Ok(())
    })
}

fn policy(r: &mut Recorder, session: &Session<'_>, signature: &Signature) {
    let rule = &session.context.policy.signature_policies;
    let enforced = rule.document == Constraint::Required;
    let named = match &signature.policy {
        Err(what) => {
            r.ask(&READABLE, false, [("what", what.clone().into())]);
            return;
        }
        Ok(named) => named.as_ref(),
    };
    if named.is_some() {
        r.ask(&READABLE, true, []);
    }
    if let Some(accepted) = &rule.accepted {
        let name = named.map_or_else(|| "-".to_owned(), |named| named.id.clone());
        r.ask(&ACCEPTED, accepted.contains(&name), [("policy", name.into())]);
    }
    let Some(NamedPolicy { id, digest: Some((algorithm, digest)) }) = named else { return };
    let algorithm = match algorithm {
        Ok(algorithm) => *algorithm,
        Err(other) => {
            let facts = [("policy", id.clone().into()), ("digest", other.clone().into())];
            r.ask_enforced(enforced, &DOCUMENT_AVAILABLE, false, facts);
            return;
        }
    };
    let available = session.evidence.policy_documents().any(|(_, document, _)| algorithm.digest(document) == *digest);
    let facts = [("policy", id.clone().into()), ("digest", Fact::Digest(algorithm, digest.clone()))];
    r.ask_enforced(enforced, &DOCUMENT_AVAILABLE, available, facts);
}

/// The document of the policy, where it must be at hand and is not.
pub(super) fn wanted(session: &Session<'_>, signature: &Signature, id: &str) -> Option<Want> {
    let required = session.context.policy.signature_policies.document == Constraint::Required;
    let missing = context_initialisation(session, signature, id).failures().iter().any(|step| step.check == DOCUMENT_AVAILABLE.id);
    (required && missing).then(|| Want { kind: WantKind::PolicyDocument, url: None, subject: id.into(), why: DOCUMENT_AVAILABLE.id.into() })
}
