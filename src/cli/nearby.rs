//! Looking at a few orders without reading every order: the records that bear on them.
//!
//! The roll tells which these are.

use super::context::Context;
use crate::clock::machine_time;
use crate::failure::Failure;
use crate::render::mask::Privacy;
use crate::store::Disk;
use crate::store::near::{self, Wanted};
use crate::store::place::Place;
use crate::store::roll::Roll;
use crate::workflow::world::World;

impl Context<'_> {
    /// Reads what bears on something; none where there is no store yet.
    ///
    /// What is not there at all is not said to be missing by this: ask the whole store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn world_near(&mut self, wanted: &Wanted) -> Result<Option<World>, Failure> {
        match self.open()? {
            Some(disk) => self.world_near_on(&disk, wanted).map(Some),
            None => Ok(None),
        }
    }

    /// Reads what bears on something from an open store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn world_near_on(&mut self, disk: &Disk, wanted: &Wanted) -> Result<World, Failure> {
        let Place::Found { folder, .. } = self.place() else {
            return self.world_of(Some(disk));
        };
        let cache = self.env.cache_folder();
        let mut roll = Roll::open(disk, &folder, cache.as_deref(), machine_time())?;
        let mut near = near::gather(disk, &mut roll, wanted)?;
        for (path, damage) in roll.damaged() {
            near.book.damaged.insert(path.clone(), damage.clone());
        }
        roll.keep(&|name| Privacy::Masked.name(name).into_owned());
        let mut world = self.world_with(Some(disk), near.book)?;
        world.took(near.times);
        Ok(world)
    }
}
