//! ETSI TS 119 102-2 V1.4.1 — The report as an XML validation report: signatures, constraints evaluated, validation objects, proofs of existence

mod objects;
mod uris;
mod writer;

use super::fact::Fact;
use super::indication::{Conclusion, Indication};
use super::json::{CertificateRole, Kind, Report, RevocationStatus, SignatureReport, TimeSource};
use super::recorder::{Block, CheckStep, Outcome};
use objects::{evidence_id, is_listed, timestamp_id};
use writer::Xml;

/// Which URIs say what was found: those of a signature or those of one check or validation object (§4.3.4.2).
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Signature,
    Part,
}

impl Report {
    /// The report in the XML form of ETSI TS 119 102-2. It says less than the JSON form: the blocks of the derivation are not nested there,
    /// and evidence is named by digest.
    pub fn to_etsi_xml(&self) -> String {
        let mut xml = Xml::new();
        xml.open("ValidationReport", &uris::NAMESPACES);
        let counts = |entry: &&SignatureReport| !is_timestamp(entry.kind);
        let mut entries: Vec<&SignatureReport> = self.signatures.iter().filter(counts).collect();
        if entries.is_empty() {
            entries = self.signatures.iter().collect();
        }
        for entry in &entries {
            xml.open("SignatureValidationReport", &[]);
            self.signature(&mut xml, entry);
            xml.close();
        }
        if entries.is_empty() {
            self.without_signature(&mut xml);
        }
        objects::objects(self, &mut xml);
        xml.close();
        xml.finish()
    }

    fn without_signature(&self, xml: &mut Xml) {
        xml.open("SignatureValidationReport", &[]);
        self.constraints(xml, &self.conclusion.checks);
        xml.open("SignatureValidationStatus", &[]);
        let conclusion = self.conclusion.checks.conclusion;
        status(xml, conclusion, About::Signature);
        xml.close();
        xml.close();
    }

    fn signature(&self, xml: &mut Xml, entry: &SignatureReport) {
        xml.open("SignatureIdentifier", &[("id", &format!("signature-{}", entry.id))]);
        xml.leaf("HashOnly", "false");
        xml.leaf("DocHashOnly", "false");
        xml.close();
        self.constraints(xml, &entry.checks);
        self.times(xml, entry);
        signed_data(xml, &entry.checks);
        attributes(xml, entry);
        if let Some(signer) = entry.signer.as_ref().filter(|signer| is_listed(self, &signer.certificate)) {
            xml.open("SignerInformation", &[]);
            xml.empty("SignerCertificate", &[("VOReference", &evidence_id(&signer.certificate))]);
            xml.leaf("Signer", &signer.subject.dn);
            xml.close();
        }
        xml.open("SignatureValidationProcess", &[]);
        xml.leaf("SignatureValidationProcessID", uris::process(&entry.checks.clause));
        xml.close();
        xml.open("SignatureValidationStatus", &[]);
        let conclusion = Conclusion { indication: entry.indication, sub_indication: entry.sub_indication };
        status(xml, conclusion, About::Signature);
        self.associated(xml, entry);
        xml.close();
    }

    /// §4.3.5: the policy, and every check that was asked with what it compared.
    fn constraints(&self, xml: &mut Xml, checks: &Block) {
        xml.open("ValidationConstraintsEvaluationReport", &[]);
        xml.open("SignatureValidationPolicy", &[]);
        xml.open("SignaturePolicyIdentifier", &[]);
        xml.open("XAdES:SignaturePolicyId", &[]);
        xml.open("XAdES:SigPolicyId", &[]);
        xml.leaf("XAdES:Identifier", &format!("urn:kyso:policy:{}", uris::slug(&self.inputs.policy.id)));
        xml.close();
        xml.open("XAdES:SigPolicyHash", &[]);
        xml.digest(&self.inputs.policy.sha256);
        xml.close();
        xml.close();
        xml.close();
        xml.leaf("PolicyName", &self.inputs.policy.id);
        xml.close();
        for step in checks.checks_now().into_iter().filter(|step| step.check != "chosen") {
            constraint(xml, step);
        }
        xml.close();
    }

    /// §4.3.6
    fn times(&self, xml: &mut Xml, entry: &SignatureReport) {
        xml.open("ValidationTimeInfo", &[]);
        xml.leaf("ValidationTime", &self.inputs.time.0.to_string());
        xml.open("BestSignatureTime", &[]);
        let times = &entry.times;
        xml.leaf("POETime", &times.best_signature_time.0.to_string());
        xml.leaf("TypeOfProof", uris::proof(times.source));
        let proves = |stamp: &&super::json::TimestampReport| {
            stamp.time == Some(times.best_signature_time)
                && stamp.indication == Indication::TotalPassed
                && stamp.kind != "content_timestamp"
        };
        let by_timestamp = !matches!(times.source, TimeSource::Supplied | TimeSource::ValidationTime);
        if let Some(stamp) = entry.timestamps.iter().find(proves).filter(|_| by_timestamp) {
            xml.empty("POEObject", &[("VOReference", &timestamp_id(&stamp.id))]);
        }
        xml.close();
        xml.close();
    }

    /// §4.3.4.4: anchor, path, what was revoked, algorithms, and the reasons in words.
    fn associated(&self, xml: &mut Xml, entry: &SignatureReport) {
        xml.open("AssociatedValidationReportData", &[]);
        if let Some(anchor) = &entry.anchor {
            xml.empty("TrustAnchor", &[("VOReference", &evidence_id(anchor))]);
        }
        self.chain(xml, entry);
        self.revoked(xml, entry);
        if let (Some(algorithms), Some(signer)) = (&entry.algorithms, entry.signer.as_ref().filter(|one| is_listed(self, &one.certificate)))
        {
            xml.open("CryptoInformation", &[]);
            xml.empty("ValidationObjectId", &[("VOReference", &evidence_id(&signer.certificate))]);
            xml.leaf("Algorithm", &format!("urn:kyso:algorithm:{}", uris::slug(&algorithms.signature)));
            let secure = algorithms.acceptable_until.is_none_or(|until| entry.times.best_signature_time < until);
            xml.leaf("SecureAlgorithm", if secure { "true" } else { "false" });
            if let Some(until) = algorithms.acceptable_until {
                xml.leaf("NotAfter", &until.0.to_string());
            }
            xml.close();
        }
        if !entry.reasons.is_empty() {
            xml.open("AdditionalValidationReportData", &[]);
            for reason in &entry.reasons {
                typed(xml, "ReportData", &format!("urn:kyso:check:{}", reason.check), &reason.en);
            }
            xml.close();
        }
        xml.close();
    }

    fn chain(&self, xml: &mut Xml, entry: &SignatureReport) {
        let of = |role| entry.certificates.iter().filter(move |one| one.role == role && is_listed(self, &one.id));
        let Some(own) = of(CertificateRole::Signer).next() else { return };
        xml.open("CertificateChain", &[]);
        xml.empty("SigningCertificate", &[("VOReference", &evidence_id(&own.id))]);
        for one in of(CertificateRole::Intermediate) {
            xml.empty("IntermediateCertificate", &[("VOReference", &evidence_id(&one.id))]);
        }
        if let Some(anchor) = &entry.anchor {
            xml.empty("TrustAnchor", &[("VOReference", &evidence_id(anchor))]);
        }
        xml.close();
    }

    /// There is place for one certificate: that nearest to the signer speaks.
    fn revoked(&self, xml: &mut Xml, entry: &SignatureReport) {
        let mut revoked =
            entry.revocation.iter().filter(|status| status.status == RevocationStatus::Revoked && is_listed(self, &status.certificate));
        let Some((status, since)) = revoked.find_map(|status| Some((status, status.revoked_at?))) else { return };
        xml.open("RevocationStatusInformation", &[]);
        xml.empty("ValidationObjectId", &[("VOReference", &evidence_id(&status.certificate))]);
        xml.leaf("RevocationTime", &since.0.to_string());
        if let Some(reason) = &status.reason {
            xml.leaf("RevocationReason", &format!("urn:etsi:019102:revocationReason:{reason}"));
        }
        if is_listed(self, &status.source) {
            xml.empty("RevocationObject", &[("VOReference", &evidence_id(&status.source))]);
        }
        xml.close();
    }
}

fn is_timestamp(kind: Kind) -> bool {
    matches!(kind, Kind::DocumentTimestamp | Kind::ContainerTimestamp)
}

/// §4.3.4
fn status(xml: &mut Xml, conclusion: Conclusion, about: About) {
    xml.leaf("MainIndication", uris::main_indication(conclusion.indication, about));
    if let Some(sub) = conclusion.sub_indication {
        xml.leaf("SubIndication", &format!("urn:etsi:019102:subindication:{}", sub.as_str()));
    }
}

/// §4.3.5.4
fn constraint(xml: &mut Xml, step: &CheckStep) {
    xml.open("ValidationConstraint", &[]);
    xml.leaf("ValidationConstraintIdentifier", &format!("urn:kyso:check:{}", step.check));
    for (name, value) in &step.inputs.0 {
        typed(xml, "ValidationConstraintParameter", &format!("urn:kyso:input:{name}"), &value.to_text());
    }
    xml.open("ConstraintStatus", &[]);
    xml.leaf("Status", uris::constraint_status(step.outcome));
    xml.close();
    if step.outcome != Outcome::Skipped {
        xml.open("ValidationStatus", &[]);
        status(xml, step.otherwise.unwrap_or(Conclusion::PASSED), About::Part);
        xml.close();
    }
    xml.close();
}

fn typed(xml: &mut Xml, name: &'static str, kind: &str, value: &str) {
    xml.open(name, &[]);
    xml.leaf("Type", kind);
    xml.leaf("Value", value);
    xml.close();
}

/// §4.3.7: the digest of what was signed, as it was computed.
fn signed_data(xml: &mut Xml, checks: &Block) {
    let steps = checks.checks_now();
    let intact = steps.iter().find(|step| step.check == "cryptographic_verification.data_intact");
    let Some(actual @ Fact::Digest(..)) = intact.and_then(|step| step.inputs.value("actual")) else { return };
    xml.open("SignersDocument", &[]);
    xml.open("DigestAlgAndValue", &[]);
    xml.digest(&actual.to_text());
    xml.close();
    xml.empty("SignersDocumentRepresentation", &[("VOReference", objects::DOCUMENT)]);
    xml.close();
}

/// Annex A
fn attributes(xml: &mut Xml, entry: &SignatureReport) {
    let range = entry.coverage.byte_range.as_ref();
    if entry.times.claimed.is_none() && entry.sub_filter.is_none() && range.is_none() && entry.timestamps.is_empty() {
        return;
    }
    xml.open("SignatureAttributes", &[]);
    if let Some(claimed) = entry.times.claimed {
        xml.open("SigningTime", &[]);
        xml.leaf("Time", &claimed.0.to_string());
        xml.close();
    }
    for stamp in &entry.timestamps {
        let Some(time) = stamp.time else { continue };
        xml.open(uris::timestamp_attribute(&stamp.kind), &[]);
        xml.empty("AttributeObject", &[("VOReference", &timestamp_id(&stamp.id))]);
        xml.leaf("TimeStampValue", &time.0.to_string());
        xml.close();
    }
    if let Some(name) = &entry.sub_filter {
        xml.open("SubFilter", &[]);
        xml.leaf("SubFilterElement", name);
        xml.close();
    }
    if let Some(range) = range {
        xml.leaf("ByteRange", &range.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
    }
    xml.close();
}
