//! RFC 5280 §6.1.1 (d) — Trust anchors: whom the relying party trusts

use crate::error::Malformed;
use crate::pki::Certificate;

/// A certificate that is trusted because the relying party says so.
#[derive(Clone, Debug)]
pub struct TrustAnchor {
    /// The certificate; its own signature is neither checked nor judged.
    pub certificate: Certificate,
    /// The store it comes from.
    pub store: String,
    /// The track of that store.
    pub track: Option<String>,
}

/// The trust anchors of a verdict. Nobody is trusted by default.
#[derive(Clone, Debug, Default)]
pub struct TrustAnchors(Vec<TrustAnchor>);

impl TrustAnchors {
    /// No anchor: no signature can be TOTAL-PASSED.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a certificate of the relying party's own store; one that is there already is not added again.
    pub fn add(&mut self, certificate: Certificate) {
        if !self.0.iter().any(|anchor| anchor.certificate.octets() == certificate.octets()) {
            self.0.push(TrustAnchor { certificate, store: "own".into(), track: None });
        }
    }

    /// Adds a certificate in DER.
    ///
    /// # Errors
    /// [`Malformed`] when it is none.
    pub fn add_der(&mut self, der: &[u8]) -> Result<(), Malformed> {
        self.add(Certificate::from_der(der)?);
        Ok(())
    }

    /// All anchors, as given.
    pub fn iter(&self) -> impl Iterator<Item = &TrustAnchor> {
        self.0.iter()
    }

    /// The anchor that is this certificate.
    pub fn find(&self, certificate: &Certificate) -> Option<&TrustAnchor> {
        self.0.iter().find(|anchor| anchor.certificate.octets() == certificate.octets())
    }
}
