//! What a filing is and how it moves: the pure core.
//!
//! Nothing here looks at a clock, a file, the network, the environment or a terminal:
//! values come in, values go out.

pub mod host;
pub mod identity;
pub mod number;
pub mod province;
