//! Group `key-files`: every kind of file in which a signer's key comes, each with the twin that must not open.

use kyso::crypto::DigestAlgorithm;
use kyso::encoding::pem;
use kyso::testkit::{Entity, Pkcs12, Protection, Random};
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::pkcs8::DecodePrivateKey;

use crate::case::{Case, KeyFile, Subject};
use crate::shared::{SIGNATORIES, Shared};
use crate::{Files, Outcome};

const PASSWORD: &str = "Mật khẩu thử 1";
const WRONG: &str = "Mật khẩu thử 2";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    for name in SIGNATORIES {
        pkcs8(name, &shared.signatories[name], files)?;
    }
    for name in ["rsa-2048", "p256", "ed25519"] {
        der(name, &shared.signatories[name], files)?;
    }
    traditional(shared, files)?;
    chain(shared, files)?;
    let holder = &shared.signatories["rsa-2048"];
    for (name, protection, what, clause) in [
        ("pkcs8-aes-128", Protection::Aes128, "PBES2, PBKDF2 with HMAC-SHA-256, AES-128-CBC", "RFC 8018 §6.2"),
        ("pkcs8-aes-256", Protection::Aes256, "PBES2, PBKDF2 with HMAC-SHA-256, AES-256-CBC", "RFC 8018 §6.2"),
        ("pkcs8-scrypt", Protection::Scrypt, "PBES2, scrypt, AES-256-CBC", "RFC 7914 §7"),
        ("pkcs8-triple-des", Protection::TripleDes, "PBES2, PBKDF2 with HMAC-SHA-256, triple DES", "RFC 8018 §6.2"),
        ("pkcs8-md5-des", Protection::Md5Des, "PBES1, MD5 and DES", "RFC 8018 §6.1"),
        ("pkcs8-sha-triple-des", Protection::ShaTripleDes, "PKCS#12's triple DES", "RFC 7292 §C"),
        ("pkcs8-sha-rc2", Protection::ShaRc2, "PKCS#12's 40-bit RC2", "RFC 7292 §C"),
    ] {
        let octets = protection.encrypted_key(&holder.key.pkcs8(), PASSWORD, 2048, &mut Random::seeded(name.as_bytes()))?;
        let text = pem::write("ENCRYPTED PRIVATE KEY", &octets).into_bytes();
        protected(name, format!("an encrypted PKCS#8 key: {what}"), clause, "key.pem", text, opens(holder, 0), files)?;
    }
    for (name, kind, what) in [
        ("pkcs12-openssl", Pkcs12::openssl("Nguyễn Văn A"), "OpenSSL 3 writes it"),
        ("pkcs12-openssl-legacy", Pkcs12::openssl_legacy("Nguyễn Văn A"), "OpenSSL 1 writes it"),
        ("pkcs12-keytool", Pkcs12::keytool("nguyen van a"), "the keytool of Java 16 writes it"),
        ("pkcs12-windows", Pkcs12::windows("{6D5F5A6A-0000-4000-8000-000000000001}"), "Windows exports it with TripleDES-SHA1"),
        ("pkcs12-certificates-in-the-clear", Pkcs12 { certificates: None, ..Pkcs12::openssl("a") }, "its certificates are not encrypted"),
    ] {
        let chain = [&shared.issuing.certificate[..], &shared.root.certificate];
        let octets = kind.write(holder, &chain, PASSWORD, &mut Random::seeded(name.as_bytes()))?;
        protected(name, format!("a PKCS#12 file as {what}"), "RFC 7292 §4", "key.p12", octets, opens(holder, 3), files)?;
    }
    Ok(())
}

/// A file without password.
fn plain(
    name: &str,
    what: String,
    clause: &'static str,
    key_file: &'static str,
    octets: Vec<u8>,
    expected: KeyFile,
    files: &mut Files,
) -> Outcome<Case> {
    let case = Case { what, clause, subject: Subject::KeyFile { key_file, password: None, expected }, twin: None, change: None };
    add_file(case.clone(), &format!("key-files/{name}"), key_file, octets, files)?;
    Ok(case)
}

/// PKCS#8 in PEM.
fn pkcs8(key: &str, holder: &Entity, files: &mut Files) -> Outcome {
    let text = pem::write("PRIVATE KEY", &holder.key.pkcs8()).into_bytes();
    plain(&format!("pkcs8-{key}"), format!("a PKCS#8 key, {key}, PEM"), "RFC 5958 §2", "key.pem", text, opens(holder, 0), files)?;
    Ok(())
}

/// PKCS#8 in DER, and the same without its last octet.
fn der(key: &str, holder: &Entity, files: &mut Files) -> Outcome {
    let octets = holder.key.pkcs8();
    let name = format!("pkcs8-{key}-der");
    let good = plain(&name, format!("a PKCS#8 key, {key}, DER"), "RFC 5958 §2", "key.der", octets.to_vec(), opens(holder, 0), files)?;
    let subject = Subject::KeyFile { key_file: "key.der", password: None, expected: KeyFile::Refused("malformed") };
    let short = good.changed(&format!("key-files/{name}"), "the last octet is missing", subject);
    add_file(short, &format!("key-files/{name}-short"), "key.der", octets[..octets.len() - 1].to_vec(), files)
}

/// The two forms that are older than PKCS#8.
fn traditional(shared: &Shared, files: &mut Files) -> Outcome {
    let (rsa, p256) = (&shared.signatories["rsa-2048"], &shared.signatories["p256"]);
    let octets = rsa::RsaPrivateKey::from_pkcs8_der(&rsa.key.pkcs8())?.to_pkcs1_der()?;
    let text = pem::write("RSA PRIVATE KEY", octets.as_bytes()).into_bytes();
    plain("pkcs1-rsa-2048", "a PKCS#1 key, PEM".into(), "RFC 8017 §A.1.2", "key.pem", text, opens(rsa, 0), files)?;
    let octets = p256::SecretKey::from_pkcs8_der(&p256.key.pkcs8())?.to_sec1_der()?;
    let text = pem::write("EC PRIVATE KEY", &octets).into_bytes();
    plain("sec1-p256", "an `ECPrivateKey`, PEM".into(), "RFC 5915 §4", "key.pem", text, opens(p256, 0), files)?;
    Ok(())
}

/// Key and certificates in one PEM file, and the same with the certificate of somebody else.
fn chain(shared: &Shared, files: &mut Files) -> Outcome {
    let holder = &shared.signatories["p256"];
    let text = |certificate: &[u8]| {
        let parts = [
            pem::write("PRIVATE KEY", &holder.key.pkcs8()),
            pem::write("CERTIFICATE", certificate),
            pem::write("CERTIFICATE", &shared.issuing.certificate),
        ];
        parts.concat().into_bytes()
    };
    let subject = |expected| Subject::KeyFile { key_file: "key.pem", password: None, expected };
    let what = "a key, its certificate and the issuer's certificate in one PEM file".to_owned();
    let good = Case { what, clause: "RFC 7468 §2", subject: subject(opens(holder, 2)), twin: None, change: None };
    add_file(good.clone(), "key-files/pem-chain", "key.pem", text(&holder.certificate), files)?;
    let change = "the certificate is of another key";
    let bad = good.changed("key-files/pem-chain", change, subject(KeyFile::Refused("certificate")));
    add_file(bad, "key-files/pem-chain-of-another-key", "key.pem", text(&shared.signatories["p384"].certificate), files)
}

/// A file under a password, opened with it and with another.
fn protected(
    name: &str,
    what: String,
    clause: &'static str,
    key_file: &'static str,
    octets: Vec<u8>,
    expected: KeyFile,
    files: &mut Files,
) -> Outcome {
    let name = format!("key-files/{name}");
    let subject = |password, expected| Subject::KeyFile { key_file, password: Some(password), expected };
    let good = Case { what, clause, subject: subject(PASSWORD, expected), twin: None, change: None };
    add_file(good.clone(), &name, key_file, octets.clone(), files)?;
    let wrong = good.changed(&name, "another password is given", subject(WRONG, KeyFile::Refused("password")));
    add_file(wrong, &format!("{name}-wrong-password"), key_file, octets, files)
}

fn add_file(case: Case, name: &str, file: &str, octets: Vec<u8>, files: &mut Files) -> Outcome {
    case.add_with(name, vec![(file.to_owned(), octets)], files)?;
    Ok(())
}

fn opens(holder: &Entity, certificates: usize) -> KeyFile {
    let digest = DigestAlgorithm::Sha256.digest(holder.key.public_key_info());
    let hex: String = digest.iter().map(|octet| format!("{octet:02x}")).collect();
    KeyFile::Opens { public_key: format!("sha256:{hex}"), certificates }
}
