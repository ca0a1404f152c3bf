//! How well the screening finds who is listed, and how often it stops who is not: measured, class by class.
//!
//! `names` reads files of people, `roster` knows whom the lists name, `perturb` spells a listed name as people and forms
//! spell it, `strangers` makes up people who are on no list. `sets` puts the questions together, `measure` asks them, and
//! `report` counts. All of it is pure, and the same for the same seed: how long a screening takes is the command's to say.

pub mod measure;
pub mod misses;
pub mod names;
pub mod perturb;
pub mod report;
pub mod roster;
pub mod sets;
pub mod strangers;
pub mod table;
