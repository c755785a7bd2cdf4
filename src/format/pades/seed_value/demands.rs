//! ISO 32000-2 §12.7.5.5, tables 237 and 238 — the entries of a seed value dictionary that are rules

use crate::crypto::DigestAlgorithm;
use crate::encoding::pdf::{Dictionary, Object, Problem, View, decode_text};
use crate::pki::Certificate;
use crate::pki::name::NameAttribute;

/// Required when these bits of `/Ff` are set (table 237).
const FILTER: i64 = 1;
const SUB_FILTER: i64 = 1 << 1;
const VERSION: i64 = 1 << 2;
const REASONS: i64 = 1 << 3;
const LEGAL_ATTESTATION: i64 = 1 << 4;
const ADD_REVOCATION_INFORMATION: i64 = 1 << 5;
const DIGEST_METHOD: i64 = 1 << 6;
const LOCK_DOCUMENT: i64 = 1 << 7;
const APPEARANCE_FILTER: i64 = 1 << 8;

/// The same in the certificate seed value dictionary (table 238).
const SUBJECT: i64 = 1;
const ISSUER: i64 = 1 << 1;
const POLICY: i64 = 1 << 2;
const SUBJECT_NAME: i64 = 1 << 3;
const KEY_USAGE: i64 = 1 << 5;

/// `/V`: 3 is ISO 32000-2.
const UNDERSTOOD_VERSION: f64 = 3.0;

/// What seed values ask about: a signature that is there, or one that is about to be made.
pub(in super::super) struct Made {
    /// `/Filter`
    pub filter: String,
    /// `/SubFilter`
    pub sub_filter: String,
    /// `/Reason`
    pub reason: Option<String>,
    /// The digest of what is signed, where it is known.
    pub digest: Option<DigestAlgorithm>,
    /// `/P` of its certification.
    pub certification: Option<i64>,
    /// The lowest `/P` of its certification and of the field's lock.
    pub permission: Option<i64>,
    /// `/Attestation` of the document (§12.8.7).
    pub attestation: Option<String>,
    /// Whether revocation information stands in its value.
    pub revocation_information: bool,
    /// Whether a timestamp is on its value.
    pub timestamp: bool,
    /// The signer's certificate, then its issuers.
    pub certificates: Vec<Certificate>,
}

/// One entry that is a rule, against the signature.
pub(in super::super) struct Demand {
    /// The entry, for example `DigestMethod` or `Cert.Issuer`.
    pub constraint: &'static str,
    /// What it asks for.
    pub wanted: String,
    /// What the signature has.
    pub found: String,
    /// Whether that is the same.
    pub met: bool,
}

/// Every required entry of `dictionary` against the signature, in the order of the tables. What is not required is advice to people.
pub(in super::super) fn demands(view: &View<'_, '_>, dictionary: &Dictionary, made: &Made) -> Result<Vec<Demand>, Problem> {
    let mut seed_value = SeedValue { view, made, demands: Vec::new() };
    seed_value.signature(dictionary)?;
    if let Object::Dictionary(constraints) = view.value(dictionary, b"Cert")? {
        seed_value.certificate(&constraints)?;
    }
    Ok(seed_value.demands)
}

struct SeedValue<'v, 'p, 'a> {
    view: &'v View<'p, 'a>,
    made: &'v Made,
    demands: Vec<Demand>,
}

impl SeedValue<'_, '_, '_> {
    /// Table 237.
    fn signature(&mut self, seed_value: &Dictionary) -> Result<(), Problem> {
        let made = self.made;
        let flags = self.integer(seed_value, b"Ff")?.unwrap_or(0);
        let required = |flag: i64| flags & flag != 0;
        if required(FILTER) {
            let filter = self.view.value(seed_value, b"Filter")?;
            self.demand("Filter", filter == Object::Null || filter.is_name(made.filter.as_bytes()), name(&filter), &made.filter);
        }
        if required(SUB_FILTER) {
            let names = self.names(seed_value, b"SubFilter")?;
            self.demand("SubFilter", names.contains(&made.sub_filter), names.join(", "), &made.sub_filter);
        }
        if required(VERSION) {
            let version = self.view.value(seed_value, b"V")?.as_number().unwrap_or(0.0);
            self.demand("V", version <= UNDERSTOOD_VERSION, version.to_string(), "3 at most is understood");
        }
        if required(REASONS) {
            self.reasons(seed_value)?;
        }
        if required(LEGAL_ATTESTATION) && made.certification.is_some() {
            let attestations = self.texts(seed_value, b"LegalAttestation")?;
            let met = made.attestation.as_ref().is_some_and(|attestation| attestations.contains(attestation));
            self.demand("LegalAttestation", met, attestations.join(", "), made.attestation.as_deref().unwrap_or("none"));
        }
        if required(ADD_REVOCATION_INFORMATION) && self.view.value(seed_value, b"AddRevInfo")?.as_boolean() == Some(true) {
            let found = if made.revocation_information { "some" } else { "none" };
            self.demand("AddRevInfo", made.revocation_information, "revocation information inside the signature", found);
        }
        if required(DIGEST_METHOD) {
            let names = self.texts(seed_value, b"DigestMethod")?;
            let digest = made.digest.map_or("unknown", DigestAlgorithm::name);
            self.demand("DigestMethod", names.iter().any(|name| is_digest(name, digest)), names.join(", "), digest);
        }
        if required(APPEARANCE_FILTER) {
            // The name of an appearance stands nowhere in a signature: that it is this one, nobody can tell.
            self.demand("AppearanceFilter", false, "an appearance known by name", "nothing that names one");
        }
        self.timestamp(seed_value)?;
        self.modification(seed_value, required(LOCK_DOCUMENT))
    }

    /// An array whose only member is a full stop wants no reason; so does an empty one.
    fn reasons(&mut self, seed_value: &Dictionary) -> Result<(), Problem> {
        let reasons = self.texts(seed_value, b"Reasons")?;
        let none = reasons.is_empty() || reasons == ["."];
        let met = match &self.made.reason {
            None => none,
            Some(reason) => !none && reasons.contains(reason),
        };
        let wanted = if none { "none".to_owned() } else { reasons.join(", ") };
        self.demand("Reasons", met, wanted, self.made.reason.as_deref().unwrap_or("none"));
        Ok(())
    }

    /// `/TimeStamp`, which has a flag of its own.
    fn timestamp(&mut self, seed_value: &Dictionary) -> Result<(), Problem> {
        let Object::Dictionary(timestamp) = self.view.value(seed_value, b"TimeStamp")? else { return Ok(()) };
        if self.integer(&timestamp, b"Ff")?.unwrap_or(0) & 1 != 0 {
            let found = if self.made.timestamp { "one" } else { "none" };
            self.demand("TimeStamp", self.made.timestamp, "a signature timestamp", found);
        }
        Ok(())
    }

    /// `/MDP`, which is a rule by being there, and `/LockDocument`.
    fn modification(&mut self, seed_value: &Dictionary, lock_required: bool) -> Result<(), Problem> {
        let certification = |level: i64| if level == 0 { "no certification".to_owned() } else { format!("certification with P {level}") };
        if let Object::Dictionary(mdp) = self.view.value(seed_value, b"MDP")?
            && let Some(wanted) = self.integer(&mdp, b"P")?
        {
            let actual = self.made.certification.unwrap_or(0);
            self.demand("MDP", wanted == actual, certification(wanted), &certification(actual));
        }
        let lock = self.view.value(seed_value, b"LockDocument")?;
        if lock_required && (lock.is_name(b"true") || lock.is_name(b"false")) {
            let locks = self.made.permission == Some(1);
            self.demand("LockDocument", lock.is_name(b"true") == locks, name(&lock), if locks { "true" } else { "false" });
        }
        Ok(())
    }

    /// Table 238. Without the signer's certificate nothing of it is met.
    fn certificate(&mut self, constraints: &Dictionary) -> Result<(), Problem> {
        let flags = self.integer(constraints, b"Ff")?.unwrap_or(0);
        let required = |flag: i64| flags & flag != 0;
        let made = self.made;
        let signing = made.certificates.first();
        let subject = signing.map_or_else(|| "no certificate".to_owned(), |certificate| certificate.subject().to_string());
        if required(SUBJECT) {
            let subjects = self.strings(constraints, b"Subject")?;
            let met = signing.is_some_and(|signing| subjects.iter().any(|der| der == signing.octets()));
            self.demand("Cert.Subject", met, certificates(&subjects), &subject);
        }
        if required(ISSUER) {
            let issuers = self.strings(constraints, b"Issuer")?;
            let found = signing.map_or_else(|| "no certificate".to_owned(), |certificate| certificate.issuer().to_string());
            self.demand("Cert.Issuer", issuers.iter().any(|der| is_issuer(made, der)), certificates(&issuers), &found);
        }
        if required(POLICY) {
            let wanted = self.texts(constraints, b"OID")?;
            let found = signing.map(policies).unwrap_or_default();
            self.demand("Cert.OID", found.iter().any(|policy| wanted.contains(policy)), wanted.join(", "), &found.join(", "));
        }
        if required(SUBJECT_NAME) {
            let names = self.subject_names(constraints)?;
            let met = signing.is_some_and(|signing| names.iter().any(|name| has_attributes(signing, name)));
            let wanted: Vec<String> =
                names.iter().map(|name| name.iter().map(|(key, text)| format!("{key}={text}")).collect::<Vec<_>>().join(",")).collect();
            self.demand("Cert.SubjectDN", met, wanted.join(" / "), &subject);
        }
        if required(KEY_USAGE) {
            let patterns = self.texts(constraints, b"KeyUsage")?;
            let actual = signing.map(key_usage).unwrap_or_default();
            let met = signing.is_some() && patterns.iter().any(|pattern| fits(pattern, &actual));
            self.demand("Cert.KeyUsage", met, patterns.join(", "), &actual);
        }
        Ok(())
    }

    /// `/SubjectDN`: dictionaries of attributes by their names.
    fn subject_names(&self, constraints: &Dictionary) -> Result<Vec<Vec<(String, String)>>, Problem> {
        let array = self.view.value(constraints, b"SubjectDN")?;
        let mut names = Vec::new();
        for element in array.as_array().unwrap_or_default() {
            let Object::Dictionary(attributes) = self.view.resolve(element)? else { continue };
            let mut name = Vec::new();
            for (key, value) in attributes.entries() {
                let text = self.view.resolve(value)?.as_string().map(decode_text).unwrap_or_default();
                name.push((String::from_utf8_lossy(key).into_owned(), text));
            }
            names.push(name);
        }
        Ok(names)
    }

    fn demand(&mut self, constraint: &'static str, met: bool, wanted: impl Into<String>, found: &str) {
        self.demands.push(Demand { constraint, wanted: wanted.into(), found: found.to_owned(), met });
    }

    fn integer(&self, dictionary: &Dictionary, key: &[u8]) -> Result<Option<i64>, Problem> {
        Ok(self.view.value(dictionary, key)?.as_integer())
    }

    fn names(&self, dictionary: &Dictionary, key: &[u8]) -> Result<Vec<String>, Problem> {
        let array = self.view.value(dictionary, key)?;
        array.as_array().unwrap_or_default().iter().map(|element| Ok(name(&self.view.resolve(element)?))).collect()
    }

    fn strings(&self, dictionary: &Dictionary, key: &[u8]) -> Result<Vec<Vec<u8>>, Problem> {
        let array = self.view.value(dictionary, key)?;
        let strings = array.as_array().unwrap_or_default().iter();
        strings.map(|element| Ok(self.view.resolve(element)?.as_string().unwrap_or_default().to_vec())).collect()
    }

    fn texts(&self, dictionary: &Dictionary, key: &[u8]) -> Result<Vec<String>, Problem> {
        Ok(self.strings(dictionary, key)?.iter().map(|octets| decode_text(octets)).collect())
    }
}

fn name(object: &Object) -> String {
    String::from_utf8_lossy(object.as_name().unwrap_or_default()).into_owned()
}

/// The subjects of these certificates, for a sentence.
fn certificates(all: &[Vec<u8>]) -> String {
    let subject =
        |der: &Vec<u8>| Certificate::from_der(der).map_or_else(|_| "no certificate".to_owned(), |read| read.subject().to_string());
    all.iter().map(subject).collect::<Vec<_>>().join(" / ")
}

/// `SHA256` of table 237 is `SHA-256` elsewhere.
fn is_digest(name: &str, digest: &str) -> bool {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    plain(name) == plain(digest)
}

/// Whether `der` is a certificate of the chain, or one that issued a certificate of it.
fn is_issuer(made: &Made, der: &[u8]) -> bool {
    let issuer = Certificate::from_der(der).ok();
    let issued = |certificate: &Certificate| issuer.as_ref().is_some_and(|issuer| certificate.issuer().matches(issuer.subject()));
    made.certificates.iter().any(|certificate| certificate.octets() == der || issued(certificate))
}

fn policies(certificate: &Certificate) -> Vec<String> {
    let policies = certificate.certificate_policies().ok().flatten();
    policies.iter().flat_map(|policies| &policies.0).map(|information| information.policy.to_string()).collect()
}

/// Every attribute is in the subject, by its short name or its identifier, the same but for case.
fn has_attributes(certificate: &Certificate, wanted: &[(String, String)]) -> bool {
    let same = |attribute: &NameAttribute, key: &str, text: &str| {
        let named = attribute.short_name().is_some_and(|name| name.eq_ignore_ascii_case(key)) || attribute.oid.to_string() == key;
        named && attribute.text.to_lowercase() == text.to_lowercase()
    };
    wanted.iter().all(|(key, text)| certificate.subject().attributes().any(|attribute| same(attribute, key, text)))
}

/// The nine bits of the extension as `0` and `1`, in their order; without the extension every use is allowed.
fn key_usage(certificate: &Certificate) -> String {
    const NAMES: [&str; 9] = [
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "cRLSign",
        "encipherOnly",
        "decipherOnly",
    ];
    match certificate.key_usage() {
        Ok(Some(usage)) => NAMES.iter().map(|name| if usage.names().any(|set| set == *name) { '1' } else { '0' }).collect(),
        _ => "1".repeat(NAMES.len()),
    }
}

/// Table 238: `1` must be set, `0` must not, anything else does not matter; what is missing at the end neither.
fn fits(pattern: &str, usage: &str) -> bool {
    pattern.chars().zip(usage.chars()).all(|(wanted, actual)| !matches!(wanted, '0' | '1') || wanted == actual)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_of_key_usage_bits_matches_bit_by_bit() {
        for (pattern, fitting) in [("1", true), ("11", true), ("X1XXXXXXX", true), ("0", false), ("111", false), ("", true)] {
            assert_eq!(fits(pattern, "110000000"), fitting, "{pattern}");
        }
    }

    #[test]
    fn digest_names_are_compared_without_their_hyphens() {
        assert!(is_digest("SHA256", "SHA-256"));
        assert!(is_digest("SHA3-256", "SHA3-256"));
        assert!(!is_digest("SHA384", "SHA-256"));
    }
}
