//! Climax: radio frames, panel reports, declared layouts, the web interface, and what follows from
//! events.

mod bursts;
mod contact_id;
mod contact_id_station;
mod dc09;
mod dc09_station;
mod destination;
mod events;
mod f1;
mod layout;
mod layout_receiver;
mod panel;
mod panel_web;
mod presence;
mod supervision;
mod visits;

pub use bursts::climax_bursts;
pub use contact_id::contact_id;
pub use contact_id_station::contact_id_station;
pub use dc09::dc09;
pub use dc09_station::dc09_station;
pub use destination::destination;
pub use events::climax_events;
pub use f1::climax_f1;
pub use layout::climax_layout;
pub use layout_receiver::climax_layout_receiver;
pub use panel::climax_panel;
pub use panel_web::climax_panel_web;
