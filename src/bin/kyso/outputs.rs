//! `kyso demo outputs` — one signed file of each format, packaging and level, for other verifiers to judge

use std::path::{Path, PathBuf};

use kyso::batch::Form;
use kyso::creation::{Batch, ContainerKind, Packaging, timestamp_container};
use kyso::crypto::DigestAlgorithm;
use kyso::encoding::jws::Serialisation;
use kyso::message::{Code, Header, Message, Organisation, PromulgationInfo, SignerInfo};
use kyso::report::json::Level;
use kyso::testkit::authority::TIMESTAMPS;
use kyso::testkit::{Authority, DemoPki, Random, blank_page};
use kyso::{Context, Document, Evidence, Goal, Misuse, Policy, Profile, Time, TrustAnchors, sign_at_level};
use serde_json::{Value, json};

use crate::demo::{write_all, write_new};
use crate::exit::{Failure, Status};
use crate::{clock, output};

/// Where it goes.
#[derive(clap::Args)]
pub struct Arguments {
    /// The folder that the files go to; none there is overwritten
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The time at which all of it is made; the clock's when absent
    #[arg(long, value_name = "RFC3339", value_parser = clock::parse)]
    at: Option<Time>,
}

/// One kind of signature.
struct Recipe {
    /// The name of its files, before the level.
    name: &'static str,
    /// The ending of the signed file.
    ending: &'static str,
    /// As `outputs.json` calls it: the format of the report.
    format: &'static str,
    packaging: &'static str,
    making: Making,
    input: Input,
    levels: &'static [Level],
}

/// How it is made.
enum Making {
    Signed(fn(Time) -> Profile),
    /// Containers with a timestamp alone.
    Timestamped(ContainerKind),
    /// One signature for all inputs, and a proof for each.
    Batch,
}

/// What is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Input {
    Pdf,
    Text,
    Xml,
    /// The text and the XML document.
    Several,
    /// A message with a text as its attachment.
    Message,
}

const LEVELS: &[Level] = &[Level::BB, Level::BT, Level::BLT, Level::BLTA];

const RECIPES: &[Recipe] = &[
    Recipe {
        name: "pades",
        ending: "pdf",
        format: "PAdES",
        packaging: "enveloped",
        making: Making::Signed(Profile::pades_b_b),
        input: Input::Pdf,
        levels: LEVELS,
    },
    Recipe {
        name: "pkcs7",
        ending: "pdf",
        format: "PKCS7",
        packaging: "enveloped",
        making: Making::Signed(Profile::pkcs7_detached),
        input: Input::Pdf,
        levels: &[Level::BB],
    },
    Recipe {
        name: "cades-enveloping",
        ending: "p7m",
        format: "CAdES",
        packaging: "enveloping",
        making: Making::Signed(Profile::cades_b_b),
        input: Input::Text,
        levels: LEVELS,
    },
    Recipe {
        name: "cades-detached",
        ending: "p7s",
        format: "CAdES",
        packaging: "detached",
        making: Making::Signed(|time| Profile::cades_b_b(time).packaging(Packaging::Detached)),
        input: Input::Text,
        levels: LEVELS,
    },
    Recipe {
        name: "xades-enveloped",
        ending: "xml",
        format: "XAdES",
        packaging: "enveloped",
        making: Making::Signed(Profile::xades_b_b),
        input: Input::Xml,
        levels: LEVELS,
    },
    Recipe {
        name: "xades-enveloping",
        ending: "xml",
        format: "XAdES",
        packaging: "enveloping",
        making: Making::Signed(|time| Profile::xades_b_b(time).packaging(Packaging::Enveloping)),
        input: Input::Text,
        levels: LEVELS,
    },
    Recipe {
        name: "xades-detached",
        ending: "xml",
        format: "XAdES",
        packaging: "detached",
        making: Making::Signed(|time| Profile::xades_b_b(time).packaging(Packaging::Detached)),
        input: Input::Text,
        levels: LEVELS,
    },
    Recipe {
        name: "xades-detached-several",
        ending: "xml",
        format: "XAdES",
        packaging: "detached",
        making: Making::Signed(|time| Profile::xades_b_b(time).packaging(Packaging::Detached)),
        input: Input::Several,
        levels: LEVELS,
    },
    Recipe {
        name: "jades-enveloping",
        ending: "json",
        format: "JAdES",
        packaging: "enveloping",
        making: Making::Signed(Profile::jades_b_b),
        input: Input::Text,
        levels: LEVELS,
    },
    Recipe {
        name: "jades-compact",
        ending: "jws",
        format: "JAdES",
        packaging: "enveloping",
        making: Making::Signed(|time| Profile::jades_b_b(time).serialisation(Serialisation::Compact)),
        input: Input::Text,
        levels: &[Level::BB],
    },
    Recipe {
        name: "jades-detached",
        ending: "json",
        format: "JAdES",
        packaging: "detached",
        making: Making::Signed(|time| Profile::jades_b_b(time).packaging(Packaging::Detached)),
        input: Input::Text,
        levels: LEVELS,
    },
    Recipe {
        name: "asic-s-cades",
        ending: "asics",
        format: "CAdES",
        packaging: "ASiC-S",
        making: Making::Signed(|time| Profile::cades_b_b(time).in_container(ContainerKind::Simple)),
        input: Input::Text,
        levels: LEVELS,
    },
    Recipe {
        name: "asic-s-xades",
        ending: "asics",
        format: "XAdES",
        packaging: "ASiC-S",
        making: Making::Signed(|time| Profile::xades_b_b(time).in_container(ContainerKind::Simple)),
        input: Input::Text,
        levels: LEVELS,
    },
    Recipe {
        name: "asic-e-cades",
        ending: "asice",
        format: "CAdES",
        packaging: "ASiC-E",
        making: Making::Signed(|time| Profile::cades_b_b(time).in_container(ContainerKind::Extended)),
        input: Input::Several,
        levels: LEVELS,
    },
    Recipe {
        name: "asic-e-xades",
        ending: "asice",
        format: "XAdES",
        packaging: "ASiC-E",
        making: Making::Signed(|time| Profile::xades_b_b(time).in_container(ContainerKind::Extended)),
        input: Input::Several,
        levels: LEVELS,
    },
    Recipe {
        name: "asic-s-timestamp",
        ending: "asics",
        format: "RFC3161",
        packaging: "ASiC-S",
        making: Making::Timestamped(ContainerKind::Simple),
        input: Input::Text,
        levels: &[Level::None],
    },
    Recipe {
        name: "asic-e-timestamp",
        ending: "asice",
        format: "RFC3161",
        packaging: "ASiC-E",
        making: Making::Timestamped(ContainerKind::Extended),
        input: Input::Several,
        levels: &[Level::None],
    },
    Recipe {
        name: "edxml",
        ending: "edxml",
        format: "XAdES",
        packaging: "edXML",
        making: Making::Signed(Profile::edxml_b_b),
        input: Input::Message,
        levels: LEVELS,
    },
    Recipe {
        name: "batch",
        ending: "json",
        format: "JAdES",
        packaging: "batch",
        making: Making::Batch,
        input: Input::Several,
        levels: LEVELS,
    },
];

impl Input {
    /// Names and octets.
    fn files(self) -> Result<Vec<(&'static str, Vec<u8>)>, Misuse> {
        Ok(match self {
            Self::Pdf => vec![("input.pdf", blank_page())],
            Self::Text => vec![("input.txt", "Quyết định số 01/QĐ-UBND\n".into())],
            Self::Xml => vec![("input.xml", "<Result xmlns=\"urn:kyso:demo\"><Number>01/QĐ-UBND</Number></Result>\n".into())],
            Self::Several => [Self::Text.files()?, Self::Xml.files()?].concat(),
            Self::Message => {
                let mut message = Message::new(header());
                for (name, octets) in Self::Text.files()? {
                    message.attach(name, "text/plain", octets);
                }
                vec![("input.edxml", message.to_xml()?)]
            }
        })
    }

    fn document<'a>(self, files: &'a [(&'static str, Vec<u8>)]) -> Result<Document<'a>, kyso::Malformed> {
        let (name, octets) = files.first().map_or(("", &[][..]), |(name, octets)| (*name, octets));
        match self {
            Self::Pdf => Document::pdf(octets),
            Self::Text => Ok(Document::data(octets).with_name(name)),
            Self::Xml | Self::Message => Document::xml(octets),
            Self::Several => Ok(files.iter().fold(Document::data(b""), |document, (name, octets)| document.with_detached(*name, octets))),
        }
    }
}

pub fn run(arguments: &Arguments) -> Result<Status, Failure> {
    let folder = &arguments.folder;
    let time = clock::time(arguments.at)?;
    let broken = |cause: &dyn std::fmt::Display| Failure::input_output(folder, cause);
    let seed = Random::unforeseeable().map_err(|cause| broken(&cause))?.octets();
    let mut authority = Authority::new(DemoPki::new(seed, time).map_err(|cause| broken(&cause))?, time);
    let mut names = write_all(&authority.pki, folder)?;
    let mut list = Vec::new();
    for recipe in RECIPES {
        let files = recipe.input.files().map_err(|cause| broken(&cause))?;
        for (input, octets) in &files {
            if !folder.join(input).exists() {
                names.push_str(&written(folder, input, octets)?);
            }
        }
        for level in recipe.levels {
            for made in outputs(&mut authority, recipe, &files, *level, time).map_err(|cause| broken(&cause))? {
                names.push_str(&written(folder, &made.file, &made.octets)?);
                list.push(row(recipe, &files, *level, &made));
            }
        }
    }
    let list = json!({ "time": time.to_string(), "outputs": list });
    let list = serde_json::to_string_pretty(&list).map_err(|cause| broken(&cause))? + "\n";
    names.push_str(&written(folder, "outputs.json", list.as_bytes())?);
    output::write(None, names.as_bytes())?;
    Ok(Status::Passed)
}

/// A file that was made.
struct Made {
    file: String,
    octets: Vec<u8>,
    /// How what it is about stands to it.
    packaging: &'static str,
    /// What it is about, where that is one of several.
    about: Option<&'static str>,
}

type Inputs = [(&'static str, Vec<u8>)];

/// As `outputs.json` tells it.
fn row(recipe: &Recipe, files: &Inputs, level: Level, made: &Made) -> Value {
    let inputs: Vec<&str> = files.iter().map(|(input, _)| *input).collect();
    let input = made.about.or(inputs.first().copied());
    let is_elsewhere = ["detached", "batch"].contains(&made.packaging);
    let mut row = json!({
        "file": made.file, "format": recipe.format, "packaging": made.packaging, "level": level.name(), "input": input,
        "detached": input.filter(|_| is_elsewhere),
    });
    // All files of which the first is told already.
    if let (true, None, Some(row)) = (inputs.len() > 1, made.about, row.as_object_mut()) {
        row.insert("inputs".into(), json!(inputs));
    }
    row
}

/// The files of one recipe at one level.
fn outputs(authority: &mut Authority, recipe: &Recipe, files: &Inputs, level: Level, time: Time) -> Result<Vec<Made>, String> {
    let name = match level {
        Level::None => recipe.name.to_owned(),
        level => format!("{}-{}", recipe.name, level.name().to_ascii_lowercase()),
    };
    let said = |cause: &dyn std::fmt::Display| format!("{name}: {cause}");
    let document = recipe.input.document(files).map_err(|cause| said(&cause))?;
    let one = |octets| vec![Made { file: format!("{name}.{}", recipe.ending), octets, packaging: recipe.packaging, about: None }];
    match &recipe.making {
        Making::Signed(profile) => {
            let mut goal = Goal::level(level);
            if recipe.packaging == "detached" {
                goal = files.iter().fold(goal, |goal, (name, octets)| goal.detached(*name, octets.as_slice()));
            }
            signed(authority, &document, &profile(time), &goal, level, time).map(one).map_err(|cause| said(&cause))
        }
        Making::Timestamped(kind) => {
            let trust = Trust::of(authority).map_err(|cause| said(&cause))?;
            let stamped = timestamp_container(&document, *kind, &Goal::level(Level::BT), TIMESTAMPS, &trust.context(time), authority);
            stamped.map(|stamped| one(stamped.octets)).map_err(|cause| said(&cause))
        }
        Making::Batch => {
            let (hash, mut random) = (DigestAlgorithm::Sha256, Random::seeded(name.as_bytes()));
            let members = files.iter().map(|(_, octets)| (random.octets(), hash.digest(octets)));
            let batch = Batch::new(hash, Form::Octets, members.collect::<Vec<_>>()).map_err(|cause| said(&cause))?;
            let payload = batch.payload().to_json();
            let profile = Profile::jades_b_b(time);
            let root =
                signed(authority, &Document::data(&payload), &profile, &Goal::level(level), level, time).map_err(|cause| said(&cause))?;
            let proof = |(index, (file, _)): (usize, &(&'static str, Vec<u8>))| {
                let octets = batch.proof(index, &root)?.to_json()?;
                Some(Made { file: format!("{name}-{file}.proof.json"), octets, packaging: "batch", about: Some(*file) })
            };
            let proofs: Option<Vec<Made>> = files.iter().enumerate().map(proof).collect();
            let mut made = proofs.ok_or_else(|| said(&"no proof"))?;
            made.insert(0, Made { file: format!("{name}.json"), octets: root, packaging: "enveloping", about: None });
            Ok(made)
        }
    }
}

/// What the verdicts on the way rest on.
struct Trust {
    policy: Policy,
    anchors: TrustAnchors,
    evidence: Evidence,
}

impl Trust {
    fn of(authority: &Authority) -> Result<Self, String> {
        let anchors = authority.pki.trust_anchors().map_err(|cause| cause.to_string())?;
        Ok(Self { policy: Policy::etsi_basic(), anchors, evidence: Evidence::none() })
    }

    fn context(&self, time: Time) -> Context<'_> {
        Context { policy: &self.policy, anchors: &self.anchors, evidence: &self.evidence, time, existence: None }
    }
}

fn signed(
    authority: &mut Authority,
    document: &Document<'_>,
    profile: &Profile,
    goal: &Goal,
    level: Level,
    time: Time,
) -> Result<Vec<u8>, String> {
    let signer = authority.pki.leader_signer().map_err(|cause| cause.to_string())?;
    if level == Level::BB {
        return kyso::sign(document, profile, &signer).map_err(|cause| cause.to_string());
    }
    let trust = Trust::of(authority)?;
    let augmented = sign_at_level(document, profile, &signer, goal, TIMESTAMPS, &trust.context(time), authority);
    let augmented = augmented.map_err(|cause| cause.to_string())?;
    augmented.map(|augmented| augmented.octets).map_err(|cause| cause.to_string())
}

/// Of a message about nothing.
fn header() -> Header {
    let agency = |id: &str, name: &str| Organisation { organ_id: id.into(), organ_name: name.into(), ..Organisation::default() };
    Header {
        from: agency("000.00.10.H49", "Sở Tư pháp tỉnh Quảng Ninh"),
        to: vec![agency("000.00.01.H49", "Văn phòng UBND tỉnh Quảng Ninh")],
        code: Code { code_number: "01".into(), code_notation: "QĐ-UBND".into() },
        promulgation_info: PromulgationInfo { place: Some("Hạ Long".into()), promulgation_date: "2026-11-26".into() },
        subject: "Về việc thử chữ ký số".into(),
        signer_info: SignerInfo { full_name: "Nguyễn Văn A".into(), ..SignerInfo::default() },
        ..Header::default()
    }
}

fn written(folder: &Path, name: &str, octets: &[u8]) -> Result<String, Failure> {
    let path = folder.join(name);
    write_new(&path, octets).map_err(|error| Failure::input_output(&path, error))?;
    Ok(format!("{}\n", path.display()))
}
