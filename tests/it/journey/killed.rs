//! Kill -9 between the answer of a provider and its commit.
