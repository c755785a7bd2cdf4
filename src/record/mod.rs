//! What was decided, for programs: the result record, beside the PDF that people read or inside it (`docs/result-record.schema.json`)

mod carried;
mod result_record;
#[cfg(feature = "xml")]
mod xml_form;

#[cfg(feature = "sign")]
pub use carried::with_record;
pub use carried::{Carried, NotCarried, RECORD_FILE, carried};
pub use result_record::{Agency, RecordedFile, ResultRecord, Subject};
