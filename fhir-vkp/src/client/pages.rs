//! Searches of many pages.

use super::{CallError, Client};
use crate::answer::{Outcome, next_link};
use crate::request::Request;

/// The pages of one search. Each one is an [`Outcome`] whose body is a Bundle.
///
/// Next pages are fetched by the link that the server gave, from the same server only. There is an
/// [upper bound](super::ClientBuilder::pages) for their number, and a page that links to itself is
/// the last one but for an error.
#[derive(Debug)]
pub struct Pages {
    client: Client,
    next: Next,
    fetched: usize,
}

#[derive(Debug)]
enum Next {
    Page(Request),
    /// The last page was good, but not its link.
    Broken(CallError),
    End,
}

impl Pages {
    pub(super) const fn new(client: Client, first: Request) -> Self {
        Self {
            client,
            next: Next::Page(first),
            fetched: 0,
        }
    }

    /// The next page; `None` after the last one. After an error that
    /// [may be repeated](CallError::may_repeat) the same page can be asked for again.
    ///
    /// # Errors
    ///
    /// [`CallError`] when it cannot be had, [`CallError::TooManyPages`] when there are more than are
    /// followed. A link that leads to another server is a [`CallError::Request`], after the page
    /// that holds it.
    pub async fn next(&mut self) -> Option<Result<Outcome, CallError>> {
        let request = match core::mem::replace(&mut self.next, Next::End) {
            Next::Page(request) => request,
            Next::Broken(error) => return Some(Err(error)),
            Next::End => return None,
        };
        if self.fetched >= self.client.inner.pages {
            return Some(Err(CallError::TooManyPages));
        }
        // A caller that drops this future may ask again.
        self.next = Next::Page(request.clone());
        let outcome = self.client.send(request.clone()).await;
        match &outcome {
            Ok(page) => {
                self.fetched += 1;
                self.next = follow(&request, page);
            }
            Err(error) if !error.may_repeat() => self.next = Next::End,
            Err(_) => {}
        }
        Some(outcome)
    }
}

fn follow(current: &Request, page: &Outcome) -> Next {
    let Some(link) = next_link(page.body()) else {
        return Next::End;
    };
    match current.next_page(&link) {
        Ok(next) if next.url() == current.url() && next.method() == current.method() => {
            Next::Broken(CallError::TooManyPages)
        }
        Ok(next) => Next::Page(next),
        Err(error) => Next::Broken(error.into()),
    }
}
