//! `kyc-stack sanctions`: the lists, and how well they are screened against.

pub mod benchmark;
