//! The words of the log as values: pure data, no I/O.
//!
//! Every enum that Microsoft may extend keeps a text it does not know ([`Unrecognized`]), so that a
//! new activity, status or method is data, never an error.

mod activity;
mod actor;
mod change;
mod counts;
mod event;
mod identity;
mod ip;
mod method;
mod outcome;
mod phone;
mod reason;
mod status;
mod text;
mod time;

pub use self::activity::Activity;
pub use self::actor::{Actor, ActorKind, Application, User};
pub use self::change::{Change, PropertyValue};
pub use self::counts::Counts;
pub use self::event::{Detail, Event, EventUser, Target, Verbatim};
pub use self::ip::IpAddress;
pub use self::method::{Capability, Method, MethodFamily};
pub use self::outcome::Outcome;
pub use self::phone::phone_numbers;
pub use self::reason::{Reason, ReasonVerb};
pub use self::status::Status;
pub use self::text::Unrecognized;
pub use self::time::{DateOrder, format_timestamp, parse_local, parse_timestamp};
pub(crate) use self::time::{possible_orders, serialize_optional_timestamp, serialize_timestamp};

pub(crate) use self::event::{guest_home, is_same_user};
pub(crate) use self::identity::{Identity, KnownNames};
pub(crate) use self::text::{find_ignore_case, present};
