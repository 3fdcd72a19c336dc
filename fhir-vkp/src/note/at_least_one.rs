//! Lists that are never empty.

/// One or more: for elements that a profile demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtLeastOne<T> {
    first: T,
    more: Vec<T>,
}

impl<T> AtLeastOne<T> {
    /// A list of one.
    pub const fn new(first: T) -> Self {
        Self {
            first,
            more: Vec::new(),
        }
    }

    /// The members of a list; `None` if it has none.
    #[must_use]
    pub fn from_vec(mut list: Vec<T>) -> Option<Self> {
        if list.is_empty() {
            return None;
        }
        let more = list.split_off(1);
        let first = list.pop()?;
        Some(Self { first, more })
    }

    /// The members as a list.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        let mut list = self.more;
        list.insert(0, self.first);
        list
    }

    /// Adds one at the end.
    pub fn push(&mut self, next: T) {
        self.more.push(next);
    }

    /// The first.
    pub const fn first(&self) -> &T {
        &self.first
    }

    /// The one at an index that counts from 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&T> {
        match index.checked_sub(1) {
            None => Some(&self.first),
            Some(index) => self.more.get(index),
        }
    }

    /// The one at an index that counts from 0, to change it.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        match index.checked_sub(1) {
            None => Some(&mut self.first),
            Some(index) => self.more.get_mut(index),
        }
    }

    /// How many there are.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "it is never empty")]
    pub fn len(&self) -> usize {
        self.more.len() + 1
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        core::iter::once(&self.first).chain(&self.more)
    }

    /// All, in order, to change them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        core::iter::once(&mut self.first).chain(&mut self.more)
    }
}

impl<T> From<T> for AtLeastOne<T> {
    fn from(first: T) -> Self {
        Self::new(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_counts_over_the_first_and_the_rest() {
        let mut list = AtLeastOne::from_vec(vec![1, 2]).expect("two");
        list.push(3);
        assert_eq!(
            [list.get(0), list.get(2), list.get(3)],
            [Some(&1), Some(&3), None]
        );
        assert_eq!(list.iter().copied().collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!((list.len(), list.first()), (3, &1));
        assert_eq!(AtLeastOne::<u8>::from_vec(Vec::new()), None);
    }
}
