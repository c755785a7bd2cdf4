//! RFC 9231 — identifiers of algorithms in XML signatures

use const_oid::ObjectIdentifier;

use super::algorithm::{Curve, DigestAlgorithm, PssParameters, SignatureAlgorithm};
use DigestAlgorithm::*;

const XMLDSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const MORE: &str = "http://www.w3.org/2001/04/xmldsig-more#";
const MORE_2007: &str = "http://www.w3.org/2007/05/xmldsig-more#";
const MORE_2021: &str = "http://www.w3.org/2021/04/xmldsig-more#";
const ENCRYPTION: &str = "http://www.w3.org/2001/04/xmlenc#";

/// A digest: its URI in two parts, and the last part of the names of its signatures.
const DIGESTS: [(DigestAlgorithm, &str, &str, &str); 9] = [
    (Sha1, XMLDSIG, "sha1", "sha1"),
    (Sha224, MORE, "sha224", "sha224"),
    (Sha256, ENCRYPTION, "sha256", "sha256"),
    (Sha384, MORE, "sha384", "sha384"),
    (Sha512, ENCRYPTION, "sha512", "sha512"),
    (Sha3_224, MORE_2007, "sha3-224", "sha3-224"),
    (Sha3_256, MORE_2007, "sha3-256", "sha3-256"),
    (Sha3_384, MORE_2007, "sha3-384", "sha3-384"),
    (Sha3_512, MORE_2007, "sha3-512", "sha3-512"),
];

/// Algorithms that are met in old files and not here, by the identifiers that they have elsewhere.
const UNSUPPORTED: [(&str, &str, &str); 7] = [
    (XMLDSIG, "dsa-sha1", "1.2.840.10040.4.3"),
    ("http://www.w3.org/2009/xmldsig11#", "dsa-sha256", "2.16.840.1.101.3.4.3.2"),
    (MORE, "rsa-md5", "1.2.840.113549.1.1.4"),
    (MORE, "rsa-ripemd160", "1.3.36.3.3.1.2"),
    (MORE_2007, "ecdsa-ripemd160", "0.4.0.127.0.7.1.1.4.1.6"),
    (MORE, "ecdsa-ripemd160", "0.4.0.127.0.7.1.1.4.1.6"),
    (MORE_2021, "eddsa-ed448", "1.3.101.113"),
];

impl DigestAlgorithm {
    /// The digest that `uri` names.
    pub fn from_xml_uri(uri: &str) -> Option<Self> {
        DIGESTS.iter().find(|(_, base, name, _)| uri.strip_prefix(base) == Some(name)).map(|(digest, ..)| *digest)
    }

    /// The URI that names it, where one is registered.
    pub fn xml_uri(self) -> Option<String> {
        DIGESTS.iter().find(|(digest, ..)| *digest == self).map(|(_, base, name, _)| format!("{base}{name}"))
    }
}

impl SignatureAlgorithm {
    /// The algorithm that `uri` names; one that this crate lacks is [`Self::Unsupported`]. `None` for a URI that nobody registered, and for the
    /// authentication codes, which are no signatures.
    pub fn from_xml_uri(uri: &str) -> Option<Self> {
        signatures().find(|(_, known)| known == uri).map(|(algorithm, _)| algorithm).or_else(|| {
            let known = UNSUPPORTED.iter().find(|(base, name, _)| uri.strip_prefix(base) == Some(name));
            known.and_then(|(.., oid)| ObjectIdentifier::new(oid).ok()).map(Self::Unsupported)
        })
    }

    /// The URI that names it, where one is registered. RSASSA-PSS is named where salt and mask are those of its digest (RFC 9231 §2.3.10).
    pub fn xml_uri(&self) -> Option<String> {
        signatures().find(|(algorithm, _)| algorithm == self).map(|(_, uri)| uri)
    }

    /// `SignatureValue` as the crypto room reads it: of ECDSA `r` and `s` stand one after the other (XML Signature §6.4.3).
    pub fn value_from_xml(&self, octets: Vec<u8>) -> Vec<u8> {
        let Self::Ecdsa(_) = self else { return octets };
        let curve = [Curve::P256, Curve::P384, Curve::P521]
            .into_iter()
            .find(|curve| usize::try_from(curve.bits().div_ceil(8)).is_ok_and(|half| half.saturating_mul(2) == octets.len()));
        curve.and_then(|curve| curve.value_from_concatenation(&octets)).unwrap_or(octets)
    }
}

/// Every algorithm with its URI; of several the first is written.
fn signatures() -> impl Iterator<Item = (SignatureAlgorithm, String)> {
    let named = DIGESTS.iter().flat_map(|(digest, .., name)| {
        let rsa = if *digest == Sha1 { XMLDSIG } else { MORE };
        let ecdsa = if name.starts_with("sha3") { MORE_2021 } else { MORE };
        let pss = PssParameters { digest: *digest, mask_digest: *digest, salt: digest.output() };
        [
            (SignatureAlgorithm::RsaPkcs1(*digest), format!("{rsa}rsa-{name}")),
            (SignatureAlgorithm::Ecdsa(*digest), format!("{ecdsa}ecdsa-{name}")),
            (SignatureAlgorithm::RsaPss(pss), format!("{MORE_2007}{name}-rsa-MGF1")),
        ]
    });
    named.chain([(SignatureAlgorithm::Ed25519, format!("{MORE_2021}eddsa-ed25519"))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_uri_names_its_algorithm() {
        for (algorithm, uri) in signatures() {
            assert_eq!(SignatureAlgorithm::from_xml_uri(&uri), Some(algorithm));
            assert_eq!(algorithm.xml_uri(), Some(uri));
        }
        for uri in [
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
            "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
            "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
            "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519",
        ] {
            assert!(
                SignatureAlgorithm::from_xml_uri(uri).is_some_and(|algorithm| algorithm.digest().is_some() || uri.contains("eddsa")),
                "{uri}"
            );
        }
        assert_eq!(SignatureAlgorithm::from_xml_uri("http://www.w3.org/2000/09/xmldsig#hmac-sha1"), None);
        assert_eq!(DigestAlgorithm::from_xml_uri("http://www.w3.org/2001/04/xmlenc#sha256"), Some(Sha256));
        assert_eq!(Sha384.xml_uri().as_deref(), Some("http://www.w3.org/2001/04/xmldsig-more#sha384"));
    }
}
