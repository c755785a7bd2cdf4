//! Group `cms`: several signers of one content, and signers of signatures.

use kyso::encoding::der::write::{integer, object_id, sequence};
use kyso::pki::object_id;
use serde_json::json;

use super::{CONTENT, baseline, info, passing};
use crate::case::Entry;
use crate::cms::{SignedData, Signer, SignerInfo, attribute};
use crate::shared::Shared;
use crate::{Files, Outcome};

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let (one, other) = (shared.by_hand("p256"), shared.by_hand("rsa-3072"));
    let both = Both { one, other };
    both.side_by_side(files)?;
    both.countersigned(files)
}

/// Two signers.
struct Both<'a> {
    one: Signer<'a>,
    other: Signer<'a>,
}

impl Both<'_> {
    fn data(&self, signers: &[SignerInfo]) -> Vec<u8> {
        let certificates = [&self.one.certificates[..], &self.other.certificates[..1]].concat();
        let data = self.one.data(&signers[0]);
        let mut digests: Vec<Vec<u8>> = signers.iter().map(|signer| signer.digest.clone()).collect();
        digests.dedup();
        let signers = signers.iter().map(SignerInfo::der).collect();
        SignedData { content: Some(CONTENT.to_vec()), digests, certificates, signers, ..data }.der()
    }

    fn side_by_side(&self, files: &mut Files) -> Outcome {
        let signers = [info(&self.one, CONTENT)?, info(&self.other, CONTENT)?];
        let case = passing("two signers, each with a verdict of its own", "RFC 5652 §5.1", self.data(&signers));
        let good = case.entries(&[Entry::passed().level("B-B"), Entry::passed().level("B-B")]).add("cms/two-signers", files)?;
        let mut altered = signers.clone();
        let largest = usize::from(altered[1].der() > altered[0].der());
        altered[largest].value[20] ^= 1;
        let value = "cryptographic_verification.value_valid";
        let bad = good.but("a bit of the second value is the other one").by("EN 319 102-1 §5.2.7").file(self.data(&altered));
        let failed = Entry::concluded("TOTAL-FAILED", "SIG_CRYPTO_FAILURE", value).integrity("broken");
        bad.fails("SIG_CRYPTO_FAILURE", value).entries(&[Entry::passed(), failed]).add("cms/two-signers-one-altered", files)?;
        let bad = good
            .but("the policy lets one signature be judged")
            .by("EN 319 102-1 §5.1")
            .policy(json!({ "id": "one", "limits": { "signatures": 1 } }));
        bad.indeterminate("SIG_CONSTRAINTS_FAILURE", "content_info.signers_within_limit")
            .entries(&[Entry::passed()])
            .add("cms/two-signers-limit", files)?;
        Ok(())
    }

    /// RFC 5652 §11.4: `one` signs the content, `other` the value of `one`.
    fn countersigned(&self, files: &mut Files) -> Outcome {
        let signed = info(&self.one, CONTENT)?;
        let over = |value: &[u8], edit: &dyn Fn(&mut Vec<Vec<u8>>)| -> Outcome<Vec<u8>> {
            let mut attributes = baseline(&self.other, &self.other.digest.digest(value));
            attributes.remove(0);
            edit(&mut attributes);
            Ok(self.other.over_attributes(attributes)?.der())
        };
        let with = |value: Vec<u8>| -> Vec<u8> {
            let unsigned = vec![attribute(object_id::COUNTER_SIGNATURE, &[value])];
            self.data(&[SignerInfo { unsigned, ..signed.clone() }])
        };
        let case = passing("a signature, and another over its value", "RFC 5652 §11.4", with(over(&signed.value, &|_| {})?));
        let counter = || Entry::default().kind("counter_signature");
        let good = case.entries(&[Entry::passed().kind("signature"), counter().level("B-B").integrity("intact")]);
        let good = good.add("cms/counter-signature", files)?;
        let bad = good.but("the other is over another value").by("EN 319 102-1 §5.2.7").file(with(over(b"another", &|_| {})?));
        let failed = Entry::concluded("TOTAL-FAILED", "HASH_FAILURE", "cryptographic_verification.data_intact").integrity("broken");
        bad.fails("HASH_FAILURE", "cryptographic_verification.data_intact")
            .entries(&[Entry::passed(), failed.kind("counter_signature")])
            .add("cms/counter-signature-of-another", files)?;
        let typed = over(&signed.value, &|all| all.push(attribute(object_id::CONTENT_TYPE, &[object_id(object_id::DATA)])))?;
        let listed = good.but("the counter signature names a type of content").file(with(typed));
        listed
            .entries(&[Entry::passed(), Entry::passed().tolerates("signed_data.no_content_type")])
            .add("cms/counter-signature-typed", files)?;
        let bad = good.but("the counter signature ends after its version").file(with(sequence(&[integer(1)])));
        let check = "signer_info.counter_signatures_readable";
        bad.indeterminate("SIG_CONSTRAINTS_FAILURE", check)
            .entries(&[Entry::concluded("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", check)])
            .add("cms/counter-signature-unreadable", files)?;
        Ok(())
    }
}
