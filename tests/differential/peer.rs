//! The peer: certval, asked what we are asked.

use certval::{
    CertFile, CertVector, CertificationPath, CertificationPathResults, CertificationPathSettings, Error, MemoryCrlSource, PDVCertificate,
    PDVTrustAnchorChoice, PathValidationStatus, PkiEnvironment, TaSource, TimeOfInterest, check_revocation_local,
    enforce_trust_anchor_constraints,
};
use der::asn1::BitString;
use kyso::Time;
use kyso::crypto::{DigestAlgorithm, PublicKey, SignatureAlgorithm, Signed, Verification};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

/// A path, and how it is to be judged: the status of every certificate of it is asked for, the purpose of the last one is not.
#[derive(Clone, Default)]
pub struct Question {
    /// The anchor's own first, the target last, each issued by the one before. DER.
    pub certificates: Vec<Vec<u8>>,
    /// In any order. DER.
    pub lists: Vec<Vec<u8>>,
    /// Dotted; none is any.
    pub initial_policy_set: Vec<String>,
    pub initial_explicit_policy: bool,
    pub initial_policy_mapping_inhibit: bool,
    pub initial_any_policy_inhibit: bool,
}

impl Question {
    /// What the peer finds wrong, in its own words.
    ///
    /// # Errors
    /// That.
    pub fn of_peer(&self, time: Time) -> Result<(), String> {
        let said = |what: &dyn std::fmt::Debug| format!("{what:?}");
        let [anchor, authorities @ .., target] = self.certificates.as_slice() else { return Err("no path".into()) };
        let certificate = |der: &Vec<u8>| PDVCertificate::try_from(der.as_slice()).map_err(|error| said(&error));
        let authorities = authorities.iter().map(certificate).collect::<Result<Vec<_>, _>>()?;
        let trusted = PDVTrustAnchorChoice::try_from(anchor.as_slice()).map_err(|error| said(&error))?;
        let settings = enforce_trust_anchor_constraints(&self.settings(time)?, &trusted).map_err(|error| said(&error))?;
        let path = CertificationPath::new(trusted, authorities, certificate(target)?);
        let environment = self.environment(anchor)?;
        let mut results = CertificationPathResults::new();
        environment.validate_path(&environment, &settings, &path, &mut results).map_err(|error| said(&error))?;
        check_revocation_local(&environment, &settings, &path, &mut results).map_err(|error| said(&error))
    }

    fn environment(&self, anchor: &[u8]) -> Result<PkiEnvironment, String> {
        let mut environment = PkiEnvironment::new();
        environment.add_verify_signature_message_callback(rsa);
        environment.populate_5280_pki_environment();
        let mut anchors = TaSource::new();
        anchors.push(CertFile { filename: "anchor".into(), bytes: anchor.to_vec() });
        anchors.initialize().map_err(|error| format!("{error:?}"))?;
        environment.add_trust_anchor_source(Box::new(anchors));
        let lists = MemoryCrlSource::new();
        for list in &self.lists {
            // One that cannot be read is none.
            lists.add(list);
        }
        environment.add_crl_source(Box::new(lists));
        Ok(environment)
    }

    /// As RFC 5280 §6.1.1 has the inputs; an anchor is a name and a key, and what its certificate restricts binds (RFC 5937).
    fn settings(&self, time: Time) -> Result<CertificationPathSettings, String> {
        let mut settings = CertificationPathSettings::new();
        let seconds = u64::try_from(time.unix()).map_err(|error| error.to_string())?;
        settings.set_time_of_interest(TimeOfInterest::from_unix_secs(seconds).map_err(|error| error.to_string())?);
        settings.set_enforce_trust_anchor_constraints(true);
        settings.set_enforce_trust_anchor_validity(false);
        settings.set_min_rsa_modulus_bits(1024);
        settings.set_initial_explicit_policy_indicator(self.initial_explicit_policy);
        settings.set_initial_policy_mapping_inhibit_indicator(self.initial_policy_mapping_inhibit);
        settings.set_initial_inhibit_any_policy_indicator(self.initial_any_policy_inhibit);
        if !self.initial_policy_set.is_empty() {
            settings.set_initial_policy_set(self.initial_policy_set.clone());
        }
        Ok(settings)
    }
}

/// RSA by our mathematics, which other suites judge: what is compared here is paths.
fn rsa(
    _: &PkiEnvironment,
    message: &[u8],
    value: &BitString,
    algorithm: &AlgorithmIdentifierOwned,
    key: &SubjectPublicKeyInfoOwned,
) -> Result<(), Error> {
    let digest = match algorithm.oid.to_string().as_str() {
        "1.2.840.113549.1.1.5" => DigestAlgorithm::Sha1,
        "1.2.840.113549.1.1.11" => DigestAlgorithm::Sha256,
        "1.2.840.113549.1.1.12" => DigestAlgorithm::Sha384,
        "1.2.840.113549.1.1.13" => DigestAlgorithm::Sha512,
        _ => return Err(Error::Unrecognized),
    };
    let key = der::Encode::to_der(key).ok().and_then(|der| PublicKey::from_spki(&der).ok()).ok_or(Error::Unrecognized)?;
    match key.verify(&SignatureAlgorithm::RsaPkcs1(digest), Signed::Octets(message), value.raw_bytes()) {
        Verification::Valid => Ok(()),
        _ => Err(Error::PathValidation(PathValidationStatus::SignatureVerificationFailure)),
    }
}
