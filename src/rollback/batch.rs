//! A plan as bodies for Microsoft Graph's `$batch`.

use serde::Serialize;

use super::deletion::Deletion;
use super::plan::{Plan, PlannedUser};

/// How many requests a batch may hold (*Combine multiple requests in one HTTP call using JSON batching*).
pub const MOST_REQUESTS: usize = 20;

/// A body to be sent to `/v1.0/$batch`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BatchBody {
    /// The requests.
    pub requests: Vec<BatchRequest>,
}

/// A request of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BatchRequest {
    /// Its number in the whole plan, from 1, so that answers of all batches can be told apart.
    pub id: String,
    /// `DELETE`.
    pub method: &'static str,
    /// Behind the version of the API.
    pub url: String,
    /// The request that has to succeed first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
}

/// A plan in batches.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Batches<'a> {
    /// The bodies, to be sent one after the other.
    pub bodies: Vec<BatchBody>,
    /// Users who are not in them, because the ids of their methods have to be looked up first.
    pub left_out: Vec<&'a PlannedUser>,
}

/// Writes a plan as batches of at most [`MOST_REQUESTS`].
///
/// By the document on batching, requests depend on each other one after the other all along a batch, or not at all. So
/// a user with several deletions has batches of their own, in which each deletion depends on the one before: if one
/// fails, those behind it are answered with 424 and nothing happens. Users with one deletion share batches without
/// dependencies. Where a user has more than a batch can hold, the next batch goes on, and is to be sent only if the
/// one before succeeded.
pub fn batches(plan: &Plan) -> Batches<'_> {
    let mut writer = Writer::default();
    let mut left_out = Vec::new();
    for user in plan.users_to_roll_back() {
        match paths(user) {
            None => left_out.push(user),
            Some(paths) => writer.add(&paths),
        }
    }
    Batches { bodies: writer.finish(), left_out }
}

/// The requests of a user, if all ids are known.
fn paths(user: &PlannedUser) -> Option<Vec<String>> {
    let path = |deletion: &Deletion| {
        let id = deletion.id.as_deref().or(deletion.resource.fixed_id())?;
        Some(deletion.path(user.key(), id))
    };
    user.deletions.iter().map(path).collect()
}

#[derive(Default)]
struct Writer {
    bodies: Vec<BatchBody>,
    /// Requests that depend on nothing.
    alone: Vec<BatchRequest>,
    number: u64,
}

impl Writer {
    fn add(&mut self, paths: &[String]) {
        if let [path] = paths {
            let request = self.request(path, None);
            self.alone.push(request);
            if self.alone.len() == MOST_REQUESTS {
                self.end_alone();
            }
            return;
        }
        for part in paths.chunks(MOST_REQUESTS) {
            let mut requests: Vec<BatchRequest> = Vec::with_capacity(part.len());
            for path in part {
                let before = requests.last().map(|request| request.id.clone());
                requests.push(self.request(path, before));
            }
            self.bodies.push(BatchBody { requests });
        }
    }

    fn request(&mut self, url: &str, before: Option<String>) -> BatchRequest {
        self.number += 1;
        BatchRequest {
            id: self.number.to_string(),
            method: "DELETE",
            url: url.to_owned(),
            depends_on: before.into_iter().collect(),
        }
    }

    fn end_alone(&mut self) {
        let requests = std::mem::take(&mut self.alone);
        if !requests.is_empty() {
            self.bodies.push(BatchBody { requests });
        }
    }

    fn finish(mut self) -> Vec<BatchBody> {
        self.end_alone();
        self.bodies
    }
}
