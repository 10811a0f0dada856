//! What the fuzz targets do with bytes: they make a course of them, ask the library for all that it
//! has, and panic where an answer breaks a promise. `tests/corpus.rs` does the same in plain
//! `cargo test`; `README.md` says how to run the fuzzer.
//!
//! The promises: no panic, no number that is not finite, `verify` takes what was built, a shortage
//! proves itself, and JSON and back is the same to the bit.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)] // panics are the answer
#![allow(clippy::missing_panics_doc, unreachable_pub)] // for the two that call it

mod aggregate;
mod assign;
mod bytes;
mod course;
mod events;
mod groups;
mod nouns;
#[path = "../../common/pool.rs"]
mod pool;
mod rankings;

pub use aggregate::aggregate;
pub use assign::assign;
pub use events::events;
pub use groups::groups;
pub use nouns::nouns;
pub use rankings::rankings;

/// What is done with an input.
pub type Target = fn(&[u8]);

/// The targets by name.
pub const TARGETS: [(&str, Target); 6] = [
    ("nouns", nouns),
    ("assign", assign),
    ("aggregate", aggregate),
    ("groups", groups),
    ("events", events),
    ("rankings", rankings),
];

/// All that is there is finite.
#[track_caller]
fn finite(numbers: impl IntoIterator<Item = f64>) {
    for number in numbers {
        assert!(number.is_finite(), "{number}");
    }
}

/// JSON and back is the same to the bit. What JSON cannot say must not come back as something else.
#[cfg(feature = "serde")]
fn back<T>(noun: &T)
where
    T: serde::Serialize + serde::de::DeserializeOwned + std::fmt::Debug,
{
    let debug = format!("{noun:?}");
    let text = serde_json::to_string(noun).unwrap();
    match serde_json::from_str::<T>(&text) {
        Ok(again) => assert_eq!(format!("{again:?}"), debug, "{text}"),
        Err(error) => assert!(debug.contains("NaN") || debug.contains("inf"), "{error}: {text}"),
    }
}

#[cfg(not(feature = "serde"))]
fn back<T>(_: &T) {}
