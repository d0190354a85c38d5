//! Microsoft Graph over HTTPS.

use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use ureq::config::RedirectAuthHeaders;
use ureq::http::{self, Uri};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};

use super::token::Token;
use super::transport::{Answer, NoAnswer, Request, Transport, Verb};
use crate::error::{Error, ErrorKind, Result};

/// The largest answer that is read: lists of the methods of one user are a few kilobytes.
const LARGEST_ANSWER: u64 = 8 * 1024 * 1024;

/// The root of a Graph service: `https://graph.microsoft.com`, or that of a national cloud (*Microsoft Graph
/// deployments*).
///
/// Only HTTPS is taken, but for the loopback interface, where tests run.
///
/// ```
/// use regaudit::rollback::apply::Endpoint;
/// assert_eq!(Endpoint::new("https://graph.microsoft.us/")?.as_str(), "https://graph.microsoft.us");
/// assert!(Endpoint::new("http://127.0.0.1:8080").is_ok());
/// assert!(Endpoint::new("http://graph.microsoft.com").is_err());
/// # Ok::<(), regaudit::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    root: String,
    is_loopback: bool,
    is_known: bool,
}

impl Endpoint {
    /// The roots that Microsoft documents: global, US Government L4 and L5, and China.
    pub const KNOWN: [&str; 4] = [
        "https://graph.microsoft.com",
        "https://graph.microsoft.us",
        "https://dod-graph.microsoft.us",
        "https://microsoftgraph.chinacloudapi.cn",
    ];

    /// The root that a text gives.
    pub fn new(text: &str) -> Result<Self> {
        let refused = |found: String| {
            Error::new(ErrorKind::Endpoint, found)
                .expected("the root of a Graph service, such as https://graph.microsoft.com")
        };
        let uri: Uri = text
            .parse()
            .map_err(|failure| refused(format!("`{text}`, which is no URL")).because(failure))?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(refused(format!("`{text}`, which has no scheme or host")));
        };
        if authority.as_str().contains('@') {
            return Err(refused("a URL with a user name in it".to_owned()));
        }
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(refused(format!("`{text}`, with more than a root"))
                .help("leave the version and all else out"));
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let address = host.parse::<IpAddr>().ok();
        let is_loopback =
            host.eq_ignore_ascii_case("localhost") || address.is_some_and(|ip| ip.is_loopback());
        if scheme != "https" && !(scheme == "http" && is_loopback) {
            return Err(refused(format!("`{text}`, which is not HTTPS"))
                .help("a token is sent over HTTPS alone, but for the loopback interface"));
        }
        let root = format!("{scheme}://{authority}");
        let is_known = Self::KNOWN.iter().any(|known| known.eq_ignore_ascii_case(&root));
        Ok(Self { root, is_loopback, is_known })
    }

    /// The root, without a slash behind it.
    pub fn as_str(&self) -> &str {
        &self.root
    }

    /// Whether Microsoft documents it, or it is on this machine.
    pub fn is_known(&self) -> bool {
        self.is_known || self.is_loopback
    }
}

impl Default for Endpoint {
    fn default() -> Self {
        Self { root: Self::KNOWN[0].to_owned(), is_loopback: false, is_known: true }
    }
}

/// Microsoft Graph over HTTP. Redirects are not followed, so that a token goes to the endpoint and nowhere else.
#[derive(Debug)]
pub struct Graph {
    agent: Agent,
    root: String,
}

impl Graph {
    /// How long an answer may take unless something else is asked for: 90 seconds. The service gives up after 60
    /// (*Authentication methods API overview*).
    pub const TIMEOUT: Duration = Duration::from_secs(90);

    /// The service at an endpoint. Certificates are those that the system trusts, and the proxy is that of the
    /// environment (`HTTPS_PROXY`), which is not used for the loopback interface.
    pub fn new(endpoint: &Endpoint, timeout: Duration) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .https_only(!endpoint.is_loopback)
            .http_status_as_error(false)
            .max_redirects(0)
            .redirect_auth_headers(RedirectAuthHeaders::Never)
            .timeout_global(Some(timeout))
            .user_agent(concat!("regaudit/", env!("CARGO_PKG_VERSION")));
        let config = if endpoint.is_loopback { config.proxy(None) } else { config };
        Self { agent: config.build().new_agent(), root: endpoint.root.clone() }
    }
}

impl Transport for Graph {
    fn send(&mut self, request: &Request, token: &Token) -> std::result::Result<Answer, NoAnswer> {
        let builder = http::Request::builder()
            .uri(format!("{}{}", self.root, request.path))
            .header("Authorization", token.authorization())
            .header("Accept", "application/json");
        let failed = |failure: &dyn std::fmt::Display| NoAnswer(token.redact(&failure.to_string()));
        let sent = match (request.verb, &request.body) {
            (Verb::Delete, _) => {
                let request =
                    builder.method("DELETE").body(()).map_err(|failure| failed(&failure))?;
                self.agent.run(request)
            }
            (Verb::Post, body) => {
                let body = body.as_ref().map(ToString::to_string).unwrap_or_default();
                let builder = builder.method("POST").header("Content-Type", "application/json");
                let request = builder.body(body).map_err(|failure| failed(&failure))?;
                self.agent.run(request)
            }
        };
        let response = sent.map_err(|failure| failed(&failure))?;
        answer(response).map_err(|failure| failed(&failure))
    }
}

fn answer(mut response: http::Response<Body>) -> std::result::Result<Answer, ureq::Error> {
    let header = |name: &str| {
        let value = response.headers().get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    let retry_after = header("Retry-After").and_then(|text| retry_after(&text, Utc::now()));
    let request_id = header("request-id");
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(LARGEST_ANSWER).lossy_utf8(true);
    Ok(Answer { status, retry_after, request_id, body: body.read_to_string()? })
}

/// How long to wait: a number of seconds, or a date (RFC 9110, section 10.2.3).
pub(super) fn retry_after(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTime::parse_from_rfc2822(text.trim()).ok()?;
    Some((date.to_utc() - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_the_loopback_interface() {
        for good in Endpoint::KNOWN.into_iter().chain([
            "http://localhost:1",
            "http://127.0.0.1:9",
            "http://[::1]:9",
            "https://graph.example.com:8443",
        ]) {
            assert!(Endpoint::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "graph.microsoft.com",
            "http://graph.microsoft.com",
            "http://127.0.0.1.example.com",
            "http://127.0.0.1@example.com",
            "https://someone@example.com",
            "http://localhost.example.com",
            "ftp://127.0.0.1",
            "https://graph.microsoft.com/v1.0",
            "https://graph.microsoft.com/?a=b",
        ] {
            let error = Endpoint::new(bad).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Endpoint, "{bad}");
        }
        assert!(!Endpoint::new("https://graph.example.com").unwrap().is_known());
        assert!(Endpoint::default().is_known());
    }

    #[test]
    fn waiting_is_told_in_seconds_or_by_date() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(retry_after("7", now), Some(Duration::from_secs(7)));
        assert_eq!(
            retry_after("Thu, 01 Jan 1970 00:00:30 GMT", now),
            Some(Duration::from_secs(30))
        );
        assert_eq!(retry_after("Wed, 31 Dec 1969 00:00:30 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }
}
