//! The shared event model and the crosswalk between the code systems of the field.
#![no_std]
