//! Addresses as the log has them.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// An address as written, and parsed where it is well formed.
///
/// Real exports hold malformed addresses (a doubled `::`), ports behind an address, and text put in
/// its place by whoever passed the log on, so the text is always kept. The address is that of the
/// peer that called the service, which may be Microsoft's own (Microsoft Entra, *Audit logs*).
///
/// ```
/// use regaudit::model::IpAddress;
/// assert!(IpAddress::new("198.51.100.7").parsed.is_some());
/// assert!(IpAddress::new("[2001:db8::1]:443").parsed.is_some());
/// assert!(IpAddress::new("::2001:db8::1").parsed.is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
#[non_exhaustive]
pub struct IpAddress {
    /// The text of the export.
    pub text: String,
    /// The address, without a port, if the text is one.
    pub parsed: Option<IpAddr>,
}

impl IpAddress {
    /// Reads an address, with or without a port behind it.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let trimmed = text.trim();
        let parsed = trimmed.parse().ok().or_else(|| {
            let with_port: std::net::SocketAddr = trimmed.parse().ok()?;
            Some(with_port.ip())
        });
        Self { text, parsed }
    }
}

impl From<String> for IpAddress {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<IpAddress> for String {
    fn from(address: IpAddress) -> Self {
        address.text
    }
}
