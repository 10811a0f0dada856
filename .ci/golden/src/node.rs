//! What a WebAssembly host calls: `run`, then `outl` bytes of text at `outp`.

use std::sync::OnceLock;

static VERDICT: OnceLock<String> = OnceLock::new();

fn verdict() -> &'static str {
    VERDICT.get_or_init(|| crate::report().verdict())
}

#[unsafe(no_mangle)]
extern "C" fn run() {
    verdict();
}

#[unsafe(no_mangle)]
extern "C" fn outp() -> *const u8 {
    verdict().as_ptr()
}

#[unsafe(no_mangle)]
extern "C" fn outl() -> usize {
    verdict().len()
}
