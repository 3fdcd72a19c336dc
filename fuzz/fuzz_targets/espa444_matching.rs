#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_entries::espa444_matching(data));
