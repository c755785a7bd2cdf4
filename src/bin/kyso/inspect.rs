//! `kyso inspect` — ISO 32000-2 §7.5.6: the revisions of a PDF file, what each signature covers, and what is odd

use std::path::PathBuf;

use clap::ValueEnum;
use kyso::encoding::pdf::Pdf;
use kyso::format::pades::revisions;
use kyso::report::text::printable;
use kyso::{Context, Document, Evidence, Policy, Time, TrustAnchors};

use crate::exit::{Failure, Status};
use crate::inspection::{Inspection, Layer, Noticed, Placed, Signed};
use crate::{files, output};

/// Shows revisions, signatures, encryption and oddities of a PDF file, without a verdict
#[derive(clap::Args)]
pub struct Arguments {
    /// A PDF file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Writes the file as it was signed with this revision as its newest, 1 the oldest, instead of showing it
    #[arg(long, value_name = "N", requires = "output")]
    revision: Option<usize>,
    /// Opens an encrypted file
    #[arg(long, value_name = "TEXT")]
    password: Option<String>,
    /// Writes to this file
    #[arg(short, long = "output", value_name = "OUT")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object
    Json,
}

pub fn run(arguments: Arguments) -> Result<Status, Failure> {
    files::keep([&arguments.file], arguments.output.as_ref())?;
    let octets = files::read(&arguments.file)?;
    let limits = Policy::default().limits;
    let document = Document::pdf_within(&octets, &limits, arguments.password.as_deref())
        .map_err(|malformed| Failure::unreadable(&arguments.file, malformed))?
        .with_name(arguments.file.to_string_lossy());
    let Some(pdf) = document.as_pdf() else {
        return Err(Failure::unreadable(&arguments.file, "no PDF file"));
    };
    match arguments.revision {
        Some(number) => output::write(arguments.output.as_deref(), revision(pdf, number)?)?,
        None => output::write(arguments.output.as_deref(), shown(&document, pdf, arguments.format).as_bytes())?,
    }
    Ok(Status::Passed)
}

/// The octets of the file as it was when revision `number` was its newest.
fn revision<'a>(pdf: &Pdf<'a>, number: usize) -> Result<&'a [u8], Failure> {
    let revisions = revisions(pdf);
    let found = revisions.iter().find(|revision| revision.number == number);
    found.map(|revision| revision.document).ok_or_else(|| Failure::usage(format!("no revision {number}: the file has {}", revisions.len())))
}

fn shown(document: &Document<'_>, pdf: &Pdf<'_>, format: Format) -> String {
    // Only what does not depend on trust and time is taken from the report.
    let (policy, anchors, evidence) = (Policy::default(), TrustAnchors::none(), Evidence::none());
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: Time::from_unix(0), existence: None };
    let inspection = Inspection::of(pdf, kyso::verify(document, &context));
    match format {
        Format::Text => text(&inspection),
        // Writing to memory cannot fail, and every key is a string.
        Format::Json => serde_json::to_string_pretty(&inspection).map(|json| json + "\n").unwrap_or_default(),
    }
}

fn text(inspection: &Inspection) -> String {
    let mut lines = head(inspection);
    for layer in &inspection.revisions {
        lines.extend(revision_lines(layer));
    }
    lines.extend(inspection.chain_problem.iter().map(|problem| format!("older revisions cannot be read: {}", noticed(problem))));
    for signature in &inspection.signatures {
        lines.extend(signature_lines(signature));
    }
    let account = &inspection.accounting;
    lines.push(format!("unaccounted: {} bytes", account.unaccounted_bytes));
    lines.extend(account.unaccounted.iter().map(|(from, to)| format!("  bytes {from} to {to}")));
    lines.extend(account.unlisted.iter().map(|unlisted| format!("  object {} at byte {} is not listed", unlisted.object, unlisted.at)));
    lines.push(format!("findings: {}", inspection.findings.len()));
    lines.extend(inspection.findings.iter().map(|finding| format!("  {}", noticed(finding))));
    lines.iter().map(|line| printable(line) + "\n").collect()
}

fn head(inspection: &Inspection) -> Vec<String> {
    let file = &inspection.file;
    let name = file.name.as_deref().unwrap_or("-");
    let mut lines = vec![format!("{name}: PDF {}, {} bytes, {}", inspection.version, file.size, file.sha256)];
    if inspection.header_at > 0 {
        lines.push(format!("header: at byte {}", inspection.header_at));
    }
    lines.push(match &inspection.encryption {
        None => "encryption: none".to_owned(),
        Some(encryption) => {
            let state = if encryption.locked { "locked, a password is needed" } else { "open" };
            let permissions = format!("permissions {}{}", encryption.permissions, if encryption.owner { ", as owner" } else { "" });
            format!("encryption: {}, {} bits, {permissions}, {state}", encryption.algorithm, encryption.key_bits)
        }
    });
    lines
}

fn revision_lines(layer: &Layer) -> Vec<String> {
    let start = layer.startxref.map_or(String::new(), |at| format!(", startxref {at}"));
    let size = layer.to.saturating_sub(layer.from);
    let mut lines = vec![format!(
        "revision {}: bytes {} to {} ({size}), cross-reference {}{start}",
        layer.number, layer.from, layer.to, layer.cross_reference
    )];
    for (word, numbers) in [("defines", &layer.defined), ("frees", &layer.freed)] {
        if !numbers.is_empty() {
            lines.push(format!("  {word} {} objects: {}", numbers.len(), ranges(numbers)));
        }
    }
    lines.extend(layer.objects.iter().take(MOST_OBJECTS).map(object_line));
    if let Some(more @ 1..) = layer.objects.len().checked_sub(MOST_OBJECTS) {
        lines.push(format!("    and {more} more, which --format json lists"));
    }
    if !layer.signed_by.is_empty() {
        lines.push(format!("  signed by: {}", layer.signed_by.join(" ")));
    }
    lines
}

/// People read so many places of one revision.
const MOST_OBJECTS: usize = 100;

fn object_line(placed: &Placed) -> String {
    let within = placed.object_stream.map_or(String::new(), |number| format!(", in object stream {number}"));
    match (placed.from, placed.to, &placed.problem) {
        (Some(from), Some(to), _) => format!("    {}: bytes {from} to {to}{within}", placed.object),
        (_, _, Some(problem)) => format!("    {}: unreadable: {}", placed.object, noticed(problem)),
        _ => format!("    {}", placed.object),
    }
}

fn signature_lines(signature: &Signed) -> Vec<String> {
    let field = signature.field.as_deref().map_or(String::new(), |field| format!(", field {field}"));
    let sub_filter = signature.sub_filter.as_deref().map_or(String::new(), |name| format!(", {name}"));
    let mut lines = vec![format!("{} {}: {}{sub_filter}{field}", word(&signature.kind), signature.id, word(&signature.format))];
    lines.extend(signature.signer.iter().map(|signer| format!("  signer: {signer}")));
    lines.extend(signature.claimed_time.iter().map(|time| format!("  claimed time: {}", time.0)));
    let coverage = &signature.coverage;
    if let Some(range) = &coverage.byte_range {
        let range: Vec<String> = range.iter().map(i64::to_string).collect();
        let whole = if coverage.whole_document { ", the whole file" } else { "" };
        lines.push(format!("  byte range: {}{whole}", range.join(" ")));
    }
    if let (Some(revision), Some(revisions)) = (coverage.revision, coverage.revisions) {
        lines.push(format!("  covers: revision {revision} of {revisions}"));
    }
    lines.extend(signature.later_changes.iter().map(|class| format!("  later changes: {}", word(class))));
    lines
}

fn noticed(noticed: &Noticed) -> String {
    let object = noticed.object.as_deref().map_or(String::new(), |object| format!(", object {object}"));
    let revision = noticed.revision.map_or(String::new(), |number| format!(", revision {number}"));
    format!("{} at byte {}{object}{revision}: {}", noticed.code, noticed.at, noticed.what)
}

/// The word that the report has for it.
fn word(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}

/// `1-3 7 9-12`
fn ranges(numbers: &[u32]) -> String {
    let mut spans: Vec<(u32, u32)> = Vec::new();
    for &number in numbers {
        match spans.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            _ => spans.push((number, number)),
        }
    }
    let span = |(first, last): (u32, u32)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    spans.into_iter().map(span).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn numbers_in_a_row_are_told_as_a_range() {
        assert_eq!(ranges(&[1, 2, 3, 7, 9, 10]), "1-3 7 9-10");
        assert_eq!(ranges(&[u32::MAX]), "4294967295");
    }
}
