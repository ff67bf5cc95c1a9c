//! The clouds: signatures against the vendors' own examples, keys found where the vendors' tools
//! keep them and seen nowhere, and interfaces that answer as recorded.

mod credentials;
mod signatures;
