//! `kyso demo outputs` — one signed file of each format, packaging and level, for other verifiers to judge

use std::path::{Path, PathBuf};

use kyso::creation::{ContainerKind, Packaging};
use kyso::encoding::jws::Serialisation;
use kyso::report::json::Level;
use kyso::testkit::authority::TIMESTAMPS;
use kyso::testkit::{Authority, DemoPki, Random, blank_page};
use kyso::{Context, Document, Evidence, Goal, Policy, Profile, Time, sign_at_level};
use serde_json::json;

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
    profile: fn(Time) -> Profile,
    input: Input,
    levels: &'static [Level],
}

/// What is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Input {
    Pdf,
    Text,
    Xml,
    /// The text and the XML document.
    Several,
}

const LEVELS: &[Level] = &[Level::BB, Level::BT, Level::BLT, Level::BLTA];

const RECIPES: &[Recipe] = &[
    Recipe {
        name: "pades",
        ending: "pdf",
        format: "PAdES",
        packaging: "enveloped",
        profile: Profile::pades_b_b,
        input: Input::Pdf,
        levels: LEVELS,
    },
    Recipe {
        name: "pkcs7",
        ending: "pdf",
        format: "PKCS7",
        packaging: "enveloped",
        profile: Profile::pkcs7_detached,
        input: Input::Pdf,
        levels: &[Level::BB],
    },
    Recipe {
        name: "cades-enveloping",
        ending: "p7m",
        format: "CAdES",
        packaging: "enveloping",
        profile: Profile::cades_b_b,
        input: Input::Text,
        levels: LEVELS,
    },
    Recipe {
        name: "cades-detached",
        ending: "p7s",
        format: "CAdES",
        packaging: "detached",
        profile: |time| Profile::cades_b_b(time).packaging(Packaging::Detached),
        input: Input::Text,
        levels: LEVELS,
    },
    Recipe {
        name: "xades-enveloped",
        ending: "xml",
        format: "XAdES",
        packaging: "enveloped",
        profile: Profile::xades_b_b,
        input: Input::Xml,
        levels: LEVELS,
    },
    Recipe {
        name: "xades-enveloping",
        ending: "xml",
        format: "XAdES",
        packaging: "enveloping",
        profile: |time| Profile::xades_b_b(time).packaging(Packaging::Enveloping),
        input: Input::Text,
        levels: LEVELS,
    },
    Recipe {
        name: "xades-detached",
        ending: "xml",
        format: "XAdES",
        packaging: "detached",
        profile: |time| Profile::xades_b_b(time).packaging(Packaging::Detached),
        input: Input::Text,
        levels: LEVELS,
    },
    Recipe {
        name: "xades-detached-several",
        ending: "xml",
        format: "XAdES",
        packaging: "detached",
        profile: |time| Profile::xades_b_b(time).packaging(Packaging::Detached),
        input: Input::Several,
        levels: LEVELS,
    },
    Recipe {
        name: "jades-enveloping",
        ending: "json",
        format: "JAdES",
        packaging: "enveloping",
        profile: Profile::jades_b_b,
        input: Input::Text,
        levels: LEVELS,
    },
    Recipe {
        name: "jades-compact",
        ending: "jws",
        format: "JAdES",
        packaging: "enveloping",
        profile: |time| Profile::jades_b_b(time).serialisation(Serialisation::Compact),
        input: Input::Text,
        levels: &[Level::BB],
    },
    Recipe {
        name: "jades-detached",
        ending: "json",
        format: "JAdES",
        packaging: "detached",
        profile: |time| Profile::jades_b_b(time).packaging(Packaging::Detached),
        input: Input::Text,
        levels: LEVELS,
    },
    Recipe {
        name: "asic-s-cades",
        ending: "asics",
        format: "CAdES",
        packaging: "ASiC-S",
        profile: |time| Profile::cades_b_b(time).in_container(ContainerKind::Simple),
        input: Input::Text,
        levels: LEVELS,
    },
    Recipe {
        name: "asic-s-xades",
        ending: "asics",
        format: "XAdES",
        packaging: "ASiC-S",
        profile: |time| Profile::xades_b_b(time).in_container(ContainerKind::Simple),
        input: Input::Text,
        levels: LEVELS,
    },
    Recipe {
        name: "asic-e-cades",
        ending: "asice",
        format: "CAdES",
        packaging: "ASiC-E",
        profile: |time| Profile::cades_b_b(time).in_container(ContainerKind::Extended),
        input: Input::Several,
        levels: LEVELS,
    },
    Recipe {
        name: "asic-e-xades",
        ending: "asice",
        format: "XAdES",
        packaging: "ASiC-E",
        profile: |time| Profile::xades_b_b(time).in_container(ContainerKind::Extended),
        input: Input::Several,
        levels: LEVELS,
    },
];

impl Input {
    /// Names and octets.
    fn files(self) -> Vec<(&'static str, Vec<u8>)> {
        match self {
            Self::Pdf => vec![("input.pdf", blank_page())],
            Self::Text => vec![("input.txt", "Quyết định số 01/QĐ-UBND\n".into())],
            Self::Xml => vec![("input.xml", "<Result xmlns=\"urn:kyso:demo\"><Number>01/QĐ-UBND</Number></Result>\n".into())],
            Self::Several => [Self::Text, Self::Xml].into_iter().flat_map(Self::files).collect(),
        }
    }

    fn document<'a>(self, files: &'a [(&'static str, Vec<u8>)]) -> Result<Document<'a>, kyso::Malformed> {
        let (name, octets) = files.first().map_or(("", &[][..]), |(name, octets)| (*name, octets));
        match self {
            Self::Pdf => Document::pdf(octets),
            Self::Text => Ok(Document::data(octets).with_name(name)),
            Self::Xml => Document::xml(octets),
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
        let files = recipe.input.files();
        for (input, octets) in &files {
            if !folder.join(input).exists() {
                names.push_str(&written(folder, input, octets)?);
            }
        }
        let inputs: Vec<&str> = files.iter().map(|(input, _)| *input).collect();
        for level in recipe.levels {
            let file = format!("{}-{}.{}", recipe.name, level.name().to_ascii_lowercase(), recipe.ending);
            let signed = signed(&mut authority, recipe, &files, *level, time).map_err(|cause| broken(&cause))?;
            names.push_str(&written(folder, &file, &signed)?);
            let input = inputs.first();
            let detached = input.filter(|_| recipe.packaging == "detached");
            let mut row = json!({
                "file": file, "format": recipe.format, "packaging": recipe.packaging, "level": level.name(), "input": input, "detached": detached
            });
            // All files of which the first is told already.
            if let (true, Some(row)) = (inputs.len() > 1, row.as_object_mut()) {
                row.insert("inputs".into(), json!(inputs));
            }
            list.push(row);
        }
    }
    let list = json!({ "time": time.to_string(), "outputs": list });
    let list = serde_json::to_string_pretty(&list).map_err(|cause| broken(&cause))? + "\n";
    names.push_str(&written(folder, "outputs.json", list.as_bytes())?);
    output::write(None, names.as_bytes())?;
    Ok(Status::Passed)
}

fn signed(
    authority: &mut Authority,
    recipe: &Recipe,
    files: &[(&'static str, Vec<u8>)],
    level: Level,
    time: Time,
) -> Result<Vec<u8>, String> {
    let said = |cause: &dyn std::fmt::Display| format!("{} at {}: {cause}", recipe.name, level.name());
    let signer = authority.pki.leader_signer().map_err(|cause| said(&cause))?;
    let document = recipe.input.document(files).map_err(|cause| said(&cause))?;
    let profile = (recipe.profile)(time);
    if level == Level::BB {
        return kyso::sign(&document, &profile, &signer).map_err(|cause| said(&cause));
    }
    let (policy, anchors, evidence) =
        (Policy::etsi_basic(), authority.pki.trust_anchors().map_err(|cause| said(&cause))?, Evidence::none());
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time, existence: None };
    let mut goal = Goal::level(level);
    if recipe.packaging == "detached" {
        goal = files.iter().fold(goal, |goal, (name, octets)| goal.detached(*name, octets.as_slice()));
    }
    let augmented = sign_at_level(&document, &profile, &signer, &goal, TIMESTAMPS, &context, authority).map_err(|cause| said(&cause))?;
    augmented.map(|augmented| augmented.octets).map_err(|cause| said(&cause))
}

fn written(folder: &Path, name: &str, octets: &[u8]) -> Result<String, Failure> {
    let path = folder.join(name);
    write_new(&path, octets).map_err(|error| Failure::input_output(&path, error))?;
    Ok(format!("{}\n", path.display()))
}
