//! What performs a step. A check knows the rules of steps, and nothing of attempts, merchants or edges.

pub mod sanctions;
