//! Group `algorithms`: PAdES B-B with every algorithm that is signed with, each beside a value with its last bit altered; and
//! algorithms that are verified and not relied upon, or not verified at all.

use const_oid::ObjectIdentifier;
use kyso::crypto::DigestAlgorithm::{Sha1, Sha3_256, Sha3_384, Sha3_512, Sha224, Sha256, Sha384, Sha512};
use kyso::crypto::{DigestAlgorithm, PssParameters, SignatureAlgorithm};
use kyso::encoding::der::write::{object_id, sequence};
use kyso::testkit::pss;
use kyso::{Document, Draft, Profile};

use crate::case::Case;
use crate::cms::{SignerInfo, attribute};
use crate::hand_made::{HandMade, claimed, objects, pades, with_altered_value};
use crate::pdf::{plain, table};
use crate::shared::Shared;
use crate::{Files, Outcome};

const VALUE: &str = "cryptographic_verification.value_valid";
const NO_POE: &str = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let rsa = SignatureAlgorithm::RsaPkcs1;
    let ecdsa = SignatureAlgorithm::Ecdsa;
    for (name, key, algorithm, clause) in [
        ("rsa-2048-sha256", "rsa-2048", rsa(Sha256), "RFC 8017 §8.2"),
        ("rsa-2048-sha384", "rsa-2048", rsa(Sha384), "RFC 8017 §8.2"),
        ("rsa-2048-sha512", "rsa-2048", rsa(Sha512), "RFC 8017 §8.2"),
        ("rsa-2048-sha3-256", "rsa-2048", rsa(Sha3_256), "RFC 8017 §8.2, ISO/TS 32001"),
        ("rsa-3072-sha256", "rsa-3072", rsa(Sha256), "RFC 8017 §8.2"),
        ("rsa-4096-sha512", "rsa-4096", rsa(Sha512), "RFC 8017 §8.2"),
        ("rsa-8192-sha512", "rsa-8192", rsa(Sha512), "RFC 8017 §8.2"),
        ("pss-2048-sha256", "rsa-2048", pss(Sha256), "RFC 4056 §3"),
        ("pss-2048-sha384", "rsa-2048", pss(Sha384), "RFC 4056 §3"),
        ("pss-2048-sha512", "rsa-2048", pss(Sha512), "RFC 4056 §3"),
        ("pss-3072-sha3-384", "rsa-3072", pss(Sha3_384), "RFC 4056 §3, ISO/TS 32001"),
        ("pss-4096-sha512", "rsa-4096", pss(Sha512), "RFC 4056 §3"),
        ("pss-key-2048-sha256", "rsa-pss-2048", pss(Sha256), "RFC 4055 §1.2"),
        ("p256-sha256", "p256", ecdsa(Sha256), "RFC 5753 §2.1"),
        ("p256-sha512", "p256", ecdsa(Sha512), "RFC 5753 §2.1"),
        ("p256-sha3-256", "p256", ecdsa(Sha3_256), "RFC 5753 §2.1, ISO/TS 32001"),
        ("p384-sha384", "p384", ecdsa(Sha384), "RFC 5753 §2.1"),
        ("p521-sha512", "p521", ecdsa(Sha512), "RFC 5753 §2.1"),
        ("p521-sha3-512", "p521", ecdsa(Sha3_512), "RFC 5753 §2.1, ISO/TS 32001"),
        ("ed25519", "ed25519", SignatureAlgorithm::Ed25519, "RFC 8419 §3, ISO/TS 32002"),
    ] {
        signed(shared, name, key, algorithm, clause, files)?;
    }
    relied_upon(shared, files)?;
    implemented(shared, files)
}

fn signed(shared: &Shared, name: &str, key: &str, algorithm: SignatureAlgorithm, clause: &'static str, files: &mut Files) -> Outcome {
    let file = table(&plain(), "");
    let signer = shared.signer(key)?.with_algorithm(algorithm)?;
    let draft =
        Draft::new(&Document::pdf(&file)?, &Profile::pades_b_b(claimed()).contents(1), kyso::Signer::certificates(&signer), algorithm)?;
    let value = kyso::Signer::sign(&signer, draft.to_be_signed())?;
    let document = draft.complete(&value)?;
    let altered = with_altered_value(&document, &value)?;
    let case = Case::passing(format!("PAdES B-B with {algorithm}, key {key}"), clause, document).entry(|entry| entry.level("B-B"));
    let good = case.add(&format!("algorithms/{name}"), files)?;
    let bad = good.but("the last bit of the signature value is the other one").document(altered);
    bad.fails("SIG_CRYPTO_FAILURE", VALUE).integrity("broken").add(&format!("algorithms/{name}-altered"), files)?;
    Ok(())
}

/// By hand, since nobody signs with these any more.
fn by_hand(shared: &Shared, key: &str, digest: DigestAlgorithm, algorithm: SignatureAlgorithm) -> Outcome<Vec<u8>> {
    HandMade::new(objects(&pades())).sign(|octets| shared.by_hand(key).with(digest, algorithm).detached(octets, Vec::new()))
}

fn relied_upon(shared: &Shared, files: &mut Files) -> Outcome {
    let check = "signature_acceptance.algorithm_reliable";
    let clause = "EN 319 102-1 §5.2.8.4.1, TS 119 312 §9";
    let rsa = SignatureAlgorithm::RsaPkcs1;
    let good = Case::passing(
        "RSASSA-PKCS1-v1_5 SHA-256, key of 2048 bits, made by hand",
        clause,
        by_hand(shared, "rsa-2048", Sha256, rsa(Sha256))?,
    );
    let good = good.add("algorithms/reliable", files)?;
    let mixed = PssParameters { digest: Sha256, mask_digest: Sha1, salt: 20 };
    for (name, change, key, digest, algorithm) in [
        ("rsa-1024", "the key has 1024 bits", "rsa-1024", Sha256, rsa(Sha256)),
        ("sha-1", "the digest is SHA-1", "rsa-2048", Sha1, rsa(Sha1)),
        (
            "pss-mask-sha-1",
            "the padding is RSASSA-PSS, and the digest of its mask SHA-1",
            "rsa-2048",
            Sha256,
            SignatureAlgorithm::RsaPss(mixed),
        ),
    ] {
        let bad = good.but(change).document(by_hand(shared, key, digest, algorithm)?);
        bad.indeterminate(NO_POE, check).add(&format!("algorithms/{name}"), files)?;
    }
    // The lists of 2026 are stale in 2029, which the default policy lets pass; no certificate has ended.
    let after = kyso::Time::from_rfc3339("2029-01-01T00:00:00Z")?;
    good.but("the validation time is that at which RSA below 3000 bits ends")
        .time(after)
        .indeterminate(NO_POE, check)
        .add("algorithms/rsa-2048-in-2029", files)?;
    let document = by_hand(shared, "p256", Sha224, SignatureAlgorithm::Ecdsa(Sha224))?;
    let good = Case::passing("ECDSA SHA-224 in 2026", clause, document).add("algorithms/sha-224", files)?;
    good.but("the validation time is that at which SHA-224 ends")
        .time(after)
        .indeterminate(NO_POE, check)
        .add("algorithms/sha-224-in-2029", files)?;
    let digest_only = |digest: DigestAlgorithm| {
        HandMade::new(objects(&pades()))
            .sign(|octets| shared.by_hand("p256").with(digest, SignatureAlgorithm::Ecdsa(Sha256)).detached(octets, Vec::new()))
    };
    let good = Case::passing("ECDSA SHA-256 over attributes with the SHA-256 of the content", clause, digest_only(Sha256)?);
    let good = good.add("algorithms/message-digest", files)?;
    let bad = good.but("the digests of the content and in the reference to the certificate are SHA-1").document(digest_only(Sha1)?);
    bad.indeterminate(NO_POE, "signature_acceptance.digest_reliable").add("algorithms/message-digest-sha-1", files)?;
    Ok(())
}

fn implemented(shared: &Shared, files: &mut Files) -> Outcome {
    let signer = shared.by_hand("p256");
    let unknown = |dotted: &str| sequence(&[object_id(ObjectIdentifier::new_unwrap(dotted))]);
    let edited = |edit: &dyn Fn(&mut SignerInfo)| {
        HandMade::new(objects(&pades())).sign(|octets| {
            let mut info = signer.over_attributes(signer.attributes(&Sha256.digest(octets)))?;
            edit(&mut info);
            Ok(signer.data(&info).der())
        })
    };
    let good =
        Case::passing("ECDSA SHA-256, made by hand", "EN 319 102-1 §5.2.7", edited(&|_| ())?).add("algorithms/implemented", files)?;
    // MD5 (RFC 1321), DSA with SHA-256 (FIPS 186-4): known to everybody, implemented by nobody who signs today.
    let document = edited(&|info| info.digest = unknown("1.2.840.113549.2.5"))?;
    let bad = good.but("the digest algorithm beside the attributes is MD5").document(document);
    let bad = bad.indeterminate(NO_POE, "cryptographic_verification.digest_implemented").integrity("unknown");
    bad.add("algorithms/digest-md5", files)?;
    let document = edited(&|info| info.algorithm = unknown("2.16.840.1.101.3.4.3.2"))?;
    let bad = good.but("the signature algorithm is DSA with SHA-256").document(document);
    let bad = bad.indeterminate(NO_POE, "cryptographic_verification.algorithm_implemented").integrity("unknown");
    bad.add("algorithms/signature-dsa", files)?;
    let pss_without_digest =
        sequence(&[object_id(ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10")), kyso::encoding::der::write::null()]);
    let document = edited(&|info| info.algorithm = pss_without_digest.clone())?;
    let bad = good.but("the signature algorithm is RSASSA-PSS with NULL for parameters").document(document);
    bad.fails("FORMAT_FAILURE", "signed_data.algorithm_readable").integrity("unknown").add("algorithms/parameters-unreadable", files)?;
    protected(shared, files)
}

/// RFC 6211: what is signed names the algorithms too.
fn protected(shared: &Shared, files: &mut Files) -> Outcome {
    let signer = shared.by_hand("p256");
    let id = kyso::pki::object_id::ALGORITHM_PROTECTION;
    let document = |digest: DigestAlgorithm| {
        let digest = crate::cms::digest_identifier(digest);
        let signature = kyso::encoding::der::write::retagged(0xa1, &signer.identifier());
        let protection = attribute(id, &[sequence(&[digest, signature])]);
        HandMade::new(objects(&pades())).sign(|octets| signer.detached(octets, vec![protection.clone()]))
    };
    let good = Case::passing("the signed attributes name the algorithms", "RFC 6211 §2", document(Sha256)?);
    let good = good.add("algorithms/protected", files)?;
    let bad = good.but("they name another digest algorithm than the one used").document(document(Sha512)?);
    bad.fails("FORMAT_FAILURE", "signed_data.algorithm_protection").add("algorithms/protected-other-digest", files)?;
    Ok(())
}
