//! Which alarm an incoming call is about (SCAIP reference 6.4), and the numbers learned for it.

use std::sync::Arc;
use std::time::Instant;

use super::expectation::Key;
use super::{
    CallError, CallExpectations, Entry, IncomingCall, LONGEST_CONTROLLER_ID,
    MOST_UNITS_OF_A_NUMBER, Match, PairedBy, Pairing, PhoneNumber,
};
use crate::text::ControllerId;

impl<K: Clone + PartialEq> CallExpectations<K> {
    /// Remembers the number from which a unit calls, for units that do not know their own. One
    /// number may be learned for 64 units.
    ///
    /// # Errors
    ///
    /// A limit; then nothing has changed.
    pub fn learn(
        &mut self,
        controller: &ControllerId<'_>,
        number: &PhoneNumber,
    ) -> Result<(), CallError> {
        if controller.as_str().len() > LONGEST_CONTROLLER_ID {
            return Err(CallError::ControllerIdTooLong);
        }
        let entry = (number.clone(), Arc::from(controller.as_str()));
        let limit = self.settings.learned;
        if self.learned.contains(&entry) {
            return Ok(());
        }
        if self.learned.len() >= limit {
            return Err(CallError::TooManyNumbers { limit });
        }
        let limit = MOST_UNITS_OF_A_NUMBER;
        if self.owners(number).len() >= limit {
            return Err(CallError::TooManyNumbers { limit });
        }
        self.learned.insert(entry);
        Ok(())
    }

    /// Forgets a learned number. Whether it was known.
    pub fn unlearn(&mut self, controller: &ControllerId<'_>, number: &PhoneNumber) -> bool {
        let entry = (number.clone(), Arc::from(controller.as_str()));
        self.learned.remove(&entry)
    }

    /// Which alarm an incoming call is about. A match counts as one call about it; then tell
    /// [`call_started`](Self::call_started) if it is answered.
    pub fn incoming(&mut self, now: Instant, call: &IncomingCall<'_>) -> Match<K> {
        // Gateways put the number into From.
        let number = call.caller_number.or(call.from_user);
        let number = number.and_then(PhoneNumber::read);
        let called: Vec<u64> = call
            .called
            .and_then(Key::called)
            .map(|key| self.ids(key))
            .unwrap_or_default();
        let owners = number.as_ref().map(|number| self.owners(number));
        let owners = owners.unwrap_or_default();
        let rules = [
            (
                PairedBy::FromUser,
                call.from_user.and_then(Key::user).map(|key| self.ids(key)),
            ),
            (
                PairedBy::CallerNumber,
                number.clone().map(|number| self.ids(Key::Number(number))),
            ),
            (
                PairedBy::LearnedNumber,
                Some(
                    owners
                        .iter()
                        .flat_map(|owner| self.ids(Key::User((&**owner).into())))
                        .collect(),
                ),
            ),
            (PairedBy::CalledAddress, Some(called.clone())),
        ];
        for (by, ids) in rules {
            let ids = ids.unwrap_or_default();
            if let Some(id) = self.best(now, &ids, &called) {
                let ambiguous = self.several_units(now, &ids);
                if let Some(found) = self.pair(now, id, by, ambiguous) {
                    return found;
                }
            }
        }
        Match::Unexpected {
            known: match owners.as_slice() {
                [owner] => Some(ControllerId::new(owner.to_string())),
                _ => None,
            },
        }
    }

    /// The units that a number was learned for.
    fn owners(&self, number: &PhoneNumber) -> Vec<Arc<str>> {
        let first = (number.clone(), Arc::from(""));
        self.learned
            .range(first..)
            .take_while(|(found, _)| found == number)
            .map(|(_, owner)| owner.clone())
            .collect()
    }

    /// Those that are not past the time of grace, even if nobody has asked since.
    fn alive(&self, now: Instant, id: u64) -> Option<&Entry<K>> {
        self.entries.get(&id).filter(|entry| {
            let controller = &entry.expectation.controller;
            entry.gone > now || (entry.expectation.attempts > 0 && self.in_call(controller))
        })
    }

    fn best(&self, now: Instant, ids: &[u64], called: &[u64]) -> Option<u64> {
        ids.iter()
            .filter_map(|&id| self.alive(now, id).map(|entry| (id, entry)))
            .min_by_key(|(id, entry)| {
                (
                    !called.contains(id),
                    !entry.awaited,
                    entry.expectation.until <= now,
                    *id,
                )
            })
            .map(|(id, _)| id)
    }

    fn several_units(&self, now: Instant, ids: &[u64]) -> bool {
        let mut units = ids
            .iter()
            .filter_map(|&id| self.alive(now, id))
            .map(|entry| &entry.expectation.controller);
        let first = units.next();
        units.any(|unit| Some(unit) != first)
    }

    fn pair(&mut self, now: Instant, id: u64, by: PairedBy, ambiguous: bool) -> Option<Match<K>> {
        let entry = self.entries.get_mut(&id)?;
        entry.awaited = false;
        let expectation = &mut entry.expectation;
        expectation.attempts = expectation.attempts.saturating_add(1);
        let pairing = Pairing {
            controller: expectation.controller.clone(),
            alarm: expectation.alarm.clone(),
            media: expectation.media,
            by,
            attempt: expectation.attempts,
            ambiguous,
        };
        let late_by = now.saturating_duration_since(expectation.until);
        Some(if expectation.until > now {
            Match::Paired(pairing)
        } else {
            Match::Late { pairing, late_by }
        })
    }
}
