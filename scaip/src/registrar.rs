//! Where each unit can be reached: by what it registered and by where its last message came from
//! (SCAIP reference 5.4).
//!
//! Some units never register and want to be answered where they called from; others register with
//! short expiry and want to be reached by that. [`Registrar`] keeps both under the `cid` and gives
//! [`routes`](Registrar::routes) in the order in which to try them. It has no I/O and no clock.
//!
//! ```
//! use std::time::Instant;
//! use scaip::registrar::{Config, Registrar, Route};
//! use scaip::{ControllerId, sip};
//!
//! # let register = sip::Message::parse_datagram("REGISTER sip:arc.example.net SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK7\r\nFrom: <sip:40211870@arc.example.net>;tag=1\r\nTo: <sip:40211870@arc.example.net>\r\nCall-ID: r1\r\nCSeq: 1 REGISTER\r\nContact: <sip:40211870@192.0.2.7:5062>\r\nExpires: 120\r\nContent-Length: 0\r\n\r\n".into(), &sip::SipLimits::default())?;
//! let mut registrar = Registrar::new(Config::new());
//! let path = sip::Path::udp("192.0.2.1:5060".parse()?, "198.51.100.7:40000".parse()?);
//! let now = Instant::now();
//! // The request has been authenticated; `register` is a `sip::Message`.
//! let registered = registrar.register(now, path, &register)?;
//! assert_eq!(
//!     registered.headers(),
//!     [("Contact", "<sip:40211870@192.0.2.7:5062>;expires=120".to_owned())]
//! );
//! let unit = ControllerId::new("40211870");
//! let routes: Vec<Route<'_>> = registrar.routes(now, &unit).collect();
//! // First the way back through its NAT, then the address it believes to have.
//! assert_eq!(routes, [Route::Path(path), Route::Contact("sip:40211870@192.0.2.7:5062")]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A registrar believes what it is told. Who may register which `cid` is decided before, by
//! digest or a client certificate; the outcome names the `cid` so that it can be compared with the
//! credentials.
//!
//! # Where it is more lenient than RFC 3261
//!
//! A REGISTER with the Call-ID and CSeq of the last one is a refresh, since there are units that
//! never count; and one with a lower CSeq is refused only within [`Config::order_window`], since
//! a unit that has been restarted may begin again at 1 and must not be locked out until its old
//! registration expires. Both are warnings.

mod check;
mod config;
mod contact;
mod kept;
mod outcome;

use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use config::Config;
pub use outcome::{
    Change, Contact, Event, OwnedRoute, PathError, RegisterError, RegisterWarning, Registered,
    Route,
};

use crate::sip::{ConnectionId, Message, Method, Path};
use crate::text::ControllerId;
use crate::units::Units;
use check::{Stamp, check};
use contact::{Wish, same};
use kept::{Clock, KeptPath, Locals, Tick, ticks};

/// Bytes of the longest `cid` that is kept.
pub const LONGEST_CONTROLLER_ID: usize = 64;

struct Binding {
    uri: Box<str>,
    expires: Tick,
    /// The hash of the Call-ID: all that is asked of it is whether it is the same.
    call_id: u64,
    cseq: u32,
    updated: Tick,
    /// The way the REGISTER came; `None` once its connection is closed.
    path: Option<Arc<KeptPath>>,
}

struct Unit {
    latest: Option<Latest>,
    bindings: Vec<Binding>,
    /// Its place in the set of timers, if not [`UNARMED`].
    armed: Tick,
}

/// No timer; so far away that none is ever needed for it.
const UNARMED: Tick = Tick::MAX;

struct Latest {
    path: Arc<KeptPath>,
    seen: Tick,
}

/// Keeps the registrations and the latest path of any number of units.
///
/// After time has passed take every [`poll_event`](Self::poll_event), then ask
/// [`poll_timeout`](Self::poll_timeout). What has expired is never given out, whether or not
/// anybody asked.
pub struct Registrar {
    config: Config,
    clock: Clock,
    units: Units<Unit>,
    locals: Locals,
    connections: BTreeSet<(ConnectionId, u32)>,
    timers: BTreeSet<(Tick, u32)>,
    hasher: RandomState,
}

impl fmt::Debug for Registrar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registrar")
            .field("config", &self.config)
            .field("controllers", &self.units.len())
            .finish_non_exhaustive()
    }
}

impl Registrar {
    /// A registrar that knows nobody.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Registrar {
            config,
            clock: Clock::default(),
            units: Units::new(),
            locals: Locals::default(),
            connections: BTreeSet::new(),
            timers: BTreeSet::new(),
            hasher: RandomState::new(),
        }
    }

    /// How many units are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.units.len() == 0
    }

    /// The unit a REGISTER is about, to be held against its credentials before
    /// [`register`](Self::register).
    ///
    /// # Errors
    ///
    /// [`RegisterError::NotRegister`], [`RegisterError::NoController`] or
    /// [`RegisterError::ControllerIdTooLong`].
    pub fn controller_of(message: &Message) -> Result<ControllerId<'static>, RegisterError> {
        if message.method() != Some(Method::Register) {
            return Err(RegisterError::NotRegister);
        }
        controller_of(message, &mut Vec::new())
    }

    /// Carries out a REGISTER that came along `path`: adds, refreshes and removes contacts, or
    /// only tells them when it names none. All of it or nothing. Its path becomes the latest.
    ///
    /// # Errors
    ///
    /// [`RegisterError`], with the status and headers of the answer.
    pub fn register(
        &mut self,
        now: Instant,
        path: Path,
        message: &Message,
    ) -> Result<Registered, RegisterError> {
        if message.method() != Some(Method::Register) {
            return Err(RegisterError::NotRegister);
        }
        let mut warnings = Vec::new();
        let controller = controller_of(message, &mut warnings)?;
        let wish = contact::read(message, self.config.contacts, &mut warnings)?;
        let stamp = Stamp {
            call_id: self.hasher.hash_one(message.call_id()),
            cseq: message.cseq(),
            now: self.clock.begin(now),
            window: ticks(self.config.order_window),
        };
        let now = stamp.now;
        let slot = self.units.find(controller.as_str());
        let present = slot
            .and_then(|slot| self.units.get(slot))
            .map_or(&[][..], |unit| &unit.bindings);
        let granted = check(&wish, present, &stamp, &self.config, &mut warnings)?;

        let slot = match slot {
            Some(slot) => slot,
            None => self.add(controller.as_str()).map_err(|error| match error {
                PathError::ControllerIdTooLong => RegisterError::ControllerIdTooLong,
                PathError::TooManyControllers { limit } => {
                    RegisterError::TooManyControllers { limit }
                }
            })?,
        };
        let asks = matches!(wish, Wish::Query);
        let named = granted.len();
        let mut contacts = Vec::new();
        let mut outcome = Change::Queried;
        let kept = self.keep(slot, &path);
        self.change(slot, |unit| {
            unit.bindings.retain(|binding| binding.expires > now);
            let registered = !unit.bindings.is_empty();
            let mut moved = unit
                .latest
                .as_ref()
                .is_some_and(|known| !Arc::ptr_eq(&known.path, &kept));
            let mut stayed = 0;
            let before = unit.bindings.len();
            if matches!(wish, Wish::RemoveAll) {
                unit.bindings.clear();
            }
            for (wanted, expires) in granted {
                stayed += usize::from(unit.bindings.iter().any(|old| same(&old.uri, &wanted.uri)));
                unit.bindings.retain(|old| !same(&old.uri, &wanted.uri));
                if expires.is_zero() {
                    continue;
                }
                // Nearly every unit has one contact, and a Vec would make room for four.
                unit.bindings.reserve_exact(1);
                unit.bindings.push(Binding {
                    uri: wanted.uri,
                    expires: now.saturating_add(ticks(expires)),
                    call_id: stamp.call_id,
                    cseq: stamp.cseq,
                    updated: now,
                    path: Some(kept.clone()),
                });
            }
            unit.latest = Some(Latest {
                path: kept,
                seen: now,
            });
            contacts.extend(unit.bindings.iter().map(|binding| binding.contact(now)));
            // The same contacts: each one named was there, and none has gone.
            moved |= unit.bindings.len() != before || stayed < named;
            outcome = match (asks, registered, contacts.is_empty()) {
                (true, ..) | (_, false, true) => Change::Queried,
                (_, false, false) => Change::Registered,
                (_, true, true) => Change::Unregistered,
                (_, true, false) if moved => Change::Moved,
                (_, true, false) => Change::Refreshed,
            };
        });
        Ok(Registered {
            controller,
            contacts,
            change: outcome,
            warnings,
        })
    }

    /// Remembers the path of an accepted message of a unit.
    ///
    /// # Errors
    ///
    /// [`PathError`] for an unknown unit that cannot be added. The message is none the worse for
    /// it: its answer goes back along its own path.
    pub fn remember_path(
        &mut self,
        now: Instant,
        controller: &ControllerId<'_>,
        path: Path,
    ) -> Result<(), PathError> {
        let now = self.clock.begin(now);
        let slot = match self.units.find(controller.as_str()) {
            Some(slot) => slot,
            None => self.add(controller.as_str())?,
        };
        let unit = self.units.get_mut(slot).map(|(_, unit)| unit);
        if let Some(latest) = unit.and_then(|unit| unit.latest.as_mut()) {
            if latest.path.path() == path {
                latest.seen = now;
                return Ok(());
            }
        }
        let path = self.keep(slot, &path);
        self.change(slot, |unit| unit.latest = Some(Latest { path, seen: now }));
        Ok(())
    }

    /// The ways to reach a unit, the best first: the latest path, the paths of its registrations
    /// (the newest first), then the contacts it registered.
    pub fn routes(
        &self,
        now: Instant,
        controller: &ControllerId<'_>,
    ) -> impl Iterator<Item = Route<'_>> {
        let now = self.clock.tick(now);
        let mut routes = Vec::new();
        if let Some(unit) = self.unit(controller) {
            if let Some(latest) = &unit.latest {
                if self.config.path_end(latest.seen) > now {
                    routes.push(Route::Path(latest.path.path()));
                }
            }
            let mut bindings: Vec<&Binding> = unit
                .bindings
                .iter()
                .filter(|binding| binding.expires > now)
                .collect();
            bindings.sort_by_key(|binding| std::cmp::Reverse(binding.updated));
            let paths = bindings.iter().filter_map(|binding| binding.path.as_ref());
            for path in paths.map(|path| path.path()) {
                if !routes.contains(&Route::Path(path)) {
                    routes.push(Route::Path(path));
                }
            }
            routes.extend(bindings.iter().map(|binding| Route::Contact(&binding.uri)));
        }
        routes.into_iter()
    }

    /// What a unit has registered.
    #[must_use]
    pub fn contacts(&self, now: Instant, controller: &ControllerId<'_>) -> Vec<Contact> {
        let now = self.clock.tick(now);
        self.unit(controller)
            .into_iter()
            .flat_map(|unit| &unit.bindings)
            .filter(|binding| binding.expires > now)
            .map(|binding| binding.contact(now))
            .collect()
    }

    /// Forgets the paths over a connection that is gone.
    pub fn connection_closed(&mut self, id: ConnectionId) {
        let slots: Vec<u32> = self
            .connections
            .range((id, 0)..=(id, u32::MAX))
            .map(|&(_, slot)| slot)
            .collect();
        for slot in slots {
            self.change(slot, |unit| {
                let gone = |path: &KeptPath| path.connection() == Some(id);
                if unit
                    .latest
                    .as_ref()
                    .is_some_and(|latest| gone(&latest.path))
                {
                    unit.latest = None;
                }
                for binding in &mut unit.bindings {
                    if binding.path.as_deref().is_some_and(gone) {
                        binding.path = None;
                    }
                }
            });
        }
    }

    /// Forgets a unit. Whether it was known.
    pub fn remove(&mut self, controller: &ControllerId<'_>) -> bool {
        let Some(slot) = self.units.find(controller.as_str()) else {
            return false;
        };
        self.change(slot, |unit| {
            unit.latest = None;
            unit.bindings.clear();
        });
        true
    }

    /// When to ask for events next. It may turn out that there is none then.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.clock.instant(self.timers.first()?.0)
    }

    /// The next event that is due at `now`.
    pub fn poll_event(&mut self, now: Instant) -> Option<Event> {
        let now = self.clock.tick(now);
        loop {
            let &(at, slot) = self.timers.first()?;
            if at > now {
                return None;
            }
            self.timers.pop_first();
            let config = self.config;
            let mut event = None;
            let Some((name, unit)) = self.units.get_mut(slot) else {
                continue;
            };
            unit.armed = UNARMED;
            let registered = !unit.bindings.is_empty();
            let left = unit.bindings.iter().any(|binding| binding.expires > now);
            if registered && !left {
                event = Some(Event::Expired {
                    controller: ControllerId::new(name.to_owned()),
                });
            }
            self.change(slot, |unit| {
                unit.bindings.retain(|binding| binding.expires > now);
                let over = |latest: &Latest| config.path_end(latest.seen) <= now;
                if unit.latest.as_ref().is_some_and(over) {
                    unit.latest = None;
                }
            });
            if event.is_some() {
                return event;
            }
        }
    }

    fn unit(&self, controller: &ControllerId<'_>) -> Option<&Unit> {
        self.units.get(self.units.find(controller.as_str())?)
    }

    /// The path as it is kept, shared with what is known of the unit where it is the same.
    fn keep(&mut self, slot: u32, path: &Path) -> Arc<KeptPath> {
        let latest = self.units.get(slot).and_then(|unit| unit.latest.as_ref());
        match latest.filter(|latest| latest.path.path() == *path) {
            Some(latest) => latest.path.clone(),
            None => self.locals.keep(path),
        }
    }

    fn add(&mut self, name: &str) -> Result<u32, PathError> {
        if name.len() > LONGEST_CONTROLLER_ID {
            return Err(PathError::ControllerIdTooLong);
        }
        let limit = self.config.controllers;
        let full = PathError::TooManyControllers { limit };
        if self.units.len() >= limit {
            return Err(full);
        }
        let unit = Unit {
            latest: None,
            bindings: Vec::new(),
            armed: UNARMED,
        };
        self.units.insert(name, unit).ok_or(full)
    }

    /// Changes a unit and keeps index and timer in step. A unit without path and contact goes.
    fn change(&mut self, slot: u32, change: impl FnOnce(&mut Unit)) {
        let Some((_, unit)) = self.units.get_mut(slot) else {
            return;
        };
        for id in unit.connections() {
            self.connections.remove(&(id, slot));
        }
        change(unit);
        let due = unit.due(&self.config);
        // Later is found out when the timer fires.
        let new = due.unwrap_or(UNARMED);
        if due.is_none() || unit.armed > new {
            if unit.armed != UNARMED {
                self.timers.remove(&(unit.armed, slot));
            }
            unit.armed = new;
            if new != UNARMED {
                self.timers.insert((new, slot));
            }
        }
        if due.is_none() {
            self.units.remove(slot);
            return;
        }
        for id in unit.connections() {
            self.connections.insert((id, slot));
        }
    }
}

impl Unit {
    fn connections(&self) -> impl Iterator<Item = ConnectionId> + '_ {
        let latest = self.latest.iter().map(|latest| &latest.path);
        let bindings = self.bindings.iter();
        let bindings = bindings.filter_map(|binding| binding.path.as_ref());
        latest.chain(bindings).filter_map(|path| path.connection())
    }

    /// When something of it ends; `None` when there is nothing left.
    fn due(&self, config: &Config) -> Option<Tick> {
        let latest = self.latest.as_ref();
        let path = latest.map(|latest| config.path_end(latest.seen));
        let bindings = self.bindings.iter().map(|binding| binding.expires);
        bindings.chain(path).min()
    }
}

impl Binding {
    fn contact(&self, now: Tick) -> Contact {
        let left = Duration::from_nanos(self.expires.saturating_sub(now)).as_secs();
        Contact {
            uri: self.uri.clone(),
            expires: Duration::from_secs(left.max(1)),
        }
    }
}

/// The unit a REGISTER is about: the user of To (RFC 3261 10.2).
fn controller_of(
    message: &Message,
    warnings: &mut Vec<RegisterWarning>,
) -> Result<ControllerId<'static>, RegisterError> {
    let named = |user: Option<&str>| {
        user.map(|user| ControllerId::new(user.to_owned()))
            .filter(|controller| !controller.as_str().is_empty())
    };
    let to = named(message.to().ok().and_then(|to| to.uri.user));
    let from = named(message.from().ok().and_then(|from| from.uri.user));
    let controller = match (to, from) {
        (Some(to), Some(from)) => {
            if to != from {
                warnings.push(RegisterWarning::FromUnlikeTo);
            }
            to
        }
        (Some(to), None) => to,
        (None, Some(from)) => {
            warnings.push(RegisterWarning::ToWithoutUser);
            from
        }
        (None, None) => return Err(RegisterError::NoController),
    };
    if controller.as_str().len() > LONGEST_CONTROLLER_ID {
        return Err(RegisterError::ControllerIdTooLong);
    }
    Ok(controller)
}
