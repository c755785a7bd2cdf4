//! EN 319 122-1 — CMS signatures, wherever they stand: in a PDF file, alone, in a container

pub(crate) mod signed_data;
pub(crate) mod timestamp;
