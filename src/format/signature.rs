//! EN 319 102-1 §4.2.3 — the signature as the process sees it: the waist between formats and judgement
//!
//! A format fills this struct with what it found; validation judges it and knows nothing of PDF, CMS, JSON or XML.

use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::pki::ess::IssuerSerial;
use crate::pki::extension::GeneralName;
use crate::pki::{BasicOcspResponse, Certificate, CertificateList, SignerIdentifier};
use crate::report::Block;
use crate::report::json::{Coverage, Format, Kind, Level, Modifications};
use crate::time::Time;

/// A signature or timestamp, found and read.
#[derive(Clone, Debug)]
pub struct Signature {
    /// What it is.
    pub kind: Kind,
    /// In which format.
    pub format: Format,
    /// The baseline level whose requirements its structure meets, as far as it is read.
    pub level: Level,
    /// A legacy form that is only read.
    pub profile: Option<&'static str>,
    /// In which container.
    pub container: Option<&'static str>,
    /// Fully qualified name of the form field.
    pub field: Option<String>,
    /// `/SubFilter`.
    pub sub_filter: Option<String>,
    /// End and start of what is signed, by which signatures are numbered.
    pub position: (u64, u64),
    /// The rules of the format whose violation is TOTAL-FAILED (EN 319 102-1 §5.2.2).
    pub format_checking: Block,
    /// The rules of the format that only make a verdict impossible; judged after the cryptography.
    pub format_constraints: Block,
    /// What is covered.
    pub coverage: Coverage,
    /// What came after.
    pub modifications: Option<Modifications>,
    /// The data that the signature names by digest.
    pub signed_data: Vec<SignedDatum>,
    /// The signature value and what it is over; `None` when it could not be read.
    pub value: Option<Value>,
    /// The certificates that the signature brings.
    pub certificates: Vec<Certificate>,
    /// The revocation lists that the signature or its document brings.
    pub crls: Vec<CertificateList>,
    /// The OCSP responses that the signature or its document brings.
    pub ocsp_responses: Vec<BasicOcspResponse>,
    /// The time that the signer claims.
    pub claimed_time: Option<Time>,
    /// The time that a timestamp states.
    pub stated_time: Option<Time>,
    /// Timestamps on this signature: on its value, on what it refers to, on everything of it. What each is over stands in its `covers`.
    pub timestamps: Vec<Signature>,
    /// Timestamps on what it is over, from before it was made.
    pub content_timestamps: Vec<Signature>,
    /// The authority that a timestamp names.
    pub authority: Option<GeneralName>,
    /// How far from the time that a timestamp states the right one may be, in microseconds (RFC 3161 §2.4.2).
    pub accuracy: u64,
    /// What a timestamp says that nobody here can judge: another version of its content, critical extensions.
    pub unprocessed: Vec<String>,
    /// What a timestamp is over beside the octets themselves.
    pub covers: Covered,
    /// The policy under which it was made; in words what of it cannot be read.
    pub policy: Result<Option<NamedPolicy>, String>,
}

impl Signature {
    /// A signature of which nothing is known yet.
    pub(crate) fn new(kind: Kind, format: Format) -> Self {
        Self {
            kind,
            format,
            level: Level::None,
            profile: None,
            container: None,
            field: None,
            sub_filter: None,
            position: (0, 0),
            format_checking: Block::run("Format checking", "EN 319 102-1 §5.2.2", "", |_| Ok(())),
            format_constraints: Block::run("Constraints of the file", "EN 319 102-1 §5.2.8", "", |_| Ok(())),
            coverage: Coverage::default(),
            modifications: None,
            signed_data: Vec::new(),
            value: None,
            certificates: Vec::new(),
            crls: Vec::new(),
            ocsp_responses: Vec::new(),
            claimed_time: None,
            stated_time: None,
            timestamps: Vec::new(),
            content_timestamps: Vec::new(),
            authority: None,
            accuracy: 0,
            unprocessed: Vec::new(),
            covers: Covered::default(),
            policy: Ok(None),
        }
    }
}

/// A signature policy by its identifier (EN 319 122-1 §5.2.9).
#[derive(Clone, Debug)]
pub struct NamedPolicy {
    /// Its identifier, dotted.
    pub id: String,
    /// The digest of its document: the algorithm, or the identifier of one that is not implemented, and the value.
    pub digest: Option<(Result<DigestAlgorithm, String>, Vec<u8>)>,
}

/// What stands within the octets that a timestamp is over. A timestamp on a signature is over that signature's value,
/// unless its role says otherwise.
#[derive(Clone, Debug, Default)]
pub struct Covered {
    /// What a timestamp on a signature is for.
    pub role: Role,
    /// Positions among all that the format found.
    pub signatures: Vec<usize>,
    /// Of a timestamp on a signature: positions among the timestamps on the same signature.
    pub timestamps: Vec<usize>,
    /// SHA-256 of certificates and revocation data there, beside those in the signatures that a document timestamp is over.
    pub evidence: Vec<[u8; 32]>,
}

impl Role {
    /// Whether it is over the value of the signature.
    pub(crate) fn is_on_value(self) -> bool {
        matches!(self, Self::Value | Self::References | Self::Archive)
    }
}

/// What a timestamp on a signature is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[allow(dead_code, reason = "made by the formats of records")]
pub enum Role {
    /// It is on the value: when was it there?
    #[default]
    Value,
    /// It is on the value and on references to evidence (EN 319 122-1 §A.1.5.2).
    References,
    /// It is on references to evidence alone, and tells nothing of the value (EN 319 122-1 §A.1.5.1).
    ReferencesAlone,
    /// It is on everything that the signature has, evidence too (EN 319 122-1 §5.5).
    Archive,
    /// It is on the timestamp before it alone, which it renews (RFC 4998 §5.2).
    Renewal,
}

/// Octets that are signed through their digest.
#[derive(Clone, Debug)]
pub struct SignedDatum {
    /// What it is: `byte range`, `content`, a URI.
    pub name: String,
    /// The digest algorithm; one that is not implemented by its identifier.
    pub algorithm: Result<DigestAlgorithm, String>,
    /// The digest that the signature names.
    pub expected: Vec<u8>,
    /// The digest of the octets found; `None` when they were not found.
    pub actual: Option<Vec<u8>>,
}

/// A signature value and what it was computed over.
#[derive(Clone, Debug)]
pub struct Value {
    /// The signature algorithm.
    pub algorithm: SignatureAlgorithm,
    /// The digest algorithm of the signed data.
    pub digest_algorithm: Option<DigestAlgorithm>,
    /// What is signed. Several forms when the encoding received is not the one prescribed: any that matches is intact.
    pub to_be_signed: Vec<ToBeSigned>,
    /// The value.
    pub octets: Vec<u8>,
    /// How the signer's certificate is named beside the value.
    pub signer: Option<SignerIdentifier>,
    /// References to the signing certificate inside what is signed.
    pub references: Vec<CertificateReference>,
}

/// One form of what is signed.
#[derive(Clone, Debug)]
pub struct ToBeSigned {
    /// `as_received`, `der`, `digest`.
    pub form: &'static str,
    /// The octets, or their digest where they are a whole file.
    pub data: ToBeSignedData,
}

/// See [`ToBeSigned`].
#[derive(Clone, Debug)]
pub enum ToBeSignedData {
    /// The octets themselves.
    Octets(Vec<u8>),
    /// The digest of the octets by the signature algorithm's own digest.
    Digest(Vec<u8>),
}

/// A reference to the signing certificate, protected by the signature (ESS signing-certificate, RFC 5035 §5.4).
#[derive(Clone, Debug)]
pub struct CertificateReference {
    /// The digest algorithm; one that is not implemented by its identifier.
    pub algorithm: Result<DigestAlgorithm, String>,
    /// Digest of the whole certificate.
    pub digest: Vec<u8>,
    /// Issuer and serial number, where they are given with it.
    pub names: Option<IssuerSerial>,
}

impl CertificateReference {
    /// Whether the digest is that of `certificate`; `None` when the algorithm is not implemented.
    pub fn matches(&self, certificate: &Certificate) -> Option<bool> {
        self.algorithm.as_ref().ok().map(|algorithm| certificate.digest(*algorithm) == self.digest)
    }
}
