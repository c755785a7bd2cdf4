//! RFC 5280, RFC 5652, RFC 6960, RFC 3161 and others — Object identifiers

use const_oid::ObjectIdentifier;

pub use crate::encoding::der::ObjectId;

macro_rules! object_ids {
    ($($(#[$doc:meta])* $name:ident = $dotted:literal;)*) => {
        $($(#[$doc])* pub const $name: ObjectIdentifier = ObjectIdentifier::new_unwrap($dotted);)*
    };
}

object_ids! {
    /// Name attribute: common name
    COMMON_NAME = "2.5.4.3";
    /// Name attribute: surname
    SURNAME = "2.5.4.4";
    /// Name attribute: serial number of a person or device
    SERIAL_NUMBER = "2.5.4.5";
    /// Name attribute: country
    COUNTRY = "2.5.4.6";
    /// Name attribute: locality
    LOCALITY = "2.5.4.7";
    /// Name attribute: state or province
    STATE_OR_PROVINCE = "2.5.4.8";
    /// Name attribute: street
    STREET = "2.5.4.9";
    /// Name attribute: organisation
    ORGANIZATION = "2.5.4.10";
    /// Name attribute: organisational unit
    ORGANIZATIONAL_UNIT = "2.5.4.11";
    /// Name attribute: title
    TITLE = "2.5.4.12";
    /// Name attribute: telephone number
    TELEPHONE_NUMBER = "2.5.4.20";
    /// Name attribute: given name
    GIVEN_NAME = "2.5.4.42";
    /// Name attribute: organisation identifier (EN 319 412-1 §5.1.4)
    ORGANIZATION_IDENTIFIER = "2.5.4.97";
    /// Name attribute: user identifier (RFC 4519 §2.39); Vietnamese certificates put typed identifiers here
    USER_ID = "0.9.2342.19200300.100.1.1";
    /// Name attribute: domain component
    DOMAIN_COMPONENT = "0.9.2342.19200300.100.1.25";
    /// Name attribute: e-mail address
    EMAIL_ADDRESS = "1.2.840.113549.1.9.1";

    /// Other name: internationalised e-mail address (RFC 9598 §3)
    SMTP_UTF8_MAILBOX = "1.3.6.1.5.5.7.8.9";

    /// Extension: subject key identifier (RFC 5280 §4.2.1.2)
    SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    /// Extension: key usage (§4.2.1.3)
    KEY_USAGE = "2.5.29.15";
    /// Extension: subject alternative name (§4.2.1.6)
    SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
    /// Extension: issuer alternative name (§4.2.1.7)
    ISSUER_ALTERNATIVE_NAME = "2.5.29.18";
    /// Extension: basic constraints (§4.2.1.9)
    BASIC_CONSTRAINTS = "2.5.29.19";
    /// Extension: CRL number (§5.2.3)
    CRL_NUMBER = "2.5.29.20";
    /// Entry extension: reason code (§5.3.1)
    REASON_CODE = "2.5.29.21";
    /// Entry extension: invalidity date (§5.3.2)
    INVALIDITY_DATE = "2.5.29.24";
    /// Extension: delta CRL indicator (§5.2.4)
    DELTA_CRL_INDICATOR = "2.5.29.27";
    /// Extension: issuing distribution point (§5.2.5)
    ISSUING_DISTRIBUTION_POINT = "2.5.29.28";
    /// Entry extension: certificate issuer (§5.3.3)
    CERTIFICATE_ISSUER = "2.5.29.29";
    /// Extension: name constraints (§4.2.1.10)
    NAME_CONSTRAINTS = "2.5.29.30";
    /// Extension: CRL distribution points (§4.2.1.13)
    CRL_DISTRIBUTION_POINTS = "2.5.29.31";
    /// Extension: certificate policies (§4.2.1.4)
    CERTIFICATE_POLICIES = "2.5.29.32";
    /// Certificate policy: any (§4.2.1.4)
    ANY_POLICY = "2.5.29.32.0";
    /// Extension: policy mappings (§4.2.1.5)
    POLICY_MAPPINGS = "2.5.29.33";
    /// Extension: authority key identifier (§4.2.1.1)
    AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
    /// Extension: policy constraints (§4.2.1.11)
    POLICY_CONSTRAINTS = "2.5.29.36";
    /// Extension: extended key usage (§4.2.1.12)
    EXTENDED_KEY_USAGE = "2.5.29.37";
    /// Extended key usage: any (§4.2.1.12)
    ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0";
    /// Extension: freshest CRL (§4.2.1.15)
    FRESHEST_CRL = "2.5.29.46";
    /// Extension: inhibit anyPolicy (§4.2.1.14)
    INHIBIT_ANY_POLICY = "2.5.29.54";
    /// Extension: expired certificates on CRL (X.509 §9.5.2.6)
    EXPIRED_CERTS_ON_CRL = "2.5.29.60";
    /// Extension: authority information access (§4.2.2.1)
    AUTHORITY_INFORMATION_ACCESS = "1.3.6.1.5.5.7.1.1";
    /// Extension: qualified certificate statements (RFC 3739 §3.2.6)
    QUALIFIED_STATEMENTS = "1.3.6.1.5.5.7.1.3";
    /// Extension: subject information access (§4.2.2.2)
    SUBJECT_INFORMATION_ACCESS = "1.3.6.1.5.5.7.1.11";
    /// Extension: validity assured, short term (EN 319 412-1 §5.2.2)
    VALIDITY_ASSURED_SHORT_TERM = "0.4.0.194121.2.1";
    /// Access method: OCSP (§4.2.2.1)
    ACCESS_OCSP = "1.3.6.1.5.5.7.48.1";
    /// Access method: certificates of the issuer (§4.2.2.1)
    ACCESS_CA_ISSUERS = "1.3.6.1.5.5.7.48.2";

    /// Extended key usage: serverAuth
    EKU_SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    /// Extended key usage: clientAuth
    EKU_CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    /// Extended key usage: emailProtection
    EKU_EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4";
    /// Extended key usage: timeStamping
    EKU_TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
    /// Extended key usage: OCSPSigning
    EKU_OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";
    /// Extended key usage: document signing (Microsoft)
    EKU_MICROSOFT_DOCUMENT_SIGNING = "1.3.6.1.4.1.311.10.3.12";
    /// Extended key usage: authentic documents (Adobe)
    EKU_ADOBE_DOCUMENT_SIGNING = "1.2.840.113583.1.1.5";
    /// Extended key usage: documentSigning (RFC 9336)
    EKU_DOCUMENT_SIGNING = "1.3.6.1.5.5.7.3.36";

    /// Content type: data (RFC 5652 §4)
    DATA = "1.2.840.113549.1.7.1";
    /// Content type: signed data (RFC 5652 §5)
    SIGNED_DATA = "1.2.840.113549.1.7.2";
    /// Content type: TSTInfo (RFC 3161 §2.4.2)
    TIMESTAMP_INFO = "1.2.840.113549.1.9.16.1.4";
    /// Attribute: content type (RFC 5652 §11.1)
    CONTENT_TYPE = "1.2.840.113549.1.9.3";
    /// Attribute: message digest (RFC 5652 §11.2)
    MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
    /// Attribute: signing time (RFC 5652 §11.3)
    SIGNING_TIME = "1.2.840.113549.1.9.5";
    /// Attribute: counter signature (RFC 5652 §11.4)
    COUNTER_SIGNATURE = "1.2.840.113549.1.9.6";
    /// Attribute: S/MIME capabilities (RFC 8551 §2.5.2)
    SMIME_CAPABILITIES = "1.2.840.113549.1.9.15";
    /// Attribute: algorithm protection (RFC 6211)
    ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52";
    /// Attribute: signing certificate (RFC 5035 §5)
    SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12";
    /// Attribute: signature timestamp (RFC 3161, appendix A)
    SIGNATURE_TIMESTAMP = "1.2.840.113549.1.9.16.2.14";
    /// Attribute: signature policy identifier (RFC 5126 §5.8.1)
    SIGNATURE_POLICY = "1.2.840.113549.1.9.16.2.15";
    /// Attribute: commitment type indication (RFC 5126 §5.11.1)
    COMMITMENT_TYPE = "1.2.840.113549.1.9.16.2.16";
    /// Attribute: signer location (RFC 5126 §5.11.2)
    SIGNER_LOCATION = "1.2.840.113549.1.9.16.2.17";
    /// Attribute: content timestamp (RFC 5126 §5.11.4)
    CONTENT_TIMESTAMP = "1.2.840.113549.1.9.16.2.20";
    /// Attribute: signing certificate, version 2 (RFC 5035 §3)
    SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";
    /// Attribute: signer attributes (RFC 5126 §5.11.3)
    SIGNER_ATTRIBUTES = "1.2.840.113549.1.9.16.2.18";
    /// Attribute: references to certificates (EN 319 122-1 §A.1.1.1)
    COMPLETE_CERTIFICATE_REFERENCES = "1.2.840.113549.1.9.16.2.21";
    /// Attribute: references to revocation data (EN 319 122-1 §A.1.2.1)
    COMPLETE_REVOCATION_REFERENCES = "1.2.840.113549.1.9.16.2.22";
    /// Attribute: certificates (EN 319 122-1 §A.1.1.2)
    CERTIFICATE_VALUES = "1.2.840.113549.1.9.16.2.23";
    /// Attribute: revocation data (EN 319 122-1 §A.1.2.2)
    REVOCATION_VALUES = "1.2.840.113549.1.9.16.2.24";
    /// Attribute: timestamp on the value, its timestamps and references (EN 319 122-1 §A.1.5.2)
    CADES_C_TIMESTAMP = "1.2.840.113549.1.9.16.2.25";
    /// Attribute: timestamp on references (EN 319 122-1 §A.1.5.1)
    REFERENCES_TIMESTAMP = "1.2.840.113549.1.9.16.2.26";
    /// Attribute: archive timestamp, version 1 (RFC 3126 §4.4.1)
    ARCHIVE_TIMESTAMP = "1.2.840.113549.1.9.16.2.27";
    /// Attribute: references to the certificates of attribute authorities (EN 319 122-1 §A.1.3)
    ATTRIBUTE_CERTIFICATE_REFERENCES = "1.2.840.113549.1.9.16.2.44";
    /// Attribute: references to the revocation data of attribute certificates (EN 319 122-1 §A.1.4)
    ATTRIBUTE_REVOCATION_REFERENCES = "1.2.840.113549.1.9.16.2.45";
    /// Attribute: archive timestamp, version 2 (RFC 5126 §6.4.1)
    ARCHIVE_TIMESTAMP_V2 = "1.2.840.113549.1.9.16.2.48";
    /// Attribute: evidence record, the content inside (RFC 4998 §A)
    EVIDENCE_RECORD_INTERNAL = "1.2.840.113549.1.9.16.2.49";
    /// Attribute: evidence record, the content outside (RFC 4998 §A)
    EVIDENCE_RECORD_EXTERNAL = "1.2.840.113549.1.9.16.2.50";
    /// Attribute: long-term validation (TS 101 733 V2.2.1 §6.4.2)
    LONG_TERM_VALIDATION = "0.4.0.1733.2.2";
    /// Attribute: archive timestamp, version 3 (EN 319 122-1 §5.5.3)
    ARCHIVE_TIMESTAMP_V3 = "0.4.0.1733.2.4";
    /// Attribute of an archive timestamp: its index, version 1 (TS 101 733 V2.2.1 §6.4.2)
    ATS_HASH_INDEX = "0.4.0.1733.2.5";
    /// Attribute of an archive timestamp: its index, version 2
    ATS_HASH_INDEX_V2 = "0.4.0.19122.1.4";
    /// Attribute of an archive timestamp: its index (EN 319 122-1 §5.5.2)
    ATS_HASH_INDEX_V3 = "0.4.0.19122.1.5";
    /// Attribute: signer attributes, version 2 (EN 319 122-1 §5.2.6.1)
    SIGNER_ATTRIBUTES_V2 = "0.4.0.19122.1.1";
    /// Attribute: the document of the signature policy (EN 319 122-1 §5.2.10)
    SIGNATURE_POLICY_STORE = "0.4.0.19122.1.3";

    /// Attribute: revocation information archival (ISO 32000-2 §12.8.3.3.2)
    ADOBE_REVOCATION_INFORMATION = "1.2.840.113583.1.1.8";

    /// Extension: no revocation information available (RFC 9608 §2)
    NO_REVOCATION_AVAILABLE = "2.5.29.56";
    /// Response extension: revoked also stands for never issued (RFC 6960 §4.4.8)
    OCSP_EXTENDED_REVOKE = "1.3.6.1.5.5.7.48.1.9";
    /// Response type: basic (RFC 6960 §4.2.1)
    OCSP_BASIC = "1.3.6.1.5.5.7.48.1.1";
    /// Extension: nonce (RFC 6960 §4.4.1)
    OCSP_NONCE = "1.3.6.1.5.5.7.48.1.2";
    /// Extension of a responder's certificate: its own revocation is not checked (RFC 6960 §4.2.2.2.1)
    OCSP_NO_CHECK = "1.3.6.1.5.5.7.48.1.5";
    /// Extension: archive cutoff (RFC 6960 §4.4.4)
    OCSP_ARCHIVE_CUTOFF = "1.3.6.1.5.5.7.48.1.6";
    /// Extension: digest of the certificate (Common PKI, part 4, §3.1.2)
    OCSP_CERTIFICATE_HASH = "1.3.36.8.3.13";
    /// Other revocation information: OCSP response (RFC 5940 §2.1)
    REVOCATION_OCSP = "1.3.6.1.5.5.7.16.2";
}
