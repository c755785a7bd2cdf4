//! ISO 32000-2 §12.7.5.5, tables 237 and 238 — Seed values: what a field requires of its signature

use super::refusal::Refusal;
use super::request::{Permission, Request, Value};
use crate::encoding::pdf::{Dictionary, Object, Problem, View, decode_text};
use crate::pki::Certificate;

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

/// The seed values of one field against the signature that is about to be made.
pub(super) struct SeedValue<'v, 'p, 'a> {
    pub view: View<'p, 'a>,
    pub field: &'v str,
    pub dictionary: &'v Dictionary,
    pub request: &'v Request,
    pub value: &'v Value<'v>,
    /// What the signature will permit of later changes.
    pub permission: Option<Permission>,
}

impl SeedValue<'_, '_, '_> {
    /// Every required constraint is met, or signing is refused by its name. What is not required is advice to people.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let flags = self.integer(self.dictionary, b"Ff")?.unwrap_or(0);
        let required = |flag: i64| flags & flag != 0;
        if required(FILTER) {
            let filter = self.view.value(self.dictionary, b"Filter")?;
            self.require("Filter", filter == Object::Null || filter.is_name(b"Adobe.PPKLite"), || name(&filter))?;
        }
        if required(SUB_FILTER) {
            let names = self.names(b"SubFilter")?;
            self.require("SubFilter", names.iter().any(|name| name == self.request.sub_filter.name()), || names.join(", "))?;
        }
        if required(VERSION) {
            let version = self.view.value(self.dictionary, b"V")?.as_number().unwrap_or(0.0);
            self.require("V", version <= UNDERSTOOD_VERSION, || version.to_string())?;
        }
        if required(REASONS) {
            self.reasons()?;
        }
        if required(DIGEST_METHOD) {
            let names = self.texts(self.dictionary, b"DigestMethod")?;
            self.require("DigestMethod", names.iter().any(|name| is_digest(name, self.value.digest.name())), || names.join(", "))?;
        }
        self.beyond_this_level(flags)?;
        self.modification(required(LOCK_DOCUMENT))?;
        match self.view.value(self.dictionary, b"Cert")? {
            Object::Dictionary(constraints) => self.certificate(&constraints),
            _ => Ok(()),
        }
    }

    /// An array whose only member is a full stop wants no reason; so does an empty one.
    fn reasons(&self) -> Result<(), Refusal> {
        let reasons = self.texts(self.dictionary, b"Reasons")?;
        let none = reasons.is_empty() || reasons == ["."];
        let met = match &self.request.reason {
            None => none,
            Some(reason) => !none && reasons.contains(reason),
        };
        self.require("Reasons", met, || if none { "no reason".to_owned() } else { reasons.join(", ") })
    }

    /// What this level of signature does not carry.
    fn beyond_this_level(&self, flags: i64) -> Result<(), Refusal> {
        let wanted = |flag| flags & flag != 0;
        let revocation = wanted(ADD_REVOCATION_INFORMATION) && self.view.value(self.dictionary, b"AddRevInfo")?.as_boolean() == Some(true);
        self.require("AddRevInfo", !revocation, || "revocation information inside the signature".to_owned())?;
        let attestation = wanted(LEGAL_ATTESTATION) && self.request.certification.is_some();
        self.require("LegalAttestation", !attestation, || "a legal attestation".to_owned())?;
        self.require("AppearanceFilter", !wanted(APPEARANCE_FILTER), || "an appearance known by name".to_owned())?;
        let timestamp = match self.view.value(self.dictionary, b"TimeStamp")? {
            Object::Dictionary(timestamp) => self.integer(&timestamp, b"Ff")?.unwrap_or(0) & 1 != 0,
            _ => false,
        };
        self.require("TimeStamp", !timestamp, || "a signature timestamp".to_owned())
    }

    /// `/MDP`, which is a rule by being there, and `/LockDocument`.
    fn modification(&self, lock_required: bool) -> Result<(), Refusal> {
        if let Object::Dictionary(mdp) = self.view.value(self.dictionary, b"MDP")?
            && let Some(wanted) = self.integer(&mdp, b"P")?
        {
            let actual = self.request.certification.map_or(0, Permission::value);
            self.require("MDP", wanted == actual, || {
                if wanted == 0 { "no certification".to_owned() } else { format!("certification with P {wanted}") }
            })?;
        }
        let lock = self.view.value(self.dictionary, b"LockDocument")?;
        let locks = self.permission == Some(Permission::P1);
        let met = !lock_required || !(lock.is_name(b"true") && !locks || lock.is_name(b"false") && locks);
        self.require("LockDocument", met, || name(&lock))
    }

    fn certificate(&self, constraints: &Dictionary) -> Result<(), Refusal> {
        let flags = self.integer(constraints, b"Ff")?.unwrap_or(0);
        let required = |flag: i64| flags & flag != 0;
        let Some(signing) = self.value.certificates.first() else { return Ok(()) };
        if required(SUBJECT) {
            let subjects = self.strings(constraints, b"Subject")?;
            self.require("Cert.Subject", subjects.iter().any(|der| der == signing.octets()), || "another certificate".to_owned())?;
        }
        if required(ISSUER) {
            let issuers = self.strings(constraints, b"Issuer")?;
            self.require("Cert.Issuer", issuers.iter().any(|der| self.is_issuer(der)), || "another issuer".to_owned())?;
        }
        if required(POLICY) {
            let policies = self.texts(constraints, b"OID")?;
            self.require("Cert.OID", has_policy(signing, &policies), || policies.join(", "))?;
        }
        if required(KEY_USAGE) {
            let patterns = self.texts(constraints, b"KeyUsage")?;
            let actual = key_usage(signing);
            self.require("Cert.KeyUsage", patterns.iter().any(|pattern| fits(pattern, &actual)), || patterns.join(", "))?;
        }
        self.require("Cert.SubjectDN", !required(SUBJECT_NAME), || "attributes of the subject's name".to_owned())
    }

    /// Whether `der` is a certificate of the chain, or one that issued a certificate of it.
    fn is_issuer(&self, der: &[u8]) -> bool {
        let issuer = Certificate::from_der(der).ok();
        let issued = |certificate: &Certificate| issuer.as_ref().is_some_and(|issuer| certificate.issuer().matches(issuer.subject()));
        self.value.certificates.iter().any(|certificate| certificate.octets() == der || issued(certificate))
    }

    fn require(&self, constraint: &'static str, met: bool, wanted: impl FnOnce() -> String) -> Result<(), Refusal> {
        if met { Ok(()) } else { Err(Refusal::SeedValue { field: self.field.to_owned(), constraint, wanted: wanted() }) }
    }

    fn integer(&self, dictionary: &Dictionary, key: &[u8]) -> Result<Option<i64>, Problem> {
        Ok(self.view.value(dictionary, key)?.as_integer())
    }

    fn names(&self, key: &[u8]) -> Result<Vec<String>, Problem> {
        let array = self.view.value(self.dictionary, key)?;
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

/// `SHA256` of table 237 is `SHA-256` elsewhere.
fn is_digest(name: &str, digest: &str) -> bool {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    plain(name) == plain(digest)
}

fn has_policy(certificate: &Certificate, wanted: &[String]) -> bool {
    let policies = certificate.certificate_policies().ok().flatten();
    policies.is_some_and(|policies| policies.0.iter().any(|information| wanted.contains(&information.policy.to_string())))
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
