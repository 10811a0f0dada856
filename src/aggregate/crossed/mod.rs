//! Crossed random effects: the quality of items, the bias of reviewers and noise.
//!
//! ```text
//! z_e = mu + s_u + b_v + noise,   s_u ~ N(0, truth), b_v ~ N(0, bias), noise ~ N(0, noise)
//! ```
//!
//! [`solve`] finds the effects, [`spread`] their variances, [`reml`] the variances of the laws.

pub(super) mod dense;
pub(super) mod known;
pub(super) mod learn;
pub(super) mod moments;
pub(super) mod parts;
pub(super) mod reml;
pub(super) mod solve;
pub(super) mod spread;

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;
