//! Every law that is drawn from is held to the joint density of its model, whole chains to the exact
//! posterior of tiny courses.

mod exact;
mod joint;
mod laws;
