//! `regaudit troubleshoot`: a complaint, looked into step by step.

use std::io;

use regaudit::report::{Markup, write_guide, write_json, write_troubleshooting};
use regaudit::state::{PolicyState, UserExports};
use regaudit::troubleshoot::{Complaint, Coverage, Given, SYMPTOMS, Wait, troubleshoot};

use super::Ending;
use super::args::{AnswerText, TroubleshootArguments};
use super::failure::complain;
use super::output::Output;
use super::session::Session;

pub(super) fn run(arguments: &TroubleshootArguments) -> io::Result<Ending> {
    let Some(user) = &arguments.user else { return list(arguments) };
    let mut output = Output::open(&arguments.output.destination)?;
    let mut session = Session::new(arguments.output.mask, arguments.input.on_error);
    let Some(policies) = policies(arguments, &mut session) else { return Ok(Ending::Failed) };
    let Some(users) = users(arguments, &mut session) else { return Ok(Ending::Failed) };
    let complaint = Complaint {
        user: user.clone(),
        symptom: arguments.symptom,
        method: arguments.method.clone(),
        at: arguments.at,
    };
    let (reader, reach) = (arguments.input.reader(), Wait::ADVICE.most);
    let read = session.read_user(|on_fault| {
        reader.complaint_events(user, complaint.at, reach, &arguments.input.paths, on_fault)
    });
    let Some(read) = read else { return Ok(Ending::Failed) };
    let given = Given {
        events: &read.events,
        coverage: Coverage::of(&read.report),
        policies: &policies,
        users: &users,
    };
    let mut answer = troubleshoot(&complaint, &given);
    session.mask_answer(&mut answer, &read.events);
    if !answer.user.is_in_log() {
        complain(&format!(
            "nothing about `{}`: no event up to the time of the complaint names such a user; give the user principal name or the object id",
            answer.user.asked_for
        ));
    }
    match arguments.format {
        AnswerText::Table => write_troubleshooting(&answer, Markup::Plain, &mut output)?,
        AnswerText::Markdown => write_troubleshooting(&answer, Markup::Markdown, &mut output)?,
        AnswerText::Json => write_json(&answer, &mut output)?,
    }
    output.finish()?;
    Ok(session.ending(answer.user.is_in_log()))
}

fn list(arguments: &TroubleshootArguments) -> io::Result<Ending> {
    let mut output = Output::open(&arguments.output.destination)?;
    match arguments.format {
        AnswerText::Table => write_guide(Markup::Plain, &mut output)?,
        AnswerText::Markdown => write_guide(Markup::Markdown, &mut output)?,
        AnswerText::Json => write_json(&SYMPTOMS, &mut output)?,
    }
    output.finish()?;
    Ok(Ending::Done)
}

/// The exports of policies; `None` where one cannot be read, as an answer without it might differ.
fn policies(arguments: &TroubleshootArguments, session: &mut Session) -> Option<PolicyState> {
    let mut policies = PolicyState::new();
    let mut is_whole = true;
    for path in &arguments.policy {
        is_whole &= session.check(policies.add_path(path));
    }
    is_whole.then_some(policies)
}

/// The exports of users, likewise.
fn users(arguments: &TroubleshootArguments, session: &mut Session) -> Option<UserExports> {
    let mut users = UserExports::new();
    let mut is_whole = true;
    for path in &arguments.users {
        is_whole &= session.check(users.add_path(path));
    }
    is_whole.then_some(users)
}
