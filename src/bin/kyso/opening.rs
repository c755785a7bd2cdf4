//! A file opened as what it claims to be: by its name, else by its content; with the files that its detached signatures cover

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kyso::{Document, Goal, Limits};

use crate::exit::Failure;
use crate::files::{self, Octets};

/// How a document is opened.
#[derive(clap::Args)]
pub struct Opening {
    #[command(flatten)]
    beside: Beside,
    /// Opens encrypted PDF files
    #[arg(long, value_name = "TEXT")]
    pub password: Option<String>,
}

/// What stands beside a document.
#[derive(clap::Args)]
pub struct Beside {
    /// A file that a detached signature covers; NAME is how the signature names it, the file's own name when absent
    #[arg(long, value_name = "[NAME=]FILE")]
    detached: Vec<PathBuf>,
}

/// Files by the names under which signatures look for them.
pub struct Detached(Vec<(String, Arc<Octets>)>);

impl Beside {
    /// Reads the files.
    pub fn read(&self) -> Result<Detached, Failure> {
        let read = |given: &PathBuf| {
            let (name, path) = named(given);
            Ok((name, Arc::new(files::read(&path)?)))
        };
        self.detached.iter().map(read).collect::<Result<_, _>>().map(Detached)
    }
}

impl Detached {
    /// With these files too, each by its own name.
    pub fn and<'p>(mut self, paths: impl Iterator<Item = &'p PathBuf>) -> Result<Self, Failure> {
        for path in paths {
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            self.0.push((name, Arc::new(files::read(path)?)));
        }
        Ok(self)
    }

    /// `document` with these files beside it.
    pub fn beside<'a>(&'a self, document: Document<'a>) -> Document<'a> {
        self.0.iter().fold(document, |document, (name, octets)| document.with_detached(name, &octets[..]))
    }

    /// `goal` with what these files are to the signatures.
    pub fn in_goal(&self, goal: Goal) -> Goal {
        self.0.iter().fold(goal, |goal, (name, octets)| goal.detached_shared(name, octets.clone()))
    }
}

impl Opening {
    /// Reads the files given beside the document.
    pub fn detached(&self) -> Result<Detached, Failure> {
        self.beside.read()
    }

    /// The document of these octets, which came from `path`.
    pub fn document<'a>(&self, path: &Path, octets: &'a [u8], detached: &'a Detached, limits: &Limits) -> Result<Document<'a>, Failure> {
        let password = self.password.as_deref();
        let is_named_pdf = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("pdf"));
        let opened =
            if is_named_pdf { Document::pdf_within(octets, limits, password) } else { Document::detect_within(octets, limits, password) };
        let document = opened.map_err(|malformed| Failure::unreadable(path, malformed))?;
        Ok(detached.beside(document))
    }
}

/// `NAME=FILE`, or a file whose own name it is: a file of that whole name comes first.
fn named(given: &Path) -> (String, PathBuf) {
    if !given.exists()
        && let Some((name, file)) = given.to_str().and_then(|text| text.split_once('='))
    {
        return (name.to_owned(), PathBuf::from(file));
    }
    let name = given.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    (name, given.to_path_buf())
}
