//! Group `vietnam`: what Vietnamese certificates do otherwise than the profile, or than readers expect; each on its own, with a bad twin.

use const_oid::ObjectIdentifier;
use kyso::encoding::pem;
use kyso::testkit::extension::{KEY_USAGE, authority, extended_key_usage, issuer_alternative_name, key_usage};
use kyso::testkit::name::{COMMON_NAME, COUNTRY, ORGANISATION, StringKind, USER_ID};
use kyso::testkit::{Entity, KeyUsage, Name, Purpose, Quirk, RevocationList, Role, Template, certificate_bundle};
use serde_json::{Value, json};

use crate::case::{Case, Good};
use crate::certificates::{GENERAL, signed};
use crate::shared::{Shared, at, name, person, time};
use crate::{Files, Outcome};

const NO_CHAIN: &str = "NO_CERTIFICATE_CHAIN_FOUND";
const NO_POE: &str = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE";
const ANCHOR: &str = "path.trust_anchor_reached";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let group = Group { shared };
    group.sha_1(files)?;
    group.key_identifiers(files)?;
    group.bundle(files)?;
    group.names(files)?;
    group.composed(files)?;
    group.several_user_ids(files)?;
    group.commas(files)?;
    group.extensions(files)?;
    group.path_length(files)?;
    group.ten_years(files)?;
    group.re_issued(files)?;
    group.cross_certificate(files)
}

/// A signer under an issuing authority under the root, each as a quirk and a case want it.
struct Group<'a> {
    shared: &'a Shared,
}

/// As the template of this role shall be.
type Edit<'a> = &'a dyn Fn(Role, Template) -> Template;

impl Group<'_> {
    fn root(&self, edit: Edit<'_>) -> Outcome<Entity> {
        let template = Template::authority(name("Test Root"), at(-800), at(3000), None);
        Ok(Entity::self_signed(&edit(Role::Root, template), self.shared.root.key.clone())?)
    }

    fn issuing(&self, root: &Entity, edit: Edit<'_>) -> Outcome<Entity> {
        let template = Template::authority(name("Test Issuing"), at(-800), at(3000), Some(0));
        Ok(root.issue(&edit(Role::Issuing, template), self.shared.issuing.key.clone())?)
    }

    fn leaf(&self, issuing: &Entity, edit: Edit<'_>) -> Outcome<Entity> {
        let template = Template::signatory(person("p256"), at(-400), at(1200));
        Ok(issuing.issue(&edit(Role::Signatory, template), self.shared.signatories["p256"].key.clone())?)
    }

    /// Root, issuing authority, signer.
    fn path(&self, edit: Edit<'_>) -> Outcome<[Entity; 3]> {
        let root = self.root(edit)?;
        let issuing = self.issuing(&root, edit)?;
        let leaf = self.leaf(&issuing, edit)?;
        Ok([root, issuing, leaf])
    }

    /// The templates as the quirk has them.
    fn quirk(&self, quirk: Quirk) -> impl Fn(Role, Template) -> Template + '_ {
        move |role, template| {
            let issuer = if role == Role::Signatory { &self.shared.issuing.key } else { &self.shared.root.key };
            quirk.applied(role, issuer, template)
        }
    }

    /// A file signed under a path made so, the issuing authority's certificate in it.
    fn document(&self, edit: Edit<'_>) -> Outcome<Vec<u8>> {
        let [_, issuing, leaf] = self.path(edit)?;
        signed(&leaf, &[&issuing])
    }

    /// A case that passes and one that does not.
    fn pair(&self, files: &mut Files, good: (&str, &str, &'static str), edit: Edit<'_>, bad: Bad<'_>) -> Outcome<Good> {
        let (file, what, clause) = good;
        let [_, issuing, _] = self.path(edit)?;
        let good = self.with_list(Case::passing(what, clause, self.document(edit)?), &issuing)?;
        let good = good.add(&format!("vietnam/{file}"), files)?;
        let case = good.but(bad.change).by(bad.clause).document(self.document(bad.edit)?);
        case.indeterminate(bad.sub_indication, bad.check).add(&format!("vietnam/{}", bad.file), files)?;
        Ok(good)
    }

    /// With the authority's own revocation list where it has another name than in other cases.
    fn with_list(&self, case: Case, issuing: &Entity) -> Outcome<Case> {
        if issuing.name == self.shared.issuing.name {
            return Ok(case);
        }
        Ok(case.list("issuing.crl", issuing.revocation_list(&list())?))
    }
}

/// The case that does not pass, one change on.
struct Bad<'a> {
    file: &'a str,
    change: &'a str,
    clause: &'static str,
    sub_indication: &'static str,
    check: &'static str,
    edit: Edit<'a>,
}

fn list() -> RevocationList {
    RevocationList::new(time().plus_seconds(-3600), at(7))
}

fn certificate(entity: &Entity) -> Vec<u8> {
    pem::write("CERTIFICATE", &entity.certificate).into_bytes()
}

/// A relying party's policy that holds SHA-1 reliable until this year, for signatures made when nothing else was to be had.
fn legacy(until: &str) -> Value {
    let row = |name: &str| json!({ "name": name });
    let mut digests = vec![json!({ "name": "SHA-1", "until": until }), json!({ "name": "SHA-224", "until": "2029-01-01T00:00:00Z" })];
    digests.extend(["SHA-256", "SHA-384", "SHA-512", "SHA3-256", "SHA3-384", "SHA3-512"].map(row));
    json!({ "id": format!("sha-1-until-{}", &until[..4]), "algorithms": { "digests": digests } })
}

impl Group<'_> {
    /// RFC 5280 §6.1.1 (d): nobody checks an anchor's signature on itself. What it issued is judged (EN 319 102-1 §5.2.6.4 (5)).
    fn sha_1(&self, files: &mut Files) -> Outcome {
        let root = self.quirk(Quirk::Sha1Root);
        let [anchor, issuing, leaf] = self.path(&root)?;
        let what = "the trust anchor has signed its own certificate with SHA-1";
        let case = Case::passing(what, "RFC 5280 §6.1.1 (d)", signed(&leaf, &[&issuing])?).anchor("root.pem", Some(certificate(&anchor)));
        let good = case.add("vietnam/sha-1-root", files)?;
        let intermediate = self.quirk(Quirk::Sha1Intermediate);
        let document = self.document(&|role, template| intermediate(role, root(role, template)))?;
        let bad = good.but("it has signed that of the issuing authority with SHA-1, too").by("EN 319 102-1 §5.2.6.4 (5)");
        let bad = bad.document(document).indeterminate(NO_POE, "basic_processing.algorithm_reliable");
        bad.add("vietnam/sha-1-root-and-intermediate", files)?;

        let what = "the issuing authority is certified with SHA-1, and the policy holds SHA-1 reliable until 2030";
        let case = Case::passing(what, "EN 319 102-1 §5.2.6.4 (5)", self.document(&intermediate)?);
        let good = case.policy(legacy("2030-01-01T00:00:00Z")).add("vietnam/sha-1-intermediate", files)?;
        let bad = good.but("until 2020").policy(legacy("2020-01-01T00:00:00Z"));
        bad.indeterminate(NO_POE, "basic_processing.algorithm_reliable").add("vietnam/sha-1-intermediate-too-late", files)?;
        let bad = good.but("the policy is the default one").no_policy();
        bad.indeterminate(NO_POE, "basic_processing.algorithm_reliable").add("vietnam/sha-1-intermediate-by-default", files)?;
        Ok(())
    }

    /// RFC 4158 §3.5.12: key identifiers sort candidates and rule none out.
    fn key_identifiers(&self, files: &mut Files) -> Outcome {
        for (file, quirk, what) in [
            (
                "no-authority-key-identifier",
                Quirk::NoAuthorityKeyIdentifier,
                "nobody names the issuer's key, and two authorities have its name",
            ),
            (
                "authority-by-serial",
                Quirk::AuthorityBySerial,
                "the issuer's key is named by issuer and serial number, and two authorities have its name",
            ),
        ] {
            let edit = self.quirk(quirk);
            let [root, issuing, leaf] = self.path(&edit)?;
            let template = Template::authority(name("Test Issuing"), at(-700), at(3000), Some(0));
            let namesake = root.issue(&edit(Role::Issuing, template), self.shared.ocsp_responder.key.clone())?;
            let case = Case::passing(what, "RFC 4158 §3.5.12", signed(&leaf, &[&namesake, &issuing])?);
            let good = case.add(&format!("vietnam/{file}"), files)?;
            let bad =
                good.but("only the other one's certificate is there").by("RFC 5280 §6.1.3 (a)(1)").document(signed(&leaf, &[&namesake])?);
            bad.indeterminate(GENERAL, "basic_processing.signature_valid").add(&format!("vietnam/{file}-other-key"), files)?;
        }
        Ok(())
    }

    /// RFC 5280 §4.2.2.1: `caIssuers` may lead to a bundle of certificates.
    fn bundle(&self, files: &mut Files) -> Outcome {
        let [root, issuing, leaf] = self.path(&self.quirk(Quirk::IssuersInBundle))?;
        let bundle = certificate_bundle(&[&root.certificate, &issuing.certificate]);
        let what = "the issuing authority's certificate comes in a PKCS#7 bundle, as caIssuers gives it";
        let case = Case::passing(what, "RFC 5280 §4.2.2.1", signed(&leaf, &[])?).evidence("issuers.p7b", bundle);
        let good = case.add("vietnam/issuers-in-bundle", files)?;
        let bad = good.but("nobody has fetched it").by("EN 319 102-1 §5.2.6.4 (1)").without("issuers.p7b");
        bad.indeterminate(NO_CHAIN, ANCHOR).add("vietnam/issuers-in-bundle-missing", files)?;
        Ok(())
    }

    /// RFC 5280 §7.1: names are equal whatever their string types; accents are letters of their own.
    fn names(&self, files: &mut Files) -> Outcome {
        let edit = self.quirk(Quirk::UnaccentedIssuer);
        let accented = Name::of([(COUNTRY, "VN"), (ORGANISATION, "Kyso Demo"), (COMMON_NAME, "Chứng thực số Kyso Demo")]);
        let good = ("unaccented-issuer", "the subject has accents and the issuer's name has none", "RFC 5280 §7.1");
        self.pair(
            files,
            good,
            &edit,
            Bad {
                file: "unaccented-issuer-accented",
                change: "the signer's certificate names the issuer with accents",
                clause: "RFC 5280 §6.1.3 (a)(4)",
                sub_indication: NO_CHAIN,
                check: ANCHOR,
                edit: &|role, template| issued_by(role, edit(role, template), &accented),
            },
        )?;

        let edit = self.quirk(Quirk::MixedStringTypes);
        let other = Name::default().and(COUNTRY, StringKind::Utf8, "VN").and(ORGANISATION, StringKind::Printable, "Kyso Demo").and(
            COMMON_NAME,
            StringKind::Utf8,
            "Chung thuc so Kyso Demi",
        );
        let good = ("mixed-string-types", "the issuer's name has other string types than in its own certificate", "RFC 5280 §7.1");
        self.pair(
            files,
            good,
            &edit,
            Bad {
                file: "mixed-string-types-other-letter",
                change: "and one other letter",
                clause: "RFC 5280 §6.1.3 (a)(4)",
                sub_indication: NO_CHAIN,
                check: ANCHOR,
                edit: &|role, template| issued_by(role, edit(role, template), &other),
            },
        )?;
        Ok(())
    }

    /// RFC 4518 §2.3: names are normalised before they are compared.
    fn composed(&self, files: &mut Files) -> Outcome {
        let edit = self.quirk(Quirk::DecomposedIssuer);
        let decomposed = "Chu\u{31b}\u{301}ng thu\u{31b}\u{323}c so\u{302}\u{300} Kyso Demo";
        let other = Name::of([(COUNTRY, "VN"), (ORGANISATION, "Kyso Demo"), (COMMON_NAME, decomposed)]);
        let good = (
            "decomposed-issuer",
            "accents of the issuer's name are composed in its own certificate, decomposed elsewhere",
            "RFC 4518 §2.3",
        );
        self.pair(
            files,
            good,
            &edit,
            Bad {
                file: "decomposed-issuer-other-accent",
                change: "and one is another accent",
                clause: "RFC 5280 §6.1.3 (a)(4)",
                sub_indication: NO_CHAIN,
                check: ANCHOR,
                edit: &|role, template| issued_by(role, edit(role, template), &other),
            },
        )?;
        Ok(())
    }

    /// RFC 5280 §7.1: relative names are compared in their order.
    fn several_user_ids(&self, files: &mut Files) -> Outcome {
        let quirk = self.quirk(Quirk::SeveralUserIds);
        let ids =
            |first: &str, second: &str| name("Test Issuing").and(USER_ID, StringKind::Utf8, first).and(USER_ID, StringKind::Utf8, second);
        let (own, swapped) = (ids("MST:0000000002", "MNS:0000002"), ids("MNS:0000002", "MST:0000000002"));
        let edit = |role, template| subject(role, quirk(role, template), &own);
        let good = ("several-user-ids", "subject and issuer have several UIDs each", "RFC 5280 §7.1");
        self.pair(
            files,
            good,
            &edit,
            Bad {
                file: "several-user-ids-swapped",
                change: "the signer's certificate names those of the issuer in another order",
                clause: "RFC 5280 §6.1.3 (a)(4)",
                sub_indication: NO_CHAIN,
                check: ANCHOR,
                edit: &|role, template| issued_by(role, edit(role, template), &swapped),
            },
        )?;
        Ok(())
    }

    /// RFC 5280 §7.1: names are structures, not texts with commas in them.
    fn commas(&self, files: &mut Files) -> Outcome {
        let quirk = self.quirk(Quirk::CommasInNames);
        let own = Name::of([(COUNTRY, "VN"), (ORGANISATION, "Kyso Test"), (COMMON_NAME, "Test Issuing,CN=VN")]);
        let split = Name::of([(COUNTRY, "VN"), (ORGANISATION, "Kyso Test"), (COMMON_NAME, "VN"), (COMMON_NAME, "Test Issuing")]);
        let edit = |role, template| subject(role, quirk(role, template), &own);
        let good = ("commas-in-names", "subject and issuer have commas in their common names", "RFC 5280 §7.1");
        self.pair(
            files,
            good,
            &edit,
            Bad {
                file: "commas-in-names-split",
                change: "the signer's certificate has two common names where the issuer has one with a comma",
                clause: "RFC 5280 §6.1.3 (a)(4)",
                sub_indication: NO_CHAIN,
                check: ANCHOR,
                edit: &|role, template| issued_by(role, edit(role, template), &split),
            },
        )?;
        Ok(())
    }

    fn extensions(&self, files: &mut Files) -> Outcome {
        let edit = self.quirk(Quirk::KeyUsageNotCritical);
        let encipherment = key_usage(&[KeyUsage::KeyEncipherment, KeyUsage::DataEncipherment]).with_criticality(false);
        let good = ("key-usage-not-critical", "the key usage of no certificate is critical", "RFC 5280 §4.2.1.3");
        self.pair(
            files,
            good,
            &edit,
            Bad {
                file: "key-usage-not-critical-encipherment",
                change: "that of the signer's is encipherment alone",
                clause: "RFC 5280 §4.2.1.3",
                sub_indication: "CHAIN_CONSTRAINTS_FAILURE",
                check: "wrap_up.key_usage",
                edit: &|role, template| {
                    of_signatory(role, edit(role, template), |template| template.without(KEY_USAGE).with(encipherment.clone()))
                },
            },
        )?;

        let edit = self.quirk(Quirk::EmptyIssuerAlternativeName);
        let twice = |mut template: Template| {
            template.extensions.push(issuer_alternative_name(&[]));
            template
        };
        let good = ("empty-issuer-alternative-name", "the alternative name of the issuer has no name in it", "RFC 5280 §4.2.1.7");
        self.pair(
            files,
            good,
            &edit,
            Bad {
                file: "empty-issuer-alternative-name-twice",
                change: "and stands twice in the signer's certificate",
                clause: "RFC 5280 §4.2",
                sub_indication: GENERAL,
                check: "wrap_up.extensions_unique",
                edit: &|role, template| of_signatory(role, edit(role, template), twice),
            },
        )?;

        let edit = self.quirk(Quirk::NoDocumentSigning);
        let server = extended_key_usage(&[Purpose::Other(ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1"))]);
        let what = "the purposes of the signer's key are client authentication, e-mail and smart-card logon";
        let good = ("no-document-signing", what, "RFC 5280 §4.2.1.12");
        self.pair(
            files,
            good,
            &edit,
            Bad {
                file: "no-document-signing-server",
                change: "its one purpose is to authenticate servers",
                clause: "RFC 5280 §4.2.1.12",
                sub_indication: "CHAIN_CONSTRAINTS_FAILURE",
                check: "wrap_up.extended_key_usage",
                edit: &|role, template| of_signatory(role, edit(role, template), |template| template.with(server.clone())),
            },
        )?;
        Ok(())
    }

    /// RFC 5280 §4.2.1.9: without a length, any number of authorities may follow.
    fn path_length(&self, files: &mut Files) -> Outcome {
        let quirk = self.quirk(Quirk::NoPathLength);
        let under = |edit: Edit<'_>| -> Outcome<(Vec<u8>, Entity)> {
            let upper = self.issuing(&self.shared.root, edit)?;
            let lower =
                upper.issue(&Template::authority(name("Test Sub"), at(-800), at(3000), None), self.shared.ocsp_responder.key.clone())?;
            let leaf = self.leaf(&lower, edit)?;
            Ok((signed(&leaf, &[&lower, &upper])?, lower))
        };
        let (document, lower) = under(&quirk)?;
        let what = "no authority has a path length constraint, and one stands under the other";
        let case = Case::passing(what, "RFC 5280 §4.2.1.9", document).evidence("sub.crl", lower.revocation_list(&list())?);
        let good = case.add("vietnam/no-path-length", files)?;
        let none =
            |role, template| if role == Role::Issuing { quirk(role, template).with(authority(Some(0))) } else { quirk(role, template) };
        let bad = good.but("the upper one may have none under it").by("RFC 5280 §6.1.4 (l)").document(under(&none)?.0);
        bad.indeterminate(GENERAL, "preparation_for_next.path_length").add("vietnam/no-path-length-but-zero", files)?;
        Ok(())
    }

    fn ten_years(&self, files: &mut Files) -> Outcome {
        let quirk = self.quirk(Quirk::TenYears);
        let ending = |role, template| quirk(role, of_signatory(role, template, |template| Template { not_before: at(-3652), ..template }));
        let what = "the signer's certificate is in the last moment of its ten years";
        let good = Case::passing(what, "RFC 5280 §4.1.2.5", self.document(&ending)?).add("vietnam/ten-years", files)?;
        let bad = good.but("a second later").time(time().plus_seconds(1));
        let bad = bad.indeterminate("OUT_OF_BOUNDS_NOT_REVOKED", "basic_processing.signer_within_validity");
        bad.add("vietnam/ten-years-ended", files)?;
        Ok(())
    }

    /// RFC 4158 §2.4.1: certificates of one authority for one key.
    fn re_issued(&self, files: &mut Files) -> Outcome {
        let by_serial = self.quirk(Quirk::AuthorityBySerial);
        let older = |role, template: Template| {
            let ended = Template { not_before: at(-1600), not_after: at(-30), ..template.clone() };
            by_serial(role, if role == Role::Issuing { ended } else { template })
        };
        let [_, old, leaf] = self.path(&older)?;
        let new = self.issuing(&self.shared.root, &by_serial)?;
        let what =
            "the signer's certificate names the older certificate of its issuer, which has ended; a newer one has the same name and key";
        let good = Case::passing(what, "RFC 4158 §3.5.12", signed(&leaf, &[&old, &new])?).add("vietnam/re-issued-authority", files)?;
        let bad = good.but("the newer one is missing").by("RFC 5280 §6.1.3 (a)(2)").document(signed(&leaf, &[&old])?);
        // The list of the anchor is of after its end, and says nothing of certificates that have ended.
        let bad = bad.indeterminate("CERTIFICATE_CHAIN_GENERAL_FAILURE", "revocation.status_known");
        bad.because("basic_processing.within_validity").add("vietnam/re-issued-authority-older", files)?;
        Ok(())
    }

    /// RFC 4158 §2.4.2: a newer root that the trusted one has certified, and that has certified the trusted one.
    fn cross_certificate(&self, files: &mut Files) -> Outcome {
        let plain = |_, template| template;
        let newer = |since, length| Template::authority(name("Test Root G2"), at(since), at(3000), length);
        let second = Entity::self_signed(&newer(-500, None), self.shared.ocsp_responder.key.clone())?;
        let cross = self.shared.root.issue(&newer(-499, Some(1)), second.key.clone())?;
        let back = second.issue(&Template::authority(name("Test Root"), at(-499), at(3000), Some(1)), self.shared.root.key.clone())?;
        let issuing = self.issuing(&second, &plain)?;
        let leaf = self.leaf(&issuing, &plain)?;
        let what =
            "the issuing authority stands under a newer root, which the trusted one has certified and which has certified the trusted one";
        let document = signed(&leaf, &[&issuing, &second, &back, &cross])?;
        let case = Case::passing(what, "RFC 4158 §2.4.2", document).evidence("root-g2.crl", second.revocation_list(&list())?);
        let good = case.add("vietnam/cross-certificate", files)?;
        let bad = good.but("the trusted one has not certified it").by("EN 319 102-1 §5.2.6.4 (1)");
        let bad = bad.document(signed(&leaf, &[&issuing, &second, &back])?);
        bad.indeterminate(NO_CHAIN, ANCHOR).add("vietnam/cross-certificate-missing", files)?;
        Ok(())
    }
}

fn of_signatory(role: Role, template: Template, edit: impl FnOnce(Template) -> Template) -> Template {
    if role == Role::Signatory { edit(template) } else { template }
}

/// The signer's certificate names this issuer.
fn issued_by(role: Role, template: Template, issuer: &Name) -> Template {
    of_signatory(role, template, |template| Template { issuer: Some(issuer.clone()), ..template })
}

/// The issuing authority has this name.
fn subject(role: Role, template: Template, name: &Name) -> Template {
    if role == Role::Issuing { Template { subject: name.clone(), ..template } } else { template }
}
