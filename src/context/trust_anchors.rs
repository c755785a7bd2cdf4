//! RFC 5280 §6.1.1 (d), RFC 5914 — Trust anchors: whom the relying party trusts

use super::purpose::Purpose;
use crate::crypto::{DigestAlgorithm, PublicKey};
use crate::error::Malformed;
use crate::pki::extension::NameConstraints;
use crate::pki::object_id::ObjectId;
use crate::pki::{Certificate, Name};
use crate::report::fact::digest_text;
use crate::time::Time;

/// A name and a key that are trusted because the relying party says so; a certificate may tell them, or nobody.
#[derive(Clone, Debug)]
pub struct TrustAnchor {
    /// The trusted issuer name.
    pub name: Name,
    /// The trusted public key, with its algorithm and parameters.
    pub public_key: PublicKey,
    /// The certificate that told name and key; its own signature is neither checked nor judged.
    pub certificate: Option<Certificate>,
    /// The store it comes from.
    pub store: String,
    /// The track of that store: công vụ, công cộng.
    pub track: Option<String>,
    /// What it is trusted for. Empty: everything.
    pub purposes: Vec<Purpose>,
    /// It is trusted from this time on.
    pub not_before: Option<Time>,
    /// It is trusted before this time (EN 319 102-1 §5.2.6.4, the sunset date).
    pub sunset: Option<Time>,
    /// What the relying party restricts beside what certificates do.
    pub constraints: AnchorConstraints,
}

/// `CertPathControls` of RFC 5914 §2.5, as far as path validation knows them (RFC 5937 §3).
#[derive(Clone, Debug, Default)]
pub struct AnchorConstraints {
    /// How many intermediate certificates may follow.
    pub path_length: Option<u64>,
    /// The initial permitted and excluded subtrees (RFC 5280 §6.1.1 (h), (i)).
    pub names: Option<NameConstraints>,
    /// The certificate policies for which it is trusted. Empty: any.
    pub policies: Vec<ObjectId>,
}

/// The store of anchors that come from none.
const OWN: &str = "own";

impl TrustAnchor {
    /// The name and key of `certificate`, of the relying party's own store, for every purpose at every time.
    ///
    /// # Errors
    /// [`Malformed`] when its key cannot be read: there is nothing to trust then.
    pub fn of_certificate(certificate: Certificate) -> Result<Self, Malformed> {
        let public_key = certificate.public_key()?.clone();
        Ok(Self { certificate: Some(certificate.clone()), ..Self::of_key(certificate.subject().clone(), public_key) })
    }

    /// A name and a key without certificate, otherwise as [`Self::of_certificate`].
    pub fn of_key(name: Name, public_key: PublicKey) -> Self {
        Self {
            name,
            public_key,
            certificate: None,
            store: OWN.into(),
            track: None,
            purposes: Vec::new(),
            not_before: None,
            sunset: None,
            constraints: AnchorConstraints::default(),
        }
    }

    /// `sha256:<hex>` of the certificate, or of the `SubjectPublicKeyInfo` where there is none.
    pub fn id(&self) -> String {
        digest_text(DigestAlgorithm::Sha256, &self.certificate.as_ref().map_or_else(|| self.public_key.sha256(), Certificate::sha256))
    }

    /// Whether `certificate` says no more than this anchor does: it is the anchor's, or it has the same name and key, whoever signed it.
    pub fn matches(&self, certificate: &Certificate) -> bool {
        self.is_certificate(certificate)
            || (self.public_key.spki() == certificate.subject_public_key_info() && self.name.matches(certificate.subject()))
    }

    /// Whether the relying party trusts it at `time`.
    pub fn is_in_force(&self, time: Time) -> bool {
        self.not_before.is_none_or(|from| from <= time) && self.sunset.is_none_or(|end| time < end)
    }

    /// Whether the relying party trusts it for `purpose`. [`Purpose::Any`] in its list is every one; asked for, it asks for nothing in particular.
    pub fn serves(&self, purpose: Purpose) -> bool {
        self.purposes.is_empty() || purpose == Purpose::Any || self.purposes.iter().any(|own| [purpose, Purpose::Any].contains(own))
    }

    /// Whether `certificate` is the one that told name and key.
    pub fn is_certificate(&self, certificate: &Certificate) -> bool {
        self.certificate.as_ref().is_some_and(|own| own.octets() == certificate.octets())
    }
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
    ///
    /// # Errors
    /// [`Malformed`] when its key cannot be read.
    pub fn add(&mut self, certificate: Certificate) -> Result<(), Malformed> {
        self.add_anchor(TrustAnchor::of_certificate(certificate)?);
        Ok(())
    }

    /// Adds a certificate in DER.
    ///
    /// # Errors
    /// [`Malformed`] when it is none.
    pub fn add_der(&mut self, der: &[u8]) -> Result<(), Malformed> {
        self.add(Certificate::from_der(der)?)
    }

    /// Adds a name and a key, a DER `SubjectPublicKeyInfo`, of the relying party's own store.
    ///
    /// # Errors
    /// [`Malformed`] when the key cannot be read.
    pub fn add_key(&mut self, name: Name, spki: &[u8]) -> Result<(), Malformed> {
        self.add_anchor(TrustAnchor::of_key(name, PublicKey::from_spki(spki)?));
        Ok(())
    }

    /// Adds an anchor; one that is there already, from the same store, is not added again.
    pub fn add_anchor(&mut self, anchor: TrustAnchor) {
        let same = |other: &TrustAnchor| {
            other.store == anchor.store
                && other.certificate.as_ref().map(Certificate::octets) == anchor.certificate.as_ref().map(Certificate::octets)
                && other.public_key == anchor.public_key
                && other.name.octets() == anchor.name.octets()
        };
        if !self.0.iter().any(same) {
            self.0.push(anchor);
        }
    }

    /// All anchors, as given.
    pub fn iter(&self) -> impl Iterator<Item = &TrustAnchor> {
        self.0.iter()
    }

    /// The anchor that is this certificate.
    pub fn find(&self, certificate: &Certificate) -> Option<&TrustAnchor> {
        self.0.iter().find(|anchor| anchor.is_certificate(certificate))
    }

    /// The anchors that say all that this certificate says of name and key, as [`TrustAnchor::matches`].
    pub fn matching(&self, certificate: &Certificate) -> impl Iterator<Item = &TrustAnchor> {
        self.0.iter().filter(|anchor| anchor.matches(certificate))
    }

    /// The anchors of that name: those who may have issued a certificate whose issuer it is.
    pub fn named(&self, issuer: &Name) -> impl Iterator<Item = &TrustAnchor> {
        self.0.iter().filter(|anchor| anchor.name.matches(issuer))
    }
}
