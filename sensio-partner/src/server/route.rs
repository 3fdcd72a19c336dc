//! The way of a request.

use core::fmt;
use core::time::Duration;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt as _;

use super::OPENAPI;
use super::authorization::{bearer, unauthorized};
use super::backend::{Backend, EventAction, EventCall, Refused, StatusCall};
use super::call::{Judge, unreadable};
use super::client::ClientId;
use super::config::Config;
use super::faults::{Fault, Scope, Switch};
use super::problem::{Refusal, answer, closing, problem, with_retry_after};
use super::target::Target;
use super::token_call::TokenDesk;
use super::token_request;
use crate::http_body::{BodyError, read_body};
use crate::json::{decode_event, decode_status, decode_status_batch};
use crate::member::{Member, Members};
use crate::options::{DecodeOptions, Mode};
use crate::status::StatusEntry;
use crate::time::Time;
use crate::webhook::axum::peer;

/// The server side of the Partner API.
pub struct Server<B> {
    api: Arc<Api<B>>,
}

struct Api<B> {
    config: Config,
    desk: TokenDesk,
    backend: B,
    started: Instant,
}

impl<B: Backend> Server<B> {
    /// A server over this backend.
    pub fn new(mut config: Config, backend: B) -> Self {
        while config.base.ends_with('/') {
            config.base.pop();
        }
        if !config.base.is_empty() && !config.base.starts_with('/') {
            config.base.insert(0, '/');
        }
        let desk = TokenDesk::new(&mut config);
        Self {
            api: Arc::new(Api {
                config,
                desk,
                backend,
                started: Instant::now(),
            }),
        }
    }

    /// What stands behind it.
    #[must_use]
    pub fn backend(&self) -> &B {
        &self.api.backend
    }

    /// Forgets every token: each client has to ask for a new one.
    pub fn forget_tokens(&self) {
        self.api.desk.forget_all();
    }

    /// The router, which looks at every path itself. Merge it with others as their fallback; the paths
    /// of this one begin with [`Config::base`].
    ///
    /// Serve it with `into_make_service_with_connect_info::<SocketAddr>()` for the address of the peer,
    /// by which refused token calls are limited, or with [`faults::serve`](super::faults::serve).
    pub fn router(&self) -> Router {
        Router::new()
            .fallback(handle::<B>)
            .with_state(self.api.clone())
    }
}

impl<B> fmt::Debug for Server<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("config", &self.api.config)
            .finish_non_exhaustive()
    }
}

async fn handle<B: Backend>(State(api): State<Arc<Api<B>>>, request: Request) -> Response {
    match api.answer(request).await {
        Ok(response) => response,
        Err(refusal) => *refusal,
    }
}

/// One request on its way.
struct Incoming {
    parts: Parts,
    body: Body,
    source: Option<IpAddr>,
    switch: Option<Switch>,
}

impl<B: Backend> Api<B> {
    async fn answer(&self, request: Request) -> Result<Response, Refusal> {
        let (parts, body) = request.into_parts();
        // The path as it came: nothing has decoded or folded it.
        let path = parts.uri.path().to_owned();
        let target = Target::of(&path, &self.config.base, &self.config.profile.paths)
            .ok_or_else(|| problem(404, "there is no such resource"))?;
        let action = allowed(target, &parts.method)?;
        if target == Target::OpenApi {
            return Ok(answer(StatusCode::OK, "application/yaml", OPENAPI));
        }
        let switch = parts.extensions.get::<ConnectInfo<Switch>>();
        let switch = switch.map(|ConnectInfo(switch)| switch.clone());
        let mut incoming = Incoming {
            source: peer(&parts.extensions).or(switch.as_ref().map(|switch| switch.peer.ip())),
            parts,
            body,
            switch,
        };
        let scope = match target {
            Target::Token => Scope::Token,
            Target::Event { .. } => Scope::Events,
            _ => Scope::Statuses,
        };
        let fault = self.config.faults.next(scope);
        self.commit_before(fault.as_ref(), &mut incoming).await?;
        let switch = incoming.switch.clone();
        let answered = self.take(target, action, incoming, fault.as_ref()).await;
        match fault {
            Some(Fault::CutAfterBody) => Err(cut(switch.as_ref()).await),
            Some(Fault::KeptButAnswer { status }) => {
                answered.and_then(|_| Err(problem(status, "a planned fault")))
            }
            _ => answered,
        }
    }

    /// Faults that come before the call is looked at.
    async fn commit_before(
        &self,
        fault: Option<&Fault>,
        incoming: &mut Incoming,
    ) -> Result<(), Refusal> {
        match fault {
            Some(Fault::CutBeforeBody) => Err(cut(incoming.switch.as_ref()).await),
            Some(Fault::CutDuringBody) => {
                // As much as there is at once.
                let _ = tokio::time::timeout(self.config.body_timeout, incoming.body.frame()).await;
                Err(cut(incoming.switch.as_ref()).await)
            }
            Some(Fault::Answer {
                status,
                retry_after,
            }) => {
                let response = problem(*status, "a planned fault");
                Err(match retry_after {
                    Some(wait) => with_retry_after(response, *wait),
                    None => response,
                })
            }
            Some(Fault::Redirect { location }) => {
                let mut response = problem(302, "a planned fault");
                if let Ok(location) = HeaderValue::from_str(location) {
                    response.headers_mut().insert(header::LOCATION, location);
                }
                Err(response)
            }
            Some(Fault::HtmlPage { status }) => {
                let page = "<!DOCTYPE html><html><body><h1>Bad gateway</h1></body></html>";
                let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY);
                Err(Box::new(answer(status, "text/html; charset=utf-8", page)))
            }
            Some(Fault::Slow(wait)) => {
                tokio::time::sleep(*wait).await;
                Ok(())
            }
            Some(Fault::ForgetTokens) => {
                self.desk.forget_all();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    async fn take(
        &self,
        target: Target<'_>,
        action: Option<EventAction>,
        incoming: Incoming,
        fault: Option<&Fault>,
    ) -> Result<Response, Refusal> {
        let Incoming {
            parts,
            body,
            source,
            ..
        } = incoming;
        let now = Time::from(self.started.elapsed());
        if target == Target::Token {
            self.desk.check(now, source)?;
            let body = self.read(body, token_request::BODY_LIMIT).await?;
            return Ok(self
                .desk
                .call(now, source, &parts.headers, &body, &self.config));
        }
        let client = self.client(now, &parts.headers)?;
        let mut judge = Judge::new(&self.config);
        // Whatever the path says is judged before the body is read.
        let device = match target {
            Target::Event { device, .. } | Target::Status { device } => Some(judge.device(device)?),
            _ => None,
        };
        let code = match target {
            Target::Event { code, .. } => Some(judge.event_type(code)?),
            _ => None,
        };
        let empty = body.is_end_stream();
        if action != Some(EventAction::Deactivate) {
            judge.body_head(&parts.headers, empty)?;
        }
        let body = self.read(body, self.config.limits.body).await?;
        let kept = match (device, code, action) {
            (Some(device), Some(sent_as), Some(action)) => {
                refuse_by_fault(fault, &body, judge.options())?;
                let decoded = judge.event(action, sent_as, &body)?;
                let call = EventCall {
                    client,
                    source,
                    action,
                    device,
                    event_type: sent_as.for_version(self.config.version),
                    sent_as,
                    decoded,
                    warnings: judge.warnings,
                };
                self.in_time(self.backend.event(call)).await
            }
            (device, ..) => {
                let names = &self.config.profile.status;
                let options = judge.options();
                let batch = device.is_none();
                let entries = match device {
                    Some(device) => {
                        let decoded = decode_status(&body, &options).map_err(|e| unreadable(&e))?;
                        judge.note(&decoded);
                        let status = decoded.into_message();
                        vec![StatusEntry { device, status }]
                    }
                    None => {
                        let decoded = decode_status_batch(&body, names, &options)
                            .map_err(|e| unreadable(&e))?;
                        judge.note(&decoded);
                        decoded.into_message()
                    }
                };
                let call = StatusCall {
                    client,
                    source,
                    batch,
                    entries,
                    warnings: judge.warnings,
                };
                self.in_time(self.backend.statuses(call)).await
            }
        };
        match kept {
            Ok(()) => Ok(Response::new(Body::empty())),
            // The wanted state is reached (Partner API reference 4.4).
            Err(Refused::NotActive)
                if action == Some(EventAction::Deactivate) && self.config.mode == Mode::Lenient =>
            {
                Ok(Response::new(Body::empty()))
            }
            Err(refused) => Err(refusal(refused)),
        }
    }

    fn client(&self, now: Time, headers: &HeaderMap) -> Result<ClientId, Refusal> {
        let token = bearer(headers, &self.config.profile.token.scheme);
        let token = token.ok_or_else(|| unauthorized("one access token is needed"))?;
        let client = self.desk.client(now, token);
        client.ok_or_else(|| unauthorized("the access token is unknown or too old"))
    }

    async fn read(&self, body: Body, limit: usize) -> Result<Bytes, Refusal> {
        let read = read_body(body, limit, self.config.body_timeout).await;
        read.map_err(|error| {
            closing(match error {
                BodyError::TooLong => {
                    problem(413, &format!("the body is longer than {limit} bytes"))
                }
                BodyError::Timeout => problem(408, "the body did not come in time"),
                BodyError::Incomplete => problem(400, "the body broke off"),
            })
        })
    }

    async fn in_time(
        &self,
        kept: impl Future<Output = Result<(), Refused>> + Send,
    ) -> Result<(), Refused> {
        match tokio::time::timeout(self.config.backend_timeout, kept).await {
            Ok(kept) => kept,
            Err(_) => Err(Refused::Unavailable),
        }
    }
}

/// Whether the method fits the call, and which action on an event it is.
fn allowed(target: Target<'_>, method: &Method) -> Result<Option<EventAction>, Refusal> {
    let (fits, allow) = match target {
        Target::Token => (method == Method::POST, "POST"),
        Target::Status { .. } | Target::Statuses => (method == Method::PUT, "PUT"),
        Target::OpenApi => (matches!(*method, Method::GET | Method::HEAD), "GET, HEAD"),
        Target::Event { .. } => {
            let action = match *method {
                Method::POST => Some(EventAction::Trigger),
                Method::PUT => Some(EventAction::Update),
                Method::DELETE => Some(EventAction::Deactivate),
                _ => None,
            };
            if action.is_some() {
                return Ok(action);
            }
            (false, "POST, PUT, DELETE")
        }
    };
    if fits {
        return Ok(None);
    }
    let mut response = problem(405, "the method is not allowed here");
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static(allow));
    Err(response)
}

/// Faults that look at the body of an event.
fn refuse_by_fault(
    fault: Option<&Fault>,
    body: &[u8],
    options: DecodeOptions,
) -> Result<(), Refusal> {
    match fault {
        Some(Fault::RefuseUnused) => {
            let mut strict = DecodeOptions::strict();
            strict.limits = options.limits;
            match decode_event(body, &strict) {
                Ok(_) => Ok(()),
                Err(error) => Err(problem(500, &error.to_string())),
            }
        }
        Some(Fault::RefuseMembers { members, status }) => {
            let Ok(decoded) = decode_event(body, &options) else {
                return Ok(());
            };
            let sent = decoded.message();
            let sent: Members = [
                (Member::TriggerValue, sent.trigger_value.is_some()),
                (Member::Images, !sent.images.is_empty()),
                (Member::ExternalEventId, sent.external_event_id.is_some()),
                (Member::State, sent.state.is_some()),
                (Member::Description, sent.description.is_some()),
            ]
            .into_iter()
            .filter_map(|(member, is_sent)| is_sent.then_some(member))
            .collect();
            match sent.iter().any(|member| members.contains(member)) {
                true => Err(problem(*status, "a planned fault")),
                false => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

fn refusal(refused: Refused) -> Refusal {
    let response = problem(refused.status(), &refused.to_string());
    match refused {
        Refused::TooMany { retry_after } => with_retry_after(response, retry_after),
        _ => response,
    }
}

/// Cuts the connection. Over one that cannot be cut it is silent instead, for an hour.
async fn cut(switch: Option<&Switch>) -> Refusal {
    match switch {
        Some(switch) => switch.cut(),
        None => tokio::time::sleep(Duration::from_secs(60 * 60)).await,
    }
    problem(500, "a planned fault")
}
