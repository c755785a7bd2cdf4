//! `kyso verify` — EN 319 102-1 §5: a verdict on each file, and a report that says why

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use clap::ValueEnum;
use kyso::net::Fetcher;
use kyso::report::Indication;
use kyso::{Bundle, Context, Document, Fetched, Report, Time};

use crate::exit::{Failure, Status};
use crate::lang::Lang;
use crate::network::Network;
use crate::opening::{Detached, Opening};
use crate::output::Output;
use crate::progress::Progress;
use crate::relying::Relying;
use crate::supplied::Supplied;
use crate::{clock, files};

/// Judges every signature of each file and says why
#[derive(clap::Args)]
pub struct Arguments {
    /// Signed files: PDF, and the other formats of this build
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    relying: Relying,
    /// The validation time; the clock's when absent
    #[arg(long, value_name = "RFC3339", value_parser = clock::parse)]
    at: Option<Time>,
    /// A time at which the documents are known to have existed, from a register of incoming documents for example
    #[arg(long, value_name = "RFC3339", value_parser = clock::parse)]
    existed_by: Option<Time>,
    #[command(flatten)]
    opening: Opening,
    /// Fetches what is missing from where the certificates say it is
    #[arg(long)]
    fetch: bool,
    #[command(flatten)]
    network: Network,
    /// Writes an evidence bundle: file, anchors, evidence, policy, time and report, from which `kyso replay` makes the report again
    #[arg(long, value_name = "OUT")]
    bundle: Option<PathBuf>,
    /// Files judged at the same time; as many as there are processors when absent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Form of the reports
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Language of the text
    #[arg(long, value_enum, default_value_t = Lang::Vi)]
    lang: Lang,
    /// Writes the reports to this file
    #[arg(short, long = "output", value_name = "OUT")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object for one file, an array for several
    Json,
    /// A line a file, as each is done
    Jsonl,
    /// The validation report of ETSI TS 119 102-2; for one file
    EtsiXml,
}

pub fn run(arguments: Arguments) -> Result<Status, Failure> {
    files::keep(arguments.files.iter().chain(arguments.relying.inputs()), arguments.output.as_ref())?;
    files::keep(arguments.files.iter().chain(arguments.relying.inputs()), arguments.bundle.as_ref())?;
    if arguments.bundle.is_some() && arguments.files.len() > 1 {
        return Err(Failure::usage("--bundle is for one file"));
    }
    if arguments.format == Format::EtsiXml && arguments.files.len() > 1 {
        return Err(Failure::usage("--format etsi-xml is for one file"));
    }
    let time = clock::time(arguments.at)?;
    let (policy, Supplied { anchors, evidence }) = arguments.relying.read(time)?;
    let detached = arguments.opening.detached()?;
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time, existence: arguments.existed_by };
    let fetcher = if arguments.fetch { Some(arguments.network.fetcher()?) } else { None };
    let output = Output::to(arguments.output.as_deref())?;
    let mut sheet = Sheet::new(output, arguments.format, arguments.files.len());
    let progress = Progress::over(arguments.files.len());
    let mut status = Status::Passed;
    judge_each(&arguments, &detached, &context, fetcher.as_ref(), |index, judged| {
        let (one, text) = match judged {
            Ok((one, text)) => (one, Some(text)),
            Err(failure) => (progress.aside(|| failure.tell()), None),
        };
        status = if arguments.files.len() == 1 { one } else { status.worst(one) };
        progress.step();
        if sheet.output.is_standard() { progress.aside(|| sheet.put(index, text)) } else { sheet.put(index, text) }
    })?;
    drop(progress);
    sheet.finish()?;
    Ok(status)
}

/// The status and the report in the form asked for.
type Judged = Result<(Status, String), Failure>;

/// Judges the files on several threads; `done` is told each, with its place among the arguments, as it comes. An error of it ends the work.
fn judge_each(
    arguments: &Arguments,
    detached: &Detached,
    context: &Context<'_>,
    fetcher: Option<&Fetcher>,
    mut done: impl FnMut(usize, Judged) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..jobs(arguments) {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                while let Some((index, path)) = take(next, &arguments.files) {
                    if sender.send((index, judge(arguments, detached, context, fetcher, path))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        receiver.into_iter().try_for_each(|(index, judged)| done(index, judged))
    })
}

fn take<'a>(next: &AtomicUsize, files: &'a [PathBuf]) -> Option<(usize, &'a PathBuf)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    files.get(index).map(|path| (index, path))
}

fn jobs(arguments: &Arguments) -> usize {
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    arguments.jobs.map_or_else(processors, usize::from).min(arguments.files.len())
}

fn judge(arguments: &Arguments, detached: &Detached, context: &Context<'_>, fetcher: Option<&Fetcher>, path: &Path) -> Judged {
    let octets = files::read(path)?;
    let document = arguments.opening.document(path, &octets, detached, &context.policy.limits)?;
    let document = document.with_name(path.to_string_lossy());
    let fetched = fetcher.map(|fetcher| fetched(&document, context, &mut fetcher.clone(), path));
    let report = match (&arguments.bundle, fetched) {
        (Some(out), Some(Fetched { report, evidence, .. })) => {
            bundled(&document, &Context { evidence: &evidence, time: report.inputs.time.0, ..*context }, arguments, out)?
        }
        (Some(out), None) => bundled(&document, context, arguments, out)?,
        (None, Some(fetched)) => fetched.report,
        (None, None) => kyso::verify(&document, context),
    };
    Ok((report.conclusion.indication.into(), rendered(&report, arguments)))
}

/// The verdict with what could be fetched; what could not is told where it may be the reason that the verdict is not better.
fn fetched(document: &Document<'_>, context: &Context<'_>, fetcher: &mut Fetcher, path: &Path) -> Fetched {
    let fetched = kyso::verify_fetching(document, context, fetcher);
    if fetched.report.conclusion.indication != Indication::TotalPassed {
        for failure in &fetched.failures {
            Failure::input_output(path, failure).tell();
        }
    }
    fetched
}

/// The verdict, with all that it is a function of in the file `out`.
fn bundled(document: &Document<'_>, context: &Context<'_>, arguments: &Arguments, out: &Path) -> Result<Report, Failure> {
    let (report, bundle) = Bundle::of(document, arguments.opening.password.as_deref(), context);
    let mut output = Output::to(Some(out))?;
    output.write(&bundle.to_zip().map_err(Failure::usage)?)?;
    output.finish()?;
    Ok(report)
}

fn rendered(report: &Report, arguments: &Arguments) -> String {
    match arguments.format {
        Format::Text => report.to_text(arguments.lang.into()),
        Format::Json => report.to_json(),
        Format::Jsonl => report.to_json_line(),
        Format::EtsiXml => report.to_etsi_xml(),
    }
}

/// The reports on paper: in the order of the arguments, but lines of JSON as they come.
struct Sheet {
    output: Output,
    format: Format,
    /// Several files: JSON is an array then, however many of them could be read.
    several: bool,
    /// Reports that came before their turn.
    waiting: BTreeMap<usize, Option<String>>,
    turn: usize,
    written: usize,
}

impl Sheet {
    fn new(output: Output, format: Format, files: usize) -> Self {
        Self { output, format, several: files > 1, waiting: BTreeMap::new(), turn: 0, written: 0 }
    }

    /// Takes the report of one file, if there is one.
    fn put(&mut self, index: usize, report: Option<String>) -> Result<(), Failure> {
        if self.format == Format::Jsonl {
            return report.map_or(Ok(()), |line| self.output.write(line.as_bytes()));
        }
        self.waiting.insert(index, report);
        while let Some(report) = self.waiting.remove(&self.turn) {
            self.turn = self.turn.saturating_add(1);
            if let Some(report) = report {
                self.write(&report)?;
            }
        }
        Ok(())
    }

    fn write(&mut self, report: &str) -> Result<(), Failure> {
        let first = self.written == 0;
        self.written = self.written.saturating_add(1);
        let text = match self.format {
            Format::Json if self.several => format!("{}\n{}", if first { "[" } else { "," }, indented(report)),
            Format::Text if !first => format!("\n{}\n\n{report}", "=".repeat(72)),
            _ => report.to_owned(),
        };
        self.output.write(text.as_bytes())
    }

    fn finish(mut self) -> Result<(), Failure> {
        if self.several && self.format == Format::Json {
            self.output.write(if self.written == 0 { b"[]\n" } else { b"\n]\n" })?;
        }
        self.output.finish()
    }
}

/// An element of an array, as a pretty printer would set it. No string of JSON has a line feed in it.
fn indented(json: &str) -> String {
    let lines: Vec<String> = json.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}
