//! What a verdict may cost (INDETERMINATE where it would cost more), and anchors that are a name and a key.

use kyso::context::{AnchorConstraints, TrustAnchor};
use kyso::crypto::PublicKey;
use kyso::testkit::Template;
use kyso::testkit::extension::{certificate_policies, end_entity};
use serde_json::{Value, json};

use super::{Chain, upper, upper_key};
use crate::case::{Case, Good};
use crate::certificates::{GENERAL, signed};
use crate::shared::{Shared, at};
use crate::trust_stores::trusting;
use crate::{Files, Outcome};

fn limited(name: &str, limit: u64) -> Value {
    json!({ "id": "limited", "limits": { name: limit } })
}

pub fn add(shared: &Shared, chain: &Chain, good: &Good, files: &mut Files) -> Outcome {
    let mut limit = |good: &Good, file: &str, name: &str, (least, less): (u64, u64), check| -> Outcome {
        let case = good.but(&format!("the limit {name} is {least}")).by("RFC 5280 §6").policy(limited(name, least));
        case.add(&format!("paths/limit-{file}-met"), files)?;
        let case = good.but(&format!("the limit {name} is {less}")).by("RFC 5280 §6").policy(limited(name, less));
        case.indeterminate(GENERAL, check).add(&format!("paths/limit-{file}"), files)?;
        Ok(())
    };
    // The signer, the lower authority, the upper one.
    limit(good, "paths", "paths", (3, 2), "limit.paths")?;
    // The signature of the document is not one of the path: three certificates, each followed by its list.
    limit(good, "signatures", "signature_checks", (6, 4), "limit.signature_checks")?;
    after_failure(shared, chain, good, files)?;
    constraints(shared, files)?;
    bare(shared, good, files)
}

/// A search that ended at its limit has not shown that there is no path, whatever it met.
fn after_failure(shared: &Shared, chain: &Chain, good: &Good, files: &mut Files) -> Outcome {
    let newer = Template { not_before: at(-1), ..upper() }.with(end_entity());
    let unusable = shared.root.issue(&newer, upper_key()?)?;
    let document = signed(&chain.leaf, &[&chain.lower, &unusable, &chain.upper])?;
    let case = |change: &str, limit| good.but(change).by("RFC 5280 §6").document(document.clone()).policy(limited("paths", limit));
    let met = "a newer certificate of the upper authority is not one of an authority, and the limit is enough for both";
    case(met, 4).add("paths/limit-paths-two-met", files)?;
    let reached = "a newer certificate of the upper authority is not one of an authority, and the limit is enough for one of them";
    case(reached, 3).indeterminate(GENERAL, "limit.paths").because("preparation_for_next.is_ca").add("paths/limit-paths-two", files)?;
    Ok(())
}

/// Policies and names are counted, too.
fn constraints(shared: &Shared, files: &mut Files) -> Outcome {
    let policy = |number: u32| const_oid::ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.3").push_arc(number);
    let policies = (1..=20).map(policy).collect::<Result<Vec<_>, _>>()?;
    let chain = Chain::new(shared, &|_, template| template.with(certificate_policies(&policies)))?;
    let good = chain.case("every certificate has the same twenty policies", "RFC 9618 §5")?.add("paths/policies-twenty", files)?;
    let case = good.but("the limit constraints is 50").by("RFC 5280 §6").policy(limited("constraints", 50));
    case.indeterminate(GENERAL, "limit.constraints").add("paths/limit-constraints", files)?;
    Ok(())
}

/// §6.1.1 (d): without a certificate, the relying party alone says what restricts the anchor.
fn bare(shared: &Shared, good: &Good, files: &mut Files) -> Outcome {
    let case = |change: &str, path_length| -> Outcome<Case> {
        let name = kyso::pki::Name::from_der(&shared.root.name.der())?;
        let anchor = TrustAnchor::of_key(name, PublicKey::from_spki(shared.root.key.public_key_info())?);
        let constraints = AnchorConstraints { path_length, ..AnchorConstraints::default() };
        trusting(good.but(change).by("RFC 5937 §3"), [TrustAnchor { store: "congvu".into(), constraints, ..anchor }])
    };
    case("the anchor is a name and a key", None)?.add("paths/key", files)?;
    case("the anchor is a name and a key, and two authorities may stand under it", Some(2))?.add("paths/key-length-met", files)?;
    let exceeded = case("the anchor is a name and a key, and one authority may stand under it", Some(1))?;
    exceeded.indeterminate(GENERAL, "preparation_for_next.path_length").add("paths/key-length", files)?;
    Ok(())
}
