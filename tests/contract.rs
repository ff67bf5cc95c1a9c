//! The contract, sentence by sentence: what other people's scripts depend on.

mod consent;
mod damage;
mod drafting;
mod moving;
mod output;
mod reversal;
