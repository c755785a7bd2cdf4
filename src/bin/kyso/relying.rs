//! What the relying party brings to a verdict beside the document and the time: whom it trusts, what it knows, by which rules

use std::path::PathBuf;

use kyso::{Policy, Time};

use crate::exit::Failure;
use crate::policy;
use crate::store::Signers;
use crate::supplied::Supplied;

/// The relying party's side of a command line.
#[derive(clap::Args)]
pub struct Relying {
    /// Certificates that are trusted: PEM or DER, bundles, trust stores of `kyso trust`, or a folder of such files
    #[arg(long, value_name = "FILE|DIR")]
    anchor: Vec<PathBuf>,
    /// Certificates of those who may sign trust stores; a signed one from anybody else is not used
    #[arg(long, value_name = "FILE|DIR")]
    store_anchor: Vec<PathBuf>,
    /// Certificates, revocation lists and OCSP responses beside those in the document; in the same forms
    #[arg(long, value_name = "FILE|DIR")]
    evidence: Vec<PathBuf>,
    /// A built-in policy (etsi-basic) or a file with one in JSON
    #[arg(long, value_name = "ID|FILE", default_value = "etsi-basic")]
    policy: String,
}

impl Relying {
    /// The files that it names.
    pub fn inputs(&self) -> impl Iterator<Item = &PathBuf> {
        self.anchor.iter().chain(&self.store_anchor).chain(&self.evidence)
    }

    /// What is in them, and the policy; who signed trust stores, is judged as of `time`.
    pub fn read(&self, time: Time) -> Result<(Policy, Supplied), Failure> {
        let signers = Signers::from(&self.store_anchor, time)?;
        Ok((policy::named(&self.policy)?, Supplied::from(&self.anchor, &self.evidence, &signers)?))
    }
}
