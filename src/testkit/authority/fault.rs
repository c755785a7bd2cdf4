//! What an authority serves, and what can be wrong with it

use std::time::Duration;

use super::HOSTS;

/// A service of an authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// RFC 3161 over HTTP.
    Timestamp,
    /// RFC 6960 over HTTP.
    Ocsp,
    /// Revocation lists (RFC 5280 §4.2.1.13).
    Crl,
    /// Issuers' certificates (RFC 5280 §4.2.2.1).
    Issuer,
}

/// What is wrong with every answer of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorityFault {
    /// It takes that long.
    Slow(Duration),
    /// This HTTP status and nothing else.
    Status(u16),
    /// A redirection to this address.
    Redirect(String),
    /// The first half, and the end of the connection.
    Half,
    /// Octets without end, up to that many.
    Endless(u64),
    /// Octets that are nothing of the kind.
    Garbage,
    /// No octets.
    Empty,
    /// The nonce of another question: of timestamps and OCSP.
    WrongNonce,
    /// About something else: another digest, another certificate, the list or certificate of another authority.
    OfAnother,
    /// Refused in the words of the protocol; of lists and certificates, status 403.
    Refused,
    /// The certificate that speaks has ended; of lists, `nextUpdate` has passed long since.
    Expired,
    /// The certificate of the authority, or that it gives, is revoked, and OCSP and lists say so; of those: the certificate asked about is.
    Revoked,
    /// The signature does not hold.
    Unsigned,
}

impl Service {
    /// All services.
    pub const ALL: [Self; 4] = [Self::Timestamp, Self::Ocsp, Self::Crl, Self::Issuer];

    /// The service at this place, if any.
    pub(super) fn at(host: &str, path: &str) -> Option<Self> {
        // By whatever name it is reached: through a table of hosts, or directly.
        let known = HOSTS.contains(&host) || host.starts_with("127.") || host.starts_with("localhost");
        match path.rsplit('.').next() {
            _ if !known => None,
            Some("crl") => Some(Self::Crl),
            Some("cer" | "p7b") => Some(Self::Issuer),
            _ if path == "/tsa" => Some(Self::Timestamp),
            _ if path == "/" || path == "/ocsp" => Some(Self::Ocsp),
            _ => None,
        }
    }

    /// The media type of its answers.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Timestamp => "application/timestamp-reply",
            Self::Ocsp => "application/ocsp-response",
            Self::Crl => "application/pkix-crl",
            Self::Issuer => "application/pkix-cert",
        }
    }
}

impl AuthorityFault {
    /// Whether the content of the answer is another, rather than its transport.
    pub(super) fn is_about_content(&self) -> bool {
        matches!(self, Self::WrongNonce | Self::OfAnother | Self::Refused | Self::Expired | Self::Revoked | Self::Unsigned)
    }
}
