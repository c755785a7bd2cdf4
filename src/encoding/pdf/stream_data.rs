//! ISO 32000-2 §7.3.8 — Stream objects: the length and the decoded data of a stream of a view

use std::borrow::Cow;

use super::chain::Placed;
use super::document::bounds;
use super::encryption::{Encryption, Method};
use super::filter::Output;
use super::finding::Problem;
use super::lexer::Lexer;
use super::object::{Object, Reference, Stream};
use super::parser::{self, Notes};
use super::revision::Entry;
use super::stream;
use super::view::{Strings, View};

impl View<'_, '_> {
    /// The decoded data of `stream`, if they are no more than `most` octets: nobody decodes more to find out. What is too long is no problem of the
    /// file, but of whoever has no use for it.
    pub fn stream_data_up_to(&self, stream: &Stream, most: usize) -> Option<Vec<u8>> {
        self.decoded_up_to(stream, &|object| self.resolve(object), most).ok().filter(|data| data.len() <= most)
    }

    pub(super) fn decoded(&self, stream: &Stream, resolve: stream::Resolve<'_>) -> Result<Vec<u8>, Problem> {
        self.decoded_up_to(stream, resolve, usize::MAX)
    }

    fn decoded_up_to(&self, stream: &Stream, resolve: stream::Resolve<'_>, most: usize) -> Result<Vec<u8>, Problem> {
        let (pdf, at) = (self.pdf, stream.octets.start);
        let filters = stream::filters(&stream.dictionary, resolve, at)?;
        let encoded = self.stream_encoded(stream);
        let method = |encryption: &Encryption| encryption.method_of(&stream.dictionary, stream::crypt_filter(&filters));
        let plain = match pdf.encryption.as_ref().map(|encryption| (encryption, method(encryption))) {
            None | Some((_, Method::Identity)) => Cow::Borrowed(encoded),
            Some((encryption, method)) => Cow::Owned(encryption.stream(method, stream.reference, encoded, at)?),
        };
        // A stream without filter is copied, and streams may share octets: that is paid for too.
        let copied = if filters.is_empty() { encoded.len() } else { 0 };
        let decode = |output: &mut Output| {
            output.limit = output.limit.min(most);
            stream::decode(plain, &filters, output).map(Cow::into_owned)
        };
        self.within_limits(copied, decode, at)
    }

    /// Decodes what begins at `at`, of which so many octets are given already, within the limits of one stream and of the document, and pays for it whether or not it succeeds.
    fn within_limits(
        &self,
        given: usize,
        decode: impl FnOnce(&mut Output) -> Result<Vec<u8>, Problem>,
        at: usize,
    ) -> Result<Vec<u8>, Problem> {
        let (one, left) = (self.pdf.limits.inflated_stream, self.pdf.inflated.left());
        let mut output = Output { limit: usize::try_from(one.min(left)).unwrap_or(usize::MAX), given, at };
        let decoded = decode(&mut output);
        let spent = self.pdf.inflated.spend(u64::try_from(output.given).unwrap_or(u64::MAX));
        let of_one_stream = |problem: &Problem| problem.code == "limit.inflated_stream";
        if spent.is_err() || (left < one && decoded.as_ref().is_err_and(of_one_stream)) {
            return Err(Problem::new("limit.inflated_document", "streams decode to more than the limit of one document", at));
        }
        decoded
    }

    /// The number that the value of `/Length` stands for.
    pub(super) fn length(&self, length: &Object) -> Result<usize, Problem> {
        let Object::Reference(reference) = length else { return self.size(length) };
        match self.entry(reference.number) {
            Some(Placed { entry: Entry::Compressed { stream, index }, revision, .. }) if reference.generation == 0 => {
                self.size(&self.in_object_stream(*reference, stream, index, revision)?)
            }
            _ => self.plain_length(length),
        }
    }

    /// The same where object streams must not be asked, being what is read (§7.5.7).
    pub(super) fn plain_length(&self, length: &Object) -> Result<usize, Problem> {
        let Object::Reference(reference) = length else { return self.size(length) };
        match self.entry(reference.number).map(|placed| placed.entry) {
            Some(Entry::InUse { offset, generation }) if generation == reference.generation => self.integer_at(*reference, offset),
            _ => self.size(&Object::Null),
        }
    }

    fn size(&self, length: &Object) -> Result<usize, Problem> {
        let size = length.as_integer().and_then(|length| usize::try_from(length).ok());
        size.ok_or_else(|| Problem::new("stream_extent", "`/Length` of a stream is no number", self.start()))
    }

    /// The integer that is the indirect object at `offset`, read without building it.
    fn integer_at(&self, reference: Reference, offset: u64) -> Result<usize, Problem> {
        const WITHIN: usize = 1024;
        let header = self.header(reference, offset)?;
        let window = self.pdf.octets.get(..self.pdf.octets.len().min(header.body + WITHIN)).unwrap_or_default();
        let mut lexer = Lexer::new(window, header.body);
        lexer.skip_filler();
        let value = lexer.digits().and_then(|value| usize::try_from(value).ok());
        lexer.skip_filler();
        value
            .filter(|_| lexer.keyword(b"endobj"))
            .ok_or_else(|| Problem::new("stream_extent", "`/Length` of a stream is no number", header.at))
    }

    /// The number that the `/Length` whose value begins at octet `at` stands for.
    pub(super) fn length_at(&self, at: usize) -> Result<usize, Problem> {
        let mut lexer = Lexer::new(self.pdf.octets, at);
        // Nearly every length is a direct number, and there are many.
        let direct = lexer.digits();
        lexer.skip_filler();
        if let (Some(direct), Some(b'/' | b'>')) = (direct, lexer.octet()) {
            return usize::try_from(direct).map_err(|_| Problem::new("stream_extent", "`/Length` of a stream is larger than memory", at));
        }
        lexer.move_to(at);
        let length = parser::value(&mut lexer, bounds(&self.pdf.limits), None, &mut Notes::default())?;
        self.length(&length)
    }

    /// `object` itself, or what it refers to outside object streams.
    pub(super) fn plain(&self, object: &Object) -> Result<Object, Problem> {
        let Object::Reference(reference) = object else { return Ok(object.clone()) };
        match self.entry(reference.number).map(|placed| placed.entry) {
            Some(Entry::InUse { offset, generation }) if generation == reference.generation => {
                let header = self.header(*reference, offset)?;
                let read = self.indirect(header, Strings::Deciphered, &|length| self.plain_length(length))?;
                Ok(read.object)
            }
            _ => Err(Problem::new("object_stream", "an object stream depends on an object in an object stream", self.start())),
        }
    }
}
