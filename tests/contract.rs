//! The contract, sentence by sentence.
