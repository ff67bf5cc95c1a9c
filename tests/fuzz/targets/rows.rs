//! Tables of rows: batches, records and filings, in either encoding.
#![no_main]

use chrono::NaiveDate;
use icpctl::filing::instant::Instant;
use icpctl::intake::{
    Encoding, Source, inspect_adoptions, inspect_batch_rows, read_duty_rows, read_record_rows,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let source = Source {
        name: "rows.csv",
        bytes,
    };
    let today = NaiveDate::default();
    let now = Instant::default();
    for encoding in [Encoding::Utf8, Encoding::Gb18030] {
        let _ = inspect_batch_rows(&source, encoding);
        let _ = read_record_rows(&source, encoding, now);
        let _ = read_duty_rows(&source, encoding, now);
        let _ = inspect_adoptions(&source, encoding, today);
    }
});
