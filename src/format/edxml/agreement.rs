//! NĐ 30/2020/NĐ-CP art. 8, art. 21 — The header of a message against those who signed what it brings

use super::message::Message;
use super::signer;
use crate::format::signature::Signature;
use crate::pki::object_id;
use crate::report::json::Kind;
use crate::report::{Fact, Recorder, checks};

checks! {
    SIGNER_AGREES = "edxml.signer_agrees", "QCVN 102:2016 §2 (SignerInfo)", Indeterminate(SigConstraintsFailure),
        "The header names {header} as signer, and what is signed is signed by {signers}.", "Phần đầu ghi người ký là {header}, nội dung được ký bởi {signers}.";
    ORGANISATION_AGREES = "edxml.organisation_agrees", "QCVN 102:2016 §2 (OrganId)", Indeterminate(SigConstraintsFailure),
        "The header names {header} as sender, and what is signed is signed by {signers}.", "Phần đầu ghi cơ quan gửi là {header}, nội dung được ký bởi {signers}.";
}

/// The name of a subject by the type of its attribute, as certificates have it.
struct Names {
    people: Vec<String>,
    organisations: Vec<String>,
}

/// Whether the header says who signed. It decides nothing: names are written in many ways, and a header that is not signed proves nothing.
pub(super) fn asked(r: &mut Recorder, message: &Message, signatures: &[Signature]) {
    let names = Names::of(signatures);
    for (check, said, signed) in [
        (&SIGNER_AGREES, &message.header.signer, &names.people),
        (&ORGANISATION_AGREES, &message.header.organisation, &names.organisations),
    ] {
        let Some(header) = said.as_ref().filter(|_| !signed.is_empty()) else { continue };
        let agrees = signed.iter().any(|name| alike(name, header));
        let signers = Fact::List(signed.iter().map(|name| Fact::from(name.clone())).collect());
        r.tolerate(check, agrees, [("header", header.clone().into()), ("signers", signers)]);
    }
}

impl Names {
    fn of(signatures: &[Signature]) -> Self {
        let mut names = Self { people: Vec::new(), organisations: Vec::new() };
        for signature in signatures.iter().filter(|signature| signature.kind == Kind::Signature) {
            let Some(certificate) = signer(signature) else { continue };
            let subject = certificate.subject();
            let of = |oid| subject.values(oid).map(str::to_owned).collect::<Vec<_>>();
            names.people.extend(of(object_id::COMMON_NAME));
            // The seal of an organisation has its name where a person's name stands.
            names.organisations.extend(of(object_id::ORGANIZATION).into_iter().chain(of(object_id::COMMON_NAME)));
        }
        names
    }
}

/// The same letters, whatever their case and the spaces between words.
fn alike(one: &str, other: &str) -> bool {
    let folded = |text: &str| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ");
    folded(one) == folded(other)
}
