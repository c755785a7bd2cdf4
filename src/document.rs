//! A file that was opened, not judged.

use crate::encoding::pdf::Pdf;
use crate::error::Malformed;
use crate::limits::Limits;

/// An opened document. It borrows its octets: a mapped file of any size is never copied.
pub struct Document<'a> {
    pub(crate) name: Option<String>,
    pub(crate) octets: &'a [u8],
    pub(crate) form: Form<'a>,
}

/// The family of formats that a document belongs to.
pub(crate) enum Form<'a> {
    /// ISO 32000
    Pdf(Box<Pdf<'a>>),
}

impl<'a> Document<'a> {
    /// Opens a PDF file. An encrypted one is opened with the empty password; see [`Self::pdf_with_password`].
    ///
    /// # Errors
    /// [`Malformed`] when there is no `%PDF-` in the first 1,024 octets, or neither a readable cross-reference nor a `/ByteRange`.
    pub fn pdf(octets: &'a [u8]) -> Result<Self, Malformed> {
        Self::pdf_within(octets, &Limits::default(), None)
    }

    /// Opens an encrypted PDF file with its user or owner password. A password that does not fit is no error: the verdict is then
    /// INDETERMINATE and wants one.
    ///
    /// # Errors
    /// As [`Self::pdf`].
    pub fn pdf_with_password(octets: &'a [u8], password: &str) -> Result<Self, Malformed> {
        Self::pdf_within(octets, &Limits::default(), Some(password))
    }

    /// Opens a PDF file within the limits of a policy.
    ///
    /// # Errors
    /// As [`Self::pdf`].
    pub fn pdf_within(octets: &'a [u8], limits: &Limits, password: Option<&str>) -> Result<Self, Malformed> {
        let pdf = Pdf::open(octets, limits, password.map(str::as_bytes))?;
        Ok(Self { name: None, octets, form: Form::Pdf(Box::new(pdf)) })
    }

    /// Gives the document a name that the report shows; the verdict does not depend on it.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// All octets of the file.
    pub fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// The PDF reader of this document.
    pub fn as_pdf(&self) -> Option<&Pdf<'a>> {
        match &self.form {
            Form::Pdf(pdf) => Some(pdf),
        }
    }
}
