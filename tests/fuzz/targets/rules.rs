//! Rule files: any text is laid over the built-in rules and tried, and none of those is lost.
#![no_main]

use icpctl::filing::profile::Profiles;
use icpctl::knowledge::rules;
use icpctl::rulebook::overlay;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut all = rules().to_vec();
    let profiles = Profiles::built_in();
    for problem in overlay(&mut all, text, &profiles) {
        assert!(problem.line > 0 && problem.column > 0);
    }
    assert!(all.len() >= rules().len());
});
