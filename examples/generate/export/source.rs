//! The state behind the records: chance, the tenant's people, and what they have begun.

use std::collections::VecDeque;

use super::event::{self, Sitting};
use super::random::Random;
use super::record::{Disguise, Initiator, Person, Record, Text, guid};
use super::{Options, noise, trap};

/// More people would run into the ids of groups and devices.
const MOST_USERS: u64 = 1_000_000_000;

/// Where records come from.
pub struct Source {
    pub random: Random,
    /// How many people there are; at least one.
    pub users: u64,
    /// Of a hundred records, how many are events.
    share: f64,
    traps: bool,
    serial: u64,
    /// People who are half-way through.
    pub sittings: VecDeque<Sitting>,
}

impl Source {
    pub fn new(options: &Options) -> Self {
        Self {
            random: Random::new(options.seed),
            users: options.users.clamp(1, MOST_USERS),
            share: options.share,
            traps: options.traps,
            serial: 81_000_000,
            sittings: VecDeque::new(),
        }
    }

    /// The record of this time: an event or not, trapped or not.
    pub fn record(&mut self, time: u64) -> Record {
        let mut record = if self.random.share(self.share) {
            event::record(self, time)
        } else {
            noise::record(self, time)
        };
        if self.traps && self.random.once_in(6) {
            trap::set(&mut self.random, &mut record);
        }
        record
    }

    /// A record of the right form that says nothing yet. `prefix` opens its unique id.
    pub fn blank(&mut self, time: u64, prefix: &str, correlation_id: String) -> Record {
        self.serial += 1 + self.random.below(97);
        let partition = self.random.pick(&["MCDC4", "ULAYA", "YOERP", "6X649", "Q7H4G", "K2ATV"]);
        Record {
            time,
            id: format!("{prefix}_{correlation_id}_{partition}_{}", self.serial),
            correlation_id,
            service: "Core Directory",
            category: "UserManagement",
            activity: "",
            operation: "Update",
            succeeded: true,
            reason: Text::default(),
            user_agent: None,
            initiator: Initiator::App {
                id: None,
                display_name: Text::default(),
                principal_name: None,
            },
            targets: Vec::new(),
            details: Vec::new(),
            disguise: Disguise::default(),
            event: None,
        }
    }

    /// A GUID that no person, group or device has.
    pub fn guid(&mut self) -> String {
        guid(self.random.below(0xA000_0000_0000))
    }

    /// Anybody.
    pub fn person(&mut self) -> Person {
        Person::new(self.random.below(self.users))
    }

    /// One of the first few people, who look after the tenant.
    pub fn admin(&mut self) -> Person {
        Person::new(self.random.below(self.users.min(5)))
    }

    /// An address of the documentation ranges.
    pub fn ip(&mut self) -> String {
        let host = 1 + self.random.below(254);
        match self.random.below(4) {
            0 => format!("192.0.2.{host}"),
            1 => format!("198.51.100.{host}"),
            2 => format!("203.0.113.{host}"),
            _ => format!("2001:db8:{:x}::{host:x}", self.random.below(0xFFFF)),
        }
    }
}
