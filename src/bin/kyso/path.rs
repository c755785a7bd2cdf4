//! `kyso path` — RFC 5280 §6: whether a certificate may be believed, and a report that says why

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use kyso::context::{Purpose, RevocationPolicy};
use kyso::encoding::der::ObjectId;
use kyso::path::Request;
use kyso::pki::{Certificate, PkiObject};
use kyso::report::json::Origin;
use kyso::{Context, Time};

use crate::exit::{Failure, Status};
use crate::lang::Lang;
use crate::path_text::PathText;
use crate::store::Signers;
use crate::supplied::{self, Supplied};
use crate::{clock, files, output, policy, trust};

/// Looks for a certification path from a certificate to a trust anchor, and says of every one that it tries why it passes or not
#[derive(clap::Args)]
pub struct Arguments {
    /// The certificate, PEM or DER; of several in the file the first one, the others may stand above it
    #[arg(value_name = "CERT")]
    certificate: PathBuf,
    /// Certificates that are trusted: PEM or DER, bundles, trust stores of `kyso trust`, or a folder of such files
    #[arg(long, value_name = "FILE|DIR")]
    anchor: Vec<PathBuf>,
    /// Certificates of those who may sign trust stores; a signed one from anybody else is not used
    #[arg(long, value_name = "FILE|DIR")]
    store_anchor: Vec<PathBuf>,
    /// Certificates that may stand between the two; in the same forms
    #[arg(long, value_name = "FILE|DIR")]
    intermediate: Vec<PathBuf>,
    /// Revocation lists; in the same forms
    #[arg(long, value_name = "FILE|DIR")]
    crl: Vec<PathBuf>,
    /// OCSP responses, DER, or a folder of such files
    #[arg(long, value_name = "FILE|DIR")]
    ocsp: Vec<PathBuf>,
    /// A built-in policy (etsi-basic) or a file with one in JSON
    #[arg(long, value_name = "ID|FILE", default_value = "etsi-basic")]
    policy: String,
    /// The time for which the question is asked; the clock's when absent
    #[arg(long, value_name = "RFC3339", value_parser = clock::parse)]
    at: Option<Time>,
    /// A certificate policy that is acceptable (RFC 5280 §6.1.1 (c)); any when absent
    #[arg(long, value_name = "OID", value_parser = trust::policy)]
    policy_oid: Vec<ObjectId>,
    /// The path must be valid for an acceptable policy (§6.1.1 (f))
    #[arg(long)]
    require_explicit_policy: bool,
    /// Authorities may not map policies (§6.1.1 (e))
    #[arg(long)]
    inhibit_policy_mapping: bool,
    /// anyPolicy stands for no policy (§6.1.1 (g))
    #[arg(long)]
    inhibit_any_policy: bool,
    /// Whether the status of certificates must be known; what the policy says when absent
    #[arg(long, value_enum)]
    revocation: Option<Revocation>,
    /// What the certificate is used for: signing, timestamping, ocsp, crl or any
    #[arg(long, value_name = "PURPOSE", value_parser = trust::purpose, default_value = "signing")]
    purpose: Purpose,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Language of the text
    #[arg(long, value_enum, default_value_t = Lang::Vi)]
    lang: Lang,
    /// Writes the report to this file
    #[arg(short, long = "output", value_name = "OUT")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum Revocation {
    /// Of every certificate but the anchor's
    Required,
    /// Where it is known
    IfAvailable,
    /// Not asked
    Off,
}

impl From<Revocation> for RevocationPolicy {
    fn from(revocation: Revocation) -> Self {
        match revocation {
            Revocation::Required => Self::Required,
            Revocation::IfAvailable => Self::IfAvailable,
            Revocation::Off => Self::Off,
        }
    }
}

pub fn run(arguments: Arguments) -> Result<Status, Failure> {
    let evidence: Vec<PathBuf> = [&arguments.intermediate, &arguments.crl, &arguments.ocsp].into_iter().flatten().cloned().collect();
    files::keep(
        [&arguments.certificate].into_iter().chain(&arguments.anchor).chain(&arguments.store_anchor).chain(&evidence),
        arguments.output.as_ref(),
    )?;
    let mut policy = policy::named(&arguments.policy)?;
    if let Some(revocation) = arguments.revocation {
        (policy.revocation_of_signer, policy.revocation_of_issuers) = (revocation.into(), revocation.into());
    }
    let time = clock::time(arguments.at)?;
    let signers = Signers::from(&arguments.store_anchor, time)?;
    let Supplied { anchors, mut evidence } = Supplied::from(&arguments.anchor, &evidence, &signers)?;
    let (target, others) = certificates(&arguments.certificate)?;
    others.into_iter().for_each(|other| evidence.add_certificate(other, Origin::Supplied));
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time, existence: None };
    let report = kyso::path::validate(&target, &request(&arguments), &context);
    let text = match arguments.format {
        Format::Json => report.to_json(),
        Format::Text => {
            PathText { report: &report, target: &target, context: &context, purpose: arguments.purpose }.to_text(arguments.lang.into())
        }
    };
    output::write(arguments.output.as_deref(), text.as_bytes())?;
    Ok(if report.valid { Status::Passed } else { Status::Failed })
}

fn request(arguments: &Arguments) -> Request {
    Request {
        purpose: arguments.purpose,
        user_initial_policy_set: arguments.policy_oid.clone(),
        initial_explicit_policy: arguments.require_explicit_policy,
        initial_policy_mapping_inhibit: arguments.inhibit_policy_mapping,
        initial_any_policy_inhibit: arguments.inhibit_any_policy,
        ..Request::default()
    }
}

/// The certificate in question, and the others in its file.
fn certificates(path: &Path) -> Result<(Certificate, Vec<Certificate>), Failure> {
    let mut found = Vec::new();
    for object in supplied::objects(path)? {
        match object {
            PkiObject::Certificate(certificate) => found.push(certificate),
            PkiObject::Unread(unread) => return Err(Failure::unreadable(path, unread.malformed)),
            _ => return Err(Failure::unreadable(path, "something in it is no certificate")),
        }
    }
    if found.is_empty() {
        return Err(Failure::unreadable(path, "no certificate in it"));
    }
    let target = found.remove(0);
    Ok((target, found))
}
