//! A bar on the terminal while several files are worked on

use indicatif::{ProgressBar, ProgressStyle};

/// How far it is; silent where nobody watches, and for a single file.
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar for so many files. It hides itself when standard error is no terminal.
    pub fn over(files: usize) -> Self {
        let count = u64::try_from(files).unwrap_or(u64::MAX);
        let bar = if files > 1 { ProgressBar::new(count) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}");
        Self(style.map_or(bar.clone(), |style| bar.with_style(style)))
    }

    /// One file is done.
    pub fn step(&self) {
        self.0.inc(1);
    }

    /// Writes to the terminal while the bar stands aside.
    pub fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
