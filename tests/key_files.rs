//! Key files made by OpenSSL and keytool (`test-vectors/key_files`): each as its case says, and its bad twins.
#![cfg(feature = "sign")]

use std::path::PathBuf;

use kyso::crypto::{DigestAlgorithm, PublicKey, SignatureAlgorithm, Signed, Verification};
use kyso::encoding::pem;
use kyso::pki::{KeyFile, KeyFileError};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    file: String,
    password: Option<String>,
    /// The keys in file order, by the names of their public halves as OpenSSL wrote them.
    #[serde(default)]
    public: Vec<String>,
    #[serde(default)]
    certificates: usize,
    #[serde(default)]
    chain: usize,
    error: Option<String>,
}

impl Case {
    fn read(&self) -> Result<KeyFile, KeyFileError> {
        KeyFile::read(&octets(&self.file), self.password.as_deref())
    }

    /// The same file with another password, or with one for a file that needs none.
    fn is_encrypted(&self) -> bool {
        self.password.as_deref().is_some_and(|password| !password.is_empty()) && self.file != "openssl-plain.p12"
    }
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("test-vectors/key_files").join(name)
}

fn octets(name: &str) -> Vec<u8> {
    std::fs::read(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn cases() -> Vec<Case> {
    serde_json::from_slice(&octets("cases.json")).unwrap()
}

fn good_cases() -> impl Iterator<Item = Case> {
    cases().into_iter().filter(|case| case.error.is_none())
}

fn public_key(name: &str) -> PublicKey {
    PublicKey::from_spki(&pem::read(&octets(&format!("{name}.public.pem"))).unwrap()[0].octets).unwrap()
}

#[test]
fn each_file_is_read_as_its_case_says() {
    for case in cases() {
        let name = format!("{} with {:?}", case.file, case.password);
        match (&case.error, case.read()) {
            (Some(expected), read) => assert_eq!(read.err().map(|error| error.to_string()).as_deref(), Some(expected.as_str()), "{name}"),
            (None, Err(error)) => panic!("{name}: {error}"),
            (None, Ok(file)) => {
                let keys: Vec<_> = file.keys.iter().map(|key| key.public_key().clone()).collect();
                assert_eq!(keys, case.public.iter().map(|name| public_key(name)).collect::<Vec<_>>(), "{name}");
                assert_eq!(file.certificates.len(), case.certificates, "{name}");
                let (key, chain) = file.into_identity().unwrap();
                assert_eq!(chain.len(), case.chain, "{name}");
                if let Some(own) = chain.first() {
                    assert_eq!(own.public_key().unwrap(), key.public_key(), "{name}");
                }
                assert!(chain.windows(2).all(|pair| pair[0].issuer() == pair[1].subject()), "{name}");
            }
        }
    }
}

#[test]
fn every_file_of_the_folder_has_a_case() {
    let cases = cases();
    for entry in std::fs::read_dir(path("")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let aside = [".public.pem", ".signature", ".sh", ".py", ".md", "cases.json"].iter().any(|end| name.ends_with(end));
        assert!(aside || cases.iter().any(|case| case.file == name), "{name} has no case");
    }
}

#[test]
fn a_password_that_is_wrong_by_one_letter_is_a_wrong_password() {
    for case in good_cases().filter(Case::is_encrypted) {
        let wrong = case.password.as_ref().unwrap().replace('t', "T");
        assert_eq!(KeyFile::read(&octets(&case.file), Some(&wrong)).err(), Some(KeyFileError::WrongPassword), "{}", case.file);
    }
}

#[test]
fn no_password_where_one_is_needed_is_not_a_wrong_one() {
    for case in good_cases().filter(Case::is_encrypted) {
        assert_eq!(KeyFile::read(&octets(&case.file), None).err(), Some(KeyFileError::PasswordNeeded), "{}", case.file);
    }
}

#[test]
fn one_altered_octet_is_an_error_or_changes_nothing() {
    // A plain Ed25519 key has nothing to hold it against: each 32 octets are one.
    for case in good_cases().filter(|case| case.file != "ed25519.pkcs8.pem") {
        let whole = octets(&case.file);
        let names = case.public.iter().map(|name| public_key(name)).collect::<Vec<_>>();
        // Files whose opening is dear are altered in fewer places.
        let step = if case.file.ends_with(".p12") || case.file.contains("scrypt") { whole.len() / 16 } else { whole.len() / 64 };
        for at in (0..whole.len()).step_by(step.max(1)) {
            let mut altered = whole.clone();
            altered[at] ^= 0x01;
            if let Ok(file) = KeyFile::read(&altered, case.password.as_deref()) {
                assert!(file.keys.iter().all(|key| names.contains(key.public_key())), "{} at {at}", case.file);
            }
        }
    }
}

#[test]
fn an_octet_altered_under_the_mac_is_found_before_anything_is_decrypted() {
    for name in ["openssl3.p12", "openssl-legacy.p12", "keytool.p12", "windows-ber.p12", "pbmac1.p12"] {
        let mut altered = octets(name);
        let middle = altered.len() / 2;
        altered[middle] ^= 0x01;
        assert_eq!(KeyFile::read(&altered, Some("kyso-test")).err(), Some(KeyFileError::WrongPassword), "{name}");
    }
}

#[test]
fn a_file_cut_short_is_an_error() {
    for case in good_cases().filter(|case| !case.file.ends_with(".pem")) {
        let whole = octets(&case.file);
        for length in (0..whole.len()).step_by(37) {
            assert!(KeyFile::read(&whole[..length], case.password.as_deref()).is_err(), "{} of {length} octets", case.file);
        }
    }
}

#[test]
fn rsa_signatures_are_those_of_openssl() {
    let key = KeyFile::read(&octets("rsa.pkcs8.pem"), None).unwrap().keys.remove(0);
    let message = octets("message");
    for digest in DigestAlgorithm::ALL {
        let name = digest.name().to_lowercase().replace("sha-", "sha").replace('/', "-");
        let algorithm = SignatureAlgorithm::RsaPkcs1(digest);
        let expected = path(&format!("rsa.{name}.signature"));
        assert_eq!(expected.exists(), key.supports(&algorithm), "{name}");
        if let Ok(value) = std::fs::read(expected) {
            assert_eq!(key.sign(&algorithm, Signed::Octets(&message)).unwrap(), value, "{name}");
            assert_eq!(key.sign(&algorithm, Signed::Digest(&digest.digest(&message))).unwrap(), value, "{name}");
            assert_eq!(public_key("rsa").verify(&algorithm, Signed::Octets(&message), &value), Verification::Valid, "{name}");
        }
    }
}

#[test]
fn every_key_signs_what_its_public_half_verifies() {
    for name in ["rsa", "rsa-pss", "p256", "p384", "p521", "ed25519"] {
        let key = KeyFile::read(&octets(&format!("{name}.pkcs8.pem")), None).unwrap().keys.remove(0);
        let algorithm = key.default_algorithm();
        let value = key.sign(&algorithm, Signed::Octets(b"abc")).unwrap();
        assert_eq!(value, key.sign(&algorithm, Signed::Octets(b"abc")).unwrap(), "{name} is deterministic");
        assert_eq!(public_key(name).verify(&algorithm, Signed::Octets(b"abc"), &value), Verification::Valid, "{name}");
        assert_eq!(public_key(name).verify(&algorithm, Signed::Octets(b"abd"), &value), Verification::Invalid, "{name}");
        let again = kyso::crypto::SoftwareKey::from_pkcs8_der(&key.to_pkcs8_der()).unwrap();
        assert_eq!(again.sign(&algorithm, Signed::Octets(b"abc")).unwrap(), value, "{name} written and read again");
    }
}
