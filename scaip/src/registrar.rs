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

mod config;
mod contact;
mod outcome;

use std::collections::hash_map::RandomState;
use std::collections::{BTreeSet, HashMap};
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
use contact::{Wanted, Wish, same};

/// Bytes of the longest `cid` that is kept.
pub const LONGEST_CONTROLLER_ID: usize = 64;

struct Binding {
    uri: Box<str>,
    expires: Instant,
    /// The hash of the Call-ID: all that is asked of it is whether it is the same.
    call_id: u64,
    cseq: u32,
    updated: Instant,
    /// The way the REGISTER came; `None` once its connection is closed.
    path: Option<Path>,
}

struct Unit {
    name: Arc<str>,
    latest: Option<(Path, Instant)>,
    bindings: Vec<Binding>,
    /// Its place in the set of timers.
    armed: Option<Instant>,
}

/// Keeps the registrations and the latest path of any number of units.
///
/// After time has passed take every [`poll_event`](Self::poll_event), then ask
/// [`poll_timeout`](Self::poll_timeout). What has expired is never given out, whether or not
/// anybody asked.
pub struct Registrar {
    config: Config,
    index: HashMap<Arc<str>, u32>,
    units: Vec<Option<Unit>>,
    free: Vec<u32>,
    connections: BTreeSet<(ConnectionId, u32)>,
    timers: BTreeSet<(Instant, u32)>,
    hasher: RandomState,
}

impl fmt::Debug for Registrar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registrar")
            .field("config", &self.config)
            .field("controllers", &self.index.len())
            .finish_non_exhaustive()
    }
}

impl Registrar {
    /// A registrar that knows nobody.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Registrar {
            config,
            index: HashMap::new(),
            units: Vec::new(),
            free: Vec::new(),
            connections: BTreeSet::new(),
            timers: BTreeSet::new(),
            hasher: RandomState::new(),
        }
    }

    /// How many units are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
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
            now,
            window: self.config.order_window,
        };
        let slot = self.index.get(controller.as_str()).copied();
        let present = slot
            .and_then(|slot| self.units.get(slot as usize)?.as_ref())
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
        self.change(slot, |unit| {
            unit.bindings.retain(|binding| binding.expires > now);
            let registered = !unit.bindings.is_empty();
            let mut moved = unit.latest.is_some_and(|(known, _)| known != path);
            let mut kept = 0;
            let before = unit.bindings.len();
            if matches!(wish, Wish::RemoveAll) {
                unit.bindings.clear();
            }
            for (wanted, expires) in granted {
                kept += usize::from(unit.bindings.iter().any(|old| same(&old.uri, &wanted.uri)));
                unit.bindings.retain(|old| !same(&old.uri, &wanted.uri));
                if expires.is_zero() {
                    continue;
                }
                // Nearly every unit has one contact, and a Vec would make room for four.
                unit.bindings.reserve_exact(1);
                unit.bindings.push(Binding {
                    uri: wanted.uri,
                    expires: now.checked_add(expires).unwrap_or(now),
                    call_id: stamp.call_id,
                    cseq: stamp.cseq,
                    updated: now,
                    path: Some(path),
                });
            }
            unit.latest = Some((path, now));
            contacts.extend(unit.bindings.iter().map(|binding| binding.contact(now)));
            // The same contacts: each one named was there, and none has gone.
            moved |= unit.bindings.len() != before || kept < named;
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
        let slot = match self.index.get(controller.as_str()) {
            Some(&slot) => slot,
            None => self.add(controller.as_str())?,
        };
        let unit = self.units.get_mut(slot as usize).and_then(Option::as_mut);
        if let Some((known, at)) = unit.and_then(|unit| unit.latest.as_mut()) {
            if *known == path {
                *at = now;
                return Ok(());
            }
        }
        self.change(slot, |unit| unit.latest = Some((path, now)));
        Ok(())
    }

    /// The ways to reach a unit, the best first: the latest path, the paths of its registrations
    /// (the newest first), then the contacts it registered.
    pub fn routes(
        &self,
        now: Instant,
        controller: &ControllerId<'_>,
    ) -> impl Iterator<Item = Route<'_>> {
        let mut routes = Vec::new();
        if let Some(unit) = self.unit(controller) {
            if let Some((path, at)) = unit.latest {
                if self.config.path_end(at) > now {
                    routes.push(Route::Path(path));
                }
            }
            let mut bindings: Vec<&Binding> = unit
                .bindings
                .iter()
                .filter(|binding| binding.expires > now)
                .collect();
            bindings.sort_by_key(|binding| std::cmp::Reverse(binding.updated));
            for path in bindings.iter().filter_map(|binding| binding.path) {
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
                if unit
                    .latest
                    .is_some_and(|(path, _)| path.connection == Some(id))
                {
                    unit.latest = None;
                }
                for binding in &mut unit.bindings {
                    if binding.path.is_some_and(|path| path.connection == Some(id)) {
                        binding.path = None;
                    }
                }
            });
        }
    }

    /// Forgets a unit. Whether it was known.
    pub fn remove(&mut self, controller: &ControllerId<'_>) -> bool {
        let Some(&slot) = self.index.get(controller.as_str()) else {
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
        self.timers.first().map(|&(at, _)| at)
    }

    /// The next event that is due at `now`.
    pub fn poll_event(&mut self, now: Instant) -> Option<Event> {
        loop {
            let &(at, slot) = self.timers.first()?;
            if at > now {
                return None;
            }
            self.timers.pop_first();
            let config = self.config;
            let mut event = None;
            if let Some(unit) = self.units.get_mut(slot as usize).and_then(Option::as_mut) {
                unit.armed = None;
            }
            self.change(slot, |unit| {
                let registered = !unit.bindings.is_empty();
                unit.bindings.retain(|binding| binding.expires > now);
                if registered && unit.bindings.is_empty() {
                    event = Some(Event::Expired {
                        controller: ControllerId::new(unit.name.to_string()),
                    });
                }
                if let Some((_, seen)) = unit.latest {
                    if config.path_end(seen) <= now {
                        unit.latest = None;
                    }
                }
            });
            if event.is_some() {
                return event;
            }
        }
    }

    fn unit(&self, controller: &ControllerId<'_>) -> Option<&Unit> {
        let slot = *self.index.get(controller.as_str())?;
        self.units.get(slot as usize)?.as_ref()
    }

    fn add(&mut self, name: &str) -> Result<u32, PathError> {
        if name.len() > LONGEST_CONTROLLER_ID {
            return Err(PathError::ControllerIdTooLong);
        }
        let limit = self.config.controllers;
        let full = PathError::TooManyControllers { limit };
        if self.index.len() >= limit {
            return Err(full);
        }
        let name: Arc<str> = Arc::from(name);
        let slot = if let Some(slot) = self.free.pop() {
            slot
        } else {
            let slot = u32::try_from(self.units.len()).map_err(|_| full)?;
            self.units.push(None);
            slot
        };
        if let Some(place) = self.units.get_mut(slot as usize) {
            *place = Some(Unit {
                name: name.clone(),
                latest: None,
                bindings: Vec::new(),
                armed: None,
            });
        }
        self.index.insert(name, slot);
        Ok(slot)
    }

    /// Changes a unit and keeps index and timer in step. A unit without path and contact goes.
    fn change(&mut self, slot: u32, change: impl FnOnce(&mut Unit)) {
        let Some(place) = self.units.get_mut(slot as usize) else {
            return;
        };
        let Some(unit) = place else { return };
        for id in unit.connections() {
            self.connections.remove(&(id, slot));
        }
        change(unit);
        let due = unit.due(&self.config);
        match (unit.armed, due) {
            // Later is found out when the timer fires.
            (Some(armed), Some(due)) if armed <= due => {}
            (armed, due) => {
                if let Some(armed) = armed {
                    self.timers.remove(&(armed, slot));
                }
                unit.armed = due;
                if let Some(due) = due {
                    self.timers.insert((due, slot));
                }
            }
        }
        if due.is_none() {
            self.index.remove(&unit.name);
            *place = None;
            self.free.push(slot);
            return;
        }
        for id in unit.connections() {
            self.connections.insert((id, slot));
        }
    }
}

impl Unit {
    fn connections(&self) -> impl Iterator<Item = ConnectionId> + '_ {
        let latest = self.latest.and_then(|(path, _)| path.connection);
        let bindings = self.bindings.iter();
        latest
            .into_iter()
            .chain(bindings.filter_map(|binding| binding.path?.connection))
    }

    /// When something of it ends; `None` when there is nothing left.
    fn due(&self, config: &Config) -> Option<Instant> {
        let path = self.latest.map(|(_, seen)| config.path_end(seen));
        let bindings = self.bindings.iter().map(|binding| binding.expires);
        bindings.chain(path).min()
    }
}

impl Binding {
    fn contact(&self, now: Instant) -> Contact {
        let left = self.expires.saturating_duration_since(now).as_secs();
        Contact {
            uri: self.uri.clone(),
            expires: Duration::from_secs(left.max(1)),
        }
    }
}

/// Which request an update comes from.
struct Stamp {
    call_id: u64,
    cseq: u32,
    now: Instant,
    window: Duration,
}

impl Stamp {
    /// Whether it may change this binding (RFC 3261 10.3 steps 6 and 7).
    fn supersedes(
        &self,
        binding: &Binding,
        warnings: &mut Vec<RegisterWarning>,
    ) -> Result<(), RegisterError> {
        if binding.call_id != self.call_id || self.cseq > binding.cseq {
            return Ok(());
        }
        let warning = if self.cseq == binding.cseq {
            RegisterWarning::CSeqRepeated
        } else if self.now.saturating_duration_since(binding.updated) < self.window {
            return Err(RegisterError::OutOfOrder);
        } else {
            RegisterWarning::CSeqRestarted
        };
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
        Ok(())
    }
}

/// Checks a wish against what is there, before anything is changed; gives the expiries.
fn check(
    wish: &Wish,
    present: &[Binding],
    stamp: &Stamp,
    config: &Config,
    warnings: &mut Vec<RegisterWarning>,
) -> Result<Vec<(Wanted, Duration)>, RegisterError> {
    let live = || present.iter().filter(|binding| binding.expires > stamp.now);
    match wish {
        Wish::Query => Ok(Vec::new()),
        Wish::RemoveAll => {
            for binding in live() {
                stamp.supersedes(binding, warnings)?;
            }
            Ok(Vec::new())
        }
        Wish::Update(wanted) => {
            let mut granted = Vec::with_capacity(wanted.len());
            let mut stays = live().count();
            for one in wanted {
                let expires = config.grant(one.expires)?;
                let old = live().find(|binding| same(&binding.uri, &one.uri));
                if let Some(binding) = old {
                    stamp.supersedes(binding, warnings)?;
                }
                match (old.is_some(), expires.is_zero()) {
                    (true, true) => stays = stays.saturating_sub(1),
                    (false, false) => stays += 1,
                    _ => {}
                }
                let wanted = Wanted {
                    uri: one.uri.clone(),
                    expires: one.expires,
                };
                granted.push((wanted, expires));
            }
            if stays > config.contacts {
                let limit = config.contacts;
                return Err(RegisterError::TooManyContacts { limit });
            }
            Ok(granted)
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
