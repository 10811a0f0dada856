#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| peergrade_fuzz::events(data));
