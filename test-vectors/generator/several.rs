//! Group `several`: several signatures, one after the other.

use kyso::creation::{FieldLock, Permission};
use kyso::{Document, Profile};

use crate::case::{Case, Entry};
use crate::hand_made::{claimed, patched};
use crate::pdf::{plain, table};
use crate::shared::{Shared, signer};
use crate::{Files, Outcome};

const HASH: &str = "HASH_FAILURE";
const INTACT: &str = "cryptographic_verification.data_intact";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let first = sign(shared, &table(&plain(), ""), "p256", |profile| profile.field("leader").location("Hoa Sen"))?;
    let second = sign(shared, &first, "p384", |profile| profile.field("seal").location("Dong Hai"))?;
    let third = sign(shared, &second, "ed25519", |profile| profile.field("archive").location("Ha Noi"))?;
    two(shared, &first, &second, files)?;
    three(&third, files)?;
    certified(shared, files)
}

fn sign(shared: &Shared, file: &[u8], key: &str, edit: impl FnOnce(Profile) -> Profile) -> Outcome<Vec<u8>> {
    let profile = edit(Profile::pades_b_b(claimed()).contents(1));
    Ok(kyso::sign(&Document::pdf(file)?, &profile, &shared.signer(key)?)?)
}

fn broken() -> Entry {
    Entry::concluded("TOTAL-FAILED", HASH, INTACT).integrity("broken")
}

fn two(shared: &Shared, first: &[u8], second: &[u8], files: &mut Files) -> Outcome {
    let [leader, seal] = [Entry::passed().field("leader"), Entry::passed().field("seal")];
    let case = Case::passing("the leader has signed, then the organisation", "ISO 32000-2 §12.8.1", second.to_vec());
    let good = case.entries(&[leader.clone(), seal.clone()]).add("several/two", files)?;
    let bad = good.but("one letter of the page is another one").by("EN 319 102-1 §5.2.7").document(patched(second, "Ket qua", "Ket que")?);
    bad.fails(HASH, INTACT).entries(&[broken().field("leader"), broken().field("seal")]).add("several/two-altered-page", files)?;
    let bad = good.but("one letter of the leader's location is another one").by("EN 319 102-1 §5.2.7");
    let bad = bad.document(patched(second, "Hoa Sen", "Hoa Lan")?);
    bad.fails(HASH, INTACT).entries(&[broken(), broken()]).add("several/two-altered-first", files)?;
    let bad = good.but("one letter of the organisation's location is another one").by("EN 319 102-1 §5.2.7");
    let bad = bad.document(patched(second, "Dong Hai", "Dong Hoi")?);
    bad.fails(HASH, INTACT).entries(&[leader.clone(), broken()]).add("several/two-altered-second", files)?;

    // The organisation's certificate is of an authority that nobody trusts.
    let template = kyso::testkit::Template::signatory(crate::shared::person("p384"), crate::shared::at(-400), crate::shared::at(1200));
    let stranger = shared.other_root.issue(&template, shared.signatories["p384"].key.clone())?;
    let profile = Profile::pades_b_b(claimed()).contents(1).field("seal").location("Dong Hai");
    let document = kyso::sign(&Document::pdf(first)?, &profile, &signer(&stranger, &[])?)?;
    let check = "path.trust_anchor_reached";
    let unknown = "NO_CERTIFICATE_CHAIN_FOUND";
    let bad = good.but("the organisation's certificate is of an authority that nobody trusts").by("EN 319 102-1 §5.1.3").document(document);
    let stranger = Entry::concluded("INDETERMINATE", unknown, check).integrity("intact");
    bad.indeterminate(unknown, check).entries(&[leader, stranger]).add("several/two-stranger", files)?;
    let bad = good.but("the policy allows one signature to be judged").by("ISO 32000-2 §12.8");
    let bad = bad.policy(serde_json::json!({ "id": "one-signature", "limits": { "signatures": 1 } }));
    bad.indeterminate("SIG_CONSTRAINTS_FAILURE", "limit.signatures").entries(&[]).add("several/two-limit", files)?;
    Ok(())
}

fn three(third: &[u8], files: &mut Files) -> Outcome {
    let fields = ["leader", "seal", "archive"].map(|field| Entry::passed().field(field));
    let good = Case::passing("three have signed, one after the other", "ISO 32000-2 §12.8.1", third.to_vec());
    let good = good.entries(&fields).add("several/three", files)?;
    let [first, _, _] = fields;
    let bad = good.but("one letter of the second one's location is another one").by("EN 319 102-1 §5.2.7");
    let bad = bad.document(patched(third, "Dong Hai", "Dong Hoi")?);
    bad.fails(HASH, INTACT).entries(&[first, broken(), broken()]).add("several/three-altered-second", files)?;
    Ok(())
}

/// ISO 32000-2 §12.8.2.2: a certification first, an approval then.
fn certified(shared: &Shared, files: &mut Files) -> Outcome {
    for (name, permission) in [("p2", Permission::P2), ("p3", Permission::P3)] {
        let first = sign(shared, &table(&plain(), ""), "p256", |profile| profile.field("leader").certify(permission))?;
        let second = sign(shared, &first, "p384", |profile| profile.field("seal"))?;
        let what = format!("certified with {permission:?}, then signed");
        let case = Case::passing(what, "ISO 32000-2 §12.8.2.2", second.clone()).entries(&[Entry::passed(), Entry::passed()]);
        let good = case.add(&format!("several/certified-{name}"), files)?;
        let bad =
            good.but("one letter of the page is another one").by("EN 319 102-1 §5.2.7").document(patched(&second, "Ket qua", "Ket que")?);
        bad.fails(HASH, INTACT).entries(&[broken(), broken()]).add(&format!("several/certified-{name}-altered"), files)?;
    }
    let locks = |profile: Profile| profile.field("leader").lock(FieldLock::Include(vec!["number".into()]));
    let first = sign(shared, &table(&plain(), ""), "p256", locks)?;
    let second = sign(shared, &first, "p384", |profile| profile.field("seal"))?;
    let case = Case::passing("the first signature locks a field that is not signed then", "ISO 32000-2 §12.8.2.4", second.clone());
    let good = case.entries(&[Entry::passed(), Entry::passed()]).add("several/locked", files)?;
    let bad = good.but("one letter of the page is another one").by("EN 319 102-1 §5.2.7").document(patched(&second, "Ket qua", "Ket que")?);
    bad.fails(HASH, INTACT).entries(&[broken(), broken()]).add("several/locked-altered", files)?;
    Ok(())
}
