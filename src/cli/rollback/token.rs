//! The access token: from the environment, or from a command, and never from an argument.

use std::env;
use std::process::{Command, Stdio};

use regaudit::Result;
use regaudit::rollback::apply::{Token, TokenSource};

/// Where the token comes from.
pub(super) enum Source {
    Environment(String),
    Command(String),
}

impl TokenSource for Source {
    fn token(&mut self) -> Result<Token> {
        match self {
            Self::Environment(name) => Token::from_environment(name, env::var_os(&*name)),
            Self::Command(command) => from_command(command),
        }
    }

    fn renew(&mut self) -> Option<Result<Token>> {
        match self {
            Self::Environment(_) => None,
            Self::Command(command) => Some(from_command(command)),
        }
    }
}

/// What a command prints. What it says on standard error is shown as it comes: it may ask to sign in.
fn from_command(command: &str) -> Result<Token> {
    let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let output = Command::new(shell)
        .args([option, command])
        .stdin(Stdio::inherit())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|failure| Token::command_failed(&failure.to_string()))?;
    if !output.status.success() {
        return Err(Token::command_failed(&output.status.to_string()));
    }
    // What was printed may be a token, and is not repeated.
    let text = String::from_utf8(output.stdout)
        .map_err(|_| Token::command_failed("it printed what is no text"))?;
    Token::new(text)
}
