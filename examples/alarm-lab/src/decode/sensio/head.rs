//! HTTP requests in a capture, cut from one another. Lenient: people copy them as text.

use crate::decode::failure::{Failure, Reason, Warning};

use super::Decoded;

/// A request as it stands in a capture.
#[derive(Clone)]
pub(super) struct Request<'a> {
    /// Where it begins.
    pub(super) offset: usize,
    pub(super) method: &'a str,
    pub(super) target: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    pub(super) body: Body<'a>,
    pub(super) warnings: Vec<Warning>,
}

/// A body without the white space around it, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Body<'a> {
    pub(super) bytes: &'a [u8],
    /// Where the item begins that it belongs to.
    pub(super) item: usize,
    /// Where it begins itself.
    pub(super) offset: usize,
}

impl<'a> Body<'a> {
    pub(super) fn new(bytes: &'a [u8], item: usize, offset: usize) -> Self {
        Body {
            bytes: bytes.trim_ascii(),
            item,
            offset: offset + blank(bytes),
        }
    }
}

impl<'a> Request<'a> {
    /// The first value of a header, its name compared without case.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| *value)
    }
}

/// The methods that the interface knows, and those that are mistaken for them.
const METHODS: [&str; 6] = ["POST", "PUT", "DELETE", "GET", "PATCH", "HEAD"];

/// Whether a capture begins with an HTTP request line.
pub(super) fn is_request(input: &[u8]) -> bool {
    let line = first_line(input);
    let method = line.split(|&byte| byte == b' ').next().unwrap_or_default();
    line.len() > method.len() && METHODS.iter().any(|known| known.as_bytes() == method)
}

fn first_line(input: &[u8]) -> &[u8] {
    input
        .split(|&byte| byte == b'\n')
        .next()
        .unwrap_or_default()
        .trim_ascii_end()
}

/// Where the head ends and the body begins.
fn end_of_head(input: &[u8]) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(line_end) = input[from..].iter().position(|&byte| byte == b'\n') {
        let next = from + line_end + 1;
        match &input[next..] {
            [b'\n', ..] => return Some((next, next + 1)),
            [b'\r', b'\n', ..] => return Some((next, next + 2)),
            _ => from = next,
        }
    }
    None
}

/// The requests of a capture, one behind the other as their `Content-Length` says. Without one, a
/// request goes to the end. What cannot be cut ends the list.
pub(super) fn requests(input: &[u8]) -> Vec<Result<Request<'_>, Failure<Decoded>>> {
    let mut all = Vec::new();
    let mut offset = 0;
    loop {
        offset += blank(&input[offset..]);
        if offset == input.len() {
            return all;
        }
        match request(&input[offset..], offset) {
            Ok((request, length)) => {
                offset += length;
                all.push(Ok(request));
            }
            Err(reason) => {
                all.push(Err(reason.alone()));
                return all;
            }
        }
    }
}

fn blank(input: &[u8]) -> usize {
    input
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count()
}

fn request(input: &[u8], offset: usize) -> Result<(Request<'_>, usize), Reason> {
    let http = |code, detail: &str| Reason::new(code, detail, "http", offset);
    if !is_request(input) {
        let detail = "no HTTP request begins here; answers are not read";
        return Err(http("not-a-request", detail));
    }
    let mut warnings = Vec::new();
    let (head, body) = end_of_head(input).unwrap_or_else(|| {
        let detail = "the head ends without an empty line";
        warnings.push(Warning::new("head-unterminated", detail, offset));
        (input.len(), input.len())
    });
    let head = std::str::from_utf8(&input[..head])
        .map_err(|_| http("head", "the head of the request is no text"))?;
    let mut lines = head.lines();
    let mut words = lines.next().unwrap_or_default().split_ascii_whitespace();
    let (method, target) = (words.next(), words.next());
    let (Some(method), Some(target)) = (method, target) else {
        return Err(http("request-line", "the request line has no path"));
    };
    let mut headers = Vec::new();
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let header = line.split_once(':');
        let (name, value) = header.ok_or_else(|| http("header", "a header without a colon"))?;
        headers.push((name.trim(), value.trim()));
    }
    let none = Body::new(&[], offset, offset + body);
    let mut request = Request {
        offset,
        method,
        target,
        headers,
        body: none,
        warnings,
    };
    let mut rest = &input[body..];
    if request.header("transfer-encoding").is_some() {
        let detail = "the body is chunked, which is not read";
        return Err(http("chunked", detail).advising("give the body alone, with --request"));
    }
    if let Some(length) = request.header("content-length") {
        let length: usize = length
            .parse()
            .map_err(|_| http("content-length", "the content length is no number"))?;
        if length > rest.len() {
            let detail = "the capture ends before the body does";
            return Err(http("cut-short", detail));
        }
        rest = &rest[..length];
    } else if matches!(request.method, "DELETE" | "GET" | "HEAD") && is_next(rest) {
        rest = &[];
    }
    request.body = Body::new(rest, offset, offset + body);
    Ok((request, body + rest.len()))
}

/// Whether the next request follows at once.
fn is_next(rest: &[u8]) -> bool {
    is_request(&rest[blank(rest)..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_follow_one_another_by_their_length() {
        let input = b"PUT /a HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}\r\n\
            DELETE /b HTTP/1.1\nHost: x\n\nPOST /c HTTP/1.1\nContent-Type: x\n\n{\"a\":1}\n";
        let all = requests(input);
        let all: Vec<_> = all.iter().map(|one| one.as_ref().unwrap()).collect();
        let seen: Vec<_> = all
            .iter()
            .map(|one| (one.method, one.target, one.body.bytes))
            .collect();
        assert_eq!(
            seen,
            [
                ("PUT", "/a", &b"{}"[..]),
                ("DELETE", "/b", b""),
                ("POST", "/c", b"{\"a\":1}")
            ]
        );
        assert_eq!(all[2].header("content-TYPE"), Some("x"));
    }

    #[test]
    fn what_is_no_request_is_an_error_with_its_place() {
        for (input, code) in [
            (&b"HTTP/1.1 200 OK\r\n\r\n"[..], "not-a-request"),
            (b"POST \r\n\r\n", "not-a-request"),
            (b"POST /a HTTP/1.1\nno colon\n\n", "header"),
            (b"POST /a HTTP/1.1\nContent-Length: x\n\n", "content-length"),
            (b"POST /a HTTP/1.1\nContent-Length: 3\n\n{}", "cut-short"),
            (
                b"POST /a HTTP/1.1\nTransfer-Encoding: chunked\n\n0",
                "chunked",
            ),
        ] {
            let all = requests(input);
            assert_eq!(all.len(), 1);
            let failure = all[0].as_ref().err().unwrap();
            assert_eq!((failure.error.code, failure.error.offset), (code, Some(0)));
        }
    }

    #[test]
    fn a_head_without_its_empty_line_is_read_with_a_warning() {
        let all = requests(b"DELETE /partner/api/v1/devices/SN-1/events/906 HTTP/1.1");
        let request = all[0].as_ref().ok().unwrap();
        assert_eq!(request.warnings[0].code, "head-unterminated");
        assert!(request.body.bytes.is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_cut_in_bounded_time(input: Vec<u8>, tail: Vec<u8>) {
            requests(&input);
            requests(&[b"PUT /a HTTP/1.1\nContent-Length: 1\n\n", &tail[..]].concat());
        }
    }
}
